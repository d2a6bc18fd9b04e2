"""The agreement's clock: escalation, what is at stake, and a wall clock that somebody sets."""
import shutil
import subprocess
import time
from datetime import datetime

import daemon
import files
import pytest
from clock import Clock
from wait import stays, wait_until


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@pytest.fixture
def clock(site):
    return Clock(site)


def pending(site):
    return site.rows("receipts", "--pending")


def test_a_receipt_near_its_limit_is_told_over_another_channel(site, smtp, hook):
    """Mail is down: at each share of the limit the webhook speaks, with what it costs (U56)."""
    smtp.down()
    site.sla.update({"receipt": "6s", "penalty-first-after": "6s", "penalty-interval": "1h",
                     "escalate": ["50%", "100%"]})
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")
    row = pending(site)[0]
    assert row["penalty_minor"] == 0 and row["penalty_next_minor"] == 500000
    assert abs(instant(row["penalty_next_at"]) - instant(delivery["received_at"]) - 6) < 0.01
    assert -1 <= row["time_left_s"] <= 6
    near = hook.wait("receipt-due")
    assert near["delivery"] == delivery["delivery"] and near["severity"] == "warning"
    assert "50 % of its time is over" in near["title"]
    assert "it costs 5\u00a0000,00\u00a0kr" in near["text"], near["text"]
    late = hook.wait("receipt-due", n=2)
    assert late["severity"] == "critical" and "is late" in late["title"]
    assert "5\u00a0000,00\u00a0kr are owed" in late["text"]
    row = wait_until(lambda: [r for r in pending(site) if r["time_left_s"] < 0], "it is late")[0]
    assert row["late"] and row["penalty_minor"] == 500000
    assert row["penalty_next_minor"] == 1000000 and row["penalty_times"] == 1
    table = site.ctl("receipts", "--pending").out
    assert "late by" in table and "10 000,00 kr from" in table, table
    status = site.status()
    assert status["penalty_minor"] == 500000 and status["monitoring"] == "CRITICAL", status
    stays(lambda: len(hook.of("receipt-due")) == 2, "each share once", 3)
    # Not even after a restart.
    site.restart()
    stays(lambda: len(hook.of("receipt-due")) == 2, "each share once", 3)
    smtp.up()
    smtp.wait_receipt(delivery["delivery"], "accepted")
    wait_until(lambda: pending(site) == [], "it is sent")
    sent = site.rows("receipts")[0]
    assert sent["late"] and sent["penalty_minor"] == 500000 and sent["penalty_next_at"] is None
    assert site.status()["penalty_minor"] == 0


def test_the_clock_runs_while_the_daemon_is_down(site, smtp, hook):
    """The file came, the daemon did not run: its time is that of the file's coming."""
    site.sla.update({"receipt": "1h", "escalate": ["1%"]})
    clock = Clock(site)
    unit = site.unit()
    site.start()
    site.stop()
    came = time.time()
    site.drop(unit, "a.csv", files.case_csv(2))
    smtp.down()
    clock.move(7200)
    site.start()
    delivery = site.wait_delivery("a.csv", "queued")
    assert abs(instant(delivery["received_at"]) - came) < 2
    row = pending(site)[0]
    assert row["late"] and row["penalty_minor"] == 500000
    assert "is late" in hook.wait("receipt-due")["title"]


