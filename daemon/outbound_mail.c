/* outbound_mail.c -- the process that sends mail: receipts, and alerts to addresses */
#include <stdio.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/outbound_child.h"
#include "model/date.h"
#include "model/error.h"
#include "outbound/alert.h"
#include "outbound/sender.h"

#define ROWS_A_PASS 4 /* between two looks at the socket */

#define RELAYS_MOST    16 /* of which is known since when they are down */
#define RELAY_QUIET_US (24 * 3600 * SECOND_US)

struct relay_state {
    char url[300];
    int64_t down_since_us; /* monotonic; 0: not */
};

struct mail_work {
    struct outbound_child *child;
    struct store *store;
    struct relay_state relays[RELAYS_MOST];
    const struct settings *settings;
    struct template_set *templates;
    struct sender *sender; /* null until the store is open */
};

static int64_t child_wall(void *context)
{
    return loop_wall_us(context);
}

static int64_t child_monotonic(void *context)
{
    return loop_now_us(context);
}

/* --- relays that are down ------------------------------------------------------------------ */

/* Written beside whatever the sender writes, or committed by itself. */
static void settle_alert(struct mail_work *w, bool was_open, int rc)
{
    if (rc)
        log_text(LOG_LEVEL_ERROR, "alert-not-written", "%s", sluss_error_text(rc));
    if (was_open)
        return;
    if (rc)
        store_rollback(w->store);
    else
        (void)store_commit(w->store);
}

static struct relay_state *state_of(struct mail_work *w, const char *relay)
{
    struct relay_state *free_one = NULL;

    for (size_t i = 0; i < RELAYS_MOST; i++) {
        if (strcmp(w->relays[i].url, relay) == 0)
            return &w->relays[i];
        if (!free_one && !w->relays[i].url[0])
            free_one = &w->relays[i];
    }
    if (free_one)
        snprintf(free_one->url, sizeof free_one->url, "%s", relay);
    return free_one;
}

/* It is told when it lasts: a relay that is restarted is nobody's business. */
static void relay_down(struct mail_work *w, const char *relay, const char *why)
{
    int64_t now_us = child_monotonic(outbound_child_loop(w->child));
    struct relay_state *state = state_of(w, relay);
    bool was_open = store_in_transaction(w->store);
    struct buf text;

    if (state && !state->down_since_us)
        state->down_since_us = now_us;
    if (!state || now_us - state->down_since_us < w->settings->alerts.relay_down_after_us)
        return;
    buf_init(&text, 8192);
    buf_printf(&text,
               "the mail server %s does not answer\n\nThe last attempt: %s\nOthers of "
               "smtp.relays are used while they answer; else receipts wait, and their "
               "clock runs: slussctl receipts --pending.\nWhen it is over you are told.\n",
               relay, why);
    const struct alert alert = {.topic = "relay-down",
                                .severity = ALERT_WARNING,
                                .text = buf_cstr(&text),
                                .dedup = state->url,
                                .quiet_us = RELAY_QUIET_US,
                                .lasting = true};
    settle_alert(
        w, was_open,
        alert_add(w->store, w->settings, &alert, child_wall(outbound_child_loop(w->child))));
    buf_free(&text);
}

static void relay_up(struct mail_work *w, const char *relay)
{
    struct relay_state *state = state_of(w, relay);
    bool was_open = store_in_transaction(w->store);
    struct buf text;

    if (state)
        state->down_since_us = 0;
    buf_init(&text, 4096);
    buf_printf(&text,
               "over: the mail server %s answers again\n\nNothing is to be done; what waited "
               "is sent now.\n",
               relay);
    settle_alert(w, was_open,
                 alert_clear(w->store, w->settings, "relay-down", relay, buf_cstr(&text),
                             child_wall(outbound_child_loop(w->child))));
    buf_free(&text);
}

struct open_relays {
    unsigned n;
    char urls[RELAYS_MOST][300];
};

static int note_open(void *context, const struct stored_alert *alert)
{
    struct open_relays *open = context;

    if (strcmp(alert->topic, "relay-down") == 0 && alert->key && open->n < RELAYS_MOST)
        snprintf(open->urls[open->n++], sizeof open->urls[0], "%s", alert->key);
    return 0;
}

/* What an earlier process found of relays may have passed while nobody looked, or they may not be
 * configured any more: it is found anew, and told anew where it lasts. */
static void begin_anew(struct mail_work *w)
{
    struct open_relays open = {0};
    int rc = alerts_open(w->store, 1000, note_open, &open);

    for (unsigned i = 0; rc >= 0 && i < open.n; i++) {
        struct buf text;

        buf_init(&text, 4096);
        buf_printf(&text,
                   "the mail server %s is asked anew after a restart\n\nShould it not answer, that "
                   "is told again.\n",
                   open.urls[i]);
        rc = alert_clear(w->store, w->settings, "relay-down", open.urls[i], buf_cstr(&text),
                         child_wall(outbound_child_loop(w->child)));
        buf_free(&text);
    }
    settle_alert(w, false, rc < 0 ? rc : 0);
}

/* --- what the sender says ------------------------------------------------------------------- */

static void on_sender_event(void *context, const struct sender_event *event)
{
    struct mail_work *w = context;
    const struct outbox_mail *mail = event->mail;
    enum log_level level = LOG_LEVEL_INFO;

    if (strcmp(event->name, "relay-down") == 0 && event->relay)
        relay_down(w, event->relay, event->text);
    if (strcmp(event->name, "relay-up") == 0 && event->relay)
        relay_up(w, event->relay);
    if (strcmp(event->name, "mail-failed") == 0 || strcmp(event->name, "relay-down") == 0) {
        outbound_child_problem(w->child, event->name, event->text);
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

/* Settings and templates, both or neither. */
static int configure(void *context, struct outbound_child *child, const struct settings *settings,
                     struct buf *errors)
{
    struct mail_work *w = context;
    struct template_set *templates = NULL;
    int rc = template_load_all(settings, errors, &templates);

    if (!rc && w->sender)
        rc = sender_configure(w->sender, settings, templates);
    if (rc) {
        template_set_free(&templates);
        return rc;
    }
    template_set_free(&w->templates);
    w->child = child;
    w->templates = templates;
    w->settings = settings;
    return 0;
}

static int open_sender(void *context, struct store *store)
{
    struct mail_work *w = context;
    const struct sender_clock clock = {child_wall, child_monotonic, outbound_child_loop(w->child)};
    int rc;

    w->store = store;
    rc = sender_new(store, &clock, on_sender_event, w, &w->sender);

    rc = rc ? rc : sender_configure(w->sender, w->settings, w->templates);
    if (!rc)
        begin_anew(w);
    return rc;
}

static int pass(void *context, int64_t *wait_us)
{
    struct mail_work *w = context;

    return sender_pass(w->sender, ROWS_A_PASS, wait_us);
}

static void close_sender(void *context)
{
    struct mail_work *w = context;

    sender_free(&w->sender);
}

int outbound_mail_main(const char *config_path)
{
    static const struct outbound_work work = {.title = "slussd-outbound",
                                              .process = "outbound",
                                              .configure = configure,
                                              .open = open_sender,
                                              .pass = pass,
                                              .close = close_sender};
    struct mail_work w = {0};
    int code = outbound_child_main(config_path, &work, &w);

    template_set_free(&w.templates);
    return code;
}
