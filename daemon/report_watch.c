/* report_watch.c -- see report_watch.h */
#include "daemon/report_watch.h"

#include "daemon/log.h"
#include "model/error.h"
#include "outbound/report_mail.h"
#include "store/report.h"

#define MORNING_US (7 * 3600 * SECOND_US)

/* The newest period whose report may go out at that instant. */
static struct period newest_due(enum report_kind kind, int64_t now_us)
{
    struct period last = period_ended(report_period_kind(kind), now_us);

    if (now_us < instant_of_day(period_report_day(&last)) + MORNING_US)
        last = period_before(&last);
    return last;
}

int report_periods_due(struct store *store, enum report_kind kind, const char *scope,
                       int64_t now_us, struct period due[REPORT_CATCH_UP])
{
    struct period period = newest_due(kind, now_us);
    char name[PERIOD_SIZE];
    int64_t first_us = 0;
    int n = 0, made = 0;
    int rc = report_first_arrival(store, scope, &first_us);

    if (rc <= 0)
        return rc;
    while (n < REPORT_CATCH_UP && first_us < period_to_us(&period)) {
        made = report_was_made(store, report_kind_name(kind), period_name(&period, name), scope);
        if (made)
            break;
        due[n++] = period;
        period = period_before(&period);
    }
    if (made < 0)
        return made;
    if (made || n == 0)
        return n;
    /* Addresses that are new are told of the last period, not of all that were before them.
     * Those that have been told before miss none. */
    for (int i = 0; !made && i < 12; i++, period = period_before(&period))
        made = report_was_made(store, report_kind_name(kind), period_name(&period, name), scope);
    return made < 0 ? made : made ? n : 1;
}

static int make_due(struct intake *intake, enum report_kind kind, const char *scope,
                    const struct texts *to, int64_t now_us)
{
    const char *what = report_kind_name(kind);
    struct period newest = newest_due(kind, now_us), due[REPORT_CATCH_UP];
    char name[PERIOD_SIZE];
    int rc = to->n ? report_was_made(intake->store, what, period_name(&newest, name), scope) : 1;
    int n = 0;

    if (rc == 0)
        rc = n = report_periods_due(intake->store, kind, scope, now_us, due);
    else if (rc > 0)
        return 0;
    /* Nothing had come yet: that is looked up once a period, not every few minutes. */
    if (rc == 0)
        return report_set_made(intake->store, what, name, scope, now_us);
    while (rc >= 0 && n-- > 0) {
        rc = report_mail_add(intake->store, intake->settings, kind, &due[n], scope, to, now_us);
        if (rc > 0)
            LOG(LOG_LEVEL_NOTICE, "report-made", {"report", span_str(what)},
                {"period", span_str(period_name(&due[n], name))},
                {"scope", span_str(scope ? scope : "all")});
    }
    return rc < 0 ? rc : 0;
}

int report_look(struct intake *intake)
{
    static const enum report_kind kinds[] = {REPORT_SLA, REPORT_STATS};
    const struct settings *settings = intake->settings;
    int64_t now_us = loop_wall_us(intake->loop);
    int rc = 0;

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0] && !rc; k++) {
        rc = make_due(intake, kinds[k], NULL, &settings->reports_to, now_us);
        for (size_t i = 0; i < settings->partner_count && !rc; i++)
            rc = make_due(intake, kinds[k], settings->partners[i].key,
                          &settings->partners[i].reports_to, now_us);
    }
    return rc;
}
