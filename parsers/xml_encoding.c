#include "parsers/xml_encoding.h"

#include "model/error.h"
#include "model/text.h"

/* A declaration is hardly longer than 100 bytes. */
#define DECLARATION_MAX 1024
/* Bytes that are decoded at a time. */
#define SLICE ((size_t)8 * 1024)

void xml_encoding_init(struct xml_encoding *e)
{
    *e = (struct xml_encoding){0};
    buf_init(&e->held, DECLARATION_MAX);
    buf_init(&e->out, SLICE * CHARSET_WIDEST);
}

void xml_encoding_free(struct xml_encoding *e)
{
    buf_free(&e->held);
    buf_free(&e->out);
}

/* --- the declaration -------------------------------------------------------------------- */

/* How much of the bytes is declaration? Its length with "?>"; 0: there is none; SIZE_MAX: more is
 * needed to tell. */
static size_t declaration_length(struct span bytes)
{
    struct span begin = SPAN_LIT("<?xml");
    const char *end;

    if (bytes.n < begin.n)
        return memcmp(bytes.p, begin.p, bytes.n) == 0 ? SIZE_MAX : 0;
    if (!span_starts(bytes, begin))
        return 0;
    end = memmem(bytes.p, bytes.n, "?>", 2);
    if (!end)
        return bytes.n < DECLARATION_MAX ? SIZE_MAX : 0;
    return (size_t)(end - bytes.p) + 2;
}

/* The value of the pseudo-attribute; SPAN_NONE when it is not there. */
static struct span declared(struct span declaration)
{
    struct span word = SPAN_LIT("encoding");
    const char *at = memmem(declaration.p, declaration.n, word.p, word.n);
    const char *stop = declaration.p + declaration.n;

    if (!at)
        return SPAN_NONE;
    at += word.n;
    while (at < stop && strchr(" \t\r\n=", *at) && *at)
        at++;
    if (at == stop || (*at != '"' && *at != '\''))
        return SPAN_NONE;
    const char *end = memchr(at + 1, *at, (size_t)(stop - at - 1));
    return end ? span_of(at + 1, (size_t)(end - at - 1)) : SPAN_NONE;
}

static bool same(struct span name, const char *other)
{
    return name.n == strlen(other) && (name.n == 0 || strncasecmp(name.p, other, name.n) == 0);
}

static bool is_wide(struct span name)
{
    static const char *const wide[] = {"UTF-16",          "UTF-16LE", "UTF-16BE", "UCS-2",
                                       "ISO-10646-UCS-2", "UTF-32",   "UCS-4",    "unicode"};

    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (same(name, wide[i]))
            return true;
    return false;
}

/* What is known stands above what is declared. */
static void contradict(struct xml_encoding *e, bool wide)
{
    const char *name = e->set < CHARSET_COUNT ? charset_name(e->set) : "another encoding";
    bool is_utf16 = e->form && strcmp(e->form, "UTF-16") == 0;

    e->state = XML_ENCODING_UTF8;
    if (wide ? !is_utf16 : is_utf16 || (e->set != CHARSET_UTF8 && e->set != CHARSET_ASCII))
        e->contradicted = wide ? "UTF-16" : name;
}

static void take_declaration(struct xml_encoding *e, struct span declaration)
{
    struct span name = declared(declaration);
    bool wide = is_wide(name);

    e->state = XML_ENCODING_UTF8;
    if (!name.p)
        return;
    e->set = charset_by_name(name);
    if (e->form || wide)
        contradict(e, wide);
    else if (e->set == CHARSET_COUNT || e->set == CHARSET_SE7)
        e->state = XML_ENCODING_UNKNOWN;
    else if (charset_is_single(e->set))
        e->state = XML_ENCODING_SINGLE;
}

/* --- bytes ------------------------------------------------------------------------------ */

static bool has_controls(struct span bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        if ((unsigned char)bytes.p[i] >= 0x80 && (unsigned char)bytes.p[i] < 0xA0)
            return true;
    return false;
}

static int decode(struct xml_encoding *e, struct span bytes, struct span *text)
{
    enum charset set = e->set;

    *text = bytes;
    if (e->state != XML_ENCODING_SINGLE || !text_has_high(bytes))
        return 1;
    if (set == CHARSET_LATIN1 && has_controls(bytes)) {
        e->controls = true;
        set = CHARSET_CP1252;
    }
    buf_clear(&e->out);
    if (charset_decode(&e->out, set, bytes, &e->lost) < 0)
        return SLUSS_ENOMEM;
    *text = buf_view(&e->out);
    return 1;
}

/* Take bytes until the declaration is whole, and give them back. */
static int open_declaration(struct xml_encoding *e, struct span *bytes, struct span *text)
{
    size_t n = DECLARATION_MAX - e->held.n;
    struct span seen = *bytes;

    if (e->held.n) {
        n = n < bytes->n ? n : bytes->n;
        if (buf_add(&e->held, bytes->p, n) < 0)
            return SLUSS_ENOMEM;
        *bytes = span_of(bytes->p + n, bytes->n - n);
        seen = buf_view(&e->held);
    }
    size_t length = declaration_length(seen);
    if (length == SIZE_MAX) {
        if (e->held.n == 0 && buf_span(&e->held, seen) < 0)
            return SLUSS_ENOMEM;
        *bytes = span_of(bytes->p + bytes->n, 0);
        return 0;
    }
    take_declaration(e, span_of(seen.p, length));
    if (e->state == XML_ENCODING_UNKNOWN || !e->held.n)
        return 0;
    return decode(e, seen, text);
}

int xml_encoding_next(struct xml_encoding *e, struct span *bytes, struct span *text)
{
    if (e->state == XML_ENCODING_OPEN && bytes->n) {
        int r = open_declaration(e, bytes, text);
        if (r != 0)
            return r;
    }
    if (e->state == XML_ENCODING_OPEN || e->state == XML_ENCODING_UNKNOWN || !bytes->n)
        return 0;
    struct span slice = *bytes;
    if (e->state == XML_ENCODING_SINGLE && slice.n > SLICE)
        slice.n = SLICE;
    *bytes = span_of(bytes->p + slice.n, bytes->n - slice.n);
    return decode(e, slice, text);
}

int xml_encoding_last(struct xml_encoding *e, struct span *text)
{
    *text = buf_view(&e->held);
    return e->state == XML_ENCODING_OPEN && e->held.n > 0;
}
