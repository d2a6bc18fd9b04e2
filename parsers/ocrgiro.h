/* ocrgiro.h -- payments from Nets (Norway): OCR giro, and the files of AvtaleGiro
 *
 * Follows Nets, "System specification OCR giro" (layouts in chapter 2, examples in 3, check
 * digits in 4) and "AvtaleGiro systemspesifikasjon" 3.3, November 2016. All records have 80
 * characters and begin with NY: service in 3-4, type in 5-6, record type in 7-8. They may stand
 * back to back without line ends.
 *
 * An item of service 09 is a transaction (amount items 30, 31 and 32). One with the sign "-" or
 * of type 18 or 20 is a reversal, which counts negative; the manual adds the amounts of all
 * transactions in 88 and 89, and files are known that deduct reversals there: both are taken,
 * the latter with a warning. Of service 21 the items are payment claims, deletions of them, and
 * agreements, which have no amount; a file with any of them is named for it.
 *
 * Nets numbers transactions within an assignment only, so an item's number is
 * "transmission-assignment-transaction-date". The files have no mark for tests.
 */
#ifndef SLUSS_PARSERS_OCRGIRO_H
#define SLUSS_PARSERS_OCRGIRO_H

#include "parsers/fixed.h"
#include "parsers/parser.h"

extern const struct format format_ocrgiro;

/* The records of OCR giro as the manual's tables print them. */
extern const struct fixed_row ocrgiro_rows[];
extern const size_t ocrgiro_row_count;

#endif
