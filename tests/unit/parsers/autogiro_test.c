/* autogiro_test.c -- Autogiro: specifications of both layouts, other files by name, totals */
#include "tests/unit/parsers/built.h"

#include "parsers/autogiro.h"

static void samples_give_their_figures(void **state)
{
    static const struct built_case cases[] = {
        {"autogiro/specification.txt",
         {0},
         2,
         60000,
         true,
         3,
         {FINDING_PAYMENTS_ASIDE, FINDING_PAYMENTS_ASIDE, FINDING_PAYMENTS_ASIDE}},
        {"autogiro/specification-utf8.txt",
         {0},
         2,
         60000,
         true,
         5,
         {FINDING_PAYMENTS_ASIDE, FINDING_PAYMENTS_ASIDE, FINDING_PAYMENTS_ASIDE,
          FINDING_ENCODING_CONVERTED, FINDING_RECORD_LENGTH}},
        {"autogiro/old-specification.txt",
         {0},
         2,
         44900,
         true,
         2,
         {FINDING_PAYMENTS_ASIDE, FINDING_PAYMENTS_ASIDE}},
        {"autogiro/rejected.txt", {0}, 0, 0, true, 2, {FINDING_OTHER_MESSAGE, FINDING_NO_ITEMS}},
        {"autogiro/orders.txt", {0}, 0, 0, true, 2, {FINDING_OTHER_MESSAGE, FINDING_NO_ITEMS}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 97) {
            struct span text = sample(cases[i].name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_heard(&cases[i], h);
            assert_string_equal(h->summary.format, "autogiro");
            heard_free(h);
            free((char *)text.p);
        }
}

static void items_say_what_the_records_say(void **state)
{
    static const struct {
        uint64_t record;
        int64_t amount;
        const char *reference, *payer;
    } expected[] = {{3, 35000, "1000017", "101"}, {4, 25000, "", "102"}};
    struct span text = sample("autogiro/specification.txt");
    struct heard *h = hear_pieces(NULL, text, 0);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct item *item = &h->item[i];
        assert_int_equal(item->type, ITEM_PAYMENT);
        assert_int_equal(item->record, expected[i].record);
        assert_true(item->amount_minor == expected[i].amount);
        assert_text(item->reference, expected[i].reference);
        assert_text(item->counterparty_id, expected[i].payer);
        assert_text(item->payee_account, "58051234");
        assert_int_equal(item->due_date.day, 2);
    }
    heard_free(h);
    free((char *)text.p);
}

#define NEW   "01AUTOGIRO              20260302061200123456BET. SPEC & STOPP TK5550010058051234"
#define ZERO  "00000000000000000000000000000000000"
#define IN    "15" ZERO "2026030200001000000000000001000   00000001"
#define PAY   "82202603020    00000000000001010000000010000058051234000000001000017           "
#define END   "09202603029900000001000000000001000000000000000000000000000000000000"
#define OLD   "0120260302AUTOGIRO9900                                        5550010058051234"
#define OLDUP "09202603029900              000000000000000000000001000000000000100"

static void faults_are_found_where_they_are(void **state)
{
    static const struct built_case cases[] = {
        {"smallest file", {NEW, IN, PAY "0", END}, 1, 1000, true, 0, {0}},
        {"smallest old file", {OLD, PAY, OLDUP "0"}, 1, 1000, true, 0, {0}},
        {"old total differs", {OLD, PAY, OLDUP "1"}, 1, 1000, false, 1, {FINDING_TOTALS_MISMATCH}},
        {"approved number and amount differ",
         {NEW, IN, PAY "0", PAY "0",
          "09202603029900000001000000000002000000000000000000000000000000000000"},
         2,
         2000,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"end record counts failed ones too",
         {NEW, IN, PAY "0", PAY "1",
          "09202603029900000001000000000002000000000000000000000000000000000000"},
         1,
         1000,
         true,
         2,
         {FINDING_FIELD_NOTE, FINDING_PAYMENTS_ASIDE}},
        {"end record differs",
         {NEW, IN, PAY "0", "09202603029900000002000000000007000000000000000000000000000000000000"},
         1,
         1000,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"payment outside a section",
         {NEW, PAY "0", "09202603029900000000000000000001000000000000000000000000000000000000"},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"a letter in an amount",
         {OLD, "82202603020    000000000000010100000000100O0058051234", OLDUP "0"},
         1,
         0,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"no opening", {PAY}, 0, 0, false, 2, {FINDING_BAD_STRUCTURE, FINDING_UNKNOWN_RECORD}},
        {"two files, the first without end",
         {OLD, PAY, OLD, PAY, OLDUP "0"},
         2,
         2000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"U07 no end", {NEW, IN, PAY "0"}, 1, 1000, false, 1, {FINDING_TRUNCATED}},
        {"U06 cut inside a payment",
         {OLD, "=82202603020    0000000"},
         0,
         0,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"states zero",
         {NEW, "09202603029900000000000000000000000000000000000000000000000000000000"},
         0,
         0,
         true,
         0,
         {0}},
    };

    (void)state;
    assert_built(&format_autogiro, cases, sizeof(cases) / sizeof(cases[0]));
}

static void every_cut_is_noticed_u06(void **state)
{
    (void)state;
    assert_cuts(&format_autogiro, "autogiro/specification.txt", 72);
    assert_cuts(&format_autogiro, "autogiro/old-specification.txt", 72);
}

static void bids_follow_the_evidence(void **state)
{
    static const struct {
        const char *line;
        enum bid bid;
    } cases[] = {
        {NEW, BID_CERTAIN},
        {OLD, BID_CERTAIN},
        {"title\n" NEW, BID_CERTAIN},
        {"0120260302AUTOGIRO", BID_CERTAIN},
        {"0120260302AUTOGIRO9900BEVAKNINGSREG", BID_CERTAIN},
        {"012026030299000058051234AG-MEDAVI", BID_CERTAIN},
        {"512026030299000058051234AG-EMEDGIV", BID_CERTAIN},
        {"0120260302SOMETHING", BID_NO},
        {"01BGMAX               01", BID_NO},
        {"", BID_NO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(format_autogiro.bid(span_str(cases[i].line), true), cases[i].bid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_give_their_figures),
        cmocka_unit_test(items_say_what_the_records_say),
        cmocka_unit_test(faults_are_found_where_they_are),
        cmocka_unit_test(every_cut_is_noticed_u06),
        cmocka_unit_test(bids_follow_the_evidence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
