#include "parsers/autogiro.h"

#include "parsers/fixed.h"

/* --- the tables ---------------------------------------------------------------------- */

enum {
    ROLE_NONE = 0,
    ROLE_DATE,
    ROLE_PAYER,
    ROLE_AMOUNT,
    ROLE_BANKGIRO,
    ROLE_REFERENCE,
    ROLE_STATUS,
    ROLE_CURRENCY,
    ROLE_COUNT,
    ROLE_TOTAL,
    ROLE_DEPOSITS,
    ROLE_INCOMING,
    ROLE_INCOMING_SUM,
    ROLE_WITHDRAWALS,
    ROLE_OUTGOING,
    ROLE_OUTGOING_SUM,
    ROLE_REFUND_SECTIONS,
    ROLE_REFUNDS
};

/* Three layouts begin with 01; which it is, is told from the line itself. */
static const struct record_field opening_fields[] = {
    {"opening", 3, 78, RECORD_TEXT, false, ROLE_NONE},
};

/* TK15, TK16, TK17 of the new layout. */
static const struct record_field section_fields[] = {
    {"receiver's bank account", 3, 35, RECORD_TEXT, false, ROLE_NONE},
    {"payment date", 38, 8, RECORD_DATE, false, ROLE_DATE},
    {"deposit serial", 46, 5, RECORD_DIGITS, false, ROLE_NONE},
    {"approved amount", 51, 18, RECORD_NUMBER, true, ROLE_TOTAL},
    {"currency", 69, 3, RECORD_TEXT, false, ROLE_CURRENCY},
    {"approved payments", 72, 8, RECORD_NUMBER, true, ROLE_COUNT},
    FILLER(80, 1),
};

/* TK82 and TK32 of specifications, orders and the monitoring register. */
static const struct record_field payment_fields[] = {
    {"payment date", 3, 8, RECORD_TEXT, false, ROLE_DATE},
    {"period code", 11, 1, RECORD_TEXT, false, ROLE_NONE},
    {"number of renewals", 12, 3, RECORD_TEXT, false, ROLE_NONE},
    FILLER(15, 1),
    {"payer number", 16, 16, RECORD_DIGITS, false, ROLE_PAYER},
    {"amount", 32, 12, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"receiver's bankgiro", 44, 10, RECORD_TEXT, false, ROLE_BANKGIRO},
    {"reference", 54, 16, RECORD_TEXT, false, ROLE_REFERENCE},
    FILLER(70, 10),
    {"status", 80, 1, RECORD_TEXT, false, ROLE_STATUS},
};

static const struct record_field refund_fields[] = {
    {"payment date", 3, 8, RECORD_DATE, false, ROLE_NONE},
    {"period code", 11, 1, RECORD_TEXT, false, ROLE_NONE},
    {"number of renewals", 12, 3, RECORD_TEXT, false, ROLE_NONE},
    FILLER(15, 1),
    {"payer number", 16, 16, RECORD_DIGITS, false, ROLE_NONE},
    {"amount", 32, 12, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"receiver's bankgiro", 44, 10, RECORD_TEXT, false, ROLE_NONE},
    {"reference", 54, 16, RECORD_TEXT, false, ROLE_NONE},
    {"refund date", 70, 8, RECORD_DATE, false, ROLE_NONE},
    {"refund code", 78, 2, RECORD_TEXT, false, ROLE_NONE},
    FILLER(80, 1),
};

/* Rejected orders: everything behind the number of renewals one position earlier. */
static const struct record_field rejected_fields[] = {
    {"payment date", 3, 8, RECORD_TEXT, false, ROLE_NONE},
    {"period code", 11, 1, RECORD_TEXT, false, ROLE_NONE},
    {"number of renewals", 12, 3, RECORD_TEXT, false, ROLE_NONE},
    {"payer number", 15, 16, RECORD_TEXT, false, ROLE_NONE},
    {"amount", 31, 12, RECORD_NUMBER, false, ROLE_AMOUNT},
    {"reference", 43, 16, RECORD_TEXT, false, ROLE_NONE},
    {"reason", 59, 2, RECORD_TEXT, false, ROLE_NONE},
    FILLER(61, 20),
};

