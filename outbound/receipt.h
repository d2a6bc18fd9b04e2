/* receipt.h -- the e-mail that tells a unit what became of its file
 *
 * Made anew from the stored delivery each time it is tried, and always the same: what it says
 * depends only on the row, the delivery, its findings and the settings.
 */
#ifndef SLUSS_OUTBOUND_RECEIPT_H
#define SLUSS_OUTBOUND_RECEIPT_H

#include "model/buf.h"
#include "model/delivery.h"
#include "model/finding.h"
#include "model/settings.h"
#include "model/span.h"
#include "outbound/mail.h"
#include "outbound/template.h"
#include "store/outbox.h"
#include "store/store.h"

#define RECEIPT_WHY          3
#define RECEIPT_FINDINGS_MAX 20 /* shown; further ones are counted */

/* A reason as it stands in a receipt, in the partner's language. */
struct receipt_reason {
    enum finding_level level;
    const char *text;
    const char *check; /* its name, as in findings; null: nobody asks */
};

/* All that a receipt is made of. `reasons` may be of any level and number; those shown are
 * the ones that held or rejected the file or, where no single one did, those that weighed. In a
 * held one the first RECEIPT_WHY of all that weighed tell why, and the rest follows below. They
 * come the gravest first. */
struct receipt {
    const struct outbox_mail *row;
    const struct delivery *delivery;
    const struct settings *settings;
    const struct template_set *templates;
    const struct receipt_reason *reasons;
    size_t reason_count;
};

/* Write the whole message into `mail` (initialised; emptied first). 0; SLUSS_EINVAL when the
 * sender's or recipient's address is none; SLUSS_ENOMEM. */
int receipt_write(const struct receipt *receipt, struct mail *mail);

/* The same with delivery and findings read from the store. Also SLUSS_ENOTFOUND when the
 * delivery is gone, or a store error. */
int receipt_from_store(struct store *store, const struct outbox_mail *row,
                       const struct settings *settings, const struct template_set *templates,
                       struct mail *mail);

/* receipt.json: what the mail says, for programs, with a line end. Credits, fees and interest
 * are left away where there are none. 0 or SLUSS_ENOMEM. */
int receipt_json(struct buf *out, const struct receipt *receipt);

/* The partner's language for a unit; "sv" for one that is no longer configured. */
const char *receipt_language(const struct settings *settings, const char *unit);

#endif
