/* layout.h -- the language in which a customer's own file is described
 *
 * Source: doc/layouts.md and sluss-layout(5) are the grammar. The words for a column are those of
 *         Frictionless Table Schema and Table Dialect, the words for a record those of BeanIO;
 *         role, scale, sign, total, test, charset and match are the gate's own.
 * Input:  the whole text of a layout, UTF-8, one statement a line.
 * Owner:  a compiled layout and all its texts live in the arena given; it never changes, so any
 *         number of readers may share it.
 * Strict: an unknown word, a word twice, fields that overlap, a role that is missing, choices
 *         that contradict each other: each is an error with its line and what to do.
 * Proof:  layout_load also reads the layout's own sample and refuses the layout where its count
 *         or sum is not what the layout expects, or where reading makes a finding that rejects.
 */
#ifndef SLUSS_PARSERS_LAYOUT_H
#define SLUSS_PARSERS_LAYOUT_H

#include "model/settings.h"
#include "model/arena.h"
#include "model/buf.h"
#include "model/charset.h"
#include "parsers/parser.h"

#define LAYOUT_TEXT_MAX     (64 * 1024) /* bytes of a layout */
#define LAYOUT_MEMORY_MAX   (4u << 20)
#define LAYOUT_TABLES_MAX   (1u << 20) /* of one, compiled, without what it holds of its text */
#define LAYOUT_NAME_MAX     32
#define LAYOUT_RECORDS_MAX  32
#define LAYOUT_FIELDS_MAX   256 /* in all records together */
#define LAYOUT_MATCHES_MAX  8
#define LAYOUT_TOTALS_MAX   32
#define LAYOUT_HEADINGS_MAX 256
#define LAYOUTS_MAX         64 /* a site may have */

/* What a field means. Those up to ROLE_SLOTS go into an item; of the others the reader checks
 * their type, and some do more. */
enum layout_role {
    ROLE_NONE = 0,
    ROLE_NUMBER,        /* invoice-no, payment-id: the item's number */
    ROLE_CASE_ID,       /* its number where there is no invoice-no */
    ROLE_OCR,           /* reference */
    ROLE_DEBTOR_ID,     /* debtor-id, payer-id */
    ROLE_DEBTOR_NAME,   /* debtor-name, payer-name */
    ROLE_PAYEE_ACCOUNT, /* creditor-account */
    ROLE_CREDITOR,      /* who numbered it */
    ROLE_CURRENCY,
    ROLE_INVOICE_DATE,
    ROLE_DUE_DATE,
    ROLE_CAPITAL, /* capital, amount */
    ROLE_TYPE,    /* says which items are credit notes */
    ROLE_SLOTS,
    ROLE_SERIAL = ROLE_SLOTS,
    ROLE_TEST_MARK,
    ROLE_FEE,      /* beside the capital of the item whose record it stands in */
    ROLE_INTEREST, /* the same */
    ROLE_SIGN,     /* the field that another one's `sign field` names */
    ROLE_OTHER /* known to people: created, batch-no, street ... */
};

enum layout_type { LAYOUT_STRING = 0, LAYOUT_DIGITS, LAYOUT_INTEGER, LAYOUT_NUMBER, LAYOUT_DATE };

enum layout_sign { SIGN_LEADING = 0, SIGN_TRAILING, SIGN_OVERPUNCH, SIGN_FIELD };

enum layout_total { TOTAL_NONE = 0, TOTAL_COUNT, TOTAL_SUM };