static const struct record_field new_end_fields[] = {
    {"date written", 3, 8, RECORD_DATE, false, ROLE_NONE},
    {"clearing number", 11, 4, RECORD_DIGITS, false, ROLE_NONE},
    {"number of deposits (TK15)", 15, 6, RECORD_NUMBER, true, ROLE_DEPOSITS},
    {"number of incoming payments (TK82)", 21, 12, RECORD_NUMBER, true, ROLE_INCOMING},
    {"number of withdrawals (TK16)", 33, 6, RECORD_NUMBER, true, ROLE_WITHDRAWALS},
    {"number of outgoing payments (TK32)", 39, 12, RECORD_NUMBER, true, ROLE_OUTGOING},
    {"number of refund sections (TK17)", 51, 6, RECORD_NUMBER, true, ROLE_REFUND_SECTIONS},
    {"number of refunds (TK77)", 57, 12, RECORD_NUMBER, true, ROLE_REFUNDS},
    FILLER(69, 12),
};

static const struct record_field old_end_fields[] = {
    {"date written", 3, 8, RECORD_DATE, false, ROLE_NONE},
    {"clearing number", 11, 4, RECORD_DIGITS, false, ROLE_NONE},
    FILLER(15, 14),
    {"sum of outgoing payments", 29, 12, RECORD_NUMBER, true, ROLE_OUTGOING_SUM},
    {"number of outgoing payments (TK32)", 41, 6, RECORD_NUMBER, true, ROLE_OUTGOING},
    {"number of incoming payments (TK82)", 47, 6, RECORD_NUMBER, true, ROLE_INCOMING},
    {"zeros", 53, 4, RECORD_DIGITS, false, ROLE_NONE},
    {"sum of incoming payments", 57, 12, RECORD_NUMBER, true, ROLE_INCOMING_SUM},
    FILLER(69, 12),
};

static const struct record_field rejected_end_fields[] = {
    {"date written", 3, 8, RECORD_DATE, false, ROLE_NONE},
    {"clearing number", 11, 4, RECORD_DIGITS, false, ROLE_NONE},
    {"number of outgoing payments (TK32)", 15, 6, RECORD_NUMBER, true, ROLE_OUTGOING},
    {"sum of outgoing payments", 21, 12, RECORD_NUMBER, true, ROLE_OUTGOING_SUM},
    {"number of incoming payments (TK82)", 33, 6, RECORD_NUMBER, true, ROLE_INCOMING},
    {"sum of incoming payments", 39, 12, RECORD_NUMBER, true, ROLE_INCOMING_SUM},
    FILLER(51, 30),
};

static const struct record_field other_fields[] = {
    {"information", 3, 78, RECORD_TEXT, false, ROLE_NONE},
};

/* --- which file it is ---------------------------------------------------------------- */

enum variant {
    VARIANT_NONE = 0,
    VARIANT_NEW,
    VARIANT_OLD,
    VARIANT_REJECTED,
    VARIANT_REGISTER,
    VARIANT_ADVICE,
    VARIANT_CHANGES,
    VARIANT_NEW_MANDATES,
    VARIANT_ORDERS,
};

static const char *variant_title(enum variant variant)
{
    switch (variant) {
    case VARIANT_REJECTED:
        return "rejected orders for Autogiro";
    case VARIANT_REGISTER:
        return "an extract of Autogiro's monitoring register";
    case VARIANT_ADVICE:
        return "an advice of Autogiro mandates";
    case VARIANT_CHANGES:
        return "cancelled and changed orders for Autogiro";
    case VARIANT_NEW_MANDATES:
        return "new Autogiro mandates from internet banks";
    case VARIANT_ORDERS:
        return "orders for Autogiro";
    case VARIANT_NONE:
    case VARIANT_NEW:
    case VARIANT_OLD:
        return NULL;
    }
    return NULL;
}

