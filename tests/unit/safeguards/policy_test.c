/* policy_test.c -- what the gate judges more mildly than the format, and only that */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "safeguards/policy.h"

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
    policy_apply(&findings);
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
    policy_apply(&findings);
    assert_int_equal(findings.of[0].level, LEVEL_WARN);
    arena_free(&findings.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_names_a_check_of_the_table),
        cmocka_unit_test(totals_and_cut_files_wait_for_a_person),
        cmocka_unit_test(a_level_is_never_raised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
