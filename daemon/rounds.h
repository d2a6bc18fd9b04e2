/* rounds.h -- what is looked after now and then, whatever else goes on
 *
 * One timer, one table: silent senders, receipts near their limit, the clock, free space, the
 * audit trail, alerts to be gathered. Each look is short; what it writes is committed behind it.
 */
#ifndef SLUSS_DAEMON_ROUNDS_H
#define SLUSS_DAEMON_ROUNDS_H

#include "daemon/intake.h"

struct rounds;

/* Begins to look. 0, SLUSS_ENOMEM or SLUSS_EIO. The intake must outlive it. */
int rounds_open(struct intake *intake, struct rounds **out);
void rounds_close(struct rounds **rounds); /* accepts null, leaves null */

#endif