static bool blank_at(struct span line, size_t first, size_t last)
{
    for (size_t i = first - 1; i < last && i < line.n; i++)
        if (line.p[i] != ' ')
            return false;
    return true;
}

/* 01AUTOGIRO, the contents named from position 45. */
static enum variant new_variant(struct span line)
{
    if (fixed_text_at(line, 45, "BET. SPEC"))
        return VARIANT_NEW;
    if (fixed_text_at(line, 45, "AVVISADE"))
        return VARIANT_REJECTED;
    if (fixed_text_at(line, 45, "AG-MEDAVI"))
        return VARIANT_ADVICE;
    if (fixed_text_at(line, 45, "MAKULERING"))
        return VARIANT_CHANGES;
    return VARIANT_NONE;
}

/* 01, a date, AUTOGIRO; of files from Bankgirot 9900 and the contents from position 23. */
static enum variant old_variant(struct span line)
{
    if (blank_at(line, 19, 62))
        return VARIANT_ORDERS;
    if (!fixed_text_at(line, 19, "9900"))
        return VARIANT_NONE;
    if (fixed_text_at(line, 23, "FELLISTA"))
        return VARIANT_REJECTED;
    if (fixed_text_at(line, 23, "MAK/"))
        return VARIANT_CHANGES;
    if (fixed_text_at(line, 23, "BEVAKNINGSREG"))
        return VARIANT_REGISTER;
    return blank_at(line, 23, 62) ? VARIANT_OLD : VARIANT_NONE;
}

static enum variant variant_of(struct span line)
{
    if (fixed_text_at(line, 1, "01AUTOGIRO"))
        return new_variant(line);
    if (fixed_text_at(line, 1, "01") && fixed_digits_at(line, 3, 8)) {
        if (fixed_text_at(line, 11, "AUTOGIRO"))
            return old_variant(line);
        if (fixed_text_at(line, 11, "9900") && fixed_text_at(line, 25, "AG-MEDAVI"))
            return VARIANT_ADVICE;
    }
    if (fixed_text_at(line, 1, "51") && fixed_digits_at(line, 3, 8) &&
        fixed_text_at(line, 25, "AG-EMEDGIV"))
        return VARIANT_NEW_MANDATES;
    return VARIANT_NONE;
}

/* --- one parser ---------------------------------------------------------------------- */

enum way { WAY_IN = 0, WAY_OUT, WAY_REFUND, WAYS };

struct autogiro {
    struct fixed fixed;
    enum variant variant; /* of the file being read */
    enum variant other;   /* of a file that was no specification */
    bool ended;
    int64_t others; /* records of such files */
    char currency[4];
    struct {
        int64_t sections;
        struct fixed_sum approved, all;
    } way[WAYS];
    /* The section that is open in the new layout, and what its first record stated. */
    bool in_section;
    enum way section_way;
    struct record_value stated_count, stated_sum;
    uint64_t section_record;
    struct fixed_sum section;
    struct fixed_sum failed, aside[WAYS]; /* of all files, for the findings */
};

static struct autogiro *of(struct fixed *fixed)
{
    return (struct autogiro *)(void *)fixed;
}

static int close_section(struct fixed *fixed)
{
    static const char *const counts[WAYS] = {"the number of approved payments (TK15)",
                                             "the number of approved payments (TK16)",
                                             "the number of refunds (TK17)"};
    static const char *const sums[WAYS] = {"the approved amount (TK15)",
                                           "the approved amount (TK16)", "the amount (TK17)"};
    struct autogiro *a = of(fixed);
    uint64_t record = fixed->record;
    int r = fixed_hand_out(fixed);

    if (r < 0 || !a->in_section)
        return r;
    a->in_section = false;
    fixed->record = a->section_record;
    r = fixed_check_count(fixed, counts[a->section_way], &a->stated_count, a->section.count);
    if (r == 0)
        r = fixed_check_money(fixed, sums[a->section_way], &a->stated_sum, 1, &a->section,
                              a->currency);
    fixed->record = record;
    return r;
}

