/* problem_test.c -- mistakes are told in reading order, safely, and not without end */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf/problem.h"
#include "model/error.h"

static void problems_are_sorted_by_place(void **state)
{
    struct problems problems = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    problem_add(&problems, (struct place){"b", 2, 7}, "second of %d", 7);
    problem_add(&problems, (struct place){"c", 3, 9}, "last");
    problem_add(&problems, (struct place){"b", 2, 7}, "third");
    problem_add(&problems, (struct place){"a", 0, 0}, "first");
    assert_int_equal(problems_print(&problems, &out), SLUSS_OK);
    assert_string_equal(buf_cstr(&out), "a: first\nb:2: second of 7\nb:2: third\nc:3: last\n");
    problems_free(&problems);
    buf_free(&out);
}

static void what_a_file_says_cannot_command_a_terminal(void **state)
{
    struct problems problems = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    problem_add(&problems, (struct place){"a", 1, 0}, "%s", "x\n\x1b[2Jy");
    assert_int_equal(problems_print(&problems, &out), SLUSS_OK);
    assert_null(memchr(out.p, 0x1b, out.n));
    assert_ptr_equal(strchr(buf_cstr(&out), '\n'), out.p + out.n - 1);
    problems_free(&problems);
    buf_free(&out);
}

static void a_hundred_are_told_and_the_rest_counted(void **state)
{
    struct problems problems = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 65536);
    for (int i = 0; i < PROBLEMS_MOST + 5; i++)
        problem_add(&problems, (struct place){"a", i, (size_t)i}, "wrong");
    assert_int_equal(problems_print(&problems, &out), SLUSS_OK);
    assert_non_null(strstr(buf_cstr(&out), "a:99: wrong\nand 5 more; mend these first\n"));
    problems_free(&problems);
    assert_int_equal(problems.n, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_are_sorted_by_place),
        cmocka_unit_test(what_a_file_says_cannot_command_a_terminal),
        cmocka_unit_test(a_hundred_are_told_and_the_rest_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
