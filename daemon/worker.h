/* worker.h -- the reader of strangers' bytes: a process that can do little else
 *
 * A worker gets a descriptor and a job, and answers over its socket (wire.h). It opens no
 * files, knows no paths, holds no secrets, and lives under limits of memory and descriptors.
 * What it may not do at all is enforced by walls around it; nothing in here needs more than
 * read, pread, write, fsync, sendmsg, recvmsg and memory.
 */
#ifndef SLUSS_DAEMON_WORKER_H
#define SLUSS_DAEMON_WORKER_H

#include <stdint.h>

/* `slussd --worker BYTES`: serve jobs until the socket closes. `memory`: most address space in
 * bytes. Returns the exit status. */
int worker_main(uint64_t memory);

#endif
