"""Alerts by ways that need no mail server: the journal's stream, a webhook, a program."""
import json
import os
import re
import signal

import files
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
