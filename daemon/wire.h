/* wire.h -- what intake and its workers say to each other, byte by byte
 *
 * Messages travel over a SOCK_SEQPACKET pair, so each arrives whole or not at all. A worker
 * reads strangers' bytes: everything it says is decoded as if an enemy had written it. Lengths
 * are checked, enumerations are in range, texts are valid UTF-8, dates exist, and a finding
 * can only be one of the known kinds.
 *
 * Integers are in the machine's byte order: both ends are the same program.
 */
#ifndef SLUSS_DAEMON_WIRE_H
#define SLUSS_DAEMON_WIRE_H

#include <stdint.h>

#include "model/buf.h"
#include "model/finding.h"
#include "model/item.h"
#include "model/seal.h"
#include "model/span.h"
#include "model/summary.h"
#include "parsers/layout.h"
#include "parsers/parser.h"

#define WIRE_VERSION     2
#define WIRE_MESSAGE_MAX (64 * 1024)
/* A batch of items is sent when it has passed this many bytes. */
#define WIRE_BATCH (32 * 1024)

enum job_kind {
    JOB_PROBE = 1, /* does the file's end look like an end? */
    JOB_READ,      /* recognise, parse, hash */
    JOB_HASH,      /* hash only */
    JOB_COPY,      /* copy into the second descriptor, fsync that */
    JOB_SYNC,      /* fsync both: the second's commit to the disk mostly serves the first */
    JOB_LAYOUTS,   /* first of all, where there are any: their texts. Not answered */
    JOB_KIND_END
};

static inline bool job_takes_two(enum job_kind kind)
{
    return kind == JOB_COPY || kind == JOB_SYNC;
}

/* Intake to worker, with one descriptor or two beside it. */
struct wire_job {
    uint32_t version;
    uint32_t kind;
    uint64_t number;       /* echoed in every answer */
    uint64_t layouts;      /* READ, PROBE: bit i: the layout sent as number i may be recognised */
    struct seal_keys seal; /* READ: of the sender's seals. Wipe the message after use. */
};

/* What JOB_LAYOUTS sends: for each layout the length of its text (uint32_t) and the text. */
#define WIRE_LAYOUTS_MAX (LAYOUTS_MAX * (LAYOUT_TEXT_MAX + sizeof(uint32_t)))

enum wire_type {
    WIRE_HELLO = 1, /* first of all: `code` is WIRE_VERSION */
    WIRE_ITEMS,     /* a batch: items until the end of the message */
    WIRE_FINDING,   /* one */
    WIRE_PROGRESS,  /* still alive */
    WIRE_DONE,      /* READ, HASH: a summary; COPY, SYNC: nothing */
    WIRE_PROBED,    /* `code` is an enum ending */
    WIRE_FAILED,    /* `code` is an enum sluss_error */
    WIRE_TYPE_END
};

/* Worker to intake: this, then what the type says. */
struct wire_head {
    uint32_t type;
    int32_t code;
    uint64_t number;
};

/* Append to a message. 0 or SLUSS_ENOMEM. */
int wire_put_head(struct buf *out, enum wire_type type, uint64_t number, int32_t code);
int wire_put_item(struct buf *out, const struct item *item);
int wire_put_finding(struct buf *out, const struct finding *finding);
int wire_put_summary(struct buf *out, const struct summary *summary);

/* Take from the front of *message, moving it on. Texts point into the message. 0, or
 * SLUSS_EPROTOCOL. */
int wire_get_head(struct span *message, struct wire_head *head);
int wire_get_item(struct span *message, struct item *item);
int wire_get_finding(struct span *message, struct finding *finding);
int wire_get_summary(struct span *message, struct summary *summary);

/* Send one message, with up to two descriptors (-1: none). Blocks if the socket does.
 * 0, SLUSS_EBUSY (would block), SLUSS_ECLOSED, SLUSS_EIO. */
int wire_send(int socket, struct span message, int first_fd, int second_fd);
/* Receive one message into `room` bytes at `bytes`; descriptors that came along (close-on-exec)
 * or -1. Returns the length (0: the other side is gone), SLUSS_EBUSY, SLUSS_EPROTOCOL (too
 * long), SLUSS_EIO. */
int wire_receive(int socket, void *bytes, size_t room, int fds[2]);

#endif
