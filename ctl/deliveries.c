/* deliveries.c -- slussctl list, release, reject, unit list */
#include <string.h>

#include "ctl/online.h"
#include "ctl/when.h"
#include "model/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void list_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "delivery");
    cell_time(table, row, "received_at");
    cell_text(table, row, "unit");
    cell_state(table, row, "state");
    cell_text(table, row, "format");
    cell_int(table, row, "items");
    cell_sum(table, row);
    cell_text(table, row, "file");
}

int command_list(struct ctl *ctl, const struct arguments *arguments)
{
    static const struct column columns[] = {
        {"DELIVERY", false}, {"RECEIVED", false}, {"UNIT", false}, {"STATE", false},
        {"FORMAT", false},   {"ITEMS", true},     {"SUM", true},   {"FILE", false}};
    struct control_request request = {
        .command = "list",
        .state = arguments_value(arguments, "state"),
        .unit = arguments_value(arguments, "unit"),
    };

    if (online_since(ctl, arguments, &request.since_us) != SLUSS_OK)
        return EXIT_TROUBLE;
    return online_table(ctl, &request, columns, COUNT(columns), list_cells, "No deliveries.");
}

static int decide(struct ctl *ctl, const struct arguments *arguments, const char *command)
{
    struct control_request request = {
        .command = command,
        .id = arguments->operands[0],
        .reason = arguments_value(arguments, "reason"),
        .once = arguments_value(arguments, "once") != NULL,
    };

    if (!span_trim(span_str(request.reason)).n)
        return complain("say why: slussctl %s %s --reason TEXT", command, request.id);
    return online_ask(ctl, &request, NULL, NULL);
}

int command_release(struct ctl *ctl, const struct arguments *arguments)
{
    return decide(ctl, arguments, "release");
}

int command_reject(struct ctl *ctl, const struct arguments *arguments)
{
    return decide(ctl, arguments, "reject");
}

/* "test", "live (configured: test)", "live, migrating until ..." */
void cell_phase(struct table *table, const json_t *row)
{
    const char *phase = row_text(row, "phase");
    const char *configured = row_text(row, "phase_configured");
    const char *until = row_text(row, "migration_until");
    struct buf text;

    buf_init(&text, 256);
    buf_str(&text, phase ? phase : "-");
    if (phase && configured && strcmp(phase, configured) != 0)
        buf_printf(&text, " (configured: %s)", configured);
    if (until) {
        buf_str(&text, ", migrating until ");
        when_local(&text, until);
    }
    table_cell(table, until ? INK_CARE : INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

static void unit_cells(struct table *table, const json_t *row)
{
    const json_t *reachable = json_object_get(row, "reachable");

    cell_text(table, row, "unit");
    cell_text(table, row, "partner_name");
    cell_phase(table, row);
    cell_int(table, row, "waiting");
    cell_int(table, row, "held");
    cell_int(table, row, "accepted");
    cell_int(table, row, "rejected");
    if (json_is_false(reachable))
        table_cell(table, INK_BAD, SPAN_LIT("unreachable"));
    else
        table_text(table, row_true(row, "watched") ? "watched" : "scanned");
    cell_text(table, row, "inbox");
}

int command_unit_list(struct ctl *ctl, const struct arguments *arguments)
{
    static const struct column columns[] = {
        {"UNIT", false},    {"PARTNER", false}, {"PHASE", false},
        {"WAITING", true},  {"HELD", true},     {"ACCEPTED", true},
        {"REJECTED", true}, {"INBOX IS", false}, {"INBOX", false}};
    struct control_request request = {.command = "unit list"};

    (void)arguments;
    return online_table(ctl, &request, columns, COUNT(columns), unit_cells, "No units.");
}
