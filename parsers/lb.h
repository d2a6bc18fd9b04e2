/* lb.h -- Leverantörsbetalningar: payments ordered through Bankgirot, and what came of them
 *
 * Follows Bankgirot, "Leverantörsbetalningar, Teknisk manual", July 2014. The opening record
 * TK11 says in position 47 what a section is: blank an order, 1 a payment specification, 2 a
 * reconciliation, 6 rejected and 7 stopped payments. The items of orders and specifications
 * are the payments, deductions and credit notes, as TK29 counts them; the other reports hold
 * no payments, and are named for what they are.
 *
 * The records TK00 and TK99 of a seal are passed over here.
 */
#ifndef SLUSS_PARSERS_LB_H
#define SLUSS_PARSERS_LB_H

#include "parsers/fixed.h"
#include "parsers/parser.h"

extern const struct format format_lb;

/* The records as the manual's tables print them. */
extern const struct fixed_row lb_rows[];
extern const size_t lb_row_count;

#endif
