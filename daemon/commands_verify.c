/* commands_verify.c -- conservation: what ever arrived is waiting, held, accepted or rejected
 *
 * Three walks, in steps short enough that no delivery waits for them:
 *   1. every delivery's original lies in the spool and has the bytes its row says, by hash
 *   2. every original in the spool has a row
 *   3. every delivery that the audit trail gives a verdict has a row
 * What does not fit is named, one row each; the counts come last.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/commands_part.h"
#include "model/error.h"
#include "store/audit.h"

#define PAGE_ROWS  32
#define PIECE      (256 * 1024)
#define STEP_COST  (2 * 1024 * 1024) /* bytes read in one step */
#define VISIT_COST (32 * 1024)       /* what looking at a name costs, in bytes read */

enum walk { WALK_DELIVERIES = 0, WALK_SPOOL, WALK_TRAIL, WALK_END };

struct suspect {
    char id[DELIVERY_ID_SIZE];
    char unit[UNIT_KEY_MAX];
    char file[FILE_NAME_MAX + 1];
    enum delivery_state state;
    uint8_t blake2b[32];
};

struct verify_job {
    struct command_job job;
    enum walk walk;
    int64_t cost; /* of this step so far */
    struct suspect page[PAGE_ROWS];
    unsigned n, at;
    char after[DELIVERY_ID_SIZE];
    int64_t after_sequence;
    bool last_page;
    int fd; /* the original being hashed, or -1 */
    crypto_generichash_state hash;
    DIR *spool;
    char *piece;
    uint64_t states[STATE_COUNT];
    uint64_t hashed, bytes, problems;
};

static void verify_job_release(struct command_job *base)
{
    struct verify_job *job = (struct verify_job *)base;

    if (job->fd >= 0)
        close(job->fd);
    if (job->spool)
        closedir(job->spool);
    free(job->piece);
    free(job);
}

static struct verify_job *verify_job_new(void)
{
    struct verify_job *job = calloc(1, sizeof *job);

    if (!job)
        return NULL;
    job->job.release = verify_job_release;
    job->fd = -1;
    job->piece = malloc(PIECE);
    if (!job->piece) {
        verify_job_release(&job->job);
        return NULL;
    }
    return job;
}

