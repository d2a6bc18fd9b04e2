/* ehf_fuzz.c -- any bytes as an EHF reminder */
#include "tests/fuzz/fuzz.h"

#include "parsers/ehf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(&format_ehf, data, size);
    (void)format_ehf.bid(bytes, true);
    (void)format_ehf.ending(bytes, bytes);
    return 0;
}
