"""streams.py -- real streams of payments and invoices as deliveries, and things that go wrong

The streams are gzip CSV with the header date,doc,party,amount_minor,unit. Each is cut in three
ways: D a file a day, U a file per unit and day, M a file per unit and month. Every file is scored
after WARM_UP files; every `every`-th is also judged with each injection, as a probe.
"""
import collections
import csv
import datetime
import gzip
import os
import random

from replay import INCIDENT, NORMAL, ORDINARY, utc

WARM_UP = 20
WINDOW = 250          # earlier files that an injection may draw from
CONTENT_LEAST = 10    # records below which "the same content" says nothing
SOURCES = ("ukretail", "oxford", "manchester", "harrogate", "tfl")

Record = collections.namedtuple("Record", "date doc party amount")
# Which batches make a stream: how many files, how many records in the mean.
Cut = collections.namedtuple("Cut", "least_files least_mean month")
CUTS = {"D": Cut(100, 1, 20), "U": Cut(120, 5, 20), "M": Cut(24, 10, 2)}

COLUMNS = ("type", "number", "issue_date", "due_date", "amount", "currency", "debtor_id",
           "debtor_name")
NEW_COLUMNS = ("number", "debtor_id", "debtor_name", "amount", "currency", "issue_date",
               "due_date", "type", "description")


