/* pain.h -- ISO 20022 credit transfers: pain.001
 *
 * All versions by local name. An item is one transfer (CdtTrfTxInf): what is to be paid, to
 * whom. Status reports (pain.002) and direct debits (pain.008) are not this format.
 */
#ifndef SLUSS_PARSERS_PAIN_H
#define SLUSS_PARSERS_PAIN_H

#include "parsers/parser.h"

extern const struct format format_pain001;

#endif
