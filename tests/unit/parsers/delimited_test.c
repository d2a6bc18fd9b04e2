/* delimited_test.c -- RFC 4180 in any pieces: quotes, line ends inside them, ceilings */
#include "tests/unit/parsers/heard.h"

#include "parsers/delimited.h"

struct shown {
    char text[400];
    size_t n;
};

static void show(struct shown *s, const struct delimited_record *rec)
{
    for (unsigned i = 0; i < rec->n; i++)
        s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "[%.*s]",
                                 SPAN_FMT(rec->field[i]));
    s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%s%s%s%d ",
                             rec->unclosed ? "U" : "", rec->stray ? "S" : "", rec->ended ? "" : "~",
                             (int)rec->line);
}

static void split(const char *text, size_t n, size_t piece, struct shown *s)
{
    struct delimited d;
    const struct delimited_record *rec;

    *s = (struct shown){{0}, 0};
    delimited_init(&d, ';');
    for (size_t at = 0; at < n; at += piece) {
        struct span input = {text + at, n - at < piece ? n - at : piece};
        while (delimited_next(&d, &input, &rec) > 0)
            show(s, rec);
    }
    while (delimited_last(&d, &rec) > 0)
        show(s, rec);
    delimited_free(&d);
}

static void records_are_the_same_in_any_pieces(void **state)
{
    static const struct {
        const char *text;
        const char *records;
    } cases[] = {
        {"a;b\n", "[a][b]1 "},
        {"a;b", "[a][b]~1 "},
        {"a;\n;b\r\n;\n", "[a][]1 [][b]2 [][]3 "},
        {"\n", "[]1 "},
        {"\"a\";b\n", "[a][b]1 "},
        {"\"a;b\";c\n", "[a;b][c]1 "},
        {"\"say \"\"hi\"\"\";x\n", "[say \"hi\"][x]1 "},
        {"\"two\nlines\";x\ny;z\n", "[two\nlines][x]1 [y][z]3 "},
        {"\"two\r\nlines\";x\r\n", "[two\r\nlines][x]1 "},
        {"\"\";\"\"\n", "[][]1 "},
        {"\"\"\"\";x\n", "[\"][x]1 "},
        {"5\" pipe;x\n", "[5\" pipe][x]1 "},
        {"\"a\"b;c\n", "[ab][c]S1 "},
        {"\"open;b\nc", "[open;b\nc]U~1 "},
        {"\"open\n", "[open\n]U~1 "},
        {"x;\"\n\";y\n", "[x][\n][y]1 "},
        {"12345678;abcdefgh;1;22;333;4444;55555;666666;7777777;88888888;999999999;x;y;z;"
         "0123456789\n",
         "[12345678][abcdefgh][1][22][333][4444][55555][666666][7777777][88888888][999999999][x][y]"
         "[z][0123456789]1 "},
        {";;;;;;;;;;\n", "[][][][][][][][][][][]1 "},
        {"\"a\";\"b\";\n", "[a][b][]1 "},
        {"a;\"b\"", "[a][b]~1 "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 1; piece < 100; piece += piece < 9 ? 1 : 30) {
            struct shown s;
            split(cases[i].text, strlen(cases[i].text), piece, &s);
            assert_string_equal(s.text, cases[i].records);
        }
}

static void high_bytes_are_noticed(void **state)
{
    static const struct {
        const char *text;
        bool high;
    } cases[] = {
        {"abc;def\n", false},          {"\"abc\";def\n", false},  {"\xE5;b\n", true},
        {"abcdefghij;\xE5\n", true},   {"\"\xE5\";b\n", true},    {"\"a\"\"\xE5\";b\n", true},
        {"abcdefgh\xE5;ijkl\n", true}, {"\"a\n\xE5\";b\n", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delimited d;
        const struct delimited_record *rec;
        struct span input = span_str(cases[i].text);
        delimited_init(&d, ';');
        assert_int_equal(delimited_next(&d, &input, &rec), 1);
        assert_int_equal(rec->high, cases[i].high);
        delimited_free(&d);
    }
}

/* A quote that never closes would take the whole file for one field. */
static void an_open_quote_stops_at_the_ceiling(void **state)
{
    struct delimited d;
    const struct delimited_record *rec = NULL;
    char block[8192];
    int got = 0;
    size_t pushed = 0;

    (void)state;
    memset(block, 'x', sizeof(block));
    for (size_t i = 99; i < sizeof(block); i += 100)
        block[i] = '\n';
    delimited_init(&d, ';');
    struct span input = SPAN_LIT("a;\"");
    assert_int_equal(delimited_next(&d, &input, &rec), 0);
    while (got == 0 && pushed < 4 * RECORD_MAX) {
        input = span_of(block, sizeof(block));
        pushed += sizeof(block);
        got = delimited_next(&d, &input, &rec);
        assert_true(d.held.room <= RECORD_MAX + 1);
    }
    assert_int_equal(got, 1);
    assert_true(rec->cut);
    assert_int_equal(rec->n, 0);
    delimited_free(&d);
}

static void fields_beyond_the_limit_are_told(void **state)
{
    static const unsigned counts[] = {DELIMITED_FIELDS_MAX, DELIMITED_FIELDS_MAX + 1, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        for (unsigned quoted = 0; quoted < 2; quoted++) {
            char text[1100];
            struct delimited d;
            const struct delimited_record *rec;
            memset(text, ';', sizeof(text));
            if (quoted)
                memcpy(text, "\"\"\"\"", 4);
            text[counts[i] - 1 + (quoted ? 4 : 0)] = '\n';
            struct span input = span_of(text, counts[i] + (quoted ? 4 : 0));
            delimited_init(&d, ';');
            assert_int_equal(delimited_next(&d, &input, &rec), 1);
            assert_int_equal(rec->too_many, counts[i] > DELIMITED_FIELDS_MAX);
            assert_int_equal(rec->n, DELIMITED_FIELDS_MAX);
            delimited_free(&d);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_the_same_in_any_pieces),
        cmocka_unit_test(high_bytes_are_noticed),
        cmocka_unit_test(an_open_quote_stops_at_the_ceiling),
        cmocka_unit_test(fields_beyond_the_limit_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
