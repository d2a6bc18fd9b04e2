/* habit_row.h -- a row of habit as bytes, for the store
 *
 * Little endian: version, number of measures, then the fields in the order of the struct, the
 * measures as IEEE 754 doubles. Measures that a newer program knows and the row does not are
 * not a number; those that only a newer program knows are passed over.
 */
#ifndef SLUSS_GATE_HABIT_ROW_H
#define SLUSS_GATE_HABIT_ROW_H

#include "model/buf.h"
#include "safeguards/habit.h"

/* 0 or SLUSS_ENOMEM. */
int habit_row_put(struct buf *out, const struct habit_row *row);
/* SLUSS_ECORRUPT when the bytes are not such a row. */
int habit_row_get(struct span bytes, struct habit_row *out);

#endif
