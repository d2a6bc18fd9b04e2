/* delimited_test.c -- RFC 4180 in any pieces: quotes, line ends inside them, ceilings */
#include "tests/unit/parsers/heard.h"

#include "model/text.h"
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

/* All that is told of the records of a text, field by field. */
static void tell(const char *text, size_t n, size_t piece, struct buf *told)
{
    struct delimited d;
    const struct delimited_record *rec;

    delimited_init(&d, ';');
    for (size_t at = 0; at < n; at += piece) {
        struct span input = {text + at, n - at < piece ? n - at : piece};
        while (delimited_next(&d, &input, &rec) > 0) {
            bool utf8 = true;
            buf_char(told, rec->high ? 'H' : 'A');
            for (unsigned i = 0; i < rec->n; i++) {
                utf8 = utf8 && utf8_valid(rec->field[i]);
                buf_char(told, '[');
                buf_span(told, rec->field[i]);
                buf_char(told, ']');
            }
            assert_true(utf8 || !rec->utf8);
            buf_char(told, (char)('0' + rec->line % 10));
        }
    }
    delimited_free(&d);
}

/* Bytes are looked at in blocks of 64: whatever stands at the end of one, and whatever record
 * follows in the same piece, must not matter. One byte at a time there are no blocks. */
static void records_are_the_same_wherever_a_block_ends(void **state)
{
    static const char *const cases[] = {
        "a;b\n",
        "a;b\r\n",
        ";;;\n",
        ";\r\n",
        "\n",
        "\r\n\r;\r\n",
        "a;\"quoted; here\";b\n",
        "a;5\" pipe;b\n",
        "a;\"two\r\nlines\";\xC3\xA5\r\n",
        "\xC3\xA5\n", /* two bytes */
        "G\xC3\xA4lden\xC3\xA4r;\xC3\xB6\n",
        "\xE5;b\n",     /* ISO-8859-1 */
        "\xC3\n\xA5\n", /* a character torn by a line end */
        "\xC3;\xA5\n",  /* and by a separator */
        "\xA5;b\n",     /* the end of none */
        "\xC3\xC3\xA5\n",
        "\xC3\xA5\xA5\n",
        "\xC0\x80;\xC1\xBF\n",             /* overlong */
        "\xE2\x82\xAC;\xF0\x9F\x98\x80\n", /* three bytes and four */
        "\xED\xA0\x80;\xFF\n",
    };
    static const char after[] =
        "after;0123456789012345678901234567890123456789012345678901234567\n";

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t before = 0; before < 140; before++) {
            char text[400];
            struct buf bytewise;
            struct buf whole;
            memset(text, 'x', before);
            size_t n = before + (size_t)snprintf(text + before, sizeof(text) - before, "%s%s%s",
                                                 cases[i], after, after);
            buf_init(&bytewise, 4096);
            buf_init(&whole, 4096);
            tell(text, n, 1, &bytewise);
            tell(text, n, n, &whole);
            assert_true(bytewise.n && span_eq(buf_view(&bytewise), buf_view(&whole)));
            buf_free(&bytewise);
            buf_free(&whole);
        }
}

/* Letters of two bytes are what Swedish files have; nobody needs to look at them again. */
static void two_byte_letters_are_known_to_be_utf8(void **state)
{
    char text[200];
    struct delimited d;
    const struct delimited_record *rec;
    struct span input = {text, sizeof(text)};

    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text + 61, ";\xC3\xA5\xC3\xA4;", 6); /* over the end of a block */
    text[150] = '\n';
    delimited_init(&d, ';');
    assert_int_equal(delimited_next(&d, &input, &rec), 1);
    assert_int_equal(rec->n, 3);
    assert_true(rec->high);
#ifdef __SSE2__
    assert_true(rec->utf8);
#endif
    delimited_free(&d);
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
        cmocka_unit_test(records_are_the_same_wherever_a_block_ends),
        cmocka_unit_test(two_byte_letters_are_known_to_be_utf8),
        cmocka_unit_test(an_open_quote_stops_at_the_ceiling),
        cmocka_unit_test(fields_beyond_the_limit_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
