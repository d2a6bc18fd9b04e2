"""UTF-16 and byte order marks around every kind of format: the same items, and it is said."""
from pathlib import Path

import pytest

from daemon import slussctl
from wait import stays

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = {  # file: what it is in
    "bgmax/two-deposits.txt": "latin-1",
    "mt940/latin1.sta": "latin-1",
    "case-csv/four-items.csv": "utf-8",
    "edifact-invoic/two-invoices.edi": "latin-1",
    "camt.054/notification.xml": "utf-8",
    "peppol-bis-3/invoice.xml": "utf-8",
    "sbdh/technical.xml": "utf-8",
}
DRESSES = {
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16 le": lambda text: text.encode("utf-16-le"),
    "utf-16 be": lambda text: text.encode("utf-16-be"),
    "utf-16 le with a mark": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16 be with a mark": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
}


def text_of(name):
    return (DATA / name).read_bytes().decode(FILES[name])


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("name", FILES)
def test_U62_the_same_is_read_of_it(tmp_path, name, dress):
    path = tmp_path / "dressed"
    path.write_bytes(DRESSES[dress](text_of(name)))
    plain, dressed = slussctl("check", "--json", DATA / name).row, slussctl("check", "--json", path).row
    for key in ("format", "valid", "test", "items", "sum_minor", "currency", "counterparties"):
        assert dressed[key] == plain[key], (key, dressed)
    assert dressed["size"] == path.stat().st_size  # the figures of the file are those of its bytes
    assert slussctl("items", "--json", path).rows == slussctl("items", "--json", DATA / name).rows
    said = {f["check"] for f in dressed["findings"]} - {f["check"] for f in plain["findings"]}
    assert said <= {"encoding"}, dressed
    assert bool(said) == dress.startswith("utf-16") or not name.endswith(("csv", "xml")), dressed


def test_U62_utf16_at_the_gate(site, sftp, local):
    """Whole, it is taken at once; without its end it waits for the rest."""
    unit = site.unit(incomplete_grace="5s")
    site.start()
    for name in ("case-csv/four-items.csv", "camt.054/notification.xml"):
        data = DRESSES["utf-16 le with a mark"](text_of(name))
        target = Path(name).name
        sftp.batch(f"put {local(target, data[:-40])} {unit.path}/{target}")
        stays(lambda at=unit.inbox / target: at.exists() and not site.find(at.name),
              "it waits for its end", 1.5, 0.2)
        sftp.batch(f"put -a {local(target + '2', data)} {unit.path}/{target}")
        shown = site.show(site.wait_delivery(target)["delivery"])  # its days may be old: held
        assert shown["format"] == name.split("/", maxsplit=1)[0], shown
        assert shown["items"] > 0 and [f["check"] for f in shown["findings"]].count("encoding") == 1
