/* penalty_test.c -- the agreement's penalties, step by step */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/date.h"
#include "model/penalty.h"

#define MINUTE (60 * SECOND_US)
#define HOUR   (60 * MINUTE)
#define KR     INT64_C(100)

/* 2026-03-02 06:12 UTC. */
#define ARRIVAL (INT64_C(1772431920) * SECOND_US)

static struct penalty_terms agreement(enum penalty_from from)
{
    return (struct penalty_terms){
        .receipt_us = HOUR, .from = from, .n = 1, .of = {{HOUR, 2 * HOUR, 4, 5000 * KR}}};
}

struct step {
    const char *name;
    int64_t after; /* the arrival */
    uint64_t occasions;
    int64_t kronor;
};

static void walk(const struct penalty_terms *terms, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct penalty owed = penalty_owed(terms, ARRIVAL, ARRIVAL + steps[i].after);

        if (owed.occasions != steps[i].occasions || owed.amount_minor != steps[i].kronor * KR)
            fail_msg("%s: %llu occasions, %lld ore", steps[i].name,
                     (unsigned long long)owed.occasions, (long long)owed.amount_minor);
    }
}

static void every_step_of_the_agreement(void **state)
{
    static const struct step steps[] = {
        {"at once", 0, 0, 0},
        {"the clock was set back: not yet there", -3 * 24 * HOUR, 0, 0},
        {"in time", 59 * MINUTE, 0, 0},
        {"on the stroke of the hour", HOUR, 0, 0},
        {"late by the least there is", HOUR + 1, 1, 5000},
        {"two hours", 2 * HOUR, 1, 5000},
        {"just before the second step", 3 * HOUR - 1, 1, 5000},
        {"three hours: the second", 3 * HOUR, 2, 10000},
        {"just before the third step", 5 * HOUR - 1, 2, 10000},
        {"five hours: the third", 5 * HOUR, 3, 15000},
        {"six hours: the example of the agreement", 6 * HOUR, 3, 15000},
        {"just before the fourth step", 7 * HOUR - 1, 3, 15000},
        {"seven hours: the fourth", 7 * HOUR, 4, 20000},
        {"nine hours: there is no fifth", 9 * HOUR, 4, 20000},
        {"a month", 30 * 24 * HOUR, 4, 20000},
    };
    struct penalty_terms terms = agreement(PENALTY_FROM_ARRIVAL);

    (void)state;
    walk(&terms, steps, sizeof steps / sizeof *steps);
}

static void every_step_counted_from_the_end_of_the_limit(void **state)
{
    static const struct step steps[] = {
        {"in time", HOUR, 0, 0},
        {"late, but by less than the first hour", 2 * HOUR - 1, 0, 0},
        {"an hour late, to the stroke", 2 * HOUR, 0, 0},
        {"the first", 2 * HOUR + 1, 1, 5000},
        {"just before the second", 4 * HOUR - 1, 1, 5000},
        {"the second", 4 * HOUR, 2, 10000},
        {"the third", 6 * HOUR, 3, 15000},
        {"six hours late: the example in this reading", 7 * HOUR, 3, 15000},
        {"the fourth", 8 * HOUR, 4, 20000},
        {"there is no fifth", 100 * HOUR, 4, 20000},
    };
    struct penalty_terms terms = agreement(PENALTY_FROM_LIMIT);

    (void)state;
    walk(&terms, steps, sizeof steps / sizeof *steps);
}

/* Where a contract is more generous with the receipt than with its penalties. */
static void what_is_in_time_costs_nothing(void **state)
{
    static const struct step steps[] = {
        {"within its four hours", 4 * HOUR, 0, 0},
        {"late: the steps passed on the way are due at once", 4 * HOUR + 1, 2, 10000},
        {"then as ever", 5 * HOUR, 3, 15000},
    };
    struct penalty_terms terms = agreement(PENALTY_FROM_ARRIVAL);
    struct penalty then;
    int64_t step;

    (void)state;
    terms.receipt_us = 4 * HOUR;
    walk(&terms, steps, sizeof steps / sizeof *steps);
    assert_true(penalty_next(&terms, ARRIVAL, ARRIVAL, &step, &then));
    assert_int_equal(step, ARRIVAL + 4 * HOUR);
    assert_int_equal(then.amount_minor, 10000 * KR);
}

