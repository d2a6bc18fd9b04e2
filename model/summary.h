/* summary.h -- what reading a file to its end told: the figures of a receipt
 */
#ifndef SLUSS_MODEL_SUMMARY_H
#define SLUSS_MODEL_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/item.h"
#include "model/money.h"

#define FORMAT_NAME_MAX 64

enum kind { KIND_UNKNOWN = 0, KIND_PAYMENTS, KIND_INVOICES, KIND_CASES, KIND_COUNT };

struct summary {
    char format[FORMAT_NAME_MAX]; /* a name of INTERFACE's table, or "unknown" */
    enum kind kind;
    bool test;  /* the file itself says it is a test */
    bool valid; /* no finding of level reject */
    bool states_zero; /* the format itself says that there are no items */
    uint64_t items;
    uint64_t items_by_type[ITEM_TYPE_COUNT];
    struct sums sums; /* net, a currency each */
    uint64_t size;    /* bytes */
    uint8_t blake2b[32];
};

/* "payments", "invoices", "cases", "unknown"; and back, -1 when unknown. */
const char *kind_name(enum kind kind);
int kind_from_name(struct span name);

#endif
