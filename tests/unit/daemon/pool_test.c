/* pool_test.c -- real workers, killed and stopped by real signals
 *
 * The pool starts /proc/self/exe with --worker: here that is this test, which then is a worker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/pool.h"
#include "daemon/worker.h"
#include "model/error.h"

static const char small[] = "number;due_date;amount;debtor_id\n"
                            "1001;2026-03-31;100,00;5590000001\n"
                            "1002;2026-03-31;250,50;5590000002\n";

struct bench {
    struct loop *loop;
    struct settings settings;
    struct pool *pool;
    struct loop_source *guard;
    struct loop_source *tick;
    int outstanding;
    /* what came of it */
    unsigned items;
    unsigned again;
    int code;
    char how[80];
    enum ending ending;
    struct summary summary;
    void (*and_then)(struct bench *b); /* after a failure, before the loop may end */
    int strike; /* signal for the worker that has the job, each time it is given one */
};

static void on_guard(void *context, int64_t now_us)
{
    (void)context;
    (void)now_us;
    fail_msg("the pool did not answer in time");
}

static void set_up(struct bench *b)
{
    memset(b, 0, sizeof *b);
    b->settings.workers = 2;
    b->settings.worker_timeout_us = 30 * SECOND_US;
    b->settings.worker_memory = 256 << 20;
    assert_int_equal(loop_new(&b->loop), 0);
    assert_int_equal(loop_timer(b->loop, on_guard, b, &b->guard), 0);
    loop_timer_set(b->guard, loop_now_us(b->loop) + 60 * SECOND_US);
}

static void open_pool(struct bench *b)
{
    assert_int_equal(pool_open(b->loop, &b->settings, &b->pool), 0);
}

static void tear_down(struct bench *b)
{
    pool_close(&b->pool);
    loop_source_free(&b->guard);
    loop_source_free(&b->tick);
    loop_free(&b->loop);
}

static int memory_file(const char *bytes, size_t n)
{
    int fd = memfd_create("delivery", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    return fd;
}

static void one_less(struct bench *b)
{
    if (--b->outstanding == 0)
        loop_quit(b->loop, 0);
}

static int on_item(void *context, const struct item *item)
{
    struct bench *b = context;
    (void)item;
    b->items++;
    return 0;
}

static int on_finding(void *context, const struct finding *finding)
{
    (void)context;
    (void)finding;
    return 0;
}

static void on_again(void *context)
{
    struct bench *b = context;
    b->again++;
    b->items = 0;
}

static void on_done(void *context, const struct summary *summary)
{
    struct bench *b = context;
    if (summary)
        b->summary = *summary;
    one_less(b);
}

static void on_probed(void *context, enum ending ending)
{
    struct bench *b = context;
    b->ending = ending;
    one_less(b);
}

static void on_failed(void *context, int code, const char *how)
{
    struct bench *b = context;
    b->code = code;
    snprintf(b->how, sizeof b->how, "%s", how);
    if (b->and_then)
        b->and_then(b);
    one_less(b);
}

static void submit(struct bench *b, enum job_kind kind, int first, int second)
{
    const struct job_events events = {
        .context = b,
        .item = on_item,
        .finding = on_finding,
        .again = on_again,
        .done = on_done,
        .probed = on_probed,
        .failed = on_failed,
    };
    assert_int_equal(pool_submit(b->pool, kind, first, second, &events, NULL), 0);
    b->outstanding++;
}

/* Every child of this process. */
static void strike_children(int signal_number)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    int pid;
    while (fscanf(f, "%d", &pid) == 1)
        kill(pid, signal_number);
    fclose(f);
}

static void reads_hashes_and_probes(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    open_pool(&b);
    int fd = memory_file(small, sizeof small - 1);
    submit(&b, JOB_READ, fd, -1);
    submit(&b, JOB_PROBE, fd, -1);
    close(fd); /* the pool has its own */
    assert_int_equal(loop_run(b.loop), 0);
    assert_int_equal(b.items, 2);
    assert_string_equal(b.summary.format, "case-csv");
    assert_int_equal(b.summary.sums.of[0].minor, 35050);
    assert_int_not_equal(b.ending, ENDING_CUT);

    tear_down(&b);

    struct bench hash;
    set_up(&hash);
    open_pool(&hash);
    fd = memory_file(small, sizeof small - 1);
    submit(&hash, JOB_HASH, fd, -1);
    close(fd);
    assert_int_equal(loop_run(hash.loop), 0);
    assert_memory_equal(hash.summary.blake2b, b.summary.blake2b, sizeof b.summary.blake2b);
    assert_int_equal(hash.summary.size, sizeof small - 1);
    tear_down(&hash);
}

