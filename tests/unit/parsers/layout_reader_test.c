/* layout_reader_test.c -- files of declared layouts: the examples, and all that can be wrong */
#include "tests/unit/parsers/declared.h"

#include "model/text.h"
#include "parsers/recognize.h"

static const struct {
    const char *layout, *file;
    uint64_t items;
    int64_t minor;
    uint64_t feed; /* items with a fee beside their capital, and its sum */
    int64_t fees;
} examples[] = {
    {"cases-fixed", "layouts/cases-fixed.txt", 4, 1748975, 4, 24000},
    {"ledger", "layouts/ledger.csv", 3, 1374950, 2, 12338},
    {"invoice-register", "layouts/invoice-register.txt", 3, 163925, 0, 0},
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static void the_examples_read_to_the_last_ore(void **state)
{
    for (size_t i = 0; i < EXAMPLES; i++) {
        struct declared d = example(examples[i].layout);
        struct span text = sample(examples[i].file);
        struct heard *h = hear_pieces(&d.layout->format, text, 0);

        assert_int_equal(h->result, 0);
        assert_true(h->summary.valid);
        assert_false(h->summary.test);
        assert_int_equal(h->items, examples[i].items);
        assert_int_equal(h->summary.sums.of[0].minor, examples[i].minor);
        assert_int_equal(h->summary.parts[PART_FEES].of[0].count, examples[i].feed);
        assert_int_equal(h->summary.parts[PART_FEES].of[0].minor, examples[i].fees);
        assert_int_equal(d.warnings.n, 0);
        heard_free(h);
        free((char *)text.p);
        undeclare(&d);
    }
    (void)state;
}

static void pieces_do_not_matter(void **state)
{
    for (size_t i = 0; i < EXAMPLES; i++) {
        struct declared d = example(examples[i].layout);
        struct span text = sample(examples[i].file);

        for (size_t cut = 1; cut < text.n; cut++) {
            struct heard *h = heard_new();
            struct reading *reading = NULL;
            assert_int_equal(reading_open(&d.layout->format, &h->sink, &reading), 0);
            assert_int_equal(reading_push(reading, span_of(text.p, cut)), 0);
            assert_int_equal(reading_push(reading, span_of(text.p + cut, text.n - cut)), 0);
            assert_int_equal(reading_finish(reading, &h->summary), 0);
            assert_true(h->summary.valid);
            assert_int_equal(h->items, examples[i].items);
            reading_close(&reading);
            heard_free(h);
        }
        free((char *)text.p);
        undeclare(&d);
    }
    (void)state;
}

/* Fault U62: in UTF-16 positions count characters, whatever the layout declares; and it is said. */
static void utf16_is_read_by_characters(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct declared d = example(examples[i].layout);
        struct span text = sample(examples[i].file);
        char *wide = malloc(2 * text.n);

        assert_non_null(wide);
        for (size_t at = 0; at < text.n; at++) { /* of Latin letters alone */
            wide[2 * at] = text.p[at];
            wide[2 * at + 1] = 0;
        }
        struct heard *h = hear_pieces(&d.layout->format, span_of(wide, 2 * text.n), 1001);
        assert_true(h->summary.valid);
        assert_int_equal(h->items, examples[i].items);
        assert_int_equal(h->summary.sums.of[0].minor, examples[i].minor);
        assert_int_equal(h->of[FINDING_ENCODING_CONVERTED], text_has_high(text));
        heard_free(h);
        free(wide);
        free((char *)text.p);
        undeclare(&d);
    }
    (void)state;
}

