"""traffic.py -- a year and a half of municipal traffic for the safeguards to judge

Ordinary files of all units by the calendar (towns.py), normal events in them, and every wrong file
of incidents.py instead of an ordinary one, as a probe. Everything follows from the seed.
usage: traffic.py DIRECTORY [--seed N] [--months N] [--quick]
"""
import argparse
import collections
import datetime
import random

import incidents
import people
import replay
import towns
import writers
from replay import INCIDENT, NORMAL, ORDINARY, utc

PROBES = 60
QUICK_PROBES = 20
KEPT = 45                   # files a unit that incidents may draw from


def plan_probes(schedule, units, rng, probes):
    """{place in the schedule: [(sort, event, least, maker)]}, spread over units and time."""
    rank = collections.Counter()
    places = collections.defaultdict(lambda: collections.defaultdict(list))
    for place, (_, _, at, service) in enumerate(schedule):
        rank[at] += 1
        if service != "run" and rank[at] > incidents.LEAST[service]:
            places[service][at].append(place)
    planned = collections.defaultdict(list)
    for sort, table in ((INCIDENT, incidents.INCIDENTS), (NORMAL, incidents.RIGHT)):
        for event, services, least, maker in table:
            chosen = [list(found) for service in services for found in places[service].values()]
            for _ in range(probes if chosen else 0):
                planned[rng.choice(rng.choice(chosen))].append((sort, event, least, maker))
    return planned


