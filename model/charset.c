/* charset.c -- tables there and back, and the weighing of evidence
 *
 * Names of sets: IANA's registry of character sets, and what programs of the trade call them.
 */
#include "model/charset.h"

#include <string.h>

#include "model/error.h"
#include "model/text.h"

#define LOST 0xFFFD

static const uint16_t high[CHARSET_COUNT][128] = {
#define HIGH(set, ...) [set] = {__VA_ARGS__},
#include "model/charset_tables.def"
#undef HIGH
};

static const struct national {
    char byte;
    uint16_t character;
} nationals[] = {
    {'[', 0xC4}, {'\\', 0xD6}, {']', 0xC5}, {'{', 0xE4}, {'|', 0xF6}, {'}', 0xE5},
    {'@', 0xC9}, {'^', 0xDC},  {'`', 0xE9}, {'~', 0xFC}, {'$', 0xA4},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* --- names ------------------------------------------------------------------------------ */

static const char *const names[CHARSET_COUNT] = {
    [CHARSET_ASCII] = "ASCII",        [CHARSET_UTF8] = "UTF-8",
    [CHARSET_UTF8_BROKEN] = "UTF-8",  [CHARSET_LATIN1] = "ISO-8859-1",
    [CHARSET_LATIN9] = "ISO-8859-15", [CHARSET_CP1252] = "CP1252",
    [CHARSET_CP437] = "CP437",        [CHARSET_CP850] = "CP850",
    [CHARSET_CP865] = "CP865",        [CHARSET_SE7] = "ISO646-SE",
    [CHARSET_LATIN2] = "ISO-8859-2",  [CHARSET_LATIN3] = "ISO-8859-3",
    [CHARSET_LATIN4] = "ISO-8859-4",  [CHARSET_CYRILLIC] = "ISO-8859-5",
    [CHARSET_ARABIC] = "ISO-8859-6",  [CHARSET_GREEK] = "ISO-8859-7",
    [CHARSET_HEBREW] = "ISO-8859-8",  [CHARSET_LATIN5] = "ISO-8859-9",
};

/* In lower case, letters and digits alone. */
static const struct {
    const char *name;
    enum charset set;
} aliases[] = {
    {"usascii", CHARSET_ASCII},     {"iso646us", CHARSET_ASCII}, {"ansix341968", CHARSET_ASCII},
    {"latin1", CHARSET_LATIN1},     {"l1", CHARSET_LATIN1},      {"88591", CHARSET_LATIN1},
    {"latin9", CHARSET_LATIN9},     {"885915", CHARSET_LATIN9},  {"windows1252", CHARSET_CP1252},
    {"1252", CHARSET_CP1252},       {"ansi", CHARSET_CP1252},    {"ibm437", CHARSET_CP437},
    {"437", CHARSET_CP437},         {"ibm850", CHARSET_CP850},   {"850", CHARSET_CP850},
    {"ibm865", CHARSET_CP865},      {"865", CHARSET_CP865},      {"iso646se2", CHARSET_SE7},
    {"sen850200c", CHARSET_SE7},    {"isoir11", CHARSET_SE7},    {"se7", CHARSET_SE7},
    {"latin2", CHARSET_LATIN2},     {"latin3", CHARSET_LATIN3},  {"latin4", CHARSET_LATIN4},
    {"cyrillic", CHARSET_CYRILLIC}, {"arabic", CHARSET_ARABIC},  {"greek", CHARSET_GREEK},
    {"hebrew", CHARSET_HEBREW},     {"latin5", CHARSET_LATIN5},
};

const char *charset_name(enum charset set)
{
    return names[set];
}

/* Letters and digits of a name in lower case; too long a name is none. */
static size_t plain_name(struct span name, char *out, size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (n == room)
            return 0;
        out[n++] = c;
    }
    return n;
}

enum charset charset_by_name(struct span name)
{
    char wanted[16];
    char own[16];
    struct span plain = {wanted, plain_name(name, wanted, sizeof(wanted))};

