/* finvoice.c -- Finvoice, cut into its XML documents at each XML declaration
 *
 * A document type declaration is refused as in every format. Old senders all write the same
 * one (DOCTYPE Finvoice SYSTEM "Finvoice.dtd"), so that one without declarations of its own is
 * taken out before the rest is read: the finding then stands beside the file's figures.
 * Source: Finvoice implementation guidelines 3.0 (Finance Finland), schemas 1.2 to 3.0.
 */
#include "parsers/finvoice.h"

#include <stdlib.h>

#include "model/error.h"
#include "parsers/einvoice.h"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"

enum ns { NONE, SOAP };

static const char *const namespaces[] = {"", NS_SOAP, NULL};

enum {
    DOCUMENT = 1,
    FRAME,
    SELLER,
    SELLER_ID,
    SELLER_TAX,
    SELLER_NAME,
    SELLER_INFO,
    SELLER_ACCOUNTS,
    SELLER_ACCOUNT,
    BUYER,
    BUYER_ID,
    BUYER_TAX,
    BUYER_NAME,
    DETAILS,
    TYPE,
    ORIGIN,
    NUMBER,
    ISSUE_DATE,
    NET,
    TAX,
    GROSS,
    TERMS,
    DUE_DATE,
    ROW,
    EPI,
    EPI_PARTIES,
    EPI_PAYEE,
    EPI_ACCOUNT,
    EPI_PAYMENT,
    EPI_REFERENCE,
    EPI_AMOUNT,
    EPI_DATE,
    ELEMENT_COUNT
};

