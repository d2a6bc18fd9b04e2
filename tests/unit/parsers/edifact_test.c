/* edifact_test.c -- segments out of bytes, whatever the pieces, separators and folds */
#include "tests/unit/parsers/heard.h"

#include "model/buf.h"
#include "parsers/edifact.h"

/* Segments as "TAG|element:component|..;" so that a table can show them. */
static struct buf split(struct span text, size_t piece, struct edifact_reader *r)
{
    const struct edifact_segment *s;
    struct buf out;

    buf_init(&out, 1 << 22);
    edifact_init(r);
    while (text.n) {
        size_t n = piece && piece < text.n ? piece : text.n;
        char *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, text.p, n);
        struct span part = span_of(copy, n);
        while (edifact_next(r, &part, &s) > 0) {
            edifact_split(r);
            for (unsigned e = 0; e < s->elements; e++) {
                unsigned stop = e + 1 < s->elements ? s->first[e + 1] : s->components;
                for (unsigned c = 0; c < stop - s->first[e]; c++) {
                    buf_str(&out, c ? ":" : e ? "|" : "");
                    buf_span(&out, edifact_get(s, e, c));
                }
            }
            buf_char(&out, ';');
        }
        assert_int_equal(part.n, 0);
        free(copy);
        text = span_of(text.p + n, text.n - n);
    }
    assert_int_equal(buf_error(&out), 0);
    return out;
}

