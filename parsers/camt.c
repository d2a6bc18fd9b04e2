/* camt.c -- ISO 20022 account reports: camt.052, camt.053 and camt.054
 *
 * `rows` says which elements are read, `actions` what becomes of the simple ones. What versions
 * differ in stands side by side in the table: Sts as text or Sts/Cd, Dbtr/Nm or Dbtr/Pty/Nm,
 * TtlNetNtryAmt or TtlNetNtry/Amt, Amt of a transaction or AmtDtls/TxAmt/Amt. Entries are
 * handed out as they end; sums are kept for each report (Stmt, Ntfctn, Rpt), so that memory
 * does not grow with the file.
 * Source: ISO 20022 message definitions camt.052, camt.053, camt.054 (001.01 to 001.08 and
 * later); format notes on ISO 20022, "paths" and "control totals" 1 to 4.
 */
#include "parsers/camt.h"

#include "model/ident.h"
#include "parsers/iso20022.h"

/* --- which elements ---------------------------------------------------------------------- */

enum {
    DOCUMENT = 1,
    MESSAGE,
    REPORT,
    SEQUENCE,
    COPY,
    OWN_ACCOUNT,
    DEBTOR_ACCOUNT,
    CREDITOR_ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_OTHER,
    ACCOUNT_TEXT,
    BALANCE,
    BALANCE_TYPE,
    BALANCE_CODE_OR,
    BALANCE_CODE,
    BALANCE_AMOUNT,
    BALANCE_SIGN,
    SUMMARY,
    TOTAL,
    TOTAL_CREDIT,
    TOTAL_DEBIT,
    TOTAL_COUNT,
    TOTAL_SUM,
    NET,
    NET_AMOUNT,
    NET_SIGN,
    ENTRY,
    ENTRY_REFERENCE,
    ENTRY_AMOUNT,
    ENTRY_SIGN,
    REVERSAL,
    STATUS,
    STATUS_CODE,
    BOOKED,
    BOOKED_DAY,
    VALUED,
    VALUED_DAY,
    SERVICER_REFERENCE,
    CHARGES,
    CHARGE,
    CHARGE_AMOUNT,
    DETAILS,
    BATCH,
    BATCH_COUNT,
    BATCH_AMOUNT,
    TRANSACTION,
    REFERENCES,
    REFS_END_TO_END,
    REFS_TRANSACTION,
    REFS_SERVICER,
    TX_AMOUNT,
    TX_SIGN,
    AMOUNT_DETAILS,
    AMOUNT_OF_TX,
    PARTIES,
    DEBTOR,
    CREDITOR,
    PARTY,
    PARTY_NAME,
    PARTY_ID,
    PARTY_KIND,
    PARTY_OTHER,
    PARTY_OTHER_ID,
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
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "BkToCstmrStmt"},
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "BkToCstmrStmtV01"},
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "BkToCstmrDbtCdtNtfctn"},
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "BkToCstmrDbtCdtNtfctnV01"},
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "BkToCstmrAcctRpt"},
    {MESSAGE, DOCUMENT, 0, XML_SEEN, "BkToCstmrAcctRptV01"},
    {REPORT, MESSAGE, 0, XML_SEEN, "Stmt"},
    {REPORT, MESSAGE, 0, XML_SEEN, "Ntfctn"},
    {REPORT, MESSAGE, 0, XML_SEEN, "Rpt"},

    /* What a long report repeats comes first: rows are searched in order. */
    {ENTRY, REPORT, 0, XML_SEEN, "Ntry"},
    {SEQUENCE, REPORT, 0, XML_TEXT, "ElctrncSeqNb"},
    {COPY, REPORT, 0, XML_TEXT, "CpyDplctInd"},
    {OWN_ACCOUNT, REPORT, 0, XML_SEEN, "Acct"},
    {BALANCE, REPORT, 0, XML_SEEN, "Bal"},
    {SUMMARY, REPORT, 0, XML_SEEN, "TxsSummry"},

    {ENTRY_REFERENCE, ENTRY, 0, XML_TEXT, "NtryRef"},
    {ENTRY_AMOUNT, ENTRY, 0, XML_TEXT, "Amt"},
    {ENTRY_SIGN, ENTRY, 0, XML_TEXT, "CdtDbtInd"},
    {REVERSAL, ENTRY, 0, XML_TEXT, "RvslInd"},
    {STATUS, ENTRY, 0, XML_TEXT, "Sts"},
    {STATUS_CODE, STATUS, 0, XML_TEXT, "Cd"},
    {BOOKED, ENTRY, 0, XML_SEEN, "BookgDt"},
    {BOOKED_DAY, BOOKED, 0, XML_TEXT, "Dt"},
    {BOOKED_DAY, BOOKED, 0, XML_TEXT, "DtTm"},
    {VALUED, ENTRY, 0, XML_SEEN, "ValDt"},
    {VALUED_DAY, VALUED, 0, XML_TEXT, "Dt"},
    {VALUED_DAY, VALUED, 0, XML_TEXT, "DtTm"},
    {SERVICER_REFERENCE, ENTRY, 0, XML_TEXT, "AcctSvcrRef"},
    {DETAILS, ENTRY, 0, XML_SEEN, "NtryDtls"},
    {CHARGES, ENTRY, 0, XML_SEEN, "Chrgs"},
    {TRANSACTION, ENTRY, 0, XML_SEEN, "TxDtls"}, /* version 01 */
    {CHARGE, CHARGES, 0, XML_SEEN, "Rcrd"},
    {CHARGE_AMOUNT, CHARGES, 0, XML_TEXT, "Amt"},
    {CHARGE_AMOUNT, CHARGE, 0, XML_TEXT, "Amt"},

    {TRANSACTION, DETAILS, 0, XML_SEEN, "TxDtls"},
    {BATCH, DETAILS, 0, XML_SEEN, "Btch"},
    {BATCH_COUNT, BATCH, 0, XML_TEXT, "NbOfTxs"},
    {BATCH_AMOUNT, BATCH, 0, XML_TEXT, "TtlAmt"},

    {REFERENCES, TRANSACTION, 0, XML_SEEN, "Refs"},
    {REFS_END_TO_END, REFERENCES, 0, XML_TEXT, "EndToEndId"},
    {REFS_TRANSACTION, REFERENCES, 0, XML_TEXT, "TxId"},
    {REFS_SERVICER, REFERENCES, 0, XML_TEXT, "AcctSvcrRef"},
    {TX_AMOUNT, TRANSACTION, 0, XML_TEXT, "Amt"},
    {TX_SIGN, TRANSACTION, 0, XML_TEXT, "CdtDbtInd"},
    {AMOUNT_DETAILS, TRANSACTION, 0, XML_SEEN, "AmtDtls"},
    {AMOUNT_OF_TX, AMOUNT_DETAILS, 0, XML_SEEN, "TxAmt"},
    {TX_AMOUNT, AMOUNT_OF_TX, 0, XML_TEXT, "Amt"},
    {CHARGES, TRANSACTION, 0, XML_SEEN, "Chrgs"},
    {PARTIES, TRANSACTION, 0, XML_SEEN, "RltdPties"},
    {REMITTANCE, TRANSACTION, 0, XML_SEEN, "RmtInf"},

    {DEBTOR, PARTIES, 0, XML_SEEN, "Dbtr"},
    {DEBTOR_ACCOUNT, PARTIES, 0, XML_SEEN, "DbtrAcct"},
    {CREDITOR, PARTIES, 0, XML_SEEN, "Cdtr"},
    {CREDITOR_ACCOUNT, PARTIES, 0, XML_SEEN, "CdtrAcct"},
    {PARTY, DEBTOR, 0, XML_SEEN, "Pty"},
    {PARTY, CREDITOR, 0, XML_SEEN, "Pty"},
    {PARTY_NAME, DEBTOR, 0, XML_TEXT, "Nm"},
    {PARTY_NAME, CREDITOR, 0, XML_TEXT, "Nm"},
    {PARTY_NAME, PARTY, 0, XML_TEXT, "Nm"},
    {PARTY_ID, DEBTOR, 0, XML_SEEN, "Id"},
    {PARTY_ID, CREDITOR, 0, XML_SEEN, "Id"},
    {PARTY_ID, PARTY, 0, XML_SEEN, "Id"},
    {PARTY_KIND, PARTY_ID, 0, XML_SEEN, "OrgId"},
    {PARTY_KIND, PARTY_ID, 0, XML_SEEN, "PrvtId"},
    {PARTY_OTHER, PARTY_KIND, 0, XML_SEEN, "Othr"},
    {PARTY_OTHER, PARTY_KIND, 0, XML_SEEN, "PrtryId"},
    {PARTY_OTHER_ID, PARTY_OTHER, 0, XML_TEXT, "Id"},

    {ACCOUNT_ID, OWN_ACCOUNT, 0, XML_SEEN, "Id"},
    {ACCOUNT_ID, DEBTOR_ACCOUNT, 0, XML_SEEN, "Id"},
    {ACCOUNT_ID, CREDITOR_ACCOUNT, 0, XML_SEEN, "Id"},
    ISO_ACCOUNT_ROWS,
    ISO_REMITTANCE_ROWS,

    {BALANCE_TYPE, BALANCE, 0, XML_SEEN, "Tp"},
    {BALANCE_CODE_OR, BALANCE_TYPE, 0, XML_SEEN, "CdOrPrtry"},
    {BALANCE_CODE, BALANCE_CODE_OR, 0, XML_TEXT, "Cd"},
    {BALANCE_CODE, BALANCE_TYPE, 0, XML_TEXT, "Cd"}, /* version 01 */
    {BALANCE_AMOUNT, BALANCE, 0, XML_TEXT, "Amt"},
    {BALANCE_SIGN, BALANCE, 0, XML_TEXT, "CdtDbtInd"},

    {TOTAL, SUMMARY, 0, XML_SEEN, "TtlNtries"},
    {TOTAL_CREDIT, SUMMARY, 0, XML_SEEN, "TtlCdtNtries"},
    {TOTAL_DEBIT, SUMMARY, 0, XML_SEEN, "TtlDbtNtries"},
    {TOTAL_COUNT, TOTAL, 0, XML_TEXT, "NbOfNtries"},
    {TOTAL_COUNT, TOTAL_CREDIT, 0, XML_TEXT, "NbOfNtries"},
    {TOTAL_COUNT, TOTAL_DEBIT, 0, XML_TEXT, "NbOfNtries"},
    {TOTAL_SUM, TOTAL, 0, XML_TEXT, "Sum"},
    {TOTAL_SUM, TOTAL_CREDIT, 0, XML_TEXT, "Sum"},
    {TOTAL_SUM, TOTAL_DEBIT, 0, XML_TEXT, "Sum"},
    {NET_AMOUNT, TOTAL, 0, XML_TEXT, "TtlNetNtryAmt"},
    {NET_SIGN, TOTAL, 0, XML_TEXT, "CdtDbtInd"},
    {NET, TOTAL, 0, XML_SEEN, "TtlNetNtry"},
    {NET_AMOUNT, NET, 0, XML_TEXT, "Amt"},
    {NET_SIGN, NET, 0, XML_TEXT, "CdtDbtInd"},
};

