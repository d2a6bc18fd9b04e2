/* merge_crash_test.c -- U26: killed at any step of a merge or a gathering, the memory is whole
 *
 * A child works on a copy of a prepared memory and is killed before its n-th step that touches
 * the disk or the store, for every n until it gets through. After each the memory is opened as
 * at a start: it holds each key of each delivery exactly once, no file is there that no row
 * names, and the merge that was cut off can be done.
 */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/seen.h"
#include "store/seen_internal.h"

/* --- steps ---------------------------------------------------------------------------------- */

static bool counting;
static unsigned steps, fatal;

static void step(void)
{
    if (counting && ++steps == fatal)
        (void)raise(SIGKILL);
}

/* Linked with -Wl,--wrap of each. */
#define WRAP(type, name, parameters, arguments)                                                    \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        step();                                                                                    \
        return __real_##name arguments;                                                            \
    }

WRAP(ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, unlinkat, (int fd, const char *name, int flags), (fd, name, flags))
WRAP(int, run_create, (int d, const char *name, const uint8_t secret[32], struct run_writer **out),
     (d, name, secret, out))
WRAP(int, db_run, (struct db *db, const char *sql, const struct value *values, size_t n),
     (db, sql, values, n))
WRAP(int, db_commit, (struct db *db), (db))

/* --- the memory ------------------------------------------------------------------------------- */

/* Four deliveries whose keys stand in runs of their own, and a merged run from before. */
#define LARGE     4
#define KEYS      (SEEN_IN_ROW + 100)
#define SMALL     3
#define FRESH     ((size_t)50 * 1000)
#define ALL_KEYS  (LARGE * KEYS + SMALL * FRESH)
#define TIDY_STEP 100000

static uint64_t key_of(uint64_t delivery, uint64_t i)
{
    return (delivery * 1000003 + i) * UINT64_C(0x9E3779B97F4A7C15);
}

static struct gather *gather(struct seen *seen, int64_t row, uint64_t delivery, size_t n)
{
    struct gather *g = NULL;

    assert_int_equal(gather_open(seen, row, &g), SLUSS_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(gather_item(g, i + 1), SLUSS_OK);
        assert_int_equal(gather_key(g, KEY_NUMBER, key_of(delivery, i), true, true), SLUSS_OK);
    }
    assert_int_equal(gather_end(g), SLUSS_OK);
    return g;
}

static void deliver(struct place *place, struct seen *seen, uint64_t delivery, size_t n)
{
    struct delivery d = arrive(place->store, "heby/ekonomi", "f.csv", T0 + (int64_t)delivery * 1000);
    struct summary s = figures(1, (uint8_t)(delivery + 1));
    struct gather *g = gather(seen, d.row, delivery, n);

    assert_int_equal(gather_keep(g), SLUSS_OK);
    gather_close(&g);
    judge(place->store, &d, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
    assert_int_equal(seen_enter(seen, d.row), SLUSS_OK);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
}

static struct seen *open_seen(struct place *place)
{
    struct seen *seen = NULL;

    assert_int_equal(seen_open(place->store, place->dir, &seen), SLUSS_OK);
    return seen;
}

static void tidy(struct seen *seen)
{
    int rc;

    while ((rc = seen_tidy(seen, TIDY_STEP)) == 1)
        ;
    assert_int_equal(rc, 0);
}

/* One merge done, the next one due. */
static void prepare(struct place *place)
{
    struct seen *seen = open_seen(place);
    uint64_t delivery = 0;

    for (; delivery < SMALL; delivery++)
        deliver(place, seen, delivery, FRESH);
    tidy(seen);
    assert_int_equal(seen->run_count, 1);
    for (; delivery < SMALL + LARGE; delivery++)
        deliver(place, seen, delivery, KEYS);
    seen_close(&seen);
    store_close(&place->store);
}

/* --- copies ----------------------------------------------------------------------------------- */

static void copy_file(int from, int to, const char *name)
{
    int in = openat(from, name, O_RDONLY | O_CLOEXEC);
    int out = openat(to, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct stat st;

    assert_true(in >= 0 && out >= 0);
    assert_int_equal(fstat(in, &st), 0);
    for (off_t left = st.st_size; left > 0;) {
        ssize_t n = copy_file_range(in, NULL, out, NULL, (size_t)left, 0);

        assert_true(n > 0);
        left -= n;
    }
    close(in);
    close(out);
}

static int open_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

static void copy_directory(const char *from, const char *to)
{
    int in = open_directory(from), out = open_directory(to);
    DIR *directory = opendir(from);
    const struct dirent *entry;

    assert_non_null(directory);
    while ((entry = readdir(directory)))
        if (entry->d_type == DT_REG)
            copy_file(in, out, entry->d_name);
    closedir(directory);
    close(in);
    close(out);
}

static struct place *copy_of(const struct place *place)
{
    void *state;
    struct place *copy;
    char from[128], to[128];

    place_make_empty(&state);
    copy = state;
    (void)snprintf(from, sizeof from, "%s/seen", place->dir);
    (void)snprintf(to, sizeof to, "%s/seen", copy->dir);
    assert_int_equal(mkdir(to, 0700), 0);
    copy_directory(place->dir, copy->dir);
    copy_directory(from, to);
    return copy;
}

/* --- killing ---------------------------------------------------------------------------------- */

typedef void (*work)(struct place *place, struct seen *seen);

static void merge(struct place *place, struct seen *seen)
{
    (void)place;
    while (seen_tidy(seen, TIDY_STEP) == 1)
        ;
}

/* A delivery larger than what is held in memory, up to its verdict. */
static void gather_and_keep(struct place *place, struct seen *seen)
{
    struct delivery d = arrive(place->store, "heby/ekonomi", "g.csv", T0 + DAY);
    struct gather *g = gather(seen, d.row, 1000, SEEN_CHUNK + 1000);

    (void)gather_keep(g);
    (void)store_commit(place->store);
    gather_close(&g);
}

/* Did it get through before its n-th step? Else it was killed there. */
static bool got_through(struct place *place, unsigned n, work what)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        struct seen *seen;

        place_open(place);
        seen = open_seen(place);
        fatal = n;
        counting = true;
        what(place, seen);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGKILL);
    return WIFEXITED(status);
}

