/* habits.c -- see habits.h */
#include "store/habits.h"

#include <stdio.h>
#include <string.h>

#include "model/error.h"
#include "store/internal.h"

int habits_put(struct store *store, int64_t delivery, const char *stream, int64_t received_us,
               struct span row)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    return db_run(store->db,
                  "INSERT OR REPLACE INTO habit (delivery, stream, received_us, entered, row) "
                  "VALUES (?1, ?2, ?3, 0, ?4)",
                  VALUES(v_int(delivery), v_text(stream), v_int(received_us),
                         v_blob(row.p, row.n)));
}

/* The newest rows stay. */
static int trim(struct store *store, int64_t delivery)
{
    return db_run(store->db,
                  "DELETE FROM habit WHERE entered = 1 AND stream = (SELECT stream FROM habit "
                  "WHERE delivery = ?1) AND received_us < (SELECT received_us FROM habit WHERE "
                  "entered = 1 AND stream = (SELECT stream FROM habit WHERE delivery = ?1) "
                  "ORDER BY received_us DESC LIMIT 1 OFFSET ?2)",
                  VALUES(v_int(delivery), v_int(HABITS_KEPT - 1)));
}

int habits_enter(struct store *store, int64_t delivery, struct span row)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    rc = db_run(store->db,
                "UPDATE habit SET entered = 1, row = coalesce(?2, row) WHERE delivery = ?1",
                VALUES(v_int(delivery), v_blob(row.p, row.n)));
    if (rc < 0 || db_changes(store->db) == 0)
        return rc;
    return trim(store, delivery);
}

int habits_leave(struct store *store, int64_t delivery)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    return db_run(store->db, "UPDATE habit SET entered = 0 WHERE delivery = ?1",
                  VALUES(v_int(delivery)));
}

int habits_get(struct store *store, int64_t delivery, struct arena *arena, struct span *row)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement, "SELECT row FROM habit WHERE delivery = ?1",
                      VALUES(v_int(delivery)));
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc != 1)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    struct span stored = col_span(statement, 0);
    char *copy = arena_alloc(arena, stored.n + 1);
    if (copy)
        memcpy(copy, stored.p, stored.n);
    db_done(statement);
    *row = span_of(copy, stored.n);
    return copy ? SLUSS_OK : SLUSS_ENOMEM;
}

int habits_list(struct store *store, const char *stream, habit_visitor visit, void *context)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT delivery, row FROM (SELECT delivery, received_us, row FROM habit "
                      "WHERE entered = 1 AND stream = ?1 ORDER BY received_us DESC LIMIT ?2) "
                      "ORDER BY received_us",
                      VALUES(v_text(stream), v_int(HABITS_KEPT)));
    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        rc = visit(context, col_int(statement, 0), col_span(statement, 1));
        if (rc != 0)
            db_done(statement);
    }
    return rc;
}

/* --- import ---------------------------------------------------------------------------------- */

#define HALF_DAY_US (INT64_C(12) * 3600 * SECOND_US)

int habits_import_begin(struct store *store, const char *stream, unsigned *removed)
{
    int rc = db_begin(store->db);
    rc = rc ? rc
            : db_run(store->db, "DELETE FROM habit WHERE stream = ?1 AND delivery < 0",
                     VALUES(v_text(stream)));
    if (rc == 0)
        *removed = (unsigned)db_changes(store->db);
    return rc;
}

int habits_import(struct store *store, const char *stream, int64_t received_us, struct span row)
{
    int64_t own = INT64_MAX, lowest = 0;
    int rc = db_begin(store->db);
    rc = rc ? rc
            : db_number(store->db, &own,
                        "SELECT min(received_us) FROM habit WHERE stream = ?1 AND entered = 1 "
                        "AND delivery > 0",
                        VALUES(v_text(stream)));
    if (rc < 0 || received_us >= own - HALF_DAY_US)
        return rc < 0 ? rc : 0;
    rc = db_number(store->db, &lowest, "SELECT min(delivery) FROM habit", NO_VALUES);
    if (rc < 0)
        return rc;
    lowest = lowest < 0 ? lowest - 1 : -1;
    rc = db_run(store->db,
                "INSERT INTO habit (delivery, stream, received_us, entered, row) "
                "VALUES (?1, ?2, ?3, 1, ?4)",
                VALUES(v_int(lowest), v_text(stream), v_int(received_us),
                       v_blob(row.p, row.n)));
    rc = rc ? rc : trim(store, lowest);
    return rc < 0 ? rc : 1;
}

int habits_most(struct store *store, const char *streams, char *word, size_t size, unsigned *n)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT substr(stream, length(?1) + 2), count(*) FROM (SELECT stream FROM "
                      "habit WHERE entered = 1 AND stream > ?1 || ' ' AND stream < ?1 || '!' "
                      "LIMIT ?2) GROUP BY stream ORDER BY 2 DESC, 1",
                      VALUES(v_text(streams), v_int(HABITS_COUNTED)));

    *n = 0;
    *word = '\0';
    if (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        snprintf(word, size, "%.*s", SPAN_FMT(col_span(statement, 0)));
        *n = (unsigned)col_int(statement, 1);
        db_done(statement);
        rc = SLUSS_OK;
    }
    return rc;
}

int habits_times(struct store *store, const char *unit, time_visitor visit, void *context)
{
    sqlite3_stmt *statement;
    /* A stream's name is the unit's, a blank and more; '!' follows the blank. */
    int rc = db_query(store->db, &statement,
                      "SELECT received_us FROM habit WHERE entered = 1 AND stream > ?1 || ' ' "
                      "AND stream < ?1 || '!' ORDER BY received_us",
                      VALUES(v_text(unit)));
    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        rc = visit(context, col_int(statement, 0));
        if (rc != 0)
            db_done(statement);
    }
    return rc;
}
