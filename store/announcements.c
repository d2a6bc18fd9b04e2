/* announcements.c -- see announcements.h */
#include "store/announcements.h"

#include "model/error.h"
#include "store/internal.h"

#define ROW_MEMORY (64 * 1024)

int announcements_add(struct store *store, struct stored_announcement *a)
{
    if (a->from_us >= a->to_us)
        return SLUSS_EINVAL;
    int rc = db_begin(store->db);
    rc = rc ? rc
            : db_run(store->db,
                     "INSERT INTO announcement (unit, items, from_us, to_us, operator, reason, "
                     "at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                     VALUES(v_text(a->unit), v_uint(a->items), v_int(a->from_us), v_int(a->to_us),
                            v_text(a->operator_), v_text(a->reason), v_int(a->at_us)));
    if (rc == 0)
        a->id = db_last_row(store->db);
    return rc;
}

/* One row was to change. */
static int changed_one(struct store *store, int rc, int otherwise)
{
    if (rc < 0)
        return rc;
    return db_changes(store->db) == 1 ? SLUSS_OK : otherwise;
}

int announcements_cancel(struct store *store, int64_t id, int64_t now_us)
{
    int64_t one;
    int rc = db_begin(store->db);
    rc = rc ? rc
            : db_run(store->db,
                     "UPDATE announcement SET cancelled_us = max(?2, 1) WHERE row_id = ?1 AND "
                     "cancelled_us = 0 AND used_by IS NULL",
                     VALUES(v_int(id), v_int(now_us)));
    rc = changed_one(store, rc, SLUSS_ECONFLICT);
    if (rc == SLUSS_ECONFLICT &&
        db_number(store->db, &one, "SELECT 1 FROM announcement WHERE row_id = ?1",
                  VALUES(v_int(id))) == 0)
        return SLUSS_ENOTFOUND;
    return rc;
}

int announcements_use(struct store *store, int64_t id, int64_t delivery_row)
{
    int rc = db_begin(store->db);
    rc = rc ? rc
            : db_run(store->db,
                     "UPDATE announcement SET used_by = ?2 WHERE row_id = ?1 AND used_by IS NULL",
                     VALUES(v_int(id), v_int(delivery_row)));
    return changed_one(store, rc, SLUSS_ECONFLICT);
}

int announcements_free(struct store *store, int64_t delivery_row)
{
    int rc = db_begin(store->db);
    return rc ? rc
              : db_run(store->db, "UPDATE announcement SET used_by = NULL WHERE used_by = ?1",
                       VALUES(v_int(delivery_row)));
}

static int read_row(sqlite3_stmt *statement, struct arena *arena, struct stored_announcement *a)
{
    *a = (struct stored_announcement){
        .id = col_int(statement, 0),
        .items = col_uint(statement, 2),
        .from_us = col_int(statement, 3),
        .to_us = col_int(statement, 4),
        .at_us = col_int(statement, 7),
        .cancelled_us = col_int(statement, 8),
    };
    int rc = copy_text(statement, 1, arena, &a->unit);
    rc = rc ? rc : copy_text(statement, 5, arena, &a->operator_);
    rc = rc ? rc : copy_text(statement, 6, arena, &a->reason);
    return rc ? rc : copy_text(statement, 9, arena, &a->used_by);
}

int announcements_list(struct store *store, const struct announcement_filter *f,
                       announcement_visitor visit, void *context)
{
    struct arena *arena = arena_new(ROW_MEMORY);
    sqlite3_stmt *statement;
    int rc = arena ? SLUSS_OK : SLUSS_ENOMEM;
    rc = rc ? rc
            : db_query(
                  store->db, &statement,
                  "SELECT a.row_id, a.unit, a.items, a.from_us, a.to_us, a.operator, "
                  "a.reason, a.at_us, a.cancelled_us, d.id FROM announcement a LEFT JOIN "
                  "delivery d ON d.row_id = a.used_by WHERE " UNIT_IS(
                      "a.unit",
                      "?1") " AND (?2 = 0 OR (a.used_by IS NULL AND a.cancelled_us = 0 AND "
                            "a.from_us <= ?2 AND a.to_us > ?2)) AND (?3 = 0 OR a.used_by = ?3) "
                            "AND (?4 = 0 OR a.row_id = ?4) "
                            "ORDER BY a.to_us, a.row_id LIMIT ?5 OFFSET ?6",
                  VALUES(v_text(f->unit), v_int(f->open_at_us), v_int(f->used_by_row), v_int(f->id),
                         v_int(f->limit ? (int64_t)f->limit : -1), v_int(f->offset)));
    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        struct stored_announcement a;
        arena_reset(arena);
        rc = read_row(statement, arena, &a);
        rc = rc ? rc : visit(context, &a);
        if (rc != 0)
            db_done(statement);
    }
    arena_free(&arena);
    return rc;
}
