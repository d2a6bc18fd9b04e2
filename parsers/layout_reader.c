#include "parsers/layout_reader.h"

#include <stdlib.h>

#include "model/error.h"
#include "model/text.h"
#include "parsers/decimal.h"
#include "parsers/delimited.h"
#include "parsers/lines.h"
#include "parsers/tally.h"

#define BOM SPAN_LIT("\xEF\xBB\xBF")

/* One line, whichever way its fields are told apart. */
struct row {
    uint64_t line;
    struct span text;        /* fixed */
    const struct span *cell; /* delimited */
    unsigned n;              /* cells, or characters */
    bool ended;
};

/* A value that an item may take over. */
struct slot {
    uint32_t owner; /* bit of the record that said it; 0: nobody */
    struct span text;
    struct date date;
    char own[ITEM_TEXT_MAX];
};

struct total {
    const struct layout_field *field; /* null: not stated */
    uint64_t line;
    int64_t stated;
};

struct sum {
    int64_t minor;
    bool unknown; /* an amount was unreadable, the sum too large, or currencies are mixed */
    char currency[4];
};

struct layout_parser {
    const struct layout *layout;
    const struct sink *sink;
    const struct line_watch *watch; /* null: nobody */
    struct tally tally;
    struct lines lines;
    struct delimited cells;
    bool dead; /* nothing more is read */
    bool started, header_read;
    bool cut_off; /* the last line was */
    bool unended;
    bool test;
    const char *form; /* the file began with a mark, or was UTF-16; null: it did not */
    bool said_utf8, said_broken;
    bool has_serial;
    int64_t serial;

    struct row row;
    enum charset charset; /* of the row */
    struct charset_evidence evidence;
    const struct layout_record *record;
    uint32_t bit;

    uint32_t open;                          /* records under which others may stand */
    uint64_t seen[LAYOUT_RECORDS_MAX];      /* under the present parent */
    uint64_t counted[LAYOUT_RECORDS_MAX];   /* in the section */
    unsigned order[LAYOUT_RECORDS_MAX + 1]; /* reached, by parent + 1 */
    unsigned first_order;
    uint64_t sections;
    struct total total[LAYOUT_TOTALS_MAX];
    struct sum sum[LAYOUT_TOTALS_MAX];

    struct slot slot[ROLE_SLOTS];
    int64_t amount;
    int64_t fee, interest; /* of the record */
    bool amount_good;
    bool credit;
    char currency[4];
    uint64_t items;
    bool states_zero;
    struct line_value values[LAYOUT_FIELDS_MAX];
};

/* --- findings ---------------------------------------------------------------------------- */

static int bad_field(struct layout_parser *p, const struct layout_field *f, const char *expected)
{
    struct finding finding = finding_make(FINDING_LAYOUT_FIELD, p->row.line);

    finding_text(&finding, "field", span_str(f->name));
    finding_int(&finding, "column", (int64_t)f->first);
    finding_text(&finding, "expected", span_str(expected));
    return tally_add(&p->tally, &finding);
}

static int say_order(struct layout_parser *p, const struct layout_record *r, const char *what)
{
    struct finding finding = finding_make(FINDING_LAYOUT_ORDER, p->row.line);

    finding_text(&finding, "name", span_str(r->name));
    finding_text(&finding, "what", span_str(what));
    return tally_add(&p->tally, &finding);
}

static int say_length(struct layout_parser *p, unsigned expected)
{
    struct finding finding = finding_make(FINDING_LAYOUT_LENGTH, p->row.line);

    finding_text(&finding, "name", span_str(p->record->name));
    finding_int(&finding, "actual", (int64_t)p->row.n);
    finding_int(&finding, "expected", (int64_t)expected);
    if (p->layout->fixed)
        finding_text(&finding, "what", SPAN_LIT("characters"));
    else
        finding_text(&finding, "what", SPAN_LIT("columns"));
    return tally_add(&p->tally, &finding);
}

static int say_unclaimed(struct layout_parser *p)
{
    struct finding finding = finding_make(FINDING_LAYOUT_UNCLAIMED, p->row.line);

    finding_text(&finding, "layout", span_str(p->layout->format.name));
    finding_int(&finding, "column", p->layout->rid_first ? (int64_t)p->layout->rid_first : 1);
    return tally_add(&p->tally, &finding);
}

/* --- the character set of a line ------------------------------------------------------------ */

static bool row_has_high(const struct row *row)
{
    if (!row->cell)
        return text_has_high(row->text);
    for (unsigned i = 0; i < row->n; i++)
        if (text_has_high(row->cell[i]))
            return true;
    return false;
}

static bool row_is_utf8(const struct row *row)
{
    if (!row->cell)
        return utf8_valid(row->text);
    for (unsigned i = 0; i < row->n; i++)
        if (!utf8_valid(row->cell[i]))
            return false;
    return true;
}

static enum charset row_evidence(struct layout_parser *p)
{
    enum charset set = CHARSET_ASCII;

    if (!p->row.cell)
        return charset_of(p->row.text, &p->evidence);
    for (unsigned i = 0; i < p->row.n; i++)
        if (text_has_high(p->row.cell[i]))
            set = charset_of(p->row.cell[i], &p->evidence);
    return set;
}

static bool is_eight_bit(enum charset set)
{
    return set != CHARSET_UTF8 && set != CHARSET_ASCII && set != CHARSET_SE7;
}

/* What the whole file is in, whatever is declared. */
static int see_form(struct layout_parser *p)
{
    p->charset = CHARSET_UTF8;
    if (p->said_utf8)
        return 0;
    p->said_utf8 = true;
    return tally_encoding(&p->tally, FINDING_ENCODING_CONVERTED, p->row.line,
                          charset_name(p->layout->charset), p->form);
}

