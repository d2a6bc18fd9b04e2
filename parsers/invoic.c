#include "parsers/invoic.h"

#include <stdlib.h>

#include "model/charset.h"
#include "model/error.h"
#include "model/text.h"
#include "parsers/decimal.h"
#include "parsers/edifact.h"
#include "parsers/record.h"
#include "parsers/tally.h"

#define TAG EDIFACT_TAG

/* --- code tables ------------------------------------------------------------------------- */

/* 1001, document names that reduce what is claimed, and those that claim nothing: as for UBL,
 * whose codes are the same list. */
static const int credit_codes[] = {381, 81, 83, 261, 262, 296, 308, 396, 420, 532};
static const int no_claim_codes[] = {325, 130, 751};
/* The rest of 1001 that are invoices. Another code may be a damaged one of a credit note. */
static const int invoice_codes[] = {71,  80,  82,  84,  102, 202, 203, 204, 211, 218, 219,
                                    295, 326, 331, 380, 382, 383, 384, 385, 386, 387, 388,
                                    389, 390, 393, 394, 395, 456, 457, 458, 527, 553, 575,
                                    623, 633, 780, 817, 870, 875, 876, 877, 935};

/* 5025, the amounts of the summary, the most telling first; the first six are the amount of
 * the item. */
enum sum {
    SUM_DUE = 0,
    SUM_INVOICE,
    SUM_MESSAGE,
    SUM_WITH_TAX,
    SUM_INVOICE_TOTAL,
    SUM_TOTAL,
    SUM_OF_ITEM, /* how many of them */
    SUM_LINES = SUM_OF_ITEM,
    SUM_TAXABLE,
    SUM_TAX,
    SUM_COUNT
};

static const int sum_codes[SUM_COUNT] = {
    [SUM_DUE] = 9,        [SUM_INVOICE] = 77,       [SUM_MESSAGE] = 86,
    [SUM_WITH_TAX] = 388, [SUM_INVOICE_TOTAL] = 39, [SUM_TOTAL] = 128,
    [SUM_LINES] = 79,     [SUM_TAXABLE] = 125,      [SUM_TAX] = 176,
};

/* 3035, parties: who is to pay, and who numbers the invoices. Of several the highest rank. */
enum side { SIDE_DEBTOR = 0, SIDE_ISSUER, SIDE_COUNT };

static const struct {
    char code[3];
    enum side side;
    uint8_t rank;
} party_codes[] = {
    {"IV", SIDE_DEBTOR, 3}, /* invoicee */
    {"BY", SIDE_DEBTOR, 2}, /* buyer */
    {"BT", SIDE_DEBTOR, 1}, /* party to be billed */
    {"SU", SIDE_ISSUER, 3}, /* supplier */
    {"SE", SIDE_ISSUER, 3}, /* seller */
    {"II", SIDE_ISSUER, 2}, /* issuer of the invoice */
    {"PE", SIDE_ISSUER, 1}, /* payee */
};

/* 1225, what a document says of itself beside being an original. */
static const struct {
    const char *code;
    const char *what;
} functions[] = {
    {"1", "a cancellation"},
    {"7", "a duplicate"},
    {"31", "a copy"},
};

/* 0001, syntax identifiers: the character set of an interchange. */
static const struct repertoire {
    char code[5];
    enum charset set; /* CHARSET_COUNT: not read beyond ASCII */
    const char *name;
} repertoires[] = {
    {"UNOA", CHARSET_ASCII, "ASCII"},         {"UNOB", CHARSET_ASCII, "ASCII"},
    {"UNOC", CHARSET_LATIN1, "ISO-8859-1"},   {"UNOW", CHARSET_UTF8, "UTF-8"},
    {"UNOY", CHARSET_UTF8, "UTF-8"},          {"UNOD", CHARSET_LATIN2, "ISO-8859-2"},
    {"UNOE", CHARSET_CYRILLIC, "ISO-8859-5"}, {"UNOF", CHARSET_GREEK, "ISO-8859-7"},
    {"UNOG", CHARSET_LATIN3, "ISO-8859-3"},   {"UNOH", CHARSET_LATIN4, "ISO-8859-4"},
    {"UNOI", CHARSET_ARABIC, "ISO-8859-6"},   {"UNOJ", CHARSET_HEBREW, "ISO-8859-8"},
    {"UNOK", CHARSET_LATIN5, "ISO-8859-9"},   {"UNOX", CHARSET_COUNT, "ISO-2022"},
    {"KECA", CHARSET_COUNT, "KS-X-1001"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A code of one to three digits, as nearly all are that are asked for; -1: another. */
static inline int code_number(struct span code)
{
    int number = 0;

    if (code.n == 0 || code.n > 3 || code.p[0] == '0')
        return -1;
    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] < '0' || code.p[i] > '9')
            return -1;
        number = number * 10 + (code.p[i] - '0');
    }
    return number;
}

static bool among(int code, const int *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (code == list[i])
            return true;
    return false;
}

/* --- references that came before --------------------------------------------------------- */

/* A set of hashes. At its ceiling it forgets all: a repeat is then missed, never invented. */
#define SEEN_ROOM_MAX ((size_t)1 << 19)

struct seen {
    uint64_t *slot; /* 0: free */
    size_t room;    /* a power of two */
    size_t n;
};

static uint64_t hash_add(uint64_t hash, struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
    return (hash ^ text.n ^ hash >> 29) * UINT64_C(0x9E3779B97F4A7C15);
}

static bool seen_put(uint64_t *slot, size_t room, uint64_t hash)
{
    size_t at = (size_t)(hash ^ hash >> 32) & (room - 1);

    while (slot[at] && slot[at] != hash)
        at = (at + 1) & (room - 1);
    if (slot[at])
        return false;
    slot[at] = hash;
    return true;
}

