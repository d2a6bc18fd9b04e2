"""make quarter: a whole quarter of many units, its report held against the log."""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import check  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SLUSS_BUILD") or ROOT / "build-test")
OWN_TERMS = {"from_limit": True}


def unit_text(base, partner, unit, n):
    (base / "in" / f"{partner}-{unit}").mkdir(parents=True)
    to = [f"{'gone' if n % 41 == 5 else 'ekonomi'}@{partner}.example"]
    to += ["registrator@example.se"] if n % 3 == 0 else []
    return f"""  unit "{unit}" {{
    inbox = "{base}/in/{partner}-{unit}"
    receipts-to = {{ {', '.join(f'"{a}"' for a in to)} }}
    phase = live
    approvals = {2 if n % 10 == 4 else 1}
    cool-off = {'30m' if n % 10 == 5 else '0s'}
  }}
"""


def configure(base, units):
    """A site of so many units, ten a partner; some partners have terms of their own."""
    (base / "state").mkdir(parents=True)
    text = f"""state-dir = "{base}/state"
control-socket = "{base}/control.sock"
template-dir = "{ROOT}/etc/templates"
smtp {{
  relays = {{ "smtp://127.0.0.1:2" }}
  from = "kvittens@inkasso.example"
}}
"""
    own = {}
    names = ["ekonomi", "teknik", "skola", "omsorg", "miljo", "kultur", "bygg", "va", "renhallning",
             "hyror"]
    for p in range((units + 9) // 10):
        key = f"kommun{p:02}"
        text += f'partner "{key}" {{\n  name = "Kommun {p + 1}"\n'
        if p % 7 == 3:
            text += "  sla {\n    penalty-from = limit\n  }\n"
            own[key] = OWN_TERMS
        for u in range(min(10, units - 10 * p)):
            text += unit_text(base, key, names[u], 10 * p + u)
        text += "}\n"
    (base / "sluss.conf").write_text(text)
    return base / "sluss.conf", own


def report(config, *words):
    begin = time.monotonic()
    done = subprocess.run([BUILD / "slussctl", "-c", config, "report", *words],
                          stdout=subprocess.PIPE, check=True)
    return done.stdout.decode(), time.monotonic() - begin


def wait_for(socket, daemon):
    for _ in range(600):
        if socket.exists():
            return
        if daemon.poll() is not None:
            break
        time.sleep(.1)
    sys.exit("slussd did not start")


def main(units, a_day, period="2026Q3", seed="1", keep=None):
    with tempfile.TemporaryDirectory(prefix="sluss-quarter-") as made:
        base = Path(keep or made)
        config, own = configure(base, int(units))
        begin = time.monotonic()
        subprocess.run([BUILD / "tests/quarter/quarter", config, base / "log.ndjson", period, seed,
                        str(a_day)], check=True)
        print(f"{period} lived in {time.monotonic() - begin:.1f} s")
        daemon = subprocess.Popen([BUILD / "slussd", "-c", config, "--foreground"],
                                  stderr=subprocess.DEVNULL)
        try:
            wait_for(base / "control.sock", daemon)
            text, took = report(config, "sla", "--quarter", period, "--json")
            size = Path(f"/proc/{daemon.pid}/status").read_text().split("VmHWM:")[1].split("kB")[0]
            rows = [json.loads(line) for line in text.splitlines()]
            print(f"reported in {took:.2f} s: {rows[0]['deliveries']} deliveries, "
                  f"{rows[0]['receipts_late']} late receipts, {rows[0]['penalties']} penalties; "
                  f"the daemon's most memory: {int(size) // 1024} MB")
            begin = time.monotonic()
            wrong = check.differences(rows, base / "log.ndjson", period, terms=own)
            print(f"reckoned anew in {time.monotonic() - begin:.1f} s: "
                  f"{len(wrong)} differences in {len(rows)} rows")
            for line in wrong[:20]:
                print(" ", line)
            if keep:
                for name, words in (("sla.html", ("sla", "--quarter", period)),
                                    ("stats.html", ("stats", "--month", "2026-09"))):
                    (base / name).write_text(report(config, *words, "--format", "html")[0])
        finally:
            daemon.terminate()
            daemon.wait()
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
