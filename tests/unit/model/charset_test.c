/* charset_test.c -- the tables against the C library's, and the weighing of evidence */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <iconv.h>

#include "model/charset.h"
#include "model/error.h"
#include "model/text.h"

/* The C library's name of each set. */
static const struct {
    enum charset set;
    const char *name;
} oracle[] = {
    {CHARSET_ASCII, "ASCII"},        {CHARSET_LATIN1, "ISO-8859-1"},
    {CHARSET_LATIN9, "ISO-8859-15"}, {CHARSET_CP1252, "CP1252"},
    {CHARSET_CP437, "IBM437"},       {CHARSET_CP850, "IBM850"},
    {CHARSET_CP865, "IBM865"},       {CHARSET_SE7, "SEN_850200_C"},
    {CHARSET_LATIN2, "ISO-8859-2"},  {CHARSET_LATIN3, "ISO-8859-3"},
    {CHARSET_LATIN4, "ISO-8859-4"},  {CHARSET_CYRILLIC, "ISO-8859-5"},
    {CHARSET_ARABIC, "ISO-8859-6"},  {CHARSET_GREEK, "ISO-8859-7"},
    {CHARSET_HEBREW, "ISO-8859-8"},  {CHARSET_LATIN5, "ISO-8859-9"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What the C library makes of a byte, as UTF-8; 0: nothing. */
static size_t by_iconv(iconv_t cd, char byte, char *out)
{
    char *in = &byte;
    char *to = out;
    size_t in_n = 1;
    size_t room = 8;

    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &in, &in_n, &to, &room) == (size_t)-1)
        return 0;
    return 8 - room;
}

static void check_byte(enum charset set, iconv_t cd, char byte)
{
    char theirs[8];
    char ours[CHARSET_WIDEST];
    size_t n = by_iconv(cd, byte, theirs);
    size_t lost = 0;
    struct span in = {&byte, 1};
    size_t length = charset_decode_into(set, &in, ours, sizeof ours, &lost);
    struct buf back;

    assert_int_equal(in.n, 0);
    if (n == 0) {
        assert_int_equal(lost, 1);
        assert_int_equal(length, 3);
        assert_memory_equal(ours, "\xEF\xBF\xBD", 3);
        return;
    }
    assert_int_equal(lost, 0);
    assert_int_equal(length, n);
    assert_memory_equal(ours, theirs, n);
    buf_init(&back, 8);
    assert_int_equal(charset_encode(&back, set, span_of(ours, length), &lost), 0);
    assert_int_equal(lost, 0);
    assert_int_equal(back.n, 1);
    assert_int_equal(back.p[0], byte);
    buf_free(&back);
}

static void every_byte_is_what_iconv_says(void **state)
{
    size_t sets = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(oracle); i++) {
        iconv_t cd = iconv_open("UTF-8", oracle[i].name);
        if (cd == (iconv_t)-1)
            continue; /* a C library without that table */
        sets++;
        for (int byte = 0; byte < 256; byte++)
            check_byte(oracle[i].set, cd, (char)byte);
        iconv_close(cd);
    }
    assert_true(sets > 2);
}

