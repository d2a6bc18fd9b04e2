/* origin.c -- see origin.h */
#include "parsers/origin.h"

#include <stdio.h>
#include <string.h>

#include "model/buf.h"
#include "model/date.h"
#include "model/error.h"
#include "model/text.h"
#include "parsers/sealed.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define DAY_US       (INT64_C(86400) * SECOND_US)

/* A file being looked at: the beginning of its content, what is left of it to read, and what
 * was learned. */
struct look {
    struct span head;
    struct span rest;
    struct span tail;
    uint64_t hash;
    bool known; /* enough was there to tell its layout */
    struct origin *out;
};

/* --- small things --------------------------------------------------------------------------- */

#define HASH_START UINT64_C(0xCBF29CE484222325) /* FNV-1a: it need not withstand anybody */
#define HASH_PRIME UINT64_C(0x100000001B3)

static void mix_bytes(struct look *l, struct span bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        l->hash = (l->hash ^ (unsigned char)bytes.p[i]) * HASH_PRIME;
}

/* One trait of the layout. */
static void mix(struct look *l, const char *trait, struct span value)
{
    mix_bytes(l, span_str(trait));
    mix_bytes(l, SPAN_LIT("="));
    mix_bytes(l, value);
    mix_bytes(l, SPAN_LIT("\n"));
}

static void mix_number(struct look *l, const char *trait, unsigned n)
{
    char digit[2] = {(char)('0' + n % 64), 0};

    mix(l, trait, span_of(digit, 1));
}

static struct span behind(struct span text, size_t n)
{
    return n < text.n ? span_of(text.p + n, text.n - n) : SPAN_NONE;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The blanks that *text begins with, taken off. */
static struct span take_blanks(struct span *text)
{
    struct span blanks = span_of(text->p, 0);

    while (blanks.n < text->n && is_blank(text->p[blanks.n]))
        blanks.n++;
    *text = behind(*text, blanks.n);
    return blanks;
}

/* Up to the first of `c`, which is taken too; all of it where there is none. */
static struct span take_until(struct span *text, char c)
{
    const char *end = text->n ? memchr(text->p, c, text->n) : NULL;
    struct span taken = end ? span_of(text->p, (size_t)(end - text->p)) : *text;

