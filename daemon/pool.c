/* pool.c -- see pool.h */
#include "daemon/pool.h"

#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/process.h"
#include "model/error.h"

/* Messages handled for one worker before the loop sees to the others. */
#define MESSAGES_A_TURN 4
/* After a worker could not be started. */
#define START_PAUSE_US (1000 * 1000)

struct job {
    TAILQ_ENTRY(job) link; /* in pool->waiting while no worker has it */
    struct worker_handle *worker;
    enum job_kind kind;
    uint64_t number;
    int first;
    int second;
    int tries;
    char *unit; /* whose file it is; null: nobody's */
    struct job_events events;
    struct seal_keys seal;
};

struct worker_handle {
    LIST_ENTRY(worker_handle) link;
    struct pool *pool;
    pid_t pid;
    int socket;
    struct job *job;      /* null: idle, or ended */
    int64_t job_since_us; /* when it got its job */
    int64_t heard_us;     /* its last message, or its job */
    bool greeted;
    bool outdated;         /* made for old settings: ends when idle */
    const char *ended_for; /* why we killed it; null: we did not */
    struct loop_source *io;
    struct loop_source *child;
};

struct pool {
    struct loop *loop;
    const struct settings *settings;
    int layouts; /* a file in memory with their texts (wire.h); -1: there are none */
    unsigned base;
    int64_t timeout_us;
    uint64_t memory;
    uint64_t next_number;
    unsigned workers;
    unsigned jobs_waiting;
    LIST_HEAD(, worker_handle) all;
    TAILQ_HEAD(job_queue, job) waiting;
    struct loop_source *timer; /* arranging: now, or at a silence, patience or pause */
    int64_t no_start_before_us;
    char *message;
};

/* Hand out jobs soon, but never inside somebody's callback. Not when idle: a long file keeps
 * the loop busy for minutes. */
static void arrange(struct pool *pool)
{
    loop_timer_set(pool->timer, 0);
}

/* --- jobs ------------------------------------------------------------------------------- */

static void job_free(struct job *job)
{
    if (job->first >= 0)
        close(job->first);
    if (job->second >= 0)
        close(job->second);
    sodium_memzero(&job->seal, sizeof job->seal);
    free(job->unit);
    free(job);
}

static void job_wait(struct pool *pool, struct job *job, bool in_front)
{
    job->worker = NULL;
    if (in_front)
        TAILQ_INSERT_HEAD(&pool->waiting, job, link);
    else
        TAILQ_INSERT_TAIL(&pool->waiting, job, link);
    pool->jobs_waiting++;
    arrange(pool);
}

static struct job *job_next(struct pool *pool)
{
    struct job *job = TAILQ_FIRST(&pool->waiting);
    if (job) {
        TAILQ_REMOVE(&pool->waiting, job, link);
        pool->jobs_waiting--;
    }
    return job;
}

/* Take the job from its worker: the last callback is about to be made. */
static void job_detach(struct job *job)
{
    if (job->worker)
        job->worker->job = NULL;
    job->worker = NULL;
}

static void job_fail(struct job *job, int code, const char *how)
{
    job_detach(job);
    job->events.failed(job->events.context, code, how);
    job_free(job);
}

/* --- workers ---------------------------------------------------------------------------- */

static void worker_kill(struct worker_handle *w, const char *reason)
{
    if (!w->ended_for)
        w->ended_for = reason;
    loop_io_set(w->io, 0); /* whatever it still says does not count */
    kill(w->pid, SIGKILL);
}

static void describe_end(const struct worker_handle *w, int status, char *out, size_t size)
{
    if (w->ended_for)
        snprintf(out, size, "%s", w->ended_for);
    else if (WIFSIGNALED(status))
        snprintf(out, size, "signal %d", WTERMSIG(status));
    else
        snprintf(out, size, "exit status %d", WEXITSTATUS(status));
}

static void worker_message(struct worker_handle *w, struct span message);

