/* store_test.c -- what is committed stays, what is not never was; two processes at once */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/audit.h"
#include "store/outbox.h"
#include "store/queue.h"

static void files_are_not_for_the_world(void **state)
{
    struct place *place = *state;
    char sub[128];
    snprintf(sub, sizeof sub, "%s/state", place->dir);
    struct buf error;
    buf_init(&error, 1024);
    struct store *store;
    assert_int_equal(store_open(sub, &error, &store), SLUSS_OK);
    arrive(store, "heby/ekonomi", "a.csv", T0);
    assert_int_equal(store_commit(store), SLUSS_OK);
    static const char *const names[] = {"", "/sluss.db", "/sluss.db-wal", "/sluss.db-shm",
                                        "/secret.key"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[256];
        struct stat st;
        snprintf(path, sizeof path, "%s%s", sub, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0027, 0);
    }
    store_close(&store);
}

static void a_directory_that_cannot_be_made_is_named(void **state)
{
    struct place *place = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/no/such/place", place->dir);
    struct buf error;
    buf_init(&error, 1024);
    struct store *store = NULL;
    assert_true(store_open(path, &error, &store) < 0);
    assert_null(store);
    assert_non_null(strstr(buf_cstr(&error), path));
    buf_free(&error);
}

static void begin_commit_and_rollback_nest_in_nothing(void **state)
{
    struct place *place = *state;
    struct store *store = place->store;
    assert_int_equal(store_commit(store), SLUSS_OK); /* nothing open */
    store_rollback(store);
    assert_false(store_in_transaction(store));
    assert_int_equal(store_begin(store), SLUSS_OK);
    assert_int_equal(store_begin(store), SLUSS_OK);
    assert_true(store_in_transaction(store));
    arrive(store, "heby/ekonomi", "a.csv", T0);
    store_rollback(store);
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM delivery"), 0);
    arrive(store, "heby/ekonomi", "a.csv", T0); /* begins by itself */
    assert_true(store_in_transaction(store));
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM delivery"), 0);
    assert_int_equal(store_commit(store), SLUSS_OK);
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM delivery"), 1);
    arrive(store, "heby/ekonomi", "b.csv", T0);
    store_close(&place->store);
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM delivery"), 1);
}

/* --- crashes
 * --------------------------------------------------------------------------------------- */

