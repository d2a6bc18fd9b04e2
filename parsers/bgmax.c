#include "parsers/bgmax.h"

#include "model/ident.h"

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
    FILLER(71, 10),
};

static const struct record_field deduction_fields[] = {
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

/* --- one parser ---------------------------------------------------------------------- */

/* What Bankgirot's published example files have in common. */
static const char example_receiver[] = "9912346";
static const char *const example_written[] = {"20040525173035010331", "20120914173035010331"};

static const struct date last_day = {2026, 11, 27};

struct bgmax {
    struct fixed fixed;
    bool started, said_unstarted;
    bool ended, said_after_end;
    bool in_section;
    bool said_example;
    char currency[4];
    struct fixed_kept receiver;
    struct fixed_sum section;
    int64_t payments, deductions, extra_references, deposits; /* since TK01 */
    bool has_organisation; /* TK29 named the payer better than the bankgiro does */
};

static struct bgmax *of(struct fixed *fixed)
{
    return (struct bgmax *)(void *)fixed;
}

/* --- TK20, TK21 and what belongs to them --------------------------------------------- */

static void check_reference(struct fixed *fixed, const struct record_value *v)
{
    const struct record_value *code = &v[ROLE_REFERENCE_CODE];

    /* Code 2: Bankgirot found the OCR reference right. */
    if (code->state == RECORD_GOOD && code->text.p[0] == '2' &&
        v[ROLE_REFERENCE].state == RECORD_GOOD)
        fixed_checked(fixed, luhn_valid(v[ROLE_REFERENCE].text));
}

static int take_money(struct fixed *fixed, const struct record_value *v, enum item_type type)
{
    struct bgmax *b = of(fixed);
    struct item *item = &fixed->item;
    struct span serial = fixed_good(&v[ROLE_SERIAL]);
    int sign = type == ITEM_DEDUCTION ? -1 : 1;
    int r = 0;

    if (!b->in_section)
        r = fixed_structure(fixed, "a payment stands outside a section");
    if (r == 0)
        r = fixed_item(fixed, type, &v[ROLE_AMOUNT], sign, b->currency);
    if (r < 0)
        return r;
    item->number = fixed_unzeroed(serial).n ? serial : SPAN_NONE;
    item->reference = fixed_good(&v[ROLE_REFERENCE]);
    item->counterparty_id = fixed_unzeroed(fixed_good(&v[ROLE_PAYER]));
    item->payee_account = fixed_kept(&b->receiver);
    item->issuer = item->payee_account;
    b->has_organisation = false;
    check_reference(fixed, v);
    fixed_sum_add(&b->section, &v[ROLE_AMOUNT], sign);
    return 0;
}

static int take_payment(struct fixed *fixed, const struct record_value *v)
{
    of(fixed)->payments++;
    return take_money(fixed, v, ITEM_PAYMENT);
}

static int take_deduction(struct fixed *fixed, const struct record_value *v)
{
    of(fixed)->deductions++;
    return take_money(fixed, v, ITEM_DEDUCTION);
}

static int take_extra_reference(struct fixed *fixed, const struct record_value *v)
{
    of(fixed)->extra_references++;
    return fixed_take_detail(fixed, v);
}

static int take_name(struct fixed *fixed, const struct record_value *v)
{
    if (fixed->open && fixed->item.counterparty_name.n == 0)
        fixed_set(fixed, FIXED_PARTY_NAME, fixed_good(&v[ROLE_NAME]));
    return fixed_take_detail(fixed, v);
}

/* Ten digits, zero-filled to twelve; twelve when a century is given. */
static int take_organisation(struct fixed *fixed, const struct record_value *v)
{
    struct bgmax *b = of(fixed);
    struct span id = fixed_good(&v[ROLE_ORGANISATION]);

    if (id.n == 12 && id.p[0] == '0' && id.p[1] == '0')
        id = span_of(id.p + 2, 10);
    if (!b->has_organisation && fixed_unzeroed(id).n) {
        b->has_organisation = true;
        fixed_set(fixed, FIXED_PARTY_ID, id);
    }
    return fixed_take_detail(fixed, v);
}

/* --- TK05 and TK15 ------------------------------------------------------------------- */

static int example(struct fixed *fixed, const char *what)
{
    struct finding f = finding_make(FINDING_BGMAX_EXAMPLE, fixed->record);

    finding_text(&f, "what", span_str(what));
    return tally_add(&fixed->tally, &f);
}

static int take_opening(struct fixed *fixed, const struct record_value *v)
{
    struct bgmax *b = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && b->in_section)
        r = fixed_structure(fixed, "a section has no deposit record TK15");
    b->in_section = true;
    b->section = (struct fixed_sum){0};
    fixed_keep(&b->receiver, fixed_unzeroed(fixed_good(&v[ROLE_RECEIVER])));
    if (r == 0)
        r = fixed_need_currency(fixed, &v[ROLE_CURRENCY], b->currency);
    if (r < 0 || b->said_example || !span_eq_str(fixed_kept(&b->receiver), example_receiver))
        return r;
    b->said_example = true;
    return example(fixed, "the receiving bankgiro 991-2346");
}

