/* pipeline.c -- see pipeline.h; the order on disk is that of claim.h */
#include "daemon/pipeline.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "daemon/claim.h"
#include "daemon/inbox.h"
#include "daemon/log.h"
#include "daemon/last_words.h"
#include "daemon/notify.h"
#include "daemon/passage.h"
#include "daemon/pool.h"
#include "model/error.h"
#include "store/queue.h"

/* A transaction is committed when the loop is idle, and at the latest after this long, so that
 * one long file's items never hold up another's verdict. */
#define COMMIT_LATEST_US (20 * 1000)
/* The items of one file are committed in these steps while it is read: the outbound process
 * waits for the write lock meanwhile, and the log must not grow with the file. */
#define ITEMS_LATEST_US (250 * 1000)
/* Items compared with history in one turn of the loop. */
#define COMPARE_STEP 2000
/* Rows of rejected files' items removed in one turn, and the pause between such turns. */
#define SWEEP_STEP     2000
#define SWEEP_PAUSE_US (50 * 1000)
/* After the store refused something: wait, then take everything up again. */
#define PAUSE_US (5 * SECOND_US)
/* A file that could not be moved out of its inbox is looked at again after this. */
#define CLAIM_AGAIN_US (5 * SECOND_US)

struct probe {
    TAILQ_ENTRY(probe) link;
    struct pipeline *pipeline;
    struct job *job;
    uint64_t ticket;
};

/* A pause that goes on is told again after this. */
#define TOLD_AGAIN_US (3600 * SECOND_US)

struct pipeline {
    struct intake *intake;
    struct passage_owner owner;
    unsigned active;
    bool stopped;
    bool pausing; /* the store refused: nothing is taken until `resume` fires */
    bool backlog; /* the store holds more unfinished deliveries than are in hand */
    bool committing;
    int64_t told_us; /* when operators were told of the pause; 0: not */
    bool spool_dirty;     /* files were made in it that the next commit will speak of */
    int64_t commit_by_us; /* when commit_latest fires; INT64_MAX = it is off */
    TAILQ_HEAD(passages, passage) passages;
    TAILQ_HEAD(, probe) probes;
    struct loop_source *commit_idle;
    struct loop_source *commit_latest;
    struct loop_source *step;   /* comparisons, and freeing what failed */
    struct loop_source *resume; /* the end of a pause */
    struct loop_source *ripen;  /* the end of the next cool-off */
    struct loop_source *sweep;  /* what is remembered is merged, a little at a time */
};

/* Never later than was asked before: a steady stream of wishes would put it off for ever. */
static void commit_within(struct pipeline *p, int64_t wait_us)
{
    int64_t at_us = loop_now_us(p->intake->loop) + wait_us;
    if (at_us >= p->commit_by_us)
        return;
    p->commit_by_us = at_us;
    loop_timer_set(p->commit_latest, at_us);
}

static void ask_commit(struct pipeline *p)
{
    loop_idle_ask(p->commit_idle);
    commit_within(p, COMMIT_LATEST_US);
}

static void ask_step(struct pipeline *p)
{
    loop_timer_set(p->step, 0);
}

static void drop(struct pipeline *p, struct passage *passage)
{
    TAILQ_REMOVE(&p->passages, passage, link);
    p->active--;
    if (passage->phase == PASSAGE_COPYING && passage->has_arrival)
        spool_drop_part(p->intake->spool, passage->delivery.id);
    passage_free(&passage);
    if (p->intake->inboxes && !p->stopped)
        inboxes_resume(p->intake->inboxes); /* there is room for one more */
}

/* --- the store refused ------------------------------------------------------------------- */

/* Everything in hand is let go: uncommitted arrivals are still in their inboxes, the rest is
 * found again in the store. */
static void abandon(struct pipeline *p)
{
    struct passage *passage;
    while ((passage = TAILQ_FIRST(&p->passages)) != NULL) {
        if (passage->has_arrival && p->intake->inboxes && !p->stopped)
            inboxes_look_again(p->intake->inboxes, passage->delivery.unit, passage->name, PAUSE_US);
        drop(p, passage);
    }
}