static const struct xml_table table = {namespaces, rows, sizeof(rows) / sizeof(rows[0])};

/* --- what is kept ------------------------------------------------------------------------ */

enum message { ACCOUNT_REPORT = 0, STATEMENT, NOTIFICATION };

static const struct {
    const char *name;
    const char *element; /* the message's, which version 01 ends with its number */
} messages[] = {
    [ACCOUNT_REPORT] = {"camt.052.", "BkToCstmrAcctRpt"},
    [STATEMENT] = {"camt.053.", "BkToCstmrStmt"},
    [NOTIFICATION] = {"camt.054.", "BkToCstmrDbtCdtNtfctn"},
};

struct party {
    struct iso_text name;
    struct iso_text id;
    struct iso_text account;
};

struct total {
    struct decimal count; /* as stated; not known where it is not */
    struct decimal sum;
    uint64_t record;
};

/* The entries of a currency and the balances around them. */
struct chain {
    char currency[4];
    struct decimal booked; /* net of the booked entries */
    struct decimal opening;
    struct decimal preceding; /* the closing balance of the statement before */
    struct decimal closing;
    uint64_t closing_at;
};

struct tx_sums {
    struct decimal sum; /* signed as their entry; not known when one has no amount */
    uint64_t count;
};

struct transaction {
    uint64_t record;
    struct iso_amount amount;
    enum iso_sign sign;
    struct iso_text end_to_end;
    struct iso_text id;
    struct iso_text servicer;
    struct party debtor;
    struct party creditor;
    struct iso_remittance remittance;
};

