/* payments.h -- the payments of a file, gathered so that another format can be made of them
 *
 * Source: any format of payments; give payments_sink to a reading. An entry that sums several
 *         payments up (sink.detail) becomes these payments; they must have amounts in the entry's
 *         currency that add up to it.
 * Owner:  everything lies in the arena, strings too.
 * Fails:  SLUSS_ENOMEM at the arena's ceiling. What cannot be gathered right stops the reading
 *         with SLUSS_ESTOP, and `refused` and `refused_at` say what it is.
 */
#ifndef SLUSS_PARSERS_PAYMENTS_H
#define SLUSS_PARSERS_PAYMENTS_H

#include "model/arena.h"
#include "parsers/parser.h"

/* A field that the file has and no item holds. */
struct payment_field {
    struct payment_field *next; /* in the file's order */
    struct particular told;
};

struct payment_fields {
    struct payment_field *first, *last;
};

/* Payments that the file keeps together: a deposit. */
struct payment_group {
    struct payment_fields opens, closes;
    struct date day; /* the first date among `closes`; or none */
};

struct payment {
    struct payment *next; /* in the file's order */
    struct item item;
    struct payment_group *group; /* null: the file has none */
    struct payment_fields fields;
};

struct payments {
    struct arena *arena; /* the caller's */
    struct payment *first, *last;
    uint64_t count;
    struct payment *inside, *inside_last; /* of the entry whose item has not come yet */
    struct payment_group *group;          /* the open one */
    struct payment_fields fields;         /* of the payment whose item has not come yet */
    bool any_fields;                      /* the file told some: all it says is here */
    const char *refused;                  /* null: nothing was */
    uint64_t refused_at;                  /* record */
};

/* Its callbacks put what is read into *payments, which the caller zeroed but for the arena.
 * `finding` is the caller's to set. The sink's context is `payments`. */
void payments_sink(struct payments *payments, struct sink *sink);

#endif
