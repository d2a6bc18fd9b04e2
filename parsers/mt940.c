/* mt940.c -- SWIFT MT940: account statements in tags
 *
 * A line that begins with a tag (":61:") is a field, a line that does not goes on with the one
 * before it. `tags` says what each field does. A statement begins with :20: and is closed by
 * its :62:; what follows that belongs to nobody. An entry is handed out when its statement
 * goes on with another field than its :86:.
 * Source: SWIFT, Standards MT, category 9, MT 940, format specifications and field 61; block
 * structure and trailers (TNG, PDE, PDM) from the general information volume.
 */
#include "parsers/mt940.h"

#include <stdlib.h>

#include "model/error.h"
#include "model/text.h"
#include "parsers/letters.h"
#include "parsers/lines.h"
#include "parsers/mt940_info.h"

struct balance {
    bool seen;
    bool page; /* M: of a page; F: of a statement */
    char currency[4];
    struct decimal value; /* signed; not known when it cannot be read */
    uint64_t record;
};

struct statement {
    uint64_t record;
    bool has_reference, has_account, has_number;
    struct balance opening;
    struct balance closing;
    struct iso_text account;
    int64_t number;   /* 0: none that counts */
    int64_t sequence; /* of the page */
    struct decimal sum;
    uint64_t entries;
};

enum texts { T_CUSTOMER = 0, T_BANK, T_COUNT };

struct entry {
    bool open;
    uint64_t record;
    bool credit; /* as it counts: a debit taken back is one */
    struct decimal amount;
    struct date day;
    struct iso_text texts[T_COUNT];
};

/* What continuation lines belong to. */
enum field { FIELD_OTHER = 0, FIELD_LINE, FIELD_INFO, FIELD_NONE };

struct counted {
    uint64_t count;
    uint64_t first; /* record */
};

struct parser {
    struct tally tally;
    const struct sink *sink;
    struct lines lines;
    uint64_t record; /* the line being read, from 1 */
    bool dead;       /* a ceiling was passed: nothing more is read */
    bool open;       /* a statement is, and is not closed by its :62: yet */
    bool half_line;  /* the last one, behind the statements */
    bool zero;       /* every statement is whole and holds nothing */
    bool test;
    uint64_t statements;
    uint64_t entries;
    enum field field;
    struct statement now;
    struct statement before;
    struct entry entry;
    struct buf text; /* of the open entry's :86: */
    bool text_cut;
    struct mt940_info info;
    struct buf recoded;
    struct counted unknown, reversed;
    struct letters letters;
    char unknown_code[4];
};

static void count(struct counted *counted, uint64_t record)
{
    if (counted->count++ == 0)
        counted->first = record;
}

static struct span from(struct span s, size_t n)
{
    return n < s.n ? span_of(s.p + n, s.n - n) : SPAN_NONE;
}

static bool take_char(struct span *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = from(*s, 1);
    return true;
}

/* The mark of an amount, C or D. */
static bool take_side(struct span *s)
{
    return take_char(s, 'C') || take_char(s, 'D');
}

/* The first place where two of `c` stand together; null: there is none. */
static const char *find_pair(struct span s, char c)
{
    for (size_t i = 1; i < s.n; i += 2) { /* one of the two is met */
        if (s.p[i] != c)
            continue;
        if (s.p[i - 1] == c)
            return s.p + i - 1;
        if (i + 1 < s.n && s.p[i + 1] == c)
            return s.p + i;
    }
    return NULL;
}

/* --- values ------------------------------------------------------------------------------ */

/* YYMMDD; years from 80 on are of the last century. False: not six digits. */
static bool take_day(struct span *s, struct date *day)
{
    if (s->n < 6 || !span_all_digits(span_of(s->p, 6)))
        return false;
    if (date_parse_short(span_of(s->p, 6), 80, day) != 0)
        *day = DATE_NONE;
    *s = from(*s, 6);
    return true;
}

