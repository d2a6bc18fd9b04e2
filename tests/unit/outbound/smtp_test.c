/* smtp_test.c -- every way a relay can behave at every step, over a real socket */
#include "tests/unit/outbound/support.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outbound/smtp.h"
#include "tests/unit/outbound/smtp_server.h"

static void make_mail(struct mail *mail)
{
    mail_init(mail);
    assert_int_equal(mail_begin(mail, "kvittens@inkasso.example", "ekonomi@heby.example",
                                "<1@inkasso.example>", T0),
                     0);
    mail_header(mail, "Subject", SPAN_LIT("Kvittens: 42 ärenden"));
    buf_str(&mail->text, "Hej på er!\n.\n..dots\n");
    buf_str(&mail->html, "<p>Hej p\xc3\xa5 er!</p>\n");
    buf_str(mail_attach(mail, "receipt.json", "application/json"), "{\"items\":42}\n");
}

static struct smtp_relay *relay_to(const char *url, int64_t timeout_us)
{
    struct smtp_options options = {.url = url, .timeout_us = timeout_us};
    struct smtp_relay *relay;

    assert_int_equal(smtp_relay_new(&options, &relay), 0);
    return relay;
}

static void one_try(const struct smtp_script *script, int64_t timeout_us,
                    struct smtp_result *result)
{
    struct smtp_server server;
    struct smtp_relay *relay;
    struct mail mail;

    make_mail(&mail);
    smtp_server_start(&server, script);
    relay = relay_to(server.url, timeout_us);
    smtp_send(relay, &mail, result);
    smtp_relay_free(&relay);
    smtp_server_forget(&server);
    mail_free(&mail);
}

/* --- what arrives ----------------------------------------------------------------------- */

static void quoted_printable(const char *from, const char *to, struct buf *out)
{
    buf_clear(out);
    while (from < to) {
        unsigned byte;

        if (*from == '=' && from[1] == '\r') {
            from += 3;
        } else if (*from == '=' && sscanf(from + 1, "%2X", &byte) == 1) {
            buf_char(out, (char)byte);
            from += 3;
        } else {
            buf_char(out, *from++);
        }
    }
}

/* The body of the part of that type: from its blank line to the next boundary. */
static const char *part_of(const char *message, const char *type, const char **end)
{
    const char *part = strstr(message, type);

    assert_non_null(part);
    part = strstr(part, "\r\n\r\n");
    assert_non_null(part);
    part += 4;
    *end = strstr(part, "\r\n--");
    assert_non_null(*end);
    return part;
}