static void segments_come_whole_whatever_the_pieces(void **state)
{
    static const struct {
        const char *name;
        struct span text;
        const char *segments;
        bool unended;
    } cases[] = {
        {"nothing", SPAN_LIT(""), "", false},
        {"blanks", SPAN_LIT(" \r\n\t\x1A"), "", false},
        {"one", SPAN_LIT("BGM+380+1'"), "BGM|380|1;", false},
        {"components", SPAN_LIT("DTM+137:20260115:102'"), "DTM|137:20260115:102;", false},
        {"empty elements", SPAN_LIT("NAD+BY+++a'"), "NAD|BY|||a;", false},
        {"empty components", SPAN_LIT("IMD+F++:::a'"), "IMD|F||:::a;", false},
        {"only a tag", SPAN_LIT("UN'U'UNB'"), "UN;U;UNB;", false},
        {"line ends between", SPAN_LIT("A+1'\r\nB+2'\n"), "A|1;B|2;", false},
        {"folds inside", SPAN_LIT("A+1\r\n2'B\n+3'"), "A|12;B|3;", false},
        {"released", SPAN_LIT("A+?++b?'c??:?:d'"), "A|+|b'c?::d;", false},
        {"released fold", SPAN_LIT("A+b?\r\n'c'"), "A|b'c;", false},
        {"released letter", SPAN_LIT("A+?b'"), "A|b;", false},
        {"two terminators", SPAN_LIT("A'''B'"), "A;B;", false},
        {"byte order mark", SPAN_LIT("\xEF\xBB\xBFUNB+UNOC:3'"), "UNB|UNOC:3;", false},
        {"UNA", SPAN_LIT("UNA:+.? 'A+b:c'"), "A|b:c;", false},
        {"UNA of its own", SPAN_LIT("UNA|^,~*\nA^b|c~|d\nB'\n"), "A|b:c|d;B';", false},
        {"UNA again", SPAN_LIT("UNA|^,~ #A^1#UNA:+.? 'A+1'"), "A|1;A|1;", false},
        {"no release character", SPAN_LIT("UNA:+.  'A+b?'"), "A|b?;", false},
        {"control characters",
         SPAN_LIT("UNB\x1D"
                  "UNOB\x1F"
                  "1\x1C"
                  "A\x1D"
                  "+\x1C"),
         "UNB|UNOB:1;A|+;", false},
        {"UNZ is not UNA", SPAN_LIT("UNZ+1'UN+'UNO'"), "UNZ|1;UN|;UNO;", false},
        {"cut", SPAN_LIT("A+1'B+2"), "A|1;", true},
        {"cut in UNA", SPAN_LIT("A+1'UNA:+"), "A|1;", true},
        {"cut behind a release", SPAN_LIT("A+1?'"), "", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 12; piece++) {
            struct edifact_reader r;
            struct buf got = split(cases[i].text, piece, &r);
            if (!span_eq_str(buf_view(&got), cases[i].segments))
                fail_msg("%s, pieces of %d: %s", cases[i].name, (int)piece, buf_cstr(&got));
            assert_int_equal(r.fault, EDIFACT_FINE);
            assert_int_equal(edifact_unended(&r), cases[i].unended);
            buf_free(&got);
            edifact_free(&r);
        }
}

static void an_una_that_separates_nothing_is_a_fault(void **state)
{
    static const char *const cases[] = {
        "UNA++.? 'A+1'", "UNA:+.:  A+1'", "UNA:'.? 'A+1'", "UNAABCDEFA+1'", "UNA:+.+ 'A+1'",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 5; piece++) {
            struct edifact_reader r;
            struct buf got = split(span_str(cases[i]), piece, &r);
            assert_int_equal(r.fault, EDIFACT_BAD_UNA);
            assert_int_equal(got.n, 0);
            assert_false(edifact_unended(&r));
            buf_free(&got);
            edifact_free(&r);
        }
}

static void u64_long_and_crowded_segments_stop_the_reading(void **state)
{
    static const struct {
        char fill;
        size_t n;
        enum edifact_fault fault;
    } cases[] = {
        {'x', RECORD_MAX - 2, EDIFACT_FINE},
        {'x', RECORD_MAX, EDIFACT_TOO_LONG},
        {'+', EDIFACT_COMPONENTS_MAX - 2, EDIFACT_FINE},
        {'+', EDIFACT_COMPONENTS_MAX, EDIFACT_TOO_MANY},
        {':', EDIFACT_COMPONENTS_MAX, EDIFACT_TOO_MANY},
        {'?', 4 * RECORD_MAX, EDIFACT_TOO_LONG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t piece = 0; piece < 70000; piece += 65536) {
            struct buf text;
            struct edifact_reader r;
            buf_init(&text, 8 * RECORD_MAX);
            buf_str(&text, "A+");
            for (size_t n = 0; n < cases[i].n; n++)
                buf_char(&text, cases[i].fill);
            buf_str(&text, "'B'");
            struct buf got = split(buf_view(&text), piece, &r);
            assert_int_equal(r.fault, cases[i].fault);
            assert_true(r.held.room <= 2 * RECORD_MAX + 2);
            buf_free(&got);
            edifact_free(&r);
            buf_free(&text);
        }
}

static void an_object_is_passed_over(void **state)
{
    struct span text = SPAN_LIT("UNO+P1'\x00'?+UNT'UNP+1'");

    (void)state;
    for (size_t piece = 1; piece < 20; piece++) {
        const struct edifact_segment *s;
        struct edifact_reader r;
        unsigned seen = 0;
        edifact_init(&r);
        for (size_t at = 0; at < text.n; at += piece) {
            struct span part = span_of(text.p + at, piece < text.n - at ? piece : text.n - at);
            while (edifact_next(&r, &part, &s) > 0) {
                seen++;
                if (s->tag == EDIFACT_TAG('U', 'N', 'O')) {
                    edifact_skip(&r, 8);
                    assert_true(edifact_unended(&r));
                } else {
                    assert_int_equal(s->tag, EDIFACT_TAG('U', 'N', 'P'));
                }
            }
        }
        assert_int_equal(seen, 2);
        assert_false(edifact_unended(&r));
        edifact_free(&r);
    }
}

static void the_first_bytes_tell_what_it_is(void **state)
{
    static const struct {
        const char *head;
        enum edifact_shape shape;
        bool wanted;
        const char *type, *purpose, *other;
    } cases[] = {
        {"", EDIFACT_NONE, false, "", "", NULL},
        {"UNAB", EDIFACT_NONE, false, "", "", NULL},
        {"UNBELIEVABLE", EDIFACT_NONE, false, "", "", NULL},
        {"UNB+UNOC:3+A+B+1:2+9'", EDIFACT_INTERCHANGE, false, "", "", NULL},
        {"UNB+UNOC:3+A+B+1:2+9++INVOIC'", EDIFACT_INTERCHANGE, false, "", "INVOIC", NULL},
        {"UNB+UNOC:3+A'UNH+1+INVOIC:D:96A:UN'", EDIFACT_INTERCHANGE, true, "INVOIC", "", NULL},
        {"UNH+1+INVOIC:D'", EDIFACT_MESSAGE, true, "INVOIC", "", NULL},
        {"UNH+1+ORDERS:D'UNH+2+INVOIC:D'", EDIFACT_MESSAGE, true, "ORDERS", "", NULL},
        {"UNA|^,~ #UNB^UNOC#UNG^ORDERS#UNH^1^ORDERS|D#", EDIFACT_INTERCHANGE, false, "ORDERS",
         "ORDERS", "an EDIFACT ORDERS message"},
        {"UNH+1+QWERTY:D'", EDIFACT_MESSAGE, false, "QWERTY", "",
         "an EDIFACT message of another type than INVOIC"},
        {"BGM+380+1'", EDIFACT_BARE, false, "", "",
         "an EDIFACT message without its envelope (UNB, UNH)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct edifact_look look = edifact_sniff(span_str(cases[i].head), "INVOIC");
        const char *other = edifact_other(span_str(cases[i].head));
        assert_int_equal(look.shape, cases[i].shape);
        assert_int_equal(look.wanted, cases[i].wanted);
        assert_string_equal(look.type, cases[i].type);
        assert_string_equal(look.purpose, cases[i].purpose);
        if (!cases[i].other && !cases[i].wanted)
            assert_null(other);
        else if (!cases[i].wanted)
            assert_string_equal(other, cases[i].other);
    }
}

static void the_last_segment_shows_the_end(void **state)
{
    static const struct {
        const char *head, *tail;
        bool ends;
    } cases[] = {
        {"UNB+", "UNT+1+1'UNZ+1+1'", true},
        {"UNB+", "UNT+1+1'\r\nUNZ+1+1'\r\n\x1A", true},
        {"UNB+", "UNT+1+1'UN\r\nZ+1+1'", true},
        {"UNB+", "UNZ+1+1'", true},
        {"UNB+", "UNT+1+1'UNZ+1+1", false},
        {"UNB+", "UNT+1+1'", false},
        {"UNB+", "UNT+1+1'XUNZ+1+1'", false},
        {"UNB+", "UNT+1+1'UN'", false},
        {"UNB+", "'", false},
        {"UNB+", "", false},
        {"UNA|^,~ #UNB^", "UNT^1#UNZ^1^1#", true},
        {"UNA|^,~ \nUNB^", "UNT^1\nUNZ^1^1\n", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(edifact_ends_with(span_str(cases[i].head), span_str(cases[i].tail), "UNZ"),
                         cases[i].ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_come_whole_whatever_the_pieces),
        cmocka_unit_test(an_una_that_separates_nothing_is_a_fault),
        cmocka_unit_test(u64_long_and_crowded_segments_stop_the_reading),
        cmocka_unit_test(an_object_is_passed_over),
        cmocka_unit_test(the_first_bytes_tell_what_it_is),
        cmocka_unit_test(the_last_segment_shows_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
