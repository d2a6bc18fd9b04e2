/* webhook.h -- an alert posted to an address of the site's, signed
 *
 * POST, Content-Type application/json. Two headers let the receiver know that it came from us
 * and was not sent before:
 *
 *     X-Sluss-Timestamp: 1772431920                 seconds since 1970, when it was sent
 *     X-Sluss-Signature: sha256=HEX                 HMAC-SHA256(key, TIMESTAMP "." BODY)
 *
 * The key is the first line of a file, without blanks around it; it is read anew each time, so
 * that it can be replaced. Any 2xx is a yes. Redirections are not followed.
 */
#ifndef SLUSS_OUTBOUND_WEBHOOK_H
#define SLUSS_OUTBOUND_WEBHOOK_H

#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

#define WEBHOOK_KEY_LEAST 16 /* bytes */
#define WEBHOOK_KEY_MOST  1024

struct webhook {
    const char *url;
    const char *key_file;    /* a path, or the name of a credential */
    const char *credentials; /* directory of those; null: none */
    int64_t timeout_us;
};

/* The value of X-Sluss-Signature, with its NUL. */
#define WEBHOOK_SIGNATURE_SIZE (7 + 64 + 1)
void webhook_sign(struct span key, int64_t timestamp_s, struct span body,
                  char out[WEBHOOK_SIGNATURE_SIZE]);

/* Post the body. 0; SLUSS_EIO with why not, escaped, in `why`; SLUSS_ENOMEM. Blocks for up to
 * timeout_us. */
int webhook_post(const struct webhook *webhook, struct span body, int64_t now_us, struct buf *why);

#endif