struct report {
    struct total stated[3]; /* all, credits, debits */
    struct decimal net;
    enum iso_sign net_sign;
    uint64_t net_at;
    uint64_t count[3];
    struct decimal sum[3];
    struct chain chains[SUMS_MAX];
    unsigned chain_count;
    struct decimal sequence;
    uint64_t record;
    struct iso_text account;
};

struct entry {
    struct iso_amount amount;
    enum iso_sign sign;
    bool pending;
    bool reversal;
    struct date booked;
    struct date valued;
    struct decimal charges;
    struct tx_sums all;     /* its transactions */
    struct tx_sums details; /* those of the NtryDtls being read */
    struct decimal batch_count;
    struct iso_amount batch_amount;
    struct iso_text reference;
    struct iso_text servicer;
};

struct balance {
    struct iso_amount amount;
    enum iso_sign sign;
    char code[5];
};

struct counted {
    uint64_t count;
    uint64_t first; /* record */
};

struct parser {
    struct iso_reader iso;
    enum message message;
    bool message_seen;
    struct report report;
    struct iso_text last_account; /* of the report before */
    struct decimal last_sequence;
    struct entry entry;
    struct transaction tx;
    struct balance balance;
    struct iso_amount charge;
    struct iso_text *account; /* where the account being read goes */
    const char *account_field;
    struct party *party;
    unsigned total; /* index of report.stated */
    uint64_t reports;
    uint64_t entries;
    struct counted pending;
    struct counted reversed;
    uint64_t references; /* of the form of ISO 11649 */
    struct counted references_wrong;
    bool states_zero;
};

static const struct decimal not_known = {0, 0, false};

static void count(struct counted *counted, uint64_t record)
{
    if (counted->count++ == 0)
        counted->first = record;
}

/* --- what begins ------------------------------------------------------------------------- */

typedef int begins_with(struct parser *p, const struct xml_element *e);

static int begin_message(struct parser *p, const struct xml_element *e)
{
    struct span element = span_str(rows[e->row].local);
    p->message_seen = span_starts(element, span_str(messages[p->message].element));
    if (p->message_seen)
        return 0;
    return tally_structure(&p->iso.tally, e->ordinal,
                           "the message is another than its namespace says");
}

static int begin_report(struct parser *p, const struct xml_element *e)
{
    struct report *r = &p->report;
    p->last_account = r->account;
    p->last_sequence = r->sequence;
    memset(r, 0, sizeof(*r));
    for (unsigned i = 0; i < 3; i++)
        r->sum[i] = DECIMAL_ZERO;
    r->record = e->ordinal;
    p->reports++;
    return 0;
}

static void clear_party(struct party *party)
{
    party->name.n = party->id.n = party->account.n = 0;
}

