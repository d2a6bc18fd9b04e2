/* queue_test.c -- offered at least once, acknowledged once */
#include "support.h"

#include "store/queue.h"

static struct delivery queued(struct store *store, const char *unit, int64_t at_us)
{
    struct delivery d = accepted(store, unit, "a.csv", at_us, 2);
    assert_int_equal(queue_add(store, d.row, at_us), SLUSS_OK);
    return d;
}

static int64_t ripen(struct store *store, int64_t now_us, int expected)
{
    int64_t next;
    assert_int_equal(queue_ripen(store, now_us, &next), expected);
    return next;
}

#define LEASE (10 * MINUTE)

/* The id of what was taken, "" when there was nothing. */
static const char *take(struct store *store, const char *unit, int64_t now_us,
                        struct queue_entry *entry)
{
    static char id[DELIVERY_ID_SIZE];
    struct arena *arena = arena_new(1 << 20);
    int rc = queue_take(store, unit, "erp", now_us, LEASE, arena, entry);
    assert_true(rc >= 0);
    id[0] = '\0';
    if (rc == 1) {
        assert_string_equal(entry->taken_by, "erp");
        assert_int_equal(entry->delivery.summary.sums.n, 1);
        assert_int_equal(entry->delivery.summary.items_by_type[ITEM_CASE], 2);
        memcpy(id, entry->delivery.id, sizeof id);
    }
    arena_free(&arena);
    return id;
}

static uint64_t open_entries(struct store *store)
{
    uint64_t n;
    assert_int_equal(queue_count(store, &n), SLUSS_OK);
    return n;
}

/* Without a cool-off the verdict itself queues: nothing has to ripen, and nothing is dropped. */
static void what_is_queued_already_is_ready_at_once(void **state)
{
    struct place *place = *state;
    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 2);
    assert_int_equal(store_delivery_become(place->store, d.row, STATE_QUEUED, T0), SLUSS_OK);
    assert_int_equal(queue_add(place->store, d.row, T0), SLUSS_OK);
    ripen(place->store, T0 + MINUTE, 0);
    struct queue_entry entry;
    assert_string_equal(take(place->store, NULL, T0 + MINUTE, &entry), d.id);
}

static void the_way_through_the_queue(void **state)
{
    struct place *place = *state;
    struct store *store = place->store;
    struct queue_entry e;
    struct delivery second = queued(store, "heby/ekonomi", T0 + MINUTE);
    struct delivery first = queued(store, "heby/teknik", T0);
    assert_int_equal(queue_add(store, first.row, T0 + DAY), SLUSS_OK); /* there already */
    assert_string_equal(take(store, NULL, T0 + DAY, &e), "");          /* not ripe */
    ripen(store, T0 + MINUTE, 2);
    assert_int_equal(state_of(store, first.row), STATE_QUEUED);
    assert_int_equal(open_entries(store), 2);

    assert_string_equal(take(store, NULL, T0 + 2 * MINUTE, &e), first.id); /* oldest first */
    assert_int_equal(e.takes, 1);
    assert_int_equal(e.lease_until_us, T0 + 2 * MINUTE + LEASE);
    assert_string_equal(take(store, NULL, T0 + 2 * MINUTE, &e), second.id);
    assert_string_equal(take(store, NULL, T0 + 2 * MINUTE, &e), "");
    assert_int_equal(open_entries(store), 2);

    assert_int_equal(queue_ack(store, first.row, T0 + 3 * MINUTE), SLUSS_OK);
    assert_int_equal(state_of(store, first.row), STATE_DELIVERED);
    assert_int_equal(queue_ack(store, first.row, T0 + 4 * MINUTE), SLUSS_OK); /* again */
    assert_int_equal(open_entries(store), 1);
    assert_int_equal(queue_nack(store, first.row, "no", T0), SLUSS_ECONFLICT);
    assert_string_equal(take(store, NULL, T0 + DAY, &e), second.id); /* the first never again */
}

static void a_lease_that_runs_out_offers_it_again(void **state)
{
    struct place *place = *state;
    struct queue_entry e;
    struct delivery d = queued(place->store, "heby/ekonomi", T0);
    ripen(place->store, T0, 1);
    assert_string_equal(take(place->store, NULL, T0, &e), d.id);
    assert_string_equal(take(place->store, NULL, T0 + LEASE - 1, &e), "");
    assert_string_equal(take(place->store, NULL, T0 + LEASE, &e), d.id);
    assert_int_equal(e.takes, 2);
    /* Who was late was still the one who did the work. */
    assert_int_equal(queue_ack(place->store, d.row, T0 + 3 * LEASE), SLUSS_OK);
    assert_int_equal(state_of(place->store, d.row), STATE_DELIVERED);
}

static void given_back_it_is_ready_at_once_and_the_reason_stays(void **state)
{
    struct place *place = *state;
    struct queue_entry e;
    struct delivery d = queued(place->store, "heby/ekonomi", T0);
    assert_int_equal(queue_nack(place->store, d.row, "early", T0), SLUSS_ECONFLICT);
    ripen(place->store, T0, 1);
    assert_int_equal(queue_nack(place->store, d.row, "not lent", T0), SLUSS_ECONFLICT);
    assert_string_equal(take(place->store, NULL, T0, &e), d.id);
    assert_int_equal(queue_nack(place->store, d.row, "the register is down", T0 + 1), SLUSS_OK);
    assert_int_equal(state_of(place->store, d.row), STATE_QUEUED);
    struct arena *arena = arena_new(1 << 20);
    assert_int_equal(queue_take(place->store, NULL, "other", T0 + 1, LEASE, arena, &e), 1);
    assert_int_equal(e.takes, 2);
    assert_string_equal(e.last_nack, "the register is down");
    assert_string_equal(e.taken_by, "other");
    arena_free(&arena);
}

