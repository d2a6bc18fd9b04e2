/* trail_watch.h -- proves the audit trail at start and once a day, a little at a time
 */
#ifndef SLUSS_DAEMON_TRAIL_WATCH_H
#define SLUSS_DAEMON_TRAIL_WATCH_H

#include "daemon/intake.h"

struct trail_watch {
    int64_t sequence; /* proved so far; 0: from the beginning */
    uint8_t hash[32];
};

/* One step of the walk; writes into the open transaction. *again_us: left alone when the whole
 * trail is proved, or broken. 0 or a store error. */
int trail_look(struct intake *intake, struct trail_watch *watch, int64_t *again_us);

#endif
