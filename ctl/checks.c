/* checks.c -- slussctl checks: how often each check was right so far */
#include "ctl/online.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_cells(struct table *table, const json_t *row)
{
    int64_t released = row_int(row, "released"), rejected = row_int(row, "rejected");
    double precision = json_real_value(json_object_get(row, "precision"));
    bool whole = json_real_value(json_object_get(row, "factor")) >= 1;
    bool rule = row_int(row, "by_rule") == released + rejected;
    char text[32];

    cell_text(table, row, "check");
    snprintf(text, sizeof text, "%lld", (long long)(released + rejected));
    table_text(table, text);
    cell_int(table, row, "rejected");
    cell_int(table, row, "released");
    snprintf(text, sizeof text, "%.0f %%", 100 * precision);
    table_text(table, text);
    table_cell(table, whole ? INK_PLAIN : INK_CARE,
               span_str(rule    ? "by rule"
                        : whole ? "whole"
                                : "half"));
}

int command_checks(struct ctl *ctl, const struct arguments *arguments)
{
    static const struct column columns[] = {{"CHECK", false}, {"DECIDED", true}, {"WRONG", true},
                                            {"RIGHT", true},  {"TRUST", true},   {"WEIGHS", false}};
    struct control_request request = {.command = "checks"};

    (void)arguments;
    return online_table(ctl, &request, columns, COUNT(columns), check_cells,
                        "No held delivery was decided yet.");
}
