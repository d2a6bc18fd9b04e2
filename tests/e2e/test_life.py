"""One delivery's whole life: dropped, claimed, judged, receipted, queued, taken, acknowledged."""
import json
import re
import sqlite3
import subprocess

import files
from daemon import SLUSSCTL, environment
from wait import stays, wait_until

SHARED_KEYS = {"delivery", "unit", "file", "state", "verdict", "format", "kind", "items",
               "sum_minor", "currency", "received_at", "blake2b"}
ITEM_KEYS = {"type", "number", "issue_date", "due_date", "amount_minor", "currency", "reference",
             "counterparty_id", "counterparty_kind", "counterparty_name", "payee_account", "record"}


def check_figures(row, sample):
    got = (row["items"], row["sum_minor"], row["currency"], row["blake2b"])
    assert got == (sample.items, sample.sum_minor, sample.currency, sample.blake2b), row


def check_receipt(mail, sample, delivery, verdict, name):
    """Headers, alternatives and attachment as INTERFACE says."""
    message = mail.message
    assert message["X-Sluss-Delivery"] == delivery
    assert message["X-Sluss-Verdict"] == verdict
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<\S+@inkasso\.example>", message["Message-ID"]), message["Message-ID"]
    assert message["From"] == "kvittens@inkasso.example"
    assert message["Date"] and message["MIME-Version"] == "1.0"
    assert not message.defects, message.defects
    receipt = mail.receipt
    assert set(receipt) >= {"delivery", "unit", "file", "received_at", "verdict", "items",
                            "sum_minor", "currency", "blake2b"}, receipt
    check_figures(receipt, sample)
    assert (receipt["delivery"], receipt["file"], receipt["verdict"]) == (delivery, name, verdict)
    for text in (mail.text, mail.html):
        plain = text.replace("\u00a0", " ").replace("&nbsp;", " ")
        assert str(sample.items) in plain and delivery in plain
        assert "010-000 00 00" in plain, plain
    minor = sample.sum_minor
    whole = f"{minor // 100:,}".replace(",", " ")
    assert f"{whole},{minor % 100:02d} kr" in mail.text.replace("\u00a0", " "), mail.text


def test_accepted_of_each_format_over_sftp(site, sftp, smtp, local):
    """The whole life of an accepted delivery, for each format and each client."""
    unit = site.unit()
    site.start()
    samples = {"arenden_mars.csv": files.case_csv(12), "inbetalningar.txt": files.bgmax(7),
               "faktura_1007.xml": files.ubl(3)}
    paths = {name: local(name, sample) for name, sample in samples.items()}
    sftp.batch(f"put {paths['arenden_mars.csv']} {unit.path}/arenden_mars.csv")
    sftp.lftp(f"put -O {unit.path} {paths['inbetalningar.txt']}")
    sftp.curl(paths["faktura_1007.xml"], f"{unit.path.lstrip('/')}/faktura_1007.xml")

    for name, sample in samples.items():
        delivery = site.wait_delivery(name, "queued")
        assert set(delivery) >= SHARED_KEYS, delivery
        assert (delivery["format"], delivery["kind"]) == (sample.format, sample.kind)
        assert (delivery["unit"], delivery["verdict"]) == ("heby/ekonomi", "accepted")
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", delivery["received_at"])
        check_figures(delivery, sample)
        mail = smtp.wait_receipt(delivery["delivery"], "accepted")
        check_receipt(mail, sample, delivery["delivery"], "accepted", name)
        assert mail.recipients == ["ekonomi@heby.example"]
        for word in ("Kapitalsumma", name, "godkänd"):
            assert word in mail.text, mail.text
    assert not list(unit.inbox.iterdir()), "what was taken is gone from the inbox"
    assert len(smtp.receipts()) == 3 and not smtp.alerts()

    # The processing system's side: oldest first, once each, with the items beside the original.
    listed = site.rows("queue", "list")
    assert [row["delivery"] for row in listed] == sorted(row["delivery"] for row in listed)
    taken = []
    for _ in samples:
        row = site.ctl("queue", "take", "--json").row
        assert set(row) >= SHARED_KEYS | {"original", "items_path"}, row
        sample = samples[row["file"]]
        with open(row["original"], "rb") as original:
            assert original.read() == sample.data
        assert row["items_path"] == row["original"] + ".ndjson"
        with open(row["items_path"], encoding="utf-8") as lines:
            items = [json.loads(line) for line in lines]
        assert len(items) == sample.items and all(set(i) >= ITEM_KEYS for i in items)
        assert sum(i["amount_minor"] for i in items) == sample.sum_minor
        assert [i["number"] for i in items] == sample.numbers
        taken.append(row["delivery"])
    assert taken == [row["delivery"] for row in listed]
    nothing = site.ctl("queue", "take", "--json")
    assert (nothing.code, nothing.out) == (1, "")

    # Given back: offered again; acknowledged: gone, and doing so twice is no harm.
    assert site.ctl("queue", "nack", taken[0], "--reason", "databasen är nere").code == 0
    again = site.ctl("queue", "take", "--json").row
    assert again["delivery"] == taken[0]
    for delivery in taken:
        assert site.ctl("queue", "ack", delivery).code == 0
    assert site.ctl("queue", "ack", taken[0]).code == 0
    assert site.rows("queue", "list") == []
    assert {d["state"] for d in site.list()} == {"delivered"}
    site.conserve([s.data for s in samples.values()])


