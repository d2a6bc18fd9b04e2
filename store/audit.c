/* audit.c -- see audit.h
 *
 * The hash of a row: BLAKE2b-256 under a key derived from the site's secret, over the hash of
 * the row before it (32 zero bytes for the first), its sequence, its time, and its texts, each
 * with its length in front (an absent text has the length 2^64 - 1). All numbers are 8 bytes,
 * little-endian.
 * audit_head holds the last sequence and a hash, of the same kind, over it and the last row's
 * hash: a trail that was cut off at its end has rows that fit and a head that does not.
 */
#include "store/audit.h"

#include <sodium.h>
#include <string.h>

#include "model/error.h"
#include "store/internal.h"

#define HASH_SIZE 32

static void add_number(crypto_generichash_state *state, uint64_t n)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(n >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof bytes);
}

static void add_text(crypto_generichash_state *state, struct span text)
{
    add_number(state, text.p ? text.n : UINT64_MAX);
    if (text.n)
        crypto_generichash_update(state, (const uint8_t *)text.p, text.n);
}

struct entry {
    int64_t sequence;
    int64_t at_us;
    struct span actor;
    struct span event;
    struct span delivery_id;
    struct span detail;
};

static void hash_entry(const struct store *store, const uint8_t before[HASH_SIZE],
                       const struct entry *e, uint8_t hash[HASH_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, store->audit_key, sizeof store->audit_key, HASH_SIZE);
    crypto_generichash_update(&state, before, HASH_SIZE);
    add_number(&state, (uint64_t)e->sequence);
    add_number(&state, (uint64_t)e->at_us);
    add_text(&state, e->actor);
    add_text(&state, e->event);
    add_text(&state, e->delivery_id);
    add_text(&state, e->detail);
    crypto_generichash_final(&state, hash, HASH_SIZE);
}

static void hash_head(const struct store *store, int64_t sequence, const uint8_t last[HASH_SIZE],
                      uint8_t hash[HASH_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, store->audit_key, sizeof store->audit_key, HASH_SIZE);
    add_text(&state, SPAN_LIT("head"));
    add_number(&state, (uint64_t)sequence);
    crypto_generichash_update(&state, last, HASH_SIZE);
    crypto_generichash_final(&state, hash, HASH_SIZE);
}

/* --- appending ------------------------------------------------------------------------------- */

struct last_row {
    int64_t sequence;
    int64_t at_us;
    uint8_t hash[HASH_SIZE];
};

static int read_last(struct store *store, struct last_row *last)
{
    *last = (struct last_row){0};
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT sequence, at_us, hash FROM audit ORDER BY sequence DESC LIMIT 1",
                      NO_VALUES);
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc != 1)
        return rc;
    last->sequence = col_int(statement, 0);
    last->at_us = col_int(statement, 1);
    bool whole = col_bytes(statement, 2, last->hash, HASH_SIZE);
    db_done(statement);
    return whole ? SLUSS_OK : SLUSS_ECORRUPT;
}

/* The number of the next row. Where the head does not fit the last row, somebody took rows away
 * at the end; a row that came right after would heal the trail, so a number is left out, and
 * audit_verify names the gap for good. */
static int next_sequence(struct store *store, const struct last_row *last, int64_t *next)
{
    uint8_t should[HASH_SIZE], head[HASH_SIZE];
    int64_t sequence = 0;
    bool fits = last->sequence == 0;
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement, "SELECT sequence, hash FROM audit_head", NO_VALUES);
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        sequence = col_int(statement, 0);
        hash_head(store, last->sequence, last->hash, should);
        fits = col_bytes(statement, 1, head, HASH_SIZE) && sequence == last->sequence &&
               memcmp(head, should, HASH_SIZE) == 0;
        db_done(statement);
    }
    *next = last->sequence + (fits ? 1 : 2);
    if (!fits && sequence >= *next && sequence < INT64_MAX)
        *next = sequence + 1;
    return SLUSS_OK;
}

