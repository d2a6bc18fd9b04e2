/* peppol.c -- UBL 2 Invoice and CreditNote as EN 16931 uses them
 *
 * The table `rows` says which elements are read, `actions` what becomes of each: a member of
 * struct ubl to fill. The rest is done where an element ends (a charge, a line, a tax total),
 * so that a line costs no memory once it is over. The one item is handed out at the end, when
 * the document is known to be whole.
 * Source: Peppol BIS Billing 3.0 (UBL 2.1 syntax), EN 16931-3-2.
 */
#include "parsers/peppol.h"

#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

#include "model/error.h"
#include "model/text.h"
#include "parsers/codes.h"
#include "parsers/peppol_rules.h"
#include "parsers/xml.h"

#define NS_INVOICE     "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
#define NS_CREDIT_NOTE "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"

/* --- which elements ---------------------------------------------------------------------- */

enum ns { INVOICE_NS, CREDIT_NS, CAC, CBC };

static const char *const namespaces[] = {
    NS_INVOICE,
    NS_CREDIT_NOTE,
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    NULL,
};

enum {
    DOCUMENT = 1,
    CUSTOMIZATION,
    PROFILE,
    EXECUTION,
    NUMBER,
    ISSUE_DATE,
    DUE_DATE,
    TYPE,
    NOTE,
    CURRENCY,
    TAX_CURRENCY,
    BUYER_REFERENCE,
    ORDER,
    ORDER_ID,
    TERMS,
    TERMS_NOTE,
    PERIOD,
    PERIOD_START,
    PERIOD_END,
    PERIOD_CODE,
    TAX_POINT,
    BILLING,
    BILLING_DOCUMENT,
    REFERENCE,
    REFERENCE_ID,
    REFERENCE_TYPE,
    ATTACHMENT,
    EMBEDDED,
    DELIVERY,
    DELIVERY_DATE,
    DELIVERY_LOCATION,
    DELIVERY_ADDRESS,
    DELIVERY_COUNTRY,
    DELIVERY_COUNTRY_CODE,
    SELLER,
    BUYER,
    PARTY,
    ENDPOINT,
    IDENTIFICATION,
    IDENTIFICATION_ID,
    PARTY_NAME,
    PARTY_NAME_NAME,
    ADDRESS,
    COUNTRY,
    COUNTRY_CODE,
    TAX_SCHEME_OF_PARTY,
    TAX_ID,
    PARTY_SCHEME,
    PARTY_SCHEME_ID,
    LEGAL_ENTITY,
    REGISTRATION_NAME,
    COMPANY_ID,
    MEANS,
    MEANS_CODE,
    MEANS_DUE,
    PAYMENT_ID,
    ACCOUNT,
    ACCOUNT_ID,
    BRANCH,
    BRANCH_ID,
    MANDATE,
    MANDATE_ID,
    CARD,
    CARD_NUMBER,
    CHARGE,
    CHARGE_INDICATOR,
    CHARGE_REASON,
    CHARGE_REASON_CODE,
    CHARGE_PERCENT,
    CHARGE_AMOUNT,
    CHARGE_BASE,
    CATEGORY,
    CATEGORY_ID,
    CATEGORY_PERCENT,
    CATEGORY_REASON,
    CATEGORY_REASON_CODE,
    CATEGORY_SCHEME,
    CATEGORY_SCHEME_ID,
    TAX_TOTAL,
    TAX_TOTAL_AMOUNT,
    SUBTOTAL,
    SUBTOTAL_TAXABLE,
    SUBTOTAL_TAX,
    TOTALS,
    LINE_TOTAL,
    TAX_EXCLUSIVE,
    TAX_INCLUSIVE,
    ALLOWANCE_TOTAL,
    CHARGE_TOTAL,
    PREPAID,
    ROUNDING,
    PAYABLE,
    LINE,
    LINE_ID,
    QUANTITY,
    LINE_AMOUNT,
    ITEM,
    ITEM_NAME,
    ITEM_STANDARD,
    ITEM_STANDARD_ID,
    ITEM_CLASS,
    ITEM_CLASS_CODE,
    ITEM_ATTRIBUTE,
    ATTRIBUTE_NAME,
    ATTRIBUTE_VALUE,
    OBJECT,
    OBJECT_TYPE,
    PRICE,
    PRICE_AMOUNT,
    BASE_QUANTITY,
    ELEMENT_COUNT
};

