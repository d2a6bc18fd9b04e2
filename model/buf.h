/* buf.h -- a growing byte buffer with a ceiling given at birth
 *
 * The one string builder of sluss. Errors stick: after a failed append the buffer keeps what
 * it has and remembers the failure, so that a caller may append many times and ask once.
 * The content is always followed by a NUL that is not counted.
 */
#ifndef SLUSS_MODEL_BUF_H
#define SLUSS_MODEL_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/span.h"

struct buf {
    char *p;
    size_t n;
    size_t room;    /* bytes allocated */
    size_t ceiling; /* n never passes this */
    bool failed;    /* an append did not fit, or there was no memory */
};

/* Start empty; allocates nothing. */
void buf_init(struct buf *buf, size_t ceiling);
/* Free the memory; the buffer is as after buf_init with its old ceiling. */
void buf_free(struct buf *buf);
/* Empty it, keep the memory, forget a failure. */
void buf_clear(struct buf *buf);

/* Append. 0, or SLUSS_ENOMEM (and `failed` is set). */
int buf_add(struct buf *buf, const void *bytes, size_t n);
int buf_str(struct buf *buf, const char *text);
int buf_span(struct buf *buf, struct span text);
int buf_char(struct buf *buf, char c);
int buf_int(struct buf *buf, int64_t number);
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Make room for n more bytes and return where they go; null (and `failed` is set) when they do
 * not fit. For writers by hand: write at most n bytes, then say with buf_written how many. */
char *buf_reserve(struct buf *buf, size_t n);

static inline void buf_written(struct buf *buf, size_t n)
{
    buf->n += n;
    buf->p[buf->n] = '\0';
}

/* Drop the first n bytes (n <= buf->n), moving the rest to the front. */
void buf_consume(struct buf *buf, size_t n);

/* SLUSS_OK, or SLUSS_ENOMEM after a failure. */
int buf_error(const struct buf *buf);

static inline struct span buf_view(const struct buf *buf)
{
    return (struct span){buf->p, buf->n};
}

/* The content as a C string; "" when nothing was appended. Valid until the next append. */
const char *buf_cstr(const struct buf *buf);

#endif
