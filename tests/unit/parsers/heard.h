/* heard.h -- a sink that remembers what a parser said, for the tests of parsers/ */
#ifndef SLUSS_TESTS_HEARD_H
#define SLUSS_TESTS_HEARD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/arena.h"
#include "parsers/reading.h"

#define HEARD_MAX 64

struct heard {
    struct sink sink;
    struct arena *arena;
    uint64_t items;
    struct item item[HEARD_MAX]; /* the first ones, with their own strings */
    unsigned findings;
    struct finding finding[HEARD_MAX];
    uint64_t of[FINDING_CODE_COUNT];
    uint64_t stop_at; /* the sink says stop at this item; 0: never */
    struct summary summary;
    int result;
};

static inline int heard_item(void *context, const struct item *item)
{
    struct heard *h = context;

    if (h->items < HEARD_MAX) {
        struct item *kept = &h->item[h->items];
        *kept = *item;
        kept->number = arena_copy(h->arena, item->number);
        kept->reference = arena_copy(h->arena, item->reference);
        kept->counterparty_id = arena_copy(h->arena, item->counterparty_id);
        kept->counterparty_name = arena_copy(h->arena, item->counterparty_name);
        kept->payee_account = arena_copy(h->arena, item->payee_account);
        kept->issuer = arena_copy(h->arena, item->issuer);
    }
    h->items++;
    return h->items == h->stop_at ? -17 : 0;
}

static inline int heard_finding(void *context, const struct finding *f)
{
    struct heard *h = context;

    if (h->findings < HEARD_MAX) {
        struct finding *kept = &h->finding[h->findings];
        *kept = *f;
        for (unsigned i = 0; i < f->fact_count; i++)
            if (f->facts[i].kind == FACT_TEXT)
                kept->facts[i].text = arena_copy(h->arena, f->facts[i].text);
    }
    h->findings++;
    h->of[f->code]++;
    return 0;
}

static inline struct heard *heard_new(void)
{
    struct heard *h = calloc(1, sizeof(*h));

    assert_non_null(h);
    h->arena = arena_new(1 << 20);
    assert_non_null(h->arena);
    h->sink = (struct sink){.context = h, .item = heard_item, .finding = heard_finding};
    return h;
}

static inline void heard_free(struct heard *h)
{
    arena_free(&h->arena);
    free(h);
}

/* Read the text whole, in pieces of `piece` bytes (0: all at once). */
static inline struct heard *hear_pieces(const struct format *format, struct span text, size_t piece)
{
    struct heard *h = heard_new();
    struct reading *reading = NULL;

    assert_int_equal(reading_open(format, &h->sink, &reading), 0);
    while (text.n && h->result == 0) {
        size_t n = piece && piece < text.n ? piece : text.n;
        h->result = reading_push(reading, span_of(text.p, n));
        text = span_of(text.p + n, text.n - n);
    }
    if (h->result == 0)
        h->result = reading_finish(reading, &h->summary);
    reading_close(&reading);
    assert_null(reading);
    return h;
}

static inline struct heard *hear(const struct format *format, const char *text)
{
    return hear_pieces(format, span_str(text), 0);
}

/* The first finding of the code, which must be there. */
static inline const struct finding *heard_of(const struct heard *h, enum finding_code code)
{
    for (unsigned i = 0; i < h->findings && i < HEARD_MAX; i++)
        if (h->finding[i].code == code)
            return &h->finding[i];
    fail_msg("no finding %s", finding_kinds[code].name);
    return NULL;
}

static inline const struct fact *heard_fact(const struct finding *f, const char *key)
{
    for (unsigned i = 0; i < f->fact_count; i++)
        if (span_eq_str(f->facts[i].key, key))
            return &f->facts[i];
    fail_msg("no fact %s", key);
    return NULL;
}

static inline void assert_text(struct span got, const char *expected)
{
    if (!span_eq_str(got, expected))
        fail_msg("\"%.*s\" is not \"%s\"", SPAN_FMT(got), expected);
}

/* Every finding made is one of the codes, each as often as listed. */
static inline void assert_codes(const struct heard *h, const char *name,
                                const enum finding_code *codes, size_t n)
{
    uint64_t expected[FINDING_CODE_COUNT] = {0};

    for (size_t i = 0; i < n; i++)
        expected[codes[i]]++;
    for (unsigned i = 0; i < FINDING_CODE_COUNT; i++)
        if (h->of[i] != expected[i])
            fail_msg("%s: %s %d times instead of %d", name, finding_kinds[i].name, (int)h->of[i],
                     (int)expected[i]);
}

/* A sample of tests/data, as make check finds it. The caller frees .p. */
static inline struct span sample(const char *name)
{
    const char *top = getenv("top_srcdir");
    char path[512];
    FILE *file;
    char *bytes = malloc(1 << 16);
    size_t n;

    assert_non_null(bytes);
    snprintf(path, sizeof(path), "%s/tests/data/%s", top ? top : ".", name);
    file = fopen(path, "rb");
    if (!file)
        fail_msg("no sample %s", path);
    n = fread(bytes, 1, 1 << 16, file);
    fclose(file);
    return span_of(bytes, n);
}

#endif
