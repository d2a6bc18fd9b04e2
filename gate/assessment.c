/* assessment.c -- see assessment.h */
#include "gate/assessment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/habit_row.h"
#include "model/error.h"
#include "safeguards/fingerprint.h"
#include "safeguards/profile.h"
#include "store/announcements.h"
#include "store/habits.h"
#include "store/standing.h"
#include "store/tracks.h"

/* Keys of accounts and issuers, of which a file has few: each is gathered once. */
#define NAMES_MOST 16

struct names {
    unsigned n;
    uint64_t key[NAMES_MOST];
};

struct assessment {
    struct store *store;
    struct seen *seen;
    int64_t row;
    int64_t received_us;
    char unit[UNIT_KEY_MAX];
    struct span partner; /* into unit */
    struct local_time arrived;
    uint64_t items;
    struct profile *profile;
    struct gather *gather;
    struct sweep *sweep;
    struct sweep_result swept;
    struct names accounts, issuers;
    struct content_digest digest;
    uint8_t digest_bytes[16];
    char stream[STREAM_SIZE];
    struct habit habit;
    struct habit_row *now;
    uint64_t without; /* checks that are not asked */
};

int assessment_open(struct store *store, struct seen *seen, const struct delivery *delivery,
                    struct assessment **out)
{
    struct assessment *a = calloc(1, sizeof *a);
    if (!a)
        return SLUSS_ENOMEM;
    a->store = store;
    a->seen = seen;
    a->row = delivery->row;
    a->received_us = delivery->received_us;
    memcpy(a->unit, delivery->unit, sizeof a->unit);
    a->partner = span_of(a->unit, strcspn(a->unit, "/"));
    a->arrived = local_of_instant(a->received_us);
    a->profile = profile_new(a->arrived.day);
    a->habit.of = calloc(HABIT_MOST + 1, sizeof *a->habit.of);
    a->now = calloc(1, sizeof *a->now);
    int rc =
        a->profile && a->habit.of && a->now ? gather_open(seen, a->row, &a->gather) : SLUSS_ENOMEM;
    if (rc)
        assessment_close(&a);
    *out = a;
    return rc;
}

void assessment_close(struct assessment **assessment)
{
    struct assessment *a = *assessment;
    if (!a)
        return;
    sweep_close(&a->sweep);
    gather_close(&a->gather);
    profile_free(&a->profile);
    free(a->habit.of);
    free(a->now);
    free(a);
    *assessment = NULL;
}

/* --- items -------------------------------------------------------------------------------- */

/* A name that was gathered before need not be again. */
static bool is_new_name(struct names *names, uint64_t key)
{
    for (unsigned i = 0; i < names->n; i++)
        if (names->key[i] == key)
            return false;
    if (names->n < NAMES_MOST)
        names->key[names->n++] = key;
    return true;
}

/* Payments remember the references they paid; claims ask for theirs. */
static bool keeps_reference(const struct item *item)
{
    return item->type == ITEM_PAYMENT;
}

static bool asks_reference(const struct item *item)
{
    return item->type == ITEM_CASE || item->type == ITEM_INVOICE;
}

static int gather_print(struct assessment *a, const struct item *item,
                        const struct fingerprint *print)
{
    int rc = SLUSS_OK;
    for (enum item_key kind = KEY_NUMBER; kind < KEY_KINDS && rc == 0; kind++) {
        bool ask = true, keep = true;
        if (!fingerprint_has(print, kind))
            continue;
        if (kind == KEY_ACCOUNT && !is_new_name(&a->accounts, print->key[kind]))
            continue;
        if (kind == KEY_ISSUER && !is_new_name(&a->issuers, print->key[kind]))
            continue;
        if (kind == KEY_PAID) {
            ask = asks_reference(item);
            keep = keeps_reference(item);
        }
        if (ask || keep)
            rc = gather_key(a->gather, kind, print->key[kind], ask, keep);
    }
    return rc;
}

int assessment_item(struct assessment *a, const struct item *item)
{
    struct fingerprint print;
    fingerprint_item(store_secret(a->store), a->partner, item, &print);
    content_digest_add(&a->digest, &print);
    profile_add(a->profile, item);
    a->items++;
    int rc = gather_item(a->gather, item->record);
    return rc ? rc : gather_print(a, item, &print);
}

void assessment_without(struct assessment *a, uint64_t checks_out)
{
    a->without = checks_out;
}

int assessment_end(struct assessment *a)
{
    content_digest_bytes(&a->digest, a->digest_bytes);
    int rc = gather_end(a->gather);
    if (rc || a->items == 0)
        return rc;
    return sweep_open(a->seen, a->gather, &a->sweep);
}

