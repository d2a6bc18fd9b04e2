/* engine.h -- runs the checks and turns their findings into a verdict
 */
#ifndef SLUSS_SAFEGUARDS_ENGINE_H
#define SLUSS_SAFEGUARDS_ENGINE_H

#include "safeguards/check.h"

/* The checks in the order they run; ends with null. */
extern const struct check *const checks[];

/* Log-odds at which weak signs together hold what none of them would alone. */
#define SCORE_HOLD 4.0

struct opinion {
    enum verdict verdict; /* accepted, held or rejected */
    double score;         /* weights of all findings: of each check the largest and 0.3 of the
                             next, added up */
    bool technical;       /* rejected for what the reading found, by no check of the gate */
};

/* `findings` holds what the reading found; the checks add theirs, the policy sets the levels
 * at the gate, then: any reject rejects, any hold or a score of SCORE_HOLD holds.
 * 0 or SLUSS_ENOMEM. */
int safeguards_judge(const struct subject *subject, struct finding_list *findings,
                     struct opinion *out);

#endif
