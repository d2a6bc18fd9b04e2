/* The loop with real pipes, timers, signals and children. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/loop.h"
#include "model/error.h"

struct seen {
    struct loop *loop;
    struct loop_source *source;
    struct loop_source *second;
    char order[32]; /* a letter for each callback, as they came */
    int64_t at_us;
    int status;
    int number;
};

static struct seen seen;

static int setup(void **state)
{
    (void)state;
    seen = (struct seen){0};
    return loop_new(&seen.loop);
}

static int teardown(void **state)
{
    (void)state;
    loop_source_free(&seen.source);
    loop_source_free(&seen.source);
    loop_source_free(&seen.second);
    loop_free(&seen.loop);
    loop_free(&seen.loop);
    return 0;
}

static void note(struct seen *s, char letter)
{
    s->order[strlen(s->order)] = letter;
}

static void on_timer(void *context, int64_t now_us)
{
    struct seen *s = context;

    note(s, 't');
    s->at_us = now_us;
    loop_quit(s->loop, 7);
}

static void a_timer_fires_once_and_not_before_its_time(void **state)
{
    int64_t at = loop_now_us(seen.loop) + 20000;

    (void)state;
    assert_int_equal(loop_timer(seen.loop, on_timer, &seen, &seen.source), 0);
    assert_int_equal(loop_turn(seen.loop, 0), 0);
    assert_int_equal(loop_timer_set(seen.source, at), 0);
    assert_int_equal(loop_timer_set(seen.source, INT64_MAX), 0);
    assert_int_equal(loop_turn(seen.loop, 30000), 0);
    at = loop_now_us(seen.loop) + 20000;
    assert_int_equal(loop_timer_set(seen.source, at), 0);
    assert_int_equal(loop_run(seen.loop), 7);
    assert_true(seen.at_us >= at);
    assert_string_equal(seen.order, "t");
}

static void on_idle(void *context)
{
    note(context, 'i');
}

static void on_readable(void *context, int fd, uint32_t revents)
{
    struct seen *s = context;
    char byte;

    assert_true(revents & POLLIN);
    assert_int_equal(read(fd, &byte, 1), 1);
    note(s, byte);
    if (byte == 'c')
        loop_source_free(&s->second); /* its own source, within its callback */
}

static void idle_waits_for_the_urgent_and_fires_once_per_asking(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(loop_idle(seen.loop, on_idle, &seen, &seen.source), 0);
    assert_int_equal(loop_io(seen.loop, ends[0], POLLIN, on_readable, &seen, &seen.second), 0);
    assert_int_equal(loop_turn(seen.loop, 0), 0);
    assert_int_equal(loop_idle_ask(seen.source), 0);
    assert_int_equal(loop_idle_ask(seen.source), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    for (int i = 0; i < 6; i++)
        (void)loop_turn(seen.loop, 0);
    assert_string_equal(seen.order, "abci");
    assert_int_equal(loop_idle_ask(seen.source), 0);
    assert_int_equal(loop_turn(seen.loop, 0), 1);
    assert_int_equal(loop_turn(seen.loop, 0), 0);
    assert_string_equal(seen.order, "abcii");
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void what_is_waited_for_can_change(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(loop_io(seen.loop, ends[0], 0, on_readable, &seen, &seen.second), 0);
    assert_int_equal(write(ends[1], "a", 1), 1);
    assert_int_equal(loop_turn(seen.loop, 0), 0);
    assert_int_equal(loop_io_set(seen.second, POLLIN), 0);
    assert_int_equal(loop_turn(seen.loop, 0), 1);
    assert_string_equal(seen.order, "a");
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void on_signal(void *context, int signal_number)
{
    struct seen *s = context;

    s->number = signal_number;
    loop_quit(s->loop, 0);
}

static void a_signal_arrives_as_an_event(void **state)
{
    sigset_t set;

    (void)state;
    assert_int_equal(loop_signal(seen.loop, SIGHUP, on_signal, &seen, &seen.source), 0);
    assert_int_equal(raise(SIGHUP), 0);
    assert_int_equal(loop_run(seen.loop), 0);
    assert_int_equal(seen.number, SIGHUP);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGHUP);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void on_child(void *context, pid_t pid, int status)
{
    struct seen *s = context;

    assert_true(pid > 0);
    s->status = status;
    note(s, 'x');
}

static void a_child_is_reaped_with_its_status(void **state)
{
    sigset_t set;

    (void)state;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    for (int round = 0; round < 2; round++) {
        pid_t pid = fork();

        if (pid == 0) {
            if (round == 0)
                _exit(3);
            (void)raise(SIGKILL);
        }
        assert_int_equal(loop_child(seen.loop, pid, on_child, &seen, &seen.source), 0);
        assert_int_equal(loop_turn(seen.loop, 5000000), 1);
        if (round == 0)
            assert_true(WIFEXITED(seen.status) && WEXITSTATUS(seen.status) == 3);
        else
            assert_true(WIFSIGNALED(seen.status) && WTERMSIG(seen.status) == SIGKILL);
        assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
        loop_source_free(&seen.source);
    }
    assert_string_equal(seen.order, "xx");
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void now_is_not_the_age_of_the_turn(void **state)
{
    struct timespec pause = {0, 2000000};
    int64_t before = loop_now_us(seen.loop);

    (void)state;
    (void)nanosleep(&pause, NULL);
    assert_true(loop_now_us(seen.loop) >= before + 2000);
    assert_true(loop_wall_us(seen.loop) > INT64_C(1700000000000000));
}

static void a_descriptor_that_cannot_be_polled_is_refused(void **state)
{
    struct loop_source *source = NULL;

    (void)state;
    assert_true(loop_io(seen.loop, 9999, POLLIN, on_readable, &seen, &source) < 0);
    assert_null(source);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_timer_fires_once_and_not_before_its_time),
        CASE(idle_waits_for_the_urgent_and_fires_once_per_asking),
        CASE(what_is_waited_for_can_change),
        CASE(a_signal_arrives_as_an_event),
        CASE(a_child_is_reaped_with_its_status),
        CASE(now_is_not_the_age_of_the_turn),
        CASE(a_descriptor_that_cannot_be_polled_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
