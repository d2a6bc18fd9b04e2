/* process.c -- see process.h */
#include "daemon/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/error.h"

#define ARGUMENTS_MAX 12

/* Between fork and exec: only what is safe there. Never returns. */
static void become_child(int socket, const char *const arguments[], pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* The parent may have died between fork and prctl: then nobody will ever signal us. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(127);
    if (socket == CHILD_SOCKET) {
        if (fcntl(socket, F_SETFD, 0) != 0)
            _exit(127);
    } else if (dup2(socket, CHILD_SOCKET) != CHILD_SOCKET) {
        _exit(127);
    }
    execv("/proc/self/exe", (char *const *)arguments); /* execv does not write to them */
    _exit(127);
}

int process_start(const char *role, const char *const *arguments, pid_t *pid, int *socket)
{
    const char *argv[ARGUMENTS_MAX] = {"slussd", role};
    size_t n = 2;
    for (; arguments && *arguments && n < ARGUMENTS_MAX - 1; arguments++)
        argv[n++] = *arguments;

    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return sluss_error_from_errno(errno);
    /* Only our end is non-blocking: the child may wait, the loop may not. */
    int flags = fcntl(pair[0], F_GETFL);
    pid_t parent = getpid();
    pid_t child = fcntl(pair[0], F_SETFL, flags | O_NONBLOCK) == 0 ? fork() : -1;
    if (child == 0)
        become_child(pair[1], argv, parent);
    int error = errno;
    close(pair[1]);
    if (child < 0) {
        close(pair[0]);
        return sluss_error_from_errno(error);
    }
    *pid = child;
    *socket = pair[0];
    return 0;
}

int process_child_begin(const char *title)
{
    if (fcntl(CHILD_SOCKET, F_SETFD, FD_CLOEXEC) != 0)
        return SLUSS_EINVAL; /* started by hand: there is no socket */
    if (close_range(CHILD_SOCKET + 1, ~0U, 0) != 0)
        return SLUSS_EIO;
    prctl(PR_SET_NAME, title);
    signal(SIGPIPE, SIG_IGN);
    return 0;
}
