/* report_mail.h -- a report as a mail: its few words, the page and the table attached
 *
 * Made anew each time it is tried, as of the instant at which its row was written: the figures
 * are the same, whenever it gets through. Header `X-Sluss-Report: sla 2026Q3`.
 */
#ifndef SLUSS_OUTBOUND_REPORT_MAIL_H
#define SLUSS_OUTBOUND_REPORT_MAIL_H

#include "model/settings.h"
#include "outbound/mail.h"
#include "outbound/report.h"
#include "store/outbox.h"

/* Put a report into the outbox, one row a recipient, once, with its audit event, in the open
 * transaction. `scope` null: the whole site, else a partner. 1; 0 when that was done before; or
 * a store error. */
int report_mail_add(struct store *store, const struct settings *settings, enum report_kind kind,
                    const struct period *period, const char *scope, const struct texts *to,
                    int64_t now_us);

/* The message of such a row. 0; SLUSS_EINVAL: an address is none, or the row is none of a
 * report; SLUSS_ENOMEM; a store error. */
int report_mail_write(struct store *store, const struct outbox_mail *row,
                      const struct settings *settings, struct mail *mail);

#endif
