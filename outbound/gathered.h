/* gathered.h -- alerts that waited, as one mail
 *
 * After an outage nobody reads forty mails. What each of them said is in this one, the oldest
 * first, with the time it was said. Header `X-Sluss-Alert: gathered`.
 */
#ifndef SLUSS_OUTBOUND_GATHERED_H
#define SLUSS_OUTBOUND_GATHERED_H

#include <stddef.h>
#include <stdint.h>

#include "model/settings.h"
#include "outbound/mail.h"
#include "store/outbox.h"
#include "store/store.h"

#define GATHERED_MOST 200 /* in one mail; more make another */

/* The message of n alerts (at least two) to the recipient of the first. Its Message-ID follows
 * from the first and the last: the same alerts, the same mail. 0, SLUSS_EINVAL (an address is
 * none), SLUSS_ENOMEM. */
int gathered_write(const struct outbox_mail *rows, size_t n, const struct settings *settings,
                   struct mail *mail);

/* The same of all pending alerts to the recipient of `row` that are not older than
 * alerts.max-age; of `row` alone when there is no other. The other rows go into `others`, *n of
 * them. Also a store error. */
int gathered_from_store(struct store *store, const struct outbox_mail *row,
                        const struct settings *settings, int64_t now_us, struct mail *mail,
                        int64_t others[GATHERED_MOST], size_t *n);

#endif
