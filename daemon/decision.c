/* decision.c -- see decision.h */
#include "daemon/decision.h"

#include "daemon/log.h"
#include "daemon/notify.h"
#include "gate/assessment.h"
#include "model/error.h"
#include "model/json.h"
#include "safeguards/learned.h"
#include "store/audit.h"
#include "store/queue.h"
#include "store/tracks.h"

#define DECISION_MEMORY (64 * 1024)
#define REASON_MAX      1000 /* bytes */

/* What an operator may say: the word kept beside the delivery, and the trail's event. */
enum word { WORD_RELEASE = 0, WORD_REJECT, WORD_RECALL };

static const struct {
    const char *what;
    const char *event;
} words[] = {
    [WORD_RELEASE] = {"release", "delivery-released"},
    [WORD_REJECT] = {"reject", "delivery-rejected"},
    [WORD_RECALL] = {"recall", "delivery-recalled"},
};

/* Kept beside a release for which somebody said --once. */
#define WORD_ONCE "once"

struct decision {
    enum word word;
    const char *operator_;
    struct span reason;
    bool once;
    struct arena *arena;
    struct recall_reach reach; /* of a recall */
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

/* May it be decided so, in the state it is in? */
static int check_state(enum word word, const struct delivery *delivery, struct buf *why)
{
    if (word == WORD_RECALL ? state_is_accepted(delivery->state) : delivery->state == STATE_HELD)
        return SLUSS_OK;
    buf_printf(why, "delivery %s is not %s, it is %s", delivery->id,
               word == WORD_RECALL ? "let through" : "held", state_name(delivery->state));
    return SLUSS_ECONFLICT;
}

static int find(struct intake *intake, struct decision *d, struct span id, struct buf *why)
{
    int rc = store_delivery_get(intake->store, id, d->arena, &d->delivery);
    if (rc == SLUSS_ENOTFOUND)
        buf_printf(why, "there is no delivery %.*s", SPAN_FMT(id));
    else if (rc == SLUSS_ECONFLICT)
        buf_printf(why, "several deliveries begin with %.*s; give more of the id", SPAN_FMT(id));
    return rc ? rc : check_state(d->word, &d->delivery, why);
}

static void json_reach(struct json *j, const struct recall_reach *reach)
{
    json_cstr(j, "from", state_name(reach->from));
    json_cstr(j, "taken_by", reach->taken_by);
    json_instant(j, "taken_at", reach->taken_us);
    json_instant(j, "acknowledged_at", reach->acknowledged_us);
}

static int audit(struct intake *intake, const struct decision *d, const char *event)
{
    struct buf detail;
    struct json j;
    buf_init(&detail, 4 * REASON_MAX + 1024);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_cstr(&j, "unit", d->delivery.unit);
    json_text(&j, "reason", d->reason);
    if (d->once)
        json_bool(&j, "once", true);
    if (d->word == WORD_RECALL)
        json_reach(&j, &d->reach);
    json_object_end(&j);
    int rc = buf_error(&detail);
    rc = rc ? rc
            : audit_append(intake->store, d->now_us, d->operator_, event, d->delivery.id,
                           buf_view(&detail));
    buf_free(&detail);
    return rc;
}

static int note(struct intake *intake, const struct decision *d, const char *what)
{
    return store_decision_add(intake->store, d->delivery.row, what, d->operator_, d->reason,
                              d->now_us);
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

/* Where a check holds in vain, or does no longer, the operators hear of it, once. */
static int tell_learned(struct intake *intake)
{
    struct track track;
    int rc = tracks_get(intake->store, &track);
    for (unsigned i = 0; i < track.n && rc == 0; i++) {
        const struct track_record *record = &track.of[i];
        bool poor = learned_poor(record);
        if (poor == record->told)
            continue;
        rc = notify_learned(intake, record);
        rc = rc ? rc : tracks_tell(intake->store, record->check, poor);
    }
    return rc;
}

static int release_now(struct intake *intake, struct decision *d, const struct unit_settings *unit)
{
    int64_t cool_off_us = unit ? unit->cool_off_us : 0;
    struct store *store = intake->store;
    enum delivery_state to = cool_off_us > 0 ? STATE_RELEASED : STATE_QUEUED;
    int rc = store_delivery_become(store, d->delivery.row, to, d->now_us);
    rc = rc ? rc
            : gate_enter(store, intake->seen, d->delivery.row, d->once ? ENTRY_ONCE : ENTRY_NORMAL);
    rc = rc ? rc : queue_add(store, d->delivery.row, d->now_us + cool_off_us);
    rc = rc ? rc : notify_decision(intake, &d->delivery, "released", NULL);
    rc = rc ? rc : tell_learned(intake);
    return rc ? rc : audit(intake, d, words[WORD_RELEASE].event);
}

static int release(struct intake *intake, struct decision *d, struct buf *why)
{
    const struct unit_settings *unit = settings_unit(intake->settings, d->delivery.unit);
    const char *what = words[WORD_RELEASE].what;
    int needed = unit ? unit->approvals : 1;
    int rc = note(intake, d, what);
    if (!rc && d->once)
        rc = note(intake, d, WORD_ONCE);
    int given = rc ? rc : store_decision_count(intake->store, d->delivery.row, what);
    int once = given < 0 ? given : store_decision_count(intake->store, d->delivery.row, WORD_ONCE);
    if (once < 0)
        return once;
    if (given < needed) {
        buf_printf(why, "noted; %d of %d operators have released it, it stays held until then",
                   given, needed);
        rc = audit(intake, d, "release-approved");
        return rc ? rc : 1;
    }
    d->once = once > 0;
    return release_now(intake, d, unit);
}

/* The receipt that gives the operator's reason. */
static int tell_reason(struct intake *intake, const struct decision *d, const char *verdict)
{
    struct buf reason;
    buf_init(&reason, REASON_MAX + 1);
    buf_span(&reason, d->reason);
    int rc = notify_decision(intake, &d->delivery, verdict, buf_cstr(&reason));
    buf_free(&reason);
    return rc;
}

static int reject(struct intake *intake, struct decision *d)
{
    struct store *store = intake->store;
    int rc = note(intake, d, words[WORD_REJECT].what);
    rc = rc ? rc : store_delivery_become(store, d->delivery.row, STATE_REJECTED, d->now_us);
    rc = rc ? rc : gate_enter(store, intake->seen, d->delivery.row, ENTRY_REJECTED);
    rc = rc ? rc : tell_reason(intake, d, "rejected");
    rc = rc ? rc : tell_learned(intake);
    return rc ? rc : audit(intake, d, words[WORD_REJECT].event);
}

/* Take it out of the queue, unless it is through: then its entry stays, as the record of who
 * took it. */
static int leave_queue(struct intake *intake, struct decision *d)
{
    struct queue_entry entry;
    int rc = queue_get(intake->store, d->delivery.row, d->arena, &entry);
    d->reach.from = d->delivery.state;
    if (rc)
        return rc == SLUSS_ENOTFOUND ? SLUSS_OK : rc;
    d->reach.taken_by = entry.taken_by;
    d->reach.taken_us = entry.taken_us;
    d->reach.acknowledged_us = entry.acked_us;
    return entry.acked_us ? SLUSS_OK : queue_remove(intake->store, d->delivery.row);
}

static int recall(struct intake *intake, struct decision *d)
{
    struct store *store = intake->store;
    int rc = note(intake, d, words[WORD_RECALL].what);
    rc = rc ? rc : leave_queue(intake, d);
    rc = rc ? rc : store_delivery_become(store, d->delivery.row, STATE_RECALLED, d->now_us);
    rc = rc ? rc : gate_leave(store, d->delivery.row);
    rc = rc ? rc : tell_reason(intake, d, "recalled");
    rc = rc ? rc : tell_learned(intake);
    return rc ? rc : audit(intake, d, words[WORD_RECALL].event);
}

static int run(struct intake *intake, struct decision *d, struct buf *why)
{
    switch (d->word) {
    case WORD_RELEASE:
        return release(intake, d, why);
    case WORD_REJECT:
        return reject(intake, d);
    default:
        return recall(intake, d);
    }
}

/* `d->arena` is the caller's, or null for one of its own. */
static int decide(struct intake *intake, struct decision *d, struct span id, struct buf *why)
{
    int rc = intake_commit(intake); /* what is decided upon must be there for good */
    rc = rc ? rc : check_reason(&d->reason, why);
    if (rc)
        return rc;
    struct arena *own = d->arena ? NULL : arena_new(DECISION_MEMORY);
    d->arena = d->arena ? d->arena : own;
    rc = d->arena ? find(intake, d, id, why) : SLUSS_ENOMEM;
    rc = rc ? rc : store_part_begin(intake->store);
    if (rc == 0) {
        d->now_us = loop_wall_us(intake->loop);
        rc = settle(intake, run(intake, d, why), why);
    }
    if (rc == 0)
        LOG(LOG_LEVEL_NOTICE, words[d->word].event, {"delivery", span_str(d->delivery.id)},
            {"unit", span_str(d->delivery.unit)}, {"operator", span_str(d->operator_)});
    arena_free(&own);
    return rc;
}

int decision_release(struct intake *intake, struct span id, const char *operator_,
                     struct span reason, bool once, struct buf *why)
{
    struct decision d = {
        .word = WORD_RELEASE, .operator_ = operator_, .reason = reason, .once = once};
    return decide(intake, &d, id, why);
}

int decision_reject(struct intake *intake, struct span id, const char *operator_,
                    struct span reason, struct buf *why)
{
    struct decision d = {.word = WORD_REJECT, .operator_ = operator_, .reason = reason};
    return decide(intake, &d, id, why);
}

int decision_recall(struct intake *intake, struct span id, const char *operator_,
                    struct span reason, struct arena *arena, struct recall_reach *reach,
                    struct buf *why)
{
    struct decision d = {
        .word = WORD_RECALL, .operator_ = operator_, .reason = reason, .arena = arena};
    int rc = decide(intake, &d, id, why);
    *reach = d.reach;
    return rc;
}
