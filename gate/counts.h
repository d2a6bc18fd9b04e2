/* counts.h -- figures of deliveries from before sluss, so that a unit does not start cold
 *
 * A text table with ';' between its columns: a header naming them (date, items, sum, and
 * perhaps currency, in any order), then one delivery a line. Dates are YYYY-MM-DD, sums
 * 1234,50 or 1234.50, the currency SEK unless said. Empty lines and a byte order mark pass.
 *
 *   date;items;sum;currency
 *   2026-03-02;712;534120,50;SEK
 */
#ifndef SLUSS_GATE_COUNTS_H
#define SLUSS_GATE_COUNTS_H

#include "model/buf.h"
#include "model/date.h"
#include "model/span.h"
#include "model/summary.h"
#include "store/store.h"

struct past_count {
    struct date day;
    uint64_t items;
    int64_t minor;
    char currency[4];
};

/* Every row in order. 0; SLUSS_ESYNTAX with "line N: ..." in `why`, or what `visit` returned
 * (negative ends it). Takes no day behind `today`. */
typedef int (*count_visitor)(void *context, const struct past_count *count);
int counts_parse(struct span text, struct date today, count_visitor visit, void *context,
                 struct buf *why);

/* How an import went. */
struct counts_result {
    unsigned added;    /* new rows of habit */
    unsigned replaced; /* rows of an earlier import that had to go */
    unsigned own;      /* left out: from that day on sluss has seen the stream itself */
};

/* Into the habit of the unit's stream of that kind, in the caller's transaction. The text is
 * one that counts_parse takes. Rows of an earlier import into the same stream go first, so that
 * a second time is as once. SLUSS_ELIMIT: too many currencies. */
int counts_import(struct store *store, const char *unit, enum kind kind, struct span text,
                  struct date today, struct counts_result *out, struct buf *why);

#endif
