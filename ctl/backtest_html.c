/* backtest_html.c -- see backtest_html.h */
#include "ctl/backtest_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/buf.h"
#include "model/date.h"
#include "model/error.h"
#include "model/html.h"
#include "model/period.h"
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
#define TOP    16
#define BOTTOM 28
/* The band rests on so many deliveries before, and begins with so many. */
#define BAND_MOST  60
#define BAND_LEAST 6
/* Numbers on dots, and rows that a reader takes in without asking for them. */
#define LABELS_MOST 40
#define OPEN_MOST   30
#define PAGE_MAX    ((size_t)256 << 20) /* of one unit */

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

/* --- a unit ----------------------------------------------------------------------------------- */

struct picture {
    struct buf *out;
    const struct html_delivery **of; /* the unit's, in order */
    size_t n;
    size_t stopped;
    int64_t from_us, to_us;
    double least, most; /* items, of the scale */
};

static double x_of(const struct picture *p, int64_t at_us)
{
    double span = (double)(p->to_us - p->from_us);

    return LEFT + (WIDTH - LEFT - RIGHT) * (span > 0 ? (double)(at_us - p->from_us) / span : 0.5);
}

/* Items grow by factors: a logarithmic scale, on which none is one. */
static double y_of(const struct picture *p, double items)
{
    double share = log(fmax(items, 1) / p->least) / log(p->most / p->least);

    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
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
    buf_str(p->out, "<polygon class=\"habit\" points=\"");
    for (size_t i = begin; i < p->n; i++)
        if (band_at(p, i, &low, &high))
            buf_printf(p->out, "%.1f,%.1f ", x_of(p, p->of[i]->at_us), y_of(p, high) - 2);
    for (size_t i = p->n; i > begin; i--)
        if (band_at(p, i - 1, &low, &high))
            buf_printf(p->out, "%.1f,%.1f ", x_of(p, p->of[i - 1]->at_us), y_of(p, low) + 2);
    buf_str(p->out, "\"><title>habit: 5th to 95th percentile of the deliveries before</title>"
                    "</polygon>\n");
}

/* Lines at 1, 2 and 5 times the powers of ten; less than a decade needs them all. */
static void draw_heights(const struct picture *p)
{
    static const double steps[] = {1, 2, 5};
    bool coarse = p->most / p->least > 1000;

    for (double power = 1; power <= p->most; power *= 10)
        for (size_t i = 0; i < (coarse ? 1 : sizeof steps / sizeof steps[0]); i++) {
            double items = power * steps[i];
            struct buf text;

            if (items < p->least || items > p->most)
                continue;
            buf_init(&text, 64);
            html_count(&text, (uint64_t)items);
            svg_line(p->out, "grid", LEFT, y_of(p, items), WIDTH - RIGHT, y_of(p, items));
            svg_text(p->out, LEFT - 6, y_of(p, items) + 4, "end", buf_cstr(&text));
            buf_free(&text);
        }
}

