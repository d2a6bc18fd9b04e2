/* outbound_process.c -- both sides of the outbound process */
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

#include "conf/conf.h"
#include "daemon/log.h"
#include "daemon/process.h"
#include "model/error.h"
#include "outbound/sender.h"
#include "outbound/smtp.h"

#define PROTOCOL_VERSION 1
#define MESSAGE_MAX      1024
#define RESPAWN_FIRST_US SECOND_US
#define RESPAWN_MOST_US  (10 * SECOND_US)
#define STEADY_US        (60 * SECOND_US) /* a child that lived this long was no failed start */
#define STOP_TRIES       150              /* of 20 ms */
#define POLL_US          (5 * SECOND_US)
#define ROWS_A_PASS      4 /* between two looks at the socket */
#define ERRORS_MAX       65536

/* --- parent ----------------------------------------------------------------------------- */

struct outbound_process {
    struct loop *loop;
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
        buf_printf(&text, "the outbound process was ended by signal %d", WTERMSIG(status));
    else
        buf_printf(&text, "the outbound process ended with code %d", WEXITSTATUS(status));
    buf_str(&text, "; it is started again");
    report_error(p, "outbound-ended", buf_cstr(&text));
    buf_free(&text);
    respawn_later(p);
}

/* What the child says is checked: it is the one that talks with the network. */
static void take_message(struct outbound_process *p, const char *message, size_t n)
{
    const char *text;

    if (n == 2 && message[0] == 'V' && message[1] == PROTOCOL_VERSION)
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
    char message[MESSAGE_MAX];
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
    int rc = process_start("--outbound", arguments, &p->pid, &p->socket);

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

int outbound_process_start(struct loop *loop, const char *config_path,
                           const struct outbound_callbacks *callbacks,
                           struct outbound_process **out)
{
    struct outbound_process *p = calloc(1, sizeof *p);
    int rc = p ? 0 : SLUSS_ENOMEM;

    *out = NULL;
    if (rc)
        return rc;
    p->loop = loop;
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

/* --- child ------------------------------------------------------------------------------ */

struct child {
    struct loop *loop;
    const char *config_path;
    struct loop_source *socket_source;
    struct loop_source *timer;
    struct settings *settings; /* null until the configuration could be read */
    struct template_set *templates;
    struct store *store;
    struct sender *sender;
    char last_problem[64]; /* not logged again while it stays the same */
};

/* To the log as an error, and to the parent for `slussctl status`. */
static void child_problem(struct child *c, const char *event, const char *text)
{
    struct span said = span_trim(span_str(text));
    struct buf message;

    LOG(LOG_LEVEL_ERROR, event, {"text", said});
    buf_init(&message, MESSAGE_MAX);
    buf_printf(&message, "E%s", event);
    buf_char(&message, '\0');
    buf_add(&message, said.p, said.n < MESSAGE_MAX / 2 ? said.n : MESSAGE_MAX / 2);
    buf_char(&message, '\0');
    if (!buf_error(&message))
        (void)!send(CHILD_SOCKET, message.p, message.n, MSG_DONTWAIT | MSG_NOSIGNAL);
    buf_free(&message);
    (void)c;
}

/* The same, once for as long as it lasts: what is tried every few seconds must not fill logs. */
static void lasting_problem(struct child *c, const char *event, const char *text)
{
    if (strcmp(c->last_problem, event) == 0)
        return;
    child_problem(c, event, text);
    snprintf(c->last_problem, sizeof c->last_problem, "%s", event);
}

static void on_sender_event(void *context, const struct sender_event *event)
{
    struct child *c = context;
    const struct outbox_mail *mail = event->mail;
    enum log_level level = LOG_LEVEL_INFO;

    if (strcmp(event->name, "mail-failed") == 0 || strcmp(event->name, "relay-down") == 0) {
        child_problem(c, event->name, event->text);
        level = LOG_LEVEL_NOTICE;
    } else if (strcmp(event->name, "mail-retry") == 0) {
        level = LOG_LEVEL_WARNING;
    }
    if (mail)
        LOG(level, event->name, {"delivery", span_str(mail->delivery_id)},
            {"unit", span_str(mail->unit)}, {"message-id", span_str(mail->message_id)},
            {"text", span_str(event->text)});
    else if (level == LOG_LEVEL_INFO)
        LOG(level, event->name, {"relay", span_str(event->relay)});
}

static int64_t child_wall(void *context)
{
    return loop_wall_us(context);
}

static int64_t child_monotonic(void *context)
{
    return loop_now_us(context);
}

static void use_time_zone(const struct settings *settings)
{
    if (settings->time_zone && settings->time_zone[0])
        setenv("TZ", settings->time_zone, 1);
    tzset();
}

/* Settings and templates, both or neither. */
static int read_configuration(struct child *c, struct settings **settings,
                              struct template_set **templates)
{
    struct buf errors;
    int rc;

    *settings = NULL;
    *templates = NULL;
    buf_init(&errors, ERRORS_MAX);
    rc = conf_read(c->config_path, &errors, settings);
    if (!rc)
        rc = template_load_all(*settings, &errors, templates);
    if (rc) {
        lasting_problem(c, "outbound-configuration",
                        errors.n ? buf_cstr(&errors) : sluss_error_text(rc));
        settings_free(settings);
    }
    buf_free(&errors);
    return rc;
}

static void reload(struct child *c)
{
    struct settings *settings;
    struct template_set *templates;

    if (read_configuration(c, &settings, &templates))
        return; /* the old one stays in force */
    if (c->sender && sender_configure(c->sender, settings, templates)) {
        settings_free(&settings);
        template_set_free(&templates);
        return;
    }
    settings_free(&c->settings);
    template_set_free(&c->templates);
    c->settings = settings;
    c->templates = templates;
    use_time_zone(settings);
    log_text(LOG_LEVEL_INFO, "outbound-configured", "configuration read");
}

static int open_store(struct child *c)
{
    const struct sender_clock clock = {child_wall, child_monotonic, c->loop};
    struct buf error;
    int rc;

    buf_init(&error, 4096);
    rc = store_open(c->settings->state_dir, &error, &c->store);
    if (!rc)
        rc = sender_new(c->store, &clock, on_sender_event, c, &c->sender);
    if (!rc)
        rc = sender_configure(c->sender, c->settings, c->templates);
    if (rc) {
        lasting_problem(c, "outbound-store", error.n ? buf_cstr(&error) : sluss_error_text(rc));
        sender_free(&c->sender);
        store_close(&c->store);
    }
    buf_free(&error);
    return rc;
}

/* One round of work; returns how long to wait for the next. */
static int64_t work(struct child *c)
{
    int64_t wait = POLL_US;
    int rc;

    if (!c->settings)
        reload(c);
    if (!c->settings || (!c->sender && open_store(c)))
        return POLL_US;
    rc = sender_pass(c->sender, ROWS_A_PASS, &wait);
    if (rc) {
        lasting_problem(c, "outbound-store", store_message(c->store));
        return POLL_US;
    }
    c->last_problem[0] = '\0';
    return wait < POLL_US ? wait : POLL_US;
}

static void tick(void *context, int64_t now_us)
{
    struct child *c = context;
    int64_t wait = work(c);

    (void)now_us;
    loop_timer_set(c->timer, loop_now_us(c->loop) + wait);
}

static void hint_ready(void *context, int fd, uint32_t revents)
{
    struct child *c = context;
    char message[16];
    ssize_t n;

    (void)revents;
    while ((n = recv(fd, message, sizeof message, MSG_DONTWAIT)) > 0)
        if (message[0] == 'R') {
            c->last_problem[0] = '\0'; /* who asks gets an answer each time */
            reload(c);
        }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        loop_quit(c->loop, 0); /* the parent is gone or wants us gone */
        return;
    }
    loop_timer_set(c->timer, loop_now_us(c->loop));
}

static int child_run(struct child *c)
{
    const char hello[2] = {'V', PROTOCOL_VERSION};
    int rc = loop_new(&c->loop);

    if (!rc)
        rc = loop_timer(c->loop, tick, c, &c->timer);
    if (!rc)
        rc = loop_io(c->loop, CHILD_SOCKET, POLLIN, hint_ready, c, &c->socket_source);
    if (rc)
        return rc;
    (void)!send(CHILD_SOCKET, hello, sizeof hello, MSG_DONTWAIT | MSG_NOSIGNAL);
    loop_timer_set(c->timer, loop_now_us(c->loop));
    return loop_run(c->loop);
}

int outbound_process_main(const char *config_path)
{
    struct child c = {.config_path = config_path};
    int rc = process_child_begin("slussd-outbound");

    if (rc)
        return 2;
    /* Signals for the whole group (a terminal, the service manager) are the parent's to
     * answer; it ends us by closing the socket, so that the mail in hand is finished. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    log_open("outbound");
    rc = smtp_begin();
    if (!rc)
        rc = child_run(&c);
    loop_source_free(&c.socket_source);
    loop_source_free(&c.timer);
    loop_free(&c.loop);
    sender_free(&c.sender);
    store_close(&c.store);
    template_set_free(&c.templates);
    settings_free(&c.settings);
    smtp_end();
    return rc ? 1 : 0;
}
