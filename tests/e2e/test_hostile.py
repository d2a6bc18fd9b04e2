"""Input made to hurt, streamed through the real slussctl (fault list, U63 to U69).

SLUSS_HOSTILE_MB says how much of each (4 unless told else; make hostile: 1024). Whatever comes:
no crash, memory bounded, time in proportion to the bytes, and a finding that says what is wrong.
"""
import json
import os
import subprocess
import threading
import time
from itertools import count, islice

import pytest

from daemon import BUILD, CRASH, ROOT, SLUSSCTL, environment

SIZE = int(os.environ.get("SLUSS_HOSTILE_MB", "4")) << 20
CONFIG = BUILD / "config.h"
SANITIZED = CONFIG.exists() and "#define SLUSS_SANITIZED 1" in CONFIG.read_text()
MEMORY = (512 if SANITIZED else 64) << 10  # KiB; sanitizers keep what was freed
RATE = (2 if SANITIZED else 20) << 20      # bytes a second at the very least, on a busy machine

DATA = ROOT / "tests" / "data"
SAMPLES = {
    "autogiro": "specification.txt", "bankgiro-ocr": "two-accounts.txt", "bgmax": "two-deposits.txt",
    "camt.053": "statement.xml", "camt.054": "notification.xml", "case-csv": "four-items.csv",
    "cii": "invoice.xml", "edifact-invoic": "two-invoices.edi", "ehf-reminder": "reminder.xml",
    "finvoice": "invoice.xml", "lb": "order.txt", "oioubl": "invoice.xml",
    "pain.001": "transfers.xml", "peppol-bis-3": "invoice.xml", "sbdh": "invoice.xml",
    "svefaktura": "invoice.xml",
    "total-in": "two-accounts.txt",
}
for folder in sorted(DATA.iterdir()):  # a format's first sample, where none is named
    if folder.name not in SAMPLES:
        files = sorted(f.name for f in folder.iterdir() if f.suffix not in (".md", ".tsv"))
        if files:
            SAMPLES[folder.name] = files[0]


# Folders of samples that are no format of their own: how to ask for what is in them.
NAMED = {"sbdh": ("--format", "peppol-bis-3"),
         "layouts": ("--layout", str(ROOT / "etc" / "layouts" / "cases-fixed.layout"))}


def named(name):
    return NAMED.get(name, ("--format", name))


def sample(name):
    return (DATA / name / SAMPLES[name]).read_bytes()


XML = sorted(name for name in SAMPLES if b"</" in sample(name))
TEXT = sorted(set(SAMPLES) - set(XML))


