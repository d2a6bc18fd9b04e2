/* commands.h -- what an operator can ask of the daemon, one function a command
 *
 * A command works on the intake and writes rows. Nothing is answered from the store before
 * what is open there is committed. What takes long is done in steps, what has to wait waits.
 */
#ifndef SLUSS_DAEMON_COMMANDS_H
#define SLUSS_DAEMON_COMMANDS_H

#include "daemon/control.h"
#include "daemon/intake.h"
#include "model/arena.h"
#include "model/buf.h"

struct command_job; /* what a command in steps keeps between them */

/* One request being served. The first block is the caller's; the rest begins as zero. */
struct command_call {
    struct intake *intake;
    const char *operator_; /* who asks, by the kernel's word */
    const struct control_request *request;
    struct arena *arena; /* of the request */
    struct buf *out;     /* rows are appended here */
    struct buf *message; /* one sentence for the end of the answer */

    int code; /* enum control_code */
    char next[CONTROL_CURSOR_MAX];
    struct command_job *job;
    int64_t wait_until_us; /* monotonic; set by a command that waits */
    int64_t look_again_us; /* monotonic; when to run it again though nobody woke it */
};

enum command_progress {
    COMMAND_DONE = 0, /* code, message and next say how it ended */
    COMMAND_MORE,     /* run it again soon */
    COMMAND_WAIT,     /* run it again when the queue has something new, or at look_again_us */
};

/* Serve, or go on serving, a request. */
enum command_progress command_run(struct command_call *call);
/* Free what a job holds, finished or not. */
void command_end(struct command_call *call);

#endif
