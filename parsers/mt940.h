/* mt940.h -- SWIFT MT940: account statements in tags
 *
 * Source: SWIFT, Standards MT, category 9, MT 940 Customer Statement Message; the structured
 *         :86: of the German banks (DFUe agreement, annex 3, subfields ?20 to ?63) and of the
 *         Dutch ones (/EREF/, /REMI/, /CNTP/ ...).
 * Input:  any number of statements, each a page or several, with or without the blocks of a
 *         SWIFT message ({1: to {5:) or a bank's own lines around them. CRLF or LF.
 * Items:  one a statement line (:61:), credits positive and debits negative; RC is a credit
 *         taken back, and negative.
 * Checks: each statement has its five fields; opening balance and lines give the closing one
 *         (:60: + :61: = :62:); a page goes on where the one before it ended (:62M: = :60M:);
 *         statements of an account follow each other by number and balance.
 * Other messages of SWIFT (MT942, MT103 ...) are named for what they are: mt940_other.
 */
#ifndef SLUSS_PARSERS_MT940_H
#define SLUSS_PARSERS_MT940_H

#include "parsers/parser.h"

extern const struct format format_mt940;

/* Which other message of SWIFT the first bytes are, for people; a constant string, or null
 * when they are none. */
const char *mt940_other(struct span head);

#endif
