/* lines.h -- bytes in, lines out, without copying where a line lies whole in the bytes
 *
 * Input:  bytes in pieces of any size. A line ends with LF or CRLF; the end is not part of it.
 *         Where `size` is set, a line also ends behind so many bytes if the next one is
 *         `begins`: records of one size that stand back to back.
 * Owner:  a line's text points into the pushed bytes, or into the splitter when the line came
 *         in several pieces; valid until the next call.
 * Limits: a line longer than RECORD_MAX is given once, with no text and `cut` set; the rest of
 *         it is passed over. Never holds more than RECORD_MAX bytes.
 */
#ifndef SLUSS_PARSERS_LINES_H
#define SLUSS_PARSERS_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

struct lines {
    struct buf held; /* the beginning of a line whose end has not come */
    uint64_t number; /* of the line given last, from 1 */
    bool given;      /* the line given last lies in `held` */
    bool passing;    /* over the rest of a line that was too long */
    char begins;     /* what each record begins with, when size is set */
    size_t size;     /* bytes of a record; 0 (as after lines_init): only line ends count */
};

struct line {
    struct span text;
    uint64_t number;
    bool ended; /* by a line end; false only for the last line of a file */
    bool cr;    /* the line end was CRLF */
    bool cut;   /* longer than RECORD_MAX */
};

void lines_init(struct lines *lines);
void lines_free(struct lines *lines);

/* The next line of *input, which is moved on behind it. 1: *line is set. 0: all of *input is
 * used up; call again with more. SLUSS_ENOMEM. */
int lines_next(struct lines *lines, struct span *input, struct line *line);

/* For a reader that finds the ends of some lines by itself: is *input at the beginning of a
 * line? If so, it may move *input on behind one and say that it did; returns its number. */
static inline bool lines_between(const struct lines *lines)
{
    return !lines->passing && (lines->given || lines->held.n == 0);
}

static inline uint64_t lines_pass(struct lines *lines)
{
    return ++lines->number;
}

/* After the last bytes: the line that has no line end, if there is one. */
bool lines_last(struct lines *lines, struct line *line);

#endif
