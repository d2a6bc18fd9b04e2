/* watches_test.c -- what the rounds see: limits, clocks, disks, queues, the trail, last words */
#include "tests/unit/daemon/gate.h"

#include "daemon/clock_watch.h"
#include "daemon/deadline_watch.h"
#include "daemon/last_words.h"
#include "daemon/space_watch.h"
#include "daemon/trail_watch.h"

#define HOUR_US (3600 * SECOND_US)

static int64_t number(const struct gate *gate, const char *sql)
{
    assert_int_equal(store_commit(gate->place->store), 0);
    return raw_number(gate->place->path, sql);
}

static void use_agreement(struct gate *gate)
{
    for (size_t i = 0; i < 2; i++) {
        struct sla_settings *sla = &gate->units[i].sla;

        sla->receipt_us = HOUR_US;
        sla->terms = (struct penalty_terms){
            .receipt_us = HOUR_US, .n = 1, .of = {{HOUR_US, 2 * HOUR_US, 4, 500000}}};
        sla->shares_n = 2;
        sla->shares[0] = 50;
        sla->shares[1] = 100;
    }
    gate->intake.settings->units = gate->units;
    gate->intake.settings->unit_count = 2;
}

/* A held delivery of so long ago, whose two receipts wait. */
static struct delivery waiting(struct gate *gate, int64_t age_us, int64_t deadline_after_us)
{
    int64_t came_us = loop_wall_us(gate->intake.loop) - age_us;
    struct delivery delivery = gate_held(gate, "heby/ekonomi", came_us);
    struct outbox_mail mail = {.kind = OUTBOX_RECEIPT,
                               .delivery_row = delivery.row,
                               .verdict = "held",
                               .created_us = came_us,
                               .deadline_us = deadline_after_us ? came_us + deadline_after_us : 0};

    mail.recipient = "ekonomi@heby.example";
    assert_int_equal(outbox_add(gate->intake.store, &mail, "a@b.c", NULL, 0), 0);
    mail.recipient = "kopia@heby.example";
    assert_int_equal(outbox_add(gate->intake.store, &mail, "a@b.c", NULL, 0), 0);
    return delivery;
}

