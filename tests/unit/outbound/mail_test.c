/* mail_test.c -- headers hold whatever they are given, texts are broken at blanks */
#include "tests/unit/outbound/support.h"

#include <sodium.h>
#include <time.h>

static void addresses(void **state)
{
    static const struct {
        const char *text;
        const char *bare; /* null: refused */
    } cases[] = {
        {"a@b.example", "a@b.example"},
        {" a@b.example ", "a@b.example"},
        {"Kvittens <a@b.example>", "a@b.example"},
        {"\"A <b>\" <a@b.example>", "a@b.example"},
        {"räka@b.example", "räka@b.example"},
        {"", NULL},
        {"nobody", NULL},
        {"@b.example", NULL},
        {"a@", NULL},
        {"a b@c.example", NULL},
        {"a@b.example\r\nRCPT TO:<x@y.example>", NULL},
        {"<a@b.example", NULL},
        {"a@b.example> SIZE=1", NULL},
        {"a@b.example,c@d.example", NULL},
    };
    char out[MAIL_ADDRESS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int rc = mail_address(cases[i].text, out);

        assert_int_equal(rc, cases[i].bare ? 0 : SLUSS_EINVAL);
        if (cases[i].bare)
            assert_string_equal(out, cases[i].bare);
    }
}

static void dates(void **state)
{
    char text[MAIL_DATE_SIZE];

    (void)state;
    use_stockholm();
    tzset();
    assert_string_equal(mail_date(T0, text), "Mon, 02 Mar 2026 07:12:00 +0100");
    assert_string_equal(mail_date(T0 + 120 * DAY, text), "Tue, 30 Jun 2026 08:12:00 +0200");
    setenv("TZ", "America/St_Johns", 1);
    tzset();
    assert_string_equal(mail_date(T0, text), "Mon, 02 Mar 2026 02:42:00 -0330");
    use_stockholm();
    tzset();
}

/* RFC 2047 read back: folding undone, encoded words decoded and joined. */
static void decode(const char *value, struct buf *out)
{
    bool after_word = false;

    buf_clear(out);
    for (const char *p = value; *p;) {
        if (strncmp(p, "\r\n", 2) == 0) {
            p += 2;
        } else if (strncmp(p, "=?UTF-8?Q?", 10) == 0) {
            for (p += 10; strncmp(p, "?=", 2) != 0;) {
                unsigned byte = (unsigned char)*p == '_' ? ' ' : (unsigned char)*p;

                if (*p == '=') {
                    assert_int_equal(sscanf(p + 1, "%2X", &byte), 1);
                    p += 2;
                }
                buf_char(out, (char)byte);
                p++;
            }
            p += 2;
            after_word = true;
        } else if (*p == ' ' && after_word &&
                   (strncmp(p, " =?", 3) == 0 || strncmp(p, " \r\n", 3) == 0)) {
            p++; /* blanks between encoded words are not there */
        } else {
            buf_char(out, *p++);
            after_word = false;
        }
    }
}

static void check_lines(const char *header, size_t most)
{
    for (const char *line = header; line;) {
        const char *end = strstr(line, "\r\n");
        size_t n = end ? (size_t)(end - line) : strlen(line);

        assert_true(n <= most);
        assert_true(line == header || *line == ' '); /* else it would be a header of its own */
        for (size_t i = 0; i < n; i++)
            assert_true((unsigned char)line[i] >= ' ' && (unsigned char)line[i] < 0x7f);
        line = end ? end + 2 : NULL;
    }
}

static void U68_a_header_stays_one_header(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *reads; /* null: as given */
    } cases[] = {
        {"plain", "Receipt: a.csv", NULL},
        {"Swedish", "Kvittens: ärenden – mottagna", NULL},
        {"long and plain",
         "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
         "fifteen sixteen seventeen eighteen nineteen twenty",
         NULL},
        {"long and Swedish",
         "åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö åäö",
         NULL},
        {"beyond the first plane", "\xF0\x9F\x93\xA8\xF0\x9F\x93\xA8\xF0\x9F\x93\xA8 mail", NULL},
        {"a new line", "a\r\nBcc: x@y.example\n\nbody", "a\\r\\nBcc: x@y.example\\n\\nbody"},
        {"Latin-1", "r\xE4kning.csv", "r\\xE4kning.csv"},
        {"format signs", "%s%n%d.csv", NULL},
        {"quotes", "\"'<>;,:.csv", NULL},
        {"an encoded word of its own", "=?UTF-8?Q?=0D=0ABcc:?= x", NULL},
        {"blanks", "  two  and  end ", NULL},
        {"a bell and a NUL-like", "a\x07\x1b[31mb", "a\\x07\\x1B[31mb"},
        {"empty", "", NULL},
    };
    struct mail mail;
    struct buf read;

    (void)state;
    mail_init(&mail);
    buf_init(&read, 65536);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *header;

        mail_clear(&mail);
        assert_int_equal(mail_header(&mail, "Subject", span_str(cases[i].value)), 0);
        header = mail_next_header(&mail, NULL);
        assert_non_null(header);
        assert_null(mail_next_header(&mail, header));
        check_lines(header, 78);
        assert_memory_equal(header, "Subject: ", 9);
        decode(header + 9, &read);
        if (strcmp(buf_cstr(&read), cases[i].reads ? cases[i].reads : cases[i].value) != 0)
            fail_msg("%s: reads \"%s\"", cases[i].name, buf_cstr(&read));
    }
    buf_free(&read);
    mail_free(&mail);
}

