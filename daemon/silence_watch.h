/* silence_watch.h -- tells the operators of an expected delivery that did not come
 *
 * Looks once an hour, from eight in the morning, at each live unit's days of delivery, and
 * writes one alert a gap into the outbox. The next delivery ends the gap. What is late is
 * decided by safeguards/silence.h.
 */
#ifndef SLUSS_DAEMON_SILENCE_WATCH_H
#define SLUSS_DAEMON_SILENCE_WATCH_H

#include "daemon/intake.h"

struct silence_watch;

/* Begins to look. 0, SLUSS_ENOMEM or SLUSS_EIO. The intake must outlive it. */
int silence_watch_open(struct intake *intake, struct silence_watch **out);
void silence_watch_close(struct silence_watch **watch); /* accepts null, leaves null */

#endif
