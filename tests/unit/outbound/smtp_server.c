/* smtp_server.c -- see smtp_server.h */
#include "tests/unit/outbound/smtp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct session {
    FILE *in;
    FILE *out;
    FILE *commands;
    const char *dir;
    struct smtp_script *script;
    unsigned *count;
    unsigned *happened;
};

/* --- the server's process --------------------------------------------------------------- */

/* Answer at a step; false: the connection is over. */
static bool answer(struct session *s, enum smtp_step step, const char *usual)
{
    struct smtp_script *script = s->script;
    bool now = script && script->step == step && (!script->times || *s->happened < script->times);

    if (now) {
        (*s->happened)++;
        if (script->delay_ms) {
            struct timespec delay = {script->delay_ms / 1000,
                                     (long)(script->delay_ms % 1000) * 1000000};
            nanosleep(&delay, NULL);
        }
        if (script->hang_up)
            return false;
        if (script->answer)
            usual = script->answer;
    }
    fprintf(s->out, "%s\r\n", usual);
    fflush(s->out);
    return strncmp(usual, "421", 3) != 0;
}

static bool read_line(struct session *s, char *line, int size)
{
    if (!fgets(line, size, s->in))
        return false;
    return true;
}

static bool take_message(struct session *s)
{
    char path[128];
    char line[4096];
    FILE *mail;
    bool whole = false;

    snprintf(path, sizeof path, "%s/partial", s->dir);
    mail = fopen(path, "w");
    while (mail && !whole && read_line(s, line, sizeof line)) {
        whole = strcmp(line, ".\r\n") == 0;
        if (!whole)
            fputs(line[0] == '.' ? line + 1 : line, mail);
    }
    if (mail)
        fclose(mail);
    if (whole) {
        char final[128];

        snprintf(final, sizeof final, "%s/mail.%u", s->dir, ++*s->count);
        rename(path, final);
    }
    return whole;
}

/* "AUTH PLAIN" without more: the secret comes on a line of its own. */
static bool take_password(struct session *s, const char *line)
{
    char secret[4096];

    if (strcmp(line, "AUTH PLAIN\r\n") != 0)
        return true;
    fprintf(s->out, "334 \r\n");
    fflush(s->out);
    if (!read_line(s, secret, sizeof secret))
        return false;
    fputs(secret, s->commands);
    fflush(s->commands);
    return true;
}

/* It offered parameters, and does not take them. */
static bool dislikes(struct session *s, const char *line)
{
    if (!s->script || !s->script->dislikes_dsn || !strstr(line, "> "))
        return false;
    fprintf(s->out, "555 5.5.4 what is that\r\n");
    fflush(s->out);
    return true;
}

static bool one_command(struct session *s, const char *line)
{
    bool dsn = s->script && (s->script->offers_dsn || s->script->dislikes_dsn);
    const char *hello = s->script && s->script->wants_auth
                            ? "250-test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"
                        : dsn ? "250-test\r\n250-SIZE 1000000\r\n250-DSN\r\n250 8BITMIME"
                              : "250-test\r\n250 8BITMIME";

    if (dislikes(s, line))
        return true;

    if (strncmp(line, "EHLO", 4) == 0 || strncmp(line, "HELO", 4) == 0)
        return answer(s, SMTP_EHLO, hello);
    if (strncmp(line, "AUTH", 4) == 0)
        return take_password(s, line) && answer(s, SMTP_AUTH, "235 welcome");
    if (strncmp(line, "MAIL", 4) == 0)
        return answer(s, SMTP_MAIL, "250 sender ok");
    if (strncmp(line, "RCPT", 4) == 0)
        return answer(s,
                      s->script && s->script->only && !strstr(line, s->script->only)
                          ? SMTP_STEP_COUNT
                          : SMTP_RCPT,
                      "250 recipient ok");
    if (strncmp(line, "DATA", 4) == 0) {
        if (!answer(s, SMTP_DATA, "354 go on"))
            return false;
        if (s->script && s->script->step == SMTP_DATA && s->script->answer)
            return true;
        return take_message(s) && answer(s, SMTP_END, "250 2.0.0 taken as 4711") &&
               !(s->script && s->script->closes_idle);
    }
    if (strncmp(line, "QUIT", 4) == 0) {
        fprintf(s->out, "221 bye\r\n");
        fflush(s->out);
        return false;
    }
    fprintf(s->out, "250 ok\r\n");
    fflush(s->out);
    return true;
}

