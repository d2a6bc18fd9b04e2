/* sbdh_rules.c -- the table of checks
 *
 * Sources: UN/CEFACT SBDH 1.3; Peppol Business Message Envelope 2.0 (sections 3 and 4), Policy for
 * use of identifiers 4.3; which of them make an envelope void: the published negative examples.
 */
#include "parsers/sbdh_rules.h"

#include <strings.h>

#include "model/date.h"
#include "parsers/decimal.h"

#define PEPPOL_AUTHORITY "iso6523-actorid-upis"
#define NUMBER_MAX       135 /* of a participant, behind its scheme */
#define SELLER_MIN       6   /* shorter identifiers tell nothing */
#define SELLER_MAX       64

void sbdh_keep(struct sbdh_text *to, struct span text)
{
    if (to->seen)
        return;
    text = span_trim(text);
    to->seen = true;
    to->n = (uint16_t)(text.n < sizeof(to->p) ? text.n : sizeof(to->p));
    if (to->n)
        memcpy(to->p, text.p, to->n);
}

static struct span field(const struct sbdh *h, enum sbdh_field of)
{
    return sbdh_span(&h->fields[of]);
}

static bool sfti(const struct sbdh *h)
{
    return span_starts(field(h, SBDH_STANDARD), SPAN_LIT("urn:sfti:"));
}

static bool peppol(const struct sbdh *h)
{
    return !sfti(h) && (span_eq_str(sbdh_span(&h->sender.authority), PEPPOL_AUTHORITY) ||
                        span_eq_str(sbdh_span(&h->receiver.authority), PEPPOL_AUTHORITY) ||
                        h->fields[SBDH_DOCUMENT_ID].seen || h->fields[SBDH_PROCESS_ID].seen);
}

/* --- texts ------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter_or_digit(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "0007:2021005489": four digits name the register. */
static bool is_participant(struct span id)
{
    if (id.n < 6 || id.n > 5 + NUMBER_MAX || id.p[4] != ':' || !span_all_digits(span_of(id.p, 4)))
        return false;
    for (size_t i = 5; i < id.n; i++)
        if (id.p[i] <= ' ' || id.p[i] > '~')
            return false;
    return true;
}

static struct span number_of(struct span participant)
{
    const char *colon = participant.n ? memchr(participant.p, ':', participant.n) : NULL;
    if (!colon)
        return participant;
    return span_of(colon + 1, (size_t)(participant.p + participant.n - colon) - 1);
}

static bool is_test_participant(struct span id)
{
    struct span number = number_of(id);
    return span_starts(id, SPAN_LIT("9915:")) ||
           (number.n == 4 && !strncasecmp(number.p, "test", 4));
}

/* "hh:mm:ss" at the front, in range. */
static bool takes_clock(struct span *s)
{
    static const char most[] = "23:59:59";
    if (s->n < 8)
        return false;
    for (size_t i = 0; i < 8; i++)
        if (i % 3 == 2 ? s->p[i] != ':' : !is_digit(s->p[i]))
            return false;
    for (size_t i = 0; i < 8; i += 3)
        if (memcmp(s->p + i, most + i, 2) > 0)
            return false;
    *s = span_of(s->p + 8, s->n - 8);
    return true;
}

/* xs:dateTime, with or without fraction and zone. */
static bool is_moment(struct span s)
{
    struct date day;
    if (s.n < 19 || s.p[10] != 'T' || date_parse_iso(span_of(s.p, 10), &day))
        return false;
    s = span_of(s.p + 11, s.n - 11);
    if (!takes_clock(&s))
        return false;
    if (s.n > 1 && s.p[0] == '.') {
        size_t n = 1;
        while (n < s.n && is_digit(s.p[n]))
            n++;
        if (n == 1)
            return false;
        s = span_of(s.p + n, s.n - n);
    }
    if (!s.n || span_eq_str(s, "Z"))
        return true;
    return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') && s.p[3] == ':' &&
           span_all_digits(span_of(s.p + 1, 2)) && span_all_digits(span_of(s.p + 4, 2));
}

/* Letters and digits alone. */
static size_t strip(struct span text, char to[SELLER_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < SELLER_MAX; i++)
        if (is_letter_or_digit(text.p[i]))
            to[n++] = text.p[i];
    return n;
}

