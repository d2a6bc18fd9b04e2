/* autogiro.h -- Bankgirot's Autogiro: what was drawn from payers' accounts, and the files
 * around it
 *
 * Follows Bankgirot, "Bg Autogiro, Technical Manual", January 2019. The first record says which
 * file it is. Items are made of the payment specification alone: the approved incoming payments
 * of the new layout, and every incoming payment of the old one, whose end record counts failed
 * ones too. Failed, outgoing and repaid ones are told as findings with their number and sum,
 * never netted against what came in. All other files (orders, mandates, rejections, changes,
 * the monitoring register) are named for what they are and their records counted.
 *
 * Orders and extracts have no end record: whether one is whole cannot be told.
 */
#ifndef SLUSS_PARSERS_AUTOGIRO_H
#define SLUSS_PARSERS_AUTOGIRO_H

#include "parsers/fixed.h"
#include "parsers/parser.h"

extern const struct format format_autogiro;

/* The opening and the records of the new layout, as the manual's tables print them. */
extern const struct fixed_row autogiro_rows[];
extern const size_t autogiro_row_count;

#endif
