#!/usr/bin/python3
"""bench.py -- what the README's speed figures come from

Every figure stands beside a yardstick measured in the same run, since machines differ:
  parsing      against b2sum (text) and xmllint --stream --noout (XML) on the same file
  deliveries   against bare durable commits of the same disk
usage: bench.py BUILD_DIRECTORY [--size MB] [--deliveries N] [--memory MB]
"""
import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HEAD = "number;due_date;amount;debtor_id;debtor_name;debtor_address;description\n"


def case_row(i):
    return (f"F{2026000000 + i};2026-{1 + i % 12:02d}-28;{100 + i % 900},50;"
            f"556{i % 10000000:07d};Gäldenär nummer {i};Storgatan {i % 200}, 744 30 Heby;VA-avgift\n")


def write_case_csv(path, size):
    """About `size` bytes of case-csv."""
    written = total = i = 0
    with open(path, "w", encoding="utf-8") as f:
        written += f.write(HEAD)
        while written < size:
            block = "".join(case_row(j) for j in range(i, i + 5000))
            total += sum((100 + j % 900) * 100 + 50 for j in range(i, i + 5000))
            i += 5000
            written += f.write(block)
        f.write(f"#end;items={i};sum={total // 100},{total % 100:02d}\n")


def bgmax_payment(i):
    return (f"20{i % 9000000 + 1000000:010d}{i:>25}{10000 + i % 5000:018d}21{i % 10 ** 12:012d}0".ljust(80) + "\r\n"
            + f"26Betalare nummer {i}".ljust(80) + "\r\n")


def write_bgmax(path, size):
    """About `size` bytes of BgMax in one section."""
    written = total = i = 0
    with open(path, "w", encoding="latin-1", newline="") as f:
        f.write("01BGMAX               0120260302173035010331P".ljust(80) + "\r\n")
        f.write("050050501055          SEK".ljust(80) + "\r\n")
        while written < size:
            written += f.write("".join(bgmax_payment(j) for j in range(i, i + 5000)))
            total += sum(10000 + j % 5000 for j in range(i, i + 5000))
            i += 5000
        f.write(f"15{0:035d}20260302{1:05d}{total:018d}SEK{i:08d} ".ljust(80) + "\r\n")
        f.write(f"70{i:08d}{0:08d}{0:08d}{1:08d}".ljust(80) + "\r\n")


INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
<cbc:ID>20260001</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DueDate>2026-03-31</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>0150abc</cbc:BuyerReference>
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="0007">2120000829</cbc:EndpointID>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Exempelkommun</cbc:RegistrationName><cbc:CompanyID>2120000829</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="0007">5560360793</cbc:EndpointID>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Kund AB</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>123456789023</cbc:PaymentID></cac:PaymentMeans>
<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">0.00</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount currencyID="SEK">{sum}</cbc:TaxableAmount><cbc:TaxAmount currencyID="SEK">0.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">{sum}</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID="SEK">{sum}</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount currencyID="SEK">{sum}</cbc:TaxInclusiveAmount><cbc:PayableAmount currencyID="SEK">{sum}</cbc:PayableAmount></cac:LegalMonetaryTotal>
"""
LINE = """<cac:InvoiceLine><cbc:ID>{n}</cbc:ID><cbc:InvoicedQuantity unitCode="MTQ">1</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="SEK">100.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Vatten</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID="SEK">100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
"""


def write_peppol(path, size):
    """One invoice of about `size` bytes, all lines."""
    lines = size // len(LINE)
    with open(path, "w", encoding="utf-8") as f:
        f.write(INVOICE.format(sum=f"{lines * 100}.00"))
        for start in range(1, lines + 1, 5000):
            f.write("".join(LINE.format(n=n) for n in range(start, min(start + 5000, lines + 1))))
        f.write("</Invoice>\n")


def run(command):
    """Seconds and peak memory (MiB) of one command, output thrown away."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    return time.monotonic() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), out


def best(command, times=3):
    results = [run(command) for _ in range(times)]
    return min(results, key=lambda r: r[0])


def parsing(slussctl, work, size):
    print(f"\nparsing and hashing a file of {size >> 20} MB (best of 3)")
    print(f"  {'format':<14}{'slussctl check':>16}{'yardstick':>34}{'ratio':>8}{'peak memory':>14}")
    for name, write, yardstick in (
            ("bgmax", write_bgmax, ["b2sum", "-l", "256"]),
            ("case-csv", write_case_csv, ["b2sum", "-l", "256"]),
            ("peppol-bis-3", write_peppol, ["xmllint", "--stream", "--noout"])):
        path = os.path.join(work, name)
        write(path, size)
        os.sync()
        ours, memory, code, out = best([slussctl, "check", "--json", path])
        if code != 0 or json.loads(out)["format"] != name:
            sys.exit(f"{name}: not valid: {out[:2000]!r}")
        theirs, *_ = best(yardstick + [path])
        words = f"{theirs:.2f} s {' '.join(yardstick)}"
        print(f"  {name:<14}{ours:>14.2f} s{words:>34}{ours / theirs:>8.2f}{memory:>10.0f} MiB")
        os.unlink(path)


