/* silence.h -- when is the next delivery late?
 *
 * Silence holds nothing; it is an alert. Gaps are counted in Swedish banking days, so that
 * Christmas, Easter and weekends are not silent. Whoever asks gives the days on which the unit's
 * deliveries came; a day stands there once, whatever came on it.
 */
#ifndef SLUSS_SAFEGUARDS_SILENCE_H
#define SLUSS_SAFEGUARDS_SILENCE_H

#include <stdbool.h>

#include "model/date.h"

/* Gaps between deliveries from which a rhythm is learned. */
#define SILENCE_GAPS_LEAST 6

/* The day by whose end the next delivery should have come, after the last of `days` (ascending,
 * different). `expect`: as in the configuration ("daily", "weekdays", "weekly", "monthly", or a
 * time as "36h", counted in days begun); null: learned. DATE_NONE where there is no delivery,
 * or no rhythm yet. */
struct date silence_due(const struct date *days, unsigned n, const char *expect);

/* Is it time to say that the delivery due on that day did not come? On banking days alone. */
bool silence_tell(struct date due, struct date today);

#endif
