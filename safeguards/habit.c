/* habit.c -- see habit.h */
#include "safeguards/habit.h"

#include <math.h>
#include <stdlib.h>

#include "model/calendar.h"
#include "safeguards/chance.h"
#include "safeguards/sketch.h"

/* Rows that a class needs before it speaks. */
#define CLASS_LEAST      8
#define CLASS_LEAST_RARE 4
/* Only the newest count for mean and variance: habits drift. */
#define WINDOW 80

/* --- rows and classes ----------------------------------------------------------------- */

static bool usable(const struct habit_row *row)
{
    return !(row->flags & HABIT_ONCE);
}

static bool near_day_of_month(struct date a, struct date b, int days)
{
    return abs(a.day - b.day) <= days;
}

/* The third banking day never lies further in; asked first, as banking days cost more. */
#define THIRD_AT_LATEST 12
#define THIRD_LAST_AT   18

static bool is_month_start(struct date day)
{
    return day.day <= THIRD_AT_LATEST && banking_day_of_month(day) <= 3;
}

static bool is_month_end(struct date day)
{
    return day.day >= THIRD_LAST_AT && banking_day_before_month_end(day) <= 3;
}

/* Is the delivery to be judged of that class itself? */
static bool class_applies(enum habit_class c, const struct habit_row *now)
{
    return (c != CLASS_MONTH_START || is_month_start(now->day)) &&
           (c != CLASS_MONTH_END || is_month_end(now->day));
}

static bool in_class(enum habit_class c, const struct habit_row *row, const struct habit_row *now)
{
    switch (c) {
    case CLASS_ALL:
    case CLASS_LEVEL: /* by its place, see values_of */
        return true;
    case CLASS_WEEKDAY:
        return weekday(row->day) == weekday(now->day);
    case CLASS_MONTH_START: /* now too: class_applies() */
        return is_month_start(row->day);
    case CLASS_MONTH_END:
        return is_month_end(row->day);
    case CLASS_DAY_OF_MONTH:
        return near_day_of_month(row->day, now->day, 1);
    case CLASS_SEASON:
        return row->day.month == now->day.month && row->day.year != now->day.year &&
               near_day_of_month(row->day, now->day, 4);
    case CLASS_QUARTER:
        return row->day.month % 3 == now->day.month % 3 && row->day.month != now->day.month &&
               near_day_of_month(row->day, now->day, 4);
    default:
        return false;
    }
}

static unsigned class_least(enum habit_class c)
{
    switch (c) {
    case CLASS_ALL:
    case CLASS_WEEKDAY:
        return CLASS_LEAST;
    case CLASS_SEASON:
        return 1;
    case CLASS_QUARTER:
    case CLASS_LEVEL:
        return 2;
    default:
        return CLASS_LEAST_RARE;
    }
}

const char *class_name(enum habit_class c)
{
    static const char *const names[CLASS_COUNT] = {
        [CLASS_ALL] = "earlier deliveries",
        [CLASS_WEEKDAY] = "deliveries of the same weekday",
        [CLASS_MONTH_START] = "deliveries at the beginning of a month",
        [CLASS_MONTH_END] = "deliveries at the end of a month",
        [CLASS_DAY_OF_MONTH] = "deliveries around the same day of the month",
        [CLASS_SEASON] = "deliveries of the same time last year",
        [CLASS_QUARTER] = "deliveries of the same month of a quarter",
        [CLASS_LEVEL] = "deliveries since the level changed",
    };

    return names[c];
}

/* The newest values of a measure in a class, newest first. Returns how many. */
static unsigned values_of(const struct habit *habit, enum habit_class c,
                          const struct habit_row *now, enum measure m, double out[WINDOW])
{
    unsigned from = c == CLASS_LEVEL ? habit_level(habit, m) : 0, n = 0;

    for (unsigned i = habit->n; i > from && n < WINDOW; i--) {
        const struct habit_row *row = &habit->of[i - 1];

        if (usable(row) && !isnan(row->of[m]) && in_class(c, row, now))
            out[n++] = row->of[m];
    }
    return n;
}

/* --- moments and scores --------------------------------------------------------------- */