static int take_opening(struct fixed *fixed, const struct record_value *v)
{
    struct autogiro *a = of(fixed);
    int r = close_section(fixed);
    bool open = a->variant != VARIANT_NONE && a->variant != VARIANT_ORDERS;

    (void)v;
    if (r == 0 && open && !a->ended)
        r = fixed_structure(fixed, "a file begins before the end record TK09 of the one before it");
    a->variant = variant_of(fixed->line.bytes);
    a->ended = false;
    memcpy(a->currency, "SEK", 4);
    memset(a->way, 0, sizeof(a->way));
    if (variant_title(a->variant))
        a->other = a->variant;
    return r;
}

static int take_section(struct fixed *fixed, const struct record_value *v)
{
    struct autogiro *a = of(fixed);
    char code = fixed->line.bytes.p[1];
    int r = close_section(fixed);

    a->section_way = code == '5' ? WAY_IN : code == '6' ? WAY_OUT : WAY_REFUND;
    a->way[a->section_way].sections++;
    a->in_section = true;
    a->section = (struct fixed_sum){0};
    a->section_record = fixed->record;
    a->stated_count = v[ROLE_COUNT];
    a->stated_sum = v[ROLE_TOTAL];
    fixed_currency(fixed_good(&v[ROLE_CURRENCY]), "SEK", a->currency);
    return r;
}

static int hand_in(struct fixed *fixed, const struct record_value *v)
{
    struct autogiro *a = of(fixed);
    struct span payer = fixed_unzeroed(fixed_good(&v[ROLE_PAYER]));
    struct span bankgiro = fixed_unzeroed(fixed_good(&v[ROLE_BANKGIRO]));
    struct span reference = fixed_good(&v[ROLE_REFERENCE]);
    struct span date = fixed_good(&v[ROLE_DATE]);
    int r = fixed_item(fixed, ITEM_PAYMENT, &v[ROLE_AMOUNT], 1, a->currency);

    if (r < 0)
        return r;
    fixed->item.counterparty_id = payer;
    fixed->item.reference = fixed_unzeroed(reference).n ? reference : SPAN_NONE;
    fixed->item.payee_account = fixed->item.issuer = bankgiro;
    return fixed_day(fixed, "payment date", date, &fixed->item.due_date);
}

static int take_money(struct fixed *fixed, const struct record_value *v, enum way way)
{
    struct autogiro *a = of(fixed);
    struct span status = fixed_good(&v[ROLE_STATUS]);
    bool approved = status.n == 0 || status.p[0] == '0';
    int r = 0;

    if (a->variant == VARIANT_NEW && !(a->in_section && a->section_way == way))
        r = fixed_structure(fixed, "a payment stands outside a section");
    fixed_sum_add(&a->way[way].all, &v[ROLE_AMOUNT], 1);
    if (approved) {
        fixed_sum_add(&a->way[way].approved, &v[ROLE_AMOUNT], 1);
        fixed_sum_add(&a->section, &v[ROLE_AMOUNT], 1);
    } else {
        fixed_sum_add(&a->failed, &v[ROLE_AMOUNT], 1);
    }
    if (a->variant != VARIANT_NEW && a->variant != VARIANT_OLD) {
        a->others++;
        return r;
    }
    if (approved && way != WAY_IN)
        fixed_sum_add(&a->aside[way], &v[ROLE_AMOUNT], 1);
    if (r == 0 && way == WAY_IN && (approved || a->variant == VARIANT_OLD))
        r = hand_in(fixed, v);
    return r;
}