/* Declared and actual may differ: what is UTF-8 beyond doubt is read so, and what cannot be as
 * declared is read by the evidence. Said once. */
static int see_charset(struct layout_parser *p, bool high)
{
    enum charset declared = p->layout->charset;
    bool utf8;

    p->charset = declared;
    if (!high)
        return 0;
    utf8 = row_is_utf8(&p->row);
    if (p->form && utf8 && declared != CHARSET_UTF8)
        return see_form(p);
    if (declared == CHARSET_UTF8 ? utf8 : is_eight_bit(declared) && (!utf8 || p->layout->fixed))
        return 0;
    p->charset = utf8 ? CHARSET_UTF8 : row_evidence(p);
    if (utf8 ? p->said_utf8 : p->said_broken)
        return 0;
    *(utf8 ? &p->said_utf8 : &p->said_broken) = true;
    return tally_encoding(&p->tally, utf8 ? FINDING_ENCODING_CONVERTED : FINDING_ENCODING_BROKEN,
                          p->row.line, charset_name(declared), charset_name(p->charset));
}

/* --- one value -------------------------------------------------------------------------- */

static struct span cut_characters(struct span s, unsigned first, unsigned length)
{
    size_t begin = 0, at = 0, n = 1;

    for (; at < s.n && n < first; n++)
        for (at++; at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80;)
            at++;
    for (begin = at, n = 0; at < s.n && n < length; n++)
        for (at++; at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80;)
            at++;
    return span_of(s.p + begin, at - begin);
}

static struct span cut_row(const struct layout_parser *p, unsigned first, unsigned length)
{
    const struct row *row = &p->row;

    if (row->cell)
        return first <= row->n ? row->cell[first - 1] : SPAN_NONE;
    if (p->layout->characters || p->form)
        return cut_characters(row->text, first, length);
    if (first > row->text.n)
        return SPAN_NONE;
    if (length > row->text.n - (first - 1))
        length = (unsigned)(row->text.n - (first - 1));
    return span_of(row->text.p + first - 1, length);
}

static struct span strip_padding(const struct layout_field *f, struct span s)
{
    if (!f->padding)
        return s;
    while (s.n && f->pad_left && s.p[0] == f->padding) {
        s.p++;
        s.n--;
    }
    while (s.n && !f->pad_left && s.p[s.n - 1] == f->padding)
        s.n--;
    return span_trim(s);
}

/* Is the text one of those separated by | ? */
static bool is_one_of(struct span text, struct span choices)
{
    while (choices.n) {
        const char *bar = memchr(choices.p, '|', choices.n);
        struct span one = span_of(choices.p, bar ? (size_t)(bar - choices.p) : choices.n);
        size_t taken = one.n + (bar != NULL);
        if (span_eq(text, one))
            return true;
        choices = span_of(choices.p + taken, choices.n - taken);
    }
    return false;
}

/* The sign at the end of an overpunched number, which becomes the digit it stands for. */
static bool overpunch(struct span *s, char *last, bool *minus)
{
    static const char plus_signs[] = "{ABCDEFGHI";
    static const char minus_signs[] = "}JKLMNOPQR";
    char c = s->n ? s->p[s->n - 1] : 0;
    const char *at = c ? strchr(plus_signs, c) : NULL;

    if (c >= '0' && c <= '9') {
        *last = c;
    } else if (at) {
        *last = (char)('0' + (at - plus_signs));
    } else if (c && (at = strchr(minus_signs, c))) {
        *last = (char)('0' + (at - minus_signs));
        *minus = true;
    } else {
        return false;
    }
    s->n--;
    return true;
}

static bool take_sign(const struct layout_field *f, struct span *s, char *last, bool *minus)
{
    size_t end = s->n - 1;

    switch (f->sign) {
    case SIGN_OVERPUNCH:
        return overpunch(s, last, minus);
    case SIGN_TRAILING:
        if (s->p[end] == '-' || s->p[end] == '+') {
            *minus = s->p[end] == '-';
            *s = span_trim(span_of(s->p, end));
        }
        return true;
    case SIGN_LEADING:
        if (s->p[0] == '-' || s->p[0] == '+') {
            *minus = s->p[0] == '-';
            *s = span_of(s->p + 1, end);
        }
        return true;
    case SIGN_FIELD:
        break;
    }
    return true;
}

/* Digits of a number, whose marks have to stand where they belong. */
struct digits {
    int64_t n;
    unsigned count; /* digits in all */
    unsigned since; /* the last group mark; 0 groups: since the beginning */
    unsigned groups;
    int decimals; /* behind the mark; -1: no mark yet */
};

static bool add_digit(struct digits *d, char c)
{
    if (c < '0' || c > '9' || __builtin_mul_overflow(d->n, 10, &d->n) ||
        __builtin_add_overflow(d->n, c - '0', &d->n))
        return false;
    d->count++;
    d->since++;
    if (d->decimals >= 0)
        d->decimals++;
    return true;
}

static bool add_group(struct digits *d)
{
    bool sound = d->decimals < 0 && d->since >= 1 && d->since <= 3 && (!d->groups || d->since == 3);

    d->groups++;
    d->since = 0;
    return sound;
}

/* Scale known, or marks as declared; anything else is no number: no blanks, no exponents, no
 * other mark. */
static bool parse_number(const struct layout *l, const struct layout_field *f, struct span s,
                         struct decimal *out)
{
    struct digits d = {.decimals = -1};
    bool minus = false;
    char last = 0;