int assessment_step(struct assessment *a, unsigned most)
{
    if (!a->sweep)
        return 0;
    int rc = sweep_step(a->sweep, most, &a->swept);
    if (rc == 0)
        sweep_close(&a->sweep);
    return rc;
}

const uint8_t *assessment_digest(const struct assessment *a)
{
    return a->items ? a->digest_bytes : NULL;
}

/* --- the past ----------------------------------------------------------------------------- */

/* Everything a finding may name, for as long as the judging lasts. */
struct past {
    struct prior bytes, content, number, due, rejected, contained, contained_off;
    struct past_delivery same_bytes, same_content;
    struct announcement announced;
    struct standing standing;
    struct track track;
    struct history history;
};

/* A finding's sentence also stands in the sender's receipt: what another organisation called
 * its file is not for it to know. The operator finds the name by the id. */
static struct past_delivery past_of(const struct assessment *a, const struct prior *prior)
{
    bool own = span_starts(span_str(prior->unit), a->partner) && prior->unit[a->partner.n] == '/';
    return (struct past_delivery){
        .id = span_str(prior->id),
        .file = own ? span_str(prior->file) : SPAN_LIT("-"),
        .state = prior->state,
        .technical = prior->technical,
        .received_us = prior->received_us,
        .own = strcmp(prior->unit, a->unit) == 0,
    };
}

/* The delivery in that row, when there is one. */
static int name_past(const struct assessment *a, int64_t row, struct prior *prior,
                     struct past_delivery *out)
{
    int rc = row ? prior_by_row(a->store, row, prior) : 0;
    if (rc > 0)
        *out = past_of(a, prior);
    return rc < 0 ? rc : SLUSS_OK;
}

static int ask_overlaps(const struct assessment *a, struct past *past)
{
    const struct sweep_result *s = &a->swept;
    struct history *h = &past->history;
    h->by_number = (struct past_overlap){.seen = s->number.n,
                                         .first_record = s->number.first_record,
                                         .in_most = s->most_number.items,
                                         .alike = s->most_number.amounts};
    h->by_party = (struct past_overlap){.seen = s->due.n,
                                        .first_record = s->due.first_record,
                                        .in_most = s->most_due.items,
                                        .alike = s->most_due.amounts};
    h->rejected = (struct past_overlap){.seen = s->rejected.n,
                                        .first_record = s->rejected.first_record,
                                        .in_most = s->most_rejected.items};
    int rc = name_past(a, s->most_number.row, &past->number, &h->by_number.most);
    rc = rc ? rc : name_past(a, s->most_due.row, &past->due, &h->by_party.most);
    rc = rc ? rc : name_past(a, s->most_rejected.row, &past->rejected, &h->rejected.most);
    rc = rc ? rc : name_past(a, s->contained_in, &past->contained, &h->contained_in);
    return rc ? rc : name_past(a, s->contained_off_in, &past->contained_off, &h->contained_off_in);
}

static void take_sweep(const struct assessment *a, struct history *h)
{
    const struct sweep_result *s = &a->swept;
    h->elsewhere = s->elsewhere.n;
    h->amount_seen = s->amount.n;
    h->amount_off = s->amount_off.n;
    h->containment = s->containment;
    h->containment_off = s->containment_off;
    h->paid = s->paid.n;
    h->first_paid_record = s->paid.first_record;
    h->repeats = s->repeats.n;
    h->first_repeat_record = s->repeats.first_record;
    h->repeats_due = s->repeats_due.n;
    h->first_repeat_due_record = s->repeats_due.first_record;
    h->lone = s->lone;
    h->lone_due = s->lone_due;
    for (unsigned i = 0; i < KEY_KINDS; i++)
        h->keys[i] = (struct past_keys){
            .keys = s->of[i].keys,
            .by_unit = s->of[i].known[WHERE_UNIT],
            .by_partner = s->of[i].known[WHERE_PARTNER],
            .by_other = s->of[i].known[WHERE_OTHER],
        };
}

/* Deliveries that are the same as a whole. */
static int ask_same(const struct assessment *a, const struct delivery *delivery, struct past *past)
{
    int found = prior_same_bytes(a->store, a->row, delivery->summary.blake2b, &past->bytes);
    if (found > 0) {
        past->same_bytes = past_of(a, &past->bytes);
        past->history.same_bytes = &past->same_bytes;
    }
    if (found < 0 || a->items == 0)
        return found < 0 ? found : SLUSS_OK;
    found = prior_same_content(a->store, a->row, a->digest_bytes, &past->content);
    if (found > 0) {
        past->same_content = past_of(a, &past->content);
        past->history.same_content = &past->same_content;
    }
    return found < 0 ? found : SLUSS_OK;
}

/* --- what operators said ------------------------------------------------------------------ */

struct announced {
    uint64_t items;
    int64_t id; /* 0: none found */
    struct announcement found;
};

