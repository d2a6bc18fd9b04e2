/* report_watch_test.c -- which reports are due on which day, and what is made up for */
#include "tests/unit/store/support.h"

#include "daemon/report_watch.h"
#include "store/report.h"

static int64_t at(const char *text)
{
    int64_t us = 0;

    assert_int_equal(instant_parse(span_str(text), &us), 0);
    return us;
}

/* "2026-04 2026-03", the newest first. */
static const char *due(struct place *place, enum report_kind kind, const char *scope,
                       const char *now)
{
    static char said[64];
    struct period periods[REPORT_CATCH_UP];
    int n = report_periods_due(place->store, kind, scope, at(now), periods);
    size_t used = 0;

    assert_true(n >= 0);
    said[0] = '\0';
    for (int i = 0; i < n; i++) {
        char name[PERIOD_SIZE];

        used += (size_t)snprintf(said + used, sizeof said - used, "%s%s", i ? " " : "",
                                 period_name(&periods[i], name));
    }
    return said;
}

static void come(struct place *place, const char *unit, const char *when)
{
    struct delivery d;

    assert_int_equal(
        store_delivery_arrive(place->store, unit, SPAN_LIT("a"), at(when), NULL, &d), 0);
}

static void made(struct place *place, const char *kind, const char *period, const char *scope)
{
    assert_int_equal(report_set_made(place->store, kind, period, scope, T0), 0);
}

static void at_seven_of_the_first_banking_day(void **state)
{
    struct place *place = *state;

    come(place, "heby/ekonomi", "2026-03-02T06:12:00Z");
    made(place, "stats", "2026-03", NULL);
    /* 1 May 2026 is a holiday and a Friday: Monday the 4th, 07:00 in summer time. */
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-05-01T10:00:00Z"), "");
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-05-04T04:59:59Z"), "");
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-05-04T05:00:00Z"), "2026-04");
    made(place, "stats", "2026-04", NULL);
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-05-04T05:00:00Z"), "");
    assert_string_equal(due(place, REPORT_SLA, NULL, "2026-04-01T04:59:59Z"), "");
    assert_string_equal(due(place, REPORT_SLA, NULL, "2026-04-01T05:00:00Z"), "2026Q1");
}

/* The daemon was down over several of them. */
static void what_was_missed_is_made_up_for(void **state)
{
    struct place *place = *state;

    come(place, "heby/ekonomi", "2025-03-02T06:12:00Z");
    made(place, "stats", "2026-01", NULL);
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-04-20T10:00:00Z"),
                        "2026-03 2026-02");
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-09-20T10:00:00Z"),
                        "2026-08 2026-07 2026-06");
}

static void new_readers_hear_of_the_last_period_alone(void **state)
{
    struct place *place = *state;

    come(place, "heby/ekonomi", "2025-03-02T06:12:00Z");
    come(place, "sala/ekonomi", "2026-03-20T06:12:00Z");
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-04-20T10:00:00Z"), "2026-03");
    assert_string_equal(due(place, REPORT_STATS, "sala", "2026-04-20T10:00:00Z"), "2026-03");
    /* Each scope has marks of its own. */
    made(place, "stats", "2026-02", NULL);
    made(place, "stats", "2026-03", "sala");
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-04-20T10:00:00Z"), "2026-03");
    assert_string_equal(due(place, REPORT_STATS, "sala", "2026-04-20T10:00:00Z"), "");
}

static void nothing_is_reported_of_times_before_the_first_delivery(void **state)
{
    struct place *place = *state;

    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-04-20T10:00:00Z"), "");
    come(place, "heby/ekonomi", "2026-04-02T06:12:00Z");
    assert_string_equal(due(place, REPORT_STATS, NULL, "2026-04-20T10:00:00Z"), "");
    assert_string_equal(due(place, REPORT_SLA, "sala", "2026-07-20T10:00:00Z"), "");
    assert_string_equal(due(place, REPORT_SLA, "heby", "2026-07-20T10:00:00Z"), "2026Q2");
}

int main(void)
{
#define RULE(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
    const struct CMUnitTest tests[] = {
        RULE(at_seven_of_the_first_banking_day),
        RULE(what_was_missed_is_made_up_for),
        RULE(new_readers_hear_of_the_last_period_alone),
        RULE(nothing_is_reported_of_times_before_the_first_delivery),
    };

    setenv("TZ", "Europe/Stockholm", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
