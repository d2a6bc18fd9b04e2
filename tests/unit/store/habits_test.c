/* habits_test.c -- a row counts once its delivery is history, and no longer when it is not */
#include "support.h"

#include "store/habits.h"

#define STREAM "heby/ekonomi cases SEK"

struct listed {
    unsigned n;
    int64_t delivery[HABITS_KEPT + 1];
    char last[32]; /* the bytes of the last row */
};

static int on_row(void *context, int64_t delivery, struct span row)
{
    struct listed *listed = context;
    assert_in_range(listed->n, 0, HABITS_KEPT);
    listed->delivery[listed->n++] = delivery;
    assert_true(row.n < sizeof listed->last);
    memcpy(listed->last, row.p, row.n);
    listed->last[row.n] = '\0';
    return SLUSS_OK;
}

static struct listed list(struct place *place, const char *stream)
{
    struct listed listed = {0};
    assert_int_equal(habits_list(place->store, stream, on_row, &listed), SLUSS_OK);
    return listed;
}

static int64_t put(struct place *place, const char *stream, unsigned minute, const char *row)
{
    struct delivery d = arrive(place->store, "heby/ekonomi", "f.csv", T0 + minute * MINUTE);
    assert_int_equal(habits_put(place->store, d.row, stream, T0 + minute * MINUTE, span_str(row)),
                     SLUSS_OK);
    return d.row;
}

static void a_row_counts_once_it_has_entered(void **state)
{
    struct place *place = *state;
    int64_t row = put(place, STREAM, 0, "held");
    assert_int_equal(list(place, STREAM).n, 0);
    assert_int_equal(habits_enter(place->store, row, (struct span){0}), SLUSS_OK);
    assert_string_equal(list(place, STREAM).last, "held");
    assert_int_equal(habits_enter(place->store, row, span_str("released")), SLUSS_OK);
    assert_int_equal(list(place, STREAM).n, 1);
    assert_string_equal(list(place, STREAM).last, "released");
    assert_int_equal(habits_leave(place->store, row), SLUSS_OK); /* a wrong release, undone */
    assert_int_equal(list(place, STREAM).n, 0);
    assert_int_equal(habits_enter(place->store, row + 99, span_str("none")), SLUSS_OK);
    assert_int_equal(list(place, STREAM).n, 0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

static void streams_are_apart_and_oldest_first(void **state)
{
    struct place *place = *state;
    int64_t late = put(place, STREAM, 9, "late"), early = put(place, STREAM, 3, "early");
    int64_t other = put(place, "heby/ekonomi payments SEK", 5, "other");
    assert_int_equal(habits_enter(place->store, late, (struct span){0}), SLUSS_OK);
    assert_int_equal(habits_enter(place->store, early, (struct span){0}), SLUSS_OK);
    assert_int_equal(habits_enter(place->store, other, (struct span){0}), SLUSS_OK);
    struct listed listed = list(place, STREAM);
    assert_int_equal(listed.n, 2);
    assert_int_equal(listed.delivery[0], early);
    assert_int_equal(listed.delivery[1], late);
    assert_int_equal(list(place, "nobody cases SEK").n, 0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

static void only_the_newest_rows_are_kept(void **state)
{
    struct place *place = *state;
    enum { MORE = HABITS_KEPT + 25 };
    int64_t held = put(place, STREAM, 0, "held"), first = 0;
    for (unsigned i = 1; i <= MORE; i++) {
        int64_t row = put(place, STREAM, i, "row");
        assert_int_equal(habits_enter(place->store, row, (struct span){0}), SLUSS_OK);
        if (i == MORE - HABITS_KEPT + 1)
            first = row;
    }
    struct listed listed = list(place, STREAM);
    assert_int_equal(listed.n, HABITS_KEPT);
    assert_int_equal(listed.delivery[0], first);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    /* One that still waits for a person is not counted, and stays. */
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM habit"), HABITS_KEPT + 1);
    struct arena *arena = arena_new(1 << 16);
    struct span row;
    assert_int_equal(habits_get(place->store, held, arena, &row), SLUSS_OK);
    assert_true(span_eq_str(row, "held"));
    assert_int_equal(habits_get(place->store, held + 9999, arena, &row), SLUSS_ENOTFOUND);
    arena_free(&arena);
}

static void what_is_rolled_back_never_was(void **state)
{
    struct place *place = *state;
    int64_t row = put(place, STREAM, 0, "kept");
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_int_equal(habits_enter(place->store, row, span_str("lost")), SLUSS_OK);
    store_rollback(place->store);
    assert_int_equal(list(place, STREAM).n, 0);
}

static int stop(void *context, int64_t delivery, struct span row)
{
    (void)delivery;
    (void)row;
    ++*(unsigned *)context;
    return SLUSS_ESTOP;
}

static void a_visitor_may_stop(void **state)
{
    struct place *place = *state;
    unsigned seen = 0;
    for (unsigned i = 0; i < 3; i++) {
        int64_t row = put(place, STREAM, i, "row");
        assert_int_equal(habits_enter(place->store, row, (struct span){0}), SLUSS_OK);
    }
    assert_int_equal(habits_list(place->store, STREAM, stop, &seen), SLUSS_ESTOP);
    assert_int_equal(seen, 1);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_row_counts_once_it_has_entered),
        STORE_TEST(streams_are_apart_and_oldest_first),
        STORE_TEST(only_the_newest_rows_are_kept),
        STORE_TEST(what_is_rolled_back_never_was),
        STORE_TEST(a_visitor_may_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
