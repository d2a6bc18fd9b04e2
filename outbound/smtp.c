/* smtp.c -- the conversation from MAIL to the end of the message */
#include "outbound/smtp.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"
#include "model/text.h"
#include "outbound/connection.h"
#include "outbound/message.h"
#include "outbound/sendmail.h"

#define PASSWORD_MAX 512
#define COMMAND_MAX  4096
/* Relays close idle connections soon; not worth keeping longer. */
#define IDLE_US (20 * SECOND_US)

struct smtp_relay {
    char *url;
    char *shown; /* the same without a name and password */
    char *user;
    char *password_file;
    char *ca_file;
    bool require_tls;
    int64_t timeout_us;
    struct connection *connection; /* null: none is open */
    int64_t used_us;               /* monotonic: when it was last of use */
    struct buf message;            /* the one being sent, dots doubled */
};

int smtp_begin(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : SLUSS_ENOMEM;
}

void smtp_end(void)
{
    curl_global_cleanup();
}

/* --- what it means ---------------------------------------------------------------------- */

/* Codes that say we are not let in, whatever the message: the relay's settings or ours are
 * wrong, and the mail must wait for a person to mend them (RFC 4954, section 6; RFC 3207). */
static bool wants_credentials(int code)
{
    return code == 530 || code == 534 || code == 535 || code == 538;
}

enum smtp_outcome smtp_judge(enum smtp_step step, int code)
{
    if (step < SMTP_MAIL)
        return SMTP_RELAY_DOWN;
    /* Said to the sender it is said of all we send; said later, of this recipient alone, who
     * must not be able to stop the others' mail. */
    if (wants_credentials(code))
        return step == SMTP_MAIL ? SMTP_RELAY_DOWN : SMTP_RETRY;
    if (code >= 500 && code <= 599)
        return SMTP_REFUSED;
    if (code >= 400 && code <= 499)
        return SMTP_RETRY;
    /* The first digit decides: 2xx for the whole message is a yes (RFC 5321, 4.2). */
    if (step == SMTP_END && code >= 200 && code <= 299)
        return SMTP_SENT;
    /* No answer, or nonsense. Before the message was sent another relay may try; after it
     * nobody knows whether it was taken, and the repeat carries the same Message-ID. */
    return step == SMTP_END ? SMTP_RETRY : SMTP_RELAY_DOWN;
}

const char *smtp_step_name(enum smtp_step step)
{
    static const char *const names[SMTP_STEP_COUNT] = {
        [SMTP_CONNECT] = "connect", [SMTP_EHLO] = "ehlo",       [SMTP_STARTTLS] = "starttls",
        [SMTP_AUTH] = "auth",       [SMTP_MAIL] = "mail",       [SMTP_RCPT] = "rcpt",
        [SMTP_DATA] = "data",       [SMTP_END] = "end of data",
    };

    return step < SMTP_STEP_COUNT ? names[step] : "program";
}

bool smtp_is_loopback(const char *url)
{
    static const char *const hosts[] = {"localhost", "127.", "[::1]"};
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t n = strlen(hosts[i]);

        if (strncasecmp(host, hosts[i], n) != 0)
            continue;
        if (i == 1) { /* an address, not a name that begins like one */
            n += strspn(host + n, "0123456789.");
        }
        if (host[n] == '\0' || host[n] == ':' || host[n] == '/')
            return true;
    }
    return false;
}

/* --- one relay -------------------------------------------------------------------------- */

static char *copy_of(const char *text, bool *failed)
{
    char *copy = text ? strdup(text) : NULL;

    if (text && !copy)
        *failed = true;
    return copy;
}

/* smtp://name:password@host -> smtp://host */
static void hide_userinfo(char *url)
{
    char *host = strstr(url, "://");
    char *at = host ? strrchr(host, '@') : NULL;

    if (at)
        memmove(host + 3, at + 1, strlen(at + 1) + 1);
}

int smtp_relay_new(const struct smtp_options *options, struct smtp_relay **out)
{
    struct smtp_relay *relay = calloc(1, sizeof *relay);
    bool failed = false;

    *out = NULL;
    if (!relay)
        return SLUSS_ENOMEM;
    relay->url = copy_of(options->url, &failed);
    relay->shown = copy_of(options->url, &failed);
    relay->user = copy_of(options->user, &failed);
    relay->password_file = copy_of(options->password_file, &failed);
    relay->ca_file = copy_of(options->ca_file, &failed);
    relay->require_tls = options->require_tls;
    relay->timeout_us = options->timeout_us;
    buf_init(&relay->message, MESSAGE_MAX);
    if (failed) {
        smtp_relay_free(&relay);
        return SLUSS_ENOMEM;
    }
    hide_userinfo(relay->shown);
    *out = relay;
    return 0;
}

void smtp_relay_free(struct smtp_relay **relay)
{
    if (!*relay)
        return;
    connection_close(&(*relay)->connection);
    buf_free(&(*relay)->message);
    free((*relay)->url);
    free((*relay)->shown);
    free((*relay)->user);
    free((*relay)->password_file);
    free((*relay)->ca_file);
    free(*relay);
    *relay = NULL;
}

