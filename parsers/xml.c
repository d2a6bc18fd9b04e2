/* xml.c -- the streaming XML reader: libxml2's push parser, a table walked by depth, limits
 *
 * libxml2 keeps what it cannot parse yet (an open tag, comment or reference) and searches it
 * again with every chunk. Two things follow: chunks are small, and what is pending is measured
 * after each of them, long before libxml2's own ceilings of 10 MB.
 */
#include "parsers/xml.h"

#include <assert.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>

#include "model/buf.h"
#include "model/error.h"
#include "model/text.h"
#include "parsers/xml_encoding.h"

/* Small enough that searching the pending bytes again stays cheap. */
#define CHUNK 8192
/* In a CDATA section libxml2 2.9 hands on 300 bytes a call and keeps the rest: anything more
 * would pile up. */
#define CDATA_CHUNK    256
#define DICT_BYTES_MAX (2u * 1024 * 1024)
#define NAMESPACES_MAX 16

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_arg;
#else
typedef xmlErrorPtr error_arg;
#endif

struct level {
    uint64_t ordinal;
    uint16_t row;
    uint8_t id;  /* 0: not in the table */
    bool filled; /* holds an element, or text that is not blank */
};

struct xml_reader {
    const struct xml_table *table;
    const struct xml_handler *handler;
    const struct sink *sink;
    struct xml_encoding encoding;
    xmlParserCtxtPtr ctxt;    /* made by the first push, or that of `outer` */
    struct xml_reader *outer; /* whose events this one sees, below one element */
    struct xml_reader *inner; /* the one that sees this one's, from inner_depth on */
    unsigned inner_depth;
    const xmlChar *ns[NAMESPACES_MAX];    /* interned in the parser's dictionary, as are locals: */
    const xmlChar **local;                /* one a row; equal names are equal pointers */
    uint16_t *next;                       /* the next row with the same parent, + 1 */
    uint16_t first[XML_ELEMENTS_MAX + 1]; /* by parent, + 1 */

    struct level levels[XML_DEPTH_MAX + 1];
    unsigned depth;
    uint64_t elements;
    uint64_t empty; /* the first element that holds nothing; 0: none */
    struct xml_attribute attributes[XML_ATTRIBUTES_MAX];
    char values[XML_VALUE_MAX]; /* attribute values that held an ampersand */
    size_t values_n;

    struct buf text;
    unsigned text_depth; /* the element whose text is kept; 0: none */
    bool text_cut;

    bool root_closed;
    bool doctype;
    const char *limit; /* the limit that was passed, and what it is */
    int64_t limit_most;
    int bad; /* libxml2's code of the first error */
    int bad_line;
    int failure; /* what the handler or sink returned */
    bool over;   /* only consume from here on */
};

/* --- what libxml2's codes mean ----------------------------------------------------------- */

