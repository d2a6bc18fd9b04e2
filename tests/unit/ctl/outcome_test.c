/* outcome_test.c -- what a backtest came to, counted by check and told to a person */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/outcome.h"
#include "model/error.h"

#define DAY_US (INT64_C(86400) * 1000000)

/* One delivery: its verdict, and findings with their levels. */
static void add(struct outcome *t, int64_t at_us, enum verdict verdict, const struct finding *of,
                unsigned n)
{
    struct finding_list findings = {.arena = arena_new(65536)};

    for (unsigned i = 0; i < n; i++)
        assert_int_equal(finding_list_add(&findings, &of[i]), SLUSS_OK);
    outcome_add(t, at_us, verdict, 100, &findings);
    arena_free(&findings.arena);
}

static struct finding found(enum finding_code code, enum finding_level level)
{
    struct finding f = finding_make(code, 0);

    f.level = level;
    return f;
}

static uint64_t counted(const struct outcome *t, const char *check, bool alone)
{
    for (unsigned i = 0; i < t->n; i++)
        if (strcmp(t->of[i].check, check) == 0)
            return alone ? t->of[i].alone : t->of[i].deliveries;
    return 0;
}

static void a_check_counts_once_a_delivery_that_it_stopped(void **state)
{
    struct outcome t = {0};
    const struct finding many = found(FINDING_MANY_ITEMS, LEVEL_HOLD),
                         much = found(FINDING_MUCH_MONEY, LEVEL_HOLD),
                         stale = found(FINDING_STALE_DATES, LEVEL_HOLD),
                         origin = found(FINDING_NEW_ORIGIN, LEVEL_WARN);
    const struct finding both[] = {many, stale, origin}, volume[] = {many, much, origin};

    (void)state;
    add(&t, 0, VERDICT_HELD, both, 3);
    add(&t, 0, VERDICT_HELD, volume, 3);
    add(&t, 0, VERDICT_ACCEPTED, &origin, 1);
    assert_int_equal(counted(&t, "volume", false), 2);
    assert_int_equal(counted(&t, "volume", true), 1);
    assert_int_equal(counted(&t, "dates", false), 1);
    assert_int_equal(counted(&t, "dates", true), 0);
    assert_int_equal(counted(&t, "origin", false), 0); /* a warning stops nothing */
    assert_int_equal(t.verdicts[VERDICT_HELD], 2);
    assert_int_equal(t.verdicts[VERDICT_ACCEPTED], 1);
    assert_int_equal(t.items, 300);
}

static void what_no_check_stopped_alone_the_evidence_did(void **state)
{
    struct outcome t = {0};
    const struct finding weak[] = {found(FINDING_NEW_ORIGIN, LEVEL_WARN),
                                   found(FINDING_OLD_RECORDS, LEVEL_WARN)};

    (void)state;
    add(&t, 0, VERDICT_HELD, weak, 2);
    assert_int_equal(counted(&t, "evidence", false), 1);
    assert_int_equal(counted(&t, "evidence", true), 1);
}

static void the_summary_says_how_many_a_month(void **state)
{
    struct outcome t = {0};
    const struct finding many = found(FINDING_MANY_ITEMS, LEVEL_HOLD);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    for (int i = 0; i <= 60; i++) /* two months, every thirtieth held */
        add(&t, i * DAY_US, i % 30 == 29 ? VERDICT_HELD : VERDICT_ACCEPTED, &many, 1);
    outcome_print(&t, 2.0, out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "61 deliveries, 6100 items in 2.0 s (3050 items a second)"));
    assert_non_null(strstr(text, "59 accepted, 2 held, 0 rejected"));
    assert_non_null(strstr(text, "held: 3.28 %, 1.0 a month"));
    assert_non_null(strstr(text, "volume"));
    free(text);
}

static void nothing_at_all_is_said_without_dividing_by_it(void **state)
{
    struct outcome t = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    outcome_print(&t, 0, out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "0 deliveries, 0 items"));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "month"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_counts_once_a_delivery_that_it_stopped),
        cmocka_unit_test(what_no_check_stopped_alone_the_evidence_did),
        cmocka_unit_test(the_summary_says_how_many_a_month),
        cmocka_unit_test(nothing_at_all_is_said_without_dividing_by_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
