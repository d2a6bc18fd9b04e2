/* resemblance.c -- is this an earlier delivery in another dress?
 *
 * Party and amount alone repeat every month in many streams, so a pair counts the less the more
 * deliveries have it, and the limit lies above the stream's own habit. A fee returns after a
 * month, a quarter, a half-year; what resembles a delivery of last week, or of seven weeks ago,
 * is not that fee. Measured on public
 * payment streams: a renumbered replay contains 100 %, with a tenth of its amounts changed
 * 97 %; ordinary deliveries lie at 0.5 to 4.5 % in the median.
 */
#include <math.h>

#include "model/error.h"
#include "safeguards/signal.h"

#define ITEMS_LEAST   8
#define EXPERIENCE    8
#define FEW           2 /* the largest of so few is the habit */
#define CONTAINED     0.5
#define PARTLY        0.3
#define ABOVE_HABIT   0.15
#define FAR_ABOVE     0.3
#define WHOLE         0.95
#define NEARLY        0.85
#define KNOWN_PARTIES 0.6
/* Deliveries of about this size before what returns each period is known. */
#define PERIODIC_FILES 6
#define OFF_FILES      3
#define FAR_REUSE      0.4
#define RARE_SHARE     0.12
#define RARE_ABOVE     0.2

static int add_contained(const struct past_delivery *past, double now, double usual, bool certain,
                         struct finding_list *findings)
{
    struct finding f = finding_make(FINDING_RESEMBLES, 0);

    finding_int(&f, "percent", signal_percent(now));
    finding_int(&f, "usual", signal_percent(usual));
    finding_text(&f, "delivery", past->id);
    finding_text(&f, "file", past->file);
    finding_instant(&f, "received", past->received_us);
    return signal_add(findings, &f, DECIBANS(certain ? 22 : 10), certain);
}

static bool is_above(double now, double usual)
{
    return now > PARTLY && now >= usual + ABOVE_HABIT;
}

static bool is_certain(double now, double usual)
{
    return now > CONTAINED && (now >= usual + FAR_ABOVE || (now >= WHOLE && usual < NEARLY));
}

/* In a delivery of no whole period ago. The fees of a run that came early or in part stand in
 * such a one too: then nearly all of them must, where never many did. */
static bool is_certain_off(const struct subject *subject, double now, double usual_off)
{
    double usual = fmax(usual_off, signal_usual(subject, MEASURE_CONTAINMENT, 0.97, FEW));
    bool known = !isnan(signal_usual(subject, MEASURE_CONTAINMENT_OFF, 0.97, OFF_FILES));

    return is_certain(now, usual) || (known && now >= NEARLY && usual_off < CONTAINED);
}

/* What lies a whole month, quarter or year back may be the same fees again: that is a replay
 * only where deliveries of this size never resembled such a one. What resembles that most stands
 * in part in the runs around it too. */
static int check_contained(const struct subject *subject, bool *one, struct finding_list *findings)
{
    const struct history *h = subject->history;
    double off = signal_now(subject, MEASURE_CONTAINMENT_OFF);
    double usual_off = signal_usual(subject, MEASURE_CONTAINMENT_OFF, 0.97, FEW);
    double now = signal_now(subject, MEASURE_CONTAINMENT);
    double usual = signal_usual_alike(subject, MEASURE_CONTAINMENT, 0.97, PERIODIC_FILES);

    bool off_speaks =
        !isnan(usual_off) && is_above(off, usual_off) && off >= now && h->contained_off_in.id.n > 0;

    *one = true;
    if (off_speaks && is_certain_off(subject, off, usual_off))
        return add_contained(&h->contained_off_in, off, usual_off, true, findings);
    if (!isnan(usual) && is_above(now, usual) && h->contained_in.id.n > 0)
        return add_contained(&h->contained_in, now, usual, is_certain(now, usual), findings);
    if (off_speaks)
        return add_contained(&h->contained_off_in, off, usual_off, false, findings);
    *one = false;
    return SLUSS_OK;
}

/* Does one delivery explain what was there before? Then it came from no other. */
static bool contained_whole(const struct subject *subject)
{
    return fmax(signal_now(subject, MEASURE_CONTAINMENT),
                signal_now(subject, MEASURE_CONTAINMENT_OFF)) > CONTAINED;
}

/* Everything was there before, but in no single delivery: old records mixed together. Where
 * that never happens a third is too much. */
static int check_reuse(const struct subject *subject, bool *reused, struct finding_list *findings)
{
    double now = signal_now(subject, MEASURE_SEEN_OFF);
    double usual = fmax(signal_usual(subject, MEASURE_SEEN_OFF, 0.98, EXPERIENCE),
                        signal_usual(subject, MEASURE_SEEN_AMOUNT, 0.98, EXPERIENCE));
    bool rare = usual < RARE_SHARE;
    bool far = now > usual + (rare ? RARE_ABOVE : FAR_REUSE);
    struct finding f = finding_make(FINDING_REUSED_AMOUNTS, 0);

    *reused = !isnan(usual) && now > usual + 0.1 && now > (rare ? RARE_ABOVE : 0.5);
    if (!*reused)
        return SLUSS_OK;
    finding_int(&f, "percent", signal_percent(now));
    finding_int(&f, "usual", signal_percent(usual));
    return signal_add(findings, &f, DECIBANS(far ? 15 : 6), far && rare);
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
    bool reused = false, one = false;
    int rc;

    if (!subject->now || subject->delivery->summary.items < ITEMS_LEAST)
        return SLUSS_OK;
    rc = check_contained(subject, &one, findings);
    if (rc || (one && contained_whole(subject)))
        return rc;
    rc = check_reuse(subject, &reused, findings);
    return rc || one || reused ? rc : reassure(subject, findings);
}

const struct check check_resemblance = {
    .name = "resemblance",
    .asks = "Is this an earlier delivery in another dress?",
    .run = run,
};
