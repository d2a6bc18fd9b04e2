/* prescribed_test.c -- I36: claims that are too old are told, and never hold */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/safeguards/ordinary.h"

#include "model/buf.h"
#include "model/error.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

#define PERSON  "19640823-3234"
#define COMPANY "556016-0680"

static void add(enum item_type type, const char *who, struct date issue, struct date due,
                uint64_t record)
{
    const struct item item = {.type = type,
                              .record = record,
                              .amount_minor = 25000,
                              .currency = "SEK",
                              .issue_date = issue,
                              .due_date = due,
                              .counterparty_id = span_str(who)};

    profile_add(o.profile, &item);
}

static int64_t fact(const struct finding *f, unsigned i)
{
    return f->facts[i].n;
}

static void only_what_is_old_enough_is_told(void **state)
{
    static const struct date today = {2026, 3, 18};
    static const struct {
        const char *name;
        enum item_type type;
        const char *who;
        struct date issue, due;
        int64_t persons, others;
    } cases[] = {
        {"this year", ITEM_CASE, PERSON, {2026, 1, 5}, {2026, 2, 5}, 0, 0},
        {"a day short of three years", ITEM_CASE, PERSON, {2023, 3, 19}, {2023, 4, 1}, 0, 0},
        {"three years to the day", ITEM_CASE, PERSON, {2023, 3, 18}, {2023, 4, 1}, 1, 0},
        {"by its due date where it has no other", ITEM_CASE, PERSON, {0}, {2020, 4, 1}, 1, 0},
        {"a company's", ITEM_CASE, COMPANY, {2020, 1, 5}, {2020, 2, 5}, 0, 0},
        {"a company's, eleven years old", ITEM_INVOICE, COMPANY, {2015, 1, 5}, {2015, 2, 5}, 0, 1},
        {"nobody said whose", ITEM_CASE, "", {2015, 1, 5}, {2015, 2, 5}, 0, 1},
        {"a credit note", ITEM_CREDIT_NOTE, PERSON, {2015, 1, 5}, {2015, 2, 5}, 0, 0},
        {"a payment", ITEM_PAYMENT, PERSON, {2015, 1, 5}, {2015, 2, 5}, 0, 0},
        {"without a date", ITEM_CASE, PERSON, {0}, {0}, 0, 0},
        {"from the future", ITEM_CASE, PERSON, {2126, 1, 5}, {2126, 2, 5}, 0, 0},
        {"another century", ITEM_CASE, PERSON, {1926, 1, 5}, {1926, 2, 5}, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f;
        bool told = cases[i].persons + cases[i].others > 0;

        ordinary_begin(&o, 24, 30, today);
        add(ITEM_CASE, PERSON, (struct date){2026, 3, 1}, (struct date){2026, 4, 1}, 2);
        add(cases[i].type, cases[i].who, cases[i].issue, cases[i].due, 3);
        f = ordinary_ask(&o, &check_prescribed, FINDING_PRESCRIBED);
        if (!f == told)
            fail_msg("%s: %s", cases[i].name, f ? "told" : "not told");
        if (!f)
            continue;
        assert_true(f->level == LEVEL_WARN && f->weight == 0);
        assert_int_equal(f->record, 3);
        assert_int_equal(fact(f, 0), cases[i].persons);
        assert_int_equal(fact(f, 2), cases[i].others);
    }
}

static void the_site_says_after_how_many_years(void **state)
{
    const struct finding *f;
    struct buf text;

    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    add(ITEM_CASE, PERSON, (struct date){2020, 1, 1}, (struct date){2020, 2, 1}, 2);
    add(ITEM_CASE, PERSON, (struct date){2015, 1, 1}, (struct date){2015, 2, 1}, 3);
    f = ordinary_ask(&o, &check_prescribed, FINDING_PRESCRIBED);
    assert_int_equal(fact(f, 0), 2);
    assert_int_equal(f->record, 3);
    buf_init(&text, 1000);
    assert_int_equal(finding_sentence(f, "sv", &text), SLUSS_OK);
    assert_non_null(
        strstr(buf_cstr(&text), ": 2 på privatpersoner, äldre än 3 år, och 0 på andra"));
    buf_free(&text);
    o.settings.prescribed_persons = 10;
    assert_int_equal(fact(ordinary_ask(&o, &check_prescribed, FINDING_PRESCRIBED), 0), 1);
    o.settings.prescribed_persons = 0;
    assert_null(ordinary_ask(&o, &check_prescribed, FINDING_PRESCRIBED));
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_what_is_old_enough_is_told),
        TEST(the_site_says_after_how_many_years),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
