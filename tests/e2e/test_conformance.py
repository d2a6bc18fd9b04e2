"""Every sample with known figures through `slussctl check --json`.

tests/data/*/expected.tsv belong to the tree. The collection of public samples lies beside it
($SLUSS_SHARED, default ../shared) and is not part of it: without it, its tests are skipped.
"""
import csv
import json
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from daemon import ROOT, SLUSSCTL, slussctl

SHARED = Path(os.environ.get("SLUSS_SHARED") or ROOT.parent / "shared")
NAMES = {"finvoice-1.2": "finvoice", "finvoice-2.01": "finvoice",
         "oioubl-creditnote": "oioubl", "oioubl-invoice": "oioubl",
         "oioubl-reminder": "oioubl", "oioubl-utilitystatement": "oioubl",
         "ehf-payment-request": "ehf-reminder", "ehf-forward-billing": "ehf-reminder",
         "svefaktura-1.0": "svefaktura", "sfti-objectenvelope": "svefaktura",
         "ubl-invoice": "peppol-bis-3", "ubl-creditnote": "peppol-bis-3",
         "sbdh": "unknown", "unknown-xml": "unknown", "iso20022-unknown": "unknown",
         "totalin": "total-in", "ag-payspec-new": "autogiro",
         "ag-payspec-old": "autogiro", "ag-other": "autogiro", "bg-ocr-old": "bankgiro-ocr",
         "nets-ny": "ocr-giro"}
ISO = ("camt.052", "camt.053", "camt.054", "pain.001")
# Where the collection's own reader took a file for more than it is, and why.
DISAGREED = {
    "mt940/wolph-self-provided-invalid_statement.sta":  # ten lines of one number each
        {"format": "unknown", "valid": False, "test": False, "items": 0, "sums": {}},
}
FOLDERS = ("bgmax", "total-in", "autogiro", "lb", "bg-ocr-old", "nets-ny",
           "iso20022-camt", "iso20022-pain",
           "peppol-bis-billing-3", "svefaktura", "finvoice", "oioubl", "cii", "ubl-reminder",
           "sbdh",
           "edifact-invoic", "mt940")


# Known better: LB has no test mark of its own, and the column says so; but this file is sealed
# with Bankgirot's public test key, which marks a test in whatever it seals.
SEALED_TESTS = ("jacob22__LBin-test_sealBankgiroFile.txt",)


def known_formats():
    if not os.access(SLUSSCTL, os.X_OK):
        return set()
    return {row["format"] for row in slussctl("formats", "--json").rows}


def format_name(name):
    """What INTERFACE calls it: the collection adds versions (camt.053.001.08)."""
    if name == "mt942":  # named for what it is, not read
        return "unknown"
    if name.startswith("edifact"):  # messages of other types are named, not read
        return "edifact-invoic" if name.startswith("edifact-invoic") else "unknown"
    iso = re.match(r"(camt|pain)\.\d{3}\b", name)
    if iso:  # pain.002 and pain.008 are named, not read
        return iso[0] if iso[0] in ISO else "unknown"
    return NAMES.get(name, name)


def split_sums(text):
    """JPY=10000000,EUR=500000.00: whole units, unlike sum_minor."""
    sums = dict(part.split("=") for part in text.split(","))
    return {code: int(Decimal(amount) * (1 if code == "JPY" else 100))
            for code, amount in sums.items()}


