/* sendmail.c -- running the program, and reading its exit */
#include "outbound/sendmail.h"

#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "outbound/message.h"
#include "outbound/program.h"

#define SCHEME "sendmail:"

bool sendmail_is(const char *url)
{
    return strncmp(url, SCHEME, sizeof SCHEME - 1) == 0;
}

/* --- what it means ---------------------------------------------------------------------- */

static const struct {
    int code;
    enum smtp_outcome outcome;
    const char *meaning;
} exits[] = {
    {EX_OK, SMTP_SENT, "taken"},
    {EX_USAGE, SMTP_RELAY_DOWN, "it does not know our arguments"},
    {EX_DATAERR, SMTP_REFUSED, "the message or an address is malformed"},
    {EX_NOINPUT, SMTP_RETRY, "it could not read the message"},
    {EX_NOUSER, SMTP_REFUSED, "no such recipient"},
    {EX_NOHOST, SMTP_REFUSED, "no such host"},
    {EX_UNAVAILABLE, SMTP_RETRY, "it is not available"},
    {EX_SOFTWARE, SMTP_RETRY, "an error of its own"},
    {EX_OSERR, SMTP_RETRY, "an error of the system"},
    {EX_OSFILE, SMTP_RELAY_DOWN, "a file of the system is missing"},
    {EX_CANTCREAT, SMTP_RELAY_DOWN, "it cannot write its queue"},
    {EX_IOERR, SMTP_RETRY, "an error of input or output"},
    {EX_TEMPFAIL, SMTP_RETRY, "not now"},
    {EX_PROTOCOL, SMTP_RETRY, "the next host does not keep to the protocol"},
    {EX_NOPERM, SMTP_RELAY_DOWN, "we may not use it"},
    {EX_CONFIG, SMTP_RELAY_DOWN, "it is configured wrongly"},
    {PROGRAM_NO_START, SMTP_RELAY_DOWN, "is it there, and executable?"},
};

static size_t row_of(int code)
{
    size_t i = 0;

    while (i < sizeof exits / sizeof *exits && exits[i].code != code)
        i++;
    return i;
}

/* A code that is not in the table says nothing of the recipient: nobody is given up for it. */
enum smtp_outcome sendmail_judge(int exit_code)
{
    size_t row = row_of(exit_code);

    return row < sizeof exits / sizeof *exits ? exits[row].outcome : SMTP_RELAY_DOWN;
}

/* --- running it ------------------------------------------------------------------------- */

/* "no such recipient: what it said" */
static void conclude(const struct program_end *end, struct smtp_result *result)
{
    struct buf text;

    buf_init(&text, 4096);
    if (!end->in_time) {
        buf_str(&text, "it did not end in time and was ended");
        smtp_conclude(result, SMTP_RETRY, buf_view(&text)); /* it may have taken it */
    } else if (WIFSIGNALED(end->status)) {
        buf_printf(&text, "it was ended by signal %d", WTERMSIG(end->status));
        smtp_conclude(result, SMTP_RETRY, buf_view(&text));
    } else if (WEXITSTATUS(end->status) == EX_OK && !end->fed) {
        smtp_conclude(result, SMTP_RETRY, SPAN_LIT("it ended before it had the whole message"));
    } else {
        size_t row = row_of(WEXITSTATUS(end->status));

        result->code = WEXITSTATUS(end->status);
        if (row < sizeof exits / sizeof *exits)
            buf_str(&text, exits[row].meaning);
        else
            buf_str(&text, "not a code of sysexits.h");
        if (end->said_n)
            buf_printf(&text, ": %.*s", SPAN_FMT(span_trim(span_of(end->said, end->said_n))));
        smtp_conclude(result, sendmail_judge(result->code), buf_view(&text));
    }
    buf_free(&text);
}

/* Programs take lines as files have them. */
static int lay_out(const struct mail *mail, struct buf *out)
{
    int rc = message_write(mail, out);
    size_t kept = 0;

    for (size_t i = 0; i < out->n; i++)
        if (out->p[i] != '\r')
            out->p[kept++] = out->p[i];
    out->n = kept;
    return rc;
}

void sendmail_send(const char *url, const struct mail *mail, int64_t timeout_us,
                   struct smtp_result *result)
{
    const char *const arguments[] = {
        url + sizeof SCHEME - 1, "-i", "-f", mail->from, "--", mail->to, NULL};
    struct program program = {
        .arguments = arguments, .timeout_us = timeout_us, .listen = true, .spare = true};
    struct program_end end;
    struct buf message;

    *result = (struct smtp_result){.outcome = SMTP_RETRY, .step = SMTP_PROGRAM};
    buf_init(&message, MESSAGE_MAX);
    if (lay_out(mail, &message)) {
        smtp_conclude(result, SMTP_RETRY, SPAN_LIT("out of memory"));
    } else {
        program.input = buf_view(&message);
        program_see_through(&program, &end);
        if (end.error)
            smtp_conclude(result, SMTP_RELAY_DOWN, span_str(strerror(end.error)));
        else
            conclude(&end, result);
    }
    buf_free(&message);
}
