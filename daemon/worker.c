/* worker.c -- see worker.h */
#include "daemon/worker.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "daemon/process.h"
#include "daemon/wire.h"
#include "model/error.h"
#include "parsers/reading.h"
#include "parsers/recognize.h"

#define PIECE (256 * 1024)
/* A file without items still shows that its reader is alive. */
#define PROGRESS_EVERY (8 * 1024 * 1024)

struct worker {
    struct arena *arena;    /* of the layouts */
    struct layouts layouts; /* as they were sent */
    uint64_t number;        /* of the job in hand */
    struct buf message;     /* the batch of items being filled; empty, or begun with its head */
    char *piece;
};

/* --- answers --------------------------------------------------------------------------- */

static int flush_items(struct worker *w)
{
    if (w->message.n == 0)
        return 0;
    int rc = wire_send(CHILD_SOCKET, buf_view(&w->message), -1, -1);
    buf_clear(&w->message);
    return rc;
}

static int answer(struct worker *w, enum wire_type type, int32_t code)
{
    int rc = flush_items(w);
    rc = rc ? rc : wire_put_head(&w->message, type, w->number, code);
    return rc ? rc : flush_items(w);
}

static int answer_summary(struct worker *w, const struct summary *summary)
{
    int rc = flush_items(w);
    rc = rc ? rc : wire_put_head(&w->message, WIRE_DONE, w->number, 0);
    rc = rc ? rc : wire_put_summary(&w->message, summary);
    return rc ? rc : flush_items(w);
}

static int on_item(void *context, const struct item *item)
{
    struct worker *w = context;
    int rc = 0;
    if (w->message.n == 0)
        rc = wire_put_head(&w->message, WIRE_ITEMS, w->number, 0);
    rc = rc ? rc : wire_put_item(&w->message, item);
    if (!rc && w->message.n >= WIRE_BATCH)
        rc = flush_items(w);
    return rc;
}

static int on_finding(void *context, const struct finding *finding)
{
    struct worker *w = context;
    int rc = flush_items(w);
    rc = rc ? rc : wire_put_head(&w->message, WIRE_FINDING, w->number, 0);
    rc = rc ? rc : wire_put_finding(&w->message, finding);
    return rc ? rc : flush_items(w);
}

/* --- jobs ------------------------------------------------------------------------------ */

/* Read all of `file` from its beginning in pieces. 0, an error of the system's, or what
 * `take` returned. */
