"""slussctl backtest: a history told by a manifest, judged as the daemon would have judged it."""
from datetime import datetime, timedelta

import pytest

from daemon import slussctl
from files import case_csv

CONFIG = """
state-dir = "/nowhere/state"
control-socket = "/nowhere/control.sock"
smtp {
  relays = { "smtp://localhost:25" }
  from = "kvittens@inkasso.example"
}
alerts {
  to = { "drift@inkasso.example" }
}
partner "heby" {
  name = "Heby kommun"
  unit "ekonomi" {
    inbox = "/nowhere/heby/ekonomi"
    receipts-to = { "ekonomi@heby.example" }
    phase = live
  }
  unit "teknik" {
    inbox = "/nowhere/heby/teknik"
    receipts-to = { "ekonomi@heby.example" }
    phase = live
  }
}
"""

FIRST = datetime(2025, 3, 3, 6, 12)


class History:
    """A manifest that grows line by line, its files beside it."""

    def __init__(self, base):
        self.base = base
        self.lines = []
        self.config = base / "sluss.conf"
        self.config.write_text(CONFIG)

    def at(self, step):
        return FIRST + timedelta(days=30 * step)

    def file(self, name, step, items=40, first=None, **more):
        due = (self.at(step) + timedelta(days=30)).date()
        (self.base / name).write_bytes(case_csv(items, first, due=due, **more).data)
        return name

    def line(self, step, path, name="", fate="", unit="heby/ekonomi"):
        self.lines.append("\t".join([self.at(step).isoformat() + "Z", unit, path, name, fate]))

    def run(self, *flags, env=None):
        manifest = self.base / "history.tsv"
        manifest.write_text("".join(line + "\n" for line in self.lines))
        return slussctl("backtest", *flags, manifest, config=self.config, cwd="/",
                        env=env)

    def verdicts(self):
        answer = self.run("--json")
        assert answer.code == 0, answer
        return [row["verdict"] for row in answer.rows]


@pytest.fixture
def history(tmp_path):
    return History(tmp_path)


def ordinary(history, months=3):
    """Months of new claims, each with numbers of its own."""
    for step in range(months):
        history.line(step, history.file(f"m{step}.csv", step, first=10000 + 100 * step))


def checks(row):
    return {f["check"] for f in row["findings"] if f["level"] in ("hold", "reject")}


def test_one_object_a_line_in_the_order_of_the_manifest(history):
    ordinary(history)
    history.line(3, "m0.csv", "igen.csv")
    history.line(3, history.file("t.csv", 3, first=90000), unit="heby/teknik")
    answer = history.run("--json")
    assert answer.code == 0, answer
    rows = answer.rows
    assert [r["file"] for r in rows] == ["m0.csv", "m1.csv", "m2.csv", "igen.csv", "t.csv"]
    assert [r["unit"] for r in rows] == ["heby/ekonomi"] * 4 + ["heby/teknik"]
    told = [datetime.fromisoformat(r["at"].replace("Z", "+00:00")).replace(tzinfo=None)
            for r in rows]
    assert told == [history.at(s) for s in (0, 1, 2, 3, 3)]
    for row in rows:
        assert {"at", "unit", "file", "verdict", "findings"} <= row.keys()
        assert row["verdict"] in ("accepted", "held", "rejected")
        for finding in row["findings"]:
            assert {"check", "level", "text", "evidence"} <= finding.keys()
            assert isinstance(finding["evidence"], dict)
    assert rows[3]["verdict"] == "held"  # I04
    assert "duplicate-file" in checks(rows[3])


def test_the_summary_stands_on_standard_error(history):
    ordinary(history)
    history.line(3, "m0.csv")
    answer = history.run("--json")
    assert "4 deliveries, 160 items" in answer.err
    assert "3 accepted, 1 held, 0 rejected" in answer.err
    assert "duplicate-file" in answer.err
    assert len(answer.out.splitlines()) == 4
    plain = history.run()
    assert plain.code == 0 and "4 deliveries, 160 items" in plain.err