    for (enum charset set = 0; plain.n && set < CHARSET_COUNT; set++)
        if (span_eq(plain, span_of(own, plain_name(span_str(names[set]), own, sizeof(own)))))
            return set;
    for (size_t i = 0; i < COUNT(aliases); i++)
        if (span_eq_str(plain, aliases[i].name))
            return aliases[i].set;
    return CHARSET_COUNT;
}

bool charset_is_single(enum charset set)
{
    return set > CHARSET_UTF8_BROKEN;
}

/* --- there and back --------------------------------------------------------------------- */

static uint32_t national_character(char byte)
{
    for (size_t i = 0; i < COUNT(nationals); i++)
        if (nationals[i].byte == byte)
            return nationals[i].character;
    return (unsigned char)byte;
}

/* The character at the beginning; its length in bytes. LOST when the set does not have it. */
static size_t take(enum charset set, struct span bytes, uint32_t *character)
{
    unsigned char byte = (unsigned char)bytes.p[0];
    size_t n;

    switch (set) {
    case CHARSET_UTF8:
    case CHARSET_UTF8_BROKEN:
        n = utf8_get(bytes, character);
        if (!n)
            *character = LOST;
        return n ? n : 1;
    case CHARSET_LATIN1:
        *character = byte;
        return 1;
    case CHARSET_SE7:
        *character = byte < 0x80 ? national_character(bytes.p[0]) : LOST;
        return 1;
    case CHARSET_ASCII:
        *character = byte < 0x80 ? byte : LOST;
        return 1;
    default:
        *character = byte < 0x80 ? byte : high[set][byte - 0x80];
        return 1;
    }
}

/* Bytes at the beginning that are in UTF-8 what they are in the set. */
static size_t same_run(enum charset set, struct span bytes)
{
    return set == CHARSET_SE7 ? 0 : text_ascii_run(bytes);
}

/* A character as UTF-8; *lost counts when it is one that could not be read. U+FFFD that the text
 * itself holds was lost before. */
static size_t next(enum charset set, struct span *bytes, char out[4], size_t *lost)
{
    uint32_t character;
    size_t taken = take(set, *bytes, &character);

    *lost += character == LOST && taken == 1;
    *bytes = span_of(bytes->p + taken, bytes->n - taken);
    return utf8_put(out, character);
}

int charset_decode(struct buf *out, enum charset set, struct span bytes, size_t *lost)
{
    char character[4];

    while (bytes.n) {
        size_t n = same_run(set, bytes);
        if (n && buf_add(out, bytes.p, n) < 0)
            return SLUSS_ENOMEM;
        bytes = span_of(bytes.p + n, bytes.n - n);
        if (!bytes.n)
            break;
        n = next(set, &bytes, character, lost);
        if (buf_add(out, character, n) < 0)
            return SLUSS_ENOMEM;
    }
    return buf_error(out);
}

size_t charset_decode_into(enum charset set, struct span *bytes, char *out, size_t room,
                           size_t *lost)
{
    char character[4];
    size_t n = 0;

    while (bytes->n && n < room) {
        size_t run = same_run(set, *bytes);
        if (run) {
            run = run < room - n ? run : room - n;
            memcpy(out + n, bytes->p, run);
            n += run;
            *bytes = span_of(bytes->p + run, bytes->n - run);
            continue;
        }
        struct span behind = *bytes;
        size_t gone = 0;
        size_t length = next(set, &behind, character, &gone);
        if (length > room - n)
            break;
        memcpy(out + n, character, length);
        n += length;
        *lost += gone;
        *bytes = behind;
    }
    return n;
}

