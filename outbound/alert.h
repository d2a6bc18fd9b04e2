/* alert.h -- what the site's own people are told, over every channel the site has
 *
 * An alert is rows: it survives a crash, is tried again, and is written in the transaction of
 * what it tells of. By mail to each address of `alerts.to` (a row of the outbox, header
 * `X-Sluss-Alert: TOPIC`), and by channels that need no mail server: the journal, a webhook, a
 * program (rows of store/alerts.h, sent by the alert process). What repeats is counted, a flood
 * is gathered into one.
 */
#ifndef SLUSS_OUTBOUND_ALERT_H
#define SLUSS_OUTBOUND_ALERT_H

#include <stdint.h>

#include "model/settings.h"
#include "outbound/mail.h"
#include "store/alerts.h"
#include "store/outbox.h"
#include "store/store.h"

/* What happened. */
struct alert {
    const char *topic; /* one word that programs may look for: "receipt-failed" */
    enum alert_severity severity;
    const char *text;        /* what happened and what to do; the first line is the subject */
    int64_t delivery_row;    /* 0: none */
    const char *delivery_id; /* null: none */
    const char *unit;        /* null: none */
    const char *dedup;       /* null: always; else not again within quiet_us for the same key */
    int64_t quiet_us;
    bool lasting; /* a state, ended by alert_clear with the same topic and dedup */
};

/* Write what tells of it, in the open transaction. 0 (also when it was told lately and is
 * counted alone, or waits to be gathered) or a store error. */
int alert_add(struct store *store, const struct settings *settings, const struct alert *alert,
              int64_t now_us);

/* What lasted is over; tells so where its beginning was told. `text`: as that of an alert.
 * 0 (also when there was none) or a store error. */
int alert_clear(struct store *store, const struct settings *settings, const char *topic,
                const char *dedup, const char *text, int64_t now_us);

/* Tell what waits: a flood's rest gathered into one, and how often came again what was told.
 * Call now and then; writes into the open transaction when there is something. 1, 0 or a store
 * error. */
int alert_gather(struct store *store, const struct settings *settings, int64_t now_us);

/* Channels beside mail, by the names their rows carry. */
#define ALERT_JOURNAL "journal"
#define ALERT_WEBHOOK "webhook"
#define ALERT_PROGRAM "program"

/* The alert as a webhook or program gets it, one JSON object. */
int alert_json(const struct stored_alert *alert, const char *host, struct buf *out);

/* The first line of its text, without blanks around it. */
struct span alert_title(const char *text);

/* The message of such a row. 0, SLUSS_EINVAL (an address is none), SLUSS_ENOMEM. */
int alert_write(const struct outbox_mail *row, const struct settings *settings, struct mail *mail);

#endif
