/* when.c -- times at the edge: local for people */
#include "ctl/when.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/date.h"
#include "model/error.h"

#define LONGEST_S INT64_C(3153600000) /* a hundred years */

int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

int duration_parse(const char *text, int64_t *us)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    size_t digits = strspn(text, "0123456789");
    int64_t n;

    if (digits == 0 || digits > 10)
        return SLUSS_ESYNTAX;
    n = strtoll(text, NULL, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].unit) != 0)
            continue;
        if (n > LONGEST_S / units[i].seconds)
            return SLUSS_ESYNTAX;
        *us = n * units[i].seconds * SECOND_US;
        return SLUSS_OK;
    }
    return SLUSS_ESYNTAX;
}

/* Local civil time, to the day, the minute or the second. */
static int parse_local(const char *text, int64_t *at_us)
{
    static const char *const forms[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
                                        "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct tm local = {.tm_isdst = -1};
        struct date date;
        const char *end = strptime(text, forms[i], &local);
        time_t at;

        if (!end || *end)
            continue;
        /* strptime takes the 31st of any month. */
        if (strlen(text) < 10 || date_parse_iso(span_of(text, 10), &date) != SLUSS_OK)
            return SLUSS_ESYNTAX;
        at = mktime(&local);
        *at_us = (int64_t)at * SECOND_US;
        return SLUSS_OK;
    }
    return SLUSS_ESYNTAX;
}

int when_parse(const char *text, int64_t now, int64_t *at_us)
{
    int64_t back_us;

    /* A number alone is neither a time nor a length of one. */
    if (!span_all_digits(span_str(text)) && duration_parse(text, &back_us) == SLUSS_OK) {
        *at_us = now - back_us;
        return SLUSS_OK;
    }
    if (parse_local(text, at_us) == SLUSS_OK)
        return SLUSS_OK;
    return instant_parse(span_str(text), at_us);
}

int when_end_parse(const char *text, int64_t *at_us)
{
    char next[DATE_SIZE];
    struct date day;

    if (date_parse_iso(span_str(text), &day) != SLUSS_OK)
        return when_parse(text, now_us(), at_us);
    date_format(date_from_days(date_to_days(day) + 1), next);
    return parse_local(next, at_us);
}

void when_local(struct buf *out, const char *rfc3339)
{
    char text[INSTANT_SIZE];
    int64_t at_us;

    if (rfc3339 && instant_parse(span_str(rfc3339), &at_us) == SLUSS_OK)
        buf_str(out, instant_local(at_us, text));
    else
        buf_char(out, '-');
}
