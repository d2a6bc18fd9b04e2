/* sbdh.c -- the header by a table, each document by its own format's
 *
 * Two tables look at a document: the format's, and this one for the few elements that the header
 * speaks of.
 */
#include "parsers/sbdh.h"

#include <stdlib.h>
#include <strings.h>

#include "model/error.h"
#include "parsers/sbdh_rules.h"
#include "parsers/xml.h"

/* In place of a document (Peppol's hybrid documents). */
#define NS_OPAQUE "http://peppol.eu/xsd/ticc/envelope/1.0"

enum ns { SH, CAC, CBC, SFTI, ANY };

static const char *const namespaces[] = {
    XML_NS_SBDH,
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "urn:sfti:CommonAggregateComponents:1:0",
    "*",
    NULL,
};

enum {
    ENVELOPE = 1,
    LIST,
    HEADER,
    HEADER_VERSION,
    SENDER,
    SENDER_ID,
    RECEIVER,
    RECEIVER_ID,
    IDENTIFICATION,
    STANDARD,
    TYPE_VERSION,
    INSTANCE,
    TYPE,
    CREATED,
    MANIFEST,
    NUMBER_OF_ITEMS,
    MANIFEST_ITEM,
    SCOPES,
    SCOPE,
    SCOPE_TYPE,
    SCOPE_INSTANCE,
    DOCUMENT,
    CUSTOMIZATION,
    PROFILE,
    SELLER,
    PARTY,
    PARTY_PART,
    SELLER_ID,
    ELEMENT_COUNT
};

