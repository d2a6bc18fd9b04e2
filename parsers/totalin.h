/* totalin.h -- Total IN and Total IN Basic: payments received through Plusgirot (file TL1)
 *
 * Follows Nordea, "Total IN / Total IN Basic Record Descriptions", October 2013. Amounts are
 * unsigned with two decimals; a deduction counts negative, as record 90 counts it. The test
 * mark is the file name in record 00: TOTALIN-T.
 */
#ifndef SLUSS_PARSERS_TOTALIN_H
#define SLUSS_PARSERS_TOTALIN_H

#include "parsers/fixed.h"
#include "parsers/parser.h"
#include "parsers/record.h"

extern const struct format format_totalin;

/* The records as the document's tables print them. */
extern const struct fixed_row totalin_rows[];
extern const size_t totalin_row_count;

#endif