static void names_are_known_however_written(void **state)
{
    static const struct {
        const char *name;
        enum charset set;
    } cases[] = {
        {"UTF-8", CHARSET_UTF8},
        {"utf8", CHARSET_UTF8},
        {"iso-8859-1", CHARSET_LATIN1},
        {"ISO_8859-1", CHARSET_LATIN1},
        {"latin1", CHARSET_LATIN1},
        {"ISO-8859-15", CHARSET_LATIN9},
        {"windows-1252", CHARSET_CP1252},
        {"Cp1252", CHARSET_CP1252},
        {"cp865", CHARSET_CP865},
        {"IBM850", CHARSET_CP850},
        {"437", CHARSET_CP437},
        {"ISO646-SE", CHARSET_SE7},
        {"iso 646-se", CHARSET_SE7},
        {"SEN_850200_C", CHARSET_SE7},
        {"us-ascii", CHARSET_ASCII},
        {"ISO-8859-5", CHARSET_CYRILLIC},
        {"UTF-16", CHARSET_COUNT},
        {"ebcdic", CHARSET_COUNT},
        {"a name that is longer than any", CHARSET_COUNT},
        {"", CHARSET_COUNT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(charset_by_name(span_str(cases[i].name)), cases[i].set);
    for (enum charset set = 0; set < CHARSET_COUNT; set++) {
        enum charset same = set == CHARSET_UTF8_BROKEN ? CHARSET_UTF8 : set;
        assert_int_equal(charset_by_name(span_str(charset_name(set))), same);
    }
}

static void what_a_set_lacks_is_counted(void **state)
{
    static const struct {
        enum charset set;
        const char *utf8;
        const char *bytes;
        size_t lost;
    } cases[] = {
        {CHARSET_LATIN1, "5 \xE2\x82\xAC \xC3\xA5\xFF", "5 ? \xE5?", 2},
        {CHARSET_LATIN9, "5 \xE2\x82\xAC \xC3\xA5", "5 \xA4 \xE5", 0},
        {CHARSET_CP1252, "5 \xE2\x82\xAC \xC3\xA5", "5 \x80 \xE5", 0},
        {CHARSET_CP850, "\xC3\xA5\xC3\xA4\xC3\xB6\xC3\xB8", "\x86\x84\x94\x9B", 0},
        {CHARSET_CP437, "\xC3\xA5\xC3\xB8", "\x86?", 1},
        {CHARSET_CP865, "\xC3\x98\xC3\xA6", "\x9D\x91", 0},
        {CHARSET_SE7, "Bj\xC3\xB6rn {1}", "Bj|rn ?1?", 2},
        {CHARSET_ASCII, "\xC3\xA5\x61", "?a", 1},
        {CHARSET_UTF8, "\xC3\xA5\xFF", "\xC3\xA5?", 1},
        {CHARSET_LATIN1, "\xEF\xBF\xBD", "?", 1},
        {CHARSET_GREEK, "\xEF\xBF\xBD", "?", 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out;
        size_t lost = 0;
        buf_init(&out, 100);
        assert_int_equal(charset_encode(&out, cases[i].set, span_str(cases[i].utf8), &lost), 0);
        assert_string_equal(buf_cstr(&out), cases[i].bytes);
        assert_int_equal(lost, cases[i].lost);
        buf_free(&out);
    }
}

static void decoding_keeps_to_its_room(void **state)
{
    char out[8];
    size_t lost = 0;
    struct buf small;

    (void)state;
    for (size_t room = 0; room <= sizeof out; room++) { /* "ab€å" in CP1252 */
        static const size_t length[9] = {0, 1, 2, 2, 2, 5, 5, 7, 7};
        static const size_t left[9] = {4, 3, 2, 2, 2, 1, 1, 0, 0};
        struct span in = SPAN_LIT("ab\x80\xE5");
        assert_int_equal(charset_decode_into(CHARSET_CP1252, &in, out, room, &lost), length[room]);
        assert_int_equal(in.n, left[room]);
        assert_true(utf8_valid(span_of(out, length[room])));
    }
    struct span broken = SPAN_LIT("a\xE5\xC3");
    assert_int_equal(charset_decode_into(CHARSET_UTF8, &broken, out, sizeof out, &lost), 7);
    assert_int_equal(lost, 2);
    buf_init(&small, 4);
    assert_int_equal(charset_decode(&small, CHARSET_LATIN1, SPAN_LIT("abc\xE4"), &lost),
                     SLUSS_ENOMEM);
    buf_free(&small);
}

static void U60_U61_evidence_decides(void **state)
{
    static const struct {
        const char *text;
        enum charset set;
    } cases[] = {
        {"Bjorn Berg", CHARSET_ASCII},
        {"Bj\xC3\xB6rn", CHARSET_UTF8},
        {"Bj\xF6rn", CHARSET_LATIN1},
        {"Bj\x94rn", CHARSET_CP850},
        {"\x8FKESSON", CHARSET_CP850},
        {"\x99stberg", CHARSET_CP850},
        {"Malm\x94", CHARSET_CP850},
        {"MALM\x99", CHARSET_CP850},
        {"\x86kerblom", CHARSET_CP850},
        {"S\x9Bren \x91"
         "ble",
         CHARSET_CP850},
        {"Andr\x82 M\x81ller", CHARSET_CP850},
        {"pris 5 \x80", CHARSET_CP1252},
        {"\x93Kalle\x94 Berg", CHARSET_CP1252},
        {"Kalle\x92s bil", CHARSET_CP1252},
        {"Widget\x99 AB", CHARSET_CP1252},
        {"Du\x9Ako Bj\xF6rk", CHARSET_CP1252},
        {"Bj\xF6rk \x96 Berg", CHARSET_CP1252},
        {"Anna \x96 Berg", CHARSET_CP1252},
        {"Tar\xA8o", CHARSET_LATIN9},
        {"\xA6imko", CHARSET_LATIN9},
        {"100 \xA4", CHARSET_LATIN1},
        {"\xA7 12", CHARSET_LATIN1},
        {"\xC5sa \xD6"
         "berg",
         CHARSET_LATIN1},
        {"R\xE4ksm\xF6rg\xE5s", CHARSET_LATIN1},
        {"G\xC3\xB6teborg och Malm\xC3", CHARSET_UTF8_BROKEN},     /* cut at the end */
        {"\xC3\x85sa \xC3\x96rn i Bor\xE5s", CHARSET_UTF8_BROKEN}, /* two against one */
        {"G\xC3\xB6teborg Bor\xE5s", CHARSET_LATIN1},              /* one against one */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(charset_of(span_str(cases[i].text), NULL), cases[i].set);
}

static void what_was_seen_before_decides_what_is_open(void **state)
{
    struct charset_evidence seen = {0};

    (void)state;
    assert_int_equal(charset_of(SPAN_LIT("\x84"), &seen), CHARSET_CP1252);
    assert_int_equal(charset_of(SPAN_LIT("R\x84ksm\x94rg\x86s"), &seen), CHARSET_CP850);
    assert_int_equal(charset_of(SPAN_LIT("\xF8 \x94\xA0 \x84"), &seen), CHARSET_CP850);
    seen = (struct charset_evidence){0};
    assert_int_equal(charset_of(SPAN_LIT("\x8E"
                                         "arko"),
                                &seen),
                     CHARSET_CP850); /* Äarko rather than Žarko */
    assert_int_equal(charset_of(SPAN_LIT("Bj\xF6rn \xC5kesson"), &seen), CHARSET_LATIN1);
    assert_int_equal(charset_of(SPAN_LIT("\x8E"
                                         "arko"),
                                &seen),
                     CHARSET_CP1252);
    seen = (struct charset_evidence){0};
    assert_int_equal(charset_of(SPAN_LIT("Tar\xA8o"), &seen), CHARSET_LATIN9);
    assert_int_equal(charset_of(SPAN_LIT("100 \xA4"), &seen), CHARSET_LATIN9);
}

static void seven_bits_need_letters_around(void **state)
{
    static const struct {
        const char *text;
        enum se7_look look;
    } cases[] = {
        {"Bj|rn", SE7_YES},
        {"S\\DERBERG", SE7_YES},
        {"L{n och ]terb{ring", SE7_YES},
        {"G\\TEBORG", SE7_YES},
        {"]ke", SE7_MAYBE},
        {"Malm|", SE7_MAYBE},
        {"Berg [Stockholm]", SE7_MAYBE},
        {"a [1]", SE7_NO},
        {"DOMAIN\\user", SE7_MAYBE},
        {"Anna|Bertil", SE7_MAYBE},
        {"1|2", SE7_NO},
        {"{}", SE7_NO},
        {"Bj|rn \xE5", SE7_NO},
        {"Bj\xF6rn [x", SE7_NO},
        {"", SE7_NO},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(charset_looks_se7(span_str(cases[i].text)), cases[i].look);
}

static void I38_damage_done_before_is_seen(void **state)
{
    static const struct {
        const char *text;
        bool twice;
        bool lost;
    } cases[] = {
        {"Bj\xC3\xB6rn", false, false},
        {"Bj\xC3\x83\xC2\xB6rn", true, false},   /* Ã¶ */
        {"\xC3\x83\xE2\x80\xA6sa", true, false}, /* Ã…, through CP1252 */
        {"\xC3\x83\xC2\x85sa", true, false},     /* Ã and 0x85, through ISO-8859-1 */
        {"5 \xC3\x82\xC2\xA7", true, false},     /* Â§ */
        {"JO\xC3\x83O", false, false},           /* JOÃO */
        {"\xC3\x83", false, false},
        {"\xC3\x82ngela", false, false},
        {"UME\xC3\x85\xE2\x80\x9D", false, false}, /* UMEÅ” */
        {"Bj?rn", false, true},
        {"?sa ?berg", false, true},
        {"Varf\xC3\xB6r?", false, false},
        {"a ? b", false, false},
        {"Bj\xEF\xBF\xBDrn", false, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(charset_twice_encoded(span_str(cases[i].text)), cases[i].twice);
        assert_int_equal(charset_letters_lost(span_str(cases[i].text)), cases[i].lost);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_what_iconv_says),
        cmocka_unit_test(names_are_known_however_written),
        cmocka_unit_test(what_a_set_lacks_is_counted),
        cmocka_unit_test(decoding_keeps_to_its_room),
        cmocka_unit_test(U60_U61_evidence_decides),
        cmocka_unit_test(what_was_seen_before_decides_what_is_open),
        cmocka_unit_test(seven_bits_need_letters_around),
        cmocka_unit_test(I38_damage_done_before_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
