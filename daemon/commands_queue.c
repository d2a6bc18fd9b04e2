/* commands_queue.c -- the processing system's side: at least once, idempotent by delivery id */
#include <string.h>

#include "daemon/commands_part.h"
#include "daemon/log.h"
#include "model/error.h"
#include "store/audit.h"
#include "store/queue.h"

/* One who waits is also served what comes without a wake-up: a lease that ran out. */
#define LOOK_AGAIN_US (5 * SECOND_US)

/* The queue message, with the keys that all deliveries share. */
static int json_entry(struct command_call *call, struct json *j, const struct delivery *delivery)
{
    struct buf path;
    int error;

    json_delivery(j, delivery);
    buf_init(&path, 8192);
    error = spool_path(call->intake->spool, delivery->id, &path);
    json_text(j, "original", buf_view(&path));
    buf_str(&path, ".ndjson");
    json_text(j, "items_path", buf_view(&path));
    buf_free(&path);
    return error;
}

static int list_row(void *context, const struct queue_entry *entry)
{
    struct page *page = context;
    struct json j;
    int error;

    row_begin(page->call, &j);
    error = json_entry(page->call, &j, &entry->delivery);
    json_instant(&j, "ready_at", entry->ready_us);
    json_instant(&j, "taken_at", entry->taken_us);
    json_instant(&j, "lease_until", entry->lease_until_us);
    json_cstr(&j, "taken_by", entry->taken_by);
    json_uint(&j, "takes", entry->takes);
    json_cstr(&j, "last_nack", entry->last_nack);
    row_end(page->call, &j);
    return error ? error : page_row(page, entry->delivery.id);
}

enum command_progress command_queue_list(struct command_call *call)
{
    struct page page = page_begin(call);

    if (require_unit(call) != SLUSS_OK)
        return COMMAND_DONE;
    return page_end(&page, queue_list(call->intake->store, call->request->unit,
                                      call->request->after, (unsigned)page.most, list_row,
                                      &page));
}

/* What happened to an entry, for the trail and the log. */
static int record(struct command_call *call, const char *event, const char *id, int64_t now_us)
{
    struct buf detail;
    struct json j;
    int error;

    buf_init(&detail, 64 * 1024);
    if (call->request->reason) {
        json_start(&j, &detail);
        json_object_begin(&j, NULL);
        json_cstr(&j, "reason", call->request->reason);
        json_object_end(&j);
    }
    error = audit_append(call->intake->store, now_us, call->operator_, event, id,
                         detail.n ? buf_view(&detail) : SPAN_NONE);
    buf_free(&detail);
    if (error == SLUSS_OK)
        LOG(LOG_LEVEL_INFO, event, {"delivery", span_str(id)},
            {"operator", span_str(call->operator_)});
    return error;
}

/* Lend one and write it down: handed out only when that is durable. 1, 0, or an error. */
static int take_one(struct command_call *call)
{
    struct intake *intake = call->intake;
    int64_t now_us = loop_wall_us(intake->loop), next_us;
    struct queue_entry entry;
    struct json j;
    size_t from = call->out->n;
    int taken = queue_ripen(intake->store, now_us, &next_us);
    int error;

    if (taken >= 0)
        taken = queue_take(intake->store, call->request->unit, call->operator_, now_us,
                           intake->settings->queue_lease_us, call->arena, &entry);
    if (taken <= 0)
        return taken;
    row_begin(call, &j);
    error = json_entry(call, &j, &entry.delivery);
    json_instant(&j, "lease_until", entry.lease_until_us);
    json_uint(&j, "takes", entry.takes);
    row_end(call, &j);
    error = error ? error : record(call, "delivery-taken", entry.delivery.id, now_us);
    error = error ? error : intake_commit(intake);
    if (error != SLUSS_OK)
        call->out->n = from;
    return error ? error : 1;
}

enum command_progress command_queue_take(struct command_call *call)
{
    int64_t now_us = loop_now_us(call->intake->loop);
    int taken;

    if (!call->wait_until_us) {
        if (require_unit(call) != SLUSS_OK)
            return COMMAND_DONE;
        call->wait_until_us = now_us + call->request->wait_ms * 1000;
    }
    taken = take_one(call);
    if (taken < 0)
        return answer_error(call, taken);
    if (taken > 0)
        return answer(call, CONTROL_FINE, NULL);
    if (now_us >= call->wait_until_us)
        return answer(call, CONTROL_NO, NULL); /* nothing there: no mishap, so no words */
    call->look_again_us = now_us + LOOK_AGAIN_US;
    if (call->look_again_us > call->wait_until_us)
        call->look_again_us = call->wait_until_us;
    return COMMAND_WAIT;
}

/* The answer after an acknowledgement or its opposite. */
static enum command_progress settled(struct command_call *call, const struct delivery *delivery,
                                     int error, const char *not_possible, const char *done)
{
    if (error == SLUSS_ECONFLICT || error == SLUSS_ENOTFOUND)
        return answer(call, CONTROL_NO, "delivery %s %s; it is %s", delivery->id, not_possible,
                      state_name(delivery->state));
    if (error == SLUSS_OK)
        error = intake_commit(call->intake);
    if (error != SLUSS_OK)
        return answer_error(call, error);
    return answer(call, CONTROL_FINE, "%s %s", delivery->id, done);
}

enum command_progress command_queue_ack(struct command_call *call)
{
    int64_t now_us = loop_wall_us(call->intake->loop);
    struct delivery delivery;
    int error;

    if (find_delivery(call, &delivery) != SLUSS_OK)
        return COMMAND_DONE;
    error = queue_ack(call->intake->store, delivery.row, now_us);
    if (error == SLUSS_OK && delivery.state != STATE_DELIVERED)
        error = record(call, "delivery-acknowledged", delivery.id, now_us);
    return settled(call, &delivery, error, "is not in the queue", "is delivered");
}

enum command_progress command_queue_nack(struct command_call *call)
{
    int64_t now_us = loop_wall_us(call->intake->loop);
    struct delivery delivery;
    enum command_progress progress;
    int error;

    if (find_delivery(call, &delivery) != SLUSS_OK)
        return COMMAND_DONE;
    if (!span_trim(span_str(call->request->reason)).n)
        return answer(call, CONTROL_TROUBLE, "say why: --reason TEXT");
    error = queue_nack(call->intake->store, delivery.row, call->request->reason, now_us);
    if (error == SLUSS_OK)
        error = record(call, "delivery-given-back", delivery.id, now_us);
    progress = settled(call, &delivery, error, "is not taken by anybody", "is in the queue again");
    if (call->code == CONTROL_FINE)
        intake_poke(call->intake);
    return progress;
}