/* The byte of a character beyond ASCII (or, in ISO 646-SE, of any); -1: the set has none. */
static int byte_of(enum charset set, uint32_t character)
{
    if (set == CHARSET_SE7) {
        for (size_t i = 0; i < COUNT(nationals); i++) {
            if (nationals[i].character == character)
                return (unsigned char)nationals[i].byte;
            if ((unsigned char)nationals[i].byte == character)
                return -1;
        }
        return character < 0x80 ? (int)character : -1;
    }
    if (character < 0x80 || (set == CHARSET_LATIN1 && character <= 0xFF))
        return (int)character;
    if (set <= CHARSET_LATIN1)
        return -1;
    for (int i = 0; i < 128; i++)
        if (high[set][i] == character && character != LOST)
            return 0x80 + i;
    return -1;
}

int charset_encode(struct buf *out, enum charset set, struct span utf8, size_t *lost)
{
    while (utf8.n) {
        size_t n = same_run(set, utf8);
        uint32_t character;

        if (n) {
            buf_add(out, utf8.p, n);
        } else {
            n = utf8_get(utf8, &character);
            if (n && (set == CHARSET_UTF8 || set == CHARSET_UTF8_BROKEN)) {
                buf_add(out, utf8.p, n);
            } else {
                int byte = n ? byte_of(set, character) : -1;
                buf_char(out, byte < 0 ? '?' : (char)byte);
                *lost += byte < 0;
            }
            n = n ? n : 1;
        }
        utf8 = span_of(utf8.p + n, utf8.n - n);
    }
    return buf_error(out);
}

/* --- evidence --------------------------------------------------------------------------- */

/* What a byte of 0x80 and above speaks for. */
enum voice {
    NOTHING = 0,
    DOS_LOWER, /* a lower-case letter of CP850 */
    DOS_UPPER,
    SIGN,       /* of CP1252, no letter of Nordic names in CP850 */
    LATIN,      /* a letter of ISO-8859-1 */
    NINE_LOWER, /* a letter that ISO-8859-15 has and ISO-8859-1 has not */
    NINE_UPPER,
};

static const uint8_t voices[128] = {
    [0x80 - 0x80] = SIGN,
    [0x81 - 0x80] = DOS_LOWER,
    [0x82 - 0x80] = DOS_LOWER,
    [0x83 - 0x80] = SIGN,
    [0x84 - 0x80] = DOS_LOWER,
    [0x85 - 0x80] = SIGN,
    [0x86 - 0x80] = DOS_LOWER,
    [0x87 - 0x80] = SIGN,
    [0x88 - 0x80] = SIGN,
    [0x89 - 0x80] = SIGN,
    [0x8A - 0x80] = SIGN,
    [0x8B - 0x80] = SIGN,
    [0x8C - 0x80] = SIGN,
    [0x8D - 0x80] = DOS_LOWER,
    [0x8E - 0x80] = DOS_UPPER,
    [0x8F - 0x80] = DOS_UPPER,
    [0x90 - 0x80] = DOS_UPPER,
    [0x91 - 0x80] = DOS_LOWER,
    [0x92 - 0x80] = DOS_UPPER,
    [0x93 - 0x80] = SIGN,
    [0x94 - 0x80] = DOS_LOWER,
    [0x95 - 0x80] = SIGN,
    [0x96 - 0x80] = SIGN,
    [0x97 - 0x80] = SIGN,
    [0x98 - 0x80] = SIGN,
    [0x99 - 0x80] = DOS_UPPER,
    [0x9A - 0x80] = DOS_UPPER,
    [0x9B - 0x80] = DOS_LOWER,
    [0x9C - 0x80] = SIGN,
    [0x9D - 0x80] = DOS_UPPER,
    [0x9E - 0x80] = SIGN,
    [0x9F - 0x80] = SIGN,
    [0xA6 - 0x80] = NINE_UPPER,
    [0xA8 - 0x80] = NINE_LOWER,
    [0xB4 - 0x80] = NINE_UPPER,
    [0xB8 - 0x80] = NINE_LOWER,
    [0xBC - 0x80] = NINE_UPPER,
    [0xBD - 0x80] = NINE_LOWER,
    [0xBE - 0x80] = NINE_UPPER,
    [0xC0 - 0x80 ... 0xD6 - 0x80] = LATIN,
    [0xD8 - 0x80 ... 0xF6 - 0x80] = LATIN,
    [0xF8 - 0x80 ... 0xFF - 0x80] = LATIN,
};

