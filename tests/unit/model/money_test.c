/* money_test.c -- amounts are exact, overflow is told, sums stay apart by currency */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "model/money.h"

static void arithmetic_tells_overflow(void **state)
{
    int64_t out = 7;

    (void)state;
    assert_int_equal(money_add(INT64_MAX - 1, 1, &out), SLUSS_OK);
    assert_true(out == INT64_MAX);
    assert_int_equal(money_add(INT64_MAX, 1, &out), SLUSS_EOVERFLOW);
    assert_int_equal(money_add(INT64_MIN, -1, &out), SLUSS_EOVERFLOW);
    assert_int_equal(money_negate(INT64_MIN, &out), SLUSS_EOVERFLOW);
    assert_true(out == INT64_MAX);
    assert_int_equal(money_negate(5, &out), SLUSS_OK);
    assert_true(out == -5);
}

static void currencies_have_their_exponents(void **state)
{
    static const struct {
        const char *code;
        int exponent;
    } cases[] = {
        {"SEK", 2}, {"EUR", 2}, {"NOK", 2}, {"DKK", 2},  {"ISK", 0},   {"JPY", 0},  {"BHD", 3},
        {"TND", 3}, {"CLF", 4}, {"UYW", 4}, {"XAF", 0},  {"HUF", 2},   {"DEM", 2},  {"FIM", 2},
        {"FRF", 2}, {"ITL", 0}, {"AED", 2}, {"ZWL", 2},  {"ZWG", 2},   {"XTS", 2},  {"sek", -1},
        {"SE", -1}, {"", -1},   {"KR", -1}, {"KRO", -1}, {"SEKK", -1}, {"AAA", -1}, {"ZZZ", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span code = span_str(cases[i].code);

        assert_int_equal(currency_exponent(code), cases[i].exponent);
        assert_int_equal(currency_known(code), cases[i].exponent >= 0);
    }
    assert_false(currency_known(SPAN_NONE));
}

static void decimals_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        int exponent;
        int rc;
        int64_t minor;
    } cases[] = {
        {"1234,50", 2, SLUSS_OK, 123450},
        {"1234.567", 3, SLUSS_OK, 1234567},
        {"0,00", 2, SLUSS_OK, 0},
        {"9999999999999999,99", 2, SLUSS_OK, 999999999999999999}, /* still read the short way */
        {"10000000000000000,00", 2, SLUSS_OK, 1000000000000000000},
        {"12345", 2, SLUSS_OK, 1234500},
        {"12x45,50", 2, SLUSS_ESYNTAX, 0},
        {"1234,5x", 2, SLUSS_ESYNTAX, 0},
        {"1234;50", 2, SLUSS_ESYNTAX, 0},
        {"12,34,50", 2, SLUSS_ESYNTAX, 0},
        {",50", 2, SLUSS_ESYNTAX, 0},
        {"1234.5", 2, SLUSS_OK, 123450},
        {"+1234", 2, SLUSS_OK, 123400},
        {"-0.05", 2, SLUSS_OK, -5},
        {"-0", 2, SLUSS_OK, 0},
        {"007", 2, SLUSS_OK, 700},
        {"1.100", 2, SLUSS_OK, 110},
        {"1.101", 2, SLUSS_ESYNTAX, 0},
        {"12.0", 0, SLUSS_OK, 12},
        {"12.5", 0, SLUSS_ESYNTAX, 0},
        {"1.234", 3, SLUSS_OK, 1234},
        {"92233720368547758.07", 2, SLUSS_OK, INT64_MAX},
        {"92233720368547758.08", 2, SLUSS_EOVERFLOW, 0},
        {"-92233720368547758.08", 2, SLUSS_OK, INT64_MIN},
        {"-92233720368547758.09", 2, SLUSS_EOVERFLOW, 0},
        {"99999999999999999999999", 2, SLUSS_EOVERFLOW, 0},
        {"99999999999999999999999x", 2, SLUSS_ESYNTAX, 0},
        {"0000000000000000000000000001", 2, SLUSS_OK, 100},
        {"", 2, SLUSS_ESYNTAX, 0},
        {"-", 2, SLUSS_ESYNTAX, 0},
        {"--1", 2, SLUSS_ESYNTAX, 0},
        {".5", 2, SLUSS_ESYNTAX, 0},
        {"5.", 2, SLUSS_ESYNTAX, 0},
        {"1 234,50", 2, SLUSS_ESYNTAX, 0},
        {"1.234,50", 2, SLUSS_ESYNTAX, 0},
        {" 1", 2, SLUSS_ESYNTAX, 0},
        {"1e3", 2, SLUSS_ESYNTAX, 0},
        {"0x10", 2, SLUSS_ESYNTAX, 0},
        {"nan", 2, SLUSS_ESYNTAX, 0},
        {"1,5", -1, SLUSS_EINVAL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t minor = 77;
        int rc = money_parse(span_str(cases[i].text), cases[i].exponent, &minor);

        if (rc != cases[i].rc || minor != (rc == SLUSS_OK ? cases[i].minor : 77))
            fail_msg("%s: rc %d, minor %lld", cases[i].text, rc, (long long)minor);
    }
}

