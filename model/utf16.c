#include "model/utf16.h"

#include <string.h>

#include "model/error.h"
#include "model/text.h"

/* What stands at the beginning of a text file: a line end, or a character to print. */
static bool is_plain(char c)
{
    return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n';
}

enum unicode_form unicode_look(struct span head, unsigned *mark)
{
    const char *p = head.p;

    *mark = 0;
    if (span_starts(head, SPAN_LIT("\xEF\xBB\xBF"))) {
        *mark = 3;
        return UNICODE_UTF8;
    }
    if (span_starts(head, SPAN_LIT("\xFF\xFE\0\0")) || span_starts(head, SPAN_LIT("\0\0\xFE\xFF")))
        return UNICODE_UTF32;
    if (span_starts(head, SPAN_LIT("\xFF\xFE")) || span_starts(head, SPAN_LIT("\xFE\xFF"))) {
        *mark = 2;
        return p[0] == '\xFF' ? UNICODE_UTF16_LE : UNICODE_UTF16_BE;
    }
    if (head.n < UNICODE_LOOK)
        return UNICODE_NONE;
    if (is_plain(p[0]) && !p[1] && is_plain(p[2]) && !p[3])
        return UNICODE_UTF16_LE;
    if (!p[0] && is_plain(p[1]) && !p[2] && is_plain(p[3]))
        return UNICODE_UTF16_BE;
    return UNICODE_NONE;
}

static size_t lose(struct utf16 *u, char *out)
{
    u->broken++;
    return utf8_put(out, 0xFFFD);
}

/* One unit; returns how many bytes were written, at most 6. */
static size_t take_unit(struct utf16 *u, uint16_t unit, char *out)
{
    size_t n = 0;

    if (u->high && unit >= 0xDC00 && unit <= 0xDFFF) {
        uint32_t c = 0x10000 + ((uint32_t)(u->high - 0xD800) << 10) + (uint32_t)(unit - 0xDC00);
        u->high = 0;
        return utf8_put(out, c);
    }
    if (u->high) {
        u->high = 0;
        n = lose(u, out);
    }
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        u->high = unit;
        return n;
    }
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return n + lose(u, out + n);
    return n + utf8_put(out + n, unit);
}

/* Four units of ASCII at once. */
static bool four_plain(const unsigned char *p, bool big)
{
    const unsigned char *zero = big ? p : p + 1;
    const unsigned char *plain = big ? p + 1 : p;

    return !(zero[0] | zero[2] | zero[4] | zero[6]) &&
           (plain[0] | plain[2] | plain[4] | plain[6]) < 0x80;
}

static size_t take_units(struct utf16 *u, const unsigned char *p, size_t units, char *out)
{
    const unsigned plain = u->big ? 1 : 0; /* where the low byte of a unit is */
    size_t n = 0;

    while (units) {
        if (units >= 4 && !u->high && four_plain(p, u->big)) {
            for (unsigned i = 0; i < 4; i++)
                out[n++] = (char)p[2 * i + plain];
            p += 8;
            units -= 4;
            continue;
        }
        n += take_unit(u, (uint16_t)(p[1 - plain] << 8 | p[plain]), out + n);
        p += 2;
        units--;
    }
    return n;
}

int utf16_push(struct utf16 *u, struct span bytes, struct buf *out)
{
    /* Each unit 3 bytes at most (a pair 4), and 3 for a high surrogate that was waiting. */
    char *to;
    size_t n = 0;

    if (!bytes.n)
        return 0;
    to = buf_reserve(out, (bytes.n / 2 + 1) * 3 + 3);
    if (!to)
        return SLUSS_ENOMEM;
    if (u->has_odd) {
        const unsigned char unit[2] = {u->odd, (unsigned char)bytes.p[0]};
        u->has_odd = false;
        n = take_units(u, unit, 1, to);
        bytes = span_of(bytes.p + 1, bytes.n - 1);
    }
    if (bytes.n % 2) {
        u->has_odd = true;
        u->odd = (uint8_t)bytes.p[--bytes.n];
    }
    n += take_units(u, (const unsigned char *)bytes.p, bytes.n / 2, to + n);
    buf_written(out, n);
    return 0;
}

int utf16_finish(struct utf16 *u, struct buf *out)
{
    char *to;

    if (!u->has_odd && !u->high)
        return 0;
    to = buf_reserve(out, 3);
    if (!to)
        return SLUSS_ENOMEM;
    u->has_odd = false;
    u->high = 0;
    buf_written(out, lose(u, to));
    return 0;
}
