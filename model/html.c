/* html.c -- see html.h */
#include "model/html.h"

#include <math.h>
#include <string.h>

#include "model/date.h"
#include "model/text.h"

#define NO_BREAK "\xC2\xA0"

/* --- the page --------------------------------------------------------------------------------- */

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6875;--line:#dde3e8;--paper:#fff;"
    "--tile:#f5f7f9;--plain:#4f7298;--faint:#c3cfda;--good:#3d8361;--care:#c27803;--bad:#b3261e;"
    "--habit:#d3e3f3;--link:#1f5fa8}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e4e9ee;--soft:#9aa7b4;--line:#36414c;"
    "--paper:#161b20;--tile:#1f262d;--plain:#7fa3c9;--faint:#46535f;--good:#5fb38a;"
    "--care:#e0a33e;--bad:#ef6f67;--habit:#24405c;--link:#8ab4e8}}\n"
    "@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#ccc;--paper:#fff;"
    "--tile:#f5f7f9;--plain:#4f7298;--faint:#c3cfda;--good:#3d8361;--care:#c27803;--bad:#b3261e;"
    "--habit:#d3e3f3;--link:#000}}\n"
    "@page{size:A4;margin:16mm 14mm}\n"
    "*{box-sizing:border-box}\n"
    "body{font:15px/1.5 system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
    "max-width:1000px;margin:2em auto;padding:0 1.2em;color:var(--ink);background:var(--paper);"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
    "h1{font-size:26px;line-height:1.25;margin:0}h2{font-size:18px;margin:2em 0 .3em;"
    "break-after:avoid}h3{font-size:15px;margin:1.4em 0 .2em;break-after:avoid}\n"
    "p{margin:.3em 0 .6em}.note{color:var(--soft)}\n"
    "table{border-collapse:collapse;margin:.6em 0;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:4px 14px 4px 0;"
    "border-bottom:1px solid var(--line)}th:last-child,td:last-child{padding-right:0}"
    "th{font-weight:600;vertical-align:bottom;color:var(--soft);font-size:13px}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
    ".sum td{font-weight:600;border-top:2px solid var(--line)}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:pre}"
    ".why{white-space:pre-line}th.n{white-space:normal}.wide{font-size:13px}.wide "
    "th{font-size:12px}"
    ".id{white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    ".tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin:1.2em 0}"
    ".tiles>div{background:var(--tile);border-radius:6px;padding:10px 14px;"
    "break-inside:avoid;border-left:4px solid var(--faint)}"
    ".tiles>.good{border-color:var(--good)}.tiles>.care{border-color:var(--care)}"
    ".tiles>.bad{border-color:var(--bad)}"
    ".tiles "
    "b{display:block;white-space:pre-line;font-size:22px;line-height:1.3;font-variant-numeric:"
    "tabular-nums}"
    ".tiles span{color:var(--soft);font-size:13px}\n"
    "figure{margin:.4em 0}svg{display:block;width:100%;height:auto;margin:.4em "
    "0;break-inside:avoid}"
    "svg text{font-size:11px;fill:var(--soft)}"
    ".grid{stroke:var(--line)}.axis{stroke:var(--soft)}.habit{fill:var(--habit)}"
    ".plain,.accepted{fill:var(--plain)}.faint{fill:var(--faint)}.good{fill:var(--good)}"
    ".care,.held{fill:var(--care)}.bad,.rejected{fill:var(--bad)}\n"
    ".legend{color:var(--soft);font-size:13px;margin:.2em 0}.legend svg{display:inline-block;"
    "width:11px;height:11px;margin:0 5px 0 0}.legend span{margin-right:16px;"
    "white-space:nowrap}\n"
    "details{margin:.4em 0 1em}summary{cursor:pointer;color:var(--link)}\n"
    "footer{margin-top:2.5em;border-top:1px solid var(--line);padding-top:.6em;"
    "color:var(--soft);font-size:13px}footer li{margin:.15em 0}\n"
    "@media print{body{margin:0;max-width:none;padding:0;font-size:10.5pt}"
    ".tiles b{font-size:15pt}svg text{font-size:14px}h1{font-size:18pt}h2{font-size:13pt}"
    "th,td{padding:2px 8px 2px 0}.wide{font-size:7.5pt}.wide th{font-size:7pt}"
    ".wide th,.wide td{padding:2px 5px 2px 0}}\n";

void html_begin(struct buf *out, const char *language, const char *title)
{
    buf_str(out, "<!DOCTYPE html>\n<html lang=\"");
    html_text(out, language);
    buf_str(out, "\"><head><meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<title>");
    html_text(out, title);
    buf_str(out, "</title>\n<style>\n");
    buf_str(out, style);
    buf_str(out, "</style></head><body>\n");
}

void html_end(struct buf *out)
{
    buf_str(out, "</body></html>\n");
}

