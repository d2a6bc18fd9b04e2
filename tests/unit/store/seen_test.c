/* seen_test.c -- the duplicate memory against a plain list of everything */
#include "support.h"

#include "store/seen.h"
#include "store/seen_internal.h"

static struct seen *open_seen(struct place *place)
{
    struct seen *seen = NULL;
    assert_int_equal(seen_open(place->store, place->dir, &seen), SLUSS_OK);
    return seen;
}

/* Spread as hashes are. */
static uint64_t key(enum item_key kind, uint64_t of)
{
    return (of * KEY_KINDS + kind + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

struct thing {
    uint64_t number, party, amount, due;
};

static struct gather *gathered(struct seen *seen, int64_t row, const struct thing *of, uint64_t n)
{
    struct gather *g = NULL;
    assert_int_equal(gather_open(seen, row, &g), SLUSS_OK);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t pair = of[i].party * 1000 + of[i].amount;
        assert_int_equal(gather_item(g, 10 * (i + 1)), SLUSS_OK);
        assert_int_equal(gather_key(g, KEY_NUMBER, key(KEY_NUMBER, of[i].number), true, true), 0);
        assert_int_equal(gather_key(g, KEY_AMOUNT, key(KEY_AMOUNT, pair), true, true), 0);
        assert_int_equal(gather_key(g, KEY_DUE, key(KEY_DUE, pair * 1000 + of[i].due), true, true),
                         0);
        assert_int_equal(gather_key(g, KEY_PARTY, key(KEY_PARTY, of[i].party), true, true), 0);
    }
    assert_int_equal(gather_end(g), SLUSS_OK);
    return g;
}

static struct sweep_result swept(struct seen *seen, const struct gather *g, unsigned most)
{
    struct sweep *sweep = NULL;
    struct sweep_result result;
    int rc;
    assert_int_equal(sweep_open(seen, g, &sweep), SLUSS_OK);
    while ((rc = sweep_step(sweep, most, &result)) == 1)
        ;
    assert_int_equal(rc, 0);
    sweep_close(&sweep);
    return result;
}

/* A delivery with these things, accepted or held. */
static int64_t deliver(struct place *place, struct seen *seen, const char *unit, int64_t at_us,
                       const struct thing *of, uint64_t n, enum delivery_state as)
{
    struct delivery d = arrive(place->store, unit, "f.csv", at_us);
    struct summary s = figures(n, (uint8_t)(d.row + 1));
    struct gather *g = gathered(seen, d.row, of, n);
    assert_int_equal(gather_keep(g), SLUSS_OK);
    gather_close(&g);
    judge(place->store, &d, as == STATE_ACCEPTED ? VERDICT_ACCEPTED : VERDICT_HELD, as, &s);
    if (as == STATE_ACCEPTED)
        assert_int_equal(seen_enter(seen, d.row), SLUSS_OK);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    return d.row;
}

static uint64_t random_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void make_things(struct thing *out, unsigned n, uint64_t *seed, uint64_t parties)
{
    for (unsigned i = 0; i < n; i++)
        out[i] = (struct thing){random_next(seed) % 4000, random_next(seed) % parties,
                                random_next(seed) % 3, random_next(seed) % 4};
}

#define FILES  60
#define THINGS 50

static bool same_pair(const struct thing *a, const struct thing *b)
{
    return a->party == b->party && a->amount == b->amount;
}

/* What the sweep should say of `own`, by looking at everything. */
struct expected {
    uint64_t number, due, amount;
    double containment;
};

static unsigned files_with_pair(struct thing (*of)[THINGS], const bool *accepted,
                                const struct thing *thing)
{
    unsigned n = 0;
    for (unsigned f = 0; f < FILES; f++) {
        bool has = false;
        for (unsigned i = 0; i < THINGS && accepted[f]; i++)
            has = has || same_pair(&of[f][i], thing);
        n += has;
    }
    return n;
}

static struct expected look_through(struct thing (*of)[THINGS], const bool *accepted,
                                    const struct thing *own)
{
    struct expected e = {0};
    double total = 0, in[FILES] = {0};
    for (unsigned i = 0; i < THINGS; i++) {
        bool number = false, due = false, amount = false;
        double weight = 1.0 / (1 + files_with_pair(of, accepted, &own[i]));
        total += weight;
        for (unsigned f = 0; f < FILES; f++) {
            bool here = false;
            for (unsigned j = 0; j < THINGS && accepted[f]; j++) {
                number = number || of[f][j].number == own[i].number;
                here = here || same_pair(&of[f][j], &own[i]);
                due = due || (same_pair(&of[f][j], &own[i]) && of[f][j].due == own[i].due);
            }
            amount = amount || here;
            in[f] += here ? weight : 0;
        }
        e.number += number;
        e.due += due && !number;
        e.amount += amount;
    }
    for (unsigned f = 0; f < FILES; f++)
        if (in[f] / total > e.containment)
            e.containment = in[f] / total;
    return e;
}

static void the_sweep_agrees_with_a_plain_list(void **state)
{
    struct place *place = *state;
    static struct thing of[FILES][THINGS];
    bool accepted[FILES];
    uint64_t seed = 7;
    struct seen *seen = open_seen(place);
    for (unsigned f = 0; f < FILES; f++) {
        make_things(of[f], THINGS, &seed, 400);
        accepted[f] = f % 7 != 3; /* some are held, and no history */
        deliver(place, seen, "heby/ekonomi", T0 + f * MINUTE, of[f], THINGS,
                accepted[f] ? STATE_ACCEPTED : STATE_HELD);
        if (f % 20 == 11) { /* a restart finds the same */
            seen_close(&seen);
            seen = open_seen(place);
        }
    }
    for (unsigned round = 0; round < 5; round++) {
        struct thing own[THINGS];
        make_things(own, THINGS, &seed, 400);
        if (round == 4) /* one earlier file again, with new numbers */
            for (unsigned i = 0; i < THINGS; i++) {
                own[i] = of[5][i];
                own[i].number += 5000;
            }
        struct expected e = look_through(of, accepted, own);
        struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0 + 200 * MINUTE);
        struct gather *g = gathered(seen, d.row, own, THINGS);
        struct sweep_result r = swept(seen, g, 1 + round * 37);
        assert_int_equal(r.items, THINGS);
        assert_int_equal(r.number.n, e.number);
        assert_int_equal(r.due.n, e.due);
        assert_int_equal(r.amount.n, e.amount);
        assert_true(r.containment > e.containment - 1e-9 && r.containment < e.containment + 1e-9);
        gather_close(&g);
    }
    seen_close(&seen);
}