static int begin_transaction(struct parser *p, const struct xml_element *e)
{
    struct transaction *t = &p->tx;
    t->record = e->ordinal;
    t->amount.seen = t->amount.value.known = false;
    t->amount.currency[0] = 0;
    t->sign = ISO_NO_SIGN;
    t->end_to_end.n = t->id.n = t->servicer.n = 0;
    clear_party(&t->debtor);
    clear_party(&t->creditor);
    iso_remittance_clear(&t->remittance);
    return 0;
}

static int begin_details(struct parser *p, const struct xml_element *e)
{
    struct entry *entry = &p->entry;
    (void)e;
    entry->details = (struct tx_sums){.sum = DECIMAL_ZERO};
    entry->batch_count = not_known;
    entry->batch_amount.seen = false;
    return 0;
}

static int begin_entry(struct parser *p, const struct xml_element *e)
{
    struct entry *entry = &p->entry;
    entry->amount.seen = entry->amount.value.known = false;
    entry->amount.currency[0] = 0;
    entry->sign = ISO_NO_SIGN;
    entry->pending = entry->reversal = false;
    entry->booked = entry->valued = DATE_NONE;
    entry->charges = entry->all.sum = DECIMAL_ZERO;
    entry->all.count = 0;
    entry->reference.n = entry->servicer.n = 0;
    begin_transaction(p, e);
    return begin_details(p, e);
}

static int begin_account(struct parser *p, const struct xml_element *e)
{
    p->account = e->id == OWN_ACCOUNT      ? &p->report.account
                 : e->id == DEBTOR_ACCOUNT ? &p->tx.debtor.account
                                           : &p->tx.creditor.account;
    p->account_field = e->id == OWN_ACCOUNT      ? "Acct/Id"
                       : e->id == DEBTOR_ACCOUNT ? "DbtrAcct/Id"
                                                 : "CdtrAcct/Id";
    return 0;
}

static int begin_party(struct parser *p, const struct xml_element *e)
{
    p->party = e->id == DEBTOR ? &p->tx.debtor : &p->tx.creditor;
    return 0;
}

static int begin_balance(struct parser *p, const struct xml_element *e)
{
    (void)e;
    memset(&p->balance, 0, sizeof(p->balance));
    return 0;
}

static int begin_total(struct parser *p, const struct xml_element *e)
{
    p->total = e->id - TOTAL;
    p->report.stated[p->total].record = e->ordinal;
    return 0;
}

static int begin_net(struct parser *p, const struct xml_element *e)
{
    p->report.net_at = e->ordinal;
    return 0;
}

static begins_with *const begins[ELEMENT_COUNT] = {
    [MESSAGE] = begin_message,
    [REPORT] = begin_report,
    [OWN_ACCOUNT] = begin_account,
    [DEBTOR_ACCOUNT] = begin_account,
    [CREDITOR_ACCOUNT] = begin_account,
    [DEBTOR] = begin_party,
    [CREDITOR] = begin_party,
    [BALANCE] = begin_balance,
    [TOTAL] = begin_total,
    [TOTAL_CREDIT] = begin_total,
    [TOTAL_DEBIT] = begin_total,
    [NET_AMOUNT] = begin_net,
    [ENTRY] = begin_entry,
    [DETAILS] = begin_details,
    [TRANSACTION] = begin_transaction,
};

static int on_start(void *context, const struct xml_element *e)
{
    struct parser *p = context;
    if (begins[e->id])
        return begins[e->id](p, e);
    iso_act_start(&p->iso, e);
    return 0;
}

/* --- balances and batches ---------------------------------------------------------------- */

/* The chain of a currency; null when there are more than a file may mix. */
static struct chain *chain_of(struct report *r, const char *currency)
{
    unsigned i = 0;
    while (i < r->chain_count && strcmp(r->chains[i].currency, currency) != 0)
        i++;
    if (i == SUMS_MAX)
        return NULL;
    if (i == r->chain_count) {
        r->chains[i] = (struct chain){.booked = DECIMAL_ZERO};
        memcpy(r->chains[i].currency, currency, sizeof(r->chains[i].currency));
        r->chain_count++;
    }
    return &r->chains[i];
}

static int end_balance(struct parser *p, uint64_t record)
{
    const struct balance *b = &p->balance;
    struct span code = span_str(b->code);
    struct chain *c = b->amount.seen ? chain_of(&p->report, b->amount.currency) : NULL;
    struct decimal value = b->amount.value;
    if (!c)
        return 0;
    if (b->sign == ISO_DEBIT)
        value = decimal_sub(DECIMAL_ZERO, value);
    if (span_eq_str(code, "OPBD") && !c->opening.known) {
        c->opening = value;
    } else if (span_eq_str(code, "PRCD") && !c->preceding.known) {
        c->preceding = value;
    } else if (span_eq_str(code, "CLBD")) {
        c->closing = value;
        c->closing_at = record;
    }
    return 0;
}

/* A batch of which a single transaction is given was not itemised. */
static int end_details(struct parser *p, uint64_t record)
{
    const struct entry *e = &p->entry;
    if (!e->details.count)
        return 0;
    enum finding_code code = e->details.count == 1 ? FINDING_TOTALS_NOTE : FINDING_TOTALS_MISMATCH;
    int rc = iso_compare(&p->iso.tally, code, record, "the number of transactions (Btch/NbOfTxs)",
                         e->batch_count, decimal_of((int64_t)e->details.count, 0));
    if (rc || !e->batch_amount.seen || e->details.count == 1 ||
        strcmp(e->batch_amount.currency, e->amount.currency) != 0)
        return rc;
    return iso_compare(&p->iso.tally, FINDING_TOTALS_NOTE, record,
                       "the sum of transactions (Btch/TtlAmt)", e->batch_amount.value,
                       decimal_abs(e->details.sum));
}