void html_text(struct buf *out, const char *text)
{
    (void)text_html(out, span_str(text));
}

void html_element(struct buf *out, const char *tag, const char *text)
{
    buf_printf(out, "<%s>", tag);
    html_text(out, text);
    buf_printf(out, "</%s>\n", tag);
}

/* --- figures ---------------------------------------------------------------------------------- */

void html_count(struct buf *out, uint64_t n)
{
    if (n >= 1000) {
        html_count(out, n / 1000);
        buf_printf(out, NO_BREAK "%03u", (unsigned)(n % 1000));
    } else {
        buf_printf(out, "%u", (unsigned)n);
    }
}

void html_hundredths(struct buf *out, uint64_t hundredths)
{
    html_count(out, hundredths / 100);
    buf_printf(out, ",%02u", (unsigned)(hundredths % 100));
}

void html_duration(struct buf *out, int64_t us)
{
    int64_t s = us < 0 ? 0 : us / SECOND_US;

    if (s < 60)
        buf_printf(out, "%d" NO_BREAK "s", (int)s);
    else if (s < 3600)
        buf_printf(out, "%d" NO_BREAK "min", (int)(s / 60));
    else if (s < 86400)
        buf_printf(out, "%d" NO_BREAK "h", (int)(s / 3600));
    else
        buf_printf(out, "%lld" NO_BREAK "d", (long long)(s / 86400));
    if (s >= 3600 && s < 86400 && s / 60 % 60)
        buf_printf(out, NO_BREAK "%d" NO_BREAK "min", (int)(s / 60 % 60));
    if (s >= 86400 && s / 3600 % 24)
        buf_printf(out, NO_BREAK "%d" NO_BREAK "h", (int)(s / 3600 % 24));
}

void html_tile(struct buf *out, const char *class, const char *figure, const char *what)
{
    buf_printf(out, "<div class=\"%s\"><b>", class ? class : "");
    html_text(out, figure);
    buf_str(out, "</b><span>");
    html_text(out, what);
    buf_str(out, "</span></div>\n");
}

/* --- tables ----------------------------------------------------------------------------------- */

void html_cell(struct buf *out, bool number)
{
    buf_str(out, number ? "<td class=\"n\">" : "<td>");
}

void html_cell_count(struct buf *out, uint64_t n)
{
    html_cell(out, true);
    html_count(out, n);
}

void html_cell_words(struct buf *out, const char *text)
{
    html_cell(out, false);
    html_text(out, text);
}

void html_headings(struct buf *out, const char *const *names, unsigned n)
{
    buf_str(out, "<thead><tr>");
    for (unsigned i = 0; i < n; i++) {
        bool number = names[i][0] == '>';

        buf_str(out, number ? "<th class=\"n\">" : "<th>");
        html_text(out, names[i] + number);
    }
    buf_str(out, "</tr></thead>\n");
}

/* --- pictures -----------------------------------------------------------------------------------
 */

void svg_begin(struct buf *out, int width, int height, const char *label)
{
    buf_printf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", width, height);
    html_text(out, label);
    buf_str(out, "\">\n");
}

void svg_end(struct buf *out)
{
    buf_str(out, "</svg>\n");
}

void svg_line(struct buf *out, const char *class, double x1, double y1, double x2, double y2)
{
    buf_printf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class,
               x1, y1, x2, y2);
}

void svg_text(struct buf *out, double x, double y, const char *anchor, const char *text)
{
    buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_text(out, text);
    buf_str(out, "</text>\n");
}

/* The end of a shape, with what is shown when it is pointed at. */
static void shape_end(struct buf *out, const char *shape, const char *title)
{
    if (!title) {
        buf_str(out, "/>\n");
        return;
    }
    buf_str(out, "><title>");
    html_text(out, title);
    buf_printf(out, "</title></%s>\n", shape);
}

void svg_bar(struct buf *out, const char *class, double x, double y, double width, double height,
             const char *title)
{
    buf_printf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"",
               class, x, y, width, height);
    shape_end(out, "rect", title);
}

void svg_dot(struct buf *out, const char *class, double x, double y, double radius,
             const char *title)
{
    buf_printf(out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"", class, x, y, radius);
    shape_end(out, "circle", title);
}

void html_key(struct buf *out, const char *class, const char *what)
{
    buf_printf(out,
               "<span><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"%s\" "
               "width=\"10\" height=\"10\"/></svg>",
               class);
    html_text(out, what);
    buf_str(out, "</span>\n");
}

double svg_step(double most, unsigned lines)
{
    static const double factors[] = {1, 2, 5, 10};
    double power;

    if (most <= lines || lines == 0)
        return 1;
    power = pow(10, floor(log10(most / lines)));
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++)
        if (power * factors[i] * lines >= most)
            return power * factors[i];
    return power * 10;
}
