/* waiver.h -- a check that does not stop a unit's files, until a day and by somebody's word
 *
 * A published sample, or a sender who is about to mend his program, may break a check every day.
 * A waiver is how a site lets such files pass: it names one check of one unit, who answers for
 * it, why, and its last day. What the waived check finds is told all the same, as a warning.
 */
#ifndef SLUSS_MODEL_WAIVER_H
#define SLUSS_MODEL_WAIVER_H

#include <stdbool.h>

#include "model/date.h"

struct waiver {
    const char *check; /* "totals" */
    const char *by;    /* "Anna Berg, ekonomi" */
    const char *reason;
    struct date until; /* the last day, local */
    const char *at;    /* "FILE:LINE" of the configuration */
};

/* May a check of that name be waived? Null when it may, else why not and what to do. Never: a
 * check that there is not, all checks at once, and those without which nobody knows what the
 * file is, whether it was read whole, whether it came before, or whether it is a test. */
const char *waiver_refused(const char *check);

/* Is `today` (local) one of its days? */
bool waiver_counts(const struct waiver *waiver, struct date today);

#endif
