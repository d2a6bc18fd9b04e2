/* report_charts.c -- the pictures of a report's page, see report.h */
#include <stdio.h>

#include "model/calendar.h"
#include "model/html.h"
#include "outbound/report.h"

/* In the picture's own units. */
#define WIDTH  960
#define LEFT   52
#define RIGHT  8
#define TOP    18
#define BOTTOM 24

#define TITLE_MAX 4096

/* --- deliveries a day ------------------------------------------------------------------------ */

#define DAYS_HEIGHT 200

static double most_of_days(const struct figures *f)
{
    uint32_t most = 1;

    for (int i = 0; i < f->day_count; i++)
        if (f->days[i].deliveries > most)
            most = f->days[i].deliveries;
    return most;
}

static double height_of(double n, double most, int height)
{
    return (height - TOP - BOTTOM) * n / most;
}

static void draw_scale(struct buf *out, double most, int height)
{
    double step = svg_step(most, 4);

    for (double n = 0; n <= most; n += step) {
        double y = height - BOTTOM - height_of(n, most, height);
        struct buf text;

        buf_init(&text, 64);
        html_count(&text, (uint64_t)n);
        svg_line(out, n > 0 ? "grid" : "axis", LEFT, y, WIDTH - RIGHT, y);
        svg_text(out, LEFT - 6, y + 4, "end", buf_cstr(&text));
        buf_free(&text);
    }
}

static void draw_day(const struct report *r, int i, double most, struct buf *out)
{
    const struct figures *f = &r->figures;
    const struct day_figures *day = &f->days[i];
    double step = (double)(WIDTH - LEFT - RIGHT) / f->day_count;
    double x = LEFT + step * i, floor = DAYS_HEIGHT - BOTTOM;
    double late = height_of(day->late, most, DAYS_HEIGHT);
    double all = height_of(day->deliveries, most, DAYS_HEIGHT);
    char name[DATE_SIZE];
    struct buf title;

    /* One late receipt is seen even among a thousand. */
    if (day->late && late < 3)
        late = 3;
    buf_init(&title, TITLE_MAX);
    report_printf(r, &title, "%s: %u deliveries, %u late, %u held",
                  "%s: %u leveranser, %u sena, %u kvarhållna",
                  date_format(date_from_days(date_to_days(f->period.first) + i), name),
                  day->deliveries, day->late, day->held);
    if (day->deliveries)
        svg_bar(out, "plain", x + step * .1, floor - all, step * .8, all, buf_cstr(&title));
    if (day->late)
        svg_bar(out, "bad", x + step * .1, floor - late, step * .8, late, buf_cstr(&title));
    buf_free(&title);
}

/* In a month each fifth day, in a quarter the first of each week. */
static void name_days(const struct figures *f, struct buf *out)
{
    bool weeks = f->period.kind == PERIOD_QUARTER;
    double step = (double)(WIDTH - LEFT - RIGHT) / f->day_count;

    for (int i = 0; i < f->day_count; i++) {
        struct date day = date_from_days(date_to_days(f->period.first) + i);
        char name[DATE_SIZE];

        if (weeks ? weekday(day) != 0 || i > f->day_count - 2 : day.day % 5 != 1 || day.day > 28)
            continue;
        date_format(day, name);
        svg_text(out, LEFT + step * (i + .5), DAYS_HEIGHT - 8, "middle", name + 5);
    }
}

void report_draw_days(const struct report *r, struct buf *out)
{
    double most = most_of_days(&r->figures);

    buf_str(out, "<figure>\n");
    svg_begin(out, WIDTH, DAYS_HEIGHT,
              report_say(r, "Deliveries a day, late receipts among them",
                         "Leveranser per dag, varav med sen kvittens"));
    draw_scale(out, most, DAYS_HEIGHT);
    for (int i = 0; i < r->figures.day_count; i++)
        draw_day(r, i, most, out);
    name_days(&r->figures, out);
    svg_end(out);
    buf_str(out, "<figcaption class=\"legend\">");
    html_key(out, "plain", report_say(r, "deliveries a day", "leveranser per dag"));
    html_key(out, "bad", report_say(r, "of them with a late receipt", "varav med sen kvittens"));
    buf_str(out, "</figcaption></figure>\n");
}