@pytest.mark.parametrize("seconds", [-3600, 3600, -3 * 86400])
def test_U72_the_clock_is_set_during_settle_and_while_a_receipt_waits(site, smtp, hook, clock,
                                                                       seconds):
    """Settle goes on as if nothing had happened; operators and the trail have a mark."""
    smtp.down()
    unit = site.unit(settle="3s")
    site.start()
    began = time.monotonic()
    site.drop(unit, "a.csv", files.case_csv(2))
    time.sleep(1)
    clock.move(seconds)
    first = site.wait_delivery("a.csv", "queued")
    assert 2.5 < time.monotonic() - began < 15, "as long as settle says, and no longer"
    told = hook.wait("clock-moved")
    assert f"{'back' if seconds < 0 else 'forward'} by {abs(seconds)} s" in told["title"]
    marks = [r for r in site.rows("audit") if r["event"] == "clock-moved"]
    assert [m["detail"]["by_s"] for m in marks] == [seconds], marks
    # While a receipt waits for its next attempt: it does not wait for days.
    tries = pending(site)[0]["attempts"]
    clock.move(seconds)
    wait_until(lambda: len([r for r in site.rows("audit") if r["event"] == "clock-moved"]) == 2,
               "the second mark")
    wait_until(lambda: pending(site)[0]["attempts"] > tries + 1, "it is tried on")
    left = pending(site)[0]["time_left_s"]
    if seconds < 0:  # what is due is due no later than it was
        assert 3500 < left <= 3600, left
    smtp.up()
    smtp.wait_receipt(first["delivery"], "accepted")
    assert site.ctl("audit", "verify").code == 0


@pytest.mark.parametrize("night, local", [("2026-03-29 01:30", "2026-03-29 03:30:0"),
                                          ("2026-10-25 01:45", "2026-10-25 02:45:0")])
def test_U71_a_limit_across_the_change_of_the_clocks_is_an_hour(site, smtp, hook, clock, night,
                                                                  local):
    """In March an hour later is 03:30, in October 02:45 the first time: right once, told once."""
    smtp.down()
    clock.set(night)
    site.sla["escalate"] = ["90%"]
    unit = site.unit()
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    delivery = site.wait_delivery("a.csv", "queued")
    row = pending(site)[0]
    assert abs(instant(row["deadline"]) - instant(delivery["received_at"]) - 3600) < 0.01
    assert local in site.ctl("receipts", "--pending", env={"TZ": "Europe/Stockholm"}).out
    stays(lambda: not hook.of("receipt-due"), "far from its limit", 3)
    clock.move(55 * 60)
    hook.wait("receipt-due")
    assert local in hook.of("receipt-due")[0]["text"]
    clock.move(60 * 60)  # the hour that October has twice
    stays(lambda: len(hook.of("receipt-due")) == 1, "told once", 3)


def test_status_speaks_as_monitoring_plugins_do(site, smtp):
    unit = site.unit()
    site.start()
    answer = site.ctl("status", "--monitoring")
    assert answer.code == 0 and answer.out.startswith("SLUSS OK - 1 unit, 0 held, 0 receipts to be sent |"), answer
    assert answer.out.count("\n") == 1 and " | arriving=0 " in answer.out, answer
    smtp.refuse = lambda command, what: "550 no" if command == "RCPT" and "heby" in what else None
    site.drop(unit, "a.csv", files.case_csv(2))
    wait_until(lambda: site.status()["receipts_failed"], "it cannot be delivered")
    answer = site.ctl("status", "--monitoring")
    assert answer.code == 2 and answer.out.startswith("SLUSS CRITICAL - 1 receipt could not"), answer
    assert " receipts_failed=1 " in answer.out.split("|")[1], answer
    assert site.ctl("status").code == 1  # the general meaning holds otherwise
    site.stop()
    answer = site.ctl("status", "--monitoring")
    assert (answer.code, answer.out) == (2, "SLUSS CRITICAL - no daemon answers\n"), answer
    assert site.ctl("status").code == 2
    done = subprocess.run([str(daemon.SLUSSCTL), "status", "--help"], capture_output=True,
                          check=True, text=True)
    assert "--monitoring" in done.stdout


def test_monitoring_that_may_not_ask_says_so(site, sftp):
    """Neither well nor ill: nobody knows, and a plugin says that with 3."""
    site.unit()
    site.start()
    program = shutil.copy(daemon.SLUSSCTL, site.base)  # the build may be out of its sight
    done = subprocess.run([program, "-c", str(site.config), "status", "--monitoring"], check=False,
                          capture_output=True, text=True, user=sftp.uid, group=sftp.uid, extra_groups=[],
                          env=daemon.environment())
    assert done.returncode == 3, done
    assert done.stdout == "SLUSS UNKNOWN - not allowed to ask the daemon\n", done
