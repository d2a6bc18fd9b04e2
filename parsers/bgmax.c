#include "parsers/bgmax.h"

#include <stdlib.h>

#include "model/error.h"
#include "model/ident.h"
#include "parsers/lines.h"
#include "parsers/tally.h"

/* --- the manual's tables ------------------------------------------------------------- */

enum bgmax_role {
    ROLE_NONE = 0,
    ROLE_LAYOUT,
    ROLE_VERSION,
    ROLE_WRITTEN,
    ROLE_MARK,
    ROLE_RECEIVER,
    ROLE_CURRENCY,
    ROLE_PAYER,
    ROLE_REFERENCE,
    ROLE_AMOUNT,
    ROLE_REFERENCE_CODE,
    ROLE_SERIAL,
    ROLE_NAME,
    ROLE_ORGANISATION,
    ROLE_PAYMENT_DATE,
    ROLE_RECORDS,
    ROLE_PAYMENTS,
    ROLE_DEDUCTIONS,
    ROLE_EXTRA_REFERENCES,
    ROLE_DEPOSITS,
    ROLE_COUNT
};

#define FILLER(first, length)                                                                      \
    {                                                                                              \
        "blank", first, length, RECORD_FILLER, false, ROLE_NONE                                    \
    }

static const struct record_field start_fields[] = {
    {"layout name", 3, 20, RECORD_TEXT, true, ROLE_LAYOUT},
    {"version", 23, 2, RECORD_DIGITS, false, ROLE_VERSION},
    {"write time", 25, 20, RECORD_DIGITS, false, ROLE_WRITTEN},
    {"test mark", 45, 1, RECORD_TEXT, false, ROLE_MARK},
    FILLER(46, 35),
};

static const struct record_field opening_fields[] = {
    {"receiver's bankgiro", 3, 10, RECORD_DIGITS, true, ROLE_RECEIVER},
    {"receiver's plusgiro", 13, 10, RECORD_DIGITS, false, ROLE_NONE},
    {"currency", 23, 3, RECORD_TEXT, true, ROLE_CURRENCY},
    FILLER(26, 55),
};

static const struct record_field payment_fields[] = {
    {"payer's bankgiro", 3, 10, RECORD_DIGITS, false, ROLE_PAYER},
    {"reference", 13, 25, RECORD_TEXT, false, ROLE_REFERENCE},
    {"amount", 38, 18, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"reference code", 56, 1, RECORD_DIGITS, false, ROLE_REFERENCE_CODE},
    {"payment channel", 57, 1, RECORD_DIGITS, false, ROLE_NONE},
    {"serial number", 58, 12, RECORD_DIGITS, false, ROLE_SERIAL},
    {"slip image", 70, 1, RECORD_DIGITS, false, ROLE_NONE},
    {"deduction code", 71, 1, RECORD_DIGITS, false, ROLE_NONE},
    FILLER(72, 9),
};

/* Part amounts of extra references are never added, so nothing of them is read. */
static const struct record_field extra_reference_fields[] = {
    {"payer's bankgiro", 3, 10, RECORD_DIGITS, false, ROLE_NONE},
    {"reference", 13, 25, RECORD_TEXT, false, ROLE_NONE},
    {"part amount", 38, 18, RECORD_NUMBER, false, ROLE_NONE},
    {"reference code", 56, 1, RECORD_DIGITS, false, ROLE_NONE},
    {"payment channel", 57, 1, RECORD_DIGITS, false, ROLE_NONE},
    {"serial number", 58, 12, RECORD_DIGITS, false, ROLE_NONE},
    {"slip image", 70, 1, RECORD_DIGITS, false, ROLE_NONE},
    FILLER(71, 10),
};

static const struct record_field information_fields[] = {
    {"information", 3, 50, RECORD_TEXT, false, ROLE_NONE},
    FILLER(53, 28),
};

static const struct record_field name_fields[] = {
    {"payer's name", 3, 35, RECORD_TEXT, false, ROLE_NAME},
    {"extra name", 38, 35, RECORD_TEXT, false, ROLE_NONE},
    FILLER(73, 8),
};

static const struct record_field street_fields[] = {
    {"street", 3, 35, RECORD_TEXT, false, ROLE_NONE},
    {"postcode", 38, 9, RECORD_TEXT, false, ROLE_NONE},
    FILLER(47, 34),
};

static const struct record_field town_fields[] = {
    {"town", 3, 35, RECORD_TEXT, false, ROLE_NONE},
    {"country", 38, 35, RECORD_TEXT, false, ROLE_NONE},
    {"country code", 73, 2, RECORD_TEXT, false, ROLE_NONE},
    FILLER(75, 6),
};

static const struct record_field organisation_fields[] = {
    {"organisation number", 3, 12, RECORD_TEXT, false, ROLE_ORGANISATION},
    FILLER(15, 66),
};

