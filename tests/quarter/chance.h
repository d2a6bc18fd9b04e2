/* chance.h -- numbers that are the same for the same seed, on every machine
 *
 * Source: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014).
 */
#ifndef SLUSS_TESTS_QUARTER_CHANCE_H
#define SLUSS_TESTS_QUARTER_CHANCE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

static inline uint64_t chance_next(struct chance *c)
{
    uint64_t z = c->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* 0 up to below n. */
static inline uint64_t chance_below(struct chance *c, uint64_t n)
{
    return chance_next(c) % n;
}

static inline double chance_share(struct chance *c)
{
    return (double)(chance_next(c) >> 11) / 9007199254740992.0;
}

static inline bool chance_of(struct chance *c, double share)
{
    return chance_share(c) < share;
}

/* About `usual`, now and then much more: its logarithm is spread evenly over `spread` to either
 * side. */
static inline double chance_about(struct chance *c, double usual, double spread)
{
    return usual * exp(spread * (2 * chance_share(c) - 1));
}

#endif