def test_held_explains_itself(site, sftp, smtp, local):
    """What a person needs to decide a replay stands first: in show, receipt and alert."""
    unit = site.unit()
    site.start()
    sent = files.case_csv(40)
    sftp.batch(f"put {local('a.csv', sent)} {unit.path}/mars.csv")
    first = site.wait_delivery("mars.csv", "queued")["delivery"]
    again = files.case_csv(40, first=int(sent.numbers[0][1:]), producer="Annat system")
    sftp.batch(f"put {local('b.csv', again)} {unit.path}/april.csv")
    held = site.wait_delivery("april.csv", "held")["delivery"]
    shown = site.show(held)
    assert shown["score"] > 0 and 0.5 < shown["probability"] <= 1, shown
    levels = [f["level"] for f in shown["findings"]]
    assert levels == sorted(levels, key=["reject", "hold", "warn", "info"].index)
    nearest = [f for f in shown["findings"] if f["check"] == "nearest"]
    assert [f["evidence"]["delivery"] for f in nearest] == [first]
    told = ["Why it was held", f"resembles {first} most", "estimate", "A release would",
            "slussctl release"]
    text = " ".join(site.ctl("show", held).out.split())
    assert [w for w in told if w not in text] == [] and \
        sorted(text.index(w) for w in told) == [text.index(w) for w in told], text
    mail = smtp.wait_receipt(held, "held").text
    told = ["Varför filen granskas", first, "Bedömning:", "Om den godkänns går 40 ", "Kapitalsumma"]
    assert sorted(mail.index(w) for w in told) == [mail.index(w) for w in told], mail


def test_held_released_rejected(site, sftp, smtp, local):
    """A test file and a duplicate are held, with reasons; a person decides; receipts follow."""
    unit = site.unit()
    site.start()
    marked = files.case_csv(4, environment="T")
    sftp.batch(f"put {local('a.csv', marked)} {unit.path}/april.csv")
    held = site.wait_delivery("april.csv", "held")
    shown = site.show(held["delivery"])
    reasons = {f["check"]: f for f in shown["findings"]}
    assert reasons["test-mark"]["level"] == "hold" and reasons["test-mark"]["evidence"]
    assert "test" in reasons["test-mark"]["text"].lower()
    mail = smtp.wait_receipt(held["delivery"], "held")
    check_receipt(mail, marked, held["delivery"], "held", "april.csv")
    assert "GRANSKNING" in mail.text and "environment" in mail.text, mail.text
    assert site.rows("queue", "list") == [], "what is held is not queued"

    # No reason, no decision; then released, once, by the kernel's word.
    assert site.ctl("release", held["delivery"]).code == 2
    assert site.ctl("release", held["delivery"], "--reason", "  ").code == 2
    done = site.ctl("release", held["delivery"], "--reason", "Avstämt med Anna på ekonomi")
    assert done.code == 0, done
    assert site.ctl("release", held["delivery"], "--reason", "en gång till").code == 1
    site.wait_delivery("april.csv", "queued")
    second = smtp.wait_receipt(held["delivery"], "released")
    check_receipt(second, marked, held["delivery"], "released", "april.csv")
    assert second["Message-ID"] != mail["Message-ID"]
    assert [r["delivery"] for r in site.rows("queue", "list")] == [held["delivery"]]
    decisions = site.show(held["delivery"])["decisions"]
    assert [(d["what"], d["operator"], d["reason"]) for d in decisions] == \
        [("release", "root", "Avstämt med Anna på ekonomi")]

    # The same bytes again, and the same content under another name and header.
    sftp.batch(f"put {local('b.csv', marked)} {unit.path}/april_igen.csv")
    duplicate = site.wait_delivery("april_igen.csv", "held")
    finding = next(f for f in site.show(duplicate["delivery"])["findings"]
                   if f["check"] == "duplicate-file")
    assert held["delivery"] in finding["text"]
    same = files.case_csv(4, first=int(marked.numbers[0][1:]), producer="Annat system")
    sftp.batch(f"put {local('c.csv', same)} {unit.path}/maj.csv")
    content = site.wait_delivery("maj.csv", "held")
    assert "duplicate-content" in site.checks(content["delivery"])

    # Rejected by a person: a further receipt, which says why; the bytes stay.
    assert site.ctl("reject", duplicate["delivery"], "--reason", "Sänd två gånger").code == 0
    assert site.wait_delivery("april_igen.csv", "rejected")
    last = smtp.wait_receipt(duplicate["delivery"], "rejected")
    assert "Sänd två gånger" in last.text
    assert site.ctl("release", duplicate["delivery"], "--reason", "ånger").code == 1
    assert (site.state / "spool" / duplicate["delivery"]).read_bytes() == marked.data
    assert len(site.rows("queue", "list")) == 1
    assert site.ctl("verify").code == 0 and site.ctl("audit", "verify").code == 0


