/* lb_test.c -- Leverantörsbetalningar: orders, specifications, reports, totals, endings */
#include "tests/unit/parsers/built.h"

#include "parsers/lb.h"

static void samples_give_their_figures(void **state)
{
    static const struct {
        struct built_case heard;
        int64_t second; /* sum of the second currency */
    } cases[] = {
        {{"lb/order.txt", {0}, 4, 151000, true, 0, {0}}, 0},
        {{"lb/order-utf8.txt",
          {0},
          4,
          151000,
          true,
          2,
          {FINDING_ENCODING_CONVERTED, FINDING_RECORD_LENGTH}},
         0},
        {{"lb/sealed-order.txt", {0}, 4, 151000, true, 1, {FINDING_SEAL_UNVERIFIED}}, 0},
        {{"lb/specification.txt", {0}, 2, 125050, true, 0, {0}}, 990},
        {{"lb/stopped.txt", {0}, 0, 0, true, 2, {FINDING_OTHER_MESSAGE, FINDING_NO_ITEMS}}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 97) {
            struct span text = sample(cases[i].heard.name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_heard(&cases[i].heard, h);
            assert_string_equal(h->summary.format, "lb");
            if (cases[i].second)
                assert_true(h->summary.sums.of[1].minor == cases[i].second);
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
        const char *number, *reference, *name, *payee;
        int day; /* of March 2026; 0: none */
    } expected[] = {
        {ITEM_PAYMENT, 3, 125050, "VERIF 1", "1000017", "", "12345674", 10},
        {ITEM_DEDUCTION, 4, -25050, "VERIF 2", "1000025", "", "12345674", 12},
        {ITEM_PAYMENT, 7, 50000, "VERIF 3", "LOENESPEC", "\xC3\x85sa Exempel", "19", 0},
        {ITEM_PAYMENT, 8, 1000, "VERIF 4", "1000033", "", "765432", 11},
    };
    struct span text = sample("lb/order.txt");
    struct heard *h = hear_pieces(NULL, text, 0);

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct item *item = &h->item[i];
        assert_int_equal(item->type, expected[i].type);
        assert_int_equal(item->record, expected[i].record);
        assert_true(item->amount_minor == expected[i].amount);
        assert_text(item->number, expected[i].number);
        assert_text(item->reference, expected[i].reference);
        assert_text(item->counterparty_name, expected[i].name);
        assert_text(item->payee_account, expected[i].payee);
        assert_text(item->issuer, "58051234");
        assert_int_equal(item->due_date.day, expected[i].day);
    }
    heard_free(h);
    free((char *)text.p);
}

#define OPEN    "110058051234260302LEVERANTORSBETALNINGAR"
#define PAY     "1400123456741000017                  000000001000"
#define CREDIT  "1600123456741000025                  000000000400"
#define TOTAL   "29005805123400000001000000001000"
#define REPORT2 OPEN "2603102"
#define REPORT6 OPEN "2603106"

static void faults_are_found_where_they_are(void **state)
{
    static const struct built_case cases[] = {
        {"smallest file", {OPEN, PAY, TOTAL}, 1, 1000, true, 0, {0}},
        {"credit invoices count negative",
         {OPEN, PAY, CREDIT, "29005805123400000002000000000600"},
         2,
         600,
         true,
         0,
         {0}},
        {"a negative total",
         {OPEN, CREDIT, "29005805123400000001000000000400-"},
         1,
         -400,
         true,
         0,
         {0}},
        {"the sign is missing",
         {OPEN, CREDIT, "29005805123400000001000000000400"},
         1,
         -400,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"number and amount differ",
         {OPEN, PAY, PAY, TOTAL},
         2,
         2000,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"two sections", {OPEN, PAY, TOTAL, OPEN, PAY, TOTAL}, 2, 2000, true, 0, {0}},
        {"a letter in an amount",
         {OPEN, "1400123456741000017                  00000000100O", TOTAL},
         1,
         0,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"payment outside a section",
         {PAY, OPEN, PAY, TOTAL},
         2,
         2000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"section without total",
         {OPEN, PAY, OPEN, PAY, TOTAL},
         2,
         2000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"total without section",
         {OPEN, PAY, TOTAL, TOTAL},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"another product",
         {"110058051234260302SOMETHING ELSE", PAY, TOTAL},
         1,
         1000,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"no opening", {"25x"}, 0, 0, false, 1, {FINDING_BAD_STRUCTURE}},
        {"U07 no total", {OPEN, PAY}, 1, 1000, false, 1, {FINDING_TRUNCATED}},
        {"U07 no seal", {"00260302HMAC", OPEN, PAY, TOTAL}, 1, 1000, false, 1, {FINDING_TRUNCATED}},
        {"U06 cut inside a payment",
         {OPEN, "=1400123456741000017"},
         0,
         0,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"a reconciliation counts what it monitors",
         {REPORT2, "40x", "41x", "29005805123400000002"},
         0,
         0,
         true,
         1,
         {FINDING_OTHER_MESSAGE}},
        {"a reconciliation that does not add up",
         {REPORT2, "40x", "29005805123400000002"},
         0,
         0,
         false,
         2,
         {FINDING_OTHER_MESSAGE, FINDING_TOTALS_MISMATCH}},
        {"rejected payments are no items",
         {REPORT6, PAY, "49MTRV0013", "29005805123400000009"},
         0,
         0,
         true,
         1,
         {FINDING_OTHER_MESSAGE}},
        {"states zero", {OPEN, "29005805123400000000000000000000"}, 0, 0, true, 0, {0}},
    };

    (void)state;
    assert_built(&format_lb, cases, sizeof(cases) / sizeof(cases[0]));
}

static void every_cut_is_noticed_u06(void **state)
{
    (void)state;
    assert_cuts(&format_lb, "lb/order.txt", 62);
    assert_cuts(&format_lb, "lb/sealed-order.txt", 80);
}

static void bids_follow_the_evidence(void **state)
{
    (void)state;
    assert_int_equal(format_lb.bid(SPAN_LIT(OPEN), true), BID_CERTAIN);
    assert_int_equal(format_lb.bid(SPAN_LIT("00260302HMAC\n" OPEN "\n"), false), BID_CERTAIN);
    assert_int_equal(format_lb.bid(SPAN_LIT("title\n" OPEN "\n"), false), BID_CERTAIN);
    assert_int_equal(format_lb.bid(SPAN_LIT("110058051234260302SOMETHING\n"), false), BID_NO);
    assert_int_equal(format_lb.bid(SPAN_LIT(""), true), BID_NO);
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
