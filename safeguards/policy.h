/* policy.h -- what a finding of the reading means at the gate, as one table
 *
 * A parser judges a file by its format: a control total that does not agree makes it invalid
 * (reject). The gate may be milder: such a file is held for a person, because a cut-off
 * upload is resumed and a wrong total is settled with a phone call. A rejected file is final.
 */
#ifndef SLUSS_SAFEGUARDS_POLICY_H
#define SLUSS_SAFEGUARDS_POLICY_H

#include "model/finding.h"
#include "model/settings.h"

/* Set the level each finding has at the gate. What a check finds that the unit has a waiver for
 * on that day (local) becomes a warning that weighs nothing, and the finding WAIVED tells on
 * whose word. 0 or SLUSS_ENOMEM. */
int policy_apply(const struct unit_settings *unit, struct date today,
                 struct finding_list *findings);

/* The table, for `slussctl` and the manual; ends with a null check. */
struct policy_row {
    const char *check;
    enum finding_level at_gate;
};
extern const struct policy_row policy_rows[];

#endif
