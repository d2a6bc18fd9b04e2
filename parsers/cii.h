/* cii.h -- UN/CEFACT Cross Industry Invoice D16B (Factur-X, ZUGFeRD 2, XRechnung in CII)
 *
 * Recognised by the root's namespace.
 */
#ifndef SLUSS_PARSERS_CII_H
#define SLUSS_PARSERS_CII_H

#include "parsers/parser.h"

extern const struct format format_cii;

#endif