class Traffic:
    """Walks through the schedule and writes the history."""

    def __init__(self, history, seed, months, probes):
        self.history = history
        self.rng = random.Random(f"traffic/{seed}")
        last = people.months_later(towns.FIRST_DAY, months)
        self.calendar = people.Calendar(towns.FIRST_DAY, last)
        self.units, self.schedule = towns.found(self.rng, self.calendar)
        self.planned = plan_probes(self.schedule, self.units, self.rng, probes)
        self.migrating = self.choose_migrations()
        self.fees = self.choose_fees()
        self.merging = {at: self.rng.randrange(8, 14) for at, unit in enumerate(self.units)
                        if isinstance(unit, towns.Subscription) and self.rng.random() < 0.25}
        for unit in self.units:
            if isinstance(unit, towns.Sundry) and self.rng.random() < 0.3:
                unit.joins = self.rng.randrange(60, 200)
        self.count = collections.Counter()
        self.wanted = collections.Counter()
        for unit in self.units:
            formats = {"case-csv"} if unit.style.format == "case-csv" else {"bgmax", "camt.054"}
            history.unit(unit.key, sorted(formats))

    def choose_migrations(self):
        """{unit: the file that is the first from its new system}, for half of them."""
        files = collections.Counter(run[2] for run in self.schedule)
        return {at: self.rng.randrange(count // 2, count) for at, count in files.items()
                if count >= 12 and self.rng.random() < 0.6}

    def choose_fees(self):
        return {at: self.rng.randrange(9, 14) for at, unit in enumerate(self.units)
                if isinstance(unit, towns.Subscription) and self.rng.random() < 0.5}

    def walk(self):
        settled = None
        paying = {unit.ledger for unit in self.units if unit.service == "betalningar"}
        ledgers = {id(unit.ledger): unit.ledger for unit in self.units}
        for place, (day, minute, at, service) in enumerate(self.schedule):
            if day != settled:
                settled = day
                for ledger in ledgers.values():
                    if ledger not in paying:
                        ledger.pay(day)
            self.deliver(place, day, minute, self.units[at], at, service)

    def deliver(self, place, day, minute, unit, at, service):
        sender = unit.run if service == "run" else unit
        self.count[at] += 1
        event = self.change(unit, sender, at, service, day)
        sender.advance(day)
        items = sender.make(day, self.rng)
        minute += self.rng.randrange(-9, 10)
        for sort, name, least, maker in self.planned.get(place, ()):
            self.probe(unit, day, minute, items, sort, name, least, maker)
        if not items and sender.style.format == "case-csv" and not sender.style.end:
            return                  # nothing to send, and no way to say so
        if not items:
            event = event or "N13 empty file"
        if isinstance(sender, towns.Subscription) and len(unit.past) > 3 and service != "run" \
                and self.rng.random() < 0.12:
            self.supplement(unit, sender, day, minute)
        if getattr(unit, "joins", None) == self.count[at]:
            unit.second = towns.SecondBody(self.rng.choice(self.units).town, self.rng)
            event = "N18 merged bodies"
        parts = self.parts(sender, items, service)
        for i, part in enumerate(parts):
            label = event or ("N14 several the same day" if len(parts) > 1
                              else self.habit(unit, service, day))
            self.send(unit, sender, day, minute + 3 * i, part, label)

    def change(self, unit, sender, at, service, day):
        """What is new from this file on; the event it makes, or nothing."""
        nth = self.count[at]
        if nth == 1:
            return "N09 first of a new sender"
        if service == "run":
            unit.runs = getattr(unit, "runs", 0) + 1
            return "N01 large run" + (", unseen" if unit.runs <= 2 else "")
        if nth == self.migrating.get(at):
            unit.style = writers.style(self.rng, unit.style.format, unit.style)
            if hasattr(unit, "run"):
                unit.run.style = unit.style
            if unit.style.format == "case-csv":
                unit.new_series()
                return "N10 first from a new system"
        if nth == self.fees.get(at):
            sender.new_fee(self.rng)
            return "N03 new fee"
        if nth == self.merging.get(at):
            sender.merge(self.rng)
            return "N18 merged bodies"
        if isinstance(sender, towns.Subscription) and day >= datetime.date(2026, 1, 1) \
                and sender.factor == 1.0:
            sender.factor = self.rng.uniform(1.03, 1.12)
            return "N02 rate change"
        return None

    def parts(self, sender, items, service):
        if isinstance(sender, towns.Sundry) and len(items) >= 9 and self.rng.random() < 0.04:
            third = len(items) // 3
            return [items[:third], items[third:2 * third], items[2 * third:]]
        return [items]

    def habit(self, unit, service, day):
        """The look-alike that an ordinary file is by its calendar."""
        last = unit.past[-1][0] if unit.past else day
        gap = (day - last).days
        if service in ("arrende", "musikskola"):
            return "N04 year or term start"
        if len(unit.past) < 6:
            return "cold start"
        if service in incidents.CLAIMS and gap >= 21:
            return "N17 after a pause"
        if service in incidents.DAILY + incidents.PAYING and gap >= 4:
            return "N11 after a holiday gap"
        if service in ("barnomsorg", "hyror", "avfall"):
            return "N12 same amounts again"
        return ""

    def supplement(self, unit, sender, day, minute):
        """What was left out of the run before, some banking days ahead of the next."""
        at = day - datetime.timedelta(days=self.rng.randrange(3, 9))
        at = self.calendar.next_open(at)
        if at < day:
            items = sender.forgotten(at, self.rng)
            self.send(unit, sender, at, minute, items, "N14 supplement to a run")

    def content(self, style, items, unit, day, **more):
        unit.serial += 1
        return (writers.write(items, style, day, unit.serial, **more),
                writers.file_name(style, unit.key, day, unit.serial))

    def send(self, unit, sender, day, minute, items, event):
        if items and self.rng.random() < 0.004:
            minute = self.correct(unit, sender, day, minute, items)
            event = "N06 corrected resend"
        content, name = self.content(sender.style, items, unit, day)
        self.history.add(utc(day, minute), unit.key, name, content, event=event,
                         sort=NORMAL if event.startswith("N") else ORDINARY)
        sender.sent(items, day)
        unit.past = unit.past[-KEPT:] + [(day, items, content, sender.style, name)]

    def correct(self, unit, sender, day, minute, items):
        """A wrong file that somebody rejects, two hours before the right one."""
        stated = sum(item.minor for item in items)
        if sender.style.format == "case-csv" and sender.style.end:
            content, name = self.content(sender.style, items, unit, day, total=stated + 100)
        else:
            wrong = [item._replace(minor=item.minor * 100) for item in items]
            content, name = self.content(sender.style, wrong, unit, day)
        self.history.add(utc(day, minute), unit.key, name, content, sort=INCIDENT,
                         event="N06's wrong file", fate="rejected")
        return minute + 120

    def probe(self, unit, day, minute, items, sort, event, least, maker):
        rng = random.Random(f"{event}/{unit.key}/{day}/{self.wanted[event]}")
        self.wanted[event] += 1
        others = [other for other in self.units
                  if other is not unit and any(sent[1] for sent in other.past)]
        scene = incidents.Scene(unit, day, items, rng, others)
        if len(items) < least or len(scene.last()) < least or not others:
            return
        if unit.style.format == "case-csv" and not (
                incidents.NEEDS.get(event, set()) <= set(unit.style.columns)):
            return                  # such a file could not show it
        wrong = maker(scene)
        if len(wrong.items) < least:
            return
        style = wrong.style or unit.style
        serial = unit.serial
        content, name = self.content(style, wrong.items, unit, day, **wrong.more)
        unit.serial = serial
        self.history.add(utc(day, minute), unit.key, wrong.name or name, wrong.raw or content,
                         event=event, sort=sort, fate="probe")


def write(history, *, seed, months, quick):
    Traffic(history, seed, months, QUICK_PROBES if quick else PROBES).walk()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory")
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--months", type=int, default=18)
    arguments.add_argument("--quick", action="store_true")
    options = arguments.parse_args()
    history = replay.History(options.directory)
    write(history, seed=options.seed, months=options.months, quick=options.quick)
    history.close()


if __name__ == "__main__":
    main()
