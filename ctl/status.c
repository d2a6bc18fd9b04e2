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
    json_array_foreach (json_object_get(row, "needs_person"), i, reason) {
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
    } counts[] = {{"arriving", "arriving", INK_PLAIN},  {"checking", "checking", INK_PLAIN},
                  {"held", "held", INK_CARE},           {"cooling_off", "cooling off", INK_PLAIN},
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
    json_array_foreach (units, i, unit)
        trouble = trouble || row_text(unit, "problem");
    table = table_new(paper, columns, trouble ? n : n - 1);
    if (!table)
        return;
    fputc('\n', paper->out);
    json_array_foreach (units, i, unit) {
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

int command_status(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "status"};

    (void)arguments;
    return online_ask(ctl, &request, print_status, ctl);
}
