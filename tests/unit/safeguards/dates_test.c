/* dates_test.c -- old records are held, passed due dates that are the habit pass */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

static void dates_are_measured_against_the_habit(void **state)
{
    static const struct ordinary_case cases[] = {
        {"an ordinary month", FINDING_STALE_DATES, QUIET, .rows = 24},
        {"I01 a copy made two months ago", FINDING_STALE_DATES, HELD,
         .now = {{MEASURE_DUE_DAYS, -60}}},
        {"I06 last year's file again", FINDING_STALE_DATES, HELD,
         .now = {{MEASURE_DUE_DAYS, -335}}},
        {"I35 next year's dates", FINDING_FUTURE_DATES, HELD, .now = {{MEASURE_DUE_DAYS, 395}}},
        {"I35 another century", FINDING_FUTURE_DATES, HELD, .now = {{MEASURE_DUE_DAYS, 36500}},
         .usual = {{MEASURE_DUE_DAYS, -60, 90}}},
        {"I16 old claims where dates vary", FINDING_STALE_DATES, WARNED,
         .now = {{MEASURE_DUE_DAYS, -120}}, .usual = {{MEASURE_DUE_DAYS, -60, 60}}},
        {"reminders: due dates passed as always", FINDING_STALE_DATES, QUIET,
         .now = {{MEASURE_DUE_DAYS, -35}}, .usual = {{MEASURE_DUE_DAYS, -40, -20}}},
        {"N11 due dates moved by a holiday", FINDING_FUTURE_DATES, QUIET,
         .now = {{MEASURE_DUE_DAYS, 38}}},
        {"N04 a bill a quarter ahead, where they vary", FINDING_FUTURE_DATES, QUIET,
         .now = {{MEASURE_DUE_DAYS, 80}}, .usual = {{MEASURE_DUE_DAYS, 20, 75}}},
        {"N09 the first file of a new sender", FINDING_STALE_DATES, QUIET,
         .now = {{MEASURE_DUE_DAYS, -200}}, .rows = 1},
        {"by the issue date where none falls due", FINDING_STALE_DATES, HELD,
         .now = {{MEASURE_DUE_DAYS, NAN}, {MEASURE_ISSUE_DAYS, -90}}},
        {"no date at all", FINDING_STALE_DATES, QUIET,
         .now = {{MEASURE_DUE_DAYS, NAN}, {MEASURE_ISSUE_DAYS, NAN}, {MEASURE_ISSUE_NEWEST, NAN}}},
        {"N07 credit notes name invoices of any age", FINDING_STALE_DATES, QUIET,
         .now = {{MEASURE_DUE_DAYS, -300}, {MEASURE_CREDIT_SHARE, 1}}},
    };

    (void)state;
    ordinary_tell(&o, &check_dates, cases, sizeof cases / sizeof *cases, NULL);
}

static void the_newest_record_says_when_they_were_made(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I01 none newer than two months", FINDING_OLD_RECORDS, WARNED,
         .now = {{MEASURE_ISSUE_NEWEST, -60}}},
        {"N17 after the summer pause", FINDING_OLD_RECORDS, QUIET,
         .now = {{MEASURE_ISSUE_NEWEST, -28}}},
        {"a first file, eight months old", FINDING_OLD_RECORDS, WARNED,
         .now = {{MEASURE_ISSUE_NEWEST, -240}}, .rows = 1},
        {"N09 a first file, two months old", FINDING_OLD_RECORDS, QUIET,
         .now = {{MEASURE_ISSUE_NEWEST, -60}}, .rows = 1},
        {"collection: three months old as always", FINDING_OLD_RECORDS, QUIET,
         .now = {{MEASURE_ISSUE_NEWEST, -95}}, .usual = {{MEASURE_ISSUE_NEWEST, -100, -80}}},
    };

    (void)state;
    ordinary_tell(&o, &check_dates, cases, sizeof cases / sizeof *cases, NULL);
}

static void dates_that_spread_are_a_sign_and_no_more(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I31 a whole register", FINDING_SPREAD_DATES, WARNED, .now = {{MEASURE_DUE_SPREAD, 400}}},
        {"I17 a backlog of a year", FINDING_SPREAD_DATES, WARNED,
         .now = {{MEASURE_DUE_SPREAD, 365}}},
        {"N11 two files in one", FINDING_SPREAD_DATES, QUIET, .now = {{MEASURE_DUE_SPREAD, 25}}},
        {"N18 a joint board, whose dates always spread", FINDING_SPREAD_DATES, QUIET,
         .now = {{MEASURE_DUE_SPREAD, 380}}, .usual = {{MEASURE_DUE_SPREAD, 300, 360}}},
    };

    (void)state;
    ordinary_tell(&o, &check_dates, cases, sizeof cases / sizeof *cases, NULL);
}

static void nothing_falls_due_before_it_is_issued(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I35 the two columns exchanged", FINDING_DUE_BEFORE_ISSUE, HELD,
         .now = {{MEASURE_DUE_BEFORE_ISSUE, 0.95}}},
        {"a third of them", FINDING_DUE_BEFORE_ISSUE, WARNED,
         .now = {{MEASURE_DUE_BEFORE_ISSUE, 0.3}}},
        {"a few corrected ones", FINDING_DUE_BEFORE_ISSUE, QUIET,
         .now = {{MEASURE_DUE_BEFORE_ISSUE, 0.1}}},
        {"a sender who always does so", FINDING_DUE_BEFORE_ISSUE, QUIET,
         .now = {{MEASURE_DUE_BEFORE_ISSUE, 0.6}}, .usual = {{MEASURE_DUE_BEFORE_ISSUE, 0.4, 0.6}}},
    };

    (void)state;
    ordinary_tell(&o, &check_dates, cases, sizeof cases / sizeof *cases, NULL);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dates_are_measured_against_the_habit),
        TEST(the_newest_record_says_when_they_were_made),
        TEST(dates_that_spread_are_a_sign_and_no_more),
        TEST(nothing_falls_due_before_it_is_issued),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