    if (s.n == 0 || !take_sign(f, &s, &last, &minus))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (f->scale < 0 && d.decimals < 0 && s.p[i] == l->decimal) {
            if (d.count == 0 || (d.groups && d.since != 3))
                return false;
            d.decimals = 0;
        } else if (f->scale < 0 && l->group && s.p[i] == l->group) {
            if (!add_group(&d))
                return false;
        } else if (!add_digit(&d, s.p[i])) {
            return false;
        }
    }
    if (last && !add_digit(&d, last))
        return false;
    if (d.count == 0 || d.count > 18 || d.decimals == 0 ||
        (d.groups && d.decimals < 0 && d.since != 3))
        return false;
    *out = decimal_of(minus ? -d.n : d.n, (unsigned)(f->scale > 0 ? f->scale : 0));
    if (f->scale < 0)
        out->scale = (uint8_t)(d.decimals > 0 ? d.decimals : 0);
    return true;
}

/* 0: a date; 1: not of the form; 2: no such day. */
static int parse_date(const struct layout_field *f, struct span s, struct date *out)
{
    int year = 0, month = 0, day = 0;
    bool short_year = f->pivot >= 0;

    if (s.n != f->format.n)
        return 1;
    for (size_t i = 0; i < s.n; i++) {
        char form = f->format.p[i];
        int *into = form == 'Y' || form == 'C' ? &year : form == 'M' ? &month : &day;
        if (form != 'Y' && form != 'C' && form != 'M' && form != 'D') {
            if (s.p[i] != form)
                return 1;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9')
            return 1;
        *into = *into * 10 + (s.p[i] - '0');
    }
    if (short_year)
        year += year >= f->pivot ? 1900 : 2000;
    if (!date_valid(year, month, day))
        return 2;
    *out = (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
    return 0;
}

static bool all_zeros(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '0')
            return false;
    return s.n > 0;
}

/* --- values into slots ------------------------------------------------------------------- */

/* Does the text hold anything that is another letter in UTF-8? */
static bool needs_decoding(const struct layout_parser *p, struct span text)
{
    if (p->charset == CHARSET_UTF8)
        return false;
    if (p->charset != CHARSET_SE7)
        return text_has_high(text);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '@' || c >= '{' || (c >= '[' && c <= '`'))
            return true;
    }
    return false;
}

static int keep_text(struct layout_parser *p, const struct layout_field *f, struct slot *slot,
                     struct span text)
{
    bool decode = needs_decoding(p, text);
    bool leaf = p->record->item && p->record->with == p->bit;
    size_t lost = 0;

    slot->owner = p->bit;
    if (!decode && text.n <= ITEM_TEXT_MAX) {
        slot->text = leaf ? text : span_of(memcpy(slot->own, text.p, text.n), text.n);
        return 0;
    }
    slot->text.p = slot->own;
    slot->text.n = charset_decode_into(decode ? p->charset : CHARSET_UTF8, &text, slot->own,
                                       sizeof(slot->own), &lost);
    return text.n ? tally_text_cut(&p->tally, p->row.line, f->name) : 0;
}

/* Blanks inside a reference are for the eye. */
static struct span without_blanks(struct span s, char out[ITEM_TEXT_MAX])
{
    size_t n = 0;

    if (!memchr(s.p, ' ', s.n) || s.n > ITEM_TEXT_MAX)
        return s;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ')
            out[n++] = s.p[i];
    return span_of(out, n);
}

static int keep_currency(struct layout_parser *p, const struct layout_field *f, struct span text)
{
    p->slot[ROLE_CURRENCY].owner = p->bit;
    if (text.n == 3 && currency_known(text)) {
        memcpy(p->currency, text.p, 3);
        return 0;
    }
    memcpy(p->currency, "XXX", 3); /* ISO 4217: no currency */
    return bad_field(p, f, "an ISO 4217 currency");
}

static int keep_value(struct layout_parser *p, const struct layout_field *f, struct span text,
                      struct date date)
{
    struct slot *slot = &p->slot[f->role];
    int r;

    switch (f->role) {
    case ROLE_INVOICE_DATE:
    case ROLE_DUE_DATE:
        slot->owner = p->bit;
        slot->date = date;
        return 0;
    case ROLE_CURRENCY:
        return keep_currency(p, f, text);
    case ROLE_CAPITAL:
        return 0;
    case ROLE_TYPE:
        p->credit = p->credit || span_eq(text, f->credit);
        return 0;
    case ROLE_OCR:
        r = keep_text(p, f, slot, text);
        slot->text = without_blanks(slot->text, slot->own);
        return r;
    default:
        return keep_text(p, f, slot, text);
    }
}

/* --- numbers ----------------------------------------------------------------------------- */

/* The sign that another field holds. */
static int sign_of(struct layout_parser *p, const struct layout_field *f, struct decimal *number)
{
    struct span text = span_trim(cut_row(p, f->sign_field->first, f->sign_field->length));

    if (span_eq(text, f->minus))
        number->n = -number->n;
    else if (!span_eq(text, f->plus))
        return bad_field(p, f->sign_field, "one of the two signs that the layout declares");
    return 0;
}

static int exponent_of(const struct layout_parser *p)
{
    int exponent = currency_exponent(span_of(p->currency, 3));

    return exponent < 0 ? 2 : exponent;
}

