/* spool_test.c -- files under their ids, and nothing else, durable before they count */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store/spool.h"

#define ID    "20260302-061200-000001"
#define OTHER "20260302-061200-000002"

static struct spool *open_spool(const struct place *place)
{
    struct spool *spool = NULL;
    assert_int_equal(spool_open(place->dir, &spool), SLUSS_OK);
    return spool;
}

/* As the daemon does it: flushed here, synced by whoever gets the descriptor. */
static int finish(struct items_file *file)
{
    int fd = items_file_flush(file);
    if (fd < 0)
        return fd;
    assert_int_equal(fsync(fd), 0);
    items_file_synced(file);
    return SLUSS_OK;
}

static void put(const struct spool *spool, const char *name)
{
    int fd = openat(spool_directory(spool), name, O_CREAT | O_WRONLY | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "bytes", 5), 5);
    close(fd);
}

static bool there(const struct spool *spool, const char *name)
{
    return faccessat(spool_directory(spool), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void made_when_missing(void **state)
{
    struct place *place = *state;
    char sub[128];
    snprintf(sub, sizeof sub, "%s/state", place->dir);
    struct spool *spool;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(spool_open(sub, &spool), SLUSS_OK);
        struct stat st;
        assert_int_equal(fstat(spool_directory(spool), &st), 0);
        assert_int_equal(st.st_mode & 0027, 0);
        assert_int_equal(spool_sync(spool), SLUSS_OK);
        spool_close(&spool);
        assert_null(spool);
    }
    spool_close(&spool);
    char file[160];
    snprintf(file, sizeof file, "%s/file", place->dir);
    int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    spool = NULL;
    assert_true(spool_open(file, &spool) < 0);
    assert_null(spool);
}

static void paths_are_absolute(void **state)
{
    struct place *place = *state;
    char expected[160], *real = realpath(place->dir, NULL);
    snprintf(expected, sizeof expected, "%s/spool/" ID, real);
    free(real);
    struct spool *spool = open_spool(place);
    struct buf path;
    buf_init(&path, 4096);
    assert_int_equal(spool_path(spool, ID, &path), SLUSS_OK);
    assert_string_equal(buf_cstr(&path), expected);
    buf_free(&path);
    spool_close(&spool);
}

static void only_ids_name_files(void **state)
{
    static const char *const names[] = {
        "",           ".",        "..",    "../sluss.db",           "/etc/passwd",
        "secret.key", ID ".part", ID "/x", "20260302-061200-00000x"};
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    struct buf path;
    buf_init(&path, 4096);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct items_file *file = NULL;
        assert_int_equal(spool_has(spool, names[i]), SLUSS_EINVAL);
        assert_int_equal(spool_open_original(spool, names[i]), SLUSS_EINVAL);
        assert_int_equal(spool_create_part(spool, names[i]), SLUSS_EINVAL);
        assert_int_equal(spool_finish_part(spool, names[i], 0), SLUSS_EINVAL);
        assert_int_equal(spool_path(spool, names[i], &path), SLUSS_EINVAL);
        assert_int_equal(items_file_open(spool, names[i], &file), SLUSS_EINVAL);
        assert_null(file);
    }
    spool_close(&spool);
}

static void a_copy_takes_its_name_once(void **state)
{
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    assert_int_equal(spool_has(spool, ID), 0);
    assert_int_equal(spool_open_original(spool, ID), SLUSS_ENOTFOUND);
    for (int i = 0; i < 2; i++) {
        int fd = spool_create_part(spool, ID); /* a half one is begun again */
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "whole file", i ? 10 : 6), i ? 10 : 6);
        assert_int_equal(fsync(fd), 0);
        close(fd);
    }
    assert_int_equal(spool_has(spool, ID), 0);
    assert_int_equal(spool_finish_part(spool, ID, 6), SLUSS_ECORRUPT); /* not all of it */
    assert_int_equal(spool_has(spool, ID), 0);
    assert_int_equal(spool_finish_part(spool, ID, 10), SLUSS_OK);
    assert_int_equal(spool_sync(spool), SLUSS_OK);
    assert_int_equal(spool_has(spool, ID), 1);
    assert_int_equal(spool_finish_part(spool, ID, 10), SLUSS_ENOTFOUND);
    char text[16] = "";
    int fd = spool_open_original(spool, ID);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, text, sizeof text), 10);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    close(fd);
    fd = spool_create_part(spool, ID);
    close(fd);
    assert_int_equal(spool_finish_part(spool, ID, 0), SLUSS_EEXIST); /* an original stays */
    spool_drop_part(spool, ID);
    assert_int_equal(spool_sweep(spool), 0); /* it left nothing behind */
    assert_int_equal(spool_has(spool, ID), 1);
    spool_drop_part(spool, ID); /* there is none: fine */
    spool_close(&spool);
}

static void links_are_not_followed(void **state)
{
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    put(spool, "target");
    assert_int_equal(symlinkat("target", spool_directory(spool), ID), 0);
    assert_int_equal(symlinkat("target", spool_directory(spool), ID ".part"), 0);
    assert_int_equal(symlinkat("target", spool_directory(spool), ID ".ndjson"), 0);
    struct items_file *file = NULL;
    assert_int_equal(spool_has(spool, ID), SLUSS_ECORRUPT);
    assert_true(spool_open_original(spool, ID) < 0);
    assert_true(spool_create_part(spool, ID) < 0);
    assert_true(items_file_open(spool, ID, &file) < 0);
    struct stat st;
    assert_int_equal(fstatat(spool_directory(spool), "target", &st, 0), 0);
    assert_int_equal(st.st_size, 5);
    spool_close(&spool);
}

