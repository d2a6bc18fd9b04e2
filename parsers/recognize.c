#include "parsers/recognize.h"

#include "model/text.h"
#include "model/utf16.h"
#include "parsers/edifact.h"
#include "parsers/layout_reader.h"
#include "parsers/mt940.h"
#include "parsers/peppol.h"
#include "parsers/sbdh.h"
#include "parsers/sealed.h"

/* --- the auction --------------------------------------------------------------------- */

static struct recognition auction(struct span head, bool whole)
{
    struct recognition best = {0};

    for (size_t i = 0; i < format_count; i++) {
        enum bid bid = formats[i]->bid(head, whole);
        if (bid > best.bid) {
            best = (struct recognition){.format = formats[i], .bid = bid};
        } else if (bid == best.bid && best.format && !best.rival) {
            best.first = best.format;
            best.rival = formats[i];
        }
    }
    return best;
}

/* --- what else it may be ------------------------------------------------------------- */

struct signature {
    struct span prefix;
    const char *reason;
};

#define SIGNATURE(prefix, reason)                                                                  \
    {                                                                                              \
        {prefix, sizeof(prefix) - 1}, reason                                                       \
    }

static const struct signature binary_signatures[] = {
    SIGNATURE("\xFF\xFE\0\0", "UTF-32 text"),
    SIGNATURE("\0\0\xFE\xFF", "UTF-32 text"),
    SIGNATURE("%PDF-", "a PDF document"),
    SIGNATURE("PK\x03\x04", "a zip archive or an office document"),
    SIGNATURE("PK\x05\x06", "an empty zip archive"),
    SIGNATURE("\x1F\x8B", "a gzip archive"),
    SIGNATURE("BZh", "a bzip2 archive"),
    SIGNATURE("\xFD"
              "7zXZ",
              "an xz archive"),
    SIGNATURE("7z\xBC\xAF", "a 7-Zip archive"),
    SIGNATURE("Rar!", "a RAR archive"),
    SIGNATURE("\xD0\xCF\x11\xE0", "an older office document"),
    SIGNATURE("\x89PNG", "a PNG image"),
    SIGNATURE("\xFF\xD8\xFF", "a JPEG image"),
    SIGNATURE("GIF8", "a GIF image"),
    SIGNATURE("II*\0", "a TIFF image"),
    SIGNATURE("MM\0*", "a TIFF image"),
    SIGNATURE("\x7F"
              "ELF",
              "a program"),
    SIGNATURE("MZ", "a Windows program"),
    SIGNATURE("SQLite format 3", "an SQLite database"),
    SIGNATURE("-----BEGIN PGP", "a PGP message"),
    SIGNATURE("{\\rtf", "an RTF document"),
};

/* Known formats of the trade that no parser here bids on, and what lands in inboxes by
 * mistake. Looked for behind a byte order mark and blanks. */
static const struct signature text_signatures[] = {
    SIGNATURE("01AUTOGIRO", "a file for Autogiro"),
    SIGNATURE("01TOTALIN", "a Total IN file"),
    SIGNATURE("00TOTALIN", "a Total IN file"),
    SIGNATURE("NY000010", "a file in the layout of Nets"),
    SIGNATURE("UNA:", "an EDIFACT interchange"),
    SIGNATURE("UNB+", "an EDIFACT interchange"),
    SIGNATURE("{1:F", "a SWIFT message"),
    SIGNATURE("<!DOCTYPE html", "an HTML page"),
    SIGNATURE("<!doctype html", "an HTML page"),
    SIGNATURE("<html", "an HTML page"),
    SIGNATURE("<HTML", "an HTML page"),
    SIGNATURE("{", "JSON text"),
    SIGNATURE("[", "JSON text"),
};

#define UBL "urn:oasis:names:specification:ubl:schema:xsd:"

