#include "model/seal.h"

#include <endian.h>
#include <string.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

const uint8_t seal_public_key[SEAL_SIZE] = {0x12, 0x34, 0x56, 0x78, 0x90, 0xAB, 0xCD, 0xEF,
                                            0x12, 0x34, 0x56, 0x78, 0x90, 0xAB, 0xCD, 0xEF};

/* What becomes of a byte of ISO-8859-1 outside 0x20 to 0x7E; 0xC3 where it is not listed. */
static const uint8_t national[256] = {
    [0xC9] = 0x40, [0xC4] = 0x5B, [0xD6] = 0x5C, [0xC5] = 0x5D, [0xDC] = 0x5E,
    [0xE9] = 0x60, [0xE4] = 0x7B, [0xF6] = 0x7C, [0xE5] = 0x7D, [0xFC] = 0x7E,
};
#define OTHER 0xC3

/* --- keys and codes as text ---------------------------------------------------------- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool seal_parse(struct span digits, uint8_t out[SEAL_SIZE])
{
    uint8_t bytes[SEAL_SIZE];

    if (digits.n != SEAL_TEXT)
        return false;
    for (size_t i = 0; i < SEAL_SIZE; i++) {
        int high = digit(digits.p[2 * i]);
        int low = digit(digits.p[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(out, bytes, SEAL_SIZE);
    sodium_memzero(bytes, sizeof bytes);
    return true;
}

static void format(const uint8_t bytes[SEAL_SIZE], const char *digits, char out[SEAL_TEXT + 1])
{
    for (size_t i = 0; i < SEAL_SIZE; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[SEAL_TEXT] = 0;
}

void seal_format(const uint8_t bytes[SEAL_SIZE], char out[SEAL_TEXT + 1])
{
    format(bytes, "0123456789ABCDEF", out);
}

bool seal_equal(const uint8_t a[SEAL_SIZE], const uint8_t b[SEAL_SIZE])
{
    return sodium_memcmp(a, b, SEAL_SIZE) == 0;
}

void seal_kvv(const uint8_t *key, size_t n, uint8_t out[SEAL_SIZE])
{
    crypto_auth_hmacsha256_state state;
    uint8_t whole[crypto_auth_hmacsha256_BYTES];

    crypto_auth_hmacsha256_init(&state, key, n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)"00000000", 8);
    crypto_auth_hmacsha256_final(&state, whole);
    memcpy(out, whole, SEAL_SIZE);
    sodium_memzero(&state, sizeof state);
}

bool seal_kvv_of_text(const uint8_t key[SEAL_SIZE], const uint8_t kvv[SEAL_SIZE])
{
    static const char *const digits[] = {"0123456789ABCDEF", "0123456789abcdef"};
    bool is = false;

    for (int i = 0; i < 2; i++) {
        char text[SEAL_TEXT + 1];
        uint8_t other[SEAL_SIZE];

        format(key, digits[i], text);
        seal_kvv((const uint8_t *)text, SEAL_TEXT, other);
        is = seal_equal(kvv, other) || is;
        sodium_memzero(text, sizeof text);
    }
    return is;
}

/* --- the hash ------------------------------------------------------------------------ */

void seal_hash_begin(struct seal_hash *hash, const uint8_t first[SEAL_SIZE], const uint8_t *second)
{
    hash->keys = second ? 2 : 1;
    hash->lines = 0;
    hash->staged = 0;
    crypto_auth_hmacsha256_init(&hash->of[0], first, SEAL_SIZE);
    if (second)
        crypto_auth_hmacsha256_init(&hash->of[1], second, SEAL_SIZE);
}

static void hash_staged(struct seal_hash *hash)
{
    for (unsigned i = 0; i < hash->keys; i++)
        crypto_auth_hmacsha256_update(&hash->of[i], hash->stage, hash->staged);
    hash->staged = 0;
}

static inline bool is_plain(unsigned char c)
{
    return c >= 0x20 && c <= 0x7E;
}

/* How many bytes from the first on are 0x20 to 0x7E? Eight at a time: the high bit of a byte
 * of `odd` is set by a byte that is 0x80 or more, or that adding 1 takes there (0x7F), or that
 * is less than 0x20, which taking 0x20 away shows while no lower byte has borrowed. A borrow
 * comes only from a byte that is odd itself: the first odd one is always found. */
static inline size_t plain_run(const char *p, size_t n)
{
    size_t i = 0;

    for (; n - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t w;
        memcpy(&w, p + i, sizeof w);
        w = le64toh(w);
        uint64_t odd = ((w - EACH(0x20)) | w | ((w & EACH(0x7F)) + EACH(1))) & EACH(0x80);
        if (odd)
            return i + (size_t)__builtin_ctzll(odd) / 8;
    }
    while (i < n && is_plain((unsigned char)p[i]))
        i++;
    return i;
}

static void stage_run(struct seal_hash *hash, const char *p, size_t n)
{
    while (n) {
        size_t room = sizeof(hash->stage) - hash->staged;
        size_t part = n < room ? n : room;

        memcpy(hash->stage + hash->staged, p, part);
        hash->staged += part;
        if (hash->staged == sizeof(hash->stage))
            hash_staged(hash);
        p += part;
        n -= part;
    }
}

void seal_hash_add(struct seal_hash *hash, struct span text)
{
    while (text.n) {
        size_t run = plain_run(text.p, text.n);

        stage_run(hash, text.p, run);
        for (; run < text.n && !is_plain((unsigned char)text.p[run]); run++) {
            unsigned char c = (unsigned char)text.p[run];
            char as = (char)(national[c] ? national[c] : OTHER);

            hash->lines += c == '\n';
            if (c != '\r' && c != '\n')
                stage_run(hash, &as, 1);
        }
        text = span_of(text.p + run, text.n - run);
    }
}

void seal_hash_end(struct seal_hash *hash, uint8_t first[SEAL_SIZE], uint8_t *second)
{
    uint8_t whole[crypto_auth_hmacsha256_BYTES];

    hash_staged(hash);
    crypto_auth_hmacsha256_final(&hash->of[0], whole);
    memcpy(first, whole, SEAL_SIZE);
    if (second && hash->keys > 1) {
        crypto_auth_hmacsha256_final(&hash->of[1], whole);
        memcpy(second, whole, SEAL_SIZE);
    }
    sodium_memzero(hash, sizeof *hash);
}
