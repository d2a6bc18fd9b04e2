/* layout_fuzz.c -- any bytes as a layout: it is refused with words, or compiled and proved */
#include "tests/fuzz/fuzz.h"

#include "parsers/layout_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    struct arena *arena = arena_new(LAYOUT_MEMORY_MAX);
    const struct layout *layout = NULL;
    struct buf errors, warnings;

    if (!arena)
        abort();
    buf_init(&errors, 1u << 20);
    buf_init(&warnings, 1u << 16);
    int rc = layout_load(arena, text, &errors, &warnings, &layout);
    if (rc == 0 ? !layout : errors.n == 0)
        abort();
    if (rc == 0)
        (void)layout_bid(layout, text, true);
    buf_free(&errors);
    buf_free(&warnings);
    arena_free(&arena);
    return 0;
}
