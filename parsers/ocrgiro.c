#include "parsers/ocrgiro.h"

#include "model/ident.h"
#include "parsers/fixed.h"

/* --- the manuals' tables ------------------------------------------------------------- */

enum {
    ROLE_NONE = 0,
    ROLE_TYPE,
    ROLE_TRANSMISSION,
    ROLE_ASSIGNMENT,
    ROLE_ACCOUNT,
    ROLE_TRANSACTION,
    ROLE_DATE,
    ROLE_SIGN,
    ROLE_AMOUNT,
    ROLE_KID,
    ROLE_DEBIT,
    ROLE_NAME,
    ROLE_TRANSACTIONS,
    ROLE_RECORDS,
    ROLE_TOTAL,
    ROLE_FIRST,
    ROLE_LAST
};

/* Positions 1 to 8 of every record. */
#define HEAD                                                                                       \
    {"format code", 1, 2, RECORD_TEXT, true, ROLE_NONE},                                           \
        {"service", 3, 2, RECORD_DIGITS, true, ROLE_NONE},                                         \
        {"type", 5, 2, RECORD_DIGITS, true, ROLE_TYPE},                                            \
    {                                                                                              \
        "record type", 7, 2, RECORD_DIGITS, true, ROLE_NONE                                        \
    }

static const struct record_field start_fields[] = {
    HEAD,
    {"data sender", 9, 8, RECORD_DIGITS, false, ROLE_NONE},
    {"transmission number", 17, 7, RECORD_DIGITS, false, ROLE_TRANSMISSION},
    {"data recipient", 24, 8, RECORD_DIGITS, false, ROLE_NONE},
    FILLER(32, 49),
};

static const struct record_field assignment_fields[] = {
    HEAD,
    {"agreement number", 9, 9, RECORD_DIGITS, false, ROLE_NONE},
    {"assignment number", 18, 7, RECORD_DIGITS, false, ROLE_ASSIGNMENT},
    {"payee's account", 25, 11, RECORD_DIGITS, true, ROLE_ACCOUNT},
    FILLER(36, 45),
};

static const struct record_field payment_fields[] = {
    HEAD,
    {"transaction number", 9, 7, RECORD_DIGITS, false, ROLE_TRANSACTION},
    {"Nets date", 16, 6, RECORD_DATE_DMY, false, ROLE_DATE},
    {"centre", 22, 2, RECORD_DIGITS, false, ROLE_NONE},
    {"day code", 24, 2, RECORD_DIGITS, false, ROLE_NONE},
    {"partial settlement", 26, 1, RECORD_DIGITS, false, ROLE_NONE},
    {"serial number", 27, 5, RECORD_DIGITS, false, ROLE_NONE},
    {"sign", 32, 1, RECORD_TEXT, false, ROLE_SIGN},
    {"amount", 33, 17, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"KID", 50, 25, RECORD_TEXT, false, ROLE_KID},
    FILLER(75, 6),
};

/* Positions 35 to 41 are in use in the manual's own example. */
static const struct record_field payer_fields[] = {
    HEAD,
    {"transaction number", 9, 7, RECORD_DIGITS, false, ROLE_TRANSACTION},
    {"form number", 16, 10, RECORD_TEXT, false, ROLE_NONE},
    {"archive reference", 26, 9, RECORD_TEXT, false, ROLE_NONE},
    FILLER(35, 7),
    {"bank date", 42, 6, RECORD_DATE_DMY, false, ROLE_NONE},
    {"debit account", 48, 11, RECORD_DIGITS, false, ROLE_DEBIT},
    FILLER(59, 22),
};

static const struct record_field message_fields[] = {
    HEAD,
    {"transaction number", 9, 7, RECORD_DIGITS, false, ROLE_TRANSACTION},
    {"information", 16, 40, RECORD_TEXT, false, ROLE_NONE},
    FILLER(56, 25),
};

static const struct record_field claim_fields[] = {
    HEAD,
    {"transaction number", 9, 7, RECORD_DIGITS, false, ROLE_TRANSACTION},
    {"due date", 16, 6, RECORD_DATE_DMY, false, ROLE_DATE},
    FILLER(22, 11),
    {"amount", 33, 17, RECORD_NUMBER, true, ROLE_AMOUNT},
    {"KID", 50, 25, RECORD_TEXT, false, ROLE_KID},
    FILLER(75, 6),
};

