/* prior.c -- see prior.h */
#include "store/prior.h"

#include <string.h>

#include "model/error.h"
#include "model/text.h"
#include "store/internal.h"

#define PRIOR_COLUMNS "d.row_id, d.id, d.state, d.verdict, d.technical, d.received_us, d.file, d.unit"

static int read_prior(sqlite3_stmt *statement, struct prior *out)
{
    int state = state_from_name(col_span(statement, 2));
    int verdict = verdict_from_name(col_span(statement, 3));
    struct span id = col_span(statement, 1);
    struct span unit = col_span(statement, 7);
    if (state < 0 || verdict < 0 || id.n >= sizeof out->id || unit.n >= sizeof out->unit)
        return SLUSS_ECORRUPT;
    struct prior p = {
        .row = col_int(statement, 0),
        .state = (enum delivery_state)state,
        .verdict = (enum verdict)verdict,
        .technical = col_int(statement, 4) != 0,
        .received_us = col_int(statement, 5),
    };
    memcpy(p.id, id.p, id.n);
    memcpy(p.unit, unit.p, unit.n);
    struct buf file;
    buf_init(&file, sizeof p.file * 2);
    int rc = text_escape(&file, col_span(statement, 6));
    if (rc == 0) {
        size_t n = file.n < sizeof p.file ? file.n : sizeof p.file - 1;
        memcpy(p.file, buf_cstr(&file), n);
        *out = p;
    }
    buf_free(&file);
    return rc;
}

/* 1 and *out, 0 when the query gives no row. */
static int one_prior(struct store *store, struct prior *out, const char *sql,
                     const struct value *values, size_t n)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement, sql, values, n);
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc != 1)
        return rc;
    rc = read_prior(statement, out);
    db_done(statement);
    return rc < 0 ? rc : 1;
}

/* What the sender should hear of first. */
#define BY_WEIGHT                                                                                  \
    " ORDER BY CASE WHEN d.state IN " ACCEPTED_STATES " THEN 0 WHEN d.state = 'held' THEN 1 "      \
    "WHEN d.state = 'rejected' THEN 2 ELSE 3 END, d.id DESC LIMIT 1"

int prior_same_bytes(struct store *store, int64_t row, const uint8_t blake2b[32], struct prior *out)
{
    return one_prior(store, out,
                     "SELECT " PRIOR_COLUMNS " FROM delivery d "
                     "WHERE d.blake2b = ?1 AND d.row_id <> ?2" BY_WEIGHT,
                     VALUES(v_blob(blake2b, 32), v_int(row)));
}

int prior_same_content(struct store *store, int64_t row, const uint8_t digest[16],
                       struct prior *out)
{
    return one_prior(store, out,
                     "SELECT " PRIOR_COLUMNS " FROM delivery d "
                     "WHERE d.content = ?1 AND d.row_id <> ?2 AND (d.blake2b IS NULL OR "
                     "d.blake2b IS NOT (SELECT blake2b FROM delivery WHERE row_id = ?2))" BY_WEIGHT,
                     VALUES(v_blob(digest, 16), v_int(row)));
}

int prior_by_row(struct store *store, int64_t row, struct prior *out)
{
    return one_prior(store, out, "SELECT " PRIOR_COLUMNS " FROM delivery d WHERE d.row_id = ?1",
                     VALUES(v_int(row)));
}
