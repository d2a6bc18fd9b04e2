/* delimited.h -- bytes in, records of separated fields out: RFC 4180 with any separator
 *
 * Input:  bytes in pieces of any size. A field may be quoted; a quoted one may hold the
 *         separator, doubled quotes, and line ends. A quote inside a field that does not begin
 *         with one stands for itself.
 * Owner:  fields point into the pushed bytes, or into the reader; valid until the next call.
 * Limits: RECORD_MAX bytes a record, DELIMITED_FIELDS_MAX fields. Behind a record with `cut`
 *         the reader does not know where records begin; the caller stops reading.
 */
#ifndef SLUSS_PARSERS_DELIMITED_H
#define SLUSS_PARSERS_DELIMITED_H

#include "parsers/lines.h"

#define DELIMITED_FIELDS_MAX 256

struct delimited_record {
    uint64_t line; /* where it begins, from 1 */
    unsigned n;
    const struct span *field; /* unquoted, blanks kept */
    bool high;                /* holds a byte of 0x80 or above */
    bool utf8;                /* known to be UTF-8; false: it may be all the same */
    bool ended;               /* by a line end */
    bool cut;                 /* longer than RECORD_MAX; no fields */
    bool too_many;            /* fields; those beyond the limit are left out */
    bool unclosed;            /* a quote was open at the end of the file */
    bool stray;               /* text between a closing quote and the separator */
};

struct delimited {
    struct lines lines;
    char separator;
    int state;       /* inside a record that spans lines */
    struct buf held; /* its fields so far, one behind the other */
    size_t start[DELIMITED_FIELDS_MAX];
    struct delimited_record record;
    struct span field[DELIMITED_FIELDS_MAX];
};

void delimited_init(struct delimited *d, char separator);
void delimited_free(struct delimited *d);

/* The next record of *input, which is moved on behind it. 1: *record is set. 0: all of *input
 * is used up. SLUSS_ENOMEM. A blank line is a record of one empty field. */
int delimited_next(struct delimited *d, struct span *input, const struct delimited_record **record);

/* After the last bytes: 1 and the record that has no line end, 0 when there is none, or
 * SLUSS_ENOMEM. */
int delimited_last(struct delimited *d, const struct delimited_record **record);

#endif
