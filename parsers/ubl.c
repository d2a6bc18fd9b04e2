/* ubl.c -- the shared table; sources in oioubl.c and ehf.c */
#include "parsers/ubl.h"

#define XSD "urn:oasis:names:specification:ubl:schema:xsd:"

enum ns { INVOICE_NS, CREDIT_NS, REMINDER_NS, STATEMENT_NS, CAC, CBC };

static const char *const namespaces[] = {
    XSD "Invoice-2",
    XSD "CreditNote-2",
    XSD "Reminder-2",
    XSD "UtilityStatement-2",
    XSD "CommonAggregateComponents-2",
    XSD "CommonBasicComponents-2",
    NULL,
};

enum {
    DOCUMENT = 1,
    CUSTOMIZATION,
    NUMBER,
    COPY,
    ISSUE_DATE,
    DUE_DATE,
    TYPE,
    CURRENCY,
    SELLER,
    BUYER,
    PARTY,
    ENDPOINT,
    IDENTIFICATION,
    IDENTIFICATION_ID,
    PARTY_NAME,
    PARTY_NAME_NAME,
    TAX_SCHEME,
    TAX_ID,
    LEGAL_ENTITY,
    REGISTRATION_NAME,
    COMPANY_ID,
    MEANS,
    MEANS_DUE,
    PAYMENT_ID,
    INSTRUCTION_ID,
    ACCOUNT,
    ACCOUNT_ID,
    CHARGE,
    CHARGE_INDICATOR,
    CHARGE_AMOUNT,
    TAX_TOTAL,
    TAX_AMOUNT,
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
    LINE_AMOUNT,
    LINE_CREDIT,
    ELEMENT_COUNT
};