static int seen_grow(struct seen *seen)
{
    size_t room = seen->room ? seen->room * 2 : 256;
    uint64_t *slot;

    if (seen->room == SEEN_ROOM_MAX) {
        memset(seen->slot, 0, seen->room * sizeof(*seen->slot));
        seen->n = 0;
        return 0;
    }
    slot = calloc(room, sizeof(*slot));
    if (!slot)
        return SLUSS_ENOMEM;
    for (size_t i = 0; i < seen->room; i++)
        if (seen->slot[i])
            seen_put(slot, room, seen->slot[i]);
    free(seen->slot);
    seen->slot = slot;
    seen->room = room;
    return 0;
}

/* 1: new; 0: it came before; SLUSS_ENOMEM. */
static int seen_add(struct seen *seen, uint64_t hash)
{
    if (seen->n * 4 >= seen->room * 3) {
        int r = seen_grow(seen);
        if (r < 0)
            return r;
    }
    if (!seen_put(seen->slot, seen->room, hash ? hash : 1))
        return 0;
    seen->n++;
    return 1;
}

/* --- one parser -------------------------------------------------------------------------- */

#define CONTROL_MAX 70 /* a control reference has 14 characters, 35 in later syntax */

/* A short text of the service segments, as it came. */
struct control {
    unsigned n;
    char p[CONTROL_MAX];
};

struct text {
    size_t n;
    char p[ITEM_TEXT_MAX];
};

struct party {
    uint8_t rank;     /* 0: none yet */
    struct text id;   /* C082 */
    struct text name; /* C080, else C058 */
    struct text vat;  /* RFF VA */
    struct text reg;  /* RFF GN: the organisation's registered number */
};

struct amount {
    bool seen;
    bool right; /* it was a number */
    char currency[4];
    struct decimal value;
};

enum section {
    SECTION_HEAD = 0,
    SECTION_LINES,
    SECTION_SUMMARY,
};

struct message {
    bool open;
    bool invoice; /* an INVOIC */
    uint64_t record;
    struct control reference;

    enum section section;
    bool in_tax;         /* behind a TAX of the summary: amounts of one rate */
    struct party *party; /* whom an RFF speaks of */
    bool discount;       /* behind PAT 20 or 22: no due date */

    int code; /* 1001; -1: none */
    char currency[4];
    bool currency_stated; /* by CUX 2 */
    struct date issued, due;
    uint8_t issued_rank, due_rank, account_rank;
    struct party parties[SIDE_COUNT];
    struct text number, reference_text, account;

    int64_t lines;
    struct decimal lines_sum;
    bool lines_counted; /* CNT 2 was there */
    int64_t lines_stated;
    uint64_t lines_stated_at;
    uint64_t sum_at[SUM_COUNT];
    struct amount sums[SUM_COUNT];
};

struct envelope {
    bool open;
    uint64_t record;
    int64_t count; /* what is inside */
    struct control reference;
};

struct parser {
    const struct sink *sink;
    struct tally tally;
    struct edifact_reader reader;
    const struct edifact_segment *s;
    const struct repertoire *repertoire;
    bool said_fault, said_outside, said_unwrapped;
    bool said[CHARSET_COUNT]; /* that it is not what UNB says; ASCII: that it is not read */
    struct charset_evidence evidence;
    bool utf8; /* for sure, whatever UNB says */
    bool test;

    struct envelope interchange;
    struct envelope group;
    struct envelope package; /* an object behind UNO; its count is its size */
    int64_t packages;        /* of the interchange */
    int64_t groups;          /* of the interchange */
    uint64_t ordinal;        /* of the interchange */
    struct control sender;
    struct message message;
    struct seen messages;
    struct seen interchanges;

    uint64_t others, others_at; /* messages of other types */
    bool others_strange;        /* one is of no type that is known: perhaps a damaged INVOIC */
    char others_type[EDIFACT_TYPE_SIZE];
};

static inline struct span get(struct parser *p, unsigned element, unsigned component)
{
    if (!p->s->split)
        edifact_split(&p->reader);
    return edifact_get(p->s, element, component);
}

static int structure(struct parser *p, const char *what)
{
    return tally_structure(&p->tally, p->s->ordinal, what);
}

static int bad_field(struct parser *p, const char *field, const char *expected)
{
    return tally_field(&p->tally, FINDING_BAD_FIELD, p->s->ordinal, field, expected);
}

static int note_field(struct parser *p, const char *field, const char *expected)
{
    return tally_field(&p->tally, FINDING_FIELD_NOTE, p->s->ordinal, field, expected);
}

/* --- texts ------------------------------------------------------------------------------- */

/* Each once a file. */
static int say_charset(struct parser *p, enum charset set, enum finding_code code)
{
    if (p->said[set])
        return 0;
    p->said[set] = true;
    return tally_encoding(&p->tally, code, p->s->ordinal, p->utf8 ? "UTF-8" : p->repertoire->name,
                          charset_name(set));
}

static int say_unread(struct parser *p)
{
    struct finding f = finding_make(FINDING_CHARSET_UNREAD, p->s->ordinal);

    if (p->said[CHARSET_ASCII])
        return 0;
    p->said[CHARSET_ASCII] = true;
    finding_text(&f, "charset", span_str(p->repertoire->name));
    return tally_add(&p->tally, &f);
}

static int say_guessed(struct parser *p, enum charset set)
{
    struct finding f = finding_make(FINDING_ENCODING_GUESSED, p->s->ordinal);

    if (p->said[set])
        return 0;
    p->said[set] = true;
    finding_int(&f, "count", 1);
    finding_text(&f, "expected", span_str(p->repertoire->name));
    finding_text(&f, "actual", span_str(charset_name(set)));
    return tally_add(&p->tally, &f);
}

