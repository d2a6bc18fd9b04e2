"""A morning at the gate, with everything real: sshd, sftp, slussd, slussctl, a mail server.

    play.py BUILD [--keep]

What it shows it also checks: exit 0 only when every verdict, receipt and proof was as it has to
be. Ports are chosen by the kernel or found free; all state is in one directory, removed at the
end together with every process that was started.
"""

import email
import email.policy
import json
import mailbox
import os
import pathlib
import pwd
import random
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import files

ON_TERMINAL = sys.stdout.isatty()
COLOUR = ON_TERMINAL and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 30  # for anything that takes a second on a quiet machine


class Surprise(Exception):
    """Something was not as it has to be."""


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Surprise(what)


# --- what is seen -------------------------------------------------------------------------


def ink(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def pause(seconds: float) -> None:
    sys.stdout.flush()
    if ON_TERMINAL:
        time.sleep(seconds)


def heading(text: str) -> None:
    print(f"\n{ink('1;36', '== ' + text + ' ' + '=' * max(0, 86 - len(text)))}\n")
    pause(0.4)


def say(text: str) -> None:
    print(ink("2", "\n".join("# " + line for line in text.strip().splitlines())))
    pause(0.3 + len(text) / 550)


def typed(command: str) -> None:
    print(f"{ink('1', '$ ' + command)}")
    pause(0.3)


# --- what runs ----------------------------------------------------------------------------


def wait_until(done, what: str):
    """Ask again and again; the first true answer."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answer = done()
        if answer:
            return answer
        time.sleep(0.05)
    raise Surprise(f"waited {PATIENCE_S} s in vain: {what}")


def read_if_there(path: pathlib.Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def answers(port: int, greeting: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as peer:
            return peer.recv(len(greeting)) == greeting
    except OSError:
        return False


class Site:
    """One directory with everything in it, and the processes that work there."""

    def __init__(self, build: pathlib.Path):
        self.build = build
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="sluss-demo."))
        self.processes: dict[str, subprocess.Popen] = {}
        self.made_run_sshd = False
        self.inbox = {"heby/ekonomi": self.top / "sftp/heby/ekonomi/in",
                      "bankgirot/inbetalningar": self.top / "sftp/bankgirot/inbetalningar/in"}
        for path in self.inbox.values():
            path.mkdir(parents=True)
        self.config = self.top / "sluss.conf"

    def start(self, name: str, *command: object) -> subprocess.Popen:
        with open(self.top / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(word) for word in command], cwd=self.top,
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes[name] = process
        return process

    def log(self, name: str) -> str:
        return read_if_there(self.top / f"{name}.log")

    def close(self, keep: bool) -> None:
        for name in ("slussd", "sshd", "mail"):
            process = self.processes.pop(name, None)
            if not process:
                continue
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.made_run_sshd:
            try:
                os.rmdir("/run/sshd")
            except OSError:
                pass  # somebody else's sshd uses it by now
        if not keep:
            shutil.rmtree(self.top, ignore_errors=True)

    # --- mail

    def start_mail(self) -> int:
        port_file = self.top / "mail.port"
        process = self.start("mail", "/usr/bin/python3", "-B", HERE / "mailserver.py",
                             self.top / "mail", port_file)
        wait_until(lambda: port_file.exists() or process.poll() is not None, "the mail server")
        expect(process.poll() is None, "the mail server did not start:\n" + self.log("mail"))
        return int(port_file.read_text())

    def mails(self) -> list:
        """All that came, oldest first."""
        box = mailbox.Maildir(self.top / "mail", create=False)
        found = [email.message_from_bytes(box.get_bytes(key), policy=email.policy.default)
                 for key in sorted(box.keys())]
        return sorted(found, key=lambda mail: mail["Date"].datetime)

    def mail(self, delivery: str, verdict: str):
        for mail in self.mails():
            if mail["X-Sluss-Delivery"] == delivery and mail["X-Sluss-Verdict"] == verdict:
                return mail
        return None

    # --- SFTP

    def make_key(self, name: str) -> pathlib.Path:
        path = self.top / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path],
                       check=True)
        return path

    def start_sftp(self) -> int:
        """sshd with its own keys and configuration, for whoever runs this, and SFTP only. One key
        a sender, each bound to its own folder. A site would use a user a sender, and a chroot."""
        user = pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0 and not os.path.isdir("/run/sshd"):
            os.mkdir("/run/sshd", 0o755)
            self.made_run_sshd = True
        host_key = self.make_key("host_key")
        with open(self.top / "authorized_keys", "w", encoding="utf-8") as out:
            for sender in ("heby", "bankgirot"):
                public = self.make_key(f"key_{sender}").with_suffix(".pub").read_text().strip()
                folder = self.top / "sftp" / sender
                out.write(f'restrict,command="internal-sftp -d {folder}" {public}\n')
        for _ in range(20):
            port = random.randint(20000, 60000)
            (self.top / "sshd_config").write_text(f"""\
ListenAddress 127.0.0.1:{port}
HostKey {host_key}
PidFile none
AuthorizedKeysFile {self.top}/authorized_keys
AuthenticationMethods publickey
AllowUsers {user}
PermitRootLogin prohibit-password
StrictModes no
UsePAM {"yes" if self.account_is_locked(user) else "no"}
Subsystem sftp internal-sftp
""")
            process = self.start("sshd", "/usr/sbin/sshd", "-D", "-e", "-f",
                                 self.top / "sshd_config")
            wait_until(lambda: process.poll() is not None or answers(port, b"SSH-2.0"), "sshd")
            if process.poll() is None:
                self.write_client_config(user, port)
                return port
        raise Surprise("sshd did not start:\n" + self.log("sshd"))

    @staticmethod
    def account_is_locked(user: str) -> bool:
        """sshd without PAM lets no account in whose password is locked."""
        if os.getuid() != 0:
            return False
        lines = pathlib.Path("/etc/shadow").read_text().splitlines()
        return any(line.startswith(f"{user}:!") for line in lines)

    def write_client_config(self, user: str, port: int) -> None:
        with open(self.top / "ssh_config", "w", encoding="utf-8") as out:
            for sender in ("heby", "bankgirot"):
                out.write(f"""\
Host {sender}
    HostName 127.0.0.1
    Port {port}
    User {user}
    IdentityFile {self.top}/key_{sender}
    IdentitiesOnly yes
    UserKnownHostsFile {self.top}/known_hosts
    StrictHostKeyChecking no
    LogLevel ERROR
""")

    def sftp(self, sender: str, *lines: str) -> None:
        """The sender types these lines; sftp itself echoes them."""
        typed(f"sftp {sender}")
        sys.stdout.flush()
        done = subprocess.run(["sftp", "-q", "-F", self.top / "ssh_config", "-b", "-", sender],
                              input="".join(line + "\n" for line in lines), text=True,
                              cwd=self.top / "files", check=False)
        expect(done.returncode == 0, f"sftp ended with {done.returncode}\n" + self.log("sshd"))
        print()
        pause(0.5)

    # --- the gate

    def write_config(self, mail_port: int) -> None:
        self.config.write_text(f"""\
state-dir      = "{self.top}/state"
control-socket = "{self.top}/control.sock"
template-dir   = "{HERE.parent.parent}/etc/templates"
contact        = "Driften, 010-000 00 00, drift@inkasso.example"

smtp {{
  relays = {{ "smtp://127.0.0.1:{mail_port}" }}
  from   = "kvittens@inkasso.example"
}}

alerts {{
  to = {{ "drift@inkasso.example" }}
}}

partner "heby" {{
  name = "Heby kommun"
  unit "ekonomi" {{
    inbox            = "{self.inbox['heby/ekonomi']}"
    receipts-to      = {{ "ekonomi@heby.example" }}
    formats          = {{ "case-csv", "peppol-bis-3" }}
    payee-accounts   = {{ "{files.BANKGIRO}" }}
    phase            = live
    settle           = 500ms
    incomplete-grace = 2s
  }}
}}

partner "bankgirot" {{
  name     = "Bankgirot"
  language = "en"
  unit "inbetalningar" {{
    inbox       = "{self.inbox['bankgirot/inbetalningar']}"
    receipts-to = {{ "filer@bankgirot.example" }}
    formats     = {{ "bgmax" }}
    phase       = live
    settle      = 500ms
  }}
}}
""", encoding="utf-8")

    def start_slussd(self) -> None:
        process = self.start("slussd", self.build / "slussd", "-c", self.config, "--foreground")

        def ready() -> bool:
            if process.poll() is not None:
                raise Surprise("slussd did not start:\n" + self.log("slussd"))
            return self.ctl("status").returncode != 2

        wait_until(ready, "slussd to answer")

    def ctl(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.build / "slussctl", "-c", self.config, *words], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def rows(self, *words: str) -> list:
        done = self.ctl("--json", *words)
        expect(done.returncode in (0, 1), f"slussctl {shlex.join(words)}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def operator(self, *words: str, exit_status: int = 0) -> None:
        """The operator types this and reads the answer."""
        typed("slussctl " + shlex.join(words))
        sys.stdout.flush()
        done = subprocess.run([self.build / "slussctl", "-c", self.config, *words], check=False)
        expect(done.returncode == exit_status,
               f"slussctl {shlex.join(words)} ended with {done.returncode}, not {exit_status}")
        print()
        pause(0.6)

    def delivery(self, file: str, *states: str) -> dict:
        """Wait for the file's delivery to be in one of the states."""

        def there():
            return [row for row in self.rows("list") if row["file"] == file
                    and row["state"] in states]

        try:
            return wait_until(there, f"{file} to be {' or '.join(states)}")[0]
        except Surprise:
            seen = [(row["file"], row["state"]) for row in self.rows("list")]
            raise Surprise(f"{file} never became {' or '.join(states)}; there are {seen}") from None

    def receipt(self, delivery: dict, verdict: str):
        mail = wait_until(lambda: self.mail(delivery["delivery"], verdict),
                          f"the receipt \"{verdict}\" of {delivery['file']}")
        attached = [json.loads(part.get_content() if part.get_content_maintype() == "text"
                               else part.get_content())
                    for part in mail.iter_attachments()
                    if part.get_filename() == "receipt.json"]
        expect(len(attached) == 1, "one receipt.json in a receipt")
        expect(attached[0]["blake2b"] == delivery["blake2b"], "the receipt is of these bytes")
        return mail


def show_mail(mail) -> None:
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
                 "X-Sluss-Delivery", "X-Sluss-Verdict"):
        print(f"{ink('1', name)}: {mail[name]}")
    print()
    print(mail.get_body(("plain",)).get_content().rstrip())
    for part in mail.iter_attachments():
        print(ink("2", f"[{part.get_filename()}] ") +
              part.get_payload(decode=True).decode().strip())
    print()
    pause(1.6)