/* --- how long receipts took ----------------------------------------------------------------------
 */

#define TIMES_HEIGHT 170

static void name_bucket(const struct report *r, unsigned i, struct buf *out)
{
    if (i + 1 < FIGURES_BUCKETS) {
        buf_str(out, i ? "–" : report_say(r, "within ", "inom "));
        html_duration(out, figures_bucket_us[i]);
        return;
    }
    buf_str(out, report_say(r, "over ", "över "));
    html_duration(out, figures_bucket_us[i - 1]);
}

static void draw_bucket(const struct report *r, unsigned i, double most, struct buf *out)
{
    uint64_t n = r->figures.buckets[i];
    double step = (double)(WIDTH - LEFT - RIGHT) / FIGURES_BUCKETS;
    double floor = TIMES_HEIGHT - BOTTOM, height = height_of((double)n, most, TIMES_HEIGHT);
    const struct penalty_terms *terms = report_terms(r->settings, r->scope ? r->scope : "");
    bool late = figures_bucket_us[i] > terms->receipt_us;
    struct buf name, count;

    buf_init(&name, 256);
    buf_init(&count, 64);
    name_bucket(r, i, &name);
    html_count(&count, n);
    if (n)
        svg_bar(out, late ? "bad" : "good", LEFT + step * (i + .15),
                floor - (height < 2 ? 2 : height), step * .7, height < 2 ? 2 : height, NULL);
    svg_text(out, LEFT + step * (i + .5), floor - (height < 2 ? 2 : height) - 5, "middle",
             buf_cstr(&count));
    svg_text(out, LEFT + step * (i + .5), TIMES_HEIGHT - 8, "middle", buf_cstr(&name));
    buf_free(&name);
    buf_free(&count);
}

void report_draw_times(const struct report *r, struct buf *out)
{
    double most = 1;

    for (unsigned i = 0; i < FIGURES_BUCKETS; i++)
        if ((double)r->figures.buckets[i] > most)
            most = (double)r->figures.buckets[i];
    svg_begin(out, WIDTH, TIMES_HEIGHT,
              report_say(r, "Receipts by how long after the arrival they were sent",
                         "Kvittenser efter hur lång tid efter ankomsten de gick"));
    svg_line(out, "axis", LEFT, TIMES_HEIGHT - BOTTOM, WIDTH - RIGHT, TIMES_HEIGHT - BOTTOM);
    for (unsigned i = 0; i < FIGURES_BUCKETS; i++)
        draw_bucket(r, i, most, out);
    svg_end(out);
}

/* --- a bar of parts ----------------------------------------------------------------------------
 */

void report_draw_parts(const char *label, const struct bar_part *parts, unsigned n, struct buf *out)
{
    uint64_t all = 0;
    double x = 0;

    for (unsigned i = 0; i < n; i++)
        all += parts[i].n;
    if (all == 0)
        return;
    buf_str(out, "<figure>\n");
    svg_begin(out, WIDTH, 26, label);
    for (unsigned i = 0; i < n; i++) {
        double width = WIDTH * (double)parts[i].n / (double)all;

        if (parts[i].n)
            svg_bar(out, parts[i].class, x, 2, width > 1.5 ? width - 1.5 : width, 22,
                    parts[i].name);
        x += width;
    }
    svg_end(out);
    buf_str(out, "<figcaption class=\"legend\">");
    for (unsigned i = 0; i < n; i++) {
        struct buf name;

        buf_init(&name, 1024);
        buf_printf(&name, "%s: ", parts[i].name);
        html_count(&name, parts[i].n);
        html_key(out, parts[i].class, buf_cstr(&name));
        buf_free(&name);
    }
    buf_str(out, "</figcaption></figure>\n");
}
