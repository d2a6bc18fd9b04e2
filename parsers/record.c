#include "parsers/record.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>

#include "model/error.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Position n (from 0) in UTF-8, as a byte offset; the end when there are fewer characters. */
static size_t utf8_offset(struct span s, size_t from, size_t characters)
{
    size_t i = from;

    while (characters && i < s.n) {
        i++;
        while (i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80)
            i++;
        characters--;
    }
    return i;
}

static bool goes_on(struct span s, size_t i)
{
    return i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80;
}

struct span record_cut(struct record record, unsigned first, unsigned length)
{
    struct span s = record.bytes;
    size_t from = first - 1;
    size_t to = from + length;

    if (record.charset == CHARSET_UTF8) {
        from = utf8_offset(s, 0, from);
        to = utf8_offset(s, from, length);
    }
    if (record.charset == RECORD_UTF8_IN_BYTES) {
        while (from < to && goes_on(s, from))
            from++;
        while (to > from && goes_on(s, to))
            to--;
    }
    if (from >= s.n)
        return SPAN_NONE;
    return span_of(s.p + from, (to < s.n ? to : s.n) - from);
}

size_t record_length(struct record record)
{
    size_t n = 0;

    if (record.charset != CHARSET_UTF8)
        return record.bytes.n;
    for (size_t i = 0; i < record.bytes.n; i++)
        n += ((unsigned char)record.bytes.p[i] & 0xC0) != 0x80;
    return n;
}