static const struct record_field debtor_fields[] = {
    HEAD,
    {"transaction number", 9, 7, RECORD_DIGITS, false, ROLE_TRANSACTION},
    {"payer's name", 16, 10, RECORD_TEXT, false, ROLE_NAME},
    FILLER(26, 25),
    {"external reference", 51, 25, RECORD_TEXT, false, ROLE_NONE},
    FILLER(76, 5),
};

static const struct record_field specification_fields[] = {
    HEAD,
    {"transaction number", 9, 7, RECORD_DIGITS, false, ROLE_TRANSACTION},
    {"payment note", 16, 1, RECORD_TEXT, false, ROLE_NONE},
    {"line", 17, 3, RECORD_DIGITS, false, ROLE_NONE},
    {"column", 20, 1, RECORD_DIGITS, false, ROLE_NONE},
    {"information", 21, 40, RECORD_TEXT, false, ROLE_NONE},
    FILLER(61, 20),
};

static const struct record_field agreement_fields[] = {
    HEAD,
    {"transaction number", 9, 7, RECORD_DIGITS, false, ROLE_TRANSACTION},
    {"registration", 16, 1, RECORD_DIGITS, false, ROLE_NONE},
    {"KID", 17, 25, RECORD_TEXT, true, ROLE_KID},
    {"written notice", 42, 1, RECORD_TEXT, false, ROLE_NONE},
    FILLER(43, 38),
};

static const struct record_field payments_end_fields[] = {
    HEAD,
    {"number of transactions", 9, 8, RECORD_NUMBER, true, ROLE_TRANSACTIONS},
    {"number of records", 17, 8, RECORD_NUMBER, true, ROLE_RECORDS},
    {"total amount", 25, 17, RECORD_NUMBER, true, ROLE_TOTAL},
    {"Nets date", 42, 6, RECORD_DATE_DMY, false, ROLE_NONE},
    {"first date", 48, 6, RECORD_DATE_DMY, false, ROLE_FIRST},
    {"last date", 54, 6, RECORD_DATE_DMY, false, ROLE_LAST},
    FILLER(60, 21),
};

static const struct record_field claims_end_fields[] = {
    HEAD,
    {"number of transactions", 9, 8, RECORD_NUMBER, true, ROLE_TRANSACTIONS},
    {"number of records", 17, 8, RECORD_NUMBER, true, ROLE_RECORDS},
    {"total amount", 25, 17, RECORD_NUMBER, true, ROLE_TOTAL},
    {"first date", 42, 6, RECORD_DATE_DMY, false, ROLE_FIRST},
    {"last date", 48, 6, RECORD_DATE_DMY, false, ROLE_LAST},
    FILLER(54, 27),
};

static const struct record_field end_fields[] = {
    HEAD,
    {"number of transactions", 9, 8, RECORD_NUMBER, true, ROLE_TRANSACTIONS},
    {"number of records", 17, 8, RECORD_NUMBER, true, ROLE_RECORDS},
    {"total amount", 25, 17, RECORD_NUMBER, true, ROLE_TOTAL},
    {"date", 42, 6, RECORD_DATE_DMY, false, ROLE_NONE},
    FILLER(48, 33),
};

/* --- one parser ---------------------------------------------------------------------- */

static const char currency[] = "NOK"; /* the layout has no other */

/* What the transactions are; all but payments make a file that is named for it. */
enum content {
    CONTENT_PAYMENTS = 0,
    CONTENT_CLAIMS,
    CONTENT_DELETIONS,
    CONTENT_AGREEMENTS,
    CONTENTS
};

struct totals {
    uint64_t before;        /* records before the first one */
    struct fixed_sum gross; /* as the manual adds: whatever the sign */
    struct fixed_sum net;
    struct date first, last;
    bool undated; /* some transaction has no date that can be read */
};

