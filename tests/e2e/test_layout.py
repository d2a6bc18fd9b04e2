"""Declared layouts: tried by hand, and at a unit of the daemon."""

import pytest

from daemon import ROOT, slussctl

LAYOUTS = ROOT / "etc" / "layouts"
DATA = ROOT / "tests" / "data" / "layouts"
FILES = {"cases-fixed": ("cases-fixed.txt", 4, 1748975),
         "ledger": ("ledger.csv", 3, 1374950),
         "invoice-register": ("invoice-register.txt", 3, 163925)}


def layout(name):
    return LAYOUTS / f"{name}.layout"


@pytest.mark.parametrize("name", FILES)
def test_check_by_layout(name):
    file, items, minor = FILES[name]
    row = slussctl("check", "--json", "--layout", layout(name), DATA / file).row
    assert (row["format"], row["valid"], row["items"], row["sum_minor"]) == (
        f"layout:{name}", True, items, minor)
    assert len(slussctl("items", "--json", "--layout", layout(name), DATA / file).rows) == items


def test_try_shows_where_it_stops_fitting(tmp_path):
    file = tmp_path / "broken.txt"
    file.write_bytes((DATA / "cases-fixed.txt").read_bytes().replace(b"20VA2026", b"21VA2026"))
    done = slussctl("layout", "try", layout("cases-fixed"), file)
    assert done.code == 1
    assert "stops fitting at line 6" in done.out and "line 7 " not in done.out
    assert "Provsson" not in done.out and "hidden" in done.out
    everything = slussctl("layout", "try", "--all", "--show-identities", layout("cases-fixed"), file)
    assert "line 9 " in everything.out and "Provsson, Åsa" in everything.out
    rows = slussctl("layout", "try", "--json", layout("cases-fixed"), file).rows
    assert [r["record"] for r in rows[:-1]] == ["head", "case", "claim", "claim", "case", None]
    assert rows[-1]["stops_fitting_at"] == 6 and rows[-1]["valid"] is False
    good = slussctl("layout", "try", layout("ledger"), DATA / "ledger.csv")
    assert good.code == 0 and "13 749,50 kr" in good.out


def test_check_names_file_and_line(tmp_path):
    broken = tmp_path / "broken.layout"
    broken.write_text(layout("ledger").read_text().replace("role capital", "role money", 1))
    done = slussctl("layout", "check", broken)
    assert done.code == 1 and f"{broken}:" in done.err and "money" in done.err
    assert slussctl("layout", "check", *map(layout, FILES)).code == 0
    assert slussctl("layout", "check", tmp_path / "none").code == 2
    assert slussctl("check", "--layout", broken, DATA / "ledger.csv").code == 2
    wrong = tmp_path / "wrong.layout"
    wrong.write_text(layout("ledger").read_text().replace("sample count 3", "sample count 4"))
    done = slussctl("layout", "check", wrong)
    assert done.code == 1 and "the sample gives 3 items where 4 are declared" in done.err


def test_a_unit_with_a_layout(site, tmp_path):
    """Accepted by the layout it lists; a broken layout is refused and the old one stays."""
    directory = tmp_path / "layouts"
    directory.mkdir()
    for name in FILES:
        (directory / f"{name}.layout").write_bytes(layout(name).read_bytes())
    site.main["layouts"] = [str(directory / "*.layout")]
    unit = site.unit(formats=["layout:ledger"])
    other = site.unit("teknik", formats=["layout:cases-fixed"])
    site.start()
    site.drop(unit, "ledger.csv", (DATA / "ledger.csv").read_bytes())
    delivery = site.wait_delivery("ledger.csv", "queued")
    assert delivery["format"] == "layout:ledger" and delivery["items"] == 3
    # another unit does not know that layout
    site.drop(other, "other.csv", (DATA / "ledger.csv").read_bytes())
    assert site.wait_delivery("other.csv")["format"] == "unknown"
    # broken at a reload: the old ones stay in force (what follows is held as a repetition)
    good = (directory / "ledger.layout").read_text()
    (directory / "ledger.layout").write_text(good.replace("sample count 3", "sample count 4"))
    assert site.reload() == "reload-refused"
    renamed = (DATA / "ledger.csv").read_bytes().replace(b"F-26-", b"F-27-")
    site.drop(unit, "second.csv", renamed)
    assert site.wait_delivery("second.csv", "held")["format"] == "layout:ledger"
    # a new one is taken without a restart
    (directory / "ledger.layout").write_text(good.replace("ARFILEREPORT110", "ARFILEREPORT120"))
    assert site.reload() == "reloaded"
    newer = renamed.replace(b"F-27-", b"F-28-").replace(b"REPORT110", b"REPORT120")
    site.drop(unit, "third.csv", newer)
    assert site.wait_delivery("third.csv", "held")["items"] == 3


def test_a_layout_that_is_not_there(site):
    site.unit(formats=["layout:none"])
    site.write_config()
    done = slussctl("config", "check", config=site.config)
    assert done.code == 1 and "no layout is called layout:none" in done.err
    assert f"{site.config}:" in done.err


def test_formats_lists_the_layouts_of_a_configuration(site):
    site.main["layouts"] = [str(LAYOUTS / "*.layout")]
    site.unit(formats=["layout:ledger"])
    site.write_config()
    names = [r["format"] for r in slussctl("formats", "--json", config=site.config).rows]
    assert [n for n in names if n.startswith("layout:")] == [
        "layout:cases-fixed", "layout:invoice-register", "layout:ledger"]
    one = slussctl("formats", "layout:ledger", config=site.config)
    assert one.code == 0 and "Open claims of a ledger" in one.out
    assert slussctl("formats", "layout:none", config=site.config).code == 2
