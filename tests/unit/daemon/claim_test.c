/* Taking files from an inbox whose owner changes it under our hands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>

#include "daemon/claim.h"
#include "model/error.h"
#include "tests/unit/daemon/scratch.h"

#define ID "20261122-183121-000001"

static struct scratch scratch;
static struct spool *spool;
static int inbox;

static const struct unit_settings unit = {.key = "heby/ekonomi", .marker = ".ok"};

static int setup(void **state)
{
    (void)state;
    scratch_make(&scratch);
    assert_int_equal(mkdir(in(&scratch, "inbox"), 0755), 0);
    assert_int_equal(mkdir(in(&scratch, "state"), 0755), 0);
    assert_int_equal(spool_open(in(&scratch, "state"), &spool), 0);
    inbox = open(in(&scratch, "inbox"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(inbox >= 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    spool_close(&spool);
    (void)close(inbox);
    scratch_remove(&scratch);
    return 0;
}

/* The file as the inbox would hand it over. */
static struct arrival arrive(const char *name)
{
    struct arrival arrival = {.unit = &unit};

    (void)snprintf(arrival.name, sizeof arrival.name, "%s", name);
    arrival.directory = fcntl(inbox, F_DUPFD_CLOEXEC, 0);
    arrival.file = openat(inbox, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    assert_true(arrival.file >= 0);
    assert_int_equal(claim_identify(arrival.file, &arrival.identity), 0);
    (void)fcntl(arrival.file, F_SETSIG, SIGURG);
    arrival.leased = fcntl(arrival.file, F_SETLEASE, F_RDLCK) == 0;
    return arrival;
}

static struct arrival arrive_new(const char *name, const char *text)
{
    make_file(in(&scratch, name), text);
    return arrive(strrchr(name, '/') + 1);
}

static enum claim_result claim_and_close(struct arrival *arrival, int *error)
{
    enum claim_result result = claim_move(arrival, spool, ID, error);

