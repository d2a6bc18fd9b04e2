/* tally_test.c -- a file wrong in every record says so twenty times, then counts */
#include "tests/unit/parsers/heard.h"

#include "parsers/tally.h"

static void twenty_of_a_code_then_a_count(void **state)
{
    struct heard *h = heard_new();
    struct tally tally;

    (void)state;
    tally_init(&tally, &h->sink);
    for (uint64_t i = 1; i <= 1000; i++)
        assert_int_equal(tally_field(&tally, FINDING_BAD_FIELD, i, "amount", "a number"), 0);
    assert_int_equal(tally_structure(&tally, 5, "x"), 0);
    assert_int_equal(tally_finish(&tally), 0);
    assert_int_equal(h->of[FINDING_BAD_FIELD], TALLY_MAX);
    assert_int_equal(h->of[FINDING_BAD_STRUCTURE], 1);
    assert_int_equal(h->of[FINDING_MORE_FINDINGS], 1);
    const struct finding *more = heard_of(h, FINDING_MORE_FINDINGS);
    assert_int_equal(more->record, TALLY_MAX + 1);
    assert_int_equal(heard_fact(more, "count")->n, 1000 - TALLY_MAX);
    assert_text(heard_fact(more, "kind")->text, "field");
    heard_free(h);
}

static void nothing_is_added_when_nothing_was_left_out(void **state)
{
    struct heard *h = heard_new();
    struct tally tally;

    (void)state;
    tally_init(&tally, &h->sink);
    for (uint64_t i = 1; i <= TALLY_MAX; i++)
        tally_structure(&tally, i, "x");
    tally_truncated(&tally, 9, LEVEL_HOLD, "the end");
    tally_limit(&tally, 9, "columns", 256);
    tally_encoding(&tally, FINDING_ENCODING_CONVERTED, 1, "ISO-8859-1", "UTF-8");
    assert_int_equal(tally_finish(&tally), 0);
    assert_int_equal(h->of[FINDING_MORE_FINDINGS], 0);
    assert_int_equal(heard_of(h, FINDING_TRUNCATED)->level, LEVEL_HOLD);
    assert_int_equal(heard_fact(heard_of(h, FINDING_LIMIT_REACHED), "most")->n, 256);
    heard_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_of_a_code_then_a_count),
        cmocka_unit_test(nothing_is_added_when_nothing_was_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
