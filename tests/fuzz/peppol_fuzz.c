/* peppol_fuzz.c -- any bytes as a UBL invoice or credit note */
#include "tests/fuzz/fuzz.h"

#include "parsers/peppol.h"
#include "parsers/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(&format_peppol, data, size);
    (void)format_peppol.bid(bytes, true);
    (void)format_peppol.ending(bytes, bytes);
    (void)peppol_refusal(bytes);
    return 0;
}