enum letter { NONE = 0, LOWER, UPPER, HIGH_BYTE };

static enum letter letter_at(struct span s, size_t i)
{
    unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0; /* i wraps before the first byte */

    if (c >= 0x80)
        return HIGH_BYTE;
    if (c >= 'a' && c <= 'z')
        return LOWER;
    return c >= 'A' && c <= 'Z' ? UPPER : NONE;
}

/* Neither is anything in CP1252: 0x81, 0x8D, 0x8F, 0x90, 0x9D. */
static bool not_windows(unsigned char c)
{
    return high[CHARSET_CP1252][c - 0x80] == LOST;
}

/* A lower-case letter of DOS: inside a word it weighs most. */
static void weigh_lower(struct charset_evidence *e, enum letter before, enum letter behind)
{
    bool inside = before != NONE && (behind == LOWER || behind == HIGH_BYTE);

    if (inside)
        e->dos += 2;
    else if (before != NONE || behind == LOWER || behind == HIGH_BYTE)
        e->dos++;
    else
        e->windows++;
}

/* An upper-case one does not stand behind a lower-case letter: the trade mark and the
 * apostrophe of CP1252 do. */
static void weigh_upper(struct charset_evidence *e, enum letter before, enum letter behind)
{
    if (before == LOWER)
        e->windows += 2;
    else if (before == NONE && behind == NONE)
        e->windows++;
    else
        e->dos += behind == UPPER ? 2 : 1;
}

static void weigh(struct charset_evidence *e, struct span text, size_t i)
{
    unsigned char c = (unsigned char)text.p[i];
    enum letter before = letter_at(text, i - 1);
    enum letter behind = letter_at(text, i + 1);

    if (c < 0xA0 && not_windows(c)) {
        e->dos += 2;
        return;
    }
    switch (voices[c - 0x80]) {
    case DOS_LOWER:
        weigh_lower(e, before, behind);
        break;
    case DOS_UPPER:
        weigh_upper(e, before, behind);
        break;
    case SIGN: /* an opening quote, and not ô in a word */
        e->windows += c == 0x93 && before == NONE ? 2 : before == NONE || behind == NONE;
        break;
    case LATIN:
        e->latin += before != NONE || behind != NONE ? 2 : 1;
        break;
    case NINE_LOWER:
        e->latin9 += before != NONE && (behind == LOWER || behind == HIGH_BYTE);
        break;
    case NINE_UPPER:
        e->latin9 += (before == NONE || before == UPPER) && behind != NONE;
        break;
    default:
        break;
    }
}

/* Characters of UTF-8 against bytes that belong to none. A lead byte that the end of a word cuts
 * off speaks for neither. */
static bool mostly_utf8(struct span text)
{
    size_t whole = 0;
    size_t stray = 0;
    uint32_t character;

    for (size_t i = 0; i < text.n;) {
        struct span rest = span_of(text.p + i, text.n - i);
        unsigned char c = (unsigned char)rest.p[0];
        if (c < 0x80) {
            i += text_ascii_run(rest);
            continue;
        }
        size_t n = utf8_get(rest, &character);
        bool cut = c >= 0xC2 && c <= 0xF4 && (rest.n == 1 || rest.p[1] == ' ');
        whole += n > 0;
        stray += n == 0 && !cut;
        i += n ? n : 1;
    }
    return whole > stray;
}

static enum charset judge(const struct charset_evidence *here, const struct charset_evidence *seen,
                          bool controls)
{
    uint64_t dos = here->dos;
    uint64_t ansi = (uint64_t)here->latin + here->windows + here->latin9;

    if (dos + 1 == ansi || dos == ansi || dos == ansi + 1) { /* thin */
        dos += seen->dos;
        ansi += (uint64_t)seen->latin + seen->windows + seen->latin9;
    }
    if (dos > ansi)
        return CHARSET_CP850;
    if (controls)
        return CHARSET_CP1252;
    return here->latin9 || seen->latin9 ? CHARSET_LATIN9 : CHARSET_LATIN1;
}

