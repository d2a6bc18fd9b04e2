/* standing.c -- see standing.h */
#include "store/standing.h"

#include "model/error.h"
#include "store/internal.h"

/* Stored by name, as every enumeration. */
static const char *const phases[] = {[PHASE_TEST] = "test", [PHASE_LIVE] = "live"};

int standing_get(struct store *store, const char *unit, struct standing *out)
{
    sqlite3_stmt *statement;
    struct standing s = {0};
    int rc = db_query(store->db, &statement,
                      "SELECT phase, migration_until_us FROM standing WHERE unit = ?1",
                      VALUES(v_text(unit)));
    rc = rc ? rc : db_next(store->db, statement);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        s.phase_said = !col_null(statement, 0);
        if (span_eq_str(col_span(statement, 0), phases[PHASE_LIVE]))
            s.phase = PHASE_LIVE;
        s.migration_until_us = col_int(statement, 1);
        db_done(statement);
    }
    *out = s;
    return SLUSS_OK;
}

int standing_set(struct store *store, const char *unit, const struct standing *s)
{
    int rc = db_begin(store->db);
    return rc ? rc
              : db_run(store->db,
                       "INSERT OR REPLACE INTO standing (unit, phase, migration_until_us) "
                       "VALUES (?1, ?2, ?3)",
                       VALUES(v_text(unit), s->phase_said ? v_text(phases[s->phase]) : v_null(),
                              v_int(s->migration_until_us)));
}
