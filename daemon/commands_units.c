/* commands_units.c -- what operators say of units: announced, migrating, live or in test, and
 * what their deliveries were like before sluss
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/commands_part.h"
#include "daemon/log.h"
#include "gate/counts.h"
#include "model/error.h"
#include "store/announcements.h"
#include "store/audit.h"
#include "store/standing.h"

/* --- shared ----------------------------------------------------------------------------------- */

static const char *phase_name(enum phase phase)
{
    return phase == PHASE_LIVE ? "live" : "test";
}

void json_standing(struct json *j, struct command_call *call, const char *unit)
{
    const struct unit_settings *settings = settings_unit(call->intake->settings, unit);
    int64_t now_us = loop_wall_us(call->intake->loop);
    struct standing s = {0};

    if (settings)
        (void)standing_get(call->intake->store, unit, &s); /* trouble shows in what follows */
    json_cstr(j, "phase", settings ? phase_name(standing_phase(&s, settings->phase)) : NULL);
    json_cstr(j, "phase_configured", settings ? phase_name(settings->phase) : NULL);
    json_instant(j, "migration_until", standing_migrating(&s, now_us) ? s.migration_until_us : 0);
}

/* The unit the request names, of the configuration; null: that is already the answer. */
static const struct unit_settings *named_unit(struct command_call *call)
{
    const char *key = call->request->unit;
    const struct unit_settings *unit = key ? settings_unit(call->intake->settings, key) : NULL;

    if (!unit)
        answer(call, CONTROL_TROUBLE,
               "there is no unit \"%s\" in the configuration; slussctl unit list names them",
               key ? key : "");
    return unit;
}

static bool has_reason(struct command_call *call)
{
    if (span_trim(span_str(call->request->reason)).n)
        return true;
    answer(call, CONTROL_TROUBLE, "say why: --reason TEXT");
    return false;
}

/* The trail's row: unit, reason, and what `more` adds. */
struct said {
    const char *event;
    const char *unit;
    void (*more)(struct json *j, const void *context);
    const void *context;
};

static int record(struct command_call *call, const struct said *said)
{
    struct intake *intake = call->intake;
    struct buf detail;
    struct json j;
    int rc;

    buf_init(&detail, 64 * 1024);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_cstr(&j, "unit", said->unit);
    json_cstr(&j, "reason", call->request->reason);
    if (said->more)
        said->more(&j, said->context);
    json_object_end(&j);
    rc = buf_error(&detail);
    rc = rc ? rc
            : audit_append(intake->store, loop_wall_us(intake->loop), call->operator_, said->event,
                           NULL, buf_view(&detail));
    buf_free(&detail);
    return rc;
}

/* All of it or nothing, durable before it is answered. 0 or an error. */
static int keep(struct command_call *call, int rc, const struct said *said)
{
    struct intake *intake = call->intake;

    rc = rc ? rc : record(call, said);
    if (rc != SLUSS_OK) {
        store_part_undo(intake->store);
        (void)intake_commit(intake);
        return rc;
    }
    rc = store_part_keep(intake->store);
    rc = rc ? rc : intake_commit(intake);
    if (rc == SLUSS_OK)
        LOG(LOG_LEVEL_NOTICE, said->event, {"unit", span_str(said->unit)},
            {"operator", span_str(call->operator_)});
    return rc;
}

/* --- announcements ---------------------------------------------------------------------------- */

static const char *announcement_state(const struct stored_announcement *a, int64_t now_us)
{
    if (a->used_by)
        return "used";
    if (a->cancelled_us)
        return "cancelled";
    return now_us >= a->to_us ? "over" : "open";
}

void json_announcement(struct json *j, const struct stored_announcement *a, int64_t now_us)
{
    json_int(j, "announcement", a->id);
    json_cstr(j, "unit", a->unit);
    json_cstr(j, "state", announcement_state(a, now_us));
    if (a->items)
        json_uint(j, "items", a->items);
    else
        json_nothing(j, "items");
    json_instant(j, "from", a->from_us);
    json_instant(j, "to", a->to_us);
    json_cstr(j, "operator", a->operator_);
    json_cstr(j, "reason", a->reason);
    json_instant(j, "announced_at", a->at_us);
    json_cstr(j, "used_by", a->used_by);
}

static void announcement_row(struct command_call *call, const struct stored_announcement *a)
{
    struct json j;

    row_begin(call, &j);
    json_announcement(&j, a, loop_wall_us(call->intake->loop));
    row_end(call, &j);
}

static void more_announced(struct json *j, const void *context)
{
    const struct stored_announcement *a = context;

    json_int(j, "announcement", a->id);
    if (a->items)
        json_uint(j, "items", a->items);
    json_instant(j, "from", a->from_us);
    json_instant(j, "to", a->to_us);
}

