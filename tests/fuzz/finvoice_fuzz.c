/* finvoice_fuzz.c -- any bytes as a Finvoice */
#include "tests/fuzz/fuzz.h"

#include "parsers/finvoice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(&format_finvoice, data, size);
    (void)format_finvoice.bid(bytes, true);
    (void)format_finvoice.ending(bytes, bytes);
    return 0;
}
