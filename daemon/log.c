/* log.c -- the journal with fields, or lines for people */
#include "daemon/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "model/buf.h"
#include "model/text.h"

#define FIELD_COUNT_MAX 24
#define VALUE_MAX       2048  /* bytes of a value before escaping; the rest is cut off */
#define LINE_BYTES      65536 /* bytes of a line, and of all fields together */

/* Where lines go. The one thing here that outlives a call: set once by log_open. */
static struct {
    const char *process;
    bool journal;
    bool colour;
} target;

static const struct {
    const char *word; /* padded: the event names stand under each other */
    const char *colour;
} levels[] = {
    [LOG_LEVEL_CRITICAL] = {"CRITICAL", "\033[1;31m"},
    [LOG_LEVEL_ERROR] = {"error  ", "\033[31m"},
    [LOG_LEVEL_WARNING] = {"warning", "\033[33m"},
    [LOG_LEVEL_NOTICE] = {"notice ", "\033[1m"},
    [LOG_LEVEL_INFO] = {"info   ", ""},
};

/* systemd says in JOURNAL_STREAM which device and inode the journal's stream has; a stderr
 * redirected since is another one. */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device;
    uintmax_t inode;
    char *end;
    struct stat st;

    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return false;
    device = strtoumax(stream, &end, 10);
    if (*end != ':')
        return false;
    inode = strtoumax(end + 1, &end, 10);
    return *end == '\0' && device == st.st_dev && inode == st.st_ino;
}

void log_open(const char *process)
{
    const char *no_colour = getenv("NO_COLOR");

    target.process = process;
    target.journal = stderr_is_journal();
    target.colour = !target.journal && !(no_colour && *no_colour) && isatty(STDERR_FILENO);
}

/* The value for display: escaped and of bounded length. */
static void add_value(struct buf *out, struct span value)
{
    bool cut = value.n > VALUE_MAX;

    if (cut)
        value.n = VALUE_MAX;
    (void)text_escape(out, value);
    if (cut)
        (void)buf_str(out, "...");
}

/* As add_value, in quotes when somebody splitting the line at blanks would be misled. */
static void add_quoted(struct buf *out, struct span value)
{
    struct buf text;
    struct span view;

    buf_init(&text, LINE_BYTES);
    add_value(&text, value);
    view = buf_view(&text);
    if (view.n && !memchr(view.p, ' ', view.n) && !memchr(view.p, '"', view.n)) {
        (void)buf_span(out, view);
        buf_free(&text);
        return;
    }
    (void)buf_char(out, '"');
    for (size_t i = 0; i < view.n; i++) {
        if (view.p[i] == '"')
            (void)buf_char(out, '\\');
        (void)buf_char(out, view.p[i]);
    }
    (void)buf_char(out, '"');
    buf_free(&text);
}

static bool is_journals_own(const char *key)
{
    return key[0] >= 'A' && key[0] <= 'Z';
}

static void add_event(struct buf *out, const char *event, const struct log_field *fields)
{
    (void)buf_str(out, event);
    for (const struct log_field *f = fields; f && f->key; f++) {
        if (is_journals_own(f->key))
            continue;
        (void)buf_char(out, ' ');
        (void)buf_str(out, f->key);
        (void)buf_char(out, '=');
        add_quoted(out, f->value);
    }
}

