/* xml.h -- one streaming XML reader for every XML format, with limits
 *
 * A format describes the elements it wants as a table: each row says under which parent a
 * name in a namespace stands, and what to do with its text. The reader walks the table while
 * libxml2 parses, so a format never sees a path, a prefix or an element it did not ask for.
 * Memory does not depend on the file: no tree is built, text is kept only where a row asks.
 *
 * Refused: document type declarations (XML_DOCTYPE), and with them every entity but the five
 * of XML itself. Nothing is ever fetched. Which encodings are read: xml_encoding.h. After a finding
 * that ends the reading the rest of the bytes is only consumed.
 */
#ifndef SLUSS_PARSERS_XML_H
#define SLUSS_PARSERS_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/parser.h"

#define XML_DEPTH_MAX      64
#define XML_ATTRIBUTES_MAX 64            /* of one element, namespace declarations included */
#define XML_TEXT_MAX       (64u * 1024)  /* of one element's kept text; more is dropped */
#define XML_VALUE_MAX      (64u * 1024)  /* of one attribute */
#define XML_NAME_MAX       256           /* of a local name or prefix */
#define XML_NAMES_MAX      20000         /* different names in one file */
#define XML_TAG_MAX        (128u * 1024) /* one tag, in bytes of the file */
#define XML_COMMENT_MAX    (256u * 1024) /* one comment, instruction or declaration */
#define XML_ELEMENTS_MAX   255           /* ids of one table */

/* What to do with a known element. */
enum xml_keep {
    XML_SEEN = 0, /* announce start and end only */
    XML_TEXT,     /* keep its text for the end call */
};

/* One row: the element `local` of namespace `ns` under an element with id `parent`. Several
 * rows may share an id (and with it the rows below it): two roots, or one party in two
 * places. */
struct xml_row {
    uint8_t id;        /* from 1 */
    uint8_t parent;    /* 0: the root */
    uint8_t ns;        /* index in xml_table.namespaces */
    uint8_t keep;      /* enum xml_keep */
    const char *local; /* "*" any, for a parent's last row */
};

struct xml_table {
    const char *const *namespaces; /* "" is none, "*" any or none; ends with null */
    const struct xml_row *rows;
    size_t count;
};

struct xml_attribute {
    struct span ns; /* SPAN_NONE: no namespace */
    struct span local;
    struct span value; /* entities replaced */
};

struct xml_element {
    unsigned id;      /* the row's */
    unsigned row;     /* index of the row, for those that share an id */
    unsigned depth;   /* 1 is the root */
    uint64_t ordinal; /* of its start tag among all elements of the file, from 1 */
    /* At the start only: */
    const char *ns; /* null: no namespace */
    const char *local;
    const struct xml_attribute *attributes;
    unsigned attribute_count;
};

/* Called for the elements of the table. 0 to go on; anything else ends the reading and is
 * what xml_push returns. Spans live during the call. */
struct xml_handler {
    void *context;
    int (*start)(void *context, const struct xml_element *element);
    /* `text`: of the element itself, in pieces before, between and after its children, for
     * rows of XML_TEXT; `cut` when it was longer than XML_TEXT_MAX. */
    int (*end)(void *context, const struct xml_element *element, struct span text, bool cut);
};

struct xml_reader;

/* The table, handler and sink must outlive the reader. 0 or SLUSS_ENOMEM. */
int xml_open(const struct xml_table *table, const struct xml_handler *handler,
             const struct sink *sink, struct xml_reader **out);

/* Before the first push: the bytes are UTF-8 whatever the declaration says, and came as `form`
 * (struct format). */
void xml_unicode(struct xml_reader *reader, const char *form);

/* Pieces of any size. 0, SLUSS_ENOMEM, or what the handler or sink returned. */
int xml_push(struct xml_reader *reader, struct span bytes);

/* The end of the file: an unclosed root becomes TRUNCATED. */
int xml_finish(struct xml_reader *reader);

void xml_close(struct xml_reader **reader); /* accepts null, leaves null */

/* In the start call of `outer` for this element: let `inner`, opened and not yet pushed to, see
 * it as its root, with all that is in it; outer's table goes on beside it. Its namespaces and
 * limits are those of the document, its ordinals its own. Nothing is to be pushed to `inner`;
 * xml_finish after the element's end says whether it was whole (and makes no finding). It
 * must live until then, or until `outer` is closed. False when its table has no such root:
 * nothing happened then. */
bool xml_inside(struct xml_reader *outer, const struct xml_element *element,
                struct xml_reader *inner, int *failure);

/* True after finish when the whole document was read without a finding of the reader's own. */
bool xml_whole(const struct xml_reader *reader);
/* Number of start tags so far, those outside the table included. */
uint64_t xml_elements(const struct xml_reader *reader);
/* Ordinal of the first element that ended with neither an element nor text but blanks in it,
 * whether the table knows it or not; 0: there is none. */
uint64_t xml_empty(const struct xml_reader *reader);

/* The value of an attribute without namespace; SPAN_NONE when it is not there. */
struct span xml_attribute(const struct xml_element *element, const char *local);

/* --- recognition: from the first bytes alone ----------------------------------------- */

enum xml_look {
    XML_LOOK_NO = 0,  /* does not begin as XML does */
    XML_LOOK_DOCTYPE, /* XML with a document type declaration before its root */
    XML_LOOK_MORE,    /* XML, but the head ends before its root's start tag does */
    XML_LOOK_ROOT,    /* `ns` and `local` are set */
};

/* Elements that are roots only to hold other documents. */
enum xml_wrapper {
    XML_BARE = 0,
    XML_IN_SBDH, /* StandardBusinessDocument, or its header alone */
    XML_IN_LIST, /* Invoices, of no standard */
};

struct xml_sniff {
    enum xml_look look;
    enum xml_wrapper wrapper;
    struct span ns;    /* as written; SPAN_NONE: no namespace */
    struct span local; /* of the root */
    struct span after; /* the head behind the root's start tag */
};

#define XML_NS_SBDH "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

/* Find the root past declaration, comments and instructions. Behind a wrapper (and its header)
 * the root of the first document in it is found instead, so that formats bid on it as if it stood
 * alone; an empty wrapper is its own root. Reads all supersets of ASCII. The spans point into
 * `head`. */
struct xml_sniff xml_sniff(struct span head);

/* The text of the first element `local` (any prefix) in the bytes, trimmed; for what stands
 * early in a document, such as cbc:CustomizationID. SPAN_NONE when there is none. */
struct span xml_sniff_text(struct span bytes, const char *local);

/* Does the tail of a file end with the end tag of `local`, with any prefix? Comments,
 * instructions and blanks may follow it. */
bool xml_ends_with(struct span tail, const char *local);

#endif