/* Fault U10: whatever is missing at the end, the file is not valid. */
static void a_cut_example_is_never_valid(void **state)
{
    for (size_t i = 0; i < EXAMPLES; i++) {
        struct declared d = example(examples[i].layout);
        struct span text = sample(examples[i].file);
        size_t end = text.n;

        while (text.p[end - 1] == '\n' || text.p[end - 1] == '\r' || text.p[end - 1] == ' ')
            end--;
        for (size_t cut = 1; cut < end - 1; cut++) {
            struct heard *h = hear_pieces(&d.layout->format, span_of(text.p, cut), 0);
            if (h->summary.valid)
                fail_msg("%s cut at %zu is valid", examples[i].layout, cut);
            heard_free(h);
        }
        free((char *)text.p);
        undeclare(&d);
    }
    (void)state;
}

static void an_item_inherits_from_its_case(void **state)
{
    struct declared d = example("cases-fixed");
    struct span text = sample("layouts/cases-fixed.txt");
    struct heard *h = hear_pieces(&d.layout->format, text, 7);
    const struct item *second = &h->item[1];

    assert_int_equal(second->type, ITEM_CASE);
    assert_text(second->number, "FB20261002");
    assert_text(second->counterparty_name, "Provsson, \xC3\x85sa");
    assert_text(second->payee_account, "09912346");
    assert_text(second->issuer, "2120000563");
    assert_string_equal(second->currency, "SEK");
    assert_int_equal(second->amount_minor, 125050);
    assert_int_equal(second->due_date.day, 30);
    assert_int_equal(second->record, 4);
    assert_int_equal(h->of[FINDING_FILE_SERIAL], 1);
    heard_free(h);
    free((char *)text.p);
    undeclare(&d);
    (void)state;
}

/* --- what can be wrong ------------------------------------------------------------------- */

struct change {
    const char *name, *old, *new;
    enum finding_code code;
    uint64_t items;
    bool valid;
};

static void check_changes(const char *layout, const char *file, const struct change *changes,
                          size_t n)
{
    struct declared d = example(layout);
    struct span text = sample(file);

    for (size_t i = 0; i < n; i++) {
        struct span changed = altered(text, changes[i].old, changes[i].new);
        struct heard *h = hear_pieces(&d.layout->format, changed, 0);

        if (!h->of[changes[i].code])
            fail_msg("%s: no %s", changes[i].name, finding_kinds[changes[i].code].name);
        if (h->items != changes[i].items || h->summary.valid != changes[i].valid)
            fail_msg("%s: %d items, %s", changes[i].name, (int)h->items,
                     h->summary.valid ? "valid" : "not valid");
        heard_free(h);
        free((char *)changed.p);
    }
    free((char *)text.p);
    undeclare(&d);
}

static void faults_in_a_fixed_file_are_named(void **state)
{
    static const struct change changes[] = {
        {"a line of no record", "20VA2026", "21VA2026", FINDING_LAYOUT_UNCLAIMED, 3, false},
        {"a longer line", "augusti", "augusti i ar", FINDING_LAYOUT_LENGTH, 4, false},
        {"a shorter line", "augusti  ", "augusti", FINDING_LAYOUT_LENGTH, 4, false},
        {"a letter in an amount", "00000125050", "0000012505O", FINDING_LAYOUT_FIELD, 4, false},
        {"a blank amount", "00000125050", "           ", FINDING_LAYOUT_FIELD, 4, false},
        {"a day that there is not", "20260831", "20260931", FINDING_LAYOUT_FIELD, 4, false},
        {"a date that is missing", "20260831", "00000000", FINDING_LAYOUT_FIELD, 4, false},
        {"no date", "20260831", "2026-8-3", FINDING_LAYOUT_FIELD, 4, false},
        {"a kind that is not declared", "IN", "XX", FINDING_LAYOUT_FIELD, 4, false},
        {"another amount", "00000125050", "00000125051", FINDING_TOTALS_MISMATCH, 4, false},
        {"another count", "990000003", "990000002", FINDING_TOTALS_MISMATCH, 4, false},
        {"the trailer's sum", "000000001748975", "000000001748976", FINDING_TOTALS_MISMATCH, 4,
         false},
        {"a claim where a case was", "10K2026-000102", "20K2026-000102", FINDING_LAYOUT_FIELD, 5,
         false},
        {"a currency that there is not", "SEK", "SKR", FINDING_LAYOUT_FIELD, 4, false},
        {"a test mark", "0000041P", "0000041T", FINDING_TEST_MARK, 4, true},
    };

    check_changes("cases-fixed", "layouts/cases-fixed.txt", changes,
                  sizeof(changes) / sizeof(changes[0]));
    (void)state;
}

