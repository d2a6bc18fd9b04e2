/* gate.h -- an intake without inboxes and readers: real store, real spool, real loop
 *
 * The pipeline alone is played: a test links with -Wl,--wrap=pipeline_commit and
 * -Wl,--wrap=pipeline_ripen, and no more is asked of it.
 */
#ifndef SLUSS_TESTS_DAEMON_GATE_H
#define SLUSS_TESTS_DAEMON_GATE_H

#include "tests/unit/store/support.h"

#include <fcntl.h>
#include <sodium.h>

#include "daemon/intake.h"
#include "daemon/pipeline.h"
#include "store/audit.h"
#include "store/outbox.h"
#include "store/queue.h"
#include "store/spool.h"

struct gate {
    struct place *place;
    struct intake intake;
    char socket[100];
    struct unit_settings units[2];
    const char *recipients[1];
};

int __wrap_pipeline_commit(struct pipeline *pipeline);

int __wrap_pipeline_commit(struct pipeline *pipeline)
{
    return store_commit((struct store *)pipeline);
}

void __wrap_pipeline_ripen(struct pipeline *pipeline);

void __wrap_pipeline_ripen(struct pipeline *pipeline)
{
    (void)pipeline;
}

static inline int gate_make(void **state)
{
    struct gate *gate = calloc(1, sizeof *gate);
    void *place;

    assert_non_null(gate);
    place_make(&place);
    gate->place = place;
    gate->intake.store = gate->place->store;
    gate->intake.pipeline = (struct pipeline *)gate->place->store;
    gate->intake.settings = settings_new(1 << 16);
    gate->recipients[0] = "ekonomi@heby.example";
    gate->units[0] = (struct unit_settings){.key = "heby/ekonomi", .partner = "heby",
                                            .partner_name = "Heby kommun", .language = "sv",
                                            .inbox = "/srv/in", .approvals = 1,
                                            .receipts_to = {1, gate->recipients},
                                            .phase = PHASE_LIVE};
    gate->units[1] = gate->units[0];
    gate->units[1].key = "heby/teknik";
    gate->units[1].approvals = 2;
    gate->intake.settings->units = gate->units;
    gate->intake.settings->unit_count = 2;
    gate->intake.settings->queue_lease_us = MINUTE;
    gate->intake.settings->smtp.from = "kvittens@inkasso.example";
    snprintf(gate->socket, sizeof gate->socket, "%s/run/control.sock", gate->place->dir);
    gate->intake.settings->control_socket = gate->socket;
    assert_int_equal(spool_open(gate->place->dir, &gate->intake.spool), SLUSS_OK);
    assert_int_equal(seen_open(gate->place->store, gate->place->dir, &gate->intake.seen),
                     SLUSS_OK);
    assert_int_equal(loop_new(&gate->intake.loop), SLUSS_OK);
    *state = gate;
    return 0;
}

static inline int gate_remove(void **state)
{
    struct gate *gate = *state;
    void *place = gate->place;

    loop_free(&gate->intake.loop);
    spool_close(&gate->intake.spool);
    seen_close(&gate->intake.seen);
    settings_free(&gate->intake.settings);
    place_remove(&place);
    free(gate);
    return 0;
}

#define GATE_TEST(name) cmocka_unit_test_setup_teardown(name, gate_make, gate_remove)

/* A file's bytes in the spool, and what they hash to. */
static inline void gate_spool(struct gate *gate, const char *id, const char *bytes,
                              uint8_t blake2b[32])
{
    int fd = openat(spool_directory(gate->intake.spool), id, O_WRONLY | O_CREAT | O_TRUNC, 0640);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    close(fd);
    crypto_generichash(blake2b, 32, (const uint8_t *)bytes, strlen(bytes), NULL, 0);
}

/* A delivery with its original in the spool, judged. */
static inline struct delivery gate_judged(struct gate *gate, const char *unit, const char *file,
                                          int64_t at_us, enum verdict verdict,
                                          enum delivery_state to)
{
    struct store *store = gate->intake.store;
    struct delivery delivery = arrive(store, unit, file, at_us);
    struct summary summary = figures(3, 1);
    struct finding finding = finding_make(FINDING_TEST_NAME, 0);
    struct finding_list findings = {.arena = arena_new(1 << 16)};
    struct judgement judgement = {.verdict = verdict, .state = to, .summary = &summary,
                                  .findings = &findings, .decided_us = at_us + SECOND_US};

    gate_spool(gate, delivery.id, file, summary.blake2b);
    finding_text(&finding, "word", SPAN_LIT("test"));
    assert_int_equal(finding_list_add(&findings, &finding), SLUSS_OK);
    assert_int_equal(store_delivery_judge(store, delivery.row, &judgement), SLUSS_OK);
    assert_int_equal(audit_append(store, at_us, "slussd", "verdict", delivery.id, SPAN_NONE),
                     SLUSS_OK);
    if (to == STATE_QUEUED)
        assert_int_equal(queue_add(store, delivery.row, at_us), SLUSS_OK);
    assert_int_equal(store_commit(store), SLUSS_OK);
    arena_free(&findings.arena);
    return delivery;
}

static inline struct delivery gate_held(struct gate *gate, const char *unit, int64_t at_us)
{
    return gate_judged(gate, unit, "test.csv", at_us, VERDICT_HELD, STATE_HELD);
}

static inline struct delivery gate_queued(struct gate *gate, const char *unit, int64_t at_us)
{
    return gate_judged(gate, unit, "arenden.csv", at_us, VERDICT_ACCEPTED, STATE_QUEUED);
}

#endif
