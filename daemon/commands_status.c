/* commands_status.c -- status and unit list: is all well, and where not */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "daemon/commands_part.h"
#include "model/error.h"
#include "model/money.h"
#include "outbound/alert.h"
#include "store/alerts.h"
#include "store/outbox.h"
#include "store/queue.h"

/* What failed for good longer ago than this is not news; it stays in the listings. */
#define LATELY_US   (7 * 24 * 3600 * SECOND_US)
#define REASONS_MAX 16 /* sentences in one status; the rest is a number */

struct status {
    struct command_call *call;
    struct json *j;
    struct buf reasons; /* JSON strings, comma between */
    struct json reasons_json;
    unsigned reason_count;
    enum alert_severity worst;
    int64_t now_us;
    int64_t last_delivery; /* whose receipt was counted last */
    int64_t owed_minor, at_stake_minor;
    unsigned near; /* receipts of whose time the first share to be told is over */
};

static void needs_person(struct status *status, enum alert_severity severity, const char *format,
                         ...) __attribute__((format(printf, 3, 4)));

static void needs_person(struct status *status, enum alert_severity severity, const char *format,
                         ...)
{
    struct buf text;
    va_list args;

    if (severity > status->worst)
        status->worst = severity;
    if (++status->reason_count > REASONS_MAX)
        return;
    buf_init(&text, 4096);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    json_text(&status->reasons_json, NULL, buf_view(&text));
    buf_free(&text);
}

static void json_inbox(struct json *j, struct command_call *call, const struct inbox_status *inbox)
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
        needs_person(status, ALERT_CRITICAL, "The inbox of %s cannot be reached: %s", inbox->unit,
                     inbox->problem ? inbox->problem : inbox->path);
    else if (!inbox->watched)
        needs_person(status, ALERT_WARNING, "The inbox of %s: %s", inbox->unit,
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

/* One receipt a delivery, however many addresses wait for it. */
static int add_stake(void *context, const struct outbox_mail *mail)
{
    struct status *status = context;
    const struct unit_settings *unit = settings_unit(status->call->intake->settings, mail->unit);
    struct penalty owed, then;
    int64_t arrival_us, step_us;

    if (!unit || !mail->deadline_us || mail->delivery_row == status->last_delivery)
        return SLUSS_OK;
    status->last_delivery = mail->delivery_row;
    arrival_us = mail->deadline_us - unit->sla.receipt_us;
    status->near +=
        unit->sla.shares_n > 0 && status->now_us <= mail->deadline_us &&
        (status->now_us - arrival_us) / (unit->sla.receipt_us / 100 + 1) >= unit->sla.shares[0];
    owed = then = penalty_owed(&unit->sla.terms, arrival_us, status->now_us);
    (void)penalty_next(&unit->sla.terms, arrival_us, status->now_us, &step_us, &then);
    if (money_add(status->owed_minor, owed.amount_minor, &status->owed_minor) ||
        money_add(status->at_stake_minor, then.amount_minor, &status->at_stake_minor))
        return SLUSS_OK; /* what it says then is less than what it is */
    return SLUSS_OK;
}

static int status_stake(struct status *status)
{
    const struct outbox_filter pending = {.pending_only = true, .receipts_only = true};
    int error = outbox_list(status->call->intake->store, &pending, add_stake, status);

    if (status->near)
        needs_person(status, ALERT_WARNING,
                     "%u receipt%s not sent and near the limit: slussctl receipts --pending",
                     status->near, status->near == 1 ? " is" : "s are");
    json_uint(status->j, "receipts_near", status->near);
    json_int(status->j, "penalty_minor", status->owed_minor);
    json_int(status->j, "penalty_next_minor", status->at_stake_minor);
    json_cstr(status->j, "penalty_currency", PENALTY_CURRENCY);
    return error;
}

static int status_receipts(struct status *status)
{
    struct outbox_counts counts;
    int error = outbox_count(status->call->intake->store, &counts);
    uint64_t lately = 0;
    char when[INSTANT_SIZE];

    if (error != SLUSS_OK)
        return error;
    json_uint(status->j, "receipts_pending", counts.receipts_pending);
    json_uint(status->j, "receipts_failed", counts.receipts_failed);
    json_instant(status->j, "nearest_deadline", counts.nearest_deadline_us);
    json_uint(status->j, "alerts_failed", counts.failed - counts.receipts_failed);
    json_uint(status->j, "mails_not_allowed", counts.not_allowed);
    error = outbox_failed_since(status->call->intake->store, status->now_us - LATELY_US, &lately);
    if (lately)
        needs_person(status, ALERT_CRITICAL,
                     "%llu receipt%s could not be delivered: slussctl receipts",
                     (unsigned long long)lately, lately == 1 ? "" : "s");
    if (counts.nearest_deadline_us && counts.nearest_deadline_us < status->now_us)
        needs_person(status, ALERT_CRITICAL,
                     "A receipt should have been sent by %s: slussctl receipts --pending",
                     instant_local(counts.nearest_deadline_us, when));
    return error ? error : status_stake(status);
}

/* What lasts by its own: a disk that fills, a relay that is down, a unit that is silent. */
static int status_alert(void *context, const struct stored_alert *alert)
{
    struct status *status = context;
    struct span title = alert_title(alert->text);
    char when[INSTANT_SIZE];

    if (strcmp(alert->topic, "inbox-unreachable") == 0)
        return SLUSS_OK; /* its inbox has said so itself */

    needs_person(status, alert->severity, "Since %s: %.*s", instant_local(alert->created_us, when),
                 SPAN_FMT(title));
    return SLUSS_OK;
}

static int status_alerts(struct status *status)
{
    struct store *store = status->call->intake->store;
    struct alert_counts counts;
    int error = alerts_count(store, status->now_us - LATELY_US, &counts);

    if (error != SLUSS_OK)
        return error;
    json_uint(status->j, "alert_channels_pending", counts.pending);
    json_uint(status->j, "alert_channels_failed", counts.failed);
    if (counts.stuck + counts.failed)
        needs_person(status, ALERT_WARNING,
                     "%llu alert%s could not be told over webhook or program; the log says why "
                     "(alert-not-sent)",
                     (unsigned long long)(counts.stuck + counts.failed),
                     counts.stuck + counts.failed == 1 ? "" : "s");
    error = alerts_open(store, REASONS_MAX, status_alert, status);
    json_uint(status->j, "alerts_open", error < 0 ? 0 : (uint64_t)error);
    return error < 0 ? error : SLUSS_OK;
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
    error = error ? error : status_alerts(status);
    json_cstr(j, "last_error", intake->last_error[0] ? intake->last_error : NULL);
    json_instant(j, "last_error_at", intake->last_error_us);
    json_array_begin(j, "needs_person");
    if (status->reasons.n)
        json_raw(j, NULL, buf_view(&status->reasons));
    json_array_end(j);
    json_cstr(j, "daemon", status->reason_count ? "degraded" : "ok");
    json_cstr(j, "monitoring",
              status->worst == ALERT_CRITICAL ? "CRITICAL"
              : status->reason_count          ? "WARNING"
                                              : "OK");
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
    json_uint(&j, "accepted",
              states[STATE_ACCEPTED] + states[STATE_RELEASED] + states[STATE_QUEUED] +
                  states[STATE_DELIVERED]);
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
