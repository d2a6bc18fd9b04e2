/* layout_reader_fuzz.c -- any bytes as a file of one of etc/layouts; the first byte says which */
#include "tests/fuzz/fuzz.h"

#include "parsers/layout_reader.h"

static const char *const names[] = {"cases-fixed", "ledger", "invoice-register"};

#define NAMES (sizeof(names) / sizeof(names[0]))

static const struct layout *load(struct arena *arena, const char *name)
{
    const char *top = getenv("top_srcdir");
    const struct layout *layout = NULL;
    struct buf errors;
    char path[512];
    char *text = malloc(LAYOUT_TEXT_MAX);
    FILE *file;

    snprintf(path, sizeof(path), "%s/etc/layouts/%s.layout", top ? top : ".", name);
    file = fopen(path, "rb");
    if (!file || !text)
        abort();
    size_t n = fread(text, 1, LAYOUT_TEXT_MAX, file);
    fclose(file);
    buf_init(&errors, 1u << 16);
    if (layout_load(arena, span_of(text, n), &errors, NULL, &layout) != 0)
        abort();
    buf_free(&errors);
    free(text);
    return layout;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    static const struct layout *layouts[NAMES];

    if (!arena) {
        arena = arena_new(NAMES * LAYOUT_MEMORY_MAX);
        if (!arena)
            abort();
        for (size_t i = 0; i < NAMES; i++)
            layouts[i] = load(arena, names[i]);
    }
    if (size == 0)
        return 0;
    const struct layout *layout = layouts[data[0] % NAMES];
    struct span bytes = {(const char *)data + 1, size - 1};
    struct span tail = bytes;
    if (tail.n > TAIL_MAX)
        tail = span_of(tail.p + tail.n - TAIL_MAX, TAIL_MAX);
    fuzz_compare(&layout->format, data + 1, size - 1);
    (void)layout_bid(layout, bytes, true);
    (void)layout_ending(layout, bytes, tail);
    return 0;
}
