/* commands.c -- the table of commands, and what they share */
#include "daemon/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/commands_part.h"
#include "model/error.h"

#define PAGE_BYTES (512 * 1024) /* a page ends with the row that passes this */

static const struct {
    const char *name;
    enum command_progress (*run)(struct command_call *call);
} commands[] = {
    {"status", command_status},
    {"unit list", command_unit_list},
    {"list", command_list},
    {"show", command_show},
    {"checks", command_checks},
    {"release", command_release},
    {"reject", command_reject},
    {"recall", command_recall},
    {"announce", command_announce},
    {"announce list", command_announce_list},
    {"announce cancel", command_announce_cancel},
    {"migration open", command_migration_open},
    {"migration close", command_migration_close},
    {"unit go-live", command_unit_go_live},
    {"unit test", command_unit_test},
    {"unit import", command_unit_import},
    {"queue list", command_queue_list},
    {"queue take", command_queue_take},
    {"queue ack", command_queue_ack},
    {"queue nack", command_queue_nack},
    {"receipts", command_receipts},
    {"audit", command_audit},
    {"audit verify", command_audit_verify},
    {"verify", command_verify},
    {"report sla", command_report_sla},
    {"report stats", command_report_stats},
};

enum command_progress command_run(struct command_call *call)
{
    /* A job was committed for when it began: in between, deliveries are to share commits. */
    int error = call->job ? SLUSS_OK : commit_all(call);

    if (error != SLUSS_OK)
        return answer_error(call, error);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, call->request->command) == 0)
            return commands[i].run(call);
    return answer(call, CONTROL_TROUBLE, "the daemon does not know the command \"%s\"",
                  call->request->command);
}

void command_end(struct command_call *call)
{
    if (call->job)
        call->job->release(call->job);
    call->job = NULL;
}

enum command_progress answer(struct command_call *call, int code, const char *format, ...)
{
    va_list args;

    call->code = code;
    buf_clear(call->message);
    if (format) {
        va_start(args, format);
        buf_vprintf(call->message, format, args);
        va_end(args);
    }
    return COMMAND_DONE;
}

enum command_progress answer_error(struct command_call *call, int error)
{
    return answer(call, CONTROL_TROUBLE, "%s (%s)", sluss_error_text(error),
                  store_message(call->intake->store));
}

enum command_progress answer_result(struct command_call *call, int error)
{
    return error == SLUSS_OK ? answer(call, CONTROL_FINE, NULL) : answer_error(call, error);
}

int commit_all(struct command_call *call)
{
    /* What a commit sets going may open the next transaction at once; a few rounds see to it
     * that nothing shown could still be undone. */
    int error = intake_commit(call->intake);

    for (int i = 0; i < 3 && error == SLUSS_OK && store_in_transaction(call->intake->store); i++)
        error = intake_commit(call->intake);
    return error;
}

void row_begin(struct command_call *call, struct json *j)
{
    json_start(j, call->out);
    json_object_begin(j, NULL);
}

void row_end(struct command_call *call, struct json *j)
{
    json_object_end(j);
    buf_char(call->out, '\n');
}

struct page page_begin(struct command_call *call)
{
    int64_t most = call->request->limit;

    return (struct page){.call = call,
                         .most = most > 0 && most < CONTROL_PAGE_MAX ? most : CONTROL_PAGE_MAX,
                         .from = call->out->n};
}

int page_row(struct page *page, const char *cursor)
{
    struct buf *out = page->call->out;

    page->n++;
    if (out->failed)
        return SLUSS_ENOMEM;
    if (page->n < page->most && out->n - page->from < PAGE_BYTES)
        return SLUSS_OK;
    snprintf(page->call->next, sizeof page->call->next, "%s", cursor);
    return SLUSS_ESTOP;
}

enum command_progress page_end(struct page *page, int error)
{
    return answer_result(page->call, error == SLUSS_ESTOP ? SLUSS_OK : error);
}

int find_delivery(struct command_call *call, struct delivery *out)
{
    struct span id = span_str(call->request->id);
    int error = id.n ? store_delivery_get(call->intake->store, id, call->arena, out)
                     : SLUSS_EINVAL;

    if (error == SLUSS_ENOTFOUND)
        answer(call, CONTROL_NO, "there is no delivery %s", call->request->id);
    else if (error == SLUSS_ECONFLICT)
        answer(call, CONTROL_TROUBLE, "several deliveries begin with %s; give more of the id",
               call->request->id);
    else if (error == SLUSS_EINVAL)
        answer(call, CONTROL_TROUBLE, "name a delivery by its id");
    else if (error != SLUSS_OK)
        answer_error(call, error);
    return error;
}

static int delivery_seen(void *context, const struct delivery *delivery)
{
    (void)delivery;
    *(bool *)context = true;
    return SLUSS_ESTOP;
}

int require_unit(struct command_call *call)
{
    const struct settings *settings = call->intake->settings;
    const char *unit = call->request->unit;
    struct delivery_filter filter = {.state = -1, .unit = unit, .limit = 1};
    bool known = !unit;

    for (size_t i = 0; !known && i < settings->unit_count; i++)
        known = strcmp(settings->units[i].key, unit) == 0 ||
                strcmp(settings->units[i].partner, unit) == 0;
    /* One that is no longer in the configuration still has a past. */
    if (!known)
        store_delivery_list(call->intake->store, &filter, delivery_seen, &known);
    if (known)
        return SLUSS_OK;
    answer(call, CONTROL_TROUBLE, "there is no unit \"%s\"; slussctl unit list names them", unit);
    return SLUSS_ENOTFOUND;
}
