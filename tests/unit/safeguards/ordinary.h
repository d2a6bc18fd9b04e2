/* ordinary.h -- a unit with a habit of ordinary rows, and one delivery to be judged against it
 *
 * Claims of a municipality: about a hundred items of about 250 kr, due in thirty days, mostly
 * on known parties. A test changes what its story changes and asks one check.
 */
#ifndef SLUSS_TESTS_ORDINARY_H
#define SLUSS_TESTS_ORDINARY_H

#include "safeguards/check.h"

#define ORDINARY_ITEMS  100
#define ORDINARY_AMOUNT 25000
#define ORDINARY_ORIGIN 4711

struct ordinary {
    struct unit_settings unit;
    struct safeguard_settings settings; /* the usual ones */
    struct delivery delivery;
    struct history history;
    struct habit habit;
    struct habit_row rows[HABIT_MOST + 1];
    struct habit_row now;
    struct profile *profile;
    struct arena *arena;
    struct finding_list findings;
};

/* The row of an ordinary delivery on that day; `i` shakes it a little. */
struct habit_row ordinary_row(struct date day, unsigned i);

/* `n` rows, `every` days apart, the last one such a step before `day`; an ordinary delivery on
 * `day` is the one to judge. Again and again: what was there is freed. */
void ordinary_begin(struct ordinary *o, unsigned n, int every, struct date day);
void ordinary_end(struct ordinary *o);

/* What the habit says of a measure from now on: between low and high. */
void ordinary_usual(struct ordinary *o, enum measure measure, double low, double high);

/* Ask the check anew. The finding of that kind, or null. */
const struct finding *ordinary_ask(struct ordinary *o, const struct check *check,
                                   enum finding_code code);

/* --- tables of cases ----------------------------------------------------------------------- */

enum ordinary_outcome {
    QUIET,  /* nothing of the kind is said, and nothing holds */
    PASSES, /* whatever is said, nothing holds */
    WARNED,
    HELD,
};

/* One story: what the habit is, what came, what is said of it. Rows of zeros say nothing. */
struct ordinary_case {
    const char *name;
    enum finding_code code;
    enum ordinary_outcome end;
    struct {
        enum measure measure;
        double value;
    } now[4];
    struct {
        enum measure measure;
        double low, high;
    } usual[4];
    unsigned items; /* 0: ORDINARY_ITEMS */
    unsigned rows;  /* of habit; 0: two years of months */
};

/* Tells each and fails by its name. `prepare` may be null. */
void ordinary_tell(struct ordinary *o, const struct check *check, const struct ordinary_case *cases,
                   size_t n, void (*prepare)(struct ordinary *o));

#endif
