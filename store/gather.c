/* gather.c -- the keys of one delivery while it is read, sorted; see seen.h
 *
 * Keys lie in memory up to SEEN_CHUNK; beyond that each chunk is sorted into a temporary run,
 * and the runs are merged into one at the end.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/error.h"
#include "store/seen_internal.h"

int gather_open(struct seen *seen, int64_t row, struct gather **out)
{
    struct gather *g = calloc(1, sizeof *g);
    if (!g)
        return SLUSS_ENOMEM;
    g->seen = seen;
    g->row = row;
    g->number = ++seen->gathers;
    g->records = -1;
    *out = g;
    return SLUSS_OK;
}

static void own_name(const struct gather *g, unsigned part, char out[SEEN_NAME_SIZE])
{
    snprintf(out, SEEN_NAME_SIZE, "own-%llu-%u", (unsigned long long)g->number, part);
}

void gather_close(struct gather **gather)
{
    struct gather *g = *gather;
    if (!g)
        return;
    for (unsigned i = 0; i < g->run_count; i++)
        run_close(&g->runs[i]);
    run_close(&g->whole);
    if (g->records >= 0)
        close(g->records);
    free(g->chunk);
    free(g);
    *gather = NULL;
}

/* --- where items stand ------------------------------------------------------------------- */

