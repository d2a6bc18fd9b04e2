/* space_watch.h -- tells of a disk that fills and of a queue that nobody empties, in two grades
 *
 * Before anything fails: the free share of the disks of state-dir and of the inboxes, in bytes
 * and in inodes, and how many deliveries wait for the processing system. Each grade is told once
 * and ends by itself, a tenth beyond where it began, so that it does not come and go.
 */
#ifndef SLUSS_DAEMON_SPACE_WATCH_H
#define SLUSS_DAEMON_SPACE_WATCH_H

#include "daemon/intake.h"

/* One look; writes into the open transaction. 0 or a store error. */
int space_look(struct intake *intake);

#endif
