/* passage.c -- see passage.h */
#include "daemon/passage.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/pool.h"
#include "gate/assessment.h"
#include "model/error.h"
#include "model/json.h"
#include "store/audit.h"
#include "store/outbox.h"
#include "store/queue.h"

/* Findings and their texts: FINDINGS_MAX of them fit with room to spare. */
#define WORK_MEMORY (4u * 1024 * 1024)

/* What reading has gathered; thrown away whole when the file is read again. */
struct passage_work {
    struct arena *arena;
    struct finding_list findings;
    struct items_file *items_file;
    struct assessment *assessment;
    uint64_t items;
    uint64_t items_by_type[ITEM_TYPE_COUNT];
    struct sums sums;
    bool sum_broken;
};

static void fail(struct passage *p, int code, const char *what)
{
    if (p->failed)
        return;
    p->failed = true;
    p->owner.failed(p->owner.context, p, code, what);
}

/* --- life ------------------------------------------------------------------------------- */

static void work_free(struct passage_work **work)
{
    struct passage_work *w = *work;
    if (!w)
        return;
    items_file_close(&w->items_file);
    assessment_close(&w->assessment);
    arena_free(&w->arena);
    free(w);
    *work = NULL;
}

struct passage *passage_new(struct intake *intake, const struct passage_owner *owner,
                            const struct delivery *delivery)
{
    struct passage *p = calloc(1, sizeof *p);
    if (!p || delivery->file.n > FILE_NAME_MAX) {
        free(p);
        return NULL;
    }
    p->intake = intake;
    p->owner = *owner;
    p->delivery = *delivery;
    memcpy(p->name, delivery->file.p, delivery->file.n);
    p->delivery.file = span_of(p->name, delivery->file.n);
    return p;
}

void passage_free(struct passage **passage)
{
    struct passage *p = *passage;
    if (!p)
        return;
    if (p->job)
        pool_cancel(p->intake->pool, p->job);
    if (p->has_arrival)
        arrival_close(&p->arrival);
    work_free(&p->work);
    free(p);
    *passage = NULL;
}

/* --- reading ---------------------------------------------------------------------------- */

/* Start over with nothing gathered. 0 or an error. */
static int work_begin(struct passage *p)
{
    work_free(&p->work);
    struct passage_work *w = calloc(1, sizeof *w);
    if (!w)
        return SLUSS_ENOMEM;
    p->work = w;
    w->arena = arena_new(WORK_MEMORY);
    w->findings.arena = w->arena;
    int rc = w->arena ? 0 : SLUSS_ENOMEM;
    rc = rc ? rc : gate_drop(p->intake->seen, p->delivery.row);
    rc = rc ? rc
            : assessment_open(p->intake->store, p->intake->seen, &p->delivery, &w->assessment);
    p->owner.advanced(p->owner.context, p);
    return rc ? rc : items_file_open(p->intake->spool, p->delivery.id, &w->items_file);
}

static void count_item(struct passage_work *w, const struct item *item)
{
    w->items++;
    w->items_by_type[item->type]++;
    /* A sum may break here as it breaks in the reader: then the file is over a limit, and the
     * reader must have said so. */
    if (sums_add(&w->sums, item->currency, item->amount_minor) != 0)
        w->sum_broken = true;
}

static int on_item(void *context, const struct item *item)
{
    struct passage *p = context;
    if (p->failed) {
        p->job = NULL; /* the pool cancels it */
        return SLUSS_ESTOP;
    }
    if (!store_in_transaction(p->intake->store))
        p->owner.advanced(p->owner.context, p); /* the one that begins now */
    count_item(p->work, item);
    int rc = items_file_add(p->work->items_file, item);
    rc = rc ? rc : assessment_item(p->work->assessment, item);
    if (rc) {
        p->job = NULL; /* the pool cancels it */
        fail(p, rc, "an item could not be stored");
    }
    return rc;
}

static int on_finding(void *context, const struct finding *finding)
{
    struct passage *p = context;
    int rc = finding_list_add(&p->work->findings, finding);
    if (rc) {
        p->job = NULL;
        fail(p, rc, "a finding could not be kept");
    }
    return rc;
}

static void on_again(void *context)
{
    struct passage *p = context;
    int rc = work_begin(p);
    rc = rc ? rc : notify_worker(p->intake, &p->delivery);
    if (rc)
        fail(p, rc, "reading could not be started again");
}

static bool said_limit(const struct finding_list *findings)
{
    for (unsigned i = 0; i < findings->n; i++)
        if (findings->of[i].code == FINDING_LIMIT_REACHED)
            return true;
    return false;
}

