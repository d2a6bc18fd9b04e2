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

#include <stdlib.h>

#include "model/error.h"
#include "parsers/iso20022.h"

/* --- which elements ---------------------------------------------------------------------- */

enum {
    DOCUMENT = 1,
    MESSAGE,
    REPORT,
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
    {COPY, REPORT, 0, XML_TEXT, "CpyDplctInd"},
    {OWN_ACCOUNT, REPORT, 0, XML_SEEN, "Acct"},
    {BALANCE, REPORT, 0, XML_SEEN, "Bal"},
    {SUMMARY, REPORT, 0, XML_SEEN, "TxsSummry"},

    {ENTRY_REFERENCE, ENTRY, 0, XML_TEXT, "NtryRef"},
    {ENTRY_AMOUNT, ENTRY, 0, XML_TEXT, "Amt"},
    {ENTRY_SIGN, ENTRY, 0, XML_TEXT, "CdtDbtInd"},
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
    {ACCOUNT_TEXT, ACCOUNT_ID, 0, XML_TEXT, "IBAN"},
    {ACCOUNT_TEXT, ACCOUNT_ID, 0, XML_TEXT, "BBAN"},
    {ACCOUNT_OTHER, ACCOUNT_ID, 0, XML_SEEN, "Othr"},
    {ACCOUNT_OTHER, ACCOUNT_ID, 0, XML_SEEN, "PrtryAcct"},
    {ACCOUNT_TEXT, ACCOUNT_OTHER, 0, XML_TEXT, "Id"},

