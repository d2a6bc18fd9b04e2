/* oioubl.h -- OIOUBL 2 (Denmark): invoice, credit note, reminder, utility statement
 *
 * Recognised by a root of UBL 2 and a CustomizationID that begins OIOUBL-2.
 */
#ifndef SLUSS_PARSERS_OIOUBL_H
#define SLUSS_PARSERS_OIOUBL_H

#include "parsers/parser.h"

extern const struct format format_oioubl;

#endif