static void a_message_arrives_whole(void **state)
{
    struct smtp_server server;
    struct smtp_result result;
    struct smtp_relay *relay;
    struct mail mail;
    struct buf got;
    struct buf part;
    const char *from;
    const char *to;
    unsigned char json[64];
    size_t json_n;

    (void)state;
    make_mail(&mail);
    buf_init(&got, 1 << 20);
    buf_init(&part, 1 << 20);
    smtp_server_start(&server, NULL);
    relay = relay_to(server.url, 5 * SECOND_US);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_SENT);
    assert_int_equal(result.code, 250);
    assert_string_equal(result.text, "2.0.0 taken as 4711");
    smtp_server_mail(&server, 1, &got);
    assert_has(buf_cstr(&got), "Subject: =?UTF-8?Q?Kvittens=3A_42_=C3=A4renden?=\r\n");
    assert_has(buf_cstr(&got), "Message-ID: <1@inkasso.example>\r\n");
    assert_has(buf_cstr(&got), "MIME-Version: 1.0\r\n");
    assert_has(buf_cstr(&got), "Content-Type: multipart/mixed; boundary=");
    assert_has(buf_cstr(&got), "Content-Type: multipart/alternative; boundary=");
    assert_has(buf_cstr(&got), "Content-Disposition: attachment; filename=\"receipt.json\"\r\n");
    from = part_of(buf_cstr(&got), "text/plain; charset=utf-8", &to);
    quoted_printable(from, to, &part);
    assert_string_equal(buf_cstr(&part), "Hej på er!\r\n.\r\n..dots\r\n");
    from = part_of(buf_cstr(&got), "text/html; charset=utf-8", &to);
    quoted_printable(from, to, &part);
    assert_string_equal(buf_cstr(&part), "<p>Hej på er!</p>\r\n");
    from = part_of(buf_cstr(&got), "application/json", &to);
    assert_int_equal(sodium_base642bin(json, sizeof json, from, (size_t)(to - from), "\r\n",
                                       &json_n, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_int_equal(json_n, 13);
    assert_memory_equal(json, "{\"items\":42}\n", 13);
    smtp_server_commands(&server, &part);
    assert_has(buf_cstr(&part), "MAIL FROM:<kvittens@inkasso.example>");
    assert_has(buf_cstr(&part), "RCPT TO:<ekonomi@heby.example>");
    smtp_relay_free(&relay);
    smtp_server_forget(&server);
    buf_free(&part);
    buf_free(&got);
    mail_free(&mail);
}

/* --- what can go wrong ------------------------------------------------------------------ */

/* Every step that can answer, every kind of answer: always one of four meanings. */
static void U59_every_answer_at_every_step_has_an_end(void **state)
{
    static const enum smtp_step steps[] = {SMTP_CONNECT, SMTP_EHLO, SMTP_MAIL,
                                           SMTP_RCPT,    SMTP_DATA, SMTP_END};
    static const struct {
        const char *answer; /* null: hangs up */
        int code;           /* told in the result, where it is what ended the attempt */
        enum smtp_outcome from_mail_on;
    } answers[] = {
        {"421 4.3.2 shutting down", 421, SMTP_RETRY},
        {"450 4.2.0 mailbox busy", 450, SMTP_RETRY},
        {"451 4.7.1 greylisted", 451, SMTP_RETRY},
        {"452 4.3.1 no space", 452, SMTP_RETRY},
        {"454 4.7.0 TLS not available", 454, SMTP_RETRY},
        {"500 5.5.2 what", 500, SMTP_REFUSED},
        {"550-5.1.1 no such\r\n550 5.1.1 user", 550, SMTP_REFUSED},
        {"552 5.3.4 too big", 552, SMTP_REFUSED},
        {"554 5.7.1 relay access denied", 554, SMTP_REFUSED},
        {"530 5.7.0 authenticate first", 530, SMTP_RETRY},
    };

    (void)state;
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        for (size_t a = 0; a < sizeof answers / sizeof *answers; a++) {
            struct smtp_script script = {.step = steps[s], .answer = answers[a].answer};
            enum smtp_outcome expected =
                steps[s] < SMTP_MAIL ? SMTP_RELAY_DOWN : answers[a].from_mail_on;

            if (answers[a].code == 530 && steps[s] == SMTP_MAIL)
                expected = SMTP_RELAY_DOWN; /* it is said of all we send */
            struct smtp_result result;

            one_try(&script, 5 * SECOND_US, &result);
            if (result.outcome != expected || result.step != steps[s] ||
                result.code != answers[a].code || !result.text[0])
                fail_msg("%s at %s: outcome %d step %s code %d \"%s\"", answers[a].answer,
                         smtp_step_name(steps[s]), result.outcome, smtp_step_name(result.step),
                         result.code, result.text);
        }
    }
}