static int take_announcement(void *context, const struct stored_announcement *a)
{
    struct announced *search = context;
    struct announcement found = {.items = a->items, .from_us = a->from_us, .to_us = a->to_us};
    if (!announcement_explains(&found, search->items))
        return SLUSS_OK;
    search->id = a->id;
    search->found = found;
    return SLUSS_ESTOP;
}

/* The open announcement that explains a delivery of so many items, the one that ends first. */
static int find_announcement(struct store *store, const char *unit, int64_t received_us,
                             uint64_t items, struct announced *out)
{
    const struct announcement_filter filter = {.unit = unit, .open_at_us = received_us};
    *out = (struct announced){.items = items};
    int rc = announcements_list(store, &filter, take_announcement, out);
    return rc == SLUSS_ESTOP ? SLUSS_OK : rc;
}

static int ask_operators(const struct assessment *a, const struct delivery *delivery,
                         struct past *past)
{
    struct announced announced;
    int rc =
        find_announcement(a->store, a->unit, a->received_us, delivery->summary.items, &announced);
    rc = rc ? rc : standing_get(a->store, a->unit, &past->standing);
    rc = rc ? rc : tracks_get(a->store, &past->track);
    if (rc)
        return rc;
    past->announced = announced.found;
    past->history.announced = announced.id ? &past->announced : NULL;
    past->history.track = &past->track;
    past->history.migrating = standing_migrating(&past->standing, a->received_us);
    return SLUSS_OK;
}

/* --- habit -------------------------------------------------------------------------------- */

static int add_row(void *context, int64_t delivery, struct span bytes)
{
    struct habit *habit = context;
    (void)delivery;
    if (habit->n == HABIT_MOST)
        return SLUSS_OK;
    int rc = habit_row_get(bytes, &habit->of[habit->n]);
    if (rc == 0)
        habit->n++;
    return rc;
}

static double share(uint64_t part, uint64_t of)
{
    return of ? (double)part / (double)of : NAN;
}

static void measure(struct assessment *a, const struct delivery *delivery)
{
    const struct sweep_result *s = &a->swept;
    const struct seen_keys *parties = &s->of[KEY_PARTY];
    struct habit_row *now = a->now;
    *now = (struct habit_row){
        .delivery = a->row,
        .received_us = a->received_us,
        .day = a->arrived.day,
        .minute = (uint16_t)a->arrived.minute,
        .origin = delivery->summary.origin.layout,
        .sequence = delivery->summary.origin.sequence,
    };
    profile_measures(a->profile, now->of);
    now->of[MEASURE_SEEN_NUMBER] = share(s->number.n, a->items);
    now->of[MEASURE_SEEN_DUE] = share(s->due.n, a->items);
    now->of[MEASURE_SEEN_AMOUNT] = share(s->amount.n, a->items);
    now->of[MEASURE_KNOWN_PARTY] = share(parties->known[WHERE_UNIT], parties->keys);
    now->of[MEASURE_FOREIGN_PARTY] =
        share(parties->known[WHERE_PARTNER] + parties->known[WHERE_OTHER], parties->keys);
    now->of[MEASURE_ELSEWHERE] = share(s->elsewhere.n, a->items);
    now->of[MEASURE_CONTAINMENT] = a->items ? s->containment : NAN;
    now->of[MEASURE_SEEN_OFF] = share(s->amount_off.n, a->items);
    now->of[MEASURE_CONTAINMENT_OFF] = a->items ? s->containment_off : NAN;
    now->of[MEASURE_REPEATS] = share(s->repeats.n, a->items);
    now->of[MEASURE_REPEATS_DUE] = share(s->repeats_due.n, a->items);
}

/* A stream is what one unit sends of one kind in one currency, whatever the format. */
static int load_habit(struct assessment *a, const struct delivery *delivery)
{
    snprintf(a->stream, sizeof a->stream, "%s %s %s", a->unit, kind_name(delivery->summary.kind),
             profile_currency(a->profile));
    a->habit.n = 0;
    return habits_list(a->store, a->stream, add_row, &a->habit);
}

/* What the unit's currency is, where this delivery's is not known of it. */
static int ask_currency(struct assessment *a, const struct delivery *delivery, struct history *h)
{
    char streams[sizeof a->stream];

    if (a->habit.n > 0)
        return SLUSS_OK;
    snprintf(streams, sizeof streams, "%s %s", a->unit, kind_name(delivery->summary.kind));
    return habits_most(a->store, streams, h->usual_currency, sizeof h->usual_currency,
                       &h->in_usual_currency);
}

