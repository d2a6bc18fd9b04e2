/* items.c -- see items.h
 *
 * The scan goes over the delivery's own items once and looks each key up among all items. It
 * counts what was accepted up to the moment it began (by the number of the acceptance); a
 * delivery accepted later is compared afterwards, as a whole, by walking the smaller of the
 * two. Only when that finds something in common does the scan begin again. So no step is
 * long, and the result is complete at the moment of the last one.
 */
#include "store/items.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/error.h"
#include "model/text.h"
#include "store/internal.h"

int items_begin(struct store *store, int64_t row)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    return db_run(store->db, "DELETE FROM forgotten WHERE delivery = ?1", VALUES(v_int(row)));
}

int items_add(struct store *store, int64_t row, uint64_t ordinal, const struct item_keys *keys)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    return db_run(store->db,
                  "INSERT OR REPLACE INTO item (delivery, ordinal, k1, k2, record) "
                  "VALUES (?1, ?2, ?3, ?4, ?5)",
                  VALUES(v_int(row), v_uint(ordinal),
                         keys->has_number ? v_uint(keys->k1) : v_null(),
                         keys->has_party ? v_uint(keys->k2) : v_null(), v_uint(keys->record)));
}

int items_end(struct store *store, int64_t row, uint64_t count)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    /* The same bytes give the same items, so this removes something only when a newer program
     * reads the file otherwise than the one that died over it. */
    return db_run(store->db, "DELETE FROM item WHERE delivery = ?1 AND ordinal > ?2",
                  VALUES(v_int(row), v_uint(count)));
}

int items_forget(struct store *store, int64_t row)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    return db_run(store->db, "INSERT OR IGNORE INTO forgotten (delivery) VALUES (?1)",
                  VALUES(v_int(row)));
}

int items_sweep(struct store *store, unsigned most)
{
    int64_t row;
    int rc = db_number(store->db, &row, "SELECT min(delivery) FROM forgotten", NO_VALUES);
    if (rc <= 0)
        return rc;
    rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    rc = db_run(store->db,
                "DELETE FROM item WHERE delivery = ?1 AND ordinal IN "
                "(SELECT ordinal FROM item WHERE delivery = ?1 LIMIT ?2)",
                VALUES(v_int(row), v_int(most)));
    if (rc == 0 && (unsigned)db_changes(store->db) < most)
        rc = db_run(store->db, "DELETE FROM forgotten WHERE delivery = ?1", VALUES(v_int(row)));
    return rc < 0 ? rc : 1;
}

/* --- an earlier delivery ------------------------------------------------------------------------
 */

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

int items_same_bytes(struct store *store, int64_t row, const uint8_t blake2b[32], struct prior *out)
{
    return one_prior(store, out,
                     "SELECT " PRIOR_COLUMNS " FROM delivery d "
                     "WHERE d.blake2b = ?1 AND d.row_id <> ?2" BY_WEIGHT,
                     VALUES(v_blob(blake2b, 32), v_int(row)));
}

int items_same_content(struct store *store, int64_t row, const uint8_t digest[16],
                       struct prior *out)
{
    return one_prior(store, out,
                     "SELECT " PRIOR_COLUMNS " FROM delivery d "
                     "WHERE d.content = ?1 AND d.row_id <> ?2 AND (d.blake2b IS NULL OR "
                     "d.blake2b IS NOT (SELECT blake2b FROM delivery WHERE row_id = ?2))" BY_WEIGHT,
                     VALUES(v_blob(digest, 16), v_int(row)));
}

/* --- the scan
 * ------------------------------------------------------------------------------------- */

enum key { BY_NUMBER = 0, BY_PARTY, KEY_COUNT };

/* What the scan remembers of a delivery it met: its acceptance (0: not accepted) and how many
 * items stand in it. A file of many small old ones may meet more deliveries than fit; those
 * are looked up each time and count as seen, but cannot be the one most items stand in. */
struct met {
    int64_t row; /* 0 = free */
    int64_t acceptance;
    uint64_t in[KEY_COUNT];
};

#define MET_SLOTS 4096
#define MET_MOST  (MET_SLOTS * 3 / 4)

