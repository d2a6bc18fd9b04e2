"""towns.py -- the ordinary traffic of some municipalities: who sends what on which day

Each unit has a service with its billing calendar, its customers, its number series and a finance
system (writers.Style). Invoices enter their town's ledger; payments, reminders and collection
claims are made from that, so that they refer to what was really sent.
"""
import collections
import datetime
import itertools

import people
import writers
from writers import Item

FIRST_DAY = datetime.date(2025, 3, 3)
CITIES = ("Norrvik", "Tallberga", "Sundby", "Ekeby", "Lindö", "Åmossen", "Hällnäs", "Björkvik")

# rhythm; lowest and highest number of customers; ören lowest, highest, step; share of amounts that
# change from one run to the next; text
Service = collections.namedtuple("Service", "rhythm size amount change texts issued_day")
SERVICES = {
    "barnomsorg": Service("monthly", (250, 700), (56300, 168800, 56250), 0.12,
                          ("Barnomsorgsavgift",), 10),
    "aldreomsorg": Service("monthly", (150, 450), (21200, 258700, 100), 0.2,
                           ("Avgift hemtjänst", "Omvårdnadsavgift", "Kost särskilt boende"), 12),
    "hyror": Service("monthly", (120, 400), (315000, 980000, 1900), 0.03, ("Hyra",), 20),
    "fjarrvarme": Service("monthly", (200, 600), (62000, 940000, 0), 1.0, ("Fjärrvärme",), 5),
    "va": Service("quarterly", (500, 1300), (98000, 310000, 0), 1.0, ("Vatten och avlopp",), 3),
    "avfall": Service("quarterly-waste", (500, 1100), (41200, 99800, 19400), 0.02,
                      ("Renhållningsavgift",), 4),
    "arrende": Service("half-year", (60, 200), (50000, 1850000, 2500), 0.02,
                       ("Tomträttsavgäld", "Arrende"), 8),
    "musikskola": Service("term", (120, 350), (60000, 120000, 30000), 0.1, ("Kulturskola",), 15),
}
FEES = (35000, 52000, 84000, 120000, 136800, 165000, 210000, 287500, 425000, 640000)
SUNDRY = ("Tillsynsavgift livsmedel", "Bygglov", "Markupplåtelse", "Provtagning dricksvatten",
          "Lokalhyra", "Brandskyddskontroll", "Serveringstillstånd", "Sotning", "Parkeringstillstånd",
          "Färdtjänst egenavgift", "Radonmätning", "Kopior av handlingar")


class Ledger:
    """What a town has invoiced, and what became of it."""

    def __init__(self, calendar, rng):
        self.calendar, self.rng = calendar, rng
        self.paying = collections.defaultdict(list)   # banking day: items paid then
        self.unpaid = {}                              # reference: item
        self.due = collections.defaultdict(list)      # week of reminding: references
        self.reminded = []                            # (day, item)
        self.paid = []                                # items, latest last

    def invoice(self, items):
        rng = self.rng
        for item in items:
            if item.minor <= 0:
                continue
            due = datetime.date.fromisoformat(item.due)
            luck = rng.random()
            late = (rng.randrange(-4, 2) if luck < 0.90 else rng.randrange(3, 26) if luck < 0.965
                    else rng.randrange(26, 70) if luck < 0.99 else None)
            self.unpaid[item.reference] = item
            if late is not None:
                day = self.calendar.next_open(due + datetime.timedelta(days=late))
                self.paying[day].append(item)

    def pay(self, day):
        """Takes what is paid on that day."""
        items = self.paying.pop(day, [])
        for item in items:
            self.unpaid.pop(item.reference, None)
        self.paid = (self.paid + items)[-4000:]
        return items


