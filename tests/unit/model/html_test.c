/* html_test.c -- pages that are whole in themselves, and in which nothing given can act */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "model/date.h"
#include "model/html.h"

#define NB "\xC2\xA0"

static struct buf out;

static const char *said(void)
{
    return buf_cstr(&out);
}

static void figures_are_written_for_people(void **state)
{
    static const struct {
        uint64_t n;
        const char *text;
    } counts[] = {{0, "0"}, {999, "999"}, {1000, "1" NB "000"}, {1002003, "1" NB "002" NB "003"}};
    static const struct {
        int64_t s;
        const char *text;
    } spans[] = {{0, "0" NB "s"},
                 {59, "59" NB "s"},
                 {60, "1" NB "min"},
                 {3600, "1" NB "h"},
                 {11520, "3" NB "h" NB "12" NB "min"},
                 {86400, "1" NB "d"},
                 {97200, "1" NB "d" NB "3" NB "h"}};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        buf_clear(&out);
        html_count(&out, counts[i].n);
        assert_string_equal(said(), counts[i].text);
    }
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        buf_clear(&out);
        html_duration(&out, spans[i].s * SECOND_US + 999999);
        assert_string_equal(said(), spans[i].text);
    }
    buf_clear(&out);
    html_hundredths(&out, 9905);
    assert_string_equal(said(), "99,05");
}

static void nothing_given_becomes_markup(void **state)
{
    static const char hostile[] = "<script>alert('x')</script>\"&";

    (void)state;
    buf_clear(&out);
    html_begin(&out, "sv", hostile);
    html_element(&out, "h1", hostile);
    html_tile(&out, NULL, hostile, hostile);
    html_cell_words(&out, hostile);
    svg_begin(&out, 10, 10, hostile);
    svg_text(&out, 1, 2, "end", hostile);
    svg_bar(&out, "good", 1, 2, 3, 4, hostile);
    svg_dot(&out, "bad", 1, 2, 3, hostile);
    svg_end(&out);
    html_end(&out);
    assert_int_equal(buf_error(&out), 0);
    assert_null(strstr(said(), "<script"));
    assert_null(strstr(said(), "http"));
    assert_non_null(strstr(said(), "&lt;script&gt;"));
}

static void scales_have_round_steps(void **state)
{
    (void)state;
    assert_true(svg_step(3, 4) == 1);
    assert_true(svg_step(9, 4) == 5);
    assert_true(svg_step(60, 4) == 20);
    assert_true(svg_step(1000, 4) == 500);
    assert_true(svg_step(400, 4) == 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_written_for_people),
        cmocka_unit_test(nothing_given_becomes_markup),
        cmocka_unit_test(scales_have_round_steps),
    };
    int failed;

    buf_init(&out, 1 << 20);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&out);
    return failed;
}
