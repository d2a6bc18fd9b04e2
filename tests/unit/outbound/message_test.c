/* message_test.c -- bytes that no relay has a reason to change */
#include "tests/unit/outbound/support.h"

#include <sodium.h>

#include "outbound/message.h"

static void begin(struct mail *mail)
{
    mail_init(mail);
    assert_int_equal(mail_begin_named(mail, "Kvittens, Åre", "k@inkasso.example", "Heby kommun",
                                      "e@heby.example", "<1@i.example>", T0),
                     0);
}

static void every_line_is_short_and_ascii(const struct buf *message)
{
    const char *p = message->p;

    while (*p) {
        const char *end = strstr(p, "\r\n");

        assert_non_null(end);
        assert_true(end - p <= 78);
        for (; p < end; p++)
            assert_true(*p != '\n' && *p != '\r' && (unsigned char)*p < 0x7f);
        p = end + 2;
    }
}

static void texts_of_any_bytes(void **state)
{
    struct buf message;
    struct mail mail;

    (void)state;
    buf_init(&message, MESSAGE_MAX);
    for (int round = 0; round < 200; round++) {
        char bytes[700];
        size_t n = randombytes_uniform(sizeof bytes);

        begin(&mail);
        randombytes_buf(bytes, n);
        for (size_t i = 0; i < n; i++) /* many line ends, blanks and dots among them */
            if (randombytes_uniform(3) == 0)
                bytes[i] = "\n .=\rF"[randombytes_uniform(6)];
        buf_add(&mail.text, bytes, n);
        buf_add(&mail.html, bytes, n);
        buf_add(mail_attach(&mail, "receipt.json", "application/json"), bytes, n);
        buf_clear(&message);
        assert_int_equal(message_write(&mail, &message), 0);
        assert_null(memchr(message.p, '\0', message.n));
        every_line_is_short_and_ascii(&message);
        mail_free(&mail);
    }
    buf_free(&message);
}

static void the_same_mail_is_the_same_bytes(void **state)
{
    struct buf one, two;
    struct mail mail;

    (void)state;
    buf_init(&one, MESSAGE_MAX);
    buf_init(&two, MESSAGE_MAX);
    begin(&mail);
    buf_str(&mail.text, "Hej  \n");
    buf_str(&mail.html, "<p>Hej</p>\n");
    buf_str(mail_attach(&mail, "receipt.json", "application/json"), "{}\n");
    assert_int_equal(message_write(&mail, &one), 0);
    assert_int_equal(message_write(&mail, &two), 0);
    assert_string_equal(buf_cstr(&one), buf_cstr(&two));
    assert_has(buf_cstr(&one), "\r\n\r\nHej =20\r\n");
    mail_free(&mail);
    buf_free(&one);
    buf_free(&two);
}

/* A text alone needs no parts. */
static void as_small_as_can_be(void **state)
{
    struct buf message;
    struct mail mail;

    (void)state;
    buf_init(&message, MESSAGE_MAX);
    begin(&mail);
    buf_str(&mail.text, "Hej");
    assert_int_equal(message_write(&mail, &message), 0);
    assert_has_not(buf_cstr(&message), "multipart");
    assert_has(buf_cstr(&message), "quoted-printable\r\n\r\nHej\r\n");
    mail_free(&mail);
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_any_bytes),
        cmocka_unit_test(the_same_mail_is_the_same_bytes),
        cmocka_unit_test(as_small_as_can_be),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
