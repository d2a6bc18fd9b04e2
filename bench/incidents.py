"""incidents.py -- wrong files by the catalogue, and right ones that look like them

Each is a function of a Scene (the unit, its past, what it would have sent today) and gives a
Wrong: the items, in whose style, and what else differs. The number before the name is the
catalogue's (I01..I40, N01..N18).
"""
import collections
import datetime

import people
import towns
import writers

Wrong = collections.namedtuple("Wrong", "items style more raw name",
                               defaults=(None, {}, None, None))

DAILY = ("ekonomi", "tillsyn")
STABLE = ("barnomsorg", "aldreomsorg", "hyror", "avfall")
METERED = ("fjarrvarme",)
BILLS = STABLE + METERED + DAILY + ("va", "musikskola", "arrende")
CLAIMS = ("paminnelser", "inkasso")
PAYING = ("betalningar",)
ALL = BILLS + CLAIMS + PAYING
NOT_PAYING = BILLS + CLAIMS

# Earlier files that a unit must have for the incident to be told from a cold start.
LEAST = collections.defaultdict(lambda: 6, {
    "ekonomi": 20, "tillsyn": 20, "betalningar": 20, "paminnelser": 10, "inkasso": 10, "va": 3,
    "avfall": 3, "musikskola": 2, "arrende": 2})


class Scene:
    def __init__(self, unit, day, items, rng, others):
        self.unit, self.day, self.items, self.rng, self.others = unit, day, items, rng, others
        self.past = [sent for sent in unit.past if sent[1]]
        self.style = unit.style

    @property
    def new_style(self):
        return writers.style(self.rng, self.style.format, self.style)

    def last(self, most=1, skip=0):
        """Items of the latest files."""
        chosen = self.past[:len(self.past) - skip][-most:]
        return [item for sent in chosen for item in sent[1]]

    def old(self):
        """An earlier file that is not among the latest two."""
        return self.rng.choice(self.past[:-2] or self.past)

    def mixed(self, size, skip=1):
        pool = self.last(40, skip)
        return self.rng.sample(pool, min(len(pool), size))

    def size(self):
        return max(len(self.items), 40)

    def renumbered(self, items):
        """New numbers in a new system's series, references with them."""
        rng, out = self.rng, []
        width = rng.choice((6, 8, 9))
        number = rng.randrange(10 ** (width - 1), 8 * 10 ** (width - 1))
        for item in items:
            number += 1
            digits = str(number)
            out.append(item._replace(
                number=digits if item.number else "",
                reference=people.ocr(self.unit.code + digits, self.unit.length_digit)))
        return out

    def redated(self, items, days=None):
        """Dates moved: by `days`, or so that the latest issue is today."""
        if not items:
            return items
        if days is None:
            days = (self.day - max(date(item.issued) for item in items)).days
        return [item._replace(issued=moved(item.issued, days), due=moved(item.due, days))
                for item in items]


def date(text):
    return datetime.date.fromisoformat(text)


def moved(text, days):
    return (date(text) + datetime.timedelta(days=days)).isoformat()


def scaled(items, factor):
    return [item._replace(minor=round(item.minor * factor)) for item in items]


def partly(items, rng, part, change):
    return [change(item) if rng.random() < part else item for item in items]


# --- the founding incident -----------------------------------------------------------------------

def heby_old(s):
    return Wrong(s.mixed(3 * s.size()), s.new_style)


def heby_one_file(s):
    return Wrong(list(s.old()[1]), s.new_style)


def heby_renumbered(s):
    return Wrong(s.renumbered(list(s.old()[1])), s.new_style)


def heby_mixed(s):
    return Wrong(s.renumbered(s.mixed(s.size())), s.new_style)


def heby_same_system(s):
    return Wrong(s.mixed(s.size()), s.style)


def heby_copy_of_all(s):
    return Wrong(s.renumbered(s.last(40, 1)), s.new_style)


def heby_redated(s):
    return Wrong(s.redated(s.renumbered(s.mixed(s.size()))), s.new_style)


def heby_few(s):
    return Wrong(s.mixed(8), s.new_style)


def heby_edited(s):
    items = s.renumbered(s.mixed(s.size()))
    return Wrong(partly(items, s.rng, 0.3, lambda item: item._replace(
        minor=round(item.minor * s.rng.uniform(0.5, 1.5)))), s.new_style)


