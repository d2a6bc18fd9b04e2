/* chance.h -- how improbable is it? Tails of distributions, as -log10 of their probability
 *
 * A thin layer over Rmath (the R project's reference implementation), which keeps its accuracy
 * far out in the tails. Every result is at least 0 and at most CHANCE_MOST; arguments that make
 * no sense (a variance of 0, no number) give 0: nothing unusual.
 */
#ifndef SLUSS_SAFEGUARDS_CHANCE_H
#define SLUSS_SAFEGUARDS_CHANCE_H

#define CHANCE_MOST 60.0

/* A count with this mean and variance (negative binomial; the variance is lifted above the
 * mean): P(N >= n), P(N <= n). */
double chance_count_high(double n, double mean, double variance);
double chance_count_low(double n, double mean, double variance);

/* A positive sum with this mean and variance (gamma): P(S >= s), P(S <= s). */
double chance_sum_high(double s, double mean, double variance);
double chance_sum_low(double s, double mean, double variance);

/* Student's t with `df` degrees of freedom: P(T >= t). */
double chance_t_high(double t, double df);

#endif
