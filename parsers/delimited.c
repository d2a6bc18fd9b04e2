#include "parsers/delimited.h"

#include <endian.h>
#ifdef __SSE2__ /* always there on amd64 */
#include <emmintrin.h>
#endif

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

/* --- the fast way: a record without quotes, whole in the input ------------------------ */

#define BLOCK     64          /* bytes looked at together: one bit of a word each */
#define PLAIN_MAX (16 * 1024) /* bytes looked at before a record counts as a long one */

/* Which bytes of a block are what; bit k stands for byte k. */
struct block {
    uint64_t separators;
    uint64_t stops; /* line ends and quotes */
    uint64_t high;  /* 0x80 and above */
};

#ifdef __SSE2__

static inline __m128i load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline uint64_t bits_of(__m128i truth, unsigned k)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(truth) << k;
}

static inline struct block look(const char *p, char separator)
{
    const __m128i separators = _mm_set1_epi8(separator);
    const __m128i ends = _mm_set1_epi8('\n');
    const __m128i quotes = _mm_set1_epi8('"');
    struct block block = {0, 0, 0};

    for (unsigned k = 0; k < BLOCK; k += 16) {
        __m128i v = load(p + k);
        __m128i stops = _mm_or_si128(_mm_cmpeq_epi8(v, ends), _mm_cmpeq_epi8(v, quotes));
        block.separators |= bits_of(_mm_cmpeq_epi8(v, separators), k);
        block.stops |= bits_of(stops, k);
        block.high |= bits_of(v, k);
    }
    return block;
}

/* Are the high bytes of the block, of those in `within`, all well-formed characters of two
 * bytes, as those of Swedish are? *open says that the block before ended inside one. */
static inline bool two_byte_utf8(const char *p, uint64_t high, uint64_t within, uint64_t *open)
{
    uint64_t leads = 0;
    uint64_t trails = 0;
    uint64_t due;

    for (unsigned k = 0; k < BLOCK; k += 16) {
        __m128i v = load(p + k); /* compared as signed: 0x80 is the least of all */
        __m128i above = _mm_cmpgt_epi8(v, _mm_set1_epi8((char)0xC1));
        leads |= bits_of(_mm_and_si128(above, _mm_cmplt_epi8(v, _mm_set1_epi8((char)0xE0))), k);
        trails |= bits_of(_mm_cmplt_epi8(v, _mm_set1_epi8((char)0xC0)), k);
    }
    due = leads << 1 | *open;
    *open = leads >> (BLOCK - 1);
    return (((leads | trails) ^ high) & within) == 0 && ((due ^ trails) & within) == 0;
}

#else

/* The low seven bits of each byte are tested apart, so that no byte disturbs the next. */
static inline uint64_t zero_bytes(uint64_t w)
{
    return ~(((w & EACH(0x7F)) + EACH(0x7F)) | w | EACH(0x7F));
}

/* The topmost bit of each byte; the product gathers them in its topmost byte. */
static inline uint64_t bits_of(uint64_t truth, unsigned k)
{
    return ((truth & EACH(0x80)) >> 7) * UINT64_C(0x0102040810204080) >> 56 << k;
}

static inline struct block look(const char *p, char separator)
{
    struct block block = {0, 0, 0};

    for (unsigned k = 0; k < BLOCK; k += sizeof(uint64_t)) {
        uint64_t w;
        memcpy(&w, p + k, sizeof(w));
        w = le64toh(w);
        block.separators |= bits_of(zero_bytes(w ^ EACH(separator)), k);
        block.stops |= bits_of(zero_bytes(w ^ EACH('\n')) | zero_bytes(w ^ EACH('"')), k);
        block.high |= bits_of(w, k);
    }
    return block;
}

/* Not worth its while without vectors; the caller reads the characters one by one. */
static inline bool two_byte_utf8(const char *p, uint64_t high, uint64_t within, uint64_t *open)
{
    (void)p;
    *open = 0;
    return (high & within) == 0;
}

#endif

static void finish_plain(struct delimited *d, const char *begin, const char *end, unsigned n)
{
    if (end > begin && end[-1] == '\r')
        end--;
    d->field[n] = span_of(begin, (size_t)(end - begin));
    d->record.field = d->field;
    d->record.n = n + 1;
    d->record.line = lines_pass(&d->lines);
    d->record.ended = true;
    d->record.cut = d->record.too_many = d->record.unclosed = d->record.stray = false;
}

/* The record at the beginning of *input. False, with *input where it was, when it has a quote,
 * does not end here, or is unusual in length or number of fields. */
static bool take_plain(struct delimited *d, struct span *input)
{
    const char *const end = input->p + (input->n < PLAIN_MAX ? input->n : PLAIN_MAX);
    const char *begin = input->p; /* of the field */
    uint64_t open = 0;
    unsigned n = 0;

    d->record.high = false;
    d->record.utf8 = true;
    for (const char *p = begin; end - p >= BLOCK; p += BLOCK) {
        struct block block = look(p, d->separator);
        uint64_t stop = block.stops & (0 - block.stops); /* the first of them */
        uint64_t inside = stop - 1;                      /* all, when nothing stops */
        for (uint64_t bits = block.separators & inside; bits; bits &= bits - 1) {
            const char *at = p + __builtin_ctzll(bits);
            if (n == DELIMITED_FIELDS_MAX - 1)
                return false;
            d->field[n++] = span_of(begin, (size_t)(at - begin));
            begin = at + 1;
        }
        if ((block.high & inside) | open) {
            d->record.high = true;
            d->record.utf8 &= two_byte_utf8(p, block.high, inside | stop, &open);
        }
        if (stop) {
            const char *at = p + __builtin_ctzll(stop);
            if (*at != '\n')
                return false;
            finish_plain(d, begin, at, n);
            *input = span_of(at + 1, input->n - (size_t)(at + 1 - input->p));
            return true;
        }
    }
    return false;
}

/* --- a line whose fields lie in it as they are ----------------------------------------- */

/* A line whose quoted fields, if any, close in it and hold no quotes. False, with nothing
 * promised, when it is anything else. */
static bool split_line(struct delimited *d, struct span line)
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
    else if (d->state == STATE_START && split_line(d, line->text))
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

    if (d->state == STATE_START && lines_between(&d->lines) && take_plain(d, input)) {
        *record = &d->record;
        return 1;
    }
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