int audit_append(struct store *store, int64_t now_us, const char *actor, const char *event,
                 const char *delivery_id, struct span detail)
{
    struct last_row last = {0};
    int64_t sequence = 0;
    int rc = db_begin(store->db);
    if (rc == 0)
        rc = read_last(store, &last);
    if (rc == 0)
        rc = next_sequence(store, &last, &sequence);
    if (rc < 0)
        return rc;
    struct entry e = {
        .sequence = sequence,
        /* The trail never runs backwards, whatever the clock does. */
        .at_us = now_us > last.at_us ? now_us : last.at_us,
        .actor = span_str(actor),
        .event = span_str(event),
        .delivery_id = span_str(delivery_id),
        .detail = detail,
    };
    uint8_t hash[HASH_SIZE], head[HASH_SIZE];
    hash_entry(store, last.hash, &e, hash);
    hash_head(store, e.sequence, hash, head);
    rc = db_run(store->db,
                "INSERT INTO audit (sequence, at_us, actor, event, delivery_id, detail, hash) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                VALUES(v_int(e.sequence), v_int(e.at_us), v_span(e.actor), v_span(e.event),
                       v_span(e.delivery_id), v_span(e.detail), v_blob(hash, HASH_SIZE)));
    if (rc < 0)
        return rc;
    return db_run(store->db,
                  "INSERT OR REPLACE INTO audit_head (one, sequence, hash) "
                  "VALUES (1, ?1, ?2)",
                  VALUES(v_int(e.sequence), v_blob(head, HASH_SIZE)));
}

/* --- listing ---------------------------------------------------------------------------------- */

static int read_row(sqlite3_stmt *statement, struct arena *arena, struct audit_row *row)
{
    row->sequence = col_int(statement, 0);
    row->at_us = col_int(statement, 1);
    if (!col_bytes(statement, 6, row->hash, sizeof row->hash))
        memset(row->hash, 0, sizeof row->hash); /* audit_verify is there to complain */
    int rc = copy_text(statement, 2, arena, &row->actor);
    if (rc == 0)
        rc = copy_text(statement, 3, arena, &row->event);
    if (rc == 0)
        rc = copy_text(statement, 4, arena, &row->delivery_id);
    if (rc == 0)
        rc = copy_text(statement, 5, arena, &row->detail);
    return rc;
}

#define AUDIT_COLUMNS "sequence, at_us, actor, event, delivery_id, detail, hash"

static int read_page(struct store *store, const struct audit_filter *filter, int64_t after,
                     unsigned most, struct arena *arena, struct audit_row *of, unsigned *n)
{
    sqlite3_stmt *statement;
    int rc = filter->delivery_id
                 ? db_query(store->db, &statement,
                            "SELECT " AUDIT_COLUMNS " FROM audit WHERE delivery_id = ?4 AND "
                            "sequence > ?1 AND at_us >= ?2 ORDER BY sequence LIMIT ?3",
                            VALUES(v_int(after), v_int(filter->since_us), v_int(most),
                                   v_text(filter->delivery_id)))
                 : db_query(store->db, &statement,
                            "SELECT " AUDIT_COLUMNS " FROM audit WHERE sequence > ?1 AND "
                            "at_us >= ?2 ORDER BY sequence LIMIT ?3",
                            VALUES(v_int(after), v_int(filter->since_us), v_int(most)));
    if (rc < 0)
        return rc;
    *n = 0;
    while (*n < most && (rc = db_next(store->db, statement)) == 1) {
        rc = read_row(statement, arena, &of[*n]);
        if (rc < 0)
            break;
        (*n)++;
    }
    db_done(statement);
    return rc < 0 ? rc : SLUSS_OK;
}