/* Do the worker's figures agree with what its items came to here? */
static bool figures_agree(const struct passage_work *w, const struct summary *summary)
{
    if (w->sum_broken && !said_limit(&w->findings))
        return false;
    if (w->items != summary->items || w->sums.n != summary->sums.n ||
        memcmp(w->items_by_type, summary->items_by_type, sizeof w->items_by_type) != 0)
        return false;
    for (unsigned i = 0; i < w->sums.n; i++)
        if (w->sums.of[i].minor != summary->sums.of[i].minor ||
            strcmp(w->sums.of[i].currency, summary->sums.of[i].currency) != 0)
            return false;
    return true;
}

static void submit_hash(struct passage *p, const char *how, int tries);

/* Original and items are on the disk: on to the comparison. */
static void on_synced(void *context, const struct summary *none)
{
    struct passage *p = context;
    struct passage_work *w = p->work;
    (void)none;
    p->job = NULL;
    items_file_synced(w->items_file);
    items_file_close(&w->items_file);
    int rc = assessment_end(w->assessment);
    if (rc) {
        fail(p, rc, "the items could not be written");
        return;
    }
    p->phase = PASSAGE_COMPARING;
    p->owner.advanced(p->owner.context, p);
}

static void on_job_failed(void *context, int code, const char *how)
{
    struct passage *p = context;
    p->job = NULL;
    fail(p, code, how);
}

/* All is read; now it has to be durable before a row says so. */
static void read_to_end(struct passage *p, const struct summary *summary)
{
    p->delivery.summary = *summary;
    int items = items_file_flush(p->work->items_file);
    int original = items < 0 ? items : spool_open_original(p->intake->spool, p->delivery.id);
    if (original < 0) {
        fail(p, original, "the items could not be written");
        return;
    }
    const struct job_events events = {.context = p, .done = on_synced, .failed = on_job_failed};
    int rc = pool_submit(p->intake->pool, JOB_SYNC, original, items, &events, &p->job);
    close(original);
    if (rc)
        fail(p, rc, "no worker could be asked");
}

static void on_done(void *context, const struct summary *summary)
{
    struct passage *p = context;
    p->job = NULL;
    if (p->failed)
        return;
    if (figures_agree(p->work, summary))
        read_to_end(p, summary);
    else
        submit_hash(p, "figures that do not agree with its items", 1);
}

static void on_failed(void *context, int code, const char *how)
{
    struct passage *p = context;
    p->job = NULL;
    if (code == SLUSS_ECLOSED)
        submit_hash(p, how, JOB_TRIES);
    else if (code == SLUSS_EIO || code == SLUSS_ESYNC) /* the disk's trouble */
        fail(p, code, how);
    else /* the file's: it asks for more than a reader may have */
        submit_hash(p, how, 1);
}

/* The file is too much for its reader. What is kept of it: its bytes, its hash, its size, and
 * the finding; not what a failed reader said. */
static void submit_hash(struct passage *p, const char *how, int tries)
{
    struct finding crash = finding_make(FINDING_PARSER_CRASH, 0);
    finding_int(&crash, "tries", tries);
    finding_text(&crash, "how", span_str(how));
    int rc = work_begin(p);
    rc = rc ? rc : finding_list_add(&p->work->findings, &crash);
    int file = rc ? rc : spool_open_original(p->intake->spool, p->delivery.id);
    if (file < 0) {
        fail(p, file, "the original could not be opened");
        return;
    }
    const struct job_events events = {.context = p, .done = on_done, .failed = on_job_failed};
    rc = pool_submit(p->intake->pool, JOB_HASH, file, -1, &events, &p->job);
    close(file);
    if (rc)
        fail(p, rc, "no worker could be asked");
}

void passage_read(struct passage *p)
{
    p->phase = PASSAGE_READING;
    int rc = work_begin(p);
    int file = rc ? rc : spool_open_original(p->intake->spool, p->delivery.id);
    if (file < 0) {
        fail(p, file, "the original could not be opened");
        return;
    }
    const struct job_events events = {
        .context = p,
        .item = on_item,
        .finding = on_finding,
        .again = on_again,
        .done = on_done,
        .failed = on_failed,
    };
    rc = pool_submit(p->intake->pool, JOB_READ, file, -1, &events, &p->job);
    const struct unit_settings *unit = settings_unit(p->intake->settings, p->delivery.unit);
    if (!rc && unit)
        pool_seal(p->job, &unit->seal);
    if (!rc && (rc = pool_unit(p->job, p->delivery.unit)) != 0) {
        pool_cancel(p->intake->pool, p->job);
        p->job = NULL;
    }
    close(file);
    if (rc)
        fail(p, rc, "no worker could be asked");
}

/* --- judging ---------------------------------------------------------------------------- */