static void pause_all(struct pipeline *p, int code, const char *what)
{
    char text[200];
    snprintf(text, sizeof text, "%s: %s (%s); trying again in %d s", what, sluss_error_text(code),
             store_message(p->intake->store), (int)(PAUSE_US / SECOND_US));
    intake_error(p->intake, "intake-paused", text);
    store_rollback(p->intake->store);
    if (!p->told_us || loop_now_us(p->intake->loop) - p->told_us >= TOLD_AGAIN_US) {
        p->told_us = loop_now_us(p->intake->loop);
        last_words_leave(p->intake, "intake-paused", text);
    }
    p->pausing = true;
    abandon(p);
    loop_timer_set(p->resume, loop_now_us(p->intake->loop) + PAUSE_US);
}

/* A failed fsync cannot be repaired by another one: stop, and let a restart replay. */
static void stop_for_good(struct pipeline *p, const char *what)
{
    intake_error(p->intake, "sync-failed", what);
    store_rollback(p->intake->store);
    last_words_leave(p->intake, "sync-failed", what);
    pipeline_stop(p);
    loop_quit(p->intake->loop, SLUSS_ESYNC);
}

static void refused(struct pipeline *p, int code, const char *what)
{
    if (p->stopped || p->pausing)
        return;
    if (code == SLUSS_ESYNC)
        stop_for_good(p, what);
    else
        pause_all(p, code, what);
}

/* --- claiming, after the commit that wrote the rows --------------------------------------- */

static void on_copied(void *context, const struct summary *summary);
static void on_copy_failed(void *context, int code, const char *how);

static void start_copy(struct passage *passage)
{
    struct intake *intake = passage->intake;
    int part = spool_create_part(intake->spool, passage->delivery.id);
    int rc = part < 0 ? part : 0;
    const struct job_events events = {
        .context = passage, .done = on_copied, .failed = on_copy_failed};
    if (!rc)
        rc = pool_submit(intake->pool, JOB_COPY, passage->arrival.file, part, &events,
                         &passage->job);
    if (part >= 0)
        close(part);
    if (rc)
        refused(intake->pipeline, rc, "a file could not be copied into the spool");
    else
        passage->phase = PASSAGE_COPYING;
}

/* The store knows how far it is; from there it is taken up again. */
static void take_up_later(struct pipeline *p, struct passage *passage)
{
    drop(p, passage);
    loop_timer_set(p->resume, loop_now_us(p->intake->loop) + PAUSE_US);
}

/* It was never taken: its row goes, the inbox looks again. */
static void unclaim(struct pipeline *p, struct passage *passage, int64_t delay_us)
{
    int rc = store_delivery_forget(p->intake->store, passage->delivery.row);
    ask_commit(p);
    inboxes_look_again(p->intake->inboxes, passage->delivery.unit, passage->name, delay_us);
    drop(p, passage);
    if (rc)
        refused(p, rc, "an arrival could not be forgotten");
}

/* Step 2 for one file. True: it is in the spool now and wants its directories synced. */
static bool claim(struct pipeline *p, struct passage *passage)
{
    int error = 0;
    switch (claim_move(&passage->arrival, p->intake->spool, passage->delivery.id, &error)) {
    case CLAIM_MOVED:
        return true;
    case CLAIM_COPY:
        start_copy(passage);
        return false;
    case CLAIM_CHANGED:
        unclaim(p, passage, 0);
        return false;
    case CLAIM_FAILED:
        break;
    }
    if (error == SLUSS_EFULL || error == SLUSS_ESYNC) {
        refused(p, error, "a file could not be moved into the spool");
        return false;
    }
    LOG(LOG_LEVEL_ERROR, "claim-failed", {"unit", span_str(passage->delivery.unit)},
        {"file", passage->delivery.file}, {"why", span_str(sluss_error_text(error))});
    if (spool_has(p->intake->spool, passage->delivery.id) == 0)
        unclaim(p, passage, CLAIM_AGAIN_US);
    else /* it could not go back to the inbox; its row leads to it */
        take_up_later(p, passage);
    return false;
}

