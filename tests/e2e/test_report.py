"""Reports: a lived quarter told by slussctl and by mail, held against its own log."""
import csv
import io
import json
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest

from daemon import BUILD, ROOT, environment
from wait import wait_until

sys.path.insert(0, str(ROOT / "tests/quarter"))

import check  # noqa: E402

QUARTER = BUILD / "tests/quarter/quarter"


def last_quarter():
    """The last one that had ended a week ago: its report is due."""
    day = date.today() - timedelta(days=8)
    return f"{day.year}Q{(day.month - 1) // 3}" if day.month > 3 else f"{day.year - 1}Q4"


@pytest.fixture
def lived(site):
    """A quarter of seven units, two partners; the second has terms of its own."""
    for n, name in enumerate(("ekonomi", "teknik", "skola", "va")):
        site.unit(name, approvals=2 if n == 1 else 1, cool_off="30m" if n == 2 else "0s",
                  receipts_to=[f"{name}@heby.example", "gone@heby.example"] if n == 3
                  else [f"{name}@heby.example"])
    site.partners["sala"] = {"name": "Sala kommun", "language": "en"}
    for name in ("ekonomi", "hyror", "bygg"):
        site.unit(name, "sala")
    site.own_terms = {"sala": {"from_limit": True}}
    text = site.text

    def with_terms():
        return text().replace('name = "Sala kommun"',
                              'name = "Sala kommun"\n  sla {\n  penalty-from = limit\n  }')
    site.text = with_terms
    mail = dict(site.mail)
    site.mail.update({"retry-first": "30s", "retry-most": "10m"})  # as a site has it
    site.write_config()
    site.period = last_quarter()
    site.lived = site.base / "log.ndjson"
    done = subprocess.run([QUARTER, site.config, site.lived, site.period, "11", "12"],
                          stdout=subprocess.PIPE, env=environment(), check=True)
    assert b" deliveries of 7 units" in done.stdout
    site.mail = mail
    return site


def test_a_lived_quarter_is_reported_as_it_was(lived):
    lived.start()
    rows = lived.rows("report", "sla", "--quarter", lived.period)
    assert check.differences(rows, lived.lived, lived.period, terms=lived.own_terms) == []
    head = rows[0]
    assert head["deliveries"] > 600 and head["receipts_late"] and head["held"] > 5, \
        "the quarter was too quiet to prove anything"

    # A partner alone, and one unit.
    for scope in ("sala", "heby/teknik"):
        own = lived.rows("report", "sla", "--quarter", lived.period, "--unit", scope)
        assert check.differences(own, lived.lived, lived.period, scope=scope,
                                 terms=lived.own_terms) == []
        assert {r["unit"] for r in own if "unit" in r} <= \
            {u.key for u in lived.units if u.key.startswith(scope)}

    # Its months; together they are the quarter.
    first = check.period_days(lived.period)[0]
    months = [f"{first.year}-{first.month + n:02}" for n in range(3)]
    told = [lived.rows("report", "stats", "--month", m) for m in months]
    for month, stats in zip(months, told):
        assert check.differences(stats, lived.lived, month, terms=lived.own_terms) == []
    for key in ("deliveries", "penalty_minor", "items", "receipts_in_time", "held"):
        assert sum(stats[0][key] for stats in told) == head[key]


def number(text):
    return int(text.replace(",", "")) if text else 0


def test_every_form_says_the_same(lived):
    lived.start()
    order = ("report", "sla", "--quarter", lived.period)
    rows = lived.rows(*order)
    raw = lived.ctl(*order, "--format", "csv")
    assert raw.code == 0 and not raw.out.startswith("\ufeff")
    assert all(line.endswith("\r") for line in raw.out.split("\n")[:-1])
    table = list(csv.DictReader(io.StringIO(raw.out, newline=""), delimiter=";"))
    assert len({len(r) for r in csv.reader(io.StringIO(raw.out, newline=""), delimiter=";")}) == 1
    kinds = ("report", "partner", "unit", "check", "state", "day", "receipt", "hold")
    for kind in kinds:
        ours, theirs = ([r for r in some if r["row"] == kind] for some in (rows, table))
        assert len(ours) == len(theirs), kind
        for a, b in zip(ours, theirs):
            for key in ("deliveries", "held", "receipts_in_time", "items", "penalties", "delivery"):
                if b.get(key) and key in a:
                    assert str(a[key]) == b[key]
            if b["penalty"]:
                assert number(b["penalty"]) == a["penalty_minor"]
            if b["sum"]:
                assert number(b["sum"]) == a["sum_minor"]
    table_text = lived.ctl(*order)
    assert table_text.code == 0
    assert f"{rows[0]['receipts_in_time']} receipts in time" in table_text.out
    for language, words in (("sv", "Servicenivåer kvartal"), ("en", "Service levels, quarter")):
        page = lived.ctl(*order, "--format", "html", "--language", language)
        assert page.code == 0 and words in page.out and page.out.count("<svg") >= 4
        assert "src=" not in page.out and "http" not in page.out  # whole in itself
        for unit in lived.units:
            assert unit.key in page.out