enum command_progress command_announce(struct command_call *call)
{
    const struct control_request *request = call->request;
    const struct unit_settings *unit = named_unit(call);
    struct stored_announcement a = {
        .items = (uint64_t)request->items,
        .from_us = request->from_us,
        .to_us = request->to_us,
        .operator_ = call->operator_,
        .reason = request->reason,
        .at_us = loop_wall_us(call->intake->loop),
    };
    struct said said = {"announced", NULL, more_announced, &a};
    int rc;

    if (!unit || !has_reason(call))
        return COMMAND_DONE;
    if (a.from_us >= a.to_us || a.to_us <= a.at_us)
        return answer(call, CONTROL_TROUBLE, "that time is over, or ends before it begins");
    a.unit = said.unit = unit->key;
    rc = store_part_begin(call->intake->store);
    if (rc == SLUSS_OK) {
        rc = announcements_add(call->intake->store, &a);
        rc = keep(call, rc, &said);
    }
    if (rc != SLUSS_OK)
        return answer_error(call, rc);
    announcement_row(call, &a);
    return answer(call, CONTROL_FINE, "announcement %lld is noted", (long long)a.id);
}

struct announcement_page {
    struct page page;
    unsigned offset;
};

static int list_announcement(void *context, const struct stored_announcement *a)
{
    struct announcement_page *p = context;
    char cursor[24];

    announcement_row(p->page.call, a);
    snprintf(cursor, sizeof cursor, "%u", ++p->offset);
    return page_row(&p->page, cursor);
}

/* A number as people type it; -1 when it is none. */
static int64_t number_of(const char *text)
{
    struct span digits = span_str(text);

    return digits.n > 0 && digits.n <= 9 && span_all_digits(digits) ? strtoll(text, NULL, 10) : -1;
}

enum command_progress command_announce_list(struct command_call *call)
{
    const char *after = call->request->after;
    int64_t offset = after ? number_of(after) : 0;
    struct announcement_page p = {page_begin(call), (unsigned)offset};
    struct announcement_filter filter = {
        .unit = call->request->unit, .limit = (unsigned)p.page.most, .offset = (unsigned)offset};

    if (offset < 0)
        return answer(call, CONTROL_TROUBLE, "\"after\" is not a cursor of this listing");
    if (require_unit(call) != SLUSS_OK)
        return COMMAND_DONE;
    return page_end(&p.page,
                    announcements_list(call->intake->store, &filter, list_announcement, &p));
}

static int copy_unit(void *context, const struct stored_announcement *a)
{
    snprintf(context, UNIT_KEY_MAX, "%s", a->unit);
    return SLUSS_OK;
}

static void more_cancelled(struct json *j, const void *context)
{
    json_int(j, "announcement", *(const int64_t *)context);
}

enum command_progress command_announce_cancel(struct command_call *call)
{
    struct store *store = call->intake->store;
    int64_t id = call->request->id ? number_of(call->request->id) : -1;
    struct announcement_filter filter = {.id = id};
    char unit[UNIT_KEY_MAX] = "";
    struct said said = {"announcement-cancelled", unit, more_cancelled, &id};
    int rc;

    if (id <= 0)
        return answer(call, CONTROL_TROUBLE, "name the announcement by its number");
    rc = announcements_list(store, &filter, copy_unit, unit);
    rc = rc ? rc : store_part_begin(store);
    if (rc == SLUSS_OK) {
        rc = announcements_cancel(store, id, loop_wall_us(call->intake->loop));
        rc = keep(call, rc, &said);
    }
    if (rc == SLUSS_ENOTFOUND)
        return answer(call, CONTROL_NO, "there is no announcement %lld", (long long)id);
    if (rc == SLUSS_ECONFLICT)
        return answer(call, CONTROL_NO, "announcement %lld is used or cancelled", (long long)id);
    if (rc != SLUSS_OK)
        return answer_error(call, rc);
    return answer(call, CONTROL_FINE, "announcement %lld is cancelled", (long long)id);
}

/* --- migration and phase ---------------------------------------------------------------------- */

static void more_migration(struct json *j, const void *context)
{
    json_instant(j, "until", *(const int64_t *)context);
}

/* Say it: read what was said before, change it, write it down. 0 or an error. */
static int say(struct command_call *call, const struct standing *now, const struct said *said)
{
    int rc = store_part_begin(call->intake->store);

    if (rc != SLUSS_OK)
        return rc;
    return keep(call, standing_set(call->intake->store, said->unit, now), said);
}

enum command_progress command_migration_open(struct command_call *call)
{
    const struct unit_settings *unit = named_unit(call);
    int64_t until_us = call->request->to_us;
    char when[INSTANT_SIZE];
    struct standing s;
    int rc;

