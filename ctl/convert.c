/* convert.c -- slussctl convert: payments in one format written in another
 *
 * The file is made in memory, read back and compared before anybody sees it. A file on disk
 * appears whole under its name or not at all: written beside it, synced, renamed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/file.h"
#include "ctl/when.h"
#include "model/error.h"
#include "model/json.h"
#include "parsers/reading.h"
#include "parsers/writer.h"

#define PAYMENTS_MEMORY ((size_t)4 << 30)
#define OUTPUT_MAX      ((size_t)2 << 30)

struct conversion {
    const char *file, *output; /* null output: standard output */
    const struct format_writer *writer;
    struct payments payments;
    struct summary summary;
    struct writer_report report;
    struct buf out;
    bool not_booked;
    uint64_t unknown; /* the first record of a kind that the reading does not know; 0: none */
};

/* The sink's context is the payments, which a conversion holds. */
static int on_finding(void *context, const struct finding *finding)
{
    struct conversion *c =
        (struct conversion *)(void *)((char *)context - offsetof(struct conversion, payments));

    c->not_booked = c->not_booked || finding->code == FINDING_NOT_BOOKED;
    if (finding->code == FINDING_UNKNOWN_RECORD && !c->unknown)
        c->unknown = finding->record ? finding->record : 1;
    return SLUSS_OK;
}

/* --- may it, and did it ------------------------------------------------------------------- */

static int refused(const struct conversion *c, const char *why, uint64_t record)
{
    if (record)
        complain("%s: not converted to %s, record %llu: %s", c->file, c->writer->format,
                 (unsigned long long)record, why);
    else
        complain("%s: not converted to %s: %s", c->file, c->writer->format, why);
    return EXIT_NO;
}

static int read_source(struct conversion *c, const struct file_how *how)
{
    struct sink sink = {.finding = on_finding};
    int error;

    payments_sink(&c->payments, &sink);
    error = file_read(c->file, how, &sink, &c->summary);
    if (c->payments.refused)
        return refused(c, c->payments.refused, c->payments.refused_at);
    if (error != SLUSS_OK)
        return EXIT_TROUBLE;
    if (!c->summary.valid)
        return refused(c, "it is not valid; slussctl check says why", 0);
    if (c->summary.kind != KIND_PAYMENTS)
        return refused(c, "it holds no payments", 0);
    if (c->not_booked)
        return refused(c, "entries are not booked yet; slussctl check says which", 0);
    return EXIT_FINE;
}

static int forget_item(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    return SLUSS_OK;
}

static int forget_finding(void *context, const struct finding *finding)
{
    (void)context;
    (void)finding;
    return SLUSS_OK;
}

/* The same money in each currency; an entry of the source may have become several payments. */
static bool same_sums(const struct sums *a, const struct sums *b)
{
    bool same = a->n == b->n;

    for (unsigned i = 0; same && i < a->n; i++) {
        unsigned k = 0;
        while (k < b->n && strcmp(a->of[i].currency, b->of[k].currency) != 0)
            k++;
        same = k < b->n && a->of[i].minor == b->of[k].minor;
    }
    return same;
}

/* Does what was made read as the same payments? */
static bool reads_back(const struct conversion *c)
{
    const struct sink sink = {.item = forget_item, .finding = forget_finding};
    struct reading *reading = NULL;
    struct summary again;
    bool same = reading_open(format_by_name(span_str(c->writer->format)), &sink, &reading) == 0 &&
                reading_push(reading, buf_view(&c->out)) == 0 &&
                reading_finish(reading, &again) == 0 && again.valid &&
                again.items == c->report.payments && again.test == c->summary.test &&
                same_sums(&again.sums, &c->summary.sums);

    reading_close(&reading);
    return same;
}

static int make(struct conversion *c, const struct writer_order *order)
{
    int error = c->writer->write(&c->payments, order, &c->out, &c->report);

    if (c->report.refused)
        return refused(c, c->report.refused, c->report.refused_at);
    if (error != SLUSS_OK)
        return complain("%s: %s", c->file, sluss_error_text(error));
    if (c->unknown)
        writer_lose(&c->report, "records of unknown kinds", "they are not read", c->unknown);
    if (!reads_back(c))
        return complain("%s: what was made of it does not read back the same; nothing is written",
                        c->file);
    return EXIT_FINE;
}

/* --- out ---------------------------------------------------------------------------------- */

static int write_whole(int fd, struct span bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes = span_of(bytes.p + n, bytes.n - (size_t)n);
    }
    return 0;
}

