/* repeat.c -- does the file hold the same items more than once?
 *
 * A file to which a copy of itself was appended repeats half of its items. Now and then two
 * true payments share an id, or two lines one number: a few repeats are a note.
 */
#include "model/error.h"
#include "safeguards/check.h"

#define MANY_LEAST   3
#define MANY_PERCENT 40

static int run(const struct subject *subject, struct finding_list *findings)
{
    const struct history *history = subject->history;
    uint64_t items = subject->delivery->summary.items;
    bool many = history->repeats >= MANY_LEAST && history->repeats * 100 >= items * MANY_PERCENT;
    struct finding f = finding_make(many ? FINDING_REPEATS_MANY : FINDING_REPEATS_INSIDE,
                                    history->first_repeat_record);

    if (history->repeats == 0)
        return SLUSS_OK;
    finding_int(&f, "repeats", (int64_t)history->repeats);
    finding_int(&f, "items", (int64_t)items);
    return finding_list_add(findings, &f);
}

const struct check check_repeat = {
    .name = "repeat-in-file",
    .asks = "Does the file hold the same items more than once?",
    .run = run,
};
