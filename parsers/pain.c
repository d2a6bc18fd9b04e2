/* pain.c -- ISO 20022 credit transfers: pain.001
 *
 * `rows` says which elements are read, `actions` what becomes of the simple ones. A transfer
 * is handed out as it ends; the counts and sums that GrpHdr and each PmtInf state are compared
 * when they end. CtrlSum adds the amounts as numbers, whatever their currencies.
 * Source: ISO 20022 CustomerCreditTransferInitiation, pain.001.001.02 to 001.11; format notes
 * on ISO 20022, "pain.001 and pain.002" and "control totals" 5.
 */
#include "parsers/pain.h"

#include "parsers/iso20022.h"

/* --- which elements ---------------------------------------------------------------------- */

enum {
    DOCUMENT = 1,
    MESSAGE,
    HEADER,
    CREATED,
    HEADER_COUNT,
    HEADER_SUM,
    PAYMENT,
    PAYMENT_COUNT,
    PAYMENT_SUM,
    EXECUTION,
    EXECUTION_DAY,
    DEBTOR_ACCOUNT,
    TRANSFER,
    PAYMENT_ID,
    INSTRUCTION_ID,
    END_TO_END,
    AMOUNT_CHOICE,
    AMOUNT_EQUIVALENT,
    AMOUNT,
    CREDITOR,
    CREDITOR_NAME,
    CREDITOR_ID,
    CREDITOR_KIND,
    CREDITOR_OTHER,
    CREDITOR_OTHER_ID,
    CREDITOR_ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_OTHER,
    ACCOUNT_TEXT,
    REMITTANCE,
    UNSTRUCTURED,
    STRUCTURED,
    CREDITOR_REFERENCE,
    REFERENCE,
    REFERRED,
    REFERRED_NUMBER,
    ELEMENT_COUNT
};

static const char *const namespaces[] = {"*", NULL};

static const struct xml_row rows[] = {
    {DOCUMENT, 0, 0, XML_SEEN, "Document"},
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "CstmrCdtTrfInitn"},
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "pain.001.001.02"},

    {PAYMENT, MESSAGE, 0, XML_SEEN, "PmtInf"},
    {HEADER, MESSAGE, 0, XML_SEEN, "GrpHdr"},
    {CREATED, HEADER, 0, XML_TEXT, "CreDtTm"},
    {HEADER_COUNT, HEADER, 0, XML_TEXT, "NbOfTxs"},
    {HEADER_SUM, HEADER, 0, XML_TEXT, "CtrlSum"},

    /* What a long file repeats comes first: rows are searched in order. */
    {TRANSFER, PAYMENT, 0, XML_SEEN, "CdtTrfTxInf"},
    {PAYMENT_COUNT, PAYMENT, 0, XML_TEXT, "NbOfTxs"},
    {PAYMENT_SUM, PAYMENT, 0, XML_TEXT, "CtrlSum"},
    {EXECUTION, PAYMENT, 0, XML_TEXT, "ReqdExctnDt"},
    {EXECUTION_DAY, EXECUTION, 0, XML_TEXT, "Dt"}, /* from version 08 on */
    {EXECUTION_DAY, EXECUTION, 0, XML_TEXT, "DtTm"},
    {DEBTOR_ACCOUNT, PAYMENT, 0, XML_SEEN, "DbtrAcct"},

    {PAYMENT_ID, TRANSFER, 0, XML_SEEN, "PmtId"},
    {INSTRUCTION_ID, PAYMENT_ID, 0, XML_TEXT, "InstrId"},
    {END_TO_END, PAYMENT_ID, 0, XML_TEXT, "EndToEndId"},
    {AMOUNT_CHOICE, TRANSFER, 0, XML_SEEN, "Amt"},
    {AMOUNT, AMOUNT_CHOICE, 0, XML_TEXT, "InstdAmt"},
    {AMOUNT_EQUIVALENT, AMOUNT_CHOICE, 0, XML_SEEN, "EqvtAmt"},
    {AMOUNT, AMOUNT_EQUIVALENT, 0, XML_TEXT, "Amt"},
    {CREDITOR, TRANSFER, 0, XML_SEEN, "Cdtr"},
    {CREDITOR_ACCOUNT, TRANSFER, 0, XML_SEEN, "CdtrAcct"},
    {REMITTANCE, TRANSFER, 0, XML_SEEN, "RmtInf"},

    {CREDITOR_NAME, CREDITOR, 0, XML_TEXT, "Nm"},
    {CREDITOR_ID, CREDITOR, 0, XML_SEEN, "Id"},
    {CREDITOR_KIND, CREDITOR_ID, 0, XML_SEEN, "OrgId"},
    {CREDITOR_KIND, CREDITOR_ID, 0, XML_SEEN, "PrvtId"},
    {CREDITOR_OTHER, CREDITOR_KIND, 0, XML_SEEN, "Othr"},
    {CREDITOR_OTHER_ID, CREDITOR_OTHER, 0, XML_TEXT, "Id"},

    {ACCOUNT_ID, CREDITOR_ACCOUNT, 0, XML_SEEN, "Id"},
    {ACCOUNT_ID, DEBTOR_ACCOUNT, 0, XML_SEEN, "Id"},
    ISO_ACCOUNT_ROWS,
    ISO_REMITTANCE_ROWS,
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