/* Our words for its codes: its own messages quote the file. */
static const struct {
    int code;
    const char *what;
} errors[] = {
    {XML_ERR_TAG_NAME_MISMATCH, "an end tag does not match its start tag"},
    {XML_ERR_TAG_NOT_FINISHED, "a tag is not finished"},
    {XML_ERR_GT_REQUIRED, "a tag lacks its >"},
    {XML_ERR_LTSLASH_REQUIRED, "an end tag lacks its </"},
    {XML_ERR_NAME_REQUIRED, "a name is missing"},
    {XML_ERR_SPACE_REQUIRED, "a blank is missing between attributes"},
    {XML_ERR_EQUAL_REQUIRED, "an attribute lacks its ="},
    {XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute value lacks its quotes"},
    {XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute value is not finished"},
    {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute has no value"},
    {XML_ERR_ATTRIBUTE_REDEFINED, "an attribute stands twice in a tag"},
    {XML_ERR_LT_IN_ATTRIBUTE, "an attribute value holds a <"},
    {XML_ERR_UNDECLARED_ENTITY, "an entity is used that XML itself does not have"},
    {XML_WAR_UNDECLARED_ENTITY, "an entity is used that XML itself does not have"},
    {XML_ERR_ENTITYREF_SEMICOL_MISSING, "an entity reference lacks its ;"},
    {XML_ERR_ENTITYREF_NO_NAME, "an & stands alone"},
    {XML_ERR_INVALID_CHARREF, "a character reference is not valid"},
    {XML_ERR_INVALID_HEX_CHARREF, "a character reference is not valid"},
    {XML_ERR_INVALID_DEC_CHARREF, "a character reference is not valid"},
    {XML_ERR_INVALID_CHAR, "a character is not allowed in XML"},
    {XML_ERR_INVALID_ENCODING, "the bytes are not in the encoding that is declared"},
    {XML_ERR_UNSUPPORTED_ENCODING, "the declared encoding is not known"},
    {XML_ERR_RESERVED_XML_NAME, "an XML declaration stands elsewhere than first"},
    {XML_ERR_DOCUMENT_END, "something follows the end of the document"},
    {XML_ERR_DOCUMENT_EMPTY, "it does not begin with a tag"},
    {XML_ERR_MISPLACED_CDATA_END, "a ]]> stands in text"},
    {XML_ERR_COMMENT_NOT_FINISHED, "a comment is not finished"},
    {XML_ERR_HYPHEN_IN_COMMENT, "a comment holds --"},
    {XML_ERR_VERSION_MISSING, "the XML declaration has no version"},
    {XML_ERR_XMLDECL_NOT_FINISHED, "the XML declaration is not finished"},
    {XML_NS_ERR_UNDEFINED_NAMESPACE, "a prefix has no namespace"},
    {XML_NS_ERR_QNAME, "a name has more than one colon"},
    {XML_NS_ERR_ATTRIBUTE_REDEFINED, "an attribute stands twice in a tag"},
    {XML_NS_ERR_XML_NAMESPACE, "a namespace declaration is not allowed"},
    {XML_NS_ERR_EMPTY, "a namespace declaration is not allowed"},
};

static const char *error_text(int code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].code == code)
            return errors[i].what;
    return "the syntax is broken";
}

/* --- callbacks of libxml2 ---------------------------------------------------------------- */

static bool stopped(const struct xml_reader *r)
{
    return r->failure || r->limit || r->doctype || r->bad;
}

static struct span pending(const struct xml_reader *r)
{
    const xmlParserInput *input = r->ctxt->input;
    if (!input || !input->cur || input->end <= input->cur)
        return SPAN_NONE;
    return span_of((const char *)input->cur, (size_t)(input->end - input->cur));
}

static void on_error(void *data, error_arg error)
{
    struct xml_reader *r = data;
    if (error->level < XML_ERR_ERROR || stopped(r))
        return;
    r->bad = error->code;
    r->bad_line = error->line;
    /* libxml2 does not always tell bytes that are no UTF-8 from characters that XML refuses. */
    struct span at = pending(r);
    uint32_t character;
    if (r->bad == XML_ERR_INVALID_CHAR && at.n && !utf8_get(at, &character))
        r->bad = XML_ERR_INVALID_ENCODING;
}

static void stop(struct xml_reader *r)
{
    xmlStopParser(r->ctxt);
}

static void fail(struct xml_reader *r, int failure)
{
    r->failure = failure;
    stop(r);
}

static void pass_limit(struct xml_reader *r, const char *limit, int64_t most)
{
    r->limit = limit;
    r->limit_most = most;
    stop(r);
}

static void on_doctype(void *data, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id)
{
    struct xml_reader *r = data;
    (void)name;
    (void)public_id;
    (void)system_id;
    if (stopped(r))
        return;
    r->doctype = true;
    stop(r);
}

/* Stands in xml_reader.ns for every namespace, and in .local for every name. */
static const xmlChar any[] = "*";

/* The row of a name under a parent; -1 when the table has none. */
static int find_row(const struct xml_reader *r, unsigned parent, const xmlChar *local,
                    const xmlChar *uri)
{
    for (unsigned i = r->first[parent]; i; i = r->next[i - 1]) {
        if (r->local[i - 1] != local && r->local[i - 1] != any)
            continue;
        const xmlChar *ns = r->ns[r->table->rows[i - 1].ns];
        if (ns == uri || ns == any)
            return (int)i - 1;
    }
    return -1;
}

/* Without NOENT libxml2 2.9 leaves an ampersand of an attribute value as "&#38;". The result
 * is never longer than what came, so that `values` always has room. */
static struct span plain_value(struct xml_reader *r, struct span value)
{
    if (!value.n || !memchr(value.p, '&', value.n))
        return value;
    char *begin = r->values + r->values_n;
    size_t n = 0;
    for (size_t i = 0; i < value.n; n++) {
        begin[n] = value.p[i];
        i += span_starts(span_of(value.p + i, value.n - i), SPAN_LIT("&#38;")) ? 5 : 1;
    }
    r->values_n += n;
    return span_of(begin, n);
}

/* 0 or a reason to stop, already noted. */
static int take_attributes(struct xml_reader *r, unsigned count, const xmlChar **raw)
{
    size_t total = 0;
    for (unsigned i = 0; i < count; i++)
        total += (size_t)(raw[5 * i + 4] - raw[5 * i + 3]);
    if (total > XML_VALUE_MAX) {
        pass_limit(r, "bytes in attribute values", XML_VALUE_MAX);
        return -1;
    }
    r->values_n = 0;
    for (unsigned i = 0; i < count; i++) {
        const xmlChar **a = raw + (size_t)5 * i;
        r->attributes[i] = (struct xml_attribute){
            .local = span_str((const char *)a[0]),
            .ns = span_str((const char *)a[2]),
            .value = plain_value(r, span_of((const char *)a[3], (size_t)(a[4] - a[3]))),
        };
    }
    return 0;
}

/* A start tag as libxml2 tells it. */
struct tag {
    const xmlChar *local;
    const xmlChar *uri;
    unsigned attribute_count;
    const xmlChar **attributes;
};

static void start_known(struct xml_reader *r, unsigned row, const struct tag *tag)
{
    const struct xml_row *found = &r->table->rows[row];
    if (take_attributes(r, tag->attribute_count, tag->attributes))
        return;
    if (found->keep == XML_TEXT) {
        r->text_depth = r->depth;
        r->text_cut = false;
        buf_clear(&r->text);
    }
    struct xml_element element = {
        .id = found->id,
        .row = row,
        .depth = r->depth,
        .ordinal = r->elements,
        .ns = (const char *)tag->uri,
        .local = (const char *)tag->local,
        .attributes = r->attributes,
        .attribute_count = tag->attribute_count,
    };
    int rc = r->handler->start(r->handler->context, &element);
    if (rc)
        fail(r, rc);
}

/* One reader's part of a start tag. */
static void enter(struct xml_reader *r, const struct tag *tag)
{
    struct level *parent = &r->levels[r->depth];
    parent->filled = true;
    int row = r->depth && !parent->id ? -1 : find_row(r, parent->id, tag->local, tag->uri);
    r->depth++;
    struct level *level = &r->levels[r->depth];
    level->id = 0;
    level->filled = false;
    level->ordinal = r->elements;
    if (row >= 0) {
        level->id = r->table->rows[row].id;
        level->row = (uint16_t)row;
        start_known(r, (unsigned)row, tag);
    } else if (strnlen((const char *)tag->local, XML_NAME_MAX + 1) > XML_NAME_MAX) {
        pass_limit(r, "bytes of a name", XML_NAME_MAX);
    }
}

/* What ended the inner reading ends this one. */
static void adopt(struct xml_reader *r)
{
    if (r->inner->failure)
        r->failure = r->inner->failure;
    if (r->inner->limit && !r->limit) {
        r->limit = r->inner->limit;
        r->limit_most = r->inner->limit_most;
    }
}

static void on_start(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **declared, int attributes, int defaulted,
                     const xmlChar **raw)
{
    struct xml_reader *r = data;
    (void)prefix;
    (void)declared;
    (void)defaulted;
    if (stopped(r))
        return;
    r->elements++;
    if (r->depth >= XML_DEPTH_MAX) {
        pass_limit(r, "depth of elements", XML_DEPTH_MAX);
        return;
    }
    if (attributes + namespaces > XML_ATTRIBUTES_MAX) {
        pass_limit(r, "attributes of one element", XML_ATTRIBUTES_MAX);
        return;
    }
    const struct tag tag = {local, uri, (unsigned)attributes, raw};
    enter(r, &tag);
    if (r->inner && !stopped(r)) {
        r->inner->elements++;
        enter(r->inner, &tag);
        adopt(r);
    }
}

/* One reader's part of an end tag. */
static void leave(struct xml_reader *r)
{
    const struct level *level = &r->levels[r->depth];
    unsigned depth = r->depth--;
    r->root_closed = r->depth == 0;
    if (!level->filled && !r->empty)
        r->empty = level->ordinal;
    if (!level->id)
        return;
    struct xml_element element = {
        .id = level->id, .row = level->row, .depth = depth, .ordinal = level->ordinal};
    bool own = r->text_depth == depth;
    struct span text = own ? buf_view(&r->text) : SPAN_NONE;
    if (own)
        r->text_depth = 0;
    int rc = r->handler->end(r->handler->context, &element, text, own && r->text_cut);
    if (rc)
        fail(r, rc);
}

static void on_end(void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_reader *r = data;
    (void)local;
    (void)prefix;
    (void)uri;
    if (stopped(r) || !r->depth)
        return;
    if (r->inner) {
        leave(r->inner);
        adopt(r);
        if (r->depth == r->inner_depth)
            r->inner = NULL;
    }
    if (!stopped(r))
        leave(r);
}

static void keep_text(struct xml_reader *r, const xmlChar *text, size_t n)
{
    struct level *level = &r->levels[r->depth];
    if (!level->filled)
        level->filled = span_trim(span_of((const char *)text, n)).n > 0;
    if (r->text_depth != r->depth || !r->text_depth || r->text_cut)
        return;
    size_t take = n;
    if (take > XML_TEXT_MAX - r->text.n) {
        take = XML_TEXT_MAX - r->text.n;
        while (take && ((unsigned char)text[take] & 0xC0) == 0x80)
            take--; /* not in the middle of a character */
        r->text_cut = true;
    }
    if (buf_add(&r->text, text, take))
        fail(r, SLUSS_ENOMEM);
}

static void on_text(void *data, const xmlChar *text, int n)
{
    struct xml_reader *r = data;
    if (n <= 0 || stopped(r))
        return;
    keep_text(r, text, (size_t)n);
    if (r->inner) {
        keep_text(r->inner, text, (size_t)n);
        adopt(r);
    }
}

/* --- life -------------------------------------------------------------------------------- */

static xmlSAXHandler make_sax(void)
{
    xmlSAXHandler sax = {0};
    sax.initialized = XML_SAX2_MAGIC;
    sax.internalSubset = on_doctype;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.characters = on_text;
    sax.ignorableWhitespace = on_text;
    sax.cdataBlock = on_text;
    sax.serror = on_error;
    return sax;
}

/* Intern the table's names and chain the rows of each parent, in the table's order. */
static int compile(struct xml_reader *r)
{
    xmlDictPtr dict = r->ctxt->dict;
    unsigned n = 0;
    for (; r->table->namespaces[n]; n++) {
        assert(n < NAMESPACES_MAX);
        const char *uri = r->table->namespaces[n];
        if (!strcmp(uri, (const char *)any)) {
            r->ns[n] = any;
            continue;
        }
        r->ns[n] = *uri ? xmlDictLookup(dict, (const xmlChar *)uri, -1) : NULL;
        if (*uri && !r->ns[n])
            return SLUSS_ENOMEM;
    }
    for (size_t i = r->table->count; i-- > 0;) {
        const struct xml_row *row = &r->table->rows[i];
        assert(row->id && row->ns < n);
        r->local[i] = strcmp(row->local, (const char *)any)
                          ? xmlDictLookup(dict, (const xmlChar *)row->local, -1)
                          : any;
        if (!r->local[i])
            return SLUSS_ENOMEM;
        r->next[i] = r->first[row->parent];
        r->first[row->parent] = (uint16_t)(i + 1);
    }
    return 0;
}

int xml_open(const struct xml_table *table, const struct xml_handler *handler,
             const struct sink *sink, struct xml_reader **out)
{
    struct xml_reader *r = calloc(1, sizeof(*r));
    if (!r)
        return SLUSS_ENOMEM;
    r->table = table;
    r->handler = handler;
    r->sink = sink;
    buf_init(&r->text, XML_TEXT_MAX);
    xml_encoding_init(&r->encoding);
    r->local = calloc(table->count, sizeof(const xmlChar *));
    r->next = calloc(table->count, sizeof(*r->next));
    if (!r->local || !r->next) {
        xml_close(&r);
        return SLUSS_ENOMEM;
    }
    *out = r;
    return 0;
}

/* libxml2's parser, when the first byte comes: a reader inside another needs none. */
static int open_parser(struct xml_reader *r)
{
    xmlSAXHandler sax = make_sax();
    if (r->ctxt)
        return 0;
    assert(!r->outer);
    r->ctxt = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
    if (!r->ctxt)
        return SLUSS_ENOMEM;
    /* What is declared was heeded before (xml_encoding.h): libxml2 gets UTF-8. */
    xmlCtxtUseOptions(r->ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    return compile(r);
}

bool xml_inside(struct xml_reader *outer, const struct xml_element *element,
                struct xml_reader *inner, int *failure)
{
    assert(!inner->ctxt && !outer->inner);
    inner->ctxt = outer->ctxt;
    inner->outer = outer;
    *failure = compile(inner);
    if (*failure ||
        find_row(inner, 0, (const xmlChar *)element->local, (const xmlChar *)element->ns) < 0)
        return false;
    outer->inner = inner;
    outer->inner_depth = outer->depth;
    return true;
}

void xml_close(struct xml_reader **reader)
{
    struct xml_reader *r = *reader;
    if (!r)
        return;
    if (r->ctxt && !r->outer)
        xmlFreeParserCtxt(r->ctxt);
    buf_free(&r->text);
    xml_encoding_free(&r->encoding);
    free(r->local);
    free(r->next);
    free(r);
    *reader = NULL;
}

/* --- pushing ----------------------------------------------------------------------------- */

static int say(struct xml_reader *r, const struct finding *f)
{
    r->over = true;
    return sink_finding(r->sink, f);
}

static int say_malformed(struct xml_reader *r)
{
    struct finding f = finding_make(FINDING_XML_MALFORMED, r->elements);
    bool another = r->root_closed && r->bad == XML_ERR_RESERVED_XML_NAME;
    finding_int(&f, "line", r->bad_line);
    finding_text(&f, "what",
                 another ? SPAN_LIT("a second document follows the first in the same file")
                         : span_str(error_text(r->bad)));
    return say(r, &f);
}

static int say_limit(struct xml_reader *r)
{
    struct finding f = finding_make(FINDING_LIMIT_REACHED, r->elements);
    finding_text(&f, "limit", span_str(r->limit));
    finding_int(&f, "most", r->limit_most);
    return say(r, &f);
}

static int say_doctype(struct xml_reader *r)
{
    struct finding f = finding_make(FINDING_XML_DOCTYPE, 0);
    return say(r, &f);
}

static int say_truncated(struct xml_reader *r)
{
    struct finding f = finding_make(FINDING_TRUNCATED, r->elements);
    finding_text(&f, "missing", SPAN_LIT("the end tag of the root element is missing"));
    return say(r, &f);
}

/* What ended the reading, if anything did, as a finding. */
static int settle(struct xml_reader *r)
{
    if (r->failure)
        return r->failure;
    if (r->bad == XML_ERR_NO_MEMORY)
        return r->failure = SLUSS_ENOMEM;
    if (r->doctype)
        return say_doctype(r);
    if (r->limit)
        return say_limit(r);
    if (r->bad)
        return say_malformed(r);
    return 0;
}

/* Is libxml2 keeping more than one tag or comment may be, or too many names? */
static void measure(struct xml_reader *r)
{
    if (stopped(r))
        return;
    struct span kept = pending(r);
    if (span_starts(kept, SPAN_LIT("<!DOCTYPE"))) {
        r->doctype = true; /* without waiting for its > */
        stop(r);
    } else if (kept.n > XML_TAG_MAX) {
        bool markup = kept.p[0] == '<' && (kept.p[1] == '!' || kept.p[1] == '?');
        if (!markup)
            pass_limit(r, "bytes of one tag", XML_TAG_MAX);
        else if (kept.n > XML_COMMENT_MAX)
            pass_limit(r, "bytes of one comment or instruction", XML_COMMENT_MAX);
    }
    xmlDictPtr dict = r->ctxt->dict;
    if (!stopped(r) &&
        (xmlDictSize(dict) > XML_NAMES_MAX || xmlDictGetUsage(dict) > DICT_BYTES_MAX))
        pass_limit(r, "different names", XML_NAMES_MAX);
}

/* Some errors of libxml2 carry no parser context, and it would print them. Catch
 * them for the length of this call, and leave the handler of this thread as it was. */
static void parse(struct xml_reader *r, const char *bytes, size_t n, bool end)
{
    xmlStructuredErrorFunc handler = xmlStructuredError;
    void *context = xmlStructuredErrorContext;
    xmlSetStructuredErrorFunc(r, (xmlStructuredErrorFunc)on_error);
    int rc = xmlParseChunk(r->ctxt, bytes, (int)n, end);
    xmlSetStructuredErrorFunc(context, handler);
    if (rc && !stopped(r) && !r->ctxt->wellFormed) {
        r->bad = rc;
        r->bad_line = r->ctxt->input ? r->ctxt->input->line : 0;
    }
}

static int push_utf8(struct xml_reader *r, struct span bytes)
{
    if (!r->failure && bytes.n)
        r->failure = open_parser(r);
    if (r->failure)
        return r->failure;
    while (bytes.n && !r->over) {
        size_t n = CHUNK;
        if (r->ctxt->instate == XML_PARSER_CDATA_SECTION) {
            /* Let it empty what it has before it gets more. */
            size_t before = pending(r).n;
            n = CDATA_CHUNK;
            if (before > 2 * CDATA_CHUNK) {
                parse(r, "", 0, false);
                n = pending(r).n < before ? 0 : CDATA_CHUNK;
            }
        }
        if (n > bytes.n)
            n = bytes.n;
        if (n)
            parse(r, bytes.p, n, false);
        measure(r);
        int rc = stopped(r) ? settle(r) : 0;
        if (rc)
            return r->failure = rc;
        bytes.p += n;
        bytes.n -= n;
    }
    return 0;
}

void xml_unicode(struct xml_reader *r, const char *form)
{
    r->encoding.form = form;
}

int xml_push(struct xml_reader *r, struct span bytes)
{
    struct span text;
    int rc = 1;

    while (!r->failure && !r->over && rc > 0) {
        rc = xml_encoding_next(&r->encoding, &bytes, &text);
        if (rc > 0)
            rc = push_utf8(r, text) < 0 ? 0 : 1;
        else if (rc < 0)
            r->failure = rc;
    }
    if (r->failure || r->over || r->encoding.state != XML_ENCODING_UNKNOWN)
        return r->failure;
    r->bad = XML_ERR_UNSUPPORTED_ENCODING;
    r->bad_line = 1;
    return r->failure = settle(r);
}

static int say_encoding(struct xml_reader *r, enum finding_code code, const char *expected,
                        const char *actual)
{
    struct finding f = finding_make(code, 0);
    if (expected)
        finding_text(&f, "expected", span_str(expected));
    finding_text(&f, "actual", span_str(actual));
    if (code == FINDING_CHARACTERS_BROKEN)
        finding_int(&f, "count", (int64_t)r->encoding.lost);
    return sink_finding(r->sink, &f);
}

/* What the declaration did not say. */
static int settle_encoding(struct xml_reader *r)
{
    const struct xml_encoding *e = &r->encoding;
    int rc = 0;
    if (e->contradicted)
        rc = say_encoding(r, FINDING_ENCODING_CONVERTED, e->contradicted,
                          e->form ? e->form : "UTF-8");
    if (rc == 0 && e->controls)
        rc = say_encoding(r, FINDING_ENCODING_CONVERTED, "ISO-8859-1", "CP1252");
    if (rc == 0 && e->lost)
        rc = say_encoding(r, FINDING_CHARACTERS_BROKEN, NULL, charset_name(e->set));
    return rc;
}

int xml_finish(struct xml_reader *r)
{
    struct span text;
    if (!r->failure && !r->over && xml_encoding_last(&r->encoding, &text))
        push_utf8(r, text);
    if (!r->failure)
        r->failure = settle_encoding(r);
    if (r->failure)
        return r->failure;
    if (r->over || r->outer)
        return 0;
    if (open_parser(r))
        return r->failure = SLUSS_ENOMEM;
    if (r->root_closed && !stopped(r))
        parse(r, "", 0, true);
    if (stopped(r))
        return r->failure = settle(r);
    return r->root_closed ? 0 : (r->failure = say_truncated(r));
}

bool xml_whole(const struct xml_reader *r)
{
    return r->root_closed && !r->over && !r->failure;
}

uint64_t xml_empty(const struct xml_reader *r)
{
    return r->empty;
}

uint64_t xml_elements(const struct xml_reader *r)
{
    return r->elements;
}

struct span xml_attribute(const struct xml_element *element, const char *local)
{
    for (unsigned i = 0; i < element->attribute_count; i++)
        if (!element->attributes[i].ns.p && span_eq_str(element->attributes[i].local, local))
            return element->attributes[i].value;
    return SPAN_NONE;
}

/* --- recognition ------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span skip(struct span s, size_t n)
{
    return n < s.n ? span_of(s.p + n, s.n - n) : span_of(s.p + s.n, 0);
}

static struct span skip_blanks(struct span s)
{
    while (s.n && is_blank(*s.p))
        s = skip(s, 1);
    return s;
}

/* Behind the next `mark`; n = 0 when there is none. */
static struct span behind(struct span s, struct span mark)
{
    const char *at = s.n ? memmem(s.p, s.n, mark.p, mark.n) : NULL;
    return at ? skip(s, (size_t)(at - s.p) + mark.n) : span_of(s.p + s.n, 0);
}

/* A name with its prefix split off. */
static struct span take_name(struct span *s, struct span *prefix)
{
    size_t n = 0;
    size_t colon = 0;
    while (n < s->n && !is_blank(s->p[n]) && !memchr("=/><\"'", s->p[n], 6)) {
        if (s->p[n] == ':' && !colon)
            colon = n;
        n++;
    }
    struct span name = span_of(s->p, n);
    *s = skip(*s, n);
    *prefix = colon ? span_of(name.p, colon) : SPAN_NONE;
    return colon ? span_of(name.p + colon + 1, n - colon - 1) : name;
}

/* Past declaration, comments and instructions, to the root's `<`. */
static struct span skip_prolog(struct span s, enum xml_look *look)
{
    for (;;) {
        s = skip_blanks(s);
        if (span_starts(s, SPAN_LIT("<?"))) {
            s = behind(s, SPAN_LIT("?>"));
        } else if (span_starts(s, SPAN_LIT("<!--"))) {
            s = behind(skip(s, 4), SPAN_LIT("-->"));
        } else {
            *look = XML_LOOK_ROOT;
            if (!s.n || (s.n < 9 && s.p[0] == '<' && s.n > 1 && s.p[1] == '!'))
                *look = XML_LOOK_MORE;
            else if (span_starts(s, SPAN_LIT("<!DOCTYPE")))
                *look = XML_LOOK_DOCTYPE;
            else if (s.p[0] != '<')
                *look = XML_LOOK_NO;
            return s;
        }
    }
}

/* One attribute of a tag; a declaration of the tag's own prefix names its namespace. False at
 * the end of the tag or of the bytes. */
static bool take_attribute(struct span *s, struct span prefix, struct span *ns)
{
    *s = skip_blanks(*s);
    if (!s->n || s->p[0] == '>' || s->p[0] == '/')
        return false;
    struct span attribute_prefix;
    const char *begin = s->p;
    struct span name = take_name(s, &attribute_prefix);
    *s = skip_blanks(*s);
    if (s->p == begin || !s->n || s->p[0] != '=')
        return false;
    *s = skip_blanks(skip(*s, 1));
    if (!s->n || (s->p[0] != '"' && s->p[0] != '\''))
        return false;
    char quote = s->p[0];
    *s = skip(*s, 1);
    const char *end = s->n ? memchr(s->p, quote, s->n) : NULL;
    if (!end) {
        *s = span_of(s->p + s->n, 0);
        return false;
    }
    struct span value = span_of(s->p, (size_t)(end - s->p));
    *s = skip(*s, value.n + 1);
    bool ours = prefix.n ? span_eq_str(attribute_prefix, "xmlns") && span_eq(name, prefix)
                         : !attribute_prefix.n && span_eq_str(name, "xmlns");
    if (ours)
        *ns = value;
    return true;
}

/* The start tag at `s`. `scope`: the attributes of the tag around it, whose declarations hold
 * here too; SPAN_NONE for a root. *own becomes this one's. */
static struct xml_sniff sniff_tag(struct span s, struct span scope, struct span *own)
{
    struct xml_sniff out = {.look = XML_LOOK_MORE};
    struct span prefix;
    s = skip(s, 1);
    out.local = take_name(&s, &prefix);
    while (take_attribute(&scope, prefix, &out.ns))
        continue;
    *own = s;
    while (take_attribute(&s, prefix, &out.ns))
        continue;
    own->n = (size_t)(s.p - own->p);
    if (s.n && s.p[0] == '/')
        s = skip(s, 1);
    if (s.n) {
        bool closed = s.p[0] == '>' && out.local.n;
        out.look = closed ? XML_LOOK_ROOT : XML_LOOK_NO;
        out.after = skip(s, 1);
    }
    return out;
}

/* --- what a document may be wrapped in --- */

static const struct {
    const char *ns; /* null: any */
    const char *local;
    const char *header; /* stands before the documents; null: there is none */
    enum xml_wrapper wrapper;
} wrappers[] = {
    {XML_NS_SBDH, "StandardBusinessDocument", "StandardBusinessDocumentHeader", XML_IN_SBDH},
    {XML_NS_SBDH, "StandardBusinessDocumentHeader", NULL, XML_IN_SBDH},
    {NULL, "Invoices", NULL, XML_IN_LIST},
};

/* Behind the end tag of that name. */
static struct span behind_element(struct span s, const char *local)
{
    struct span prefix;
    do
        s = behind(s, SPAN_LIT("</"));
    while (s.n && !span_eq_str(take_name(&s, &prefix), local));
    return behind(s, SPAN_LIT(">"));
}

/* The first document in a wrapper: behind its header, when it has one. */
static struct xml_sniff sniff_inside(struct xml_sniff root, struct span scope, const char *header)
{
    enum xml_look look;
    struct span s = skip_prolog(root.after, &look);
    struct xml_sniff found = {.look = XML_LOOK_MORE};
    struct span own;
    if (s.n && header) {
        found = sniff_tag(s, scope, &own);
        bool empty = found.after.n && found.after.p[-2] == '/';
        if (found.look == XML_LOOK_ROOT && span_eq_str(found.local, header))
            s = skip_prolog(empty ? found.after : behind_element(found.after, header), &look);
    }
    if (look == XML_LOOK_MORE || !s.n) {
        found.look = XML_LOOK_MORE;
        return found;
    }
    if (s.p[0] != '<' || s.n < 2 || s.p[1] == '/')
        return root;
    return sniff_tag(s, scope, &own);
}

struct xml_sniff xml_sniff(struct span head)
{
    struct xml_sniff out = {.look = XML_LOOK_NO};
    struct span scope;
    if (!span_starts(skip_blanks(head), SPAN_LIT("<")))
        return out;
    struct span s = skip_prolog(head, &out.look);
    if (out.look != XML_LOOK_ROOT)
        return out;
    out = sniff_tag(s, SPAN_NONE, &scope);
    for (size_t i = 0; out.look == XML_LOOK_ROOT && i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
        if (span_eq_str(out.local, wrappers[i].local) &&
            (!wrappers[i].ns || span_eq_str(out.ns, wrappers[i].ns))) {
            if (wrappers[i].header || !wrappers[i].ns)
                out = sniff_inside(out, scope, wrappers[i].header);
            out.wrapper = wrappers[i].wrapper;
            break;
        }
    return out;
}

struct span xml_sniff_text(struct span bytes, const char *local)
{
    while (bytes.n) {
        bytes = behind(bytes, SPAN_LIT("<"));
        if (span_starts(bytes, SPAN_LIT("!--"))) {
            bytes = behind(bytes, SPAN_LIT("-->"));
            continue;
        }
        struct span prefix;
        struct span tag = bytes;
        if (!span_eq_str(take_name(&tag, &prefix), local))
            continue;
        struct span text = behind(tag, SPAN_LIT(">"));
        const char *end = text.n ? memchr(text.p, '<', text.n) : NULL;
        return end ? span_trim(span_of(text.p, (size_t)(end - text.p))) : SPAN_NONE;
    }
    return SPAN_NONE;
}

/* Without the last comment or instruction; unchanged when the bytes do not end with one. */
static struct span drop_misc(struct span tail)
{
    struct span open = SPAN_LIT("<?");
    if (span_ends(tail, SPAN_LIT("-->")))
        open = SPAN_LIT("<!--");
    else if (!span_ends(tail, SPAN_LIT("?>")))
        return tail;
    for (size_t i = tail.n; i-- > 0;)
        if (span_starts(span_of(tail.p + i, tail.n - i), open))
            return span_trim(span_of(tail.p, i));
    return tail;
}

bool xml_ends_with(struct span tail, const char *local)
{
    tail = span_trim(tail);
    for (struct span less = drop_misc(tail); less.n != tail.n; less = drop_misc(tail))
        tail = less;
    if (!span_ends(tail, SPAN_LIT(">")))
        return false;
    tail = span_trim(span_of(tail.p, tail.n - 1));
    const char *at = tail.n ? memrchr(tail.p, '<', tail.n) : NULL;
    if (!at || (size_t)(tail.p + tail.n - at) < 2 || at[1] != '/')
        return false;
    struct span name = span_of(at + 2, (size_t)(tail.p + tail.n - at) - 2);
    struct span prefix;
    struct span found = take_name(&name, &prefix);
    return name.n == 0 && span_eq_str(found, local);
}
