/* decision_test.c -- an operator's word: once, whole, and by as many as the unit asks for */
#include "tests/unit/daemon/gate.h"

#include "daemon/decision.h"

static int64_t number(const struct gate *gate, const char *sql)
{
    return raw_number(gate->place->path, sql);
}

static int release(struct gate *gate, const struct delivery *delivery, const char *operator_)
{
    struct buf why;
    int rc;

    buf_init(&why, 4096);
    rc = decision_release(&gate->intake, span_str(delivery->id), operator_,
                          SPAN_LIT("spoke with the sender"), false, &why);
    assert_int_equal(rc != 0, why.n > 0); /* every refusal says why */
    buf_free(&why);
    return rc;
}

static int reject(struct gate *gate, const struct delivery *delivery, const char *reason)
{
    struct buf why;
    int rc;

    buf_init(&why, 4096);
    rc = decision_reject(&gate->intake, span_str(delivery->id), "eva", span_str(reason), &why);
    assert_int_equal(rc != 0, why.n > 0);
    buf_free(&why);
    return rc;
}

/* U36: release, release again, two operators at once: one acceptance. */
static void U36_released_twice_is_released_once(void **state)
{
    struct gate *gate = *state;
    struct delivery delivery = gate_held(gate, "heby/ekonomi", T0);

    assert_int_equal(release(gate, &delivery, "eva"), 0);
    assert_int_equal(release(gate, &delivery, "eva"), SLUSS_ECONFLICT);
    assert_int_equal(release(gate, &delivery, "bo"), SLUSS_ECONFLICT);
    assert_int_equal(reject(gate, &delivery, "wrong month"), SLUSS_ECONFLICT);
    assert_int_equal(number(gate, "SELECT count(*) FROM queue"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM acceptance"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM outbox"), 1);
}

static void two_approvals_are_two_people(void **state)
{
    struct gate *gate = *state;
    struct delivery delivery = gate_held(gate, "heby/teknik", T0);

    assert_int_equal(release(gate, &delivery, "eva"), 1);
    assert_int_equal(release(gate, &delivery, "eva"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM delivery WHERE state = 'held'"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM queue"), 0);
    assert_int_equal(release(gate, &delivery, "bo"), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM queue"), 1);
}

static void a_reason_is_needed_and_rejecting_is_final(void **state)
{
    struct gate *gate = *state;
    struct delivery delivery = gate_held(gate, "heby/ekonomi", T0);

    assert_int_equal(reject(gate, &delivery, "  "), SLUSS_EINVAL);
    assert_int_equal(reject(gate, &delivery, "a test file"), 0);
    assert_int_equal(release(gate, &delivery, "bo"), SLUSS_ECONFLICT);
    assert_int_equal(number(gate, "SELECT count(*) FROM delivery WHERE state = 'rejected'"), 1);
    assert_int_equal(spool_has(gate->intake.spool, delivery.id), 1);
}

/* The last step fails: nothing of the decision stays, and nothing of what others wrote goes. */
static void half_a_decision_leaves_no_trace(void **state)
{
    struct gate *gate = *state;
    struct delivery delivery = gate_held(gate, "heby/ekonomi", T0);

    raw(gate->place->path, "CREATE TRIGGER full BEFORE INSERT ON outbox "
                           "BEGIN SELECT RAISE(ABORT, 'no'); END");
    arrive(gate->intake.store, "heby/teknik", "b.csv", T0 + MINUTE);
    assert_true(release(gate, &delivery, "eva") < 0);
    assert_false(store_in_transaction(gate->intake.store)); /* the lock is given back */
    assert_int_equal(number(gate, "SELECT count(*) FROM delivery WHERE state = 'held'"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM delivery WHERE state = 'checking'"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM decision"), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM queue"), 0);
    raw(gate->place->path, "DROP TRIGGER full");
    assert_int_equal(release(gate, &delivery, "eva"), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM queue"), 1);
}

static int recall(struct gate *gate, const struct delivery *delivery, struct recall_reach *reach)
{
    struct arena *arena = arena_new(1 << 16);
    struct buf why;
    int rc;

    buf_init(&why, 4096);
    rc = decision_recall(&gate->intake, span_str(delivery->id), "eva", SPAN_LIT("the wrong month"),
                         arena, reach, &why);
    assert_int_equal(rc != 0, why.n > 0);
    buf_free(&why);
    arena_free(&arena);
    return rc;
}

/* A wrong release is undone: off the queue, no habit, told to the sender, and only once. */
static void what_was_let_through_is_recalled_once(void **state)
{
    struct gate *gate = *state;
    struct delivery held = gate_held(gate, "heby/ekonomi", T0);
    struct recall_reach reach;

    assert_int_equal(recall(gate, &held, &reach), SLUSS_ECONFLICT);
    assert_int_equal(release(gate, &held, "bo"), 0);
    assert_int_equal(recall(gate, &held, &reach), 0);
    assert_int_equal(reach.from, STATE_QUEUED);
    assert_int_equal(reach.taken_us, 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM queue"), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM outbox WHERE verdict = 'recalled'"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM delivery WHERE state = 'recalled'"), 1);
    assert_int_equal(recall(gate, &held, &reach), SLUSS_ECONFLICT);
}

/* One of two approvals says "once": that is enough. */
static void once_is_kept_until_the_last_approval(void **state)
{
    struct gate *gate = *state;
    struct delivery delivery = gate_held(gate, "heby/teknik", T0);
    struct buf why;

    buf_init(&why, 4096);
    assert_int_equal(decision_release(&gate->intake, span_str(delivery.id), "eva",
                                      SPAN_LIT("a catch-up bill"), true, &why), 1);
    buf_free(&why);
    assert_int_equal(release(gate, &delivery, "bo"), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM audit WHERE event = 'delivery-released' "
                                  "AND json_extract(detail, '$.once')"), 1);
}

/* Ten held in vain: the operators hear of the check once, and once more when the decisions turn. */
static void a_check_that_cries_wolf_is_told_of_once(void **state)
{
    static const char alerts[] = "SELECT count(*) FROM outbox WHERE kind = 'alert'";
    struct gate *gate = *state;
    struct delivery delivery;
    struct recall_reach reach;
    const char *to[] = {"drift@inkasso.example"};

    gate->intake.settings->alerts.to = (struct texts){1, to};
    for (int i = 0; i < 12; i++) {
        delivery = gate_held(gate, "heby/ekonomi", T0 + i * MINUTE);
        assert_int_equal(number(gate, alerts), i >= 10);
        assert_int_equal(release(gate, &delivery, "eva"), 0);
    }
    assert_int_equal(number(gate, "SELECT released FROM track WHERE check_name = 'test-name'"),
                     12);
    assert_int_equal(recall(gate, &delivery, &reach), 0);
    assert_int_equal(number(gate, alerts), 2);
    assert_int_equal(number(gate, "SELECT rejected FROM track WHERE check_name = 'test-name'"), 1);
    assert_int_equal(number(gate, "SELECT told FROM track WHERE check_name = 'test-name'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GATE_TEST(U36_released_twice_is_released_once),
        GATE_TEST(two_approvals_are_two_people),
        GATE_TEST(a_reason_is_needed_and_rejecting_is_final),
        GATE_TEST(half_a_decision_leaves_no_trace),
        GATE_TEST(what_was_let_through_is_recalled_once),
        GATE_TEST(a_check_that_cries_wolf_is_told_of_once),
        GATE_TEST(once_is_kept_until_the_last_approval),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