/* Step 5, and on to the reading. */
static void claimed(struct pipeline *p, struct passage *passage)
{
    int rc = store_delivery_become(p->intake->store, passage->delivery.row, STATE_CHECKING,
                                   loop_wall_us(p->intake->loop));
    if (rc) {
        refused(p, rc, "an arrival could not be noted");
        return;
    }
    passage->delivery.state = STATE_CHECKING;
    if (passage->has_arrival) {
        claim_marker(&passage->arrival);
        inboxes_taken(p->intake->inboxes, passage->delivery.unit, passage->name);
        arrival_close(&passage->arrival);
        passage->has_arrival = false;
    }
    LOG(LOG_LEVEL_INFO, "delivery-claimed", {"delivery", span_str(passage->delivery.id)},
        {"unit", span_str(passage->delivery.unit)}, {"file", passage->delivery.file});
    ask_commit(p);
    passage_read(passage);
}

/* Steps 2 to 5 for all arrivals whose rows have just become durable. One fsync of the spool
 * serves them all, one of an inbox all that came from it. */
static void claim_all(struct pipeline *p)
{
    struct passage *moved[PIPELINE_ACTIVE_MAX];
    unsigned n = 0;
    struct passage *passage, *next;
    for (passage = TAILQ_FIRST(&p->passages); passage && !p->pausing && !p->stopped;
         passage = next) {
        next = TAILQ_NEXT(passage, link);
        if (passage->phase == PASSAGE_ARRIVING && passage->has_arrival && claim(p, passage))
            moved[n++] = passage;
    }
    if (n == 0 || p->pausing || p->stopped)
        return;
    int rc = spool_sync(p->intake->spool);
    const char *synced = "";
    for (unsigned i = 0; i < n && !rc; i++) {
        if (strcmp(synced, moved[i]->delivery.unit) != 0)
            rc = claim_sync_directory(moved[i]->arrival.directory);
        synced = moved[i]->delivery.unit;
    }
    if (rc) {
        refused(p, rc, "the spool or an inbox could not be synced");
        return;
    }
    for (unsigned i = 0; i < n && !p->pausing && !p->stopped; i++)
        claimed(p, moved[i]);
}

/* Step 4: the copy is durable, the file may leave the inbox. 0 or an error of the store's. */
static int clear_inbox(struct pipeline *p, const char *unit, struct span file,
                       const struct arrival *arrival, const char *id)
{
    int rc = claim_unlink(arrival);
    if (rc == 0)
        return claim_sync_directory(arrival->directory);
    if (rc == SLUSS_ECONFLICT || rc == SLUSS_ENOTFOUND)
        return 0; /* another file has the name by now; it is none of ours */
    LOG(LOG_LEVEL_WARNING, "inbox-not-cleared", {"unit", span_str(unit)}, {"file", file},
        {"delivery", span_str(id)});
    return store_taken_add(p->intake->store, unit, file, &arrival->identity, id);
}

static void on_copied(void *context, const struct summary *summary)
{
    struct passage *passage = context;
    struct pipeline *p = passage->intake->pipeline;
    (void)summary;
    passage->job = NULL;
    if (!arrival_unchanged(&passage->arrival)) {
        unclaim(p, passage, 0); /* written to meanwhile; the copy goes */
        return;
    }
    int rc =
        spool_finish_part(p->intake->spool, passage->delivery.id, passage->arrival.identity.size);
    rc = rc ? rc : spool_sync(p->intake->spool);
    rc = rc ? rc
            : clear_inbox(p, passage->delivery.unit, passage->delivery.file, &passage->arrival,
                          passage->delivery.id);
    if (rc)
        refused(p, rc, "a copied file could not take its place in the spool");
    else
        claimed(p, passage);
}

static void on_copy_failed(void *context, int code, const char *how)
{
    struct passage *passage = context;
    struct pipeline *p = passage->intake->pipeline;
    passage->job = NULL;
    if (code == SLUSS_EFULL || code == SLUSS_ESYNC) {
        refused(p, code, how);
        return;
    }
    LOG(LOG_LEVEL_ERROR, "copy-failed", {"unit", span_str(passage->delivery.unit)},
        {"file", passage->delivery.file}, {"why", span_str(how)});
    unclaim(p, passage, CLAIM_AGAIN_US);
}

