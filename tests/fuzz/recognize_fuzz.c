/* recognize_fuzz.c -- any bytes: is the format recognised without fault, whole or in part? */
#include "tests/fuzz/fuzz.h"

#include "parsers/recognize.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span head = {(const char *)data, size < HEAD_MAX ? size : HEAD_MAX};
    size_t cut = size < TAIL_MAX ? 0 : size - TAIL_MAX;
    struct span tail = {(const char *)data + cut, size - cut};

    for (int whole = 0; whole < 2; whole++) {
        struct recognition found = recognize(head, whole != 0);
        if (!found.format && !found.reason && !found.rival)
            abort();
        recognize_ending(head, tail, whole != 0);
        for (size_t i = 0; i < format_count; i++)
            if (formats[i]->ending)
                formats[i]->ending(head, tail);
    }
    return 0;
}