CONFIG = """
state-dir = "{work}/state"
control-socket = "{work}/control.sock"
template-dir = "{templates}"
scan-interval = 1s
smtp {{ relays = {{ "smtp://127.0.0.1:9" }} from = "bench@sluss.example" retry-first = 1h retry-most = 1h }}
partner "bench" {{
  unit "a" {{ inbox = "{work}/in" receipts-to = {{ "a@sluss.example" }} phase = live settle = 0s }}
}}
"""


class Daemon:
    def __init__(self, build, work):
        self.work = work
        os.makedirs(os.path.join(work, "in"))
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        config = os.path.join(work, "sluss.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.write(CONFIG.format(work=work, templates=os.path.join(root, "etc", "templates")))
        with open(os.path.join(work, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [os.path.join(build, "slussd"), "-c", config], stderr=log)
        while not os.path.exists(os.path.join(work, "control.sock")):
            time.sleep(0.01)
            if self.process.poll() is not None:
                sys.exit(open(os.path.join(work, "log"), encoding="utf-8").read())

    def rows(self):
        store = sqlite3.connect(f"file:{self.work}/state/sluss.db?mode=ro", uri=True)
        try:
            return store.execute("SELECT received_us, decided_us FROM delivery"
                                 " WHERE decided_us > 0").fetchall()
        finally:
            store.close()

    def wait(self, count, seconds=600):
        end = time.monotonic() + seconds
        while len(self.rows()) < count:
            if time.monotonic() > end:
                sys.exit(f"only {len(self.rows())} of {count} were judged in {seconds} s")
            time.sleep(0.02)

    def peak(self):
        """Peak resident memory (MiB) of the daemon and each of its children."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            pids = [pid, *map(int, f.read().split())]
        peaks = []
        for p in pids:
            with open(f"/proc/{p}/status", encoding="ascii") as f:
                peaks += [int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM")]
        return peaks

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def small_file(i):
    rows = "".join(case_row(10 ** 6 + i * 5 + k) for k in range(5))
    return (HEAD + rows).encode()


def drop(work, name, content):
    """As a sender does: a name in transfer, then a rename."""
    path = os.path.join(work, "in", name)
    with open(path + ".tmp", "wb") as f:
        f.write(content)
    os.rename(path + ".tmp", path)


def durable_commits(work, seconds=2.0):
    """Single-row durable commits a second, the disk's own pace."""
    store = sqlite3.connect(os.path.join(work, "yardstick.db"), isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE t (n INTEGER)")
    end = time.monotonic() + seconds
    n = 0
    while time.monotonic() < end:
        store.execute("INSERT INTO t VALUES (1)")
        n += 1
    store.close()
    return n / seconds


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p / 100))]


def deliveries(build, work, count):
    daemon = Daemon(build, work)
    for i in range(200):
        drop(work, f"single-{i}.csv", small_file(i))
        daemon.wait(i + 1)
    times = [(decided - received) / 1000 for received, decided in daemon.rows()]
    print("\ndrop to verdict, one file at a time (200 files of 5 cases, settle = 0s)")
    print(f"  p50 {percentile(times, 50):.1f} ms   p99 {percentile(times, 99):.1f} ms")

    start = time.monotonic()
    for i in range(count):
        drop(work, f"burst-{i}.csv", small_file(1000 + i))
    dropped = time.monotonic() - start
    daemon.wait(200 + count)
    seconds = time.monotonic() - start
    commits = durable_commits(work)
    print(f"\nsustained: {count} files of 5 cases, dropped in {dropped:.1f} s")
    print(f"  {count / seconds:.0f} deliveries a second; the disk does {commits:.0f} durable"
          f" commits a second, one by one: ratio {count / seconds / commits:.2f}")
    daemon.stop()


def memory(build, work, size):
    daemon = Daemon(build, work)
    path = os.path.join(work, "large")
    write_case_csv(path, size)
    start = time.monotonic()
    os.rename(path, os.path.join(work, "in", "large.csv"))
    daemon.wait(1, 3600)
    seconds = time.monotonic() - start
    peaks = daemon.peak()
    print(f"\none case-csv file of {size >> 20} MB through the daemon: {seconds:.0f} s; peak memory:"
          f" intake {peaks[0]:.0f} MiB, largest child {max(peaks[1:]):.0f} MiB")
    daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--size", type=int, default=1000, help="MB of a file to parse")
    parser.add_argument("--deliveries", type=int, default=5000)
    parser.add_argument("--memory", type=int, default=0,
                        help="MB of a file to send through the whole daemon")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    work = tempfile.mkdtemp(prefix="sluss-bench-", dir=build)
    try:
        parsing(os.path.join(build, "slussctl"), work, args.size << 20)
        deliveries(build, os.path.join(work, "d"), args.deliveries)
        if args.memory:
            memory(build, os.path.join(work, "m"), args.memory << 20)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
