/* charset_fuzz.c -- any bytes in any set: whole text comes out, and goes back to what it was
 *
 * The first byte chooses the set, or UTF-16 and where it is cut in two.
 */
#include "tests/fuzz/fuzz.h"

#include "model/charset.h"
#include "model/text.h"
#include "model/utf16.h"

#define ROOM (1u << 20)

static void there_and_back(enum charset set, struct span bytes)
{
    struct buf utf8;
    struct buf back;
    size_t lost = 0;

    buf_init(&utf8, ROOM);
    buf_init(&back, ROOM);
    if (charset_decode(&utf8, set, bytes, &lost) < 0 || !utf8_valid(buf_view(&utf8)))
        abort();
    if (lost == 0) {
        if (charset_encode(&back, set, buf_view(&utf8), &lost) < 0)
            abort();
        if (lost || !span_eq(buf_view(&back), bytes))
            abort();
    }
    buf_free(&utf8);
    buf_free(&back);
}

static void cut_anywhere(struct span bytes, size_t cut, bool big)
{
    struct utf16 whole = {.big = big};
    struct utf16 halves = {.big = big};
    struct buf a;
    struct buf b;

    buf_init(&a, ROOM);
    buf_init(&b, ROOM);
    if (utf16_push(&whole, bytes, &a) < 0 || utf16_finish(&whole, &a) < 0 ||
        utf16_push(&halves, span_of(bytes.p, cut), &b) < 0 ||
        utf16_push(&halves, span_of(bytes.p + cut, bytes.n - cut), &b) < 0 ||
        utf16_finish(&halves, &b) < 0)
        abort();
    if (!span_eq(buf_view(&a), buf_view(&b)) || whole.broken != halves.broken ||
        !utf8_valid(buf_view(&a)))
        abort();
    buf_free(&a);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct charset_evidence seen = {0};

    if (size < 2 || size > 65536)
        return 0;
    struct span bytes = {(const char *)data + 1, size - 1};
    there_and_back(data[0] % CHARSET_COUNT, bytes);
    there_and_back(charset_of(bytes, &seen), bytes);
    cut_anywhere(bytes, data[0] % size, data[0] >= 0x80);
    charset_looks_se7(bytes);
    charset_twice_encoded(bytes);
    charset_letters_lost(bytes);
    return 0;
}
