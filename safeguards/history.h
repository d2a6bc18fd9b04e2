/* history.h -- what a check may ask of the past
 *
 * The safeguards are pure: whoever runs them answers these questions, from the store in the
 * daemon, from memory in a test or a replay. Answers are facts of one moment; none of them
 * holds personal data.
 */
#ifndef SLUSS_SAFEGUARDS_HISTORY_H
#define SLUSS_SAFEGUARDS_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/delivery.h"
#include "model/span.h"

/* An earlier delivery, as a finding speaks of it. */
struct past_delivery {
    struct span id;
    struct span file; /* escaped for display */
    enum delivery_state state;
    bool technical; /* rejected because it could not be read, not because of what it says */
    int64_t received_us;
};

struct past_overlap {
    uint64_t seen;         /* items of this delivery that stand in accepted ones */
    uint64_t first_record; /* the first of them */
    uint64_t in_most;      /* how many stand in `most` */
    struct past_delivery most;
};

struct history {
    /* Same bytes, same items in any order; null when there was none. */
    const struct past_delivery *same_bytes;
    const struct past_delivery *same_content;
    /* By number (issuer + number), and by party + amount + due date among the items whose
     * number is new. */
    struct past_overlap by_number;
    struct past_overlap by_party;
    /* Repeats inside the file. */
    uint64_t repeats;
    uint64_t first_repeat_record;
};

#endif
