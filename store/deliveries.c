/* deliveries.c -- the part of store.h about deliveries, their findings and decisions */
#include <assert.h>
#include <string.h>

#include "model/error.h"
#include "model/item.h"
#include "model/json.h"
#include "store/internal.h"

/* --- arrival ---------------------------------------------------------------------------------- */

/* 1 when the row was made, 0 when the id is taken. */
static int insert_arrival(struct store *store, const struct file_identity *identity,
                          const struct delivery *d)
{
    static const struct file_identity unknown;
    const struct file_identity *f = identity ? identity : &unknown;
    int rc = db_run(store->db,
                    "INSERT INTO delivery (id, unit, file, state, received_us, changed_us, device, "
                    "inode, seen_size, mtime_ns, ctime_ns) "
                    "VALUES (?1, ?2, ?3, 'arriving', ?4, ?4, ?5, ?6, ?7, ?8, ?9) "
                    "ON CONFLICT (id) DO NOTHING",
                    VALUES(v_text(d->id), v_text(d->unit), v_blob(d->file.p, d->file.n),
                           v_int(d->received_us), v_uint(f->device), v_uint(f->inode),
                           v_int(f->size), v_int(f->mtime_ns), v_int(f->ctime_ns)));
    return rc < 0 ? rc : db_changes(store->db);
}

/* The first microsecond behind `at_us` whose id is free: walks the ids that are taken in one
 * pass, since thousands of files may carry one and the same time. */
static int free_id(struct store *store, int64_t at_us, char id[DELIVERY_ID_SIZE])
{
    char start[DELIVERY_ID_SIZE];
    delivery_id_format(at_us, start);
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement, "SELECT id FROM delivery WHERE id >= ?1 ORDER BY id",
                      VALUES(v_text(start)));
    if (rc < 0)
        return rc;
    delivery_id_format(at_us, id);
    while ((rc = db_next(store->db, statement)) == 1) {
        if (!span_eq_str(col_span(statement, 0), id)) {
            db_done(statement);
            return SLUSS_OK;
        }
        delivery_id_format(++at_us, id);
    }
    return rc;
}

int store_delivery_arrive(struct store *store, const char *unit, struct span file,
                          int64_t received_us, const struct file_identity *identity,
                          struct delivery *out)
{
    if (strlen(unit) >= UNIT_KEY_MAX || file.n > FILE_NAME_MAX || !file.p)
        return SLUSS_EINVAL;
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    struct delivery d = {.file = file, .state = STATE_ARRIVING, .received_us = received_us};
    memcpy(d.unit, unit, strlen(unit) + 1);
    delivery_id_format(received_us, d.id);
    rc = insert_arrival(store, identity, &d);
    if (rc == 0) {
        rc = free_id(store, received_us, d.id);
        if (rc == 0)
            rc = insert_arrival(store, identity, &d);
        if (rc == 0) /* cannot be: the write lock is ours */
            rc = SLUSS_ECONFLICT;
    }
    if (rc < 0)
        return rc;
    d.row = db_last_row(store->db);
    *out = d;
    return SLUSS_OK;
}

int store_delivery_identity(struct store *store, int64_t row, struct file_identity *out)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT device, inode, seen_size, mtime_ns, ctime_ns FROM delivery "
                      "WHERE row_id = ?1",
                      VALUES(v_int(row)));
    rc = rc < 0 ? rc : db_next(store->db, statement);
    if (rc <= 0)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    *out = (struct file_identity){
        .device = col_uint(statement, 0),
        .inode = col_uint(statement, 1),
        .size = col_int(statement, 2),
        .mtime_ns = col_int(statement, 3),
        .ctime_ns = col_int(statement, 4),
    };
    db_done(statement);
    return SLUSS_OK;
}

int store_delivery_forget(struct store *store, int64_t row)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    rc = db_run(store->db, "DELETE FROM delivery WHERE row_id = ?1 AND state = 'arriving'",
                VALUES(v_int(row)));
    if (rc < 0)
        return rc;
    return db_changes(store->db) == 1 ? SLUSS_OK : SLUSS_ENOTFOUND;
}

