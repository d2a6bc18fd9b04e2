/* check.h -- what every safeguard is: facts and history in, findings out
 *
 * A check sees the delivery, what its unit agreed and what the past says; it adds findings
 * and decides nothing. Checks do not know each other. No I/O, no clock, no state.
 */
#ifndef SLUSS_SAFEGUARDS_CHECK_H
#define SLUSS_SAFEGUARDS_CHECK_H

#include <stdint.h>

#include "model/delivery.h"
#include "model/finding.h"
#include "model/settings.h"
#include "safeguards/habit.h"
#include "safeguards/history.h"
#include "safeguards/profile.h"

struct subject {
    const struct delivery *delivery;  /* with its summary */
    const struct unit_settings *unit; /* what the site says about the sender */
    const struct safeguard_settings *settings; /* how careful to be; null: as usual */
    const struct history *history;
    const struct profile *profile; /* of its items; null in tests that need none */
    struct habit_row *now;         /* its measures; checks fill in their scores. As above */
    int64_t now_us;
    uint64_t without; /* bits of `checks` (engine.h) that are not asked */
};

struct check {
    const char *name; /* of the file and of most of its findings */
    const char *asks; /* one line for people: the question it puts */
    /* 0 or SLUSS_ENOMEM. */
    int (*run)(const struct subject *subject, struct finding_list *findings);
};

extern const struct check check_testfile;  /* testfile.c: test words in the name */
extern const struct check check_unit;      /* unit.c: phase, formats and seal agreed */
extern const struct check check_duplicate; /* duplicate.c: bytes, content, items seen */
extern const struct check check_resemblance; /* resemblance.c: an earlier one in another dress */
extern const struct check check_repeat;    /* repeat.c: repeats inside the file */
extern const struct check check_paid;      /* paid.c: claims that were paid */
extern const struct check check_volume;    /* volume.c: as much as usual */
extern const struct check check_dates;     /* dates.c: dates where they usually lie */
extern const struct check check_prescribed; /* prescribed.c: claims too old */
extern const struct check check_hour;      /* hour.c: at the usual hour and weekday */
extern const struct check check_origin;    /* origin.c: from where the unit's files come */
extern const struct check check_shape;     /* shape.c: items that look like the unit's */

#endif
