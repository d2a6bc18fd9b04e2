/* peppol.h -- Peppol BIS Billing 3 and every other use of EN 16931 in UBL 2
 *
 * Recognised by the root's namespace. OIOUBL documents (oioubl.c) and EHF's reminders, forward
 * billing and payment requests (ehf.c) share it and are not this format: their rules are others.
 */
#ifndef SLUSS_PARSERS_PEPPOL_H
#define SLUSS_PARSERS_PEPPOL_H

#include "parsers/parser.h"

extern const struct format format_peppol;

/* Why a UBL Invoice or CreditNote is not this format ("an OIOUBL document"), for people; null
 * when it is, or when it is no such document at all. A constant string. */
const char *peppol_refusal(struct span head);

#endif