static const struct xml_row rows[] = {
    {DOCUMENT, 0, INVOICE_NS, XML_SEEN, "Invoice"},
    {DOCUMENT, 0, CREDIT_NS, XML_SEEN, "CreditNote"},
    /* What a long invoice repeats comes first: rows are searched in order. */
    {LINE, DOCUMENT, CAC, XML_SEEN, "InvoiceLine"},
    {LINE, DOCUMENT, CAC, XML_SEEN, "CreditNoteLine"},
    {LINE_ID, LINE, CBC, XML_TEXT, "ID"},
    {QUANTITY, LINE, CBC, XML_TEXT, "InvoicedQuantity"},
    {QUANTITY, LINE, CBC, XML_TEXT, "CreditedQuantity"},
    {LINE_AMOUNT, LINE, CBC, XML_TEXT, "LineExtensionAmount"},
    {PERIOD, LINE, CAC, XML_SEEN, "InvoicePeriod"},
    {CHARGE, LINE, CAC, XML_SEEN, "AllowanceCharge"},
    {ITEM, LINE, CAC, XML_SEEN, "Item"},
    {ITEM_NAME, ITEM, CBC, XML_TEXT, "Name"},
    {CATEGORY, ITEM, CAC, XML_SEEN, "ClassifiedTaxCategory"},
    {PRICE, LINE, CAC, XML_SEEN, "Price"},
    {PRICE_AMOUNT, PRICE, CBC, XML_TEXT, "PriceAmount"},
    {BASE_QUANTITY, PRICE, CBC, XML_TEXT, "BaseQuantity"},
    {CHARGE, PRICE, CAC, XML_SEEN, "AllowanceCharge"},
    {ITEM_STANDARD, ITEM, CAC, XML_SEEN, "StandardItemIdentification"},
    {ITEM_STANDARD_ID, ITEM_STANDARD, CBC, XML_SEEN, "ID"},
    {ITEM_CLASS, ITEM, CAC, XML_SEEN, "CommodityClassification"},
    {ITEM_CLASS_CODE, ITEM_CLASS, CBC, XML_SEEN, "ItemClassificationCode"},
    {ITEM_ATTRIBUTE, ITEM, CAC, XML_SEEN, "AdditionalItemProperty"},
    {ATTRIBUTE_NAME, ITEM_ATTRIBUTE, CBC, XML_SEEN, "Name"},
    {ATTRIBUTE_VALUE, ITEM_ATTRIBUTE, CBC, XML_SEEN, "Value"},
    {OBJECT, LINE, CAC, XML_SEEN, "DocumentReference"},
    {OBJECT_TYPE, OBJECT, CBC, XML_TEXT, "DocumentTypeCode"},

    {CUSTOMIZATION, DOCUMENT, CBC, XML_TEXT, "CustomizationID"},
    {PROFILE, DOCUMENT, CBC, XML_TEXT, "ProfileID"},
    {EXECUTION, DOCUMENT, CBC, XML_TEXT, "ProfileExecutionID"},
    {NUMBER, DOCUMENT, CBC, XML_TEXT, "ID"},
    {ISSUE_DATE, DOCUMENT, CBC, XML_TEXT, "IssueDate"},
    {DUE_DATE, DOCUMENT, CBC, XML_TEXT, "DueDate"},
    {TYPE, DOCUMENT, CBC, XML_TEXT, "InvoiceTypeCode"},
    {TYPE, DOCUMENT, CBC, XML_TEXT, "CreditNoteTypeCode"},
    {NOTE, DOCUMENT, CBC, XML_SEEN, "Note"},
    {CURRENCY, DOCUMENT, CBC, XML_TEXT, "DocumentCurrencyCode"},
    {TAX_CURRENCY, DOCUMENT, CBC, XML_TEXT, "TaxCurrencyCode"},
    {BUYER_REFERENCE, DOCUMENT, CBC, XML_TEXT, "BuyerReference"},
    {ORDER, DOCUMENT, CAC, XML_SEEN, "OrderReference"},
    {ORDER_ID, ORDER, CBC, XML_TEXT, "ID"},
    {TERMS, DOCUMENT, CAC, XML_SEEN, "PaymentTerms"},
    {TERMS_NOTE, TERMS, CBC, XML_TEXT, "Note"},
    {PERIOD, DOCUMENT, CAC, XML_SEEN, "InvoicePeriod"},
    {PERIOD_START, PERIOD, CBC, XML_TEXT, "StartDate"},
    {PERIOD_END, PERIOD, CBC, XML_TEXT, "EndDate"},
    {PERIOD_CODE, PERIOD, CBC, XML_TEXT, "DescriptionCode"},

    {TAX_POINT, DOCUMENT, CBC, XML_TEXT, "TaxPointDate"},
    {BILLING, DOCUMENT, CAC, XML_SEEN, "BillingReference"},
    {BILLING_DOCUMENT, BILLING, CAC, XML_SEEN, "InvoiceDocumentReference"},
    {REFERENCE_ID, BILLING_DOCUMENT, CBC, XML_TEXT, "ID"},
    {REFERENCE, DOCUMENT, CAC, XML_SEEN, "AdditionalDocumentReference"},
    {REFERENCE_ID, REFERENCE, CBC, XML_TEXT, "ID"},
    {REFERENCE_TYPE, REFERENCE, CBC, XML_TEXT, "DocumentTypeCode"},
    {ATTACHMENT, REFERENCE, CAC, XML_SEEN, "Attachment"},
    {EMBEDDED, ATTACHMENT, CBC, XML_SEEN, "EmbeddedDocumentBinaryObject"},
    {EMBEDDED, DOCUMENT, CBC, XML_SEEN, "EmbeddedDocumentBinaryObject"},
    {DELIVERY, DOCUMENT, CAC, XML_SEEN, "Delivery"},
    {DELIVERY_DATE, DELIVERY, CBC, XML_TEXT, "ActualDeliveryDate"},
    {DELIVERY_LOCATION, DELIVERY, CAC, XML_SEEN, "DeliveryLocation"},
    {DELIVERY_ADDRESS, DELIVERY_LOCATION, CAC, XML_SEEN, "Address"},
    {DELIVERY_COUNTRY, DELIVERY_ADDRESS, CAC, XML_SEEN, "Country"},
    {DELIVERY_COUNTRY_CODE, DELIVERY_COUNTRY, CBC, XML_TEXT, "IdentificationCode"},

    {PARTY, DOCUMENT, CAC, XML_SEEN, "PayeeParty"},
    {PARTY, DOCUMENT, CAC, XML_SEEN, "TaxRepresentativeParty"},
    {SELLER, DOCUMENT, CAC, XML_SEEN, "AccountingSupplierParty"},
    {BUYER, DOCUMENT, CAC, XML_SEEN, "AccountingCustomerParty"},
    {PARTY, SELLER, CAC, XML_SEEN, "Party"},
    {PARTY, BUYER, CAC, XML_SEEN, "Party"},
    {ENDPOINT, PARTY, CBC, XML_TEXT, "EndpointID"},
    {IDENTIFICATION, PARTY, CAC, XML_SEEN, "PartyIdentification"},
    {IDENTIFICATION_ID, IDENTIFICATION, CBC, XML_TEXT, "ID"},
    {PARTY_NAME, PARTY, CAC, XML_SEEN, "PartyName"},
    {PARTY_NAME_NAME, PARTY_NAME, CBC, XML_TEXT, "Name"},
    {ADDRESS, PARTY, CAC, XML_SEEN, "PostalAddress"},
    {COUNTRY, ADDRESS, CAC, XML_SEEN, "Country"},
    {COUNTRY_CODE, COUNTRY, CBC, XML_TEXT, "IdentificationCode"},
    {TAX_SCHEME_OF_PARTY, PARTY, CAC, XML_SEEN, "PartyTaxScheme"},
    {TAX_ID, TAX_SCHEME_OF_PARTY, CBC, XML_TEXT, "CompanyID"},
    {PARTY_SCHEME, TAX_SCHEME_OF_PARTY, CAC, XML_SEEN, "TaxScheme"},
    {PARTY_SCHEME_ID, PARTY_SCHEME, CBC, XML_TEXT, "ID"},
    {LEGAL_ENTITY, PARTY, CAC, XML_SEEN, "PartyLegalEntity"},
    {REGISTRATION_NAME, LEGAL_ENTITY, CBC, XML_TEXT, "RegistrationName"},
    {COMPANY_ID, LEGAL_ENTITY, CBC, XML_TEXT, "CompanyID"},

    {MEANS, DOCUMENT, CAC, XML_SEEN, "PaymentMeans"},
    {MEANS_CODE, MEANS, CBC, XML_TEXT, "PaymentMeansCode"},
    {MEANS_DUE, MEANS, CBC, XML_TEXT, "PaymentDueDate"},
    {PAYMENT_ID, MEANS, CBC, XML_TEXT, "PaymentID"},
    {ACCOUNT, MEANS, CAC, XML_SEEN, "PayeeFinancialAccount"},
    {ACCOUNT_ID, ACCOUNT, CBC, XML_TEXT, "ID"},
    {BRANCH, ACCOUNT, CAC, XML_SEEN, "FinancialInstitutionBranch"},
    {BRANCH_ID, BRANCH, CBC, XML_TEXT, "ID"},
    {MANDATE, MEANS, CAC, XML_SEEN, "PaymentMandate"},
    {MANDATE_ID, MANDATE, CBC, XML_TEXT, "ID"},
    {CARD, MEANS, CAC, XML_SEEN, "CardAccount"},
    {CARD_NUMBER, CARD, CBC, XML_TEXT, "PrimaryAccountNumberID"},

    {CHARGE, DOCUMENT, CAC, XML_SEEN, "AllowanceCharge"},
    {CHARGE_INDICATOR, CHARGE, CBC, XML_TEXT, "ChargeIndicator"},
    {CHARGE_REASON, CHARGE, CBC, XML_TEXT, "AllowanceChargeReason"},
    {CHARGE_REASON_CODE, CHARGE, CBC, XML_TEXT, "AllowanceChargeReasonCode"},
    {CHARGE_PERCENT, CHARGE, CBC, XML_TEXT, "MultiplierFactorNumeric"},
    {CHARGE_AMOUNT, CHARGE, CBC, XML_TEXT, "Amount"},
    {CHARGE_BASE, CHARGE, CBC, XML_TEXT, "BaseAmount"},
    {CATEGORY, CHARGE, CAC, XML_SEEN, "TaxCategory"},
    {CATEGORY_ID, CATEGORY, CBC, XML_TEXT, "ID"},
    {CATEGORY_PERCENT, CATEGORY, CBC, XML_TEXT, "Percent"},
    {CATEGORY_REASON, CATEGORY, CBC, XML_TEXT, "TaxExemptionReason"},
    {CATEGORY_REASON_CODE, CATEGORY, CBC, XML_TEXT, "TaxExemptionReasonCode"},
    {CATEGORY_SCHEME, CATEGORY, CAC, XML_SEEN, "TaxScheme"},
    {CATEGORY_SCHEME_ID, CATEGORY_SCHEME, CBC, XML_TEXT, "ID"},

    {TAX_TOTAL, DOCUMENT, CAC, XML_SEEN, "TaxTotal"},
    {TAX_TOTAL_AMOUNT, TAX_TOTAL, CBC, XML_TEXT, "TaxAmount"},
    {SUBTOTAL, TAX_TOTAL, CAC, XML_SEEN, "TaxSubtotal"},
    {SUBTOTAL_TAXABLE, SUBTOTAL, CBC, XML_TEXT, "TaxableAmount"},
    {SUBTOTAL_TAX, SUBTOTAL, CBC, XML_TEXT, "TaxAmount"},
    {CATEGORY, SUBTOTAL, CAC, XML_SEEN, "TaxCategory"},

    {TOTALS, DOCUMENT, CAC, XML_SEEN, "LegalMonetaryTotal"},
    {LINE_TOTAL, TOTALS, CBC, XML_TEXT, "LineExtensionAmount"},
    {TAX_EXCLUSIVE, TOTALS, CBC, XML_TEXT, "TaxExclusiveAmount"},
    {TAX_INCLUSIVE, TOTALS, CBC, XML_TEXT, "TaxInclusiveAmount"},
    {ALLOWANCE_TOTAL, TOTALS, CBC, XML_TEXT, "AllowanceTotalAmount"},
    {CHARGE_TOTAL, TOTALS, CBC, XML_TEXT, "ChargeTotalAmount"},
    {PREPAID, TOTALS, CBC, XML_TEXT, "PrepaidAmount"},
    {ROUNDING, TOTALS, CBC, XML_TEXT, "PayableRoundingAmount"},
    {PAYABLE, TOTALS, CBC, XML_TEXT, "PayableAmount"},
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

/* --- what becomes of them ---------------------------------------------------------------- */

struct parser {
    const struct sink *sink;
    struct xml_reader *xml;
    struct xml_handler handler;
    struct ubl ubl;
    struct ubl_party party; /* the one being read */
    struct ubl_text tax_id; /* of the tax scheme being read */
    struct ubl_code scheme; /* of a tax id or a category */
    struct ubl_text execution;
    struct ubl_text reference;
    struct ubl_text account;
    struct date tax_point;
    struct date delivered;
    bool attribute_name; /* of an item's attribute */
    bool attribute_value;
    uint64_t payable_at;
    uint64_t type_at;
    char currency[4]; /* of the amount being read */
    bool test;
    struct ubl_counts counts;
};

enum act {
    NOTHING = 0,
    TEXT_ONCE, /* keep the first */
    CODE,
    FLAG,
    AMOUNT, /* in the document's currency */
    TAX,    /* an amount in whatever currency */
    VALUE,  /* a number without currency */
    DATE,   /* a flag and, behind `date`, the day */
};

struct action {
    enum act act;
    uint32_t member;
    uint32_t date;
    const char *field; /* for findings */
};

#define AT(m) (uint32_t) offsetof(struct parser, m)

static const struct action actions[ELEMENT_COUNT] = {
    [CUSTOMIZATION] = {TEXT_ONCE, AT(ubl.customization), 0, "CustomizationID"},
    [PROFILE] = {TEXT_ONCE, AT(ubl.profile), 0, "ProfileID"},
    [EXECUTION] = {TEXT_ONCE, AT(execution), 0, "ProfileExecutionID"},
    [NUMBER] = {TEXT_ONCE, AT(ubl.number), 0, "ID"},
    [ISSUE_DATE] = {DATE, AT(ubl.issue_date_seen), AT(ubl.issue_date), "IssueDate"},
    [DUE_DATE] = {DATE, AT(ubl.due_date_seen), AT(ubl.due_date), "DueDate"},
    [TYPE] = {CODE, AT(ubl.type), 0, "InvoiceTypeCode"},
    [CURRENCY] = {CODE, AT(ubl.currency), 0, "DocumentCurrencyCode"},
    [TAX_CURRENCY] = {CODE, AT(ubl.tax_currency), 0, "TaxCurrencyCode"},
    [BUYER_REFERENCE] = {FLAG, AT(ubl.buyer_reference), 0, "BuyerReference"},
    [ORDER_ID] = {FLAG, AT(ubl.order_reference), 0, "OrderReference/ID"},
    [TERMS_NOTE] = {FLAG, AT(ubl.terms), 0, "PaymentTerms/Note"},
    [PERIOD_START] = {DATE, AT(ubl.period.start_seen), AT(ubl.period.start), "StartDate"},
    [PERIOD_END] = {DATE, AT(ubl.period.end_seen), AT(ubl.period.end), "EndDate"},
    [PERIOD_CODE] = {CODE, AT(ubl.period.code), 0, "DescriptionCode"},
    [TAX_POINT] = {DATE, AT(ubl.tax_point), AT(tax_point), "TaxPointDate"},
    [DELIVERY_DATE] = {DATE, AT(ubl.delivered), AT(delivered), "ActualDeliveryDate"},
    [DELIVERY_COUNTRY_CODE] = {CODE, AT(ubl.id.id), 0, "IdentificationCode"},
    [REFERENCE_ID] = {FLAG, AT(ubl.reference.id), 0, "DocumentReference/ID"},
    [REFERENCE_TYPE] = {CODE, AT(ubl.reference.type), 0, "DocumentTypeCode"},
    [ENDPOINT] = {TEXT_ONCE, AT(party.endpoint), 0, "EndpointID"},
    [IDENTIFICATION_ID] = {TEXT_ONCE, AT(party.identification), 0, "PartyIdentification/ID"},
    [PARTY_NAME_NAME] = {TEXT_ONCE, AT(party.name), 0, "PartyName/Name"},
    [COUNTRY_CODE] = {CODE, AT(party.country), 0, "IdentificationCode"},
    [TAX_ID] = {TEXT_ONCE, AT(tax_id), 0, "PartyTaxScheme/CompanyID"},
    [PARTY_SCHEME_ID] = {CODE, AT(scheme), 0, "TaxScheme/ID"},
    [REGISTRATION_NAME] = {TEXT_ONCE, AT(party.registration_name), 0, "RegistrationName"},
    [COMPANY_ID] = {TEXT_ONCE, AT(party.company_id), 0, "CompanyID"},
    [MEANS_CODE] = {CODE, AT(ubl.means.code), 0, "PaymentMeansCode"},
    [PAYMENT_ID] = {TEXT_ONCE, AT(reference), 0, "PaymentID"},
    [ACCOUNT_ID] = {TEXT_ONCE, AT(ubl.means.account), 0, "PayeeFinancialAccount/ID"},
    [BRANCH_ID] = {CODE, AT(ubl.means.branch), 0, "FinancialInstitutionBranch/ID"},
    [CHARGE_INDICATOR] = {CODE, AT(ubl.charge.indicator), 0, "ChargeIndicator"},
    [CHARGE_REASON] = {FLAG, AT(ubl.charge.reason), 0, "AllowanceChargeReason"},
    [MANDATE_ID] = {FLAG, AT(ubl.means.mandate), 0, "PaymentMandate/ID"},
    [CARD_NUMBER] = {CODE, AT(ubl.means.card), 0, "PrimaryAccountNumberID"},
    [CHARGE_REASON_CODE] = {CODE, AT(ubl.charge.reason_code), 0, "AllowanceChargeReasonCode"},
    [CHARGE_PERCENT] = {VALUE, AT(ubl.charge.percent), 0, "MultiplierFactorNumeric"},
    [CHARGE_AMOUNT] = {AMOUNT, AT(ubl.charge.amount), 0, "AllowanceCharge/Amount"},
    [CHARGE_BASE] = {AMOUNT, AT(ubl.charge.base), 0, "BaseAmount"},
    [CATEGORY_ID] = {CODE, AT(ubl.category.id), 0, "TaxCategory/ID"},
    [CATEGORY_PERCENT] = {VALUE, AT(ubl.category.percent), 0, "Percent"},
    [CATEGORY_REASON] = {FLAG, AT(ubl.category.reason), 0, "TaxExemptionReason"},
    [CATEGORY_REASON_CODE] = {CODE, AT(ubl.category.reason_code), 0, "TaxExemptionReasonCode"},
    [OBJECT_TYPE] = {CODE, AT(ubl.line.object), 0, "DocumentTypeCode"},
    [CATEGORY_SCHEME_ID] = {CODE, AT(ubl.category.scheme), 0, "TaxScheme/ID"},
    [TAX_TOTAL_AMOUNT] = {TAX, AT(ubl.tax_total.amount), 0, "TaxTotal/TaxAmount"},
    [SUBTOTAL_TAXABLE] = {AMOUNT, AT(ubl.subtotal.taxable), 0, "TaxableAmount"},
    [SUBTOTAL_TAX] = {AMOUNT, AT(ubl.subtotal.tax), 0, "TaxSubtotal/TaxAmount"},
    [LINE_TOTAL] = {AMOUNT, AT(ubl.line_total), 0, "LineExtensionAmount"},
    [TAX_EXCLUSIVE] = {AMOUNT, AT(ubl.tax_exclusive), 0, "TaxExclusiveAmount"},
    [TAX_INCLUSIVE] = {AMOUNT, AT(ubl.tax_inclusive), 0, "TaxInclusiveAmount"},
    [ALLOWANCE_TOTAL] = {AMOUNT, AT(ubl.allowance_total), 0, "AllowanceTotalAmount"},
    [CHARGE_TOTAL] = {AMOUNT, AT(ubl.charge_total), 0, "ChargeTotalAmount"},
    [PREPAID] = {AMOUNT, AT(ubl.prepaid), 0, "PrepaidAmount"},
    [ROUNDING] = {AMOUNT, AT(ubl.rounding), 0, "PayableRoundingAmount"},
    [PAYABLE] = {AMOUNT, AT(ubl.payable), 0, "PayableAmount"},
    [LINE_ID] = {FLAG, AT(ubl.line.id), 0, "line ID"},
    [QUANTITY] = {VALUE, AT(ubl.line.quantity), 0, "InvoicedQuantity"},
    [LINE_AMOUNT] = {AMOUNT, AT(ubl.line.amount), 0, "line LineExtensionAmount"},
    [ITEM_NAME] = {FLAG, AT(ubl.line.item_name), 0, "Item/Name"},
    [PRICE_AMOUNT] = {AMOUNT, AT(ubl.line.price), 0, "PriceAmount"},
    [BASE_QUANTITY] = {VALUE, AT(ubl.line.base_quantity), 0, "BaseQuantity"},
};

static struct span text_of(const struct ubl_text *t)
{
    return span_of(t->p, t->n);
}

static struct span code_of(const struct ubl_code *c)
{
    return span_of(c->p, c->n);
}

static bool has(struct span text, const char *part)
{
    return text.n && memmem(text.p, text.n, part, strlen(part));
}

static int say_field(struct parser *p, enum finding_code code, uint64_t record, const char *field,
                     const char *expected)
{
    struct finding f = finding_make(code, record);
    finding_text(&f, "field", span_str(field));
    finding_text(&f, "expected", span_str(expected));
    return sink_finding(p->sink, &f);
}

/* Characters that XML counts as blank stay inside; around the text they go. */
static int keep_text(struct parser *p, struct ubl_text *to, struct span text, const char *field,
                     uint64_t record)
{
    bool again = to->seen;
    to->seen = true;
    if (again)
        return 0;
    text = span_trim(text);
    struct span kept = utf8_cut(text, ITEM_TEXT_MAX);
    if (kept.n)
        memcpy(to->p, kept.p, kept.n);
    to->n = (uint16_t)kept.n;
    if (kept.n == text.n)
        return 0;
    struct finding f = finding_make(FINDING_TEXT_CUT, record);
    finding_text(&f, "field", span_str(field));
    finding_int(&f, "most", ITEM_TEXT_MAX);
    return sink_finding(p->sink, &f);
}

static void keep_code(struct ubl_code *to, struct span text)
{
    text = span_trim(text);
    to->seen = true;
    to->n = (uint8_t)(text.n < sizeof(to->p) ? text.n : sizeof(to->p));
    if (to->n)
        memcpy(to->p, text.p, to->n);
}

static void keep_flag(struct ubl_flag *to, struct span text)
{
    to->seen = true;
    to->filled = span_trim(text).n > 0;
}

/* Digits behind the point as written: a rule on the writing, not on the value. */
static uint8_t count_decimals(struct span text)
{
    text = span_trim(text);
    const char *point = text.n ? memchr(text.p, '.', text.n) : NULL;
    size_t n = point ? (size_t)(text.p + text.n - point) - 1 : 0;
    return (uint8_t)(n < UINT8_MAX ? n : UINT8_MAX);
}

static int keep_number(struct parser *p, struct ubl_number *to, struct span text, const char *field,
                       uint64_t record)
{
    to->seen = true;
    to->decimals = count_decimals(text);
    memcpy(to->currency, p->currency, sizeof(to->currency));
    if (decimal_parse(text, &to->value) == 0)
        return 0;
    return say_field(p, FINDING_BAD_FIELD, record, field, "a decimal number of at most 18 digits");
}

/* A zone behind the day ("2026-03-02Z", "2026-03-02+01:00") is dropped: it is a civil date. */
static int keep_date(struct parser *p, const struct action *a, struct span text, uint64_t record)
{
    struct ubl_flag *flag = (struct ubl_flag *)((char *)p + a->member);
    struct date *date = (struct date *)((char *)p + a->date);
    keep_flag(flag, text);
    text = span_trim(text);
    if (!text.n)
        return 0; /* a rule of presence says so */
    p->ubl.bad_date = p->ubl.bad_date || text.n != 10;
    bool zone = text.n > 10 && (text.p[10] == 'Z' || text.p[10] == '+' || text.p[10] == '-');
    if (zone)
        text.n = 10;
    if (date_parse_iso(text, date) == 0)
        return 0;
    p->ubl.bad_date = true;
    return say_field(p, FINDING_BAD_FIELD, record, a->field, "a day of the form YYYY-MM-DD");
}

/* An amount whose currencyID is not the document's. Judged where it is met; the currency
 * stands before all amounts in the schema's order. */
static void check_currency(struct parser *p, const struct ubl_number *n, uint64_t record)
{
    if (!p->ubl.foreign_currency && p->ubl.currency.n &&
        !span_eq_str(code_of(&p->ubl.currency), n->currency))
        p->ubl.foreign_currency = record;
}

static int act_on(struct parser *p, const struct xml_element *e, struct span text)
{
    const struct action *a = &actions[e->id];
    void *member = (char *)p + a->member;
    switch (a->act) {
    case TEXT_ONCE:
        return keep_text(p, member, text, a->field, e->ordinal);
    case CODE:
        keep_code(member, text);
        return 0;
    case FLAG:
        keep_flag(member, text);
        return 0;
    case DATE:
        return keep_date(p, a, text, e->ordinal);
    case AMOUNT: {
        int rc = keep_number(p, member, text, a->field, e->ordinal);
        check_currency(p, member, e->ordinal);
        return rc;
    }
    case TAX:
    case VALUE:
        return keep_number(p, member, text, a->field, e->ordinal);
    case NOTHING:
        break;
    }
    return 0;
}

/* --- what begins ------------------------------------------------------------------------- */

static void read_currency(struct parser *p, const struct xml_element *e)
{
    struct span id = xml_attribute(e, "currencyID");
    memset(p->currency, 0, sizeof(p->currency));
    if (!p->ubl.bad_currency && !code_listed(CODES_CURRENCY, id))
        p->ubl.bad_currency = e->ordinal;
    /* Anything longer than a code is kept as one that no currency has. */
    if (id.n && id.n < sizeof(p->currency))
        memcpy(p->currency, id.p, id.n);
    else if (id.n)
        memcpy(p->currency, "?", 1);
}

/* Members that an element fills, empty again where it begins. */
static const struct {
    uint32_t member;
    uint32_t size;
} fresh[ELEMENT_COUNT] = {
#define FRESH(m)                                                                                   \
    {                                                                                              \
        AT(m), sizeof(((struct parser *)NULL)->m)                                                  \
    }
    [SELLER] = FRESH(party),
    [BUYER] = FRESH(party),
    [TAX_SCHEME_OF_PARTY] = FRESH(scheme),
    [MEANS] = FRESH(ubl.means),
    [PERIOD] = FRESH(ubl.period),
    [CHARGE] = FRESH(ubl.charge),
    [CATEGORY] = FRESH(ubl.category),
    [TAX_TOTAL] = FRESH(ubl.tax_total),
    [SUBTOTAL] = FRESH(ubl.subtotal),
    [LINE] = FRESH(ubl.line),
    [BILLING] = FRESH(ubl.reference),
    [REFERENCE] = FRESH(ubl.reference),
    [EMBEDDED] = FRESH(ubl.media_type),
    [ITEM_ATTRIBUTE] = FRESH(attribute_name),
    [ENDPOINT] = FRESH(ubl.id),
    [IDENTIFICATION_ID] = FRESH(ubl.id),
    [COMPANY_ID] = FRESH(ubl.id),
    [TAX_ID] = FRESH(ubl.id),
#undef FRESH
};

/* Attributes that are kept as codes. */
static const struct {
    const char *name;
    uint32_t member;
} kept[ELEMENT_COUNT] = {
    [ENDPOINT] = {"schemeID", AT(ubl.id.scheme)},
    [IDENTIFICATION_ID] = {"schemeID", AT(ubl.id.scheme)},
    [COMPANY_ID] = {"schemeID", AT(ubl.id.scheme)},
    [TAX_ID] = {"schemeID", AT(ubl.id.scheme)},
    [QUANTITY] = {"unitCode", AT(ubl.line.unit)},
    [BASE_QUANTITY] = {"unitCode", AT(ubl.line.base_unit)},
    [EMBEDDED] = {"mimeCode", AT(ubl.media_type)},
};

static void keep_attribute(struct parser *p, const struct xml_element *e)
{
    struct span value = xml_attribute(e, kept[e->id].name);
    if (value.p)
        keep_code((struct ubl_code *)((char *)p + kept[e->id].member), value);
}

static void start_line_part(struct parser *p, const struct xml_element *e)
{
    struct ubl_line *line = &p->ubl.line;
    switch (e->id) {
    case LINE:
        line->charges = line->allowances = DECIMAL_ZERO;
        p->ubl.lines++;
        break;
    case ITEM_STANDARD_ID: {
        struct span scheme = xml_attribute(e, "schemeID");
        line->standard_without_scheme |= !scheme.p;
        line->standard_scheme_unknown |= scheme.p && !icd_listed(span_trim(scheme));
        break;
    }
    case ITEM_CLASS_CODE:
        line->class_without_list |= !xml_attribute(e, "listID").p;
        break;
    case ITEM_ATTRIBUTE:
        p->attribute_value = false;
        break;
    case ATTRIBUTE_NAME:
        p->attribute_name = true;
        break;
    case ATTRIBUTE_VALUE:
        p->attribute_value = true;
        break;
    case OBJECT:
        line->objects++;
        break;
    default:
        break;
    }
}

static void start_payment_part(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    switch (e->id) {
    case ACCOUNT:
        u->means.account_seen = true;
        break;
    case MANDATE:
        u->mandates++;
        break;
    case CARD:
        u->cards++;
        u->means.card_seen = true;
        break;
    case TAX_TOTAL:
        u->tax_total.sum = DECIMAL_ZERO;
        break;
    case SUBTOTAL:
        u->tax_total.subtotals++;
        break;
    case TOTALS:
        u->totals_seen = true;
        u->totals_ordinal = e->ordinal;
        break;
    case PAYABLE:
        p->payable_at = e->ordinal;
        break;
    default:
        start_line_part(p, e);
        break;
    }
}

static int on_start(void *context, const struct xml_element *e)
{
    struct parser *p = context;
    struct ubl *u = &p->ubl;
    enum act act = actions[e->id].act;
    if (act == AMOUNT || act == TAX)
        read_currency(p, e);
    if (fresh[e->id].size)
        memset((char *)p + fresh[e->id].member, 0, fresh[e->id].size);
    if (kept[e->id].name)
        keep_attribute(p, e);
    switch (e->id) {
    case DOCUMENT:
        u->credit_note = rows[e->row].ns == CREDIT_NS;
        break;
    case NOTE:
        u->notes++;
        break;
    case TYPE:
        p->type_at = e->ordinal;
        break;
    case PARTY:
        if (rows[e->row].parent == DOCUMENT)
            memset(&p->party, 0, sizeof(p->party));
        p->party.party_seen = true;
        break;
    case ADDRESS:
        p->party.address_seen = true;
        break;
    case TAX_SCHEME_OF_PARTY:
        p->tax_id.seen = false;
        p->tax_id.n = 0;
        break;
    case DELIVERY_ADDRESS:
        u->delivery_address = true;
        break;
    default:
        start_payment_part(p, e);
        break;
    }
    return 0;
}

/* --- what ends --------------------------------------------------------------------------- */

/* Add an amount to the sum of its VAT category and rate. */
static void group_add(struct ubl *u, const struct ubl_category *category, struct decimal amount)
{
    struct span id = code_of(&category->id);
    if (!id.n || id.n >= sizeof(u->groups[0].category) ||
        !span_eq_str(code_of(&category->scheme), "VAT"))
        return;
    bool rates = ubl_category_has_rates(&category->id);
    struct decimal percent = rates ? category->percent.value : DECIMAL_ZERO;
    if (!percent.known)
        return;
    unsigned i = 0;
    while (i < u->group_count && !(span_eq_str(id, u->groups[i].category) &&
                                   decimal_equal(u->groups[i].percent, percent)))
        i++;
    if (i == UBL_GROUPS_MAX) {
        u->groups_full = true;
        return;
    }
    struct ubl_group *g = &u->groups[i];
    if (i == u->group_count) {
        *g = (struct ubl_group){.percent = percent, .sum = DECIMAL_ZERO};
        memcpy(g->category, id.p, id.n);
        u->group_count++;
    }
    g->sum = decimal_add(g->sum, amount);
}

static bool is_vat(const struct ubl_code *scheme)
{
    return scheme->n == 3 && !strncasecmp(scheme->p, "VAT", 3);
}

static int end_category(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    struct ubl_category *k = &u->category;
    bool vat = is_vat(&k->scheme);
    k->vat = vat ? ubl_vat_of(&k->id) : UBL_VAT_NONE;
    bool other = vat && k->id.n && k->vat != UBL_VAT_O;
    switch (rows[e->row].parent) {
    case ITEM:
        /* A line may have categories of other taxes beside that of VAT. */
        if (!u->line.category.id.seen || vat)
            u->line.category = *k;
        u->uses[k->vat].line = true;
        u->other_line |= other;
        break;
    case CHARGE:
        u->charge.category = *k;
        break;
    default:
        u->subtotal.category = *k;
        u->uses[k->vat].breakdowns++;
        u->other_breakdown |= other;
        break;
    }
    return 0;
}

/* What the rules of its VAT category ask of an allowance or charge of the document. */
static void use_of_charge(struct ubl *u, bool surcharge)
{
    const struct ubl_category *k = &u->charge.category;
    bool other = is_vat(&k->scheme) && k->id.n && k->vat != UBL_VAT_O;
    if (surcharge) {
        u->uses[k->vat].charge = true;
        u->other_charge |= other;
    } else {
        u->uses[k->vat].allowance = true;
        u->other_allowance |= other;
    }
}

static void charge_of_document(struct ubl *u, bool surcharge)
{
    struct decimal amount = u->charge.amount.seen ? u->charge.amount.value : DECIMAL_ZERO;
    struct decimal *sum = surcharge ? &u->charges_sum : &u->allowances_sum;
    *sum = decimal_add(*sum, amount);
    if (surcharge)
        u->charges++;
    else
        u->allowances++;
    use_of_charge(u, surcharge);
    group_add(u, &u->charge.category, surcharge ? amount : decimal_sub(DECIMAL_ZERO, amount));
}

static void charge_of_line(struct ubl *u, bool surcharge)
{
    struct decimal amount = u->charge.amount.seen ? u->charge.amount.value : DECIMAL_ZERO;
    struct decimal *sum = surcharge ? &u->line.charges : &u->line.allowances;
    *sum = decimal_add(*sum, amount);
}

static int end_charge(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    enum ubl_scope scope = UBL_PRICE_CHARGE;
    struct span indicator = code_of(&u->charge.indicator);
    bool surcharge = span_eq_str(indicator, "true");
    bool known = surcharge || span_eq_str(indicator, "false");
    if (rows[e->row].parent == DOCUMENT) {
        scope = UBL_CHARGE;
        if (known)
            charge_of_document(u, surcharge);
    } else if (rows[e->row].parent == LINE) {
        scope = UBL_LINE_CHARGE;
        if (known)
            charge_of_line(u, surcharge);
    }
    return ubl_judge(u, scope, e->ordinal, &p->counts, p->sink);
}

static int end_line(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    struct decimal amount = u->line.amount.seen ? u->line.amount.value : DECIMAL_ZERO;
    u->lines_sum = decimal_add(u->lines_sum, amount);
    group_add(u, &u->line.category, amount);
    return ubl_judge(u, UBL_LINE, e->ordinal, &p->counts, p->sink);
}

static int end_subtotal(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    u->subtotal.ordinal = e->ordinal;
    if (u->subtotal.tax.seen)
        u->tax_total.sum = decimal_add(u->tax_total.sum, u->subtotal.tax.value);
    if (u->breakdown_count < UBL_GROUPS_MAX)
        u->breakdown[u->breakdown_count++] = u->subtotal;
    return ubl_judge(u, UBL_SUBTOTAL, e->ordinal, &p->counts, p->sink);
}

static int end_tax_total(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    const struct ubl_number *amount = &u->tax_total.amount;
    if (u->tax_total.subtotals) {
        u->tax_totals_split++;
        if (amount->seen)
            check_currency(p, amount, e->ordinal);
    } else {
        u->tax_totals_plain++;
    }
    if (amount->seen && span_eq_str(code_of(&u->currency), amount->currency)) {
        if (!u->tax_amounts++)
            u->tax = *amount;
    } else if (amount->seen && u->tax_currency.n &&
               span_eq_str(code_of(&u->tax_currency), amount->currency)) {
        u->tax_accounting = *amount;
    }
    return ubl_judge(u, UBL_TAX_TOTAL, e->ordinal, &p->counts, p->sink);
}

/* "Godkänd för F-skatt" in UTF-8, whatever the case of its letters. */
static bool says_f_tax(struct span text)
{
    static const char words[] = "GODK\xC3\x84ND F\xC3\x96R F-SKATT";
    if (text.n != sizeof(words) - 1)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c >= 'a' && c <= 'z') || c == 0xA4 || c == 0xB6)
            c = (unsigned char)(c - 0x20);
        if (c != (unsigned char)words[i])
            return false;
    }
    return true;
}