# --- tests that show -----------------------------------------------------------------------------

def flag(s):
    style = s.style if s.style.format == "bgmax" else s.style._replace(head=True)
    return Wrong(s.items, style, {"environment": "T"})


def name_test(s):
    word = s.rng.choice(("TEST_", "test-", "Testfil_", "prov_"))
    return Wrong(s.items, s.style, name=word + "leverans.csv")


TEST_PERSONS = (("191212121212", "Tolvan Tolvansson"), ("199001012385", "Test Testsson"),
                ("198112289874", "Anna Test"), ("202001012384", "Kalle Anka"))


def test_persons(s):
    def change(item):
        number, name = s.rng.choice(TEST_PERSONS)
        return item._replace(party=people.Party(number, name, "Testgatan 1", "123 45", "Teststad"))
    return Wrong(partly(s.items, s.rng, 0.5, change), s.style)


def placeholders(s):
    def change(item):
        name = s.rng.choice(("Test Testsson", "Kalle Anka", "xxx", "Förnamn Efternamn", "N N"))
        return item._replace(party=item.party._replace(name=name, address="xxx", zip="123 45",
                                                       city="XXX"))
    return Wrong(partly(s.items, s.rng, 0.4, change), s.style)


# --- the same again ------------------------------------------------------------------------------

def same_bytes(s):
    sent = s.past[-1]
    return Wrong(sent[1], raw=sent[2], name=s.rng.choice((sent[4], None)))


def new_header(s):
    items = list(s.past[-1][1])
    if s.rng.random() < 0.5:
        s.rng.shuffle(items)
    return Wrong(items, s.style)


def old_file(s):
    sent = s.rng.choice(s.past[-30:])
    return Wrong(sent[1], raw=sent[2], name=sent[4])


def oldest_file(s):
    return Wrong(list(s.past[0][1]), s.style)


def largest_again(s):
    return Wrong(list(max(s.past[-30:], key=lambda sent: len(sent[1]))[1]), s.style)


def new_ids(s):
    return Wrong(s.renumbered(s.last()), s.style)


def tripled(s):
    return Wrong(s.renumbered(s.items) + s.renumbered(s.items) + s.items, s.style)


def week_again(s):
    old = s.last(5)
    return Wrong(s.items + s.rng.sample(old, max(3, int(0.4 * len(old)))), s.style)


def other_channel(s):
    items = list(s.past[-1][1])
    if s.style.format == "case-csv":
        return Wrong(items, s.new_style)
    other = "camt.054" if s.style.format == "bgmax" else "bgmax"
    return Wrong(items, s.style._replace(format=other))


def later_due(s):
    """A copy of the whole batch with a later due date, some days after it."""
    items = s.renumbered(s.last())
    return Wrong(s.redated(items, s.rng.randrange(2, 10)), s.style)


def never_invoiced(s):
    strangers = [p for other in s.others for p in s.rng.sample(other.town.persons, 200)]
    count = 8 * s.size()
    items = []
    for _ in range(count):
        due = s.day - datetime.timedelta(days=s.rng.randrange(60, 400))
        number = s.rng.randrange(10 ** 9, 9 * 10 ** 9)
        items.append(writers.Item("case", str(number),
                                  (due - datetime.timedelta(days=30)).isoformat(), due.isoformat(),
                                  s.rng.choice(towns.FEES), people.ocr(str(number), True),
                                  s.rng.choice(strangers), s.unit.payee, "Avgift"))
    return Wrong(s.items + items, s.style)


def backlog(s):
    """A year of delayed invoices at once: new numbers, dates far apart."""
    items = []
    for months in range(12):
        for item in s.items:
            due = people.months_later(date(item.due), -months)
            issued = people.months_later(date(item.issued), -months)
            items.append(item._replace(due=due.isoformat(), issued=issued.isoformat(),
                                       minor=round(item.minor * s.rng.uniform(0.9, 1.1))))
    return Wrong(s.renumbered(items), s.style)


def strangers(s):
    """Another organisation's invoices, by its own series and to its own account."""
    other = s.rng.choice([u for u in s.others if u.town is not s.unit.town])
    return Wrong(foreign(s, other), s.style)