/* One wild value among many must not become the habit: with 25 or more, the largest two per
 * cent count as at most half again the next one. Sorts. */
static void winsorise(double *values, unsigned n)
{
    unsigned top = (n + 49) / 50;

    sort_values(values, n);
    if (n < 25)
        return;
    for (unsigned i = n - top; i < n; i++)
        values[i] = fmin(values[i], 1.5 * values[n - top - 1]);
}

struct moments {
    double mean, variance;
};

/* The variance of the next value: that of the past ones, and the mean's own uncertainty. */
static struct moments moments_of(const double *values, unsigned n)
{
    struct moments m = {0};

    for (unsigned i = 0; i < n; i++)
        m.mean += values[i] / n;
    for (unsigned i = 0; i < n; i++)
        m.variance += (values[i] - m.mean) * (values[i] - m.mean) / (n > 1 ? n - 1 : 1);
    m.variance *= 1 + 2.0 / n;
    return m;
}

/* Few values say little about the spread: then a fifth of the mean is the least. */
#define SPREAD_OF_FEW 0.2
#define FEW           4

static void widen(struct moments *m, unsigned n)
{
    double least = SPREAD_OF_FEW * m->mean;

    if (n < FEW && m->variance < least * least)
        m->variance = least * least;
}

struct scores {
    double high, low;
};

static struct scores score_count(double *values, unsigned n, double now)
{
    winsorise(values, n);
    struct moments m = moments_of(values, n);
    widen(&m, n);
    return (struct scores){chance_count_high(now, m.mean, m.variance),
                           chance_count_low(now, m.mean, m.variance)};
}

static struct scores score_sum(double *values, unsigned n, double now)
{
    winsorise(values, n);
    struct moments m = moments_of(values, n);
    widen(&m, n);
    return (struct scores){chance_sum_high(now, m.mean, m.variance),
                           chance_sum_low(now, m.mean, m.variance)};
}

