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

/* A program while it runs. */
struct run {
    pid_t child;
    int process;      /* pidfd */
    int input;        /* we write; -1: closed */
    int output;       /* we read; -1: closed, or not listened to */
    struct span left; /* of the input */
    struct program_end *end;
};

static int64_t monotonic_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* --- starting --------------------------------------------------------------------------- */

/* Between fork and exec. Never returns. */
static void become(const char *const *arguments, int input, int output, const char *zone)
{
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
        (output >= 0 && dup2(output, STDERR_FILENO) < 0) ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || chdir("/") != 0 ||
        close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
        _exit(PROGRAM_NO_START);
    execve(arguments[0], (char *const *)arguments, (char *const *)environment); /* writes to none */
    _exit(PROGRAM_NO_START);
}

/* With the far ends of the pipes. 0 or an errno. */
static int start(const struct program *program, struct run *run, int input, int output)
{
    const char *zone = getenv("TZ");
    struct buf tz;
    int rc = 0;

    buf_init(&tz, 256);
    buf_printf(&tz, "TZ=%s", zone ? zone : "UTC");
    run->child = fork();
    if (run->child == 0)
        become(program->arguments, input, output, buf_cstr(&tz));
    if (run->child < 0)
        rc = errno;
    else
        run->process = (int)syscall(SYS_pidfd_open, run->child, 0);
    buf_free(&tz);
    return rc;
}

static int begin(const struct program *program, struct run *run)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    int rc = 0;

    if (pipe2(in, O_CLOEXEC) != 0 || (program->listen && pipe2(out, O_CLOEXEC) != 0) ||
        fcntl(in[1], F_SETFL, O_NONBLOCK) != 0 ||
        (program->listen && fcntl(out[0], F_SETFL, O_NONBLOCK) != 0))
        rc = errno;
    if (!rc)
        rc = start(program, run, in[0], out[1]);
    close_end(&in[0]);
    close_end(&out[1]);
    run->input = in[1];
    run->output = out[0];
    return rc;
}

/* --- while it runs ---------------------------------------------------------------------- */

/* Write what is left as far as the pipe takes it; closes it when all is written, or nobody reads
 * any more (which is the program's business). */
static void feed(struct run *run)
{
    while (run->input >= 0) {
        ssize_t n = run->left.n ? write(run->input, run->left.p, run->left.n) : 0;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_end(&run->input);
            return;
        }
        run->left = span_of(run->left.p + n, run->left.n - (size_t)n);
    }
}

/* Take what it wrote; the beginning is kept. */
static void hear(struct run *run)
{
    struct program_end *end = run->end;
    char piece[256];

    while (run->output >= 0) {
        ssize_t n = read(run->output, piece, sizeof piece);
        size_t room = sizeof end->said - end->said_n;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_end(&run->output);
            return;
        }
        room = (size_t)n < room ? (size_t)n : room;
        memcpy(end->said + end->said_n, piece, room);
        end->said_n += room;
    }
}

/* Until it ends or its time is over. */
static void attend(struct run *run, int64_t timeout_us)
{
    int64_t end_us = monotonic_us() + timeout_us, wait_us;

    while (!run->end->in_time && (wait_us = end_us - monotonic_us()) > 0) {
        struct pollfd of[] = {{.fd = run->process, .events = POLLIN},
                              {.fd = run->input, .events = POLLOUT},
                              {.fd = run->output, .events = POLLIN}};

        if (poll(of, 3, (int)(wait_us / 1000) + 1) < 0 && errno != EINTR)
            break;
        run->end->in_time = of[0].revents != 0;
        if (of[1].revents)
            feed(run);
        if (of[2].revents)
            hear(run);
    }
    hear(run); /* its last words */
    run->end->fed = run->left.n == 0;
}

void program_see_through(const struct program *program, struct program_end *end)
{
    struct run run = {.process = -1, .input = -1, .output = -1, .left = program->input, .end = end};

    *end = (struct program_end){0};
    end->error = begin(program, &run);
    if (end->error == 0) {
        if (run.process >= 0)
            attend(&run, program->timeout_us);
        if (!end->in_time || !program->spare)
            (void)kill(-run.child, SIGKILL); /* with what it started */
        if (!end->in_time)
            (void)kill(run.child, SIGKILL);
        while (waitpid(run.child, &end->status, 0) < 0 && errno == EINTR)
            ;
    }
    close_end(&run.process);
    close_end(&run.input);
    close_end(&run.output);
}

int program_run(const char *path, struct span input, int64_t timeout_us, struct buf *why)
{
    const char *const arguments[] = {path, NULL};
    const struct program program = {
        .arguments = arguments, .input = input, .timeout_us = timeout_us};
    struct program_end end;

    program_see_through(&program, &end);
    if (end.error)
        buf_printf(why, "program: %s", strerror(end.error));
    else if (!end.in_time)
        buf_str(why, "program: did not end in time and was stopped");
    else if (WIFSIGNALED(end.status))
        buf_printf(why, "program: ended by signal %d", WTERMSIG(end.status));
    else if (WEXITSTATUS(end.status) == PROGRAM_NO_START)
        buf_printf(why, "program: ended with %d; is it there, and executable?", PROGRAM_NO_START);
    else if (WEXITSTATUS(end.status) != 0)
        buf_printf(why, "program: ended with %d", WEXITSTATUS(end.status));
    else
        return 0;
    return SLUSS_EIO;
}
