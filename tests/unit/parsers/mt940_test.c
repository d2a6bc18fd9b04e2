/* mt940_test.c -- account statements in MT940: figures, :61: in its dialects, :86:, chains */
#include "tests/unit/parsers/built.h"
#include "tests/unit/parsers/changed.h"

#include "parsers/mt940.h"
#include "parsers/recognize.h"

static void samples_give_their_figures(void **state)
{
    static const struct built_case cases[] = {
        {"mt940/two-accounts.sta", {0}, 4, 13550, true, 1, {FINDING_REVERSALS}},
        {"mt940/two-accounts-lf.sta", {0}, 4, 13550, true, 1, {FINDING_REVERSALS}},
        {"mt940/latin1.sta", {0}, 4, 13550, true, 1, {FINDING_REVERSALS}},
        {"mt940/wrong-balance.sta",
         {0},
         4,
         13550,
         false,
         2,
         {FINDING_REVERSALS, FINDING_TOTALS_MISMATCH}},
        {"mt940/pages.sta", {0}, 3, 100000, true, 0, {0}},
        {"mt940/test-mark.sta", {0}, 3, 100000, true, 1, {FINDING_TEST_MARK}},
        {"mt940/zero.sta", {0}, 0, 0, true, 0, {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 200; piece += piece < 3 ? 1 : 97) {
            struct span text = sample(cases[i].name);
            struct heard *h = hear_pieces(NULL, text, piece);
            assert_heard(&cases[i], h);
            assert_string_equal(h->summary.format, "mt940");
            heard_free(h);
            free((char *)text.p);
        }
}

/* Cut in two at every byte, the halves pushed one after the other. */
static void it_does_not_matter_where_the_pieces_end(void **state)
{
    static const char *const names[] = {"mt940/pages.sta", "mt940/latin1.sta"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct span text = sample(names[i]);
        struct heard *whole = hear_pieces(&format_mt940, text, 0);
        for (size_t at = 1; at < text.n; at++) {
            struct heard *h = heard_new();
            struct reading *reading = NULL;
            assert_int_equal(reading_open(&format_mt940, &h->sink, &reading), 0);
            assert_int_equal(reading_push(reading, span_of(text.p, at)), 0);
            assert_int_equal(reading_push(reading, span_of(text.p + at, text.n - at)), 0);
            assert_int_equal(reading_finish(reading, &h->summary), 0);
            reading_close(&reading);
            assert_int_equal(h->items, whole->items);
            assert_int_equal(h->findings, whole->findings);
            for (size_t k = 0; k < h->items; k++) {
                assert_true(h->item[k].amount_minor == whole->item[k].amount_minor);
                assert_true(
                    span_eq(h->item[k].counterparty_name, whole->item[k].counterparty_name));
                assert_true(span_eq(h->item[k].reference, whole->item[k].reference));
            }
            heard_free(h);
        }
        heard_free(whole);
        free((char *)text.p);
    }
}

static void items_say_what_the_lines_say(void **state)
{
    static const struct {
        const char *sample;
        unsigned index;
        enum item_type type;
        uint64_t record;
        int64_t amount;
        const char *number, *reference, *party, *name, *payee;
    } expected[] = {
        {"pages.sta", 0, ITEM_PAYMENT, 6, 125050, "26030200001", "1000017",
         "SE4550000000058398257466", "Anna Exempel", "SE3550000000054910000003"},
        {"pages.sta", 1, ITEM_PAYMENT, 10, 50000, "26030200002", "RF18539007547034",
         "SE6412000000012170145230", "Bygg i Heby AB", "SE3550000000054910000003"},
        {"pages.sta", 2, ITEM_DEDUCTION, 20, -75050, "26030200003", "", "", "", ""},
        {"two-accounts.sta", 0, ITEM_PAYMENT, 5, 25050, "BANK0001", "RF18539007547034",
         "DE02120300000000202051", "Exempel Kundin GmbH", "37050198/1020304050"},
        {"two-accounts.sta", 1, ITEM_DEDUCTION, 8, -10000, "BANK0002", "", "DE02500105170137075030",
         "Elverket Test AG", "DE02500105170137075030"},
        {"two-accounts.sta", 2, ITEM_DEDUCTION, 11, -5050, "BANK0003", "", "", "", ""},
        {"two-accounts.sta", 3, ITEM_PAYMENT, 20, 3550, "", "REFERENS 5", "", "",
         "37050198/2020304050"},
        {"latin1.sta", 3, ITEM_PAYMENT, 20, 3550, "", "REFERENS 5", "",
         "\xC3\x85sa \xC3\x96"
         "berg",
         "37050198/2020304050"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        char name[80];
        snprintf(name, sizeof(name), "mt940/%s", expected[i].sample);
        struct span text = sample(name);
        struct heard *h = hear_pieces(NULL, text, 0);
        const struct item *item = &h->item[expected[i].index];
        assert_int_equal(item->type, expected[i].type);
        assert_int_equal(item->record, expected[i].record);
        assert_true(item->amount_minor == expected[i].amount);
        assert_text(item->number, expected[i].number);
        assert_text(item->reference, expected[i].reference);
        assert_text(item->counterparty_id, expected[i].party);
        assert_text(item->counterparty_name, expected[i].name);
        assert_text(item->payee_account, expected[i].payee);
        heard_free(h);
        free((char *)text.p);
    }
}

/* A statement of SEK 0 around one :61:, whose closing balance the case gives. */
static struct heard *hear_line(const char *line, const char *closing)
{
    char text[1000];

    snprintf(text, sizeof(text), ":20:A\n:25:1\n:28C:1\n:60F:C260301SEK0,\n:61:%s\n:62F:%s\n-\n",
             line, closing);
    return hear(&format_mt940, text);
}

static void a_line_is_read_in_every_dialect(void **state)
{
    static const struct {
        const char *name, *line, *closing;
        int64_t amount;
        const char *day, *reference;
        enum finding_code code; /* 0 is EMPTY_FILE: none */
    } cases[] = {
        {"plain", "2603020303C1,5NTRFABC", "C260303SEK1,5", 150, "2026-03-03", "ABC", 0},
        {"no entry date", "260302C1,NTRFABC", "C260303SEK1,", 100, "2026-03-02", "ABC", 0},
        {"a blank entry date", "260302    CK1,NTRFABC", "C260303SEK1,", 100, "2026-03-02", "ABC",
         0},
        {"entered the year after", "2512310102D2,00N192NONREF", "D260303SEK2,00", -200,
         "2026-01-02", "", 0},
        {"entered the year before", "2601011231D2,00N192NONREF", "D260303SEK2,00", -200,
         "2025-12-31", "", 0},
        {"30 February", "2602300302C2,NTRF", "C260303SEK2,", 200, "2026-03-02", "",
         FINDING_FIELD_NOTE},
        {"a credit taken back", "260302RCK2,NTRF", "D260303SEK2,", -200, "2026-03-02", "",
         FINDING_REVERSALS},
        {"a debit taken back", "260302RD2,NTRF", "C260303SEK2,", 200, "2026-03-02", "",
         FINDING_REVERSALS},
        {"type left blank", "260302C2,S   X", "C260303SEK2,", 200, "2026-03-02", "X", 0},
        {"a name at a fixed place", "260302C2,N0440121470966      W.P. Exempel", "C260303SEK2,",
         200, "2026-03-02", "0121470966", 0},
        {"an account as reference", "260302C2,NOVBNL47INGB9999999999", "C260303SEK2,", 200,
         "2026-03-02", "", 0},
        {"another closing balance", "260302C2,NTRF", "C260303SEK2,01", 200, "2026-03-02", "",
         FINDING_TOTALS_MISMATCH},
        {"three decimals", "260302C2,005NTRF", "C260303SEK2,005", 201, "2026-03-02", "",
         FINDING_FIELD_NOTE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char day[DATE_SIZE];
        struct heard *h = hear_line(cases[i].line, cases[i].closing);
        if (h->items != 1 || h->findings != (cases[i].code ? 1 : 0) ||
            (cases[i].code && !h->of[cases[i].code]))
            fail_msg("%s: %d items, %d findings", cases[i].name, (int)h->items, (int)h->findings);
        assert_true(h->item[0].amount_minor == cases[i].amount);
        assert_string_equal(date_format(h->item[0].issue_date, day), cases[i].day);
        assert_text(h->item[0].reference, cases[i].reference);
        heard_free(h);
    }
}

static void a_line_that_is_none_makes_no_item(void **state)
{
    static const char *const lines[] = {
        "",
        "26030",
        "260302X1,NTRF",
        "260302C1NTRF",
        "260302C,NTRF",
        "260302C1,",
        "260302C1,5,0",
        "2603021126CR",
        "26O302C1,NTRF",
        "260302C1.50NTRF",
        "260302CNTRF",
        "260302C1234567890123456789,NTRF",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct heard *h = hear_line(lines[i], "C260303SEK0,");
        if (h->items != 0 || !h->of[FINDING_BAD_FIELD] || h->summary.valid)
            fail_msg("\"%s\" passes", lines[i]);
        heard_free(h);
    }
}

#define HEAD ":20:A\n:25:1\n:28C:1/1\n:60F:C260301SEK5,\n"
#define NEXT ":20:B\n:25:1\n"

static void faults_are_found_where_they_are(void **state)
{
    static const struct {
        const char *name, *text;
        uint64_t items;
        enum finding_code code; /* EMPTY_FILE: none */
        uint64_t record;
        bool valid;
    } cases[] = {
        {"whole", HEAD ":62F:C260301SEK5,\n-\n", 0, 0, 0, true},
        {"without its last page", HEAD ":62M:C260301SEK5,\n-\n", 0, FINDING_TRUNCATED, 6, true},
        {"half a field behind it", HEAD ":62F:C260301SEK5,\n-\n:2", 0, FINDING_TRUNCATED, 7, true},
        {"half a block behind it", HEAD ":62F:C260301SEK5,\n-}{5:{CHK", 0, FINDING_TRUNCATED, 6,
         true},
        {"without the last line's end", HEAD ":62F:C260301SEK5,\n-", 0, 0, 0, true},
        {"without the last -", HEAD ":62F:C260301SEK5,\n", 0, 0, 0, true},
        {"no reference", ":25:1\n:28C:1\n:60F:C260301SEK5,\n:62F:C260301SEK5,\n", 0,
         FINDING_BAD_STRUCTURE, 1, false},
        {"no account", ":20:A\n:28C:1\n:60F:C260301SEK5,\n:62F:C260301SEK5,\n", 0,
         FINDING_BAD_STRUCTURE, 1, false},
        {"no number", ":20:A\n:25:1\n:60F:C260301SEK5,\n:62F:C260301SEK5,\n", 0,
         FINDING_BAD_STRUCTURE, 1, false},
        {"no opening balance", ":20:A\n:25:1\n:28C:1\n:62F:C260301SEK5,\n", 0,
         FINDING_BAD_STRUCTURE, 1, false},
        {"no closing balance", HEAD, 0, FINDING_TRUNCATED, 4, false},
        {"no closing balance before the next", HEAD "-\n" HEAD ":62F:C260301SEK5,\n", 0,
         FINDING_BAD_STRUCTURE, 1, false},
        {"two opening balances", HEAD ":60F:C260301SEK5,\n:62F:C260301SEK5,\n", 0,
         FINDING_BAD_STRUCTURE, 5, false},
        {"currencies differ", HEAD ":62F:C260301EUR5,\n", 0, FINDING_BAD_STRUCTURE, 1, false},
        {"no such currency", HEAD ":62F:C260301SEX5,\n", 0, FINDING_BAD_FIELD, 5, false},
        {"an entry behind the end", HEAD ":62F:C260301SEK5,\n-\n:61:260302C1,NTRF\n", 1,
         FINDING_BAD_STRUCTURE, 7, true},
        {"pages that do not meet",
         HEAD ":62M:C260301SEK5,\n-\n" NEXT ":28C:1/2\n:60M:C260301SEK6,\n:62F:C260301SEK6,\n-\n",
         0, FINDING_TOTALS_MISMATCH, 10, false},
        {"statements that do not meet",
         HEAD ":62F:C260301SEK5,\n-\n" NEXT ":28C:2/1\n:60F:C260301SEK6,\n:62F:C260301SEK6,\n-\n",
         0, FINDING_TOTALS_NOTE, 10, true},
        {"a number is missing between",
         HEAD ":62F:C260301SEK5,\n-\n" NEXT ":28C:3/1\n:60F:C260301SEK5,\n:62F:C260301SEK5,\n-\n",
         0, FINDING_STATEMENT_ORDER, 7, true},
        {"a year begins anew",
         HEAD ":62F:C260301SEK5,\n-\n" NEXT ":28C:1/1\n:60F:C260301SEK5,\n:62F:C260301SEK5,\n-\n",
         0, 0, 0, true},
        {"another account",
         HEAD ":62F:C260301SEK5,\n-\n:20:B\n:25:2\n:28C:9\n:60F:C260301SEK7,\n:62F:C260301SEK7,\n",
         0, 0, 0, true},
        {"a field the format does not have", HEAD ":99A:X\n:62F:C260301SEK5,\n", 0,
         FINDING_UNKNOWN_RECORD, 5, true},
        {"a bank's own lines", "EXEMSESS\n940\n" HEAD ":62F:C260301SEK5,\n-XXX\n", 0, 0, 0, true},
        {"a test BIC", "{1:F01EXEMSES0AXXX0000000000}{2:O940}{4:\n" HEAD ":62F:C260301SEK5,\n-}\n",
         0, FINDING_TEST_BIC, 1, true},
        {"sent again", HEAD ":62F:C260301SEK5,\n-}{5:{PDE:}}\n", 0, FINDING_COPY_MARK, 6, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = hear(&format_mt940, cases[i].text);
        h->findings -= (unsigned)h->of[FINDING_NO_ITEMS];
        if (h->items != cases[i].items || h->summary.valid != cases[i].valid ||
            h->findings != (cases[i].code ? 1 : 0))
            fail_msg("%s: %d items, valid %d, %d findings", cases[i].name, (int)h->items,
                     h->summary.valid, (int)h->findings);
        if (cases[i].code)
            assert_int_equal(heard_of(h, cases[i].code)->record, cases[i].record);
        heard_free(h);
    }
}

static void both_figures_are_named(void **state)
{
    struct span text = sample("mt940/wrong-balance.sta");
    struct heard *h = hear_pieces(NULL, text, 0);
    const struct finding *f = heard_of(h, FINDING_TOTALS_MISMATCH);

    (void)state;
    assert_text(heard_fact(f, "stated")->text, "1100.01");
    assert_text(heard_fact(f, "computed")->text, "1100.00");
    heard_free(h);
    free((char *)text.p);
}

/* U64: one :86: as long as the file. */
static void a_long_text_is_cut_and_said(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    buf_str(&text, HEAD ":61:260302C1,NTRF\n:86:/NAME/Exempel/REMI/");
    for (unsigned i = 0; i < 500; i++)
        buf_str(&text,
                "sextiofyra tecken text med \xC3\xA5 i, som alltid forts\xC3\xA4tter p\xC3\xA5 "
                "samma vis\n");
    buf_str(&text, ":62F:C260302SEK6,\n-\n");
    assert_int_equal(buf_error(&text), 0);
    struct heard *h = hear_pieces(&format_mt940, buf_view(&text), 0);
    assert_int_equal(h->items, 1);
    assert_true(h->summary.valid);
    assert_int_equal(h->of[FINDING_TEXT_CUT], 2); /* the field, and what is kept of it */
    assert_text(h->item[0].counterparty_name, "Exempel");
    heard_free(h);
    buf_free(&text);
}

static void every_cut_before_the_last_balance_is_noticed(void **state)
{
    (void)state;
    assert_cuts(&format_mt940, "mt940/zero.sta", 20);
}

static void a_statement_is_recognised(void **state)
{
    static const struct {
        const char *text;
        const char *reason; /* null: it is one */
    } cases[] = {
        {":20:A\n:25:1\n", NULL},
        {"\r\n:20:A\r\n:28C:1\r\n", NULL},
        {"{1:F01EXEMSESSAXXX0000000000}{2:O9401200}{4:\n:20:A\n", NULL},
        {"\x01{1:F01EXEMSESSAXXX0000000000}{2:I940}{4:\n:20:A\n:25:1\n", NULL},
        {"EXEMSESS\n940\nEXEMSESS\n:20:A\n:25:1\n", NULL},
        {":61:260302C1,NTRF\n", NULL},
        {":20:A\n:25:1\n:28C:1\n:34F:SEK0,\n", "an MT942 interim report"},
        {"{1:F01EXEMSESSAXXX0000000000}{2:O9421200}{4:\n:20:A\n", "an MT942 interim report"},
        {"{1:F01EXEMSESSAXXX0000000000}{2:I103}{4:\n:20:A\n:23B:CRED\n", "an MT103 payment"},
        {":20:A\n:23B:CRED\n", "an MT103 payment"},
        {":20:A\n:28D:1/1\n", "an MT101 payment order"},
        {"{1:F01EXEMSESSAXXX0000000000}{2:I799}{4:\n:20:A\n", "a SWIFT message"},
        {"1\n2\n3\n4\n5\n6\n:20:A\n:25:1\n", "text without a known signature"},
        {"a:20:A\n", "text without a known signature"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct recognition found = recognize(span_str(cases[i].text), true);
        if (!cases[i].reason && found.format != &format_mt940)
            fail_msg("%s is %s", cases[i].text, found.reason);
        if (cases[i].reason)
            assert_string_equal(found.reason, cases[i].reason);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_give_their_figures),
        cmocka_unit_test(it_does_not_matter_where_the_pieces_end),
        cmocka_unit_test(items_say_what_the_lines_say),
        cmocka_unit_test(a_line_is_read_in_every_dialect),
        cmocka_unit_test(a_line_that_is_none_makes_no_item),
        cmocka_unit_test(faults_are_found_where_they_are),
        cmocka_unit_test(both_figures_are_named),
        cmocka_unit_test(a_long_text_is_cut_and_said),
        cmocka_unit_test(every_cut_before_the_last_balance_is_noticed),
        cmocka_unit_test(a_statement_is_recognised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
