/* pipeline_test.c -- files from their inbox to their judgement: real inboxes, spool, store, readers
 *
 * The pool starts /proc/self/exe with --worker: here that is this test, which then is a worker.
 */
#include "tests/unit/store/support.h"

#include <fcntl.h>
#include <signal.h>

#include "daemon/intake.h"
#include "daemon/log.h"
#include "daemon/pipeline.h"
#include "daemon/pool.h"
#include "daemon/worker.h"
#include "store/spool.h"

#define MS INT64_C(1000)

static const char header[] = "number;due_date;amount;debtor_id\n";

struct site {
    struct place *place;
    struct intake intake;
    char inbox[128];
};

static struct settings *make_settings(const struct site *site, bool with_unit)
{
    struct settings *settings = settings_new(1 << 16);
    struct unit_settings *unit = arena_array(settings->arena, 1, sizeof *unit);

    assert_non_null(unit);
    *unit = (struct unit_settings){
        .key = with_unit ? "heby/ekonomi" : "heby/annan",
        .partner = "heby",
        .partner_name = "Heby kommun",
        .language = "sv",
        .inbox = arena_str(settings->arena, span_str(site->inbox)),
        .marker = ".ok",
        .settle_us = 40 * MS,
        .incomplete_grace_us = 150 * MS,
        .approvals = 1,
        .phase = PHASE_LIVE,
        .safeguards = SAFEGUARDS_USUAL,
    };
    if (!with_unit)
        unit->inbox = "/nonexistent/sluss";
    settings->units = unit;
    settings->unit_count = 1;
    settings->workers = 2;
    settings->worker_timeout_us = 30 * SECOND_US;
    settings->worker_memory = 512 << 20;
    settings->scan_interval_us = 100 * MS;
    settings->smtp.from = "kvittens@inkasso.example";
    return settings;
}

static int complete(void *context, struct arrival *arrival)
{
    struct site *site = context;

    return pipeline_complete(site->intake.pipeline, arrival);
}

static int probe(void *context, const char *unit, uint64_t ticket, int file)
{
    struct site *site = context;

    return pipeline_probe(site->intake.pipeline, unit, ticket, file);
}

static void trouble(void *context, const char *unit, const char *event, const char *text,
                    bool alert)
{
    struct site *site = context;

    pipeline_trouble(site->intake.pipeline, unit, event, text, alert);
}

static int site_make(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    struct intake *in = &site->intake;
    const struct inbox_events events = {
        .context = site, .probe = probe, .complete = complete, .trouble = trouble};
    void *place;

    place_make(&place);
    site->place = place;
    snprintf(site->inbox, sizeof site->inbox, "%s/in", site->place->dir);
    assert_int_equal(mkdir(site->inbox, 0700), 0);
    in->store = site->place->store;
    in->settings = make_settings(site, true);
    assert_int_equal(spool_open(site->place->dir, &in->spool), 0);
    assert_int_equal(seen_open(site->place->store, site->place->dir, &in->seen), 0);
    assert_int_equal(loop_new(&in->loop), 0);
    assert_int_equal(pool_open(in->loop, in->settings, &in->pool), 0);
    assert_int_equal(pipeline_open(in, &in->pipeline), 0);
    assert_int_equal(inboxes_open(in->loop, in->store, in->settings, &events, &in->inboxes), 0);
    *state = site;
    return 0;
}

static int site_remove(void **state)
{
    struct site *site = *state;
    struct intake *in = &site->intake;
    void *place = site->place;

    inboxes_close(&in->inboxes);
    pipeline_close(&in->pipeline);
    pool_close(&in->pool);
    loop_free(&in->loop);
    spool_close(&in->spool);
    seen_close(&in->seen);
    settings_free(&in->settings);
    place_remove(&place);
    free(site);
    return 0;
}

