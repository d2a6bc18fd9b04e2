/* ordinary.c -- see ordinary.h */
#include "tests/unit/safeguards/ordinary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <math.h>

#include "model/date.h"
#include "model/error.h"

/* Up to one either way, without a pattern that a calendar has. */
static double shake(unsigned i)
{
    return (double)(i * 37 % 21) / 10.0 - 1;
}

struct habit_row ordinary_row(struct date day, unsigned i)
{
    static const struct {
        enum measure measure;
        double middle, around;
    } usual[] = {
        {MEASURE_ITEMS, ORDINARY_ITEMS, 10},
        {MEASURE_DEBIT, ORDINARY_ITEMS * ORDINARY_AMOUNT, 10 * ORDINARY_AMOUNT},
        {MEASURE_CREDIT, 0, 0},
        {MEASURE_MEDIAN, ORDINARY_AMOUNT, 500},
        {MEASURE_CREDIT_SHARE, 0.02, 0.01},
        {MEASURE_DUE_DAYS, 30, 2},
        {MEASURE_DUE_SPREAD, 10, 2},
        {MEASURE_ISSUE_DAYS, -1, 0},
        {MEASURE_ISSUE_NEWEST, 0, 0},
        {MEASURE_AMOUNTS, 60, 5},
        {MEASURE_PARTIES, 95, 5},
        {MEASURE_TOP_PARTY, 0.02, 0.01},
        {MEASURE_TOP_NAME, 0.02, 0.01},
        {MEASURE_TOP_AMOUNT, 0.1, 0.02},
        {MEASURE_ROUND, 0.1, 0.02},
        {MEASURE_WHOLE, 0.5, 0.1},
        {MEASURE_NO_REFERENCE, 0.01, 0.01},
        {MEASURE_LARGEST, 3 * ORDINARY_AMOUNT, ORDINARY_AMOUNT},
        {MEASURE_KNOWN_PARTY, 0.8, 0.05},
        {MEASURE_CONTAINMENT, 0.04, 0.03},
        {MEASURE_SEEN_AMOUNT, 0.3, 0.05},
        {MEASURE_SEEN_OFF, 0.1, 0.03},
        {MEASURE_CONTAINMENT_OFF, 0.03, 0.02},
        {MEASURE_MEAN, ORDINARY_AMOUNT, 500},
        {MEASURE_ACCOUNTS, 1, 0},
        {MEASURE_SCORE_HIGH, 0.5, 0.4},
        {MEASURE_SCORE_LOW, 0.5, 0.4},
        {MEASURE_EVIDENCE, 0.5, 0.4},
    };
    struct habit_row row = {
        .delivery = i + 1, .day = day, .minute = 6 * 60, .origin = ORDINARY_ORIGIN, .sequence = -1};

    for (size_t m = 0; m < sizeof usual / sizeof *usual; m++)
        row.of[usual[m].measure] = usual[m].middle + usual[m].around * shake(i + (unsigned)m);
    row.of[MEASURE_NUMBER_LOW] = 10000 + 100.0 * i;
    row.of[MEASURE_NUMBER_HIGH] = row.of[MEASURE_NUMBER_LOW] + 90;
    row.of[MEASURE_NUMBER_LENGTH] = 7;
    return row;
}

void ordinary_begin(struct ordinary *o, unsigned n, int every, struct date day)
{
    int32_t today = date_to_days(day);

    assert_in_range(n, 0, HABIT_MOST);
    ordinary_end(o);
    *o = (struct ordinary){.arena = arena_new(1 << 20), .profile = profile_new(day)};
    assert_non_null(o->arena);
    assert_non_null(o->profile);
    o->settings = (struct safeguard_settings)SAFEGUARDS_USUAL;
    o->unit = (struct unit_settings){
        .key = "heby/ekonomi", .partner = "heby", .language = "sv", .phase = PHASE_LIVE};
    for (unsigned i = 0; i < n; i++)
        o->rows[i] = ordinary_row(date_from_days(today - every * (int32_t)(n - i)), i);
    o->habit = (struct habit){.n = n, .of = o->rows};
    o->now = ordinary_row(day, n);
    o->now.of[MEASURE_SCORE_HIGH] = o->now.of[MEASURE_SCORE_LOW] = NAN;
    o->history = (struct history){.habit = &o->habit};
    o->delivery = (struct delivery){.file = span_str("heby.csv")};
    snprintf(o->delivery.summary.format, sizeof o->delivery.summary.format, "case-csv");
    o->delivery.summary.items = ORDINARY_ITEMS;
}

void ordinary_end(struct ordinary *o)
{
    profile_free(&o->profile);
    arena_free(&o->arena);
}

void ordinary_usual(struct ordinary *o, enum measure measure, double low, double high)
{
    for (unsigned i = 0; i < o->habit.n; i++)
        o->rows[i].of[measure] = low + (high - low) * (double)(i % 5) / 4;
}

const struct finding *ordinary_ask(struct ordinary *o, const struct check *check,
                                   enum finding_code code)
{
    struct subject subject = {.delivery = &o->delivery,
                              .unit = &o->unit,
                              .settings = &o->settings,
                              .history = &o->history,
                              .profile = o->profile,
                              .now = &o->now};

    arena_reset(o->arena);
    o->findings = (struct finding_list){.arena = o->arena};
    assert_int_equal(check->run(&subject, &o->findings), SLUSS_OK);
    for (unsigned i = 0; i < o->findings.n; i++)
        if (o->findings.of[i].code == code)
            return &o->findings.of[i];
    return NULL;
}

static void prepare_case(struct ordinary *o, const struct ordinary_case *c)
{
    ordinary_begin(o, c->rows ? c->rows : 24, 30, (struct date){2026, 3, 18});
    for (size_t i = 0; i < sizeof c->usual / sizeof *c->usual; i++)
        if (c->usual[i].low != 0 || c->usual[i].high != 0)
            ordinary_usual(o, c->usual[i].measure, c->usual[i].low, c->usual[i].high);
    if (c->items) {
        o->delivery.summary.items = c->items;
        o->now.of[MEASURE_ITEMS] = c->items;
    }
    for (size_t i = 0; i < sizeof c->now / sizeof *c->now; i++)
        if (c->now[i].measure || c->now[i].value != 0)
            o->now.of[c->now[i].measure] = c->now[i].value;
}

static bool anything_holds(const struct ordinary *o)
{
    for (unsigned i = 0; i < o->findings.n; i++)
        if (o->findings.of[i].level >= LEVEL_HOLD)
            return true;
    return false;
}

void ordinary_tell(struct ordinary *o, const struct check *check, const struct ordinary_case *cases,
                   size_t n, void (*prepare)(struct ordinary *o))
{
    for (size_t i = 0; i < n; i++) {
        const struct ordinary_case *c = &cases[i];
        const struct finding *f;

        prepare_case(o, c);
        if (prepare)
            prepare(o);
        f = ordinary_ask(o, check, c->code);
        if (c->end == HELD ? !f || f->level < LEVEL_HOLD : anything_holds(o))
            fail_msg("%s: %s", c->name, c->end == HELD ? "passes" : "is held");
        if (c->end == WARNED ? !f || f->level != LEVEL_WARN : c->end == QUIET && f)
            fail_msg("%s: %s", c->name, f ? "something is said" : "nothing is said");
    }
}
