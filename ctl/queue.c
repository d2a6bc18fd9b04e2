/* queue.c -- slussctl queue list, take, ack, nack */
#include "ctl/online.h"
#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void queue_cells(struct table *table, const json_t *row)
{
    cell_text(table, row, "delivery");
    cell_text(table, row, "unit");
    cell_text(table, row, "format");
    cell_int(table, row, "items");
    cell_sum(table, row);
    cell_time(table, row, "received_at");
    cell_text(table, row, "taken_by");
    cell_time(table, row, "lease_until");
    cell_text(table, row, "last_nack");
}

int command_queue_list(struct ctl *ctl, const struct arguments *arguments)
{
    static const struct column columns[] = {
        {"DELIVERY", false}, {"UNIT", false},     {"FORMAT", false},
        {"ITEMS", true},     {"SUM", true},       {"RECEIVED", false},
        {"TAKEN BY", false}, {"UNTIL", false},    {"GIVEN BACK", false}};
    struct control_request request = {.command = "queue list",
                                      .unit = arguments_value(arguments, "unit")};

    return online_table(ctl, &request, columns, COUNT(columns), queue_cells,
                        "The queue is empty.");
}

static void line(const struct paper *paper, const char *label, const char *text)
{
    fprintf(paper->out, "  %-9s", label);
    print_ink(paper, INK_PLAIN, text ? text : "-");
    fputc('\n', paper->out);
}

static int taken(void *context, json_t *row)
{
    const struct ctl *ctl = context;
    const struct paper *paper = &ctl->paper;
    struct buf text;

    buf_init(&text, 4096);
    print_ink(paper, INK_BOLD, row_text(row, "delivery"));
    fputc('\n', paper->out);
    line(paper, "unit", row_text(row, "unit"));
    line(paper, "file", row_text(row, "file"));
    print_count(&text, (uint64_t)row_int(row, "items"), "item", "items");
    buf_str(&text, ", ");
    row_sum(row, &text);
    line(paper, "holds", buf_cstr(&text));
    line(paper, "original", row_text(row, "original"));
    line(paper, "items", row_text(row, "items_path"));
    buf_clear(&text);
    when_local(&text, row_text(row, "lease_until"));
    line(paper, "until", buf_cstr(&text));
    buf_free(&text);
    return SLUSS_OK;
}

int command_queue_take(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "queue take",
                                      .unit = arguments_value(arguments, "unit")};
    const char *wait = arguments_value(arguments, "wait");
    int64_t wait_us = 0;
    int status;

    if (wait && (duration_parse(wait, &wait_us) != SLUSS_OK ||
                 wait_us / 1000 > CONTROL_WAIT_MAX_MS))
        return complain("--wait %s is no length of time up to a day; write 30, 10m or 1h", wait);
    request.wait_ms = wait_us / 1000;
    status = online_ask(ctl, &request, taken, ctl);
    if (status == EXIT_NO && !ctl->json)
        fputs("Nothing is ready.\n", ctl->paper.out);
    return status;
}

int command_queue_ack(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "queue ack", .id = arguments->operands[0]};

    return online_ask(ctl, &request, NULL, NULL);
}

int command_queue_nack(struct ctl *ctl, const struct arguments *arguments)
{
    struct control_request request = {.command = "queue nack",
                                      .id = arguments->operands[0],
                                      .reason = arguments_value(arguments, "reason")};

    if (!span_trim(span_str(request.reason)).n)
        return complain("say why: slussctl queue nack %s --reason TEXT", request.id);
    return online_ask(ctl, &request, NULL, NULL);
}