static void add_up(struct layout_parser *p, const struct layout_field *f, int64_t minor, bool good)
{
    struct sum *sum;

    if (f->accumulator < 0)
        return;
    sum = &p->sum[f->accumulator];
    if (!sum->currency[0])
        memcpy(sum->currency, p->currency, sizeof(sum->currency));
    if (!good || memcmp(sum->currency, p->currency, sizeof(sum->currency)) != 0 ||
        money_add(sum->minor, minor, &sum->minor) < 0)
        sum->unknown = true;
}

/* Several fees of one item are one sum; what is too large to add is in no receipt. */
static void keep_beside(struct layout_parser *p, const struct layout_field *f, int64_t minor)
{
    int64_t *to = f->role == ROLE_FEE ? &p->fee : f->role == ROLE_INTEREST ? &p->interest : NULL;

    if (to)
        (void)money_add(*to, minor, to);
}

static int take_money(struct layout_parser *p, const struct layout_field *f, struct decimal number,
                      bool readable)
{
    bool exact = false;
    int64_t minor = 0;
    bool good = readable && decimal_minor(number, exponent_of(p), &minor, &exact) == 0 && exact &&
                minor != INT64_MIN;

    if (!good)
        minor = 0;
    if (good && p->record->credit && minor > 0)
        minor = -minor;
    add_up(p, f, minor, good);
    if (f->role == ROLE_CAPITAL) {
        p->amount = minor;
        p->amount_good = good;
    }
    keep_beside(p, f, minor);
    if (f->total == TOTAL_SUM && good)
        p->total[f->total_slot] = (struct total){f, p->row.line, minor};
    if (good)
        return 0;
    return bad_field(p, f,
                     readable ? "an amount in whole minor units of its currency"
                              : "a number as the layout declares it");
}

static int take_number(struct layout_parser *p, const struct layout_field *f, struct span text)
{
    struct decimal number = {0};
    bool readable = parse_number(p->layout, f, text, &number);
    int r = 0;

    if (readable && f->sign_field)
        r = sign_of(p, f, &number);
    if (r < 0)
        return r;
    if (f->money)
        return take_money(p, f, number, readable);
    return readable ? 0 : bad_field(p, f, "a number as the layout declares it");
}

static int take_serial(struct layout_parser *p, int64_t n)
{
    struct finding finding = finding_make(FINDING_FILE_SERIAL, p->row.line);

    if (p->has_serial && n != p->serial + 1) {
        finding = finding_make(FINDING_SERIAL_GAP, p->row.line);
        finding_int(&finding, "before", p->serial);
    }
    finding_int(&finding, "serial", n);
    p->has_serial = true;
    p->serial = n;
    return tally_add(&p->tally, &finding);
}

static int take_integer(struct layout_parser *p, const struct layout_field *f, struct span text)
{
    int64_t n;

    if (!record_number(text, &n))
        return bad_field(p, f, "digits throughout");
    if (f->total == TOTAL_COUNT)
        p->total[f->total_slot] = (struct total){f, p->row.line, n};
    return f->role == ROLE_SERIAL ? take_serial(p, n) : 0;
}

/* --- a field ------------------------------------------------------------------------------ */

static int say_test(struct layout_parser *p, const struct layout_field *f)
{
    struct finding finding = finding_make(FINDING_TEST_MARK, p->row.line);

    p->test = true;
    finding_text(&finding, "where", span_str(f->name));
    finding_text(&finding, "value", SPAN_LIT("T"));
    return tally_add(&p->tally, &finding);
}

static int take_date(struct layout_parser *p, const struct layout_field *f, struct span text)
{
    struct date date = DATE_NONE;
    int wrong = parse_date(f, text, &date);

    if (wrong == 1)
        return bad_field(p, f, "a date as the layout declares it");
    if (wrong == 2)
        return bad_field(p, f, "a day that exists");
    return f->role && f->role < ROLE_SLOTS ? keep_value(p, f, text, date) : 0;
}

static int take_typed(struct layout_parser *p, const struct layout_field *f, struct span text)
{
    switch (f->type) {
    case LAYOUT_NUMBER:
        return take_number(p, f, text);
    case LAYOUT_INTEGER:
        return take_integer(p, f, text);
    case LAYOUT_DATE:
        return take_date(p, f, text);
    case LAYOUT_DIGITS:
        if (!span_all_digits(text))
            return bad_field(p, f, "digits throughout");
        break;
    case LAYOUT_STRING:
        break;
    }
    return f->role && f->role < ROLE_SLOTS ? keep_value(p, f, text, DATE_NONE) : 0;
}

static bool is_absent(const struct layout_parser *p, const struct layout_field *f, struct span text)
{
    if (text.n == 0 || (f->missing.p && span_eq(text, f->missing)))
        return true;
    return f->type == LAYOUT_DATE && p->layout->fixed && all_zeros(text);
}

static int take_absent(struct layout_parser *p, const struct layout_field *f)
{
    if (f->money && f->role == ROLE_CAPITAL) {
        add_up(p, f, 0, false);
        p->amount = 0;
        return bad_field(p, f, "filled in");
    }
    return f->required ? bad_field(p, f, "filled in") : 0;
}

static int take_field(struct layout_parser *p, const struct layout_field *f,
                      struct line_value *value)
{
    struct span text = strip_padding(f, span_trim(cut_row(p, f->first, f->length)));
    uint64_t before = p->tally.of[FINDING_LAYOUT_FIELD].count;
    int r = 0;

