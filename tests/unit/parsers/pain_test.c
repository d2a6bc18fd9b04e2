/* pain_test.c -- credit transfers: recognition, items, counts and control sums */
#include "tests/unit/parsers/changed.h"

#include "parsers/pain.h"
#include "parsers/recognize.h"

#define TRANSFERS "pain.001/transfers.xml"

static void reads_transfers(void **state)
{
    (void)state;
    struct heard *h = hear_changed(TRANSFERS, NULL, NULL);
    char day[DATE_SIZE];
    assert_string_equal(h->summary.format, "pain.001");
    assert_int_equal(h->summary.kind, KIND_PAYMENTS);
    assert_true(h->summary.valid && !h->summary.test);
    assert_int_equal(h->findings, 0);
    assert_int_equal(h->items, 3);
    assert_int_equal(h->summary.sums.n, 2);
    assert_int_equal(h->summary.sums.of[0].minor, 150075);
    assert_string_equal(h->summary.sums.of[1].currency, "EUR");
    assert_int_equal(h->summary.sums.of[1].minor, 10000);

    const struct item *item = &h->item[0];
    assert_int_equal(item->type, ITEM_PAYMENT);
    assert_int_equal(item->amount_minor, 125025);
    assert_text(item->number, "E-1");
    assert_text(item->reference, "202603004179");
    assert_text(item->counterparty_id, "5561234567");
    assert_text(item->counterparty_name, "\xC3\x85kerviks Bageri AB");
    assert_text(item->payee_account, "5999990");
    assert_text(item->issuer, "SE3550000000054910000003");
    assert_string_equal(date_format(item->issue_date, day), "2026-03-02");
    assert_string_equal(date_format(item->due_date, day), "2026-03-04");
    heard_free(h);
}

/* What one transfer says does not stay for the next. */
static void keeps_transfers_apart(void **state)
{
    (void)state;
    struct heard *h = hear_changed(TRANSFERS, NULL, NULL);
    char day[DATE_SIZE];
    assert_text(h->item[1].number, "I-2");
    assert_null(h->item[1].reference.p);
    assert_text(h->item[1].counterparty_id, "SE4550000000058398257466");
    assert_null(h->item[2].counterparty_name.p);
    assert_string_equal(date_format(h->item[2].due_date, day), "2026-03-05");
    heard_free(h);
}

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 3, 16, 1000};
    struct span text = sample(TRANSFERS);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        assert_true(h->summary.valid);
        assert_int_equal(h->summary.sums.of[0].minor, 150075);
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct span text = sample(TRANSFERS);
    for (size_t n = 150; n < text.n - 1; n += n + 61 < text.n - 2 ? 61 : 1) {
        struct span cut = span_of(text.p, n);
        struct heard *h = hear_pieces(&format_pain001, cut, 0);
        assert_false(h->summary.valid);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(format_pain001.ending(cut, cut), ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(format_pain001.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    enum finding_code code; /* FINDING_CODE_COUNT: none */
    bool valid;
    uint64_t items;
} changes[] = {
    {"the number of transfers", "<NbOfTxs>3<", "<NbOfTxs>4<", FINDING_TOTALS_MISMATCH, false, 3},
    {"the control sum", ">1600.75<", ">1600.57<", FINDING_TOTALS_MISMATCH, false, 3},
    {"no control sum", "<CtrlSum>1600.75</CtrlSum>", "", FINDING_CODE_COUNT, true, 3},
    {"the number of a PmtInf", "<NbOfTxs>2<", "<NbOfTxs>1<", FINDING_TOTALS_MISMATCH, false, 3},
    {"the control sum of a PmtInf", ">1500.75<", ">1500.76<", FINDING_TOTALS_MISMATCH, false, 3},
    {"an amount", ">250.5<", ">205.5<", FINDING_TOTALS_MISMATCH, false, 3},
    {"an amount that is none", ">250.5<", ">250,5<", FINDING_BAD_FIELD, false, 3},
    {"a negative amount", ">250.5<", ">-250.5<", FINDING_BAD_FIELD, false, 3},
    {"no amount", "<Amt><InstdAmt Ccy=\"SEK\">250.5</InstdAmt></Amt>", "", FINDING_BAD_FIELD, false,
     2},
    {"a currency that does not exist", "Ccy=\"SEK\">250", "Ccy=\"SKR\">250", FINDING_BAD_FIELD,
     false, 3},
    {"a day that does not exist", ">2026-03-04<", ">2026-03-32<", FINDING_BAD_FIELD, false, 3},
    {"version 03 with a bare day", "<ReqdExctnDt><Dt>2026-03-04</Dt>", "<ReqdExctnDt>2026-03-04",
     FINDING_CODE_COUNT, true, 3},
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct heard *h = hear_changed(TRANSFERS, changes[i].from, changes[i].to);
        bool found =
            changes[i].code == FINDING_CODE_COUNT ? h->findings == 0 : h->of[changes[i].code] > 0;
        if (!found || h->summary.valid != changes[i].valid || h->items != changes[i].items)
            fail_msg("%s: valid %d, %d items, %d findings", changes[i].name, h->summary.valid,
                     (int)h->items, (int)h->findings);
        heard_free(h);
    }
}

#define XSD "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\">"

static void an_empty_file_says_so_or_is_wrong(void **state)
{
    (void)state;
    struct heard *h = hear(NULL, XSD "</Document>");
    assert_int_equal(h->of[FINDING_BAD_STRUCTURE], 1);
    heard_free(h);
    h = hear(NULL, XSD "<CstmrCdtTrfInitn/></Document>");
    assert_int_equal(h->of[FINDING_BAD_STRUCTURE], 1);
    heard_free(h);
    h = hear(NULL, XSD "<CstmrCdtTrfInitn><GrpHdr><NbOfTxs>0</NbOfTxs></GrpHdr>"
                       "</CstmrCdtTrfInitn></Document>");
    assert_int_equal(h->findings, 0);
    assert_true(h->summary.states_zero);
    heard_free(h);
}

static const struct {
    const char *from;
    const char *to;
    const char *format;
} bids[] = {
    {NULL, NULL, "pain.001"},
    {"pain.001.001.09", "pain.001.002.03", "pain.001"},
    {"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
     "http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd", "pain.001"},
    {"pain.001.001.09", "pain.002.001.03", ""},
    {"pain.001.001.09", "pain.008.001.02", ""},
};

static void bids_by_namespace(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bids) / sizeof(bids[0]); i++) {
        struct span text = changed_sample(TRANSFERS, bids[i].from, bids[i].to);
        struct recognition found = recognize(text, true);
        assert_string_equal(found.format ? found.format->name : "", bids[i].format);
        free((char *)(uintptr_t)text.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_transfers),
        cmocka_unit_test(keeps_transfers_apart),
        cmocka_unit_test(reads_the_same_in_pieces_of_any_size),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(an_empty_file_says_so_or_is_wrong),
        cmocka_unit_test(bids_by_namespace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
