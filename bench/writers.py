"""writers.py -- items as the files of different systems

A Style is the habit of one finance system: what it calls itself, which columns in which order,
line ends, encoding. Two systems differ in several of these, as they do in life.
"""
import collections
import itertools

Item = collections.namedtuple(
    "Item", "type number issued due minor reference party payee text")
Style = collections.namedtuple(
    "Style", "format producer columns newline encoding point head end name quoted")

ALL = ("type", "number", "issue_date", "due_date", "amount", "currency", "reference", "debtor_id",
       "debtor_name", "debtor_address", "debtor_zip", "debtor_city", "payee_account", "description")
ORDERS = (
    ALL,
    ("number", "debtor_id", "debtor_name", "debtor_address", "debtor_zip", "debtor_city",
     "issue_date", "due_date", "amount", "currency", "reference", "payee_account", "type",
     "description"),
    ("debtor_id", "debtor_name", "debtor_address", "debtor_zip", "debtor_city", "number",
     "reference", "amount", "due_date", "issue_date", "type", "payee_account", "description"),
    ("reference", "number", "type", "due_date", "amount", "debtor_id", "debtor_name",
     "debtor_zip", "debtor_city", "issue_date", "payee_account"),
    ("type", "debtor_name", "debtor_id", "number", "amount", "issue_date", "due_date",
     "description", "reference", "payee_account", "debtor_address", "debtor_zip", "debtor_city"),
    ("number", "due_date", "amount", "debtor_id", "debtor_name"),
    ("number", "issue_date", "due_date", "amount", "reference", "debtor_id", "debtor_name"),
)
SYSTEMS = ("Ekonomi Total 6.2", "Raindance 2023.1", "UBW 7.8", "Visma Proceedo 22", "EDP Future 4",
           "VAbas 11.3", "Agresso M7", "Prosolvia 3.0", "Combine 5.1", "Hypergene 9")


def style(rng, kind="case-csv", other_than=None):
    """A system's habit by chance; not the one of `other_than`."""
    while True:
        made = Style(kind, rng.choice(SYSTEMS), rng.choice(ORDERS), rng.choice(("\n", "\r\n")),
                     rng.choice(("utf-8", "latin-1")), rng.choice(",."),
                     rng.random() < 0.6, rng.random() < 0.5, rng.randrange(4),
                     rng.random() < 0.3)
        if other_than is None:
            return made
        if made.columns != other_than.columns and made.newline != other_than.newline:
            return made


def money(minor, point=","):
    sign, minor = "-" if minor < 0 else "", abs(minor)
    return f"{sign}{minor // 100}{point}{minor % 100:02d}"


def file_name(made, unit, day, serial):
    short = unit.split("/")[1]
    return ({"bgmax": f"BGMAX.D{day:%y%m%d}.T{serial:04d}",
             "camt.054": f"camt054_{day:%Y%m%d}_{serial:05d}.xml"}.get(made.format)
            or (f"{short}_{day:%Y%m%d}.csv", f"{short.upper()}{serial:06d}.csv",
                f"{day:%y%m%d}_{short}_{serial:04d}.csv",
                f"fakturor-{day.isoformat()}.csv")[made.name])


def quote(text):
    return '"' + text.replace('"', '""') + '"'


# --- case-csv ------------------------------------------------------------------------------------

def field(made, name, item):
    party = item.party
    value = {
        "type": item.type, "number": item.number, "issue_date": item.issued,
        "due_date": item.due, "amount": money(item.minor, made.point), "currency": "SEK",
        "reference": item.reference, "debtor_id": party.id, "debtor_name": party.name,
        "debtor_address": party.address, "debtor_zip": party.zip, "debtor_city": party.city,
        "payee_account": item.payee, "description": item.text}[name]
    return quote(value) if made.quoted and name in ("debtor_name", "description") else value


