/* outbox.h -- mails to be sent, as rows that live until they have a final state
 *
 * pending -> sent | failed | not-allowed. A row is written in the transaction of the event it
 * tells of; the sender takes due rows, tries, and records what came of it. One row a recipient, so that one
 * refused address never holds up another's receipt. The Message-ID is made once, with the row.
 *
 * A receipt without a deadline is a copy, or tells of a decision: the agreement asks nothing of
 * it.
 * Not allowed is what the site's list of addresses (smtp.only-to) keeps from leaving.
 */
#ifndef SLUSS_STORE_OUTBOX_H
#define SLUSS_STORE_OUTBOX_H

#include "store/store.h"

enum outbox_kind { OUTBOX_RECEIPT = 0, OUTBOX_ALERT, OUTBOX_REPORT };
enum outbox_state {
    OUTBOX_PENDING = 0,
    OUTBOX_SENT,
    OUTBOX_FAILED,
    OUTBOX_NOT_ALLOWED,
    OUTBOX_STATE_COUNT
};

/* "pending", "sent", "failed", "not-allowed". */
const char *outbox_state_name(enum outbox_state state);

struct outbox_mail {
    int64_t row;
    enum outbox_kind kind;
    enum outbox_state state;
    int64_t delivery_row;    /* 0 for alerts that concern none */
    const char *delivery_id; /* null for those */
    const char *unit;        /* null for those */
    const char *verdict; /* X-Sluss-Verdict: accepted, held, rejected, released; alerts: topic;
                            reports: "sla", "stats" */
    const char *recipient;
    const char *message_id; /* "<...@...>" */
    const char *detail;     /* alerts: the body's text; receipts: reason of a decision or null;
                               reports: "2026Q3", "2026Q3 heby" */
    int64_t created_us;
    int64_t deadline_us; /* of the answer to a file's coming: arrival + sla.receipt; else 0 */
    int64_t next_us;     /* not before */
    unsigned attempts;
    const char *last_error; /* null */
    int64_t sent_us;        /* 0 */
};

/* Write a row (message_id, state, attempts are made here; the domain of the Message-ID is the
 * part of `from` behind '@'). An alert whose (topic, detail key) is pending or was written
 * within `quiet_us` is not written again: `dedup` null = always. */
int outbox_add(struct store *store, const struct outbox_mail *mail, const char *from,
               const char *dedup, int64_t quiet_us);

typedef int (*outbox_visitor)(void *context, const struct outbox_mail *mail);

/* Pending rows due at `now_us`, oldest deadline first, at most `most`. Those that failed by
 * themselves come behind those that did not, in the order of their next attempts: a recipient
 * that makes every attempt slow must not stop the others. Collected before the
 * first visit, so a visitor may write. */
int outbox_due(struct store *store, int64_t now_us, unsigned most, outbox_visitor visit,
               void *context);
/* Is the row pending and due still? 1, 0, or an error. */
int outbox_is_due(struct store *store, int64_t row, int64_t now_us);

/* Pending alerts to that address, due or not, the oldest first. Collected as above. */
int outbox_alerts_waiting(struct store *store, const char *recipient, unsigned most,
                          outbox_visitor visit, void *context);

/* When the next pending row is due; INT64_MAX when none is. */
int outbox_next_due(struct store *store, int64_t *at_us);

/* The outcomes of an attempt, and of not being allowed one. `error` is a relay's answer, escaped. */
int outbox_sent(struct store *store, int64_t row, int64_t now_us, const char *answer);
int outbox_retry(struct store *store, int64_t row, int64_t next_us, const char *error);
/* No attempt could be made at all: unlike after a retry, the row keeps its place. */
int outbox_wait(struct store *store, int64_t row, int64_t next_us, const char *error);
int outbox_failed(struct store *store, int64_t row, int64_t now_us, const char *error);
int outbox_not_allowed(struct store *store, int64_t row, int64_t now_us, const char *error);

/* Send the receipts of a delivery again now, with their own Message-IDs, unless they are
 * sent. Returns how many. (The sender of a repeated file never got the first.) */
int outbox_revive(struct store *store, int64_t delivery_row, int64_t now_us);

struct outbox_filter {
    bool pending_only;
    bool receipts_only;
    int64_t delivery_row; /* 0: any */
    int64_t after_row;
    unsigned limit;
};
int outbox_list(struct store *store, const struct outbox_filter *filter, outbox_visitor visit,
                void *context);

struct outbox_counts {
    uint64_t pending;
    uint64_t failed;
    int64_t nearest_deadline_us; /* of pending receipts; 0 = none */
    uint64_t receipts_pending;   /* without alerts */
    uint64_t receipts_failed;
    uint64_t not_allowed; /* of all kinds */
};
int outbox_count(struct store *store, struct outbox_counts *out);

/* Receipts given up since then. */
int outbox_failed_since(struct store *store, int64_t since_us, uint64_t *out);

/* The clock was set back by so much: what waits for a time of the old clock waits, and is due, no
 * later than it would have been. In the open transaction. */
int outbox_clock_back(struct store *store, int64_t by_us);

#endif
