/* pain.c -- ISO 20022 credit transfers: pain.001
 *
 * `rows` says which elements are read, `actions` what becomes of the simple ones. A transfer
 * is handed out as it ends; the counts and sums that GrpHdr and each PmtInf state are compared
 * when they end. CtrlSum adds the amounts as numbers, whatever their currencies.
 * Source: ISO 20022 CustomerCreditTransferInitiation, pain.001.001.02 to 001.11; format notes
 * on ISO 20022, "pain.001 and pain.002" and "control totals" 5.
 */
#include "parsers/pain.h"

#include <stdlib.h>

#include "model/error.h"
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
    {ACCOUNT_TEXT, ACCOUNT_ID, 0, XML_TEXT, "IBAN"},
    {ACCOUNT_TEXT, ACCOUNT_ID, 0, XML_TEXT, "BBAN"},
    {ACCOUNT_OTHER, ACCOUNT_ID, 0, XML_SEEN, "Othr"},
    {ACCOUNT_OTHER, ACCOUNT_ID, 0, XML_SEEN, "PrtryAcct"}, /* version 02 */
    {ACCOUNT_TEXT, ACCOUNT_OTHER, 0, XML_TEXT, "Id"},

    {UNSTRUCTURED, REMITTANCE, 0, XML_TEXT, "Ustrd"},
    {STRUCTURED, REMITTANCE, 0, XML_SEEN, "Strd"},
    {CREDITOR_REFERENCE, STRUCTURED, 0, XML_SEEN, "CdtrRefInf"},
    {REFERENCE, CREDITOR_REFERENCE, 0, XML_TEXT, "Ref"},
    {REFERENCE, CREDITOR_REFERENCE, 0, XML_TEXT, "CdtrRef"}, /* version 02 */
    {REFERRED, STRUCTURED, 0, XML_SEEN, "RfrdDocInf"},
    {REFERRED_NUMBER, REFERRED, 0, XML_TEXT, "Nb"},
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

/* --- what is kept ------------------------------------------------------------------------ */

/* Texts: of a PmtInf, then of a transfer. */
enum text {
    T_DEBTOR_ACCOUNT = 0,
    T_INSTRUCTION,
    T_END_TO_END,
    T_CREDITOR,
    T_CREDITOR_ID,
    T_CREDITOR_ACCOUNT,
    T_REFERENCE,
    T_REFERRED,
    T_UNSTRUCTURED,
    T_COUNT
};
#define T_OF_TRANSFER T_INSTRUCTION

/* What is stated (not known where it is not) and what the transfers give. */
struct total {
    struct decimal stated_count;
    struct decimal stated_sum;
    uint64_t record;
    uint64_t count;
    struct decimal sum;
};

struct parser {
    struct tally tally;
    const struct sink *sink;
    struct xml_reader *xml;
    struct xml_handler handler;
    bool message_seen;
    struct total all;
    struct total payment;
    struct date created;
    struct date execution;
    struct iso_amount amount;
    enum text account; /* where the account being read goes */
    struct iso_text texts[T_COUNT];
};

