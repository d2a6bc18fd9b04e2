/* connection.c -- libcurl up to AUTH, then its raw connection */
#include "outbound/connection.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "model/date.h"

#define OFFERS_MAX 2048
#define ANSWER_MAX 65536 /* bytes of one answer: a relay that never ends one is broken */
#define QUIT_US    (2 * SECOND_US)

/* What libcurl and the relay have said so far, read off the lines that libcurl shows. */
struct talk {
    enum smtp_step step;
    struct reply reply;      /* the last one */
    bool whole;              /* it is complete: the next line begins another */
    char offers[OFFERS_MAX]; /* "\nDSN\nSIZE 1000\n", of the last EHLO */
    size_t offers_n;
};

struct connection {
    CURL *curl;
    struct talk talk;
    char error[CURL_ERROR_SIZE];
    curl_socket_t socket;
    int64_t until_us; /* monotonic */
    bool broken;      /* nothing more can be said */
    char piece[1024]; /* read and not yet looked at */
    size_t from, to;
};

/* --- answers ---------------------------------------------------------------------------- */

static void reply_say(struct reply *reply, const char *text)
{
    reply->code = 0;
    reply->n = strnlen(text, sizeof reply->text);
    memcpy(reply->text, text, reply->n);
}

/* Add a line of an answer; true when it is the last. */
static bool reply_line(struct reply *reply, struct span line)
{
    bool coded = line.n >= 3 && span_all_digits(span_of(line.p, 3));
    bool last = true;
    size_t room;

    line = span_trim(line);
    if (coded) {
        size_t skip = line.n > 3 ? 4 : 3;

        reply->code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0');
        last = line.n < 4 || line.p[3] != '-';
        line = span_trim(span_of(line.p + skip, line.n - skip));
    }
    if (reply->n && reply->n < sizeof reply->text)
        reply->text[reply->n++] = ' ';
    room = sizeof reply->text - reply->n;
    if (line.n > room)
        line.n = room;
    if (line.n)
        memcpy(reply->text + reply->n, line.p, line.n);
    reply->n += line.n;
    return last;
}

/* --- following libcurl ------------------------------------------------------------------ */

static void command_sent(struct talk *talk, struct span line)
{
    static const struct {
        struct span verb;
        enum smtp_step step;
    } verbs[] = {
        {{"EHLO", 4}, SMTP_EHLO},
        {{"HELO", 4}, SMTP_EHLO},
        {{"STARTTLS", 8}, SMTP_STARTTLS},
        {{"AUTH", 4}, SMTP_AUTH},
    };

    /* HELO is what curl tries when EHLO was refused: should that get no answer at all, the
     * refusal is the one to tell of. */
    if (!span_starts(line, SPAN_LIT("HELO"))) {
        talk->reply.code = 0;
        talk->reply.n = 0;
        talk->whole = false;
    }
    /* The continuation lines of AUTH are none of these (they are secret, too). */
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (span_starts(line, verbs[i].verb) &&
            (line.n == verbs[i].verb.n || strchr(" \r\n", line.p[verbs[i].verb.n])))
            talk->step = verbs[i].step;
    if (talk->step == SMTP_EHLO)
        talk->offers_n = 0;
}

static void offer(struct talk *talk, struct span line)
{
    struct span text = line.n > 4 ? span_trim(span_of(line.p + 4, line.n - 4)) : SPAN_NONE;

    if (talk->offers_n + text.n + 2 > sizeof talk->offers)
        return;
    talk->offers[talk->offers_n++] = '\n';
    if (text.n)
        memcpy(talk->offers + talk->offers_n, text.p, text.n);
    talk->offers_n += text.n;
}

static int follow(CURL *curl, curl_infotype type, char *data, size_t n, void *context)
{
    struct talk *talk = context;
    struct span line = span_of(data, n);

    (void)curl;
    if (type == CURLINFO_HEADER_OUT)
        command_sent(talk, line);
    if (type != CURLINFO_HEADER_IN)
        return 0;
    if (talk->whole) {
        talk->reply.n = 0;
        talk->whole = false;
    }
    talk->whole = reply_line(&talk->reply, line) && talk->reply.code;
    if (talk->step == SMTP_EHLO && talk->reply.code == 250)
        offer(talk, line);
    return 0;
}

bool connection_offers(const struct connection *c, const char *extension)
{
    size_t n = strlen(extension);
    struct span left = span_of(c->talk.offers, c->talk.offers_n);

    while (left.n) {
        const char *end = memchr(left.p + 1, '\n', left.n - 1);
        size_t taken = end ? (size_t)(end - left.p) : left.n;

        if (taken > n && strncasecmp(left.p + 1, extension, n) == 0 &&
            (taken == n + 1 || left.p[n + 1] == ' '))
            return true;
        left = span_of(left.p + taken, left.n - taken);
    }
    return false;
}

/* --- opening ---------------------------------------------------------------------------- */