static const struct record_field deposit_fields[] = {
    {"receiver's bank account", 3, 35, RECORD_DIGITS, false, ROLE_NONE},
    {"payment date", 38, 8, RECORD_DATE, false, ROLE_PAYMENT_DATE},
    {"deposit serial", 46, 5, RECORD_DIGITS, false, ROLE_NONE},
    {"deposit amount", 51, 18, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"currency", 69, 3, RECORD_TEXT, true, ROLE_CURRENCY},
    {"number of records", 72, 8, RECORD_NUMBER, true, ROLE_RECORDS},
    {"deposit type", 80, 1, RECORD_TEXT, false, ROLE_NONE},
};

static const struct record_field end_fields[] = {
    {"number of payments", 3, 8, RECORD_NUMBER, true, ROLE_PAYMENTS},
    {"number of deductions", 11, 8, RECORD_NUMBER, true, ROLE_DEDUCTIONS},
    {"number of extra references", 19, 8, RECORD_NUMBER, true, ROLE_EXTRA_REFERENCES},
    {"number of deposits", 27, 8, RECORD_NUMBER, true, ROLE_DEPOSITS},
    FILLER(35, 46),
};

#define LAYOUT(code, title, fields)                                                                \
    {                                                                                              \
        code, title, fields, sizeof(fields) / sizeof((fields)[0])                                  \
    }

const struct record_layout bgmax_layouts[] = {
    LAYOUT("01", "start", start_fields),
    LAYOUT("05", "opening", opening_fields),
    LAYOUT("20", "payment", payment_fields),
    LAYOUT("21", "deduction", payment_fields),
    LAYOUT("22", "extra reference", extra_reference_fields),
    LAYOUT("23", "negative extra reference", extra_reference_fields),
    LAYOUT("25", "information", information_fields),
    LAYOUT("26", "name", name_fields),
    LAYOUT("27", "street", street_fields),
    LAYOUT("28", "town", town_fields),
    LAYOUT("29", "organisation number", organisation_fields),
    LAYOUT("15", "deposit", deposit_fields),
    LAYOUT("70", "end", end_fields),
};

const size_t bgmax_layout_count = sizeof(bgmax_layouts) / sizeof(bgmax_layouts[0]);

/* --- one parser ---------------------------------------------------------------------- */

#define RECORD_SIZE 80                /* characters of a record by the manual */
#define KEPT_SIZE   (RECORD_SIZE * 4) /* bytes of as many characters in UTF-8 */

/* What Bankgirot's published example files have in common. */
static const char example_receiver[] = "9912346";
static const char *const example_written[] = {"20040525173035010331", "20120914173035010331"};

static const struct date last_day = {2026, 11, 27};

struct bgmax;

/* What becomes of a record, looked up by its two digits. */
struct known_record {
    const struct record_layout *layout; /* null: an unknown code */
    int (*take)(struct bgmax *bgmax, const struct record_value *values);
    bool reads;     /* some field is asked for */
    bool keeps;     /* what is read lies in payment.kept, since it is needed later */
    unsigned least; /* characters that hold all required fields */
};

/* The payment that is being gathered; it is handed out when the next one begins. */
struct payment {
    bool open;
    struct item item; /* its strings lie below */
    char organisation[12 * 4];
    char name[35 * 4];
    char kept[KEPT_SIZE];
};

struct counted {
    uint64_t count;
    uint64_t first;
};

struct bgmax {
    const struct sink *sink;
    struct tally tally;
    struct lines lines;
    struct known_record known[100];
    struct record_value values[ROLE_COUNT];

    uint64_t record; /* the line being read, from 1 */
    struct record line;
    bool dead; /* a ceiling was passed: nothing more is read */
    bool cut_off;
    bool test;

    bool started, said_unstarted;
    bool ended, said_after_end;
    bool in_section;
    bool totals_readable; /* every amount of the section was */
    bool said_example;
    char currency[4];
    size_t receiver_n;
    char receiver[10];
    int64_t section_sum;
    int64_t section_records;
    int64_t payments, deductions, extra_references, deposits; /* since TK01 */
    bool states_zero;

    struct payment payment;
    bool has_organisation; /* TK29 named the payer better than the bankgiro does */

    char recoded[RECORD_SIZE * 2];
    struct counted unknown, odd_length, bad_check, checked, utf8, latin1;
    char unknown_code[3];
};

static void count(struct counted *counted, uint64_t record)
{
    if (counted->count++ == 0)
        counted->first = record;
}

static int structure(struct bgmax *b, const char *what)
{
    return tally_structure(&b->tally, b->record, what);
}

/* --- what of a record is kept ---------------------------------------------------------- */

