/* control.h -- what the daemon and its operators say to each other over the control socket
 *
 * One request a line: {"v":1,"cmd":"list","args":{"state":"held"}}. The answer is rows, one
 * JSON object a line, as `slussctl --json` prints them, then {"end":{"code":0,"message":null,
 * "next":null}}. Empty lines mean "still at it". `code` is slussctl's exit status; `next` says
 * that there is more: the same request with it as `after` goes on.
 *
 * Used by both sides. The daemon treats what it gets as hostile: a request is at most
 * CONTROL_REQUEST_MAX bytes, its keys are known ones, of the right type, once each, with
 * lengths checked before anything else sees them.
 */
#ifndef SLUSS_DAEMON_CONTROL_H
#define SLUSS_DAEMON_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "model/arena.h"
#include "model/buf.h"
#include "model/span.h"

#define CONTROL_VERSION     1
#define CONTROL_REQUEST_MAX (64 * 1024)
#define CONTROL_ROW_MAX     (16u << 20) /* a client believes no longer line */
#define CONTROL_PAGE_MAX    500         /* rows of one answer */
#define CONTROL_CURSOR_MAX  136 /* holds the key of a unit */
#define CONTROL_REASON_MAX  2000
#define CONTROL_TEXT_MAX    (48 * 1024)
#define CONTROL_ITEMS_MAX   INT64_C(999999999)
#define CONTROL_WAIT_MAX_MS INT64_C(86400000)
#define CONTROL_SILENCE_MS  60000 /* an answer that stops for so long is given up */

enum control_code { CONTROL_FINE = 0, CONTROL_NO = 1, CONTROL_TROUBLE = 2 };

/* A request; null, 0 and false: not given. */
struct control_request {
    const char *command;
    const char *state;
    const char *unit;
    const char *id; /* of a delivery, or its beginning */
    const char *reason;
    const char *after;
    int64_t since_us;
    int64_t wait_ms;
    int64_t limit;
    bool pending;
    bool once; /* a release that makes no habit */
    const char *kind; /* of items */
    const char *text; /* lines to import */
    int64_t from_us, to_us;
    int64_t items;
    const char *period;   /* of a report */
    const char *format;   /* of a report: json, csv, html */
    const char *language; /* of a report: sv, en */
};

/* As a line, with its line end. 0 or SLUSS_ENOMEM. */
int control_request_encode(const struct control_request *request, struct buf *out);
/* Back. Strings go into the arena. 0; SLUSS_EPROTOCOL with a sentence in `why`;
 * SLUSS_ENOMEM. */
int control_request_decode(struct span line, struct arena *arena, struct control_request *out,
                           struct buf *why);

/* The line that ends an answer. `message` and `next` may be null. */
int control_end_encode(struct buf *out, int code, const char *message, const char *next);

/* The address of a socket, however long its path: one that does not fit a sockaddr_un is
 * named by way of a descriptor of its directory, *directory (else -1), which the caller closes
 * after bind or connect. 0, SLUSS_EINVAL, SLUSS_EIO (errno is set). */
int control_address(const char *path, struct sockaddr_un *address, socklen_t *length,
                    int *directory);

/* --- the client's side -------------------------------------------------------------------- */

struct control_client;

struct control_end {
    int code;
    char message[4096]; /* "" = none */
    char next[CONTROL_CURSOR_MAX];
};

/* 0 and *out, or SLUSS_ENOTFOUND (nobody there), SLUSS_EDENIED, SLUSS_EIO with a sentence. */
int control_connect(const char *path, struct buf *why, struct control_client **out);
void control_disconnect(struct control_client **client); /* accepts null, leaves null */

/* A row, without its line end; returns 0 to go on or a negative code. */
typedef int (*control_row)(void *context, struct span row);

/* Ask, hand on every row, and fill *end. 0; SLUSS_ECLOSED, SLUSS_EPROTOCOL, SLUSS_EIO,
 * SLUSS_ENOMEM with a sentence in `why`, or what `row` returned. After a failure only
 * control_disconnect may follow. */
int control_call(struct control_client *client, const struct control_request *request,
                 control_row row, void *context, struct control_end *end, struct buf *why);

#endif
