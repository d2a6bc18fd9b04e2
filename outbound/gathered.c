/* gathered.c -- see gathered.h */
#include "outbound/gathered.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "model/arena.h"
#include "model/date.h"
#include "model/error.h"
#include "model/text.h"
#include "outbound/alert.h"

#define TEXT_WIDTH 76
#define TOPICS_MAX 32
#define ROOM       (64u << 20) /* bytes of the alerts of one mail */

/* "<alert.17.1772431920000000@domain>" of the first, told apart by the row of the last. */
static int message_id(const struct outbox_mail *rows, size_t n, struct buf *out)
{
    const char *at = strrchr(rows[0].message_id, '@');

    if (!at)
        return buf_str(out, rows[0].message_id);
    return buf_printf(out, "%.*s.%" PRId64 "%s", (int)(at - rows[0].message_id), rows[0].message_id,
                      rows[n - 1].row, at);
}

/* "3 held, 2 silence" */
static void count_topics(const struct outbox_mail *rows, size_t n, struct buf *out)
{
    const char *seen[TOPICS_MAX];
    size_t topics = 0;

    for (size_t i = 0; i < n && topics < TOPICS_MAX; i++) {
        size_t count = 0;
        size_t k = 0;

        while (k < topics && strcmp(seen[k], rows[i].verdict) != 0)
            k++;
        if (k < topics)
            continue;
        for (size_t j = i; j < n; j++)
            count += strcmp(rows[j].verdict, rows[i].verdict) == 0;
        buf_printf(out, "%s%zu %s", topics ? ", " : "", count, rows[i].verdict);
        seen[topics++] = rows[i].verdict;
    }
}

/* Its first paragraph, in one line; what bytes it has are made safe. */
static void add_gist(struct buf *out, const char *detail)
{
    struct span text = span_trim(span_str(detail));
    const char *end = memmem(text.p ? text.p : "", text.n, "\n\n", 2);
    bool clean = true;
    struct buf line;

    if (end)
        text.n = (size_t)(end - text.p);
    buf_init(&line, MAIL_TEXT_MAX);
    for (size_t i = 0; i < text.n; i++)
        buf_char(&line, text.p[i] == '\n' ? ' ' : text.p[i]);
    for (size_t i = 0; i < line.n; i++)
        clean = clean && (unsigned char)line.p[i] >= ' ' && line.p[i] != 0x7f;
    if (clean && utf8_valid(buf_view(&line)))
        buf_span(out, buf_view(&line));
    else
        text_escape(out, buf_view(&line));
    buf_free(&line);
}

static void add_alert(struct buf *out, const struct outbox_mail *row)
{
    char when[INSTANT_SIZE];

    buf_printf(out, "\n- %s  %s\n  ", instant_local(row->created_us, when), row->verdict);
    add_gist(out, row->detail);
    buf_char(out, '\n');
    if (row->delivery_id)
        buf_printf(out, "  slussctl show %s\n", row->delivery_id);
}

static int write_body(const struct outbox_mail *rows, size_t n, struct mail *mail)
{
    struct buf body;
    int rc;

    buf_init(&body, MAIL_TEXT_MAX);
    buf_printf(&body,
               "%zu alerts waited, for no mail could be sent, and are told here together. The "
               "oldest comes first; each is as it was then.\n",
               n);
    for (size_t i = 0; i < n; i++)
        add_alert(&body, &rows[i]);
    buf_str(&body, "\nHow things are now: slussctl status\n");
    rc = buf_error(&body);
    if (!rc)
        rc = mail_wrap(&mail->text, buf_view(&body), TEXT_WIDTH);
    buf_free(&body);
    return rc;
}

int gathered_write(const struct outbox_mail *rows, size_t n, const struct settings *settings,
                   struct mail *mail)
{
    struct buf id, subject;
    int rc;

    buf_init(&id, MAIL_ID_MAX);
    buf_init(&subject, MAIL_HEADERS_MAX);
    rc = message_id(rows, n, &id);
    if (!rc)
        rc = mail_begin(mail, settings->smtp.from, rows[0].recipient, buf_cstr(&id),
                        rows[0].created_us);
    if (!rc) {
        buf_printf(&subject, "[sluss] %zu alerts that waited: ", n);
        count_topics(rows, n, &subject);
        rc = mail_header(mail, "Subject", buf_view(&subject));
    }
    if (!rc)
        rc = mail_header(mail, "X-Sluss-Alert", SPAN_LIT("gathered"));
    if (!rc)
        rc = write_body(rows, n, mail);
    buf_free(&subject);
    buf_free(&id);
    return rc;
}

/* Alerts with the memory behind them. */
struct waiting {
    struct arena *arena;
    struct outbox_mail *rows;
    size_t n;
    int64_t since_us; /* older ones are not told of any more */
};

static int keep_waiting(void *context, const struct outbox_mail *mail)
{
    struct waiting *w = context;
    struct outbox_mail *row = &w->rows[w->n];
    const struct {
        const char **to;
        const char *from;
    } texts[] = {
        {&row->delivery_id, mail->delivery_id}, {&row->unit, mail->unit},
        {&row->verdict, mail->verdict},         {&row->recipient, mail->recipient},
        {&row->message_id, mail->message_id},   {&row->detail, mail->detail},
    };

    if (mail->created_us < w->since_us)
        return 0;
    *row = *mail;
    row->last_error = NULL;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = texts[i].from ? arena_str(w->arena, span_str(texts[i].from)) : NULL;
        if (texts[i].from && !*texts[i].to)
            return SLUSS_ENOMEM;
    }
    w->n++;
    return 0;
}

int gathered_from_store(struct store *store, const struct outbox_mail *row,
                        const struct settings *settings, int64_t now_us, struct mail *mail,
                        int64_t others[GATHERED_MOST], size_t *n)
{
    struct waiting w = {.arena = arena_new(ROOM), .since_us = now_us - settings->alerts.max_age_us};
    int rc = SLUSS_ENOMEM;

    *n = 0;
    if (w.arena)
        w.rows = arena_array(w.arena, GATHERED_MOST, sizeof *w.rows);
    if (w.rows)
        rc = outbox_alerts_waiting(store, row->recipient, GATHERED_MOST, keep_waiting, &w);
    if (!rc && w.n < 2)
        rc = alert_write(row, settings, mail);
    else if (!rc)
        rc = gathered_write(w.rows, w.n, settings, mail);
    for (size_t i = 0; !rc && w.n > 1 && i < w.n; i++)
        if (w.rows[i].row != row->row)
            others[(*n)++] = w.rows[i].row;
    arena_free(&w.arena);
    return rc;
}
