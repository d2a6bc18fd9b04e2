/* invoic.h -- EDIFACT invoices (INVOIC), SFTI Fulltextfaktura among them
 *
 * Source: UN/EDIFACT message INVOIC, directories D.93A, D.96A and later; SFTI Fulltextfaktura
 *         2.3 and 2.4 (EANCOM profile EAN008 of D.96A); EN 16931's mapping on D.14B; service
 *         segments of ISO 9735. Code lists 1001, 2005, 3035, 5025, 1153 beside each table.
 * Input:  any number of interchanges, with or without groups, of any number of messages.
 *         Messages of other types inside are counted, said, and passed over.
 * Items:  one a message: the amount of the summary (behind UNS) by MOA 9, else 77, 86, 388, 39,
 *         128; negative for credit notes.
 * Checks: counts and references of UNT, UNE and UNZ; CNT 2 against LIN; MOA 79 against the
 *         lines; repeated references of messages and interchanges.
 */
#ifndef SLUSS_PARSERS_INVOIC_H
#define SLUSS_PARSERS_INVOIC_H

#include "parsers/parser.h"

extern const struct format format_invoic;

#endif