static int say_damaged(struct parser *p)
{
    struct finding f = finding_make(FINDING_CHARACTERS_BROKEN, p->s->ordinal);

    if (p->said[CHARSET_UTF8_BROKEN])
        return 0;
    p->said[CHARSET_UTF8_BROKEN] = true;
    finding_text(&f, "actual", SPAN_LIT("UTF-8"));
    finding_int(&f, "count", 1);
    return tally_add(&p->tally, &f);
}

/* What bytes beyond ASCII are read as: UTF-8 where they are; else what UNB says when that has
 * letters of its own there; else what they look like. */
static int see_charset(struct parser *p, struct span raw, enum charset *as)
{
    enum charset declared = p->utf8 ? CHARSET_UTF8 : p->repertoire->set;

    *as = charset_of(raw, &p->evidence);
    if (*as == declared)
        return 0;
    if (*as == CHARSET_UTF8)
        return say_charset(p, CHARSET_UTF8, FINDING_ENCODING_CONVERTED);
    if (declared > CHARSET_LATIN1) {
        *as = declared < CHARSET_COUNT ? declared : CHARSET_ASCII;
        return declared < CHARSET_COUNT ? 0 : say_unread(p);
    }
    if (*as == CHARSET_UTF8_BROKEN)
        return say_damaged(p);
    if (declared == CHARSET_UTF8)
        return say_charset(p, *as, FINDING_ENCODING_BROKEN);
    return *as == CHARSET_CP850 ? say_guessed(p, *as)
                                : say_charset(p, *as, FINDING_ENCODING_CONVERTED);
}

static int take_high(struct parser *p, struct span raw, struct text *out, bool *cut)
{
    enum charset as;
    size_t lost = 0;
    int r = see_charset(p, raw, &as);

    out->n = charset_decode_into(as, &raw, out->p, ITEM_TEXT_MAX, &lost);
    *cut = raw.n > 0;
    return r;
}

static int take_text(struct parser *p, struct span raw, const char *field, struct text *out)
{
    bool cut = false;
    int r = 0;

    raw = span_trim(raw);
    if (p->s->high && text_has_high(raw)) {
        r = take_high(p, raw, out, &cut);
    } else {
        cut = raw.n > ITEM_TEXT_MAX;
        out->n = cut ? ITEM_TEXT_MAX : raw.n;
        if (out->n)
            memcpy(out->p, raw.p, out->n);
    }
    if (r < 0 || !cut)
        return r;
    return tally_text_cut(&p->tally, p->s->ordinal, field);
}

/* Blanks in references and accounts are for the eye. */
static void without_blanks(struct text *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->n; i++)
        if (text->p[i] != ' ')
            text->p[n++] = text->p[i];
    text->n = n;
}

static struct span view(const struct text *text)
{
    return text->n ? span_of(text->p, text->n) : SPAN_NONE;
}

static void take_control(struct span raw, struct control *out)
{
    raw = span_trim(raw);
    out->n = (unsigned)(raw.n < CONTROL_MAX ? raw.n : CONTROL_MAX);
    if (out->n)
        memcpy(out->p, raw.p, out->n);
}

static struct span control_view(const struct control *c)
{
    return span_of(c->p, c->n);
}

/* For a finding: what is not printable ASCII does not belong in a control reference. */
static struct span printable(struct control *c)
{
    for (unsigned i = 0; i < c->n; i++)
        if (c->p[i] < ' ' || c->p[i] > '~')
            c->p[i] = '?';
    return control_view(c);
}

/* --- counts and references --------------------------------------------------------------- */

static int mismatch(struct parser *p, uint64_t record, const char *what, int64_t stated,
                    int64_t computed)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, record);

    finding_text(&f, "what", span_str(what));
    finding_int(&f, "stated", stated);
    finding_int(&f, "computed", computed);
    return tally_add(&p->tally, &f);
}

/* Element 1 of UNT, UNE and UNZ. */
static int check_count(struct parser *p, const char *field, const char *what, int64_t computed)
{
    int64_t stated;

    if (!record_number(span_trim(get(p, 1, 0)), &stated))
        return bad_field(p, field, "a number");
    return stated == computed ? 0 : mismatch(p, p->s->ordinal, what, stated, computed);
}

/* Element 2 of UNT, UNE and UNZ: the reference that opened it. */
static int check_reference(struct parser *p, const char *what, const struct control *opened)
{
    struct control stated;
    struct control expected = *opened;

    take_control(get(p, 2, 0), &stated);
    if (span_eq(control_view(&stated), control_view(opened)))
        return 0;
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, p->s->ordinal);
    finding_text(&f, "what", span_str(what));
    finding_text(&f, "stated", printable(&stated));
    finding_text(&f, "computed", printable(&expected));
    return tally_add(&p->tally, &f);
}

/* --- dates ------------------------------------------------------------------------------- */

/* C507: value and format (2379). 101 is YYMMDD, 2 DDMMYY; 102, 203, 204, 718 and their like
 * begin with CCYYMMDD, also where the sender wrote more digits than the format has. */
static bool read_date(struct span value, struct span format, struct date *date)
{
    char day[8] = "20";

    value = span_trim(value);
    if (value.n < 6 || !span_all_digits(value))
        return false;
    if (span_eq_str(format, "2") && value.n == 6) {
        memcpy(day + 2, value.p + 4, 2);
        memcpy(day + 4, value.p + 2, 2);
        memcpy(day + 6, value.p, 2);
    } else if (span_eq_str(format, "101") || value.n == 6) {
        memcpy(day + 2, value.p, 6);
    } else if (value.n >= 8) {
        memcpy(day, value.p, 8);
    } else {
        return false;
    }
    /* Two digits: EDIFACT was there from 1987. */
    if ((value.n == 6 || span_eq_str(format, "101")) && day[2] >= '8')
        memcpy(day, "19", 2);
    return date_parse_compact(span_of(day, 8), date) == 0;
}

