/* penalty.h -- what a late receipt costs by the agreement
 *
 * A contract table has levels. A level costs its amount once a receipt is later than `after_us`,
 * and once more for each whole `every_us` that it is later still, `times` times at most:
 *
 *     occasions(t) = 0                                        for t <= after
 *                    min(times, 1 + floor((t - after) / every))   otherwise
 *
 * The framework agreement's own table is one level: after 1 h, every 2 h, 4 times, 5 000 kr,
 * with t counted from arrival: steps at 1 h, 3 h, 5 h and 7 h; six hours are 3 occasions and
 * 15 000 kr. Other contracts count t from the end of the receipt's limit. A receipt within its
 * limit is never late, whatever the levels say.
 *
 * Source: the framework agreement, position 41. Units: microseconds (instants since 1970 in
 * UTC, so that neither summer time nor zones touch them), ore. Fails: never; an amount past
 * what 64 bits hold stays at the largest they do. State: none.
 */
#ifndef SLUSS_MODEL_PENALTY_H
#define SLUSS_MODEL_PENALTY_H

#include <stdbool.h>
#include <stdint.h>

#define PENALTY_LEVELS_MOST 9
#define PENALTY_CURRENCY    "SEK"

enum penalty_from { PENALTY_FROM_ARRIVAL = 0, PENALTY_FROM_LIMIT };

struct penalty_level {
    int64_t after_us;
    int64_t every_us; /* 0 or less: once only */
    uint32_t times;
    int64_t amount_minor; /* of one occasion */
};

struct penalty_terms {
    int64_t receipt_us; /* the limit: a receipt is late when it takes longer */
    enum penalty_from from;
    unsigned n;
    struct penalty_level of[PENALTY_LEVELS_MOST];
};

struct penalty {
    uint64_t occasions;
    int64_t amount_minor;
};

/* The instant at which the receipt of what arrived then is due. */
int64_t penalty_deadline_us(const struct penalty_terms *terms, int64_t arrival_us);

/* What is owed for a receipt sent at `at_us`; for one not sent yet: what is owed by now. Before
 * the arrival (a clock that was set back) nothing is. */
struct penalty penalty_owed(const struct penalty_terms *terms, int64_t arrival_us, int64_t at_us);

/* The next step: once the receipt is not sent by *step_us, *then is owed. False, and both left
 * alone, when it can cost no more than at `at_us`. */
bool penalty_next(const struct penalty_terms *terms, int64_t arrival_us, int64_t at_us,
                  int64_t *step_us, struct penalty *then);

/* The most that one receipt can cost. */
struct penalty penalty_most(const struct penalty_terms *terms);

#endif