/* A unit that left the configuration while its file was under way: nothing of it may pass
 * without a person. */
static const struct unit_settings unknown_unit = {.key = "unknown",
                                                  .partner = "",
                                                  .partner_name = "",
                                                  .language = "en",
                                                  .phase = PHASE_TEST,
                                                  .safeguards = SAFEGUARDS_USUAL};

/* The audit row says what was judged, by figures alone. */
static int audit_verdict(struct passage *p, int64_t now_us)
{
    struct buf detail;
    struct json j;
    buf_init(&detail, 4096);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_cstr(&j, "unit", p->delivery.unit);
    json_cstr(&j, "verdict", verdict_name(p->delivery.verdict));
    json_cstr(&j, "format", p->delivery.summary.format);
    json_sums(&j, &p->delivery.summary);
    json_hex(&j, "blake2b", p->delivery.summary.blake2b, sizeof p->delivery.summary.blake2b);
    json_uint(&j, "findings", p->work->findings.n);
    json_object_end(&j);
    int rc = buf_error(&detail);
    rc = rc ? rc
            : audit_append(p->intake->store, now_us, "slussd", "verdict", p->delivery.id,
                           buf_view(&detail));
    buf_free(&detail);
    return rc;
}

/* What follows from a verdict. 0 or a store error. */
static int follow_up(struct passage *p, const struct unit_settings *unit, const struct prior *same,
                     int64_t now_us)
{
    struct store *store = p->intake->store;
    int rc = notify_answer(p->intake, &p->delivery);
    /* A sender who repeats a file may never have had the first one's receipt. */
    if (!rc && same->row && state_is_accepted(same->state))
        rc = outbox_revive(store, same->row, now_us) < 0 ? SLUSS_EIO : 0;
    if (rc)
        return rc;
    if (p->delivery.verdict == VERDICT_REJECTED) /* no history */
        return SLUSS_OK;
    rc = assessment_keep(p->work->assessment);
    if (rc || p->delivery.verdict == VERDICT_HELD)
        return rc ? rc : notify_held(p->intake, &p->delivery, unit, &p->work->findings);
    rc = gate_enter(store, p->intake->seen, p->delivery.row, ENTRY_ACCEPTED);
    return rc ? rc : queue_add(store, p->delivery.row, now_us + unit->cool_off_us);
}

static enum delivery_state state_after(enum verdict verdict, const struct unit_settings *unit)
{
    if (verdict == VERDICT_ACCEPTED)
        return unit->cool_off_us > 0 ? STATE_ACCEPTED : STATE_QUEUED;
    return verdict == VERDICT_HELD ? STATE_HELD : STATE_REJECTED;
}

static int write_judgement(struct passage *p)
{
    struct passage_work *w = p->work;
    const struct unit_settings *unit = settings_unit(p->intake->settings, p->delivery.unit);
    if (!unit)
        unit = &unknown_unit;
    int64_t now_us = loop_wall_us(p->intake->loop);
    struct opinion opinion;
    struct prior same;
    int rc = assessment_judge(w->assessment, &p->delivery, unit, now_us, &w->findings, &opinion,
                              &same);
    if (rc)
        return rc;
    p->delivery.verdict = opinion.verdict;
    p->delivery.state = state_after(opinion.verdict, unit);
    p->delivery.decided_us = now_us;
    p->delivery.weighed = true;
    p->delivery.score = opinion.score;
    p->delivery.odds = opinion.odds;
    const struct judgement judgement = {
        .verdict = opinion.verdict,
        .state = p->delivery.state,
        .summary = &p->delivery.summary,
        .findings = &w->findings,
        .score = opinion.score,
        .odds = opinion.odds,
        .content_digest = assessment_digest(w->assessment),
        .technical = opinion.technical,
        .decided_us = now_us,
    };
    rc = store_delivery_judge(p->intake->store, p->delivery.row, &judgement);
    rc = rc ? rc : audit_verdict(p, now_us);
    return rc ? rc : follow_up(p, unit, &same, now_us);
}

/* All or nothing: half a judgement must not be committed with what others wrote. */
static int judge(struct passage *p)
{
    int rc = store_part_begin(p->intake->store);
    if (rc)
        return rc;
    rc = write_judgement(p);
    if (rc)
        store_part_undo(p->intake->store);
    return rc ? rc : store_part_keep(p->intake->store);
}

void passage_compare(struct passage *p, unsigned most)
{
    int more = assessment_step(p->work->assessment, most);
    if (more == 1)
        return;
    int rc = more < 0 ? more : judge(p);
    if (rc) {
        fail(p, rc, "the judgement could not be written");
        return;
    }
    p->phase = PASSAGE_JUDGED;
    p->owner.advanced(p->owner.context, p);
}