    *text = behind(*text, taken.n + 1);
    return taken;
}

static struct span take_line(struct span *text)
{
    struct span line = take_until(text, '\n');

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* A number of at most 18 digits; -1: it is none. */
static int64_t number_of(struct span digits)
{
    int64_t n = 0;

    if (!span_all_digits(digits) || digits.n > 18)
        return -1;
    for (size_t i = 0; i < digits.n; i++)
        n = n * 10 + (digits.p[i] - '0');
    return n;
}

/* A time in digits: [CC]YYMMDD[hhmm[ss[...]]]. 0 where it is none. */
static int64_t stamp_of(struct span digits)
{
    char text[32];
    struct date day;
    size_t century = digits.n == 6 || digits.n == 10 ? 2 : 0;
    int64_t hour = 0, minute = 0, second = 0;

    if (!span_all_digits(digits) || digits.n < 6 || digits.n > 20)
        return 0;
    snprintf(text, sizeof text, "%s%.*s00000000", century ? "20" : "", SPAN_FMT(digits));
    if (date_parse_compact(span_of(text, 8), &day) != 0)
        return 0;
    hour = number_of(span_of(text + 8, 2));
    minute = number_of(span_of(text + 10, 2));
    second = number_of(span_of(text + 12, 2));
    if (hour > 23 || minute > 59 || second > 60)
        return 0;
    return date_to_days(day) * DAY_US + ((hour * 60 + minute) * 60 + second) * SECOND_US;
}

/* A time as XML writes it, with zone or without. 0 where it is none. */
static int64_t instant_of(struct span text)
{
    char with_zone[40];
    int64_t at_us;

    text = span_trim(text);
    if (text.n == 0 || text.n > sizeof with_zone - 2)
        return 0;
    if (instant_parse(text, &at_us) == 0)
        return at_us;
    snprintf(with_zone, sizeof with_zone, "%.*sZ", SPAN_FMT(text));
    return instant_parse(span_str(with_zone), &at_us) == 0 ? at_us : 0;
}

/* --- the producer's name ---------------------------------------------------------------------- */

static bool in_figure(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '.';
}

/* Dates and identities have six digits and more, times a colon; versions have neither. */
static int put_masked(struct buf *out, struct span text)
{
    for (size_t i = 0, end; i < text.n; i = end) {
        unsigned digits = 0, least = 6;
        for (end = i; end < text.n && in_figure(text.p[end]); end++) {
            digits += text.p[end] >= '0' && text.p[end] <= '9';
            least = text.p[end] == ':' ? 3 : least;
        }
        if (digits >= least) {
            (void)buf_char(out, '#');
            continue;
        }
        while (end < text.n && !in_figure(text.p[end]))
            end++;
        (void)buf_span(out, span_of(text.p + i, end - i));
    }
    return buf_error(out);
}

static void set_producer(struct look *l, struct span name)
{
    struct buf masked, shown;

    name = utf8_cut(span_trim(name), 4 * ORIGIN_TEXT_MAX);
    if (l->out->producer[0] || name.n == 0)
        return;
    buf_init(&masked, 8 * ORIGIN_TEXT_MAX);
    buf_init(&shown, 64 * ORIGIN_TEXT_MAX);
    if (put_masked(&masked, name) == 0 && text_escape(&shown, buf_view(&masked)) == 0) {
        struct span cut = utf8_cut(buf_view(&shown), ORIGIN_TEXT_MAX - 1);
        memcpy(l->out->producer, cut.p, cut.n);
    }
    buf_free(&masked);
    buf_free(&shown);
}

/* --- lines ------------------------------------------------------------------------------------ */

enum line_end { END_LF = 1, END_CRLF = 2, END_CR = 4 };

/* Which line ends stand there; those within quotes are the field's. */
static unsigned line_ends(struct span text, bool quotes)
{
    unsigned ends = 0;
    bool inside = false;

    for (size_t i = 0; i < text.n; i++) {
        char next = i + 1 < text.n ? text.p[i + 1] : '\n';
        if (quotes && text.p[i] == '"')
            inside = !inside;
        if (inside || (text.p[i] != '\n' && text.p[i] != '\r'))
            continue;
        if (text.p[i] == '\n')
            ends |= i && text.p[i - 1] == '\r' ? END_CRLF : END_LF;
        else if (next != '\n')
            ends |= END_CR;
    }
    return ends;
}

/* --- fixed-width records ---------------------------------------------------------------------- */

struct place {
    unsigned from, n; /* position from 1, length; 0: not there */
};

/* What first records tell; positions as the tables of the formats' own files have them. */
static const struct opening {
    const char *format;
    struct place mark; /* where `text` stands */
    const char *text;
    struct place layout, created, serial;
} openings[] = {
    {"bgmax", {1, 2}, "01", {3, 22}, {25, 20}, {0, 0}},
    {"total-in", {1, 2}, "00", {37, 13}, {15, 20}, {35, 2}},
    {"autogiro", {3, 8}, "AUTOGIRO", {45, 20}, {25, 20}, {0, 0}},
    {"autogiro", {11, 8}, "AUTOGIRO", {11, 34}, {3, 8}, {0, 0}},
    {"lb", {1, 2}, "11", {19, 22}, {13, 6}, {0, 0}},
    {"bankgiro-ocr", {1, 2}, "00", {72, 9}, {50, 6}, {0, 0}},
    {"ocr-giro", {1, 8}, "NY000010", {9, 8}, {0, 0}, {17, 7}},
};

static struct span at_place(struct span line, struct place place)
{
    struct span text = behind(line, place.from - 1);

    if (place.from == 0)
        return SPAN_NONE;
    return span_trim(span_of(text.p, text.n < place.n ? text.n : place.n));
}

static void look_at_opening(struct look *l, const char *format, struct span line)
{
    for (size_t i = 0; i < COUNT(openings); i++) {
        const struct opening *o = &openings[i];
        if (strcmp(o->format, format) != 0 || !span_eq_str(at_place(line, o->mark), o->text))
            continue;
        mix(l, "layout", at_place(line, o->layout));
        l->out->created_us = stamp_of(at_place(line, o->created));
        l->out->sequence = number_of(at_place(line, o->serial));
        return;
    }
}

#define RECORD_LENGTH 80

/* Also the layouts that customers declare, of which nothing more is known here. */
static void look_at_records(struct look *l, const char *format)
{
    struct span line;

    (void)take_blanks(&l->rest);
    mix_number(l, "ends", line_ends(l->head, false));
    line = take_line(&l->rest);
    if (line.n == 0)
        return;
    mix_number(l, "filled", line.n >= RECORD_LENGTH ? 2 : line.p[line.n - 1] == ' ');
    look_at_opening(l, format, line);
    l->known = true;
}

/* --- case-csv --------------------------------------------------------------------------------- */

struct csv_field {
    struct span text; /* without its quotes */
    bool quoted;
    bool last; /* of its record */
};

static struct csv_field take_field(struct span *rest)
{
    struct csv_field f = {.text = *rest};
    size_t i = 0;
    bool inside = false;

