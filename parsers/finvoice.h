/* finvoice.h -- Finvoice (Finland) 1.2 to 3.0, one or many in a file
 *
 * A bank's file holds pairs of XML documents: a SOAP frame and the Finvoice it is about.
 */
#ifndef SLUSS_PARSERS_FINVOICE_H
#define SLUSS_PARSERS_FINVOICE_H

#include "parsers/parser.h"

extern const struct format format_finvoice;

#endif
