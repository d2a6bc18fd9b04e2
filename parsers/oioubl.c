/* oioubl.c -- OIOUBL 2
 *
 * LegalMonetaryTotal/TaxExclusiveAmount holds the sum of the taxes here, not the net sum, and
 * senders disagree about it: it is not judged. What is: lines, and lines + taxes + charges -
 * allowances = TaxInclusiveAmount, less what is paid = PayableAmount. A utility statement
 * specifies an invoice that comes by itself: one document, which claims nothing.
 * Source: OIOUBL 2.02 and 2.1 (NemHandel), UBL 2.0.
 */
#include "parsers/oioubl.h"

#include "parsers/ubl.h"

static int judge_totals(struct parser *p)
{
    const struct einvoice *i = &p->invoice;
    struct decimal gross = decimal_add(einvoice_or_zero(&i->line_total), i->taxes_sum);
    gross = decimal_sub(decimal_add(gross, i->charges_sum), i->allowances_sum);
    struct decimal due = i->gross.at ? i->gross.value : gross;
    due = decimal_sub(due, einvoice_or_zero(&i->prepaid));
    int rc = einvoice_total(p, "LineExtensionAmount", &i->line_total, i->lines_sum);
    if (!rc)
        rc = einvoice_total(p, "ChargeTotalAmount", &i->charge_total, i->charges_sum);
    if (!rc)
        rc = einvoice_total(p, "AllowanceTotalAmount", &i->allowance_total, i->allowances_sum);
    if (!rc)
        rc = einvoice_total(p, "TaxInclusiveAmount", &i->gross, gross);
    return rc ? rc
              : einvoice_total(p, "PayableAmount", &i->payable,
                               decimal_add(due, einvoice_or_zero(&i->rounding)));
}

/* Zero, to be counted as the document it is. */
static void claim_nothing(struct einvoice *i)
{
    i->payable.at = i->record;
    i->payable.value = DECIMAL_ZERO;
}

static int judge(struct parser *p)
{
    struct einvoice *i = &p->invoice;
    enum ubl_root root = ubl_root(p);
    bool credit = root == UBL_ROOT_CREDIT_NOTE || einvoice_credit_type(einvoice_text(&i->type));
    i->item_type = root == UBL_ROOT_REMINDER ? ITEM_CASE : credit ? ITEM_CREDIT_NOTE : ITEM_INVOICE;
    if (i->marks[1].n)
        i->reference = i->marks[1];
    if (root == UBL_ROOT_STATEMENT)
        claim_nothing(i);
    int rc = einvoice_presence(p, "cbc:ID", "IssueDate", "DocumentCurrencyCode", "PayableAmount");
    if (!rc && !i->lines && root != UBL_ROOT_STATEMENT)
        rc = tally_structure(&p->tally, i->record, "it has no invoice line");
    if (!rc && root != UBL_ROOT_STATEMENT)
        rc = judge_totals(p);
    if (!rc && span_eq_str(einvoice_text(&i->marks[0]), "true"))
        rc = einvoice_copy(p, "a copy");
    return rc;
}

static const struct einvoice_format oioubl = {
    .table = &ubl_table,
    .actions = ubl_actions,
    .currency = "currencyID",
    .payable = "PayableAmount",
    .judge = judge,
};

static int oioubl_begin(const struct sink *sink, struct parser **out)
{
    return einvoice_begin(&oioubl, sink, out);
}

static enum bid oioubl_bid(struct span head, bool whole)
{
    struct ubl_look look = ubl_sniff(head);
    (void)whole;
    return look.root && span_starts(look.customization, SPAN_LIT("OIOUBL-2")) ? BID_CERTAIN
                                                                              : BID_NO;
}

const struct format format_oioubl = {
    .name = "oioubl",
    .kind = KIND_INVOICES,
    .title = "OIOUBL 2 (Denmark): invoice, credit note, reminder, utility statement",
    .carries = "invoice, credit note or reminder (as a case): number, dates, amount due, payment "
               "reference, buyer, payee account",
    .end_mark = "</Invoice>, </CreditNote>, </Reminder> or </UtilityStatement>",
    .source = "OIOUBL 2.02 and 2.1 (NemHandel)",
    .bid = oioubl_bid,
    .ending = ubl_ending,
    .begin = oioubl_begin,
    .unicode = einvoice_unicode,
    .push = einvoice_push,
    .finish = einvoice_finish,
    .close = einvoice_close,
    .reader = einvoice_reader,
};
