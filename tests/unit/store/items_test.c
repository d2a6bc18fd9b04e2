/* items_test.c -- the duplicate memory: what was accepted is found again, and nothing else */
#include "support.h"

#include "store/items.h"

/* Items of a delivery: number k1 (0: none) and party k2 (0: none), one a record from 1. */
struct pair {
    uint64_t k1, k2;
};

static void remember(struct store *store, int64_t row, const struct pair *of, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        struct item_keys keys = {of[i].k1 != 0, of[i].k2 != 0, of[i].k1, of[i].k2, i + 1};
        assert_int_equal(items_add(store, row, i + 1, &keys), SLUSS_OK);
    }
}

/* Items numbered from `first`, of parties of their own. */
static void remember_run(struct store *store, int64_t row, uint64_t first, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        /* spread as hashes are, above and below zero */
        uint64_t k1 = (first + i) * UINT64_C(0x9E3779B97F4A7C15);
        struct item_keys keys = {true, true, k1, k1 ^ UINT64_C(0xABCDEF), i + 1};
        assert_int_equal(items_add(store, row, i + 1, &keys), SLUSS_OK);
    }
}

static struct scan_result scan_in_steps(struct store *store, int64_t row, unsigned most)
{
    struct item_scan *scan;
    struct scan_result result;
    int rc, steps = 0;
    assert_int_equal(item_scan_open(store, row, &scan), SLUSS_OK);
    while ((rc = item_scan_step(scan, most, &result)) == 1)
        assert_true(++steps < 100000);
    assert_int_equal(rc, 0);
    item_scan_close(&scan);
    assert_null(scan);
    return result;
}

static struct scan_result scan(struct store *store, int64_t row)
{
    return scan_in_steps(store, row, 1000);
}

static struct delivery accepted_run(struct store *store, int64_t at_us, uint64_t first, uint64_t n)
{
    struct delivery d = arrive(store, "heby/ekonomi", "old.csv", at_us);
    struct summary s = figures(n, (uint8_t)(d.row + 1));
    remember_run(store, d.row, first, n);
    judge(store, &d, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
    return d;
}

static void what_was_accepted_is_found(void **state)
{
    struct place *place = *state;
    struct store *store = place->store;
    struct delivery first = accepted_run(store, T0, 100, 50);
    struct delivery second = accepted_run(store, T0 + MINUTE, 150, 50);
    struct delivery d = arrive(store, "heby/ekonomi", "new.csv", T0 + 2 * MINUTE);
    remember_run(store, d.row, 120, 100); /* 30 of the first, 50 of the second, 20 new */
    for (unsigned most = 1; most <= 1000; most = most * 3 + 1) {
        struct scan_result r = scan_in_steps(store, d.row, most);
        assert_int_equal(r.items, 100);
        assert_int_equal(r.by_number.seen, 80);
        assert_int_equal(r.by_number.first_record, 1);
        assert_int_equal(r.by_number.in_most, 50);
        assert_int_equal(r.by_number.most.row, second.row);
        assert_string_equal(r.by_number.most.id, second.id);
        assert_int_equal(r.by_party.seen, 0); /* their numbers say it already */
        assert_int_equal(r.repeats, 0);
    }
    (void)first;
}

static void only_accepted_deliveries_are_history(void **state)
{
    static const struct {
        enum verdict verdict;
        enum delivery_state states[4];
        uint64_t seen;
    } cases[] = {
        {VERDICT_ACCEPTED, {STATE_ACCEPTED}, 5},
        {VERDICT_ACCEPTED, {STATE_ACCEPTED, STATE_QUEUED}, 5},
        {VERDICT_ACCEPTED, {STATE_ACCEPTED, STATE_QUEUED, STATE_DELIVERED}, 5},
        {VERDICT_ACCEPTED, {STATE_ACCEPTED, STATE_RECALLED}, 0},
        {VERDICT_HELD, {STATE_HELD}, 0},
        {VERDICT_HELD, {STATE_HELD, STATE_RELEASED}, 5},
        {VERDICT_HELD, {STATE_HELD, STATE_REJECTED}, 0},
        {VERDICT_REJECTED, {STATE_REJECTED}, 0},
    };
    struct place *place = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct delivery old = arrive(place->store, "heby/ekonomi", "old.csv", T0);
        struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0);
        struct summary s = figures(5, (uint8_t)(i + 1));
        remember_run(place->store, old.row, i * 100 + 1, 5);
        remember_run(place->store, d.row, i * 100 + 1, 5);
        assert_int_equal(scan(place->store, d.row).by_number.seen, 0); /* still checking */
        judge(place->store, &old, cases[i].verdict, cases[i].states[0], &s);
        for (int k = 1; k < 4 && cases[i].states[k]; k++)
            assert_int_equal(store_delivery_become(place->store, old.row, cases[i].states[k], T0),
                             SLUSS_OK);
        assert_int_equal(scan(place->store, d.row).by_number.seen, cases[i].seen);
    }
}

