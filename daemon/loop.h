/* loop.h -- the event loop, and the one place that reads the clock
 *
 * A thin wrapper over sd-event. Modules register a callback with a context pointer and know
 * nothing of the loop behind it. No callback blocks longer than a disk commit: what can block
 * runs in another process. Timers are monotonic.
 */
#ifndef SLUSS_DAEMON_LOOP_H
#define SLUSS_DAEMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_source; /* one registration */

/* 0 and *out, or SLUSS_ENOMEM / SLUSS_EIO. */
int loop_new(struct loop **out);
void loop_free(struct loop **loop);

/* Run until loop_quit; returns the code given there, or an error. With a service manager's
 * watchdog set, it is fed from here. */
int loop_run(struct loop *loop);
void loop_quit(struct loop *loop, int code);

/* One turn: wait at most that long, then do one thing. 1 when something was done, 0 when nothing
 * came, or an error. For tests. */
int loop_turn(struct loop *loop, int64_t wait_us);

/* Monotonic and wall-clock microseconds, as of now. */
int64_t loop_now_us(struct loop *loop);
int64_t loop_wall_us(struct loop *loop);
/* As the monotonic one, but goes on while the machine sleeps: against this the wall clock moves
 * only when somebody sets it. */
int64_t loop_boot_us(struct loop *loop);

/* `events` and `revents` are those of poll(2). */
typedef void (*loop_io_callback)(void *context, int fd, uint32_t revents);
typedef void (*loop_timer_callback)(void *context, int64_t now_us);
typedef void (*loop_callback)(void *context);
typedef void (*loop_signal_callback)(void *context, int signal_number);
typedef void (*loop_child_callback)(void *context, pid_t pid, int status);

/* All return 0 and *out, or SLUSS_ENOMEM (or another code for what the kernel refused, as a
 * descriptor that cannot be polled). A source lives until loop_source_free, which its own
 * callback may call; free the sources before the loop. */
int loop_io(struct loop *loop, int fd, uint32_t events, loop_io_callback callback, void *context,
            struct loop_source **out);
/* Change what is waited for. */
int loop_io_set(struct loop_source *source, uint32_t events);
/* A timer that is off until set. */
int loop_timer(struct loop *loop, loop_timer_callback callback, void *context,
               struct loop_source **out);
/* Fire once at that monotonic time; INT64_MAX switches it off. */
int loop_timer_set(struct loop_source *source, int64_t at_us);
/* Something to do when nothing more urgent waits; off until asked for, once per asking. */
int loop_idle(struct loop *loop, loop_callback callback, void *context,
              struct loop_source **out);
int loop_idle_ask(struct loop_source *source);
/* Blocks the signal in the process if it is not yet. */
int loop_signal(struct loop *loop, int signal_number, loop_signal_callback callback,
                void *context, struct loop_source **out);
/* Called once when the child has ended; SIGCHLD must be blocked. `status` is that of
 * waitpid(2); the loop reaps the child. */
int loop_child(struct loop *loop, pid_t pid, loop_child_callback callback, void *context,
               struct loop_source **out);

void loop_source_free(struct loop_source **source); /* accepts null, leaves null */

#endif
