/* db_test.c -- errors are mapped, a doomed transaction stays doomed, a disk that fails at any
 * write or sync loses all of a transaction or nothing of it */
#include "support.h"

#include <errno.h>

#include "store/internal.h"
#include "store/outbox.h"
#include "store/queue.h"

/* --- a disk that can be told to fail ------------------------------------------------------------
 */

/* SQLite asks the file's own methods; these are the system's with two of them replaced. The
 * database and its log have tables of their own. */
struct methods {
    sqlite3_io_methods patched; /* first: a file points at it */
    const sqlite3_io_methods *real;
};

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *system;
    struct methods methods[8];
    int writes_left; /* fails when it comes to 0; negative: never */
    int write_error;
    int syncs_left;
} disk = {.writes_left = -1, .syncs_left = -1};

static int disk_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
    if (disk.writes_left == 0)
        return disk.write_error;
    if (disk.writes_left > 0)
        disk.writes_left--;
    return ((const struct methods *)file->pMethods)->real->xWrite(file, p, n, at);
}

static int disk_sync(sqlite3_file *file, int flags)
{
    if (disk.syncs_left == 0)
        return SQLITE_IOERR_FSYNC;
    if (disk.syncs_left > 0)
        disk.syncs_left--;
    return ((const struct methods *)file->pMethods)->real->xSync(file, flags);
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    int code = disk.system->xOpen(disk.system, name, file, flags, out);
    for (size_t i = 0; code == SQLITE_OK && file->pMethods && i < 8; i++) {
        struct methods *m = &disk.methods[i];
        if (m->real && m->real != file->pMethods)
            continue;
        m->real = file->pMethods;
        m->patched = *m->real;
        m->patched.xWrite = disk_write;
        m->patched.xSync = disk_sync;
        file->pMethods = &m->patched;
        break;
    }
    return code;
}

static int disk_install(void **state)
{
    (void)state;
    disk.system = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.system;
    disk.vfs.zName = "failing";
    disk.vfs.xOpen = disk_open;
    return sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK ? 0 : -1;
}

static void disk_heal(void)
{
    disk.writes_left = -1;
    disk.syncs_left = -1;
}

/* --- mapping
 * -------------------------------------------------------------------------------------- */

