"""formats.py -- a file of any size in each format, for bench.py and tests/hostile

One row a format: what stands before, one record, what stands behind, each as a function of the
number of records (or the record's own number), so that every control total agrees. The amounts
run through 5000 values.
"""
from collections import namedtuple

Format = namedtuple("Format", "yardstick encoding head record tail")
TEXT = ["b2sum", "-l", "256"]
XML = ["xmllint", "--stream", "--noout"]


def minor(i):
    return 10000 + i % 5000


def total(n):
    """The sum of minor(0) to minor(n - 1)."""
    rounds, rest = divmod(n, 5000)
    return n * 10000 + rounds * (4999 * 5000 // 2) + rest * (rest - 1) // 2


def point(amount):
    return f"{amount // 100}.{amount % 100:02d}"


def comma(amount):
    return f"{amount // 100},{amount % 100:02d}"


def line(text):
    return text.ljust(80) + "\r\n"


CSV = Format(
    TEXT, "utf-8",
    lambda n: "number;due_date;amount;debtor_id;debtor_name;debtor_address;description\n",
    lambda i: (f"F{2026000000 + i};2026-{1 + i % 12:02d}-28;{comma(minor(i))};556{i % 10000000:07d};"
               f"Gäldenär nummer {i:09d};Storgatan {i % 200:03d}, 744 30 Heby;VA-avgift\n"),
    lambda n: f"#end;items={n};sum={comma(total(n))}\n")

BGMAX = Format(
    TEXT, "latin-1",
    lambda n: line("01BGMAX               0120260302173035010331P") + line("050050501055          SEK"),
    lambda i: (line(f"20{i % 9000000 + 1000000:010d}{i:>25}{minor(i):018d}21{i:012d}0")
               + line(f"26Betalare nummer {i}")),
    lambda n: (line(f"15{0:035d}20260302{1:05d}{total(n):018d}SEK{n:08d} ")
               + line(f"70{n:08d}{0:08d}{0:08d}{1:08d}")))

TOTAL_IN = Format(
    TEXT, "latin-1",
    lambda n: (line("00TI555001    2026030206120012345601TL1TOTALIN")
               + line("1058051235".ljust(38) + "SEK20260302")),
    lambda i: (line(f"20{i:<35}{minor(i):015d}26030200{i:09d}"[:80])
               + line(f"50Betalare nummer {i}")),
    lambda n: (line(f"90{n:08d}{total(n):017d}20260302001") + line(f"99{2 * n + 4:015d}")))

LB = Format(
    TEXT, "latin-1",
    lambda n: line("110058051234260302LEVERANTÖRSBETALNINGAR"),
    lambda i: line(f"1400123456741{i:<24}{minor(i):012d}260310     VERIF {i}"),
    lambda n: line(f"290058051234{n:08d}{total(n):012d}"))

BANKGIRO_OCR = Format(
    TEXT, "latin-1",
    lambda n: (line("00555001".ljust(49) + "260302".ljust(22) + "BANKGIROT") + line("10")
               + line("20        58051234") + line("30        58051234260302")),
    lambda i: line(f"40{i:>25}{minor(i):013d}        {i:010d}"),
    lambda n: (line(f"50        58051234260302{n:07d}{total(n):015d}")
               + line(f"90                260302{n:07d}{total(n):015d}")))

AUTOGIRO = Format(
    TEXT, "latin-1",
    lambda n: (line("01AUTOGIRO              20260302061200123456BET. SPEC & STOPP TK5550010058051234")
               + line(f"15{0:035d}2026030200001{total(n):018d}   {n:08d} ")),
    lambda i: line(f"82202603020    {i:016d}{minor(i):012d}0058051234{i:<16}          0"),
    lambda n: line(f"09202603029900000001{n:012d}{0:06d}{0:012d}{0:06d}{0:012d}"))

def zeros(text):
    return text.ljust(80, "0") + "\r\n"


OCR_GIRO = Format(
    TEXT, "latin-1",
    lambda n: zeros("NY00001000008080020300100123456") + zeros("NY090020001234567000000199998877661"),
    lambda i: (zeros(f"NY091030{i + 1:07d}03032613021{i % 100000:05d}0{minor(i):017d}{i:>25}")
               + zeros(f"NY091031{i + 1:07d}{i:010d}{i:09d}000000003032686011117947")),
    lambda n: (zeros(f"NY090088{n:08d}{2 * n + 2:08d}{total(n):017d}030326030326030326")
               + zeros(f"NY000089{n:08d}{2 * n + 4:08d}{total(n):017d}030326")))

UBL = ('xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"\n'
       ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"\n'
       ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"')
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


VAT_SE = ("<cac:PartyTaxScheme><cbc:CompanyID>SE212000082901</cbc:CompanyID><cac:TaxScheme>"
          "<cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>")


def peppol_head(n):
    due = f"{n * 100}.00"
    party = ('<cac:PostalAddress><cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country>'
             '</cac:PostalAddress>{}<cac:PartyLegalEntity><cbc:RegistrationName>{}</cbc:RegistrationName>'
             '{}</cac:PartyLegalEntity></cac:Party>')
    return f"""{DECLARATION}<Invoice {UBL}>
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
<cbc:ID>20260001</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DueDate>2026-03-31</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>0150abc</cbc:BuyerReference>
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="0007">2120000829</cbc:EndpointID>
{party.format(VAT_SE, "Exempelkommun", "<cbc:CompanyID>2120000829</cbc:CompanyID>")}</cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="0007">5560360793</cbc:EndpointID>
{party.format("", "Kund AB", "")}</cac:AccountingCustomerParty>
<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>123456789023</cbc:PaymentID><cac:PayeeFinancialAccount><cbc:ID>58051234</cbc:ID><cac:FinancialInstitutionBranch><cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">0.00</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount currencyID="SEK">{due}</cbc:TaxableAmount><cbc:TaxAmount currencyID="SEK">0.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">{due}</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID="SEK">{due}</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount currencyID="SEK">{due}</cbc:TaxInclusiveAmount><cbc:PayableAmount currencyID="SEK">{due}</cbc:PayableAmount></cac:LegalMonetaryTotal>
"""


PEPPOL = Format(
    XML, "utf-8", peppol_head,
    lambda i: (f'<cac:InvoiceLine><cbc:ID>{i + 1:08d}</cbc:ID><cbc:InvoicedQuantity unitCode="MTQ">1</cbc:InvoicedQuantity>'
               '<cbc:LineExtensionAmount currencyID="SEK">100.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Vatten</cbc:Name>'
               '<cac:ClassifiedTaxCategory><cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID>'
               '</cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID="SEK">100.00'
               '</cbc:PriceAmount></cac:Price></cac:InvoiceLine>\n'),
    lambda n: "</Invoice>\n")


def ubl_head(customization, currency, company, n):
    """OIOUBL and the Norwegian reminder: no tax, so that all totals are the same."""
    return f"""{DECLARATION}<Invoice {UBL}>
<cbc:UBLVersionID>2.0</cbc:UBLVersionID><cbc:CustomizationID>{customization}</cbc:CustomizationID>
<cbc:ID>F-5520</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Havnens Lager</cbc:RegistrationName>
<cbc:CompanyID>{company}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Åkerviks Bageri</cbc:Name></cac:PartyName></cac:Party></cac:AccountingCustomerParty>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="{currency}">{n * 100}.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="{currency}">{0 if currency == "DKK" else n * 100}.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="{currency}">{n * 100}.00</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="{currency}">{n * 100}.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
"""


def ubl(customization, currency, company):
    return Format(
        XML, "utf-8", lambda n: ubl_head(customization, currency, company, n),
        lambda i: (f'<cac:InvoiceLine><cbc:ID>{i + 1:08d}</cbc:ID><cbc:InvoicedQuantity unitCode="MTQ">1</cbc:InvoicedQuantity>'
                   f'<cbc:LineExtensionAmount currencyID="{currency}">100.00</cbc:LineExtensionAmount><cac:Item>'
                   '<cbc:Description>Leie av lager</cbc:Description><cbc:Name>Lager</cbc:Name></cac:Item><cac:Price>'
                   f'<cbc:PriceAmount currencyID="{currency}">100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>\n'),
        lambda n: "</Invoice>\n")


EHF = ("urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0#conformant#"
       "urn:fdc:anskaffelser.no:2019:ehf:reminder:3.0")

SVEFAKTURA = Format(
    XML, "utf-8",
    lambda n: f"""{DECLARATION}<Invoice xmlns="urn:sfti:documents:BasicInvoice:1:0" xmlns:cac="urn:sfti:CommonAggregateComponents:1:0" xmlns:cbc="urn:oasis:names:tc:ubl:CommonBasicComponents:1:0">
<ID>2026-1187</ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><InvoiceTypeCode>380</InvoiceTypeCode>
<InvoiceCurrencyCode>SEK</InvoiceCurrencyCode><LineItemCountNumeric>{n}</LineItemCountNumeric>
<cac:BuyerParty><cac:Party><cac:PartyName><cbc:Name>Åkerviks Bageri AB</cbc:Name></cac:PartyName></cac:Party></cac:BuyerParty>
<cac:SellerParty><cac:Party><cac:PartyName><cbc:Name>Almby kommun</cbc:Name></cac:PartyName></cac:Party></cac:SellerParty>
<cac:LegalTotal><cbc:LineExtensionTotalAmount amountCurrencyID="SEK">{n * 100}.00</cbc:LineExtensionTotalAmount>
<cbc:TaxExclusiveTotalAmount amountCurrencyID="SEK">{n * 100}.00</cbc:TaxExclusiveTotalAmount>
<cbc:TaxInclusiveTotalAmount amountCurrencyID="SEK">{n * 100}.00</cbc:TaxInclusiveTotalAmount></cac:LegalTotal>
""",
    lambda i: (f'<cac:InvoiceLine><cac:ID>{i + 1:08d}</cac:ID><cbc:InvoicedQuantity quantityUnitCode="styck">1</cbc:InvoicedQuantity>'
               '<cbc:LineExtensionAmount amountCurrencyID="SEK">100.00</cbc:LineExtensionAmount>'
               '<cac:Item><cbc:Description>Slamtömning</cbc:Description></cac:Item></cac:InvoiceLine>\n'),
    lambda n: "</Invoice>\n")

FINVOICE = Format(
    XML, "iso-8859-15",
    lambda n: f"""<?xml version="1.0" encoding="ISO-8859-15"?>
<Finvoice Version="3.0"><SellerPartyDetails><SellerPartyIdentifier>9999999-9</SellerPartyIdentifier></SellerPartyDetails>
<BuyerPartyDetails><BuyerPartyIdentifier>9999998-8</BuyerPartyIdentifier></BuyerPartyDetails>
<InvoiceDetails><InvoiceTypeCode>INV01</InvoiceTypeCode><OriginCode>Original</OriginCode>
<InvoiceNumber>F-88</InvoiceNumber><InvoiceDate Format="CCYYMMDD">20260302</InvoiceDate>
<InvoiceTotalVatIncludedAmount AmountCurrencyIdentifier="EUR">{n * 100},00</InvoiceTotalVatIncludedAmount></InvoiceDetails>
""",
    lambda i: (f'<InvoiceRow><ArticleIdentifier>{i:08d}</ArticleIdentifier><ArticleName>Varastointi, sisältää käsittelyn</ArticleName>'
               '<DeliveredQuantity QuantityUnitCode="kpl">1,00</DeliveredQuantity>'
               '<RowVatExcludedAmount AmountCurrencyIdentifier="EUR">100,00</RowVatExcludedAmount></InvoiceRow>\n'),
    lambda n: "</Finvoice>\n")

CII = Format(
    XML, "utf-8",
    lambda n: f"""{DECLARATION}<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>R-3301</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString format="102">20260302</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
""",
    lambda i: (f'<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>{i + 1:08d}</ram:LineID>'
               '</ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct><ram:Name>Lagerung</ram:Name></ram:SpecifiedTradeProduct>'
               '<ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>100.00'
               '</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>'
               '</ram:IncludedSupplyChainTradeLineItem>\n'),
    lambda n: f"""<ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Hafen GmbH</ram:Name></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Åkerviks Bageri AB</ram:Name></ram:BuyerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>{n * 100}.00</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>{n * 100}.00</ram:TaxBasisTotalAmount><ram:GrandTotalAmount>{n * 100}.00</ram:GrandTotalAmount>
<ram:DuePayableAmount>{n * 100}.00</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>
""")


def entry(i):
    return f"""<Ntry><NtryRef>{i:09d}</NtryRef><Amt Ccy="SEK">{point(minor(i))}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><Dt>2026-03-03</Dt></ValDt><AcctSvcrRef>B{i:09d}</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="SEK">{point(minor(i))}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>Betalare nummer {i:09d}</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{i:012d}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


def balance(code, amount):
    return (f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="SEK">{point(amount)}</Amt>'
            '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>\n')


def camt(message, root, report):
    def head(n):
        balances = balance("OPBD", 0) + balance("CLBD", total(n)) if message == "camt.053" else ""
        return f"""{DECLARATION}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}.001.08"><{root}>
<GrpHdr><MsgId>20260302-0001</MsgId><CreDtTm>2026-03-02T18:05:11+01:00</CreDtTm></GrpHdr>
<{report}><Id>1</Id><CreDtTm>2026-03-02T18:05:11+01:00</CreDtTm>
<Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id><Ccy>SEK</Ccy></Acct>
{balances}<TxsSummry><TtlNtries><NbOfNtries>{n}</NbOfNtries><Sum>{point(total(n))}</Sum></TtlNtries></TxsSummry>
"""
    return Format(XML, "utf-8", head, entry, lambda n: f"</{report}></{root}></Document>\n")


PAIN = Format(
    XML, "utf-8",
    lambda n: f"""{DECLARATION}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>M-20260302</MsgId><CreDtTm>2026-03-02T06:12:00+01:00</CreDtTm><NbOfTxs>{n}</NbOfTxs><CtrlSum>{point(total(n))}</CtrlSum><InitgPty><Nm>Almby kommun</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{n}</NbOfTxs><CtrlSum>{point(total(n))}</CtrlSum>
<ReqdExctnDt><Dt>2026-03-04</Dt></ReqdExctnDt><Dbtr><Nm>Almby kommun</Nm></Dbtr><DbtrAcct><Id><IBAN>SE3550000000054910000003</IBAN></Id></DbtrAcct>
""",
    lambda i: f"""<CdtTrfTxInf><PmtId><InstrId>I-{i:09d}</InstrId><EndToEndId>E-{i:09d}</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="SEK">{point(minor(i))}</InstdAmt></Amt><Cdtr><Nm>Åkerviks Bageri AB</Nm></Cdtr>
<CdtrAcct><Id><IBAN>SE4550000000058398257466</IBAN></Id></CdtrAcct>
<RmtInf><Strd><CdtrRefInf><Ref>{i:012d}</Ref></CdtrRefInf></Strd></RmtInf></CdtTrfTxInf>
""",
    lambda n: "</PmtInf></CstmrCdtTrfInitn></Document>\n")


def invoic(i):
    return f"""UNH+{i:09d}+INVOIC:D:96A:UN:EAN008'
BGM+380+F{i:09d}+9'
DTM+137:20260115:102'
RFF+PQ:{i:012d}'
NAD+BY+7300009000014::9'
RFF+GN:5560360793'
NAD+IV+++Åsa Exempel+Storgatan 1+Heby++74431+SE'
RFF+VA:SE121212121201'
NAD+SU+7300009000021::9++Tekniska kontoret'
FII+RB+5805-1234+BK'
CUX+2:SEK:4'
PAT+3'
DTM+13:20260214:102'
LIN+1++1000:SA'
IMD+F++:::Vatten ?+ avlopp'
QTY+47:1:PCE'
MOA+203:80.00'
TAX+7+VAT+++:::25+S'
UNS+S'
CNT+2:1'
MOA+79:80.00'
MOA+125:80.00'
MOA+176:20.00'
MOA+9:100.00'
UNT+25+{i:09d}'
"""


EDIFACT = Format(
    TEXT, "latin-1",
    lambda n: "UNA:+.? '\nUNB+UNOC:3+7300009000021:14+7300009000038:14+260115:0930+77++INVOIC'\n",
    invoic,
    lambda n: f"UNZ+{n}+77'\n")

MT940 = Format(
    TEXT, "latin-1",
    lambda n: ":20:STARTUMSE\r\n:25:50000000/0054910000003\r\n:28C:00001/001\r\n:60F:C260301SEK0,00\r\n",
    lambda i: (f":61:2603020302C{comma(minor(i))}NTRF{i:012d}//B{i:09d}\r\n"
               f":86:Betalare nummer {i:09d} referens {i:012d}\r\n"),
    lambda n: f":62F:C260302SEK{comma(total(n))}\r\n-\r\n")

FORMATS = {
    "bgmax": BGMAX,
    "case-csv": CSV,
    "total-in": TOTAL_IN,
    "autogiro": AUTOGIRO,
    "lb": LB,
    "bankgiro-ocr": BANKGIRO_OCR,
    "ocr-giro": OCR_GIRO,
    "mt940": MT940,
    "edifact-invoic": EDIFACT,
    "camt.052": camt("camt.052", "BkToCstmrAcctRpt", "Rpt"),
    "camt.053": camt("camt.053", "BkToCstmrStmt", "Stmt"),
    "camt.054": camt("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    "pain.001": PAIN,
    "peppol-bis-3": PEPPOL,
    "svefaktura": SVEFAKTURA,
    "finvoice": FINVOICE,
    "oioubl": ubl("OIOUBL-2.02", "DKK", "99999999"),
    "ehf-reminder": ubl(EHF, "NOK", "999999999"),
    "cii": CII,
}

BLOCK = 5000


def write(name, path, size):
    """A valid file of about `size` bytes; how many records it holds."""
    form = FORMATS[name]
    n = max(1, size // len(form.record(0).encode(form.encoding)))
    with open(path, "w", encoding=form.encoding, newline="") as f:
        f.write(form.head(n))
        for start in range(0, n, BLOCK):
            f.write("".join(map(form.record, range(start, min(start + BLOCK, n)))))
        f.write(form.tail(n))
    return n