/* What the bank took of the amount may make the difference. */
static int check_transactions(struct parser *p, uint64_t record)
{
    const struct entry *e = &p->entry;
    if (!e->all.count || !e->all.sum.known || !e->amount.value.known)
        return 0;
    struct decimal off = decimal_abs(decimal_sub(e->amount.value, e->all.sum));
    if (decimal_equal(off, e->charges))
        return 0;
    return iso_compare(&p->iso.tally, FINDING_TOTALS_NOTE, record,
                       "the amount of an entry against its transactions", e->amount.value,
                       e->all.sum);
}

static void add_entry(struct parser *p)
{
    struct report *r = &p->report;
    const struct entry *e = &p->entry;
    unsigned side = e->sign == ISO_DEBIT ? 2 : 1;
    r->count[0]++;
    r->count[side]++;
    r->sum[0] = decimal_add(r->sum[0], e->amount.value);
    r->sum[side] = decimal_add(r->sum[side], e->amount.value);
    struct chain *c = e->pending ? NULL : chain_of(r, e->amount.currency);
    if (c)
        c->booked = e->sign == ISO_DEBIT ? decimal_sub(c->booked, e->amount.value)
                                         : decimal_add(c->booked, e->amount.value);
}

/* --- items ------------------------------------------------------------------------------- */

static void check_reference(struct parser *p, uint64_t record)
{
    struct iso_text *reference = &p->tx.remittance.reference;
    iso_pack(reference);
    if (!span_starts(iso_span(reference), SPAN_LIT("RF")))
        return;
    p->references++;
    if (!rf_valid(iso_span(reference)))
        count(&p->references_wrong, record);
}

/* What the transaction that was read last says, as one of this sign. Who numbered it best: the
 * bank, then whoever paid. */
static struct item item_of(struct parser *p, bool credit, struct span bank)
{
    struct transaction *t = &p->tx;
    const struct party *other = credit ? &t->debtor : &t->creditor;
    struct span own = iso_span(&p->report.account);
    struct span numbered = iso_first(bank, iso_span(&t->servicer), iso_span(&t->id));
    return (struct item){
        .type = credit ? ITEM_PAYMENT : ITEM_DEDUCTION,
        .issue_date = date_present(p->entry.booked) ? p->entry.booked : p->entry.valued,
        .number = iso_first(numbered, iso_provided(&t->end_to_end), iso_span(&p->entry.reference)),
        .reference = iso_remittance_reference(&t->remittance),
        .counterparty_id = iso_first(iso_span(&other->id), iso_span(&other->account), SPAN_NONE),
        .counterparty_name = iso_span(&other->name),
        .payee_account = credit ? own : iso_span(&t->creditor.account),
        .issuer = own,
    };
}

/* One transaction to whoever asks for them. Its amount may be left to the entry: then it has no
 * currency here. */
static int hand_out_detail(struct parser *p, enum iso_sign sign)
{
    const struct sink *sink = p->iso.sink;
    const struct transaction *t = &p->tx;
    bool exact;
    if (!sink->detail)
        return 0;
    struct item item = item_of(p, sign != ISO_DEBIT, SPAN_NONE);
    item.record = t->record;
    int exponent = t->amount.seen ? currency_exponent(span_str(t->amount.currency)) : -1;
    if (exponent >= 0 && !decimal_minor(t->amount.value, exponent, &item.amount_minor, &exact)) {
        memcpy(item.currency, t->amount.currency, sizeof(item.currency));
        if (sign == ISO_DEBIT)
            item.amount_minor = -item.amount_minor;
    }
    return sink->detail(sink->context, &item);
}

static int end_transaction(struct parser *p, uint64_t record)
{
    struct entry *e = &p->entry;
    const struct transaction *t = &p->tx;
    struct decimal value = t->amount.value;
    enum iso_sign sign = t->sign ? t->sign : e->sign;
    if (!t->amount.seen || strcmp(t->amount.currency, e->amount.currency) != 0)
        value = not_known;
    if (e->sign && sign != e->sign)
        value = decimal_sub(DECIMAL_ZERO, value);
    e->details.sum = decimal_add(e->details.sum, value);
    e->all.sum = decimal_add(e->all.sum, value);
    e->details.count++;
    e->all.count++;
    check_reference(p, record);
    return hand_out_detail(p, sign);
}

static int check_entry(struct parser *p, uint64_t record)
{
    struct entry *e = &p->entry;
    int rc = check_transactions(p, record);
    if (!rc && !e->amount.seen)
        rc = tally_field(&p->iso.tally, FINDING_BAD_FIELD, record, "Ntry/Amt", "filled in");
    else if (!rc && e->amount.value.known && e->amount.value.n < 0)
        rc = tally_field(&p->iso.tally, FINDING_FIELD_NOTE, e->amount.record, "Ntry/Amt",
                         "a positive amount");
    if (!rc && !e->sign)
        rc = iso_take_sign(&p->iso, &e->sign, SPAN_NONE, record);
    return rc;
}

