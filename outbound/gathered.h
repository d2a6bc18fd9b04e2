/* gathered.h -- alerts that waited, as one mail
 *
 * After an outage nobody reads forty mails. What each of them said is in this one, the oldest
 * first, with the time it was said. Header `X-Sluss-Alert: gathered`.
 */
#ifndef SLUSS_OUTBOUND_GATHERED_H
#define SLUSS_OUTBOUND_GATHERED_H

#include <stddef.h>

#include "model/settings.h"
#include "outbound/mail.h"
#include "store/outbox.h"

#define GATHERED_MOST 200 /* in one mail; more make another */

/* The message of n alerts (at least two) to the recipient of the first. Its Message-ID follows
 * from the first and the last: the same alerts, the same mail. 0, SLUSS_EINVAL (an address is
 * none), SLUSS_ENOMEM. */
int gathered_write(const struct outbox_mail *rows, size_t n, const struct settings *settings,
                   struct mail *mail);

#endif