static void faults_in_a_delimited_file_are_named(void **state)
{
    static const struct change changes[] = {
        {"a row with a column more", ";Open", ";Open;", FINDING_LAYOUT_LENGTH, 3, false},
        {"a row with a column less", ";SEK;Open", ";SEK", FINDING_LAYOUT_LENGTH, 3, false},
        {"mixed marks", "1 250,50", "1,250.50", FINDING_LAYOUT_FIELD, 3, false},
        {"a point for the comma", "1 250,50", "1250.50", FINDING_LAYOUT_FIELD, 3, false},
        {"an exponent", "1 250,50", "1,2505e3", FINDING_LAYOUT_FIELD, 3, false},
        {"a group of two", "1 250,50", "12 50,50", FINDING_LAYOUT_FIELD, 3, false},
        {"a part of an ore", "1 250,50", "1250,505", FINDING_LAYOUT_FIELD, 3, false},
        {"no groups", "1 250,50", "1250,50", FINDING_LAYOUT_FIELD, 3, true},
        {"a stray quote", "\"Testberg, \"\"\xD6rjan\"\"\"", "\"Testberg\" x", FINDING_BAD_STRUCTURE,
         3, false},
        {"a line end in a name", "Provsson, ", "\"Provsson,\n\"", FINDING_BAD_STRUCTURE, 3, false},
        {"a test mark", ";Open", ";TEST", FINDING_TEST_MARK, 3, true},
        {"an end that is not there", "E;3;", "D;3;", FINDING_TRUNCATED, 4, false},
        {"a second head", "H2;Legal", "H1;Legal", FINDING_LAYOUT_ORDER, 3, false},
    };
    static const struct change without[] = {
        {"utf-8 in a cp1252 file", "Provsson, \xC5sa", "Provsson, \xC3\x85sa",
         FINDING_ENCODING_CONVERTED, 3, true},
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct change change = changes[i];
        if (strcmp(change.name, "no groups") == 0)
            continue; /* read as well: see numbers_are_exact */
        check_changes("ledger", "layouts/ledger.csv", &change, 1);
    }
    check_changes("ledger", "layouts/ledger.csv", without, 1);
    (void)state;
}

