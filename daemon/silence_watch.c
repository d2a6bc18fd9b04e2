/* silence_watch.c -- see silence_watch.h */
#include "daemon/silence_watch.h"

#include "daemon/notify.h"
#include "safeguards/silence.h"
#include "store/habits.h"

/* Nobody is told in the night. */
#define MORNING_MINUTE (8 * 60)
#define DAYS_MOST      (HABITS_KEPT + 1)

struct gathered_days {
    unsigned n;
    struct date days[DAYS_MOST];
};

static int add_day(void *context, int64_t received_us)
{
    struct gathered_days *w = context;
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

static int look_at(struct intake *intake, const struct unit_settings *unit, struct date today)
{
    const struct delivery_filter latest = {
        .state = -1, .unit = unit->key, .limit = 1, .newest_first = true};
    struct gathered_days days = {0};
    struct date due;
    int rc = habits_times(intake->store, unit->key, add_day, &days);

    if (rc || days.n == 0)
        return rc;
    rc = store_delivery_list(intake->store, &latest, add_latest, &days);
    if (rc)
        return rc;
    due = silence_due(days.days, days.n, unit->expect);
    if (silence_tell(due, today))
        return notify_silence(intake, unit, days.days[days.n - 1], due);
    /* Not on a day without banks: what was late on Friday is late on Sunday. */
    return date_present(due) && date_compare(today, due) > 0 ? 0 : notify_heard(intake, unit->key);
}

int silence_look(struct intake *intake)
{
    const struct settings *settings = intake->settings;
    struct local_time now = local_of_instant(loop_wall_us(intake->loop));
    int rc = 0;

    if (now.minute < MORNING_MINUTE)
        return 0;
    for (size_t i = 0; rc == 0 && i < settings->unit_count; i++)
        if (settings->units[i].phase == PHASE_LIVE)
            rc = look_at(intake, &settings->units[i], now.day);
    return rc;
}
