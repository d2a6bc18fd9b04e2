/* rounds.c -- see rounds.h */
#include "daemon/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/clock_watch.h"
#include "daemon/deadline_watch.h"
#include "daemon/report_watch.h"
#include "daemon/silence_watch.h"
#include "daemon/space_watch.h"
#include "daemon/trail_watch.h"
#include "model/date.h"
#include "model/error.h"
#include "outbound/alert.h"

#define GONE_MOST 64 /* ended in one look */

/* 0, or a store error; 1: look at all else anew. *again_us: look again so soon; left alone, as the
 * table says. */
typedef int (*round_look)(struct intake *intake, void *state, int64_t *again_us);

static int look_for_silence(struct intake *intake, void *state, int64_t *again_us)
{
    (void)state;
    (void)again_us;
    return silence_look(intake);
}

static int look_for_reports(struct intake *intake, void *state, int64_t *again_us)
{
    (void)state;
    (void)again_us;
    return report_look(intake);
}

static int look_at_clock(struct intake *intake, void *state, int64_t *again_us)
{
    (void)again_us;
    return clock_look(intake, state);
}

/* With many thousands that wait after a long outage a look takes its time: never more than a
 * twentieth of all. */
static int look_at_deadlines(struct intake *intake, void *state, int64_t *again_us)
{
    int64_t began_us = loop_now_us(intake->loop), took_us;
    int rc = deadline_look(intake);

    (void)state;
    took_us = loop_now_us(intake->loop) - began_us;
    if (20 * took_us > *again_us)
        *again_us = 20 * took_us;
    return rc;
}

static int look_at_space(struct intake *intake, void *state, int64_t *again_us)
{
    (void)state;
    (void)again_us;
    return space_look(intake);
}

static int look_at_trail(struct intake *intake, void *state, int64_t *again_us)
{
    return trail_look(intake, state, again_us);
}

/* --- what nobody looks at any more --- */

struct gone {
    const struct settings *settings;
    struct arena *arena;
    unsigned n;
    struct stored_alert of[GONE_MOST];
};

/* Of a unit, or of a disk behind a directory ("PATH GRADE"), that is not configured any more? */
static bool is_gone(const struct settings *settings, const struct stored_alert *alert)
{
    const char *grade = alert->key ? strrchr(alert->key, ' ') : NULL;
    size_t n = grade ? (size_t)(grade - alert->key) : 0;

    if (alert->unit)
        return !settings_unit(settings, alert->unit);
    if (strcmp(alert->topic, "disk") != 0 || !grade)
        return false;
    for (size_t i = 0; i < settings->unit_count; i++)
        if (strlen(settings->units[i].inbox) == n &&
            strncmp(settings->units[i].inbox, alert->key, n) == 0)
            return false;
    return strlen(settings->state_dir) != n || strncmp(settings->state_dir, alert->key, n) != 0;
}

static int note_gone(void *context, const struct stored_alert *alert)
{
    struct gone *gone = context;

    if (gone->n == GONE_MOST || !is_gone(gone->settings, alert))
        return 0;
    gone->of[gone->n] = (struct stored_alert){
        .topic = arena_str(gone->arena, span_str(alert->topic)),
        .key = arena_str(gone->arena, span_str(alert->key)),
    };
    gone->n += gone->of[gone->n].topic && gone->of[gone->n].key;
    return 0;
}

static int end_what_is_gone(struct intake *intake, void *state, int64_t *again_us)
{
    struct gone gone = {.settings = intake->settings, .arena = arena_new(1 << 20)};
    int rc = gone.arena ? alerts_open(intake->store, 1000, note_gone, &gone) : SLUSS_ENOMEM;

    (void)state;
    (void)again_us;
    for (unsigned i = 0; rc >= 0 && i < gone.n; i++)
        rc = alert_clear(intake->store, intake->settings, gone.of[i].topic, gone.of[i].key,
                         "what this was about is not configured any more\n\nNothing is to be "
                         "done.\n",
                         loop_wall_us(intake->loop));
    arena_free(&gone.arena);
    return rc < 0 ? rc : 0;
}

