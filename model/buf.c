/* buf.c -- a growing byte buffer */
#include "model/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/error.h"

#define SMALLEST_ROOM 64

void buf_init(struct buf *buf, size_t ceiling)
{
    *buf = (struct buf){.ceiling = ceiling};
}

void buf_free(struct buf *buf)
{
    free(buf->p);
    buf_init(buf, buf->ceiling);
}

void buf_clear(struct buf *buf)
{
    buf->n = 0;
    buf->failed = false;
    if (buf->p)
        buf->p[0] = '\0';
}

/* Room doubles, so that appending byte by byte costs no more than the bytes. */
static int grow(struct buf *buf, size_t n)
{
    /* The NUL takes one byte more than the ceiling; SIZE_MAX has no such byte. */
    size_t ceiling = buf->ceiling < SIZE_MAX ? buf->ceiling : SIZE_MAX - 1;
    size_t need, room;
    char *p;

    if (buf->n > ceiling || n > ceiling - buf->n) {
        buf->failed = true;
        return SLUSS_ENOMEM;
    }
    need = buf->n + n + 1;
    room = buf->room < SMALLEST_ROOM / 2 ? SMALLEST_ROOM : buf->room;
    while (room < need)
        room = room > SIZE_MAX / 2 ? need : room * 2;
    if (room > ceiling + 1)
        room = ceiling + 1;
    p = realloc(buf->p, room);
    if (!p) {
        buf->failed = true;
        return SLUSS_ENOMEM;
    }
    buf->p = p;
    buf->room = room;
    buf->p[buf->n] = '\0';
    return SLUSS_OK;
}

char *buf_reserve(struct buf *buf, size_t n)
{
    if (buf->room <= buf->n || n > buf->room - buf->n - 1)
        if (grow(buf, n) != SLUSS_OK)
            return NULL;
    return buf->p + buf->n;
}

int buf_add(struct buf *buf, const void *bytes, size_t n)
{
    char *end = buf_reserve(buf, n);

    if (!end)
        return SLUSS_ENOMEM;
    if (n)
        memcpy(end, bytes, n);
    buf_written(buf, n);
    return SLUSS_OK;
}

int buf_str(struct buf *buf, const char *text)
{
    return buf_add(buf, text, text ? strlen(text) : 0);
}

int buf_span(struct buf *buf, struct span text)
{
    return buf_add(buf, text.p, text.n);
}

int buf_char(struct buf *buf, char c)
{
    return buf_add(buf, &c, 1);
}

int buf_int(struct buf *buf, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    /* Unsigned, so that the least number has a magnitude too. */
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        digits[--at] = '-';
    return buf_add(buf, digits + at, sizeof digits - at);
}

int buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    char *end;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    end = n < 0 ? NULL : buf_reserve(buf, (size_t)n);
    if (!end) {
        buf->failed = true;
        return SLUSS_ENOMEM;
    }
    (void)vsnprintf(end, (size_t)n + 1, format, args);
    buf_written(buf, (size_t)n);
    return SLUSS_OK;
}

int buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int rc;

    va_start(args, format);
    rc = buf_vprintf(buf, format, args);
    va_end(args);
    return rc;
}

void buf_consume(struct buf *buf, size_t n)
{
    assert(n <= buf->n);
    if (n == 0)
        return;
    memmove(buf->p, buf->p + n, buf->n - n);
    buf->n -= n;
    buf->p[buf->n] = '\0';
}

int buf_error(const struct buf *buf)
{
    return buf->failed ? SLUSS_ENOMEM : SLUSS_OK;
}

const char *buf_cstr(const struct buf *buf)
{
    return buf->p ? buf->p : "";
}