/* The number of a VAT registration holds that of the company. */
void sbdh_seller(struct sbdh *h, struct span id)
{
    char seller[SELLER_MAX];
    char sender[SELLER_MAX];
    size_t n = strip(id, seller);
    size_t m = strip(number_of(sbdh_span(&h->sender.id)), sender);
    if (n < SELLER_MIN || m < SELLER_MIN)
        return;
    h->seller_named = true;
    if (memmem(seller, n, sender, m))
        h->seller_is_sender = true;
}

/* --- DOCUMENTID: namespace::root##customization::version ----------------------------------- */

struct document_id {
    struct span type; /* namespace::root */
    struct span customization;
    struct span version;
};

/* False when it is not written so. */
static bool split_document_id(struct span id, struct document_id *out)
{
    const char *hashes = id.n ? memmem(id.p, id.n, "##", 2) : NULL;
    if (!hashes)
        return false;
    out->type = span_of(id.p, (size_t)(hashes - id.p));
    struct span rest = span_of(hashes + 2, (size_t)(id.p + id.n - hashes) - 2);
    for (size_t i = rest.n; i-- > 1;)
        if (rest.p[i] == ':' && rest.p[i - 1] == ':') {
            out->customization = span_of(rest.p, i - 1);
            out->version = span_of(rest.p + i + 1, rest.n - i - 1);
            return true;
        }
    return false;
}

static bool is_type(struct span type, struct span ns, struct span root)
{
    return type.n == ns.n + 2 + root.n && span_starts(type, ns) && span_ends(type, root) &&
           !memcmp(type.p + ns.n, "::", 2);
}

/* --- checks: true where something is wrong -------------------------------------------------- */

static bool other_version(const struct sbdh *h)
{
    return !span_eq_str(field(h, SBDH_HEADER_VERSION), "1.0");
}

static bool no_sender(const struct sbdh *h)
{
    return h->sender.count == 0 || !h->sender.id.n;
}

static bool no_receiver(const struct sbdh *h)
{
    return h->receiver.count == 0 || !h->receiver.id.n;
}

static bool many_senders(const struct sbdh *h)
{
    return h->sender.count > 1;
}

static bool many_receivers(const struct sbdh *h)
{
    return h->receiver.count > 1;
}

static bool sender_authority(const struct sbdh *h)
{
    return h->sender.count && !span_eq_str(sbdh_span(&h->sender.authority), PEPPOL_AUTHORITY);
}

static bool receiver_authority(const struct sbdh *h)
{
    return h->receiver.count && !span_eq_str(sbdh_span(&h->receiver.authority), PEPPOL_AUTHORITY);
}

static bool sender_form(const struct sbdh *h)
{
    return h->sender.id.n && !is_participant(sbdh_span(&h->sender.id));
}

static bool receiver_form(const struct sbdh *h)
{
    return h->receiver.id.n && !is_participant(sbdh_span(&h->receiver.id));
}

static bool no_standard(const struct sbdh *h)
{
    return !h->fields[SBDH_STANDARD].n;
}

static bool no_type(const struct sbdh *h)
{
    return !h->fields[SBDH_TYPE].n;
}

static bool no_type_version(const struct sbdh *h)
{
    return !h->fields[SBDH_TYPE_VERSION].n;
}

static bool no_instance(const struct sbdh *h)
{
    return !h->fields[SBDH_INSTANCE].n;
}

static bool no_moment(const struct sbdh *h)
{
    return !is_moment(field(h, SBDH_CREATED));
}

static bool no_document_id(const struct sbdh *h)
{
    return !h->fields[SBDH_DOCUMENT_ID].n;
}

static bool no_process_id(const struct sbdh *h)
{
    return !h->fields[SBDH_PROCESS_ID].n;
}

static bool no_country(const struct sbdh *h)
{
    return !h->fields[SBDH_COUNTRY].seen;
}

static bool bad_country(const struct sbdh *h)
{
    struct span code = field(h, SBDH_COUNTRY);
    bool two =
        code.n == 2 && code.p[0] >= 'A' && code.p[0] <= 'Z' && code.p[1] >= 'A' && code.p[1] <= 'Z';
    return h->fields[SBDH_COUNTRY].seen && !two;
}

static bool bad_mls_to(const struct sbdh *h)
{
    return h->fields[SBDH_MLS_TO].seen && !is_participant(field(h, SBDH_MLS_TO));
}

static bool bad_mls_type(const struct sbdh *h)
{
    struct span type = field(h, SBDH_MLS_TYPE);
    return h->fields[SBDH_MLS_TYPE].seen && !span_eq_str(type, "FAILURE_ONLY") &&
           !span_eq_str(type, "ALWAYS_SEND");
}

