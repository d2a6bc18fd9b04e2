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

/* The verdict on ten items whose signs together weigh about 5.6. */
static struct opinion judge_under(const struct safeguard_settings *settings)
{
    static const enum finding_code read[] = {FINDING_BGMAX_EXAMPLE, FINDING_AFTER_SHUTDOWN,
                                             FINDING_ENCODING_BROKEN, FINDING_ITEMS_SEEN_FEW};
    struct delivery delivery = {.file = SPAN_LIT("heby_0301.csv"), .summary = {.items = 10}};
    struct subject subject = {
        .delivery = &delivery, .unit = &live, .settings = settings, .history = &no_history};
    struct finding_list findings = {.arena = arena_new(1 << 20)};
    struct opinion opinion;

    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        struct finding f = finding_make(read[i], i);

        assert_int_equal(finding_list_add(&findings, &f), SLUSS_OK);
    }
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_OK);
    arena_free(&findings.arena);
    return opinion;
}

static void the_site_says_how_much_is_too_much(void **state)
{
    static const struct safeguard_settings usual = SAFEGUARDS_USUAL;
    struct safeguard_settings careful = usual, lax = usual, dear = usual, cheap = usual;
    struct opinion opinion = judge_under(NULL);

    (void)state;
    assert_true(judge_under(&usual).limit == opinion.limit);
    careful.false_holds *= 2;
    lax.false_holds /= 2;
    assert_true(judge_under(&lax).limit > opinion.limit);
    assert_true(judge_under(&careful).limit <= opinion.limit);
    assert_true(judge_under(&careful).score == opinion.score);
    lax.false_holds /= 25; /* 0.01 % */
    assert_int_equal(opinion.verdict, VERDICT_HELD);
    assert_int_equal(judge_under(&lax).verdict, VERDICT_ACCEPTED);

    dear.cost_of_hold = 1000000; /* nobody has time to look */
    assert_int_equal(judge_under(&dear).verdict, VERDICT_ACCEPTED);
    cheap.one_wrong_in = 10; /* while a system is new */
    assert_true(judge_under(&cheap).odds > opinion.odds);
    assert_true(judge_under(&cheap).limit <= opinion.limit);
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
    assert_int_equal(n, 12);
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

/* What a person reads stands first. */
static void the_gravest_finding_comes_first(void **state)
{
    static const enum finding_code read[] = {FINDING_ENCODING_CONVERTED, FINDING_BGMAX_EXAMPLE,
                                             FINDING_TOTALS_MISMATCH, FINDING_TEST_MARK};
    static const struct past_delivery earlier = {.id = SPAN_LIT("20260201-061200-000001"),
                                                 .file = SPAN_LIT("heby_0201.csv")};
    const struct history history = {.containment = 0.37, .contained_in = earlier};
    struct delivery delivery = {.file = SPAN_LIT("heby_0301.csv"), .summary = {.items = 10}};
    struct subject subject = {.delivery = &delivery, .unit = &live, .history = &history};
    struct finding_list findings = {.arena = arena_new(1 << 20)};
    struct opinion opinion;
    bool nearest = false;

    (void)state;
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        struct finding f = finding_make(read[i], i);

        assert_int_equal(finding_list_add(&findings, &f), SLUSS_OK);
    }
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_OK);
    for (unsigned i = 0; i < findings.n; i++) {
        const struct finding *f = &findings.of[i];

        if (i > 0 && f->level == f[-1].level)
            assert_true(f->weight <= f[-1].weight);
        else if (i > 0)
            assert_true(f->level < f[-1].level);
        if (f->code == FINDING_NEAREST) {
            nearest = true;
            assert_true(span_eq(f->facts[0].text, earlier.id));
            assert_int_equal(f->facts[3].n, 37);
        }
    }
    assert_true(nearest);
    arena_free(&findings.arena);
}

static void checks_are_left_out_by_name(void **state)
{
    struct delivery delivery = {.file = SPAN_LIT("test.csv"), .summary = {.items = 10}};
    struct subject subject = {.delivery = &delivery, .unit = &live, .history = &no_history};
    struct finding_list findings = {.arena = arena_new(1 << 20)};
    struct opinion opinion;
    struct span unknown = {0};

    (void)state;
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_OK);
    assert_int_equal(opinion.verdict, VERDICT_HELD);
    findings.n = 0;
    assert_int_equal(
        checks_from_names(SPAN_LIT("dates, test-name"), &subject.without, &unknown), SLUSS_OK);
    assert_int_equal(safeguards_judge(&subject, &findings, &opinion), SLUSS_OK);
    assert_int_equal(opinion.verdict, VERDICT_ACCEPTED);
    assert_int_equal(checks_from_names(SPAN_LIT("dates,tests"), &subject.without, &unknown),
                     SLUSS_ENOTFOUND);
    assert_true(span_eq_str(unknown, "tests"));
    arena_free(&findings.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gravest_finding_comes_first),
        cmocka_unit_test(checks_are_left_out_by_name),
        cmocka_unit_test(levels_decide),
        cmocka_unit_test(several_weak_signs_hold_together),
        cmocka_unit_test(the_site_says_how_much_is_too_much),
        cmocka_unit_test(one_sign_said_a_hundred_times_is_one_sign),
        cmocka_unit_test(ordinary_days_pass),
        cmocka_unit_test(every_check_says_what_it_asks),
        cmocka_unit_test(lack_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