static void the_renumbered_are_found_by_party(void **state)
{
    static const struct pair old[] = {{1, 11}, {2, 12}, {3, 13}, {0, 14}};
    static const struct pair new[] = {
        {1, 11}, /* seen by number: not by party too */
        {9, 12}, /* under a new number */
        {0, 13}, /* without one */
        {8, 14}, /* had none */
        {7, 77}, {0, 0},
    };
    struct place *place = *state;
    struct delivery before = arrive(place->store, "heby/ekonomi", "old.csv", T0);
    struct summary s = figures(4, 1);
    remember(place->store, before.row, old, 4);
    judge(place->store, &before, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
    struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0);
    remember(place->store, d.row, new, 6);
    struct scan_result r = scan(place->store, d.row);
    assert_int_equal(r.items, 6);
    assert_int_equal(r.by_number.seen, 1);
    assert_int_equal(r.by_party.seen, 3);
    assert_int_equal(r.by_party.first_record, 2);
    assert_int_equal(r.by_party.in_most, 3);
    assert_int_equal(r.by_party.most.row, before.row);
}

static void u38_repeats_inside_a_file_are_counted_each(void **state)
{
    static const struct {
        const char *name;
        struct pair items[5];
        uint64_t repeats, first;
    } cases[] = {
        {"all different", {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}, 0, 0},
        {"the same five times", {{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}, 4, 2},
        {"one document of five lines", {{1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}}, 0, 0},
        {"a number five times, no party", {{1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}}, 4, 2},
        {"same party, own numbers", {{1, 9}, {2, 9}, {3, 9}, {4, 9}, {5, 9}}, 0, 0},
        {"same party, no numbers", {{0, 9}, {0, 9}, {0, 8}, {0, 8}, {0, 9}}, 3, 2},
        {"nothing known", {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}}, 0, 0},
        {"far apart", {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {1, 1}}, 1, 5},
    };
    struct place *place = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
        remember(place->store, d.row, cases[i].items, 5);
        struct scan_result r = scan(place->store, d.row);
        if (r.repeats != cases[i].repeats || r.first_repeat_record != cases[i].first)
            fail_msg("%s: %d from %d", cases[i].name, (int)r.repeats, (int)r.first_repeat_record);
        assert_int_equal(r.items, 5);
        assert_int_equal(items_forget(place->store, d.row), SLUSS_OK);
        while (items_sweep(place->store, 100) == 1)
            ;
    }
}

static void a_doubled_file_costs_no_more_than_another(void **state)
{
    struct place *place = *state;
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    for (uint64_t i = 0; i < 20000; i++) {
        struct item_keys keys = {true, true, 7, 8, i + 1};
        assert_int_equal(items_add(place->store, d.row, i + 1, &keys), SLUSS_OK);
    }
    struct scan_result r = scan(place->store, d.row);
    assert_int_equal(r.repeats, 19999);
    assert_int_equal(r.first_repeat_record, 2);
}

static void a_delivery_with_a_common_key_many_times_hides_no_other(void **state)
{
    struct place *place = *state;
    static const struct pair same[] = {{7, 0}, {7, 0}, {7, 0}, {7, 0}, {7, 0},
                                       {7, 0}, {7, 0}, {7, 0}, {7, 0}, {7, 0}};
    for (int i = 0; i < 30; i++) { /* held ones first */
        struct delivery held = arrive(place->store, "heby/ekonomi", "held.csv", T0);
        remember(place->store, held.row, same, 10);
    }
    struct delivery old = arrive(place->store, "heby/ekonomi", "old.csv", T0);
    struct summary s = figures(1, 1);
    remember(place->store, old.row, same, 1);
    judge(place->store, &old, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
    struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0);
    remember(place->store, d.row, same, 1);
    struct scan_result r = scan(place->store, d.row);
    assert_int_equal(r.by_number.seen, 1);
    assert_int_equal(r.by_number.most.row, old.row);
}

/* --- what is accepted while a scan is under way
 * ---------------------------------------------------- */

