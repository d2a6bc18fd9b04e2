/* store.h -- the durable state: deliveries, their findings, and the transactions around them
 *
 * SQLite in WAL mode with synchronous=FULL: what store_commit returned 0 for survives a power
 * cut. Several processes may have the store open (intake and outbound do); each handle is for
 * one thread. The modules items.h, outbox.h, queue.h and audit.h work on the same handle and
 * inside the same transaction.
 *
 * Invariant of the whole program: everything that leaves the machine (a mail, a queue entry)
 * is a row written in the same transaction as the verdict that caused it. A crash repeats a
 * step; it never loses or doubles a delivery.
 */
#ifndef SLUSS_STORE_STORE_H
#define SLUSS_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/arena.h"
#include "model/buf.h"
#include "model/delivery.h"
#include "model/finding.h"
#include "model/span.h"

struct store;

/* Open (and create or migrate) STATE_DIR/sluss.db; loads or makes STATE_DIR/secret.key.
 * 0 and *out; SLUSS_EIO, SLUSS_EFULL, SLUSS_EDENIED, SLUSS_ECORRUPT (not our database, or a
 * newer schema than this program's) with a sentence for the administrator in `error`. */
int store_open(const char *state_dir, struct buf *error, struct store **out);
/* For a store that is thrown away: nothing waits for the disk any more. */
int store_forget_durability(struct store *store);
void store_close(struct store **store); /* rolls back what is open */

/* Group commit. store_begin does nothing when a transaction is open; every writing function
 * here and in the sibling modules begins one by itself. The caller decides when to commit.
 * store_commit: 0 (also when nothing was open); SLUSS_EFULL, SLUSS_ESYNC, SLUSS_EIO: nothing
 * of the transaction happened and it was rolled back. SLUSS_EBUSY after 10 s of waiting. */
int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);
bool store_in_transaction(const struct store *store);

/* A part of a transaction that happens whole or not at all, so that one delivery's mishap takes
 * back nothing of the others that share the commit. Begins a transaction when none is open; not
 * to be nested. Each begun part is ended by one of the other two; store_part_undo leaves the
 * transaction open (a doomed one stays doomed). */
int store_part_begin(struct store *store);
int store_part_keep(struct store *store);
void store_part_undo(struct store *store);

/* What SQLite said last, for a log line. */
const char *store_message(const struct store *store);

/* The site's secret key (32 bytes) behind all keyed hashes. */
const uint8_t *store_secret(const struct store *store);

/* The latest time this store has seen, so that ids and audit keep their order when the clock
 * is set back. */
int64_t store_latest_us(struct store *store);

/* --- a file's identity in the inbox ------------------------------------------------------ */

/* Enough to know that two looks at a name saw the same unchanged file. */
struct file_identity {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t mtime_ns;
    int64_t ctime_ns;
};

/* Files that were taken by copy and could not be removed from the inbox: never taken again
 * while they stay the same. */
int store_taken_add(struct store *store, const char *unit, struct span file,
                    const struct file_identity *identity, const char *delivery_id);
/* 1 when this very file was taken, 0 when not, or an error. */
int store_taken_has(struct store *store, const char *unit, struct span file,
                    const struct file_identity *identity);

/* --- deliveries -------------------------------------------------------------------------- */

/* A new delivery in state `arriving`, with an id that is free (received_us, or the next free
 * microsecond). Fills out->row, id, unit, file (pointing at the caller's span), state and
 * received_us. SLUSS_EIO and so on. */
int store_delivery_arrive(struct store *store, const char *unit, struct span file,
                          int64_t received_us, const struct file_identity *identity,
                          struct delivery *out);

/* Change the state; SLUSS_ECONFLICT when the present state does not allow it (the check and
 * the change are one statement), SLUSS_ENOTFOUND. */
int store_delivery_become(struct store *store, int64_t row, enum delivery_state to, int64_t now_us);

/* The identity the file had in its inbox. 0, SLUSS_ENOTFOUND. */
int store_delivery_identity(struct store *store, int64_t row, struct file_identity *out);

/* An arrival that never happened (the file was not in the spool after a crash): the row of a
 * delivery in state `arriving` is removed. */
int store_delivery_forget(struct store *store, int64_t row);

/* The judgement, all at once: verdict, state, figures, findings (replacing earlier ones) and
 * the content digest (16 bytes, null for none). */
struct judgement {
    enum verdict verdict;
    enum delivery_state state;
    const struct summary *summary;
    const struct finding_list *findings;
    double score; /* weight of the findings, see delivery.h */
    double odds;
    const uint8_t *content_digest;
    bool technical; /* held or rejected for its form alone: may come again */
    int64_t decided_us;
};
int store_delivery_judge(struct store *store, int64_t row, const struct judgement *judgement);

/* By id, or by an unambiguous beginning of one. Strings go into the arena. 0,
 * SLUSS_ENOTFOUND, or SLUSS_ECONFLICT when several begin so. */
int store_delivery_get(struct store *store, struct span id, struct arena *arena,
                       struct delivery *out);
int store_delivery_by_row(struct store *store, int64_t row, struct arena *arena,
                          struct delivery *out);

/* Oldest first. The callback's delivery is valid during the call; it returns 0 to go on or a
 * negative code that ends the listing and is returned. */
struct delivery_filter {
    int state;            /* -1: any; STATE_ACCEPTED also finds released, queued, delivered */
    const char *unit;     /* null: any; "heby" alone finds all units of the partner */
    int64_t since_us;     /* received at or after */
    const char *after_id; /* null, or continue behind this id */
    unsigned limit;       /* 0: no limit */
    bool newest_first;
};
typedef int (*delivery_visitor)(void *context, const struct delivery *delivery);
int store_delivery_list(struct store *store, const struct delivery_filter *filter,
                        delivery_visitor visit, void *context);

/* A finding as stored: its sentence in both languages, its evidence as JSON text. */
struct stored_finding {
    const char *check;
    enum finding_level level;
    double weight;
    uint64_t record;
    const char *text_en;
    const char *text_sv;
    const char *evidence;
};
typedef int (*finding_visitor)(void *context, const struct stored_finding *finding);
int store_findings(struct store *store, int64_t row, finding_visitor visit, void *context);

/* The operator's word on a held delivery, kept beside it. */
int store_decision_add(struct store *store, int64_t row, const char *what, const char *operator_,
                       struct span reason, int64_t now_us);
/* How many different operators said `what` of it (for units that need two). */
int store_decision_count(struct store *store, int64_t row, const char *what);

/* Deliveries by state, for status and conservation; unit null: all. */
int store_count_states(struct store *store, const char *unit, uint64_t counts[STATE_COUNT]);

#endif
