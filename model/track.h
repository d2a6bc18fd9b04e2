/* track.h -- how often each check was right so far, over the deliveries it had a hand in holding
 */
#ifndef SLUSS_MODEL_TRACK_H
#define SLUSS_MODEL_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#define TRACK_CHECK_SIZE 32
#define TRACK_MOST       128 /* checks; there are some sixty */

/* Held deliveries that a person decided, in which the check found something. */
struct track_record {
    char check[TRACK_CHECK_SIZE]; /* the name that findings carry */
    int64_t released;             /* nothing was wrong */
    int64_t rejected;             /* something was (also: released, and recalled after) */
    int64_t ruled;                /* of both: where a rule of it held alone */
    bool told;                    /* the operators know that it holds in vain */
};

struct track {
    unsigned n;
    struct track_record of[TRACK_MOST];
};

#endif