static int write_records(struct gather *g)
{
    if (g->records < 0)
        g->records = openat(g->seen->directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (g->records < 0)
        return sluss_error_from_errno(errno);
    size_t size = g->record_n * sizeof *g->record;
    ssize_t n = write(g->records, g->record, size);
    if (n < 0 || (size_t)n < size) /* a disk file takes all or is full */
        return n < 0 ? sluss_error_from_errno(errno) : SLUSS_EFULL;
    g->record_n = 0;
    return SLUSS_OK;
}

int gather_item(struct gather *g, uint64_t record)
{
    if (g->items == TAG_ITEMS_MOST)
        return SLUSS_ELIMIT;
    int rc = g->record_n == sizeof g->record / sizeof *g->record ? write_records(g) : SLUSS_OK;
    if (rc)
        return rc;
    g->record[g->record_n++] = record < UINT32_MAX ? (uint32_t)record : UINT32_MAX;
    g->items++;
    return SLUSS_OK;
}

int gather_record(const struct gather *g, uint64_t item, uint64_t *record)
{
    uint64_t written = g->items - g->record_n;
    uint32_t n;
    *record = 0;
    if (item >= g->items)
        return SLUSS_OK;
    if (item >= written) {
        *record = g->record[item - written];
        return SLUSS_OK;
    }
    if (pread(g->records, &n, sizeof n, (off_t)(item * sizeof n)) != sizeof n)
        return SLUSS_EIO;
    *record = n;
    return SLUSS_OK;
}

/* --- keys -------------------------------------------------------------------------------- */

static int open_unlinked(struct gather *g, const char *name, struct run **out)
{
    int rc = run_open(g->seen->directory, name, store_secret(g->seen->store), out);
    if (unlinkat(g->seen->directory, name, 0) != 0 && rc == 0)
        rc = sluss_error_from_errno(errno);
    return rc;
}

/* The chunk, sorted, becomes a run; nobody but this gathering ever sees it. */
static int spill(struct gather *g)
{
    struct run_writer *w = NULL;
    char name[SEEN_NAME_SIZE];
    uint64_t n;
    if (g->run_count == MERGE_MOST)
        return SLUSS_ELIMIT;
    own_name(g, g->run_count, name);
    sort_entries(g->chunk, g->n);
    int rc = run_create(g->seen->directory, name, store_secret(g->seen->store), &w);
    for (size_t i = 0; rc == 0 && i < g->n; i++)
        rc = run_add(w, g->chunk[i]);
    rc = rc ? rc : run_finish_unsynced(w, &n);
    run_writer_close(&w);
    rc = rc ? rc : open_unlinked(g, name, &g->runs[g->run_count]);
    if (rc == 0)
        g->run_count++;
    g->n = 0;
    return rc;
}

static int grow(struct gather *g)
{
    size_t room = g->room ? 2 * g->room : 1024;
    struct run_entry *chunk = reallocarray(g->chunk, room, sizeof *chunk);
    if (!chunk)
        return SLUSS_ENOMEM;
    g->chunk = chunk;
    g->room = room;
    return SLUSS_OK;
}

int gather_key(struct gather *g, enum item_key kind, uint64_t key, bool ask, bool keep)
{
    int rc = SLUSS_OK;
    assert(g->items > 0);
    if (g->n == g->room)
        rc = g->room < SEEN_CHUNK ? grow(g) : spill(g);
    if (rc == 0)
        g->chunk[g->n++] =
            (struct run_entry){.key = key, .delivery = tag_make(g->items - 1, kind, ask, keep)};
    return rc;
}

/* Several runs into one. */
static int merge_runs(struct gather *g)
{
    struct sorted sources[MERGE_MOST];
    const struct sorted *pointers[MERGE_MOST];
    struct merge merge;
    struct run_writer *w = NULL;
    struct run_entry entry;
    char name[SEEN_NAME_SIZE];
    uint64_t n;
    for (unsigned i = 0; i < g->run_count; i++) {
        sources[i] = (struct sorted){.run = g->runs[i]};
        pointers[i] = &sources[i];
    }
    int rc = merge_open(&merge, pointers, g->run_count);
    if (rc)
        return rc;
    own_name(g, MERGE_MOST, name);
    rc = run_create(g->seen->directory, name, store_secret(g->seen->store), &w);
    while (rc == 0 && (rc = merge_next(&merge, &entry)) == 1)
        rc = run_add(w, entry);
    rc = rc ? rc : run_finish_unsynced(w, &n);
    run_writer_close(&w);
    merge_close(&merge);
    return rc ? rc : open_unlinked(g, name, &g->whole);
}

int gather_end(struct gather *g)
{
    int rc = SLUSS_OK;
    if (g->run_count == 0) {
        if (g->n)
            sort_entries(g->chunk, g->n);
        g->sorted = (struct sorted){.of = g->chunk, .n = g->n};
        return SLUSS_OK;
    }
    if (g->n > 0)
        rc = spill(g);
    rc = rc ? rc : merge_runs(g);
    for (unsigned i = 0; i < g->run_count; i++)
        run_close(&g->runs[i]);
    g->run_count = 0;
    free(g->chunk);
    g->chunk = NULL;
    g->n = g->room = 0;
    g->sorted = (struct sorted){.run = g->whole};
    return rc;
}

uint64_t gather_items(const struct gather *g)
{
    return g->items;
}

/* --- keeping ------------------------------------------------------------------------------ */

/* The kept keys in order, each once, as entries of the delivery. */
static int next_kept(struct gather *g, struct sorted_cursor *c, struct run_entry *out)
{
    int rc;
    while ((rc = sorted_next(&g->sorted, c, out)) == 1)
        if (tag_keeps(out->delivery)) {
            out->delivery = (uint32_t)g->row;
            break;
        }
    return rc;
}

static int keep_in_row(struct gather *g, size_t most)
{
    struct sorted_cursor *c = calloc(1, sizeof *c);
    uint8_t *bytes = malloc(most * 8 + 1);
    struct run_entry entry;
    size_t n = 0;
    uint64_t last = 0;
    int rc = c && bytes ? 0 : SLUSS_ENOMEM;
    while (rc == 0 && (rc = next_kept(g, c, &entry)) == 1) {
        rc = 0;
        if (n > 0 && entry.key == last)
            continue;
        last = entry.key;
        run_key_put(bytes + 8 * n++, entry.key);
    }
    if (rc == 0)
        rc = db_run(g->seen->store->db,
                    "INSERT OR REPLACE INTO delivery_keys (delivery, entries, keys, entered) "
                    "VALUES (?1, ?2, ?3, 0)",
                    VALUES(v_int(g->row), v_uint(n), v_blob(bytes, n * 8)));
    free(bytes);
    free(c);
    return rc;
}

static int keep_in_run(struct gather *g)
{
    struct sorted_cursor *c = calloc(1, sizeof *c);
    struct run_writer *w = NULL;
    struct run_entry entry;
    char name[SEEN_NAME_SIZE];
    uint64_t n = 0;
    seen_own_name(name, g->row);
    int rc = c ? run_create(g->seen->directory, name, store_secret(g->seen->store), &w)
               : SLUSS_ENOMEM;
    while (rc == 0 && (rc = next_kept(g, c, &entry)) == 1)
        rc = run_add(w, entry);
    rc = rc ? rc : run_finish(w, &n);
    run_writer_close(&w);
    free(c);
    if (rc == 0 && fsync(g->seen->directory) != 0)
        rc = SLUSS_ESYNC;
    return rc ? rc
              : db_run(g->seen->store->db,
                       "INSERT OR REPLACE INTO delivery_keys (delivery, entries, keys, entered) "
                       "VALUES (?1, ?2, NULL, 0)",
                       VALUES(v_int(g->row), v_uint(n)));
}

int gather_keep(struct gather *g)
{
    int rc = db_begin(g->seen->store->db);
    if (rc < 0)
        return rc;
    size_t most = g->sorted.of || !g->sorted.run ? g->sorted.n : SIZE_MAX;
    return most <= SEEN_IN_ROW ? keep_in_row(g, most) : keep_in_run(g);
}
