/* db.c -- see db.h */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/error.h"

/* Prepared statements kept in one handle; a power of two well above the number of SQL texts
 * in store/. */
#define SLOTS 256

#define BUSY_WAIT_MS 10000
#define BUSY_NAP_US  500
/* Pages in the WAL at which a commit also copies them into the database. */
#define CHECKPOINT_PAGES 2000

struct slot {
    const char *sql;
    sqlite3_stmt *statement;
};

struct db {
    sqlite3 *handle;
    struct slot slots[SLOTS];
    unsigned used;
    bool open;        /* db_begin succeeded and neither commit nor rollback was called */
    bool sync_failed; /* an fsync failed once: nothing this process writes can be trusted */
    int doomed;       /* why the open transaction can only be rolled back; 0 = it can not */
    char message[256];
};

static const struct {
    int code;
    int error;
} error_table[] = {
    {SQLITE_FULL, SLUSS_EFULL},       {SQLITE_BUSY, SLUSS_EBUSY},
    {SQLITE_LOCKED, SLUSS_EBUSY},     {SQLITE_CORRUPT, SLUSS_ECORRUPT},
    {SQLITE_NOTADB, SLUSS_ECORRUPT},  {SQLITE_SCHEMA, SLUSS_ECORRUPT},
    {SQLITE_FORMAT, SLUSS_ECORRUPT},  {SQLITE_NOMEM, SLUSS_ENOMEM},
    {SQLITE_TOOBIG, SLUSS_ELIMIT},    {SQLITE_PERM, SLUSS_EDENIED},
    {SQLITE_READONLY, SLUSS_EDENIED}, {SQLITE_AUTH, SLUSS_EDENIED},
    {SQLITE_INTERRUPT, SLUSS_ESTOP},  {SQLITE_PROTOCOL, SLUSS_EBUSY},
    {SQLITE_MISMATCH, SLUSS_EINVAL},  {SQLITE_RANGE, SLUSS_EINVAL},
    {SQLITE_MISUSE, SLUSS_EINVAL},    {SQLITE_ERROR, SLUSS_EINVAL},
    {SQLITE_NOLFS, SLUSS_ELIMIT},     {SQLITE_CONSTRAINT, SLUSS_ECONFLICT},
};

int db_error_from(int code, int errnum)
{
    switch (code) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return SLUSS_OK;
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
        return SLUSS_ESYNC;
    case SQLITE_IOERR_NOMEM:
        return SLUSS_ENOMEM;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return SLUSS_EEXIST;
    default:
        break;
    }
    int primary = code & 0xff;
    /* SQLite knows ENOSPC as "full", but not a used-up quota. */
    if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)
        return errnum ? sluss_error_from_errno(errnum) : SLUSS_EIO;
    for (size_t i = 0; i < sizeof error_table / sizeof error_table[0]; i++)
        if (error_table[i].code == primary)
            return error_table[i].error;
    return SLUSS_EIO;
}

/* A constraint is the caller's answer and undoes its own statement only; all else leaves the
 * transaction in doubt. */
static bool dooms(int error)
{
    return error != SLUSS_EEXIST && error != SLUSS_ECONFLICT;
}

static int fail(struct db *db, int code)
{
    int error = db_error_from(code, sqlite3_system_errno(db->handle));
    snprintf(db->message, sizeof db->message, "%s (%s)", sqlite3_errmsg(db->handle),
             sqlite3_errstr(code));
    if (error == SLUSS_ESYNC)
        db->sync_failed = true;
    if (db->open && !db->doomed && (dooms(error) || sqlite3_get_autocommit(db->handle)))
        db->doomed = error;
    return error;
}

/* SQLite's own hook swallows the errors of a checkpoint. Most may be: the pages stay in the
 * WAL and the next one tries again. A failed fsync may not, because the kernel then forgets
 * which pages it did not write and the next fsync reports success. */
static int after_commit(void *context, sqlite3 *handle, const char *schema, int pages)
{
    struct db *db = context;
    if (pages < CHECKPOINT_PAGES)
        return SQLITE_OK;
    int code = sqlite3_wal_checkpoint_v2(handle, schema, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (db_error_from(code, 0) == SLUSS_ESYNC) {
        db->sync_failed = true;
        snprintf(db->message, sizeof db->message, "checkpoint: %s", sqlite3_errstr(code));
    }
    return SQLITE_OK;
}

/* The other process holds the lock for the length of one commit, a millisecond or so. SQLite's
 * own handler soon sleeps for a tenth of a second at a time, and would make us miss turn after
 * turn. */
static int wait_for_lock(void *context, int tries)
{
    (void)context;
    if (tries >= BUSY_WAIT_MS * 1000 / BUSY_NAP_US)
        return 0;
    usleep(BUSY_NAP_US);
    return 1;
}

int db_open(const char *path, struct db **out, int *errnum)
{
    *errnum = 0;
    struct db *db = calloc(1, sizeof *db);
    if (!db)
        return SLUSS_ENOMEM;
    int code =
        sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        *errnum = db->handle ? sqlite3_system_errno(db->handle) : 0;
        int error = db->handle ? fail(db, sqlite3_extended_errcode(db->handle)) : SLUSS_ENOMEM;
        db_close(&db);
        return error;
    }
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_handler(db->handle, wait_for_lock, NULL);
    /* A database somebody tampered with shall not run code of its own choosing. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    *out = db;
    return SLUSS_OK;
}

void db_close(struct db **db)
{
    if (!*db)
        return;
    db_rollback(*db);
    for (size_t i = 0; i < SLOTS; i++)
        sqlite3_finalize((*db)->slots[i].statement);
    int code = sqlite3_close((*db)->handle);
    assert(code == SQLITE_OK);
    (void)code;
    free(*db);
    *db = NULL;
}

int db_make_durable(struct db *db)
{
    sqlite3_stmt *statement = NULL;
    int rc = db_query(db, &statement, "PRAGMA journal_mode = WAL", NO_VALUES);
    if (rc == 0)
        rc = db_next(db, statement);
    if (rc < 0)
        return rc;
    bool wal = rc == 1 && span_eq_str(col_span(statement, 0), "wal");
    db_done(statement);
    if (!wal) {
        snprintf(db->message, sizeof db->message, "the file system cannot do write-ahead logging");
        return SLUSS_EIO;
    }
    rc = db_script(db, "PRAGMA synchronous = FULL;"
                       "PRAGMA cache_size = -16384;" /* 16 MiB: daemons stay under 64 */
                       "PRAGMA temp_store = MEMORY;"
                       "PRAGMA cell_size_check = ON;"
                       "PRAGMA journal_size_limit = 67108864;");
    sqlite3_wal_hook(db->handle, after_commit, db);
    return rc;
}

