/* calendar.h -- Swedish banking days, computed
 *
 * Not banking days: Saturdays, Sundays, 1 and 6 January, Good Friday, Easter Monday, 1 May,
 * Ascension Day, 6 June, Midsummer Eve, 24, 25, 26 and 31 December. Maundy Thursday and other
 * eves with shorter hours are banking days. Source: the public holidays act (1989:253) and the
 * days on which Bankgirot and the Riksbank's RIX settle nothing.
 */
#ifndef SLUSS_MODEL_CALENDAR_H
#define SLUSS_MODEL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/date.h"

/* 0 = Monday to 6 = Sunday. */
int weekday(struct date d);

/* Easter Sunday of a Gregorian year (1583 to 9999). */
struct date easter_sunday(int year);

bool is_banking_day(struct date d);

/* The day itself when it is a banking day, else the first one behind (before) it. */
struct date banking_day_from(struct date d);
struct date banking_day_to(struct date d);

/* Banking days in (from, to]: 0 for the same day, negative when `to` comes first. */
int banking_days_between(struct date from, struct date to);

/* The how manieth banking day of its month, from 1: counted from the month's first day up to
 * and with `d`, and from its last day back to and with `d`. A day that is no banking day counts
 * as the one before it (0 at the month's beginning), and as the one behind it. */
int banking_day_of_month(struct date d);
int banking_day_before_month_end(struct date d);

/* 28 to 31. */
int days_in_month(int year, int month);

/* The same day so many months later (at most 1200 either way); the month's last where it has no
 * such day. */
struct date date_plus_months(struct date d, int months);

/* Does a run of the same fees lie between the days: 1, 2, 3, 4, 6, 12 or 24 months, give or take
 * the days by which runs move (5, from a quarter on 9)? Source: the rhythms of Swedish municipal
 * billing, doc/safeguards.md. */
bool billing_period_between(struct date then, struct date now);

#endif
