/* period.h -- the months and quarters that reports are about
 *
 * A period is whole civil days of the site's time zone (the process's, as for instant_local):
 * its two ends are local midnights, so that summer time lengthens or shortens it by its hour.
 */
#ifndef SLUSS_MODEL_PERIOD_H
#define SLUSS_MODEL_PERIOD_H

#include <stdint.h>

#include "model/date.h"
#include "model/span.h"

enum period_kind { PERIOD_MONTH = 0, PERIOD_QUARTER };

struct period {
    enum period_kind kind;
    struct date first; /* its first day */
    struct date next;  /* the first day behind it */
};

#define PERIOD_SIZE 8 /* "2026-10" or "2026Q3" and NUL */

/* "2026-10" as a month, "2026Q3" (or "2026q3") as a quarter. 0 or SLUSS_ESYNTAX. */
int period_parse(enum period_kind kind, struct span text, struct period *out);
/* Back. Returns `text`. */
const char *period_name(const struct period *period, char text[PERIOD_SIZE]);

/* The one that holds the day, and the one before another. */
struct period period_of(enum period_kind kind, struct date day);
struct period period_before(const struct period *period);
struct period period_after(const struct period *period);
/* The last that had ended at that instant. */
struct period period_ended(enum period_kind kind, int64_t at_us);

/* From (inclusive) and to (exclusive). */
int64_t period_from_us(const struct period *period);
int64_t period_to_us(const struct period *period);
/* How many days it has. */
int period_days(const struct period *period);

/* The first banking day behind it: when its report is due. */
struct date period_report_day(const struct period *period);

#endif
