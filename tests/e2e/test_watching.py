"""Events lost, limits, races: watching is a hint, scanning the truth (section 2)."""
import os
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest

import files
from daemon import TORTURE
from wait import wait_until


def drop_many(site, unit, count, make=lambda: files.case_csv(1), name="{}.csv"):
    samples = [make() for _ in range(count)]
    for i, sample in enumerate(samples):
        site.drop(unit, name.format(i), sample)
    return [s.data for s in samples]


def test_U11_queue_overflow(site, sysctl):
    """The kernel's queue holds 16 events and the daemon sleeps: all files are found all the same,
    and the overflow is said."""
    sysctl("fs.inotify.max_queued_events", 16)
    site.main["scan-interval"] = "1h"  # so that the overflow alone makes it look
    unit = site.unit()
    site.start()
    os.kill(site.process.pid, signal.SIGSTOP)
    sent = drop_many(site, unit, 20_000 if TORTURE else 500)
    os.kill(site.process.pid, signal.SIGCONT)
    site.wait_idle(600 if TORTURE else 120)
    assert "watch-overflow" in site.log()
    site.conserve(sent)


@pytest.mark.parametrize("limit", ["max_user_watches", "max_user_instances"])
def test_U13_U14_without_events(site, sysctl, limit):
    """No watch to be had: the limit is named, files are found by scanning, health is degraded;
    when there is room again, it is watched."""
    sysctl(f"fs.inotify.{limit}", 0)
    site.main["scan-interval"] = "300ms"
    unit = site.unit()
    site.start()
    assert f"fs.inotify.{limit}" in site.log(), "the real limit is named"
    sent = drop_many(site, unit, 20)
    site.wait_idle()
    site.conserve(sent)
    status = site.status()
    assert status["units"][0]["watched"] is False and status["units"][0]["reachable"] is True
    assert status["daemon"] == "degraded" and site.ctl("status").code == 1
    assert any("scanning alone" in text for text in status["needs_person"]), status
    sysctl(f"fs.inotify.{limit}", 100_000)
    wait_until(lambda: site.status()["units"][0]["watched"], "it is watched again")
    assert site.status()["daemon"] == "ok"


def test_U15_files_that_arrive_during_the_start(site):
    """Watched first, then scanned: nothing falls between, over many starts."""
    site.main["scan-interval"] = "1h"
    unit = site.unit(settle="50ms")
    site.write_config()
    sent = []
    stop = threading.Event()

    def feed():
        while not stop.is_set():
            sample = files.case_csv(1)
            site.drop(unit, f"{len(sent)}.csv", sample)
            sent.append(sample.data)
            time.sleep(0.02)

    for _ in range(300 if TORTURE else 15):
        stop.clear()
        feeder = threading.Thread(target=feed)
        feeder.start()
        try:
            site.start()
        finally:
            stop.set()
            feeder.join()
        site.stop()
    site.start()
    site.wait_idle()
    site.conserve(sent)


def test_U16_folder_and_file_in_one_command(site, sftp, local):
    """A folder with a file, over and over: refused by rule and said, never fatal, others flow."""
    unit = site.unit()
    site.start()
    path = local("a", files.case_csv(1))
    count = 1000 if TORTURE else 60
    commands = []
    for i in range(count):
        commands += [f"mkdir {unit.path}/d{i}", f"put {path} {unit.path}/d{i}/x.csv"]
    sftp.batch(*commands, timeout=600)
    sent = drop_many(site, unit, 5)
    wait_until(lambda: len(re.findall(r"entry-refused.*d\d+: is a folder", site.log())) == count,
               "every folder is told once")
    for i in range(5):
        site.wait_delivery(f"{i}.csv", "queued")
    assert len(site.list()) == len(sent)


def test_U17_inbox_removed_renamed_made_anew(site, sftp):
    """Gone and back in every way: watched again within a scan, and said in the log."""
    site.main["scan-interval"] = "500ms"
    unit = site.unit(settle="100ms")
    site.start()
    inbox = unit.inbox
    sent = []

    def one(name):
        sample = files.case_csv(1)
        site.drop(unit, name, sample)
        sent.append(sample.data)
        site.wait_delivery(name, "queued", 10)

    def make():
        inbox.mkdir()
        os.chown(inbox, sftp.uid, sftp.gid)

    one("before.csv")
    shutil.rmtree(inbox)  # removed
    wait_until(lambda: "inbox-unreachable" in site.log(), "its absence is said")
    wait_until(lambda: site.status()["daemon"] == "degraded", "health is degraded")
    make()
    one("made-anew.csv")
    wait_until(lambda: site.status()["daemon"] == "ok", "and back")
    assert "inbox-back" in site.log()
    away = inbox.with_name("away")
    os.rename(inbox, away)  # renamed away, and another one takes its name at once
    make()
    one("replaced.csv")
    os.rename(away, away.with_name("further"))
    os.rename(inbox, away)
    os.rename(away, inbox)  # away and back
    one("back.csv")
    if subprocess.run(["mount", "-t", "tmpfs", "none", str(inbox)], check=False,
                      stderr=subprocess.DEVNULL).returncode == 0:
        try:
            one("mounted.csv")  # another file system: copied
        finally:
            subprocess.run(["umount", "--lazy", str(inbox)], check=True)
        one("unmounted.csv")
    # By events again, not only by scans.
    site.main["scan-interval"] = "1h"
    site.write_config()
    assert site.reload() == "reloaded"
    one("by-event.csv")
    site.conserve(sent)


