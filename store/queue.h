/* queue.h -- accepted deliveries waiting for the processing system
 *
 * At least once, idempotent by delivery id: take gives the oldest entry that is ready and
 * lends it for a lease; ack ends it; nack, or a lease that runs out, offers it again.
 */
#ifndef SLUSS_STORE_QUEUE_H
#define SLUSS_STORE_QUEUE_H

#include "store/store.h"

struct queue_entry {
    struct delivery delivery;
    int64_t ready_us; /* not shown before (cool-off) */
    int64_t taken_us; /* 0 = not lent */
    int64_t lease_until_us;
    const char *taken_by; /* null */
    unsigned takes;
    const char *last_nack; /* reason; null */
    int64_t acked_us;      /* 0 = not acknowledged */
};

/* In the transaction of the verdict or release, after the state was set: a delivery that is
 * `queued` already is ready at once, one that is `accepted` or `released` when its cool-off
 * ends (queue_ripen). Adding one that is there changes nothing. */
int queue_add(struct store *store, int64_t delivery_row, int64_t ready_us);
/* Take it out (recall). 0, SLUSS_ENOTFOUND. */
int queue_remove(struct store *store, int64_t delivery_row);

/* One delivery's entry, acknowledged or not (strings in the arena). 0, SLUSS_ENOTFOUND. */
int queue_get(struct store *store, int64_t delivery_row, struct arena *arena,
              struct queue_entry *out);

/* Accepted and released deliveries whose cool-off has ended become `queued`. Returns how
 * many; *next_us says when the next one will be due (INT64_MAX: none). */
int queue_ripen(struct store *store, int64_t now_us, int64_t *next_us);

/* Lend the oldest ready entry (of the unit, or of any). 1 and *out (strings in the arena), 0
 * when there is none. */
int queue_take(struct store *store, const char *unit, const char *by, int64_t now_us,
               int64_t lease_us, struct arena *arena, struct queue_entry *out);
/* Acknowledge: the delivery becomes `delivered`. Again: 0, nothing changes. SLUSS_ENOTFOUND,
 * SLUSS_ECONFLICT (never queued, recalled). */
int queue_ack(struct store *store, int64_t delivery_row, int64_t now_us);
/* Give back: ready again at once, the reason kept. SLUSS_ECONFLICT when it is not lent. */
int queue_nack(struct store *store, int64_t delivery_row, const char *reason, int64_t now_us);

typedef int (*queue_visitor)(void *context, const struct queue_entry *entry);
int queue_list(struct store *store, const char *unit, const char *after_id, unsigned limit,
               queue_visitor visit, void *context);
/* Entries not yet acknowledged. */
int queue_count(struct store *store, uint64_t *out);

/* The clock was set back by so much: leases and cool-offs end no later than they would have. In
 * the open transaction. */
int queue_clock_back(struct store *store, int64_t by_us);

#endif
