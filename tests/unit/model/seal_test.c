/* seal_test.c -- the arithmetic of Bankgirot's seal, held against the published cases */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/seal.h"

#define BLANKS10 "          "
#define ZEROS10  "0000000000"
#define ZEROS60  ZEROS10 ZEROS10 ZEROS10 ZEROS10 ZEROS10 ZEROS10

/* The bytes of Bankgirot's test cases, as the specification prints them. */
#define CASE_1A "00000000"
#define CASE_1B "00000\r\n0000\r\n000\r\n00\r\n0"
#define CASE_1C                                                                                    \
    "1100099123460712"                                                                             \
    "15LEVERANTZRSBETALNINGAR " BLANKS10 BLANKS10 BLANKS10 "        2\r\n"                         \
    "10000000C" ZEROS60 "0002\r\n"                                                                 \
    "10000000C" ZEROS60 ZEROS10 ZEROS10 ZEROS10 ZEROS10 ZEROS10 "2\r\n"                            \
    "10000000C002"
#define CASE_2A                                                                                    \
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrst"      \
    "uvwxyz{|}~\r\n"
#define CASE_2B "\xF5\xD5^~@`!\"#$%&'(\t)*+,-./\xA7\xBD"
#define CASE_2C "\xC4\xD6\xC5\xE4\xF6\xE5"
#define CASE_2D                                                                                    \
    CASE_1A "\r\n\r\n" CASE_1B "\r\n\r\n" CASE_1C "\r\n\r\n" CASE_2A "\r\n" CASE_2B                \
            "\r\n\r\n" CASE_2C

static const struct {
    const char *name;
    const char *text;
    const char *code;
} published[] = {
    {"1A", CASE_1A, "FF365893D899291C3BF505FB3175E880"},
    {"1B", CASE_1B, "9BA94363739D45256DF4B6FA3B9DE1CD"},
    {"1C", CASE_1C, "826CA6CBA33F7E1D3CC9161A0956A35B"},
    {"2A", CASE_2A, "9473EDFCAA8CD2434D6D76ABFFC991BD"},
    {"2B", CASE_2B, "20956E44B404C4085446139B2B952D77"},
    {"2C", CASE_2C, "515704694958361678194D51850FF157"},
    {"2D", CASE_2D, "68C5954818010DDDCB1EC02963E8C123"},
};

static void code_of(struct span text, size_t piece, char out[SEAL_TEXT + 1])
{
    struct seal_hash hash;
    uint8_t code[SEAL_SIZE];

    seal_hash_begin(&hash, seal_public_key, NULL);
    while (text.n) {
        size_t n = piece && piece < text.n ? piece : text.n;

        seal_hash_add(&hash, span_of(text.p, n));
        text = span_of(text.p + n, text.n - n);
    }
    seal_hash_end(&hash, code, NULL);
    seal_format(code, out);
}

static void the_published_cases_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        for (size_t piece = 0; piece < 40; piece++) {
            char code[SEAL_TEXT + 1];

            code_of(span_str(published[i].text), piece, code);
            if (strcmp(code, published[i].code) != 0)
                fail_msg("case %s in pieces of %zu: %s", published[i].name, piece, code);
        }
    }
}

