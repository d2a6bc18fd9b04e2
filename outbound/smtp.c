/* smtp.c -- libcurl as an SMTP client
 *
 * curl says only that a transfer failed. Which step failed, and with what answer, is read off
 * the protocol lines it hands to its debug callback.
 */
#include "outbound/smtp.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/error.h"
#include "model/text.h"

#define PASSWORD_MAX      512
#define IDLE_CONNECTION_S 20L /* relays close idle ones soon; not worth keeping longer */

/* The conversation so far. */
struct talk {
    enum smtp_step step;
    int code;
    char text[SMTP_TEXT_MAX]; /* raw lines of the last answer, joined */
    size_t n;
    bool whole;    /* the answer in `text` is complete: the next line begins another */
    bool quitting; /* what comes now is the answer to QUIT */
};

struct smtp_relay {
    CURL *curl;
    char *url;
    char *shown; /* the same without a name and password */
    char *user;
    char *password_file;
    bool require_tls;
    int64_t timeout_us;
    struct talk talk;
    char error[CURL_ERROR_SIZE];
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
    if (code >= 500 && code <= 599)
        return wants_credentials(code) ? SMTP_RELAY_DOWN : SMTP_REFUSED;
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

    return step < SMTP_STEP_COUNT ? names[step] : "unknown";
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

/* --- following the conversation --------------------------------------------------------- */

static void command_sent(struct talk *talk, struct span line)
{
    static const struct {
        struct span verb;
        enum smtp_step step;
    } verbs[] = {
        {{"EHLO", 4}, SMTP_EHLO}, {{"HELO", 4}, SMTP_EHLO}, {{"STARTTLS", 8}, SMTP_STARTTLS},
        {{"AUTH", 4}, SMTP_AUTH}, {{"MAIL", 4}, SMTP_MAIL}, {{"RCPT", 4}, SMTP_RCPT},
        {{"DATA", 4}, SMTP_DATA},
    };

    if (span_starts(line, SPAN_LIT("QUIT")))
        talk->quitting = true;
    if (talk->quitting)
        return;
    /* HELO is what curl tries when EHLO was refused: should that get no answer at all, the
     * refusal is the one to tell of. */
    if (!span_starts(line, SPAN_LIT("HELO"))) {
        talk->code = 0;
        talk->n = 0;
        talk->whole = false;
    }
    /* The continuation lines of AUTH are none of these (they are secret, too). */
    for (size_t i = 0; talk->step != SMTP_END && i < sizeof verbs / sizeof *verbs; i++)
        if (span_starts(line, verbs[i].verb) &&
            (line.n == verbs[i].verb.n || strchr(" \r\n", line.p[verbs[i].verb.n])))
            talk->step = verbs[i].step;
}

static void answer_line(struct talk *talk, struct span line)
{
    bool coded = line.n >= 3 && span_all_digits(span_of(line.p, 3));
    size_t room;

    if (talk->quitting)
        return;
    line = span_trim(line);
    if (talk->whole) {
        talk->n = 0;
        talk->whole = false;
    }
    if (coded) {
        talk->code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0');
        talk->whole = line.n < 4 || line.p[3] != '-';
        line = span_trim(span_of(line.p + (line.n > 3 ? 4 : 3), line.n - (line.n > 3 ? 4 : 3)));
    }
    if (talk->n && talk->n < sizeof talk->text)
        talk->text[talk->n++] = ' ';
    room = sizeof talk->text - talk->n;
    if (line.n > room)
        line.n = room;
    if (line.n)
        memcpy(talk->text + talk->n, line.p, line.n);
    talk->n += line.n;
    if (talk->step == SMTP_DATA && talk->whole && talk->code == 354) {
        talk->step = SMTP_END;
        talk->code = 0;
        talk->n = 0;
    }
}

static int follow(CURL *curl, curl_infotype type, char *data, size_t n, void *context)
{
    struct talk *talk = context;

    (void)curl;
    if (type == CURLINFO_HEADER_OUT)
        command_sent(talk, span_of(data, n));
    if (type == CURLINFO_HEADER_IN)
        answer_line(talk, span_of(data, n));
    return 0;
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
    relay->require_tls = options->require_tls;
    relay->timeout_us = options->timeout_us;
    relay->curl = curl_easy_init();
    if (failed || !relay->curl) {
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
    if ((*relay)->curl)
        curl_easy_cleanup((*relay)->curl);
    free((*relay)->url);
    free((*relay)->shown);
    free((*relay)->user);
    free((*relay)->password_file);
    free(*relay);
    *relay = NULL;
}

const char *smtp_relay_url(const struct smtp_relay *relay)
{
    return relay->shown;
}

/* --- preparing -------------------------------------------------------------------------- */

static void fail(struct smtp_result *result, enum smtp_outcome outcome, struct span text)
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

/* The first line of the password file; false with *result filled. */
static bool read_password(const struct smtp_relay *relay, char password[PASSWORD_MAX],
                          struct smtp_result *result)
{
    int fd = open(relay->password_file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, password, PASSWORD_MAX - 1);
    struct buf text;

    if (n < 0) {
        buf_init(&text, 8192);
        buf_printf(&text, "password-file %s: %s", relay->password_file, strerror(errno));
        fail(result, SMTP_RELAY_DOWN, buf_view(&text));
        buf_free(&text);
    }
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return false;
    password[n] = '\0';
    password[strcspn(password, "\r\n")] = '\0';
    return true;
}

static void set_security(struct smtp_relay *relay, const char *password)
{
    bool secret = relay->user || strchr(relay->url, '@');
    bool far = secret && !smtp_is_loopback(relay->shown);
    bool must = relay->require_tls || far || strncasecmp(relay->url, "smtps:", 6) == 0;

    curl_easy_setopt(relay->curl, CURLOPT_USE_SSL, (long)(must ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    /* Encryption that is not required would be given up by anyone who can strip STARTTLS;
     * checking its certificate would only make mail fail on the usual self-made ones. */
    curl_easy_setopt(relay->curl, CURLOPT_SSL_VERIFYPEER, must ? 1L : 0L);
    curl_easy_setopt(relay->curl, CURLOPT_SSL_VERIFYHOST, must ? 2L : 0L);
    if (relay->user) {
        curl_easy_setopt(relay->curl, CURLOPT_USERNAME, relay->user);
        curl_easy_setopt(relay->curl, CURLOPT_PASSWORD, password);
    }
}

static void set_connection(struct smtp_relay *relay)
{
    CURL *curl = relay->curl;
    long ms = (long)(relay->timeout_us / 1000);

    curl_easy_reset(curl); /* options; open connections stay */
    curl_easy_setopt(curl, CURLOPT_URL, relay->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, ms > 0 ? ms : 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ms > 0 ? ms : 1L);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, IDLE_CONNECTION_S);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, relay->error);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, follow);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &relay->talk);
}

