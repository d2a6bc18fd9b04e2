#include "parsers/totalin.h"

#include "parsers/fixed.h"

/* --- the tables ---------------------------------------------------------------------- */

enum {
    ROLE_NONE = 0,
    ROLE_FILE_TYPE,
    ROLE_FILE_NAME,
    ROLE_ACCOUNT,
    ROLE_CURRENCY,
    ROLE_REFERENCE,
    ROLE_AMOUNT,
    ROLE_SERIAL,
    ROLE_BANKGIRO,
    ROLE_NAME,
    ROLE_ORGANISATION,
    ROLE_COUNT,
    ROLE_TOTAL,
    ROLE_POSTED
};

static const struct record_field start_fields[] = {
    {"customer number", 3, 12, RECORD_TEXT, false, ROLE_NONE},
    {"write time", 15, 20, RECORD_DIGITS, false, ROLE_NONE},
    {"delivery number", 35, 2, RECORD_DIGITS, false, ROLE_NONE},
    {"file type", 37, 3, RECORD_TEXT, true, ROLE_FILE_TYPE},
    {"file name", 40, 10, RECORD_TEXT, false, ROLE_FILE_NAME},
    FILLER(50, 31),
};

static const struct record_field account_fields[] = {
    {"receiver's plusgiro", 3, 36, RECORD_TEXT, true, ROLE_ACCOUNT},
    {"currency", 39, 3, RECORD_TEXT, true, ROLE_CURRENCY},
    {"posting date", 42, 8, RECORD_DATE, false, ROLE_POSTED},
    FILLER(50, 31),
};

static const struct record_field payment_fields[] = {
    {"reference", 3, 35, RECORD_TEXT, false, ROLE_REFERENCE},
    {"amount", 38, 15, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"serial number", 53, 17, RECORD_DIGITS, false, ROLE_SERIAL},
    {"receiver's bankgiro", 70, 8, RECORD_TEXT, false, ROLE_BANKGIRO},
    FILLER(78, 3),
};

static const struct record_field deduction_fields[] = {
    {"reference", 3, 35, RECORD_TEXT, false, ROLE_REFERENCE},
    {"amount", 38, 15, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"serial number", 53, 17, RECORD_DIGITS, false, ROLE_SERIAL},
    {"deduction code", 70, 1, RECORD_TEXT, false, ROLE_NONE},
    {"receiver's bankgiro", 71, 8, RECORD_TEXT, false, ROLE_BANKGIRO},
    FILLER(79, 2),
};

static const struct record_field extra_reference_fields[] = {
    {"reference", 3, 35, RECORD_TEXT, false, ROLE_NONE},
    {"reference", 38, 35, RECORD_TEXT, false, ROLE_NONE},
    FILLER(73, 8),
};

static const struct record_field message_fields[] = {
    {"information", 3, 35, RECORD_TEXT, false, ROLE_NONE},
    {"information", 38, 35, RECORD_TEXT, false, ROLE_NONE},
    FILLER(73, 8),
};

static const struct record_field name_fields[] = {
    {"payer's name", 3, 35, RECORD_TEXT, false, ROLE_NAME},
    {"extra name", 38, 35, RECORD_TEXT, false, ROLE_NONE},
    FILLER(73, 8),
};

static const struct record_field street_fields[] = {
    {"street", 3, 35, RECORD_TEXT, false, ROLE_NONE},
    {"street", 38, 35, RECORD_TEXT, false, ROLE_NONE},
    FILLER(73, 8),
};

static const struct record_field town_fields[] = {
    {"postcode", 3, 9, RECORD_TEXT, false, ROLE_NONE},
    {"town", 12, 35, RECORD_TEXT, false, ROLE_NONE},
    {"country code", 47, 2, RECORD_TEXT, false, ROLE_NONE},
    FILLER(49, 32),
};

static const struct record_field payer_account_fields[] = {
    {"paying account", 3, 36, RECORD_TEXT, false, ROLE_ACCOUNT},
    {"account type", 39, 1, RECORD_TEXT, false, ROLE_NONE},
    {"organisation number", 40, 20, RECORD_TEXT, false, ROLE_ORGANISATION},
    FILLER(60, 21),
};

/* The amount in kronor is the payment's own; the rest is for the books. */
static const struct record_field foreign_fields[] = {
    {"charge", 3, 15, RECORD_NUMBER, false, ROLE_NONE},
    {"currency", 18, 3, RECORD_TEXT, false, ROLE_NONE},
    FILLER(21, 18),
    {"foreign amount", 39, 15, RECORD_NUMBER, false, ROLE_NONE},
    {"currency", 54, 3, RECORD_TEXT, false, ROLE_NONE},
    {"exchange rate", 57, 12, RECORD_NUMBER, false, ROLE_NONE},
    FILLER(69, 12),
};

