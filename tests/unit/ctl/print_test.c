/* print_test.c -- what people see: widths, tables, money, and nothing a terminal would obey */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/print.h"
#include "model/date.h"
#include "model/error.h"

static void columns_of_a_terminal(void **state)
{
    static const struct {
        const char *text;
        unsigned width;
    } cases[] = {
        {"", 0},          {"Heby", 4},       {"Östersund", 9},
        {"a\xCC\x8A", 1}, /* a with a combining ring */
        {"日本", 4},      {"1 234,50 kr", 11}, {"€", 1},
        {"\xF0\x9F\x98\x80", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(print_width(span_str(cases[i].text)), cases[i].width);
}

static void figures_for_people(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    print_money(&out, 123450, "SEK");
    assert_string_equal(buf_cstr(&out), "1 234,50 kr");
    buf_clear(&out);
    print_money(&out, -5, "EUR");
    assert_string_equal(buf_cstr(&out), "-0,05 EUR");
    buf_clear(&out);
    print_number(&out, 1234567);
    buf_char(&out, '|');
    print_number(&out, 999);
    buf_char(&out, '|');
    print_number(&out, 0);
    assert_string_equal(buf_cstr(&out), "1 234 567|999|0");
    buf_clear(&out);
    print_count(&out, 1, "case", "cases");
    buf_char(&out, '|');
    print_count(&out, 1000, "case", "cases");
    assert_string_equal(buf_cstr(&out), "1 case|1 000 cases");
    buf_free(&out);
}

static void lengths_of_time(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {{0, "0 s"},          {8, "8 s"},         {60, "1 min"},      {3599, "59 min 59 s"},
                 {3600, "1 h"},       {7260, "2 h 1 min"}, {-90, "1 min 30 s"}, {180000, "2 d 2 h"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;

        buf_init(&out, 64);
        print_duration(&out, cases[i].seconds * SECOND_US);
        assert_string_equal(buf_cstr(&out), cases[i].text);
        buf_free(&out);
    }
}

/* U-turns of a terminal: a file name may hold escapes, line ends and reversed text. */
static void a_terminal_is_told_nothing(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    print_safe(&out, span_str("a\033[2Jb\nc\xE2\x80\xAE" "d"));
    assert_null(strchr(buf_cstr(&out), '\033'));
    assert_null(strchr(buf_cstr(&out), '\n'));
    assert_null(strstr(buf_cstr(&out), "\xE2\x80\xAE"));
    buf_clear(&out);
    print_safe(&out, span_str("C:\\in\\fil.txt"));
    assert_string_equal(buf_cstr(&out), "C:\\in\\fil.txt");
    buf_free(&out);
}

/* Print a table to memory. */
static char *table_of(unsigned rows, bool colour)
{
    static const struct column columns[] = {{"UNIT", false}, {"SUM", true}, {"FILE", false}};
    char *text = NULL;
    size_t n = 0;
    struct paper paper = {.out = open_memstream(&text, &n), .colour = colour};
    struct table *table = table_new(&paper, columns, 3);

    assert_non_null(table);
    for (unsigned i = 0; i < rows; i++) {
        table_text(table, i % 2 ? "åmål/ekonomi" : "heby");
        table_text(table, i % 2 ? "1 234,50 kr" : "0");
        table_cell(table, INK_GOOD, SPAN_LIT("a\tb.txt"));
    }
    assert_int_equal(table_end(&table), SLUSS_OK);
    assert_null(table);
    fclose(paper.out);
    return text;
}

static void tables_stand_straight(void **state)
{
    char *text = table_of(2, false);

    (void)state;
    assert_string_equal(text, "UNIT                  SUM  FILE\n"
                              "heby                    0  a\\tb.txt\n"
                              "åmål/ekonomi  1 234,50 kr  a\\tb.txt\n");
    free(text);
    text = table_of(1, true);
    assert_string_equal(text, "\033[1mUNIT\033[0m  \033[1mSUM\033[0m  \033[1mFILE\033[0m\n"
                              "heby    0  \033[32ma\\tb.txt\033[0m\n");
    free(text);
    text = table_of(0, false);
    assert_string_equal(text, "");
    free(text);
}

/* Rows of a terminal's table whose middle column is filled from row `from` on. */
static char *thin_table(unsigned width, unsigned rows, unsigned from)
{
    static const struct column columns[] = {{"A", false}, {"B", false}, {"C", false}};
    char *text = NULL;
    size_t size = 0;
    struct paper paper = {.out = open_memstream(&text, &size), .width = width};
    struct table *table = table_new(&paper, columns, 3);

    assert_non_null(table);
    table_leave_out_empty(table);
    for (unsigned i = 0; i < rows; i++) {
        table_text(table, "a");
        table_text(table, i >= from ? "b" : NULL);
        table_text(table, NULL);
    }
    assert_int_equal(table_end(&table), SLUSS_OK);
    fclose(paper.out);
    return text;
}

static void empty_columns_take_no_room_of_a_terminal(void **state)
{
    char *text = thin_table(80, 1, 1);

    (void)state;
    assert_string_equal(text, "A\na\n");
    free(text);
    text = thin_table(80, 2, 1);
    assert_string_equal(text, "A  B\na  -\na  b\n");
    free(text);
    text = thin_table(0, 1, 1); /* a pipe's reader counts columns */
    assert_string_equal(text, "A  B  C\na  -  -\n");
    free(text);
    text = thin_table(80, 1000, 900); /* nothing in the first blocks, then something */
    assert_memory_equal(text, "A\na\n", 4);
    assert_non_null(strstr(text, "\nA  B\na  -\n"));
    assert_non_null(strstr(text, "\na  b\n"));
    free(text);
}

static void long_tables_come_in_blocks(void **state)
{
    char *text = table_of(5000, false);
    unsigned lines = 0;

    (void)state;
    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 5001);
    free(text);
}

static void paragraphs_wrap_at_the_paper(void **state)
{
    char *text = NULL;
    size_t n = 0;
    struct paper paper = {.out = open_memstream(&text, &n), .width = 20};

    (void)state;
    fputs("hold", paper.out);
    print_wrapped(&paper, 4, 6, span_str("one two three four five"));
    fclose(paper.out);
    assert_string_equal(text, "hold  one two three\n      four five\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_a_terminal),
        cmocka_unit_test(figures_for_people),
        cmocka_unit_test(lengths_of_time),
        cmocka_unit_test(a_terminal_is_told_nothing),
        cmocka_unit_test(tables_stand_straight),
        cmocka_unit_test(empty_columns_take_no_room_of_a_terminal),
        cmocka_unit_test(long_tables_come_in_blocks),
        cmocka_unit_test(paragraphs_wrap_at_the_paper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