static int gather_alerts(struct intake *intake, void *state, int64_t *again_us)
{
    int rc = alert_gather(intake->store, intake->settings, loop_wall_us(intake->loop));

    (void)state;
    (void)again_us;
    return rc < 0 ? rc : 0;
}

static const struct round {
    const char *name; /* as the log says it when it fails */
    int64_t first_us, every_us;
    round_look look;
    size_t state; /* bytes it keeps between looks, zero at first */
} table[] = {
    /* Before all that goes by the wall clock. */
    {"clock-unknown", 0, SECOND_US, look_at_clock, sizeof(struct clock_watch)},
    {"receipts-unknown", SECOND_US, 2 * SECOND_US, look_at_deadlines, 0},
    {"silence-unknown", 60 * SECOND_US, 900 * SECOND_US, look_for_silence, 0},
    {"reports-not-made", 5 * SECOND_US, 600 * SECOND_US, look_for_reports, 0},
    {"space-unknown", 3 * SECOND_US, 30 * SECOND_US, look_at_space, 0},
    {"audit-unknown", 5 * SECOND_US, 24 * 3600 * SECOND_US, look_at_trail,
     sizeof(struct trail_watch)},
    {"alerts-not-ended", 20 * SECOND_US, 900 * SECOND_US, end_what_is_gone, 0},
    {"alerts-not-gathered", 10 * SECOND_US, 15 * SECOND_US, gather_alerts, 0},
};

#define ROUND_COUNT (sizeof table / sizeof *table)

struct rounds {
    struct intake *intake;
    struct loop_source *timer;
    struct {
        int64_t at_us; /* monotonic */
        void *state;
    } of[ROUND_COUNT];
};

static void set_timer(struct rounds *r)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < ROUND_COUNT; i++)
        if (r->of[i].at_us < first)
            first = r->of[i].at_us;
    (void)loop_timer_set(r->timer, first);
}

static void on_timer(void *context, int64_t now_us)
{
    struct rounds *r = context;
    struct intake *intake = r->intake;
    bool wrote = false;

    for (size_t i = 0; i < ROUND_COUNT; i++) {
        int64_t again_us = table[i].every_us;
        int rc;

        if (r->of[i].at_us > now_us)
            continue;
        rc = table[i].look(intake, r->of[i].state, &again_us);
        for (size_t k = 0; rc == 1 && k < ROUND_COUNT; k++)
            r->of[k].at_us = now_us;
        if (rc < 0)
            intake_error(intake, table[i].name, sluss_error_text(rc));
        wrote = wrote || store_in_transaction(intake->store);
        r->of[i].at_us = loop_now_us(intake->loop) + again_us;
    }
    if (wrote && intake_commit(intake) == 0)
        intake_poke(intake);
    set_timer(r);
}

int rounds_open(struct intake *intake, struct rounds **out)
{
    struct rounds *r = calloc(1, sizeof *r);
    int64_t now_us = loop_now_us(intake->loop);
    int rc = r ? 0 : SLUSS_ENOMEM;

    for (size_t i = 0; rc == 0 && i < ROUND_COUNT; i++) {
        r->of[i].at_us = now_us + table[i].first_us;
        r->of[i].state = calloc(1, table[i].state + 1);
        rc = r->of[i].state ? 0 : SLUSS_ENOMEM;
    }
    if (rc == 0) {
        r->intake = intake;
        rc = loop_timer(intake->loop, on_timer, r, &r->timer);
    }
    if (rc == 0)
        set_timer(r);
    else
        rounds_close(&r);
    *out = r;
    return rc;
}

void rounds_close(struct rounds **rounds)
{
    if (!*rounds)
        return;
    loop_source_free(&(*rounds)->timer);
    for (size_t i = 0; i < ROUND_COUNT; i++)
        free((*rounds)->of[i].state);
    free(*rounds);
    *rounds = NULL;
}