def read(directory, source):
    """Rows by unit, in order of date. A row without a number gets one."""
    rows = []
    path = os.path.join(directory, f"{source}.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        for i, row in enumerate(csv.DictReader(text)):
            record = Record(datetime.date.fromisoformat(row["date"]), row["doc"] or f"N{i:07d}",
                            row["party"], int(row["amount_minor"]))
            rows.append((int(row["unit"]), record))
    return rows


def cut(rows, kind):
    """{name of the stream: [files, each a list of records]}, longest streams first."""
    files = collections.defaultdict(lambda: collections.defaultdict(list))
    for unit, record in rows:
        stream = "all" if kind == "D" else f"{kind.lower()}{unit}"
        batch = record.date.replace(day=1) if kind == "M" else record.date
        files[stream][batch].append(record)
    rule = CUTS[kind]
    kept = {name: [batches[day] for day in sorted(batches)] for name, batches in files.items()}
    kept = {name: batches for name, batches in kept.items()
            if len(batches) >= rule.least_files
            and sum(map(len, batches)) >= rule.least_mean * len(batches)}
    return dict(sorted(kept.items(), key=lambda s: (-sum(map(len, s[1])), s[0])))


# --- files ---------------------------------------------------------------------------------------

def amount(minor, point=","):
    sign, minor = "-" if minor < 0 else "", abs(minor)
    return f"{sign}{minor // 100}{point}{minor % 100:02d}"


class Writer:
    """case-csv as the usual system writes it, or as a new one does."""

    def __init__(self):
        self.due = {}

    def dates(self, day):
        if day not in self.due:
            later = day + datetime.timedelta(days=30)
            self.due[day] = (day.isoformat(), later.isoformat())
        return self.due[day]

    def usual(self, records):
        lines = [";".join(COLUMNS)]
        for r in records:
            issued, due = self.dates(r.date)
            lines.append(f"invoice;{r.doc};{issued};{due};{amount(r.amount)};SEK;{r.party};"
                         f"Part {r.party}")
        return ("\n".join(lines) + "\n").encode()

    def new(self, records, created):
        lines = [f"#case-csv;version=1;producer=Nova Ekonomi 1.0;created={created};environment=P",
                 ";".join(NEW_COLUMNS)]
        for r in records:
            issued, due = self.dates(r.date)
            lines.append(f'{r.doc};{r.party};"Part {r.party}";{amount(r.amount, ".")};SEK;'
                         f"{issued};{due};invoice;Faktura")
        lines.append(f"#end;items={len(records)};sum={amount(sum(r.amount for r in records), '.')}")
        return ("\r\n".join(lines) + "\r\n").encode()


# --- what goes wrong -----------------------------------------------------------------------------

def renumber(records, rng):
    """New numbers in the shape of the old ones: other digits at the end."""
    out = []
    for r in records:
        digits = 0
        while digits < min(7, len(r.doc)) and r.doc[-1 - digits].isdigit():
            digits += 1
        head = r.doc[:len(r.doc) - digits]
        out.append(r._replace(doc=f"{head}{rng.randrange(10 ** 8, 10 ** 9)}"))
    return out


def redate(records, day):
    """Moves the dates so that the last is `day`."""
    if not records:
        return []
    shift = day - max(r.date for r in records)
    return [r._replace(date=r.date + shift) for r in records]


def edit(records, rng, part):
    """Other amounts in `part` of the records, at least in one."""
    chosen = set(rng.sample(range(len(records)), max(1, round(part * len(records)))))
    return [r._replace(amount=round(r.amount * rng.uniform(0.5, 1.5)) + 1) if i in chosen else r
            for i, r in enumerate(records)]


class Case:
    """One untouched file in its stream, and every wrong file that could have come instead."""

    def __init__(self, files, at, month, seed):
        self.files, self.at, self.month, self.seed = files, at, month, seed
        self.records = files[at]
        self.day = max(r.date for r in self.records)
        self.past = files[max(0, at - WINDOW):at]

    def rng(self, name):
        return random.Random(f"{self.seed}/{self.at}/{name}")

    def unseen(self, count, rng):
        """Records that nobody has sent yet, dated as today's: the next files', then invented."""
        out = []
        for later in self.files[self.at + 1:]:
            if len(out) >= count:
                break
            out += [r._replace(date=self.day) for r in later]
        known = [r for batch in self.past for r in batch]
        while len(out) < count:
            like = rng.choice(known)
            out += renumber([like._replace(date=self.day, party=str(rng.randrange(10 ** 6, 10 ** 7)),
                                           amount=round(like.amount * rng.uniform(0.6, 1.4)) + 1)],
                            rng)
        return out[:count]

    def times(self, factor, rng):
        return self.records + self.unseen((factor - 1) * len(self.records), rng)

    def part(self, part, rng):
        return rng.sample(self.records, max(1, round(part * len(self.records))))

    def scaled(self, factor):
        return [r._replace(amount=r.amount * factor) for r in self.records]

    def volume(self):
        """Wrong in number or amount alone: all content is new."""
        for name, factor in (("x2", 2), ("x3", 3), ("x10", 10)):
            yield name, self.times(factor, self.rng(name))
        yield "half", self.part(0.5, self.rng("half"))
        yield "tenth", self.part(0.1, self.rng("tenth"))
        following = sum(map(len, self.files[self.at + 1:self.at + 1 + self.month]))
        rng = self.rng("month")
        more = max(following, (self.month // 2) * len(self.records))
        yield "month", self.records + self.unseen(more, rng)
        yield "amount x10", self.scaled(10)
        yield "amount x100", self.scaled(100)

    def earlier(self, rng):
        """An earlier file large enough to be known again; None where there is none."""
        large = [batch for batch in self.past if len(batch) >= CONTENT_LEAST]
        if not large:
            return None
        batch = list(rng.choice(large))
        rng.shuffle(batch)
        return batch

    def content(self):
        """Wrong in what it repeats."""
        rng = self.rng("replay")
        old = self.earlier(rng)
        if old:
            yield "replay", old
            fresh = renumber(old, rng)
            yield "renumbered", fresh
            yield "renumbered, redated", redate(fresh, self.day)
            edited = edit(fresh, rng, 0.1)
            yield "10 % edited", edited
            yield "10 % edited, redated", redate(edited, self.day)
        if len(self.records) >= CONTENT_LEAST:
            yield "doubled", self.records + self.records
        rng = self.rng("older month")
        first = rng.randrange(max(1, len(self.past) - self.month))
        month = [r for batch in self.past[first:first + self.month + 1] for r in batch]
        if len(month) >= CONTENT_LEAST:
            yield "older month", month

    def heby(self):
        """A test file of real old records from a new system, as (name, records)."""
        rng = self.rng("heby")
        known = [r for batch in self.past[:-2] for r in batch]
        mixed = rng.sample(known, min(len(known), max(50, len(self.records))))
        yield "heby", mixed
        yield "heby, renumbered", renumber(mixed, rng)

    def migrated(self):
        """Today's file from the new system: its own numbers, the same parties, right."""
        rng = self.rng("migrated")
        first = rng.randrange(10 ** 9, 9 * 10 ** 9)
        return [r._replace(doc=str(first + i)) for i, r in enumerate(self.records)]


MIGRATED = "first after migration"


def add_stream(history, unit, files, kind, *, every, seed):
    """Adds a whole stream with its probes; returns the number of files."""
    writer = Writer()
    sizes = collections.deque(maxlen=20)
    for i, records in enumerate(files):
        day = max(r.date for r in records)
        at = utc(day, 18 * 60)
        middle = sorted(sizes)[len(sizes) // 2] if sizes else len(records)
        scored = i >= WARM_UP
        if scored and i % every == 0:
            probes(history, writer, unit, Case(files, i, CUTS[kind].month, f"{seed}/{unit}"), at)
        history.add(at, unit, f"fil{i:05d}.csv", writer.usual(records), position=i - WARM_UP,
                    event="untouched" if scored else "warm-up", sort=ORDINARY,
                    larger=len(records) >= middle)
        sizes.append(len(records))


def probes(history, writer, unit, case, at):
    def add(event, content, sort=INCIDENT):
        history.add(at, unit, f"fil{case.at:05d}.csv", content, event=event, sort=sort,
                    fate="probe")

    for group in (case.volume(), case.content()):
        for event, records in group:
            add(event, writer.usual(records))
    for event, records in case.heby():
        add(event, writer.new(records, utc(case.day, 17 * 60)[:-1]))
    add(MIGRATED, writer.new(case.migrated(), utc(case.day, 17 * 60)[:-1]), NORMAL)
