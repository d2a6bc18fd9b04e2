/* ehf_test.c -- EHF reminders and payment requests */
#include "tests/unit/parsers/changed.h"

#include "parsers/ehf.h"

#define DOCUMENT "ehf-reminder/reminder.xml"
#define REMINDER_ID                                                                                \
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0#conformant#urn:"   \
    "fdc:anskaffelser.no:2019:ehf:reminder:3.0"
#define REQUEST_ID "urn:fdc:anskaffelser.no:2019:ehf:spec:payment-request:3.0"

static void reads_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    static const size_t pieces[] = {0, 1, 7, 1000};
    struct span text = sample(DOCUMENT);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct heard *h = hear_pieces(NULL, text, pieces[i]);
        const struct item *item = &h->item[0];
        assert_string_equal(h->summary.format, "ehf-reminder");
        assert_true(h->summary.valid && !h->summary.test);
        assert_int_equal(h->findings, 0);
        assert_int_equal(h->items, 1);
        assert_int_equal(item->type, ITEM_CASE);
        assert_int_equal(item->amount_minor, 128500);
        assert_string_equal(item->currency, "NOK");
        assert_text(item->number, "P-117");
        assert_text(item->reference, "0001174");
        assert_text(item->counterparty_id, "999999998");
        assert_text(item->payee_account, "NO9386011117947");
        assert_text(item->issuer, "999999999");
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
        struct heard *h = hear_pieces(&format_ehf, head, 0);
        assert_int_equal(h->items, 0);
        assert_int_equal(h->of[FINDING_TRUNCATED], 1);
        assert_int_equal(format_ehf.ending(head, head), ENDING_CUT);
        heard_free(h);
    }
    assert_int_equal(format_ehf.ending(text, text), ENDING_WHOLE);
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
    {"as it is", DOCUMENT, NULL, NULL, FINDING_CODE_COUNT, ITEM_CASE, 128500},
    {"a payment request claims what it says", DOCUMENT, REMINDER_ID, REQUEST_ID, FINDING_CODE_COUNT,
     ITEM_INVOICE, 128500},
    {"forward billing is an invoice", DOCUMENT, "ehf:reminder:3.0", "ehf:forward-billing:3.0",
     FINDING_CODE_COUNT, ITEM_INVOICE, 128500},
    {"another amount to pay", DOCUMENT, "PayableAmount currencyID=\"NOK\">1285.00",
     "PayableAmount currencyID=\"NOK\">1258.00", FINDING_TOTALS_MISMATCH, ITEM_CASE, 125800},
    {"another fee", DOCUMENT, "<cbc:Amount currencyID=\"NOK\">35",
     "<cbc:Amount currencyID=\"NOK\">70", FINDING_TOTALS_MISMATCH, ITEM_CASE, 128500},
    {"an impossible day", DOCUMENT, ">2026-03-16<", ">2026-03-32<", FINDING_BAD_FIELD, ITEM_CASE,
     128500},
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
        assert_string_equal(h->summary.format, "ehf-reminder");
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
