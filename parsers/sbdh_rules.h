/* sbdh_rules.h -- what is judged of an SBDH envelope, as one table
 *
 * Peppol demands more of a header than SBDH itself, and exactly one document. Its rules hold
 * where the header speaks of Peppol: by an authority, or by the scopes DOCUMENTID and PROCESSID.
 * SFTI's technical envelope (Standard urn:sfti:...) may hold several documents.
 */
#ifndef SLUSS_PARSERS_SBDH_RULES_H
#define SLUSS_PARSERS_SBDH_RULES_H

#include "parsers/tally.h"

#define SBDH_TEXT_MAX 512 /* Peppol's longest identifier has 500 characters */

struct sbdh_text {
    bool seen;
    uint16_t n; /* trimmed; a longer one is cut */
    char p[SBDH_TEXT_MAX];
};

enum sbdh_field {
    SBDH_HEADER_VERSION,
    SBDH_STANDARD,
    SBDH_TYPE_VERSION,
    SBDH_INSTANCE,
    SBDH_TYPE,
    SBDH_CREATED,
    /* Scopes, by their Type. */
    SBDH_DOCUMENT_ID,
    SBDH_PROCESS_ID,
    SBDH_COUNTRY,
    SBDH_MLS_TO,
    SBDH_MLS_TYPE,
    SBDH_FIELD_COUNT
};

struct sbdh_party {
    unsigned count;
    struct sbdh_text authority; /* of the first */
    struct sbdh_text id;
};

/* A header, and the document at hand. */
struct sbdh {
    unsigned headers;
    bool late; /* the header stands behind a document */
    bool test_scope;
    struct sbdh_text fields[SBDH_FIELD_COUNT];
    struct sbdh_party sender;
    struct sbdh_party receiver;
    struct sbdh_text items_stated; /* Manifest/NumberOfItems */
    uint64_t items;                /* ManifestItem */

    uint64_t documents;
    bool opaque; /* base64 or text in place of a document */
    struct sbdh_text ns;
    struct sbdh_text root;
    struct sbdh_text customization;
    struct sbdh_text profile;
    struct sbdh_text first_customization; /* of the first document */
    bool seller_named;
    bool seller_is_sender;
};

enum sbdh_moment {
    SBDH_HEADER_READ,
    SBDH_DOCUMENT_BEGINS, /* ns and root are known */
    SBDH_DOCUMENT_READ,
    SBDH_ENVELOPE_READ,
};

/* The findings of that moment. 0, or what the sink returned. */
int sbdh_judge(const struct sbdh *h, enum sbdh_moment moment, uint64_t record, struct tally *tally);

/* Keep the text trimmed, unless there was one before. */
void sbdh_keep(struct sbdh_text *to, struct span text);
/* An identifier of the document's seller: is it the sender's? */
void sbdh_seller(struct sbdh *h, struct span id);

static inline struct span sbdh_span(const struct sbdh_text *t)
{
    return span_of(t->p, t->n);
}

#endif