static void U59_nonsense_hang_ups_and_silence_too(void **state)
{
    static const struct {
        const char *name;
        struct smtp_script script;
        enum smtp_outcome outcome;
    } cases[] = {
        {"hangs up for a greeting", {.step = SMTP_CONNECT, .hang_up = true}, SMTP_RELAY_DOWN},
        {"hangs up at EHLO", {.step = SMTP_EHLO, .hang_up = true}, SMTP_RELAY_DOWN},
        {"hangs up at MAIL", {.step = SMTP_MAIL, .hang_up = true}, SMTP_RELAY_DOWN},
        {"hangs up at RCPT", {.step = SMTP_RCPT, .hang_up = true}, SMTP_RELAY_DOWN},
        {"hangs up at DATA", {.step = SMTP_DATA, .hang_up = true}, SMTP_RELAY_DOWN},
        {"U58: takes it, says nothing", {.step = SMTP_END, .hang_up = true}, SMTP_RETRY},
        {"slow greeting", {.step = SMTP_CONNECT, .delay_ms = 3000}, SMTP_RELAY_DOWN},
        {"slow at EHLO", {.step = SMTP_EHLO, .delay_ms = 3000}, SMTP_RELAY_DOWN},
        {"slow at RCPT", {.step = SMTP_RCPT, .delay_ms = 3000}, SMTP_RELAY_DOWN},
        {"U58: slow to say it took it", {.step = SMTP_END, .delay_ms = 3000}, SMTP_RETRY},
        {"another protocol", {.step = SMTP_CONNECT, .answer = "SSH-2.0-x"}, SMTP_RELAY_DOWN},
        {"yes where a go-on is due", {.step = SMTP_DATA, .answer = "250 ok"}, SMTP_RELAY_DOWN},
        {"no number at the end", {.step = SMTP_END, .answer = "thanks"}, SMTP_RETRY},
        {"another yes at the end", {.step = SMTP_END, .answer = "252 well"}, SMTP_SENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_result result;

        one_try(&cases[i].script, 700000, &result);
        if (result.outcome != cases[i].outcome)
            fail_msg("%s: outcome %d step %s code %d \"%s\"", cases[i].name, result.outcome,
                     smtp_step_name(result.step), result.code, result.text);
    }
}

static void the_table_of_meanings_is_whole(void **state)
{
    (void)state;
    for (int step = 0; step < SMTP_STEP_COUNT; step++) {
        for (int code = 0; code < 1000; code++) {
            enum smtp_outcome outcome = smtp_judge((enum smtp_step)step, code);

            if (code / 10 == 53)
                assert_true(outcome != SMTP_SENT);
            else if (code >= 500 && code < 600 && step >= SMTP_MAIL)
                assert_true(outcome == SMTP_REFUSED);
            else if (outcome == SMTP_SENT)
                assert_true(step == SMTP_END && code / 100 == 2);
            else
                assert_true(outcome == SMTP_RETRY || outcome == SMTP_RELAY_DOWN);
        }
    }
}

static void answers_are_shown_safely(void **state)
{
    struct smtp_script script = {.step = SMTP_RCPT, .answer = "550 \x1b[2J\xff no"};
    struct smtp_result result;
    char longer[900] = "550 ";

    (void)state;
    one_try(&script, 5 * SECOND_US, &result);
    assert_string_equal(result.text, "\\x1B[2J\\xFF no");
    memset(longer + 4, 'x', sizeof longer - 5);
    longer[sizeof longer - 1] = '\0';
    script.answer = longer;
    one_try(&script, 5 * SECOND_US, &result);
    assert_int_equal(result.outcome, SMTP_REFUSED);
    assert_int_equal(strlen(result.text), SMTP_TEXT_MAX - 1);
}

static void nobody_listens(void **state)
{
    struct smtp_server server;
    struct smtp_result result;
    struct smtp_relay *relay;
    struct mail mail;

    (void)state;
    make_mail(&mail);
    smtp_server_start(&server, NULL);
    smtp_server_stop(&server);
    relay = relay_to(server.url, SECOND_US);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_RELAY_DOWN);
    assert_int_equal(result.step, SMTP_CONNECT);
    assert_true(result.text[0] != '\0');
    smtp_server_restart(&server, NULL); /* and back again, on the same handle */
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_SENT);
    smtp_relay_free(&relay);
    smtp_server_forget(&server);
    mail_free(&mail);
}

/* --- connections and passwords ---------------------------------------------------------- */

static unsigned count_of(const char *text, const char *part)
{
    unsigned n = 0;

    for (const char *p = text; (p = strstr(p, part)) != NULL; p += strlen(part))
        n++;
    return n;
}

