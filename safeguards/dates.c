/* dates.c -- do the dates lie where this unit's dates usually lie?
 *
 * After a system move a wrong file is mostly made of old records: their due dates passed weeks
 * ago, and its newest record is older than the file. Reminder files legitimately carry passed
 * due dates, so that everything is measured against the habit.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

#define EXPERIENCE 3
#define STALE_DAYS 30
#define STALE_MORE 90
/* Where the dates always lie within so many days, a month is certain; years are for anybody. */
#define STEADY_DAYS  15
#define STEADY_FILES 6
/* Of a unit that sends each quarter there are few; then two months are certain. */
#define FEW_AWAY     60
#define HOLD_ITEMS   5
#define STEADY_AWAY  16
#define CENTURY_DAYS 700
/* Without a habit: records all older than this are stale for anybody. */
#define FIRST_STALE_DAYS 120
#define SPREAD_DAYS      60
#define SPREAD_FACTOR    3

/* The median due date, or issue date where there is none to speak of. */
static enum measure dated_by(const struct subject *subject)
{
    return isnan(signal_now(subject, MEASURE_DUE_DAYS)) ? MEASURE_ISSUE_DAYS : MEASURE_DUE_DAYS;
}

/* What was announced is late, not wrong: a year's backlog has the dates of a year. */
static int add(const struct subject *subject, struct finding *f, double weight, bool hold,
               struct finding_list *findings)
{
    bool excused = signal_excused(subject);

    return signal_add(findings, f, excused ? 0 : weight, hold && !excused);
}

/* "366 days before the arrival": a number with its side, for the sentence. */
static void put_away(struct finding *f, const char *days, const char *side, double value)
{
    finding_int(f, days, (int64_t)fabs(value));
    finding_text(f, side, value < 0 ? SPAN_LIT("before") : SPAN_LIT("after"));
}

static int check_median(const struct subject *subject, struct finding_list *findings)
{
    enum measure by = dated_by(subject);
    double now = signal_now(subject, by);
    double low = signal_usual(subject, by, 0.02, EXPERIENCE);
    double high = signal_usual(subject, by, 0.98, EXPERIENCE);
    double away, weight;
    struct finding f;
    bool steady;

    if (isnan(now) || isnan(low))
        return SLUSS_OK;
    away = now < low ? low - now : now - high;
    if (now < low)
        away -= habit_pause(subject->history->habit, subject->now);
    steady = high - low <= STEADY_DAYS && subject->delivery->summary.items >= HOLD_ITEMS &&
             (away > FEW_AWAY || !isnan(signal_usual(subject, by, 0.5, STEADY_FILES)));
    if (!(away > (steady ? STEADY_AWAY : STALE_DAYS)))
        return SLUSS_OK;
    f = finding_make(now < low ? FINDING_STALE_DATES : FINDING_FUTURE_DATES, 0);
    finding_int(&f, "days", (int64_t)now);
    finding_int(&f, "low", (int64_t)low);
    finding_int(&f, "high", (int64_t)high);
    finding_text(&f, "field",
                 by == MEASURE_DUE_DAYS ? span_str("due date") : span_str("issue date"));
    put_away(&f, "away", "side", now);
    put_away(&f, "usual_away", "usual_side", now < low ? low : high);
    weight = DECIBANS(away > STALE_MORE || steady ? 18 : 10);
    /* A century's error is none that anybody announces. */
    return away > CENTURY_DAYS ? signal_add(findings, &f, weight, true)
                               : add(subject, &f, weight, steady, findings);
}

/* The newest record says when the records were made; the file came today. */
static int check_newest(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_ISSUE_NEWEST);
    double low = signal_usual(subject, MEASURE_ISSUE_NEWEST, 0.02, EXPERIENCE);
    double limit = isnan(low) ? -FIRST_STALE_DAYS : low - STALE_DAYS;
    struct finding f = finding_make(FINDING_OLD_RECORDS, 0);

    if (isnan(now) || !(now < limit))
        return SLUSS_OK;
    finding_int(&f, "days", (int64_t)-now);
    finding_int(&f, "usual", isnan(low) ? FIRST_STALE_DAYS : (int64_t)-low);
    put_away(&f, "away", "side", now);
    put_away(&f, "usual_away", "usual_side", isnan(low) ? -FIRST_STALE_DAYS : low);
    return add(subject, &f, DECIBANS(8), false, findings);
}

static int check_spread(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_DUE_SPREAD);
    double high = signal_usual(subject, MEASURE_DUE_SPREAD, 0.98, 8);
    struct finding f = finding_make(FINDING_SPREAD_DATES, 0);

    if (isnan(now) || isnan(high) || now <= high + SPREAD_DAYS || now <= SPREAD_FACTOR * high)
        return SLUSS_OK;
    finding_int(&f, "days", (int64_t)now);
    finding_int(&f, "usual", (int64_t)high);
    return add(subject, &f, DECIBANS(10), false, findings);
}

static int check_order(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_DUE_BEFORE_ISSUE);
    double high = signal_usual(subject, MEASURE_DUE_BEFORE_ISSUE, 0.98, EXPERIENCE);
    struct finding f = finding_make(FINDING_DUE_BEFORE_ISSUE, 0);

    if (!(now > 0.2) || now <= (isnan(high) ? 0 : 2 * high))
        return SLUSS_OK;
    finding_int(&f, "percent", signal_percent(now));
    return signal_add(findings, &f, DECIBANS(now > 0.5 ? 15 : 8), now > 0.5);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    int rc;

    if (!subject->now || subject->delivery->summary.items == 0)
        return SLUSS_OK;
    /* Credit notes fall due when they are made, and name invoices of any age. */
    if (signal_now(subject, MEASURE_CREDIT_SHARE) > 0.5)
        return check_order(subject, findings);
    rc = check_median(subject, findings);
    rc = rc ? rc : check_newest(subject, findings);
    rc = rc ? rc : check_spread(subject, findings);
    return rc ? rc : check_order(subject, findings);
}

const struct check check_dates = {
    .name = "dates",
    .asks = "Do the dates lie where this unit's dates usually lie?",
    .run = run,
};
