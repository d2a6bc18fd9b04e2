/* signal.h -- the words in which checks speak of what is unusual
 *
 * Weights are natural log-odds that the delivery should not be processed; 10 dB of the design's
 * notes are 2.3 of them.
 */
#ifndef SLUSS_SAFEGUARDS_SIGNAL_H
#define SLUSS_SAFEGUARDS_SIGNAL_H

#include <stdbool.h>

#include "safeguards/check.h"

/* Decibans into natural log-odds. */
#define DECIBANS(db) ((db)*0.230258509)

/* Where a signal belongs: one fact seen twice counts once. */
enum signal_group {
    GROUP_CONTENT = 0,
    GROUP_VOLUME,
    GROUP_DATES,
    GROUP_ORIGIN,
    GROUP_TEST,
    GROUP_CONTROL, /* and everything that has no group of its own */
    GROUP_COUNT
};
enum signal_group signal_group_of(const char *check);

/* How careful to be. */
const struct safeguard_settings *signal_settings(const struct subject *subject);
/* The budget of false holds, as a share of the ordinary deliveries. */
double signal_budget(const struct subject *subject);

/* This delivery's value of a measure; NAN where it has none. */
double signal_now(const struct subject *subject, enum measure measure);
/* The habit's quantile, NAN below `least` deliveries. */
double signal_usual(const struct subject *subject, enum measure measure, double q, unsigned least);
/* The same among deliveries that are not much smaller than this one. */
double signal_usual_alike(const struct subject *subject, enum measure measure, double q,
                          unsigned least);
/* Deliveries the habit knows whole. */
unsigned signal_experience(const struct subject *subject);

/* Where something is unusual: did somebody say that it would come? Then that weighs nothing, and
 * the delivery does not become habit by being accepted. */
bool signal_excused(const struct subject *subject);

/* A share as a whole percent, for a fact. */
int64_t signal_percent(double share);

/* Add a finding with this weight; level hold where `hold`. */
int signal_add(struct finding_list *findings, struct finding *finding, double weight, bool hold);

#endif