/* --- state --------------------------------------------------------------------------------------
 */

/* ?1 to ?9 of the statements that change a state: the names of the states it may come from. */
#define FROM_STATES "state IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
_Static_assert(STATE_COUNT == 9, "FROM_STATES has a parameter for every state");

static void bind_from_states(enum delivery_state to, struct value values[STATE_COUNT])
{
    for (int from = 0; from < STATE_COUNT; from++)
        values[from] = state_may_become((enum delivery_state)from, to)
                           ? v_text(state_name((enum delivery_state)from))
                           : v_null();
}

/* After a change of state: did it happen, and does it make the delivery history? */
static int state_changed(struct store *store, int64_t row, enum delivery_state to)
{
    if (db_changes(store->db) == 0) {
        int64_t one;
        int rc = db_number(store->db, &one, "SELECT 1 FROM delivery WHERE row_id = ?1",
                           VALUES(v_int(row)));
        if (rc < 0)
            return rc;
        return rc == 1 ? SLUSS_ECONFLICT : SLUSS_ENOTFOUND;
    }
    if (!state_is_accepted(to))
        return SLUSS_OK;
    return db_run(store->db,
                  "INSERT INTO acceptance (delivery) VALUES (?1) ON CONFLICT (delivery) DO NOTHING",
                  VALUES(v_int(row)));
}

int store_delivery_become(struct store *store, int64_t row, enum delivery_state to, int64_t now_us)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    struct value values[STATE_COUNT + 3];
    bind_from_states(to, values);
    values[STATE_COUNT] = v_int(row);
    values[STATE_COUNT + 1] = v_text(state_name(to));
    values[STATE_COUNT + 2] = v_int(now_us);
    rc = db_run(store->db,
                "UPDATE delivery SET state = ?11, changed_us = ?12 "
                "WHERE row_id = ?10 AND " FROM_STATES,
                values, STATE_COUNT + 3);
    return rc < 0 ? rc : state_changed(store, row, to);
}

/* --- judgement
 * ------------------------------------------------------------------------------------ */

static bool all_zero(const uint8_t *bytes, size_t n)
{
    uint8_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= bytes[i];
    return any == 0;
}

static int write_verdict(struct store *store, int64_t row, const struct judgement *j,
                         const struct summary *s)
{
    struct value values[STATE_COUNT + 19];
    bind_from_states(j->state, values);
    struct value *v = values + STATE_COUNT;
    *v++ = v_int(row);
    *v++ = v_text(state_name(j->state));
    *v++ = v_int(j->decided_us);
    *v++ = v_text(verdict_name(j->verdict));
    *v++ = v_int(j->technical);
    *v++ = v_text(s->format[0] ? s->format : "unknown");
    *v++ = v_text(kind_name(s->kind));
    *v++ = v_int(s->test);
    *v++ = v_int(s->valid);
    *v++ = v_int(s->states_zero);
    *v++ = v_uint(s->items);
    *v++ = v_uint(s->size);
    /* A hash nobody made is stored as absent, or such files would look like copies. */
    *v++ = all_zero(s->blake2b, sizeof s->blake2b) ? v_null() : v_blob(s->blake2b, 32);
    *v++ = v_blob(j->content_digest, 16);
    *v++ = v_double(j->score);
    *v++ = v_text(envelope_name(s->envelope));
    *v++ = v_text(seal_name(s->seal));
    *v++ = v_double(j->odds);
    size_t n = (size_t)(v - values);
    int rc = db_run(store->db,
                    "UPDATE delivery SET state = ?11, changed_us = ?12, decided_us = ?12, "
                    "verdict = ?13, technical = ?14, format = ?15, kind = ?16, test = ?17, "
                    "valid = ?18, states_zero = ?19, items = ?20, size = ?21, blake2b = ?22, "
                    "content = ?23, score = ?24, envelope = ?25, seal = ?26, odds = ?27 "
                    "WHERE row_id = ?10 AND " FROM_STATES,
                    values, n);
    return rc < 0 ? rc : state_changed(store, row, j->state);
}

