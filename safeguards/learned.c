/* learned.c -- see learned.h */
#include "safeguards/learned.h"

#include <string.h>

double learned_precision(const struct track_record *record)
{
    return ((double)record->rejected + 1) / ((double)(record->released + record->rejected) + 2);
}

bool learned_poor(const struct track_record *record)
{
    int64_t decided = record->released + record->rejected;

    return decided >= LEARNED_LEAST && record->rejected * LEARNED_ONE_IN < decided;
}

double learned_factor(const struct track_record *record)
{
    bool rule = record->ruled == record->released + record->rejected;

    return learned_poor(record) && !rule ? LEARNED_FACTOR : 1;
}

static double factor_of(const struct track *track, const char *check)
{
    for (unsigned i = 0; i < track->n; i++)
        if (strcmp(track->of[i].check, check) == 0)
            return learned_factor(&track->of[i]);
    return 1;
}

void learned_apply(const struct track *track, struct finding_list *findings)
{
    for (unsigned i = 0; track && i < findings->n; i++) {
        struct finding *f = &findings->of[i];

        if (f->level < LEVEL_HOLD && f->weight > 0)
            f->weight *= factor_of(track, finding_check(f));
    }
}
