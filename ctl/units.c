/* units.c -- slussctl announce, migration, unit go-live, unit test, unit import */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/online.h"
#include "ctl/when.h"
#include "gate/counts.h"
#include "model/date.h"
#include "model/error.h"
#include "model/money.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is not said stays 0. 0, or SLUSS_ESYNTAX, said. */
static int time_option(const struct ctl *ctl, const struct arguments *arguments, const char *name,
                       bool end, int64_t *at_us)
{
    const char *text = arguments_value(arguments, name);

    online_zone(ctl);
    *at_us = 0;
    if (!text)
        return complain("say --%s DATE", name) ? SLUSS_ESYNTAX : 0;
    if ((end ? when_end_parse(text, at_us) : when_parse(text, now_us(), at_us)) == SLUSS_OK)
        return SLUSS_OK;
    complain("--%s %s is no day or time; write 2026-11-03 or \"2026-11-03 07:00\"", name, text);
    return SLUSS_ESYNTAX;
}

static bool reason_said(const struct control_request *request)
{
    if (span_trim(span_str(request->reason)).n)
        return true;
    complain("say why: --reason TEXT");
    return false;
}

/* --- announce --------------------------------------------------------------------------------- */

/* About how many; 0 where it is not said. */
static int items_option(const struct arguments *arguments, int64_t *items)
{
    const char *text = arguments_value(arguments, "items");
    struct span digits = span_str(text);

    *items = 0;
    if (!text)
        return SLUSS_OK;
    if (digits.n > 0 && digits.n <= 9 && span_all_digits(digits))
        *items = strtoll(text, NULL, 10);
    if (*items > 0)
        return SLUSS_OK;
    complain("--items %s is not a number of items", text);
    return SLUSS_ESYNTAX;
}

int command_announce(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {
        .command = "announce",
        .unit = arguments->operands[0],
        .reason = arguments_value(arguments, "reason"),
    };

    if (items_option(arguments, &request.items) != SLUSS_OK ||
        time_option(ctl, arguments, "from", false, &request.from_us) != SLUSS_OK ||
        time_option(ctl, arguments, "to", true, &request.to_us) != SLUSS_OK ||
        !reason_said(&request))
        return EXIT_TROUBLE;
    return online_ask(ctl, &request, NULL, NULL);
}

static void announcement_cells(struct table *table, const json_t *row)
{
    cell_int(table, row, "announcement");
    cell_text(table, row, "unit");
    cell_text(table, row, "state");
    cell_int(table, row, "items");
    cell_time(table, row, "from");
    cell_time(table, row, "to");
    cell_text(table, row, "operator");
    cell_text(table, row, "used_by");
    cell_text(table, row, "reason");
}

int command_announce_list(struct ctl *ctl, const struct arguments *arguments)
{
    static const struct column columns[] = {{"NO", true},    {"UNIT", false},    {"STATE", false},
                                            {"ITEMS", true}, {"FROM", false},    {"TO", false},
                                            {"WHO", false},  {"USED BY", false}, {"REASON", false}};
    struct control_request request = {
        .command = "announce list",
        .unit = arguments_value(arguments, "unit"),
    };

    return online_table(ctl, &request, columns, COUNT(columns), announcement_cells,
                        "No announcements.");
}

int command_announce_cancel(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {
        .command = "announce cancel",
        .id = arguments->operands[0],
        .reason = arguments_value(arguments, "reason"),
    };

    return online_ask(ctl, &request, NULL, NULL);
}

/* --- migration and phase ---------------------------------------------------------------------- */

int command_migration_open(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {
        .command = "migration open",
        .unit = arguments->operands[0],
        .reason = arguments_value(arguments, "reason"),
    };

    if (time_option(ctl, arguments, "until", true, &request.to_us) != SLUSS_OK ||
        !reason_said(&request))
        return EXIT_TROUBLE;
    return online_ask(ctl, &request, NULL, NULL);
}

int command_migration_close(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {
        .command = "migration close",
        .unit = arguments->operands[0],
        .reason = arguments_value(arguments, "reason"),
    };

    return online_ask(ctl, &request, NULL, NULL);
}

