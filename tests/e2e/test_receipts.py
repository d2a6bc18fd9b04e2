"""What a unit is told of each kind of file, as a person reads it and as a program does."""
import re

import files
import pytest

import browser
import mailcheck
from wait import wait_until


def plain(text):
    return re.sub(r"\s+", " ", text)


def check(mail):
    """Sound mail, text and HTML that say the same figures. Returns both and the JSON."""
    mailcheck.check(mail.data)
    assert browser.outside_of(mail.html) == []
    return plain(mail.text), mail.html, mail.receipt


def claims(rows, columns="type;number;due_date;amount;currency;debtor_name;fee;interest"):
    return ("#case-csv;version=1;producer=Ekonomisystemet;environment=P\n" + columns + "\n"
            + "".join(r + "\n" for r in rows)).encode()


WITH_PARTS = claims(["case;A1;2026-04-30;1000,00;SEK;Ett AB;60,00;12,34",
                     "case;A2;2026-04-30;2500,50;SEK;Två AB;60,00;",
                     "credit-note;A3;2026-04-30;500,00;SEK;Tre AB;;"])
MIXED = claims(["case;B1;2026-04-30;1000,00;SEK;Ett AB;;", "case;B2;2026-04-30;99,90;EUR;Två AB;;"])


def test_capital_apart_from_credits_fees_and_interest(site, smtp):
    unit = site.unit()
    site.start()
    site.drop(unit, "krav_april.csv", WITH_PARTS)
    delivery = site.wait_delivery("krav_april.csv")["delivery"]
    text, html, receipt = check(smtp.wait_receipt(delivery))
    assert receipt["items"] == 3 and receipt["sum_minor"] == 300050, receipt
    assert receipt["credits"] == {"items": 1, "sums": {"SEK": -50000}}
    assert receipt["fees"] == {"items": 2, "sums": {"SEK": 12000}}
    assert receipt["interest"] == {"items": 1, "sums": {"SEK": 1234}}
    assert "Kapitalsumma: 3 000,50 kr" in text
    assert "1 kreditnota, -500,00 kr" in text
    assert "Avgifter: 120,00 kr i 2 ärenden (ingår inte i kapitalet)" in text
    assert "Ränta: 12,34 kr i 1 ärende" in text
    for words in ("krav_april.csv", f"{len(WITH_PARTS)} byte", "Heby kommun (heby/ekonomi)"):
        assert words in text and words in html


def test_currencies_apart(site, smtp):
    unit = site.unit()
    site.start()
    site.drop(unit, "b.csv", MIXED)
    delivery = site.wait_delivery("b.csv")["delivery"]
    text, html, receipt = check(smtp.wait_receipt(delivery))
    assert receipt["currency"] is None and receipt["sums"] == {"SEK": 100000, "EUR": 9990}
    assert "1 000,00 kr + 99,90 EUR" in text and "99,90 EUR (1 st)" in text
    assert "99,90\u00a0EUR" in html


def test_unreadable(site, smtp):
    """What came, and why it could not be read; and still a number and a sum."""
    unit = site.unit()
    site.start()
    data = bytes(range(256)) * 5
    site.drop(unit, "bild.bin", data)
    delivery = site.wait_delivery("bild.bin")["delivery"]
    text, html, receipt = check(smtp.wait_receipt(delivery))
    assert receipt["verdict"] in ("held", "rejected") and receipt["items"] == 0
    assert receipt["size"] == 1280 and receipt["format"] == "unknown"
    assert "Filen kunde inte läsas" in text and "är 1 280 byte, mottagna" in text
    assert "Antal: 0 poster" in text and "Kapitalsumma: 0" in text
    assert receipt["reasons"] and receipt["reasons"][0]["text"] in plain(mail_text(html))


def mail_text(html):
    import html as entities
    return entities.unescape(re.sub(r"<[^>]*>", " ", html))


def test_held_and_then(site, smtp):
    """The reasons in plain words and whom to call; then one mail for each decision."""
    site.partners["heby"]["contact"] = "Kommunstöd, 010-000 00 10"
    unit = site.unit(test_names=["prov*"], cool_off="1h")
    site.start()
    site.drop(unit, "prov.csv", files.case_csv(3))
    delivery = site.wait_delivery("prov.csv", "held")["delivery"]
    text, html, receipt = check(smtp.wait_receipt(delivery, "held"))
    assert receipt["reasons"][0]["level"] == "hold"
    assert receipt["reasons"][0]["text"] in text
    assert "Kommunstöd, 010-000 00 10" in text and "Kommunstöd, 010-000\u00a000\u00a010" in html
    assert site.ctl("release", delivery, "--reason", "stämmer").code == 0
    text, _, receipt = check(smtp.wait_receipt(delivery, "released"))
    assert "granskats och godkänts" in text and receipt["verdict"] == "released"
    assert site.ctl("recall", delivery, "--reason", "skickad två gånger").code == 0
    text, _, _ = check(smtp.wait_receipt(delivery, "recalled"))
    assert "Skäl: skickad två gånger" in text
    site.drop(unit, "prov2.csv", files.case_csv(3))
    second = site.wait_delivery("prov2.csv", "held")["delivery"]
    assert site.ctl("reject", second, "--reason", "fel månad").code == 0
    text, _, _ = check(smtp.wait_receipt(second, "rejected"))
    assert "Skäl: fel månad" in text


