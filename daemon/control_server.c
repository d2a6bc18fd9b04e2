/* control_server.c -- connections, one request at a time each
 *
 * A connection is idle (a request may come), running (its command goes on in idle callbacks),
 * or waiting (for the queue). While it runs or waits nothing is read from it, so a client can
 * never have more than one request and one answer in memory here.
 *
 * Deadlines: an idle connection has CONTROL_IDLE_US from its last answer to its next whole
 * request, and whenever it has something to read, from the last byte it took. One timer is set
 * to the nearest of all deadlines.
 */
#include "daemon/control_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/commands.h"
#include "daemon/control.h"
#include "daemon/log.h"
#include "model/error.h"

#define BACKLOG          64
#define ANSWER_MAX       (12u << 20) /* less than a client's CONTROL_ROW_MAX */
#define OUT_HIGH         (256 * 1024) /* a command in steps rests while so much is unread */
#define REQUEST_MEMORY   (1u << 20)
#define ACCEPT_PAUSE_US  SECOND_US
#define STILL_AT_IT_US   (10 * SECOND_US)
#define OPERATOR_MAX     64

enum mode { MODE_IDLE = 0, MODE_RUNNING, MODE_WAITING };

struct connection {
    struct control_server *server;
    int fd;
    struct loop_source *source;
    char operator_[OPERATOR_MAX];
    enum mode mode;
    bool ended; /* the client has nothing more to say */
    bool dead;
    int64_t deadline_us;
    int64_t spoke_us; /* when something was last written for it */
    struct buf in, out, message;
    struct arena *arena;
    struct control_request request;
    struct command_call call;
};

struct control_server {
    struct intake *intake;
    char *path;
    int fd;
    dev_t device; /* of the socket file: only our own is removed */
    ino_t inode;
    struct loop_source *listening;
    struct loop_source *timer;
    struct loop_source *idle;
    bool woken;            /* waiters are to be run */
    int64_t accept_at_us;  /* while accepting rests, when to try again; else INT64_MAX */
    struct connection *connections[CONTROL_CONNECTIONS_MAX];
};

/* --- ends --------------------------------------------------------------------------------- */

static void connection_free(struct connection *connection)
{
    if (!connection)
        return;
    command_end(&connection->call);
    loop_source_free(&connection->source);
    if (connection->fd >= 0)
        close(connection->fd);
    buf_free(&connection->in);
    buf_free(&connection->out);
    buf_free(&connection->message);
    arena_free(&connection->arena);
    free(connection);
}

static void remove_dead(struct control_server *server)
{
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        if (server->connections[i] && server->connections[i]->dead) {
            connection_free(server->connections[i]);
            server->connections[i] = NULL;
        }
    }
}

/* --- time --------------------------------------------------------------------------------- */

static int64_t wakes_at(const struct connection *connection)
{
    return connection->mode == MODE_WAITING ? connection->call.look_again_us
           : connection->mode == MODE_IDLE || connection->out.n ? connection->deadline_us
                                                                : INT64_MAX;
}

static void set_timer(struct control_server *server)
{
    int64_t at_us = server->accept_at_us;

    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++)
        if (server->connections[i] && wakes_at(server->connections[i]) < at_us)
            at_us = wakes_at(server->connections[i]);
    loop_timer_set(server->timer, at_us);
}

static void extend(struct connection *connection)
{
    connection->deadline_us = loop_now_us(connection->server->intake->loop) + CONTROL_IDLE_US;
}

/* --- writing ------------------------------------------------------------------------------ */

static void flush_out(struct connection *connection)
{
    while (connection->out.n && !connection->dead) {
        ssize_t n = send(connection->fd, connection->out.p, connection->out.n,
                         MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n > 0) {
            buf_consume(&connection->out, (size_t)n);
            extend(connection);
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        } else {
            connection->dead = true;
        }
    }
}

/* --- serving ------------------------------------------------------------------------------ */

static void end_answer(struct connection *connection)
{
    struct command_call *call = &connection->call;
    const char *message = connection->message.n ? buf_cstr(&connection->message) : NULL;
    const char *next = call->next[0] ? call->next : NULL;

    if (connection->out.failed) {
        /* Half an answer helps nobody; what of it has not left is taken back, up to a whole
         * line, since rows before it may be on their way. */
        buf_clear(&connection->out);
        buf_char(&connection->out, '\n');
        control_end_encode(&connection->out, CONTROL_TROUBLE, "the answer is too long", NULL);
    } else {
        control_end_encode(&connection->out, call->code, message, next);
    }
    command_end(call);
    arena_reset(connection->arena);
    connection->mode = MODE_IDLE;
    extend(connection);
}

