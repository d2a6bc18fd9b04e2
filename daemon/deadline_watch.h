/* deadline_watch.h -- tells operators of receipts that are not sent, before they are late
 *
 * Looks at each receipt that waits and each delivery that is not judged yet. When one has used up
 * a share of its time that the site chose (sla { escalate }), that is told once: when it is due,
 * what stands in its way, and what it will cost.
 */
#ifndef SLUSS_DAEMON_DEADLINE_WATCH_H
#define SLUSS_DAEMON_DEADLINE_WATCH_H

#include "daemon/intake.h"

/* One look; writes into the open transaction. 0 or a store error. */
int deadline_look(struct intake *intake);

#endif
