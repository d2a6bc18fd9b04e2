/* buf_test.c -- a buffer grows to its ceiling, remembers a failure, always ends in NUL */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/buf.h"
#include "model/error.h"

static void appends_in_every_way(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    assert_string_equal(buf_cstr(&buf), "");
    assert_int_equal(buf_str(&buf, "sum "), SLUSS_OK);
    assert_int_equal(buf_int(&buf, INT64_MIN), SLUSS_OK);
    assert_int_equal(buf_char(&buf, ' '), SLUSS_OK);
    assert_int_equal(buf_int(&buf, 0), SLUSS_OK);
    assert_int_equal(buf_printf(&buf, " %s=%d ", "items", 42), SLUSS_OK);
    assert_int_equal(buf_span(&buf, SPAN_LIT("a\0b")), SLUSS_OK);
    assert_int_equal(buf_span(&buf, SPAN_NONE), SLUSS_OK);
    assert_int_equal(buf_add(&buf, NULL, 0), SLUSS_OK);
    assert_true(span_eq(buf_view(&buf), SPAN_LIT("sum -9223372036854775808 0 items=42 a\0b")));
    assert_int_equal(buf.p[buf.n], '\0');
    buf_free(&buf);
    assert_int_equal(buf.ceiling, 1000);
}

static void ceiling_is_exact_and_failure_sticks(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 10);
    assert_int_equal(buf_str(&buf, "0123456789"), SLUSS_OK);
    assert_int_equal(buf_char(&buf, 'x'), SLUSS_ENOMEM);
    assert_int_equal(buf_error(&buf), SLUSS_ENOMEM);
    assert_string_equal(buf_cstr(&buf), "0123456789");
    assert_int_equal(buf_printf(&buf, "%d", 7), SLUSS_ENOMEM);
    buf_clear(&buf);
    assert_int_equal(buf_error(&buf), SLUSS_OK);
    assert_string_equal(buf_cstr(&buf), "");
    assert_int_equal(buf_add(&buf, "x", SIZE_MAX), SLUSS_ENOMEM);
    buf_free(&buf);

    buf_init(&buf, SIZE_MAX);
    assert_int_equal(buf_add(&buf, "abc", 3), SLUSS_OK);
    assert_int_equal(buf_add(&buf, "x", SIZE_MAX - 3), SLUSS_ENOMEM);
    assert_string_equal(buf_cstr(&buf), "abc");
    buf_free(&buf);
}

static void grows_byte_by_byte_and_is_consumed(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf_char(&buf, (char)('a' + i % 26)), SLUSS_OK);
    assert_int_equal(buf_char(&buf, 'x'), SLUSS_ENOMEM);
    buf_consume(&buf, 99997);
    assert_int_equal(buf.n, 3);
    assert_int_equal(buf.p[0], 'a' + 99997 % 26);
    assert_int_equal(buf.p[3], '\0');
    buf_consume(&buf, 3);
    buf_consume(&buf, 0);
    assert_string_equal(buf_cstr(&buf), "");
    buf_free(&buf);
}

static void reserve_gives_a_place_to_write(void **state)
{
    struct buf buf;
    char *p;

    (void)state;
    buf_init(&buf, 8);
    p = buf_reserve(&buf, 8);
    assert_non_null(p);
    memcpy(p, "abcd", 4);
    buf_written(&buf, 4);
    assert_string_equal(buf_cstr(&buf), "abcd");
    assert_null(buf_reserve(&buf, 5));
    assert_true(buf.failed);
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_in_every_way),
        cmocka_unit_test(ceiling_is_exact_and_failure_sticks),
        cmocka_unit_test(grows_byte_by_byte_and_is_consumed),
        cmocka_unit_test(reserve_gives_a_place_to_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
