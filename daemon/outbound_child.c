/* outbound_child.c -- see outbound_child.h */
#include "daemon/outbound_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "conf/conf.h"
#include "daemon/log.h"
#include "daemon/process.h"
#include "model/date.h"
#include "model/error.h"
#include "outbound/smtp.h"

#define POLL_US    (5 * SECOND_US)
#define ERRORS_MAX 65536

struct outbound_child {
    const struct outbound_work *work;
    void *context;
    struct loop *loop;
    const char *config_path;
    struct loop_source *socket_source;
    struct loop_source *timer;
    struct settings *settings; /* null until the configuration could be read */
    struct store *store;       /* null until it could be opened */
    char last_problem[64];     /* not logged again while it stays the same */
};

struct loop *outbound_child_loop(struct outbound_child *child)
{
    return child->loop;
}

void outbound_child_problem(struct outbound_child *c, const char *event, const char *text)
{
    struct span said = span_trim(span_str(text));
    struct buf message;

    LOG(LOG_LEVEL_ERROR, event, {"text", said});
    buf_init(&message, OUTBOUND_MESSAGE_MAX);
    buf_printf(&message, "E%s", event);
    buf_char(&message, '\0');
    buf_add(&message, said.p,
            said.n < OUTBOUND_MESSAGE_MAX / 2 ? said.n : OUTBOUND_MESSAGE_MAX / 2);
    buf_char(&message, '\0');
    if (!buf_error(&message))
        (void)!send(CHILD_SOCKET, message.p, message.n, MSG_DONTWAIT | MSG_NOSIGNAL);
    buf_free(&message);
    (void)c;
}

/* The same, once for as long as it lasts: what is tried every few seconds must not fill logs. */
static void lasting_problem(struct outbound_child *c, const char *event, const char *text)
{
    if (strcmp(c->last_problem, event) == 0)
        return;
    outbound_child_problem(c, event, text);
    snprintf(c->last_problem, sizeof c->last_problem, "%s", event);
}

static void use_time_zone(const struct settings *settings)
{
    if (settings->time_zone && settings->time_zone[0])
        setenv("TZ", settings->time_zone, 1);
    tzset();
}

/* A file that is not sound changes nothing. */
static void reload(struct outbound_child *c)
{
    struct settings *settings = NULL;
    struct buf errors;
    int rc;

    buf_init(&errors, ERRORS_MAX);
    rc = conf_read(c->config_path, &errors, &settings);
    if (!rc)
        rc = c->work->configure(c->context, c, settings, &errors);
    if (rc) {
        lasting_problem(c, "outbound-configuration",
                        errors.n ? buf_cstr(&errors) : sluss_error_text(rc));
        settings_free(&settings);
    } else {
        settings_free(&c->settings);
        c->settings = settings;
        use_time_zone(settings);
        log_text(LOG_LEVEL_INFO, "outbound-configured", "configuration read");
    }
    buf_free(&errors);
}

static int open_store(struct outbound_child *c)
{
    struct buf error;
    int rc;

    buf_init(&error, 4096);
    rc = store_open(c->settings->state_dir, &error, &c->store);
    if (!rc)
        rc = c->work->open(c->context, c->store);
    if (rc) {
        lasting_problem(c, "outbound-store", error.n ? buf_cstr(&error) : sluss_error_text(rc));
        c->work->close(c->context);
        store_close(&c->store);
    }
    buf_free(&error);
    return rc;
}

/* One round of work; returns how long to wait for the next. */
static int64_t work(struct outbound_child *c)
{
    int64_t wait = POLL_US;
    int rc;

    if (!c->settings)
        reload(c);
    if (!c->settings || (!c->store && open_store(c)))
        return POLL_US;
    rc = c->work->pass(c->context, &wait);
    if (rc) {
        lasting_problem(c, "outbound-store", store_message(c->store));
        return POLL_US;
    }
    c->last_problem[0] = '\0';
    return wait < POLL_US ? wait : POLL_US;
}

static void tick(void *context, int64_t now_us)
{
    struct outbound_child *c = context;
    int64_t wait = work(c);

    (void)now_us;
    loop_timer_set(c->timer, loop_now_us(c->loop) + wait);
}

static void take_hint(struct outbound_child *c, const char *message, size_t n)
{
    const char *text;

    if (message[0] == 'R') {
        c->last_problem[0] = '\0'; /* who asks gets an answer each time */
        reload(c);
    }
    if (message[0] != 'A' || n < 3 || message[n - 1] != '\0' || !c->work->told || !c->settings)
        return;
    text = memchr(message, '\0', n - 1);
    if (text)
        c->work->told(c->context, message + 1, text + 1);
}

static void hint_ready(void *context, int fd, uint32_t revents)
{
    struct outbound_child *c = context;
    char message[OUTBOUND_MESSAGE_MAX];
    ssize_t n;

    (void)revents;
    while ((n = recv(fd, message, sizeof message, MSG_DONTWAIT)) > 0)
        take_hint(c, message, (size_t)n);
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        loop_quit(c->loop, 0); /* the parent is gone or wants us gone */
        return;
    }
    loop_timer_set(c->timer, loop_now_us(c->loop));
}

static int child_run(struct outbound_child *c)
{
    const char hello[2] = {'V', OUTBOUND_PROTOCOL};
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

int outbound_child_main(const char *config_path, const struct outbound_work *work, void *context)
{
    struct outbound_child c = {.work = work, .context = context, .config_path = config_path};
    int rc = process_child_begin(work->title);

    if (rc)
        return 2;
    /* Signals for the whole group (a terminal, the service manager) are the parent's to
     * answer; it ends us by closing the socket, so that what is in hand is finished. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    log_open(work->process);
    rc = smtp_begin();
    if (!rc)
        rc = child_run(&c);
    loop_source_free(&c.socket_source);
    loop_source_free(&c.timer);
    work->close(context);
    loop_free(&c.loop);
    store_close(&c.store);
    settings_free(&c.settings);
    smtp_end();
    return rc ? 1 : 0;
}
