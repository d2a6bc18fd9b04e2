/* control_server_test.c -- the control socket as clients, honest and not, meet it */
#include "gate.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "daemon/control.h"
#include "daemon/control_server.h"

/* A client in a thread of its own, while the loop runs in the test's. It may not assert. */
struct client {
    struct gate *gate;
    bool (*play)(struct client *client); /* returns whether all went as it should */
    bool went_well;
    int done[2]; /* a pipe */
    char text[16384];
    char why[256];
};

static void *client_main(void *context)
{
    struct client *client = context;

    client->went_well = client->play(client);
    (void)!write(client->done[1], "x", 1);
    return NULL;
}

static void on_done(void *context, int fd, uint32_t revents)
{
    (void)fd;
    (void)revents;
    loop_quit(context, 0);
}

/* Open the socket, let the client play, close. `tick` is called every 20 ms. */
static void play(struct gate *gate, bool (*part)(struct client *client),
                 void (*tick)(void *context, int64_t now_us))
{
    struct client *client = calloc(1, sizeof *client);
    struct loop *loop;
    struct loop_source *done = NULL, *timer = NULL;
    pthread_t thread;
    struct buf why;

    /* A loop runs once. */
    loop_free(&gate->intake.loop);
    assert_int_equal(loop_new(&gate->intake.loop), SLUSS_OK);
    loop = gate->intake.loop;
    client->gate = gate;
    client->play = part;
    buf_init(&why, 4096);
    if (control_server_open(&gate->intake, &why, &gate->intake.control) != SLUSS_OK)
        fail_msg("%s", buf_cstr(&why));
    assert_int_equal(pipe(client->done), 0);
    assert_int_equal(loop_io(loop, client->done[0], POLLIN, on_done, loop, &done), SLUSS_OK);
    if (tick) {
        assert_int_equal(loop_timer(loop, tick, gate, &timer), SLUSS_OK);
        assert_int_equal(loop_timer_set(timer, loop_now_us(loop) + 100000), SLUSS_OK);
    }
    assert_int_equal(pthread_create(&thread, NULL, client_main, client), 0);
    assert_int_equal(loop_run(loop), 0);
    pthread_join(thread, NULL);
    loop_source_free(&done);
    loop_source_free(&timer);
    control_server_close(&gate->intake.control);
    close(client->done[0]);
    close(client->done[1]);
    if (!client->went_well)
        fail_msg("%s: %s", client->why, client->text);
    buf_free(&why);
    free(client);
}

/* --- what clients do --- */

static int dial(struct client *client)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", client->gate->socket);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Read until `n` ends came, or the other side closed; the text is in client->text. Returns
 * how many ends. */
static int hear(struct client *client, int fd, int n)
{
    size_t used = 0;
    int ends = 0;

    while (ends < n && used + 1 < sizeof client->text) {
        struct pollfd ready = {fd, POLLIN, 0};
        ssize_t got;

        if (poll(&ready, 1, 10000) != 1)
            break;
        got = recv(fd, client->text + used, sizeof client->text - 1 - used, 0);
        if (got <= 0)
            break;
        used += (size_t)got;
        client->text[used] = '\0';
        ends = 0;
        for (const char *at = client->text; (at = strstr(at, "{\"end\":")) != NULL; at++)
            ends++;
    }
    client->text[used] = '\0';
    return ends;
}

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

static bool wrong(struct client *client, const char *why)
{
    snprintf(client->why, sizeof client->why, "%s", why);
    return false;
}

#define LIST   "{\"v\":1,\"cmd\":\"list\"}\n"
#define STATUS "{\"v\":1,\"cmd\":\"status\"}\n"

static bool asks_three_at_once(struct client *client)
{
    int fd = dial(client);
    int ends;

    if (!say(fd, LIST STATUS LIST))
        return wrong(client, "cannot write");
    ends = hear(client, fd, 3);
    close(fd);
    return ends == 3 || wrong(client, "three requests, not three answers");
}

static bool asks_byte_by_byte(struct client *client)
{
    int fd = dial(client);
    int ends;

    for (const char *at = LIST; *at; at++)
        if (send(fd, at, 1, MSG_NOSIGNAL) != 1)
            return wrong(client, "cannot write");
    ends = hear(client, fd, 1);
    close(fd);
    return ends == 1 || wrong(client, "no answer");
}

static bool asks_and_shuts_its_side(struct client *client)
{
    int fd = dial(client);
    int ends;

    say(fd, LIST);
    shutdown(fd, SHUT_WR);
    ends = hear(client, fd, 2); /* one, and then the end of the stream */
    close(fd);
    return ends == 1 || wrong(client, "not one answer");
}

static bool talks_nonsense(struct client *client)
{
    int fd = dial(client);
    char more;

    say(fd, "GET / HTTP/1.1\r\nHost: sluss\r\n\r\n" LIST);
    if (hear(client, fd, 1) != 1 || !strstr(client->text, "\"code\":2"))
        return wrong(client, "nonsense was not refused");
    if (recv(fd, &more, 1, 0) > 0)
        return wrong(client, "the connection goes on after nonsense");
    close(fd);
    return true;
}

static bool sends_a_line_without_end(struct client *client)
{
    static char noise[CONTROL_REQUEST_MAX * 2];
    int fd = dial(client);
    int ends;

    memset(noise, 'x', sizeof noise);
    (void)!send(fd, noise, sizeof noise, MSG_NOSIGNAL);
    ends = hear(client, fd, 1);
    close(fd);
    return (ends == 1 && strstr(client->text, "too long")) || wrong(client, "not refused");
}

