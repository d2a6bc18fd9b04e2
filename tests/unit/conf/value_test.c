/* value_test.c -- nothing is guessed: what is not exactly a value is refused */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf/value.h"

struct number_case {
    const char *text;
    int64_t value; /* -1: refused */
};

static void numbers_are(const char *(*reader)(const char *, int64_t *),
                        const struct number_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t value = -1;
        const char *wrong = reader(cases[i].text, &value);

        if ((wrong == NULL) != (cases[i].value >= 0) || (!wrong && value != cases[i].value))
            fail_msg("\"%s\": %s", cases[i].text, wrong ? wrong : "taken");
    }
}

#define NUMBERS(reader, cases) numbers_are(reader, cases, sizeof(cases) / sizeof *(cases))

static void times_need_their_unit(void **state)
{
    static const struct number_case cases[] = {
        {"500ms", 500000},
        {"90s", 90000000},
        {"10m", 600000000},
        {"1h", 3600000000},
        {"2d", 172800000000},
        {"0s", 0},
        {"90", -1},
        {"0", -1},
        {"", -1},
        {"s", -1},
        {"010s", -1},
        {"00s", -1},
        {"0x10s", -1},
        {"1.5h", -1},
        {"1 h", -1},
        {" 1h", -1},
        {"1h ", -1},
        {"1H", -1},
        {"1h30m", -1},
        {"-1h", -1},
        {"+1h", -1},
        {"1w", -1},
        {"106751991d", 106751991 * INT64_C(86400000000)},
        {"106751992d", -1},
        {"9223372036854775808ms", -1},
    };

    (void)state;
    NUMBERS(value_time, cases);
}

static void sizes_need_their_unit(void **state)
{
    static const struct number_case cases[] = {
        {"512k", 524288}, {"64M", 67108864}, {"1G", 1073741824},
        {"1", -1},        {"1K", -1},        {"1m", -1},
        {"1MB", -1},      {"01M", -1},       {"9223372036854775807G", -1},
    };

    (void)state;
    NUMBERS(value_size, cases);
}

static void integers_are_decimal(void **state)
{
    static const struct number_case cases[] = {
        {"0", 0},
        {"5000", 5000},
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775808", -1},
        {"010", -1},
        {"0x10", -1},
        {"1e3", -1},
        {"5 000", -1},
        {"-1", -1},
        {"", -1},
        {"ett", -1},
    };

    (void)state;
    NUMBERS(value_integer, cases);
}

static void shares_are_exact_percentages(void **state)
{
    static const struct number_case cases[] = {
        {"0.2%", 2000},    {"0.5%", 5000},  {"1%", 10000},    {"1.25%", 12500}, {"0.0001%", 1},
        {"100%", 1000000}, {"0%", 0},       {"0.50%", 5000},  {"0.002", -1},    {"0,2%", -1},
        {"0.2 %", -1},     {"0.2", -1},     {"%", -1},        {"", -1},         {".2%", -1},
        {"2.%", -1},       {"0.00001%", -1}, {"00.2%", -1},   {"-1%", -1},      {"1e-3%", -1},
        {"100.0001%", -1}, {"1000%", -1},   {"0.2%%", -1},    {"2000ppm", -1},
    };

    (void)state;
    NUMBERS(value_share, cases);
}

static void yes_and_no_have_three_spellings(void **state)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    bool yes;

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_null(value_bool(words[i], &yes));
        assert_int_equal(yes, i % 2);
    }
    assert_non_null(value_bool("", &yes));
    assert_non_null(value_bool("1", &yes));
    assert_non_null(value_bool("YES", &yes));
}

struct text_case {
    const char *(*check)(const char *);
    const char *what;
    const char *sound[8];
    const char *wrong[20];
};

