/* Real directories and what senders do in them, as told by libinotifytools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "daemon/watch.h"
#include "model/error.h"
#include "tests/unit/daemon/scratch.h"

static struct scratch scratch;
static int watch_fd;

static int setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    assert_int_equal(mkdir(in(&scratch, "inbox"), 0755), 0);
    assert_int_equal(watch_open(&watch_fd), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    watch_close();
    scratch_remove(&scratch);
    return 0;
}

/* Reads all events there are; counts those that name `name` in `directory`. */
static int heard(enum watch_event kind, const char *directory, const char *name)
{
    const char *d;
    const char *n;
    enum watch_event event;
    int count = 0;

    while ((event = watch_next(&d, &n)) != WATCH_NONE)
        if (event == kind && strcmp(d, directory) == 0 && strcmp(n, name) == 0)
            count++;
    return count;
}

static void nothing_happened_and_nothing_blocks(void **state)
{
    (void)state;
    assert_int_equal(watch_add(in(&scratch, "inbox")), 0);
    assert_int_equal(heard(WATCH_CHANGED, in(&scratch, "inbox"), ""), 0);
}

static void the_descriptor_is_pollable_and_not_inherited(void **state)
{
    struct pollfd p = {.fd = watch_fd, .events = POLLIN};
    int again;

    (void)state;
    assert_int_equal(watch_add(in(&scratch, "inbox")), 0);
    assert_int_equal(poll(&p, 1, 0), 0);
    make_file(in(&scratch, "inbox/a.xml"), "x");
    assert_int_equal(poll(&p, 1, 1000), 1);
    assert_true(fcntl(watch_fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(watch_open(&again), 0);
    assert_int_equal(again, watch_fd);
}

static void put(void)
{
    make_file(in(&scratch, "inbox/a.xml"), "x");
}

static void put_and_rename(void)
{
    make_file(in(&scratch, "inbox/a.tmp"), "x");
    assert_int_equal(rename(in(&scratch, "inbox/a.tmp"), in(&scratch, "inbox/a.xml")), 0);
}

static void put_and_rename_the_old_way(void)
{
    make_file(in(&scratch, "inbox/a.tmp"), "x");
    assert_int_equal(link(in(&scratch, "inbox/a.tmp"), in(&scratch, "inbox/a.xml")), 0);
    assert_int_equal(unlink(in(&scratch, "inbox/a.tmp")), 0);
}

static void rename_the_old_way_from_elsewhere(void)
{
    make_file(in(&scratch, "a.xml"), "x");
    assert_int_equal(link(in(&scratch, "a.xml"), in(&scratch, "inbox/a.xml")), 0);
    assert_int_equal(unlink(in(&scratch, "a.xml")), 0);
}

static void link_symbolically(void)
{
    assert_int_equal(symlink("/etc/passwd", in(&scratch, "inbox/a.xml")), 0);
}

static void make_folder(void)
{
    assert_int_equal(mkdir(in(&scratch, "inbox/a.xml"), 0755), 0);
}

static void U00_each_way_of_arriving_is_heard(void **state)
{
    static void (*const ways[])(void) = {
        put,
        put_and_rename,
        put_and_rename_the_old_way,
        rename_the_old_way_from_elsewhere,
        link_symbolically,
        make_folder,
    };

    (void)state;
    assert_int_equal(watch_add(in(&scratch, "inbox")), 0);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        ways[i]();
        if (heard(WATCH_CHANGED, in(&scratch, "inbox"), "a.xml") < 1)
            fail_msg("way %zu was not heard", i);
        (void)remove(in(&scratch, "inbox/a.xml"));
        if (heard(WATCH_CHANGED, in(&scratch, "inbox"), "a.xml") != 1)
            fail_msg("way %zu: its removal was not heard", i);
    }
}

static void watching_twice_is_harmless(void **state)
{
    (void)state;
    assert_int_equal(watch_add(in(&scratch, "inbox")), 0);
    assert_int_equal(watch_add(in(&scratch, "inbox")), 0);
    put();
    assert_in_range(heard(WATCH_CHANGED, in(&scratch, "inbox"), "a.xml"), 1, 2);
    watch_remove(in(&scratch, "inbox"));
    watch_remove(in(&scratch, "inbox"));
    make_file(in(&scratch, "inbox/b.xml"), "x");
    assert_int_equal(heard(WATCH_CHANGED, in(&scratch, "inbox"), "b.xml"), 0);
}

static void U17_a_removed_directory_is_told_and_watched_anew(void **state)
{
    char path[1024];

    (void)state;
    (void)snprintf(path, sizeof path, "%s", in(&scratch, "inbox"));
    assert_int_equal(watch_add(path), 0);
    /* More than once: the library keeps what the kernel has ended, and would find the old. */
    for (int round = 0; round < 5; round++) {
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(heard(WATCH_GONE, path, ""), 1);
        assert_int_equal(watch_add(path), SLUSS_ENOTFOUND);
        assert_int_equal(mkdir(path, 0755), 0);
        assert_int_equal(watch_add(path), 0);
        put();
        assert_true(heard(WATCH_CHANGED, path, "a.xml") >= 1);
        assert_int_equal(unlink(in(&scratch, "inbox/a.xml")), 0);
        (void)heard(WATCH_CHANGED, path, "");
    }
}

static void U17_a_directory_moved_away_is_told_and_no_longer_watched(void **state)
{
    char path[1024];

    (void)state;
    (void)snprintf(path, sizeof path, "%s", in(&scratch, "inbox"));
    assert_int_equal(watch_add(path), 0);
    assert_int_equal(rename(path, in(&scratch, "away")), 0);
    assert_int_equal(heard(WATCH_GONE, path, ""), 1);
    make_file(in(&scratch, "away/a.xml"), "x");
    assert_int_equal(heard(WATCH_CHANGED, path, "a.xml"), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(watch_add(path), 0);
    put();
    assert_true(heard(WATCH_CHANGED, path, "a.xml") >= 1);
}

static void removing_a_watch_whose_end_was_not_read_yet_is_quiet(void **state)
{
    char path[1024];

    (void)state;
    (void)snprintf(path, sizeof path, "%s", in(&scratch, "inbox"));
    assert_int_equal(watch_add(path), 0);
    assert_int_equal(rmdir(path), 0);
    watch_remove(path);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(watch_add(path), 0);
    put();
    assert_true(heard(WATCH_CHANGED, path, "a.xml") >= 1);
}

static void refusals_have_their_names(void **state)
{
    (void)state;
    make_file(in(&scratch, "file"), "x");
    assert_int_equal(symlink("inbox", in(&scratch, "second")), 0);
    assert_int_equal(watch_add(in(&scratch, "missing")), SLUSS_ENOTFOUND);
    assert_int_equal(watch_add(in(&scratch, "file")), SLUSS_ENOTFOUND);
    assert_int_equal(watch_add(in(&scratch, "inbox")), 0);
    assert_int_equal(watch_add(in(&scratch, "second")), SLUSS_EEXIST);
}

static void U12_an_overflow_has_no_directory_and_no_crash(void **state)
{
    const char *directory;
    const char *name;
    enum watch_event event;
    int overflows = 0;
    int fd;

    (void)state;
    assert_int_equal(watch_add(in(&scratch, "inbox")), 0);
    /* Two names in turn, so that the kernel does not merge the events. */
    for (int i = 0; i < 12000; i++) {
        fd = open(in(&scratch, i % 2 ? "inbox/a" : "inbox/b"), O_WRONLY | O_CREAT, 0644);
        assert_true(fd >= 0);
        (void)close(fd);
        (void)unlink(in(&scratch, i % 2 ? "inbox/a" : "inbox/b"));
    }
    while ((event = watch_next(&directory, &name)) != WATCH_NONE)
        overflows += event == WATCH_OVERFLOW;
    assert_int_equal(overflows, 1);
}

/* In a child, whose descriptors are its own. */
static void U14_no_descriptor_below_the_limit_of_select(void **state)
{
    pid_t pid;
    int status;

    (void)state;
    watch_close();
    pid = fork();
    if (pid == 0) {
        struct rlimit limit = {2048, 2048};
        int fd;

        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
            _exit(77);
        do
            fd = open("/dev/null", O_RDONLY);
        while (fd >= 0 && fd < 1100);
        _exit(watch_open(&fd) == SLUSS_EIO && errno == EMFILE ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(nothing_happened_and_nothing_blocks),
        CASE(the_descriptor_is_pollable_and_not_inherited),
        CASE(U00_each_way_of_arriving_is_heard),
        CASE(watching_twice_is_harmless),
        CASE(U17_a_removed_directory_is_told_and_watched_anew),
        CASE(U17_a_directory_moved_away_is_told_and_no_longer_watched),
        CASE(removing_a_watch_whose_end_was_not_read_yet_is_quiet),
        CASE(refusals_have_their_names),
        CASE(U12_an_overflow_has_no_directory_and_no_crash),
        CASE(U14_no_descriptor_below_the_limit_of_select),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
