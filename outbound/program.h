/* program.h -- a program of the site's, run with something on its standard input
 *
 * Executed as it is: no shell, a small environment (PATH, LANG, TZ), in a process group of its
 * own with the root directory as the current one. SIGPIPE must be ignored: a program need not
 * read. Blocks until it ends; one that is not through in time is ended with all it started.
 */
#ifndef SLUSS_OUTBOUND_PROGRAM_H
#define SLUSS_OUTBOUND_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

#define PROGRAM_SAID_MAX 512
#define PROGRAM_NO_START 127 /* its exit when it is not there, or not executable */

struct program {
    const char *const *arguments; /* ends with null; the first is its path */
    struct span input;
    int64_t timeout_us;
    bool listen; /* keep the beginning of what it writes; else it goes to our standard error */
    bool spare;  /* what it started may go on when it has ended */
};

struct program_end {
    int error;    /* errno: there was no process to be had. 0: what follows holds */
    bool in_time; /* it ended by itself */
    int status;   /* as of waitpid */
    bool fed;     /* it took all of the input */
    char said[PROGRAM_SAID_MAX];
    size_t said_n;
};

/* Never fails otherwise than by *end. */
void program_see_through(const struct program *program, struct program_end *end);

/* Without arguments, and all that counts is that it ends with 0. Else SLUSS_EIO with why not in
 * `why`. */
int program_run(const char *path, struct span input, int64_t timeout_us, struct buf *why);

#endif
