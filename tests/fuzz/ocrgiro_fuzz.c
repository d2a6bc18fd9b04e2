/* ocrgiro_fuzz.c -- any bytes as a file of OCR giro or AvtaleGiro */
#include "tests/fuzz/fuzz.h"

#include "parsers/ocrgiro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_ocrgiro, data, size);
    return 0;
}