/* One row for something that does not fit. `suspect` has at least an id. */
static int problem(struct command_call *call, struct verify_job *job,
                   const struct suspect *suspect, const char *what, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static int problem(struct command_call *call, struct verify_job *job,
                   const struct suspect *suspect, const char *what, const char *format, ...)
{
    struct json j;
    struct buf text;
    va_list args;

    buf_init(&text, 4096);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    row_begin(call, &j);
    json_cstr(&j, "delivery", suspect->id);
    json_cstr(&j, "unit", suspect->unit[0] ? suspect->unit : NULL);
    json_text(&j, "file", suspect->file[0] ? span_str(suspect->file) : SPAN_NONE);
    json_cstr(&j, "state", suspect->unit[0] ? state_name(suspect->state) : NULL);
    json_cstr(&j, "problem", what);
    json_text(&j, "text", buf_view(&text));
    row_end(call, &j);
    buf_free(&text);
    job->problems++;
    return buf_error(call->out);
}

/* --- the first walk: rows, and their originals --- */

static int keep_delivery(void *context, const struct delivery *delivery)
{
    struct verify_job *job = context;
    struct suspect *suspect = &job->page[job->n++];
    size_t n = delivery->file.n < FILE_NAME_MAX ? delivery->file.n : FILE_NAME_MAX;

    memset(suspect, 0, sizeof *suspect);
    memcpy(suspect->id, delivery->id, sizeof suspect->id);
    memcpy(suspect->unit, delivery->unit, sizeof suspect->unit);
    if (n)
        memcpy(suspect->file, delivery->file.p, n);
    suspect->state = delivery->state;
    memcpy(suspect->blake2b, delivery->summary.blake2b, sizeof suspect->blake2b);
    memcpy(job->after, delivery->id, sizeof job->after);
    return job->n < PAGE_ROWS ? SLUSS_OK : SLUSS_ESTOP;
}

static int next_deliveries(struct command_call *call, struct verify_job *job)
{
    struct delivery_filter filter = {
        .state = -1, .after_id = job->after[0] ? job->after : NULL, .limit = PAGE_ROWS};
    char after[DELIVERY_ID_SIZE];
    int error;

    memcpy(after, job->after, sizeof after); /* the walk moves job->after */
    filter.after_id = after[0] ? after : NULL;
    job->n = job->at = 0;
    error = store_delivery_list(call->intake->store, &filter, keep_delivery, job);
    if (error != SLUSS_OK && error != SLUSS_ESTOP)
        return error;
    if (job->n == 0)
        job->walk = WALK_SPOOL;
    return SLUSS_OK;
}

static bool has_hash(const struct suspect *suspect)
{
    return !sodium_is_zero(suspect->blake2b, sizeof suspect->blake2b);
}

/* Begin with a delivery: count it and open its original. */
static int begin_suspect(struct command_call *call, struct verify_job *job,
                         const struct suspect *suspect)
{
    int fd;

    job->states[suspect->state]++;
    job->cost += VISIT_COST;
    if (suspect->state == STATE_ARRIVING)
        return SLUSS_OK; /* not yet ours; or ours in a moment */
    fd = spool_open_original(call->intake->spool, suspect->id);
    if (fd == SLUSS_ENOTFOUND)
        return problem(call, job, suspect, "missing", "The original is not in the spool.");
    if (fd < 0)
        return problem(call, job, suspect, "unreadable", "The original cannot be read: %s.",
                       sluss_error_text(fd));
    if (!has_hash(suspect)) { /* never read to its end: there is nothing to compare with */
        close(fd);
        return SLUSS_OK;
    }
    job->fd = fd;
    crypto_generichash_init(&job->hash, NULL, 0, sizeof suspect->blake2b);
    return SLUSS_OK;
}

/* The whole original went through the hash. */
static int end_suspect(struct command_call *call, struct verify_job *job,
                       const struct suspect *suspect)
{
    uint8_t found[32];

    close(job->fd);
    job->fd = -1;
    crypto_generichash_final(&job->hash, found, sizeof found);
    job->hashed++;
    if (sodium_memcmp(found, suspect->blake2b, sizeof found) == 0)
        return SLUSS_OK;
    return problem(call, job, suspect, "changed",
                   "The original is not what arrived: its hash differs.");
}

static int hash_piece(struct command_call *call, struct verify_job *job,
                      const struct suspect *suspect)
{
    ssize_t n = read(job->fd, job->piece, PIECE);
    int error = errno;

    if (n < 0 && error == EINTR)
        return SLUSS_OK;
    if (n > 0) {
        crypto_generichash_update(&job->hash, (const uint8_t *)job->piece, (size_t)n);
        job->cost += n;
        job->bytes += (uint64_t)n;
        return SLUSS_OK;
    }
    if (n == 0)
        return end_suspect(call, job, suspect);
    close(job->fd);
    job->fd = -1;
    return problem(call, job, suspect, "unreadable", "The original cannot be read: %s.",
                   strerror(error));
}

static int walk_deliveries(struct command_call *call, struct verify_job *job)
{
    if (job->fd >= 0)
        return hash_piece(call, job, &job->page[job->at - 1]);
    if (job->at < job->n) {
        job->at++;
        return begin_suspect(call, job, &job->page[job->at - 1]);
    }
    return next_deliveries(call, job);
}

/* --- the other two: names that should have a row --- */

/* Is there a row of this id? 1, 0, or an error. */
static int has_row(struct command_call *call, struct verify_job *job, const char *id)
{
    struct delivery delivery;
    struct arena *arena = arena_new(16 * 1024);
    int error =
        arena ? store_delivery_get(call->intake->store, span_str(id), arena, &delivery)
              : SLUSS_ENOMEM;

    arena_free(&arena);
    job->cost += VISIT_COST;
    if (error == SLUSS_ENOTFOUND)
        return 0;
    return error == SLUSS_OK ? 1 : error;
}

static int expect_row(struct command_call *call, struct verify_job *job, const char *id,
                      const char *text)
{
    struct suspect suspect = {0};
    int found = has_row(call, job, id);

    if (found != 0)
        return found < 0 ? found : SLUSS_OK;
    snprintf(suspect.id, sizeof suspect.id, "%s", id);
    return problem(call, job, &suspect, "unknown", "%s", text);
}

static int walk_spool(struct command_call *call, struct verify_job *job)
{
    const struct dirent *entry;
    int fd;

    if (!job->spool) {
        fd = openat(spool_directory(call->intake->spool), ".",
                    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        job->spool = fd >= 0 ? fdopendir(fd) : NULL;
        if (!job->spool) {
            if (fd >= 0)
                close(fd);
            return SLUSS_EIO;
        }
    }
    entry = readdir(job->spool);
    if (!entry) {
        job->walk = WALK_TRAIL;
        return SLUSS_OK;
    }
    job->cost += 256;
    if (!delivery_id_valid(span_str(entry->d_name)))
        return SLUSS_OK;
    return expect_row(call, job, entry->d_name,
                      "An original lies in the spool that no delivery belongs to.");
}

static int keep_named(void *context, const struct audit_row *row)
{
    struct verify_job *job = context;

    job->after_sequence = row->sequence;
    job->last_page = false;
    if (strcmp(row->event, "verdict") == 0 && row->delivery_id)
        snprintf(job->page[job->n++].id, DELIVERY_ID_SIZE, "%s", row->delivery_id);
    return SLUSS_OK;
}

static int walk_trail(struct command_call *call, struct verify_job *job)
{
    struct audit_filter filter = {.after_sequence = job->after_sequence, .limit = PAGE_ROWS};
    int error;

    job->n = 0;
    job->last_page = true; /* until a row is seen */
    job->cost += VISIT_COST;
    error = audit_list(call->intake->store, &filter, keep_named, job);
    for (unsigned i = 0; error == SLUSS_OK && i < job->n; i++)
        error = expect_row(call, job, job->page[i].id,
                           "The trail names a delivery that the store does not have.");
    if (job->last_page)
        job->walk = WALK_END;
    return error;
}

/* --- together --- */

static void counts_row(struct command_call *call, const struct verify_job *job)
{
    const uint64_t *states = job->states;
    uint64_t arrived = 0;
    struct json j;

    for (int i = 0; i < STATE_COUNT; i++)
        arrived += states[i];
    row_begin(call, &j);
    json_uint(&j, "arrived", arrived);
    json_uint(&j, "waiting", states[STATE_ARRIVING] + states[STATE_CHECKING]);
    json_uint(&j, "held", states[STATE_HELD]);
    json_uint(&j, "accepted", states[STATE_ACCEPTED] + states[STATE_RELEASED] +
                                  states[STATE_QUEUED] + states[STATE_DELIVERED] +
                                  states[STATE_RECALLED]);
    json_uint(&j, "rejected", states[STATE_REJECTED]);
    json_uint(&j, "hashed", job->hashed);
    json_uint(&j, "bytes", job->bytes);
    json_uint(&j, "problems", job->problems);
    row_end(call, &j);
}

enum command_progress command_verify(struct command_call *call)
{
    static int (*const walks[])(struct command_call *, struct verify_job *) = {
        [WALK_DELIVERIES] = walk_deliveries,
        [WALK_SPOOL] = walk_spool,
        [WALK_TRAIL] = walk_trail,
    };
    struct verify_job *job = (struct verify_job *)call->job;
    int error = SLUSS_OK;

    if (!job) {
        job = verify_job_new();
        if (!job)
            return answer_error(call, SLUSS_ENOMEM);
        call->job = &job->job;
    }
    for (job->cost = 0; error == SLUSS_OK && job->walk != WALK_END && job->cost < STEP_COST;)
        error = walks[job->walk](call, job);
    if (error != SLUSS_OK)
        return answer_error(call, error);
    if (job->walk != WALK_END)
        return COMMAND_MORE;
    counts_row(call, job);
    if (job->problems)
        return answer(call, CONTROL_NO, "%llu thing%s not add up",
                      (unsigned long long)job->problems, job->problems == 1 ? " does" : "s do");
    return answer(call, CONTROL_FINE, NULL);
}
