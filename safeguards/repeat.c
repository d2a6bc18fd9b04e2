/* repeat.c -- does the file hold the same items more than once?
 *
 * In a file to which a copy of itself was appended no item stands alone: that tells it from a
 * file of documents with several equal lines, of which there are streams where a third of all
 * items repeat. Now and then two true payments share an id, or two lines one number: a few
 * repeats are a note. In a stream of unique numbers a tenth is too many.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

#define MANY_LEAST  3
#define MANY_SHARE  0.4
#define LONE_SHARE  0.05
#define EXPERIENCE  8
#define FEW         3
#define ABOVE_HABIT 0.12
#define FAR_ABOVE   0.25
/* A stream of unique numbers, and what is too many there. */
#define UNIQUE      0.02
#define UNIQUE_MANY 0.1
#define DUE_LEAST   5
/* Under new numbers a file is doubled or tripled; beyond that it is of one fee for all. */
#define COPIES_MOST 0.8

static double share_of(const struct subject *subject, uint64_t n)
{
    return (double)n / (double)subject->delivery->summary.items;
}

/* Where a share of the items repeats by nature, so much does in a file that was doubled. */
static double doubled_share(const struct subject *subject)
{
    double usual = signal_usual(subject, MEASURE_REPEATS, 0.5, EXPERIENCE);

    return usual > UNIQUE ? (1 + usual) / 2 : 0;
}

/* Number and all. */
static bool is_doubled(const struct subject *subject)
{
    const struct history *h = subject->history;
    double share = share_of(subject, h->repeats);
    double usual = signal_usual(subject, MEASURE_REPEATS, 0.98, FEW);

    if (h->repeats < MANY_LEAST)
        return false;
    if (usual < UNIQUE && share > UNIQUE_MANY)
        return true;
    if (share < MANY_SHARE)
        return false;
    if (share_of(subject, h->lone) <= LONE_SHARE)
        return isnan(usual) || share > fmax(usual + ABOVE_HABIT, doubled_share(subject));
    return share > usual + FAR_ABOVE; /* no habit: not known */
}

/* Party, amount and due date, under new numbers. */
static bool is_renumbered(const struct subject *subject)
{
    const struct history *h = subject->history;
    double share = share_of(subject, h->repeats_due);
    /* A new system may give each line of a document a number of its own. */
    double usual = fmax(signal_usual(subject, MEASURE_REPEATS_DUE, 0.98, EXPERIENCE),
                        signal_usual(subject, MEASURE_REPEATS, 0.98, EXPERIENCE));

    if (h->repeats_due >= DUE_LEAST && usual < UNIQUE && share > usual + UNIQUE_MANY)
        return true;
    return h->repeats_due >= MANY_LEAST && share >= MANY_SHARE && share <= COPIES_MOST &&
           share_of(subject, h->lone_due) <= LONE_SHARE &&
           (isnan(usual) || share > usual + ABOVE_HABIT);
}

static int add(const struct subject *subject, enum finding_code code, uint64_t repeats,
               uint64_t record, struct finding_list *findings)
{
    struct finding f = finding_make(code, record);

    finding_int(&f, "repeats", (int64_t)repeats);
    finding_int(&f, "items", (int64_t)subject->delivery->summary.items);
    return finding_list_add(findings, &f);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    const struct history *h = subject->history;

    if (is_doubled(subject))
        return add(subject, FINDING_REPEATS_MANY, h->repeats, h->first_repeat_record, findings);
    if (is_renumbered(subject))
        return add(subject, FINDING_REPEATS_RENUMBERED, h->repeats_due, h->first_repeat_due_record,
                   findings);
    if (h->repeats > 0)
        return add(subject, FINDING_REPEATS_INSIDE, h->repeats, h->first_repeat_record, findings);
    return SLUSS_OK;
}

const struct check check_repeat = {
    .name = "repeat-in-file",
    .asks = "Does the file hold the same items more than once?",
    .run = run,
};