/* A party may have several tax schemes; the one of VAT says more than any other. */
static int end_party_tax(struct parser *p, const struct xml_element *e)
{
    bool vat = is_vat(&p->scheme);
    p->party.tax_registration |= p->tax_id.seen;
    p->party.no_f_tax |= p->tax_id.seen && !vat && !says_f_tax(text_of(&p->tax_id));
    if (!p->tax_id.seen || (p->party.tax_id.seen && (!vat || p->party.tax_id_is_vat)))
        return 0;
    p->party.tax_id = p->tax_id;
    p->party.tax_id_is_vat = vat;
    return vat ? ubl_judge(&p->ubl, UBL_VAT_ID, e->ordinal, &p->counts, p->sink) : 0;
}

static int end_means(struct parser *p, const struct xml_element *e)
{
    if (!p->account.seen && p->ubl.means.account.seen)
        p->account = p->ubl.means.account;
    return ubl_judge(&p->ubl, UBL_MEANS, e->ordinal, &p->counts, p->sink);
}

/* A credit note has no DueDate of its own. */
static int end_means_due(struct parser *p, const struct xml_element *e, struct span text)
{
    static const struct action due = {DATE, AT(ubl.due_date_seen), AT(ubl.due_date),
                                      "PaymentDueDate"};
    return p->ubl.due_date_seen.seen ? 0 : keep_date(p, &due, text, e->ordinal);
}

