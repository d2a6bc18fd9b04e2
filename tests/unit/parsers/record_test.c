/* record_test.c -- fields are cut where the manual says, by character, and judged by kind */
#include "tests/unit/parsers/heard.h"

#include "model/error.h"
#include "parsers/bgmax.h"
#include "parsers/record.h"

enum { CODE = 1, AMOUNT, NAME, DAY, COUNT };

static const struct record_field fields[] = {
    {"code", 3, 3, RECORD_DIGITS, true, CODE}, {"amount", 6, 10, RECORD_NUMBER, true, AMOUNT},
    {"name", 16, 5, RECORD_TEXT, false, NAME}, {"day", 21, 8, RECORD_DATE, false, DAY},
    {"rest", 29, 4, RECORD_FILLER, false, 0},
};

static const struct record_layout layout = {"20", "test", fields, 5};

static void fields_are_read_by_kind(void **state)
{
    static const struct {
        const char *name;
        const char *record;
        enum charset charset;
        unsigned bad;
        enum record_state code, amount, text, day;
        int64_t number;
        const char *is;
    } cases[] = {
        {"whole", "200070000001234Anna 20260302    ", CHARSET_ASCII, 0, RECORD_GOOD, RECORD_GOOD,
         RECORD_GOOD, RECORD_GOOD, 1234, "Anna"},
        {"optional fields blank", "200070000001234              ", CHARSET_ASCII, 0, RECORD_GOOD,
         RECORD_GOOD, RECORD_ABSENT, RECORD_ABSENT, 1234, ""},
        {"record ends early", "200070000001234", CHARSET_ASCII, 0, RECORD_GOOD, RECORD_GOOD,
         RECORD_ABSENT, RECORD_ABSENT, 1234, ""},
        {"ends inside the amount", "2000700000012", CHARSET_ASCII, 1, RECORD_GOOD, RECORD_BAD,
         RECORD_ABSENT, RECORD_ABSENT, 0, ""},
        {"a letter in the amount", "20007000000l234", CHARSET_ASCII, 1, RECORD_GOOD, RECORD_BAD,
         RECORD_ABSENT, RECORD_ABSENT, 0, ""},
        {"a blank in the amount", "20007 000001234", CHARSET_ASCII, 1, RECORD_GOOD, RECORD_BAD,
         RECORD_ABSENT, RECORD_ABSENT, 0, ""},
        {"required and blank", "20   0000001234", CHARSET_ASCII, 1, RECORD_BAD, RECORD_GOOD,
         RECORD_ABSENT, RECORD_ABSENT, 1234, ""},
        {"no such day", "200070000001234Anna 20260230", CHARSET_ASCII, 1, RECORD_GOOD, RECORD_GOOD,
         RECORD_GOOD, RECORD_BAD, 1234, "Anna"},
        {"UTF-8 moves no field", "200070000001234\xC3\x85sa  20260302", CHARSET_UTF8, 0,
         RECORD_GOOD, RECORD_GOOD, RECORD_GOOD, RECORD_GOOD, 1234, "\xC3\x85sa"},
        {"Latin-1", "200070000001234\xC5sa  20260302", CHARSET_LATIN1, 0, RECORD_GOOD, RECORD_GOOD,
         RECORD_GOOD, RECORD_GOOD, 1234, "\xC5sa"},
        {"nothing but a code", "20", CHARSET_ASCII, 2, RECORD_BAD, RECORD_BAD, RECORD_ABSENT,
         RECORD_ABSENT, 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct record_value v[COUNT] = {{0}};
        struct record record = {span_str(cases[i].record), cases[i].charset, NULL};
        if (record_read(&layout, &record, v) != cases[i].bad)
            fail_msg("%s: other number of bad fields", cases[i].name);
        assert_int_equal(v[CODE].state, cases[i].code);
        assert_int_equal(v[AMOUNT].state, cases[i].amount);
        assert_int_equal(v[NAME].state, cases[i].text);
        assert_int_equal(v[DAY].state, cases[i].day);
        assert_text(v[NAME].text, cases[i].is);
        if (v[AMOUNT].state == RECORD_GOOD)
            assert_true(v[AMOUNT].number == cases[i].number);
    }
}

static void numbers_are_exact_to_18_digits(void **state)
{
    static const struct {
        const char *digits;
        bool good;
        int64_t number;
    } cases[] = {
        {"0", true, 0},
        {"7", true, 7},
        {"12345678", true, 12345678},
        {"123456789", true, 123456789},
        {"00000000000000000001", false, 0},
        {"999999999999999999", true, INT64_C(999999999999999999)},
        {"0000000000001234", true, 1234},
        {"", false, 0},
        {"1234567:", false, 0},
        {"1234567/", false, 0},
        {"12345678 ", false, 0},
        {"-1234567", false, 0},
        {"\xB1\xB2\xB3\xB4\xB5\xB6\xB7\xB8", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t number = -1;
        assert_int_equal(record_number(span_str(cases[i].digits), &number), cases[i].good);
        if (cases[i].good)
            assert_true(number == cases[i].number);
    }
}

static void every_digit_counts_in_its_place(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 18; n++) {
        char text[20] = "000000000000000000";
        int64_t expected = 1;
        for (unsigned place = n; place-- > 0; expected *= 10) {
            int64_t number;
            text[place] = '3';
            assert_true(record_number(span_of(text, n), &number));
            assert_true(number == 3 * expected);
            text[place] = '0';
        }
    }
}

static void positions_are_one_based_and_inclusive(void **state)
{
    struct record record = {SPAN_LIT("0123456789"), CHARSET_ASCII, NULL};

    (void)state;
    assert_text(record_cut(record, 1, 2), "01");
    assert_text(record_cut(record, 9, 2), "89");
    assert_text(record_cut(record, 9, 5), "89");
    assert_int_equal(record_cut(record, 11, 1).n, 0);
    assert_int_equal(record_length(record), 10);
    assert_int_equal(record_length((struct record){SPAN_LIT("\xC3\xA5x"), CHARSET_UTF8, NULL}), 2);
    assert_int_equal(record_least(&layout), 15);
}

/* The BgMax tables, held against what the manual says of all of them: 80 positions, each in one
 * field. */
static void bgmax_tables_cover_80_positions_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < bgmax_row_count; i++) {
        unsigned next = 3;
        for (unsigned k = 0; k < bgmax_rows[i].layout.count; k++) {
            const struct record_field *field = &bgmax_rows[i].layout.fields[k];
            if (field->first != next)
                fail_msg("TK%s: %s begins at %d", bgmax_rows[i].layout.code, field->name,
                         (int)field->first);
            next += field->length;
            assert_true(field->kind != RECORD_NUMBER || field->length <= 18);
            assert_true(strlen(record_expected(field)) > 0);
        }
        assert_int_equal(next, 81);
    }
}

