/* report_text.c -- a report's title, and what a mail says beside the attached page */
#include "model/error.h"
#include "model/html.h"
#include "outbound/report.h"

static const char *month_name(const struct report *r, unsigned month)
{
    static const char *const names[12][2] = {
        {"January", "januari"}, {"February", "februari"}, {"March", "mars"},
        {"April", "april"},     {"May", "maj"},           {"June", "juni"},
        {"July", "juli"},       {"August", "augusti"},    {"September", "september"},
        {"October", "oktober"}, {"November", "november"}, {"December", "december"}};

    return report_say(r, names[(month - 1) % 12][0], names[(month - 1) % 12][1]);
}

void report_printf(const struct report *r, struct buf *out, const char *en, const char *sv, ...)
{
    va_list args;

    va_start(args, sv);
    if (r->language[0] == 's')
        buf_vprintf(out, sv, args);
    else
        buf_vprintf(out, en, args);
    va_end(args);
}

int report_scope_name(const struct report *r, struct buf *out)
{
    if (!r->scope)
        return buf_str(out, report_say(r, "all partners", "alla partner"));
    return buf_str(out, report_partner_name(r->settings, r->scope));
}

int report_title(const struct report *r, struct buf *out)
{
    const struct period *p = &r->figures.period;

    buf_str(out, r->kind == REPORT_SLA ? report_say(r, "Service levels", "Servicenivåer")
                                       : report_say(r, "Statistics", "Statistik"));
    if (p->kind == PERIOD_QUARTER)
        report_printf(r, out, ", quarter %d of %d", " kvartal %d %d", (p->first.month - 1) / 3 + 1,
                      p->first.year);
    else
        report_printf(r, out, ", %s %d", " %s %d", month_name(r, p->first.month), p->first.year);
    buf_str(out, ", ");
    return report_scope_name(r, out);
}

void report_put_percent(struct buf *out, int share)
{
    if (share < 0)
        buf_str(out, "–");
    else {
        html_hundredths(out, (uint64_t)share);
        buf_str(out, "\xC2\xA0%");
    }
}

void report_put_sums(struct buf *out, const struct sums *sums, const char *between)
{
    if (sums->n == 0)
        buf_char(out, '0');
    for (unsigned i = 0; i < sums->n; i++) {
        buf_str(out, i ? between : "");
        money_people(out, sums->of[i].minor, sums->of[i].currency);
    }
}

static void put_line(struct buf *out, const char *what)
{
    buf_printf(out, "  %s: ", what);
}

static void put_receipts(const struct report *r, struct buf *out)
{
    const struct measure *m = &r->figures.all;

    put_line(out, report_say(r, "Receipts in time", "Kvittenser i tid"));
    report_put_percent(out, figures_share(m));
    buf_char(out, '\n');
    put_line(out, report_say(r, "Late receipts", "Sena kvittenser"));
    html_count(out, figures_late(m));
    buf_char(out, '\n');
    put_line(out, report_say(r, "Penalties", "Viten"));
    money_people(out, m->penalty_minor, PENALTY_CURRENCY);
    buf_char(out, '\n');
}

static void put_volume(const struct report *r, struct buf *out)
{
    const struct measure *m = &r->figures.all;

    put_line(out, report_say(r, "Cases", "Ärenden"));
    html_count(out, m->items);
    buf_char(out, '\n');
    put_line(out, report_say(r, "Capital", "Kapital"));
    report_put_sums(out, &m->sums, " + ");
    buf_char(out, '\n');
}

static void put_holds(const struct report *r, struct buf *out)
{
    const struct measure *m = &r->figures.all;

    put_line(out, report_say(r, "Held for a person", "Kvarhållna för granskning"));
    html_count(out, m->verdicts[VERDICT_HELD]);
    report_printf(r, out, ", %llu of them still waiting\n", ", varav %llu väntar än\n",
                  (unsigned long long)m->answers[ANSWER_NONE]);
}

int report_text(const struct report *r, struct buf *out)
{
    char when[INSTANT_SIZE];

    report_title(r, out);
    buf_str(out, "\n\n");
    put_line(out, report_say(r, "Deliveries", "Leveranser"));
    html_count(out, r->figures.all.deliveries);
    buf_char(out, '\n');
    put_volume(r, out);
    put_receipts(r, out);
    put_holds(r, out);
    buf_str(out, report_say(r,
                            "\nThe whole report is attached: a page that any browser opens and "
                            "prints, and a table for spreadsheets (CSV).\n",
                            "\nHela rapporten är bifogad: en sida som alla webbläsare öppnar och "
                            "skriver ut, och en tabell för kalkylblad (CSV).\n"));
    report_printf(r, out, "Figures as known at %s.\n", "Uppgifterna gäller %s.\n",
                  instant_local(r->figures.as_of_us, when));
    return buf_error(out);
}
