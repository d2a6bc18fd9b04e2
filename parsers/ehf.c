/* ehf.c -- EHF Reminder, Forward Billing and Payment Request 3.0 (Norway)
 *
 * A reminder is an invoice without type code; the fee is a charge of reason REM. Forward
 * billing sends on another's invoice. The totals of both are those of EN 16931. A payment request
 * has no VAT and no totals that mean anything but the amount to pay, so that only its presence is
 * judged. Source: EHF Post-Award G3 (anskaffelser.dev): Reminder, Forward Billing, Payment
 * Request 3.0.
 */
#include "parsers/ehf.h"

#include "parsers/ubl.h"

#define REMINDER "urn:fdc:anskaffelser.no:2019:ehf:reminder:3.0"
#define FORWARD  "urn:fdc:anskaffelser.no:2019:ehf:forward-billing:3.0"
#define REQUEST  "urn:fdc:anskaffelser.no:2019:ehf:spec:payment-request:3.0"

static bool has(struct span text, struct span part)
{
    return text.n && memmem(text.p, text.n, part.p, part.n);
}

static int judge(struct parser *p)
{
    static const char *const names[6] = {"LineExtensionAmount", "AllowanceTotalAmount",
                                         "ChargeTotalAmount",   "TaxExclusiveAmount",
                                         "TaxInclusiveAmount",  "PayableAmount"};
    struct einvoice *i = &p->invoice;
    bool reminder = has(einvoice_text(&i->customization), SPAN_LIT(REMINDER));
    bool request = has(einvoice_text(&i->customization), SPAN_LIT(REQUEST));
    i->item_type = reminder ? ITEM_CASE : ITEM_INVOICE;
    if (ubl_root(p) == UBL_ROOT_CREDIT_NOTE)
        i->item_type = ITEM_CREDIT_NOTE;
    int rc = einvoice_presence(p, "cbc:ID", "IssueDate", "DocumentCurrencyCode", "PayableAmount");
    if (!rc && !i->lines)
        rc = tally_structure(&p->tally, i->record, "it has no invoice line");
    return rc || request ? rc : einvoice_en16931(p, names);
}

static const struct einvoice_format ehf = {
    .table = &ubl_table,
    .actions = ubl_actions,
    .currency = "currencyID",
    .payable = "PayableAmount",
    .judge = judge,
};

static int ehf_begin(const struct sink *sink, struct parser **out)
{
    return einvoice_begin(&ehf, sink, out);
}

static enum bid ehf_bid(struct span head, bool whole)
{
    struct ubl_look look = ubl_sniff(head);
    (void)whole;
    if (look.root != UBL_ROOT_INVOICE && look.root != UBL_ROOT_CREDIT_NOTE)
        return BID_NO;
    return has(look.customization, SPAN_LIT("#conformant#" REMINDER)) ||
                   has(look.customization, SPAN_LIT("#conformant#" FORWARD)) ||
                   has(look.customization, SPAN_LIT(REQUEST))
               ? BID_CERTAIN
               : BID_NO;
}

const struct format format_ehf = {
    .name = "ehf-reminder",
    .kind = KIND_CASES,
    .title = "EHF 3 reminder, forward billing and payment request (Norway, UBL)",
    .carries = "reminder (as a case), other invoice or credit note: number, dates, amount due, "
               "KID, debtor, payee account",
    .end_mark = "</Invoice> or </CreditNote>",
    .source = "EHF Post-Award G3: Reminder, Forward Billing, Payment Request 3.0",
    .bid = ehf_bid,
    .ending = ubl_ending,
    .begin = ehf_begin,
    .unicode = einvoice_unicode,
    .push = einvoice_push,
    .finish = einvoice_finish,
    .close = einvoice_close,
    .reader = einvoice_reader,
};
