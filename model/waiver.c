/* waiver.c -- see waiver.h */
#include "model/waiver.h"

#include <stddef.h>
#include <string.h>

#include "model/finding.h"

/* Beside what the file says of itself: all that tells whether it may be read at all. */
static const char *const never[] = {
    "duplicate-file", "phase",   "test-mark",     "parser-crash", "limit",  "structure", "format",
    "message-type",   "doctype", "seal-required", "unread",       "waiver", "evidence",
};

const char *waiver_refused(const char *check)
{
    bool known = false;

    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strcmp(check, never[i]) == 0)
            return "a check that is never waived; a delivery that it holds is released by hand";
    for (int i = 0; i < FINDING_CODE_COUNT; i++)
        known = known || strcmp(finding_kinds[i].check, check) == 0;
    return known ? NULL
                 : "not a check; write the name that findings carry, one for each waiver (there is "
                   "none for all)";
}

bool waiver_counts(const struct waiver *waiver, struct date today)
{
    return date_compare(today, waiver->until) <= 0;
}
