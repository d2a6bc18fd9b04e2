#!/usr/bin/python3
"""safeguards.py -- how well the safeguards tell a wrong file from a right one

Replays histories of files through `slussctl backtest` and reports what was held: false holds of
untouched files and recall of each thing that goes wrong.
  --streams   real payment streams (samples/realdata under --shared or $SLUSS_SHARED)
  --traffic   municipal traffic of bench/traffic.py
Without either: both. Everything is drawn from --seed: two runs say the same.
usage: safeguards.py BUILD [--streams] [--traffic] [--quick] [--seed N] [--kind D|U|M]...
       [--source NAME]... [--months N] [--without CHECK] [--ablation] [--examples DIR] [--keep DIR]

--ablation runs the traffic once more for each check, with that check left out: what it catches
that nothing else does, and what it costs in false holds.
"""
import argparse
import collections
import json
import math
import os
import shutil
import statistics
import sys
import tempfile

import replay
import streams

QUICK_FILES = {"D": 200, "U": 150, "M": 100}
QUICK_STREAMS = {"D": 1, "U": 3, "M": 4}
MOST_STREAMS = 12

VOLUME = ("x2", "x3", "x10", "half", "tenth", "month", "amount x10", "amount x100")
CONTENT = ("replay", "renumbered", "renumbered, redated", "10 % edited", "10 % edited, redated",
           "doubled", "older month", "heby", "heby, renumbered", streams.MIGRATED)


def table(rows):
    """Rows of words in columns, the first to the left."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [str(row[0]).ljust(widths[0])]
        cells += [str(cell).rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells).rstrip())


class Bench:
    """One run of this program: where slussctl is, what to keep, what has been seen."""

    def __init__(self, options):
        self.options = options
        self.slussctl = os.path.abspath(os.path.join(options.build, "slussctl"))
        self.deliveries = self.items = self.seconds = 0
        self.flags = ["--without", options.without] if options.without else []

    def replay(self, name, fill):
        """Outcomes of the history that fill() writes."""
        keep = self.options.keep
        directory = os.path.join(keep, name) if keep else tempfile.mkdtemp(prefix="sluss-bench-")
        try:
            shutil.rmtree(os.path.join(directory, "files"), ignore_errors=True)
            history = replay.History(directory)
            fill(history)
            outcomes, seconds = history.close().run(self.slussctl, self.flags)
        finally:
            if not keep:
                shutil.rmtree(directory)
        self.deliveries += len(outcomes)
        self.items += sum(o.row.get("items") or 0 for o in outcomes)
        self.seconds += seconds
        print(f"  {name}: {len(outcomes)} deliveries in {seconds:.0f} s", file=sys.stderr)
        self.examples(name, outcomes)
        return outcomes

    def examples(self, name, outcomes):
        """What was missed and what was held falsely, one object a line, to learn from."""
        directory = self.options.examples
        if not directory:
            return
        os.makedirs(directory, exist_ok=True)
        for kind, chosen in (("missed", missed), ("false", falsely_held)):
            with open(os.path.join(directory, f"{name}.{kind}.ndjson"), "w",
                      encoding="utf-8") as out:
                for o in filter(chosen, outcomes):
                    out.write(json.dumps({**o.truth._asdict(), **o.row}, ensure_ascii=False) + "\n")

    def speed(self):
        if self.seconds:
            print(f"\n{self.deliveries} deliveries, {self.items} items in {self.seconds:.1f} s of "
                  f"backtest: {self.items / self.seconds:.0f} items/s")


def probability(o):
    """P(wrong) as the score says it, one file in 2 000 being wrong beforehand."""
    odds = max(-500.0, min(500.0, o.score - math.log(2000)))
    return 1.0 if o.verdict == "rejected" else 1 / (1 + math.exp(-odds))


def brier(outcomes):
    """The mean square of P(wrong) against the truth; 0 is perfect, 0.25 what a coin gets."""
    return statistics.mean(
        (probability(o) - (o.truth.sort == replay.INCIDENT)) ** 2 for o in outcomes)


def missed(o):
    return o.truth.sort == replay.INCIDENT and o.verdict not in replay.HELD


def falsely_held(o):
    return o.truth.sort != replay.INCIDENT and o.verdict in replay.HELD


# --- real streams --------------------------------------------------------------------------------

def stream_outcomes(bench, kind):
    """Outcomes of all streams of one kind, a history a source."""
    options = bench.options
    directory = os.path.join(options.shared, "samples", "realdata")
    every = 8 if options.quick else 4
    found = []
    for source in options.source or streams.SOURCES:
        chosen = streams.cut(streams.read(directory, source), kind)
        chosen = dict(list(chosen.items())[:QUICK_STREAMS[kind] if options.quick else MOST_STREAMS])
        if not chosen:
            continue

        def fill(history, chosen=chosen, source=source):
            for name, files in chosen.items():
                unit = f"{source}/{name}"
                history.unit(unit)
                files = files[:QUICK_FILES[kind]] if options.quick else files
                streams.add_stream(history, unit, files, kind, every=every, seed=options.seed)

        found += bench.replay(f"{source}-{kind}", fill)
    return found


def stream_figures(outcomes):
    """The figures of one kind's row in both tables, in percent."""
    untouched = [o for o in outcomes if o.truth.event == "untouched"]
    count = len(untouched)
    held = [o for o in untouched if o.verdict in replay.HELD]
    by_stream = collections.defaultdict(list)
    by_event = collections.defaultdict(list)
    for o in untouched:
        by_stream[o.truth.stream].append(o)
    for o in outcomes:
        by_event[o.truth.event].append(o)
    figures = {event: replay.share(found)[2] for event, found in by_event.items()}
    figures["streams"] = len(by_stream)
    figures["files"] = count
    figures["FH high"] = 100 * sum(o.truth.larger for o in held) / count
    figures["FH low"] = 100 * sum(not o.truth.larger for o in held) / count
    figures["FH total"] = 100 * len(held) / count
    figures["FH first 30"] = replay.share([o for o in untouched if o.truth.position < 30])[2]
    figures["Brier right"] = brier(untouched)
    figures["Brier wrong"] = brier([o for o in outcomes if o.truth.sort == replay.INCIDENT])
    figures["FH worst"] = max(replay.share(found)[2] for found in by_stream.values())
    return figures


