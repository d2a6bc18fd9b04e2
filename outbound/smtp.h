/* smtp.h -- hand one message to one relay
 *
 * Sources: RFC 5321 (section 4.2.1 for what the codes mean), RFC 3207 (STARTTLS), RFC 4954
 * (AUTH), RFC 3461 (DSN), RFC 1870 (SIZE). Connections are libcurl's (connection.h); this
 * module speaks from MAIL on and says what came of it, so that every way an attempt can end
 * has exactly one of four meanings. A relay may also be a program (sendmail.h).
 *
 * Blocks for as long as the attempt takes, never longer than twice the timeout given. An open
 * connection is kept for the next message; one that the relay closed meanwhile is opened
 * again without that counting as a failure.
 *
 * Encryption: smtps:// always; smtp:// where the relay offers STARTTLS, or required by
 * require_tls. The certificate is checked where encryption is required. A password goes to
 * another machine only over a checked, encrypted connection.
 *
 * A relay that offers it is asked to report failures and delays, not successes, to the
 * envelope's sender, with the message's own id; one that offers it and then refuses to hear of
 * it gets the plain commands.
 */
#ifndef SLUSS_OUTBOUND_SMTP_H
#define SLUSS_OUTBOUND_SMTP_H

#include <stdbool.h>
#include <stdint.h>

#include "outbound/mail.h"

enum smtp_outcome {
    SMTP_SENT = 0,
    SMTP_RETRY,     /* not now, or not known whether it was taken: try again later */
    SMTP_REFUSED,   /* never: this message to this recipient */
    SMTP_RELAY_DOWN /* the relay itself is of no use: another one, or later */
};

/* How far it came. */
enum smtp_step {
    SMTP_CONNECT = 0, /* up to the greeting */
    SMTP_EHLO,
    SMTP_STARTTLS,
    SMTP_AUTH,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_END, /* the message itself, and the answer to its end */
    SMTP_STEP_COUNT,
    SMTP_PROGRAM = SMTP_STEP_COUNT /* no conversation: a program was run; code is its exit */
};

#define SMTP_TEXT_MAX 256

struct smtp_result {
    enum smtp_outcome outcome;
    enum smtp_step step;
    int code;                 /* the relay's, 0 when it did not answer */
    char text[SMTP_TEXT_MAX]; /* its answer, or what went wrong; escaped, cut */
};

struct smtp_options {
    const char *url;           /* smtp://host:port, smtps://host:port, sendmail:/path */
    const char *user;          /* null: no AUTH */
    const char *password_file; /* first line; read at each connection, so it can be changed. A
                                  path, or the name of a systemd credential */
    const char *ca_file;       /* certificates to trust; null: those of the system */
    bool require_tls;
    int64_t timeout_us;
};

struct smtp_relay;

/* Once in a process, before anything else of this module, and at its end. 0 or SLUSS_ENOMEM. */
int smtp_begin(void);
void smtp_end(void);

/* Strings are copied. Connects to nothing yet. 0 or SLUSS_ENOMEM. */
int smtp_relay_new(const struct smtp_options *options, struct smtp_relay **out);
void smtp_relay_free(struct smtp_relay **relay); /* accepts null, leaves null */
/* As given, without a name and password in it. */
const char *smtp_relay_url(const struct smtp_relay *relay);

/* Never fails otherwise than by *result. */
void smtp_send(struct smtp_relay *relay, const struct mail *mail, struct smtp_result *result);

/* What an attempt that ended at `step` with that code means (0: no answer, or none that makes
 * sense). The one table of it. */
enum smtp_outcome smtp_judge(enum smtp_step step, int code);

/* Fill a result's outcome and text; the text is escaped and cut. */
void smtp_conclude(struct smtp_result *result, enum smtp_outcome outcome, struct span text);

const char *smtp_step_name(enum smtp_step step);

/* Does the URL name this very machine (localhost, 127.*, [::1])? */
bool smtp_is_loopback(const char *url);

#endif
