/* chance.c -- tails of distributions, by Rmath */
#define MATHLIB_STANDALONE
#include "safeguards/chance.h"

#include <Rmath.h>
#include <math.h>
#include <stdbool.h>

#define LN_10 2.302585092994045684

/* From R's natural logarithm of a probability. */
static double score(double ln_p)
{
    double s = -ln_p / LN_10;

    if (isnan(s) || s < 0)
        return 0;
    return s < CHANCE_MOST ? s : CHANCE_MOST;
}

/* Chernoff's bound: a tail of which ln P <= -rate is surely as improbable as can be told here.
 * Asked first, since Rmath prints a warning where a probability underflows, also on the way to
 * the other tail. */
static bool beyond_telling(double rate)
{
    return rate > CHANCE_MOST * LN_10;
}

/* The negative binomial needs a variance above the mean: Poisson counts are widened a little. */
static double spread_of(double mean, double variance)
{
    double least = 1.05 * mean + 0.5;

    return variance > least ? variance : least;
}

/* No file has as many; beyond it Rmath's series do not converge, and say so. */
#define COUNT_MOST 1e15

static double count(double n, double mean, double variance, bool lower)
{
    double v = spread_of(mean, variance);
    double size = mean * mean / (v - mean);
    double rate;

    if (!(mean > 0) || !isfinite(v) || isnan(n))
        return 0;
    n = fmin(n, COUNT_MOST);
    /* n log(n / mean) is 0 for n = 0. */
    rate = (n > 0 ? n * log(n / mean) : 0) - (n + size) * log((n + size) / (mean + size));
    if (beyond_telling(rate))
        return (lower ? n < mean : n > mean) ? CHANCE_MOST : 0;
    return score(pnbinom(n, size, size / (size + mean), lower, 1));
}

double chance_count_high(double n, double mean, double variance)
{
    return n < 1 ? 0 : count(n - 1, mean, variance, false);
}

double chance_count_low(double n, double mean, double variance)
{
    return count(n, mean, variance, true);
}

#define SHAPE_LEAST 0.05
#define SHAPE_MOST  1e4

static double sum(double s, double mean, double variance, bool lower)
{
    double shape;

    if (!(mean > 0) || !(variance > 0) || !isfinite(variance))
        return 0;
    shape = fmin(fmax(mean * mean / variance, SHAPE_LEAST), SHAPE_MOST);
    if (s <= 0)
        return lower ? CHANCE_MOST : 0;
    if (beyond_telling(shape * (s / mean - 1 - log(s / mean))))
        return (lower ? s < mean : s > mean) ? CHANCE_MOST : 0;
    return score(pgamma(s, shape, mean / shape, lower, 1));
}

double chance_sum_high(double s, double mean, double variance)
{
    return sum(s, mean, variance, false);
}

double chance_sum_low(double s, double mean, double variance)
{
    return sum(s, mean, variance, true);
}

double chance_t_high(double t, double df)
{
    return df > 0 ? score(pt(t, df, 0, 1)) : 0;
}
