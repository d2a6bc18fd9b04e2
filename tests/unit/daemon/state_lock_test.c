/* One holder at a time, and nothing left behind by one that was killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>

#include "daemon/state_lock.h"
#include "model/error.h"
#include "tests/unit/daemon/scratch.h"

static struct scratch scratch;
static struct buf error;

static int setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    buf_init(&error, 4096);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_free(&error);
    scratch_remove(&scratch);
    return 0;
}

static void the_directory_is_made(void **state)
{
    struct stat st;
    int fd;

    (void)state;
    assert_int_equal(state_lock_take(in(&scratch, "state"), &fd, &error), 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(stat(in(&scratch, "state"), &st), 0);
    assert_int_equal(st.st_mode & 0777 & ~0750u, 0);
    (void)close(fd);
}

/* A child that takes the lock and says so; it waits to be ended. */
static pid_t start_holder(void)
{
    int told[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe(told), 0);
    pid = fork();
    if (pid == 0) {
        int fd;

        if (state_lock_take(scratch.path, &fd, &error) == 0)
            (void)write(told[1], "x", 1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(told[0], &byte, 1), 1);
    (void)close(told[0]);
    (void)close(told[1]);
    return pid;
}

static void U25_a_second_one_is_refused_by_name(void **state)
{
    pid_t pid = start_holder();
    char expect[64];
    int fd = -7;

    (void)state;
    assert_int_equal(state_lock_take(scratch.path, &fd, &error), SLUSS_EBUSY);
    assert_int_equal(fd, -7);
    (void)snprintf(expect, sizeof expect, "held by slussd, process %ld, since 20", (long)pid);
    assert_non_null(strstr(buf_cstr(&error), expect));
    assert_null(strchr(buf_cstr(&error), '\n'));

    /* Killed without a chance to tidy up: the next one just starts. */
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(state_lock_take(scratch.path, &fd, &error), 0);
    (void)close(fd);
}

static void a_link_in_its_place_is_not_followed(void **state)
{
    int fd;

    (void)state;
    make_file(in(&scratch, "precious"), "text");
    assert_int_equal(symlink("precious", in(&scratch, "lock")), 0);
    assert_true(state_lock_take(scratch.path, &fd, &error) < 0);
    assert_non_null(strstr(buf_cstr(&error), "cannot open"));
}

static void a_note_of_strange_bytes_is_shown_escaped(void **state)
{
    pid_t pid = start_holder();
    int fd;

    (void)state;
    make_file(in(&scratch, "lock"), "\033[31m");
    assert_int_equal(state_lock_take(scratch.path, &fd, &error), SLUSS_EBUSY);
    assert_null(strchr(buf_cstr(&error), '\033'));
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

static void a_directory_that_cannot_be_is_refused(void **state)
{
    int fd;

    (void)state;
    make_file(in(&scratch, "file"), "x");
    assert_int_equal(state_lock_take(in(&scratch, "file"), &fd, &error), SLUSS_ENOTFOUND);
    assert_int_equal(state_lock_take(in(&scratch, "no/such"), &fd, &error), SLUSS_ENOTFOUND);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(the_directory_is_made),
        CASE(U25_a_second_one_is_refused_by_name),
        CASE(a_link_in_its_place_is_not_followed),
        CASE(a_note_of_strange_bytes_is_shown_escaped),
        CASE(a_directory_that_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
