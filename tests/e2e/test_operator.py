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


def test_a_wrong_release_is_undone(site):
    """Released as normal and recalled: no habit, no duplicates, and the check was right."""
    unit = site.unit(test_names=["late*"])
    site.start()
    sample = files.case_csv(12, due=DUE)
    held = drop_and_wait(site, unit, "late.csv", sample, "held")
    assert site.ctl("checks").out.startswith("No held delivery")
    assert site.ctl("release", held, "--reason", "they said it is real").code == 0
    row = next(r for r in site.rows("checks") if r["check"] == "test-name")
    assert (row["released"], row["rejected"], row["factor"]) == (1, 0, 1)
    assert habit(site) == 1
    second = drop_and_wait(site, unit, "late2.csv", files.case_csv(3, due=DUE), "held")
    assert "of 1 held before, 0 wrong" in site.ctl("show", second).out
    # Known while it stands: the same items under another name are duplicates ...
    first = int(sample.numbers[0][1:])
    again = files.case_csv(12, first=first, due=DUE, intro=False)
    copy = drop_and_wait(site, unit, "copy.csv", again, "held")
    assert {"duplicate-content", "duplicate-item"} & set(site.checks(copy))
    assert site.ctl("reject", copy, "--reason", "the same").code == 0
    # ... and taken back, they never were here.
    assert site.ctl("recall", held, "--reason", "it was the test system").code == 0
    assert habit(site) == 0
    row = next(r for r in site.rows("checks") if r["check"] == "test-name")
    assert (row["released"], row["rejected"]) == (0, 1)
    fresh = files.case_csv(12, first=first, due=DUE + timedelta(days=1))
    right = drop_and_wait(site, unit, "right.csv", fresh, "queued")
    assert "duplicate-item" not in site.checks(right) and habit(site) == 1
    assert site.ctl("verify").code == 0 and site.ctl("audit", "verify").code == 0


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


def announced(site, *args):
    return site.ctl("announce", "heby/ekonomi", "--from", TODAY.isoformat(), "--to",
                    (TODAY + timedelta(days=3)).isoformat(), "--reason", "Anna called", *args)


def counts(site, days=60, items=20, currency=""):
    """What sixty weekdays before today were like."""
    rows, day = [], TODAY
    while len(rows) < days:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            n = items + len(rows) % 5
            rows.append(f"{day.isoformat()};{n};{n * 500},50{currency}")
    path = site.base / "counts.csv"
    path.write_text("date;items;sum\n" + "\n".join(reversed(rows)) + "\n")
    return path


def test_figures_from_before_spare_a_cold_start(site):
    """Imported, a tenfold first delivery is unusual; announced, it is not, and only that one."""
    unit = site.unit()
    site.start()
    path = counts(site)
    for _ in range(2):  # a second time is as once
        answer = site.ctl("unit", "import", "heby/ekonomi", path, "--json")
        assert answer.code == 0 and answer.row["added"] == 60, answer
        assert habit(site) == 60
    assert answer.row["replaced"] == 60 and "habit-imported" in events(site)
    big = drop_and_wait(site, unit, "big.csv", files.case_csv(400, due=DUE), "held")
    assert {"volume", "amount"} & set(site.checks(big))
    answer = announced(site, "--items", "400")
    assert answer.code == 0, answer
    small = drop_and_wait(site, unit, "small.csv", files.case_csv(20, due=DUE), "queued")
    assert site.show(small)["announcements"] == []
    also = drop_and_wait(site, unit, "also.csv", files.case_csv(410, due=DUE), "queued")
    used = site.show(also)["announcements"][0]
    assert used["items"] == 400 and used["state"] == "used" and used["used_by"] == also
    assert "Anna called" in site.ctl("show", also).out
    third = drop_and_wait(site, unit, "third.csv", files.case_csv(390, due=DUE), "held")
    assert site.show(third)["announcements"] == []
    # Recalled, it was not what was announced: the announcement stands again.
    assert site.ctl("recall", also, "--reason", "the wrong year").code == 0
    assert site.rows("announce", "list")[0]["state"] == "open"
    assert site.ctl("announce", "cancel", "1").code == 0
    assert site.ctl("announce", "cancel", "1").code == 1
    assert site.ctl("announce", "cancel", "99").code == 1
    assert site.rows("announce", "list")[0]["state"] == "cancelled"
    assert {"announced", "announcement-cancelled"} <= set(events(site))
    # From the first own day on, figures from before are left out.
    path.write_text(f"date;items;sum\n{TODAY.isoformat()};20;100\n")
    assert site.ctl("unit", "import", "heby/ekonomi", path, "--json").row["left_out"] == 1


def test_a_catch_up_bill_is_released_in_one_step_and_passes_when_announced(site):
    """N05, I17: dates of half a year ago. One word lets it through; said before, it needs none."""
    unit = site.unit()
    site.start()
    for i in range(7):
        drop_and_wait(site, unit, f"m{i}.csv", files.case_csv(20 + i, due=DUE), "queued")
    old = TODAY - timedelta(days=180)
    late = drop_and_wait(site, unit, "late.csv", files.case_csv(24, due=old), "held")
    assert "dates" in site.checks(late)
    answer = site.ctl("release", late, "--once", "--reason", "the bills of the spring")
    assert answer.code == 0 and site.show(late)["state"] == "queued", answer
    assert announced(site, "--items", "24").code == 0
    said = drop_and_wait(site, unit, "said.csv", files.case_csv(25, due=old), "queued")
    dates = [f for f in site.show(said)["findings"] if f["check"] == "dates"]
    assert dates and all(f["weight"] == 0 for f in dates)  # told, and no more
    # It was announced because it is unusual: it does not become usual by it.
    again = drop_and_wait(site, unit, "again.csv", files.case_csv(23, due=old), "held")
    assert "dates" in site.checks(again)
    drop_and_wait(site, unit, "right.csv", files.case_csv(22, due=DUE), "queued")


