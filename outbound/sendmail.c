/* sendmail.c -- running the program, and reading its exit */
#include "outbound/sendmail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "model/date.h"
#include "outbound/message.h"

#define SCHEME   "sendmail:"
#define SAID_MAX 512
#define STEP_MS  20

bool sendmail_is(const char *url)
{
    return strncmp(url, SCHEME, sizeof SCHEME - 1) == 0;
}

/* --- what it means ---------------------------------------------------------------------- */

static const struct {
    int code;
    enum smtp_outcome outcome;
    const char *meaning;
} exits[] = {
    {EX_OK, SMTP_SENT, "taken"},
    {EX_USAGE, SMTP_RELAY_DOWN, "it does not know our arguments"},
    {EX_DATAERR, SMTP_REFUSED, "the message or an address is malformed"},
    {EX_NOINPUT, SMTP_RETRY, "it could not read the message"},
    {EX_NOUSER, SMTP_REFUSED, "no such recipient"},
    {EX_NOHOST, SMTP_REFUSED, "no such host"},
    {EX_UNAVAILABLE, SMTP_RETRY, "it is not available"},
    {EX_SOFTWARE, SMTP_RETRY, "an error of its own"},
    {EX_OSERR, SMTP_RETRY, "an error of the system"},
    {EX_OSFILE, SMTP_RELAY_DOWN, "a file of the system is missing"},
    {EX_CANTCREAT, SMTP_RELAY_DOWN, "it cannot write its queue"},
    {EX_IOERR, SMTP_RETRY, "an error of input or output"},
    {EX_TEMPFAIL, SMTP_RETRY, "not now"},
    {EX_PROTOCOL, SMTP_RETRY, "the next host does not keep to the protocol"},
    {EX_NOPERM, SMTP_RELAY_DOWN, "we may not use it"},
    {EX_CONFIG, SMTP_RELAY_DOWN, "it is configured wrongly"},
};

static size_t row_of(int code)
{
    size_t i = 0;

    while (i < sizeof exits / sizeof *exits && exits[i].code != code)
        i++;
    return i;
}

/* A code that is not in the table says nothing of the recipient: nobody is given up for it. */
enum smtp_outcome sendmail_judge(int exit_code)
{
    size_t row = row_of(exit_code);

    return row < sizeof exits / sizeof *exits ? exits[row].outcome : SMTP_RELAY_DOWN;
}

/* --- running it ------------------------------------------------------------------------- */

