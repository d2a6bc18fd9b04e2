/* text.c -- UTF-8 and safe printing
 *
 * UTF-8 as in RFC 3629, section 4; which characters are dangerous to show: Unicode TR 36 and
 * TR 9 (bidirectional controls), ECMA-48 (C0 and C1 controls).
 */
#include "model/text.h"

#include <string.h>

#include "model/error.h"

#define EVERY_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Eight at a time. */
size_t text_ascii_run(struct span bytes)
{
    size_t i = 0;
    uint64_t word;

    for (; i + sizeof word <= bytes.n; i += sizeof word) {
        memcpy(&word, bytes.p + i, sizeof word);
        if (word & EVERY_BYTE(0x80))
            break;
    }
    while (i < bytes.n && (unsigned char)bytes.p[i] < 0x80)
        i++;
    return i;
}

size_t utf8_get(struct span bytes, uint32_t *character)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length;
    uint32_t c;

    if (p[0] < 0x80) {
        *character = p[0];
        return 1;
    }
    length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || bytes.n < length)
        return 0;
    c = p[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3F);
    }
    if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *character = c;
    return length;
}

static struct span after(struct span bytes, size_t n)
{
    return span_of(bytes.p + n, bytes.n - n);
}

bool utf8_valid(struct span bytes)
{
    uint32_t character;

    while (bytes.n) {
        size_t n =
            (unsigned char)bytes.p[0] < 0x80 ? text_ascii_run(bytes) : utf8_get(bytes, &character);

        if (n == 0)
            return false;
        bytes = after(bytes, n);
    }
    return true;
}

/* No byte is asked for by itself: nearly all text has none, and then all of it is read. */
bool text_has_high(struct span bytes)
{
    uint64_t found = 0, word;
    size_t i = 0;

    for (; i + sizeof word <= bytes.n; i += sizeof word) {
        memcpy(&word, bytes.p + i, sizeof word);
        found |= word;
    }
    for (; i < bytes.n; i++)
        found |= (unsigned char)bytes.p[i];
    return (found & EVERY_BYTE(0x80)) != 0;
}

size_t utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

struct span utf8_cut(struct span utf8, size_t most)
{
    if (utf8.n <= most)
        return utf8;
    while (most && ((unsigned char)utf8.p[most] & 0xC0) == 0x80)
        most--;
    return span_of(utf8.p, most);
}

/* Characters that move, hide or break what is shown. */
static bool hostile(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == '\\' || c == 0x061C || c == 0x200B ||
           c == 0x200E || c == 0x200F ||                  /* marks without width */
           (c >= 0x2028 && c <= 0x202E) ||                /* line ends, overrides */
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || /* isolates, invisible */
           (c >= 0xFFF9 && c <= 0xFFFB) ||                /* interlinear annotations */
           (c >= 0xE0000 && c <= 0xE007F);                /* tags */
}

static int escape_character(struct buf *out, uint32_t c)
{
    switch (c) {
    case '\n':
        return buf_str(out, "\\n");
    case '\r':
        return buf_str(out, "\\r");
    case '\t':
        return buf_str(out, "\\t");
    case '\\':
        return buf_str(out, "\\\\");
    default:
        if (c < 0x80)
            return buf_printf(out, "\\x%02X", (unsigned)c);
        return buf_printf(out, c > 0xFFFF ? "\\U%08X" : "\\u%04X", (unsigned)c);
    }
}

static int escape(struct buf *out, struct span bytes, bool keep_backslash)
{
    const char *plain = bytes.p; /* seen, harmless, not yet written */

    while (bytes.n) {
        uint32_t character;
        size_t n = utf8_get(bytes, &character);

        if (n && (!hostile(character) || (keep_backslash && character == '\\'))) {
            bytes = after(bytes, n);
            continue;
        }
        buf_add(out, plain, (size_t)(bytes.p - plain));
        if (n)
            escape_character(out, character);
        else
            buf_printf(out, "\\x%02X", (unsigned)(unsigned char)bytes.p[0]);
        bytes = after(bytes, n ? n : 1);
        plain = bytes.p;
    }
    buf_add(out, plain, (size_t)(bytes.p - plain));
    return buf_error(out);
}

int text_escape(struct buf *out, struct span bytes)
{
    return escape(out, bytes, false);
}

int text_show(struct buf *out, struct span bytes)
{
    return escape(out, bytes, true);
}

enum letter { LETTER_NO = 0, LETTER_LOWER, LETTER_UPPER };

static enum letter letter_of(uint32_t c)
{
    if (c < 0x80) {
        if (c >= 'a' && c <= 'z')
            return LETTER_LOWER;
        return c >= 'A' && c <= 'Z' ? LETTER_UPPER : LETTER_NO;
    }
    if (c < 0xC0 || c == 0xD7 || c == 0xF7)
        return c == 0xAA || c == 0xB5 || c == 0xBA ? LETTER_LOWER : LETTER_NO;
    if (c <= 0xDE)
        return LETTER_UPPER;
    /* Punctuation, symbols and arrows; CJK punctuation; full-width signs and digits. */
    if ((c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x303F) || c == 0xFEFF ||
        (c >= 0xFF00 && c <= 0xFF20))
        return LETTER_NO;
    return LETTER_LOWER;
}

/* ASCII letters regardless of case; `word` is in lower case. */
static bool same_word(struct span token, struct span word)
{
    if (token.n != word.n)
        return false;
    for (size_t i = 0; i < token.n; i++) {
        char c = token.p[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c != word.p[i])
            return false;
    }
    return true;
}

bool text_has_token(struct span text, struct span word)
{
    struct span token = {text.p, 0};
    enum letter before = LETTER_NO;

    while (text.n && word.n) {
        uint32_t character;
        size_t n = utf8_get(text, &character);
        enum letter letter;

        if (n == 0) { /* a stray byte: names in ISO-8859-1 have their letters there */
            n = 1;
            character = (unsigned char)text.p[0];
        }
        letter = letter_of(character);
        if (letter == LETTER_NO || before == LETTER_NO ||
            (before == LETTER_LOWER && letter == LETTER_UPPER)) {
            if (same_word(token, word))
                return true;
            token = span_of(text.p, 0);
        }
        if (letter != LETTER_NO)
            token.n += n;
        before = letter;
        text = after(text, n);
    }
    return word.n > 0 && same_word(token, word);
}

int text_html(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '&':
            buf_str(out, "&amp;");
            break;
        case '<':
            buf_str(out, "&lt;");
            break;
        case '>':
            buf_str(out, "&gt;");
            break;
        case '"':
            buf_str(out, "&quot;");
            break;
        case '\'':
            buf_str(out, "&#39;");
            break;
        default:
            buf_char(out, text.p[i]);
        }
    }
    return buf_error(out);
}