static const struct xml_row rows[] = {
    {DOCUMENT, 0, INVOICE_NS, XML_SEEN, "Invoice"},
    {DOCUMENT, 0, CREDIT_NS, XML_SEEN, "CreditNote"},
    {DOCUMENT, 0, REMINDER_NS, XML_SEEN, "Reminder"},
    {DOCUMENT, 0, STATEMENT_NS, XML_SEEN, "UtilityStatement"},
    /* What a long invoice repeats comes first: rows are searched in order. */
    {LINE, DOCUMENT, CAC, XML_SEEN, "InvoiceLine"},
    {LINE, DOCUMENT, CAC, XML_SEEN, "CreditNoteLine"},
    {LINE, DOCUMENT, CAC, XML_SEEN, "ReminderLine"},
    {LINE_AMOUNT, LINE, CBC, XML_TEXT, "LineExtensionAmount"},
    {LINE_AMOUNT, LINE, CBC, XML_TEXT, "DebitLineAmount"},
    {LINE_CREDIT, LINE, CBC, XML_TEXT, "CreditLineAmount"},

    {CUSTOMIZATION, DOCUMENT, CBC, XML_TEXT, "CustomizationID"},
    {NUMBER, DOCUMENT, CBC, XML_TEXT, "ID"},
    {COPY, DOCUMENT, CBC, XML_TEXT, "CopyIndicator"},
    {ISSUE_DATE, DOCUMENT, CBC, XML_TEXT, "IssueDate"},
    {DUE_DATE, DOCUMENT, CBC, XML_TEXT, "DueDate"},
    {TYPE, DOCUMENT, CBC, XML_TEXT, "InvoiceTypeCode"},
    {TYPE, DOCUMENT, CBC, XML_TEXT, "CreditNoteTypeCode"},
    {CURRENCY, DOCUMENT, CBC, XML_TEXT, "DocumentCurrencyCode"},
    {SELLER, DOCUMENT, CAC, XML_SEEN, "AccountingSupplierParty"},
    {BUYER, DOCUMENT, CAC, XML_SEEN, "AccountingCustomerParty"},
    {PARTY, SELLER, CAC, XML_SEEN, "Party"},
    {PARTY, BUYER, CAC, XML_SEEN, "Party"},
    {ENDPOINT, PARTY, CBC, XML_TEXT, "EndpointID"},
    {IDENTIFICATION, PARTY, CAC, XML_SEEN, "PartyIdentification"},
    {IDENTIFICATION_ID, IDENTIFICATION, CBC, XML_TEXT, "ID"},
    {PARTY_NAME, PARTY, CAC, XML_SEEN, "PartyName"},
    {PARTY_NAME_NAME, PARTY_NAME, CBC, XML_TEXT, "Name"},
    {TAX_SCHEME, PARTY, CAC, XML_SEEN, "PartyTaxScheme"},
    {TAX_ID, TAX_SCHEME, CBC, XML_TEXT, "CompanyID"},
    {LEGAL_ENTITY, PARTY, CAC, XML_SEEN, "PartyLegalEntity"},
    {REGISTRATION_NAME, LEGAL_ENTITY, CBC, XML_TEXT, "RegistrationName"},
    {COMPANY_ID, LEGAL_ENTITY, CBC, XML_TEXT, "CompanyID"},
    {MEANS, DOCUMENT, CAC, XML_SEEN, "PaymentMeans"},
    {MEANS_DUE, MEANS, CBC, XML_TEXT, "PaymentDueDate"},
    {PAYMENT_ID, MEANS, CBC, XML_TEXT, "PaymentID"},
    {INSTRUCTION_ID, MEANS, CBC, XML_TEXT, "InstructionID"},
    {ACCOUNT, MEANS, CAC, XML_SEEN, "PayeeFinancialAccount"},
    {ACCOUNT_ID, ACCOUNT, CBC, XML_TEXT, "ID"},
    {CHARGE, DOCUMENT, CAC, XML_SEEN, "AllowanceCharge"},
    {CHARGE_INDICATOR, CHARGE, CBC, XML_TEXT, "ChargeIndicator"},
    {CHARGE_AMOUNT, CHARGE, CBC, XML_TEXT, "Amount"},
    {TAX_TOTAL, DOCUMENT, CAC, XML_SEEN, "TaxTotal"},
    {TAX_AMOUNT, TAX_TOTAL, CBC, XML_TEXT, "TaxAmount"},
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

const struct xml_table ubl_table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

#define AT(m) EINVOICE_AT(m)

const struct einvoice_action ubl_actions[ELEMENT_COUNT] = {
    [CUSTOMIZATION] = {EINVOICE_TEXT, AT(invoice.customization), "CustomizationID"},
    [NUMBER] = {EINVOICE_TEXT, AT(invoice.number), "cbc:ID"},
    [COPY] = {EINVOICE_TEXT, AT(invoice.marks[0]), "CopyIndicator"},
    [ISSUE_DATE] = {EINVOICE_DATE, AT(invoice.issue_date), "IssueDate"},
    [DUE_DATE] = {EINVOICE_DATE, AT(invoice.due_date), "DueDate"},
    [TYPE] = {EINVOICE_TEXT, AT(invoice.type), "InvoiceTypeCode"},
    [CURRENCY] = {EINVOICE_TEXT, AT(invoice.currency), "DocumentCurrencyCode"},
    [SELLER] = {EINVOICE_PARTY, AT(invoice.seller), NULL},
    [BUYER] = {EINVOICE_PARTY, AT(invoice.buyer), NULL},
    [ENDPOINT] = {EINVOICE_TEXT, AT(party.endpoint), "EndpointID"},
    [IDENTIFICATION_ID] = {EINVOICE_TEXT, AT(party.id), "PartyIdentification/ID"},
    [PARTY_NAME_NAME] = {EINVOICE_TEXT, AT(party.name), "PartyName/Name"},
    [TAX_ID] = {EINVOICE_TEXT, AT(party.tax_id), "PartyTaxScheme/CompanyID"},
    [REGISTRATION_NAME] = {EINVOICE_TEXT, AT(party.legal_name), "RegistrationName"},
    [COMPANY_ID] = {EINVOICE_TEXT, AT(party.legal_id), "PartyLegalEntity/CompanyID"},
    [MEANS_DUE] = {EINVOICE_DATE, AT(invoice.due_date), "PaymentDueDate"},
    /* Danish joint payment slips: the reference is the InstructionID, PaymentID their kind. */
    [PAYMENT_ID] = {EINVOICE_REFERENCE, AT(invoice.reference), "PaymentID"},
    [INSTRUCTION_ID] = {EINVOICE_REFERENCE, AT(invoice.marks[1]), "InstructionID"},
    [ACCOUNT_ID] = {EINVOICE_TEXT, AT(invoice.account), "PayeeFinancialAccount/ID"},
    [CHARGE] = {EINVOICE_CHARGE, 0, "ChargeIndicator"},
    [CHARGE_INDICATOR] = {EINVOICE_TEXT, AT(charge.indicator), "ChargeIndicator"},
    [CHARGE_AMOUNT] = {EINVOICE_NUMBER, AT(charge.amount), "AllowanceCharge/Amount"},
    [TAX_AMOUNT] = {EINVOICE_ADD, AT(invoice.taxes_sum), "TaxTotal/TaxAmount"},
    [LINE_TOTAL] = {EINVOICE_NUMBER, AT(invoice.line_total), "LineExtensionAmount"},
    [TAX_EXCLUSIVE] = {EINVOICE_NUMBER, AT(invoice.net), "TaxExclusiveAmount"},
    [TAX_INCLUSIVE] = {EINVOICE_NUMBER, AT(invoice.gross), "TaxInclusiveAmount"},
    [ALLOWANCE_TOTAL] = {EINVOICE_NUMBER, AT(invoice.allowance_total), "AllowanceTotalAmount"},
    [CHARGE_TOTAL] = {EINVOICE_NUMBER, AT(invoice.charge_total), "ChargeTotalAmount"},
    [PREPAID] = {EINVOICE_NUMBER, AT(invoice.prepaid), "PrepaidAmount"},
    [ROUNDING] = {EINVOICE_NUMBER, AT(invoice.rounding), "PayableRoundingAmount"},
    [PAYABLE] = {EINVOICE_NUMBER, AT(invoice.payable), "PayableAmount"},
    [LINE] = {EINVOICE_COUNT, AT(invoice.lines), NULL},
    [LINE_AMOUNT] = {EINVOICE_ADD, AT(invoice.lines_sum), "LineExtensionAmount"},
    [LINE_CREDIT] = {EINVOICE_TAKE, AT(invoice.lines_sum), "CreditLineAmount"},
};

enum ubl_root ubl_root(const struct parser *p)
{
    return (enum ubl_root)(rows[p->root_row].ns + 1);
}

struct ubl_look ubl_sniff(struct span head)
{
    struct xml_sniff look = xml_sniff(head);
    struct ubl_look found = {0};
    for (size_t i = 0; look.look == XML_LOOK_ROOT && rows[i].parent == 0; i++)
        if (span_eq_str(look.ns, namespaces[rows[i].ns]) && span_eq_str(look.local, rows[i].local))
            found.root = (enum ubl_root)(rows[i].ns + 1);
    if (found.root)
        found.customization = xml_sniff_text(look.after, "CustomizationID");
    return found;
}

enum ending ubl_ending(struct span head, struct span tail)
{
    enum ubl_root root = ubl_sniff(head).root;
    return root && xml_ends_with(tail, rows[root - 1].local) ? ENDING_WHOLE : ENDING_CUT;
}
