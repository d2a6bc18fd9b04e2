/* likelihood_test.c -- how likely it is to be wrong, as a person reads it */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/likelihood.h"

static void odds_become_probabilities(void **state)
{
    (void)state;
    assert_true(fabs(likelihood_of_odds(0) - 0.5) < 1e-12);
    assert_true(fabs(likelihood_of_odds(log(19)) - 0.95) < 1e-12);
    assert_true(likelihood_of_odds(-800) >= 0 && likelihood_of_odds(800) <= 1);
}

static void words_and_a_figure_in_both_languages(void **state)
{
    static const struct {
        double p;
        const char *en, *sv;
    } cases[] = {
        {0, "the figures alone say little, about 1 in 10000 such files is wrong; a fixed rule "
            "holds it",
         "siffrorna i sig säger lite, ungefär 1 av 10000 sådana filer är fel; en fast regel "
         "håller kvar den"},
        {0.00081,
         "the figures alone say little, about 1 in 1000 such files is wrong; a fixed rule holds "
         "it",
         "siffrorna i sig säger lite, ungefär 1 av 1000 sådana filer är fel; en fast regel "
         "håller kvar den"},
        {0.027, "more likely right, but worth a look: about 1 in 37 such files is wrong",
         "troligen rätt, men värd en titt: ungefär 1 av 37 sådana filer är fel"},
        {0.333, "perhaps wrong: about 33 of 100 such files are",
         "kanske fel: ungefär 33 av 100 sådana filer är det"},
        {0.72, "more likely wrong than right: about 72 of 100 such files are wrong",
         "troligare fel än rätt: ungefär 72 av 100 sådana filer är fel"},
        {0.95, "very probably wrong: about 95 of 100 such files are",
         "högst troligt fel: ungefär 95 av 100 sådana filer är det"},
        {1, "almost certainly wrong: more than 99 of 100 such files are",
         "nästan säkert fel: fler än 99 av 100 sådana filer är det"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf en, sv;

        buf_init(&en, 1024);
        buf_init(&sv, 1024);
        assert_int_equal(likelihood_say(&en, cases[i].p, "en"), 0);
        assert_int_equal(likelihood_say(&sv, cases[i].p, "sv"), 0);
        assert_string_equal(buf_cstr(&en), cases[i].en);
        assert_string_equal(buf_cstr(&sv), cases[i].sv);
        buf_free(&en);
        buf_free(&sv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odds_become_probabilities),
        cmocka_unit_test(words_and_a_figure_in_both_languages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