static const struct record_field account_end_fields[] = {
    {"number of transactions", 3, 8, RECORD_NUMBER, true, ROLE_COUNT},
    {"total amount", 11, 17, RECORD_NUMBER, true, ROLE_TOTAL},
    {"statement reference", 28, 11, RECORD_TEXT, false, ROLE_NONE},
    FILLER(39, 42),
};

static const struct record_field end_fields[] = {
    {"number of records in the file", 3, 15, RECORD_NUMBER, true, ROLE_COUNT},
    FILLER(18, 63),
};

/* --- one parser ---------------------------------------------------------------------- */

struct totalin {
    struct fixed fixed;
    bool started, ended;
    bool in_account;
    uint64_t before;          /* records before 00 */
    int64_t transactions;     /* since 00 */
    struct fixed_sum account; /* since 10 */
    char currency[4];
    struct fixed_kept receiver;
};

static struct totalin *of(struct fixed *fixed)
{
    return (struct totalin *)(void *)fixed;
}

static int take_start(struct fixed *fixed, const struct record_value *v)
{
    struct totalin *t = of(fixed);
    struct span name = fixed_good(&v[ROLE_FILE_NAME]);
    int r = fixed_hand_out(fixed);

    if (r == 0 && t->started && !t->ended)
        r = fixed_structure(fixed, "a file begins before the end record 99 of the one before it");
    t->started = true;
    t->ended = t->in_account = false;
    t->before = fixed->taken - 1;
    t->transactions = 0;
    if (r == 0 && !span_eq_str(fixed_good(&v[ROLE_FILE_TYPE]), "TL1"))
        r = fixed_structure(fixed, "the start record 00 does not say file type TL1");
    if (r < 0 || !span_eq_str(name, "TOTALIN-T"))
        return r;
    return fixed_test_mark(fixed, "00 position 40", "TOTALIN-T");
}

static int take_account(struct fixed *fixed, const struct record_value *v)
{
    struct totalin *t = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && t->in_account)
        r = fixed_structure(fixed, "an account has no end record 90");
    t->in_account = true;
    t->account = (struct fixed_sum){0};
    fixed_keep(&t->receiver, fixed_good(&v[ROLE_ACCOUNT]));
    if (r == 0)
        r = fixed_need_currency(fixed, &v[ROLE_CURRENCY], t->currency);
    return r;
}

static int take_money(struct fixed *fixed, const struct record_value *v, enum item_type type)
{
    struct totalin *t = of(fixed);
    struct item *item = &fixed->item;
    int sign = type == ITEM_DEDUCTION ? -1 : 1;
    struct span reference = fixed_good(&v[ROLE_REFERENCE]);
    struct span bankgiro = fixed_unzeroed(fixed_good(&v[ROLE_BANKGIRO]));
    struct span serial = fixed_good(&v[ROLE_SERIAL]);
    int r = 0;

    if (!t->in_account) {
        memcpy(t->currency, "XXX", 4);
        r = fixed_structure(fixed, "a payment stands outside an account");
    }
    if (r == 0)
        r = fixed_item(fixed, type, &v[ROLE_AMOUNT], sign, t->currency);
    if (r < 0)
        return r;
    fixed_sum_add(&t->account, &v[ROLE_AMOUNT], sign);
    t->transactions++;
    /* Only zeros: no reference. */
    item->reference = fixed_unzeroed(reference).n ? reference : SPAN_NONE;
    item->number = fixed_unzeroed(serial).n ? serial : SPAN_NONE;
    item->issuer = fixed_kept(&t->receiver);
    item->payee_account = bankgiro.n ? bankgiro : item->issuer;
    return 0;
}

static int take_payment(struct fixed *fixed, const struct record_value *v)
{
    return take_money(fixed, v, ITEM_PAYMENT);
}

static int take_deduction(struct fixed *fixed, const struct record_value *v)
{
    return take_money(fixed, v, ITEM_DEDUCTION);
}

static int take_name(struct fixed *fixed, const struct record_value *v)
{
    if (fixed->open && fixed->item.counterparty_name.n == 0)
        fixed_set(fixed, FIXED_PARTY_NAME, fixed_good(&v[ROLE_NAME]));
    return fixed_take_detail(fixed, v);
}

/* The organisation number tells more than the account. */
static int take_payer_account(struct fixed *fixed, const struct record_value *v)
{
    struct span id = fixed_unzeroed(fixed_good(&v[ROLE_ORGANISATION]));

    fixed_set(fixed, FIXED_PARTY_ID, id.n ? id : fixed_unzeroed(fixed_good(&v[ROLE_ACCOUNT])));
    return fixed_take_detail(fixed, v);
}