static void set_security(CURL *curl, const struct smtp_options *options, const char *password)
{
    bool secret = options->user || strchr(options->url, '@');
    bool far = secret && !smtp_is_loopback(options->url);
    bool must = options->require_tls || far || strncasecmp(options->url, "smtps:", 6) == 0;

    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(must ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    /* Encryption that is not required would be given up by anyone who can strip STARTTLS;
     * checking its certificate would only make mail fail on the usual self-made ones. */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, must ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, must ? 2L : 0L);
    if (options->ca_file) { /* those of the system do not count beside it */
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (options->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    }
}

static void set_connection(struct connection *c, const struct smtp_options *options)
{
    CURL *curl = c->curl;
    long ms = (long)(options->timeout_us / 1000);

    curl_easy_setopt(curl, CURLOPT_URL, options->url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, ms > 0 ? ms : 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ms > 0 ? ms : 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, c->error);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, follow);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &c->talk);
}

static void explain(const struct connection *c, CURLcode rc, enum smtp_step *failed_at,
                    struct reply *reply)
{
    *failed_at = c->talk.step;
    *reply = c->talk.reply;
    if (reply->code < 400) /* an answer of 2xx or 3xx is not what failed */
        reply_say(reply, c->error[0] ? c->error : curl_easy_strerror(rc));
}

struct connection *connection_open(const struct smtp_options *options, const char *password,
                                   enum smtp_step *failed_at, struct reply *reply)
{
    struct connection *c = calloc(1, sizeof *c);
    CURLcode rc = CURLE_OUT_OF_MEMORY;

    if (c)
        c->curl = curl_easy_init();
    if (!c || !c->curl) {
        *failed_at = SMTP_CONNECT;
        reply_say(reply, curl_easy_strerror(rc));
        free(c);
        return NULL;
    }
    c->socket = CURL_SOCKET_BAD;
    set_connection(c, options);
    set_security(c->curl, options, password);
    rc = curl_easy_perform(c->curl);
    if (rc == CURLE_OK)
        rc = curl_easy_getinfo(c->curl, CURLINFO_ACTIVESOCKET, &c->socket);
    if (rc == CURLE_OK && c->socket != CURL_SOCKET_BAD)
        return c;
    explain(c, rc, failed_at, reply);
    c->broken = true;
    connection_close(&c);
    return NULL;
}

void connection_close(struct connection **connection)
{
    struct connection *c = *connection;
    struct reply ignored;

    if (!c)
        return;
    if (!c->broken) {
        connection_allow(c, QUIT_US);
        connection_send(c, SPAN_LIT("QUIT\r\n"), &ignored);
    }
    /* So that libcurl does not wait for an answer to a QUIT of its own. */
    if (c->socket != CURL_SOCKET_BAD)
        shutdown(c->socket, SHUT_RDWR);
    curl_easy_cleanup(c->curl);
    free(c);
    *connection = NULL;
}

/* --- speaking --------------------------------------------------------------------------- */

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

void connection_allow(struct connection *c, int64_t timeout_us)
{
    c->until_us = now_us() + timeout_us;
}

static bool break_off(struct connection *c, struct reply *reply, const char *why)
{
    c->broken = true;
    reply_say(reply, why);
    return false;
}

/* Wait until the socket is ready; false when the time is up. */
static bool wait_for(struct connection *c, short events)
{
    struct pollfd fd = {.fd = c->socket, .events = events};
    int64_t left = c->until_us - now_us();

    return left > 0 && poll(&fd, 1, (int)((left + 999) / 1000)) >= 0;
}

bool connection_send(struct connection *c, struct span bytes, struct reply *reply)
{
    while (bytes.n && !c->broken) {
        size_t n = 0;
        CURLcode rc = curl_easy_send(c->curl, bytes.p, bytes.n, &n);

        if (rc == CURLE_AGAIN && !wait_for(c, POLLOUT))
            return break_off(c, reply, "the relay took too long to take it");
        if (rc != CURLE_OK && rc != CURLE_AGAIN)
            return break_off(c, reply, "the connection broke");
        bytes = span_of(bytes.p + n, bytes.n - n);
    }
    return !c->broken;
}

/* Read more into `piece`. */
static bool read_more(struct connection *c, struct reply *reply)
{
    for (;;) {
        size_t n = 0;
        CURLcode rc = curl_easy_recv(c->curl, c->piece, sizeof c->piece, &n);

        if (rc == CURLE_OK && n) {
            c->from = 0;
            c->to = n;
            return true;
        }
        if (rc == CURLE_OK)
            return break_off(c, reply, "the relay closed the connection");
        if (rc != CURLE_AGAIN)
            return break_off(c, reply, "the connection broke");
        if (!wait_for(c, POLLIN))
            return break_off(c, reply, "no answer in time");
    }
}

bool connection_answer(struct connection *c, struct reply *reply)
{
    char line[1024];
    size_t n = 0;

    *reply = (struct reply){0};
    for (size_t total = 0; total < ANSWER_MAX; total++) {
        if (c->from == c->to && !read_more(c, reply))
            return false;
        if (n < sizeof line) /* what is longer is cut */
            line[n++] = c->piece[c->from];
        if (c->piece[c->from++] != '\n')
            continue;
        if (reply_line(reply, span_of(line, n)))
            return reply->code ? true : (c->broken = true, false);
        n = 0;
    }
    return break_off(c, reply, "an answer without end");
}