const char *smtp_relay_url(const struct smtp_relay *relay)
{
    return relay->shown;
}

/* --- preparing -------------------------------------------------------------------------- */

void smtp_conclude(struct smtp_result *result, enum smtp_outcome outcome, struct span text)
{
    struct buf safe;
    size_t n;

    buf_init(&safe, (size_t)SMTP_TEXT_MAX * 8);
    text_escape(&safe, text);
    n = safe.n < SMTP_TEXT_MAX - 1 ? safe.n : SMTP_TEXT_MAX - 1;
    while (n < safe.n && n && ((unsigned char)safe.p[n] & 0xc0) == 0x80)
        n--; /* do not cut a character in two */
    if (n)
        memcpy(result->text, safe.p, n);
    result->text[n] = '\0';
    result->outcome = outcome;
    buf_free(&safe);
}

/* Where the password is: a path, or a credential that the service manager laid out. */
static int password_path(const char *file, struct buf *path)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");

    if (strchr(file, '/'))
        return buf_str(path, file);
    return buf_printf(path, "%s/%s", credentials ? credentials : "/no-credentials", file);
}

/* Its first line, or why there is none. */
static const char *read_line_of(const char *path, char password[PASSWORD_MAX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, password, PASSWORD_MAX - 1);
    const char *wrong = n < 0 ? strerror(errno) : NULL;
    struct stat st;

    if (!wrong && (fstat(fd, &st) != 0 || st.st_mode & S_IRWXO))
        wrong = "others may read it; take that away with chmod o=, and change the password";
    if (fd >= 0)
        close(fd);
    if (wrong)
        return wrong;
    password[n] = '\0';
    password[strcspn(password, "\r\n")] = '\0';
    return password[0] ? NULL : "it is empty";
}

/* False with *reply filled. */
static bool read_password(const struct smtp_relay *relay, char password[PASSWORD_MAX],
                          struct reply *reply)
{
    struct buf path, text;
    const char *wrong;

    password[0] = '\0';
    if (!relay->user || !relay->password_file)
        return true;
    buf_init(&path, 8192);
    buf_init(&text, 16384);
    wrong = password_path(relay->password_file, &path) ? "its path is too long"
                                                       : read_line_of(buf_cstr(&path), password);
    if (wrong) {
        buf_printf(&text, "password-file %s: %s", buf_cstr(&path), wrong);
        reply->code = 0;
        reply->n = text.n < sizeof reply->text ? text.n : sizeof reply->text;
        memcpy(reply->text, text.p, reply->n);
    }
    buf_free(&path);
    buf_free(&text);
    return !wrong;
}

/* The message as it goes over the line: a dot at the beginning of a line is doubled. */
static bool lay_out(struct smtp_relay *relay, const struct mail *mail)
{
    struct buf plain;
    struct span left;

    buf_init(&plain, MESSAGE_MAX);
    buf_clear(&relay->message);
    if (message_write(mail, &plain))
        relay->message.failed = true;
    left = buf_view(&plain);
    while (left.n) {
        const char *end = memchr(left.p, '\n', left.n);
        size_t n = end ? (size_t)(end - left.p) + 1 : left.n;

        if (left.p[0] == '.')
            buf_char(&relay->message, '.');
        buf_add(&relay->message, left.p, n);
        left = span_of(left.p + n, left.n - n);
    }
    buf_str(&relay->message, ".\r\n");
    buf_free(&plain);
    return !buf_error(&relay->message);
}

/* --- the conversation ------------------------------------------------------------------- */

/* What one message's conversation is about. */
struct errand {
    struct smtp_relay *relay;
    const struct mail *mail;
    enum smtp_step step;
    struct reply reply;
};

/* Say it, and hear the answer. False: there was none. */
static bool ask(struct errand *e, enum smtp_step step, const struct buf *command)
{
    e->step = step;
    if (buf_error(command)) {
        e->reply = (struct reply){0};
        return false;
    }
    return connection_send(e->relay->connection, buf_view(command), &e->reply) &&
           connection_answer(e->relay->connection, &e->reply);
}

static bool is_yes(const struct reply *reply)
{
    return reply->code >= 200 && reply->code <= 299;
}

/* Codes by which a relay says that it does not know a parameter (RFC 5321, section 4.1.1.11). */
static bool dislikes_parameters(int code)
{
    return code == 501 || code == 504 || code == 555;
}

/* A command with parameters; again without them where the relay offered them in vain. */
static bool ask_with(struct errand *e, enum smtp_step step, const char *command,
                     const struct buf *parameters)
{
    struct buf line;
    bool answered;

    buf_init(&line, COMMAND_MAX);
    buf_printf(&line, "%s%s\r\n", command, parameters->n ? parameters->p : "");
    answered = ask(e, step, &line);
    if (answered && parameters->n && dislikes_parameters(e->reply.code)) {
        buf_clear(&line);
        buf_printf(&line, "%s\r\n", command);
        answered = ask(e, step, &line);
    }
    buf_free(&line);
    return answered && is_yes(&e->reply);
}

