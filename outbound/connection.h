/* connection.h -- a conversation with one relay, line by line
 *
 * libcurl makes the connection: name, address, TLS with its certificate, EHLO, STARTTLS, AUTH.
 * From there on the caller speaks. (libcurl 7.88 can speak on, but puts a bracket behind
 * whatever stands in RCPT, so that nothing could be asked of the relay there; RFC 3461.)
 *
 * Everything blocks, and no longer than the timeout given.
 */
#ifndef SLUSS_OUTBOUND_CONNECTION_H
#define SLUSS_OUTBOUND_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "model/span.h"
#include "outbound/smtp.h"

struct connection;

/* An answer: code 0 when it was none that makes sense. */
struct reply {
    int code;
    char text[SMTP_TEXT_MAX]; /* its lines joined, raw; not terminated */
    size_t n;
};

/* Connect, up to and including AUTH. Null: *failed_at and *reply say what came of it (code 0:
 * the text is ours). `password` is copied by libcurl and may be wiped. */
struct connection *connection_open(const struct smtp_options *options, const char *password,
                                   enum smtp_step *failed_at, struct reply *reply);

/* Ends it politely when it is still whole. Accepts null, leaves null. */
void connection_close(struct connection **connection);

/* Did the relay offer the extension, as in "DSN"? */
bool connection_offers(const struct connection *connection, const char *extension);

/* From now on sending and waiting take this long in all. */
void connection_allow(struct connection *connection, int64_t timeout_us);

/* Send all of it. False: *reply has why. */
bool connection_send(struct connection *connection, struct span bytes, struct reply *reply);

/* Wait for one whole answer. False: *reply has code 0 and why there was none. */
bool connection_answer(struct connection *connection, struct reply *reply);

#endif