static int take_incoming(struct fixed *fixed, const struct record_value *v)
{
    return take_money(fixed, v, WAY_IN);
}

static int take_outgoing(struct fixed *fixed, const struct record_value *v)
{
    return take_money(fixed, v, WAY_OUT);
}

static int take_refund(struct fixed *fixed, const struct record_value *v)
{
    return take_money(fixed, v, WAY_REFUND);
}

static int take_other(struct fixed *fixed, const struct record_value *v)
{
    (void)v;
    of(fixed)->others++;
    return 0;
}

/* --- TK09 ---------------------------------------------------------------------------- */

/* Bankgirot counts approved payments; an earlier version of its example all of them. */
static int check_approved(struct fixed *fixed, const char *what, const struct record_value *stated,
                          enum way way)
{
    struct autogiro *a = of(fixed);

    if (stated->state == RECORD_GOOD && stated->number != a->way[way].approved.count &&
        stated->number == a->way[way].all.count)
        return tally_field(&fixed->tally, FINDING_FIELD_NOTE, fixed->record, what,
                           "the number of approved payments alone");
    return fixed_check_count(fixed, what, stated, a->way[way].approved.count);
}

static int take_new_end(struct fixed *fixed, const struct record_value *v)
{
    struct autogiro *a = of(fixed);
    const struct fixed_sum *in = &a->way[WAY_IN].all;
    int r = close_section(fixed);

    a->ended = true;
    fixed->states_zero =
        v[ROLE_INCOMING].state == RECORD_GOOD && v[ROLE_INCOMING].number == 0 && in->count == 0;
    if (r == 0)
        r = fixed_check_count(fixed, "the number of deposits (TK09)", &v[ROLE_DEPOSITS],
                              a->way[WAY_IN].sections);
    if (r == 0)
        r = fixed_check_count(fixed, "the number of withdrawals (TK09)", &v[ROLE_WITHDRAWALS],
                              a->way[WAY_OUT].sections);
    if (r == 0)
        r = fixed_check_count(fixed, "the number of refund sections (TK09)",
                              &v[ROLE_REFUND_SECTIONS], a->way[WAY_REFUND].sections);
    if (r == 0)
        r = check_approved(fixed, "the number of incoming payments (TK09)", &v[ROLE_INCOMING],
                           WAY_IN);
    if (r == 0)
        r = check_approved(fixed, "the number of outgoing payments (TK09)", &v[ROLE_OUTGOING],
                           WAY_OUT);
    if (r == 0)
        r = fixed_check_count(fixed, "the number of refunds (TK09)", &v[ROLE_REFUNDS],
                              a->way[WAY_REFUND].all.count);
    return r;
}

/* Old specifications, rejected orders and the register count all records, failed ones too. */
static int take_old_end(struct fixed *fixed, const struct record_value *v)
{
    struct autogiro *a = of(fixed);
    const struct fixed_sum *in = &a->way[WAY_IN].all;
    const struct fixed_sum *out = &a->way[WAY_OUT].all;
    int r = fixed_hand_out(fixed);

    a->ended = true;
    fixed->states_zero = a->variant == VARIANT_OLD && v[ROLE_INCOMING].state == RECORD_GOOD &&
                         v[ROLE_INCOMING].number == 0 && in->count == 0;
    if (r == 0)
        r = fixed_check_count(fixed, "the number of incoming payments (TK09)", &v[ROLE_INCOMING],
                              in->count);
    if (r == 0)
        r = fixed_check_count(fixed, "the number of outgoing payments (TK09)", &v[ROLE_OUTGOING],
                              out->count);
    if (r == 0)
        r = fixed_check_money(fixed, "the sum of incoming payments (TK09)", &v[ROLE_INCOMING_SUM],
                              1, in, a->currency);
    if (r == 0)
        r = fixed_check_money(fixed, "the sum of outgoing payments (TK09)", &v[ROLE_OUTGOING_SUM],
                              1, out, a->currency);
    return r;
}