def test_a_site_tunes_its_budget_with_it(history):
    """A varying stream, then larger and larger deliveries: how many a budget holds."""
    for step in range(24):
        history.line(step, history.file(f"m{step}.csv", step, items=10 + 37 * step % 60,
                                        first=10000 + 100 * step))
    for k in range(12):
        history.line(24, history.file(f"p{k}.csv", 24, items=int(60 * 1.5 ** k), first=50000 * (k + 1)),
                     fate="probe")
    held = {}
    for budget in ("0.02%", "0.5%", "5%"):
        history.config.write_text(CONFIG + "safeguards {\n  false-holds = %s\n}\n" % budget)
        answer = history.run("--json")
        held[budget] = sum(row["verdict"] == "held" for row in answer.rows)
        assert f"{held[budget]} held" in answer.err
        assert " a month" in answer.err
        if held[budget]:
            by_check = [line for line in answer.err.splitlines() if line.startswith("  ")]
            assert by_check and all(line.endswith(" a month") for line in by_check)
    assert held["0.02%"] < held["0.5%"] < held["5%"], held
    unit = CONFIG.replace("ekonomi@heby.example\" }\n", "ekonomi@heby.example\" }\n"
                          "    safeguards { false-holds = 5% }\n", 1)
    history.config.write_text(unit)
    assert history.verdicts().count("held") == held["5%"]


def test_a_budget_that_is_none_is_refused_by_line(history):
    ordinary(history, 1)
    history.config.write_text(CONFIG + "safeguards {\n  false-holds = 0.002\n}\n")
    answer = history.run()
    assert answer.code == 2
    assert f"sluss.conf:{CONFIG.count(chr(10)) + 2}: false-holds = 0.002: not a share" in answer.err


def test_two_runs_say_the_same_to_the_byte(history):
    ordinary(history, 8)
    history.line(8, "m7.csv", fate="released")
    history.line(8, history.file("new.csv", 8, 400, first=50000))
    history.line(9, "m3.csv", fate="probe")
    first, again = history.run("--json"), history.run("--json")
    assert first.code == 0 and first.out == again.out


@pytest.mark.parametrize("fate, later", [
    ("", "held"),             # held, and nobody decided: the same items wait with it
    ("released", "held"),     # it entered, so that the same claims again are duplicates
    ("probe", "accepted"),    # judged and forgotten
])
def test_a_fate_decides_what_becomes_history(history, fate, later):
    """A held file of new claims, then the same claims in an ordinary dress."""
    history.file("t.csv", 1, first=20000, environment="T")
    history.file("p.csv", 1, first=20000, producer="Ekonomisystemet 2")
    ordinary(history, 1)
    history.line(1, "t.csv", fate=fate)
    history.line(2, "p.csv")
    first, held, again = history.verdicts()
    assert (first, held) == ("accepted", "held")
    assert again == later


def test_a_sign_that_was_always_wrong_weighs_half(history):
    """Held by a name, released; the odd date in each of them had a hand in it, in vain."""
    history.config.write_text(CONFIG.replace(
        "phase = live", 'phase = live\n    test-names = { "prov*" }', 1))
    for step in range(14):
        name = history.file(f"prov{step}.csv", step, items=3, first=10000 + 100 * step)
        path = history.base / name
        year = (history.at(step) + timedelta(days=30)).strftime("%Y-")
        path.write_bytes(path.read_bytes().replace(f";{year}".encode(), b";1949-"))
        history.line(step, name, fate="released")
    rows = history.run("--json").rows
    weights = [f["weight"] for row in rows for f in row["findings"] if f["check"] == "date"]
    assert len(weights) == 14
    assert weights[:10] == [weights[0]] * 10
    assert weights[10:] == [weights[0] / 2] * 4
    named = [f["weight"] for row in rows for f in row["findings"] if f["check"] == "test-name"]
    assert len(set(named)) == 1  # a hard rule stays as it is