static unsigned count_waiting(const struct control_server *server)
{
    unsigned n = 0;

    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++)
        if (server->connections[i] && server->connections[i]->mode == MODE_WAITING)
            n++;
    return n;
}

/* Run, or go on with, the connection's command. */
static void serve(struct connection *connection)
{
    struct control_server *server = connection->server;
    struct command_call *call = &connection->call;

    switch (command_run(call)) {
    case COMMAND_DONE:
        end_answer(connection);
        break;
    case COMMAND_MORE:
        connection->mode = MODE_RUNNING;
        if (connection->out.failed)
            end_answer(connection);
        break;
    case COMMAND_WAIT:
        if (connection->mode != MODE_WAITING &&
            count_waiting(server) >= CONTROL_WAITERS_MAX) {
            call->code = CONTROL_TROUBLE;
            buf_str(&connection->message, "too many are waiting already");
            end_answer(connection);
        } else {
            connection->mode = MODE_WAITING;
        }
        break;
    }
}

static void refuse(struct connection *connection, const char *why)
{
    control_end_encode(&connection->out, CONTROL_TROUBLE, why, NULL);
    connection->ended = true; /* what follows a request that makes no sense makes none */
    buf_clear(&connection->in);
}

static void start_request(struct connection *connection, struct span line)
{
    struct buf why;
    int error;

    buf_init(&why, 1024);
    buf_clear(&connection->message);
    error = control_request_decode(line, connection->arena, &connection->request, &why);
    if (error != SLUSS_OK) {
        refuse(connection, why.n ? buf_cstr(&why) : sluss_error_text(error));
    } else {
        connection->call = (struct command_call){
            .intake = connection->server->intake,
            .operator_ = connection->operator_,
            .request = &connection->request,
            .arena = connection->arena,
            .out = &connection->out,
            .message = &connection->message,
        };
        serve(connection);
    }
    buf_free(&why);
}

/* Serve the requests that came whole, as long as each is answered at once. */
static void take_requests(struct connection *connection)
{
    while (connection->mode == MODE_IDLE && !connection->dead && !connection->ended &&
           connection->in.n && connection->out.n < OUT_HIGH) {
        const char *end = memchr(connection->in.p, '\n', connection->in.n);
        size_t n;

        if (!end) {
            if (connection->in.n >= CONTROL_REQUEST_MAX)
                refuse(connection, "the request is too long");
            return;
        }
        n = (size_t)(end - connection->in.p);
        start_request(connection, span_of(connection->in.p, n));
        if (connection->in.n > n)
            buf_consume(&connection->in, n + 1);
        flush_out(connection);
    }
}

/* After anything happened: write, and say what to wait for. */
static void settle(struct connection *connection)
{
    uint32_t events = 0;

    flush_out(connection);
    if (connection->ended && connection->mode == MODE_IDLE && !connection->out.n)
        connection->dead = true;
    if (connection->dead)
        return;
    if (connection->out.n)
        events |= POLLOUT;
    if (connection->mode == MODE_IDLE && !connection->ended && connection->out.n < OUT_HIGH)
        events |= POLLIN;
    if (connection->mode == MODE_RUNNING && connection->out.n < OUT_HIGH)
        loop_idle_ask(connection->server->idle);
    loop_io_set(connection->source, events);
}

