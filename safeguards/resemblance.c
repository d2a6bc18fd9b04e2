/* resemblance.c -- is this an earlier delivery in another dress?
 *
 * Party and amount alone repeat every month in many streams, so a pair counts the less the more
 * deliveries have it, and the limit lies above the stream's own habit. Measured on public
 * payment streams: a renumbered replay contains 100 %, with a tenth of its amounts changed
 * 97 %; ordinary deliveries lie at 0.5 to 4.5 % in the median.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

#define ITEMS_LEAST  8
#define EXPERIENCE   8
#define FEW          2 /* the largest of so few is the habit */
#define CONTAINED    0.5
#define PARTLY       0.3
#define ABOVE_HABIT  0.15
#define FAR_ABOVE    0.3
#define WHOLE        0.95
#define NEARLY       0.85
#define KNOWN_PARTIES 0.6

static int check_contained(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_CONTAINMENT);
    double usual = signal_usual(subject, MEASURE_CONTAINMENT, 0.97, FEW);
    const struct past_delivery *past = &subject->history->contained_in;
    double base = usual;
    bool certain;
    struct finding f = finding_make(FINDING_RESEMBLES, 0);

    if (isnan(base) || !(now > PARTLY) || now < base + ABOVE_HABIT || past->id.n == 0)
        return SLUSS_OK;
    finding_int(&f, "percent", signal_percent(now));
    finding_int(&f, "usual", signal_percent(base));
    finding_text(&f, "delivery", past->id);
    finding_text(&f, "file", past->file);
    finding_instant(&f, "received", past->received_us);
    certain = now > CONTAINED && (now >= base + FAR_ABOVE || (now >= WHOLE && base < NEARLY));
    return signal_add(findings, &f, DECIBANS(certain ? 22 : 10), certain);
}

/* Everything was there before, but in no single delivery: old records mixed together. */
static int check_reuse(const struct subject *subject, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_SEEN_AMOUNT);
    double usual = signal_usual(subject, MEASURE_SEEN_AMOUNT, 0.98, EXPERIENCE);
    struct finding f = finding_make(FINDING_REUSED_AMOUNTS, 0);

    if (isnan(usual) || !(now > 0.5) || now <= usual + 0.1)
        return SLUSS_OK;
    finding_int(&f, "percent", signal_percent(now));
    finding_int(&f, "usual", signal_percent(usual));
    return signal_add(findings, &f, DECIBANS(now > usual + 0.4 ? 14 : 6), false);
}

/* Known parties with new items: what an ordinary file looks like. */
static int reassure(const struct subject *subject, struct finding_list *findings)
{
    struct finding f = finding_make(FINDING_KNOWN_PARTIES, 0);

    if (subject->history->by_number.seen > 0 || subject->history->by_party.seen > 0 ||
        !(signal_now(subject, MEASURE_KNOWN_PARTY) >= KNOWN_PARTIES))
        return SLUSS_OK;
    finding_int(&f, "percent", signal_percent(signal_now(subject, MEASURE_KNOWN_PARTY)));
    return signal_add(findings, &f, DECIBANS(-8), false);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    int rc;

    if (!subject->now || subject->delivery->summary.items < ITEMS_LEAST)
        return SLUSS_OK;
    rc = check_contained(subject, findings);
    rc = rc ? rc : check_reuse(subject, findings);
    return rc ? rc : reassure(subject, findings);
}

const struct check check_resemblance = {
    .name = "resemblance",
    .asks = "Is this an earlier delivery in another dress?",
    .run = run,
};
