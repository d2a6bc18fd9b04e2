/* casecsv_fuzz.c -- any bytes as case-csv */
#include "tests/fuzz/fuzz.h"

#include "parsers/casecsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_compare(&format_casecsv, data, size);
    return 0;
}
