/* mail.c -- headers and texts of a message */
#include "outbound/mail.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/date.h"
#include "model/error.h"
#include "model/text.h"

#define LINE_WIDTH 76 /* where folding aims; RFC 5322 asks for 78 */
#define WORD_WIDTH 75 /* RFC 2047, section 2: an encoded word is no longer */
#define WORD_BEGIN "=?UTF-8?Q?"
#define WORD_END   "?="

void mail_init(struct mail *mail)
{
    mail->from[0] = mail->to[0] = mail->id[0] = '\0';
    buf_init(&mail->headers, MAIL_HEADERS_MAX);
    buf_init(&mail->text, MAIL_TEXT_MAX);
    buf_init(&mail->html, MAIL_TEXT_MAX);
    mail->attachments = 0;
    for (size_t i = 0; i < MAIL_ATTACHMENTS; i++)
        buf_init(&mail->attached[i].bytes, MAIL_TEXT_MAX);
}

void mail_free(struct mail *mail)
{
    buf_free(&mail->headers);
    buf_free(&mail->text);
    buf_free(&mail->html);
    for (size_t i = 0; i < MAIL_ATTACHMENTS; i++)
        buf_free(&mail->attached[i].bytes);
    mail->attachments = 0;
}

void mail_clear(struct mail *mail)
{
    mail->from[0] = mail->to[0] = mail->id[0] = '\0';
    buf_clear(&mail->headers);
    buf_clear(&mail->text);
    buf_clear(&mail->html);
    for (size_t i = 0; i < MAIL_ATTACHMENTS; i++)
        buf_clear(&mail->attached[i].bytes);
    mail->attachments = 0;
}

int mail_error(const struct mail *mail)
{
    int rc = buf_error(&mail->headers);

    if (!rc)
        rc = buf_error(&mail->text);
    if (!rc)
        rc = buf_error(&mail->html);
    for (size_t i = 0; !rc && i < mail->attachments; i++)
        rc = buf_error(&mail->attached[i].bytes);
    return rc;
}

struct buf *mail_attach(struct mail *mail, const char *name, const char *type)
{
    struct mail_attachment *next = &mail->attached[mail->attachments];

    assert(mail->attachments < MAIL_ATTACHMENTS);
    mail->attachments++;
    snprintf(next->name, sizeof next->name, "%s", name);
    next->type = type;
    return &next->bytes;
}

/* --- addresses and dates ---------------------------------------------------------------- */

int mail_address(const char *text, char out[MAIL_ADDRESS_MAX])
{
    const char *open = strrchr(text, '<');
    struct span address = span_trim(span_str(open ? open + 1 : text));
    const char *at;

    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return SLUSS_EINVAL;
    if (open) {
        if (!span_ends(address, SPAN_LIT(">")))
            return SLUSS_EINVAL;
        address.n--;
    }
    if (address.n == 0 || address.n >= MAIL_ADDRESS_MAX)
        return SLUSS_EINVAL;
    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];

        if (c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == ',' || c == ';' || c == '"')
            return SLUSS_EINVAL;
    }
    at = memrchr(address.p, '@', address.n);
    if (!at || at == address.p || at == address.p + address.n - 1)
        return SLUSS_EINVAL;
    memcpy(out, address.p, address.n);
    out[address.n] = '\0';
    return 0;
}

