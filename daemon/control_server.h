/* control_server.h -- the daemon's ear: a Unix socket, and who is at it by the kernel's word
 *
 * Every operator's request passes here. No connection can make the daemon wait, grow or stop:
 * requests and answers have ceilings, listings come in pages, long work is done in slices
 * between other events, a connection that neither asks nor reads is closed after a minute, and
 * when all are taken the longest idle one makes room.
 */
#ifndef SLUSS_DAEMON_CONTROL_SERVER_H
#define SLUSS_DAEMON_CONTROL_SERVER_H

#include "daemon/intake.h"
#include "model/buf.h"

struct control_server;

#define CONTROL_CONNECTIONS_MAX 64
#define CONTROL_WAITERS_MAX     48 /* of them may wait for the queue at a time */
#define CONTROL_IDLE_US         (60 * SECOND_US)

/* Listen at intake->settings->control_socket (mode 0660; its directory is made when it is
 * missing). A socket nobody answers on is replaced; SLUSS_EBUSY when somebody does, SLUSS_EIO,
 * SLUSS_EDENIED, SLUSS_EINVAL, with a sentence in `why`. */
int control_server_open(struct intake *intake, struct buf *why, struct control_server **out);

/* Ends every connection and removes the socket. Accepts null, leaves null. */
void control_server_close(struct control_server **server);

/* There may be something new in the queue: those who wait for it are served as soon as nothing
 * more urgent is to be done. Accepts null. */
void control_server_wake(struct control_server *server);

#endif
