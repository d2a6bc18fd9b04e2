/* runs_test.c -- every key is found wherever it stands, and damage is seen before it is used */
#include "support.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store/runs.h"

static const uint8_t secret[32] = {4, 7, 1, 1};

static int directory_of(const struct place *place)
{
    int fd = open(place->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/* Keys 10, 20, 30, ..., each held by three deliveries. */
#define HOLDERS 3

static void write_run(int directory, const char *name, uint64_t entries)
{
    struct run_writer *writer = NULL;
    uint64_t written = 0;
    assert_int_equal(run_create(directory, name, secret, &writer), SLUSS_OK);
    for (uint64_t i = 0; i < entries; i++) {
        struct run_entry e = {(i / HOLDERS + 1) * 10, (uint32_t)(i % HOLDERS) + 1};
        assert_int_equal(run_add(writer, e), SLUSS_OK);
        if (i % 7 == 0) /* twice is once */
            assert_int_equal(run_add(writer, e), SLUSS_OK);
    }
    assert_int_equal(run_finish(writer, &written), SLUSS_OK);
    assert_int_equal(written, entries);
    run_writer_close(&writer);
}

static struct run *open_run(int directory, const char *name)
{
    struct run *run = NULL;
    assert_int_equal(run_open(directory, name, secret, &run), SLUSS_OK);
    return run;
}

/* Sizes around the borders of blocks, where an entry could be missed or told twice. */
static const uint64_t sizes[] = {
    1, 3, RUN_BLOCK - 1, RUN_BLOCK, RUN_BLOCK + 1, 2 * RUN_BLOCK, 2 * RUN_BLOCK + 1, 20011};

static void what_was_written_is_read_in_order(void **state)
{
    struct place *place = *state;
    int directory = directory_of(place);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct run_cursor cursor = {0};
        struct run_entry e;
        write_run(directory, "run", sizes[s]);
        struct run *run = open_run(directory, "run");
        assert_int_equal(run_entries(run), sizes[s]);
        for (uint64_t i = 0; i < sizes[s]; i++) {
            assert_int_equal(run_next(run, &cursor, &e), 1);
            assert_int_equal(e.key, (i / HOLDERS + 1) * 10);
            assert_int_equal(e.delivery, i % HOLDERS + 1);
        }
        assert_int_equal(run_next(run, &cursor, &e), 0);
        run_close(&run);
        assert_null(run);
    }
    close(directory);
}

static void each_key_is_found_with_all_its_holders(void **state)
{
    struct place *place = *state;
    int directory = directory_of(place);
    static const uint64_t steps[] = {1, 2, 85, 86, 700};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        write_run(directory, "run", sizes[s]);
        struct run *run = open_run(directory, "run");
        uint64_t last = (sizes[s] - 1) / HOLDERS + 1;
        for (size_t step = 0; step < sizeof steps / sizeof *steps; step++) {
            struct run_cursor cursor = {0};
            for (uint64_t k = 1; k <= last; k += steps[step]) {
                uint64_t holders = k < last ? HOLDERS : (sizes[s] - 1) % HOLDERS + 1;
                uint32_t delivery = 0;
                assert_int_equal(run_find(run, &cursor, k * 10 - 1, &delivery), 0);
                for (uint32_t h = 1; h <= holders; h++) {
                    assert_int_equal(run_find(run, &cursor, k * 10, &delivery), 1);
                    assert_int_equal(delivery, h);
                }
                assert_int_equal(run_find(run, &cursor, k * 10, &delivery), 0);
            }
            uint32_t delivery;
            assert_int_equal(run_find(run, &cursor, UINT64_MAX, &delivery), 0);
        }
        run_close(&run);
    }
    close(directory);
}

static void a_key_with_more_holders_than_a_block_is_found_whole(void **state)
{
    struct place *place = *state;
    int directory = directory_of(place);
    enum { MANY = 3 * RUN_BLOCK + 5 };
    struct run_writer *writer = NULL;
    struct run_cursor cursor = {0};
    uint64_t entries;
    uint32_t delivery;
    assert_int_equal(run_create(directory, "run", secret, &writer), SLUSS_OK);
    assert_int_equal(run_add(writer, (struct run_entry){5, 1}), SLUSS_OK);
    for (uint32_t i = 1; i <= MANY; i++)
        assert_int_equal(run_add(writer, (struct run_entry){10, i}), SLUSS_OK);
    assert_int_equal(run_add(writer, (struct run_entry){15, 1}), SLUSS_OK);
    assert_int_equal(run_finish(writer, &entries), SLUSS_OK);
    run_writer_close(&writer);
    struct run *run = open_run(directory, "run");
    for (uint32_t i = 1; i <= MANY; i++) {
        assert_int_equal(run_find(run, &cursor, 10, &delivery), 1);
        assert_int_equal(delivery, i);
    }
    assert_int_equal(run_find(run, &cursor, 10, &delivery), 0);
    assert_int_equal(run_find(run, &cursor, 15, &delivery), 1);
    run_close(&run);
    close(directory);
}

