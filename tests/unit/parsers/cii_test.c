/* cii_test.c -- Cross Industry Invoice: the item, the totals, its own words */
#include "tests/unit/parsers/changed.h"

#include "parsers/cii.h"

#define INVOICE "cii/invoice.xml"

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 7, 1000};
    struct span text = sample(INVOICE);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        const struct item *item = &h->item[0];
        char day[DATE_SIZE];
        assert_string_equal(h->summary.format, "cii");
        assert_true(h->summary.valid && !h->summary.test);
        assert_int_equal(h->findings, 0);
        assert_int_equal(h->items, 1);
        assert_int_equal(item->amount_minor, 100190);
        assert_string_equal(item->currency, "EUR");
        assert_text(item->number, "R-3301");
        assert_text(item->reference, "RF18539007547034");
        assert_text(item->counterparty_id, "5561234567");
        assert_text(item->counterparty_name, "\xC3\x85kerviks Bageri AB");
        assert_text(item->payee_account, "DE02120300000000202051");
        assert_text(item->issuer, "DE999999999");
        assert_string_equal(date_format(item->issue_date, day), "2026-03-02");
        assert_string_equal(date_format(item->due_date, day), "2026-04-01");
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct span text = sample(INVOICE);
    for (size_t n = 400; n < text.n - 2; n += 97) {
        struct heard *h = hear_pieces(&format_cii, span_of(text.p, n), 0);
        assert_int_equal(h->items, 0);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(format_cii.ending(span_of(text.p, n), span_of(text.p, n)), ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(format_cii.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

#define CONTEXT "<rsm:ExchangedDocumentContext>"

static const struct {
    const char *name;
    const char *from;
    const char *to;
    enum finding_code code; /* FINDING_CODE_COUNT: none */
    int64_t minor;
    bool test;
} changes[] = {
    {"a credit note counts negative", ">380<", ">381<", FINDING_CODE_COUNT, -100190, false},
    {"a factored credit note too", ">380<", ">396<", FINDING_CODE_COUNT, -100190, false},
    {"the indicator of a test", CONTEXT,
     CONTEXT "<ram:TestIndicator><udt:Indicator>true</udt:Indicator></ram:TestIndicator>",
     FINDING_TEST_MARK, 100190, true},
    {"the indicator of no test", CONTEXT,
     CONTEXT "<ram:TestIndicator><udt:Indicator>false</udt:Indicator></ram:TestIndicator>",
     FINDING_CODE_COUNT, 100190, false},
    {"a copy", "<ram:ID>R-3301</ram:ID>",
     "<ram:ID>R-3301</ram:ID><ram:CopyIndicator><udt:Indicator>true</udt:Indicator>"
     "</ram:CopyIndicator>",
     FINDING_DECLARED_COPY, 100190, false},
    {"another amount due", ">1001.90<", ">1001.91<", FINDING_TOTALS_MISMATCH, 100191, false},
    {"another prepaid amount", ">200.00<", ">300.00<", FINDING_TOTALS_MISMATCH, 100190, false},
    {"another tax", ">191.90<", ">191.91<", FINDING_TOTALS_MISMATCH, 100190, false},
    {"another tax for accounting", ">2160.00<", ">2161.00<", FINDING_CODE_COUNT, 100190, false},
    {"another line", ">900.00<", ">901.00<", FINDING_TOTALS_MISMATCH, 100190, false},
    {"another charge", "<ram:ActualAmount>20.00", "<ram:ActualAmount>21.00",
     FINDING_TOTALS_MISMATCH, 100190, false},
    {"a charge or an allowance?", ">true<", ">yes<", FINDING_BAD_FIELD, 100190, false},
    {"no number", "<ram:ID>R-3301</ram:ID>", "", FINDING_BAD_FIELD, 100190, false},
    {"an impossible day", ">20260401<", ">20260431<", FINDING_BAD_FIELD, 100190, false},
    {"a document type declaration", "?>", "?><!DOCTYPE x>", FINDING_XML_DOCTYPE, 0, false},
};

static void judges_what_is_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct span text = changed_sample(INVOICE, changes[i].from, changes[i].to);
        struct heard *h = hear_pieces(&format_cii, text, 0);
        bool none = changes[i].code == FINDING_CODE_COUNT;
        int64_t minor = h->items ? h->item[0].amount_minor : 0;
        if ((none && h->findings) || (!none && h->of[changes[i].code] == 0) ||
            minor != changes[i].minor || h->summary.test != changes[i].test)
            fail_msg("%s: %u findings, %lld", changes[i].name, h->findings, (long long)minor);
        heard_free(h);
        free((char *)(uintptr_t)text.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_same_in_pieces_of_any_size),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(judges_what_is_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