struct ocrgiro {
    struct fixed fixed;
    bool started, ended;
    bool in_assignment;
    struct fixed_kept transmission, assignment, account, transaction;
    struct totals assignment_totals;   /* since 20 */
    struct totals transmission_totals; /* since 10 */
    int64_t contents[CONTENTS];
};

static struct ocrgiro *of(struct fixed *fixed)
{
    return (struct ocrgiro *)(void *)fixed;
}

/* --- transactions -------------------------------------------------------------------- */

static void add_date(struct totals *totals, const struct record_value *date)
{
    if (date->state != RECORD_GOOD) {
        totals->undated = true;
        return;
    }
    if (!date_present(totals->first) || date_compare(date->date, totals->first) < 0)
        totals->first = date->date;
    if (date_compare(date->date, totals->last) > 0)
        totals->last = date->date;
}

static void add(struct totals *totals, const struct record_value *amount, int sign,
                const struct record_value *date)
{
    fixed_sum_add(&totals->gross, amount, 1);
    fixed_sum_add(&totals->net, amount, sign);
    add_date(totals, date);
}

#define PART_MAX 7 /* digits of each part of a number */

/* "0170031-0000002-0000001-200192"; none when a part is missing. */
static void set_number(struct fixed *fixed, const struct record_value *v)
{
    const struct ocrgiro *g = of(fixed);
    const struct span parts[] = {fixed_kept(&g->transmission), fixed_kept(&g->assignment),
                                 fixed_kept(&g->transaction), fixed_good(&v[ROLE_DATE])};
    char text[sizeof(parts) / sizeof(parts[0]) * (PART_MAX + 1)];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].n == 0 || parts[i].n > PART_MAX)
            return;
        if (i)
            text[n++] = '-';
        memcpy(text + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    fixed_set(fixed, FIXED_NUMBER, span_of(text, n));
}

static int begin_item(struct fixed *fixed, const struct record_value *v,
                      const struct record_value *amount, int sign, enum content content)
{
    struct ocrgiro *g = of(fixed);
    struct span kid = fixed_good(&v[ROLE_KID]);
    int r = 0;

    if (!g->in_assignment)
        r = fixed_structure(fixed, "a transaction stands outside an assignment");
    if (r == 0)
        r = fixed_item(fixed, sign < 0 ? ITEM_DEDUCTION : ITEM_PAYMENT, amount, sign, currency);
    if (r < 0)
        return r;
    fixed_keep(&g->transaction, fixed_good(&v[ROLE_TRANSACTION]));
    g->contents[content]++;
    fixed->item.reference = kid;
    fixed->item.payee_account = fixed->item.issuer = fixed_kept(&g->account);
    if (kid.n)
        fixed_checked(fixed, kid_valid(kid));
    return 0;
}

static int take_money(struct fixed *fixed, const struct record_value *v, int sign,
                      enum content content)
{
    struct ocrgiro *g = of(fixed);
    int r = begin_item(fixed, v, &v[ROLE_AMOUNT], sign, content);

    add(&g->assignment_totals, &v[ROLE_AMOUNT], sign, &v[ROLE_DATE]);
    add(&g->transmission_totals, &v[ROLE_AMOUNT], sign, &v[ROLE_DATE]);
    if (r == 0)
        set_number(fixed, v);
    return r;
}

static int take_payment(struct fixed *fixed, const struct record_value *v)
{
    struct span type = fixed_good(&v[ROLE_TYPE]);
    bool reversal = span_eq_str(fixed_good(&v[ROLE_SIGN]), "-") || span_eq_str(type, "18") ||
                    span_eq_str(type, "20");
    int r = take_money(fixed, v, reversal ? -1 : 1, CONTENT_PAYMENTS);

    if (r == 0 && v[ROLE_DATE].state == RECORD_GOOD)
        fixed->item.issue_date = v[ROLE_DATE].date;
    return r;
}

static int take_claim(struct fixed *fixed, const struct record_value *v)
{
    bool deletion = span_eq_str(fixed_good(&v[ROLE_TYPE]), "93");
    int r = take_money(fixed, v, 1, deletion ? CONTENT_DELETIONS : CONTENT_CLAIMS);

    if (r == 0 && v[ROLE_DATE].state == RECORD_GOOD)
        fixed->item.due_date = v[ROLE_DATE].date;
    return r;
}

