/* backtest_html_test.c -- a page that is whole in itself, and shows what was stopped */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/backtest_html.h"
#include "model/date.h"
#include "model/error.h"

#define T0      INT64_C(1772434800000000) /* 2026-03-02 07:00 UTC */
#define DAY     (INT64_C(86400) * SECOND_US)

static void add(struct html_report *report, struct outcome *outcome, int day, uint64_t items,
                enum verdict verdict, const char *unit)
{
    struct finding_list findings = {.arena = arena_new(1 << 20)};
    struct finding f = finding_make(FINDING_TEST_NAME, 0);
    const struct html_delivery d = {.at_us = T0 + day * DAY,
                                    .items = items,
                                    .verdict = verdict,
                                    .entered = verdict == VERDICT_ACCEPTED,
                                    .unit = unit};

    finding_text(&f, "word", SPAN_LIT("<prov>"));
    if (verdict != VERDICT_ACCEPTED)
        assert_int_equal(finding_list_add(&findings, &f), SLUSS_OK);
    assert_int_equal(html_report_add(report, &d, SPAN_LIT("a&b.csv"), &findings), SLUSS_OK);
    outcome_add(outcome, d.at_us, verdict, items, &findings);
    arena_free(&findings.arena);
}

/* The page; the caller frees it. */
static char *page(struct html_report *report, const struct outcome *outcome)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    assert_int_equal(html_report_write(report, outcome, out), SLUSS_OK);
    assert_int_equal(fclose(out), 0);
    html_report_close(report);
    return text;
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (text = strstr(text, what); text; text = strstr(text + 1, what))
        n++;
    return n;
}

static void a_picture_a_unit_with_what_was_stopped(void **state)
{
    struct html_report report;
    struct outcome outcome = {0};
    char *text;

    (void)state;
    assert_int_equal(html_report_open(&report), SLUSS_OK);
    for (int day = 0; day < 40; day++) {
        add(&report, &outcome, day, 100 + (uint64_t)day % 7, VERDICT_ACCEPTED, "heby/ekonomi");
        add(&report, &outcome, day, 5, VERDICT_ACCEPTED, "heby/teknik");
    }
    add(&report, &outcome, 40, 2000, VERDICT_HELD, "heby/ekonomi");
    text = page(&report, &outcome);
    assert_int_equal(count(text, "role=\"img\""), 2);
    assert_int_equal(count(text, "<circle class=\"accepted\""), 80);
    assert_int_equal(count(text, "<circle class=\"held\""), 1);
    assert_int_equal(count(text, "<polygon class=\"habit\""), 2);
    assert_non_null(strstr(text, "test word &quot;&lt;prov&gt;&quot;"));
    assert_non_null(strstr(text, "a&amp;b.csv"));
    assert_null(strstr(text, "<prov>"));
    assert_null(strstr(text, "http"));
    assert_null(strstr(text, "<script"));
    assert_non_null(strstr(text, "<tr><td>test-name<td class=\"n\">1<td class=\"n\">1"));
    free(text);
}

static void a_few_deliveries_have_no_band(void **state)
{
    struct html_report report;
    struct outcome outcome = {0};
    char *text;

    (void)state;
    assert_int_equal(html_report_open(&report), SLUSS_OK);
    add(&report, &outcome, 0, 0, VERDICT_REJECTED, "heby/ekonomi");
    text = page(&report, &outcome);
    assert_null(strstr(text, "<polygon"));
    assert_int_equal(count(text, "<circle class=\"rejected\""), 1);
    assert_null(strstr(text, "nan"));
    free(text);
    assert_int_equal(html_report_open(&report), SLUSS_OK);
    outcome = (struct outcome){0};
    text = page(&report, &outcome);
    assert_null(strstr(text, "role=\"img\""));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_a_unit_with_what_was_stopped),
        cmocka_unit_test(a_few_deliveries_have_no_band),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
