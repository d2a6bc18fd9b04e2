/* figures.c -- see figures.h */
#include "outbound/figures.h"

#include <stdlib.h>
#include <string.h>

#include "model/error.h"

#define MINUTE_US   (60 * SECOND_US)
#define HOUR_US     (60 * MINUTE_US)
#define NO_CHECK    "evidence"
#define SHARE_WHOLE 10000

const int64_t figures_bucket_us[FIGURES_BUCKETS] = {MINUTE_US,      5 * MINUTE_US, 15 * MINUTE_US,
                                                    30 * MINUTE_US, HOUR_US,       3 * HOUR_US,
                                                    5 * HOUR_US,    7 * HOUR_US,   INT64_MAX};

const char *answer_name(enum report_answer answer)
{
    static const char *const names[] = {[ANSWER_NONE] = "held",
                                        [ANSWER_RELEASED] = "released",
                                        [ANSWER_ONCE] = "released-once",
                                        [ANSWER_REJECTED] = "rejected"};

    return names[answer];
}

/* --- the longest waits: a heap with the shortest of them on top --------------------------- */

static bool shorter(const struct long_wait *a, const struct long_wait *b)
{
    if (a->took_us != b->took_us)
        return a->took_us < b->took_us;
    return strcmp(a->id, b->id) > 0;
}

static void swap(struct long_wait *a, struct long_wait *b)
{
    struct long_wait c = *a;

    *a = *b;
    *b = c;
}

static void sift_down(struct waits *w)
{
    for (unsigned at = 0;;) {
        unsigned least = at, left = 2 * at + 1, right = left + 1;

        if (left < w->n && shorter(&w->of[left], &w->of[least]))
            least = left;
        if (right < w->n && shorter(&w->of[right], &w->of[least]))
            least = right;
        if (least == at)
            return;
        swap(&w->of[at], &w->of[least]);
        at = least;
    }
}

static void waits_add(struct waits *w, const struct long_wait *wait)
{
    if (w->n == w->most) {
        if (!shorter(&w->of[0], wait))
            return;
        w->of[0] = *wait;
        sift_down(w);
        return;
    }
    w->of[w->n] = *wait;
    for (unsigned at = w->n++; at > 0 && shorter(&w->of[at], &w->of[(at - 1) / 2]);
         at = (at - 1) / 2)
        swap(&w->of[at], &w->of[(at - 1) / 2]);
}

static int longest_first(const void *a, const void *b)
{
    return shorter(a, b) ? 1 : -1;
}

/* --- samples ------------------------------------------------------------------------------ */

static int samples_add(struct samples *s, int64_t us)
{
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 1024;
        int64_t *of = reallocarray(s->of, room, sizeof *of);

        if (!of)
            return SLUSS_ENOMEM;
        s->of = of;
        s->room = room;
    }
    s->of[s->n++] = us;
    return SLUSS_OK;
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void samples_sort(struct samples *s)
{
    if (s->n)
        qsort(s->of, s->n, sizeof *s->of, by_length);
}

static int64_t median(const struct samples *s)
{
    if (s->n == 0)
        return 0;
    return (s->of[(s->n - 1) / 2] + s->of[s->n / 2]) / 2;
}

static int64_t percentile(const struct samples *s, unsigned percent)
{
    return s->n ? s->of[(s->n * percent + 99) / 100 - 1] : 0;
}

/* --- begin and end -------------------------------------------------------------------------- */

int figures_begin(struct figures *f, const struct period *period, int64_t as_of_us)
{
    *f = (struct figures){.period = *period,
                          .from_us = period_from_us(period),
                          .to_us = period_to_us(period),
                          .as_of_us = as_of_us,
                          .worst = {.most = FIGURES_WORST},
                          .holds = {.most = FIGURES_HOLDS}};
    f->day_count = period_days(period);
    f->worst.of = calloc(FIGURES_WORST, sizeof *f->worst.of);
    f->holds.of = calloc(FIGURES_HOLDS, sizeof *f->holds.of);
    return f->worst.of && f->holds.of ? SLUSS_OK : SLUSS_ENOMEM;
}

