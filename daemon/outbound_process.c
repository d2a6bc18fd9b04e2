/* outbound_process.c -- see outbound_process.h */
#include "daemon/outbound_process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/outbound_child.h"
#include "daemon/process.h"
#include "model/buf.h"
#include "model/date.h"
#include "model/error.h"

#define RESPAWN_FIRST_US SECOND_US
#define RESPAWN_MOST_US  (10 * SECOND_US)
#define STEADY_US        (60 * SECOND_US) /* a child that lived this long was no failed start */
#define STOP_TRIES       150              /* of 20 ms */

struct outbound_process {
    struct loop *loop;
    const char *role;
    char *config_path;
    struct outbound_callbacks callbacks;
    struct loop_source *socket_source;
    struct loop_source *child_source;
    struct loop_source *timer;
    pid_t pid; /* 0: none runs */
    int socket;
    int64_t started_us;
    int64_t respawn_us;
};

static void report_error(struct outbound_process *p, const char *event, const char *text)
{
    if (p->callbacks.error)
        p->callbacks.error(p->callbacks.context, event, text);
}

static void close_socket(struct outbound_process *p)
{
    loop_source_free(&p->socket_source);
    if (p->socket >= 0)
        close(p->socket);
    p->socket = -1;
}

static void respawn_later(struct outbound_process *p)
{
    int64_t now = loop_now_us(p->loop);

    if (p->started_us && now - p->started_us >= STEADY_US)
        p->respawn_us = RESPAWN_FIRST_US;
    loop_timer_set(p->timer, now + p->respawn_us);
    p->respawn_us *= 2;
    if (p->respawn_us > RESPAWN_MOST_US)
        p->respawn_us = RESPAWN_MOST_US;
}

static const char *what_of(const struct outbound_process *p)
{
    return strcmp(p->role, OUTBOUND_ALERTS) == 0 ? "alerts" : "mail";
}

static void child_ended(void *context, pid_t pid, int status)
{
    struct outbound_process *p = context;
    struct buf text;

    (void)pid;
    p->pid = 0;
    loop_source_free(&p->child_source);
    close_socket(p);
    buf_init(&text, 256);
    if (WIFSIGNALED(status))
        buf_printf(&text, "the process that sends %s was ended by signal %d", what_of(p),
                   WTERMSIG(status));
    else
        buf_printf(&text, "the process that sends %s ended with code %d", what_of(p),
                   WEXITSTATUS(status));
    buf_str(&text, "; it is started again");
    report_error(p, "outbound-ended", buf_cstr(&text));
    buf_free(&text);
    respawn_later(p);
}

/* What the child says is checked: it is the one that talks with the network. */
static void take_message(struct outbound_process *p, const char *message, size_t n)
{
    const char *text;

    if (n == 2 && message[0] == 'V' && message[1] == OUTBOUND_PROTOCOL)
        return;
    text = n > 2 && message[0] == 'E' ? memchr(message + 1, '\0', n - 1) : NULL;
    if (text && message[n - 1] == '\0' && text + 1 < message + n)
        report_error(p, message + 1, text + 1);
    else
        report_error(p, "outbound-protocol", "the outbound process sent a message it may not");
}

static void socket_ready(void *context, int fd, uint32_t revents)
{
    struct outbound_process *p = context;
    char message[OUTBOUND_MESSAGE_MAX];
    ssize_t n;

    (void)revents;
    for (int i = 0; i < 16; i++) { /* a child gone mad must not keep the loop */
        n = recv(fd, message, sizeof message, MSG_DONTWAIT);
        if (n <= 0)
            break;
        take_message(p, message, (size_t)n);
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_socket(p); /* its end is told by child_ended */
}

static void spawn(struct outbound_process *p)
{
    const char *const arguments[] = {"-c", p->config_path, NULL};
    int rc = process_start(p->role, arguments, &p->pid, &p->socket);

    if (rc) {
        p->pid = 0;
        p->socket = -1;
        report_error(p, "outbound-start", sluss_error_text(rc));
        respawn_later(p);
        return;
    }
    p->started_us = loop_now_us(p->loop);
    rc = loop_child(p->loop, p->pid, child_ended, p, &p->child_source);
    if (!rc)
        rc = loop_io(p->loop, p->socket, POLLIN, socket_ready, p, &p->socket_source);
    if (rc)
        report_error(p, "outbound-start", sluss_error_text(rc));
}

static void respawn_now(void *context, int64_t now_us)
{
    struct outbound_process *p = context;

    (void)now_us;
    if (!p->pid)
        spawn(p);
}

int outbound_process_start(struct loop *loop, const char *role, const char *config_path,
                           const struct outbound_callbacks *callbacks,
                           struct outbound_process **out)
{
    struct outbound_process *p = calloc(1, sizeof *p);
    int rc = p ? 0 : SLUSS_ENOMEM;

    *out = NULL;
    if (rc)
        return rc;
    p->loop = loop;
    p->role = role;
    p->callbacks = *callbacks;
    p->socket = -1;
    p->respawn_us = RESPAWN_FIRST_US;
    p->config_path = strdup(config_path);
    if (!p->config_path)
        rc = SLUSS_ENOMEM;
    if (!rc)
        rc = loop_timer(loop, respawn_now, p, &p->timer);
    if (rc) {
        outbound_process_stop(&p);
        return rc;
    }
    spawn(p);
    *out = p;
    return 0;
}

static void send_hint(struct outbound_process *p, char hint)
{
    if (p && p->socket >= 0)
        (void)!send(p->socket, &hint, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void outbound_process_poke(struct outbound_process *process)
{
    send_hint(process, 'P');
}

void outbound_process_reload(struct outbound_process *process)
{
    send_hint(process, 'R');
}

bool outbound_process_tell(struct outbound_process *p, const char *topic, const char *text)
{
    struct buf message;
    bool sent;

    buf_init(&message, OUTBOUND_MESSAGE_MAX);
    buf_printf(&message, "A%s", topic);
    buf_char(&message, '\0');
    buf_str(&message, text);
    buf_char(&message, '\0');
    sent = p && p->socket >= 0 && !buf_error(&message) &&
           send(p->socket, message.p, message.n, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
    buf_free(&message);
    return sent;
}

static void wait_for_end(pid_t pid)
{
    const struct timespec step = {0, 20 * 1000 * 1000};

    for (int i = 0; i < STOP_TRIES; i++) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return;
        nanosleep(&step, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void outbound_process_stop(struct outbound_process **process)
{
    struct outbound_process *p = *process;

    if (!p)
        return;
    loop_source_free(&p->timer);
    loop_source_free(&p->child_source);
    close_socket(p);
    if (p->pid)
        wait_for_end(p->pid);
    free(p->config_path);
    free(p);
    *process = NULL;
}
