/* shape.c -- do the items look like this unit's items?
 *
 * Shares that jump: test persons, placeholders, one value in a field that used to vary, a field
 * that used to be filled, check digits, broken letters, credits that vanished. Each is a row of
 * one table and is measured against the habit; single items never count.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

#define EXPERIENCE 3

struct share_row {
    enum measure measure;
    enum finding_code code;
    const char *field; /* for people; null: the sentence needs none */
    double most;       /* never unusual up to here */
    double beyond;     /* nor up to the habit's 98th percentile and this */
    double weight;
    double hold_beyond; /* holds alone when this much above the habit; 2: never */
    unsigned items;     /* at least so many items must be concerned */
};

static const struct share_row rows[] = {
    {MEASURE_TEST_IDENTITY, FINDING_TEST_IDENTITIES, NULL, 0.02, 0.02, DECIBANS(15), 0.2, 2},
    {MEASURE_PLACEHOLDER, FINDING_PLACEHOLDERS, NULL, 0.02, 0.02, DECIBANS(15), 0.1, 2},
    {MEASURE_TOP_PARTY, FINDING_COLLAPSED, "identity number", 0.2, 0.25, DECIBANS(8), 0.45, 8},
    {MEASURE_TOP_NAME, FINDING_COLLAPSED, "name of the party", 0.2, 0.25, DECIBANS(8), 0.45, 8},
    {MEASURE_TOP_AMOUNT, FINDING_COLLAPSED, "amount", 0.5, 0.3, DECIBANS(10), 0.4, 10},
    {MEASURE_ROUND, FINDING_ROUND_AMOUNTS, NULL, 0.5, 0.4, DECIBANS(6), 2, 10},
    {MEASURE_NO_PARTY, FINDING_FIELD_EMPTY, "identity number", 0.1, 0.3, DECIBANS(13), 0.6, 5},
    {MEASURE_NO_NAME, FINDING_FIELD_EMPTY, "name of the party", 0.1, 0.3, DECIBANS(13), 0.6, 5},
    {MEASURE_NO_REFERENCE, FINDING_FIELD_EMPTY, "reference", 0.1, 0.4, DECIBANS(8), 2, 5},
    {MEASURE_NO_DUE, FINDING_FIELD_EMPTY, "due date", 0.1, 0.3, DECIBANS(13), 0.6, 5},
    {MEASURE_NO_ISSUE, FINDING_FIELD_EMPTY, "issue date", 0.1, 0.4, DECIBANS(6), 2, 5},
    {MEASURE_BAD_IDENTITY, FINDING_BAD_IDENTITIES, NULL, 0.1, 0.1, DECIBANS(13), 0.3, 8},
    {MEASURE_BAD_REFERENCE, FINDING_BAD_REFERENCES, NULL, 0.1, 0.2, DECIBANS(10), 0.5, 5},
    {MEASURE_MOJIBAKE, FINDING_BROKEN_LETTERS, NULL, 0.01, 0.02, DECIBANS(13), 0.05, 2},
    {MEASURE_NAME_DIGITS, FINDING_NAME_DIGITS, NULL, 0.2, 0.3, DECIBANS(13), 0.4, 4},
    {MEASURE_ZERO, FINDING_ZERO_AMOUNTS, NULL, 0.2, 0.3, DECIBANS(10), 0.6, 5},
};

/* What a payment says of its payer depends on the bank's format, and that may change: BgMax names
 * bankgiro numbers, camt.054 often none. The reference tells what was paid. */
static bool is_payments(const struct subject *subject)
{
    return subject->delivery->summary.kind == KIND_PAYMENTS;
}

static int check_row(const struct subject *subject, const struct share_row *row,
                     struct finding_list *findings)
{
    double now = signal_now(subject, row->measure);
    double usual = signal_usual(subject, row->measure, 0.98, EXPERIENCE);
    uint64_t items = subject->delivery->summary.items;
    double base = isnan(usual) ? 0 : usual;
    bool payer = row->measure == MEASURE_NO_PARTY || row->measure == MEASURE_NO_NAME;
    bool test = row->measure == MEASURE_TEST_IDENTITY || row->measure == MEASURE_PLACEHOLDER;
    struct finding f = finding_make(row->code, 0);

    if (isnan(now) || now <= row->most || now <= base + row->beyond ||
        now * (double)items < row->items)
        return SLUSS_OK;
    if (isnan(usual) && !test)
        return SLUSS_OK; /* a sender may have no such field, one party, numbers of its own */
    if (test)
        f = finding_make(row->code, profile_first_test_record(subject->profile));
    if (row->field)
        finding_text(&f, "field", span_str(row->field));
    finding_int(&f, "percent", signal_percent(now));
    finding_int(&f, "usual", signal_percent(base));
    return signal_add(findings, &f, row->weight,
                      now > base + row->hold_beyond && !(payer && is_payments(subject)));
}

/* Credits that always came and come no more: credit notes read as invoices. */
static int check_credits(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_CREDIT_SHARE);
    double least = signal_usual(subject, MEASURE_CREDIT_SHARE, 0.05, 8);
    double items = (double)subject->delivery->summary.items;
    struct finding f = finding_make(FINDING_NO_CREDITS, 0);

    if (isnan(least) || now > 0 || least * items < 3)
        return SLUSS_OK;
    finding_int(&f, "usual", signal_percent(least));
    return signal_add(findings, &f, DECIBANS(8), false);
}

#define FEW_AMOUNTS 0.3
#define VARIED      0.5 /* so many different ones are not few, in a small file either */

/* Few different amounts among many items, where there used to be many. */
static int check_amounts(const struct subject *subject, struct finding_list *findings)
{
    double items = (double)subject->delivery->summary.items;
    double now = signal_now(subject, MEASURE_AMOUNTS);
    double usual = signal_usual_alike(subject, MEASURE_AMOUNTS, 0.05, EXPERIENCE);
    struct finding f = finding_make(FINDING_FEW_AMOUNTS, 0);

    if (items < 20 || now > VARIED * items || !(now < FEW_AMOUNTS * usual))
        return SLUSS_OK;
    finding_int(&f, "amounts", (int64_t)now);
    finding_int(&f, "items", (int64_t)items);
    return signal_add(findings, &f, DECIBANS(6), false);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    int rc = SLUSS_OK;

    if (!subject->now || subject->delivery->summary.items == 0)
        return SLUSS_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && rc == 0; i++)
        rc = check_row(subject, &rows[i], findings);
    rc = rc ? rc : check_credits(subject, findings);
    return rc ? rc : check_amounts(subject, findings);
}

const struct check check_shape = {
    .name = "shape",
    .asks = "Do the items look like this unit's items?",
    .run = run,
};