/* What it managed to say before it ended may hold its job's result. */
static void worker_drain(struct worker_handle *w)
{
    while (!w->ended_for) {
        int n = wire_receive(w->socket, w->pool->message, WIRE_MESSAGE_MAX, NULL);
        if (n <= 0)
            return;
        worker_message(w, span_of(w->pool->message, (size_t)n));
    }
}

static void worker_free(struct worker_handle *w)
{
    LIST_REMOVE(w, link);
    w->pool->workers--;
    loop_source_free(&w->io);
    loop_source_free(&w->child);
    close(w->socket);
    free(w);
}

static void on_child_end(void *context, pid_t pid, int status)
{
    struct worker_handle *w = context;
    struct pool *pool = w->pool;
    worker_drain(w);
    struct job *job = w->job;
    char how[64];
    describe_end(w, status, how, sizeof how);
    if (job || !w->ended_for) /* one ended while idle, by our own wish, is no event */
        log_text(LOG_LEVEL_WARNING, "worker-ended", "worker %d ended: %s", (int)pid, how);
    if (job)
        job_detach(job);
    worker_free(w);
    if (job && ++job->tries >= JOB_TRIES) {
        job_fail(job, SLUSS_ECLOSED, how);
    } else if (job) {
        if (job->events.again)
            job->events.again(job->events.context);
        job_wait(pool, job, true);
    }
    arrange(pool);
}

static int take_items(struct worker_handle *w, struct span message)
{
    uint64_t last = 0;
    while (message.n > 0 && w->job) {
        struct item item;
        if (wire_get_item(&message, &item) != 0 || item.record < last)
            return SLUSS_EPROTOCOL;
        last = item.record;
        const struct job_events *events = &w->job->events;
        if (!events->item || events->item(events->context, &item) != 0)
            return SLUSS_ESTOP;
    }
    return 0;
}

static int take_finding(struct worker_handle *w, struct span message)
{
    struct finding finding;
    const struct job_events *events = &w->job->events;
    if (wire_get_finding(&message, &finding) != 0 || !events->finding)
        return SLUSS_EPROTOCOL;
    return events->finding(events->context, &finding) == 0 ? 0 : SLUSS_ESTOP;
}

static int take_done(struct worker_handle *w, struct span message)
{
    struct job *job = w->job;
    struct summary summary;
    bool with_summary = job->kind == JOB_READ || job->kind == JOB_HASH;
    if (job->kind == JOB_PROBE || (with_summary && wire_get_summary(&message, &summary) != 0))
        return SLUSS_EPROTOCOL;
    job_detach(job);
    job->events.done(job->events.context, with_summary ? &summary : NULL);
    job_free(job);
    return 0;
}

static int take_probed(struct worker_handle *w, int32_t code)
{
    struct job *job = w->job;
    if (job->kind != JOB_PROBE || code < ENDING_UNKNOWN || code > ENDING_CUT)
        return SLUSS_EPROTOCOL;
    job_detach(job);
    job->events.probed(job->events.context, (enum ending)code);
    job_free(job);
    return 0;
}

static int take_message(struct worker_handle *w, const struct wire_head *head, struct span message)
{
    if (head->type == WIRE_HELLO) {
        if (w->greeted || head->code != WIRE_VERSION)
            return SLUSS_EPROTOCOL;
        w->greeted = true;
        return 0;
    }
    if (!w->greeted || !w->job || head->number != w->job->number)
        return SLUSS_EPROTOCOL;
    switch ((enum wire_type)head->type) {
    case WIRE_ITEMS:
        return take_items(w, message);
    case WIRE_FINDING:
        return take_finding(w, message);
    case WIRE_PROGRESS:
        return 0;
    case WIRE_DONE:
        return take_done(w, message);
    case WIRE_PROBED:
        return take_probed(w, head->code);
    case WIRE_FAILED:
        if (head->code >= 0)
            return SLUSS_EPROTOCOL;
        job_fail(w->job, head->code, sluss_error_text(head->code));
        return 0;
    default:
        return SLUSS_EPROTOCOL;
    }
}

