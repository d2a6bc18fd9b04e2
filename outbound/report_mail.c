/* report_mail.c -- see report_mail.h */
#include "outbound/report_mail.h"

#include <stdio.h>
#include <string.h>

#include "model/error.h"
#include "model/json.h"
#include "store/audit.h"

#define STEP       1000 /* deliveries in one step */
#define TEXT_WIDTH 76
#define NAME_MOST  96

/* --- into the outbox -------------------------------------------------------------------------- */

static int add_audit(struct store *store, enum report_kind kind, const char *period,
                     const char *scope, size_t recipients, int64_t now_us)
{
    struct buf detail;
    struct json j;
    int rc;

    buf_init(&detail, 4096);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_cstr(&j, "report", report_kind_name(kind));
    json_cstr(&j, "period", period);
    json_cstr(&j, "scope", scope);
    json_uint(&j, "recipients", recipients);
    json_object_end(&j);
    rc = buf_error(&detail);
    if (!rc)
        rc = audit_append(store, now_us, "slussd", "report-made", NULL, buf_view(&detail));
    buf_free(&detail);
    return rc;
}

int report_mail_add(struct store *store, const struct settings *settings, enum report_kind kind,
                    const struct period *period, const char *scope, const struct texts *to,
                    int64_t now_us)
{
    char name[PERIOD_SIZE], detail[PERIOD_SIZE + UNIT_KEY_MAX + 1];
    struct outbox_mail row = {.kind = OUTBOX_REPORT,
                              .verdict = report_kind_name(kind),
                              .detail = detail,
                              .created_us = now_us,
                              .next_us = now_us};
    int rc = report_was_made(store, row.verdict, period_name(period, name), scope);

    if (rc)
        return rc < 0 ? rc : 0;
    snprintf(detail, sizeof detail, "%s%s%s", name, scope ? " " : "", scope ? scope : "");
    for (size_t i = 0; !rc && i < to->n; i++) {
        row.recipient = to->of[i];
        rc = outbox_add(store, &row, settings->smtp.from, NULL, 0);
    }
    if (!rc)
        rc = report_set_made(store, row.verdict, name, scope, now_us);
    if (!rc)
        rc = add_audit(store, kind, name, scope, to->n, now_us);
    return rc ? rc : 1;
}

/* --- out of it -------------------------------------------------------------------------------- */

/* "sluss-sla-2026Q3-heby.html" */
static struct buf *attach(struct mail *mail, const struct outbox_mail *row, const char *ending,
                          const char *type)
{
    char name[NAME_MOST];

    snprintf(name, sizeof name, "sluss-%s-%s.%s", row->verdict, row->detail, ending);
    for (char *p = name; *p; p++)
        if (*p == ' ' || *p == '/')
            *p = '-';
    return mail_attach(mail, name, type);
}

static int write_headers(const struct report *r, const struct outbox_mail *row, struct mail *mail)
{
    struct buf text;
    int rc;

    buf_init(&text, MAIL_HEADERS_MAX);
    rc = report_title(r, &text);
    if (!rc)
        rc = mail_header(mail, "Subject", buf_view(&text));
    buf_clear(&text);
    buf_printf(&text, "%s %s", row->verdict, row->detail);
    if (!rc)
        rc = mail_header(mail, "X-Sluss-Report", buf_view(&text));
    buf_free(&text);
    mail_header(mail, "Content-Language", span_str(r->language));
    return rc;
}

static int write_text(const struct report *r, struct mail *mail)
{
    const struct settings *settings = r->settings;
    const struct partner_settings *partner = settings_partner(settings, r->scope);
    const char *contact = partner && partner->contact ? partner->contact : settings->contact;
    struct buf text;
    int rc;

    buf_init(&text, MAIL_TEXT_MAX);
    report_text(r, &text);
    if (contact)
        buf_printf(&text, "%s%s.\n", report_say(r, "Questions? Ask ", "Frågor? Kontakta "),
                   contact);
    rc = buf_error(&text);
    if (!rc)
        rc = mail_wrap(&mail->text, buf_view(&text), TEXT_WIDTH);
    buf_free(&text);
    return rc;
}

static int read_figures(struct store *store, const struct outbox_mail *row,
                        const struct settings *settings, struct report_reading *reading)
{
    struct span detail = span_str(row->detail);
    const char *blank = detail.n ? memchr(detail.p, ' ', detail.n) : NULL;
    int kind = report_kind_from_name(span_str(row->verdict));
    struct report_order order = {.scope = blank ? blank + 1 : NULL, .as_of_us = row->created_us};
    int rc = kind < 0 || !detail.n ? SLUSS_ESYNTAX : 0;

    order.kind = rc ? REPORT_SLA : (enum report_kind)kind;
    order.period = blank ? span_of(detail.p, (size_t)(blank - detail.p)) : detail;
    if (!rc)
        rc = report_begin(reading, &order, settings);
    if (!rc)
        do
            rc = report_step(reading, store, STEP);
        while (rc > 0);
    return rc == SLUSS_ESYNTAX ? SLUSS_EINVAL : rc;
}

int report_mail_write(struct store *store, const struct outbox_mail *row,
                      const struct settings *settings, struct mail *mail)
{
    struct report_reading reading = {0};
    const struct report *r = &reading.report;
    int rc = mail_begin_named(mail, settings->smtp.from_name, settings->smtp.from, NULL,
                              row->recipient, row->message_id, row->created_us);

    if (!rc)
        rc = read_figures(store, row, settings, &reading);
    if (!rc)
        rc = write_headers(r, row, mail);
    if (!rc)
        rc = write_text(r, mail);
    if (!rc)
        rc = report_html(r, attach(mail, row, "html", "text/html; charset=utf-8"));
    if (!rc)
        rc = report_csv(r, attach(mail, row, "csv", "text/csv; charset=utf-8"));
    report_end(&reading);
    return rc ? rc : mail_error(mail);
}