/* The first of each month, of each quarter or each year, as many as can be read. */
static void draw_months(const struct picture *p)
{
    struct period month = period_of(PERIOD_MONTH, local_of_instant(p->from_us).day);
    double months = (double)(p->to_us - p->from_us) / (30.44 * 86400 * SECOND_US);
    int every = months > 48 ? 12 : months > 14 ? 3 : 1;
    char name[PERIOD_SIZE];

    for (month = period_after(&month); period_from_us(&month) <= p->to_us;
         month = period_after(&month)) {
        double x = x_of(p, period_from_us(&month));

        if ((month.first.month - 1) % every != 0)
            continue;
        svg_line(p->out, "grid", x, TOP, x, HEIGHT - BOTTOM);
        if (x < WIDTH - RIGHT - 30)
            svg_text(p->out, x, HEIGHT - 8, "middle", period_name(&month, name));
    }
    svg_line(p->out, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
}

static void describe(const struct html_delivery *d, struct buf *out)
{
    char when[INSTANT_SIZE];

    buf_printf(out, "%s: ", instant_local(d->at_us, when));
    html_count(out, d->items);
    buf_str(out, " items");
    if (d->verdict != VERDICT_ACCEPTED)
        buf_printf(out, ", %s, %s\n%s", verdict_name(d->verdict), d->file, d->why);
}

/* The stopped ones last, so that nothing lies over them; numbered as in the list below. */
static void draw_deliveries(const struct picture *p, bool stopped)
{
    unsigned number = 0;

    for (size_t i = 0; i < p->n; i++) {
        const struct html_delivery *d = p->of[i];
        double x = x_of(p, d->at_us), y = y_of(p, (double)d->items);
        char label[16];
        struct buf title;

        if ((d->verdict != VERDICT_ACCEPTED) != stopped)
            continue;
        buf_init(&title, 2 * TEXT_MAX);
        describe(d, &title);
        svg_dot(p->out, verdict_name(d->verdict), x, y, stopped ? 5 : 2.5, buf_cstr(&title));
        buf_free(&title);
        if (stopped && ++number <= LABELS_MOST) {
            snprintf(label, sizeof label, "%u", number);
            svg_text(p->out, x, y < TOP + 12 ? y + 18 : y - 9, "middle", label);
        }
    }
}

static void list_row(const struct picture *p, const struct html_delivery *d, unsigned number)
{
    char when[INSTANT_SIZE];

    buf_str(p->out, "<tr>");
    html_cell_count(p->out, number);
    buf_printf(p->out, "<td class=\"id\">%.16s", instant_local(d->at_us, when));
    html_cell_words(p->out, d->file);
    html_cell_count(p->out, d->items);
    html_cell_words(p->out, verdict_name(d->verdict));
    buf_str(p->out, "<td class=\"why\">");
    html_text(p->out, d->why);
    buf_str(p->out, "</tr>\n");
}

/* Open where it can be read at a glance. */
static void list_stopped(const struct picture *p)
{
    static const char *const names[] = {">No", "When", "File", ">Items", "Verdict", "Why"};
    unsigned number = 0;

    if (p->stopped == 0)
        return;
    buf_printf(p->out,
               "<details%s><summary>What was stopped, and why</summary>\n"
               "<table class=\"wide\">\n",
               p->stopped <= OPEN_MOST ? " open" : "");
    html_headings(p->out, names, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < p->n; i++)
        if (p->of[i]->verdict != VERDICT_ACCEPTED)
            list_row(p, p->of[i], ++number);
    buf_str(p->out, "</table></details>\n");
}

static void draw_unit(const struct picture *p)
{
    size_t held = 0;

    for (size_t i = 0; i < p->n; i++)
        held += p->of[i]->verdict == VERDICT_HELD;
    html_element(p->out, "h2", p->of[0]->unit);
    buf_printf(p->out, "<p class=\"note\">%zu deliveries, %zu held, %zu rejected</p>\n", p->n, held,
               p->stopped - held);
    svg_begin(p->out, WIDTH, HEIGHT, "items of each delivery over time");
    draw_band(p);
    draw_heights(p);
    draw_months(p);
    draw_deliveries(p, false);
    draw_deliveries(p, true);
    svg_end(p->out);
    list_stopped(p);
}

/* Gather the unit of the delivery numbered `first`, and mark those as done. */
static void gather_unit(const struct html_report *report, size_t first, bool *done,
                        struct picture *p)
{
    const char *unit = report->of[first].unit;
    double least = INFINITY, most = 1;

    p->n = p->stopped = 0;
    for (size_t i = first; i < report->n; i++) {
        const struct html_delivery *d = &report->of[i];

        if (done[i] || strcmp(d->unit, unit) != 0)
            continue;
        done[i] = true;
        p->of[p->n++] = d;
        p->stopped += d->verdict != VERDICT_ACCEPTED;
        least = fmin(least, fmax((double)d->items, 1));
        most = fmax(most, (double)d->items);
    }
    /* Some room at both ends; a unit that always sends as much is in the middle. */
    p->least = least / 1.6;
    p->most = most * 1.6;
}

static int flush(struct buf *out, FILE *file)
{
    int rc = buf_error(out);

    fwrite(buf_cstr(out), 1, out->n, file);
    buf_clear(out);
    return rc;
}

static int draw_units(const struct html_report *report, struct buf *out, FILE *file)
{
    struct picture p = {.out = out};
    bool *done = calloc(report->n + 1, sizeof *done);
    int rc = 0;

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
    for (size_t i = 0; i < report->n && rc == 0; i++) {
        if (done[i])
            continue;
        gather_unit(report, i, done, &p);
        draw_unit(&p);
        rc = flush(out, file);
    }
    free(done);
    free(p.of);
    return rc;
}

/* --- the page -----------------------------------------------------------------------------------
 */

static void write_checks(const struct outcome *t, struct buf *out)
{
    static const char *const names[] = {"Check", ">Stopped", ">Alone", ">Expected a month"};
    double months = outcome_months(t);
    double each = months > 0 ? 1 / months : 0;

    buf_str(out, "<table>\n");
    html_headings(out, names, sizeof names / sizeof names[0]);
    for (unsigned i = 0; i < t->n; i++) {
        buf_str(out, "<tr>");
        html_cell_words(out, t->of[i].check);
        html_cell_count(out, t->of[i].deliveries);
        html_cell_count(out, t->of[i].alone);
        buf_printf(out, "<td class=\"n\">%.1f</tr>\n", (double)t->of[i].deliveries * each);
    }
    buf_str(out, "<tr class=\"sum\"><td>held in all");
    html_cell_count(out, t->verdicts[VERDICT_HELD]);
    buf_printf(out, "<td><td class=\"n\">%.1f</tr></table>\n",
               (double)t->verdicts[VERDICT_HELD] * each);
}

static void write_head(const struct outcome *t, struct buf *out)
{
    char from[INSTANT_SIZE] = "", to[INSTANT_SIZE] = "";
    double share = t->deliveries ? (double)t->verdicts[VERDICT_HELD] / (double)t->deliveries : 0;

    html_begin(out, "en", "Backtest");
    html_element(out, "h1", "Backtest");
    if (t->deliveries)
        buf_printf(out, "<p class=\"note\">%.10s to %.10s</p>\n", instant_local(t->first_us, from),
                   instant_local(t->last_us, to));
    buf_str(out, "<p>");
    html_count(out, t->deliveries);
    buf_str(out, " deliveries with ");
    html_count(out, t->items);
    buf_str(out, " items: ");
    html_count(out, t->verdicts[VERDICT_ACCEPTED]);
    buf_str(out, " accepted, ");
    html_count(out, t->verdicts[VERDICT_HELD]);
    buf_printf(out, " held (%.2f %%), ", 100 * share);
    html_count(out, t->verdicts[VERDICT_REJECTED]);
    buf_str(out, " rejected.</p>\n");
    write_checks(t, out);
    buf_str(out,
            "<p class=\"note\">Each dot is a delivery: when it came, and how many items it had "
            "(logarithmic). The numbers lead to the reasons below.</p>\n"
            "<p class=\"legend\">");
    html_key(out, "accepted", "accepted");
    html_key(out, "held", "held");
    html_key(out, "rejected", "rejected");
    html_key(out, "habit", "habit: where nine in ten of those before lay");
    buf_str(out, "</p>\n");
}

int html_report_write(const struct html_report *report, const struct outcome *outcome, FILE *file)
{
    struct buf out;
    int rc;

    buf_init(&out, PAGE_MAX);
    write_head(outcome, &out);
    rc = flush(&out, file);
    rc = rc ? rc : draw_units(report, &out, file);
    html_end(&out);
    rc = rc ? rc : flush(&out, file);
    buf_free(&out);
    if (rc)
        return rc;
    return fflush(file) || ferror(file) ? SLUSS_EIO : SLUSS_OK;
}
