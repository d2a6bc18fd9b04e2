/* sketch.c -- see sketch.h */
#include "safeguards/sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The finalizer of SplitMix64: every bit of the input reaches every bit of the output. */
uint64_t sketch_mix(uint64_t value)
{
    value += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

uint64_t sketch_hash(struct span bytes)
{
    uint64_t hash = sketch_mix(bytes.n);

    while (bytes.n > 0) {
        uint64_t word = 0;
        size_t n = bytes.n < sizeof word ? bytes.n : sizeof word;

        memcpy(&word, bytes.p, n);
        hash = sketch_mix(hash ^ word);
        bytes = span_of(bytes.p + n, bytes.n - n);
    }
    return hash;
}

/* --- quantiles ------------------------------------------------------------------------ */

/* Keep every other value, in place. */
static void thin_out(struct sample *sample)
{
    for (unsigned i = 0; i < SAMPLE_ROOM / 2; i++)
        sample->of[i] = sample->of[2 * i];
    sample->n = SAMPLE_ROOM / 2;
    sample->stride *= 2;
}

void sample_add(struct sample *sample, double value)
{
    if (sample->stride == 0)
        sample->stride = 1;
    if (sample->seen++ % sample->stride != 0)
        return;
    if (sample->n == SAMPLE_ROOM) {
        thin_out(sample);
        if ((sample->seen - 1) % sample->stride != 0)
            return;
    }
    sample->of[sample->n++] = value;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void sort_values(double *values, unsigned n)
{
    qsort(values, n, sizeof *values, by_value);
}

double sample_quantile(struct sample *sample, double q)
{
    double rank;

    if (sample->n == 0)
        return NAN;
    sort_values(sample->of, sample->n);
    rank = ceil(q * sample->n) - 1;
    if (rank < 0)
        rank = 0;
    return sample->of[rank < sample->n ? (unsigned)rank : sample->n - 1];
}

/* --- different values ----------------------------------------------------------------- */

#define CELL_BITS 11
_Static_assert(1 << CELL_BITS == DISTINCT_CELLS, "one cell for each leading bit pattern");

void distinct_add(struct distinct *distinct, uint64_t hash)
{
    uint64_t cell = hash >> (64 - CELL_BITS);
    uint64_t rest = hash << CELL_BITS | UINT64_C(1) << (CELL_BITS - 1);
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

    if (rank > distinct->cell[cell])
        distinct->cell[cell] = rank;
}

double distinct_count(const struct distinct *distinct)
{
    const double cells = DISTINCT_CELLS;
    double sum = 0, empty = 0, estimate;

    for (unsigned i = 0; i < DISTINCT_CELLS; i++) {
        sum += ldexp(1, -distinct->cell[i]);
        empty += distinct->cell[i] == 0;
    }
    estimate = 0.7213 / (1 + 1.079 / cells) * cells * cells / sum;
    if (estimate <= 2.5 * cells && empty > 0)
        return cells * log(cells / empty);
    return estimate;
}

/* --- the commonest value -------------------------------------------------------------- */

void commonest_add(struct commonest *commonest, uint64_t hash)
{
    unsigned least = 0;

    for (unsigned i = 0; i < commonest->n; i++) {
        if (commonest->of[i].hash == hash) {
            commonest->of[i].count++;
            return;
        }
        if (commonest->of[i].count < commonest->of[least].count)
            least = i;
    }
    if (commonest->n < COMMON_SLOTS) {
        commonest->of[commonest->n].hash = hash;
        commonest->of[commonest->n].count = 1;
        commonest->of[commonest->n++].over = 0;
        return;
    }
    commonest->of[least].hash = hash;
    commonest->of[least].over = commonest->of[least].count++;
}

uint64_t commonest_count(const struct commonest *commonest)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < commonest->n; i++) {
        uint64_t sure = commonest->of[i].count - commonest->of[i].over;

        if (sure > most)
            most = sure;
    }
    return most;
}
