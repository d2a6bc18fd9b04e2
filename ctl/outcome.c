/* outcome.c -- see outcome.h */
#include "ctl/outcome.h"

#include <string.h>

#define MONTH_US (30.44 * 86400 * 1e6)

static unsigned slot(struct outcome *t, const char *check)
{
    unsigned i = 0;

    while (i < t->n && strcmp(t->of[i].check, check) != 0)
        i++;
    if (i == t->n && t->n < OUTCOME_CHECKS)
        t->of[t->n++].check = check;
    return i < OUTCOME_CHECKS ? i : OUTCOME_CHECKS - 1;
}

/* Which checks stopped it: each once. With none, the sum of the evidence did. */
static void add_checks(struct outcome *t, const struct finding_list *findings)
{
    unsigned stopped[OUTCOME_CHECKS], n = 0;

    for (unsigned i = 0; i < findings->n; i++) {
        unsigned at, j = 0;

        if (findings->of[i].level < LEVEL_HOLD)
            continue;
        at = slot(t, finding_check(&findings->of[i]));
        while (j < n && stopped[j] != at)
            j++;
        if (j == n && n < OUTCOME_CHECKS)
            stopped[n++] = at;
    }
    if (n == 0)
        stopped[n++] = slot(t, "evidence");
    for (unsigned i = 0; i < n; i++) {
        t->of[stopped[i]].deliveries++;
        t->of[stopped[i]].alone += n == 1;
    }
}

void outcome_add(struct outcome *t, int64_t at_us, enum verdict verdict, uint64_t items,
               const struct finding_list *findings)
{
    if (t->deliveries++ == 0)
        t->first_us = at_us;
    t->last_us = at_us;
    t->items += items;
    t->verdicts[verdict]++;
    if (verdict != VERDICT_ACCEPTED)
        add_checks(t, findings);
}

double outcome_months(const struct outcome *t)
{
    double months = (double)(t->last_us - t->first_us) / MONTH_US;

    return months >= 1 ? months : 0;
}

void outcome_print(const struct outcome *t, double seconds, FILE *out)
{
    double months = outcome_months(t);

    fprintf(out, "%llu deliveries, %llu items in %.1f s (%.0f items a second)\n",
            (unsigned long long)t->deliveries, (unsigned long long)t->items, seconds,
            seconds > 0 ? (double)t->items / seconds : 0);
    fprintf(out, "%llu accepted, %llu held, %llu rejected",
            (unsigned long long)t->verdicts[VERDICT_ACCEPTED],
            (unsigned long long)t->verdicts[VERDICT_HELD],
            (unsigned long long)t->verdicts[VERDICT_REJECTED]);
    if (t->deliveries > 0)
        fprintf(out, "; held: %.2f %%",
                100.0 * (double)t->verdicts[VERDICT_HELD] / (double)t->deliveries);
    if (months > 0)
        fprintf(out, ", %.1f a month", (double)t->verdicts[VERDICT_HELD] / months);
    fputs("\n", out);
    for (unsigned i = 0; i < t->n; i++) {
        fprintf(out, "  %-20s %6llu   alone %6llu", t->of[i].check,
                (unsigned long long)t->of[i].deliveries, (unsigned long long)t->of[i].alone);
        if (months > 0)
            fprintf(out, "   %8.2f a month", (double)t->of[i].deliveries / months);
        fputs("\n", out);
    }
}