struct item_scan {
    struct store *store;
    int64_t own;
    int64_t accepted_to; /* acceptances up to this one are counted item by item */
    int64_t compared_to; /* later ones up to this one have nothing in common with the file */
    bool items_done;
    int64_t after; /* ordinal the walk has come to */
    struct scan_result result;
    unsigned met_count;
    struct met met[MET_SLOTS];
    struct {
        int64_t acceptance; /* 0 = none in hand */
        int64_t walked;     /* delivery whose items are walked, */
        int64_t searched;   /* and the one they are looked for in */
        int64_t after;
    } later;
};

static int last_acceptance(struct store *store, int64_t *out)
{
    *out = 0;
    int rc = db_number(store->db, out,
                       "SELECT sequence FROM acceptance ORDER BY sequence DESC LIMIT 1", NO_VALUES);
    return rc < 0 ? rc : SLUSS_OK;
}

static int begin_items(struct item_scan *scan)
{
    memset(&scan->result, 0, sizeof scan->result);
    memset(scan->met, 0, sizeof scan->met);
    scan->met_count = 0;
    scan->items_done = false;
    scan->after = -1;
    scan->later.acceptance = 0;
    int rc = last_acceptance(scan->store, &scan->accepted_to);
    scan->compared_to = scan->accepted_to;
    return rc;
}

int item_scan_open(struct store *store, int64_t row, struct item_scan **out)
{
    struct item_scan *scan = calloc(1, sizeof *scan);
    if (!scan)
        return SLUSS_ENOMEM;
    scan->store = store;
    scan->own = row;
    int rc = begin_items(scan);
    if (rc < 0)
        free(scan);
    else
        *out = scan;
    return rc;
}

void item_scan_close(struct item_scan **scan)
{
    free(*scan);
    *scan = NULL;
}

/* --- first part: item by item
 * --------------------------------------------------------------------- */

static int look_up_acceptance(struct item_scan *scan, int64_t row, int64_t *out)
{
    *out = 0;
    int rc = db_number(scan->store->db, out,
                       "SELECT a.sequence FROM acceptance a JOIN delivery d ON d.row_id = "
                       "a.delivery WHERE a.delivery = ?1 AND d.state IN " ACCEPTED_STATES,
                       VALUES(v_int(row)));
    if (rc < 0)
        return rc;
    if (*out > scan->accepted_to) /* the second part's */
        *out = 0;
    return SLUSS_OK;
}

/* The memory of a delivery; *spare when it is new and there is no room. */
static int meet(struct item_scan *scan, int64_t row, struct met *spare, struct met **out)
{
    size_t i = (uint64_t)row * UINT64_C(0x9E3779B97F4A7C15) >> 52;
    while (scan->met[i].row && scan->met[i].row != row)
        i = (i + 1) % MET_SLOTS;
    *out = &scan->met[i];
    if (scan->met[i].row)
        return SLUSS_OK;
    *spare = (struct met){.row = row};
    int rc = look_up_acceptance(scan, row, &spare->acceptance);
    if (rc < 0)
        return rc;
    if (scan->met_count < MET_MOST) {
        scan->met[i] = *spare;
        scan->met_count++;
    } else {
        *out = spare;
    }
    return SLUSS_OK;
}

/* Who else has this key, in the order of deliveries; behind ?2. */
static const char *const holders_sql[KEY_COUNT] = {
    "SELECT delivery, ordinal FROM item WHERE k1 = ?1 AND delivery > ?2 "
    "ORDER BY delivery, ordinal",
    "SELECT delivery, ordinal FROM item WHERE k2 = ?1 AND delivery > ?2 "
    "ORDER BY delivery, ordinal",
};

/* A few rows of one delivery are stepped over; beyond that the next delivery is sought, so
 * that a file that repeats one key a million times costs no more than another. */
#define STEP_OVER 4
/* Deliveries looked at for one key. Only held ones and such could fill this. */
#define HOLDERS_MOST 1000

struct holders {
    bool repeated; /* an earlier item of the same file */
    bool seen;     /* an accepted delivery */
};

struct own_item {
    int64_t ordinal;
    int64_t k1, k2;
    uint64_t record;
    bool has_number, has_party;
};

static int holder(struct item_scan *scan, enum key key, int64_t delivery, int64_t ordinal,
                  const struct own_item *item, struct holders *out)
{
    if (delivery == scan->own) {
        /* The first of the file's own items with this key comes first. */
        out->repeated = ordinal < item->ordinal;
        return SLUSS_OK;
    }
    struct met spare, *met;
    int rc = meet(scan, delivery, &spare, &met);
    if (rc == 0 && met->acceptance) {
        out->seen = true;
        met->in[key]++;
    }
    return rc;
}

