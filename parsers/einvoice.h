/* einvoice.h -- what the plain XML invoice formats share: one document of facts, its totals
 *
 * Svefaktura, CII, Finvoice and the Nordic uses of UBL differ in names and in what their
 * totals mean, not in what is read. A format gives the reader's table, what becomes of each
 * element (a member of struct einvoice), and a function that judges a whole document. Lines
 * are added up where they end, so that memory does not depend on their number. The item is
 * handed out when the document is known to be whole.
 */
#ifndef SLUSS_PARSERS_EINVOICE_H
#define SLUSS_PARSERS_EINVOICE_H

#include <stddef.h>

#include "parsers/decimal.h"
#include "parsers/tally.h"
#include "parsers/xml.h"

struct einvoice_text {
    uint16_t n;
    bool seen; /* even when it is empty; the first one counts */
    char p[ITEM_TEXT_MAX];
};

struct einvoice_date {
    struct date value;
    bool seen;
};

struct einvoice_number {
    struct decimal value;
    uint64_t at; /* ordinal of its element; 0: not there */
    char currency[4];
};

struct einvoice_party {
    struct einvoice_text legal_id; /* of the register of companies */
    struct einvoice_text id;       /* by agreement of the parties */
    struct einvoice_text tax_id;
    struct einvoice_text endpoint; /* an electronic address */
    struct einvoice_text legal_name;
    struct einvoice_text name;
};

/* One document. */
struct einvoice {
    struct einvoice_text customization;
    struct einvoice_text number;
    struct einvoice_text type;
    struct einvoice_text currency;
    struct einvoice_text reference; /* for the payment; blanks stripped from digits and RF */
    struct einvoice_text account;
    struct einvoice_text marks[2]; /* where the document may call itself a test or a copy */
    struct einvoice_date issue_date;
    struct einvoice_date due_date;
    struct einvoice_party seller;
    struct einvoice_party buyer;

    struct einvoice_number line_count; /* as stated */
    struct einvoice_number line_total;
    struct einvoice_number allowance_total;
    struct einvoice_number charge_total;
    struct einvoice_number net;
    struct einvoice_number tax;
    struct einvoice_number gross;
    struct einvoice_number prepaid;
    struct einvoice_number rounding;
    struct einvoice_number payable;

    uint64_t lines; /* as found, and the sums of what was found */
    struct decimal lines_sum;
    struct decimal allowances_sum;
    struct decimal charges_sum;
    struct decimal taxes_sum;

    enum item_type item_type;
    bool no_claim; /* read and judged, but nothing to hand out */
    uint64_t record;
};

enum einvoice_act {
    EINVOICE_NOTHING = 0,
    EINVOICE_TEXT,
    EINVOICE_REFERENCE, /* a text; blanks go where only letters and digits are left */
    EINVOICE_DATE,      /* "2026-03-02", whatever zone or time stands behind */
    EINVOICE_DATE_8,    /* "20260302" */
    EINVOICE_NUMBER,
    EINVOICE_ADD,   /* a number, added to a struct decimal */
    EINVOICE_TAKE,  /* the same, subtracted */
    EINVOICE_COUNT, /* how many: a uint64_t */
    EINVOICE_PARTY, /* what is read into `party` meanwhile becomes this struct einvoice_party */
    EINVOICE_CHARGE /* what is read into `charge` becomes part of the sums */
};

struct einvoice_action {
    enum einvoice_act act;
    uint32_t member; /* EINVOICE_AT(...) */
    const char *field;
};

#define EINVOICE_AT(m) (uint32_t) offsetof(struct parser, m)

struct einvoice_format {
    const struct xml_table *table;
    const struct einvoice_action *actions; /* by the table's ids */
    const char *currency;                  /* the attribute of an amount that names it */
    const char *payable;                   /* the element that names the amount due */
    bool comma;                            /* decimals stand behind a comma, or a point */
    /* What the tables cannot say; each may be null. 0 or what the sink returned. */
    int (*start)(struct parser *p, const struct xml_element *e);
    int (*end)(struct parser *p, const struct xml_element *e, struct span text);
    /* The whole document is there: decide its item type and recompute its totals. */
    int (*judge)(struct parser *p);
};

/* The parser of every format of this kind. */
struct parser {
    const struct einvoice_format *format;
    const struct sink *sink;
    struct xml_reader *xml;
    const char *form; /* of Unicode, as struct format has it */
    struct xml_handler handler;
    struct tally tally;
    struct einvoice invoice;
    struct einvoice_party party; /* the one being read */
    struct {                     /* allowance or charge of the document, being read */
        struct einvoice_text indicator;
        struct einvoice_number amount;
    } charge;
    char currency[4];  /* of the amount being read */
    uint64_t elements; /* of the documents before this one */
    unsigned root_row; /* of the table */
    struct parser_facts facts;
    void *extra; /* a format's own, freed with the parser */
};

int einvoice_begin(const struct einvoice_format *format, const struct sink *sink,
                   struct parser **out);
void einvoice_unicode(struct parser *parser, const char *form);
int einvoice_push(struct parser *p, struct span bytes);
int einvoice_finish(struct parser *p, struct parser_facts *facts);
void einvoice_close(struct parser **parser);
struct xml_reader *einvoice_reader(const struct parser *p);

/* For files of several documents: the end of one, judged and handed out, and a new one. */
int einvoice_end_document(struct parser *p, bool *whole);
int einvoice_next_document(struct parser *p);

/* --- for judging ------------------------------------------------------------------------- */

struct span einvoice_text(const struct einvoice_text *text);

/* The number's value; zero when it is not stated. */
struct decimal einvoice_or_zero(const struct einvoice_number *n);

/* TOTALS_MISMATCH when the stated total is there and is not the computed one, to the minor
 * unit (two decimals at least). `what` is the element's name. */
int einvoice_total(struct parser *p, const char *what, const struct einvoice_number *stated,
                   struct decimal computed);
/* The same for a count. */
int einvoice_count(struct parser *p, const char *what, const struct einvoice_number *stated,
                   uint64_t computed);

/* The totals of EN 16931 (BR-CO-10 to BR-CO-16), by whatever names. */
int einvoice_en16931(struct parser *p, const char *const names[6]);

/* BAD_FIELD for what every document needs: number, issue date, currency, amount. */
int einvoice_presence(struct parser *p, const char *number, const char *issue_date,
                      const char *currency, const char *payable);

/* TEST_MARK, and the file is a test. */
int einvoice_test(struct parser *p, const char *where, struct span value);
/* DECLARED_COPY: the document says that it is "a copy", or the like. */
int einvoice_copy(struct parser *p, const char *what);

/* Is the type code one of a document that reduces a claim (UNTDID 1001: 381 and its kin)? */
bool einvoice_credit_type(struct span code);

#endif
