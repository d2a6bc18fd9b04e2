/* sketch.h -- quantiles, different values and commonest values of a stream, in fixed memory
 *
 * Deterministic: the same values in the same order give the same answers. Exact for small
 * streams (up to SAMPLE_ROOM values, a few hundred different ones), within about two per cent
 * for large ones.
 */
#ifndef SLUSS_SAFEGUARDS_SKETCH_H
#define SLUSS_SAFEGUARDS_SKETCH_H

#include <stdint.h>

#include "model/span.h"

/* A well-mixed 64-bit hash of some bytes; not secret, never stored. */
uint64_t sketch_hash(struct span bytes);
uint64_t sketch_mix(uint64_t value);

/* Ascending. */
void sort_values(double *values, unsigned n);

/* Quantiles: every stride-th value, the stride doubling whenever the room is full. */
#define SAMPLE_ROOM 2048
struct sample {
    uint64_t seen;
    uint64_t stride; /* 0 counts as 1 */
    unsigned n;
    double of[SAMPLE_ROOM];
};
void sample_add(struct sample *sample, double value);
/* The q-quantile (0 to 1) by nearest rank; NAN of nothing. Sorts the sample: add no more. */
double sample_quantile(struct sample *sample, double q);

/* Different values, by HyperLogLog with linear counting for few. */
#define DISTINCT_CELLS 2048
struct distinct {
    uint8_t cell[DISTINCT_CELLS];
};
void distinct_add(struct distinct *distinct, uint64_t hash);
double distinct_count(const struct distinct *distinct);

/* The commonest value, by the space-saving method: counts are never too low, and too high by
 * at most 1 in COMMON_SLOTS of the stream; commonest_count takes that off. */
#define COMMON_SLOTS 16
struct commonest {
    unsigned n;
    struct {
        uint64_t hash, count, over;
    } of[COMMON_SLOTS];
};
void commonest_add(struct commonest *commonest, uint64_t hash);
/* How often it came at least. */
uint64_t commonest_count(const struct commonest *commonest);

#endif
