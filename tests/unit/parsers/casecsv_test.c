/* casecsv_test.c -- the case file: columns in any order, figures, faults, and its end */
#include "tests/unit/parsers/heard.h"

#include "model/text.h"
#include "parsers/casecsv.h"
#include "parsers/delimited.h"

static void samples_give_their_figures(void **state)
{
    static const struct {
        const char *name;
        bool valid, test, zero;
        uint64_t items;
        int64_t sum;
        size_t n;
        enum finding_code codes[2];
    } cases[] = {
        {"case-csv/four-items.csv", true, false, false, 4, 170000, 0, {0}},
        {"case-csv/four-items-latin1.csv", true, false, false, 4, 170000, 0, {0}},
        {"case-csv/four-items-bom.csv", true, false, false, 4, 170000, 0, {0}},
        {"case-csv/test.csv", true, true, false, 4, 170000, 1, {FINDING_TEST_MARK}},
        {"case-csv/bare.csv", true, false, false, 1, 10000, 0, {0}},
        {"case-csv/zero.csv", true, false, true, 0, 0, 0, {0}},
        {"case-csv/cut.csv", false, false, false, 3, 175040, 1, {FINDING_TRUNCATED}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 97) {
            struct span text = sample(cases[i].name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_string_equal(h->summary.format, "case-csv");
            assert_int_equal(h->summary.kind, KIND_CASES);
            assert_int_equal(h->summary.valid, cases[i].valid);
            assert_int_equal(h->summary.test, cases[i].test);
            assert_int_equal(h->summary.states_zero, cases[i].zero);
            assert_int_equal(h->summary.items, cases[i].items);
            assert_true(cases[i].sum == 0 || h->summary.sums.of[0].minor == cases[i].sum);
            assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
            heard_free(h);
            free((char *)text.p);
        }
}

static void items_say_what_the_rows_say(void **state)
{
    static const struct {
        enum item_type type;
        uint64_t record;
        int64_t amount;
        const char *number, *reference, *id, *name, *account, *issued;
    } expected[] = {
        {ITEM_CASE, 3, 125050, "1001", "10017", "121212-1212", "\xC3\x85sa Exempel", "5805-1234",
         "2026-01-15"},
        {ITEM_CASE, 4, 40000, "1002", "1000000002", "556036-0793", "Exempelbolaget i Heby AB",
         "5805-1234", "2026-01-15"},
        {ITEM_INVOICE, 5, 9990, "1003", "", "", "Nilsson \"Nisse\" Nils", "", ""},
        {ITEM_CREDIT_NOTE, 7, -5040, "1004", "", "121212-1212", "", "", "2026-01-20"},
    };
    static const char *const names[] = {"case-csv/four-items.csv", "case-csv/four-items-latin1.csv",
                                        "case-csv/four-items-bom.csv"};

    (void)state;
    for (size_t f = 0; f < 3; f++) {
        struct span text = sample(names[f]);
        struct heard *h = hear_pieces(NULL, text, 0);
        for (size_t i = 0; i < 4; i++) {
            const struct item *item = &h->item[i];
            char day[DATE_SIZE];
            assert_int_equal(item->type, expected[i].type);
            assert_int_equal(item->record, expected[i].record);
            assert_true(item->amount_minor == expected[i].amount);
            assert_string_equal(item->currency, "SEK");
            assert_text(item->number, expected[i].number);
            assert_text(item->reference, expected[i].reference);
            assert_text(item->counterparty_id, expected[i].id);
            assert_text(item->counterparty_name, expected[i].name);
            assert_text(item->payee_account, expected[i].account);
            assert_string_equal(date_format(item->issue_date, day), expected[i].issued);
            assert_string_equal(date_format(item->due_date, day), "2026-02-14");
            assert_null(item->issuer.p);
        }
        heard_free(h);
        free((char *)text.p);
    }
}

#define HEAD "type;number;due_date;amount;currency;debtor_id;debtor_name\n"
#define ROW  ";1;2026-02-14;10,00;;121212-1212;\n"

static void faults_are_found_where_they_are(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        uint64_t items;
        bool valid;
        size_t n;
        enum finding_code codes[3];
    } cases[] = {
        {"one row", HEAD ROW, 1, true, 0, {0}},
        {"with its end", HEAD ROW "#end;items=1;sum=10,00\n", 1, true, 0, {0}},
        {"end without line end", HEAD ROW "#end;items=1;sum=10,00", 1, true, 0, {0}},
        {"end says too many",
         HEAD ROW "#end;items=2;sum=10,00\n",
         1,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"end says another sum",
         HEAD ROW "#end;items=1;sum=10,01\n",
         1,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"end says nonsense",
         HEAD ROW "#end;items=x;sum=y\n",
         1,
         false,
         2,
         {FINDING_BAD_FIELD, FINDING_BAD_FIELD}},
        {"sum over two currencies is not compared",
         HEAD ROW ";2;2026-02-14;5,00;EUR;a;\n#end;items=2;sum=99,00\n",
         2,
         true,
         0,
         {0}},
        {"text behind the end",
         HEAD ROW "#end;items=1;sum=10,00\nmore\nand more\n",
         1,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"blank lines are nothing",
         HEAD "\n" ROW "\r\n   \n#end;items=1;sum=10,00\n\n",
         1,
         true,
         0,
         {0}},
        {"U06 cut in the end line", HEAD ROW "#end;items=1", 1, true, 1, {FINDING_TRUNCATED}},
        {"U06 cut in a row", HEAD ROW ";2;2026-02", 1, false, 1, {FINDING_TRUNCATED}},
        {"U06 cut inside quotes", HEAD ROW ";\"2;2026-02-14\n", 1, false, 1, {FINDING_TRUNCATED}},
        {"nothing proves the end",
         HEAD ";1;2026-02-14;10,00;;a;b",
         1,
         true,
         1,
         {FINDING_TRUNCATED}},
        {"another number of columns", HEAD "a;b\n" ROW, 1, false, 1, {FINDING_BAD_STRUCTURE}},
        {"no number", HEAD ";;2026-02-14;10,00;;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"no debtor", HEAD ";1;2026-02-14;10,00;;;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"no due date", HEAD ";1;;10,00;;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"no such day", HEAD ";1;2026-02-30;10,00;;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"a date turned round", HEAD ";1;14/02/2026;10,00;;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"no amount", HEAD ";1;2026-02-14;;;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"an amount in words", HEAD ";1;2026-02-14;ten;;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"grouped thousands",
         HEAD ";1;2026-02-14;1 000,00;;a;\n",
         1,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"an amount too large",
         HEAD ";1;2026-02-14;99999999999999999999;;a;\n",
         1,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"unknown type", HEAD "gift;1;2026-02-14;10,00;;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"unknown currency", HEAD ";1;2026-02-14;10,00;KR;a;\n", 1, false, 1, {FINDING_BAD_FIELD}},
        {"a negative case", HEAD ";1;2026-02-14;-10,00;;a;\n", 1, true, 1, {FINDING_FIELD_NOTE}},
        {"a column twice", "number;" HEAD ROW, 0, false, 1, {FINDING_BAD_STRUCTURE}},
        {"no column amount",
         "number;due_date;debtor_id\n1;2026-02-14;a\n",
         0,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"no header", "#case-csv;version=1\n", 0, false, 1, {FINDING_BAD_STRUCTURE}},
        {"text behind a quote",
         HEAD ";\"1\"x;2026-02-14;10,00;;a;\n",
         1,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"another version",
         "#case-csv;version=2;environment=P\n" HEAD ROW,
         1,
         true,
         1,
         {FINDING_FIELD_NOTE}},
        {"another environment",
         "#case-csv;environment=Q\n" HEAD ROW,
         1,
         true,
         1,
         {FINDING_FIELD_NOTE}},
        {"both character sets",
         HEAD ";1;2026-02-14;10,00;;;\xC3\x85sa\n;2;2026-02-14;10,00;;;\xC5sa\n",
         2,
         true,
         1,
         {FINDING_ENCODING_BROKEN}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 3; piece++) {
            struct heard *h = hear_pieces(&format_casecsv, span_str(cases[i].text), piece);
            assert_int_equal(h->result, 0);
            if (h->items != cases[i].items || h->summary.valid != cases[i].valid)
                fail_msg("%s: %d items, valid %d", cases[i].name, (int)h->items, h->summary.valid);
            h->of[FINDING_NO_ITEMS] = 0; /* said by the reading, and tested there */
            assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
            heard_free(h);
        }
}

static void a_missing_line_end_alone_is_held_not_rejected(void **state)
{
    struct heard *h = hear(&format_casecsv, HEAD ";1;2026-02-14;10,00;;a;b");

    (void)state;
    assert_int_equal(heard_of(h, FINDING_TRUNCATED)->level, LEVEL_HOLD);
    heard_free(h);
    h = hear(&format_casecsv, HEAD ROW ";2;2026");
    assert_int_equal(heard_of(h, FINDING_TRUNCATED)->level, LEVEL_REJECT);
    heard_free(h);
}

static void equal_rows_stay_as_many_u38(void **state)
{
    struct heard *h = hear(&format_casecsv, HEAD ROW ROW ROW "#end;items=3;sum=30.00\n");

    (void)state;
    assert_true(h->summary.valid);
    assert_int_equal(h->summary.items, 3);
    assert_true(h->summary.sums.of[0].minor == 3000);
    heard_free(h);
}

static void credit_notes_count_negative_whatever_their_sign(void **state)
{
    struct heard *h = hear(&format_casecsv, HEAD "credit-note;1;2026-02-14;10,00;;a;\n"
                                                 "Credit-Note;2;2026-02-14;-10,00;;a;\n");

    (void)state;
    assert_true(h->summary.valid);
    assert_true(h->summary.sums.of[0].minor == -2000);
    assert_int_equal(h->findings, 0);
    heard_free(h);
}

/* Fees and interest stand beside the capital; what is no amount there stops nothing. */
static void fees_and_interest_are_told_apart(void **state)
{
    struct heard *h =
        hear(&format_casecsv, "number;due_date;amount;debtor_name;fee;interest\n"
                              "1;2026-02-14;1000,00;a;60,00;12,34\n2;2026-02-14;500,00;b;60,00;\n"
                              "3;2026-02-14;1,00;c;;enligt lag\n");

    (void)state;
    assert_true(h->summary.valid);
    assert_true(h->summary.sums.of[0].minor == 150100);
    assert_true(h->summary.parts[PART_FEES].of[0].minor == 12000);
    assert_int_equal(h->summary.parts[PART_FEES].of[0].count, 2);
    assert_true(h->summary.parts[PART_INTEREST].of[0].minor == 1234);
    assert_int_equal(h->findings, 1);
    heard_free(h);
}

static void decimals_follow_the_currency(void **state)
{
    struct heard *h = hear(&format_casecsv, HEAD ";1;2026-02-14;1000;JPY;a;\n"
                                                 ";2;2026-02-14;10.125;KWD;a;\n");

    (void)state;
    assert_true(h->summary.valid);
    assert_true(h->item[0].amount_minor == 1000);
    assert_true(h->item[1].amount_minor == 10125);
    heard_free(h);
}

static void long_texts_are_cut_on_a_character(void **state)
{
    static const struct {
        const char *character;
        size_t bytes; /* of UTF-8 that remain */
    } cases[] = {{"\xC3\xA5", 1024}, {"\xE5", 1024}, {"\xE2\x82\xAC", 1023}, {"a", 1024}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char text[8000] = HEAD ";1;2026-02-14;10,00;;;";
        size_t n = strlen(text);
        for (unsigned k = 0; k < 1200; k++)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", cases[i].character);
        text[n++] = '\n';
        struct heard *h = hear_pieces(&format_casecsv, span_of(text, n), 0);
        assert_int_equal(h->of[FINDING_TEXT_CUT], 1);
        assert_int_equal(h->item[0].counterparty_name.n, cases[i].bytes);
        assert_true(utf8_valid(h->item[0].counterparty_name));
        heard_free(h);
    }
}

static void faults_in_every_row_are_counted(void **state)
{
    size_t room = 200000;
    char *text = malloc(room);
    size_t n;

    (void)state;
    assert_non_null(text);
    n = (size_t)snprintf(text, room, "%s", HEAD);
    for (unsigned i = 0; i < 1000; i++)
        n += (size_t)snprintf(text + n, room - n, ";%u;2026-02-30;10,00;;a;\n", i);
    struct heard *h = hear_pieces(&format_casecsv, span_of(text, n), 0);
    assert_int_equal(h->items, 1000);
    assert_int_equal(h->of[FINDING_BAD_FIELD], 20);
    assert_int_equal(heard_fact(heard_of(h, FINDING_MORE_FINDINGS), "count")->n, 980);
    heard_free(h);
    free(text);
}

static void ceilings_stop_the_reading(void **state)
{
    char text[1000];
    size_t n = (size_t)snprintf(text, sizeof(text), "%s", HEAD);

    (void)state;
    memset(text + n, ';', 400);
    text[n + 400] = '\n';
    struct heard *h = hear_pieces(&format_casecsv, span_of(text, n + 401), 0);
    assert_int_equal(h->of[FINDING_LIMIT_REACHED], 1);
    assert_false(h->summary.valid);
    heard_free(h);
}

static void bids_follow_the_evidence(void **state)
{
    static const struct {
        const char *text;
        bool whole;
        enum bid bid;
    } cases[] = {
        {"#case-csv;version=1\n", true, BID_CERTAIN},
        {"#case-csv\r\n", true, BID_CERTAIN},
        {"#case-csvx;version=1\n", true, BID_NO},
        {HEAD, true, BID_CERTAIN},
        {"\"Number\"; Due_Date ;AMOUNT;\"debtor_name\"\r\n", true, BID_CERTAIN},
        {"number;due_date;amount;debtor_id", true, BID_CERTAIN},
        {"number;due_date;amount;debtor_id", false, BID_NO},
        {"number;due_date;amount\n", true, BID_POSSIBLE},
        {"number,due_date,amount,debtor_id\n", true, BID_NO},
        {"number;x;y\n", true, BID_NO},
        {"number;number;number\n", true, BID_NO},
        {"", true, BID_NO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (format_casecsv.bid(span_str(cases[i].text), cases[i].whole) != cases[i].bid)
            fail_msg("bid on %s", cases[i].text);
}

static void endings_are_told_by_the_last_line(void **state)
{
    static const struct {
        const char *tail;
        enum ending ending;
    } cases[] = {
        {HEAD ROW "#end;items=1;sum=10,00\n", ENDING_WHOLE},
        {HEAD ROW "#end;items=1;sum=10,00", ENDING_WHOLE},
        {HEAD ROW "#end\r\n\r\n", ENDING_WHOLE},
        {HEAD ROW "#end;items=1", ENDING_CUT},
        {HEAD ROW, ENDING_UNKNOWN},
        {HEAD ";1;2026-02-14", ENDING_CUT},
        {HEAD ROW "#endless\n", ENDING_UNKNOWN},
        {"#end;items=0;sum=0\n", ENDING_WHOLE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (format_casecsv.ending(SPAN_LIT(HEAD), span_str(cases[i].tail)) != cases[i].ending)
            fail_msg("ending of %s", cases[i].tail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_give_their_figures),
        cmocka_unit_test(items_say_what_the_rows_say),
        cmocka_unit_test(faults_are_found_where_they_are),
        cmocka_unit_test(a_missing_line_end_alone_is_held_not_rejected),
        cmocka_unit_test(equal_rows_stay_as_many_u38),
        cmocka_unit_test(credit_notes_count_negative_whatever_their_sign),
        cmocka_unit_test(fees_and_interest_are_told_apart),
        cmocka_unit_test(decimals_follow_the_currency),
        cmocka_unit_test(long_texts_are_cut_on_a_character),
        cmocka_unit_test(faults_in_every_row_are_counted),
        cmocka_unit_test(ceilings_stop_the_reading),
        cmocka_unit_test(bids_follow_the_evidence),
        cmocka_unit_test(endings_are_told_by_the_last_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
