/* outbound_process.h -- the processes through which something leaves the machine
 *
 * Two of one kind, so that what is wrong with one does not silence the other: `slussd --outbound`
 * sends mail, `slussd --alerts` speaks to operators over the channels that need no mail server.
 * Each opens the store itself and lives from its rows; the socket between parent and child
 * carries only hints, so a lost one costs at most the child's own polling interval (5 s).
 *
 *   parent to child: 'P' there are new rows   'R' read the configuration again
 *                    'A' + topic + NUL + text + NUL: to be told without the store, which fails
 *   child to parent: 'V' + version, first     'E' + event + NUL + text: for the operator
 *
 * End of file on the socket ends the child. A child that ends by itself is started again after
 * 1 s, doubling to 10 s; one that lived for a minute begins again at 1 s.
 */
#ifndef SLUSS_DAEMON_OUTBOUND_PROCESS_H
#define SLUSS_DAEMON_OUTBOUND_PROCESS_H

#include "daemon/loop.h"

#define OUTBOUND_MAIL   "--outbound"
#define OUTBOUND_ALERTS "--alerts"

struct outbound_process;

/* What the parent wants to know. */
struct outbound_callbacks {
    void *context;
    /* Something went wrong: event name and a sentence (already logged by the child when it is
     * the child's; `event` "outbound-ended" is not). */
    void (*error)(void *context, const char *event, const char *text);
};

/* `role`: one of the two above. The path and callbacks are copied. The child is started at once;
 * SIGCHLD must be blocked. 0 (also when the first start failed: it is tried again), or
 * SLUSS_ENOMEM. */
int outbound_process_start(struct loop *loop, const char *role, const char *config_path,
                           const struct outbound_callbacks *callbacks,
                           struct outbound_process **out);

/* Never block; a hint that does not fit is dropped. Accept null. */
void outbound_process_poke(struct outbound_process *process);
/* The child reads its file again, and keeps what it had when that is bad. */
void outbound_process_reload(struct outbound_process *process);

/* Close the socket, give the child 3 s to finish the mail in hand, then end it. Accepts null,
 * leaves null. */
void outbound_process_stop(struct outbound_process **process);

/* Hand an alert to the process of alerts past the store. False when it could not be handed over;
 * what becomes of it then nobody knows. */
bool outbound_process_tell(struct outbound_process *process, const char *topic, const char *text);

#endif
