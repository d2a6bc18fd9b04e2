/* svefaktura_test.c -- Svefaktura 1.0: the item, its totals, the object envelope */
#include "tests/unit/parsers/changed.h"

#include "parsers/recognize.h"
#include "parsers/svefaktura.h"

#define INVOICE  "svefaktura/invoice.xml"
#define LATIN1   "svefaktura/invoice-latin1.xml"
#define ENVELOPE "svefaktura/object-envelope.xml"

static void assert_invoice(const struct heard *h)
{
    const struct item *item = &h->item[0];
    char day[DATE_SIZE];
    assert_string_equal(h->summary.format, "svefaktura");
    assert_int_equal(h->summary.kind, KIND_INVOICES);
    assert_true(h->summary.valid && !h->summary.test);
    assert_int_equal(h->findings, 0);
    assert_int_equal(h->items, 1);
    assert_int_equal(item->type, ITEM_INVOICE);
    assert_int_equal(item->amount_minor, 153200);
    assert_string_equal(item->currency, "SEK");
    assert_text(item->number, "2026-1187");
    assert_text(item->reference, "2026011874");
    assert_text(item->counterparty_id, "5561234567");
    assert_text(item->counterparty_name, "\xC3\x85kerviks Bageri AB");
    assert_text(item->payee_account, "5999990");
    assert_text(item->issuer, "2120009994");
    assert_string_equal(date_format(item->issue_date, day), "2026-03-02");
    assert_string_equal(date_format(item->due_date, day), "2026-04-01");
}

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 3, 16, 1000};
    struct span text = sample(INVOICE);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        assert_invoice(h);
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

static void U61_names_are_right_in_the_declared_charset(void **state)
{
    (void)state;
    struct heard *h = hear_changed(LATIN1, NULL, NULL);
    assert_invoice(h);
    heard_free(h);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct span text = sample(INVOICE);
    for (size_t n = 300; n < text.n - 2; n += 97) {
        struct heard *h = hear_pieces(&format_svefaktura, span_of(text.p, n), 0);
        assert_int_equal(h->items, 0);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(format_svefaktura.ending(span_of(text.p, n), span_of(text.p, n)),
                         ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(format_svefaktura.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

static void an_object_envelope_holds_no_item_and_says_so(void **state)
{
    (void)state;
    struct heard *h = hear_changed(ENVELOPE, NULL, NULL);
    assert_string_equal(h->summary.format, "svefaktura");
    assert_true(h->summary.valid);
    assert_int_equal(h->items, 0);
    assert_int_equal(h->findings, 0);
    heard_free(h);
    struct span text = sample(ENVELOPE);
    assert_int_equal(format_svefaktura.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

static const struct {
    const char *name;
    const char *from;
    const char *to;
    enum finding_code code; /* FINDING_CODE_COUNT: none */
    int64_t minor;
} changes[] = {
    {"a credit note counts negative", ">380<", ">381<", FINDING_CODE_COUNT, -153200},
    {"no currency is kronor", "<InvoiceCurrencyCode>SEK</InvoiceCurrencyCode>", "",
     FINDING_CODE_COUNT, 153200},
    {"no net sum: the lines'",
     "<cbc:TaxExclusiveTotalAmount amountCurrencyID=\"SEK\">1225.25</cbc:TaxExclusiveTotalAmount>",
     "", FINDING_CODE_COUNT, 153200},
    {"a moment of the day", "<cbc:IssueDate>2026-03-02", "<cbc:IssueDate>2026-03-02T09:30:00",
     FINDING_CODE_COUNT, 153200},
    {"a byte order mark", "<?xml", "\xEF\xBB\xBF<?xml", FINDING_CODE_COUNT, 153200},
    {"another sum to pay", ">1532.00<", ">1523.00<", FINDING_TOTALS_MISMATCH, 152300},
    {"another rounding", ">0.44<", ">0.45<", FINDING_TOTALS_MISMATCH, 153200},
    {"another line", ">25.25<", ">25.26<", FINDING_TOTALS_MISMATCH, 153200},
    {"another count of lines", ">2</LineItem", ">3</LineItem", FINDING_TOTALS_MISMATCH, 153200},
    {"another type", ">380<", ">325<", FINDING_BAD_FIELD, 153200},
    {"no number", "<ID>2026-1187</ID>", "", FINDING_BAD_FIELD, 153200},
    {"an impossible day", ">2026-03-02<", ">2026-02-30<", FINDING_BAD_FIELD, 153200},
    {"a currency that is none", "Code>SEK<", "Code>SKR<", FINDING_BAD_FIELD, 0},
    {"a sum in another currency", "amountCurrencyID=\"SEK\">1532", "amountCurrencyID=\"EUR\">1532",
     FINDING_BAD_FIELD, 153200},
    {"a template's braces", ">2026-1187<", ">{{ document_id }}<", FINDING_TEMPLATE_LEFT, 153200},
};

static void judges_what_is_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct heard *h = hear_changed(INVOICE, changes[i].from, changes[i].to);
        bool none = changes[i].code == FINDING_CODE_COUNT;
        int64_t minor = h->items ? h->item[0].amount_minor : 0;
        if (h->findings != (none ? 0 : 1) || (!none && h->of[changes[i].code] != 1) ||
            minor != changes[i].minor)
            fail_msg("%s: %u findings, %lld", changes[i].name, h->findings, (long long)minor);
        heard_free(h);
    }
}

static void says_both_figures_and_where(void **state)
{
    (void)state;
    struct heard *h = hear_changed(INVOICE, ">1532.00<", ">1523.00<");
    const struct finding *f = heard_of(h, FINDING_TOTALS_MISMATCH);
    assert_text(heard_fact(f, "what")->text, "TaxInclusiveTotalAmount");
    assert_int_equal(heard_fact(f, "stated")->n, 152300);
    assert_int_equal(heard_fact(f, "computed")->n, 153200);
    assert_true(f->record > 1);
    heard_free(h);
}

static void names_another_document_for_what_it_is(void **state)
{
    (void)state;
    struct span other = changed_sample(INVOICE, "BasicInvoice:1:0", "BasicOrder:1:0");
    assert_null(recognize(other, true).format);
    free((char *)(uintptr_t)other.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_same_in_pieces_of_any_size),
        cmocka_unit_test(U61_names_are_right_in_the_declared_charset),
        cmocka_unit_test(every_cut_is_truncated),
        cmocka_unit_test(an_object_envelope_holds_no_item_and_says_so),
        cmocka_unit_test(judges_what_is_changed),
        cmocka_unit_test(says_both_figures_and_where),
        cmocka_unit_test(names_another_document_for_what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