/* Counting on for the length of a file, without coming round. */
static void add(uint32_t *to, uint32_t n)
{
    *to = n > UINT32_MAX - *to ? UINT32_MAX : *to + n;
}

static enum charset single_byte(struct span text, struct charset_evidence *seen)
{
    struct charset_evidence here = {0};
    bool controls = false; /* 0x80 to 0x9F */

    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x80) {
            i += text_ascii_run(span_of(text.p + i, text.n - i)) - 1;
            continue;
        }
        controls = controls || c < 0xA0;
        weigh(&here, text, i);
    }
    enum charset set = judge(&here, seen, controls);
    add(&seen->dos, here.dos);
    add(&seen->windows, here.windows);
    add(&seen->latin, here.latin);
    add(&seen->latin9, here.latin9);
    return set;
}

enum charset charset_of(struct span text, struct charset_evidence *seen)
{
    struct charset_evidence nothing = {0};

    if (!text_has_high(text))
        return CHARSET_ASCII;
    if (utf8_valid(text))
        return CHARSET_UTF8;
    if (mostly_utf8(text))
        return CHARSET_UTF8_BROKEN;
    return single_byte(text, seen ? seen : &nothing);
}

enum se7_look charset_looks_se7(struct span text)
{
    enum se7_look look = SE7_NO;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        enum letter before = letter_at(text, i - 1);
        enum letter behind = letter_at(text, i + 1);
        bool lower = c == '{' || c == '|' || c == '}';

        if ((unsigned char)c >= 0x80)
            return SE7_NO;
        if (!lower && c != '[' && c != '\\' && c != ']')
            continue;
        if (lower ? before != NONE && behind == LOWER : before == UPPER && behind == UPPER)
            look = SE7_YES;
        else if (look == SE7_NO && (before != NONE || behind != NONE))
            look = SE7_MAYBE;
    }
    return look;
}

/* --- damage done before ----------------------------------------------------------------- */

/* Is the character what a byte of 0x80 to 0xBF is in ISO-8859-1 or CP1252? */
static bool was_trail(uint32_t character)
{
    if (character >= 0x80 && character <= 0xBF)
        return true;
    for (unsigned i = 0; i < 0x20; i++)
        if (high[CHARSET_CP1252][i] == character && character != LOST)
            return true;
    return false;
}

bool charset_twice_encoded(struct span utf8)
{
    while (utf8.n) {
        const char *lead = memchr(utf8.p, '\xC3', utf8.n);
        uint32_t character;

        if (!lead)
            return false;
        utf8 = span_of(lead + 1, utf8.n - (size_t)(lead + 1 - utf8.p));
        if (utf8.n < 2 || (utf8.p[0] != '\x83' && utf8.p[0] != '\x82')) /* Ã and Â */
            continue;
        utf8 = span_of(utf8.p + 1, utf8.n - 1);
        if (utf8_get(utf8, &character) > 0 && was_trail(character))
            return true;
    }
    return false;
}

static bool is_letter(struct span s, size_t i)
{
    return letter_at(s, i) != NONE;
}

bool charset_letters_lost(struct span utf8)
{
    if (!utf8.n || (!memchr(utf8.p, '?', utf8.n) && !memchr(utf8.p, '\xEF', utf8.n)))
        return false;
    for (size_t i = 0; i < utf8.n; i++) {
        if (utf8.p[i] == '?' && is_letter(utf8, i + 1) &&
            (is_letter(utf8, i - 1) || i == 0 || utf8.p[i - 1] == ' '))
            return true;
        if (utf8.p[i] == '\xEF' &&
            span_starts(span_of(utf8.p + i, utf8.n - i), SPAN_LIT("\xEF\xBF\xBD")))
            return true;
    }
    return false;
}