int audit_list(struct store *store, const struct audit_filter *filter, audit_visitor visit,
               void *context)
{
    struct arena *arena = arena_new(PAGE_ROOM);
    if (!arena)
        return SLUSS_ENOMEM;
    struct audit_row page[PAGE_ROWS];
    int64_t after = filter->after_sequence;
    unsigned left = filter->limit ? filter->limit : UINT32_MAX;
    int rc = 0;
    while (left > 0 && rc == 0) {
        unsigned most = left < PAGE_ROWS ? left : PAGE_ROWS, n = 0;
        arena_reset(arena);
        rc = read_page(store, filter, after, most, arena, page, &n);
        for (unsigned i = 0; i < n && rc == 0; i++) {
            after = page[i].sequence;
            rc = visit(context, &page[i]);
        }
        if (n < most)
            break;
        left = filter->limit ? left - n : left;
    }
    arena_free(&arena);
    return rc < 0 ? rc : SLUSS_OK;
}

/* --- verifying ---------------------------------------------------------------------------------
 */

static int broken(int64_t *sequence, int64_t at, struct buf *why, const char *how)
{
    *sequence = at;
    buf_printf(why, "row %lld %s", (long long)at, how);
    return SLUSS_ECORRUPT;
}

/* The row the statement stands on: does it follow from what came before? */
static int verify_row(struct store *store, sqlite3_stmt *statement, int64_t *sequence,
                      uint8_t hash[HASH_SIZE], struct buf *why)
{
    struct entry e = {
        .sequence = col_int(statement, 0),
        .at_us = col_int(statement, 1),
        .actor = col_span(statement, 2),
        .event = col_span(statement, 3),
        .delivery_id = col_span(statement, 4),
        .detail = col_span(statement, 5),
    };
    if (e.sequence != *sequence + 1)
        return broken(sequence, *sequence + 1, why, "is missing");
    uint8_t computed[HASH_SIZE], stored[HASH_SIZE];
    hash_entry(store, hash, &e, computed);
    if (!col_bytes(statement, 6, stored, HASH_SIZE) ||
        sodium_memcmp(computed, stored, HASH_SIZE) != 0)
        return broken(sequence, e.sequence, why,
                      "is not what was written: it was changed, or put in this place");
    *sequence = e.sequence;
    memcpy(hash, computed, HASH_SIZE);
    return SLUSS_OK;
}

/* Behind the last row: is it where the head says the trail ends? One statement, so that both
 * are of one moment. */
static int verify_head(struct store *store, int64_t *sequence, const uint8_t hash[HASH_SIZE],
                       struct buf *why)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT h.sequence, h.hash, "
                      "(SELECT coalesce(max(sequence), 0) FROM audit) "
                      "FROM (SELECT 1) LEFT JOIN audit_head h ON h.one = 1",
                      NO_VALUES);
    if (rc == 0)
        rc = db_next(store->db, statement);
    if (rc < 0)
        return rc;
    int64_t head = col_int(statement, 0), last = col_int(statement, 2);
    uint8_t stored[HASH_SIZE] = {0}, computed[HASH_SIZE];
    (void)col_bytes(statement, 1, stored, HASH_SIZE);
    db_done(statement);
    if (last > *sequence) /* appended meanwhile; the next step walks on */
        return SLUSS_OK;
    if (head > last)
        return broken(sequence, last + 1, why, "and those behind it are missing at the end");
    if (last == 0)
        return SLUSS_OK;
    hash_head(store, last, hash, computed);
    if (head != last || sodium_memcmp(stored, computed, HASH_SIZE) != 0)
        return broken(sequence, last, why, "is not the end that was recorded of the trail");
    return SLUSS_OK;
}

int audit_verify(struct store *store, unsigned most, int64_t *sequence, uint8_t hash[32],
                 struct buf *why)
{
    const int64_t rows = most ? (int64_t)most : INT64_MAX;
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT " AUDIT_COLUMNS
                      " FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
                      VALUES(v_int(*sequence), v_int(rows)));
    int64_t seen = 0;
    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        seen++;
        rc = verify_row(store, statement, sequence, hash, why);
        if (rc < 0)
            db_done(statement);
    }
    if (rc == 0 && seen < rows)
        rc = verify_head(store, sequence, hash, why);
    return rc;
}