static int end_entry(struct parser *p, uint64_t record)
{
    struct entry *e = &p->entry;
    p->entries++;
    if (e->pending)
        count(&p->pending, record);
    if (e->reversal)
        count(&p->reversed, record);
    int rc = check_entry(p, record);
    if (rc)
        return rc;
    add_entry(p);
    if (e->all.count > 1) /* several have no single payer or reference */
        begin_transaction(p, &(struct xml_element){.ordinal = record});
    struct item item = item_of(p, e->sign == ISO_CREDIT, iso_span(&e->servicer));
    item.record = record;
    return iso_hand_out(&p->iso, &item, &e->amount, e->sign == ISO_DEBIT, "Ntry/Amt");
}

/* --- the sums of a report ---------------------------------------------------------------- */

static const char *const count_names[] = {
    "the number of entries (TtlNtries)",
    "the number of credit entries (TtlCdtNtries)",
    "the number of debit entries (TtlDbtNtries)",
};
static const char *const sum_names[] = {
    "the sum of entries (TtlNtries)",
    "the sum of credit entries (TtlCdtNtries)",
    "the sum of debit entries (TtlDbtNtries)",
};

static int check_net(struct parser *p)
{
    struct report *r = &p->report;
    struct decimal net = decimal_sub(r->sum[1], r->sum[2]);
    struct decimal stated = r->net;
    if (!r->net_sign) /* only how much, not which way */
        net = decimal_abs(net);
    else if (r->net_sign == ISO_DEBIT)
        stated = decimal_sub(DECIMAL_ZERO, stated);
    return iso_compare(&p->iso.tally, FINDING_TOTALS_MISMATCH, r->net_at,
                       "the net of entries (TtlNetNtry)", stated, net);
}

static struct decimal opening_of(const struct chain *c)
{
    return c->opening.known ? c->opening : c->preceding;
}

/* Where the chain of a closing balance begins: in its own currency, or where that has no
 * opening balance, in another that was opened and not closed. */
static const struct chain *opened(const struct report *r, const struct chain *closed)
{
    if (opening_of(closed).known)
        return closed;
    for (unsigned i = 0; i < r->chain_count; i++)
        if (opening_of(&r->chains[i]).known && !r->chains[i].closing.known)
            return &r->chains[i];
    return closed;
}

static int check_balances(struct parser *p)
{
    struct report *r = &p->report;
    int rc = 0;
    for (unsigned i = 0; !rc && i < r->chain_count; i++) {
        const struct chain *c = &r->chains[i];
        const struct chain *from = opened(r, c);
        struct decimal computed = decimal_add(opening_of(from), from->booked);
        rc = iso_compare(&p->iso.tally, FINDING_TOTALS_MISMATCH, c->closing_at,
                         "the closing balance (CLBD)", c->closing, computed);
        if (!r->count[0] && decimal_equal(c->closing, computed))
            p->states_zero = true;
    }
    return rc;
}

/* Reports of one account are numbered one by one. */
static int check_sequence(struct parser *p)
{
    const struct report *r = &p->report;
    struct decimal next = decimal_add(p->last_sequence, decimal_of(1, 0));
    if (!r->account.n || !span_eq(iso_span(&r->account), iso_span(&p->last_account)) ||
        !next.known || !r->sequence.known || decimal_equal(next, r->sequence))
        return 0;
    struct finding f = finding_make(FINDING_STATEMENT_ORDER, r->record);
    finding_int(&f, "number", (int64_t)r->sequence.n);
    finding_int(&f, "previous", (int64_t)p->last_sequence.n);
    return tally_add(&p->iso.tally, &f);
}

static int end_report(struct parser *p, uint64_t record)
{
    (void)record;
    struct report *r = &p->report;
    int rc = 0;
    for (unsigned i = 0; !rc && i < 3; i++) {
        const struct total *t = &r->stated[i];
        rc = iso_compare(&p->iso.tally, FINDING_TOTALS_MISMATCH, t->record, count_names[i],
                         t->count, decimal_of((int64_t)r->count[i], 0));
        if (!rc)
            rc = iso_compare(&p->iso.tally, FINDING_TOTALS_MISMATCH, t->record, sum_names[i],
                             t->sum, r->sum[i]);
    }
    for (unsigned i = 0; i < 3; i++) /* of all entries, of the credits, of the debits */
        if (!r->count[0] && decimal_equal(r->stated[i].count, DECIMAL_ZERO))
            p->states_zero = true;
    if (!rc)
        rc = check_net(p);
    if (!rc)
        rc = check_sequence(p);
    /* During the day (052) and of single events (054) no balance has to follow. */
    return rc || p->message != STATEMENT ? rc : check_balances(p);
}

/* --- one element that ends --------------------------------------------------------------- */

#define AT(m) (uint32_t) offsetof(struct parser, m)