def print_checks(title, outcomes, most=12):
    counts = replay.checks(outcomes, ("warn", "hold", "reject"))
    named = ", ".join(f"{check} {n}" for check, n in counts.most_common(most))
    print(f"    {title}: {len(outcomes)}" + (f" ({named})" if named else ""))


def report_streams(bench):
    kinds = bench.options.kind or list(streams.CUTS)
    every = {kind: stream_outcomes(bench, kind) for kind in kinds}
    every = {kind: found for kind, found in every.items() if found}
    figures = {kind: stream_figures(found) for kind, found in every.items()}
    print("\nReal streams: untouched files held, % (D a file a day, U per unit and day, M per unit "
          "and month)")
    head = ("streams", "files", "FH high", "FH low", "FH total", "FH first 30", "FH worst",
            "Brier right", "Brier wrong")
    table([("", *head)]
          + [(kind, f["streams"], f["files"], *(replay.percent(f[h], 2) for h in head[2:7]),
              *(replay.percent(f[h], 4) for h in head[7:])) for kind, f in figures.items()])
    for title, events in (("volume alone wrong", VOLUME), ("content repeated", CONTENT)):
        print(f"\nReal streams: {title}, held of each injection, %"
              + (f" ({streams.MIGRATED}: a right file)" if events is CONTENT else ""))
        table([("", *figures)]
              + [(event, *(replay.percent(f.get(event)) for f in figures.values()))
                 for event in events])
    print("\nReal streams: what spoke")
    for kind, found in every.items():
        print_checks(f"{kind} untouched, held",
                     [o for o in found if o.truth.event == "untouched" and falsely_held(o)])
        for event in (*VOLUME, *CONTENT):
            if event != streams.MIGRATED:
                print_checks(f"{kind} {event}, missed",
                             [o for o in found if o.truth.event == event and missed(o)], 6)
    return every


# --- municipal traffic ---------------------------------------------------------------------------

