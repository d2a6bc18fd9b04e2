/* prescribed.c -- are claims so old that they may be prescribed?
 *
 * Sources: the act on prescription (1981:130), section 2: ten years, three for a claim of a
 * business on a consumer. Prescription is interrupted by a payment, an acknowledgement or a
 * demand, and nothing of that stands in a file: it is told and never holds.
 */
#include "model/error.h"
#include "safeguards/signal.h"

static struct profile_old older(const struct subject *subject, bool persons, int64_t years)
{
    if (years <= 0 || years > PROFILE_YEARS)
        return (struct profile_old){0};
    return profile_older(subject->profile, persons, (unsigned)years);
}

static int run(const struct subject *subject, struct finding_list *findings)
{
    const struct safeguard_settings *s = signal_settings(subject);
    struct profile_old persons, others;
    struct finding f;

    if (!subject->profile)
        return SLUSS_OK;
    persons = older(subject, true, s->prescribed_persons);
    others = older(subject, false, s->prescribed_others);
    if (persons.claims + others.claims == 0)
        return SLUSS_OK;
    f = finding_make(FINDING_PRESCRIBED, persons.claims ? persons.record : others.record);
    finding_int(&f, "persons", (int64_t)persons.claims);
    finding_int(&f, "persons_years", s->prescribed_persons);
    finding_int(&f, "others", (int64_t)others.claims);
    finding_int(&f, "others_years", s->prescribed_others);
    return finding_list_add(findings, &f);
}

const struct check check_prescribed = {
    .name = "prescribed",
    .asks = "Are claims so old that they may be prescribed?",
    .run = run,
};
