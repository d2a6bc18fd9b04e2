"""Mail on its way: encryption, passwords, every refusal, an outage, a program, lists of whom."""
import re

import files
import mailcheck
import pytest
from postfix import POSTFIX, Postfix
from smtp import SmtpServer, free_port
from tls import Tls
from wait import stays, wait_until


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return Tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server():
    """Make servers that end with the test."""
    made = []

    def make(*args, **more):
        made.append(SmtpServer(*args, **more).up())
        return made[-1]
    yield make
    for one in made:
        one.down()


def drop(site, unit, name="a.csv", items=2):
    site.drop(unit, name, files.case_csv(items))


def receipts(site, **want):
    return [r for r in site.rows("receipts") if all(r[k] == v for k, v in want.items())]


def sent(site, relay, count=1):
    wait_until(lambda: len(receipts(site, state="sent")) >= count, "it is sent")
    for mail in relay.receipts():
        mailcheck.check(mail.data)
    return relay.receipts()


def error_of(site, words, timeout=20):
    """The receipt waits, and says why."""
    return wait_until(lambda: [r for r in receipts(site, state="pending")
                               if re.search(words, r["last_error"] or "")],
                      f"waits because of {words}", timeout)[0]


@pytest.mark.parametrize("smtps", [False, True], ids=["starttls", "smtps"])
def test_encrypted_and_verified(site, tls, server, smtps):
    """A certificate of an authority that is not known is none; with ca-file it is."""
    relay = server(tls=tls, smtps=smtps)
    site.relays = [relay.url]
    site.mail["require-tls"] = "yes"
    unit = site.unit()
    site.start()
    drop(site, unit)
    error_of(site, "certificate|verif|signer")
    assert relay.all() == []
    site.mail["ca-file"] = str(tls.ca)
    site.write_config()
    assert site.reload() == "reloaded"
    assert all(m.encrypted for m in sent(site, relay))


def test_certificate_of_another_name(site, tmp_path, server):
    other = Tls(tmp_path, name="mail.other.example", address=None)
    relay = server(tls=other)
    site.relays = [relay.url]
    site.mail["require-tls"] = "yes"
    site.mail["ca-file"] = str(other.ca)
    unit = site.unit()
    site.start()
    drop(site, unit)
    error_of(site, "name|match|certificate")
    assert relay.all() == []


def test_no_plain_text_where_encryption_is_wanted(site, smtp):
    """A relay that offers no STARTTLS, or one that somebody took it from."""
    site.mail["require-tls"] = "yes"
    unit = site.unit()
    site.start()
    drop(site, unit)
    error_of(site, "STARTTLS|SSL|TLS")
    assert smtp.all() == []


@pytest.mark.parametrize("credential", [False, True], ids=["file", "credential"])
def test_login(site, tls, server, credential):
    """The password comes from its file; a wrong one waits for a person to mend it, and the next
    attempt reads it anew."""
    relay = server(tls=tls, users={"sluss": "rätt lösen"})
    place = site.base / "credentials"
    place.mkdir()
    secret = place / "mail-password"
    secret.write_text("fel\n")
    secret.chmod(0o600)
    site.env["CREDENTIALS_DIRECTORY"] = str(place)
    site.relays = [relay.url]
    site.mail.update({"user": "sluss", "ca-file": str(tls.ca), "require-tls": "yes",
                      "password-file": secret.name if credential else str(secret)})
    unit = site.unit()
    site.start()
    drop(site, unit)
    row = error_of(site, "535")
    assert "fel" not in row["last_error"]
    secret.write_text("rätt lösen\n")
    assert all(m.encrypted and m.login == "sluss" for m in sent(site, relay))
    assert "lösen" not in site.log()


CODES = (421, 450, 451, 452, 454, 500, 501, 530, 535, 550, 552, 553, 554)