def test_U18_reload_under_load(site):
    """No moment without a watch: 50 files a second while settings are read again and again."""
    site.main["scan-interval"] = "1h"
    unit = site.unit(settle="50ms")
    site.start()
    sent = []
    end = time.monotonic() + (60 if TORTURE else 4)
    i = 0
    while time.monotonic() < end:
        sample = files.case_csv(1)
        site.drop(unit, f"{i}.csv", sample)
        sent.append(sample.data)
        if i % 5 == 0:
            site.process.send_signal(signal.SIGHUP)
        i += 1
        time.sleep(0.02)
    site.wait_idle()
    site.conserve(sent)


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_U19_processes_and_descriptors_stay_flat(site):
    unit = site.unit(settle="50ms")
    site.start()
    drop_many(site, unit, 40)
    site.wait_idle()
    wait_until(lambda: not site.rows("receipts", "--pending"), "receipts are sent")

    def measure():
        return (descriptors(site.process.pid), len(site.children()),
                [descriptors(p) for p in site.children("outbound")])

    calm = wait_until(lambda: measure() if len(site.children("worker")) <= 2 else None, "calm")
    drop_many(site, unit, 10_000 if TORTURE else 200, name="more-{}.csv")
    for _ in range(20):
        site.ctl("status")
    site.wait_idle(900)
    wait_until(lambda: not site.rows("receipts", "--pending"), "receipts are sent", 120)
    wait_until(lambda: measure() == calm, f"as before: {calm}, now {measure()}", 15)
    for pid in site.children():
        state = open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()[0]
        assert state != "Z", "a child that nobody waited for"


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_U20_what_can_never_be_claimed_costs_nothing(site, base):
    """A file with a second name, a link to itself, a folder: no spinning."""
    unit = site.unit()
    (base / f"{site.name}-other").write_bytes(files.case_csv(2).data)
    os.link(base / f"{site.name}-other", unit.inbox / "linked.csv")
    os.symlink("loop.csv", unit.inbox / "loop.csv")
    (unit.inbox / "folder").mkdir()
    site.start()
    time.sleep(1)
    seconds = 60 if TORTURE else 4
    before = processor_seconds(site.process.pid)
    time.sleep(seconds)
    used = processor_seconds(site.process.pid) - before
    assert used <= 0.03 * seconds, f"{used:.2f} s of processor in {seconds} s"
    assert not site.list()
    os.unlink(base / f"{site.name}-other")  # its only name now: taken at once, or at the next look
    site.wait_delivery("linked.csv", "queued", 70)


def test_U23_one_modification_time_for_all(site):
    """No file is told from another by its time stamp."""
    unit = site.unit()
    site.start()
    samples = [files.case_csv(1) for _ in range(5000 if TORTURE else 300)]
    stamp = time.time() - 3600
    for i, sample in enumerate(samples):
        temporary = unit.inbox / f"{i}.tmp"
        temporary.write_bytes(sample.data)
        os.utime(temporary, (stamp, stamp))
        os.rename(temporary, unit.inbox / f"{i}.csv")
    site.wait_idle(600)
    site.conserve([s.data for s in samples])


def test_U24_times_of_another_clock(site):
    """Modification times three hours ahead and behind: the claim is not delayed."""
    unit = site.unit()
    site.start()
    for name, shift in (("ahead.csv", 3 * 3600), ("behind.csv", -3 * 3600), ("epoch.csv", None)):
        sample = files.case_csv(2)
        temporary = unit.inbox / f"{name}.tmp"
        temporary.write_bytes(sample.data)
        when = 0 if shift is None else time.time() + shift
        os.utime(temporary, (when, when))
        os.rename(temporary, unit.inbox / name)
        delivery = site.wait_delivery(name, "queued", 5)
        received = time.strptime(delivery["received_at"][:19], "%Y-%m-%dT%H:%M:%S")
        assert abs(time.mktime(received) - time.timezone - time.time()) < 60, delivery


def test_many_inboxes(site):
    """Sixty units, a file in each, at once."""
    units = [site.unit(f"u{i}") for i in range(60)]
    site.start()
    sent = []
    for unit in units:
        sample = files.case_csv(1)
        site.drop(unit, "a.csv", sample)
        sent.append(sample.data)
    site.wait_idle()
    assert {d["unit"] for d in site.list()} == {u.key for u in units}
    site.conserve(sent)
