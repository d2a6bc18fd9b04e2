/* message.h -- a mail as the bytes that leave
 *
 * Sources: RFC 5322 (the whole), RFC 2045 (quoted-printable, base64), RFC 2046 (multipart).
 *
 * Every byte is ASCII and every line short, so that no relay has a reason to change anything.
 * The same mail always gives the same bytes: nothing in it is random, so a repeat is a repeat.
 */
#ifndef SLUSS_OUTBOUND_MESSAGE_H
#define SLUSS_OUTBOUND_MESSAGE_H

#include "model/buf.h"
#include "outbound/mail.h"

/* Three copies of the longest texts, as quoted-printable makes them. */
#define MESSAGE_MAX ((size_t)40 * 1024 * 1024)

/* Append the whole message, lines ending in CRLF, dots not doubled. 0 or SLUSS_ENOMEM. */
int message_write(const struct mail *mail, struct buf *out);

#endif
