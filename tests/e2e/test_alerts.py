"""Alerts by ways that need no mail server: the journal's stream, a webhook, a program."""
import json
import os
import re
import signal
import sqlite3

import files
from clock import Clock
from wait import stays, wait_until


def program(site, body):
    """A program of the site's that is told of alerts; what it gets lies in its directory."""
    path = site.base / "larm.sh"
    path.write_text(f"#!/bin/sh\ncd {site.base} || exit 9\n{body}\n")
    path.chmod(0o755)
    site.alerts["program"] = path
    return path


def got(site):
    path = site.base / "got"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def held(site, unit, name):
    """A delivery that is held, and so told of."""
    site.drop(unit, name, files.case_csv(2, environment="T"))
    return site.wait_delivery(name, "held")


def test_U56_mail_is_down_and_every_other_way_speaks(site, smtp, hook):
    """No mail leaves: the log with its own priority, the webhook and the program do."""
    smtp.down()
    program(site, "cat >>got; echo >>got")
    unit = site.unit()
    site.start()
    delivery = held(site, unit, "a.csv")["delivery"]
    alert = hook.wait("held")
    assert alert["delivery"] == delivery and alert["unit"] == unit.key
    assert alert["severity"] == "warning" and alert["event"] == "raised"
    assert f"slussctl release {delivery}" in alert["text"]
    assert alert["title"] in alert["text"] and "\n" not in alert["title"]
    told = wait_until(lambda: [a for a in got(site) if a["topic"] == "held"], "the program is told")
    assert told == [alert]
    wait_until(lambda: re.search(rf"warning alert topic=held.*delivery={delivery}", site.log()),
               "the log says so")
    # The mail follows when it can; nothing is told twice by the others.
    smtp.up()
    wait_until(lambda: smtp.alerts("held"), "the mail of it")
    stays(lambda: len(hook.of("held")) == 1 and len(got(site)) == len(set(map(str, got(site)))),
          "told once", 1)


def test_a_channel_that_fails_is_tried_until_it_takes_it(site, hook):
    """A webhook that answers 503, a program that ends badly: again, and through a restart."""
    site.mail.update({"retry-first": "200ms", "retry-most": "500ms"})
    program(site, "test -e ready && cat >>got && echo >>got")
    hook.answer = lambda alert: 503
    unit = site.unit()
    site.start()
    held(site, unit, "a.csv")
    wait_until(lambda: hook.refused >= 2, "it is tried again")
    wait_until(lambda: site.log().count("program: ended with 1") >= 2, "the program, too")
    site.restart()
    hook.answer = None
    (site.base / "ready").touch()
    first = hook.wait("held")
    wait_until(lambda: [a for a in got(site) if a["topic"] == "held"] == [first], "both, the same")
    assert len(hook.of("held")) == 1


def test_a_program_that_hangs_is_stopped_and_holds_up_nobody(site, smtp, hook):
    site.alerts["timeout"] = "500ms"
    program(site, "sleep 1000")
    unit = site.unit()
    site.start()
    delivery = held(site, unit, "a.csv")["delivery"]
    hook.wait("held")
    smtp.wait_receipt(delivery, "held")
    wait_until(lambda: "did not end in time and was stopped" in site.log(), "it is stopped")


def test_a_crash_of_the_process_of_alerts_loses_none(site, hook):
    hook.answer = lambda alert: 500
    unit = site.unit()
    site.start()
    delivery = held(site, unit, "a.csv")["delivery"]
    wait_until(lambda: hook.refused, "it was tried")
    (child,) = site.children("alerts")
    os.kill(child, signal.SIGKILL)
    hook.answer = None
    assert hook.wait("held")["delivery"] == delivery
    assert site.children("alerts") != [child]


def test_a_flood_is_gathered(site, smtp, hook):
    """Fifteen holds: ten by themselves, the rest in one, none lost (their rows wait)."""
    unit = site.unit()
    site.start()
    ids = [held(site, unit, f"{i}.csv")["delivery"] for i in range(13)]
    wait_until(lambda: len(hook.of("held")) >= 10, "ten are told")
    stays(lambda: len(hook.of("held")) == 10, "the others wait", 1)
    with site.database() as db:
        waiting = [r[0] for r in db.execute("SELECT delivery_id FROM alert WHERE told_us = 0")]
    assert sorted([a["delivery"] for a in hook.of("held")] + waiting) == ids


def test_a_relay_that_does_not_answer_is_told_and_its_return(site, smtp, hook):
    site.alerts["relay-down-after"] = "1s"
    smtp.down()
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    alert = hook.wait("relay-down")
    assert smtp.url in alert["title"] and alert["lasting"], alert
    status = site.status()
    assert status["monitoring"] == "WARNING" and status["alerts_open"] == 1, status
    assert f"the mail server {smtp.url} does not answer" in site.ctl("status").out
    smtp.up()
    assert "answers again" in hook.wait("relay-down", "cleared")["title"]
    wait_until(lambda: site.status()["monitoring"] == "OK", "all is well again")
    assert len(hook.of("relay-down", "raised")) == 1


