"""slussctl without a daemon: check, items, formats, config check, help, and their manners."""
import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from daemon import CRASH, SLUSSCTL, environment, slussctl

DATA = Path(__file__).resolve().parents[1] / "data"
EXAMPLE = Path(__file__).resolve().parents[2] / "etc" / "sluss.conf.example"
NOBODY = 65534

CASES = DATA / "case-csv" / "four-items.csv"
CUT = DATA / "case-csv" / "cut.csv"
ZERO = DATA / "case-csv" / "zero.csv"
BGMAX = DATA / "bgmax" / "two-deposits.txt"
INVOICE = DATA / "peppol-bis-3" / "invoice.xml"


def shell(line, env=None):
    """A pipeline; its output, what it complained, and slussctl's own status."""
    done = subprocess.run(["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"], env=environment(env),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def on_terminal(*args, env=None, columns=80):
    """What a person sees: standard output and error of a terminal, line ends made plain."""
    ours, theirs = pty.openpty()
    subprocess.run(["stty", "cols", str(columns)], stdin=theirs, check=True)
    process = subprocess.Popen([str(SLUSSCTL), *map(str, args)], stdin=theirs, stdout=theirs,
                               stderr=theirs, env=environment({"TERM": "xterm", **(env or {})}))
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(60) in (0, 1, 2)
    return seen.decode().replace("\r\n", "\n")


@pytest.fixture
def many(tmp_path):
    """A file whose listing does not fit in a pipe."""
    path = tmp_path / "many.csv"
    rows = "".join(f"{i};2026-02-14;{i},50;5560360793\n" for i in range(1, 20001))
    path.write_text("number;due_date;amount;debtor_id\n" + rows)
    return path


# --- exit statuses -------------------------------------------------------------------------

@pytest.mark.parametrize("args, status", [
    (["check", CASES], 0),
    (["check", BGMAX, INVOICE], 0),
    (["check", ZERO], 0),
    (["check", CUT], 1),
    (["check", CASES, CUT, CASES], 1),
    (["check", "--format", "bgmax", BGMAX], 0),
    (["check", "--format", "bgmax", CASES], 1),
    (["check", "/bin/true"], 1),
    (["check", DATA], 2),
    (["check", "missing.csv"], 2),
    (["check", "--format", "nix", CASES], 2),
    (["check", "--nix", CASES], 2),
    (["check", "--format"], 2),
    (["check"], 2),
    (["items", CASES], 0),
    (["items", ZERO], 0),
    (["items", CUT], 1),
    (["items", DATA], 2),
    (["items", "missing.csv"], 2),
    (["items", "--format", "nix", CASES], 2),
    (["items"], 2),
    (["items", CASES, CASES], 2),
    (["formats"], 0),
    (["formats", "bgmax"], 0),
    (["formats", "nix"], 2),
    (["formats", "bgmax", "case-csv"], 2),
    (["config", "check", "-c", EXAMPLE], 0),
    (["config", "check", "-c", CASES], 1),
    (["config", "check", "-c", "missing.conf"], 2),
    (["config"], 2),
    (["help"], 0),
    (["help", "check"], 0),
    (["help", "config", "check"], 0),
    (["help", "nix"], 2),
    (["--help"], 0),
    (["--version"], 0),
    (["--nix"], 2),
    (["nix"], 2),
    ([], 2),
], ids=lambda value: " ".join(Path(v).name for v in map(str, value)) if isinstance(value, list)
    else str(value))
def test_exit_status(args, status):
    answer = slussctl(*args)
    assert answer.code == status, answer
    if status == 2:  # said once, on standard error, by name
        assert answer.err and not answer.out, answer
        assert args[:1] == ["config"] or "slussctl" in answer.err, answer
    if status == 0:
        assert answer.out and not answer.err, answer


def test_every_sample_is_read_alike_by_check_and_items():
    for path in sorted(DATA.glob("*/*.[ctx][sxm][vtl]")):
        if path.parent.name == "layouts":
            continue  # known only with the layout that describes them
        row = slussctl("check", "--json", path).row
        items = slussctl("items", "--json", path)
        wrapped = path.parent.name in ("layouts", "sbdh")  # no formats of their own
        assert row["format"] == path.parent.name or wrapped, path
        assert row["valid"] == (items.code == 0), path
        assert row["items"] == len(items.rows), path
        sums = {}
        for item in items.rows:
            sums[item["currency"]] = sums.get(item["currency"], 0) + item["amount_minor"]
        if len(sums) == 1:
            assert {row["currency"]: row["sum_minor"]} == sums, path
        elif sums:
            assert row["sums"] == sums and row["sum_minor"] is None, path


def test_details_stand_before_their_item():
    """The payments of a camt batch, which has no payer or reference of its own."""
    path = DATA / "camt.054" / "notification.xml"
    rows = slussctl("items", "--details", "--json", path).rows
    assert [row.get("detail", False) for row in rows] == [True, False, True, True, False, True, False]
    assert [row for row in rows if "detail" not in row] == slussctl("items", "--json", path).rows
    batch = rows[4]
    assert sum(row["amount_minor"] for row in rows[2:4]) == batch["amount_minor"]
    assert [row["counterparty_name"] for row in rows[2:5]] == ["Bo Ek", "Siv Al", None]
    seen = slussctl("items", "--details", path).out
    assert seen.count("> payment") == 3 and "Siv Al" in seen, seen
    assert slussctl("items", "--details", "--json", CASES).out == slussctl("items", "--json", CASES).out


# --- machine output ------------------------------------------------------------------------

@pytest.mark.parametrize("args", [
    ["check", CASES, CUT, BGMAX, INVOICE, "/bin/true", "/dev/null"],
    ["items", CASES],
    ["items", CUT],
    ["items", ZERO],
    ["formats"],
    ["formats", "peppol-bis-3"],
    ["config", "check", "-c", EXAMPLE],
    ["config", "check", "-c", CASES],
], ids=lambda args: " ".join(Path(a).name for a in map(str, args)))
def test_json_is_nothing_but_objects(args):
    """One object a line on standard output, nothing on standard error, for 0 and 1."""
    answer = slussctl("--json", *args)
    assert answer.code in (0, 1) and answer.err == "", answer
    assert len(answer.rows) == {"check": 6}.get(args[0], len(answer.rows))
    assert "\x1b" not in answer.out


@pytest.mark.parametrize("args", [
    ["--json", "check", CASES],
    ["check", "--json", CASES],
    ["check", CASES, "--json"],
    ["-c", "missing.conf", "check", "--json", CASES],
    ["check", "-c", "missing.conf", CASES, "--json"],
    ["check", "--config=missing.conf", "--json", "--", CASES],
], ids=lambda args: " ".join(Path(a).name for a in map(str, args)))
def test_global_options_stand_anywhere(args):
    row = slussctl(*args).row
    assert (row["format"], row["items"], row["valid"]) == ("case-csv", 4, True)


@pytest.mark.parametrize("args", [["-c", EXAMPLE, "config", "check"],
                                  ["config", "-c", EXAMPLE, "check"],
                                  ["config", "check", f"--config={EXAMPLE}"],
                                  ["config", "check", "-c", EXAMPLE]])
def test_the_configuration_is_named_anywhere(args):
    assert slussctl("--json", *args).row == {
        "file": str(EXAMPLE), "valid": True, "units": 2, "errors": [], "warnings": []}


def test_configuration_errors_are_data_too(tmp_path):
    config = tmp_path / "sluss.conf"
    config.write_text("workers = many\nnonsense = 1\n")
    answer = slussctl("config", "check", "--json", config=config)
    assert answer.code == 1 and answer.row["valid"] is False
    assert any(f"{config}:2:" in error for error in answer.row["errors"]), answer
    answer = slussctl("config", "check", config=config)
    assert answer.code == 1 and answer.out == "" and f"{config}:2:" in answer.err, answer


# --- help ----------------------------------------------------------------------------------

@pytest.mark.parametrize("words", ["check", "items", "formats", "config check", "queue take"])
def test_help_before_and_after_the_name(words):
    told = slussctl(*words.split(), "--help")
    assert told.code == 0 and told.out.startswith(f"Usage: slussctl {words}"), told
    assert slussctl("--help", *words.split()).out == told.out
    assert slussctl("help", *words.split()).out == told.out
    assert slussctl(*words.split(), "-h", "--json").out == told.out


def test_help_of_the_first_word_of_two():
    told = slussctl("report", "--help")
    assert told.code == 0 and told.err == "" and told.out.startswith("Usage: slussctl report sla"), told
    assert "\n       slussctl report stats [--month M]" in told.out, told
    for words in (["--help", "report"], ["report", "-h", "--json"], ["help", "report"]):
        assert slussctl(*words).out == told.out


def test_overview_names_every_command_and_keeps_to_80_columns():
    told = slussctl("--help").out
    for name in ("status", "release ID", "queue take", "audit verify", "check FILE...",
                 "config check"):
        assert f"\n  {name}" in told
    assert max(map(len, told.splitlines())) <= 80
    assert slussctl().err == told  # no command at all: the same, as a complaint


@pytest.mark.parametrize("args, words", [
    (["check", "--nix", "x"], "there is no option --nix here"),
    (["check", "-x"], "there is no option -x here"),
    (["--json", "check", "-xh"], "there is no option -x here"),
    (["check", "--json=3", "x"], "--json takes no value"),
    (["check", "--help=3"], "--help takes no value"),
    (["check", "--format"], "--format needs a value"),
    (["-c"], "-c needs a value"),
    (["chekc", "x"], 'there is no command "chekc"'),
    (["config"], '"config" wants one more word: check'),
    (["check"], "check needs FILE..."),
    (["items", "a", "b"], '"b" is one argument too many'),
    (["check", "--format", "nix", "x"], 'there is no format "nix"'),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_wrong_usage_is_told_in_words(args, words):
    answer = slussctl(*args)
    assert answer.code == 2 and words in answer.err and answer.out == "", answer


# --- files ---------------------------------------------------------------------------------

def test_a_missing_file_does_not_hide_the_others():
    answer = slussctl("check", CASES, "missing.csv", BGMAX)
    assert answer.code == 2 and f"{CASES}: valid" in answer.out and f"{BGMAX}: valid" in answer.out
    assert answer.err == "slussctl: missing.csv: No such file or directory\n"
    answer = slussctl("check", "--json", CUT, "missing.csv", CASES)
    assert answer.code == 2 and [row["valid"] for row in answer.rows] == [False, True]


@pytest.mark.parametrize("command", ["check", "items"])
def test_standard_input(command):
    whole = slussctl(command, "--json", CASES)
    piped = slussctl(command, "--json", "-", input=CASES.read_bytes())
    assert piped.out == whole.out.replace(str(CASES), "-") and piped.code == 0
    assert slussctl(command, "-", input=CUT.read_bytes()).code == 1
    assert slussctl("check", "-", input=ZERO.read_bytes()).out.startswith("standard input: valid")


def test_standard_input_that_is_closed():
    out, err, status = shell(f"'{SLUSSCTL}' check - <&-")
    assert (out, status) == ("", 2) and "Bad file descriptor" in err


def test_directories_and_what_may_not_be_read(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_bytes(CASES.read_bytes())
    secret.chmod(0o600)
    for command in ("check", "items"):
        answer = slussctl(command, tmp_path)
        assert answer.code == 2 and answer.err == f"slussctl: {tmp_path}: Is a directory\n"
    os.chown(secret, 0, 0)
    for parent in [*tmp_path.parents, tmp_path]:
        if parent.is_relative_to("/tmp") and parent != Path("/tmp"):
            parent.chmod(0o755)
    try:
        answer = slussctl("check", secret, user=NOBODY)
    except PermissionError:
        pytest.skip("the build is not open to another user")
    assert answer.code == 2 and "Permission denied" in answer.err, answer


def test_names_cannot_command_a_terminal(tmp_path):
    path = tmp_path / "a\x1b[2Jb\n.csv"
    path.write_bytes(CASES.read_bytes())
    for answer in (slussctl("check", path), slussctl("check", f"{path}x"),
                   slussctl("items", f"{path}x"), slussctl("--\x1b[2J"), slussctl("\x1b[2J"),
                   slussctl("config", "check", config=f"{path}x"),
                   slussctl("config", "check", config=path)):
        assert "\x1b" not in answer.out + answer.err, answer
    assert slussctl("check", "--json", path).row["file"] == str(path)


# --- where the output goes -----------------------------------------------------------------

@pytest.mark.parametrize("args", ["items --json {}", "items {}", "check {} {} --json"])
def test_a_reader_who_has_seen_enough(many, args):
    """head closes the pipe: no crash, no noise."""
    out, err, status = shell(f"'{SLUSSCTL}' {args.replace('{}', str(many))} | head -1")
    assert out.count("\n") == 1 and err == "" and not CRASH.search(err)
    assert status in (0, 128 + 13, 2)


@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
@pytest.mark.parametrize("args", ["items {}", "items --json {}", "check {}", "formats", "--help"])
def test_output_that_cannot_be_written_is_told(args, where):
    out, err, status = shell(f"'{SLUSSCTL}' {args.replace('{}', str(CASES))} {where}")
    assert (out, status) == ("", 2) and err == "slussctl: cannot write to standard output\n"


def test_colour_is_for_terminals_alone():
    assert "\x1b[" in on_terminal("check", CUT, env={"NO_COLOR": ""})
    assert "\x1b[" not in on_terminal("check", CUT, env={"NO_COLOR": "1"})
    assert "\x1b[" not in on_terminal("check", CUT, env={"NO_COLOR": "", "TERM": "dumb"})
    assert "\x1b[" not in slussctl("check", CUT, env={"NO_COLOR": ""}).out
    assert "\x1b[" not in on_terminal("check", "--json", CUT, env={"NO_COLOR": ""})


def test_a_terminal_shows_what_is_wrong_last():
    seen = on_terminal("items", CUT).splitlines()
    assert seen[0].startswith("RECORD") and seen[4].startswith("reject  The file is cut off")
    assert all(len(line) <= 80 for line in seen if line.startswith(("reject", " " * 8)))


def test_a_terminal_has_no_room_for_empty_columns():
    assert "ISSUED" not in on_terminal("items", BGMAX).splitlines()[0]
    assert "ISSUED" in slussctl("items", BGMAX).out.splitlines()[0]
    assert on_terminal("items", ZERO) == "no items\n"


def test_findings_are_in_both_languages():
    finding, = slussctl("check", "--json", CUT).row["findings"]
    assert finding["evidence"] == {"missing": "the last row is incomplete"}
    assert "the last row is incomplete" in finding["text"]
    assert "sista raden är ofullständig" in finding["text_sv"]
    assert json.dumps(finding)


# --- convert -------------------------------------------------------------------------------

CREDITS = DATA / "camt.054" / "credits.xml"


def test_a_bank_notification_becomes_bgmax(tmp_path):
    out = tmp_path / "out.txt"
    done = slussctl("convert", "--json", "--to", "bgmax", "-o", out, CREDITS)
    assert done.code == 0, done
    report = json.loads(done.out)
    assert (report["from"], report["to"], report["items"], report["sum_minor"]) == \
        ("camt.054", "bgmax", 3, 350000)
    assert {"number", "deposit serial"} <= {lost["field"] for lost in report["not_carried"]}
    assert all(len(line) == 80 for line in out.read_bytes().split(b"\r\n")[:-1])
    checked = json.loads(slussctl("check", "--json", out).out)
    assert checked["valid"] and (checked["items"], checked["sum_minor"]) == (3, 350000)
    assert out.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


def test_what_is_converted_goes_to_standard_output_and_the_report_beside_it():
    done = subprocess.run([str(SLUSSCTL), "convert", "--to", "bgmax", str(CREDITS)], timeout=60,
                          capture_output=True, env=environment(), check=True)
    assert done.stdout.startswith(b"01BGMAX ") and "Åkerviks".encode("latin-1") in done.stdout
    assert b"not carried: number (3, first at record" in done.stderr
    assert b"kerviks" not in done.stderr


@pytest.mark.parametrize("args, status, says", [
    (["--to", "bgmax", DATA / "camt.054" / "notification.xml"], 1, "pays out"),
    (["--to", "bgmax", DATA / "bgmax" / "wrong-totals.txt"], 1, "not valid"),
    (["--to", "bgmax", CASES], 1, "no payments"),
    (["--to", "bgmax", "missing.xml"], 2, "missing.xml"),
    (["--to", "nix", CREDITS], 2, "there is: bgmax"),
    ([CREDITS], 2, "--to"),
    (["--to", "bgmax", "--serial", "0", CREDITS], 2, "--serial"),
])
def test_a_conversion_that_cannot_be_leaves_nothing(tmp_path, args, status, says):
    out = tmp_path / "out.txt"
    out.write_text("earlier")
    done = slussctl("convert", "-o", out, *args)
    assert (done.code, done.out) == (status, "") and says in done.err
    assert out.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
