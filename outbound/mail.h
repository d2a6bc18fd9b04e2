/* mail.h -- one message: its headers, its texts, its attachment
 *
 * Sources: RFC 5322 (headers, dates, folding), RFC 2047 (encoded words), RFC 3834
 * (Auto-Submitted). message.h makes the bytes of it.
 *
 * Whatever bytes a value has, a header stays one header: control characters and bytes that
 * are not UTF-8 are written as escapes, the rest beyond ASCII as encoded words, lines are
 * folded. A sender of files can put nothing of his own into a mail's headers.
 */
#ifndef SLUSS_OUTBOUND_MAIL_H
#define SLUSS_OUTBOUND_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

#define MAIL_TEXT_MAX    (4 * 1024 * 1024)
#define MAIL_HEADERS_MAX (64 * 1024)
#define MAIL_ADDRESS_MAX 320
#define MAIL_ID_MAX      512
#define MAIL_DATE_SIZE   80 /* "Mon, 02 Mar 2026 07:12:00 +0100" and NUL, with room */

#define MAIL_ATTACHMENTS 2

/* A file that comes with the mail. */
struct mail_attachment {
    char name[96];    /* plain ASCII, ours */
    const char *type; /* "application/json" */
    struct buf bytes;
};

struct mail {
    char from[MAIL_ADDRESS_MAX]; /* envelope: bare addresses */
    char to[MAIL_ADDRESS_MAX];
    char id[MAIL_ID_MAX]; /* the Message-ID, with its brackets */
    struct buf headers;   /* each "Name: value" and a NUL; no line end but those of folding */
    struct buf text;      /* UTF-8, LF; always there */
    struct buf html;      /* empty: no alternative */
    size_t attachments;
    struct mail_attachment attached[MAIL_ATTACHMENTS];
};

void mail_init(struct mail *mail);
void mail_free(struct mail *mail);
/* Empty it for the next message, keep the memory. */
void mail_clear(struct mail *mail);

/* From, To and the envelope. `from` may have a name: "Kvittens <a@b.example>". Date is when the
 * row was written, in the process's time zone, so that a repeat is the same mail. The headers
 * that keep automatic answers away are set as well.
 * 0, SLUSS_EINVAL when an address is none, SLUSS_ENOMEM. */
int mail_begin(struct mail *mail, const char *from, const char *to, const char *message_id,
               int64_t created_us);

/* The same between people: names that a mail program shows beside the addresses, in any
 * characters; null: none. */
int mail_begin_named(struct mail *mail, const char *from_name, const char *from,
                     const char *to_name, const char *to, const char *message_id,
                     int64_t created_us);

/* Where a relay reports that it could not deliver: the envelope's sender, when it is another
 * than From. Null: From. 0 or SLUSS_EINVAL. */
int mail_bounces_to(struct mail *mail, const char *address);

/* A header with any bytes as value. The name is ours. 0 or SLUSS_ENOMEM. */
int mail_header(struct mail *mail, const char *name, struct span value);

/* The bytes of one more attachment, empty, to be filled. Name and type are ours. At most
 * MAIL_ATTACHMENTS. */
struct buf *mail_attach(struct mail *mail, const char *name, const char *type);

/* The next header: pass null first, then what came back; null at the end. */
const char *mail_next_header(const struct mail *mail, const char *before);

/* 0 or SLUSS_ENOMEM when anything that was added did not fit. */
int mail_error(const struct mail *mail);

/* The bare address in "name <address>" or "address". 0 or SLUSS_EINVAL: no '@', blanks,
 * control characters, angle brackets, longer than an address may be. */
int mail_address(const char *text, char out[MAIL_ADDRESS_MAX]);

/* RFC 5322 date in the process's time zone. Returns `text`. */
const char *mail_date(int64_t at_us, char text[MAIL_DATE_SIZE]);

/* Break lines longer than `width` characters at blanks; a line that begins with "- " goes on
 * under its text. Characters are counted, not bytes. 0 or SLUSS_ENOMEM. */
int mail_wrap(struct buf *out, struct span text, size_t width);

#endif
