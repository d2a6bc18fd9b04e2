/* lb_fuzz.c -- any bytes as Leverantörsbetalningar */
#include "tests/fuzz/fuzz.h"

#include "parsers/lb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_lb, data, size);
    return 0;
}
