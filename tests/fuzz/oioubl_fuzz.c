/* oioubl_fuzz.c -- any bytes as an OIOUBL document */
#include "tests/fuzz/fuzz.h"

#include "parsers/oioubl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(&format_oioubl, data, size);
    (void)format_oioubl.bid(bytes, true);
    (void)format_oioubl.ending(bytes, bytes);
    return 0;
}
