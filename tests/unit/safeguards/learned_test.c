/* learned_test.c -- a check that cries wolf weighs half, a hard rule never less */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "safeguards/learned.h"

static void ten_in_vain_weigh_half(void **state)
{
    static const struct {
        const char *name;
        int64_t released, rejected;
        double factor;
    } cases[] = {
        {"nothing decided", 0, 0, 1},
        {"nine in vain", 9, 0, 1},
        {"ten in vain", 10, 0, 0.5},
        {"one in ten was right", 9, 1, 1},
        {"one in twenty", 19, 1, 1},
        {"one in twenty-one", 20, 1, 0.5},
        {"always right", 0, 30, 1},
        {"it turned out to be right", 20, 3, 1},
        {"a thousand, 49 right", 951, 49, 0.5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct track_record record = {
            .check = "dates", .released = cases[i].released, .rejected = cases[i].rejected};

        if (learned_factor(&record) != cases[i].factor)
            fail_msg("%s: %g", cases[i].name, learned_factor(&record));
    }
}

static void a_rule_in_vain_is_for_people_to_change(void **state)
{
    struct track_record record = {.check = "test-name", .released = 12, .ruled = 12};

    (void)state;
    assert_true(learned_poor(&record));
    assert_true(learned_factor(&record) == 1);
    record.ruled = 11; /* once it was a sign */
    assert_true(learned_factor(&record) == LEARNED_FACTOR);
}

static void trust_begins_in_the_middle_and_follows_the_decisions(void **state)
{
    struct track_record record = {.check = "dates"};
    double before;

    (void)state;
    assert_true(learned_precision(&record) == 0.5);
    record.rejected = 1;
    assert_true(fabs(learned_precision(&record) - 2.0 / 3) < 1e-12);
    for (record.released = 1; record.released < 50; record.released++) {
        before = learned_precision(&record);
        record.released++;
        assert_true(learned_precision(&record) < before && learned_precision(&record) > 0);
    }
}

static void only_soft_signs_that_speak_against_are_weighed_anew(void **state)
{
    static const struct track track = {
        .n = 2, .of = {{.check = "dates", .released = 10}, {.check = "volume", .rejected = 10}}};
    struct finding_list findings = {.arena = arena_new(1 << 16)};
    static const struct {
        enum finding_code code;
        enum finding_level level;
        double weight, after;
    } cases[] = {
        {FINDING_STALE_DATES, LEVEL_WARN, 4.0, 2.0}, /* dates */
        {FINDING_STALE_DATES, LEVEL_HOLD, 4.0, 4.0}, {FINDING_STALE_DATES, LEVEL_INFO, -1.4, -1.4},
        {FINDING_MANY_ITEMS, LEVEL_WARN, 3.0, 3.0}, /* volume: was right */
        {FINDING_NEW_ORIGIN, LEVEL_WARN, 1.8, 1.8}, /* nothing known */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding f = finding_make(cases[i].code, 0);

        f.level = cases[i].level;
        f.weight = cases[i].weight;
        assert_int_equal(finding_list_add(&findings, &f), 0);
    }
    learned_apply(NULL, &findings);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(findings.of[i].weight == cases[i].weight);
    learned_apply(&track, &findings);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(findings.of[i].weight == cases[i].after);
    arena_free(&findings.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_in_vain_weigh_half),
        cmocka_unit_test(a_rule_in_vain_is_for_people_to_change),
        cmocka_unit_test(trust_begins_in_the_middle_and_follows_the_decisions),
        cmocka_unit_test(only_soft_signs_that_speak_against_are_weighed_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
