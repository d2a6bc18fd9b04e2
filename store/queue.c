/* queue.c -- see queue.h
 *
 * A row lives from the verdict on and stays, with the time of its acknowledgement, as the
 * record of who took the delivery and how often.
 */
#include "store/queue.h"

#include <string.h>

#include "model/error.h"
#include "store/internal.h"

int queue_add(struct store *store, int64_t delivery_row, int64_t ready_us)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    return db_run(store->db,
                  "INSERT INTO queue (delivery, id, unit, ready_us, ripe) "
                  "SELECT row_id, id, unit, ?2, state = 'queued' FROM delivery WHERE row_id = ?1 "
                  "ON CONFLICT (delivery) DO NOTHING",
                  VALUES(v_int(delivery_row), v_int(ready_us)));
}

int queue_remove(struct store *store, int64_t delivery_row)
{
    int rc = db_begin(store->db);
    if (rc == 0)
        rc =
            db_run(store->db, "DELETE FROM queue WHERE delivery = ?1", VALUES(v_int(delivery_row)));
    if (rc < 0)
        return rc;
    return db_changes(store->db) == 1 ? SLUSS_OK : SLUSS_ENOTFOUND;
}

/* --- cooling off ---------------------------------------------------------------------------------
 */

#define RIPEN_ROWS 256

static int due_rows(struct store *store, int64_t now_us, int64_t rows[RIPEN_ROWS])
{
    sqlite3_stmt *statement;
    int n = 0;
    int rc = db_query(store->db, &statement,
                      "SELECT delivery FROM queue WHERE ripe = 0 AND ready_us <= ?1 "
                      "ORDER BY ready_us LIMIT ?2",
                      VALUES(v_int(now_us), v_int(RIPEN_ROWS)));
    if (rc < 0)
        return rc;
    while (n < RIPEN_ROWS && (rc = db_next(store->db, statement)) == 1)
        rows[n++] = col_int(statement, 0);
    if (rc == 1)
        db_done(statement);
    return rc < 0 ? rc : n;
}

/* An entry whose delivery is in no state to be queued (recalled beside the queue) would come
 * back for ever: it is taken out. */
static int ripen(struct store *store, int64_t row, int64_t now_us)
{
    int rc = store_delivery_become(store, row, STATE_QUEUED, now_us);
    if (rc == SLUSS_ECONFLICT)
        return queue_remove(store, row);
    if (rc == 0)
        rc = db_run(store->db, "UPDATE queue SET ripe = 1 WHERE delivery = ?1", VALUES(v_int(row)));
    return rc < 0 ? rc : 1;
}

int queue_ripen(struct store *store, int64_t now_us, int64_t *next_us)
{
    int64_t rows[RIPEN_ROWS];
    int ripened = 0, n;
    do {
        n = due_rows(store, now_us, rows);
        if (n < 0)
            return n;
        for (int i = 0; i < n; i++) {
            int rc = ripen(store, rows[i], now_us);
            if (rc < 0)
                return rc;
            ripened += rc;
        }
    } while (n == RIPEN_ROWS);
    int64_t next = INT64_MAX;
    int rc =
        db_number(store->db, &next, "SELECT min(ready_us) FROM queue WHERE ripe = 0", NO_VALUES);
    if (rc < 0)
        return rc;
    *next_us = next;
    return ripened;
}

/* --- the processing system's side
 * ------------------------------------------------------------------ */

#define QUEUE_COLUMNS                                                                              \
    DELIVERY_COLUMNS ", q.ready_us, q.taken_us, q.lease_until_us, q.taken_by, q.takes, "           \
                     "q.last_nack, q.acked_us"

static int read_entry(sqlite3_stmt *statement, struct arena *arena, struct queue_entry *e)
{
    const int first = DELIVERY_COLUMN_COUNT;
    int rc = delivery_from_row(statement, 0, arena, &e->delivery);
    e->ready_us = col_int(statement, first);
    e->taken_us = col_int(statement, first + 1);
    e->lease_until_us = col_int(statement, first + 2);
    e->takes = (unsigned)col_int(statement, first + 4);
    e->acked_us = col_int(statement, first + 6);
    if (rc == 0)
        rc = copy_text(statement, first + 3, arena, &e->taken_by);
    if (rc == 0)
        rc = copy_text(statement, first + 5, arena, &e->last_nack);
    return rc;
}

int queue_get(struct store *store, int64_t row, struct arena *arena, struct queue_entry *out)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT " QUEUE_COLUMNS " FROM queue q JOIN delivery d ON d.row_id = "
                      "q.delivery WHERE q.delivery = ?1",
                      VALUES(v_int(row)));
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc != 1)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    rc = read_entry(statement, arena, out);
    db_done(statement);
    return rc < 0 ? rc : delivery_figures(store, &out->delivery);
}

int queue_take(struct store *store, const char *unit, const char *by, int64_t now_us,
               int64_t lease_us, struct arena *arena, struct queue_entry *out)
{
    int64_t row = 0;
    int64_t until;
    if (__builtin_add_overflow(now_us, lease_us, &until))
        return SLUSS_EOVERFLOW;
    int rc = db_begin(store->db); /* first, so that two takers never see the same entry free */
    if (rc == 0)
        rc = db_number(store->db, &row,
                       "SELECT delivery FROM queue WHERE acked_us = 0 AND ripe = 1 AND "
                       "lease_until_us <= ?2 AND " UNIT_IS("unit", "?1") " ORDER BY id LIMIT 1",
                       VALUES(v_text(unit), v_int(now_us)));
    if (rc != 1)
        return rc;
    rc = db_run(store->db,
                "UPDATE queue SET taken_us = ?2, lease_until_us = ?3, taken_by = ?4, "
                "takes = takes + 1 WHERE delivery = ?1",
                VALUES(v_int(row), v_int(now_us), v_int(until), v_text(by)));
    struct queue_entry entry;
    if (rc == 0)
        rc = queue_get(store, row, arena, &entry);
    if (rc < 0)
        return rc;
    *out = entry;
    return 1;
}