static const struct xml_row rows[] = {
    {ENVELOPE, 0, SH, XML_SEEN, "StandardBusinessDocument"},
    {HEADER, 0, SH, XML_SEEN, "StandardBusinessDocumentHeader"},
    {LIST, 0, ANY, XML_SEEN, "Invoices"},

    {HEADER, ENVELOPE, SH, XML_SEEN, "StandardBusinessDocumentHeader"},
    {HEADER_VERSION, HEADER, SH, XML_TEXT, "HeaderVersion"},
    {SENDER, HEADER, SH, XML_SEEN, "Sender"},
    {SENDER_ID, SENDER, SH, XML_TEXT, "Identifier"},
    {RECEIVER, HEADER, SH, XML_SEEN, "Receiver"},
    {RECEIVER_ID, RECEIVER, SH, XML_TEXT, "Identifier"},
    {IDENTIFICATION, HEADER, SH, XML_SEEN, "DocumentIdentification"},
    {STANDARD, IDENTIFICATION, SH, XML_TEXT, "Standard"},
    {TYPE_VERSION, IDENTIFICATION, SH, XML_TEXT, "TypeVersion"},
    {INSTANCE, IDENTIFICATION, SH, XML_TEXT, "InstanceIdentifier"},
    {TYPE, IDENTIFICATION, SH, XML_TEXT, "Type"},
    {CREATED, IDENTIFICATION, SH, XML_TEXT, "CreationDateAndTime"},
    {MANIFEST, HEADER, SH, XML_SEEN, "Manifest"},
    {NUMBER_OF_ITEMS, MANIFEST, SH, XML_TEXT, "NumberOfItems"},
    {MANIFEST_ITEM, MANIFEST, SH, XML_SEEN, "ManifestItem"},
    {SCOPES, HEADER, SH, XML_SEEN, "BusinessScope"},
    {SCOPE, SCOPES, SH, XML_SEEN, "Scope"},
    {SCOPE_TYPE, SCOPE, SH, XML_TEXT, "Type"},
    {SCOPE_INSTANCE, SCOPE, SH, XML_TEXT, "InstanceIdentifier"},

    {DOCUMENT, ENVELOPE, ANY, XML_SEEN, "*"},
    {DOCUMENT, LIST, ANY, XML_SEEN, "*"},
    {CUSTOMIZATION, DOCUMENT, CBC, XML_TEXT, "CustomizationID"},
    {PROFILE, DOCUMENT, CBC, XML_TEXT, "ProfileID"},
    {SELLER, DOCUMENT, CAC, XML_SEEN, "AccountingSupplierParty"},
    {SELLER, DOCUMENT, SFTI, XML_SEEN, "SellerParty"},
    {PARTY, SELLER, CAC, XML_SEEN, "Party"},
    {PARTY, SELLER, SFTI, XML_SEEN, "Party"},
    {SELLER_ID, PARTY, CBC, XML_TEXT, "EndpointID"},
    {PARTY_PART, PARTY, CAC, XML_SEEN, "PartyIdentification"},
    {PARTY_PART, PARTY, CAC, XML_SEEN, "PartyLegalEntity"},
    {PARTY_PART, PARTY, SFTI, XML_SEEN, "PartyIdentification"},
    {PARTY_PART, PARTY, SFTI, XML_SEEN, "PartyTaxScheme"},
    {SELLER_ID, PARTY_PART, CBC, XML_TEXT, "ID"},
    {SELLER_ID, PARTY_PART, CBC, XML_TEXT, "CompanyID"},
    {SELLER_ID, PARTY_PART, SFTI, XML_TEXT, "ID"},
    {SELLER_ID, PARTY_PART, SFTI, XML_TEXT, "CompanyID"},
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

/* Where the text of an element goes. */
static const size_t members[ELEMENT_COUNT] = {
#define FIELD(f) offsetof(struct sbdh, fields) + (f) * sizeof(struct sbdh_text)
    [HEADER_VERSION] = FIELD(SBDH_HEADER_VERSION),
    [STANDARD] = FIELD(SBDH_STANDARD),
    [TYPE_VERSION] = FIELD(SBDH_TYPE_VERSION),
    [INSTANCE] = FIELD(SBDH_INSTANCE),
    [TYPE] = FIELD(SBDH_TYPE),
    [CREATED] = FIELD(SBDH_CREATED),
    [SENDER_ID] = offsetof(struct sbdh, sender.id),
    [RECEIVER_ID] = offsetof(struct sbdh, receiver.id),
    [NUMBER_OF_ITEMS] = offsetof(struct sbdh, items_stated),
    [CUSTOMIZATION] = offsetof(struct sbdh, customization),
    [PROFILE] = offsetof(struct sbdh, profile),
#undef FIELD
};

static const struct {
    const char *type;
    enum sbdh_field field;
} scopes[] = {
    {"DOCUMENTID", SBDH_DOCUMENT_ID}, {"PROCESSID", SBDH_PROCESS_ID}, {"COUNTRY_C1", SBDH_COUNTRY},
    {"MLS_TO", SBDH_MLS_TO},          {"MLS_TYPE", SBDH_MLS_TYPE},
};

struct parser {
    const struct format *format; /* of the documents; null: they are not read */
    const char *reason;          /* why they are not */
    const struct sink *sink;
    struct sink inner; /* what a document's parser sees */
    struct xml_reader *xml;
    struct xml_handler handler;
    struct tally tally;
    struct sbdh header;
    struct sbdh_text scope_type;
    struct sbdh_text scope_instance;
    bool list; /* no envelope, nothing to judge about it */

    struct parser *content; /* the document being read */
    uint64_t before;        /* elements before its root */
    uint64_t zeros;         /* documents that say that they hold nothing */
    bool test;
};

/* --- what a document says -------------------------------------------------------------------- */

static int on_item(void *context, const struct item *item)
{
    struct parser *p = context;
    struct item moved = *item;
    moved.record += p->before;
    return sink_item(p->sink, &moved);
}

static int on_detail(void *context, const struct item *payment)
{
    struct parser *p = context;
    struct item moved = *payment;
    moved.record += p->before;
    return p->sink->detail(p->sink->context, &moved);
}

/* Limits are the file's own; what else a document is rejected for is for a person to see. */
static int on_finding(void *context, const struct finding *f)
{
    struct parser *p = context;
    struct finding moved = *f;
    moved.record += p->before + (f->record ? 0 : 1);
    if (!p->list && moved.level == LEVEL_REJECT && moved.code != FINDING_LIMIT_REACHED)
        moved.level = LEVEL_HOLD;
    return tally_add(&p->tally, &moved);
}

static int end_content(struct parser *p)
{
    struct parser_facts facts = {0};
    int rc = p->format->finish(p->content, &facts);
    p->test = p->test || facts.test;
    p->zeros += facts.states_zero;
    p->format->close(&p->content);
    return rc;
}

/* --- documents ------------------------------------------------------------------------------- */

static int say_unread(struct parser *p, uint64_t record, const char *reason)
{
    struct finding f = finding_make(FINDING_DOCUMENT_UNREAD, record);
    finding_text(&f, "reason", span_str(reason));
    return tally_add(&p->tally, &f);
}

static int begin_content(struct parser *p, const struct xml_element *e)
{
    if (p->header.opaque)
        return say_unread(p, e->ordinal, "its content is packed (BinaryContent)");
    if (!p->format)
        return say_unread(p, e->ordinal, p->reason);
    int rc = p->format->begin(&p->inner, &p->content);
    if (rc)
        return rc;
    p->before = e->ordinal - 1;
    if (xml_inside(p->xml, e, p->format->reader(p->content), &rc))
        return 0;
    p->format->close(&p->content);
    return rc ? rc : say_unread(p, e->ordinal, "it is of another kind than the first");
}

static void forget_text(struct sbdh_text *t)
{
    t->seen = false;
    t->n = 0;
}

static bool is_opaque(const struct xml_element *e)
{
    return e->ns && !strcmp(e->ns, NS_OPAQUE) &&
           (!strcmp(e->local, "BinaryContent") || !strcmp(e->local, "TextContent"));
}

static int begin_document(struct parser *p, const struct xml_element *e)
{
    struct sbdh *h = &p->header;
    h->documents++;
    h->opaque = is_opaque(e);
    h->seller_named = h->seller_is_sender = false;
    forget_text(&h->ns);
    forget_text(&h->root);
    forget_text(&h->customization);
    forget_text(&h->profile);
    sbdh_keep(&h->ns, span_str(e->ns));
    sbdh_keep(&h->root, span_str(e->local));
    int rc = p->list ? 0 : sbdh_judge(h, SBDH_DOCUMENT_BEGINS, e->ordinal, &p->tally);
    return rc ? rc : begin_content(p, e);
}

static int end_document(struct parser *p, const struct xml_element *e)
{
    struct sbdh *h = &p->header;
    int rc = p->content ? end_content(p) : 0;
    if (h->documents == 1)
        h->first_customization = h->customization;
    if (!rc && !h->opaque)
        rc = p->list ? 0 : sbdh_judge(h, SBDH_DOCUMENT_READ, e->ordinal, &p->tally);
    return rc;
}

/* --- the header ------------------------------------------------------------------------------ */

static bool has_word_test(struct span text)
{
    for (size_t i = 0; i + 4 <= text.n; i++)
        if (!strncasecmp(text.p + i, "test", 4))
            return true;
    return false;
}

static void end_scope(struct parser *p)
{
    struct span type = sbdh_span(&p->scope_type);
    struct span value = sbdh_span(&p->scope_instance);
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
        if (span_eq_str(type, scopes[i].type)) {
            sbdh_keep(&p->header.fields[scopes[i].field], value);
            return;
        }
    bool denied = span_eq_str(value, "false") || span_eq_str(value, "0");
    bool whole = value.n == 4 && has_word_test(value);
    if (whole || (has_word_test(type) && value.n && !denied))
        p->header.test_scope = true;
}

static int begin_list(struct parser *p)
{
    struct finding f = finding_make(FINDING_LIST_ROOT, 1);
    p->list = true;
    return tally_add(&p->tally, &f);
}

static int on_start(void *context, const struct xml_element *e)
{
    struct parser *p = context;
    struct sbdh *h = &p->header;
    switch (e->id) {
    case LIST:
        return begin_list(p);
    case HEADER:
        h->headers++;
        h->late = h->documents > 0;
        break;
    case SENDER:
        h->sender.count++;
        break;
    case RECEIVER:
        h->receiver.count++;
        break;
    case SENDER_ID:
        sbdh_keep(&h->sender.authority, xml_attribute(e, "Authority"));
        break;
    case RECEIVER_ID:
        sbdh_keep(&h->receiver.authority, xml_attribute(e, "Authority"));
        break;
    case MANIFEST_ITEM:
        h->items++;
        break;
    case SCOPE:
        forget_text(&p->scope_type);
        forget_text(&p->scope_instance);
        break;
    case DOCUMENT:
        return begin_document(p, e);
    default:
        break;
    }
    return 0;
}

static int on_end(void *context, const struct xml_element *e, struct span text, bool cut)
{
    struct parser *p = context;
    (void)cut; /* far longer than any identifier may be: it will not agree with anything */
    if (members[e->id]) {
        sbdh_keep((struct sbdh_text *)((char *)&p->header + members[e->id]), text);
        return 0;
    }
    switch (e->id) {
    case HEADER:
        return sbdh_judge(&p->header, SBDH_HEADER_READ, e->ordinal, &p->tally);
    case SCOPE_TYPE:
        sbdh_keep(&p->scope_type, text);
        break;
    case SCOPE_INSTANCE:
        sbdh_keep(&p->scope_instance, text);
        break;
    case SCOPE:
        end_scope(p);
        break;
    case SELLER_ID:
        sbdh_seller(&p->header, text);
        break;
    case DOCUMENT:
        return end_document(p, e);
    default:
        break;
    }
    return 0;
}

/* --- the parser ------------------------------------------------------------------------------ */

static void sbdh_close(struct parser **parser)
{
    struct parser *p = *parser;
    if (!p)
        return;
    if (p->content)
        p->format->close(&p->content);
    xml_close(&p->xml);
    free(p);
    *parser = NULL;
}

int sbdh_begin(const struct format *content, const char *reason, const struct sink *sink,
               struct parser **out)
{
    struct parser *p = calloc(1, sizeof(*p));
    if (!p)
        return SLUSS_ENOMEM;
    p->format = content;
    p->reason = reason;
    p->sink = sink;
    p->inner = (struct sink){
        .context = p,
        .item = on_item,
        .finding = on_finding,
        .detail = sink->detail ? on_detail : NULL,
    };
    p->handler = (struct xml_handler){p, on_start, on_end};
    tally_init(&p->tally, sink);
    if (xml_open(&table, &p->handler, sink, &p->xml)) {
        sbdh_close(&p);
        return SLUSS_ENOMEM;
    }
    *out = p;
    return 0;
}

static void sbdh_unicode(struct parser *p, const char *form)
{
    xml_unicode(p->xml, form);
}

static int sbdh_push(struct parser *p, struct span bytes)
{
    return xml_push(p->xml, bytes);
}

static int sbdh_finish(struct parser *p, struct parser_facts *facts)
{
    int rc = xml_finish(p->xml);
    bool whole = !rc && xml_whole(p->xml);
    if (!rc && p->content) /* cut in the middle: say what is left to be said of it */
        rc = end_content(p);
    if (!rc && whole && !p->list)
        rc = sbdh_judge(&p->header, SBDH_ENVELOPE_READ, 1, &p->tally);
    if (!rc)
        rc = tally_finish(&p->tally);
    *facts = (struct parser_facts){
        .test = p->test,
        .states_zero = whole && p->zeros && p->zeros == p->header.documents,
        .envelope = p->list ? ENVELOPE_NONE : ENVELOPE_SBDH,
    };
    return rc;
}

enum ending sbdh_ending(struct span head, struct span tail)
{
    struct xml_sniff look = xml_sniff(head);
    const char *root = "StandardBusinessDocument";
    if (look.wrapper == XML_IN_LIST)
        root = "Invoices";
    else if (span_eq_str(look.local, "StandardBusinessDocumentHeader"))
        root = "StandardBusinessDocumentHeader";
    return xml_ends_with(tail, root) ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_sbdh = {
    .name = "sbdh",
    .unicode = sbdh_unicode,
    .push = sbdh_push,
    .finish = sbdh_finish,
    .close = sbdh_close,
};