static void worker_message(struct worker_handle *w, struct span message)
{
    struct wire_head head;
    int rc = wire_get_head(&message, &head);
    if (rc == 0)
        rc = take_message(w, &head, message);
    w->heard_us = loop_now_us(w->pool->loop);
    if (rc == SLUSS_EPROTOCOL)
        worker_kill(w, "a message it may not send");
    else if (rc == SLUSS_ESTOP && w->job)
        pool_cancel(w->pool, w->job);
}

static void on_worker_ready(void *context, int fd, uint32_t revents)
{
    struct worker_handle *w = context;
    (void)fd;
    (void)revents;
    for (int i = 0; i < MESSAGES_A_TURN && !w->ended_for; i++) {
        int n = wire_receive(w->socket, w->pool->message, WIRE_MESSAGE_MAX, NULL);
        if (n == SLUSS_EBUSY)
            return;
        if (n <= 0) {
            /* Gone, or talking nonsense; on_child_end does the rest. */
            loop_io_set(w->io, 0);
            if (n < 0)
                worker_kill(w, "a message it may not send");
            return;
        }
        worker_message(w, span_of(w->pool->message, (size_t)n));
        if (!w->job) {
            arrange(w->pool);
            return;
        }
    }
}

/* The first message of all, where there are layouts; it is not answered. */
static int send_layouts(const struct pool *pool, int socket)
{
    const struct wire_job message = {.version = WIRE_VERSION, .kind = JOB_LAYOUTS};
    if (pool->layouts < 0)
        return 0;
    return wire_send(socket, span_of((const char *)&message, sizeof message), pool->layouts, -1);
}

static int worker_start(struct pool *pool)
{
    struct worker_handle *w = calloc(1, sizeof *w);
    if (!w)
        return SLUSS_ENOMEM;
    char memory[24];
    snprintf(memory, sizeof memory, "%llu", (unsigned long long)pool->memory);
    int rc = process_start("--worker", (const char *const[]){memory, NULL}, &w->pid, &w->socket);
    if (rc) {
        free(w);
        return rc;
    }
    w->pool = pool;
    w->heard_us = loop_now_us(pool->loop);
    LIST_INSERT_HEAD(&pool->all, w, link);
    pool->workers++;
    rc = loop_io(pool->loop, w->socket, POLLIN, on_worker_ready, w, &w->io);
    rc = rc ? rc : loop_child(pool->loop, w->pid, on_child_end, w, &w->child);
    rc = rc ? rc : send_layouts(pool, w->socket);
    if (rc) {
        loop_source_free(&w->child);
        kill(w->pid, SIGKILL);
        waitpid(w->pid, NULL, 0);
        worker_free(w);
    }
    return rc;
}

/* --- who does what ---------------------------------------------------------------------- */

static struct worker_handle *find_idle(struct pool *pool)
{
    struct worker_handle *w;
    LIST_FOREACH(w, &pool->all, link)
    {
        if (!w->job && !w->ended_for && !w->outdated)
            return w;
    }
    return NULL;
}

/* Bit i: layout i may be the file's. */
static uint64_t layouts_of(const struct pool *pool, const char *key)
{
    const struct unit_settings *unit = key ? settings_unit(pool->settings, key) : NULL;
    return unit ? layouts_agreed(pool->settings->layouts, &unit->formats) : 0;
}

static void give(struct worker_handle *w, struct job *job)
{
    struct wire_job message = {.version = WIRE_VERSION,
                               .kind = job->kind,
                               .number = job->number,
                               .layouts = layouts_of(w->pool, job->unit),
                               .seal = job->seal};
    job->worker = w;
    w->job = job;
    w->job_since_us = w->heard_us = loop_now_us(w->pool->loop);
    int rc = wire_send(w->socket, span_of((const char *)&message, sizeof message), job->first,
                       job->second);
    sodium_memzero(&message, sizeof message);
    if (rc != 0) /* it is ending; on_child_end puts the job back */
        worker_kill(w, "its socket was closed");
}

/* Busy, but not for so long that others should stop waiting for it. */
static unsigned count_brisk(struct pool *pool, int64_t now_us)
{
    unsigned n = 0;
    struct worker_handle *w;
    LIST_FOREACH(w, &pool->all, link)
    {
        if (!w->ended_for && (!w->job || now_us - w->job_since_us < POOL_PATIENCE_US))
            n++;
    }
    return n;
}