/* Without a specification identifier the format's own stands; one that says that it follows
 * a specification but names none excuses nothing either. */
static bool judged_as_peppol(struct span id)
{
    static const char *const follows[] = {"urn:cen.eu:en16931:2017#compliant#",
                                          "urn:cen.eu:en16931:2017#conformant#"};
    if (!id.n || has(id, "peppol.eu:2017:poacc:billing:3.0"))
        return true;
    for (size_t i = 0; i < sizeof(follows) / sizeof(follows[0]); i++)
        if (span_starts(id, span_str(follows[i]))) {
            size_t n = strlen(follows[i]);
            return !span_starts(span_of(id.p + n, id.n - n), SPAN_LIT("urn:"));
        }
    return false;
}

static int judge_id(struct parser *p, enum ubl_scope scope, const struct xml_element *e)
{
    return ubl_judge(&p->ubl, scope, e->ordinal, &p->counts, p->sink);
}

static int end_country(struct parser *p, const struct xml_element *e, struct span text)
{
    keep_code(&p->ubl.id.id, text);
    p->ubl.foreign_country |= !span_eq_str(span_trim(text), "IT");
    return judge_id(p, UBL_COUNTRY, e);
}

/* What is more to an element that fills a member. */
static int end_member(struct parser *p, const struct xml_element *e, struct span text)
{
    struct ubl *u = &p->ubl;
    switch (e->id) {
    case CUSTOMIZATION:
        u->peppol = judged_as_peppol(text_of(&u->customization));
        return 0;
    case ENDPOINT:
        p->party.endpoint_scheme = u->id.scheme;
        keep_code(&u->id.id, text);
        return judge_id(p, UBL_ENDPOINT, e);
    case IDENTIFICATION_ID:
        keep_code(&u->id.id, text);
        return judge_id(p, UBL_PARTY_ID, e);
    case TAX_ID:
    case COMPANY_ID:
        keep_code(&u->id.id, text);
        return judge_id(p, UBL_COMPANY_ID, e);
    case DELIVERY_COUNTRY_CODE:
        u->delivery_country = u->id.id.n > 0;
        return end_country(p, e, text);
    case COUNTRY_CODE:
        return end_country(p, e, text);
    default:
        return 0;
    }
}

