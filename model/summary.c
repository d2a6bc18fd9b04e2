/* summary.c -- names of the kinds of file */
#include "model/summary.h"

static const char *const names[KIND_COUNT] = {
    [KIND_UNKNOWN] = "unknown",
    [KIND_PAYMENTS] = "payments",
    [KIND_INVOICES] = "invoices",
    [KIND_CASES] = "cases",
};

const char *kind_name(enum kind kind)
{
    return (unsigned)kind < KIND_COUNT ? names[kind] : "unknown";
}

int kind_from_name(struct span name)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (span_eq_str(name, names[i]))
            return i;
    return -1;
}