/* --- what is kept ------------------------------------------------------------------------ */

/* What is kept of a transfer. */
struct transfer {
    struct iso_amount amount;
    struct iso_text instruction;
    struct iso_text end_to_end;
    struct iso_text creditor;
    struct iso_text creditor_id;
    struct iso_text creditor_account;
    struct iso_remittance remittance;
};

/* What is stated (not known where it is not) and what the transfers give. */
struct total {
    struct decimal stated_count;
    struct decimal stated_sum;
    uint64_t record;
    uint64_t count;
    struct decimal sum;
};

struct parser {
    struct iso_reader iso;
    bool message_seen;
    struct total all;
    struct total payment;
    struct date created;
    struct date execution;
    struct iso_text debtor_account;
    struct iso_text *account; /* where the account being read goes */
    struct transfer transfer;
};

static void clear_transfer(struct transfer *t)
{
    t->amount.seen = t->amount.value.known = false;
    t->instruction.n = t->end_to_end.n = t->creditor.n = t->creditor_id.n = 0;
    t->creditor_account.n = 0;
    iso_remittance_clear(&t->remittance);
}

/* --- what begins ------------------------------------------------------------------------- */

static int on_start(void *context, const struct xml_element *e)
{
    struct parser *p = context;
    switch (e->id) {
    case MESSAGE:
        p->message_seen = true;
        break;
    case HEADER:
        p->all.record = e->ordinal;
        break;
    case PAYMENT:
        p->payment = (struct total){.record = e->ordinal, .sum = DECIMAL_ZERO};
        p->execution = DATE_NONE;
        p->debtor_account.n = 0;
        break;
    case DEBTOR_ACCOUNT:
        p->account = &p->debtor_account;
        break;
    case CREDITOR_ACCOUNT:
        p->account = &p->transfer.creditor_account;
        break;
    case TRANSFER:
        clear_transfer(&p->transfer);
        break;
    default:
        iso_act_start(&p->iso, e);
        break;
    }
    return 0;
}

/* --- what ends --------------------------------------------------------------------------- */

static void add(struct total *t, struct decimal amount)
{
    t->count++;
    t->sum = decimal_add(t->sum, amount);
}

static struct item make_item(struct parser *p, uint64_t record)
{
    struct transfer *t = &p->transfer;
    struct span payee = iso_span(&t->creditor_account);
    return (struct item){
        .type = ITEM_PAYMENT,
        .record = record,
        .issue_date = p->created,
        .due_date = p->execution,
        .number = iso_first(iso_provided(&t->end_to_end), iso_span(&t->instruction), SPAN_NONE),
        .reference = iso_remittance_reference(&t->remittance),
        .counterparty_id = iso_first(iso_span(&t->creditor_id), payee, SPAN_NONE),
        .counterparty_name = iso_span(&t->creditor),
        .payee_account = payee,
        .issuer = iso_span(&p->debtor_account),
    };
}

static int end_transfer(struct parser *p, uint64_t record)
{
    const struct iso_amount *amount = &p->transfer.amount;
    int rc = 0;
    add(&p->all, amount->value);
    add(&p->payment, amount->value);
    if (!amount->seen)
        return tally_field(&p->iso.tally, FINDING_BAD_FIELD, record, "CdtTrfTxInf/Amt",
                           "filled in");
    if (amount->value.known && amount->value.n < 0)
        rc = tally_field(&p->iso.tally, FINDING_BAD_FIELD, amount->record, "CdtTrfTxInf/Amt",
                         "a positive amount");
    if (rc)
        return rc;
    struct item item = make_item(p, record);
    return iso_hand_out(&p->iso, &item, amount, false, "CdtTrfTxInf/Amt");
}

static int check_total(struct parser *p, const struct total *t, const char *count, const char *sum)
{
    int rc = iso_compare(&p->iso.tally, FINDING_TOTALS_MISMATCH, t->record, count, t->stated_count,
                         decimal_of((int64_t)t->count, 0));
    if (rc)
        return rc;
    return iso_compare(&p->iso.tally, FINDING_TOTALS_MISMATCH, t->record, sum, t->stated_sum,
                       t->sum);
}

static int end_message(struct parser *p)
{
    if (!p->all.record)
        return tally_structure(&p->iso.tally, 1, "there is no group header (GrpHdr)");
    return check_total(p, &p->all, "the number of transfers (GrpHdr)",
                       "the sum of transfers (GrpHdr)");
}

#define AT(m) (uint32_t) offsetof(struct parser, m)

