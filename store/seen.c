/* seen.c -- the duplicate memory itself: what is fresh, what is merged; see seen.h
 *
 * Keys reach history in two steps. At the verdict they are stored beside the delivery (table
 * delivery_keys); once the delivery is history they are `entered`: small ones join the sorted
 * array `fresh`, large ones count as a run of level 0. Tidying merges what is fresh into the
 * run of level 1, and a run that has outgrown its level into the next: three runs hold
 * everything, and each key is rewritten a bounded number of times.
 *
 * Order of a merge: the new run is made durable, then one transaction names it and forgets what
 * went into it, then the old files go. A crash in between leaves a file without a row, removed
 * at the next start, or a row that still finds its old files.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"
#include "store/seen_internal.h"

/* Entries a level may hold before it is merged into the next. */
static const uint64_t level_most[] = {0, 2u << 20, 32u << 20};
#define LEVEL_LAST 3

/* Fresh entries that are worth a merge, and large deliveries. */
#define FRESH_MOST ((size_t)128 * 1024)
#define LARGE_MOST 4

/* --- sorted sources ----------------------------------------------------------------------- */

int sorted_next(const struct sorted *s, struct sorted_cursor *c, struct run_entry *out)
{
    if (s->run)
        return run_next(s->run, &c->in_run, out);
    if (c->at == s->n)
        return 0;
    *out = s->of[c->at++];
    return 1;
}

