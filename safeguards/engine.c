/* engine.c -- runs the checks, weighs what was found */
#include "safeguards/engine.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "model/error.h"
#include "safeguards/learned.h"
#include "safeguards/policy.h"
#include "safeguards/signal.h"

const struct check *const checks[] = {
    &check_testfile,
    &check_unit,
    &check_duplicate,
    &check_resemblance,
    &check_repeat,
    &check_paid,
    &check_volume,
    &check_dates,
    &check_origin,
    &check_hour,
    &check_shape,
    &check_prescribed,
    NULL,
};

static int check_number(struct span name)
{
    for (int i = 0; checks[i]; i++)
        if (span_eq_str(name, checks[i]->name))
            return i;
    return -1;
}

int checks_from_names(struct span names, uint64_t *bits, struct span *unknown)
{
    uint64_t found = 0;

    while (names.n > 0) {
        const char *comma = memchr(names.p, ',', names.n);
        size_t n = comma ? (size_t)(comma - names.p) : names.n;
        struct span name = span_trim(span_of(names.p, n));
        int number = check_number(name);

        if (number < 0) {
            *unknown = name;
            return SLUSS_ENOTFOUND;
        }
        found |= UINT64_C(1) << number;
        n += comma != NULL;
        names = span_of(names.p + n, names.n - n);
    }
    *bits = found;
    return SLUSS_OK;
}

/* --- evidence --------------------------------------------------------------------------- */

/* How much of a group's second largest weight counts. */
#define SECOND_SHARE 0.3

/* What findings of one group say is mostly the same thing said again: fourteen fields that are
 * not quite right are one sign, not fourteen. The largest counts whole, the next in part; what
 * speaks for the file counts once. */
static double weight_of_group(const struct finding_list *findings, enum signal_group group)
{
    double largest = 0, second = 0, least = 0;

    for (unsigned i = 0; i < findings->n; i++) {
        const struct finding *f = &findings->of[i];

        if (signal_group_of(finding_check(f)) != group)
            continue;
        if (f->weight < least)
            least = f->weight;
        if (f->weight > largest) {
            second = largest;
            largest = f->weight;
        } else if (f->weight > second) {
            second = f->weight;
        }
    }
    return largest + SECOND_SHARE * second + least;
}

static double total_weight(const struct finding_list *findings)
{
    double sum = 0;

    for (enum signal_group group = 0; group < GROUP_COUNT; group++)
        sum += weight_of_group(findings, group);
    return sum > 0 ? sum : 0;
}

/* --- what it would cost ------------------------------------------------------------------ */

/* What a budget other than the usual one asks of a score, on top or less. */
static double for_budget(const struct subject *subject)
{
    static const struct safeguard_settings usual = SAFEGUARDS_USUAL;

    return log((double)usual.false_holds / (double)signal_settings(subject)->false_holds);
}

static double prior_log(const struct subject *subject)
{
    return log((double)signal_settings(subject)->one_wrong_in);
}

/* Hold where P(wrong) > cost of holding / (that and the cost of a miss): as a limit of the
 * score, given the prior. */
static double score_limit(const struct subject *subject)
{
    const struct safeguard_settings *s = signal_settings(subject);
    double items = (double)subject->delivery->summary.items;
    double miss = (double)s->cost_of_miss + (double)s->cost_of_miss_per_item * items;

    return fmax(log((double)s->cost_of_hold / miss) + prior_log(subject),
                SCORE_HOLD + for_budget(subject));
}

/* What was held, and released, is not quite ordinary. */
#define RELEASED_COUNTS 0.5

/* Do the signs hold together? The budget of false holds caps what the cost asks for. */
static bool holds_together(const struct subject *subject, const struct opinion *opinion)
{
    const struct habit *habit = subject->history->habit;
    double beyond = 0;

    if (opinion->score < opinion->limit)
        return false;
    if (opinion->score >= SCORE_CERTAIN + for_budget(subject) || !habit)
        return true;
    for (unsigned i = 0; i < habit->n; i++)
        if (habit->of[i].of[MEASURE_EVIDENCE] >= opinion->score)
            beyond += habit->of[i].flags & HABIT_RELEASED ? RELEASED_COUNTS : 1;
    return beyond <= signal_budget(subject) * habit->n + 1;
}

static int say_together(const struct subject *subject, const struct opinion *opinion,
                        struct finding_list *findings)
{
    struct finding f = finding_make(FINDING_EVIDENCE_TOGETHER, 0);
    double odds = exp(opinion->odds);

