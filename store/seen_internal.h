/* seen_internal.h -- what seen.c, gather.c and sweep.c share
 */
#ifndef SLUSS_STORE_SEEN_INTERNAL_H
#define SLUSS_STORE_SEEN_INTERNAL_H

#include "store/internal.h"
#include "store/runs.h"
#include "store/seen.h"

/* Keys in memory before they go to a run. */
#define SEEN_CHUNK ((size_t)512 * 1024)
/* A delivery with more keys than this keeps them in a run of its own, not in its row. */
#define SEEN_IN_ROW ((size_t)64 * 1024)

#define SEEN_NAME_SIZE 48

/* Entries in order: in memory, or in a run. */
struct sorted {
    const struct run_entry *of; /* null: in `run` */
    size_t n;
    const struct run *run;
};

/* A way through it. Zero it first. */
struct sorted_cursor {
    size_t at;
    struct run_cursor in_run;
};
/* As run_find and run_next. */
int sorted_find(const struct sorted *sorted, struct sorted_cursor *cursor, uint64_t key,
                uint32_t *delivery);
int sorted_next(const struct sorted *sorted, struct sorted_cursor *cursor, struct run_entry *out);

/* Sorts in place. */
void sort_entries(struct run_entry *of, size_t n);

/* Several sorted sources as one. */
#define MERGE_MOST 1024
struct merge {
    unsigned n;
    const struct sorted *of[MERGE_MOST];
    struct sorted_cursor *cursors;
    struct run_entry head[MERGE_MOST];
    bool has[MERGE_MOST];
};
/* The sources must outlive it. SLUSS_ENOMEM. */
int merge_open(struct merge *merge, const struct sorted *const *sources, unsigned n);
int merge_next(struct merge *merge, struct run_entry *out); /* 1, 0, or an error */
void merge_close(struct merge *merge);

/* A run that is remembered. */
struct seen_run {
    int64_t id;  /* of run-ID; or the delivery of keys-ROW when `own` */
    bool own;
    unsigned level;
    struct run *run;
};

#define SEEN_RUNS_MOST 1000

struct seen {
    struct store *store;
    int directory;
    unsigned run_count;
    struct seen_run runs[SEEN_RUNS_MOST];
    struct run_entry *fresh; /* of small deliveries, not merged yet */
    size_t fresh_n, fresh_room;
    uint64_t generation; /* counts up when runs come and go: a sweep then begins anew */
    uint64_t gathers;    /* names of temporary runs */
    struct tidying *tidying;
};

void seen_own_name(char out[SEEN_NAME_SIZE], int64_t row);
/* What the delivery's keys are, from its row or its run: in `*out` until seen_keys_close.
 * SLUSS_ENOTFOUND when it has none. */
struct stored_keys {
    struct run_entry *memory;
    struct run *run;
    struct sorted sorted;
};
int seen_keys_open(struct seen *seen, int64_t row, struct stored_keys *out);
void seen_keys_close(struct stored_keys *keys);

/* What gathering found, for the sweep. The `delivery` of its entries is a tag: the item (from
 * 0), the kind, and whether the key is asked for and kept. */
static inline uint32_t tag_make(uint64_t item, enum item_key kind, bool ask, bool keep)
{
    return (uint32_t)(item << 5) | (uint32_t)kind << 2 | (uint32_t)ask << 1 | (uint32_t)keep;
}
static inline uint32_t tag_item(uint32_t tag)
{
    return tag >> 5;
}
static inline enum item_key tag_kind(uint32_t tag)
{
    return (enum item_key)(tag >> 2 & 7);
}
static inline bool tag_asks(uint32_t tag)
{
    return tag & 2;
}
static inline bool tag_keeps(uint32_t tag)
{
    return tag & 1;
}
#define TAG_ITEMS_MOST (UINT64_C(1) << 27)

struct gather {
    struct seen *seen;
    int64_t row;
    uint64_t number; /* of this gathering, for the names of its runs */
    uint64_t items;
    struct run_entry *chunk;
    size_t n, room;
    unsigned run_count;
    struct run *runs[MERGE_MOST]; /* sorted chunks */
    struct run *whole;            /* all of them merged */
    struct sorted sorted;         /* after gather_end */
    int records;                  /* a nameless file: where each item stands, 4 bytes */
    size_t record_n;
    uint32_t record[1024];        /* not written yet */
};
/* Where in the file an item (from 0) stands. */
int gather_record(const struct gather *gather, uint64_t item, uint64_t *record);

#endif
