/* engine.h -- runs the checks and turns their findings into a verdict
 */
#ifndef SLUSS_SAFEGUARDS_ENGINE_H
#define SLUSS_SAFEGUARDS_ENGINE_H

#include "safeguards/check.h"

/* The checks in the order they run; ends with null. */
extern const struct check *const checks[];

/* Under the usual budget of false holds: the least weight that weak signs must have together to
 * hold, whatever the file could cost; and from where on they hold even where the stream's own
 * ordinary files have come as far. Weights are likelihood ratios: where half as many false holds
 * are allowed, twice the ratio is asked for. */
#define SCORE_HOLD    4.0
#define SCORE_CERTAIN 7.5

/* The checks named in a list as "dates, origin", as bits of struct subject's `without`. 0, or
 * SLUSS_ENOTFOUND with the name that no check has. */
int checks_from_names(struct span names, uint64_t *bits, struct span *unknown);

struct opinion {
    enum verdict verdict; /* accepted, held or rejected */
    double score;         /* weights of all findings: of each group the largest and 0.3 of the
                             next, and what speaks for the file; added up */
    double odds;          /* that something is wrong, against that nothing is: natural log */
    double limit;         /* of the score at which the signs together hold */
    bool technical;       /* held or rejected for its form alone: by what the reading found, and
                             no word of its own that it is a test */
};

/* `findings` holds what the reading found; the checks add theirs, the policy sets the levels
 * at the gate, what was learned about the checks their weights, then: any reject rejects, any hold holds, and so do all signs together where
 * releasing is expected to cost more than holding. The findings end up the gravest first. 0 or
 * SLUSS_ENOMEM. */
int safeguards_judge(const struct subject *subject, struct finding_list *findings,
                     struct opinion *out);

#endif
