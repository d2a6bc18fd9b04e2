/* program.h -- a program of the site's, run with an alert on its standard input
 *
 * Executed as it is: no shell, no arguments, a small environment (PATH, LANG, TZ), in a process
 * group of its own with the root directory as the current one. What it writes goes where our own
 * standard error goes. One that is not through in time is ended with all it started.
 */
#ifndef SLUSS_OUTBOUND_PROGRAM_H
#define SLUSS_OUTBOUND_PROGRAM_H

#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

/* 0 when it ended with 0. SLUSS_EIO with why not in `why`. Blocks until it ends. SIGPIPE must be
 * ignored: a program need not read. */
int program_run(const char *path, struct span input, int64_t timeout_us, struct buf *why);

#endif
