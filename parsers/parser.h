/* parser.h -- what every parser is: bytes pushed in, items and findings handed out
 *
 * A parser is pure: no files, no clock, no globals; two can run side by side. It takes the
 * file in pieces of any size, so that memory does not depend on the file's length, and calls
 * the sink as soon as it knows something. What is wrong in the file becomes findings, never
 * an error code; push and finish fail only for lack of memory or when the sink says stop.
 *
 * What a parser hands to the sink (spans in an item or finding) is valid during that call.
 */
#ifndef SLUSS_PARSERS_PARSER_H
#define SLUSS_PARSERS_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/finding.h"
#include "model/item.h"
#include "model/span.h"
#include "model/summary.h"

struct layout;
struct record_layout;
struct record_field;

/* What a particular speaks of: the payment whose item comes next, or the group of payments (a
 * deposit) that begins here or ends here. */
enum particular_of { PARTICULAR_ITEM = 0, PARTICULAR_OPENS, PARTICULAR_CLOSES };

/* A field of a fixed-width record, as the file has it. Names are the layout's. */
struct particular {
    enum particular_of of;
    const struct record_layout *layout;
    const struct record_field *field;
    uint64_t record;
    struct span text; /* UTF-8, without the blanks around it; never empty */
    bool right;       /* stands at the right end of its field, behind blanks */
};

/* Where items and findings go. A callback returns 0 to go on, or SLUSS_ESTOP (or another
 * negative code), which push and finish then return. */
struct sink {
    void *context;
    int (*item)(void *context, const struct item *item);
    int (*finding)(void *context, const struct finding *finding);
    /* Null where nobody asks. A payment inside an entry, before the item that the entry is: of a
     * camt report each TxDtls, also an entry's only one. `record` is its own. It is no item: not
     * counted, not added up. Where the file gives it no amount, it has no currency. */
    int (*detail)(void *context, const struct item *payment);
    /* Null where nobody asks. What the file says and no item holds, for who writes it anew: of
     * bgmax each field of its sections that is not blank, those of a payment before its item. */
    int (*particular)(void *context, const struct particular *particular);
};

/* How sure a format is that a file is its own, from the first bytes. The highest bid wins,
 * two equal ones are a finding, and nothing under BID_LIKELY is read at all. */
enum bid {
    BID_NO = 0,
    BID_POSSIBLE = 20, /* thin evidence: the answer stays `unknown` */
    BID_LIKELY = 60,   /* a structure that hardly occurs by chance */
    BID_CERTAIN = 100, /* a signature of the format's own */
};

/* Does the end of a file look like its end? From its first and last bytes alone: asked of a
 * file still in the inbox, whose sender may resume an upload. */
enum ending {
    ENDING_UNKNOWN = 0, /* the format has no end mark to look for */
    ENDING_WHOLE,
    ENDING_CUT,
};

/* What a parser learned that is not an item: asked after finish. */
struct parser_facts {
    bool test;        /* the file itself says it is a test (a TEST_MARK finding was made) */
    bool states_zero; /* the format itself says that there are no items */
    enum envelope_kind envelope; /* what the content came in */
};

struct parser; /* each format has its own; begins with nothing in common */
struct xml_reader;

struct format {
    const char *name; /* as in INTERFACE: "bgmax" */
    enum kind kind;
    const char *title;   /* one line for people: what it is */
    const char *carries; /* what an item of it can hold, for `slussctl formats` */
    const char *end_mark; /* what shows that it is whole: "TK70", "</Invoice>"; null: nothing */
    const char *source;  /* the document the reading follows */

    /* `head` is the first HEAD_MAX bytes, or all there are (`whole`). */
    enum bid (*bid)(struct span head, bool whole);
    /* `head` as above, `tail` the last TAIL_MAX bytes (the two may overlap). */
    enum ending (*ending)(struct span head, struct span tail);

    /* 0 and *out, or SLUSS_ENOMEM. The sink must outlive the parser. */
    int (*begin)(const struct sink *sink, struct parser **out);
    /* Called before the first push where the file began with a byte order mark or was UTF-16
     * (`form` says which): what is pushed is UTF-8 for sure. Null: nothing hangs on it. */
    void (*unicode)(struct parser *parser, const char *form);
    /* Never a byte order mark at the beginning, and never UTF-16. */
    int (*push)(struct parser *parser, struct span bytes);
    /* The end of the file. Nothing may be pushed after it. */
    int (*finish)(struct parser *parser, struct parser_facts *facts);
    void (*close)(struct parser **parser); /* accepts null, leaves null */
    /* Declared by a layout, which takes the place of bid, ending and begin; null: it is not. */
    const struct layout *layout;
    /* What an XML format reads with, so that a document of it can be read inside an envelope:
     * xml_inside takes the place of push. Null for the others. */
    struct xml_reader *(*reader)(const struct parser *parser);
    /* The rules it judges by id, for `slussctl formats NAME`; null when it has none. */
    const struct rule_text *rules;
};

/* One rule, for people. The list ends with a null id. */
struct rule_text {
    const char *id; /* "BR-CO-15" */
    const char *text;
};

#define HEAD_MAX 65536
#define TAIL_MAX 4096

/* Ceilings that all readers share; passing one is the finding LIMIT_REACHED. */
#define RECORD_MAX (1024 * 1024) /* bytes of one line or delimited record */
#define ITEMS_MAX UINT64_C(50000000)
#define PARSER_MEMORY_MAX (24u * 1024 * 1024)

/* Every format, in the order of INTERFACE's table, `format_count` of them. */
extern const struct format *const formats[];
extern const size_t format_count;

/* The format of that name, or null. */
const struct format *format_by_name(struct span name);

/* Hand a finding or item to the sink; the one place that may be null-safe about it. */
static inline int sink_finding(const struct sink *sink, const struct finding *f)
{
    return sink->finding(sink->context, f);
}

static inline int sink_item(const struct sink *sink, const struct item *item)
{
    return sink->item(sink->context, item);
}

#endif
