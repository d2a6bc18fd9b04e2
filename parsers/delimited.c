#include "parsers/delimited.h"

#include <endian.h>

#include "model/error.h"
#include "model/text.h"
#include "parsers/parser.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

enum state {
    STATE_START = 0, /* between records */
    STATE_FIELD,     /* at the first byte of a field */
    STATE_PLAIN,
    STATE_QUOTED,
    STATE_CLOSED, /* behind a quote inside a quoted field: its end, or half of a doubled one */
};

void delimited_init(struct delimited *d, char separator)
{
    memset(d, 0, sizeof(*d));
    d->separator = separator;
    lines_init(&d->lines);
    buf_init(&d->held, RECORD_MAX);
}

void delimited_free(struct delimited *d)
{
    lines_free(&d->lines);
    buf_free(&d->held);
}

/* --- the fast ways: fields lie in the line as they are -------------------------------- */

/* 0x80 in each byte of w that is zero; exact, so that several hits in a word can be used. */
static inline uint64_t zero_bytes(uint64_t w)
{
    uint64_t low = EACH(0x7F);

    return ~(((w & low) + low) | w | low);
}

/* Eight bytes at i as a little-endian word; at the end of the line fewer, filled with NUL. */
static inline uint64_t word_at(struct span s, size_t i)
{
    uint64_t w = 0;

    if (s.n - i >= sizeof(w)) {
        memcpy(&w, s.p + i, sizeof(w));
        return le64toh(w);
    }
    if (s.n >= sizeof(w)) {
        memcpy(&w, s.p + s.n - sizeof(w), sizeof(w));
        return le64toh(w) >> (8 * (sizeof(w) - (s.n - i)));
    }
    for (size_t k = i; k < s.n; k++)
        w |= (uint64_t)(unsigned char)s.p[k] << (8 * (k - i));
    return w;
}

/* Where the separators stand in the 64 bytes at i: bit k for byte i + k. One loop over the bits
 * of many words mispredicts less than a loop in each word. */
static inline uint64_t separator_bits(struct span line, size_t i, uint64_t separators,
                                      uint64_t *all)
{
    uint64_t bits = 0;

    for (unsigned k = 0; k < 64 && i + k < line.n; k += 8) {
        uint64_t w = word_at(line, i + k);
        /* The product gathers the lowest bits of the eight bytes in the topmost byte. */
        uint64_t hits = (zero_bytes(w ^ separators) >> 7) * UINT64_C(0x0102040810204080) >> 56;
        *all |= w;
        bits |= hits << k;
    }
    return bits;
}

/* A line without quotes, in one pass over its words. */
static void split_plain(struct delimited *d, struct span line)
{
    const uint64_t separators = EACH(d->separator);
    struct span *field = d->field;
    uint64_t all = 0;
    size_t begin = 0;
    unsigned n = 0;

    for (size_t i = 0; i < line.n; i += 64) {
        uint64_t bits = separator_bits(line, i, separators, &all);
        for (; bits && n < DELIMITED_FIELDS_MAX - 1; bits &= bits - 1) {
            size_t at = i + (size_t)__builtin_ctzll(bits);
            field[n++] = span_of(line.p + begin, at - begin);
            begin = at + 1;
        }
        if (bits)
            d->record.too_many = true;
    }
    field[n++] = span_of(line.p + begin, line.n - begin);
    d->record.n = n;
    d->record.high = (all & EACH(0x80)) != 0;
}

/* A line whose quoted fields close in it and hold no quotes. False, with nothing promised,
 * when it is anything else. */
static bool split_quoted(struct delimited *d, struct span line)
{
    const char *p = line.p;
    const char *end = line.p + line.n;
    unsigned n = 0;

    for (;; p++) { /* behind a separator, or at the beginning */
        bool quoted = p < end && *p == '"';
        const char *begin = p + quoted;
        p = begin < end ? memchr(begin, quoted ? '"' : d->separator, (size_t)(end - begin)) : NULL;
        if (n == DELIMITED_FIELDS_MAX || (quoted && !p))
            return false;
        if (!p)
            p = end;
        d->field[n++] = span_of(begin, (size_t)(p - begin));
        p += quoted;
        if (p >= end)
            break;
        if (*p != d->separator)
            return false;
    }
    d->record.n = n;
    d->record.high = text_has_high(line);
    return true;
}

static bool split(struct delimited *d, struct span line)
{
    if (line.n && memchr(line.p, '"', line.n))
        return split_quoted(d, line);
    split_plain(d, line);
    return true;
}

