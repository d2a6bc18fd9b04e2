/* svefaktura.c -- SFTI Basic Invoice 1.0
 *
 * The elements of the invoice itself (ID, InvoiceTypeCode, LineItemCountNumeric) stand in the
 * root's namespace, dates and amounts in UBL 1.0's, identifiers inside parties in SFTI's.
 * Amounts stay positive in a credit note (type 381).
 * Source: SFTI Basic Invoice 1.0 (schema and description of elements); SFTI Object Envelope 1.0.
 */
#include "parsers/svefaktura.h"

#include "parsers/einvoice.h"

#define NS_INVOICE  "urn:sfti:documents:BasicInvoice:1:0"
#define NS_ENVELOPE "urn:sfti:documents:ObjectEnvelope:1:0"

enum ns { ROOT, ENVELOPE_NS, CAC, CBC };

static const char *const namespaces[] = {
    NS_INVOICE,
    NS_ENVELOPE,
    "urn:sfti:CommonAggregateComponents:1:0",
    "urn:oasis:names:tc:ubl:CommonBasicComponents:1:0",
    NULL,
};

enum {
    DOCUMENT = 1,
    ENVELOPE,
    ENCLOSED,
    ENCLOSED_DATA,
    NUMBER,
    ISSUE_DATE,
    TYPE,
    CURRENCY,
    LINE_COUNT,
    SELLER,
    BUYER,
    PARTY,
    IDENTIFICATION,
    IDENTIFICATION_ID,
    PARTY_NAME,
    PARTY_NAME_NAME,
    TAX_SCHEME_OF_PARTY,
    TAX_ID,
    PARTY_SCHEME,
    PARTY_SCHEME_ID,
    MEANS,
    DUE_DATE,
    ACCOUNT,
    ACCOUNT_ID,
    REFERENCE,
    TAX_TOTAL,
    TAX_AMOUNT,
    TOTALS,
    LINE_TOTAL,
    TAX_EXCLUSIVE,
    TAX_INCLUSIVE,
    ROUND_OFF,
    LINE,
    LINE_AMOUNT,
    ELEMENT_COUNT
};