static int take_agreement(struct fixed *fixed, const struct record_value *v)
{
    struct ocrgiro *g = of(fixed);

    g->assignment_totals.gross.count++;
    g->transmission_totals.gross.count++;
    g->assignment_totals.undated = g->transmission_totals.undated = true;
    return begin_item(fixed, v, NULL, 1, CONTENT_AGREEMENTS);
}

/* Records behind the first of a transaction carry its number. */
static int take_detail(struct fixed *fixed, const struct record_value *v)
{
    struct ocrgiro *g = of(fixed);

    if (!fixed->open)
        return fixed_structure(fixed, "a detail record follows no payment");
    if (v[ROLE_TRANSACTION].state == RECORD_GOOD &&
        !span_eq(v[ROLE_TRANSACTION].text, fixed_kept(&g->transaction)))
        return fixed_structure(fixed, "a detail record has the number of another transaction");
    return 0;
}

static int take_payer(struct fixed *fixed, const struct record_value *v)
{
    struct span account = fixed_good(&v[ROLE_DEBIT]);

    fixed_set(fixed, FIXED_PARTY_ID, fixed_unzeroed(account).n ? account : SPAN_NONE);
    return take_detail(fixed, v);
}

static int take_debtor(struct fixed *fixed, const struct record_value *v)
{
    fixed_set(fixed, FIXED_PARTY_NAME, fixed_good(&v[ROLE_NAME]));
    return take_detail(fixed, v);
}

/* --- starts and ends ----------------------------------------------------------------- */

struct total_words {
    const char *transactions, *records, *amount, *first, *last;
};

static const struct total_words assignment_words = {
    "the number of transactions (88)", "the number of records (88)", "the total amount (88)",
    "the first date (88)", "the last date (88)"};
static const struct total_words transmission_words = {"the number of transactions (89)",
                                                      "the number of records (89)",
                                                      "the total amount (89)", NULL, NULL};

/* A total that agrees only when reversals are deducted is not by the manual, and right. */
static int check_amount(struct fixed *fixed, const char *what, const struct record_value *stated,
                        const struct totals *totals)
{
    bool netted = stated->state == RECORD_GOOD && !totals->net.unreadable &&
                  stated->number == totals->net.minor && stated->number != totals->gross.minor;
    struct finding f = finding_make(FINDING_TOTALS_NOTE, fixed->record);

    if (!netted)
        return fixed_check_money(fixed, what, stated, 1, &totals->gross, currency);
    finding_text(&f, "what", span_str(what));
    finding_money(&f, "stated", stated->number, currency);
    finding_money(&f, "computed", totals->gross.minor, currency);
    return tally_add(&fixed->tally, &f);
}

static int check_date(struct fixed *fixed, const char *what, const struct record_value *stated,
                      struct date computed)
{
    struct finding f = finding_make(FINDING_TOTALS_NOTE, fixed->record);

    if (stated->state != RECORD_GOOD || !date_present(computed) ||
        date_compare(stated->date, computed) == 0)
        return 0;
    finding_text(&f, "what", span_str(what));
    finding_date(&f, "stated", stated->date);
    finding_date(&f, "computed", computed);
    return tally_add(&fixed->tally, &f);
}

static int check_totals(struct fixed *fixed, const struct record_value *v,
                        const struct totals *totals, const struct total_words *words)
{
    int r =
        fixed_check_count(fixed, words->transactions, &v[ROLE_TRANSACTIONS], totals->gross.count);

    if (r == 0)
        r = fixed_check_count(fixed, words->records, &v[ROLE_RECORDS],
                              (int64_t)(fixed->taken - totals->before));
    if (r == 0)
        r = check_amount(fixed, words->amount, &v[ROLE_TOTAL], totals);
    if (r == 0 && words->first && !totals->undated)
        r = check_date(fixed, words->first, &v[ROLE_FIRST], totals->first);
    if (r == 0 && words->last && !totals->undated)
        r = check_date(fixed, words->last, &v[ROLE_LAST], totals->last);
    return r;
}

