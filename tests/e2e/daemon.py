"""slussd with a throw-away state and configuration, and slussctl at its socket."""
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SLUSS_BUILD") or ROOT / "build-test")
SLUSSD = BUILD / "slussd"
SLUSSCTL = BUILD / "slussctl"
TORTURE = bool(os.environ.get("SLUSS_TORTURE"))  # the fault list's full counts

# Nothing but arriving and checking is on its way.
SETTLED = ("accepted", "held", "rejected", "released", "queued", "delivered", "recalled")

# What the sanitizers, or a broken build, write.
CRASH = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|Assertion .* failed")


def environment(extra=None):
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "NO_COLOR": "1",
           "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "detect_leaks=1:exitcode=99"),
           "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", "print_stacktrace=1")}
    env.update(extra or {})
    return env


def quote(value):
    if isinstance(value, (list, tuple)):
        return "{ " + ", ".join(quote(v) for v in value) + " }"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or re.fullmatch(r"\d+(ms|s|m|h|d|k|M|G)", str(value)):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Answer:
    """What slussctl said."""

    def __init__(self, command, done):
        self.command = " ".join(str(c) for c in command)
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8")
        self.err = done.stderr.decode("utf-8", "replace")

    @property
    def rows(self):
        """Every line of stdout must be an object: that is what --json promises."""
        rows = []
        for line in self.out.splitlines():
            row = json.loads(line)
            assert isinstance(row, dict), f"{self.command}: not an object: {line}"
            rows.append(row)
        return rows

    @property
    def row(self):
        rows = self.rows
        assert len(rows) == 1, f"{self.command}: {len(rows)} rows\n{self.out}\n{self.err}"
        return rows[0]

    def __repr__(self):
        return f"<{self.command}: exit {self.code}\n{self.out}{self.err}>"


def slussctl(*args, config=None, input=None, timeout=60, user=None, cwd=None, env=None):
    program = SLUSSCTL
    if user is not None and config:  # who may not be able to look into the build directory
        program = shutil.copy(SLUSSCTL, Path(config).parent)
    command = [str(program), *(["-c", str(config)] if config else []), *map(str, args)]
    extra = {"user": user} if user is not None else {}
    done = subprocess.run(command, input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, env=environment(env), cwd=cwd, check=False, **extra)
    answer = Answer(command, done)
    assert answer.code in (0, 1, 2), answer
    assert not CRASH.search(answer.err), answer
    return answer


class Unit:
    """A unit's settings as they stand in the configuration."""

    def __init__(self, partner, name, inbox, path, **keys):
        self.partner, self.name = partner, name
        self.key = f"{partner}/{name}"
        self.inbox = Path(inbox)  # as the daemon sees it
        self.path = path          # as an SFTP client sees it
        self.keys = {"receipts-to": [f"{name}@{partner}.example"], "phase": "live",
                     "settle": "200ms", "incomplete-grace": "1s", **keys}

    def text(self):
        lines = [f'  unit "{self.name}" {{', f"    inbox = {quote(self.inbox)}"]
        lines += [f"    {k} = {quote(v)}" for k, v in self.keys.items()]
        return "\n".join(lines + ["  }"])