def expectations(folder):
    """file -> what the rows of expected.tsv say of it together (one row a currency)."""
    path = SHARED / "samples" / folder / "expected.tsv"
    if not path.exists():
        return {}
    found = {}
    with open(path, encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            envelope, _, content = row["format"].rpartition("+")
            envelope = envelope or ("sbdh" if content == "sbdh" else None)
            want = found.setdefault(row["file"], {
                "format": format_name(content), "envelope": envelope, "valid": row["valid"] == "yes",
                "test": row["test_flag"] in ("yes", "T") or row["file"] in SEALED_TESTS,
                "items": 0, "sums": {},
                "note": row["note"]})
            if "payments" in row:  # of fixed-width formats: payments and deductions are items
                want["items"] += int(row["payments"])
                if want["format"] != "autogiro":  # what was paid out is no item of it
                    want["items"] += int(row["deductions"] or 0)
            else:
                want["items"] += int(row["documents"])
                want["items"] -= row["format"].count("/")  # messages of another type beside
            # Of an envelope `valid` speaks of it alone, also where it holds nothing known; what
            # a document in it fails by its own rules is in the note, and holds the delivery.
            if want["format"] == "unknown" and not envelope:
                want.update(valid=False, test=False, items=0)
            elif row["currency"].startswith("MULTI:"):
                want["sums"] |= split_sums(row["currency"][6:])
            elif row["currency"] not in ("-", "") and row["format"] != "ag-other":
                want["sums"][row["currency"]] = int(row["sum_minor"])
    return found


CASES = [(folder, name, want) for folder in FOLDERS for name, want in expectations(folder).items()]


def test_the_collection_is_there():
    """So that its absence is seen, not passed over."""
    if not CASES:
        pytest.skip(f"{SHARED}/samples is missing: set SLUSS_SHARED to the collection of public "
                    f"samples; NOTHING of it was checked")


def sums_of(row):
    if "sums" in row:
        return row["sums"]
    return {row["currency"]: row["sum_minor"]} if row["currency"] or row["sum_minor"] else {}


@pytest.mark.parametrize("folder, name, want", CASES, ids=[f"{f}/{n}" for f, n, _ in CASES])
def test_sample(folder, name, want):
    want = DISAGREED.get(f"{folder}/{name}", want)
    if want["format"] not in known_formats() | {"unknown"}:
        pytest.skip(f"slussctl formats does not list {want['format']}")
    path = SHARED / "samples" / folder / name
    answer = slussctl("check", "--json", path)
    row = answer.row
    assert answer.code == (0 if row["valid"] else 1)
    said = json.dumps(row["findings"], ensure_ascii=False, indent=1)
    assert (row["format"], row.get("envelope")) == (want["format"], want.get("envelope")), (want, said)
    if want.get("envelope") and "payload valid=no" in want["note"]:
        assert any(f["level"] in ("hold", "reject") for f in row["findings"]), (want, said)
    assert (row["valid"], row["test"]) == (want["valid"], want["test"]), (want, said)
    if want["valid"] or want["items"]:
        assert row["items"] == want["items"], (want, said)
    # A file that is not valid is read all the same: its figures are those of its records.
    if want["valid"] or any(want["sums"].values()):
        assert sums_of(row) == want["sums"], (want, said)
    # The items make the figures, and stand where they say.
    items = slussctl("items", "--json", path).rows
    assert len(items) == row["items"]
    totals = {}
    for item in filter(lambda i: i["currency"] or i["amount_minor"], items):
        totals[item["currency"]] = totals.get(item["currency"], 0) + item["amount_minor"]
    assert totals == sums_of(row) or not items
    records = [item["record"] for item in items]
    assert records == sorted(records) and all(r >= 1 for r in records)


# --- samples of our own -----------------------------------------------------------------------

OWN = [  # file, format, valid, test, items (None: not looked at)
    ("case-csv/four-items.csv", "case-csv", True, False, 4),
    ("case-csv/four-items-bom.csv", "case-csv", True, False, 4),
    ("case-csv/four-items-latin1.csv", "case-csv", True, False, 4),
    ("case-csv/test.csv", "case-csv", True, True, None),
    ("case-csv/zero.csv", "case-csv", True, False, 0),
    ("bgmax/two-deposits.txt", "bgmax", True, False, None),
    ("bgmax/two-deposits-utf8.txt", "bgmax", True, False, None),
    ("bgmax/two-deposits-stripped.txt", "bgmax", True, False, None),
    ("bgmax/test-mark.txt", "bgmax", True, True, None),
    ("bgmax/wrong-totals.txt", "bgmax", False, False, None),
    ("total-in/two-accounts.txt", "total-in", True, False, 4),
    ("total-in/test-mark.txt", "total-in", True, True, 4),
    ("camt.053/statement.xml", "camt.053", True, False, 2),
    ("camt.054/notification.xml", "camt.054", True, False, 3),
    ("pain.001/transfers.xml", "pain.001", True, False, 3),
    ("edifact-invoic/two-invoices.edi", "edifact-invoic", True, False, 2),
    ("edifact-invoic/groups.edi", "edifact-invoic", True, False, 3),
    ("edifact-invoic/test-mark.edi", "edifact-invoic", True, True, 2),
    ("edifact-invoic/cut.edi", "edifact-invoic", False, False, 1),
    ("edifact-invoic/orders.edi", "unknown", False, False, 0),
    ("autogiro/specification.txt", "autogiro", True, False, 2),
    ("autogiro/orders.txt", "autogiro", True, False, 0),
    ("lb/order.txt", "lb", True, False, 4),
    ("lb/sealed-order.txt", "lb", True, False, 4),
    ("lb/stopped.txt", "lb", True, False, 0),
    ("bankgiro-ocr/two-accounts.txt", "bankgiro-ocr", True, False, 3),
    ("ocr-giro/payments.txt", "ocr-giro", True, False, 5),
    ("ocr-giro/claims.txt", "ocr-giro", True, False, 2),
    ("ocr-giro/agreements.txt", "ocr-giro", True, False, 3),
    ("ocr-giro/no-payments.txt", "ocr-giro", True, False, 0),
    ("mt940/two-accounts.sta", "mt940", True, False, 4),
    ("mt940/pages.sta", "mt940", True, False, 3),
    ("mt940/zero.sta", "mt940", True, False, 0),
    ("mt940/test-mark.sta", "mt940", True, True, 3),
    ("mt940/wrong-balance.sta", "mt940", False, False, 4),
    ("mt940/interim.942", "unknown", False, False, 0),
    ("sbdh/invoice.xml", "peppol-bis-3", True, False, 1),
    ("sbdh/technical.xml", "svefaktura", True, False, 2),
    ("sbdh/list.xml", "svefaktura", True, False, 2),
    ("sbdh/hybrid.xml", "unknown", True, False, 0),
    ("peppol-bis-3/invoice.xml", "peppol-bis-3", True, False, 1),
    ("peppol-bis-3/credit-note.xml", "peppol-bis-3", True, False, 1),
]


@pytest.mark.parametrize("name, form, valid, test, items", OWN, ids=[o[0] for o in OWN])
def test_own_sample(name, form, valid, test, items):
    path = ROOT / "tests" / "data" / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    row = slussctl("check", "--json", path).row
    assert (row["format"], row["valid"], row["test"]) == (form, valid, test), row
    if items is not None:
        assert row["items"] == items, row


PEPPOL = SHARED / "samples" / "peppol-bis-billing-3"


def rule_cases():
    """What the publishers of a rule say of it for a fragment."""
    path = PEPPOL / "rule-cases.tsv"
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_rule_cases():
    """Each rule that `slussctl formats` lists speaks where its publishers say, and only there."""
    if not rule_cases():
        pytest.skip("no rule-cases.tsv")
    listed = {rule["rule"] for rule in slussctl("formats", "--json", "peppol-bis-3").row["rules"]}
    differ, judged = [], 0
    for case in rule_cases():
        # Some publish one rule in parts: BR-CO-09-1.
        rule = case["rule"] if case["rule"] in listed else re.sub(r"-\d$", "", case["rule"])
        if rule not in listed:
            continue
        row = slussctl("check", "--json", PEPPOL / "rule-cases" / case["file"]).row
        fired = any(f["evidence"].get("rule") == rule for f in row["findings"])
        judged += 1
        if fired != case["author_expects"].startswith("fire"):
            differ.append((case["file"], rule, case["author_expects"]))
    assert not differ and judged, differ


SEAL = SHARED / "samples" / "bankgirot-seal"


def sealed_samples():
    """Of the folder, the files that are sealed; the other texts are published cases of the code
    alone, which tests/unit/model/seal_test.c has."""
    path = SEAL / "expected.tsv"
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if b"HMAC" in (SEAL / row["file"]).read_bytes()[:12]]


