/* bgocr_fuzz.c -- any bytes as Bankgirot's old OCR file */
#include "tests/fuzz/fuzz.h"

#include "parsers/bgocr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_bgocr, data, size);
    return 0;
}