def checks(site: Site, delivery: dict) -> set:
    return {finding["check"] for finding in site.rows("show", delivery["delivery"])[0]["findings"]
            if finding["level"] in ("hold", "reject")}


# --- the morning --------------------------------------------------------------------------


class Morning:
    def __init__(self, site: Site):
        self.site = site
        self.stamp = f"{files.datetime.date.today():%y%m%d}"
        self.name = {key: f"KRAV_{self.stamp}{ending}.csv" for key, ending in
                     {"cases": "", "again": "_ny", "test": "_2", "cut": "_3", "late": "_4"}.items()}
        self.name.update(bgmax=f"BGMAX_{self.stamp}.txt", invoice="faktura_8104417.xml",
                         named=f"test_gatukontoret_{self.stamp}.csv", pdf="Protokoll KS.pdf")
        self.at: dict[str, dict] = {}

    def wait(self, key: str, *states: str) -> dict:
        self.at[key] = self.site.delivery(self.name[key], *states)
        return self.at[key]

    def open_the_gate(self) -> None:
        site = self.site
        heading("The gate opens")
        mail_port = site.start_mail()
        sftp_port = site.start_sftp()
        site.write_config(mail_port)
        (site.top / "files").mkdir()
        files.write_all(site.top / "files", files.datetime.date.today())
        site.start_slussd()
        say(f"""A debt collection company. Municipalities drop files here over SFTP at night; a mail to
the wrong debtor cannot be taken back. Running on this machine, for the next half minute:
  sshd    127.0.0.1:{sftp_port}  OpenSSH, SFTP only, a folder a sender
  mail    127.0.0.1:{mail_port}  an SMTP server that keeps what it gets
  slussd  pid {site.processes['slussd'].pid}  the gate: state in {site.top}/state""")
        print()
        site.operator("status")

    def good_files(self) -> None:
        site = self.site
        heading("06:12  three files, as on every day")
        say("""Heby hands over 40 unpaid fees as case-csv, and an invoice in PEPPOL BIS 3.
Bankgirot delivers yesterday's payments in BgMax.""")
        site.sftp("heby", f"put {self.name['cases']} ekonomi/in/",
                  f"put {self.name['invoice']} ekonomi/in/")
        site.sftp("bankgirot", f"put {self.name['bgmax']} inbetalningar/in/")
        for key, items in (("cases", 40), ("invoice", 1), ("bgmax", 12)):
            found = self.wait(key, "queued")
            expect(found["items"] == items and found["verdict"] == "accepted",
                   f"{found['file']}: {items} items, accepted")
        site.operator("list")
        say("""All accepted, and waiting in the queue for the processing system. Minutes later (here: at
once) the sender has a receipt that says how many and how much, in the partner's language.
This is the mail as it stands in the mailbox, its text part and receipt.json:""")
        print()
        show_mail(site.receipt(self.at["cases"], "accepted"))
        site.receipt(self.at["invoice"], "accepted")
        site.receipt(self.at["bgmax"], "accepted")

    def bad_files(self) -> None:
        site = self.site
        heading("07:05  five files that nobody expected")
        say("""The finance system is being moved to a new server, and somebody tries things out: 2 200
cases from the test system, the morning's file once more under another name, a file whose
upload broke off, minutes of a meeting, and real cases under a name left from a rehearsal.""")
        site.sftp("heby", *(f'put "{self.name[key]}" ekonomi/in/'
                            for key in ("test", "again", "cut", "pdf", "named")))
        for key, state, check in (("test", "held", "test-mark"), ("again", "held", "duplicate-file"),
                                  ("named", "held", "test-name"), ("pdf", "rejected", "format"),
                                  ("cut", "held", "truncated")):
            found = self.wait(key, state)
            expect(check in checks(site, found), f"{found['file']} is {state} for {check}")
        site.operator("list")
        say("None of it reached the queue. Why, a person sees at once; here the test file:")
        site.operator("show", self.at["test"]["delivery"])
        say("The file that came twice (the gate remembers keyed hashes, never the items):")
        site.operator("show", self.at["again"]["delivery"])
        say("And what the sender of the broken-off file was told:")
        print()
        show_mail(site.receipt(self.at["cut"], "held"))
        receipt = site.receipt(self.at["pdf"], "rejected")
        expect("avvisad" in receipt["Subject"], "the PDF's sender is told that it was rejected")

    def decide(self) -> None:
        site = self.site
        heading("07:30  a person decides")
        say("""A call to Heby: the cases of gatukontoret are real, only the name is left from a rehearsal.
The 2 200 are from the test system.""")
        site.operator("release", self.at["named"]["delivery"], "--reason",
                      "Real cases, confirmed by Heby on the phone")
        site.operator("reject", self.at["test"]["delivery"], "--reason",
                      "Filen kommer från testsystemet, bekräftat per telefon")
        self.wait("named", "queued")
        self.wait("test", "rejected")
        site.receipt(self.at["named"], "released")
        site.receipt(self.at["test"], "rejected")
        say("Both senders were told. The mailbox, a line a mail:")
        for mail in site.mails():
            print(f"  {mail['To']!s:<25} {mail['Subject']}")
        print()
        pause(2)

    def process(self) -> None:
        site = self.site
        heading("08:00  the processing system takes what was accepted")
        site.operator("queue", "take")
        lent = next(row for row in site.rows("queue", "list") if row.get("taken_by"))
        expect(lent["delivery"] == self.at["cases"]["delivery"], "the oldest is lent first")
        items = pathlib.Path(lent["items_path"])
        say("The original is kept byte for byte; beside it lie its items, one JSON object a line:")
        typed(f"head -n 1 {items}")
        with open(items, encoding="utf-8") as lines:
            text = lines.read().splitlines()
        expect(len(text) == 40 and all(json.loads(line) for line in text), "40 items as NDJSON")
        print(text[0] + "\n")
        pause(1)
        site.operator("queue", "ack", lent["delivery"])
        site.operator("queue", "list")
        expect(len(site.rows("queue", "list")) == 3, "three deliveries are left in the queue")

    def pull_the_plug(self) -> None:
        site = self.site
        heading("08:10  the power goes")
        daemon = site.processes["slussd"]
        typed(f"kill -9 {daemon.pid}")
        daemon.kill()
        daemon.wait()
        say("Nobody is at the gate, but the inbox is open: Heby sends 25 more cases.")
        site.sftp("heby", f"put {self.name['late']} ekonomi/in/")
        typed("slussd -c sluss.conf")
        site.start_slussd()
        print()
        found = self.wait("late", "queued")
        expect(found["items"] == 25, "25 cases were found after the restart")
        site.receipt(found, "accepted")
        site.operator("list", "--state", "accepted")
        say("Found, checked, receipted. What was there before is there still, once each.")

    def prove(self) -> None:
        site = self.site
        heading("Proof")
        say("Everything that ever arrived is in one place, by the hash of its bytes:")
        site.operator("verify")
        say("Every event is a row that carries the hash of the one before it:")
        site.operator("audit", "verify")
        say("Somebody with access to the database makes it look as if the release were another's:")
        database = site.top / "state/sluss.db"
        statement = ("UPDATE audit SET actor = 'nobody' WHERE event = 'delivery-released'")
        typed(f"sqlite3 {database} \"{statement}\"")
        with sqlite3.connect(database, timeout=10) as connection:
            expect(connection.execute(statement).rowcount == 1, "one release in the trail")
        connection.close()
        print()
        site.operator("audit", "verify", exit_status=1)


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    keep = "--keep" in sys.argv[2:]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    os.environ["TZ"] = "Europe/Stockholm"
    started = time.monotonic()
    site = Site(build)
    try:
        morning = Morning(site)
        morning.open_the_gate()
        morning.good_files()
        morning.bad_files()
        morning.decide()
        morning.process()
        morning.pull_the_plug()
        morning.prove()
    except Surprise as surprise:
        print(f"\ndemo: NOT AS EXPECTED: {surprise}", file=sys.stderr)
        print("demo: the daemon's last words:\n" +
              "\n".join(site.log("slussd").splitlines()[-20:]), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        site.close(keep)
    heading("The end")
    print(f"Nine files in, every verdict as it has to be, in {time.monotonic() - started:.0f} s. "
          "All is stopped" + (f"; what was written is in {site.top}." if keep else
                              " and removed.") +
          "\nNext: script/test runs every test; README.md says how to install it for real.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
