"""SIGHUP: a good configuration is taken, a bad one refused with file and line."""
import os
import re
import signal
import subprocess

import pytest

import files
from daemon import SLUSSD, environment, slussctl
from wait import stays, wait_until


def test_good_reload(site):
    """A new unit, another settle time, a unit gone: all without a restart."""
    old = site.unit()
    site.start()
    pid = site.process.pid
    new = site.unit("teknik", phase="test")
    site.write_config()
    assert site.reload() == "reloaded"
    site.drop(new, "t.csv", files.case_csv(2))
    site.drop(old, "e.csv", files.case_csv(2))
    site.wait_delivery("t.csv", "held")
    site.wait_delivery("e.csv", "queued")
    new.keys["phase"] = "live"
    site.write_config()
    assert site.reload() == "reloaded"
    site.drop(new, "t2.csv", files.case_csv(2))
    site.wait_delivery("t2.csv", "queued")
    site.units.remove(new)
    site.write_config()
    assert site.reload() == "reloaded"
    site.drop(new, "t3.csv", files.case_csv(2))
    stays(lambda: (new.inbox / "t3.csv").exists(), "the file of a unit that is gone lies", 1.5)
    assert len(site.list("--unit", "heby/teknik")) == 2, "its past is still told"
    site.units.append(new)
    site.write_config()
    site.reload()
    site.wait_delivery("t3.csv", "queued")
    assert site.process.pid == pid and site.running()


BAD = {
    "unknown key": ("scan-intervall = 1s\n", "scan-intervall"),
    "no unit of time": ("scan-interval = 90\n", "scan-interval"),
    "out of range": ("workers = 99\n", "workers"),
    "cut off": ('partner "uppsala" {\n  unit "a" {\n', ""),
    "no inbox": ('partner "uppsala" {\n  unit "a" {\n    receipts-to = { "a@b.example" }\n  }\n}\n',
                 "inbox"),
    "binary": ("\x00\x01\x02", ""),
    "syntax": ("smtp { from = }\n", ""),
}


def test_bad_reload_is_refused_with_file_and_line(site):
    """The old configuration stays in force; the log, the check and slussctl all say where."""
    unit = site.unit()
    site.start()
    good = site.text()
    for name, (extra, word) in BAD.items():
        site.write_config(good + extra)
        mark = len(site.log())
        assert site.reload() == "reload-refused", name
        said = site.log()[mark:]
        assert re.search(re.escape(str(site.config)) + r":\d+", said), (name, said)
        assert word in said, (name, said)
        if name != "binary":  # no text at all: the socket is not found in it
            assert site.ctl("status").code == 0, (name, "the daemon is found all the same")
        check = slussctl("config", "check", config=site.config)
        assert check.code == 1, (name, check)
        assert f"{site.config}:" in check.out + check.err, (name, check)
        done = subprocess.run([str(SLUSSD), "-c", str(site.config), "--check-config"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
                              check=False)
        assert done.returncode == 1 and word.encode() in done.stderr, (name, done)
    site.config.unlink()
    assert site.reload() == "reload-refused"
    site.write_config()
    site.drop(unit, "a.csv", files.case_csv(2))
    site.wait_delivery("a.csv", "queued")
    assert site.reload() == "reloaded"
    assert slussctl("config", "check", config=site.config).code == 0


@pytest.mark.xfail(reason="a sender of mail that is started again reads the file that lies there, "
                   "not what is in force; receipts wait until the file is right")
def test_outbound_restarts_under_a_bad_configuration(site, smtp):
    """The sender of mail dies while a bad file lies there: what is in force stays in force."""
    unit = site.unit()
    site.start()
    site.write_config(site.text() + "nonsense = 1\n")
    assert site.reload() == "reload-refused"
    before = wait_until(lambda: site.children("outbound"), "the sender of mail is up")
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: site.children("outbound") not in ([], before), "it is started again")
    site.write_config(site.text() + "nonsense = 2\n")
    site.drop(unit, "a.csv", files.case_csv(2))
    wait_until(lambda: smtp.receipts(verdict="accepted"), "the receipt goes out all the same",
               8)


def test_what_cannot_change_while_running(site):
    """Another state directory needs a restart, and the log says so."""
    site.unit()
    site.start()
    site.write_config(site.text().replace(f'"{site.state}"', f'"{site.state}-2"'))
    assert site.reload() == "reload-refused"
    assert re.search("reload-refused.*restart", site.log())
    site.write_config()


def test_does_not_start_with_a_bad_configuration(site):
    """Exit status and words, before anything is touched."""
    site.unit()
    site.write_config(site.text() + "nonsense = 1\n")
    process = site.spawn()
    assert process.wait(20) == 1
    assert re.search(r"sluss\.conf:\d+.*nonsense", site.log())
    assert not list(site.state.iterdir())


def test_many_reloads_at_once(site):
    """A hundred SIGHUPs, good and bad ones mixed, under files."""
    unit = site.unit()
    site.start()
    good = site.text()
    for i in range(100):
        text = good + ("workers = 99\n" if i % 3 == 0 else "")
        temporary = site.config.with_suffix(".new")
        temporary.write_text(text)
        os.replace(temporary, site.config)
        site.process.send_signal(signal.SIGHUP)
        if i % 10 == 0:
            site.drop(unit, f"{i}.csv", files.case_csv(2))
    site.write_config()
    wait_until(lambda: site.reload() == "reloaded", "the last one is taken")
    site.wait_idle()
    site.conserve(site.sent.values())