def test_broken_unreadable_and_empty(site, sftp, smtp, local):
    """What cannot be read is judged too, and has its receipt."""
    unit = site.unit()
    site.start()
    xml = files.ubl().data
    cases = {
        "trasig.xml": (xml.replace(b"</cac:TaxTotal>", b"</cac:Tax>"), "rejected", "structure"),
        "skräp.bin": (bytes(range(256)) * 64, "rejected", "format"),
        "bild.csv": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "rejected", "format"),
        "tom.csv": (b"", "held", "empty"),
        "doctype.xml": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
                        + xml.split(b"?>", 1)[1], "rejected", "format"),
        "fel_summa.csv": (files.case_csv(6).data.replace(b";sum=", b";sum=9"), "held", "totals"),
    }
    for name, (data, _, _) in cases.items():
        sftp.batch(f"put {local(name, data)} {unit.path}/{name}")
    for name, (data, state, check) in cases.items():
        delivery = site.wait_delivery(name, state)
        assert check in site.checks(delivery["delivery"]), (name, site.checks(delivery["delivery"]))
        assert delivery["blake2b"] == files.blake2b(data)
        mail = smtp.wait_receipt(delivery["delivery"], state)
        assert mail.receipt["file"] == name and mail.receipt["blake2b"] == files.blake2b(data)
    said = site.show(site.find("doctype.xml")[0]["delivery"])["findings"][0]
    assert "DOCTYPE" in said["text"], said
    assert site.rows("queue", "list") == []
    site.conserve([c[0] for c in cases.values()])


def test_phase_test_holds_everything(site, smtp):
    """A unit that is not yet in production; English receipts for a partner who reads English."""
    site.partners["uppsala"] = {"name": "Uppsala kommun", "language": "en"}
    unit = site.unit("miljo", "uppsala", phase="test")
    site.start()
    sample = files.bgmax(3)
    site.drop(unit, "payments.txt", sample)
    delivery = site.wait_delivery("payments.txt", "held")
    assert "phase" in site.checks(delivery["delivery"])
    mail = smtp.wait_receipt(delivery["delivery"], "held")
    check_receipt(mail, sample, delivery["delivery"], "held", "payments.txt")
    assert "Kapitalsumma" not in mail.text and mail["Content-Language"] == "en"
    row = next(u for u in site.rows("unit", "list") if u["unit"] == "uppsala/miljo")
    assert row["phase"] == "test" and row["held"] == 1


def test_words_in_names(site):
    """Test words are whole words: Testebo is a place, and a contest is none."""
    unit = site.unit(test_names=["PROV_*"])
    site.start()
    held = ["test_mars.csv", "faktura-TEST.csv", "Heby testfil 3.csv", "PROV_7.csv"]
    passing = ["Testebo_mars.csv", "contest.csv", "attest.csv", "protest_2026.csv"]
    for name in held + passing:
        site.drop(unit, name, files.case_csv(2))
    for name in held:
        delivery = site.wait_delivery(name, "held")
        # The sample's dates may be old by now, which is another matter.
        assert [c for c in site.checks(delivery["delivery"]) if c != "dates"] == ["test-name"]
    for name in passing:
        site.wait_delivery(name, "queued")


