/* silence_watch.c -- see silence_watch.h */
#include "daemon/silence_watch.h"

#include <stdlib.h>

#include "daemon/notify.h"
#include "model/error.h"
#include "safeguards/silence.h"
#include "store/habits.h"

#define FIRST_LOOK_US (60 * SECOND_US)
#define LOOK_EVERY_US (3600 * SECOND_US)
/* Nobody is told in the night. */
#define MORNING_MINUTE (8 * 60)
#define DAYS_MOST      (HABITS_KEPT + 1)

struct silence_watch {
    struct intake *intake;
    struct loop_source *timer;
    unsigned n;
    struct date days[DAYS_MOST];
};

static int add_day(void *context, int64_t received_us)
{
    struct silence_watch *w = context;
    struct date day = local_of_instant(received_us).day;

    if (w->n == DAYS_MOST || (w->n > 0 && date_compare(day, w->days[w->n - 1]) <= 0))
        return 0;
    w->days[w->n++] = day;
    return 0;
}

/* What came and was held or rejected is no habit, and yet no silence. */
static int add_latest(void *context, const struct delivery *delivery)
{
    return add_day(context, delivery->received_us);
}

static int look_at(struct silence_watch *w, const struct unit_settings *unit, struct date today)
{
    const struct delivery_filter latest = {
        .state = -1, .unit = unit->key, .limit = 1, .newest_first = true};
    struct store *store = w->intake->store;
    struct date due;
    int rc;

    w->n = 0;
    rc = habits_times(store, unit->key, add_day, w);
    if (rc || w->n == 0)
        return rc;
    rc = store_delivery_list(store, &latest, add_latest, w);
    if (rc)
        return rc;
    due = silence_due(w->days, w->n, unit->expect);
    if (!silence_tell(due, today))
        return 0;
    return notify_silence(w->intake, unit, w->days[w->n - 1], due);
}

static void look(void *context, int64_t now_us)
{
    struct silence_watch *w = context;
    const struct settings *settings = w->intake->settings;
    struct local_time now = local_of_instant(loop_wall_us(w->intake->loop));
    int rc = 0;

    loop_timer_set(w->timer, now_us + LOOK_EVERY_US);
    if (now.minute < MORNING_MINUTE)
        return;
    for (size_t i = 0; rc == 0 && i < settings->unit_count; i++)
        if (settings->units[i].phase == PHASE_LIVE)
            rc = look_at(w, &settings->units[i], now.day);
    if (rc)
        intake_error(w->intake, "silence-unknown", sluss_error_text(rc));
    if (intake_commit(w->intake) == 0)
        intake_poke(w->intake);
}

int silence_watch_open(struct intake *intake, struct silence_watch **out)
{
    struct silence_watch *w = calloc(1, sizeof *w);
    int rc;

    if (!w)
        return SLUSS_ENOMEM;
    w->intake = intake;
    rc = loop_timer(intake->loop, look, w, &w->timer);
    rc = rc ? rc : loop_timer_set(w->timer, loop_now_us(intake->loop) + FIRST_LOOK_US);
    if (rc)
        silence_watch_close(&w);
    *out = w;
    return rc;
}

void silence_watch_close(struct silence_watch **watch)
{
    if (!*watch)
        return;
    loop_source_free(&(*watch)->timer);
    free(*watch);
    *watch = NULL;
}
