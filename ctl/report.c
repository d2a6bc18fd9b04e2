/* report.c -- slussctl report sla, report stats */
#include <stdlib.h>
#include <string.h>

#include "ctl/online.h"
#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The slowest receipts and the longest waits that people are shown; programs get them all. */
#define SHOWN 10

/* --- tables: one a kind of row ---------------------------------------------------------------- */

static void cell_amount(struct table *table, const json_t *row, const char *key,
                        const char *currency)
{
    struct buf text;

    buf_init(&text, 256);
    print_money(&text, row_int(row, key), row_text(row, currency));
    table_cell(table, INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

static void cell_share(struct table *table, const json_t *row)
{
    const json_t *share = json_object_get(row, "in_time_percent");
    char text[32] = "-";

    if (json_is_number(share))
        snprintf(text, sizeof text, "%.2f %%", json_number_value(share));
    table_cell(table, json_number_value(share) < 100 && json_is_number(share) ? INK_CARE : INK_PLAIN,
               span_str(text));
}

static void cell_seconds(struct table *table, const json_t *row, const char *key)
{
    struct buf text;

    buf_init(&text, 64);
    print_duration(&text, row_int(row, key) * SECOND_US);
    table_cell(table, INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

static void service_cells(struct table *table, const json_t *row)
{
    int64_t late = row_int(row, "receipts_late") + row_int(row, "receipts_not_sent");
    char text[32];

    cell_int(table, row, "deliveries");
    cell_int(table, row, "receipts_in_time");
    snprintf(text, sizeof text, "%lld", (long long)late);
    table_cell(table, late ? INK_BAD : INK_PLAIN, span_str(text));
    cell_share(table, row);
    cell_int(table, row, "penalties");
    cell_amount(table, row, "penalty_minor", "penalty_currency");
}

static void partner_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "name");
    service_cells(table, row);
}

static void unit_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "unit");
    cell_int(table, row, "deliveries");
    cell_int(table, row, "held");
    cell_int(table, row, "rejected");
    cell_share(table, row);
    cell_int(table, row, "items");
    cell_sum(table, row);
    cell_int(table, row, "items_let_through");
    if (row_int(row, "handled"))
        cell_seconds(table, row, "handling_mean_s");
    else
        table_text(table, NULL);
}

static void answer_cells(struct table *table, const json_t *row)
{
    cell_int(table, row, "released");
    cell_int(table, row, "released_once");
    cell_int(table, row, "rejected_by_person");
    cell_int(table, row, "still_held");
}

static void check_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "check");
    cell_int(table, row, "held");
    cell_int(table, row, "alone");
    answer_cells(table, row);
}

static void state_cells(struct table *table, const json_t *row)
{
    cell_state(table, row, "state");
    cell_int(table, row, "deliveries");
}

static void receipt_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "delivery");
    cell_text(table, row, "unit");
    cell_time(table, row, "received_at");
    cell_time(table, row, "sent_at");
    cell_seconds(table, row, "took_s");
    cell_amount(table, row, "penalty_minor", "penalty_currency");
}

static void hold_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "delivery");
    cell_text(table, row, "unit");
    cell_time(table, row, "held_at");
    cell_time(table, row, "answered_at");
    cell_seconds(table, row, "took_s");
    cell_text(table, row, "outcome");
}