/* One write a line, so that lines of several processes do not mix. */
static void write_line(struct buf *line)
{
    const char *p = buf_cstr(line);
    size_t left = line->n;

    while (left) {
        ssize_t n = write(STDERR_FILENO, p, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nobody to tell */
        p += n;
        left -= (size_t)n;
    }
}

static void add_time(struct buf *out)
{
    char text[32];
    struct tm tm;
    time_t now = time(NULL);

    if (localtime_r(&now, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S ", &tm))
        (void)buf_str(out, text);
}

static void to_people(enum log_level level, const char *event, const struct log_field *fields)
{
    struct buf line;
    const char *colour = target.colour ? levels[level].colour : "";

    buf_init(&line, LINE_BYTES);
    add_time(&line);
    (void)buf_printf(&line, "%s%s%s ", colour, levels[level].word, *colour ? "\033[0m" : "");
    add_event(&line, event, fields);
    (void)buf_char(&line, '\n');
    write_line(&line);
    buf_free(&line);
}

/* The journal's stream as plain text: for processes that may not open a socket. */
static void to_stream(enum log_level level, const char *event, const struct log_field *fields)
{
    struct buf line;

    buf_init(&line, LINE_BYTES);
    (void)buf_printf(&line, "<%d>", (int)level);
    add_event(&line, event, fields);
    (void)buf_char(&line, '\n');
    write_line(&line);
    buf_free(&line);
}

/* SLUSS_ and the key in upper case, as the journal wants its names; its own as they are. */
static void add_field_name(struct buf *out, const char *key)
{
    if (!is_journals_own(key))
        (void)buf_str(out, "SLUSS_");
    for (const char *p = key; *p; p++) {
        if (*p >= 'a' && *p <= 'z')
            (void)buf_char(out, (char)(*p - 'a' + 'A'));
        else
            (void)buf_char(out, *p == '-' ? '_' : *p);
    }
    (void)buf_char(out, '=');
}

/* All fields of an event one behind the other in `all`; ends[i] is where the i-th stops. */
static size_t journal_fields(struct buf *all, size_t *ends, enum log_level level, const char *event,
                             const struct log_field *fields)
{
    size_t n = 0;

    (void)buf_str(all, "MESSAGE=");
    add_event(all, event, fields);
    ends[n++] = all->n;
    (void)buf_printf(all, "PRIORITY=%d", (int)level);
    ends[n++] = all->n;
    (void)buf_str(all, "SYSLOG_IDENTIFIER=slussd");
    ends[n++] = all->n;
    (void)buf_printf(all, "SLUSS_EVENT=%s", event);
    ends[n++] = all->n;
    (void)buf_printf(all, "SLUSS_PROCESS=%s", target.process ? target.process : "");
    ends[n++] = all->n;
    for (const struct log_field *f = fields; f && f->key && n < FIELD_COUNT_MAX; f++) {
        add_field_name(all, f->key);
        add_value(all, f->value);
        ends[n++] = all->n;
    }
    return n;
}

static bool to_journal(enum log_level level, const char *event, const struct log_field *fields)
{
    size_t ends[FIELD_COUNT_MAX];
    struct iovec parts[FIELD_COUNT_MAX];
    struct buf all;
    size_t begin = 0;
    size_t n;
    bool sent;

    buf_init(&all, LINE_BYTES);
    n = journal_fields(&all, ends, level, event, fields);
    for (size_t i = 0; i < n; i++) {
        parts[i].iov_base = all.p + begin;
        parts[i].iov_len = ends[i] - begin;
        begin = ends[i];
    }
    sent = !all.failed && sd_journal_sendv(parts, (int)n) >= 0;
    buf_free(&all);
    return sent;
}

void log_event(enum log_level level, const char *event, const struct log_field *fields)
{
    int kept = errno; /* a log line between a failure and its errno must not change it */

    if (!target.journal)
        to_people(level, event, fields);
    else if (!to_journal(level, event, fields))
        to_stream(level, event, fields);
    errno = kept;
}

void log_text(enum log_level level, const char *event, const char *format, ...)
{
    struct buf text;
    va_list args;

    buf_init(&text, LINE_BYTES);
    va_start(args, format);
    (void)buf_vprintf(&text, format, args);
    va_end(args);
    log_event(
        level, event,
        (const struct log_field[]){{"text", span_of(buf_cstr(&text), text.n)}, {NULL, SPAN_NONE}});
    buf_free(&text);
}
