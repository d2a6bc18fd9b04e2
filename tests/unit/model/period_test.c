/* period_test.c -- months and quarters, and the local midnights between them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "model/error.h"
#include "model/period.h"

#define HOUR (INT64_C(3600) * SECOND_US)

static struct period of(enum period_kind kind, const char *name)
{
    struct period p;

    assert_int_equal(period_parse(kind, span_str(name), &p), SLUSS_OK);
    return p;
}

static void names_go_there_and_back(void **state)
{
    static const struct {
        enum period_kind kind;
        const char *name, *first, *next;
    } cases[] = {
        {PERIOD_MONTH, "2026-01", "2026-01-01", "2026-02-01"},
        {PERIOD_MONTH, "2026-12", "2026-12-01", "2027-01-01"},
        {PERIOD_QUARTER, "2026Q1", "2026-01-01", "2026-04-01"},
        {PERIOD_QUARTER, "2026Q3", "2026-07-01", "2026-10-01"},
        {PERIOD_QUARTER, "2026Q4", "2026-10-01", "2027-01-01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct period p = of(cases[i].kind, cases[i].name);
        char text[DATE_SIZE], name[PERIOD_SIZE];

        assert_string_equal(period_name(&p, name), cases[i].name);
        assert_string_equal(date_format(p.first, text), cases[i].first);
        assert_string_equal(date_format(p.next, text), cases[i].next);
    }
}

static void what_is_no_period_is_refused(void **state)
{
    static const struct {
        enum period_kind kind;
        const char *text;
    } cases[] = {
        {PERIOD_MONTH, ""},         {PERIOD_MONTH, "2026"},      {PERIOD_MONTH, "2026-13"},
        {PERIOD_MONTH, "2026-00"},  {PERIOD_MONTH, "2026Q3"},    {PERIOD_MONTH, "2026-1"},
        {PERIOD_MONTH, "2026-1x"},  {PERIOD_MONTH, "1969-12"},   {PERIOD_QUARTER, "2026Q0"},
        {PERIOD_QUARTER, "2026Q5"}, {PERIOD_QUARTER, "2026-03"}, {PERIOD_QUARTER, "2026Q33"},
        {PERIOD_QUARTER, "9999Q1"},
    };
    struct period p;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(period_parse(cases[i].kind, span_str(cases[i].text), &p), SLUSS_ESYNTAX);
}

/* U71: a quarter over summer time is as long as its days are. */
static void ends_are_local_midnights(void **state)
{
    struct period winter = of(PERIOD_QUARTER, "2026Q1"), march = of(PERIOD_MONTH, "2026-03");
    struct period october = of(PERIOD_MONTH, "2026-10"), july = of(PERIOD_MONTH, "2026-07");
    int64_t from;

    (void)state;
    assert_int_equal(instant_parse(SPAN_LIT("2025-12-31T23:00:00Z"), &from), 0);
    assert_int_equal(period_from_us(&winter), from);
    assert_int_equal(instant_parse(SPAN_LIT("2026-03-31T22:00:00Z"), &from), 0);
    assert_int_equal(period_to_us(&winter), from);
    assert_int_equal(period_to_us(&march) - period_from_us(&march), (31 * 24 - 1) * HOUR);
    assert_int_equal(period_to_us(&october) - period_from_us(&october), (31 * 24 + 1) * HOUR);
    assert_int_equal(period_to_us(&july) - period_from_us(&july), 31 * 24 * HOUR);
    assert_int_equal(period_days(&winter), 90);
}

static void the_last_ended_one_is_told_by_local_time(void **state)
{
    static const struct {
        const char *at, *month, *quarter;
    } cases[] = {
        {"2026-09-30T21:59:59Z", "2026-08", "2026Q2"}, /* 23:59:59 in Stockholm */
        {"2026-09-30T22:00:00Z", "2026-09", "2026Q3"},
        {"2026-12-31T22:59:59Z", "2026-11", "2026Q3"},
        {"2026-12-31T23:00:00Z", "2026-12", "2026Q4"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct period month, quarter;
        char name[PERIOD_SIZE];
        int64_t at;

        assert_int_equal(instant_parse(span_str(cases[i].at), &at), 0);
        month = period_ended(PERIOD_MONTH, at);
        quarter = period_ended(PERIOD_QUARTER, at);
        assert_string_equal(period_name(&month, name), cases[i].month);
        assert_string_equal(period_name(&quarter, name), cases[i].quarter);
    }
}

static void steps_lead_over_the_year(void **state)
{
    struct period p = of(PERIOD_QUARTER, "2026Q1"), before = period_before(&p);
    char name[PERIOD_SIZE];

    (void)state;
    assert_string_equal(period_name(&before, name), "2025Q4");
    p = period_after(&before);
    assert_string_equal(period_name(&p, name), "2026Q1");
}

/* As Swedish banks have them. */
static void reports_are_due_on_the_first_banking_day(void **state)
{
    static const struct {
        const char *month, *due;
    } cases[] = {
        {"2026-09", "2026-10-01"}, /* a Thursday */
        {"2026-10", "2026-11-02"}, /* the 1st is a Sunday */
        {"2026-12", "2027-01-04"}, /* New Year's Day is a Friday */
        {"2026-04", "2026-05-04"}, /* the 1st of May is a Friday */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct period p = of(PERIOD_MONTH, cases[i].month);
        char day[DATE_SIZE];

        assert_string_equal(date_format(period_report_day(&p), day), cases[i].due);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_there_and_back),
        cmocka_unit_test(what_is_no_period_is_refused),
        cmocka_unit_test(ends_are_local_midnights),
        cmocka_unit_test(the_last_ended_one_is_told_by_local_time),
        cmocka_unit_test(steps_lead_over_the_year),
        cmocka_unit_test(reports_are_due_on_the_first_banking_day),
    };

    setenv("TZ", "Europe/Stockholm", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
