/* volume.c -- is this as much, and are the amounts as large, as the unit usually sends?
 *
 * Method and prior: habit.h. A volume beyond the stream's own extremes holds when it is also
 * materially more (a rank alone holds one delivery in as many as there were). Little is a
 * warning, but where a stream is steady half of it is missing, not on holiday; and a middle
 * amount far from the habit is a unit error or a wrong tariff, not a quiet day.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

/* Deliveries a habit needs before it is asked. */
#define EXPERIENCE 6
/* The prior alone promises too much: first files are held two to three times as often. */
#define YOUNG        20
#define YOUNG_FACTOR 3

/* Share of ordinary deliveries with such a score, and how far beyond the usual range. What
 * holds is the budget (model/settings.h); what it weighs is the same under any. */
#define RANK_STRONGEST 0.005
#define RANK_STRONG    0.01
#define RANK_NOTABLE   0.05
#define BEYOND_FACTOR  1.5
#define MONEY_FACTOR   4
#define BELOW_FACTOR   0.55
/* A middle amount; that of payments is what people happen to pay. */
#define MEDIAN_FACTOR 1.8
#define MEDIAN_PAID   4

/* Items that a median amount needs to mean something. */
#define MEDIAN_ITEMS 8

static double weight_of_rank(double rank)
{
    if (rank <= RANK_STRONGEST)
        return DECIBANS(17);
    if (rank <= RANK_STRONG)
        return DECIBANS(13);
    return rank <= RANK_NOTABLE ? DECIBANS(5) : 0;
}

static void put(struct finding *f, const struct subject *subject, const char *key,
                enum measure measure, double value)
{
    if (measure == MEASURE_ITEMS)
        finding_int(f, key, (int64_t)value);
    else
        finding_money(f, key, (int64_t)value, profile_currency(subject->profile));
}

static enum finding_code code_of(enum measure measure, bool high)
{
    if (measure == MEASURE_ITEMS)
        return high ? FINDING_MANY_ITEMS : FINDING_FEW_ITEMS;
    if (measure == MEASURE_DEBIT)
        return high ? FINDING_MUCH_MONEY : FINDING_LITTLE_MONEY;
    return high ? FINDING_LARGE_AMOUNTS : FINDING_SMALL_AMOUNTS;
}

static int add(const struct subject *subject, const struct volume_side *side, bool high,
               double rank, bool hold, struct finding_list *findings)
{
    struct finding f = finding_make(code_of(side->by, high), 0);
    bool expected = signal_excused(subject);

    put(&f, subject, "now", side->by, subject->now->of[side->by]);
    put(&f, subject, "low", side->by, side->usual_low);
    put(&f, subject, "high", side->by, side->usual_high);
    finding_int(&f, "compared", side->compared);
    finding_text(&f, "class", span_str(class_name(side->in)));
    return signal_add(findings, &f, expected ? 0 : weight_of_rank(rank), hold && !expected);
}

/* One invoice may be of any size (a property sold); a sum is much only without its largest. */
static double value_of(const struct subject *subject, enum measure measure)
{
    double value = subject->now->of[measure];

    return measure == MEASURE_DEBIT ? value - subject->now->of[MEASURE_LARGEST] : value;
}

static bool is_payments(const struct subject *subject)
{
    return subject->delivery->summary.kind == KIND_PAYMENTS;
}

static bool enough_items(const struct subject *subject)
{
    return subject->delivery->summary.items >= MEDIAN_ITEMS;
}

/* Where it hardly varies, a fifth is much (a wrong tariff; decided changes are 3 to 15 %); where
 * it varies some, a factor. Where it varies more, only its rank says something. */
