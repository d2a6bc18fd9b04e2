"""A real SMTP server on loopback, with a mailbox, that can refuse, wait, cut and be down."""
import email
import email.policy
import json
import socket
import threading
import time
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from wait import wait_until


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@dataclass
class Mail:
    sender: str
    recipients: list
    data: bytes
    encrypted: bool = False
    login: str = None
    at: float = field(default_factory=time.time)

    @property
    def message(self):
        return email.message_from_bytes(self.data, policy=email.policy.default)

    def __getitem__(self, header):
        return self.message[header]

    def part(self, content_type):
        for part in self.message.walk():
            if part.get_content_type() == content_type:
                return part
        raise AssertionError(f"no {content_type} in {self.message.as_string()[:2000]}")

    @property
    def text(self):
        return self.part("text/plain").get_content()

    @property
    def html(self):
        return self.part("text/html").get_content()

    @property
    def receipt(self):
        """The parsed receipt.json."""
        for part in self.message.walk():
            if part.get_filename() == "receipt.json":
                return json.loads(part.get_content() if part.get_content_maintype() == "text"
                                  else part.get_payload(decode=True))
        raise AssertionError(f"no receipt.json in {self.message.as_string()[:2000]}")


class _Handler:
    def __init__(self, server):
        self.server = server

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.server.take_reply("RCPT", address)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = self.server.take_reply("MAIL", address)
        if reply:
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        import asyncio
        mail = Mail(envelope.mail_from, list(envelope.rcpt_tos), envelope.content,
                    server.transport.get_extra_info("ssl_object") is not None,
                    session.auth_data)
        if self.server.delay:
            await asyncio.sleep(self.server.delay)
        reply = self.server.take_reply("DATA", mail)
        if reply == "CUT":  # what it has is kept, but the client never hears of it
            self.server.keep(mail)
            server.transport.abort()
            return "421 gone"
        if reply:
            return reply
        self.server.keep(mail)
        return "250 2.0.0 kept"


class SmtpServer:
    """`refuse` is asked for every command (MAIL, RCPT, DATA) with its address or mail, and
    says a reply line, "CUT" (DATA alone: keeps the mail, breaks the connection) or None.
    `tls` (tls.Tls): offers STARTTLS and wants it, or with `smtps` speaks it from the first byte.
    `users`: name -> password; nobody else gets in."""

    def __init__(self, tls=None, smtps=False, users=None):
        self.port = free_port()
        self.tls, self.smtps, self.users = tls, smtps, users
        self.mails = []
        self.refuse = None
        self.delay = 0
        self._lock = threading.Lock()
        self._controller = None

    @property
    def url(self):
        return f"smtp{'s' * self.smtps}://127.0.0.1:{self.port}"

    def _options(self):
        options = {}
        if self.tls and self.smtps:
            options["ssl_context"] = self.tls.context()
        elif self.tls:
            options["tls_context"] = self.tls.context()
            options["require_starttls"] = True
        if self.users is not None:
            options["authenticator"] = self._authenticate
            options["auth_required"] = True
            options["auth_require_tls"] = False
        return options

    def _authenticate(self, server, session, envelope, mechanism, data):
        name, password = data.login.decode(), data.password.decode()
        good = self.users.get(name) == password
        return AuthResult(success=good, handled=good, auth_data=name if good else None)

    def up(self):
        if not self._controller:
            self._controller = Controller(_Handler(self), hostname="127.0.0.1", port=self.port,
                                          ready_timeout=15, **self._options())
            self._controller.start()
        return self

    def down(self):
        if self._controller:
            self._controller.stop()
            self._controller = None

    def take_reply(self, command, what):
        return self.refuse(command, what) if self.refuse else None

    def keep(self, mail):
        with self._lock:
            self.mails.append(mail)

    def all(self):
        with self._lock:
            return list(self.mails)

    def receipts(self, delivery=None, verdict=None):
        return [m for m in self.all() if m["X-Sluss-Delivery"]
                and (delivery is None or m["X-Sluss-Delivery"] == delivery)
                and (verdict is None or m["X-Sluss-Verdict"] == verdict)
                and not m["X-Sluss-Alert"]]

    def alerts(self, topic=None):
        return [m for m in self.all() if m["X-Sluss-Alert"]
                and (topic is None or m["X-Sluss-Alert"] == topic)]

    def wait_receipt(self, delivery, verdict=None, timeout=20):
        return wait_until(lambda: self.receipts(delivery, verdict),
                          f"a receipt for {delivery} ({verdict or 'any verdict'})", timeout)[-1]