class Unit:
    """A sender: makes the items of a run, and takes note of those that were sent."""

    def __init__(self, key, service, town, ledger, rng):
        self.key, self.service, self.town, self.ledger, self.rng = key, service, town, ledger, rng
        kind = {"betalningar": rng.choice(("bgmax", "camt.054"))}.get(service, "case-csv")
        self.style = writers.style(rng, kind)
        self.payee = people.bankgiro(rng)
        self.code = str(rng.randrange(10, 1000))    # what references begin with
        self.length_digit = rng.random() < 0.5
        self.new_series()
        self.serial = rng.randrange(100, 9000)
        self.minute = rng.choice((285, 290, 310, 335, 360, 375, 400, 1105, 1150))
        self.past = []                                # (day, items, bytes, style, name)
        self.factor = 1.0

    def new_series(self):
        rng = self.rng
        self.width = rng.choice((7, 8, 9, 10))
        self.prefix = rng.choice(("", "", "F", "K-"))
        self.number = rng.randrange(10 ** (self.width - 1), 8 * 10 ** (self.width - 1))
        self.yearly = 0
        kind = rng.random()
        if kind < 0.15:                 # begins anew each year, with the year in front
            self.width, self.prefix, self.yearly = 10, "", 1
        elif kind < 0.35:               # short numbers, as other units have them too
            self.width, self.prefix, self.number = 5, "", rng.randrange(10001, 14000)

    def turn_of_year(self, day):
        if self.yearly and self.yearly != day.year:
            self.yearly, self.number = day.year, day.year * 10 ** 6

    def next_number(self):
        self.number += 1 if self.rng.random() < 0.9 else self.rng.randrange(2, 6)
        return self.number

    def item(self, number, party, minor, issued, due, text, kind="invoice"):
        digits = f"{number:0{self.width}d}"
        return Item(kind, self.prefix + digits, issued.isoformat(), due.isoformat(), minor,
                    people.ocr(self.code + digits, self.length_digit), party, self.payee, text)

    def advance(self, day):
        """Before each run: customers come and go."""
        self.turn_of_year(day)

    def sent(self, items, day):
        self.ledger.invoice(items)