static void end_other_party(struct parser *p, const struct xml_element *e)
{
    if (rows[e->row].parent != DOCUMENT)
        return;
    if (!strcmp(rows[e->row].local, "PayeeParty")) {
        p->ubl.payee = p->party;
        p->ubl.payee_seen = true;
    } else {
        p->ubl.representative = p->party;
        p->ubl.representative_seen = true;
    }
}

static int end_period(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    bool line = rows[e->row].parent == LINE;
    if (!line) {
        u->whole_period = u->period;
        u->period_seen = true;
    }
    return ubl_judge(u, line ? UBL_LINE_PERIOD : UBL_PERIOD, e->ordinal, &p->counts, p->sink);
}

static int end_reference(struct parser *p, const struct xml_element *e, enum ubl_scope scope)
{
    if (span_eq_str(code_of(&p->ubl.reference.type), "50"))
        p->ubl.projects++;
    return ubl_judge(&p->ubl, scope, e->ordinal, &p->counts, p->sink);
}

static int end_part(struct parser *p, const struct xml_element *e)
{
    struct ubl *u = &p->ubl;
    switch (e->id) {
    case CHARGE:
        return end_charge(p, e);
    case CATEGORY:
        return end_category(p, e);
    case SUBTOTAL:
        return end_subtotal(p, e);
    case TAX_TOTAL:
        return end_tax_total(p, e);
    case LINE:
        return end_line(p, e);
    case PERIOD:
        return end_period(p, e);
    case REFERENCE:
        return end_reference(p, e, UBL_REFERENCE);
    case BILLING:
        return end_reference(p, e, UBL_BILLING);
    case EMBEDDED:
        return u->media_type.seen ? judge_id(p, UBL_ATTACHMENT, e) : 0;
    case ITEM_ATTRIBUTE:
        u->line.attribute_broken |= !p->attribute_name || !p->attribute_value;
        break;
    default:
        break;
    }
    return 0;
}

