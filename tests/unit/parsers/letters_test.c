/* letters_test.c -- "ä" as it comes, and the one answer: text and finding */
#include "tests/unit/parsers/heard.h"

#include "parsers/letters.h"
#include "parsers/reading.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define HEAD         "number;due_date;amount;debtor_name\n"
#define ROW(name)    "1;2026-02-14;10,00;" name "\n"

static void every_format_has_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < format_count; i++)
        if (!letters_policy(formats[i]->name))
            fail_msg("%s has no row in letters.c", formats[i]->name);
    assert_null(letters_policy("no such format"));
}

static void U60_U61_fixed_records_are_read_as_what_they_are(void **state)
{
    static const struct {
        const char *name;
        const char *bytes; /* of a record of 10 */
        size_t length;
        const char *text; /* of positions 1 to 4 */
        unsigned findings;
        enum finding_code code;
    } cases[] = {
        {"ASCII", "Alva  1234", 10, "Alva", 0, 0},
        {"ISO-8859-1", "L\xE4n   1234", 10, "L\xC3\xA4n ", 0, 0},
        {"CP850", "L\x84n   1234", 10, "L\xC3\xA4n ", 1, FINDING_ENCODING_GUESSED},
        {"CP1252", "A \x96   1234", 10, "A \xE2\x80\x93 ", 1, FINDING_ENCODING_CONVERTED},
        {"UTF-8, characters", "L\xC3\xA4n   1234", 10, "L\xC3\xA4n ", 1,
         FINDING_ENCODING_CONVERTED},
        {"UTF-8, bytes", "L\xC3\xA4n  1234", 10, "L\xC3\xA4n", 1, FINDING_ENCODING_CONVERTED},
        {"UTF-8, cut", "\xC3\xA4lv\xC3 1234", 9, "\xC3\xA4lv\xEF\xBF\xBD", 1,
         FINDING_CHARACTERS_BROKEN},
        {"7-bit stays", "L{n   1234", 10, "L{n ", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct heard *h = heard_new();
        struct tally tally;
        struct letters letters = {.rule = LETTERS_LATIN1};
        struct record line = {span_str(cases[i].bytes), CHARSET_ASCII};
        char recoded[LETTERS_ROOM(10)];

        tally_init(&tally, &h->sink);
        assert_int_equal(letters_record(&letters, &line, 10, recoded, 7), cases[i].length);
        assert_text(record_cut(line, 1, 4), cases[i].text);
        assert_int_equal(letters_say(&letters, &tally), 0);
        assert_codes(h, cases[i].name, &cases[i].code, cases[i].findings);
        heard_free(h);
    }
}

static void U60_U62_names_of_case_csv(void **state)
{
    static const struct {
        const char *name;
        struct span text;
        const char *debtor;
        unsigned findings;
        enum finding_code code;
    } cases[] = {
        {"UTF-8", SPAN_LIT(HEAD ROW("L\xC3\xA4n")), "L\xC3\xA4n", 0, 0},
        {"UTF-8 with a mark", SPAN_LIT("\xEF\xBB\xBF" HEAD ROW("L\xC3\xA4n")), "L\xC3\xA4n", 0, 0},
        {"ISO-8859-1", SPAN_LIT(HEAD ROW("L\xE4n")), "L\xC3\xA4n", 0, 0},
        {"CP850", SPAN_LIT(HEAD ROW("L\x84n")), "L\xC3\xA4n", 1, FINDING_ENCODING_GUESSED},
        {"7-bit", SPAN_LIT(HEAD ROW("L{n")), "L{n", 1, FINDING_SE7_KEPT},
        {"encoded twice", SPAN_LIT(HEAD ROW("L\xC3\x83\xC2\xA4n")), "L\xC3\x83\xC2\xA4n", 1,
         FINDING_LETTERS_TWICE},
        {"lost", SPAN_LIT(HEAD ROW("L?n")), "L?n", 1, FINDING_LETTERS_LOST},
        {"a mark and ISO-8859-1", SPAN_LIT("\xEF\xBB\xBF" HEAD ROW("L\xE4n")), "L\xC3\xA4n", 1,
         FINDING_ENCODING_BROKEN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t piece = 0; piece < 4; piece++) {
            struct heard *h = hear_pieces(NULL, cases[i].text, piece);
            assert_codes(h, cases[i].name, &cases[i].code, cases[i].findings);
            assert_int_equal(h->summary.items, 1);
            assert_text(h->item[0].counterparty_name, cases[i].debtor);
            heard_free(h);
        }
}

static void U62_utf16_is_read_in_either_order_and_any_pieces(void **state)
{
    static const struct span text = {HEAD ROW("L\xE4n"), sizeof(HEAD ROW("L\xE4n")) - 1};

    (void)state;
    for (unsigned big = 0; big < 2; big++)
        for (unsigned mark = 0; mark < 2; mark++)
            for (size_t piece = 0; piece < 6; piece++) {
                char wide[400];
                size_t n = 0;
                if (mark) {
                    wide[n++] = big ? '\xFE' : '\xFF';
                    wide[n++] = big ? '\xFF' : '\xFE';
                }
                for (size_t i = 0; i < text.n; i++) {
                    wide[n + big] = text.p[i];
                    wide[n + 1 - big] = 0;
                    n += 2;
                }
                struct heard *h = hear_pieces(NULL, span_of(wide, n), piece);
                assert_int_equal(h->summary.items, 1);
                assert_int_equal(h->summary.size, n);
                assert_text(h->item[0].counterparty_name, "L\xC3\xA4n");
                assert_int_equal(h->of[FINDING_ENCODING_CONVERTED], 1);
                heard_free(h);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_has_its_row),
        cmocka_unit_test(U60_U61_fixed_records_are_read_as_what_they_are),
        cmocka_unit_test(U60_U62_names_of_case_csv),
        cmocka_unit_test(U62_utf16_is_read_in_either_order_and_any_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
