/* receipt_fill.h -- what stands in a receipt, as data for its templates
 */
#ifndef SLUSS_OUTBOUND_RECEIPT_FILL_H
#define SLUSS_OUTBOUND_RECEIPT_FILL_H

#include "model/arena.h"
#include "outbound/receipt.h"
#include "outbound/template.h"

/* Between the groups of an amount, and in telephone numbers. */
#define RECEIPT_NO_BREAK_SPACE "\xc2\xa0"

/* Fill words and blocks; all of it lies in the arena. 0 or SLUSS_ENOMEM. */
int receipt_fill(const struct receipt *receipt, struct arena *arena,
                 const struct template_data **out);

#endif