const char *mail_date(int64_t at_us, char text[MAIL_DATE_SIZE])
{
    /* Names are English whatever the process's locale (RFC 5322, section 3.3). */
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(at_us / SECOND_US);
    struct tm tm;
    unsigned minutes; /* away from UTC */

    text[0] = '\0';
    if (!localtime_r(&seconds, &tm))
        return text;
    minutes = (unsigned)(labs(tm.tm_gmtoff) / 60 % (24 * 60));
    snprintf(text, MAIL_DATE_SIZE, "%s, %02d %s %d %02d:%02d:%02d %c%02u%02u", days[tm.tm_wday],
             tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
             tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return text;
}

/* --- headers ---------------------------------------------------------------------------- */

/* Bytes of the UTF-8 character that begins with c (the text is known to be well formed). */
static size_t character_size(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* What may stand for itself in an encoded word anywhere in a header (RFC 2047, section 5). */
static bool plain_in_word(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '!' || c == '*' || c == '+' || c == '/';
}

static void add_encoded(struct buf *out, struct span value, size_t column)
{
    const size_t overhead = sizeof WORD_BEGIN - 1 + sizeof WORD_END - 1;
    size_t used = overhead;

    buf_str(out, WORD_BEGIN);
    for (size_t i = 0; i < value.n;) {
        size_t n = character_size((unsigned char)value.p[i]);
        bool plain = n == 1 && (plain_in_word((unsigned char)value.p[i]) || value.p[i] == ' ');
        size_t cost = plain ? 1 : 3 * n;

        if (used + cost > WORD_WIDTH || column + used + cost > LINE_WIDTH + 1) {
            buf_str(out, WORD_END "\r\n " WORD_BEGIN);
            used = overhead;
            column = 1;
        }
        used += cost;
        if (plain)
            buf_char(out, value.p[i] == ' ' ? '_' : value.p[i]);
        for (size_t k = 0; !plain && k < n; k++)
            buf_printf(out, "=%02X", (unsigned char)value.p[i + k]);
        i += n;
    }
    buf_str(out, WORD_END);
}

/* Plain ASCII, folded before blanks. */
static void add_folded(struct buf *out, struct span value, size_t column)
{
    while (value.n) {
        const char *blank = memchr(value.p + 1, ' ', value.n - 1);
        size_t n = blank ? (size_t)(blank - value.p) : value.n;

        if (value.p[0] == ' ' && column + n > LINE_WIDTH) {
            buf_str(out, "\r\n");
            column = 0;
        }
        buf_add(out, value.p, n);
        column += n;
        value = span_of(value.p + n, value.n - n);
    }
}

/* Could folding or a reader's decoding change it? Then it is written encoded. */
static bool needs_encoding(struct span value)
{
    size_t run = 0; /* characters without a blank: a line may have 998 (RFC 5322, 2.1.1) */

    if (value.n && (value.p[0] == ' ' || value.p[value.n - 1] == ' '))
        return true;
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.p[i] >= 0x80 || ++run > 500)
            return true;
        if (value.p[i] == ' ')
            run = 0;
        if (i + 1 < value.n &&
            (memcmp(value.p + i, "=?", 2) == 0 || memcmp(value.p + i, "  ", 2) == 0))
            return true;
    }
    return false;
}

static bool is_printable(struct span value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
            return false;
    return utf8_valid(value);
}

int mail_header(struct mail *mail, const char *name, struct span value)
{
    struct buf *out = &mail->headers;
    size_t column = strlen(name) + 2;
    struct buf safe;

    buf_init(&safe, MAIL_HEADERS_MAX);
    if (!is_printable(value)) {
        if (text_escape(&safe, value))
            out->failed = true;
        value = buf_view(&safe);
    }
    buf_printf(out, "%s: ", name);
    if (needs_encoding(value))
        add_encoded(out, value, column);
    else
        add_folded(out, value, column);
    buf_char(out, '\0');
    buf_free(&safe);
    return buf_error(out);
}

const char *mail_next_header(const struct mail *mail, const char *before)
{
    const char *next = before ? before + strlen(before) + 1 : mail->headers.p;

    return mail->headers.n && next < mail->headers.p + mail->headers.n ? next : NULL;
}

/* A name that may stand without quotes: words of atoms (RFC 5322, section 3.2.3). */
static bool is_words(struct span name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr("!#$%&'*+-/=?^_`{|}~ ", c)))
            return false;
    }
    return true;
}

/* Quotes of its own around a name are those of the header. */
static struct span unquoted(struct span name)
{
    name = span_trim(name);
    if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
        return span_of(name.p + 1, name.n - 2);
    return name;
}