/* The same fees a month ago are a habit, three days ago they are not. */
static void what_lies_no_billing_period_back_is_told_apart(void **state)
{
    struct place *place = *state;
    enum { DAY_MINUTES = 24 * 60 };
    struct thing run[THINGS];
    uint64_t seed = 11;
    struct seen *seen = open_seen(place);
    make_things(run, THINGS, &seed, 100000);
    int64_t monthly = deliver(place, seen, "heby/ekonomi", T0 - 31 * DAY_MINUTES * MINUTE, run,
                              THINGS, STATE_ACCEPTED);
    for (unsigned i = 0; i < THINGS; i++)
        run[i].number += 10000;
    struct delivery d = arrive(place->store, "heby/ekonomi", "own.csv", T0);
    struct gather *g = gathered(seen, d.row, run, THINGS);
    struct sweep_result r = swept(seen, g, 100);
    assert_int_equal(r.amount.n, THINGS);
    assert_int_equal(r.amount_off.n, 0);
    assert_int_equal(r.contained_in, monthly);
    assert_true(r.containment == 1 && r.containment_off == 0 && r.contained_off_in == 0);

    int64_t recent = deliver(place, seen, "heby/ekonomi", T0 - 3 * DAY_MINUTES * MINUTE, run,
                             THINGS / 2, STATE_ACCEPTED);
    r = swept(seen, g, 100);
    assert_int_equal(r.amount_off.n, THINGS / 2);
    assert_int_equal(r.contained_off_in, recent);
    assert_true(r.containment_off > 0.2 && r.containment_off < 0.5);
    assert_int_equal(r.most_number.row, recent);
    assert_int_equal(r.most_number.amounts, THINGS / 2);
    /* Of two that hold as much it is the newer one, whatever the order of the keys. */
    recent = deliver(place, seen, "heby/ekonomi", T0 - 2 * DAY_MINUTES * MINUTE, run, THINGS / 2,
                     STATE_ACCEPTED);
    assert_int_equal(swept(seen, g, 100).contained_off_in, recent);
    gather_close(&g);
    seen_close(&seen);
}

