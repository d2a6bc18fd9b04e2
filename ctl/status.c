/* status.c -- slussctl status: health at a glance */
#include <string.h>

#include "ctl/online.h"
#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"

static void label(const struct paper *paper, const char *text)
{
    char padded[16];

    snprintf(padded, sizeof padded, "  %-12s", text);
    print_ink(paper, INK_DIM, padded);
}

static void print_head(const struct paper *paper, const json_t *row)
{
    const char *daemon = row_text(row, "daemon");
    bool fine = daemon && strcmp(daemon, "ok") == 0;
    struct buf text;
    size_t i;
    const json_t *reason;

    buf_init(&text, 4096);
    buf_printf(&text, "slussd %s", row_text(row, "version"));
    print_ink(paper, INK_BOLD, buf_cstr(&text));
    print_ink(paper, fine ? INK_GOOD : INK_BAD, fine ? " is fine" : " needs a person");
    buf_clear(&text);
    when_local(&text, row_text(row, "started_at"));
    fprintf(paper->out, ", running since %s (process %lld)\n", buf_cstr(&text),
            (long long)row_int(row, "pid"));
    buf_free(&text);
    json_array_foreach(json_object_get(row, "needs_person"), i, reason)
    {
        print_ink(paper, INK_BAD, "  !");
        print_wrapped(paper, 3, 4, span_str(json_string_value(reason)));
    }
}

static void print_counts(const struct paper *paper, const json_t *row)
{
    static const struct {
        const char *key;
        const char *words;
        enum ink ink; /* when it is not zero */
    } counts[] = {{"arriving", "arriving", INK_PLAIN},
                  {"checking", "checking", INK_PLAIN},
                  {"held", "held", INK_CARE},
                  {"cooling_off", "cooling off", INK_PLAIN},
                  {"queued", "in the queue", INK_PLAIN}};

    label(paper, "deliveries");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t n = row_int(row, counts[i].key);
        char text[64];

        snprintf(text, sizeof text, "%lld %s", (long long)n, counts[i].words);
        fputs(i ? ", " : "", paper->out);
        print_ink(paper, n ? counts[i].ink : INK_PLAIN, text);
    }
    fputc('\n', paper->out);
}

static void print_receipts(const struct paper *paper, const json_t *row)
{
    const char *deadline = row_text(row, "nearest_deadline");
    struct buf text;
    int64_t at_us;

    buf_init(&text, 4096);
    buf_printf(&text, "%lld to be sent, %lld failed", (long long)row_int(row, "receipts_pending"),
               (long long)row_int(row, "receipts_failed"));
    if (deadline && instant_parse(span_str(deadline), &at_us) == SLUSS_OK) {
        int64_t left_us = at_us - now_us();

        buf_str(&text, left_us < 0 ? "; the next is late by " : "; the next is due in ");
        print_duration(&text, left_us);
    }
    if (row_int(row, "penalty_next_minor")) {
        buf_str(&text, "; owed ");
        print_money(&text, row_int(row, "penalty_minor"), row_text(row, "penalty_currency"));
        buf_str(&text, ", at the next step ");
        print_money(&text, row_int(row, "penalty_next_minor"), row_text(row, "penalty_currency"));
    }
    label(paper, "receipts");
    fprintf(paper->out, "%s\n", buf_cstr(&text));
    buf_free(&text);
}

static void print_error(const struct paper *paper, const json_t *row)
{
    const char *error = row_text(row, "last_error");
    struct buf text;

    if (!error)
        return;
    buf_init(&text, 4096);
    when_local(&text, row_text(row, "last_error_at"));
    buf_printf(&text, " %s", error);
    label(paper, "last error");
    print_wrapped(paper, 14, 14, buf_view(&text));
    buf_free(&text);
}

