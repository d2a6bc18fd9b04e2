/* silence.c -- see silence.h
 *
 * A learned rhythm allows the longest of the last gaps but for one in forty (the conformal rank
 * of the design), and a tenth more where deliveries are rare. A pause that the unit also made at
 * this time last year, as in July, is its rhythm too.
 */
#include "safeguards/silence.h"

#include <stdlib.h>
#include <string.h>

#include "model/calendar.h"

#define GAPS_MOST   60
#define ONE_IN      40
/* Days around the same day last year in which a pause began that may come again. */
#define SEASON_DAYS 12
#define YEAR_DAYS   365

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static struct date behind(struct date day, int banking_days)
{
    int32_t at = date_to_days(day);

    while (banking_days > 0)
        banking_days -= is_banking_day(date_from_days(++at));
    return date_from_days(at);
}

/* The longest gap, in banking days, that is still ordinary; 0: too few are known. */
static int usual_gap(const struct date *days, unsigned n)
{
    int gaps[GAPS_MOST];
    unsigned count = 0, rank;

    for (unsigned i = n; i > 1 && count < GAPS_MOST; i--) {
        int gap = banking_days_between(days[i - 2], days[i - 1]);

        gaps[count++] = gap > 1 ? gap : 1;
    }
    if (count < SILENCE_GAPS_LEAST)
        return 0;
    qsort(gaps, count, sizeof *gaps, by_size);
    rank = count - (count + 1) / ONE_IN;
    return gaps[rank - 1] + (gaps[rank - 1] + 5) / 10;
}

/* The pause, in banking days, that began at about this time a year ago; 0: none is known. */
static int pause_last_year(const struct date *days, unsigned n)
{
    int32_t then = date_to_days(days[n - 1]) - YEAR_DAYS;
    int longest = 0;

    for (unsigned i = 0; i + 1 < n; i++) {
        int32_t at = date_to_days(days[i]);
        int gap = banking_days_between(days[i], days[i + 1]);

        if (at >= then - SEASON_DAYS && at <= then + SEASON_DAYS && gap > longest)
            longest = gap;
    }
    return longest > 0 ? longest + SEASON_DAYS / 2 : 0;
}

static struct date learned(const struct date *days, unsigned n)
{
    int gap = usual_gap(days, n);
    int pause = gap ? pause_last_year(days, n) : 0;

    /* Only a true pause; an ordinary gap last year says nothing of this one. */
    if (pause - SEASON_DAYS / 2 > gap)
        gap = pause;
    return gap ? behind(days[n - 1], gap) : DATE_NONE;
}

static struct date month_later(struct date day)
{
    int16_t year = (int16_t)(day.year + (day.month == 12));
    uint8_t month = (uint8_t)(day.month % 12 + 1);
    int most = days_in_month(year, month);

    return (struct date){year, month, (uint8_t)(day.day < most ? day.day : most)};
}

/* Whole days begun in "36h", "90m", "2d". */
static int days_of_time(const char *time)
{
    char *unit;
    long n = strtol(time, &unit, 10);
    long seconds = *unit == 'd' ? 86400 : *unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1;

    if (n <= 0 || n > 100000000 / seconds)
        return 1;
    return (int)((n * seconds + 86399) / 86400);
}

struct date silence_due(const struct date *days, unsigned n, const char *expect)
{
    struct date last;

    if (n == 0)
        return DATE_NONE;
    last = days[n - 1];
    if (!expect)
        return learned(days, n);
    if (strcmp(expect, "weekdays") == 0)
        return behind(last, 1);
    if (strcmp(expect, "weekly") == 0)
        return banking_day_from(date_from_days(date_to_days(last) + 7));
    if (strcmp(expect, "monthly") == 0)
        return banking_day_from(month_later(last));
    if (strcmp(expect, "daily") == 0)
        return date_from_days(date_to_days(last) + 1);
    return date_from_days(date_to_days(last) + days_of_time(expect));
}

bool silence_tell(struct date due, struct date today)
{
    return date_present(due) && date_compare(today, due) > 0 && is_banking_day(today);
}
