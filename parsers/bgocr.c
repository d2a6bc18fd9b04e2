#include "parsers/bgocr.h"

#include "parsers/fixed.h"

/* --- the tables ---------------------------------------------------------------------- */

enum {
    ROLE_NONE = 0,
    ROLE_PRODUCT,
    ROLE_ACCOUNT,
    ROLE_REFERENCE,
    ROLE_AMOUNT,
    ROLE_SERIAL,
    ROLE_COUNT,
    ROLE_TOTAL,
    ROLE_DATE
};

static const struct record_field start_fields[] = {
    {"service number", 3, 6, RECORD_TEXT, false, ROLE_NONE},  FILLER(9, 41),
    {"date written", 50, 6, RECORD_DIGITS, false, ROLE_NONE}, FILLER(56, 16),
    {"product name", 72, 9, RECORD_TEXT, true, ROLE_PRODUCT},
};

static const struct record_field customer_fields[] = {
    FILLER(3, 78),
};

static const struct record_field account_fields[] = {
    FILLER(3, 8),
    {"receiver's bankgiro", 11, 8, RECORD_TEXT, true, ROLE_ACCOUNT},
    FILLER(19, 62),
};

static const struct record_field day_fields[] = {
    FILLER(3, 8),
    {"receiver's bankgiro", 11, 8, RECORD_TEXT, false, ROLE_NONE},
    {"payment date", 19, 6, RECORD_DATE_YMD, false, ROLE_DATE},
    FILLER(25, 48),
    {"receiver's plusgiro", 73, 8, RECORD_TEXT, false, ROLE_NONE},
};

static const struct record_field payment_fields[] = {
    {"reference", 3, 25, RECORD_TEXT, false, ROLE_REFERENCE},
    {"amount", 28, 13, RECORD_TEXT, true, ROLE_AMOUNT},
    FILLER(41, 1),
    {"origin", 42, 2, RECORD_TEXT, false, ROLE_NONE},
    FILLER(44, 5),
    {"serial number", 49, 10, RECORD_TEXT, false, ROLE_SERIAL},
    FILLER(59, 22),
};

static const struct record_field total_fields[] = {
    FILLER(3, 8),
    {"receiver's bankgiro", 11, 8, RECORD_TEXT, false, ROLE_NONE},
    {"payment date", 19, 6, RECORD_DATE_YMD, false, ROLE_DATE},
    {"number of transactions", 25, 7, RECORD_NUMBER, true, ROLE_COUNT},
    {"total amount", 32, 15, RECORD_TEXT, true, ROLE_TOTAL},
    FILLER(47, 34),
};

/* --- one parser ---------------------------------------------------------------------- */

static const char currency[] = "SEK"; /* the layout has no other */

struct bgocr {
    struct fixed fixed;
    bool started, ended;
    bool in_account;
    struct fixed_sum account; /* since 20 */
    struct fixed_sum file;    /* since 00 */
    struct fixed_kept receiver;
};

static struct bgocr *of(struct fixed *fixed)
{
    return (struct bgocr *)(void *)fixed;
}

/* A whole amount whose last digit may carry the sign. *sign is 1 or -1. */
static bool read_amount(struct record_value *value, size_t width, int *sign)
{
    static const char negative[] = "-JKLMNOPQR";
    char digits[18];
    struct span text = value->text;
    const char *last;

    *sign = 1;
    if (text.n != width || width > sizeof(digits))
        return false;
    memcpy(digits, text.p, text.n);
    last = memchr(negative, digits[text.n - 1], sizeof(negative) - 1);
    if (last) {
        digits[text.n - 1] = (char)('0' + (last - negative));
        *sign = -1;
    }
    return record_number(span_of(digits, text.n), &value->number);
}

/* The same, and a value that is none is said. */
static int need_amount(struct fixed *fixed, struct record_value *value, bool total, int *sign)
{
    const char *name = total ? "total amount" : "amount";

    if (value->state != RECORD_GOOD || read_amount(value, total ? 15 : 13, sign))
        return 0;
    value->state = RECORD_BAD;
    return tally_field(&fixed->tally, FINDING_BAD_FIELD, fixed->record, name, "digits throughout");
}

static int take_start(struct fixed *fixed, const struct record_value *v)
{
    struct bgocr *b = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && b->started && !b->ended)
        r = fixed_structure(fixed, "a file begins before the end record 90 of the one before it");
    b->started = true;
    b->ended = b->in_account = false;
    b->file = (struct fixed_sum){0};
    if (r == 0 && v[ROLE_PRODUCT].state == RECORD_GOOD &&
        !span_eq_str(v[ROLE_PRODUCT].text, "BANKGIROT"))
        r = fixed_structure(fixed, "the start record 00 does not say BANKGIROT");
    return r;
}

static int take_account(struct fixed *fixed, const struct record_value *v)
{
    struct bgocr *b = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && b->in_account)
        r = fixed_structure(fixed, "an account has no total record 50");
    b->in_account = true;
    b->account = (struct fixed_sum){0};
    fixed_keep(&b->receiver, fixed_unzeroed(fixed_good(&v[ROLE_ACCOUNT])));
    return r;
}