static int take_start(struct fixed *fixed, const struct record_value *v)
{
    struct ocrgiro *g = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && g->started && !g->ended)
        r = fixed_structure(fixed, "a file begins before the end record 89 of the one before it");
    if (r == 0 && g->started &&
        span_eq(fixed_good(&v[ROLE_TRANSMISSION]), fixed_kept(&g->transmission)))
        r = fixed_structure(fixed, "two transmissions have the same number");
    g->started = true;
    g->ended = g->in_assignment = false;
    g->transmission_totals = (struct totals){.before = fixed->taken - 1};
    fixed_keep(&g->transmission, fixed_good(&v[ROLE_TRANSMISSION]));
    return r;
}

static int take_assignment(struct fixed *fixed, const struct record_value *v)
{
    struct ocrgiro *g = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && g->in_assignment)
        r = fixed_structure(fixed, "an assignment has no end record 88");
    g->in_assignment = true;
    g->assignment_totals = (struct totals){.before = fixed->taken - 1};
    fixed_keep(&g->assignment, fixed_good(&v[ROLE_ASSIGNMENT]));
    fixed_keep(&g->account, fixed_good(&v[ROLE_ACCOUNT]));
    return r;
}

static int take_assignment_end(struct fixed *fixed, const struct record_value *v)
{
    struct ocrgiro *g = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && !g->in_assignment)
        return fixed_structure(fixed, "an end record 88 closes no assignment");
    g->in_assignment = false;
    return r == 0 ? check_totals(fixed, v, &g->assignment_totals, &assignment_words) : r;
}

static int take_end(struct fixed *fixed, const struct record_value *v)
{
    struct ocrgiro *g = of(fixed);
    int r = fixed_hand_out(fixed);

    if (r == 0 && g->in_assignment)
        r = fixed_structure(fixed, "an assignment has no end record 88");
    g->in_assignment = false;
    g->ended = true;
    fixed->states_zero = v[ROLE_TRANSACTIONS].state == RECORD_GOOD &&
                         v[ROLE_TRANSACTIONS].number == 0 &&
                         g->transmission_totals.gross.count == 0;
    return r == 0 ? check_totals(fixed, v, &g->transmission_totals, &transmission_words) : r;
}

/* --- rows ---------------------------------------------------------------------------- */

/* Of transmissions, then of the assignments of service 09. */
const struct fixed_row ocrgiro_rows[] = {
    FIXED_ROW("10", "transmission start", start_fields, take_start),
    FIXED_ROW("89", "transmission end", end_fields, take_end),
    FIXED_ROW("20", "assignment start", assignment_fields, take_assignment),
    FIXED_ITEM("30", "amount item 1", payment_fields, take_payment),
    FIXED_ROW("31", "amount item 2", payer_fields, take_payer),
    FIXED_ROW("32", "amount item 3", message_fields, take_detail),
    FIXED_ROW("88", "assignment end", payments_end_fields, take_assignment_end),
};

const size_t ocrgiro_row_count = sizeof(ocrgiro_rows) / sizeof(ocrgiro_rows[0]);

#define TRANSMISSION_ROWS 2

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct fixed_row avtalegiro_rows[] = {
    FIXED_ROW("20", "assignment start", assignment_fields, take_assignment),
    FIXED_ITEM("30", "amount item 1", claim_fields, take_claim),
    FIXED_ROW("31", "amount item 2", debtor_fields, take_debtor),
    FIXED_ROW("49", "specification", specification_fields, take_detail),
    FIXED_ITEM("70", "agreement", agreement_fields, take_agreement),
    FIXED_ROW("88", "assignment end", claims_end_fields, take_assignment_end),
};

enum set { SET_PAYMENTS = 0, SET_CLAIMS, SET_TRANSMISSION };

/* By format code and service. */
static unsigned set_of(const struct fixed *fixed, struct span line)
{
    (void)fixed;
    if (span_starts(line, SPAN_LIT("NY09")))
        return SET_PAYMENTS;
    if (span_starts(line, SPAN_LIT("NY21")))
        return SET_CLAIMS;
    return span_starts(line, SPAN_LIT("NY00")) ? SET_TRANSMISSION : FIXED_SETS;
}

