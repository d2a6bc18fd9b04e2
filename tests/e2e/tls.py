"""A certificate authority of our own, and a certificate of it for a server on this machine."""
import ssl
import subprocess
from pathlib import Path


def _openssl(*args):
    done = subprocess.run(["openssl", *map(str, args)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout


class Tls:
    """`ca`: the authority's certificate; `cert` and `key`: of localhost and 127.0.0.1, or of
    another name."""

    def __init__(self, base, name="localhost", address="127.0.0.1"):
        base = Path(base)
        base.mkdir(parents=True, exist_ok=True)
        self.ca, self.cert, self.key = base / "ca.pem", base / "cert.pem", base / "key.pem"
        ca_key, request, extra = base / "ca-key.pem", base / "request.pem", base / "extra"
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                 "/CN=Test CA", "-keyout", ca_key, "-out", self.ca)
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout",
                 self.key, "-out", request)
        extra.write_text(f"subjectAltName=DNS:{name}" +
                         (f",IP:{address}" if address else "") + "\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key, "-days", "30",
                 "-CAcreateserial", "-extfile", extra, "-out", self.cert)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context