static void drop(const struct site *site, const char *name, const char *rows)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", site->inbox, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s%s", header, rows);
    fclose(file);
    snprintf(path, sizeof path, "%s/%s.ok", site->inbox, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static int64_t number(const struct site *site, const char *sql)
{
    return raw_number(site->place->path, sql);
}

/* Turn the loop until the query gives that number, or for so long. */
static bool comes_to(const struct site *site, const char *sql, int64_t wanted, int64_t within_us)
{
    int64_t until = loop_now_us(site->intake.loop) + within_us;

    while (loop_now_us(site->intake.loop) < until) {
        for (int i = 0; i < 20; i++)
            assert_true(loop_turn(site->intake.loop, 5 * MS) >= 0);
        if (number(site, sql) == wanted)
            return true;
    }
    return false;
}

static bool is_empty(const char *path)
{
    return rmdir(path) == 0; /* and so it is gone */
}

static void a_file_goes_from_its_inbox_to_the_queue(void **state)
{
    struct site *site = *state;

    drop(site, "arenden.csv", "1001;2026-03-31;100,00;5590000001\n");
    assert_true(comes_to(site, "SELECT count(*) FROM queue", 1, 20 * SECOND_US));
    assert_int_equal(number(site, "SELECT count(*) FROM delivery WHERE state = 'queued'"), 1);
    assert_int_equal(number(site, "SELECT count(*) FROM delivery_keys WHERE entered = 1"), 1);
    assert_int_equal(pipeline_active(site->intake.pipeline), 0);
    assert_true(is_empty(site->inbox)); /* its marker went with it */
}

/* What passes a limit of ours is the file's fault, and said once. */
static void a_sum_beyond_all_bounds_is_rejected(void **state)
{
    struct site *site = *state;

    drop(site, "mycket.csv",
         "1;2026-03-31;92233720368547758,00;5590000001\n"
         "2;2026-03-31;92233720368547758,00;5590000001\n");
    assert_true(comes_to(site, "SELECT count(*) FROM delivery WHERE state = 'rejected'", 1,
                         20 * SECOND_US));
    assert_int_equal(number(site, "SELECT count(*) FROM finding WHERE check_name = 'limit'"), 1);
}

/* U26: the last step of one judgement fails; those who share the commit are not harmed, and
 * nothing of the half one is kept. */
static void U26_half_a_judgement_is_never_committed(void **state)
{
    struct site *site = *state;

    raw(site->place->path, "CREATE TRIGGER full BEFORE INSERT ON queue "
                           "BEGIN SELECT RAISE(ABORT, 'no'); END");
    drop(site, "arenden.csv", "1001;2026-03-31;100,00;5590000001\n");
    drop(site, "test.csv", "2001;2026-03-31;100,00;5590000002\n");
    assert_true(
        comes_to(site, "SELECT count(*) FROM delivery WHERE state = 'held'", 1, 20 * SECOND_US));
    (void)comes_to(site, "SELECT -1", 0, SECOND_US);
    assert_int_equal(number(site, "SELECT count(*) FROM delivery WHERE state = 'checking'"), 1);
    assert_int_equal(number(site, "SELECT count(*) FROM delivery WHERE verdict <> 'none' AND "
                                  "state = 'checking'"),
                     0);
    assert_int_equal(number(site, "SELECT count(*) FROM audit WHERE event = 'verdict'"), 1);
    raw(site->place->path, "DROP TRIGGER full");
    assert_true(comes_to(site, "SELECT count(*) FROM queue", 1, 20 * SECOND_US));
    assert_int_equal(number(site, "SELECT count(*) FROM delivery"), 2);
}

/* As a reload between the arrival and the commit of its row. */
static void change_settings(struct site *site)
{
    struct intake *in = &site->intake;
    struct settings *old = in->settings;

    in->settings = make_settings(site, false);
    assert_int_equal(inboxes_reload(in->inboxes, in->settings), 0);
    pipeline_reload(in->pipeline, in->settings);
    pool_reload(in->pool, in->settings);
    settings_free(&old);
}

static void a_unit_may_go_while_its_file_is_in_hand(void **state)
{
    struct site *site = *state;
    int turns = 0;

    drop(site, "arenden.csv", "1001;2026-03-31;100,00;5590000001\n");
    while (pipeline_active(site->intake.pipeline) == 0 && turns++ < 10000)
        assert_true(loop_turn(site->intake.loop, 5 * MS) >= 0);
    assert_int_equal(number(site, "SELECT count(*) FROM delivery"), 0); /* not yet committed */
    change_settings(site);
    /* Nobody's rules are known any more: a person decides. */
    assert_true(
        comes_to(site, "SELECT count(*) FROM delivery WHERE state = 'held'", 1, 20 * SECOND_US));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_file_goes_from_its_inbox_to_the_queue, site_make,
                                    site_remove),
    cmocka_unit_test_setup_teardown(a_sum_beyond_all_bounds_is_rejected, site_make, site_remove),
    cmocka_unit_test_setup_teardown(U26_half_a_judgement_is_never_committed, site_make,
                                    site_remove),
    cmocka_unit_test_setup_teardown(a_unit_may_go_while_its_file_is_in_hand, site_make,
                                    site_remove),
};

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--worker") == 0)
        return worker_main(strtoull(argv[2], NULL, 10));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    log_open("pipeline-test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
