/* date.c -- civil dates and instants
 *
 * Days and dates are converted by counting in eras of 400 years that begin on 1 March (the
 * leap day is then the last of its year), as in Howard Hinnant, "chrono-Compatible Low-Level
 * Date Algorithms", days_from_civil and civil_from_days.
 */
#include "model/date.h"

#include <time.h>

#include "model/error.h"

#define DAY_US       (INT64_C(86400) * SECOND_US)
#define DAYS_OF_ERA  146097
#define EPOCH_OFFSET 719468    /* days from 0000-03-01 to 1970-01-01 */
#define DAYS_LEAST   (-719162) /* 0001-01-01 */
#define DAYS_MOST    2932896   /* 9999-12-31 */

static bool leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool date_valid(int year, int month, int day)
{
    static const uint8_t length[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    if (day <= 28) /* in every month; most dates end here */
        return true;
    return day <= length[month - 1] + (month == 2 && leap_year(year));
}

/* `n` digits as a number, or -1. One question at the end, since nearly all are digits. */
static inline int digits(const char *p, int n)
{
    unsigned number = 0;
    bool wrong = false;

    for (int i = 0; i < n; i++) {
        unsigned digit = (unsigned char)p[i] - (unsigned)'0';
        wrong |= digit > 9;
        number = number * 10 + digit;
    }
    return wrong ? -1 : (int)number;
}

static int make_date(int year, int month, int day, struct date *out)
{
    if (year < 0 || month < 0 || day < 0)
        return SLUSS_ESYNTAX;
    if (!date_valid(year, month, day))
        return SLUSS_EINVAL;
    *out = (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
    return SLUSS_OK;
}

int date_parse_iso(struct span text, struct date *out)
{
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-')
        return SLUSS_ESYNTAX;
    return make_date(digits(text.p, 4), digits(text.p + 5, 2), digits(text.p + 8, 2), out);
}

/* Of the number CCYYMMDD. */
static int date_of_number(unsigned number, struct date *out)
{
    int year = (int)(number / 10000);
    int month = (int)(number / 100 % 100);
    int day = (int)(number % 100);

    return make_date(year, month, day, out);
}

int date_parse_compact(struct span text, struct date *out)
{
    uint64_t word;

    if (text.n != 8 || !digits_word(word = digits_load(text.p)))
        return SLUSS_ESYNTAX;
    return date_of_number(digits_fold(word), out);
}

/* The six bytes behind two zeros, the first lowest. */
static uint64_t load_six(const char *p)
{
    uint32_t first;
    uint16_t last;

    memcpy(&first, p, sizeof first);
    memcpy(&last, p + sizeof first, sizeof last);
    return UINT64_C(0x3030) | (uint64_t)le32toh(first) << 16 | (uint64_t)le16toh(last) << 48;
}

int date_parse_short(struct span text, unsigned turn, struct date *out)
{
    uint64_t word;
    unsigned number;

    if (text.n != 6 || !digits_word(word = load_six(text.p)))
        return SLUSS_ESYNTAX;
    number = digits_fold(word);
    return date_of_number((number / 10000 < turn ? 20000000 : 19000000) + number, out);
}

int32_t date_to_days(struct date d)
{
    int32_t year = d.month <= 2 ? d.year - 1 : d.year;
    int32_t era = (year >= 0 ? year : year - 399) / 400;
    int32_t year_of_era = year - era * 400;
    int32_t march_based = d.month > 2 ? d.month - 3 : d.month + 9;
    int32_t day_of_year = (153 * march_based + 2) / 5 + d.day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_OF_ERA + day_of_era - EPOCH_OFFSET;
}

struct date date_from_days(int32_t days)
{
    int32_t era, day_of_era, year_of_era, day_of_year, march_based, month, year;

    if (days < DAYS_LEAST || days > DAYS_MOST)
        return DATE_NONE;
    days += EPOCH_OFFSET;
    era = days / DAYS_OF_ERA; /* never negative within the years 1 to 9999 */
    day_of_era = days - era * DAYS_OF_ERA;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    march_based = (5 * day_of_year + 2) / 153;
    month = march_based < 10 ? march_based + 3 : march_based - 9;
    year = year_of_era + era * 400 + (month <= 2);
    return (struct date){(int16_t)year, (uint8_t)month,
                         (uint8_t)(day_of_year - (153 * march_based + 2) / 5 + 1)};
}

/* `width` digits with leading zeros; returns the place behind them. */
static char *put(char *at, int number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + width;
}

static char *put_date(char *at, int year, int month, int day)
{
    at = put(at, year, 4);
    *at++ = '-';
    at = put(at, month, 2);
    *at++ = '-';
    return put(at, day, 2);
}

static char *put_time(char *at, int hour, int minute, int second)
{
    at = put(at, hour, 2);
    *at++ = ':';
    at = put(at, minute, 2);
    *at++ = ':';
    return put(at, second, 2);
}

const char *date_format(struct date d, char text[DATE_SIZE])
{
    char *end = text;

    if (date_present(d))
        end = put_date(text, d.year, d.month, d.day);
    *end = '\0';
    return text;
}

/* Whole days before the instant, and the microseconds into the day. */
static int64_t split(int64_t at_us, int64_t *of_day_us)
{
    int64_t days = at_us / DAY_US;

    *of_day_us = at_us % DAY_US;
    if (*of_day_us < 0) {
        *of_day_us += DAY_US;
        days--;
    }
    return days;
}

struct date date_of_instant(int64_t at_us)
{
    int64_t of_day_us;
    int64_t days = split(at_us, &of_day_us);

    if (days < DAYS_LEAST || days > DAYS_MOST)
        return DATE_NONE;
    return date_from_days((int32_t)days);
}

const char *instant_format(int64_t at_us, char text[INSTANT_SIZE])
{
    struct date d = date_of_instant(at_us);
    int64_t of_day_us;
    int second, milli;
    char *at = text;

    (void)split(at_us, &of_day_us);
    second = (int)(of_day_us / SECOND_US);
    milli = (int)(of_day_us % SECOND_US / 1000);
    at = put_date(at, d.year, d.month, d.day);
    *at++ = 'T';
    at = put_time(at, second / 3600, second / 60 % 60, second % 60);
    *at++ = '.';
    at = put(at, milli, 3);
    *at++ = 'Z';
    *at = '\0';
    return text;
}

/* What is left of an instant's text while it is read from the left. */
struct reader {
    const char *p;
    const char *end;
};

/* A fraction of a second behind '.' or ','; digits beyond microseconds are cut. */
static bool read_fraction(struct reader *r, int64_t *fraction_us)
{
    int64_t unit = SECOND_US / 10;
    const char *begin;

    *fraction_us = 0;
    if (r->p == r->end || (*r->p != '.' && *r->p != ','))
        return true;
    begin = ++r->p;
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, unit /= 10)
        *fraction_us += (*r->p - '0') * unit;
    return r->p > begin;
}

/* "Z", "+01:00", "-0330". */
static bool read_offset(struct reader *r, int64_t *offset_us)
{
    size_t left = (size_t)(r->end - r->p);
    const char *minutes;
    int hour, minute;

    *offset_us = 0;
    if (left == 1 && (*r->p == 'Z' || *r->p == 'z'))
        return true;
    if ((left != 6 || r->p[3] != ':') && left != 5)
        return false;
    if (*r->p != '+' && *r->p != '-')
        return false;
    minutes = r->p + (left == 6 ? 4 : 3);
    hour = digits(r->p + 1, 2);
    minute = digits(minutes, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    *offset_us = (hour * 60 + minute) * 60 * SECOND_US * (*r->p == '-' ? -1 : 1);
    return true;
}

/* "06:12:00"; 60 seconds is a leap second and counts as the next minute's first. */
static bool read_clock(struct reader *r, int64_t *of_day_us)
{
    int hour, minute, second;

    if (r->end - r->p < 8 || r->p[2] != ':' || r->p[5] != ':')
        return false;
    hour = digits(r->p, 2);
    minute = digits(r->p + 3, 2);
    second = digits(r->p + 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    *of_day_us = ((hour * 60 + minute) * 60 + second) * SECOND_US;
    r->p += 8;
    return true;
}

int instant_parse(struct span text, int64_t *at_us)
{
    struct reader r = {text.p, text.p + text.n};
    int64_t of_day_us = 0, fraction_us = 0, offset_us = 0;
    struct date d;

    if (text.n < 10 || date_parse_iso(span_of(text.p, 10), &d) != SLUSS_OK)
        return SLUSS_ESYNTAX;
    r.p += 10;
    if (r.p < r.end) {
        if (*r.p != 'T' && *r.p != 't' && *r.p != ' ')
            return SLUSS_ESYNTAX;
        r.p++;
        if (!read_clock(&r, &of_day_us) || !read_fraction(&r, &fraction_us) ||
            !read_offset(&r, &offset_us))
            return SLUSS_ESYNTAX;
    }
    *at_us = date_to_days(d) * DAY_US + of_day_us + fraction_us - offset_us;
    return SLUSS_OK;
}

const char *instant_local(int64_t at_us, char text[INSTANT_SIZE])
{
    int64_t of_day_us;
    int64_t days = split(at_us, &of_day_us);
    time_t seconds = (time_t)(days * 86400 + of_day_us / SECOND_US);
    struct tm local;
    char *at = text;

    if (!localtime_r(&seconds, &local) || local.tm_year + 1900 > 9999 || local.tm_year < -1900)
        return instant_format(at_us, text);
    at = put_date(at, local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
    *at++ = ' ';
    at = put_time(at, local.tm_hour, local.tm_min, local.tm_sec);
    *at = '\0';
    return text;
}

struct local_time local_of_instant(int64_t at_us)
{
    int64_t of_day_us;
    int64_t days = split(at_us, &of_day_us);
    time_t seconds = (time_t)(days * 86400 + of_day_us / SECOND_US);
    struct tm local;

    if (!localtime_r(&seconds, &local) || local.tm_year + 1900 > 9999 || local.tm_year < -1899)
        return (struct local_time){date_of_instant(at_us), (int)(of_day_us / SECOND_US / 60)};
    return (struct local_time){
        .day = {(int16_t)(local.tm_year + 1900), (uint8_t)(local.tm_mon + 1),
                (uint8_t)local.tm_mday},
        .minute = local.tm_hour * 60 + local.tm_min,
    };
}

int64_t instant_of_day(struct date day)
{
    struct tm local = {
        .tm_year = day.year - 1900, .tm_mon = day.month - 1, .tm_mday = day.day, .tm_isdst = -1};

    return (int64_t)mktime(&local) * SECOND_US;
}
