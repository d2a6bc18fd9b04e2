/* alert.c -- see alert.h */
#include "outbound/alert.h"

#include <string.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"
#include "model/json.h"
#include "model/text.h"

#define SUBJECT_MAX   120 /* bytes of the first line */
#define TEXT_MAX      32768
#define ALERT_ROOM    ((size_t)1024 * 1024)
#define GATHER_MOST   1000 /* in one */
#define GATHER_LISTED 50   /* of those, with a line each */

/* --- telling ------------------------------------------------------------------------------ */

static int mail_rows(struct store *store, const struct settings *settings,
                     const struct stored_alert *alert)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < settings->alerts.to.n; i++) {
        struct outbox_mail row = {
            .kind = OUTBOX_ALERT,
            .delivery_row = alert->delivery_row,
            .delivery_id = alert->delivery_id,
            .unit = alert->unit,
            .verdict = alert->topic,
            .recipient = settings->alerts.to.of[i],
            .detail = alert->text,
            .created_us = alert->told_us,
            .next_us = alert->told_us,
        };

        rc = outbox_add(store, &row, settings->smtp.from, NULL, 0);
    }
    return rc;
}

/* A row for each way out. */
static int tell(struct store *store, const struct settings *settings,
                const struct stored_alert *alert)
{
    const struct {
        const char *channel;
        bool used;
    } channels[] = {{ALERT_JOURNAL, true},
                    {ALERT_WEBHOOK, settings->alerts.webhook != NULL},
                    {ALERT_PROGRAM, settings->alerts.program != NULL}};
    int rc = mail_rows(store, settings, alert);

    for (size_t i = 0; !rc && i < sizeof channels / sizeof *channels; i++)
        if (channels[i].used)
            rc = alerts_send_add(store, alert->row, channels[i].channel, alert->told_us);
    return rc;
}

int alert_add(struct store *store, const struct settings *settings, const struct alert *alert,
              int64_t now_us)
{
    struct stored_alert row = {
        .topic = alert->topic,
        .key = alert->dedup,
        .severity = alert->severity,
        .lasting = alert->lasting,
        .unit = alert->unit,
        .delivery_row = alert->delivery_row,
        .delivery_id = alert->delivery_id,
        .text = alert->text ? alert->text : "",
        .created_us = now_us,
        .quiet_us = alert->quiet_us,
    };
    int rc = alerts_raise(store, &row);

    return rc == 1 ? tell(store, settings, &row) : rc;
}

int alert_clear(struct store *store, const struct settings *settings, const char *topic,
                const char *dedup, const char *text, int64_t now_us)
{
    struct arena *arena = arena_new(ALERT_ROOM);
    struct stored_alert row;
    int rc = arena ? alerts_clear(store, topic, dedup, text, now_us, arena, &row) : SLUSS_ENOMEM;

    if (rc == 1)
        rc = tell(store, settings, &row);
    arena_free(&arena);
    return rc;
}

/* --- gathering ---------------------------------------------------------------------------- */

struct span alert_title(const char *text)
{
    struct span line = span_trim(span_str(text));
    const char *end = line.n ? memchr(line.p, '\n', line.n) : NULL;

    if (end)
        line.n = (size_t)(end - line.p);
    return span_trim(line);
}

struct gathering {
    struct buf lines;
    unsigned n, listed;
    enum alert_severity severity;
};

static int gather_one(void *context, const struct stored_alert *alert)
{
    struct gathering *g = context;
    char when[INSTANT_SIZE];

    g->n++;
    if (alert->severity > g->severity)
        g->severity = alert->severity;
    if (g->listed == GATHER_LISTED)
        return 0;
    g->listed++;
    buf_printf(
        &g->lines, "- %s %s: %.*s",
        instant_local(alert->unsaid && alert->last_us ? alert->last_us : alert->created_us, when),
        alert->topic, SPAN_FMT(alert_title(alert->text)));
    if (alert->unsaid)
        buf_printf(&g->lines, " (%llu more time%s)", (unsigned long long)alert->unsaid,
                   alert->unsaid == 1 ? "" : "s");
    buf_char(&g->lines, '\n');
    return 0;
}

static int tell_gathered(struct store *store, const struct settings *settings, struct gathering *g,
                         const char *what, int64_t now_us)
{
    struct stored_alert row = {.topic = "gathered",
                               .severity = g->severity,
                               .event = ALERT_GATHERED,
                               .created_us = now_us,
                               .told_us = now_us};
    struct buf text;
    int rc;

    buf_init(&text, TEXT_MAX);
    buf_printf(&text, "%u alert%s %s\n\n", g->n, g->n == 1 ? "" : "s", what);
    buf_span(&text, buf_view(&g->lines));
    if (g->n > g->listed)
        buf_printf(&text, "... and %u more\n", g->n - g->listed);
    buf_str(&text, "\nSee: slussctl status, slussctl list --state held, slussctl receipts "
                   "--pending\n");
    row.text = buf_cstr(&text);
    rc = alerts_tell(store, &row);
    rc = rc ? rc : tell(store, settings, &row);
    buf_free(&text);
    return rc ? rc : 1;
}