static void add_name(struct buf *out, struct span name, size_t column)
{
    if (needs_encoding(name)) {
        add_encoded(out, name, column);
    } else if (is_words(name)) {
        add_folded(out, name, column);
    } else {
        buf_char(out, '"');
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] == '"' || name.p[i] == '\\')
                buf_char(out, '\\');
            buf_char(out, name.p[i]);
        }
        buf_char(out, '"');
    }
}

/* "From: Name <address>" or "From: address". A name that could break out is left away. */
static void add_person(struct mail *mail, const char *header, struct span name, const char *address)
{
    struct buf *out = &mail->headers;

    if (name.n == 0 || !is_printable(name)) {
        mail_header(mail, header, span_str(address));
        return;
    }
    buf_printf(out, "%s: ", header);
    add_name(out, name, strlen(header) + 2);
    buf_printf(out, "\r\n <%s>", address);
    buf_char(out, '\0');
}

/* The name in "Name <address>". */
static struct span name_in(const char *text)
{
    const char *open = strrchr(text, '<');

    return open ? unquoted(span_of(text, (size_t)(open - text))) : SPAN_NONE;
}

int mail_begin_named(struct mail *mail, const char *from_name, const char *from,
                     const char *to_name, const char *to, const char *message_id,
                     int64_t created_us)
{
    char date[MAIL_DATE_SIZE];

    mail_clear(mail);
    if (!from || !to || mail_address(from, mail->from) || mail_address(to, mail->to) ||
        strlen(message_id) >= sizeof mail->id)
        return SLUSS_EINVAL;
    memcpy(mail->id, message_id, strlen(message_id) + 1);
    add_person(mail, "From", from_name ? span_str(from_name) : name_in(from), mail->from);
    add_person(mail, "To", to_name ? span_str(to_name) : name_in(to), mail->to);
    mail_header(mail, "Date", span_str(mail_date(created_us, date)));
    mail_header(mail, "Message-ID", span_str(message_id));
    mail_header(mail, "Auto-Submitted", SPAN_LIT("auto-generated"));
    mail_header(mail, "X-Auto-Response-Suppress", SPAN_LIT("All"));
    return mail_error(mail);
}

int mail_begin(struct mail *mail, const char *from, const char *to, const char *message_id,
               int64_t created_us)
{
    return mail_begin_named(mail, NULL, from, NULL, to, message_id, created_us);
}

int mail_bounces_to(struct mail *mail, const char *address)
{
    return address ? mail_address(address, mail->from) : 0;
}

/* --- texts ------------------------------------------------------------------------------ */

static size_t width_of(struct span text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.n; i++)
        width += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return width;
}

static void wrap_line(struct buf *out, struct span line, size_t width)
{
    size_t indent = 0;
    size_t column = 0;

    while (indent < line.n && line.p[indent] == ' ')
        indent++;
    if (indent + 1 < line.n && memcmp(line.p + indent, "- ", 2) == 0)
        indent += 2;
    buf_add(out, line.p, indent);
    column = indent;
    for (size_t i = indent; i < line.n;) {
        const char *blank = memchr(line.p + i + 1, ' ', line.n - i - 1);
        size_t n = blank ? (size_t)(blank - line.p) - i : line.n - i;
        struct span word = span_of(line.p + i, n);

        if (word.p[0] == ' ' && column + width_of(word) > width) {
            buf_char(out, '\n');
            for (size_t k = 0; k < indent; k++)
                buf_char(out, ' ');
            column = indent;
            word = span_of(word.p + 1, word.n - 1);
        }
        buf_span(out, word);
        column += width_of(word);
        i += n;
    }
}

int mail_wrap(struct buf *out, struct span text, size_t width)
{
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        struct span line = span_of(text.p, end ? (size_t)(end - text.p) : text.n);

        if (width_of(line) > width)
            wrap_line(out, line, width);
        else
            buf_span(out, line);
        if (end)
            buf_char(out, '\n');
        text = span_of(text.p + line.n + (end != NULL), text.n - line.n - (end != NULL));
    }
    return buf_error(out);
}
