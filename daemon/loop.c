/* loop.c -- sd-event behind loop.h
 *
 * sd-event keeps a source's memory alive while its callback runs, but ours is freed by
 * loop_source_free at once: no trampoline below touches its source after the callback.
 */
#include "daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include <systemd/sd-event.h>

#include "model/error.h"

/* How late a timer may be, so that several wake-ups become one. */
#define TIMER_ACCURACY_US 1000

struct loop {
    sd_event *event;
};

struct loop_source {
    sd_event_source *source;
    void *context;
    union {
        loop_io_callback io;
        loop_timer_callback timer;
        loop_callback idle;
        loop_signal_callback signal;
        loop_child_callback child;
    } call;
};

static int64_t clock_us(clockid_t clock)
{
    struct timespec now = {0};

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int loop_new(struct loop **out)
{
    struct loop *loop = calloc(1, sizeof *loop);
    int r;

    if (!loop)
        return SLUSS_ENOMEM;
    r = sd_event_new(&loop->event);
    if (r < 0) {
        free(loop);
        return sluss_error_from_errno(-r);
    }
    *out = loop;
    return SLUSS_OK;
}

void loop_free(struct loop **loop)
{
    if (!loop || !*loop)
        return;
    sd_event_unref((*loop)->event);
    free(*loop);
    *loop = NULL;
}

int loop_run(struct loop *loop)
{
    /* Without WATCHDOG_USEC in the environment this does nothing. */
    int r = sd_event_set_watchdog(loop->event, true);

    if (r < 0)
        return sluss_error_from_errno(-r);
    /* Negative codes are loop_quit's as well: what sd-event itself cannot do (EINVAL, ECHILD
     * after a fork, ENOMEM) all mean that the loop is over. */
    return sd_event_loop(loop->event);
}

int loop_turn(struct loop *loop, int64_t wait_us)
{
    int r = sd_event_run(loop->event, wait_us < 0 ? 0 : (uint64_t)wait_us);

    if (r < 0)
        return sluss_error_from_errno(-r);
    return r > 0;
}

void loop_quit(struct loop *loop, int code)
{
    (void)sd_event_exit(loop->event, code);
}

int64_t loop_now_us(struct loop *loop)
{
    (void)loop; /* not sd_event_now: that one is as old as the present turn */
    return clock_us(CLOCK_MONOTONIC);
}

int64_t loop_wall_us(struct loop *loop)
{
    (void)loop;
    return clock_us(CLOCK_REALTIME);
}

int64_t loop_boot_us(struct loop *loop)
{
    (void)loop;
    return clock_us(CLOCK_BOOTTIME);
}

/* --- from sd-event to ours --------------------------------------------------------------- */

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
    struct loop_source *source = userdata;

    (void)s;
    source->call.io(source->context, fd, revents);
    return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
    struct loop_source *source = userdata;

    (void)s;
    (void)usec; /* when it should have fired */
    source->call.timer(source->context, clock_us(CLOCK_MONOTONIC));
    return 0;
}

static int on_idle(sd_event_source *s, void *userdata)
{
    struct loop_source *source = userdata;

    (void)s;
    source->call.idle(source->context);
    return 0;
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *info, void *userdata)
{
    struct loop_source *source = userdata;

    (void)s;
    source->call.signal(source->context, (int)info->ssi_signo);
    return 0;
}

/* A siginfo_t as the status word of waitpid(2), so that WIFEXITED and friends work. */
static int wait_status(const siginfo_t *info)
{
    switch (info->si_code) {
    case CLD_EXITED:
        return (info->si_status & 0xff) << 8;
    case CLD_DUMPED:
        return (info->si_status & 0x7f) | 0x80;
    default:
        return info->si_status & 0x7f;
    }
}

static int on_child(sd_event_source *s, const siginfo_t *info, void *userdata)
{
    struct loop_source *source = userdata;

    (void)s;
    source->call.child(source->context, info->si_pid, wait_status(info));
    return 0;
}

/* --- registering ------------------------------------------------------------------------- */

static struct loop_source *source_new(void *context)
{
    struct loop_source *source = calloc(1, sizeof *source);

    if (source)
        source->context = context;
    return source;
}

