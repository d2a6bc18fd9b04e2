/* totalin_fuzz.c -- any bytes as Total IN */
#include "tests/fuzz/fuzz.h"

#include "parsers/totalin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_totalin, data, size);
    return 0;
}
