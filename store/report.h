/* report.h -- what of each delivery goes into the books of a period
 *
 * As it was known at an instant: what was sent, decided or acknowledged later does not count
 * yet, so that a report made again for the same instant says the same. Read in pages, one
 * delivery at a time, whatever the store holds.
 */
#ifndef SLUSS_STORE_REPORT_H
#define SLUSS_STORE_REPORT_H

#include "store/store.h"

struct report_scope {
    int64_t from_us, to_us; /* of those that arrived from, and before */
    const char *unit;       /* null: any; "heby" alone: the partner's */
    int64_t as_of_us;
};

/* What a person said of a held delivery. */
enum report_answer { ANSWER_NONE = 0, ANSWER_RELEASED, ANSWER_ONCE, ANSWER_REJECTED };

#define REPORT_CHECKS     12
#define REPORT_CHECK_SIZE 48

struct report_delivery {
    char id[DELIVERY_ID_SIZE];
    char unit[UNIT_KEY_MAX];
    int64_t received_us;
    int64_t judged_us; /* 0: not yet; then all below is zero */
    enum verdict verdict;
    uint64_t items;
    uint64_t credits;        /* of them credit notes and deductions */
    struct sums sums;        /* net: credit notes and deductions count negative */
    struct sums credit_sums; /* of those alone, negative: they are in the net sum */

    /* The receipts of the verdict, one a recipient. Copies and what told of later decisions do
     * not count: the agreement asks nothing of them. */
    unsigned receipts, receipts_sent;
    int64_t receipt_us; /* when the last of those sent went out */

    /* Held ones. With several approvals needed, the last one is the answer. */
    enum report_answer answer;
    int64_t answered_us;
    unsigned check_count; /* that held it; 0: the evidence together did */
    char checks[REPORT_CHECKS][REPORT_CHECK_SIZE];

    int64_t recalled_us;  /* 0: not */
    int64_t queued_us;    /* from when the queue shows it; 0: never. May lie ahead */
    int64_t delivered_us; /* acknowledged; 0: not */
};

/* Where the next page begins; all zero: at the first. */
struct report_cursor {
    char id[DELIVERY_ID_SIZE];
};

/* Look at up to `most` deliveries, by arrival, and visit those of the scope; the callback returns
 * 0 to go on or a negative code, which is returned. How many were looked at; fewer than `most`:
 * that was all. (Those of other units count: a step is short, however few are visited.) */
typedef int (*report_visitor)(void *context, const struct report_delivery *delivery);
int report_read(struct store *store, const struct report_scope *scope, struct report_cursor *cursor,
                unsigned most, report_visitor visit, void *context);

/* When the first delivery of the unit (null: any; or partner) arrived. 1 and *at_us, 0 when
 * there is none, or an error. */
int report_first_arrival(struct store *store, const char *unit, int64_t *at_us);

/* Was that report put into the outbox? `scope` null: the whole site. 1, 0 or an error. */
int report_was_made(struct store *store, const char *kind, const char *period, const char *scope);
/* It is now, in the transaction that puts it there. */
int report_set_made(struct store *store, const char *kind, const char *period, const char *scope,
                    int64_t now_us);

#endif