static void a_connection_is_kept_and_renewed(void **state)
{
    static const struct smtp_script closes = {.step = SMTP_STEP_COUNT, .closes_idle = true};
    static const struct smtp_script times_out = {
        .step = SMTP_MAIL, .answer = "421 idle too long", .times = 1};
    struct smtp_server server;
    struct smtp_result result;
    struct smtp_relay *relay;
    struct mail mail;
    struct buf commands;

    (void)state;
    make_mail(&mail);
    buf_init(&commands, 1 << 20);
    smtp_server_start(&server, NULL);
    relay = relay_to(server.url, 5 * SECOND_US);
    for (unsigned i = 0; i < 3; i++) {
        smtp_send(relay, &mail, &result);
        assert_int_equal(result.outcome, SMTP_SENT);
    }
    smtp_server_commands(&server, &commands);
    assert_int_equal(count_of(buf_cstr(&commands), "EHLO"), 1);
    smtp_server_restart(&server, &closes);
    for (unsigned i = 0; i < 3; i++) {
        smtp_send(relay, &mail, &result);
        assert_int_equal(result.outcome, SMTP_SENT);
    }
    assert_int_equal(smtp_server_count(&server), 6);
    smtp_server_restart(&server, &times_out); /* on a new connection 421 is meant */
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_RETRY);
    smtp_relay_free(&relay);
    smtp_server_forget(&server);
    buf_free(&commands);
    mail_free(&mail);
}

static void passwords_come_from_their_file(void **state)
{
    static const struct smtp_script welcome = {.step = SMTP_STEP_COUNT, .wants_auth = true};
    static const struct smtp_script refuses = {
        .step = SMTP_AUTH, .answer = "535 5.7.8 wrong", .wants_auth = true};
    char path[] = "/tmp/sluss-password-XXXXXX";
    int fd = mkstemp(path);
    struct smtp_options options = {.user = "u", .password_file = path, .timeout_us = 5000000};
    struct smtp_server server;
    struct smtp_result result;
    struct smtp_relay *relay;
    struct mail mail;
    struct buf commands;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "secret\n", 7), 7);
    close(fd);
    make_mail(&mail);
    buf_init(&commands, 1 << 20);
    smtp_server_start(&server, &welcome);
    options.url = server.url;
    assert_int_equal(smtp_relay_new(&options, &relay), 0);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_SENT);
    smtp_server_commands(&server, &commands);
    assert_has(buf_cstr(&commands), "AHUAc2VjcmV0"); /* \0u\0secret */
    smtp_relay_free(&relay);
    smtp_server_restart(&server, &refuses);
    assert_int_equal(smtp_relay_new(&options, &relay), 0);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_RELAY_DOWN);
    assert_int_equal(result.step, SMTP_AUTH);
    assert_int_equal(result.code, 535);
    assert_int_equal(chmod(path, 0604), 0);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_RELAY_DOWN);
    assert_has(result.text, "others may read it");
    unlink(path);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_RELAY_DOWN);
    assert_has(result.text, "No such file");
    smtp_relay_free(&relay);
    smtp_server_forget(&server);
    buf_free(&commands);
    mail_free(&mail);
}

/* A name without a slash is a credential of the service manager. */
static void passwords_may_be_credentials(void **state)
{
    static const struct smtp_script welcome = {.step = SMTP_STEP_COUNT, .wants_auth = true};
    char dir[] = "/tmp/sluss-credentials-XXXXXX";
    char path[64];
    struct smtp_options options = {
        .user = "u", .password_file = "mail-password", .timeout_us = 5000000};
    struct smtp_server server;
    struct smtp_result result;
    struct smtp_relay *relay;
    struct mail mail;
    int fd;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/mail-password", dir);
    fd = open(path, O_WRONLY | O_CREAT, 0400);
    assert_int_equal(write(fd, "secret", 6), 6);
    close(fd);
    make_mail(&mail);
    smtp_server_start(&server, &welcome);
    options.url = server.url;
    assert_int_equal(smtp_relay_new(&options, &relay), 0);
    unsetenv("CREDENTIALS_DIRECTORY");
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_RELAY_DOWN);
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_SENT);
    unsetenv("CREDENTIALS_DIRECTORY");
    smtp_relay_free(&relay);
    smtp_server_forget(&server);
    mail_free(&mail);
    unlink(path);
    rmdir(dir);
}

