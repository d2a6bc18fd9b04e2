#!/usr/bin/python3
"""bench.py -- what the README's speed figures come from

Every figure stands beside a yardstick measured in the same run, since machines differ:
  parsing      against b2sum (text) and xmllint --stream --noout (XML) on the same file, by
               processor time, every format that slussctl knows
  deliveries   against bare durable commits of the same disk
usage: bench.py BUILD_DIRECTORY [--size MB] [--times N] [--format NAME]... [--deliveries N]
       [--memory MB]
"""
import argparse
import collections
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import formats

Run = collections.namedtuple("Run", "elapsed cpu memory code out")
DAEMON_FORMAT = "case-csv"
def run(command, env=None):
    """Seconds (elapsed and of the processor), peak memory (MiB) and answer of one command.

    By time(1), which is small: a child of this process would begin with its memory.
    """
    with tempfile.NamedTemporaryFile("r") as figures:
        timed = ["/usr/bin/time", "-q", "-f", "%e %U %S %M", "-o", figures.name, *command]
        done = subprocess.run(timed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
                              check=False)
        elapsed, user, system, memory = map(float, figures.read().split())
    return Run(elapsed, user + system, memory / 1024, done.returncode, done.stdout)


def best(commands, times):
    """Each command's cheapest run; they take turns, so that a busy machine meets all alike."""
    rounds = [[run(command) for command in commands] for _ in range(times)]
    return [min(runs, key=lambda r: r.cpu) for runs in zip(*rounds)]


def known_formats(slussctl):
    rows = subprocess.run([slussctl, "formats", "--json"], capture_output=True, check=True).stdout
    return [json.loads(row)["format"] for row in rows.splitlines()]


def parse_one(slussctl, work, name, size, times):
    path = os.path.join(work, "file")
    records = formats.write(name, path, size)
    size = os.path.getsize(path)
    yardstick = formats.FORMATS[name].yardstick
    ours, theirs = best([[slussctl, "check", "--json", path], [*yardstick, path]], times)
    os.unlink(path)
    if ours.code != 0 or json.loads(ours.out)["format"] != name:
        sys.exit(f"{name}: not valid: {ours.out[:2000]!r}")
    print(f"  {name:<15}{size / 1e6 / ours.cpu:>8.0f}{records / ours.cpu / 1e6:>11.2f}"
          f"{ours.cpu:>9.2f}{ours.elapsed:>10.2f}{theirs.cpu:>9.2f}  {yardstick[0]:<8}"
          f"{ours.cpu / theirs.cpu:>6.2f}{ours.memory:>8.0f}", flush=True)


def parsing(slussctl, work, size, times, only):
    names = [name for name in known_formats(slussctl) if not only or name in only]
    print(f"\nchecking a file of {size / 1e6:.0f} MB, hash included (cheapest of {times} runs; seconds of"
          f" the processor but for \"elapsed\"; records: payments, invoices or invoice lines)")
    print(f"  {'format':<15}{'MB/s':>8}{'Mrecord/s':>11}{'check':>9}{'elapsed':>10}{'against':>19}"
          f"{'ratio':>6}{'MiB':>8}")
    for name in names:
        if name in formats.FORMATS:
            parse_one(slussctl, work, name, size, times)
        else:
            print(f"  {name:<15}no generator in bench/formats.py")


CONFIG = """
state-dir = "{work}/state"
control-socket = "{work}/control.sock"
template-dir = "{templates}"
scan-interval = 1s
smtp {{ relays = {{ "smtp://127.0.0.1:9" }} from = "bench@sluss.example" retry-first = 1h retry-most = 1h }}
partner "bench" {{
  unit "a" {{ inbox = "{work}/in" receipts-to = {{ "a@sluss.example" }} phase = live settle = 0s }}
}}
"""