static int take_date(struct parser *p, const char *field, uint8_t rank, uint8_t *best,
                     struct date *out)
{
    struct date date;

    if (rank <= *best)
        return 0;
    if (!read_date(get(p, 1, 1), get(p, 1, 2), &date))
        return bad_field(p, field, "a date that exists");
    *best = rank;
    *out = date;
    return 0;
}

/* 2005: 137 is the date of the document, 3 of the invoice, 13 and 140 when it is to be paid. */
static int on_dtm(struct parser *p, struct message *m)
{
    if (m->section != SECTION_HEAD)
        return 0;
    switch (code_number(get(p, 1, 0))) {
    case 137:
        return take_date(p, "DTM/137", 2, &m->issued_rank, &m->issued);
    case 3:
        return take_date(p, "DTM/3", 1, &m->issued_rank, &m->issued);
    case 13:
        return m->discount ? 0 : take_date(p, "DTM/13", 2, &m->due_rank, &m->due);
    case 140:
        return m->discount ? 0 : take_date(p, "DTM/140", 1, &m->due_rank, &m->due);
    default:
        return 0;
    }
}

/* --- the head of an invoice -------------------------------------------------------------- */

static bool is_invoice_code(int code)
{
    return among(code, invoice_codes, COUNT(invoice_codes)) ||
           among(code, credit_codes, COUNT(credit_codes)) ||
           among(code, no_claim_codes, COUNT(no_claim_codes));
}

/* It is read as an invoice: a person should look. */
static int say_strange_code(struct parser *p)
{
    struct finding f = finding_make(FINDING_FIELD_NOTE, p->s->ordinal);

    f.level = LEVEL_HOLD;
    finding_text(&f, "field", SPAN_LIT("BGM/1001"));
    finding_text(&f, "expected", SPAN_LIT("the code of an invoice or credit note"));
    return tally_add(&p->tally, &f);
}

static int on_bgm(struct parser *p, struct message *m)
{
    struct span function = get(p, 3, 0);
    int r;

    if (m->number.n)
        return structure(p, "a second BGM in one message");
    m->code = code_number(get(p, 1, 0));
    r = take_text(p, get(p, 2, 0), "BGM/1004", &m->number);
    if (r == 0 && !is_invoice_code(m->code))
        r = say_strange_code(p);
    for (size_t i = 0; r == 0 && i < COUNT(functions); i++) {
        if (!span_eq_str(function, functions[i].code))
            continue;
        struct finding f = finding_make(FINDING_DECLARED_COPY, p->s->ordinal);
        finding_text(&f, "what", span_str(functions[i].what));
        r = tally_add(&p->tally, &f);
    }
    return r;
}

static int on_nad(struct parser *p, struct message *m)
{
    struct span code = get(p, 1, 0);
    struct span name = get(p, 4, 0);
    size_t i = 0;

    m->party = NULL;
    while (i < COUNT(party_codes) && !(code.n == 2 && memcmp(code.p, party_codes[i].code, 2) == 0))
        i++;
    if (m->section != SECTION_HEAD || i == COUNT(party_codes))
        return 0;
    struct party *party = &m->parties[party_codes[i].side];
    if (party_codes[i].rank <= party->rank)
        return 0;
    party->rank = party_codes[i].rank;
    party->vat.n = party->reg.n = 0;
    m->party = party;
    int r = take_text(p, get(p, 2, 0), "NAD/3039", &party->id);
    return r < 0 ? r : take_text(p, name.n ? name : get(p, 3, 0), "NAD/3036", &party->name);
}

static int take_account(struct parser *p, struct message *m, uint8_t rank, struct span raw,
                        const char *field)
{
    if (rank <= m->account_rank || !span_trim(raw).n)
        return 0;
    m->account_rank = rank;
    int r = take_text(p, raw, field, &m->account);
    without_blanks(&m->account);
    return r;
}

/* Whose institution it is (3035): RB the account to be credited, BF the beneficiary's, and some
 * name the supplier's own. */
static int on_fii(struct parser *p, struct message *m)
{
    struct span code = get(p, 1, 0);
    uint8_t rank = span_eq_str(code, "RB")                              ? 5
                   : span_eq_str(code, "BF")                            ? 4
                   : span_eq_str(code, "SU") || span_eq_str(code, "SE") ? 1
                                                                        : 0;

    return m->section == SECTION_HEAD ? take_account(p, m, rank, get(p, 2, 0), "FII/3194") : 0;
}

/* 1153: PQ what the payer is to quote; BGI and PGI bankgiro and plusgiro in the Nordic D.93A
 * use; VA and GN speak of the party before them. */
static int on_rff(struct parser *p, struct message *m)
{
    struct span code = get(p, 1, 0);
    struct span value = get(p, 1, 1);
    int r = 0;

    if (m->section != SECTION_HEAD)
        return 0;
    if (span_eq_str(code, "PQ") && !m->reference_text.n) {
        r = take_text(p, value, "RFF/PQ", &m->reference_text);
        without_blanks(&m->reference_text);
    } else if (span_eq_str(code, "BGI")) {
        r = take_account(p, m, 3, value, "RFF/BGI");
    } else if (span_eq_str(code, "PGI")) {
        r = take_account(p, m, 2, value, "RFF/PGI");
    } else if (span_eq_str(code, "VA") && m->party && !m->party->vat.n) {
        r = take_text(p, value, "RFF/VA", &m->party->vat);
    } else if (span_eq_str(code, "GN") && m->party && !m->party->reg.n) {
        r = take_text(p, value, "RFF/GN", &m->party->reg);
    }
    return r;
}

