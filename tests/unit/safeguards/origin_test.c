/* origin_test.c -- another unit's file is held, a migrated sender's first right one passes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

static void numbers_count_up(void **state)
{
    static const struct ordinary_case cases[] = {
        {"an ordinary month", FINDING_NUMBER_SERIES, QUIET, .rows = 24},
        {"I01 numbers of half a year ago", FINDING_NUMBER_SERIES, WARNED,
         .now = {{MEASURE_NUMBER_HIGH, 10500}}},
        {"I18 numbers of another length", FINDING_NUMBER_SERIES, WARNED,
         .now = {{MEASURE_NUMBER_LENGTH, 11}}},
        {"N09 no series to compare with", FINDING_NUMBER_SERIES, QUIET,
         .now = {{MEASURE_NUMBER_HIGH, 5}}, .rows = 1},
        {"no numbers", FINDING_NUMBER_SERIES, QUIET, .now = {{MEASURE_NUMBER_HIGH, NAN}}},
    };

    (void)state;
    ordinary_tell(&o, &check_origin, cases, sizeof cases / sizeof *cases, NULL);
}

static void what_others_sent(void **state)
{
    static const struct ordinary_case cases[] = {
        {"N18 a joint board's shared claims", FINDING_OTHERS_ITEMS, QUIET,
         .now = {{MEASURE_ELSEWHERE, 0.5}}, .usual = {{MEASURE_ELSEWHERE, 0.4, 0.6}}},
    };

    (void)state;
    ordinary_tell(&o, &check_origin, cases, sizeof cases / sizeof *cases, NULL);
}

static void a_new_program_is_a_sign_and_a_migration_passes(void **state)
{
    static const struct {
        const char *name;
        uint64_t origin;
        unsigned known, rows;
        bool said;
    } cases[] = {
        {"the same program", ORDINARY_ORIGIN, 0, 24, false},
        {"I01 N10 a new one", 77, 0, 24, true},
        {"N10 its second file", 77, 1, 24, true},
        {"N10 its third", 77, 2, 24, false},
        {"N09 before there is a habit", 77, 0, 2, false},
        {"a format that names none", 0, 0, 24, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f;

        ordinary_begin(&o, cases[i].rows, 30, (struct date){2026, 3, 18});
        for (unsigned k = 0; k < cases[i].known; k++)
            o.rows[o.habit.n - 1 - k].origin = cases[i].origin;
        o.now.origin = cases[i].origin;
        f = ordinary_ask(&o, &check_origin, FINDING_NEW_ORIGIN);
        if (!f == cases[i].said || (f && f->level != LEVEL_WARN))
            fail_msg("%s: %s", cases[i].name, f ? "said" : "not said");
    }
}

static void I39_serial_numbers_that_go_back_or_leap(void **state)
{
    static const struct {
        const char *name;
        int64_t last, now;
        enum finding_code code;
        bool said;
    } cases[] = {
        {"the next", 41, 42, FINDING_SEQUENCE_GAP, false},
        {"I39 one is missing", 41, 43, FINDING_SEQUENCE_GAP, true},
        {"I05 the same again", 41, 41, FINDING_SEQUENCE_BACK, true},
        {"I39 from the beginning", 41, 1, FINDING_SEQUENCE_BACK, true},
        {"N10 a format without", 41, -1, FINDING_SEQUENCE_BACK, false},
        {"N10 the first with one", -1, 1, FINDING_SEQUENCE_BACK, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f;

        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        o.rows[23].sequence = cases[i].last;
        o.now.sequence = cases[i].now;
        f = ordinary_ask(&o, &check_origin, cases[i].code);
        if (!f == cases[i].said || (f && f->level != LEVEL_WARN))
            fail_msg("%s: %s", cases[i].name, f ? "said" : "not said");
    }
}

static void a_file_of_strangers_is_told(void **state)
{
    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    o.history.keys[KEY_PARTY] = (struct past_keys){.keys = 90, .by_unit = 2};
    o.now.of[MEASURE_KNOWN_PARTY] = 0.02;
    assert_non_null(ordinary_ask(&o, &check_origin, FINDING_STRANGERS));
    o.now.of[MEASURE_KNOWN_PARTY] = 0.5; /* N18: another body's customers beside its own */
    assert_null(ordinary_ask(&o, &check_origin, FINDING_STRANGERS));
    ordinary_usual(&o, MEASURE_KNOWN_PARTY, 0, 0.3); /* sundry invoices: new people each day */
    o.now.of[MEASURE_KNOWN_PARTY] = 0.02;
    assert_null(ordinary_ask(&o, &check_origin, FINDING_STRANGERS));
}

static void N10_accounts_that_a_new_system_names_are_not_new(void **state)
{
    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    for (unsigned i = 0; i < o.habit.n; i++)
        o.rows[i].of[MEASURE_ACCOUNTS] = 0;
    o.history.keys[KEY_ACCOUNT] = (struct past_keys){.keys = 1};
    assert_null(ordinary_ask(&o, &check_origin, FINDING_PAYEE_NEW));
}

