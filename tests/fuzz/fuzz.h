/* fuzz.h -- what the fuzzers of parsers/ share: read a file twice, in other pieces, and compare
 *
 * Whatever the bytes, reading must neither fail nor depend on how they were cut up, and the
 * items handed out must add up to the summary.
 */
#ifndef SLUSS_TESTS_FUZZ_H
#define SLUSS_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "parsers/reading.h"

struct fuzz_seen {
    uint64_t items;
    uint64_t findings;
    uint64_t mixed; /* of all that was handed out, in order */
    struct sums sums;
    bool sums_hold;
};

static inline void fuzz_mix(struct fuzz_seen *seen, struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        seen->mixed = (seen->mixed ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
    seen->mixed = (seen->mixed ^ text.n) * UINT64_C(1099511628211);
}

static inline int fuzz_item(void *context, const struct item *item)
{
    struct fuzz_seen *seen = context;

    seen->items++;
    fuzz_mix(seen, item->number);
    fuzz_mix(seen, item->reference);
    fuzz_mix(seen, item->counterparty_id);
    fuzz_mix(seen, item->counterparty_name);
    fuzz_mix(seen, item->payee_account);
    fuzz_mix(seen, span_of((const char *)&item->amount_minor, sizeof(item->amount_minor)));
    if (item->number.n > ITEM_TEXT_MAX || item->counterparty_name.n > ITEM_TEXT_MAX)
        abort();
    if (sums_add(&seen->sums, item->currency, item->amount_minor) < 0)
        seen->sums_hold = false;
    return 0;
}

static inline int fuzz_finding(void *context, const struct finding *f)
{
    struct fuzz_seen *seen = context;
    struct buf text;

    buf_init(&text, 1 << 16);
    if (finding_sentence(f, seen->findings % 2 ? "sv" : "en", &text) < 0)
        abort();
    fuzz_mix(seen, buf_view(&text));
    buf_free(&text);
    seen->findings++;
    return 0;
}

static inline struct fuzz_seen fuzz_read(const struct format *format, struct span bytes,
                                         size_t piece, struct summary *summary)
{
    struct fuzz_seen seen = {.sums_hold = true};
    struct sink sink = {.context = &seen, .item = fuzz_item, .finding = fuzz_finding};
    struct reading *reading;

    if (reading_open(format, &sink, &reading) < 0)
        abort();
    while (bytes.n) {
        /* A copy of its own size, so that reading past a piece is noticed. */
        size_t n = bytes.n < piece ? bytes.n : piece;
        char *copy = malloc(n);
        if (!copy)
            abort();
        memcpy(copy, bytes.p, n);
        if (reading_push(reading, span_of(copy, n)) < 0)
            abort();
        free(copy);
        bytes = span_of(bytes.p + n, bytes.n - n);
    }
    if (reading_finish(reading, summary) < 0)
        abort();
    reading_close(&reading);
    return seen;
}

static inline void fuzz_compare(const struct format *format, const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};
    struct summary whole;
    struct summary pieces;
    struct fuzz_seen a = fuzz_read(format, bytes, size ? size : 1, &whole);
    struct fuzz_seen b = fuzz_read(format, bytes, 1 + size % 13, &pieces);

    if (a.items != b.items || a.findings != b.findings || a.mixed != b.mixed)
        abort();
    if (whole.items != a.items || whole.valid != pieces.valid || whole.size != size)
        abort();
    for (unsigned i = 0; a.sums_hold && i < a.sums.n; i++)
        if (whole.sums.of[i].minor != a.sums.of[i].minor)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