static size_t copy_text(struct span text, char *out, size_t room)
{
    size_t n = text.n < room ? text.n : room;

    if (n)
        memcpy(out, text.p, n);
    return n;
}

/* A payment is handed out when the next one begins, so its record is kept until then. */
static void keep_record(struct bgmax *b)
{
    char *kept = b->payment.kept;

    if (b->line.bytes.n == RECORD_SIZE)
        memcpy(kept, b->line.bytes.p, RECORD_SIZE);
    else
        b->line.bytes.n = copy_text(b->line.bytes, kept, KEPT_SIZE);
    b->line.bytes.p = kept;
}

static struct span without_zeros(struct span digits)
{
    while (digits.n && digits.p[0] == '0') {
        digits.p++;
        digits.n--;
    }
    return digits;
}

static struct span good_text(const struct record_value *value)
{
    return value->state == RECORD_GOOD ? value->text : SPAN_NONE;
}

/* --- TK20, TK21 and what belongs to them --------------------------------------------- */

static int hand_out(struct bgmax *b)
{
    struct payment *p = &b->payment;

    if (!p->open)
        return 0;
    p->open = false;
    memcpy(p->item.currency, b->currency, sizeof(p->item.currency));
    p->item.payee_account = b->receiver_n ? span_of(b->receiver, b->receiver_n) : SPAN_NONE;
    p->item.issuer = p->item.payee_account;
    return sink_item(b->sink, &p->item);
}

static void check_reference(struct bgmax *b, const struct record_value *v)
{
    const struct record_value *code = &v[ROLE_REFERENCE_CODE];

    /* Code 2: Bankgirot found the OCR reference right. */
    if (code->state != RECORD_GOOD || code->text.p[0] != '2' ||
        v[ROLE_REFERENCE].state != RECORD_GOOD)
        return;
    count(&b->checked, b->record);
    if (!luhn_valid(v[ROLE_REFERENCE].text))
        count(&b->bad_check, b->record);
}

static void add_to_section(struct bgmax *b, const struct record_value *amount)
{
    if (amount->state != RECORD_GOOD ||
        money_add(b->section_sum, b->payment.item.amount_minor, &b->section_sum) < 0)
        b->totals_readable = false;
    b->section_records++;
}

static int take_money(struct bgmax *b, const struct record_value *v, enum item_type type)
{
    struct item *item = &b->payment.item;
    struct span payer = without_zeros(good_text(&v[ROLE_PAYER]));
    int r = 0;

    if (!b->in_section && (r = structure(b, "a payment stands outside a section")) < 0)
        return r;
    b->payment.open = true;
    item->type = type;
    item->record = b->record;
    item->amount_minor = v[ROLE_AMOUNT].state == RECORD_GOOD ? v[ROLE_AMOUNT].number : 0;
    if (type == ITEM_DEDUCTION)
        item->amount_minor = -item->amount_minor;
    item->number = item->counterparty_name = SPAN_NONE;
    if (v[ROLE_SERIAL].state == RECORD_GOOD && without_zeros(v[ROLE_SERIAL].text).n)
        item->number = v[ROLE_SERIAL].text;
    item->reference = good_text(&v[ROLE_REFERENCE]);
    item->counterparty_id = payer.n ? payer : SPAN_NONE;
    b->has_organisation = false;
    check_reference(b, v);
    add_to_section(b, &v[ROLE_AMOUNT]);
    return 0;
}

static int take_payment(struct bgmax *b, const struct record_value *v)
{
    b->payments++;
    return take_money(b, v, ITEM_PAYMENT);
}

static int take_deduction(struct bgmax *b, const struct record_value *v)
{
    b->deductions++;
    return take_money(b, v, ITEM_DEDUCTION);
}

static int needs_payment(struct bgmax *b)
{
    if (b->payment.open)
        return 0;
    return structure(b, "a detail record follows no payment");
}

static int take_extra_reference(struct bgmax *b, const struct record_value *v)
{
    (void)v;
    b->extra_references++;
    return needs_payment(b);
}

static int take_detail(struct bgmax *b, const struct record_value *v)
{
    (void)v;
    return needs_payment(b);
}

static int take_name(struct bgmax *b, const struct record_value *v)
{
    struct payment *p = &b->payment;

    if (p->open && p->item.counterparty_name.n == 0 && v[ROLE_NAME].text.n)
        p->item.counterparty_name =
            span_of(p->name, copy_text(v[ROLE_NAME].text, p->name, sizeof(p->name)));
    return needs_payment(b);
}

/* Ten digits, zero-filled to twelve; twelve when a century is given. */
static int take_organisation(struct bgmax *b, const struct record_value *v)
{
    struct payment *p = &b->payment;
    struct span id = v[ROLE_ORGANISATION].text;

    if (id.n == 12 && id.p[0] == '0' && id.p[1] == '0')
        id = span_of(id.p + 2, 10);
    if (p->open && !b->has_organisation && without_zeros(id).n) {
        b->has_organisation = true;
        p->item.counterparty_id =
            span_of(p->organisation, copy_text(id, p->organisation, sizeof(p->organisation)));
    }
    return needs_payment(b);
}

