"""Delivery files with the figures they must give: case-csv, BgMax, Peppol BIS 3.

Everything is made up. Numbers, debtors and amounts come from one counter, so that no two files
of a run share an item unless a test asks for it with `first`.
"""
import hashlib
import itertools
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

_next_item = itertools.count(1)


@dataclass
class Sample:
    data: bytes
    format: str
    kind: str
    items: int
    sum_minor: int
    currency: str = "SEK"
    test: bool = False
    numbers: list = field(default_factory=list)

    @property
    def blake2b(self):
        return hashlib.blake2b(self.data, digest_size=32).hexdigest()

    def with_data(self, data):
        return replace(self, data=data)


def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def luhn(digits):
    """The check digit behind the digits."""
    total = 0
    for i, c in enumerate(reversed(digits)):
        n = int(c) * (2 if i % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return str(-total % 10)


def ocr(number):
    body = f"{number:08d}"
    return body + luhn(body)


def organisation(number):
    body = f"5569{number % 100000:05d}"
    return body + luhn(body)


def amount_of(number):
    """An amount in öre, different from its neighbours'."""
    return 10000 + (number * 7919) % 900000


def kronor(minor):
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100},{abs(minor) % 100:02d}"


def take_numbers(items):
    first = next(_next_item)
    for _ in range(items - 1):
        next(_next_item)
    return first


COLUMNS = ("type;number;issue_date;due_date;amount;currency;reference;debtor_id;debtor_name;"
           "debtor_address;debtor_zip;debtor_city;payee_account;description")
DUE = date(2026, 4, 30)


def case_row(number, due=DUE, prefix="F", kind="case"):
    return ";".join([
        kind, f"{prefix}{number}", (due - timedelta(days=30)).isoformat(), due.isoformat(),
        kronor(amount_of(number)), "SEK", ocr(number), organisation(number),
        f"Gäldenär {number} AB", f"Storgatan {number % 200 + 1}", "744 30", "Heby", "5050-1055",
        "Barnomsorg"])


def case_csv(items=5, first=None, due=DUE, prefix="F", environment="P", intro=True, end=True,
             newline="\n", encoding="utf-8", producer="Ekonomisystemet", rows=None):
    first = take_numbers(max(items, 1)) if first is None else first
    numbers = list(range(first, first + items))
    total = sum(amount_of(n) for n in numbers)
    lines = []
    if intro:
        lines.append(f"#case-csv;version=1;producer={producer};created=2026-03-02T06:12:00;"
                     f"environment={environment}")
    lines.append(COLUMNS)
    lines += rows if rows is not None else [case_row(n, due, prefix) for n in numbers]
    if end:
        lines.append(f"#end;items={items};sum={kronor(total)}")
    text = newline.join(lines) + newline
    return Sample(text.encode(encoding), "case-csv", "cases", items, total,
                  test=environment == "T", numbers=[f"{prefix}{n}" for n in numbers])


def bgmax(items=5, first=None, mark="P", newline="\r\n", written="20260302173035010331"):
    first = take_numbers(items) if first is None else first
    numbers = list(range(first, first + items))
    total = sum(amount_of(n) for n in numbers)
    records = [f"01{'BGMAX':<20}01{written}{mark}", f"05{50501055:010d}{'':10}SEK"]
    for n in numbers:
        records.append(f"20{0:010d}{ocr(n):>25}{amount_of(n):018d}21{n:012d}0")
        records.append(f"26{f'Betalare {n} ÅÄÖ AB':<35}")
    records.append(f"15{'':19}{9000:04d}{1234567:012d}20260302{1:05d}{total:018d}SEK"
                   f"{items:08d}K")
    records.append(f"70{items:08d}{0:08d}{0:08d}{1:08d}")
    data = newline.join(f"{r:<80}" for r in records) + newline
    return Sample(data.encode("latin-1"), "bgmax", "payments", items, total,
                  test=mark == "T", numbers=[f"{n:012d}" for n in numbers])


PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>{customization}</cbc:CustomizationID>
 <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
 <cbc:ID>{number}</cbc:ID>
 <cbc:IssueDate>2026-03-01</cbc:IssueDate>
 <cbc:DueDate>2026-03-31</cbc:DueDate>
 <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
 <cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
 <cbc:BuyerReference>Nämnden 42</cbc:BuyerReference>
 <cac:AccountingSupplierParty><cac:Party>
  <cbc:EndpointID schemeID="0007">2120000241</cbc:EndpointID>
  <cac:PostalAddress><cbc:StreetName>Tingsgatan 11</cbc:StreetName>
   <cbc:CityName>Heby</cbc:CityName><cbc:PostalZone>744 88</cbc:PostalZone>
   <cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country>
  </cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>SE212000024101</cbc:CompanyID>
   <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Heby kommun</cbc:RegistrationName>
   <cbc:CompanyID schemeID="0007">2120000241</cbc:CompanyID></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party>
  <cbc:EndpointID schemeID="0007">{buyer}</cbc:EndpointID>
  <cac:PostalAddress><cbc:CityName>Heby</cbc:CityName><cbc:PostalZone>744 30</cbc:PostalZone>
   <cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country>
  </cac:PostalAddress>
  <cac:PartyLegalEntity><cbc:RegistrationName>Gäldenär AB</cbc:RegistrationName>
   <cbc:CompanyID schemeID="0007">{buyer}</cbc:CompanyID></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingCustomerParty>
 <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
  <cbc:PaymentID>{reference}</cbc:PaymentID>
  <cac:PayeeFinancialAccount><cbc:ID>50501055</cbc:ID>
   <cac:FinancialInstitutionBranch><cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch>
  </cac:PayeeFinancialAccount>
 </cac:PaymentMeans>
 <cac:TaxTotal><cbc:TaxAmount currencyID="SEK">{tax}</cbc:TaxAmount>
  <cac:TaxSubtotal><cbc:TaxableAmount currencyID="SEK">{net}</cbc:TaxableAmount>
   <cbc:TaxAmount currencyID="SEK">{tax}</cbc:TaxAmount>
   <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>
 </cac:TaxTotal>
 <cac:LegalMonetaryTotal>
  <cbc:LineExtensionAmount currencyID="SEK">{net}</cbc:LineExtensionAmount>
  <cbc:TaxExclusiveAmount currencyID="SEK">{net}</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="SEK">{payable}</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="SEK">{payable}</cbc:PayableAmount>
 </cac:LegalMonetaryTotal>
{lines}</Invoice>
"""

UBL_LINE = """ <cac:InvoiceLine><cbc:ID>{id}</cbc:ID>
  <cbc:InvoicedQuantity unitCode="EA">1</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount currencyID="SEK">{net}</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>Barnomsorg</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>
   <cbc:Percent>25</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
  </cac:ClassifiedTaxCategory></cac:Item>
  <cac:Price><cbc:PriceAmount currencyID="SEK">{net}</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
"""


def point(minor):
    return f"{minor // 100}.{minor % 100:02d}"


def ubl(lines=2, first=None):
    number = take_numbers(1) if first is None else first
    net = amount_of(number) * 4
    tax = net // 4
    part = net // lines
    nets = [part] * (lines - 1) + [net - part * (lines - 1)]
    text = UBL.format(
        customization=PEPPOL, number=f"U{number}", buyer=organisation(number),
        reference=ocr(number), tax=point(tax), net=point(net), payable=point(net + tax),
        lines="".join(UBL_LINE.format(id=i + 1, net=point(n)) for i, n in enumerate(nets)))
    return Sample(text.encode(), "peppol-bis-3", "invoices", 1, net + tax,
                  numbers=[f"U{number}"])


ENDINGS = {"case-csv": "csv", "bgmax": "txt", "peppol-bis-3": "xml"}
EACH = {"case-csv": case_csv, "bgmax": bgmax, "peppol-bis-3": ubl}
