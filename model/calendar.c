/* calendar.c -- Swedish banking days, computed */
#include "model/calendar.h"

static struct date day_of(int year, int month, int day)
{
    return (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

int weekday(struct date d)
{
    /* 1970-01-01 was a Thursday. */
    int day = (date_to_days(d) + 3) % 7;

    return day < 0 ? day + 7 : day;
}

/* The method of Meeus, Jones and Butcher for the Gregorian calendar. */
struct date easter_sunday(int year)
{
    int golden = year % 19;
    int century = year / 100, of_century = year % 100;
    int correction = (century - (century + 8) / 25 + 1) / 3;
    int epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    int to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    int late = (golden + 11 * epact + 22 * to_sunday) / 451;
    int march = epact + to_sunday - 7 * late + 114;

    return day_of(year, march / 31, march % 31 + 1);
}

/* The days that stand in the calendar by their date. */
static bool fixed_holiday(struct date d)
{
    static const struct {
        uint8_t month, day;
    } fixed[] = {{1, 1}, {1, 6}, {5, 1}, {6, 6}, {12, 24}, {12, 25}, {12, 26}, {12, 31}};

    for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (d.month == fixed[i].month && d.day == fixed[i].day)
            return true;
    return false;
}

bool is_banking_day(struct date d)
{
    int day = weekday(d);
    int behind_easter;

    if (day >= 5 || fixed_holiday(d))
        return false;
    if (d.month == 6 && day == 4 && d.day >= 19 && d.day <= 25) /* Midsummer Eve */
        return false;
    behind_easter = date_to_days(d) - date_to_days(easter_sunday(d.year));
    /* Good Friday, Easter Monday, Ascension Day. */
    return behind_easter != -2 && behind_easter != 1 && behind_easter != 39;
}

static struct date step(struct date d, int by)
{
    return date_from_days(date_to_days(d) + by);
}

struct date banking_day_from(struct date d)
{
    while (!is_banking_day(d))
        d = step(d, 1);
    return d;
}

struct date banking_day_to(struct date d)
{
    while (!is_banking_day(d))
        d = step(d, -1);
    return d;
}

int banking_days_between(struct date from, struct date to)
{
    int n = 0;

    if (date_compare(to, from) < 0)
        return -banking_days_between(to, from);
    while (date_compare(from, to) < 0) {
        from = step(from, 1);
        n += is_banking_day(from);
    }
    return n;
}

int days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static int banking_days_in(struct date first, struct date last)
{
    int n = 0;

    for (; date_compare(first, last) <= 0; first = step(first, 1))
        n += is_banking_day(first);
    return n;
}

int banking_day_of_month(struct date d)
{
    return banking_days_in(day_of(d.year, d.month, 1), d);
}

int banking_day_before_month_end(struct date d)
{
    return banking_days_in(d, day_of(d.year, d.month, days_in_month(d.year, d.month)));
}

struct date date_plus_months(struct date d, int months)
{
    int month = d.year * 12 + d.month - 1 + months;
    int last;

    d.year = (int16_t)(month / 12);
    d.month = (uint8_t)(month % 12 + 1);
    last = days_in_month(d.year, d.month);
    if (d.day > last)
        d.day = (uint8_t)last;
    return d;
}

#define MONTH_SLACK_DAYS   5
#define QUARTER_SLACK_DAYS 9

bool billing_period_between(struct date then, struct date now)
{
    static const int periods[] = {1, 2, 3, 4, 6, 12, 24};

    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        int32_t away = date_to_days(date_plus_months(then, periods[i])) - date_to_days(now);
        int32_t slack = periods[i] < 3 ? MONTH_SLACK_DAYS : QUARTER_SLACK_DAYS;

        if (away >= -slack && away <= slack)
            return true;
    }
    return false;
}
