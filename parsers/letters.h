/* letters.h -- the character set of each format: what its manual says, what is tried, what is said
 *
 * One table says for every format what its text should be in. What it really is, is found record
 * by record (model/charset.h), so that files put together of several are read right as well, and
 * is said once at the end of the file:
 *
 *   it is what it should be              nothing
 *   UTF-8, CP1252 or ISO-8859-15 instead ENCODING_CONVERTED (info)
 *   CP850 (or CP865, CP437), by evidence ENCODING_GUESSED (warn)
 *   UTF-8 and another in one file        ENCODING_BROKEN (warn)
 *   UTF-8 with bytes in it that are not  CHARACTERS_BROKEN (warn)
 *
 * UTF-16 and byte order marks are gone before a parser sees anything (incoming.h). Swedish 7-bit
 * is looked for in names alone (names.h). The answers are listed in doc/formats.md.
 */
#ifndef SLUSS_PARSERS_LETTERS_H
#define SLUSS_PARSERS_LETTERS_H

#include "model/charset.h"
#include "parsers/record.h"
#include "parsers/tally.h"

/* Where a format says what its text is in. */
enum letters_rule {
    LETTERS_LATIN1 = 0, /* its manual, or every original sample: ISO-8859-1 */
    LETTERS_EITHER,     /* UTF-8 or ISO-8859-1, one as right as the other */
    LETTERS_UNB,        /* each EDIFACT interchange in its UNB */
    LETTERS_XML,        /* each document in its XML declaration */
};

struct letters_policy {
    const char *format;
    enum letters_rule rule;
    bool mark;    /* a byte order mark is no news in it */
    bool reads_7; /* names in Swedish 7-bit are read; else they are pointed out */
};

/* The row of a format, by its name; null when it has none. */
const struct letters_policy *letters_policy(const char *format);
/* For findings: "ISO-8859-1". */
const char *letters_expected(enum letters_rule rule);

/* What was found in a file. Begins as zeros but for the rule. */
struct letters {
    enum letters_rule rule;
    bool utf8; /* for sure: the file began with a mark, or was UTF-16 */
    struct charset_evidence evidence;
    struct letters_count {
        uint64_t count;
        uint64_t first; /* record */
    } of[CHARSET_COUNT], in_bytes;
};

/* Count a record that is in this set. */
void letters_note(struct letters *letters, enum charset set, uint64_t record);
/* In which set is this record? Counts it. */
enum charset letters_see(struct letters *letters, struct span text, uint64_t record);

/* Room for `size` characters of any set in UTF-8. */
#define LETTERS_ROOM(size) ((size)*CHARSET_WIDEST)

/* The same for a fixed-width record that should have `size` characters: *line becomes one whose
 * text fields are UTF-8 and whose positions are right, in `recoded` (LETTERS_ROOM(size) bytes)
 * where it has to be. Returns its length in characters (in bytes, for a sender who counted them).
 *
 * A record of UTF-8 is longer in bytes than in characters. Where its bytes are exactly `size`, or
 * all such records before this one's were, the sender counted bytes, else characters. */
size_t letters_record(struct letters *letters, struct record *line, size_t size, char *recoded,
                      uint64_t record);

/* The end of the file: what there is to say. */
int letters_say(const struct letters *letters, struct tally *tally);

#endif
