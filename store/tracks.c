/* tracks.c -- see tracks.h */
#include "store/tracks.h"

#include <string.h>

#include "model/error.h"
#include "store/internal.h"

/* The checks that had a hand in holding delivery ?1, and whether by a rule. */
#define TOOK_PART                                                                                  \
    "SELECT check_name, max(level IN ('hold', 'reject')) AS ruled FROM finding "                   \
    "WHERE delivery = ?1 AND (weight > 0 OR level IN ('hold', 'reject')) "                         \
    "AND NOT EXISTS (SELECT 1 FROM finding WHERE delivery = ?1 AND level = 'hold' "                \
    "AND check_name IN ('phase', 'migration')) GROUP BY check_name"

int tracks_count(struct store *store, int64_t delivery, bool wrong)
{
    int rc = db_begin(store->db);
    return rc ? rc
              : db_run(store->db,
                       "INSERT INTO track (check_name, released, rejected, ruled, told) "
                       "SELECT check_name, ?2, ?3, ruled, 0 FROM (" TOOK_PART ") WHERE true "
                       "ON CONFLICT (check_name) DO UPDATE SET released = released + ?2, "
                       "rejected = rejected + ?3, ruled = ruled + excluded.ruled",
                       VALUES(v_int(delivery), v_int(!wrong), v_int(wrong)));
}

int tracks_turn(struct store *store, int64_t delivery)
{
    int rc = db_begin(store->db);
    return rc ? rc
              : db_run(store->db,
                       "UPDATE track SET released = released - 1, rejected = rejected + 1 "
                       "WHERE released > 0 AND check_name IN "
                       "(SELECT check_name FROM (" TOOK_PART ")) AND EXISTS "
                       "(SELECT 1 FROM delivery WHERE row_id = ?1 AND verdict = 'held')",
                       VALUES(v_int(delivery)));
}

int tracks_get(struct store *store, struct track *out)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT check_name, released, rejected, ruled, told FROM track "
                      "ORDER BY check_name LIMIT ?1",
                      VALUES(v_int(TRACK_MOST)));
    out->n = 0;
    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        struct track_record *record = &out->of[out->n++];
        struct span check = col_span(statement, 0);
        size_t n = check.n < TRACK_CHECK_SIZE ? check.n : TRACK_CHECK_SIZE - 1;

        *record = (struct track_record){.released = col_int(statement, 1),
                                        .rejected = col_int(statement, 2),
                                        .ruled = col_int(statement, 3),
                                        .told = col_int(statement, 4) != 0};
        memcpy(record->check, check.p, n);
        rc = SLUSS_OK;
    }
    return rc;
}

int tracks_tell(struct store *store, const char *check, bool told)
{
    int rc = db_begin(store->db);
    return rc ? rc
              : db_run(store->db, "UPDATE track SET told = ?2 WHERE check_name = ?1",
                       VALUES(v_text(check), v_int(told)));
}
