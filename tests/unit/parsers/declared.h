/* declared.h -- layouts for the tests of them: those of etc/layouts, and short ones */
#ifndef SLUSS_TESTS_DECLARED_H
#define SLUSS_TESTS_DECLARED_H

#include "tests/unit/parsers/heard.h"

#include "parsers/layout_reader.h"

struct declared {
    struct arena *arena;
    struct buf errors, warnings;
    const struct layout *layout;
    int result;
};

static inline struct declared declare(struct span text)
{
    struct declared d = {.arena = arena_new(LAYOUT_MEMORY_MAX)};

    assert_non_null(d.arena);
    buf_init(&d.errors, 1 << 16);
    buf_init(&d.warnings, 1 << 16);
    d.result = layout_load(d.arena, text, &d.errors, &d.warnings, &d.layout);
    return d;
}

static inline void undeclare(struct declared *d)
{
    buf_free(&d->errors);
    buf_free(&d->warnings);
    arena_free(&d->arena);
}

/* The text with the first `old` replaced; the caller frees .p. */
static inline struct span altered(struct span text, const char *old, const char *new)
{
    const char *at = memmem(text.p, text.n, old, strlen(old));
    char *out = malloc(text.n + strlen(new) + 1);
    size_t before;

    assert_non_null(out);
    if (!at)
        fail_msg("\"%s\" is not in the text", old);
    before = (size_t)(at - text.p);
    memcpy(out, text.p, before);
    memcpy(out + before, new, strlen(new));
    memcpy(out + before + strlen(new), at + strlen(old), text.n - before - strlen(old));
    return span_of(out, text.n + strlen(new) - strlen(old));
}

static inline struct declared declare_good(struct span text)
{
    struct declared d = declare(text);

    if (d.result != 0)
        fail_msg("%s", buf_cstr(&d.errors));
    return d;
}

/* One of etc/layouts. */
static inline struct declared example(const char *name)
{
    char path[128];
    struct declared d;
    struct span text;

    snprintf(path, sizeof(path), "../../etc/layouts/%s.layout", name);
    text = sample(path);
    d = declare_good(text);
    free((char *)text.p);
    return d;
}

#endif