static void another_units_file_is_held(void **state)
{
    static const struct {
        const char *name;
        enum item_key kind;
        struct past_keys keys;
        double foreign, known;
        enum finding_code code;
        bool held;
    } cases[] = {
        {"I33 another unit's people",
         KEY_PARTY,
         {100, 0, 95, 0},
         0.95,
         0,
         FINDING_OTHERS_PARTIES,
         true},
        {"I33 another partner's people",
         KEY_PARTY,
         {100, 2, 0, 90},
         0.9,
         0.02,
         FINDING_OTHERS_PARTIES,
         true},
        {"N09 people nobody knows", KEY_PARTY, {100, 0, 0, 0}, 0, 0, FINDING_OTHERS_PARTIES, false},
        {"N18 some that others know",
         KEY_PARTY,
         {100, 60, 30, 0},
         0.3,
         0.6,
         FINDING_OTHERS_PARTIES,
         false},
        {"N14 a handful", KEY_PARTY, {5, 0, 5, 0}, 1, 0, FINDING_OTHERS_PARTIES, false},
        {"I18 I33 another's issuer", KEY_ISSUER, {1, 0, 0, 1}, 0, 0.8, FINDING_OTHERS_ISSUER, true},
        {"N18 its own issuer and another's",
         KEY_ISSUER,
         {2, 1, 1, 0},
         0,
         0.8,
         FINDING_OTHERS_ISSUER,
         false},
        {"I26 a payee account never seen",
         KEY_ACCOUNT,
         {1, 0, 0, 0},
         0,
         0.8,
         FINDING_PAYEE_NEW,
         true},
        {"the account it always had", KEY_ACCOUNT, {1, 1, 0, 0}, 0, 0.8, FINDING_PAYEE_NEW, false},
        {"a list of payees, some of them new",
         KEY_ACCOUNT,
         {90, 80, 0, 0},
         0,
         0.8,
         FINDING_PAYEE_NEW,
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f;

        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        o.history.keys[cases[i].kind] = cases[i].keys;
        o.now.of[MEASURE_FOREIGN_PARTY] = cases[i].foreign;
        o.now.of[MEASURE_KNOWN_PARTY] = cases[i].known;
        f = ordinary_ask(&o, &check_origin, cases[i].code);
        if ((f && f->level == LEVEL_HOLD) != cases[i].held)
            fail_msg("%s: %s", cases[i].name, f ? "said" : "not said");
    }
}

static void I33_items_of_another_unit_are_held(void **state)
{
    const struct finding *f;

    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    o.now.of[MEASURE_ELSEWHERE] = 0.9;
    o.history.elsewhere = 90;
    f = ordinary_ask(&o, &check_origin, FINDING_OTHERS_ITEMS);
    assert_non_null(f);
    assert_int_equal(f->level, LEVEL_HOLD);
}

static void accounts_that_were_agreed_are_told_however_written(void **state)
{
    static const struct {
        const char *name, *account;
        bool held;
    } cases[] = {
        {"as agreed", "5050-1055", false},    {"without its dash", "50501055", false},
        {"with spaces", "5050 10 55", false}, {"I26 one digit off", "5050-1056", true},
        {"I26 cut", "5050-105", true},        {"I26 longer", "5050-10551", true},
    };
    const char *agreed[] = {"991-2346", "5050-1055"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct item item = {.type = ITEM_CASE,
                                  .record = 1,
                                  .amount_minor = 100,
                                  .currency = "SEK",
                                  .payee_account = span_str(cases[i].account)};
        const struct finding *f;

        ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
        o.unit.payee_accounts = (struct texts){.n = 2, .of = agreed};
        profile_add(o.profile, &item);
        f = ordinary_ask(&o, &check_origin, FINDING_PAYEE_NOT_ALLOWED);
        if ((f && f->level == LEVEL_HOLD) != cases[i].held)
            fail_msg("%s: %s", cases[i].name, f ? "held" : "passes");
    }
}

static void a_currency_that_the_unit_never_had(void **state)
{
    static const struct {
        const char *name;
        unsigned rows, elsewhere;
        bool told;
    } cases[] = {
        {"euro where kronor always came", 0, 12, true},
        {"N09 the first deliveries of all", 0, 2, false},
        {"both came before", 4, 12, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct item item = {.type = ITEM_CASE, .amount_minor = 25000, .currency = "EUR"};
        const struct finding *f;

        ordinary_begin(&o, cases[i].rows, 30, (struct date){2026, 3, 18});
        profile_add(o.profile, &item);
        memcpy(o.history.usual_currency, "SEK", 4);
        o.history.in_usual_currency = cases[i].elsewhere;
        f = ordinary_ask(&o, &check_origin, FINDING_NEW_CURRENCY);
        if (cases[i].told != (f && f->level == LEVEL_HOLD))
            fail_msg("%s", cases[i].name);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_currency_that_the_unit_never_had),
        TEST(numbers_count_up),
        TEST(what_others_sent),
        TEST(a_new_program_is_a_sign_and_a_migration_passes),
        TEST(I39_serial_numbers_that_go_back_or_leap),
        TEST(another_units_file_is_held),
        TEST(a_file_of_strangers_is_told),
        TEST(N10_accounts_that_a_new_system_names_are_not_new),
        TEST(I33_items_of_another_unit_are_held),
        TEST(accounts_that_were_agreed_are_told_however_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
