/* span.h -- a pointer and a length: text or bytes that somebody else owns
 *
 * A span is a value and is copied freely. It is valid as long as the memory it points into.
 * An absent value is the empty span with a null pointer.
 */
#ifndef SLUSS_MODEL_SPAN_H
#define SLUSS_MODEL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "model/digits.h"

struct span {
    const char *p;
    size_t n;
};

#define SPAN_NONE ((struct span){NULL, 0})
/* A span over a string literal. */
#define SPAN_LIT(s) ((struct span){("" s), sizeof(s) - 1})
/* For printf("%.*s"). */
#define SPAN_FMT(s) (int)(s).n, ((s).p ? (s).p : "")

static inline struct span span_of(const char *p, size_t n)
{
    return (struct span){p, n};
}

/* Over a C string; null gives SPAN_NONE. */
static inline struct span span_str(const char *s)
{
    return s ? (struct span){s, strlen(s)} : SPAN_NONE;
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool span_eq_str(struct span a, const char *s)
{
    return span_eq(a, span_str(s));
}

static inline bool span_starts(struct span a, struct span prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

static inline bool span_ends(struct span a, struct span suffix)
{
    return a.n >= suffix.n &&
           (suffix.n == 0 || memcmp(a.p + a.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* Without leading and trailing blanks, tabs, CR and LF. */
static inline struct span span_trim(struct span s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r' ||
                   s.p[s.n - 1] == '\n'))
        s.n--;
    return s;
}

static inline bool span_all_digits(struct span s)
{
    return s.n > 0 && digits_only(s.p, s.n);
}

#endif
