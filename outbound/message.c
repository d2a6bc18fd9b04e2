/* message.c -- headers and MIME parts, written out */
#include "outbound/message.h"

#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#define LINE_MOST   76 /* RFC 2045, section 6.7: without the line end */
#define BASE64_LINE 57 /* bytes that make 76 characters */
/* Neither encoding can give "=_", so no part can hold a boundary (RFC 2045, section 6.7). */
#define BOUNDARY_ALL   "=_sluss-mixed"
#define BOUNDARY_TEXTS "=_sluss-texts"

/* --- encodings -------------------------------------------------------------------------- */

static bool stands_for_itself(unsigned char c)
{
    return c >= ' ' && c < 0x7f && c != '=';
}

/* Would a mailbox or a relay take the beginning of the line for something of its own? */
static bool misread_at_start(struct span rest)
{
    return rest.p[0] == '.' || span_starts(rest, SPAN_LIT("From "));
}

static void quote_line(struct buf *out, struct span line)
{
    size_t column = 0;

    for (size_t i = 0; i < line.n; i++) {
        bool last = i + 1 == line.n;
        bool plain = stands_for_itself((unsigned char)line.p[i]) && !(line.p[i] == ' ' && last);

        /* One column stays free for the sign that the line goes on. */
        if (column + (plain ? 1 : 3) > LINE_MOST - (last ? 0u : 1u)) {
            buf_str(out, "=\r\n");
            column = 0;
        }
        if (column == 0 && misread_at_start(span_of(line.p + i, line.n - i)))
            plain = false;
        if (plain)
            buf_char(out, line.p[i]);
        else
            buf_printf(out, "=%02X", (unsigned char)line.p[i]);
        column += plain ? 1 : 3;
    }
}

/* Lines end in LF or CRLF in the text, in CRLF in the mail. */
static void add_quoted(struct buf *out, struct span text)
{
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        struct span line = span_of(text.p, end ? (size_t)(end - text.p) : text.n);
        size_t taken = line.n + (end != NULL);

        if (end && line.n && line.p[line.n - 1] == '\r')
            line.n--;
        quote_line(out, line);
        buf_str(out, "\r\n");
        text = span_of(text.p + taken, text.n - taken);
    }
}

static void add_base64(struct buf *out, struct span bytes)
{
    char line[sodium_base64_ENCODED_LEN(BASE64_LINE, sodium_base64_VARIANT_ORIGINAL)];

    while (bytes.n) {
        size_t n = bytes.n < BASE64_LINE ? bytes.n : BASE64_LINE;

        sodium_bin2base64(line, sizeof line, (const unsigned char *)bytes.p, n,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_str(out, line);
        buf_str(out, "\r\n");
        bytes = span_of(bytes.p + n, bytes.n - n);
    }
}

/* --- parts ------------------------------------------------------------------------------ */

static void add_text(struct buf *out, const char *subtype, const struct buf *text)
{
    buf_printf(out,
               "Content-Type: text/%s; charset=utf-8\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
               subtype);
    add_quoted(out, buf_view(text));
}

/* Text and HTML, of which a reader shows the last that he can. */
static void add_texts(struct buf *out, const struct mail *mail)
{
    if (!mail->html.n) {
        add_text(out, "plain", &mail->text);
        return;
    }
    buf_str(out, "Content-Type: multipart/alternative; boundary=\"" BOUNDARY_TEXTS "\"\r\n\r\n"
                 "--" BOUNDARY_TEXTS "\r\n");
    add_text(out, "plain", &mail->text);
    buf_str(out, "\r\n--" BOUNDARY_TEXTS "\r\n");
    add_text(out, "html", &mail->html);
    buf_str(out, "\r\n--" BOUNDARY_TEXTS "--\r\n");
}

static void add_attachment(struct buf *out, const struct mail_attachment *attachment)
{
    buf_printf(out,
               "\r\n--" BOUNDARY_ALL "\r\n"
               "Content-Type: %s\r\n"
               "Content-Disposition: attachment; filename=\"%s\"\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n",
               attachment->type, attachment->name);
    add_base64(out, buf_view(&attachment->bytes));
}

int message_write(const struct mail *mail, struct buf *out)
{
    for (const char *h = mail_next_header(mail, NULL); h; h = mail_next_header(mail, h)) {
        buf_str(out, h);
        buf_str(out, "\r\n");
    }
    buf_str(out, "MIME-Version: 1.0\r\n");
    if (mail->attachments)
        buf_str(out, "Content-Type: multipart/mixed; boundary=\"" BOUNDARY_ALL "\"\r\n\r\n"
                     "--" BOUNDARY_ALL "\r\n");
    add_texts(out, mail);
    for (size_t i = 0; i < mail->attachments; i++)
        add_attachment(out, &mail->attached[i]);
    if (mail->attachments)
        buf_str(out, "--" BOUNDARY_ALL "--\r\n");
    return buf_error(out);
}