#define STEADY         1.15
#define STEADY_FACTOR  1.18
#define STEADY_FALL    1.3 /* a new small fee pulls the middle down */
#define VARYING        1.4
#define VARYING_FACTOR 1.8
#define ANY_FACTOR     8 /* a unit error is a hundred */
#define ANY_FALL       20
#define AMOUNT_FILES   3
/* The first amounts are not all the amounts there are. */
#define FIRST_FILES  6
#define FIRST_FACTOR 1.5
#define AMOUNT_ITEMS 8
#define UNIT_ITEMS   5 /* enough for a hundred times as much */

/* Many more credits than usual: a control of past fees, or a batch of credit notes, where small
 * amounts and odd numbers are the rule. */
static bool is_control(const struct subject *subject)
{
    double usual = signal_usual(subject, MEASURE_CREDIT_SHARE, 0.98, AMOUNT_FILES);

    return signal_now(subject, MEASURE_CREDIT_SHARE) > (isnan(usual) ? 0 : usual) + 0.2;
}

/* After a long gap there is so much more. Where there are no more items than usual, much money
 * is a metered bill that catches up, until it is too much for that. */
static double beyond_factor(const struct subject *subject, const struct volume_side *side)
{
    double items = signal_usual(subject, MEASURE_ITEMS, 0.95, EXPERIENCE);

    if (side->by == MEASURE_MEDIAN)
        return is_payments(subject) ? MEDIAN_PAID : MEDIAN_FACTOR;
    if (side->by == MEASURE_DEBIT && signal_now(subject, MEASURE_ITEMS) <= 1.2 * items)
        return MONEY_FACTOR * habit_catch_up(subject->history->habit, subject->now);
    return BEYOND_FACTOR * habit_catch_up(subject->history->habit, subject->now);
}

/* Materially more than the best class and all deliveries together usually have? */
static bool is_beyond(const struct subject *subject, const struct volume_side *side)
{
    double all = signal_usual(subject, side->by, 0.95, EXPERIENCE);
    double usual = isnan(all) || all < side->usual_high ? side->usual_high : all;

    return value_of(subject, side->by) > beyond_factor(subject, side) * usual &&
           (side->by != MEASURE_MEDIAN || enough_items(subject));
}

static int check_high(const struct subject *subject, const struct volume_side *side, double rank,
                      struct finding_list *findings)
{
    bool run = side->by != MEASURE_MEDIAN && habit_has_run(subject->history->habit, subject->now);
    bool beyond = !run && is_beyond(subject, side);

    if (rank > RANK_NOTABLE)
        return SLUSS_OK;
    return add(subject, side, true, beyond ? rank : RANK_NOTABLE,
               beyond && rank <= signal_budget(subject) && !is_control(subject), findings);
}

static int check_low(const struct subject *subject, const struct volume_side *side, double rank,
                     struct finding_list *findings)
{
    double now = subject->now->of[side->by];
    bool amounts = side->by == MEASURE_MEDIAN && enough_items(subject) && now > 0 &&
                   (!is_payments(subject) || MEDIAN_PAID * now < side->usual_low);

    /* In a batch of credits little is claimed. */
    if (rank > fmax(RANK_STRONG, signal_budget(subject)) || now >= BELOW_FACTOR * side->usual_low ||
        signal_now(subject, MEASURE_CREDIT_SHARE) > 0.5 ||
        habit_is_supplement(subject->history->habit, subject->now))
        return SLUSS_OK;
    return add(subject, side, false, amounts ? rank : RANK_NOTABLE,
               amounts && rank <= signal_budget(subject), findings);
}

/* --- the number of items, where it hardly varies ------------------------------------------- */

#define STEADY_ITEMS 1.3
#define STEADY_FILES 5
/* Of a unit that sends each quarter there are few: enough where they are as good as equal. */
#define STEADY_FEW_FILES 3
#define STEADY_EQUAL     1.1
#define STEADY_LEAST     20
#define STEADY_FEW       0.68
#define STEADY_MANY      1.5

