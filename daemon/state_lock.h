/* state_lock.h -- one daemon on one state directory
 *
 * A lock of the kernel's (flock on STATE_DIR/lock), gone with the process that holds it:
 * nothing is left to clear by hand after a crash. A forked child shares the lock: it closes
 * the descriptor first of all, or the lock lives on in it.
 */
#ifndef SLUSS_DAEMON_STATE_LOCK_H
#define SLUSS_DAEMON_STATE_LOCK_H

#include "model/buf.h"

/* 0 and the descriptor that holds the lock in *fd (close-on-exec); SLUSS_EBUSY with "PATH
 * is held by slussd, process 4711, since ..." in `error`; SLUSS_EIO, SLUSS_EDENIED. The directory is made
 * (0750) when it is missing. */
int state_lock_take(const char *state_dir, int *fd, struct buf *error);

#endif