static const struct iso_action actions[ELEMENT_COUNT] = {
    [HEADER_COUNT] = {ISO_NUMBER, AT(all.stated_count), "GrpHdr/NbOfTxs"},
    [HEADER_SUM] = {ISO_NUMBER, AT(all.stated_sum), "GrpHdr/CtrlSum"},
    [PAYMENT_COUNT] = {ISO_NUMBER, AT(payment.stated_count), "PmtInf/NbOfTxs"},
    [PAYMENT_SUM] = {ISO_NUMBER, AT(payment.stated_sum), "PmtInf/CtrlSum"},
    [CREATED] = {ISO_DAY, AT(created), "CreDtTm"},
    [AMOUNT] = {ISO_AMOUNT, AT(transfer.amount), "CdtTrfTxInf/Amt"},
    [INSTRUCTION_ID] = {ISO_TEXT, AT(transfer.instruction), "InstrId"},
    [END_TO_END] = {ISO_TEXT, AT(transfer.end_to_end), "EndToEndId"},
    [CREDITOR_NAME] = {ISO_TEXT, AT(transfer.creditor), "Cdtr/Nm"},
    [CREDITOR_OTHER_ID] = {ISO_TEXT, AT(transfer.creditor_id), "Cdtr/Id"},
    [REFERENCE] = {ISO_TEXT, AT(transfer.remittance.reference), "CdtrRefInf/Ref"},
    [REFERRED_NUMBER] = {ISO_TEXT, AT(transfer.remittance.referred), "RfrdDocInf/Nb"},
    [UNSTRUCTURED] = {ISO_TEXT, AT(transfer.remittance.unstructured), "RmtInf/Ustrd"},
};

static int take_account(struct parser *p, struct span text, uint64_t record)
{
    const char *field = p->account == &p->debtor_account ? "DbtrAcct/Id" : "CdtrAcct/Id";
    int rc = iso_keep(&p->iso.tally, p->account, text, field, record);
    iso_pack(p->account);
    return rc;
}

/* From version 08 on the day stands in ReqdExctnDt/Dt, and ReqdExctnDt itself is blank. */
static int take_execution(struct parser *p, const struct xml_element *e, struct span text)
{
    if (e->id == EXECUTION && !span_trim(text).n)
        return 0;
    return iso_day(&p->iso.tally, &p->execution, text, "ReqdExctnDt", e->ordinal);
}

static int on_end(void *context, const struct xml_element *e, struct span text, bool cut)
{
    struct parser *p = context;
    (void)cut; /* 64 KiB are more than any text keeps; iso_keep says so */
    switch (e->id) {
    case MESSAGE:
        return end_message(p);
    case PAYMENT:
        return check_total(p, &p->payment, "the number of transfers (PmtInf)",
                           "the sum of transfers (PmtInf)");
    case TRANSFER:
        return end_transfer(p, e->ordinal);
    case ACCOUNT_TEXT:
        return take_account(p, text, e->ordinal);
    case EXECUTION:
    case EXECUTION_DAY:
        return take_execution(p, e, text);
    default:
        return iso_act_end(&p->iso, e, text);
    }
}
/* --- the format -------------------------------------------------------------------------- */

static int pain_begin(const struct sink *sink, struct parser **out)
{
    struct xml_handler handler = {NULL, on_start, on_end};
    int rc = iso_begin(sizeof(struct parser), &table, actions, handler, sink, out);
    if (!rc)
        (*out)->all.sum = (*out)->payment.sum = DECIMAL_ZERO;
    return rc;
}

static int pain_finish(struct parser *p, struct parser_facts *facts)
{
    int rc = xml_finish(p->iso.xml);
    bool whole = xml_whole(p->iso.xml);
    if (!rc && whole && !p->message_seen)
        rc = tally_structure(&p->iso.tally, 1, "there is no payment message");
    if (!rc)
        rc = tally_finish(&p->iso.tally);
    bool zero = decimal_equal(p->all.stated_count, DECIMAL_ZERO) && !p->all.count;
    *facts = (struct parser_facts){.states_zero = whole && zero};
    return rc;
}

static enum bid pain_bid(struct span head, bool whole)
{
    (void)whole;
    return iso_is_message(head, "pain.001.") ? BID_CERTAIN : BID_NO;
}

const struct format format_pain001 = {
    .name = "pain.001",
    .kind = KIND_PAYMENTS,
    .title = "ISO 20022 credit transfers to be made",
    .carries = "payment: end-to-end id, day of execution, amount, payment reference, payee and "
               "account",
    .end_mark = "</Document>",
    .source = "ISO 20022 CustomerCreditTransferInitiation, pain.001.001.02 to 001.11",
    .bid = pain_bid,
    .ending = iso_ending,
    .begin = pain_begin,
    .unicode = iso_unicode,
    .push = iso_push,
    .finish = pain_finish,
    .close = iso_close,
    .reader = iso_xml,
};