static void an_empty_run_holds_nothing(void **state)
{
    struct place *place = *state;
    int directory = directory_of(place);
    struct run_cursor cursor = {0};
    uint32_t delivery;
    write_run(directory, "run", 0);
    struct run *run = open_run(directory, "run");
    assert_int_equal(run_entries(run), 0);
    assert_int_equal(run_find(run, &cursor, 10, &delivery), 0);
    run_close(&run);
    close(directory);
}

/* --- damage ---------------------------------------------------------------------------------- */

#define ENTRIES 600
#define FENCE   ((off_t)ENTRIES * RUN_ENTRY_SIZE)
#define TRAILER (FENCE + 8 * ((ENTRIES + RUN_BLOCK - 1) / RUN_BLOCK))

static void flip(int directory, off_t at)
{
    uint8_t byte;
    int fd = openat(directory, "run", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void a_flipped_bit_in_fence_or_trailer_is_refused(void **state)
{
    struct place *place = *state;
    int directory = directory_of(place);
    struct run *run = NULL;
    struct stat st;
    write_run(directory, "run", ENTRIES);
    assert_int_equal(fstatat(directory, "run", &st, 0), 0);
    assert_int_equal(st.st_size, TRAILER + 32);
    for (off_t at = FENCE; at < st.st_size; at++) {
        flip(directory, at);
        if (run_open(directory, "run", secret, &run) != SLUSS_ECORRUPT)
            fail_msg("byte %lld of %lld", (long long)at, (long long)st.st_size);
        assert_null(run);
        flip(directory, at);
    }
    run = open_run(directory, "run"); /* as it was */
    run_close(&run);
    close(directory);
}

static void a_run_cut_anywhere_is_refused(void **state)
{
    struct place *place = *state;
    int directory = directory_of(place);
    struct run *run = NULL;
    write_run(directory, "run", ENTRIES);
    int fd = openat(directory, "run", O_RDWR | O_CLOEXEC);
    for (off_t size = TRAILER + 31; size >= 0; size = size > FENCE ? size - 1 : size - 499) {
        assert_int_equal(ftruncate(fd, size), 0);
        if (run_open(directory, "run", secret, &run) != SLUSS_ECORRUPT)
            fail_msg("cut to %lld bytes", (long long)size);
    }
    close(fd);
    close(directory);
}

static void a_run_of_another_store_is_refused(void **state)
{
    static const uint8_t other[32] = {4, 7, 1, 2};
    struct place *place = *state;
    int directory = directory_of(place);
    struct run *run = NULL;
    write_run(directory, "run", ENTRIES);
    assert_int_equal(run_open(directory, "run", other, &run), SLUSS_ECORRUPT);
    assert_int_equal(run_open(directory, "gone", secret, &run), SLUSS_ENOTFOUND);
    assert_int_equal(symlinkat("run", directory, "link"), 0);
    assert_int_not_equal(run_open(directory, "link", secret, &run), SLUSS_OK);
    close(directory);
}

static void an_unfinished_run_is_refused_and_overwritten(void **state)
{
    struct place *place = *state;
    int directory = directory_of(place);
    struct run_writer *writer = NULL;
    struct run *run = NULL;
    assert_int_equal(run_create(directory, "run", secret, &writer), SLUSS_OK);
    assert_int_equal(run_add(writer, (struct run_entry){1, 1}), SLUSS_OK);
    run_writer_close(&writer);
    assert_int_equal(run_open(directory, "run", secret, &run), SLUSS_ECORRUPT);
    write_run(directory, "run", ENTRIES);
    run = open_run(directory, "run");
    assert_int_equal(run_entries(run), ENTRIES);
    run_close(&run);
    close(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(what_was_written_is_read_in_order),
        EMPTY_TEST(each_key_is_found_with_all_its_holders),
        EMPTY_TEST(a_key_with_more_holders_than_a_block_is_found_whole),
        EMPTY_TEST(an_empty_run_holds_nothing),
        EMPTY_TEST(a_flipped_bit_in_fence_or_trailer_is_refused),
        EMPTY_TEST(a_run_cut_anywhere_is_refused),
        EMPTY_TEST(a_run_of_another_store_is_refused),
        EMPTY_TEST(an_unfinished_run_is_refused_and_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
