/* smtp_server.h -- an SMTP server that does what a script says, in a process of its own
 *
 * It speaks real SMTP over a real socket. At one step it can answer anything, be slow, or
 * hang up; everything it was sent lies in files.
 */
#ifndef SLUSS_TESTS_OUTBOUND_SMTP_SERVER_H
#define SLUSS_TESTS_OUTBOUND_SMTP_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/buf.h"
#include "outbound/smtp.h"

struct smtp_script {
    enum smtp_step step; /* where something happens; SMTP_CONNECT is the greeting */
    const char *answer;  /* a line or more, without the last CRLF; null: the usual one */
    bool hang_up;        /* instead of an answer */
    unsigned delay_ms;   /* before it */
    unsigned times;      /* so often, then it behaves; 0: always */
    bool wants_auth;     /* offers AUTH PLAIN LOGIN */
    const char *only;    /* at RCPT: to recipients that this is part of; null: to all */
    bool closes_idle;    /* hangs up after each message */
    bool offers_dsn;     /* and SIZE */
    bool dislikes_dsn;   /* offers it, and then knows no parameters: 555 */
};

struct smtp_server {
    pid_t pid;
    char url[64];
    char dir[64];
};

/* A server that behaves: script null. */
void smtp_server_start(struct smtp_server *server, const struct smtp_script *script);
/* Ends the process; what it wrote stays until smtp_server_forget. */
void smtp_server_stop(struct smtp_server *server);
/* The same address again, with another script. */
void smtp_server_restart(struct smtp_server *server, const struct smtp_script *script);
void smtp_server_forget(struct smtp_server *server);

/* How many messages it took, and the n-th (from 1) as it came, dots undone, CRLF. */
unsigned smtp_server_count(const struct smtp_server *server);
void smtp_server_mail(const struct smtp_server *server, unsigned n, struct buf *out);
/* All commands of all connections, a line each. */
void smtp_server_commands(const struct smtp_server *server, struct buf *out);

#endif
