/* bgmax_test.c -- payments from BgMax: figures, tolerances, totals, and where a file ends */
#include "tests/unit/parsers/heard.h"

#include "parsers/bgmax.h"

static struct heard *hear_sample(const char *name, size_t piece)
{
    struct span text = sample(name);
    struct heard *h = hear_pieces(NULL, text, piece);

    free((char *)text.p);
    assert_int_equal(h->result, 0);
    return h;
}

/* --- samples ------------------------------------------------------------------------- */

static void samples_give_their_figures(void **state)
{
    static const struct {
        const char *name;
        bool valid, test, zero;
        uint64_t items;
        int64_t sek, eur;
        size_t n;
        enum finding_code codes[4];
    } cases[] = {
        {"bgmax/two-deposits.txt", true, false, false, 4, 150000, 990, 0, {0}},
        {"bgmax/two-deposits-utf8.txt",
         true,
         false,
         false,
         4,
         150000,
         990,
         1,
         {FINDING_ENCODING_CONVERTED}},
        {"bgmax/two-deposits-stripped.txt",
         true,
         false,
         false,
         4,
         150000,
         990,
         1,
         {FINDING_RECORD_LENGTH}},
        {"bgmax/test-mark.txt", true, true, false, 4, 150000, 990, 1, {FINDING_TEST_MARK}},
        {"bgmax/test-mark-tabs.txt",
         true,
         true,
         false,
         4,
         150000,
         990,
         3,
         {FINDING_TEST_MARK, FINDING_FIELD_NOTE, FINDING_RECORD_LENGTH}},
        {"bgmax/no-payments.txt", true, false, true, 0, 0, 0, 0, {0}},
        {"bgmax/fragment.txt",
         false,
         false,
         false,
         1,
         0,
         990,
         2,
         {FINDING_BAD_STRUCTURE, FINDING_TRUNCATED}},
        {"bgmax/wrong-totals.txt",
         false,
         false,
         false,
         4,
         150000,
         990,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 97) {
            struct heard *h = hear_sample(cases[i].name, piece);
            int64_t sek = 0;
            int64_t eur = 0;
            assert_string_equal(h->summary.format, "bgmax");
            assert_int_equal(h->summary.kind, KIND_PAYMENTS);
            assert_int_equal(h->summary.valid, cases[i].valid);
            assert_int_equal(h->summary.test, cases[i].test);
            assert_int_equal(h->summary.states_zero, cases[i].zero);
            assert_int_equal(h->summary.items, cases[i].items);
            for (unsigned k = 0; k < h->summary.sums.n; k++)
                *(strcmp(h->summary.sums.of[k].currency, "SEK") ? &eur : &sek) =
                    h->summary.sums.of[k].minor;
            assert_true(sek == cases[i].sek);
            assert_true(eur == cases[i].eur);
            assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
            heard_free(h);
        }
}

static void items_say_what_the_records_say(void **state)
{
    static const struct {
        enum item_type type;
        uint64_t record;
        int64_t amount;
        const char *currency, *number, *reference, *id, *name;
    } expected[] = {
        {ITEM_PAYMENT, 3, 125050, "SEK", "420000000001", "1000017", "1212121212",
         "\xC3\x85sa Exempel"},
        {ITEM_PAYMENT, 8, 40000, "SEK", "420000000002", "", "5560360793",
         "Exempelbolaget i Heby AB"},
        {ITEM_DEDUCTION, 14, -15050, "SEK", "420000000003", "1000025", "12345674", ""},
        {ITEM_PAYMENT, 17, 990, "EUR", "420000000004", "Invoice 77", "", ""},
    };
    static const char *const names[] = {"bgmax/two-deposits.txt", "bgmax/two-deposits-utf8.txt",
                                        "bgmax/two-deposits-stripped.txt"};

    (void)state;
    for (size_t f = 0; f < 3; f++) {
        struct heard *h = hear_sample(names[f], 0);
        assert_int_equal(h->items, 4);
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
            assert_text(item->payee_account, "58051234");
            assert_text(item->issuer, "58051234");
            assert_false(date_present(item->due_date));
            assert_false(date_present(item->issue_date));
        }
        heard_free(h);
    }
}

/* --- files built record by record ---------------------------------------------------- */

