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

/* What a file may be wrapped in: its format is the content's. */
enum envelope_kind { ENVELOPE_NONE = 0, ENVELOPE_SBDH, ENVELOPE_COUNT };

/* A Bankgirot seal (TK00 to TK99) around the content. */
enum seal_state {
    SEAL_NONE = 0,
    SEAL_VALID,
    SEAL_INVALID,    /* what it covers is not what was sealed */
    SEAL_UNVERIFIED, /* its key is not known here, or it is of another kind */
    SEAL_COUNT
};

/* What a receipt tells apart from the sum of capital. */
enum sum_part {
    PART_CREDITS = 0, /* credit notes and deductions: they count in the sum, negative */
    PART_FEES,        /* beside the capital, and not in the sum */
    PART_INTEREST,    /* the same */
    PART_COUNT
};

/* What tells the program that made a file: not what it says, but how it is written. */
#define ORIGIN_TEXT_MAX 64
struct origin {
    uint64_t layout;  /* hash of its form: encoding, line ends, header, columns; 0: not known */
    int64_t sequence; /* the file's own serial number; -1: it has none */
    int64_t created_us; /* when the file says it was made; 0: it does not */
    char producer[ORIGIN_TEXT_MAX]; /* the program's name, as the file gives it; escaped */
};

struct summary {
    char format[FORMAT_NAME_MAX]; /* a name of INTERFACE's table, or "unknown" */
    enum kind kind;
    enum envelope_kind envelope;
    enum seal_state seal;
    bool test;        /* the file itself says it is a test */
    bool valid;       /* no finding of level reject */
    bool states_zero; /* the format itself says that there are no items */
    uint64_t items;
    uint64_t items_by_type[ITEM_TYPE_COUNT];
    uint64_t counterparties[PARTY_KIND_COUNT];  /* items by who the counterparty is */
    uint64_t references[REFERENCE_STATE_COUNT]; /* items by their reference's check digit */
    struct sums sums;                           /* net, a currency each */
    struct sums parts[PART_COUNT];              /* the same */
    struct origin origin;
    uint64_t size;                              /* bytes */
    uint8_t blake2b[32];
};

/* "payments", "invoices", "cases", "unknown"; and back, -1 when unknown. */
const char *kind_name(enum kind kind);
int kind_from_name(struct span name);

/* "credits", "fees", "interest". Back: -1 when unknown. */
const char *sum_part_name(enum sum_part part);
int sum_part_from_name(struct span name);

/* "sbdh"; "valid", "invalid", "unverified"; null for none. And back: -1 when unknown, none for
 * an absent name. */
const char *envelope_name(enum envelope_kind envelope);
int envelope_from_name(struct span name);
const char *seal_name(enum seal_state seal);
int seal_from_name(struct span name);

#endif
