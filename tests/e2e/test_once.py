"""Taken once and for all, and never too eager about it (sections 3 and 4)."""
import os
import re
import subprocess
import threading
from datetime import date

import pytest

import files
from daemon import TORTURE
from wait import stays, wait_until


def drop_and_wait(site, unit, name, sample, state=None):
    site.drop(unit, name, sample)
    return site.wait_delivery(name, state)


# --- section 3: taken twice, or never again ---------------------------------------------------

def test_U25_second_daemon_is_refused(site):
    """It says who holds the state directory, and disturbs nothing."""
    unit = site.unit()
    site.start()
    mark = len(site.log())
    second = site.spawn()
    assert second.wait(20) == 1
    said = site.log()[mark:]
    assert re.search(rf"\b{site.process.pid}\b", said) and str(site.state) in said, said
    drop_and_wait(site, unit, "a.csv", files.case_csv(2), "queued")
    # Another configuration with the same state directory: the same.
    other = site.base / "other.conf"
    other.write_text(site.text().replace("control.sock", "other.sock"))
    mine, site.config = site.config, other
    third = site.spawn()
    assert third.wait(20) == 1
    site.config = mine
    assert not (site.base / "other.sock").exists() and site.running()
    # The lock dies with its holder: no hand is needed after a crash (U44).
    site.kill()
    site.start()
    drop_and_wait(site, unit, "b.csv", files.case_csv(2), "queued")


def test_U27_a_failed_pickup_erases_no_memory(site):
    """Accepted; the same again vanishes before its claim; a third time is still a duplicate."""
    unit = site.unit(settle="600ms")
    site.start()
    sample = files.case_csv(4)
    first = drop_and_wait(site, unit, "1.csv", sample, "queued")
    site.drop(unit, "2.csv", sample)
    os.unlink(unit.inbox / "2.csv")
    os.mkdir(unit.inbox / "2.csv")
    third = drop_and_wait(site, unit, "3.csv", sample, "held")
    assert "duplicate-file" in site.checks(third["delivery"])
    assert first["delivery"] in str(site.show(third["delivery"])["findings"])
    assert len(site.list()) == 2


def test_U28_bursts(site):
    """1, 2, 5, 64, 65 and more at once, with the limits at their edges: arrived = accounted."""
    site.main["workers"] = 1
    unit = site.unit(settle="50ms")
    site.start()
    sent = []
    for burst in (1, 2, 5, 64, 65, 1000 if TORTURE else 130):
        samples = [files.case_csv(1) for _ in range(burst)]
        for i, sample in enumerate(samples):
            (unit.inbox / f"{burst}-{i}.tmp").write_bytes(sample.data)
        for i in range(burst):
            os.rename(unit.inbox / f"{burst}-{i}.tmp", unit.inbox / f"{burst}-{i}.csv")
        sent += [s.data for s in samples]
        site.wait_idle(300)
    site.conserve(sent)


def test_U30_same_content_in_other_clothes(site):
    """Same bytes under a new name; same records under a new header, order or line end."""
    unit = site.unit()
    site.start()
    case, payments = files.case_csv(6), files.bgmax(6)
    first = drop_and_wait(site, unit, "1.csv", case, "queued")
    again = drop_and_wait(site, unit, "2.csv", case, "held")
    assert "duplicate-file" in site.checks(again["delivery"])
    number = int(case.numbers[0][1:])
    rows = [files.case_row(n) for n in reversed(range(number, number + 6))]
    clothes = {
        "header.csv": files.case_csv(6, first=number, producer="Nya systemet"),
        "crlf.csv": files.case_csv(6, first=number, newline="\r\n"),
        "latin1.csv": files.case_csv(6, first=number, encoding="latin-1"),
        "order.csv": files.case_csv(6, first=number, rows=rows),
        "bare.csv": files.case_csv(6, first=number, intro=False, end=False),
    }
    for name, sample in clothes.items():
        held = drop_and_wait(site, unit, name, sample, "held")
        finding = [f for f in site.show(held["delivery"])["findings"]
                   if f["check"] == "duplicate-content"]
        assert finding and first["delivery"] in finding[0]["text"], (name, finding)
    drop_and_wait(site, unit, "1.txt", payments, "queued")
    number = int(payments.numbers[0])
    held = drop_and_wait(site, unit, "2.txt", files.bgmax(6, first=number,
                                                          written="20260303060000000001"), "held")
    assert "duplicate-content" in site.checks(held["delivery"])
    assert len(site.rows("queue", "list")) == 2


