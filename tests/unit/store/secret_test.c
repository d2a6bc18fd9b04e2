/* secret_test.c -- made once, read strictly, never replaced behind a database's back */
#include "support.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "store/secret.h"

static int open_dir(const struct place *place)
{
    int fd = open(place->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(sodium_init() >= 0);
    return fd;
}

static void made_once_and_read_back(void **state)
{
    struct place *place = *state;
    int dir = open_dir(place);
    struct buf error;
    buf_init(&error, 1024);
    uint8_t made[SECRET_SIZE] = {0}, read_back[SECRET_SIZE] = {0};
    assert_int_equal(secret_exists(dir), 0);
    assert_int_equal(secret_load(dir, read_back, &error), SLUSS_ENOTFOUND);
    buf_clear(&error);
    assert_int_equal(secret_make(dir, made, &error), SLUSS_OK);
    assert_int_equal(secret_exists(dir), 1);
    assert_int_equal(secret_load(dir, read_back, &error), SLUSS_OK);
    assert_memory_equal(made, read_back, SECRET_SIZE);
    assert_false(sodium_is_zero(made, SECRET_SIZE));
    assert_int_equal(error.n, 0);
    struct stat st;
    assert_int_equal(fstatat(dir, SECRET_FILE, &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(faccessat(dir, SECRET_FILE ".new", F_OK, 0), -1);
    buf_free(&error);
    close(dir);
}

static void a_file_of_another_size_or_open_to_others_is_refused(void **state)
{
    static const struct {
        const char *name;
        size_t size;
        mode_t mode;
        int error;
    } cases[] = {
        {"empty", 0, 0600, SLUSS_ECORRUPT},
        {"a byte short", 31, 0600, SLUSS_ECORRUPT},
        {"a byte long", 33, 0600, SLUSS_ECORRUPT},
        {"read by the world", 32, 0604, SLUSS_EDENIED},
        {"read by the group", 32, 0640, SLUSS_EDENIED},
        {"written by the group", 32, 0620, SLUSS_EDENIED},
        {"right", 32, 0600, SLUSS_OK},
        {"only to be read", 32, 0400, SLUSS_OK},
    };
    struct place *place = *state;
    int dir = open_dir(place);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[64] = {1}, secret[SECRET_SIZE];
        struct buf error;
        buf_init(&error, 1024);
        int fd = openat(dir, SECRET_FILE, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, cases[i].size), cases[i].size);
        assert_int_equal(fchmod(fd, cases[i].mode), 0);
        close(fd);
        if (secret_load(dir, secret, &error) != cases[i].error)
            fail_msg("%s", cases[i].name);
        assert_int_equal(error.n > 0, cases[i].error < 0);
        assert_int_equal(unlinkat(dir, SECRET_FILE, 0), 0);
        buf_free(&error);
    }
    close(dir);
}

static void a_link_is_refused(void **state)
{
    struct place *place = *state;
    int dir = open_dir(place);
    struct buf error;
    buf_init(&error, 1024);
    uint8_t secret[SECRET_SIZE];
    assert_int_equal(symlinkat("/dev/zero", dir, SECRET_FILE), 0);
    assert_true(secret_load(dir, secret, &error) < 0);
    buf_free(&error);
    close(dir);
}

static void expect_refused(struct place *place, int expected, const char *word)
{
    struct buf error;
    buf_init(&error, 4096);
    struct store *store = NULL;
    assert_int_equal(store_open(place->dir, &error, &store), expected);
    if (!strstr(buf_cstr(&error), word))
        fail_msg("\"%s\" does not say \"%s\"", buf_cstr(&error), word);
    buf_free(&error);
}

static void a_database_keeps_to_its_secret(void **state)
{
    struct place *place = *state;
    place_open(place);
    uint8_t first[SECRET_SIZE];
    memcpy(first, store_secret(place->store), SECRET_SIZE);
    store_close(&place->store);
    place_open(place);
    assert_memory_equal(store_secret(place->store), first, SECRET_SIZE);
    store_close(&place->store);

    int dir = open_dir(place);
    assert_int_equal(unlinkat(dir, SECRET_FILE, 0), 0);
    expect_refused(place, SLUSS_ECORRUPT, "is missing");
    assert_int_equal(secret_exists(dir), 0); /* not made anew */

    struct buf error;
    buf_init(&error, 1024);
    uint8_t other[SECRET_SIZE];
    assert_int_equal(secret_make(dir, other, &error), SLUSS_OK);
    expect_refused(place, SLUSS_ECORRUPT, "not the one");
    close(dir);
}

static void a_start_cut_short_before_the_check_value_goes_on(void **state)
{
    struct place *place = *state;
    place_open(place);
    uint8_t first[SECRET_SIZE];
    memcpy(first, store_secret(place->store), SECRET_SIZE);
    store_close(&place->store);
    raw(place->path, "DELETE FROM meta"); /* as a crash right after the rename leaves it */
    place_open(place);
    assert_memory_equal(store_secret(place->store), first, SECRET_SIZE);
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM meta"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(made_once_and_read_back),
        EMPTY_TEST(a_file_of_another_size_or_open_to_others_is_refused),
        EMPTY_TEST(a_link_is_refused),
        EMPTY_TEST(a_database_keeps_to_its_secret),
        EMPTY_TEST(a_start_cut_short_before_the_check_value_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