static void the_sweep_takes_leftovers_and_nothing_else(void **state)
{
    static const struct {
        const char *name;
        bool stays;
    } cases[] = {
        {ID, true},
        {ID ".ndjson", true},
        {ID ".part", false},
        {OTHER ".part", false},
        {OTHER ".ndjson", false},
        {"notes.ndjson", true},
        {"notes.part", true},
        {".part", true},
        {"README", true},
    };
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        put(spool, cases[i].name);
    assert_int_equal(spool_sweep(spool), 3);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (there(spool, cases[i].name) != cases[i].stays)
            fail_msg("%s", cases[i].name);
    assert_int_equal(spool_sweep(spool), 0);
    spool_close(&spool);
}

/* --- items
 * --------------------------------------------------------------------------------------------- */

static const struct item example = {
    .type = ITEM_CASE,
    .record = 3,
    .amount_minor = 123450,
    .currency = "SEK",
    .number = {"F-1\n", 4},
    .counterparty_name = {"Ann \"A\" Åberg", 14},
};

static void items_are_lines(void **state)
{
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    struct items_file *file;
    enum { ITEMS = 60000 }; /* more than one write-back of 8 MiB */
    assert_int_equal(items_file_open(spool, ID, &file), SLUSS_OK);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(items_file_add(file, &example), SLUSS_OK);
    assert_int_equal(finish(file), SLUSS_OK);
    items_file_close(&file);
    assert_null(file);
    char path[160];
    snprintf(path, sizeof path, "%s/spool/" ID ".ndjson", place->dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char line[1024];
    int lines = 0;
    while (fgets(line, sizeof line, f)) {
        lines++;
        assert_int_equal(line[0], '{');
        assert_string_equal(line + strlen(line) - 2, "}\n");
    }
    fclose(f);
    assert_int_equal(lines, ITEMS);
    assert_non_null(strstr(line, "\"amount_minor\":123450"));
    spool_close(&spool);
}

static void the_longest_item_fits(void **state)
{
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    struct items_file *file;
    char text[ITEM_TEXT_MAX];
    memset(text, 1, sizeof text); /* each byte becomes an escape */
    struct span s = span_of(text, sizeof text);
    struct item item = {.number = s,
                        .reference = s,
                        .counterparty_id = s,
                        .counterparty_name = s,
                        .payee_account = s,
                        .issuer = s};
    assert_int_equal(items_file_open(spool, ID, &file), SLUSS_OK);
    for (int i = 0; i < 50; i++)
        assert_int_equal(items_file_add(file, &item), SLUSS_OK);
    assert_int_equal(finish(file), SLUSS_OK);
    items_file_close(&file);
    spool_close(&spool);
}

static void unfinished_items_are_removed(void **state)
{
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    struct items_file *file;
    assert_int_equal(items_file_open(spool, ID, &file), SLUSS_OK);
    assert_int_equal(items_file_add(file, &example), SLUSS_OK);
    assert_true(there(spool, ID ".ndjson"));
    items_file_close(&file);
    assert_false(there(spool, ID ".ndjson"));
    /* Written anew, the old content is gone. */
    put(spool, ID ".ndjson");
    assert_int_equal(items_file_open(spool, ID, &file), SLUSS_OK);
    assert_int_equal(finish(file), SLUSS_OK);
    items_file_close(&file);
    struct stat st;
    assert_int_equal(fstatat(spool_directory(spool), ID ".ndjson", &st, 0), 0);
    assert_int_equal(st.st_size, 0);
    spool_close(&spool);
}

static void u46_a_device_without_room_is_told(void **state)
{
    struct place *place = *state;
    struct spool *spool = open_spool(place);
    struct items_file *file;
    assert_int_equal(items_file_open(spool, ID, &file), SLUSS_OK);
    /* The file's descriptor is the newest: put the device that is always full behind it. */
    int probe = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(probe >= 0);
    assert_true(dup3(probe, probe - 1, O_CLOEXEC) >= 0);
    int rc = SLUSS_OK;
    for (int i = 0; i < 10000 && rc == 0; i++)
        rc = items_file_add(file, &example);
    assert_int_equal(rc, SLUSS_EFULL);
    assert_int_equal(finish(file), SLUSS_EFULL);
    items_file_close(&file);
    assert_false(there(spool, ID ".ndjson"));
    close(probe);
    spool_close(&spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(made_when_missing),
        EMPTY_TEST(paths_are_absolute),
        EMPTY_TEST(only_ids_name_files),
        EMPTY_TEST(a_copy_takes_its_name_once),
        EMPTY_TEST(links_are_not_followed),
        EMPTY_TEST(the_sweep_takes_leftovers_and_nothing_else),
        EMPTY_TEST(items_are_lines),
        EMPTY_TEST(the_longest_item_fits),
        EMPTY_TEST(unfinished_items_are_removed),
        EMPTY_TEST(u46_a_device_without_room_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