/* A whole verdict in stages; the child is killed behind stage `last`. */
static void stages(struct store *store, int last)
{
    struct delivery d = {0};
    struct summary s = figures(2, 5);
    struct outbox_mail m = {.verdict = "accepted", .recipient = "ekonomi@heby.example"};
    for (int stage = 0; stage <= last; stage++) {
        switch (stage) {
        case 0:
            d = arrive(store, "heby/ekonomi", "c.csv", T0 + MINUTE);
            break;
        case 1:
            judge(store, &d, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
            break;
        case 2:
            m.delivery_row = d.row;
            assert_int_equal(outbox_add(store, &m, "a@b.example", NULL, 0), SLUSS_OK);
            break;
        case 3:
            assert_int_equal(queue_add(store, d.row, T0), SLUSS_OK);
            break;
        case 4:
            assert_int_equal(audit_append(store, T0, "slussd", "accepted", d.id, SPAN_NONE),
                             SLUSS_OK);
            break;
        default:
            assert_int_equal(store_commit(store), SLUSS_OK);
        }
    }
}

static void kill_behind(const struct place *place, int last)
{
    int ready[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct buf error;
        struct store *store;
        buf_init(&error, 1024);
        if (store_open(place->dir, &error, &store) < 0)
            _exit(1);
        stages(store, last);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char c;
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_part_is_taken_back_alone(void **state)
{
    struct place *place = *state;
    struct store *store = place->store;
    arrive(store, "heby/ekonomi", "a.csv", T0);
    assert_int_equal(store_part_begin(store), SLUSS_OK);
    arrive(store, "heby/ekonomi", "b.csv", T0 + 1);
    store_part_undo(store);
    assert_int_equal(store_part_begin(store), SLUSS_OK);
    arrive(store, "heby/ekonomi", "c.csv", T0 + 2);
    assert_int_equal(store_part_keep(store), SLUSS_OK);
    assert_true(store_in_transaction(store));
    assert_int_equal(store_commit(store), SLUSS_OK);
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM delivery"), 2);
    assert_int_equal(
        raw_number(place->path, "SELECT count(*) FROM delivery WHERE file = CAST('b.csv' AS BLOB)"),
        0);
    assert_int_equal(store_part_begin(store), SLUSS_OK); /* begins a transaction by itself */
    store_part_undo(store);
    assert_true(store_in_transaction(store));
    store_rollback(store);
}

static void u26_killed_at_any_step_all_or_nothing(void **state)
{
    static const char *const tables[] = {"delivery", "delivery_sum", "acceptance",
                                         "outbox",   "queue",        "audit"};
    for (int last = 0; last <= 5; last++) {
        place_make_empty(state);
        struct place *place = *state;
        kill_behind(place, last);
        place_open(place);
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
            char sql[64];
            snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
            assert_int_equal(raw_number(place->path, sql), last == 5);
        }
        struct buf why;
        buf_init(&why, 256);
        int64_t sequence = 0;
        uint8_t hash[32] = {0};
        assert_int_equal(audit_verify(place->store, 0, &sequence, hash, &why), SLUSS_OK);
        place_remove(state);
    }
}

/* --- two processes, as intake and outbound are
 * ------------------------------------------------------- */

static void two_handles_see_each_others_commits(void **state)
{
    struct place *place = *state;
    struct place second = *place;
    second.store = NULL;
    place_open(&second);
    assert_memory_equal(store_secret(place->store), store_secret(second.store), 32);

    struct delivery d = accepted(place->store, "heby/ekonomi", "a.csv", T0, 2);
    struct outbox_mail m = {
        .delivery_row = d.row, .verdict = "accepted", .recipient = "a@heby.example"};
    assert_int_equal(outbox_add(place->store, &m, "k@i.example", NULL, 0), SLUSS_OK);
    struct outbox_counts counts;
    assert_int_equal(outbox_count(second.store, &counts), SLUSS_OK);
    assert_int_equal(counts.pending, 0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_int_equal(outbox_count(second.store, &counts), SLUSS_OK);
    assert_int_equal(counts.pending, 1);
    assert_int_equal(outbox_sent(second.store, 1, T0, "250 ok"), SLUSS_OK);
    assert_int_equal(store_commit(second.store), SLUSS_OK);
    assert_int_equal(outbox_count(place->store, &counts), SLUSS_OK);
    assert_int_equal(counts.pending, 0);
    store_close(&second.store);
}

static void writers_in_turn(const struct place *place, const char *unit, int n)
{
    struct buf error;
    struct store *store;
    buf_init(&error, 1024);
    if (store_open(place->dir, &error, &store) < 0)
        _exit(1);
    for (int i = 0; i < n; i++) {
        struct delivery d;
        if (store_delivery_arrive(store, unit, SPAN_LIT("a.csv"), T0, NULL, &d) < 0 ||
            audit_append(store, T0, unit, "received", d.id, SPAN_NONE) < 0 ||
            store_commit(store) < 0)
            _exit(2);
    }
    store_close(&store);
    _exit(0);
}

static void u25_writers_at_once_never_share_an_id(void **state)
{
    struct place *place = *state; /* empty: they race for the first start as well */
    enum { WRITERS = 3, EACH = 40 };
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            writers_in_turn(place, i % 2 ? "heby/ekonomi" : "sala/teknik", EACH);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    place_open(place);
    assert_int_equal(raw_number(place->path, "SELECT count(DISTINCT id) FROM delivery"),
                     WRITERS * EACH);
    struct buf why;
    buf_init(&why, 256);
    int64_t sequence = 0;
    uint8_t hash[32] = {0};
    assert_int_equal(audit_verify(place->store, 0, &sequence, hash, &why), SLUSS_OK);
    assert_int_equal(sequence, WRITERS * EACH);
}

/* --- a full disk
 * ---------------------------------------------------------------------------------------- */

/* In a child, with a name space of its own: a small disk is mounted over the directory. Exit
 * status 0: as it should be, 77: may not mount. */
static void fill_small_disk(const struct place *place)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", place->dir, "tmpfs", 0, "size=1m") != 0)
        _exit(77);
    struct buf error;
    struct store *store;
    buf_init(&error, 1024);
    if (store_open(place->dir, &error, &store) < 0)
        _exit(1);
    int64_t committed = 0;
    int rc = 0;
    for (int i = 0; i < 20000 && rc == 0; i++) {
        struct delivery d;
        rc = store_delivery_arrive(store, "heby/ekonomi", SPAN_LIT("a.csv"), T0 + i, NULL, &d);
        if (rc == 0)
            rc = store_commit(store);
        committed += rc == 0;
    }
    if (rc != SLUSS_EFULL)
        _exit(2);
    store_rollback(store);
    uint64_t counts[STATE_COUNT];
    if (store_count_states(store, NULL, counts) < 0 ||
        counts[STATE_ARRIVING] != (uint64_t)committed)
        _exit(3);
    store_close(&store);
    _exit(0);
}

static void u46_a_full_disk_is_told_and_nothing_is_lost(void **state)
{
    struct place *place = *state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        fill_small_disk(place);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

/* --- what stays in the inbox
 * ------------------------------------------------------------------------------ */

static void u32_a_file_that_stays_is_taken_once(void **state)
{
    struct place *place = *state;
    static const struct file_identity id = {UINT64_MAX, 17, 4096, 1, -1};
    static const struct {
        const char *unit, *file;
        struct file_identity id;
        int taken;
    } cases[] = {
        {"heby/ekonomi", "a\nb\xE4.csv", {UINT64_MAX, 17, 4096, 1, -1}, 1},
        {"heby/teknik", "a\nb\xE4.csv", {UINT64_MAX, 17, 4096, 1, -1}, 0},
        {"heby/ekonomi", "a", {UINT64_MAX, 17, 4096, 1, -1}, 0},
        {"heby/ekonomi", "a\nb\xE4.csv", {UINT64_MAX - 1, 17, 4096, 1, -1}, 0},
        {"heby/ekonomi", "a\nb\xE4.csv", {UINT64_MAX, 18, 4096, 1, -1}, 0},
        {"heby/ekonomi", "a\nb\xE4.csv", {UINT64_MAX, 17, 4097, 1, -1}, 0},
        {"heby/ekonomi", "a\nb\xE4.csv", {UINT64_MAX, 17, 4096, 2, -1}, 0},
        {"heby/ekonomi", "a\nb\xE4.csv", {UINT64_MAX, 17, 4096, 1, 0}, 0},
    };
    assert_int_equal(store_taken_add(place->store, "heby/ekonomi", span_str(cases[0].file), &id,
                                     "20260302-061200-000000"),
                     SLUSS_OK);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            store_taken_has(place->store, cases[i].unit, span_str(cases[i].file), &cases[i].id),
            cases[i].taken);
    /* A new file of that name is taken, and then it is the one that stays. */
    assert_int_equal(store_taken_add(place->store, "heby/ekonomi", span_str(cases[0].file),
                                     &cases[3].id, "20260302-061300-000000"),
                     SLUSS_OK);
    assert_int_equal(
        store_taken_has(place->store, "heby/ekonomi", span_str(cases[0].file), &cases[3].id), 1);
    assert_int_equal(store_taken_has(place->store, "heby/ekonomi", span_str(cases[0].file), &id),
                     0);
}

static void the_latest_time_is_remembered(void **state)
{
    struct place *place = *state;
    assert_int_equal(store_latest_us(place->store), 0);
    accepted(place->store, "heby/ekonomi", "a.csv", T0, 1);
    accepted(place->store, "heby/ekonomi", "b.csv", T0 - DAY, 1);
    assert_int_equal(store_latest_us(place->store), T0);
    assert_int_equal(audit_append(place->store, T0 + MINUTE, "slussd", "accepted", NULL, SPAN_NONE),
                     SLUSS_OK);
    assert_int_equal(store_latest_us(place->store), T0 + MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(files_are_not_for_the_world),
        EMPTY_TEST(a_directory_that_cannot_be_made_is_named),
        STORE_TEST(begin_commit_and_rollback_nest_in_nothing),
        STORE_TEST(a_part_is_taken_back_alone),
        cmocka_unit_test(u26_killed_at_any_step_all_or_nothing),
        STORE_TEST(two_handles_see_each_others_commits),
        EMPTY_TEST(u25_writers_at_once_never_share_an_id),
        EMPTY_TEST(u46_a_full_disk_is_told_and_nothing_is_lost),
        STORE_TEST(u32_a_file_that_stays_is_taken_once),
        STORE_TEST(the_latest_time_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
