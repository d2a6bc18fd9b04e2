"""The rest of an operator's day: released once, recalled, announced, migrating, going live."""
import json
import os
import stat
import time
from datetime import date, timedelta

import files
from daemon import slussctl

TODAY = date.today()
DUE = TODAY + timedelta(days=30)


def drop_and_wait(site, unit, name, sample, state=None):
    site.drop(unit, name, sample)
    return site.wait_delivery(name, state)["delivery"]


def events(site):
    return [row["event"] for row in site.rows("audit")]


def detail(site, event):
    return [row["detail"] for row in site.rows("audit") if row["event"] == event][-1]


def habit(site, entered=1):
    return site.database().execute("SELECT count(*) FROM habit WHERE entered = ?",
                                   (entered,)).fetchone()[0]


def test_released_once_is_known_but_no_habit(site):
    """--once: what is in it is a duplicate from then on; its figures count nowhere."""
    unit = site.unit(test_names=["late*"])
    site.start()
    sample = files.case_csv(4, due=DUE)
    held = drop_and_wait(site, unit, "late.csv", sample, "held")
    answer = site.ctl("release", held, "--once", "--reason", "a catch-up bill")
    assert answer.code == 0 and "once" in answer.out, answer
    assert detail(site, "delivery-released")["once"] is True
    assert site.show(held)["decisions"][-1]["once"] is True
    again = drop_and_wait(site, unit, "b.csv", files.case_csv(4, first=int(sample.numbers[0][1:]),
                                                              due=DUE, intro=False), "held")
    assert {"duplicate-content", "duplicate-item"} & set(site.checks(again))


def test_recall_takes_back_what_was_let_through(site):
    """Off the queue, forgotten as history, told to the sender, exported for the work after it."""
    unit = site.unit()
    site.start()
    sample = files.case_csv(3, due=DUE)
    wrong = drop_and_wait(site, unit, "wrong.csv", sample, "queued")
    assert habit(site) == 1
    assert site.ctl("recall", wrong).code == 2  # why?
    assert site.ctl("recall", wrong, "--reason", "x", "--export", "/nowhere").code == 2
    assert site.show(wrong)["state"] == "queued"
    answer = site.ctl("recall", wrong, "--reason", "March, sent as April", "--export", site.base)
    assert answer.code == 0 and "never left" in answer.out, answer
    exported = site.base / f"{wrong}.ndjson"
    assert stat.S_IMODE(os.stat(exported).st_mode) == 0o600
    rows = [json.loads(line) for line in exported.read_text().splitlines()]
    assert [row["number"] for row in rows] == sample.numbers
    assert all(row["counterparty_id"] and row["reference"] for row in rows)
    shown = site.show(wrong)
    assert shown["state"] == "recalled" and shown["decisions"][-1]["what"] == "recall"
    assert any(r["verdict"] == "recalled" for r in shown["receipts"])
    assert site.queue_entries() == [] and habit(site) == 0
    assert detail(site, "delivery-recalled")["from"] == "queued"
    # Once is enough, and the second export does not stay behind.
    exported.unlink()
    assert site.ctl("recall", wrong, "--reason", "x", "--export", site.base).code == 1
    assert not exported.exists()
    # What is right in it may come again.
    first = int(sample.numbers[0][1:])
    right = files.case_csv(3, first=first, due=DUE + timedelta(days=1))
    drop_and_wait(site, unit, "right.csv", right, "queued")
    assert site.ctl("verify").code == 0


def test_recall_says_what_had_left(site):
    """Taken, or acknowledged: it is for a person to stop it there."""
    unit = site.unit()
    site.start()
    sent = [drop_and_wait(site, unit, f"{i}.csv", files.case_csv(2, due=DUE), "queued")
            for i in range(2)]
    taken = [site.ctl("queue", "take", "--json").row["delivery"] for _ in sent]
    assert taken == sent
    assert site.ctl("queue", "ack", sent[0]).code == 0
    done = site.ctl("recall", sent[0], "--reason", "wrong price list", "--json").row
    assert done["state"] == "recalled" and done["from"] == "delivered"
    assert done["acknowledged_at"] and done["taken_by"]
    lent = site.ctl("recall", sent[1], "--reason", "wrong price list")
    assert lent.code == 0 and "took it" in lent.out, lent
    assert site.ctl("queue", "ack", sent[1]).code == 1
