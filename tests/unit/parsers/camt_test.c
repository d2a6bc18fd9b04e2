/* camt_test.c -- account reports: recognition, entries, batches, totals and balances */
#include "tests/unit/parsers/changed.h"

#include "parsers/camt.h"
#include "parsers/recognize.h"
#include "parsers/tally.h"

#define NOTIFICATION "camt.054/notification.xml"
#define STATEMENT    "camt.053/statement.xml"

static void reads_a_notification(void **state)
{
    (void)state;
    struct heard *h = hear_changed(NOTIFICATION, NULL, NULL);
    char day[DATE_SIZE];
    assert_string_equal(h->summary.format, "camt.054");
    assert_int_equal(h->summary.kind, KIND_PAYMENTS);
    assert_true(h->summary.valid && !h->summary.test);
    assert_int_equal(h->findings, 1); /* a reversal is told */
    assert_int_equal(h->of[FINDING_REVERSALS], 1);
    assert_int_equal(h->items, 3);
    assert_int_equal(h->summary.sums.of[0].minor, 339950);

    const struct item *item = &h->item[0];
    assert_int_equal(item->type, ITEM_PAYMENT);
    assert_int_equal(item->amount_minor, 125000);
    assert_string_equal(item->currency, "SEK");
    assert_text(item->number, "B260302000001");
    assert_text(item->reference, "202603004179");
    assert_text(item->counterparty_id, "5561234567");
    assert_text(item->counterparty_name, "\xC3\x85kerviks Bageri AB");
    assert_text(item->payee_account, "5999990");
    assert_text(item->issuer, "5999990");
    assert_string_equal(date_format(item->issue_date, day), "2026-03-02");
    heard_free(h);
}

/* Two payers, two references: the entry has neither. */
static void a_batch_has_no_single_payer(void **state)
{
    (void)state;
    struct heard *h = hear_changed(NOTIFICATION, NULL, NULL);
    const struct item *item = &h->item[1];
    assert_int_equal(item->amount_minor, 225000);
    assert_text(item->number, "2");
    assert_null(item->reference.p);
    assert_null(item->counterparty_name.p);
    heard_free(h);
}

struct told {
    unsigned n;
    int64_t sum;
    struct item of[8];
    char reference[8][40];
    char name[8][80];
};

static int told_detail(void *context, const struct item *payment)
{
    struct told *told = context;
    assert_true(told->n < 8);
    snprintf(told->reference[told->n], 40, "%.*s", SPAN_FMT(payment->reference));
    snprintf(told->name[told->n], 80, "%.*s", SPAN_FMT(payment->counterparty_name));
    told->of[told->n++] = *payment;
    told->sum += payment->amount_minor;
    return 0;
}

static int told_item(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    return 0;
}

static int told_finding(void *context, const struct finding *finding)
{
    (void)context;
    (void)finding;
    return 0;
}

/* Who asks for the payments inside entries gets each with its own payer and reference. */
static void a_batch_tells_its_payments_to_who_asks(void **state)
{
    (void)state;
    struct told told = {0};
    struct sink sink = {.context = &told,
                        .item = told_item,
                        .finding = told_finding,
                        .detail = told_detail};
    struct reading *reading = NULL;
    struct summary summary;
    struct span text = sample(NOTIFICATION);
    assert_int_equal(reading_open(NULL, &sink, &reading), 0);
    assert_int_equal(reading_push(reading, text), 0);
    assert_int_equal(reading_finish(reading, &summary), 0);
    reading_close(&reading);
    assert_int_equal(summary.items, 3); /* as without asking */
    assert_int_equal(told.n, 4);
    assert_string_equal(told.reference[0], "202603004179");
    assert_true(told.of[1].amount_minor + told.of[2].amount_minor == 225000);
    assert_string_not_equal(told.name[1], told.name[2]);
    assert_string_not_equal(told.reference[1], told.reference[2]);
    assert_true(told.of[1].record < told.of[2].record);
    assert_int_equal(told.of[3].type, ITEM_DEDUCTION);
    free((char *)(uintptr_t)text.p);
}

