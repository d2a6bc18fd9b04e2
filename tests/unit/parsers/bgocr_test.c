/* bgocr_test.c -- Bankgirot's OCR file before BgMax: figures, overpunched signs, totals */
#include "tests/unit/parsers/built.h"

#include "parsers/bgocr.h"

static void samples_give_their_figures(void **state)
{
    static const struct built_case cases[] = {
        {"bankgiro-ocr/two-accounts.txt", {0}, 3, 110990, true, 0, {0}},
        {"bankgiro-ocr/no-name.txt", {0}, 3, 110990, false, 1, {FINDING_BAD_STRUCTURE}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 97) {
            struct span text = sample(cases[i].name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_heard(&cases[i], h);
            assert_string_equal(h->summary.format, "bankgiro-ocr");
            heard_free(h);
            free((char *)text.p);
        }
}

static void items_say_what_the_records_say(void **state)
{
    static const struct {
        enum item_type type;
        uint64_t record;
        int64_t amount;
        const char *number, *reference, *payee;
    } expected[] = {
        {ITEM_PAYMENT, 5, 125050, "5540020978", "1000017", "58051234"},
        {ITEM_DEDUCTION, 6, -15050, "5540020979", "1000025", "58051234"},
        {ITEM_PAYMENT, 10, 990, "5540020980", "1000033", "765432"},
    };
    struct span text = sample("bankgiro-ocr/two-accounts.txt");
    struct heard *h = hear_pieces(NULL, text, 0);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct item *item = &h->item[i];
        assert_int_equal(item->type, expected[i].type);
        assert_int_equal(item->record, expected[i].record);
        assert_true(item->amount_minor == expected[i].amount);
        assert_string_equal(item->currency, "SEK");
        assert_text(item->number, expected[i].number);
        assert_text(item->reference, expected[i].reference);
        assert_text(item->payee_account, expected[i].payee);
        assert_text(item->issuer, expected[i].payee);
    }
    heard_free(h);
    free((char *)text.p);
}

#define START "00555001                                         260302                BANKGIROT"
#define OPEN  "20        58051234"
#define DAY   "30        58051234260302"
#define PAY   "40                  10000170000000001000        5540020978"
#define SUM   "50        582512342603020000001000000000001000"
#define END   "90                2603020000001000000000001000"

static void faults_are_found_where_they_are(void **state)
{
    static const struct built_case cases[] = {
        {"smallest file", {START, OPEN, DAY, PAY, SUM, END}, 1, 1000, true, 0, {0}},
        {"an overpunched one",
         {START, OPEN, DAY, PAY, "40                  1000017000000000040J LB     5540020979",
          "50        582512342603020000002000000000000599",
          "90                2603020000002000000000000599"},
         2,
         599,
         true,
         0,
         {0}},
        {"a negative sum",
         {START, OPEN, DAY, "40                  1000017000000000040R LB     5540020979",
          "50        58251234260302000000100000000000040R",
          "90                260302000000100000000000040R"},
         1,
         -409,
         true,
         0,
         {0}},
        {"payment missing",
         {START, OPEN, DAY, SUM, END},
         0,
         0,
         false,
         4,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH,
          FINDING_TOTALS_MISMATCH}},
        {"a letter in an amount",
         {START, OPEN, DAY, "40                  100001700000000010A0        5540020978", SUM, END},
         1,
         0,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"a blank in an amount",
         {START, OPEN, DAY, "40                  1000017 000000001000        5540020978", SUM, END},
         1,
         0,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"payment outside an account",
         {START, PAY, END},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"account without total",
         {START, OPEN, PAY, END},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"total without account",
         {START, OPEN, PAY, SUM, SUM, END},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"no start", {OPEN, DAY, PAY, SUM, END}, 1, 1000, false, 1, {FINDING_BAD_STRUCTURE}},
        {"U07 no end", {START, OPEN, DAY, PAY, SUM}, 1, 1000, false, 1, {FINDING_TRUNCATED}},
        {"U06 cut inside a payment",
         {START, OPEN, DAY, "=40                  1000017000"},
         0,
         0,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"states zero",
         {START, "90                2603020000000000000000000000"},
         0,
         0,
         true,
         0,
         {0}},
    };

    (void)state;
    assert_built(&format_bgocr, cases, sizeof(cases) / sizeof(cases[0]));
}

static void every_cut_is_noticed_u06(void **state)
{
    (void)state;
    assert_cuts(&format_bgocr, "bankgiro-ocr/two-accounts.txt", 38);
}

static void bids_follow_the_evidence(void **state)
{
    (void)state;
    assert_int_equal(format_bgocr.bid(SPAN_LIT(START), true), BID_CERTAIN);
    assert_int_equal(format_bgocr.bid(SPAN_LIT("title\n" START "\n"), false), BID_CERTAIN);
    assert_int_equal(format_bgocr.bid(SPAN_LIT("10\n" OPEN "\n" DAY "\n"), false), BID_LIKELY);
    assert_int_equal(format_bgocr.bid(SPAN_LIT(OPEN "\n"), false), BID_NO);
    assert_int_equal(format_bgocr.bid(SPAN_LIT("01BGMAX               01\n"), false), BID_NO);
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
