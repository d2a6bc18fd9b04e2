#include "parsers/record.h"

#include <inttypes.h>
#include <stdio.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "model/error.h"

#define NUMBER_DIGITS 18 /* that an int64_t always holds */

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

bool record_number(struct span digits, int64_t *number)
{
    if (digits.n == 0 || digits.n > NUMBER_DIGITS || !digits_only(digits.p, digits.n))
        return false;
    *number = digits_number(digits.p, digits.n);
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
        w = le64toh(w) ^ DIGITS_EACH(' ');
        size_t blanks = w ? (size_t)__builtin_ctzll(w) / 8 : sizeof(w);
        s = span_of(s.p + blanks, s.n - blanks);
    }
    for (w = 0; w == 0 && s.n >= sizeof(w);) {
        memcpy(&w, s.p + s.n - sizeof(w), sizeof(w));
        w = le64toh(w) ^ DIGITS_EACH(' ');
        s.n -= w ? (size_t)__builtin_clzll(w) / 8 : sizeof(w);
    }
    return span_trim(s);
}

/* --- marks ----------------------------------------------------------------------------- */

/* Of 16 bytes: where digits are, blanks, and what no usual record has. */
struct marks_16 {
    unsigned digits, blanks, odd;
};

#ifdef __SSE2__
static inline struct marks_16 mark_16(const char *p)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i digits = _mm_cmplt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8((char)(0x80 - '0'))),
                                    _mm_set1_epi8(INT8_MIN + 10));
    __m128i blanks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                  _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')),
                                               _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'))));
    __m128i odd = _mm_or_si128(bytes, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));

    return (struct marks_16){(unsigned)_mm_movemask_epi8(digits),
                             (unsigned)_mm_movemask_epi8(blanks), (unsigned)_mm_movemask_epi8(odd)};
}
#else
static inline struct marks_16 mark_16(const char *p)
{
    struct marks_16 m = {0, 0, 0};

    for (unsigned i = 0; i < 16; i++) {
        unsigned char c = (unsigned char)p[i];
        m.digits |= (unsigned)(c - '0' <= 9u) << i;
        m.blanks |= (unsigned)(c == ' ' || c == '\t' || c == '\r') << i;
        m.odd |= (unsigned)(c == '\n' || c >= 0x80) << i;
    }
    return m;
}
#endif

static inline unsigned mark_64(const char *p, uint64_t *digits, uint64_t *solid)
{
    struct marks_16 a = mark_16(p), b = mark_16(p + 16), c = mark_16(p + 32), d = mark_16(p + 48);

    *digits = (a.digits | b.digits << 16) | (uint64_t)(c.digits | d.digits << 16) << 32;
    *solid = ~((a.blanks | b.blanks << 16) | (uint64_t)(c.blanks | d.blanks << 16) << 32);
    return a.odd | b.odd | c.odd | d.odd;
}

bool record_mark(const char *bytes, struct record_marks *marks)
{
    unsigned odd = mark_64(bytes, &marks->digits[0], &marks->solid[0]);
    struct marks_16 rest = mark_16(bytes + 64);

    _Static_assert(RECORD_MARKED == 80, "64 and 16");
    marks->digits[1] = rest.digits;
    marks->solid[1] = ~(uint64_t)rest.blanks;
    return (odd | rest.odd) == 0;
}

/* --- fields ---------------------------------------------------------------------------- */

#define TURN 70 /* years of two digits begin with 1970 */

/* DDMMYY or YYMMDD. */
static bool read_short(struct span digits, bool year_first, struct date *date)
{
    char turned[6];

    if (digits.n != sizeof(turned))
        return false;
    if (!year_first) {
        memcpy(turned, digits.p + 4, 2);
        memcpy(turned + 2, digits.p + 2, 2);
        memcpy(turned + 4, digits.p, 2);
        digits.p = turned;
    }
    return date_parse_short(digits, TURN, date) == 0;
}