/* A reversal of a credit is a debit: the indicator says which way the money went. */
static void a_debit_counts_negative_and_names_who_was_paid(void **state)
{
    (void)state;
    struct heard *h = hear_changed(NOTIFICATION, NULL, NULL);
    const struct item *item = &h->item[2];
    assert_int_equal(item->type, ITEM_DEDUCTION);
    assert_int_equal(item->amount_minor, -10050);
    assert_text(item->number, "E2E-77");
    assert_text(item->counterparty_name, "Lillby R\xC3\xB6r AB");
    assert_text(item->payee_account, "1234566");
    assert_text(item->issuer, "5999990");
    heard_free(h);
}

/* With prefixes, version 02, a reference in free text and charges that explain a difference. */
static void reads_a_statement(void **state)
{
    (void)state;
    struct heard *h = hear_changed(STATEMENT, NULL, NULL);
    assert_string_equal(h->summary.format, "camt.053");
    assert_true(h->summary.valid);
    assert_int_equal(h->findings, 0);
    assert_int_equal(h->items, 2);
    assert_int_equal(h->item[0].amount_minor, -150000);
    assert_text(h->item[1].reference, "RF18539007547034");
    char day[DATE_SIZE];
    assert_string_equal(date_format(h->item[1].issue_date, day), "2026-03-02");
    heard_free(h);
}

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 3, 16, 1000};
    struct span text = sample(NOTIFICATION);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        assert_true(h->summary.valid);
        assert_int_equal(h->summary.sums.of[0].minor, 339950);
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct span text = sample(STATEMENT);
    for (size_t n = 150; n < text.n - 1; n += n + 61 < text.n - 2 ? 61 : 1) {
        struct heard *h = hear_pieces(&format_camt053, span_of(text.p, n), 0);
        assert_false(h->summary.valid);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(format_camt053.ending(span_of(text.p, n), span_of(text.p, n)), ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(format_camt053.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

static const struct {
    const char *name;
    const char *sample;
    const char *from;
    const char *to;
    enum finding_code code; /* FINDING_CODE_COUNT: none */
    bool valid;
    uint64_t items;
} changes[] = {
    {"the number of entries", NOTIFICATION, ">3</NbOf", ">4</NbOf", FINDING_TOTALS_MISMATCH, false,
     3},
    {"the sum of entries", NOTIFICATION, ">3600.50<", ">3600.51<", FINDING_TOTALS_MISMATCH, false,
     3},
    {"the number of credits", NOTIFICATION, ">2</NbOfN", ">1</NbOfN", FINDING_TOTALS_MISMATCH,
     false, 3},
    {"the sum of debits", NOTIFICATION, "<Sum>100.50<", "<Sum>100.05<", FINDING_TOTALS_MISMATCH,
     false, 3},
    {"the net, how much", NOTIFICATION, ">3399.5<", ">3399.05<", FINDING_TOTALS_MISMATCH, false, 3},
    {"the net, which way", NOTIFICATION, "<CdtDbtInd>CRDT", "<CdtDbtInd>DBIT",
     FINDING_TOTALS_MISMATCH, false, 3},
    {"the net without a way", NOTIFICATION, "<CdtDbtInd>CRDT</CdtDbtInd>", "", FINDING_CODE_COUNT,
     true, 3},
    {"the number of a batch", NOTIFICATION, ">2</NbOfT", ">3</NbOfT", FINDING_TOTALS_MISMATCH,
     false, 3},
    {"the sum of a batch is only told", NOTIFICATION, "<TtlAmt Ccy=\"SEK\">2250",
     "<TtlAmt Ccy=\"SEK\">2251", FINDING_TOTALS_NOTE, true, 3},
    {"a transaction that is not its entry", NOTIFICATION, "<Amt Ccy=\"SEK\">250.",
     "<Amt Ccy=\"SEK\">350.", FINDING_TOTALS_NOTE, true, 3},
    {"a transaction in another currency says nothing", NOTIFICATION, "<TxAmt><Amt Ccy=\"SEK\">",
     "<TxAmt><Amt Ccy=\"USD\">", FINDING_CODE_COUNT, true, 3},
    {"not booked yet", NOTIFICATION, "<Sts><Cd>BOOK", "<Sts><Cd>PDNG", FINDING_NOT_BOOKED, true, 3},
    {"a copy is never new money", NOTIFICATION, "<Acct>", "<CpyDplctInd>DUPL</CpyDplctInd><Acct>",
     FINDING_COPY_MARK, true, 3},
    {"no amount", STATEMENT, "<n:Amt Ccy=\"SEK\">300.00</n:Amt>", "", FINDING_BAD_FIELD, false, 2},
    {"no way", STATEMENT, "300.00</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd>", "300.00</n:Amt>",
     FINDING_BAD_FIELD, false, 2},
    {"an unknown way", NOTIFICATION, "<CdtDbtInd>DBIT", "<CdtDbtInd>DEBT", FINDING_BAD_FIELD, false,
     3},
    {"an amount that is none", NOTIFICATION, ">1250.00<", ">1 250,00<", FINDING_BAD_FIELD, false,
     3},
    {"a currency that does not exist", NOTIFICATION, "Ccy=\"SEK\">1250", "Ccy=\"SKR\">1250",
     FINDING_BAD_FIELD, false, 3},
    {"a day that does not exist", NOTIFICATION, "<Dt>2026-03-02", "<Dt>2026-02-30",
     FINDING_BAD_FIELD, false, 3},
    {"more decimals than the currency has", NOTIFICATION, ">1250.00<", ">1249.999<",
     FINDING_FIELD_NOTE, false, 3},
    {"the closing balance", STATEMENT, ">200.00<", ">200.01<", FINDING_TOTALS_MISMATCH, false, 2},
    {"the way of the closing balance", STATEMENT, ">200.00</n:Amt><n:CdtDbtInd>DBIT",
     ">200.00</n:Amt><n:CdtDbtInd>CRDT", FINDING_TOTALS_MISMATCH, false, 2},
    {"a balance in another currency", STATEMENT, "Ccy=\"SEK\">200.00", "Ccy=\"EUR\">20.00",
     FINDING_TOTALS_MISMATCH, false, 2},
    {"the balance of the statement before", STATEMENT, ">OPBD<", ">PRCD<", FINDING_CODE_COUNT, true,
     2},
    {"what is not booked is in no balance", STATEMENT, "<n:Sts>BOOK", "<n:Sts>PDNG",
     FINDING_TOTALS_MISMATCH, false, 2},
    {"what charges do not explain", STATEMENT, ">5.00<", ">4.00<", FINDING_TOTALS_NOTE, true, 2},
    {"check digits of a reference", NOTIFICATION, ">2026 0300 4179<", ">RF19 5390 0754 7034<",
     FINDING_CHECK_DIGITS, true, 3},
    {"another message than the namespace says", NOTIFICATION, "camt.054", "camt.053",
     FINDING_BAD_STRUCTURE, false, 3},
    {"a document type declaration", NOTIFICATION, "?>", "?><!DOCTYPE Document>",
     FINDING_UNKNOWN_FORMAT, false, 0},
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct heard *h = hear_changed(changes[i].sample, changes[i].from, changes[i].to);
        bool found = changes[i].code == FINDING_CODE_COUNT ? h->findings == h->of[FINDING_REVERSALS]
                                                           : h->of[changes[i].code] > 0;
        if (!found || h->summary.valid != changes[i].valid || h->items != changes[i].items)
            fail_msg("%s: valid %d, %d items, %d findings", changes[i].name, h->summary.valid,
                     (int)h->items, (int)h->findings);
        heard_free(h);
    }
}

static void many_findings_of_a_kind_are_counted(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1 << 16);
    buf_str(&text, "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.02\">"
                   "<BkToCstmrDbtCdtNtfctn><Ntfctn>");
    for (int i = 0; i < 30; i++)
        buf_str(&text, "<Ntry><Amt Ccy=\"SEK\">x</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>");
    buf_str(&text, "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>");
    struct heard *h = hear_pieces(NULL, buf_view(&text), 0);
    assert_int_equal(h->of[FINDING_BAD_FIELD], TALLY_MAX);
    assert_int_equal(h->of[FINDING_MORE_FINDINGS], 1);
    assert_int_equal(h->items, 30);
    heard_free(h);
    buf_free(&text);
}

#define EMPTY(version, summary)                                                                    \
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt." version "\"><BkToCstmrStmt>"          \
    "<Stmt><Id>1</Id>" summary "</Stmt></BkToCstmrStmt></Document>"

/* Zero entries is an answer only where the report says so itself. */
static void a_report_may_state_that_nothing_happened(void **state)
{
    (void)state;
    struct heard *h = hear(NULL, EMPTY("053.001.02", ""));
    assert_int_equal(h->of[FINDING_NO_ITEMS], 1);
    assert_true(h->summary.valid);
    heard_free(h);
    h = hear(NULL, EMPTY("053.001.02", "<TxsSummry><TtlNtries><NbOfNtries>0</NbOfNtries>"
                                       "</TtlNtries></TxsSummry>"));
    assert_int_equal(h->findings, 0);
    assert_true(h->summary.states_zero);
    heard_free(h);
    h = hear(NULL, "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.052.001.02\"/>");
    assert_int_equal(h->of[FINDING_BAD_STRUCTURE], 1);
    assert_false(h->summary.valid);
    heard_free(h);
}

#define REPORT(account, number)                                                                    \
    "<Rpt><ElctrncSeqNb>" number "</ElctrncSeqNb><Acct><Id><IBAN>" account "</IBAN></Id></Acct>"   \
    "<TxsSummry><TtlNtries><NbOfNtries>0</NbOfNtries></TtlNtries></TxsSummry></Rpt>"
#define REPORTS(two)                                                                               \
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.052.001.08\"><BkToCstmrAcctRpt>" two    \
    "</BkToCstmrAcctRpt></Document>"

static void reports_of_an_account_are_numbered_one_by_one(void **state)
{
    static const struct {
        const char *text;
        uint64_t findings;
    } cases[] = {
        {REPORTS(REPORT("SE1", "7") REPORT("SE1", "8")), 0},
        {REPORTS(REPORT("SE1", "7") REPORT("SE2", "1")), 0},
        {REPORTS(REPORT("SE1", "7") REPORT("SE1", "9")), 1},
        {REPORTS(REPORT("SE1", "7") REPORT("SE1", "7")), 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = hear(NULL, cases[i].text);
        assert_int_equal(h->findings, cases[i].findings);
        assert_int_equal(h->of[FINDING_STATEMENT_ORDER], cases[i].findings);
        assert_true(h->summary.valid);
        heard_free(h);
    }
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    const char *format;
    const char *reason;
} bids[] = {
    {"version 08", NULL, NULL, "camt.054", NULL},
    {"a later version", "054.001.08", "054.001.13", "camt.054", NULL},
    {"a national variant", "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08",
     "http://www.six-interbank-clearing.com/de/camt.054.001.04.ch.02.xsd", "camt.054", NULL},
    {"a report during the day", "camt.054", "camt.052", "camt.052", NULL},
    {"another message of the family", "camt.054", "camt.099", NULL,
     "XML: an ISO 20022 account report (camt)"},
    {"a bill", "camt.054", "camt.086", NULL, "XML: a bill for bank services (ISO 20022 camt.086)"},
    {"a recall", "camt.054", "camt.056", NULL,
     "XML: a request to cancel payments (ISO 20022 camt.056)"},
    {"between banks", "camt.054", "pacs.008", NULL, "XML: payments between banks (ISO 20022 pacs)"},
    {"a status report", "camt.054", "pain.002", NULL,
     "XML: an ISO 20022 payment status report (pain.002)"},
    {"a direct debit", "camt.054", "pain.008", NULL,
     "XML: an ISO 20022 direct debit file (pain.008)"},
    {"no namespace", " xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"", "", NULL,
     "XML with a root element that no format here has"},
};

static void bids_by_namespace(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bids) / sizeof(bids[0]); i++) {
        struct span text = changed_sample(NOTIFICATION, bids[i].from, bids[i].to);
        struct recognition found = recognize(text, true);
        const char *format = found.format ? found.format->name : "";
        if (strcmp(format, bids[i].format ? bids[i].format : "") != 0 ||
            (bids[i].reason && strcmp(found.reason, bids[i].reason) != 0))
            fail_msg("%s: %s, %s", bids[i].name, format, found.reason ? found.reason : "");
        free((char *)(uintptr_t)text.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_notification),
        cmocka_unit_test(a_batch_has_no_single_payer),
        cmocka_unit_test(a_batch_tells_its_payments_to_who_asks),
        cmocka_unit_test(a_debit_counts_negative_and_names_who_was_paid),
        cmocka_unit_test(reads_a_statement),
        cmocka_unit_test(reads_the_same_in_pieces_of_any_size),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(many_findings_of_a_kind_are_counted),
        cmocka_unit_test(a_report_may_state_that_nothing_happened),
        cmocka_unit_test(reports_of_an_account_are_numbered_one_by_one),
        cmocka_unit_test(bids_by_namespace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
