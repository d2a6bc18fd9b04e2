/* finvoice_test.c -- Finvoice: alone, with SOAP frames, with the old document type */
#include "tests/unit/parsers/changed.h"

#include "parsers/finvoice.h"

#define INVOICE "finvoice/invoice.xml"
#define BANK    "finvoice/bank.xml"
#define DOCTYPE "finvoice/doctype.xml"

static const size_t pieces[] = {0, 1, 3, 7, 1000};
#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct span text = sample(INVOICE);
    for (size_t i = 0; i < PIECES; i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        const struct item *item = &h->item[0];
        char day[DATE_SIZE];
        assert_string_equal(h->summary.format, "finvoice");
        assert_true(h->summary.valid && !h->summary.test);
        assert_int_equal(h->findings, 0);
        assert_int_equal(h->items, 1);
        assert_int_equal(item->amount_minor, 125500);
        assert_string_equal(item->currency, "EUR");
        assert_text(item->number, "F-88");
        assert_text(item->reference, "RF18539007547034");
        assert_text(item->counterparty_id, "9999998-8");
        assert_text(item->counterparty_name, "\xC3\x85kervikin Leipomo Oy");
        assert_text(item->payee_account, "FI2112345600000785");
        assert_text(item->issuer, "9999999-9");
        assert_string_equal(date_format(item->issue_date, day), "2026-03-02");
        assert_string_equal(date_format(item->due_date, day), "2026-04-01");
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

static void reads_every_invoice_of_a_bank_file(void **state)
{
    (void)state;
    struct span text = sample(BANK);
    for (size_t i = 0; i < PIECES; i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        assert_string_equal(h->summary.format, "finvoice");
        assert_true(h->summary.valid);
        assert_int_equal(h->findings, 0);
        assert_int_equal(h->items, 3);
        assert_int_equal(h->summary.sums.of[0].minor, 125500 + 12550 - 5020);
        assert_int_equal(h->item[2].type, ITEM_CREDIT_NOTE);
        assert_true(h->item[0].record < h->item[1].record);
        assert_true(h->item[1].record < h->item[2].record);
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

static void every_cut_is_found(void **state)
{
    (void)state;
    struct span text = sample(BANK);
    for (size_t n = 600; n < text.n - 2; n += 83) {
        struct span head = span_of(text.p, n);
        struct heard *h = hear_pieces(&format_finvoice, head, 0);
        bool whole = format_finvoice.ending(head, head) == ENDING_WHOLE;
        if (!whole && h->summary.valid)
            fail_msg("valid when cut at %zu", n);
        heard_free(h);
    }
    assert_int_equal(format_finvoice.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

static void U65_a_document_type_is_refused_beside_the_figures(void **state)
{
    (void)state;
    struct span text = sample(DOCTYPE);
    for (size_t i = 0; i < PIECES; i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        assert_string_equal(h->summary.format, "finvoice");
        assert_false(h->summary.valid);
        assert_int_equal(h->findings, 1);
        assert_int_equal(h->of[FINDING_XML_DOCTYPE], 1);
        assert_int_equal(h->items, 1);
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
    struct heard *h = hear_changed(DOCTYPE, "\"Finvoice.dtd\"", "\"x\" [<!ENTITY a \"b\">]");
    assert_int_equal(h->of[FINDING_XML_DOCTYPE], 1);
    assert_int_equal(h->items, 0);
    heard_free(h);
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    enum finding_code code; /* FINDING_CODE_COUNT: none */
    int64_t minor;
} changes[] = {
    {"a credit note without a minus", "INV01", "INV02", FINDING_CODE_COUNT, -125500},
    {"a decimal point", ">1 255,00<", ">1255.00<", FINDING_CODE_COUNT, 125500},
    {"another total", ">1 255,00<", ">1 225,00<", FINDING_TOTALS_MISMATCH, 122500},
    {"another tax", ">255,00<", ">255,01<", FINDING_TOTALS_MISMATCH, 125500},
    {"a copy", ">Original<", ">Copy<", FINDING_DECLARED_COPY, 125500},
    {"a withdrawal", ">Original<", ">Cancel<", FINDING_DECLARED_COPY, 125500},
    {"no number", "<InvoiceNumber>F-88</InvoiceNumber>", "", FINDING_BAD_FIELD, 125500},
    {"an impossible day", ">20260302<", ">20260230<", FINDING_BAD_FIELD, 125500},
};

static void judges_what_is_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct heard *h = hear_changed(INVOICE, changes[i].from, changes[i].to);
        bool none = changes[i].code == FINDING_CODE_COUNT;
        if ((none && h->findings) || (!none && h->of[changes[i].code] == 0) || h->items != 1 ||
            h->item[0].amount_minor != changes[i].minor)
            fail_msg("%s: %u findings, %lld", changes[i].name, h->findings,
                     (long long)h->item[0].amount_minor);
        heard_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_same_in_pieces_of_any_size),
        cmocka_unit_test(reads_every_invoice_of_a_bank_file),
        cmocka_unit_test(every_cut_is_found),
        cmocka_unit_test(U65_a_document_type_is_refused_beside_the_figures),
        cmocka_unit_test(judges_what_is_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
