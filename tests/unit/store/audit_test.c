/* audit_test.c -- every change to the trail is found, and the row is named */
#include "support.h"

#include "store/audit.h"

#define ROWS 10

static void append_ten(struct store *store)
{
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(audit_append(store, T0 + i * SECOND_US, i % 3 ? "slussd" : "anna",
                                      i % 2 ? "received" : "accepted",
                                      i % 4 ? "20260302-061200-000000" : NULL,
                                      i % 5 ? SPAN_LIT("{\"items\":3}") : SPAN_NONE),
                         SLUSS_OK);
    assert_int_equal(store_commit(store), SLUSS_OK);
}

/* Walk the trail in steps of `most`: 0, or the error with *sequence and `why`. */
static int walk(struct store *store, unsigned most, int64_t *sequence, struct buf *why)
{
    uint8_t hash[32] = {0};
    *sequence = 0;
    for (;;) {
        int64_t before = *sequence;
        int rc = audit_verify(store, most, sequence, hash, why);
        if (rc < 0 || *sequence == before)
            return rc;
    }
}

static void an_untouched_trail_holds(void **state)
{
    struct place *place = *state;
    struct buf why;
    buf_init(&why, 1024);
    int64_t sequence;
    assert_int_equal(walk(place->store, 0, &sequence, &why), SLUSS_OK); /* empty */
    append_ten(place->store);
    static const unsigned steps[] = {0, 1, 3, ROWS, 1000};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(walk(place->store, steps[i], &sequence, &why), SLUSS_OK);
        assert_int_equal(sequence, ROWS);
    }
    store_close(&place->store);
    place_open(place);
    assert_int_equal(walk(place->store, 4, &sequence, &why), SLUSS_OK);
    append_ten(place->store);
    assert_int_equal(walk(place->store, 4, &sequence, &why), SLUSS_OK);
    assert_int_equal(sequence, 2 * ROWS);
    assert_int_equal(why.n, 0);
}