    *value = (struct line_value){f, text, RECORD_GOOD};
    if (is_absent(p, f, text)) {
        value->state = RECORD_ABSENT;
        r = take_absent(p, f);
    } else if ((f->literal.p && !span_eq(text, f->literal)) ||
               (f->choices.p && !is_one_of(text, f->choices))) {
        r = bad_field(p, f, "a value that the layout declares");
    } else {
        if (f->test.p && is_one_of(text, f->test))
            r = say_test(p, f);
        if (r == 0)
            r = take_typed(p, f, text);
    }
    if (p->tally.of[FINDING_LAYOUT_FIELD].count != before)
        value->state = RECORD_BAD;
    return r;
}

/* --- items -------------------------------------------------------------------------------- */

static struct span slot_text(const struct layout_parser *p, enum layout_role role)
{
    const struct slot *slot = &p->slot[role];

    return slot->owner && slot->text.n ? slot->text : SPAN_NONE;
}

static struct date slot_date(const struct layout_parser *p, enum layout_role role)
{
    return p->slot[role].owner ? p->slot[role].date : DATE_NONE;
}

static enum item_type type_of(const struct layout_parser *p)
{
    bool credit = p->credit || p->record->credit;

    switch (p->layout->format.kind) {
    case KIND_PAYMENTS:
        return credit || p->amount < 0 ? ITEM_DEDUCTION : ITEM_PAYMENT;
    case KIND_INVOICES:
        return credit || p->amount < 0 ? ITEM_CREDIT_NOTE : ITEM_INVOICE;
    default:
        return credit ? ITEM_CREDIT_NOTE : ITEM_CASE;
    }
}

static int emit(struct layout_parser *p)
{
    struct item item = {
        .type = type_of(p),
        .record = p->row.line,
        .amount_minor = p->amount,
        .fee_minor = p->fee,
        .interest_minor = p->interest,
        .issue_date = slot_date(p, ROLE_INVOICE_DATE),
        .due_date = slot_date(p, ROLE_DUE_DATE),
        .number = slot_text(p, ROLE_NUMBER),
        .reference = slot_text(p, ROLE_OCR),
        .counterparty_id = slot_text(p, ROLE_DEBTOR_ID),
        .counterparty_name = slot_text(p, ROLE_DEBTOR_NAME),
        .payee_account = slot_text(p, ROLE_PAYEE_ACCOUNT),
        .issuer = slot_text(p, ROLE_CREDITOR),
    };
    int r = 0;

    memcpy(item.currency, p->currency, sizeof(item.currency));
    if (!item.number.p)
        item.number = slot_text(p, ROLE_CASE_ID);
    if ((item.type == ITEM_CREDIT_NOTE || item.type == ITEM_DEDUCTION) && item.amount_minor > 0)
        item.amount_minor = -item.amount_minor;
    if (item.type == ITEM_CASE && item.amount_minor < 0)
        r = tally_field(&p->tally, FINDING_FIELD_NOTE, p->row.line, "amount", "a positive amount");
    p->items++;
    return r < 0 ? r : sink_item(p->sink, &item);
}

static void forget(struct layout_parser *p, uint32_t owners)
{
    for (unsigned i = 0; i < ROLE_SLOTS; i++) {
        if (!(p->slot[i].owner & owners))
            continue;
        p->slot[i].owner = 0;
        if (i == ROLE_CURRENCY)
            memcpy(p->currency, p->layout->currency, sizeof(p->currency));
    }
}

/* --- order and number of records ---------------------------------------------------------- */

/* What stands under these records is complete: did each come often enough? */
static int close_records(struct layout_parser *p, uint32_t closed)
{
    const struct layout *l = p->layout;
    int r = 0;

    for (unsigned i = 0; i < l->record_count && r == 0; i++) {
        const struct layout_record *child = &l->records[i];
        if (child->parent < 0 || !(closed & p->open & (UINT32_C(1) << child->parent)))
            continue;
        if (p->seen[i] < child->least)
            r = say_order(p, child, "comes less often than it must");
        p->seen[i] = 0;
        p->order[child->parent + 1] = 0;
    }
    p->open &= ~closed;
    return r;
}

static int compare_total(struct layout_parser *p, const struct total *t)
{
    const struct layout_field *f = t->field;
    bool count = f->total == TOTAL_COUNT;
    const struct sum *sum = count ? NULL : &p->sum[f->total_of];
    int64_t computed = count ? (int64_t)p->counted[f->total_of] : sum->minor;

    if ((sum && sum->unknown) || computed == t->stated)
        return 0;
    struct finding finding = finding_make(FINDING_TOTALS_MISMATCH, t->line);
    finding_text(&finding, "what", span_str(f->name));
    if (count) {
        finding_int(&finding, "stated", t->stated);
        finding_int(&finding, "computed", computed);
    } else {
        const char *currency = sum->currency[0] ? sum->currency : p->currency;
        finding_money(&finding, "stated", t->stated, currency);
        finding_money(&finding, "computed", computed, currency);
    }
    return tally_add(&p->tally, &finding);
}

static int end_totals(struct layout_parser *p)
{
    int r = 0;

    for (unsigned i = 0; i < p->layout->totals && r == 0; i++) {
        if (!p->total[i].field)
            continue;
        if (p->total[i].field->total == TOTAL_COUNT && p->total[i].stated == 0)
            p->states_zero = true;
        r = compare_total(p, &p->total[i]);
    }
    memset(p->total, 0, sizeof(p->total));
    memset(p->sum, 0, sizeof(p->sum));
    memset(p->counted, 0, sizeof(p->counted));
    return r;
}

