/* autogiro_fuzz.c -- any bytes as Autogiro */
#include "tests/fuzz/fuzz.h"

#include "parsers/autogiro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_autogiro, data, size);
    return 0;
}