static int take_account_end(struct fixed *fixed, const struct record_value *v)
{
    struct totalin *t = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && !t->in_account)
        return fixed_structure(fixed, "an end record 90 closes no account");
    t->in_account = false;
    if (r == 0)
        r = fixed_check_count(fixed, "the number of transactions (90)", &v[ROLE_COUNT],
                              t->account.count);
    if (r == 0)
        r = fixed_check_money(fixed, "the total amount (90)", &v[ROLE_TOTAL], 0, &t->account,
                              t->currency);
    return r;
}

static int take_end(struct fixed *fixed, const struct record_value *v)
{
    struct totalin *t = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && t->in_account)
        r = fixed_structure(fixed, "an account has no end record 90");
    t->in_account = false;
    t->ended = true;
    fixed->states_zero = t->transactions == 0;
    if (r == 0)
        r = fixed_check_count(fixed, "the number of records (99)", &v[ROLE_COUNT],
                              (int64_t)(fixed->taken - t->before));
    return r;
}

const struct fixed_row totalin_rows[] = {
    FIXED_ROW("00", "start", start_fields, take_start),
    FIXED_ROW("10", "account", account_fields, take_account),
    FIXED_ITEM("20", "payment", payment_fields, take_payment),
    FIXED_ITEM("25", "deduction", deduction_fields, take_deduction),
    FIXED_ROW("30", "extra references", extra_reference_fields, fixed_take_detail),
    FIXED_ROW("40", "messages", message_fields, fixed_take_detail),
    FIXED_ROW("50", "sender's name", name_fields, take_name),
    FIXED_ROW("51", "sender's address", street_fields, fixed_take_detail),
    FIXED_ROW("52", "sender's town", town_fields, fixed_take_detail),
    FIXED_ROW("60", "paying account", payer_account_fields, take_payer_account),
    FIXED_ROW("61", "account holder's name", name_fields, take_name),
    FIXED_ROW("62", "account holder's address", street_fields, fixed_take_detail),
    FIXED_ROW("63", "account holder's town", town_fields, fixed_take_detail),
    FIXED_ROW("70", "foreign payment", foreign_fields, fixed_take_detail),
    FIXED_ROW("90", "account end", account_end_fields, take_account_end),
    FIXED_ROW("99", "file end", end_fields, take_end),
};

const size_t totalin_row_count = sizeof(totalin_rows) / sizeof(totalin_rows[0]);

static int end(struct fixed *fixed)
{
    struct totalin *t = of(fixed);
    int r = 0;

    if (!t->started)
        r = fixed_structure(fixed, "the start record 00 is missing");
    return r == 0 ? fixed_truncated(fixed, t->ended ? NULL : "the end record 99 is missing") : r;
}

static const struct fixed_rules rules = {
    .parser_size = sizeof(struct totalin),
    .sets = {{totalin_rows, sizeof(totalin_rows) / sizeof(totalin_rows[0]), NULL}},
    .end = end};

static int begin(const struct sink *sink, struct parser **out)
{
    int r = fixed_begin(&rules, sink, out);

    if (r == 0)
        memcpy(of((struct fixed *)*out)->currency, "XXX", 4);
    return r;
}

/* --- recognition --------------------------------------------------------------------- */

static enum bid bid(struct span head, bool whole)
{
    struct span line;

    for (unsigned i = 0; i < 5 && fixed_bid_line(&head, whole, &line); i++)
        if (fixed_text_at(line, 1, "00") && fixed_text_at(line, 37, "TL1"))
            return fixed_text_at(line, 40, "TOTALIN") ? BID_CERTAIN : BID_LIKELY;
    return BID_NO;
}

static enum ending ending(struct span head, struct span tail)
{
    struct span line = fixed_last_line(tail);

    (void)head;
    return fixed_text_at(line, 1, "99") && fixed_digits_at(line, 3, 15) ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_totalin = {
    .name = "total-in",
    .kind = KIND_PAYMENTS,
    .title = "Total IN, payments received through Plusgirot (Nordea)",
    .carries = "payments and deductions; serial number, amount, reference, payer's organisation "
               "number or account, payer's name, receiving plusgiro or bankgiro",
    .end_mark = "99",
    .source = "Nordea, Total IN / Total IN Basic Record Descriptions, October 2013",
    .bid = bid,
    .ending = ending,
    .begin = begin,
    .unicode = fixed_unicode,
    .push = fixed_push,
    .finish = fixed_finish,
    .close = fixed_close,
};
