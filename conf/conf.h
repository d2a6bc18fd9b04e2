/* conf.h -- reads the configuration
 *
 * libconfuse reads the syntax; one table a section (conf/schema.c: name, type, unit, default,
 * least, most, help) says what may stand there. From the table come reading, the checks,
 * `slussd --print-config-reference` (the manual page's list) and the example file's test, so
 * that they cannot differ.
 *
 * Refused, with file and line: unknown keys, a key twice, numbers without their unit (90
 * where 90s is meant), octal and hexadecimal numbers, values out of range, ${NAME}, a file
 * cut off inside a section, two units with one inbox, a unit key or path that makes no sense.
 * The files that settings name are not opened; keys.h reads those that hold keys.
 * Times: 500ms, 90s, 10m, 1h, 2d. Sizes: 512k, 64M, 1G.
 */
#ifndef SLUSS_CONF_CONF_H
#define SLUSS_CONF_CONF_H

#include "model/buf.h"
#include "model/settings.h"

/* Where both programs look when nobody says otherwise. */
#define CONF_DEFAULT_FILE   SLUSS_SYSCONFDIR "/sluss.conf"
#define CONF_DEFAULT_SOCKET "/run/sluss/control.sock"

/* Read `path` and what it includes. 0 and *out (the caller frees it with settings_free), or
 * SLUSS_EINVAL with all mistakes found in `errors`, a line each ("FILE:LINE: what is wrong;
 * what to do"), or SLUSS_EIO when the file itself cannot be read, or SLUSS_ENOMEM. */
int conf_read(const char *path, struct buf *errors, struct settings **out);

/* The control socket alone, of a file whose other parts may be wrong: a daemon whose new
 * configuration was refused must still be found. Appends nothing where the file does not say;
 * 0, SLUSS_EIO when it cannot be read, or SLUSS_ENOMEM. */
int conf_read_socket(const char *path, struct buf *out);

/* Every key with section, type, unit, default, limits and help, as manual page text. */
int conf_reference(struct buf *out);

#endif
