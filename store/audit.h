/* audit.h -- the tamper-evident trail
 *
 * Every event is a row that carries a keyed BLAKE2b over its own fields and the hash of the
 * row before it. Changing, removing or moving a row breaks the chain from there on.
 */
#ifndef SLUSS_STORE_AUDIT_H
#define SLUSS_STORE_AUDIT_H

#include "store/store.h"

/* Append an event in the open transaction. `actor`: "slussd" or the operator's login name;
 * `delivery_id` may be null; `detail` is a JSON object without personal data, or SPAN_NONE. */
int audit_append(struct store *store, int64_t now_us, const char *actor, const char *event,
                 const char *delivery_id, struct span detail);

struct audit_row {
    int64_t sequence;
    int64_t at_us;
    const char *actor;
    const char *event;
    const char *delivery_id; /* null */
    const char *detail;      /* JSON text; null */
    uint8_t hash[32];
};
typedef int (*audit_visitor)(void *context, const struct audit_row *row);

struct audit_filter {
    int64_t since_us;
    int64_t after_sequence;
    const char *delivery_id; /* null: any */
    unsigned limit;          /* 0: no limit */
};
int audit_list(struct store *store, const struct audit_filter *filter, audit_visitor visit,
               void *context);

/* Walk the chain behind `*sequence` for up to `most` rows (0: to the end), so that a long one
 * can be walked in steps: start with *sequence 0 and `hash` all zero, then pass back what came
 * out. 0: these rows hold (*sequence unchanged when there are no more); SLUSS_ECORRUPT: row
 * *sequence is the first that does not fit, and `why` says how. */
int audit_verify(struct store *store, unsigned most, int64_t *sequence, uint8_t hash[32],
                 struct buf *why);

#endif