/* --- the commit --------------------------------------------------------------------------- */

static void log_verdict(const struct delivery *d)
{
    char items[24];
    snprintf(items, sizeof items, "%llu", (unsigned long long)d->summary.items);
    LOG(d->verdict == VERDICT_ACCEPTED ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE, "delivery-judged",
        {"delivery", span_str(d->id)}, {"unit", span_str(d->unit)}, {"file", d->file},
        {"verdict", span_str(verdict_name(d->verdict))}, {"format", span_str(d->summary.format)},
        {"items", span_str(items)});
}

static void finish_judged(struct pipeline *p)
{
    bool any = false;
    struct passage *passage, *next;
    for (passage = TAILQ_FIRST(&p->passages); passage; passage = next) {
        next = TAILQ_NEXT(passage, link);
        if (passage->phase != PASSAGE_JUDGED)
            continue;
        log_verdict(&passage->delivery);
        drop(p, passage);
        any = true;
    }
    if (!any)
        return;
    intake_poke(p->intake);
    loop_timer_set(p->ripen, 0);
    loop_timer_set(p->sweep, loop_now_us(p->intake->loop) + SWEEP_PAUSE_US);
    if (p->backlog && p->active < PIPELINE_ACTIVE_MAX / 2)
        pipeline_recover(p);
}

int pipeline_commit(struct pipeline *p)
{
    if (p->committing || !store_in_transaction(p->intake->store))
        return 0;
    p->committing = true;
    int rc = p->spool_dirty ? spool_sync(p->intake->spool) : 0;
    p->spool_dirty = false;
    rc = rc ? rc : store_commit(p->intake->store);
    p->commit_by_us = INT64_MAX;
    loop_timer_set(p->commit_latest, INT64_MAX);
    if (rc) {
        refused(p, rc, "a transaction could not be committed");
    } else if (!p->stopped) {
        finish_judged(p);
        claim_all(p);
    }
    p->committing = false;
    if (!p->stopped && store_in_transaction(p->intake->store))
        ask_commit(p);
    return rc;
}

static void on_commit_idle(void *context)
{
    pipeline_commit(context);
}

static void on_commit_latest(void *context, int64_t now_us)
{
    (void)now_us;
    pipeline_commit(context);
}

/* --- passages ----------------------------------------------------------------------------- */

static void on_advanced(void *context, struct passage *passage)
{
    struct pipeline *p = context;
    if (passage->phase == PASSAGE_READING) {
        commit_within(p, ITEMS_LATEST_US);
        return;
    }
    p->spool_dirty = true; /* its items stand there by now */
    ask_commit(p);
    if (passage->phase == PASSAGE_COMPARING)
        ask_step(p);
}

/* Freed in on_step: this call comes from inside the passage. */
static void on_passage_failed(void *context, struct passage *passage, int code, const char *what)
{
    struct pipeline *p = context;
    char text[200];
    snprintf(text, sizeof text, "%s: %s (%s); trying again in %d s", passage->delivery.id, what,
             sluss_error_text(code), (int)(PAUSE_US / SECOND_US));
    intake_error(p->intake, "delivery-stuck", text);
    if (code == SLUSS_ESYNC) {
        intake_error(p->intake, "sync-failed", what);
        last_words_leave(p->intake, "sync-failed", what);
        loop_quit(p->intake->loop, SLUSS_ESYNC);
        return;
    }
    ask_commit(p); /* what was written of others goes on; a doomed transaction ends here */
    ask_step(p);
}

static void on_step(void *context, int64_t now_us)
{
    struct pipeline *p = context;
    bool failed = false;
    struct passage *passage, *next;
    for (passage = TAILQ_FIRST(&p->passages); passage; passage = next) {
        next = TAILQ_NEXT(passage, link);
        if (passage->phase == PASSAGE_COMPARING && !passage->failed) {
            passage_compare(passage, COMPARE_STEP);
            ask_step(p);
        }
        failed = failed || passage->failed;
    }
    if (!failed)
        return;
    /* What failed is on record as it stands; a pause, then everything unfinished is taken up
     * again from the store. */
    for (passage = TAILQ_FIRST(&p->passages); passage; passage = next) {
        next = TAILQ_NEXT(passage, link);
        if (passage->failed)
            drop(p, passage);
    }
    loop_timer_set(p->resume, now_us + PAUSE_US);
}