static const struct part {
    const char *row;
    const char *heading;
    void (*cells)(struct table *table, const json_t *row);
    unsigned most; /* rows shown; 0: all */
    unsigned columns;
    struct column column[COLUMNS_MAX];
} parts[] = {
    {"partner", "Receipts and penalties by partner", partner_cells, 0, 7,
     {{"PARTNER", false}, {"DELIVERIES", true}, {"IN TIME", true}, {"LATE", true},
      {"SHARE", true}, {"PENALTIES", true}, {"AMOUNT", true}}},
    {"unit", "Units", unit_cells, 0, 9,
     {{"UNIT", false}, {"DELIVERIES", true}, {"HELD", true}, {"REJECTED", true},
      {"IN TIME", true}, {"CASES", true}, {"CAPITAL", true}, {"LET THROUGH", true},
      {"HANDLING", true}}},
    {"check", "Holds a check (released as normal: a false hold)", check_cells, 0, 7,
     {{"CHECK", false}, {"HELD", true}, {"ALONE", true}, {"RELEASED", true}, {"ONCE", true},
      {"REJECTED", true}, {"STILL HELD", true}}},
    {"state", "States at the period's end", state_cells, 0, 2,
     {{"STATE", false}, {"DELIVERIES", true}}},
    {"receipt", "The slowest receipts", receipt_cells, SHOWN, 6,
     {{"DELIVERY", false}, {"UNIT", false}, {"RECEIVED", false}, {"SENT", false},
      {"TOOK", true}, {"PENALTY", true}}},
    {"hold", "The longest waits for a person", hold_cells, SHOWN, 6,
     {{"DELIVERY", false}, {"UNIT", false}, {"HELD", false}, {"ANSWERED", false},
      {"TOOK", true}, {"OUTCOME", false}}},
};

/* --- a report for people ------------------------------------------------------------------------ */

struct printing {
    const struct paper *paper;
    const struct part *part;
    struct table *table;
    unsigned shown;
};

static void print_heading(const struct paper *paper, const char *text)
{
    fputc('\n', paper->out);
    print_ink(paper, INK_BOLD, text);
    fputc('\n', paper->out);
}

static void print_span(struct buf *out, const char *before, const json_t *row, const char *key)
{
    buf_str(out, before);
    print_duration(out, row_int(row, key) * SECOND_US);
}

static void print_receipts(const json_t *row, struct buf *out)
{
    const json_t *share = json_object_get(row, "in_time_percent");

    buf_printf(out, "%lld receipts in time, %lld sent late, %lld not sent though late",
               (long long)row_int(row, "receipts_in_time"), (long long)row_int(row, "receipts_late"),
               (long long)row_int(row, "receipts_not_sent"));
    if (row_int(row, "receipts_open") > 0)
        buf_printf(out, ", %lld not yet due", (long long)row_int(row, "receipts_open"));
    if (json_is_number(share))
        buf_printf(out, ": %.2f %% in time", json_number_value(share));
    if (row_int(row, "receipts_in_time") + row_int(row, "receipts_late") > 0) {
        print_span(out, "; median ", row, "receipt_median_s");
        print_span(out, ", 95 of 100 within ", row, "receipt_p95_s");
    }
    buf_str(out, ".\nPenalties: ");
    print_money(out, row_int(row, "penalty_minor"), row_text(row, "penalty_currency"));
    buf_printf(out, " (%lld times).\n", (long long)row_int(row, "penalties"));
}

static void print_holds(const json_t *row, struct buf *out)
{
    buf_printf(out,
               "%lld held: %lld released as normal, %lld released once, %lld rejected, %lld still "
               "held",
               (long long)row_int(row, "held"), (long long)row_int(row, "released"),
               (long long)row_int(row, "released_once"),
               (long long)row_int(row, "rejected_by_person"),
               (long long)row_int(row, "still_held"));
    if (row_int(row, "held") > row_int(row, "still_held")) {
        print_span(out, "; people answered after ", row, "answer_median_s");
        print_span(out, " (median), at most ", row, "answer_worst_s");
    }
    buf_str(out, ".\n");
}

