"""The files that the demo sends: made up, but of the shape and size of real ones.

    files.py DIRECTORY        write them all there

Names, addresses and amounts are invented. Identity numbers have right check digits and birth
dates in the 1890s, so that they are nobody's who could mind. The same day gives the same bytes.
"""

import datetime
import pathlib
import random
import sys

BANKGIRO = "5050-1055"

FIRST = """Åsa Björn Karin Göran Eva Lars Maria Anders Ingrid Sven Kerstin Per Linnéa Olof Sara
Nils Elin Jan Astrid Erik Hanna Mats Ulla Gustav Märta Tomas""".split()
LAST = """Åkerman Berglund Öberg Lindqvist Sjöström Hägg Norén Dahl Wikström Ekblad Forsgren
Hedlund Jönsson Kvist Lundin Mård Nyström Palm Rosén Sandell Tägtström Vallin""".split()
STREETS = """Tegelbruksgatan Östra_Ringgatan Kyrkvägen Stationsgatan Ekvägen Björkgatan
Hammarvägen Skolgatan Ågatan Lövstavägen""".split()
TOWNS = [("74430", "Heby"), ("74450", "Morgongåva"), ("74093", "Östervåla"), ("74471", "Tärnsjö"),
         ("74453", "Vittinge"), ("74046", "Harbo")]
FEES = [("Barnomsorg", 312, 1572), ("VA och renhållning", 640, 2890), ("Hemtjänst", 190, 2350),
        ("Hyra, omsorgsboende", 4210, 7480), ("Musikskola", 650, 900),
        ("Bygglov", 1250, 12400), ("Förseningsavgift bibliotek", 60, 180)]


def luhn(digits: str) -> str:
    total = 0
    for i, digit in enumerate(reversed(digits)):
        n = int(digit) * (2 if i % 2 == 0 else 1)
        total += n // 10 + n % 10
    return str(-total % 10)


def reference(serial: int) -> str:
    """An OCR number with length digit and check digit."""
    body = f"{serial}"
    body += str((len(body) + 2) % 10)
    return body + luhn(body)


def person(rng: random.Random) -> str:
    ten = f"{rng.randint(90, 99)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}" \
          f"{rng.randint(100, 979)}"
    return f"18{ten[:6]}-{ten[6:]}{luhn(ten)}"


def company(rng: random.Random) -> str:
    nine = f"5599{rng.randint(0, 99999):05}"
    return f"{nine[:6]}-{nine[6:]}{luhn(nine)}"


def kronor(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02}"


def cases(day: datetime.date, count: int, first: int, environment: str = "P",
          producer: str = "Ekot Faktura 7.2") -> str:
    """Invoices that were not paid in time, handed over for reminder: a file in case-csv."""
    rng = random.Random(first)
    issued = day - datetime.timedelta(days=44)
    due = day - datetime.timedelta(days=14)
    lines = [f"#case-csv;version=1;producer={producer};created={day}T06:12:00;"
             f"environment={environment}",
             "type;number;issue_date;due_date;amount;currency;reference;debtor_id;debtor_name;"
             "debtor_address;debtor_zip;debtor_city;payee_account;description"]
    total = 0
    for n in range(count):
        number = first + n
        what, least, most = rng.choice(FEES)
        amount = rng.randint(least, most) * 100 + rng.choice([0, 0, 0, 50])
        total += amount
        if rng.random() < 0.12:
            who, name = company(rng), f"{rng.choice(LAST)}s Bygg AB"
        else:
            who, name = person(rng), f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        street = f"{rng.choice(STREETS).replace('_', ' ')} {rng.randint(1, 64)}"
        zip_code, town = rng.choice(TOWNS)
        lines.append(f"case;{number};{issued};{due};{kronor(amount)};SEK;{reference(number)};{who};"
                     f"{name};{street};{zip_code};{town};{BANKGIRO};{what}")
    lines.append(f"#end;items={count};sum={kronor(total)}")
    return "\n".join(lines) + "\n"