static int take_other_end(struct fixed *fixed, const struct record_value *v)
{
    (void)v;
    of(fixed)->ended = true;
    return 0;
}

/* --- rows ---------------------------------------------------------------------------- */

/* The opening, which all layouts share, then the new layout. */
const struct fixed_row autogiro_rows[] = {
    FIXED_ROW("01", "opening", opening_fields, take_opening),
    FIXED_ROW("15", "deposit", section_fields, take_section),
    FIXED_ROW("16", "withdrawal", section_fields, take_section),
    FIXED_ROW("17", "withdrawal for refunds", section_fields, take_section),
    FIXED_ITEM("82", "incoming payment", payment_fields, take_incoming),
    FIXED_ROW("32", "outgoing payment", payment_fields, take_outgoing),
    FIXED_ROW("77", "refund", refund_fields, take_refund),
    FIXED_ROW("09", "end", new_end_fields, take_new_end),
};

const size_t autogiro_row_count = sizeof(autogiro_rows) / sizeof(autogiro_rows[0]);

static const struct fixed_row old_rows[] = {
    FIXED_ITEM("82", "incoming payment", payment_fields, take_incoming),
    FIXED_ROW("32", "outgoing payment", payment_fields, take_outgoing),
    FIXED_ROW("09", "end", old_end_fields, take_old_end),
};

static const struct fixed_row rejected_rows[] = {
    FIXED_ITEM("82", "incoming payment", rejected_fields, take_incoming),
    FIXED_ROW("32", "outgoing payment", rejected_fields, take_outgoing),
    FIXED_ROW("09", "end", rejected_end_fields, take_old_end),
};