/* The reference currency (6347 code 2); some write another code or none. */
static int on_cux(struct parser *p, struct message *m)
{
    bool reference = span_eq_str(get(p, 1, 0), "2");
    struct span code = get(p, 1, 1);

    if (m->section != SECTION_HEAD || m->currency_stated || (m->currency[0] && !reference))
        return 0;
    if (!currency_known(code))
        return code.n ? bad_field(p, "CUX/6345", "an ISO 4217 currency") : 0;
    memcpy(m->currency, code.p, 3);
    m->currency_stated = reference;
    return 0;
}

/* --- amounts ----------------------------------------------------------------------------- */

/* Decimals behind a point or a comma, whatever UNA says. */
static bool read_number(struct span raw, struct decimal *out)
{
    char text[64];

    raw = span_trim(raw);
    if (!raw.n || raw.n > sizeof(text))
        return false;
    memcpy(text, raw.p, raw.n);
    for (size_t i = 0; i < raw.n; i++)
        if (text[i] == ',')
            text[i] = '.';
    return decimal_parse(span_of(text, raw.n), out) == 0;
}

static struct amount read_amount(struct parser *p)
{
    struct amount amount = {.seen = true};
    struct span currency = get(p, 1, 2);

    amount.right = read_number(get(p, 1, 1), &amount.value);
    if (currency_known(currency))
        memcpy(amount.currency, currency.p, 3);
    return amount;
}

/* Is it in the invoice's own currency, or says nothing else? */
static bool in_own_currency(const struct message *m, const struct amount *a)
{
    return !a->currency[0] || !m->currency[0] || strcmp(a->currency, m->currency) == 0;
}

static void take_sum(struct parser *p, struct message *m, enum sum which)
{
    struct amount *kept = &m->sums[which];
    struct amount amount = read_amount(p);

    /* The same amount may follow in a second currency; the invoice's own counts. */
    if (kept->seen && (in_own_currency(m, kept) || !in_own_currency(m, &amount)))
        return;
    *kept = amount;
    m->sum_at[which] = p->s->ordinal;
}

static int on_moa(struct parser *p, struct message *m)
{
    int code = code_number(get(p, 1, 0));

    if (m->section == SECTION_LINES && code == 203) {
        struct amount amount = read_amount(p);
        if (!amount.right)
            return note_field(p, "MOA/203", "an amount");
        if (in_own_currency(m, &amount))
            m->lines_sum = decimal_add(m->lines_sum, amount.value);
        return 0;
    }
    if (m->section != SECTION_SUMMARY)
        return 0;
    for (unsigned i = 0; i < SUM_COUNT; i++)
        if (code == sum_codes[i] && (i < SUM_TAXABLE || !m->in_tax)) {
            take_sum(p, m, (enum sum)i);
            break;
        }
    return 0;
}

static int on_cnt(struct parser *p, struct message *m)
{
    if (code_number(get(p, 1, 0)) != 2)
        return 0;
    if (!record_number(span_trim(get(p, 1, 1)), &m->lines_stated))
        return bad_field(p, "CNT/2", "a number");
    m->lines_counted = true;
    m->lines_stated_at = p->s->ordinal;
    return 0;
}

/* --- the end of an invoice --------------------------------------------------------------- */

static int disagree(struct parser *p, uint64_t record, const char *what, struct decimal stated,
                    struct decimal computed, enum finding_level level)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, record);
    char is[DECIMAL_SIZE];
    char ought[DECIMAL_SIZE];

    f.level = level;
    finding_text(&f, "what", span_str(what));
    finding_text(&f, "stated", span_str(decimal_text(stated, is)));
    finding_text(&f, "computed", span_str(decimal_text(computed, ought)));
    return tally_add(&p->tally, &f);
}

static int check_lines(struct parser *p, const struct message *m)
{
    const struct amount *stated = &m->sums[SUM_LINES];

    if (m->lines_counted && m->lines_stated != m->lines) {
        int r = mismatch(p, m->lines_stated_at, "the number of lines (CNT 2)", m->lines_stated,
                         m->lines);
        if (r < 0)
            return r;
    }
    if (!stated->seen || !stated->right || !in_own_currency(m, stated) || !m->lines_sum.known ||
        decimal_near(stated->value, m->lines_sum, decimal_of(5, 3)))
        return 0;
    return disagree(p, m->sum_at[SUM_LINES], "the sum of the lines (MOA 79)", stated->value,
                    m->lines_sum, LEVEL_REJECT);
}

/* What is to be paid may be less than taxable amount and tax (prepaid, rounded): a warning. */
static int check_tax(struct parser *p, const struct message *m, const struct amount *total,
                     uint64_t at)
{
    const struct amount *taxable = &m->sums[SUM_TAXABLE];
    const struct amount *tax = &m->sums[SUM_TAX];

    if (m->sums[SUM_WITH_TAX].seen || !taxable->right || !tax->right || !total->right ||
        !in_own_currency(m, taxable) || !in_own_currency(m, tax) || !in_own_currency(m, total))
        return 0;
    struct decimal computed = decimal_add(taxable->value, tax->value);
    /* Only a whole amount may have been rounded (öresavrundning). */
    bool whole = decimal_equal(total->value, decimal_round(total->value, 0));
    if (!computed.known || decimal_near(total->value, computed, decimal_of(whole ? 500 : 5, 3)))
        return 0;
    return disagree(p, at, "taxable amount and tax (MOA 125 and 176)", total->value, computed,
                    LEVEL_WARN);
}