struct run {
    pid_t pid;
    int in;  /* its standard input: we write */
    int out; /* its output and errors: we read */
    int64_t until_us;
    bool fed;            /* it has the whole message */
    char said[SAID_MAX]; /* the beginning of it */
    size_t n;
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

/* Its own group, and signals as a program expects them: we ignore some. */
static int spawn(const char *const arguments[], int in, int out, pid_t *pid)
{
    static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    int rc;

    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETPGROUP);
    /* posix_spawn writes to neither. */
    rc = posix_spawn(pid, arguments[0], &files, &attributes, (char *const *)arguments,
                     (char *const *)environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return rc;
}

/* 0, or an errno. */
static int start(struct run *run, const char *program, const struct mail *mail)
{
    const char *const arguments[] = {program, "-i", "-f", mail->from, "--", mail->to, NULL};
    int in[2], out[2];
    int rc;

    if (pipe2(in, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(out, O_CLOEXEC) != 0) {
        rc = errno;
        close(in[0]);
        close(in[1]);
        return rc;
    }
    rc =
        fcntl(in[1], F_SETFL, O_NONBLOCK) == 0 ? spawn(arguments, in[0], out[1], &run->pid) : errno;
    close(in[0]);
    close(out[1]);
    run->in = in[1];
    run->out = out[0];
    if (rc) {
        close(run->in);
        close(run->out);
    }
    return rc;
}

static void hear(struct run *run)
{
    char piece[256];
    ssize_t n = read(run->out, piece, sizeof piece);

    if (n <= 0) {
        close(run->out);
        run->out = -1;
        return;
    }
    if ((size_t)n > sizeof run->said - run->n)
        n = (ssize_t)(sizeof run->said - run->n);
    memcpy(run->said + run->n, piece, (size_t)n);
    run->n += (size_t)n;
}

static void stop_writing(struct run *run)
{
    close(run->in);
    run->in = -1;
}

/* Write what it takes; a program that ends early (EPIPE) tells why by its exit. */
static void feed(struct run *run, struct span *left)
{
    ssize_t n = write(run->in, left->p, left->n);

    if (n > 0)
        *left = span_of(left->p + n, left->n - (size_t)n);
    run->fed = left->n == 0;
    if (run->fed || (n < 0 && errno != EAGAIN && errno != EINTR))
        stop_writing(run);
}

/* Feed it and hear it until it has ended. What it leaves running in the background may keep
 * the pipes: nobody waits for that. False: the time was up first, and it was ended. */
static bool talk(struct run *run, struct span message, int *status)
{
    bool ended = false;

    while (!ended) {
        struct pollfd fds[2] = {{run->out, POLLIN, 0}, {run->in, POLLOUT, 0}};

        if (now_us() > run->until_us) {
            kill(-run->pid, SIGKILL);
            waitpid(run->pid, status, 0);
            return false;
        }
        ended = waitpid(run->pid, status, WNOHANG) != 0;
        if (poll(fds, 2, ended ? 0 : STEP_MS) < 0)
            continue;
        if (fds[1].revents)
            feed(run, &message);
        if (fds[0].revents)
            hear(run);
    }
    return true;
}

/* "exit 67 (no such recipient): what it said" */
static void conclude(const struct run *run, bool in_time, int status, struct smtp_result *result)
{
    struct buf text;

    buf_init(&text, 4096);
    if (!in_time) {
        buf_str(&text, "it did not end in time and was ended");
        smtp_conclude(result, SMTP_RETRY, buf_view(&text)); /* it may have taken it */
    } else if (WIFSIGNALED(status)) {
        buf_printf(&text, "it was ended by signal %d", WTERMSIG(status));
        smtp_conclude(result, SMTP_RETRY, buf_view(&text));
    } else if (WEXITSTATUS(status) == EX_OK && !run->fed) {
        smtp_conclude(result, SMTP_RETRY, SPAN_LIT("it ended before it had the whole message"));
    } else {
        size_t row = row_of(WEXITSTATUS(status));

        result->code = WEXITSTATUS(status);
        if (row < sizeof exits / sizeof *exits)
            buf_str(&text, exits[row].meaning);
        else
            buf_str(&text, "not a code of sysexits.h");
        if (run->n)
            buf_printf(&text, ": %.*s", SPAN_FMT(span_trim(span_of(run->said, run->n))));
        smtp_conclude(result, sendmail_judge(result->code), buf_view(&text));
    }
    buf_free(&text);
}

/* Programs take lines as files have them. */
static int lay_out(const struct mail *mail, struct buf *out)
{
    int rc = message_write(mail, out);
    size_t kept = 0;

    for (size_t i = 0; i < out->n; i++)
        if (out->p[i] != '\r')
            out->p[kept++] = out->p[i];
    out->n = kept;
    return rc;
}

void sendmail_send(const char *url, const struct mail *mail, int64_t timeout_us,
                   struct smtp_result *result)
{
    struct run run = {.in = -1, .out = -1, .until_us = now_us() + timeout_us};
    struct buf message;
    bool in_time;
    int status = 0;
    int rc;

    *result = (struct smtp_result){.outcome = SMTP_RETRY, .step = SMTP_PROGRAM};
    buf_init(&message, MESSAGE_MAX);
    if (lay_out(mail, &message)) {
        smtp_conclude(result, SMTP_RETRY, SPAN_LIT("out of memory"));
    } else if ((rc = start(&run, url + sizeof SCHEME - 1, mail)) != 0) {
        smtp_conclude(result, SMTP_RELAY_DOWN, span_str(strerror(rc)));
    } else {
        in_time = talk(&run, buf_view(&message), &status);
        if (run.in >= 0)
            close(run.in);
        if (run.out >= 0)
            close(run.out);
        conclude(&run, in_time, status, result);
    }
    buf_free(&message);
}