static bool may_start(struct pool *pool, int64_t now_us)
{
    if (now_us < pool->no_start_before_us)
        return false;
    if (pool->workers < pool->base)
        return true;
    return pool->jobs_waiting > 0 && pool->workers < pool->base + POOL_EXTRA &&
           count_brisk(pool, now_us) == 0;
}

static void start_missing(struct pool *pool, int64_t now_us)
{
    while (may_start(pool, now_us)) {
        int rc = worker_start(pool);
        if (rc != 0) {
            log_text(LOG_LEVEL_ERROR, "worker-start-failed",
                     "a worker could not be started: %s; trying again", sluss_error_text(rc));
            pool->no_start_before_us = now_us + START_PAUSE_US;
        } else if (pool->workers > pool->base) {
            return; /* one extra at a time: it takes the next job first */
        }
    }
}

/* End idle workers that are too many or too old. */
static void end_surplus(struct pool *pool)
{
    unsigned alive = 0;
    struct worker_handle *w;
    LIST_FOREACH(w, &pool->all, link)
    {
        alive += w->ended_for == NULL;
    }
    unsigned surplus = alive > pool->base ? alive - pool->base : 0;
    LIST_FOREACH(w, &pool->all, link)
    {
        if (w->job || w->ended_for || pool->jobs_waiting > 0)
            continue;
        if (w->outdated || surplus > 0) {
            worker_kill(w, "not needed");
            surplus -= surplus > 0;
        }
    }
}

static void end_silent(struct pool *pool, int64_t now_us)
{
    struct worker_handle *w;
    LIST_FOREACH(w, &pool->all, link)
    {
        if (w->job && !w->ended_for && now_us - w->heard_us >= pool->timeout_us)
            worker_kill(w, "silent for too long");
    }
}

/* When the timer must look again: a silence, somebody's patience, a pause. */
static int64_t next_look(struct pool *pool, int64_t now_us)
{
    int64_t at = INT64_MAX;
    struct worker_handle *w;
    LIST_FOREACH(w, &pool->all, link)
    {
        if (w->job && w->heard_us + pool->timeout_us < at)
            at = w->heard_us + pool->timeout_us;
    }
    if (pool->jobs_waiting > 0 && now_us + POOL_PATIENCE_US / 2 < at)
        at = now_us + POOL_PATIENCE_US / 2;
    if (pool->workers < pool->base && pool->no_start_before_us < at)
        at = pool->no_start_before_us;
    return at;
}

static void on_arrange(void *context, int64_t now_us)
{
    struct pool *pool = context;
    end_silent(pool, now_us);
    start_missing(pool, now_us);
    struct worker_handle *w;
    while (pool->jobs_waiting > 0 && (w = find_idle(pool)) != NULL)
        give(w, job_next(pool));
    end_surplus(pool);
    loop_timer_set(pool->timer, next_look(pool, now_us));
}

/* --- the pool --------------------------------------------------------------------------- */

