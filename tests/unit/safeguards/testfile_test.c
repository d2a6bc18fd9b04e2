/* testfile_test.c -- names that mean test, and names that only hold the letters */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "safeguards/check.h"

static const char *site_patterns[] = {"*_utb.csv", "Anka*"};

/* The word found in the name, or null. */
static bool word_in(const char *file, char *word, size_t size)
{
    static const struct history no_history;
    struct unit_settings unit = {.key = "heby/ekonomi", .test_names = {2, site_patterns}};
    struct delivery delivery = {.file = span_str(file)};
    struct subject subject = {.delivery = &delivery, .unit = &unit, .history = &no_history};
    struct finding_list findings = {.arena = arena_new(65536)};
    bool found;

    assert_int_equal(check_testfile.run(&subject, &findings), SLUSS_OK);
    found = findings.n > 0;
    if (found) {
        assert_int_equal(findings.n, 1);
        assert_int_equal(findings.of[0].code, FINDING_TEST_NAME);
        assert_int_equal(findings.of[0].level, LEVEL_HOLD);
        assert_true(findings.of[0].facts[0].text.n < size);
        memcpy(word, findings.of[0].facts[0].text.p, findings.of[0].facts[0].text.n);
        word[findings.of[0].facts[0].text.n] = '\0';
    }
    arena_free(&findings.arena);
    return found;
}

static void words_stand_alone(void **state)
{
    static const struct {
        const char *file;
        const char *word; /* null: passes */
    } cases[] = {
        {"TEST_heby_0301.csv", "test"},
        {"Invoice-Test3.xml", "test"},
        {"invoiceTest.xml", "test"},
        {"heby.test.csv", "test"},
        {"Testfil 12.csv", "testfil"},
        {"G\xC3\xA4vle_testdata.csv", "testdata"},
        {"G\xE4vle test.csv", "test"},
        {"PROV_0301.csv", "prov"},
        {"demo.xml", "demo"},
        {"heby_utb.csv", "*_utb.csv"},
        {"Ankaret.csv", "Anka*"},
        {"Testebo.xml", NULL},
        {"Testebo vatten 2026.csv", NULL},
        {"contest_ab.csv", NULL},
        {"attest-lista.csv", NULL},
        {"Testamentesfonden.csv", NULL},
        {"vattenprov_0301.csv", NULL},
        {"provision.csv", NULL},
        {"demokrati.csv", NULL},
        {"ankaret.csv", NULL}, /* the site's patterns keep their case */
        {"heby_0301.csv", NULL},
        {"\n\x1B[2J", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char word[64] = "";
        bool found = word_in(cases[i].file, word, sizeof word);

        if (found != (cases[i].word != NULL) || (found && strcmp(word, cases[i].word) != 0))
            fail_msg("%s: found \"%s\"", cases[i].file, word);
    }
}

static void U68_a_name_of_255_bytes_is_judged(void **state)
{
    char file[FILE_NAME_MAX + 1], word[64];

    (void)state;
    memset(file, 'a', FILE_NAME_MAX);
    memcpy(file + FILE_NAME_MAX - 8, "_utb.csv", 9);
    assert_true(word_in(file, word, sizeof word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stand_alone),
        cmocka_unit_test(U68_a_name_of_255_bytes_is_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
