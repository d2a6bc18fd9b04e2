/* signal_test.c -- every finding's check has its group, one fact counts once */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"
#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

static void one_fact_seen_twice_is_of_one_group(void **state)
{
    static const struct {
        const char *name;
        enum finding_code a, b;
        bool same;
    } cases[] = {
        {"known items, a likeness", FINDING_ITEMS_SEEN_FEW, FINDING_RESEMBLES, true},
        {"many, and much money", FINDING_MANY_ITEMS, FINDING_MUCH_MONEY, true},
        {"old dates, old records", FINDING_STALE_DATES, FINDING_OLD_RECORDS, true},
        {"a new program, a new series", FINDING_NEW_ORIGIN, FINDING_NUMBER_SERIES, true},
        {"test persons, placeholders", FINDING_TEST_IDENTITIES, FINDING_PLACEHOLDERS, true},
        {"I01 a new program, old dates", FINDING_NEW_ORIGIN, FINDING_STALE_DATES, false},
        {"I01 old dates, known items", FINDING_STALE_DATES, FINDING_ITEMS_SEEN_FEW, false},
        {"many, and a new program", FINDING_MANY_ITEMS, FINDING_NEW_ORIGIN, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding a = finding_make(cases[i].a, 0), b = finding_make(cases[i].b, 0);
        bool same = signal_group_of(finding_check(&a)) == signal_group_of(finding_check(&b));

        if (same != cases[i].same)
            fail_msg("%s: %s and %s", cases[i].name, finding_check(&a), finding_check(&b));
    }
    assert_int_equal(signal_group_of("what nobody knows"), GROUP_CONTROL);
}

static void a_weight_makes_the_level(void **state)
{
    static const struct {
        double weight;
        bool hold;
        enum finding_level level;
    } cases[] = {{2, true, LEVEL_HOLD},
                 {2, false, LEVEL_WARN},
                 {0, false, LEVEL_INFO},
                 {-2, false, LEVEL_INFO}};
    struct finding_list findings = {.arena = arena_new(65536)};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding f = finding_make(FINDING_NEW_ORIGIN, 0);

        assert_int_equal(signal_add(&findings, &f, cases[i].weight, cases[i].hold), SLUSS_OK);
        assert_int_equal(findings.of[i].level, cases[i].level);
        assert_true(findings.of[i].weight == cases[i].weight);
    }
    arena_free(&findings.arena);
    assert_true(fabs(DECIBANS(10) - log(10)) < 1e-8);
}

static void what_is_not_known_is_no_number(void **state)
{
    struct history none = {0};
    struct subject subject = {.history = &none};

    (void)state;
    assert_true(isnan(signal_now(&subject, MEASURE_ITEMS)));
    assert_true(isnan(signal_usual(&subject, MEASURE_ITEMS, 0.5, 1)));
    assert_int_equal(signal_experience(&subject), 0);
    assert_int_equal(signal_percent(NAN), 0);
    assert_int_equal(signal_percent(0.125), 13);

    ordinary_begin(&o, 12, 7, (struct date){2026, 3, 18});
    subject = (struct subject){.history = &o.history, .now = &o.now};
    assert_true(signal_now(&subject, MEASURE_ITEMS) == o.now.of[MEASURE_ITEMS]);
    assert_true(!isnan(signal_usual(&subject, MEASURE_ITEMS, 0.5, 12)));
    assert_true(isnan(signal_usual(&subject, MEASURE_ITEMS, 0.5, 13)));
    assert_int_equal(signal_experience(&subject), 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_fact_seen_twice_is_of_one_group),
        cmocka_unit_test(a_weight_makes_the_level),
        cmocka_unit_test_teardown(what_is_not_known_is_no_number, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
