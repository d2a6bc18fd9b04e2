/* delivery.h -- one file dropped by a unit, from arrival to its last receipt
 */
#ifndef SLUSS_MODEL_DELIVERY_H
#define SLUSS_MODEL_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/span.h"
#include "model/summary.h"

#define DELIVERY_ID_SIZE 24 /* "20260302-061200-123456" and NUL */
#define UNIT_KEY_MAX 128    /* "heby/ekonomi" */
#define FILE_NAME_MAX 255   /* bytes, as the file system gives them */

enum delivery_state {
    STATE_ARRIVING = 0, /* about to be taken from the inbox into the spool */
    STATE_CHECKING,     /* in the spool, being read and judged */
    STATE_HELD,
    STATE_REJECTED,
    STATE_ACCEPTED, /* cooling off; the queue does not show it yet */
    STATE_RELEASED, /* an operator let it through; cooling off */
    STATE_QUEUED,
    STATE_DELIVERED, /* the processing system acknowledged it */
    STATE_RECALLED,
    STATE_COUNT
};

enum verdict { VERDICT_NONE = 0, VERDICT_ACCEPTED, VERDICT_HELD, VERDICT_REJECTED, VERDICT_COUNT };

struct delivery {
    int64_t row; /* the store's key, 0 before it is stored */
    char id[DELIVERY_ID_SIZE];
    char unit[UNIT_KEY_MAX];
    struct span file; /* bytes of the name as dropped; owned by whoever filled the struct */
    enum delivery_state state;
    enum verdict verdict;
    int64_t received_us; /* when it was complete in the inbox */
    int64_t decided_us;  /* when the verdict was made; 0 = not yet */
    bool weighed;        /* the next two are known */
    double score;        /* weight of what the safeguards found, natural log-odds */
    double odds;         /* that something is wrong, against that nothing is; the same */
    struct summary summary;
};

/* "arriving" ... "recalled"; "accepted", "held", "rejected", "none". Back: -1 when unknown. */
const char *state_name(enum delivery_state state);
/* In Swedish, as a sentence about a delivery has it: "godkänd", "kvarhållen". */
const char *state_name_sv(enum delivery_state state);
int state_from_name(struct span name);
const char *verdict_name(enum verdict verdict);
int verdict_from_name(struct span name);

/* May a delivery go from one state to the other? One table, delivery.c. */
bool state_may_become(enum delivery_state from, enum delivery_state to);

/* Is it let through, now or already (accepted, released, queued, delivered)? Items of such
 * deliveries are the history that later ones are compared with. */
bool state_is_accepted(enum delivery_state state);

/* The id of a delivery that was complete at that instant: its UTC date, time and
 * microseconds. Ids sort by arrival; a caller whose id is taken tries the next microsecond. */
void delivery_id_format(int64_t received_us, char id[DELIVERY_ID_SIZE]);

/* Has the text the form of an id? Checked before an id is used in a path. */
bool delivery_id_valid(struct span id);

#endif