struct layout_field {
    const char *name;
    const char *role_name; /* as written; null: none */
    enum layout_role role;
    enum layout_type type;
    bool required;
    bool optional;      /* a short line may end before it */
    bool personal;      /* not shown to people unless asked for */
    unsigned first;     /* fixed: position from 1; delimited: column from 1 */
    unsigned length;    /* fixed only */
    unsigned line;      /* of the layout, for errors */
    struct span format; /* of dates: Y, M and D, anything else stands for itself */
    int pivot;          /* two-digit years from here on are of 1900; -1: none were declared */
    int scale;          /* implied decimals; -1: a mark stands in the number */
    enum layout_sign sign;
    const struct layout_field *sign_field;
    struct span sign_name; /* of that field */
    struct span plus, minus;
    struct span literal; /* it must be this */
    struct span choices; /* or one of these, separated by | */
    struct span missing; /* this means that nothing is there */
    struct span test;    /* this means that the file is a test; several separated by | */
    struct span credit;  /* role type: this means a credit note */
    struct span heading; /* what the header line calls it */
    char padding;        /* taken off before (or, of text to the left, behind) the value; 0: none */
    bool pad_left;
    enum layout_total total;
    struct span total_role, total_record; /* as written */
    unsigned total_of;                    /* COUNT: record index; SUM: accumulator index */
    unsigned total_slot;                  /* which of the layout's totals it is */
    int accumulator;                      /* where this field's amounts are added up; -1: nowhere */
    bool money;
};

struct layout_record {
    const char *name;
    unsigned line;
    struct span rid; /* what tells it; none: every line that no other record claims */
    unsigned order;
    uint64_t least, most; /* most 0: any number */
    bool item;
    bool credit; /* its items are credit notes, or deductions */
    int parent;  /* index, -1: none */
    struct span parent_name;
    uint32_t with;   /* itself and what hangs below it: bit i for record i */
    uint32_t beside; /* that of all records with the same parent together */
    const struct layout_field *fields;
    unsigned count;
    unsigned columns;       /* delimited: how many; 0: as many as the last field's column */
    unsigned columns_least; /* without the optional ones */
    unsigned least_length;  /* fixed: the last position that must be there */
};

enum layout_match_kind {
    MATCH_LITERAL,
    MATCH_POSITION,
    MATCH_FIELD,
    MATCH_HEADER,
    MATCH_COLUMNS,
    MATCH_LENGTH
};

struct layout_match {
    enum layout_match_kind kind;
    unsigned line;  /* of the file */
    unsigned where; /* position, field, number of columns, length */
    struct span literal;
};

struct layout {
    struct format format; /* name "layout:NAME"; format.layout is this */
    struct span text;     /* the layout's own, as it was written */
    enum charset charset;
    bool fixed;
    bool characters; /* positions count characters, not bytes */
    bool header;     /* the first line names the columns */
    bool multiline;  /* a quoted field may hold line ends */
    unsigned length; /* fixed: of every line; 0: as the record's fields reach */
    char separator, quote, decimal, group; /* 0: none */
    char currency[4];                      /* "": a field says */
    unsigned rid_first, rid_length;        /* fixed: position and length; delimited: column, 0 */
    struct layout_record *records;
    unsigned record_count;
    struct layout_match match[LAYOUT_MATCHES_MAX];
    unsigned match_count;
    unsigned accumulators;
    unsigned totals;
    bool tests;                                /* some field can say that the file is a test */
    struct span headings[LAYOUT_HEADINGS_MAX]; /* by column - 1; none: not declared */
    struct span sample;                        /* UTF-8, as lines with LF */
    uint64_t sample_count;
    int64_t sample_minor;
    char sample_currency[4];
};

/* Several, as a site or a unit has them. */
struct layouts {
    size_t n;
    const struct layout *of[LAYOUTS_MAX];
};

/* Compile `text`, which is copied. 0 and *out; SLUSS_EINVAL with lines "LINE: what is wrong;
 * what to do" in `errors`; SLUSS_ENOMEM. */
int layout_parse(struct arena *arena, struct span text, struct buf *errors,
                 const struct layout **out);

/* The same, and prove it by its sample. A layout without test fields is loaded, with a warning
 * in `warnings` (may be null). */
int layout_load(struct arena *arena, struct span text, struct buf *errors, struct buf *warnings,
                const struct layout **out);

/* The one of that name ("layout:NAME" or "NAME"), or null. */
const struct layout *layouts_find(const struct layouts *layouts, struct span name);

/* Which a unit's file may be of, by the formats agreed with it: bit i for layout i. All, where
 * no formats are agreed. */
uint64_t layouts_agreed(const struct layouts *layouts, const struct texts *names);

#endif
