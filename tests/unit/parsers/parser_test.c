/* parser_test.c -- the list of formats is complete and each entry can be used */
#include "tests/unit/parsers/heard.h"

#include "parsers/parser.h"

static void every_format_is_whole_and_found_by_name(void **state)
{
    (void)state;
    assert_true(format_count > 0);
    for (size_t i = 0; i < format_count; i++) {
        const struct format *f = formats[i];
        assert_ptr_equal(format_by_name(span_str(f->name)), f);
        assert_true(strlen(f->name) < FORMAT_NAME_MAX);
        assert_true(f->kind != KIND_UNKNOWN);
        assert_true(f->title && f->carries && f->source);
        assert_true(f->bid && f->begin && f->push && f->finish && f->close);
    }
    assert_null(format_by_name(SPAN_LIT("BGMAX")));
    assert_null(format_by_name(SPAN_LIT("")));
    assert_null(format_by_name(SPAN_NONE));
}

/* Two parsers of each format at once, each fed nothing: no crash, no shared state. */
static void parsers_stand_side_by_side(void **state)
{
    (void)state;
    for (size_t i = 0; i < format_count; i++) {
        struct heard *h = heard_new();
        struct parser *a = NULL;
        struct parser *b = NULL;
        struct parser_facts facts;
        assert_int_equal(formats[i]->begin(&h->sink, &a), 0);
        assert_int_equal(formats[i]->begin(&h->sink, &b), 0);
        assert_ptr_not_equal(a, b);
        assert_int_equal(formats[i]->finish(a, &facts), 0);
        assert_false(facts.test);
        assert_false(facts.states_zero);
        formats[i]->close(&a);
        formats[i]->close(&b);
        assert_null(a);
        formats[i]->close(&a);
        heard_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_whole_and_found_by_name),
        cmocka_unit_test(parsers_stand_side_by_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
