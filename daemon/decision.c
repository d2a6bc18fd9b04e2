/* decision.c -- see decision.h */
#include "daemon/decision.h"

#include "daemon/log.h"
#include "daemon/notify.h"
#include "gate/assessment.h"
#include "model/error.h"
#include "model/json.h"
#include "store/audit.h"
#include "store/queue.h"

#define DECISION_MEMORY (64 * 1024)
#define REASON_MAX 1000 /* bytes */

struct decision {
    const char *what; /* "release", "reject" */
    const char *event;
    const char *operator_;
    struct span reason;
    int64_t now_us;
    struct delivery delivery;
};

static int check_reason(struct span *reason, struct buf *why)
{
    *reason = span_trim(*reason);
    if (reason->n == 0) {
        buf_str(why, "a reason is needed: --reason TEXT");
        return SLUSS_EINVAL;
    }
    if (reason->n > REASON_MAX) {
        buf_printf(why, "the reason is longer than %d bytes", REASON_MAX);
        return SLUSS_EINVAL;
    }
    return 0;
}

/* Find the delivery; it must be held. */
static int find_held(struct intake *intake, struct span id, struct arena *arena,
                     struct delivery *out, struct buf *why)
{
    int rc = store_delivery_get(intake->store, id, arena, out);
    if (rc == SLUSS_ENOTFOUND)
        buf_printf(why, "there is no delivery %.*s", SPAN_FMT(id));
    else if (rc == SLUSS_ECONFLICT)
        buf_printf(why, "several deliveries begin with %.*s; give more of the id", SPAN_FMT(id));
    else if (rc == 0 && out->state != STATE_HELD) {
        buf_printf(why, "delivery %s is not held, it is %s", out->id, state_name(out->state));
        rc = SLUSS_ECONFLICT;
    }
    return rc;
}

static int audit(struct intake *intake, const struct decision *d, const char *event)
{
    struct buf detail;
    struct json j;
    buf_init(&detail, 4 * REASON_MAX + 256);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_cstr(&j, "unit", d->delivery.unit);
    json_text(&j, "reason", d->reason);
    json_object_end(&j);
    int rc = buf_error(&detail);
    rc = rc ? rc
            : audit_append(intake->store, d->now_us, d->operator_, event, d->delivery.id,
                           buf_view(&detail));
    buf_free(&detail);
    return rc;
}

/* All or nothing: a failure anywhere takes the whole decision back, and nothing else. */
static int settle(struct intake *intake, int rc, struct buf *why)
{
    if (rc >= 0) {
        int committed = store_part_keep(intake->store);
        committed = committed ? committed : intake_commit(intake);
        rc = committed ? committed : rc;
    } else {
        store_part_undo(intake->store);
        (void)intake_commit(intake); /* of the others, and gives the write lock back */
    }
    if (rc < 0 && why->n == 0)
        buf_printf(why, "the decision could not be stored: %s", sluss_error_text(rc));
    if (rc == 0)
        intake_poke(intake);
    return rc;
}

static int release_now(struct intake *intake, struct decision *d,
                       const struct unit_settings *unit)
{
    int64_t cool_off_us = unit ? unit->cool_off_us : 0;
    struct store *store = intake->store;
    enum delivery_state to = cool_off_us > 0 ? STATE_RELEASED : STATE_QUEUED;
    int rc = store_delivery_become(store, d->delivery.row, to, d->now_us);
    rc = rc ? rc : gate_enter(store, intake->seen, d->delivery.row, ENTRY_NORMAL);
    rc = rc ? rc : queue_add(store, d->delivery.row, d->now_us + cool_off_us);
    rc = rc ? rc : notify_receipts(intake, &d->delivery, "released", NULL);
    return rc ? rc : audit(intake, d, d->event);
}

static int release(struct intake *intake, struct decision *d, struct buf *why)
{
    const struct unit_settings *unit = settings_unit(intake->settings, d->delivery.unit);
    int needed = unit ? unit->approvals : 1;
    int rc = store_decision_add(intake->store, d->delivery.row, d->what, d->operator_, d->reason,
                                d->now_us);
    int given = rc ? rc : store_decision_count(intake->store, d->delivery.row, d->what);
    if (given < 0)
        return given;
    if (given >= needed)
        return release_now(intake, d, unit);
    buf_printf(why, "noted; %d of %d operators have released it, it stays held until then",
               given, needed);
    rc = audit(intake, d, "release-approved");
    return rc ? rc : 1;
}

static int reject(struct intake *intake, struct decision *d)
{
    struct store *store = intake->store;
    struct buf reason;
    buf_init(&reason, REASON_MAX + 1);
    buf_span(&reason, d->reason);
    int rc = store_decision_add(store, d->delivery.row, d->what, d->operator_, d->reason,
                                d->now_us);
    rc = rc ? rc : store_delivery_become(store, d->delivery.row, STATE_REJECTED, d->now_us);
    rc = rc ? rc : gate_enter(store, intake->seen, d->delivery.row, ENTRY_REJECTED);
    rc = rc ? rc : notify_receipts(intake, &d->delivery, "rejected", buf_cstr(&reason));
    rc = rc ? rc : audit(intake, d, d->event);
    buf_free(&reason);
    return rc;
}

static int decide(struct intake *intake, struct decision *d, struct span id, struct buf *why)
{
    int rc = intake_commit(intake); /* what is decided upon must be there for good */
    rc = rc ? rc : check_reason(&d->reason, why);
    if (rc)
        return rc;
    struct arena *arena = arena_new(DECISION_MEMORY);
    rc = arena ? find_held(intake, id, arena, &d->delivery, why) : SLUSS_ENOMEM;
    rc = rc ? rc : store_part_begin(intake->store);
    if (rc == 0) {
        d->now_us = loop_wall_us(intake->loop);
        bool releasing = strcmp(d->what, "release") == 0;
        rc = settle(intake, releasing ? release(intake, d, why) : reject(intake, d), why);
    }
    if (rc == 0)
        LOG(LOG_LEVEL_NOTICE, d->event, {"delivery", span_str(d->delivery.id)},
            {"unit", span_str(d->delivery.unit)}, {"operator", span_str(d->operator_)});
    arena_free(&arena);
    return rc;
}

int decision_release(struct intake *intake, struct span id, const char *operator_,
                     struct span reason, struct buf *why)
{
    struct decision d = {.what = "release",
                         .event = "delivery-released",
                         .operator_ = operator_,
                         .reason = reason};
    return decide(intake, &d, id, why);
}

int decision_reject(struct intake *intake, struct span id, const char *operator_,
                    struct span reason, struct buf *why)
{
    struct decision d = {.what = "reject",
                         .event = "delivery-rejected",
                         .operator_ = operator_,
                         .reason = reason};
    return decide(intake, &d, id, why);
}
