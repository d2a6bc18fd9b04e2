/* alert.h -- plain mails to the site's own people
 *
 * An alert is a row of the outbox like a receipt: it survives a crash, is tried again, and is
 * written in the transaction of what it tells of. Header `X-Sluss-Alert: TOPIC`.
 */
#ifndef SLUSS_OUTBOUND_ALERT_H
#define SLUSS_OUTBOUND_ALERT_H

#include <stdint.h>

#include "model/settings.h"
#include "outbound/mail.h"
#include "store/outbox.h"
#include "store/store.h"

/* What happened. */
struct alert {
    const char *topic;       /* one word that programs may look for: "receipt-failed" */
    const char *text;        /* what happened and what to do; the first line is the subject */
    int64_t delivery_row;    /* 0: none */
    const char *delivery_id; /* null: none */
    const char *unit;        /* null: none */
    const char *dedup;       /* null: always; else not again within quiet_us for the same key */
    int64_t quiet_us;
};

/* Write one row for each address of `alerts.to`, in the open transaction. 0 (also when no
 * address is configured) or a store error. */
int alert_add(struct store *store, const struct settings *settings, const struct alert *alert,
              int64_t now_us);

/* The message of such a row. 0, SLUSS_EINVAL (an address is none), SLUSS_ENOMEM. */
int alert_write(const struct outbox_mail *row, const struct settings *settings, struct mail *mail);

#endif
