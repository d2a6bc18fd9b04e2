/* commands_deliveries.c -- list, show, release, reject, recall */
#include <jansson.h>
#include <string.h>

#include "daemon/commands_part.h"
#include "daemon/decision.h"
#include "model/error.h"
#include "model/likelihood.h"
#include "store/announcements.h"
#include "store/audit.h"
#include "store/outbox.h"
#include "store/tracks.h"

#define HISTORY_MAX 300 /* rows of the trail that one answer shows */

/* --- list --- */

static int list_row(void *context, const struct delivery *delivery)
{
    struct page *page = context;
    struct json j;

    row_begin(page->call, &j);
    json_delivery(&j, delivery);
    json_instant(&j, "decided_at", delivery->decided_us);
    row_end(page->call, &j);
    return page_row(page, delivery->id);
}

enum command_progress command_list(struct command_call *call)
{
    const struct control_request *request = call->request;
    struct page page = page_begin(call);
    struct delivery_filter filter = {
        .state = -1,
        .unit = request->unit,
        .since_us = request->since_us,
        .after_id = request->after,
        .limit = (unsigned)page.most,
    };

    if (request->state) {
        filter.state = state_from_name(span_str(request->state));
        if (filter.state < 0)
            return answer(call, CONTROL_TROUBLE, "there is no state \"%s\"", request->state);
    }
    if (require_unit(call) != SLUSS_OK)
        return COMMAND_DONE;
    return page_end(&page, store_delivery_list(call->intake->store, &filter, list_row, &page));
}

/* --- show --- */

struct showing {
    struct command_call *call;
    struct json *j;
    int64_t now_us;
    struct track track;
};

/* How often the check was right before, so that a person knows what its word is worth. */
static void show_track(const struct showing *showing, const char *check)
{
    for (unsigned i = 0; i < showing->track.n; i++) {
        if (strcmp(showing->track.of[i].check, check) != 0)
            continue;
        json_object_begin(showing->j, "track");
        json_track(showing->j, &showing->track.of[i]);
        json_object_end(showing->j);
        return;
    }
    json_nothing(showing->j, "track");
}

static int show_finding(void *context, const struct stored_finding *finding)
{
    struct showing *showing = context;
    struct json *j = showing->j;

    json_object_begin(j, NULL);
    json_cstr(j, "check", finding->check);
    json_cstr(j, "level", finding_level_name(finding->level));
    json_cstr(j, "text", finding->text_en);
    json_cstr(j, "text_sv", finding->text_sv);
    json_double(j, "weight", finding->weight);
    if (finding->record)
        json_uint(j, "record", finding->record);
    else
        json_nothing(j, "record");
    json_raw(j, "evidence", span_str(finding->evidence));
    show_track(showing, finding->check);
    json_object_end(j);
    return buf_error(j->out);
}

static int show_receipt(void *context, const struct outbox_mail *mail)
{
    struct showing *showing = context;

    json_object_begin(showing->j, NULL);
    json_receipt(showing->j, showing->call->intake->settings, mail, showing->now_us);
    json_object_end(showing->j);
    return buf_error(showing->j->out);
}

static int show_history(void *context, const struct audit_row *row)
{
    struct showing *showing = context;

    json_object_begin(showing->j, NULL);
    json_audit(showing->j, row);
    json_object_end(showing->j);
    return buf_error(showing->j->out);
}

/* An operator's word stands in the trail; nobody else's events have these names. */
static const char *decision_of(const char *event)
{
    static const char *const events[][2] = {{"delivery-released", "release"},
                                            {"release-approved", "release"},
                                            {"delivery-rejected", "reject"},
                                            {"delivery-recalled", "recall"}};

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (strcmp(event, events[i][0]) == 0)
            return events[i][1];
    return NULL;
}

static int show_decision(void *context, const struct audit_row *row)
{
    struct showing *showing = context;
    struct json *j = showing->j;
    const char *what = decision_of(row->event);
    json_error_t trouble;
    json_t *detail;

    if (!what)
        return SLUSS_OK;
    detail = row->detail ? json_loads(row->detail, 0, &trouble) : NULL;
    json_object_begin(j, NULL);
    json_cstr(j, "what", what);
    json_cstr(j, "operator", row->actor);
    json_cstr(j, "reason", json_string_value(json_object_get(detail, "reason")));
    if (strcmp(what, "release") == 0)
        json_bool(j, "once", json_is_true(json_object_get(detail, "once")));
    json_instant(j, "at", row->at_us);
    json_object_end(j);
    json_decref(detail);
    return buf_error(j->out);
}

