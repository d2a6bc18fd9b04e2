/* pain_fuzz.c -- any bytes as credit transfers of ISO 20022 */
#include "tests/fuzz/fuzz.h"

#include "parsers/pain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};

    fuzz_compare(&format_pain001, data, size);
    (void)format_pain001.bid(bytes, true);
    (void)format_pain001.ending(bytes, bytes);
    return 0;
}