static void a_record_is_written_by_the_table_it_is_read_by(void **state)
{
    static const struct record_field written[] = {
        {"name", 3, 6, RECORD_TEXT, false, 1},     {"number", 9, 5, RECORD_NUMBER, true, 2},
        {"digits", 14, 4, RECORD_DIGITS, true, 3}, FILLER(18, 2),
        {"day", 20, 8, RECORD_DATE, false, 4},     {"short day", 28, 6, RECORD_DATE_DMY, false, 5},
    };
    static const struct record_layout written_layout = {"20", "test", written, 6};
    static const struct {
        enum charset charset;
        struct record_put put;
        const char *line; /* null: refused with the code */
        int code;
    } cases[] = {
        {CHARSET_LATIN1,
         {"name", SPAN_LIT("abc"), 0, {0}, false},
         "20abc   000000000--        000000",
         0},
        {CHARSET_LATIN1,
         {"name", SPAN_LIT("abc"), 0, {0}, true},
         "20   abc000000000--        000000",
         0},
        {CHARSET_LATIN1,
         {"name", SPAN_LIT("åäöåäö"), 0, {0}, false},
         "20\xE5\xE4\xF6\xE5\xE4\xF6"
         "000000000--        000000",
         0},
        {CHARSET_UTF8,
         {"name", SPAN_LIT("åäöåäö"), 0, {0}, false},
         "20åäöåäö000000000--        000000",
         0},
        {CHARSET_LATIN1,
         {"number", SPAN_LIT(""), 99999, {0}, false},
         "20      999990000--        000000",
         0},
        {CHARSET_LATIN1,
         {"digits", SPAN_LIT("12"), 0, {0}, false},
         "20      000000012--        000000",
         0},
        {CHARSET_LATIN1,
         {"digits", SPAN_LIT(""), 34, {0}, false},
         "20      000000034--        000000",
         0},
        {CHARSET_LATIN1,
         {"day", SPAN_LIT(""), 0, {2026, 2, 28}, false},
         "20      000000000--20260228000000",
         0},
        {CHARSET_LATIN1,
         {"short day", SPAN_LIT(""), 0, {1999, 2, 28}, false},
         "20      000000000--        280299",
         0},
        {CHARSET_LATIN1, {"name", SPAN_LIT("abcdefg"), 0, {0}, false}, NULL, SLUSS_EOVERFLOW},
        {CHARSET_LATIN1, {"name", SPAN_LIT("5 €"), 0, {0}, false}, NULL, SLUSS_EINVAL},
        {CHARSET_UTF8, {"name", SPAN_LIT("\xFF"), 0, {0}, false}, NULL, SLUSS_EINVAL},
        {CHARSET_LATIN1, {"number", SPAN_LIT(""), 100000, {0}, false}, NULL, SLUSS_EOVERFLOW},
        {CHARSET_LATIN1, {"number", SPAN_LIT(""), -1, {0}, false}, NULL, SLUSS_EINVAL},
        {CHARSET_LATIN1, {"digits", SPAN_LIT("1a"), 0, {0}, false}, NULL, SLUSS_EINVAL},
        {CHARSET_LATIN1, {"day", SPAN_LIT(""), 0, {2026, 2, 29}, false}, NULL, SLUSS_EINVAL},
        {CHARSET_LATIN1, {"short day", SPAN_LIT(""), 0, {2070, 1, 1}, false}, NULL, SLUSS_EINVAL},
        {CHARSET_LATIN1, {"nobody", SPAN_LIT(""), 0, {0}, false}, NULL, SLUSS_EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[64] = "";
        int n = record_write(&written_layout, cases[i].charset, '-', &cases[i].put, 1, out,
                             sizeof(out));
        if (cases[i].line) {
            assert_int_equal(n, strlen(cases[i].line));
            assert_memory_equal(out, cases[i].line, (size_t)n);
            continue;
        }
        assert_int_equal(n, cases[i].code);
    }
    assert_int_equal(record_write(&written_layout, CHARSET_LATIN1, ' ', NULL, 0, (char[32]){0}, 32),
                     SLUSS_EOVERFLOW);
}

/* Records of 80 characters from a small set, so that fields are often digits or blank. */
static void fill_record(char *bytes, uint64_t *seed)
{
    static const char set[] = "0123456789  00  \t\rAz/:";
    unsigned from = 16 - (unsigned)(*seed % 12);

    for (unsigned i = 0; i < RECORD_MARKED; i++) {
        *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        bytes[i] = set[(*seed >> 33) % (i % 7 ? from : sizeof(set) - 1)];
    }
}

static void marks_tell_what_the_characters_tell(void **state)
{
    static const struct record_field mixed[] = {
        {"a", 1, 8, RECORD_DATE, false, 1},      {"b", 9, 1, RECORD_TEXT, true, 2},
        {"c", 10, 18, RECORD_NUMBER, false, 3},  {"d", 28, 25, RECORD_TEXT, false, 4},
        {"e", 53, 17, RECORD_DIGITS, true, 5},   {"f", 60, 12, RECORD_NUMBER, true, 6},
        {"g", 65, 6, RECORD_DATE_YMD, false, 7}, {"h", 71, 6, RECORD_DATE_DMY, true, 8},
        {"i", 1, 64, RECORD_TEXT, false, 9},     {"j", 17, 64, RECORD_TEXT, false, 10},
        {"k", 3, 78, RECORD_TEXT, false, 11},    {"l", 80, 1, RECORD_NUMBER, false, 12},
        {"m", 64, 2, RECORD_DIGITS, false, 13},  {"n", 40, 19, RECORD_NUMBER, false, 14},
    };
    const struct record_layout marked_layout = {"00", "mixed", mixed,
                                                sizeof(mixed) / sizeof(mixed[0])};
    uint64_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 5000; round++) {
        struct record_value plain[15] = {{0}}, marked[15] = {{0}};
        struct record_marks marks;
        char bytes[RECORD_MARKED];
        fill_record(bytes, &seed);
        struct record record = {span_of(bytes, RECORD_MARKED), CHARSET_ASCII, NULL};
        unsigned bad = record_read(&marked_layout, &record, plain);
        assert_true(record_mark(bytes, &marks));
        record.marks = &marks;
        assert_int_equal(record_read(&marked_layout, &record, marked), bad);
        for (unsigned i = 1; i < 15; i++) {
            assert_int_equal(marked[i].state, plain[i].state);
            assert_true(plain[i].state == RECORD_ABSENT || span_eq(marked[i].text, plain[i].text));
            assert_true(marked[i].number == plain[i].number);
            assert_int_equal(date_compare(marked[i].date, plain[i].date), 0);
        }
    }
}

static void a_line_end_or_a_high_byte_is_not_marked(void **state)
{
    char bytes[RECORD_MARKED];
    struct record_marks marks;

    (void)state;
    for (unsigned i = 0; i < RECORD_MARKED; i++) {
        memset(bytes, '5', sizeof(bytes));
        bytes[i] = '\n';
        assert_false(record_mark(bytes, &marks));
        bytes[i] = '\x80';
        assert_false(record_mark(bytes, &marks));
        bytes[i] = '\x7F';
        assert_true(record_mark(bytes, &marks));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_tell_what_the_characters_tell),
        cmocka_unit_test(a_line_end_or_a_high_byte_is_not_marked),
        cmocka_unit_test(fields_are_read_by_kind),
        cmocka_unit_test(numbers_are_exact_to_18_digits),
        cmocka_unit_test(every_digit_counts_in_its_place),
        cmocka_unit_test(positions_are_one_based_and_inclusive),
        cmocka_unit_test(bgmax_tables_cover_80_positions_once),
        cmocka_unit_test(a_record_is_written_by_the_table_it_is_read_by),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
