/* history.h -- what a check may ask of the past
 *
 * The safeguards are pure: whoever runs them answers these questions (gate/ from the store, a
 * test from memory). Answers are facts of one moment; none of them holds personal data.
 */
#ifndef SLUSS_SAFEGUARDS_HISTORY_H
#define SLUSS_SAFEGUARDS_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/delivery.h"
#include "model/item_key.h"
#include "model/span.h"
#include "model/track.h"
#include "safeguards/habit.h"

/* An earlier delivery, as a finding speaks of it. */
struct past_delivery {
    struct span id;
    struct span file; /* escaped for display */
    enum delivery_state state;
    bool technical; /* held or rejected for its form alone, not for what it says */
    int64_t received_us;
    bool own; /* the unit's own */
};

struct past_overlap {
    uint64_t seen;         /* items of this delivery that stand in accepted ones */
    uint64_t first_record; /* the first of them */
    uint64_t in_most;      /* how many stand in `most` */
    uint64_t alike;        /* items whose party and amount stand in `most` */
    struct past_delivery most;
};

/* Different keys of one kind: how many, and by whose accepted deliveries they are known; each
 * counts once, for the nearest. */
struct past_keys {
    uint64_t keys;
    uint64_t by_unit;    /* the unit itself */
    uint64_t by_partner; /* another unit of the same partner */
    uint64_t by_other;   /* another partner */
};

/* What the sender, or somebody for it, said would come. */
struct announcement {
    uint64_t items; /* about so many; 0: not said */
    int64_t from_us, to_us;
};

/* Is a delivery of so many items the one that was announced: not much more, nor less than half? */
static inline bool announcement_explains(const struct announcement *a, uint64_t items)
{
    return a->items == 0 || (items <= a->items + a->items / 4 && items >= a->items / 2);
}

struct history {
    /* Same bytes, same items in any order; null when there was none. */
    const struct past_delivery *same_bytes;
    const struct past_delivery *same_content;
    /* By number (issuer + number), and by party + amount + due date among the items whose
     * number is new. */
    struct past_overlap by_number;
    struct past_overlap by_party;
    uint64_t elsewhere; /* items that stand in other units' deliveries, and not in this one's */
    /* By party + amount + due date, in deliveries an operator rejected. */
    struct past_overlap rejected;
    uint64_t amount_seen; /* items whose party and amount the unit sent before */
    uint64_t amount_off;  /* ... other than as a fee that returns each month, quarter, half-year */
    /* Rarity-weighted share of party and amount that stands in the one earlier delivery of the
     * unit that resembles this one most. */
    double containment;
    struct past_delivery contained_in; /* id.n 0: none */
    /* The same among those that lie no whole billing period back. */
    double containment_off;
    struct past_delivery contained_off_in;
    struct past_keys keys[KEY_KINDS];
    uint64_t paid, first_paid_record; /* claims whose reference an accepted payment has */
    /* Repeats inside the file: number and all; or party, amount and due date, new number. */
    uint64_t repeats, first_repeat_record;
    uint64_t repeats_due, first_repeat_due_record;
    uint64_t lone, lone_due; /* items that no other of the file repeats, in either way */

    /* The delivery's stream: what was accepted before, oldest first. Never null at the gate;
     * null in tests that need none. */
    const struct habit *habit;
    /* Where the stream has no delivery: those of the same unit and kind in the currency that
     * most of them have. */
    char usual_currency[4];
    unsigned in_usual_currency;
    const struct announcement *announced; /* that explains this one; null: none does */
    const struct track *track; /* how each check did so far; null: nothing is known */
    bool migrating; /* the sender declared a system change: every file is held */
};

#endif
