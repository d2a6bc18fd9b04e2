/* relays.h -- the mail servers of a site, tried in order
 *
 * A relay that is down is left alone for a while (retry-first doubling to five minutes), by the
 * monotonic clock, and asked again after. One that took a message and never answered is left
 * alone for longer than that mail waits, so that its next attempt begins with another relay.
 */
#ifndef SLUSS_OUTBOUND_RELAYS_H
#define SLUSS_OUTBOUND_RELAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/settings.h"
#include "outbound/mail.h"
#include "outbound/smtp.h"

#define RELAYS_TEXT_MAX 640 /* "smtp://relay: rcpt: 451 try again later" */

struct relays;

/* Told when a relay begins to be down ("relay-down", each time it is found so) and when it is
 * of use again ("relay-up"). */
typedef void (*relays_report)(void *context, const char *event, const char *relay,
                              const char *text);

/* The settings are copied. 0 or SLUSS_ENOMEM. */
int relays_new(const struct settings *settings, relays_report report, void *context,
               struct relays **out);
void relays_free(struct relays **relays); /* accepts null, leaves null */

/* When the first relay may be tried again; 0 when one is in use, or there is none at all. */
int64_t relays_rest_until(const struct relays *relays, int64_t monotonic_us);

/* Since when none of them could be reached (monotonic); 0: not so. */
int64_t relays_down_since(const struct relays *relays);

/* Hand it to the first that takes it. `text` is left alone when no relay was asked; it is the
 * last answer, but a relay's own word is kept over another's silence. `now` is asked before each
 * relay: an attempt may take long. *talked: one of them was reached and heard of this mail, so
 * that it may be the mail that stops it. */
enum smtp_outcome relays_send(struct relays *relays, const struct mail *mail,
                              int64_t (*now)(void *context), void *context,
                              char text[RELAYS_TEXT_MAX], bool *talked);

#endif