static const struct fixed_row other_row = FIXED_ROW("", "other", other_fields, take_other);
static const struct fixed_row other_end_rows[] = {
    FIXED_ROW("09", "end", other_fields, take_other_end),
};
static const struct fixed_row mandates_end_rows[] = {
    FIXED_ROW("59", "end", other_fields, take_other_end),
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum set {
    SET_NEW = 0,
    SET_OLD,
    SET_REJECTED,
    SET_OTHER,
    SET_NEW_MANDATES,
    SET_ORDERS,
    SET_OPENING
};

/* Nearly no line is an opening, and no other begins so. */
static bool is_opening(struct span line)
{
    return line.n > 1 && line.p[1] == '1' && (line.p[0] == '0' || line.p[0] == '5') &&
           variant_of(line) != VARIANT_NONE;
}

static unsigned set_of(const struct fixed *fixed, struct span line)
{
    static const uint8_t sets[] = {
        [VARIANT_NONE] = FIXED_SETS,       [VARIANT_NEW] = SET_NEW,
        [VARIANT_OLD] = SET_OLD,           [VARIANT_REGISTER] = SET_OLD,
        [VARIANT_REJECTED] = SET_REJECTED, [VARIANT_ADVICE] = SET_OTHER,
        [VARIANT_CHANGES] = SET_OTHER,     [VARIANT_NEW_MANDATES] = SET_NEW_MANDATES,
        [VARIANT_ORDERS] = SET_ORDERS,
    };
    const struct autogiro *a = (const struct autogiro *)(const void *)fixed;

    return is_opening(line) ? SET_OPENING : sets[a->variant];
}

/* --- the end of the file ------------------------------------------------------------- */

static int say_aside(struct fixed *fixed, const char *what, const struct fixed_sum *sum, bool warn)
{
    struct finding f = finding_make(FINDING_PAYMENTS_ASIDE, 0);

    if (sum->count == 0)
        return 0;
    if (warn)
        f.level = LEVEL_WARN;
    finding_int(&f, "count", sum->count);
    finding_text(&f, "what", span_str(what));
    finding_money(&f, "sum", sum->minor, "SEK");
    return tally_add(&fixed->tally, &f);
}

static int end(struct fixed *fixed)
{
    struct autogiro *a = of(fixed);
    bool wants_end = a->variant != VARIANT_NONE && a->variant != VARIANT_ORDERS;
    int r = close_section(fixed);

    if (r == 0 && a->variant == VARIANT_NONE)
        r = fixed_structure(fixed, "there is no opening record of Autogiro");
    if (r == 0 && a->other != VARIANT_NONE)
        r = fixed_other_message(fixed, variant_title(a->other), a->others);
    if (r == 0 && a->other == VARIANT_NONE) {
        r = say_aside(fixed, "failed payments", &a->failed,
                      a->variant == VARIANT_OLD); /* there they are items */
        if (r == 0)
            r = say_aside(fixed, "outgoing payments", &a->aside[WAY_OUT], false);
        if (r == 0)
            r = say_aside(fixed, "refunds to payers", &a->aside[WAY_REFUND], false);
    }
    if (r == 0)
        r = fixed_truncated(fixed,
                            wants_end && !a->ended ? "the end record TK09 is missing" : NULL);
    return r;
}

static const struct fixed_rules rules = {
    .parser_size = sizeof(struct autogiro),
    .sets =
        {
            [SET_NEW] = {autogiro_rows + 1, COUNT(autogiro_rows) - 1, NULL},
            [SET_OLD] = {old_rows, COUNT(old_rows), NULL},
            [SET_REJECTED] = {rejected_rows, COUNT(rejected_rows), NULL},
            [SET_OTHER] = {other_end_rows, COUNT(other_end_rows), &other_row},
            [SET_NEW_MANDATES] = {mandates_end_rows, COUNT(mandates_end_rows), &other_row},
            [SET_ORDERS] = {NULL, 0, &other_row},
            [SET_OPENING] = {NULL, 0, autogiro_rows},
        },
    .set = set_of,
    .end = end};

static int begin(const struct sink *sink, struct parser **out)
{
    int r = fixed_begin(&rules, sink, out);

    if (r == 0)
        memcpy(of((struct fixed *)*out)->currency, "SEK", 4);
    return r;
}

/* --- recognition --------------------------------------------------------------------- */

static enum variant find_variant(struct span head, bool whole)
{
    struct span line;
    enum variant variant = VARIANT_NONE;

    for (unsigned i = 0; i < 5 && variant == VARIANT_NONE; i++) {
        if (!fixed_bid_line(&head, whole, &line))
            break;
        variant = variant_of(line);
    }
    return variant;
}

static enum bid bid(struct span head, bool whole)
{
    return find_variant(head, whole) != VARIANT_NONE ? BID_CERTAIN : BID_NO;
}

/* Orders end anywhere; every other file with 09, that of new mandates with 59. */
static enum ending ending(struct span head, struct span tail)
{
    enum variant variant = find_variant(head, true);
    struct span line = fixed_last_line(tail);
    const char *code = variant == VARIANT_NEW_MANDATES ? "59" : "09";

    if (variant == VARIANT_NONE || variant == VARIANT_ORDERS)
        return ENDING_UNKNOWN;
    return fixed_text_at(line, 1, code) && fixed_digits_at(line, 3, 8) ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_autogiro = {
    .name = "autogiro",
    .kind = KIND_PAYMENTS,
    .title = "Autogiro (Bankgirot): payment specifications; orders and advices by name",
    .carries = "incoming payments; amount, payment date, reference, payer number, receiving "
               "bankgiro",
    .end_mark = "TK09",
    .source = "Bankgirot, Bg Autogiro, Technical Manual, January 2019",
    .bid = bid,
    .ending = ending,
    .begin = begin,
    .unicode = fixed_unicode,
    .push = fixed_push,
    .finish = fixed_finish,
    .close = fixed_close,
};
