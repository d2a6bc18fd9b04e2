/* paid_test.c -- claims that were paid are held, a few that crossed the payment pass */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

static void a_payment_may_cross_a_claim_in_the_post(void **state)
{
    static const struct {
        const char *name;
        uint64_t paid, items;
        bool said, held;
    } cases[] = {
        {"none was paid", 0, 100, false, false},
        {"I19 half of them were paid", 50, 100, true, true},
        {"I01 I19 one in twenty", 5, 100, true, true},
        {"I19 three of three", 3, 3, true, true},
        {"two crossed in the post", 2, 20, true, false},
        {"forty of a thousand crossed", 40, 1000, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f;

        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        o.delivery.summary.items = cases[i].items;
        o.history.paid = cases[i].paid;
        o.history.first_paid_record = 7;
        f = ordinary_ask(&o, &check_paid, FINDING_PAID_ALREADY);
        if (!f == cases[i].said || (f && (f->level == LEVEL_HOLD) != cases[i].held))
            fail_msg("%s", cases[i].name);
        if (f)
            assert_int_equal(f->record, 7);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_payment_may_cross_a_claim_in_the_post),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
