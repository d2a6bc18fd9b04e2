/* receipt.c -- the receipt's mail, out of its templates */
#include "outbound/receipt.h"

#include <string.h>

#include "model/error.h"
#include "outbound/receipt_fill.h"

#define TEXT_WIDTH 72
#define SUBJECT    "Subject: "

const char *receipt_language(const struct settings *settings, const char *unit)
{
    const struct unit_settings *u = unit ? settings_unit(settings, unit) : NULL;

    return u && u->language ? u->language : "sv";
}

/* The no-break spaces of amounts as plain ones: lines are broken here already, and a person who
 * searches the mail for "1 234,50" types a plain one. HTML keeps them. */
static void plain_spaces(struct buf *text)
{
    const size_t n = sizeof RECEIPT_NO_BREAK_SPACE - 1;
    size_t kept = 0;

    for (size_t i = 0; i < text->n; i++) {
        bool wide = text->n - i >= n && memcmp(text->p + i, RECEIPT_NO_BREAK_SPACE, n) == 0;

        text->p[kept++] = wide ? ' ' : text->p[i];
        i += wide ? n - 1 : 0;
    }
    if (kept < text->n) {
        text->n = kept;
        text->p[kept] = '\0';
    }
}

static int write_subject(struct mail *mail, struct span text)
{
    struct buf subject;
    int rc;

    buf_init(&subject, MAIL_TEXT_MAX);
    rc = buf_span(&subject, span_trim(text));
    plain_spaces(&subject);
    if (!rc)
        rc = mail_header(mail, "Subject", buf_view(&subject));
    buf_free(&subject);
    return rc;
}

/* The directory of the unit's own templates; null: the site's. */
static const char *own_templates(const struct receipt *r)
{
    const struct unit_settings *unit = settings_unit(r->settings, r->delivery->unit);

    return unit ? unit->template_dir : NULL;
}

/* The text template's first line is the subject, the rest the text. */
static int write_text(const struct receipt *r, const char *language,
                      const struct template_data *data, struct mail *mail)
{
    struct buf whole;
    struct span text;
    const char *end;
    int rc;

    buf_init(&whole, MAIL_TEXT_MAX);
    rc = template_render(template_receipt(r->templates, own_templates(r), language, false), data,
                         &whole);
    text = span_trim(buf_view(&whole));
    end = text.n ? memchr(text.p, '\n', text.n) : NULL;
    if (!rc && end && span_starts(text, SPAN_LIT(SUBJECT))) {
        struct span subject = span_of(text.p, (size_t)(end - text.p));

        text = span_trim(span_of(end, (size_t)(text.p + text.n - end)));
        subject = span_of(subject.p + sizeof SUBJECT - 1, subject.n - (sizeof SUBJECT - 1));
        rc = write_subject(mail, subject);
    } else if (!rc) { /* a site's template whose subject misses this verdict */
        rc = mail_header(mail, "Subject", span_str(r->delivery->id));
    }
    if (!rc)
        rc = mail_wrap(&mail->text, text, TEXT_WIDTH);
    plain_spaces(&mail->text);
    if (!rc)
        rc = buf_char(&mail->text, '\n');
    buf_free(&whole);
    return rc;
}

static int write_mail(const struct receipt *r, const struct template_data *data, struct mail *mail)
{
    const char *language = receipt_language(r->settings, r->delivery->unit);
    int rc = write_text(r, language, data, mail);

    if (!rc)
        rc = template_render(template_receipt(r->templates, own_templates(r), language, true), data,
                             &mail->html);
    if (!rc)
        rc = receipt_json(mail_attach(mail, "receipt.json", "application/json"), r);
    mail_header(mail, "Content-Language", span_str(language));
    mail_header(mail, "X-Sluss-Delivery", span_str(r->delivery->id));
    mail_header(mail, "X-Sluss-Verdict", span_str(r->row->verdict));
    return rc ? rc : mail_error(mail);
}

int receipt_write(const struct receipt *receipt, struct mail *mail)
{
    const struct settings *settings = receipt->settings;
    const struct unit_settings *unit = settings_unit(settings, receipt->delivery->unit);
    const struct template_data *data;
    struct arena *arena;
    int rc = mail_begin_named(mail, settings->smtp.from_name, settings->smtp.from,
                              unit ? unit->partner_name : NULL, receipt->row->recipient,
                              receipt->row->message_id, receipt->row->created_us);

    if (rc)
        return rc;
    arena = arena_new(MAIL_TEXT_MAX);
    if (!arena)
        return SLUSS_ENOMEM;
    rc = receipt_fill(receipt, arena, &data);
    if (!rc)
        rc = write_mail(receipt, data, mail);
    arena_free(&arena);
    return rc;
}
