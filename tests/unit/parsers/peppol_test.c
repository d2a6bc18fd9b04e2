/* peppol_test.c -- UBL invoices and credit notes: recognition, the item, the file's own word */
#include "tests/unit/parsers/changed.h"

#include "parsers/peppol.h"
#include "parsers/recognize.h"

#define INVOICE       "peppol-bis-3/invoice.xml"
#define CREDIT_NOTE   "peppol-bis-3/credit-note.xml"
#define CUSTOMIZATION "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"

static void reads_a_municipal_invoice(void **state)
{
    (void)state;
    struct heard *h = hear_changed(INVOICE, NULL, NULL);
    assert_string_equal(h->summary.format, "peppol-bis-3");
    assert_int_equal(h->summary.kind, KIND_INVOICES);
    assert_true(h->summary.valid && !h->summary.test);
    assert_int_equal(h->findings, 0);
    assert_int_equal(h->items, 1);
    const struct item *item = &h->item[0];
    assert_int_equal(item->type, ITEM_INVOICE);
    assert_int_equal(item->amount_minor, 506800);
    assert_string_equal(item->currency, "SEK");
    assert_text(item->number, "2026-0300417");
    assert_text(item->reference, "202603004179");
    assert_text(item->counterparty_id, "5561234567");
    assert_text(item->counterparty_name, "\xC3\x85kerviks Bageri AB");
    assert_text(item->payee_account, "5999990");
    assert_text(item->issuer, "2120009994");
    char day[DATE_SIZE];
    assert_string_equal(date_format(item->issue_date, day), "2026-03-02");
    assert_string_equal(date_format(item->due_date, day), "2026-04-01");
    heard_free(h);
}

static void a_credit_note_counts_negative(void **state)
{
    (void)state;
    struct heard *h = hear_changed(CREDIT_NOTE, NULL, NULL);
    assert_true(h->summary.valid);
    assert_int_equal(h->item[0].type, ITEM_CREDIT_NOTE);
    assert_int_equal(h->summary.sums.of[0].minor, -150000);
    char day[DATE_SIZE];
    assert_string_equal(date_format(h->item[0].due_date, day), "2026-04-20");
    heard_free(h);
}

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 3, 16, 1000};
    struct span text = sample(INVOICE);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        assert_true(h->summary.valid);
        assert_int_equal(h->summary.sums.of[0].minor, 506800);
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

/* What is cut off is never taken for whole, wherever the cut is. */
static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct span text = sample(CREDIT_NOTE);
    size_t last = text.n - 2; /* without its last > */
    for (size_t n = 200; n <= last; n += n + 97 > last && n < last ? last - n : 97) {
        struct heard *h = hear_pieces(&format_peppol, span_of(text.p, n), 0);
        assert_int_equal(h->items, 0);
        assert_false(h->summary.valid);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(format_peppol.ending(span_of(text.p, n), span_of(text.p, n)), ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(format_peppol.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

struct item_case {
    const char *name;
    const char *sample;
    const char *from;
    const char *to;
    enum item_type type;
    int64_t minor;
};

static const struct item_case items[] = {
    {"an Invoice of type 381 is a credit note", INVOICE, ">380<", ">381<", ITEM_CREDIT_NOTE,
     -506800},
    {"a CreditNote of whatever type is one", CREDIT_NOTE, ">381<", ">999<", ITEM_CREDIT_NOTE,
     -150000},
    {"a factored invoice is a claim", INVOICE, ">380<", ">393<", ITEM_INVOICE, 506800},
    {"a negative invoice keeps its sign", INVOICE, ">5068.00<", ">-5068.00<", ITEM_INVOICE,
     -506800},
    {"fewer decimals", INVOICE, ">5068.00<", ">5068<", ITEM_INVOICE, 506800},
    {"more decimals are rounded half up", INVOICE, ">5068.00<", ">5068.005<", ITEM_INVOICE, 506801},
};

static void gives_amounts_their_sign(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        struct heard *h = hear_changed(items[i].sample, items[i].from, items[i].to);
        if (h->items != 1 || h->item[0].type != items[i].type ||
            h->item[0].amount_minor != items[i].minor)
            fail_msg("%s: %d, %lld", items[i].name, h->item[0].type,
                     (long long)h->item[0].amount_minor);
        heard_free(h);
    }
}

static void a_proforma_is_no_claim(void **state)
{
    (void)state;
    struct heard *h = hear_changed(INVOICE, ">380<", ">325<");
    assert_int_equal(h->items, 0);
    assert_int_equal(h->of[FINDING_FIELD_NOTE], 1);
    assert_int_equal(h->of[FINDING_NO_ITEMS], 1);
    heard_free(h);
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    enum finding_code code;
    bool test;
    bool valid;
} own_words[] = {
    {"ProfileExecutionID test", "<cbc:ID>2026",
     "<cbc:ProfileExecutionID>TEST</cbc:ProfileExecutionID><cbc:ID>2026", FINDING_TEST_MARK, true,
     true},
    {"ProfileExecutionID of production is only unusual", "<cbc:ID>2026",
     "<cbc:ProfileExecutionID> Prod </cbc:ProfileExecutionID><cbc:ID>2026", FINDING_FIELD_NOTE,
     false, true},
    {"a test participant", "schemeID=\"0007\">2120009994", "schemeID=\"9915\">test",
     FINDING_TEST_MARK, true, true},
    {"the word test in a name is no mark", "<cbc:Name>Almby kommun", "<cbc:Name>Test kommun",
     FINDING_CODE_COUNT, false, true},
    {"an amount that is none", ">5068.00<", ">5 068,00<", FINDING_BAD_FIELD, false, false},
    {"a day that does not exist", ">2026-03-02<", ">2026-02-30<", FINDING_BAD_FIELD, false, false},
    {"a day with a zone", ">2026-03-02<", ">2026-03-02+01:00<", FINDING_RULE_BROKEN, false, false},
    {"a currency that does not exist", "Code>SEK<", "Code>SKR<", FINDING_BAD_FIELD, false, false},
    {"a document type declaration", "?>", "?><!DOCTYPE Invoice>", FINDING_XML_DOCTYPE, false,
     false},
};

static void says_what_the_file_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(own_words) / sizeof(own_words[0]); i++) {
        struct span text = changed_sample(INVOICE, own_words[i].from, own_words[i].to);
        struct heard *h = hear_pieces(&format_peppol, text, 0);
        if ((own_words[i].code != FINDING_CODE_COUNT && !h->of[own_words[i].code]) ||
            h->summary.test != own_words[i].test || h->summary.valid != own_words[i].valid)
            fail_msg("%s: test %d, valid %d", own_words[i].name, h->summary.test, h->summary.valid);
        heard_free(h);
        free((char *)(uintptr_t)text.p);
    }
}

