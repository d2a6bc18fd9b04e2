/* iso20022.h -- what the messages of ISO 20022 share: names, texts, amounts, references
 *
 * A message is told by the tail of its namespace, "camt.053.001.02", whoever's variant it is
 * (national ones stand elsewhere than under urn:iso). Elements are read by local name, so that
 * one table serves every version.
 */
#ifndef SLUSS_PARSERS_ISO20022_H
#define SLUSS_PARSERS_ISO20022_H

#include "parsers/decimal.h"
#include "parsers/tally.h"
#include "parsers/xml.h"

/* Is the head that of a Document of the message, such as "camt.053."? */
bool iso_is_message(struct span head, const char *message);
/* The end of such a file, for struct format. */
enum ending iso_ending(struct span head, struct span tail);

/* A text kept until the item is made; the first one that is not empty stays. */
struct iso_text {
    uint16_t n;
    char p[ITEM_TEXT_MAX];
};

static inline struct span iso_span(const struct iso_text *t)
{
    return t->n ? span_of(t->p, t->n) : SPAN_NONE;
}

/* Trimmed; a longer one is cut and said. 0 or what the sink returned. */
int iso_keep(struct tally *tally, struct iso_text *to, struct span text, const char *field,
             uint64_t record);
/* Drop the blanks inside, as references and account numbers are printed with. */
void iso_pack(struct iso_text *t);

struct iso_amount {
    bool seen;
    char currency[4]; /* "": none stated; "?": none that exists */
    struct decimal value;
    uint64_t record;
};

/* At the start tag: the currency (attribute Ccy). */
void iso_amount_begin(struct iso_amount *a, const struct xml_element *e);
/* A number that is none becomes BAD_FIELD and is not known. */
int iso_number(struct tally *tally, struct decimal *to, struct span text, const char *field,
               uint64_t record);
/* Minor units; *good is false, and a finding made, when the amount cannot be counted. */
int iso_minor(struct tally *tally, const struct iso_amount *a, const char *field, int64_t *minor,
              bool *good);

/* "2026-03-02", with or without time and zone behind it. */
int iso_day(struct tally *tally, struct date *to, struct span text, const char *field,
            uint64_t record);

/* TOTALS_MISMATCH or TOTALS_NOTE when both are known and differ. */
int iso_compare(struct tally *tally, enum finding_code code, uint64_t record, const char *what,
                struct decimal stated, struct decimal computed);

/* --- what every reader of a message does -------------------------------------------------- */

enum iso_sign { ISO_NO_SIGN = 0, ISO_CREDIT, ISO_DEBIT };

/* What becomes of an element's text. Its row in a table by element id names the member of the
 * reader's struct that it goes to. */
enum iso_act {
    ISO_NOTHING = 0,
    ISO_TEXT,   /* struct iso_text */
    ISO_AMOUNT, /* struct iso_amount; its currency at the start tag */
    ISO_NUMBER, /* struct decimal */
    ISO_SIGN,   /* enum iso_sign; neither CRDT nor DBIT is said */
    ISO_DAY,    /* struct date */
};

struct iso_action {
    enum iso_act act;
    uint32_t to; /* offset in the reader's struct */
    const char *field;
};

/* The struct of a reader begins with this. */
struct iso_reader {
    struct tally tally;
    const struct sink *sink;
    struct xml_reader *xml;
    struct xml_handler handler;
    const struct iso_action *actions;
};

/* The calls of struct format. `size`: of the reader's struct, which is zeroed. `handler` gets
 * the reader as its context. */
int iso_begin(size_t size, const struct xml_table *table, const struct iso_action *actions,
              struct xml_handler handler, const struct sink *sink, struct parser **out);
void iso_unicode(struct parser *parser, const char *form);
int iso_push(struct parser *parser, struct span bytes);
void iso_close(struct parser **parser);
struct xml_reader *iso_xml(const struct parser *parser);

/* At a start tag: the currency, where the table says that it is an amount. */
void iso_act_start(struct iso_reader *reader, const struct xml_element *e);
/* At an end tag: do with the text what the table says. 0 or what the sink returned. */
int iso_act_end(struct iso_reader *reader, const struct xml_element *e, struct span text);
int iso_take_sign(struct iso_reader *reader, enum iso_sign *to, struct span text, uint64_t record);

/* The item with its amount, negative for a debit, to the sink. One that cannot be counted is
 * said and counts as 0. */
int iso_hand_out(struct iso_reader *reader, struct item *item, const struct iso_amount *amount,
                 bool negative, const char *field);

/* The elements that messages share, below the element with the id PARENT. Ids: ACCOUNT_ID,
 * ACCOUNT_OTHER, ACCOUNT_TEXT; UNSTRUCTURED, STRUCTURED, CREDITOR_REFERENCE, REFERENCE, REFERRED,
 * REFERRED_NUMBER. Version 01 and 02 of older messages call some by other names. */
#define ISO_ACCOUNT_ROWS                                                                           \
    {ACCOUNT_TEXT, ACCOUNT_ID, 0, XML_TEXT, "IBAN"},                                               \
        {ACCOUNT_TEXT, ACCOUNT_ID, 0, XML_TEXT, "BBAN"},                                           \
        {ACCOUNT_OTHER, ACCOUNT_ID, 0, XML_SEEN, "Othr"},                                          \
        {ACCOUNT_OTHER, ACCOUNT_ID, 0, XML_SEEN, "PrtryAcct"},                                     \
    {                                                                                              \
        ACCOUNT_TEXT, ACCOUNT_OTHER, 0, XML_TEXT, "Id"                                             \
    }

#define ISO_REMITTANCE_ROWS                                                                        \
    {UNSTRUCTURED, REMITTANCE, 0, XML_TEXT, "Ustrd"},                                              \
        {STRUCTURED, REMITTANCE, 0, XML_SEEN, "Strd"},                                             \
        {CREDITOR_REFERENCE, STRUCTURED, 0, XML_SEEN, "CdtrRefInf"},                               \
        {REFERENCE, CREDITOR_REFERENCE, 0, XML_TEXT, "Ref"},                                       \
        {REFERENCE, CREDITOR_REFERENCE, 0, XML_TEXT, "CdtrRef"},                                   \
        {REFERRED, STRUCTURED, 0, XML_SEEN, "RfrdDocInf"},                                         \
    {                                                                                              \
        REFERRED_NUMBER, REFERRED, 0, XML_TEXT, "Nb"                                               \
    }

/* What the payer was asked to write. */
struct iso_remittance {
    struct iso_text reference;    /* CdtrRefInf/Ref */
    struct iso_text referred;     /* RfrdDocInf/Nb */
    struct iso_text unstructured; /* Ustrd */
};

void iso_remittance_clear(struct iso_remittance *r);
/* The creditor's reference, else free text that is nothing but one, else the first invoice's
 * number; packed. */
struct span iso_remittance_reference(struct iso_remittance *r);

/* The first that says something. */
struct span iso_first(struct span a, struct span b, struct span c);
/* SPAN_NONE for "NOTPROVIDED". */
struct span iso_provided(const struct iso_text *t);

/* Free text that is nothing but a payment reference: an OCR or ISO 11649 one with right check
 * digits, blanks apart. Packs it. */
bool iso_is_reference(struct iso_text *t);

#endif