def test_U59_every_code_ends_or_is_tried_again(site, smtp):
    """Each code at RCPT and at the end of the message, by recipient: final ones are shown, the
    others arrive once the server has come to its senses. None is left in between."""
    site.mail["retry-first"] = site.mail["retry-most"] = "300ms"
    everyone = [f"{step}-{code}@heby.example" for step in ("rcpt", "data") for code in CODES]

    def refuse(command, what):
        to = what if command == "RCPT" else what.recipients[0] if command == "DATA" else ""
        step, _, code = to.partition("@")[0].partition("-")
        return f"{code} 5.0.0 as asked" if step.upper() == command and code else None

    smtp.refuse = refuse
    unit = site.unit(receipts_to=everyone)
    site.start()
    drop(site, unit)
    wait_until(lambda: sum(r["attempts"] > 0 for r in receipts(site)) == len(everyone) or None,
               "each was tried", 60)
    final = {r["to"] for r in receipts(site, state="failed")}
    assert final == {f"{step}-{code}@heby.example" for step in ("rcpt", "data") for code in CODES
                     if code >= 500 and code not in (530, 535)}
    assert site.status()["receipts_failed"] == len(final)
    smtp.refuse = None
    wait_until(lambda: receipts(site, state="pending") == [], "nobody is left waiting", 60)
    assert {r["to"] for r in receipts(site, state="sent")} == set(everyone) - final
    assert {m.recipients[0] for m in smtp.receipts()} == set(everyone) - final
    assert len({m["Message-ID"] for m in smtp.receipts()}) == len(everyone) - len(final)


def test_U57_after_an_outage(site, smtp):
    """Receipts go out in the order of their deadlines with the times of then; alerts as one."""
    smtp.down()
    site.mail["from-name"] = "Inkasso"
    site.alerts["gather-after"] = "1s"
    unit = site.unit(test_names=["prov*"])
    site.start()
    ids = []
    for i in range(5):
        site.drop(unit, f"prov{i}.csv", files.case_csv(2))
        ids.append(site.wait_delivery(f"prov{i}.csv", "held"))
    wait_until(lambda: all(r["attempts"] for r in receipts(site)[:1]), "one was tried")
    smtp.up()
    wait_until(lambda: len(smtp.receipts()) == 5 and smtp.alerts("gathered"), "all is told", 40)
    assert [m["X-Sluss-Delivery"] for m in smtp.receipts()] == [d["delivery"] for d in ids]
    for mail, delivery in zip(smtp.receipts(), ids):
        assert mail.receipt["received_at"] == delivery["received_at"]
        mailcheck.check(mail.data)
    stays(lambda: len(smtp.alerts("gathered")) == 1 and smtp.alerts("held") == [], "one alert", 1)
    message = mailcheck.check(smtp.alerts("gathered")[0].data)
    assert "alerts that waited" in message["Subject"] and "5 held" in message["Subject"]
    for delivery in ids:
        assert delivery["delivery"] in message.get_content()


def test_U74_only_to(site, smtp):
    """An instance that is tried mails only those on its list; the rest is final, and shown."""
    site.mail["only-to"] = ["*@test.example", "drift@inkasso.example"]
    unit = site.unit(receipts_to=["ekonomi@heby.example", "ekonomi@TEST.example"],
                     copies_to=["kopia@inkasso.example"], test_names=["prov*"])
    site.start()
    drop(site, unit, "prov.csv")
    held = site.wait_delivery("prov.csv", "held")["delivery"]
    site.ctl("release", held, "--reason", "stämmer")
    wait_until(lambda: len(receipts(site, state="not-allowed")) == 4 and smtp.alerts("held") and
               len(smtp.receipts()) == 2, "all is settled")
    assert {m.recipients[0] for m in smtp.all()} == {"ekonomi@TEST.example",
                                                    "drift@inkasso.example"}
    refused = receipts(site, state="not-allowed")
    assert {r["to"] for r in refused} == {"ekonomi@heby.example", "kopia@inkasso.example"}
    assert all("only-to" in r["last_error"] and r["attempts"] == 0 for r in refused)
    assert "not-allowed" in site.ctl("receipts").out
    status = site.status()
    assert status["mails_not_allowed"] == 4 and status["receipts_failed"] == 0
    assert smtp.alerts("receipt-failed") == []