/* What a release would do; only a held delivery has it. */
static void show_release(struct showing *showing, const struct delivery *delivery)
{
    struct intake *intake = showing->call->intake;
    const struct unit_settings *unit = settings_unit(intake->settings, delivery->unit);
    struct json *j = showing->j;
    int given = store_decision_count(intake->store, delivery->row, "release");

    if (delivery->state != STATE_HELD) {
        json_nothing(j, "release");
        return;
    }
    json_object_begin(j, "release");
    json_int(j, "cool_off_s", unit ? unit->cool_off_us / SECOND_US : 0);
    json_int(j, "approvals_needed", unit ? unit->approvals : 1);
    json_int(j, "approvals_given", given < 0 ? 0 : given);
    json_array_begin(j, "receipts_to");
    for (size_t i = 0; unit && i < unit->receipts_to.n; i++)
        json_cstr(j, NULL, unit->receipts_to.of[i]);
    json_array_end(j);
    json_object_end(j);
}

static void show_likelihood(struct json *j, const struct delivery *delivery)
{
    struct buf text;

    if (!delivery->weighed) {
        json_nothing(j, "score");
        json_nothing(j, "odds");
        json_nothing(j, "probability");
        return;
    }
    json_double(j, "score", delivery->score);
    json_double(j, "odds", delivery->odds);
    json_double(j, "probability", likelihood_of_odds(delivery->odds));
    buf_init(&text, 1024);
    likelihood_say(&text, likelihood_of_odds(delivery->odds), "en");
    json_text(j, "likelihood", buf_view(&text));
    buf_free(&text);
}

static void show_paths(struct showing *showing, const struct delivery *delivery)
{
    struct buf path;

    buf_init(&path, 8192);
    if (spool_path(showing->call->intake->spool, delivery->id, &path) == SLUSS_OK) {
        json_text(showing->j, "original", buf_view(&path));
        buf_str(&path, ".ndjson");
        json_text(showing->j, "items_path", buf_view(&path));
    }
    buf_free(&path);
}

static void show_figures(struct showing *showing, const struct delivery *delivery)
{
    struct intake *intake = showing->call->intake;
    const struct unit_settings *unit = settings_unit(intake->settings, delivery->unit);
    struct json *j = showing->j;

    json_delivery(j, delivery);
    json_instant(j, "decided_at", delivery->decided_us);
    json_cstr(j, "partner_name", unit ? unit->partner_name : NULL);
    json_standing(j, showing->call, delivery->unit);
    json_bool(j, "test", delivery->summary.test);
    json_uint(j, "size", delivery->summary.size);
    json_object_begin(j, "items_by_type");
    for (int i = 0; i < ITEM_TYPE_COUNT; i++)
        if (delivery->summary.items_by_type[i])
            json_uint(j, item_type_name((enum item_type)i), delivery->summary.items_by_type[i]);
    json_object_end(j);
    show_likelihood(j, delivery);
    show_paths(showing, delivery);
}

static int show_announcement(void *context, const struct stored_announcement *a)
{
    struct showing *showing = context;

    json_object_begin(showing->j, NULL);
    json_announcement(showing->j, a, showing->now_us);
    json_object_end(showing->j);
    return SLUSS_OK;
}

/* "announcements": what it used, or while it is held, what was open when it came. */
static int show_announcements(struct showing *showing, const struct delivery *delivery)
{
    const struct announcement_filter used = {.used_by_row = delivery->row};
    const struct announcement_filter open = {.unit = delivery->unit,
                                             .open_at_us = delivery->received_us};
    int error;

    json_array_begin(showing->j, "announcements");
    error = announcements_list(showing->call->intake->store,
                               delivery->state == STATE_HELD ? &open : &used, show_announcement,
                               showing);
    json_array_end(showing->j);
    return error;
}

static int show_lists(struct showing *showing, const struct delivery *delivery)
{
    struct store *store = showing->call->intake->store;
    struct outbox_filter receipts = {.receipts_only = true, .delivery_row = delivery->row};
    struct audit_filter history = {.delivery_id = delivery->id, .limit = HISTORY_MAX};
    struct json *j = showing->j;
    int error = show_announcements(showing, delivery);

    error = error ? error : tracks_get(store, &showing->track);
    json_array_begin(j, "findings");
    error = error ? error : store_findings(store, delivery->row, show_finding, showing);
    json_array_end(j);
    json_array_begin(j, "receipts");
    receipts.limit = HISTORY_MAX;
    error = error ? error : outbox_list(store, &receipts, show_receipt, showing);
    json_array_end(j);
    json_array_begin(j, "decisions");
    error = error ? error : audit_list(store, &history, show_decision, showing);
    json_array_end(j);
    json_array_begin(j, "history");
    error = error ? error : audit_list(store, &history, show_history, showing);
    json_array_end(j);
    return error;
}