static const struct iso_action actions[ELEMENT_COUNT] = {
    [SEQUENCE] = {ISO_NUMBER, AT(report.sequence), "ElctrncSeqNb"},
    [ENTRY_REFERENCE] = {ISO_TEXT, AT(entry.reference), "NtryRef"},
    [SERVICER_REFERENCE] = {ISO_TEXT, AT(entry.servicer), "AcctSvcrRef"},
    [REFS_END_TO_END] = {ISO_TEXT, AT(tx.end_to_end), "EndToEndId"},
    [REFS_TRANSACTION] = {ISO_TEXT, AT(tx.id), "TxId"},
    [REFS_SERVICER] = {ISO_TEXT, AT(tx.servicer), "Refs/AcctSvcrRef"},
    [REFERENCE] = {ISO_TEXT, AT(tx.remittance.reference), "CdtrRefInf/Ref"},
    [REFERRED_NUMBER] = {ISO_TEXT, AT(tx.remittance.referred), "RfrdDocInf/Nb"},
    [UNSTRUCTURED] = {ISO_TEXT, AT(tx.remittance.unstructured), "RmtInf/Ustrd"},
    [ENTRY_AMOUNT] = {ISO_AMOUNT, AT(entry.amount), "Ntry/Amt"},
    [TX_AMOUNT] = {ISO_AMOUNT, AT(tx.amount), "TxDtls/Amt"},
    [BATCH_AMOUNT] = {ISO_AMOUNT, AT(entry.batch_amount), "Btch/TtlAmt"},
    [CHARGE_AMOUNT] = {ISO_AMOUNT, AT(charge), "Chrgs/Amt"},
    [BALANCE_AMOUNT] = {ISO_AMOUNT, AT(balance.amount), "Bal/Amt"},
    [BATCH_COUNT] = {ISO_NUMBER, AT(entry.batch_count), "Btch/NbOfTxs"},
    [NET_AMOUNT] = {ISO_NUMBER, AT(report.net), "TtlNetNtry/Amt"},
    [ENTRY_SIGN] = {ISO_SIGN, AT(entry.sign), NULL},
    [TX_SIGN] = {ISO_SIGN, AT(tx.sign), NULL},
    [BALANCE_SIGN] = {ISO_SIGN, AT(balance.sign), NULL},
    [NET_SIGN] = {ISO_SIGN, AT(report.net_sign), NULL},
    [BOOKED_DAY] = {ISO_DAY, AT(entry.booked), "BookgDt"},
    [VALUED_DAY] = {ISO_DAY, AT(entry.valued), "ValDt"},
};

typedef int takes(struct parser *p, const struct xml_element *e, struct span text);

static int take_status(struct parser *p, const struct xml_element *e, struct span text)
{
    (void)e;
    text = span_trim(text);
    if (text.n) /* from version 08 on the code stands in Sts/Cd, and Sts itself is blank */
        p->entry.pending = !span_eq_str(text, "BOOK");
    return 0;
}

static int take_reversal(struct parser *p, const struct xml_element *e, struct span text)
{
    (void)e;
    text = span_trim(text);
    p->entry.reversal = span_eq_str(text, "true") || span_eq_str(text, "1");
    return 0;
}

static int take_account(struct parser *p, const struct xml_element *e, struct span text)
{
    int rc = iso_keep(&p->iso.tally, p->account, text, p->account_field, e->ordinal);
    iso_pack(p->account);
    return rc;
}

static int take_name(struct parser *p, const struct xml_element *e, struct span text)
{
    return iso_keep(&p->iso.tally, &p->party->name, text, "RltdPties/Nm", e->ordinal);
}

static int take_id(struct parser *p, const struct xml_element *e, struct span text)
{
    return iso_keep(&p->iso.tally, &p->party->id, text, "RltdPties/Id", e->ordinal);
}

static int take_code(struct parser *p, const struct xml_element *e, struct span text)
{
    (void)e;
    text = span_trim(text);
    if (text.n < sizeof(p->balance.code))
        memcpy(p->balance.code, text.p, text.n);
    return 0;
}

static int take_copy(struct parser *p, const struct xml_element *e, struct span text)
{
    struct finding f = finding_make(FINDING_COPY_MARK, e->ordinal);
    finding_text(&f, "where", span_str("CpyDplctInd"));
    finding_text(&f, "value", span_trim(text));
    return tally_add(&p->iso.tally, &f);
}

static int take_count(struct parser *p, const struct xml_element *e, struct span text)
{
    return iso_number(&p->iso.tally, &p->report.stated[p->total].count, text, "NbOfNtries",
                      e->ordinal);
}

static int take_sum(struct parser *p, const struct xml_element *e, struct span text)
{
    return iso_number(&p->iso.tally, &p->report.stated[p->total].sum, text, "TxsSummry/Sum",
                      e->ordinal);
}

static int take_charge(struct parser *p, const struct xml_element *e, struct span text)
{
    int rc = iso_act_end(&p->iso, e, text);
    p->entry.charges = decimal_add(p->entry.charges, p->charge.value);
    return rc;
}

static takes *const taken[ELEMENT_COUNT] = {
    [STATUS] = take_status,   [STATUS_CODE] = take_status,   [REVERSAL] = take_reversal,
    [COPY] = take_copy,       [BALANCE_CODE] = take_code,    [ACCOUNT_TEXT] = take_account,
    [PARTY_NAME] = take_name, [PARTY_OTHER_ID] = take_id,    [TOTAL_COUNT] = take_count,
    [TOTAL_SUM] = take_sum,   [CHARGE_AMOUNT] = take_charge,
};

typedef int ends_with(struct parser *p, uint64_t record);

