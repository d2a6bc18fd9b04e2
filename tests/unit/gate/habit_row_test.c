/* habit_row_test.c -- a row of habit comes back as it went, and damaged bytes do not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "gate/habit_row.h"
#include "model/error.h"

#define HEADER_SIZE 4 /* version and number of measures */
#define FIELDS_SIZE 44
#define ROW_SIZE    (HEADER_SIZE + FIELDS_SIZE + 8 * MEASURE_COUNT)

static const struct habit_row told = {
    .delivery = 4711,
    .received_us = INT64_C(1772431920000001),
    .day = {2026, 3, 2},
    .minute = 1439,
    .flags = HABIT_ONCE | HABIT_COUNTS,
    .origin = UINT64_C(0xFEDCBA9876543210),
    .sequence = -1,
    .of = {[MEASURE_ITEMS] = 412,
           [MEASURE_DEBIT] = 1e15,
           [MEASURE_CREDIT_SHARE] = 1.0 / 3,
           [MEASURE_DUE_DAYS] = -3650,
           [MEASURE_ISSUE_DAYS] = NAN,
           [MEASURE_NAME_DIGITS] = 5e-324},
};

static struct buf packed(const struct habit_row *row)
{
    struct buf bytes;

    buf_init(&bytes, 1 << 16);
    assert_int_equal(habit_row_put(&bytes, row), SLUSS_OK);
    return bytes;
}

static void assert_same(const struct habit_row *a, const struct habit_row *b)
{
    assert_int_equal(a->delivery, b->delivery);
    assert_int_equal(a->received_us, b->received_us);
    assert_int_equal(date_compare(a->day, b->day), 0);
    assert_int_equal(a->minute, b->minute);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->origin, b->origin);
    assert_int_equal(a->sequence, b->sequence);
    for (unsigned i = 0; i < MEASURE_COUNT; i++)
        assert_true(a->of[i] == b->of[i] || (isnan(a->of[i]) && isnan(b->of[i])));
}

static void what_goes_in_comes_out(void **state)
{
    static const struct date days[] = {{2026, 3, 2}, {1970, 1, 1}, {1969, 12, 31}, {2099, 2, 28}};
    struct habit_row row = told, back;

    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        row.day = days[i];
        struct buf bytes = packed(&row);
        assert_int_equal(bytes.n, ROW_SIZE);
        memset(&back, 0xA5, sizeof back);
        assert_int_equal(habit_row_get(span_of(bytes.p, bytes.n), &back), SLUSS_OK);
        assert_same(&row, &back);
        buf_free(&bytes);
    }
}

static void bytes_that_end_anywhere_are_refused(void **state)
{
    struct buf bytes = packed(&told);
    struct habit_row back;

    (void)state;
    for (size_t n = 0; n < ROW_SIZE; n++)
        if (habit_row_get(span_of(bytes.p, n), &back) != SLUSS_ECORRUPT)
            fail_msg("the first %zu bytes pass", n);
    buf_free(&bytes);
}

static void bytes_behind_the_row_are_refused(void **state)
{
    struct buf bytes = packed(&told);
    struct habit_row back;

    (void)state;
    assert_int_equal(buf_add(&bytes, "x", 1), SLUSS_OK);
    assert_int_equal(habit_row_get(span_of(bytes.p, bytes.n), &back), SLUSS_ECORRUPT);
    buf_free(&bytes);
}

static void another_version_is_refused(void **state)
{
    struct buf bytes = packed(&told);
    struct habit_row back;
    char copy[ROW_SIZE];

    (void)state;
    for (unsigned version = 0; version < 0x10000; version++) {
        memcpy(copy, bytes.p, ROW_SIZE);
        copy[0] = (char)(version & 0xFF);
        copy[1] = (char)(version >> 8);
        assert_int_equal(habit_row_get(span_of(copy, ROW_SIZE), &back),
                         version == 1 ? SLUSS_OK : SLUSS_ECORRUPT);
    }
    buf_free(&bytes);
}

/* A program that knew two measures fewer wrote it. */
static void measures_that_came_later_are_no_number(void **state)
{
    struct buf bytes = packed(&told);
    struct habit_row back, expected = told;
    char copy[ROW_SIZE];

    (void)state;
    memcpy(copy, bytes.p, ROW_SIZE);
    copy[2] = MEASURE_COUNT - 2;
    assert_int_equal(habit_row_get(span_of(copy, ROW_SIZE - 16), &back), SLUSS_OK);
    expected.of[MEASURE_COUNT - 1] = expected.of[MEASURE_COUNT - 2] = NAN;
    assert_same(&expected, &back);
    buf_free(&bytes);
}

/* And one that knows more: what it added stands at the end. */
static void measures_of_a_newer_program_are_passed_over(void **state)
{
    struct buf bytes = packed(&told);
    struct habit_row back;
    char copy[ROW_SIZE + 16] = {0};

    (void)state;
    memcpy(copy, bytes.p, ROW_SIZE);
    copy[2] = MEASURE_COUNT + 2;
    assert_int_equal(habit_row_get(span_of(copy, sizeof copy), &back), SLUSS_OK);
    assert_same(&told, &back);
    assert_int_equal(habit_row_get(span_of(copy, sizeof copy - 8), &back), SLUSS_ECORRUPT);
    buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(bytes_that_end_anywhere_are_refused),
        cmocka_unit_test(bytes_behind_the_row_are_refused),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(measures_that_came_later_are_no_number),
        cmocka_unit_test(measures_of_a_newer_program_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