class Site:
    """One installation: directories, configuration, the running daemon."""

    def __init__(self, name, base, sftp, smtp):
        self.name = name
        self.sftp, self.smtp = sftp, smtp
        self.base = Path(base) / name
        self.base.mkdir(mode=0o755)
        self.state = self.base / "state"
        self.state.mkdir(mode=0o750)
        self.socket = self.base / "control.sock"
        self.config = self.base / "sluss.conf"
        self.log_path = self.base / "slussd.log"
        self.main = {"scan-interval": "1s", "worker-timeout": "10s", "workers": 2,
                     "contact": "Driften, 010-000 00 00"}
        self.mail = {"from": "kvittens@inkasso.example", "retry-first": "200ms",
                     "retry-most": "1s", "timeout": "5s"}
        self.sla = {}
        self.alerts = {"to": ["drift@inkasso.example"]}
        self.relays = [smtp.url]
        self.partners = {"heby": {"name": "Heby kommun", "language": "sv"}}
        self.units = []
        self.process = None
        self.env = {}
        self.sent = {}  # name -> bytes, of what `drop` put there

    # --- configuration ---

    def unit(self, name="ekonomi", partner="heby", inbox=None, **keys):
        """Add a unit; its inbox is made, and belongs to the SFTP user."""
        self.partners.setdefault(partner, {"name": partner})
        path = f"{self.name}/{partner}/{name}/in"
        full = Path(inbox) if inbox else self.sftp.make_directory(path)
        unit = Unit(partner, name, full, "/" + path,
                    **{k.replace("_", "-"): v for k, v in keys.items()})
        self.units.append(unit)
        return unit

    def text(self):
        lines = [f"state-dir = {quote(self.state)}", f"control-socket = {quote(self.socket)}",
                 f"template-dir = {quote(ROOT / 'etc/templates')}"]
        lines += [f"{k} = {quote(v)}" for k, v in self.main.items()]
        lines += ["smtp {", f"  relays = {quote(self.relays)}"]
        lines += [f"  {k} = {quote(v)}" for k, v in self.mail.items()] + ["}"]
        lines += ["alerts {", *(f"  {k} = {quote(v)}" for k, v in self.alerts.items()), "}"]
        lines += ["sla {", *(f"  {k} = {quote(v)}" for k, v in self.sla.items()), "}"]
        for key, partner in self.partners.items():
            units = [u for u in self.units if u.partner == key]
            if units:
                lines += [f'partner "{key}" {{'] + [f"  {k} = {quote(v)}"
                                                    for k, v in partner.items()]
                lines += [u.text() for u in units] + ["}"]
        return "\n".join(lines) + "\n"

    def write_config(self, text=None):
        self.config.write_text(self.text() if text is None else text)

    # --- the daemon ---

    def spawn(self, *extra):
        """Start slussd, without waiting for it."""
        with open(self.log_path, "ab") as log:
            return subprocess.Popen([str(SLUSSD), "-c", str(self.config), "--foreground", *extra],
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    env=environment(self.env), start_new_session=True)

    def start(self, wait=True):
        assert not self.running(), "it runs already"
        self.write_config()
        if not self.units:
            raise AssertionError("a site without units")
        mark = len(self.log())
        self.process = self.spawn()
        if wait:
            self.wait_started(mark)
        return self

    def wait_started(self, mark=0):
        def started():
            assert self.process.poll() is None, f"slussd ended:\n{self.log()[mark:]}"
            return re.search(r"\bstarted\b", self.log()[mark:]) and self.socket.exists()
        wait_until(started, "slussd has started", 30, 0.02)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, timeout=30):
        """In order; its exit status must be 0."""
        if not self.running():
            return
        self.process.terminate()
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"slussd did not end within {timeout} s of SIGTERM") from None
        assert code == 0, f"slussd ended with {code}"

    def kill(self):
        if self.process:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait(10)

    def restart(self):
        self.stop()
        return self.start()

    def reload(self):
        """SIGHUP; waits until the log says what came of it."""
        mark = len(self.log())
        self.process.send_signal(signal.SIGHUP)
        return wait_until(lambda: re.search(r"reloaded|reload-refused", self.log()[mark:]),
                          "the reload is in the log").group()

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def children(self, kind=None):
        """Process ids below slussd; kind "worker" or "outbound"."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
                args = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if self.process and int(stat.rsplit(")", 1)[1].split()[1]) == self.process.pid:
                if kind is None or f"--{kind}".encode() in args:
                    found.append(int(entry))
        return found

    def check_log(self):
        """Nothing a sanitizer would complain about."""
        hit = CRASH.search(self.log())
        assert not hit, f"the log of slussd has: {self.log()[hit.start():hit.start() + 4000]}"

    # --- slussctl ---

    def ctl(self, *args, **more):
        return slussctl(*args, config=self.config, **more)

    def rows(self, *args):
        answer = self.ctl(*args, "--json")
        assert answer.code in (0, 1), answer
        return answer.rows

    def list(self, *args):
        return self.rows("list", *args)

    def find(self, file=None, data=None, unit=None):
        """Deliveries of that name or content."""
        digest = hashlib.blake2b(data, digest_size=32).hexdigest() if data is not None else None
        return [d for d in self.list() if (file is None or d["file"] == file)
                and (digest is None or d["blake2b"] == digest)
                and (unit is None or d["unit"] == unit)]

    def show(self, delivery):
        answer = self.ctl("show", delivery, "--json")
        assert answer.code in (0, 1), answer
        return answer.row

    def checks(self, delivery):
        """Names of its findings."""
        return [f["check"] for f in self.show(delivery)["findings"]]

    def status(self):
        return self.ctl("status", "--json").row

    def wait_delivery(self, file=None, state=None, timeout=20, data=None):
        """The one delivery of that name, once it is judged (and in that state)."""
        def there():
            found = [d for d in self.find(file, data) if d["state"] in
                     ((state,) if state else SETTLED) and d["state"] != "accepted"
                     or d["state"] == "accepted" == state]
            return found[-1] if found else None
        return wait_until(there, f"{file or 'the file'} is {state or 'judged'}", timeout)

    def wait_idle(self, timeout=60, inboxes=()):
        """Every inbox is empty, and nothing is on its way."""
        def idle():
            for unit in inboxes or self.units:
                if any(unit.inbox.iterdir()):
                    return False
            states = [d["state"] for d in self.list()]
            return not any(s in ("arriving", "checking") for s in states)
        wait_until(idle, "all that was sent is judged", timeout, 0.1)

    # --- files ---

    def drop(self, unit, name, data, hidden=True):
        """Put a file in an inbox from inside the machine (the SFTP tests use SFTP)."""
        data = getattr(data, "data", data)
        name = os.fsencode(name) if isinstance(name, str) else name
        target = os.path.join(os.fsencode(str(unit.inbox)), name)
        if hidden and len(name) < 240:
            part = os.path.join(os.fsencode(str(unit.inbox)), b"." + name + b".tmp")
            self._write(part, data)
            os.rename(part, target)
        else:
            self._write(target, data)
        self.sent[name] = data

    @staticmethod
    def _write(path, data):
        with open(path, "wb") as f:
            f.write(data)

    # --- what must always hold ---

    def queue_entries(self):
        """The queue's rows as the store has them: one a delivery, whatever its state."""
        with self.database() as db:
            return [r[0] for r in db.execute("SELECT id FROM queue ORDER BY id")]

    def database(self):
        return sqlite3.connect(f"file:{self.state}/sluss.db?mode=ro", uri=True, timeout=20)

    def conserve(self, sent, waiting=()):
        """Every file of `sent` (bytes) is in exactly one delivery, byte for byte in the spool,
        accepted at most once; the queue has each accepted one once."""
        deliveries = self.list()
        by_hash = {}
        for d in deliveries:
            by_hash.setdefault(d["blake2b"], []).append(d)
        missing, doubled = [], []
        for data in sent:
            digest = hashlib.blake2b(data, digest_size=32).hexdigest()
            found = by_hash.get(digest, [])
            if not found:
                missing.append(digest)
            elif len(found) > 1:
                doubled.append([(d["delivery"], d["file"], d["state"]) for d in found])
            for d in found:
                stored = (self.state / "spool" / d["delivery"]).read_bytes()
                assert stored == data, f"{d['delivery']} is not what was sent"
        assert not missing, f"{len(missing)} of {len(sent)} files are in no state"
        assert not doubled, f"taken twice: {doubled[:10]}"
        assert len(deliveries) == len({*map(bytes, sent)}), \
            f"{len(deliveries)} deliveries of {len(set(sent))} files"
        queued = [d["delivery"] for d in deliveries if d["state"] in ("queued", "delivered")]
        entries = self.queue_entries()
        assert len(entries) == len(set(entries)), "the queue has an entry twice"
        assert sorted(entries) == sorted(queued), "the queue is not what was accepted"
        for command in (("verify",), ("audit", "verify")):
            answer = self.ctl(*command, "--json", timeout=120)
            assert answer.code == 0, answer

    def diagnostics(self):
        parts = [f"--- configuration {self.config}", self.text()]
        log = self.log().splitlines()
        parts += [f"--- slussd.log (last of {len(log)} lines)", *log[-80:]]
        if self.running():
            try:
                rows = self.ctl("list", "--json", timeout=20).out.splitlines()
                parts += [f"--- slussctl list (last of {len(rows)})", *rows[-40:]]
            except Exception as error:  # a report must not hide the failure it is about
                parts.append(f"--- slussctl list: {error}")
        else:
            parts.append(f"--- slussd does not run ({self.process and self.process.poll()})")
        for unit in self.units:
            try:
                names = sorted(os.listdir(os.fsencode(str(unit.inbox))))
            except OSError as error:
                names = [error]
            parts.append(f"--- {unit.inbox}: {len(names)} files: {names[:40]}")
        mails = self.smtp.all()
        parts.append(f"--- mails ({len(mails)})")
        parts += [f"{time.strftime('%H:%M:%S', time.localtime(m.at))} {m.recipients} "
                  f"{m['X-Sluss-Verdict'] or m['X-Sluss-Alert']} {m['Subject']}"
                  for m in mails[-20:]]
        return "\n".join(str(p) for p in parts)