/* Lines filled up to 80 characters; a line that begins with '=' is taken as it is, without
 * line end when it is the last. */
static struct span build(const char *const *lines, char *out, size_t room)
{
    size_t n = 0;

    for (; *lines; lines++) {
        bool raw = **lines == '=';
        n += (size_t)snprintf(out + n, room - n, raw ? "%s" : "%-80s", *lines + raw);
        if (!raw || lines[1])
            n += (size_t)snprintf(out + n, room - n, "\r\n");
    }
    return span_of(out, n);
}

#define START       "01BGMAX               0120260302061200123456P"
#define OPEN        "050058051234          SEK"
#define ZERO35      "00000000000000000000000000000000000"
#define REF         "                  1000017"
#define PAY(amount) "200000000000" REF amount "214200000000010"
#define TEN         "000000000000001000"
#define DEPOSIT     "15" ZERO35 "2026030200001" TEN "SEK00000001"
#define END         "7000000001000000000000000000000001"

static void faults_are_found_where_they_are(void **state)
{
    static const struct {
        const char *name;
        const char *lines[14];
        uint64_t items;
        bool valid;
        size_t n;
        enum finding_code codes[6];
    } cases[] = {
        {"smallest file", {START, OPEN, PAY(TEN), DEPOSIT, END}, 1, true, 0, {0}},
        {"example receiver",
         {START, "050009912346          SEK", PAY(TEN), DEPOSIT, END},
         1,
         true,
         1,
         {FINDING_BGMAX_EXAMPLE}},
        {"example time",
         {"01BGMAX               0120040525173035010331P", OPEN, PAY(TEN), DEPOSIT, END},
         1,
         true,
         1,
         {FINDING_BGMAX_EXAMPLE}},
        {"last day of BgMax",
         {"01BGMAX               0120261127235959000000P", OPEN, PAY(TEN), DEPOSIT, END},
         1,
         true,
         0,
         {0}},
        {"the day after",
         {"01BGMAX               0120261128000000000000P", OPEN, PAY(TEN), DEPOSIT, END},
         1,
         true,
         1,
         {FINDING_AFTER_SHUTDOWN}},
        {"no test mark",
         {"01BGMAX               0120260302061200123456", OPEN, PAY(TEN), DEPOSIT, END},
         1,
         true,
         1,
         {FINDING_FIELD_NOTE}},
        {"title line before TK01",
         {"=Exempel", START, OPEN, PAY(TEN), DEPOSIT, END},
         1,
         true,
         2,
         {FINDING_UNKNOWN_RECORD, FINDING_RECORD_LENGTH}},
        {"unknown codes are skipped",
         {START, OPEN, "24", PAY(TEN), "99", "XX", DEPOSIT, END},
         1,
         true,
         1,
         {FINDING_UNKNOWN_RECORD}},
        {"a letter in an amount",
         {START, OPEN, PAY("00000000000000100O"), DEPOSIT, END},
         1,
         false,
         1,
         {FINDING_BAD_FIELD}},
        {"deposit amount differs",
         {START, OPEN, PAY("000000000000001001"), DEPOSIT, END},
         1,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"deposit count and amount differ",
         {START, OPEN, PAY(TEN), PAY(TEN), DEPOSIT, "7000000002000000000000000000000001"},
         2,
         false,
         2,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH}},
        {"deposit currency differs",
         {START, OPEN, PAY(TEN), "15" ZERO35 "2026030200001" TEN "EUR00000001", END},
         1,
         false,
         1,
         {FINDING_TOTALS_MISMATCH}},
        {"all four counts of TK70",
         {START, OPEN, PAY(TEN), DEPOSIT, "7000000009000000090000000900000009"},
         1,
         false,
         4,
         {FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH, FINDING_TOTALS_MISMATCH,
          FINDING_TOTALS_MISMATCH}},
        {"U07 cut after a payment", {START, OPEN, PAY(TEN)}, 1, false, 1, {FINDING_TRUNCATED}},
        {"U07 cut after a section",
         {START, OPEN, PAY(TEN), DEPOSIT},
         1,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"U06 cut inside a payment",
         {START, OPEN, "=200000000000" REF "0000000000000"},
         0,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"U06 cut inside TK70",
         {START, OPEN, PAY(TEN), DEPOSIT, "=70000000010000"},
         1,
         false,
         1,
         {FINDING_TRUNCATED}},
        {"TK70 without line end",
         {START, OPEN, PAY(TEN), DEPOSIT, "=" END},
         1,
         true,
         1,
         {FINDING_RECORD_LENGTH}},
        {"no TK01", {OPEN, PAY(TEN), DEPOSIT, END}, 1, false, 1, {FINDING_BAD_STRUCTURE}},
        {"two start records",
         {START, START, OPEN, PAY(TEN), DEPOSIT, END},
         1,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"two files in one",
         {START, OPEN, PAY(TEN), DEPOSIT, END, START, OPEN, PAY(TEN), DEPOSIT, END},
         2,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"records behind TK70",
         {START, OPEN, PAY(TEN), DEPOSIT, END, "25x", "25y"},
         1,
         false,
         3,
         {FINDING_BAD_STRUCTURE, FINDING_BAD_STRUCTURE, FINDING_BAD_STRUCTURE}},
        {"payment outside a section",
         {START, PAY(TEN), OPEN, PAY(TEN), DEPOSIT, "7000000002000000000000000000000001"},
         2,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"section without deposit",
         {START, OPEN, OPEN, PAY(TEN), DEPOSIT, END},
         1,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"TK70 in an open section",
         {START, OPEN, PAY(TEN), "7000000001000000000000000000000000"},
         1,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"detail without payment",
         {START, OPEN, "25x", PAY(TEN), DEPOSIT, END},
         1,
         false,
         1,
         {FINDING_BAD_STRUCTURE}},
        {"unknown currency",
         {START, "050058051234          ZZZ", PAY(TEN),
          "15" ZERO35 "2026030200001" TEN "ZZZ00000001", END},
         1,
         false,
         2,
         {FINDING_BAD_FIELD, FINDING_TOTALS_MISMATCH}},
        {"blank lines and a DOS end of file",
         {START, OPEN, PAY(TEN), DEPOSIT, END, "=", "=", "=\x1A"},
         1,
         true,
         0,
         {0}},
        {"UTF-8 and Latin-1 mixed",
         {START, OPEN, PAY(TEN), "26\xC3\x85sa ", "27\xC5vägen", DEPOSIT, END},
         1,
         true,
         2,
         {FINDING_ENCODING_CONVERTED, FINDING_ENCODING_BROKEN}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[2000];
        struct span bytes = build(cases[i].lines, text, sizeof(text));
        struct heard *h = hear_pieces(&format_bgmax, bytes, 7);
        assert_int_equal(h->result, 0);
        if (h->items != cases[i].items)
            fail_msg("%s: %d items", cases[i].name, (int)h->items);
        assert_int_equal(h->summary.valid, cases[i].valid);
        h->of[FINDING_NO_ITEMS] = 0; /* said by the reading, and tested there */
        assert_codes(h, cases[i].name, cases[i].codes, cases[i].n);
        heard_free(h);
    }
}