static void names_too_long_are_cut_and_said(void **state)
{
    (void)state;
    char name[3000];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    struct heard *h = hear_changed(INVOICE, "2026-0300417", name);
    assert_int_equal(h->item[0].number.n, ITEM_TEXT_MAX);
    assert_int_equal(h->of[FINDING_TEXT_CUT], 1);
    heard_free(h);
}

/* Names of people stand in invoices; no finding may carry them further. */
static void findings_do_not_carry_names(void **state)
{
    (void)state;
    struct heard *h = hear_changed(INVOICE, "</cac:InvoiceLine>", "</cac:Line\xC3\x85kervik>");
    for (unsigned i = 0; i < h->findings; i++)
        for (unsigned k = 0; k < h->finding[i].fact_count; k++)
            assert_null(h->finding[i].facts[k].text.n
                            ? memmem(h->finding[i].facts[k].text.p, h->finding[i].facts[k].text.n,
                                     "kervik", 6)
                            : NULL);
    assert_int_equal(h->of[FINDING_XML_MALFORMED], 1);
    heard_free(h);
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    enum bid bid;
    const char *refusal;
} bids[] = {
    {"BIS Billing 3", NULL, NULL, BID_CERTAIN, NULL},
    {"another use of EN 16931", CUSTOMIZATION,
     "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", BID_CERTAIN, NULL},
    {"OIOUBL", CUSTOMIZATION, "OIOUBL-2.1", BID_NO, "an OIOUBL document"},
    {"EHF reminder", CUSTOMIZATION,
     CUSTOMIZATION "#conformant#urn:fdc:anskaffelser.no:2019:ehf:reminder:3.0", BID_NO,
     "an EHF reminder"},
    {"EHF forward billing", CUSTOMIZATION,
     CUSTOMIZATION "#conformant#urn:fdc:anskaffelser.no:2019:ehf:forward-billing:3.0", BID_NO,
     "an EHF forward billing"},
    {"another namespace", "xsd:Invoice-2", "xsd:Order-2", BID_NO, NULL},
    {"another root", "<Invoice ", "<testSet ", BID_NO, NULL},
    {"a declaration of single quotes and a comment", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
     "<?xml version='1.0'?><!-- <Order> -->", BID_CERTAIN, NULL},
};

static void bids_by_namespace_and_customization(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bids) / sizeof(bids[0]); i++) {
        struct span text = changed_sample(INVOICE, bids[i].from, bids[i].to);
        const char *refusal = peppol_refusal(text);
        if (format_peppol.bid(text, true) != bids[i].bid ||
            strcmp(refusal ? refusal : "", bids[i].refusal ? bids[i].refusal : "") != 0)
            fail_msg("%s: %s", bids[i].name, refusal ? refusal : "none");
        free((char *)(uintptr_t)text.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_municipal_invoice),
        cmocka_unit_test(a_credit_note_counts_negative),
        cmocka_unit_test(reads_the_same_in_pieces_of_any_size),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(gives_amounts_their_sign),
        cmocka_unit_test(a_proforma_is_no_claim),
        cmocka_unit_test(says_what_the_file_says),
        cmocka_unit_test(names_too_long_are_cut_and_said),
        cmocka_unit_test(findings_do_not_carry_names),
        cmocka_unit_test(bids_by_namespace_and_customization),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
