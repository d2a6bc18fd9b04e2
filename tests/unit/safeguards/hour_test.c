/* hour_test.c -- an hour or weekday that is strange for the unit is a weak sign, never a hold */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

#define AT(hour, minute) ((hour)*60 + (minute))

static void a_strange_hour_is_a_weak_sign(void **state)
{
    static const struct {
        const char *name;
        unsigned rows;
        uint16_t usual[3]; /* in turn; 0: the first again */
        uint16_t now;
        bool strange;
    } cases[] = {
        {"as every night", 60, {AT(6, 0)}, AT(6, 20), false},
        {"I01 in the afternoon, where all come at six", 60, {AT(6, 0)}, AT(14, 30), true},
        {"an hour late", 60, {AT(6, 0)}, AT(7, 10), false},
        {"around midnight", 60, {AT(23, 50)}, AT(0, 30), false},
        {"morning and evening, in the evening", 60, {AT(6, 0), AT(18, 0)}, AT(18, 10), false},
        {"morning and evening, at noon", 60, {AT(6, 0), AT(18, 0)}, AT(12, 0), true},
        {"too little is known", 12, {AT(6, 0)}, AT(14, 30), false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct finding *f;

        ordinary_begin(&o, cases[i].rows, 1, (struct date){2026, 3, 18});
        for (unsigned k = 0; k < o.habit.n; k++) {
            uint16_t usual = cases[i].usual[k % 2];

            o.rows[k].minute = usual ? usual : cases[i].usual[0];
        }
        o.now.minute = cases[i].now;
        f = ordinary_ask(&o, &check_hour, FINDING_ODD_HOUR);
        if (!f == cases[i].strange)
            fail_msg("%s: %s", cases[i].name, f ? "strange" : "usual");
        if (f)
            assert_true(f->level == LEVEL_WARN && f->weight > 0 && f->weight < 1);
    }
}

/* Wednesdays; the delivery comes on the day given. */
static const struct finding *on(struct date day, uint16_t flags)
{
    ordinary_begin(&o, 30, 7, (struct date){2026, 3, 18});
    for (unsigned i = 0; i < o.habit.n; i++)
        o.rows[i].flags = flags;
    o.now.day = day;
    return ordinary_ask(&o, &check_hour, FINDING_ODD_WEEKDAY);
}

static void a_strange_weekday_is_one_too(void **state)
{
    (void)state;
    assert_null(on((struct date){2026, 3, 18}, 0));
    assert_non_null(on((struct date){2026, 3, 22}, 0)); /* a Sunday */
    /* Figures from before say nothing of it. */
    assert_null(on((struct date){2026, 3, 22}, HABIT_COUNTS));
}

static void a_unit_without_hours_has_no_strange_one(void **state)
{
    unsigned strange = 0;

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        ordinary_begin(&o, 100, 1, (struct date){2026, 3, 18});
        for (unsigned k = 0; k < o.habit.n; k++)
            o.rows[k].minute = (uint16_t)((k * 389 + i * 61) % 1440);
        o.now.minute = (uint16_t)(i * 7 % 1440);
        strange += ordinary_ask(&o, &check_hour, FINDING_ODD_HOUR) != NULL;
    }
    assert_in_range(strange, 0, 10); /* one in twenty */
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_strange_hour_is_a_weak_sign),
        TEST(a_strange_weekday_is_one_too),
        TEST(a_unit_without_hours_has_no_strange_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