/* A field's text without the blanks around it, and whether all of it is digits. */
struct held {
    struct span raw, text;
    bool digits;
};

/* The marks of positions from + 1 to from + length, of which there are 1 to 64. */
static inline uint64_t marks_of(const uint64_t marks[2], unsigned from, unsigned length)
{
    uint64_t all = ~UINT64_C(0) >> (64 - length);

    if (from + length <= 64)
        return marks[0] >> from & all;
    if (from >= 64)
        return marks[1] >> (from - 64) & all;
    return (marks[0] >> from | marks[1] << (64 - from)) & all;
}

static inline struct held hold(const struct record *record, const struct record_field *field)
{
    struct span raw = cut(record, field->first, field->length);
    bool digits = raw.n == field->length && digits_only(raw.p, raw.n);

    return (struct held){raw, digits ? raw : trim(raw), digits};
}

/* A numeric field is whole or wrong: one that the end of the record cuts, or that has a blank
 * in it, would else become a smaller number. */
static enum record_state judge(const struct record_field *field, const struct held *held,
                               struct record_value *value)
{
    value->text = held->text;
    if (held->text.n == 0)
        return field->required ? RECORD_BAD : RECORD_ABSENT;
    switch (field->kind) {
    case RECORD_FILLER:
    case RECORD_TEXT:
        return RECORD_GOOD;
    case RECORD_NUMBER:
        if (!held->digits || field->length > NUMBER_DIGITS)
            return RECORD_BAD;
        value->number = digits_number(held->raw.p, field->length);
        return RECORD_GOOD;
    case RECORD_DIGITS:
        return held->digits ? RECORD_GOOD : RECORD_BAD;
    case RECORD_DATE:
        return date_parse_compact(held->raw, &value->date) == 0 ? RECORD_GOOD : RECORD_BAD;
    case RECORD_DATE_DMY:
    case RECORD_DATE_YMD:
        if (held->raw.n == 6 && memcmp(held->raw.p, "000000", 6) == 0)
            return field->required ? RECORD_BAD : RECORD_ABSENT;
        return read_short(held->raw, field->kind == RECORD_DATE_YMD, &value->date) ? RECORD_GOOD
                                                                                   : RECORD_BAD;
    }
    return RECORD_BAD;
}

/* A field as nearly all are, from the marks: a text, blank or not, or digits throughout. False
 * where it has to be looked at. */
static inline bool read_marked(const struct record_field *field, const struct record *record,
                               struct record_value *value)
{
    unsigned from = field->first - 1u;
    unsigned length = field->length;
    const char *p = record->bytes.p + from;

    if (length > 64)
        return false;
    if (field->kind == RECORD_TEXT) {
        uint64_t solid = marks_of(record->marks->solid, from, length);
        if (!solid)
            return false;
        unsigned before = (unsigned)__builtin_ctzll(solid);
        value->text = span_of(p + before, 64 - (unsigned)__builtin_clzll(solid) - before);
        value->state = RECORD_GOOD;
        return true;
    }
    if ((field->kind != RECORD_NUMBER && field->kind != RECORD_DIGITS) || length > NUMBER_DIGITS ||
        marks_of(record->marks->digits, from, length) != ~UINT64_C(0) >> (64 - length))
        return false;
    if (field->kind == RECORD_NUMBER)
        value->number = digits_number(p, length);
    value->text = span_of(p, length);
    value->state = RECORD_GOOD;
    return true;
}

unsigned record_read(const struct record_layout *layout, const struct record *record,
                     struct record_value *values)
{
    const struct record_field *end = layout->fields + layout->count;
    unsigned bad = 0;

    for (const struct record_field *field = layout->fields; field < end; field++) {
        struct record_value *value = &values[field->role];
        if (field->role == 0 || (record->marks && read_marked(field, record, value)))
            continue;
        struct held held = hold(record, field);
        value->state = judge(field, &held, value);
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
    size_t length = record_length((struct record){text, CHARSET_UTF8, NULL});
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
    if (!digits_only(text.p, text.n))
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
