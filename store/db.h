/* db.h -- a thin layer over SQLite: statements prepared once, values bound by type, errors
 * as ours
 *
 * One handle is for one thread. SQL texts must be string literals (or live as long as the
 * handle): the address is the key under which the prepared statement is kept.
 *
 * Transactions: a failure that leaves a transaction in doubt (no space, I/O, memory) dooms it.
 * Every later write then fails with the same code, and so does the commit, which rolls back.
 * SQLite may have rolled back by itself at that point; without the rule the next write would
 * quietly open a new transaction and the commit would report success for what is lost.
 */
#ifndef SLUSS_STORE_DB_H
#define SLUSS_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "model/span.h"

struct db;

/* Open an existing file for reading and writing; nothing in it is changed. 0 and *out, or an
 * error with `errnum` set to the system's reason (0: none). */
int db_open(const char *path, struct db **out, int *errnum);
/* Rolls back what is open. Takes the address, accepts null, leaves null. */
void db_close(struct db **db);

/* Go over to WAL with a sync at every commit. SLUSS_EIO when the file system cannot do it. */
int db_make_durable(struct db *db);

/* --- values ------------------------------------------------------------------------------- */

enum value_kind { VALUE_NULL = 0, VALUE_INT, VALUE_DOUBLE, VALUE_TEXT, VALUE_BLOB };

struct value {
    enum value_kind kind;
    int64_t n;
    double x;
    struct span s;
};

static inline struct value v_int(int64_t n)
{
    return (struct value){.kind = VALUE_INT, .n = n};
}

/* Unsigned numbers are stored as the signed number with the same bits. */
static inline struct value v_uint(uint64_t n)
{
    return v_int((int64_t)n);
}

static inline struct value v_double(double x)
{
    return (struct value){.kind = VALUE_DOUBLE, .x = x};
}

/* A null pointer is NULL. */
static inline struct value v_span(struct span s)
{
    return (struct value){.kind = s.p ? VALUE_TEXT : VALUE_NULL, .s = s};
}

static inline struct value v_text(const char *text)
{
    return v_span(span_str(text));
}

static inline struct value v_blob(const void *p, size_t n)
{
    return (struct value){.kind = p ? VALUE_BLOB : VALUE_NULL, .s = {p, n}};
}

static inline struct value v_null(void)
{
    return (struct value){.kind = VALUE_NULL};
}

/* Values for ?1, ?2, ... as the last two arguments of the calls below. */
#define VALUES(...)                                                                                \
    (const struct value[]){__VA_ARGS__},                                                           \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_VALUES NULL, 0

/* --- statements ---------------------------------------------------------------------------- */

/* Run a statement that gives no rows. 0 or an error. */
int db_run(struct db *db, const char *sql, const struct value *values, size_t n);
/* Rows the last db_run changed. */
int db_changes(const struct db *db);
int64_t db_last_row(const struct db *db);

/* Start a query. What the values point at must live until the last db_next or db_done. */
int db_query(struct db *db, sqlite3_stmt **out, const char *sql, const struct value *values,
             size_t n);
/* 1: a row is there; 0: no more; or an error. After 0 and errors the statement is put back. */
int db_next(struct db *db, sqlite3_stmt *statement);
/* Put a statement back before its end. */
void db_done(sqlite3_stmt *statement);

/* The first column of the first row. 1 and *out, 0 when there is no row or it is NULL. */
int db_number(struct db *db, int64_t *out, const char *sql, const struct value *values, size_t n);

/* A script of several statements, not kept. */
int db_script(struct db *db, const char *sql);

/* Columns, valid until the next db_next or db_done. */
static inline int64_t col_int(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_int64(statement, column);
}

static inline uint64_t col_uint(sqlite3_stmt *statement, int column)
{
    return (uint64_t)sqlite3_column_int64(statement, column);
}

static inline bool col_null(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL;
}

/* Text or bytes; SPAN_NONE for NULL, an empty span with an address for what is empty. */
struct span col_span(sqlite3_stmt *statement, int column);
/* Copy a blob of exactly n bytes. False when it is NULL or of another size. */
bool col_bytes(sqlite3_stmt *statement, int column, void *out, size_t n);

/* --- transactions --------------------------------------------------------------------------- */

/* Nothing when one is open (or its doom); else waits up to 10 s for the write lock. */
int db_begin(struct db *db);
int db_commit(struct db *db);
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);

/* What SQLite said at the last failure. */
const char *db_message(const struct db *db);

/* Our code for SQLite's (extended) result code and the errno behind it. */
int db_error_from(int code, int errnum);

#endif
