/* control.c -- requests and answers of the control socket, and the client's side of it */
#include "daemon/control.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"
#include "model/json.h"

/* --- requests: one table for both directions ------------------------------------------------ */

enum argument_type { ARGUMENT_TEXT, ARGUMENT_PROSE, ARGUMENT_INSTANT, ARGUMENT_INT, ARGUMENT_BOOL };

static const struct argument {
    const char *name;
    enum argument_type type;
    size_t at; /* the field it fills */
    int64_t most; /* bytes of a text, or the greatest number */
} arguments[] = {
    {"state", ARGUMENT_TEXT, offsetof(struct control_request, state), 32},
    {"unit", ARGUMENT_TEXT, offsetof(struct control_request, unit), 127},
    {"id", ARGUMENT_TEXT, offsetof(struct control_request, id), 63},
    {"reason", ARGUMENT_PROSE, offsetof(struct control_request, reason), CONTROL_REASON_MAX},
    {"after", ARGUMENT_TEXT, offsetof(struct control_request, after), CONTROL_CURSOR_MAX - 1},
    {"since", ARGUMENT_INSTANT, offsetof(struct control_request, since_us), 40},
    {"wait_ms", ARGUMENT_INT, offsetof(struct control_request, wait_ms), CONTROL_WAIT_MAX_MS},
    {"limit", ARGUMENT_INT, offsetof(struct control_request, limit), CONTROL_PAGE_MAX},
    {"pending", ARGUMENT_BOOL, offsetof(struct control_request, pending), 0},
    {"once", ARGUMENT_BOOL, offsetof(struct control_request, once), 0},
    {"kind", ARGUMENT_TEXT, offsetof(struct control_request, kind), 16},
    {"text", ARGUMENT_PROSE, offsetof(struct control_request, text), CONTROL_TEXT_MAX},
    {"from", ARGUMENT_INSTANT, offsetof(struct control_request, from_us), 40},
    {"to", ARGUMENT_INSTANT, offsetof(struct control_request, to_us), 40},
    {"items", ARGUMENT_INT, offsetof(struct control_request, items), CONTROL_ITEMS_MAX},
    {"period", ARGUMENT_TEXT, offsetof(struct control_request, period), 16},
    {"format", ARGUMENT_TEXT, offsetof(struct control_request, format), 16},
    {"language", ARGUMENT_TEXT, offsetof(struct control_request, language), 16},
};
#define ARGUMENTS   (sizeof arguments / sizeof arguments[0])
#define COMMAND_MAX 32

static void *field(const struct control_request *request, const struct argument *argument)
{
    return (char *)(uintptr_t)request + argument->at;
}

int control_request_encode(const struct control_request *request, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object_begin(&j, NULL);
    json_int(&j, "v", CONTROL_VERSION);
    json_cstr(&j, "cmd", request->command);
    json_object_begin(&j, "args");
    for (size_t i = 0; i < ARGUMENTS; i++) {
        const struct argument *argument = &arguments[i];
        const void *at = field(request, argument);

        if (argument->type == ARGUMENT_BOOL) {
            if (*(const bool *)at)
                json_bool(&j, argument->name, true);
        } else if (argument->type == ARGUMENT_INT) {
            if (*(const int64_t *)at)
                json_int(&j, argument->name, *(const int64_t *)at);
        } else if (argument->type == ARGUMENT_INSTANT) {
            if (*(const int64_t *)at)
                json_instant(&j, argument->name, *(const int64_t *)at);
        } else if (*(const char *const *)at) {
            json_cstr(&j, argument->name, *(const char *const *)at);
        }
    }
    json_object_end(&j);
    json_object_end(&j);
    buf_char(out, '\n');
    return buf_error(out);
}

/* Free of control characters? A reason may have lines. */
static bool text_clean(struct span text, bool prose)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c == 0x7F || (c < 0x20 && !(prose && (c == '\n' || c == '\t'))))
            return false;
    }
    return true;
}

static int take_text(const struct argument *argument, struct span text, struct arena *arena,
                     char **at, struct buf *why)
{
    bool prose = argument->type == ARGUMENT_PROSE;

    if (text.n > (size_t)argument->most) {
        buf_printf(why, "\"%s\" is longer than %lld bytes", argument->name,
                   (long long)argument->most);
        return SLUSS_EPROTOCOL;
    }
    if (!text_clean(text, prose)) {
        buf_printf(why, "\"%s\" holds control characters", argument->name);
        return SLUSS_EPROTOCOL;
    }
    *at = arena_str(arena, text);
    return *at ? SLUSS_OK : SLUSS_ENOMEM;
}

static int take_value(const struct argument *argument, const json_t *value, struct arena *arena,
                      struct control_request *out, struct buf *why)
{
    void *at = field(out, argument);
    struct span text = span_of(json_string_value(value), json_string_length(value));

