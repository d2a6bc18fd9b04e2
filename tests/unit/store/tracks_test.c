/* tracks_test.c -- each check's record follows what is decided, once and for good */
#include "tests/unit/store/support.h"

#include "store/tracks.h"

/* A held delivery in which these were found. */
static struct delivery held_for(struct store *store, int64_t at_us, const enum finding_code *codes,
                                size_t n)
{
    struct delivery d = arrive(store, "heby/ekonomi", "a.csv", at_us);
    struct summary summary = figures(3, 1);
    struct finding_list findings = {.arena = arena_new(1 << 16)};
    const struct judgement judgement = {.verdict = VERDICT_HELD,
                                        .state = STATE_HELD,
                                        .summary = &summary,
                                        .findings = &findings,
                                        .decided_us = at_us + 1};

    for (size_t i = 0; i < n; i++) {
        struct finding f = finding_make(codes[i], 0);

        assert_int_equal(finding_list_add(&findings, &f), SLUSS_OK);
    }
    assert_int_equal(store_delivery_judge(store, d.row, &judgement), SLUSS_OK);
    arena_free(&findings.arena);
    return d;
}

#define HELD_FOR(store, at_us, ...)                                                                \
    held_for(store, at_us, (const enum finding_code[]){__VA_ARGS__},                               \
             sizeof((const enum finding_code[]){__VA_ARGS__}) / sizeof(enum finding_code))

static struct track_record record(struct store *store, const char *check)
{
    struct track track;

    assert_int_equal(tracks_get(store, &track), SLUSS_OK);
    for (unsigned i = 0; i < track.n; i++)
        if (strcmp(track.of[i].check, check) == 0)
            return track.of[i];
    return (struct track_record){0};
}

static void a_check_counts_once_for_each_delivery_it_helped_to_hold(void **state)
{
    struct store *store = ((struct place *)*state)->store;
    struct delivery d = HELD_FOR(store, T0, FINDING_TEST_NAME, FINDING_FIELD_NOTE,
                                 FINDING_FIELD_NOTE, FINDING_RECORD_LENGTH);

    assert_int_equal(tracks_count(store, d.row, false), SLUSS_OK);
    assert_int_equal(record(store, "test-name").released, 1);
    assert_int_equal(record(store, "test-name").ruled, 1);
    assert_int_equal(record(store, "field").released, 1);
    assert_int_equal(record(store, "field").ruled, 0);
    assert_int_equal(record(store, "record-length").released, 0); /* it only told */
    d = HELD_FOR(store, T0 + MINUTE, FINDING_FIELD_NOTE);
    assert_int_equal(tracks_count(store, d.row, true), SLUSS_OK);
    assert_int_equal(record(store, "field").rejected, 1);
    assert_int_equal(record(store, "field").released, 1);
    assert_int_equal(record(store, "test-name").rejected, 0);
}

static void what_an_agreement_holds_says_nothing_about_the_checks(void **state)
{
    struct store *store = ((struct place *)*state)->store;
    struct delivery d = HELD_FOR(store, T0, FINDING_PHASE_TEST, FINDING_FIELD_NOTE);
    struct track track;

    assert_int_equal(tracks_count(store, d.row, false), SLUSS_OK);
    assert_int_equal(tracks_get(store, &track), SLUSS_OK);
    assert_int_equal(track.n, 0);
}

static void a_release_that_is_recalled_was_wrong(void **state)
{
    struct store *store = ((struct place *)*state)->store;
    struct delivery d = HELD_FOR(store, T0, FINDING_FIELD_NOTE), other;

    assert_int_equal(tracks_count(store, d.row, false), SLUSS_OK);
    assert_int_equal(tracks_turn(store, d.row), SLUSS_OK);
    assert_int_equal(record(store, "field").released, 0);
    assert_int_equal(record(store, "field").rejected, 1);
    other = accepted(store, "heby/ekonomi", "b.csv", T0 + MINUTE, 3);
    assert_int_equal(tracks_turn(store, other.row), SLUSS_OK);
    assert_int_equal(record(store, "field").rejected, 1);
}

static void it_outlives_the_program(void **state)
{
    struct place *place = *state;
    struct delivery d = HELD_FOR(place->store, T0, FINDING_FIELD_NOTE);

    assert_int_equal(tracks_count(place->store, d.row, false), SLUSS_OK);
    assert_int_equal(tracks_tell(place->store, "field", true), SLUSS_OK);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    store_close(&place->store);
    place_open(place);
    assert_int_equal(record(place->store, "field").released, 1);
    assert_true(record(place->store, "field").told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_check_counts_once_for_each_delivery_it_helped_to_hold),
        STORE_TEST(what_an_agreement_holds_says_nothing_about_the_checks),
        STORE_TEST(a_release_that_is_recalled_was_wrong),
        STORE_TEST(it_outlives_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
