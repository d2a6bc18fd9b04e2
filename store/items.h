/* items.h -- the duplicate memory: what a delivery's items were, as keyed hashes only
 *
 * Rows are written while a file is read and count as history only when their delivery is
 * accepted (state_is_accepted). No identity, number or amount can be read back or tried out
 * without the site's secret.
 *
 * Overlap is found by a scan that can be done in steps, so that a file of ten million items
 * does not keep others waiting.
 */
#ifndef SLUSS_STORE_ITEMS_H
#define SLUSS_STORE_ITEMS_H

#include "store/store.h"

struct item_keys {
    bool has_number; /* k1 is set */
    bool has_party;  /* k2 is set */
    uint64_t k1;     /* issuer + number */
    uint64_t k2;     /* party + amount + due date */
    uint64_t record; /* where in the file */
};

/* A delivery is about to be read, perhaps not for the first time: what is remembered of it
 * stays until the new reading has written over it. */
int items_begin(struct store *store, int64_t row);
/* Remember one item, `ordinal` from 1; one of an earlier reading is replaced. */
int items_add(struct store *store, int64_t row, uint64_t ordinal, const struct item_keys *keys);
/* The reading is through, with `count` items: what an earlier one had beyond goes. */
int items_end(struct store *store, int64_t row, uint64_t count);

/* Forget a delivery's items (it was rejected, or its reading failed). At once in effect for
 * whoever asks, since only accepted deliveries are history; the rows go with items_sweep. */
int items_forget(struct store *store, int64_t row);
/* Remove up to `most` rows of what is forgotten, so that a file of ten million items keeps
 * nobody waiting. 1 when more is left, 0 when nothing is. */
int items_sweep(struct store *store, unsigned most);

/* An earlier delivery, as findings speak of it. */
struct prior {
    int64_t row;
    char id[DELIVERY_ID_SIZE];
    char unit[UNIT_KEY_MAX];
    enum delivery_state state;
    enum verdict verdict;
    bool technical;
    int64_t received_us;
    char file[FILE_NAME_MAX * 4 + 1]; /* escaped for display */
};

struct overlap {
    uint64_t seen;         /* items whose key stands in an accepted delivery */
    uint64_t first_record; /* of those, the first */
    struct prior most;     /* the delivery most of them stand in; row 0 = none */
    uint64_t in_most;      /* how many stand there */
};

struct scan_result {
    uint64_t items;
    struct overlap by_number; /* k1 */
    struct overlap by_party;  /* k2 of items whose k1 is new (or absent) */
    uint64_t repeats;         /* items all of whose keys (number; party, amount and due date)
                                 earlier items of the same file have */
    uint64_t first_repeat_record;
};

struct item_scan;

/* Compare a delivery's remembered items with those of accepted deliveries. The result counts
 * every delivery accepted up to the step that finishes the scan. */
int item_scan_open(struct store *store, int64_t row, struct item_scan **out);
/* Work through up to `most` items. 1 when more is left, 0 when *result is complete. */
int item_scan_step(struct item_scan *scan, unsigned most, struct scan_result *result);
void item_scan_close(struct item_scan **scan);

/* The latest other delivery with these bytes: an accepted one before a held one before a
 * rejected one. 1 found, 0 none. `row` itself is left out. */
int items_same_bytes(struct store *store, int64_t row, const uint8_t blake2b[32],
                     struct prior *out);
/* The same for deliveries with this content digest (and other bytes). */
int items_same_content(struct store *store, int64_t row, const uint8_t digest[16],
                       struct prior *out);

#endif