int alert_gather(struct store *store, const struct settings *settings, int64_t now_us)
{
    struct gathering flood = {0}, again = {0};
    int rc, told = 0;

    buf_init(&flood.lines, TEXT_MAX);
    buf_init(&again.lines, TEXT_MAX);
    rc = alerts_gather(store, now_us, GATHER_MOST, gather_one, &flood);
    if (rc > 0)
        told = rc = tell_gathered(store, settings, &flood, "more, gathered into one", now_us);
    if (rc >= 0)
        rc = alerts_repeated(store, now_us, GATHER_MOST, gather_one, &again);
    if (rc > 0)
        told = rc = tell_gathered(store, settings, &again, "came again since told", now_us);
    buf_free(&flood.lines);
    buf_free(&again.lines);
    return rc < 0 ? rc : told;
}

/* --- as JSON ------------------------------------------------------------------------------ */

int alert_json(const struct stored_alert *alert, const char *host, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object_begin(&j, NULL);
    json_int(&j, "alert", alert->row);
    json_cstr(&j, "topic", alert->topic);
    json_cstr(&j, "severity", alert_severity_name(alert->severity));
    json_cstr(&j, "event", alert_event_name(alert->event));
    json_bool(&j, "lasting", alert->lasting);
    json_text(&j, "title", alert_title(alert->text));
    json_text(&j, "text", span_str(alert->text));
    json_cstr(&j, "unit", alert->unit);
    json_cstr(&j, "delivery", alert->delivery_id);
    json_instant(&j, "at", alert->created_us);
    json_cstr(&j, "host", host);
    json_object_end(&j);
    return buf_error(out);
}

/* --- as a mail ---------------------------------------------------------------------------- */

static int write_subject(const struct outbox_mail *row, struct mail *mail)
{
    struct span line = alert_title(row->detail);
    struct buf subject;
    int rc;

    if (line.n > SUBJECT_MAX) {
        line.n = SUBJECT_MAX;
        while (line.n && ((unsigned char)line.p[line.n] & 0xc0) == 0x80)
            line.n--;
    }
    buf_init(&subject, MAIL_HEADERS_MAX);
    buf_printf(&subject, "[sluss] %s", row->verdict);
    if (line.n)
        buf_printf(&subject, ": %.*s", SPAN_FMT(span_trim(line)));
    rc = buf_error(&subject);
    if (!rc)
        rc = mail_header(mail, "Subject", buf_view(&subject));
    buf_free(&subject);
    return rc;
}

/* Line ends and tabs stay; all else that could act on a terminal becomes visible. */
static void add_safe(struct buf *out, struct span text)
{
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        struct span line = span_of(text.p, end ? (size_t)(end - text.p) : text.n);
        bool clean = utf8_valid(line);

        for (size_t i = 0; clean && i < line.n; i++)
            clean = (unsigned char)line.p[i] >= ' ' && line.p[i] != 0x7f;
        if (clean) /* escaping again would double the backslashes of names already escaped */
            buf_span(out, line);
        else
            text_escape(out, line);
        buf_char(out, '\n');
        text = span_of(line.p + line.n + (end != NULL), text.n - line.n - (end != NULL));
    }
}

int alert_write(const struct outbox_mail *row, const struct settings *settings, struct mail *mail)
{
    char host[256] = "";
    char when[INSTANT_SIZE];
    struct buf body;
    int rc =
        mail_begin(mail, settings->smtp.from, row->recipient, row->message_id, row->created_us);

    if (rc)
        return rc;
    if (gethostname(host, sizeof host - 1))
        host[0] = '\0';
    buf_init(&body, MAIL_TEXT_MAX);
    add_safe(&body, span_trim(span_str(row->detail)));
    buf_str(&body, "\n");
    if (row->unit)
        buf_printf(&body, "Unit:      %s\n", row->unit);
    if (row->delivery_id)
        buf_printf(&body, "Delivery:  %s (slussctl show %s)\n", row->delivery_id, row->delivery_id);
    buf_printf(&body, "Time:      %s\n", instant_local(row->created_us, when));
    buf_printf(&body, "Topic:     %s\n\n-- \nslussd on %s\n", row->verdict,
               host[0] ? host : "an unnamed host");
    rc = buf_error(&body);
    if (!rc)
        rc = mail_wrap(&mail->text, buf_view(&body), 76);
    buf_free(&body);
    if (!rc)
        rc = write_subject(row, mail);
    mail_header(mail, "X-Sluss-Alert", span_str(row->verdict));
    return rc ? rc : mail_error(mail);
}
