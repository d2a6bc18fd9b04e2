/* commands_status.c -- status and unit list: is all well, and where not */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "daemon/commands_part.h"
#include "model/error.h"
#include "store/outbox.h"
#include "store/queue.h"

#define REASONS_MAX 16 /* sentences in one status; the rest is a number */

struct status {
    struct command_call *call;
    struct json *j;
    struct buf reasons; /* JSON strings, comma between */
    struct json reasons_json;
    unsigned reason_count;
    int64_t now_us;
};

static void needs_person(struct status *status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void needs_person(struct status *status, const char *format, ...)
{
    struct buf text;
    va_list args;

    if (++status->reason_count > REASONS_MAX)
        return;
    buf_init(&text, 4096);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    json_text(&status->reasons_json, NULL, buf_view(&text));
    buf_free(&text);
}

static void json_inbox(struct json *j, struct command_call *call,
                       const struct inbox_status *inbox)
{
    json_cstr(j, "unit", inbox->unit);
    json_cstr(j, "inbox", inbox->path);
    json_standing(j, call, inbox->unit);
    json_bool(j, "reachable", inbox->reachable);
    json_bool(j, "watched", inbox->watched);
    json_cstr(j, "problem", inbox->problem);
    json_uint(j, "waiting", inbox->waiting);
    json_instant(j, "oldest_waiting", (int64_t)inbox->oldest_us);
}

static int status_unit(void *context, const struct inbox_status *inbox)
{
    struct status *status = context;

    json_object_begin(status->j, NULL);
    json_inbox(status->j, status->call, inbox);
    json_object_end(status->j);
    if (!inbox->reachable)
        needs_person(status, "The inbox of %s cannot be reached: %s", inbox->unit,
                     inbox->problem ? inbox->problem : inbox->path);
    else if (!inbox->watched)
        needs_person(status, "The inbox of %s: %s", inbox->unit,
                     inbox->problem ? inbox->problem : "not watched, found by scanning alone");
    return SLUSS_OK;
}

static int status_counts(struct status *status)
{
    struct store *store = status->call->intake->store;
    uint64_t states[STATE_COUNT], queued = 0;
    int error = store_count_states(store, NULL, states);

    error = error ? error : queue_count(store, &queued);
    if (error != SLUSS_OK)
        return error;
    json_uint(status->j, "arriving", states[STATE_ARRIVING]);
    json_uint(status->j, "checking", states[STATE_CHECKING]);
    json_uint(status->j, "held", states[STATE_HELD]);
    json_uint(status->j, "rejected", states[STATE_REJECTED]);
    json_uint(status->j, "cooling_off", states[STATE_ACCEPTED] + states[STATE_RELEASED]);
    json_uint(status->j, "queued", queued);
    json_uint(status->j, "delivered", states[STATE_DELIVERED]);
    return SLUSS_OK;
}

static int status_receipts(struct status *status)
{
    struct outbox_counts counts;
    int error = outbox_count(status->call->intake->store, &counts);
    char when[INSTANT_SIZE];

    if (error != SLUSS_OK)
        return error;
    json_uint(status->j, "receipts_pending", counts.receipts_pending);
    json_uint(status->j, "receipts_failed", counts.receipts_failed);
    json_instant(status->j, "nearest_deadline", counts.nearest_deadline_us);
    json_uint(status->j, "alerts_failed", counts.failed - counts.receipts_failed);
    json_uint(status->j, "mails_not_allowed", counts.not_allowed);
    if (counts.receipts_failed)
        needs_person(status, "%llu receipt%s could not be delivered: slussctl receipts",
                     (unsigned long long)counts.receipts_failed,
                     counts.receipts_failed == 1 ? "" : "s");
    if (counts.nearest_deadline_us && counts.nearest_deadline_us < status->now_us)
        needs_person(status, "A receipt should have been sent by %s: slussctl receipts --pending",
                     instant_local(counts.nearest_deadline_us, when));
    return SLUSS_OK;
}

static int write_status(struct status *status)
{
    struct intake *intake = status->call->intake;
    struct json *j = status->j;
    int error;

    json_cstr(j, "version", PACKAGE_VERSION);
    json_int(j, "pid", getpid());
    json_instant(j, "started_at", intake->started_us);
    json_array_begin(j, "units");
    error = intake->inboxes ? inboxes_status(intake->inboxes, status_unit, status) : SLUSS_OK;
    json_array_end(j);
    error = error ? error : status_counts(status);
    error = error ? error : status_receipts(status);
    json_cstr(j, "last_error", intake->last_error[0] ? intake->last_error : NULL);
    json_instant(j, "last_error_at", intake->last_error_us);
    json_array_begin(j, "needs_person");
    if (status->reasons.n)
        json_raw(j, NULL, buf_view(&status->reasons));
    json_array_end(j);
    json_cstr(j, "daemon", status->reason_count ? "degraded" : "ok");
    return error;
}

enum command_progress command_status(struct command_call *call)
{
    struct json j;
    struct status status = {.call = call, .j = &j, .now_us = loop_wall_us(call->intake->loop)};
    size_t from = call->out->n;
    int error;

    buf_init(&status.reasons, 256 * 1024);
    json_start(&status.reasons_json, &status.reasons);
    row_begin(call, &j);
    error = write_status(&status);
    row_end(call, &j);
    buf_free(&status.reasons);
    if (error != SLUSS_OK) {
        call->out->n = from;
        return answer_error(call, error);
    }
    return answer(call, status.reason_count ? CONTROL_NO : CONTROL_FINE, NULL);
}

/* --- unit list --- */

/* The unit's inbox among all of them. */
struct inbox_search {
    const char *unit;
    struct command_call *call;
    struct json *j;
    bool found;
};

static int find_inbox(void *context, const struct inbox_status *inbox)
{
    struct inbox_search *search = context;

    if (strcmp(inbox->unit, search->unit) != 0)
        return SLUSS_OK;
    json_inbox(search->j, search->call, inbox);
    search->found = true;
    return SLUSS_OK;
}

static void json_texts(struct json *j, const char *key, const struct texts *texts)
{
    json_array_begin(j, key);
    for (size_t i = 0; i < texts->n; i++)
        json_cstr(j, NULL, texts->of[i]);
    json_array_end(j);
}

static int unit_row(struct command_call *call, const struct unit_settings *unit)
{
    uint64_t states[STATE_COUNT];
    struct json j;
    struct inbox_search search = {unit->key, call, &j, false};
    int error = store_count_states(call->intake->store, unit->key, states);

    if (error != SLUSS_OK)
        return error;
    row_begin(call, &j);
    if (call->intake->inboxes)
        inboxes_status(call->intake->inboxes, find_inbox, &search);
    if (!search.found) {
        json_cstr(&j, "unit", unit->key);
        json_cstr(&j, "inbox", unit->inbox);
        json_standing(&j, call, unit->key);
    }
    json_cstr(&j, "partner_name", unit->partner_name);
    json_cstr(&j, "language", unit->language);
    json_texts(&j, "formats", &unit->formats);
    json_texts(&j, "receipts_to", &unit->receipts_to);
    json_int(&j, "approvals", unit->approvals);
    json_int(&j, "cool_off_s", unit->cool_off_us / SECOND_US);
    json_uint(&j, "held", states[STATE_HELD]);
    json_uint(&j, "rejected", states[STATE_REJECTED]);
    json_uint(&j, "accepted", states[STATE_ACCEPTED] + states[STATE_RELEASED] +
                                  states[STATE_QUEUED] + states[STATE_DELIVERED]);
    row_end(call, &j);
    return SLUSS_OK;
}

enum command_progress command_unit_list(struct command_call *call)
{
    const struct settings *settings = call->intake->settings;
    const char *after = call->request->after;
    struct page page = page_begin(call);
    int error = SLUSS_OK;
    size_t i = 0;

    while (after && i < settings->unit_count && strcmp(settings->units[i].key, after) != 0)
        i++;
    for (i += after ? 1 : 0; error == SLUSS_OK && i < settings->unit_count; i++) {
        error = unit_row(call, &settings->units[i]);
        error = error ? error : page_row(&page, settings->units[i].key);
    }
    return page_end(&page, error);
}