/* The last step of every registration: `r` is what sd-event said. */
static int source_finish(struct loop_source *source, int r, struct loop_source **out)
{
    if (r < 0) {
        loop_source_free(&source);
        return sluss_error_from_errno(-r);
    }
    *out = source;
    return SLUSS_OK;
}

int loop_io(struct loop *loop, int fd, uint32_t events, loop_io_callback callback, void *context,
            struct loop_source **out)
{
    struct loop_source *source = source_new(context);

    if (!source)
        return SLUSS_ENOMEM;
    source->call.io = callback;
    /* poll's bits and epoll's have the same values for everything poll knows. */
    return source_finish(
        source, sd_event_add_io(loop->event, &source->source, fd, events, on_io, source), out);
}

int loop_io_set(struct loop_source *source, uint32_t events)
{
    int r = sd_event_source_set_io_events(source->source, events);

    return r < 0 ? sluss_error_from_errno(-r) : SLUSS_OK;
}

int loop_timer(struct loop *loop, loop_timer_callback callback, void *context,
               struct loop_source **out)
{
    struct loop_source *source = source_new(context);
    int r;

    if (!source)
        return SLUSS_ENOMEM;
    source->call.timer = callback;
    r = sd_event_add_time(loop->event, &source->source, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_US,
                          on_timer, source);
    if (r >= 0)
        r = sd_event_source_set_enabled(source->source, SD_EVENT_OFF);
    return source_finish(source, r, out);
}

int loop_timer_set(struct loop_source *source, int64_t at_us)
{
    int r = 0;

    if (at_us == INT64_MAX) {
        r = sd_event_source_set_enabled(source->source, SD_EVENT_OFF);
        return r < 0 ? sluss_error_from_errno(-r) : SLUSS_OK;
    }
    r = sd_event_source_set_time(source->source, at_us < 0 ? 0 : (uint64_t)at_us);
    if (r >= 0)
        r = sd_event_source_set_enabled(source->source, SD_EVENT_ONESHOT);
    return r < 0 ? sluss_error_from_errno(-r) : SLUSS_OK;
}

int loop_idle(struct loop *loop, loop_callback callback, void *context, struct loop_source **out)
{
    struct loop_source *source = source_new(context);
    int r;

    if (!source)
        return SLUSS_ENOMEM;
    source->call.idle = callback;
    r = sd_event_add_defer(loop->event, &source->source, on_idle, source);
    if (r >= 0)
        r = sd_event_source_set_enabled(source->source, SD_EVENT_OFF);
    if (r >= 0)
        r = sd_event_source_set_priority(source->source, SD_EVENT_PRIORITY_IDLE);
    return source_finish(source, r, out);
}

int loop_idle_ask(struct loop_source *source)
{
    int r = sd_event_source_set_enabled(source->source, SD_EVENT_ONESHOT);

    return r < 0 ? sluss_error_from_errno(-r) : SLUSS_OK;
}

static int block_signal(int signal_number)
{
    sigset_t set;

    if (sigemptyset(&set) < 0 || sigaddset(&set, signal_number) < 0)
        return -errno;
    return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

int loop_signal(struct loop *loop, int signal_number, loop_signal_callback callback, void *context,
                struct loop_source **out)
{
    struct loop_source *source = source_new(context);
    int r;

    if (!source)
        return SLUSS_ENOMEM;
    source->call.signal = callback;
    r = block_signal(signal_number);
    if (r >= 0)
        r = sd_event_add_signal(loop->event, &source->source, signal_number, on_signal, source);
    return source_finish(source, r, out);
}

int loop_child(struct loop *loop, pid_t pid, loop_child_callback callback, void *context,
               struct loop_source **out)
{
    struct loop_source *source = source_new(context);
    int r;

    if (!source)
        return SLUSS_ENOMEM;
    source->call.child = callback;
    r = sd_event_add_child(loop->event, &source->source, pid, WEXITED, on_child, source);
    return source_finish(source, r, out);
}

void loop_source_free(struct loop_source **source)
{
    struct loop_source *gone;

    if (!source || !*source)
        return;
    gone = *source;
    *source = NULL;
    sd_event_source_disable_unref(gone->source);
    free(gone);
}