/* From one seek: the holders behind `*after`, which moves on. 1 = seek again from there. */
static int holders_from(struct item_scan *scan, enum key key, const struct own_item *item,
                        int64_t *after, struct holders *out)
{
    sqlite3_stmt *statement;
    int rc = db_query(scan->store->db, &statement, holders_sql[key],
                      VALUES(v_int(key == BY_NUMBER ? item->k1 : item->k2), v_int(*after)));
    int same = 0;
    while (rc == 0 && (rc = db_next(scan->store->db, statement)) == 1) {
        int64_t delivery = col_int(statement, 0);
        rc = 0;
        if (delivery != *after) {
            same = 0;
            *after = delivery;
            rc = holder(scan, key, delivery, col_int(statement, 1), item, out);
        } else if (++same == STEP_OVER) {
            rc = 1;
        }
        if (rc != 0)
            db_done(statement);
    }
    return rc;
}

static int find_holders(struct item_scan *scan, enum key key, const struct own_item *item,
                        struct holders *out)
{
    *out = (struct holders){false, false};
    int64_t after = 0;
    for (int seeks = 0; seeks < HOLDERS_MOST; seeks++) {
        int rc = holders_from(scan, key, item, &after, out);
        if (rc <= 0)
            return rc;
    }
    return SLUSS_OK;
}

static void count_seen(struct overlap *overlap, uint64_t record)
{
    if (overlap->seen++ == 0)
        overlap->first_record = record;
}

/* One document's number may stand on many lines: only with the same party, amount and date does
 * it make a repeat. What has one key alone is judged by that. */
static bool is_repeat(const struct own_item *item, const struct holders *by_number,
                      const struct holders *by_party)
{
    return (by_number->repeated || !item->has_number) &&
           (by_party->repeated || !item->has_party) && (item->has_number || item->has_party);
}

static int compare_item(struct item_scan *scan, const struct own_item *item)
{
    struct scan_result *r = &scan->result;
    struct holders by_number = {false, false}, by_party = {false, false};
    int rc = 0;
    if (item->has_number)
        rc = find_holders(scan, BY_NUMBER, item, &by_number);
    if (rc == 0 && item->has_party && (!by_number.seen || by_number.repeated))
        rc = find_holders(scan, BY_PARTY, item, &by_party);
    if (rc < 0)
        return rc;
    r->items++;
    if (by_number.seen)
        count_seen(&r->by_number, item->record);
    else if (by_party.seen)
        count_seen(&r->by_party, item->record);
    if (is_repeat(item, &by_number, &by_party) && r->repeats++ == 0)
        r->first_repeat_record = item->record;
    return SLUSS_OK;
}

static void read_item(sqlite3_stmt *statement, struct own_item *item)
{
    *item = (struct own_item){
        .ordinal = col_int(statement, 0),
        .k1 = col_int(statement, 1),
        .k2 = col_int(statement, 2),
        .record = col_uint(statement, 3),
        .has_number = !col_null(statement, 1),
        .has_party = !col_null(statement, 2),
    };
}

#define ITEMS_BEHIND                                                                               \
    "SELECT ordinal, k1, k2, record FROM item WHERE delivery = ?1 AND ordinal > ?2 "               \
    "ORDER BY ordinal LIMIT ?3"

/* Up to *left items; *left counts down. */
static int step_items(struct item_scan *scan, unsigned *left)
{
    const unsigned asked = *left;
    unsigned got = 0;
    sqlite3_stmt *statement;
    int rc = db_query(scan->store->db, &statement, ITEMS_BEHIND,
                      VALUES(v_int(scan->own), v_int(scan->after), v_int(asked)));
    while (rc == 0 && (rc = db_next(scan->store->db, statement)) == 1) {
        struct own_item item;
        read_item(statement, &item);
        rc = compare_item(scan, &item);
        if (rc < 0)
            db_done(statement);
        scan->after = item.ordinal;
        got++;
    }
    scan->items_done = rc == 0 && got < asked;
    *left -= got;
    return rc;
}

/* --- second part: what was accepted meanwhile
 * -------------------------------------------------------- */

