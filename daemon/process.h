/* process.h -- children: this same program, started anew
 *
 * A child is a fresh execution of /proc/self/exe, so that it inherits neither memory nor
 * descriptors but the one socket, and dies with its parent.
 */
#ifndef SLUSS_DAEMON_PROCESS_H
#define SLUSS_DAEMON_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#define CHILD_SOCKET 3 /* the descriptor a child finds its socket at */

/* Start `slussd ROLE [ARGUMENT...]` (null-terminated) with one end of a SOCK_SEQPACKET pair;
 * *socket is the other, close-on-exec and non-blocking. 0, SLUSS_EIO, SLUSS_ENOMEM. */
int process_start(const char *role, const char *const *arguments, pid_t *pid, int *socket);

/* In the child: die with the parent (SIGKILL), restore the signal mask, close every other
 * descriptor but stdio and CHILD_SOCKET. */
int process_child_begin(const char *title);

#endif