def invoice(day: datetime.date) -> str:
    """A PEPPOL BIS Billing 3 invoice: rent of a hall, with two VAT rates."""
    due = day + datetime.timedelta(days=30)
    seller = "212000993" + luhn("212000993")
    buyer = "559900417" + luhn("559900417")
    lines = [("Hyra av Folkets hus, stora salen, 2 kvällar", 2, 1850, 25),
             ("Kaffe och smörgås, 60 personer", 60, 65, 12)]
    amounts = {rate: sum(q * p for _, q, p, r in lines if r == rate) for rate in (25, 12)}
    tax = {rate: amount * rate / 100 for rate, amount in amounts.items()}
    net, vat = sum(amounts.values()), sum(tax.values())

    def party(role: str, number: str, name: str, street: str, town: str, zip_code: str) -> str:
        return f"""
  <cac:{role}>
    <cac:Party>
      <cbc:EndpointID schemeID="0007">{number}</cbc:EndpointID>
      <cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>
      <cac:PostalAddress>
        <cbc:StreetName>{street}</cbc:StreetName>
        <cbc:CityName>{town}</cbc:CityName>
        <cbc:PostalZone>{zip_code}</cbc:PostalZone>
        <cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country>
      </cac:PostalAddress>
      <cac:PartyTaxScheme>
        <cbc:CompanyID>SE{number}01</cbc:CompanyID>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
      </cac:PartyTaxScheme>
      <cac:PartyLegalEntity>
        <cbc:RegistrationName>{name}</cbc:RegistrationName>
        <cbc:CompanyID schemeID="0007">{number}</cbc:CompanyID>
      </cac:PartyLegalEntity>
    </cac:Party>
  </cac:{role}>"""

    subtotals = "".join(f"""
    <cac:TaxSubtotal>
      <cbc:TaxableAmount currencyID="SEK">{amounts[rate]:.2f}</cbc:TaxableAmount>
      <cbc:TaxAmount currencyID="SEK">{tax[rate]:.2f}</cbc:TaxAmount>
      <cac:TaxCategory>
        <cbc:ID>S</cbc:ID>
        <cbc:Percent>{rate}</cbc:Percent>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
      </cac:TaxCategory>
    </cac:TaxSubtotal>""" for rate in amounts)
    rows = "".join(f"""
  <cac:InvoiceLine>
    <cbc:ID>{n}</cbc:ID>
    <cbc:InvoicedQuantity unitCode="EA">{quantity}</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="SEK">{quantity * price:.2f}</cbc:LineExtensionAmount>
    <cac:Item>
      <cbc:Name>{name}</cbc:Name>
      <cac:ClassifiedTaxCategory>
        <cbc:ID>S</cbc:ID>
        <cbc:Percent>{rate}</cbc:Percent>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
      </cac:ClassifiedTaxCategory>
    </cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="SEK">{price:.2f}</cbc:PriceAmount></cac:Price>
  </cac:InvoiceLine>""" for n, (name, quantity, price, rate) in enumerate(lines, 1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>8104417</cbc:ID>
  <cbc:IssueDate>{day}</cbc:IssueDate>
  <cbc:DueDate>{due}</cbc:DueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
  <cbc:BuyerReference>K-Å Lundin</cbc:BuyerReference>{
    party("AccountingSupplierParty", seller, "Heby kommun", "Tingsgatan 11", "Heby", "74430")}{
    party("AccountingCustomerParty", buyer, "Morgongåva Teater AB", "Kyrkvägen 3", "Morgongåva",
          "74450")}
  <cac:PaymentMeans>
    <cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
    <cbc:PaymentID>{reference(8104417)}</cbc:PaymentID>
    <cac:PayeeFinancialAccount>
      <cbc:ID>{BANKGIRO.replace("-", "")}</cbc:ID>
      <cac:FinancialInstitutionBranch><cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch>
    </cac:PayeeFinancialAccount>
  </cac:PaymentMeans>
  <cac:TaxTotal>
    <cbc:TaxAmount currencyID="SEK">{vat:.2f}</cbc:TaxAmount>{subtotals}
  </cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="SEK">{net:.2f}</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="SEK">{net:.2f}</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="SEK">{net + vat:.2f}</cbc:TaxInclusiveAmount>
    <cbc:PayableAmount currencyID="SEK">{net + vat:.2f}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>{rows}
</Invoice>
"""


def payments(day: datetime.date) -> bytes:
    """A BgMax file: what Bankgirot says was paid to the company's account yesterday."""
    day = min(day, datetime.date(2026, 11, 27))  # the last day that Bankgirot makes them
    rng = random.Random(7)
    records = [f"01BGMAX               01{day:%Y%m%d}061200000001P",
               f"05{BANKGIRO.replace('-', ''):0>10}{'':10}SEK"]
    count, total = 12, 0
    for n in range(count):
        amount = rng.randint(300, 4200) * 100
        total += amount
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        records.append(f"20{0:010}{reference(1000300 + n):<25}{amount:018}21{n + 1:012}0")
        records.append(f"26{name}")
    records.append(f"15{0:035}{day:%Y%m%d}{1:05}{total:018}SEK{count:08}")
    records.append(f"70{count:08}{0:08}{0:08}{1:08}")
    return "".join(f"{record:<80}\r\n" for record in records).encode("iso-8859-1")


def write_all(directory: pathlib.Path, day: datetime.date) -> None:
    stamp = f"{day:%y%m%d}"
    monday = cases(day, 40, 1000300)
    texts = {
        f"KRAV_{stamp}.csv": monday,
        # The same bytes once more, after somebody pressed the button twice.
        f"KRAV_{stamp}_ny.csv": monday,
        # From the test system, in the production inbox, under a name like any other.
        f"KRAV_{stamp}_2.csv": cases(day, 2200, 5000001, "T", "Ekot Faktura 8.0"),
        # The connection broke on the way.
        f"KRAV_{stamp}_3.csv": cases(day, 120, 1000400)[:9000],
        # Real cases under a name that a script was tried out with.
        f"test_gatukontoret_{stamp}.csv": cases(day, 18, 1000600),
        # Sent while the gate was down.
        f"KRAV_{stamp}_4.csv": cases(day, 25, 1000700),
        "faktura_8104417.xml": invoice(day),
    }
    for name, text in texts.items():
        (directory / name).write_bytes(text.encode())
    (directory / f"BGMAX_{stamp}.txt").write_bytes(payments(day))
    # Something else altogether.
    (directory / "Protokoll KS.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(4096))


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write_all(target, datetime.date.today())