static const struct text_case texts[] = {
    {check_path,
     "path",
     {"/a", "/srv/sftp/heby ekonomi/in", "/a/...", "/.a/b..c"},
     {"", "a", "./a", "/", "//a", "/a//b", "/a/", "/a/.", "/../a", "/a/../b"}},
    {check_level,
     "level",
     {"24h 50000", "0s 0", "365d 1000000000"},
     {"", "24h", "50000", "24 50000", "24h  50000", "24h 50000 ", "24h -1", "366d 1",
      "1h 1000000001", "1h 5 000", "111111111111111111111111111h 5"}},
    {check_text, "text", {"x"}, {""}},
    {check_address,
     "address",
     {"a@b", "ekonomi@heby.example", "a+b@h-1.example", "!#$%&'*+-/=?^_`{|}~@x.se"},
     {"", "a", "@b", "a@", "a@b@c", "a b@c.se", "A <a@b.se>", "a@b.se,c@d.se", "a@b.se\r\nBcc: x",
      "a@-b", "a@b..c", "a@.b", "\xC3\xA5@b.se", "a@b."}},
    {check_address_pattern,
     "address pattern",
     {"*@test.example", "a@b.c", "drift@*", "*@*.example", "heby-*@i.example", "[ab]@i.example"},
     {"", "*", "*@*", "?*@*.*", "test.example", "@b.c", "a@", "a@b@c", "a b@c"}},
    {check_secret_file,
     "secret file",
     {"/etc/sluss/password", "smtp-password"},
     {"", "../x", ".x", "a b"}},
    {check_relay,
     "relay",
     {"smtp://h", "smtp://127.0.0.1:25", "smtps://mail.example:465", "smtp://[::1]:25",
      "smtp://[::1]", "sendmail:/usr/sbin/sendmail"},
     {"", "sendmail:", "sendmail:sendmail", "sendmail:/usr/../sendmail", "h", "h:25", "http://h", "smtp://", "smtp://:25", "smtp://h:", "smtp://h:0",
      "smtp://h:65536", "smtp://h:25/x", "smtp://u:p@h", "smtp://[::1", "smtp://[]:25",
      "SMTP://h"}},
    {check_webhook,
     "webhook",
     {"https://h", "https://h.example:8443/a/b?c=d", "http://127.0.0.1:80/x", "http://localhost/",
      "http://[::1]:8080"},
     {"", "h", "http://h/x", "ftp://h", "https://", "https://u:p@h/", "https://h:0/", "https://h/a b",
      "https://h/\xC3\xA5", "http://127.0.0.1.example/", "http://localhost.example/",
      "HTTPS://h"}},
    {check_format,
     "format",
     {"bgmax", "camt.054", "peppol-bis-3", "edifact-invoic", "layout:heby-2"},
     {"", "BGMAX", "unknown", "layout", "layout:", "layout:../x", "camt"}},
    {check_account,
     "account",
     {"5050-1055", "50501055", "991-2346"},
     {"", "5050-1056", "abc", "123456789"}},
    {check_pattern, "pattern", {"*.tmp", ".*", "*~", "???", "a"}, {"", "*", "**", "*?", "a/b"}},
    {check_marker,
     "marker",
     {"{name}.ok", "*.ok", ".ok", "done-{name}"},
     {"", "ok", "*", ".", "{name}", "{namn}.ok", "{name}{name}", "a/{name}", "**.ok", "{name}}"}},
    {check_key_file,
     "key file",
     {"/etc/sluss/heby.key", "heby.key", "heby"},
     {"", "../heby.key", "/etc/../key", ".key", "a b", "1234567890ABCDEF1234567890ABCDEF"}},
    {check_kvv,
     "check value",
     {"FF365893D899291C3BF505FB3175E880", "ff365893d899291c3bf505fb3175e880"},
     {"", "FF36", "GF365893D899291C3BF505FB3175E880"}},
    {check_expect,
     "rhythm",
     {"daily", "weekdays", "weekly", "monthly", "36h"},
     {"", "often", "36", "0s", "Daily"}},
    {check_zone,
     "zone",
     {"UTC", "Europe/Stockholm"},
     {"", "/etc/localtime", "../zoneinfo/UTC", "Europe", "Europe/", "Europe/Stokholm", "a b"}},
    {check_id,
     "id",
     {"a", "0", "heby", "heby.2-x_y",
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567"},
     {"", ".", "..", "-x", "_x", ".x", "Heby", "a/b", "a b", "h\xC3\xA5",
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz012345678"}},
};

static void texts_are_held_to_their_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t k = 0; k < 8 && texts[i].sound[k]; k++)
            if (texts[i].check(texts[i].sound[k]))
                fail_msg("%s \"%s\": %s", texts[i].what, texts[i].sound[k],
                         texts[i].check(texts[i].sound[k]));
        for (size_t k = 0; k < 14 && texts[i].wrong[k]; k++)
            if (!texts[i].check(texts[i].wrong[k]))
                fail_msg("%s \"%s\" was taken", texts[i].what, texts[i].wrong[k]);
    }
}

static void a_socket_path_fits_its_address(void **state)
{
    char path[120];

    (void)state;
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[107] = 0;
    assert_null(check_socket(path));
    path[107] = 'a';
    path[108] = 0;
    assert_non_null(check_socket(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_need_their_unit),
        cmocka_unit_test(sizes_need_their_unit),
        cmocka_unit_test(integers_are_decimal),
        cmocka_unit_test(shares_are_exact_percentages),
        cmocka_unit_test(yes_and_no_have_three_spellings),
        cmocka_unit_test(texts_are_held_to_their_form),
        cmocka_unit_test(a_socket_path_fits_its_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