/* --- TK05 and TK15 ------------------------------------------------------------------- */

static int example(struct bgmax *b, const char *what)
{
    struct finding f = finding_make(FINDING_BGMAX_EXAMPLE, b->record);

    finding_text(&f, "what", span_str(what));
    return tally_add(&b->tally, &f);
}

static void no_currency(struct bgmax *b)
{
    memcpy(b->currency, "XXX", sizeof(b->currency)); /* ISO 4217: no currency */
}

static int take_opening(struct bgmax *b, const struct record_value *v)
{
    const struct record_value *currency = &v[ROLE_CURRENCY];
    struct span receiver = SPAN_NONE;
    int r = hand_out(b);

    if (r < 0)
        return r;
    if (b->in_section && (r = structure(b, "a section has no deposit record TK15")) < 0)
        return r;
    b->in_section = true;
    b->totals_readable = true;
    b->section_sum = b->section_records = 0;
    if (v[ROLE_RECEIVER].state == RECORD_GOOD)
        receiver = without_zeros(v[ROLE_RECEIVER].text);
    b->receiver_n = copy_text(receiver, b->receiver, sizeof(b->receiver));
    no_currency(b);
    if (currency->state == RECORD_GOOD) {
        if (currency->text.n == 3 && currency_known(currency->text))
            memcpy(b->currency, currency->text.p, 3);
        else if ((r = tally_field(&b->tally, FINDING_BAD_FIELD, b->record, "currency",
                                  "an ISO 4217 currency")) < 0)
            return r;
    }
    if (b->said_example || !span_eq_str(receiver, example_receiver))
        return 0;
    b->said_example = true;
    return example(b, "the receiving bankgiro 991-2346");
}

static int mismatch_int(struct bgmax *b, const char *what, int64_t stated, int64_t computed)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, b->record);

    finding_text(&f, "what", span_str(what));
    finding_int(&f, "stated", stated);
    finding_int(&f, "computed", computed);
    return tally_add(&b->tally, &f);
}

static int mismatch_money(struct bgmax *b, int64_t stated)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, b->record);

    finding_text(&f, "what", SPAN_LIT("the deposit amount (TK15)"));
    finding_money(&f, "stated", stated, b->currency);
    finding_money(&f, "computed", b->section_sum, b->currency);
    return tally_add(&b->tally, &f);
}

static int mismatch_currency(struct bgmax *b, struct span stated)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, b->record);

    finding_text(&f, "what", SPAN_LIT("the currency (TK15)"));
    finding_text(&f, "stated", currency_known(stated) ? stated : SPAN_LIT("?"));
    finding_text(&f, "computed", span_str(b->currency));
    return tally_add(&b->tally, &f);
}

static int check_section(struct bgmax *b, const struct record_value *v)
{
    const struct record_value *amount = &v[ROLE_AMOUNT];
    const struct record_value *records = &v[ROLE_RECORDS];
    const struct record_value *currency = &v[ROLE_CURRENCY];
    int r = 0;

    if (amount->state == RECORD_GOOD && b->totals_readable && amount->number != b->section_sum)
        r = mismatch_money(b, amount->number);
    if (r == 0 && records->state == RECORD_GOOD && records->number != b->section_records)
        r = mismatch_int(b, "the number of payments and deductions (TK15)", records->number,
                         b->section_records);
    if (r == 0 && currency->state == RECORD_GOOD && !span_eq_str(currency->text, b->currency))
        r = mismatch_currency(b, currency->text);
    return r;
}

static int take_deposit(struct bgmax *b, const struct record_value *v)
{
    int r = hand_out(b);

    if (r < 0)
        return r;
    b->deposits++;
    if (!b->in_section)
        return structure(b, "a deposit record TK15 closes no section");
    b->in_section = false;
    return check_section(b, v);
}

/* --- TK01 and TK70 ------------------------------------------------------------------- */

/* A start record whose blanks became tabs, or fewer: the version and time follow the layout
 * name as 22 digits, and the mark follows them. */
static void find_start_fields(const struct bgmax *b, struct record_value *v)
{
    struct span s = b->line.bytes;
    size_t i = 2;

    while (i < s.n && s.p[i] != ' ' && s.p[i] != '\t')
        i++;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    if (s.n - i < 23 || !span_all_digits(span_of(s.p + i, 22)))
        return;
    v[ROLE_VERSION] = (struct record_value){RECORD_GOOD, span_of(s.p + i, 2), 0, DATE_NONE};
    v[ROLE_WRITTEN] = (struct record_value){RECORD_GOOD, span_of(s.p + i + 2, 20), 0, DATE_NONE};
    v[ROLE_MARK] = (struct record_value){RECORD_GOOD, span_of(s.p + i + 22, 1), 0, DATE_NONE};
}

