/* sendmail.h -- a local program as a relay: sendmail:/usr/sbin/sendmail
 *
 * Sources: sendmail(8) as Postfix, Exim and msmtp keep it (-i, -f, recipients after --), and
 * sysexits.h for what its exit codes mean.
 *
 * Run as program.h says, the message on its standard input; it may go on delivering in the
 * background.
 */
#ifndef SLUSS_OUTBOUND_SENDMAIL_H
#define SLUSS_OUTBOUND_SENDMAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "outbound/mail.h"
#include "outbound/smtp.h"

/* Is it such a relay? */
bool sendmail_is(const char *url);

/* Never fails otherwise than by *result: its step is SMTP_PROGRAM, its code the exit code. */
void sendmail_send(const char *url, const struct mail *mail, int64_t timeout_us,
                   struct smtp_result *result);

/* What an exit code means. The one table of it. */
enum smtp_outcome sendmail_judge(int exit_code);

#endif
