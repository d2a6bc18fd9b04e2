/* utf16_test.c -- marks, pairs and halves, in pieces of any size */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "model/utf16.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void U62_marks_are_told_apart(void **state)
{
    static const struct {
        struct span head;
        enum unicode_form form;
        unsigned mark;
    } cases[] = {
        {SPAN_LIT("\xEF\xBB\xBFx"), UNICODE_UTF8, 3},
        {SPAN_LIT("\xEF\xBB"), UNICODE_NONE, 0},
        {SPAN_LIT("\xFF\xFEx\0"), UNICODE_UTF16_LE, 2},
        {SPAN_LIT("\xFE\xFF\0x"), UNICODE_UTF16_BE, 2},
        {SPAN_LIT("\xFF\xFE"), UNICODE_UTF16_LE, 2},
        {SPAN_LIT("<\0?\0"), UNICODE_UTF16_LE, 0},
        {SPAN_LIT("\0<\0?"), UNICODE_UTF16_BE, 0},
        {SPAN_LIT("\xFF\xFE\0\0"), UNICODE_UTF32, 0},
        {SPAN_LIT("\0\0\xFE\xFF"), UNICODE_UTF32, 0},
        {SPAN_LIT("<\0\0\0"), UNICODE_NONE, 0},
        {SPAN_LIT("0100"), UNICODE_NONE, 0},
        {SPAN_LIT("0\0"), UNICODE_NONE, 0},
        {SPAN_LIT("\0\1\0\2"), UNICODE_NONE, 0},
        {SPAN_LIT(""), UNICODE_NONE, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned mark = 99;
        assert_int_equal(unicode_look(cases[i].head, &mark), cases[i].form);
        assert_int_equal(mark, cases[i].mark);
    }
}

static const struct {
    struct span little;
    const char *utf8;
    unsigned broken;
} texts[] = {
    {SPAN_LIT("a\0\xE5\0\xAC\x20"), "a\xC3\xA5\xE2\x82\xAC", 0},
    {SPAN_LIT("0\0"
              "1\0"
              "2\0"
              "3\0"
              "4\0\n\0\xF6\0z\0"),
     "01234\n\xC3\xB6z", 0},
    {SPAN_LIT("\x3D\xD8\xA2\xDE"), "\xF0\x9F\x9A\xA2", 0}, /* a ship, U+1F6A2 */
    {SPAN_LIT("\x3D\xD8x\0"), "\xEF\xBF\xBDx", 1},
    {SPAN_LIT("\xA2\xDEx\0"), "\xEF\xBF\xBDx", 1},
    {SPAN_LIT("\x3D\xD8\x3D\xD8\xA2\xDE"), "\xEF\xBF\xBD\xF0\x9F\x9A\xA2", 1},
    {SPAN_LIT("x\0\x3D\xD8"), "x\xEF\xBF\xBD", 1},
    {SPAN_LIT("x\0y"), "x\xEF\xBF\xBD", 1},
    {SPAN_LIT("x\0\x3D\xD8y"), "x\xEF\xBF\xBD", 1},
    {SPAN_LIT(""), "", 0},
};

/* In pieces: up to `first`, up to `second`, and the rest. */
static void check(struct span bytes, bool big, size_t first, size_t second, size_t row)
{
    struct utf16 u = {.big = big};
    struct buf out;

    buf_init(&out, 1000);
    assert_int_equal(utf16_push(&u, span_of(bytes.p, first), &out), 0);
    assert_int_equal(utf16_push(&u, span_of(bytes.p + first, second - first), &out), 0);
    assert_int_equal(utf16_push(&u, span_of(bytes.p + second, bytes.n - second), &out), 0);
    assert_int_equal(utf16_finish(&u, &out), 0);
    assert_string_equal(buf_cstr(&out), texts[row].utf8);
    assert_int_equal(u.broken, texts[row].broken);
    buf_free(&out);
}

static void pieces_do_not_matter(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(texts); row++) {
        struct span little = texts[row].little;
        char big[32] = {0};
        for (size_t i = 0; i < little.n; i++)
            big[i ^ (size_t)(i + 1 < little.n || i % 2)] = little.p[i];
        for (size_t first = 0; first <= little.n; first++)
            for (size_t second = first; second <= little.n; second++) {
                check(little, false, first, second, row);
                check(span_of(big, little.n), true, first, second, row);
            }
    }
}

static void the_lack_of_room_is_said(void **state)
{
    struct utf16 u = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 2);
    assert_int_equal(utf16_push(&u, SPAN_LIT("a\0b\0c\0"), &out), SLUSS_ENOMEM);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(U62_marks_are_told_apart),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(the_lack_of_room_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