def case_csv(items, made, day, serial, *, environment="P", total=None):
    lines = []
    if made.head:
        lines.append(f"#case-csv;version=1;producer={made.producer};created="
                     f"{day.isoformat()}T{5 + serial % 3:02d}:{serial * 7 % 60:02d}:00;"
                     f"environment={environment}")
    lines.append(";".join(made.columns))
    for item in items:
        lines.append(";".join([field(made, name, item) for name in made.columns]))
    if made.end:
        stated = sum(item.minor for item in items) if total is None else total
        lines.append(f"#end;items={len(items)};sum={money(stated, made.point)}")
    return (made.newline.join(lines) + made.newline).encode(made.encoding, "replace")


# --- payments ------------------------------------------------------------------------------------

def line(text):
    return text.ljust(80)


def by_account(items):
    return [(account, list(some)) for account, some
            in itertools.groupby(items, key=lambda item: item.payee)]


def bgmax(items, made, day, serial, *, environment="P", **_):
    out = [line(f"01BGMAX               01{day:%Y%m%d}1730{serial:08d}{environment}")]
    at, deposits = 0, 0
    for account, some in by_account(items):
        deposits += 1
        out.append(line(f"05{int(account):010d}          SEK"))
        for item in some:
            at += 1
            payer = int(item.party.zip.replace(" ", "") + item.party.id[-5:])
            out.append(line(f"20{payer % 10 ** 8:010d}{item.reference:>25}{item.minor:018d}21"
                            f"{serial * 10000 % 10 ** 8 + at:012d}0"))
            out.append(line(f"26{item.party.name[:35]}"))
        total = sum(item.minor for item in some)
        out.append(line(f"15{0:035d}{day:%Y%m%d}{deposits:05d}{total:018d}SEK{len(some):08d} "))
    out.append(line(f"70{len(items):08d}{0:08d}{0:08d}{deposits:08d}"))
    return (made.newline.join(out) + made.newline).encode("latin-1", "replace")


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def entry(item, day, serial, i):
    return (f'<Ntry><Amt Ccy="SEK">{money(item.minor, ".")}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
            f"<Sts>BOOK</Sts><BookgDt><Dt>{day.isoformat()}</Dt></BookgDt>"
            f"<AcctSvcrRef>{serial:08d}{i:06d}</AcctSvcrRef><NtryDtls><TxDtls>"
            f"<RltdPties><Dbtr><Nm>{escape(item.party.name)}</Nm></Dbtr></RltdPties><RmtInf><Strd>"
            f"<CdtrRefInf><Ref>{item.reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
            "</NtryDtls></Ntry>")


def totals(kind, count, total):
    return f"<{kind}><NbOfNtries>{count}</NbOfNtries><Sum>{money(total, '.')}</Sum></{kind}>"


def camt054(items, made, day, serial, **_):
    at = f"{day.isoformat()}T17:30:00"
    out = ['<?xml version="1.0" encoding="UTF-8"?>',
           '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02">'
           f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{made.producer[:3].upper()}{serial:010d}"
           f"</MsgId><CreDtTm>{at}</CreDtTm></GrpHdr>"]
    i = 0
    for account, some in by_account(items) or [("52810002", [])]:
        total = sum(item.minor for item in some)
        out.append(
            f"<Ntfctn><Id>{serial}-{i}</Id><CreDtTm>{at}</CreDtTm><Acct><Id><Othr><Id>{account}"
            "</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr></Id><Ccy>SEK</Ccy></Acct>"
            f"<TxsSummry>{totals('TtlNtries', len(some), total)}"
            f"{totals('TtlCdtNtries', len(some), total)}</TxsSummry>")
        for item in some:
            i += 1
            out.append(entry(item, day, serial, i))
        out.append("</Ntfctn>")
    out.append("</BkToCstmrDbtCdtNtfctn></Document>")
    return ("\n".join(out) + "\n").encode()


def write(items, made, day, serial, **more):
    return {"case-csv": case_csv, "bgmax": bgmax, "camt.054": camt054}[made.format](
        items, made, day, serial, **more)
