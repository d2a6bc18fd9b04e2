/* outbound_alerts.c -- the process that speaks to operators without a mail server
 *
 * Order of operations for a row, and what a restart finds:
 *   1. the channel took it             -> before: pending, tried again
 *   2. that is committed               -> until then: repeated once, with the same number
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/outbound_child.h"
#include "model/date.h"
#include "model/error.h"
#include "model/json.h"
#include "outbound/alert.h"
#include "outbound/program.h"
#include "outbound/retry.h"
#include "outbound/webhook.h"
#include "store/alerts.h"
#include "store/audit.h"

#define ROWS_A_PASS 1 /* then look anew what comes first: a row may take long */
#define HOST_MAX    256

struct alert_work {
    struct outbound_child *child;
    const struct settings *settings;
    struct store *store;
    char host[HOST_MAX];
};

static int64_t wall_us(const struct alert_work *w)
{
    return loop_wall_us(outbound_child_loop(w->child));
}

/* --- channels ----------------------------------------------------------------------------- */

static void to_journal(const struct stored_alert *alert)
{
    static const enum log_level levels[] = {[ALERT_NOTICE] = LOG_LEVEL_NOTICE,
                                            [ALERT_WARNING] = LOG_LEVEL_WARNING,
                                            [ALERT_CRITICAL] = LOG_LEVEL_CRITICAL};

    LOG(levels[alert->severity], "alert", {"topic", span_str(alert->topic)},
        {"alert-event", span_str(alert_event_name(alert->event))},
        {"severity", span_str(alert_severity_name(alert->severity))},
        {"unit", span_str(alert->unit)}, {"delivery", span_str(alert->delivery_id)},
        {"text", alert_title(alert->text)}, {"MESSAGE_ID", SPAN_LIT(LOG_ALERT_ID)});
}

/* 0, or an error with why not. */
static int to_channel(const struct alert_work *w, const char *channel,
                      const struct stored_alert *alert, struct buf *why)
{
    const struct settings *settings = w->settings;
    const struct webhook webhook = {settings->alerts.webhook, settings->alerts.webhook_key_file,
                                    getenv("CREDENTIALS_DIRECTORY"), settings->alerts.timeout_us};
    struct buf body;
    int rc;

    if (strcmp(channel, ALERT_JOURNAL) == 0) {
        to_journal(alert);
        return 0;
    }
    buf_init(&body, MAIL_TEXT_MAX);
    rc = alert_json(alert, w->host, &body);
    if (rc)
        buf_str(why, sluss_error_text(rc));
    else if (strcmp(channel, ALERT_WEBHOOK) == 0 && webhook.url)
        rc = webhook_post(&webhook, buf_view(&body), wall_us(w), why);
    else if (strcmp(channel, ALERT_PROGRAM) == 0 && settings->alerts.program)
        rc = program_run(settings->alerts.program, buf_view(&body), settings->alerts.timeout_us,
                         why);
    else
        rc = SLUSS_ENOTFOUND;
    if (rc == SLUSS_ENOTFOUND)
        buf_str(why, "the channel is not configured any more");
    buf_free(&body);
    return rc;
}

/* --- rows --------------------------------------------------------------------------------- */

static int add_audit(const struct alert_work *w, const struct alert_send *send, bool sent,
                     int64_t now_us)
{
    struct buf detail;
    struct json j;
    int rc;

    buf_init(&detail, 4096);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_int(&j, "alert", send->alert.row);
    json_cstr(&j, "topic", send->alert.topic);
    json_cstr(&j, "channel", send->channel);
    json_uint(&j, "attempts", send->attempts + 1);
    json_object_end(&j);
    rc = buf_error(&detail);
    rc = rc ? rc
            : audit_append(w->store, now_us, "slussd", sent ? "alert-sent" : "alert-failed",
                           send->alert.delivery_id, buf_view(&detail));
    buf_free(&detail);
    return rc;
}

