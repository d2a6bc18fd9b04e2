/* ehf.h -- the EHF 3 documents that are UBL invoices and not BIS Billing: reminder, forward
 * billing, payment request
 *
 * Recognised by their CustomizationIDs.
 */
#ifndef SLUSS_PARSERS_EHF_H
#define SLUSS_PARSERS_EHF_H

#include "parsers/parser.h"

extern const struct format format_ehf;

#endif
