/* decimal_test.c -- exact decimals: what they read, how they round, when they give up */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/error.h"
#include "parsers/decimal.h"

static struct decimal of(const char *text)
{
    struct decimal d;
    assert_int_equal(decimal_parse(span_str(text), &d), 0);
    return d;
}

static void assert_decimal(struct decimal d, const char *want)
{
    char text[DECIMAL_SIZE];
    assert_string_equal(decimal_text(d, text), want);
}

static const struct {
    const char *text;
    int rc;
    const char *want;
} texts[] = {
    {"0", 0, "0"},
    {"-0.00", 0, "0"},
    {"100.000", 0, "100"},
    {"+1234.50", 0, "1234.5"},
    {" \n-0.05\t", 0, "-0.05"},
    {".5", 0, "0.5"},
    {"5.", 0, "5"},
    {"000000000000000000000000001", 0, "1"},
    {"999999999999999999", 0, "999999999999999999"},
    {"0.000000000000000001", 0, "0.000000000000000001"},
    {"1000000000000000000", SLUSS_EOVERFLOW, "?"},
    {"1234567890.123456789", SLUSS_EOVERFLOW, "?"},
    {"", SLUSS_ESYNTAX, "?"},
    {".", SLUSS_ESYNTAX, "?"},
    {"-", SLUSS_ESYNTAX, "?"},
    {"1,5", SLUSS_ESYNTAX, "?"},
    {"1 000", SLUSS_ESYNTAX, "?"},
    {"1.2.3", SLUSS_ESYNTAX, "?"},
    {"1e3", SLUSS_ESYNTAX, "?"},
    {"--1", SLUSS_ESYNTAX, "?"},
    {"NaN", SLUSS_ESYNTAX, "?"},
};

static void reads_what_xs_decimal_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct decimal d;
        assert_int_equal(decimal_parse(span_str(texts[i].text), &d), texts[i].rc);
        assert_decimal(d, texts[i].want);
    }
}

static void rounds_half_towards_plus_infinity(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0.005", "0.01"},    {"0.0049", "0.00"},        {"-0.005", "0.00"},
        {"-0.0051", "-0.01"}, {"-0.015", "-0.01"},       {"2.675", "2.68"},
        {"1.5", "1.5"},       {"-1622.835", "-1622.83"}, {"99.995", "100.00"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_decimal(decimal_round(of(cases[i][0]), 2), cases[i][1]);
}

static void computes_exactly(void **state)
{
    (void)state;
    assert_decimal(decimal_add(of("0.1"), of("0.2")), "0.3");
    assert_decimal(decimal_sub(of("1"), of("0.000000000000000001")), "0.999999999999999999");
    assert_decimal(decimal_mul(of("-6491.34"), of("0.25")), "-1622.8350");
    assert_decimal(decimal_shift(of("25"), 2), "0.25");
    assert_true(decimal_equal(of("1.10"), of("1.1")));
    assert_int_equal(decimal_compare(of("-1"), of("0.5")), -1);
    assert_true(decimal_near(of("1.00"), of("1.02"), of("0.02")));
    assert_false(decimal_near(of("1.00"), of("1.0201"), of("0.02")));
    struct decimal sum = DECIMAL_ZERO;
    for (int i = 0; i < 1000000; i++)
        sum = decimal_add(sum, of("0.1"));
    assert_true(decimal_equal(sum, of("100000")));
}

static void what_does_not_fit_is_not_known(void **state)
{
    (void)state;
    struct decimal large = of("999999999999999999");
    struct decimal square = decimal_mul(large, large);
    assert_true(square.known);
    struct decimal cube = decimal_mul(square, large);
    assert_false(cube.known);
    assert_false(decimal_add(cube, DECIMAL_ZERO).known);
    assert_false(decimal_equal(cube, cube));
    assert_false(decimal_near(cube, cube, large));
    assert_int_equal(decimal_compare(square, of("0.000000000000000001")), 1);
    assert_decimal(cube, "?");
}

static void becomes_minor_units(void **state)
{
    (void)state;
    int64_t minor;
    bool exact;
    assert_int_equal(decimal_minor(of("-12.5"), 2, &minor, &exact), 0);
    assert_true(minor == -1250 && exact);
    assert_int_equal(decimal_minor(of("-12.345"), 2, &minor, &exact), 0);
    assert_true(minor == -1235 && !exact);
    assert_int_equal(decimal_minor(of("500"), 0, &minor, &exact), 0);
    assert_true(minor == 500 && exact);
    assert_int_equal(decimal_minor(of("999999999999999999"), 2, &minor, &exact), SLUSS_EOVERFLOW);
    assert_int_equal(decimal_minor(of("1"), -1, &minor, &exact), SLUSS_EOVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_xs_decimal_is),
        cmocka_unit_test(rounds_half_towards_plus_infinity),
        cmocka_unit_test(computes_exactly),
        cmocka_unit_test(what_does_not_fit_is_not_known),
        cmocka_unit_test(becomes_minor_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
