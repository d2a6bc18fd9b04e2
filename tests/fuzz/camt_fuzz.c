/* camt_fuzz.c -- any bytes as each of the three account reports of ISO 20022 */
#include "tests/fuzz/fuzz.h"

#include "parsers/camt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct format *const reports[] = {&format_camt052, &format_camt053,
                                                   &format_camt054};
    struct span bytes = {(const char *)data, size};

    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        fuzz_compare(reports[i], data, size);
        (void)reports[i]->bid(bytes, true);
        (void)reports[i]->ending(bytes, bytes);
    }
    return 0;
}