/* The name must survive a power cut, too. */
static int sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct buf folder;
    int fd, rc;

    buf_init(&folder, 65536);
    buf_span(&folder, slash ? span_of(path, (size_t)(slash - path) + 1) : SPAN_LIT("."));
    fd = open(buf_cstr(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_free(&folder);
    rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int place(const char *path, char *beside, struct span bytes)
{
    int fd = mkostemp(beside, O_CLOEXEC);
    int rc;

    if (fd < 0)
        return -1;
    rc = write_whole(fd, bytes) < 0 ? -1 : fsync(fd);
    if (close(fd) < 0)
        rc = -1;
    if (rc == 0 && rename(beside, path) == 0)
        return sync_folder(path);
    rc = errno;
    unlink(beside);
    errno = rc;
    return -1;
}

static int write_file(const char *path, struct span bytes)
{
    struct stat st;
    struct buf beside;
    int rc = -1;

    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return complain("%s: not an ordinary file; it is left as it is", path);
    buf_init(&beside, 65536);
    if (buf_printf(&beside, "%s.XXXXXX", path) == 0)
        rc = place(path, beside.p, bytes);
    else
        errno = ENAMETOOLONG;
    buf_free(&beside);
    return rc == 0 ? EXIT_FINE : complain("%s: %s", path, strerror(errno));
}

static int write_out(const struct conversion *c)
{
    if (c->output)
        return write_file(c->output, buf_view(&c->out));
    if (fwrite(c->out.p, 1, c->out.n, stdout) != c->out.n || fflush(stdout) != 0)
        return complain("cannot write to standard output");
    return EXIT_FINE;
}

/* --- the report --------------------------------------------------------------------------- */

static void report_json(const struct conversion *c, FILE *to)
{
    struct summary written = {.items = c->report.payments, .sums = c->report.sums};
    struct buf line;
    struct json j;

    buf_init(&line, 1u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "file", c->file);
    json_cstr(&j, "from", c->summary.format);
    json_cstr(&j, "to", c->writer->format);
    json_cstr(&j, "output", c->output);
    json_bool(&j, "test", c->summary.test);
    json_sums(&j, &written);
    json_array_begin(&j, "not_carried");
    for (unsigned i = 0; i < c->report.n; i++) {
        const struct writer_lost *lost = &c->report.lost[i];
        json_object_begin(&j, NULL);
        json_cstr(&j, "field", lost->field);
        json_cstr(&j, "why", lost->why);
        json_uint(&j, "count", lost->count);
        if (lost->first)
            json_uint(&j, "record", lost->first);
        else
            json_nothing(&j, "record");
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    buf_char(&line, '\n');
    fwrite(buf_cstr(&line), 1, line.n, to);
    buf_free(&line);
}

static void report_people(const struct conversion *c)
{
    struct buf text, name;

    buf_init(&text, 65536);
    buf_init(&name, 1u << 20);
    print_safe(&name, span_str(c->file));
    print_count(&text, c->report.payments, "payment", "payments");
    buf_str(&text, ", ");
    print_sums(&text, &c->report.sums);
    fprintf(stderr, "%s: %s as %s: %s%s\n", buf_cstr(&name), c->summary.format, c->writer->format,
            buf_cstr(&text), c->summary.test ? ", marked as a test" : "");
    for (unsigned i = 0; i < c->report.n; i++) {
        const struct writer_lost *lost = &c->report.lost[i];
        fprintf(stderr, "  not carried: %s", lost->field);
        if (lost->first)
            fprintf(stderr, " (%llu, first at record %llu)", (unsigned long long)lost->count,
                    (unsigned long long)lost->first);
        fprintf(stderr, ": %s\n", lost->why);
    }
    buf_free(&text);
    buf_free(&name);
}

/* --- the command -------------------------------------------------------------------------- */

static int convert(const struct ctl *ctl, struct conversion *c, const struct file_how *how,
                   const char *payee, int64_t serial)
{
    int64_t at_us = now_us();
    struct local_time local = local_of_instant(at_us);
    struct writer_order order = {
        .day = local.day,
        .day_us = local.minute * 60 * SECOND_US + at_us % (60 * SECOND_US),
        .payee = span_str(payee),
        .first_serial = serial,
    };
    int status = read_source(c, how);

    order.test = c->summary.test;
    if (status == EXIT_FINE)
        status = make(c, &order);
    if (status == EXIT_FINE)
        status = write_out(c);
    if (status == EXIT_FINE && ctl->json)
        report_json(c, c->output ? stdout : stderr);
    else if (status == EXIT_FINE)
        report_people(c);
    return status;
}

static const struct format_writer *find_writer(const char *name)
{
    const struct format_writer *writer = name ? writer_by_name(span_str(name)) : NULL;
    struct buf known;

    if (writer)
        return writer;
    buf_init(&known, 4096);
    for (size_t i = 0; i < writer_count; i++)
        buf_printf(&known, "%s%s", i ? ", " : "", writers[i]->format);
    if (name)
        complain("nothing writes \"%s\"; there is: %s", name, buf_cstr(&known));
    else
        complain("say what it is to be: --to FORMAT (%s)", buf_cstr(&known));
    buf_free(&known);
    return NULL;
}

/* Deposit serials begin with this one; 1 where nobody says. */
static bool first_serial(const char *text, int64_t *serial)
{
    char *end = NULL;

    *serial = text ? strtoll(text, &end, 10) : 1;
    if (!text || (end != text && *end == '\0' && *serial >= 1 && *serial <= 99999))
        return true;
    complain("--serial %s: a number from 1 to 99999 is wanted", text);
    return false;
}

int command_convert(struct ctl *ctl, const struct arguments *arguments)
{
    const char *output = arguments_value(arguments, "output");
    struct conversion c = {.file = arguments->operands[0]};
    struct file_how how;
    int64_t serial;
    int status = EXIT_TROUBLE;

    c.output = output && strcmp(output, "-") != 0 ? output : NULL;
    c.writer = find_writer(arguments_value(arguments, "to"));
    if (!c.writer || !first_serial(arguments_value(arguments, "serial"), &serial))
        return EXIT_TROUBLE;
    buf_init(&c.out, OUTPUT_MAX);
    c.payments.arena = arena_new(PAYMENTS_MEMORY);
    if (file_how(arguments, &how) == SLUSS_OK) {
        if (c.payments.arena)
            status = convert(ctl, &c, &how, arguments_value(arguments, "payee"), serial);
        else
            complain("%s", sluss_error_text(SLUSS_ENOMEM));
    }
    file_how_end(&how);
    arena_free(&c.payments.arena);
    buf_free(&c.out);
    return status;
}