static void copies_byte_for_byte(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    open_pool(&b);
    int from = memory_file(small, sizeof small - 1);
    /* As an earlier worker left it that ended over this copy. */
    int to = memory_file("half a copy", 11);
    submit(&b, JOB_COPY, from, to);
    assert_int_equal(loop_run(b.loop), 0);
    char copy[sizeof small];
    assert_int_equal(pread(to, copy, sizeof copy, 0), sizeof small - 1);
    assert_memory_equal(copy, small, sizeof small - 1);
    close(from);
    close(to);
    tear_down(&b);
}

/* A file large enough that its reader is certainly still at it. */
static int large_file(void)
{
    int fd = memfd_create("large", MFD_CLOEXEC);
    assert_true(fd >= 0);
    const size_t head = strlen("number;due_date;amount;debtor_id\n");
    assert_int_equal(write(fd, small, head), head);
    static char rows[64 * 1024];
    size_t n = 0;
    while (n + 64 < sizeof rows)
        n += (size_t)snprintf(rows + n, sizeof rows - n, "%zu;2026-03-31;100,00;5590000001\n", n);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(write(fd, rows, n), n);
    return fd;
}

static void on_tick(void *context, int64_t now_us)
{
    struct bench *b = context;
    strike_children(b->strike);
    if (b->strike != SIGSTOP)
        loop_timer_set(b->tick, now_us + 20 * 1000);
}

static void the_pool_is_as_good_as_new(struct bench *b)
{
    b->and_then = NULL;
    loop_source_free(&b->tick);
    int other = memory_file(small, sizeof small - 1);
    b->items = 0;
    submit(b, JOB_READ, other, -1);
    close(other);
}

/* U51: a file whose reader dies is tried JOB_TRIES times, then it is the file's fault. */
static void U51_a_dying_reader_is_replaced_and_then_blamed_on_the_file(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    open_pool(&b);
    int fd = large_file();
    submit(&b, JOB_READ, fd, -1);
    b.and_then = the_pool_is_as_good_as_new;
    b.strike = SIGKILL; /* a sanitizer would make an exit of another */
    assert_int_equal(loop_timer(b.loop, on_tick, &b, &b.tick), 0);
    loop_timer_set(b.tick, loop_now_us(b.loop) + 50 * 1000);
    assert_int_equal(loop_run(b.loop), 0);
    assert_int_equal(b.code, SLUSS_ECLOSED);
    assert_int_equal(b.again, JOB_TRIES - 1);
    assert_non_null(strstr(b.how, "signal"));
    assert_int_equal(b.items, 2);
    close(fd);
    tear_down(&b);
}

/* Both workers hang; a third is started for the one who waits, and the silent are ended. */
static void a_hanging_reader_delays_nobody_and_is_ended(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    b.settings.worker_timeout_us = 2 * SECOND_US;
    open_pool(&b);
    int fd = large_file();
    submit(&b, JOB_READ, fd, -1);
    submit(&b, JOB_READ, fd, -1);
    b.strike = SIGSTOP;
    assert_int_equal(loop_timer(b.loop, on_tick, &b, &b.tick), 0);
    loop_timer_set(b.tick, loop_now_us(b.loop) + 100 * 1000);

    struct bench quick;
    memset(&quick, 0, sizeof quick);
    quick.loop = b.loop;
    quick.pool = b.pool;
    int other = memory_file(small, sizeof small - 1);
    submit(&quick, JOB_READ, other, -1);
    assert_int_equal(loop_run(b.loop), 0); /* ends when the quick one is done */
    assert_int_equal(quick.items, 2);
    assert_int_equal(b.outstanding, 2); /* the others still hang */
    assert_true(pool_workers(b.pool) > 2);
    close(other);
    close(fd);
    tear_down(&b);
}

static void a_cancelled_job_says_nothing_more(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b);
    open_pool(&b);
    int fd = large_file();
    struct job *job = NULL;
    const struct job_events events = {.context = &b,
                                      .item = on_item,
                                      .finding = on_finding,
                                      .done = on_done,
                                      .failed = on_failed};
    assert_int_equal(pool_submit(b.pool, JOB_READ, fd, -1, &events, &job), 0);
    pool_cancel(b.pool, job);
    int other = memory_file(small, sizeof small - 1);
    submit(&b, JOB_READ, other, -1);
    assert_int_equal(loop_run(b.loop), 0);
    assert_int_equal(b.items, 2);
    close(fd);
    close(other);
    tear_down(&b);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--worker") == 0)
        return worker_main(strtoull(argv[2], NULL, 10));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    log_open("pool-test");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_hashes_and_probes),
        cmocka_unit_test(copies_byte_for_byte),
        cmocka_unit_test(U51_a_dying_reader_is_replaced_and_then_blamed_on_the_file),
        cmocka_unit_test(a_hanging_reader_delays_nobody_and_is_ended),
        cmocka_unit_test(a_cancelled_job_says_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