    switch (argument->type) {
    case ARGUMENT_TEXT:
    case ARGUMENT_PROSE:
        if (json_is_string(value))
            return take_text(argument, text, arena, at, why);
        break;
    case ARGUMENT_INSTANT:
        if (json_is_string(value) && text.n <= (size_t)argument->most &&
            instant_parse(text, at) == SLUSS_OK)
            return SLUSS_OK;
        break;
    case ARGUMENT_INT:
        if (json_is_integer(value) && json_integer_value(value) >= 0 &&
            json_integer_value(value) <= argument->most) {
            *(int64_t *)at = json_integer_value(value);
            return SLUSS_OK;
        }
        break;
    case ARGUMENT_BOOL:
        if (json_is_boolean(value)) {
            *(bool *)at = json_is_true(value);
            return SLUSS_OK;
        }
        break;
    }
    buf_printf(why, "\"%s\" is not what it should be", argument->name);
    return SLUSS_EPROTOCOL;
}

static int take_arguments(json_t *args, struct arena *arena, struct control_request *out,
                          struct buf *why)
{
    const char *key;
    json_t *value;

    json_object_foreach (args, key, value) {
        size_t i = 0;
        int error;

        while (i < ARGUMENTS && strcmp(arguments[i].name, key) != 0)
            i++;
        if (i == ARGUMENTS) {
            buf_str(why, "\"args\" has a key that is not known");
            return SLUSS_EPROTOCOL;
        }
        error = take_value(&arguments[i], value, arena, out, why);
        if (error != SLUSS_OK)
            return error;
    }
    return SLUSS_OK;
}

static int refuse(struct buf *why, const char *text)
{
    buf_str(why, text);
    return SLUSS_EPROTOCOL;
}

/* The outer object: exactly "v", "cmd" and perhaps "args". */
static int take_request(json_t *root, struct arena *arena, struct control_request *out,
                        struct buf *why)
{
    const json_t *version = json_object_get(root, "v");
    const json_t *command = json_object_get(root, "cmd");
    json_t *args = json_object_get(root, "args");
    struct span name = span_of(json_string_value(command), json_string_length(command));

    if (!json_is_object(root))
        return refuse(why, "a request is a JSON object");
    if (!json_is_integer(version) || json_integer_value(version) != CONTROL_VERSION)
        return refuse(why, "\"v\" is not the version spoken here (1)");
    if (!json_is_string(command) || name.n == 0 || name.n > COMMAND_MAX ||
        !text_clean(name, false))
        return refuse(why, "\"cmd\" is not the name of a command");
    if (args && !json_is_object(args))
        return refuse(why, "\"args\" is not an object");
    if (json_object_size(root) != (args ? 3U : 2U))
        return refuse(why, "a request has the keys \"v\", \"cmd\" and \"args\"");
    out->command = arena_str(arena, name);
    if (!out->command)
        return SLUSS_ENOMEM;
    return args ? take_arguments(args, arena, out, why) : SLUSS_OK;
}

int control_request_decode(struct span line, struct arena *arena, struct control_request *out,
                           struct buf *why)
{
    struct control_request request = {0};
    json_error_t trouble;
    json_t *root;
    int error;

    if (line.n > CONTROL_REQUEST_MAX)
        return refuse(why, "the request is too long");
    root = json_loadb(line.p ? line.p : "", line.n, JSON_REJECT_DUPLICATES, &trouble);
    if (!root)
        return refuse(why, "the request is not JSON");
    error = take_request(root, arena, &request, why);
    json_decref(root);
    if (error == SLUSS_OK)
        *out = request;
    return error;
}

int control_end_encode(struct buf *out, int code, const char *message, const char *next)
{
    struct json j;

    json_start(&j, out);
    json_object_begin(&j, NULL);
    json_object_begin(&j, "end");
    json_int(&j, "code", code);
    json_cstr(&j, "message", message);
    json_cstr(&j, "next", next);
    json_object_end(&j);
    json_object_end(&j);
    buf_char(out, '\n');
    return buf_error(out);
}

/* --- where --------------------------------------------------------------------------------- */

int control_address(const char *path, struct sockaddr_un *address, socklen_t *length,
                    int *directory)
{
    const char *name = strrchr(path, '/');
    char parent[4096];
    int n;

    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    *directory = -1;
    *length = sizeof *address;
    if (strlen(path) < sizeof address->sun_path) {
        memcpy(address->sun_path, path, strlen(path));
        return SLUSS_OK;
    }
    if (!name || (size_t)(name - path) >= sizeof parent)
        return SLUSS_EINVAL;
    memcpy(parent, path, (size_t)(name - path));
    parent[name - path] = '\0';
    *directory = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*directory < 0)
        return SLUSS_EIO;
    n = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d%s", *directory,
                 name);
    if (n < 0 || (size_t)n >= sizeof address->sun_path) {
        close(*directory);
        *directory = -1;
        return SLUSS_EINVAL;
    }
    return SLUSS_OK;
}

/* --- the client ---------------------------------------------------------------------------- */

struct control_client {
    int fd;
    struct buf in; /* what came, from the line not yet handed on */
};

static int connect_socket(const char *path)
{
    struct sockaddr_un address;
    socklen_t length;
    int directory, fd, error;

    if (control_address(path, &address, &length, &directory) != SLUSS_OK) {
        errno = errno ? errno : ENAMETOOLONG;
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, length) != 0) {
        error = errno;
        close(fd);
        fd = -1;
        errno = error;
    }
    error = errno;
    if (directory >= 0)
        close(directory);
    errno = error;
    return fd;
}

