/* profile_test.c -- what the items of one delivery look like, in numbers */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "safeguards/profile.h"

#define ITEMS 20
#define DAY   ((struct date){2026, 3, 2})

/* An ordinary claim: number `i` of the file. */
static struct item claim(unsigned i)
{
    return (struct item){.type = ITEM_CASE,
                         .record = i + 2,
                         .amount_minor = 12345 + (int64_t)i,
                         .currency = "SEK",
                         .issue_date = {2026, 3, 1},
                         .due_date = {2026, 4, 1},
                         .number = span_str("F-1007"),
                         .reference = span_str("10074"),
                         .counterparty_name = span_str("Berg"),
                         .payee_account = span_str("5050-1055")};
}

/* The measures of a file, the first `some` of its items changed. */
static void measure(void (*change)(struct item *item), unsigned some, double of[MEASURE_COUNT])
{
    struct profile *profile = profile_new(DAY);

    assert_non_null(profile);
    for (unsigned i = 0; i < ITEMS; i++) {
        struct item item = claim(i);

        if (i < some)
            change(&item);
        profile_add(profile, &item);
    }
    profile_measures(profile, of);
    profile_free(&profile);
    assert_null(profile);
}

static void to_test(struct item *item)
{
    item->counterparty_name = span_str("Test Testsson");
}

static void to_testa(struct item *item)
{
    item->counterparty_name = span_str("Testa Contest AB");
}

static void to_blotted(struct item *item)
{
    item->counterparty_name = span_str("XXXXXXXX");
}

static void to_broken(struct item *item)
{
    item->counterparty_name = span_str("Sj\xC3\x83\xC2\xB6"
                                       "berg");
}

static void to_address(struct item *item)
{
    item->counterparty_name = span_str("Storgatan 7");
}

static void to_nameless(struct item *item)
{
    item->counterparty_name = (struct span){0};
}

static void to_credit(struct item *item)
{
    item->amount_minor = -item->amount_minor;
}

static void to_zero(struct item *item)
{
    item->amount_minor = 0;
}

static void to_undated(struct item *item)
{
    item->due_date = (struct date){0};
}

static void to_exchanged(struct item *item)
{
    item->due_date = (struct date){2026, 2, 1};
}

static void to_bad_reference(struct item *item)
{
    item->reference = span_str("10075");
}

static void a_share_counts_what_it_names(void **state)
{
    static const struct {
        const char *name;
        void (*change)(struct item *item);
        enum measure measure;
        double share; /* of five in twenty changed */
    } cases[] = {
        {"I03 names of nobody", to_test, MEASURE_PLACEHOLDER, 0.25},
        {"I02 N15 a name that contains test", to_testa, MEASURE_PLACEHOLDER, 0},
        {"I25 names blotted out", to_blotted, MEASURE_PLACEHOLDER, 0.25},
        {"I38 letters broken", to_broken, MEASURE_MOJIBAKE, 0.25},
        {"I24 an address for a name", to_address, MEASURE_NAME_DIGITS, 0.25},
        {"I24 no name", to_nameless, MEASURE_NO_NAME, 0.25},
        {"N07 credits", to_credit, MEASURE_CREDIT_SHARE, 0.25},
        {"amounts of zero", to_zero, MEASURE_ZERO, 0.25},
        {"I24 no due date", to_undated, MEASURE_NO_DUE, 0.25},
        {"I35 due before issue", to_exchanged, MEASURE_DUE_BEFORE_ISSUE, 0.25},
        {"a check digit", to_bad_reference, MEASURE_BAD_REFERENCE, 0.25},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double of[MEASURE_COUNT], before[MEASURE_COUNT];

        measure(cases[i].change, 0, before);
        measure(cases[i].change, ITEMS / 4, of);
        if (!(fabs(of[cases[i].measure] - before[cases[i].measure] - cases[i].share) < 1e-9))
            fail_msg("%s: %g, before %g", cases[i].name, of[cases[i].measure],
                     before[cases[i].measure]);
    }
}

static void sums_dates_and_kinds_are_told(void **state)
{
    double of[MEASURE_COUNT];

    (void)state;
    measure(to_credit, 1, of);
    assert_true(of[MEASURE_ITEMS] == ITEMS);
    assert_true(of[MEASURE_CREDIT] == 12345);
    assert_true(of[MEASURE_DEBIT] == 19 * 12345 + 190);
    assert_true(of[MEASURE_DUE_DAYS] == 30 && of[MEASURE_ISSUE_DAYS] == -1);
    assert_true(of[MEASURE_ISSUE_NEWEST] == -1 && of[MEASURE_DUE_SPREAD] == 0);
    assert_true(of[MEASURE_NUMBER_LENGTH] == 6 && of[MEASURE_LARGEST] == 12364);
    assert_true(isnan(of[MEASURE_SEEN_NUMBER]) && isnan(of[MEASURE_EVIDENCE]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_counts_what_it_names),
        cmocka_unit_test(sums_dates_and_kinds_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