static int on_end(void *context, const struct xml_element *e, struct span text, bool cut)
{
    struct parser *p = context;
    struct ubl *u = &p->ubl;
    (void)cut; /* 64 KiB are more than any member keeps; keep_text says so */
    if (actions[e->id].act) {
        int rc = act_on(p, e, text);
        return rc ? rc : end_member(p, e, text);
    }
    switch (e->id) {
    case SELLER:
        u->seller = p->party;
        break;
    case BUYER:
        u->buyer = p->party;
        break;
    case PARTY:
        end_other_party(p, e);
        break;
    case TAX_SCHEME_OF_PARTY:
        return end_party_tax(p, e);
    case MEANS:
        return end_means(p, e);
    case MEANS_DUE:
        return end_means_due(p, e, text);
    default:
        return end_part(p, e);
    }
    return 0;
}

/* --- the document as a whole ------------------------------------------------------------- */

/* Type codes that reduce what is claimed, and those that claim nothing. */
static const char *const credit_types[] = {"381", "81",  "83",  "261", "262",
                                           "296", "308", "396", "420", "532"};
static const char *const no_claims[] = {"325", "130", "751"};

static bool among(struct span value, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_eq_str(value, list[i]))
            return true;
    return false;
}
#define AMONG(value, list) among(value, list, sizeof(list) / sizeof((list)[0]))

