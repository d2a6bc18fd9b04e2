/* chance_test.c -- tails against sums written out, to 1e-6 of a decade, and silence far out
 *
 * The references share nothing with the library: the negative binomial and the gamma are added
 * up term by term in long double, Student's t has closed forms for 1, 2 and 3 degrees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include <math.h>

#include "safeguards/chance.h"

#define CLOSE 1e-6

static void assert_close(const char *name, double got, long double expected)
{
    if (!(fabsl((long double)got - expected) <= CLOSE))
        fail_msg("%s: %.9f, expected %.9Lf", name, got, expected);
}

/* --- counts ----------------------------------------------------------------------------- */

/* P(N = k) of a negative binomial with that mean and variance. */
static long double count_mass(long double k, long double mean, long double variance)
{
    long double size = mean * mean / (variance - mean), p = mean / variance;

    return expl(lgammal(k + size) - lgammal(size) - lgammal(k + 1) + size * logl(p) +
                k * log1pl(-p));
}

static long double count_from(double n, double mean, double variance)
{
    long double sum = 0;

    for (double k = n; k < n + 100000; k++) {
        long double more = count_mass(k, mean, variance);

        sum += more;
        if (k > mean && more < sum * 1e-18L)
            break;
    }
    return -log10l(sum);
}

static long double count_to(double n, double mean, double variance)
{
    long double sum = 0;

    for (double k = 0; k <= n; k++)
        sum += count_mass(k, mean, variance);
    return -log10l(sum);
}

static void counts_are_the_sum_of_their_terms(void **state)
{
    static const struct {
        const char *name;
        double n, mean, variance;
    } cases[] = {
        {"the middle", 100, 100, 400},
        {"a busy day", 160, 100, 400},
        {"double", 200, 100, 400},
        {"a quiet day", 60, 100, 400},
        {"almost nothing", 3, 100, 400},
        {"nothing", 0, 100, 400},
        {"hardly varying", 130, 100, 110},
        {"wildly varying", 900, 100, 40000},
        {"a small stream", 9, 2.5, 4},
        {"one where none is usual", 1, 0.2, 0.9},
        {"a whole register", 1400, 700, 3000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double n = cases[i].n, mean = cases[i].mean, variance = cases[i].variance;

        if (n > 0)
            assert_close(cases[i].name, chance_count_high(n, mean, variance),
                         count_from(n, mean, variance));
        assert_close(cases[i].name, chance_count_low(n, mean, variance),
                     count_to(n, mean, variance));
    }
}

static void a_variance_below_the_mean_is_lifted_a_little_above(void **state)
{
    (void)state;
    assert_close("none", chance_count_high(130, 100, 0), count_from(130, 100, 105.5));
    assert_close("too little", chance_count_low(70, 100, 40), count_to(70, 100, 105.5));
}

/* --- sums -------------------------------------------------------------------------------- */

/* A gamma with whole shape: S >= s is fewer than `shape` events of a Poisson process. */
static long double events(long double rate, unsigned from, unsigned to)
{
    long double sum = 0;

    for (unsigned j = from; j < to; j++)
        sum += expl(-rate + (long double)j * logl(rate) - lgammal((long double)j + 1));
    return -log10l(sum);
}

static void sums_are_events_of_a_poisson_process(void **state)
{
    static const struct {
        const char *name;
        double s, mean;
        unsigned shape;
    } cases[] = {
        {"the middle", 50000, 50000, 9},        {"half again", 75000, 50000, 9},
        {"ten times as much", 5e5, 5e4, 9},     {"a tenth", 5000, 50000, 9},
        {"one exponential", 3, 1, 1},           {"hardly varying", 6.5e6, 5e6, 400},
        {"hardly varying, low", 4e6, 5e6, 400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double s = cases[i].s, mean = cases[i].mean, shape = cases[i].shape;
        long double rate = (long double)s * shape / mean;

        assert_close(cases[i].name, chance_sum_high(s, mean, mean * mean / shape),
                     events(rate, 0, cases[i].shape));
        assert_close(cases[i].name, chance_sum_low(s, mean, mean * mean / shape),
                     events(rate, cases[i].shape, cases[i].shape + 2000));
    }
}

/* --- Student's t ------------------------------------------------------------------------- */

static long double t_tail(long double t, int df)
{
    long double pi = acosl(-1), r = sqrtl(t * t + 2);

    if (df == 1)
        return -log10l(0.5L - atanl(t) / pi);
    if (df == 2)
        return -log10l(1 / (r * (r + t)));
    return -log10l(0.5L - (t / (sqrtl(3) * (1 + t * t / 3)) + atanl(t / sqrtl(3))) / pi);
}

static void students_t_has_closed_forms_for_few_degrees(void **state)
{
    static const double at[] = {-40, -3, -1, 0, 0.5, 1, 2, 4, 10, 60};
    char name[40];

    (void)state;
    for (int df = 1; df <= 3; df++)
        for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
            snprintf(name, sizeof name, "t = %g, %d degrees", at[i], df);
            assert_close(name, chance_t_high(at[i], df), t_tail(at[i], df));
        }
}

/* --- the edges ----------------------------------------------------------------------------- */

static void what_makes_no_sense_is_nothing_unusual(void **state)
{
    const struct {
        const char *name;
        double got;
    } cases[] = {
        {"a mean of zero", chance_count_high(10, 0, 5)},
        {"a mean below zero", chance_count_low(10, -3, 5)},
        {"no mean", chance_count_high(10, NAN, 5)},
        {"no count", chance_count_high(NAN, 10, 50)},
        {"an endless variance", chance_count_high(10, 5, INFINITY)},
        {"at least none", chance_count_high(0, 100, 400)},
        {"a sum without spread", chance_sum_high(10, 5, 0)},
        {"a sum without mean", chance_sum_low(10, NAN, 5)},
        {"no sum", chance_sum_high(NAN, 10, 50)},
        {"more than nothing", chance_sum_high(0, 100, 400)},
        {"no degrees", chance_t_high(5, 0)},
        {"no t", chance_t_high(NAN, 5)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].got != 0)
            fail_msg("%s: %g", cases[i].name, cases[i].got);
}

static void assert_told(double got)
{
    if (!(got >= 0 && got <= CHANCE_MOST))
        fail_msg("%g lies outside 0 to %g", got, CHANCE_MOST);
}

static void ask_everything(void)
{
    static const double values[] = {0,   1e-300, 1e-9, 0.01, 1,    7,     100,
                                    1e4, 1e7,    1e9,  1e12, 1e15, 1e300, INFINITY};
    const size_t n = sizeof values / sizeof *values;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            assert_told(chance_t_high(values[i], values[j]));
            assert_told(chance_t_high(-values[i], values[j]));
            for (size_t k = 0; k < n; k++) {
                assert_told(chance_count_high(values[i], values[j], values[k]));
                assert_told(chance_count_low(values[i], values[j], values[k]));
                assert_told(chance_sum_high(values[i], values[j], values[k]));
                assert_told(chance_sum_low(values[i], values[j], values[k]));
            }
        }
}