static void print_summary(const struct paper *paper, const json_t *row)
{
    const char *scope = row_text(row, "scope");
    struct buf text;

    buf_init(&text, 16384);
    buf_printf(&text, "%s %s, %s",
               strcmp(row_text(row, "report"), "sla") == 0 ? "Service levels" : "Statistics",
               row_text(row, "period"), scope ? scope : "all partners");
    print_ink(paper, INK_BOLD, buf_cstr(&text));
    buf_clear(&text);
    buf_str(&text, "\nAs known at ");
    when_local(&text, row_text(row, "as_of"));
    buf_str(&text, ".\n\n");
    print_count(&text, (uint64_t)row_int(row, "deliveries"), "delivery", "deliveries");
    if (row_int(row, "deliveries") > 0) {
        buf_str(&text, ", ");
        print_count(&text, (uint64_t)row_int(row, "items"), "case", "cases");
        buf_str(&text, ", ");
        row_sum(row, &text);
    }
    buf_str(&text, ".\n");
    print_receipts(row, &text);
    print_holds(row, &text);
    fputs(buf_cstr(&text), paper->out);
    buf_free(&text);
}

static int end_part(struct printing *p)
{
    int rc = p->table ? table_end(&p->table) : SLUSS_OK;

    p->part = NULL;
    return rc;
}

static int begin_part(struct printing *p, const struct part *part)
{
    int rc = end_part(p);

    if (rc)
        return rc;
    print_heading(p->paper, part->heading);
    p->part = part;
    p->shown = 0;
    p->table = table_new(p->paper, part->column, part->columns);
    return p->table ? SLUSS_OK : SLUSS_ENOMEM;
}

static int print_row(void *context, json_t *row)
{
    struct printing *p = context;
    const char *kind = row_text(row, "row");
    int rc;

    if (kind && strcmp(kind, "report") == 0)
        print_summary(p->paper, row);
    for (size_t i = 0; kind && i < COUNT(parts); i++) {
        if (strcmp(parts[i].row, kind) != 0)
            continue;
        rc = p->part == &parts[i] ? SLUSS_OK : begin_part(p, &parts[i]);
        if (rc)
            return rc;
        if (parts[i].most == 0 || p->shown++ < parts[i].most)
            parts[i].cells(p->table, row);
    }
    return SLUSS_OK;
}

static int ask_table(struct ctl *ctl, struct control_request *request)
{
    struct printing p = {.paper = &ctl->paper};
    int status = online_ask(ctl, request, print_row, &p);

    return end_part(&p) ? complain("%s", sluss_error_text(SLUSS_ENOMEM)) : status;
}

/* --- and for other programs ---------------------------------------------------------------------- */

static int write_text(void *context, json_t *row)
{
    const json_t *text = json_object_get(row, "text");
    FILE *out = context;

    if (!json_is_string(text))
        return SLUSS_EPROTOCOL;
    fwrite(json_string_value(text), 1, json_string_length(text), out);
    return ferror(out) ? SLUSS_ESTOP : SLUSS_OK;
}

static int report(struct ctl *ctl, const struct arguments *arguments, const char *command,
                  const char *period)
{
    static const char *const forms[] = {"table", "json", "csv", "html"};
    const char *format = arguments_value(arguments, "format");
    struct ctl own = *ctl;
    struct control_request request = {.command = command,
                                      .period = arguments_value(arguments, period),
                                      .unit = arguments_value(arguments, "unit"),
                                      .language = arguments_value(arguments, "language")};
    size_t form = 0;

    while (format && form < COUNT(forms) && strcmp(forms[form], format) != 0)
        form++;
    if (form == COUNT(forms))
        return complain("--format %s is none of table, csv, json and html", format);
    if (ctl->json && form > 1)
        return complain("--json and --format %s exclude each other", format);
    own.json = ctl->json || form == 1;
    if (form < 2)
        return own.json ? online_ask(&own, &request, NULL, NULL) : ask_table(&own, &request);
    request.format = forms[form];
    return online_ask(&own, &request, write_text, own.paper.out);
}

int command_report_sla(struct ctl *ctl, const struct arguments *arguments)
{
    return report(ctl, arguments, "report sla", "quarter");
}

int command_report_stats(struct ctl *ctl, const struct arguments *arguments)
{
    return report(ctl, arguments, "report stats", "month");
}
