/* recall.c -- slussctl recall: take back a delivery that was let through
 *
 * With --export the affected debtors and references are written first, whole and on the disk,
 * and only then is the daemon asked: a recall is not repeated, and the list is what the work
 * after it begins with. What was exported for a recall that was refused is removed again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/online.h"
#include "ctl/when.h"
#include "model/error.h"

#define PATH_ROOM 8192

struct export
{
    char id[64];
    struct buf from; /* the delivery's items, as the daemon keeps them */
    struct buf to;
    int64_t items;
};

/* --- what to export -------------------------------------------------------------------------- */

static int take_source(void *context, json_t *row)
{
    struct export *export = context;
    const char *id = row_text(row, "delivery");
    const char *path = row_text(row, "items_path");

    if (!id || !path)
        return SLUSS_EPROTOCOL;
    snprintf(export->id, sizeof export->id, "%s", id);
    buf_str(&export->from, path);
    return buf_error(&export->from);
}

/* Of an item, who owes it and by what it is known; a new reference. */
static json_t *affected(json_t *item)
{
    static const char *const keys[] = {
        "counterparty_id", "counterparty_name", "reference", "number", "type",
        "amount_minor",    "currency",          "due_date",  "record"};
    json_t *row = json_object();

    for (size_t i = 0; row && i < sizeof keys / sizeof keys[0]; i++)
        json_object_set(row, keys[i], json_object_get(item, keys[i]));
    return row;
}

static int copy_items(FILE *from, FILE *to, int64_t *items)
{
    char *line = NULL;
    size_t room = 0;
    int error = SLUSS_OK;
    ssize_t n;

    while (error == SLUSS_OK && (n = getline(&line, &room, from)) > 0) {
        json_error_t trouble;
        json_t *item = json_loadb(line, (size_t)n, JSON_REJECT_DUPLICATES, &trouble);
        json_t *row = item ? affected(item) : NULL;

        if (!row || json_dumpf(row, to, JSON_COMPACT) != 0 || fputc('\n', to) == EOF)
            error = item ? SLUSS_EIO : SLUSS_ECORRUPT;
        json_decref(row);
        json_decref(item);
        (*items)++;
    }
    free(line);
    return error == SLUSS_OK && ferror(from) ? SLUSS_EIO : error;
}

/* It names people: nobody else may read it, and nothing that is there is overwritten. */
static FILE *create_private(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    if (fd >= 0 && !file)
        close(fd);
    return file;
}

static int write_export(struct export *export)
{
    FILE *from = fopen(buf_cstr(&export->from), "re");
    FILE *to;
    int error;

    if (!from)
        return complain("%s: %s; nothing is recalled", buf_cstr(&export->from), strerror(errno));
    to = create_private(buf_cstr(&export->to));
    if (!to) {
        complain("%s: %s; nothing is recalled", buf_cstr(&export->to), strerror(errno));
        fclose(from);
        return EXIT_TROUBLE;
    }
    error = copy_items(from, to, &export->items);
    if (error == SLUSS_OK && (fflush(to) != 0 || fsync(fileno(to)) != 0))
        error = SLUSS_EIO;
    fclose(from);
    if (fclose(to) != 0 && error == SLUSS_OK)
        error = SLUSS_EIO;
    if (error == SLUSS_OK)
        return EXIT_FINE;
    unlink(buf_cstr(&export->to));
    return complain("%s: %s; nothing is recalled", buf_cstr(&export->to), sluss_error_text(error));
}

static int make_export(struct ctl *ctl, const char *id, const char *directory,
                       struct export *export)
{
    struct control_request request = {.command = "show", .id = id};
    struct ctl quiet = *ctl;
    int status;

    quiet.json = false;
    status = online_ask(&quiet, &request, take_source, export);
    if (status != EXIT_FINE)
        return status;
    buf_printf(&export->to, "%s/%s.ndjson", directory, export->id);
    return write_export(export);
}

/* --- the recall --------------------------------------------------------------------------------
 */

/* What had left when it was recalled. */
static int print_reach(void *context, json_t *row)
{
    const struct paper *paper = &((const struct ctl *)context)->paper;
    struct buf text;

    buf_init(&text, 4096);
    print_count(&text, (uint64_t)row_int(row, "items"), "item", "items");
    buf_str(&text, ", ");
    row_sum(row, &text);
    buf_printf(&text, "; it was %s", row_text(row, "from"));
    if (row_text(row, "taken_by")) {
        buf_printf(&text, ", taken by %s at ", row_text(row, "taken_by"));
        when_local(&text, row_text(row, "taken_at"));
    }
    if (row_text(row, "acknowledged_at")) {
        buf_str(&text, ", acknowledged at ");
        when_local(&text, row_text(row, "acknowledged_at"));
    }
    print_ink(paper, INK_PLAIN, buf_cstr(&text));
    fputc('\n', paper->out);
    buf_free(&text);
    return SLUSS_OK;
}

int command_recall(struct ctl *ctl, const struct arguments *arguments)
{
    const char *directory = arguments_value(arguments, "export");
    struct control_request request = {
        .command = "recall",
        .id = arguments->operands[0],
        .reason = arguments_value(arguments, "reason"),
    };
    struct export export = {0};
    int status = EXIT_FINE;

    if (!span_trim(span_str(request.reason)).n)
        return complain("say why: slussctl recall %s --reason TEXT", request.id);
    buf_init(&export.from, PATH_ROOM);
    buf_init(&export.to, PATH_ROOM);
    if (directory)
        status = make_export(ctl, request.id, directory, &export);
    if (status == EXIT_FINE) {
        status = online_ask(ctl, &request, print_reach, ctl);
        if (directory && status != EXIT_FINE)
            unlink(buf_cstr(&export.to));
        else if (directory && !ctl->json)
            fprintf(ctl->paper.out, "%s: %lld debtors and references\n", buf_cstr(&export.to),
                    (long long)export.items);
    }
    buf_free(&export.from);
    buf_free(&export.to);
    return status;
}