/* One transaction: what came of it, and the trail's word. */
static int record(struct alert_work *w, const struct alert_send *send, int rc, struct buf *why)
{
    const struct settings *settings = w->settings;
    const struct retry_policy policy = {settings->smtp.retry_first_us, settings->smtp.retry_most_us,
                                        settings->smtp.give_up_us};
    int64_t now_us = wall_us(w), next_us;
    bool final = rc == 0;

    if (rc == 0)
        rc = alerts_sent(w->store, send->row, now_us);
    else if (rc != SLUSS_ENOTFOUND &&
             retry_next(&policy, send->row, send->attempts, send->alert.told_us, now_us, &next_us))
        rc = alerts_retry(w->store, send->row, next_us, buf_cstr(why));
    else {
        final = true;
        rc = alerts_failed(w->store, send->row, now_us, buf_cstr(why));
    }
    if (!rc && final)
        rc = add_audit(w, send, why->n == 0, now_us);
    if (rc) {
        store_rollback(w->store);
        return rc == SLUSS_ENOTFOUND ? 0 : rc;
    }
    return store_commit(w->store);
}

static int visit(void *context, const struct alert_send *send)
{
    struct alert_work *w = context;
    struct buf why;
    int rc;

    buf_init(&why, 4096);
    rc = to_channel(w, send->channel, &send->alert, &why);
    if (rc && !why.n)
        buf_str(&why, sluss_error_text(rc));
    if (rc)
        LOG(LOG_LEVEL_WARNING, "alert-not-sent", {"topic", span_str(send->alert.topic)},
            {"channel", span_str(send->channel)}, {"text", buf_view(&why)});
    rc = record(w, send, rc, &why);
    buf_free(&why);
    return rc;
}

static int pass(void *context, int64_t *wait_us)
{
    struct alert_work *w = context;
    int64_t due = INT64_MAX;
    int rc = alerts_due(w->store, wall_us(w), ROWS_A_PASS, visit, w);

    rc = rc ? rc : alerts_next_due(w->store, &due);
    *wait_us = due == INT64_MAX ? INT64_MAX : due - wall_us(w);
    if (*wait_us < 0)
        *wait_us = 0;
    return rc;
}

/* Past the store: every channel once, now. */
static void told(void *context, const char *topic, const char *text)
{
    static const char *const channels[] = {ALERT_JOURNAL, ALERT_WEBHOOK, ALERT_PROGRAM};
    struct alert_work *w = context;
    const struct stored_alert alert = {.topic = topic,
                                       .severity = ALERT_CRITICAL,
                                       .text = text,
                                       .created_us = wall_us(w),
                                       .told_us = wall_us(w)};

    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        struct buf why;
        int rc;

        buf_init(&why, 4096);
        rc = to_channel(w, channels[i], &alert, &why);
        if (rc && rc != SLUSS_ENOTFOUND)
            LOG(LOG_LEVEL_WARNING, "alert-not-sent", {"topic", span_str(topic)},
                {"channel", span_str(channels[i])}, {"text", buf_view(&why)});
        buf_free(&why);
    }
}

/* --- the process -------------------------------------------------------------------------- */

static int configure(void *context, struct outbound_child *child, const struct settings *settings,
                     struct buf *errors)
{
    struct alert_work *w = context;

    (void)errors;
    w->child = child;
    w->settings = settings;
    return 0;
}

static int open_rows(void *context, struct store *store)
{
    struct alert_work *w = context;

    w->store = store;
    return 0;
}

static void close_rows(void *context)
{
    struct alert_work *w = context;

    w->store = NULL;
}

int outbound_alerts_main(const char *config_path)
{
    static const struct outbound_work work = {.title = "slussd-alerts",
                                              .process = "alerts",
                                              .configure = configure,
                                              .open = open_rows,
                                              .pass = pass,
                                              .told = told,
                                              .close = close_rows};
    struct alert_work w = {0};

    if (gethostname(w.host, sizeof w.host - 1) != 0)
        w.host[0] = '\0';
    return outbound_child_main(config_path, &work, &w);
}
