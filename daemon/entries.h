/* entries.h -- the names in an inbox: found by name, and looked at in order of time
 *
 * Two containers over the same struct: a hash table for each inbox (an event brings a name),
 * and one agenda for all (which entry is to be looked at next). Both are there because an
 * inbox may hold many thousand files.
 */
#ifndef SLUSS_DAEMON_ENTRIES_H
#define SLUSS_DAEMON_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "daemon/settle.h"

struct probe;
struct entry_queue;

enum entry_state {
    ENTRY_WAITING = 0, /* looked at when its time comes */
    ENTRY_QUEUED,      /* complete or to be probed; there was no room */
    ENTRY_PROBING,     /* a worker looks at its end */
    ENTRY_HANDED,      /* given to `complete` */
};

struct entry {
    struct entry *next; /* in its bucket */
    void *inbox;        /* whose it is */
    size_t place;       /* in the agenda; AGENDA_NONE when not in it */
    int64_t at_us;      /* there: when */
    TAILQ_ENTRY(entry) queue;

    enum entry_state state;
    enum name_class class;
    struct settle settle;
    uint64_t inode;             /* what was said, was said of this one */
    unsigned said;              /* bits of inbox_look.c */
    uint64_t classified;        /* settings generation of `class` */
    uint64_t scan;              /* the last scan that saw it */
    struct probe *probe;        /* while PROBING */
    struct entry_queue *queued; /* while QUEUED: where */
    int64_t not_before_us;      /* monotonic */
    int64_t looked_wall_us;
    int64_t since_wall_us;   /* when it arrived, for people */
    int64_t linked_us;       /* monotonic: since when it has two names; 0 = has not */
    int64_t stored_ctime_ns; /* of the identity that the store was asked about */
    unsigned failures;
    bool skewed;  /* its times are by another clock, which is behind ours */
    bool refused; /* no regular file */
    bool left;    /* taken before and could not be removed */
    char name[];
};

TAILQ_HEAD(entry_queue, entry);

struct entries {
    struct entry **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    size_t n;
    uint64_t seed; /* so that a sender cannot choose names that collide */
};

void entries_init(struct entries *entries);
/* The entry of that name, or null. */
struct entry *entries_find(const struct entries *entries, const char *name);
/* A new zeroed one (not in the agenda); null without memory. The name must not be
 * there yet. The table owns it. */
struct entry *entries_add(struct entries *entries, const char *name);
/* Take it out and free it; it must be in no queue or agenda. */
void entries_remove(struct entries *entries, struct entry *entry);
/* Every entry, in no order; the callback may not add or remove. */
void entries_each(const struct entries *entries, void (*visit)(void *context, struct entry *),
                  void *context);
/* Free all that is left. */
void entries_free(struct entries *entries);

#define AGENDA_NONE SIZE_MAX

/* A binary heap by time. */
struct agenda {
    struct entry **of;
    size_t n;
    size_t room;
};

/* Put the entry in, or move it; INT64_MAX takes it out. 0 or SLUSS_ENOMEM. */
int agenda_set(struct agenda *agenda, struct entry *entry, int64_t at_us);
/* The earliest, or null. */
struct entry *agenda_first(const struct agenda *agenda);
void agenda_free(struct agenda *agenda);

#endif
