/* outcome.h -- what a backtest came to: holds by check and by unit, and how many a month
 */
#ifndef SLUSS_CTL_OUTCOME_H
#define SLUSS_CTL_OUTCOME_H

#include <stdio.h>

#include "model/delivery.h"
#include "model/finding.h"

#define OUTCOME_CHECKS 64

struct outcome {
    uint64_t deliveries, items;
    uint64_t verdicts[VERDICT_COUNT];
    int64_t first_us, last_us;
    unsigned n;
    struct {
        const char *check;
        uint64_t deliveries; /* held or rejected with a finding of it at that level */
        uint64_t alone;      /* where no other check said so */
    } of[OUTCOME_CHECKS];
};

void outcome_add(struct outcome *outcome, int64_t at_us, enum verdict verdict, uint64_t items,
               const struct finding_list *findings);
/* From the first delivery to the last; 0 below one month, which says too little. */
double outcome_months(const struct outcome *outcome);
void outcome_print(const struct outcome *outcome, double seconds, FILE *out);

#endif