static int write_part(struct store *store, int64_t row, enum sum_part part,
                      const struct sums *sums)
{
    int rc = 0;
    for (unsigned i = 0; i < sums->n && rc == 0; i++)
        rc = db_run(store->db,
                    "INSERT INTO delivery_part (delivery, part, ordinal, currency, minor, count) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    VALUES(v_int(row), v_text(sum_part_name(part)), v_int(i),
                           v_text(sums->of[i].currency), v_int(sums->of[i].minor),
                           v_uint(sums->of[i].count)));
    return rc;
}

static int write_figures(struct store *store, int64_t row, const struct summary *s)
{
    int rc = db_run(store->db, "DELETE FROM delivery_sum WHERE delivery = ?1", VALUES(v_int(row)));
    if (rc == 0)
        rc = db_run(store->db, "DELETE FROM delivery_type WHERE delivery = ?1", VALUES(v_int(row)));
    if (rc == 0)
        rc = db_run(store->db, "DELETE FROM delivery_part WHERE delivery = ?1", VALUES(v_int(row)));
    for (unsigned i = 0; i < s->sums.n && rc == 0; i++)
        rc = db_run(store->db,
                    "INSERT INTO delivery_sum (delivery, ordinal, currency, minor, count) "
                    "VALUES (?1, ?2, ?3, ?4, ?5)",
                    VALUES(v_int(row), v_int(i), v_text(s->sums.of[i].currency),
                           v_int(s->sums.of[i].minor), v_uint(s->sums.of[i].count)));
    for (int part = 0; part < PART_COUNT && rc == 0; part++)
        rc = write_part(store, row, (enum sum_part)part, &s->parts[part]);
    for (int type = 0; type < ITEM_TYPE_COUNT && rc == 0; type++)
        if (s->items_by_type[type])
            rc = db_run(store->db,
                        "INSERT INTO delivery_type (delivery, type, count) VALUES (?1, ?2, ?3)",
                        VALUES(v_int(row), v_text(item_type_name((enum item_type)type)),
                               v_uint(s->items_by_type[type])));
    return rc;
}

/* The texts of one finding, rendered into buffers that are used again for the next. */
struct rendering {
    struct buf en;
    struct buf sv;
    struct buf evidence;
};

static int render(const struct finding *f, struct rendering *r)
{
    buf_clear(&r->en);
    buf_clear(&r->sv);
    buf_clear(&r->evidence);
    int rc = finding_sentence(f, "en", &r->en);
    if (rc == 0)
        rc = finding_sentence(f, "sv", &r->sv);
    struct json j;
    json_start(&j, &r->evidence);
    json_evidence(&j, NULL, f);
    return rc == 0 ? buf_error(&r->evidence) : rc;
}

static int write_finding(struct store *store, int64_t row, unsigned ordinal,
                         const struct finding *f, struct rendering *r)
{
    int rc = render(f, r);
    if (rc < 0)
        return rc;
    return db_run(store->db,
                  "INSERT INTO finding (delivery, ordinal, check_name, level, weight, record, "
                  "text_en, text_sv, evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                  VALUES(v_int(row), v_int(ordinal), v_text(finding_check(f)),
                         v_text(finding_level_name(f->level)), v_double(f->weight),
                         v_uint(f->record), v_text(buf_cstr(&r->en)), v_text(buf_cstr(&r->sv)),
                         v_text(buf_cstr(&r->evidence))));
}

static int write_findings(struct store *store, int64_t row, const struct finding_list *findings)
{
    int rc = db_run(store->db, "DELETE FROM finding WHERE delivery = ?1", VALUES(v_int(row)));
    struct rendering r;
    buf_init(&r.en, 16384);
    buf_init(&r.sv, 16384);
    buf_init(&r.evidence, 65536);
    for (unsigned i = 0; findings && i < findings->n && rc == 0; i++)
        rc = write_finding(store, row, i, &findings->of[i], &r);
    buf_free(&r.en);
    buf_free(&r.sv);
    buf_free(&r.evidence);
    return rc;
}

