/* silence_watch.h -- tells the operators of an expected delivery that did not come
 *
 * Looks, from eight in the morning, at each live unit's days of delivery, and writes one alert a
 * gap. The next delivery of the unit ends it, as does a rhythm by which it is not late any more.
 * What is late is decided by safeguards/silence.h.
 */
#ifndef SLUSS_DAEMON_SILENCE_WATCH_H
#define SLUSS_DAEMON_SILENCE_WATCH_H

#include "daemon/intake.h"

/* One look at all units; writes into the open transaction. 0 or a store error. */
int silence_look(struct intake *intake);

#endif
