/* bgocr.h -- Bankgirot's OCR file, the layout before BgMax: records 00 to 90
 *
 * Follows the layout as jage/rbankgiro and byrokrat/phpgiro read it, and as their sample files
 * add up; no manual of it is published any more. A negative amount has its last digit
 * overpunched (EBCDIC's zone in ASCII: "-" and J to R for 0 to 9).
 */
#ifndef SLUSS_PARSERS_BGOCR_H
#define SLUSS_PARSERS_BGOCR_H

#include "parsers/fixed.h"
#include "parsers/parser.h"

extern const struct format format_bgocr;

extern const struct fixed_row bgocr_rows[];
extern const size_t bgocr_row_count;

#endif
