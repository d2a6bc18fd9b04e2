/* volume_test.c -- what is far too much, too little or too dear is held, a busy month passes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "model/error.h"
#include "model/buf.h"
#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

static void much_is_held_where_it_is_beyond_all_that_came(void **state)
{
    static const struct ordinary_case cases[] = {
        {"an ordinary month", FINDING_MANY_ITEMS, QUIET, .rows = 24},
        {"I31 a register for a day", FINDING_MANY_ITEMS, HELD,
         .now = {{MEASURE_DEBIT, 2500.0 * ORDINARY_AMOUNT}}, .items = 2500},
        {"I17 a year's backlog", FINDING_MANY_ITEMS, HELD,
         .now = {{MEASURE_DEBIT, 1100.0 * ORDINARY_AMOUNT}}, .items = 1100},
        {"I27 the principal for the interest", FINDING_MUCH_MONEY, HELD,
         .now = {{MEASURE_DEBIT, 11500.0 * ORDINARY_AMOUNT}}},
        {"N16 a property sold", FINDING_LARGE_AMOUNTS, PASSES,
         .now = {{MEASURE_DEBIT, 2e10}, {MEASURE_LARGEST, 1.99975e10}}},
        {"N11 a holiday's two files in one, where it varies", FINDING_MANY_ITEMS, PASSES,
         .now = {{MEASURE_DEBIT, 210.0 * ORDINARY_AMOUNT}},
         .usual = {{MEASURE_ITEMS, 60, 150},
                   {MEASURE_DEBIT, 60.0 * ORDINARY_AMOUNT, 150.0 * ORDINARY_AMOUNT}},
         .items = 210},
        {"N07 a batch of credit notes", FINDING_MANY_ITEMS, PASSES,
         .now = {{MEASURE_CREDIT_SHARE, 1}, {MEASURE_DEBIT, 0}, {MEASURE_MEDIAN, 4000}},
         .items = 400},
        {"N08 a control of a year's fees", FINDING_MANY_ITEMS, PASSES,
         .now = {{MEASURE_CREDIT_SHARE, 0.5}, {MEASURE_MEDIAN, 3000}}, .items = 3000},
    };

    (void)state;
    ordinary_tell(&o, &check_volume, cases, sizeof cases / sizeof *cases, NULL);
}

static void little_is_held_where_it_hardly_varies(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I29 half of them are missing", FINDING_FEW_ITEMS, HELD,
         .now = {{MEASURE_DEBIT, 45.0 * ORDINARY_AMOUNT}}, .items = 45},
        {"a quarter fewer", FINDING_FEW_ITEMS, PASSES,
         .now = {{MEASURE_DEBIT, 75.0 * ORDINARY_AMOUNT}}, .items = 75},
        {"N17 the summer, where it varies", FINDING_FEW_ITEMS, PASSES,
         .now = {{MEASURE_DEBIT, 22.0 * ORDINARY_AMOUNT}},
         .usual = {{MEASURE_ITEMS, 40, 200},
                   {MEASURE_DEBIT, 40.0 * ORDINARY_AMOUNT, 200.0 * ORDINARY_AMOUNT}},
         .items = 22},
    };

    (void)state;
    ordinary_tell(&o, &check_volume, cases, sizeof cases / sizeof *cases, NULL);
}

static void few_are_said_once_beside_the_latest(void **state)
{
    const struct finding *f;
    struct buf text;
    unsigned said = 0;

    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    o.delivery.summary.items = 15;
    o.now.of[MEASURE_ITEMS] = 15;
    f = ordinary_ask(&o, &check_volume, FINDING_FEW_ITEMS);
    assert_non_null(f);
    for (size_t i = 0; i < o.findings.n; i++)
        said += o.findings.of[i].code == FINDING_FEW_ITEMS;
    assert_int_equal(said, 1);

    buf_init(&text, 1000);
    assert_int_equal(finding_sentence(f, "sv", &text), SLUSS_OK);
    assert_non_null(strstr(buf_cstr(&text), "av de senaste leveranserna hade"));
    buf_free(&text);
}

static void the_middle_amount_tells_a_unit_error(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I22 ore for kronor", FINDING_LARGE_AMOUNTS, HELD,
         .now = {{MEASURE_MEDIAN, 100.0 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 100.0 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, 10000.0 * ORDINARY_AMOUNT}}},
        {"I22 kronor for ore", FINDING_SMALL_AMOUNTS, HELD,
         .now = {{MEASURE_MEDIAN, 0.01 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 0.01 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, ORDINARY_AMOUNT}}},
        {"I21 a whole year for half of it", FINDING_LARGE_AMOUNTS, HELD,
         .now = {{MEASURE_MEDIAN, 2.0 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 2.0 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, 200.0 * ORDINARY_AMOUNT}}},
        {"I21 a twelfth of the month", FINDING_SMALL_AMOUNTS, HELD,
         .now = {{MEASURE_MEDIAN, ORDINARY_AMOUNT / 12.0},
                 {MEASURE_MEAN, ORDINARY_AMOUNT / 12.0},
                 {MEASURE_DEBIT, 8.3 * ORDINARY_AMOUNT}}},
        {"I23 the wrong VAT for all", FINDING_LARGE_AMOUNTS, HELD,
         .now = {{MEASURE_MEDIAN, 1.25 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 1.25 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, 125.0 * ORDINARY_AMOUNT}}},
        {"N02 a decided rise of a tenth", FINDING_LARGE_AMOUNTS, PASSES,
         .now = {{MEASURE_MEDIAN, 1.1 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 1.1 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, 110.0 * ORDINARY_AMOUNT}}},
        {"N03 a new small fee", FINDING_SMALL_AMOUNTS, PASSES,
         .now = {{MEASURE_MEDIAN, 0.85 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 0.85 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, 90.0 * ORDINARY_AMOUNT}}},
        {"sundry bills, where any amount is usual", FINDING_LARGE_AMOUNTS, PASSES,
         .now = {{MEASURE_MEDIAN, 3.0 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 3.0 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, 150.0 * ORDINARY_AMOUNT}},
         .usual = {{MEASURE_MEDIAN, 0.5 * ORDINARY_AMOUNT, 2.5 * ORDINARY_AMOUNT},
                   {MEASURE_MEAN, 0.5 * ORDINARY_AMOUNT, 2.5 * ORDINARY_AMOUNT},
                   {MEASURE_DEBIT, 50.0 * ORDINARY_AMOUNT, 300.0 * ORDINARY_AMOUNT}}},
        {"a few items, whatever they cost", FINDING_LARGE_AMOUNTS, PASSES,
         .now = {{MEASURE_MEDIAN, 4.0 * ORDINARY_AMOUNT},
                 {MEASURE_MEAN, 4.0 * ORDINARY_AMOUNT},
                 {MEASURE_DEBIT, 16.0 * ORDINARY_AMOUNT}},
         .usual = {{MEASURE_ITEMS, 2, 9}, {MEASURE_DEBIT, ORDINARY_AMOUNT, 60.0 * ORDINARY_AMOUNT}},
         .items = 4},
    };

    (void)state;
    ordinary_tell(&o, &check_volume, cases, sizeof cases / sizeof *cases, NULL);
}

static void before_there_is_a_habit_only_the_enormous_is_held(void **state)
{
    static const struct ordinary_case cases[] = {
        {"N09 the first file", FINDING_FIRST_TOO_LARGE, QUIET, .rows = 1},
        {"sixty thousand claims", FINDING_FIRST_TOO_LARGE, HELD, .items = 60000, .rows = 1},
        {"I22 sixty million kronor", FINDING_FIRST_TOO_LARGE, HELD, .now = {{MEASURE_DEBIT, 6e9}},
         .rows = 1},
    };

    (void)state;
    ordinary_tell(&o, &check_volume, cases, sizeof cases / sizeof *cases, NULL);
}

static void the_site_says_what_is_enormous(void **state)
{
    (void)state;
    ordinary_begin(&o, 1, 30, (struct date){2026, 3, 18});
    assert_null(ordinary_ask(&o, &check_volume, FINDING_FIRST_TOO_LARGE));
    o.settings.first_items = ORDINARY_ITEMS / 2;
    assert_non_null(ordinary_ask(&o, &check_volume, FINDING_FIRST_TOO_LARGE));
    ordinary_begin(&o, 1, 30, (struct date){2026, 3, 18});
    o.settings.first_capital = ORDINARY_ITEMS * ORDINARY_AMOUNT / 200;
    assert_non_null(ordinary_ask(&o, &check_volume, FINDING_FIRST_TOO_LARGE));
}

/* How many of the deliveries, each larger than the one before, a budget holds. */
static unsigned held_under(unsigned rows, int64_t false_holds)
{
    unsigned held = 0;

    for (unsigned items = 100; items <= 4000; items += 50) {
        const struct finding *f;

        ordinary_begin(&o, rows, 1, (struct date){2026, 3, 18});
        ordinary_usual(&o, MEASURE_ITEMS, 20, 200);
        ordinary_usual(&o, MEASURE_DEBIT, 20.0 * ORDINARY_AMOUNT, 200.0 * ORDINARY_AMOUNT);
        o.settings.false_holds = false_holds;
        o.delivery.summary.items = items;
        o.now.of[MEASURE_ITEMS] = items;
        o.now.of[MEASURE_DEBIT] = (double)items * ORDINARY_AMOUNT;
        f = ordinary_ask(&o, &check_volume, FINDING_MANY_ITEMS);
        f = f ? f : ordinary_ask(&o, &check_volume, FINDING_MUCH_MONEY);
        held += f && f->level >= LEVEL_HOLD;
    }
    return held;
}

