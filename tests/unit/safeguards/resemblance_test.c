/* resemblance_test.c -- an earlier delivery in another dress is held, the same fee every month
 * passes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

static void resembles_one(struct ordinary *to)
{
    to->history.contained_in = (struct past_delivery){.id = span_str("20260218T061200Z-000001"),
                                                      .file = span_str("february.csv")};
}

static void most_of_it_stands_in_one_earlier_delivery(void **state)
{
    static const struct ordinary_case cases[] = {
        {"an ordinary month", FINDING_RESEMBLES, QUIET, .rows = 24},
        {"I12 the same with new numbers", FINDING_RESEMBLES, HELD,
         .now = {{MEASURE_CONTAINMENT, 1}}},
        {"I15 the same with a later due date", FINDING_RESEMBLES, HELD,
         .now = {{MEASURE_CONTAINMENT, 0.97}}},
        {"I30 yesterday's behind today's", FINDING_RESEMBLES, HELD,
         .now = {{MEASURE_CONTAINMENT, 0.55}}},
        {"more than usual", FINDING_RESEMBLES, WARNED, .now = {{MEASURE_CONTAINMENT, 0.4}}},
        {"N12 the same fee every month", FINDING_RESEMBLES, QUIET,
         .now = {{MEASURE_CONTAINMENT, 0.93}}, .usual = {{MEASURE_CONTAINMENT, 0.75, 0.92}}},
        {"I12 all of it where most is usual", FINDING_RESEMBLES, HELD,
         .now = {{MEASURE_CONTAINMENT, 1}}, .usual = {{MEASURE_CONTAINMENT, 0.6, 0.8}}},
        {"N14 a few items", FINDING_RESEMBLES, QUIET, .now = {{MEASURE_CONTAINMENT, 1}},
         .items = 5},
        {"N09 the first files", FINDING_RESEMBLES, QUIET, .now = {{MEASURE_CONTAINMENT, 1}},
         .rows = 1},
    };

    (void)state;
    ordinary_tell(&o, &check_resemblance, cases, sizeof cases / sizeof *cases, resembles_one);
}

/* What stands in one delivery did not come from one or another; and nothing is as usual then. */
static void what_one_delivery_explains_is_said_once(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I06 an old file, whole", FINDING_REUSED_AMOUNTS, HELD,
         .now = {{MEASURE_CONTAINMENT, 1}, {MEASURE_SEEN_AMOUNT, 1}, {MEASURE_SEEN_OFF, 1}}},
        {"I15 the same with a later due date", FINDING_KNOWN_PARTIES, HELD,
         .now = {{MEASURE_CONTAINMENT, 0.97}}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        resembles_one(&o);
        for (size_t j = 0; j < 4 && cases[i].now[j].value > 0; j++)
            o.now.of[cases[i].now[j].measure] = cases[i].now[j].value;
        assert_non_null(ordinary_ask(&o, &check_resemblance, FINDING_RESEMBLES));
        assert_null(ordinary_ask(&o, &check_resemblance, cases[i].code));
    }
}

/* A copy of last week's run where the same fees come each month. */
static void resembles_last_weeks(struct ordinary *to)
{
    to->history.contained_off_in = (struct past_delivery){.id = span_str("20260313T061200Z-000001"),
                                                          .file = span_str("march.csv")};
}