def report_traffic(bench):
    import traffic                                  # pylint: disable=import-outside-toplevel
    options = bench.options
    months = options.months or (9 if options.quick else 18)
    found = bench.replay("traffic", lambda history: traffic.write(
        history, seed=options.seed, months=months, quick=options.quick))
    by_event = collections.defaultdict(list)
    for o in found:
        by_event[(o.truth.sort, o.truth.event)].append(o)
    print("\nMunicipal traffic: incidents, recall")
    rows = [("", "of", "held %", "score median", "checks that spoke")]
    for (sort, event), outcomes in sorted(by_event.items()):
        if sort == replay.INCIDENT:
            rows.append((event, len(outcomes), replay.percent(replay.share(outcomes)[2]),
                         f"{statistics.median(o.score for o in outcomes):.1f}", named(outcomes)))
    table_left(rows)
    print("\nMunicipal traffic: what must pass, false holds")
    rows = [("", "of", "held", "held %", "checks that spoke in those held")]
    for (sort, event), outcomes in sorted(by_event.items()):
        if sort != replay.INCIDENT:
            held, count, part = replay.share(outcomes)
            rows.append((event, count, held, replay.percent(part, 2),
                         named([o for o in outcomes if o.verdict in replay.HELD])))
    right = [o for o in found if o.truth.sort != replay.INCIDENT]
    held, count, part = replay.share(right)
    rows.append(("in all", count, held, replay.percent(part, 2), ""))
    table_left(rows)
    return found


CHECKS = ("test-name", "unit", "duplicate", "resemblance", "repeat-in-file", "paid", "volume",
          "dates", "origin", "hour", "shape")


def report_ablation(bench):
    """The traffic with each check left out in turn, against all of them."""
    import traffic                                  # pylint: disable=import-outside-toplevel
    options = bench.options
    runs = {}
    with tempfile.TemporaryDirectory(prefix="sluss-bench-") as directory:
        history = replay.History(directory)
        traffic.write(history, seed=options.seed, quick=options.quick,
                      months=options.months or (9 if options.quick else 18))
        history.close()
        for check in (None, *CHECKS):
            flags = ["--without", check] if check else []
            runs[check] = history.run(bench.slussctl, flags)[0]
    wrong = {check: [o.truth.sort == replay.INCIDENT and o.verdict in replay.HELD for o in found]
             for check, found in runs.items()}
    rows = [("without", "recall %", "false holds %", "missed more", "of these most")]
    for check, found in runs.items():
        incidents = [o for o in found if o.truth.sort == replay.INCIDENT]
        right = [o for o in found if o.truth.sort != replay.INCIDENT]
        lost = collections.Counter(
            o.truth.event for o, before, now in zip(found, wrong[None], wrong[check])
            if before and not now)
        rows.append((check or "(none)", replay.percent(replay.share(incidents)[2], 2),
                     replay.percent(replay.share(right)[2], 2), sum(lost.values()),
                     ", ".join(f"{event} {n}" for event, n in lost.most_common(4))))
    print("\nMunicipal traffic: each check left out in turn")
    table_left(rows)


def named(outcomes, most=5):
    counts = replay.checks(outcomes, ("warn", "hold", "reject"))
    return ", ".join(f"{check} {n}" for check, n in counts.most_common(most))


def table_left(rows):
    """As table(), the last column to the left too."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [str(row[0]).ljust(widths[0])]
        cells += [str(cell).rjust(width) for cell, width in zip(row[1:-1], widths[1:])]
        print("  " + "  ".join([*cells, str(row[-1])]).rstrip())


def main():
    arguments = argparse.ArgumentParser(usage=__doc__[__doc__.index("usage:") + 7:].strip())
    arguments.add_argument("build")
    arguments.add_argument("--streams", action="store_true")
    arguments.add_argument("--traffic", action="store_true")
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--kind", action="append", choices=sorted(streams.CUTS))
    arguments.add_argument("--source", action="append", choices=streams.SOURCES)
    arguments.add_argument("--months", type=int)
    arguments.add_argument("--without")
    arguments.add_argument("--ablation", action="store_true")
    arguments.add_argument("--examples")
    arguments.add_argument("--keep")
    arguments.add_argument("--shared", default=os.environ.get("SLUSS_SHARED", ""))
    bench = Bench(arguments.parse_args())
    both = bench.options.streams == bench.options.traffic
    if bench.options.ablation:
        report_ablation(bench)
        return
    if both or bench.options.streams:
        if os.path.isdir(os.path.join(bench.options.shared, "samples", "realdata")):
            report_streams(bench)
        else:
            print("no real streams: set SLUSS_SHARED or --shared", file=sys.stderr)
    if both or bench.options.traffic:
        report_traffic(bench)
    bench.speed()


if __name__ == "__main__":
    main()
