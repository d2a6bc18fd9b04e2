/* svefaktura_fuzz.c -- any bytes as a Svefaktura */
#include "tests/fuzz/fuzz.h"

#include "parsers/svefaktura.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(&format_svefaktura, data, size);
    (void)format_svefaktura.bid(bytes, true);
    (void)format_svefaktura.ending(bytes, bytes);
    return 0;
}