static bool other_type_version(const struct sbdh *h)
{
    struct document_id id;
    return h->fields[SBDH_TYPE_VERSION].n && split_document_id(field(h, SBDH_DOCUMENT_ID), &id) &&
           !span_eq(id.version, field(h, SBDH_TYPE_VERSION));
}

static bool sends_to_itself(const struct sbdh *h)
{
    return h->sender.id.n && span_eq(sbdh_span(&h->sender.id), sbdh_span(&h->receiver.id));
}

static bool test_sender(const struct sbdh *h)
{
    return is_test_participant(sbdh_span(&h->sender.id));
}

static bool test_receiver(const struct sbdh *h)
{
    return is_test_participant(sbdh_span(&h->receiver.id));
}

static bool test_scope(const struct sbdh *h)
{
    return h->test_scope;
}

/* Standard and Type name one kind of document; SFTI's envelope may hold others beside it. */
static bool describes(const struct sbdh *h)
{
    return !h->opaque && (h->documents == 1 || peppol(h));
}

static bool other_standard(const struct sbdh *h)
{
    return describes(h) && h->fields[SBDH_STANDARD].n &&
           !span_eq(field(h, SBDH_STANDARD), sbdh_span(&h->ns));
}

static bool other_type(const struct sbdh *h)
{
    return describes(h) && h->fields[SBDH_TYPE].n &&
           !span_eq(field(h, SBDH_TYPE), sbdh_span(&h->root));
}

static bool second_document(const struct sbdh *h)
{
    return h->documents > 1;
}

static bool other_document_type(const struct sbdh *h)
{
    struct document_id id;
    return describes(h) && h->fields[SBDH_DOCUMENT_ID].n &&
           !(split_document_id(field(h, SBDH_DOCUMENT_ID), &id) &&
             is_type(id.type, sbdh_span(&h->ns), sbdh_span(&h->root)));
}

static bool other_customization(const struct sbdh *h)
{
    struct document_id id;
    return describes(h) && h->customization.n &&
           split_document_id(field(h, SBDH_DOCUMENT_ID), &id) &&
           !span_eq(id.customization, sbdh_span(&h->customization));
}

static bool other_process(const struct sbdh *h)
{
    return describes(h) && h->profile.n && h->fields[SBDH_PROCESS_ID].n &&
           !span_eq(field(h, SBDH_PROCESS_ID), sbdh_span(&h->profile));
}

static bool other_than_first(const struct sbdh *h)
{
    return h->documents > 1 &&
           !span_eq(sbdh_span(&h->customization), sbdh_span(&h->first_customization));
}

static bool other_seller(const struct sbdh *h)
{
    return h->seller_named && !h->seller_is_sender;
}

static bool no_header(const struct sbdh *h)
{
    return h->headers == 0;
}

static bool many_headers(const struct sbdh *h)
{
    return h->headers > 1;
}

static bool header_late(const struct sbdh *h)
{
    return h->late;
}

static bool no_document(const struct sbdh *h)
{
    return h->documents == 0;
}

/* --- the table ------------------------------------------------------------------------------ */

enum whose { EVERY = 0, PEPPOL, OTHERS };

