/* bgmax.h -- payments from Bankgirot in the BgMax layout
 *
 * Source: Bankgirot, "Bankgiro Inbetalningar, Teknisk manual", November 2019, tables 1 to 17.
 * Input:  80-character records, LF or CRLF, ISO-8859-1. Tolerated and said: UTF-8 (with or
 *         without a byte order mark; fields are then cut by character), records longer or
 *         shorter than 80, tabs, unknown record codes, text lines before TK01.
 * Items:  one a TK20 (payment) and TK21 (deduction, negative). TK22 and TK23 are never added.
 *         number = Bankgirot's serial; counterparty_id = the organisation number of TK29, else
 *         the payer's bankgiro; payee_account and issuer = the receiving bankgiro. Both dates
 *         are absent: the payment date stands in TK15, behind the items. An amount that cannot
 *         be read counts as 0 (and rejects the file); a currency that cannot, as XXX.
 * Checks: amount, count and currency of each TK15, the four counts of TK70. A file may lack
 *         TK01 or TK70, and is read all the same; the findings reject it.
 * Limits: RECORD_MAX; behind a longer line the file is not read further.
 */
#ifndef SLUSS_PARSERS_BGMAX_H
#define SLUSS_PARSERS_BGMAX_H

#include "parsers/fixed.h"
#include "parsers/parser.h"

extern const struct format format_bgmax;

/* The records as the manual's tables print them. */
extern const struct fixed_row bgmax_rows[];
extern const size_t bgmax_row_count;

#endif
