/* finding_test.c -- the table of findings holds together, sentences are filled and safe */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "model/error.h"
#include "model/finding.h"

/* The names in braces of a sentence, each as " name ", in order of first appearance. */
static void placeholders(const char *sentence, char *names, size_t size)
{
    size_t n = 0;

    names[0] = '\0';
    for (const char *p = strchr(sentence, '{'); p; p = strchr(p, '{')) {
        char name[FACT_KEY_MAX + 3] = " ";
        const char *end = strchr(++p, '}');
        size_t length;

        assert_non_null(end);
        length = (size_t)(end - p);
        assert_in_range(length, 1, FACT_KEY_MAX);
        memcpy(name + 1, p, length);
        memcpy(name + 1 + length, " ", 2);
        if (strstr(names, name))
            continue;
        assert_true(n + length + 3 < size);
        memcpy(names + n, name, length + 3);
        n += length + 2;
    }
}

static void every_row_speaks_two_languages(void **state)
{
    (void)state;
    for (int i = 0; i < FINDING_CODE_COUNT; i++) {
        const struct finding_kind *kind = &finding_kinds[i];
        assert_true(strlen(kind->name) > 0 && strlen(kind->check) > 0);
        assert_true(strspn(kind->check, "abcdefghijklmnopqrstuvwxyz-") == strlen(kind->check));
        assert_true(strlen(kind->en) > 10 && strlen(kind->sv) > 10);
        assert_in_range(kind->level, 0, LEVEL_COUNT - 1);
        assert_true(kind->weight >= 0 && kind->weight <= 20);
    }
}

static void both_sentences_name_the_same_facts(void **state)
{
    (void)state;
    for (int i = 0; i < FINDING_CODE_COUNT; i++) {
        char names[2][400];

        placeholders(finding_kinds[i].en, names[0], sizeof names[0]);
        placeholders(finding_kinds[i].sv, names[1], sizeof names[1]);
        for (int side = 0; side < 2; side++) {
            for (char *p = names[side]; *p;) {
                size_t length = strcspn(p + 1, " ") + 2;
                char name[FACT_KEY_MAX + 3] = "";

                memcpy(name, p, length);
                if (!strstr(names[1 - side], name))
                    fail_msg("%s: {%s} in one language only", finding_kinds[i].name, name);
                p += length;
            }
        }
    }
}

static void levels_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < LEVEL_COUNT; i++)
        assert_int_equal(
            finding_level_from_name(span_str(finding_level_name((enum finding_level)i))), i);
    assert_int_equal(finding_level_from_name(SPAN_LIT("fatal")), -1);
}

static void assert_sentence(const struct finding *f, const char *language, const char *expected)
{
    struct buf buf;

    buf_init(&buf, 10000);
    assert_int_equal(finding_sentence(f, language, &buf), SLUSS_OK);
    assert_string_equal(buf_cstr(&buf), expected);
    buf_free(&buf);
}

static void sentences_are_filled_from_facts(void **state)
{
    struct finding f = finding_make(FINDING_TOTALS_MISMATCH, 12);

    (void)state;
    assert_int_equal(f.level, LEVEL_REJECT);
    assert_string_equal(finding_check(&f), "totals");
    finding_text(&f, "what", SPAN_LIT("sum"));
    finding_money(&f, "stated", 123450, "SEK");
    assert_sentence(&f, "en",
                    "A control total does not agree: sum is stated as 1\u00A0234,50\u00A0kr, "
                    "the records give ? (record 12).");
    finding_money(&f, "computed", 100, "EUR");
    assert_sentence(&f, "sv",
                    "En kontrollsumma stämmer inte: sum anges som 1\u00A0234,50\u00A0kr, "
                    "posterna ger 1,00\u00A0EUR (post 12).");
    assert_sentence(&f, NULL,
                    "A control total does not agree: sum is stated as 1\u00A0234,50\u00A0kr, "
                    "the records give 1,00\u00A0EUR (record 12).");
}