def test_program_as_last_resort(site):
    """No server answers: a local program takes it, run without a shell; what it refuses is final."""
    taken = site.base / "taken"
    program = site.base / "program"
    program.write_text("#!/bin/sh\nfor to in \"$@\"; do :; done\n"
                       "case $to in weg@*) exec cat >/dev/null;; esac\n"
                       f"cat >\"{taken}.$to\"\n")
    program.write_text(program.read_text().replace("exec cat >/dev/null", "cat >/dev/null; exit 67"))
    program.chmod(0o755)
    site.relays = [f"smtp://127.0.0.1:{free_port()}", f"sendmail:{program}"]
    site.mail["bounces-to"] = "studsar@inkasso.example"
    unit = site.unit(receipts_to=["-oX$`id`@heby.example", "weg@heby.example"])
    site.start()
    drop(site, unit)
    wait_until(lambda: receipts(site, state="sent") and receipts(site, state="failed"), "settled")
    data = (site.base / "taken.-oX$`id`@heby.example").read_bytes()
    assert b"\r" not in data
    mailcheck.check(data)
    failed = receipts(site, state="failed")[0]
    assert failed["to"] == "weg@heby.example" and "67 no such recipient" in failed["last_error"]


needs_postfix = pytest.mark.skipif(not POSTFIX, reason="NO POSTFIX: nothing went through a real "
                                                       "mail server")


@needs_postfix
def test_through_postfix_into_a_mailbox(site, tls, server):
    """A real relay, encrypted: what lies in the mailbox is whole; what the next host refuses
    comes back to bounces-to, as a report that names our message."""
    far = server()
    far.refuse = lambda command, what: "550 5.1.1 no such user" if command == "RCPT" else None
    mta = Postfix(site.base / "postfix", tls, {"far.example": f"smtp:[127.0.0.1]:{far.port}"})
    mta.up()
    try:
        site.relays = [mta.url]
        site.mail.update({"require-tls": "yes", "ca-file": str(tls.ca),
                          "from-name": "Inkasso, kvittenser för Åre",
                          "bounces-to": "studsar@inkasso.example"})
        site.partners["heby"]["name"] = "Östra Göinge"
        unit = site.unit(receipts_to=["ekonomi@heby.example", "borta@far.example"])
        site.start()
        name = "Påminnelser och krav för fjärde kvartalet, hyror och förskola.csv"
        drop(site, unit, name, 40)
        delivery = site.wait_delivery(name)["delivery"]
        raw, message = mta.wait("ekonomi")[0]
        mailcheck.check(raw)
        assert message["X-Sluss-Delivery"] == delivery
        assert message["Return-Path"] == "<studsar@inkasso.example>"
        assert "with ESMTPS" in message["Received"]
        assert message.get_body(("plain",)).get_content().startswith("MOTTAGEN OCH GODKÄND")
        attached = list(message.iter_attachments())
        assert [a.get_filename() for a in attached] == ["receipt.json"]
        _, bounce = mta.wait("studsar")[0]
        assert bounce.get_content_type() == "multipart/report"
        report = re.sub(r"\n (?=\S)", " ", "".join(
            str(p) for p in bounce.walk() if p.get_content_type() == "message/delivery-status"))
        row = receipts(site, to="borta@far.example")[0]
        assert "550" in report and "Final-Recipient: rfc822; borta@far.example" in report
        assert "Original-Envelope-Id: " + row["message_id"].strip("<>") in report
        assert row["state"] == "sent"  # as far as the relay's word goes
    finally:
        mta.down()


@needs_postfix
def test_postfix_by_its_sendmail(site, tls):
    """The same relay without its port: by the sendmail program, into the same mailbox."""
    mta = Postfix(site.base / "postfix", tls)
    mta.up()
    try:
        site.relays = [f"smtp://127.0.0.1:{free_port()}", f"sendmail:{mta.sendmail()}"]
        site.mail["bounces-to"] = "studsar@inkasso.example"
        unit = site.unit()
        site.start()
        drop(site, unit, "å.csv", 40)
        raw, message = mta.wait("ekonomi")[0]
        mailcheck.check(raw)
        assert message["Return-Path"] == "<studsar@inkasso.example>"
        assert "å.csv" in message["Subject"]
        assert wait_until(lambda: receipts(site, state="sent"), "sent")[0]["attempts"] == 1
    finally:
        mta.down()
