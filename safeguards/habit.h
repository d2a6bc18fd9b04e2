/* habit.h -- what a unit's deliveries are usually like, and how far one lies from it
 *
 * A stream is what one unit sends of one kind in one currency, whatever the format. Its habit
 * is the last HABIT_MOST accepted deliveries as rows of measures, so that a verdict's cost
 * does not grow with the history. Nothing is recomputed: a row is added when its delivery is
 * accepted, and taken out when that is undone.
 *
 * Ranks, not distributions, decide (conformal prediction): a score is compared with the
 * stream's own past scores, filled up with a shipped prior to HABIT_RANKED. For any
 * distribution the share of ordinary deliveries beyond the 1 - alpha rank is at most alpha.
 * Source of method and prior: measurements on public payment streams, project notes on the
 * design of safeguards.
 */
#ifndef SLUSS_SAFEGUARDS_HABIT_H
#define SLUSS_SAFEGUARDS_HABIT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/date.h"
#include "safeguards/profile.h"

#define HABIT_MOST   400
#define HABIT_RANKED 300

enum habit_flags {
    HABIT_ONCE = 1,     /* released once: its measures are no habit, only its time and origin */
    HABIT_RELEASED = 2, /* was held, and released as normal */
    HABIT_COUNTS = 4,   /* imported figures: items and debit alone */
    HABIT_EXCUSED = 8,  /* unusual, but announced */
};

/* One accepted delivery. */
struct habit_row {
    int64_t delivery; /* its row in the store */
    int64_t received_us;
    struct date day; /* local day of arrival */
    uint16_t minute; /* of the local day */
    uint16_t flags;
    uint64_t origin;  /* hash of its producer's fingerprint */
    int64_t sequence; /* the file's own serial number; -1: none */
    double of[MEASURE_COUNT];
};

/* Oldest first. */
struct habit {
    unsigned n;
    struct habit_row *of; /* room for HABIT_MOST + 1 */
};

/* How often deliveries come, by the median of the last gaps. */
enum rhythm { RHYTHM_UNKNOWN = 0, RHYTHM_DAILY, RHYTHM_WEEKLY, RHYTHM_MONTHLY, RHYTHM_RARE };
enum rhythm habit_rhythm(const struct habit *habit);

/* Which of the earlier deliveries one is compared with. */
enum habit_class {
    CLASS_ALL = 0,
    CLASS_WEEKDAY,      /* the same weekday */
    CLASS_MONTH_START,  /* among the first three banking days */
    CLASS_MONTH_END,    /* among the last three banking days */
    CLASS_DAY_OF_MONTH, /* within a day of the same day of month */
    CLASS_SEASON,       /* the same month of earlier years, within four days of month */
    CLASS_QUARTER,      /* the first month of a quarter, within four days of month */
    CLASS_LEVEL,        /* since its level changed; see habit_level */
    CLASS_COUNT
};
const char *class_name(enum habit_class c);

/* How far the volume lies from the habit, by its most forgiving class. */
struct volume_side {
    double score;                 /* -log10 of the probability, see chance.h */
    enum habit_class in;          /* the class that explains it best */
    enum measure by;              /* the measure that is furthest off */
    unsigned compared;            /* deliveries in that class */
    double usual_low, usual_high; /* 5th and 95th percentile of the measure in that class */
};
struct volume {
    struct volume_side high, low;
};
/* `now`: the delivery's own row, complete up to what its profile gives. */
void habit_volume(const struct habit *habit, const struct habit_row *now, struct volume *out);

/* A price change, a merger: where two of SHIFT_WITHIN deliveries in a row were released as
 * normal and lay beyond what was usual before on the same side, a new level began with the first
 * of them. Its row, or 0: there was no such change among the newest. Only volume, amounts and
 * dates have levels; what has come before does not become usual by being released. */
#define SHIFT_WITHIN 6
unsigned habit_level(const struct habit *habit, enum measure measure);

/* The quantile q of a measure among the rows that have it (and more than a few items, and at
 * least `items`); NAN when fewer than `least` do. After a change of level its rows alone count,
 * once they are enough; until then whichever of old and new is the wider. */
double habit_quantile(const struct habit *habit, enum measure measure, double q, unsigned least,
                      double items);

/* The numbers of items of the last deliveries, sorted, without the small supplements between
 * them. Returns how many, and at *looked how many there were with the small ones. */
#define HABIT_SIZES 10
unsigned habit_sizes(const struct habit *habit, double sizes[HABIT_SIZES], unsigned *looked);

/* Is this a supplement to the last run (N14): a small one between two of the usual size, or a
 * handful at any time? */
bool habit_is_supplement(const struct habit *habit, const struct habit_row *now);

/* Was there one as large a billing period ago: N01, the run of each quarter among daily files? */
bool habit_has_run(const struct habit *habit, const struct habit_row *now);

/* Days by which the gap before this delivery is longer than usual; 0 when it is not. */
double habit_pause(const struct habit *habit, const struct habit_row *now);

/* How many times the usual gap lies behind this delivery, when that is unusual (holidays, an
 * outage): so many times the usual volume is no surprise. 1 to 5. */
double habit_catch_up(const struct habit *habit, const struct habit_row *now);

/* The share of ordinary deliveries with a score at least this high: own past scores of
 * `measure` (one of SCORE_HIGH, SCORE_LOW, EVIDENCE) and the prior. Between 0 and 1. `least` is
 * the smallest share that must be told from none: a small one needs more of the prior. */
double habit_rank(const struct habit *habit, enum measure measure, double score, double least);

/* The last row, or null. */
const struct habit_row *habit_last(const struct habit *habit);
/* How many rows, not counting those released once or of figures alone. */
unsigned habit_full_rows(const struct habit *habit);
/* How many rows have this origin. */
unsigned habit_origin_count(const struct habit *habit, uint64_t origin);

#endif