int control_connect(const char *path, struct buf *why, struct control_client **out)
{
    struct control_client *client;
    int fd;

    errno = 0;
    fd = connect_socket(path);
    if (fd < 0) {
        buf_printf(why, "%s: %s", path, strerror(errno));
        if (errno == ENOENT || errno == ECONNREFUSED)
            return SLUSS_ENOTFOUND;
        return errno == EACCES ? SLUSS_EDENIED : SLUSS_EIO;
    }
    client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        buf_str(why, sluss_error_text(SLUSS_ENOMEM));
        return SLUSS_ENOMEM;
    }
    client->fd = fd;
    buf_init(&client->in, CONTROL_ROW_MAX);
    *out = client;
    return SLUSS_OK;
}

void control_disconnect(struct control_client **client)
{
    if (!*client)
        return;
    close((*client)->fd);
    buf_free(&(*client)->in);
    free(*client);
    *client = NULL;
}

static int send_all(int fd, struct span bytes, struct buf *why)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            buf_printf(why, "the daemon does not listen: %s", strerror(errno));
            return SLUSS_ECLOSED;
        }
        bytes = span_of(bytes.p + n, bytes.n - (size_t)n);
    }
    return SLUSS_OK;
}

/* More bytes into client->in; waits for them for at most `patience_ms`. */
static int receive(struct control_client *client, int patience_ms, struct buf *why)
{
    struct pollfd poll_for = {client->fd, POLLIN, 0};
    char *room = buf_reserve(&client->in, CONTROL_REQUEST_MAX);
    ssize_t n;
    int ready;

    if (!room) {
        buf_str(why, "the daemon's answer is too long");
        return SLUSS_ELIMIT;
    }
    do
        ready = poll(&poll_for, 1, patience_ms);
    while (ready < 0 && errno == EINTR);
    if (ready == 0) {
        buf_str(why, "the daemon does not answer");
        return SLUSS_EIO;
    }
    do
        n = recv(client->fd, room, CONTROL_REQUEST_MAX, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0) {
        buf_printf(why, "the daemon ended the connection%s%s", n < 0 ? ": " : "",
                   n < 0 ? strerror(errno) : "");
        return SLUSS_ECLOSED;
    }
    buf_written(&client->in, (size_t)n);
    return SLUSS_OK;
}

static void copy_text(char *to, size_t room, const json_t *text)
{
    const char *from = json_string_value(text);

    snprintf(to, room, "%s", from ? from : "");
}

static int read_end(struct span line, struct control_end *end, struct buf *why)
{
    json_error_t trouble;
    json_t *root = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &trouble);
    const json_t *object = json_object_get(root, "end");
    const json_t *code = json_object_get(object, "code");
    int error = SLUSS_OK;

    if (!json_is_integer(code)) {
        buf_str(why, "the daemon's answer cannot be understood");
        error = SLUSS_EPROTOCOL;
    } else {
        end->code = (int)json_integer_value(code);
        copy_text(end->message, sizeof end->message, json_object_get(object, "message"));
        copy_text(end->next, sizeof end->next, json_object_get(object, "next"));
    }
    json_decref(root);
    return error;
}

/* Hand on the whole lines that came. 1 when the end was among them, 0 when not, or an error. */
static int take_lines(struct control_client *client, size_t *searched, control_row row,
                      void *context, struct control_end *end, struct buf *why)
{
    static const struct span end_mark = {"{\"end\":", 7};
    size_t from = 0;
    int result = 0;

    while (result == 0) {
        size_t skip = *searched > from ? *searched : from;
        const char *stop = memchr(client->in.p + skip, '\n', client->in.n - skip);
        struct span line;

        if (!stop)
            break;
        line = span_of(client->in.p + from, (size_t)(stop - client->in.p) - from);
        from += line.n + 1;
        if (span_starts(line, end_mark)) {
            result = read_end(line, end, why);
            result = result == SLUSS_OK ? 1 : result;
        } else if (line.n) {
            result = row ? row(context, line) : SLUSS_OK;
        }
    }
    buf_consume(&client->in, from);
    *searched = client->in.n;
    return result;
}

int control_call(struct control_client *client, const struct control_request *request,
                 control_row row, void *context, struct control_end *end, struct buf *why)
{
    struct buf line;
    size_t searched = 0;
    int result;
    int patience_ms = (int)request->wait_ms + CONTROL_SILENCE_MS;

    memset(end, 0, sizeof *end);
    buf_init(&line, CONTROL_REQUEST_MAX);
    result = control_request_encode(request, &line);
    if (result == SLUSS_OK)
        result = send_all(client->fd, buf_view(&line), why);
    else
        buf_str(why, "the request is too long");
    buf_free(&line);
    while (result == SLUSS_OK) {
        result = receive(client, patience_ms, why);
        if (result == SLUSS_OK)
            result = take_lines(client, &searched, row, context, end, why);
    }
    return result > 0 ? SLUSS_OK : result;
}
