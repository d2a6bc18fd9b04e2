/* cii.c -- Cross Industry Invoice as EN 16931 uses it
 *
 * The totals are judged as in EN 16931 (BR-CO-10 to BR-CO-16). The profiles MINIMUM and BASIC
 * WL of Factur-X carry no lines. ExchangedDocumentContext/TestIndicator is CII's own word for
 * a test; CopyIndicator for a repeat.
 * Source: EN 16931-1; CEN/TS 16931-3-3 (syntax binding to CII D16B).
 */
#include "parsers/cii.h"

#include "parsers/einvoice.h"

#define NS_ROOT "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"

enum ns { RSM, RAM, UDT };

static const char *const namespaces[] = {
    NS_ROOT,
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    NULL,
};

enum {
    ROOT = 1,
    CONTEXT,
    TEST,
    TEST_INDICATOR,
    GUIDELINE,
    GUIDELINE_ID,
    DOCUMENT,
    COPY,
    COPY_INDICATOR,
    NUMBER,
    TYPE,
    ISSUED,
    ISSUE_DATE,
    TRANSACTION,
    LINE,
    LINE_SETTLEMENT,
    LINE_TOTALS,
    LINE_AMOUNT,
    AGREEMENT,
    SELLER,
    BUYER,
    PARTY_ID,
    PARTY_GLOBAL_ID,
    PARTY_NAME,
    LEGAL,
    LEGAL_ID,
    TAX_REGISTRATION,
    TAX_ID,
    SETTLEMENT,
    REFERENCE,
    CURRENCY,
    MEANS,
    ACCOUNT,
    IBAN,
    OTHER_ACCOUNT,
    TERMS,
    DUE,
    DUE_DATE,
    CHARGE,
    CHARGE_KIND,
    CHARGE_INDICATOR,
    CHARGE_AMOUNT,
    TOTALS,
    LINE_TOTAL,
    CHARGE_TOTAL,
    ALLOWANCE_TOTAL,
    TAX_BASIS,
    TAX_TOTAL,
    GRAND_TOTAL,
    PREPAID,
    ROUNDING,
    PAYABLE,
    ELEMENT_COUNT
};

