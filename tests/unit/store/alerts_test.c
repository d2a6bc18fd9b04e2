/* alerts_test.c -- told once, counted when it comes again, gathered when it comes in a flood */
#include "support.h"

#include "store/alerts.h"

#define SEC  SECOND_US
#define HOUR (60 * MINUTE)

static int raise_it(struct place *place, const char *topic, const char *key, int64_t at_us,
                    int64_t quiet_us, bool lasting)
{
    struct stored_alert alert = {.topic = topic,
                                 .key = key,
                                 .severity = ALERT_WARNING,
                                 .lasting = lasting,
                                 .text = "It happened.\n\nDo something.",
                                 .created_us = at_us,
                                 .quiet_us = quiet_us};

    return alerts_raise(place->store, &alert);
}

struct seen {
    unsigned n;
    uint64_t unsaid;
    char topics[256];
};

static int see(void *context, const struct stored_alert *alert)
{
    struct seen *seen = context;
    size_t at = strlen(seen->topics);

    seen->n++;
    seen->unsaid += alert->unsaid;
    snprintf(seen->topics + at, sizeof seen->topics - at, "%s ", alert->topic);
    assert_string_equal(alert->text, "It happened.\n\nDo something.");
    return 0;
}

static void told_once_in_its_quiet_time_and_counted_meanwhile(void **state)
{
    struct place *place = *state;
    struct seen seen = {0};

    assert_int_equal(raise_it(place, "worker", "a", T0, HOUR, false), 1);
    assert_int_equal(raise_it(place, "worker", "a", T0 + MINUTE, HOUR, false), 0);
    assert_int_equal(raise_it(place, "worker", "a", T0 + 2 * MINUTE, HOUR, false), 0);
    assert_int_equal(raise_it(place, "worker", "b", T0 + MINUTE, HOUR, false), 1);
    assert_int_equal(raise_it(place, "worker", NULL, T0 + MINUTE, HOUR, false), 1);
    assert_int_equal(raise_it(place, "worker", NULL, T0 + MINUTE, HOUR, false), 1);
    /* What was kept quiet is told when the quiet time is over, once. */
    assert_int_equal(alerts_repeated(place->store, T0 + HOUR - 1, 10, see, &seen), 0);
    assert_int_equal(alerts_repeated(place->store, T0 + HOUR, 10, see, &seen), 1);
    assert_int_equal(seen.unsaid, 2);
    assert_int_equal(alerts_repeated(place->store, T0 + HOUR, 10, see, &seen), 0);
    /* That counts as telling it: the next is quiet again, the one after that time is told. */
    assert_int_equal(raise_it(place, "worker", "a", T0 + HOUR + 1, HOUR, false), 0);
    assert_int_equal(raise_it(place, "worker", "a", T0 + 2 * HOUR, HOUR, false), 1);
}

static void a_clock_set_back_silences_nothing_for_days(void **state)
{
    struct place *place = *state;

    assert_int_equal(raise_it(place, "worker", "a", T0, HOUR, false), 1);
    assert_int_equal(raise_it(place, "worker", "a", T0 - 3 * DAY, HOUR, false), 1);
    assert_int_equal(raise_it(place, "worker", "a", T0 - 3 * DAY + 1, HOUR, false), 0);
}

static void what_lasts_is_over_once(void **state)
{
    struct place *place = *state;
    struct arena *arena = arena_new(1 << 20);
    struct stored_alert over;
    struct seen seen = {0};

    assert_int_equal(alerts_clear(place->store, "disk", "/", "Fine.", T0, arena, &over), 0);
    assert_int_equal(raise_it(place, "disk", "/", T0, 1000 * DAY, true), 1);
    assert_int_equal(alerts_known(place->store, "disk", "/"), 1);
    assert_int_equal(raise_it(place, "disk", "/", T0 + DAY, 1000 * DAY, true), 0);
    assert_int_equal(alerts_open(place->store, 10, see, &seen), 1);
    assert_int_equal(alerts_clear(place->store, "disk", "/", "Fine.", T0 + DAY, arena, &over), 1);
    assert_string_equal(over.text, "Fine.");
    assert_int_equal(over.event, ALERT_CLEARED);
    assert_int_equal(alerts_clear(place->store, "disk", "/", "Fine.", T0 + DAY, arena, &over), 0);
    assert_int_equal(alerts_open(place->store, 10, see, &seen), 0);
    /* It came again: that is new, however soon. */
    assert_int_equal(raise_it(place, "disk", "/", T0 + DAY + 1, 1000 * DAY, true), 1);
    assert_int_equal(alerts_open(place->store, 10, see, &seen), 1);
    arena_free(&arena);
}