/* 1 when acknowledged before, 0 when not, SLUSS_ENOTFOUND when there is no such delivery,
 * SLUSS_ECONFLICT when it is not in the queue. */
static int was_acked(struct store *store, int64_t row)
{
    int64_t acked = -1;
    int rc = db_number(store->db, &acked,
                       "SELECT coalesce(q.acked_us, -1) FROM delivery d LEFT JOIN queue q "
                       "ON q.delivery = d.row_id WHERE d.row_id = ?1",
                       VALUES(v_int(row)));
    if (rc <= 0)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    return acked < 0 ? SLUSS_ECONFLICT : acked > 0;
}

int queue_ack(struct store *store, int64_t delivery_row, int64_t now_us)
{
    int rc = db_begin(store->db);
    if (rc == 0)
        rc = was_acked(store, delivery_row);
    if (rc != 0)
        return rc < 0 ? rc : SLUSS_OK;
    rc = store_delivery_become(store, delivery_row, STATE_DELIVERED, now_us);
    if (rc < 0)
        return rc;
    return db_run(store->db, "UPDATE queue SET acked_us = max(?2, 1) WHERE delivery = ?1",
                  VALUES(v_int(delivery_row), v_int(now_us)));
}

int queue_nack(struct store *store, int64_t delivery_row, const char *reason, int64_t now_us)
{
    (void)now_us; /* a lease that ran out but was not lent again may still be given back */
    int rc = db_begin(store->db);
    if (rc == 0)
        rc = was_acked(store, delivery_row);
    if (rc != 0)
        return rc < 0 ? rc : SLUSS_ECONFLICT;
    rc = db_run(store->db,
                "UPDATE queue SET taken_us = 0, lease_until_us = 0, taken_by = NULL, "
                "last_nack = ?2 WHERE delivery = ?1 AND taken_us <> 0",
                VALUES(v_int(delivery_row), v_text(reason ? reason : "")));
    if (rc < 0)
        return rc;
    return db_changes(store->db) == 1 ? SLUSS_OK : SLUSS_ECONFLICT;
}

/* --- listing
 * ------------------------------------------------------------------------------------------ */

struct listing {
    const char *unit;
    char cursor[DELIVERY_ID_SIZE];
    struct queue_entry *page;
    unsigned n;
};

static int read_page(struct store *store, struct listing *l, unsigned most, struct arena *arena)
{
    l->n = 0;
    l->page = arena_array(arena, most, sizeof *l->page);
    if (!l->page)
        return SLUSS_ENOMEM;
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT " QUEUE_COLUMNS " FROM queue q JOIN delivery d ON d.row_id = "
                      "q.delivery WHERE q.acked_us = 0 AND q.id > ?2 AND " UNIT_IS(
                          "q.unit", "?1") " ORDER BY q.id LIMIT ?3",
                      VALUES(v_text(l->unit), v_text(l->cursor), v_int(most)));
    if (rc < 0)
        return rc;
    while (l->n < most && (rc = db_next(store->db, statement)) == 1) {
        rc = read_entry(statement, arena, &l->page[l->n]);
        if (rc < 0)
            break;
        l->n++;
    }
    db_done(statement);
    for (unsigned i = 0; i < l->n && rc >= 0; i++)
        rc = delivery_figures(store, &l->page[i].delivery);
    return rc < 0 ? rc : SLUSS_OK;
}

int queue_list(struct store *store, const char *unit, const char *after_id, unsigned limit,
               queue_visitor visit, void *context)
{
    struct arena *arena = arena_new(PAGE_ROOM);
    if (!arena)
        return SLUSS_ENOMEM;
    struct listing l = {.unit = unit};
    size_t n = after_id ? strnlen(after_id, sizeof l.cursor - 1) : 0;
    if (n)
        memcpy(l.cursor, after_id, n);
    unsigned left = limit ? limit : UINT32_MAX;
    int rc = 0;
    while (left > 0 && rc == 0) {
        unsigned most = left < PAGE_ROWS ? left : PAGE_ROWS;
        arena_reset(arena);
        rc = read_page(store, &l, most, arena);
        for (unsigned i = 0; i < l.n && rc == 0; i++) {
            memcpy(l.cursor, l.page[i].delivery.id, sizeof l.cursor);
            rc = visit(context, &l.page[i]);
        }
        if (l.n < most)
            break;
        left = limit ? left - l.n : left;
    }
    arena_free(&arena);
    return rc < 0 ? rc : SLUSS_OK;
}

int queue_count(struct store *store, uint64_t *out)
{
    int64_t n = 0;
    int rc = db_number(store->db, &n, "SELECT count(*) FROM queue WHERE acked_us = 0", NO_VALUES);
    if (rc < 0)
        return rc;
    *out = (uint64_t)n;
    return SLUSS_OK;
}

int queue_clock_back(struct store *store, int64_t by_us)
{
    int rc = db_begin(store->db);

    return rc ? rc
              : db_run(store->db,
                       "UPDATE queue SET ready_us = ready_us - ?1, lease_until_us = "
                       "CASE lease_until_us WHEN 0 THEN 0 ELSE lease_until_us - ?1 END "
                       "WHERE acked_us = 0",
                       VALUES(v_int(by_us)));
}