static void extra_references_are_never_added(void **state)
{
    static const char *const lines[] = {START,
                                        OPEN,
                                        PAY(TEN),
                                        "220000000000" REF "000000000000099999214200000000010",
                                        "230000000000" REF "000000000000088888214200000000010",
                                        DEPOSIT,
                                        "7000000001000000000000000200000001",
                                        NULL};
    char text[1000];
    struct heard *h = hear_pieces(&format_bgmax, build(lines, text, sizeof(text)), 0);

    (void)state;
    assert_true(h->summary.valid);
    assert_true(h->summary.sums.of[0].minor == 1000);
    heard_free(h);
}

static void mismatches_carry_both_figures(void **state)
{
    static const char *const lines[] = {START, OPEN, PAY("000000000000001001"), DEPOSIT, END, NULL};
    char text[1000];
    struct heard *h = hear_pieces(&format_bgmax, build(lines, text, sizeof(text)), 0);
    const struct finding *f = heard_of(h, FINDING_TOTALS_MISMATCH);

    (void)state;
    assert_int_equal(f->record, 4);
    assert_int_equal(heard_fact(f, "stated")->n, 1000);
    assert_int_equal(heard_fact(f, "computed")->n, 1001);
    assert_string_equal(heard_fact(f, "stated")->currency, "SEK");
    heard_free(h);
}

