/* record.h -- reading and writing fixed-width records by tables
 *
 * A layout is data: one row a field, with positions as the manual prints them (the first
 * character of a record is 1). One interpreter reads all of them. Positions count characters:
 * bytes in sets of one byte a character, code points in UTF-8 (bytes where its sender counted
 * those).
 */
#ifndef SLUSS_PARSERS_RECORD_H
#define SLUSS_PARSERS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/charset.h"
#include "model/date.h"
#include "model/span.h"
#include "model/text.h"

enum record_kind {
    RECORD_FILLER = 0, /* not read */
    RECORD_TEXT,       /* anything; blanks around it are not part of it */
    RECORD_DIGITS,     /* digits throughout, wanted as text */
    RECORD_NUMBER,     /* digits throughout, at most 18, wanted as a number */
    RECORD_DATE,       /* CCYYMMDD */
    RECORD_DATE_DMY,   /* DDMMYY, 1970 to 2069; zeros throughout: absent */
    RECORD_DATE_YMD,   /* YYMMDD, the same years */
};

struct record_field {
    const char *name; /* for findings: in English, as the manual means it */
    uint16_t first;   /* position from 1 */
    uint16_t length;
    enum record_kind kind;
    bool required; /* must be filled in, and right */
    uint8_t role;  /* where the value goes; 0 = nobody asks for it, it is not looked at */
};

/* Positions that hold nothing. */
#define FILLER(first, length)                                                                      \
    {                                                                                              \
        "blank", first, length, RECORD_FILLER, false, 0                                            \
    }

struct record_layout {
    char code[3]; /* what the record begins with */
    const char *title;
    const struct record_field *fields;
    unsigned count;
};

enum record_state {
    RECORD_ABSENT = 0, /* blank, or the record ends before it */
    RECORD_GOOD,
    RECORD_BAD, /* not of its kind, or absent though required */
};

struct record_value {
    enum record_state state;
    struct span text; /* trimmed; in the record's character set */
    int64_t number;   /* NUMBER */
    struct date date; /* DATE, DATE_DMY */
};

/* In struct record: UTF-8 whose positions count bytes. A field loses what it holds of a character
 * that does not lie whole in it. */
#define RECORD_UTF8_IN_BYTES CHARSET_UTF8_BROKEN

/* What the characters of a record of RECORD_MARKED are, a bit each, the first one lowest. Made
 * once a record, so that no field is looked at character by character. */
#define RECORD_MARKED 80

struct record_marks {
    uint64_t digits[2];
    uint64_t solid[2]; /* neither blank nor tab nor CR */
};

/* One record: its bytes without line end, and how to count positions in them. */
struct record {
    struct span bytes;
    enum charset charset;
    const struct record_marks *marks; /* null: none were made */
};

/* Mark RECORD_MARKED bytes. False, and *marks is not to be used, when a LF or a byte of 0x80 or
 * above is among them. */
bool record_mark(const char *bytes, struct record_marks *marks);

/* Positions first .. first + length - 1; what of them lies beyond the end is left out. */
struct span record_cut(struct record record, unsigned first, unsigned length);

/* How many characters long? */
size_t record_length(struct record record);

/* Fill values[role] for every field with a role. Returns how many are RECORD_BAD. */
unsigned record_read(const struct record_layout *layout, const struct record *record,
                     struct record_value *values);

/* The last position of any required field; 2 (the code) when none is. */
unsigned record_least(const struct record_layout *layout);

/* What a field of the kind must be, for a finding: "a number". */
const char *record_expected(const struct record_field *field);

/* A value to be written, for the field of that name (of several, the first). Which member
 * counts depends on the field: `text` of TEXT and DIGITS, `number` of NUMBER and of DIGITS
 * without text, `date` of dates. */
struct record_put {
    const char *field;
    struct span text; /* UTF-8 */
    int64_t number;
    struct date date;
    bool right; /* TEXT: to the right end of its field */
};

/* The line of a record, without line end, by the table it is read by. Numbers stand to the
 * right behind zeros, texts to the left before blanks. What no value is given for: the code of
 * the layout in positions 1 and 2, `fill` in what holds nothing, zeros in numbers and DATE_DMY,
 * blanks elsewhere. Text becomes ISO-8859-1, or stays UTF-8 with CHARSET_UTF8; positions are
 * characters either way. Returns the bytes written; SLUSS_EINVAL for a field that the layout
 * has not, a text that is not of its kind or not in the character set; SLUSS_EOVERFLOW for a
 * value that is too long for its field, or a line for `room`: nothing is ever cut. */
int record_write(const struct record_layout *layout, enum charset charset, char fill,
                 const struct record_put *values, size_t n, char *out, size_t room);

/* Digits to a number, 1 to 18 of them. False when there is anything else. */
bool record_number(struct span digits, int64_t *number);

#endif
