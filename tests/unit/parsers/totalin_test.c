/* totalin_test.c -- payments from Total IN: figures, totals, the test mark, where a file ends */
#include "tests/unit/parsers/built.h"

#include "parsers/totalin.h"

static void samples_give_their_figures(void **state)
{
    static const struct {
        const char *name;
        bool test;
        size_t n;
        enum finding_code codes[2];
    } cases[] = {
        {"total-in/two-accounts.txt", false, 0, {0}},
        {"total-in/two-accounts-utf8.txt",
         false,
         2,
         {FINDING_RECORD_LENGTH, FINDING_ENCODING_CONVERTED}},
        {"total-in/test-mark.txt", true, 1, {FINDING_TEST_MARK}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 97) {
            struct span text = sample(cases[i].name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_int_equal(h->result, 0);
            assert_string_equal(h->summary.format, "total-in");
            assert_true(h->summary.valid);
            assert_int_equal(h->summary.test, cases[i].test);
            assert_int_equal(h->summary.items, 4);
            assert_int_equal(h->summary.sums.n, 2);
            assert_true(h->summary.sums.of[0].minor == 150000);
            assert_true(h->summary.sums.of[1].minor == 990);
            assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
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
        const char *currency, *number, *reference, *id, *name, *payee;
    } expected[] = {
        {ITEM_PAYMENT, 3, 125050, "SEK", "26030200000000001", "1000017", "5560360793",
         "\xC3\x85sa Exempel", "58051234"},
        {ITEM_PAYMENT, 8, 40000, "SEK", "26030200000000002", "", "765432", "", "58051234"},
        {ITEM_DEDUCTION, 10, -15050, "SEK", "26030200000000003", "1000025", "", "", "58051234"},
        {ITEM_PAYMENT, 13, 990, "EUR", "26030200000000004", "RF18539007547034", "", "", "58051235"},
    };
    static const char *const names[] = {"total-in/two-accounts.txt",
                                        "total-in/two-accounts-utf8.txt"};

    (void)state;
    for (size_t f = 0; f < 2; f++) {
        struct span text = sample(names[f]);
        struct heard *h = hear_pieces(NULL, text, 0);
        for (size_t i = 0; i < 4; i++) {
            const struct item *item = &h->item[i];
            assert_int_equal(item->type, expected[i].type);
            assert_int_equal(item->record, expected[i].record);
            assert_true(item->amount_minor == expected[i].amount);
            assert_string_equal(item->currency, expected[i].currency);
            assert_text(item->number, expected[i].number);
            assert_text(item->reference, expected[i].reference);
            assert_text(item->counterparty_id, expected[i].id);
            assert_text(item->counterparty_name, expected[i].name);
            assert_text(item->payee_account, expected[i].payee);
        }
        heard_free(h);
        free((char *)text.p);
    }
}

#define START "00TI555001    2026030206120012345601TL1TOTALIN"
#define OPEN  "1058051234                            SEK20260302"
#define REF   "1000017                            "
#define PAY   "20" REF "00000000000100026030200000000001"
#define TAKE  "25" REF "000000000000400260302000000000020"
#define CLOSE "900000000100000000000001000"
#define END   "99000000000000005"

static void faults_are_found_where_they_are(void **state)
{
    static const struct built_case cases[] = {
        {"smallest file", {START, OPEN, PAY, CLOSE, END}, 1, 1000, true, 0, {0}},
        {"a title line counts as a record and is skipped",
         {START, "XY", OPEN, PAY, CLOSE, "99000000000000006"},
         1,
         1000,
         true,
         1,
         {FINDING_UNKNOWN_RECORD}},
        {"deductions count negative",
         {START, OPEN, PAY, TAKE, "900000000200000000000000600", "99000000000000006"},
         2,
         600,
         true,
         0,
         {0}},
        {"more deducted than paid",
         {START, OPEN, TAKE, "900000000100000000000000400", END},
         1,
         -400,
         true,
         1,
         {FINDING_TOTALS_NOTE}},
        {"amount differs",
         {START, OPEN, PAY, "900000000100000000000001001", END},
         1,
         1000,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"number and amount differ",
         {START, OPEN, PAY, PAY, CLOSE, "99000000000000006"},
         2,
         2000,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"number of records differs",
         {START, OPEN, PAY, CLOSE, "99000000000000004"},
         1,
         1000,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"a letter in an amount",
         {START, OPEN, "20" REF "00000000000100O26030200000000001", CLOSE, END},
         1,
         0,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"unknown currency",
         {START, "1058051234                            ZZZ20260302", PAY, CLOSE, END},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"payment outside an account",
         {START, PAY, OPEN, CLOSE, END},
         1,
         1000,
         false,
         3,
         {FINDING_BAD_STRUCTURE, FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"account without end",
         {START, OPEN, PAY, "99000000000000004"},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"detail without payment",
         {START, OPEN, "40x", PAY, CLOSE, "99000000000000006"},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"not TL1",
         {"00TI555001    2026030206120012345601TL9TOTALIN", OPEN, PAY, CLOSE, END},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"no start",
         {OPEN, PAY, CLOSE, "99000000000000004"},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"U07 no end", {START, OPEN, PAY, CLOSE}, 1, 1000, false, 1, {FINDING_TRUNCATED}},
        {"U06 cut inside a payment",
         {START, OPEN, "=20" REF "00000000"},
         0,
         0,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"states zero",
         {START, OPEN, "900000000000000000000000000", "99000000000000004"},
         0,
         0,
         true,
         0,
         {0}},
    };

    (void)state;
    assert_built(&format_totalin, cases, sizeof(cases) / sizeof(cases[0]));
}

static void every_cut_is_noticed_u06(void **state)
{
    (void)state;
    assert_cuts(&format_totalin, "total-in/two-accounts.txt", 65);
}

static void bids_follow_the_evidence(void **state)
{
    (void)state;
    assert_int_equal(format_totalin.bid(SPAN_LIT(START), true), BID_CERTAIN);
    assert_int_equal(format_totalin.bid(SPAN_LIT(START "\n"), false), BID_CERTAIN);
    assert_int_equal(format_totalin.bid(SPAN_LIT("title\n" START "\n"), false), BID_CERTAIN);
    assert_int_equal(format_totalin.bid(SPAN_LIT("00909897 090227 BANKGIROT\n"), false), BID_NO);
    assert_int_equal(format_totalin.bid(SPAN_LIT(""), true), BID_NO);
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
