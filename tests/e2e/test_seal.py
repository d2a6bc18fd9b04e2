"""Files sealed as for Bankgirot: the unit's key proves them, and what was changed on the way is
held for a person."""
import hashlib
import hmac
from datetime import date, timedelta

import pytest

from wait import stays

KEY = "0f0102030405060708090A0B0C0D0E0F"
PUBLIC = "1234567890ABCDEF1234567890ABCDEF"
STRANGE = "AB" * 16
TO_7_BIT = bytes.maketrans("ÉÄÖÅÜéäöåü".encode("latin-1"), b"@[\\]^`{|}~")


def code(key, data):
    data = data.translate(TO_7_BIT, b"\r\n")
    return hmac.new(bytes.fromhex(key), data, hashlib.sha256).hexdigest()[:32].upper()


def order(amount, payments=2):
    """Leverantörsbetalningar, not sealed. Of today: old dates are a finding of their own."""
    lines = [f"110058051234{date.today():%y%m%d}LEVERANTÖRSBETALNINGAR"]
    paid = date.today() + timedelta(days=7)
    lines += [f"1400123456741000017{'':18}{amount:012}{paid:%y%m%d}     VERIF {amount + i}"
              for i in range(payments)]
    lines.append(f"290058051234{payments:08}{payments * amount:012}")
    return lines


def seal(key, lines, kind="HMAC"):
    text = "".join(f"{line:80}\r\n" for line in [f"00260302{kind}", *lines]).encode("latin-1")
    closing = f"99260302{code(key, b'00000000')}{code(key, text)}"
    return text + f"{closing:80}\r\n".encode()


@pytest.fixture
def sealed_unit(site, tmp_path):
    key = site.base / "heby-seal.key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    return site.unit(seal_key_file=key, seal_required=True,
                     seal_test_kvv=[code(STRANGE, b"00000000")])


def levels(site, delivery):
    return {f["check"]: f["level"] for f in site.show(delivery["delivery"])["findings"]}


def test_seals_at_the_gate(site, sftp, local, sealed_unit):
    site.start()

    def put(name, data, state):
        sftp.batch(f"put {local(name, data)} {sealed_unit.path}/{name}")
        delivery = site.wait_delivery(name, state)
        return site.show(delivery["delivery"]), levels(site, delivery)

    good = seal(KEY, order(10000))
    shown, found = put("good.txt", good, "queued")
    assert (shown["format"], shown["seal"], shown["test"]) == ("lb", "valid", False), shown
    assert (shown["items"], shown["sum_minor"], found) == (2, 20000, {})
    assert [d["seal"] for d in site.list()] == ["valid"]
    assert site.rows("queue", "list")[0]["seal"] == "valid"
    assert "seal valid" in site.ctl("show", shown["delivery"]).out

    # One payee's number, another key, no key at all, no seal.
    changed = seal(KEY, order(20000)).replace(b"1400123456741", b"1400123456742")
    shown, found = put("changed.txt", changed, "held")
    assert (shown["seal"], found) == ("invalid", {"seal": "hold", "seal-required": "hold"})
    shown, found = put("public.txt", seal(PUBLIC, order(30000)), "held")
    assert (shown["seal"], shown["test"]) == ("valid", True)
    assert found == {"test-mark": "hold"}
    shown, found = put("strange.txt", seal(STRANGE, order(40000)), "held")
    assert (shown["seal"], shown["test"]) == ("unverified", True)
    assert found == {"test-mark": "hold", "seal": "hold", "seal-required": "hold"}
    plain = "".join(line + "\r\n" for line in order(50000)).encode("latin-1")
    shown, found = put("plain.txt", plain, "held")
    assert "seal" not in shown and found["seal-required"] == "hold", (shown, found)
    shown, found = put("nexus.txt", seal(KEY, order(60000), "SAK1"), "held")
    assert shown["seal"] == "unverified" and found["seal"] == "hold", (shown, found)


def test_a_cut_seal_waits_for_its_rest(site, sftp, local, sealed_unit):
    sealed_unit.keys["incomplete-grace"] = "5s"
    site.start()
    whole = seal(KEY, order(70000))
    target = sealed_unit.inbox / "slow.txt"
    sftp.batch(f"put {local('part', whole[:-82])} {sealed_unit.path}/slow.txt")
    stays(lambda: target.exists() and not site.find("slow.txt"), "it waits for TK99", 1.5, 0.2)
    sftp.batch(f"put -a {local('whole', whole)} {sealed_unit.path}/slow.txt")
    assert site.wait_delivery("slow.txt", "queued")["seal"] == "valid"


def test_keys_are_read_anew_and_shown_nowhere(site, sftp, local, sealed_unit):
    """Another key takes over at SIGHUP; a file that others may read refuses the reload."""
    key = site.base / "heby-seal.key"
    site.start()
    key.write_text(STRANGE + "\n")
    sealed_unit.keys["seal-test-kvv"] = []
    site.write_config()
    assert site.reload() == "reloaded"
    sftp.batch(f"put {local('a', seal(STRANGE, order(80000)))} {sealed_unit.path}/a.txt")
    assert site.wait_delivery("a.txt", "queued")["seal"] == "valid"
    key.chmod(0o644)
    assert site.reload() == "reload-refused"
    sftp.batch(f"put {local('b', seal(STRANGE, order(90000)))} {sealed_unit.path}/b.txt")
    assert site.wait_delivery("b.txt", "queued")["seal"] == "valid"
    said = site.log_path.read_text().upper()
    assert "CHMOD" in said and KEY.upper() not in said and STRANGE not in said
    for path in site.state.rglob("*"):
        if path.is_file() and path.parent.name != "spool":
            data = path.read_bytes()
            assert bytes.fromhex(STRANGE) not in data and STRANGE.encode() not in data, path
