/* item.c -- names of the item types */
#include "model/item.h"

static const char *const names[ITEM_TYPE_COUNT] = {
    [ITEM_INVOICE] = "invoice", [ITEM_CREDIT_NOTE] = "credit-note", [ITEM_CASE] = "case",
    [ITEM_PAYMENT] = "payment", [ITEM_DEDUCTION] = "deduction",
};

const char *item_type_name(enum item_type type)
{
    return (unsigned)type < ITEM_TYPE_COUNT ? names[type] : "unknown";
}

int item_type_from_name(struct span name)
{
    for (int i = 0; i < ITEM_TYPE_COUNT; i++)
        if (span_eq_str(name, names[i]))
            return i;
    return -1;
}
