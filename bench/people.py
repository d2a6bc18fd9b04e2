"""people.py -- those who owe and pay, and the days on which banks are open

Nobody here is real: names are drawn from lists, identity numbers carry right check digits and
keep clear of the birth numbers that are reserved for tests.
"""
import collections
import datetime
import itertools

FIRST = """Anna Eva Maria Karin Kristina Lena Kerstin Sara Emma Ingrid Malin Jenny Linda Hanna Elin
Johanna Åsa Ida Sofia Julia Lars Mikael Anders Johan Per Erik Karl Peter Jan Thomas Daniel Fredrik
Hans Andreas Stefan Mohammed Magnus Mats Jonas Björn Göran Håkan Örjan Amina Fatima Yusuf Ahmed
Leila Nadia Oskar Viktor Gustav Alva Wilma Tuva Sixten Folke Märta""".split()
LAST = """Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson
Pettersson Jonsson Jansson Hansson Bengtsson Jönsson Lindberg Jakobsson Magnusson Lindström Lindqvist
Olofsson Lindgren Axelsson Berg Bergström Lundberg Lind Lundgren Lundqvist Mattsson Berglund Fredriksson
Sandberg Henriksson Forsberg Sjöberg Wallin Ali Engström Mohamed Danielsson Håkansson Eklund Lundin
Björk Gunnarsson Holm Samuelsson Fransson Wikström Hassan Isaksson Bergqvist Nyström Arvidsson Holmberg
Söderberg Öberg Åkesson Norberg Hägg Ström Ek Ahlgren Testor""".split()
STREETS = """Storgatan Skolgatan Kyrkogatan Järnvägsgatan Trädgårdsgatan Nygatan Parkvägen Björkvägen
Tallvägen Granvägen Lingonvägen Blåbärsstigen Ringvägen Hagvägen Industrigatan Kvarnvägen Åkervägen
Ängsvägen Sjövägen Strandvägen Klockarvägen Prästgatan Testebovägen Backvägen Smedjegatan Östra
Västergatan Dalvägen Skogsvägen Mossvägen""".split()
TRADES = """Bygg Måleri Transport El Rör Plåt Redovisning Städ Konsult Åkeri Frisör Bageri Livs Skog
Lantbruk Fastigheter Golv Tak Trädgård Contest Verkstad Elektronik""".split()

Party = collections.namedtuple("Party", "id name address zip city")


def luhn(digits):
    """The check digit (modulus 10) that goes behind these digits."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def with_check(digits):
    return digits + luhn(digits)


def ocr(number, length_digit):
    """A reference of these digits, with a length digit before the check digit where asked."""
    if length_digit:
        number += str((len(number) + 2) % 10)
    return with_check(number)


def bankgiro(rng):
    return with_check(f"{rng.randrange(510, 589)}{rng.randrange(1000):03d}{rng.randrange(10)}")


def person_number(rng):
    born = datetime.date(1935, 1, 1) + datetime.timedelta(days=rng.randrange(26000))
    birth = rng.randrange(1, 980)
    while birth in (238, 239):
        birth = rng.randrange(1, 980)
    digits = f"{born:%y%m%d}{birth:03d}"
    return f"{born.year // 100}{with_check(digits)}"


def organisation_number(rng):
    return with_check(f"55{rng.randrange(60, 95)}{rng.randrange(100000):05d}")


class Town:
    """A municipality's register: persons and companies with an address each, never twice."""

    def __init__(self, rng, city, size):
        self.rng, self.city = rng, city
        self.zip = rng.randrange(300, 980)
        self.seen = set()
        self.persons = [self.person() for _ in range(size)]
        self.companies = [self.company() for _ in range(size // 12)]

    def address(self):
        return (f"{self.rng.choice(STREETS)} {self.rng.randrange(1, 90)}",
                f"{self.zip} {self.rng.randrange(10, 60)}", self.city)

    def unique(self, make):
        number = make(self.rng)
        while number in self.seen:
            number = make(self.rng)
        self.seen.add(number)
        return number

    def person(self):
        rng = self.rng
        return Party(self.unique(person_number), f"{rng.choice(FIRST)} {rng.choice(LAST)}",
                     *self.address())

    def company(self):
        rng = self.rng
        form = rng.choice(("AB", "AB", "AB", "HB", "i " + self.city))
        return Party(self.unique(organisation_number),
                     f"{rng.choice(LAST)}s {rng.choice(TRADES)} {form}", *self.address())


# --- days ----------------------------------------------------------------------------------------

def easter(year):
    """Easter Sunday, Gregorian."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return datetime.date(year, f // 31, f % 31 + 1)


def holidays(year):
    day = datetime.timedelta(days=1)
    sunday = easter(year)
    fixed = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    midsummer = next(datetime.date(year, 6, d) for d in range(19, 26)
                     if datetime.date(year, 6, d).weekday() == 4)
    return {datetime.date(year, m, d) for m, d in fixed} | {
        sunday - 2 * day, sunday + day, sunday + 39 * day, midsummer}


class Calendar:
    """Banking days of Sweden."""

    def __init__(self, first, last):
        off = set(itertools.chain.from_iterable(
            holidays(year) for year in range(first.year, last.year + 2)))
        count = (last - first).days + 1
        days = [first + datetime.timedelta(days=i) for i in range(count)]
        self.off = off
        self.days = days
        self.open = [d for d in days if self.is_open(d)]

    def is_open(self, day):
        return day.weekday() < 5 and day not in self.off

    def next_open(self, day):
        while not self.is_open(day):
            day += datetime.timedelta(days=1)
        return day


def month_end(day):
    following = (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    return following - datetime.timedelta(days=1)


def months_later(day, months):
    month = day.year * 12 + day.month - 1 + months
    first = datetime.date(month // 12, month % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))