def test_U30_same_bytes_of_another_organisation(site, smtp):
    """What another calls its file is not for the sender to know."""
    own, other = site.unit(), site.unit("finance", "acme")
    site.start()
    case = files.case_csv(1)
    drop_and_wait(site, other, "deras-namn.csv", case, "queued")
    held = drop_and_wait(site, own, "vart-namn.csv", case, "held")
    receipt = smtp.wait_receipt(held["delivery"], "held")
    assert "deras-namn" not in receipt.data.decode() + receipt.text + receipt.html, receipt.text
    alert = wait_until(lambda: smtp.alerts("held"), "the operators are told")[0]
    assert "Holds: 1 item, " in " ".join(alert.text.split()), alert.text


def test_U31_refused_for_a_technical_reason_then_sent_again(site):
    """Judged afresh, with the earlier refusal shown: the failure must not block its own repeat."""
    unit = site.unit()
    site.start()
    rubbish = b"<?xml version='1.0'?><Order/>"
    first = drop_and_wait(site, unit, "1.xml", rubbish, "rejected")
    again = drop_and_wait(site, unit, "2.xml", rubbish, "rejected")
    shown = {f["check"]: f for f in site.show(again["delivery"])["findings"]}
    assert "duplicate-file" not in shown
    assert first["delivery"] in shown["seen-before"]["text"]


