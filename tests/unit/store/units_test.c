/* units_test.c -- what operators say of units: announcements, phases, migrations, old figures */
#include "tests/unit/store/support.h"

#include "store/announcements.h"
#include "store/habits.h"
#include "store/standing.h"

static int64_t announce(struct store *store, const char *unit, uint64_t items, int64_t from_us,
                        int64_t to_us)
{
    struct stored_announcement a = {.unit = unit,
                                    .items = items,
                                    .from_us = from_us,
                                    .to_us = to_us,
                                    .operator_ = "eva",
                                    .reason = "they called",
                                    .at_us = T0};

    assert_int_equal(announcements_add(store, &a), SLUSS_OK);
    return a.id;
}

static int count_them(void *context, const struct stored_announcement *a)
{
    assert_string_equal(a->operator_, "eva");
    ++*(unsigned *)context;
    return SLUSS_OK;
}

static unsigned count(struct store *store, struct announcement_filter filter)
{
    unsigned n = 0;

    assert_int_equal(announcements_list(store, &filter, count_them, &n), SLUSS_OK);
    return n;
}

static void an_announcement_is_open_in_its_window(void **state)
{
    struct store *store = ((struct place *)*state)->store;

    announce(store, "heby/ekonomi", 8000, T0, T0 + DAY);
    announce(store, "heby/teknik", 10, T0, T0 + 2 * DAY);
    assert_int_equal(count(store, (struct announcement_filter){0}), 2);
    assert_int_equal(count(store, (struct announcement_filter){.unit = "heby"}), 2);
    assert_int_equal(count(store, (struct announcement_filter){.unit = "heby/teknik"}), 1);
    assert_int_equal(count(store, (struct announcement_filter){.open_at_us = T0 - 1}), 0);
    assert_int_equal(count(store, (struct announcement_filter){.open_at_us = T0}), 2);
    assert_int_equal(count(store, (struct announcement_filter){.open_at_us = T0 + DAY}), 1);
    assert_int_equal(count(store, (struct announcement_filter){.limit = 1}), 1);
    assert_int_equal(count(store, (struct announcement_filter){.offset = 1}), 1);
    assert_int_equal(announcements_add(store, &(struct stored_announcement){.unit = "heby/teknik",
                                                                            .from_us = T0,
                                                                            .to_us = T0,
                                                                            .operator_ = "eva",
                                                                            .reason = ""}),
                     SLUSS_EINVAL);
}

static void it_is_used_once_cancelled_once_and_open_again(void **state)
{
    struct store *store = ((struct place *)*state)->store;
    struct delivery first = arrive(store, "heby/ekonomi", "a.csv", T0);
    struct delivery second = arrive(store, "heby/ekonomi", "b.csv", T0 + MINUTE);
    int64_t id = announce(store, "heby/ekonomi", 0, T0, T0 + DAY);

    assert_int_equal(announcements_use(store, id, first.row), SLUSS_OK);
    assert_int_equal(announcements_use(store, id, second.row), SLUSS_ECONFLICT);
    assert_int_equal(announcements_cancel(store, id, T0), SLUSS_ECONFLICT);
    assert_int_equal(count(store, (struct announcement_filter){.open_at_us = T0}), 0);
    assert_int_equal(count(store, (struct announcement_filter){.used_by_row = first.row}), 1);
    assert_int_equal(announcements_free(store, second.row), SLUSS_OK); /* used none */
    assert_int_equal(count(store, (struct announcement_filter){.open_at_us = T0}), 0);
    assert_int_equal(announcements_free(store, first.row), SLUSS_OK);
    assert_int_equal(count(store, (struct announcement_filter){.open_at_us = T0}), 1);
    assert_int_equal(announcements_cancel(store, id, T0), SLUSS_OK);
    assert_int_equal(announcements_cancel(store, id, T0), SLUSS_ECONFLICT);
    assert_int_equal(announcements_cancel(store, id + 1, T0), SLUSS_ENOTFOUND);
    assert_int_equal(count(store, (struct announcement_filter){.open_at_us = T0}), 0);
}

static void a_unit_stands_as_was_last_said(void **state)
{
    struct store *store = ((struct place *)*state)->store;
    struct standing s;

    assert_int_equal(standing_get(store, "heby/ekonomi", &s), SLUSS_OK);
    assert_int_equal(standing_phase(&s, PHASE_LIVE), PHASE_LIVE);
    assert_int_equal(standing_phase(&s, PHASE_TEST), PHASE_TEST);
    assert_false(standing_migrating(&s, T0));
    for (enum phase phase = PHASE_TEST; phase <= PHASE_LIVE; phase++) {
        s = (struct standing){.phase_said = true, .phase = phase, .migration_until_us = T0};
        assert_int_equal(standing_set(store, "heby/ekonomi", &s), SLUSS_OK);
        memset(&s, 0, sizeof s);
        assert_int_equal(standing_get(store, "heby/ekonomi", &s), SLUSS_OK);
        assert_int_equal(standing_phase(&s, PHASE_LIVE), phase);
        assert_int_equal(standing_phase(&s, PHASE_TEST), phase);
        assert_true(standing_migrating(&s, T0 - 1));
        assert_false(standing_migrating(&s, T0));
    }
    assert_int_equal(standing_get(store, "heby/teknik", &s), SLUSS_OK);
    assert_false(s.phase_said);
}

#define STREAM "heby/ekonomi cases SEK"

/* Figures from before never stand beside rows of the same day or later. */
static void old_figures_end_where_own_ones_begin(void **state)
{
    struct store *store = ((struct place *)*state)->store;
    struct delivery d = arrive(store, "heby/ekonomi", "a.csv", T0);
    unsigned removed = 9;

    assert_int_equal(habits_import_begin(store, STREAM, &removed), SLUSS_OK);
    assert_int_equal(removed, 0);
    assert_int_equal(habits_import(store, STREAM, T0 + DAY, SPAN_LIT("x")), 1);
    assert_int_equal(habits_put(store, d.row, STREAM, T0, SPAN_LIT("y")), SLUSS_OK);
    assert_int_equal(habits_import(store, STREAM, T0 + DAY, SPAN_LIT("x")), 1); /* not history */
    assert_int_equal(habits_enter(store, d.row, SPAN_NONE), SLUSS_OK);
    assert_int_equal(habits_import_begin(store, STREAM, &removed), SLUSS_OK);
    assert_int_equal(removed, 2);
    assert_int_equal(habits_import(store, STREAM, T0, SPAN_LIT("x")), 0);
    assert_int_equal(habits_import(store, STREAM, T0 - DAY, SPAN_LIT("x")), 1);
    assert_int_equal(habits_import(store, "heby/teknik cases SEK", T0, SPAN_LIT("x")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_announcement_is_open_in_its_window),
        STORE_TEST(it_is_used_once_cancelled_once_and_open_again),
        STORE_TEST(a_unit_stands_as_was_last_said),
        STORE_TEST(old_figures_end_where_own_ones_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