def forever(piece):
    """The piece again and again, SIZE bytes of it."""
    block = piece * max(1, (1 << 18) // len(piece))
    for _ in range(max(1, SIZE // len(block))):
        yield block


def numbered(template, limit=10 ** 9):
    """template % 0, template % 1 ... , SIZE bytes of it."""
    numbers = count()
    left = SIZE
    while left > 0:
        block = b"".join(template % n for n in islice(numbers, 10000))
        left -= len(block)
        limit -= 10000
        yield block
        if limit <= 0:
            return


def run(blocks, *options):
    """Exit code, the one row, KiB at the most, seconds."""
    process = subprocess.Popen([str(SLUSSCTL), "check", "--json", *options, "-"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment())
    sent = [0]

    def feed():
        try:
            for block in blocks:
                process.stdin.write(block)
                sent[0] += len(block)
            process.stdin.close()
        except BrokenPipeError:
            pass

    start = time.monotonic()
    feeder = threading.Thread(target=feed)
    feeder.start()
    out = process.stdout.read()
    err = process.stderr.read().decode("utf-8", "replace")
    feeder.join()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    assert not CRASH.search(err), err[-4000:]
    assert usage.ru_maxrss < MEMORY, f"{usage.ru_maxrss >> 10} MiB"
    assert seconds < 10 + sent[0] / RATE, f"{seconds:.1f} s for {sent[0]} bytes"
    assert process.returncode in (0, 1), (process.returncode, err)
    return process.returncode, json.loads(out), seconds


def refused(blocks, *options):
    code, row, seconds = run(blocks, *options)
    assert code == 1 and not row["valid"] and row["findings"], row
    return row, seconds


def some_finding(blocks, *options):
    """What stops it at the gate: a finding of level hold or reject."""
    _, row, _ = run(blocks, *options)
    assert any(f["level"] in ("hold", "reject") for f in row["findings"]), row


def then(head, *parts):
    yield head
    for part in parts:
        yield from part


# --- every format ---------------------------------------------------------------------------

AFTER_ITS_HEAD = {"letters": b"A", "NUL": b"\0", "0xFF": b"\xff", "line ends": b"\n",
                  "blanks": b" ", "quotes": b'"', "less-than": b"<"}


def half(name):
    """The first half of the sample, so that the format is known and something is open."""
    whole = sample(name)
    return whole[:len(whole) // 2]


@pytest.mark.parametrize("what", AFTER_ITS_HEAD)
@pytest.mark.parametrize("name", SAMPLES)
def test_U63_U64_a_file_that_does_not_end(name, what):
    options = named(name) if name == "layouts" else ()
    some_finding(then(half(name), forever(AFTER_ITS_HEAD[what])), *options)


@pytest.mark.parametrize("name", SAMPLES)
def test_U63_the_same_file_again_and_again(name):
    """Some formats hold several files in one; then it is right, and still bounded."""
    run(forever(sample(name)))


@pytest.mark.parametrize("piece", [b"\0", b" ", b"\n", b"A", b"\xff", b"0", b"PK\3\4", b"%PDF-1.7\n",
                                   b"\xef\xbb\xbf", b"\xff\xfe", b"<", b"'", b"+"],
                         ids=lambda piece: piece.hex())
def test_U64_no_format_at_all(piece):
    refused(forever(piece))


@pytest.mark.parametrize("piece", [b"\0", b" ", b"\n", b"A", b"\xff", b"0", b"<", b"'", b";"],
                         ids=lambda piece: piece.hex())
@pytest.mark.parametrize("name", SAMPLES)
def test_U64_no_format_but_named(name, piece):
    some_finding(forever(piece), *named(name))


# --- XML --------------------------------------------------------------------------------------

def open_root(name):
    """The sample up to and with its root's start tag."""
    whole = sample(name)
    at = whole.index(b"<", whole.index(b"?>", 0) + 1)
    while whole[at + 1:at + 2] in b"?!":
        at = whole.index(b"<", at + 1)
    return whole[:whole.index(b">", at) + 1]


IN_ITS_ROOT = {
    "attributes": lambda: then(b"<x ", numbered(b'a%d="1" ')),
    "attributes each element": lambda: numbered(b'<x a%d="1" b="2"/>'),
    "an attribute": lambda: then(b'<x a="', forever(b"A")),
    "a name": lambda: then(b"<", forever(b"A")),
    "names": lambda: numbered(b"<n%d/>"),
    "depth": lambda: forever(b"<x>"),
    "a comment": lambda: then(b"<!-- ", forever(b"A")),
    "comments": lambda: forever(b"<!-- x -->"),
    "an instruction": lambda: then(b"<?x ", forever(b"A")),
    "a CDATA section": lambda: then(b"<![CDATA[", forever(b"A")),
    "references": lambda: forever(b"&lt;&#65;"),
    "a reference": lambda: then(b"&", forever(b"A")),
    "namespaces": lambda: numbered(b'<x xmlns:a%d="urn:%%d"/>'),
    "blanks in a tag": lambda: then(b"<x ", forever(b" ")),
    "closing tags": lambda: forever(b"</x>"),
}


@pytest.mark.parametrize("what", IN_ITS_ROOT)
@pytest.mark.parametrize("name", XML)
def test_U64_xml_without_bounds(name, what):
    refused(then(open_root(name), IN_ITS_ROOT[what]()))


LAUGHS = (b'<!DOCTYPE x [<!ENTITY a0 "ha">'
          + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
          + b"]>")
DOCTYPES = {
    "billion laughs": LAUGHS,
    "quadratic": b'<!DOCTYPE x [<!ENTITY a "' + b"A" * 100000 + b'">]>',
    "a file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "the network": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    "parameters": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///dev/zero"> %a;]>',
}


@pytest.mark.parametrize("what", DOCTYPES)
@pytest.mark.parametrize("name", XML)
def test_U65_a_document_type(name, what):
    root = open_root(name)
    at = root.rindex(b"<")
    document = root[:at] + DOCTYPES[what] + root[at:] + b"<x>&a;&a11;</x>"
    row, seconds = refused([document], *named(name))
    assert any(f["check"] in ("doctype", "structure") for f in row["findings"]), row
    assert seconds < (2 if SANITIZED else 0.5)  # starting the program is the most of it
    assert "root:" not in json.dumps(row)


# --- delimited --------------------------------------------------------------------------------

HEAD = b"number;due_date;amount;debtor_id;debtor_name;debtor_address;description\n"


@pytest.mark.parametrize("tail", [
    lambda: then(b'1;2026-12-31;1,00;5560360793;"', forever(b"A\n")),
    lambda: then(b'1;2026-12-31;1,00;5560360793;"', forever(b'""')),
    lambda: forever(b";"),
    lambda: forever(b'"";'),
    lambda: numbered(b"%d;x;y;z;;;\n"),
], ids=["a quote", "doubled quotes", "columns", "quoted columns", "bad rows"])
def test_U64_case_csv_without_bounds(tail):
    refused(then(HEAD, tail()))


def test_U64_case_csv_of_separators():
    some_finding(then(HEAD, forever(b";\n")))


def test_U64_a_head_of_columns():
    some_finding(then(b"number;due_date;amount;", forever(b"column;")), "--format", "case-csv")


# --- EDIFACT ----------------------------------------------------------------------------------

UNB = b"UNB+UNOC:3+1:14+2:14+260115:0930+77++INVOIC'"
UNH = b"UNH+1+INVOIC:D:96A:UN'BGM+380+1+9'"


@pytest.mark.parametrize("tail", [
    lambda: then(b"LIN", forever(b"+")),
    lambda: then(b"LIN", forever(b":")),
    lambda: forever(b"?"),
    lambda: forever(b"?'"),
    lambda: forever(b"'"),
    lambda: forever(b"X'"),
    lambda: forever(b"MOA+9:1'"),
    lambda: numbered(b"LIN+%d'MOA+203:1'"),
    lambda: numbered(b"UNH+%d+INVOIC:D:96A:UN'"),
    lambda: numbered(b"UNB+UNOC:3+1:14+2:14+260115:0930+%d'"),
    lambda: numbered(b"UNG+INVOIC+1+2+260115:0930+%d'"),
    lambda: then(b"UNO+1+1+1+9223372036854775807'", forever(b"A")),
    lambda: then(b"UNO+1+1+1+99999999999999999999'", forever(b"A")),
    lambda: forever(b"\r\n"),
    lambda: then(b"NAD+IV+++", forever(b"\xe5")),
], ids=["elements", "components", "releases", "released ends", "empty segments", "short segments",
        "totals", "lines", "messages", "interchanges", "groups", "a package", "too large a package",
        "folds", "a text"])
def test_U64_edifact_without_bounds(tail):
    refused(then(UNB + UNH, tail()))


@pytest.mark.parametrize("una", [b"UNA''''''", b"UNA      ", b"UNA:+.?  ", b"UNAABCDEF", b"UNA\0\0\0\0\0\0",
                                 b"UNA\xff\xfe\xfd\xfc\xfb\xfa", b"UNA\r\n\r\n\r\n", b"UNA++++++"],
                         ids=lambda una: una[3:].hex())
def test_U64_edifact_with_odd_separators(una):
    some_finding(then(una + UNB + UNH, forever(b"MOA+9:1'")), "--format", "edifact-invoic")