/* Rmath writes its warnings to standard output; a daemon's journal is no place for them. */
static void nothing_is_printed_however_far_out(void **state)
{
    FILE *said = tmpfile();
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);

    (void)state;
    assert_non_null(said);
    fflush(NULL);
    assert_int_equal(dup2(fileno(said), STDOUT_FILENO), STDOUT_FILENO);
    assert_int_equal(dup2(fileno(said), STDERR_FILENO), STDERR_FILENO);
    ask_everything();
    fflush(NULL);
    assert_int_equal(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
    assert_int_equal(dup2(err, STDERR_FILENO), STDERR_FILENO);
    close(out);
    close(err);
    assert_int_equal(lseek(fileno(said), 0, SEEK_END), 0);
    fclose(said);
}

static void further_out_is_never_likelier(void **state)
{
    (void)state;
    for (double n = 101; n < 3000; n++) {
        assert_true(chance_count_high(n, 100, 400) >= chance_count_high(n - 1, 100, 400));
        assert_true(chance_sum_high(n, 100, 400) >= chance_sum_high(n - 1, 100, 400));
    }
    assert_true(chance_count_high(1e6, 100, 400) == CHANCE_MOST);
    assert_true(chance_count_low(0, 1e6, 2e6) == CHANCE_MOST);
    assert_true(chance_sum_low(0, 100, 400) == CHANCE_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_the_sum_of_their_terms),
        cmocka_unit_test(a_variance_below_the_mean_is_lifted_a_little_above),
        cmocka_unit_test(sums_are_events_of_a_poisson_process),
        cmocka_unit_test(students_t_has_closed_forms_for_few_degrees),
        cmocka_unit_test(what_makes_no_sense_is_nothing_unusual),
        cmocka_unit_test(nothing_is_printed_however_far_out),
        cmocka_unit_test(further_out_is_never_likelier),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