/* One number, in a layout of one field. */
static void numbers_are_exact(void **state)
{
    static const struct {
        const char *dialect, *field, *text;
        bool good;
        int64_t minor;
    } cases[] = {
        {"decimalChar ,", "", "12,50", true, 1250},
        {"decimalChar ,", "", "-12,50", true, -1250},
        {"decimalChar ,", "", "+12,5", true, 1250},
        {"decimalChar ,", "", "12", true, 1200},
        {"decimalChar ,", "", "12,500", true, 1250},
        {"decimalChar ,", "", "12,501", false, 0},
        {"decimalChar ,", "", "12,", false, 0},
        {"decimalChar ,", "", ",50", false, 0},
        {"decimalChar ,", "", "12.50", false, 0},
        {"decimalChar ,", "", "12,5,0", false, 0},
        {"decimalChar ,", "", "--1", false, 0},
        {"decimalChar ,", "", "-", false, 0},
        {"decimalChar ,", "", "1 200,00", false, 0},
        {"decimalChar ,", "", "92233720368547758,08", false, 0},
        {"decimalChar , groupChar .", "", "1.234,50", true, 123450},
        {"decimalChar , groupChar .", "", "1.234.567", true, 123456700},
        {"decimalChar , groupChar .", "", "1,234.50", false, 0},
        {"decimalChar , groupChar .", "", "1234.567,00", false, 0},
        {"decimalChar , groupChar .", "", "1.23,00", false, 0},
        {"decimalChar , groupChar .", "", ".123,00", false, 0},
        {"", "scale 2", "1250", true, 1250},
        {"", "scale 2", "12.50", false, 0},
        {"", "scale 2", "0", true, 0},
        {"", "scale 0", "12", true, 1200},
        {"", "scale 3", "12500", true, 1250},
        {"", "scale 3", "12501", false, 0},
        {"", "scale 2 sign trailing", "1250-", true, -1250},
        {"", "scale 2 sign trailing", "1250+", true, 1250},
        {"", "scale 2 sign trailing", "-1250", false, 0},
        {"", "scale 2 sign overpunch", "125{", true, 1250},
        {"", "scale 2 sign overpunch", "125}", true, -1250},
        {"", "scale 2 sign overpunch", "125R", true, -1259},
        {"", "scale 2 sign overpunch", "125A", true, 1251},
        {"", "scale 2 sign overpunch", "1250", true, 1250},
        {"", "scale 2 sign overpunch", "A250", false, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];
        struct declared d;
        struct heard *h;

        snprintf(text, sizeof(text),
                 "layout n\nkind cases\ncharset utf-8\ncurrency SEK\ndialect delimiter ; %s\n"
                 "record row item\nfield case column 1 role case-id\n"
                 "field amount column 2 role capital %s\ntotal none\n"
                 "sample count 0 sum 0 SEK\n",
                 cases[i].dialect, cases[i].field);
        d = declare_good(span_str(text));
        snprintf(text, sizeof(text), "1;%s\n", cases[i].text);
        h = hear(&d.layout->format, text);
        if (h->summary.valid != cases[i].good || h->item[0].amount_minor != cases[i].minor)
            fail_msg("%s %s \"%s\" is %lld", cases[i].dialect, cases[i].field, cases[i].text,
                     (long long)h->item[0].amount_minor);
        heard_free(h);
        undeclare(&d);
    }
    (void)state;
}

static void dates_are_as_declared(void **state)
{
    static const struct {
        const char *format, *text;
        bool good;
        int year, month, day;
    } cases[] = {
        {"CCYYMMDD", "20260302", true, 2026, 3, 2},
        {"CCYYMMDD", "20260230", false, 0, 0, 0},
        {"CCYYMMDD", "2026032", false, 0, 0, 0},
        {"YYMMDD pivot 80", "260302", true, 2026, 3, 2},
        {"YYMMDD pivot 80", "850302", true, 1985, 3, 2},
        {"YYMMDD pivot 80", "20260302", false, 0, 0, 0},
        {"DD.MM.YYYY", "02.03.2026", true, 2026, 3, 2},
        {"DD.MM.YYYY", "2026-03-02", false, 0, 0, 0},
        {"CCYY-MM-DD", "2026-03-02", true, 2026, 3, 2},
        {"CCYY-MM-DD", "", true, 0, 0, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];
        struct declared d;
        struct heard *h;

        snprintf(text, sizeof(text),
                 "layout n\nkind cases\ncharset utf-8\ncurrency SEK\ndialect delimiter ;\n"
                 "record row item\nfield case column 1 role case-id\n"
                 "field amount column 2 role capital scale 2\n"
                 "field due column 3 role due-date format %s\ntotal none\n"
                 "sample count 0 sum 0 SEK\n",
                 cases[i].format);
        d = declare_good(span_str(text));
        snprintf(text, sizeof(text), "1;100;%s\n", cases[i].text);
        h = hear(&d.layout->format, text);
        if (h->summary.valid != cases[i].good || h->item[0].due_date.year != cases[i].year ||
            h->item[0].due_date.day != cases[i].day)
            fail_msg("%s \"%s\"", cases[i].format, cases[i].text);
        heard_free(h);
        undeclare(&d);
    }
    (void)state;
}