    arrival_close(arrival);
    assert_int_equal(arrival->file, -1);
    arrival_close(arrival);
    return result;
}

static void a_complete_file_is_moved(void **state)
{
    struct arrival arrival = arrive_new("inbox/a.xml", "whole");
    struct stat st;
    int error;

    (void)state;
    assert_int_equal(claim_and_close(&arrival, &error), CLAIM_MOVED);
    assert_false(there(in(&scratch, "inbox/a.xml")));
    assert_int_equal(spool_has(spool, ID), 1);
    assert_int_equal(fstatat(spool_directory(spool), ID, &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(claim_sync_directory(inbox), 0);
}

static void a_directory_opened_by_path_only_is_synced(void **state)
{
    int fd = open(in(&scratch, "inbox"), O_PATH | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    assert_int_equal(claim_sync_directory(fd), 0);
    (void)close(fd);
}

/* Each changes the name or file between finding and moving. */
static void remove_it(void)
{
    assert_int_equal(unlink(in(&scratch, "inbox/a.xml")), 0);
}

static void replace_it(void)
{
    make_file(in(&scratch, "inbox/b"), "other");
    assert_int_equal(rename(in(&scratch, "inbox/b"), in(&scratch, "inbox/a.xml")), 0);
}

static void link_it(void)
{
    assert_int_equal(link(in(&scratch, "inbox/a.xml"), in(&scratch, "second")), 0);
}

static void point_it_elsewhere(void)
{
    remove_it();
    assert_int_equal(symlink("/etc/passwd", in(&scratch, "inbox/a.xml")), 0);
}

static void touch_it(void)
{
    struct timespec times[2] = {{1, 0}, {1, 0}};

    assert_int_equal(utimensat(AT_FDCWD, in(&scratch, "inbox/a.xml"), times, 0), 0);
}

static void put_a_folder_there(void)
{
    remove_it();
    assert_int_equal(mkdir(in(&scratch, "inbox/a.xml"), 0755), 0);
}

static void what_changed_since_is_left_alone(void **state)
{
    static const struct {
        const char *name;
        void (*change)(void);
        bool remains;
    } cases[] = {
        {"removed", remove_it, false}, {"replaced", replace_it, true},
        {"hard link", link_it, true},  {"symbolic link", point_it_elsewhere, true},
        {"time set", touch_it, true},  {"folder", put_a_folder_there, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arrival arrival = arrive_new("inbox/a.xml", "whole");
        int error;

        cases[i].change();
        if (claim_and_close(&arrival, &error) != CLAIM_CHANGED)
            fail_msg("%s: not seen", cases[i].name);
        if (there(in(&scratch, "inbox/a.xml")) != cases[i].remains)
            fail_msg("%s: not left as it was", cases[i].name);
        assert_int_equal(spool_has(spool, ID), 0);
        (void)remove(in(&scratch, "inbox/a.xml"));
        (void)remove(in(&scratch, "second"));
    }
}

static void a_writer_who_waits_for_the_lease_is_seen(void **state)
{
    struct arrival arrival = arrive_new("inbox/a.xml", "whole");
    int error;
    int fd;

    (void)state;
    if (!arrival.leased) {
        arrival_close(&arrival);
        skip();
    }
    assert_true(arrival_unchanged(&arrival));
    fd = open(in(&scratch, "inbox/a.xml"), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_int_equal(fd, -1);
    assert_int_equal(errno, EWOULDBLOCK);
    assert_false(arrival_unchanged(&arrival));
    assert_int_equal(claim_and_close(&arrival, &error), CLAIM_CHANGED);
    assert_true(there(in(&scratch, "inbox/a.xml")));
}

/* A child that swaps the name between the file and a link, as fast as it can. */
static void swap_for_ever(void)
{
    (void)symlink("/etc/passwd", in(&scratch, "link"));
    for (;;)
        (void)renameat2(AT_FDCWD, in(&scratch, "link"), AT_FDCWD, in(&scratch, "inbox/a.xml"),
                        RENAME_EXCHANGE);
}

static void wait_for_swapping(void)
{
    struct stat st;

    do
        if (lstat(in(&scratch, "inbox/a.xml"), &st) < 0)
            return;
    while (!S_ISLNK(st.st_mode));
}

static void a_link_swapped_in_a_loop_never_gets_into_the_spool(void **state)
{
    struct arrival arrival;
    int moved = 0;
    pid_t pid;

    (void)state;
    for (int round = 0; round < 20; round++) {
        make_file(in(&scratch, "inbox/a.xml"), "whole");
        arrival = arrive("a.xml");
        pid = fork();
        if (pid == 0)
            swap_for_ever();
        wait_for_swapping();
        for (int i = 0; i < 300; i++) {
            struct stat st;
            int error;
            enum claim_result result = claim_move(&arrival, spool, ID, &error);

            if (fstatat(spool_directory(spool), ID, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                (result != CLAIM_MOVED || st.st_ino != arrival.identity.inode))
                fail_msg("something else is in the spool");
            moved += result == CLAIM_MOVED;
            if (result == CLAIM_MOVED)
                break;
            assert_int_not_equal(result, CLAIM_FAILED);
        }
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        arrival_close(&arrival);
        (void)unlinkat(spool_directory(spool), ID, 0);
        scratch_remove(&scratch);
        (void)teardown(NULL);
        (void)setup(NULL);
    }
    print_message("moved %d times of 20\n", moved);
}

static void an_id_that_is_taken_is_not_overwritten(void **state)
{
    struct arrival arrival = arrive_new("inbox/a.xml", "whole");
    int fd = openat(spool_directory(spool), ID, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int error;

    (void)state;
    (void)close(fd);
    assert_int_equal(claim_and_close(&arrival, &error), CLAIM_FAILED);
    assert_int_equal(error, SLUSS_EEXIST);
    assert_true(there(in(&scratch, "inbox/a.xml")));
}

static void another_file_system_asks_for_a_copy(void **state)
{
    struct scratch other;
    struct arrival arrival;
    struct stat here;
    struct stat elsewhere;
    int kept = inbox;
    int error;

    (void)state;
    if (stat("/dev/shm", &elsewhere) < 0 || stat(scratch.path, &here) < 0 ||
        here.st_dev == elsewhere.st_dev || access("/dev/shm", W_OK) < 0)
        skip();
    scratch_make_in(&other, "/dev/shm");
    make_file(in(&other, "a.xml"), "whole");
    inbox = open(other.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    arrival = arrive("a.xml");
    assert_int_equal(claim_move(&arrival, spool, ID, &error), CLAIM_COPY);
    assert_true(arrival_unchanged(&arrival));
    assert_true(there(in(&other, "a.xml")));
    assert_int_equal(claim_unlink(&arrival), 0);
    assert_false(there(in(&other, "a.xml")));
    assert_int_equal(claim_unlink(&arrival), 0);
    arrival_close(&arrival);
    (void)close(inbox);
    inbox = kept;
    scratch_remove(&other);
}

static void a_copied_file_replaced_since_is_not_removed(void **state)
{
    struct arrival arrival = arrive_new("inbox/a.xml", "whole");

    (void)state;
    replace_it();
    assert_int_equal(claim_unlink(&arrival), SLUSS_ECONFLICT);
    assert_true(there(in(&scratch, "inbox/a.xml")));
    arrival_close(&arrival);
}

/* As a user to whom the inbox gives nothing but reading. */
static void U32_an_inbox_where_removing_is_forbidden(void **state)
{
    struct arrival arrival = arrive_new("inbox/a.xml", "whole");
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0) {
        arrival_close(&arrival);
        skip();
    }
    pid = fork();
    if (pid == 0) {
        int error;

        if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
            _exit(77);
        if (claim_unlink(&arrival) != SLUSS_EDENIED)
            _exit(1);
        _exit(claim_move(&arrival, spool, ID, &error) == CLAIM_COPY ? 0 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
    assert_true(there(in(&scratch, "inbox/a.xml")));
    arrival_close(&arrival);
}

static void the_marker_is_consumed_with_its_file(void **state)
{
    struct arrival arrival = arrive_new("inbox/a.xml", "whole");

    (void)state;
    make_file(in(&scratch, "inbox/a.xml.ok"), "");
    make_file(in(&scratch, "inbox/b.xml.ok"), "");
    claim_marker(&arrival);
    claim_marker(&arrival);
    assert_false(there(in(&scratch, "inbox/a.xml.ok")));
    assert_true(there(in(&scratch, "inbox/b.xml.ok")));
    arrival_close(&arrival);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_complete_file_is_moved),
        CASE(a_directory_opened_by_path_only_is_synced),
        CASE(what_changed_since_is_left_alone),
        CASE(a_writer_who_waits_for_the_lease_is_seen),
        CASE(a_link_swapped_in_a_loop_never_gets_into_the_spool),
        CASE(an_id_that_is_taken_is_not_overwritten),
        CASE(another_file_system_asks_for_a_copy),
        CASE(a_copied_file_replaced_since_is_not_removed),
        CASE(U32_an_inbox_where_removing_is_forbidden),
        CASE(the_marker_is_consumed_with_its_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
