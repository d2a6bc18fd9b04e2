/* text_test.c -- UTF-8, escaping, and words in names */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "model/text.h"

static void utf8_is_told_from_the_rest(void **state)
{
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        {"", true},
        {"plain ASCII, longer than one word", true},
        {"G\xC3\xA4vle", true},
        {"\xE2\x82\xAC", true},
        {"\xF0\x9F\x9A\xA2", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"G\xE4vle", false},             /* ISO-8859-1 */
        {"\xC0\x80", false},             /* overlong */
        {"\xE0\x80\x80", false},         /* overlong */
        {"\xF0\x80\x80\x80", false},     /* overlong */
        {"\xED\xA0\x80", false},         /* surrogate */
        {"\xF4\x90\x80\x80", false},     /* beyond U+10FFFF */
        {"\xF8\x88\x80\x80\x80", false}, /* five bytes */
        {"\x80", false},
        {"abc\xE2\x82", false}, /* cut */
        {"\xC3(", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(utf8_valid(span_str(cases[i].bytes)), cases[i].valid);
    assert_true(utf8_valid(SPAN_NONE));
    assert_false(text_has_high(SPAN_LIT("0123456789abcdef")));
    assert_true(text_has_high(SPAN_LIT("0123456789abcde\xE4")));
    assert_true(text_has_high(SPAN_LIT("\xE4"
                                       "0123456789abcdef")));
    assert_false(text_has_high(SPAN_NONE));
}

static void characters_are_written_and_cut_whole(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t character;
    } cases[] = {
        {"a", 'a'},
        {"\xC2\x80", 0x80},
        {"\xDF\xBF", 0x7FF},
        {"\xE0\xA0\x80", 0x800},
        {"\xEF\xBF\xBF", 0xFFFF},
        {"\xF0\x90\x80\x80", 0x10000},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF},
    };
    char out[4];
    uint32_t character;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span bytes = span_str(cases[i].bytes);
        assert_int_equal(utf8_put(out, cases[i].character), bytes.n);
        assert_memory_equal(out, bytes.p, bytes.n);
        assert_int_equal(utf8_get(bytes, &character), bytes.n);
        assert_int_equal(character, cases[i].character);
    }
    for (size_t most = 0; most < 8; most++) { /* "aåb€" */
        static const size_t kept[8] = {0, 1, 1, 3, 4, 4, 4, 7};
        struct span text = SPAN_LIT("a\xC3\xA5"
                                    "b\xE2\x82\xAC");
        assert_int_equal(utf8_cut(text, most).n, kept[most]);
    }
    assert_int_equal(text_ascii_run(SPAN_LIT("0123456789\xE4")), 10);
}

static void U68_names_are_shown_without_commands(void **state)
{
    static const struct {
        const char *bytes;
        const char *shown;
    } cases[] = {
        {"Faktura \xC3\xA5\xC3\xA4\xC3\xB6.csv", "Faktura \xC3\xA5\xC3\xA4\xC3\xB6.csv"},
        {" leading space.csv", " leading space.csv"},
        {"G\xE4vle.csv", "G\\xE4vle.csv"},
        {"two\nlines\r\t", "two\\nlines\\r\\t"},
        {"\x1B[31mred\x07", "\\x1B[31mred\\x07"},
        {"\x7F", "\\x7F"},
        {"\xC2\x9B"
         "31m",
         "\\u009B31m"}, /* a C1 control: CSI in one character */
        {"invoice\xE2\x80\xAE"
         "fdp.exe",
         "invoice\\u202Efdp.exe"},
        {"a\xE2\x81\xA6"
         "b\xE2\x80\xA8"
         "c",
         "a\\u2066b\\u2028c"},
        {"\xF3\xA0\x81\x81", "\\U000E0041"},
        {"C:\\x1B", "C:\\\\x1B"}, /* no bytes can look like an escape of others */
        {"\xE2\x82", "\\xE2\\x82"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf buf;

        buf_init(&buf, 1000);
        assert_int_equal(text_escape(&buf, span_str(cases[i].bytes)), SLUSS_OK);
        assert_string_equal(buf_cstr(&buf), cases[i].shown);
        buf_free(&buf);
    }
}

static void escaping_reports_lack_of_room(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    assert_int_equal(text_escape(&buf, SPAN_LIT("abc\n")), SLUSS_ENOMEM);
    buf_free(&buf);
}

static void test_is_a_word_not_a_substring(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } cases[] = {
        {"test", true},
        {"TEST", true},
        {"Invoice_TEST-3.xml", true},
        {"invoiceTest.xml", true},
        {"test2026.csv", true},
        {"2026test.csv", true},
        {"fil.test", true},
        {"fil (Test).csv", true},
        {"\xC3\xB6ver test", true},
        {"\xC2\xABtest\xC2\xBB", true},
        {"f\xE4rg_test", true},
        {"Testebo.xml", false},
        {"contest.csv", false},
        {"attest.pdf", false},
        {"test\xC3\xB6r.csv", false}, /* letters outside ASCII are letters */
        {"\xC3\xA4test.csv", false},
        {"tes", false},
        {"t e s t", false},
        {"Tes-t", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (text_has_token(span_str(cases[i].text), SPAN_LIT("test")) != cases[i].found)
            fail_msg("%s", cases[i].text);
    assert_false(text_has_token(SPAN_LIT("a-b"), SPAN_LIT("")));
    assert_false(text_has_token(SPAN_NONE, SPAN_LIT("test")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_told_from_the_rest),
        cmocka_unit_test(characters_are_written_and_cut_whole),
        cmocka_unit_test(U68_names_are_shown_without_commands),
        cmocka_unit_test(escaping_reports_lack_of_room),
        cmocka_unit_test(test_is_a_word_not_a_substring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
