/* camt.h -- ISO 20022 account reports: camt.052, camt.053 and camt.054
 *
 * One reader for the three, all versions by local name. An item is one entry (Ntry), credits
 * positive and debits negative; an entry of several transactions (a batch) names no single
 * payer or reference. Its transactions go to sink.detail, one by one, where somebody asks.
 *
 * Checked: TxsSummry against the entries (all, credits, debits, net); of a statement OPBD (or
 * PRCD) plus the booked entries against CLBD, each currency by itself; Btch against its
 * transactions; an entry against its transactions less charges; that reports of an account
 * are numbered one by one.
 */
#ifndef SLUSS_PARSERS_CAMT_H
#define SLUSS_PARSERS_CAMT_H

#include "parsers/parser.h"

extern const struct format format_camt052;
extern const struct format format_camt053;
extern const struct format format_camt054;

#endif