static struct passage *take_in_hand(struct pipeline *p, const struct delivery *delivery)
{
    struct passage *passage = passage_new(p->intake, &p->owner, delivery);
    if (passage) {
        TAILQ_INSERT_TAIL(&p->passages, passage, link);
        p->active++;
    }
    return passage;
}

int pipeline_complete(void *context, struct arrival *arrival)
{
    struct pipeline *p = context;
    if (p->stopped || p->pausing || p->active >= PIPELINE_ACTIVE_MAX)
        return SLUSS_EBUSY;
    struct delivery delivery;
    int rc = store_delivery_arrive(p->intake->store, arrival->unit->key, span_str(arrival->name),
                                   arrival->received_us, &arrival->identity, &delivery);
    struct passage *passage = rc ? NULL : take_in_hand(p, &delivery);
    if (!passage) {
        refused(p, rc ? rc : SLUSS_ENOMEM, "an arrival could not be noted");
        return SLUSS_EBUSY;
    }
    passage->arrival = *arrival;
    passage->has_arrival = true;
    ask_commit(p);
    return 0;
}

void pipeline_trouble(void *context, const char *unit, const char *event, const char *text,
                      bool alert)
{
    struct pipeline *p = context;
    LOG(LOG_LEVEL_WARNING, event, {"unit", span_str(unit)}, {"text", span_str(text)});
    if (!p->stopped && strcmp(event, "inbox-back") == 0) {
        (void)notify_inbox_back(p->intake, unit);
        ask_commit(p);
    }
    if (!alert || p->stopped)
        return;
    (void)notify_trouble(p->intake, unit, event, text);
    ask_commit(p);
}

/* --- probes ------------------------------------------------------------------------------- */

static void probe_answer(struct probe *probe, enum ending ending)
{
    struct pipeline *p = probe->pipeline;
    uint64_t ticket = probe->ticket;
    TAILQ_REMOVE(&p->probes, probe, link);
    free(probe);
    inboxes_probed(p->intake->inboxes, ticket, ending);
}

static void on_probed(void *context, enum ending ending)
{
    probe_answer(context, ending);
}

/* The full reading will say what is wrong with it. */
static void on_probe_failed(void *context, int code, const char *how)
{
    (void)code;
    (void)how;
    probe_answer(context, ENDING_UNKNOWN);
}

int pipeline_probe(void *context, const char *unit, uint64_t ticket, int file)
{
    struct pipeline *p = context;
    struct probe *probe = p->stopped ? NULL : calloc(1, sizeof *probe);
    if (!probe)
        return SLUSS_EBUSY;
    probe->pipeline = p;
    probe->ticket = ticket;
    const struct job_events events = {
        .context = probe, .probed = on_probed, .failed = on_probe_failed};
    if (pool_submit(p->intake->pool, JOB_PROBE, file, -1, &events, &probe->job) != 0) {
        free(probe);
        return SLUSS_EBUSY;
    }
    if (pool_unit(probe->job, unit) != 0) {
        pool_cancel(p->intake->pool, probe->job);
        free(probe);
        return SLUSS_EBUSY;
    }
    TAILQ_INSERT_TAIL(&p->probes, probe, link);
    return 0;
}

/* --- after a crash, or a pause ------------------------------------------------------------ */

static bool in_hand(struct pipeline *p, const char *id)
{
    struct passage *passage;
    TAILQ_FOREACH(passage, &p->passages, link)
    {
        if (strcmp(passage->delivery.id, id) == 0)
            return true;
    }
    return false;
}