def test_what_is_no_report_is_refused(lived):
    lived.start()
    for words in (("sla", "--quarter", "2026Q5"), ("sla", "--quarter", "2026-07"),
                  ("stats", "--month", "2026Q3"), ("stats", "--format", "pdf"),
                  ("stats", "--language", "de"), ("stats", "--unit", "nobody"),
                  ("stats", "--json", "--format", "csv")):
        answer = lived.ctl("report", *words)
        assert answer.code == 2 and answer.err, answer
    # Without a period: the last one that has ended, also when nothing came in it.
    assert lived.ctl("report", "stats", "--json").rows[0]["period"] < date.today().isoformat()[:7]


def reports(smtp):
    return [m for m in smtp.mails if m["X-Sluss-Report"]]


def ask_for_reports(site):
    site.main["reports-to"] = ["avtal@inkasso.example", "chef@inkasso.example"]
    site.partners["sala"]["reports-to"] = ["ekonomichef@sala.example"]


def test_reports_go_out_once_by_themselves(lived, smtp):
    ask_for_reports(lived)
    lived.start()
    wait_until(lambda: len(reports(smtp)) >= 6, "six reports have come", 60)
    found = {}
    for mail in reports(smtp):
        to = mail.recipients[0]
        kind = mail["X-Sluss-Report"].split()[0]
        assert (to, kind) not in found, "the same report twice"
        found[to, kind] = mail
    assert set(found) == {(to, kind) for to in ("avtal@inkasso.example", "chef@inkasso.example",
                                                "ekonomichef@sala.example")
                          for kind in ("sla", "stats")}
    whole, own = found["avtal@inkasso.example", "sla"], found["ekonomichef@sala.example", "sla"]
    assert "alla partner" in whole["Subject"] and "Sala kommun" in own["Subject"]
    for mail, language, others in ((whole, "sv", ()), (own, "en", ("heby/",))):
        names = [p.get_filename() for p in mail.message.walk() if p.get_filename()]
        assert [n.rsplit(".", 1)[1] for n in names] == ["html", "csv"]
        page = mail.part("text/html").get_payload(decode=True).decode()
        table = mail.part("text/csv").get_payload(decode=True).decode()
        assert f'<html lang="{language}"' in page and "<svg" in page
        for word in others:  # a partner sees its own units alone
            assert word not in page and word not in table and word not in mail.text
    # What was mailed is what slussctl says.
    period = whole["X-Sluss-Report"].split()[1]
    row = next(csv.DictReader(io.StringIO(whole.part("text/csv").get_payload(decode=True).decode()),
                              delimiter=";"))
    head = lived.rows("report", "sla", "--quarter", period)[0]
    assert [row[k] for k in ("deliveries", "receipts_in_time", "held")] == \
        [str(head[k]) for k in ("deliveries", "receipts_in_time", "held")]
    assert number(row["penalty"]) == head["penalty_minor"]

    lived.restart()
    wait_until(lambda: lived.ctl("audit", "--json").code == 0, "it runs again")
    made = [r for r in lived.rows("audit") if r["event"] == "report-made"]
    assert len(made) == 4
    assert len(reports(smtp)) == 6


def test_a_daemon_killed_over_its_reports_sends_each_once(lived, smtp):
    """U58: a crash repeats a mail at most once, with its Message-ID."""
    ask_for_reports(lived)
    smtp.refuse = lambda command, what: "CUT" if command == "DATA" and len(smtp.mails) < 1 else None
    lived.start()
    for _ in range(4):
        seen = len(smtp.mails)
        wait_until(lambda: len(smtp.mails) > seen or len(reports(smtp)) >= 6, "a mail", 60)
        lived.kill()
        wait_until(lambda: not lived.children(), "its children are gone", 20)
        lived.start()
    wait_until(lambda: len({m["Message-ID"] for m in reports(smtp)}) == 6, "six reports", 60)
    with lived.database() as db:
        assert db.execute("SELECT count(*) FROM report_made").fetchone() == (4,)
        assert db.execute("SELECT count(*) FROM outbox WHERE kind = 'report'").fetchone() == (6,)
    ids = [m["Message-ID"] for m in reports(smtp)]
    bodies = {}
    for mail in reports(smtp):  # a repeat is the same mail
        assert bodies.setdefault(mail["Message-ID"], mail.data) == mail.data
    assert all(ids.count(i) <= 2 for i in ids)


def test_an_empty_site_reports_nothing(site, smtp):
    site.unit()
    site.main["reports-to"] = ["avtal@inkasso.example"]
    site.start()
    rows = site.rows("report", "sla")
    assert rows[0]["deliveries"] == 0 and rows[0]["in_time_percent"] is None
    assert site.ctl("report", "stats", "--format", "html").code == 0
    said = site.ctl("report", "stats")
    assert said.code == 0 and "\n0 deliveries.\n" in said.out, said
    assert "median" not in said.out  # of nothing
    wait_until(lambda: site.database().execute("SELECT count(*) FROM report_made").fetchone()[0],
               "the reports were thought of")
    with site.database() as db:
        assert db.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