static int each_piece(struct worker *w, int file, int (*take)(void *context, struct span bytes),
                      void *context)
{
    off_t at = 0;
    off_t told = 0;
    for (;;) {
        ssize_t n = pread(file, w->piece, PIECE, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SLUSS_EIO;
        if (n == 0)
            return 0;
        at += n;
        int rc = take(context, span_of(w->piece, (size_t)n));
        if (!rc && at - told >= PROGRESS_EVERY) {
            told = at;
            rc = answer(w, WIRE_PROGRESS, 0);
        }
        if (rc)
            return rc;
    }
}

static int push_reading(void *context, struct span bytes)
{
    return reading_push(context, bytes);
}

/* Those that the job may recognise. */
static struct layouts chosen_layouts(const struct worker *w, uint64_t chosen)
{
    struct layouts layouts = {0};
    for (size_t i = 0; i < w->layouts.n; i++)
        if (chosen >> i & 1)
            layouts.of[layouts.n++] = w->layouts.of[i];
    return layouts;
}

static int job_read(struct worker *w, int file, const struct wire_job *job)
{
    const struct layouts layouts = chosen_layouts(w, job->layouts);
    const struct sink sink = {.context = w, .item = on_item, .finding = on_finding};
    struct reading *reading = NULL;
    struct summary summary = {0};
    int rc = reading_open(NULL, &sink, &reading);
    if (!rc) {
        reading_seal(reading, &job->seal);
        reading_use_layouts(reading, &layouts);
    }
    rc = rc ? rc : each_piece(w, file, push_reading, reading);
    rc = rc ? rc : reading_finish(reading, &summary);
    reading_close(&reading);
    return rc ? answer(w, WIRE_FAILED, rc) : answer_summary(w, &summary);
}

static int synced(int file)
{
    return fsync(file) == 0 ? 0 : SLUSS_ESYNC;
}

struct hashing {
    crypto_generichash_state state;
    uint64_t size;
};

static int push_hash(void *context, struct span bytes)
{
    struct hashing *h = context;
    h->size += bytes.n;
    crypto_generichash_update(&h->state, (const unsigned char *)bytes.p, bytes.n);
    return 0;
}

static int job_hash(struct worker *w, int file)
{
    struct hashing h = {.size = 0};
    struct summary summary = {.format = "unknown"};
    crypto_generichash_init(&h.state, NULL, 0, sizeof summary.blake2b);
    int rc = each_piece(w, file, push_hash, &h);
    if (rc)
        return answer(w, WIRE_FAILED, rc);
    crypto_generichash_final(&h.state, summary.blake2b, sizeof summary.blake2b);
    summary.size = h.size;
    return answer_summary(w, &summary);
}

static int push_copy(void *context, struct span bytes)
{
    int out = *(const int *)context;
    while (bytes.n > 0) {
        ssize_t n = write(out, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sluss_error_from_errno(errno);
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return 0;
}

/* An earlier worker may have ended over this copy: what it wrote is void, and the descriptor's
 * position, which is shared, stands where it stopped. */
static int job_copy(struct worker *w, int file, int out)
{
    int rc =
        ftruncate(out, 0) == 0 && lseek(out, 0, SEEK_SET) == 0 ? 0 : sluss_error_from_errno(errno);
    rc = rc ? rc : each_piece(w, file, push_copy, &out);
    rc = rc ? rc : synced(out);
    return rc ? answer(w, WIRE_FAILED, rc) : answer(w, WIRE_DONE, 0);
}

/* The bytes must be on the disk before the row that names them says what they hold; waiting for
 * that here keeps the intake's loop free. */
static int job_sync(struct worker *w, int first, int second)
{
    int rc = synced(second);
    rc = rc ? rc : synced(first);
    return rc ? answer(w, WIRE_FAILED, rc) : answer(w, WIRE_DONE, 0);
}

static int job_probe(struct worker *w, int file, uint64_t chosen)
{
    _Static_assert(HEAD_MAX + TAIL_MAX <= PIECE, "head and tail share the piece's memory");
    struct stat st;
    ssize_t head = pread(file, w->piece, HEAD_MAX, 0);
    if (head < 0 || fstat(file, &st) != 0)
        return answer(w, WIRE_FAILED, SLUSS_EIO);
    off_t from = st.st_size > TAIL_MAX ? st.st_size - TAIL_MAX : 0;
    ssize_t tail = pread(file, w->piece + HEAD_MAX, TAIL_MAX, from);
    if (tail < 0)
        return answer(w, WIRE_FAILED, SLUSS_EIO);
    const struct layouts layouts = chosen_layouts(w, chosen);
    enum ending ending =
        recognize_ending_with(&layouts, span_of(w->piece, (size_t)head),
                              span_of(w->piece + HEAD_MAX, (size_t)tail), st.st_size <= HEAD_MAX);
    return answer(w, WIRE_PROBED, (int32_t)ending);
}

/* One layout from the front of *texts. They were proved by who sends them. */
static int take_layout(struct worker *w, struct span *texts)
{
    uint32_t n;
    struct buf errors;
    if (texts->n < sizeof n || w->layouts.n == LAYOUTS_MAX)
        return SLUSS_EPROTOCOL;
    memcpy(&n, texts->p, sizeof n);
    *texts = span_of(texts->p + sizeof n, texts->n - sizeof n);
    if (n > texts->n)
        return SLUSS_EPROTOCOL;
    buf_init(&errors, 64 * 1024);
    int rc = layout_parse(w->arena, span_of(texts->p, n), &errors, &w->layouts.of[w->layouts.n]);
    buf_free(&errors);
    *texts = span_of(texts->p + n, texts->n - n);
    w->layouts.n += rc == 0;
    return rc;
}

static int keep_bytes(void *context, struct span bytes)
{
    return buf_span(context, bytes);
}

static int job_layouts(struct worker *w, int file)
{
    struct buf texts;
    buf_init(&texts, WIRE_LAYOUTS_MAX);
    w->arena = arena_new(WIRE_LAYOUTS_MAX + LAYOUTS_MAX * LAYOUT_TABLES_MAX);
    int rc = w->arena ? each_piece(w, file, keep_bytes, &texts) : SLUSS_ENOMEM;
    struct span rest = buf_view(&texts);
    while (rc == 0 && rest.n)
        rc = take_layout(w, &rest);
    buf_free(&texts);
    return rc;
}

static int serve(struct worker *w, const struct wire_job *job, const int fds[2])
{
    if (job->version != WIRE_VERSION || job->seal.tests > SEAL_TESTS_MAX || fds[0] < 0 ||
        (job_takes_two(job->kind) && fds[1] < 0))
        return SLUSS_EPROTOCOL;
    w->number = job->number;
    switch (job->kind) {
    case JOB_PROBE:
        return job_probe(w, fds[0], job->layouts);
    case JOB_READ:
        return job_read(w, fds[0], job);
    case JOB_HASH:
        return job_hash(w, fds[0]);
    case JOB_COPY:
        return job_copy(w, fds[0], fds[1]);
    case JOB_SYNC:
        return job_sync(w, fds[0], fds[1]);
    case JOB_LAYOUTS:
        return w->arena ? SLUSS_EPROTOCOL : job_layouts(w, fds[0]);
    default:
        return SLUSS_EPROTOCOL;
    }
}

/* --- life ------------------------------------------------------------------------------ */

static void set_limits(uint64_t memory)
{
    const struct rlimit none = {0, 0};
    const struct rlimit files = {16, 16};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_NOFILE, &files);
#ifndef SLUSS_SANITIZED
    const struct rlimit space = {memory, memory};
    setrlimit(RLIMIT_AS, &space);
#else
    (void)memory; /* the sanitizer's shadow is terabytes of address space */
#endif
}

int worker_main(uint64_t memory)
{
    if (process_child_begin("slussd-worker") != 0 || sodium_init() < 0)
        return EXIT_FAILURE;
    set_limits(memory);
    struct worker w = {.piece = malloc(PIECE)};
    if (!w.piece)
        return EXIT_FAILURE;
    buf_init(&w.message, WIRE_MESSAGE_MAX);
    int rc = answer(&w, WIRE_HELLO, WIRE_VERSION);
    while (rc == 0) {
        struct wire_job job;
        int fds[2];
        int n = wire_receive(CHILD_SOCKET, &job, sizeof job, fds);
        if (n <= 0)
            break;
        rc = n == (int)sizeof job ? serve(&w, &job, fds) : SLUSS_EPROTOCOL;
        sodium_memzero(&job, sizeof job);
        for (int i = 0; i < 2; i++)
            if (fds[i] >= 0)
                close(fds[i]);
    }
    buf_free(&w.message);
    free(w.piece);
    arena_free(&w.arena);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
