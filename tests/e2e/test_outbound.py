"""Receipts against a mail server that is down, says later, says no, or vanishes."""
import os
import re
import signal
import socket
from datetime import datetime, timezone

import files
from smtp import SmtpServer, free_port
from wait import stays, wait_until


def instant(text):
    return datetime.strptime(re.sub(r"\.\d+Z$", "Z", text),
                             "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


def receipts(site, **want):
    return [r for r in site.rows("receipts") if all(r[k] == v for k, v in want.items())]


def test_mail_server_down_then_up(site, smtp):
    """Receipts wait, are shown as pending, and arrive later with the true times (U55)."""
    smtp.down()
    unit = site.unit()
    site.start()
    samples = {f"{i}.csv": files.case_csv(i + 1) for i in range(4)}
    for name, sample in samples.items():
        site.drop(unit, name, sample)
    ids = {name: site.wait_delivery(name, "queued") for name in samples}
    pending = wait_until(lambda: [r for r in site.rows("receipts", "--pending")
                                  if r["attempts"] >= 2], "a second attempt was made")
    assert pending[0]["last_error"], pending
    assert site.status()["receipts_pending"] == 4
    assert pending[0]["deadline"] and pending[0]["state"] == "pending"
    # Not even a restart loses them.
    site.restart()
    smtp.up()
    for name, sample in samples.items():
        mail = smtp.wait_receipt(ids[name]["delivery"], "accepted")
        assert mail.receipt["received_at"] == ids[name]["received_at"]
        assert mail.receipt["items"] == sample.items
        assert mail.at - instant(ids[name]["received_at"]) > 0.2
    wait_until(lambda: len(receipts(site, state="sent")) == 4, "all are known to be sent")
    assert site.rows("receipts", "--pending") == []
    assert len(smtp.receipts()) == 4, "each went out once"


def test_later_then_fine(site, smtp):
    """4xx at MAIL, RCPT and DATA: tried again, one receipt, the same Message-ID."""
    said = []

    def refuse(command, what):
        if len(said) < 6 and command == ("MAIL", "RCPT", "DATA")[len(said) // 2]:
            said.append(command)
            return "451 4.3.0 come back later"
        return None

    smtp.refuse = refuse
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")["delivery"]
    smtp.wait_receipt(delivery, "accepted")
    assert said == ["MAIL"] * 2 + ["RCPT"] * 2 + ["DATA"] * 2
    row = wait_until(lambda: receipts(site, delivery=delivery, state="sent"), "it is sent")[0]
    assert row["attempts"] == 7, row
    assert row["message_id"] == smtp.receipts(delivery)[0]["Message-ID"]
    assert len(smtp.receipts(delivery)) == 1


def test_final_refusal_is_shown(site, smtp):
    """5xx: not tried again, shown in receipts and status, told to the site; others go on."""
    unit = site.unit(receipts_to=["slutat@heby.example", "kvar@heby.example"])
    smtp.refuse = lambda command, what: ("550 5.1.1 no such user <b>\x1b[31m"
                                         if command == "RCPT" and "slutat" in what else None)
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")["delivery"]
    mail = smtp.wait_receipt(delivery, "accepted")
    assert mail.recipients == ["kvar@heby.example"]
    failed = wait_until(lambda: receipts(site, state="failed"), "the refusal is shown")[0]
    assert failed["to"] == "slutat@heby.example" and "550" in failed["last_error"], failed
    assert "\x1b" not in failed["last_error"] and "\x1b" not in site.ctl("receipts").out
    attempts = failed["attempts"]
    wait_until(lambda: smtp.alerts(), "the site is told")
    status = site.status()
    assert status["receipts_failed"] == 1 and status["daemon"] == "degraded", status
    assert site.ctl("status").code == 1
    stays(lambda: receipts(site, state="failed")[0]["attempts"] == attempts, "tried no more", 1)


def test_given_up_at_last(site, smtp):
    """A server that says later for ever: given up after give-up, and shown."""
    site.mail["give-up"] = "2s"
    smtp.refuse = lambda command, what: ("451 4.3.0 never"
                                         if command == "RCPT" and "heby" in what else None)
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    failed = wait_until(lambda: receipts(site, state="failed"), "it is given up", 30)[0]
    assert failed["attempts"] >= 4 and "451" in failed["last_error"]
    wait_until(lambda: smtp.alerts(), "the site is told")


def test_two_relays_first_dead(site, smtp):
    """The second relay is used while the first does not answer."""
    site.relays = [f"smtp://127.0.0.1:{free_port()}", smtp.url]
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")["delivery"]
    smtp.wait_receipt(delivery, "accepted", 5)
    assert wait_until(lambda: receipts(site, state="sent"), "sent")[0]["attempts"] == 1


def test_silent_relay_does_not_hold_up_the_next(site, smtp):
    """The first takes the connection and says nothing: after timeout, the second."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        site.relays = [f"smtp://127.0.0.1:{silent.getsockname()[1]}", smtp.url]
        site.mail["timeout"] = "1s"
        unit = site.unit()
        site.start()
        site.drop(unit, "a.csv", files.case_csv(2))
        delivery = site.wait_delivery("a.csv", "queued")["delivery"]
        smtp.wait_receipt(delivery, "accepted", 15)


def test_relay_that_swallows_mail_does_not_hold_up_the_next(site, smtp):
    """The first takes the whole mail and never answers: the second gets it in the end."""
    silent = SmtpServer().up()
    silent.delay = 60
    try:
        site.relays = [silent.url, smtp.url]
        site.mail["timeout"] = "1s"
        unit = site.unit()
        site.start()
        site.drop(unit, "a.csv", files.case_csv(2))
        delivery = site.wait_delivery("a.csv", "queued")["delivery"]
        smtp.wait_receipt(delivery, "accepted", 15)
    finally:
        silent.down()


def test_outbound_killed_between(site, smtp):
    """Killed while the mail is on its way: replaced, sent again under the same Message-ID."""
    unit = site.unit()
    smtp.delay = 0.6
    site.start()
    first = wait_until(lambda: site.children("outbound"), "the sender of mail is up")
    assert len(first) == 1
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")["delivery"]
    wait_until(lambda: receipts(site, state="pending"), "the receipt is on its way")
    os.kill(first[0], signal.SIGKILL)
    smtp.delay = 0
    wait_until(lambda: receipts(site, state="sent"), "sent in the end")
    mails = smtp.receipts(delivery)
    assert 1 <= len(mails) <= 2
    assert len({m["Message-ID"] for m in mails}) == 1
    assert site.children("outbound") not in ([], first)


def test_connection_cut_after_the_mail(site, smtp):
    """The server has the mail but its answer never comes: at most a repeat, same Message-ID."""
    cut = []

    def refuse(command, what):
        if command == "DATA" and len(cut) < 2:
            cut.append(1)
            return "CUT"
        return None

    smtp.refuse = refuse
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")["delivery"]
    wait_until(lambda: receipts(site, state="sent"), "sent in the end")
    mails = smtp.receipts(delivery)
    assert len(mails) == 3 and len({m["Message-ID"] for m in mails}) == 1


def test_U29_receipt_unsent_sender_repeats(site, smtp):
    """The receipt cannot be sent, the sender sends the file again: it is a duplicate, and the
    first receipt goes out now, not when its pause is over."""
    site.mail["retry-first"] = site.mail["retry-most"] = "1h"
    smtp.refuse = lambda command, what: "451 4.3.0 later" if command == "RCPT" else None
    unit = site.unit()
    site.start()
    sample = files.case_csv(3)
    site.drop(unit, "a.csv", sample)
    first = site.wait_delivery("a.csv", "queued")["delivery"]
    wait_until(lambda: receipts(site, delivery=first)[0]["attempts"] >= 1, "one attempt failed")
    smtp.refuse = None
    site.drop(unit, "a-igen.csv", sample)
    second = site.wait_delivery("a-igen.csv", "held")["delivery"]
    assert "duplicate-file" in site.checks(second)
    smtp.wait_receipt(first, "accepted")
    smtp.wait_receipt(second, "held")
    assert len(site.rows("queue", "list")) == 1


def test_several_recipients_and_languages(site, smtp):
    """One mail a recipient; English for a partner who reads English."""
    site.partners["uppsala"] = {"name": "Uppsala kommun", "language": "en"}
    unit = site.unit("miljo", "uppsala", receipts_to=["a@uppsala.example", "b@uppsala.example"])
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")["delivery"]
    wait_until(lambda: len(smtp.receipts(delivery)) == 2, "two receipts")
    mails = smtp.receipts(delivery)
    assert sorted(m.recipients[0] for m in mails) == ["a@uppsala.example", "b@uppsala.example"]
    assert len({m["Message-ID"] for m in mails}) == 2
    assert "ccepted" in mails[0].text, mails[0].text
