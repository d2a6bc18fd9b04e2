/* date.h -- civil dates and instants
 *
 * A civil date has no time zone. An instant is an int64_t of microseconds since 1970-01-01
 * UTC, with `_us` in its name. Nothing here reads a clock. `instant_local` alone looks at the
 * process's time zone (set once at start, from the configuration).
 */
#ifndef SLUSS_MODEL_DATE_H
#define SLUSS_MODEL_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/span.h"

struct date {
    int16_t year; /* 0 = no date */
    uint8_t month;
    uint8_t day;
};

#define DATE_NONE    ((struct date){0, 0, 0})
#define DATE_SIZE    11 /* "2026-03-02" and NUL */
#define INSTANT_SIZE 28 /* "2026-03-02T06:12:00.123456Z" and NUL */

static inline bool date_present(struct date d)
{
    return d.year != 0;
}

/* Does the day exist (proleptic Gregorian, years 1 to 9999)? */
bool date_valid(int year, int month, int day);

/* "2026-03-02" exactly. 0, SLUSS_ESYNTAX (not of that shape), or SLUSS_EINVAL (no such day). */
int date_parse_iso(struct span text, struct date *out);
/* "20260302" exactly; the same errors. */
int date_parse_compact(struct span text, struct date *out);
/* "260302" exactly, years below `turn` in this century, the others in the last one; the same
 * errors. */
int date_parse_short(struct span text, unsigned turn, struct date *out);

/* Days since 1970-01-01 (negative before), and back. */
int32_t date_to_days(struct date d);
struct date date_from_days(int32_t days);

static inline int date_compare(struct date a, struct date b)
{
    int32_t x = a.year * 512 + a.month * 32 + a.day;
    int32_t y = b.year * 512 + b.month * 32 + b.day;

    return (x > y) - (x < y);
}

/* "2026-03-02"; "" for DATE_NONE. Returns `text`. */
const char *date_format(struct date d, char text[DATE_SIZE]);

/* The civil date in UTC of an instant. */
struct date date_of_instant(int64_t at_us);

/* RFC 3339 in UTC with milliseconds: "2026-03-02T06:12:00.123Z". Returns `text`. */
const char *instant_format(int64_t at_us, char text[INSTANT_SIZE]);

/* RFC 3339 with any offset, seconds' fraction optional; a bare date counts as its midnight
 * UTC. 0 or SLUSS_ESYNTAX. */
int instant_parse(struct span text, int64_t *at_us);

/* For people, in the process's time zone: "2026-03-02 07:12:00". */
const char *instant_local(int64_t at_us, char text[INSTANT_SIZE]);

/* The same as day and minute of the day. */
struct local_time {
    struct date day;
    int minute;
};
struct local_time local_of_instant(int64_t at_us);
/* The instant at which the local day begins, in the same time zone. */
int64_t instant_of_day(struct date day);

#define SECOND_US INT64_C(1000000)

#endif