static int say_test(struct parser *p, const char *where, struct span value)
{
    p->test = true;
    struct finding f = finding_make(FINDING_TEST_MARK, 0);
    finding_text(&f, "where", span_str(where));
    finding_text(&f, "value", value);
    return sink_finding(p->sink, &f);
}

/* EN 16931 does not use ProfileExecutionID (UBL-CR-003); in UBL it tells test from production. */
static int judge_execution(struct parser *p)
{
    static const char *const production[] = {"prod", "production", "produktion", "live", "p"};
    if (!p->execution.seen)
        return 0;
    int rc =
        say_field(p, FINDING_FIELD_NOTE, 1, "ProfileExecutionID", "part of EN 16931 (UBL-CR-003)");
    if (rc || !p->execution.n)
        return rc;
    for (size_t i = 0; i < sizeof(production) / sizeof(production[0]); i++)
        if (p->execution.n == strlen(production[i]) &&
            !strncasecmp(p->execution.p, production[i], p->execution.n))
            return 0;
    return say_test(p, "ProfileExecutionID", text_of(&p->execution));
}

/* Scheme 9915 is for test participants; "test" is one of them. */
static int judge_participant(struct parser *p, const struct ubl_party *party)
{
    if (p->test)
        return 0;
    if (span_eq_str(code_of(&party->endpoint_scheme), "9915"))
        return say_test(p, "the participant id", SPAN_LIT("9915"));
    if (party->endpoint.n == 4 && !strncasecmp(party->endpoint.p, "test", 4))
        return say_test(p, "the participant id", text_of(&party->endpoint));
    return 0;
}

/* The amount due in minor units, negative for what reduces the claim. */
static int take_amount(struct parser *p, struct item *item)
{
    struct span currency = code_of(&p->ubl.currency);
    int exponent = currency_exponent(currency);
    if (currency.n && exponent < 0)
        return say_field(p, FINDING_BAD_FIELD, 1, "DocumentCurrencyCode", "a currency of ISO 4217");
    if (!currency.n || !p->ubl.payable.value.known)
        return 0; /* said already */
    memcpy(item->currency, currency.p, 3);
    bool exact;
    if (decimal_minor(p->ubl.payable.value, exponent, &item->amount_minor, &exact))
        return say_field(p, FINDING_BAD_FIELD, p->payable_at, "PayableAmount",
                         "an amount that can be counted in minor units");
    if (item->type == ITEM_CREDIT_NOTE)
        item->amount_minor = -item->amount_minor;
    if (!exact)
        return say_field(p, FINDING_FIELD_NOTE, p->payable_at, "PayableAmount",
                         "given in whole minor units; it was rounded");
    return 0;
}

