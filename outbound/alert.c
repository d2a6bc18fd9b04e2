/* alert.c -- alerts into the outbox, and out of it as mails */
#include "outbound/alert.h"

#include <string.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"
#include "model/text.h"

#define SUBJECT_MAX 120 /* bytes of the first line */

int alert_add(struct store *store, const struct settings *settings, const struct alert *alert,
              int64_t now_us)
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
            .created_us = now_us,
            .next_us = now_us,
        };

        rc = outbox_add(store, &row, settings->smtp.from, alert->dedup, alert->quiet_us);
    }
    return rc;
}

static int write_subject(const struct outbox_mail *row, struct mail *mail)
{
    struct span line = span_trim(span_str(row->detail));
    const char *end = line.n ? memchr(line.p, '\n', line.n) : NULL;
    struct buf subject;
    int rc;

    if (end)
        line.n = (size_t)(end - line.p);
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