static int mismatch_currency(struct fixed *fixed, struct span stated)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, fixed->record);

    finding_text(&f, "what", SPAN_LIT("the currency (TK15)"));
    finding_text(&f, "stated", currency_known(stated) ? stated : SPAN_LIT("?"));
    finding_text(&f, "computed", span_str(of(fixed)->currency));
    return tally_add(&fixed->tally, &f);
}

static int check_section(struct fixed *fixed, const struct record_value *v)
{
    struct bgmax *b = of(fixed);
    const struct record_value *currency = &v[ROLE_CURRENCY];
    int r = fixed_check_money(fixed, "the deposit amount (TK15)", &v[ROLE_AMOUNT], 1, &b->section,
                              b->currency);

    if (r == 0)
        r = fixed_check_count(fixed, "the number of payments and deductions (TK15)",
                              &v[ROLE_RECORDS], b->section.count);
    if (r == 0 && currency->state == RECORD_GOOD && !span_eq_str(currency->text, b->currency))
        r = mismatch_currency(fixed, currency->text);
    return r;
}

static int take_deposit(struct fixed *fixed, const struct record_value *v)
{
    struct bgmax *b = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r < 0)
        return r;
    b->deposits++;
    if (!b->in_section)
        return fixed_structure(fixed, "a deposit record TK15 closes no section");
    b->in_section = false;
    return check_section(fixed, v);
}

/* --- TK01 and TK70 ------------------------------------------------------------------- */

/* A start record whose blanks became tabs, or fewer: the version and time follow the layout
 * name as 22 digits, and the mark follows them. */
