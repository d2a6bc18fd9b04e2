/* cii_fuzz.c -- any bytes as a cross industry invoice */
#include "tests/fuzz/fuzz.h"

#include "parsers/cii.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(&format_cii, data, size);
    (void)format_cii.bid(bytes, true);
    (void)format_cii.ending(bytes, bytes);
    return 0;
}