/* Serial numbers, sections that repeat, a sign in a field of its own, optional columns. */
static void a_file_may_hold_several_sections(void **state)
{
    static const char text[] =
        "layout batches\nkind payments\ncharset utf-8\ncurrency SEK\n"
        "dialect delimiter | decimalChar .\nrid column 1\n"
        "record head rid H order 1 occurs 1..n\n"
        "field serial column 2 role serial\n"
        "record row rid R order 2 occurs 0..n item\n"
        "field id column 2 role payment-id\n"
        "field amount column 3 role amount sign field dc plus C minus D\n"
        "field dc column 4 role sign\n"
        "field who column 5 role payer-name optional\n"
        "record end rid E order 3 occurs 1..1\n"
        "field n column 2 total count row\nfield sum column 3 total sum amount row\n"
        "sample count 2 sum 0.50 SEK\n"
        "|H|7\n|R|1|2.00|C\n|R|2|1.50|D|Anna\n|E|2|0.50\n";
    static const struct {
        const char *name, *file;
        enum finding_code code;
        uint64_t items;
        bool valid;
    } cases[] = {
        {"two in a row", "H|7\nR|1|2.00|C\nE|1|2.00\nH|8\nR|2|3.00|C|Bo\nE|1|3.00\n",
         FINDING_FILE_SERIAL, 2, true},
        {"a gap", "H|7\nR|1|2.00|C\nE|1|2.00\nH|9\nE|0|0\n", FINDING_SERIAL_GAP, 1, true},
        {"the first is not ended", "H|7\nR|1|2.00|C\nH|8\nE|0|0\n", FINDING_LAYOUT_ORDER, 1, false},
        {"the first's total", "H|7\nR|1|2.00|C\nE|1|2.01\nH|8\nE|0|0\n", FINDING_TOTALS_MISMATCH, 1,
         false},
        {"a sign that is none", "H|7\nR|1|2.00|X\nE|1|2.00\n", FINDING_LAYOUT_FIELD, 1, false},
        {"nothing, and it says so", "H|7\nE|0|0\n", FINDING_FILE_SERIAL, 0, true},
        {"blank lines and a mark of DOS", "H|7\n\nE|0|0\n\x1A", FINDING_FILE_SERIAL, 0, true},
    };
    struct declared d = declare_good(span_str(text));

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard *h = hear(&d.layout->format, cases[i].file);
        assert_int_equal(h->summary.origin.sequence, 7); /* the first one */
        if (!h->of[cases[i].code] || h->items != cases[i].items ||
            h->summary.valid != cases[i].valid || h->of[FINDING_NO_ITEMS])
            fail_msg("%s: %d items, %s", cases[i].name, (int)h->items,
                     h->summary.valid ? "valid" : "not valid");
        heard_free(h);
    }
    undeclare(&d);
    (void)state;
}

static void a_header_line_is_held_to_its_names(void **state)
{
    static const char text[] = "layout named\nkind cases\ncharset utf-8\ncurrency SEK\n"
                               "dialect delimiter , quoteChar \" decimalChar . header yes\n"
                               "match header\nrecord row item\n"
                               "field case column 1 role case-id heading Case\n"
                               "field amount column 2 role capital heading Amount\n"
                               "total none\nsample count 1 sum 1.00 SEK\n|Case,Amount\n|1,1.00\n";
    struct declared d = declare_good(span_str(text));
    struct layouts layouts = {1, {d.layout}};
    struct heard *h = hear(&d.layout->format, "\"Case\",Amount\n1,2.00\n");

    assert_true(h->summary.valid);
    assert_int_equal(h->items, 1);
    assert_int_equal(h->of[FINDING_LAYOUT_NO_TOTALS], 1);
    heard_free(h);
    h = hear(&d.layout->format, "Amount,Case\n1,2.00\n");
    assert_false(h->summary.valid);
    assert_int_equal(h->items, 0);
    assert_int_equal(h->of[FINDING_LAYOUT_HEADER], 1);
    heard_free(h);
    assert_ptr_equal(
        recognize_with(&layouts, SPAN_LIT("\"Case\",\"Amount\"\r\n1,1\n"), true).format,
        &d.layout->format);
    assert_null(recognize_with(&layouts, SPAN_LIT("Case,Sum\r\n1,1\n"), true).format);
    undeclare(&d);
    (void)state;
}

