/* dates_test.c -- old records are held, passed due dates that are the habit pass */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "model/buf.h"
#include "model/error.h"
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

static void a_backlog_that_was_announced_passes(void **state)
{
    static const struct {
        const char *name;
        double due, newest, spread;
        uint64_t said; /* items */
        bool held, weighs;
    } cases[] = {
        {"I17 N05 a year's bills, announced", -180, 0, 360, 120, false, false},
        {"announced without a number", -180, -60, 360, 0, false, false},
        {"announced, but ten times as many came", -180, 0, 360, 10, true, true},
        {"I35 a century is never announced", -36500, 0, 10, 120, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct announcement said = {.items = cases[i].said};
        bool held = false, weighs = false;

        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        o.now.of[MEASURE_DUE_DAYS] = cases[i].due;
        o.now.of[MEASURE_ISSUE_NEWEST] = cases[i].newest;
        o.now.of[MEASURE_DUE_SPREAD] = cases[i].spread;
        assert_non_null(ordinary_ask(&o, &check_dates, FINDING_STALE_DATES));
        o.history.announced = &said;
        assert_non_null(ordinary_ask(&o, &check_dates, FINDING_STALE_DATES)); /* still told */
        for (unsigned k = 0; k < o.findings.n; k++) {
            held |= o.findings.of[k].level >= LEVEL_HOLD;
            weighs |= o.findings.of[k].weight > 0;
        }
        if (held != cases[i].held || weighs != cases[i].weighs)
            fail_msg("%s: %s, %s", cases[i].name, held ? "held" : "passes",
                     weighs ? "weighs" : "weighs nothing");
        assert_int_equal((o.now.flags & HABIT_EXCUSED) != 0, !held);
    }
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

/* "32 days before the arrival", not "-32 days". */
static void a_sentence_says_on_which_side_of_the_arrival(void **state)
{
    static const struct {
        const char *language;
        enum finding_code code;
        double due, newest;
        const char *sentence;
    } cases[] = {
        {"en", FINDING_STALE_DATES, -60, 0, "The middle due date lies 60 days before the arrival"},
        {"sv", FINDING_STALE_DATES, -60, 0,
         "Mittersta förfallodag ligger 60 dagar före ankomsten; vanligen tidigast "},
        {"en", FINDING_FUTURE_DATES, 395, 0, "The middle due date lies 395 days after the arrival"},
        {"en", FINDING_OLD_RECORDS, 30, -200,
         "The newest date in the file lies 200 days before the arrival"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f;
        struct buf text;

        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        o.now.of[MEASURE_DUE_DAYS] = cases[i].due;
        o.now.of[MEASURE_ISSUE_NEWEST] = cases[i].newest;
        f = ordinary_ask(&o, &check_dates, cases[i].code);
        assert_non_null(f);
        buf_init(&text, 1000);
        assert_int_equal(finding_sentence(f, cases[i].language, &text), SLUSS_OK);
        if (!strstr(buf_cstr(&text), cases[i].sentence))
            fail_msg("%s", buf_cstr(&text));
        buf_free(&text);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dates_are_measured_against_the_habit),
        TEST(a_backlog_that_was_announced_passes),
        TEST(the_newest_record_says_when_they_were_made),
        TEST(dates_that_spread_are_a_sign_and_no_more),
        TEST(nothing_falls_due_before_it_is_issued),
        TEST(a_sentence_says_on_which_side_of_the_arrival),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
