/* prior_test.c -- of several earlier deliveries with the same bytes, the one to speak of */
#include "support.h"

#include "store/prior.h"

#define BYTES 7

static int64_t deliver(struct place *place, const char *file, unsigned minute,
                       enum delivery_state as, uint8_t bytes, uint8_t content)
{
    static const enum verdict verdicts[] = {
        [STATE_ACCEPTED] = VERDICT_ACCEPTED,
        [STATE_HELD] = VERDICT_HELD,
        [STATE_REJECTED] = VERDICT_REJECTED,
    };
    struct delivery d = arrive(place->store, "heby/ekonomi", file, T0 + minute * MINUTE);
    struct summary s = figures(3, bytes);
    uint8_t digest[16];
    memset(digest, content, sizeof digest);
    struct judgement j = {.verdict = verdicts[as],
                          .state = as,
                          .summary = &s,
                          .content_digest = digest,
                          .decided_us = d.received_us + SECOND_US};
    assert_int_equal(store_delivery_judge(place->store, d.row, &j), SLUSS_OK);
    return d.row;
}

static int same_bytes(struct place *place, int64_t row, uint8_t bytes, struct prior *out)
{
    uint8_t hash[32];
    memset(hash, bytes, sizeof hash);
    return prior_same_bytes(place->store, row, hash, out);
}

static int same_content(struct place *place, int64_t row, uint8_t content, struct prior *out)
{
    uint8_t digest[16];
    memset(digest, content, sizeof digest);
    return prior_same_content(place->store, row, digest, out);
}

static void accepted_comes_before_held_before_rejected(void **state)
{
    static const struct {
        const char *name;
        enum delivery_state as[3]; /* in the order they came */
        unsigned spoken_of;
    } cases[] = {
        {"I04 the accepted one, though others followed",
         {STATE_ACCEPTED, STATE_HELD, STATE_REJECTED},
         0},
        {"the held one", {STATE_REJECTED, STATE_HELD, STATE_REJECTED}, 1},
        {"the latest of equal ones", {STATE_ACCEPTED, STATE_ACCEPTED, STATE_HELD}, 1},
        {"N06 all were rejected: the latest", {STATE_REJECTED, STATE_REJECTED, STATE_REJECTED}, 2},
    };
    struct place *place = *state;
    unsigned minute = 0;
    for (uint8_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t rows[3];
        struct prior prior;
        uint8_t bytes = (uint8_t)(20 + i), content = (uint8_t)(40 + i);
        for (unsigned k = 0; k < 3; k++)
            rows[k] = deliver(place, "f.csv", minute++, cases[i].as[k], bytes, content);
        struct delivery now = arrive(place->store, "heby/ekonomi", "now.csv", T0 + DAY);
        assert_int_equal(same_bytes(place, now.row, bytes, &prior), 1);
        if (prior.row != rows[cases[i].spoken_of])
            fail_msg("%s: the delivery in row %lld", cases[i].name, (long long)prior.row);
        assert_int_equal(same_content(place, now.row, content, &prior), 1);
        assert_int_equal(prior.row, rows[cases[i].spoken_of]);
    }
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

static void a_delivery_is_not_its_own_prior(void **state)
{
    struct place *place = *state;
    struct prior prior;
    int64_t row = deliver(place, "f.csv", 0, STATE_ACCEPTED, BYTES, BYTES);
    assert_int_equal(same_bytes(place, row, BYTES, &prior), 0);
    assert_int_equal(same_content(place, row, BYTES, &prior), 0);
    assert_int_equal(same_bytes(place, row + 1, BYTES + 1, &prior), 0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

/* I05: the same items under other bytes; the same bytes are told as such, not as this. */
static void same_content_is_of_other_bytes(void **state)
{
    struct place *place = *state;
    struct prior prior;
    int64_t first = deliver(place, "one.csv", 0, STATE_ACCEPTED, 1, BYTES);
    int64_t copy = deliver(place, "one.csv", 1, STATE_HELD, 1, BYTES);
    assert_int_equal(same_content(place, copy, BYTES, &prior), 0);
    int64_t dressed = deliver(place, "two.csv", 2, STATE_HELD, 2, BYTES);
    assert_int_equal(same_content(place, dressed, BYTES, &prior), 1);
    assert_int_equal(prior.row, first);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

static void it_is_told_as_findings_speak_of_it(void **state)
{
    struct place *place = *state;
    struct prior prior;
    int64_t row = deliver(place, "a\nb.csv", 5, STATE_REJECTED, BYTES, BYTES);
    assert_int_equal(prior_by_row(place->store, row, &prior), 1);
    assert_int_equal(prior.state, STATE_REJECTED);
    assert_int_equal(prior.verdict, VERDICT_REJECTED);
    assert_int_equal(prior.received_us, T0 + 5 * MINUTE);
    assert_string_equal(prior.unit, "heby/ekonomi");
    assert_true(strlen(prior.id) > 0);
    assert_null(strchr(prior.file, '\n')); /* a name is escaped */
    assert_int_equal(prior_by_row(place->store, row + 1, &prior), 0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(accepted_comes_before_held_before_rejected),
        STORE_TEST(a_delivery_is_not_its_own_prior),
        STORE_TEST(same_content_is_of_other_bytes),
        STORE_TEST(it_is_told_as_findings_speak_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
