/* engine_test.c -- findings become a verdict; weak signs add up, the same sign does not */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "tests/unit/safeguards/past.h"

static const struct history no_history;
static const struct unit_settings live = {.key = "heby/ekonomi", .phase = PHASE_LIVE};

/* Judge an ordinary delivery for which the reading found these. */
static struct opinion judge(const enum finding_code *read, size_t n)
{
    struct delivery delivery = {.file = SPAN_LIT("heby_0301.csv"), .summary = {.items = 10}};
    struct subject subject = {.delivery = &delivery, .unit = &live, .history = &no_history};
    struct finding_list findings = {.arena = arena_new(1 << 20)};
    struct opinion opinion;

    for (size_t i = 0; i < n; i++) {
        struct finding f = finding_make(read[i], i);

        assert_int_equal(finding_list_add(&findings, &f), SLUSS_OK);
    }
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_OK);
    arena_free(&findings.arena);
    return opinion;
}

#define JUDGE(...)                                                                                 \
    judge((const enum finding_code[]){__VA_ARGS__},                                                \
          sizeof((const enum finding_code[]){__VA_ARGS__}) / sizeof(enum finding_code))

static void levels_decide(void **state)
{
    struct opinion opinion;

    (void)state;
    opinion = judge(NULL, 0);
    assert_int_equal(opinion.verdict, VERDICT_ACCEPTED);
    assert_true(opinion.score == 0.0);
    assert_int_equal(JUDGE(FINDING_ENCODING_CONVERTED, FINDING_FIELD_NOTE).verdict,
                     VERDICT_ACCEPTED);
    assert_int_equal(JUDGE(FINDING_TEST_MARK).verdict, VERDICT_HELD);
    assert_int_equal(JUDGE(FINDING_NO_ITEMS).verdict, VERDICT_HELD);
    assert_int_equal(JUDGE(FINDING_TOTALS_MISMATCH).verdict, VERDICT_HELD);
    opinion = JUDGE(FINDING_TEST_MARK, FINDING_BAD_FIELD);
    assert_int_equal(opinion.verdict, VERDICT_REJECTED);
    assert_true(opinion.technical);
    assert_true(JUDGE(FINDING_TOTALS_MISMATCH).technical); /* its correction is welcome */
}

static void several_weak_signs_hold_together(void **state)
{
    (void)state;
    assert_int_equal(JUDGE(FINDING_BGMAX_EXAMPLE, FINDING_AFTER_SHUTDOWN).verdict,
                     VERDICT_ACCEPTED);
    assert_int_equal(JUDGE(FINDING_BGMAX_EXAMPLE, FINDING_AFTER_SHUTDOWN, FINDING_ENCODING_BROKEN,
                           FINDING_ITEMS_SEEN_FEW)
                         .verdict,
                     VERDICT_HELD);
}

static void one_sign_said_a_hundred_times_is_one_sign(void **state)
{
    enum finding_code notes[100];
    struct opinion opinion;

    (void)state;
    for (size_t i = 0; i < 100; i++)
        notes[i] = FINDING_RULE_WARNING;
    opinion = judge(notes, 100);
    assert_int_equal(opinion.verdict, VERDICT_ACCEPTED);
    assert_true(opinion.score > 0.3 && opinion.score < 0.4);
}

static void ordinary_days_pass(void **state)
{
    static struct past past;
    static struct told told;

    (void)state;
    past_open(&past);
    for (unsigned day = 1; day <= 28; day++) {
        told_claims(&told, "heby.csv", 30 + day, day * 64, (struct date){2026, 4, (uint8_t)day});
        told.bytes = &"abcdefghijklmnopqrstuvwxyzABCDEF"[day];
        assert_int_equal(past_judge(&past, &told), VERDICT_ACCEPTED);
        assert_int_equal(past.findings.n, 0);
    }
    past_close(&past);
}

static void every_check_says_what_it_asks(void **state)
{
    unsigned n = 0;

    (void)state;
    for (; checks[n]; n++) {
        assert_true(strlen(checks[n]->name) > 0);
        assert_int_equal(checks[n]->asks[strlen(checks[n]->asks) - 1], '?');
    }
    assert_int_equal(n, 10);
}

static void a_check_can_be_left_out(void **state)
{
    struct unit_settings unit = {.key = "heby/ekonomi", .phase = PHASE_TEST};
    struct delivery delivery = {.file = SPAN_LIT("heby_0301.csv"), .summary = {.items = 10}};
    struct subject subject = {.delivery = &delivery, .unit = &unit, .history = &no_history};
    struct finding_list findings = {.arena = arena_new(1 << 20)};
    struct opinion opinion;

    (void)state;
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_OK);
    assert_int_equal(opinion.verdict, VERDICT_HELD);
    findings.n = 0;
    subject.left_out = check_find("unit");
    assert_ptr_equal(subject.left_out, &check_unit);
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_OK);
    assert_int_equal(opinion.verdict, VERDICT_ACCEPTED);
    assert_null(check_find("units"));
    arena_free(&findings.arena);
}

static void lack_of_memory_is_told(void **state)
{
    struct unit_settings unit = {.phase = PHASE_TEST};
    struct delivery delivery = {.file = SPAN_LIT("heby.csv")};
    struct subject subject = {.delivery = &delivery, .unit = &unit, .history = &no_history};
    struct finding_list findings = {.arena = arena_new(16)};
    struct opinion opinion;

    (void)state;
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_ENOMEM);
    arena_free(&findings.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_decide),
        cmocka_unit_test(several_weak_signs_hold_together),
        cmocka_unit_test(one_sign_said_a_hundred_times_is_one_sign),
        cmocka_unit_test(ordinary_days_pass),
        cmocka_unit_test(every_check_says_what_it_asks),
        cmocka_unit_test(a_check_can_be_left_out),
        cmocka_unit_test(lack_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