def test_names_beyond_ascii(site, smtp):
    """People's names, files and subjects in Swedish; long ones folded; headers cannot be made."""
    site.mail["from-name"] = "Inkasso, kvittenser för Åre"
    site.partners["heby"]["name"] = "Östra Göinge, kommunalförbund"
    unit = site.unit(copies_to=["kopia@inkasso.example"])
    site.start()
    name = "Påminnelser och krav för fjärde kvartalet, hyror och förskola_åäö.csv"
    site.drop(unit, name, files.case_csv(2))
    delivery = site.wait_delivery(name)["delivery"]
    mail = smtp.wait_receipt(delivery)
    message = mailcheck.check(mail.data)
    assert message["From"].addresses[0].display_name == "Inkasso, kvittenser för Åre"
    assert message["To"].addresses[0].display_name == site.partners["heby"]["name"]
    assert "Påminnelser och krav" in message["Subject"] and "ärenden" in message["Subject"]
    assert mail.receipt["file"] == name
    site.drop(unit, "a\r\nBcc: x@y.example\r\n\r\n<b>&.csv", files.case_csv(2))
    wait_until(lambda: len(smtp.receipts()) == 4, "two receipts and two copies")
    for mail in smtp.receipts():
        check(mail)
        assert mail["Bcc"] is None
    assert [m.recipients for m in smtp.receipts()].count(["kopia@inkasso.example"]) == 2
    rows = [r for r in site.rows("receipts") if r["to"] == "kopia@inkasso.example"]
    assert all(r["deadline"] is None for r in rows), rows


def test_texts_of_a_units_own(site, smtp):
    """A unit's templates are used for it alone; a wrong word is told with file and line, by
    config check as well as at a reload, and the old ones stay."""
    own = site.base / "templates"
    own.mkdir()
    (own / "receipt.sv.txt").write_text("Subject: Vår egen {items}\n\nHej {unit}!\n")
    (own / "receipt.sv.html").write_text("<html lang=\"sv\"><p>Hej {unit}!</p></html>\n")
    unit, other = site.unit(template_dir=str(own)), site.unit("teknik")
    site.start()
    site.drop(unit, "a.csv", files.case_csv(2))
    site.drop(other, "b.csv", files.case_csv(2))
    mail = smtp.wait_receipt(site.wait_delivery("a.csv")["delivery"])
    assert mail["Subject"] == "Vår egen 2" and plain(mail.text) == "Hej heby/ekonomi! "
    assert mail.receipt["items"] == 2
    mail = smtp.wait_receipt(site.wait_delivery("b.csv")["delivery"])
    assert mail["Subject"].startswith("Kvittens: b.csv")
    (own / "receipt.sv.txt").write_text("Subject: Vår egen\n\nHej {namn}!\n")
    answer = site.ctl("config", "check")
    assert answer.code == 1 and f"{own}/receipt.sv.txt:3: no such word \"namn\"" in answer.err
    assert site.reload() == "reload-refused"


needs_chromium = pytest.mark.skipif(not browser.CHROMIUM, reason="NO CHROMIUM: nothing was drawn")


@needs_chromium
def test_looks(site, smtp, tmp_path):
    """Every kind of receipt drawn at the width of a telephone and of a desk: something is to be
    seen, it fits, and it asks the network for nothing."""
    site.partners["heby"]["name"] = "Heby kommun"
    site.main["contact"] = "Driften, 010-000 00 00, drift@inkasso.example"
    site.partners["uppsala"] = {"name": "Uppsala kommun", "language": "en"}
    unit = site.unit(test_names=["prov*"], cool_off="1h")
    english = site.unit("miljo", "uppsala", test_names=["prov*"])
    site.start()
    drops = {"accepted": (unit, "inkasso_mars_2026_v10.csv", files.case_csv(12)),
             "parts": (unit, "krav_april.csv", WITH_PARTS),
             "mixed": (unit, "b.csv", MIXED),
             "unread": (unit, "bild_med_ett_mycket_långt_namn_utan_mellanrum_" + "x" * 60 + ".bin",
                        bytes(range(256)) * 5),
             "held": (unit, "prov_fakturor_2026-04.csv", files.case_csv(1234)),
             "rejected": (unit, "trasig.csv", files.case_csv(5).data.replace(b";items=5;",
                                                                           b";items=6;")),
             "held-en": (english, "prov.csv", files.case_csv(7))}
    mails = {}
    for kind, (where, name, data) in drops.items():
        site.drop(where, name, data)
        found = wait_until(lambda n=name: [m for m in smtp.receipts() if m.receipt["file"] == n],
                           f"a receipt of {name}", 60)
        mails[kind] = found[-1]
    site.ctl("release", mails["held"]["X-Sluss-Delivery"], "--reason", "stämmer")
    mails["released"] = smtp.wait_receipt(mails["held"]["X-Sluss-Delivery"], "released")
    for kind, mail in mails.items():
        check(mail)
        for width in (360, 800):
            size = browser.measure(mail.html, width, tmp_path)
            assert size["width"] <= width and size["wide"] == [], (kind, width, size)
            assert size["asked"] == [], (kind, size)
    for kind, width, dark in (("held", 360, False), ("accepted", 800, False),
                              ("parts", 360, True)):
        picture = browser.draw(mails[kind].html, width, tmp_path, kind, dark)
        assert not picture.is_blank(), (kind, width)
    if browser.PICTURES:
        for kind, mail in mails.items():
            browser.draw(mail.html, 360, tmp_path, kind)
            browser.draw(mail.html, 800, tmp_path, kind)
            (tmp_path / kind).write_text(mail.text)
            print(f"--- {kind}: {mail['Subject']}\n{mail.text}")
