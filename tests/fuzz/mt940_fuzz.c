/* mt940_fuzz.c -- any bytes as an MT940 account statement */
#include "tests/fuzz/fuzz.h"

#include "parsers/mt940.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_mt940, data, size);
    return 0;
}