@pytest.mark.parametrize("row", sealed_samples(), ids=lambda row: row["file"])
def test_seal(row, tmp_path):
    key = tmp_path / "key"
    key.write_text(row["key_hex"] + "\n")
    key.chmod(0o600)
    said = slussctl("check", "--json", "--seal-key", key, SEAL / row["file"]).row
    assert (said["seal"], said["valid"], said["test"]) == ("valid", True, True), said
    text = (SEAL / row["file"]).read_bytes()
    changed = text.replace(b"14000", b"14001", 1)
    assert changed != text
    said = slussctl("check", "--json", "--seal-key", key, "-", input=changed).row
    assert (said["seal"], said["valid"]) == ("invalid", False), said


def test_same_content_in_other_clothes():
    """Line ends, charset, marks: the figures stay."""
    for names in (("case-csv/four-items.csv", "case-csv/four-items-bom.csv",
                   "case-csv/four-items-latin1.csv"),
                  ("bgmax/two-deposits.txt", "bgmax/two-deposits-utf8.txt",
                   "bgmax/two-deposits-stripped.txt"),
                  ("ocr-giro/payments.txt", "ocr-giro/payments-utf8.txt",
                   "ocr-giro/unbroken.txt", "ocr-giro/netted.txt"),
                  ("edifact-invoic/two-invoices.edi", "edifact-invoic/two-invoices-utf8.edi",
                   "edifact-invoic/two-invoices-wrapped.edi",
                   "edifact-invoic/two-invoices-una.edi")):
        figures = set()
        for name in names:
            row = slussctl("check", "--json", ROOT / "tests/data" / name).row
            figures.add((row["items"], json.dumps(sums_of(row), sort_keys=True)))
        assert len(figures) == 1, figures
