/* sweep.c -- the keys of one delivery against all that is remembered; see seen.h
 *
 * The delivery's keys are walked in order. For each the holders are collected from what is
 * fresh and from each run, and every holder is looked up once: its state decides whether it
 * counts, its unit whose key it is. What was accepted after the sweep began is compared at the
 * end, delivery by delivery; when runs are merged meanwhile, the sweep begins anew.
 *
 * What is known of an item is a set of flags, so that an item counts once, whatever its keys.
 */
#include <stdlib.h>
#include <string.h>

#include "model/calendar.h"
#include "model/error.h"
#include "store/seen_internal.h"

enum item_flag {
    NUMBER_SEEN = 1,
    ELSEWHERE = 2, /* number, or party, amount and due date, known from other units alone */
    DUE_SEEN = 4,
    AMOUNT_SEEN = 8,
    REJECTED = 16,
    PAID = 32,
    NUMBER_REPEATED = 64,
    DUE_REPEATED = 128,
    HAS_NUMBER = 256,
    HAS_DUE = 512,
    NUMBER_SHARED = 1024, /* with another item of the file */
    DUE_SHARED = 2048,
    AMOUNT_OFF = 4096, /* seen, but not a billing period ago, or a few days ago as well */
};

/* Holders of one key that are looked at; the newest of more. */
#define HOLDERS_MOST 512

struct met {
    int64_t row;        /* 0: free */
    int64_t acceptance; /* 0: none */
    bool accepted, rejected;
    enum seen_where where;
    bool recent, periodic; /* by when it came, see billing_period_between() */
    uint64_t number, due, amount, rejected_items;
    uint64_t weight; /* in WEIGHT_UNITS */
};

struct sweep {
    struct seen *seen;
    const struct gather *gather;
    uint64_t generation;
    int64_t accepted_to;
    char unit[UNIT_KEY_MAX];
    size_t partner_n;
    struct date day; /* on which it came */
    uint16_t *flags;
    struct met *met;
    size_t met_n, met_room;
    uint64_t weight; /* of all pairs of party and amount, in WEIGHT_UNITS */
    /* the walk through the own keys */
    struct sorted_cursor own;
    struct run_entry head;
    bool has_head, walked;
    unsigned source_n;
    struct sorted_cursor *cursors; /* in the runs */
    /* a delivery accepted meanwhile */
    struct stored_keys later;
    bool has_later;
    struct sweep_result result;
};

/* --- beginning ---------------------------------------------------------------------------- */

static int last_acceptance(struct sweep *s, int64_t *out)
{
    *out = 0;
    int rc = db_number(s->seen->store->db, out,
                       "SELECT sequence FROM acceptance ORDER BY sequence DESC LIMIT 1", NO_VALUES);
    return rc < 0 ? rc : SLUSS_OK;
}

static int rewind_own(struct sweep *s)
{
    memset(&s->own, 0, sizeof s->own);
    int rc = sorted_next(&s->gather->sorted, &s->own, &s->head);
    s->has_head = rc == 1;
    return rc < 0 ? rc : SLUSS_OK;
}

static int begin(struct sweep *s)
{
    s->generation = s->seen->generation;
    s->source_n = s->seen->run_count;
    free(s->cursors);
    s->cursors = calloc(s->source_n + 1, sizeof *s->cursors);
    if (!s->cursors)
        return SLUSS_ENOMEM;
    memset(s->flags, 0, (s->gather->items + 1) * sizeof *s->flags);
    if (s->met_room)
        memset(s->met, 0, s->met_room * sizeof *s->met);
    s->met_n = 0;
    s->weight = 0;
    s->walked = false;
    seen_keys_close(&s->later);
    s->has_later = false;
    memset(&s->result, 0, sizeof s->result);
    s->result.items = s->gather->items;
    int rc = last_acceptance(s, &s->accepted_to);
    return rc ? rc : rewind_own(s);
}

static int find_unit(struct sweep *s)
{
    sqlite3_stmt *statement;
    int rc = db_query(s->seen->store->db, &statement,
                      "SELECT unit, received_us FROM delivery WHERE row_id = ?1",
                      VALUES(v_int(s->gather->row)));
    if (rc == 0)
        rc = db_next(s->seen->store->db, statement);
    if (rc != 1)
        return rc < 0 ? rc : SLUSS_ENOTFOUND;
    struct span unit = col_span(statement, 0);
    rc = unit.n < sizeof s->unit ? SLUSS_OK : SLUSS_ECORRUPT;
    if (rc == 0)
        memcpy(s->unit, unit.p, unit.n);
    s->day = local_of_instant(col_int(statement, 1)).day;
    db_done(statement);
    s->partner_n = strcspn(s->unit, "/");
    return rc;
}