/* A missing record at the end of the file is a file that was cut off. */
static int end_section(struct layout_parser *p, bool of_file)
{
    const struct layout *l = p->layout;
    int r = close_records(p, UINT32_MAX);

    for (unsigned i = 0; i < l->record_count && r == 0; i++) {
        const struct layout_record *record = &l->records[i];
        if (record->parent >= 0 || p->seen[i] >= record->least)
            continue;
        if (of_file && record->order >= p->order[0] && record->order > p->first_order) {
            p->cut_off = true;
            r = tally_truncated(&p->tally, p->row.line, LEVEL_REJECT,
                                "a record that must come at the end");
        } else {
            r = say_order(p, record, "comes less often than it must");
        }
    }
    memset(p->seen, 0, sizeof(p->seen));
    memset(p->order, 0, sizeof(p->order));
    return r < 0 ? r : end_totals(p);
}

static int enter_record(struct layout_parser *p)
{
    const struct layout_record *r = p->record;
    unsigned i = (unsigned)(r - p->layout->records);
    unsigned *order = &p->order[r->parent + 1];
    int rc = 0;

    if (r->parent < 0 && r->order == p->first_order && *order > r->order && r->most != 1)
        rc = end_section(p, false);
    if (rc == 0)
        rc = close_records(p, r->beside);
    if (rc == 0 && r->parent >= 0 && !(p->open >> r->parent & 1))
        rc = say_order(p, r, "has no record above it that it belongs to");
    if (rc == 0 && r->order < *order)
        rc = say_order(p, r, "stands out of its order");
    if (r->order > *order)
        *order = r->order;
    p->counted[i]++;
    if (rc == 0 && ++p->seen[i] > r->most && r->most)
        rc = say_order(p, r, "comes more often than it may");
    p->open |= p->bit;
    return rc;
}

/* --- a line ------------------------------------------------------------------------------- */

static const struct layout_record *claim(const struct layout_parser *p)
{
    const struct layout *l = p->layout;
    const struct layout_record *bare = NULL;
    struct span rid = SPAN_NONE;

    if (l->rid_first)
        rid = cut_row(p, l->rid_first, l->rid_length);
    if (!l->fixed && rid.n)
        rid = span_trim(rid);
    for (unsigned i = 0; i < l->record_count; i++) {
        const struct layout_record *r = &l->records[i];
        if (!r->rid.p)
            bare = r;
        else if (span_eq(r->rid, rid))
            return r;
    }
    return bare;
}

/* 0: it can be read; 1: it was cut off by the end of the file, and that was said. */
static int check_length(struct layout_parser *p)
{
    const struct layout_record *r = p->record;
    unsigned least = p->layout->fixed ? r->least_length : r->columns_least;
    int rc;

    if (p->row.n >= least && p->row.n <= r->columns)
        return 0;
    if (p->row.ended || p->row.n > r->columns)
        return say_length(p, p->row.n < least ? least : r->columns);
    p->cut_off = true;
    rc = tally_truncated(&p->tally, p->row.line, LEVEL_REJECT, "the last record is incomplete");
    return rc < 0 ? rc : 1;
}

static int tell_line(struct layout_parser *p, unsigned n)
{
    const struct line_read line = {p->row.line, p->layout, p->record, p->charset, n, p->values};

    return p->watch ? p->watch->line(p->watch->context, &line) : 0;
}

/* The currency first: amounts are read by its exponent. Then signs and all else in order. */
static int take_fields(struct layout_parser *p)
{
    const struct layout_record *r = p->record;
    int rc = 0;

    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < r->count && rc == 0; i++)
            if ((r->fields[i].role == ROLE_CURRENCY) == (pass == 0))
                rc = take_field(p, &r->fields[i], &p->values[i]);
    return rc;
}

static int take_record(struct layout_parser *p)
{
    const struct layout_record *r = p->record;
    int rc = check_length(p);

    if (rc > 0)
        return tell_line(p, 0);
    p->bit = UINT32_C(1) << (r - p->layout->records);
    if (rc == 0)
        rc = enter_record(p);
    forget(p, r->with);
    p->credit = false;
    p->amount = p->fee = p->interest = 0;
    if (rc == 0)
        rc = take_fields(p);
    if (rc == 0 && r->item)
        rc = emit(p);
    if (r->item && r->with == p->bit)
        forget(p, p->bit); /* its texts lie in the line */
    return rc < 0 ? rc : tell_line(p, r->count);
}

static bool is_blank(const struct row *row)
{
    if (!row->cell)
        return span_trim(row->text).n == 0 || span_eq_str(row->text, "\x1A");
    for (unsigned i = 0; i < row->n; i++)
        if (span_trim(row->cell[i]).n && !(row->n == 1 && span_eq_str(row->cell[i], "\x1A")))
            return false;
    return true;
}

/* "sep=;" as spreadsheets write and read it. */
static bool is_separator_line(const struct layout *l, const struct row *row)
{
    char sep[] = "sep=;";

    sep[4] = l->separator;
    if (!row->cell || row->n > 2)
        return false;
    return row->n == 2 ? span_eq_str(row->cell[0], "sep=") && row->cell[1].n == 0
                       : span_eq_str(row->cell[0], sep);
}

static int take_header(struct layout_parser *p)
{
    const struct layout *l = p->layout;

    p->header_read = true;
    for (unsigned i = 0; i < LAYOUT_HEADINGS_MAX; i++) {
        if (!l->headings[i].p)
            continue;
        if (i < p->row.n && span_eq(span_trim(p->row.cell[i]), l->headings[i]))
            continue;
        p->dead = true;
        p->record = NULL;
        struct finding finding = finding_make(FINDING_LAYOUT_HEADER, p->row.line);
        finding_int(&finding, "column", (int64_t)i + 1);
        int rc = tally_add(&p->tally, &finding);
        return rc < 0 ? rc : tell_line(p, 0);
    }
    return 0;
}