static int take_amount(struct parser *p, const struct message *m, struct item *item)
{
    unsigned which = 0;
    bool exact;
    int r = 0;

    while (which < SUM_OF_ITEM && !m->sums[which].seen)
        which++;
    if (which == SUM_OF_ITEM)
        return bad_field(p, "MOA/9", "there, nor any other total behind UNS");
    const struct amount *amount = &m->sums[which];
    const char *currency = amount->currency[0] ? amount->currency : m->currency;
    if (currency[0])
        memcpy(item->currency, currency, sizeof(item->currency));
    else
        r = bad_field(p, "CUX/6345", "filled in");
    if (r < 0)
        return r;
    int exponent = currency_exponent(span_of(item->currency, 3));
    if (!amount->right ||
        decimal_minor(amount->value, exponent < 0 ? 2 : exponent, &item->amount_minor, &exact) < 0)
        return tally_field(&p->tally, FINDING_BAD_FIELD, m->sum_at[which], "MOA/5004",
                           "an amount such as 1234,50");
    if (item->type == ITEM_CREDIT_NOTE && item->amount_minor > 0)
        item->amount_minor = -item->amount_minor;
    if (!exact)
        return tally_field(&p->tally, FINDING_FIELD_NOTE, m->sum_at[which], "MOA/5004",
                           "given in whole minor units; it was rounded");
    return check_tax(p, m, amount, m->sum_at[which]);
}

static struct span identity(const struct party *party)
{
    return party->reg.n ? view(&party->reg) : party->vat.n ? view(&party->vat) : view(&party->id);
}

static struct item make_item(const struct parser *p, const struct message *m)
{
    const struct party *debtor = &m->parties[SIDE_DEBTOR];
    const struct party *issuer = &m->parties[SIDE_ISSUER];
    bool credit = among(m->code, credit_codes, COUNT(credit_codes));
    struct item item = {
        .type = credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE,
        .record = m->record,
        .currency = "XXX",
        .issue_date = m->issued,
        .due_date = m->due,
        .number = view(&m->number),
        .reference = view(&m->reference_text),
        .payee_account = view(&m->account),
    };

    if (debtor->rank) {
        item.counterparty_id = identity(debtor);
        item.counterparty_name = view(&debtor->name);
    }
    item.issuer = issuer->rank ? identity(issuer) : SPAN_NONE;
    if (!item.issuer.n && p->sender.n)
        item.issuer = control_view(&p->sender);
    return item;
}

/* Hand the invoice out. */
static int end_invoice(struct parser *p, struct message *m)
{
    int r = check_lines(p, m);

    if (r == 0 && among(m->code, no_claim_codes, COUNT(no_claim_codes)))
        return note_field(p, "BGM/1001", "that of a claim; the document was not counted");
    if (r == 0 && !m->number.n)
        r = tally_field(&p->tally, FINDING_BAD_FIELD, m->record, "BGM/1004", "filled in");
    if (r < 0)
        return r;
    struct item item = make_item(p, m);
    r = take_amount(p, m, &item);
    if (r == 0 && !item.counterparty_id.n && !item.counterparty_name.n)
        r = note_field(p, "NAD/IV", "filled in");
    return r == 0 ? sink_item(p->sink, &item) : r;
}

static int on_unt(struct parser *p)
{
    struct message *m = &p->message;
    int r;

    if (!m->open)
        return structure(p, "UNT without UNH");
    m->open = false;
    r = check_count(p, "UNT/0074", "the number of segments (UNT)",
                    (int64_t)(p->s->ordinal - m->record + 1));
    if (r == 0)
        r = check_reference(p, "the message reference (UNT)", &m->reference);
    return r == 0 && m->invoice ? end_invoice(p, m) : r;
}

/* --- the envelopes ----------------------------------------------------------------------- */

static int other_message(struct parser *p)
{
    struct span type = get(p, 2, 0);

    p->others_strange = p->others_strange || !edifact_known(type);
    if (p->others++)
        return 0;
    p->others_at = p->s->ordinal;
    for (size_t i = 0; i < sizeof(p->others_type) - 1 && i < type.n; i++)
        p->others_type[i] = type.p[i] >= '!' && type.p[i] <= '~' ? type.p[i] : '?';
    return 0;
}

static void clear_message(struct message *m)
{
    /* Texts are not cleared, only their lengths: they are the bulk of it. */
    m->open = true;
    m->section = SECTION_HEAD;
    m->in_tax = m->discount = m->currency_stated = m->lines_counted = false;
    m->party = NULL;
    m->code = -1;
    memset(m->currency, 0, sizeof(m->currency));
    m->issued = m->due = DATE_NONE;
    m->issued_rank = m->due_rank = m->account_rank = 0;
    for (unsigned i = 0; i < SIDE_COUNT; i++)
        m->parties[i].rank = 0;
    m->number.n = m->reference_text.n = m->account.n = 0;
    m->lines = 0;
    m->lines_sum = DECIMAL_ZERO;
    memset(m->sums, 0, sizeof(m->sums));
}

static int leave_message(struct parser *p)
{
    if (!p->message.open)
        return 0;
    p->message.open = false;
    return structure(p, "a message without its end (UNT)");
}

static int on_unh(struct parser *p)
{
    struct message *m = &p->message;
    int r = leave_message(p);

    if (r == 0 && !p->interchange.open && !p->said_unwrapped) {
        p->said_unwrapped = true;
        r = structure(p, "a message outside an interchange (UNB)");
    }
    if (r < 0)
        return r;
    clear_message(m);
    m->record = p->s->ordinal;
    m->invoice = span_eq_str(get(p, 2, 0), "INVOIC");
    take_control(get(p, 1, 0), &m->reference);
    if (p->group.open)
        p->group.count++;
    else
        p->interchange.count++;
    uint64_t seed = hash_add(p->ordinal, SPAN_NONE);
    if (p->group.open)
        seed = hash_add(seed, control_view(&p->group.reference));
    int fresh = seen_add(&p->messages, hash_add(seed, control_view(&m->reference)));
    if (fresh < 0)
        return fresh;
    if (!fresh)
        r = structure(p, "a message reference (UNH) that came before in the interchange");
    return r == 0 && !m->invoice ? other_message(p) : r;
}

