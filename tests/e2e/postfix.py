"""A Postfix of our own: its own configuration, queue and port, delivering into maildirs."""
import email
import email.policy
import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from smtp import free_port
from wait import wait_until

POSTFIX = shutil.which("postfix")

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 1 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 1 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
showq     unix n - n - - showq
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
tlsmgr    unix - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/log
maillog_file_prefixes = {base}
myhostname = mx.test.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
virtual_mailbox_domains = heby.example inkasso.example
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = inline:{{ {{ ekonomi@heby.example = ekonomi/ }},
  {{ studsar@inkasso.example = studsar/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
smtpd_recipient_restrictions = permit_mynetworks reject
smtpd_tls_security_level = may
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
transport_maps = {transports}
relay_domains = {relayed}
smtp_dns_support_level = disabled
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""


class Postfix:
    """`transports`: domain -> "smtp:[127.0.0.1]:PORT", handed on there."""

    def __init__(self, base, tls, transports=None):
        self.base = Path(base)
        self.port = free_port()
        self.config = self.base / "etc"
        user = pwd.getpwnam("postfix")
        for name in ("etc", "queue", "data", "mail"):
            (self.base / name).mkdir(mode=0o755, parents=True)
        os.chown(self.base / "data", user.pw_uid, user.pw_gid)
        os.chown(self.base / "mail", user.pw_uid, user.pw_gid)
        transports = transports or {}
        (self.config / "master.cf").write_text(MASTER.format(port=self.port))
        (self.config / "main.cf").write_text(MAIN.format(
            base=self.base, uid=user.pw_uid, gid=user.pw_gid, cert=tls.cert, key=tls.key,
            transports="inline:{ " + ", ".join(f"{{ {d} = {t} }}" for d, t in transports.items())
            + " }" if transports else "",
            relayed=" ".join(transports)))
        grp.getgrnam("postdrop")  # a clear error where there is none

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def run(self, *args):
        return subprocess.run([POSTFIX, "-c", str(self.config), *args], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def up(self):
        done = self.run("start")
        assert done.returncode == 0, (done.stdout, self.log())
        wait_until(lambda: "daemon started" in self.log(), "Postfix runs", 20)
        return self

    def down(self):
        self.run("stop")

    def log(self):
        path = self.base / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def sendmail(self):
        """Its sendmail, as a program that takes no argument of ours."""
        path = self.base / "sendmail"
        path.write_text(f"#!/bin/sh\nexec /usr/sbin/sendmail -C {self.config} \"$@\"\n")
        path.chmod(0o755)
        return path

    def mails(self, mailbox):
        """(raw, parsed) of what lies in it, oldest first."""
        new = self.base / "mail" / mailbox / "new"
        files = sorted(new.iterdir(), key=lambda p: p.stat().st_mtime_ns) if new.exists() else []
        raw = [p.read_bytes() for p in files]
        return [(r, email.message_from_bytes(r, policy=email.policy.default)) for r in raw]

    def wait(self, mailbox, count=1, timeout=30):
        def there():
            mails = self.mails(mailbox)
            return mails if len(mails) >= count else None
        try:
            return wait_until(there, f"{count} mails in {mailbox}", timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()[-4000:]}") from None