int assessment_judge(struct assessment *a, const struct delivery *delivery,
                     const struct unit_settings *unit, int64_t now_us,
                     struct finding_list *findings, struct opinion *opinion,
                     struct prior *same_bytes)
{
    struct past past = {0};
    int rc = ask_same(a, delivery, &past);
    rc = rc ? rc : ask_overlaps(a, &past);
    rc = rc ? rc : ask_operators(a, delivery, &past);
    rc = rc ? rc : load_habit(a, delivery);
    rc = rc ? rc : ask_currency(a, delivery, &past.history);
    if (rc)
        return rc;
    take_sweep(a, &past.history);
    measure(a, delivery);
    past.history.habit = &a->habit;
    /* What operators said of the phase stands above the configuration, but not for a unit that
     * is no longer in it. */
    struct unit_settings standing = *unit;
    if (strcmp(unit->key, a->unit) == 0)
        standing.phase = standing_phase(&past.standing, unit->phase);
    const struct subject subject = {
        .delivery = delivery,
        .unit = &standing,
        .settings = &unit->safeguards,
        .history = &past.history,
        .profile = a->profile,
        .now = a->now,
        .now_us = now_us,
        .without = a->without,
    };
    if (same_bytes)
        *same_bytes = past.bytes;
    return safeguards_judge(&subject, findings, opinion);
}

/* --- afterwards ---------------------------------------------------------------------------- */

int assessment_keep(struct assessment *a)
{
    struct buf row;
    if (a->items == 0)
        return SLUSS_OK;
    int rc = gather_keep(a->gather);
    if (rc)
        return rc;
    buf_init(&row, 16 * 1024);
    rc = habit_row_put(&row, a->now);
    rc = rc ? rc : habits_put(a->store, a->row, a->stream, a->received_us, buf_view(&row));
    buf_free(&row);
    return rc;
}

/* A volume this improbable (-log10) is not usual, announced or not. */
#define UNUSUAL_SCORE 2.0

/* Its stored row with more flags, and some only where it was unusual. */
static int enter_flagged(struct store *store, int64_t delivery, unsigned flags, unsigned if_unusual)
{
    struct habit_row *row = malloc(sizeof *row);
    struct arena *arena = arena_new(64 * 1024);
    struct span bytes;
    struct buf out;
    buf_init(&out, 16 * 1024);
    int rc = row && arena ? habits_get(store, delivery, arena, &bytes) : SLUSS_ENOMEM;
    rc = rc ? rc : habit_row_get(bytes, row);
    if (rc == 0) {
        row->flags |= (uint16_t)flags;
        if (row->of[MEASURE_SCORE_HIGH] >= UNUSUAL_SCORE || row->flags & HABIT_EXCUSED)
            row->flags |= (uint16_t)if_unusual;
        rc = habit_row_put(&out, row);
    }
    rc = rc ? rc : habits_enter(store, delivery, buf_view(&out));
    buf_free(&out);
    arena_free(&arena);
    free(row);
    return rc == SLUSS_ENOTFOUND ? SLUSS_OK : rc; /* a delivery without items */
}

/* The first delivery let through that an announcement explains uses it up. 1 when this does. */
static int use_announcement(struct store *store, int64_t row)
{
    struct arena *arena = arena_new(64 * 1024);
    struct announced announced;
    struct delivery d;
    int rc = arena ? store_delivery_by_row(store, row, arena, &d) : SLUSS_ENOMEM;
    rc = rc ? rc : find_announcement(store, d.unit, d.received_us, d.summary.items, &announced);
    if (rc == 0 && announced.id)
        rc = announcements_use(store, announced.id, row);
    arena_free(&arena);
    return rc < 0 ? rc : announced.id != 0;
}

int gate_enter(struct store *store, struct seen *seen, int64_t row, enum entry entry)
{
    int rc = seen_enter(seen, row);
    if (rc == 0 && entry != ENTRY_ACCEPTED)
        rc = tracks_count(store, row, entry == ENTRY_REJECTED);
    if (rc || entry == ENTRY_REJECTED)
        return rc;
    int announced = use_announcement(store, row);
    if (announced < 0)
        return announced;
    switch (entry) {
    case ENTRY_ACCEPTED:
        /* What was announced because it is out of the ordinary does not become ordinary. */
        return announced ? enter_flagged(store, row, 0, HABIT_ONCE)
                         : habits_enter(store, row, SPAN_NONE);
    case ENTRY_NORMAL:
        return enter_flagged(store, row, HABIT_RELEASED, 0);
    case ENTRY_ONCE:
        return enter_flagged(store, row, HABIT_RELEASED | HABIT_ONCE, 0);
    default:
        return SLUSS_OK;
    }
}

int gate_leave(struct store *store, int64_t row)
{
    int rc = announcements_free(store, row);
    rc = rc ? rc : tracks_turn(store, row);
    return rc ? rc : habits_leave(store, row);
}

int gate_drop(struct seen *seen, int64_t row)
{
    return seen_drop(seen, row);
}
