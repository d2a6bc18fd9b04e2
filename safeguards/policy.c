/* policy.c -- findings of the reading that the gate judges more mildly than the format */
#include "safeguards/policy.h"

#include <string.h>

#include "model/error.h"

const struct policy_row policy_rows[] = {
    {"totals", LEVEL_HOLD},    /* settled with a phone call; the items themselves were read */
    {"truncated", LEVEL_HOLD}, /* the rest may come, or the part may do */
    {"seal", LEVEL_HOLD},      /* a changed file is evidence: a person is to look at it */
    {NULL, LEVEL_INFO},
};

static void soften(struct finding_list *findings)
{
    for (unsigned i = 0; i < findings->n; i++) {
        struct finding *f = &findings->of[i];

        for (const struct policy_row *row = policy_rows; row->check; row++)
            if (f->level > row->at_gate && strcmp(finding_check(f), row->check) == 0)
                f->level = row->at_gate;
    }
}

/* How many findings it made harmless. */
static int64_t waive(struct finding_list *findings, const struct waiver *waiver)
{
    int64_t count = 0;

    for (unsigned i = 0; i < findings->n; i++) {
        struct finding *f = &findings->of[i];

        if (strcmp(finding_check(f), waiver->check) != 0 ||
            (f->level < LEVEL_HOLD && f->weight <= 0.0))
            continue;
        if (f->level > LEVEL_WARN)
            f->level = LEVEL_WARN;
        f->weight = 0.0;
        count++;
    }
    return count;
}

static int say_waived(struct finding_list *findings, const struct waiver *waiver, int64_t count)
{
    struct finding f = finding_make(FINDING_WAIVED, 0);

    finding_text(&f, "check", span_str(waiver->check));
    finding_text(&f, "by", span_str(waiver->by));
    finding_date(&f, "until", waiver->until);
    finding_int(&f, "count", count);
    return finding_list_add(findings, &f);
}

int policy_apply(const struct unit_settings *unit, struct date today, struct finding_list *findings)
{
    soften(findings);
    for (size_t i = 0; i < unit->waiver_count; i++) {
        const struct waiver *waiver = &unit->waivers[i];
        int64_t count = waiver_counts(waiver, today) ? waive(findings, waiver) : 0;
        int rc = count ? say_waived(findings, waiver, count) : SLUSS_OK;

        if (rc != SLUSS_OK)
            return rc;
    }
    return SLUSS_OK;
}
