/* sendmail_test.c -- a program as a relay, and every way it can end */
#include "tests/unit/outbound/support.h"

#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "outbound/sendmail.h"

struct program {
    char dir[64];
    char url[128]; /* sendmail:DIR/program */
};

static void make_program(struct program *p, const char *script)
{
    const char *path = p->url + sizeof "sendmail:" - 1;
    FILE *file;

    snprintf(p->dir, sizeof p->dir, "/tmp/sluss-sendmail-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->url, sizeof p->url, "sendmail:%s/program", p->dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\ncd %s || exit 1\n%s\n", p->dir, script);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
}

static void forget_program(struct program *p)
{
    nftw(p->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void run(const char *script, int64_t timeout_us, struct smtp_result *result)
{
    struct program p;
    struct mail mail;

    make_program(&p, script);
    mail_init(&mail);
    assert_int_equal(
        mail_begin(&mail, "kvittens@inkasso.example", "ekonomi@heby.example", "<1@i.example>", T0),
        0);
    for (int i = 0; i < 20000; i++) /* more than a pipe holds */
        buf_str(&mail.text, "Hej\n");
    sendmail_send(p.url, &mail, timeout_us, result);
    mail_free(&mail);
    forget_program(&p);
}

static void read_into(const struct program *p, const char *name, struct buf *out)
{
    char path[128];
    char piece[4096];
    FILE *file;
    size_t n;

    snprintf(path, sizeof path, "%s/%s", p->dir, name);
    file = fopen(path, "r");
    assert_non_null(file);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(out, piece, n);
    fclose(file);
}

/* No shell looks at the addresses, nothing of our environment is there, the message is whole. */
static void is_run_without_a_shell(void **state)
{
    struct smtp_result result;
    struct program p;
    struct mail mail;
    struct buf got;

    (void)state;
    make_program(&p, "printf '%s\\n' \"$@\" > arguments; env | sort > environment; cat > mail");
    buf_init(&got, 1 << 20);
    mail_init(&mail);
    setenv("LD_SOMETHING", "x", 1);
    assert_int_equal(mail_begin(&mail, "kvittens@inkasso.example",
                                "-oQ/tmp$(id)`id`|x@heby.example", "<1@i.example>", T0),
                     0);
    buf_str(&mail.text, "Hej\n.\nFrom oss\n");
    sendmail_send(p.url, &mail, 10 * SECOND_US, &result);
    assert_int_equal(result.outcome, SMTP_SENT);
    read_into(&p, "arguments", &got);
    assert_string_equal(buf_cstr(&got),
                        "-i\n-f\nkvittens@inkasso.example\n--\n-oQ/tmp$(id)`id`|x@heby.example\n");
    buf_clear(&got);
    read_into(&p, "environment", &got);
    assert_has_not(buf_cstr(&got), "LD_SOMETHING");
    assert_has(buf_cstr(&got), "LANG=C.UTF-8\n");
    buf_clear(&got);
    read_into(&p, "mail", &got);
    assert_has(buf_cstr(&got), "Message-ID: <1@i.example>\n");
    assert_has(buf_cstr(&got), "\n\nHej\n=2E\n=46rom oss\n");
    assert_has_not(buf_cstr(&got), "\r");
    buf_free(&got);
    mail_free(&mail);
    forget_program(&p);
}

/* Every code there can be: sent only by 0, given up only where it names the recipient. */
static void U59_every_exit_has_an_end(void **state)
{
    static const struct {
        int code;
        enum smtp_outcome outcome;
    } cases[] = {
        {EX_OK, SMTP_SENT},
        {EX_USAGE, SMTP_RELAY_DOWN},
        {EX_DATAERR, SMTP_REFUSED},
        {EX_NOINPUT, SMTP_RETRY},
        {EX_NOUSER, SMTP_REFUSED},
        {EX_NOHOST, SMTP_REFUSED},
        {EX_UNAVAILABLE, SMTP_RETRY},
        {EX_SOFTWARE, SMTP_RETRY},
        {EX_OSERR, SMTP_RETRY},
        {EX_OSFILE, SMTP_RELAY_DOWN},
        {EX_CANTCREAT, SMTP_RELAY_DOWN},
        {EX_IOERR, SMTP_RETRY},
        {EX_TEMPFAIL, SMTP_RETRY},
        {EX_PROTOCOL, SMTP_RETRY},
        {EX_NOPERM, SMTP_RELAY_DOWN},
        {EX_CONFIG, SMTP_RELAY_DOWN},
        {1, SMTP_RELAY_DOWN},
        {127, SMTP_RELAY_DOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_result result;
        char script[96];

        snprintf(script, sizeof script, "cat >/dev/null; echo \"sorry\" >&2; exit %d",
                 cases[i].code);
        run(script, 10 * SECOND_US, &result);
        assert_int_equal(result.outcome, cases[i].outcome);
        assert_int_equal(result.code, cases[i].code);
        assert_int_equal(result.step, SMTP_PROGRAM);
        assert_has(result.text, ": sorry");
    }
    for (int code = 1; code < 256; code++)
        assert_int_not_equal(sendmail_judge(code), SMTP_SENT);
}

static void other_ends(void **state)
{
    static const struct {
        const char *script;
        enum smtp_outcome outcome;
        const char *says;
    } cases[] = {
        {"sleep 60", SMTP_RETRY, "did not end in time"},
        {"kill -9 $$", SMTP_RETRY, "signal 9"},
        {"exec <&-; exit 75", SMTP_RETRY, "not now"}, /* never read its input */
        {"exec <&-; exit 0", SMTP_RETRY, "before it had the whole"},
        {"cat >/dev/null; sleep 60 & exit 0", SMTP_SENT, "taken"}, /* delivers in the background */
        {"printf '\\033[31mred'; exit 67", SMTP_REFUSED, "\\x1B[31mred"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_result result;

        run(cases[i].script, i ? 10 * SECOND_US : SECOND_US / 2, &result);
        if (result.outcome != cases[i].outcome)
            fail_msg("%s: outcome %d \"%s\"", cases[i].script, result.outcome, result.text);
        assert_has(result.text, cases[i].says);
    }
}

static void a_program_that_is_not_there(void **state)
{
    struct smtp_result result;
    struct mail mail;

    (void)state;
    mail_init(&mail);
    mail_begin(&mail, "k@inkasso.example", "e@heby.example", "<1@i.example>", T0);
    sendmail_send("sendmail:/nowhere/sendmail", &mail, SECOND_US, &result);
    assert_int_equal(result.outcome, SMTP_RELAY_DOWN);
    assert_has(result.text, "is it there, and executable?");
    mail_free(&mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_run_without_a_shell),
        cmocka_unit_test(U59_every_exit_has_an_end),
        cmocka_unit_test(other_ends),
        cmocka_unit_test(a_program_that_is_not_there),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