def foreign(s, other):
    """What another unit would send today."""
    if hasattr(other, "waiting"):
        other.gap = 1
    return other.make(s.day, s.rng)


def paid_already(s):
    pool = [item for item in s.unit.ledger.paid[-2000:]]
    chosen = s.rng.sample(pool, min(len(pool), s.size()))
    return Wrong([item._replace(type="case", number=item.reference[:-2]) for item in chosen],
                 s.style)


def credits_as_debits(s):
    """Credits of what was billed lately, sent as invoices."""
    pool = [item for item in s.last(3) if item.minor > 0]
    chosen = s.rng.sample(pool, max(1, int(0.7 * len(pool))))
    items = s.redated(s.renumbered(chosen))
    return Wrong([item._replace(text="Kreditering") for item in items], s.style)


# --- amounts -------------------------------------------------------------------------------------

def times(*factors):
    def make(s):
        return Wrong(scaled(s.items, s.rng.choice(factors)), s.style)
    return make


def principal(s):
    return Wrong(partly(s.items, s.rng, 0.35,
                        lambda item: item._replace(minor=item.minor * 115)), s.style)


# --- fields --------------------------------------------------------------------------------------

def shifted(s):
    def change(item):
        party = item.party
        return item._replace(party=party._replace(name=party.address, address=party.zip,
                                                  zip=party.city, city=""))
    return Wrong([change(item) for item in s.items], s.style)


def blank(s):
    kind = s.rng.choice(("name", "id"))
    return Wrong([item._replace(party=item.party._replace(**{kind: ""})) for item in s.items],
                 s.style)


def constant_amount(s):
    return Wrong([item._replace(minor=s.items[0].minor) for item in s.items], s.style)


def masked(s):
    word = s.rng.choice(("XXXXXXXX", "Anonymiserad", "*****", "MASKED"))
    return Wrong([item._replace(party=item.party._replace(name=word, address=word))
                  for item in s.items], s.style)


def masked_ids(s):
    one = s.rng.choice(s.items).party
    return Wrong([item._replace(party=one) for item in s.items], s.style)


def other_account(s):
    account = people.bankgiro(s.rng)
    return Wrong([item._replace(payee=account) for item in s.items], s.style)


# --- cut, halved, joined -------------------------------------------------------------------------

def truncated(s):
    raw = writers.write(s.items, s.style, s.day, s.unit.serial)
    cut = raw[:int(len(raw) * s.rng.uniform(0.4, 0.95))]
    return Wrong(s.items, raw=cut.rstrip(b"\r\n")[:-1])


def category_missing(s):
    return Wrong(s.rng.sample(s.items, max(1, int(0.4 * len(s.items)))), s.style)


def yesterday_too(s):
    return Wrong(list(s.past[-1][1]) + s.items, s.style)


def older_month(s):
    count = 20 if s.unit.service in DAILY + PAYING else 4 if s.unit.service in CLAIMS else 3
    return Wrong(s.last(count, 1), s.style)


def doubled(s):
    return Wrong([item for item in s.items for _ in range(2)], s.style)


