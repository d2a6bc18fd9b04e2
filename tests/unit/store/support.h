/* support.h -- a store of its own in a directory of its own, for every test of store/
 */
#ifndef SLUSS_TESTS_STORE_SUPPORT_H
#define SLUSS_TESTS_STORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <sqlite3.h>
#include <unistd.h>

#include "model/error.h"
#include "model/money.h"
#include "store/store.h"

/* 2026-03-02T06:12:00Z */
#define T0     INT64_C(1772431920000000)
#define MINUTE (INT64_C(60) * SECOND_US)
#define DAY    (INT64_C(86400) * SECOND_US)

struct place {
    char dir[64];
    char path[128]; /* of the database */
    struct store *store;
};

static inline void place_open(struct place *place)
{
    struct buf error;
    buf_init(&error, 4096);
    int rc = store_open(place->dir, &error, &place->store);
    if (rc < 0)
        print_error("store_open: %s: %s\n", sluss_error_name(rc), buf_cstr(&error));
    assert_int_equal(rc, SLUSS_OK);
    assert_int_equal(error.n, 0);
    buf_free(&error);
}

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

/* A directory without a store in it yet. */
static inline int place_make_empty(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->dir, sizeof place->dir, "/tmp/sluss-store-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->path, sizeof place->path, "%s/sluss.db", place->dir);
    *state = place;
    return 0;
}

static inline int place_make(void **state)
{
    place_make_empty(state);
    place_open(*state);
    return 0;
}

static inline int place_remove(void **state)
{
    struct place *place = *state;
    store_close(&place->store);
    nftw(place->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(place);
    return 0;
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
#define EMPTY_TEST(name) cmocka_unit_test_setup_teardown(name, place_make_empty, place_remove)

/* SQL from beside the program, as somebody with the sqlite3 tool would. */
static inline void raw(const char *path, const char *sql)
{
    sqlite3 *handle;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    sqlite3_busy_timeout(handle, 5000);
    if (sqlite3_exec(handle, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static inline int64_t raw_number(const char *path, const char *sql)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    sqlite3_busy_timeout(handle, 5000);
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return n;
}

/* A delivery that has arrived and is being checked. */
static inline struct delivery arrive(struct store *store, const char *unit, const char *file,
                                     int64_t at_us)
{
    struct delivery d;
    assert_int_equal(store_delivery_arrive(store, unit, span_str(file), at_us, NULL, &d), SLUSS_OK);
    assert_int_equal(store_delivery_become(store, d.row, STATE_CHECKING, at_us), SLUSS_OK);
    d.state = STATE_CHECKING;
    return d;
}

/* What reading said: `items` cases of 100 kr each, the bytes known by one number. */
static inline struct summary figures(uint64_t items, uint8_t bytes)
{
    struct summary s = {.format = "case-csv", .kind = KIND_CASES, .valid = true, .items = items};
    s.items_by_type[ITEM_CASE] = items;
    for (uint64_t i = 0; i < items; i++)
        assert_int_equal(sums_add(&s.sums, "SEK", 10000), SLUSS_OK);
    s.size = items * 100;
    memset(s.blake2b, bytes, sizeof s.blake2b);
    return s;
}

static inline void judge(struct store *store, const struct delivery *d, enum verdict verdict,
                         enum delivery_state to, const struct summary *summary)
{
    struct judgement j = {
        .verdict = verdict,
        .state = to,
        .summary = summary,
        .decided_us = d->received_us + MINUTE,
    };
    assert_int_equal(store_delivery_judge(store, d->row, &j), SLUSS_OK);
}

/* A delivery all the way to accepted. */
static inline struct delivery accepted(struct store *store, const char *unit, const char *file,
                                       int64_t at_us, uint64_t items)
{
    struct delivery d = arrive(store, unit, file, at_us);
    struct summary s = figures(items, (uint8_t)(d.row * 7 + 1));
    judge(store, &d, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
    return d;
}

static inline enum delivery_state state_of(struct store *store, int64_t row)
{
    struct arena *arena = arena_new(1 << 20);
    struct delivery d;
    assert_int_equal(store_delivery_by_row(store, row, arena, &d), SLUSS_OK);
    arena_free(&arena);
    return d.state;
}

#endif
