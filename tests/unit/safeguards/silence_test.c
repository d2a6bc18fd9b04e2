/* silence_test.c -- who is late, by simulated calendars */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/calendar.h"
#include "safeguards/silence.h"

#define MOST 500

struct days {
    unsigned n;
    struct date of[MOST];
};

static struct date day(int year, int month, int of_month)
{
    return (struct date){(int16_t)year, (uint8_t)month, (uint8_t)of_month};
}

/* Every banking day from one to the other, both included. */
static void every_banking_day(struct days *days, struct date from, struct date to)
{
    for (int32_t at = date_to_days(from); at <= date_to_days(to); at++)
        if (is_banking_day(date_from_days(at)))
            days->of[days->n++] = date_from_days(at);
}

static void assert_due(const struct days *days, const char *expect, struct date due)
{
    struct date found = silence_due(days->of, days->n, expect);

    if (date_compare(found, due) != 0)
        fail_msg("due on %04d-%02d-%02d, not %04d-%02d-%02d", found.year, found.month, found.day,
                 due.year, due.month, due.day);
}

static void nothing_is_late_before_there_is_a_rhythm(void **state)
{
    struct days days = {0};

    (void)state;
    assert_false(date_present(silence_due(days.of, 0, NULL)));
    assert_false(date_present(silence_due(days.of, 0, "weekdays")));
    every_banking_day(&days, day(2026, 3, 2), day(2026, 3, 9)); /* six, so five gaps */
    assert_false(date_present(silence_due(days.of, days.n, NULL)));
    assert_false(silence_tell(DATE_NONE, day(2026, 3, 20)));
}

static void a_daily_sender_is_awaited_on_the_next_banking_day(void **state)
{
    struct days days = {0};

    (void)state;
    every_banking_day(&days, day(2026, 2, 2), day(2026, 3, 6)); /* a Friday */
    assert_due(&days, NULL, day(2026, 3, 9));
    assert_false(silence_tell(day(2026, 3, 9), day(2026, 3, 9)));
    assert_true(silence_tell(day(2026, 3, 9), day(2026, 3, 10)));
    assert_false(silence_tell(day(2026, 3, 6), day(2026, 3, 7))); /* on a Saturday */
    days.of[days.n++] = day(2026, 3, 10); /* it came, late: the silence is over */
    assert_due(&days, NULL, day(2026, 3, 12)); /* and two days are its rhythm now */
}

static void christmas_is_not_silent(void **state)
{
    struct days days = {0};

    (void)state;
    every_banking_day(&days, day(2026, 11, 2), day(2026, 12, 23));
    assert_due(&days, NULL, day(2026, 12, 28)); /* 24 to 27 are no banking days */
    assert_due(&days, "weekdays", day(2026, 12, 28));
    days.of[days.n++] = day(2026, 12, 30);
    assert_due(&days, "weekdays", day(2027, 1, 4)); /* 31 December, New Year, a weekend */
}

static void a_pause_in_july_is_expected_again(void **state)
{
    struct days days = {0};
    struct date due;

    (void)state;
    every_banking_day(&days, day(2025, 6, 2), day(2025, 7, 3));
    every_banking_day(&days, day(2025, 8, 4), day(2026, 7, 2));
    due = silence_due(days.of, days.n, NULL);
    assert_true(date_compare(due, day(2026, 7, 31)) > 0);
    assert_true(date_compare(due, day(2026, 8, 20)) < 0);
    every_banking_day(&days, day(2026, 8, 3), day(2026, 9, 11)); /* back again */
    assert_due(&days, NULL, day(2026, 9, 14));
}

static void a_monthly_sender_has_some_days_more(void **state)
{
    struct days days = {0};
    struct date due;

    (void)state;
    for (int month = 1; month <= 9; month++)
        days.of[days.n++] = banking_day_from(day(2026, month, 5));
    due = silence_due(days.of, days.n, NULL);
    assert_true(date_compare(due, day(2026, 10, 5)) >= 0);
    assert_true(date_compare(due, day(2026, 10, 16)) <= 0);
    assert_due(&days, "monthly", day(2026, 10, 7));
}

static void the_configuration_says_it(void **state)
{
    static const struct {
        const char *expect;
        struct date due;
    } cases[] = {
        {"daily", {2026, 4, 3}},    {"weekdays", {2026, 4, 7}}, /* behind Easter */
        {"weekly", {2026, 4, 9}},   {"monthly", {2026, 5, 4}},
        {"36h", {2026, 4, 4}},      {"24h", {2026, 4, 3}},
        {"2d", {2026, 4, 4}},
    };
    struct days days = {1, {{2026, 4, 2}}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_due(&days, cases[i].expect, cases[i].due);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_late_before_there_is_a_rhythm),
        cmocka_unit_test(a_daily_sender_is_awaited_on_the_next_banking_day),
        cmocka_unit_test(christmas_is_not_silent),
        cmocka_unit_test(a_pause_in_july_is_expected_again),
        cmocka_unit_test(a_monthly_sender_has_some_days_more),
        cmocka_unit_test(the_configuration_says_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