/* Any bytes at all, a thousand times. */
static void U68_random_bytes_never_break_out(void **state)
{
    static const unsigned char seed[randombytes_SEEDBYTES] = "header";
    unsigned char bytes[300 * 1000];
    struct mail mail;

    (void)state;
    randombytes_buf_deterministic(bytes, sizeof bytes, seed);
    mail_init(&mail);
    for (size_t i = 0; i < 1000; i++) {
        const char *header;

        mail_clear(&mail);
        assert_int_equal(
            mail_header(&mail, "Subject", span_of((char *)bytes + i * 300, bytes[i * 300])), 0);
        header = mail_next_header(&mail, NULL);
        assert_null(mail_next_header(&mail, header));
        check_lines(header, 998);
    }
    mail_free(&mail);
}

static void begins_with_the_usual_headers(void **state)
{
    struct mail mail;

    (void)state;
    mail_init(&mail);
    assert_int_equal(mail_begin(&mail, "Räkningar <k@inkasso.example>", "e@heby.example",
                                "<1.2@inkasso.example>", T0),
                     0);
    assert_string_equal(mail.from, "k@inkasso.example");
    assert_string_equal(mail.to, "e@heby.example");
    assert_string_equal(header_of(&mail, "From"), "=?UTF-8?Q?R=C3=A4kningar?= <k@inkasso.example>");
    assert_string_equal(header_of(&mail, "To"), "e@heby.example");
    assert_string_equal(header_of(&mail, "Date"), "Mon, 02 Mar 2026 07:12:00 +0100");
    assert_string_equal(header_of(&mail, "Message-ID"), "<1.2@inkasso.example>");
    assert_string_equal(header_of(&mail, "Auto-Submitted"), "auto-generated");
    assert_string_equal(header_of(&mail, "X-Auto-Response-Suppress"), "All");
    assert_int_equal(mail_begin(&mail, "k@inkasso.example", "nobody", "<1@x>", T0), SLUSS_EINVAL);
    assert_int_equal(mail_begin(&mail, NULL, "e@heby.example", "<1@x>", T0), SLUSS_EINVAL);
    mail_free(&mail);
}

static void breaks_long_lines(void **state)
{
    static const struct {
        const char *text;
        const char *broken;
    } cases[] = {
        {"", ""},
        {"short\n", "short\n"},
        {"one two three four", "one two\nthree four"},
        {"- one two three four\nx", "- one two\n  three\n  four\nx"},
        {"  - one two three", "  - one\n    two\n    three"},
        {"åäö åäö åäö", "åäö åäö\nåäö"},
        {"unbreakable-word-of-length a", "unbreakable-word-of-length\na"},
        {"a\xc2\xa0"
         "b\xc2\xa0"
         "c\xc2\xa0"
         "d\xc2\xa0"
         "e\xc2\xa0"
         "f g",
         "a\xc2\xa0"
         "b\xc2\xa0"
         "c\xc2\xa0"
         "d\xc2\xa0"
         "e\xc2\xa0"
         "f\ng"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;

        buf_init(&out, 4096);
        assert_int_equal(mail_wrap(&out, span_str(cases[i].text), 10), 0);
        assert_string_equal(buf_cstr(&out), cases[i].broken);
        buf_free(&out);
    }
}

/* Names beside addresses, in any characters; what could break out of one is left away. */
static void U68_names_of_people(void **state)
{
    static const struct {
        const char *name;
        const char *header;
    } cases[] = {
        {NULL, "From: k@i.example"},
        {"", "From: k@i.example"},
        {"Heby kommun", "From: Heby kommun\r\n <k@i.example>"},
        {"Vatten & avlopp", "From: Vatten & avlopp\r\n <k@i.example>"},
        {"Heby, ekonomi", "From: \"Heby, ekonomi\"\r\n <k@i.example>"},
        {"A \"B\" \\C <d@e>", "From: \"A \\\"B\\\" \\\\C <d@e>\"\r\n <k@i.example>"},
        {"Östersund", "From: =?UTF-8?Q?=C3=96stersund?=\r\n <k@i.example>"},
        {"x\r\nBcc: y@z", "From: k@i.example"},
    };
    struct mail mail;

    (void)state;
    mail_init(&mail);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(mail_begin_named(&mail, cases[i].name, "k@i.example", NULL, "e@h.example",
                                          "<1@i.example>", T0),
                         0);
        assert_string_equal(mail_next_header(&mail, NULL), cases[i].header);
    }
    assert_string_equal(mail.from, "k@i.example");
    assert_int_equal(mail_bounces_to(&mail, NULL), 0);
    assert_string_equal(mail.from, "k@i.example");
    assert_int_equal(mail_bounces_to(&mail, "studsar@i.example"), 0);
    assert_string_equal(mail.from, "studsar@i.example");
    assert_int_equal(mail_bounces_to(&mail, "no address"), SLUSS_EINVAL);
    mail_free(&mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(dates),
        cmocka_unit_test(U68_a_header_stays_one_header),
        cmocka_unit_test(U68_random_bytes_never_break_out),
        cmocka_unit_test(U68_names_of_people),
        cmocka_unit_test(begins_with_the_usual_headers),
        cmocka_unit_test(breaks_long_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
