"""A real HTTP server on loopback that takes alerts, and proves each signature."""
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wait import wait_until


class HookServer:
    """`answer` is asked with each alert and says a status; 200 where it is None."""

    def __init__(self, key):
        self.key = key.encode()
        self.alerts = []
        self.refused = 0
        self.answer = None
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.check(self.headers, body)
                alert = json.loads(body)
                status = hook.answer(alert) if hook.answer else 200
                if status == 200:
                    hook.alerts.append(alert)
                else:
                    hook.refused += 1
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/larm"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.errors = []

    def check(self, headers, body):
        stamp = headers["X-Sluss-Timestamp"]
        mac = hmac.new(self.key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if headers["X-Sluss-Signature"] != f"sha256={mac}":
            self.errors.append(f"signature {headers['X-Sluss-Signature']}")
        if headers["Content-Type"] != "application/json":
            self.errors.append(headers["Content-Type"])

    def of(self, topic, event=None):
        return [a for a in list(self.alerts) if a["topic"] == topic
                and (event is None or a["event"] == event)]

    def wait(self, topic, event="raised", timeout=20, n=1):
        found = wait_until(lambda: len(self.of(topic, event)) >= n and self.of(topic, event),
                           f"the webhook hears of {topic} ({event})", timeout)
        assert not self.errors, self.errors
        return found[-1]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