static void serve(struct session *s)
{
    char line[4096];

    if (!answer(s, SMTP_CONNECT, "220 test ESMTP"))
        return;
    while (read_line(s, line, sizeof line)) {
        fputs(line, s->commands);
        fflush(s->commands);
        if (!one_command(s, line))
            return;
    }
}

static void server_main(int listener, const char *dir, struct smtp_script *script)
{
    unsigned count = 0;
    unsigned happened = 0;
    char path[128];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    snprintf(path, sizeof path, "%s/mail.%u", dir, count + 1);
    while (access(path, F_OK) == 0)
        snprintf(path, sizeof path, "%s/mail.%u", dir, ++count + 1);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        struct session s = {.dir = dir, .script = script, .count = &count, .happened = &happened};

        if (fd < 0)
            _exit(1);
        snprintf(path, sizeof path, "%s/commands", dir);
        s.commands = fopen(path, "a");
        s.in = fdopen(dup(fd), "r");
        s.out = fdopen(fd, "w");
        if (s.commands && s.in && s.out)
            serve(&s);
        fclose(s.in);
        fclose(s.out);
        fclose(s.commands);
    }
}

/* --- the test's side -------------------------------------------------------------------- */

static void start_at(struct smtp_server *server, uint16_t port, const struct smtp_script *script)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t n = sizeof address;
    int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(listener >= 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &n), 0);
    snprintf(server->url, sizeof server->url, "smtp://127.0.0.1:%u", ntohs(address.sin_port));
    fflush(NULL);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        struct smtp_script copy = script ? *script : (struct smtp_script){0};

        server_main(listener, server->dir, script ? &copy : NULL);
        _exit(0);
    }
    close(listener);
}

void smtp_server_start(struct smtp_server *server, const struct smtp_script *script)
{
    snprintf(server->dir, sizeof server->dir, "/tmp/sluss-smtp-XXXXXX");
    assert_non_null(mkdtemp(server->dir));
    start_at(server, 0, script);
}

void smtp_server_stop(struct smtp_server *server)
{
    if (!server->pid)
        return;
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void smtp_server_restart(struct smtp_server *server, const struct smtp_script *script)
{
    unsigned port = 0;

    smtp_server_stop(server);
    assert_int_equal(sscanf(server->url, "smtp://127.0.0.1:%u", &port), 1);
    start_at(server, (uint16_t)port, script);
}

void smtp_server_forget(struct smtp_server *server)
{
    static const char *const others[] = {"commands", "partial"};
    char path[128];

    smtp_server_stop(server);
    for (unsigned n = smtp_server_count(server); n > 0; n--) {
        snprintf(path, sizeof path, "%s/mail.%u", server->dir, n);
        unlink(path);
    }
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", server->dir, others[i]);
        unlink(path);
    }
    rmdir(server->dir);
}

unsigned smtp_server_count(const struct smtp_server *server)
{
    char path[128];
    unsigned n = 0;

    do
        snprintf(path, sizeof path, "%s/mail.%u", server->dir, n + 1);
    while (access(path, F_OK) == 0 && ++n);
    return n;
}

static void read_all(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "r");
    char piece[4096];
    size_t n;

    buf_clear(out);
    if (!file)
        return;
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        assert_int_equal(buf_add(out, piece, n), 0);
    fclose(file);
}

void smtp_server_mail(const struct smtp_server *server, unsigned n, struct buf *out)
{
    char path[128];

    snprintf(path, sizeof path, "%s/mail.%u", server->dir, n);
    read_all(path, out);
}

void smtp_server_commands(const struct smtp_server *server, struct buf *out)
{
    char path[128];

    snprintf(path, sizeof path, "%s/commands", server->dir);
    read_all(path, out);
}