int store_delivery_judge(struct store *store, int64_t row, const struct judgement *judgement)
{
    static const struct summary nothing;
    const struct summary *s = judgement->summary ? judgement->summary : &nothing;
    int rc = db_begin(store->db);
    if (rc == 0)
        rc = write_verdict(store, row, judgement, s);
    if (rc == 0)
        rc = write_figures(store, row, s);
    if (rc == 0)
        rc = write_findings(store, row, judgement->findings);
    return rc;
}

/* --- reading
 * --------------------------------------------------------------------------------------- */

static int copy_fixed(sqlite3_stmt *statement, int column, char *out, size_t room)
{
    struct span text = col_span(statement, column);
    if (text.n >= room)
        return SLUSS_ECORRUPT;
    if (text.n)
        memcpy(out, text.p, text.n);
    out[text.n] = '\0';
    return SLUSS_OK;
}

int delivery_from_row(sqlite3_stmt *statement, int first, struct arena *arena, struct delivery *out)
{
    struct delivery d = {.row = col_int(statement, first)};
    int state = state_from_name(col_span(statement, first + 4));
    int verdict = verdict_from_name(col_span(statement, first + 5));
    int kind = col_null(statement, first + 9) ? (int)KIND_UNKNOWN
                                              : kind_from_name(col_span(statement, first + 9));
    int envelope = envelope_from_name(col_span(statement, first + 16));
    int seal = seal_from_name(col_span(statement, first + 17));
    if (copy_fixed(statement, first + 1, d.id, sizeof d.id) < 0 ||
        copy_fixed(statement, first + 2, d.unit, sizeof d.unit) < 0 ||
        copy_fixed(statement, first + 8, d.summary.format, sizeof d.summary.format) < 0 ||
        state < 0 || verdict < 0 || kind < 0 || envelope < 0 || seal < 0)
        return SLUSS_ECORRUPT;
    d.file = arena_copy(arena, col_span(statement, first + 3));
    if (!d.file.p)
        return SLUSS_ENOMEM;
    d.state = (enum delivery_state)state;
    d.verdict = (enum verdict)verdict;
    d.received_us = col_int(statement, first + 6);
    d.decided_us = col_int(statement, first + 7);
    d.summary.kind = (enum kind)kind;
    d.summary.envelope = (enum envelope_kind)envelope;
    d.summary.seal = (enum seal_state)seal;
    d.summary.test = col_int(statement, first + 10) != 0;
    d.summary.valid = col_int(statement, first + 11) != 0;
    d.summary.states_zero = col_int(statement, first + 12) != 0;
    d.summary.items = col_uint(statement, first + 13);
    d.summary.size = col_uint(statement, first + 14);
    d.weighed = !col_null(statement, first + 19);
    d.score = d.weighed ? sqlite3_column_double(statement, first + 18) : 0;
    d.odds = d.weighed ? sqlite3_column_double(statement, first + 19) : 0;
    (void)col_bytes(statement, first + 15, d.summary.blake2b, sizeof d.summary.blake2b);
    *out = d;
    return SLUSS_OK;
}

static int read_sums(struct store *store, struct delivery *d)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT currency, minor, count FROM delivery_sum WHERE delivery = ?1 "
                      "ORDER BY ordinal",
                      VALUES(v_int(d->row)));
    struct sums *sums = &d->summary.sums;
    sums->n = 0;
    while (rc == 0 && (rc = db_next(store->db, statement)) == 1) {
        if (sums->n == SUMS_MAX || copy_fixed(statement, 0, sums->of[sums->n].currency, 4) < 0) {
            db_done(statement);
            return SLUSS_ECORRUPT;
        }
        sums->of[sums->n].minor = col_int(statement, 1);
        sums->of[sums->n].count = col_uint(statement, 2);
        sums->n++;
        rc = 0;
    }
    return rc;
}

