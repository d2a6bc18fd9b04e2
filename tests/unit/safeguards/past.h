/* past.h -- a history in memory for the tests: deliveries arrive, are judged, and enter it
 *
 * It answers what struct history asks with the real fingerprints and the real engine, as the
 * store does in the daemon; only nothing is durable.
 */
#ifndef SLUSS_TESTS_PAST_H
#define SLUSS_TESTS_PAST_H

#include "safeguards/engine.h"
#include "safeguards/fingerprint.h"

#define PAST_MAX      64
#define PAST_ITEM_MAX 256

/* One file as a test tells it: items beside a name and some bytes that stand for the rest. */
struct told {
    const char *file;
    const char *bytes; /* two files with equal text here are the same file */
    unsigned n;
    struct item item[PAST_ITEM_MAX];
    bool states_zero;
    bool broken; /* the reading rejects it */
};

struct past_entry {
    char id[DELIVERY_ID_SIZE];
    const char *file;
    const char *bytes;
    enum delivery_state state;
    bool technical;
    uint8_t digest[16];
    unsigned n;
    struct fingerprint prints[PAST_ITEM_MAX];
};

struct past {
    struct unit_settings unit;
    struct arena *arena;
    struct finding_list findings; /* of the delivery judged last */
    struct opinion opinion;       /* on it */
    unsigned n;
    struct past_entry entry[PAST_MAX];
};

void past_open(struct past *past);
void past_close(struct past *past);

/* Judge the file against what came before and remember it under its verdict. */
enum verdict past_judge(struct past *past, const struct told *told);

/* The state of the delivery judged last becomes another. */
void past_become(struct past *past, enum delivery_state state);

/* Does the last judgement hold a finding of this kind? */
const struct finding *past_found(const struct past *past, enum finding_code code);

/* `n` claims on different people, numbered from `first`, due on that day. */
void told_claims(struct told *told, const char *file, unsigned n, unsigned first, struct date due);

#endif