static bool is_mark(const struct record_value *mark, char upper)
{
    return mark->state == RECORD_GOOD && (mark->text.p[0] | 0x20) == (upper | 0x20);
}

static int check_mark(struct bgmax *b, const struct record_value *mark)
{
    if (is_mark(mark, 'T')) {
        struct finding f = finding_make(FINDING_TEST_MARK, b->record);
        b->test = true;
        finding_text(&f, "where", SPAN_LIT("TK01 position 45"));
        finding_text(&f, "value", SPAN_LIT("T"));
        return tally_add(&b->tally, &f);
    }
    if (is_mark(mark, 'P'))
        return 0;
    return tally_field(&b->tally, FINDING_FIELD_NOTE, b->record, "test mark", "P or T");
}

static int check_written(struct bgmax *b, const struct record_value *written)
{
    struct date date;

    if (written->state != RECORD_GOOD)
        return 0; /* said as a field already when it is wrong */
    for (size_t i = 0; i < sizeof(example_written) / sizeof(example_written[0]); i++)
        if (span_eq_str(written->text, example_written[i]))
            return example(b, "the write time");
    if (date_parse_compact(span_of(written->text.p, 8), &date) < 0)
        return tally_field(&b->tally, FINDING_FIELD_NOTE, b->record, "write time", "a time");
    if (date_compare(date, last_day) <= 0)
        return 0;
    struct finding f = finding_make(FINDING_AFTER_SHUTDOWN, b->record);
    finding_date(&f, "written", date);
    return tally_add(&b->tally, &f);
}

static int take_start(struct bgmax *b, const struct record_value *v)
{
    struct record_value own[ROLE_COUNT];
    int r = hand_out(b);

    if (r < 0)
        return r;
    if (b->started && (r = structure(b, "there is a second start record TK01")) < 0)
        return r;
    if (b->in_section && (r = structure(b, "a section has no deposit record TK15")) < 0)
        return r;
    b->started = true;
    b->ended = b->in_section = false;
    b->payments = b->deductions = b->extra_references = b->deposits = 0;
    memcpy(own, v, sizeof(own));
    if (!is_mark(&own[ROLE_MARK], 'P') && !is_mark(&own[ROLE_MARK], 'T'))
        find_start_fields(b, own);
    if (!span_starts(own[ROLE_LAYOUT].text, SPAN_LIT("BGMAX")))
        r = structure(b, "the start record does not say BGMAX");
    if (r == 0)
        r = check_mark(b, &own[ROLE_MARK]);
    if (r == 0)
        r = check_written(b, &own[ROLE_WRITTEN]);
    return r;
}

static int take_end(struct bgmax *b, const struct record_value *v)
{
    const struct {
        enum bgmax_role role;
        const char *what;
        int64_t computed;
    } totals[] = {
        {ROLE_PAYMENTS, "the number of payments (TK70)", b->payments},
        {ROLE_DEDUCTIONS, "the number of deductions (TK70)", b->deductions},
        {ROLE_EXTRA_REFERENCES, "the number of extra references (TK70)", b->extra_references},
        {ROLE_DEPOSITS, "the number of deposits (TK70)", b->deposits},
    };
    bool zero = true;
    int r = hand_out(b);

    if (r == 0 && b->in_section)
        r = structure(b, "a section has no deposit record TK15");
    for (size_t i = 0; r == 0 && i < sizeof(totals) / sizeof(totals[0]); i++) {
        const struct record_value *stated = &v[totals[i].role];
        zero = zero && stated->state == RECORD_GOOD && stated->number == 0;
        if (stated->state == RECORD_GOOD && stated->number != totals[i].computed)
            r = mismatch_int(b, totals[i].what, stated->number, totals[i].computed);
    }
    b->states_zero = zero && b->deposits == 0;
    b->in_section = false;
    b->ended = true;
    return r;
}

/* --- a line -------------------------------------------------------------------------- */

static int (*const takers[])(struct bgmax *b, const struct record_value *v) = {
    take_start,           take_opening, take_payment, take_deduction, take_extra_reference,
    take_extra_reference, take_detail,  take_name,    take_detail,    take_detail,
    take_organisation,    take_deposit, take_end,
};

_Static_assert(sizeof(takers) / sizeof(takers[0]) ==
                   sizeof(bgmax_layouts) / sizeof(bgmax_layouts[0]),
               "each layout has its taker, in the same order");