def test_formats_agreed(site):
    """A format that the unit did not agree on is held."""
    unit = site.unit(formats=["case-csv"])
    site.start()
    site.drop(unit, "a.txt", files.bgmax(2))
    site.drop(unit, "b.csv", files.case_csv(2))
    assert "format" in site.checks(site.wait_delivery("a.txt", "held")["delivery"])
    site.wait_delivery("b.csv", "queued")


def test_two_approvals(site, smtp, sftp):
    """Two different people; one of them twice is one."""
    unit = site.unit(approvals=2, phase="test")
    site.start()
    site.drop(unit, "a.csv", files.case_csv(3))
    delivery = site.wait_delivery("a.csv", "held")["delivery"]
    for _ in range(2):
        assert site.ctl("release", delivery, "--reason", "jag tycker det").code == 0
        assert site.show(delivery)["state"] == "held"
    assert site.show(delivery)["release"]["approvals_given"] == 1
    # The kernel says who is at the socket: another user is another operator.
    subprocess.run(["chmod", "-R", "go+rX", str(site.base)], check=True)
    site.socket.chmod(0o666)
    answer = site.ctl("release", delivery, "--reason", "jag med", user=sftp.uid)
    assert answer.code == 0, answer
    site.wait_delivery("a.csv", "queued")
    smtp.wait_receipt(delivery, "released")
    assert {d["operator"] for d in site.show(delivery)["decisions"]} == {"root", sftp.user}


def test_cool_off(site, smtp):
    """An accepted delivery is not shown to the processing system before its time."""
    unit = site.unit(cool_off="3s")
    site.start()
    site.drop(unit, "a.csv", files.case_csv(3))
    delivery = site.wait_delivery("a.csv", "accepted")
    smtp.wait_receipt(delivery["delivery"], "accepted")
    stays(lambda: site.ctl("queue", "take").code == 1, "the queue shows nothing yet", 0.8)
    # One who waits is served as soon as it is over.
    answer = site.ctl("queue", "take", "--wait", "20", "--json", timeout=40)
    assert answer.code == 0 and answer.row["delivery"] == delivery["delivery"], answer


def test_lease_runs_out(site):
    """Taken and never acknowledged: offered again."""
    site.main["queue-lease"] = "1s"
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(3))
    site.wait_delivery("a.csv", "queued")
    first = site.ctl("queue", "take", "--json").row
    assert site.ctl("queue", "take").code == 1
    again = site.ctl("queue", "take", "--wait", "20", "--json", timeout=40).row
    assert again["delivery"] == first["delivery"] and again["takes"] == 2


def test_listing_and_people(site, smtp):
    """Filters, NDJSON purity, tables for people, exit codes, and no personal data in the log."""
    one, two = site.unit("ekonomi"), site.unit("teknik", phase="test")
    site.start()
    for i in range(3):
        site.drop(one, f"e{i}.csv", files.case_csv(2))
        site.drop(two, f"t{i}.csv", files.case_csv(2))
    for i in range(3):
        site.wait_delivery(f"e{i}.csv", "queued")
        last = site.wait_delivery(f"t{i}.csv", "held")
    assert len(site.list()) == 6
    assert {d["file"] for d in site.list("--state", "held")} == {"t0.csv", "t1.csv", "t2.csv"}
    assert {d["file"] for d in site.list("--unit", one.key)} == {"e0.csv", "e1.csv", "e2.csv"}
    assert len(site.list("--unit", "heby")) == 6
    assert site.list("--since", "2099-01-01") == []
    since = site.list("--since", last["received_at"])
    assert {d["delivery"] for d in since} == \
        {d["delivery"] for d in site.list() if d["received_at"] >= last["received_at"]}
    ids = [d["delivery"] for d in site.list()]
    assert ids == sorted(ids)
    # --json and -c before or after the command's name.
    for args in (["--json", "-c", site.config, "list"], ["list", "-c", site.config, "--json"]):
        done = subprocess.run([str(SLUSSCTL), *map(str, args)], stdout=subprocess.PIPE,
                              env=environment(), check=True)
        assert len([json.loads(line) for line in done.stdout.splitlines()]) == 6
    for command in (["status"], ["list"], ["show", ids[0]], ["queue", "list"], ["receipts"],
                    ["audit"], ["unit", "list"], ["verify"], ["audit", "verify"]):
        pure = site.ctl(*command, "--json")
        assert pure.rows and pure.code in (0, 1), command
        people = site.ctl(*command)
        assert people.code == pure.code and people.out.strip(), command
        assert "\x1b" not in people.out, f"{command}: colour without a terminal"
    assert "1 " in site.ctl("list").out and "kr" in site.ctl("show", ids[0]).out
    assert site.ctl("list", "--state", "nonsense").code == 2
    assert site.ctl("list", "--unit", "heby/finns-inte").code == 2
    assert site.ctl("show", "20200101-000000-000000").code == 1
    assert site.ctl("frobnicate").code == 2
    status = site.status()
    assert (status["held"], status["queued"]) == (3, 3), status
    wait_until(lambda: len(smtp.receipts()) == 6, "six receipts")
    assert all(r["state"] == "sent" for r in wait_until(
        lambda: [r for r in [site.rows("receipts")] if all(x["state"] == "sent" for x in r)],
        "all receipts are sent")[0])
    assert site.rows("receipts", "--pending") == []
    assert "Gäldenär" not in site.log() and "5569" not in site.log()
    site.stop()
    gone = site.ctl("list")
    assert gone.code == 2 and gone.out == "" and str(site.socket) in gone.err, gone


