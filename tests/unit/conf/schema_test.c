/* schema_test.c -- the tables agree with themselves and with the manual page */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "model/error.h"

#define TEXT_MOST 65536

static void every_default_and_limit_is_a_value_of_its_key(void **state)
{
    struct buf why;

    (void)state;
    buf_init(&why, 4096);
    for (size_t s = 0; s < CONF_SECTION_COUNT; s++) {
        for (size_t k = 0; k < conf_sections[s].n; k++) {
            const struct conf_key *key = &conf_sections[s].keys[k];

            if (key->value && !conf_value_sound(key, key->value, &why))
                fail_msg("default of %s: %s", key->name, buf_cstr(&why));
            for (size_t i = 0; key->values && key->values[i]; i++)
                if (!conf_value_sound(key, key->values[i], &why))
                    fail_msg("default of %s: %s", key->name, buf_cstr(&why));
            if ((key->least && !conf_value_sound(key, key->least, &why)) ||
                (key->most && !conf_value_sound(key, key->most, &why)))
                fail_msg("limit of %s: %s", key->name, buf_cstr(&why));
            if (key->required && (key->value || key->values))
                fail_msg("%s is required and has a default", key->name);
        }
    }
    buf_free(&why);
}

static void every_key_is_whole_and_stands_once(void **state)
{
    (void)state;
    for (size_t s = 0; s < CONF_SECTION_COUNT; s++) {
        for (size_t k = 0; k < conf_sections[s].n; k++) {
            const struct conf_key *key = &conf_sections[s].keys[k];
            bool number =
                key->type == CONF_TIME || key->type == CONF_SIZE || key->type == CONF_INTEGER ||
                key->type == CONF_SHARE;
            const char *end = key->help + strlen(key->help) - 1;

            assert_true(*end == '.');
            assert_true(key->size > 0 && strlen(key->name) <= 32);
            assert_int_equal(number, key->least && key->most);
            assert_int_equal(key->type == CONF_CHOICE, key->choices != NULL);
            assert_int_equal(key->type == CONF_INTEGER, key->unit != NULL);
            assert_ptr_equal(conf_key_find(&conf_sections[s], key->name), key);
        }
    }
    assert_null(conf_key_find(&conf_sections[CONF_SLA], "workers"));
}

static void a_slip_of_the_pen_is_seen(void **state)
{
    static const struct {
        const char *name, *near;
    } cases[] = {
        {"receipt-to", "receipts-to"},
        {"recepits-to", "receipts-to"},
        {"Inbox", "inbox"},
        {"cooloff", "cool-off"},
        {"test_names", "test-names"},
        {"colour", NULL},
        {"", NULL},
        {"x", NULL},
        {"a-name-that-is-longer-than-any-key-of-ours", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct conf_key *key = conf_key_near(&conf_sections[CONF_UNIT], cases[i].name);
        const char *near = key ? key->name : NULL;

        if ((!near != !cases[i].near) || (near && strcmp(near, cases[i].near) != 0))
            fail_msg("%s: %s", cases[i].name, near ? near : "nothing near");
    }
}

/* An integer's limits are what keeps it in its field. */
static void every_integer_fits_its_field(void **state)
{
    (void)state;
    for (size_t s = 0; s < CONF_SECTION_COUNT; s++)
        for (size_t k = 0; k < conf_sections[s].n; k++) {
            const struct conf_key *key = &conf_sections[s].keys[k];

            if (key->type == CONF_INTEGER && key->size == sizeof(int))
                assert_true(strtoll(key->most, NULL, 10) <= INT32_MAX);
        }
}

static void the_manual_page_holds_the_reference_as_it_is(void **state)
{
    static const char begin[] = ".\\\" BEGIN REFERENCE", end[] = ".\\\" END REFERENCE";
    const char *top = getenv("top_srcdir");
    char *page = calloc(1, TEXT_MOST);
    char path[4096];
    char *from, *to;
    struct buf reference;
    FILE *file;

    (void)state;
    assert_non_null(page);
    (void)snprintf(path, sizeof path, "%s/man/sluss.conf.5", top ? top : ".");
    file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(page, 1, TEXT_MOST - 1, file) > 0);
    (void)fclose(file);
    from = strstr(page, begin);
    to = strstr(page, end);
    assert_true(from && to && from < to);
    from = strchr(from, '\n') + 1;
    *to = 0;
    buf_init(&reference, TEXT_MOST);
    assert_int_equal(conf_reference(&reference), SLUSS_OK);
    if (strcmp(from, buf_cstr(&reference)) != 0)
        fail_msg("man/sluss.conf.5 is not up to date: put the output of slussd "
                 "--print-config-reference between its two marks");
    buf_free(&reference);
    free(page);
}

static void the_reference_is_refused_room_without_harm(void **state)
{
    struct buf small;

    (void)state;
    buf_init(&small, 100);
    assert_int_equal(conf_reference(&small), SLUSS_ENOMEM);
    buf_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_and_limit_is_a_value_of_its_key),
        cmocka_unit_test(every_key_is_whole_and_stands_once),
        cmocka_unit_test(a_slip_of_the_pen_is_seen),
        cmocka_unit_test(every_integer_fits_its_field),
        cmocka_unit_test(the_manual_page_holds_the_reference_as_it_is),
        cmocka_unit_test(the_reference_is_refused_room_without_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