static void what_is_no_billing_period_old_is_no_fee_that_returns(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I15 last week's run with later due dates", FINDING_RESEMBLES, HELD,
         .now = {{MEASURE_CONTAINMENT, 0.95}, {MEASURE_CONTAINMENT_OFF, 0.95}},
         .usual = {{MEASURE_CONTAINMENT, 0.8, 0.95}, {MEASURE_CONTAINMENT_OFF, 0, 0.1}}},
        {"N12 last month's fees", FINDING_RESEMBLES, QUIET,
         .now = {{MEASURE_CONTAINMENT, 0.95}, {MEASURE_CONTAINMENT_OFF, 0.1}},
         .usual = {{MEASURE_CONTAINMENT, 0.8, 0.95}, {MEASURE_CONTAINMENT_OFF, 0, 0.1}}},
        {"half of a run came a week late", FINDING_RESEMBLES, WARNED,
         .now = {{MEASURE_CONTAINMENT, 0.55}, {MEASURE_CONTAINMENT_OFF, 0.55}},
         .usual = {{MEASURE_CONTAINMENT, 0.8, 0.95}, {MEASURE_CONTAINMENT_OFF, 0, 0.1}}},
        {"I12 the same days later, for the second file of all", FINDING_RESEMBLES, QUIET,
         .now = {{MEASURE_CONTAINMENT_OFF, 0.95}}, .rows = 1},
    };

    (void)state;
    ordinary_tell(&o, &check_resemblance, cases, sizeof cases / sizeof *cases,
                  resembles_last_weeks);
}

/* The large run of a quarter among daily files of other customers. */
static void a_run_among_small_files_is_not_told_by_them(void **state)
{
    (void)state;
    ordinary_begin(&o, 60, 1, (struct date){2026, 3, 18});
    resembles_one(&o);
    o.now.of[MEASURE_ITEMS] = 20 * ORDINARY_ITEMS;
    o.now.of[MEASURE_CONTAINMENT] = 0.95;
    assert_null(ordinary_ask(&o, &check_resemblance, FINDING_RESEMBLES));
    o.now.of[MEASURE_ITEMS] = ORDINARY_ITEMS;
    assert_non_null(ordinary_ask(&o, &check_resemblance, FINDING_RESEMBLES));
}

static void everything_was_there_before_but_in_no_single_one(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I01 mixed from many files", FINDING_REUSED_AMOUNTS, WARNED,
         .now = {{MEASURE_SEEN_AMOUNT, 0.95}, {MEASURE_SEEN_OFF, 0.95}}},
        {"N01 all of it stood in the run a quarter ago", FINDING_REUSED_AMOUNTS, QUIET,
         .now = {{MEASURE_SEEN_AMOUNT, 0.95}, {MEASURE_SEEN_OFF, 0.1}}},
        {"I13 a third again, where nothing ever is", FINDING_REUSED_AMOUNTS, HELD,
         .now = {{MEASURE_SEEN_AMOUNT, 0.35}, {MEASURE_SEEN_OFF, 0.35}},
         .usual = {{MEASURE_SEEN_AMOUNT, 0, 0.04}, {MEASURE_SEEN_OFF, 0, 0.04}}},
        {"N12 the same amounts, as always", FINDING_REUSED_AMOUNTS, QUIET,
         .now = {{MEASURE_SEEN_AMOUNT, 0.9}}, .usual = {{MEASURE_SEEN_AMOUNT, 0.8, 0.95}}},
        {"no likeness without an earlier delivery", FINDING_RESEMBLES, QUIET,
         .now = {{MEASURE_CONTAINMENT, 1}}},
    };

    (void)state;
    ordinary_tell(&o, &check_resemblance, cases, sizeof cases / sizeof *cases, NULL);
}

static void known_parties_with_new_items_speak_for_it(void **state)
{
    const struct finding *f;

    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    f = ordinary_ask(&o, &check_resemblance, FINDING_KNOWN_PARTIES);
    assert_non_null(f);
    assert_true(f->weight < 0 && f->level == LEVEL_INFO);

    o.history.by_number.seen = 1; /* I30: not all of them are new */
    assert_null(ordinary_ask(&o, &check_resemblance, FINDING_KNOWN_PARTIES));
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(most_of_it_stands_in_one_earlier_delivery),
        TEST(what_one_delivery_explains_is_said_once),
        TEST(what_is_no_billing_period_old_is_no_fee_that_returns),
        TEST(a_run_among_small_files_is_not_told_by_them),
        TEST(everything_was_there_before_but_in_no_single_one),
        TEST(known_parties_with_new_items_speak_for_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
