/* intake.h -- the main process's one context, built by main() and handed down
 *
 * Nothing here is global. The parts own themselves; the intake only knows where they are.
 */
#ifndef SLUSS_DAEMON_INTAKE_H
#define SLUSS_DAEMON_INTAKE_H

#include <stdint.h>

#include "daemon/inbox.h"
#include "daemon/loop.h"
#include "model/settings.h"
#include "store/seen.h"
#include "store/spool.h"
#include "store/store.h"

struct pipeline;
struct pool;
struct outbound_process;
struct control_server;

struct intake {
    struct loop *loop;
    struct settings *settings;
    struct store *store;
    struct seen *seen; /* the duplicate memory */
    struct spool *spool;
    struct inboxes *inboxes;
    struct pool *pool;
    struct pipeline *pipeline;
    struct outbound_process *outbound; /* sends mail */
    struct outbound_process *alerts;   /* speaks to operators by other ways */
    struct control_server *control;
    int64_t started_us;    /* wall clock */
    char last_error[256];  /* the last thing that went wrong, for status; "" = nothing */
    int64_t last_error_us; /* when */
};

/* Remember the last thing that went wrong, for status. */
void intake_remember(struct intake *intake, const char *event, const char *text);
/* Remember it, and log it as an error. */
void intake_error(struct intake *intake, const char *event, const char *text);

/* Commit what is open. Everything that answers an operator calls this first, so that nobody is
 * shown, or builds on, what a power cut could still undo. 0, or a store error (the daemon is
 * then already on its way down). */
int intake_commit(struct intake *intake);

/* Committed: there is something new in the outbox or the queue. Tells the sender, wakes waiting
 * takers, sees to cool-offs. */
void intake_poke(struct intake *intake);

#endif