static int leave_group(struct parser *p)
{
    if (!p->group.open)
        return 0;
    p->group.open = false;
    return structure(p, "a group without its end (UNE)");
}

static int on_ung(struct parser *p)
{
    int r = leave_message(p);

    if (r == 0)
        r = leave_group(p);
    p->group.open = true;
    p->group.record = p->s->ordinal;
    p->group.count = 0;
    p->groups++;
    take_control(get(p, 5, 0), &p->group.reference);
    return r;
}

static int on_une(struct parser *p)
{
    int r = leave_message(p);

    if (r < 0)
        return r;
    if (!p->group.open)
        return structure(p, "UNE without UNG");
    p->group.open = false;
    r = check_count(p, "UNE/0060", "the number of messages (UNE)", p->group.count);
    return r < 0 ? r : check_reference(p, "the group reference (UNE)", &p->group.reference);
}

/* UNO: a package with an object of stated size, bytes of any kind, as EN 16931 attaches
 * documents. */
static int on_uno(struct parser *p)
{
    int r = leave_message(p);

    if (r < 0)
        return r;
    if (!record_number(span_trim(get(p, 4, 0)), &p->package.count))
        return bad_field(p, "UNO/0810", "a number");
    p->package.open = true;
    p->packages++;
    take_control(get(p, 1, 0), &p->package.reference);
    edifact_skip(&p->reader, (uint64_t)p->package.count);
    return 0;
}

static int on_unp(struct parser *p)
{
    if (!p->package.open)
        return structure(p, "UNP without UNO");
    p->package.open = false;
    int r = check_count(p, "UNP/0810", "the size of the object (UNP)", p->package.count);
    return r < 0 ? r : check_reference(p, "the package reference (UNP)", &p->package.reference);
}

static void take_repertoire(struct parser *p, struct span syntax)
{
    /* What is not of this list is national or of a trade of its own: ASCII at the least. */
    p->repertoire = &repertoires[0];
    for (size_t i = 0; i < COUNT(repertoires); i++)
        if (span_eq_str(syntax, repertoires[i].code))
            p->repertoire = &repertoires[i];
}

/* 0035: 1 says test; the standard knows no other value, and none is sent in earnest. */
static int take_test(struct parser *p, struct span indicator)
{
    struct control value;

    take_control(indicator, &value);
    if (!value.n)
        return 0;
    p->test = true;
    struct finding f = finding_make(FINDING_TEST_MARK, p->s->ordinal);
    finding_text(&f, "where", SPAN_LIT("UNB/0035"));
    finding_text(&f, "value", printable(&value));
    return tally_add(&p->tally, &f);
}

static int leave_interchange(struct parser *p)
{
    int r = leave_message(p);

    if (r == 0)
        r = leave_group(p);
    if (r < 0 || !p->interchange.open)
        return r;
    p->interchange.open = false;
    return structure(p, "an interchange without its end (UNZ)");
}

static int on_unb(struct parser *p)
{
    int r = leave_interchange(p);

    p->interchange.open = true;
    p->interchange.record = p->s->ordinal;
    p->interchange.count = p->groups = p->packages = 0;
    p->ordinal++;
    take_repertoire(p, get(p, 1, 0));
    take_control(get(p, 2, 0), &p->sender);
    take_control(get(p, 5, 0), &p->interchange.reference);
    if (r == 0)
        r = take_test(p, get(p, 11, 0));
    if (r < 0)
        return r;
    uint64_t hash =
        hash_add(hash_add(1, control_view(&p->sender)), control_view(&p->interchange.reference));
    int fresh = seen_add(&p->interchanges, hash);
    if (fresh < 0)
        return fresh;
    return fresh ? 0 : structure(p, "an interchange reference (UNB) that came before in the file");
}

/* UNZ counts groups where there are any, else messages. Packages count as messages, and some
 * leave them out. */
static int check_contents(struct parser *p)
{
    int64_t stated;
    int64_t messages = p->interchange.count;

    if (p->groups)
        return check_count(p, "UNZ/0036", "the number of groups (UNZ)", p->groups);
    if (p->packages && record_number(span_trim(get(p, 1, 0)), &stated) &&
        stated == messages + p->packages)
        return 0;
    return check_count(p, "UNZ/0036", "the number of messages (UNZ)", messages);
}

static int on_unz(struct parser *p)
{
    int r = leave_message(p);

    if (r == 0)
        r = leave_group(p);
    if (r < 0)
        return r;
    if (!p->interchange.open)
        return structure(p, "UNZ without UNB");
    p->interchange.open = false;
    r = check_contents(p);
    return r < 0 ? r
                 : check_reference(p, "the interchange reference (UNZ)", &p->interchange.reference);
}

/* --- segments ---------------------------------------------------------------------------- */

static int in_invoice(struct parser *p, struct message *m, uint32_t tag)
{
    switch (tag) {
    case TAG('B', 'G', 'M'):
        return on_bgm(p, m);
    case TAG('D', 'T', 'M'):
        return on_dtm(p, m);
    case TAG('N', 'A', 'D'):
        return on_nad(p, m);
    case TAG('R', 'F', 'F'):
        return on_rff(p, m);
    case TAG('F', 'I', 'I'):
        return on_fii(p, m);
    case TAG('C', 'U', 'X'):
        return on_cux(p, m);
    case TAG('P', 'A', 'T'):
    case TAG('P', 'Y', 'T'):
        /* 4279: 20 penalty, 22 discount */
        m->discount = span_eq_str(get(p, 1, 0), "20") || span_eq_str(get(p, 1, 0), "22");
        return 0;
    case TAG('L', 'I', 'N'):
        if (m->section != SECTION_SUMMARY) {
            m->section = SECTION_LINES;
            m->lines++;
        }
        return 0;
    case TAG('U', 'N', 'S'):
        m->section = SECTION_SUMMARY;
        m->in_tax = false;
        return 0;
    case TAG('T', 'A', 'X'):
        m->in_tax = m->section == SECTION_SUMMARY;
        return 0;
    case TAG('M', 'O', 'A'):
        return on_moa(p, m);
    case TAG('C', 'N', 'T'):
        return on_cnt(p, m);
    default:
        return 0;
    }
}

