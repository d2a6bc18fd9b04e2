/* bgmax_fuzz.c -- any bytes as BgMax */
#include "tests/fuzz/fuzz.h"

#include "parsers/bgmax.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_bgmax, data, size);
    return 0;
}