static void required_encryption_is_required(void **state)
{
    struct smtp_options options = {.require_tls = true, .timeout_us = 5000000};
    struct smtp_server server;
    struct smtp_result result;
    struct smtp_relay *relay;
    struct mail mail;

    (void)state;
    make_mail(&mail);
    smtp_server_start(&server, NULL);
    options.url = server.url;
    assert_int_equal(smtp_relay_new(&options, &relay), 0);
    smtp_send(relay, &mail, &result);
    assert_int_equal(result.outcome, SMTP_RELAY_DOWN);
    assert_int_equal(smtp_server_count(&server), 0);
    smtp_relay_free(&relay);
    smtp_server_forget(&server);
    mail_free(&mail);
}

/* Asked of a relay that offers it, kept from one that does not, and taken back where it was
 * offered in vain. */
static void failures_are_asked_to_be_reported(void **state)
{
    static const struct smtp_script offers = {.step = SMTP_STEP_COUNT, .offers_dsn = true};
    static const struct smtp_script dislikes = {.step = SMTP_STEP_COUNT, .dislikes_dsn = true};
    static const struct {
        const struct smtp_script *script;
        const char *has[3];
        const char *has_not;
    } cases[] = {
        {NULL,
         {"MAIL FROM:<kvittens@inkasso.example>\r\n", "RCPT TO:<ekonomi@heby.example>\r\n"},
         "NOTIFY"},
        {&offers,
         {" RET=HDRS ENVID=1@inkasso.example\r\n", "MAIL FROM:<kvittens@inkasso.example> SIZE=",
          "RCPT TO:<ekonomi@heby.example> NOTIFY=FAILURE,DELAY "
          "ORCPT=rfc822;ekonomi@heby.example\r\n"},
         "RCPT TO:<ekonomi@heby.example>\r\n"},
        {&dislikes,
         {" RET=HDRS", "MAIL FROM:<kvittens@inkasso.example>\r\n",
          "RCPT TO:<ekonomi@heby.example>\r\n"},
         "QUIT\r\nEHLO"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_server server;
        struct smtp_result result;
        struct smtp_relay *relay;
        struct mail mail;
        struct buf commands;

        make_mail(&mail);
        buf_init(&commands, 1 << 20);
        smtp_server_start(&server, cases[i].script);
        relay = relay_to(server.url, 5 * SECOND_US);
        smtp_send(relay, &mail, &result);
        assert_int_equal(result.outcome, SMTP_SENT);
        smtp_server_commands(&server, &commands);
        for (size_t k = 0; k < 3 && cases[i].has[k]; k++)
            assert_has(buf_cstr(&commands), cases[i].has[k]);
        assert_has_not(buf_cstr(&commands), cases[i].has_not);
        smtp_relay_free(&relay);
        smtp_server_forget(&server);
        buf_free(&commands);
        mail_free(&mail);
    }
}

static void urls(void **state)
{
    static const struct {
        const char *url;
        bool loopback;
    } cases[] = {
        {"smtp://127.0.0.1:25", true},      {"smtp://localhost", true},
        {"smtps://[::1]:465", true},        {"smtp://127.3.2.1/name", true},
        {"smtp://127.evil.example", false}, {"smtp://localhost.evil.example", false},
        {"smtp://mail.example:587", false}, {"smtp://[::1].example", false},
    };
    struct smtp_relay *relay = relay_to("smtp://u:p@mail.example:587", SECOND_US);

    (void)state;
    assert_string_equal(smtp_relay_url(relay), "smtp://mail.example:587");
    smtp_relay_free(&relay);
    smtp_relay_free(&relay);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(smtp_is_loopback(cases[i].url), cases[i].loopback);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_arrives_whole),
        cmocka_unit_test(U59_every_answer_at_every_step_has_an_end),
        cmocka_unit_test(U59_nonsense_hang_ups_and_silence_too),
        cmocka_unit_test(the_table_of_meanings_is_whole),
        cmocka_unit_test(answers_are_shown_safely),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_connection_is_kept_and_renewed),
        cmocka_unit_test(passwords_come_from_their_file),
        cmocka_unit_test(passwords_may_be_credentials),
        cmocka_unit_test(required_encryption_is_required),
        cmocka_unit_test(failures_are_asked_to_be_reported),
        cmocka_unit_test(urls),
    };
    int failed;

    if (smtp_begin() || sodium_init() < 0)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    smtp_end();
    return failed;
}
