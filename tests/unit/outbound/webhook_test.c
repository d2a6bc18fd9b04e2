/* webhook_test.c -- the signature by a known answer, and what keeps a post from leaving */
#include "tests/unit/outbound/support.h"

#include <sys/stat.h>

#include "outbound/webhook.h"

/* Made with: printf '1772431920.{"topic":"disk"}' | openssl dgst -sha256 -hmac KEY */
static void the_signature_is_that_of_timestamp_and_body(void **state)
{
    char signature[WEBHOOK_SIGNATURE_SIZE];

    (void)state;
    webhook_sign(SPAN_LIT("0123456789abcdef"), 1772431920, SPAN_LIT("{\"topic\":\"disk\"}"),
                 signature);
    assert_string_equal(signature,
                        "sha256="
                        "b9aaf3934a79db5c9f60b0fe223cca75c0954a00512e774b8082c988e450fa60");
}

static void no_post_without_a_sound_key(void **state)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *why;
    } cases[] = {
        {"0123456789abcdef\n", 0604, "webhook-key-file: others may read or change it"},
        {"short\n", 0600, "its first line is no key of 16 to 1024 bytes"},
        {"\n0123456789abcdef\n", 0600, "its first line is no key"},
        {"", 0600, "its first line is no key"},
        /* Sound: then it is the address where nobody is. */
        {"  0123456789abcdef  \nmore\n", 0600, "webhook: "},
    };
    struct place *place = *state;
    char path[96];
    struct webhook webhook = {
        .url = "http://127.0.0.1:1/", .key_file = path, .timeout_us = SECOND_US};

    snprintf(path, sizeof path, "%s/key", place->dir);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FILE *file = fopen(path, "w");
        struct buf why;

        assert_non_null(file);
        fputs(cases[i].text, file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(path, cases[i].mode), 0);
        buf_init(&why, 4096);
        assert_int_equal(webhook_post(&webhook, SPAN_LIT("{}"), T0, &why), SLUSS_EIO);
        assert_has(buf_cstr(&why), cases[i].why);
        assert_null(strstr(buf_cstr(&why), "0123456789"));
        buf_free(&why);
    }
}

static void a_credential_is_found_in_its_directory(void **state)
{
    struct place *place = *state;
    struct webhook webhook = {
        .url = "http://127.0.0.1:1/", .key_file = "hook", .timeout_us = SECOND_US};
    struct buf why;

    buf_init(&why, 4096);
    assert_int_equal(webhook_post(&webhook, SPAN_LIT("{}"), T0, &why), SLUSS_EIO);
    assert_has(buf_cstr(&why), "a credential, and there are none");
    buf_clear(&why);
    webhook.credentials = place->dir;
    assert_int_equal(webhook_post(&webhook, SPAN_LIT("{}"), T0, &why), SLUSS_EIO);
    assert_has(buf_cstr(&why), "webhook-key-file: No such file");
    buf_free(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signature_is_that_of_timestamp_and_body),
        cmocka_unit_test_setup_teardown(no_post_without_a_sound_key, place_make, place_remove),
        cmocka_unit_test_setup_teardown(a_credential_is_found_in_its_directory, place_make,
                                        place_remove),
    };
    return cmocka_run_group_tests_name("webhook", tests, NULL, NULL);
}