static void tampering_is_found_where_it_was_done(void **state)
{
    static const struct {
        const char *name;
        const char *sql;
        int64_t at;
    } cases[] = {
        {"another actor", "UPDATE audit SET actor = 'bo' WHERE sequence = 4", 4},
        {"another time", "UPDATE audit SET at_us = at_us + 1 WHERE sequence = 1", 1},
        {"another event", "UPDATE audit SET event = 'released' WHERE sequence = 10", 10},
        {"another delivery", "UPDATE audit SET delivery_id = NULL WHERE sequence = 3", 3},
        {"a detail emptied", "UPDATE audit SET detail = NULL WHERE sequence = 7", 7},
        {"text moved between fields",
         "UPDATE audit SET actor = 'sluss', event = 'd' || event WHERE sequence = 5", 5},
        {"another hash", "UPDATE audit SET hash = zeroblob(32) WHERE sequence = 6", 6},
        {"no hash", "UPDATE audit SET hash = x'' WHERE sequence = 6", 6},
        {"a row removed", "DELETE FROM audit WHERE sequence = 5", 5},
        {"the first removed", "DELETE FROM audit WHERE sequence = 1", 1},
        {"the last removed", "DELETE FROM audit WHERE sequence = 10", 10},
        {"the end cut off", "DELETE FROM audit WHERE sequence > 6", 7},
        {"all removed", "DELETE FROM audit", 1},
        {"a gap closed up",
         "DELETE FROM audit WHERE sequence = 5;"
         "UPDATE audit SET sequence = sequence - 1 WHERE sequence > 5",
         5},
        {"two rows exchanged",
         "UPDATE audit SET sequence = -1 WHERE sequence = 4;"
         "UPDATE audit SET sequence = 4 WHERE sequence = 8;"
         "UPDATE audit SET sequence = 8 WHERE sequence = -1",
         4},
        {"a row made up",
         "INSERT INTO audit SELECT 11, at_us, actor, event, delivery_id, detail, hash FROM audit "
         "WHERE sequence = 10",
         11},
        {"the head removed", "DELETE FROM audit_head", 10},
        {"end and head turned back",
         "DELETE FROM audit WHERE sequence = 10; UPDATE audit_head SET sequence = 9", 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        place_make(state);
        struct place *place = *state;
        append_ten(place->store);
        raw(place->path, cases[i].sql);
        for (unsigned most = 0; most < 4; most++) {
            struct buf why;
            buf_init(&why, 1024);
            int64_t sequence;
            int rc = walk(place->store, most, &sequence, &why);
            if (rc != SLUSS_ECORRUPT || sequence != cases[i].at || why.n == 0)
                fail_msg("%s (steps of %u): %s at %lld: %s", cases[i].name, most,
                         sluss_error_name(rc), (long long)sequence, buf_cstr(&why));
            buf_free(&why);
        }
        place_remove(state);
    }
}

static void later_events_do_not_heal_a_trail(void **state)
{
    static const struct {
        const char *name;
        const char *sql;
        int64_t at;
    } cases[] = {
        {"the last removed", "DELETE FROM audit WHERE sequence = 10", 10},
        {"the end cut off", "DELETE FROM audit WHERE sequence > 6", 7},
        {"all removed", "DELETE FROM audit", 1},
        {"the head removed", "DELETE FROM audit_head", 11},
        {"end and head removed", "DELETE FROM audit WHERE sequence = 10; DELETE FROM audit_head",
         10},
        {"end and head turned back",
         "DELETE FROM audit WHERE sequence = 10; UPDATE audit_head SET sequence = 9", 10},
        {"the last changed", "UPDATE audit SET actor = 'bo' WHERE sequence = 10", 10},
        {"a head far ahead",
         "DELETE FROM audit WHERE sequence = 10;"
         "UPDATE audit_head SET sequence = 9223372036854775807",
         10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        place_make(state);
        struct place *place = *state;
        append_ten(place->store);
        raw(place->path, cases[i].sql);
        append_ten(place->store);
        struct buf why;
        buf_init(&why, 1024);
        int64_t sequence;
        int rc = walk(place->store, 0, &sequence, &why);
        if (rc != SLUSS_ECORRUPT || sequence != cases[i].at)
            fail_msg("%s: %s at %lld: %s", cases[i].name, sluss_error_name(rc), (long long)sequence,
                     buf_cstr(&why));
        buf_free(&why);
        place_remove(state);
    }
}

static void it_never_runs_backwards(void **state)
{
    struct place *place = *state;
    assert_int_equal(audit_append(place->store, T0, "slussd", "started", NULL, SPAN_NONE), 0);
    assert_int_equal(audit_append(place->store, T0 - DAY, "slussd", "received", NULL, SPAN_NONE),
                     0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_int_equal(raw_number(place->path, "SELECT at_us FROM audit WHERE sequence = 2"), T0);
    assert_int_equal(store_latest_us(place->store), T0);
}

static void a_rolled_back_event_leaves_no_gap(void **state)
{
    struct place *place = *state;
    struct buf why;
    buf_init(&why, 1024);
    int64_t sequence;
    append_ten(place->store);
    assert_int_equal(audit_append(place->store, T0, "slussd", "received", NULL, SPAN_NONE), 0);
    store_rollback(place->store);
    append_ten(place->store);
    assert_int_equal(walk(place->store, 0, &sequence, &why), SLUSS_OK);
    assert_int_equal(sequence, 2 * ROWS);
}

struct seen {
    struct store *store;
    unsigned n;
    int64_t last;
    int stop_at;
};

static int visit(void *context, const struct audit_row *row)
{
    struct seen *seen = context;
    assert_true(row->sequence > seen->last);
    assert_non_null(row->actor);
    seen->last = row->sequence;
    seen->n++;
    /* a visitor may use the store, with the very same calls */
    struct audit_filter one = {.after_sequence = row->sequence - 1, .limit = 1};
    struct seen inner = {.store = NULL, .last = row->sequence - 1};
    if (seen->store)
        assert_int_equal(audit_list(seen->store, &one, visit, &inner), SLUSS_OK);
    return seen->stop_at && (int)seen->n == seen->stop_at ? SLUSS_ESTOP : 0;
}

static void lists_by_time_delivery_and_place(void **state)
{
    static const struct {
        struct audit_filter filter;
        unsigned n;
    } cases[] = {
        {{0}, 300},
        {{.limit = 7}, 7},
        {{.limit = 200}, 200},
        {{.after_sequence = 290}, 10},
        {{.since_us = T0 + 9 * SECOND_US}, 291},
        {{.delivery_id = "20260302-061200-000000"}, 210},
        {{.delivery_id = "20260302-061200-000001"}, 0},
    };
    struct place *place = *state;
    for (int i = 0; i < 30; i++)
        append_ten(place->store);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = {.store = place->store};
        assert_int_equal(audit_list(place->store, &cases[i].filter, visit, &seen), SLUSS_OK);
        assert_int_equal(seen.n, cases[i].n);
    }
    struct seen seen = {.stop_at = 3};
    struct audit_filter all = {0};
    assert_int_equal(audit_list(place->store, &all, visit, &seen), SLUSS_ESTOP);
    assert_int_equal(seen.n, 3);
    assert_false(store_in_transaction(place->store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_untouched_trail_holds),
        cmocka_unit_test(tampering_is_found_where_it_was_done),
        cmocka_unit_test(later_events_do_not_heal_a_trail),
        STORE_TEST(it_never_runs_backwards),
        STORE_TEST(a_rolled_back_event_leaves_no_gap),
        STORE_TEST(lists_by_time_delivery_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