static void a_unit_gets_its_own(void **state)
{
    struct place *place = *state;
    struct queue_entry e;
    struct delivery a = queued(place->store, "heby/ekonomi", T0);
    struct delivery b = queued(place->store, "sala/ekonomi", T0 + 1);
    ripen(place->store, T0 + 1, 2);
    assert_string_equal(take(place->store, "sala/teknik", T0 + 2, &e), "");
    assert_string_equal(take(place->store, "sala/ekonomi", T0 + 2, &e), b.id);
    assert_string_equal(take(place->store, "heby", T0 + 2, &e), a.id);
}

static void it_cools_off_first(void **state)
{
    struct place *place = *state;
    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 2);
    assert_int_equal(queue_add(place->store, d.row, T0 + 30 * MINUTE), SLUSS_OK);
    assert_int_equal(ripen(place->store, T0, 0), T0 + 30 * MINUTE);
    assert_int_equal(state_of(place->store, d.row), STATE_ACCEPTED);
    assert_int_equal(queue_ack(place->store, d.row, T0), SLUSS_ECONFLICT);
    assert_true(ripen(place->store, T0 + 30 * MINUTE, 1) == INT64_MAX);
    assert_int_equal(state_of(place->store, d.row), STATE_QUEUED);
    ripen(place->store, T0 + DAY, 0);
}

static void many_ripen_in_one_go(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < 600; i++)
        queued(place->store, "heby/ekonomi", T0);
    ripen(place->store, T0, 600);
    assert_int_equal(open_entries(place->store), 600);
}

static void what_is_recalled_is_not_offered(void **state)
{
    struct place *place = *state;
    struct queue_entry e;
    struct delivery a = queued(place->store, "heby/ekonomi", T0);
    struct delivery b = queued(place->store, "heby/ekonomi", T0 + 1);
    assert_int_equal(store_delivery_become(place->store, a.row, STATE_RECALLED, T0), SLUSS_OK);
    assert_int_equal(queue_remove(place->store, a.row), SLUSS_OK);
    assert_int_equal(queue_remove(place->store, a.row), SLUSS_ENOTFOUND);
    assert_int_equal(queue_ack(place->store, a.row, T0), SLUSS_ECONFLICT);
    assert_int_equal(queue_ack(place->store, 4711, T0), SLUSS_ENOTFOUND);
    /* Recalled, but still in the queue: it falls out when its time comes. */
    assert_int_equal(store_delivery_become(place->store, b.row, STATE_RECALLED, T0), SLUSS_OK);
    assert_true(ripen(place->store, T0 + 1, 0) == INT64_MAX);
    assert_string_equal(take(place->store, NULL, T0 + DAY, &e), "");
    assert_int_equal(open_entries(place->store), 0);
    assert_int_equal(state_of(place->store, b.row), STATE_RECALLED);
}

static void two_takers_never_get_the_same(void **state)
{
    struct place *place = *state;
    struct place second = *place;
    struct queue_entry e;
    second.store = NULL;
    place_open(&second);
    struct delivery a = queued(place->store, "heby/ekonomi", T0);
    struct delivery b = queued(place->store, "heby/ekonomi", T0 + 1);
    ripen(place->store, T0 + 1, 2);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_string_equal(take(place->store, NULL, T0 + 2, &e), a.id);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_string_equal(take(second.store, NULL, T0 + 2, &e), b.id);
    assert_int_equal(store_commit(second.store), SLUSS_OK);
    store_close(&second.store);
}

struct seen {
    struct store *store;
    unsigned n;
    char last[DELIVERY_ID_SIZE];
};

static int see(void *context, const struct queue_entry *e)
{
    struct seen *seen = context;
    seen->n++;
    assert_true(strcmp(e->delivery.id, seen->last) > 0);
    memcpy(seen->last, e->delivery.id, sizeof seen->last);
    if (seen->store) /* a visitor may acknowledge what it sees */
        assert_int_equal(queue_ack(seen->store, e->delivery.row, T0), SLUSS_OK);
    return 0;
}

static void listed_in_order_until_acknowledged(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < 300; i++)
        queued(place->store, i % 3 ? "heby/ekonomi" : "sala/teknik", T0 + i);
    ripen(place->store, T0 + 300, 300);
    static const struct {
        const char *unit, *after;
        unsigned limit, n;
    } cases[] = {
        {NULL, NULL, 0, 300},
        {NULL, NULL, 200, 200},
        {"sala/teknik", NULL, 0, 100},
        {"heby", NULL, 0, 200},
        {NULL, "20260302-061200-000289", 0, 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = {.n = 0};
        assert_int_equal(
            queue_list(place->store, cases[i].unit, cases[i].after, cases[i].limit, see, &seen),
            SLUSS_OK);
        assert_int_equal(seen.n, cases[i].n);
    }
    struct seen seen = {.store = place->store};
    assert_int_equal(queue_list(place->store, NULL, NULL, 0, see, &seen), SLUSS_OK);
    assert_int_equal(seen.n, 300);
    assert_int_equal(open_entries(place->store), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_is_queued_already_is_ready_at_once),
        STORE_TEST(the_way_through_the_queue),
        STORE_TEST(a_lease_that_runs_out_offers_it_again),
        STORE_TEST(given_back_it_is_ready_at_once_and_the_reason_stays),
        STORE_TEST(a_unit_gets_its_own),
        STORE_TEST(it_cools_off_first),
        STORE_TEST(many_ripen_in_one_go),
        STORE_TEST(what_is_recalled_is_not_offered),
        STORE_TEST(two_takers_never_get_the_same),
        STORE_TEST(listed_in_order_until_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