static void codes_become_ours(void **state)
{
    static const struct {
        int code, errnum, error;
    } cases[] = {
        {SQLITE_OK, 0, SLUSS_OK},
        {SQLITE_FULL, 0, SLUSS_EFULL},
        {SQLITE_IOERR_WRITE, EDQUOT, SLUSS_EFULL},
        {SQLITE_IOERR_WRITE, ENOSPC, SLUSS_EFULL},
        {SQLITE_IOERR_WRITE, EIO, SLUSS_EIO},
        {SQLITE_IOERR_READ, 0, SLUSS_EIO},
        {SQLITE_IOERR_FSYNC, EIO, SLUSS_ESYNC},
        {SQLITE_IOERR_DIR_FSYNC, 0, SLUSS_ESYNC},
        {SQLITE_IOERR_NOMEM, 0, SLUSS_ENOMEM},
        {SQLITE_BUSY, 0, SLUSS_EBUSY},
        {SQLITE_BUSY_SNAPSHOT, 0, SLUSS_EBUSY},
        {SQLITE_CORRUPT, 0, SLUSS_ECORRUPT},
        {SQLITE_CORRUPT_INDEX, 0, SLUSS_ECORRUPT},
        {SQLITE_NOTADB, 0, SLUSS_ECORRUPT},
        {SQLITE_CANTOPEN, EACCES, SLUSS_EDENIED},
        {SQLITE_READONLY, 0, SLUSS_EDENIED},
        {SQLITE_CONSTRAINT_UNIQUE, 0, SLUSS_EEXIST},
        {SQLITE_CONSTRAINT_PRIMARYKEY, 0, SLUSS_EEXIST},
        {SQLITE_CONSTRAINT_FOREIGNKEY, 0, SLUSS_ECONFLICT},
        {SQLITE_CONSTRAINT_CHECK, 0, SLUSS_ECONFLICT},
        {SQLITE_NOMEM, 0, SLUSS_ENOMEM},
        {119, 0, SLUSS_EIO}, /* unknown to us */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(db_error_from(cases[i].code, cases[i].errnum), cases[i].error);
}

static void values_come_back_as_they_went(void **state)
{
    struct place *place = *state;
    struct db *db = place->store->db;
    sqlite3_stmt *statement;
    static const char bytes[] = {'a', '\0', (char)0xFF};
    assert_int_equal(
        db_query(db, &statement, "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7",
                 VALUES(v_uint(UINT64_MAX), v_int(INT64_MIN), v_text("x"), v_text(NULL),
                        v_span(SPAN_LIT("")), v_blob(bytes, sizeof bytes), v_double(0.5))),
        SLUSS_OK);
    assert_int_equal(db_next(db, statement), 1);
    assert_true(col_uint(statement, 0) == UINT64_MAX);
    assert_true(col_int(statement, 1) == INT64_MIN);
    assert_true(span_eq_str(col_span(statement, 2), "x"));
    assert_true(col_null(statement, 3));
    assert_null(col_span(statement, 3).p);
    assert_false(col_null(statement, 4));
    assert_int_equal(col_span(statement, 4).n, 0);
    char out[3];
    assert_false(col_bytes(statement, 5, out, 2));
    assert_true(col_bytes(statement, 5, out, 3));
    assert_memory_equal(out, bytes, 3);
    assert_int_equal(db_next(db, statement), 0);
}

static void a_sum_that_overflows_is_an_error(void **state)
{
    struct place *place = *state;
    int64_t n = 0;
    assert_int_equal(db_number(place->store->db, &n,
                               "SELECT sum(v) FROM (SELECT ?1 AS v UNION ALL SELECT 1)",
                               VALUES(v_int(INT64_MAX))),
                     SLUSS_EINVAL);
    assert_non_null(strstr(store_message(place->store), "overflow"));
}

/* --- transactions
 * ------------------------------------------------------------------------------------ */

static void a_constraint_does_not_doom_and_a_full_disk_does(void **state)
{
    struct place *place = *state;
    struct db *db = place->store->db;
    static const char insert[] = "INSERT INTO meta (name, value) VALUES ('x', ?1)";
    uint8_t large[20000] = {1};

    assert_int_equal(db_begin(db), SLUSS_OK);
    assert_int_equal(db_run(db, insert, VALUES(v_blob("1", 1))), SLUSS_OK);
    assert_int_equal(db_run(db, insert, VALUES(v_blob("1", 1))), SLUSS_EEXIST);
    assert_int_equal(db_commit(db), SLUSS_OK);

    assert_int_equal(db_begin(db), SLUSS_OK);
    assert_int_equal(db_run(db, "DELETE FROM meta WHERE name = 'x'", NO_VALUES), SLUSS_OK);
    assert_int_equal(db_script(db, "PRAGMA max_page_count = 1"), SLUSS_OK);
    assert_int_equal(db_run(db, insert, VALUES(v_blob(large, sizeof large))), SLUSS_EFULL);
    assert_int_equal(db_script(db, "PRAGMA max_page_count = 1000000"), SLUSS_OK);
    assert_int_equal(db_begin(db), SLUSS_EFULL);
    assert_int_equal(db_run(db, insert, VALUES(v_blob("2", 1))), SLUSS_EFULL);
    assert_true(db_in_transaction(db));
    assert_int_equal(db_commit(db), SLUSS_EFULL);
    assert_false(db_in_transaction(db));
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM meta WHERE name = 'x' AND "
                                             "value = CAST('1' AS BLOB)"),
                     1);
    assert_int_equal(db_begin(db), SLUSS_OK); /* there is room again */
    assert_int_equal(db_run(db, "DELETE FROM meta WHERE name = 'x'", NO_VALUES), SLUSS_OK);
    assert_int_equal(db_commit(db), SLUSS_OK);
}

