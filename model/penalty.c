/* penalty.c -- see penalty.h */
#include "model/penalty.h"

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return b < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

static int64_t minus(int64_t a, int64_t b)
{
    int64_t difference;

    if (__builtin_sub_overflow(a, b, &difference))
        return b > 0 ? INT64_MIN : INT64_MAX;
    return difference;
}

/* The instant that `after_us` of the levels are counted from. */
static int64_t origin_us(const struct penalty_terms *terms, int64_t arrival_us)
{
    return terms->from == PENALTY_FROM_LIMIT ? plus(arrival_us, terms->receipt_us) : arrival_us;
}

static uint32_t occasions_of(const struct penalty_level *level, int64_t late_us)
{
    int64_t more;

    if (late_us <= level->after_us || level->times == 0)
        return 0;
    if (level->every_us <= 0)
        return 1;
    more = minus(late_us, level->after_us) / level->every_us;
    return more >= level->times ? level->times : (uint32_t)more + 1;
}

static void add(struct penalty *sum, const struct penalty_level *level, uint32_t occasions)
{
    int64_t cost;

    if (__builtin_mul_overflow(level->amount_minor, (int64_t)occasions, &cost))
        cost = INT64_MAX;
    sum->occasions += occasions;
    sum->amount_minor = plus(sum->amount_minor, cost);
}

int64_t penalty_deadline_us(const struct penalty_terms *terms, int64_t arrival_us)
{
    return plus(arrival_us, terms->receipt_us);
}

struct penalty penalty_owed(const struct penalty_terms *terms, int64_t arrival_us, int64_t at_us)
{
    int64_t late_us = minus(at_us, origin_us(terms, arrival_us));
    struct penalty owed = {0, 0};

    if (at_us <= penalty_deadline_us(terms, arrival_us))
        return owed;
    for (unsigned i = 0; i < terms->n; i++)
        add(&owed, &terms->of[i], occasions_of(&terms->of[i], late_us));
    return owed;
}

/* When the level costs once more than at `late_us`, counted from its origin; INT64_MAX: never. */
static int64_t level_next(const struct penalty_level *level, int64_t late_us)
{
    uint32_t now = occasions_of(level, late_us);
    int64_t behind;

    if (now >= level->times || (now == 1 && level->every_us <= 0))
        return INT64_MAX;
    if (now == 0)
        return level->after_us;
    if (__builtin_mul_overflow(level->every_us, (int64_t)now, &behind))
        return INT64_MAX;
    return plus(level->after_us, behind);
}

bool penalty_next(const struct penalty_terms *terms, int64_t arrival_us, int64_t at_us,
                  int64_t *step_us, struct penalty *then)
{
    const int64_t origin = origin_us(terms, arrival_us);
    const int64_t deadline = penalty_deadline_us(terms, arrival_us);
    const int64_t from = at_us > deadline ? at_us : deadline;
    int64_t first = INT64_MAX;

    for (unsigned i = 0; i < terms->n; i++) {
        int64_t next = plus(origin, level_next(&terms->of[i], minus(from, origin)));

        first = next < first ? next : first;
    }
    /* What the levels ask for before the limit falls due with it, all at once. */
    if (at_us <= deadline && penalty_owed(terms, arrival_us, plus(deadline, 1)).occasions > 0)
        first = deadline;
    if (first == INT64_MAX)
        return false;
    *step_us = first;
    *then = penalty_owed(terms, arrival_us, plus(first, 1));
    return true;
}

struct penalty penalty_most(const struct penalty_terms *terms)
{
    struct penalty most = {0, 0};

    for (unsigned i = 0; i < terms->n; i++)
        add(&most, &terms->of[i],
            terms->of[i].every_us > 0 ? terms->of[i].times : terms->of[i].times > 0);
    return most;
}
