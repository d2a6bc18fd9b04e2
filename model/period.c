/* period.c -- see period.h */
#include "model/period.h"

#include <stdio.h>

#include "model/calendar.h"
#include "model/error.h"

static int months_of(enum period_kind kind)
{
    return kind == PERIOD_QUARTER ? 3 : 1;
}

/* Months are counted from the year 0, so that steps over the year's end are additions. */
static struct date month_start(int month)
{
    return (struct date){(int16_t)(month / 12), (uint8_t)(month % 12 + 1), 1};
}

static struct period starting(enum period_kind kind, int month)
{
    return (struct period){kind, month_start(month), month_start(month + months_of(kind))};
}

static int start_month(const struct period *period)
{
    return period->first.year * 12 + period->first.month - 1;
}

int period_parse(enum period_kind kind, struct span text, struct period *out)
{
    const bool quarter = kind == PERIOD_QUARTER;
    char separator = text.n > 4 ? text.p[4] : '\0';
    int year, number;

    if (text.n != (quarter ? 6u : 7u) || !span_all_digits(span_of(text.p, 4)) ||
        !span_all_digits(span_of(text.p + 5, text.n - 5)))
        return SLUSS_ESYNTAX;
    if (quarter ? separator != 'Q' && separator != 'q' : separator != '-')
        return SLUSS_ESYNTAX;
    year = (text.p[0] - '0') * 1000 + (text.p[1] - '0') * 100 + (text.p[2] - '0') * 10 +
           (text.p[3] - '0');
    number = text.p[5] - '0';
    if (!quarter)
        number = number * 10 + (text.p[6] - '0');
    /* Earlier and later ones have no instants that everything here can hold. */
    if (year < 1970 || year > 9000 || number < 1 || number > (quarter ? 4 : 12))
        return SLUSS_ESYNTAX;
    *out = starting(kind, year * 12 + (number - 1) * months_of(kind));
    return SLUSS_OK;
}

const char *period_name(const struct period *period, char text[PERIOD_SIZE])
{
    unsigned year = (unsigned)period->first.year % 10000u;

    if (period->kind == PERIOD_QUARTER)
        snprintf(text, PERIOD_SIZE, "%04uQ%u", year, (period->first.month - 1u) / 3 % 4 + 1);
    else
        snprintf(text, PERIOD_SIZE, "%04u-%02u", year, period->first.month % 100u);
    return text;
}

struct period period_of(enum period_kind kind, struct date day)
{
    int month = day.year * 12 + day.month - 1;

    return starting(kind, month - month % months_of(kind));
}

struct period period_before(const struct period *period)
{
    return starting(period->kind, start_month(period) - months_of(period->kind));
}

struct period period_after(const struct period *period)
{
    return starting(period->kind, start_month(period) + months_of(period->kind));
}

struct period period_ended(enum period_kind kind, int64_t at_us)
{
    struct period running = period_of(kind, local_of_instant(at_us).day);

    return period_before(&running);
}

int64_t period_from_us(const struct period *period)
{
    return instant_of_day(period->first);
}

int64_t period_to_us(const struct period *period)
{
    return instant_of_day(period->next);
}

int period_days(const struct period *period)
{
    return date_to_days(period->next) - date_to_days(period->first);
}

struct date period_report_day(const struct period *period)
{
    return banking_day_from(period->next);
}
