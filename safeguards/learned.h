/* learned.h -- what the operators' decisions taught about the checks themselves
 *
 * A check that holds right files over and over cries wolf. After LEARNED_LEAST decided holds
 * with fewer than one in LEARNED_ONE_IN wrong, its signs weigh half; when the decisions turn,
 * they weigh whole again. Hard rules (level hold or reject) never change by themselves, and what
 * speaks for a file does not either.
 */
#ifndef SLUSS_SAFEGUARDS_LEARNED_H
#define SLUSS_SAFEGUARDS_LEARNED_H

#include "model/finding.h"
#include "model/track.h"

#define LEARNED_LEAST  10
#define LEARNED_ONE_IN 20
#define LEARNED_FACTOR 0.5

/* How likely a hold of the check is to be right: a Beta(1, 1) brought up to date by every
 * decision, its mean. A half where nothing was decided yet. */
double learned_precision(const struct track_record *record);

/* Does it hold in vain? */
bool learned_poor(const struct track_record *record);

/* By what the weights of the check are multiplied: 1 or LEARNED_FACTOR. 1 where all it did
 * was to hold by a rule: that is for people to change. */
double learned_factor(const struct track_record *record);

/* Weigh the findings by it. `track` may be null: nothing was learned. */
void learned_apply(const struct track *track, struct finding_list *findings);

#endif
