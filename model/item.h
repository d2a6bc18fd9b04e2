/* item.h -- one business record of a delivery
 *
 * Strings are UTF-8 spans owned by whoever made the item (a parser: valid during the call
 * that hands it over). Absent: SPAN_NONE, DATE_NONE.
 *
 * The amount is signed as it counts in the delivery's net sum: deductions and credit notes
 * are negative, so that the amounts of a file's items always add up to its sum.
 */
#ifndef SLUSS_MODEL_ITEM_H
#define SLUSS_MODEL_ITEM_H

#include <stdint.h>

#include "model/date.h"
#include "model/ident.h"
#include "model/money.h"
#include "model/span.h"

enum item_type {
    ITEM_INVOICE = 0,
    ITEM_CREDIT_NOTE,
    ITEM_CASE,
    ITEM_PAYMENT,
    ITEM_DEDUCTION,
    ITEM_TYPE_COUNT
};

struct item {
    enum item_type type;
    uint64_t record; /* line, segment or element ordinal where the item begins, from 1 */
    int64_t amount_minor;    /* the capital of it */
    int64_t fee_minor;       /* asked for beside it, in its currency: reminder and collection */
    int64_t interest_minor;  /* the same; both 0 where the file says nothing */
    char currency[4];
    struct date issue_date;
    struct date due_date;
    struct span number;                /* the issuer's number for it; a payment's unique serial */
    struct span reference;             /* OCR, RF or KID, blanks stripped */
    struct span counterparty_id;       /* debtor's or payer's identity, as the file gives it */
    struct span counterparty_name;     /* personal data: never into a log or a finding */
    struct span payee_account;         /* whose account is to be, or was, paid */
    enum party_kind counterparty_kind; /* reading.c fills these two for every format */
    enum reference_state reference_state;
    struct span issuer; /* who numbered it: seller id, receiving bankgiro; not printed */
};

/* Longest string an item may carry; parsers cut longer ones and say so. */
#define ITEM_TEXT_MAX 1024

/* "invoice", "credit-note", "case", "payment", "deduction". */
const char *item_type_name(enum item_type type);
/* -1 when no type has that name. */
int item_type_from_name(struct span name);

#endif