static int recover_one(void *context, const struct delivery *delivery)
{
    struct pipeline *p = context;
    if (in_hand(p, delivery->id))
        return 0;
    if (p->active >= PIPELINE_ACTIVE_MAX) {
        p->backlog = true;
        return SLUSS_ESTOP;
    }
    struct passage *passage = take_in_hand(p, delivery);
    if (!passage)
        return SLUSS_ENOMEM;
    /* Until it is known where its file is, it is in no phase that the commit looks for. */
    passage->phase = PASSAGE_COPYING;
    return 0;
}

/* Killed between copying and unlinking: the very same file may still lie in the inbox. */
static int finish_clearing(struct pipeline *p, struct passage *passage)
{
    const struct unit_settings *unit = settings_unit(p->intake->settings, passage->delivery.unit);
    struct arrival arrival = {.unit = unit, .file = -1};
    if (!unit ||
        store_delivery_identity(p->intake->store, passage->delivery.row, &arrival.identity) != 0)
        return 0;
    arrival.directory = open(unit->inbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (arrival.directory < 0) /* not there now; should it come back, so does the file */
        return store_taken_add(p->intake->store, unit->key, passage->delivery.file,
                               &arrival.identity, passage->delivery.id);
    memcpy(arrival.name, passage->name, sizeof arrival.name);
    int rc = clear_inbox(p, passage->delivery.unit, passage->delivery.file, &arrival,
                         passage->delivery.id);
    close(arrival.directory);
    return rc;
}

static int resume_passage(struct pipeline *p, struct passage *passage)
{
    int there = spool_has(p->intake->spool, passage->delivery.id);
    if (there < 0)
        return there;
    if (passage->delivery.state == STATE_ARRIVING) {
        if (!there) { /* never taken; the scan finds it in the inbox */
            int rc = store_delivery_forget(p->intake->store, passage->delivery.row);
            drop(p, passage);
            return rc;
        }
        int rc = spool_sync(p->intake->spool);
        rc = rc ? rc : finish_clearing(p, passage);
        if (!rc)
            claimed(p, passage);
        return rc;
    }
    if (!there) {
        LOG(LOG_LEVEL_ERROR, "original-missing", {"delivery", span_str(passage->delivery.id)});
        intake_error(p->intake, "original-missing",
                     "a delivery's file is not in the spool; see slussctl verify");
        drop(p, passage);
        return 0;
    }
    passage_read(passage);
    return 0;
}

int pipeline_recover(struct pipeline *p)
{
    p->backlog = false;
    struct passage *last = TAILQ_LAST(&p->passages, passages);
    const enum delivery_state unfinished[] = {STATE_ARRIVING, STATE_CHECKING};
    int rc = 0;
    for (int i = 0; i < 2 && !rc; i++) {
        const struct delivery_filter filter = {.state = (int)unfinished[i]};
        rc = store_delivery_list(p->intake->store, &filter, recover_one, p);
    }
    rc = rc == SLUSS_ESTOP ? 0 : rc;
    struct passage *passage = last ? TAILQ_NEXT(last, link) : TAILQ_FIRST(&p->passages);
    while (passage && !rc && !p->pausing && !p->stopped) {
        struct passage *next = TAILQ_NEXT(passage, link);
        rc = resume_passage(p, passage);
        passage = next;
    }
    if (rc)
        refused(p, rc, "an unfinished delivery could not be taken up");
    if (store_in_transaction(p->intake->store))
        ask_commit(p);
    return p->stopped ? SLUSS_ESYNC : 0;
}

static void on_resume(void *context, int64_t now_us)
{
    struct pipeline *p = context;
    (void)now_us;
    loop_timer_set(p->resume, INT64_MAX);
    p->pausing = false;
    pipeline_recover(p);
    if (p->told_us && !p->pausing && !p->stopped && last_words_take_up(p->intake) == 0)
        p->told_us = 0;
    if (p->intake->inboxes && !p->pausing && !p->stopped)
        inboxes_resume(p->intake->inboxes);
}

static void on_ripen(void *context, int64_t now_us)
{
    struct pipeline *p = context;
    int64_t wall_us = loop_wall_us(p->intake->loop);
    int64_t next_us = INT64_MAX;
    int n = queue_ripen(p->intake->store, wall_us, &next_us);
    if (n != 0) {
        ask_commit(p);
        if (pipeline_commit(p) == 0 && n > 0)
            intake_poke(p->intake);
    }
    if (n < 0) {
        loop_timer_set(p->ripen, now_us + PAUSE_US);
        return;
    }
    /* The wall clock may be set meanwhile: look at least once a minute while one is waiting. */
    int64_t wait_us = next_us - wall_us;
    if (next_us == INT64_MAX)
        loop_timer_set(p->ripen, INT64_MAX);
    else
        loop_timer_set(p->ripen, now_us + (wait_us < 60 * SECOND_US ? wait_us : 60 * SECOND_US));
}

static void on_sweep(void *context, int64_t now_us)
{
    struct pipeline *p = context;
    int more = 1;
    if (p->stopped || p->pausing) {
        more = 0;
    } else if (store_in_transaction(p->intake->store)) {
        ask_commit(p); /* a merge commits by itself, and nothing of others with it */
    } else {
        more = seen_tidy(p->intake->seen, SWEEP_STEP);
    }
    if (more < 0)
        refused(p, more, "the duplicate memory could not be merged");
    int64_t pause_us = more == 1 ? SWEEP_PAUSE_US : PAUSE_US;
    loop_timer_set(p->sweep, more == 0 ? INT64_MAX : now_us + pause_us);
}

void pipeline_ripen(struct pipeline *p)
{
    if (!p->stopped)
        loop_timer_set(p->ripen, 0);
}

/* --- life --------------------------------------------------------------------------------- */

void pipeline_reload(struct pipeline *p, const struct settings *settings)
{
    struct passage *passage;
    TAILQ_FOREACH(passage, &p->passages, link)
    {
        if (passage->has_arrival)
            passage->arrival.unit = settings_unit(settings, passage->delivery.unit);
    }
}

int pipeline_open(struct intake *intake, struct pipeline **out)
{
    struct pipeline *p = calloc(1, sizeof *p);
    if (!p)
        return SLUSS_ENOMEM;
    p->intake = intake;
    p->commit_by_us = INT64_MAX;
    p->owner =
        (struct passage_owner){.context = p, .advanced = on_advanced, .failed = on_passage_failed};
    TAILQ_INIT(&p->passages);
    TAILQ_INIT(&p->probes);
    struct loop *loop = intake->loop;
    int rc = loop_idle(loop, on_commit_idle, p, &p->commit_idle);
    rc = rc ? rc : loop_timer(loop, on_commit_latest, p, &p->commit_latest);
    rc = rc ? rc : loop_timer(loop, on_step, p, &p->step);
    rc = rc ? rc : loop_timer(loop, on_resume, p, &p->resume);
    rc = rc ? rc : loop_timer(loop, on_ripen, p, &p->ripen);
    rc = rc ? rc : loop_timer(loop, on_sweep, p, &p->sweep);
    if (rc) {
        pipeline_close(&p);
        return rc;
    }
    loop_timer_set(p->ripen, 0);
    loop_timer_set(p->sweep, 0);
    *out = p;
    return 0;
}

void pipeline_close(struct pipeline **pipeline)
{
    struct pipeline *p = *pipeline;
    if (!p)
        return;
    p->stopped = true;
    abandon(p);
    struct probe *probe;
    while ((probe = TAILQ_FIRST(&p->probes)) != NULL) {
        TAILQ_REMOVE(&p->probes, probe, link);
        pool_cancel(p->intake->pool, probe->job);
        free(probe);
    }
    loop_source_free(&p->commit_idle);
    loop_source_free(&p->commit_latest);
    loop_source_free(&p->step);
    loop_source_free(&p->resume);
    loop_source_free(&p->ripen);
    loop_source_free(&p->sweep);
    free(p);
    *pipeline = NULL;
}

void pipeline_stop(struct pipeline *p)
{
    if (p->stopped)
        return;
    p->stopped = true;
    store_commit(p->intake->store); /* what does not get there is found again at the start */
    abandon(p);
}

unsigned pipeline_active(const struct pipeline *p)
{
    return p->active;
}
