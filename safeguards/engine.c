/* engine.c -- runs the checks, weighs what was found */
#include "safeguards/engine.h"

#include <stddef.h>
#include <string.h>

#include "model/error.h"
#include "safeguards/policy.h"

const struct check *const checks[] = {
    &check_testfile, &check_unit, &check_duplicate, &check_repeat, NULL,
};

/* How much of a check's second largest weight counts. */
#define SECOND_SHARE 0.3

/* What findings of one check say is mostly the same thing said again: fourteen fields that
 * are not quite right are one sign, not fourteen. The largest counts whole, the next in part. */
static double weight_of_check(const struct finding_list *findings, const char *check)
{
    double largest = 0, second = 0;

    for (unsigned i = 0; i < findings->n; i++) {
        const struct finding *f = &findings->of[i];

        if (strcmp(finding_check(f), check) != 0)
            continue;
        if (f->weight > largest) {
            second = largest;
            largest = f->weight;
        } else if (f->weight > second) {
            second = f->weight;
        }
    }
    return largest + SECOND_SHARE * second;
}

static double total_weight(const struct finding_list *findings)
{
    double sum = 0;

    for (unsigned i = 0; i < findings->n; i++) {
        const char *check = finding_check(&findings->of[i]);
        unsigned first = 0;

        while (strcmp(finding_check(&findings->of[first]), check) != 0)
            first++;
        if (first == i) /* each check once, at its first finding */
            sum += weight_of_check(findings, check);
    }
    return sum;
}

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
        int rc = (*check)->run(subject, findings);

        if (rc != SLUSS_OK)
            return rc;
    }
    policy_apply(findings);
    level = highest(findings, 0, findings->n);
    *out = (struct opinion){.score = total_weight(findings)};
    if (level == LEVEL_REJECT)
        out->verdict = VERDICT_REJECTED;
    else if (level == LEVEL_HOLD || out->score >= SCORE_HOLD)
        out->verdict = VERDICT_HELD;
    else
        out->verdict = VERDICT_ACCEPTED;
    out->technical = level == LEVEL_REJECT && highest(findings, read, findings->n) != LEVEL_REJECT;
    return SLUSS_OK;
}