/* Does the memory know each of the delivery's keys, of it alone? */
static void expect_known(struct place *place, struct seen *seen, uint64_t delivery, size_t n)
{
    struct delivery d = arrive(place->store, "heby/ekonomi", "new.csv", T0 + 2 * DAY);
    struct gather *g = gather(seen, d.row, delivery, n);
    struct sweep *sweep = NULL;
    struct sweep_result r;
    int rc;

    assert_int_equal(sweep_open(seen, g, &sweep), SLUSS_OK);
    while ((rc = sweep_step(sweep, 1000000, &r)) == 1)
        ;
    assert_int_equal(rc, 0);
    assert_int_equal(r.number.n, n);
    assert_int_equal(r.most_number.items, n);
    sweep_close(&sweep);
    gather_close(&g);
    store_rollback(place->store);
}

static unsigned files_in(const struct seen *seen)
{
    int fd = openat(seen->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fdopendir(fd);
    const struct dirent *entry;
    unsigned n = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)))
        n += entry->d_type == DT_REG;
    closedir(directory);
    return n;
}

/* `waiting`: runs of deliveries that are no history yet. */
static struct seen *open_whole(struct place *place, unsigned waiting)
{
    struct seen *seen;

    place_open(place);
    seen = open_seen(place);
    assert_int_equal(seen_count(seen), ALL_KEYS);
    assert_int_equal(files_in(seen), seen->run_count + waiting);
    return seen;
}

static void finish(struct place *place, struct seen *seen)
{
    tidy(seen);
    assert_int_equal(seen_count(seen), ALL_KEYS);
    assert_int_equal(seen->run_count, 1);
    assert_int_equal(files_in(seen), 1);
    expect_known(place, seen, 1, FRESH);
    expect_known(place, seen, SMALL + LARGE - 1, KEYS);
}

static void remove_copy(struct place *place)
{
    void *state = place;

    place_remove(&state);
}

static void U26_a_merge_killed_at_any_step_loses_and_doubles_nothing(void **state)
{
    bool through = false;
    unsigned n;

    prepare(*state);
    for (n = 1; !through; n++) {
        struct place *copy = copy_of(*state);
        struct seen *seen;

        through = got_through(copy, n, merge);
        seen = open_whole(copy, 0);
        if (n % 6 == 0 || through) /* it takes a while */
            finish(copy, seen);
        seen_close(&seen);
        remove_copy(copy);
    }
    assert_true(n > 20); /* there are as many steps at least */
}

static void U26_a_gathering_killed_at_any_step_leaves_nothing(void **state)
{
    bool through = false;
    unsigned n;

    prepare(*state);
    for (n = 1; !through; n += 9) {
        struct place *copy = copy_of(*state);
        struct seen *seen;

        through = got_through(copy, n, gather_and_keep);
        seen = open_whole(copy, through); /* kept, and not history before it is accepted */
        seen_close(&seen);
        remove_copy(copy);
    }
    assert_true(n > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(U26_a_merge_killed_at_any_step_loses_and_doubles_nothing),
        STORE_TEST(U26_a_gathering_killed_at_any_step_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
