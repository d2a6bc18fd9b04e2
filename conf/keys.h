/* keys.h -- the keys of the units' seals, from their files into the settings
 *
 * A key never stands in the configuration. Its file holds 32 hexadecimal digits and is closed
 * to others; it is read once, when the configuration is, by the one process that needs it.
 */
#ifndef SLUSS_CONF_KEYS_H
#define SLUSS_CONF_KEYS_H

#include "model/buf.h"
#include "model/seal.h"
#include "model/settings.h"

/* Read one key. 0, or SLUSS_EINVAL with what is wrong and what to do appended to `why`: the
 * file cannot be read, others may read it, it holds no key. Nothing of its content is told. */
int conf_read_key(const char *path, uint8_t key[SEAL_SIZE], struct buf *why);

/* Read the keys of all units into units[].seal. A name without a slash is that of a systemd
 * credential, sought in the directory `credentials` (null: there is none). 0, or SLUSS_EINVAL
 * with a line for each that is wrong in `errors`, or SLUSS_ENOMEM. */
int conf_read_keys(struct settings *settings, const char *credentials, struct buf *errors);

#endif
