"""The Heby case: after a move to a new system, a file of old production records reaches the inbox.

Nothing in it says that it is a test; every record was right once. It is held in all its forms,
and the first right file of the same new system passes.
"""
import random
from datetime import date, timedelta

import files

FEES = (56300, 89000, 112500, 127400, 168800, 210000)
ORDINARY = 14       # files before the move
DEBTORS = 400
FIRST_CASE = 480000

OLD_COLUMNS = ("type", "number", "issue_date", "due_date", "amount", "currency", "reference",
               "debtor_id", "debtor_name", "payee_account")
NEW_COLUMNS = ("debtor_id", "debtor_name", "number", "reference", "amount", "due_date",
               "issue_date", "payee_account", "type", "currency", "description")


class Case(dict):
    """One claim, by column name; `minor` is its capital."""

    def changed(self, **more):
        return Case(self, **more)


def cases(rng, first, count, issued):
    """Claims as they arise: rising numbers, known debtors, tariff fees or none."""
    due = issued + timedelta(days=30)
    made = []
    for number in range(first, first + count):
        debtor = rng.randrange(DEBTORS)
        minor = rng.choice(FEES) if rng.random() < 0.5 else rng.randrange(9000, 900000)
        made.append(Case(
            type="invoice", number=str(number), issue_date=issued.isoformat(),
            due_date=due.isoformat(), minor=minor, amount=files.kronor(minor), currency="SEK",
            reference=files.ocr(number), debtor_id=files.organisation(60000 + 7 * debtor),
            debtor_name=f"Bolaget {debtor} AB", payee_account="5050-1055",
            description="Barnomsorg"))
    return made


def renumbered(some, first):
    return [case.changed(number=str(number), reference=files.ocr(number))
            for number, case in enumerate(some, first)]


def old_system(some):
    lines = [";".join(OLD_COLUMNS), *(";".join(c[k] for k in OLD_COLUMNS) for c in some)]
    return ("\n".join(lines) + "\n").encode()


def new_system(some):
    total = files.kronor(sum(c["minor"] for c in some))
    lines = [f"#case-csv;version=1;producer=Nya Molnet 1.0;created={date.today()}T06:12:00;"
             "environment=P", ";".join(NEW_COLUMNS),
             *(";".join(c[k] for k in NEW_COLUMNS) for c in some),
             f"#end;items={len(some)};sum={total}"]
    return ("\r\n".join(lines) + "\r\n").encode("iso-8859-1")


def forms(rng, sent):
    """Every way the wrong file may look: (name, bytes)."""
    every = [case for batch in sent[:-1] for case in batch]
    mixed = rng.sample(every, 150)
    one = sent[2]
    return (
        ("ett gammalt underlag", new_system(one)),
        ("ett gammalt underlag, nya nummer", new_system(renumbered(one, 7000001))),
        ("blandat ur många", new_system(mixed)),
        ("blandat ur många, nya nummer", new_system(renumbered(mixed, 7100001))),
        ("allt öppet, nya nummer", new_system(renumbered(every, 7200001))),
        ("blandat ur många, samma system", old_system(mixed)),
        ("blandat, samma system, nya nummer", old_system(renumbered(mixed, 7300001))),
    )


def deliver(site, unit, name, data, state):
    site.drop(unit, name, data)
    return site.wait_delivery(name, state)


def test_heby(site, smtp):
    """Months of ordinary files, the move, every form of the wrong file, the first right one."""
    rng = random.Random(2025)
    unit = site.unit()
    site.start()
    sent, number = [], FIRST_CASE
    today = date.today()
    for i in range(ORDINARY):
        batch = cases(rng, number, rng.randrange(40, 70), today - timedelta(days=7 * (ORDINARY - i)))
        number += len(batch)
        sent.append(batch)
        deliver(site, unit, f"underlag{i:03d}.csv", old_system(batch), "queued")

    queued = len(site.queue_entries())
    for i, (form, data) in enumerate(forms(rng, sent)):
        name = f"underlag{ORDINARY + i:03d}.csv"
        held = deliver(site, unit, name, data, "held")
        shown = site.show(held["delivery"])
        reasons = [f for f in shown["findings"] if f["level"] in ("hold", "warn")]
        assert any(f["level"] == "hold" for f in reasons), (form, shown["findings"])
        assert all(f["text"] and f["text_sv"] for f in reasons), (form, reasons)
        assert smtp.wait_receipt(held["delivery"], "held"), form
        text = str(shown["findings"])
        assert "Bolaget" not in text and sent[0][0]["debtor_id"] not in text, form
    assert len(site.queue_entries()) == queued, "nothing wrong is on its way to be processed"

    right = renumbered(cases(rng, number, 55, today), 7500001)
    passed = deliver(site, unit, "underlag_nytt_system.csv", new_system(right), "queued")
    assert passed["verdict"] == "accepted", site.show(passed["delivery"])["findings"]
    assert len(site.queue_entries()) == queued + 1