static void a_failed_sync_is_final(void **state)
{
    struct place *place = *state;
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_int_equal(store_delivery_become(place->store, d.row, STATE_HELD, T0), SLUSS_OK);
    disk.syncs_left = 0;
    assert_int_equal(store_commit(place->store), SLUSS_ESYNC);
    disk_heal();
    assert_int_equal(store_begin(place->store), SLUSS_ESYNC);
    assert_int_equal(store_delivery_become(place->store, d.row, STATE_HELD, T0), SLUSS_ESYNC);
    assert_int_equal(state_of(place->store, d.row), STATE_CHECKING); /* reading still works */
}

/* A whole verdict, as the daemon writes it. */
static int verdict(struct store *store, int64_t at_us)
{
    struct delivery d;
    int rc = store_delivery_arrive(store, "heby/ekonomi", SPAN_LIT("b.csv"), at_us, NULL, &d);
    if (rc == 0)
        rc = store_delivery_become(store, d.row, STATE_CHECKING, at_us);
    struct summary s = figures(3, 9);
    struct judgement j = {.verdict = VERDICT_ACCEPTED, .state = STATE_ACCEPTED, .summary = &s};
    if (rc == 0)
        rc = store_delivery_judge(store, d.row, &j);
    if (rc == 0)
        rc = queue_add(store, d.row, at_us);
    struct outbox_mail m = {
        .delivery_row = d.row, .verdict = "accepted", .recipient = "ekonomi@heby.example"};
    if (rc == 0)
        rc = outbox_add(store, &m, "kvittens@inkasso.example", NULL, 0);
    int committed = store_commit(store);
    return rc < 0 ? rc : committed;
}

static void check_counts(const struct place *place, int64_t expected)
{
    static const char *const tables[] = {"delivery", "queue", "outbox", "acceptance",
                                         "delivery_sum"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
        assert_int_equal(raw_number(place->path, sql), expected);
    }
}

static void u46_a_full_disk_at_any_write_loses_nothing(void **state)
{
    struct place *place = *state;
    int64_t stored = 0;
    int failures = 0;
    for (int n = 0; n < 60; n++) {
        disk.write_error = n % 2 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
        disk.writes_left = n;
        int rc = verdict(place->store, T0 + n * MINUTE);
        disk_heal();
        assert_true(rc == SLUSS_OK || rc == SLUSS_EFULL || rc == SLUSS_EIO);
        stored += rc == 0;
        failures += rc < 0;
        check_counts(place, stored);
    }
    assert_true(stored > 0);
    assert_true(failures > 0);
    assert_int_equal(verdict(place->store, T0 + DAY), SLUSS_OK); /* goes on when there is room */
    store_close(&place->store);
    place_open(place);
    check_counts(place, stored + 1);
}

static void a_checkpoint_that_cannot_sync_is_final_too(void **state)
{
    struct place *place = *state;
    /* The commit's own sync succeeds, the one of the checkpoint behind it does not. */
    uint8_t *large = calloc(1, 16 << 20);
    assert_non_null(large);
    assert_int_equal(db_begin(place->store->db), SLUSS_OK);
    assert_int_equal(db_run(place->store->db, "INSERT INTO meta (name, value) VALUES ('l', ?1)",
                            VALUES(v_blob(large, 16 << 20))),
                     SLUSS_OK);
    disk.syncs_left = 1;
    assert_int_equal(db_commit(place->store->db), SLUSS_OK);
    disk_heal();
    assert_int_equal(store_begin(place->store), SLUSS_ESYNC);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_become_ours),
        STORE_TEST(values_come_back_as_they_went),
        STORE_TEST(a_sum_that_overflows_is_an_error),
        STORE_TEST(a_constraint_does_not_doom_and_a_full_disk_does),
        STORE_TEST(a_failed_sync_is_final),
        STORE_TEST(u46_a_full_disk_at_any_write_loses_nothing),
        STORE_TEST(a_checkpoint_that_cannot_sync_is_final_too),
    };
    return cmocka_run_group_tests(tests, disk_install, NULL);
}