static int take_row(struct layout_parser *p, bool high)
{
    bool first = !p->started;
    int rc;

    if (is_blank(&p->row) || (first && is_separator_line(p->layout, &p->row)))
        return 0;
    p->started = true;
    p->unended = !p->row.ended;
    rc = see_charset(p, high);
    if (rc < 0)
        return rc;
    if (p->layout->header && !p->header_read)
        return take_header(p);
    p->record = claim(p);
    if (p->record)
        return take_record(p);
    rc = say_unclaimed(p);
    return rc < 0 ? rc : tell_line(p, 0);
}

/* --- pushing ------------------------------------------------------------------------------ */

static int die(struct layout_parser *p, int said)
{
    p->dead = true;
    return said;
}

static size_t count_characters(struct span s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static int take_line(struct layout_parser *p, const struct line *line)
{
    struct span text = line->text;

    p->row = (struct row){.line = line->number, .ended = line->ended};
    if (line->cut)
        return die(p, tally_limit(&p->tally, line->number, "record length", RECORD_MAX));
    if (line->number == 1 && span_starts(text, BOM))
        text = span_of(text.p + 3, text.n - 3);
    p->row.text = text;
    p->row.n = (unsigned)(p->layout->characters || p->form ? count_characters(text) : text.n);
    return take_row(p, text_has_high(text));
}

static int take_faulty_cells(struct layout_parser *p, const struct delimited_record *rec)
{
    if (rec->cut)
        return die(p, tally_limit(&p->tally, rec->line, "record length", RECORD_MAX));
    if (rec->too_many)
        return die(p, tally_limit(&p->tally, rec->line, "columns", DELIMITED_FIELDS_MAX));
    if (rec->unclosed)
        return die(
            p, tally_truncated(&p->tally, rec->line, LEVEL_REJECT, "a quoted field is not closed"));
    return tally_structure(&p->tally, rec->line, "text follows a closing quote");
}

static int take_cells(struct layout_parser *p, const struct delimited_record *rec)
{
    struct span cells[DELIMITED_FIELDS_MAX];
    int rc = 0;

    p->row = (struct row){.line = rec->line, .cell = rec->field, .n = rec->n, .ended = rec->ended};
    if (rec->cut || rec->too_many || rec->unclosed || rec->stray)
        rc = take_faulty_cells(p, rec);
    if (rc < 0 || p->dead)
        return rc;
    if (!p->layout->multiline && p->cells.lines.number > rec->line)
        rc = tally_structure(&p->tally, rec->line, "a field holds a line end");
    if (rec->line == 1 && rec->n && span_starts(rec->field[0], BOM)) {
        memcpy(cells, rec->field, rec->n * sizeof(cells[0]));
        cells[0] = span_of(cells[0].p + 3, cells[0].n - 3);
        p->row.cell = cells;
    }
    if (rc == 0)
        rc = take_row(p, rec->high && row_has_high(&p->row));
    p->row.cell = NULL;
    return rc;
}

void layout_unicode(struct parser *parser, const char *form)
{
    ((struct layout_parser *)parser)->form = form;
}

int layout_push(struct parser *parser, struct span bytes)
{
    struct layout_parser *p = (struct layout_parser *)parser;
    const struct delimited_record *rec;
    struct line line;
    int r = 0;

    while (r == 0 && !p->dead) {
        int got = p->layout->fixed ? lines_next(&p->lines, &bytes, &line)
                                   : delimited_next(&p->cells, &bytes, &rec);
        if (got <= 0)
            return got;
        r = p->layout->fixed ? take_line(p, &line) : take_cells(p, rec);
    }
    return r;
}

static int take_last(struct layout_parser *p)
{
    const struct delimited_record *rec;
    struct line line;
    int r;

    if (p->layout->fixed)
        return lines_last(&p->lines, &line) ? take_line(p, &line) : 0;
    r = delimited_last(&p->cells, &rec);
    return r > 0 ? take_cells(p, rec) : r;
}

/* Is there a record that must stand at the end? Then its absence tells of a cut. */
static bool has_end(const struct layout *l)
{
    return l->format.end_mark != NULL;
}

static int end_file(struct layout_parser *p)
{
    int r = end_section(p, !p->cut_off);

    if (r == 0 && p->unended && !p->cut_off && !has_end(p->layout))
        r = tally_truncated(&p->tally, p->row.line, LEVEL_HOLD,
                            "the last line has no line end, and no record closes the file");
    if (r == 0 && p->layout->totals == 0) {
        struct finding finding = finding_make(FINDING_LAYOUT_NO_TOTALS, 0);
        finding_text(&finding, "layout", span_str(p->layout->format.name));
        r = tally_add(&p->tally, &finding);
    }
    return r;
}

int layout_finish(struct parser *parser, struct parser_facts *facts)
{
    struct layout_parser *p = (struct layout_parser *)parser;
    int r = p->dead ? 0 : take_last(p);

    if (r == 0 && !p->dead)
        r = end_file(p);
    if (r == 0)
        r = tally_finish(&p->tally);
    if (r == 0)
        *facts =
            (struct parser_facts){.test = p->test, .states_zero = p->states_zero && p->items == 0};
    return r;
}

void layout_watch(struct parser *parser, const struct line_watch *watch)
{
    ((struct layout_parser *)parser)->watch = watch;
}

int layout_begin(const struct layout *layout, const struct sink *sink, struct parser **out)
{
    struct layout_parser *p = calloc(1, sizeof(*p));

    if (!p)
        return SLUSS_ENOMEM;
    p->layout = layout;
    p->sink = sink;
    memcpy(p->currency, layout->currency, sizeof(p->currency));
    p->first_order = UINT32_MAX;
    for (unsigned i = 0; i < layout->record_count; i++)
        if (layout->records[i].parent < 0 && layout->records[i].order < p->first_order)
            p->first_order = layout->records[i].order;
    tally_init(&p->tally, sink);
    lines_init(&p->lines);
    delimited_init(&p->cells, layout->separator);
    *out = (struct parser *)p;
    return 0;
}

void layout_close(struct parser **parser)
{
    struct layout_parser *p = (struct layout_parser *)*parser;

    if (!p)
        return;
    lines_free(&p->lines);
    delimited_free(&p->cells);
    free(p);
    *parser = NULL;
}

/* --- recognition -------------------------------------------------------------------------- */

/* Line `number` of the head, without its end; false when it is not there whole. */
static bool head_line(const struct layout *l, struct span head, bool whole, unsigned number,
                      struct span *line)
{
    if (span_starts(head, BOM))
        head = span_of(head.p + 3, head.n - 3);
    for (;;) {
        const char *end = head.n ? memchr(head.p, '\n', head.n) : NULL;
        char sep[] = "sep=;";
        sep[4] = l->separator;
        if (!end && (!whole || !head.n))
            return false;
        *line = span_of(head.p, end ? (size_t)(end - head.p) : head.n);
        if (line->n && line->p[line->n - 1] == '\r')
            line->n--;
        if (!(l->separator && span_eq_str(*line, sep)) && --number == 0)
            return true;
        if (!end)
            return false;
        head = span_of(end + 1, head.n - (size_t)(end + 1 - head.p));
    }
}

static struct span unquoted(struct span s)
{
    s = span_trim(s);
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return span_of(s.p + 1, s.n - 2);
    return s;
}

/* Column `number` of the line; *columns counts them all. Quoted fields of a first line that
 * hold the separator are not looked for: they end the match, no more. */
static struct span head_column(const struct layout *l, struct span line, unsigned number,
                               unsigned *columns)
{
    struct span found = SPAN_NONE;

    *columns = 0;
    for (;;) {
        const char *end = line.n ? memchr(line.p, l->separator, line.n) : NULL;
        if (++*columns == number)
            found = unquoted(span_of(line.p, end ? (size_t)(end - line.p) : line.n));
        if (!end)
            return found;
        line = span_of(end + 1, line.n - (size_t)(end + 1 - line.p));
    }
}

static bool header_fits(const struct layout *l, struct span line)
{
    unsigned columns;

    for (unsigned i = 0; i < LAYOUT_HEADINGS_MAX; i++)
        if (l->headings[i].p && !span_eq(head_column(l, line, i + 1, &columns), l->headings[i]))
            return false;
    return true;
}

static bool match_fits(const struct layout *l, const struct layout_match *m, struct span head,
                       bool whole)
{
    struct span line;
    unsigned columns;

    if (m->kind == MATCH_LITERAL && m->line == 1)
        return span_starts(span_starts(head, BOM) ? span_of(head.p + 3, head.n - 3) : head,
                           m->literal);
    if (!head_line(l, head, whole, m->line, &line))
        return false;
    switch (m->kind) {
    case MATCH_LITERAL:
        return span_starts(line, m->literal);
    case MATCH_POSITION:
        return line.n >= m->where - 1 &&
               span_starts(span_of(line.p + m->where - 1, line.n - (m->where - 1)), m->literal);
    case MATCH_FIELD:
        return span_eq(head_column(l, line, m->where, &columns), m->literal);
    case MATCH_HEADER:
        return header_fits(l, line);
    case MATCH_COLUMNS:
        (void)head_column(l, line, 0, &columns);
        return columns == m->where;
    case MATCH_LENGTH:
        return (l->characters ? count_characters(line) : line.n) == m->where;
    }
    return false;
}

enum bid layout_bid(const struct layout *l, struct span head, bool whole)
{
    for (unsigned i = 0; i < l->match_count; i++)
        if (!match_fits(l, &l->match[i], head, whole))
            return BID_NO;
    return l->match_count ? BID_CERTAIN : BID_NO;
}

/* Is the file's last line the record that must come last, and all of it? */
static bool ends_with_record(const struct layout *l, struct span last)
{
    for (unsigned i = 0; i < l->record_count; i++) {
        const struct layout_record *r = &l->records[i];
        struct span rid = SPAN_NONE;
        unsigned columns = 0;
        if (strcmp(r->name, l->format.end_mark) != 0)
            continue;
        if (!l->fixed)
            rid = head_column(l, last, l->rid_first, &columns);
        else if (last.n >= r->least_length)
            rid = span_of(last.p + l->rid_first - 1, l->rid_length);
        return span_eq(rid, r->rid) && (l->fixed || columns >= r->columns_least);
    }
    return false;
}

enum ending layout_ending(const struct layout *l, struct span head, struct span tail)
{
    bool ended = tail.n && tail.p[tail.n - 1] == '\n';
    struct span last = tail;
    const char *before;

    (void)head;
    while (last.n && strchr("\r\n\x1A", last.p[last.n - 1]) && last.p[last.n - 1])
        last.n--;
    before = last.n ? memrchr(last.p, '\n', last.n) : NULL;
    if (before)
        last = span_of(before + 1, last.n - (size_t)(before + 1 - last.p));
    if (l->format.end_mark)
        return ends_with_record(l, last) ? ENDING_WHOLE : ENDING_CUT;
    return ended ? ENDING_UNKNOWN : ENDING_CUT;
}