void figures_free(struct figures *f)
{
    free(f->units);
    free(f->partners);
    free(f->worst.of);
    free(f->holds.of);
    free(f->receipts.of);
    free(f->answers.of);
    *f = (struct figures){0};
}

/* --- counting --------------------------------------------------------------------------------- */

/* The measure of the unit; made in its place in the order when it is new. */
static struct measure *unit_measure(struct figures *f, const char *unit)
{
    size_t low = 0, high = f->unit_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(unit, f->units[middle].key);

        if (order == 0)
            return &f->units[middle].of;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    if (f->unit_count == f->unit_room) {
        size_t room = f->unit_room ? 2 * f->unit_room : 64;
        struct unit_figures *units = reallocarray(f->units, room, sizeof *units);

        if (!units)
            return NULL;
        f->units = units;
        f->unit_room = room;
    }
    memmove(&f->units[low + 1], &f->units[low], (f->unit_count - low) * sizeof *f->units);
    f->unit_count++;
    f->units[low] = (struct unit_figures){0};
    memcpy(f->units[low].key, unit, strlen(unit) + 1);
    return &f->units[low].of;
}

/* What became of its receipt. */
struct receipt_fate {
    bool sent, late;
    int64_t took_us;
    struct penalty penalty;
};

static struct receipt_fate receipt_fate(const struct figures *f, const struct report_delivery *d,
                                        const struct penalty_terms *terms)
{
    bool sent = d->receipts > 0 && d->receipts_sent == d->receipts;
    int64_t at_us = sent ? d->receipt_us : f->as_of_us;

    return (struct receipt_fate){
        .sent = sent,
        .late = at_us > penalty_deadline_us(terms, d->received_us),
        .took_us = at_us - d->received_us,
        .penalty = penalty_owed(terms, d->received_us, at_us),
    };
}

static void add_amount(int64_t *to, int64_t minor)
{
    if (money_add(*to, minor, to))
        *to = INT64_MAX;
}

static void count_sums(struct measure *m, struct sums *to, const struct sums *sums)
{
    for (unsigned i = 0; i < sums->n; i++) {
        uint64_t before = 0, count = sums->of[i].count;

        if (sums_add(to, sums->of[i].currency, sums->of[i].minor)) {
            m->sums_cut = true;
            continue;
        }
        /* sums_add counts one amount; this is many. */
        for (unsigned k = 0; k < to->n; k++) {
            if (strcmp(to->of[k].currency, sums->of[i].currency) != 0)
                continue;
            before = to->of[k].count - 1;
            to->of[k].count = before + count;
        }
    }
}

static bool is_through(const struct report_delivery *d)
{
    return !d->recalled_us && (d->verdict == VERDICT_ACCEPTED || d->answer == ANSWER_RELEASED ||
                               d->answer == ANSWER_ONCE);
}

static void count_receipt(struct measure *m, const struct receipt_fate *fate)
{
    if (!fate->late)
        *(fate->sent ? &m->receipts_in_time : &m->receipts_open) += 1;
    else
        *(fate->sent ? &m->receipts_late : &m->receipts_unsent) += 1;
    m->penalty_occasions += fate->penalty.occasions;
    add_amount(&m->penalty_minor, fate->penalty.amount_minor);
}

/* When the last word was said; 0: not yet. */
static int64_t handled_us(const struct report_delivery *d)
{
    return d->verdict == VERDICT_HELD ? d->answered_us : d->judged_us;
}

static void count(struct measure *m, const struct report_delivery *d,
                  const struct receipt_fate *fate)
{
    m->deliveries++;
    m->verdicts[d->verdict]++;
    count_receipt(m, fate);
    if (d->verdict == VERDICT_HELD)
        m->answers[d->answer]++;
    m->recalled += d->recalled_us != 0;
    m->items += d->items;
    m->credits += d->credits;
    count_sums(m, &m->sums, &d->sums);
    count_sums(m, &m->sums_credits, &d->credit_sums);
    if (is_through(d)) {
        m->items_through += d->items;
        count_sums(m, &m->sums_through, &d->sums);
    }
    if (handled_us(d)) {
        m->handled++;
        add_amount(&m->handling_us, handled_us(d) - d->received_us);
    }
}