class Daemon:
    def __init__(self, build, work):
        self.work = work
        os.makedirs(os.path.join(work, "in"))
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        config = os.path.join(work, "sluss.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.write(CONFIG.format(work=work, templates=os.path.join(root, "etc", "templates")))
        with open(os.path.join(work, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [os.path.join(build, "slussd"), "-c", config], stderr=log)
        while not os.path.exists(os.path.join(work, "control.sock")):
            time.sleep(0.01)
            if self.process.poll() is not None:
                sys.exit(open(os.path.join(work, "log"), encoding="utf-8").read())

    def rows(self):
        store = sqlite3.connect(f"file:{self.work}/state/sluss.db?mode=ro", uri=True)
        try:
            return store.execute("SELECT received_us, decided_us FROM delivery"
                                 " WHERE decided_us > 0").fetchall()
        finally:
            store.close()

    def wait(self, count, seconds=600):
        end = time.monotonic() + seconds
        while len(self.rows()) < count:
            if time.monotonic() > end:
                sys.exit(f"only {len(self.rows())} of {count} were judged in {seconds} s")
            time.sleep(0.02)

    def peak(self):
        """Peak resident memory (MiB) of the daemon and each of its children."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            pids = [pid, *map(int, f.read().split())]
        peaks = []
        for p in pids:
            with open(f"/proc/{p}/status", encoding="ascii") as f:
                peaks += [int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM")]
        return peaks

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def small_file(i):
    form = formats.FORMATS[DAEMON_FORMAT]
    rows = "".join(form.record(10 ** 6 + i * 5 + k) for k in range(5))
    return (form.head(5) + rows).encode()


def drop(work, name, content):
    """As a sender does: a name in transfer, then a rename."""
    path = os.path.join(work, "in", name)
    with open(path + ".tmp", "wb") as f:
        f.write(content)
    os.rename(path + ".tmp", path)


def durable_commits(work, seconds=2.0):
    """Single-row durable commits a second, the disk's own pace."""
    store = sqlite3.connect(os.path.join(work, "yardstick.db"), isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE t (n INTEGER)")
    end = time.monotonic() + seconds
    n = 0
    while time.monotonic() < end:
        store.execute("INSERT INTO t VALUES (1)")
        n += 1
    store.close()
    return n / seconds


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p / 100))]


def deliveries(build, work, count):
    daemon = Daemon(build, work)
    for i in range(200):
        drop(work, f"single-{i}.csv", small_file(i))
        daemon.wait(i + 1)
    times = [(decided - received) / 1000 for received, decided in daemon.rows()]
    print("\ndrop to verdict, one file at a time (200 files of 5 cases, settle = 0s)")
    print(f"  p50 {percentile(times, 50):.1f} ms   p99 {percentile(times, 99):.1f} ms")

    start = time.monotonic()
    for i in range(count):
        drop(work, f"burst-{i}.csv", small_file(1000 + i))
    dropped = time.monotonic() - start
    daemon.wait(200 + count)
    seconds = time.monotonic() - start
    commits = durable_commits(work)
    print(f"\nsustained: {count} files of 5 cases, dropped in {dropped:.1f} s")
    print(f"  {count / seconds:.0f} deliveries a second; the disk does {commits:.0f} durable"
          f" commits a second, one by one: ratio {count / seconds / commits:.2f}")
    daemon.stop()


def memory(build, work, size):
    daemon = Daemon(build, work)
    path = os.path.join(work, "large")
    formats.write(DAEMON_FORMAT, path, size)
    start = time.monotonic()
    os.rename(path, os.path.join(work, "in", "large.csv"))
    daemon.wait(1, 3600)
    seconds = time.monotonic() - start
    peaks = daemon.peak()
    print(f"\none case-csv file of {size >> 20} MB through the daemon: {seconds:.0f} s; peak memory:"
          f" intake {peaks[0]:.0f} MiB, largest child {max(peaks[1:]):.0f} MiB")
    daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--size", type=int, default=1000, help="MB of a file to parse")
    parser.add_argument("--times", type=int, default=3, help="runs of which the cheapest counts")
    parser.add_argument("--format", action="append", help="only this one")
    parser.add_argument("--deliveries", type=int, default=5000, help="0: none")
    parser.add_argument("--memory", type=int, default=0,
                        help="MB of a file to send through the whole daemon")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    work = tempfile.mkdtemp(prefix="sluss-bench-", dir=build)
    try:
        parsing(os.path.join(build, "slussctl"), work, args.size * 10 ** 6, args.times, args.format)
        if args.deliveries:
            deliveries(build, os.path.join(work, "d"), args.deliveries)
        if args.memory:
            memory(build, os.path.join(work, "m"), args.memory << 20)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
