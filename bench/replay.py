"""replay.py -- a history of files for `slussctl backtest`, with the truth beside it

A history is a directory: the files, manifest.tsv as slussctl wants it, truth.tsv (one row a line of
the manifest: its number, event, ordinary|normal|incident, stream) and site.conf with every unit
that delivers. What the safeguards said comes back joined with the truth.
"""
import collections
import json
import os
import subprocess
import time

ORDINARY, NORMAL, INCIDENT = "ordinary", "normal", "incident"
HELD = ("held", "rejected")

Truth = collections.namedtuple("Truth", "line event sort stream position larger")
Outcome = collections.namedtuple("Outcome", "truth verdict score findings row")


def utc(day, minute):
    """RFC 3339 of a date and a minute of its day."""
    return f"{day.isoformat()}T{minute // 60:02d}:{minute % 60:02d}:00Z"


class History:
    """Deliveries in order of arrival, written as they are added."""

    def __init__(self, directory):
        self.directory = directory
        self.lines = []
        self.units = {}
        os.makedirs(os.path.join(directory, "files"), exist_ok=True)

    def unit(self, key, formats=("case-csv",), **settings):
        self.units[key] = {"formats": formats, **settings}

    def add(self, at, unit, name, content, *, event="", sort=ORDINARY, fate="released",
            position=0, larger=None, stream=None):
        """One delivery. `content` is bytes; `larger` tells whether it is bigger than usual."""
        path = os.path.join("files", f"{len(self.lines):06d}")
        with open(os.path.join(self.directory, path), "wb") as out:
            out.write(content)
        self.lines.append((at, unit, path, name, fate,
                           (event, sort, stream or unit, position, larger)))

    def close(self):
        """Sorts by arrival (equal times stay as added), writes manifest, truth and configuration."""
        self.lines.sort(key=lambda line: line[0])
        self.truth = []
        with open(self.path("manifest.tsv"), "w", encoding="utf-8") as manifest, \
                open(self.path("truth.tsv"), "w", encoding="utf-8") as truth:
            for number, (at, unit, path, name, fate, what) in enumerate(self.lines, 1):
                manifest.write("\t".join((at, unit, path, name, fate)) + "\n")
                truth.write(f"{number}\t{what[0] or '-'}\t{what[1]}\t{what[2]}\n")
                self.truth.append(Truth(number, *what))
        with open(self.path("site.conf"), "w", encoding="utf-8") as conf:
            conf.write(self.configuration())
        return self

    def path(self, name):
        return os.path.join(self.directory, name)

    def configuration(self):
        out = ['state-dir = "/nonexistent/state"', 'control-socket = "/nonexistent/run/control.sock"',
               'time-zone = "Europe/Stockholm"',
               'smtp {\n  relays = { "smtp://127.0.0.1:25" }\n  from = "kvittens@site.example"\n}']
        partners = collections.defaultdict(list)
        for key in sorted(self.units):
            partners[key.split("/")[0]].append(key)
        for partner, keys in partners.items():
            out.append(f'partner "{partner}" {{\n  name = "{partner}"\n  language = "sv"')
            for key in keys:
                out.append(unit_block(key, self.units[key]))
            out.append("}")
        return "\n".join(out) + "\n"

    def run(self, slussctl, options=()):
        """Outcomes in the order of the manifest, and the seconds it took."""
        begin = time.monotonic()
        command = [slussctl, "backtest", "-c", "site.conf", "--json", *options, "manifest.tsv"]
        done = subprocess.run(command, cwd=self.directory, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        seconds = time.monotonic() - begin
        rows = done.stdout.splitlines()
        if done.returncode == 2 or len(rows) != len(self.truth):
            raise SystemExit(f"{' '.join(command)} in {self.directory}: exit {done.returncode}, "
                             f"{len(rows)} of {len(self.truth)} answers: "
                             f"{done.stderr.decode(errors='replace')[-2000:]}")
        return [outcome(truth, row) for truth, row in zip(self.truth, rows)], seconds


def outcome(truth, text):
    row = json.loads(text)
    return Outcome(truth, row["verdict"], row.get("score", 0.0), row["findings"], row)


def unit_block(key, settings):
    name = key.split("/")[1]
    lines = [f'  unit "{name}" {{', f'    inbox = "/nonexistent/sftp/{key}/in"',
             f'    receipts-to = {{ "{name}@site.example" }}', "    phase = live"]
    formats = ", ".join(f'"{f}"' for f in settings["formats"])
    lines.append(f"    formats = {{ {formats} }}")
    for setting, value in settings.items():
        if setting != "formats":
            lines.append(f"    {setting.replace('_', '-')} = {value}")
    return "\n".join(lines) + "\n  }"


def share(outcomes):
    """Held, of how many, and the share in percent (None where there are none)."""
    held = sum(o.verdict in HELD for o in outcomes)
    return held, len(outcomes), 100 * held / len(outcomes) if outcomes else None


def percent(value, digits=1):
    return "-" if value is None else f"{value:.{digits}f}"


def checks(outcomes, levels=("hold", "reject")):
    """How many of the deliveries have a finding of each check at these levels."""
    counts = collections.Counter()
    for o in outcomes:
        counts.update({f["check"] for f in o.findings if f["level"] in levels})
    return counts
