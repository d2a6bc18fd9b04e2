#include "parsers/incoming.h"

#include "model/error.h"

/* Bytes that are turned into UTF-8 at a time: what comes of them stays in the cache. */
#define SLICE ((size_t)32 * 1024)

void incoming_init(struct incoming *in)
{
    *in = (struct incoming){0};
    buf_init(&in->out, 2 * SLICE);
}

void incoming_free(struct incoming *in)
{
    buf_free(&in->out);
}

/* Returns the bytes of the mark. */
static unsigned look(struct incoming *in, struct span head)
{
    unsigned mark;

    in->looked = true;
    in->form = unicode_look(head, &mark);
    in->marked = mark > 0;
    in->utf16.big = in->form == UNICODE_UTF16_BE;
    if (in->form == UNICODE_UTF32) /* nothing reads it: it stays as it is, and unknown */
        in->form = UNICODE_NONE;
    return mark;
}

static bool is_utf16(const struct incoming *in)
{
    return in->form == UNICODE_UTF16_LE || in->form == UNICODE_UTF16_BE;
}

/* All of *bytes, or a slice of it. */
static int give(struct incoming *in, struct span *bytes, struct span *text)
{
    struct span slice = *bytes;

    if (!is_utf16(in)) {
        *text = slice;
        *bytes = SPAN_NONE;
        return slice.n > 0;
    }
    if (slice.n > SLICE)
        slice.n = SLICE;
    *bytes = span_of(bytes->p + slice.n, bytes->n - slice.n);
    buf_clear(&in->out);
    if (utf16_push(&in->utf16, slice, &in->out) < 0)
        return SLUSS_ENOMEM;
    *text = buf_view(&in->out);
    return slice.n > 0;
}

/* The bytes that were kept until there were enough to look at. */
static int give_first(struct incoming *in, struct span *text)
{
    struct span first = span_of(in->first, in->first_n);
    unsigned mark = look(in, first);

    first = span_of(first.p + mark, first.n - mark);
    *text = SPAN_NONE;
    return first.n ? give(in, &first, text) : 0;
}

int incoming_next(struct incoming *in, struct span *bytes, struct span *text)
{
    if (!in->looked && in->first_n == 0 && bytes->n >= UNICODE_LOOK) {
        unsigned mark = look(in, *bytes);
        *bytes = span_of(bytes->p + mark, bytes->n - mark);
    }
    while (!in->looked && bytes->n) {
        in->first[in->first_n++] = bytes->p[0];
        *bytes = span_of(bytes->p + 1, bytes->n - 1);
        if (in->first_n == UNICODE_LOOK) {
            int r = give_first(in, text);
            if (r != 0)
                return r;
        }
    }
    return in->looked ? give(in, bytes, text) : 0;
}

int incoming_last(struct incoming *in, struct span *text)
{
    size_t given = 0;
    int r;

    if (!in->looked) {
        r = give_first(in, text);
        if (r < 0 || !is_utf16(in))
            return r;
        given = text->n;
    }
    if (!is_utf16(in))
        return 0;
    if (!given)
        buf_clear(&in->out);
    if (utf16_finish(&in->utf16, &in->out) < 0)
        return SLUSS_ENOMEM;
    *text = buf_view(&in->out);
    return text->n > 0;
}

const char *incoming_form(const struct incoming *in)
{
    if (is_utf16(in))
        return "UTF-16";
    return in->form == UNICODE_UTF8 ? "UTF-8 with a byte order mark" : NULL;
}