static bool is_steady(const double sizes[HABIT_SIZES], unsigned n, unsigned looked)
{
    if (n < STEADY_FEW_FILES || looked > n + n / 4 || sizes[0] < STEADY_LEAST)
        return false;
    return sizes[n - 1] <= (n < STEADY_FILES ? STEADY_EQUAL : STEADY_ITEMS) * sizes[0];
}

/* A stream that sends about as many each time: half of them are missing, not on holiday. */
static int check_steady(const struct subject *subject, bool *found, struct finding_list *findings)
{
    const struct habit *habit = subject->history->habit;
    double sizes[HABIT_SIZES], now = signal_now(subject, MEASURE_ITEMS);
    unsigned looked, n = habit_sizes(habit, sizes, &looked);
    struct finding f;

    *found = false;
    if (!is_steady(sizes, n, looked) || is_control(subject) ||
        habit_is_supplement(habit, subject->now) ||
        (now >= STEADY_FEW * sizes[0] &&
         now <= STEADY_MANY * sizes[n - 1] * habit_catch_up(habit, subject->now)) ||
        signal_excused(subject))
        return SLUSS_OK;
    *found = true;
    f = finding_make(now < sizes[0] ? FINDING_FEW_ITEMS : FINDING_MANY_ITEMS, 0);
    put(&f, subject, "now", MEASURE_ITEMS, now);
    put(&f, subject, "low", MEASURE_ITEMS, sizes[0]);
    put(&f, subject, "high", MEASURE_ITEMS, sizes[n - 1]);
    finding_int(&f, "compared", n);
    finding_text(&f, "class", span_str("of the latest deliveries"));
    return signal_add(findings, &f, DECIBANS(17), true);
}

/* --- the middle amount --------------------------------------------------------------------- */

struct factors {
    double rise, fall;
};

/* A tariff makes few kinds of amounts, a meter as many as there are customers; and a metered bill
 * catches up for months that were not billed: a year must have been seen to know better. */
#define METERED_SHARE 0.9

static bool is_metered(const struct subject *subject)
{
    return signal_now(subject, MEASURE_AMOUNTS) >=
           METERED_SHARE * signal_now(subject, MEASURE_ITEMS);
}

/* How far a measure with this spread may move. Payments are what people happen to pay. */
static struct factors factors_of(const struct subject *subject, double spread)
{
    bool first = subject->history->habit->n < FIRST_FILES;

    if (is_payments(subject) || spread > VARYING)
        return (struct factors){ANY_FACTOR, ANY_FALL};
    if (first && is_metered(subject))
        return (struct factors){MONEY_FACTOR, MONEY_FACTOR};
    if (spread > STEADY)
        return (struct factors){VARYING_FACTOR, VARYING_FACTOR};
    if (first)
        return (struct factors){FIRST_FACTOR, FIRST_FACTOR};
    return (struct factors){STEADY_FACTOR, STEADY_FALL};
}

/* A measure of the amounts beside its habit, that of deliveries of such a size: a handful of
 * items has any middle. */
struct amounts {
    enum measure by;
    double now, low, high, spread;
};

static struct amounts amounts_by(const struct subject *subject, enum measure by)
{
    struct amounts a = {by, signal_now(subject, by),
                        signal_usual_alike(subject, by, 0.05, AMOUNT_FILES),
                        signal_usual_alike(subject, by, 0.95, AMOUNT_FILES), NAN};

    a.spread = a.low > 0 ? a.high / a.low : NAN;
    return a;
}

/* By how much the amounts moved, beyond the habit's edge: 1 within it. */
static double rise_of(const struct amounts *a)
{
    return a->now / a->high;
}

static double fall_of(const struct amounts *a)
{
    return a->low / a->now;
}

/* The middle of few kinds of fees jumps from one to the next when a few are added, the mean
 * follows one large invoice: the steadier of them tells, and the other must have moved as well,
 * upwards half as far, unless it moves about by nature. */