static void a_receipt_is_told_once_a_share_however_many_wait_for_it(void **state)
{
    struct gate *gate = *state;

    use_agreement(gate);
    waiting(gate, HOUR_US / 3, HOUR_US);
    assert_int_equal(deadline_look(&gate->intake), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM alert"), 0);
    waiting(gate, HOUR_US * 2 / 3, HOUR_US);
    for (int i = 0; i < 3; i++)
        assert_int_equal(deadline_look(&gate->intake), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM alert WHERE severity = 'warning'"), 1);
    waiting(gate, 4 * HOUR_US, HOUR_US);
    for (int i = 0; i < 3; i++)
        assert_int_equal(deadline_look(&gate->intake), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM alert WHERE severity = 'critical'"), 1);
    assert_int_equal(number(gate, "SELECT count(*) FROM alert"), 2);
    /* After four hours two occasions are owed, and the third comes at five. */
    assert_int_equal(number(gate,
                            "SELECT count(*) FROM alert WHERE text LIKE '%10' || char(160) || "
                            "'000,00' || char(160) || 'kr are owed%15' || char(160) || "
                            "'000,00' || char(160) || 'kr in all%'"),
                     1);
    assert_int_equal(number(gate, "SELECT sum(unsaid) FROM alert"), 0);
}

static void what_has_no_deadline_is_never_late(void **state)
{
    struct gate *gate = *state;

    use_agreement(gate);
    waiting(gate, 30 * HOUR_US, 0);
    assert_int_equal(deadline_look(&gate->intake), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM alert"), 0);
}

/* Its receipt does not even exist; its clock runs. */
static void a_delivery_that_is_not_judged_is_told_too(void **state)
{
    struct gate *gate = *state;
    struct delivery delivery;

    use_agreement(gate);
    assert_int_equal(store_delivery_arrive(gate->intake.store, "heby/ekonomi", SPAN_LIT("a.csv"),
                                           loop_wall_us(gate->intake.loop) - HOUR_US * 3 / 4, NULL,
                                           &delivery),
                     0);
    assert_int_equal(deadline_look(&gate->intake), 0);
    assert_int_equal(
        number(gate, "SELECT count(*) FROM alert WHERE text LIKE '%still being read%'"), 1);
}

static void a_clock_set_back_leaves_a_mark_and_shortens_what_waits(void **state)
{
    struct gate *gate = *state;
    struct clock_watch watch = {0};
    int64_t due, now_due;

    use_agreement(gate);
    waiting(gate, HOUR_US / 3, HOUR_US);
    due = number(gate, "SELECT min(deadline_us) FROM outbox");
    assert_int_equal(clock_look(&gate->intake, &watch), 0);
    assert_int_equal(clock_look(&gate->intake, &watch), 0);
    watch.offset_us += 2 * SECOND_US; /* what keeps a clock right */
    assert_int_equal(clock_look(&gate->intake, &watch), 0);
    watch.offset_us += 3 * HOUR_US; /* as if it had been so much ahead until now */
    assert_int_equal(clock_look(&gate->intake, &watch), 1);
    now_due = number(gate, "SELECT min(deadline_us) FROM outbox");
    assert_int_equal(due - now_due, 3 * HOUR_US);
    assert_int_equal(number(gate, "SELECT count(*) FROM audit WHERE event = 'clock-moved' AND "
                                  "detail LIKE '%\"by_s\":-10800,\"receipts_pending\":2%'"),
                     1);
    watch.offset_us -= 3 * HOUR_US;
    assert_int_equal(clock_look(&gate->intake, &watch), 1);
    assert_int_equal(number(gate, "SELECT min(deadline_us) FROM outbox"), now_due);
    assert_int_equal(number(gate, "SELECT count(*) FROM audit WHERE event = 'clock-moved'"), 2);
}

static void a_disk_comes_and_goes_in_two_grades(void **state)
{
    static const struct {
        int64_t warning, critical;
        int64_t open; /* alerts that last, after the look */
    } steps[] = {{0, 0, 0},       {1000001, 0, 1}, {1000001, 1000001, 2}, {1000001, 1000001, 2},
                 {1000001, 0, 1}, {0, 0, 0}};
    struct gate *gate = *state;

    gate->intake.settings->state_dir = gate->place->dir;
    gate->intake.settings->alerts.queue_warning = 1000;
    gate->intake.settings->alerts.queue_critical = 1000;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        gate->intake.settings->alerts.disk_warning = steps[i].warning;
        gate->intake.settings->alerts.disk_critical = steps[i].critical;
        assert_int_equal(space_look(&gate->intake), 0);
        assert_int_equal(
            number(gate, "SELECT count(*) FROM alert WHERE lasting = 1 AND cleared_us = 0"),
            steps[i].open);
    }
    assert_int_equal(number(gate, "SELECT count(*) FROM alert WHERE event = 'cleared'"), 2);
}

static void a_trail_that_does_not_hold_is_told_until_it_does(void **state)
{
    struct gate *gate = *state;
    struct trail_watch watch = {0};
    int64_t again;

    for (int i = 0; i < 700; i++)
        assert_int_equal(audit_append(gate->intake.store, T0, "slussd", "started", NULL, SPAN_NONE),
                         0);
    assert_int_equal(store_commit(gate->intake.store), 0);
    for (int walk = 0; walk < 2; walk++) {
        int steps = 0;

        for (again = 0; steps == 0 || again; steps++) {
            again = 0;
            assert_int_equal(trail_look(&gate->intake, &watch, &again), 0);
        }
        assert_true(steps > 2); /* not all at once */
        assert_int_equal(number(gate, "SELECT count(*) FROM alert"), 0);
    }
    raw(gate->place->path, "UPDATE audit SET actor = 'eva' WHERE sequence = 500");
    for (again = 1; again;) {
        again = 0;
        assert_int_equal(trail_look(&gate->intake, &watch, &again), 0);
    }
    assert_int_equal(number(gate, "SELECT count(*) FROM alert WHERE severity = 'critical' AND "
                                  "text LIKE '%row 500%'"),
                     1);
    raw(gate->place->path, "UPDATE audit SET actor = 'slussd' WHERE sequence = 500");
    for (again = 1; again;) {
        again = 0;
        assert_int_equal(trail_look(&gate->intake, &watch, &again), 0);
    }
    assert_int_equal(number(gate, "SELECT count(*) FROM alert WHERE event = 'cleared'"), 1);
}

static void last_words_become_rows_once(void **state)
{
    struct gate *gate = *state;

    gate->intake.settings->state_dir = gate->place->dir;
    assert_int_equal(last_words_take_up(&gate->intake), 0);
    last_words_leave(&gate->intake, "sync-failed", "the spool could not be synced");
    last_words_leave(&gate->intake, "intake-paused", "the disk is full");
    assert_int_equal(number(gate, "SELECT count(*) FROM alert"), 0);
    assert_int_equal(last_words_take_up(&gate->intake), 0);
    assert_int_equal(last_words_take_up(&gate->intake), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM alert WHERE severity = 'critical'"), 2);
    assert_int_equal(number(gate, "SELECT count(*) FROM alert WHERE topic = 'sync-failed' AND "
                                  "text LIKE 'the spool could not be synced%slussctl verify%'"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GATE_TEST(a_receipt_is_told_once_a_share_however_many_wait_for_it),
        GATE_TEST(what_has_no_deadline_is_never_late),
        GATE_TEST(a_delivery_that_is_not_judged_is_told_too),
        GATE_TEST(a_clock_set_back_leaves_a_mark_and_shortens_what_waits),
        GATE_TEST(a_disk_comes_and_goes_in_two_grades),
        GATE_TEST(a_trail_that_does_not_hold_is_told_until_it_does),
        GATE_TEST(last_words_become_rows_once),
    };
    return cmocka_run_group_tests_name("watches", tests, NULL, NULL);
}