static double median_of(double *values, unsigned n)
{
    sort_values(values, n);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* The median amount, on its logarithm: robust centre and spread, heavy tails for few files. */
static struct scores score_median(double *values, unsigned n, double now)
{
    double centre, sd = 0, mad, spread, z, df;
    double away[WINDOW];

    for (unsigned i = 0; i < n; i++)
        values[i] = log(fmax(values[i], 1));
    centre = median_of(values, n);
    for (unsigned i = 0; i < n; i++) {
        away[i] = fabs(values[i] - centre);
        sd += away[i] * away[i] / n;
    }
    mad = 1.4826 * median_of(away, n);
    spread = fmax(fmax(mad, 0.6 * sqrt(sd)), 0.05);
    z = (log(fmax(now, 1)) - centre) / spread / sqrt(1 + 2.0 / n);
    df = fmin(fmax(n - 1.0, 3), 8);
    return (struct scores){chance_t_high(z, df), chance_t_high(-z, df)};
}

typedef struct scores (*scorer)(double *values, unsigned n, double now);

static const struct {
    enum measure measure;
    scorer score;
} scored[] = {
    {MEASURE_ITEMS, score_count},
    {MEASURE_DEBIT, score_sum},
    {MEASURE_MEDIAN, score_median},
};

/* --- the volume of one delivery -------------------------------------------------------- */

struct class_view {
    struct scores worst;
    enum measure by_high, by_low;
    unsigned n;
};

/* Rows that the class needs for the measure: what kept its level is compared with all. */
static unsigned least_of(const struct habit *habit, enum habit_class c, enum measure m)
{
    return class_least(c == CLASS_LEVEL && habit_level(habit, m) == 0 ? CLASS_ALL : c);
}

static bool has_new_level(const struct habit *habit)
{
    for (unsigned i = 0; i < sizeof scored / sizeof *scored; i++)
        if (habit_level(habit, scored[i].measure))
            return true;
    return false;
}

/* False when the class has too few rows to speak. */
static bool look_in_class(const struct habit *habit, enum habit_class c,
                          const struct habit_row *now, struct class_view *out)
{
    double values[WINDOW];

    *out = (struct class_view){.worst = {-1, -1}};
    if (c == CLASS_LEVEL && !has_new_level(habit))
        return false;
    for (unsigned i = 0; i < sizeof scored / sizeof *scored; i++) {
        enum measure m = scored[i].measure;
        unsigned n = values_of(habit, c, now, m, values);

        if (n < least_of(habit, c, m) || isnan(now->of[m]))
            continue;
        struct scores s = scored[i].score(values, n, now->of[m]);
        if (s.high > out->worst.high) {
            out->worst.high = s.high;
            out->by_high = m;
        }
        if (s.low > out->worst.low) {
            out->worst.low = s.low;
            out->by_low = m;
        }
        out->n = n > out->n ? n : out->n;
    }
    return out->n > 0;
}

static void usual_range(const struct habit *habit, const struct habit_row *now,
                        struct volume_side *side)
{
    double values[WINDOW];
    unsigned n = values_of(habit, side->in, now, side->by, values);

    side->compared = n;
    if (n == 0)
        return;
    sort_values(values, n);
    side->usual_low = values[(unsigned)(0.05 * (n - 1))];
    side->usual_high = values[(unsigned)ceil(0.95 * (n - 1))];
}

static void take_side(struct volume_side *side, bool first, double score, enum habit_class c,
                      enum measure by)
{
    if (first || score < side->score)
        *side = (struct volume_side){.score = score, .in = c, .by = by};
}

void habit_volume(const struct habit *habit, const struct habit_row *now, struct volume *out)
{
    bool first = true;

    *out = (struct volume){0};
    for (enum habit_class c = CLASS_ALL; c < CLASS_COUNT; c++) {
        struct class_view view;

        if (!class_applies(c, now) || !look_in_class(habit, c, now, &view))
            continue;
        take_side(&out->high, first, view.worst.high, c, view.by_high);
        take_side(&out->low, first, view.worst.low, c, view.by_low);
        first = false;
    }
    if (first)
        return;
    usual_range(habit, now, &out->high);
    usual_range(habit, now, &out->low);
}

/* --- quantiles and ranks --------------------------------------------------------------- */

/* Of three items one is a third: shares and medians of the smallest files are no habit. */
#define SHARE_ITEMS 5

static bool speaks(const struct habit_row *row, enum measure measure)
{
    return usable(row) && !isnan(row->of[measure]) &&
           (measure == MEASURE_ITEMS || row->of[MEASURE_ITEMS] >= SHARE_ITEMS);
}

/* Of the rows from `from` up to `to` with at least `items`. */
static double quantile_between(const struct habit *habit, unsigned from, unsigned to,
                               enum measure measure, double q, unsigned least, double items)
{
    double values[HABIT_MOST + 1];
    unsigned n = 0;

    for (unsigned i = from; i < to && n <= HABIT_MOST; i++)
        if (speaks(&habit->of[i], measure) && !(habit->of[i].of[MEASURE_ITEMS] < items))
            values[n++] = habit->of[i].of[measure];
    if (n == 0 || n < least)
        return NAN;
    sort_values(values, n);
    return values[(unsigned)(q * (n - 1) + 0.5)];
}

/* Rows before a change that tell what was usual, and rows after it that do alone. */
#define LEVEL_BEFORE 5
#define LEVEL_ALONE  6

/* -1, 0, 1: a row released as normal lies below, within, above what was usual before it and
 * before those that may have changed the level with it. */
static int side_of(const struct habit *habit, unsigned at, enum measure measure)
{
    const struct habit_row *row = &habit->of[at];
    unsigned before = at < SHIFT_WITHIN ? 0 : at + 1 - SHIFT_WITHIN;

    if ((row->flags & (HABIT_RELEASED | HABIT_ONCE)) != HABIT_RELEASED || !speaks(row, measure))
        return 0;
    if (row->of[measure] > quantile_between(habit, 0, before, measure, 0.98, LEVEL_BEFORE, 0))
        return 1;
    return row->of[measure] < quantile_between(habit, 0, before, measure, 0.02, LEVEL_BEFORE, 0)
               ? -1
               : 0;
}

unsigned habit_level(const struct habit *habit, enum measure measure)
{
    unsigned last = 0;
    int side = 0;

    if (measure > MEASURE_ISSUE_NEWEST && measure != MEASURE_MEAN)
        return 0;
    /* The newest pair, as far back as the level has not become the habit by itself. */
    for (unsigned i = habit->n; i > 0 && habit->n - i < WINDOW; i--) {
        int this = side_of(habit, i - 1, measure);

        if (this == 0)
            continue;
        if (this == side && last - i < SHIFT_WITHIN)
            return i - 1;
        side = this;
        last = i;
    }
    return 0;
}

double habit_quantile(const struct habit *habit, enum measure measure, double q, unsigned least,
                      double items)
{
    double all = quantile_between(habit, 0, habit->n, measure, q, least, items);
    unsigned from = habit_level(habit, measure);
    double level;

    if (from == 0 || isnan(all))
        return all;
    level = quantile_between(habit, from, habit->n, measure, q, least, items);
    if (habit->n - from >= LEVEL_ALONE && !isnan(level))
        return level;
    level = quantile_between(habit, from, habit->n, measure, q, 0, items);
    return isnan(level) ? all : q < 0.5 ? fmin(all, level) : q > 0.5 ? fmax(all, level) : level;
}

/* The shipped prior: quantiles of the scores of ordinary deliveries. */
struct prior {
    double at[7]; /* of these shares */
};
static const double prior_share[7] = {0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999};
static const struct prior high_daily = {{0.66, 1.56, 2.08, 2.90, 3.62, 5.09, 8.30}};
static const struct prior high_monthly = {{0.78, 2.07, 2.75, 3.70, 4.46, 5.47, 11.4}};
static const struct prior low_daily = {{0.54, 1.66, 2.40, 2.89, 3.34, 3.65, 5.30}};
static const struct prior low_monthly = {{0.54, 1.68, 2.54, 4.79, 8.68, 15, 23}};

static const struct prior *prior_of(const struct habit *habit, enum measure measure)
{
    bool rare = habit_rhythm(habit) >= RHYTHM_MONTHLY;

    if (measure == MEASURE_SCORE_LOW)
        return rare ? &low_monthly : &low_daily;
    return rare ? &high_monthly : &high_daily;
}

/* Which share of the prior's scores lie at or beyond this one: between the quantiles on the
 * logarithm of the share, beyond the last one on with the last slope. */
static double prior_beyond(const struct prior *prior, double score)
{
    unsigned i = 1;

    if (score <= prior->at[0])
        return 1 - 0.5 * fmax(score, 0) / prior->at[0];
    while (i < 6 && score > prior->at[i])
        i++;
    double from = log(1 - prior_share[i - 1]), to = log(1 - prior_share[i]);
    double part = (score - prior->at[i - 1]) / (prior->at[i] - prior->at[i - 1]);
    return exp(from + part * (to - from));
}

double habit_rank(const struct habit *habit, enum measure measure, double score, double least)
{
    double ranked = fmax(HABIT_RANKED, 1 / least);
    double beyond = 0, n = 0, prior_n;

    for (unsigned i = 0; i < habit->n; i++) {
        double past = habit->of[i].of[measure];

        if (!usable(&habit->of[i]) || isnan(past))
            continue;
        n++;
        beyond += past >= score;
    }
    prior_n = n < ranked ? ranked - n : 0;
    beyond += prior_n * prior_beyond(prior_of(habit, measure), score);
    return fmin((beyond + (prior_n > 0 ? 0 : 1)) / (n + prior_n + 1), 1);
}

/* --- rhythm and size ------------------------------------------------------------------------ */

/* Below this share of the middle size a delivery is a supplement to another, not a run. */
#define SUPPLEMENT_SHARE 0.25
/* And below this one it is none that lost most of its items, whenever it comes. */
#define HANDFUL_SHARE 0.07

unsigned habit_sizes(const struct habit *habit, double sizes[HABIT_SIZES], unsigned *looked)
{
    double middle;
    unsigned n = 0, kept = 0;

    for (unsigned i = habit->n; i > 0 && n < HABIT_SIZES; i--)
        if (usable(&habit->of[i - 1]))
            sizes[n++] = habit->of[i - 1].of[MEASURE_ITEMS];
    *looked = n;
    if (n == 0)
        return 0;
    middle = median_of(sizes, n);
    for (unsigned i = 0; i < n; i++)
        if (sizes[i] >= SUPPLEMENT_SHARE * middle)
            sizes[kept++] = sizes[i];
    return kept;
}

static double days_since(const struct habit_row *row, const struct habit_row *now)
{
    return date_to_days(now->day) - date_to_days(row->day);
}

/* Days between deliveries, newest first. */
static unsigned gaps_of(const struct habit *habit, double gaps[WINDOW])
{
    unsigned n = 0;

    for (unsigned i = habit->n; i > 1 && n < WINDOW; i--)
        gaps[n++] = days_since(&habit->of[i - 2], &habit->of[i - 1]);
    return n;
}

enum rhythm habit_rhythm(const struct habit *habit)
{
    double gaps[WINDOW];
    unsigned n = gaps_of(habit, gaps);

    if (n < 2)
        return RHYTHM_UNKNOWN;
    double gap = median_of(gaps, n);
    return gap <= 4    ? RHYTHM_DAILY
           : gap <= 12 ? RHYTHM_WEEKLY
           : gap <= 45 ? RHYTHM_MONTHLY
                       : RHYTHM_RARE;
}

bool habit_is_supplement(const struct habit *habit, const struct habit_row *now)
{
    double gaps[WINDOW], sizes[HABIT_SIZES];
    unsigned looked, n = gaps_of(habit, gaps), sized = habit_sizes(habit, sizes, &looked);

    if (n < 3 || sized == 0 || now->of[MEASURE_ITEMS] >= SUPPLEMENT_SHARE * median_of(sizes, sized))
        return false;
    if (now->of[MEASURE_ITEMS] < HANDFUL_SHARE * sizes[sized / 2])
        return true;
    double gap = median_of(gaps, n);
    for (unsigned i = habit->n; i > 0; i--)
        if (habit->of[i - 1].of[MEASURE_ITEMS] >= SUPPLEMENT_SHARE * sizes[sized / 2])
            return gap >= 5 && days_since(&habit->of[i - 1], now) <= 0.93 * gap;
    return false;
}

/* A run may grow by so much, and by half as much again. */
#define RUN_SHARE 0.6

bool habit_has_run(const struct habit *habit, const struct habit_row *now)
{
    for (unsigned i = 0; i < habit->n; i++) {
        const struct habit_row *row = &habit->of[i];

        if (usable(row) && row->of[MEASURE_ITEMS] >= RUN_SHARE * now->of[MEASURE_ITEMS] &&
            row->of[MEASURE_DEBIT] >= RUN_SHARE * now->of[MEASURE_DEBIT] &&
            billing_period_between(row->day, now->day))
            return true;
    }
    return false;
}

double habit_pause(const struct habit *habit, const struct habit_row *now)
{
    double gaps[WINDOW];
    unsigned n = gaps_of(habit, gaps);

    if (n < 3)
        return 0;
    sort_values(gaps, n);
    return fmax(days_since(&habit->of[habit->n - 1], now) - gaps[(unsigned)(0.9 * (n - 1))], 0);
}

/* No gap explains more than so many times the usual. */
#define CATCH_UP_MOST 5

double habit_catch_up(const struct habit *habit, const struct habit_row *now)
{
    double gaps[WINDOW];
    unsigned n = gaps_of(habit, gaps);
    double gap, usual;

    if (n < 8)
        return 1;
    gap = days_since(&habit->of[habit->n - 1], now);
    usual = fmax(median_of(gaps, n), 1);
    if (gap <= gaps[(unsigned)(0.95 * (n - 1))])
        return 1;
    return fmin(gap / usual, CATCH_UP_MOST);
}

const struct habit_row *habit_last(const struct habit *habit)
{
    return habit->n ? &habit->of[habit->n - 1] : NULL;
}

unsigned habit_full_rows(const struct habit *habit)
{
    unsigned n = 0;

    for (unsigned i = 0; i < habit->n; i++)
        n += !(habit->of[i].flags & (HABIT_ONCE | HABIT_COUNTS));
    return n;
}

unsigned habit_origin_count(const struct habit *habit, uint64_t origin)
{
    unsigned n = 0;

    for (unsigned i = 0; i < habit->n; i++)
        n += habit->of[i].origin == origin;
    return n;
}
