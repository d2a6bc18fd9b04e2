/* utf16.h -- UTF-16 in pieces to UTF-8, and the marks at the beginning of a text
 *
 * Source: RFC 2781 (UTF-16), RFC 3629 (UTF-8 and its mark), Unicode 15 section 23.8 (marks).
 */
#ifndef SLUSS_MODEL_UTF16_H
#define SLUSS_MODEL_UTF16_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

enum unicode_form {
    UNICODE_NONE = 0, /* nothing tells; not UTF-16 or UTF-32 */
    UNICODE_UTF8,     /* by its mark */
    UNICODE_UTF16_LE,
    UNICODE_UTF16_BE,
    UNICODE_UTF32, /* either order; nothing here reads it */
};

/* Bytes that unicode_look needs, unless the text is shorter. */
#define UNICODE_LOOK 4

/* By a byte order mark, or by two characters of ASCII in UTF-16. *mark: bytes of the mark, to
 * be passed over. */
enum unicode_form unicode_look(struct span head, unsigned *mark);

/* Between two pieces. Begins as zeros but for `big`. */
struct utf16 {
    bool big;      /* big endian */
    bool has_odd;  /* half a unit waits for its other byte */
    uint8_t odd;   /* the byte */
    uint16_t high; /* a high surrogate that waits for its low one; 0: none */
    uint64_t broken;
};

/* Append a piece as UTF-8; at most 3 bytes for each 2, and 3 for what waited. A surrogate
 * without its other half becomes U+FFFD and is counted in `broken`. 0 or SLUSS_ENOMEM. */
int utf16_push(struct utf16 *utf16, struct span bytes, struct buf *out);

/* The end: what still waits becomes one U+FFFD, counted as above. */
int utf16_finish(struct utf16 *utf16, struct buf *out);

#endif