static void merging_changes_no_answer(void **state)
{
    struct place *place = *state;
    enum { BIG = 20000, ROUNDS = 12 };
    struct thing *of = calloc(BIG, sizeof *of);
    struct seen *seen = open_seen(place);
    for (unsigned f = 0; f < ROUNDS; f++) {
        for (unsigned i = 0; i < BIG; i++)
            of[i] = (struct thing){f * BIG + i, i, f, f};
        deliver(place, seen, "heby/ekonomi", T0 + f * MINUTE, of, BIG, STATE_ACCEPTED);
        int rc;
        while ((rc = seen_tidy(seen, 1000)) == 1)
            ;
        assert_int_equal(rc, 0);
    }
    assert_true(seen->run_count > 0);
    assert_int_equal(seen_count(seen), (uint64_t)ROUNDS * BIG * 4);
    for (unsigned again = 0; again < 2; again++) {
        for (unsigned i = 0; i < BIG; i++) /* half of the third file, half new */
            of[i] = (struct thing){i % 2 ? 2 * BIG + i : 1000000 + i, i % 2 ? i : 900000 + i, 2, 2};
        struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0 + 200 * MINUTE);
        struct gather *g = gathered(seen, d.row, of, BIG);
        struct sweep_result r = swept(seen, g, 5000);
        assert_int_equal(r.number.n, BIG / 2);
        assert_int_equal(r.number.first_record, 20);
        assert_int_equal(r.most_number.items, BIG / 2);
        assert_int_equal(r.of[KEY_PARTY].keys, BIG);
        assert_int_equal(r.of[KEY_PARTY].known[WHERE_UNIT], BIG / 2);
        gather_close(&g);
        seen_close(&seen);
        seen = open_seen(place);
    }
    seen_close(&seen);
    free(of);
}

static void a_large_delivery_is_gathered_through_the_disk(void **state)
{
    struct place *place = *state;
    enum { BIG = 400000 };
    struct thing *of = calloc(BIG, sizeof *of);
    struct seen *seen = open_seen(place);
    for (unsigned i = 0; i < BIG; i++)
        of[i] = (struct thing){i, i, 1, 1};
    deliver(place, seen, "heby/ekonomi", T0, of, BIG, STATE_ACCEPTED);
    struct delivery d = arrive(place->store, "heby/teknik", "new.csv", T0 + MINUTE);
    struct gather *g = gathered(seen, d.row, of + 1, BIG - 1);
    struct sweep_result r = swept(seen, g, 100000);
    /* What another unit of the partner sent is known, but no duplicate. */
    assert_int_equal(r.number.n, 0);
    assert_int_equal(r.elsewhere.n, BIG - 1);
    assert_int_equal(r.of[KEY_PARTY].known[WHERE_PARTNER], BIG - 1);
    assert_true(r.containment == 0);
    gather_close(&g);
    seen_close(&seen);
    free(of);
}

static void what_is_accepted_during_the_sweep_counts(void **state)
{
    struct place *place = *state;
    struct thing of[THINGS];
    uint64_t seed = 3;
    struct sweep *sweep = NULL;
    struct sweep_result r;
    struct seen *seen = open_seen(place);
    make_things(of, THINGS, &seed, 1000);
    struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0);
    struct gather *g = gathered(seen, d.row, of, THINGS);
    assert_int_equal(sweep_open(seen, g, &sweep), SLUSS_OK);
    assert_int_equal(sweep_step(sweep, 20, &r), 1);
    deliver(place, seen, "heby/ekonomi", T0 + MINUTE, of, THINGS, STATE_ACCEPTED);
    int rc;
    while ((rc = sweep_step(sweep, 20, &r)) == 1)
        ;
    assert_int_equal(rc, 0);
    assert_int_equal(r.number.n, THINGS);
    assert_true(r.containment > 0.99);
    sweep_close(&sweep);
    gather_close(&g);
    seen_close(&seen);
}

static void repeats_are_told_from_equal_fees(void **state)
{
    struct place *place = *state;
    const struct thing of[] = {
        {1, 10, 1, 1}, {1, 10, 1, 1}, /* the same again */
        {2, 11, 1, 1}, {3, 11, 1, 1}, /* the same under another number */
        {4, 12, 1, 1}, {4, 13, 1, 1}, /* one document, two parties */
    };
    struct seen *seen = open_seen(place);
    struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0);
    struct gather *g = gathered(seen, d.row, of, 6);
    struct sweep_result r = swept(seen, g, 1);
    assert_int_equal(r.repeats.n, 1);
    assert_int_equal(r.repeats.first_record, 20);
    assert_int_equal(r.repeats_due.n, 1);
    assert_int_equal(r.repeats_due.first_record, 40);
    gather_close(&g);
    seen_close(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_sweep_agrees_with_a_plain_list),
        STORE_TEST(what_lies_no_billing_period_back_is_told_apart),
        STORE_TEST(merging_changes_no_answer),
        STORE_TEST(a_large_delivery_is_gathered_through_the_disk),
        STORE_TEST(what_is_accepted_during_the_sweep_counts),
        STORE_TEST(repeats_are_told_from_equal_fees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
