/* report.c -- what all forms of a report share, and its JSON */
#include "outbound/report.h"

#include <string.h>

#include "model/error.h"
#include "model/json.h"

const char *report_kind_name(enum report_kind kind)
{
    return kind == REPORT_SLA ? "sla" : "stats";
}

int report_kind_from_name(struct span name)
{
    return span_eq_str(name, "sla") ? REPORT_SLA : span_eq_str(name, "stats") ? REPORT_STATS : -1;
}

enum period_kind report_period_kind(enum report_kind kind)
{
    return kind == REPORT_SLA ? PERIOD_QUARTER : PERIOD_MONTH;
}

const struct penalty_terms *report_terms(const struct settings *settings, const char *unit)
{
    const struct unit_settings *u = settings_unit(settings, unit);
    size_t n = strcspn(unit, "/");

    if (u)
        return &u->sla.terms;
    for (size_t i = 0; i < settings->partner_count; i++)
        if (strncmp(settings->partners[i].key, unit, n) == 0 && !settings->partners[i].key[n])
            return &settings->partners[i].sla.terms;
    return &settings->sla.terms;
}

const char *report_partner_name(const struct settings *settings, const char *partner)
{
    const struct partner_settings *p = settings_partner(settings, partner);

    return p ? p->name : partner;
}

/* --- from the store ----------------------------------------------------------------------------
 */

static const char *language_of(const struct settings *settings, const char *scope)
{
    const struct unit_settings *unit = settings_unit(settings, scope);
    const struct partner_settings *partner = settings_partner(settings, scope);
    const char *language = unit      ? unit->language
                           : partner ? partner->language
                                     : settings->reports_language;

    return language && strcmp(language, "en") == 0 ? "en" : "sv";
}

int report_begin(struct report_reading *reading, const struct report_order *order,
                 const struct settings *settings)
{
    struct period period = period_ended(report_period_kind(order->kind), order->as_of_us);
    struct report *r = &reading->report;
    int rc = order->period.n ? period_parse(period.kind, order->period, &period) : SLUSS_OK;

    *reading = (struct report_reading){.report = {.kind = order->kind, .scope = order->scope}};
    if (rc)
        return rc;
    r->settings = settings;
    r->language = order->language ? order->language : language_of(settings, order->scope);
    rc = figures_begin(&r->figures, &period, order->as_of_us);
    reading->scope = (struct report_scope){.from_us = r->figures.from_us,
                                           .to_us = r->figures.to_us,
                                           .unit = order->scope,
                                           .as_of_us = order->as_of_us};
    return rc;
}

static int add_delivery(void *context, const struct report_delivery *delivery)
{
    struct report *r = context;

    return figures_add(&r->figures, delivery, report_terms(r->settings, delivery->unit));
}

int report_step(struct report_reading *reading, struct store *store, unsigned most)
{
    int n =
        report_read(store, &reading->scope, &reading->cursor, most, add_delivery, &reading->report);

    if (n < 0 || (unsigned)n == most)
        return n < 0 ? n : 1;
    return figures_end(&reading->report.figures);
}

void report_end(struct report_reading *reading)
{
    figures_free(&reading->report.figures);
}

/* --- json ------------------------------------------------------------------------------------- */

/* "sum_minor" and "currency"; where currencies mix null, and each in "sums". */
static void json_net(struct json *j, const char *sum, const char *currency, const char *all,
                     const struct sums *sums)
{
    if (sums->n <= 1) {
        json_int(j, sum, sums->n ? sums->of[0].minor : 0);
        if (currency)
            json_cstr(j, currency, sums->n ? sums->of[0].currency : NULL);
        return;
    }
    json_nothing(j, sum);
    if (currency)
        json_nothing(j, currency);
    json_object_begin(j, all);
    for (unsigned i = 0; i < sums->n; i++)
        json_int(j, sums->of[i].currency, sums->of[i].minor);
    json_object_end(j);
}

static void json_answers(struct json *j, const uint64_t answers[])
{
    json_uint(j, "released", answers[ANSWER_RELEASED]);
    json_uint(j, "released_once", answers[ANSWER_ONCE]);
    json_uint(j, "rejected_by_person", answers[ANSWER_REJECTED]);
    json_uint(j, "still_held", answers[ANSWER_NONE]);
}

static void json_seconds(struct json *j, const char *key, int64_t us)
{
    json_int(j, key, us / SECOND_US);
}

static void json_measure(struct json *j, const struct measure *m)
{
    int share = figures_share(m);

    json_uint(j, "deliveries", m->deliveries);
    json_uint(j, "accepted", m->verdicts[VERDICT_ACCEPTED]);
    json_uint(j, "held", m->verdicts[VERDICT_HELD]);
    json_uint(j, "rejected", m->verdicts[VERDICT_REJECTED]);
    json_uint(j, "not_judged", m->verdicts[VERDICT_NONE]);
    json_uint(j, "receipts_in_time", m->receipts_in_time);
    json_uint(j, "receipts_late", m->receipts_late);
    json_uint(j, "receipts_not_sent", m->receipts_unsent);
    json_uint(j, "receipts_open", m->receipts_open);
    if (share < 0)
        json_nothing(j, "in_time_percent");
    else
        json_double(j, "in_time_percent", share / 100.0);
    json_uint(j, "penalties", m->penalty_occasions);
    json_int(j, "penalty_minor", m->penalty_minor);
    json_cstr(j, "penalty_currency", PENALTY_CURRENCY);
    json_answers(j, m->answers);
    json_uint(j, "recalled", m->recalled);
    json_uint(j, "items", m->items);
    json_uint(j, "credits", m->credits);
    json_net(j, "sum_minor", "currency", "sums", &m->sums);
    json_net(j, "credits_minor", NULL, "credits_sums", &m->sums_credits);
    json_uint(j, "items_let_through", m->items_through);
    json_net(j, "let_through_minor", NULL, "let_through_sums", &m->sums_through);
    if (m->sums_cut)
        json_bool(j, "sums_incomplete", true);
    json_uint(j, "handled", m->handled);
    if (m->handled)
        json_seconds(j, "handling_mean_s", figures_handling_us(m));
    else
        json_nothing(j, "handling_mean_s");
}