def test_audit_names_the_tampered_row(site):
    """Changed, removed or cut off: the trail says which row is the first that does not fit."""
    unit = site.unit()
    site.start()
    for i in range(3):
        site.drop(unit, f"{i}.csv", files.case_csv(2))
        site.wait_delivery(f"{i}.csv", "queued")
    answer = site.ctl("audit", "verify", "--json")
    assert answer.code == 0 and answer.row["valid"] is True
    rows = site.rows("audit")
    assert [r["sequence"] for r in rows] == list(range(1, len(rows) + 1))
    assert {"started", "verdict"} <= {r["event"] for r in rows}
    site.stop()

    path = site.state / "sluss.db"
    target = next(r["sequence"] for r in rows if r["event"] == "verdict")
    changes = {
        f"UPDATE audit SET detail = '{{\"verdict\":\"held\"}}' WHERE sequence = {target}": target,
        f"UPDATE audit SET at_us = at_us + 1 WHERE sequence = {target}": target,
        f"UPDATE audit SET actor = 'nobody' WHERE sequence = {target}": target,
        f"DELETE FROM audit WHERE sequence = {target}": (target, target + 1),
    }
    saved = path.read_bytes()
    for change, first in changes.items():
        with sqlite3.connect(path) as db:
            db.execute(change)
        db.close()
        site.start()
        answer = site.ctl("audit", "verify", "--json")
        assert answer.code == 1, (change, answer)
        bad = answer.row["first_bad"]
        assert bad == first or (isinstance(first, tuple) and bad in first), (change, answer)
        site.stop()
        path.write_bytes(saved)
        for extra in ("-wal", "-shm"):
            (site.state / f"sluss.db{extra}").unlink(missing_ok=True)


def test_verify_names_what_is_lost_or_changed(site):
    """Conservation, by hash: exit 1 and the name, when an original is gone or not what came."""
    unit = site.unit()
    site.start()
    for name in ("a.csv", "b.csv", "c.csv"):
        site.drop(unit, name, files.case_csv(3))
    found = {name: site.wait_delivery(name, "queued")["delivery"]
             for name in ("a.csv", "b.csv", "c.csv")}
    answer = site.ctl("verify", "--json")
    assert answer.code == 0 and answer.rows[-1]["arrived"] == 3, answer
    spool = site.state / "spool"
    (spool / found["a.csv"]).unlink()
    data = bytearray((spool / found["b.csv"]).read_bytes())
    data[-5] ^= 1
    (spool / found["b.csv"]).write_bytes(data)
    (spool / "20200101-000000-000000").write_bytes(b"whose?")
    answer = site.ctl("verify", "--json")
    assert answer.code == 1, answer
    problems = {row["delivery"]: row["problem"] for row in answer.rows if "problem" in row}
    assert problems == {found["a.csv"]: "missing", found["b.csv"]: "changed",
                        "20200101-000000-000000": "unknown"}
    assert "a.csv" in site.ctl("verify").out
