/* date_test.c -- civil dates, instants, and the way people see them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "model/date.h"
#include "model/error.h"

static void dates_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        int iso;
        int compact;
    } cases[] = {
        {"2026-03-02", SLUSS_OK, SLUSS_ESYNTAX},      {"20260302", SLUSS_ESYNTAX, SLUSS_OK},
        {"2024-02-29", SLUSS_OK, SLUSS_ESYNTAX},      {"2025-02-29", SLUSS_EINVAL, SLUSS_ESYNTAX},
        {"19000229", SLUSS_ESYNTAX, SLUSS_EINVAL},    {"20000229", SLUSS_ESYNTAX, SLUSS_OK},
        {"00000000", SLUSS_ESYNTAX, SLUSS_EINVAL},    {"99991231", SLUSS_ESYNTAX, SLUSS_OK},
        {"2026-13-01", SLUSS_EINVAL, SLUSS_ESYNTAX},  {"2026-04-31", SLUSS_EINVAL, SLUSS_ESYNTAX},
        {"2026-3-2", SLUSS_ESYNTAX, SLUSS_ESYNTAX},   {"2026-03-02 ", SLUSS_ESYNTAX, SLUSS_ESYNTAX},
        {"2026/03/02", SLUSS_ESYNTAX, SLUSS_ESYNTAX}, {"2026-0a-02", SLUSS_ESYNTAX, SLUSS_ESYNTAX},
        {"-026-03-02", SLUSS_ESYNTAX, SLUSS_ESYNTAX}, {"", SLUSS_ESYNTAX, SLUSS_ESYNTAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date d = DATE_NONE;
        struct span text = span_str(cases[i].text);

        assert_int_equal(date_parse_iso(text, &d), cases[i].iso);
        assert_int_equal(date_parse_compact(text, &d), cases[i].compact);
        assert_int_equal(date_present(d), cases[i].iso == 0 || cases[i].compact == 0);
    }
}

static void short_dates_turn_where_they_are_told(void **state)
{
    static const struct {
        const char *text;
        unsigned turn;
        int result, year;
    } cases[] = {
        {"260302", 70, SLUSS_OK, 2026},   {"690302", 70, SLUSS_OK, 2069},
        {"700302", 70, SLUSS_OK, 1970},   {"990302", 100, SLUSS_OK, 2099},
        {"000229", 70, SLUSS_OK, 2000},   {"000000", 70, SLUSS_EINVAL, 0},
        {"260230", 70, SLUSS_EINVAL, 0},  {"2603 2", 70, SLUSS_ESYNTAX, 0},
        {"26030", 70, SLUSS_ESYNTAX, 0},  {"20260302", 70, SLUSS_ESYNTAX, 0},
        {"26:302", 70, SLUSS_ESYNTAX, 0}, {"", 70, SLUSS_ESYNTAX, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct date d = DATE_NONE;

        assert_int_equal(date_parse_short(span_str(cases[i].text), cases[i].turn, &d),
                         cases[i].result);
        assert_int_equal(d.year, cases[i].year);
    }
}

static void every_day_of_the_calendar_goes_there_and_back(void **state)
{
    int32_t expected = -719162;

    (void)state;
    for (int year = 1; year <= 9999; year += year < 1890 || year > 2110 ? 37 : 1) {
        expected = date_to_days((struct date){(int16_t)year, 1, 1});
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; date_valid(year, month, day); day++, expected++) {
                struct date d = {(int16_t)year, (uint8_t)month, (uint8_t)day};

                assert_int_equal(date_to_days(d), expected);
                assert_int_equal(date_compare(date_from_days(expected), d), 0);
            }
        }
    }
    assert_int_equal(date_to_days((struct date){1970, 1, 1}), 0);
    assert_int_equal(date_to_days((struct date){2000, 3, 1}), 11017);
    assert_int_equal(date_to_days((struct date){1, 1, 1}), -719162);
    assert_int_equal(date_to_days((struct date){9999, 12, 31}), 2932896);
    assert_false(date_present(date_from_days(2932897)));
    assert_false(date_present(date_from_days(-719163)));
}

static void dates_compare_and_print(void **state)
{
    char text[DATE_SIZE];
    struct date a = {2026, 3, 2}, b = {2026, 11, 1};

    (void)state;
    assert_true(date_compare(a, b) < 0);
    assert_true(date_compare(b, a) > 0);
    assert_int_equal(date_compare(a, a), 0);
    assert_string_equal(date_format(a, text), "2026-03-02");
    assert_string_equal(date_format(DATE_NONE, text), "");
}

static void instants_are_read_with_any_offset(void **state)
{
    static const struct {
        const char *text;
        const char *utc; /* null: refused */
    } cases[] = {
        {"2026-03-02T06:12:00Z", "2026-03-02T06:12:00.000Z"},
        {"2026-03-02T06:12:00.123456Z", "2026-03-02T06:12:00.123Z"},
        {"2026-03-02T06:12:00.1234567899Z", "2026-03-02T06:12:00.123Z"},
        {"2026-03-02T07:12:00+01:00", "2026-03-02T06:12:00.000Z"},
        {"2026-03-02 07:12:00+0100", "2026-03-02T06:12:00.000Z"},
        {"2026-01-01T00:30:00+02:00", "2025-12-31T22:30:00.000Z"},
        {"2025-12-31T20:30:00-03:30", "2026-01-01T00:00:00.000Z"},
        {"2026-03-02", "2026-03-02T00:00:00.000Z"},
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        {"2026-03-02T06:12:00", NULL},
        {"2026-03-02T24:00:00Z", NULL},
        {"2026-03-02T06:12Z", NULL},
        {"2026-02-30T06:12:00Z", NULL},
        {"2026-03-02T06:12:00.Z", NULL},
        {"2026-03-02T06:12:00+1:00", NULL},
        {"2026-03-02T06:12:00Z ", NULL},
        {"2026-03-02T", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[INSTANT_SIZE];
        int64_t at_us = -1;
        int rc = instant_parse(span_str(cases[i].text), &at_us);

        assert_int_equal(rc, cases[i].utc ? SLUSS_OK : SLUSS_ESYNTAX);
        if (cases[i].utc)
            assert_string_equal(instant_format(at_us, text), cases[i].utc);
    }
}