def dearer(history, name, step, factor):
    """New claims of that month at another price."""
    history.file(name, step, items=30, first=70000 + 100 * step)
    path = history.base / name
    lines = path.read_text().splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith(("type;", "number;")))
    column = lines[head].split(";").index("amount")
    for i in range(head + 1, len(lines)):
        fields = lines[i].split(";")
        if not lines[i].startswith("#"):
            fields[column] = f"{factor * (200 + i % 7):.2f}"
            lines[i] = ";".join(fields)
    lines = [line for line in lines if not line.startswith("#end")]
    path.write_text("".join(line + "\n" for line in lines))
    return name


def test_the_third_delivery_after_a_price_change_passes(history):
    """N02, half as dear again: a person says twice that it is right; then it is. A unit error
    (I22) is still one."""
    for step in range(12):
        history.line(step, dearer(history, f"m{step}.csv", step, 1))
    history.line(12, dearer(history, "new0.csv", 12, 1.5), fate="released")
    history.line(13, dearer(history, "probe.csv", 13, 1.5), fate="probe")
    history.line(13, dearer(history, "new1.csv", 13, 1.5), fate="released")
    history.line(14, dearer(history, "new2.csv", 14, 1.5))
    history.line(15, dearer(history, "wrong.csv", 15, 150), fate="probe")
    assert history.verdicts()[12:] == ["held", "held", "held", "accepted", "held"]


def test_what_was_rejected_is_known_when_it_comes_again(history):
    ordinary(history, 2)
    history.line(2, "m1.csv", "fel.csv", fate="rejected")
    history.line(3, "m1.csv", "fel.csv")
    history.line(4, history.file("right.csv", 4, first=30000))
    assert history.verdicts() == ["accepted", "accepted", "held", "held", "accepted"]


def test_an_accepted_probe_leaves_nothing(history):
    ordinary(history, 1)
    name = history.file("new.csv", 1, first=20000)
    for _ in range(3):
        history.line(1, name, fate="probe")
    history.line(1, name)
    history.line(2, name)
    assert history.verdicts() == ["accepted"] * 5 + ["held"]


def test_a_fate_asks_nothing_of_an_accepted_one(history):
    ordinary(history, 1)
    history.line(1, history.file("a.csv", 1, first=20000), fate="rejected")
    history.line(2, "a.csv")
    assert history.verdicts() == ["accepted", "accepted", "held"]


@pytest.mark.parametrize("line, told", [
    ("2025-04-02T06:12:00Z\theby/okand\tm0.csv", "heby/okand"),
    ("2025-04-02T06:12:00Z\theby/ekonomi\tgone.csv", "gone.csv"),
    ("2025-04-02T06:12:00Z\theby/ekonomi", "history.tsv:2"),
    ("2025-04-02T06:12:00Z\theby/ekonomi\tm0.csv\t\treturned", "history.tsv:2"),
    ("2025-01-02T06:12:00Z\theby/ekonomi\tm0.csv", "history.tsv:2"),
])
def test_a_line_that_cannot_be_followed_is_trouble(history, line, told):
    ordinary(history, 1)
    history.lines.append(line)
    answer = history.run("--json")
    assert answer.code == 2
    assert told in answer.err


def test_nothing_stays_behind_however_deep_the_place_for_it(history, tmp_path):
    ordinary(history)
    state = tmp_path / "temporary" / "files" / "of" / ("somebody" * 20)
    state.mkdir(parents=True)
    answer = history.run("--json", env={"TMPDIR": str(state)})
    assert answer.code == 0, answer
    assert not list(state.iterdir())
    assert len(answer.rows) == 3


def test_euro_where_kronor_came(history):
    """The same claims in another currency are no first files of a new sender."""
    ordinary(history, 6)
    euro = history.base / history.file("euro.csv", 6, first=20000)
    euro.write_bytes(euro.read_bytes().replace(b";SEK;", b";EUR;"))
    history.line(6, "euro.csv", fate="probe")
    answer = history.run("--json")
    assert answer.code == 0, answer
    assert answer.rows[-1]["verdict"] == "held", answer.rows[-1]
    assert "currency" in [finding["check"] for finding in answer.rows[-1]["findings"]]
