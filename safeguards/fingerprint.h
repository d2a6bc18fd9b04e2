/* fingerprint.h -- keyed hashes of items: what the duplicate memory remembers
 *
 * BLAKE2b under the site's secret. Without the secret nothing can be read back or tried out.
 *
 *   KEY_NUMBER  issuer + normalised number + type. Without an issuer the partner's id stands
 *               for it.
 *   KEY_DUE     party + amount + currency + due date: finds the renumbered, without tripping
 *               over equal monthly fees, whose due date moves.
 *   KEY_AMOUNT  party + amount + currency, for resemblance as a whole
 *   KEY_PARTY, KEY_ACCOUNT, KEY_ISSUER  each by itself
 *   KEY_PAID    the reference: of payments to be remembered, of claims to be asked for
 *   the digest of a file: the sum of its items' hashes, the same in any order and under any
 *       header or name.
 * Normalising a number: upper case, without blanks, '-', '/', '.', leading zeros.
 */
#ifndef SLUSS_SAFEGUARDS_FINGERPRINT_H
#define SLUSS_SAFEGUARDS_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/item.h"
#include "model/item_key.h"
#include "model/span.h"

#define FINGERPRINT_SECRET_SIZE 32

struct fingerprint {
    unsigned has; /* bit 1 << kind for each key that the item gives */
    uint64_t key[KEY_KINDS];
    uint8_t whole[16];
};

static inline bool fingerprint_has(const struct fingerprint *print, enum item_key kind)
{
    return print->has >> kind & 1;
}

/* `partner`: the id of the sender's organisation ("heby"). */
void fingerprint_item(const uint8_t secret[FINGERPRINT_SECRET_SIZE], struct span partner,
                      const struct item *item, struct fingerprint *out);

struct content_digest {
    uint64_t low;
    uint64_t high;
    uint64_t items;
};

void content_digest_add(struct content_digest *digest, const struct fingerprint *item);
/* 16 bytes that name the content; never equal for different numbers of items. */
void content_digest_bytes(const struct content_digest *digest, uint8_t out[16]);

#endif