    for (; i < rest->n && (inside || (rest->p[i] != ';' && rest->p[i] != '\n')); i++)
        if (rest->p[i] == '"')
            inside = !inside;
    f.text.n = i;
    f.last = i >= rest->n || rest->p[i] == '\n';
    *rest = behind(*rest, i + 1);
    f.text = span_trim(f.text);
    if (f.text.n >= 2 && f.text.p[0] == '"') {
        f.quoted = true;
        f.text = span_of(f.text.p + 1, f.text.n - 2);
    }
    return f;
}

/* "#case-csv;version=1;created=...;producer=..." */
static void look_at_csv_intro(struct look *l)
{
    struct span line = take_line(&l->rest);

    while (line.n) {
        struct span value = take_until(&line, ';');
        struct span key = take_until(&value, '=');
        mix(l, "key", key);
        if (span_eq_str(key, "version"))
            mix(l, "version", value);
        else if (span_eq_str(key, "created"))
            l->out->created_us = instant_of(value);
        else if (span_eq_str(key, "producer"))
            set_producer(l, value);
        else if (span_eq_str(key, "sequence") || span_eq_str(key, "serial"))
            l->out->sequence = number_of(span_trim(value));
    }
}

/* The columns as written; where the amount stands, or -1. */
static int look_at_csv_header(struct look *l)
{
    struct span line = take_line(&l->rest);
    int amount = -1;

    mix(l, "columns", line);
    for (int i = 0; line.n; i++) {
        struct csv_field f = take_field(&line);
        if (f.text.n == 6 && strncasecmp(f.text.p, "amount", 6) == 0)
            amount = i;
    }
    return amount;
}

/* '.' or ',' before the last digits; 0: none. */
static char decimal_mark(struct span amount)
{
    for (size_t i = amount.n; i > 0; i--) {
        char c = amount.p[i - 1];
        if (c == '.' || c == ',')
            return amount.n - i <= 2 ? c : 0;
        if (c < '0' || c > '9')
            return 0;
    }
    return 0;
}

static bool has_letter(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z')
            return true;
    return false;
}

/* How quotes are used is told by the first row: it has texts and numbers. The first amount with
 * a decimal mark tells which; where none has, it is the comma of the format. */
static void look_at_csv_rows(struct look *l, int amount)
{
    unsigned bare = 0;
    char mark = 0;

    for (bool first = true; l->rest.n && (first || !mark); first = false) {
        struct csv_field f = {0};
        if (l->rest.p[0] == '#')
            break;
        for (int i = 0; !f.last; i++) {
            f = take_field(&l->rest);
            if (i == amount && !mark)
                mark = decimal_mark(f.text);
            if (first && f.text.n && !f.quoted)
                bare |= has_letter(f.text) ? 2 : 1;
        }
        l->known = true;
    }
    mix_number(l, "unquoted", bare);
    mix_number(l, "decimal", mark == '.');
}

static bool ends_with_end(struct span tail)
{
    struct span line = span_trim(tail);
    const char *begin = line.n ? memrchr(line.p, '\n', line.n) : NULL;

    if (begin)
        line = behind(line, (size_t)(begin + 1 - line.p));
    return span_starts(line, SPAN_LIT("#end"));
}

static void look_at_csv(struct look *l)
{
    mix_number(l, "ends", line_ends(l->head, true));
    if (span_starts(l->rest, SPAN_LIT("#")))
        look_at_csv_intro(l);
    look_at_csv_rows(l, look_at_csv_header(l));
    mix_number(l, "end", ends_with_end(l->tail));
}

/* --- XML -------------------------------------------------------------------------------------- */

#define TAGS_LOOKED_AT    5 /* those behind are a document's own choice */
#define INDENTS_LOOKED_AT 3
#define REMARK_MOST       160 /* longer ones are licences and manuals */

/* From behind what stands there already to behind `end`; all of it where there is no end. */
static struct span take_to(struct span *rest, size_t skip, struct span end)
{
    struct span from = behind(*rest, skip);
    const char *at = from.n ? memmem(from.p, from.n, end.p, end.n) : NULL;
    struct span taken = at ? span_of(from.p, (size_t)(at - from.p)) : from;