/* --- the message as MIME ---------------------------------------------------------------- */

static CURLcode add_part(curl_mime *mime, const struct buf *content, const char *type,
                         const char *encoder)
{
    curl_mimepart *part = curl_mime_addpart(mime);
    CURLcode rc = part ? CURLE_OK : CURLE_OUT_OF_MEMORY;

    if (!rc)
        rc = curl_mime_data(part, content->n ? content->p : "", content->n);
    if (!rc)
        rc = curl_mime_type(part, type);
    if (!rc)
        rc = curl_mime_encoder(part, encoder);
    return rc;
}

/* Lines of text end in CRLF in a mail (RFC 2045, section 6.7): only then does curl's encoder
 * take them for line ends. */
static CURLcode add_text(curl_mime *mime, const struct buf *text, const char *type)
{
    struct buf lines;
    CURLcode rc;

    buf_init(&lines, 2 * (size_t)MAIL_TEXT_MAX);
    for (size_t i = 0; i < text->n; i++) {
        if (text->p[i] == '\n' && (i == 0 || text->p[i - 1] != '\r'))
            buf_char(&lines, '\r');
        buf_char(&lines, text->p[i]);
    }
    rc = buf_error(&lines) ? CURLE_OUT_OF_MEMORY : CURLE_OK;
    if (!rc)
        rc = add_part(mime, &lines, type, "quoted-printable");
    buf_free(&lines);
    return rc;
}

/* Text and HTML, one of which the reader shows. */
static CURLcode add_texts(CURL *curl, curl_mime *mixed, const struct mail *mail)
{
    curl_mime *texts;
    curl_mimepart *part;
    CURLcode rc;

    if (!mail->html.n)
        return add_text(mixed, &mail->text, "text/plain; charset=utf-8");
    texts = curl_mime_init(curl);
    part = curl_mime_addpart(mixed);
    if (!texts || !part) {
        curl_mime_free(texts);
        return CURLE_OUT_OF_MEMORY;
    }
    rc = curl_mime_subparts(part, texts); /* from here `mixed` owns it */
    if (rc) {
        curl_mime_free(texts);
        return rc;
    }
    rc = curl_mime_type(part, "multipart/alternative");
    if (!rc)
        rc = add_text(texts, &mail->text, "text/plain; charset=utf-8");
    if (!rc)
        rc = add_text(texts, &mail->html, "text/html; charset=utf-8");
    return rc;
}

