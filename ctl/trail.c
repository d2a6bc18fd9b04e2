/* trail.c -- slussctl receipts, audit, audit verify, verify */
#include <string.h>

#include "ctl/online.h"
#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- receipts --- */

/* What a receipt costs by now. */
static void cell_penalty(struct table *table, const json_t *row)
{
    struct buf text;

    if (row_int(row, "penalty_minor") == 0) {
        table_text(table, row_text(row, "deadline") ? "" : "-");
        return;
    }
    buf_init(&text, 256);
    print_money(&text, row_int(row, "penalty_minor"), row_text(row, "penalty_currency"));
    table_cell(table, INK_BAD, buf_view(&text));
    buf_free(&text);
}

/* "5 000,00 kr from 2026-03-02 08:12:00". */
static void cell_next_penalty(struct table *table, const json_t *row)
{
    struct buf text;

    if (!row_text(row, "penalty_next_at")) {
        table_text(table, NULL);
        return;
    }
    buf_init(&text, 256);
    print_money(&text, row_int(row, "penalty_next_minor"), row_text(row, "penalty_currency"));
    buf_str(&text, " from ");
    when_local(&text, row_text(row, "penalty_next_at"));
    table_cell(table, INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

/* "12 min 3 s", or "late by 1 h 3 min". */
static void cell_left(struct table *table, const json_t *row)
{
    int64_t left_s = row_int(row, "time_left_s");
    struct buf text;

    if (!json_is_integer(json_object_get(row, "time_left_s"))) {
        table_text(table, NULL);
        return;
    }
    buf_init(&text, 256);
    buf_str(&text, left_s < 0 ? "late by " : "");
    print_duration(&text, left_s * SECOND_US);
    table_cell(table, left_s < 0 ? INK_BAD : INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

static void pending_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "delivery");
    cell_text(table, row, "unit");
    cell_text(table, row, "to");
    cell_text(table, row, "verdict");
    cell_time(table, row, "deadline");
    cell_left(table, row);
    cell_penalty(table, row);
    cell_next_penalty(table, row);
    cell_int(table, row, "attempts");
    cell_text(table, row, "last_error");
}

static void receipt_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "delivery");
    cell_text(table, row, "unit");
    cell_text(table, row, "to");
    cell_text(table, row, "verdict");
    cell_state(table, row, "state");
    cell_time(table, row, "deadline");
    if (row_true(row, "late"))
        table_cell(table, INK_BAD, SPAN_LIT("late"));
    else
        table_text(table, NULL);
    cell_time(table, row, "sent_at");
    cell_penalty(table, row);
    cell_int(table, row, "attempts");
    cell_text(table, row, "last_error");
}

int command_receipts(struct ctl *ctl, const struct arguments *arguments)
{
    static const struct column columns[] = {
        {"DELIVERY", false}, {"UNIT", false},    {"TO", false},        {"SAYS", false},
        {"STATE", false},    {"DUE", false},     {"LATE", false},      {"SENT", false},
        {"PENALTY", true},   {"ATTEMPTS", true}, {"LAST ERROR", false}};
    static const struct column waiting[] = {
        {"DELIVERY", false}, {"UNIT", false},      {"TO", false},     {"SAYS", false},
        {"DUE", false},      {"LEFT", false},      {"PENALTY", true}, {"AT STAKE", false},
        {"ATTEMPTS", true},  {"LAST ERROR", false}};
    struct control_request request = {.command = "receipts",
                                      .pending = arguments_value(arguments, "pending") != NULL};

    if (request.pending)
        return online_table(ctl, &request, waiting, COUNT(waiting), pending_cells,
                            "No receipt waits.");
    return online_table(ctl, &request, columns, COUNT(columns), receipt_cells, "No receipts.");
}

/* --- audit --- */

static void audit_cells(struct table *table, const json_t *row)
{
    const json_t *detail = json_object_get(row, "detail");
    char *text =
        json_is_object(detail) ? json_dumps(detail, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;

    cell_int(table, row, "sequence");
    cell_time(table, row, "at");
    cell_text(table, row, "actor");
    cell_text(table, row, "event");
    cell_text(table, row, "delivery");
    table_text(table, text);
    free(text);
}

int command_audit(struct ctl *ctl, const struct arguments *arguments)
{
    static const struct column columns[] = {{"ROW", true},       {"TIME", false},
                                            {"WHO", false},      {"WHAT", false},
                                            {"DELIVERY", false}, {"DETAIL", false}};
    struct control_request request = {.command = "audit"};

    if (online_since(ctl, arguments, &request.since_us) != SLUSS_OK)
        return EXIT_TROUBLE;
    return online_table(ctl, &request, columns, COUNT(columns), audit_cells,
                        "Nothing in the trail.");
}

static int audit_verified(void *context, json_t *row)
{
    const struct ctl *ctl = context;
    bool valid = row_true(row, "valid");
    struct buf text;

    buf_init(&text, 4096);
    if (valid) {
        buf_str(&text, "The trail holds: ");
        print_count(&text, (uint64_t)row_int(row, "rows"), "row", "rows");
        buf_str(&text, ", each follows from the one before.");
    } else {
        buf_printf(&text, "The trail is broken at row %lld; those before it hold.",
                   (long long)row_int(row, "first_bad"));
    }
    print_ink(&ctl->paper, valid ? INK_GOOD : INK_BAD, buf_cstr(&text));
    fputc('\n', ctl->paper.out);
    buf_free(&text);
    return SLUSS_OK;
}

int command_audit_verify(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "audit verify"};

    (void)arguments;
    return online_ask(ctl, &request, audit_verified, ctl);
}

/* --- verify --- */

static void print_counts(const struct paper *paper, const json_t *row)
{
    static const char *const keys[] = {"waiting", "held", "accepted", "rejected"};
    struct buf text;

    buf_init(&text, 4096);
    print_number(&text, (uint64_t)row_int(row, "arrived"));
    buf_str(&text, " arrived =");
    for (size_t i = 0; i < COUNT(keys); i++) {
        buf_str(&text, i ? " + " : " ");
        print_number(&text, (uint64_t)row_int(row, keys[i]));
        buf_printf(&text, " %s", keys[i]);
    }
    buf_str(&text, "\n");
    print_count(&text, (uint64_t)row_int(row, "hashed"), "original", "originals");
    buf_str(&text, " read again, ");
    print_count(&text, (uint64_t)row_int(row, "bytes"), "byte", "bytes");
    fprintf(paper->out, "%s\n", buf_cstr(&text));
    buf_free(&text);
    if (row_int(row, "problems") == 0) {
        print_ink(paper, INK_GOOD, "Nothing is lost, nothing has changed.");
        fputc('\n', paper->out);
    }
}

static int verified(void *context, json_t *row)
{
    const struct paper *paper = &((const struct ctl *)context)->paper;
    const char *problem = row_text(row, "problem");
    const char *file = row_text(row, "file");
    struct buf text;

    if (!problem) {
        print_counts(paper, row);
        return SLUSS_OK;
    }
    buf_init(&text, 16384);
    buf_printf(&text, "%s ", row_text(row, "delivery"));
    if (file)
        buf_printf(&text, "(%s, %s) ", row_text(row, "unit"), file);
    buf_str(&text, row_text(row, "text"));
    print_ink(paper, INK_BAD, problem);
    print_wrapped(paper, (unsigned)strlen(problem), 12, buf_view(&text));
    buf_free(&text);
    return SLUSS_OK;
}

int command_verify(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "verify"};

    (void)arguments;
    return online_ask(ctl, &request, verified, ctl);
}