static void print_units(const struct paper *paper, const json_t *row)
{
    static const struct column columns[] = {
        {"UNIT", false}, {"PHASE", false}, {"WAITING", true}, {"INBOX", false}, {"PROBLEM", false}};
    const json_t *units = json_object_get(row, "units");
    unsigned n = sizeof columns / sizeof columns[0];
    struct table *table;
    const json_t *unit;
    bool trouble = false;
    size_t i;

    if (!json_array_size(units))
        return;
    json_array_foreach(units, i, unit) trouble = trouble || row_text(unit, "problem");
    table = table_new(paper, columns, trouble ? n : n - 1);
    if (!table)
        return;
    fputc('\n', paper->out);
    json_array_foreach(units, i, unit)
    {
        const char *problem = row_text(unit, "problem");

        cell_text(table, unit, "unit");
        cell_phase(table, unit);
        cell_int(table, unit, "waiting");
        cell_text(table, unit, "inbox");
        if (trouble)
            table_cell(table, row_true(unit, "reachable") ? INK_CARE : INK_BAD,
                       problem ? span_str(problem) : SPAN_LIT(""));
    }
    table_end(&table);
}

static int print_status(void *context, json_t *row)
{
    const struct paper *paper = &((const struct ctl *)context)->paper;

    print_head(paper, row);
    print_counts(paper, row);
    print_receipts(paper, row);
    print_error(paper, row);
    print_units(paper, row);
    return SLUSS_OK;
}

/* --- for monitoring ---------------------------------------------------------------------- */

static const char *const monitoring_words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

struct verdict_line {
    const struct paper *paper;
    int code; /* -1: no answer yet */
};

/* What stands before the figures is free text; a pipe would begin the figures. */
static void print_plain(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(*text == '|' || *text == '\n' ? ' ' : *text, out);
}

static void print_figures(FILE *out, const json_t *row)
{
    static const char *const figures[] = {"arriving",    "checking",         "held",
                                          "queued",      "receipts_pending", "receipts_failed",
                                          "alerts_open", "alerts_failed"};

    fputs(" |", out);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        fprintf(out, " %s=%lld", figures[i], (long long)row_int(row, figures[i]));
    fprintf(out, " penalty=%lld\n", (long long)(row_int(row, "penalty_minor") / 100));
}

static int print_monitoring(void *context, json_t *row)
{
    struct verdict_line *line = context;
    const json_t *reasons = json_object_get(row, "needs_person");
    const char *word = row_text(row, "monitoring");
    size_t units = json_array_size(json_object_get(row, "units"));
    FILE *out = line->paper->out;
    const json_t *reason;
    size_t i;

    line->code = EXIT_UNKNOWN;
    for (int code = 0; word && code < EXIT_UNKNOWN; code++)
        if (strcmp(word, monitoring_words[code]) == 0)
            line->code = code;
    fprintf(out, "SLUSS %s - ", monitoring_words[line->code]);
    if (!json_array_size(reasons))
        fprintf(out, "%zu unit%s, %lld held, %lld receipt%s to be sent", units,
                units == 1 ? "" : "s", (long long)row_int(row, "held"),
                (long long)row_int(row, "receipts_pending"),
                row_int(row, "receipts_pending") == 1 ? "" : "s");
    json_array_foreach(reasons, i, reason)
    {
        fputs(i ? "; " : "", out);
        print_plain(out, json_string_value(reason));
    }
    print_figures(out, row);
    return SLUSS_OK;
}

static int monitor(struct ctl *ctl, struct control_request *request)
{
    struct verdict_line line = {&ctl->paper, -1};
    int error;

    ctl->json = false;
    (void)online_try(ctl, request, print_monitoring, &line, &error);
    if (line.code >= 0)
        return line.code;
    line.code = error == SLUSS_EDENIED ? EXIT_UNKNOWN : EXIT_TROUBLE;
    fprintf(ctl->paper.out, "SLUSS %s - %s\n", monitoring_words[line.code],
            error == SLUSS_ENOTFOUND ? "no daemon answers"
            : error == SLUSS_EDENIED ? "not allowed to ask the daemon"
                                     : "the daemon gave no answer");
    return line.code;
}

int command_status(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "status"};

    if (arguments_value(arguments, "monitoring"))
        return monitor(ctl, &request);
    return online_ask(ctl, &request, print_status, ctl);
}