static const struct check {
    enum sbdh_moment moment;
    enum whose whose;
    enum finding_code code;
    bool (*wrong)(const struct sbdh *h);
    const char *what;
} checks[] = {
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, other_version, "HeaderVersion is not 1.0"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, no_sender, "there is no Sender"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, no_receiver, "there is no Receiver"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, many_senders,
     "there is more than one Sender"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, many_receivers,
     "there is more than one Receiver"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, sender_authority,
     "the Authority of Sender is not that of Peppol"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, receiver_authority,
     "the Authority of Receiver is not that of Peppol"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, sender_form,
     "Sender is not a number behind its scheme"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, receiver_form,
     "Receiver is not a number behind its scheme"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, no_standard, "Standard is missing"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, no_type, "Type is missing"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, no_type_version, "TypeVersion is missing"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, no_instance, "InstanceIdentifier is missing"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_WRONG, no_moment,
     "CreationDateAndTime is not a date and time"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, no_document_id,
     "the scope DOCUMENTID is missing"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, no_process_id,
     "the scope PROCESSID is missing"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, bad_country,
     "the scope COUNTRY_C1 is not a country's code"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, bad_mls_to,
     "the scope MLS_TO is not a number behind its scheme"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_WRONG, bad_mls_type,
     "the scope MLS_TYPE is not one of its codes"},
    {SBDH_HEADER_READ, PEPPOL, FINDING_ENVELOPE_NOTE, no_country,
     "the scope COUNTRY_C1 is missing"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_NOTE, other_type_version,
     "TypeVersion is not that of the scope DOCUMENTID"},
    {SBDH_HEADER_READ, EVERY, FINDING_ENVELOPE_NOTE, sends_to_itself,
     "Sender and Receiver are the same"},
    {SBDH_HEADER_READ, EVERY, FINDING_TEST_HINT, test_sender, "Sender is a test participant"},
    {SBDH_HEADER_READ, EVERY, FINDING_TEST_HINT, test_receiver, "Receiver is a test participant"},
    {SBDH_HEADER_READ, EVERY, FINDING_TEST_HINT, test_scope, "a scope speaks of a test"},

    {SBDH_DOCUMENT_BEGINS, PEPPOL, FINDING_ENVELOPE_WRONG, second_document,
     "there is more than one document"},
    {SBDH_DOCUMENT_BEGINS, EVERY, FINDING_ENVELOPE_WRONG, other_standard,
     "Standard is not the namespace of the document"},
    {SBDH_DOCUMENT_BEGINS, EVERY, FINDING_ENVELOPE_WRONG, other_type,
     "Type is not the root element of the document"},
    {SBDH_DOCUMENT_READ, EVERY, FINDING_ENVELOPE_DOUBT, other_document_type,
     "the scope DOCUMENTID names another type of document"},
    {SBDH_DOCUMENT_READ, EVERY, FINDING_ENVELOPE_DOUBT, other_customization,
     "the scope DOCUMENTID does not hold the document's CustomizationID"},
    {SBDH_DOCUMENT_READ, EVERY, FINDING_ENVELOPE_DOUBT, other_process,
     "the scope PROCESSID is not the document's ProfileID"},
    {SBDH_DOCUMENT_READ, OTHERS, FINDING_ENVELOPE_DOUBT, other_than_first,
     "the CustomizationID is not that of the first document"},
    {SBDH_DOCUMENT_READ, EVERY, FINDING_ENVELOPE_NOTE, other_seller,
     "Sender is not the seller in the document"},

    {SBDH_ENVELOPE_READ, EVERY, FINDING_ENVELOPE_WRONG, no_header, "there is no header"},
    {SBDH_ENVELOPE_READ, EVERY, FINDING_ENVELOPE_WRONG, many_headers,
     "there is more than one header"},
    {SBDH_ENVELOPE_READ, EVERY, FINDING_ENVELOPE_WRONG, header_late,
     "the header stands behind a document"},
    {SBDH_ENVELOPE_READ, EVERY, FINDING_ENVELOPE_WRONG, no_document, "there is no document"},
};

static bool concerns(const struct check *c, bool in_peppol)
{
    return c->whose == EVERY || (c->whose == PEPPOL) == in_peppol;
}

/* Manifest/NumberOfItems counts ManifestItem, and both the documents. */
static int judge_manifest(const struct sbdh *h, uint64_t record, struct tally *tally)
{
    struct decimal stated;
    if (!h->items_stated.seen)
        return 0;
    if (decimal_parse(sbdh_span(&h->items_stated), &stated))
        return tally_field(tally, FINDING_BAD_FIELD, record, "NumberOfItems",
                           "a decimal number of at most 18 digits");
    uint64_t counts[] = {h->items, h->documents};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (decimal_equal(stated, decimal_of((int64_t)counts[i], 0)))
            continue;
        char text[DECIMAL_SIZE];
        struct finding f = finding_make(FINDING_TOTALS_MISMATCH, record);
        finding_text(&f, "what", SPAN_LIT("NumberOfItems"));
        finding_text(&f, "stated", span_str(decimal_text(stated, text)));
        finding_int(&f, "computed", (int64_t)counts[i]);
        return tally_add(tally, &f);
    }
    return 0;
}

int sbdh_judge(const struct sbdh *h, enum sbdh_moment moment, uint64_t record, struct tally *tally)
{
    bool in_peppol = peppol(h);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        const struct check *c = &checks[i];
        if (c->moment != moment || !concerns(c, in_peppol) || !c->wrong(h))
            continue;
        struct finding f = finding_make(c->code, record);
        finding_text(&f, "what", span_str(c->what));
        int rc = tally_add(tally, &f);
        if (rc)
            return rc;
    }
    return moment == SBDH_ENVELOPE_READ ? judge_manifest(h, record, tally) : 0;
}
