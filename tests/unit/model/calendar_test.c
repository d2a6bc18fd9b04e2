/* calendar_test.c -- the banking days of known years, counted and named */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/calendar.h"

static struct date d(int year, int month, int day)
{
    return (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

static void easter_falls_where_the_almanac_says(void **state)
{
    static const struct date sundays[] = {
        {2000, 4, 23}, {2008, 3, 23}, {2011, 4, 24}, {2024, 3, 31}, {2025, 4, 20},
        {2026, 4, 5},  {2027, 3, 28}, {2038, 4, 25}, {2285, 3, 22},
    };
    (void)state;
    for (size_t i = 0; i < sizeof sundays / sizeof *sundays; i++)
        assert_int_equal(date_compare(easter_sunday(sundays[i].year), sundays[i]), 0);
}

static void holidays_are_no_banking_days(void **state)
{
    static const struct date closed[] = {
        {2026, 1, 1},   {2026, 1, 6},   {2026, 4, 3},   {2026, 4, 6},   {2026, 5, 1},
        {2026, 5, 14},  {2026, 6, 19},  {2025, 6, 6},   {2025, 6, 20},  {2026, 12, 24},
        {2026, 12, 25}, {2026, 12, 31}, {2026, 11, 21}, {2026, 11, 22},
    };
    static const struct date open[] = {
        {2026, 4, 2},   {2026, 4, 7},   {2026, 5, 15},  {2026, 6, 18},  {2026, 6, 26},
        {2026, 11, 20}, {2026, 12, 23}, {2026, 12, 28}, {2026, 12, 30}, {2027, 1, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        assert_false(is_banking_day(closed[i]));
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        assert_true(is_banking_day(open[i]));
}

static void a_year_has_its_number_of_banking_days(void **state)
{
    /* 2025: 261 weekdays less 1 and 6 January, 18 and 21 April, 1 and 29 May, 6 and 20 June,
     * 24, 25, 26 and 31 December. */
    (void)state;
    assert_int_equal(banking_days_between(d(2024, 12, 31), d(2025, 12, 31)), 249);
    assert_int_equal(banking_days_between(d(2025, 12, 31), d(2024, 12, 31)), -249);
}

static void a_due_date_moves_to_a_banking_day(void **state)
{
    (void)state;
    assert_int_equal(date_compare(banking_day_from(d(2026, 5, 31)), d(2026, 6, 1)), 0);
    assert_int_equal(date_compare(banking_day_to(d(2026, 12, 27)), d(2026, 12, 23)), 0);
    assert_int_equal(date_compare(banking_day_from(d(2026, 4, 3)), d(2026, 4, 7)), 0);
    assert_int_equal(date_compare(banking_day_from(d(2026, 6, 1)), d(2026, 6, 1)), 0);
}

static void the_month_is_counted_from_both_ends(void **state)
{
    (void)state;
    assert_int_equal(banking_day_of_month(d(2026, 6, 1)), 1);
    assert_int_equal(banking_day_of_month(d(2026, 1, 1)), 0);
    assert_int_equal(banking_day_of_month(d(2026, 1, 2)), 1);
    assert_int_equal(banking_day_before_month_end(d(2026, 6, 30)), 1);
    assert_int_equal(banking_day_before_month_end(d(2026, 12, 30)), 1);
    assert_int_equal(banking_day_before_month_end(d(2026, 12, 23)), 4);
    assert_int_equal(weekday(d(2026, 11, 22)), 6);
    assert_int_equal(weekday(d(1969, 12, 31)), 2);
}

static void a_month_later_is_the_same_day_or_the_last(void **state)
{
    (void)state;
    assert_int_equal(date_compare(date_plus_months(d(2026, 1, 31), 1), d(2026, 2, 28)), 0);
    assert_int_equal(date_compare(date_plus_months(d(2024, 2, 29), 12), d(2025, 2, 28)), 0);
    assert_int_equal(date_compare(date_plus_months(d(2025, 11, 15), 3), d(2026, 2, 15)), 0);
    assert_int_equal(date_compare(date_plus_months(d(2026, 1, 15), -1), d(2025, 12, 15)), 0);
}

static void runs_of_the_same_fees_lie_whole_periods_apart(void **state)
{
    static const struct {
        const char *name;
        struct date then, now;
        bool period;
    } cases[] = {
        {"a month", {2026, 2, 10}, {2026, 3, 10}, true},
        {"a month, moved by a weekend and a holiday", {2026, 2, 10}, {2026, 3, 14}, true},
        {"a quarter, the first Monday", {2025, 8, 4}, {2025, 11, 3}, true},
        {"a quarter, eight days early", {2025, 8, 11}, {2025, 11, 3}, true},
        {"a year", {2025, 1, 7}, {2026, 1, 8}, true},
        {"the same day", {2026, 3, 10}, {2026, 3, 10}, false},
        {"a week", {2026, 3, 3}, {2026, 3, 10}, false},
        {"seven weeks", {2026, 1, 20}, {2026, 3, 10}, false},
        {"five months", {2025, 10, 10}, {2026, 3, 10}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (billing_period_between(cases[i].then, cases[i].now) != cases[i].period)
            fail_msg("%s", cases[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easter_falls_where_the_almanac_says),
        cmocka_unit_test(holidays_are_no_banking_days),
        cmocka_unit_test(a_year_has_its_number_of_banking_days),
        cmocka_unit_test(a_due_date_moves_to_a_banking_day),
        cmocka_unit_test(the_month_is_counted_from_both_ends),
        cmocka_unit_test(a_month_later_is_the_same_day_or_the_last),
        cmocka_unit_test(runs_of_the_same_fees_lie_whole_periods_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