/* The next later acceptance of another delivery: 1 and taken in hand, 0 when there is none. */
static int next_later(struct item_scan *scan)
{
    sqlite3_stmt *statement;
    int rc =
        db_query(scan->store->db, &statement,
                 "SELECT a.sequence, a.delivery, "
                 "coalesce(d.items, 0) < coalesce(o.items, ?3) FROM acceptance a "
                 "JOIN delivery d ON d.row_id = a.delivery "
                 "LEFT JOIN delivery o ON o.row_id = ?1 "
                 "WHERE a.sequence > ?2 AND a.delivery <> ?1 ORDER BY a.sequence LIMIT 1",
                 VALUES(v_int(scan->own), v_int(scan->compared_to), v_uint(scan->result.items)));
    if (rc == 0)
        rc = db_next(scan->store->db, statement);
    if (rc != 1)
        return rc;
    int64_t other = col_int(statement, 1);
    bool other_smaller = col_int(statement, 2) != 0;
    scan->later.acceptance = col_int(statement, 0);
    scan->later.walked = other_smaller ? other : scan->own;
    scan->later.searched = other_smaller ? scan->own : other;
    scan->later.after = -1;
    db_done(statement);
    return 1;
}

/* Has the searched delivery one of this item's keys? */
static int in_common(struct item_scan *scan, const struct own_item *item)
{
    int64_t one;
    int rc = 0;
    if (item->has_number)
        rc = db_number(scan->store->db, &one,
                       "SELECT 1 FROM item WHERE k1 = ?1 AND delivery = ?2 LIMIT 1",
                       VALUES(v_int(item->k1), v_int(scan->later.searched)));
    if (rc == 0 && item->has_party)
        rc = db_number(scan->store->db, &one,
                       "SELECT 1 FROM item WHERE k2 = ?1 AND delivery = ?2 LIMIT 1",
                       VALUES(v_int(item->k2), v_int(scan->later.searched)));
    return rc;
}

/* 1: something in common; 0: not up to here (later.acceptance 0 = compared whole). */
static int step_later(struct item_scan *scan, unsigned *left)
{
    const unsigned asked = *left;
    unsigned got = 0;
    sqlite3_stmt *statement;
    int rc = db_query(scan->store->db, &statement, ITEMS_BEHIND,
                      VALUES(v_int(scan->later.walked), v_int(scan->later.after), v_int(asked)));
    while (rc == 0 && (rc = db_next(scan->store->db, statement)) == 1) {
        struct own_item item;
        read_item(statement, &item);
        rc = in_common(scan, &item);
        scan->later.after = item.ordinal;
        got++;
        if (rc != 0) {
            db_done(statement);
            return rc;
        }
    }
    if (rc == 0 && got < asked) {
        scan->compared_to = scan->later.acceptance;
        scan->later.acceptance = 0;
    }
    *left -= got;
    return rc;
}

/* --- the end
 * --------------------------------------------------------------------------------------- */

static int name_most(struct item_scan *scan, enum key key, struct overlap *overlap)
{
    const struct met *most = NULL;
    for (size_t i = 0; i < MET_SLOTS; i++) {
        const struct met *m = &scan->met[i];
        if (m->in[key] == 0)
            continue;
        if (!most || m->in[key] > most->in[key] ||
            (m->in[key] == most->in[key] && m->acceptance > most->acceptance))
            most = m;
    }
    if (!most)
        return SLUSS_OK;
    overlap->in_most = most->in[key];
    int rc = one_prior(scan->store, &overlap->most,
                       "SELECT " PRIOR_COLUMNS " FROM delivery d WHERE d.row_id = ?1",
                       VALUES(v_int(most->row)));
    return rc < 0 ? rc : SLUSS_OK;
}

static int complete(struct item_scan *scan, struct scan_result *result)
{
    int rc = name_most(scan, BY_NUMBER, &scan->result.by_number);
    if (rc == 0)
        rc = name_most(scan, BY_PARTY, &scan->result.by_party);
    if (rc == 0)
        *result = scan->result;
    return rc;
}

int item_scan_step(struct item_scan *scan, unsigned most, struct scan_result *result)
{
    assert(most > 0);
    unsigned left = most;
    while (left > 0) {
        int rc;
        if (!scan->items_done) {
            rc = step_items(scan, &left);
        } else if (scan->later.acceptance) {
            rc = step_later(scan, &left);
            if (rc == 1)
                rc = begin_items(scan);
        } else {
            rc = next_later(scan);
            if (rc == 0)
                return complete(scan, result);
            left--; /* a thousand small files accepted meanwhile are work too */
            rc = rc < 0 ? rc : 0;
        }
        if (rc < 0)
            return rc;
    }
    return 1;
}