static void find_start_fields(const struct fixed *fixed, struct record_value *v)
{
    struct span s = fixed->line.bytes;
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

static int check_mark(struct fixed *fixed, const struct record_value *mark)
{
    if (is_mark(mark, 'T'))
        return fixed_test_mark(fixed, "TK01 position 45", "T");
    if (is_mark(mark, 'P'))
        return 0;
    return tally_field(&fixed->tally, FINDING_FIELD_NOTE, fixed->record, "test mark", "P or T");
}

static int check_written(struct fixed *fixed, const struct record_value *written)
{
    struct date date;

    if (written->state != RECORD_GOOD)
        return 0; /* said as a field already when it is wrong */
    for (size_t i = 0; i < sizeof(example_written) / sizeof(example_written[0]); i++)
        if (span_eq_str(written->text, example_written[i]))
            return example(fixed, "the write time");
    if (date_parse_compact(span_of(written->text.p, 8), &date) < 0)
        return tally_field(&fixed->tally, FINDING_FIELD_NOTE, fixed->record, "write time",
                           "a time");
    if (date_compare(date, last_day) <= 0)
        return 0;
    struct finding f = finding_make(FINDING_AFTER_SHUTDOWN, fixed->record);
    finding_date(&f, "written", date);
    return tally_add(&fixed->tally, &f);
}

static int take_start(struct fixed *fixed, const struct record_value *v)
{
    struct bgmax *b = of(fixed);
    struct record_value own[ROLE_COUNT];
    int r = fixed_hand_out(fixed);

    if (r < 0)
        return r;
    if (b->started && (r = fixed_structure(fixed, "there is a second start record TK01")) < 0)
        return r;
    if (b->in_section && (r = fixed_structure(fixed, "a section has no deposit record TK15")) < 0)
        return r;
    b->started = true;
    b->ended = b->in_section = false;
    b->payments = b->deductions = b->extra_references = b->deposits = 0;
    memcpy(own, v, sizeof(own));
    if (!is_mark(&own[ROLE_MARK], 'P') && !is_mark(&own[ROLE_MARK], 'T'))
        find_start_fields(fixed, own);
    if (!span_starts(own[ROLE_LAYOUT].text, SPAN_LIT("BGMAX")))
        r = fixed_structure(fixed, "the start record does not say BGMAX");
    if (r == 0)
        r = check_mark(fixed, &own[ROLE_MARK]);
    if (r == 0)
        r = check_written(fixed, &own[ROLE_WRITTEN]);
    return r;
}

static int take_end(struct fixed *fixed, const struct record_value *v)
{
    struct bgmax *b = of(fixed);
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
    int r = fixed_hand_out(fixed);

    if (r == 0 && b->in_section)
        r = fixed_structure(fixed, "a section has no deposit record TK15");
    for (size_t i = 0; r == 0 && i < sizeof(totals) / sizeof(totals[0]); i++) {
        const struct record_value *stated = &v[totals[i].role];
        zero = zero && stated->state == RECORD_GOOD && stated->number == 0;
        r = fixed_check_count(fixed, totals[i].what, stated, totals[i].computed);
    }
    fixed->states_zero = zero && b->deposits == 0;
    b->in_section = false;
    b->ended = true;
    return r;
}

/* --- rows ---------------------------------------------------------------------------- */

const struct fixed_row bgmax_rows[] = {
    FIXED_ROW("01", "start", start_fields, take_start),
    FIXED_ROW("05", "opening", opening_fields, take_opening),
    FIXED_ITEM("20", "payment", payment_fields, take_payment),
    FIXED_ITEM("21", "deduction", deduction_fields, take_deduction),
    FIXED_ROW("22", "extra reference", extra_reference_fields, take_extra_reference),
    FIXED_ROW("23", "negative extra reference", extra_reference_fields, take_extra_reference),
    FIXED_ROW("25", "information", information_fields, fixed_take_detail),
    FIXED_ROW("26", "name", name_fields, take_name),
    FIXED_ROW("27", "street", street_fields, fixed_take_detail),
    FIXED_ROW("28", "town", town_fields, fixed_take_detail),
    FIXED_ROW("29", "organisation number", organisation_fields, take_organisation),
    FIXED_ROW("15", "deposit", deposit_fields, take_deposit),
    FIXED_ROW("70", "end", end_fields, take_end),
};

const size_t bgmax_row_count = sizeof(bgmax_rows) / sizeof(bgmax_rows[0]);

/* Every field of a record to whoever writes it anew; where the record begins an item, behind the
 * item before it. */
static int tell_fields(struct fixed *fixed, const struct fixed_row *row)
{
    const struct record_layout *layout = &row->layout;
    struct particular told = {.layout = layout, .record = fixed->record};
    int r = 0;

    if (row->take == take_start || row->take == take_end)
        return 0;
    if (row->keeps || row->take == take_opening || row->take == take_deposit)
        r = fixed_hand_out(fixed);
    told.of = row->take == take_opening   ? PARTICULAR_OPENS
              : row->take == take_deposit ? PARTICULAR_CLOSES
                                          : PARTICULAR_ITEM;
    for (unsigned i = 0; r == 0 && i < layout->count; i++) {
        struct span raw = record_cut(fixed->line, layout->fields[i].first, layout->fields[i].length);
        told.field = &layout->fields[i];
        told.text = span_trim(raw);
        told.right = told.text.n && raw.p[0] == ' ' && raw.p[raw.n - 1] != ' ';
        if (told.text.n)
            r = fixed->sink->particular(fixed->sink->context, &told);
    }
    return r;
}

/* Order of the file as a whole: TK01 first, nothing behind TK70. Each fault is said once. */
static int check_order(struct fixed *fixed, const struct fixed_row *row)
{
    struct bgmax *b = of(fixed);
    bool start = row->take == take_start;

    if (fixed->sink->particular) {
        int r = tell_fields(fixed, row);
        if (r < 0)
            return r;
    }
    if (!b->started && !start && !b->said_unstarted) {
        b->said_unstarted = true;
        return fixed_structure(fixed, "the start record TK01 is missing");
    }
    if (b->ended && !start && !b->said_after_end) {
        b->said_after_end = true;
        return fixed_structure(fixed, "records follow the end record TK70");
    }
    return 0;
}

static const char *missing(const struct bgmax *b)
{
    if (b->ended && !b->fixed.cut_off)
        return NULL;
    if (b->fixed.cut_off)
        return "the last record is incomplete and there is no end record TK70";
    if (b->in_section)
        return "the last section has no deposit record TK15 and there is no end record TK70";
    return "the end record TK70 is missing";
}

static int end(struct fixed *fixed)
{
    struct bgmax *b = of(fixed);
    int r = 0;

    if (!b->started && !b->said_unstarted)
        r = fixed_structure(fixed, "the start record TK01 is missing");
    if (r == 0 && missing(b))
        r = tally_truncated(&fixed->tally, fixed->record, LEVEL_REJECT, missing(b));
    return r;
}

static const struct fixed_rules rules = {
    .parser_size = sizeof(struct bgmax),
    .sets = {{bgmax_rows, sizeof(bgmax_rows) / sizeof(bgmax_rows[0]), NULL}},
    .before = check_order,
    .end = end};

static int begin(const struct sink *sink, struct parser **out)
{
    int r = fixed_begin(&rules, sink, out);

    if (r == 0)
        memcpy(of((struct fixed *)*out)->currency, "XXX", 4); /* ISO 4217: no currency */
    return r;
}

/* --- recognition --------------------------------------------------------------------- */

#define BID_LINES 40 /* lines looked at */

static bool currency_at(struct span line, unsigned first)
{
    struct span s = record_cut((struct record){line, CHARSET_LATIN1, NULL}, first, 3);

    return s.n == 3 && currency_known(s);
}

/* A record whose digits stand where only BgMax has them. */
static bool looks_right(struct span line)
{
    if (span_starts(line, SPAN_LIT("05")))
        return fixed_digits_at(line, 3, 10) && currency_at(line, 23);
    if (span_starts(line, SPAN_LIT("20")) || span_starts(line, SPAN_LIT("21")))
        return fixed_digits_at(line, 3, 10) && fixed_digits_at(line, 38, 33);
    if (span_starts(line, SPAN_LIT("15")))
        return fixed_digits_at(line, 3, 66) && currency_at(line, 69) &&
               fixed_digits_at(line, 72, 8);
    return false;
}

static enum bid bid(struct span head, bool whole)
{
    struct span line;
    unsigned right = 0;
    unsigned wrong = 0;

    if (span_starts(head, SPAN_LIT("01BGMAX")))
        return BID_CERTAIN;
    for (unsigned i = 0; i < BID_LINES && fixed_bid_line(&head, whole, &line); i++) {
        if (span_starts(line, SPAN_LIT("01BGMAX")))
            return BID_CERTAIN;
        if (looks_right(line))
            right++;
        else if (!fixed_blank(line) && (line.n < 2 || line.p[0] != '2'))
            wrong++;
    }
    if (right == 0)
        return BID_NO;
    return right >= 2 && right > wrong ? BID_LIKELY : BID_POSSIBLE;
}

static enum ending ending(struct span head, struct span tail)
{
    (void)head;
    tail = fixed_last_line(tail);
    if (fixed_text_at(tail, 1, "70") && fixed_digits_at(tail, 3, 32))
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
    .begin = begin,
    .unicode = fixed_unicode,
    .push = fixed_push,
    .finish = fixed_finish,
    .close = fixed_close,
};