static void clear_texts(struct parser *p, unsigned from)
{
    for (unsigned i = from; i < T_COUNT; i++)
        p->texts[i].n = 0;
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
        clear_texts(p, 0);
        break;
    case DEBTOR_ACCOUNT:
        p->account = T_DEBTOR_ACCOUNT;
        break;
    case CREDITOR_ACCOUNT:
        p->account = T_CREDITOR_ACCOUNT;
        break;
    case TRANSFER:
        p->amount = (struct iso_amount){.seen = false};
        clear_texts(p, T_OF_TRANSFER);
        break;
    case AMOUNT:
        iso_amount_begin(&p->amount, e);
        break;
    default:
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

static struct span first_of(struct span a, struct span b, struct span c)
{
    return a.n ? a : b.n ? b : c;
}

static struct span reference_of(struct parser *p)
{
    struct iso_text *free_text = &p->texts[T_UNSTRUCTURED];
    iso_pack(&p->texts[T_REFERENCE]);
    struct span reference = iso_span(&p->texts[T_REFERENCE]);
    bool free_one = !reference.n && iso_is_reference(free_text);
    return first_of(reference, free_one ? iso_span(free_text) : SPAN_NONE,
                    iso_span(&p->texts[T_REFERRED]));
}

static struct item make_item(struct parser *p, uint64_t record)
{
    const struct iso_text *t = p->texts;
    struct span end_to_end = iso_span(&t[T_END_TO_END]);
    if (span_eq_str(end_to_end, "NOTPROVIDED"))
        end_to_end = SPAN_NONE;
    struct span payee = iso_span(&t[T_CREDITOR_ACCOUNT]);
    return (struct item){
        .type = ITEM_PAYMENT,
        .record = record,
        .issue_date = p->created,
        .due_date = p->execution,
        .number = first_of(end_to_end, iso_span(&t[T_INSTRUCTION]), SPAN_NONE),
        .reference = reference_of(p),
        .counterparty_id = first_of(iso_span(&t[T_CREDITOR_ID]), payee, SPAN_NONE),
        .counterparty_name = iso_span(&t[T_CREDITOR]),
        .payee_account = payee,
        .issuer = iso_span(&t[T_DEBTOR_ACCOUNT]),
    };
}

static int end_transfer(struct parser *p, uint64_t record)
{
    int rc = 0;
    add(&p->all, p->amount.value);
    add(&p->payment, p->amount.value);
    if (!p->amount.seen)
        return tally_field(&p->tally, FINDING_BAD_FIELD, record, "CdtTrfTxInf/Amt", "filled in");
    if (p->amount.value.known && p->amount.value.n < 0)
        rc = tally_field(&p->tally, FINDING_BAD_FIELD, p->amount.record, "CdtTrfTxInf/Amt",
                         "a positive amount");
    if (rc)
        return rc;
    bool good;
    struct item item = make_item(p, record);
    rc = iso_minor(&p->tally, &p->amount, "CdtTrfTxInf/Amt", &item.amount_minor, &good);
    if (rc || !good)
        return rc;
    memcpy(item.currency, p->amount.currency, sizeof(item.currency));
    return sink_item(p->sink, &item);
}

static int check_total(struct parser *p, const struct total *t, const char *count, const char *sum)
{
    int rc = iso_compare(&p->tally, FINDING_TOTALS_MISMATCH, t->record, count, t->stated_count,
                         decimal_of((int64_t)t->count, 0));
    if (rc)
        return rc;
    return iso_compare(&p->tally, FINDING_TOTALS_MISMATCH, t->record, sum, t->stated_sum, t->sum);
}

static int end_message(struct parser *p)
{
    if (!p->all.record)
        return tally_structure(&p->tally, 1, "there is no group header (GrpHdr)");
    return check_total(p, &p->all, "the number of transfers (GrpHdr)",
                       "the sum of transfers (GrpHdr)");
}

enum act { NOTHING = 0, TEXT, NUMBER };

struct action {
    enum act act;
    uint32_t to; /* enum text, or the member of struct parser */
    const char *field;
};

#define AT(m) (uint32_t) offsetof(struct parser, m)

static const struct action actions[ELEMENT_COUNT] = {
    [HEADER_COUNT] = {NUMBER, AT(all.stated_count), "GrpHdr/NbOfTxs"},
    [HEADER_SUM] = {NUMBER, AT(all.stated_sum), "GrpHdr/CtrlSum"},
    [PAYMENT_COUNT] = {NUMBER, AT(payment.stated_count), "PmtInf/NbOfTxs"},
    [PAYMENT_SUM] = {NUMBER, AT(payment.stated_sum), "PmtInf/CtrlSum"},
    [AMOUNT] = {NUMBER, AT(amount.value), "CdtTrfTxInf/Amt"},
    [INSTRUCTION_ID] = {TEXT, T_INSTRUCTION, "InstrId"},
    [END_TO_END] = {TEXT, T_END_TO_END, "EndToEndId"},
    [CREDITOR_NAME] = {TEXT, T_CREDITOR, "Cdtr/Nm"},
    [CREDITOR_OTHER_ID] = {TEXT, T_CREDITOR_ID, "Cdtr/Id"},
    [REFERENCE] = {TEXT, T_REFERENCE, "CdtrRefInf/Ref"},
    [REFERRED_NUMBER] = {TEXT, T_REFERRED, "RfrdDocInf/Nb"},
    [UNSTRUCTURED] = {TEXT, T_UNSTRUCTURED, "RmtInf/Ustrd"},
};

static int take_account(struct parser *p, struct span text, uint64_t record)
{
    struct iso_text *to = &p->texts[p->account];
    const char *field = p->account == T_DEBTOR_ACCOUNT ? "DbtrAcct/Id" : "CdtrAcct/Id";
    int rc = iso_keep(&p->tally, to, text, field, record);
    iso_pack(to);
    return rc;
}

/* From version 08 on the day stands in ReqdExctnDt/Dt, and ReqdExctnDt itself is blank. */
static int take_execution(struct parser *p, const struct xml_element *e, struct span text)
{
    if (e->id == EXECUTION && !span_trim(text).n)
        return 0;
    return iso_day(&p->tally, &p->execution, text, "ReqdExctnDt", e->ordinal);
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
    case CREATED:
        return iso_day(&p->tally, &p->created, text, "CreDtTm", e->ordinal);
    default:
        break;
    }
    const struct action *a = &actions[e->id];
    if (a->act == TEXT)
        return iso_keep(&p->tally, &p->texts[a->to], text, a->field, e->ordinal);
    if (a->act == NUMBER)
        return iso_number(&p->tally, (struct decimal *)((char *)p + a->to), text, a->field,
                          e->ordinal);
    return 0;
}

/* --- the format -------------------------------------------------------------------------- */

static void pain_close(struct parser **parser)
{
    if (!*parser)
        return;
    xml_close(&(*parser)->xml);
    free(*parser);
    *parser = NULL;
}

static int pain_open(const struct sink *sink, struct parser **out)
{
    struct parser *p = calloc(1, sizeof(*p));
    if (!p)
        return SLUSS_ENOMEM;
    tally_init(&p->tally, sink);
    p->sink = sink;
    p->handler = (struct xml_handler){p, on_start, on_end};
    p->all.sum = p->payment.sum = DECIMAL_ZERO;
    if (xml_open(&table, &p->handler, sink, &p->xml)) {
        pain_close(&p);
        return SLUSS_ENOMEM;
    }
    *out = p;
    return 0;
}

static int pain_push(struct parser *p, struct span bytes)
{
    return xml_push(p->xml, bytes);
}

static int pain_finish(struct parser *p, struct parser_facts *facts)
{
    int rc = xml_finish(p->xml);
    bool whole = xml_whole(p->xml);
    if (!rc && whole && !p->message_seen)
        rc = tally_structure(&p->tally, 1, "there is no payment message");
    if (!rc)
        rc = tally_finish(&p->tally);
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
    .begin = pain_open,
    .push = pain_push,
    .finish = pain_finish,
    .close = pain_close,
};
