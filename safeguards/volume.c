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

/* Share of ordinary deliveries with such a score, and how far beyond the usual range. What
 * holds is the budget (model/settings.h); what it weighs is the same under any. */
#define RANK_STRONGEST 0.005
#define RANK_STRONG    0.01
#define RANK_NOTABLE   0.05
#define BEYOND_FACTOR  1.5
#define BELOW_FACTOR   0.55

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

static int add(const struct subject *subject, const struct volume *v, bool high, double rank,
               bool hold, struct finding_list *findings)
{
    enum measure by = high ? v->by_high : v->by_low;
    struct finding f = finding_make(code_of(by, high), 0);
    bool expected = signal_excused(subject);

    put(&f, subject, "now", by, subject->now->of[by]);
    put(&f, subject, "low", by, v->usual_low);
    put(&f, subject, "high", by, v->usual_high);
    finding_int(&f, "compared", v->compared);
    finding_text(&f, "class", span_str(class_name(high ? v->class_high : v->class_low)));
    return signal_add(findings, &f, expected ? 0 : weight_of_rank(rank), hold && !expected);
}

/* One invoice may be of any size (a property sold); a sum is much only without its largest. */
static double value_of(const struct subject *subject, enum measure measure)
{
    double value = subject->now->of[measure];

    return measure == MEASURE_DEBIT && subject->delivery->summary.items >= MEDIAN_ITEMS
               ? value - subject->now->of[MEASURE_LARGEST]
               : value;
}

static bool enough_items(const struct subject *subject)
{
    return subject->delivery->summary.items >= MEDIAN_ITEMS;
}

/* Where it hardly varies, a fifth is much (a wrong tariff; decided changes are 3 to 15 %); where
 * it varies some, a factor. Where it varies more, only its rank says something. */
#define STEADY          1.08
#define STEADY_FACTOR   1.18
#define STEADY_FALL     1.3 /* a new small fee pulls the middle down */
#define VARYING         1.4
#define VARYING_FACTOR  1.8
#define ANY_FACTOR      8 /* a unit error is a hundred */
#define ANY_FALL        20
#define AMOUNT_FILES    5
#define AMOUNT_ITEMS    8

/* Many more credits than usual: a control of past fees, or a batch of credit notes, where small
 * amounts and odd numbers are the rule. */
static bool is_control(const struct subject *subject)
{
    double usual = signal_usual(subject, MEASURE_CREDIT_SHARE, 0.98, AMOUNT_FILES);

    return signal_now(subject, MEASURE_CREDIT_SHARE) > (isnan(usual) ? 0 : usual) + 0.2;
}

static int check_high(const struct subject *subject, const struct volume *v, double rank,
                      struct finding_list *findings)
{
    bool beyond = value_of(subject, v->by_high) > BEYOND_FACTOR * v->usual_high &&
                  (v->by_high != MEASURE_MEDIAN || enough_items(subject));

    if (rank > RANK_NOTABLE)
        return SLUSS_OK;
    return add(subject, v, true, beyond ? rank : RANK_NOTABLE,
               beyond && rank <= signal_budget(subject) && !is_control(subject), findings);
}

static int check_low(const struct subject *subject, const struct volume *v, double rank,
                     struct finding_list *findings)
{
    bool below = subject->now->of[v->by_low] < BELOW_FACTOR * v->usual_low;
    bool amounts = v->by_low == MEASURE_MEDIAN && enough_items(subject);

    /* In a batch of credits little is claimed. */
    if (rank > fmax(RANK_STRONG, signal_budget(subject)) || !below ||
        signal_now(subject, MEASURE_CREDIT_SHARE) > 0.5)
        return SLUSS_OK;
    return add(subject, v, false, amounts ? rank : RANK_NOTABLE,
               amounts && rank <= signal_budget(subject), findings);
}

/* --- the number of items, where it hardly varies ------------------------------------------- */

#define STEADY_ITEMS      1.3
#define STEADY_FILES      6
#define STEADY_FEW        0.68
#define STEADY_MANY       1.5

/* A stream that sends about as many each time: half of them are missing, not on holiday. */
static int check_steady(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_ITEMS);
    double low = signal_usual(subject, MEASURE_ITEMS, 0.02, STEADY_FILES);
    double high = signal_usual(subject, MEASURE_ITEMS, 0.98, STEADY_FILES);
    struct finding f;

    if (isnan(low) || low < 20 || high > STEADY_ITEMS * low || is_control(subject) ||
        (now >= STEADY_FEW * low && now <= STEADY_MANY * high) || signal_excused(subject))
        return SLUSS_OK;
    f = finding_make(now < low ? FINDING_FEW_ITEMS : FINDING_MANY_ITEMS, 0);
    put(&f, subject, "now", MEASURE_ITEMS, now);
    put(&f, subject, "low", MEASURE_ITEMS, low);
    put(&f, subject, "high", MEASURE_ITEMS, high);
    finding_int(&f, "compared", subject->history->habit->n);
    finding_text(&f, "class", span_str(class_name(CLASS_ALL)));
    return signal_add(findings, &f, DECIBANS(17), true);
}

/* --- the middle amount --------------------------------------------------------------------- */

static int check_amount(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_MEDIAN);
    double low = signal_usual(subject, MEASURE_MEDIAN, 0.05, AMOUNT_FILES);
    double high = signal_usual(subject, MEASURE_MEDIAN, 0.95, AMOUNT_FILES);
    double spread = high / low;
    double rise = spread <= STEADY ? STEADY_FACTOR : spread <= VARYING ? VARYING_FACTOR : ANY_FACTOR;
    double fall = spread <= STEADY ? STEADY_FALL : spread <= VARYING ? VARYING_FACTOR : ANY_FALL;
    struct finding f;

    if (isnan(low) || !(low > 0) || is_control(subject) ||
        subject->delivery->summary.items < AMOUNT_ITEMS ||
        (now <= high * rise && now * fall >= low) || signal_excused(subject))
        return SLUSS_OK;
    f = finding_make(now > high ? FINDING_LARGE_AMOUNTS : FINDING_SMALL_AMOUNTS, 0);
    put(&f, subject, "now", MEASURE_MEDIAN, now);
    put(&f, subject, "low", MEASURE_MEDIAN, low);
    put(&f, subject, "high", MEASURE_MEDIAN, high);
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
    double high, low, budget = signal_budget(subject);
    int rc;

    if (!habit || !subject->now || subject->delivery->summary.items == 0)
        return SLUSS_OK;
    if (habit->n < EXPERIENCE)
        return check_first(subject, findings);
    habit_volume(habit, subject->now, &v);
    high = habit_rank(habit, MEASURE_SCORE_HIGH, v.high, budget);
    low = habit_rank(habit, MEASURE_SCORE_LOW, v.low, budget);
    subject->now->of[MEASURE_SCORE_HIGH] = v.high;
    subject->now->of[MEASURE_SCORE_LOW] = v.low;
    rc = check_high(subject, &v, high, findings);
    rc = rc ? rc : check_low(subject, &v, low, findings);
    rc = rc ? rc : check_steady(subject, findings);
    return rc ? rc : check_amount(subject, findings);
}

const struct check check_volume = {
    .name = "volume",
    .asks = "Is this as much as the unit usually sends?",
    .run = run,
};