static int read_parts(struct store *store, struct delivery *d)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT part, currency, minor, count FROM delivery_part "
                      "WHERE delivery = ?1 ORDER BY part, ordinal",
                      VALUES(v_int(d->row)));
    if (rc < 0)
        return rc;
    while ((rc = db_next(store->db, statement)) == 1) {
        int part = sum_part_from_name(col_span(statement, 0));
        struct sums *sums = part < 0 ? NULL : &d->summary.parts[part];
        if (!sums || sums->n == SUMS_MAX ||
            copy_fixed(statement, 1, sums->of[sums->n].currency, 4) < 0) {
            db_done(statement);
            return SLUSS_ECORRUPT;
        }
        sums->of[sums->n].minor = col_int(statement, 2);
        sums->of[sums->n].count = col_uint(statement, 3);
        sums->n++;
    }
    return rc;
}

static int read_types(struct store *store, struct delivery *d)
{
    sqlite3_stmt *statement;
    int rc =
        db_query(store->db, &statement, "SELECT type, count FROM delivery_type WHERE delivery = ?1",
                 VALUES(v_int(d->row)));
    if (rc < 0)
        return rc;
    while ((rc = db_next(store->db, statement)) == 1) {
        int type = item_type_from_name(col_span(statement, 0));
        if (type < 0) {
            db_done(statement);
            return SLUSS_ECORRUPT;
        }
        d->summary.items_by_type[type] = col_uint(statement, 1);
    }
    return rc;
}

int delivery_figures(struct store *store, struct delivery *delivery)
{
    if (delivery->summary.items == 0)
        return SLUSS_OK;
    int rc = read_sums(store, delivery);
    if (rc >= 0)
        rc = read_parts(store, delivery);
    return rc < 0 ? rc : read_types(store, delivery);
}

/* 1 and *out, or 0 when there is no (further) row, which puts the statement back. */
static int next_delivery(struct store *store, sqlite3_stmt *statement, struct arena *arena,
                         struct delivery *out)
{
    int rc = db_next(store->db, statement);
    if (rc != 1)
        return rc;
    rc = delivery_from_row(statement, 0, arena, out);
    if (rc < 0)
        db_done(statement);
    return rc < 0 ? rc : 1;
}

int store_delivery_by_row(struct store *store, int64_t row, struct arena *arena,
                          struct delivery *out)
{
    sqlite3_stmt *statement;
    struct delivery d = {0};
    int rc = db_query(store->db, &statement,
                      "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.row_id = ?1",
                      VALUES(v_int(row)));
    if (rc == 0)
        rc = next_delivery(store, statement, arena, &d);
    if (rc != 1)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    db_done(statement);
    rc = delivery_figures(store, &d);
    if (rc == 0)
        *out = d;
    return rc;
}

/* Ids consist of digits and '-'; ':' sorts behind both. */
static bool is_beginning(struct span id)
{
    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] != '-' && (id.p[i] < '0' || id.p[i] > '9'))
            return false;
    return id.n > 0 && id.n < DELIVERY_ID_SIZE;
}

int store_delivery_get(struct store *store, struct span id, struct arena *arena,
                       struct delivery *out)
{
    if (!is_beginning(id))
        return SLUSS_ENOTFOUND;
    char behind[DELIVERY_ID_SIZE + 1];
    memcpy(behind, id.p, id.n);
    memcpy(behind + id.n, ":", 2);
    sqlite3_stmt *statement;
    struct delivery d = {0}, other;
    int rc = db_query(store->db, &statement,
                      "SELECT " DELIVERY_COLUMNS " FROM delivery d "
                      "WHERE d.id >= ?1 AND d.id < ?2 ORDER BY d.id LIMIT 2",
                      VALUES(v_span(id), v_text(behind)));
    if (rc == 0)
        rc = next_delivery(store, statement, arena, &d);
    if (rc != 1)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    if (span_eq_str(id, d.id)) {
        db_done(statement);
    } else {
        rc = next_delivery(store, statement, arena, &other);
        if (rc == 1)
            db_done(statement);
        if (rc != 0)
            return rc < 0 ? rc : SLUSS_ECONFLICT;
    }
    rc = delivery_figures(store, &d);
    if (rc == 0)
        *out = d;
    return rc;
}

/* --- listing
 * ------------------------------------------------------------------------------------------ */

