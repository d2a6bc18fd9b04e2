#include "tests/unit/parsers/roundtrip.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- drawing ------------------------------------------------------------------------------ */

/* SplitMix64: every seed, the neighbouring ones too, gives a sequence of its own. */
static uint64_t next(struct made *made)
{
    uint64_t z = made->random += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t draw(struct made *made, uint64_t n)
{
    return next(made) % n;
}

bool draw_chance(struct made *made, unsigned chance)
{
    return draw(made, 100) < chance;
}

struct date draw_date(struct made *made)
{
    const struct date first = {2000, 1, 1};

    return date_from_days(date_to_days(first) + (int32_t)draw(made, 9800));
}

int64_t draw_money(struct made *made, int64_t most)
{
    switch (draw(made, 8)) {
    case 0:
        return 0;
    case 1:
        return most < 1 ? most : 1;
    case 2:
        return most;
    case 3:
        return (int64_t)draw(made, (uint64_t)most + 1);
    default:
        return (int64_t)draw(made, most < 10000000 ? (uint64_t)most + 1 : 10000000);
    }
}

static char *room(struct made *made, size_t n)
{
    char *p = arena_alloc(made->arena, n);

    if (!p)
        abort();
    return p;
}

struct span draw_digits(struct made *made, size_t most, bool zeros)
{
    size_t n = draw_chance(made, 30) ? most : 1 + draw(made, most);
    char *p = room(made, n);

    for (size_t i = 0; i < n; i++)
        p[i] = (char)('0' + draw(made, 10));
    if (draw_chance(made, 5))
        memset(p, '9', n);
    if (zeros && draw_chance(made, 10))
        memset(p, '0', n);
    if (!zeros && made_unzeroed(span_of(p, n)).n == 0)
        p[n - 1] = '7';
    return span_of(p, n);
}

struct span draw_text(struct made *made, size_t most)
{
    static const char *const letters[] = {"a", "Z", "k", "0", "9", "-", ".", "/",
                                          "&", " ", " ", "å", "Ä", "ö", "Ö", "é"};
    size_t plain = 11; /* letters of ASCII */
    size_t count = made->charset == CHARSET_ASCII ? plain : sizeof(letters) / sizeof(letters[0]);
    size_t n = draw_chance(made, 30) ? most : 1 + draw(made, most);
    char *p = room(made, n * 2);
    size_t used = 0;

    if (draw_chance(made, 15))
        return SPAN_NONE;
    for (size_t i = 0; i < n; i++) {
        const char *letter = letters[draw(made, count)];
        if (*letter == ' ' && (i == 0 || i + 1 == n))
            letter = "x";
        memcpy(p + used, letter, strlen(letter));
        used += strlen(letter);
    }
    return span_of(p, used);
}

struct span made_unzeroed(struct span digits)
{
    return fixed_unzeroed(digits);
}

/* --- making ------------------------------------------------------------------------------- */

void made_text(struct made *made, struct span text)
{
    if (buf_span(&made->text, text) < 0)
        abort();
}

void made_record(struct made *made, const struct fixed_row *rows, size_t count, const char *code,
                 const struct record_put *values, size_t n)
{
    char line[FIXED_KEPT_MAX];
    enum charset charset = made->charset == CHARSET_UTF8 ? CHARSET_UTF8 : CHARSET_LATIN1;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].layout.code, code) != 0)
            continue;
        int size =
            record_write(&rows[i].layout, charset, made->fill, values, n, line, sizeof(line));
        if (size < 0) {
            fprintf(stderr, "record %s cannot be written: %d\n", code, size);
            abort();
        }
        made_text(made, span_of(line, (size_t)size));
        made_text(made, span_str(made->line_end));
        made->lines++;
        return;
    }
    fprintf(stderr, "there is no record %s\n", code);
    abort();
}

struct span made_print(struct made *made, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    int n = vsnprintf(NULL, 0, format, list);
    va_end(list);
    char *p = room(made, (size_t)n + 1);
    va_start(list, format);
    vsnprintf(p, (size_t)n + 1, format, list);
    va_end(list);
    return span_of(p, (size_t)n);
}

struct span made_escaped(struct made *made, struct span text)
{
    char *p = room(made, 5 * text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '&') {
            memcpy(p + n, "&amp;", 5);
            n += 5;
        } else {
            p[n++] = text.p[i];
        }
    }
    return span_of(p, n);
}

void made_letters(struct made *made, struct span utf8)
{
    size_t lost = 0;

    if (made->charset != CHARSET_LATIN1)
        made_text(made, utf8);
    else if (charset_encode(&made->text, CHARSET_LATIN1, utf8, &lost) < 0 || lost)
        abort();
}

void made_line(struct made *made, struct span utf8)
{
    made_letters(made, utf8);
    made_text(made, span_str(made->line_end));
    made->lines++;
}

void made_xml(struct made *made, struct span utf8)
{
    made_letters(made, utf8);
    for (size_t i = 0; i + 1 < utf8.n; i++)
        made->lines += utf8.p[i] == '<' && utf8.p[i + 1] != '/' && utf8.p[i + 1] != '?';
}

