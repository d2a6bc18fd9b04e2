/* backtest_html.c -- see backtest_html.h */
#include "ctl/backtest_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/buf.h"
#include "model/date.h"
#include "model/error.h"
#include "model/text.h"

#define MEMORY   ((size_t)1 << 30)
#define TEXT_MAX ((size_t)64 * 1024)
/* Findings that a reason shows. */
#define WHY_MOST 3

/* The picture, in its own units. */
#define WIDTH  960
#define HEIGHT 240
#define LEFT   64
#define RIGHT  12
#define TOP    12
#define BOTTOM 28
/* The band rests on so many deliveries before, and begins with so many. */
#define BAND_MOST  60
#define BAND_LEAST 6

/* --- keeping -------------------------------------------------------------------------------- */

int html_report_open(struct html_report *report)
{
    *report = (struct html_report){.arena = arena_new(MEMORY)};
    return report->arena ? SLUSS_OK : SLUSS_ENOMEM;
}

void html_report_close(struct html_report *report)
{
    free(report->of);
    arena_free(&report->arena);
    *report = (struct html_report){0};
}

static int make_room(struct html_report *report)
{
    size_t room = report->room ? report->room * 2 : 1024;
    struct html_delivery *of;

    if (report->n < report->room)
        return SLUSS_OK;
    of = reallocarray(report->of, room, sizeof *of);
    if (!of)
        return SLUSS_ENOMEM;
    report->of = of;
    report->room = room;
    return SLUSS_OK;
}

/* The unit's name as it is kept already, else a copy. */
static const char *unit_name(struct html_report *report, const char *unit)
{
    for (size_t i = report->n; i > 0 && i + 64 > report->n; i--)
        if (strcmp(report->of[i - 1].unit, unit) == 0)
            return report->of[i - 1].unit;
    return arena_str(report->arena, span_str(unit));
}

static const char *why_of(struct html_report *report, const struct finding_list *findings)
{
    struct buf text;
    const char *kept;

    buf_init(&text, TEXT_MAX);
    for (unsigned i = 0; i < findings->n && i < WHY_MOST; i++) {
        if (findings->of[i].level < LEVEL_WARN)
            break;
        if (i)
            buf_char(&text, '\n');
        finding_sentence(&findings->of[i], "en", &text);
    }
    kept = arena_str(report->arena, buf_view(&text));
    buf_free(&text);
    return kept;
}

int html_report_add(struct html_report *report, const struct html_delivery *delivery,
                    struct span file, const struct finding_list *findings)
{
    struct html_delivery d = *delivery;
    struct buf name;
    int rc = make_room(report);

    if (rc)
        return rc;
    d.unit = unit_name(report, delivery->unit);
    if (d.verdict != VERDICT_ACCEPTED) {
        buf_init(&name, TEXT_MAX);
        text_escape(&name, file);
        d.file = arena_str(report->arena, buf_view(&name));
        buf_free(&name);
        d.why = why_of(report, findings);
    }
    if (!d.unit || (d.verdict != VERDICT_ACCEPTED && (!d.file || !d.why)))
        return SLUSS_ENOMEM;
    report->of[report->n++] = d;
    return SLUSS_OK;
}

/* --- writing -------------------------------------------------------------------------------- */

static void put_text(FILE *out, const char *text)
{
    struct buf safe;

    buf_init(&safe, 8 * TEXT_MAX);
    text_html(&safe, span_str(text));
    fputs(buf_cstr(&safe), out);
    buf_free(&safe);
}

static const char *day_of(int64_t at_us, char text[INSTANT_SIZE])
{
    instant_local(at_us, text);
    text[10] = '\0'; /* the day alone */
    return text;
}

/* --- a unit ----------------------------------------------------------------------------------- */

struct picture {
    FILE *out;
    const struct html_delivery **of; /* the unit's, in order */
    size_t n;
    int64_t from_us, to_us;
    double most; /* items */
};

static double x_of(const struct picture *p, int64_t at_us)
{
    double span = (double)(p->to_us - p->from_us);

    return LEFT + (WIDTH - LEFT - RIGHT) *
                      (span > 0 ? (double)(at_us - p->from_us) / span : 0.5);
}

/* Items grow by factors: a logarithmic scale, which begins at none. */
static double y_of(const struct picture *p, double items)
{
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - log1p(items) / log1p(p->most));
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The habit at the delivery numbered `at`: of those that entered before. */
static bool band_at(const struct picture *p, size_t at, double *low, double *high)
{
    double items[BAND_MOST];
    size_t n = 0;

    for (size_t i = at; i > 0 && n < BAND_MOST; i--)
        if (p->of[i - 1]->entered)
            items[n++] = (double)p->of[i - 1]->items;
    if (n < BAND_LEAST)
        return false;
    qsort(items, n, sizeof *items, by_size);
    *low = items[(n - 1) * 5 / 100];
    *high = items[n - 1 - (n - 1) * 5 / 100];
    return true;
}