/* ?1 unit, ?2 since, ?3 cursor, ?4 rows, ?5 state. One state is found through its index; the
 * group of accepted states is nearly everything, so there the ids are walked instead. */
#define LIST(condition, compare, order)                                                            \
    "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.id " compare                              \
    " ?3 AND d.received_us >= ?2 AND " UNIT_IS("d.unit", "?1") " AND " condition                   \
                                                               " ORDER BY d.id " order " LIMIT ?4"

static const char *const list_sql[3][2] = {
    {LIST("?5 IS NULL", ">", ""), LIST("?5 IS NULL", "<", "DESC")},
    {LIST("d.state = ?5", ">", ""), LIST("d.state = ?5", "<", "DESC")},
    {LIST("?5 IS NOT NULL AND +d.state IN " ACCEPTED_STATES, ">", ""),
     LIST("?5 IS NOT NULL AND +d.state IN " ACCEPTED_STATES, "<", "DESC")},
};

struct listing {
    const struct delivery_filter *filter;
    const char *sql;
    char cursor[DELIVERY_ID_SIZE];
    struct delivery *page;
    unsigned n;
};

/* Rows are collected before they are shown, so that a visitor may use the store, and no read
 * transaction stays open while it does. */
static int read_page(struct store *store, struct listing *l, unsigned most, struct arena *arena)
{
    const struct delivery_filter *f = l->filter;
    l->n = 0;
    l->page = arena_array(arena, most, sizeof *l->page);
    if (!l->page)
        return SLUSS_ENOMEM;
    sqlite3_stmt *statement;
    int rc =
        db_query(store->db, &statement, l->sql,
                 VALUES(v_text(f->unit), v_int(f->since_us), v_text(l->cursor), v_int(most),
                        v_text(f->state < 0 ? NULL : state_name((enum delivery_state)f->state))));
    if (rc < 0)
        return rc;
    while (l->n < most && (rc = next_delivery(store, statement, arena, &l->page[l->n])) == 1)
        l->n++;
    if (rc == 1)
        db_done(statement);
    for (unsigned i = 0; i < l->n && rc >= 0; i++)
        rc = delivery_figures(store, &l->page[i]);
    return rc < 0 ? rc : SLUSS_OK;
}

static void start_listing(const struct delivery_filter *f, struct listing *l)
{
    int kind = f->state < 0 ? 0 : f->state == STATE_ACCEPTED ? 2 : 1;
    *l = (struct listing){.filter = f, .sql = list_sql[kind][f->newest_first]};
    const char *start = f->after_id ? f->after_id : f->newest_first ? "~" : "";
    size_t n = strnlen(start, sizeof l->cursor - 1);
    memcpy(l->cursor, start, n);
    l->cursor[n] = '\0';
}

int store_delivery_list(struct store *store, const struct delivery_filter *filter,
                        delivery_visitor visit, void *context)
{
    struct arena *arena = arena_new(PAGE_ROOM);
    if (!arena)
        return SLUSS_ENOMEM;
    struct listing l;
    start_listing(filter, &l);
    unsigned left = filter->limit ? filter->limit : UINT32_MAX;
    int rc = 0;
    while (left > 0 && rc == 0) {
        unsigned most = left < PAGE_ROWS ? left : PAGE_ROWS;
        arena_reset(arena);
        rc = read_page(store, &l, most, arena);
        for (unsigned i = 0; i < l.n && rc == 0; i++) {
            memcpy(l.cursor, l.page[i].id, sizeof l.cursor);
            rc = visit(context, &l.page[i]);
        }
        if (l.n < most)
            break;
        left = filter->limit ? left - l.n : left;
    }
    arena_free(&arena);
    return rc < 0 ? rc : SLUSS_OK;
}