static void read_in(struct connection *connection)
{
    size_t room = CONTROL_REQUEST_MAX + 1 - connection->in.n;
    char *at = buf_reserve(&connection->in, room);
    ssize_t n = at ? recv(connection->fd, at, room, MSG_DONTWAIT) : -1;

    if (n > 0)
        buf_written(&connection->in, (size_t)n);
    else if (n == 0)
        connection->ended = true;
    else if (!at || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        connection->dead = true;
}

static void on_connection(void *context, int fd, uint32_t revents)
{
    struct connection *connection = context;
    struct control_server *server = connection->server;
    bool gone = revents & (POLLHUP | POLLERR);

    (void)fd;
    if (connection->mode != MODE_IDLE && gone) {
        connection->dead = true; /* nobody is left to answer */
    } else if (connection->mode == MODE_IDLE && !connection->ended &&
               (gone || (revents & POLLIN))) {
        bool ended;

        read_in(connection);
        ended = connection->ended;
        connection->ended = false; /* what came before the end is still served */
        take_requests(connection);
        connection->ended = connection->ended || ended;
    } else if (connection->mode == MODE_IDLE) {
        flush_out(connection);
        take_requests(connection);
    }
    settle(connection);
    remove_dead(server);
    set_timer(server);
}

/* --- accepting ---------------------------------------------------------------------------- */

/* Who is at the other end, by the kernel's word. */
static void name_operator(struct connection *connection)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t length = sizeof peer;
    const struct passwd *user = NULL;

    if (getsockopt(connection->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
        user = getpwuid(peer.uid);
    if (user && user->pw_name[0] && strlen(user->pw_name) < OPERATOR_MAX)
        snprintf(connection->operator_, OPERATOR_MAX, "%s", user->pw_name);
    else
        snprintf(connection->operator_, OPERATOR_MAX, "uid:%lu", (unsigned long)peer.uid);
}

/* A free place; when there is none, that of the one idle for longest. Null: all at work. */
static struct connection **find_place(struct control_server *server)
{
    struct connection **longest = NULL;

    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        struct connection **place = &server->connections[i];

        if (!*place)
            return place;
        if ((*place)->mode == MODE_IDLE &&
            (!longest || (*place)->deadline_us < (*longest)->deadline_us))
            longest = place;
    }
    if (longest) {
        connection_free(*longest);
        *longest = NULL;
    }
    return longest;
}

static struct connection *connection_new(struct control_server *server, int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection) {
        close(fd);
        return NULL;
    }
    connection->server = server;
    connection->fd = fd;
    buf_init(&connection->in, CONTROL_REQUEST_MAX + 1);
    buf_init(&connection->out, ANSWER_MAX);
    buf_init(&connection->message, 4096);
    connection->arena = arena_new(REQUEST_MEMORY);
    extend(connection);
    name_operator(connection);
    if (!connection->arena || loop_io(server->intake->loop, fd, POLLIN, on_connection,
                                      connection, &connection->source) != SLUSS_OK) {
        connection_free(connection);
        return NULL;
    }
    return connection;
}

static void on_listening(void *context, int fd, uint32_t revents)
{
    struct control_server *server = context;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct connection **place;

    (void)revents;
    if (client < 0) {
        /* Out of descriptors: the caller stays in the backlog, and asking again at once would
         * only burn time. */
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            loop_io_set(server->listening, 0);
            server->accept_at_us = loop_now_us(server->intake->loop) + ACCEPT_PAUSE_US;
            set_timer(server);
        }
        return;
    }
    place = find_place(server);
    if (place) {
        *place = connection_new(server, client);
    } else {
        struct buf end;

        buf_init(&end, 1024);
        control_end_encode(&end, CONTROL_TROUBLE, "too many connections", NULL);
        (void)!send(client, end.p, end.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        buf_free(&end);
        close(client);
    }
    set_timer(server);
}

/* --- what is done between events ---------------------------------------------------------- */

static void still_at_it(struct connection *connection, int64_t now_us)
{
    if (connection->out.n || now_us - connection->spoke_us < STILL_AT_IT_US)
        return;
    buf_char(&connection->out, '\n');
    connection->spoke_us = now_us;
}

static void on_idle(void *context)
{
    struct control_server *server = context;
    int64_t now_us = loop_now_us(server->intake->loop);
    bool woken = server->woken;

    server->woken = false;
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        struct connection *connection = server->connections[i];

        if (!connection || connection->dead)
            continue;
        if (connection->mode == MODE_WAITING && woken) {
            serve(connection);
        } else if (connection->mode == MODE_RUNNING && connection->out.n < OUT_HIGH) {
            serve(connection);
            if (connection->mode == MODE_RUNNING)
                still_at_it(connection, now_us);
        } else {
            continue;
        }
        if (connection->mode == MODE_IDLE)
            take_requests(connection);
        settle(connection);
    }
    remove_dead(server);
    set_timer(server);
}

static void on_timer(void *context, int64_t now_us)
{
    struct control_server *server = context;

    if (server->accept_at_us <= now_us) {
        server->accept_at_us = INT64_MAX;
        loop_io_set(server->listening, POLLIN);
    }
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        struct connection *connection = server->connections[i];

        if (!connection || wakes_at(connection) > now_us)
            continue;
        if (connection->mode != MODE_WAITING) {
            connection->dead = true;
            continue;
        }
        serve(connection);
        if (connection->mode == MODE_IDLE)
            take_requests(connection);
        settle(connection);
    }
    remove_dead(server);
    set_timer(server);
}

void control_server_wake(struct control_server *server)
{
    if (!server || count_waiting(server) == 0)
        return;
    server->woken = true;
    loop_idle_ask(server->idle);
}

/* --- the socket --------------------------------------------------------------------------- */