/* Steps that double from the cursor on, then halves. */
static size_t lower_bound(const struct sorted *s, size_t from, uint64_t key)
{
    size_t low = from, step = 1, high;
    while (low + step < s->n && s->of[low + step].key < key) {
        low += step;
        step *= 2;
    }
    high = low + step < s->n ? low + step : s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->of[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int sorted_find(const struct sorted *s, struct sorted_cursor *c, uint64_t key, uint32_t *delivery)
{
    if (s->run)
        return run_find(s->run, &c->in_run, key, delivery);
    c->at = lower_bound(s, c->at, key);
    if (c->at == s->n || s->of[c->at].key != key)
        return 0;
    *delivery = s->of[c->at++].delivery;
    return 1;
}

static int by_entry(const void *a, const void *b)
{
    const struct run_entry *x = a, *y = b;
    return run_before(*y, *x) - run_before(*x, *y);
}

void sort_entries(struct run_entry *of, size_t n)
{
    qsort(of, n, sizeof *of, by_entry);
}

static int merge_advance(struct merge *m, unsigned i)
{
    int rc = sorted_next(m->of[i], &m->cursors[i], &m->head[i]);
    m->has[i] = rc == 1;
    return rc < 0 ? rc : 0;
}

int merge_open(struct merge *m, const struct sorted *const *sources, unsigned n)
{
    int rc = SLUSS_OK;
    assert(n <= MERGE_MOST);
    m->n = n;
    m->cursors = calloc(n ? n : 1, sizeof *m->cursors);
    if (!m->cursors)
        return SLUSS_ENOMEM;
    for (unsigned i = 0; i < n && rc == 0; i++) {
        m->of[i] = sources[i];
        rc = merge_advance(m, i);
    }
    if (rc)
        merge_close(m);
    return rc;
}

/* Few sources: the least head is looked for, one by one. */
int merge_next(struct merge *m, struct run_entry *out)
{
    unsigned least = m->n;
    for (unsigned i = 0; i < m->n; i++)
        if (m->has[i] && (least == m->n || run_before(m->head[i], m->head[least])))
            least = i;
    if (least == m->n)
        return 0;
    *out = m->head[least];
    int rc = merge_advance(m, least);
    return rc < 0 ? rc : 1;
}

void merge_close(struct merge *m)
{
    free(m->cursors);
    m->cursors = NULL;
    m->n = 0;
}

/* --- names and runs ----------------------------------------------------------------------- */

void seen_own_name(char out[SEEN_NAME_SIZE], int64_t row)
{
    snprintf(out, SEEN_NAME_SIZE, "keys-%lld", (long long)row);
}

static void run_name(char out[SEEN_NAME_SIZE], const struct seen_run *run)
{
    if (run->own)
        seen_own_name(out, run->id);
    else
        snprintf(out, SEEN_NAME_SIZE, "run-%lld", (long long)run->id);
}

/* Open a run and count it in. */
static int take_run(struct seen *seen, struct seen_run run)
{
    char name[SEEN_NAME_SIZE];
    if (seen->run_count == SEEN_RUNS_MOST)
        return SLUSS_ELIMIT;
    run_name(name, &run);
    int rc = run_open(seen->directory, name, store_secret(seen->store), &run.run);
    if (rc)
        return rc == SLUSS_ENOTFOUND ? SLUSS_ECORRUPT : rc;
    for (unsigned i = 0; i < seen->run_count; i++)
        if (seen->runs[i].own == run.own && seen->runs[i].id == run.id) {
            /* Entered before, in a transaction that was undone. */
            run_close(&seen->runs[i].run);
            seen->runs[i] = run;
            seen->generation++;
            return SLUSS_OK;
        }
    seen->runs[seen->run_count++] = run;
    return SLUSS_OK;
}

/* --- fresh keys ---------------------------------------------------------------------------- */

/* Room for `more` entries. */
static int make_room(struct seen *seen, size_t more)
{
    size_t room = seen->fresh_room ? seen->fresh_room : 4096;
    while (room < seen->fresh_n + more)
        room *= 2;
    if (room == seen->fresh_room)
        return SLUSS_OK;
    struct run_entry *fresh = reallocarray(seen->fresh, room, sizeof *fresh);
    if (!fresh)
        return SLUSS_ENOMEM;
    seen->fresh = fresh;
    seen->fresh_room = room;
    return SLUSS_OK;
}

/* Merge `n` stored keys (8 bytes each, sorted) of a delivery into the fresh ones, from behind. */
static int add_fresh(struct seen *seen, uint32_t delivery, const uint8_t *keys, size_t n)
{
    int rc = make_room(seen, n);
    if (rc)
        return rc;
    size_t old = seen->fresh_n, to = old + n;
    seen->fresh_n = to;
    while (n > 0) {
        struct run_entry entry = {.key = run_key_get(keys + 8 * (n - 1)), .delivery = delivery};
        if (old > 0 && run_before(entry, seen->fresh[old - 1])) {
            seen->fresh[--to] = seen->fresh[--old];
        } else {
            seen->fresh[--to] = entry;
            n--;
        }
    }
    return SLUSS_OK;
}

/* A delivery's stored keys join what is looked through. */
static int enter_stored(struct seen *seen, int64_t row, sqlite3_stmt *statement, int column)
{
    struct span keys = col_span(statement, column);
    if (!keys.p && keys.n == 0 && col_null(statement, column))
        return take_run(seen, (struct seen_run){.id = row, .own = true});
    return add_fresh(seen, (uint32_t)row, (const uint8_t *)keys.p, keys.n / 8);
}

int seen_enter(struct seen *seen, int64_t row)
{
    sqlite3_stmt *statement;
    int rc = db_begin(seen->store->db);
    if (rc == 0)
        rc = db_run(seen->store->db,
                    "UPDATE delivery_keys SET entered = 1 WHERE delivery = ?1 AND entered = 0",
                    VALUES(v_int(row)));
    if (rc < 0 || db_changes(seen->store->db) == 0)
        return rc;
    rc = db_query(seen->store->db, &statement, "SELECT keys FROM delivery_keys WHERE delivery = ?1",
                  VALUES(v_int(row)));
    if (rc == 0 && (rc = db_next(seen->store->db, statement)) == 1) {
        rc = enter_stored(seen, row, statement, 0);
        db_done(statement);
    }
    return rc;
}

int seen_drop(struct seen *seen, int64_t row)
{
    char name[SEEN_NAME_SIZE];
    int rc = db_begin(seen->store->db);
    if (rc == 0)
        rc = db_run(seen->store->db, "DELETE FROM delivery_keys WHERE delivery = ?1 AND entered = 0",
                    VALUES(v_int(row)));
    if (rc == 0 && db_changes(seen->store->db) > 0) {
        seen_own_name(name, row);
        (void)unlinkat(seen->directory, name, 0); /* else it goes at the next start */
    }
    return rc;
}

int seen_keys_open(struct seen *seen, int64_t row, struct stored_keys *out)
{
    sqlite3_stmt *statement;
    char name[SEEN_NAME_SIZE];
    *out = (struct stored_keys){0};
    int rc = db_query(seen->store->db, &statement,
                      "SELECT keys FROM delivery_keys WHERE delivery = ?1", VALUES(v_int(row)));
    if (rc == 0)
        rc = db_next(seen->store->db, statement);
    if (rc != 1)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    rc = SLUSS_OK;
    if (col_null(statement, 0)) {
        seen_own_name(name, row);
        rc = run_open(seen->directory, name, store_secret(seen->store), &out->run);
        out->sorted.run = out->run;
    } else {
        struct span keys = col_span(statement, 0);
        out->memory = calloc(keys.n / 8 + 1, sizeof *out->memory);
        for (size_t i = 0; out->memory && i < keys.n / 8; i++)
            out->memory[i] = (struct run_entry){run_key_get((const uint8_t *)keys.p + 8 * i),
                                                (uint32_t)row};
        out->sorted = (struct sorted){.of = out->memory, .n = keys.n / 8};
        rc = out->memory ? SLUSS_OK : SLUSS_ENOMEM;
    }
    db_done(statement);
    return rc;
}

void seen_keys_close(struct stored_keys *keys)
{
    free(keys->memory);
    run_close(&keys->run);
    *keys = (struct stored_keys){0};
}

/* --- opening ------------------------------------------------------------------------------- */

/* Is the file named by a row? 1, 0, or an error. */
static int is_named(struct seen *seen, const char *name)
{
    long long number;
    int64_t one;
    char end;
    if (sscanf(name, "run-%lld%c", &number, &end) == 1)
        return db_number(seen->store->db, &one, "SELECT 1 FROM seen_run WHERE id = ?1",
                         VALUES(v_int(number)));
    if (sscanf(name, "keys-%lld%c", &number, &end) == 1)
        return db_number(seen->store->db, &one,
                         "SELECT 1 FROM delivery_keys WHERE delivery = ?1 AND keys IS NULL",
                         VALUES(v_int(number)));
    return 0;
}

/* Remove what a crash left. */
static int sweep_files(struct seen *seen)
{
    int fd = openat(seen->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int rc = 0;
    if (!directory) {
        if (fd >= 0)
            close(fd);
        return SLUSS_EIO;
    }
    while (rc >= 0 && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        rc = is_named(seen, entry->d_name);
        if (rc == 0 && unlinkat(seen->directory, entry->d_name, 0) != 0)
            rc = sluss_error_from_errno(errno);
    }
    closedir(directory);
    return rc < 0 ? rc : SLUSS_OK;
}

static int load_runs(struct seen *seen)
{
    sqlite3_stmt *statement;
    int rc = db_query(seen->store->db, &statement, "SELECT id, level FROM seen_run ORDER BY id",
                      NO_VALUES);
    while (rc == 0 && (rc = db_next(seen->store->db, statement)) == 1) {
        rc = take_run(seen, (struct seen_run){.id = col_int(statement, 0),
                                              .level = (unsigned)col_int(statement, 1)});
        if (rc < 0)
            db_done(statement);
    }
    return rc;
}

static int load_fresh(struct seen *seen)
{
    sqlite3_stmt *statement;
    int rc = db_query(seen->store->db, &statement,
                      "SELECT delivery, keys FROM delivery_keys WHERE entered = 1", NO_VALUES);
    while (rc == 0 && (rc = db_next(seen->store->db, statement)) == 1) {
        rc = enter_stored(seen, col_int(statement, 0), statement, 1);
        if (rc < 0)
            db_done(statement);
    }
    return rc;
}

int seen_open(struct store *store, const char *state_dir, struct seen **out)
{
    struct seen *seen = calloc(1, sizeof *seen);
    char path[4096];
    if (!seen)
        return SLUSS_ENOMEM;
    seen->store = store;
    seen->directory = -1;
    int n = snprintf(path, sizeof path, "%s/seen", state_dir);
    int rc = n < 0 || (size_t)n >= sizeof path ? SLUSS_ELIMIT : SLUSS_OK;
    if (rc == 0 && mkdir(path, 0750) != 0 && errno != EEXIST)
        rc = sluss_error_from_errno(errno);
    if (rc == 0)
        seen->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (rc == 0 && seen->directory < 0)
        rc = sluss_error_from_errno(errno);
    rc = rc ? rc : sweep_files(seen);
    rc = rc ? rc : load_runs(seen);
    rc = rc ? rc : load_fresh(seen);
    if (rc)
        seen_close(&seen);
    *out = seen;
    return rc;
}

uint64_t seen_count(const struct seen *seen)
{
    uint64_t n = seen->fresh_n;
    for (unsigned i = 0; i < seen->run_count; i++)
        n += run_entries(seen->runs[i].run);
    return n;
}

/* --- tidying ------------------------------------------------------------------------------- */

/* A merge under way. What it consumes stays in use until it is done. */
struct tidying {
    struct run_entry *fresh; /* a copy: fresh keys may join meanwhile */
    struct sorted from_fresh;
    int64_t *rows; /* whose keys they are, and of the large deliveries: all entered then */
    size_t row_n;
    unsigned run_n;
    struct seen_run runs[SEEN_RUNS_MOST];
    struct sorted from_run[SEEN_RUNS_MOST];
    struct merge merge;
    struct run_writer *writer;
    struct seen_run made;
};

static void tidying_close(struct tidying **tidying)
{
    struct tidying *t = *tidying;
    if (!t)
        return;
    merge_close(&t->merge);
    run_writer_close(&t->writer);
    free(t->fresh);
    free(t->rows);
    free(t);
    *tidying = NULL;
}

void seen_close(struct seen **seen)
{
    struct seen *s = *seen;
    if (!s)
        return;
    tidying_close(&s->tidying);
    for (unsigned i = 0; i < s->run_count; i++)
        run_close(&s->runs[i].run);
    if (s->directory >= 0)
        close(s->directory);
    free(s->fresh);
    free(s);
    *seen = NULL;
}

static unsigned level_for(uint64_t entries)
{
    unsigned level = 1;
    while (level < LEVEL_LAST && entries > level_most[level])
        level++;
    return level;
}

/* Which level the next merge goes to; 0: nothing to do. With what is fresh go all runs of the
 * levels it reaches. */
static unsigned target_level(const struct seen *seen)
{
    uint64_t entries = seen->fresh_n;
    unsigned large = 0, level;
    for (unsigned i = 0; i < seen->run_count; i++)
        if (seen->runs[i].own) {
            large++;
            entries += run_entries(seen->runs[i].run);
        }
    if (seen->fresh_n < FRESH_MOST && large < LARGE_MOST)
        return 0;
    for (level = 1; level < LEVEL_LAST; level++) {
        for (unsigned i = 0; i < seen->run_count; i++)
            if (!seen->runs[i].own && seen->runs[i].level == level)
                entries += run_entries(seen->runs[i].run);
        if (level_for(entries) == level)
            break;
    }
    return level;
}

/* The entered deliveries whose keys are merged now. */
static int list_rows(struct seen *seen, struct tidying *t)
{
    sqlite3_stmt *statement;
    size_t room = 0;
    int rc = db_query(seen->store->db, &statement,
                      "SELECT delivery FROM delivery_keys WHERE entered = 1", NO_VALUES);
    while (rc == 0 && (rc = db_next(seen->store->db, statement)) == 1) {
        rc = 0;
        if (t->row_n == room) {
            room = room ? 2 * room : 256;
            int64_t *rows = reallocarray(t->rows, room, sizeof *rows);
            if (!rows) {
                db_done(statement);
                return SLUSS_ENOMEM;
            }
            t->rows = rows;
        }
        t->rows[t->row_n++] = col_int(statement, 0);
    }
    return rc;
}

static int choose_sources(struct seen *seen, struct tidying *t, unsigned level)
{
    const struct sorted *sources[MERGE_MOST];
    unsigned n = 0;
    t->fresh = malloc((seen->fresh_n + 1) * sizeof *t->fresh);
    if (!t->fresh)
        return SLUSS_ENOMEM;
    if (seen->fresh_n)
        memcpy(t->fresh, seen->fresh, seen->fresh_n * sizeof *t->fresh);
    t->from_fresh = (struct sorted){.of = t->fresh, .n = seen->fresh_n};
    sources[n++] = &t->from_fresh;
    for (unsigned i = 0; i < seen->run_count; i++) {
        if (!seen->runs[i].own && seen->runs[i].level > level)
            continue;
        t->runs[t->run_n] = seen->runs[i];
        t->from_run[t->run_n] = (struct sorted){.run = seen->runs[i].run};
        sources[n++] = &t->from_run[t->run_n++];
    }
    return merge_open(&t->merge, sources, n);
}

static int tidy_begin(struct seen *seen, unsigned level)
{
    struct tidying *t = calloc(1, sizeof *t);
    char name[SEEN_NAME_SIZE];
    if (!t)
        return SLUSS_ENOMEM;
    int rc = list_rows(seen, t);
    rc = rc ? rc : choose_sources(seen, t, level);
    int64_t last = 0;
    if (rc == 0)
        rc = db_number(seen->store->db, &last, "SELECT max(id) FROM seen_run", NO_VALUES);
    t->made = (struct seen_run){.id = last + 1, .level = level};
    run_name(name, &t->made);
    rc = rc < 0 ? rc : run_create(seen->directory, name, store_secret(seen->store), &t->writer);
    if (rc)
        tidying_close(&t);
    seen->tidying = t;
    return rc;
}

/* The transaction that makes the new run count and the old ones not. */
static int name_made(struct seen *seen, const struct tidying *t, uint64_t entries)
{
    struct db *db = seen->store->db;
    int rc = db_begin(db);
    if (rc == 0)
        rc = db_run(db, "INSERT INTO seen_run (id, level, entries) VALUES (?1, ?2, ?3)",
                    VALUES(v_int(t->made.id), v_int(t->made.level), v_uint(entries)));
    for (unsigned i = 0; rc == 0 && i < t->run_n; i++)
        if (!t->runs[i].own)
            rc = db_run(db, "DELETE FROM seen_run WHERE id = ?1", VALUES(v_int(t->runs[i].id)));
    for (size_t i = 0; rc == 0 && i < t->row_n; i++)
        rc = db_run(db, "DELETE FROM delivery_keys WHERE delivery = ?1",
                    VALUES(v_int(t->rows[i])));
    if (rc < 0) {
        db_rollback(db);
        return rc;
    }
    return db_commit(db);
}

static bool was_merged(const struct tidying *t, uint32_t delivery)
{
    size_t low = 0, high = t->row_n;
    while (low < high) { /* the rows came in order: it is the table's key */
        size_t middle = low + (high - low) / 2;
        if (t->rows[middle] < delivery)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->row_n && t->rows[low] == delivery;
}

/* In memory as on disk: the merged fresh keys and runs go, the new run comes. */
static int replace(struct seen *seen, struct tidying *t)
{
    char name[SEEN_NAME_SIZE];
    size_t kept = 0;
    unsigned runs = 0;
    for (size_t i = 0; i < seen->fresh_n; i++)
        if (!was_merged(t, seen->fresh[i].delivery))
            seen->fresh[kept++] = seen->fresh[i];
    seen->fresh_n = kept;
    for (unsigned i = 0; i < seen->run_count; i++) {
        bool gone = false;
        for (unsigned j = 0; j < t->run_n && !gone; j++)
            gone = seen->runs[i].run == t->runs[j].run;
        if (!gone) {
            seen->runs[runs++] = seen->runs[i];
            continue;
        }
        run_name(name, &seen->runs[i]);
        run_close(&seen->runs[i].run);
        (void)unlinkat(seen->directory, name, 0); /* else it goes at the next start */
    }
    seen->run_count = runs;
    seen->generation++;
    return take_run(seen, t->made);
}

static int tidy_end(struct seen *seen)
{
    struct tidying *t = seen->tidying;
    uint64_t entries;
    int rc = run_finish(t->writer, &entries);
    if (rc == 0 && fsync(seen->directory) != 0)
        rc = SLUSS_ESYNC;
    rc = rc ? rc : name_made(seen, t, entries);
    rc = rc ? rc : replace(seen, t);
    tidying_close(&seen->tidying);
    return rc;
}

int seen_tidy(struct seen *seen, unsigned most)
{
    struct run_entry entry;
    int rc = 1;
    if (!seen->tidying) {
        unsigned level = target_level(seen);
        if (level == 0)
            return 0;
        rc = tidy_begin(seen, level);
        return rc < 0 ? rc : 1;
    }
    for (unsigned i = 0; i < most && rc == 1; i++) {
        rc = merge_next(&seen->tidying->merge, &entry);
        if (rc == 1) {
            rc = run_add(seen->tidying->writer, entry);
            rc = rc < 0 ? rc : 1;
        }
    }
    if (rc == 0)
        rc = tidy_end(seen);
    if (rc < 0)
        tidying_close(&seen->tidying);
    return rc < 0 ? rc : 1;
}