/* Without Peppol's rule R051 a sum in another currency than the document's would be counted
 * as that. */
static int judge_payable_currency(struct parser *p)
{
    const struct ubl_number *n = &p->ubl.payable;
    if (p->ubl.peppol || !n->seen || !n->currency[0] || !p->ubl.currency.n ||
        span_eq_str(code_of(&p->ubl.currency), n->currency))
        return 0;
    return say_field(p, FINDING_BAD_FIELD, p->payable_at, "PayableAmount",
                     "in the document's currency");
}

static struct span first_of(struct span a, struct span b, struct span c, struct span d)
{
    return a.n ? a : b.n ? b : c.n ? c : d;
}

static struct item make_item(const struct parser *p)
{
    const struct ubl *u = &p->ubl;
    const struct ubl_party *s = &u->seller;
    const struct ubl_party *b = &u->buyer;
    bool credit = u->credit_note || AMONG(code_of(&u->type), credit_types);
    return (struct item){
        .type = credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE,
        .record = 1,
        .issue_date = u->issue_date,
        .due_date = u->due_date,
        .number = text_of(&u->number),
        .reference = text_of(&p->reference),
        .counterparty_id = first_of(text_of(&b->company_id), text_of(&b->identification),
                                    text_of(&b->endpoint), SPAN_NONE),
        .counterparty_name =
            first_of(text_of(&b->registration_name), text_of(&b->name), SPAN_NONE, SPAN_NONE),
        .payee_account = text_of(&p->account),
        .issuer = first_of(text_of(&s->company_id), text_of(&s->tax_id), text_of(&s->endpoint),
                           text_of(&s->identification)),
    };
}

static int judge_document(struct parser *p)
{
    struct ubl *u = &p->ubl;
    u->empty = xml_empty(p->xml);
    int rc =
        ubl_judge(u, UBL_DOCUMENT, u->totals_ordinal ? u->totals_ordinal : 1, &p->counts, p->sink);
    for (unsigned i = 0; !rc && i < u->breakdown_count; i++) {
        u->subtotal = u->breakdown[i];
        rc = ubl_judge(u, UBL_BREAKDOWN, u->subtotal.ordinal, &p->counts, p->sink);
    }
    if (!rc)
        rc = judge_execution(p);
    if (!rc)
        rc = judge_participant(p, &u->seller);
    if (!rc)
        rc = judge_participant(p, &u->buyer);
    return rc ? rc : judge_payable_currency(p);
}

static int hand_out(struct parser *p)
{
    if (AMONG(code_of(&p->ubl.type), no_claims))
        return say_field(p, FINDING_FIELD_NOTE, p->type_at, "InvoiceTypeCode",
                         "that of a claim; the document was not counted");
    struct item item = make_item(p);
    int rc = take_amount(p, &item);
    return rc ? rc : sink_item(p->sink, &item);
}

/* --- the format -------------------------------------------------------------------------- */

static void peppol_close(struct parser **parser)
{
    if (!*parser)
        return;
    xml_close(&(*parser)->xml);
    free(*parser);
    *parser = NULL;
}

static struct xml_reader *peppol_reader(const struct parser *p)
{
    return p->xml;
}

static int peppol_open(const struct sink *sink, struct parser **out)
{
    struct parser *p = calloc(1, sizeof(*p));
    if (!p)
        return SLUSS_ENOMEM;
    p->sink = sink;
    p->handler = (struct xml_handler){p, on_start, on_end};
    p->ubl.peppol = true; /* until it says that it is something else */
    p->ubl.lines_sum = p->ubl.allowances_sum = p->ubl.charges_sum = DECIMAL_ZERO;
    if (xml_open(&table, &p->handler, sink, &p->xml)) {
        peppol_close(&p);
        return SLUSS_ENOMEM;
    }
    *out = p;
    return 0;
}

static void peppol_unicode(struct parser *p, const char *form)
{
    xml_unicode(p->xml, form);
}

static int peppol_push(struct parser *p, struct span bytes)
{
    return xml_push(p->xml, bytes);
}

static int peppol_finish(struct parser *p, struct parser_facts *facts)
{
    int rc = xml_finish(p->xml);
    if (!rc && xml_whole(p->xml))
        rc = judge_document(p);
    if (!rc && xml_whole(p->xml))
        rc = hand_out(p);
    *facts = (struct parser_facts){.test = p->test};
    return rc;
}

/* --- recognition ------------------------------------------------------------------------- */

/* Documents of the same namespaces whose totals mean other things, by CustomizationID. */
static const struct {
    const char *part;
    const char *reason;
} others[] = {
    {"OIOUBL-2", "an OIOUBL document"},
    {"#conformant#urn:fdc:anskaffelser.no:2019:ehf:reminder:3.0", "an EHF reminder"},
    {"#conformant#urn:fdc:anskaffelser.no:2019:ehf:forward-billing:3.0", "an EHF forward billing"},
    {"urn:fdc:anskaffelser.no:2019:ehf:spec:payment-request:3.0", "an EHF payment request"},
};

static bool is_document(const struct xml_sniff *look)
{
    return look->look == XML_LOOK_ROOT &&
           ((span_eq_str(look->ns, NS_INVOICE) && span_eq_str(look->local, "Invoice")) ||
            (span_eq_str(look->ns, NS_CREDIT_NOTE) && span_eq_str(look->local, "CreditNote")));
}

static const char *refusal(const struct xml_sniff *look)
{
    if (!is_document(look))
        return NULL;
    struct span id = xml_sniff_text(look->after, "CustomizationID");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (has(id, others[i].part))
            return others[i].reason;
    return NULL;
}

const char *peppol_refusal(struct span head)
{
    struct xml_sniff look = xml_sniff(head);
    return refusal(&look);
}

static enum bid peppol_bid(struct span head, bool whole)
{
    (void)whole;
    struct xml_sniff look = xml_sniff(head);
    return is_document(&look) && !refusal(&look) ? BID_CERTAIN : BID_NO;
}

static enum ending peppol_ending(struct span head, struct span tail)
{
    struct xml_sniff look = xml_sniff(head);
    if (look.look != XML_LOOK_ROOT)
        return ENDING_CUT;
    return xml_ends_with(tail, "Invoice") || xml_ends_with(tail, "CreditNote") ? ENDING_WHOLE
                                                                               : ENDING_CUT;
}

const struct format format_peppol = {
    .name = "peppol-bis-3",
    .kind = KIND_INVOICES,
    .title = "Peppol BIS Billing 3 (UBL 2.1 invoice or credit note, EN 16931)",
    .carries = "invoice or credit note: number, dates, amount due, payment reference, buyer, "
               "payee account",
    .end_mark = "</Invoice> or </CreditNote>",
    .source = "Peppol BIS Billing 3.0 (OpenPeppol); EN 16931-1, CEN/TS 16931-3-2",
    .bid = peppol_bid,
    .ending = peppol_ending,
    .begin = peppol_open,
    .unicode = peppol_unicode,
    .push = peppol_push,
    .finish = peppol_finish,
    .close = peppol_close,
    .reader = peppol_reader,
    .rules = peppol_rule_texts,
};