static CURLcode add_attachment(curl_mime *mixed, const struct mail *mail)
{
    curl_mimepart *part = curl_mime_addpart(mixed);
    CURLcode rc = part ? CURLE_OK : CURLE_OUT_OF_MEMORY;

    if (!rc)
        rc = curl_mime_data(part, mail->json.p, mail->json.n);
    if (!rc)
        rc = curl_mime_filename(part, "receipt.json");
    if (!rc)
        rc = curl_mime_type(part, "application/json");
    return rc ? rc : curl_mime_encoder(part, "base64");
}

static curl_mime *make_mime(CURL *curl, const struct mail *mail)
{
    curl_mime *mixed = curl_mime_init(curl);
    CURLcode rc = mixed ? add_texts(curl, mixed, mail) : CURLE_OUT_OF_MEMORY;

    if (!rc && mail->json.n)
        rc = add_attachment(mixed, mail);
    if (rc) {
        curl_mime_free(mixed);
        mixed = NULL;
    }
    return mixed;
}

static struct curl_slist *make_headers(const struct mail *mail)
{
    struct curl_slist *list = NULL;

    for (const char *h = mail_next_header(mail, NULL); h; h = mail_next_header(mail, h)) {
        struct curl_slist *longer = curl_slist_append(list, h);

        if (!longer) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

/* --- sending ---------------------------------------------------------------------------- */

static void conclude(const struct smtp_relay *relay, CURLcode rc, struct smtp_result *result)
{
    const struct talk *talk = &relay->talk;
    bool answered = talk->code >= 200;
    struct span text = span_of(talk->text, talk->n);

    result->step = talk->step;
    result->code = answered ? talk->code : 0;
    if (rc == CURLE_OK) {
        result->step = SMTP_END;
        fail(result, SMTP_SENT, text);
        return;
    }
    /* An answer of 2xx or 3xx before the end is not what failed. */
    if (talk->code < 400 && !(talk->step == SMTP_END && talk->code >= 200 && talk->code < 300)) {
        result->code = 0;
        text = span_str(relay->error[0] ? relay->error : curl_easy_strerror(rc));
    }
    fail(result, smtp_judge(result->step, result->code), text);
}

/* A kept connection that the relay closed while it was idle: found at the first command. */
static bool was_stale(const struct smtp_relay *relay, CURLcode rc)
{
    long opened = 1;

    curl_easy_getinfo(relay->curl, CURLINFO_NUM_CONNECTS, &opened);
    return rc != CURLE_OK && opened == 0 && relay->talk.step <= SMTP_MAIL &&
           (relay->talk.code < 400 || relay->talk.code == 421);
}

static CURLcode perform(struct smtp_relay *relay)
{
    CURLcode rc;

    relay->talk = (struct talk){.step = SMTP_CONNECT};
    relay->error[0] = '\0';
    rc = curl_easy_perform(relay->curl);
    if (!was_stale(relay, rc))
        return rc;
    relay->talk = (struct talk){.step = SMTP_CONNECT};
    relay->error[0] = '\0';
    curl_easy_setopt(relay->curl, CURLOPT_FRESH_CONNECT, 1L);
    return curl_easy_perform(relay->curl);
}

void smtp_send(struct smtp_relay *relay, const struct mail *mail, struct smtp_result *result)
{
    char password[PASSWORD_MAX] = "";
    curl_mime *mime = NULL;
    struct curl_slist *headers = NULL;
    struct curl_slist *recipients = NULL;

    *result = (struct smtp_result){.outcome = SMTP_RETRY, .step = SMTP_CONNECT};
    if (relay->user && relay->password_file && !read_password(relay, password, result))
        return;
    set_connection(relay);
    set_security(relay, password);
    explicit_bzero(password, sizeof password);
    mime = make_mime(relay->curl, mail);
    headers = make_headers(mail);
    recipients = curl_slist_append(NULL, mail->to);
    if (!mime || !headers || !recipients) {
        fail(result, SMTP_RETRY, SPAN_LIT("out of memory"));
    } else {
        curl_easy_setopt(relay->curl, CURLOPT_MAIL_FROM, mail->from);
        curl_easy_setopt(relay->curl, CURLOPT_MAIL_RCPT, recipients);
        curl_easy_setopt(relay->curl, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(relay->curl, CURLOPT_MIMEPOST, mime);
        conclude(relay, perform(relay), result);
    }
    curl_easy_reset(relay->curl); /* lets go of the lists and the password */
    curl_slist_free_all(recipients);
    curl_slist_free_all(headers);
    curl_mime_free(mime);
}
