/* clock_watch.h -- sees that somebody set the clock
 *
 * What waits inside the daemon waits by the monotonic clock and notices nothing. Times that are
 * stored are of the wall clock: when that is set back, what is stored is brought along, so that
 * nothing waits longer than it would have; when it is set forward, what is due is due at once.
 * Either way operators are told, with a mark in the audit trail: what is said of lateness around
 * that time may be wrong by as much.
 */
#ifndef SLUSS_DAEMON_CLOCK_WATCH_H
#define SLUSS_DAEMON_CLOCK_WATCH_H

#include <stdbool.h>

#include "daemon/intake.h"

#define CLOCK_MOVE_LEAST_US (5 * INT64_C(1000000)) /* less is keeping it right */

struct clock_watch {
    bool known;
    int64_t offset_us; /* of the wall clock against the one that nobody sets */
};

/* One look; writes into the open transaction. 1 when it was set, 0, or a store error. */
int clock_look(struct intake *intake, struct clock_watch *watch);

#endif
