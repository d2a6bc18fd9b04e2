/* repeat_test.c -- a doubled file is held, a few true repeats pass with a note */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/safeguards/past.h"

static struct past past;
static struct told told;

static int setup(void **state)
{
    (void)state;
    past_open(&past);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    past_close(&past);
    return 0;
}

static void double_up(unsigned n)
{
    told_claims(&told, "heby.csv", n, 100, (struct date){2026, 3, 31});
    for (unsigned i = 0; i < n; i++)
        told.item[n + i] = told.item[i];
    told.n = 2 * n;
}

static void a_file_with_its_copy_appended_is_held(void **state)
{
    const struct finding *f;

    (void)state;
    double_up(50);
    assert_int_equal(past_judge(&past, &told), VERDICT_HELD);
    f = past_found(&past, FINDING_REPEATS_MANY);
    assert_non_null(f);
    assert_int_equal(f->record, 51);
}

static void a_small_one_too(void **state)
{
    (void)state;
    double_up(3);
    assert_int_equal(past_judge(&past, &told), VERDICT_HELD);
}

static void U38_U40_two_with_one_number_pass_with_a_note(void **state)
{
    (void)state;
    told_claims(&told, "heby.csv", 2, 100, (struct date){2026, 3, 31});
    told.item[1] = told.item[0];
    assert_int_equal(past_judge(&past, &told), VERDICT_ACCEPTED);
    assert_non_null(past_found(&past, FINDING_REPEATS_INSIDE));

    told_claims(&told, "heby2.csv", 100, 200, (struct date){2026, 4, 30});
    for (unsigned i = 1; i < 20; i++)
        told.item[i] = told.item[0];
    assert_int_equal(past_judge(&past, &told), VERDICT_ACCEPTED);
    assert_non_null(past_found(&past, FINDING_REPEATS_INSIDE));
}

static void different_items_say_nothing(void **state)
{
    (void)state;
    told_claims(&told, "heby.csv", 100, 100, (struct date){2026, 3, 31});
    assert_int_equal(past_judge(&past, &told), VERDICT_ACCEPTED);
    assert_int_equal(past.findings.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_with_its_copy_appended_is_held),
        TEST(a_small_one_too),
        TEST(U38_U40_two_with_one_number_pass_with_a_note),
        TEST(different_items_say_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
