/* inbox_private.h -- what inbox.c and inbox_look.c share: all inboxes, and one of them
 *
 * inbox.c knows directories, events and turns; inbox_look.c looks at one name and decides. A
 * look never adds an entry and removes none but its own.
 */
#ifndef SLUSS_DAEMON_INBOX_PRIVATE_H
#define SLUSS_DAEMON_INBOX_PRIVATE_H

#include <dirent.h>
#include <sys/types.h>

#include "daemon/entries.h"
#include "daemon/inbox.h"

struct inbox {
    TAILQ_ENTRY(inbox) list;
    struct inboxes *all;
    const struct unit_settings *unit; /* of the present settings */
    char *key;
    char *path;
    int directory; /* -1 while it cannot be reached */
    dev_t device;
    ino_t inode;
    bool reachable;
    bool watched;
    unsigned said; /* bits of enum inbox_said */
    struct buf problem;
    struct entries entries;
    DIR *scan; /* under way */
    uint64_t scan_number;
    bool scan_wanted;
    bool marker_sweep; /* look at every file that waits: its marker may have come */
    bool kept;         /* mark of inboxes_reload */
};

enum inbox_said {
    INBOX_SAID_LOST = 1 << 0,
    INBOX_SAID_UNWATCHED = 1 << 1,
    INBOX_SAID_NETWORK = 1 << 2,
    INBOX_SAID_LEASE = 1 << 3,
    INBOX_SAID_SKEW = 1 << 4,
    INBOX_SAID_LONG = 1 << 5,
};

TAILQ_HEAD(inbox_list, inbox);

/* A file whose end is being looked at. It outlives its inbox (when a reload removes that), as
 * the descriptor may still be waiting to be sent to a worker. */
struct probe {
    TAILQ_ENTRY(probe) list;
    uint64_t ticket;
    int fd;
    struct entry *entry; /* null: nobody wants to know any more */
};

TAILQ_HEAD(probe_list, probe);

struct inboxes {
    struct loop *loop;
    struct store *store;
    const struct settings *settings;
    struct inbox_events events;
    struct inbox_list list;
    struct agenda agenda;
    struct entry_queue completes; /* refused with SLUSS_EBUSY, oldest first */
    struct entry_queue probes;
    struct probe_list probing;
    bool completes_full; /* do not ask before inboxes_resume */
    bool probes_full;
    bool offering; /* the queues are being offered: what is refused goes to their head */
    bool stopped;
    uint64_t settings_number; /* counts reloads: names are classified once each */
    uint64_t tickets;
    uint64_t overflows;
    bool events_left; /* in the library's buffer, of which poll says nothing */
    struct loop_source *watch;
    struct loop_source *timer;      /* the agenda's first */
    struct loop_source *scan_timer; /* every scan-interval */
    struct loop_source *idle;       /* the next slice of a scan */
    bool watch_said;
};

/* inbox_look.c: look at the name now, if it waits. The entry may be gone after it. */
void inbox_look(struct inbox *inbox, struct entry *entry);
/* Forget the name. Not while it is PROBING or HANDED. */
void inbox_drop(struct inbox *inbox, struct entry *entry);

/* Take it out of the queue it waits in. */
void inbox_unqueue(struct entry *entry);
/* The answer is there, or will not come: closes the descriptor. */
void inbox_probe_end(struct inboxes *inboxes, struct probe *probe);

/* inbox.c: look at it then (not before entry->not_before_us). */
void inbox_schedule(struct inbox *inbox, struct entry *entry, int64_t at_us);
/* The directory does not answer: closed, said once, tried again at each scan. */
void inbox_lost(struct inbox *inbox, int errnum, const char *what);
/* Something is wrong with one file; shown in status until the next scan. */
void inbox_problem(struct inbox *inbox, const char *text);
/* The files whose marker this is. */
void inbox_marker_came(struct inbox *inbox, const char *marker);
void inbox_trouble(struct inbox *inbox, const char *event, bool alert, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
