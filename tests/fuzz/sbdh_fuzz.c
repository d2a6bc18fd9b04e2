/* sbdh_fuzz.c -- any bytes as an envelope, with and without a format named */
#include "tests/fuzz/fuzz.h"

#include "parsers/recognize.h"
#include "parsers/sbdh.h"
#include "parsers/svefaktura.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(NULL, data, size);
    fuzz_compare(&format_svefaktura, data, size);
    (void)recognize_ending(bytes, bytes, true);
    (void)sbdh_ending(bytes, bytes);
    return 0;
}
