/* roundtrip_written.c -- random files of the formats that have no record tables: as programs
 * write them, with every choice that the format leaves them drawn
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/money.h"
#include "tests/unit/parsers/roundtrip.h"

/* --- pieces ------------------------------------------------------------------------------- */

/* "1234,5": as many decimals as are needed, or all. */
static struct span draw_amount(struct made *made, int64_t minor, char mark)
{
    int64_t whole = minor / 100;
    unsigned part = (unsigned)(minor % 100);

    if (part % 10 == 0 && draw_chance(made, 50))
        return made_print(made, part ? "%" PRId64 "%c%u" : "%" PRId64 "%c", whole, mark, part / 10);
    return made_print(made, "%" PRId64 "%c%02u", whole, mark, part);
}

/* The same where a mark needs decimals behind it. */
static struct span draw_decimal(struct made *made, int64_t minor, char mark)
{
    struct span amount = draw_amount(made, minor, mark);

    return amount.p[amount.n - 1] == mark ? span_of(amount.p, amount.n - 1) : amount;
}

static struct span iso(struct made *made, struct date d)
{
    return made_print(made, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* The digits with blanks between them, for the eye. */
static struct span spaced(struct made *made, struct span digits)
{
    unsigned group = 2 + (unsigned)draw(made, 4);
    struct span out = SPAN_LIT("");

    for (size_t i = 0; i < digits.n; i += group) {
        size_t n = digits.n - i < group ? digits.n - i : group;
        out = made_print(made, "%.*s%s%.*s", SPAN_FMT(out), i ? " " : "", (int)n, digits.p + i);
    }
    return out;
}

/* --- case-csv ----------------------------------------------------------------------------- */

enum { TYPE, NUMBER, ISSUED, DUE, AMOUNT, CURRENCY, REFERENCE, ID, NAME, ACCOUNT, OTHER, COLUMNS };

static const char *const column_names[COLUMNS] = {
    "type",      "number",    "issue_date",  "due_date",      "amount",     "currency",
    "reference", "debtor_id", "debtor_name", "payee_account", "our_colour",
};

struct table_made {
    unsigned order[COLUMNS];
    int64_t sum;
    char currency[4]; /* of the first row */
    bool several;
};

static void shuffle(struct made *made, unsigned order[COLUMNS])
{
    for (unsigned i = 0; i < COLUMNS; i++)
        order[i] = i;
    for (unsigned i = COLUMNS - 1; i > 0; i--) {
        unsigned j = (unsigned)draw(made, i + 1);
        unsigned kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* Quoted, when it must be or by chance. */
static struct span cell(struct made *made, struct span value)
{
    return draw_chance(made, 20) ? made_print(made, "\"%.*s\"", SPAN_FMT(value)) : value;
}

/* A column that nobody reads: whatever it holds must not matter. */
static struct span draw_noise(struct made *made)
{
    switch (draw(made, 4)) {
    case 0:
        return SPAN_LIT("\"a \"\"word\"\"; and more\"");
    case 1:
        made->lines++; /* the value's own line end */
        return SPAN_LIT("\"two\nlines\"");
    default:
        return draw_text(made, 20);
    }
}

static void put_cells(struct made *made, const struct table_made *t, struct span cells[COLUMNS])
{
    struct span row = SPAN_LIT("");

    for (unsigned i = 0; i < COLUMNS; i++)
        row = made_print(made, "%.*s%s%.*s", SPAN_FMT(row), i ? ";" : "",
                         SPAN_FMT(cells[t->order[i]]));
    made_line(made, row);
}

static void table_row(struct made *made, struct table_made *t)
{
    static const char *const types[] = {"", "case", "invoice", "credit-note", "CASE"};
    static const enum item_type meant[] = {ITEM_CASE, ITEM_CASE, ITEM_INVOICE, ITEM_CREDIT_NOTE,
                                           ITEM_CASE};
    unsigned type = (unsigned)draw(made, 5);
    int64_t amount = draw_money(made, INT64_C(9999999999999999));
    bool euro = draw_chance(made, 10);
    struct item item = {.type = meant[type], .due_date = draw_date(made)};
    struct span cells[COLUMNS];

    item.amount_minor = meant[type] == ITEM_CREDIT_NOTE ? -amount : amount;
    memcpy(item.currency, euro ? "EUR" : "SEK", 4);
    item.issue_date = draw_chance(made, 50) ? draw_date(made) : DATE_NONE;
    item.number = draw_digits(made, 12, true);
    item.reference = draw_chance(made, 70) ? draw_digits(made, 25, true) : SPAN_NONE;
    item.counterparty_name = draw_text(made, 35);
    item.counterparty_id = item.counterparty_name.n && draw_chance(made, 30)
                               ? SPAN_NONE
                               : draw_digits(made, 12, false);
    item.payee_account = draw_chance(made, 50) ? draw_digits(made, 8, false) : SPAN_NONE;
    cells[TYPE] = cell(made, span_str(types[type]));
    cells[NUMBER] = cell(made, item.number);
    cells[ISSUED] = date_present(item.issue_date) ? iso(made, item.issue_date) : SPAN_LIT("");
    cells[DUE] = cell(made, iso(made, item.due_date));
    cells[AMOUNT] = cell(made, draw_decimal(made, amount, draw_chance(made, 50) ? ',' : '.'));
    cells[CURRENCY] = euro || draw_chance(made, 50) ? span_str(item.currency) : SPAN_LIT("");
    cells[REFERENCE] = cell(made, spaced(made, item.reference));
    cells[ID] = cell(made, item.counterparty_id);
    cells[NAME] = cell(made, item.counterparty_name);
    cells[ACCOUNT] = item.payee_account;
    item.record = made->lines + 1;
    cells[OTHER] = draw_noise(made);
    put_cells(made, t, cells);
    made_item(made, &item);
    t->sum += item.amount_minor;
    t->several = t->several || (t->currency[0] && strcmp(t->currency, item.currency) != 0);
    memcpy(t->currency, item.currency, 4);
}

static void table_end(struct made *made, const struct table_made *t)
{
    struct span amount = draw_decimal(made, t->sum < 0 ? -t->sum : t->sum, ',');

    made_line(made, made_print(made, "#end;items=%u;sum=%s%.*s", made->items, t->sum < 0 ? "-" : "",
                               SPAN_FMT(t->several ? SPAN_LIT("0") : amount)));
}

void make_casecsv(struct made *made)
{
    struct table_made t = {0};
    struct span cells[COLUMNS];

    made->allowed[FINDING_ENCODING_CONVERTED] = false;
    made->allowed[FINDING_NO_ITEMS] = true;
    made->test = draw_chance(made, 10);
    made->allowed[FINDING_TEST_MARK] = made->test;
    if (made->charset == CHARSET_UTF8 && draw_chance(made, 30))
        made_text(made, SPAN_LIT("\xEF\xBB\xBF"));
    if (made->test || draw_chance(made, 50))
        made_line(made,
                  made_print(made, "#case-csv;version=1;environment=%c", made->test ? 'T' : 'P'));
    shuffle(made, t.order);
    for (unsigned i = 0; i < COLUMNS; i++)
        cells[i] = span_str(column_names[i]);
    put_cells(made, &t, cells);
    for (uint64_t n = draw(made, 20); n; n--)
        table_row(made, &t);
    if (draw_chance(made, 70))
        table_end(made, &t);
}

/* --- mt940 -------------------------------------------------------------------------------- */

static void put_balance(struct made *made, const char *tag, int64_t minor, struct date day)
{
    struct span amount = draw_amount(made, minor < 0 ? -minor : minor, ',');

    made_line(made, made_print(made, ":%s:%c%02d%02d%02dEUR%.*s", tag, minor < 0 ? 'D' : 'C',
                               day.year % 100, day.month, day.day, SPAN_FMT(amount)));
}

/* What a German bank writes of the other side; sets who it is. */
static void swift_info(struct made *made, struct item *item)
{
    struct span name = draw_text(made, 27);
    struct span account = draw_digits(made, 20, false);
    struct span info = SPAN_LIT("166?00GUTSCHRIFT?20SVWZ+Avgift?21mars");

    if (draw_chance(made, 70)) {
        info = made_print(made, "%.*s?31%.*s", SPAN_FMT(info), SPAN_FMT(account));
        item->counterparty_id = account;
    }
    if (name.n) {
        info = made_print(made, "%.*s?32%.*s", SPAN_FMT(info), SPAN_FMT(name));
        item->counterparty_name = name;
    }
    made_line(made, made_print(made, ":86:%.*s", SPAN_FMT(info)));
}

static int64_t swift_entry(struct made *made, struct span account)
{
    static const char *const marks[] = {"C", "D", "RC", "RD"};
    unsigned mark = (unsigned)draw(made, 4);
    bool credit = mark == 0 || mark == 3;
    int64_t amount = draw_money(made, INT64_C(99999999999));
    struct span money = draw_amount(made, amount, ',');
    struct item item = {.type = credit ? ITEM_PAYMENT : ITEM_DEDUCTION, .currency = "EUR"};
    bool referred = draw_chance(made, 60);

    item.amount_minor = credit ? amount : -amount;
    item.issue_date = draw_date(made);
    item.issuer = account;
    item.reference = referred ? draw_digits(made, 16, false) : SPAN_NONE;
    item.number = draw_digits(made, 16, false);
    made_line(made,
              made_print(made, ":61:%02d%02d%02d%02d%02d%s%.*sNTRF%.*s//%.*s",
                         item.issue_date.year % 100, item.issue_date.month, item.issue_date.day,
                         item.issue_date.month, item.issue_date.day, marks[mark], SPAN_FMT(money),
                         SPAN_FMT(referred ? item.reference : SPAN_LIT("NONREF")),
                         SPAN_FMT(item.number)));
    item.record = made->lines;
    if (draw_chance(made, 80))
        swift_info(made, &item);
    item.payee_account = credit ? account : item.counterparty_id;
    made_item(made, &item);
    return item.amount_minor;
}

void make_mt940(struct made *made)
{
    made->allowed[FINDING_ENCODING_CONVERTED] = false;
    made->allowed[FINDING_NO_ITEMS] = made->allowed[FINDING_REVERSALS] = true;
    for (uint64_t n = 1 + draw(made, 3); n; n--) {
        struct span digits = draw_digits(made, 15, true);
        struct span account = made_print(made, "%" PRIu64 "%.*s", n, SPAN_FMT(digits));
        int64_t minor = draw_money(made, INT64_C(99999999999)) - INT64_C(10000000);
        struct date day = draw_date(made);
        made_line(made, SPAN_LIT(":20:STARTUMS"));
        made_line(made, made_print(made, ":25:%.*s", SPAN_FMT(account)));
        made_line(made, made_print(made, ":28C:%05u/001", (unsigned)draw(made, 400)));
        put_balance(made, "60F", minor, day);
        for (uint64_t entries = draw(made, 12); entries; entries--)
            minor += swift_entry(made, account);
        put_balance(made, "62F", minor, day);
        if (draw_chance(made, 60))
            made_line(made, SPAN_LIT("-"));
    }
}

/* --- camt.054 ----------------------------------------------------------------------------- */

struct notified {
    struct span account;
    int64_t count[2], sum[2]; /* debits, credits */
};

static struct span element(struct made *made, const char *name, struct span value)
{
    return value.n
               ? made_print(made, "<%s>%.*s</%s>", name, SPAN_FMT(made_escaped(made, value)), name)
               : SPAN_LIT("");
}

/* The other side of an entry: a debtor when money came, else a creditor. */
static void camt_party(struct made *made, struct item *item, bool credit)
{
    const char *role = credit ? "Dbtr" : "Cdtr";
    struct span account = credit ? SPAN_LIT("") : draw_digits(made, 12, false);

    item->counterparty_name = draw_text(made, 35);
    item->counterparty_id = draw_chance(made, 50) ? draw_digits(made, 12, false) : SPAN_NONE;
    made_xml(made, made_print(made, "<RltdPties><%s>%.*s", role,
                              SPAN_FMT(element(made, "Nm", item->counterparty_name))));
    if (item->counterparty_id.n)
        made_xml(made, made_print(made, "<Id><OrgId><Othr>%.*s</Othr></OrgId></Id>",
                                  SPAN_FMT(element(made, "Id", item->counterparty_id))));
    made_xml(made, made_print(made, "</%s>", role));
    if (account.n)
        made_xml(made, made_print(made, "<CdtrAcct><Id><Othr>%.*s</Othr></Id></CdtrAcct>",
                                  SPAN_FMT(element(made, "Id", account))));
    if (!credit)
        item->payee_account = account;
    if (!item->counterparty_id.n && account.n) /* next best */
        item->counterparty_id = account;
    made_xml(made, SPAN_LIT("</RltdPties>"));
}

static void camt_entry(struct made *made, struct notified *all)
{
    bool credit = draw_chance(made, 75);
    int64_t amount = draw_money(made, INT64_C(9999999999999));
    struct item item = {.type = credit ? ITEM_PAYMENT : ITEM_DEDUCTION, .currency = "SEK"};
    struct span money = draw_decimal(made, amount, '.');

    item.amount_minor = credit ? amount : -amount;
    item.issue_date = draw_date(made);
    item.number = draw_digits(made, 20, false);
    item.issuer = all->account;
    item.payee_account = all->account;
    item.record = made->lines + 1;
    made_xml(made, made_print(made, "<Ntry><Amt Ccy=\"SEK\">%.*s</Amt><CdtDbtInd>%s</CdtDbtInd>",
                              SPAN_FMT(money), credit ? "CRDT" : "DBIT"));
    made_xml(made, made_print(made,
                              "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%.*s</Dt></BookgDt>"
                              "<AcctSvcrRef>%.*s</AcctSvcrRef><NtryDtls><TxDtls>",
                              SPAN_FMT(iso(made, item.issue_date)), SPAN_FMT(item.number)));
    if (draw_chance(made, 50))
        made_xml(made, made_print(made, "<Amt Ccy=\"SEK\">%.*s</Amt>", SPAN_FMT(money)));
    camt_party(made, &item, credit);
    if (draw_chance(made, 70)) {
        item.reference = draw_digits(made, 25, false);
        struct span shown = spaced(made, item.reference);
        made_xml(made, made_print(made,
                                  "<RmtInf><Strd><CdtrRefInf><Ref>%.*s</Ref></CdtrRefInf></Strd>"
                                  "</RmtInf>",
                                  SPAN_FMT(shown)));
    }
    made_xml(made, SPAN_LIT("</TxDtls></NtryDtls></Ntry>"));
    made_item(made, &item);
    all->count[credit]++;
    all->sum[credit] += amount;
}

static void camt_head(struct made *made, const struct notified *all)
{
    made_xml(made,
             made_print(made,
                        "<?xml version=\"1.0\" encoding=\"%s\"?>"
                        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.%02u\">"
                        "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>1</MsgId>"
                        "<CreDtTm>2026-03-02T18:05:11+01:00</CreDtTm></GrpHdr><Ntfctn>"
                        "<Id>54</Id><CreDtTm>2026-03-02T18:05:11+01:00</CreDtTm><Acct><Id>"
                        "<Othr><Id>%.*s</Id></Othr></Id></Acct>",
                        made->charset == CHARSET_LATIN1 ? "ISO-8859-1" : "UTF-8",
                        (unsigned)(2 + draw(made, 9)), SPAN_FMT(all->account)));
}

void make_camt054(struct made *made)
{
    struct notified all = {.account = draw_digits(made, 11, false)};

    made->allowed[FINDING_ENCODING_CONVERTED] = false;
    made->allowed[FINDING_NO_ITEMS] = made->allowed[FINDING_CHECK_DIGITS] = true;
    camt_head(made, &all);
    for (uint64_t n = draw(made, 15); n; n--)
        camt_entry(made, &all);
    made_xml(made, SPAN_LIT("</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"));
    if (draw_chance(made, 50))
        made_text(made, span_str(made->line_end));
}

/* --- edifact-invoic ----------------------------------------------------------------------- */

struct interchange_made {
    const char *folded; /* between segments: nothing or a line end */
    uint64_t segments;  /* of the file */
    uint64_t began;     /* the UNH of this message */
};

static void segment(struct made *made, struct interchange_made *e, struct span text)
{
    struct span whole = made_print(made, "%.*s'%s", SPAN_FMT(text), e->folded);

    made_letters(made, whole);
    e->segments++;
}
#define SEGMENT(made, e, ...) segment(made, e, made_print(made, __VA_ARGS__))

/* A name with signs in it that have to be released. */
static struct span released(struct made *made, struct item *item, struct span name)
{
    if (!name.n || !draw_chance(made, 30)) {
        item->counterparty_name = name;
        return name;
    }
    item->counterparty_name = made_print(made, "%.*s+'s: ok?", SPAN_FMT(name));
    return made_print(made, "%.*s?+?'s?: ok??", SPAN_FMT(name));
}

static void invoic_parties(struct made *made, struct interchange_made *e, struct item *item)
{
    struct span seller = draw_digits(made, 12, false);
    struct span name = released(made, item, draw_text(made, 30));

    SEGMENT(made, e, "NAD+BY+7300009000014::9");
    SEGMENT(made, e, "NAD+IV+++%.*s+Storgatan 1+Heby++74431+SE", SPAN_FMT(name));
    item->counterparty_id = draw_digits(made, 12, false);
    SEGMENT(made, e, "RFF+GN:%.*s", SPAN_FMT(item->counterparty_id));
    SEGMENT(made, e, "NAD+SU+++Tekniska kontoret");
    SEGMENT(made, e, "RFF+GN:%.*s", SPAN_FMT(seller));
    item->issuer = seller;
    item->payee_account = draw_digits(made, 8, false);
    SEGMENT(made, e, "FII+RB+%.*s+BK", SPAN_FMT(item->payee_account));
}

static void invoic_message(struct made *made, struct interchange_made *e, uint64_t number)
{
    bool credit = draw_chance(made, 25);
    int64_t vat = draw_money(made, 99999999);
    int64_t sum = 0;
    struct item item = {.type = credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE, .currency = "SEK"};
    char mark = draw_chance(made, 30) ? ',' : '.';
    struct date d;

    e->began = e->segments;
    SEGMENT(made, e, "UNH+%" PRIu64 "+INVOIC:D:96A:UN:EAN008", number);
    item.record = e->segments;
    /* What repeats is told; so they do not. */
    item.number = made_print(made, "%" PRIu64 "X%" PRIu64, number, draw(made, 100000));
    SEGMENT(made, e, "BGM+%s+%.*s+9", credit ? "381" : "380", SPAN_FMT(item.number));
    d = item.issue_date = draw_date(made);
    SEGMENT(made, e, "DTM+137:%04d%02d%02d:102", d.year, d.month, d.day);
    item.reference = draw_digits(made, 20, false);
    struct span shown = spaced(made, item.reference);
    SEGMENT(made, e, "RFF+PQ:%.*s", SPAN_FMT(shown));
    invoic_parties(made, e, &item);
    SEGMENT(made, e, "CUX+2:SEK:4");
    SEGMENT(made, e, "PAT+3");
    d = item.due_date = draw_date(made);
    SEGMENT(made, e, "DTM+13:%04d%02d%02d:102", d.year, d.month, d.day);
    uint64_t lines = 1 + draw(made, 4);
    for (uint64_t i = 1; i <= lines; i++) {
        int64_t minor = draw_money(made, 99999999999);
        struct span amount = draw_decimal(made, minor, mark);
        SEGMENT(made, e, "LIN+%" PRIu64 "++1000:SA", i);
        SEGMENT(made, e, "MOA+203:%.*s", SPAN_FMT(amount));
        sum += minor;
    }
    item.amount_minor = credit ? -(sum + vat) : sum + vat;
    SEGMENT(made, e, "UNS+S");
    SEGMENT(made, e, "CNT+2:%" PRIu64, lines);
    struct span net = draw_decimal(made, sum, mark);
    struct span tax = draw_decimal(made, vat, mark);
    struct span due = draw_decimal(made, sum + vat, mark);
    SEGMENT(made, e, "MOA+79:%.*s", SPAN_FMT(net));
    SEGMENT(made, e, "MOA+125:%.*s", SPAN_FMT(net));
    SEGMENT(made, e, "MOA+176:%.*s", SPAN_FMT(tax));
    SEGMENT(made, e, "MOA+9:%.*s", SPAN_FMT(due));
    SEGMENT(made, e, "UNT+%" PRIu64 "+%" PRIu64, e->segments - e->began + 1, number);
    made_item(made, &item);
}

void make_invoic(struct made *made)
{
    struct interchange_made e = {.folded = draw_chance(made, 50) ? made->line_end : ""};
    uint64_t messages = 1 + draw(made, 8);

    made->test = draw_chance(made, 10);
    made->allowed[FINDING_TEST_MARK] = made->test;
    made->allowed[FINDING_CHECK_DIGITS] = true;
    if (draw_chance(made, 50)) {
        made_text(made, SPAN_LIT("UNA:+.? '"));
        made_text(made, span_str(e.folded));
    }
    SEGMENT(made, &e, "UNB+UNOC:3+7300009000021:14+7300009000038:14+260115:0930+77++INVOIC%s",
            made->test ? "++++1" : "");
    for (uint64_t i = 1; i <= messages; i++)
        invoic_message(made, &e, i);
    SEGMENT(made, &e, "UNZ+%" PRIu64 "+77", messages);
}