/* Namespaces by which an XML document is told; the longest first where one begins another. */
static const struct signature xml_signatures[] = {
    SIGNATURE("urn:sfti:documents:BasicInvoice", "XML: a Svefaktura invoice"),
    SIGNATURE("urn:sfti:documents:StandardBusinessDocumentHeader", "XML: an SFTI object envelope"),
    SIGNATURE("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice",
              "XML: a cross industry invoice"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:camt.029.",
              "XML: an answer to an investigation (ISO 20022 camt.029)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:camt.055.",
              "XML: a request to cancel payments (ISO 20022 camt.055)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:camt.056.",
              "XML: a request to cancel payments (ISO 20022 camt.056)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:camt.057.",
              "XML: a notice of what is to come in (ISO 20022 camt.057)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:camt.060.",
              "XML: a request for account reports (ISO 20022 camt.060)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:camt.086.",
              "XML: a bill for bank services (ISO 20022 camt.086)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.007.",
              "XML: a reversal of payments (ISO 20022 pain.007)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.009.", "XML: a mandate (ISO 20022 pain.009)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.010.",
              "XML: a change of a mandate (ISO 20022 pain.010)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.011.",
              "XML: a cancellation of a mandate (ISO 20022 pain.011)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.012.",
              "XML: an answer about a mandate (ISO 20022 pain.012)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.013.",
              "XML: a request to be paid (ISO 20022 pain.013)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.014.",
              "XML: an answer to a request to be paid (ISO 20022 pain.014)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pacs.",
              "XML: payments between banks (ISO 20022 pacs)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:camt.", "XML: an ISO 20022 account report (camt)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.002.",
              "XML: an ISO 20022 payment status report (pain.002)"),
    SIGNATURE("http://www.six-interbank-clearing.com/de/pain.002.",
              "XML: an ISO 20022 payment status report (pain.002)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.008.",
              "XML: an ISO 20022 direct debit file (pain.008)"),
    SIGNATURE("urn:iso:std:iso:20022:tech:xsd:pain.", "XML: an ISO 20022 payment file (pain)"),
    SIGNATURE(UBL "Invoice-2",
              "XML: a UBL invoice, but not of Peppol BIS Billing 3"),
    SIGNATURE(UBL "CreditNote-2",
              "XML: a UBL credit note, but not of Peppol BIS Billing 3"),
    SIGNATURE(UBL "Order-2", "XML: an order (UBL Order)"),
    SIGNATURE(UBL "OrderResponse-2", "XML: an answer to an order (UBL OrderResponse)"),
    SIGNATURE(UBL "OrderResponseSimple-2", "XML: an answer to an order (UBL OrderResponseSimple)"),
    SIGNATURE(UBL "OrderChange-2", "XML: a change of an order (UBL OrderChange)"),
    SIGNATURE(UBL "OrderCancellation-2", "XML: a cancellation of an order (UBL OrderCancellation)"),
    SIGNATURE(UBL "DespatchAdvice-2", "XML: a despatch advice (UBL DespatchAdvice)"),
    SIGNATURE(UBL "ReceiptAdvice-2", "XML: a receipt advice (UBL ReceiptAdvice)"),
    SIGNATURE(UBL "ApplicationResponse-2", "XML: an answer to a message (UBL ApplicationResponse)"),
    SIGNATURE(UBL "Catalogue-2", "XML: a catalogue (UBL Catalogue)"),
    SIGNATURE(UBL "CatalogueRequest-2", "XML: a request for a catalogue (UBL CatalogueRequest)"),
    SIGNATURE(UBL "Quotation-2", "XML: a quotation (UBL Quotation)"),
    SIGNATURE(UBL "RequestForQuotation-2", "XML: a request for a quotation (UBL RequestForQuotation)"),
    SIGNATURE(UBL "Statement-2", "XML: an account statement (UBL Statement)"),
    SIGNATURE(UBL "Reminder-2", "XML: a reminder (UBL Reminder)"),
    SIGNATURE(UBL "UtilityStatement-2", "XML: a statement of consumption (UBL UtilityStatement)"),
    SIGNATURE(UBL "DebitNote-2", "XML: a debit note (UBL DebitNote)"),
    SIGNATURE(UBL "SelfBilledInvoice-2", "XML: a self-billed invoice (UBL SelfBilledInvoice)"),
    SIGNATURE(UBL "SelfBilledCreditNote-2", "XML: a self-billed credit note (UBL SelfBilledCreditNote)"),
    SIGNATURE(UBL "FreightInvoice-2", "XML: a freight invoice (UBL FreightInvoice)"),
    SIGNATURE(UBL "RemittanceAdvice-2", "XML: a remittance advice (UBL RemittanceAdvice)"),
    SIGNATURE(UBL, "XML: another UBL document"),
    SIGNATURE("Finvoice", "XML: a Finvoice"),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *by_prefix(const struct signature *of, size_t n, struct span head)
{
    for (size_t i = 0; i < n; i++)
        if (span_starts(head, of[i].prefix))
            return of[i].reason;
    return NULL;
}

static const char *xml_reason(struct span head)
{
    struct xml_sniff look = xml_sniff(head);
    /* Whatever it is beside, no format here takes it. */
    if (look.look == XML_LOOK_DOCTYPE)
        return "XML with a document type declaration (DOCTYPE), which is refused";
    if (look.look == XML_LOOK_MORE && look.wrapper)
        return "the document in the envelope does not begin in the first 64 KiB";
    if (!look.wrapper && span_eq_str(look.local, "StandardBusinessDocument"))
        return "XML: an SBDH envelope without its namespace";
    const char *refusal = peppol_refusal(head);
    if (refusal)
        return refusal;
    for (size_t i = 0; i < COUNT(xml_signatures); i++)
        if (memmem(head.p, head.n, xml_signatures[i].prefix.p, xml_signatures[i].prefix.n))
            return xml_signatures[i].reason;
    return "XML with a root element that no format here has";
}

static bool has_control(struct span head)
{
    for (size_t i = 0; i < head.n; i++) {
        unsigned char c = (unsigned char)head.p[i];
        if (c < 0x20 && !strchr("\t\n\f\r\x1A", c))
            return true;
        if (c == 0)
            return true;
    }
    return false;
}

static const char *reason_unknown(struct span head, const struct recognition *best)
{
    const char *reason = by_prefix(binary_signatures, COUNT(binary_signatures), head);

    if (reason)
        return reason;
    head = span_trim(head);
    if (head.n == 0)
        return "nothing but blanks";
    reason = edifact_other(head);
    if (!reason)
        reason = mt940_other(head);
    if (!reason)
        reason = by_prefix(text_signatures, COUNT(text_signatures), head);
    if (reason)
        return reason;
    if (head.p[0] == '<')
        return xml_reason(head);
    if (has_control(head))
        return "binary data";
    if (best->format && best->format->kind == KIND_CASES)
        return "a table without the columns that case-csv requires";
    if (best->format)
        return "too little that tells the format";
    return "text without a known signature";
}

/* A layout knows a file by little: it is asked when no self-describing format is likely. */
static struct recognition auction_of_layouts(const struct layouts *layouts, struct span head,
                                             bool whole)
{
    struct recognition best = {0};

    for (size_t i = 0; layouts && i < layouts->n; i++) {
        if (layout_bid(layouts->of[i], head, whole) == BID_NO)
            continue;
        if (best.format && !best.rival) {
            best.first = best.format;
            best.rival = &layouts->of[i]->format;
        } else if (!best.format) {
            best = (struct recognition){.format = &layouts->of[i]->format, .bid = BID_CERTAIN};
        }
    }
    return best;
}

enum xml_wrapper recognize_wrapper(const struct format *format, struct span head)
{
    return format->reader ? xml_sniff(head).wrapper : XML_BARE;
}

static struct recognition recognize_plain(const struct layouts *layouts, struct span head,
                                          bool whole)
{
    struct span seal = SPAN_NONE;
    struct recognition best;

    if (sealed_begins(head, whole, &seal))
        head = sealed_content(head, seal);
    best = auction(head, whole);
    best.seal = seal;
    if (best.bid < BID_LIKELY) {
        struct recognition declared = auction_of_layouts(layouts, head, whole);
        if (declared.format) {
            declared.seal = seal;
            best = declared;
        }
    }
    if (best.bid < BID_LIKELY) {
        best.reason = reason_unknown(head, &best);
        best.format = best.first = best.rival = NULL;
    } else if (best.rival) {
        best.format = NULL;
    }
    best.wrapper = xml_sniff(head).wrapper;
    if (best.wrapper == XML_IN_LIST && !best.format)
        best.wrapper = XML_BARE; /* somebody else's word for something else */
    return best;
}

static enum ending ending_plain(const struct layouts *layouts, struct span head, struct span tail,
                                bool whole_in_head)
{
    struct recognition found = recognize_plain(layouts, head, whole_in_head);

    if (found.seal.p)
        return sealed_ending(head, tail);
    if (found.format && found.format->layout)
        return layout_ending(found.format->layout, head, tail);
    if (found.wrapper)
        return sbdh_ending(head, tail);
    if (!found.format || !found.format->ending)
        return ENDING_UNKNOWN;
    return found.format->ending(head, tail);
}

/* --- marks and UTF-16 ---------------------------------------------------------------- */

/* As much of it in UTF-8 as the formats want to see, behind the mark. 0 or SLUSS_ENOMEM. */
static int plain_head(struct span head, unsigned mark, bool big, struct buf *out)
{
    struct utf16 utf16 = {.big = big};
    int r;

    head = span_of(head.p + mark, head.n - mark);
    r = utf16_push(&utf16, head, out);
    if (out->n > HEAD_MAX)
        out->n = utf8_cut(buf_view(out), HEAD_MAX).n;
    return r;
}

/* The tail may begin inside a unit: the zeros of ASCII in UTF-16 tell. *odd: there is half a unit
 * at the end. */
static int plain_tail(struct span tail, unsigned mark, bool big, struct buf *out, bool *odd)
{
    struct utf16 utf16 = {.big = big};
    size_t zeros[2] = {0, 0};

    for (size_t i = 0; i < tail.n; i++)
        zeros[i % 2] += tail.p[i] == 0;
    if (zeros[big ? 1 : 0] > zeros[big ? 0 : 1])
        tail = span_of(tail.p + 1, tail.n - 1);
    if (span_starts(tail, big ? SPAN_LIT("\xFE\xFF") : SPAN_LIT("\xFF\xFE")))
        tail = span_of(tail.p + mark, tail.n - mark);
    *odd = tail.n % 2;
    return utf16_push(&utf16, tail, out);
}

static bool is_utf16(enum unicode_form form)
{
    return form == UNICODE_UTF16_LE || form == UNICODE_UTF16_BE;
}

struct recognition recognize(struct span head, bool whole)
{
    return recognize_with(NULL, head, whole);
}

struct recognition recognize_with(const struct layouts *layouts, struct span head, bool whole)
{
    struct recognition found = {.reason = "text without a known signature"};
    unsigned mark;
    enum unicode_form form = unicode_look(head, &mark);
    struct buf plain;

    if (!is_utf16(form))
        return recognize_plain(layouts, span_of(head.p + mark, head.n - mark), whole);
    buf_init(&plain, 2 * HEAD_MAX);
    if (plain_head(head, mark, form == UNICODE_UTF16_BE, &plain) == 0)
        found = recognize_plain(layouts, buf_view(&plain), whole && plain.n < HEAD_MAX);
    buf_free(&plain);
    found.seal = SPAN_NONE; /* it lay there */
    return found;
}

enum ending recognize_ending(struct span head, struct span tail, bool whole_in_head)
{
    return recognize_ending_with(NULL, head, tail, whole_in_head);
}

enum ending recognize_ending_with(const struct layouts *layouts, struct span head,
                                  struct span tail, bool whole_in_head)
{
    enum ending ending = ENDING_UNKNOWN;
    unsigned mark;
    enum unicode_form form = unicode_look(head, &mark);
    struct buf plain[2];
    bool odd = false;

    if (head.n == 0)
        return ENDING_CUT;
    if (!is_utf16(form)) {
        if (mark && span_starts(tail, span_of(head.p, mark)))
            tail = span_of(tail.p + mark, tail.n - mark);
        return ending_plain(layouts, span_of(head.p + mark, head.n - mark), tail, whole_in_head);
    }
    buf_init(&plain[0], 2 * HEAD_MAX);
    buf_init(&plain[1], 2 * TAIL_MAX);
    if (plain_head(head, mark, form == UNICODE_UTF16_BE, &plain[0]) == 0 &&
        plain_tail(tail, mark, form == UNICODE_UTF16_BE, &plain[1], &odd) == 0)
        ending = ending_plain(layouts, buf_view(&plain[0]), buf_view(&plain[1]),
                              whole_in_head && plain[0].n < HEAD_MAX);
    buf_free(&plain[0]);
    buf_free(&plain[1]);
    return ending != ENDING_UNKNOWN && odd ? ENDING_CUT : ending;
}