static int read_finding(sqlite3_stmt *statement, struct arena *arena, struct stored_finding *f)
{
    int level = finding_level_from_name(col_span(statement, 1));
    f->level = level < 0 ? LEVEL_HOLD : (enum finding_level)level;
    f->weight = sqlite3_column_double(statement, 2);
    f->record = col_uint(statement, 3);
    int rc = copy_text(statement, 0, arena, &f->check);
    if (rc == 0)
        rc = copy_text(statement, 4, arena, &f->text_en);
    if (rc == 0)
        rc = copy_text(statement, 5, arena, &f->text_sv);
    if (rc == 0)
        rc = copy_text(statement, 6, arena, &f->evidence);
    return rc;
}

static int collect_findings(struct store *store, int64_t row, struct arena *arena,
                            struct stored_finding *of, unsigned room, unsigned *n)
{
    sqlite3_stmt *statement;
    int rc = db_query(store->db, &statement,
                      "SELECT check_name, level, weight, record, text_en, text_sv, evidence "
                      "FROM finding WHERE delivery = ?1 ORDER BY ordinal",
                      VALUES(v_int(row)));
    if (rc < 0)
        return rc;
    while ((rc = db_next(store->db, statement)) == 1) {
        rc = *n < room ? read_finding(statement, arena, &of[*n]) : SLUSS_ELIMIT;
        if (rc < 0) {
            db_done(statement);
            return rc;
        }
        (*n)++;
    }
    return rc;
}

int store_findings(struct store *store, int64_t row, finding_visitor visit, void *context)
{
    int64_t count = 0;
    int rc = db_number(store->db, &count, "SELECT count(*) FROM finding WHERE delivery = ?1",
                       VALUES(v_int(row)));
    if (rc < 0 || count == 0)
        return rc < 0 ? rc : SLUSS_OK;
    struct arena *arena = arena_new(PAGE_ROOM);
    struct stored_finding *of = arena ? arena_array(arena, (size_t)count, sizeof *of) : NULL;
    unsigned n = 0;
    rc = of ? collect_findings(store, row, arena, of, (unsigned)count, &n) : SLUSS_ENOMEM;
    for (unsigned i = 0; i < n && rc == 0; i++)
        rc = visit(context, &of[i]);
    arena_free(&arena);
    return rc < 0 ? rc : SLUSS_OK;
}

/* --- decisions and counts
 * -------------------------------------------------------------------------------- */

int store_decision_add(struct store *store, int64_t row, const char *what, const char *operator_,
                       struct span reason, int64_t now_us)
{
    int rc = db_begin(store->db);
    if (rc < 0)
        return rc;
    rc = db_run(store->db,
                "INSERT INTO decision (delivery, what, operator, reason, at_us) "
                "SELECT row_id, ?2, ?3, ?4, ?5 FROM delivery WHERE row_id = ?1",
                VALUES(v_int(row), v_text(what), v_text(operator_),
                       v_span(reason.p ? reason : SPAN_LIT("")), v_int(now_us)));
    if (rc < 0)
        return rc;
    return db_changes(store->db) == 1 ? SLUSS_OK : SLUSS_ENOTFOUND;
}

int store_decision_count(struct store *store, int64_t row, const char *what)
{
    int64_t n = 0;
    int rc = db_number(store->db, &n,
                       "SELECT count(DISTINCT operator) FROM decision WHERE delivery = ?1 AND "
                       "what = ?2",
                       VALUES(v_int(row), v_text(what)));
    return rc < 0 ? rc : (int)n;
}

int store_count_states(struct store *store, const char *unit, uint64_t counts[STATE_COUNT])
{
    sqlite3_stmt *statement;
    int rc = unit ? db_query(store->db, &statement,
                             "SELECT state, count(*) FROM delivery d WHERE " UNIT_IS(
                                 "d.unit", "?1") " GROUP BY state",
                             VALUES(v_text(unit)))
                  : db_query(store->db, &statement,
                             "SELECT state, count(*) FROM delivery GROUP BY state", NO_VALUES);
    if (rc < 0)
        return rc;
    uint64_t found[STATE_COUNT] = {0};
    while ((rc = db_next(store->db, statement)) == 1) {
        int state = state_from_name(col_span(statement, 0));
        if (state >= 0)
            found[state] = col_uint(statement, 1);
    }
    if (rc == 0)
        memcpy(counts, found, sizeof found);
    return rc;
}