static void failing_check_digits_are_counted_not_refused(void **state)
{
    static const char *const lines[] = {
        START,   OPEN, "200000000000                  1000018" TEN "214200000000010",
        DEPOSIT, END,  NULL};
    char text[1000];
    struct heard *h = hear_pieces(&format_bgmax, build(lines, text, sizeof(text)), 0);
    const struct finding *f = heard_of(h, FINDING_CHECK_DIGITS);

    (void)state;
    assert_true(h->summary.valid);
    assert_int_equal(f->level, LEVEL_INFO);
    assert_int_equal(heard_fact(f, "count")->n, 1);
    assert_int_equal(heard_fact(f, "of")->n, 1);
    heard_free(h);
}

static void every_cut_is_noticed_u06(void **state)
{
    struct span text = sample("bgmax/two-deposits.txt");

    (void)state;
    /* The last 48 bytes are blanks behind TK70's counts and the line end. */
    for (size_t n = 7; n < text.n - 48; n += 3) {
        struct heard *h = hear_pieces(NULL, span_of(text.p, n), 0);
        if (h->summary.valid || h->of[FINDING_TRUNCATED] == 0)
            fail_msg("cut at %d of %d passes", (int)n, (int)text.n);
        assert_int_equal(format_bgmax.ending(span_of(text.p, n), span_of(text.p, n)), ENDING_CUT);
        heard_free(h);
    }
    free((char *)text.p);
}

static void bids_follow_the_evidence(void **state)
{
    static const struct {
        const char *name;
        const char *lines[6];
        enum bid bid;
    } cases[] = {
        {"start record", {START}, BID_CERTAIN},
        {"title before it", {"=Some title", START}, BID_CERTAIN},
        {"a section alone", {OPEN, PAY(TEN), DEPOSIT}, BID_LIKELY},
        {"one payment alone", {PAY(TEN)}, BID_POSSIBLE},
        {"Autogiro", {"01AUTOGIRO              20260302"}, BID_NO},
        {"prose", {"=05 is a number, and 20 too", "=15 as well"}, BID_NO},
        {"nothing", {"="}, BID_NO},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[1000];
        assert_int_equal(format_bgmax.bid(build(cases[i].lines, text, sizeof(text)), true),
                         cases[i].bid);
    }
}

static void endings_are_told_by_tk70(void **state)
{
    static const struct {
        const char *tail;
        enum ending ending;
    } cases[] = {
        {"x\r\n" END "\r\n", ENDING_WHOLE},
        {"x\n" END, ENDING_WHOLE},
        {"x\n" END "   \r\n\r\n\n\x1A", ENDING_WHOLE},
        {END, ENDING_WHOLE},
        {"x\n700000000100", ENDING_CUT},
        {"x\n" DEPOSIT "\r\n", ENDING_CUT},
        {"x\n25" END "\n", ENDING_CUT},
        {"\n\n", ENDING_CUT},
        {"", ENDING_CUT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(format_bgmax.ending(SPAN_LIT(START), span_str(cases[i].tail)),
                         cases[i].ending);
}

static void a_sink_that_stops_is_obeyed(void **state)
{
    struct span text = sample("bgmax/two-deposits.txt");
    struct heard *h = heard_new();
    struct reading *reading;

    (void)state;
    h->stop_at = 2;
    assert_int_equal(reading_open(&format_bgmax, &h->sink, &reading), 0);
    assert_int_equal(reading_push(reading, text), 0);
    struct summary summary;
    assert_int_equal(reading_finish(reading, &summary), -17);
    assert_int_equal(h->items, 2);
    reading_close(&reading);
    heard_free(h);
    free((char *)text.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_give_their_figures),
        cmocka_unit_test(items_say_what_the_records_say),
        cmocka_unit_test(faults_are_found_where_they_are),
        cmocka_unit_test(extra_references_are_never_added),
        cmocka_unit_test(mismatches_carry_both_figures),
        cmocka_unit_test(failing_check_digits_are_counted_not_refused),
        cmocka_unit_test(every_cut_is_noticed_u06),
        cmocka_unit_test(bids_follow_the_evidence),
        cmocka_unit_test(endings_are_told_by_tk70),
        cmocka_unit_test(a_sink_that_stops_is_obeyed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
