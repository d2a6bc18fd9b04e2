/* prior.h -- earlier deliveries, as findings speak of them
 */
#ifndef SLUSS_STORE_PRIOR_H
#define SLUSS_STORE_PRIOR_H

#include "store/store.h"

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

/* The latest other delivery with these bytes: an accepted one before a held one before a
 * rejected one. 1 found, 0 none. `row` itself is left out. */
int prior_same_bytes(struct store *store, int64_t row, const uint8_t blake2b[32],
                     struct prior *out);
/* The same for deliveries with this content digest (and other bytes). */
int prior_same_content(struct store *store, int64_t row, const uint8_t digest[16],
                       struct prior *out);

/* The delivery in that row. 1 found, 0 none. */
int prior_by_row(struct store *store, int64_t row, struct prior *out);

#endif