/* More idle connections than there are places: the newest still gets its answer. */
static bool crowds(struct client *client)
{
    int idle[CONTROL_CONNECTIONS_MAX + 8];
    int fd, ends;

    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
        idle[i] = dial(client);
    fd = dial(client);
    say(fd, LIST);
    ends = hear(client, fd, 1);
    close(fd);
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
        close(idle[i]);
    return ends == 1 || wrong(client, "no place was made");
}

static bool vanishes(struct client *client)
{
    for (int i = 0; i < 20; i++) {
        int fd = dial(client);

        say(fd, i % 2 ? "{\"v\":1,\"cmd\":\"queue take\",\"args\":{\"wait_ms\":9000}}\n" : LIST LIST);
        close(fd);
    }
    return asks_three_at_once(client);
}

static bool waits_for_the_queue(struct client *client)
{
    struct control_client *control = NULL;
    struct control_request request = {.command = "queue take", .wait_ms = 8000};
    struct control_end end;
    struct buf why;
    int error;

    buf_init(&why, 4096);
    error = control_connect(client->gate->socket, &why, &control);
    if (error == SLUSS_OK)
        error = control_call(control, &request, NULL, NULL, &end, &why);
    if (error == SLUSS_OK && end.code != CONTROL_FINE)
        error = SLUSS_EPROTOCOL;
    snprintf(client->why, sizeof client->why, "%s", buf_cstr(&why));
    control_disconnect(&control);
    buf_free(&why);
    return error == SLUSS_OK;
}

static bool waits_in_vain(struct client *client)
{
    int fd = dial(client);
    int ends;

    say(fd, "{\"v\":1,\"cmd\":\"queue take\",\"args\":{\"wait_ms\":150}}\n");
    ends = hear(client, fd, 1);
    close(fd);
    return (ends == 1 && strstr(client->text, "\"code\":1")) || wrong(client, "no end");
}

static void deliver(void *context, int64_t now_us)
{
    struct gate *gate = context;

    (void)now_us;
    gate_queued(gate, "heby/ekonomi", T0);
    control_server_wake(gate->intake.control);
}

/* --- the tests --- */

static void clients_of_all_kinds(void **state)
{
    static const struct {
        const char *name;
        bool (*play)(struct client *client);
    } parts[] = {
        {"three at once", asks_three_at_once},
        {"byte by byte", asks_byte_by_byte},
        {"shuts its side", asks_and_shuts_its_side},
        {"nonsense", talks_nonsense},
        {"a line without end", sends_a_line_without_end},
        {"a crowd", crowds},
        {"vanishing", vanishes},
        {"waiting in vain", waits_in_vain},
    };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        print_message("  %s\n", parts[i].name);
        play(*state, parts[i].play, NULL);
    }
}

static void who_waits_gets_the_next_delivery(void **state)
{
    play(*state, waits_for_the_queue, deliver);
}

static void the_socket_is_for_owner_and_group(void **state)
{
    struct gate *gate = *state;
    struct control_server *server = NULL, *second = NULL;
    struct stat status;
    struct buf why;

    buf_init(&why, 4096);
    assert_int_equal(control_server_open(&gate->intake, &why, &server), SLUSS_OK);
    assert_int_equal(lstat(gate->socket, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    assert_int_equal(control_server_open(&gate->intake, &why, &second), SLUSS_EBUSY);
    assert_null(second);
    assert_int_equal(lstat(gate->socket, &status), 0); /* the first one's still lies there */
    control_server_close(&server);
    assert_null(server);
    assert_int_equal(lstat(gate->socket, &status), -1);
    buf_free(&why);
}

static void what_a_crash_left_is_replaced(void **state)
{
    struct gate *gate = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct control_server *server = NULL;
    char directory[128];
    struct buf why;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(directory, sizeof directory, "%s/run", gate->place->dir);
    assert_int_equal(mkdir(directory, 0755), 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", gate->socket);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd); /* bound, and nobody listens */
    buf_init(&why, 4096);
    assert_int_equal(control_server_open(&gate->intake, &why, &server), SLUSS_OK);
    control_server_close(&server);
    fd = open(gate->socket, O_WRONLY | O_CREAT, 0600);
    close(fd); /* a file is not ours to remove */
    assert_int_equal(control_server_open(&gate->intake, &why, &server), SLUSS_EEXIST);
    assert_int_equal(access(gate->socket, F_OK), 0);
    buf_free(&why);
}

static void a_path_may_be_long(void **state)
{
    struct gate *gate = *state;
    char path[512];
    int n = snprintf(path, sizeof path, "%s/%0120d", gate->place->dir, 0);

    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path + n, sizeof path - (size_t)n, "/control.sock");
    gate->intake.settings->control_socket = path;
    struct control_server *server = NULL;
    struct control_client *client = NULL;
    struct buf why;

    buf_init(&why, 4096);
    if (control_server_open(&gate->intake, &why, &server) != SLUSS_OK)
        fail_msg("%s", buf_cstr(&why));
    assert_int_equal(control_connect(path, &why, &client), SLUSS_OK);
    control_disconnect(&client);
    control_server_close(&server);
    assert_int_equal(access(path, F_OK), -1);
    buf_free(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GATE_TEST(clients_of_all_kinds),
        GATE_TEST(who_waits_gets_the_next_delivery),
        GATE_TEST(the_socket_is_for_owner_and_group),
        GATE_TEST(what_a_crash_left_is_replaced),
        GATE_TEST(a_path_may_be_long),
    };

    if (sodium_init() < 0)
        return 99;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
