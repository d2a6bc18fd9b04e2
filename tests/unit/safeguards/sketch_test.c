/* sketch_test.c -- small streams are told exactly, large ones within a few per cent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "safeguards/sketch.h"

/* --- hashes -------------------------------------------------------------------------------- */

static void a_hash_depends_on_every_byte_and_on_the_length(void **state)
{
    static const char *const texts[] = {
        "", "a", "b", "aa", "12345678", "12345679", "123456780", "22345678", "12345678\t"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
            assert_int_equal(sketch_hash(span_str(texts[i])) == sketch_hash(span_str(texts[j])),
                             i == j);
    assert_true(sketch_hash(span_of("a\0", 2)) != sketch_hash(span_of("a", 1)));
}

/* --- quantiles ----------------------------------------------------------------------------- */

static void quantiles_of_few_are_exact(void **state)
{
    static const struct {
        const char *name;
        unsigned n;
        double q, expected;
    } cases[] = {
        {"the least", 2000, 0, 1},      {"the middle", 2000, 0.5, 1000},
        {"19 of 20", 2000, 0.95, 1900}, {"the most", 2000, 1, 2000},
        {"of one", 1, 0.95, 1},         {"the middle of three", 3, 0.5, 2},
    };
    static struct sample sample;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(&sample, 0, sizeof sample);
        for (unsigned k = cases[i].n; k > 0; k--)
            sample_add(&sample, k);
        if (sample_quantile(&sample, cases[i].q) != cases[i].expected)
            fail_msg("%s: %g", cases[i].name, sample_quantile(&sample, cases[i].q));
    }
}

static void quantiles_of_many_are_close(void **state)
{
    static struct sample sample;
    const uint64_t n = 1000000;

    (void)state;
    memset(&sample, 0, sizeof sample);
    for (uint64_t i = 0; i < n; i++)
        sample_add(&sample, (double)(sketch_mix(i) % n));
    assert_true(sample.n <= SAMPLE_ROOM && sample.n >= SAMPLE_ROOM / 4);
    for (double q = 0.05; q < 1; q += 0.05)
        assert_true(fabs(sample_quantile(&sample, q) / (double)n - q) < 0.04);
}

static void of_nothing_there_is_no_quantile(void **state)
{
    static struct sample sample;

    (void)state;
    assert_true(isnan(sample_quantile(&sample, 0.5)));
}

/* --- different values ------------------------------------------------------------------------ */

static void different_values_are_counted_within_five_per_cent(void **state)
{
    static const unsigned counts[] = {0, 1, 2, 20, 100, 1000, 5000, 20000, 200000};
    static struct distinct distinct;

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        double n = counts[i], slack = n <= 20 ? 0.2 : 0.05 * n;

        memset(&distinct, 0, sizeof distinct);
        for (unsigned k = 0; k < 2 * counts[i]; k++) /* each twice */
            distinct_add(&distinct, sketch_mix(k % counts[i]));
        if (!(fabs(distinct_count(&distinct) - n) <= slack))
            fail_msg("%u: %g", counts[i], distinct_count(&distinct));
    }
}

/* --- the commonest value ---------------------------------------------------------------------- */

static void the_commonest_of_few_is_exact(void **state)
{
    struct commonest c = {0};

    (void)state;
    assert_int_equal(commonest_count(&c), 0);
    for (uint64_t i = 0; i < 300; i++)
        commonest_add(&c, i % 3 == 0 ? 7 : i % 10);
    uint64_t sevens = 100 + 20; /* every third, and every tenth of the rest */
    assert_int_equal(commonest_count(&c), sevens);
}

static void one_value_in_three_among_thousands_is_found(void **state)
{
    struct commonest c = {0};
    uint64_t n = 90000, count;

    (void)state;
    for (uint64_t i = 0; i < n; i++)
        commonest_add(&c, i % 3 == 0 ? 7 : sketch_mix(i));
    count = commonest_count(&c);
    assert_true(count <= n / 3 && count >= n / 3 - n / COMMON_SLOTS);
}

static void where_all_differ_none_is_common(void **state)
{
    struct commonest c = {0};

    (void)state;
    for (uint64_t i = 0; i < 90000; i++)
        commonest_add(&c, sketch_mix(i));
    assert_true(commonest_count(&c) <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_depends_on_every_byte_and_on_the_length),
        cmocka_unit_test(quantiles_of_few_are_exact),
        cmocka_unit_test(quantiles_of_many_are_close),
        cmocka_unit_test(of_nothing_there_is_no_quantile),
        cmocka_unit_test(different_values_are_counted_within_five_per_cent),
        cmocka_unit_test(the_commonest_of_few_is_exact),
        cmocka_unit_test(one_value_in_three_among_thousands_is_found),
        cmocka_unit_test(where_all_differ_none_is_common),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