static int fail(struct buf *why, const char *path, const char *what)
{
    int error = errno;

    buf_printf(why, "control-socket %s: %s: %s", path, what, strerror(error));
    return sluss_error_from_errno(error);
}

/* Make the directory (not those above it) when it is missing. */
static int make_directory(const char *path, struct buf *why)
{
    const char *slash = strrchr(path, '/');
    char *parent;
    mode_t mask;
    int made, error;

    if (!slash || slash == path)
        return SLUSS_OK;
    parent = strndup(path, (size_t)(slash - path));
    if (!parent)
        return SLUSS_ENOMEM;
    mask = umask(022); /* one thread: nobody else makes files meanwhile */
    made = mkdir(parent, 0755);
    error = errno;
    umask(mask);
    free(parent);
    errno = error;
    return made == 0 || error == EEXIST ? SLUSS_OK : fail(why, path, "its directory");
}

/* What lies at the path: nothing, or a socket nobody answers on, which is removed. */
static int clear_path(const char *path, struct buf *why)
{
    struct control_client *client = NULL;
    struct buf ignored;
    struct stat status;
    int error;

    if (lstat(path, &status) != 0)
        return errno == ENOENT ? SLUSS_OK : fail(why, path, "cannot look at it");
    if (!S_ISSOCK(status.st_mode)) {
        buf_printf(why, "control-socket %s: something else lies there; move it away", path);
        return SLUSS_EEXIST;
    }
    buf_init(&ignored, 1024);
    error = control_connect(path, &ignored, &client);
    buf_free(&ignored);
    control_disconnect(&client);
    if (error != SLUSS_ENOTFOUND) {
        buf_printf(why, "control-socket %s: another daemon answers there", path);
        return SLUSS_EBUSY;
    }
    if (unlink(path) != 0 && errno != ENOENT)
        return fail(why, path, "cannot remove the old socket");
    return SLUSS_OK;
}

static int bind_socket(struct control_server *server, struct buf *why)
{
    struct sockaddr_un address;
    socklen_t length;
    struct stat status;
    mode_t mask;
    int directory, bound, error;

    errno = ENAMETOOLONG;
    if (control_address(server->path, &address, &length, &directory) != SLUSS_OK)
        return fail(why, server->path, "cannot be named");
    mask = umask(0117); /* 0660 from the first moment on */
    bound = bind(server->fd, (const struct sockaddr *)&address, length);
    error = errno;
    umask(mask);
    if (directory >= 0)
        close(directory);
    errno = error;
    if (bound != 0)
        return fail(why, server->path, "bind");
    if (listen(server->fd, BACKLOG) != 0)
        return fail(why, server->path, "listen");
    if (lstat(server->path, &status) == 0) {
        server->device = status.st_dev;
        server->inode = status.st_ino;
    }
    return SLUSS_OK;
}

static int open_socket(struct control_server *server, struct buf *why)
{
    int error = make_directory(server->path, why);

    error = error ? error : clear_path(server->path, why);
    if (error != SLUSS_OK)
        return error;
    server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->fd < 0)
        return fail(why, server->path, "socket");
    return bind_socket(server, why);
}

static int register_sources(struct control_server *server)
{
    struct loop *loop = server->intake->loop;
    int error = loop_io(loop, server->fd, POLLIN, on_listening, server, &server->listening);

    error = error ? error : loop_timer(loop, on_timer, server, &server->timer);
    return error ? error : loop_idle(loop, on_idle, server, &server->idle);
}

int control_server_open(struct intake *intake, struct buf *why, struct control_server **out)
{
    struct control_server *server = calloc(1, sizeof *server);
    int error;

    if (!server)
        return SLUSS_ENOMEM;
    server->intake = intake;
    server->fd = -1;
    server->accept_at_us = INT64_MAX;
    server->path = strdup(intake->settings->control_socket);
    error = server->path ? open_socket(server, why) : SLUSS_ENOMEM;
    error = error ? error : register_sources(server);
    if (error != SLUSS_OK) {
        control_server_close(&server);
        return error;
    }
    *out = server;
    return SLUSS_OK;
}

void control_server_close(struct control_server **server)
{
    struct control_server *gone = *server;
    struct stat status;

    if (!gone)
        return;
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++)
        connection_free(gone->connections[i]);
    loop_source_free(&gone->listening);
    loop_source_free(&gone->timer);
    loop_source_free(&gone->idle);
    if (gone->fd >= 0)
        close(gone->fd);
    if (gone->inode && lstat(gone->path, &status) == 0 && status.st_dev == gone->device &&
        status.st_ino == gone->inode)
        unlink(gone->path);
    free(gone->path);
    free(gone);
    *server = NULL;
}
