/* paid.c -- were these claims paid already?
 *
 * The reference of a claim stands in a payment that was accepted. A payment may cross a claim in
 * the post; a tenth of a file may not.
 */
#include "model/error.h"
#include "safeguards/signal.h"

#define HOLD_ITEMS   3
#define HOLD_PERCENT 5

static int run(const struct subject *subject, struct finding_list *findings)
{
    uint64_t paid = subject->history->paid, items = subject->delivery->summary.items;
    bool many = paid >= HOLD_ITEMS && paid * 100 >= items * HOLD_PERCENT;
    struct finding f = finding_make(FINDING_PAID_ALREADY, subject->history->first_paid_record);

    if (paid == 0)
        return SLUSS_OK;
    finding_int(&f, "paid", (int64_t)paid);
    finding_int(&f, "items", (int64_t)items);
    return signal_add(findings, &f, many ? DECIBANS(20) : DECIBANS(2), many);
}

const struct check check_paid = {
    .name = "paid",
    .asks = "Were these claims paid already?",
    .run = run,
};