static void recognition_is_by_match_alone(void **state)
{
    struct declared d[EXAMPLES];
    struct layouts layouts = {EXAMPLES, {NULL}};

    for (size_t i = 0; i < EXAMPLES; i++) {
        d[i] = example(examples[i].layout);
        layouts.of[i] = d[i].layout;
    }
    for (size_t i = 0; i < EXAMPLES; i++) {
        struct span text = sample(examples[i].file);
        struct recognition found = recognize_with(&layouts, text, true);
        assert_ptr_equal(found.format, &d[i].layout->format);
        assert_null(recognize(text, true).format);
        assert_int_equal(recognize_ending_with(&layouts, text, text, true), ENDING_WHOLE);
        text.n -= 100;
        assert_int_equal(recognize_ending_with(&layouts, text, text, true), ENDING_CUT);
        free((char *)text.p);
    }
    /* two that both match: nobody guesses */
    layouts.of[0] = layouts.of[1];
    struct span text = sample(examples[1].file);
    struct recognition found = recognize_with(&layouts, text, true);
    assert_null(found.format);
    assert_non_null(found.rival);
    /* a format that describes itself comes first */
    free((char *)text.p);
    for (size_t i = 0; i < EXAMPLES; i++)
        undeclare(&d[i]);
    (void)state;
}

struct watched {
    unsigned lines, unclaimed, bad;
};

static int watch_line(void *context, const struct line_read *line)
{
    struct watched *w = context;

    w->lines++;
    w->unclaimed += line->record == NULL;
    for (unsigned i = 0; i < line->n; i++)
        w->bad += line->values[i].state == RECORD_BAD;
    return 0;
}

static int pass_item(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    return 0;
}

static int pass_finding(void *context, const struct finding *f)
{
    (void)context;
    (void)f;
    return 0;
}

static void whoever_tries_a_layout_sees_each_line(void **state)
{
    struct declared d = example("cases-fixed");
    struct span text = sample("layouts/cases-fixed.txt");
    struct span changed = altered(text, "00000125050", "0000012505O");
    struct watched w = {0};
    const struct sink sink = {.item = pass_item, .finding = pass_finding};
    const struct line_watch watch = {&w, watch_line};
    struct reading *reading = NULL;
    struct summary summary;

    assert_int_equal(reading_open(&d.layout->format, &sink, &reading), 0);
    reading_watch_lines(reading, &watch);
    assert_int_equal(reading_push(reading, changed), 0);
    assert_int_equal(reading_finish(reading, &summary), 0);
    reading_close(&reading);
    assert_int_equal(w.lines, 9);
    assert_int_equal(w.unclaimed, 0);
    assert_int_equal(w.bad, 1);
    free((char *)changed.p);
    free((char *)text.p);
    undeclare(&d);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_read_to_the_last_ore),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(utf16_is_read_by_characters),
        cmocka_unit_test(a_cut_example_is_never_valid),
        cmocka_unit_test(an_item_inherits_from_its_case),
        cmocka_unit_test(faults_in_a_fixed_file_are_named),
        cmocka_unit_test(faults_in_a_delimited_file_are_named),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(dates_are_as_declared),
        cmocka_unit_test(a_file_may_hold_several_sections),
        cmocka_unit_test(a_header_line_is_held_to_its_names),
        cmocka_unit_test(recognition_is_by_match_alone),
        cmocka_unit_test(whoever_tries_a_layout_sees_each_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
