/* letters_test.c -- "ä" as it comes, and the one answer: text and finding */
#include "tests/unit/parsers/heard.h"

#include "parsers/letters.h"
#include "parsers/reading.h"
#include "parsers/recognize.h"

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
        struct record line = {span_str(cases[i].bytes), CHARSET_ASCII, NULL};
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

/* --- one file of every format, in every set ---------------------------------------------- */

enum dress {
    LATIN1,
    UTF8,
    UTF8_MARK,
    CP850,
    SE7,
    UTF16_LE,
    UTF16_LE_MARK,
    UTF16_BE,
    UTF16_BE_MARK,
    DRESSES
};

/* Which answer a format gives: by its manual, either of two, by what is declared in it. */
enum group { BANK, EITHER, TABLE, UNB, XML, GROUPS };

static const struct {
    enum group group;
    const char *file;
    bool nameless;        /* no name with a letter beyond ASCII in it */
    enum charset charset; /* of the sample */
} dressed[] = {
    {BANK, "bgmax/two-deposits.txt", false, CHARSET_LATIN1},
    {BANK, "total-in/two-accounts.txt", false, CHARSET_LATIN1},
    {BANK, "autogiro/specification.txt", true, CHARSET_LATIN1},
    {BANK, "lb/order.txt", false, CHARSET_LATIN1},
    {BANK, "ocr-giro/payments.txt", true, CHARSET_LATIN1},
    {EITHER, "mt940/latin1.sta", false, CHARSET_LATIN1},
    {TABLE, "case-csv/four-items.csv", false, CHARSET_UTF8},
    {UNB, "edifact-invoic/two-invoices.edi", false, CHARSET_LATIN1},
    {XML, "camt.054/notification.xml", false, CHARSET_UTF8},
    {XML, "pain.001/transfers.xml", false, CHARSET_UTF8},
    {XML, "peppol-bis-3/invoice.xml", false, CHARSET_UTF8},
    {XML, "svefaktura/invoice.xml", false, CHARSET_UTF8},
    {XML, "finvoice/invoice.xml", false, CHARSET_LATIN1},
    {XML, "oioubl/invoice.xml", false, CHARSET_UTF8},
    {XML, "cii/invoice.xml", false, CHARSET_UTF8},
    {XML, "ehf-reminder/reminder.xml", false, CHARSET_UTF8},
    {XML, "sbdh/invoice.xml", false, CHARSET_UTF8},
    {XML, "sbdh/technical.xml", false, CHARSET_UTF8},
};

#define NOTHING FINDING_CODE_COUNT

/* The one finding about letters. XML says its own set and is dressed in Unicode alone. */
static const enum finding_code answers[GROUPS][DRESSES] = {
    [BANK] = {NOTHING, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED,
              FINDING_ENCODING_GUESSED, FINDING_SE7_READ, FINDING_ENCODING_CONVERTED,
              FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED},
    [EITHER] = {NOTHING, NOTHING, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_GUESSED,
                FINDING_SE7_READ, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED,
                FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED},
    [TABLE] = {NOTHING, NOTHING, NOTHING, FINDING_ENCODING_GUESSED, FINDING_SE7_KEPT,
               FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED,
               FINDING_ENCODING_CONVERTED},
    [UNB] = {NOTHING, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED,
             FINDING_ENCODING_GUESSED, FINDING_SE7_READ, FINDING_ENCODING_CONVERTED,
             FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED},
    [XML] = {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, FINDING_ENCODING_CONVERTED,
             FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED, FINDING_ENCODING_CONVERTED},
};

/* The Basic Multilingual Plane is enough. */
static void add_utf16(struct buf *out, struct span utf8, bool big)
{
    for (size_t i = 0; i < utf8.n; i++) {
        unsigned c = (unsigned char)utf8.p[i];
        if (c >= 0xE0) {
            c = (c & 0x0F) << 12 | ((unsigned)utf8.p[i + 1] & 0x3F) << 6 |
                ((unsigned)utf8.p[i + 2] & 0x3F);
            i += 2;
        } else if (c >= 0xC0) {
            c = (c & 0x1F) << 6 | ((unsigned)utf8.p[++i] & 0x3F);
        }
        char unit[2] = {(char)(big ? c >> 8 : c), (char)(big ? c : c >> 8)};
        assert_int_equal(buf_add(out, unit, 2), 0);
    }
}

static struct buf dress(struct span utf8, enum dress as)
{
    static const enum charset sets[] = {CHARSET_LATIN1, CHARSET_UTF8, CHARSET_UTF8, CHARSET_CP850,
                                        CHARSET_SE7};
    struct buf out;
    size_t lost = 0;

    buf_init(&out, 1 << 20);
    if (as == UTF8_MARK)
        assert_int_equal(buf_span(&out, SPAN_LIT("\xEF\xBB\xBF")), 0);
    if (as == UTF16_LE_MARK || as == UTF16_BE_MARK)
        add_utf16(&out, SPAN_LIT("\xEF\xBB\xBF"), as == UTF16_BE_MARK);
    if (as >= UTF16_LE)
        add_utf16(&out, utf8, as >= UTF16_BE);
    else if (sets[as] == CHARSET_UTF8)
        assert_int_equal(buf_span(&out, utf8), 0);
    else
        assert_int_equal(charset_encode(&out, sets[as], utf8, &lost), 0);
    return out;
}

