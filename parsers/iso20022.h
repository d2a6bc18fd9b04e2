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

/* "RF", two check digits by modulus 97 and what they check (ISO 11649). */
bool iso_creditor_reference_valid(struct span reference);
/* Free text that is nothing but a payment reference: an OCR or ISO 11649 one with right check
 * digits, blanks apart. Packs it. */
bool iso_is_reference(struct iso_text *t);

#endif
