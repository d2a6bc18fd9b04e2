/* keys_test.c -- keys come from files that are closed to others, and are told nowhere */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf/keys.h"
#include "model/error.h"

#define DIGITS "0F0102030405060708090A0B0C0D0E0F"

struct place {
    char dir[64];
    char key[96];
    char conf[96];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    if (!place)
        return -1;
    snprintf(place->dir, sizeof place->dir, "/tmp/keys_test.XXXXXX");
    *state = place;
    if (!mkdtemp(place->dir))
        return -1;
    snprintf(place->key, sizeof place->key, "%s/heby.key", place->dir);
    snprintf(place->conf, sizeof place->conf, "%s/sluss.conf", place->dir);
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;

    (void)unlink(place->key);
    (void)unlink(place->conf);
    (void)rmdir(place->dir);
    free(place);
    return 0;
}

static void put(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void a_key_is_read_only_where_it_is_safe(void **state)
{
    const struct place *place = *state;
    static const struct {
        const char *text;
        mode_t mode;
        const char *why; /* null: it is read */
    } cases[] = {
        {DIGITS, 0600, NULL},
        {DIGITS "\n", 0640, NULL},
        {"  0f0102030405060708090a0b0c0d0e0f \r\n", 0400, NULL},
        {DIGITS "\n", 0644, "chmod"},
        {DIGITS "\n", 0602, "chmod"},
        {"", 0600, "32 hexadecimal digits"},
        {"0F0102", 0600, "32 hexadecimal digits"},
        {DIGITS "0", 0600, "32 hexadecimal digits"},
        {DIGITS "\n" DIGITS "\n", 0600, "32 hexadecimal digits"},
        {"key = " DIGITS, 0600, "32 hexadecimal digits"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t key[SEAL_SIZE] = {0};
        struct buf why;

        buf_init(&why, 4096);
        put(place->key, cases[i].text, cases[i].mode);
        assert_int_equal(conf_read_key(place->key, key, &why), cases[i].why ? SLUSS_EINVAL : 0);
        assert_int_equal(key[0], cases[i].why ? 0 : 0x0F);
        if (cases[i].why && !strstr(buf_cstr(&why), cases[i].why))
            fail_msg("case %zu: %s", i, buf_cstr(&why));
        assert_null(strstr(buf_cstr(&why), "0F01"));
        buf_free(&why);
        (void)unlink(place->key);
    }
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    const struct place *place = *state;
    uint8_t key[SEAL_SIZE];
    struct buf why;

    buf_init(&why, 4096);
    assert_int_equal(conf_read_key(place->key, key, &why), SLUSS_EINVAL);
    assert_int_equal(conf_read_key(place->dir, key, &why), SLUSS_EINVAL);
    assert_int_equal(mkfifo(place->key, 0600), 0);
    assert_int_equal(conf_read_key(place->key, key, &why), SLUSS_EINVAL);
    buf_free(&why);
}

static struct settings *settings_of(const struct place *place, const char *keys)
{
    struct settings *settings = NULL;
    char text[2048];
    struct buf errors;

    snprintf(text, sizeof text,
             "smtp { from = \"a@b.example\" }\n"
             "partner \"heby\" { unit \"lon\" {\n"
             "  inbox = \"/srv/in\"\n  receipts-to = { \"a@b.example\" }\n%s} }\n",
             keys);
    put(place->conf, text, 0600);
    buf_init(&errors, 65536);
    if (conf_read(place->conf, &errors, &settings) != 0)
        fail_msg("%s", buf_cstr(&errors));
    buf_free(&errors);
    return settings;
}

static void units_get_their_keys(void **state)
{
    const struct place *place = *state;
    char keys[512];
    struct buf errors;

    put(place->key, DIGITS "\n", 0600);
    buf_init(&errors, 65536);
    for (int credential = 0; credential < 2; credential++) {
        snprintf(keys, sizeof keys,
                 "seal-key-file = \"%s\"\nseal-required = yes\n"
                 "seal-test-kvv = { \"05CD81829E26F44089FD91A9CFBC75DB\" }\n",
                 credential ? "heby.key" : place->key);
        struct settings *settings = settings_of(place, keys);
        assert_false(settings->units[0].seal.known); /* reading the configuration opens nothing */
        assert_int_equal(settings->units[0].seal.tests, 1);
        assert_int_equal(settings->units[0].seal.test[0][0], 0x05);
        assert_true(settings->units[0].seal_required);
        assert_int_equal(conf_read_keys(settings, credential ? place->dir : NULL, &errors), 0);
        assert_true(settings->units[0].seal.known);
        assert_int_equal(settings->units[0].seal.key[1], 1);
        settings_free(&settings);
    }
    assert_int_equal(errors.n, 0);
    buf_free(&errors);
}

static void a_missing_key_is_told_with_its_unit(void **state)
{
    const struct place *place = *state;
    struct settings *settings = settings_of(place, "seal-key-file = \"heby.key\"\n");
    struct buf errors;

    buf_init(&errors, 65536);
    assert_int_equal(conf_read_keys(settings, NULL, &errors), SLUSS_EINVAL);
    assert_non_null(strstr(buf_cstr(&errors), "LoadCredential="));
    buf_clear(&errors);
    assert_int_equal(conf_read_keys(settings, place->dir, &errors), SLUSS_EINVAL);
    assert_non_null(strstr(buf_cstr(&errors), "heby/lon: No such file"));
    assert_false(settings->units[0].seal.known);
    buf_free(&errors);
    settings_free(&settings);
}

static void what_makes_no_sense_is_refused(void **state)
{
    const struct place *place = *state;
    static const char *const cases[][2] = {
        {"seal-required = yes\n", "seal-required needs seal-key-file"},
        {"seal-key-file = \"" DIGITS "\"\n", "a key does not belong here"},
        {"seal-test-kvv = { \"0\" }\n", "not a check value"},
        {"seal-test-kvv = { \"" DIGITS "\", \"" DIGITS "\", \"" DIGITS "\", \"" DIGITS
         "\", \"" DIGITS "\", \"" DIGITS "\", \"" DIGITS "\", \"" DIGITS "\", \"" DIGITS "\" }\n",
         "write at most 8"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct settings *settings = NULL;
        struct buf errors;
        char text[2048];

        snprintf(text, sizeof text,
                 "smtp { from = \"a@b.example\" }\n"
                 "partner \"heby\" { unit \"lon\" {\n"
                 "  inbox = \"/srv/in\"\n  receipts-to = { \"a@b.example\" }\n%s} }\n",
                 cases[i][0]);
        put(place->conf, text, 0600);
        buf_init(&errors, 65536);
        assert_int_equal(conf_read(place->conf, &errors, &settings), SLUSS_EINVAL);
        if (!strstr(buf_cstr(&errors), cases[i][1]))
            fail_msg("%s", buf_cstr(&errors));
        buf_free(&errors);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_is_read_only_where_it_is_safe),
        TEST(what_is_no_file_is_refused_without_waiting),
        TEST(units_get_their_keys),
        TEST(a_missing_key_is_told_with_its_unit),
        TEST(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests_name("conf/keys", tests, NULL, NULL);
}