static void levels_add_up(void **state)
{
    static const struct step steps[] = {
        {"in time", HOUR, 0, 0},
        {"the regular one", 2 * HOUR, 1, 5000},
        {"just before the day is over", 24 * HOUR, 4, 20000},
        {"a day: once 50 000 more", 24 * HOUR + 1, 5, 70000},
        {"and only once", 300 * HOUR, 5, 70000},
    };
    struct penalty_terms terms = agreement(PENALTY_FROM_ARRIVAL);
    struct penalty then;
    int64_t step;

    (void)state;
    terms.of[terms.n++] = (struct penalty_level){24 * HOUR, 0, 1, 50000 * KR};
    walk(&terms, steps, sizeof steps / sizeof *steps);
    assert_int_equal(penalty_most(&terms).amount_minor, 70000 * KR);
    assert_true(penalty_next(&terms, ARRIVAL, ARRIVAL + 8 * HOUR, &step, &then));
    assert_int_equal(step, ARRIVAL + 24 * HOUR);
    assert_int_equal(then.amount_minor, 70000 * KR);
}

static void the_next_step_is_told_before_it_comes(void **state)
{
    static const struct {
        int64_t after, step, kronor; /* 0: no more to come */
    } cases[] = {
        {-HOUR, HOUR, 5000},
        {0, HOUR, 5000},
        {HOUR, HOUR, 5000},
        {HOUR + 1, 3 * HOUR, 10000},
        {3 * HOUR, 5 * HOUR, 15000},
        {6 * HOUR, 7 * HOUR, 20000},
        {7 * HOUR, 0, 0},
        {1000 * HOUR, 0, 0},
    };
    struct penalty_terms terms = agreement(PENALTY_FROM_ARRIVAL);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct penalty then = {0};
        int64_t step = 0;
        bool more = penalty_next(&terms, ARRIVAL, ARRIVAL + cases[i].after, &step, &then);

        assert_int_equal(more, cases[i].step != 0);
        assert_int_equal(step, cases[i].step ? ARRIVAL + cases[i].step : 0);
        assert_int_equal(then.amount_minor, cases[i].kronor * KR);
    }
    terms.n = 0;
    assert_false(penalty_next(&terms, ARRIVAL, ARRIVAL, &(int64_t){0}, &(struct penalty){0, 0}));
    assert_int_equal(penalty_owed(&terms, ARRIVAL, ARRIVAL + 99 * HOUR).occasions, 0);
}

/* Elapsed time is what counts: an hour over either change of the clocks is an hour. */
static void the_change_to_and_from_summer_time_moves_no_step(void **state)
{
    static const int64_t changes[] = {
        INT64_C(1774744200) * SECOND_US, /* 2026-03-29 01:30 in Stockholm, half an hour before */
        INT64_C(1792888200) * SECOND_US, /* 2026-10-25 02:30, the first time */
    };
    struct penalty_terms terms = agreement(PENALTY_FROM_ARRIVAL);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(penalty_deadline_us(&terms, changes[i]), changes[i] + HOUR);
        assert_int_equal(penalty_owed(&terms, changes[i], changes[i] + HOUR).occasions, 0);
        assert_int_equal(penalty_owed(&terms, changes[i], changes[i] + HOUR + 1).occasions, 1);
        assert_int_equal(penalty_owed(&terms, changes[i], changes[i] + 3 * HOUR).occasions, 2);
    }
}

static void no_number_is_too_large(void **state)
{
    struct penalty_terms terms = {
        .receipt_us = INT64_MAX,
        .from = PENALTY_FROM_LIMIT,
        .n = 2,
        .of = {{0, 1, UINT32_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX, 5, 1}},
    };
    struct penalty then;
    int64_t step;

    (void)state;
    assert_int_equal(penalty_deadline_us(&terms, ARRIVAL), INT64_MAX);
    assert_int_equal(penalty_owed(&terms, ARRIVAL, INT64_MAX).occasions, 0);
    assert_false(penalty_next(&terms, ARRIVAL, INT64_MAX, &step, &then));
    terms.receipt_us = 0;
    assert_int_equal(penalty_owed(&terms, 0, INT64_MAX).amount_minor, INT64_MAX);
    assert_int_equal(penalty_owed(&terms, INT64_MIN, INT64_MAX).occasions, (uint64_t)UINT32_MAX);
    assert_int_equal(penalty_owed(&terms, INT64_MAX, INT64_MIN).occasions, 0);
    assert_int_equal(penalty_most(&terms).amount_minor, INT64_MAX);
    (void)penalty_next(&terms, INT64_MIN, INT64_MIN, &step, &then);
    (void)penalty_next(&terms, INT64_MAX - 1, INT64_MAX, &step, &then);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_of_the_agreement),
        cmocka_unit_test(every_step_counted_from_the_end_of_the_limit),
        cmocka_unit_test(what_is_in_time_costs_nothing),
        cmocka_unit_test(levels_add_up),
        cmocka_unit_test(the_next_step_is_told_before_it_comes),
        cmocka_unit_test(the_change_to_and_from_summer_time_moves_no_step),
        cmocka_unit_test(no_number_is_too_large),
    };
    return cmocka_run_group_tests_name("penalty", tests, NULL, NULL);
}