    {UNSTRUCTURED, REMITTANCE, 0, XML_TEXT, "Ustrd"},
    {STRUCTURED, REMITTANCE, 0, XML_SEEN, "Strd"},
    {CREDITOR_REFERENCE, STRUCTURED, 0, XML_SEEN, "CdtrRefInf"},
    {REFERENCE, CREDITOR_REFERENCE, 0, XML_TEXT, "Ref"},
    {REFERENCE, CREDITOR_REFERENCE, 0, XML_TEXT, "CdtrRef"}, /* version 01 */
    {REFERRED, STRUCTURED, 0, XML_SEEN, "RfrdDocInf"},
    {REFERRED_NUMBER, REFERRED, 0, XML_TEXT, "Nb"},

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

/* Texts, by how long they are kept: a report, an entry, an entry's only transaction. */
enum text {
    T_ACCOUNT = 0,
    T_ENTRY_REFERENCE,
    T_SERVICER,
    T_END_TO_END,
    T_TRANSACTION,
    T_TX_SERVICER,
    T_DEBTOR,
    T_DEBTOR_ID,
    T_DEBTOR_ACCOUNT,
    T_CREDITOR,
    T_CREDITOR_ID,
    T_CREDITOR_ACCOUNT,
    T_REFERENCE,
    T_REFERRED,
    T_UNSTRUCTURED,
    T_COUNT
};
#define T_OF_ENTRY       T_ENTRY_REFERENCE
#define T_OF_TRANSACTION T_END_TO_END

enum sign { SIGN_NONE = 0, CREDIT, DEBIT };

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

struct report {
    struct total stated[3]; /* all, credits, debits */
    struct decimal net;
    enum sign net_sign;
    uint64_t net_at;
    uint64_t count[3];
    struct decimal sum[3];
    struct chain chains[SUMS_MAX];
    unsigned chain_count;
};

struct entry {
    struct iso_amount amount;
    enum sign sign;
    bool pending;
    struct date booked;
    struct date valued;
    struct decimal charges;
    struct tx_sums all;     /* its transactions */
    struct tx_sums details; /* those of the NtryDtls being read */
    struct decimal batch_count;
    struct iso_amount batch_amount;
    struct iso_amount tx_amount;
    enum sign tx_sign;
};

struct balance {
    struct iso_amount amount;
    enum sign sign;
    char code[5];
};

struct parser {
    struct tally tally;
    const struct sink *sink;
    struct xml_reader *xml;
    struct xml_handler handler;
    enum message message;
    bool message_seen;
    struct report report;
    struct entry entry;
    struct balance balance;
    struct iso_amount charge;
    enum text account; /* where the account, name and id being read go */
    enum text name;
    enum text id;
    unsigned total; /* index of report.stated */
    uint64_t reports;
    uint64_t entries;
    uint64_t pending;
    uint64_t pending_at;
    uint64_t references; /* of the form of ISO 11649 */
    uint64_t references_wrong;
    uint64_t references_wrong_at;
    bool states_zero;
    struct iso_text texts[T_COUNT];
};

static const struct decimal not_known = {0, 0, false};

static void clear_texts(struct parser *p, unsigned from)
{
    for (unsigned i = from; i < T_COUNT; i++)
        p->texts[i].n = 0;
}

/* --- what begins ------------------------------------------------------------------------- */

static void begin_report(struct parser *p)
{
    struct report *r = &p->report;
    memset(r, 0, sizeof(*r));
    for (unsigned i = 0; i < 3; i++)
        r->sum[i] = DECIMAL_ZERO;
    clear_texts(p, 0);
    p->reports++;
}

static void begin_entry(struct parser *p)
{
    memset(&p->entry, 0, sizeof(p->entry));
    p->entry.charges = p->entry.all.sum = p->entry.details.sum = DECIMAL_ZERO;
    clear_texts(p, T_OF_ENTRY);
}

static void begin_details(struct entry *e)
{
    e->details = (struct tx_sums){.sum = DECIMAL_ZERO};
    e->batch_count = not_known;
    e->batch_amount.seen = false;
}

static void begin_transaction(struct parser *p)
{
    struct entry *e = &p->entry;
    e->tx_amount = (struct iso_amount){.seen = false};
    e->tx_sign = SIGN_NONE;
    if (e->all.count)
        clear_texts(p, T_OF_TRANSACTION); /* several have no single payer or reference */
}

static int begin_message(struct parser *p, const struct xml_element *e)
{
    struct span element = span_str(rows[e->row].local);
    p->message_seen = span_starts(element, span_str(messages[p->message].element));
    if (p->message_seen)
        return 0;
    return tally_structure(&p->tally, e->ordinal, "the message is another than its namespace says");
}

static int on_start(void *context, const struct xml_element *e)
{
    struct parser *p = context;
    switch (e->id) {
    case MESSAGE:
        return begin_message(p, e);
    case REPORT:
        begin_report(p);
        break;
    case OWN_ACCOUNT:
        p->account = T_ACCOUNT;
        break;
    case DEBTOR_ACCOUNT:
        p->account = T_DEBTOR_ACCOUNT;
        break;
    case CREDITOR_ACCOUNT:
        p->account = T_CREDITOR_ACCOUNT;
        break;
    case DEBTOR:
        p->name = T_DEBTOR;
        p->id = T_DEBTOR_ID;
        break;
    case CREDITOR:
        p->name = T_CREDITOR;
        p->id = T_CREDITOR_ID;
        break;
    case BALANCE:
        memset(&p->balance, 0, sizeof(p->balance));
        break;
    case TOTAL:
    case TOTAL_CREDIT:
    case TOTAL_DEBIT:
        p->total = e->id - TOTAL;
        p->report.stated[p->total].record = e->ordinal;
        break;
    case NET_AMOUNT:
        p->report.net_at = e->ordinal;
        break;
    case ENTRY:
        begin_entry(p);
        break;
    case DETAILS:
        begin_details(&p->entry);
        break;
    case TRANSACTION:
        begin_transaction(p);
        break;
    case ENTRY_AMOUNT:
        iso_amount_begin(&p->entry.amount, e);
        break;
    case CHARGE_AMOUNT:
        iso_amount_begin(&p->charge, e);
        break;
    case BATCH_AMOUNT:
        iso_amount_begin(&p->entry.batch_amount, e);
        break;
    case TX_AMOUNT:
        iso_amount_begin(&p->entry.tx_amount, e);
        break;
    case BALANCE_AMOUNT:
        iso_amount_begin(&p->balance.amount, e);
        break;
    default:
        break;
    }
    return 0;
}

/* --- what ends --------------------------------------------------------------------------- */

/* Of an entry's transactions only the first one's texts are kept. */
static int keep(struct parser *p, enum text to, struct span text, const char *field,
                uint64_t record)
{
    if (to >= T_OF_TRANSACTION && p->entry.all.count)
        return 0;
    return iso_keep(&p->tally, &p->texts[to], text, field, record);
}

static int take_sign(struct parser *p, enum sign *to, struct span text, uint64_t record)
{
    text = span_trim(text);
    *to = span_eq_str(text, "CRDT") ? CREDIT : span_eq_str(text, "DBIT") ? DEBIT : SIGN_NONE;
    if (*to)
        return 0;
    return tally_field(&p->tally, FINDING_BAD_FIELD, record, "CdtDbtInd", "CRDT or DBIT");
}

static int take_copy(struct parser *p, struct span text, uint64_t record)
{
    struct finding f = finding_make(FINDING_COPY_MARK, record);
    finding_text(&f, "where", span_str("CpyDplctInd"));
    finding_text(&f, "value", span_trim(text));
    return tally_add(&p->tally, &f);
}

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

static void end_balance(struct parser *p, uint64_t record)
{
    const struct balance *b = &p->balance;
    struct span code = span_str(b->code);
    struct chain *c = b->amount.seen ? chain_of(&p->report, b->amount.currency) : NULL;
    struct decimal value = b->amount.value;
    if (!c)
        return;
    if (b->sign == DEBIT)
        value = decimal_sub(DECIMAL_ZERO, value);
    if (span_eq_str(code, "OPBD") && !c->opening.known) {
        c->opening = value;
    } else if (span_eq_str(code, "PRCD") && !c->preceding.known) {
        c->preceding = value;
    } else if (span_eq_str(code, "CLBD")) {
        c->closing = value;
        c->closing_at = record;
    }
}

static void end_transaction(struct entry *e)
{
    struct decimal value = e->tx_amount.value;
    if (!e->tx_amount.seen || strcmp(e->tx_amount.currency, e->amount.currency) != 0)
        value = not_known;
    if (e->tx_sign && e->sign && e->tx_sign != e->sign)
        value = decimal_sub(DECIMAL_ZERO, value);
    e->details.sum = decimal_add(e->details.sum, value);
    e->all.sum = decimal_add(e->all.sum, value);
    e->details.count++;
    e->all.count++;
}

/* A batch of which a single transaction is given was not itemised. */
static int end_details(struct parser *p, uint64_t record)
{
    const struct entry *e = &p->entry;
    if (!e->details.count)
        return 0;
    enum finding_code code = e->details.count == 1 ? FINDING_TOTALS_NOTE : FINDING_TOTALS_MISMATCH;
    int rc = iso_compare(&p->tally, code, record, "the number of transactions (Btch/NbOfTxs)",
                         e->batch_count, decimal_of((int64_t)e->details.count, 0));
    if (rc || !e->batch_amount.seen || e->details.count == 1 ||
        strcmp(e->batch_amount.currency, e->amount.currency) != 0)
        return rc;
    return iso_compare(&p->tally, FINDING_TOTALS_NOTE, record,
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
    return iso_compare(&p->tally, FINDING_TOTALS_NOTE, record,
                       "the amount of an entry against its transactions", e->amount.value,
                       e->all.sum);
}

static void add_entry(struct parser *p)
{
    struct report *r = &p->report;
    const struct entry *e = &p->entry;
    unsigned side = e->sign == DEBIT ? 2 : 1;
    r->count[0]++;
    r->count[side]++;
    r->sum[0] = decimal_add(r->sum[0], e->amount.value);
    r->sum[side] = decimal_add(r->sum[side], e->amount.value);
    struct chain *c = e->pending ? NULL : chain_of(r, e->amount.currency);
    if (c)
        c->booked = e->sign == DEBIT ? decimal_sub(c->booked, e->amount.value)
                                     : decimal_add(c->booked, e->amount.value);
}

static struct span first_of(struct span a, struct span b, struct span c)
{
    return a.n ? a : b.n ? b : c;
}

/* Who numbered the entry best: the bank, then whoever paid, then the report. */
static struct span number_of(const struct parser *p)
{
    struct span end_to_end = iso_span(&p->texts[T_END_TO_END]);
    if (span_eq_str(end_to_end, "NOTPROVIDED"))
        end_to_end = SPAN_NONE;
    struct span bank = first_of(iso_span(&p->texts[T_SERVICER]), iso_span(&p->texts[T_TX_SERVICER]),
                                iso_span(&p->texts[T_TRANSACTION]));
    return first_of(bank, end_to_end, iso_span(&p->texts[T_ENTRY_REFERENCE]));
}

static struct span reference_of(struct parser *p, uint64_t record)
{
    struct iso_text *structured = &p->texts[T_REFERENCE];
    iso_pack(structured);
    struct span reference = iso_span(structured);
    if (span_starts(reference, SPAN_LIT("RF"))) {
        p->references++;
        if (!iso_creditor_reference_valid(reference) && !p->references_wrong++)
            p->references_wrong_at = record;
    }
    bool free_one = !reference.n && iso_is_reference(&p->texts[T_UNSTRUCTURED]);
    return first_of(reference, free_one ? iso_span(&p->texts[T_UNSTRUCTURED]) : SPAN_NONE,
                    iso_span(&p->texts[T_REFERRED]));
}

static struct item make_item(struct parser *p, uint64_t record)
{
    const struct entry *e = &p->entry;
    bool credit = e->sign == CREDIT;
    const struct iso_text *t = p->texts;
    struct span own = iso_span(&t[T_ACCOUNT]);
    return (struct item){
        .type = credit ? ITEM_PAYMENT : ITEM_DEDUCTION,
        .record = record,
        .issue_date = date_present(e->booked) ? e->booked : e->valued,
        .number = number_of(p),
        .reference = reference_of(p, record),
        .counterparty_id =
            credit ? first_of(iso_span(&t[T_DEBTOR_ID]), iso_span(&t[T_DEBTOR_ACCOUNT]), SPAN_NONE)
                   : first_of(iso_span(&t[T_CREDITOR_ID]), iso_span(&t[T_CREDITOR_ACCOUNT]),
                              SPAN_NONE),
        .counterparty_name = iso_span(&t[credit ? T_DEBTOR : T_CREDITOR]),
        .payee_account = credit ? own : iso_span(&t[T_CREDITOR_ACCOUNT]),
        .issuer = own,
    };
}

static int end_entry(struct parser *p, uint64_t record)
{
    struct entry *e = &p->entry;
    int rc = check_transactions(p, record);
    p->entries++;
    if (e->pending && !p->pending++)
        p->pending_at = record;
    if (!rc && !e->amount.seen)
        rc = tally_field(&p->tally, FINDING_BAD_FIELD, record, "Ntry/Amt", "filled in");
    else if (!rc && e->amount.value.known && e->amount.value.n < 0)
        rc = tally_field(&p->tally, FINDING_FIELD_NOTE, e->amount.record, "Ntry/Amt",
                         "a positive amount");
    if (!rc && !e->sign)
        rc = take_sign(p, &e->sign, SPAN_NONE, record);
    if (rc)
        return rc;
    add_entry(p);
    bool good;
    struct item item = make_item(p, record);
    rc = iso_minor(&p->tally, &e->amount, "Ntry/Amt", &item.amount_minor, &good);
    if (rc || !good)
        return rc;
    memcpy(item.currency, e->amount.currency, sizeof(item.currency));
    if (e->sign == DEBIT)
        item.amount_minor = -item.amount_minor;
    return sink_item(p->sink, &item);
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
    else if (r->net_sign == DEBIT)
        stated = decimal_sub(DECIMAL_ZERO, stated);
    return iso_compare(&p->tally, FINDING_TOTALS_MISMATCH, r->net_at,
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
        rc = iso_compare(&p->tally, FINDING_TOTALS_MISMATCH, c->closing_at,
                         "the closing balance (CLBD)", c->closing, computed);
        if (!r->count[0] && decimal_equal(c->closing, computed))
            p->states_zero = true;
    }
    return rc;
}

static int end_report(struct parser *p)
{
    struct report *r = &p->report;
    int rc = 0;
    for (unsigned i = 0; !rc && i < 3; i++) {
        const struct total *t = &r->stated[i];
        rc = iso_compare(&p->tally, FINDING_TOTALS_MISMATCH, t->record, count_names[i], t->count,
                         decimal_of((int64_t)r->count[i], 0));
        if (!rc)
            rc = iso_compare(&p->tally, FINDING_TOTALS_MISMATCH, t->record, sum_names[i], t->sum,
                             r->sum[i]);
    }
    if (decimal_equal(r->stated[0].count, DECIMAL_ZERO))
        p->states_zero = true;
    if (!rc)
        rc = check_net(p);
    /* During the day (052) and of single events (054) no balance has to follow. */
    return rc || p->message != STATEMENT ? rc : check_balances(p);
}

/* --- one element that ends --------------------------------------------------------------- */

enum act { NOTHING = 0, TEXT, AMOUNT, NUMBER, SIGN, DAY };

struct action {
    enum act act;
    uint32_t to; /* enum text, or the member of struct parser */
    const char *field;
};

#define AT(m) (uint32_t) offsetof(struct parser, m)

static const struct action actions[ELEMENT_COUNT] = {
    [ENTRY_REFERENCE] = {TEXT, T_ENTRY_REFERENCE, "NtryRef"},
    [SERVICER_REFERENCE] = {TEXT, T_SERVICER, "AcctSvcrRef"},
    [REFS_END_TO_END] = {TEXT, T_END_TO_END, "EndToEndId"},
    [REFS_TRANSACTION] = {TEXT, T_TRANSACTION, "TxId"},
    [REFS_SERVICER] = {TEXT, T_TX_SERVICER, "Refs/AcctSvcrRef"},
    [REFERENCE] = {TEXT, T_REFERENCE, "CdtrRefInf/Ref"},
    [REFERRED_NUMBER] = {TEXT, T_REFERRED, "RfrdDocInf/Nb"},
    [UNSTRUCTURED] = {TEXT, T_UNSTRUCTURED, "RmtInf/Ustrd"},
    [ENTRY_AMOUNT] = {AMOUNT, AT(entry.amount), "Ntry/Amt"},
    [TX_AMOUNT] = {AMOUNT, AT(entry.tx_amount), "TxDtls/Amt"},
    [BATCH_AMOUNT] = {AMOUNT, AT(entry.batch_amount), "Btch/TtlAmt"},
    [CHARGE_AMOUNT] = {AMOUNT, AT(charge), "Chrgs/Amt"},
    [BALANCE_AMOUNT] = {AMOUNT, AT(balance.amount), "Bal/Amt"},
    [BATCH_COUNT] = {NUMBER, AT(entry.batch_count), "Btch/NbOfTxs"},
    [NET_AMOUNT] = {NUMBER, AT(report.net), "TtlNetNtry/Amt"},
    [ENTRY_SIGN] = {SIGN, AT(entry.sign), NULL},
    [TX_SIGN] = {SIGN, AT(entry.tx_sign), NULL},
    [BALANCE_SIGN] = {SIGN, AT(balance.sign), NULL},
    [NET_SIGN] = {SIGN, AT(report.net_sign), NULL},
    [BOOKED_DAY] = {DAY, AT(entry.booked), "BookgDt"},
    [VALUED_DAY] = {DAY, AT(entry.valued), "ValDt"},
};

static int act_on(struct parser *p, const struct xml_element *e, struct span text)
{
    const struct action *a = &actions[e->id];
    void *member = (char *)p + a->to;
    switch (a->act) {
    case TEXT:
        return keep(p, (enum text)a->to, text, a->field, e->ordinal);
    case AMOUNT:
        return iso_number(&p->tally, &((struct iso_amount *)member)->value, text, a->field,
                          e->ordinal);
    case NUMBER:
        return iso_number(&p->tally, member, text, a->field, e->ordinal);
    case SIGN:
        return take_sign(p, member, text, e->ordinal);
    case DAY:
        return iso_day(&p->tally, member, text, a->field, e->ordinal);
    case NOTHING:
        break;
    }
    return 0;
}

static void take_status(struct parser *p, struct span text)
{
    text = span_trim(text);
    if (text.n) /* from version 08 on the code stands in Sts/Cd, and Sts itself is blank */
        p->entry.pending = !span_eq_str(text, "BOOK");
}

static int take_account(struct parser *p, struct span text, uint64_t record)
{
    static const char *const fields[T_COUNT] = {[T_ACCOUNT] = "Acct/Id",
                                                [T_DEBTOR_ACCOUNT] = "DbtrAcct/Id",
                                                [T_CREDITOR_ACCOUNT] = "CdtrAcct/Id"};
    int rc = keep(p, p->account, text, fields[p->account], record);
    iso_pack(&p->texts[p->account]);
    return rc;
}

static void take_code(struct parser *p, struct span text)
{
    text = span_trim(text);
    if (text.n < sizeof(p->balance.code))
        memcpy(p->balance.code, text.p, text.n);
}

static int on_end(void *context, const struct xml_element *e, struct span text, bool cut)
{
    struct parser *p = context;
    struct total *total = &p->report.stated[p->total];
    (void)cut; /* 64 KiB are more than any text keeps; iso_keep says so */
    switch (e->id) {
    case REPORT:
        return end_report(p);
    case ENTRY:
        return end_entry(p, e->ordinal);
    case DETAILS:
        return end_details(p, e->ordinal);
    case TRANSACTION:
        end_transaction(&p->entry);
        return 0;
    case BALANCE:
        end_balance(p, e->ordinal);
        return 0;
    case STATUS:
    case STATUS_CODE:
        take_status(p, text);
        return 0;
    case COPY:
        return take_copy(p, text, e->ordinal);
    case BALANCE_CODE:
        take_code(p, text);
        return 0;
    case ACCOUNT_TEXT:
        return take_account(p, text, e->ordinal);
    case PARTY_NAME:
        return keep(p, p->name, text, "RltdPties/Nm", e->ordinal);
    case PARTY_OTHER_ID:
        return keep(p, p->id, text, "RltdPties/Id", e->ordinal);
    case TOTAL_COUNT:
        return iso_number(&p->tally, &total->count, text, "NbOfNtries", e->ordinal);
    case TOTAL_SUM:
        return iso_number(&p->tally, &total->sum, text, "TxsSummry/Sum", e->ordinal);
    default:
        break;
    }
    int rc = act_on(p, e, text);
    if (e->id == CHARGE_AMOUNT)
        p->entry.charges = decimal_add(p->entry.charges, p->charge.value);
    return rc;
}

/* --- the format -------------------------------------------------------------------------- */

static void camt_close(struct parser **parser)
{
    if (!*parser)
        return;
    xml_close(&(*parser)->xml);
    free(*parser);
    *parser = NULL;
}

static int camt_open(enum message message, const struct sink *sink, struct parser **out)
{
    struct parser *p = calloc(1, sizeof(*p));
    if (!p)
        return SLUSS_ENOMEM;
    tally_init(&p->tally, sink);
    p->sink = sink;
    p->message = message;
    p->handler = (struct xml_handler){p, on_start, on_end};
    if (xml_open(&table, &p->handler, sink, &p->xml)) {
        camt_close(&p);
        return SLUSS_ENOMEM;
    }
    *out = p;
    return 0;
}

static int camt_push(struct parser *p, struct span bytes)
{
    return xml_push(p->xml, bytes);
}

static int say_counted(struct parser *p)
{
    int rc = 0;
    if (p->pending) {
        struct finding f = finding_make(FINDING_NOT_BOOKED, p->pending_at);
        finding_int(&f, "count", (int64_t)p->pending);
        finding_int(&f, "of", (int64_t)p->entries);
        rc = tally_add(&p->tally, &f);
    }
    if (!rc && p->references_wrong) {
        struct finding f = finding_make(FINDING_CHECK_DIGITS, p->references_wrong_at);
        finding_int(&f, "count", (int64_t)p->references_wrong);
        finding_int(&f, "of", (int64_t)p->references);
        rc = tally_add(&p->tally, &f);
    }
    return rc;
}

static int camt_finish(struct parser *p, struct parser_facts *facts)
{
    int rc = xml_finish(p->xml);
    if (!rc && xml_whole(p->xml) && !p->reports)
        rc = tally_structure(&p->tally, 1, "there is no report on an account");
    if (!rc)
        rc = say_counted(p);
    if (!rc)
        rc = tally_finish(&p->tally);
    *facts =
        (struct parser_facts){.states_zero = p->states_zero && !p->entries && xml_whole(p->xml)};
    return rc;
}

static int begin_052(const struct sink *sink, struct parser **out)
{
    return camt_open(ACCOUNT_REPORT, sink, out);
}

static int begin_053(const struct sink *sink, struct parser **out)
{
    return camt_open(STATEMENT, sink, out);
}

static int begin_054(const struct sink *sink, struct parser **out)
{
    return camt_open(NOTIFICATION, sink, out);
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
    .push = camt_push,
    .finish = camt_finish,
    .close = camt_close,
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
    .push = camt_push,
    .finish = camt_finish,
    .close = camt_close,
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
    .push = camt_push,
    .finish = camt_finish,
    .close = camt_close,
};
