/* decision.h -- an operator decides a held delivery
 *
 * Each decision is one transaction: the state, the decision, the receipt that tells the
 * sender, the queue entry, and the audit row. Done twice, or by two at once, it happens once:
 * the second is told how it stands.
 */
#ifndef SLUSS_DAEMON_DECISION_H
#define SLUSS_DAEMON_DECISION_H

#include "daemon/intake.h"
#include "model/buf.h"
#include "model/span.h"

/* Release: with `approvals` of the unit above one, the delivery stays held until that many
 * different operators have said so (returns 1 then, 0 when it is released now).
 * SLUSS_ENOTFOUND, SLUSS_ECONFLICT (not held; `why` says what it is), SLUSS_EINVAL (no
 * reason), or a store error. */
int decision_release(struct intake *intake, struct span id, const char *operator_,
                     struct span reason, struct buf *why);

/* Reject: final; the bytes stay in the spool. */
int decision_reject(struct intake *intake, struct span id, const char *operator_,
                    struct span reason, struct buf *why);

#endif