static int set_phase(struct ctl *ctl, const struct arguments *arguments, const char *command)
{
    struct control_request request = {
        .command = command,
        .unit = arguments->operands[0],
        .reason = arguments_value(arguments, "reason"),
    };

    return reason_said(&request) ? online_ask(ctl, &request, NULL, NULL) : EXIT_TROUBLE;
}

int command_unit_go_live(struct ctl *ctl, const struct arguments *arguments)
{
    return set_phase(ctl, arguments, "unit go-live");
}

int command_unit_test(struct ctl *ctl, const struct arguments *arguments)
{
    return set_phase(ctl, arguments, "unit test");
}

/* --- import ----------------------------------------------------------------------------------- */

#define FILE_MOST (4U << 20) /* bytes */
#define ROWS_MOST 1000       /* of which a stream keeps the newest 400 */

struct numbered {
    struct past_count count;
    size_t at; /* its place in the file */
};

struct rows {
    struct numbered *of;
    size_t n, room;
};

static int add_row(void *context, const struct past_count *count)
{
    struct rows *rows = context;

    if (rows->n == rows->room) {
        size_t room = rows->room ? 2 * rows->room : 512;
        struct numbered *of = realloc(rows->of, room * sizeof *of);

        if (!of)
            return SLUSS_ENOMEM;
        rows->of = of;
        rows->room = room;
    }
    rows->of[rows->n] = (struct numbered){*count, rows->n};
    rows->n++;
    return SLUSS_OK;
}

static int by_day(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = date_compare(x->count.day, y->count.day);

    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int read_text(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "re");
    char part[16384];
    size_t n;
    int failed;

    if (!file)
        return complain("%s: %s", path, strerror(errno));
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        buf_span(out, span_of(part, n));
    failed = ferror(file);
    fclose(file);
    if (failed)
        return complain("%s: it cannot be read", path);
    if (buf_error(out) != SLUSS_OK)
        return complain("%s: it is larger than %u bytes", path, FILE_MOST);
    return EXIT_FINE;
}

/* The newest rows, oldest first, in the form that is sent. */
static int write_rows(struct rows *rows, struct buf *out)
{
    size_t from = rows->n > ROWS_MOST ? rows->n - ROWS_MOST : 0;
    char day[DATE_SIZE];

    if (rows->n)
        qsort(rows->of, rows->n, sizeof *rows->of, by_day);
    buf_str(out, "date;items;sum;currency\n");
    for (size_t i = from; i < rows->n; i++) {
        const struct past_count *count = &rows->of[i].count;

        buf_printf(out, "%s;%llu;", date_format(count->day, day), (unsigned long long)count->items);
        money_decimal(out, count->minor, currency_exponent(span_str(count->currency)));
        buf_printf(out, ";%s\n", count->currency);
    }
    return buf_error(out);
}

/* Reads the file whole, so that what is wrong is said with its line before anything is asked. */
static int prepare(const char *path, struct buf *out)
{
    struct date today = local_of_instant(now_us()).day;
    struct rows rows = {0};
    struct buf text, why;
    int status, rc;

    buf_init(&text, FILE_MOST);
    buf_init(&why, 4096);
    status = read_text(path, &text);
    if (status == EXIT_FINE) {
        rc = counts_parse(buf_view(&text), today, add_row, &rows, &why);
        rc = rc ? rc : write_rows(&rows, out);
        if (rc != SLUSS_OK)
            status = complain("%s: %s", path, why.n ? buf_cstr(&why) : sluss_error_text(rc));
    }
    free(rows.of);
    buf_free(&text);
    buf_free(&why);
    return status;
}

int command_unit_import(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {
        .command = "unit import",
        .unit = arguments->operands[0],
        .kind = arguments_value(arguments, "kind"),
        .reason = arguments_value(arguments, "reason"),
    };
    struct buf text;
    int status;

    buf_init(&text, CONTROL_TEXT_MAX);
    status = prepare(arguments->operands[1], &text);
    request.text = buf_cstr(&text);
    if (status == EXIT_FINE)
        status = online_ask(ctl, &request, NULL, NULL);
    buf_free(&text);
    return status;
}
