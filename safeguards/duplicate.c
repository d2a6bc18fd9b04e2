/* duplicate.c -- has this come before: the bytes, the content, the items?
 *
 * Sources: measured streams of municipal files with document numbers. The natural share of
 * numbers seen before is 0 in the median and below 4 % in 99 of 100 files; a share above a
 * tenth occurs in at most 0.35 % of ordinary files and in every replay. Party, amount and due
 * date together repeat now and then (two equal fees of one household billed in two files), so
 * that evidence needs more items before it holds.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

/* Few of many items: these many at least, and at least every tenth. */
#define HOLD_ITEMS 5
#define HOLD_TENTH 10
/* Where numbers never come again, from here and there too. */
#define UNIQUE_PART 4
/* Half the file or more: a small replay. A single item with a known number is one; equal
 * party, amount and date need three. */
#define HOLD_HALF        2
#define RENUMBERED_LEAST 3
#define FEW_SEEN         3
/* A claim or two go on from one unit to another as they are; more are a file sent twice. */
#define ELSEWHERE_LEAST 5

static void add_past(struct finding *f, const struct past_delivery *past)
{
    finding_text(f, "delivery", past->id);
    finding_text(f, "file", past->file);
    finding_instant(f, "received", past->received_us);
    finding_text(f, "state", span_str(state_name(past->state)));
}

static int add_same_bytes(const struct past_delivery *past, struct finding_list *findings)
{
    bool refused = past->technical && !state_is_accepted(past->state);
    struct finding f = finding_make(refused ? FINDING_SAME_BYTES_REFUSED : FINDING_SAME_BYTES, 0);

    add_past(&f, past);
    return finding_list_add(findings, &f);
}

static int add_same_content(const struct past_delivery *past, uint64_t items,
                            struct finding_list *findings)
{
    struct finding f = finding_make(FINDING_SAME_CONTENT, 0);

    finding_int(&f, "items", (int64_t)items);
    add_past(&f, past);
    return finding_list_add(findings, &f);
}

static int add_overlap(enum finding_code code, const struct past_overlap *overlap, uint64_t items,
                       struct finding_list *findings)
{
    struct finding f = finding_make(code, overlap->first_record);

    finding_int(&f, "seen", (int64_t)overlap->seen);
    finding_int(&f, "items", (int64_t)items);
    finding_int(&f, "percent", (int64_t)(overlap->seen * 100 / items));
    finding_int(&f, "in_most", (int64_t)overlap->in_most);
    add_past(&f, &overlap->most);
    /* One or two are nothing, among so many numbers. */
    if (f.level < LEVEL_HOLD && overlap->seen < FEW_SEEN)
        f.weight *= 0.3;
    return finding_list_add(findings, &f);
}

/* Streams in which numbers or dates come again by nature, as spread supplier documents, are
 * measured against their own habit. */
#define EXPERIENCE  8
#define ABOVE_HABIT 0.15

static bool usual(const struct subject *subject, enum measure measure, uint64_t seen,
                  uint64_t items)
{
    double high = signal_usual(subject, measure, 0.98, EXPERIENCE);

    return !isnan(high) && high > 0.02 && (double)seen / (double)items < high + ABOVE_HABIT;
}

/* A stream in which no number ever came again. */
static bool is_unique(const struct subject *subject, enum measure measure)
{
    return signal_usual(subject, measure, 0.98, EXPERIENCE) < 0.02;
}

/* Is it too much: five and a tenth, most of them from one delivery, or `least` and half? Where
 * documents are spread over days, a tenth may come again, but from here and there. */
static bool too_many(const struct past_overlap *overlap, uint64_t items, uint64_t least,
                     bool unique)
{
    uint64_t seen = overlap->seen;

    if (seen >= HOLD_ITEMS && seen >= items / HOLD_TENTH + (items % HOLD_TENTH != 0) &&
        (overlap->in_most >= seen / 2 || (unique && seen >= items / UNIQUE_PART)))
        return true;
    return seen >= least && seen >= items / HOLD_HALF + items % HOLD_HALF;
}

/* The numbers are of that delivery, but not the items: a series that began anew, as each year or
 * after a system move, meets its own old numbers. */
static bool only_numbers(const struct subject *subject, const struct past_overlap *overlap)
{
    return subject->history->keys[KEY_AMOUNT].keys > 0 && overlap->alike < overlap->in_most / 2;
}

static int check_numbers(const struct subject *subject, uint64_t items,
                         struct finding_list *findings)
{
    const struct past_overlap *overlap = &subject->history->by_number;
    bool many = overlap->seen > 0 && items > 0 &&
                too_many(overlap, items, 1, is_unique(subject, MEASURE_SEEN_NUMBER)) &&
                !usual(subject, MEASURE_SEEN_NUMBER, overlap->seen, items);

    if (overlap->seen == 0 || items == 0)
        return SLUSS_OK;
    if (many && only_numbers(subject, overlap))
        return add_overlap(FINDING_NUMBERS_REUSED, overlap, items, findings);
    if (!many && overlap->alike * 2 < overlap->in_most &&
        subject->history->keys[KEY_AMOUNT].keys > 0)
        return add_overlap(FINDING_NUMBERS_REUSED_FEW, overlap, items, findings);
    return add_overlap(many ? FINDING_ITEMS_SEEN : FINDING_ITEMS_SEEN_FEW, overlap, items,
                       findings);
}

static int check_parties(const struct subject *subject, uint64_t items,
                         struct finding_list *findings)
{
    const struct past_overlap *overlap = &subject->history->by_party;

    if (items == 0 || overlap->seen < items / HOLD_TENTH + (items % HOLD_TENTH != 0))
        return SLUSS_OK;
    return add_overlap(
        too_many(overlap, items, RENUMBERED_LEAST, is_unique(subject, MEASURE_SEEN_DUE)) &&
                !usual(subject, MEASURE_SEEN_DUE, overlap->seen, items)
            ? FINDING_ITEMS_RENUMBERED
            : FINDING_ITEMS_RENUMBERED_FEW,
        overlap, items, findings);
}

/* Does the past delivery explain every repeat that the items could show? */
static bool explains_all(const struct past_delivery *past)
{
    return past && state_is_accepted(past->state);
}

static bool is_same(const struct past_delivery *a, const struct past_delivery *b)
{
    return a && span_eq(a->id, b->id);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    const struct history *history = subject->history;
    const struct summary *summary = &subject->delivery->summary;
    int rc = SLUSS_OK;

    /* A file that says itself "nothing today" looks the same every quiet day. */
    if (summary->items == 0 && summary->states_zero)
        return SLUSS_OK;
    if (history->same_bytes) {
        rc = add_same_bytes(history->same_bytes, findings);
        if (rc || explains_all(history->same_bytes))
            return rc;
    }
    /* The corrected version of a file that could not be read has the same items: welcome. What
     * came byte for byte is not said to have come under another name as well. */
    if (history->same_content && !is_same(history->same_bytes, history->same_content) &&
        (history->same_content->own || summary->items >= ELSEWHERE_LEAST) &&
        (!history->same_content->technical || state_is_accepted(history->same_content->state))) {
        rc = add_same_content(history->same_content, summary->items, findings);
        if (rc || explains_all(history->same_content))
            return rc;
    }
    rc = check_numbers(subject, summary->items, findings);
    return rc ? rc : check_parties(subject, summary->items, findings);
}

const struct check check_duplicate = {
    .name = "duplicate",
    .asks = "Has this file, its content or many of its items come before?",
    .run = run,
};