class Subscription(Unit):
    """The same customers every time, most with the same amount."""

    def __init__(self, key, service, town, ledger, rng):
        super().__init__(key, service, town, ledger, rng)
        self.rule = SERVICES[service]
        size = rng.randrange(*self.rule.size)
        pool = town.persons if service not in ("arrende",) else town.persons + town.companies
        self.pool = rng.sample(pool, min(len(pool), size * 2))
        self.customers = {party: self.draw() for party in self.pool[:size]}
        self.extra = {}

    def draw(self):
        low, high, step = self.rule.amount
        rng = self.rng
        if step == 0:
            return int(low * (high / low) ** rng.random())
        if self.service == "barnomsorg" and rng.random() < 0.55:
            return rng.choice((56300, 112500, 168800))
        return low + step * rng.randrange((high - low) // step + 1)

    def advance(self, day):
        self.turn_of_year(day)
        rng = self.rng
        for party in [p for p in self.customers if rng.random() < 0.02]:
            del self.customers[party]
        while len(self.customers) < 0.985 * len(self.pool) / 2:
            self.customers[rng.choice(self.pool)] = self.draw()
        for party in self.customers:
            if self.rule.amount[2] and rng.random() < self.rule.change:
                self.customers[party] = self.draw()

    def due(self, day):
        """Monthly: the end of the month that the run belongs to, also where it is late."""
        if self.rule.rhythm != "monthly":
            return people.months_later(day, 1)
        return people.month_end(day - datetime.timedelta(days=4) if day.day <= 3 else day)

    def make(self, day, rng):
        issued = day
        due = self.due(day)
        season = 1.0
        if self.service == "fjarrvarme":
            season = (1.9, 1.8, 1.5, 1.1, .7, .4, .35, .4, .6, 1.0, 1.4, 1.7)[day.month - 1]
        items = []
        for party, minor in self.customers.items():
            if self.rule.amount[2] == 0:
                minor = int(minor * season * rng.uniform(0.8, 1.25))
            items.append(self.item(self.next_number(), party,
                                   round(minor * self.factor / 100) * 100
                                   if self.rule.amount[2] else int(minor * self.factor),
                                   issued, due, rng.choice(self.rule.texts)))
        for party, (minor, text) in self.extra.items():
            items.append(self.item(self.next_number(), party, minor, issued, due, text))
        return items

    def forgotten(self, day, rng):
        """A supplement to the run a few days before: those who were left out, and new ones."""
        chosen = rng.sample([p for p in self.pool if p not in self.customers] or self.pool,
                            rng.randrange(3, 15))
        due = max(self.due(day), day + datetime.timedelta(days=20))
        return [self.item(self.next_number(), party, self.draw(), day, due,
                          rng.choice(self.rule.texts)) for party in chosen]

    def merge(self, rng):
        """Another body's customers from now on: as many again, or half of that."""
        strangers = [p for p in self.town.persons if p not in self.customers]
        more = rng.sample(strangers, min(len(strangers), len(self.customers) // 2))
        self.pool = self.pool + more * 2
        for party in more:
            self.customers[party] = self.draw()

    def new_fee(self, rng):
        chosen = rng.sample(sorted(self.customers), max(3, len(self.customers) // 8))
        minor = rng.choice((4900, 9900, 15000, 24500))
        self.extra = {party: (minor, "Faktureringsavgift") for party in chosen}


class Sundry(Unit):
    """Invoices as they come, a file a day."""

    def __init__(self, key, service, town, ledger, rng):
        super().__init__(key, service, town, ledger, rng)
        self.mean = rng.randrange(8, 45)
        self.weekly = [rng.uniform(0.7, 1.3) for _ in range(5)]
        self.regulars = rng.sample(town.companies, min(len(town.companies), 60))
        self.last = None
        self.second = None

    def advance(self, day):
        self.turn_of_year(day)
        self.gap = self.waiting(day)

    def waiting(self, day):
        """Weekdays since the last file."""
        if self.last is None:
            return 1
        days = (day - self.last).days
        return sum((self.last + datetime.timedelta(days=i)).weekday() < 5
                   for i in range(1, days + 1))

    def make(self, day, rng):
        july = 0.35 if day.month == 7 else 1.0
        mean = self.mean * self.weekly[day.weekday() % 5] * july * max(1, min(self.gap, 4))
        count = max(1, int(rng.gammavariate(6, mean / 6)))
        items = []
        due = day + datetime.timedelta(days=30)
        for _ in range(count):
            party = (rng.choice(self.regulars) if rng.random() < 0.35
                     else rng.choice(self.town.persons))
            minor = rng.choice(FEES) if rng.random() < 0.5 else int(
                10 ** rng.uniform(4.3, 6.4))
            items.append(self.item(self.next_number(), party, minor, day, due,
                                   rng.choice(SUNDRY)))
        if self.second:
            items = [self.second.of(item, rng) if rng.random() < 0.35 else item for item in items]
        if count > 6 and rng.random() < 0.25:
            items += instalments(items.pop(), rng)
        if count > 6 and rng.random() < 0.25:
            items += reissued(self, items[0], day, due)
        return items

    def sent(self, items, day):
        super().sent(items, day)
        self.last = day


class SecondBody:
    """Another body's series and customers in the same files, from a merger on."""

    def __init__(self, town, rng):
        self.town, self.number = town, rng.randrange(10 ** 6, 9 * 10 ** 6)

    def of(self, item, rng):
        self.number += 1
        digits = f"77{self.number}"
        return item._replace(number=digits, reference=people.ocr(digits, True),
                             party=rng.choice(self.town.persons))


def instalments(item, rng):
    """One invoice to be paid in three parts: one reference, three due dates."""
    due = datetime.date.fromisoformat(item.due)
    part = max(100, item.minor // 3)
    return [item._replace(number=f"{item.number}-{i}", minor=part,
                          due=people.months_later(due, i - 1).isoformat()) for i in (1, 2, 3)]


def reissued(unit, item, day, due):
    """A wrong invoice credited, and the right one, in the same file."""
    credit = unit.item(unit.next_number(), item.party, -item.minor, day, due, "Kreditering",
                       "credit-note")
    right = unit.item(unit.next_number(), item.party, item.minor, day,
                      due + datetime.timedelta(days=10), item.text)
    return [credit, right]


class Reminders(Unit):
    """A week's unpaid invoices, or the claims that follow reminders (service inkasso)."""

    def __init__(self, key, service, town, ledger, rng):
        super().__init__(key, service, town, ledger, rng)
        self.known = set()
        self.own_numbers = service == "inkasso" and rng.random() < 0.5

    def make(self, day, rng):
        if self.service == "inkasso":
            limit = day - datetime.timedelta(days=20)
            chosen = [item for at, item in self.ledger.reminded
                      if at <= limit and item.reference in self.ledger.unpaid
                      and item.reference not in self.known]
        else:
            limit = (day - datetime.timedelta(days=8)).isoformat()
            chosen = [item for item in self.ledger.unpaid.values()
                      if item.due <= limit and item.reference not in self.known]
        out = []
        for item in chosen[:2500]:
            number = f"{self.next_number():0{self.width}d}" if self.own_numbers else item.number
            out.append(item._replace(type="case", number=number))
        return out

    def sent(self, items, day):
        self.known.update(item.reference for item in items)
        if self.service == "paminnelser":
            self.ledger.reminded += [(day, item) for item in items]


class Payments(Unit):
    """What was paid since the last file."""

    def __init__(self, key, service, town, ledger, rng):
        super().__init__(key, service, town, ledger, rng)
        self.taken = {}

    def make(self, day, rng):
        if day not in self.taken:
            paid = [item._replace(type="payment", number="") for item in self.ledger.pay(day)]
            self.taken = {day: sorted(paid, key=lambda item: item.payee)}
        return list(self.taken[day])

    def sent(self, items, day):
        pass


CLASSES = collections.defaultdict(lambda: Subscription, {
    "ekonomi": Sundry, "tillsyn": Sundry, "paminnelser": Reminders, "inkasso": Reminders,
    "betalningar": Payments})


# --- who sends on which day ----------------------------------------------------------------------

def days_of(service, calendar, rng):
    """Banking days on which the service sends a file."""
    rhythm = SERVICES[service].rhythm if service in SERVICES else service
    if rhythm in ("ekonomi", "tillsyn", "betalningar"):
        return list(calendar.open)
    if rhythm in ("paminnelser", "inkasso"):
        weekday = rng.randrange(5)
        pause = rng.random() < 0.6
        days = sorted({calendar.next_open(d) for d in calendar.days if d.weekday() == weekday})
        return [d for d in days if not (pause and d.month == 7)]
    target = SERVICES[service].issued_day + rng.randrange(-1, 2)
    months = {"monthly": range(1, 13), "quarterly": (1, 4, 7, 10), "quarterly-waste": (2, 5, 8, 11),
              "half-year": (1, 7), "term": (2, 9)}[rhythm]
    days = [d for d in calendar.days if d.day == target and d.month in months]
    days = [d + datetime.timedelta(days=late(d, rng)) for d in days]
    return [calendar.next_open(d) for d in days if d <= calendar.days[-5]]


def late(day, rng):
    """Runs are moved: before Christmas forward, now and then by a week."""
    if day.month == 12 and day.day > 8:
        return -rng.randrange(3, 6)
    return rng.randrange(3, 9) if rng.random() < 0.04 else rng.choice((0, 0, 0, 0, 1))


PLAN = (
    ("ekonomi", "betalningar", "paminnelser", "inkasso", "barnomsorg", "va"),
    ("ekonomi", "betalningar", "paminnelser", "aldreomsorg", "hyror", "avfall"),
    ("ekonomi", "betalningar", "paminnelser", "inkasso", "barnomsorg", "fjarrvarme", "musikskola"),
    ("tillsyn", "betalningar", "paminnelser", "hyror", "arrende", "va", "aldreomsorg"),
    ("ekonomi", "tillsyn", "betalningar", "inkasso", "paminnelser", "barnomsorg"),
    ("ekonomi", "paminnelser", "fjarrvarme", "avfall", "hyror", "musikskola"),
)


def found(rng, calendar):
    """The units and, for each, its days; towns begin one after another."""
    units, schedule = [], []
    for at, services in enumerate(PLAN):
        town = people.Town(rng, CITIES[at], 2600)
        ledger = Ledger(calendar, rng)
        partner = town.city.lower().translate(str.maketrans("åäö", "aao"))
        begins = calendar.days[0] + datetime.timedelta(days=14 * at)
        for service in services:
            unit = CLASSES[service](f"{partner}/{service}", service, town, ledger, rng)
            units.append(unit)
            for day in days_of(service, calendar, rng):
                if day >= begins:
                    schedule.append((day, unit.minute, len(units) - 1, service))
        add_runs(units, services, schedule, calendar, rng, begins)
    schedule.sort(key=lambda run: run[:3])
    return units, schedule


def add_runs(units, services, schedule, calendar, rng, begins):
    """Some finance offices send everything through one inbox: large runs among daily files."""
    for offset, service in enumerate(services):
        if service != "ekonomi" or len(services) != 6:
            continue
        at = len(units) - len(services) + offset
        daily = units[at]
        absent = [run for run in ("va", "avfall") if run not in services] or ["arrende"]
        run = Subscription(daily.key, rng.choice(absent), daily.town, daily.ledger, rng)
        run.style, run.payee = daily.style, daily.payee
        daily.run = run
        for day in days_of(run.service, calendar, rng):
            if day >= begins:
                schedule.append((day, daily.minute + 20, at, "run"))