static void count_check(struct figures *f, const char *name, const struct report_delivery *d)
{
    unsigned i = 0;

    while (i < f->check_count && strcmp(f->checks[i].name, name) != 0)
        i++;
    if (i == FIGURES_CHECKS)
        return;
    if (i == f->check_count) {
        f->check_count++;
        memcpy(f->checks[i].name, name, strlen(name) + 1);
    }
    f->checks[i].held++;
    f->checks[i].alone += d->check_count <= 1;
    f->checks[i].answers[d->answer]++;
}

static int count_hold(struct figures *f, const struct report_delivery *d)
{
    int64_t until_us = d->answered_us ? d->answered_us : f->as_of_us;
    struct long_wait wait = {.from_us = d->judged_us,
                             .to_us = d->answered_us,
                             .took_us = until_us - d->judged_us,
                             .verdict = d->verdict,
                             .answer = d->answer};

    memcpy(wait.id, d->id, sizeof wait.id);
    memcpy(wait.unit, d->unit, sizeof wait.unit);
    waits_add(&f->holds, &wait);
    for (unsigned i = 0; i < d->check_count; i++)
        count_check(f, d->checks[i], d);
    if (d->check_count == 0)
        count_check(f, NO_CHECK, d);
    if (d->answered_us)
        return samples_add(&f->answers, wait.took_us);
    if (wait.took_us > f->open_worst_us)
        f->open_worst_us = wait.took_us;
    return SLUSS_OK;
}

static void count_day(struct figures *f, const struct report_delivery *d, bool late)
{
    int32_t day =
        date_to_days(local_of_instant(d->received_us).day) - date_to_days(f->period.first);

    if (day < 0 || day >= f->day_count || day >= FIGURES_DAYS)
        return;
    f->days[day].deliveries++;
    f->days[day].late += late;
    f->days[day].held += d->verdict == VERDICT_HELD;
}

static int count_worst(struct figures *f, const struct report_delivery *d,
                       const struct receipt_fate *fate)
{
    struct long_wait wait = {.from_us = d->received_us,
                             .to_us = fate->sent ? d->receipt_us : 0,
                             .took_us = fate->took_us,
                             .verdict = d->verdict,
                             .answer = d->answer,
                             .penalty = fate->penalty};
    unsigned bucket = 0;

    if (!fate->sent && !fate->late)
        return SLUSS_OK; /* nothing to say of it yet */
    memcpy(wait.id, d->id, sizeof wait.id);
    memcpy(wait.unit, d->unit, sizeof wait.unit);
    waits_add(&f->worst, &wait);
    if (!fate->sent)
        return SLUSS_OK;
    while (bucket + 1 < FIGURES_BUCKETS && fate->took_us > figures_bucket_us[bucket])
        bucket++;
    f->buckets[bucket]++;
    return samples_add(&f->receipts, fate->took_us);
}

int figures_add(struct figures *f, const struct report_delivery *d,
                const struct penalty_terms *terms)
{
    const struct receipt_fate fate = receipt_fate(f, d, terms);
    struct measure *unit = unit_measure(f, d->unit);
    int64_t end_us = f->to_us - 1 < f->as_of_us ? f->to_us - 1 : f->as_of_us;
    int rc;

    if (!unit)
        return SLUSS_ENOMEM;
    count(unit, d, &fate);
    f->states[figures_state(d, end_us)]++;
    count_day(f, d, fate.late);
    rc = count_worst(f, d, &fate);
    if (rc == 0 && d->verdict == VERDICT_HELD)
        rc = count_hold(f, d);
    return rc;
}

enum delivery_state figures_state(const struct report_delivery *d, int64_t at_us)
{
    bool held = d->verdict == VERDICT_HELD;

