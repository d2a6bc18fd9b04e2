/* program.c -- see program.h */
#include "outbound/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"

#define CANNOT_RUN 127

static int64_t monotonic_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static int complain(struct buf *why, const char *what)
{
    buf_printf(why, "program: %s", what);
    return SLUSS_EIO;
}

/* Between fork and exec. Never returns. */
static void become(const char *path, int input, const char *zone)
{
    const char *const arguments[] = {path, NULL};
    const char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/"
                                       "sbin:/bin",
                                       "LANG=C.UTF-8", zone, NULL};
    sigset_t none;

    (void)setpgid(0, 0);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || dup2(input, STDIN_FILENO) < 0 ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || chdir("/") != 0 ||
        close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
        _exit(CANNOT_RUN);
    execve(path, (char *const *)arguments, (char *const *)environment);
    _exit(CANNOT_RUN);
}

/* Write what is left as far as the pipe takes it; closes it when all is written, or nobody reads
 * any more (which is the program's business). */
static void feed(int *fd, struct span *left)
{
    while (*fd >= 0) {
        ssize_t n = left->n ? write(*fd, left->p, left->n) : 0;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            (void)close(*fd);
            *fd = -1;
            return;
        }
        *left = span_of(left->p + n, left->n - (size_t)n);
    }
}

/* Until it ends or its time is over. True when it ended. */
static bool attend(int process, int input, struct span left, int64_t timeout_us)
{
    int64_t end_us = monotonic_us() + timeout_us, wait_us;
    bool ended = false;

    while (!ended && (wait_us = end_us - monotonic_us()) > 0) {
        struct pollfd of[] = {{.fd = process, .events = POLLIN}, {.fd = input, .events = POLLOUT}};

        if (poll(of, 2, (int)(wait_us / 1000) + 1) < 0 && errno != EINTR)
            break;
        ended = of[0].revents != 0;
        if (of[1].revents)
            feed(&input, &left);
    }
    if (input >= 0)
        (void)close(input);
    return ended;
}

static int judge(int status, struct buf *why)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        buf_printf(why, "program: ended by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) == CANNOT_RUN)
        return complain(why, "ended with 127; is it there, and executable?");
    else
        buf_printf(why, "program: ended with %d", WEXITSTATUS(status));
    return SLUSS_EIO;
}

static int see_through(pid_t child, int input, struct span text, int64_t timeout_us,
                       struct buf *why)
{
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    bool ended = false;
    int status = 0;

    if (process >= 0) {
        ended = attend(process, input, text, timeout_us);
        (void)close(process);
    } else {
        (void)close(input);
    }
    (void)kill(-child, SIGKILL); /* what it started does not outlive it */
    if (!ended)
        (void)kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return ended ? judge(status, why) : complain(why, "did not end in time and was stopped");
}

int program_run(const char *path, struct span input, int64_t timeout_us, struct buf *why)
{
    const char *zone = getenv("TZ");
    struct buf tz;
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return complain(why, strerror(errno));
    buf_init(&tz, 256);
    buf_printf(&tz, "TZ=%s", zone ? zone : "UTC");
    if (fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 && (child = fork()) >= 0) {
        if (child == 0)
            become(path, ends[0], buf_cstr(&tz));
        (void)close(ends[0]);
        buf_free(&tz);
        return see_through(child, ends[1], input, timeout_us, why);
    }
    buf_free(&tz);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return complain(why, strerror(errno));
}