def test_what_cannot_be_imported_is_named_by_its_line(site):
    site.unit()
    site.start()
    path = site.base / "counts.csv"
    good = "2026-01-05;10;100,00\n"
    for text, words in {
        "": "line", "items;sum\n" + good: "line 1", "date;items;sum\n\n2026-02-30;1;1": "line 3",
        "date;items;sum\n" + good + "2026-01-06;0;1": "line 3",
        "date;items;sum\n2026-01-06;1": "line 2",
        "date;items;sum\n2026-01-06;1;1,234": "line 2",
        "date;items;sum;currency\n2026-01-06;1;1;KRO": "line 2",
        f"date;items;sum\n{(TODAY + timedelta(days=9)).isoformat()};1;1": "line 2",
    }.items():
        path.write_text(text)
        answer = site.ctl("unit", "import", "heby/ekonomi", path)
        assert answer.code == 2 and words in answer.err, (text, answer)
    path.write_text("date;items;sum\n" + good)
    assert site.ctl("unit", "import", "heby/nobody", path).code == 2
    assert site.ctl("unit", "import", "heby/ekonomi", path, "--kind", "letters").code == 2
    assert habit(site) == 0


def test_an_announcement_needs_a_time_to_come(site):
    site.unit()
    site.start()
    past = (TODAY - timedelta(days=2)).isoformat()
    for args in (["--to", past, "--from", past], ["--from", past], ["--to", TODAY.isoformat()],
                 ["--from", TODAY.isoformat(), "--to", TODAY.isoformat(), "--items", "0"],
                 ["--from", "soon", "--to", "later"]):
        assert site.ctl("announce", "heby/ekonomi", "--reason", "x", *args).code == 2, args
    assert site.ctl("announce", "heby/ekonomi", "--from", TODAY.isoformat(), "--to",
                    TODAY.isoformat()).code == 2
    assert site.rows("announce", "list") == []
    assert announced(site).code == 0  # of any size
    assert site.rows("announce", "list")[0]["items"] is None


def test_every_file_is_held_while_its_sender_migrates(site):
    """Until it is closed, or by itself at its end; and it is seen wherever one looks."""
    unit = site.unit()
    site.start()
    until = (TODAY + timedelta(days=7)).isoformat()
    assert site.ctl("migration", "close", "heby/ekonomi").code == 1
    assert site.ctl("migration", "open", "heby/ekonomi", "--until", "2020-01-01", "--reason",
                    "x").code == 2
    answer = site.ctl("migration", "open", "heby/ekonomi", "--until", until, "--reason",
                      "from Raindance to Unit4")
    assert answer.code == 0, answer
    held = drop_and_wait(site, unit, "a.csv", files.case_csv(3, due=DUE), "held")
    assert "migration" in site.checks(held)
    assert site.rows("unit", "list")[0]["migration_until"]
    assert site.status()["units"][0]["migration_until"]
    assert "migrating until" in site.ctl("unit", "list").out
    assert site.ctl("migration", "close", "heby/ekonomi").code == 0
    drop_and_wait(site, unit, "b.csv", files.case_csv(3, due=DUE), "queued")
    assert {"migration-opened", "migration-closed"} <= set(events(site))
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    assert site.ctl("migration", "open", "heby/ekonomi", "--until", soon, "--reason",
                    "a short one").code == 0
    time.sleep(2.5)
    drop_and_wait(site, unit, "c.csv", files.case_csv(3, due=DUE), "queued")
    assert site.rows("unit", "list")[0]["migration_until"] is None


def test_phases_are_set_over_the_configuration(site):
    """go-live and test last over a restart, and stand beside what the configuration says."""
    unit = site.unit(phase="test")
    site.start()
    drop_and_wait(site, unit, "a.csv", files.case_csv(3, due=DUE), "held")
    assert site.ctl("unit", "go-live", "heby/ekonomi").code == 2  # why?
    assert site.ctl("unit", "go-live", "heby/ekonomi", "--reason", "approved").code == 0
    assert site.ctl("unit", "go-live", "heby/ekonomi", "--reason", "approved").code == 1
    site.restart()
    row = site.rows("unit", "list")[0]
    assert row["phase"] == "live" and row["phase_configured"] == "test"
    assert "configured: test" in site.ctl("unit", "list").out
    drop_and_wait(site, unit, "b.csv", files.case_csv(3, due=DUE), "queued")
    assert site.ctl("unit", "test", "heby/ekonomi", "--reason", "a new system").code == 0
    held = drop_and_wait(site, unit, "c.csv", files.case_csv(3, due=DUE), "held")
    assert "phase" in site.checks(held) and site.show(held)["phase"] == "test"
    assert [d["phase"] for d in (r["detail"] for r in site.rows("audit")
                                 if r["event"] == "unit-phase")] == ["live", "test"]


def test_a_day_is_the_sites_day_whatever_the_machines_clock_says(site):
    """A server in UTC, its site in Tokyo: a declared change ends at the site's midnight."""
    site.main["time-zone"] = "Asia/Tokyo"
    site.unit()
    site.start()
    until = TODAY + timedelta(days=9)
    answer = site.ctl("migration", "open", "heby/ekonomi", "--until", until, "--reason",
                      "a new system", env={"TZ": "UTC"})
    assert answer.code == 0, answer
    assert f"{until + timedelta(days=1)} 00:00" in answer.out, answer