static void a_smaller_budget_holds_less_and_a_larger_more(void **state)
{
    static const unsigned rows[] = {60, 200, HABIT_MOST};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned small = held_under(rows[i], 1000), usual = held_under(rows[i], 5000),
                 large = held_under(rows[i], 50000);

        /* However long the history: the smallest budget still holds what is out of all bounds. */
        if (!(0 < small && small < usual && usual <= large))
            fail_msg("%u rows: %u, %u, %u held", rows[i], small, usual, large);
    }
    assert_true(held_under(60, 5000) < held_under(60, 50000));
}

static void what_was_announced_passes_when_it_comes(void **state)
{
    static const struct {
        const char *name;
        unsigned said, came;
        bool held;
    } cases[] = {
        {"I17 N05 the backlog that was announced", 8000, 8200, false},
        {"announced without a number", 0, 8200, false},
        {"more than was announced", 1000, 8200, true},
        {"I31 the register, not the backlog", 3000, 8200, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct announcement said = {.items = cases[i].said};
        const struct finding *f;

        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        o.history.announced = &said;
        o.delivery.summary.items = cases[i].came;
        o.now.of[MEASURE_ITEMS] = cases[i].came;
        o.now.of[MEASURE_DEBIT] = (double)cases[i].came * ORDINARY_AMOUNT;
        (void)ordinary_ask(&o, &check_volume, FINDING_MANY_ITEMS);
        f = NULL;
        for (unsigned k = 0; k < o.findings.n; k++)
            if (o.findings.of[k].level >= LEVEL_HOLD)
                f = &o.findings.of[k];
        if (!f == cases[i].held)
            fail_msg("%s: %s", cases[i].name, f ? "held" : "passes");
    }
}

/* What a delivery with this middle amount meets after releases at these factors. */
static const struct finding *after_releases(unsigned rows, const double *factors, unsigned n,
                                            double now)
{
    ordinary_begin(&o, rows, 30, (struct date){2026, 3, 18});
    for (unsigned i = 0; i < n; i++) {
        struct habit_row *row = &o.rows[rows - n + i];

        row->of[MEASURE_MEDIAN] *= factors[i];
        row->of[MEASURE_MEAN] *= factors[i];
        row->of[MEASURE_DEBIT] *= factors[i];
        if (factors[i] != 1)
            row->flags |= HABIT_RELEASED;
    }
    o.now.of[MEASURE_MEDIAN] = o.now.of[MEASURE_MEAN] = now * ORDINARY_AMOUNT;
    o.now.of[MEASURE_DEBIT] = now * ORDINARY_AMOUNT * ORDINARY_ITEMS;
    (void)ordinary_ask(&o, &check_volume, FINDING_LARGE_AMOUNTS);
    for (unsigned i = 0; i < o.findings.n; i++)
        if (o.findings.of[i].level >= LEVEL_HOLD)
            return &o.findings.of[i];
    return NULL;
}

static void the_third_after_a_change_of_price_passes(void **state)
{
    static const struct {
        const char *name;
        unsigned rows, n;
        double factors[8], now;
        bool held;
    } cases[] = {
        {"a quarter dearer", 24, 1, {1}, 1.25, true},
        {"after one release", 24, 1, {1.25}, 1.25, true},
        {"after two", 24, 2, {1.25, 1.25}, 1.25, false},
        {"after two in a long history", HABIT_MOST, 2, {1.25, 1.26}, 1.25, false},
        {"after two within six", 60, 6, {1.25, 1, 1, 1, 1, 1.25}, 1.25, false},
        {"the second a little less than the first", 60, 2, {1.3, 1.25}, 1.25, false},
        {"after two too far apart", 60, 7, {1.25, 1, 1, 1, 1, 1, 1.25}, 1.25, true},
        {"after one up and one down", 24, 2, {0.6, 1.25}, 1.25, true},
        {"a fee halved, twice", 24, 2, {0.5, 0.5}, 0.5, false},
        {"I21 twice the new price", 24, 2, {1.25, 1.25}, 2.6, true},
        {"the old price again, while both are usual", 24, 2, {1.25, 1.25}, 1, false},
        {"I21 twice the new price, long after",
         HABIT_MOST,
         8,
         {1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25},
         2.5,
         true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f =
            after_releases(cases[i].rows, cases[i].factors, cases[i].n, cases[i].now);

        if (!f == cases[i].held)
            fail_msg("%s: %s", cases[i].name, f ? "held" : "passes");
    }
}

static void the_scores_stay_in_the_row_for_later_ranks(void **state)
{
    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    assert_true(isnan(o.now.of[MEASURE_SCORE_HIGH]));
    assert_null(ordinary_ask(&o, &check_volume, FINDING_MANY_ITEMS));
    assert_true(o.now.of[MEASURE_SCORE_HIGH] >= 0 && o.now.of[MEASURE_SCORE_LOW] >= 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(much_is_held_where_it_is_beyond_all_that_came),
        TEST(little_is_held_where_it_hardly_varies),
        TEST(few_are_said_once_beside_the_latest),
        TEST(the_middle_amount_tells_a_unit_error),
        TEST(before_there_is_a_habit_only_the_enormous_is_held),
        TEST(the_site_says_what_is_enormous),
        TEST(a_smaller_budget_holds_less_and_a_larger_more),
        TEST(what_was_announced_passes_when_it_comes),
        TEST(the_third_after_a_change_of_price_passes),
        TEST(the_scores_stay_in_the_row_for_later_ranks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