static int say_bad_fields(struct bgmax *b, const struct record_layout *layout)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < layout->count; i++) {
        const struct record_field *field = &layout->fields[i];
        if (field->role == ROLE_NONE || b->values[field->role].state != RECORD_BAD)
            continue;
        r = tally_field(&b->tally, field->required ? FINDING_BAD_FIELD : FINDING_FIELD_NOTE,
                        b->record, field->name, record_expected(field));
    }
    return r;
}

/* Order of the file as a whole: TK01 first, nothing behind TK70. Each fault is said once. */
static int check_order(struct bgmax *b, const struct known_record *known)
{
    bool start = known->take == take_start;

    if (!b->started && !start && !b->said_unstarted) {
        b->said_unstarted = true;
        return structure(b, "the start record TK01 is missing");
    }
    if (b->ended && !start && !b->said_after_end) {
        b->said_after_end = true;
        return structure(b, "records follow the end record TK70");
    }
    return 0;
}

static void count_unknown(struct bgmax *b, struct span line)
{
    bool plain = line.n >= 2;

    for (size_t i = 0; plain && i < 2; i++)
        plain = (line.p[i] >= '0' && line.p[i] <= '9') || (line.p[i] >= 'A' && line.p[i] <= 'Z');
    if (b->unknown.count == 0)
        memcpy(b->unknown_code, plain ? (char[]){line.p[0], line.p[1], 0} : "?", plain ? 3 : 2);
    count(&b->unknown, b->record);
}

static const struct known_record *known_record(const struct bgmax *b, struct span line)
{
    if (line.n < 2)
        return NULL;
    unsigned tens = (unsigned char)line.p[0] - (unsigned)'0';
    unsigned ones = (unsigned char)line.p[1] - (unsigned)'0';
    if (tens > 9 || ones > 9)
        return NULL;
    const struct known_record *known = &b->known[tens * 10 + ones];
    return known->layout ? known : NULL;
}

static bool has_high(struct span s)
{
    uint64_t all = 0;
    uint64_t w;

    for (; s.n >= sizeof(w); s.p += sizeof(w), s.n -= sizeof(w)) {
        memcpy(&w, s.p, sizeof(w));
        all |= w;
    }
    for (size_t i = 0; i < s.n; i++)
        all |= (uint64_t)(s.p[i] & 0x80);
    return (all & UINT64_C(0x8080808080808080)) != 0;
}

/* The line as UTF-8. Of ISO-8859-1 only as much is recoded as a record holds. */
static void recode(struct bgmax *b)
{
    struct span s = b->line.bytes;
    size_t n = 0;

    for (size_t i = 0; i < s.n && i < RECORD_SIZE; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x80) {
            b->recoded[n++] = (char)(0xC0 | (c >> 6));
            c = 0x80 | (c & 0x3F);
        }
        b->recoded[n++] = (char)c;
    }
    b->line.bytes = span_of(b->recoded, n);
}

/* Returns the length of the record in characters. */
static size_t see_charset(struct bgmax *b)
{
    size_t length = b->line.bytes.n;

    b->line.charset = CHARSET_ASCII;
    if (!has_high(b->line.bytes))
        return length;
    b->line.charset = CHARSET_UTF8;
    if (utf8_valid(b->line.bytes)) {
        count(&b->utf8, b->record);
        return record_length(b->line);
    }
    count(&b->latin1, b->record);
    recode(b);
    return length;
}

static bool is_blank(struct span line)
{
    line = span_trim(line);
    return line.n == 0 || (line.n == 1 && line.p[0] == 0x1A); /* DOS end of file */
}

static int take_record(struct bgmax *b, const struct known_record *known)
{
    unsigned bad = 0;
    int r = check_order(b, known);

    if (r == 0 && known->keeps) {
        r = hand_out(b);
        keep_record(b);
    }
    if (r == 0 && known->reads)
        bad = record_read(known->layout, &b->line, b->values);
    if (r == 0 && bad)
        r = say_bad_fields(b, known->layout);
    return r == 0 ? known->take(b, b->values) : r;
}

static int take_line(struct bgmax *b, const struct line *line)
{
    struct span text = line->text;
    const struct known_record *known;
    size_t length;

    b->record = line->number;
    if (line->cut) {
        b->dead = true;
        return tally_limit(&b->tally, b->record, "record length", RECORD_MAX);
    }
    if (line->number == 1 && span_starts(text, SPAN_LIT("\xEF\xBB\xBF"))) {
        text = span_of(text.p + 3, text.n - 3);
        count(&b->utf8, 1);
    }
    b->line.bytes = text;
    known = known_record(b, text);
    if (!known && is_blank(text))
        return 0;
    length = see_charset(b);
    if (known && !line->ended && length < known->least) {
        b->cut_off = true; /* half a record: half an amount is worse than none */
        return 0;
    }
    if (length != RECORD_SIZE)
        count(&b->odd_length, b->record);
    if (known)
        return take_record(b, known);
    count_unknown(b, text);
    return 0;
}