static int outside(struct parser *p)
{
    if (p->said_outside)
        return 0;
    p->said_outside = true;
    return structure(p, "a segment outside a message");
}

static int on_segment(struct parser *p)
{
    uint32_t tag = p->s->tag;

    switch (tag) {
    case TAG('U', 'N', 'B'):
        return on_unb(p);
    case TAG('U', 'N', 'G'):
        return on_ung(p);
    case TAG('U', 'N', 'H'):
        return on_unh(p);
    case TAG('U', 'N', 'T'):
        return on_unt(p);
    case TAG('U', 'N', 'O'):
        return on_uno(p);
    case TAG('U', 'N', 'P'):
        return on_unp(p);
    case TAG('U', 'N', 'E'):
        return on_une(p);
    case TAG('U', 'N', 'Z'):
        return on_unz(p);
    default:
        if (!p->message.open)
            return outside(p);
        return p->message.invoice ? in_invoice(p, &p->message, tag) : 0;
    }
}

/* --- the format -------------------------------------------------------------------------- */

static int say_fault(struct parser *p)
{
    p->said_fault = true;
    switch (p->reader.fault) {
    case EDIFACT_TOO_LONG:
        return tally_limit(&p->tally, p->reader.segment.ordinal, "bytes of one segment",
                           RECORD_MAX);
    case EDIFACT_TOO_MANY:
        return tally_limit(&p->tally, p->reader.segment.ordinal, "components of one segment",
                           EDIFACT_COMPONENTS_MAX);
    default:
        return tally_structure(&p->tally, p->reader.segment.ordinal + 1,
                               "the separators of UNA cannot be told apart");
    }
}

static void unicode(struct parser *p, const char *form)
{
    (void)form;
    p->utf8 = true;
}

static int push(struct parser *p, struct span bytes)
{
    int r;

    while ((r = edifact_next(&p->reader, &bytes, &p->s)) > 0) {
        r = on_segment(p);
        if (r < 0)
            return r;
    }
    if (r == 0 && p->reader.fault && !p->said_fault)
        r = say_fault(p);
    return r;
}

/* Of all that is open at the end of the file the innermost is what was cut. */
static int check_end(struct parser *p)
{
    const char *missing = edifact_unended(&p->reader) ? "the last segment has no end"
                          : p->package.open           ? "UNP, the end of a package, is missing"
                          : p->message.open           ? "UNT, the end of a message, is missing"
                          : p->group.open             ? "UNE, the end of a group, is missing"
                          : p->interchange.open       ? "UNZ, the end of an interchange, is missing"
                                                      : NULL;

    if (!missing || p->reader.fault)
        return 0;
    return tally_truncated(&p->tally, p->reader.segment.ordinal, LEVEL_REJECT, missing);
}

static int say_others(struct parser *p)
{
    if (!p->others)
        return 0;
    struct finding f = finding_make(FINDING_UNKNOWN_RECORD, p->others_at);
    if (p->others_strange)
        f.level = LEVEL_HOLD;
    finding_int(&f, "count", (int64_t)p->others);
    finding_text(&f, "type", span_str(p->others_type));
    return tally_add(&p->tally, &f);
}

static int finish(struct parser *p, struct parser_facts *facts)
{
    int r = check_end(p);

    if (r == 0)
        r = say_others(p);
    if (r == 0)
        r = tally_finish(&p->tally);
    if (r == 0)
        *facts = (struct parser_facts){.test = p->test};
    return r;
}

static int open_parser(const struct sink *sink, struct parser **out)
{
    struct parser *p = calloc(1, sizeof(*p));

    if (!p)
        return SLUSS_ENOMEM;
    p->sink = sink;
    p->repertoire = &repertoires[0];
    tally_init(&p->tally, sink);
    edifact_init(&p->reader);
    *out = p;
    return 0;
}

static void close_parser(struct parser **parser)
{
    struct parser *p = *parser;

    if (!p)
        return;
    edifact_free(&p->reader);
    free(p->messages.slot);
    free(p->interchanges.slot);
    free(p);
    *parser = NULL;
}

/* --- recognition ------------------------------------------------------------------------- */

static enum bid bid(struct span head, bool whole)
{
    struct edifact_look look = edifact_sniff(head, "INVOIC");

    (void)whole;
    if (look.wanted)
        return BID_CERTAIN;
    /* No message in sight yet: what the envelope says it is for. */
    if (look.shape == EDIFACT_INTERCHANGE && !look.type[0] &&
        strncmp(look.purpose, "INVOIC", 6) == 0)
        return BID_LIKELY;
    return BID_NO;
}

static enum ending ending(struct span head, struct span tail)
{
    bool wrapped = edifact_sniff(head, "INVOIC").shape == EDIFACT_INTERCHANGE;

    return edifact_ends_with(head, tail, wrapped ? "UNZ" : "UNT") ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_invoic = {
    .name = "edifact-invoic",
    .kind = KIND_INVOICES,
    .title = "EDIFACT INVOIC (D.93A, D.96A and later), SFTI Fulltextfaktura",
    .carries = "invoices and credit notes: number, dates, amount due, payment reference, debtor, "
               "payee account",
    .end_mark = "UNZ",
    .source = "UN/EDIFACT INVOIC D.93A to D.14B; ISO 9735; SFTI Fulltextfaktura 2.4",
    .bid = bid,
    .ending = ending,
    .begin = open_parser,
    .unicode = unicode,
    .push = push,
    .finish = finish,
    .close = close_parser,
};
