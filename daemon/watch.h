/* watch.h -- libinotifytools, and nothing else knows of it
 *
 * Watching is a hint, scanning is the truth: every event only says "look at this inbox".
 * The library has one global instance, no call that gives its descriptor, no close-on-exec
 * and uses select: watch_open must come before anything else opens many descriptors.
 */
#ifndef SLUSS_DAEMON_WATCH_H
#define SLUSS_DAEMON_WATCH_H

#include <stdbool.h>

/* Initialise (again: the same descriptor); 0 and the descriptor to poll in *fd, or SLUSS_EIO with errno kept (EMFILE: the
 * limit fs.inotify.max_user_instances): the caller then goes on with scanning alone. */
int watch_open(int *fd);
void watch_close(void);

/* Watch a directory. 0; SLUSS_ENOTFOUND (not there), SLUSS_ELIMIT (fs.inotify.
 * max_user_watches is used up), SLUSS_EDENIED, SLUSS_EEXIST (it is watched under another
 * path), SLUSS_EIO. Watching twice is harmless and does nothing: when another directory has
 * taken the name, watch_remove comes first. */
int watch_add(const char *directory);
void watch_remove(const char *directory);

enum watch_event {
    WATCH_NONE = 0,    /* nothing more now */
    WATCH_CHANGED,     /* something happened in `directory` */
    WATCH_GONE,        /* `directory` itself was removed, moved or unmounted: watch is off */
    WATCH_OVERFLOW,    /* events were lost: scan every inbox */
};
/* The next event that is already there; never blocks. Call until WATCH_NONE after each
 * wake-up: the library buffers. `directory` is as given to watch_add, `name` the entry's name
 * or "" ; both valid until the next call. */
enum watch_event watch_next(const char **directory, const char **name);

/* The kernel's limits, for messages; -1 when they cannot be read. */
int watch_limit_watches(void);   /* fs.inotify.max_user_watches */
int watch_limit_instances(void); /* fs.inotify.max_user_instances */

#endif
