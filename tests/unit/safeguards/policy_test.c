/* policy_test.c -- what the gate judges more mildly than the format, and only that */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "safeguards/policy.h"

static const struct unit_settings plain = {.key = "heby/ekonomi"};
static const struct date today = {2026, 3, 2};

static void every_row_names_a_check_of_the_table(void **state)
{
    (void)state;
    for (const struct policy_row *row = policy_rows; row->check; row++) {
        bool known = false;

        for (int i = 0; i < FINDING_CODE_COUNT; i++)
            known |= strcmp(finding_kinds[i].check, row->check) == 0;
        if (!known)
            fail_msg("no finding has the check %s", row->check);
        assert_true(row->at_gate < LEVEL_REJECT);
    }
}

static void totals_and_cut_files_wait_for_a_person(void **state)
{
    static const struct {
        enum finding_code code;
        enum finding_level at_gate;
    } cases[] = {
        {FINDING_TOTALS_MISMATCH, LEVEL_HOLD}, {FINDING_RULE_TOTAL, LEVEL_HOLD},
        {FINDING_TRUNCATED, LEVEL_HOLD},       {FINDING_UNKNOWN_FORMAT, LEVEL_REJECT},
        {FINDING_XML_MALFORMED, LEVEL_REJECT}, {FINDING_BAD_FIELD, LEVEL_REJECT},
        {FINDING_FIELD_NOTE, LEVEL_WARN},      {FINDING_SAME_BYTES, LEVEL_HOLD},
    };
    struct finding_list findings = {.arena = arena_new(1 << 20)};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding f = finding_make(cases[i].code, 0);

        assert_int_equal(finding_list_add(&findings, &f), SLUSS_OK);
    }
    assert_int_equal(policy_apply(&plain, today, &findings), SLUSS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(findings.of[i].level, cases[i].at_gate);
    arena_free(&findings.arena);
}

static void a_level_is_never_raised(void **state)
{
    struct finding_list findings = {.arena = arena_new(65536)};
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, 0);

    (void)state;
    f.level = LEVEL_WARN; /* as a check or a waiver made it */
    assert_int_equal(finding_list_add(&findings, &f), SLUSS_OK);
    assert_int_equal(policy_apply(&plain, today, &findings), SLUSS_OK);
    assert_int_equal(findings.of[0].level, LEVEL_WARN);
    arena_free(&findings.arena);
}

static struct waiver totals = {.check = "totals",
                               .by = "Anna Berg, ekonomi",
                               .reason = "The next version mends it.",
                               .until = {2026, 12, 31}};
static const struct unit_settings waived = {
    .key = "heby/ekonomi", .waiver_count = 1, .waivers = &totals};

static void add(struct finding_list *findings, enum finding_code code)
{
    struct finding f = finding_make(code, 0);

    assert_int_equal(finding_list_add(findings, &f), SLUSS_OK);
}

static void what_is_waived_only_warns_and_is_told_u66(void **state)
{
    static const enum finding_level levels[] = {LEVEL_WARN, LEVEL_REJECT, LEVEL_WARN, LEVEL_HOLD,
                                                LEVEL_WARN};
    struct finding_list findings = {.arena = arena_new(1 << 20)};
    struct buf text;

    (void)state;
    add(&findings, FINDING_TOTALS_MISMATCH);
    add(&findings, FINDING_BAD_FIELD);
    add(&findings, FINDING_TOTALS_MISMATCH);
    add(&findings, FINDING_SAME_BYTES);
    assert_int_equal(policy_apply(&waived, today, &findings), SLUSS_OK);
    assert_int_equal(findings.n, 5);
    for (unsigned i = 0; i < findings.n; i++)
        assert_int_equal(findings.of[i].level, levels[i]);
    assert_true(findings.of[0].weight == 0.0 && findings.of[2].weight == 0.0);
    assert_true(findings.of[1].weight > 0.0);
    assert_int_equal(findings.of[4].code, FINDING_WAIVED);
    buf_init(&text, 4096);
    assert_int_equal(finding_sentence(&findings.of[4], "en", &text), SLUSS_OK);
    assert_string_equal(buf_cstr(&text),
                        "The check totals does not stop this unit's files until 2026-12-31, as "
                        "Anna Berg, ekonomi decided: 2 of its findings only warn.");
    buf_free(&text);
    arena_free(&findings.arena);
}

static void a_waiver_counts_to_the_end_of_its_day(void **state)
{
    static const struct {
        struct date today;
        enum finding_level level;
    } cases[] = {
        {{2026, 3, 2}, LEVEL_WARN},
        {{2026, 12, 31}, LEVEL_WARN},
        {{2027, 1, 1}, LEVEL_HOLD},
        {{2031, 1, 1}, LEVEL_HOLD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding_list findings = {.arena = arena_new(1 << 20)};

        add(&findings, FINDING_TOTALS_MISMATCH);
        assert_int_equal(policy_apply(&waived, cases[i].today, &findings), SLUSS_OK);
        assert_int_equal(findings.of[0].level, cases[i].level);
        assert_int_equal(findings.n, cases[i].level == LEVEL_WARN ? 2 : 1);
        arena_free(&findings.arena);
    }
}

static void a_waiver_that_nothing_needs_is_silent(void **state)
{
    struct finding_list findings = {.arena = arena_new(1 << 20)};

    (void)state;
    add(&findings, FINDING_BAD_FIELD);
    assert_int_equal(policy_apply(&waived, today, &findings), SLUSS_OK);
    assert_int_equal(findings.n, 1);
    assert_int_equal(findings.of[0].level, LEVEL_REJECT);
    arena_free(&findings.arena);
}

/* What is waived must not hide what is not, however often it is said. */
static void a_flood_of_what_is_waived_hides_nothing(void **state)
{
    struct finding_list findings = {.arena = arena_new(4 << 20)};
    bool told = false, rejected = false;

    (void)state;
    for (unsigned i = 0; i < 2 * FINDINGS_MAX; i++)
        add(&findings, FINDING_TOTALS_MISMATCH);
    add(&findings, FINDING_BAD_FIELD);
    assert_int_equal(policy_apply(&waived, today, &findings), SLUSS_OK);
    for (unsigned i = 0; i < findings.n; i++) {
        told = told || findings.of[i].code == FINDING_WAIVED;
        rejected = rejected || findings.of[i].level == LEVEL_REJECT;
    }
    assert_true(told && rejected);
    arena_free(&findings.arena);
}

static void what_is_certain_is_never_waived(void **state)
{
    static const char *const never[] = {"duplicate-file",
                                        "phase",
                                        "test-mark",
                                        "parser-crash",
                                        "limit",
                                        "structure",
                                        "waiver",
                                        "all",
                                        "*",
                                        "",
                                        "Totals"};
    static const char *const may[] = {"totals", "truncated", "duplicate-item", "rule", "seal"};

    (void)state;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_non_null(waiver_refused(never[i]));
    for (size_t i = 0; i < sizeof may / sizeof *may; i++)
        assert_null(waiver_refused(may[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_names_a_check_of_the_table),
        cmocka_unit_test(totals_and_cut_files_wait_for_a_person),
        cmocka_unit_test(a_level_is_never_raised),
        cmocka_unit_test(what_is_waived_only_warns_and_is_told_u66),
        cmocka_unit_test(a_waiver_counts_to_the_end_of_its_day),
        cmocka_unit_test(a_waiver_that_nothing_needs_is_silent),
        cmocka_unit_test(a_flood_of_what_is_waived_hides_nothing),
        cmocka_unit_test(what_is_certain_is_never_waived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
