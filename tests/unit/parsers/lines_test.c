/* lines_test.c -- the same lines come out however the bytes went in */
#include "tests/unit/parsers/heard.h"

#include "parsers/lines.h"

/* All lines of the text pushed in pieces, as "line|line|last~" (~: without line end). */
static void join_records(const char *text, size_t n, size_t piece, size_t size, char *out,
                         size_t room)
{
    struct lines lines;
    struct line line;
    size_t used = 0;

    lines_init(&lines);
    lines.size = size;
    lines.begins = 'N';
    for (size_t at = 0; at < n; at += piece) {
        struct span input = {text + at, n - at < piece ? n - at : piece};
        while (lines_next(&lines, &input, &line) > 0)
            used += (size_t)snprintf(out + used, room - used, "%.*s|", SPAN_FMT(line.text));
        assert_int_equal(input.n, 0);
    }
    if (lines_last(&lines, &line))
        used += (size_t)snprintf(out + used, room - used, "%.*s~", SPAN_FMT(line.text));
    assert_false(lines_last(&lines, &line));
    out[used] = 0;
    lines_free(&lines);
}

static void join(const char *text, size_t n, size_t piece, char *out, size_t room)
{
    join_records(text, n, piece, 0, out, room);
}

static void lines_are_the_same_in_any_pieces(void **state)
{
    static const struct {
        const char *text;
        const char *lines;
    } cases[] = {
        {"", ""},
        {"a", "a~"},
        {"a\n", "a|"},
        {"a\r\n", "a|"},
        {"\n\n", "||"},
        {"\r\n", "|"},
        {"a\r\nbb\nccc", "a|bb|ccc~"},
        {"a\rb\r\n", "a\rb|"},
        {"a\r", "a\r~"},
        {"eins\n\nzwei\r\n", "eins||zwei|"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 1; piece < 9; piece++) {
            char out[100] = "";
            join(cases[i].text, strlen(cases[i].text), piece, out, sizeof(out));
            assert_string_equal(out, cases[i].lines);
        }
}

static void records_may_stand_back_to_back(void **state)
{
    static const struct {
        const char *text;
        const char *lines;
    } cases[] = {
        {"N111N222N333", "N111|N222|N333~"},
        {"N111N222\r\nN333\n", "N111|N222|N333|"},
        {"N111\nN222\n", "N111|N222|"},
        {"N1111N222\n", "N1111N222|"}, /* too long, and no record begins where one would */
        {"N1N11\nN222", "N1N11|N222~"},
        {"N1\nN222N", "N1|N222|N~"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 1; piece < 14; piece++) {
            char out[100] = "";
            join_records(cases[i].text, strlen(cases[i].text), piece, 4, out, sizeof(out));
            assert_string_equal(out, cases[i].lines);
        }
}

static void a_whole_line_is_not_copied(void **state)
{
    const char *text = "one\ntwo\n";
    struct span input = span_str(text);
    struct lines lines;
    struct line line;

    (void)state;
    lines_init(&lines);
    assert_int_equal(lines_next(&lines, &input, &line), 1);
    assert_ptr_equal(line.text.p, text);
    assert_int_equal(lines_next(&lines, &input, &line), 1);
    assert_ptr_equal(line.text.p, text + 4);
    assert_int_equal(line.number, 2);
    assert_int_equal(lines.held.room, 0);
    lines_free(&lines);
}

static void a_line_too_long_is_given_once_and_passed_over(void **state)
{
    char *text = malloc(3 * RECORD_MAX);
    static const size_t pieces[] = {4096, RECORD_MAX, 3 * RECORD_MAX};

    (void)state;
    assert_non_null(text);
    memset(text, 'x', 3 * RECORD_MAX);
    memcpy(text + 3 * RECORD_MAX - 5, "\nend\n", 5);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct lines lines;
        struct line line;
        unsigned cut = 0;
        unsigned rest = 0;
        lines_init(&lines);
        for (size_t at = 0; at < 3 * RECORD_MAX; at += pieces[i]) {
            size_t left = 3 * RECORD_MAX - at;
            struct span input = {text + at, left < pieces[i] ? left : pieces[i]};
            while (lines_next(&lines, &input, &line) > 0) {
                cut += line.cut;
                rest += !line.cut && span_eq_str(line.text, "end") && line.number == 2;
            }
            assert_true(lines.held.room <= RECORD_MAX + 1);
        }
        assert_int_equal(cut, 1);
        assert_int_equal(rest, 1);
        assert_false(lines_last(&lines, &line));
        lines_free(&lines);
    }
    free(text);
}

static void a_line_at_the_ceiling_is_whole(void **state)
{
    char *text = malloc(RECORD_MAX + 1);
    struct span input = {text, RECORD_MAX + 1};
    struct lines lines;
    struct line line;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', RECORD_MAX);
    text[RECORD_MAX] = '\n';
    lines_init(&lines);
    assert_int_equal(lines_next(&lines, &input, &line), 1);
    assert_false(line.cut);
    assert_int_equal(line.text.n, RECORD_MAX);
    lines_free(&lines);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_in_any_pieces),
        cmocka_unit_test(records_may_stand_back_to_back),
        cmocka_unit_test(a_whole_line_is_not_copied),
        cmocka_unit_test(a_line_too_long_is_given_once_and_passed_over),
        cmocka_unit_test(a_line_at_the_ceiling_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