int sweep_open(struct seen *seen, const struct gather *gather, struct sweep **out)
{
    struct sweep *s = calloc(1, sizeof *s);
    if (!s)
        return SLUSS_ENOMEM;
    s->seen = seen;
    s->gather = gather;
    s->flags = calloc(gather->items + 1, sizeof *s->flags);
    int rc = s->flags ? find_unit(s) : SLUSS_ENOMEM;
    rc = rc ? rc : begin(s);
    if (rc)
        sweep_close(&s);
    *out = s;
    return rc;
}

void sweep_close(struct sweep **sweep)
{
    struct sweep *s = *sweep;
    if (!s)
        return;
    seen_keys_close(&s->later);
    free(s->cursors);
    free(s->met);
    free(s->flags);
    free(s);
    *sweep = NULL;
}

/* --- deliveries that are met ---------------------------------------------------------------- */

static size_t slot_of(const struct met *met, size_t room, int64_t row)
{
    size_t i = (size_t)((uint64_t)row * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (room - 1);
    while (met[i].row && met[i].row != row)
        i = (i + 1) & (room - 1);
    return i;
}

static int grow_met(struct sweep *s)
{
    size_t room = s->met_room ? 2 * s->met_room : 256;
    struct met *met = calloc(room, sizeof *met);
    if (!met)
        return SLUSS_ENOMEM;
    for (size_t i = 0; i < s->met_room; i++)
        if (s->met[i].row)
            met[slot_of(met, room, s->met[i].row)] = s->met[i];
    free(s->met);
    s->met = met;
    s->met_room = room;
    return SLUSS_OK;
}

static enum seen_where where_is(const struct sweep *s, struct span unit)
{
    if (span_eq_str(unit, s->unit))
        return WHERE_UNIT;
    if (unit.n > s->partner_n && unit.p[s->partner_n] == '/' &&
        memcmp(unit.p, s->unit, s->partner_n) == 0)
        return WHERE_PARTNER;
    return WHERE_OTHER;
}

/* Fees come again by nature. A delivery of a billing period ago may well have the same parties
 * and amounts; one of last week may not. */
#define RECENT_DAYS 20

static void date_met(const struct sweep *s, struct met *met, int64_t received_us)
{
    struct date then = local_of_instant(received_us).day;
    met->recent = date_to_days(s->day) - date_to_days(then) <= RECENT_DAYS;
    met->periodic = billing_period_between(then, s->day);
}

/* Its state, unit, acceptance and time. What left the store counts for nothing. */
static int look_up(struct sweep *s, struct met *met)
{
    sqlite3_stmt *statement;
    int rc =
        db_query(s->seen->store->db, &statement,
                 "SELECT d.state IN " ACCEPTED_STATES ", d.state = 'rejected' AND "
                 "d.technical = 0, d.unit, coalesce(a.sequence, 0), d.received_us FROM delivery d "
                 "LEFT JOIN acceptance a ON a.delivery = d.row_id WHERE d.row_id = ?1",
                 VALUES(v_int(met->row)));
    if (rc == 0)
        rc = db_next(s->seen->store->db, statement);
    if (rc != 1)
        return rc;
    met->accepted = col_int(statement, 0) != 0;
    met->rejected = col_int(statement, 1) != 0;
    met->where = where_is(s, col_span(statement, 2));
    met->acceptance = col_int(statement, 3);
    date_met(s, met, col_int(statement, 4));
    db_done(statement);
    return SLUSS_OK;
}

static int meet(struct sweep *s, int64_t row, struct met **out)
{
    int rc = 2 * (s->met_n + 1) > s->met_room ? grow_met(s) : SLUSS_OK;
    if (rc)
        return rc;
    struct met *met = &s->met[slot_of(s->met, s->met_room, row)];
    if (!met->row) {
        met->row = row;
        s->met_n++;
        rc = look_up(s, met);
    }
    *out = met;
    return rc;
}

/* --- the holders of a key ------------------------------------------------------------------ */

struct holders {
    unsigned n;
    uint32_t of[HOLDERS_MOST];
};

static void add_holder(const struct sweep *s, struct holders *h, uint32_t delivery)
{
    if (delivery == s->gather->row)
        return;
    if (h->n < HOLDERS_MOST)
        h->of[h->n++] = delivery;
    else /* rows count up: the newest stay */
        h->of[delivery % HOLDERS_MOST] = delivery;
}

static int from_source(const struct sweep *s, const struct sorted *source,
                       struct sorted_cursor *cursor, uint64_t key, struct holders *h)
{
    uint32_t delivery;
    int rc;
    while ((rc = sorted_find(source, cursor, key, &delivery)) == 1)
        add_holder(s, h, delivery);
    return rc;
}

/* Fresh keys come and go between the steps: sought from the beginning each time. */
static int from_fresh(const struct sweep *s, uint64_t key, struct holders *h)
{
    const struct sorted fresh = {.of = s->seen->fresh, .n = s->seen->fresh_n};
    size_t low = 0, high = fresh.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fresh.of[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < fresh.n && fresh.of[low].key == key; low++)
        add_holder(s, h, fresh.of[low].delivery);
    return SLUSS_OK;
}

static int find_holders(struct sweep *s, uint64_t key, struct holders *h)
{
    int rc = SLUSS_OK;
    h->n = 0;
    if (s->has_later)
        return from_source(s, &s->later.sorted, &s->cursors[0], key, h);
    for (unsigned i = 0; rc == 0 && i < s->source_n; i++) {
        const struct sorted source = {.run = s->seen->runs[i].run};
        rc = from_source(s, &source, &s->cursors[i], key, h);
    }
    return rc ? rc : from_fresh(s, key, h);
}

/* --- one key ------------------------------------------------------------------------------- */

/* The own items with one key, in the order of the file. */
struct group {
    uint64_t key;
    enum item_key kind;
    bool ask;
    size_t n;
};

#define GROUP_TAGS 4096

struct own_group {
    struct group g;
    uint32_t tags[GROUP_TAGS]; /* the first of them; a key that more items share says little */
};

/* The next group: 1, 0 at the end. */
static int next_group(struct sweep *s, struct own_group *out)
{
    int rc = 1;
    if (!s->has_head)
        return 0;
    out->g = (struct group){.key = s->head.key, .kind = tag_kind(s->head.delivery)};
    while (s->has_head && s->head.key == out->g.key) {
        out->g.ask = out->g.ask || tag_asks(s->head.delivery);
        if (out->g.n < GROUP_TAGS)
            out->tags[out->g.n] = s->head.delivery;
        out->g.n++;
        rc = sorted_next(&s->gather->sorted, &s->own, &s->head);
        if (rc < 0)
            return rc;
        s->has_head = rc == 1;
    }
    return 1;
}

static void flag_items(struct sweep *s, const struct own_group *group, size_t from, uint16_t flags)
{
    size_t n = group->g.n < GROUP_TAGS ? group->g.n : GROUP_TAGS;
    for (size_t i = from; i < n; i++)
        s->flags[tag_item(group->tags[i])] |= flags;
}

/* What the file's own repetition of a key says. Only in the first walk. */
static void flag_own(struct sweep *s, const struct own_group *group)
{
    if (group->g.kind == KEY_NUMBER) {
        flag_items(s, group, 0, group->g.n > 1 ? HAS_NUMBER | NUMBER_SHARED : HAS_NUMBER);
        flag_items(s, group, 1, NUMBER_REPEATED);
    } else if (group->g.kind == KEY_DUE) {
        flag_items(s, group, 0, group->g.n > 1 ? HAS_DUE | DUE_SHARED : HAS_DUE);
        flag_items(s, group, 1, DUE_REPEATED);
    }
}

struct verdict_of_key {
    bool accepted[WHERE_COUNT];
    bool rejected;
    bool recent, periodic; /* among the unit's own */
    unsigned holders;      /* the unit's own accepted deliveries */
};

/* Does this delivery count in this part of the sweep? */
static bool counts(const struct sweep *s, const struct met *met)
{
    return met->accepted && (s->has_later || met->acceptance <= s->accepted_to);
}

static int count_holders(struct sweep *s, const struct own_group *group, const struct holders *h,
                         struct verdict_of_key *v)
{
    struct met *met;
    *v = (struct verdict_of_key){0};
    for (unsigned i = 0; i < h->n; i++) {
        int rc = meet(s, h->of[i], &met);
        if (rc)
            return rc;
        if (counts(s, met)) {
            v->accepted[met->where] = true;
            if (met->where != WHERE_UNIT)
                continue;
            v->holders++;
            v->recent = v->recent || met->recent;
            v->periodic = v->periodic || met->periodic;
            met->number += group->g.kind == KEY_NUMBER ? group->g.n : 0;
            met->due += group->g.kind == KEY_DUE ? group->g.n : 0;
        } else if (met->rejected) {
            v->rejected = true;
            met->rejected_items += group->g.kind == KEY_DUE ? group->g.n : 0;
        }
    }
    return SLUSS_OK;
}

/* A pair of party and amount weighs the less the more deliveries have it. Whole numbers, as the
 * keys come in the order of a secret hash and sums must not depend on it. */
#define WEIGHT_UNITS (UINT64_C(1) << 32)

static int weigh(struct sweep *s, const struct own_group *group, const struct holders *h,
                 unsigned holders)
{
    /* A later delivery is weighed as the pairs were when it had not come yet. */
    uint64_t weight = group->g.n * WEIGHT_UNITS / (s->has_later ? 1 : 1 + holders);
    struct met *met;
    if (!s->has_later)
        s->weight += weight;
    for (unsigned i = 0; i < h->n; i++) {
        int rc = meet(s, h->of[i], &met);
        if (rc)
            return rc;
        if (counts(s, met) && met->where == WHERE_UNIT) {
            met->weight += weight;
            met->amount += group->g.n;
        }
    }
    return SLUSS_OK;
}

/* A claim goes on from unit to unit (invoice, reminder, collection): what others sent is no
 * duplicate by itself. */
static void flag_known(struct sweep *s, const struct own_group *group,
                       const struct verdict_of_key *v)
{
    static const uint16_t seen[KEY_KINDS] = {
        [KEY_NUMBER] = NUMBER_SEEN, [KEY_DUE] = DUE_SEEN, [KEY_AMOUNT] = AMOUNT_SEEN};
    bool own = v->accepted[WHERE_UNIT];
    bool others = v->accepted[WHERE_PARTNER] || v->accepted[WHERE_OTHER];

    if (own && seen[group->g.kind])
        flag_items(s, group, 0, seen[group->g.kind]);
    if (own && group->g.kind == KEY_AMOUNT && (v->recent || !v->periodic))
        flag_items(s, group, 0, AMOUNT_OFF);
    if (!own && others && (group->g.kind == KEY_NUMBER || group->g.kind == KEY_DUE))
        flag_items(s, group, 0, ELSEWHERE);
    if (group->g.kind == KEY_PAID && (own || v->accepted[WHERE_PARTNER]))
        flag_items(s, group, 0, PAID);
    if (v->rejected && group->g.kind == KEY_DUE)
        flag_items(s, group, 0, REJECTED);
}

static void count_key(struct sweep *s, const struct own_group *group,
                      const struct verdict_of_key *v)
{
    struct seen_keys *keys = &s->result.of[group->g.kind];
    keys->keys += !s->has_later;
    for (int w = 0; w < WHERE_COUNT; w++)
        if (v->accepted[w]) {
            keys->known[w]++;
            return;
        }
}

static int compare_group(struct sweep *s, const struct own_group *group)
{
    struct holders h;
    struct verdict_of_key v;
    if (!s->has_later)
        flag_own(s, group);
    if (!group->g.ask)
        return SLUSS_OK;
    int rc = find_holders(s, group->g.key, &h);
    rc = rc < 0 ? rc : count_holders(s, group, &h, &v);
    if (rc < 0)
        return rc;
    flag_known(s, group, &v);
    count_key(s, group, &v);
    return group->g.kind == KEY_AMOUNT ? weigh(s, group, &h, v.holders) : SLUSS_OK;
}

/* --- what was accepted meanwhile ------------------------------------------------------------ */

/* Take the next later acceptance in hand: 1, 0 when there is none. */
static int next_later(struct sweep *s)
{
    sqlite3_stmt *statement;
    int rc = db_query(s->seen->store->db, &statement,
                      "SELECT sequence, delivery FROM acceptance WHERE sequence > ?1 AND "
                      "delivery <> ?2 ORDER BY sequence LIMIT 1",
                      VALUES(v_int(s->accepted_to), v_int(s->gather->row)));
    if (rc == 0)
        rc = db_next(s->seen->store->db, statement);
    if (rc != 1)
        return rc;
    s->accepted_to = col_int(statement, 0);
    int64_t row = col_int(statement, 1);
    db_done(statement);
    seen_keys_close(&s->later);
    rc = seen_keys_open(s->seen, row, &s->later);
    s->has_later = true;
    memset(&s->cursors[0], 0, sizeof s->cursors[0]);
    if (rc == SLUSS_ENOTFOUND) /* a delivery without items */
        rc = SLUSS_OK;
    rc = rc ? rc : rewind_own(s);
    return rc < 0 ? rc : 1;
}

/* --- the end -------------------------------------------------------------------------------- */

static int count_item(const struct sweep *s, struct seen_items *items, uint64_t item)
{
    if (items->n++ > 0)
        return SLUSS_OK;
    return gather_record(s->gather, item, &items->first_record);
}

static bool repeats(uint16_t f, bool number)
{
    if (number)
        return (f & (HAS_NUMBER | HAS_DUE)) && (!(f & HAS_NUMBER) || f & NUMBER_REPEATED) &&
               (!(f & HAS_DUE) || f & DUE_REPEATED);
    return f & DUE_REPEATED && f & HAS_NUMBER && !(f & NUMBER_REPEATED);
}

/* Has no other item of the file these keys? In a file that was doubled none has not. */
static bool is_lone(uint16_t f, bool number)
{
    return (f & HAS_DUE && !(f & DUE_SHARED)) ||
           (number && f & HAS_NUMBER && !(f & NUMBER_SHARED)) || !(f & (HAS_NUMBER | HAS_DUE));
}

static int count_items(struct sweep *s)
{
    struct sweep_result *r = &s->result;
    int rc = SLUSS_OK;
    for (uint64_t i = 0; rc == 0 && i < s->gather->items; i++) {
        uint16_t f = s->flags[i];
        if (f & NUMBER_SEEN)
            rc = count_item(s, &r->number, i);
        else if (f & DUE_SEEN)
            rc = count_item(s, &r->due, i);
        else if (f & ELSEWHERE)
            rc = count_item(s, &r->elsewhere, i);
        if (rc == 0 && f & AMOUNT_SEEN)
            rc = count_item(s, &r->amount, i);
        if (rc == 0 && f & AMOUNT_OFF)
            rc = count_item(s, &r->amount_off, i);
        if (rc == 0 && f & REJECTED)
            rc = count_item(s, &r->rejected, i);
        if (rc == 0 && f & PAID)
            rc = count_item(s, &r->paid, i);
        if (rc == 0 && repeats(f, true))
            rc = count_item(s, &r->repeats, i);
        if (rc == 0 && repeats(f, false))
            rc = count_item(s, &r->repeats_due, i);
        r->lone += is_lone(f, true);
        r->lone_due += is_lone(f, false);
    }
    return rc;
}

/* The newer one of two that hold as much. */
static void take_most(struct seen_most *most, const struct met *met, uint64_t items)
{
    if (items > most->items || (items == most->items && items > 0 && met->row > most->row))
        *most = (struct seen_most){.row = met->row, .items = items, .amounts = met->amount};
}

/* The newer one of two that weigh as much. */
static bool is_heavier(const struct met *met, uint64_t weight, int64_t row)
{
    return met->weight > weight || (met->weight == weight && weight > 0 && met->row > row);
}

static double part_of(uint64_t weight, uint64_t whole)
{
    return weight < whole ? (double)weight / (double)whole : 1;
}

static void name_most(struct sweep *s)
{
    uint64_t weight = 0, off = 0;
    for (size_t i = 0; i < s->met_room; i++) {
        const struct met *met = &s->met[i];
        if (!met->row)
            continue;
        take_most(&s->result.most_number, met, met->number);
        take_most(&s->result.most_due, met, met->due);
        take_most(&s->result.most_rejected, met, met->rejected_items);
        if (is_heavier(met, weight, s->result.contained_in)) {
            weight = met->weight;
            s->result.contained_in = met->row;
        }
        if (!met->periodic && is_heavier(met, off, s->result.contained_off_in)) {
            off = met->weight;
            s->result.contained_off_in = met->row;
        }
    }
    if (s->weight > 0) {
        s->result.containment = part_of(weight, s->weight);
        s->result.containment_off = part_of(off, s->weight);
    }
}

static int finish(struct sweep *s, struct sweep_result *result)
{
    int rc = count_items(s);
    if (rc)
        return rc;
    name_most(s);
    *result = s->result;
    return 0;
}

int sweep_step(struct sweep *s, unsigned most, struct sweep_result *result)
{
    struct own_group group;
    int rc = s->generation == s->seen->generation ? SLUSS_OK : begin(s);
    for (unsigned done = 0; rc >= 0 && done < most;) {
        rc = next_group(s, &group);
        if (rc == 1) {
            done += (unsigned)(group.g.n < most ? group.g.n : most);
            rc = compare_group(s, &group);
        } else if (rc == 0) {
            rc = next_later(s);
            if (rc == 0)
                return finish(s, result);
        }
    }
    return rc < 0 ? rc : 1;
}