/* --- the slow way: fields are unquoted into `held` ----------------------------------- */

static int next_field(struct delimited *d)
{
    if (d->record.n == DELIMITED_FIELDS_MAX) {
        d->record.too_many = true;
        return 0;
    }
    d->start[d->record.n++] = d->held.n;
    d->state = STATE_FIELD;
    return 0;
}

/* Bytes up to the next `stop`, or to the end of the piece, are the field's. */
static int take_run(struct delimited *d, struct span *piece, char stop)
{
    const char *end = memchr(piece->p, stop, piece->n);
    struct span run = span_of(piece->p, end ? (size_t)(end - piece->p) : piece->n);

    *piece = span_of(run.p + run.n, piece->n - run.n);
    if (run.n > RECORD_MAX - d->held.n)
        return SLUSS_ELIMIT;
    d->record.high = d->record.high || text_has_high(run);
    return buf_span(&d->held, run);
}

/* One step of the machine; moves *piece on by at least a byte. */
static int step(struct delimited *d, struct span *piece)
{
    char c = piece->p[0];

    if (d->state == STATE_QUOTED && c != '"')
        return take_run(d, piece, '"');
    if (d->state != STATE_QUOTED && c != d->separator && c != '"') {
        if (d->state == STATE_CLOSED)
            d->record.stray = true;
        d->state = STATE_PLAIN;
        return take_run(d, piece, d->separator);
    }
    *piece = span_of(piece->p + 1, piece->n - 1);
    if (d->state != STATE_QUOTED && c == d->separator)
        return next_field(d);
    if (d->state == STATE_FIELD) {
        d->state = STATE_QUOTED;
        return 0;
    }
    if (d->state == STATE_QUOTED) {
        d->state = STATE_CLOSED;
        return 0;
    }
    if (d->state == STATE_CLOSED) /* a doubled quote */
        d->state = STATE_QUOTED;
    return d->held.n < RECORD_MAX ? buf_char(&d->held, '"') : SLUSS_ELIMIT;
}

static void finish_record(struct delimited *d)
{
    for (unsigned i = 0; i < d->record.n; i++) {
        size_t end = i + 1 < d->record.n ? d->start[i + 1] : d->held.n;
        d->field[i] = span_of(d->held.p ? d->held.p + d->start[i] : "", end - d->start[i]);
    }
    d->state = STATE_START;
}

/* Put a line's bytes through the machine. 1: the record is complete, 0: a quote is open. */
static int take_piece(struct delimited *d, const struct line *line)
{
    struct span piece = line->text;
    int r = 0;

    if (d->state == STATE_START) {
        buf_clear(&d->held);
        d->record.n = 0;
        next_field(d);
    }
    while (r == 0 && piece.n)
        r = step(d, &piece);
    if (r < 0)
        return r;
    if (d->state == STATE_QUOTED && line->ended) {
        if (d->held.n + 2 > RECORD_MAX)
            return SLUSS_ELIMIT;
        return buf_str(&d->held, line->cr ? "\r\n" : "\n");
    }
    d->record.unclosed = d->state == STATE_QUOTED;
    finish_record(d);
    return 1;
}

static int take_line(struct delimited *d, const struct line *line)
{
    int r;

    if (d->state == STATE_START)
        d->record = (struct delimited_record){.line = line->number, .field = d->field};
    d->record.ended = line->ended;
    if (line->cut)
        r = SLUSS_ELIMIT;
    else if (d->state == STATE_START && split(d, line->text))
        return 1;
    else
        r = take_piece(d, line);
    if (r == SLUSS_ELIMIT) {
        d->state = STATE_START;
        d->record.n = 0;
        d->record.cut = true;
        return 1;
    }
    return r;
}

int delimited_next(struct delimited *d, struct span *input, const struct delimited_record **record)
{
    struct line line;
    int r;

    while ((r = lines_next(&d->lines, input, &line)) > 0) {
        r = take_line(d, &line);
        if (r != 0)
            break;
    }
    if (r > 0)
        *record = &d->record;
    return r;
}

int delimited_last(struct delimited *d, const struct delimited_record **record)
{
    struct line line = {.number = d->record.line};
    int r;

    if (!lines_last(&d->lines, &line) && d->state == STATE_START)
        return 0;
    line.ended = false; /* also when the file ends behind a line end inside quotes */
    r = take_line(d, &line);
    if (r > 0)
        *record = &d->record;
    return r;
}
