/* figures.h -- the books of a period, counted from its deliveries
 *
 * Pure: deliveries come one by one, in any order; what is kept grows with the units, and by
 * eight bytes for each receipt and each answer, for their medians.
 *
 * The rules, as the agreement and the safeguards have them:
 * - A delivery belongs to the period in which it arrived.
 * - Its receipt is the one that told the verdict. Where a unit has several recipients, it
 *   counts when the last of them had it. One not sent by the report's instant is late once the
 *   limit has passed, and costs what is owed at that instant.
 * - A false hold is one that a person released as normal; --once says that it was none.
 * - An answer's time is from the verdict to the person's decision.
 * - Handling is from arrival to the last word: the verdict, or the answer where it was held.
 * - Let through is what was accepted or released, and not recalled since.
 */
#ifndef SLUSS_OUTBOUND_FIGURES_H
#define SLUSS_OUTBOUND_FIGURES_H

#include "model/delivery.h"
#include "model/penalty.h"
#include "model/period.h"
#include "store/report.h"

/* Counted for each unit, each partner and all. */
struct measure {
    uint64_t deliveries;
    uint64_t verdicts[VERDICT_COUNT]; /* NONE: not judged yet */

    uint64_t receipts_in_time;
    uint64_t receipts_late;   /* sent, too late */
    uint64_t receipts_unsent; /* late, and not sent */
    uint64_t receipts_open;   /* not sent, and the limit has not passed */
    uint64_t penalty_occasions;
    int64_t penalty_minor; /* of PENALTY_CURRENCY */

    uint64_t answers[ANSWER_REJECTED + 1]; /* of held ones; NONE: still held */
    uint64_t recalled;

    uint64_t items, credits, items_through;
    struct sums sums, sums_through, sums_credits;
    bool sums_cut; /* more currencies than struct sums has room for, or too large */

    uint64_t handled;
    int64_t handling_us; /* of all of them together */
};

struct unit_figures {
    char key[UNIT_KEY_MAX]; /* of a unit, or of a partner */
    struct measure of;
};

struct check_figures {
    char name[REPORT_CHECK_SIZE]; /* "evidence": no check alone */
    uint64_t held;
    uint64_t alone; /* no other check held it */
    uint64_t answers[ANSWER_REJECTED + 1];
};

struct day_figures {
    uint32_t deliveries, late, held;
};

/* A delivery worth naming: for its receipt, or for its wait on a person. */
struct long_wait {
    char id[DELIVERY_ID_SIZE];
    char unit[UNIT_KEY_MAX];
    int64_t from_us;
    int64_t to_us; /* 0: it still waits */
    int64_t took_us;
    enum verdict verdict;
    enum report_answer answer;
    struct penalty penalty;
};

/* The longest ones; ties by id. */
struct waits {
    unsigned n, most;
    struct long_wait *of; /* after figures_end: the longest first */
};

#define FIGURES_WORST   1000 /* receipts named at most */
#define FIGURES_HOLDS   100  /* held ones */
#define FIGURES_CHECKS  64
#define FIGURES_DAYS    92
#define FIGURES_BUCKETS 9

/* Below how much time a receipt of each bucket was sent; the last one has no end. */
extern const int64_t figures_bucket_us[FIGURES_BUCKETS];

/* Lengths of time, for their median. */
struct samples {
    int64_t *of;
    size_t n, room;
};

struct figures {
    struct period period;
    int64_t from_us, to_us, as_of_us;

    struct measure all;
    struct unit_figures *units, *partners; /* by the key of the units */
    size_t unit_count, unit_room, partner_count;

    uint64_t states[STATE_COUNT]; /* at the period's end, or now where it has not come */
    unsigned check_count;
    struct check_figures checks[FIGURES_CHECKS]; /* after figures_end: most holds first */
    int day_count;
    struct day_figures days[FIGURES_DAYS];
    uint64_t buckets[FIGURES_BUCKETS]; /* receipts by the time they took */
    struct waits worst;                /* receipts */
    struct waits holds;

    struct samples receipts, answers;
    /* After figures_end; 0 where there is none. The median of an even number is the mean of
     * the two in the middle, rounded down; the 95th percentile is by nearest rank. */
    int64_t receipt_median_us, receipt_p95_us, receipt_worst_us;
    int64_t answer_median_us, answer_worst_us;
    int64_t open_worst_us; /* the longest of those still held */
};

/* Empty books of a period; SLUSS_ENOMEM. Free them in any case. */
int figures_begin(struct figures *figures, const struct period *period, int64_t as_of_us);
void figures_free(struct figures *figures);

/* Count a delivery, by the terms of its unit's agreement. 0 or SLUSS_ENOMEM. */
int figures_add(struct figures *figures, const struct report_delivery *delivery,
                const struct penalty_terms *terms);
/* Sort, and add up. 0 or SLUSS_ENOMEM. */
int figures_end(struct figures *figures);

/* Share of receipts in time among those that are in time or late, in hundredths of a percent,
 * rounded down, so that 100 % means all of them; -1 when there are none. */
int figures_share(const struct measure *measure);
static inline uint64_t figures_late(const struct measure *measure)
{
    return measure->receipts_late + measure->receipts_unsent;
}

/* The mean handling time; 0 when none was handled. */
int64_t figures_handling_us(const struct measure *measure);

/* What the delivery was at that instant. CHECKING stands for all before the verdict. */
enum delivery_state figures_state(const struct report_delivery *delivery, int64_t at_us);

/* "released", "released-once", "rejected"; "held" for none. */
const char *answer_name(enum report_answer answer);

#endif
