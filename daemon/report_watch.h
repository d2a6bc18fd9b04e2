/* report_watch.h -- puts the reports into the outbox when they are due
 *
 * Statistics each month and service levels each quarter, from seven in the morning of the first
 * banking day behind the period: one on the whole site to `reports-to`, and to each partner that
 * has addresses of its own one on its units alone. Each once, by a mark in the store that is
 * written with the mails; what was missed while the daemon was down is made up for.
 */
#ifndef SLUSS_DAEMON_REPORT_WATCH_H
#define SLUSS_DAEMON_REPORT_WATCH_H

#include "daemon/intake.h"
#include "model/period.h"
#include "outbound/report.h"

/* Write what is due by now into the open transaction. 0 or a store error. */
int report_look(struct intake *intake);

/* The periods to make, the newest first, of those due at that instant: the last one, and where
 * reports went out before, those since the last that did, REPORT_CATCH_UP at most. A scope has
 * no report on a time before its first delivery. How many, or a store error. */
#define REPORT_CATCH_UP 3
int report_periods_due(struct store *store, enum report_kind kind, const char *scope,
                       int64_t now_us, struct period due[REPORT_CATCH_UP]);

#endif