static bool about_letters(enum finding_code code)
{
    static const enum finding_code codes[] = {
        FINDING_ENCODING_CONVERTED, FINDING_ENCODING_GUESSED, FINDING_ENCODING_BROKEN,
        FINDING_CHARACTERS_BROKEN,  FINDING_LETTERS_TWICE,    FINDING_LETTERS_LOST,
        FINDING_SE7_READ,           FINDING_SE7_KEPT,
    };

    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i] == code)
            return true;
    return false;
}

static void compare_dressed(const char *name, const struct heard *plain, const struct heard *h,
                            enum finding_code answer)
{
    assert_string_equal(h->summary.format, plain->summary.format);
    assert_int_equal(h->summary.valid, plain->summary.valid);
    assert_int_equal(h->items, plain->items);
    assert_int_equal(h->summary.sums.of[0].minor, plain->summary.sums.of[0].minor);
    for (unsigned i = 0; i < FINDING_CODE_COUNT; i++) {
        uint64_t expected = about_letters(i) ? i == answer : plain->of[i];
        if (h->of[i] != expected)
            fail_msg("%s: %s %d times", name, finding_kinds[i].name, (int)h->of[i]);
    }
    for (size_t i = 0; i < h->items && answer != FINDING_SE7_KEPT; i++)
        if (!span_eq(h->item[i].counterparty_name, plain->item[i].counterparty_name))
            fail_msg("%s: item %zu has another name", name, i + 1);
}

/* A sample in UTF-8, its letter beyond ASCII between others: at an edge 7-bit is only guessed. */
static struct buf undressed(const char *file, enum charset charset)
{
    struct span bytes = sample(file);
    struct buf utf8;
    size_t lost = 0;

    buf_init(&utf8, 1 << 20);
    assert_int_equal(charset_decode(&utf8, charset, bytes, &lost), 0);
    for (char *at = utf8.p; (at = memmem(at, (size_t)(utf8.p + utf8.n - at), "\xC3\x85sa", 4));)
        memcpy(at, "L\xC3\xA5s", 4);
    free((char *)bytes.p);
    return utf8;
}

static void dress_and_read(size_t which)
{
    enum group group = dressed[which].group;
    struct buf utf8 = undressed(dressed[which].file, dressed[which].charset);
    struct buf own = dress(buf_view(&utf8), dressed[which].charset == CHARSET_UTF8 ? UTF8 : LATIN1);
    struct heard *plain = hear_pieces(NULL, buf_view(&own), 0);
    char name[100];

    for (unsigned as = group == XML ? UTF16_LE : LATIN1; as < DRESSES; as++) {
        struct buf text = dress(buf_view(&utf8), as);
        struct heard *h = hear_pieces(NULL, buf_view(&text), as % 2 ? 1000 : 0);
        bool unread = dressed[which].nameless && as == SE7;
        snprintf(name, sizeof(name), "%s, dress %u", dressed[which].file, as);
        compare_dressed(name, plain, h, unread ? NOTHING : answers[group][as]);
        heard_free(h);
        buf_free(&text);
    }
    buf_free(&own);
    buf_free(&utf8);
    heard_free(plain);
}

static void U60_U62_every_format_reads_one_file_in_every_set(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dressed); i++)
        dress_and_read(i);
}

/* Fault U10: the end of a file in UTF-16, from any byte on. */
static void an_ending_in_utf16_is_seen(void **state)
{
    static const char *const files[] = {"bgmax/two-deposits.txt", "case-csv/four-items.csv",
                                        "camt.054/notification.xml", "sbdh/invoice.xml"};

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++)
        for (unsigned as = UTF16_LE; as < DRESSES; as++) {
            struct buf utf8 = undressed(files[i], i == 0 ? CHARSET_LATIN1 : CHARSET_UTF8);
            struct buf text = dress(buf_view(&utf8), as);
            struct span all = buf_view(&text);
            struct span head = span_of(all.p, all.n < HEAD_MAX ? all.n : HEAD_MAX);
            bool whole = all.n <= HEAD_MAX;
            for (size_t tail = 400; tail < 404; tail++) {
                struct span end = span_of(all.p + all.n - tail, tail);
                struct span cut = span_of(end.p, tail - 31);
                assert_int_equal(recognize_ending(head, end, whole), ENDING_WHOLE);
                assert_int_equal(recognize_ending(head, cut, whole), ENDING_CUT);
                cut.n = tail - 1;
                assert_int_equal(recognize_ending(head, cut, whole), ENDING_CUT);
            }
            buf_free(&text);
            buf_free(&utf8);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_has_its_row),
        cmocka_unit_test(U60_U61_fixed_records_are_read_as_what_they_are),
        cmocka_unit_test(U60_U62_names_of_case_csv),
        cmocka_unit_test(U62_utf16_is_read_in_either_order_and_any_pieces),
        cmocka_unit_test(U60_U62_every_format_reads_one_file_in_every_set),
        cmocka_unit_test(an_ending_in_utf16_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
