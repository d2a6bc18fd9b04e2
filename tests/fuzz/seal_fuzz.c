/* seal_fuzz.c -- any bytes in a seal: one made rightly holds, one around other bytes does not
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#include "model/seal.h"

#define OPENING "00260302HMAC\n"
#define CLOSING (8 + 2 * SEAL_TEXT)

/* OPENING, the bytes, TK99 as the public test key makes it. The caller frees it. */
static char *sealed_text(const uint8_t *data, size_t size, size_t *n)
{
    size_t begins = sizeof(OPENING) - 1;
    char *text = malloc(begins + size + 1 + CLOSING + 1);
    char kvv[SEAL_TEXT + 1], mac[SEAL_TEXT + 1];
    uint8_t code[SEAL_SIZE];
    struct seal_hash hash;

    if (!text)
        abort();
    memcpy(text, OPENING, begins);
    if (size)
        memcpy(text + begins, data, size);
    text[begins + size] = '\n';
    *n = begins + size + 1;
    seal_kvv(seal_public_key, SEAL_SIZE, code);
    seal_format(code, kvv);
    seal_hash_begin(&hash, seal_public_key, NULL);
    seal_hash_add(&hash, span_of(text, *n));
    seal_hash_end(&hash, code, NULL);
    seal_format(code, mac);
    snprintf(text + *n, CLOSING + 1, "99260302%s%s", kvv, mac);
    *n += CLOSING;
    return text;
}

static void expect(const char *text, size_t n, enum seal_state seal)
{
    struct summary summary;
    size_t piece = 1 + n % 301;

    fuzz_read(NULL, span_of(text, n), piece, &summary);
    if (summary.seal != seal || !summary.test)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n, changed = sizeof(OPENING) - 1 + size / 2;
    char *text = sealed_text(data, size, &n);

    expect(text, n, SEAL_VALID);
    if (size) {
        text[changed] = text[changed] == 'x' ? 'y' : 'x';
        expect(text, n, SEAL_INVALID);
    }
    fuzz_compare(NULL, (const uint8_t *)text, n - CLOSING - 1); /* no TK99, or one of the data */
    free(text);
    return 0;
}
