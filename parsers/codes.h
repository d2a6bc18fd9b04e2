/* codes.h -- code lists of EN 16931 and Peppol, and check digits of the identifiers they name
 *
 * Sources: Peppol BIS Billing 3.0 (release of May 2023) and the EU's code lists for EN 16931-1;
 * each list in codes.c names the list it is. Lists grow: a code that is not here is unusual
 * rather than wrong, and callers warn rather than reject where their source lets them.
 * Codes are compared as they stand; callers trim.
 */
#ifndef SLUSS_PARSERS_CODES_H
#define SLUSS_PARSERS_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/span.h"

enum code_list {
    CODES_CURRENCY = 0,
    CODES_COUNTRY,
    CODES_MEDIA_TYPE,
    CODES_INVOICE_TYPE,
    CODES_CREDIT_TYPE,
    CODES_PEPPOL_INVOICE,
    CODES_PEPPOL_CREDIT,
    CODES_PERIOD,
    CODES_PAYMENT_MEANS,
    CODES_ALLOWANCE,
    CODES_CHARGE,
    CODES_TAX_CATEGORY,
    CODES_ADDRESS,
    CODES_COUNT
};

/* False for the empty code too. */
bool code_listed(enum code_list list, struct span code);
/* The i-th code of a list, from 0; null behind the last. */
const char *code_at(enum code_list list, size_t i);

/* ISO 6523, the register of identifier schemes (ICD). */
bool icd_listed(struct span code);

/* Is the identifier of the form, and with the check digit, that its scheme (ICD or EAS)
 * demands? True for schemes that are not known here. Known: 0007 SE, 0088 GLN, 0151 AU,
 * 0184 DK, 0192 NO, 0201, 0210, 0211 and 9907 IT, 0208 BE. */
bool scheme_id_valid(struct span scheme, struct span id);

#endif