static void dates_instants_and_records_are_for_people(void **state)
{
    struct finding f = finding_make(FINDING_AFTER_SHUTDOWN, 1);

    (void)state;
    finding_date(&f, "written", (struct date){2026, 12, 1});
    assert_sentence(&f, "en",
                    "The BgMax file was written on 2026-12-01, after Bankgirot stopped making "
                    "them (2026-11-27).");

    f = finding_make(FINDING_BAD_FIELD, 0);
    finding_text(&f, "field", SPAN_LIT("due_date"));
    finding_text(&f, "expected", SPAN_LIT("a date"));
    assert_sentence(&f, "en", "Field due_date of record - is not a date.");
    finding_int(&f, "record", 4711);
    assert_sentence(&f, "en", "Field due_date of record 4711 is not a date.");

    f = finding_make(FINDING_SAME_BYTES_REFUSED, 0);
    finding_text(&f, "delivery", SPAN_LIT("20260302-061200-123456"));
    finding_instant(&f, "received", 0);
    assert_sentence(&f, "en",
                    "The same file came before and could not be read: 20260302-061200-123456 "
                    "(1970-01-01 00:00:00). It was judged afresh.");
}

static void hostile_facts_are_shown_escaped(void **state)
{
    struct finding f = finding_make(FINDING_TEST_NAME, 0);

    (void)state;
    finding_text(&f, "word", SPAN_LIT("\x1B[2Jtest\n{word}"));
    assert_sentence(&f, "en", "The file name carries the test word \"\\x1B[2Jtest\\n{word}\".");
}

static void long_facts_are_cut_between_characters(void **state)
{
    char text[FACT_TEXT_MAX + 20];
    struct finding f = finding_make(FINDING_TEST_NAME, 0);

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + FACT_TEXT_MAX - 2, "\u20AC", 3);
    finding_text(&f, "word", span_of(text, sizeof text));
    assert_int_equal(f.facts[0].text.n, FACT_TEXT_MAX - 2);
    memset(text, 'a', sizeof text);
    finding_text(&f, "other", span_of(text, sizeof text));
    assert_int_equal(f.facts[1].text.n, FACT_TEXT_MAX);
    finding_text(&f, "none", SPAN_NONE);
    assert_null(f.facts[2].text.p);
}

static void a_list_owns_its_texts(void **state)
{
    struct finding_list list = {.arena = arena_new(1 << 20)};
    char word[] = "test", key[] = "word";
    struct finding f = finding_make(FINDING_TEST_NAME, 0);

    (void)state;
    finding_text(&f, key, span_str(word));
    assert_int_equal(finding_list_add(&list, &f), SLUSS_OK);
    memset(word, 'x', 4);
    memset(key, 'x', 4);
    assert_sentence(&list.of[0], "en", "The file name carries the test word \"test\".");
    arena_free(&list.arena);
}

static void a_full_list_still_takes_the_first_that_decides(void **state)
{
    struct finding_list list = {.arena = arena_new(1 << 20)};
    struct finding warn = finding_make(FINDING_FIELD_NOTE, 1);
    struct finding hold = finding_make(FINDING_TEST_MARK, 2);
    struct finding reject = finding_make(FINDING_BAD_FIELD, 3);

    (void)state;
    for (int i = 0; i < 500; i++)
        assert_int_equal(finding_list_add(&list, &warn), SLUSS_OK);
    assert_int_equal(list.n, FINDINGS_MAX);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(finding_list_add(&list, &hold), SLUSS_OK);
        assert_int_equal(finding_list_add(&list, &reject), SLUSS_OK);
    }
    assert_int_equal(list.n, FINDINGS_MAX + 2);
    assert_int_equal(list.of[FINDINGS_MAX].level, LEVEL_HOLD);
    assert_int_equal(list.of[FINDINGS_MAX + 1].level, LEVEL_REJECT);
    arena_free(&list.arena);
}

static void lack_of_memory_is_told(void **state)
{
    struct finding_list list = {.arena = arena_new(100)};
    struct finding f = finding_make(FINDING_EMPTY_FILE, 0);
    struct buf buf;

    (void)state;
    assert_int_equal(finding_list_add(&list, &f), SLUSS_ENOMEM);
    assert_int_equal(list.n, 0);
    arena_free(&list.arena);
    buf_init(&buf, 5);
    assert_int_equal(finding_sentence(&f, "en", &buf), SLUSS_ENOMEM);
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_speaks_two_languages),
        cmocka_unit_test(both_sentences_name_the_same_facts),
        cmocka_unit_test(levels_have_names),
        cmocka_unit_test(sentences_are_filled_from_facts),
        cmocka_unit_test(dates_instants_and_records_are_for_people),
        cmocka_unit_test(hostile_facts_are_shown_escaped),
        cmocka_unit_test(long_facts_are_cut_between_characters),
        cmocka_unit_test(a_list_owns_its_texts),
        cmocka_unit_test(a_full_list_still_takes_the_first_that_decides),
        cmocka_unit_test(lack_of_memory_is_told),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
