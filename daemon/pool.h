/* pool.h -- a small pool of workers, and the jobs waiting for one
 *
 * A worker that crashes, is killed, says something it may not, or is silent for longer than
 * worker-timeout is ended and replaced; its job is tried again in a fresh worker, JOB_TRIES
 * times in all, and then fails. A worker that is busy for long does not delay others: when
 * jobs wait and every worker has been at its job for POOL_PATIENCE_US, another is started,
 * up to POOL_EXTRA beyond the configured number, and ended when the rush is over.
 */
#ifndef SLUSS_DAEMON_POOL_H
#define SLUSS_DAEMON_POOL_H

#include "daemon/loop.h"
#include "daemon/wire.h"
#include "model/settings.h"

struct pool;
struct job;

#define JOB_TRIES 3
#define POOL_EXTRA 8
#define POOL_PATIENCE_US (200 * 1000)

/* What becomes of a job. Exactly one of done, probed and failed is the last call, after which
 * the job is gone. Every callback may submit or cancel other jobs. */
struct job_events {
    void *context;
    /* READ: in the order of the file. May return a negative code to have the job cancelled. */
    int (*item)(void *context, const struct item *item);
    int (*finding)(void *context, const struct finding *finding);
    /* The worker was lost; what came so far is void, the file is read from its beginning. */
    void (*again)(void *context);
    /* READ, HASH: with a summary; COPY, SYNC: null. */
    void (*done)(void *context, const struct summary *summary);
    void (*probed)(void *context, enum ending ending);
    /* SLUSS_ECLOSED: JOB_TRIES workers ended over it, `how` says by what ("signal 11",
     * "silent for 30 s"). Else what the system said (SLUSS_EIO, SLUSS_ESYNC, SLUSS_EFULL). */
    void (*failed)(void *context, int code, const char *how);
};

/* Starts the configured number of workers, which get the settings' layouts. The settings must
 * live until the next are given. 0, or why a first one could not be started. */
int pool_open(struct loop *loop, const struct settings *settings, struct pool **out);
/* Ends all workers; jobs vanish without a call. */
void pool_close(struct pool **pool);
/* New numbers and limits; workers of old settings end when they are next idle. */
void pool_reload(struct pool *pool, const struct settings *settings);

/* Queue a job. The descriptors are duplicated, `second` is -1 but for COPY and SYNC. The events are
 * copied. 0 and *out (may be null when the job is never to be cancelled); SLUSS_ENOMEM,
 * SLUSS_EIO (no descriptors left). */
int pool_submit(struct pool *pool, enum job_kind kind, int first, int second,
                const struct job_events *events, struct job **out);
/* The keys a READ is to verify seals with, straight after pool_submit. Copied, and wiped with
 * the job. */
void pool_seal(struct job *job, const struct seal_keys *keys);
/* Whose file a READ or PROBE looks at, straight after pool_submit: it may be of the layouts that
 * the unit lists, or of any where it lists no format. 0 or SLUSS_ENOMEM. */
int pool_unit(struct job *job, const char *unit);
/* Forget a job; no callback comes after this. A worker in the middle of it is replaced. */
void pool_cancel(struct pool *pool, struct job *job);

/* Workers alive, and jobs waiting for one. */
unsigned pool_workers(const struct pool *pool);
unsigned pool_waiting(const struct pool *pool);

#endif
