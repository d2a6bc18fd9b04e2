/* edifact.h -- EDIFACT segments out of bytes that come in pieces
 *
 * Source: ISO 9735 (syntax versions 1 to 4): UNA in part 1 section 6 (syntax 3: section 4),
 *         service segments UNB to UNZ in annex C, release character in part 1 section 8.2.
 * Input:  a file in pieces of any size, never trusted. A byte order mark, and blanks and line
 *         ends before a segment, are passed over. CR and LF inside a segment are folds made on
 *         the way and no part of it. An UNA holds until the next one; without it the usual
 *         separators :+?' hold, or the control characters IS1 to IS4 of UNOB where UNB is
 *         followed by one. The repetition separator of syntax 4 is not split at.
 * Owner:  a segment is valid until the next call; it points into the piece or the reader.
 * Speed:  a segment is found by its end; only edifact_split looks for what is inside.
 * Limits: RECORD_MAX bytes and EDIFACT_COMPONENTS_MAX components a segment.
 */
#ifndef SLUSS_PARSERS_EDIFACT_H
#define SLUSS_PARSERS_EDIFACT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

#define EDIFACT_TAG(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

#define EDIFACT_COMPONENTS_MAX 1024
#define EDIFACT_TYPE_SIZE      7 /* "INVOIC" and NUL */

struct edifact_segment {
    uint64_t ordinal; /* from 1; UNA does not count */
    bool high;        /* it holds a byte of 0x80 or above */
    bool split;       /* the rest below is set: by edifact_split */
    uint32_t tag; /* as EDIFACT_TAG('U', 'N', 'B'); another number when it is not three letters */
    const char *base;
    size_t n;
    unsigned components;
    unsigned elements;                      /* the tag is element 0 */
    uint32_t end[EDIFACT_COMPONENTS_MAX];   /* offset from base behind each component */
    uint16_t first[EDIFACT_COMPONENTS_MAX]; /* first component of each element */
};

enum edifact_fault {
    EDIFACT_FINE = 0,
    EDIFACT_TOO_LONG, /* a segment of more than RECORD_MAX bytes */
    EDIFACT_TOO_MANY, /* a segment of more than EDIFACT_COMPONENTS_MAX components */
    EDIFACT_BAD_UNA,  /* an UNA whose separators cannot be told apart */
};

/* Open, so that it can lie inside a parser; touched by the functions below alone. */
struct edifact_reader {
    enum edifact_fault fault; /* read nothing more */
    bool begun;               /* inside a segment */
    bool holding;             /* its bytes so far are in `held` */
    bool released;            /* a release character came last */
    char component, element, release, terminator;
    const char *limit;    /* where the piece with the segment ends */
    uint8_t stops[4][16]; /* the bytes that end a run, each many times over */
    uint64_t skip;        /* bytes to pass over before the next segment */
    unsigned start_n;
    char start[9];     /* what may become UNA or UNB, between two pieces */
    uint8_t role[256]; /* what each byte does */
    struct buf held;
    struct edifact_segment segment;
};

void edifact_init(struct edifact_reader *reader);
void edifact_free(struct edifact_reader *reader);

/* Take bytes until a segment is whole: 1 and *segment; 0 when all bytes are taken (or after a
 * fault); SLUSS_ENOMEM. *bytes moves behind what was taken. */
int edifact_next(struct edifact_reader *reader, struct span *bytes,
                 const struct edifact_segment **segment);

/* Find the elements and components of the segment given last. Must come before edifact_get. */
void edifact_split(struct edifact_reader *reader);

/* The object that follows UNO: pass over that many bytes before the next segment. Right after
 * UNO was handed out. */
void edifact_skip(struct edifact_reader *reader, uint64_t bytes);

/* At the end of the file: is there a segment (or an object) that is not whole? */
bool edifact_unended(const struct edifact_reader *reader);

/* Component `component` of element `element`, both from 0, the tag being element 0. Absent or
 * empty: SPAN_NONE. */
static inline struct span edifact_get(const struct edifact_segment *s, unsigned element,
                                      unsigned component)
{
    if (element >= s->elements)
        return SPAN_NONE;
    unsigned at = s->first[element] + component;
    unsigned stop = element + 1 < s->elements ? s->first[element + 1] : s->components;
    if (at >= stop)
        return SPAN_NONE;
    uint32_t begin = at ? s->end[at - 1] + 1 : 0;
    return s->end[at] > begin ? span_of(s->base + begin, s->end[at] - begin) : SPAN_NONE;
}

/* --- looking at the first bytes ---------------------------------------------------------- */

enum edifact_shape {
    EDIFACT_NONE = 0,
    EDIFACT_BARE,    /* begins with BGM: a message without UNB and UNH */
    EDIFACT_MESSAGE, /* begins with UNH: without UNB */
    EDIFACT_INTERCHANGE,
};

struct edifact_look {
    enum edifact_shape shape;
    bool wanted;                  /* a message of the wanted type is there */
    char type[EDIFACT_TYPE_SIZE]; /* of the first message; "" when none was seen */
    char purpose[15];             /* application reference of UNB, or message group of UNG */
};

/* What the first bytes of a file are; `wanted` names a message type ("INVOIC"). */
struct edifact_look edifact_sniff(struct span head, const char *wanted);

/* For people: which other kind of EDIFACT file this is ("an EDIFACT ORDERS message"), a
 * constant string; null when it is none, or no message was seen. */
const char *edifact_other(struct span head);

/* Is it the type of a message that is sent beside INVOIC? */
bool edifact_known(struct span type);

/* Does the file end with a whole segment of that tag? `head` gives the separators. */
bool edifact_ends_with(struct span head, struct span tail, const char *tag);

#endif
