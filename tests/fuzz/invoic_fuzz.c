/* invoic_fuzz.c -- any bytes as EDIFACT invoices */
#include "tests/fuzz/fuzz.h"

#include "parsers/invoic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_invoic, data, size);
    return 0;
}