static int take_payment(struct fixed *fixed, const struct record_value *v)
{
    struct bgocr *b = of(fixed);
    struct record_value amount = v[ROLE_AMOUNT];
    int sign = 1;
    int r = need_amount(fixed, &amount, false, &sign);

    if (r == 0 && !b->in_account)
        r = fixed_structure(fixed, "a payment stands outside an account");
    if (r == 0)
        r = fixed_item(fixed, sign < 0 ? ITEM_DEDUCTION : ITEM_PAYMENT, &amount, sign, currency);
    if (r < 0)
        return r;
    fixed_sum_add(&b->account, &amount, sign);
    fixed_sum_add(&b->file, &amount, sign);
    fixed->item.reference = fixed_good(&v[ROLE_REFERENCE]);
    fixed->item.number = fixed_good(&v[ROLE_SERIAL]);
    fixed->item.payee_account = fixed->item.issuer = fixed_kept(&b->receiver);
    return 0;
}

static int take_account_total(struct fixed *fixed, const struct record_value *v)
{
    struct bgocr *b = of(fixed);
    struct record_value total = v[ROLE_TOTAL];
    int sign = 1;
    int r = fixed_hand_out(fixed);

    if (r == 0 && !b->in_account)
        return fixed_structure(fixed, "a total record 50 closes no account");
    b->in_account = false;
    if (r == 0)
        r = need_amount(fixed, &total, true, &sign);
    if (r == 0)
        r = fixed_check_count(fixed, "the number of payments (50)", &v[ROLE_COUNT],
                              b->account.count);
    if (r == 0)
        r = fixed_check_money(fixed, "the total amount (50)", &total, sign, &b->account, currency);
    return r;
}

static int take_end(struct fixed *fixed, const struct record_value *v)
{
    struct bgocr *b = of(fixed);
    struct record_value total = v[ROLE_TOTAL];
    int sign = 1;
    int r = fixed_hand_out(fixed);

    if (r == 0 && b->in_account)
        r = fixed_structure(fixed, "an account has no total record 50");
    b->in_account = false;
    b->ended = true;
    fixed->states_zero = v[ROLE_COUNT].state == RECORD_GOOD && v[ROLE_COUNT].number == 0;
    if (r == 0)
        r = need_amount(fixed, &total, true, &sign);
    if (r == 0)
        r = fixed_check_count(fixed, "the number of payments (90)", &v[ROLE_COUNT], b->file.count);
    if (r == 0)
        r = fixed_check_money(fixed, "the sum of the file (90)", &total, sign, &b->file, currency);
    return r;
}

const struct fixed_row bgocr_rows[] = {
    FIXED_ROW("00", "start", start_fields, take_start),
    FIXED_ROW("10", "customer", customer_fields, NULL),
    FIXED_ROW("20", "account", account_fields, take_account),
    FIXED_ROW("30", "day", day_fields, NULL),
    FIXED_ITEM("40", "payment", payment_fields, take_payment),
    FIXED_ROW("50", "account total", total_fields, take_account_total),
    FIXED_ROW("90", "end", total_fields, take_end),
};

const size_t bgocr_row_count = sizeof(bgocr_rows) / sizeof(bgocr_rows[0]);

static int end(struct fixed *fixed)
{
    struct bgocr *b = of(fixed);
    int r = 0;

    if (!b->started)
        r = fixed_structure(fixed, "the start record 00 is missing");
    return r == 0 ? fixed_truncated(fixed, b->ended ? NULL : "the end record 90 is missing") : r;
}

static const struct fixed_rules rules = {
    .parser_size = sizeof(struct bgocr),
    .sets = {{bgocr_rows, sizeof(bgocr_rows) / sizeof(bgocr_rows[0]), NULL}},
    .end = end};

static int begin(const struct sink *sink, struct parser **out)
{
    return fixed_begin(&rules, sink, out);
}

/* --- recognition --------------------------------------------------------------------- */

static bool blank_at(struct span line, unsigned first, unsigned length)
{
    for (unsigned i = first - 1; i < first - 1 + length; i++)
        if (i < line.n && line.p[i] != ' ')
            return false;
    return true;
}

/* Its name, or the shape of a section: 20 and 30 that name one account. */
static enum bid bid(struct span head, bool whole)
{
    struct span line;
    struct span account = SPAN_NONE;

    for (unsigned i = 0; i < 10 && fixed_bid_line(&head, whole, &line); i++) {
        if (fixed_text_at(line, 1, "00") && fixed_text_at(line, 72, "BANKGIROT"))
            return BID_CERTAIN;
        if (!blank_at(line, 3, 8) || line.n < 18)
            continue;
        if (fixed_text_at(line, 1, "20") && blank_at(line, 19, 62))
            account = span_of(line.p + 10, 8);
        else if (account.n && fixed_text_at(line, 1, "30") && fixed_digits_at(line, 19, 6) &&
                 span_eq(account, span_of(line.p + 10, 8)))
            return BID_LIKELY;
    }
    return BID_NO;
}

static enum ending ending(struct span head, struct span tail)
{
    struct span line = fixed_last_line(tail);

    (void)head;
    return fixed_text_at(line, 1, "90") && fixed_digits_at(line, 19, 27) ? ENDING_WHOLE
                                                                         : ENDING_CUT;
}

const struct format format_bgocr = {
    .name = "bankgiro-ocr",
    .kind = KIND_PAYMENTS,
    .title = "Bankgirot's OCR file, the layout before BgMax",
    .carries = "payments and negative amounts; serial number, amount, reference, receiving "
               "bankgiro or plusgiro",
    .end_mark = "90",
    .source = "jage/rbankgiro and byrokrat/phpgiro (PG/N), and their sample files",
    .bid = bid,
    .ending = ending,
    .begin = begin,
    .unicode = fixed_unicode,
    .push = fixed_push,
    .finish = fixed_finish,
    .close = fixed_close,
};
