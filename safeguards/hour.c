/* hour.c -- did it come at an hour and on a weekday at which the unit's files come?
 *
 * In local time, as people and schedules keep it. An arrival's strangeness is how few of the
 * others came near it; ranked among the strangeness of the past ones (conformal prediction, as
 * in habit.h) that holds for any rhythm, also for a unit that sends twice a day. It is a weak
 * sign and never holds: people send files when they can.
 */
#include <stdlib.h>

#include "model/calendar.h"
#include "model/error.h"
#include "safeguards/signal.h"

/* Arrivals that a rhythm needs: fewer than one in twenty cannot be told from fewer. */
#define ROWS_LEAST 20
#define RANK       0.05
/* So near is the same time of day. */
#define NEAR_MINUTES 90
#define DAY_MINUTES  1440

/* Figures from before sluss have a day and no hour. */
static bool knows_hour(const struct habit_row *row)
{
    return !(row->flags & HABIT_COUNTS);
}

static bool same_hour(const struct habit_row *a, const struct habit_row *b)
{
    int apart = abs(a->minute - b->minute);

    return apart <= NEAR_MINUTES || apart >= DAY_MINUTES - NEAR_MINUTES;
}

static bool same_weekday(const struct habit_row *a, const struct habit_row *b)
{
    return weekday(a->day) == weekday(b->day);
}

typedef bool (*likeness)(const struct habit_row *a, const struct habit_row *b);

/* How many past arrivals are like this one, itself left out. */
static unsigned like(const struct habit *habit, const struct habit_row *row, likeness alike)
{
    unsigned n = 0;

    for (unsigned i = 0; i < habit->n; i++)
        n += knows_hour(&habit->of[i]) && &habit->of[i] != row && alike(&habit->of[i], row);
    return n;
}

/* Is the share of arrivals as strange as this one below RANK? */
static bool is_strange(const struct habit *habit, const struct habit_row *now, likeness alike)
{
    unsigned near = like(habit, now, alike), known = 0, as_strange = 1;

    for (unsigned i = 0; i < habit->n; i++)
        known += knows_hour(&habit->of[i]);
    if (known < ROWS_LEAST || near > RANK * known)
        return false;
    for (unsigned i = 0; i < habit->n; i++)
        as_strange += knows_hour(&habit->of[i]) && like(habit, &habit->of[i], alike) <= near;
    return as_strange <= RANK * (known + 1);
}

static int tell(const struct subject *subject, enum finding_code code, likeness alike,
                struct finding_list *findings)
{
    struct finding f = finding_make(code, 0);

    finding_int(&f, "near", like(subject->history->habit, subject->now, alike));
    finding_int(&f, "compared", subject->history->habit->n);
    return signal_add(findings, &f, DECIBANS(3), false);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    const struct habit *habit = subject->history->habit;

    if (!habit || !subject->now)
        return SLUSS_OK;
    if (is_strange(habit, subject->now, same_hour))
        return tell(subject, FINDING_ODD_HOUR, same_hour, findings);
    if (is_strange(habit, subject->now, same_weekday))
        return tell(subject, FINDING_ODD_WEEKDAY, same_weekday, findings);
    return SLUSS_OK;
}

const struct check check_hour = {
    .name = "hour",
    .asks = "Did it come at an hour and on a weekday at which this unit's files come?",
    .run = run,
};