static void people_see_local_time(void **state)
{
    char text[INSTANT_SIZE];
    int64_t winter, summer;

    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    assert_int_equal(instant_parse(SPAN_LIT("2026-03-02T06:12:00Z"), &winter), SLUSS_OK);
    assert_int_equal(instant_parse(SPAN_LIT("2026-07-02T22:12:00Z"), &summer), SLUSS_OK);
    assert_string_equal(instant_local(winter, text), "2026-03-02 07:12:00");
    assert_string_equal(instant_local(summer, text), "2026-07-03 00:12:00");
}

static void no_instant_is_too_far(void **state)
{
    char text[INSTANT_SIZE];

    (void)state;
    assert_true(strlen(instant_format(INT64_MAX, text)) < INSTANT_SIZE);
    assert_true(strlen(instant_format(INT64_MIN, text)) < INSTANT_SIZE);
    assert_true(strlen(instant_local(INT64_MAX, text)) < INSTANT_SIZE);
    assert_true(strlen(instant_local(INT64_MIN, text)) < INSTANT_SIZE);
    assert_int_equal(date_of_instant(-1).year, 1969);
    assert_int_equal(date_of_instant(0).year, 1970);
    assert_false(date_present(date_of_instant(INT64_MAX)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_exactly),
        cmocka_unit_test(short_dates_turn_where_they_are_told),
        cmocka_unit_test(every_day_of_the_calendar_goes_there_and_back),
        cmocka_unit_test(dates_compare_and_print),
        cmocka_unit_test(instants_are_read_with_any_offset),
        cmocka_unit_test(people_see_local_time),
        cmocka_unit_test(no_instant_is_too_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