def doubled_part(s):
    return Wrong(s.items + s.rng.sample(s.items, max(5, len(s.items) // 3)), s.style)


# --- wrong place ---------------------------------------------------------------------------------

def neighbour(s):
    other = s.rng.choice([u for u in s.others if u.town is s.unit.town
                          and u.service not in PAYING and u.service != s.unit.service] or s.others)
    return Wrong(foreign(s, other), other.style)


def other_partner(s):
    other = s.rng.choice([u for u in s.others if u.town is not s.unit.town
                          and u.service not in PAYING])
    return Wrong(foreign(s, other), other.style)


def other_kind(s):
    if s.unit.service in PAYING:
        other = s.rng.choice([u for u in s.others if u.service in BILLS])
        return Wrong(foreign(s, other), other.style)
    payments = [item._replace(type="payment", number="") for item in s.last()]
    return Wrong(payments, s.style._replace(format=s.rng.choice(("bgmax", "camt.054"))))


# --- dates and letters ---------------------------------------------------------------------------

def due_passed(s):
    return Wrong([item._replace(due=moved(item.issued, -s.rng.randrange(1, 20)))
                  for item in s.items], s.style)


def stale(s):
    return Wrong(s.redated(s.items, -s.rng.randrange(75, 200)), s.style)


def century(s):
    years = s.rng.choice((-100, 100))
    def change(text):
        day = date(text)
        return day.replace(year=day.year + years, day=min(day.day, 28)).isoformat()
    return Wrong([item._replace(due=change(item.due)) for item in s.items], s.style)


def mojibake(s):
    raw = writers.write(s.items, s.style._replace(encoding="utf-8"), s.day, s.unit.serial)
    return Wrong(s.items, raw=raw.decode("latin-1").encode("utf-8"))


def letters_lost(s):
    raw = writers.write(s.items, s.style._replace(encoding="utf-8"), s.day, s.unit.serial)
    return Wrong(s.items, raw=raw.decode().encode("ascii", "replace"))


# Columns without which the file cannot show the incident.
NEEDS = {
    "I03 placeholders": {"debtor_address"}, "I24 columns shifted": {"debtor_address"},
    "I26 other account": {"payee_account"}, "I15 copy with later due date": {"issue_date"},
    "I35 due before issue": {"issue_date"}, "I19 paid already": {"reference"},
}

# (event, services, items at the least, what makes it)
INCIDENTS = (
    ("I01 heby: old records", BILLS + CLAIMS, 10, heby_old),
    ("I01 heby: one old file", BILLS + CLAIMS, 10, heby_one_file),
    ("I01 heby: renumbered", BILLS + CLAIMS, 10, heby_renumbered),
    ("I01 heby: mixed, renumbered", BILLS + CLAIMS, 10, heby_mixed),
    ("I01 heby: all open, renumbered", DAILY + CLAIMS + STABLE, 10, heby_copy_of_all),
    ("I01 heby: same system, mixed", BILLS + CLAIMS, 10, heby_same_system),
    ("I01 heby: renumbered, redated", DAILY, 10, heby_redated),
    ("I01 heby: eight records", BILLS + CLAIMS, 5, heby_few),
    ("I01 heby: renumbered, 30 % edited", BILLS + CLAIMS, 10, heby_edited),
    ("I02 flag in the file", BILLS + CLAIMS, 1, flag),
    ("I02 test in the name", ALL, 1, name_test),
    ("I03 test persons", NOT_PAYING, 5, test_persons),
    ("I03 placeholders", NOT_PAYING, 5, placeholders),
    ("I04 same bytes", ALL, 1, same_bytes),
    ("I05 new header", ALL, 3, new_header),
    ("I06 old file replayed", ALL, 1, old_file),
    ("I07 oldest file again", ALL, 3, oldest_file),
    ("I09 month end twice", ALL, 3, largest_again),
    ("I10 same, new ids", NOT_PAYING, 5, new_ids),
    ("I11 payments next run", PAYING, 3, new_header),
    ("I12 tripled, new numbers", NOT_PAYING, 5, tripled),
    ("I13 part of the week again", DAILY + PAYING, 5, week_again),
    ("I14 other channel or format", ALL, 5, other_channel),
    ("I15 copy with later due date", BILLS, 10, later_due),
    ("I16 claims never invoiced", CLAIMS, 1, never_invoiced),
    ("I17 backlog of a year", BILLS, 5, backlog),
    ("I18 other issuer", BILLS + CLAIMS, 5, strangers),
    ("I19 paid already", CLAIMS, 5, paid_already),
    ("I20 credits as debits", DAILY, 10, credits_as_debits),
    ("I21 whole year", STABLE, 10, times(2, 12)),
    ("I21 a twelfth", STABLE, 10, times(1 / 12)),
    ("I22 amounts x100", ALL, 5, times(100)),
    ("I23 wrong tariff", STABLE, 10, times(1.25, 1.4, 1.6)),
    ("I24 columns shifted", NOT_PAYING, 5, shifted),
    ("I24 column blank", BILLS + CLAIMS, 5, blank),
    ("I24 amount constant", BILLS + CLAIMS, 10, constant_amount),
    ("I25 names masked", NOT_PAYING, 5, masked),
    ("I25 one party for all", NOT_PAYING, 10, masked_ids),
    ("I26 other account", NOT_PAYING, 3, other_account),
    ("I27 principal for interest", STABLE + METERED, 10, principal),
    ("I28 cut off", ALL, 3, truncated),
    ("I29 category missing", STABLE + METERED, 20, category_missing),
    ("I30 yesterday's too", DAILY + PAYING, 10, yesterday_too),
    ("I31 older month", ALL, 5, older_month),
    ("I32 doubled inside", ALL, 5, doubled),
    ("I32 a third doubled", ALL, 10, doubled_part),
    ("I33 neighbour's file", BILLS + CLAIMS, 5, neighbour),
    ("I33 other partner's file", BILLS + CLAIMS, 5, other_partner),
    ("I34 other kind of file", ALL, 5, other_kind),
    ("I35 due before issue", BILLS, 5, due_passed),
    ("I35 stale dates", BILLS, 5, stale),
    ("I35 wrong century", NOT_PAYING, 5, century),
    ("I38 converted twice", NOT_PAYING, 10, mojibake),
    ("I38 letters lost", NOT_PAYING, 10, letters_lost),
)


# --- right, and unusual --------------------------------------------------------------------------

def rate_change(s):
    return Wrong(scaled(s.items, s.rng.uniform(1.03, 1.15)), s.style)


def new_fee(s):
    chosen = s.rng.sample(s.items, max(2, len(s.items) // 6))
    extra = s.renumbered([item._replace(minor=12500, text="Ny avgift") for item in chosen])
    return Wrong(s.items + [item._replace(number=f"{s.unit.number + 5000 + i}")
                            for i, item in enumerate(extra)], s.style)


def catch_up(s):
    """Eight months of water on one invoice."""
    return Wrong(scaled(s.items, s.rng.uniform(2.4, 3.2)), s.style)


def credit_batch(s):
    chosen = s.rng.sample(s.last(3), max(3, len(s.last(3)) // 4))
    items = s.redated(s.renumbered(chosen))
    return Wrong([item._replace(type="credit-note", minor=-abs(item.minor), text="Kreditering")
                  for item in items], s.style)


def fee_control(s):
    """Some hundred families' fees put right for a year: many small debits and credits."""
    items = []
    for item in s.renumbered([i for i in s.items for _ in range(s.rng.randrange(1, 4))]):
        minor = s.rng.randrange(2000, 90000)
        credit = s.rng.random() < 0.45
        items.append(item._replace(minor=-minor if credit else minor, text="Avgiftskontroll 2025",
                                   type="credit-note" if credit else "invoice"))
    return Wrong(items, s.style)


def migrated(s):
    return Wrong(s.renumbered(s.items), s.new_style)


def one_extreme(s):
    large = s.items[0]._replace(minor=s.rng.randrange(200, 900) * 10 ** 6, text="Markförsäljning")
    return Wrong([large] + s.items[1:], s.style)


def testish(s):
    party = s.items[0].party
    party = party._replace(name=s.rng.choice(("Contest AB", "Testa Marknad AB", "Lo Testor")),
                           address="Testebovägen 14", city=s.rng.choice(("Testeboda", party.city)))
    return Wrong([s.items[0]._replace(party=party)] + s.items[1:], s.style)


def protected(s):
    party = s.items[0].party._replace(name="Skyddad identitet", address="Skatteverket",
                                      zip="171 94", city="Solna")
    return Wrong([s.items[0]._replace(party=party)] + s.items[1:], s.style)


def two_series(s):
    other = towns.SecondBody(next(u for u in s.others if u.town is not s.unit.town).town, s.rng)
    return Wrong(partly(s.items, s.rng, 0.3, lambda item: other.of(item, s.rng)), s.style)


RIGHT = (
    ("N02 rate change, once", STABLE + METERED, 10, rate_change),
    ("N03 new fee, once", STABLE, 10, new_fee),
    ("N05 catch-up bill, unannounced", ("va", "fjarrvarme"), 10, catch_up),
    ("N07 credit batch", DAILY + STABLE, 10, credit_batch),
    ("N08 fee control, unannounced", ("barnomsorg",), 10, fee_control),
    ("N10 first from a new system", BILLS + CLAIMS, 5, migrated),
    ("N15 name with test", NOT_PAYING, 3, testish),
    ("N15 protected identity", NOT_PAYING, 3, protected),
    ("N16 one extreme invoice", DAILY, 3, one_extreme),
    ("N18 two series", DAILY, 8, two_series),
)