/* RFC 3461, section 4: what could be misread as a sign of the command is written in hex. */
static void add_xtext(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c > ' ' && c < 0x7f && c != '+' && c != '=')
            buf_char(out, (char)c);
        else
            buf_printf(out, "+%02X", c);
    }
}

static bool say_sender(struct errand *e)
{
    const struct connection *connection = e->relay->connection;
    struct buf command, parameters;
    struct span id = span_str(e->mail->id);
    bool yes;

    buf_init(&command, COMMAND_MAX);
    buf_init(&parameters, COMMAND_MAX);
    buf_printf(&command, "MAIL FROM:<%s>", e->mail->from);
    if (connection_offers(connection, "SIZE"))
        buf_printf(&parameters, " SIZE=%zu", e->relay->message.n);
    if (connection_offers(connection, "DSN")) {
        buf_str(&parameters, " RET=HDRS");
        if (id.n > 2 && id.n <= 100) { /* its limit in RFC 3461, section 4.4 */
            buf_str(&parameters, " ENVID=");
            add_xtext(&parameters, span_of(id.p + 1, id.n - 2));
        }
    }
    yes = ask_with(e, SMTP_MAIL, buf_cstr(&command), &parameters);
    buf_free(&command);
    buf_free(&parameters);
    return yes;
}

static bool say_recipient(struct errand *e)
{
    struct buf command, parameters;
    bool yes;

    buf_init(&command, COMMAND_MAX);
    buf_init(&parameters, COMMAND_MAX);
    buf_printf(&command, "RCPT TO:<%s>", e->mail->to);
    if (connection_offers(e->relay->connection, "DSN")) {
        buf_str(&parameters, " NOTIFY=FAILURE,DELAY ORCPT=rfc822;");
        add_xtext(&parameters, span_str(e->mail->to));
    }
    yes = ask_with(e, SMTP_RCPT, buf_cstr(&command), &parameters);
    buf_free(&command);
    buf_free(&parameters);
    return yes;
}

static bool say_message(struct errand *e)
{
    struct buf data;
    bool go_on;

    buf_init(&data, 16);
    buf_str(&data, "DATA\r\n");
    go_on = ask(e, SMTP_DATA, &data) && e->reply.code == 354;
    buf_free(&data);
    return go_on && ask(e, SMTP_END, &e->relay->message) && is_yes(&e->reply);
}

static void converse(struct errand *e)
{
    struct smtp_relay *relay = e->relay;

    connection_allow(relay->connection, relay->timeout_us);
    if (!say_sender(e) || !say_recipient(e) || !say_message(e))
        connection_close(&relay->connection); /* the next message begins anew */
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static bool open_connection(struct errand *e)
{
    struct smtp_relay *relay = e->relay;
    struct smtp_options options = {
        .url = relay->url,
        .user = relay->user,
        .ca_file = relay->ca_file,
        .require_tls = relay->require_tls,
        .timeout_us = relay->timeout_us,
    };
    char password[PASSWORD_MAX];

    e->step = SMTP_CONNECT;
    if (read_password(relay, password, &e->reply))
        relay->connection = connection_open(&options, password, &e->step, &e->reply);
    explicit_bzero(password, sizeof password);
    return relay->connection != NULL;
}

/* Did a kept connection turn out to be gone, at the first thing said? */
static bool was_stale(const struct errand *e)
{
    return !e->relay->connection && e->step == SMTP_MAIL &&
           (e->reply.code == 0 || e->reply.code == 421);
}

static void deliver(struct errand *e)
{
    struct smtp_relay *relay = e->relay;
    bool kept;

    if (relay->connection && now_us() - relay->used_us > IDLE_US)
        connection_close(&relay->connection);
    kept = relay->connection != NULL;
    if (kept)
        converse(e);
    if (kept && !was_stale(e))
        return;
    if (open_connection(e))
        converse(e);
}

void smtp_send(struct smtp_relay *relay, const struct mail *mail, struct smtp_result *result)
{
    struct errand errand = {.relay = relay, .mail = mail};
    struct span text;

    *result = (struct smtp_result){.outcome = SMTP_RETRY, .step = SMTP_CONNECT};
    if (sendmail_is(relay->url)) {
        sendmail_send(relay->url, mail, relay->timeout_us, result);
        return;
    }
    if (!lay_out(relay, mail)) {
        smtp_conclude(result, SMTP_RETRY, SPAN_LIT("out of memory"));
        return;
    }
    deliver(&errand);
    relay->used_us = now_us();
    result->step = errand.step;
    result->code = errand.reply.code >= 200 ? errand.reply.code : 0;
    text = span_of(errand.reply.text, errand.reply.n);
    smtp_conclude(result, smtp_judge(result->step, result->code), text);
    buf_clear(&relay->message);
}
