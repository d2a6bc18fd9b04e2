/* sender.h -- takes due rows of the outbox, sends them, and records what came of it
 *
 * One row at a time: build the mail from what is stored, try the relays in order, record the
 * outcome and its audit event in one transaction, commit.
 *
 * A crash between the relay's yes and the commit repeats that one mail, with its Message-ID.
 * While an outcome cannot be recorded (disk full, store locked) it is kept in memory and
 * nothing new is sent: a full disk must not become a flood of repeats.
 *
 * When all relays are down (relays.h), rows wait for the first to be tried again, so that
 * after an outage receipts go out in the order of their deadlines. Alerts that waited go out as
 * one mail to each address; those that waited too long do not go out at all.
 *
 * Nothing leaves for an address that smtp.only-to does not allow.
 */
#ifndef SLUSS_OUTBOUND_SENDER_H
#define SLUSS_OUTBOUND_SENDER_H

#include <stdint.h>

#include "model/settings.h"
#include "outbound/template.h"
#include "store/outbox.h"
#include "store/store.h"

/* The clocks, in microseconds. */
struct sender_clock {
    int64_t (*wall_us)(void *context);
    int64_t (*monotonic_us)(void *context);
    void *context;
};

/* What happened, for the log. Names: "mail-sent", "mail-retry", "mail-failed",
 * "mail-not-allowed", "relay-down", "relay-up". `mail` is null for the relay's; `relay` may be
 * null for the mail's. */
struct sender_event {
    const char *name;
    const struct outbox_mail *mail;
    const char *relay;
    const char *text; /* step, code and answer */
    int64_t next_us;  /* wall clock, of retries; 0 */
};
typedef void (*sender_report)(void *context, const struct sender_event *event);

struct sender;

/* Store and clock are borrowed. 0 or SLUSS_ENOMEM. */
int sender_new(struct store *store, const struct sender_clock *clock, sender_report report,
               void *context, struct sender **out);
void sender_free(struct sender **sender); /* accepts null, leaves null */

/* Use these settings and templates (borrowed) from now on. All or nothing: 0 or SLUSS_ENOMEM
 * with the old ones in force. */
int sender_configure(struct sender *sender, const struct settings *settings,
                     const struct template_set *templates);

/* Handle up to `most` due rows. 0 and *wait_us (0: more is due now; INT64_MAX: nothing waits),
 * or a store error (try again later; what was sent is not forgotten). */
int sender_pass(struct sender *sender, unsigned most, int64_t *wait_us);

#endif