/* Bytes of the line at the beginning of the input, its end included, when it is what nearly
 * all are: 80 characters of ASCII and a line end. Else 0. */
static size_t usual_line(struct span input)
{
    const char *p = input.p;
    unsigned char ends = 0;
    unsigned char all = 0;

    if (input.n < RECORD_SIZE + 2)
        return 0;
    for (size_t i = 0; i < RECORD_SIZE; i++) { /* of a known length: compilers make vectors of it */
        ends |= p[i] == '\n';
        all |= (unsigned char)p[i];
    }
    if (ends || all >= 0x80)
        return 0;
    if (p[RECORD_SIZE] == '\r' && p[RECORD_SIZE + 1] == '\n')
        return RECORD_SIZE + 2;
    return p[RECORD_SIZE] == '\n' && p[RECORD_SIZE - 1] != '\r' ? RECORD_SIZE + 1 : 0;
}

/* Take one such line of a known record. 1: done, 0: it is none. */
static int take_usual(struct bgmax *b, struct span *input)
{
    const struct known_record *known;
    size_t size;
    int r;

    if (!lines_between(&b->lines) || (size = usual_line(*input)) == 0)
        return 0;
    b->line = (struct record){span_of(input->p, RECORD_SIZE), CHARSET_ASCII};
    known = known_record(b, b->line.bytes);
    if (!known)
        return 0;
    *input = span_of(input->p + size, input->n - size);
    b->record = lines_pass(&b->lines);
    r = take_record(b, known);
    return r < 0 ? r : 1;
}

/* --- the end of the file ------------------------------------------------------------- */

static int say_counted(struct bgmax *b)
{
    int r = 0;

    if (b->unknown.count) {
        struct finding f = finding_make(FINDING_UNKNOWN_RECORD, b->unknown.first);
        finding_int(&f, "count", (int64_t)b->unknown.count);
        finding_text(&f, "type", span_str(b->unknown_code));
        r = tally_add(&b->tally, &f);
    }
    if (r == 0 && b->odd_length.count) {
        struct finding f = finding_make(FINDING_RECORD_LENGTH, b->odd_length.first);
        finding_int(&f, "count", (int64_t)b->odd_length.count);
        finding_int(&f, "expected", RECORD_SIZE);
        r = tally_add(&b->tally, &f);
    }
    if (r == 0 && b->bad_check.count) {
        struct finding f = finding_make(FINDING_CHECK_DIGITS, b->bad_check.first);
        finding_int(&f, "count", (int64_t)b->bad_check.count);
        finding_int(&f, "of", (int64_t)b->checked.count);
        r = tally_add(&b->tally, &f);
    }
    if (r == 0 && b->utf8.count)
        r = tally_encoding(&b->tally, FINDING_ENCODING_CONVERTED, b->utf8.first, "ISO-8859-1",
                           "UTF-8");
    if (r == 0 && b->utf8.count && b->latin1.count)
        r = tally_encoding(&b->tally, FINDING_ENCODING_BROKEN, b->latin1.first, "UTF-8",
                           "ISO-8859-1");
    return r;
}

static int say_truncated(struct bgmax *b)
{
    const char *missing = "the end record TK70 is missing";

    if (b->ended && !b->cut_off)
        return 0;
    if (b->cut_off)
        missing = "the last record is incomplete and there is no end record TK70";
    else if (b->in_section)
        missing = "the last section has no deposit record TK15 and there is no end record TK70";
    return tally_truncated(&b->tally, b->record, LEVEL_REJECT, missing);
}

static int finish(struct parser *parser, struct parser_facts *facts)
{
    struct bgmax *b = (struct bgmax *)parser;
    struct line line;
    int r = 0;

    if (!b->dead && lines_last(&b->lines, &line))
        r = take_line(b, &line);
    if (r == 0)
        r = hand_out(b);
    if (r == 0 && !b->dead && !b->started && !b->said_unstarted)
        r = structure(b, "the start record TK01 is missing");
    if (r == 0 && !b->dead)
        r = say_truncated(b);
    if (r == 0)
        r = say_counted(b);
    if (r == 0)
        r = tally_finish(&b->tally);
    if (r == 0)
        *facts = (struct parser_facts){.test = b->test, .states_zero = b->states_zero};
    return r;
}

static int push(struct parser *parser, struct span bytes)
{
    struct bgmax *b = (struct bgmax *)parser;
    struct line line;
    int r = 0;

    while (r == 0 && !b->dead) {
        int got = take_usual(b, &bytes);
        if (got > 0)
            continue;
        if (got == 0)
            got = lines_next(&b->lines, &bytes, &line);
        if (got <= 0)
            return got;
        r = take_line(b, &line);
    }
    return r;
}