    finding_int(&f, "odds", odds < 1 ? 1 : odds > 1e6 ? 1000000 : (int64_t)(odds + 0.5));
    finding_int(&f, "prior", signal_settings(subject)->one_wrong_in);
    return finding_list_add(findings, &f);
}

/* --- what helps a person to decide -------------------------------------------------------- */

static int64_t percent_of(uint64_t part, uint64_t whole)
{
    return whole ? (int64_t)(part * 100 / whole) : 0;
}

static void nearer(const struct past_delivery *past, int64_t percent,
                   const struct past_delivery **nearest, int64_t *most)
{
    if (past && past->id.n > 0 && percent > *most) {
        *nearest = past;
        *most = percent;
    }
}

/* The earlier delivery that this one resembles most, by whatever shows it best. */
static int say_nearest(const struct subject *subject, struct finding_list *findings)
{
    const struct history *h = subject->history;
    uint64_t items = subject->delivery->summary.items;
    const struct past_delivery *nearest = NULL;
    int64_t most = 0;
    struct finding f = finding_make(FINDING_NEAREST, 0);

    nearer(h->same_bytes, 100, &nearest, &most);
    nearer(h->same_content, 100, &nearest, &most);
    nearer(&h->by_number.most, percent_of(h->by_number.in_most, items), &nearest, &most);
    nearer(&h->by_party.most, percent_of(h->by_party.in_most, items), &nearest, &most);
    nearer(&h->rejected.most, percent_of(h->rejected.in_most, items), &nearest, &most);
    nearer(&h->contained_in, signal_percent(h->containment), &nearest, &most);
    if (!nearest)
        return SLUSS_OK;
    finding_text(&f, "delivery", nearest->id);
    finding_text(&f, "file", nearest->file);
    finding_instant(&f, "received", nearest->received_us);
    finding_int(&f, "percent", most);
    return finding_list_add(findings, &f);
}

/* --- the verdict -------------------------------------------------------------------------- */

/* The highest level among the findings from `begin` up to `end`. */
static enum finding_level highest(const struct finding_list *findings, unsigned begin, unsigned end)
{
    enum finding_level level = LEVEL_INFO;

    for (unsigned i = begin; i < end; i++)
        if (findings->of[i].level > level)
            level = findings->of[i].level;
    return level;
}

/* Was it stopped for its form alone: by what the reading found, and by no word of its own that
 * it is a test? Then a corrected version is welcome, whoever refused the first one. */
static bool is_technical(const struct finding_list *findings, unsigned read,
                         enum finding_level level)
{
    if (level < LEVEL_HOLD || highest(findings, read, findings->n) >= level)
        return false;
    for (unsigned i = 0; i < read; i++)
        if (findings->of[i].level >= LEVEL_HOLD && level == LEVEL_HOLD &&
            signal_group_of(finding_check(&findings->of[i])) != GROUP_CONTROL)
            return false;
    return true;
}

int safeguards_judge(const struct subject *subject, struct finding_list *findings,
                     struct opinion *out)
{
    unsigned read = findings->n; /* what follows is the gate's */
    enum finding_level level;
    int rc;

    for (const struct check *const *check = checks; *check; check++) {
        rc = SLUSS_OK;
        if (!(subject->without >> (check - checks) & 1))
            rc = (*check)->run(subject, findings);
        if (rc != SLUSS_OK)
            return rc;
    }
    rc = policy_apply(subject->unit, local_of_instant(subject->now_us).day, findings);
    if (rc != SLUSS_OK)
        return rc;
    learned_apply(subject->history->track, findings);
    *out = (struct opinion){.score = total_weight(findings), .limit = score_limit(subject)};
    out->odds = out->score - prior_log(subject);
    if (subject->now)
        subject->now->of[MEASURE_EVIDENCE] = out->score;
    level = highest(findings, 0, findings->n);
    if (level < LEVEL_HOLD && holds_together(subject, out)) {
        rc = say_together(subject, out, findings);
        if (rc != SLUSS_OK)
            return rc;
        level = LEVEL_HOLD;
    }
    if (level == LEVEL_REJECT)
        out->verdict = VERDICT_REJECTED;
    else if (level == LEVEL_HOLD)
        out->verdict = VERDICT_HELD;
    else
        out->verdict = VERDICT_ACCEPTED;
    out->technical = is_technical(findings, read, level);
    if (out->verdict == VERDICT_HELD) {
        rc = say_nearest(subject, findings);
        if (rc != SLUSS_OK)
            return rc;
    }
    finding_list_sort(findings);
    return SLUSS_OK;
}