def test_U32_inbox_where_deleting_is_forbidden(site):
    """Taken once, no error at each scan, and said to the site."""
    site.main["scan-interval"] = "300ms"
    unit = site.unit()
    site.start()
    if subprocess.run(["chattr", "+a", str(unit.inbox)], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("this file system has no append-only directories")
    try:
        sample = files.case_csv(3)
        (unit.inbox / "a.csv").write_bytes(sample.data)  # created: allowed; removed: not
        site.wait_delivery("a.csv", "queued")
        lines = len(site.log().splitlines())
        stays(lambda: len(site.list()) == 1, "taken once", 2, 0.3)
        assert len(site.log().splitlines()) - lines <= 4, "no word about it at each scan"
        assert (unit.inbox / "a.csv").exists()
        site.restart()
        stays(lambda: len(site.list()) == 1, "nor after a restart", 1, 0.3)
        # A file under its name that is another one is another delivery.
        with open(unit.inbox / "a.csv", "wb") as f:
            f.write(files.case_csv(2).data)
        wait_until(lambda: len(site.list()) == 2, "what is new in it is taken")
    finally:
        subprocess.run(["chattr", "-a", str(unit.inbox)], check=True)


def test_U33_restored_from_backup(site):
    """Old files come back with other times and modes: none is accepted."""
    unit = site.unit()
    site.start()
    count = 1000 if TORTURE else 60
    samples = [files.case_csv(1) for _ in range(count)]
    for i, sample in enumerate(samples):
        site.drop(unit, f"{i}.csv", sample)
    site.wait_idle(300)
    # Of files of one random amount each the safeguards may hold a few; none comes in again.
    queued = {d["delivery"] for d in site.list() if d["state"] == "queued"}
    assert len(queued) >= 0.9 * count
    for i, sample in enumerate(samples):
        path = unit.inbox / f"{i}.csv.tmp"
        path.write_bytes(sample.data)
        os.utime(path, (1e9 + i, 1e9 + i))
        os.chmod(path, 0o600)
        os.rename(path, unit.inbox / f"{i}.csv")
    site.wait_idle(300)
    states = [d["state"] for d in site.list()]
    assert (states.count("queued"), states.count("held")) == (len(queued), 2 * count - len(queued))
    assert len(site.queue_entries()) == len(queued)


def test_U34_the_same_file_all_day(site, smtp):
    """48 times: one accepted, and one alert, not 48. Each has its receipt."""
    unit = site.unit(settle="50ms")
    site.start()
    sample = files.case_csv(3)
    for i in range(48):
        site.drop(unit, f"{i}.csv", sample)
    site.wait_idle()
    states = [d["state"] for d in site.list()]
    assert (states.count("queued"), states.count("held")) == (1, 47)
    wait_until(lambda: len(smtp.receipts()) == 48, "every delivery has its receipt")
    assert len(smtp.alerts()) <= 1, [a["Subject"] for a in smtp.alerts()]


def test_U36_operators_at_once(site, smtp):
    """Released, released again, rejected, by many at once: one decision."""
    unit = site.unit(phase="test")
    site.start()
    delivery = drop_and_wait(site, unit, "a.csv", files.case_csv(3), "held")["delivery"]
    answers = []

    def decide(what):
        answers.append((what, site.ctl(what, delivery, "--reason", "samtidigt").code))

    threads = [threading.Thread(target=decide, args=("release" if i % 2 else "reject",))
               for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code for _, code in answers) == [0] + [1] * 7, answers
    winner = next(what for what, code in answers if code == 0)
    state = site.show(delivery)["state"]
    assert state == {"release": "queued", "reject": "rejected"}[winner]
    assert len(site.rows("queue", "list")) == (winner == "release")
    smtp.wait_receipt(delivery, {"release": "released", "reject": "rejected"}[winner])
    assert len(smtp.receipts(delivery)) == 2, "the first, and one about the decision"
    # Takers at once: no entry is lent twice.
    unit.keys["phase"] = "live"
    site.write_config()
    site.reload()
    for i in range(6):
        site.drop(unit, f"q{i}.csv", files.case_csv(1))
    site.wait_idle()
    taken = []

    def take():
        answer = site.ctl("queue", "take", "--json")
        taken.extend(row["delivery"] for row in answer.rows)

    threads = [threading.Thread(target=take) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 6 + (winner == "release")


def test_U37_many_different_files_at_one_instant(site):
    """Through all workers at once: every hash, count and sum belongs to its own file."""
    site.main["workers"] = 4
    unit = site.unit()
    site.start()
    samples = {}
    for i in range(200):
        form = ("case-csv", "bgmax", "peppol-bis-3")[i % 3]
        sample = files.EACH[form](1 + i % 23)
        samples[f"{i}.{files.ENDINGS[form]}"] = sample
    for name, sample in samples.items():
        (unit.inbox / f"{name}.tmp").write_bytes(sample.data)
    for name in samples:
        os.rename(unit.inbox / f"{name}.tmp", unit.inbox / name)
    site.wait_idle(180)
    found = {d["file"]: d for d in site.list()}
    for name, sample in samples.items():
        got = found[name]
        assert (got["blake2b"], got["items"], got["sum_minor"], got["format"]) == \
            (sample.blake2b, sample.items, sample.sum_minor, sample.format), name
        # The safeguards may hold what random files look like; nothing is another's duplicate.
        assert got["state"] == "queued" or not any(
            check.startswith("duplicate") for check in site.checks(got["delivery"])), name
    site.conserve([s.data for s in samples.values()])


# --- section 4: duplicate control that is too eager -------------------------------------------

def test_U38_equal_records_in_one_file(site):
    """Two true payments of one day, alike but for the serial: both count."""
    unit = site.unit()
    site.start()
    sample = files.bgmax(20)
    records = sample.data.splitlines(keepends=True)
    same = [i for i, r in enumerate(records) if r.startswith(b"20")][:2]
    # The second gets the first's reference and payer name, and keeps its amount and serial.
    first, second = records[same[0]], records[same[1]]
    records[same[1]] = second[:12] + first[12:37] + second[37:]
    records[same[1] + 1] = records[same[0] + 1]
    delivery = drop_and_wait(site, unit, "a.txt", b"".join(records), "queued")
    assert (delivery["items"], delivery["sum_minor"]) == (20, sample.sum_minor)
    # Truly equal rows in a case file, one pair among fifty: kept in count and sum, with a note.
    many = files.case_csv(50)
    number = int(many.numbers[0][1:])
    rows = [files.case_row(n) for n in range(number, number + 49)] + [files.case_row(number)]
    total = sum(files.amount_of(n) for n in range(number, number + 49)) + files.amount_of(number)
    twice = files.case_csv(50, first=number, rows=rows, end=False)
    delivery = drop_and_wait(site, unit, "b.csv", twice)
    assert (delivery["items"], delivery["sum_minor"]) == (50, total)
    assert delivery["state"] == "queued" and "repeat-in-file" in site.checks(delivery["delivery"])


def test_U39_the_monthly_fee(site):
    """Same person, same amount, twelve months: no finding."""
    unit = site.unit()
    site.start()
    first = files.take_numbers(12 * 30)
    for month in range(1, 13):
        due = date(2026, month, 28)
        rows = []
        for child in range(30):
            row = files.case_row(first + child, due).split(";")
            row[1] = f"F{first + 30 * (month - 1) + child}"  # a new invoice number each month
            rows.append(";".join(row))
        sample = files.case_csv(30, first=first, rows=rows)
        delivery = drop_and_wait(site, unit, f"avgift-{month:02}.csv", sample, "queued")
        # The samples' own dates may be old by now, and that the parties are known speaks for it.
        said = [f["check"] for f in site.show(delivery["delivery"])["findings"]
                if f["level"] != "info" and f["check"] != "dates"]
        assert said == [], month


def test_U40_an_id_the_format_does_not_promise_to_be_unique(site):
    """Two payments with one serial among forty, with references of their own: accepted."""
    unit = site.unit()
    site.start()
    sample = files.bgmax(40)
    records = sample.data.splitlines(keepends=True)
    at = [i for i, r in enumerate(records) if r.startswith(b"20")][:2]
    records[at[1]] = records[at[1]][:57] + records[at[0]][57:69] + records[at[1]][69:]
    delivery = drop_and_wait(site, unit, "a.txt", b"".join(records), "queued")
    assert "repeat-in-file" not in site.checks(delivery["delivery"])
    assert delivery["items"] == 40


def test_U41_forty_percent_of_last_week_under_new_numbers(site):
    """Renumbered, the rest new: held, with the share and where it came from."""
    unit = site.unit()
    site.start()
    old = files.case_csv(50)
    earlier = drop_and_wait(site, unit, "vecka-9.csv", old, "queued")
    number = int(old.numbers[0][1:])
    fresh = files.take_numbers(30)
    rows = [files.case_row(number + i, prefix="NY9") for i in range(20)]
    rows += [files.case_row(fresh + i) for i in range(30)]
    sample = files.case_csv(50, first=fresh, rows=rows, end=False)
    held = drop_and_wait(site, unit, "vecka-10.csv", sample, "held")
    finding = next(f for f in site.show(held["delivery"])["findings"]
                   if f["check"] == "duplicate-item")
    assert "40" in finding["text"] and earlier["delivery"] in finding["text"], finding
    # And 40 % of the same numbers, too.
    fresh = files.take_numbers(30)
    rows = [files.case_row(number + i) for i in range(20)]
    rows += [files.case_row(fresh + i) for i in range(30)]
    held = drop_and_wait(site, unit, "vecka-11.csv",
                         files.case_csv(50, first=fresh, rows=rows, end=False), "held")
    assert "duplicate-item" in site.checks(held["delivery"])