static void row_begin(struct json *j, struct buf *out, const char *row)
{
    json_start(j, out);
    json_object_begin(j, NULL);
    json_cstr(j, "row", row);
}

static void row_end(struct json *j, struct buf *out)
{
    json_object_end(j);
    buf_char(out, '\n');
}

static void json_median(struct json *j, const struct figures *f)
{
    json_seconds(j, "receipt_median_s", f->receipt_median_us);
    json_seconds(j, "receipt_p95_s", f->receipt_p95_us);
    json_seconds(j, "receipt_worst_s", f->receipt_worst_us);
    json_seconds(j, "answer_median_s", f->answer_median_us);
    json_seconds(j, "answer_worst_s", f->answer_worst_us);
    json_seconds(j, "still_held_longest_s", f->open_worst_us);
    json_array_begin(j, "receipts_within");
    for (unsigned i = 0; i < FIGURES_BUCKETS; i++) {
        json_object_begin(j, NULL);
        if (i + 1 < FIGURES_BUCKETS)
            json_seconds(j, "within_s", figures_bucket_us[i]);
        else
            json_nothing(j, "within_s");
        json_uint(j, "receipts", f->buckets[i]);
        json_object_end(j);
    }
    json_array_end(j);
}

static void json_head(const struct report *r, struct buf *out)
{
    const struct figures *f = &r->figures;
    char name[PERIOD_SIZE];
    struct json j;

    row_begin(&j, out, "report");
    json_cstr(&j, "report", report_kind_name(r->kind));
    json_cstr(&j, "period", period_name(&f->period, name));
    json_instant(&j, "from", f->from_us);
    json_instant(&j, "to", f->to_us);
    json_instant(&j, "as_of", f->as_of_us);
    json_cstr(&j, "time_zone", r->settings->time_zone);
    json_cstr(&j, "scope", r->scope);
    json_measure(&j, &f->all);
    json_median(&j, f);
    row_end(&j, out);
}

static void json_groups(const struct report *r, struct buf *out)
{
    const struct figures *f = &r->figures;
    struct json j;

    for (size_t i = 0; i < f->partner_count; i++) {
        row_begin(&j, out, "partner");
        json_cstr(&j, "partner", f->partners[i].key);
        json_cstr(&j, "name", report_partner_name(r->settings, f->partners[i].key));
        json_measure(&j, &f->partners[i].of);
        row_end(&j, out);
    }
    for (size_t i = 0; i < f->unit_count; i++) {
        row_begin(&j, out, "unit");
        json_cstr(&j, "unit", f->units[i].key);
        json_measure(&j, &f->units[i].of);
        row_end(&j, out);
    }
}

static void json_series(const struct figures *f, struct buf *out)
{
    struct json j;

    for (unsigned i = 0; i < f->check_count; i++) {
        row_begin(&j, out, "check");
        json_cstr(&j, "check", f->checks[i].name);
        json_uint(&j, "held", f->checks[i].held);
        json_uint(&j, "alone", f->checks[i].alone);
        json_answers(&j, f->checks[i].answers);
        row_end(&j, out);
    }
    for (int state = STATE_CHECKING; state < STATE_COUNT; state++) {
        row_begin(&j, out, "state");
        json_cstr(&j, "state", state_name((enum delivery_state)state));
        json_uint(&j, "deliveries", f->states[state]);
        row_end(&j, out);
    }
    for (int day = 0; day < f->day_count; day++) {
        row_begin(&j, out, "day");
        json_date(&j, "day", date_from_days(date_to_days(f->period.first) + day));
        json_uint(&j, "deliveries", f->days[day].deliveries);
        json_uint(&j, "late", f->days[day].late);
        json_uint(&j, "held", f->days[day].held);
        row_end(&j, out);
    }
}

static void json_waits(const struct figures *f, struct buf *out)
{
    struct json j;

    for (unsigned i = 0; i < f->worst.n; i++) {
        const struct long_wait *w = &f->worst.of[i];

        row_begin(&j, out, "receipt");
        json_cstr(&j, "delivery", w->id);
        json_cstr(&j, "unit", w->unit);
        json_cstr(&j, "verdict", verdict_name(w->verdict));
        json_instant(&j, "received_at", w->from_us);
        json_instant(&j, "sent_at", w->to_us);
        json_seconds(&j, "took_s", w->took_us);
        json_uint(&j, "penalties", w->penalty.occasions);
        json_int(&j, "penalty_minor", w->penalty.amount_minor);
        json_cstr(&j, "penalty_currency", PENALTY_CURRENCY);
        row_end(&j, out);
    }
    for (unsigned i = 0; i < f->holds.n; i++) {
        const struct long_wait *w = &f->holds.of[i];

        row_begin(&j, out, "hold");
        json_cstr(&j, "delivery", w->id);
        json_cstr(&j, "unit", w->unit);
        json_instant(&j, "held_at", w->from_us);
        json_instant(&j, "answered_at", w->to_us);
        json_seconds(&j, "took_s", w->took_us);
        json_cstr(&j, "outcome", answer_name(w->answer));
        row_end(&j, out);
    }
}

int report_json(const struct report *report, struct buf *out)
{
    json_head(report, out);
    json_groups(report, out);
    json_series(&report->figures, out);
    json_waits(&report->figures, out);
    return buf_error(out);
}