/* Eight digits at once: the bytes of a word are checked and folded pairwise. */
static inline bool eight_digits(const char *p, uint64_t *number)
{
    uint64_t w;

    memcpy(&w, p, sizeof(w));
    w = le64toh(w);
    if ((w & EACH(0xF0)) != EACH(0x30) || ((w + EACH(0x06)) & EACH(0xF0)) != EACH(0x30))
        return false;
    w -= EACH(0x30);
    w = w * 10 + (w >> 8);
    w = ((w & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
         ((w >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
        32;
    *number = w & UINT32_MAX;
    return true;
}

static inline bool read_number(struct span digits, int64_t *number)
{
    uint64_t total = 0;
    uint64_t part;

    if (digits.n == 0 || digits.n > 18)
        return false;
    for (; digits.n >= 8; digits.p += 8, digits.n -= 8) {
        if (!eight_digits(digits.p, &part))
            return false;
        total = total * 100000000 + part;
    }
    for (size_t i = 0; i < digits.n; i++) {
        unsigned digit = (unsigned char)digits.p[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        total = total * 10 + digit;
    }
    *number = (int64_t)total;
    return true;
}

bool record_number(struct span digits, int64_t *number)
{
    return read_number(digits, number);
}

static inline bool all_digits(struct span s)
{
    uint64_t ignored;

    for (; s.n >= 8; s.p += 8, s.n -= 8)
        if (!eight_digits(s.p, &ignored))
            return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] - (unsigned)'0' > 9)
            return false;
    return true;
}

static inline struct span cut(const struct record *record, unsigned first, unsigned length)
{
    size_t from = first - 1;

    if (record->charset != CHARSET_UTF8 && record->charset != RECORD_UTF8_IN_BYTES &&
        from + length <= record->bytes.n)
        return span_of(record->bytes.p + from, length);
    return record_cut(*record, first, length);
}

/* span_trim, faster over the blanks that fill a field up: the first bit that differs from
 * eight blanks tells how many of them there are. */
static inline struct span trim(struct span s)
{
    uint64_t w = 0;

    for (; w == 0 && s.n >= sizeof(w);) {
        memcpy(&w, s.p, sizeof(w));
        w = le64toh(w) ^ EACH(' ');
        size_t blanks = w ? (size_t)__builtin_ctzll(w) / 8 : sizeof(w);
        s = span_of(s.p + blanks, s.n - blanks);
    }
    for (w = 0; w == 0 && s.n >= sizeof(w);) {
        memcpy(&w, s.p + s.n - sizeof(w), sizeof(w));
        w = le64toh(w) ^ EACH(' ');
        s.n -= w ? (size_t)__builtin_clzll(w) / 8 : sizeof(w);
    }
    return span_trim(s);
}

/* DDMMYY or YYMMDD in the hundred years that begin with 1970. */
static bool read_short(struct span digits, bool year_first, struct date *date)
{
    char text[8] = "20";

    if (digits.n != 6)
        return false;
    const char *year = digits.p + (year_first ? 0 : 4);
    const char *day = digits.p + (year_first ? 4 : 0);
    if (year[0] >= '7')
        memcpy(text, "19", 2);
    memcpy(text + 2, year, 2);
    memcpy(text + 4, digits.p + 2, 2);
    memcpy(text + 6, day, 2);
    return date_parse_compact(span_of(text, sizeof(text)), date) == 0;
}

/* A numeric field is whole or wrong: one that the end of the record cuts, or that has a blank
 * in it, would else become a smaller number. */
static enum record_state read_field(const struct record_field *field, struct span raw,
                                    struct record_value *value)
{
    bool whole = raw.n == field->length;

    if (field->kind == RECORD_NUMBER && whole && read_number(raw, &value->number)) {
        value->text = raw;
        return RECORD_GOOD;
    }
    if (field->kind == RECORD_DIGITS && whole && all_digits(raw)) {
        value->text = raw;
        return RECORD_GOOD;
    }
    value->text = trim(raw);
    if (value->text.n == 0)
        return field->required ? RECORD_BAD : RECORD_ABSENT;
    switch (field->kind) {
    case RECORD_FILLER:
    case RECORD_TEXT:
        return RECORD_GOOD;
    case RECORD_DIGITS:
    case RECORD_NUMBER:
        return RECORD_BAD;
    case RECORD_DATE:
        return date_parse_compact(raw, &value->date) == 0 ? RECORD_GOOD : RECORD_BAD;
    case RECORD_DATE_DMY:
    case RECORD_DATE_YMD:
        if (span_eq_str(raw, "000000"))
            return field->required ? RECORD_BAD : RECORD_ABSENT;
        return read_short(raw, field->kind == RECORD_DATE_YMD, &value->date) ? RECORD_GOOD
                                                                             : RECORD_BAD;
    }
    return RECORD_BAD;
}

unsigned record_read(const struct record_layout *layout, const struct record *record,
                     struct record_value *values)
{
    unsigned bad = 0;

    for (unsigned i = 0; i < layout->count; i++) {
        const struct record_field *field = &layout->fields[i];
        if (field->role == 0)
            continue;
        struct record_value *value = &values[field->role];
        struct span raw = cut(record, field->first, field->length);
        value->state = read_field(field, raw, value);
        bad += value->state == RECORD_BAD;
    }
    return bad;
}

unsigned record_least(const struct record_layout *layout)
{
    unsigned least = 2;

    for (unsigned i = 0; i < layout->count; i++) {
        const struct record_field *field = &layout->fields[i];
        unsigned end = (unsigned)field->first + field->length - 1;
        if (field->required && end > least)
            least = end;
    }
    return least;
}

const char *record_expected(const struct record_field *field)
{
    switch (field->kind) {
    case RECORD_FILLER:
    case RECORD_TEXT:
        return "filled in";
    case RECORD_DIGITS:
    case RECORD_NUMBER:
        return "digits throughout";
    case RECORD_DATE:
        return "a date CCYYMMDD";
    case RECORD_DATE_DMY:
        return "a date DDMMYY";
    case RECORD_DATE_YMD:
        return "a date YYMMDD";
    }
    return "filled in";
}

/* --- writing -------------------------------------------------------------------------- */

struct writer {
    enum charset charset;
    char *out;
    size_t n, room;
};

static int write_bytes(struct writer *w, const char *bytes, size_t n)
{
    if (n > w->room - w->n)
        return SLUSS_EOVERFLOW;
    memcpy(w->out + w->n, bytes, n);
    w->n += n;
    return 0;
}

static int write_fill(struct writer *w, char fill, size_t n)
{
    if (n > w->room - w->n)
        return SLUSS_EOVERFLOW;
    memset(w->out + w->n, fill, n);
    w->n += n;
    return 0;
}

static int write_characters(struct writer *w, struct span text)
{
    int r = 0;

    if (w->charset == CHARSET_UTF8)
        return write_bytes(w, text.p, text.n);
    while (r == 0 && text.n) {
        uint32_t character;
        size_t n = utf8_get(text, &character);
        char byte = (char)character;
        if (n == 0 || character > 0xFF)
            return SLUSS_EINVAL;
        r = write_bytes(w, &byte, 1);
        text = span_of(text.p + n, text.n - n);
    }
    return r;
}

/* `before` fills up on the left, otherwise blanks do on the right. */
static int write_aligned(struct writer *w, const struct record_field *field, struct span text,
                         char before)
{
    size_t length = record_length((struct record){text, CHARSET_UTF8});
    size_t rest = field->length - length;
    int r = 0;

    if (length > field->length)
        return SLUSS_EOVERFLOW;
    if (!utf8_valid(text))
        return SLUSS_EINVAL;
    if (before)
        r = write_fill(w, before, rest);
    if (r == 0 && text.n)
        r = write_characters(w, text);
    return r == 0 && !before ? write_fill(w, ' ', rest) : r;
}

static int write_number(struct writer *w, const struct record_field *field,
                        const struct record_put *put)
{
    char digits[24];
    struct span text = put->text;

    if (field->kind == RECORD_NUMBER || text.n == 0) {
        if (put->number < 0)
            return SLUSS_EINVAL;
        text = span_of(digits, (size_t)snprintf(digits, sizeof(digits), "%" PRId64, put->number));
    }
    if (!all_digits(text))
        return SLUSS_EINVAL;
    return write_aligned(w, field, text, '0');
}

static int write_date(struct writer *w, const struct record_field *field,
                      const struct record_put *put)
{
    char digits[24];
    struct date d = put->date;
    bool compact = field->kind == RECORD_DATE;

    if (!date_valid(d.year, d.month, d.day) || (!compact && (d.year < 1970 || d.year > 2069)))
        return SLUSS_EINVAL;
    if (compact)
        snprintf(digits, sizeof(digits), "%04d%02d%02d", d.year, d.month, d.day);
    else if (field->kind == RECORD_DATE_YMD)
        snprintf(digits, sizeof(digits), "%02d%02d%02d", d.year % 100, d.month, d.day);
    else
        snprintf(digits, sizeof(digits), "%02d%02d%02d", d.day, d.month, d.year % 100);
    return write_aligned(w, field, span_str(digits), '0');
}

static int write_field(struct writer *w, const struct record_field *field, char fill,
                       const struct record_put *put)
{
    switch (field->kind) {
    case RECORD_FILLER:
        return put ? SLUSS_EINVAL : write_fill(w, fill, field->length);
    case RECORD_TEXT:
        return write_aligned(w, field, put ? put->text : SPAN_NONE, put && put->right ? ' ' : 0);
    case RECORD_DIGITS:
    case RECORD_NUMBER:
        return put ? write_number(w, field, put) : write_fill(w, '0', field->length);
    case RECORD_DATE:
        return put ? write_date(w, field, put) : write_fill(w, ' ', field->length);
    case RECORD_DATE_DMY:
    case RECORD_DATE_YMD:
        return put && date_present(put->date) ? write_date(w, field, put)
                                              : write_fill(w, '0', field->length);
    }
    return SLUSS_EINVAL;
}

static const struct record_field *field_named(const struct record_layout *layout, const char *name)
{
    for (unsigned i = 0; i < layout->count; i++)
        if (strcmp(layout->fields[i].name, name) == 0)
            return &layout->fields[i];
    return NULL;
}

int record_write(const struct record_layout *layout, enum charset charset, char fill,
                 const struct record_put *values, size_t n, char *out, size_t room)
{
    struct writer w = {.charset = charset, .out = out, .room = room};
    int r = 0;

    for (size_t i = 0; i < n; i++)
        if (!field_named(layout, values[i].field))
            return SLUSS_EINVAL;
    if (layout->count == 0 || layout->fields[0].first > 1)
        r = write_bytes(&w, layout->code, strlen(layout->code));
    for (unsigned i = 0; r == 0 && i < layout->count; i++) {
        const struct record_field *field = &layout->fields[i];
        const struct record_put *put = NULL;
        for (size_t k = 0; !put && k < n; k++)
            if (field_named(layout, values[k].field) == field)
                put = &values[k];
        r = write_field(&w, field, fill, put);
    }
    return r < 0 ? r : (int)w.n;
}
