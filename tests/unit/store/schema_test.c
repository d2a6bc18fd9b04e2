/* schema_test.c -- new, older, newer, foreign and damaged databases */
#include "support.h"

#include <fcntl.h>

#include "store/internal.h"
#include "store/schema.h"

static void expect_refused(struct place *place, int error, const char *word)
{
    struct buf text;
    buf_init(&text, 4096);
    struct store *store = NULL;
    assert_int_equal(store_open(place->dir, &text, &store), error);
    assert_null(store);
    if (!strstr(buf_cstr(&text), word) || !strstr(buf_cstr(&text), place->dir))
        fail_msg("\"%s\" does not say \"%s\" and where", buf_cstr(&text), word);
    buf_free(&text);
}

static void an_empty_directory_becomes_a_store(void **state)
{
    struct place *place = *state;
    place_open(place);
    assert_int_equal(raw_number(place->path, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    assert_int_equal(raw_number(place->path, "PRAGMA user_version"),
                     schema_migrations[schema_migration_count - 1].version);
    store_close(&place->store);
    place_open(place); /* again: nothing to do */
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM pragma_integrity_check "
                                             "WHERE integrity_check <> 'ok'"),
                     0);
}

static void every_table_is_strict(void **state)
{
    struct place *place = *state;
    place_open(place);
    assert_int_equal(raw_number(place->path,
                                "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' "
                                "AND name NOT LIKE 'sqlite_%' AND NOT strict"),
                     0);
}

static void versions_have_no_gaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < schema_migration_count; i++)
        assert_int_equal(schema_migrations[i].version, (int)i + 1);
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
    struct place *place = *state;
    place_open(place);
    store_close(&place->store);
    raw(place->path, "PRAGMA user_version = 1000; CREATE TABLE tomorrow (a INTEGER)");
    expect_refused(place, SLUSS_ECORRUPT, "newer program");
    assert_int_equal(raw_number(place->path, "PRAGMA user_version"), 1000);
}

static void a_foreign_database_is_refused_and_left_alone(void **state)
{
    struct place *place = *state;
    raw(place->path, "CREATE TABLE songs (title TEXT)");
    expect_refused(place, SLUSS_ECORRUPT, "not one of sluss");
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM sqlite_schema"), 1);
    assert_int_equal(raw_number(place->path, "SELECT journal_mode = 'delete' FROM "
                                             "pragma_journal_mode"),
                     1);
}

static void write_file(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    struct place *place = *state;
    char text[8192];
    memset(text, 'x', sizeof text);
    write_file(place->path, text, sizeof text);
    expect_refused(place, SLUSS_ECORRUPT, "backup");
}

static void a_cut_off_database_is_refused(void **state)
{
    struct place *place = *state;
    place_open(place);
    for (int i = 0; i < 200; i++)
        arrive(place->store, "heby/ekonomi", "a.csv", T0 + i);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    store_close(&place->store);
    assert_int_equal(truncate(place->path, 3 * 4096), 0);
    expect_refused(place, SLUSS_ECORRUPT, "backup");
}

static void a_lost_database_is_not_begun_anew(void **state)
{
    struct place *place = *state;
    place_open(place);
    store_close(&place->store);
    assert_int_equal(truncate(place->path, 0), 0);
    expect_refused(place, SLUSS_ECORRUPT, "secret.key");
    assert_int_equal(unlink(place->path), 0);
    expect_refused(place, SLUSS_ECORRUPT, "secret.key");
}

static void a_link_in_its_place_is_not_followed(void **state)
{
    struct place *place = *state;
    char elsewhere[160];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", place->dir);
    write_file(elsewhere, "", 0);
    assert_int_equal(symlink(elsewhere, place->path), 0);
    struct buf text;
    buf_init(&text, 4096);
    struct store *store = NULL;
    assert_true(store_open(place->dir, &text, &store) < 0);
    assert_true(text.n > 0);
    buf_free(&text);
}

/* --- migrations
 * ------------------------------------------------------------------------------------ */

static const struct migration three[] = {
    {1, "one table", "CREATE TABLE a (n INTEGER NOT NULL) STRICT; INSERT INTO a VALUES (41);"},
    {2, "a column",
     "ALTER TABLE a ADD COLUMN m INTEGER NOT NULL DEFAULT 1; UPDATE a SET n = n + 1;"},
    {3, "one that fails",
     "CREATE TABLE b (n INTEGER) STRICT; INSERT INTO no_such_table VALUES (1)"},
};

static struct db *open_new(const struct place *place)
{
    int fd = open(place->path, O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    close(fd);
    struct db *db;
    int errnum;
    assert_int_equal(db_open(place->path, &db, &errnum), SLUSS_OK);
    assert_int_equal(db_make_durable(db), SLUSS_OK);
    return db;
}

static void an_older_database_is_brought_forward_and_keeps_its_rows(void **state)
{
    struct place *place = *state;
    struct db *db = open_new(place);
    struct buf error;
    buf_init(&error, 1024);
    assert_int_equal(schema_migrate(db, three, 1, &error), SLUSS_OK);
    assert_int_equal(raw_number(place->path, "PRAGMA user_version"), 1);
    assert_int_equal(schema_migrate(db, three, 2, &error), SLUSS_OK);
    assert_int_equal(schema_migrate(db, three, 2, &error), SLUSS_OK);
    assert_int_equal(raw_number(place->path, "PRAGMA user_version"), 2);
    assert_int_equal(raw_number(place->path, "SELECT n FROM a WHERE m = 1"), 42);
    db_close(&db);
    buf_free(&error);
}

static void a_migration_that_fails_leaves_the_version_before_it(void **state)
{
    struct place *place = *state;
    struct db *db = open_new(place);
    struct buf error;
    buf_init(&error, 1024);
    assert_true(schema_migrate(db, three, 3, &error) < 0);
    assert_non_null(strstr(buf_cstr(&error), "one that fails"));
    assert_false(db_in_transaction(db));
    assert_int_equal(raw_number(place->path, "PRAGMA user_version"), 2);
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"),
                     0);
    db_close(&db);
    buf_free(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(an_empty_directory_becomes_a_store),
        EMPTY_TEST(every_table_is_strict),
        cmocka_unit_test(versions_have_no_gaps),
        EMPTY_TEST(a_newer_schema_is_refused_and_left_alone),
        EMPTY_TEST(a_foreign_database_is_refused_and_left_alone),
        EMPTY_TEST(a_file_that_is_no_database_is_refused),
        EMPTY_TEST(a_cut_off_database_is_refused),
        EMPTY_TEST(a_lost_database_is_not_begun_anew),
        EMPTY_TEST(a_link_in_its_place_is_not_followed),
        EMPTY_TEST(an_older_database_is_brought_forward_and_keeps_its_rows),
        EMPTY_TEST(a_migration_that_fails_leaves_the_version_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