    if (d->judged_us == 0 || d->judged_us > at_us)
        return STATE_CHECKING;
    if (d->verdict == VERDICT_REJECTED)
        return STATE_REJECTED;
    if (held && (d->answer == ANSWER_NONE || d->answered_us > at_us))
        return STATE_HELD;
    if (held && d->answer == ANSWER_REJECTED)
        return STATE_REJECTED;
    if (d->recalled_us && d->recalled_us <= at_us)
        return STATE_RECALLED;
    if (d->delivered_us && d->delivered_us <= at_us)
        return STATE_DELIVERED;
    if (d->queued_us && d->queued_us <= at_us)
        return STATE_QUEUED;
    return held ? STATE_RELEASED : STATE_ACCEPTED;
}

/* --- adding up ------------------------------------------------------------------------------ */

static void measure_join(struct measure *to, const struct measure *m)
{
    to->deliveries += m->deliveries;
    for (int i = 0; i < VERDICT_COUNT; i++)
        to->verdicts[i] += m->verdicts[i];
    to->receipts_in_time += m->receipts_in_time;
    to->receipts_late += m->receipts_late;
    to->receipts_unsent += m->receipts_unsent;
    to->receipts_open += m->receipts_open;
    to->penalty_occasions += m->penalty_occasions;
    add_amount(&to->penalty_minor, m->penalty_minor);
    for (int i = 0; i <= ANSWER_REJECTED; i++)
        to->answers[i] += m->answers[i];
    to->recalled += m->recalled;
    to->items += m->items;
    to->credits += m->credits;
    to->items_through += m->items_through;
    count_sums(to, &to->sums, &m->sums);
    count_sums(to, &to->sums_credits, &m->sums_credits);
    count_sums(to, &to->sums_through, &m->sums_through);
    to->sums_cut |= m->sums_cut;
    to->handled += m->handled;
    add_amount(&to->handling_us, m->handling_us);
}

static size_t partner_length(const char *unit)
{
    return strcspn(unit, "/");
}

static int join_units(struct figures *f)
{
    f->partners = calloc(f->unit_count + 1, sizeof *f->partners);
    if (!f->partners)
        return SLUSS_ENOMEM;
    for (size_t i = 0; i < f->unit_count; i++) {
        const struct unit_figures *unit = &f->units[i];
        size_t n = partner_length(unit->key);
        struct unit_figures *last = f->partner_count ? &f->partners[f->partner_count - 1] : NULL;

        if (!last || strncmp(last->key, unit->key, n) != 0 || last->key[n] != '\0') {
            last = &f->partners[f->partner_count++];
            memcpy(last->key, unit->key, n);
        }
        measure_join(&last->of, &unit->of);
    }
    for (size_t i = 0; i < f->partner_count; i++)
        measure_join(&f->all, &f->partners[i].of);
    return SLUSS_OK;
}

static int by_holds(const void *a, const void *b)
{
    const struct check_figures *x = a, *y = b;

    if (x->held != y->held)
        return x->held < y->held ? 1 : -1;
    return strcmp(x->name, y->name);
}

int figures_end(struct figures *f)
{
    samples_sort(&f->receipts);
    samples_sort(&f->answers);
    f->receipt_median_us = median(&f->receipts);
    f->receipt_p95_us = percentile(&f->receipts, 95);
    f->receipt_worst_us = f->receipts.n ? f->receipts.of[f->receipts.n - 1] : 0;
    f->answer_median_us = median(&f->answers);
    f->answer_worst_us = f->answers.n ? f->answers.of[f->answers.n - 1] : 0;
    qsort(f->worst.of, f->worst.n, sizeof *f->worst.of, longest_first);
    qsort(f->holds.of, f->holds.n, sizeof *f->holds.of, longest_first);
    qsort(f->checks, f->check_count, sizeof *f->checks, by_holds);
    return join_units(f);
}

int figures_share(const struct measure *m)
{
    uint64_t all = m->receipts_in_time + figures_late(m);

    return all ? (int)(m->receipts_in_time * SHARE_WHOLE / all) : -1;
}

int64_t figures_handling_us(const struct measure *m)
{
    return m->handled ? m->handling_us / (int64_t)m->handled : 0;
}