static void amounts_are_written_for_machines_and_people(void **state)
{
    static const struct {
        int64_t minor;
        const char *currency;
        int exponent;
        const char *decimal;
        const char *people; /* _ for the no-break space */
    } cases[] = {
        {123450, "SEK", 2, "1234.50", "1_234,50_kr"},
        {-5, "SEK", 2, "-0.05", "-0,05_kr"},
        {0, "EUR", 2, "0.00", "0,00_EUR"},
        {100000000, "EUR", 2, "1000000.00", "1_000_000,00_EUR"},
        {99999, "NOK", 2, "999.99", "999,99_NOK"},
        {1234567, "JPY", 0, "1234567", "1_234_567_JPY"},
        {1234567, "BHD", 3, "1234.567", "1_234,567_BHD"},
        {150, "???", 2, "1.50", "1,50_???"},
        {150, "", 2, "1.50", "1,50"},
        {INT64_MIN, "SEK", 2, "-92233720368547758.08", "-92_233_720_368_547_758,08_kr"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char people[64] = "";
        size_t n = 0;
        struct buf buf;

        for (const char *p = cases[i].people; *p; p++) {
            if (*p == '_')
                people[n++] = '\xC2';
            people[n++] = *p;
            if (*p == '_')
                people[n - 1] = '\xA0';
        }
        buf_init(&buf, 100);
        assert_int_equal(money_decimal(&buf, cases[i].minor, cases[i].exponent), SLUSS_OK);
        assert_string_equal(buf_cstr(&buf), cases[i].decimal);
        buf_clear(&buf);
        assert_int_equal(money_people(&buf, cases[i].minor, cases[i].currency), SLUSS_OK);
        assert_string_equal(buf_cstr(&buf), people);
        buf_free(&buf);
    }
}

static void what_is_written_can_be_read(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 100);
    for (int64_t minor = -12345; minor < 12345; minor += 17) {
        for (int exponent = 0; exponent < 5; exponent++) {
            int64_t again;

            buf_clear(&buf);
            money_decimal(&buf, minor, exponent);
            assert_int_equal(money_parse(buf_view(&buf), exponent, &again), SLUSS_OK);
            assert_true(again == minor);
        }
    }
    buf_free(&buf);
}

static void sums_are_kept_by_currency(void **state)
{
    struct sums sums = {0};
    const char dirty[4] = {'S', 'E', 'K', '\0'};
    const char none[4] = {'\0', 'x', 'y', 'z'};

    (void)state;
    assert_int_equal(sums_add(&sums, "SEK", 1000), SLUSS_OK);
    assert_int_equal(sums_add(&sums, "EUR", 500), SLUSS_OK);
    assert_int_equal(sums_add(&sums, dirty, -300), SLUSS_OK);
    assert_int_equal(sums_add(&sums, none, 1), SLUSS_OK);
    assert_int_equal(sums_add(&sums, "", 1), SLUSS_OK);
    assert_int_equal(sums.n, 3);
    assert_string_equal(sums.of[0].currency, "SEK");
    assert_true(sums.of[0].minor == 700 && sums.of[0].count == 2);
    assert_string_equal(sums.of[2].currency, "");
    assert_true(sums.of[2].minor == 2 && sums.of[2].count == 2);
}

static void a_sum_that_overflows_is_left_as_it_was(void **state)
{
    struct sums sums = {0};

    (void)state;
    assert_int_equal(sums_add(&sums, "SEK", INT64_MAX), SLUSS_OK);
    assert_int_equal(sums_add(&sums, "SEK", 1), SLUSS_EOVERFLOW);
    assert_true(sums.of[0].minor == INT64_MAX && sums.of[0].count == 1);
}

static void too_many_currencies_are_a_limit(void **state)
{
    struct sums sums = {0};

    (void)state;
    for (int i = 0; i < SUMS_MAX; i++) {
        char code[4] = {'A', 'A', (char)('A' + i), '\0'};

        assert_int_equal(sums_add(&sums, code, i), SLUSS_OK);
    }
    assert_int_equal(sums_add(&sums, "ZZZ", 1), SLUSS_ELIMIT);
    assert_int_equal(sums_add(&sums, "AAA", 1), SLUSS_OK);
    assert_int_equal(sums.n, SUMS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_tells_overflow),
        cmocka_unit_test(currencies_have_their_exponents),
        cmocka_unit_test(decimals_are_read_exactly),
        cmocka_unit_test(amounts_are_written_for_machines_and_people),
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(sums_are_kept_by_currency),
        cmocka_unit_test(a_sum_that_overflows_is_left_as_it_was),
        cmocka_unit_test(too_many_currencies_are_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
