/* policy.c -- findings of the reading that the gate judges more mildly than the format */
#include "safeguards/policy.h"

#include <string.h>

const struct policy_row policy_rows[] = {
    {"totals", LEVEL_HOLD},    /* settled with a phone call; the items themselves were read */
    {"truncated", LEVEL_HOLD}, /* the rest may come, or the part may do */
    {"seal", LEVEL_HOLD},      /* a changed file is evidence: a person is to look at it */
    {NULL, LEVEL_INFO},
};

void policy_apply(struct finding_list *findings)
{
    for (unsigned i = 0; i < findings->n; i++) {
        struct finding *f = &findings->of[i];

        for (const struct policy_row *row = policy_rows; row->check; row++)
            if (f->level > row->at_gate && strcmp(finding_check(f), row->check) == 0)
                f->level = row->at_gate;
    }
}