static bool moved(const struct amounts *by, const struct amounts *other, struct factors f, bool *up)
{
    bool counts = other->spread <= VARYING;

    *up = rise_of(by) > f.rise;
    if (*up)
        return !counts || rise_of(other) > 1 + (f.rise - 1) / 2;
    return fall_of(by) > f.fall && (!counts || fall_of(other) > f.fall);
}

static enum finding_code code_of_amount(enum measure by, bool up)
{
    if (by == MEASURE_MEAN)
        return up ? FINDING_LARGE_MEAN : FINDING_SMALL_MEAN;
    return code_of(by, up);
}

static int check_amount(const struct subject *subject, struct finding_list *findings)
{
    struct amounts by = amounts_by(subject, MEASURE_MEDIAN);
    struct amounts other = amounts_by(subject, MEASURE_MEAN);
    bool up;
    struct finding f;

    if (other.spread < by.spread) {
        struct amounts steadier = other;
        other = by;
        by = steadier;
    }
    if (isnan(by.spread) || !(by.now > 0) || is_control(subject) ||
        signal_now(subject, MEASURE_ITEMS) <
            (by.now > ANY_FALL * by.high ? UNIT_ITEMS : AMOUNT_ITEMS) ||
        !moved(&by, &other, factors_of(subject, by.spread), &up) || signal_excused(subject))
        return SLUSS_OK;
    f = finding_make(code_of_amount(by.by, up), 0);
    put(&f, subject, "now", by.by, by.now);
    put(&f, subject, "low", by.by, by.low);
    put(&f, subject, "high", by.by, by.high);
    finding_int(&f, "compared", subject->history->habit->n);
    finding_text(&f, "class", span_str(class_name(CLASS_ALL)));
    return signal_add(findings, &f, DECIBANS(17), true);
}

static int check_first(const struct subject *subject, struct finding_list *findings)
{
    const struct safeguard_settings *most = signal_settings(subject);
    struct finding f = finding_make(FINDING_FIRST_TOO_LARGE, 0);
    double items = signal_now(subject, MEASURE_ITEMS), debit = signal_now(subject, MEASURE_DEBIT);

    if (!(items > (double)most->first_items) && !(debit > 100.0 * (double)most->first_capital))
        return SLUSS_OK;
    finding_int(&f, "items", (int64_t)items);
    finding_money(&f, "sum", (int64_t)debit, profile_currency(subject->profile));
    finding_int(&f, "before", signal_experience(subject));
    return signal_add(findings, &f, DECIBANS(17), true);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    const struct habit *habit = subject->history->habit;
    struct volume v;
    double high, low, young, budget = signal_budget(subject);
    bool steady;
    int rc;

    if (!habit || !subject->now || subject->delivery->summary.items == 0)
        return SLUSS_OK;
    if (habit->n < EXPERIENCE) {
        rc = check_first(subject, findings);
        rc = rc ? rc : check_steady(subject, &steady, findings);
        return rc ? rc : check_amount(subject, findings);
    }
    habit_volume(habit, subject->now, &v);
    young = habit->n < YOUNG ? YOUNG_FACTOR : 1;
    high = young * habit_rank(habit, MEASURE_SCORE_HIGH, v.high.score, budget);
    low = young * habit_rank(habit, MEASURE_SCORE_LOW, v.low.score, budget);
    subject->now->of[MEASURE_SCORE_HIGH] = v.high.score;
    subject->now->of[MEASURE_SCORE_LOW] = v.low.score;
    rc = check_steady(subject, &steady, findings);
    /* Too many or too few is said once, beside the narrower habit. */
    if (rc == SLUSS_OK && !(steady && v.high.by == MEASURE_ITEMS))
        rc = check_high(subject, &v.high, high, findings);
    if (rc == SLUSS_OK && !(steady && v.low.by == MEASURE_ITEMS))
        rc = check_low(subject, &v.low, low, findings);
    return rc ? rc : check_amount(subject, findings);
}

const struct check check_volume = {
    .name = "volume",
    .asks = "Is this as much as the unit usually sends?",
    .run = run,
};