/* --- the end of the file ------------------------------------------------------------- */

static int say_contents(struct fixed *fixed)
{
    static const char *const titles[CONTENTS] = {
        [CONTENT_CLAIMS] = "payment claims for AvtaleGiro",
        [CONTENT_DELETIONS] = "deletions of payment claims for AvtaleGiro",
        [CONTENT_AGREEMENTS] = "agreements of AvtaleGiro",
    };
    int r = 0;

    for (unsigned i = CONTENT_CLAIMS; r == 0 && i < CONTENTS; i++)
        if (of(fixed)->contents[i])
            r = fixed_other_message(fixed, titles[i], of(fixed)->contents[i]);
    return r;
}

static int end(struct fixed *fixed)
{
    struct ocrgiro *g = of(fixed);
    int r = 0;

    if (!g->started)
        r = fixed_structure(fixed, "the start record 10 is missing");
    if (r == 0)
        r = say_contents(fixed);
    return r == 0 ? fixed_truncated(fixed, g->ended ? NULL : "the end record 89 is missing") : r;
}

static const struct fixed_rules rules = {
    .parser_size = sizeof(struct ocrgiro),
    .sets =
        {
            [SET_PAYMENTS] = {ocrgiro_rows + TRANSMISSION_ROWS,
                              COUNT(ocrgiro_rows) - TRANSMISSION_ROWS, NULL},
            [SET_CLAIMS] = {avtalegiro_rows, COUNT(avtalegiro_rows), NULL},
            [SET_TRANSMISSION] = {ocrgiro_rows, TRANSMISSION_ROWS, NULL},
        },
    .set = set_of,
    .end = end,
    .begins = 'N',
    .code_at = 7};

static int begin(const struct sink *sink, struct parser **out)
{
    return fixed_begin(&rules, sink, out);
}

/* --- recognition --------------------------------------------------------------------- */

#define START     "NY000010"
#define LINE_SEEN 200 /* where the first line end is looked for */

/* What follows the first record, with or without a line end between. */
static struct span behind_first(struct span head)
{
    const char *end = memchr(head.p, '\n', head.n < LINE_SEEN ? head.n : LINE_SEEN);
    size_t from = end ? (size_t)(end + 1 - head.p) : FIXED_SIZE_MAX;

    return from < head.n ? span_of(head.p + from, head.n - from) : SPAN_NONE;
}

/* Other services of Nets have the same first record: the second tells. */
static enum bid bid(struct span head, bool whole)
{
    struct span second;

    if (!fixed_text_at(head, 1, START) || !fixed_digits_at(head, 9, 23))
        return BID_NO;
    second = behind_first(head);
    if (span_starts(second, SPAN_LIT("NY09")) || span_starts(second, SPAN_LIT("NY21")))
        return BID_CERTAIN;
    if (span_starts(second, SPAN_LIT("NY000089")) || (whole && second.n == 0))
        return BID_LIKELY;
    return BID_NO;
}

static enum ending ending(struct span head, struct span tail)
{
    struct span line = fixed_last_line(tail);

    (void)head;
    if (line.n > FIXED_SIZE_MAX)
        line = span_of(line.p + line.n - FIXED_SIZE_MAX, FIXED_SIZE_MAX);
    return fixed_text_at(line, 1, "NY000089") && fixed_digits_at(line, 9, 33) ? ENDING_WHOLE
                                                                              : ENDING_CUT;
}

const struct format format_ocrgiro = {
    .name = "ocr-giro",
    .kind = KIND_PAYMENTS,
    .title = "OCR giro (Nets, Norway); claims and agreements of AvtaleGiro by name",
    .carries = "payments and reversals; amount, date, KID, debit account, payee's account",
    .end_mark = "NY000089",
    .source = "Nets, System specification OCR giro; AvtaleGiro systemspesifikasjon 3.3",
    .bid = bid,
    .ending = ending,
    .begin = begin,
    .unicode = fixed_unicode,
    .push = fixed_push,
    .finish = fixed_finish,
    .close = fixed_close,
};
