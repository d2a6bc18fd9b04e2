/* ident_test.c -- published numbers of Swedish registers, right and wrong ones
 *
 * Values: Bankgirot and Nordea example files, Skatteverket test persons; all public.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/ident.h"

static void luhn_agrees_with_published_numbers(void **state)
{
    (void)state;
    assert_true(luhn_valid(SPAN_LIT("9912346")));
    assert_true(luhn_valid(SPAN_LIT("5500001234")));
    assert_false(luhn_valid(SPAN_LIT("9902346")));
    assert_true(luhn_valid(SPAN_LIT("9999999999")));
    assert_false(luhn_valid(SPAN_LIT("991-2346")));
    assert_false(luhn_valid(SPAN_LIT("")));
    assert_false(luhn_valid(SPAN_NONE));
    assert_int_equal(luhn_digit(SPAN_LIT("991234")), '6');
    assert_int_equal(luhn_digit(SPAN_LIT("0")), '0');
    assert_int_equal(luhn_digit(SPAN_LIT("12a")), 0);
    assert_int_equal(luhn_digit(SPAN_LIT("")), 0);
}

static void every_number_has_one_check_digit(void **state)
{
    (void)state;
    for (int number = 0; number < 1000; number++) {
        char digits[4] = {(char)('0' + number / 100), (char)('0' + number / 10 % 10),
                          (char)('0' + number % 10), '0'};
        int valid = 0;
        char check = luhn_digit(span_of(digits, 3));

        for (digits[3] = '0'; digits[3] <= '9'; digits[3]++) {
            valid += luhn_valid(span_of(digits, 4));
            assert_int_equal(luhn_valid(span_of(digits, 4)), digits[3] == check);
        }
        assert_int_equal(valid, 1);
    }
}

static void references_have_2_to_25_digits(void **state)
{
    (void)state;
    assert_true(ocr_valid(SPAN_LIT("1230")));
    assert_false(ocr_length_digit_valid(SPAN_LIT("1230")));
    assert_true(ocr_valid(SPAN_LIT("123456789023")));
    assert_true(ocr_length_digit_valid(SPAN_LIT("123456789023")));
    assert_true(ocr_valid(SPAN_LIT("18")));
    assert_false(ocr_valid(SPAN_LIT("4711")));
    assert_false(ocr_valid(SPAN_LIT("0")));
    assert_true(ocr_valid(SPAN_LIT("0000000000000000000000000")));
    assert_false(ocr_valid(SPAN_LIT("00000000000000000000000000")));
    assert_false(ocr_valid(SPAN_LIT("RF18539007547034")));
}

static void a_kid_has_one_of_two_check_digits(void **state)
{
    static const struct {
        const char *kid;
        bool valid;
    } cases[] = {
        {"12345678903", true}, /* by modulus 10 and by modulus 11 */
        {"2345676", true},
        {"12345678911", true}, /* by modulus 10 alone */
        {"18", true},
        {"0000018", true},
        {"19", true}, /* by modulus 11 alone: 1 * 2 leaves 9 */
        {"6-", true}, /* 6 * 2 leaves 10, which is written '-' */
        {"64", false},
        {"17", false},
        {"00112345676", false},
        {"-6", false},
        {"6-6", false},
        {"1", false},
        {"", false},
        {"0000000000000000000000000", true},
        {"00000000000000000000000000", false},
        {"12a4", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (kid_valid(span_str(cases[i].kid)) != cases[i].valid)
            fail_msg("KID %s", cases[i].kid);
}