static void accepted_meanwhile_counts_at_any_step(void **state)
{
    for (int after_steps = 0; after_steps < 25; after_steps++) {
        for (int smaller = 0; smaller < 2; smaller++) {
            place_make(state);
            struct place *place = *state;
            struct store *store = place->store;
            accepted_run(store, T0, 1000, 3);
            struct delivery twin = arrive(store, "heby/ekonomi", "twin.csv", T0);
            remember_run(store, twin.row, 105, smaller ? 5 : 30);
            struct delivery d = arrive(store, "heby/ekonomi", "new.csv", T0);
            remember_run(store, d.row, 100, 20);
            struct item_scan *scan_;
            struct scan_result r;
            assert_int_equal(item_scan_open(store, d.row, &scan_), SLUSS_OK);
            int rc = 1, steps = 0;
            bool done = false;
            while (rc == 1) {
                if (steps++ == after_steps) {
                    struct summary s = figures(smaller ? 5 : 30, 4);
                    judge(store, &twin, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
                    accepted_run(store, T0 + 1, 5000, 2); /* and one of no concern */
                    done = true;
                }
                rc = item_scan_step(scan_, 1, &r);
            }
            assert_int_equal(rc, 0);
            assert_int_equal(r.items, 20);
            assert_int_equal(r.by_number.seen, !done ? 0 : smaller ? 5 : 15);
            assert_int_equal(r.by_number.first_record, done ? 6 : 0);
            assert_int_equal(r.by_number.most.row, done ? twin.row : 0);
            item_scan_close(&scan_);
            place_remove(state);
        }
    }
}

static void two_scans_side_by_side(void **state)
{
    struct place *place = *state;
    struct delivery old = accepted_run(place->store, T0, 100, 40);
    struct delivery a = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    struct delivery b = arrive(place->store, "heby/teknik", "b.csv", T0);
    remember_run(place->store, a.row, 100, 20);
    remember_run(place->store, b.row, 130, 20);
    struct item_scan *of_a, *of_b;
    struct scan_result ra = {0}, rb = {0};
    assert_int_equal(item_scan_open(place->store, a.row, &of_a), SLUSS_OK);
    assert_int_equal(item_scan_open(place->store, b.row, &of_b), SLUSS_OK);
    for (int i = 0, left = 2; left > 0; i++) {
        assert_true(i < 100);
        if (of_a && item_scan_step(of_a, 3, &ra) == 0) {
            item_scan_close(&of_a);
            left--;
        }
        if (of_b && item_scan_step(of_b, 2, &rb) == 0) {
            item_scan_close(&of_b);
            left--;
        }
    }
    assert_int_equal(ra.by_number.seen, 20);
    assert_int_equal(rb.by_number.seen, 10);
    assert_int_equal(rb.by_number.most.row, old.row);
}

static void forgotten_items_go_a_little_at_a_time(void **state)
{
    struct place *place = *state;
    struct delivery old = accepted_run(place->store, T0, 100, 10);
    assert_int_equal(items_sweep(place->store, 4), 0); /* nothing is forgotten */
    assert_int_equal(items_forget(place->store, old.row), SLUSS_OK);
    int turns = 0;
    while (items_sweep(place->store, 4) == 1)
        turns++;
    assert_int_equal(turns, 3);
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    remember_run(place->store, d.row, 100, 10);
    assert_int_equal(scan(place->store, d.row).by_number.seen, 0);
    assert_int_equal(scan(place->store, d.row).items, 10);
}

static void a_second_reading_writes_over_the_first(void **state)
{
    struct place *place = *state;
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    assert_int_equal(items_begin(place->store, d.row), SLUSS_OK);
    remember_run(place->store, d.row, 100, 10);
    assert_int_equal(items_forget(place->store, d.row), SLUSS_OK); /* its reader died */

    assert_int_equal(items_begin(place->store, d.row), SLUSS_OK);
    remember_run(place->store, d.row, 100, 8); /* a newer program reads two less */
    assert_int_equal(items_end(place->store, d.row, 8), SLUSS_OK);
    assert_int_equal(items_sweep(place->store, 100), 0); /* no longer forgotten */
    struct scan_result r = scan(place->store, d.row);
    assert_int_equal(r.items, 8);
    assert_int_equal(r.repeats, 0);
}

/* --- whole files
 * -------------------------------------------------------------------------------------- */

static struct delivery with_bytes(struct store *store, uint8_t bytes, uint8_t content,
                                  enum verdict verdict, enum delivery_state to, bool technical)
{
    struct delivery d = arrive(store, "heby/ekonomi", "r\xC3\xA4kning\n\xFF.csv", T0);
    struct summary s = figures(1, bytes);
    uint8_t digest[16];
    memset(digest, content, sizeof digest);
    struct judgement j = {.verdict = verdict,
                          .state = to,
                          .summary = &s,
                          .content_digest = content ? digest : NULL,
                          .technical = technical};
    assert_int_equal(store_delivery_judge(store, d.row, &j), SLUSS_OK);
    return d;
}

static void u30_the_same_bytes_and_the_same_content(void **state)
{
    struct place *place = *state;
    struct store *store = place->store;
    uint8_t bytes[32], digest[16];
    struct prior prior = {0};
    memset(bytes, 5, sizeof bytes);
    memset(digest, 6, sizeof digest);
    assert_int_equal(items_same_bytes(store, 0, bytes, &prior), 0);

    struct delivery refused = with_bytes(store, 5, 6, VERDICT_REJECTED, STATE_REJECTED, true);
    assert_int_equal(items_same_bytes(store, refused.row, bytes, &prior), 0); /* not itself */
    assert_int_equal(items_same_bytes(store, 0, bytes, &prior), 1);
    assert_int_equal(prior.row, refused.row);
    assert_true(prior.technical); /* u31: it may come again */
    assert_string_equal(prior.file, "r\xC3\xA4kning\\n\\xFF.csv");

    struct delivery ok = with_bytes(store, 5, 6, VERDICT_ACCEPTED, STATE_ACCEPTED, false);
    struct delivery held = with_bytes(store, 5, 6, VERDICT_HELD, STATE_HELD, false);
    with_bytes(store, 5, 6, VERDICT_REJECTED, STATE_REJECTED, false);
    assert_int_equal(items_same_bytes(store, 0, bytes, &prior), 1);
    assert_int_equal(prior.row, ok.row);
    assert_int_equal(prior.verdict, VERDICT_ACCEPTED);
    assert_false(prior.technical);
    assert_int_equal(items_same_bytes(store, ok.row, bytes, &prior), 1);
    assert_int_equal(prior.row, held.row);

    /* Other bytes, the same items. */
    struct delivery renamed = with_bytes(store, 7, 6, VERDICT_HELD, STATE_HELD, false);
    assert_int_equal(items_same_content(store, renamed.row, digest, &prior), 1);
    assert_int_equal(prior.row, ok.row);
    /* From the accepted one's side only the one of other bytes counts. */
    assert_int_equal(items_same_content(store, ok.row, digest, &prior), 1);
    assert_int_equal(prior.row, renamed.row);
    digest[0] = 0;
    assert_int_equal(items_same_content(store, renamed.row, digest, &prior), 0);
}

/* --- a large memory
 * -------------------------------------------------------------------------------------- */

static void u35_found_among_two_hundred_thousand(void **state)
{
    struct place *place = *state;
    enum { DELIVERIES = 40, EACH = 5000 };
    for (uint64_t i = 0; i < DELIVERIES; i++) {
        struct delivery old = arrive(place->store, "heby/ekonomi", "old.csv", T0 + (int64_t)i);
        struct summary s = figures(1, (uint8_t)(i + 1));
        s.items = EACH;
        remember_run(place->store, old.row, i * EACH, EACH);
        judge(place->store, &old, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
        assert_int_equal(store_commit(place->store), SLUSS_OK);
    }
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM item"), DELIVERIES * EACH);
    struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0 + DAY);
    remember_run(place->store, d.row, DELIVERIES * EACH - 100, 1000);
    struct scan_result r = scan_in_steps(place->store, d.row, 64);
    assert_int_equal(r.items, 1000);
    assert_int_equal(r.by_number.seen, 100);
    assert_int_equal(r.by_number.in_most, 100);
    /* Each lookup is a search, not a walk. */
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM sqlite_schema WHERE name IN "
                                             "('item_k1', 'item_k2')"),
                     2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_was_accepted_is_found),
        STORE_TEST(only_accepted_deliveries_are_history),
        STORE_TEST(the_renumbered_are_found_by_party),
        STORE_TEST(u38_repeats_inside_a_file_are_counted_each),
        STORE_TEST(a_doubled_file_costs_no_more_than_another),
        STORE_TEST(a_delivery_with_a_common_key_many_times_hides_no_other),
        cmocka_unit_test(accepted_meanwhile_counts_at_any_step),
        STORE_TEST(two_scans_side_by_side),
        STORE_TEST(forgotten_items_go_a_little_at_a_time),
        STORE_TEST(a_second_reading_writes_over_the_first),
        STORE_TEST(u30_the_same_bytes_and_the_same_content),
        STORE_TEST(u35_found_among_two_hundred_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