void made_item(struct made *made, const struct item *item)
{
    if (made->items == MADE_ITEMS)
        abort();
    made->item[made->items] = *item;
    if (made->item[made->items].record == 0)
        made->item[made->items].record = made->lines;
    made->items++;
}

static void dress(struct made *made)
{
    static const enum charset charsets[] = {CHARSET_ASCII, CHARSET_LATIN1, CHARSET_UTF8};

    made->charset = charsets[draw(made, 3)];
    made->line_end = draw_chance(made, 50) ? "\r\n" : "\n";
    made->fill = ' ';
    made->allowed[FINDING_ENCODING_CONVERTED] = made->charset == CHARSET_UTF8;
}

/* --- comparing ---------------------------------------------------------------------------- */

struct heard_file {
    const struct made *made;
    uint64_t items;
    struct sums sums;
    char wrong[200]; /* the first thing that differs */
};

static void wrong(struct heard_file *h, const char *what, uint64_t at)
{
    if (!h->wrong[0])
        snprintf(h->wrong, sizeof(h->wrong), "%s, %" PRIu64, what, at);
}

static bool same_date(struct date a, struct date b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

/* The name of the first field that differs, or null. */
static const char *difference(const struct item *a, const struct item *b)
{
    const struct {
        const char *name;
        bool same;
    } fields[] = {
        {"type", a->type == b->type},
        {"record", a->record == b->record},
        {"amount", a->amount_minor == b->amount_minor},
        {"currency", strcmp(a->currency, b->currency) == 0},
        {"issue date", same_date(a->issue_date, b->issue_date)},
        {"due date", same_date(a->due_date, b->due_date)},
        {"number", span_eq(a->number, b->number)},
        {"reference", span_eq(a->reference, b->reference)},
        {"counterparty id", span_eq(a->counterparty_id, b->counterparty_id)},
        {"counterparty name", span_eq(a->counterparty_name, b->counterparty_name)},
        {"payee account", span_eq(a->payee_account, b->payee_account)},
        {"issuer", span_eq(a->issuer, b->issuer)},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (!fields[i].same)
            return fields[i].name;
    return NULL;
}

static int see_item(void *context, const struct item *item)
{
    struct heard_file *h = context;
    const char *what = "more items than were made";

    if (h->items < h->made->items)
        what = difference(item, &h->made->item[h->items]);
    if (what)
        wrong(h, what, h->items + 1);
    h->items++;
    return 0;
}

static int see_finding(void *context, const struct finding *f)
{
    struct heard_file *h = context;

    if (!h->made->allowed[f->code])
        wrong(h, finding_kinds[f->code].name, f->record);
    return 0;
}

static void compare_summary(struct heard_file *h, const struct summary *summary)
{
    const struct made *made = h->made;

    for (unsigned i = 0; i < made->items; i++)
        sums_add(&h->sums, made->item[i].currency, made->item[i].amount_minor);
    if (summary->items != made->items || h->items != made->items)
        wrong(h, "number of items", summary->items);
    if (!summary->valid)
        wrong(h, "not valid", 0);
    if (summary->test != made->test)
        wrong(h, "mark of a test", 0);
    if (summary->sums.n != h->sums.n)
        wrong(h, "number of currencies", summary->sums.n);
    for (unsigned i = 0; i < h->sums.n; i++)
        if (summary->sums.of[i].minor != h->sums.of[i].minor ||
            strcmp(summary->sums.of[i].currency, h->sums.of[i].currency) != 0)
            wrong(h, "sum", i);
}

static void read_back(struct heard_file *h, const struct format *format)
{
    struct sink sink = {.context = h, .item = see_item, .finding = see_finding};
    struct span bytes = buf_view(&h->made->text);
    struct summary summary;
    struct reading *reading = NULL;
    size_t piece = 1 + h->made->random % 4000;

    if (reading_open(NULL, &sink, &reading) < 0)
        abort();
    while (bytes.n) {
        size_t n = bytes.n < piece ? bytes.n : piece;
        if (reading_push(reading, span_of(bytes.p, n)) < 0)
            abort();
        bytes = span_of(bytes.p + n, bytes.n - n);
    }
    if (reading_finish(reading, &summary) < 0)
        abort();
    reading_close(&reading);
    if (strcmp(summary.format, format->name) != 0)
        wrong(h, "read as another format", 0);
    compare_summary(h, &summary);
}

static bool run_one(const struct roundtrip *of, uint64_t seed)
{
    struct made *made = calloc(1, sizeof(*made));
    struct heard_file h = {.made = made};

    if (!made || !(made->arena = arena_new(1 << 22)))
        abort();
    made->random = seed;
    buf_init(&made->text, 1 << 22);
    dress(made);
    of->make(made);
    read_back(&h, of->format);
    if (h.wrong[0])
        fprintf(stderr, "%s, seed %" PRIu64 ": %s\n%.*s\n", of->format->name, seed, h.wrong,
                SPAN_FMT(buf_view(&made->text)));
    buf_free(&made->text);
    arena_free(&made->arena);
    free(made);
    return !h.wrong[0];
}

bool roundtrip_run(const struct roundtrip *of, uint64_t seed, uint64_t files)
{
    for (uint64_t i = 0; i < files; i++)
        if (!run_one(of, seed + i))
            return false;
    return true;
}
