/* changed.h -- a sample with one thing changed, for tests that break a good file */
#ifndef SLUSS_TESTS_CHANGED_H
#define SLUSS_TESTS_CHANGED_H

#include "model/buf.h"
#include "tests/unit/parsers/heard.h"

/* The sample with the first `from` replaced; null `from`: as it is. The caller frees .p. */
static inline struct span changed_sample(const char *name, const char *from, const char *to)
{
    struct span whole = sample(name);
    if (!from)
        return whole;
    const char *at = memmem(whole.p, whole.n, from, strlen(from));
    if (!at)
        fail_msg("%s has no %s", name, from);
    struct buf out;
    buf_init(&out, 1 << 17);
    buf_add(&out, whole.p, (size_t)(at - whole.p));
    buf_str(&out, to);
    at += strlen(from);
    buf_add(&out, at, (size_t)(whole.p + whole.n - at));
    assert_int_equal(buf_error(&out), 0);
    free((char *)(uintptr_t)whole.p);
    return buf_view(&out);
}

static inline struct heard *hear_changed(const char *name, const char *from, const char *to)
{
    struct span text = changed_sample(name, from, to);
    struct heard *h = hear_pieces(NULL, text, 0);
    free((char *)(uintptr_t)text.p);
    return h;
}

#endif