static void a_flood_is_gathered_and_nothing_of_it_is_lost(void **state)
{
    struct place *place = *state;
    struct arena *arena = arena_new(1 << 20);
    struct stored_alert over;
    struct seen seen = {0};
    char key[16];
    unsigned told = 0;

    for (unsigned i = 0; i < 40; i++) {
        snprintf(key, sizeof key, "%u", i);
        told += (unsigned)raise_it(place, "held", key, T0 + i, DAY, i == 39);
    }
    assert_int_equal(told, ALERTS_RATE_MOST);
    /* Other topics are told as ever. */
    assert_int_equal(raise_it(place, "disk", "/", T0 + 50, DAY, true), 1);
    /* One that waits and comes again is counted, one that is over before it was told stays. */
    assert_int_equal(raise_it(place, "held", "20", T0 + 60, DAY, false), 0);
    assert_int_equal(alerts_clear(place->store, "held", "39", "x", T0 + 70, arena, &over), 0);
    assert_int_equal(alerts_gather(place->store, T0 + ALERTS_GATHER_US, 100, see, &seen), 0);
    assert_int_equal(alerts_gather(place->store, T0 + ALERTS_GATHER_US + 10, 20, see, &seen), 20);
    assert_int_equal(alerts_gather(place->store, T0 + ALERTS_GATHER_US + 50, 20, see, &seen), 10);
    assert_int_equal(alerts_gather(place->store, T0 + DAY, 20, see, &seen), 0);
    assert_int_equal(seen.n, 30);
    assert_int_equal(seen.unsaid, 1);
    /* Later, one of that topic is told by itself again. */
    assert_int_equal(raise_it(place, "held", "new", T0 + DAY, DAY, false), 1);
    arena_free(&arena);
}

struct sends {
    struct place *place;
    unsigned n;
    char channels[128];
    int64_t row[8];
    unsigned attempts;
};

static int see_send(void *context, const struct alert_send *send)
{
    struct sends *sends = context;
    size_t at = strlen(sends->channels);

    snprintf(sends->channels + at, sizeof sends->channels - at, "%s ", send->channel);
    assert_string_equal(send->alert.topic, "disk");
    sends->attempts = send->attempts;
    sends->row[sends->n++ % 8] = send->row;
    return 0;
}

static void each_channel_has_its_own_fate(void **state)
{
    struct place *place = *state;
    struct stored_alert alert = {.topic = "disk", .text = "Full.", .created_us = T0};
    struct sends sends = {.place = place};
    struct alert_counts counts;
    int64_t next;

    assert_int_equal(alerts_raise(place->store, &alert), 1);
    assert_int_equal(alerts_next_due(place->store, &next), 0);
    assert_true(next == INT64_MAX);
    assert_int_equal(alerts_send_add(place->store, alert.row, "journal", T0), 0);
    assert_int_equal(alerts_send_add(place->store, alert.row, "webhook", T0), 0);
    assert_int_equal(alerts_send_add(place->store, alert.row, "program", T0 + HOUR), 0);
    assert_int_equal(alerts_due(place->store, T0, 10, see_send, &sends), 0);
    assert_string_equal(sends.channels, "journal webhook ");
    /* What failed already comes last. */
    assert_int_equal(alerts_retry(place->store, sends.row[0], T0, "?"), 0);
    sends.channels[0] = '\0';
    sends.n = 0;
    assert_int_equal(alerts_due(place->store, T0, 10, see_send, &sends), 0);
    assert_string_equal(sends.channels, "webhook journal ");
    int64_t journal = sends.row[1];
    sends.row[1] = sends.row[0];
    sends.row[0] = journal;
    assert_int_equal(alerts_sent(place->store, sends.row[0], T0 + 1), 0);
    assert_int_equal(alerts_sent(place->store, sends.row[0], T0 + 1), SLUSS_ENOTFOUND);
    assert_int_equal(alerts_retry(place->store, sends.row[1], T0 + MINUTE, "no answer"), 0);
    assert_int_equal(alerts_next_due(place->store, &next), 0);
    assert_int_equal(next, T0 + MINUTE);
    assert_int_equal(alerts_due(place->store, T0 + MINUTE, 1, see_send, &sends), 0);
    assert_int_equal(sends.attempts, 1);
    assert_int_equal(alerts_failed(place->store, sends.row[1], T0 + MINUTE, "no answer"), 0);
    assert_int_equal(alerts_count(place->store, T0, &counts), 0);
    assert_int_equal(counts.pending, 1);
    assert_int_equal(counts.stuck, 0);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(alerts_count(place->store, T0 + HOUR, &counts), 0);
    assert_int_equal(counts.failed, 0);
    /* The clock goes back a day: what was an hour off is an hour off. */
    assert_int_equal(alerts_clock_back(place->store, DAY), 0);
    assert_int_equal(alerts_next_due(place->store, &next), 0);
    assert_int_equal(next, T0 + HOUR - DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(told_once_in_its_quiet_time_and_counted_meanwhile),
        STORE_TEST(a_clock_set_back_silences_nothing_for_days),
        STORE_TEST(what_lasts_is_over_once),
        STORE_TEST(a_flood_is_gathered_and_nothing_of_it_is_lost),
        STORE_TEST(each_channel_has_its_own_fate),
    };
    return cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
