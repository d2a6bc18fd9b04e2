/* iso20022_test.c -- what the messages of ISO 20022 share */
#include "tests/unit/parsers/heard.h"

#include "model/ident.h"
#include "parsers/iso20022.h"

static void tells_the_message_by_its_namespace(void **state)
{
    static const struct {
        const char *head;
        bool is;
    } cases[] = {
        {"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>", true},
        {"<a:Document xmlns:a=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.13\">", true},
        {"<?xml version='1.0'?><!-- <x> --><Document xmlns=\"http://bank/camt.053.001.04.ch.02\">",
         true},
        {"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.02'>", false},
        {"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.'>", false},
        {"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.abc.02'>", false},
        {"<Document xmlns='camt.053.001.02'>", false},
        {"<Document>", false},
        {"<Order xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>", false},
        {"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (iso_is_message(span_str(cases[i].head), "camt.053.") != cases[i].is)
            fail_msg("%s", cases[i].head);
}

static void checks_creditor_references(void **state)
{
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"RF18539007547034", true},  {"RF98123456789012", false},
        {"RF19539007547034", false}, {"RF18", false},
        {"RFxx539007547034", false}, {"RF18 5390", false},
        {"rf18539007547034", false}, {"", false},
        {"RF18-39007547034", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (rf_valid(span_str(cases[i].text)) != cases[i].valid)
            fail_msg("%s", cases[i].text);
}

static void finds_a_reference_in_free_text(void **state)
{
    static const struct {
        const char *text;
        const char *packed; /* null: not one */
    } cases[] = {
        {"RF18 5390 0754 7034", "RF18539007547034"},
        {"2026 0300 4179", "202603004179"},
        {"202603004178", NULL},
        {"Faktura 202603004179", NULL},
        {"1", NULL},
        {"1234567890123456789012345678901234567890", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct iso_text t = {.n = (uint16_t)strlen(cases[i].text)};
        memcpy(t.p, cases[i].text, t.n);
        bool is = iso_is_reference(&t);
        if (is != (cases[i].packed != NULL))
            fail_msg("%s", cases[i].text);
        if (is)
            assert_text(iso_span(&t), cases[i].packed);
    }
}

static void keeps_the_first_text_and_cuts_long_ones(void **state)
{
    (void)state;
    struct heard *h = heard_new();
    struct tally tally;
    struct iso_text t = {0};
    char text[1500];
    tally_init(&tally, &h->sink);
    assert_null(iso_span(&t).p);
    assert_int_equal(iso_keep(&tally, &t, SPAN_LIT(" \n "), "NtryRef", 1), 0);
    assert_int_equal(iso_keep(&tally, &t, SPAN_LIT(" one "), "NtryRef", 1), 0);
    assert_int_equal(iso_keep(&tally, &t, SPAN_LIT("two"), "NtryRef", 1), 0);
    assert_text(iso_span(&t), "one");
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 2 ? '\xA5' : '\xC3';
    t.n = 0;
    text[0] = 'a';
    text[1] = 'b';
    text[2] = 'c';
    for (size_t i = 3; i < sizeof(text); i++)
        text[i] = i % 2 ? '\xC3' : '\xA5';
    assert_int_equal(iso_keep(&tally, &t, span_of(text, sizeof(text)), "NtryRef", 7), 0);
    assert_int_equal(t.n, ITEM_TEXT_MAX - 1); /* not in the middle of a character */
    assert_int_equal(heard_of(h, FINDING_TEXT_CUT)->record, 7);
    heard_free(h);
}

static void days_may_have_times_behind_them(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"2026-03-02", true},        {"2026-03-02T10:00:00+01:00", true},
        {" 2026-03-02Z ", true},     {"2026-02-30", false},
        {"2026-03-02 10:00", false}, {"20260302", false},
        {"2026-03-0", false},        {"", false},
    };

    (void)state;
    struct heard *h = heard_new();
    struct tally tally;
    tally_init(&tally, &h->sink);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct date day;
        uint64_t before = h->of[FINDING_BAD_FIELD];
        assert_int_equal(iso_day(&tally, &day, span_str(cases[i].text), "BookgDt", 1), 0);
        if (date_present(day) != cases[i].good ||
            h->of[FINDING_BAD_FIELD] != before + !cases[i].good)
            fail_msg("%s", cases[i].text);
    }
    heard_free(h);
}

static void amounts_count_in_minor_units_of_their_currency(void **state)
{
    static const struct {
        const char *text;
        const char *currency;
        int64_t minor;
        bool good;
        unsigned findings;
    } cases[] = {
        {"8.850", "EUR", 885, true, 0},  {"1000000", "JPY", 1000000, true, 0},
        {"1.005", "BHD", 1005, true, 0}, {"1.005", "SEK", 101, true, 1},
        {"1.00", "SKR", 0, false, 1},    {"1.00", "", 0, false, 1},
        {"1,00", "SEK", 0, false, 1},    {"99999999999999999", "SEK", 0, false, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = heard_new();
        struct tally tally;
        struct iso_amount a = {.seen = true};
        int64_t minor = 0;
        bool good;
        tally_init(&tally, &h->sink);
        memcpy(a.currency, cases[i].currency, strlen(cases[i].currency));
        assert_int_equal(iso_number(&tally, &a.value, span_str(cases[i].text), "Ntry/Amt", 1), 0);
        assert_int_equal(iso_minor(&tally, &a, "Ntry/Amt", &minor, &good), 0);
        if (good != cases[i].good || (good && minor != cases[i].minor) ||
            h->findings != cases[i].findings)
            fail_msg("%s %s: %d, %lld, %u", cases[i].text, cases[i].currency, good,
                     (long long)minor, h->findings);
        heard_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_message_by_its_namespace),
        cmocka_unit_test(checks_creditor_references),
        cmocka_unit_test(finds_a_reference_in_free_text),
        cmocka_unit_test(keeps_the_first_text_and_cuts_long_ones),
        cmocka_unit_test(days_may_have_times_behind_them),
        cmocka_unit_test(amounts_count_in_minor_units_of_their_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
