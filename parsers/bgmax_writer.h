/* bgmax_writer.h -- payments as a BgMax file, by the tables it is read by (bgmax.h)
 *
 * Source: Bankgirot, "Bankgiro Inbetalningar, Teknisk manual", November 2019.
 * Output: 80-character records, CRLF, ISO-8859-1. A section for each deposit of the file, or,
 *         where it has none, for each receiver, currency and day, in the order they come.
 *         What came from bgmax goes out as it came; only the start record is new.
 * From others: number = serial where it is 1 to 12 digits, else none (zeros). An OCR reference
 *         with a right check digit has code 2, another reference code 3, none code 0; channel 1
 *         (electronic), no slip image. A payer's id of 10 or 12 digits is TK29, one that is a
 *         bankgiro stands in TK20; deposits are numbered from writer_order.first_serial.
 * Refused: an account that is no bankgiro (and no writer_order.payee), no date, a currency but
 *         SEK and EUR, a reference of more than 25 characters or letters that ISO-8859-1 lacks, a
 *         payment out to somebody else's account, a section whose deductions exceed its payments.
 */
#ifndef SLUSS_PARSERS_BGMAX_WRITER_H
#define SLUSS_PARSERS_BGMAX_WRITER_H

#include "parsers/writer.h"

extern const struct format_writer writer_bgmax;

#endif