static const struct xml_row rows[] = {
    {ROOT, 0, RSM, XML_SEEN, "CrossIndustryInvoice"},
    {TRANSACTION, ROOT, RSM, XML_SEEN, "SupplyChainTradeTransaction"},
    /* What a long invoice repeats comes first: rows are searched in order. */
    {LINE, TRANSACTION, RAM, XML_SEEN, "IncludedSupplyChainTradeLineItem"},
    {LINE_SETTLEMENT, LINE, RAM, XML_SEEN, "SpecifiedLineTradeSettlement"},
    {LINE_TOTALS, LINE_SETTLEMENT, RAM, XML_SEEN, "SpecifiedTradeSettlementLineMonetarySummation"},
    {LINE_AMOUNT, LINE_TOTALS, RAM, XML_TEXT, "LineTotalAmount"},

    {CONTEXT, ROOT, RSM, XML_SEEN, "ExchangedDocumentContext"},
    {TEST, CONTEXT, RAM, XML_SEEN, "TestIndicator"},
    {TEST_INDICATOR, TEST, UDT, XML_TEXT, "Indicator"},
    {GUIDELINE, CONTEXT, RAM, XML_SEEN, "GuidelineSpecifiedDocumentContextParameter"},
    {GUIDELINE_ID, GUIDELINE, RAM, XML_TEXT, "ID"},
    {DOCUMENT, ROOT, RSM, XML_SEEN, "ExchangedDocument"},
    {COPY, DOCUMENT, RAM, XML_SEEN, "CopyIndicator"},
    {COPY_INDICATOR, COPY, UDT, XML_TEXT, "Indicator"},
    {NUMBER, DOCUMENT, RAM, XML_TEXT, "ID"},
    {TYPE, DOCUMENT, RAM, XML_TEXT, "TypeCode"},
    {ISSUED, DOCUMENT, RAM, XML_SEEN, "IssueDateTime"},
    {ISSUE_DATE, ISSUED, UDT, XML_TEXT, "DateTimeString"},

    {AGREEMENT, TRANSACTION, RAM, XML_SEEN, "ApplicableHeaderTradeAgreement"},
    {SELLER, AGREEMENT, RAM, XML_SEEN, "SellerTradeParty"},
    {BUYER, AGREEMENT, RAM, XML_SEEN, "BuyerTradeParty"},
    {PARTY_ID, SELLER, RAM, XML_TEXT, "ID"},
    {PARTY_GLOBAL_ID, SELLER, RAM, XML_TEXT, "GlobalID"},
    {PARTY_NAME, SELLER, RAM, XML_TEXT, "Name"},
    {LEGAL, SELLER, RAM, XML_SEEN, "SpecifiedLegalOrganization"},
    {TAX_REGISTRATION, SELLER, RAM, XML_SEEN, "SpecifiedTaxRegistration"},
    {PARTY_ID, BUYER, RAM, XML_TEXT, "ID"},
    {PARTY_GLOBAL_ID, BUYER, RAM, XML_TEXT, "GlobalID"},
    {PARTY_NAME, BUYER, RAM, XML_TEXT, "Name"},
    {LEGAL, BUYER, RAM, XML_SEEN, "SpecifiedLegalOrganization"},
    {TAX_REGISTRATION, BUYER, RAM, XML_SEEN, "SpecifiedTaxRegistration"},
    {LEGAL_ID, LEGAL, RAM, XML_TEXT, "ID"},
    {TAX_ID, TAX_REGISTRATION, RAM, XML_TEXT, "ID"},

    {SETTLEMENT, TRANSACTION, RAM, XML_SEEN, "ApplicableHeaderTradeSettlement"},
    {REFERENCE, SETTLEMENT, RAM, XML_TEXT, "PaymentReference"},
    {CURRENCY, SETTLEMENT, RAM, XML_TEXT, "InvoiceCurrencyCode"},
    {MEANS, SETTLEMENT, RAM, XML_SEEN, "SpecifiedTradeSettlementPaymentMeans"},
    {ACCOUNT, MEANS, RAM, XML_SEEN, "PayeePartyCreditorFinancialAccount"},
    {IBAN, ACCOUNT, RAM, XML_TEXT, "IBANID"},
    {OTHER_ACCOUNT, ACCOUNT, RAM, XML_TEXT, "ProprietaryID"},
    {TERMS, SETTLEMENT, RAM, XML_SEEN, "SpecifiedTradePaymentTerms"},
    {DUE, TERMS, RAM, XML_SEEN, "DueDateDateTime"},
    {DUE_DATE, DUE, UDT, XML_TEXT, "DateTimeString"},
    {CHARGE, SETTLEMENT, RAM, XML_SEEN, "SpecifiedTradeAllowanceCharge"},
    {CHARGE_KIND, CHARGE, RAM, XML_SEEN, "ChargeIndicator"},
    {CHARGE_INDICATOR, CHARGE_KIND, UDT, XML_TEXT, "Indicator"},
    {CHARGE_AMOUNT, CHARGE, RAM, XML_TEXT, "ActualAmount"},
    {TOTALS, SETTLEMENT, RAM, XML_SEEN, "SpecifiedTradeSettlementHeaderMonetarySummation"},
    {LINE_TOTAL, TOTALS, RAM, XML_TEXT, "LineTotalAmount"},
    {CHARGE_TOTAL, TOTALS, RAM, XML_TEXT, "ChargeTotalAmount"},
    {ALLOWANCE_TOTAL, TOTALS, RAM, XML_TEXT, "AllowanceTotalAmount"},
    {TAX_BASIS, TOTALS, RAM, XML_TEXT, "TaxBasisTotalAmount"},
    {TAX_TOTAL, TOTALS, RAM, XML_TEXT, "TaxTotalAmount"},
    {GRAND_TOTAL, TOTALS, RAM, XML_TEXT, "GrandTotalAmount"},
    {PREPAID, TOTALS, RAM, XML_TEXT, "TotalPrepaidAmount"},
    {ROUNDING, TOTALS, RAM, XML_TEXT, "RoundingAmount"},
    {PAYABLE, TOTALS, RAM, XML_TEXT, "DuePayableAmount"},
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

#define AT(m) EINVOICE_AT(m)

static const struct einvoice_action actions[ELEMENT_COUNT] = {
    [TEST_INDICATOR] = {EINVOICE_TEXT, AT(invoice.marks[0]), "TestIndicator"},
    [COPY_INDICATOR] = {EINVOICE_TEXT, AT(invoice.marks[1]), "CopyIndicator"},
    [GUIDELINE_ID] = {EINVOICE_TEXT, AT(invoice.customization), "GuidelineID"},
    [NUMBER] = {EINVOICE_TEXT, AT(invoice.number), "ExchangedDocument/ID"},
    [TYPE] = {EINVOICE_TEXT, AT(invoice.type), "TypeCode"},
    [ISSUE_DATE] = {EINVOICE_DATE_8, AT(invoice.issue_date), "IssueDateTime"},
    [LINE] = {EINVOICE_COUNT, AT(invoice.lines), NULL},
    [LINE_AMOUNT] = {EINVOICE_ADD, AT(invoice.lines_sum), "LineTotalAmount"},
    [SELLER] = {EINVOICE_PARTY, AT(invoice.seller), NULL},
    [BUYER] = {EINVOICE_PARTY, AT(invoice.buyer), NULL},
    [PARTY_ID] = {EINVOICE_TEXT, AT(party.id), "TradeParty/ID"},
    [PARTY_GLOBAL_ID] = {EINVOICE_TEXT, AT(party.endpoint), "TradeParty/GlobalID"},
    [PARTY_NAME] = {EINVOICE_TEXT, AT(party.name), "TradeParty/Name"},
    [LEGAL_ID] = {EINVOICE_TEXT, AT(party.legal_id), "SpecifiedLegalOrganization/ID"},
    [TAX_ID] = {EINVOICE_TEXT, AT(party.tax_id), "SpecifiedTaxRegistration/ID"},
    [REFERENCE] = {EINVOICE_REFERENCE, AT(invoice.reference), "PaymentReference"},
    [CURRENCY] = {EINVOICE_TEXT, AT(invoice.currency), "InvoiceCurrencyCode"},
    [IBAN] = {EINVOICE_TEXT, AT(invoice.account), "IBANID"},
    [OTHER_ACCOUNT] = {EINVOICE_TEXT, AT(invoice.account), "ProprietaryID"},
    [DUE_DATE] = {EINVOICE_DATE_8, AT(invoice.due_date), "DueDateDateTime"},
    [CHARGE] = {EINVOICE_CHARGE, 0, "ChargeIndicator"},
    [CHARGE_INDICATOR] = {EINVOICE_TEXT, AT(charge.indicator), "ChargeIndicator"},
    [CHARGE_AMOUNT] = {EINVOICE_NUMBER, AT(charge.amount), "ActualAmount"},
    [LINE_TOTAL] = {EINVOICE_NUMBER, AT(invoice.line_total), "LineTotalAmount"},
    [CHARGE_TOTAL] = {EINVOICE_NUMBER, AT(invoice.charge_total), "ChargeTotalAmount"},
    [ALLOWANCE_TOTAL] = {EINVOICE_NUMBER, AT(invoice.allowance_total), "AllowanceTotalAmount"},
    [TAX_BASIS] = {EINVOICE_NUMBER, AT(invoice.net), "TaxBasisTotalAmount"},
    [GRAND_TOTAL] = {EINVOICE_NUMBER, AT(invoice.gross), "GrandTotalAmount"},
    [PREPAID] = {EINVOICE_NUMBER, AT(invoice.prepaid), "TotalPrepaidAmount"},
    [ROUNDING] = {EINVOICE_NUMBER, AT(invoice.rounding), "RoundingAmount"},
    [PAYABLE] = {EINVOICE_NUMBER, AT(invoice.payable), "DuePayableAmount"},
    [TAX_TOTAL] = {EINVOICE_NUMBER, AT(charge.amount), "TaxTotalAmount"},
};

/* The tax total may stand twice: in the invoice's currency and in that of accounting. */
static int on_start(struct parser *p, const struct xml_element *e)
{
    if (e->id == TAX_TOTAL)
        p->charge.amount.at = 0;
    return 0;
}

static int on_end(struct parser *p, const struct xml_element *e, struct span text)
{
    struct einvoice *i = &p->invoice;
    const char *currency = p->charge.amount.currency;
    (void)text;
    if (e->id == TAX_TOTAL && !i->tax.at &&
        (!currency[0] || span_eq_str(einvoice_text(&i->currency), currency)))
        i->tax = p->charge.amount;
    return 0;
}

static bool carries_no_lines(const struct einvoice *i)
{
    struct span profile = einvoice_text(&i->customization);
    return profile.n && (memmem(profile.p, profile.n, "minimum", 7) ||
                         memmem(profile.p, profile.n, "basicwl", 7));
}

static bool is_true(const struct einvoice_text *mark)
{
    return span_eq_str(einvoice_text(mark), "true") || span_eq_str(einvoice_text(mark), "1");
}

static int judge(struct parser *p)
{
    static const char *const names[6] = {"LineTotalAmount",   "AllowanceTotalAmount",
                                         "ChargeTotalAmount", "TaxBasisTotalAmount",
                                         "GrandTotalAmount",  "DuePayableAmount"};
    struct einvoice *i = &p->invoice;
    bool credit = einvoice_credit_type(einvoice_text(&i->type));
    i->item_type = credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE;
    int rc = einvoice_presence(p, "ExchangedDocument/ID", "IssueDateTime", "InvoiceCurrencyCode",
                               "DuePayableAmount");
    if (!rc && !i->lines && !carries_no_lines(i))
        rc = tally_structure(&p->tally, i->record, "it has no invoice line");
    if (!rc)
        rc = einvoice_en16931(p, names);
    if (!rc && is_true(&i->marks[0]))
        rc = einvoice_test(p, "TestIndicator", einvoice_text(&i->marks[0]));
    if (!rc && is_true(&i->marks[1]))
        rc = einvoice_copy(p, "a copy");
    return rc;
}

static const struct einvoice_format cii = {
    .table = &table,
    .actions = actions,
    .currency = "currencyID",
    .payable = "DuePayableAmount",
    .start = on_start,
    .end = on_end,
    .judge = judge,
};

static int cii_begin(const struct sink *sink, struct parser **out)
{
    return einvoice_begin(&cii, sink, out);
}

static enum bid cii_bid(struct span head, bool whole)
{
    (void)whole;
    struct xml_sniff look = xml_sniff(head);
    return look.look == XML_LOOK_ROOT && span_eq_str(look.ns, NS_ROOT) &&
                   span_eq_str(look.local, "CrossIndustryInvoice")
               ? BID_CERTAIN
               : BID_NO;
}

static enum ending cii_ending(struct span head, struct span tail)
{
    (void)head;
    return xml_ends_with(tail, "CrossIndustryInvoice") ? ENDING_WHOLE : ENDING_CUT;
}

const struct format format_cii = {
    .name = "cii",
    .kind = KIND_INVOICES,
    .title = "UN/CEFACT Cross Industry Invoice (Factur-X, ZUGFeRD 2, XRechnung)",
    .carries = "invoice or credit note: number, dates, amount due, payment reference, buyer, "
               "payee account",
    .end_mark = "</CrossIndustryInvoice>",
    .source = "EN 16931-1; CEN/TS 16931-3-3 (CII D16B)",
    .bid = cii_bid,
    .ending = cii_ending,
    .begin = cii_begin,
    .unicode = einvoice_unicode,
    .push = einvoice_push,
    .finish = einvoice_finish,
    .close = einvoice_close,
    .reader = einvoice_reader,
};
