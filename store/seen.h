/* seen.h -- the duplicate memory: which accepted deliveries hold which keys
 *
 * While a file is read its keys are gathered and sorted (in memory, or in temporary runs when
 * they are many). The sweep then walks them in order through what is remembered, so that each
 * key costs one or two reads however much there is, and memory does not grow. At the verdict
 * the keys are stored beside the delivery; they count as history once the delivery is accepted
 * (or rejected by an operator: what comes again must be known).
 *
 *   STATE_DIR/seen/run-N     merged keys of many deliveries, see runs.h
 *   STATE_DIR/seen/keys-ROW  keys of one large delivery, until they are merged
 *   STATE_DIR/seen/own-*     being gathered; removed at start
 *
 * What is in memory or in a run counts only through the state of its delivery, so nothing has
 * to be taken out when a delivery is recalled, and a crash between a file and its row leaves a
 * file that nobody names.
 */
#ifndef SLUSS_STORE_SEEN_H
#define SLUSS_STORE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/item_key.h"
#include "store/store.h"

struct seen;

/* Open the memory beside the store (which must outlive it), making STATE_DIR/seen when it is
 * missing, and remove what nobody names. One process at a time. SLUSS_ECORRUPT when a run that
 * the store names is damaged or gone. */
int seen_open(struct store *store, const char *state_dir, struct seen **out);
void seen_close(struct seen **seen); /* accepts null, leaves null */

/* --- gathering ----------------------------------------------------------------------------- */

struct gather;

/* For the delivery `row`. */
int gather_open(struct seen *seen, int64_t row, struct gather **out);
/* The next item begins; `record` is where it stands in the file. */
int gather_item(struct gather *gather, uint64_t record);
/* A key of that item. `ask`: look it up; `keep`: remember it. */
int gather_key(struct gather *gather, enum item_key kind, uint64_t key, bool ask, bool keep);
/* All items are in. Sorts; for a large file this takes a while (a second for ten million). */
int gather_end(struct gather *gather);
uint64_t gather_items(const struct gather *gather);
/* Store the keys beside the delivery, in the caller's transaction. */
int gather_keep(struct gather *gather);
void gather_close(struct gather **gather);

/* --- the sweep ------------------------------------------------------------------------------ */

/* Who sent an earlier delivery. */
enum seen_where { WHERE_UNIT = 0, WHERE_PARTNER, WHERE_OTHER, WHERE_COUNT };

/* Keys of one kind: how many different ones, and of how many the nearest holder is whose. */
struct seen_keys {
    uint64_t keys;
    uint64_t known[WHERE_COUNT];
};

/* Items, counted once each, and the first of them. */
struct seen_items {
    uint64_t n;
    uint64_t first_record;
};

/* The earlier delivery that holds most. row 0: none. */
struct seen_most {
    int64_t row;
    uint64_t items;   /* that stand in it */
    uint64_t amounts; /* items whose party and amount stand in it */
};

struct sweep_result {
    uint64_t items;
    struct seen_keys of[KEY_KINDS];
    /* From the unit's own deliveries: */
    struct seen_items number;     /* number accepted before */
    struct seen_items due;        /* number new or absent; party, amount and due date known */
    struct seen_items amount;     /* party and amount known */
    struct seen_items amount_off; /* ... but not as a fee that comes each month, quarter ... */
    struct seen_items elsewhere;  /* neither, but number or due known from other units */
    struct seen_items rejected;   /* number, or party, amount and due date, rejected before */
    struct seen_items paid;
    struct seen_items repeats;     /* another item of the file has the same keys */
    struct seen_items repeats_due; /* ... the same party, amount and due date, other number */
    uint64_t lone;                 /* items that no other of the file repeats */
    uint64_t lone_due;             /* ... in party, amount and due date */
    struct seen_most most_number, most_due, most_rejected;
    /* Rarity-weighted containment of party and amount in the one earlier delivery that holds
     * most of the weight: 0 to 1. A pair weighs 1 / (1 + deliveries that have it). */
    double containment;
    int64_t contained_in;
    /* The same among the deliveries that lie no whole billing period back. */
    double containment_off;
    int64_t contained_off_in;
};

struct sweep;

/* Compare what was gathered with what is remembered. The result counts every delivery accepted
 * up to the step that finishes. */
int sweep_open(struct seen *seen, const struct gather *gather, struct sweep **out);
/* Work through up to about `most` keys. 1 when more is left, 0 when *result is complete. */
int sweep_step(struct sweep *sweep, unsigned most, struct sweep_result *result);
void sweep_close(struct sweep **sweep); /* accepts null, leaves null */

/* --- remembering ---------------------------------------------------------------------------- */

/* The delivery became history (accepted, released, or rejected by an operator), in the caller's
 * transaction. Twice is once. */
int seen_enter(struct seen *seen, int64_t row);
/* Its keys are not kept any longer (rejected by the gate, or its reading begins anew). */
int seen_drop(struct seen *seen, int64_t row);
/* Merge a little: up to about `most` keys. 1 when more is left, 0 when nothing is, an error.
 * Between transactions only. */
int seen_tidy(struct seen *seen, unsigned most);

/* Keys remembered, merged and fresh. */
uint64_t seen_count(const struct seen *seen);

#endif
