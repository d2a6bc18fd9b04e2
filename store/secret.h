/* secret.h -- the site's secret: 32 random bytes in STATE_DIR/secret.key, mode 0600
 *
 * Without it the duplicate memory cannot be read back, and the audit trail not be forged. With
 * another one neither could be used: the file belongs in the same backup as the database, and
 * is never made anew while there is a database that was made with it.
 */
#ifndef SLUSS_STORE_SECRET_H
#define SLUSS_STORE_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"

#define SECRET_SIZE 32
#define SECRET_FILE "secret.key"

/* Is there a file of that name? 1, 0 or an error. */
int secret_exists(int state_dir);

/* Read it. SLUSS_ENOTFOUND; SLUSS_EDENIED when others than its owner may read or write it;
 * SLUSS_ECORRUPT when it is not a file of 32 bytes; SLUSS_EIO. A sentence goes to `error`. */
int secret_load(int state_dir, uint8_t secret[SECRET_SIZE], struct buf *error);

/* Make it: durable under its name when 0 is returned. One process at a time (the store's write
 * lock sees to that). SLUSS_EFULL, SLUSS_ESYNC, SLUSS_EIO, SLUSS_EDENIED. */
int secret_make(int state_dir, uint8_t secret[SECRET_SIZE], struct buf *error);

#endif
