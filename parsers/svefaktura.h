/* svefaktura.h -- Svefaktura 1.0 (SFTI Basic Invoice, on UBL 1.0) and its object envelope
 *
 * Recognised by the root's namespace. An object envelope carries an attachment of an invoice
 * and no money: it is read whole and holds no item, which it says by being what it is.
 */
#ifndef SLUSS_PARSERS_SVEFAKTURA_H
#define SLUSS_PARSERS_SVEFAKTURA_H

#include "parsers/parser.h"

extern const struct format format_svefaktura;

#endif
