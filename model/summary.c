/* summary.c -- names of the kinds of file, and of what it is wrapped in */
#include "model/summary.h"

static const char *const kinds[KIND_COUNT] = {
    [KIND_UNKNOWN] = "unknown",
    [KIND_PAYMENTS] = "payments",
    [KIND_INVOICES] = "invoices",
    [KIND_CASES] = "cases",
};

static const char *const parts[PART_COUNT] = {
    [PART_CREDITS] = "credits",
    [PART_FEES] = "fees",
    [PART_INTEREST] = "interest",
};

static const char *const envelopes[ENVELOPE_COUNT] = {[ENVELOPE_SBDH] = "sbdh"};

static const char *const seals[SEAL_COUNT] = {
    [SEAL_VALID] = "valid",
    [SEAL_INVALID] = "invalid",
    [SEAL_UNVERIFIED] = "unverified",
};

/* Its place in the table; an absent name is that of an absent entry. */
static int find(const char *const *names, int n, struct span name)
{
    for (int i = 0; i < n; i++)
        if (names[i] ? span_eq_str(name, names[i]) : !name.p)
            return i;
    return -1;
}

const char *kind_name(enum kind kind)
{
    return (unsigned)kind < KIND_COUNT ? kinds[kind] : "unknown";
}

int kind_from_name(struct span name)
{
    return find(kinds, KIND_COUNT, name);
}

const char *sum_part_name(enum sum_part part)
{
    return (unsigned)part < PART_COUNT ? parts[part] : "unknown";
}

int sum_part_from_name(struct span name)
{
    return find(parts, PART_COUNT, name);
}

const char *envelope_name(enum envelope_kind envelope)
{
    return (unsigned)envelope < ENVELOPE_COUNT ? envelopes[envelope] : NULL;
}

int envelope_from_name(struct span name)
{
    return find(envelopes, ENVELOPE_COUNT, name);
}

const char *seal_name(enum seal_state seal)
{
    return (unsigned)seal < SEAL_COUNT ? seals[seal] : NULL;
}

int seal_from_name(struct span name)
{
    return find(seals, SEAL_COUNT, name);
}