/* --- statements ---------------------------------------------------------------------------- */

static struct slot *slot_of(struct db *db, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) * UINT64_C(0x9E3779B97F4A7C15) >> 56;
    while (db->slots[i % SLOTS].sql && db->slots[i % SLOTS].sql != sql)
        i++;
    return &db->slots[i % SLOTS];
}

static int prepare(struct db *db, const char *sql, sqlite3_stmt **out)
{
    struct slot *slot = slot_of(db, sql);
    if (!slot->sql) {
        assert(db->used < SLOTS - 1); /* one slot stays free, or a search would not end */
        int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &slot->statement, NULL);
        if (code != SQLITE_OK)
            return fail(db, code);
        slot->sql = sql;
        db->used++;
    }
    assert(!sqlite3_stmt_busy(slot->statement)); /* rows are collected before they are visited */
    *out = slot->statement;
    return SLUSS_OK;
}

static int bind(sqlite3_stmt *statement, int at, const struct value *value)
{
    switch (value->kind) {
    case VALUE_INT:
        return sqlite3_bind_int64(statement, at, value->n);
    case VALUE_DOUBLE:
        return sqlite3_bind_double(statement, at, value->x);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, at, value->s.p, value->s.n, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(statement, at, value->s.p, value->s.n, SQLITE_STATIC);
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

int db_query(struct db *db, sqlite3_stmt **out, const char *sql, const struct value *values,
             size_t n)
{
    sqlite3_stmt *statement = NULL;
    int rc = prepare(db, sql, &statement);
    if (rc < 0)
        return rc;
    assert(n == (size_t)sqlite3_bind_parameter_count(statement));
    for (size_t i = 0; i < n; i++) {
        int code = bind(statement, (int)i + 1, &values[i]);
        if (code != SQLITE_OK) {
            rc = fail(db, code);
            db_done(statement);
            return rc;
        }
    }
    *out = statement;
    return SLUSS_OK;
}

int db_next(struct db *db, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    int rc = code == SQLITE_DONE ? 0 : fail(db, sqlite3_extended_errcode(db->handle));
    db_done(statement);
    return rc;
}

void db_done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

int db_run(struct db *db, const char *sql, const struct value *values, size_t n)
{
    if (db->doomed)
        return db->doomed;
    sqlite3_stmt *statement = NULL;
    int rc = db_query(db, &statement, sql, values, n);
    if (rc < 0)
        return rc;
    rc = db_next(db, statement);
    if (rc == 1)
        db_done(statement);
    return rc < 0 ? rc : SLUSS_OK;
}

int db_changes(const struct db *db)
{
    return sqlite3_changes(db->handle);
}

int64_t db_last_row(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int db_number(struct db *db, int64_t *out, const char *sql, const struct value *values, size_t n)
{
    sqlite3_stmt *statement = NULL;
    int rc = db_query(db, &statement, sql, values, n);
    if (rc == 0)
        rc = db_next(db, statement);
    if (rc != 1)
        return rc;
    bool there = !col_null(statement, 0);
    if (there)
        *out = col_int(statement, 0);
    db_done(statement);
    return there;
}

int db_script(struct db *db, const char *sql)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? SLUSS_OK : fail(db, sqlite3_extended_errcode(db->handle));
}

struct span col_span(sqlite3_stmt *statement, int column)
{
    if (col_null(statement, column))
        return SPAN_NONE;
    const char *p = sqlite3_column_blob(statement, column);
    return span_of(p ? p : "", (size_t)sqlite3_column_bytes(statement, column));
}

bool col_bytes(sqlite3_stmt *statement, int column, void *out, size_t n)
{
    struct span s = col_span(statement, column);
    if (!s.p || s.n != n)
        return false;
    memcpy(out, s.p, n);
    return true;
}

/* --- transactions --------------------------------------------------------------------------- */

int db_begin(struct db *db)
{
    if (db->sync_failed)
        return SLUSS_ESYNC;
    if (db->open)
        return db->doomed;
    int rc = db_run(db, "BEGIN IMMEDIATE", NO_VALUES);
    db->open = rc == 0;
    return rc;
}

int db_commit(struct db *db)
{
    if (!db->open)
        return SLUSS_OK;
    int rc = db_run(db, "COMMIT", NO_VALUES); /* a doomed one answers with its doom */
    if (rc == 0)
        db->open = false;
    else
        db_rollback(db);
    return rc;
}

void db_rollback(struct db *db)
{
    /* Straight to SQLite: it has often rolled back already, and the message of the failure
     * shall stay. */
    if (db->open && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    db->open = false;
    db->doomed = 0;
}

bool db_in_transaction(const struct db *db)
{
    return db->open;
}

const char *db_message(const struct db *db)
{
    return db->message;
}
