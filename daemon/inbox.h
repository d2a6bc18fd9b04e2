/* inbox.h -- all inboxes: watched, scanned, and what is complete handed on
 *
 * Scanned at start, on queue overflow, every scan-interval, and whenever an event hints. An
 * inbox that is missing is said once, tried again at each scan, and watched when it returns.
 * Never fatal: links, hard links, FIFOs, devices, sockets, directories and names of any bytes
 * are left lying and reported once each.
 */
#ifndef SLUSS_DAEMON_INBOX_H
#define SLUSS_DAEMON_INBOX_H

#include "daemon/claim.h"
#include "daemon/loop.h"
#include "model/buf.h"
#include "model/settings.h"
#include "parsers/parser.h"
#include "store/store.h"

struct inboxes;

struct inbox_events {
    void *context;
    /* Have the file's end looked at by a worker; answer with inboxes_probed. The descriptor
     * stays the inbox's. 0, or SLUSS_EBUSY: asked again at inboxes_resume. */
    int (*probe)(void *context, const char *unit, uint64_t ticket, int file);
    /* A complete file. On 0 the arrival (with descriptors) is the callee's. SLUSS_EBUSY: too
     * many in hand, offered again at inboxes_resume. */
    int (*complete)(void *context, struct arrival *arrival);
    /* Something the administrator should know: event name and text for the log; `alert` when
     * it should be mailed (once, deduplicated by `unit` and text). */
    void (*trouble)(void *context, const char *unit, const char *event, const char *text,
                    bool alert);
};

int inboxes_open(struct loop *loop, struct store *store, const struct settings *settings,
                 const struct inbox_events *events, struct inboxes **out);
void inboxes_close(struct inboxes **inboxes);

/* New settings: inboxes that stay keep their watch and what is known of their files (no moment
 * without a watch). The old settings may be freed after this. */
int inboxes_reload(struct inboxes *inboxes, const struct settings *settings);

void inboxes_probed(struct inboxes *inboxes, uint64_t ticket, enum ending ending);
/* There is room again: offer what was refused with SLUSS_EBUSY. */
void inboxes_resume(struct inboxes *inboxes);
/* An arrival handed over with `complete` was not taken after all (it changed, or could not be
 * moved): look at that name afresh, not before `delay_us` from now. */
void inboxes_look_again(struct inboxes *inboxes, const char *unit, const char *name,
                        int64_t delay_us);
/* The file of that name was taken. */
void inboxes_taken(struct inboxes *inboxes, const char *unit, const char *name);
/* Stop handing on; files stay where they are. */
void inboxes_stop(struct inboxes *inboxes);

/* For status: an inbox's condition. */
struct inbox_status {
    const char *unit;
    const char *path;
    bool reachable;
    bool watched;     /* false: found by scanning only */
    const char *problem; /* a sentence, or null */
    uint64_t waiting; /* files in it that are not yet complete */
    uint64_t oldest_us; /* wall clock of the oldest waiting one; 0 = none */
};
typedef int (*inbox_visitor)(void *context, const struct inbox_status *status);
int inboxes_status(struct inboxes *inboxes, inbox_visitor visit, void *context);
/* Files waiting in the inboxes, with identity, for conservation: name and size each. */
uint64_t inboxes_overflows(const struct inboxes *inboxes);

#endif