static void draw_band(const struct picture *p)
{
    double low, high;
    size_t begin = 0;

    while (begin < p->n && !band_at(p, begin, &low, &high))
        begin++;
    if (begin == p->n)
        return;
    fputs("<polygon class=\"habit\" points=\"", p->out);
    for (size_t i = begin; i < p->n; i++)
        if (band_at(p, i, &low, &high))
            fprintf(p->out, "%.1f,%.1f ", x_of(p, p->of[i]->at_us), y_of(p, high));
    for (size_t i = p->n; i > begin; i--)
        if (band_at(p, i - 1, &low, &high))
            fprintf(p->out, "%.1f,%.1f ", x_of(p, p->of[i - 1]->at_us), y_of(p, low));
    fputs("\"><title>habit: 5th to 95th percentile of the deliveries before</title></polygon>\n",
          p->out);
}

static void draw_scales(const struct picture *p)
{
    char day[INSTANT_SIZE];

    for (double items = 1; items <= p->most; items *= 10)
        fprintf(p->out,
                "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n",
                LEFT, WIDTH - RIGHT, y_of(p, items), y_of(p, items), LEFT - 6,
                y_of(p, items) + 4, items);
    fprintf(p->out, "<text x=\"%d\" y=\"%d\">%s</text>\n", LEFT, HEIGHT - 8,
            day_of(p->from_us, day));
    fprintf(p->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", WIDTH - RIGHT,
            HEIGHT - 8, day_of(p->to_us, day));
}

/* The stopped ones last, so that nothing lies over them. */
static void draw_deliveries(const struct picture *p, bool stopped)
{
    char when[INSTANT_SIZE];

    for (size_t i = 0; i < p->n; i++) {
        const struct html_delivery *d = p->of[i];

        if ((d->verdict != VERDICT_ACCEPTED) != stopped)
            continue;
        fprintf(p->out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>%s: %llu",
                verdict_name(d->verdict), x_of(p, d->at_us), y_of(p, (double)d->items),
                stopped ? "5" : "2.5", instant_local(d->at_us, when),
                (unsigned long long)d->items);
        if (stopped) {
            fprintf(p->out, ", %s, ", verdict_name(d->verdict));
            put_text(p->out, d->file);
            fputc('\n', p->out);
            put_text(p->out, d->why);
        }
        fputs("</title></circle>\n", p->out);
    }
}

static void list_stopped(const struct picture *p)
{
    char when[INSTANT_SIZE];
    bool any = false;

    for (size_t i = 0; i < p->n; i++) {
        const struct html_delivery *d = p->of[i];

        if (d->verdict == VERDICT_ACCEPTED)
            continue;
        if (!any)
            fputs("<details><summary>What was stopped, and why</summary>\n<table><tr><th>When"
                  "<th>File<th>Items<th>Verdict<th>Why</tr>\n",
                  p->out);
        any = true;
        fprintf(p->out, "<tr><td>%s<td>", instant_local(d->at_us, when));
        put_text(p->out, d->file);
        fprintf(p->out, "<td class=\"n\">%llu<td>%s<td class=\"why\">",
                (unsigned long long)d->items, verdict_name(d->verdict));
        put_text(p->out, d->why);
        fputs("</tr>\n", p->out);
    }
    if (any)
        fputs("</table></details>\n", p->out);
}

static void draw_unit(const struct picture *p)
{
    size_t held = 0, rejected = 0;

    for (size_t i = 0; i < p->n; i++) {
        held += p->of[i]->verdict == VERDICT_HELD;
        rejected += p->of[i]->verdict == VERDICT_REJECTED;
    }
    fputs("<h2>", p->out);
    put_text(p->out, p->of[0]->unit);
    fprintf(p->out, "</h2>\n<p>%zu deliveries, %zu held, %zu rejected</p>\n", p->n, held,
            rejected);
    fprintf(p->out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"items over time\">\n",
            WIDTH, HEIGHT);
    draw_scales(p);
    draw_band(p);
    draw_deliveries(p, false);
    draw_deliveries(p, true);
    fputs("</svg>\n", p->out);
    list_stopped(p);
}

