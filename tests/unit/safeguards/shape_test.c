/* shape_test.c -- shares that jump are held, single items and what is the habit pass */
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

static void people_who_do_not_exist(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I03 test persons", FINDING_TEST_IDENTITIES, HELD, .now = {{MEASURE_TEST_IDENTITY, 0.5}}},
        {"I03 a tenth of them", FINDING_TEST_IDENTITIES, WARNED,
         .now = {{MEASURE_TEST_IDENTITY, 0.1}}},
        {"N15 one of a hundred", FINDING_TEST_IDENTITIES, QUIET,
         .now = {{MEASURE_TEST_IDENTITY, 0.01}}},
        {"I03 placeholder names", FINDING_PLACEHOLDERS, HELD, .now = {{MEASURE_PLACEHOLDER, 0.3}}},
        {"I03 in the first file", FINDING_PLACEHOLDERS, HELD, .now = {{MEASURE_PLACEHOLDER, 0.3}},
         .rows = 1},
        {"one protected person", FINDING_PLACEHOLDERS, QUIET, .now = {{MEASURE_PLACEHOLDER, 0.01}}},
        {"one item, and that a test", FINDING_PLACEHOLDERS, QUIET,
         .now = {{MEASURE_PLACEHOLDER, 1}}, .items = 1},
    };

    (void)state;
    ordinary_tell(&o, &check_shape, cases, sizeof cases / sizeof *cases, NULL);
}

static void one_value_where_many_were(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I25 one masked identity", FINDING_COLLAPSED, HELD, .now = {{MEASURE_TOP_PARTY, 0.9}}},
        {"I25 one masked name", FINDING_COLLAPSED, HELD, .now = {{MEASURE_TOP_NAME, 0.9}}},
        {"I24 one amount for all", FINDING_COLLAPSED, HELD, .now = {{MEASURE_TOP_AMOUNT, 0.95}}},
        {"N12 the maximum fee, as always", FINDING_COLLAPSED, QUIET,
         .now = {{MEASURE_TOP_AMOUNT, 0.95}}, .usual = {{MEASURE_TOP_AMOUNT, 0.8, 0.95}}},
        {"a third to one large customer", FINDING_COLLAPSED, WARNED,
         .now = {{MEASURE_TOP_PARTY, 0.35}}},
        {"N14 one party in a small file", FINDING_COLLAPSED, QUIET, .now = {{MEASURE_TOP_PARTY, 1}},
         .items = 3},
        {"made-up amounts, all round", FINDING_ROUND_AMOUNTS, WARNED,
         .now = {{MEASURE_ROUND, 0.98}}},
        {"few different ones", FINDING_FEW_AMOUNTS, WARNED, .now = {{MEASURE_AMOUNTS, 2}}},
        {"N14 a small file, each amount another", FINDING_FEW_AMOUNTS, QUIET,
         .now = {{MEASURE_AMOUNTS, 25}}, .usual = {{MEASURE_AMOUNTS, 90, 100}}, .items = 25},
    };

    (void)state;
    ordinary_tell(&o, &check_shape, cases, sizeof cases / sizeof *cases, NULL);
}

static void fields_that_used_to_be_filled(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I24 no identity any more", FINDING_FIELD_EMPTY, HELD, .now = {{MEASURE_NO_PARTY, 1}}},
        {"I24 no name any more", FINDING_FIELD_EMPTY, HELD, .now = {{MEASURE_NO_NAME, 1}}},
        {"I24 no due date any more", FINDING_FIELD_EMPTY, HELD, .now = {{MEASURE_NO_DUE, 1}}},
        {"I24 a blank column of references", FINDING_FIELD_EMPTY, WARNED,
         .now = {{MEASURE_NO_REFERENCE, 1}}},
        {"no identity, as always", FINDING_FIELD_EMPTY, QUIET, .now = {{MEASURE_NO_PARTY, 1}},
         .usual = {{MEASURE_NO_PARTY, 0.9, 1}}},
        {"N09 a sender who has none", FINDING_FIELD_EMPTY, QUIET, .now = {{MEASURE_NO_PARTY, 1}},
         .rows = 1},
        {"a few protected identities", FINDING_FIELD_EMPTY, QUIET,
         .now = {{MEASURE_NO_PARTY, 0.05}}},
    };

    (void)state;
    ordinary_tell(&o, &check_shape, cases, sizeof cases / sizeof *cases, NULL);
}

static void are_payments(struct ordinary *to)
{
    to->delivery.summary.kind = KIND_PAYMENTS;
}

/* BgMax today, camt.054 from tomorrow on: the bank no longer says who paid. */
static void payers_that_another_format_does_not_name(void **state)
{
    static const struct ordinary_case cases[] = {
        {"N10 no payer's number", FINDING_FIELD_EMPTY, WARNED, .now = {{MEASURE_NO_PARTY, 1}}},
        {"N10 no payer's name", FINDING_FIELD_EMPTY, WARNED, .now = {{MEASURE_NO_NAME, 1}}},
    };

    (void)state;
    ordinary_tell(&o, &check_shape, cases, sizeof cases / sizeof *cases, are_payments);
}

static void digits_and_letters_that_broke(void **state)
{
    static const struct ordinary_case cases[] = {
        {"I24 the identity of another column", FINDING_BAD_IDENTITIES, HELD,
         .now = {{MEASURE_BAD_IDENTITY, 0.9}}},
        {"foreigners and mistypings", FINDING_BAD_IDENTITIES, QUIET,
         .now = {{MEASURE_BAD_IDENTITY, 0.05}}},
        {"references without check digit", FINDING_BAD_REFERENCES, HELD,
         .now = {{MEASURE_BAD_REFERENCE, 0.9}}},
        {"numbers of their own, as always", FINDING_BAD_REFERENCES, QUIET,
         .now = {{MEASURE_BAD_REFERENCE, 0.9}}, .usual = {{MEASURE_BAD_REFERENCE, 0.85, 0.95}}},
        {"I38 letters lost", FINDING_BROKEN_LETTERS, HELD, .now = {{MEASURE_MOJIBAKE, 0.2}}},
        {"I38 names with foreign letters", FINDING_BROKEN_LETTERS, QUIET,
         .now = {{MEASURE_MOJIBAKE, 0.01}}},
        {"I24 addresses in the column of names", FINDING_NAME_DIGITS, HELD,
         .now = {{MEASURE_NAME_DIGITS, 0.9}}},
        {"companies with a number in the name", FINDING_NAME_DIGITS, QUIET,
         .now = {{MEASURE_NAME_DIGITS, 0.1}}},
        {"I24 amounts of zero", FINDING_ZERO_AMOUNTS, HELD, .now = {{MEASURE_ZERO, 0.9}}},
        {"I20 credits that always came are gone", FINDING_NO_CREDITS, WARNED,
         .now = {{MEASURE_CREDIT_SHARE, 0}}, .usual = {{MEASURE_CREDIT_SHARE, 0.08, 0.2}}},
        {"I20 a stream with a credit now and then", FINDING_NO_CREDITS, QUIET,
         .now = {{MEASURE_CREDIT_SHARE, 0}}},
    };

    (void)state;
    ordinary_tell(&o, &check_shape, cases, sizeof cases / sizeof *cases, NULL);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(people_who_do_not_exist),       TEST(one_value_where_many_were),
        TEST(fields_that_used_to_be_filled), TEST(payers_that_another_format_does_not_name),
        TEST(digits_and_letters_that_broke),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
