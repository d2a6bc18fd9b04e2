/* decision.h -- an operator decides a delivery: releases or rejects a held one, recalls one let
 * through
 *
 * Each decision is one transaction: the state, the decision, the receipt that tells the
 * sender, the queue entry, and the audit row. Done twice, or by two at once, it happens once:
 * the second is told how it stands.
 */
#ifndef SLUSS_DAEMON_DECISION_H
#define SLUSS_DAEMON_DECISION_H

#include "daemon/intake.h"
#include "model/arena.h"
#include "model/buf.h"
#include "model/delivery.h"
#include "model/span.h"

/* Release: with `approvals` of the unit above one, the delivery stays held until that many
 * different operators have said so (returns 1 then, 0 when it is released now). `once`: what it
 * holds is known from then on, but its figures are no habit; one operator who says so is enough.
 * SLUSS_ENOTFOUND, SLUSS_ECONFLICT (not held; `why` says what it is), SLUSS_EINVAL (no
 * reason), or a store error. */
int decision_release(struct intake *intake, struct span id, const char *operator_,
                     struct span reason, bool once, struct buf *why);

/* Reject: final; the bytes stay in the spool. */
int decision_reject(struct intake *intake, struct span id, const char *operator_,
                    struct span reason, struct buf *why);

/* How far a delivery had come when it was recalled. Text is in the caller's arena. */
struct recall_reach {
    enum delivery_state from;
    const char *taken_by;    /* lent to, or acknowledged by; null: nobody */
    int64_t taken_us;        /* 0: never */
    int64_t acknowledged_us; /* 0: not */
};

/* Recall what was let through: it leaves the queue, its figures and keys are history no more,
 * an announcement it used is open again, its sender gets a receipt. What the processing system
 * took is not undone by it: `reach` says so. SLUSS_ENOTFOUND, SLUSS_ECONFLICT (it was not let
 * through, or is recalled), SLUSS_EINVAL, or a store error. */
int decision_recall(struct intake *intake, struct span id, const char *operator_,
                    struct span reason, struct arena *arena, struct recall_reach *reach,
                    struct buf *why);

#endif
