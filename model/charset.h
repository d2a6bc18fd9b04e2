/* charset.h -- character sets: what bytes are which letters, there and back, and by evidence
 *
 * Inside sluss all text is UTF-8. Files come in these sets, and what they say of themselves is
 * not always so. A set is known by declaration (charset_by_name) or by evidence (charset_of).
 *
 * ISO 646-SE is the Swedish 7-bit set of SEN 850200 annex C (ISO-IR 11), where []\ are ÄÅÖ,
 * {}| äåö, and @ ^ ` ~ stand for É Ü é ü. CP437, CP850 and CP865 are one for the letters of
 * Nordic names except ø and Ø, which CP437 lacks; evidence therefore says CP850 for all three.
 */
#ifndef SLUSS_MODEL_CHARSET_H
#define SLUSS_MODEL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

enum charset {
    CHARSET_ASCII = 0,
    CHARSET_UTF8,
    CHARSET_UTF8_BROKEN, /* UTF-8 with bytes in it that are not: only by evidence */
    CHARSET_LATIN1,      /* ISO-8859-1 */
    CHARSET_LATIN9,      /* ISO-8859-15 */
    CHARSET_CP1252,
    CHARSET_CP437,
    CHARSET_CP850,
    CHARSET_CP865,
    CHARSET_SE7,      /* ISO 646-SE */
    CHARSET_LATIN2,   /* ISO-8859-2 */
    CHARSET_LATIN3,   /* ISO-8859-3 */
    CHARSET_LATIN4,   /* ISO-8859-4 */
    CHARSET_CYRILLIC, /* ISO-8859-5 */
    CHARSET_ARABIC,   /* ISO-8859-6 */
    CHARSET_GREEK,    /* ISO-8859-7 */
    CHARSET_HEBREW,   /* ISO-8859-8 */
    CHARSET_LATIN5,   /* ISO-8859-9 */
    CHARSET_COUNT
};

/* The longest a byte of any set becomes in UTF-8. */
#define CHARSET_WIDEST 3

/* "ISO-8859-1", for people and findings; a constant string. */
const char *charset_name(enum charset set);
/* By any usual name, regardless of case and of what stands between its parts: "latin1",
 * "windows-1252", "IBM865", "ISO646-SE". CHARSET_COUNT: no set here has that name. */
enum charset charset_by_name(struct span name);

/* Does every byte of 0x80 and above stand for a character of its own? (All but ASCII and
 * UTF-8; ISO 646-SE has no such bytes, and they are lost in it.) */
bool charset_is_single(enum charset set);

/* Append as UTF-8. What the set does not have becomes U+FFFD and is counted in *lost.
 * 0 or SLUSS_ENOMEM. */
int charset_decode(struct buf *out, enum charset set, struct span bytes, size_t *lost);

/* The same into memory of a fixed size: as many whole characters as fit in `room`. *bytes moves
 * behind what was taken, so that bytes->n > 0 says it did not all fit. Returns the length. */
size_t charset_decode_into(enum charset set, struct span *bytes, char *out, size_t room,
                           size_t *lost);

/* Append UTF-8 in the set. A character outside it becomes '?' and is counted in *lost; nothing
 * else is changed. 0 or SLUSS_ENOMEM. */
int charset_encode(struct buf *out, enum charset set, struct span utf8, size_t *lost);

/* --- by evidence ---------------------------------------------------------------------- */

/* What was seen in a file so far; begins as zeros. */
struct charset_evidence {
    uint32_t dos;     /* for CP850: its letters where letters stand */
    uint32_t windows; /* for CP1252: its signs where signs stand */
    uint32_t latin;   /* for ISO-8859-1 and its likes: letters from 0xC0 on, beside letters */
    uint32_t latin9;  /* for ISO-8859-15: its own letters beside letters */
};

/* In which set is this text (a record, a field) of a Nordic file?
 *
 *   no byte of 0x80 or above                     ASCII
 *   well-formed UTF-8                            UTF-8
 *   mostly well-formed, more so than not         UTF-8_BROKEN
 *   letters of DOS (ä is 0x84) beside letters    CP850
 *   0xA6 A8 B4 B8 BC BD BE as letters            ISO-8859-15
 *   0x80 to 0x9F otherwise                       CP1252
 *   else                                         ISO-8859-1
 *
 * Where the text itself says too little, what was seen before decides. *seen is added to; null:
 * nothing was seen and nothing is kept. ISO 646-SE is not found here: see charset_looks_se7. */
enum charset charset_of(struct span text, struct charset_evidence *seen);

/* Do []\{}| stand in the text as letters of ISO 646-SE do? */
enum se7_look {
    SE7_NO = 0,
    SE7_MAYBE, /* beside a letter, as a bracket may be too */
    SE7_YES,   /* between letters, in their case: "Bj|rn", "S\DERBERG" */
};

/* Never yes for text with a byte of 0x80 or above. */
enum se7_look charset_looks_se7(struct span text);

/* Was UTF-8 read as ISO-8859-1 or CP1252 and written as UTF-8 again, so that "ä" is "Ã¤"? Of
 * UTF-8. Such text is not mended: whoever wrote it may mean it. */
bool charset_twice_encoded(struct span utf8);

/* Are there letters that somebody lost: U+FFFD, or a '?' in a word before its last letter? */
bool charset_letters_lost(struct span utf8);

#endif