static ends_with *const ends[ELEMENT_COUNT] = {
    [REPORT] = end_report,           [ENTRY] = end_entry,     [DETAILS] = end_details,
    [TRANSACTION] = end_transaction, [BALANCE] = end_balance,
};

static int on_end(void *context, const struct xml_element *e, struct span text, bool cut)
{
    struct parser *p = context;
    (void)cut; /* 64 KiB are more than any text keeps; iso_keep says so */
    if (taken[e->id])
        return taken[e->id](p, e, text);
    return ends[e->id] ? ends[e->id](p, e->ordinal) : iso_act_end(&p->iso, e, text);
}

/* --- the format -------------------------------------------------------------------------- */

static int camt_begin(enum message message, const struct sink *sink, struct parser **out)
{
    struct xml_handler handler = {NULL, on_start, on_end};
    int rc = iso_begin(sizeof(struct parser), &table, actions, handler, sink, out);
    if (!rc)
        (*out)->message = message;
    return rc;
}

static int say_count(struct parser *p, enum finding_code code, const struct counted *counted,
                     uint64_t of)
{
    if (!counted->count)
        return 0;
    struct finding f = finding_make(code, counted->first);
    finding_int(&f, "count", (int64_t)counted->count);
    finding_int(&f, "of", (int64_t)of);
    return tally_add(&p->iso.tally, &f);
}

static int say_counted(struct parser *p)
{
    int rc = say_count(p, FINDING_NOT_BOOKED, &p->pending, p->entries);
    if (!rc)
        rc = say_count(p, FINDING_REVERSALS, &p->reversed, p->entries);
    if (!rc)
        rc = say_count(p, FINDING_CHECK_DIGITS, &p->references_wrong, p->references);
    return rc;
}

static int camt_finish(struct parser *p, struct parser_facts *facts)
{
    int rc = xml_finish(p->iso.xml);
    if (!rc && xml_whole(p->iso.xml) && !p->reports)
        rc = tally_structure(&p->iso.tally, 1, "there is no report on an account");
    if (!rc)
        rc = say_counted(p);
    if (!rc)
        rc = tally_finish(&p->iso.tally);
    *facts = (struct parser_facts){.states_zero =
                                       p->states_zero && !p->entries && xml_whole(p->iso.xml)};
    return rc;
}

static int begin_052(const struct sink *sink, struct parser **out)
{
    return camt_begin(ACCOUNT_REPORT, sink, out);
}

static int begin_053(const struct sink *sink, struct parser **out)
{
    return camt_begin(STATEMENT, sink, out);
}

static int begin_054(const struct sink *sink, struct parser **out)
{
    return camt_begin(NOTIFICATION, sink, out);
}

/* --- recognition ------------------------------------------------------------------------- */

static enum bid bid_of(enum message message, struct span head)
{
    return iso_is_message(head, messages[message].name) ? BID_CERTAIN : BID_NO;
}

static enum bid bid_052(struct span head, bool whole)
{
    (void)whole;
    return bid_of(ACCOUNT_REPORT, head);
}

static enum bid bid_053(struct span head, bool whole)
{
    (void)whole;
    return bid_of(STATEMENT, head);
}

static enum bid bid_054(struct span head, bool whole)
{
    (void)whole;
    return bid_of(NOTIFICATION, head);
}

const struct format format_camt052 = {
    .name = "camt.052",
    .kind = KIND_PAYMENTS,
    .title = "ISO 20022 account report during the day",
    .carries = "payment (credit entry) or deduction (debit entry): the bank's reference, booking "
               "date, amount, payment reference, payer, account",
    .end_mark = "</Document>",
    .source = "ISO 20022 BankToCustomerAccountReport, camt.052.001.01 to 001.08",
    .bid = bid_052,
    .ending = iso_ending,
    .begin = begin_052,
    .unicode = iso_unicode,
    .push = iso_push,
    .finish = camt_finish,
    .close = iso_close,
    .reader = iso_xml,
};

const struct format format_camt053 = {
    .name = "camt.053",
    .kind = KIND_PAYMENTS,
    .title = "ISO 20022 account statement",
    .carries = "payment (credit entry) or deduction (debit entry): the bank's reference, booking "
               "date, amount, payment reference, payer, account",
    .end_mark = "</Document>",
    .source = "ISO 20022 BankToCustomerStatement, camt.053.001.01 to 001.08",
    .bid = bid_053,
    .ending = iso_ending,
    .begin = begin_053,
    .unicode = iso_unicode,
    .push = iso_push,
    .finish = camt_finish,
    .close = iso_close,
    .reader = iso_xml,
};

const struct format format_camt054 = {
    .name = "camt.054",
    .kind = KIND_PAYMENTS,
    .title = "ISO 20022 notification of credits and debits",
    .carries = "payment (credit entry) or deduction (debit entry): the bank's reference, booking "
               "date, amount, payment reference, payer, account",
    .end_mark = "</Document>",
    .source = "ISO 20022 BankToCustomerDebitCreditNotification, camt.054.001.01 to 001.08",
    .bid = bid_054,
    .ending = iso_ending,
    .begin = begin_054,
    .unicode = iso_unicode,
    .push = iso_push,
    .finish = camt_finish,
    .close = iso_close,
    .reader = iso_xml,
};
