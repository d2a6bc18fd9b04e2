/* counts.c -- see counts.h */
#include "gate/counts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/habit_row.h"
#include "model/error.h"
#include "model/money.h"
#include "store/habits.h"

/* --- reading -------------------------------------------------------------------------------- */

enum column { COLUMN_DATE = 0, COLUMN_ITEMS, COLUMN_SUM, COLUMN_CURRENCY, COLUMN_COUNT };

#define FIELDS_MAX   8
#define ITEMS_DIGITS 9

struct table {
    unsigned line;
    int at[COLUMN_COUNT]; /* which field; -1: not there */
    struct date today;
    struct buf *why;
};

static const char *const column_names[COLUMN_COUNT] = {"date", "items", "sum", "currency"};

static int refuse(struct table *t, const char *what)
{
    buf_printf(t->why, "line %u: %s", t->line, what);
    return SLUSS_ESYNTAX;
}

/* The text up to the mark; *rest is what follows it (null at the end). */
static struct span cut(struct span *rest, char mark)
{
    const char *end = memchr(rest->p, mark, rest->n);
    struct span part = span_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);

    *rest = end ? span_of(end + 1, rest->n - part.n - 1) : SPAN_NONE;
    return part;
}

/* The line's fields, without the blanks around them. Returns how many, or -1 for too many. */
static int split(struct span line, struct span fields[FIELDS_MAX])
{
    int n = 0;

    while (line.p && n < FIELDS_MAX)
        fields[n++] = span_trim(cut(&line, ';'));
    return line.p ? -1 : n;
}

static int read_header(struct table *t, struct span line)
{
    struct span fields[FIELDS_MAX];
    int n = split(line, fields);

    for (int c = 0; c < COLUMN_COUNT; c++) {
        t->at[c] = -1;
        for (int i = 0; i < n; i++)
            if (span_eq_str(fields[i], column_names[c]))
                t->at[c] = i;
    }
    if (t->at[COLUMN_DATE] < 0 || t->at[COLUMN_ITEMS] < 0 || t->at[COLUMN_SUM] < 0)
        return refuse(t, "the first line names the columns: date;items;sum;currency");
    return SLUSS_OK;
}

static int read_items(struct span field, uint64_t *items)
{
    if (field.n == 0 || field.n > ITEMS_DIGITS || !span_all_digits(field))
        return SLUSS_ESYNTAX;
    *items = 0;
    for (size_t i = 0; i < field.n; i++)
        *items = *items * 10 + (uint64_t)(field.p[i] - '0');
    return *items ? SLUSS_OK : SLUSS_ESYNTAX;
}

static int read_sum(struct table *t, struct span sum, struct span currency, struct past_count *out)
{
    if (currency.n == 0)
        currency = SPAN_LIT("SEK");
    if (!currency_known(currency))
        return refuse(t, "the currency is not one of ISO 4217");
    memcpy(out->currency, currency.p, 3);
    out->currency[3] = '\0';
    if (money_parse(sum, currency_exponent(currency), &out->minor) != SLUSS_OK || out->minor < 0)
        return refuse(t, "the sum is not an amount like 1234,50");
    return SLUSS_OK;
}

static int read_row(struct table *t, struct span line, struct past_count *out)
{
    struct span fields[FIELDS_MAX], of[COLUMN_COUNT] = {0};
    int n = split(line, fields);

    for (int c = 0; c < COLUMN_COUNT; c++) {
        if (t->at[c] >= n)
            return refuse(t, "fields are missing");
        if (t->at[c] >= 0)
            of[c] = fields[t->at[c]];
    }
    if (date_parse_iso(of[COLUMN_DATE], &out->day) != SLUSS_OK)
        return refuse(t, "the date is not a day like 2026-03-02");
    if (date_compare(out->day, t->today) > 0)
        return refuse(t, "the day has not come yet");
    if (read_items(of[COLUMN_ITEMS], &out->items) != SLUSS_OK)
        return refuse(t, "the number of items is not a whole number from 1 to 999999999");
    return read_sum(t, of[COLUMN_SUM], of[COLUMN_CURRENCY], out);
}

