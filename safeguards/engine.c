/* engine.c -- runs the checks, weighs what was found */
#include "safeguards/engine.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "model/error.h"
#include "safeguards/policy.h"
#include "safeguards/signal.h"

const struct check *const checks[] = {
    &check_testfile, &check_unit,   &check_duplicate, &check_resemblance, &check_repeat,
    &check_paid,     &check_volume, &check_dates,     &check_origin,      &check_shape,
    NULL,
};

const struct check *check_find(const char *name)
{
    const struct check *const *check = checks;

    while (*check && strcmp((*check)->name, name) != 0)
        check++;
    return *check;
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

/* Kronor: a person's quarter of an hour with its share of the receipt's risk; a wrong file's
 * standing cost, and that of each item in it (fee refund, postage, a call). */
#define COST_OF_HOLDING  500.0
#define COST_OF_A_MISS   20000.0
#define COST_OF_AN_ITEM  200.0

/* Hold where P(wrong) > cost of holding / (that and the cost of a miss): as a limit of the
 * score, given the prior. */
static double score_limit(uint64_t items)
{
    double miss = COST_OF_A_MISS + COST_OF_AN_ITEM * (double)items;
    double limit = log(COST_OF_HOLDING / miss) + log(PRIOR_ONE_IN);

    return limit > SCORE_HOLD ? limit : SCORE_HOLD;
}

/* The share of the stream's ordinary files that may come this far. */
#define EVIDENCE_RANK 0.005

/* Do the signs hold together? The budget of false holds caps what the cost asks for. */
static bool holds_together(const struct subject *subject, const struct opinion *opinion)
{
    const struct habit *habit = subject->history->habit;
    unsigned beyond = 0;

    if (opinion->score < opinion->limit)
        return false;
    if (opinion->score >= SCORE_CERTAIN || !habit)
        return true;
    for (unsigned i = 0; i < habit->n; i++)
        beyond += habit->of[i].of[MEASURE_EVIDENCE] >= opinion->score;
    return beyond <= EVIDENCE_RANK * habit->n + 1;
}

static int say_together(const struct opinion *opinion, struct finding_list *findings)
{
    struct finding f = finding_make(FINDING_EVIDENCE_TOGETHER, 0);
    double odds = exp(opinion->odds);

    finding_int(&f, "odds", odds < 1 ? 1 : odds > 1e6 ? 1000000 : (int64_t)(odds + 0.5));
    finding_int(&f, "prior", PRIOR_ONE_IN);
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

int safeguards_judge(const struct subject *subject, struct finding_list *findings,
                     struct opinion *out)
{
    unsigned read = findings->n; /* what follows is the gate's */
    enum finding_level level;

    for (const struct check *const *check = checks; *check; check++) {
        if (*check == subject->left_out)
            continue;
        int rc = (*check)->run(subject, findings);

        if (rc != SLUSS_OK)
            return rc;
    }
    policy_apply(findings);
    *out = (struct opinion){.score = total_weight(findings),
                            .limit = score_limit(subject->delivery->summary.items)};
    out->odds = out->score - log(PRIOR_ONE_IN);
    if (subject->now)
        subject->now->of[MEASURE_EVIDENCE] = out->score;
    level = highest(findings, 0, findings->n);
    if (level < LEVEL_HOLD && holds_together(subject, out)) {
        int rc = say_together(out, findings);

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
    /* A corrected version is welcome, whoever refused the first one. */
    out->technical = level >= LEVEL_HOLD && highest(findings, read, findings->n) < LEVEL_HOLD;
    return SLUSS_OK;
}