static void accounts_become_bare_digits(void **state)
{
    static const struct {
        const char *text;
        const char *bankgiro; /* null: not one */
        const char *plusgiro;
    } cases[] = {
        {"5402-9681", "54029681", "54029681"},
        {"297-3675", "2973675", "2973675"},
        {"160-9908", "1609908", "1609908"},
        {"0009912346", "9912346", "9912346"},
        {" 991 - 2346 ", "9912346", "9912346"},
        {"990-2346", NULL, NULL},
        {"123-4567", NULL, NULL},
        {"4-2", NULL, "42"},
        {"1018-1", NULL, "10181"},
        {"969001-7", "9690017", "9690017"},
        {"815608-6", NULL, NULL},
        {"991234600", NULL, NULL},
        {"SE9912346", NULL, NULL},
        {"0000", NULL, NULL},
        {"", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span text = span_str(cases[i].text);
        char out[ACCOUNT_SIZE];

        assert_int_equal(bankgiro_normalise(text, out), cases[i].bankgiro != NULL);
        assert_string_equal(out, cases[i].bankgiro ? cases[i].bankgiro : "");
        assert_int_equal(plusgiro_normalise(text, out), cases[i].plusgiro != NULL);
        assert_string_equal(out, cases[i].plusgiro ? cases[i].plusgiro : "");
    }
}

static void identities_are_told_apart(void **state)
{
    static const struct {
        const char *text;
        enum identity_kind kind;
        const char *digits;
        bool check_digit, date_exists, reserved_test;
    } cases[] = {
        /* Tolvan Tolvansson, in all his spellings. */
        {"191212121212", IDENTITY_PERSON, "191212121212", true, true, true},
        {"19121212-1212", IDENTITY_PERSON, "191212121212", true, true, true},
        {"121212+1212", IDENTITY_PERSON, "1212121212", true, true, true},
        {" 121212-1212 ", IDENTITY_PERSON, "1212121212", true, true, true},
        /* The band of Skatteverket's test persons. */
        {"20200101-2380", IDENTITY_PERSON, "202001012380", true, true, true},
        {"189001019802", IDENTITY_PERSON, "189001019802", true, true, true},
        {"811218-9876", IDENTITY_PERSON, "8112189876", true, true, false},
        {"811218-9877", IDENTITY_PERSON, "8112189877", false, true, false},
        {"990230-1234", IDENTITY_PERSON, "9902301234", true, false, false},
        {"000229-1235", IDENTITY_PERSON, "0002291235", true, true, false},
        {"190002291235", IDENTITY_PERSON, "190002291235", true, false, false},
        /* Coordination numbers: day and sixty, also partly known dates. */
        {"701063-2391", IDENTITY_COORDINATION, "7010632391", true, true, true},
        {"19701063-2391", IDENTITY_COORDINATION, "197010632391", true, true, true},
        {"7000601232", IDENTITY_COORDINATION, "7000601232", true, true, false},
        {"7010921235", IDENTITY_COORDINATION, "7010921235", false, false, false},
        /* Organisations. */
        {"552000-1230", IDENTITY_ORGANISATION, "5520001230", true, false, false},
        {"165520001230", IDENTITY_ORGANISATION, "5520001230", true, false, false},
        {"16552000-1230", IDENTITY_ORGANISATION, "5520001230", true, false, false},
        {"999999-9998", IDENTITY_ORGANISATION, "9999999998", false, false, false},
        /* None of these. */
        {"195520001230", IDENTITY_UNKNOWN, "", false, false, false},
        {"161212121212", IDENTITY_UNKNOWN, "", false, false, false},
        {"221212121212", IDENTITY_UNKNOWN, "", false, false, false},
        {"121212 1212", IDENTITY_UNKNOWN, "", false, false, false},
        {"12121-21212", IDENTITY_UNKNOWN, "", false, false, false},
        {"121212121x", IDENTITY_UNKNOWN, "", false, false, false},
        {"121212121", IDENTITY_UNKNOWN, "", false, false, false},
        {"SE5520001230", IDENTITY_UNKNOWN, "", false, false, false},
        {"", IDENTITY_UNKNOWN, "", false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity id;

        identity_classify(span_str(cases[i].text), &id);
        if (id.kind != cases[i].kind || id.check_digit != cases[i].check_digit ||
            id.date_exists != cases[i].date_exists || id.reserved_test != cases[i].reserved_test ||
            strcmp(id.digits, cases[i].digits) != 0)
            fail_msg("%s: kind %d, digits %s, check %d, date %d, test %d", cases[i].text,
                     (int)id.kind, id.digits, id.check_digit, id.date_exists, id.reserved_test);
    }
}

static void counterparties_are_told_apart(void **state)
{
    static const struct {
        const char *id;
        enum party_kind kind;
    } cases[] = {
        {"811218-9876", PARTY_PERSON},
        {"19811218-9876", PARTY_PERSON},
        {"811218-9877", PARTY_INVALID},
        {"990230-1234", PARTY_INVALID},  /* no such day */
        {"190002291235", PARTY_INVALID}, /* 1900 had no leap day */
        {"000229-1235", PARTY_PERSON},
        {"19700060-1232", PARTY_COORDINATION},
        {"191212121212", PARTY_TEST},
        {"20200101-2380", PARTY_TEST},
        {"701063-2391", PARTY_TEST},
        {"552000-1230", PARTY_ORGANISATION},
        {"165520001230", PARTY_ORGANISATION},
        {"552000-1231", PARTY_INVALID},
        {"0007:5520001230", PARTY_ORGANISATION},
        {"SE552000123001", PARTY_ORGANISATION},
        {"SE552000123101", PARTY_INVALID},
        {"7300010000001", PARTY_ORGANISATION},
        {"0088:7300010000001", PARTY_ORGANISATION},
        {"7300010000002", PARTY_INVALID},
        {"1234567890123", PARTY_UNKNOWN},
        {"DK12345678", PARTY_FOREIGN},
        {"NO974760673MVA", PARTY_FOREIGN},
        {"974760673", PARTY_FOREIGN},
        {"974760674", PARTY_UNKNOWN},
        {"0112038-9", PARTY_FOREIGN},
        {"0112038-8", PARTY_INVALID},
        {"0009912346", PARTY_UNKNOWN}, /* a bankgiro number, filled with zeros */
        {"9912346", PARTY_UNKNOWN},
        {"K-10023", PARTY_UNKNOWN},
        {"AB12345678", PARTY_UNKNOWN},
        {"", PARTY_UNKNOWN},
        {"0007:", PARTY_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (party_classify(span_str(cases[i].id)) != cases[i].kind)
            fail_msg("%s: kind %d", cases[i].id, (int)party_classify(span_str(cases[i].id)));
    for (int kind = 1; kind < PARTY_KIND_COUNT; kind++)
        assert_int_equal(party_kind_from_name(span_str(party_kind_name((enum party_kind)kind))),
                         kind);
    assert_null(party_kind_name(PARTY_UNKNOWN));
    assert_int_equal(party_kind_from_name(SPAN_NONE), PARTY_UNKNOWN);
    assert_int_equal(party_kind_from_name(SPAN_LIT("robot")), -1);
}

static void references_prove_themselves(void **state)
{
    static const struct {
        const char *reference;
        enum reference_state state;
    } cases[] = {
        {"1230", REFERENCE_VALID},
        {"2345676", REFERENCE_VALID},
        {"RF18539007547034", REFERENCE_VALID},
        {"RF18539007547035", REFERENCE_INVALID},
        {"64", REFERENCE_INVALID},
        {"RF", REFERENCE_NONE},
        {"RFID", REFERENCE_NONE},
        {"2026-117", REFERENCE_NONE},
        {"Faktura 12", REFERENCE_NONE},
        {"7", REFERENCE_NONE},
        {"", REFERENCE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (reference_classify(span_str(cases[i].reference)) != cases[i].state)
            fail_msg("%s", cases[i].reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(luhn_agrees_with_published_numbers),
        cmocka_unit_test(every_number_has_one_check_digit),
        cmocka_unit_test(references_have_2_to_25_digits),
        cmocka_unit_test(a_kid_has_one_of_two_check_digits),
        cmocka_unit_test(accounts_become_bare_digits),
        cmocka_unit_test(identities_are_told_apart),
        cmocka_unit_test(counterparties_are_told_apart),
        cmocka_unit_test(references_prove_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
