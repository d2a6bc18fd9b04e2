/* passage.h -- one delivery in hand: from the spool to its judgement
 *
 * Read by a worker; each item is written beside the original, remembered as keyed hashes and
 * counted again here, since a worker's word is not trusted; then compared with history in
 * steps, judged by the safeguards, and its judgement written with everything that follows from
 * it (receipts, queue entry, alert, audit) into the open transaction.
 */
#ifndef SLUSS_DAEMON_PASSAGE_H
#define SLUSS_DAEMON_PASSAGE_H

#include <sys/queue.h>

#include "daemon/intake.h"
#include "model/delivery.h"

enum passage_phase {
    PASSAGE_ARRIVING = 0, /* its row waits for the commit */
    PASSAGE_COPYING,      /* a worker copies it into the spool */
    PASSAGE_READING,      /* and then its bytes and items brought to the disk */
    PASSAGE_COMPARING,
    PASSAGE_JUDGED, /* its judgement waits for the commit */
};

struct passage;

struct passage_owner {
    void *context;
    /* There is something for a commit (READING: for one before long); or, COMPARING, for
     * passage_compare. */
    void (*advanced)(void *context, struct passage *passage);
    /* It cannot go on. SLUSS_ESYNC is final for the daemon; else the delivery stays as it is in
     * the store and is taken up again later. Not to be freed in this call. */
    void (*failed)(void *context, struct passage *passage, int code, const char *what);
};

/* The fields are the pipeline's to read and to link; passage.c alone changes what is below the
 * line. */
struct passage {
    TAILQ_ENTRY(passage) link;
    enum passage_phase phase;
    struct delivery delivery; /* file points at `name` */
    char name[FILE_NAME_MAX + 1];
    bool has_arrival;
    struct arrival arrival;
    struct job *job;
    bool failed; /* told to the owner; waits to be freed */
    /* --- */
    struct intake *intake;
    struct passage_owner owner;
    struct passage_work *work;
};

/* A passage for a delivery in the store; copies the name. Null without memory. */
struct passage *passage_new(struct intake *intake, const struct passage_owner *owner,
                            const struct delivery *delivery);
/* Cancels what runs. What is in the store stays as it is. */
void passage_free(struct passage **passage);

/* The original is in the spool and the row is `checking`: have it read. Problems come through
 * owner.failed, also from within this call. */
void passage_read(struct passage *passage);

/* Compare up to `most` items with history; judges when it is through. */
void passage_compare(struct passage *passage, unsigned most);

#endif