static const struct xml_row rows[] = {
    {DOCUMENT, 0, ROOT, XML_SEEN, "Invoice"},
    {ENVELOPE, 0, ENVELOPE_NS, XML_SEEN, "ObjectEnvelope"},
    /* What a long invoice repeats comes first: rows are searched in order. */
    {LINE, DOCUMENT, CAC, XML_SEEN, "InvoiceLine"},
    {LINE_AMOUNT, LINE, CBC, XML_TEXT, "LineExtensionAmount"},

    {NUMBER, DOCUMENT, ROOT, XML_TEXT, "ID"},
    {ISSUE_DATE, DOCUMENT, CBC, XML_TEXT, "IssueDate"},
    {TYPE, DOCUMENT, ROOT, XML_TEXT, "InvoiceTypeCode"},
    {CURRENCY, DOCUMENT, ROOT, XML_TEXT, "InvoiceCurrencyCode"},
    {LINE_COUNT, DOCUMENT, ROOT, XML_TEXT, "LineItemCountNumeric"},
    {BUYER, DOCUMENT, CAC, XML_SEEN, "BuyerParty"},
    {SELLER, DOCUMENT, CAC, XML_SEEN, "SellerParty"},
    {PARTY, BUYER, CAC, XML_SEEN, "Party"},
    {PARTY, SELLER, CAC, XML_SEEN, "Party"},
    {IDENTIFICATION, PARTY, CAC, XML_SEEN, "PartyIdentification"},
    {IDENTIFICATION_ID, IDENTIFICATION, CAC, XML_TEXT, "ID"},
    {PARTY_NAME, PARTY, CAC, XML_SEEN, "PartyName"},
    {PARTY_NAME_NAME, PARTY_NAME, CBC, XML_TEXT, "Name"},
    {TAX_SCHEME_OF_PARTY, PARTY, CAC, XML_SEEN, "PartyTaxScheme"},
    {TAX_ID, TAX_SCHEME_OF_PARTY, CAC, XML_TEXT, "CompanyID"},
    {PARTY_SCHEME, TAX_SCHEME_OF_PARTY, CAC, XML_SEEN, "TaxScheme"},
    {PARTY_SCHEME_ID, PARTY_SCHEME, CAC, XML_TEXT, "ID"},
    {MEANS, DOCUMENT, CAC, XML_SEEN, "PaymentMeans"},
    {DUE_DATE, MEANS, CBC, XML_TEXT, "DuePaymentDate"},
    {ACCOUNT, MEANS, CAC, XML_SEEN, "PayeeFinancialAccount"},
    {ACCOUNT_ID, ACCOUNT, CAC, XML_TEXT, "ID"},
    {REFERENCE, ACCOUNT, CAC, XML_TEXT, "PaymentInstructionID"},
    {TAX_TOTAL, DOCUMENT, CAC, XML_SEEN, "TaxTotal"},
    {TAX_AMOUNT, TAX_TOTAL, CBC, XML_TEXT, "TotalTaxAmount"},
    {TOTALS, DOCUMENT, CAC, XML_SEEN, "LegalTotal"},
    {LINE_TOTAL, TOTALS, CBC, XML_TEXT, "LineExtensionTotalAmount"},
    {TAX_EXCLUSIVE, TOTALS, CBC, XML_TEXT, "TaxExclusiveTotalAmount"},
    {TAX_INCLUSIVE, TOTALS, CBC, XML_TEXT, "TaxInclusiveTotalAmount"},
    {ROUND_OFF, TOTALS, CAC, XML_TEXT, "RoundOffAmount"},

    {ENCLOSED, ENVELOPE, ENVELOPE_NS, XML_SEEN, "EncodedObject"},
    {ENCLOSED_DATA, ENCLOSED, ENVELOPE_NS, XML_SEEN, "EncodedData"},
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

#define AT(m) EINVOICE_AT(m)

static const struct einvoice_action actions[ELEMENT_COUNT] = {
    [NUMBER] = {EINVOICE_TEXT, AT(invoice.number), "ID"},
    [ISSUE_DATE] = {EINVOICE_DATE, AT(invoice.issue_date), "IssueDate"},
    [TYPE] = {EINVOICE_TEXT, AT(invoice.type), "InvoiceTypeCode"},
    [CURRENCY] = {EINVOICE_TEXT, AT(invoice.currency), "InvoiceCurrencyCode"},
    [LINE_COUNT] = {EINVOICE_NUMBER, AT(invoice.line_count), "LineItemCountNumeric"},
    [SELLER] = {EINVOICE_PARTY, AT(invoice.seller), NULL},
    [BUYER] = {EINVOICE_PARTY, AT(invoice.buyer), NULL},
    [IDENTIFICATION_ID] = {EINVOICE_TEXT, AT(party.id), "PartyIdentification/ID"},
    [PARTY_NAME_NAME] = {EINVOICE_TEXT, AT(party.name), "PartyName/Name"},
    [TAX_ID] = {EINVOICE_TEXT, AT(party.endpoint), "PartyTaxScheme/CompanyID"},
    [DUE_DATE] = {EINVOICE_DATE, AT(invoice.due_date), "DuePaymentDate"},
    [ACCOUNT_ID] = {EINVOICE_TEXT, AT(invoice.account), "PayeeFinancialAccount/ID"},
    [REFERENCE] = {EINVOICE_REFERENCE, AT(invoice.reference), "PaymentInstructionID"},
    [TAX_AMOUNT] = {EINVOICE_ADD, AT(invoice.taxes_sum), "TotalTaxAmount"},
    [LINE_TOTAL] = {EINVOICE_NUMBER, AT(invoice.line_total), "LineExtensionTotalAmount"},
    [TAX_EXCLUSIVE] = {EINVOICE_NUMBER, AT(invoice.net), "TaxExclusiveTotalAmount"},
    [TAX_INCLUSIVE] = {EINVOICE_NUMBER, AT(invoice.payable), "TaxInclusiveTotalAmount"},
    [ROUND_OFF] = {EINVOICE_NUMBER, AT(invoice.rounding), "RoundOffAmount"},
    [LINE] = {EINVOICE_COUNT, AT(invoice.lines), NULL},
    [LINE_AMOUNT] = {EINVOICE_ADD, AT(invoice.lines_sum), "LineExtensionAmount"},
};

/* A company's number stands in front of the scheme that says what it is; `endpoint` holds it
 * until then: SWT the organisation number, VAT the VAT number. */
static int on_end(struct parser *p, const struct xml_element *e, struct span text)
{
    struct einvoice_party *party = &p->party;
    if (e->id == PARTY_SCHEME_ID) {
        bool vat = span_eq_str(span_trim(text), "VAT");
        struct einvoice_text *to = vat ? &party->tax_id : &party->legal_id;
        if (!to->seen)
            *to = party->endpoint;
    } else if (e->id == TAX_SCHEME_OF_PARTY) {
        party->endpoint.seen = false;
        party->endpoint.n = 0;
    }
    return 0;
}

static int judge_totals(struct parser *p)
{
    struct einvoice *i = &p->invoice;
    struct decimal net = i->net.at ? i->net.value : einvoice_or_zero(&i->line_total);
    struct decimal gross =
        decimal_add(decimal_add(net, i->taxes_sum), einvoice_or_zero(&i->rounding));
    int rc = einvoice_count(p, "LineItemCountNumeric", &i->line_count, i->lines);
    if (!rc)
        rc = einvoice_total(p, "LineExtensionTotalAmount", &i->line_total, i->lines_sum);
    /* Without the net sum, allowances and charges of the document would be needed as well. */
    return rc ? rc : einvoice_total(p, "TaxInclusiveTotalAmount", &i->payable, gross);
}

static int judge(struct parser *p)
{
    struct einvoice *i = &p->invoice;
    if (rows[p->root_row].id == ENVELOPE) {
        i->no_claim = true;
        p->facts.states_zero = true;
        return 0;
    }
    if (!i->currency.seen) { /* "SEK when absent" */
        i->currency.seen = true;
        i->currency.n = 3;
        memcpy(i->currency.p, "SEK", 3);
    }
    bool credit = span_eq_str(einvoice_text(&i->type), "381");
    i->item_type = credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE;
    int rc = 0;
    if (!credit && !span_eq_str(einvoice_text(&i->type), "380"))
        rc = tally_field(&p->tally, FINDING_BAD_FIELD, i->record, "InvoiceTypeCode",
                         "380 (invoice) or 381 (credit note)");
    if (!rc)
        rc = einvoice_presence(p, "ID", "IssueDate", "InvoiceCurrencyCode",
                               "TaxInclusiveTotalAmount");
    if (!rc && !i->lines)
        rc = tally_structure(&p->tally, i->record, "it has no invoice line");
    return rc ? rc : judge_totals(p);
}

static const struct einvoice_format svefaktura = {
    .table = &table,
    .actions = actions,
    .currency = "amountCurrencyID",
    .payable = "TaxInclusiveTotalAmount",
    .end = on_end,
    .judge = judge,
};

static int svefaktura_begin(const struct sink *sink, struct parser **out)
{
    return einvoice_begin(&svefaktura, sink, out);
}

static enum bid svefaktura_bid(struct span head, bool whole)
{
    (void)whole;
    struct xml_sniff look = xml_sniff(head);
    bool invoice = span_eq_str(look.ns, NS_INVOICE) && span_eq_str(look.local, "Invoice");
    bool envelope = span_eq_str(look.ns, NS_ENVELOPE) && span_eq_str(look.local, "ObjectEnvelope");
    return look.look == XML_LOOK_ROOT && (invoice || envelope) ? BID_CERTAIN : BID_NO;
}

static enum ending svefaktura_ending(struct span head, struct span tail)
{
    struct xml_sniff look = xml_sniff(head);
    bool envelope = span_eq_str(look.local, "ObjectEnvelope");
    return xml_ends_with(tail, envelope ? "ObjectEnvelope" : "Invoice") ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_svefaktura = {
    .name = "svefaktura",
    .kind = KIND_INVOICES,
    .title = "Svefaktura 1.0 (SFTI Basic Invoice) and its object envelope",
    .carries = "invoice or credit note: number, dates, amount to pay, payment reference, buyer, "
               "payee account; an object envelope carries none",
    .end_mark = "</Invoice> or </ObjectEnvelope>",
    .source = "SFTI Basic Invoice 1.0; SFTI Object Envelope 1.0",
    .bid = svefaktura_bid,
    .ending = svefaktura_ending,
    .begin = svefaktura_begin,
    .unicode = einvoice_unicode,
    .push = einvoice_push,
    .finish = einvoice_finish,
    .close = einvoice_close,
    .reader = einvoice_reader,
};
