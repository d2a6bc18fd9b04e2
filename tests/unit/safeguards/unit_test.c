/* unit_test.c -- phase and formats agreed with the sender */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "model/error.h"
#include "safeguards/check.h"

static const char *agreed[] = {"case-csv", "peppol-bis-3"};

static int codes(enum phase phase, size_t formats, const char *format, struct finding_list *out)
{
    static const struct history no_history;
    struct unit_settings unit = {.phase = phase, .formats = {formats, agreed}};
    struct delivery delivery = {.file = SPAN_LIT("heby.csv")};
    struct subject subject = {.delivery = &delivery, .unit = &unit, .history = &no_history};

    snprintf(delivery.summary.format, sizeof delivery.summary.format, "%s", format);
    assert_int_equal(check_unit.run(&subject, out), SLUSS_OK);
    return (int)out->n;
}

static void live_units_pass_test_units_are_held(void **state)
{
    struct finding_list findings = {.arena = arena_new(65536)};

    (void)state;
    assert_int_equal(codes(PHASE_LIVE, 0, "bgmax", &findings), 0);
    assert_int_equal(codes(PHASE_TEST, 0, "bgmax", &findings), 1);
    assert_int_equal(findings.of[0].code, FINDING_PHASE_TEST);
    assert_int_equal(findings.of[0].level, LEVEL_HOLD);
    arena_free(&findings.arena);
}

/* The sender changes systems: whatever comes is for a person to look at. */
static void every_file_is_held_while_the_sender_migrates(void **state)
{
    const struct history migrating = {.migrating = true};
    struct unit_settings unit = {.phase = PHASE_LIVE};
    struct delivery delivery = {.file = SPAN_LIT("heby.csv")};
    struct subject subject = {.delivery = &delivery, .unit = &unit, .history = &migrating};
    struct finding_list findings = {.arena = arena_new(65536)};

    (void)state;
    assert_int_equal(check_unit.run(&subject, &findings), SLUSS_OK);
    assert_int_equal(findings.n, 1);
    assert_int_equal(findings.of[0].code, FINDING_MIGRATION_OPEN);
    assert_int_equal(findings.of[0].level, LEVEL_HOLD);
    arena_free(&findings.arena);
}

/* About so many: from half up to five quarters. */
static void an_announcement_explains_about_so_many(void **state)
{
    const struct announcement eight = {.items = 8000}, any = {.items = 0};

    (void)state;
    assert_true(announcement_explains(&eight, 8000));
    assert_true(announcement_explains(&eight, 4000));
    assert_true(announcement_explains(&eight, 10000));
    assert_false(announcement_explains(&eight, 3999));
    assert_false(announcement_explains(&eight, 10001));
    assert_true(announcement_explains(&any, 1));
}

static void only_agreed_formats_pass(void **state)
{
    static const struct {
        const char *format;
        size_t agreed;
        bool held;
    } cases[] = {
        {"case-csv", 2, false},    {"peppol-bis-3", 2, false}, {"bgmax", 2, true},
        {"bgmax", 0, false},       {"case-csv2", 2, true},     {"unknown", 2, false},
        {"peppol-bis-3", 1, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding_list findings = {.arena = arena_new(65536)};

        assert_int_equal(codes(PHASE_LIVE, cases[i].agreed, cases[i].format, &findings),
                         cases[i].held);
        if (cases[i].held && cases[i].agreed == 2) {
            struct buf text;

            buf_init(&text, 1000);
            assert_int_equal(finding_sentence(&findings.of[0], "en", &text), SLUSS_OK);
            assert_non_null(strstr(buf_cstr(&text), "(case-csv, peppol-bis-3)"));
            buf_free(&text);
        }
        arena_free(&findings.arena);
    }
}

static void who_is_to_seal_is_held_without_a_seal_that_holds(void **state)
{
    static const struct {
        bool required;
        enum seal_state seal;
        unsigned held;
    } cases[] = {
        {true, SEAL_VALID, 0},      {true, SEAL_NONE, 1},  {true, SEAL_INVALID, 1},
        {true, SEAL_UNVERIFIED, 1}, {false, SEAL_NONE, 0}, {false, SEAL_INVALID, 0},
    };
    static const struct history no_history;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding_list findings = {.arena = arena_new(65536)};
        struct unit_settings unit = {.phase = PHASE_LIVE, .seal_required = cases[i].required};
        struct delivery delivery = {.summary = {.format = "lb", .seal = cases[i].seal}};
        struct subject subject = {.delivery = &delivery, .unit = &unit, .history = &no_history};

        assert_int_equal(check_unit.run(&subject, &findings), SLUSS_OK);
        assert_int_equal(findings.n, cases[i].held);
        if (findings.n) {
            assert_int_equal(findings.of[0].code, FINDING_SEAL_REQUIRED);
            assert_int_equal(findings.of[0].level, LEVEL_HOLD);
        }
        arena_free(&findings.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_units_pass_test_units_are_held),
        cmocka_unit_test(every_file_is_held_while_the_sender_migrates),
        cmocka_unit_test(an_announcement_explains_about_so_many),
        cmocka_unit_test(only_agreed_formats_pass),
        cmocka_unit_test(who_is_to_seal_is_held_without_a_seal_that_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