/* MMDD near the value date, in the year that brings it nearest; DATE_NONE: no such day. */
static struct date entry_day(struct span digits, struct date value)
{
    int month = (digits.p[0] - '0') * 10 + digits.p[1] - '0';
    int day = (digits.p[2] - '0') * 10 + digits.p[3] - '0';
    int year = value.year;
    if (!date_present(value))
        return DATE_NONE;
    if (month - value.month > 6)
        year--;
    else if (value.month - month > 6)
        year++;
    if (!date_valid(year, month, day))
        return DATE_NONE;
    return (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

/* Up to 18 digits with one comma: "3236,". Takes what it reads off *s. */
static bool take_amount(struct span *s, struct decimal *amount)
{
    int64_t n = 0;
    unsigned digits = 0;
    unsigned scale = 0;
    bool comma = false;
    size_t i = 0;
    for (; i < s->n; i++) {
        char c = s->p[i];
        if (c == ',' && !comma) {
            comma = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        if (n && ++digits >= 18)
            return false;
        n = n * 10 + (c - '0');
        scale += comma;
    }
    if (!comma || i < 2 || scale > 6)
        return false;
    *amount = decimal_of(n, scale);
    *s = from(*s, i);
    return true;
}

/* "00004/00001", "19321/1", "1". Too many digits: not known, 0. */
static int64_t take_number(struct span *s)
{
    int64_t n = 0;
    unsigned digits = 0;
    while (s->n && s->p[0] >= '0' && s->p[0] <= '9') {
        if (++digits <= 18)
            n = n * 10 + (s->p[0] - '0');
        *s = from(*s, 1);
    }
    return digits <= 18 ? n : 0;
}

/* --- an entry is handed out -------------------------------------------------------------- */

static bool tells_nothing(struct span reference)
{
    if (reference.n && reference.p[0] != 'N' && reference.p[0] != 'K' && reference.p[0] != 'E')
        return false; /* none of these words */
    return !reference.n || span_starts(reference, SPAN_LIT("NONREF")) ||
           span_eq_str(reference, "KREF+") || span_eq_str(reference, "EREF+") ||
           span_eq_str(reference, "NOTPROVIDED");
}

static struct span said(const struct iso_text *t)
{
    return tells_nothing(iso_span(t)) ? SPAN_NONE : iso_span(t);
}

/* "NL47INGB0001234567": a few banks put the other party's account where a reference belongs. */
static bool is_account(struct span s)
{
    bool head = s.n >= 15 && s.n <= 34 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' &&
                s.p[1] <= 'Z' && span_all_digits(span_of(s.p + 2, 2));
    for (size_t i = 4; head && i < s.n; i++)
        head = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z');
    return head && !span_starts(s, SPAN_LIT("RF"));
}

/* What the payer was asked to write: a reference with right check digits where there is one,
 * else the customer's reference of the line. */
static struct span reference_of(struct parser *p)
{
    struct iso_text *candidates[] = {&p->info.of[TOLD_REMITTANCE], &p->info.of[TOLD_END_TO_END],
                                     &p->entry.texts[T_CUSTOMER]};
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
        if (candidates[i]->n && iso_is_reference(candidates[i]))
            return iso_span(candidates[i]);
    struct span customer = said(&p->entry.texts[T_CUSTOMER]);
    return is_account(customer) ? SPAN_NONE : customer;
}

static struct item make_item(struct parser *p)
{
    const struct entry *e = &p->entry;
    struct span own = iso_span(&p->now.account);
    struct span other = iso_span(&p->info.of[TOLD_ACCOUNT]);
    struct span bank = said(&e->texts[T_BANK]);
    if (!other.n && is_account(iso_span(&e->texts[T_CUSTOMER])))
        other = iso_span(&e->texts[T_CUSTOMER]);
    return (struct item){
        .type = e->credit ? ITEM_PAYMENT : ITEM_DEDUCTION,
        .record = e->record,
        .issue_date = e->day,
        .number = bank.n ? bank : said(&p->info.of[TOLD_END_TO_END]),
        .reference = reference_of(p),
        .counterparty_id = other,
        .counterparty_name = iso_span(&p->info.of[TOLD_NAME]),
        .payee_account = e->credit ? own : other,
        .issuer = own,
    };
}

static int hand_out(struct parser *p)
{
    struct entry *e = &p->entry;
    if (!e->open)
        return 0;
    e->open = false;
    mt940_info_clear(&p->info);
    int rc = mt940_info_read(&p->info, buf_view(&p->text), &p->tally, e->record);
    if (rc)
        return rc;
    iso_pack(&p->info.of[TOLD_ACCOUNT]);
    struct item item = make_item(p);
    int exponent = currency_exponent(span_str(p->now.opening.currency));
    bool exact;
    memcpy(item.currency, p->now.opening.currency, sizeof(item.currency));
    if (decimal_minor(e->amount, exponent < 0 ? 2 : exponent, &item.amount_minor, &exact))
        return tally_field(&p->tally, FINDING_BAD_FIELD, e->record, ":61: amount",
                           "an amount that can be counted in minor units");
    if (!exact)
        rc = tally_field(&p->tally, FINDING_FIELD_NOTE, e->record, ":61: amount",
                         "given in whole minor units; it was rounded");
    if (!e->credit)
        item.amount_minor = -item.amount_minor;
    return rc ? rc : sink_item(p->sink, &item);
}

/* --- a statement ends -------------------------------------------------------------------- */

static int check_fields(struct parser *p)
{
    const struct statement *s = &p->now;
    const struct {
        bool there;
        const char *what;
    } fields[] = {
        {s->has_reference, "a statement has no reference (:20:)"},
        {s->has_account, "a statement has no account (:25:)"},
        {s->has_number, "a statement has no number (:28C:)"},
        {s->opening.seen, "a statement has no opening balance (:60:)"},
        {!s->closing.currency[0] || !s->opening.currency[0] ||
             strcmp(s->opening.currency, s->closing.currency) == 0,
         "the balances of a statement are in different currencies"},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(fields) / sizeof(fields[0]); i++)
        if (!fields[i].there)
            rc = tally_structure(&p->tally, s->record, fields[i].what);
    return rc;
}

/* Of two statements of an account the second begins where the first ended; pages of one must. */
static int check_chain(struct parser *p)
{
    const struct statement *s = &p->now;
    const struct statement *b = &p->before;
    if (!b->account.n || !span_eq(iso_span(&s->account), iso_span(&b->account)) ||
        strcmp(s->opening.currency, b->closing.currency) != 0)
        return 0;
    bool pages = b->closing.page && s->opening.page;
    int rc = iso_compare(&p->tally, pages ? FINDING_TOTALS_MISMATCH : FINDING_TOTALS_NOTE,
                         s->opening.record,
                         pages ? "the opening balance of a page (:60M:)"
                               : "the opening balance after an earlier statement (:60:)",
                         s->opening.value, b->closing.value);
    bool next =
        s->number == b->number ? s->sequence == b->sequence + 1 : s->number == b->number + 1;
    if (rc || next || s->number <= 1 || !b->number)
        return rc; /* a year begins anew with 1; banks that do not count write 0 */
    struct finding f = finding_make(FINDING_STATEMENT_ORDER, s->record);
    finding_int(&f, "number", s->number);
    finding_int(&f, "previous", b->number);
    return tally_add(&p->tally, &f);
}

static int close_statement(struct parser *p)
{
    struct statement *s = &p->now;
    int rc = hand_out(p);
    if (rc || !p->open)
        return rc;
    p->open = false;
    rc = check_fields(p);
    if (!rc && !s->closing.seen)
        rc = tally_structure(&p->tally, s->record, "a statement has no closing balance (:62:)");
    if (!rc)
        rc = iso_compare(&p->tally, FINDING_TOTALS_MISMATCH, s->closing.record,
                         "the closing balance (:62:)", s->closing.value,
                         decimal_add(s->opening.value, s->sum));
    if (!rc)
        rc = check_chain(p);
    p->zero = p->zero && !s->entries && decimal_equal(s->opening.value, s->closing.value);
    p->before = *s;
    return rc;
}

static int begin_statement(struct parser *p)
{
    int rc = close_statement(p);
    p->now = (struct statement){.record = p->record, .sum = DECIMAL_ZERO};
    p->zero = p->statements ? p->zero : true;
    p->open = true;
    p->statements++;
    return rc;
}

/* --- fields ------------------------------------------------------------------------------ */

static int take_reference(struct parser *p, struct span value, char letter)
{
    (void)value;
    (void)letter;
    int rc = begin_statement(p);
    p->now.has_reference = true;
    return rc;
}

static int take_account(struct parser *p, struct span value, char letter)
{
    (void)letter;
    int rc = p->open ? 0 : begin_statement(p);
    value = span_trim(value);
    p->now.has_account = value.n > 0;
    p->now.account.n = 0;
    if (!rc)
        rc = iso_keep(&p->tally, &p->now.account, value, ":25:", p->record);
    iso_pack(&p->now.account);
    return rc;
}

static int take_statement_number(struct parser *p, struct span value, char letter)
{
    (void)letter;
    int rc = p->open ? 0 : begin_statement(p);
    value = span_trim(value);
    p->now.has_number = value.n > 0;
    p->now.number = take_number(&value);
    if (take_char(&value, '/'))
        p->now.sequence = take_number(&value);
    return rc;
}

static int bad_balance(struct parser *p, const char *field)
{
    return tally_field(&p->tally, FINDING_BAD_FIELD, p->record, field,
                       "C or D, a date, a currency and an amount");
}

/* "C100318EUR380115,12" */
static int take_balance(struct parser *p, struct balance *to, struct span value, const char *field)
{
    struct date day;
    value = span_trim(value);
    bool debit = value.n && value.p[0] == 'D';
    to->seen = true;
    to->record = p->record;
    to->value.known = false;
    if (!take_side(&value) || !take_day(&value, &day) || value.n < 3 ||
        !currency_known(span_of(value.p, 3)))
        return bad_balance(p, field);
    memcpy(to->currency, value.p, 3);
    value = from(value, 3);
    if (!take_amount(&value, &to->value) || value.n) {
        to->value.known = false;
        return bad_balance(p, field);
    }
    if (debit)
        to->value = decimal_sub(DECIMAL_ZERO, to->value);
    if (date_present(day))
        return 0;
    return tally_field(&p->tally, FINDING_FIELD_NOTE, p->record, field, "a day that exists");
}

static int take_opening(struct parser *p, struct span value, char letter)
{
    int rc = p->open ? 0 : begin_statement(p);
    if (!rc && p->now.opening.seen)
        rc = tally_structure(&p->tally, p->record, "a statement has two opening balances (:60:)");
    if (rc)
        return rc;
    p->now.opening = (struct balance){.page = letter == 'M'};
    return take_balance(p, &p->now.opening, value, ":60:");
}

static int take_closing(struct parser *p, struct span value, char letter)
{
    if (!p->open)
        return tally_structure(&p->tally, p->record,
                               "a closing balance (:62:) stands outside a statement");
    p->now.closing = (struct balance){.page = letter == 'M'};
    int rc = take_balance(p, &p->now.closing, value, ":62:");
    return rc ? rc : close_statement(p);
}

/* The type of transaction, then references: "NTRFcustomer//bank". */
static int take_references(struct parser *p, struct span rest)
{
    rest = span_trim(from(rest, 4));
    const char *bank = find_pair(rest, '/');
    struct span customer = bank ? span_of(rest.p, (size_t)(bank - rest.p)) : rest;
    /* Some banks write a name behind it, at a fixed place. */
    const char *blanks = find_pair(customer, ' ');
    if (blanks)
        customer.n = (size_t)(blanks - customer.p);
    int rc = iso_keep(&p->tally, &p->entry.texts[T_CUSTOMER], customer, ":61:", p->record);
    if (rc || !bank)
        return rc;
    return iso_keep(&p->tally, &p->entry.texts[T_BANK], from(rest, customer.n + 2),
                    ":61:", p->record);
}

static int bad_line(struct parser *p)
{
    p->entry.open = false;
    p->now.sum.known = false;
    return tally_field(&p->tally, FINDING_BAD_FIELD, p->record,
                       ":61:", "a date, a mark C, D, RC or RD, an amount and a type");
}

/* Months of 30 days put a value date on 30 February: said, and the entry's own day counts. */
static int take_days(struct parser *p, struct span *value, bool *good)
{
    struct date day = DATE_NONE;
    struct date entry = DATE_NONE;
    struct span whole = *value;
    *good = take_day(value, &day);
    if (!*good)
        return 0;
    struct date near = day;
    if (!date_present(near)) /* the month is enough to find the year */
        near = (struct date){(int16_t)((whole.p[0] >= '8' ? 1900 : 2000) + (whole.p[0] - '0') * 10 +
                                       whole.p[1] - '0'),
                             (uint8_t)((whole.p[2] - '0') * 10 + whole.p[3] - '0'), 1};
    struct span four = span_of(value->p, value->n < 4 ? value->n : 4);
    bool stated = four.n == 4 && span_all_digits(four);
    if (stated || (four.n == 4 && !span_trim(four).n))
        *value = from(*value, 4);
    if (stated)
        entry = entry_day(four, near);
    p->entry.day = date_present(entry) ? entry : day;
    if (date_present(day) && date_present(entry) == stated)
        return 0;
    return tally_field(&p->tally, FINDING_FIELD_NOTE, p->record, ":61: date", "a day that exists");
}

/* "RCR204,88N...": a mark, the currency's third letter, an amount. */
static bool take_marked_amount(struct parser *p, struct span *value)
{
    struct entry *e = &p->entry;
    bool back = take_char(value, 'R');
    bool credit = value->n && value->p[0] == 'C';
    if (!take_side(value))
        return false;
    if (value->n && value->p[0] >= 'A' && value->p[0] <= 'Z')
        *value = from(*value, 1);
    e->credit = credit != back;
    if (!take_amount(value, &e->amount))
        return false;
    if (back)
        count(&p->reversed, p->record);
    return true;
}

/* An entry behind the closing balance, or before any statement: no balance proves it. */
static int stray_line(struct parser *p)
{
    struct finding f = finding_make(FINDING_BAD_STRUCTURE, p->record);
    f.level = p->statements ? LEVEL_HOLD : LEVEL_REJECT;
    finding_text(&f, "what", SPAN_LIT("an entry (:61:) stands outside a statement"));
    return tally_add(&p->tally, &f);
}

static int take_line(struct parser *p, struct span value, char letter)
{
    (void)letter;
    struct entry *e = &p->entry;
    int rc = hand_out(p);
    if (!rc && !p->open)
        rc = stray_line(p);
    if (rc)
        return rc;
    e->open = true;
    e->record = p->record;
    e->day = DATE_NONE;
    e->texts[T_CUSTOMER].n = e->texts[T_BANK].n = 0;
    buf_clear(&p->text);
    p->text_cut = false;
    p->entries++;
    p->now.entries++;
    bool good;
    rc = take_days(p, &value, &good);
    if (rc)
        return rc;
    /* The type follows the amount; a few banks leave all of it blank. */
    if (!good || !take_marked_amount(p, &value) || !value.n || value.p[0] < 'A' || value.p[0] > 'Z')
        return bad_line(p);
    p->now.sum =
        e->credit ? decimal_add(p->now.sum, e->amount) : decimal_sub(p->now.sum, e->amount);
    return take_references(p, value);
}

/* Lines of an :86: are cut at 65 characters, wherever that is: they are joined as they stand. */
static int add_info(struct parser *p, struct span text)
{
    if (!p->entry.open)
        return 0;
    struct span kept = utf8_cut(text, MT940_INFO_MAX - p->text.n);
    int rc = buf_span(&p->text, kept);
    if (rc || kept.n == text.n || p->text_cut)
        return rc;
    p->text_cut = true;
    struct finding f = finding_make(FINDING_TEXT_CUT, p->entry.record);
    finding_text(&f, "field", SPAN_LIT(":86:"));
    finding_int(&f, "most", MT940_INFO_MAX);
    return tally_add(&p->tally, &f);
}

static int take_info(struct parser *p, struct span value, char letter)
{
    (void)letter;
    return add_info(p, value);
}

/* --- lines ------------------------------------------------------------------------------- */

static const struct tag {
    const char *code; /* a lower-case letter: that field with any of these letters */
    enum field field;
    int (*take)(struct parser *p, struct span value, char letter); /* null: passed over */
} tags[] = {
    {"61", FIELD_LINE, take_line},
    {"86", FIELD_INFO, take_info},
    {"20", FIELD_OTHER, take_reference},
    {"25", FIELD_OTHER, take_account},
    {"25P", FIELD_OTHER, take_account},
    {"28C", FIELD_OTHER, take_statement_number},
    {"28", FIELD_OTHER, take_statement_number},
    {"60F", FIELD_OTHER, take_opening},
    {"60M", FIELD_OTHER, take_opening},
    {"62F", FIELD_OTHER, take_closing},
    {"62M", FIELD_OTHER, take_closing},
    {"21", FIELD_OTHER, NULL},
    {"64", FIELD_OTHER, NULL},
    {"65", FIELD_OTHER, NULL},
    {"13", FIELD_OTHER, NULL},
    {"13D", FIELD_OTHER, NULL},
    {"NS", FIELD_NONE, NULL}, /* what a bank has to say to its own programs, in many lines */
    {"940", FIELD_NONE, NULL},
};

/* ":61:" or ":60F:" or ":NS:": the code of two or three characters, and the value behind. */
static bool split_tag(struct span line, struct span *code, struct span *value)
{
    if (line.n < 4 || line.p[0] != ':')
        return false;
    size_t n = line.p[3] == ':' ? 2 : line.n > 4 && line.p[4] == ':' ? 3 : 0;
    for (size_t i = 1; i <= n; i++)
        if (!((line.p[i] >= '0' && line.p[i] <= '9') || (line.p[i] >= 'A' && line.p[i] <= 'Z')))
            return false;
    if (!n || (line.p[1] > '9' && line.p[1] != 'N'))
        return false;
    *code = span_of(line.p + 1, n);
    *value = span_of(line.p + n + 2, line.n - n - 2);
    return true;
}

static const struct tag *tag_of(struct span code)
{
    char third = code.n > 2 ? code.p[2] : 0;
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        if (tags[i].code[0] == code.p[0] && tags[i].code[1] == code.p[1] &&
            tags[i].code[2] == third)
            return &tags[i];
    return NULL;
}

static int take_field(struct parser *p, struct span code, struct span value)
{
    const struct tag *tag = tag_of(code);
    if (!tag) {
        if (!p->unknown.count) {
            memcpy(p->unknown_code, code.p, code.n);
            p->unknown_code[code.n] = 0;
        }
        count(&p->unknown, p->record);
        p->field = FIELD_NONE;
        return 0;
    }
    p->field = tag->field;
    return tag->take ? tag->take(p, value, code.n == 3 ? code.p[2] : 0) : 0;
}

static int say_mark(struct parser *p, enum finding_code code, const char *where, struct span value)
{
    struct finding f = finding_make(code, p->record);
    finding_text(&f, "where", span_str(where));
    finding_text(&f, "value", value);
    return tally_add(&p->tally, &f);
}

/* The eighth character of a BIC is 0 where it belongs to tests and training. */
static int see_sender(struct parser *p, struct span line)
{
    const char *block = memmem(line.p, line.n, "{1:F01", 6);
    size_t at = block ? (size_t)(block - line.p) + 6 : line.n;
    if (line.n < at + 8 || line.p[at + 7] != '0')
        return 0;
    struct finding f = finding_make(FINDING_TEST_BIC, p->record);
    finding_text(&f, "where", SPAN_LIT("{1:"));
    return tally_add(&p->tally, &f);
}

/* The blocks of a SWIFT message around its text: "{1:...}{2:...}{4:" and "-}{5:...}". */
static int take_blocks(struct parser *p, struct span line)
{
    int rc = see_sender(p, line);
    if (!rc && memmem(line.p, line.n, "{TNG:", 5)) {
        p->test = true;
        rc = say_mark(p, FINDING_TEST_MARK, "{5:", SPAN_LIT("TNG"));
    }
    if (!rc && (memmem(line.p, line.n, "{PDE:", 5) || memmem(line.p, line.n, "{PDM:", 5)))
        rc =
            say_mark(p, FINDING_COPY_MARK,
                     "{5:", memmem(line.p, line.n, "{PDE:", 5) ? SPAN_LIT("PDE") : SPAN_LIT("PDM"));
    return rc;
}

/* "-", "-}{5:...}", and behind a closing balance whatever begins so. */
static bool is_end(const struct parser *p, struct span line)
{
    if (!line.n || line.p[0] != '-')
        return false;
    struct span rest = span_trim(from(line, 1));
    return !rest.n || rest.p[0] == '}' || (unsigned char)rest.p[0] < 0x20 || !p->open;
}

static int take_end(struct parser *p, struct span line)
{
    int rc = close_statement(p);
    p->field = FIELD_NONE;
    if (!rc && memchr(line.p, '{', line.n))
        rc = take_blocks(p, line);
    return rc;
}

/* A line without a tag. */
static int take_rest(struct parser *p, struct span line)
{
    if (p->field == FIELD_INFO)
        return add_info(p, line);
    if (!span_trim(line).n || p->field != FIELD_OTHER || !p->open)
        return 0;
    if (!p->unknown.count)
        memcpy(p->unknown_code, "?", 2);
    count(&p->unknown, p->record);
    return 0;
}

/* The line in UTF-8. Of other sets only as much is recoded as a field may hold. */
static int see_charset(struct parser *p, struct span *line)
{
    size_t lost = 0;
    if (!text_has_high(*line))
        return 0;
    enum charset set = letters_see(&p->letters, *line, p->record);
    if (set == CHARSET_UTF8)
        return 0;
    buf_clear(&p->recoded);
    if (line->n > MT940_INFO_MAX)
        line->n = MT940_INFO_MAX;
    int rc = charset_decode(&p->recoded, set, *line, &lost);
    *line = buf_view(&p->recoded);
    return rc;
}

static int take_text(struct parser *p, const struct line *raw)
{
    struct span line = raw->text;
    struct span code;
    struct span value;
    p->record = raw->number;
    if (raw->cut) {
        p->dead = true;
        return tally_limit(&p->tally, p->record, "record length", RECORD_MAX);
    }
    while (line.n && (unsigned char)line.p[0] < 0x20 && line.p[0] != '\t')
        line = from(line, 1); /* STX and its like around a message */
    int rc = see_charset(p, &line);
    if (rc)
        return rc;
    if (split_tag(line, &code, &value))
        return take_field(p, code, value);
    if (is_end(p, line))
        return take_end(p, line);
    if (!span_starts(line, SPAN_LIT("{")))
        return take_rest(p, line);
    rc = close_statement(p);
    p->field = FIELD_NONE;
    return rc ? rc : take_blocks(p, line);
}

/* --- the parser -------------------------------------------------------------------------- */

static int begin(const struct sink *sink, struct parser **out)
{
    struct parser *p = calloc(1, sizeof(*p));
    if (!p)
        return SLUSS_ENOMEM;
    p->sink = sink;
    p->field = FIELD_NONE;
    p->letters.rule = LETTERS_EITHER;
    tally_init(&p->tally, sink);
    lines_init(&p->lines);
    buf_init(&p->text, MT940_INFO_MAX);
    buf_init(&p->recoded, CHARSET_WIDEST * MT940_INFO_MAX);
    mt940_info_init(&p->info);
    *out = p;
    return 0;
}

static void mt940_close(struct parser **parser)
{
    struct parser *p = *parser;
    if (!p)
        return;
    lines_free(&p->lines);
    buf_free(&p->text);
    buf_free(&p->recoded);
    mt940_info_free(&p->info);
    free(p);
    *parser = NULL;
}

static void unicode(struct parser *p, const char *form)
{
    (void)form;
    p->letters.utf8 = true;
}

static int push(struct parser *p, struct span bytes)
{
    struct line line;
    int rc = 0;
    while (rc == 0 && !p->dead) {
        int got = lines_next(&p->lines, &bytes, &line);
        if (got <= 0)
            return got;
        rc = take_text(p, &line);
    }
    return rc;
}

static int say_counted(struct parser *p)
{
    int rc = letters_say(&p->letters, &p->tally);
    if (rc == 0 && p->unknown.count) {
        struct finding f = finding_make(FINDING_UNKNOWN_RECORD, p->unknown.first);
        finding_int(&f, "count", (int64_t)p->unknown.count);
        finding_text(&f, "type", span_str(p->unknown_code));
        rc = tally_add(&p->tally, &f);
    }
    if (rc == 0 && p->reversed.count) {
        struct finding f = finding_make(FINDING_REVERSALS, p->reversed.first);
        finding_int(&f, "count", (int64_t)p->reversed.count);
        finding_int(&f, "of", (int64_t)p->entries);
        rc = tally_add(&p->tally, &f);
    }
    return rc;
}

/* The last statement has no closing balance, or announces another page: the file was cut off. */
static int end_open(struct parser *p)
{
    int rc = hand_out(p);
    if (!rc && p->open)
        rc = check_fields(p);
    if (rc)
        return rc;
    const char *missing = p->open               ? "the closing balance (:62:) is missing"
                          : p->now.closing.page ? "the last page of a statement is missing"
                          : p->half_line        ? "the last line is incomplete"
                                                : NULL;
    p->zero = p->zero && !p->open;
    /* Pages may come in files of their own. */
    return missing
               ? tally_truncated(&p->tally, p->record, p->open ? LEVEL_REJECT : LEVEL_HOLD, missing)
               : 0;
}

/* A last line without its end, behind the statements: the beginning of a field or of a block? */
static bool is_half(const struct parser *p, struct span line)
{
    int depth = 0;
    line = span_trim(line);
    if (p->open || !line.n)
        return false;
    for (size_t i = 0; i < line.n; i++)
        depth += (line.p[i] == '{') - (line.p[i] == '}');
    return line.p[0] == '-' ? depth > 0 : line.p[line.n - 1] != '}';
}

static int take_last(struct parser *p, const struct line *line)
{
    struct span code;
    struct span value;
    int rc = take_text(p, line);
    p->half_line = !split_tag(line->text, &code, &value) && is_half(p, line->text);
    return rc;
}

static int finish(struct parser *p, struct parser_facts *facts)
{
    struct line line;
    int rc = 0;
    if (!p->dead && lines_last(&p->lines, &line))
        rc = take_last(p, &line);
    if (rc == 0)
        rc = end_open(p);
    if (rc == 0 && !p->statements)
        rc = tally_structure(&p->tally, 1, "there is no statement (:20: to :62:)");
    if (rc == 0)
        rc = say_counted(p);
    if (rc == 0)
        rc = tally_finish(&p->tally);
    *facts = (struct parser_facts){.test = p->test, .states_zero = p->zero && !p->entries};
    return rc;
}

/* --- recognition ------------------------------------------------------------------------- */

/* What the first lines show. */
struct look {
    struct span type;  /* "940" of block 2 */
    unsigned foreign;  /* lines before the first tag */
    bool tags;         /* any tag of the family */
    bool opened, told; /* :20:; one of :25:, :28:, :60: */
    const char *other; /* by a tag that MT940 does not have */
};

static const struct {
    const char *type;
    const char *tag; /* that only it has; null: told by block 2 alone */
    const char *what;
} others[] = {
    {"942", "34F", "an MT942 interim report"},
    {"103", "23B", "an MT103 payment"},
    {"101", "28D", "an MT101 payment order"},
    {"910", "32A", "an MT900 or MT910 confirmation"},
    {"900", NULL, "an MT900 or MT910 confirmation"},
    {"941", NULL, "an MT941 balance report"},
    {"950", NULL, "an MT950 statement"},
    {"200", NULL, "a SWIFT message between banks"},
    {"202", NULL, "a SWIFT message between banks"},
    {"104", NULL, "an MT104 direct debit"},
    {"199", NULL, "a SWIFT message of free text"},
    {"299", NULL, "a SWIFT message of free text"},
    {"999", NULL, "a SWIFT message of free text"},
};
#define OTHERS       (sizeof(others) / sizeof(others[0]))
#define LOOK_LINES   40
#define LOOK_FOREIGN 4 /* a bank's own lines before the first tag */

static bool next_line(struct span *text, struct span *line)
{
    if (!text->n)
        return false;
    const char *end = memchr(text->p, '\n', text->n);
    *line = span_of(text->p, end ? (size_t)(end - text->p) : text->n);
    *text = end ? from(*text, line->n + 1) : SPAN_NONE;
    while (line->n && (unsigned char)line->p[0] <= 0x20)
        *line = from(*line, 1);
    return true;
}

static void look_at_blocks(struct look *look, struct span line)
{
    const char *block = memmem(line.p, line.n, "{2:", 3);
    if (block && block + 7 <= line.p + line.n && !look->type.n)
        look->type = span_of(block + 4, 3);
}

static void look_at_tag(struct look *look, struct span code)
{
    const struct tag *tag = tag_of(code);
    for (size_t i = 0; i < OTHERS && !look->other; i++)
        if (others[i].tag && span_eq_str(code, others[i].tag))
            look->other = others[i].what;
    look->tags = look->tags || (tag && tag->take);
    look->opened = look->opened || span_eq_str(code, "20");
    look->told = look->told || span_eq_str(span_of(code.p, 2), "25") ||
                 span_eq_str(span_of(code.p, 2), "28") || span_eq_str(span_of(code.p, 2), "60");
}

static struct look look_at(struct span head)
{
    struct look look = {0};
    struct span line;
    struct span code;
    struct span value;
    for (unsigned i = 0; i < LOOK_LINES && look.foreign <= LOOK_FOREIGN && next_line(&head, &line);
         i++) {
        if (split_tag(line, &code, &value))
            look_at_tag(&look, code);
        else if (line.n && line.p[0] == '{')
            look_at_blocks(&look, line);
        else if (line.n && !look.tags)
            look.foreign++;
    }
    for (size_t i = 0; i < OTHERS; i++)
        if (span_eq_str(look.type, others[i].type))
            look.other = others[i].what;
    return look;
}

static enum bid bid(struct span head, bool whole)
{
    (void)whole;
    struct look look = look_at(head);
    bool named = span_eq_str(look.type, "940");
    if (!look.tags || look.foreign > LOOK_FOREIGN || (look.type.n && !named) || look.other)
        return BID_NO;
    return look.opened && look.told ? BID_CERTAIN : BID_LIKELY;
}

const char *mt940_other(struct span head)
{
    struct look look = look_at(head);
    if (look.other && (look.type.n || (look.opened && look.foreign <= LOOK_FOREIGN)))
        return look.other;
    return look.type.n && span_starts(span_trim(head), SPAN_LIT("{1:")) ? "a SWIFT message" : NULL;
}

/* Whole when it ends with a closing line, or with a field that stands behind the closing
 * balance; a bank that ends each statement with "-" has it at the end of the file too. */
static enum ending ending(struct span head, struct span tail)
{
    struct span line;
    struct span code = SPAN_NONE;
    struct span value;
    bool closed = false;
    bool whole = false;
    bool ended = tail.n && tail.p[tail.n - 1] == '\n';
    (void)head;
    while (next_line(&tail, &line)) {
        line = span_trim(line);
        if (split_tag(line, &code, &value)) {
            closed = span_starts(code, SPAN_LIT("62")) ||
                     (closed && (code.p[0] == '6' || code.p[0] == '8') &&
                      !span_eq_str(code, "61") && !span_starts(code, SPAN_LIT("60")));
            whole = closed && (tail.n || ended);
        } else if (line.n && (line.p[0] == '-' || line.p[0] == '{')) {
            whole = closed && (line.n == 1 || line.p[line.n - 1] == '}' || line.p[1] != '}');
        }
    }
    return whole ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_mt940 = {
    .name = "mt940",
    .kind = KIND_PAYMENTS,
    .title = "SWIFT MT940 account statement",
    .carries = "payment (credit entry) or deduction (debit entry): the bank's reference, entry "
               "date, amount, payment reference, payer, account",
    .end_mark = ":62F: or -",
    .source = "SWIFT Standards MT, MT 940 Customer Statement Message; :86: of German and Dutch "
              "banks",
    .bid = bid,
    .ending = ending,
    .begin = begin,
    .unicode = unicode,
    .push = push,
    .finish = finish,
    .close = mt940_close,
};