def test_a_receipt_that_is_given_up_is_told_and_an_inbox_that_goes(site, smtp, hook):
    unit = site.unit()
    smtp.refuse = lambda command, what: "550 no" if command == "RCPT" and "heby" in what else None
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    failed = hook.wait("receipt-failed")
    assert failed["severity"] == "critical" and "Tell the unit in another way" in failed["text"]
    away = unit.inbox.with_name("away")
    unit.inbox.rename(away)
    assert hook.wait("inbox-unreachable")["unit"] == unit.key
    away.rename(unit.inbox)
    hook.wait("inbox-unreachable", "cleared")


def test_U75_disk_and_queue_are_told_in_two_grades_before_anything_fails(site, hook):
    """Any disk is below 100 %; a queue of one is long where the site says so."""
    site.alerts.update({"disk-warning": "100%", "disk-critical": "0%", "queue-warning": 1,
                        "queue-critical": 2})
    unit = site.unit()
    site.start()
    assert "of its disk are free" in hook.wait("disk")["title"]
    assert hook.of("disk")[0]["severity"] == "warning"
    site.drop(unit, "a.csv", files.case_csv(2))
    site.drop(unit, "b.csv", files.case_csv(2))
    ids = [site.wait_delivery(name, "queued")["delivery"] for name in ("a.csv", "b.csv")]
    site.alerts.update({"disk-critical": "100%"})
    site.restart()
    told = hook.wait("queue", n=2)
    assert {a["severity"] for a in hook.of("queue")} == {"warning", "critical"}
    assert told["title"] == "2 deliveries wait for the processing system"
    critical = hook.wait("disk", n=2)
    assert critical["severity"] == "critical" and site.status()["monitoring"] == "CRITICAL"
    # It ends by itself, and is told to have ended.
    for delivery in ids:
        assert site.ctl("queue", "take").code == 0 and site.ctl("queue", "ack", delivery).code == 0
    site.alerts.update({"disk-warning": "0%", "disk-critical": "0%"})
    site.restart()
    hook.wait("disk", "cleared", n=2)
    hook.wait("queue", "cleared", n=2)
    assert site.status()["monitoring"] == "OK", site.status()
    assert len(hook.of("disk", "raised")) == 2 and len(hook.of("queue", "raised")) == 2


def test_a_broken_trail_is_told_without_being_asked(site, hook):
    site.unit()
    site.start()
    site.stop()
    with sqlite3.connect(site.state / "sluss.db") as db:
        db.execute("UPDATE audit SET actor = 'somebody' WHERE sequence = 1")
    db.close()
    site.start()
    alert = hook.wait("audit-broken")
    assert alert["severity"] == "critical" and "row 1" in alert["title"], alert
    assert site.ctl("status", "--monitoring").code == 2


def test_a_failed_sync_is_told_past_the_store_and_stands_in_the_books_later(site, smtp, hook):
    clock = Clock(site)
    unit = site.unit()
    site.start()
    clock.syncs_fail(True)
    site.drop(unit, "a.csv", files.case_csv(2))
    alert = hook.wait("sync-failed")
    assert alert["severity"] == "critical" and alert["alert"] == 0, alert
    assert site.process.wait(20) != 0
    clock.syncs_fail(False)
    site.start()
    assert wait_until(lambda: smtp.alerts("sync-failed"), "the mail of it")
    again = hook.wait("sync-failed", n=2)
    assert again["alert"] > 0 and "slussctl verify" in again["text"], again
    assert not (site.state / "last-words").exists()
    site.wait_delivery("a.csv", "queued")
    assert site.ctl("verify").code == 0


def test_a_worker_that_ends_and_a_sender_that_ends_are_told(site, hook):
    unit = site.unit()
    site.start()
    os.kill(site.children("outbound")[0], signal.SIGKILL)
    assert "that sends mail was ended by signal 9" in hook.wait("outbound-ended")["title"]
    # A worker, in the middle of a file.
    site.drop(unit, "big.csv", files.case_csv(60000))
    wait_until(lambda: site.rows("list"), "it is taken")
    for worker in site.children("worker"):
        os.kill(worker, signal.SIGKILL)
    delivery = site.wait_delivery("big.csv", timeout=60)
    alert = hook.wait("worker-ended")
    assert alert["delivery"] == delivery["delivery"], alert


def test_U73_a_weekly_sender_that_goes_quiet_is_told_once(site, hook):
    """Due on Good Friday, so on the Tuesday after Easter; told on the morning after that, and
    ended by the next delivery."""
    clock = Clock(site)
    clock.set("2026-03-27 09:00")
    unit = site.unit(expect="weekly")
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    site.wait_delivery("a.csv", "queued")
    for quiet in ("2026-04-02 12:00", "2026-04-03 12:00", "2026-04-04 12:00", "2026-04-06 12:00",
                  "2026-04-07 12:00", "2026-04-08 07:30"):
        clock.set(quiet)
        stays(lambda: not hook.of("silence"), f"nothing is late at {quiet}", 1.5)
    clock.set("2026-04-08 08:05")
    alert = hook.wait("silence")
    assert alert["unit"] == unit.key and "expected by 2026-04-07" in alert["text"], alert
    clock.set("2026-04-09 12:00")
    stays(lambda: len(hook.of("silence")) == 1, "told once", 1.5)
    site.drop(unit, "b.csv", files.case_csv(2))
    hook.wait("silence", "cleared")
    clock.set("2026-04-10 12:00")
    stays(lambda: len(hook.of("silence")) == 2, "it is over", 1.5)