/* Gather the unit of the delivery numbered `first`, and mark those as done. */
static void gather_unit(const struct html_report *report, size_t first, bool *done,
                        struct picture *p)
{
    const char *unit = report->of[first].unit;

    p->n = 0;
    p->most = 1;
    for (size_t i = first; i < report->n; i++) {
        const struct html_delivery *d = &report->of[i];

        if (done[i] || strcmp(d->unit, unit) != 0)
            continue;
        done[i] = true;
        p->of[p->n++] = d;
        if ((double)d->items > p->most)
            p->most = (double)d->items;
    }
}

static int draw_units(const struct html_report *report, FILE *out)
{
    struct picture p = {.out = out};
    bool *done = calloc(report->n + 1, sizeof *done);

    p.of = calloc(report->n + 1, sizeof *p.of);
    if (!done || !p.of) {
        free(done);
        free(p.of);
        return SLUSS_ENOMEM;
    }
    if (report->n > 0) {
        p.from_us = report->of[0].at_us;
        p.to_us = report->of[report->n - 1].at_us;
    }
    for (size_t i = 0; i < report->n; i++) {
        if (done[i])
            continue;
        gather_unit(report, i, done, &p);
        draw_unit(&p);
    }
    free(done);
    free(p.of);
    return SLUSS_OK;
}

/* --- the page ----------------------------------------------------------------------------------- */

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Backtest</title>\n<style>\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;"
    "color:#1a1a1a;background:#fff}\n"
    "h1{font-size:24px}h2{font-size:18px;margin:2em 0 0}p{margin:.3em 0 .6em;color:#555}\n"
    "table{border-collapse:collapse;margin:.6em 0}th,td{text-align:left;vertical-align:top;"
    "padding:3px 16px 3px 0;border-bottom:1px solid #e4e4e4}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums}.why{white-space:pre-line}\n"
    "svg{width:100%;height:auto;border:1px solid #e4e4e4}svg text{font-size:11px;fill:#666}\n"
    ".grid{stroke:#eee}.habit{fill:#cfe0f3}.accepted{fill:#5b6b7b}.held{fill:#d98200}"
    ".rejected{fill:#b3261e}\nsummary{cursor:pointer;color:#1f5fa8}\n"
    "</style></head><body>\n<h1>Backtest</h1>\n";

static const char legend[] =
    "<p>Each dot is a delivery: when it came, and how many items it had (logarithmic). "
    "Grey was accepted, orange held, red rejected; the blue band is the habit. Point at a dot "
    "to see its reasons.</p>\n";

static void write_summary(const struct outcome *t, FILE *out)
{
    double months = outcome_months(t);
    double each = months > 0 ? 1 / months : 0;
    char from[INSTANT_SIZE], to[INSTANT_SIZE];

    fprintf(out, "<p>%llu deliveries with %llu items, %s to %s: %llu accepted, %llu held (%.2f %%), "
                 "%llu rejected.</p>\n",
            (unsigned long long)t->deliveries, (unsigned long long)t->items,
            day_of(t->first_us, from), day_of(t->last_us, to),
            (unsigned long long)t->verdicts[VERDICT_ACCEPTED],
            (unsigned long long)t->verdicts[VERDICT_HELD],
            t->deliveries ? 100.0 * (double)t->verdicts[VERDICT_HELD] / (double)t->deliveries : 0,
            (unsigned long long)t->verdicts[VERDICT_REJECTED]);
    fputs("<table><tr><th>Check<th class=\"n\">Stopped<th class=\"n\">Alone"
          "<th class=\"n\">Expected a month</tr>\n",
          out);
    for (unsigned i = 0; i < t->n; i++) {
        fputs("<tr><td>", out);
        put_text(out, t->of[i].check);
        fprintf(out, "<td class=\"n\">%llu<td class=\"n\">%llu<td class=\"n\">%.1f</tr>\n",
                (unsigned long long)t->of[i].deliveries, (unsigned long long)t->of[i].alone,
                (double)t->of[i].deliveries * each);
    }
    fprintf(out, "<tr><th>held in all<td class=\"n\">%llu<td><td class=\"n\">%.1f</tr></table>\n",
            (unsigned long long)t->verdicts[VERDICT_HELD],
            (double)t->verdicts[VERDICT_HELD] * each);
}

int html_report_write(const struct html_report *report, const struct outcome *outcome, FILE *out)
{
    int rc;

    fputs(head, out);
    write_summary(outcome, out);
    fputs(legend, out);
    rc = draw_units(report, out);
    fputs("</body></html>\n", out);
    if (rc)
        return rc;
    return fflush(out) || ferror(out) ? SLUSS_EIO : SLUSS_OK;
}