int counts_parse(struct span text, struct date today, count_visitor visit, void *context,
                 struct buf *why)
{
    static const struct span mark = {"\xEF\xBB\xBF", 3};
    struct table t = {.today = today, .why = why};
    bool header = false;
    int rc = SLUSS_OK;

    if (span_starts(text, mark))
        text = span_of(text.p + mark.n, text.n - mark.n);
    while (rc == SLUSS_OK && text.p) {
        struct span line = span_trim(cut(&text, '\n'));
        struct past_count count;

        t.line++;
        if (line.n == 0)
            continue;
        if (!header) {
            rc = read_header(&t, line);
            header = true;
            continue;
        }
        rc = read_row(&t, line, &count);
        rc = rc ? rc : visit(context, &count);
    }
    return rc == SLUSS_OK && !header ? refuse(&t, "there is nothing in it") : rc;
}

/* --- into the habit --------------------------------------------------------------------------- */

#define CURRENCIES_MAX 8

struct import {
    struct store *store;
    const char *unit;
    enum kind kind;
    char currencies[CURRENCIES_MAX][4]; /* whose streams are begun */
    unsigned n_currencies;
    unsigned rows;
    struct counts_result result;
};

/* A stream that is met for the first time loses what an earlier import gave it. */
static int open_stream(struct import *import, const char *currency, char stream[STREAM_SIZE])
{
    unsigned removed = 0;
    int rc;

    snprintf(stream, STREAM_SIZE, "%s %s %s", import->unit, kind_name(import->kind), currency);
    for (unsigned i = 0; i < import->n_currencies; i++)
        if (strcmp(import->currencies[i], currency) == 0)
            return SLUSS_OK;
    if (import->n_currencies == CURRENCIES_MAX)
        return SLUSS_ELIMIT;
    memcpy(import->currencies[import->n_currencies++], currency, 4);
    rc = habits_import_begin(import->store, stream, &removed);
    import->result.replaced += removed;
    return rc;
}

/* Of a delivery that nobody here saw: its day, its items, its sum, and nothing else. */
static struct habit_row *row_of(const struct past_count *count, int64_t received_us)
{
    struct habit_row *row = malloc(sizeof *row);

    if (!row)
        return NULL;
    *row = (struct habit_row){
        .received_us = received_us, .day = count->day, .flags = HABIT_COUNTS, .sequence = -1};
    for (unsigned i = 0; i < MEASURE_COUNT; i++)
        row->of[i] = NAN;
    row->of[MEASURE_ITEMS] = (double)count->items;
    row->of[MEASURE_DEBIT] = (double)count->minor;
    return row;
}

/* Noon, and some seconds by the order in the file, so that no two are of one time. */
static int64_t time_of(const struct import *import, const struct past_count *count)
{
    int64_t seconds = 12 * 3600 + import->rows % 36000;

    return ((int64_t)date_to_days(count->day) * 86400 + seconds) * SECOND_US;
}

static int put(struct import *import, const char *stream, const struct habit_row *row)
{
    struct buf bytes;
    int rc;

    buf_init(&bytes, 16 * 1024);
    rc = habit_row_put(&bytes, row);
    rc = rc ? rc : habits_import(import->store, stream, row->received_us, buf_view(&bytes));
    buf_free(&bytes);
    return rc;
}

static int import_count(void *context, const struct past_count *count)
{
    struct import *import = context;
    char stream[STREAM_SIZE];
    struct habit_row *row;
    int rc = open_stream(import, count->currency, stream);

    if (rc < 0)
        return rc;
    row = row_of(count, time_of(import, count));
    rc = row ? put(import, stream, row) : SLUSS_ENOMEM;
    free(row);
    if (rc < 0)
        return rc;
    import->rows++;
    if (rc > 0)
        import->result.added++;
    else
        import->result.own++;
    return SLUSS_OK;
}

int counts_import(struct store *store, const char *unit, enum kind kind, struct span text,
                  struct date today, struct counts_result *out, struct buf *why)
{
    struct import import = {.store = store, .unit = unit, .kind = kind};
    int rc = counts_parse(text, today, import_count, &import, why);

    *out = import.result;
    return rc;
}