    if (!unit || !has_reason(call))
        return COMMAND_DONE;
    if (until_us <= loop_wall_us(call->intake->loop))
        return answer(call, CONTROL_TROUBLE, "say until when: --until DATE, a day to come");
    rc = standing_get(call->intake->store, unit->key, &s);
    s.migration_until_us = until_us;
    rc = rc ? rc
            : say(call, &s,
                  &(struct said){"migration-opened", unit->key, more_migration, &until_us});
    if (rc != SLUSS_OK)
        return answer_error(call, rc);
    return answer(call, CONTROL_FINE, "every file of %s is held until %s", unit->key,
                  instant_local(until_us, when));
}

enum command_progress command_migration_close(struct command_call *call)
{
    const struct unit_settings *unit = named_unit(call);
    struct standing s;
    int rc;

    if (!unit)
        return COMMAND_DONE;
    rc = standing_get(call->intake->store, unit->key, &s);
    if (!rc && !standing_migrating(&s, loop_wall_us(call->intake->loop)))
        return answer(call, CONTROL_NO, "no migration of %s is open", unit->key);
    s.migration_until_us = 0;
    rc = rc ? rc : say(call, &s, &(struct said){"migration-closed", unit->key, NULL, NULL});
    if (rc != SLUSS_OK)
        return answer_error(call, rc);
    return answer(call, CONTROL_FINE, "the migration of %s is closed", unit->key);
}

static void more_phase(struct json *j, const void *context)
{
    json_cstr(j, "phase", phase_name(*(const enum phase *)context));
}

static enum command_progress set_phase(struct command_call *call, enum phase phase)
{
    const struct unit_settings *unit = named_unit(call);
    struct standing s;
    int rc;

    if (!unit || !has_reason(call))
        return COMMAND_DONE;
    rc = standing_get(call->intake->store, unit->key, &s);
    if (!rc && standing_phase(&s, unit->phase) == phase)
        return answer(call, CONTROL_NO, "%s is in phase %s already", unit->key, phase_name(phase));
    /* Where the configuration says the same, it is left to the configuration again. */
    s.phase_said = phase != unit->phase;
    s.phase = phase;
    rc = rc ? rc : say(call, &s, &(struct said){"unit-phase", unit->key, more_phase, &phase});
    if (rc != SLUSS_OK)
        return answer_error(call, rc);
    return answer(call, CONTROL_FINE, "%s is in phase %s from now on", unit->key,
                  phase_name(phase));
}

enum command_progress command_unit_go_live(struct command_call *call)
{
    return set_phase(call, PHASE_LIVE);
}

enum command_progress command_unit_test(struct command_call *call)
{
    return set_phase(call, PHASE_TEST);
}

/* --- import ----------------------------------------------------------------------------------- */

static void more_import(struct json *j, const void *context)
{
    const struct counts_result *result = context;

    json_uint(j, "added", result->added);
    json_uint(j, "replaced", result->replaced);
    json_uint(j, "left_out", result->own);
}

static enum command_progress imported(struct command_call *call, const char *unit,
                                      const struct counts_result *result)
{
    struct json j;

    row_begin(call, &j);
    json_cstr(&j, "unit", unit);
    more_import(&j, result);
    row_end(call, &j);
    answer(call, CONTROL_FINE, "%u deliveries from before are part of the habit of %s",
           result->added, unit);
    if (result->own)
        buf_printf(call->message, "; %u left out, since sluss has its own from that day on",
                   result->own);
    return COMMAND_DONE;
}

enum command_progress command_unit_import(struct command_call *call)
{
    const struct control_request *request = call->request;
    const struct unit_settings *unit = named_unit(call);
    struct date today = local_of_instant(loop_wall_us(call->intake->loop)).day;
    int kind = request->kind ? kind_from_name(span_str(request->kind)) : (int)KIND_CASES;
    struct counts_result result = {0};
    struct buf why;
    int rc;

    if (!unit)
        return COMMAND_DONE;
    if (kind < 0 || kind == KIND_UNKNOWN)
        return answer(call, CONTROL_TROUBLE, "--kind is cases, invoices or payments");
    buf_init(&why, 4096);
    rc = store_part_begin(call->intake->store);
    if (rc == SLUSS_OK) {
        rc = counts_import(call->intake->store, unit->key, (enum kind)kind, span_str(request->text),
                           today, &result, &why);
        rc = keep(call, rc, &(struct said){"habit-imported", unit->key, more_import, &result});
    }
    if (rc != SLUSS_OK && why.n)
        answer(call, CONTROL_TROUBLE, "%s; nothing is imported", buf_cstr(&why));
    else if (rc != SLUSS_OK)
        answer_error(call, rc);
    else
        imported(call, unit->key, &result);
    buf_free(&why);
    return COMMAND_DONE;
}
