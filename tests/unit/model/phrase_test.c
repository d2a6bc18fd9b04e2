/* phrase_test.c -- what findings carry is Swedish in Swedish, and nothing else is touched */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error.h"
#include "model/finding.h"
#include "model/phrase.h"

static void assert_swedish(struct finding f, const char *expected)
{
    struct buf buf;

    buf_init(&buf, 10000);
    assert_int_equal(finding_sentence(&f, "sv", &buf), SLUSS_OK);
    assert_string_equal(buf_cstr(&buf), expected);
    buf_free(&buf);
}

static struct finding with(enum finding_code code, const char *key, const char *text)
{
    struct finding f = finding_make(code, 7);

    finding_text(&f, key, span_str(text));
    return f;
}

static void every_phrase_is_one_in_both_languages(void **state)
{
    (void)state;
    for (const struct phrase *p = phrases; p->en; p++) {
        struct span number;

        assert_true(strlen(p->en) > 0 && strlen(p->en) < FACT_TEXT_MAX);
        assert_true(strlen(p->sv) > 0 && strlen(p->sv) < FACT_TEXT_MAX);
        assert_string_not_equal(p->en, p->sv);
        assert_null(strpbrk(p->sv, "{}\n\t"));
        assert_true((strchr(p->en, '%') == NULL) == (strchr(p->sv, '%') == NULL));
        if (!strchr(p->en, '%'))
            assert_ptr_equal(phrase_sv(span_str(p->en), &number).p, p->sv);
        for (const struct phrase *q = phrases; q != p; q++)
            assert_string_not_equal(p->en, q->en);
    }
}

static void a_swedish_sentence_is_swedish_throughout(void **state)
{
    struct finding rule = with(FINDING_RULE_BROKEN, "rule", "BR-02");
    struct finding field = with(FINDING_BAD_FIELD, "field", "payment date");

    (void)state;
    finding_text(&rule, "what", SPAN_LIT("there is no invoice number"));
    finding_text(&field, "expected", SPAN_LIT("a date CCYYMMDD"));
    assert_swedish(with(FINDING_TRUNCATED, "missing", "the last row is incomplete"),
                   "Filen är avhuggen: sista raden är ofullständig (post 7). Be avsändaren "
                   "skicka den igen.");
    assert_swedish(with(FINDING_UNKNOWN_FORMAT, "reason", "a PDF document"),
                   "Filen är inte i något format som sluss känner till: ett PDF-dokument.");
    assert_swedish(rule, "BR-02: fakturanummer saknas (element 7).");
    assert_swedish(field, "Fältet betalningsdag i post 7 är inte ett datum ÅÅÅÅMMDD.");
}

static void names_and_codes_stay(void **state)
{
    struct finding field = with(FINDING_BAD_FIELD, "field", "due_date");
    struct finding mark = with(FINDING_TEST_MARK, "where", "TK01 position 45");

    (void)state;
    finding_text(&field, "expected", SPAN_LIT("filled in"));
    finding_text(&mark, "value", SPAN_LIT("T"));
    assert_swedish(field, "Fältet due_date i post 7 är inte ifyllt.");
    assert_swedish(mark,
                   "Filen säger själv att den är ett test: TK01 position 45 är \"T\".");
}

static void a_file_may_be_named_like_a_phrase(void **state)
{
    struct finding same = with(FINDING_SAME_BYTES, "delivery", "20260302-061200-123456");

    (void)state;
    finding_text(&same, "file", SPAN_LIT("columns"));
    finding_instant(&same, "received", 0);
    finding_text(&same, "state", SPAN_LIT("rejected"));
    assert_swedish(same, "Samma fil, byte för byte, har kommit förut: 20260302-061200-123456 "
                         "(columns, 1970-01-01 00:00:00), avvisad.");
    assert_false(phrase_may_be(SPAN_LIT("value")));
    assert_false(phrase_may_be(SPAN_LIT("word")));
    assert_false(phrase_may_be(SPAN_NONE));
}

static void a_phrase_may_end_in_any_number(void **state)
{
    static const struct {
        const char *en, *sv, *number;
    } cases[] = {
        {"exit status 1", "läsaren slutade med status ", "1"},
        {"exit status 255", "läsaren slutade med status ", "255"},
        {"exit status ", "exit status ", ""},
        {"signal 11", "signal 11", ""},
        {"the last row is incomplete 4", "the last row is incomplete 4", ""},
        {"4", "4", ""},
        {"", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct span number;
        struct span sv = phrase_sv(span_str(cases[i].en), &number);

        if (!span_eq_str(sv, cases[i].sv) || !span_eq_str(number, cases[i].number))
            fail_msg("\"%s\" is \"%.*s\" and \"%.*s\"", cases[i].en, SPAN_FMT(sv),
                     SPAN_FMT(number));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phrase_is_one_in_both_languages),
        cmocka_unit_test(a_swedish_sentence_is_swedish_throughout),
        cmocka_unit_test(names_and_codes_stay),
        cmocka_unit_test(a_file_may_be_named_like_a_phrase),
        cmocka_unit_test(a_phrase_may_end_in_any_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
