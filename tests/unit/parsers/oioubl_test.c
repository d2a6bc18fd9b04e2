/* oioubl_test.c -- OIOUBL: invoices, credit notes, reminders */
#include "tests/unit/parsers/changed.h"

#include "parsers/oioubl.h"

#define DOCUMENT "oioubl/invoice.xml"
#define REMINDER "oioubl/reminder.xml"

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 7, 1000};
    struct span text = sample(DOCUMENT);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        const struct item *item = &h->item[0];
        assert_string_equal(h->summary.format, "oioubl");
        assert_true(h->summary.valid && !h->summary.test);
        assert_int_equal(h->findings, 0);
        assert_int_equal(h->items, 1);
        assert_int_equal(item->type, ITEM_INVOICE);
        assert_int_equal(item->amount_minor, 130050);
        assert_string_equal(item->currency, "DKK");
        assert_text(item->number, "F-5520");
        assert_text(item->reference, "00000000552017");
        assert_text(item->counterparty_id, "40017");
        assert_text(item->counterparty_name, "\xC3\x85kerviks Bageri");
        assert_text(item->payee_account, "12345678");
        assert_text(item->issuer, "DK99999999");
        char day[DATE_SIZE];
        assert_string_equal(date_format(item->due_date, day), "2026-04-01");
        heard_free(h);
    }
    free((char *)(uintptr_t)text.p);
}

static void every_cut_is_truncated(void **state)
{
    (void)state;
    struct span text = sample(DOCUMENT);
    for (size_t n = 600; n < text.n - 2; n += 97) {
        struct span head = span_of(text.p, n);
        struct heard *h = hear_pieces(&format_oioubl, head, 0);
        assert_int_equal(h->items, 0);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(format_oioubl.ending(head, head), ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(format_oioubl.ending(text, text), ENDING_WHOLE);
    free((char *)(uintptr_t)text.p);
}

static const struct {
    const char *name;
    const char *sample;
    const char *from;
    const char *to;
    enum finding_code code; /* FINDING_CODE_COUNT: none */
    enum item_type type;
    int64_t minor;
} changes[] = {
    {"as it is", DOCUMENT, NULL, NULL, FINDING_CODE_COUNT, ITEM_INVOICE, 130050},
    {"a credit note by its type", DOCUMENT, ">380<", ">381<", FINDING_CODE_COUNT, ITEM_CREDIT_NOTE,
     -130050},
    {"TaxExclusiveAmount as others mean it", DOCUMENT, "Amount currencyID=\"DKK\">262.50</cbc:TaxE",
     "Amount currencyID=\"DKK\">1050.00</cbc:TaxE", FINDING_CODE_COUNT, ITEM_INVOICE, 130050},
    {"another amount to pay", DOCUMENT, ">1300.50<", ">1300.51<", FINDING_TOTALS_MISMATCH,
     ITEM_INVOICE, 130051},
    {"another tax", DOCUMENT, "\"DKK\">262.50</cbc:TaxA", "\"DKK\">262.51</cbc:TaxA",
     FINDING_TOTALS_MISMATCH, ITEM_INVOICE, 130050},
    {"another charge", DOCUMENT, "<cbc:Amount currencyID=\"DKK\">50",
     "<cbc:Amount currencyID=\"DKK\">51", FINDING_TOTALS_MISMATCH, ITEM_INVOICE, 130050},
    {"a copy", DOCUMENT, ">false<", ">true<", FINDING_DECLARED_COPY, ITEM_INVOICE, 130050},
    {"no number", DOCUMENT, "<cbc:ID>F-5520</cbc:ID>", "", FINDING_BAD_FIELD, ITEM_INVOICE, 130050},
    {"a reminder is a case", REMINDER, NULL, NULL, FINDING_CODE_COUNT, ITEM_CASE, 130050},
    {"a reminder that does not add up", REMINDER, ">100.00</cbc:Credit", ">101.00</cbc:Credit",
     FINDING_TOTALS_MISMATCH, ITEM_CASE, 130050},
};

static void judges_what_is_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct heard *h = hear_changed(changes[i].sample, changes[i].from, changes[i].to);
        bool none = changes[i].code == FINDING_CODE_COUNT;
        if ((none && h->findings) || (!none && h->of[changes[i].code] == 0) || h->items != 1 ||
            h->item[0].amount_minor != changes[i].minor || h->item[0].type != changes[i].type)
            fail_msg("%s: %u findings, %lld", changes[i].name, h->findings,
                     (long long)h->item[0].amount_minor);
        assert_string_equal(h->summary.format, "oioubl");
        heard_free(h);
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