/* --- opening and closing ------------------------------------------------------------- */

static int open_parser(const struct sink *sink, struct parser **out)
{
    struct bgmax *b = calloc(1, sizeof(*b));

    if (!b)
        return SLUSS_ENOMEM;
    b->sink = sink;
    tally_init(&b->tally, sink);
    lines_init(&b->lines);
    no_currency(b);
    for (size_t i = 0; i < bgmax_layout_count; i++) {
        const struct record_layout *layout = &bgmax_layouts[i];
        struct known_record *known =
            &b->known[(layout->code[0] - '0') * 10 + (layout->code[1] - '0')];
        known->layout = layout;
        known->take = takers[i];
        known->least = record_least(layout);
        known->keeps = takers[i] == take_payment || takers[i] == take_deduction;
        for (unsigned k = 0; k < layout->count; k++)
            known->reads = known->reads || layout->fields[k].role != ROLE_NONE;
    }
    *out = (struct parser *)b;
    return 0;
}

static void close_parser(struct parser **parser)
{
    struct bgmax *b = (struct bgmax *)*parser;

    if (!b)
        return;
    lines_free(&b->lines);
    free(b);
    *parser = NULL;
}

/* --- recognition --------------------------------------------------------------------- */

#define BID_LINES 40 /* lines looked at */

static struct span digits_at(struct span line, unsigned first, unsigned length)
{
    struct span s = record_cut((struct record){line, CHARSET_LATIN1}, first, length);

    return s.n == length && span_all_digits(s) ? s : SPAN_NONE;
}

static bool currency_at(struct span line, unsigned first)
{
    struct span s = record_cut((struct record){line, CHARSET_LATIN1}, first, 3);

    return s.n == 3 && currency_known(s);
}

/* A record whose digits stand where only BgMax has them. */
static bool looks_right(struct span line)
{
    if (span_starts(line, SPAN_LIT("05")))
        return digits_at(line, 3, 10).n && currency_at(line, 23);
    if (span_starts(line, SPAN_LIT("20")) || span_starts(line, SPAN_LIT("21")))
        return digits_at(line, 3, 10).n && digits_at(line, 38, 33).n;
    if (span_starts(line, SPAN_LIT("15")))
        return digits_at(line, 3, 66).n && currency_at(line, 69) && digits_at(line, 72, 8).n;
    return false;
}

/* The next line of *text, without its end; false when there is none, or only part of one. */
static bool bid_line(struct span *text, bool whole, struct span *line)
{
    const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;
    size_t n = end ? (size_t)(end - text->p) : text->n;

    if (text->n == 0 || (!end && !whole))
        return false;
    *line = span_of(text->p, n);
    text->p += n + (end != NULL);
    text->n -= n + (end != NULL);
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

static enum bid bid(struct span head, bool whole)
{
    struct span line;
    unsigned right = 0;
    unsigned wrong = 0;

    if (span_starts(head, SPAN_LIT("\xEF\xBB\xBF")))
        head = span_of(head.p + 3, head.n - 3);
    if (span_starts(head, SPAN_LIT("01BGMAX")))
        return BID_CERTAIN;
    for (unsigned i = 0; i < BID_LINES && bid_line(&head, whole, &line); i++) {
        if (span_starts(line, SPAN_LIT("01BGMAX")))
            return BID_CERTAIN;
        if (looks_right(line))
            right++;
        else if (!is_blank(line) && (line.n < 2 || line.p[0] != '2'))
            wrong++;
    }
    if (right == 0)
        return BID_NO;
    return right >= 2 && right > wrong ? BID_LIKELY : BID_POSSIBLE;
}

static enum ending ending(struct span head, struct span tail)
{
    (void)head;
    while (tail.n && strchr(" \t\r\n\x1A", tail.p[tail.n - 1]))
        tail.n--;
    const char *before = tail.n ? memrchr(tail.p, '\n', tail.n) : NULL;
    if (before)
        tail = span_of(before + 1, tail.n - (size_t)(before + 1 - tail.p));
    if (span_starts(tail, SPAN_LIT("70")) && digits_at(tail, 3, 32).n)
        return ENDING_WHOLE;
    return ENDING_CUT;
}

const struct format format_bgmax = {
    .name = "bgmax",
    .kind = KIND_PAYMENTS,
    .title = "BgMax, payments received through Bankgirot",
    .carries = "payments and deductions; serial number, amount, reference, payer's organisation "
               "number or bankgiro, payer's name, receiving bankgiro",
    .end_mark = "TK70",
    .source = "Bankgirot, Bankgiro Inbetalningar, Teknisk manual, November 2019",
    .bid = bid,
    .ending = ending,
    .begin = open_parser,
    .push = push,
    .finish = finish,
    .close = close_parser,
};
