#!/usr/bin/python3
"""peers.py -- sluss beside what one would pick instead

aqbanking-cli (camt.052, MT940) and npm's edifact (EDIFACT): what each makes of the public samples,
and how long it takes for one large file. PEERS.md was written with it.
usage: peers.py BUILD_DIRECTORY SAMPLES [--edifact NODE_MODULES] [--size MB]
"""
import argparse
import csv
import json
import os
import sys
import tempfile

from collections import Counter
from fractions import Fraction

import formats
from bench import run

NODE = r"""
const fs = require('fs'), edifact = require('edifact');
const parser = new edifact.Parser();
parser.encoding('UNOC');  // Latin-1; its default knows capitals alone
let tag = '', element = 0, invoices = 0, segments = 0;
parser.on('opensegment', name => { tag = name; element = -1; segments++; });
parser.on('element', () => { element++; });
parser.on('component', data => { if (tag === 'UNH' && element === 1 && data === 'INVOIC') invoices++; });
parser.on('error', e => { throw e; });
const fd = fs.openSync(process.argv[1]), buffer = Buffer.alloc(1 << 18);
for (let n; (n = fs.readSync(fd, buffer)) > 0;) parser.write(buffer.toString('latin1', 0, n));
parser.end();
console.log(invoices);
"""


class Sluss:
    def __init__(self, build):
        self.command = [os.path.join(build, "slussctl"), "check", "--json"]

    def read(self, path):
        """(items, sum) or None where it refuses or holds the file; seconds; MiB."""
        done = run([*self.command, path])
        row = json.loads(done.out)
        stopped = not row["valid"] or any(f["level"] == "hold" for f in row["findings"])
        figures = (row["items"], row.get("sum_minor"))
        return None if stopped else figures, figures, done


class Aqbanking:
    def __init__(self, work, importer, profile):
        self.work, self.importer, self.profile = work, importer, profile
        self.base = ["aqbanking-cli", "-n", f"--cfgdir={work}/aqbanking"]
        self.env = {**os.environ, "HOME": work}

    def read(self, path):
        context = os.path.join(self.work, "context")
        if os.path.exists(context):
            os.unlink(context)
        done = run(
            [*self.base, "import", f"--importer={self.importer}", f"--profile={self.profile}",
             "-f", path, "-c", context], self.env)
        if done.code:
            return None, None, done
        out = run([*self.base, "export", "-c", context, "--exporter=csv", "--profile=full"],
                  self.env).out
        total = items = 0
        for line in out.decode("utf-8", "replace").splitlines()[1:]:
            fields = line.split('";"')
            if len(fields) > 25:
                items += 1
                total += Fraction(fields[24] or 0) * 100
        return (items, total), (items, total), done


class Edifact:
    def __init__(self, modules):
        self.env = {**os.environ, "NODE_PATH": os.path.abspath(modules)}

    def read(self, path):
        done = run(["node", "-e", NODE, path], self.env)
        figures = (int(done.out), None) if done.code == 0 else None
        return figures, figures, done


def expected(samples, folder, wanted):
    """file -> (items, sum, valid) of the rows that tell one sum."""
    with open(os.path.join(samples, folder, "expected.tsv"), encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    several = Counter(row["file"] for row in rows)
    found = {}
    for row in rows:
        if wanted in row["format"] and several[row["file"]] == 1 and "MULTI" not in row["currency"]:
            total = int(row["sum_minor"]) if row["sum_minor"] not in ("-", "") else 0
            found[os.path.join(samples, folder, row["file"])] = (
                int(row["documents"]), total, row["valid"] == "yes")
    return found


def judge(reader, samples):
    """How many files had what outcome."""
    seen = Counter()
    for path, (items, total, valid) in samples.items():
        accepted, figures, _ = reader.read(path)
        right = figures and figures[0] == items and figures[1] in (None, total)
        if valid:
            seen["right" if accepted and right else "held, right" if right else
                 "wrong figures" if figures else "refused"] += 1
        else:
            seen["faulty accepted" if accepted else "faulty stopped"] += 1
    return seen


OUTCOMES = ("right", "held, right", "wrong figures", "refused", "faulty stopped", "faulty accepted")


def compare(title, samples, readers, name, size, work, change=None):
    print(f"\n### {title}\n\n| {len(samples)} samples | " + " | ".join(OUTCOMES) + " | CPU s | MiB |")
    print("|---|" + "--:|" * (len(OUTCOMES) + 2))
    path = os.path.join(work, "large")
    formats.write(name, path, size * 10 ** 6)
    if change:
        run(["sed", "-i", change, path])
    for label, reader in readers:
        seen = judge(reader, samples)
        _, figures, done = min((reader.read(path) for _ in range(2)), key=lambda r: r[2].cpu)
        note = "" if figures else " (refused it)"
        print(f"| {label} | " + " | ".join(str(seen[o]) for o in OUTCOMES)
              + f" | {done.cpu:.2f}{note} | {done.memory:.0f} |", flush=True)
    os.unlink(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("samples")
    parser.add_argument("--edifact", help="node_modules with npm's edifact")
    parser.add_argument("--size", type=int, default=2, help="MB of the large file")
    args = parser.parse_args()
    sluss = ("sluss", Sluss(os.path.abspath(args.build)))
    with tempfile.TemporaryDirectory() as work:
        compare("camt.052 (large file: version 02)", expected(args.samples, "iso20022-camt", "camt.052"),
                [sluss, ("aqbanking", Aqbanking(work, "camt", "052_001_02"))],
                "camt.052", args.size, work, "s/camt.052.001.08/camt.052.001.02/")
        if "mt940" in formats.FORMATS:
            compare("MT940", expected(args.samples, "mt940", "mt940"),
                    [sluss, ("aqbanking", Aqbanking(work, "swift", "SWIFT-MT940"))],
                    "mt940", args.size, work)
        if args.edifact:
            compare("EDIFACT INVOIC", expected(args.samples, "edifact-invoic", "edifact-invoic"),
                    [sluss, ("edifact (npm)", Edifact(args.edifact))],
                    "edifact-invoic", args.size, work)


if __name__ == "__main__":
    sys.exit(main())
