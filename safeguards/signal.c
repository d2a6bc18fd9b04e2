/* signal.c -- see signal.h */
#include "safeguards/signal.h"

#include <math.h>
#include <string.h>

enum signal_group signal_group_of(const char *check)
{
    static const struct {
        const char *check;
        enum signal_group group;
    } groups[] = {
        {"duplicate-file", GROUP_CONTENT},
        {"duplicate-content", GROUP_CONTENT},
        {"duplicate-item", GROUP_CONTENT},
        {"resemblance", GROUP_CONTENT},
        {"repeat-in-file", GROUP_CONTENT},
        {"paid", GROUP_CONTENT},
        {"volume", GROUP_VOLUME},
        {"amount", GROUP_VOLUME},
        {"dates", GROUP_DATES},
        {"origin", GROUP_ORIGIN},
        {"currency", GROUP_ORIGIN},
        {"sequence", GROUP_ORIGIN},
        {"number-series", GROUP_ORIGIN},
        {"sender", GROUP_ORIGIN},
        {"payee", GROUP_ORIGIN},
        {"hour", GROUP_ORIGIN},
        {"test-mark", GROUP_TEST},
        {"test-name", GROUP_TEST},
        {"test-evidence", GROUP_TEST},
        {"test-identity", GROUP_TEST},
        {"placeholder", GROUP_TEST},
        {"collapsed", GROUP_TEST},
        {"phase", GROUP_TEST},
        {"empty-field", GROUP_ORIGIN},
    };

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(check, groups[i].check) == 0)
            return groups[i].group;
    return GROUP_CONTROL;
}

const struct safeguard_settings *signal_settings(const struct subject *subject)
{
    static const struct safeguard_settings usual = SAFEGUARDS_USUAL;

    return subject->settings ? subject->settings : &usual;
}

double signal_budget(const struct subject *subject)
{
    return (double)signal_settings(subject)->false_holds / 1e6;
}

double signal_now(const struct subject *subject, enum measure measure)
{
    return subject->now ? subject->now->of[measure] : NAN;
}

double signal_usual(const struct subject *subject, enum measure measure, double q, unsigned least)
{
    const struct habit *habit = subject->history->habit;

    return habit ? habit_quantile(habit, measure, q, least, 0) : NAN;
}

double signal_usual_alike(const struct subject *subject, enum measure measure, double q,
                          unsigned least)
{
    const struct habit *habit = subject->history->habit;

    return habit ? habit_quantile(habit, measure, q, least, signal_now(subject, MEASURE_ITEMS) / 3)
                 : NAN;
}

unsigned signal_experience(const struct subject *subject)
{
    const struct habit *habit = subject->history->habit;

    return habit ? habit_full_rows(habit) : 0;
}

bool signal_excused(const struct subject *subject)
{
    const struct announcement *a = subject->history->announced;

    if (!a || !announcement_explains(a, subject->delivery->summary.items))
        return false;
    if (subject->now)
        subject->now->flags |= HABIT_EXCUSED;
    return true;
}

int64_t signal_percent(double share)
{
    return isnan(share) ? 0 : (int64_t)(share * 100 + 0.5);
}

int signal_add(struct finding_list *findings, struct finding *finding, double weight, bool hold)
{
    finding->weight = weight;
    finding->level = hold ? LEVEL_HOLD : weight > 0 ? LEVEL_WARN : LEVEL_INFO;
    return finding_list_add(findings, finding);
}