static const struct xml_row rows[] = {
    {DOCUMENT, 0, NONE, XML_SEEN, "Finvoice"},
    {FRAME, 0, SOAP, XML_SEEN, "Envelope"},
    /* What a long invoice repeats comes first: rows are searched in order. */
    {ROW, DOCUMENT, NONE, XML_SEEN, "InvoiceRow"},
    {SELLER, DOCUMENT, NONE, XML_SEEN, "SellerPartyDetails"},
    {SELLER_ID, SELLER, NONE, XML_TEXT, "SellerPartyIdentifier"},
    {SELLER_TAX, SELLER, NONE, XML_TEXT, "SellerOrganisationTaxCode"},
    {SELLER_NAME, SELLER, NONE, XML_TEXT, "SellerOrganisationName"},
    {SELLER_INFO, DOCUMENT, NONE, XML_SEEN, "SellerInformationDetails"},
    {SELLER_ACCOUNTS, SELLER_INFO, NONE, XML_SEEN, "SellerAccountDetails"},
    {SELLER_ACCOUNT, SELLER_ACCOUNTS, NONE, XML_TEXT, "SellerAccountID"},
    {BUYER, DOCUMENT, NONE, XML_SEEN, "BuyerPartyDetails"},
    {BUYER_ID, BUYER, NONE, XML_TEXT, "BuyerPartyIdentifier"},
    {BUYER_TAX, BUYER, NONE, XML_TEXT, "BuyerOrganisationTaxCode"},
    {BUYER_NAME, BUYER, NONE, XML_TEXT, "BuyerOrganisationName"},
    {DETAILS, DOCUMENT, NONE, XML_SEEN, "InvoiceDetails"},
    {TYPE, DETAILS, NONE, XML_TEXT, "InvoiceTypeCode"},
    {ORIGIN, DETAILS, NONE, XML_TEXT, "OriginCode"},
    {NUMBER, DETAILS, NONE, XML_TEXT, "InvoiceNumber"},
    {ISSUE_DATE, DETAILS, NONE, XML_TEXT, "InvoiceDate"},
    {NET, DETAILS, NONE, XML_TEXT, "InvoiceTotalVatExcludedAmount"},
    {TAX, DETAILS, NONE, XML_TEXT, "InvoiceTotalVatAmount"},
    {GROSS, DETAILS, NONE, XML_TEXT, "InvoiceTotalVatIncludedAmount"},
    {TERMS, DETAILS, NONE, XML_SEEN, "PaymentTermsDetails"},
    {DUE_DATE, TERMS, NONE, XML_TEXT, "InvoiceDueDate"},
    {EPI, DOCUMENT, NONE, XML_SEEN, "EpiDetails"},
    {EPI_PARTIES, EPI, NONE, XML_SEEN, "EpiPartyDetails"},
    {EPI_PAYEE, EPI_PARTIES, NONE, XML_SEEN, "EpiBeneficiaryPartyDetails"},
    {EPI_ACCOUNT, EPI_PAYEE, NONE, XML_TEXT, "EpiAccountID"},
    {EPI_PAYMENT, EPI, NONE, XML_SEEN, "EpiPaymentInstructionDetails"},
    {EPI_REFERENCE, EPI_PAYMENT, NONE, XML_TEXT, "EpiRemittanceInfoIdentifier"},
    {EPI_AMOUNT, EPI_PAYMENT, NONE, XML_TEXT, "EpiInstructedAmount"},
    {EPI_DATE, EPI_PAYMENT, NONE, XML_TEXT, "EpiDateOptionDate"},
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

#define AT(m) EINVOICE_AT(m)

static const struct einvoice_action actions[ELEMENT_COUNT] = {
    [SELLER_ID] = {EINVOICE_TEXT, AT(invoice.seller.legal_id), "SellerPartyIdentifier"},
    [SELLER_TAX] = {EINVOICE_TEXT, AT(invoice.seller.tax_id), "SellerOrganisationTaxCode"},
    [SELLER_NAME] = {EINVOICE_TEXT, AT(invoice.seller.name), "SellerOrganisationName"},
    /* The account to pay to stands in EpiDetails; the seller's first one where there is none. */
    [SELLER_ACCOUNT] = {EINVOICE_TEXT, AT(invoice.marks[1]), "SellerAccountID"},
    [BUYER_ID] = {EINVOICE_TEXT, AT(invoice.buyer.legal_id), "BuyerPartyIdentifier"},
    [BUYER_TAX] = {EINVOICE_TEXT, AT(invoice.buyer.tax_id), "BuyerOrganisationTaxCode"},
    [BUYER_NAME] = {EINVOICE_TEXT, AT(invoice.buyer.name), "BuyerOrganisationName"},
    [TYPE] = {EINVOICE_TEXT, AT(invoice.type), "InvoiceTypeCode"},
    [ORIGIN] = {EINVOICE_TEXT, AT(invoice.marks[0]), "OriginCode"},
    [NUMBER] = {EINVOICE_TEXT, AT(invoice.number), "InvoiceNumber"},
    [ISSUE_DATE] = {EINVOICE_DATE_8, AT(invoice.issue_date), "InvoiceDate"},
    [NET] = {EINVOICE_NUMBER, AT(invoice.net), "InvoiceTotalVatExcludedAmount"},
    [TAX] = {EINVOICE_NUMBER, AT(invoice.tax), "InvoiceTotalVatAmount"},
    [GROSS] = {EINVOICE_NUMBER, AT(invoice.payable), "InvoiceTotalVatIncludedAmount"},
    [DUE_DATE] = {EINVOICE_DATE_8, AT(invoice.due_date), "InvoiceDueDate"},
    [EPI_ACCOUNT] = {EINVOICE_TEXT, AT(invoice.account), "EpiAccountID"},
    [EPI_REFERENCE] = {EINVOICE_REFERENCE, AT(invoice.reference), "EpiRemittanceInfoIdentifier"},
    [EPI_AMOUNT] = {EINVOICE_NUMBER, AT(invoice.gross), "EpiInstructedAmount"},
    [EPI_DATE] = {EINVOICE_DATE_8, AT(invoice.due_date), "EpiDateOptionDate"},
    [ROW] = {EINVOICE_COUNT, AT(invoice.lines), NULL},
};

/* --- one document ------------------------------------------------------------------------ */

static void take_currency(struct einvoice *i)
{
    const char *currency = i->payable.currency;
    i->currency.n = (uint16_t)strnlen(currency, 3);
    i->currency.seen = i->currency.n > 0;
    memcpy(i->currency.p, currency, i->currency.n);
}

static bool other_currency(const struct einvoice *i, const struct einvoice_number *n)
{
    return n->at && n->currency[0] && strcmp(n->currency, i->payable.currency) != 0;
}

static int judge_totals(struct parser *p, bool credit)
{
    struct einvoice *i = &p->invoice;
    int rc = 0;
    if (other_currency(i, &i->net) || other_currency(i, &i->tax))
        rc = tally_field(&p->tally, FINDING_BAD_FIELD, i->payable.at, "AmountCurrencyIdentifier",
                         "the same in all totals");
    if (rc)
        return rc;
    if (i->net.at)
        rc = einvoice_total(p, "InvoiceTotalVatIncludedAmount", &i->payable,
                            decimal_add(i->net.value, einvoice_or_zero(&i->tax)));
    /* What is to be paid may be less than the total: paid in part, or credited. */
    if (!rc && !credit && i->gross.at && i->gross.value.known && i->payable.value.known &&
        decimal_compare(i->gross.value, i->payable.value) > 0)
        rc = einvoice_total(p, "EpiInstructedAmount", &i->gross, i->payable.value);
    return rc;
}

static int judge(struct parser *p)
{
    struct einvoice *i = &p->invoice;
    if (rows[p->root_row].id == FRAME) {
        i->no_claim = true;
        return 0;
    }
    bool credit = span_eq_str(einvoice_text(&i->type), "INV02");
    i->item_type = credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE;
    if (!i->account.n)
        i->account = i->marks[1];
    take_currency(i);
    int rc = einvoice_presence(p, "InvoiceNumber", "InvoiceDate", "AmountCurrencyIdentifier",
                               "InvoiceTotalVatIncludedAmount");
    if (!rc)
        rc = judge_totals(p, credit);
    if (!rc && span_eq_str(einvoice_text(&i->marks[0]), "Copy"))
        rc = einvoice_copy(p, "a copy");
    if (!rc && span_eq_str(einvoice_text(&i->marks[0]), "Cancel"))
        rc = einvoice_copy(p, "a cancellation");
    /* Credit notes are written with a minus or without one. */
    if (credit && i->payable.value.known)
        i->payable.value = decimal_abs(i->payable.value);
    return rc;
}

/* --- several documents ------------------------------------------------------------------- */

#define PROLOG_MAX 4096

/* What stands between the bytes as they come and the reader of one document. */
struct cutter {
    char prolog[PROLOG_MAX]; /* the document's first bytes, kept until they are looked at */
    size_t n;
    bool begun;       /* the prolog has gone to the reader */
    unsigned matched; /* of the mark, at the end of what has come */
    bool failed;      /* a document was not whole: the rest is not read */
};

static const char mark[] = "<?xml";
#define MARK (sizeof(mark) - 1)

/* The declaration "<!DOCTYPE Finvoice ...>" of the prolog; SPAN_NONE when there is none. */
static struct span find_doctype(struct span prolog)
{
    const struct span begin = SPAN_LIT("<!DOCTYPE Finvoice");
    const char *root = memmem(prolog.p, prolog.n, "<Finvoice", 9);
    const char *at = memmem(prolog.p, prolog.n, begin.p, begin.n);
    if (!at || (root && root < at))
        return SPAN_NONE;
    size_t left = (size_t)(prolog.p + prolog.n - at);
    const char *end = memchr(at, '>', left);
    if (!end || memchr(at, '[', (size_t)(end - at)))
        return SPAN_NONE;
    return span_of(at, (size_t)(end - at) + 1);
}

static int push_prolog(struct parser *p, struct cutter *c)
{
    struct span prolog = span_of(c->prolog, c->n);
    struct span doctype = c->n ? find_doctype(prolog) : SPAN_NONE;
    c->begun = true;
    if (!doctype.n)
        return xml_push(p->xml, prolog);
    struct finding f = finding_make(FINDING_XML_DOCTYPE, 0);
    int rc = tally_add(&p->tally, &f);
    const char *after = doctype.p + doctype.n;
    if (!rc)
        rc = xml_push(p->xml, span_of(prolog.p, (size_t)(doctype.p - prolog.p)));
    return rc ? rc : xml_push(p->xml, span_of(after, (size_t)(prolog.p + prolog.n - after)));
}

static int hand_on(struct parser *p, struct cutter *c, struct span bytes)
{
    if (!c->begun) {
        size_t room = PROLOG_MAX - c->n;
        size_t n = bytes.n < room ? bytes.n : room;
        if (n)
            memcpy(c->prolog + c->n, bytes.p, n);
        c->n += n;
        bytes = span_of(bytes.p + n, bytes.n - n);
        if (c->n < PROLOG_MAX)
            return 0;
        int rc = push_prolog(p, c);
        if (rc)
            return rc;
    }
    return bytes.n ? xml_push(p->xml, bytes) : 0;
}

/* An XML declaration: the next document, unless it is the first's. */
static int cut_here(struct parser *p, struct cutter *c)
{
    struct span prolog = span_of(c->prolog, c->n);
    bool whole = true;
    int rc = 0;
    if (!c->begun && !span_trim(prolog).n)
        return 0;
    if (!c->begun)
        rc = push_prolog(p, c);
    if (!rc)
        rc = einvoice_end_document(p, &whole);
    c->failed = !whole;
    if (!rc && whole)
        rc = einvoice_next_document(p);
    c->begun = false;
    c->n = 0;
    return rc;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One byte while a mark may be under way. */
static int step(struct parser *p, struct cutter *c, char byte)
{
    int rc = 0;
    if (c->matched < MARK && byte == mark[c->matched]) {
        c->matched++;
        return 0;
    }
    if (c->matched == MARK && is_blank(byte))
        rc = cut_here(p, c);
    if (!rc && !c->failed)
        rc = hand_on(p, c, span_of(mark, c->matched));
    c->matched = byte == '<' ? 1 : 0;
    if (!rc && !c->failed && !c->matched)
        rc = hand_on(p, c, span_of(&byte, 1));
    return rc;
}

/* How many bytes stand before a mark, or before what may become one in the next piece. It is
 * looked for by its '?', which is rare, where '<' is not. */
static size_t before_mark(struct span bytes)
{
    const char *stop = bytes.p + bytes.n;
    const char *at = bytes.p;
    while ((at = memchr(at, '?', (size_t)(stop - at)))) {
        size_t left = (size_t)(stop - at);
        size_t n = left < MARK - 1 ? left : MARK - 1;
        if (at > bytes.p && at[-1] == '<' && memcmp(at, mark + 1, n) == 0)
            return (size_t)(at - 1 - bytes.p);
        at++;
    }
    return stop[-1] == '<' ? bytes.n - 1 : bytes.n;
}

static int finvoice_push(struct parser *p, struct span bytes)
{
    struct cutter *c = p->extra;
    int rc = 0;
    while (!rc && bytes.n && !c->failed) {
        if (c->matched) {
            rc = step(p, c, *bytes.p);
            bytes = span_of(bytes.p + 1, bytes.n - 1);
            continue;
        }
        size_t n = before_mark(bytes);
        rc = hand_on(p, c, span_of(bytes.p, n));
        bytes = span_of(bytes.p + n, bytes.n - n);
        if (bytes.n) {
            c->matched = 1;
            bytes = span_of(bytes.p + 1, bytes.n - 1);
        }
    }
    return rc;
}

static int finish_last(struct parser *p, struct cutter *c)
{
    bool whole;
    int rc = hand_on(p, c, span_of(mark, c->matched));
    if (!rc && !c->begun)
        rc = push_prolog(p, c);
    if (!rc)
        rc = einvoice_end_document(p, &whole);
    if (!rc && whole && p->invoice.no_claim)
        rc = tally_truncated(&p->tally, p->invoice.record, LEVEL_REJECT,
                             "the invoice of the last frame is missing");
    return rc;
}

static int finvoice_finish(struct parser *p, struct parser_facts *facts)
{
    struct cutter *c = p->extra;
    int rc = c->failed ? 0 : finish_last(p, c);
    if (!rc)
        rc = tally_finish(&p->tally);
    *facts = p->facts;
    return rc;
}

/* --- the format -------------------------------------------------------------------------- */

static const struct einvoice_format finvoice = {
    .table = &table,
    .actions = actions,
    .currency = "AmountCurrencyIdentifier",
    .payable = "InvoiceTotalVatIncludedAmount",
    .comma = true,
    .judge = judge,
};

static int finvoice_begin(const struct sink *sink, struct parser **out)
{
    struct cutter *c = calloc(1, sizeof(*c));
    if (!c)
        return SLUSS_ENOMEM;
    int rc = einvoice_begin(&finvoice, sink, out);
    if (rc)
        free(c);
    else
        (*out)->extra = c;
    return rc;
}

static bool mentions(struct span head, struct span what)
{
    return head.n && memmem(head.p, head.n, what.p, what.n);
}

static enum bid finvoice_bid(struct span head, bool whole)
{
    struct xml_sniff look = xml_sniff(head);
    (void)whole;
    if (look.look == XML_LOOK_DOCTYPE)
        return mentions(head, SPAN_LIT("<!DOCTYPE Finvoice")) ? BID_CERTAIN : BID_NO;
    if (look.look != XML_LOOK_ROOT)
        return BID_NO;
    if (span_eq_str(look.local, "Finvoice") && !look.ns.n)
        return BID_CERTAIN;
    bool frame = span_eq_str(look.local, "Envelope") && span_eq_str(look.ns, NS_SOAP);
    return frame && mentions(look.after, SPAN_LIT("<Finvoice")) ? BID_CERTAIN : BID_NO;
}

static enum ending finvoice_ending(struct span head, struct span tail)
{
    (void)head;
    return xml_ends_with(tail, "Finvoice") ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_finvoice = {
    .name = "finvoice",
    .kind = KIND_INVOICES,
    .title = "Finvoice 1.2 to 3.0 (Finland), alone or with SOAP frames",
    .carries = "invoice or credit note: number, dates, amount with VAT, payment reference, buyer, "
               "payee account",
    .end_mark = "</Finvoice>",
    .source = "Finvoice implementation guidelines 3.0 (Finance Finland)",
    .bid = finvoice_bid,
    .ending = finvoice_ending,
    .begin = finvoice_begin,
    .unicode = einvoice_unicode,
    .push = finvoice_push,
    .finish = finvoice_finish,
    .close = einvoice_close,
    .reader = einvoice_reader,
};