enum command_progress command_show(struct command_call *call)
{
    struct json j;
    struct showing showing = {
        .call = call, .j = &j, .now_us = loop_wall_us(call->intake->loop)};
    struct delivery delivery;
    size_t from = call->out->n;
    int error;

    if (find_delivery(call, &delivery) != SLUSS_OK)
        return COMMAND_DONE;
    row_begin(call, &j);
    show_figures(&showing, &delivery);
    show_release(&showing, &delivery);
    error = show_lists(&showing, &delivery);
    row_end(call, &j);
    if (error != SLUSS_OK)
        call->out->n = from; /* half an answer is none */
    return answer_result(call, error);
}

/* --- release, reject, recall --- */

/* The delivery as it is after a decision, and how far it had come where it was recalled. */
static int decided_row(struct command_call *call, struct delivery *delivery,
                       const struct recall_reach *reach)
{
    struct json j;
    int error = store_delivery_by_row(call->intake->store, delivery->row, call->arena, delivery);

    if (error != SLUSS_OK)
        return error;
    row_begin(call, &j);
    json_delivery(&j, delivery);
    if (reach) {
        json_cstr(&j, "from", state_name(reach->from));
        json_cstr(&j, "taken_by", reach->taken_by);
        json_instant(&j, "taken_at", reach->taken_us);
        json_instant(&j, "acknowledged_at", reach->acknowledged_us);
    }
    row_end(call, &j);
    return SLUSS_OK;
}

/* The delivery and the reason an operator gave. 0, or an error that is already the answer. */
static int what_and_why(struct command_call *call, struct delivery *delivery, struct span *reason)
{
    int error = find_delivery(call, delivery);

    if (error != SLUSS_OK)
        return error;
    *reason = span_trim(span_str(call->request->reason));
    if (reason->n)
        return SLUSS_OK;
    answer(call, CONTROL_TROUBLE, "say why: --reason TEXT");
    return SLUSS_EINVAL;
}

/* The answer to a decision; `why` is freed. 1: noted, and not yet done. */
static enum command_progress decided(struct command_call *call, struct delivery *delivery,
                                     int result, const struct recall_reach *reach,
                                     const char *done, struct buf *why)
{
    if (result >= 0) {
        decided_row(call, delivery, reach);
        answer(call, CONTROL_FINE, "%s %s", delivery->id, done);
    } else {
        answer(call,
               result == SLUSS_ECONFLICT || result == SLUSS_ENOTFOUND ? CONTROL_NO
                                                                      : CONTROL_TROUBLE,
               NULL);
    }
    if (result != SLUSS_OK) {
        buf_clear(call->message);
        buf_str(call->message, why->n ? buf_cstr(why) : sluss_error_text(result));
    }
    buf_free(why);
    return COMMAND_DONE;
}

enum command_progress command_release(struct command_call *call)
{
    bool once = call->request->once;
    struct delivery delivery;
    struct span reason;
    struct buf why;
    int result;

    if (what_and_why(call, &delivery, &reason) != SLUSS_OK)
        return COMMAND_DONE;
    buf_init(&why, 4096);
    result = decision_release(call->intake, span_str(delivery.id), call->operator_, reason, once,
                              &why);
    return decided(call, &delivery, result, NULL,
                   once ? "is released, this once: it makes no habit" : "is released", &why);
}

enum command_progress command_reject(struct command_call *call)
{
    struct delivery delivery;
    struct span reason;
    struct buf why;
    int result;

    if (what_and_why(call, &delivery, &reason) != SLUSS_OK)
        return COMMAND_DONE;
    buf_init(&why, 4096);
    result =
        decision_reject(call->intake, span_str(delivery.id), call->operator_, reason, &why);
    return decided(call, &delivery, result, NULL, "is rejected", &why);
}

enum command_progress command_recall(struct command_call *call)
{
    struct recall_reach reach;
    struct delivery delivery;
    struct span reason;
    struct buf why;
    const char *done = "is recalled; it never left";
    int result;

    if (what_and_why(call, &delivery, &reason) != SLUSS_OK)
        return COMMAND_DONE;
    buf_init(&why, 4096);
    result = decision_recall(call->intake, span_str(delivery.id), call->operator_, reason,
                             call->arena, &reach, &why);
    if (reach.acknowledged_us)
        done = "is recalled, but the processing system has it: stop it there";
    else if (reach.taken_us)
        done = "is recalled, but the processing system took it: make sure that it stops";
    return decided(call, &delivery, result, &reach, done, &why);
}