    *rest = behind(from, taken.n + end.n);
    return taken;
}

/* What stands in a tag or instruction, a word at a time: name, and value if it has one. */
struct attribute {
    struct span gap, name, value;
    char quote;
};

static bool take_attribute(struct span *rest, struct attribute *out)
{
    out->gap = take_blanks(rest);
    if (rest->n == 0 || rest->p[0] == '>' || rest->p[0] == '/')
        return false;
    out->name = span_of(rest->p, 0);
    while (out->name.n < rest->n && !is_blank(rest->p[out->name.n]) &&
           !strchr("=>/", rest->p[out->name.n]))
        out->name.n++;
    *rest = behind(*rest, out->name.n);
    (void)take_blanks(rest);
    out->value = SPAN_NONE;
    out->quote = 0;
    if (rest->n < 2 || rest->p[0] != '=')
        return out->name.n > 0;
    *rest = behind(*rest, 1);
    (void)take_blanks(rest);
    if (rest->n && (rest->p[0] == '"' || rest->p[0] == '\'')) {
        out->quote = rest->p[0];
        *rest = behind(*rest, 1);
        out->value = take_until(rest, out->quote);
    }
    return out->quote != 0;
}

/* Values may be the document's own; those of namespaces are the layout's. */
static void mix_attributes(struct look *l, struct span *rest)
{
    struct attribute a;

    while (take_attribute(rest, &a)) {
        mix(l, "before", a.gap);
        mix(l, "attribute", a.name);
        mix(l, "quote", span_of(&a.quote, 1));
        if (span_starts(a.name, SPAN_LIT("xmlns")))
            mix(l, "namespace", a.value);
    }
}

/* Does a remark speak of software, not of the document? */
static bool speaks_of_software(struct span text)
{
    static const char *const words[] = {"generated", "created",   "produced", "exported",
                                        "software",  "generator", "skapad",   "version"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (text_has_token(text, span_str(words[i])))
            return true;
    return false;
}

static void look_at_remark(struct look *l, struct span text)
{
    if (text.n <= REMARK_MOST && speaks_of_software(text))
        set_producer(l, text);
}

static void look_at_instruction(struct look *l, struct span text)
{
    struct span rest = text;
    struct attribute target;

    if (span_starts(text, SPAN_LIT("xml ")) || span_starts(text, SPAN_LIT("xml\t"))) {
        mix(l, "declaration", text);
        return;
    }
    if (take_attribute(&rest, &target))
        mix(l, "instruction", target.name);
    look_at_remark(l, text);
}

/* A tag that opens; the first is the root. */
static struct span look_at_tag(struct look *l, struct span gap, unsigned number)
{
    struct attribute tag = {0};

    l->rest = behind(l->rest, 1);
    (void)take_attribute(&l->rest, &tag);
    mix(l, "element", tag.name);
    if (number < INDENTS_LOOKED_AT)
        mix(l, "indent", gap);
    if (number == 0)
        mix_attributes(l, &l->rest);
    (void)take_until(&l->rest, '>');
    return tag.name;
}

/* From here on to the first few elements; the root's name. */
static struct span look_at_elements(struct look *l)
{
    struct span root = SPAN_NONE;

    for (unsigned tags = 0; tags < TAGS_LOOKED_AT && l->rest.n;) {
        struct span gap = take_blanks(&l->rest);
        if (span_starts(l->rest, SPAN_LIT("<?"))) {
            look_at_instruction(l, take_to(&l->rest, 2, SPAN_LIT("?>")));
        } else if (span_starts(l->rest, SPAN_LIT("<!--"))) {
            look_at_remark(l, take_to(&l->rest, 4, SPAN_LIT("-->")));
        } else if (span_starts(l->rest, SPAN_LIT("<!")) || span_starts(l->rest, SPAN_LIT("</"))) {
            (void)take_until(&l->rest, '>');
        } else if (span_starts(l->rest, SPAN_LIT("<"))) {
            struct span name = look_at_tag(l, gap, tags);
            if (tags++ == 0)
                root = name;
            l->known = true;
        } else { /* text: up to the next tag */
            const char *tag = l->rest.n ? memchr(l->rest.p, '<', l->rest.n) : NULL;
            l->rest = tag ? behind(l->rest, (size_t)(tag - l->rest.p)) : SPAN_NONE;
        }
    }
    return root;
}

/* The text of the first element of that local name; none where it is not in the head. */
static struct span element_text(struct span head, const char *name)
{
    size_t n = strlen(name);

    for (const char *at; (at = head.n ? memmem(head.p, head.n, name, n) : NULL);) {
        bool begins = at > head.p && (at[-1] == '<' || at[-1] == ':');
        head = behind(head, (size_t)(at + n - head.p));
        if (begins && head.n && (head.p[0] == '>' || is_blank(head.p[0]))) {
            (void)take_until(&head, '>');
            return take_until(&head, '<');
        }
    }
    return SPAN_NONE;
}

static void look_at_xml(struct look *l, const char *format)
{
    static const char *const times[] = {"CreDtTm", "MessageTimeStamp", "CreationDateAndTime"};
    static const char *const serials[] = {"ElctrncSeqNb", "LglSeqNb"};
    struct span root = look_at_elements(l);

    /* The envelope is most often another program's than the document. */
    if (span_ends(root, SPAN_LIT("StandardBusinessDocument"))) {
        (void)take_to(&l->rest, 0, SPAN_LIT("StandardBusinessDocumentHeader>"));
        (void)look_at_elements(l);
    }
    for (size_t i = 0; i < COUNT(times) && l->out->created_us == 0; i++)
        l->out->created_us = instant_of(element_text(l->head, times[i]));
    if (strncmp(format, "camt.", 5) != 0)
        return;
    for (size_t i = 0; i < COUNT(serials) && l->out->sequence < 0; i++)
        l->out->sequence = number_of(span_trim(element_text(l->head, serials[i])));
}

/* --- EDIFACT ---------------------------------------------------------------------------------- */

#define SEGMENTS_LOOKED_AT 3 /* UNB, UNG or UNH, UNH or BGM */
#define UNA_LENGTH         9

struct separators {
    char component, element, release, end;
};

/* Up to `mark`, where it is not released; it is taken too. */
static struct span take_part(struct span *rest, char mark, char release)
{
    struct span part = span_of(rest->p, 0);

    while (part.n < rest->n && rest->p[part.n] != mark)
        part.n += rest->p[part.n] == release && part.n + 1 < rest->n ? 2 : 1;
    *rest = behind(*rest, part.n + 1);
    return part;
}

/* "260302:0612" */
static int64_t edifact_time(struct span text)
{
    char digits[16];
    size_t n = 0;

    for (size_t i = 0; i < text.n && n < sizeof digits; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            digits[n++] = text.p[i];
    return stamp_of(span_of(digits, n));
}

/* What a service segment says of the syntax; positions of its elements from 1. */
static void look_at_segment(struct look *l, struct span segment, const struct separators *s)
{
    struct span name = take_part(&segment, s->element, s->release);
    bool header = span_eq_str(name, "UNB"), message = span_eq_str(name, "UNH");

    mix(l, "segment", name);
    for (unsigned i = 1; segment.n && (header || message); i++) {
        struct span element = take_part(&segment, s->element, s->release);
        if ((header && i == 1) || (message && i == 2))
            mix(l, "syntax", element);
        else if (header && i == 4)
            l->out->created_us = edifact_time(element);
        else if (header && i == 5)
            l->out->sequence = number_of(take_part(&element, s->component, s->release));
    }
}

static void look_at_edifact(struct look *l)
{
    struct separators s = {':', '+', '?', '\''};

    (void)take_blanks(&l->rest);
    if (l->rest.n >= UNA_LENGTH && span_starts(l->rest, SPAN_LIT("UNA"))) {
        s = (struct separators){l->rest.p[3], l->rest.p[4], l->rest.p[6], l->rest.p[8]};
        mix(l, "una", span_of(l->rest.p, UNA_LENGTH));
        l->rest = behind(l->rest, UNA_LENGTH);
        mix(l, "gap", take_blanks(&l->rest));
    }
    for (unsigned i = 0; i < SEGMENTS_LOOKED_AT && l->rest.n; i++) {
        look_at_segment(l, take_part(&l->rest, s.end, s.release), &s);
        mix(l, "gap", take_blanks(&l->rest));
        l->known = true;
    }
}

/* --- MT940 ------------------------------------------------------------------------------------ */

#define MT940_TAGS 3

static void look_at_mt940(struct look *l)
{
    mix_number(l, "ends", line_ends(l->head, false));
    mix_number(l, "blocks", span_starts(l->rest, SPAN_LIT("{")));
    for (unsigned tags = 0; tags < MT940_TAGS && l->rest.n;) {
        struct span line = take_line(&l->rest);
        if (line.n == 0 || line.p[0] != ':')
            continue;
        line = behind(line, 1);
        mix(l, "tag", take_until(&line, ':'));
        l->known = ++tags > 0;
    }
}

/* --- all -------------------------------------------------------------------------------------- */

void origin_push(struct origin_reader *r, struct span bytes)
{
    size_t n = ORIGIN_HEAD - r->head_n;

    if (n > bytes.n)
        n = bytes.n;
    if (n)
        memcpy(r->head + r->head_n, bytes.p, n);
    r->head_n += n;
    r->longer = r->longer || n < bytes.n;
    if (bytes.n >= ORIGIN_TAIL) {
        memcpy(r->tail, bytes.p + bytes.n - ORIGIN_TAIL, ORIGIN_TAIL);
        r->tail_n = ORIGIN_TAIL;
    } else if (bytes.n) {
        size_t keep = ORIGIN_TAIL - bytes.n;
        if (keep > r->tail_n)
            keep = r->tail_n;
        memmove(r->tail, r->tail + r->tail_n - keep, keep);
        memcpy(r->tail + keep, bytes.p, bytes.n);
        r->tail_n = keep + bytes.n;
    }
}

/* Every second byte, from `first` on: the letters of UTF-16 that ASCII has. */
static size_t narrow(char *text, size_t n, size_t first)
{
    size_t narrowed = 0;

    for (size_t i = first; i < n; i += 2)
        text[narrowed++] = text[i];
    return narrowed;
}

/* What the file's first bytes say of its characters. */
static void look_at_marks(struct look *l, struct origin_reader *r)
{
    struct span head = span_of(r->head, r->head_n);
    bool little = span_starts(head, SPAN_LIT("\xFF\xFE")) || span_starts(head, SPAN_LIT("<\0"));
    bool big = span_starts(head, SPAN_LIT("\xFE\xFF")) || span_starts(head, SPAN_LIT("\0<"));
    bool marked = span_starts(head, SPAN_LIT("\xEF\xBB\xBF"));

    mix_number(l, "wide", little + 2u * big);
    if (little || big) {
        marked = (head.p[0] | head.p[1]) & 0x80;
        r->head_n = narrow(r->head, r->head_n, big);
        r->tail_n = narrow(r->tail, r->tail_n, (r->tail_n & 1) ^ big);
        l->head = behind(span_of(r->head, r->head_n), marked);
    } else {
        l->head = behind(head, marked ? 3 : 0);
    }
    mix_number(l, "bom", marked);
    l->tail = span_of(r->tail, r->tail_n);
}

/* How it ends: without a line end, with one of which kind, with the end mark of old DOS. */
static unsigned last_end(struct span tail)
{
    char last = tail.n ? tail.p[tail.n - 1] : 0;

    if (last == '\x1A')
        return 3;
    if (last != '\n')
        return last == '\r' ? 4 : 0;
    return tail.n > 1 && tail.p[tail.n - 2] == '\r' ? 2 : 1;
}

static void look_at(struct look *l, const char *format)
{
    struct span first = l->rest;

    (void)take_blanks(&first);
    if (span_starts(first, SPAN_LIT("<")))
        look_at_xml(l, format);
    else if (strcmp(format, "case-csv") == 0)
        look_at_csv(l);
    else if (strcmp(format, "edifact-invoic") == 0)
        look_at_edifact(l);
    else if (strcmp(format, "mt940") == 0)
        look_at_mt940(l);
    else
        look_at_records(l, format);
}

void origin_finish(struct origin_reader *r, const char *format, struct origin *out)
{
    struct look l = {.hash = HASH_START, .out = out};
    struct span seal;

    *out = (struct origin){.sequence = -1};
    if (strcmp(format, "unknown") == 0 || r->head_n == 0)
        return;
    mix(&l, "format", span_str(format));
    look_at_marks(&l, r);
    if (sealed_begins(l.head, !r->longer, &seal))
        l.head = sealed_content(l.head, seal);
    l.rest = l.head;
    mix_number(&l, "last", last_end(l.tail));
    look_at(&l, format);
    if (l.known)
        out->layout = l.hash ? l.hash : 1;
}