static void what_changes_the_code_and_what_does_not(void **state)
{
    static const struct {
        const char *name;
        struct span one, other;
        bool same;
    } cases[] = {
        {"line ends", SPAN_LIT("14A\r\n29B\r\n"), SPAN_LIT("14A\n\n29B"), true},
        {"a blank at the end", SPAN_LIT("14A \n"), SPAN_LIT("14A\n"), false},
        {"AE and a bracket", SPAN_LIT("\xC4\xE5"), SPAN_LIT("[}"), true},
        {"E with acute", SPAN_LIT("\xC9\xE9\xDC\xFC"), SPAN_LIT("@`^~"), true},
        {"all others are one", SPAN_LIT("\t\x7F\x80\xFF"), SPAN_LIT("\xC3\xC3\xC3\xC3"), true},
        {"a tab is no blank", SPAN_LIT("\t"), SPAN_LIT(" "), false},
        {"a NUL counts", {"0\0", 2}, SPAN_LIT("0"), false},
        {"UTF-8 is another text", SPAN_LIT("\xC3\x84"), SPAN_LIT("\xC4"), false},
        {"upper and lower case", SPAN_LIT("\xC4"), SPAN_LIT("\xE4"), false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char one[SEAL_TEXT + 1], other[SEAL_TEXT + 1];

        code_of(cases[i].one, 0, one);
        code_of(cases[i].other, 0, other);
        if ((strcmp(one, other) == 0) != cases[i].same)
            fail_msg("%s", cases[i].name);
    }
}

/* The table as the specification gives it, byte by byte, against the fast way; runs of every
 * length and alignment around the words of eight bytes and the stage. */
static void every_byte_is_normalised_as_the_table_says(void **state)
{
    static const char national[] = "\xC9@\xC4[\xD6\\\xC5]\xDC^\xE9`\xE4{\xF6|\xE5}\xFC~";
    char *text = malloc(3 * 4096), *plain = malloc(3 * 4096);
    uint32_t random = 1;

    (void)state;
    assert_true(text && plain);
    for (unsigned round = 0; round < 300; round++) {
        size_t n = round < 256 ? 20 : 4096 + round * 17, out = 0;
        char fast[SEAL_TEXT + 1], slow[SEAL_TEXT + 1];

        for (size_t i = 0; i < n; i++) {
            random = random * 1664525u + 1013904223u;
            unsigned char c = (unsigned char)(random >> 24 & 7 ? 'a' + i % 26 : random >> 16);
            if (round < 256 && i == round % 20)
                c = (unsigned char)round;
            const char *at = c ? strchr(national, (char)c) : NULL;
            text[i] = (char)c;
            if (c == '\r' || c == '\n')
                continue;
            plain[out++] = (char)(c >= 0x20 && c <= 0x7E ? c : at ? (unsigned char)at[1] : 0xC3);
        }
        code_of(span_of(text, n), round % 9 * 50, fast);
        code_of(span_of(plain, out), 1, slow);
        if (strcmp(fast, slow) != 0)
            fail_msg("round %u", round);
    }
    free(text);
    free(plain);
}

static void two_keys_in_one_pass(void **state)
{
    struct seal_hash hash;
    uint8_t key[SEAL_SIZE] = {1, 2, 3}, first[SEAL_SIZE], second[SEAL_SIZE], expected[SEAL_SIZE];
    char text[SEAL_TEXT + 1];

    (void)state;
    seal_hash_begin(&hash, key, seal_public_key);
    seal_hash_add(&hash, SPAN_LIT("00000000\n"));
    assert_int_equal(hash.lines, 1);
    seal_hash_end(&hash, first, second);
    seal_kvv(key, sizeof key, expected);
    assert_true(seal_equal(first, expected));
    seal_format(second, text);
    assert_string_equal(text, "FF365893D899291C3BF505FB3175E880");
    assert_int_equal(hash.of[0].octx.state[0], 0); /* wiped */
}

static void the_key_used_as_text_is_known(void **state)
{
    uint8_t kvv[SEAL_SIZE];

    (void)state;
    assert_true(seal_parse(SPAN_LIT("05CD81829E26F44089FD91A9CFBC75DB"), kvv));
    assert_true(seal_kvv_of_text(seal_public_key, kvv));
    seal_kvv((const uint8_t *)"1234567890abcdef1234567890abcdef", 32, kvv);
    assert_true(seal_kvv_of_text(seal_public_key, kvv));
    seal_kvv(seal_public_key, SEAL_SIZE, kvv);
    assert_false(seal_kvv_of_text(seal_public_key, kvv));
}

static void a_key_is_32_hexadecimal_digits(void **state)
{
    static const char *const bad[] = {
        "",
        "1234567890ABCDEF1234567890ABCDE",
        "1234567890ABCDEF1234567890ABCDEF0",
        "1234567890ABCDEF1234567890ABCDEG",
        "0x34567890ABCDEF1234567890ABCDEF",
        " 234567890ABCDEF1234567890ABCDEF",
    };
    uint8_t key[SEAL_SIZE] = {7};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(seal_parse(span_str(bad[i]), key));
    assert_int_equal(key[0], 7);
    assert_true(seal_parse(SPAN_LIT("1234567890abcdef1234567890ABCDEF"), key));
    assert_true(seal_equal(key, seal_public_key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_cases_agree),
        cmocka_unit_test(what_changes_the_code_and_what_does_not),
        cmocka_unit_test(every_byte_is_normalised_as_the_table_says),
        cmocka_unit_test(two_keys_in_one_pass),
        cmocka_unit_test(the_key_used_as_text_is_known),
        cmocka_unit_test(a_key_is_32_hexadecimal_digits),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("model/seal", tests, NULL, NULL);
}
