/* settle.h -- is this file complete? The decision, without any I/O or clock
 *
 * A file belongs to its sender until it is complete: its name is not one of a transfer in
 * progress, it has been quiet for `settle`, no process has it open for writing, its marker is
 * there where one is configured, and its end looks like an end. A file that is cut off waits
 * `incomplete-grace` for the rest, because SFTP clients resume; then it is taken as it is.
 * All times are monotonic microseconds, so that a clock set forth or back changes nothing.
 */
#ifndef SLUSS_DAEMON_SETTLE_H
#define SLUSS_DAEMON_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/settings.h"
#include "parsers/parser.h"
#include "store/store.h"

/* What a name in an inbox is, by name and type alone. */
enum name_class {
    NAME_DELIVERY = 0, /* may be one */
    NAME_TEMPORARY,    /* a file in transfer (unit's ignore patterns) */
    NAME_MARKER,       /* the companion of another file */
};
/* Ignore patterns without regard to the case of ASCII letters. */
enum name_class settle_classify(const struct unit_settings *unit, const char *name);

/* The marker's name for a file; false when the unit has none. `{name}` or `*` in the pattern
 * stands for the whole name, `{stem}` for it without its last extension; a pattern with
 * neither is an ending put behind the name. */
bool settle_marker_name(const struct unit_settings *unit, const char *name, char *out, size_t size);
/* Back: the one file that a marker of that name speaks of; false when the pattern leaves that
 * open ({stem}: of any extension). */
bool settle_marked_name(const struct unit_settings *unit, const char *marker, char *out,
                        size_t size);

/* What is known of one file; the caller keeps one a name and starts it zeroed. */
struct settle {
    bool seen;
    struct file_identity identity;
    int64_t changed_us; /* when it was last seen to change, or open for writing */
    int64_t first_us;   /* first sight */
    enum ending ending; /* of this identity, when probed */
    bool probed;
};

/* One look at the file. */
struct sight {
    int64_t now_us;
    struct file_identity identity;
    bool writer;        /* somebody has it open for writing */
    bool marker_needed; /* the unit has markers */
    bool marker_there;
};

enum settle_answer {
    SETTLE_WAIT = 0, /* look again at *at_us, or when it changes */
    SETTLE_PROBE,    /* quiet: look at its end, then settle_probed, then look again */
    SETTLE_TAKE,     /* complete, or its grace is over */
};

enum settle_answer settle_look(struct settle *settle, const struct unit_settings *unit,
                               const struct sight *sight, int64_t *at_us);
/* The answer to a probe of `identity`; ignored when the file has changed since. */
void settle_probed(struct settle *settle, const struct file_identity *identity, enum ending ending);

#endif
