/* writer.h -- payments written as a file of another format
 *
 * Input:  the payments of one file (payments.h), read without a finding of level reject.
 * Output: the whole file, appended to a buffer; nothing is to be used of it after a failure.
 * Report: what the format has no place for is named, field by field and never by its content.
 *         Amounts, references, dates, payee accounts and counts are carried whole, or the file
 *         is refused: SLUSS_EINVAL, with `refused` a sentence and `refused_at` its record.
 * Pure:   the clock and the serial numbers are the caller's.
 */
#ifndef SLUSS_PARSERS_WRITER_H
#define SLUSS_PARSERS_WRITER_H

#include "model/buf.h"
#include "parsers/payments.h"

#define WRITER_LOST 32 /* fields a report can name */

struct writer_order {
    struct date day;      /* local, when it is written */
    int64_t day_us;       /* microseconds of that day */
    bool test;            /* mark it as a test */
    struct span payee;    /* the account to be written where the file names it otherwise; or none */
    int64_t first_serial; /* of deposits whose file gives them none */
};

struct writer_lost {
    const char *field; /* in English, of our own words */
    const char *why;
    uint64_t count;
    uint64_t first; /* record; 0: of the whole file */
};

struct writer_report {
    unsigned n;
    struct writer_lost lost[WRITER_LOST];
    uint64_t payments; /* written */
    struct sums sums;  /* of them, deductions negative */
    const char *refused;
    uint64_t refused_at; /* 0: not one record */
};

struct format_writer {
    const char *format; /* a name as in parser.h */
    int (*write)(const struct payments *payments, const struct writer_order *order, struct buf *out,
                 struct writer_report *report);
};

extern const struct format_writer *const writers[];
extern const size_t writer_count;

/* The writer of a format, or null. */
const struct format_writer *writer_by_name(struct span name);

/* For writers: one more of a field that is not carried; the same, refused. */
void writer_lose(struct writer_report *report, const char *field, const char *why, uint64_t record);
int writer_refuse(struct writer_report *report, const char *why, uint64_t record);

#endif