static bool write_all(int file, const void *bytes, size_t n)
{
    for (const char *p = bytes; n > 0;) {
        ssize_t wrote = write(file, p, n);
        if (wrote < 0)
            return false;
        p += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

/* The layouts' texts as a file that lies nowhere, sealed: workers open no files. -1: none. */
static int layouts_file(const struct layouts *layouts)
{
    int file =
        layouts && layouts->n ? memfd_create("layouts", MFD_CLOEXEC | MFD_ALLOW_SEALING) : -1;
    for (size_t i = 0; file >= 0 && i < layouts->n; i++) {
        struct span text = layouts->of[i]->text;
        uint32_t n = (uint32_t)text.n;
        if (write_all(file, &n, sizeof n) && write_all(file, text.p, text.n))
            continue;
        close(file);
        file = -1;
    }
    if (file >= 0)
        fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    return file;
}

static bool same_layouts(const struct layouts *a, const struct layouts *b)
{
    size_t n = a ? a->n : 0;
    if (n != (b ? b->n : 0))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!span_eq(a->of[i]->text, b->of[i]->text))
            return false;
    return true;
}

static void take_settings(struct pool *pool, const struct settings *settings)
{
    if (!pool->settings || !same_layouts(pool->settings->layouts, settings->layouts)) {
        if (pool->layouts >= 0)
            close(pool->layouts);
        pool->layouts = layouts_file(settings->layouts);
    }
    pool->settings = settings;
    pool->base = (unsigned)settings->workers;
    pool->timeout_us = settings->worker_timeout_us;
    pool->memory = settings->worker_memory;
}

int pool_open(struct loop *loop, const struct settings *settings, struct pool **out)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return SLUSS_ENOMEM;
    pool->loop = loop;
    pool->layouts = -1;
    LIST_INIT(&pool->all);
    TAILQ_INIT(&pool->waiting);
    take_settings(pool, settings);
    pool->message = malloc(WIRE_MESSAGE_MAX);
    int rc = pool->message ? 0 : SLUSS_ENOMEM;
    rc = rc ? rc : loop_timer(loop, on_arrange, pool, &pool->timer);
    for (unsigned i = 0; !rc && i < pool->base; i++)
        rc = worker_start(pool);
    if (rc) {
        pool_close(&pool);
        return rc;
    }
    *out = pool;
    return 0;
}

void pool_close(struct pool **pool)
{
    struct pool *p = *pool;
    if (!p)
        return;
    struct worker_handle *w;
    while ((w = LIST_FIRST(&p->all)) != NULL) {
        if (w->job)
            job_free(w->job);
        kill(w->pid, SIGKILL);
        loop_source_free(&w->child);
        waitpid(w->pid, NULL, 0);
        worker_free(w);
    }
    struct job *job;
    while ((job = job_next(p)) != NULL)
        job_free(job);
    loop_source_free(&p->timer);
    if (p->layouts >= 0)
        close(p->layouts);
    free(p->message);
    free(p);
    *pool = NULL;
}

void pool_reload(struct pool *pool, const struct settings *settings)
{
    bool limits_changed = pool->memory != settings->worker_memory ||
                          !same_layouts(pool->settings->layouts, settings->layouts);
    take_settings(pool, settings);
    struct worker_handle *w;
    LIST_FOREACH(w, &pool->all, link)
    {
        if (limits_changed)
            w->outdated = true;
    }
    arrange(pool);
}

int pool_submit(struct pool *pool, enum job_kind kind, int first, int second,
                const struct job_events *events, struct job **out)
{
    assert(kind > 0 && kind < JOB_KIND_END && (second >= 0) == job_takes_two(kind));
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return SLUSS_ENOMEM;
    job->kind = kind;
    job->events = *events;
    job->number = ++pool->next_number;
    job->first = fcntl(first, F_DUPFD_CLOEXEC, CHILD_SOCKET + 1);
    job->second = second < 0 ? -1 : fcntl(second, F_DUPFD_CLOEXEC, CHILD_SOCKET + 1);
    if (job->first < 0 || (second >= 0 && job->second < 0)) {
        job_free(job);
        return SLUSS_EIO;
    }
    job_wait(pool, job, false);
    if (out)
        *out = job;
    return 0;
}

void pool_seal(struct job *job, const struct seal_keys *keys)
{
    job->seal = *keys;
}

int pool_unit(struct job *job, const char *unit)
{
    job->unit = strdup(unit);
    return job->unit ? 0 : SLUSS_ENOMEM;
}

void pool_cancel(struct pool *pool, struct job *job)
{
    if (job->worker) {
        struct worker_handle *w = job->worker;
        job_detach(job);
        worker_kill(w, "its job was cancelled");
    } else {
        TAILQ_REMOVE(&pool->waiting, job, link);
        pool->jobs_waiting--;
    }
    job_free(job);
}

unsigned pool_workers(const struct pool *pool)
{
    return pool->workers;
}

unsigned pool_waiting(const struct pool *pool)
{
    return pool->jobs_waiting;
}
