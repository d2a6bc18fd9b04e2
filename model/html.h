/* html.h -- writing HTML pages and pictures (SVG) that are whole in themselves
 *
 * No script, nothing fetched: a page can be mailed, kept and printed. It follows the reader's
 * light or dark choice, and prints dark on white, on A4. Everything goes into a buffer, whose
 * errors stick; all text given is escaped here.
 *
 * Classes that the style knows. Parts: "tiles", "note", "wide" (many columns), "bar", "legend".
 * Cells: "n" (number), "why". In pictures "grid", "axis", "habit", and the colours "plain",
 * "good", "care", "bad", "faint" (for bars and keys, too), by the name of a verdict as well:
 * "accepted", "held", "rejected".
 */
#ifndef SLUSS_MODEL_HTML_H
#define SLUSS_MODEL_HTML_H

#include <stdbool.h>
#include <stdint.h>

#include "model/buf.h"
#include "model/span.h"

/* From the first line to the open body, and its end. `language`: "sv" or "en". */
void html_begin(struct buf *out, const char *language, const char *title);
void html_end(struct buf *out);

void html_text(struct buf *out, const char *text);
/* <tag>text</tag> and a line end. */
void html_element(struct buf *out, const char *tag, const char *text);

/* "1 234" (with U+00A0), and "12,50": so many hundredths. */
void html_count(struct buf *out, uint64_t n);
void html_hundredths(struct buf *out, uint64_t hundredths);
/* "45 s", "12 min", "3 h 12 min", "2 d 3 h": the two largest parts; the same in both
 * languages. */
void html_duration(struct buf *out, int64_t us);

/* A tile: a large figure (it may have lines) and what it is. `class` null, or "good", "care",
 * "bad". */
void html_tile(struct buf *out, const char *class, const char *figure, const char *what);

/* Cells of an open row. A number may have lines. */
void html_cell(struct buf *out, bool number);
void html_cell_count(struct buf *out, uint64_t n);
void html_cell_words(struct buf *out, const char *text);
/* A row of headings. Names that begin with '>' stand over numbers. */
void html_headings(struct buf *out, const char *const *names, unsigned n);

/* --- pictures ----------------------------------------------------------------------------- */

/* In units of its own; it takes the page's width. `label`: what a reader who cannot see it is
 * told. */
void svg_begin(struct buf *out, int width, int height, const char *label);
void svg_end(struct buf *out);

void svg_line(struct buf *out, const char *class, double x1, double y1, double x2, double y2);
/* `anchor`: "start", "middle", "end". */
void svg_text(struct buf *out, double x, double y, const char *anchor, const char *text);
/* Open, so that a title may follow; svg_title closes both. Null: none. */
void svg_bar(struct buf *out, const char *class, double x, double y, double width, double height,
             const char *title);
void svg_dot(struct buf *out, const char *class, double x, double y, double radius,
             const char *title);

/* What a colour means, for the legend below a picture. */
void html_key(struct buf *out, const char *class, const char *what);

/* The step of a scale of at most `lines` lines up to `most`: 1, 2 or 5 times a power of ten. */
double svg_step(double most, unsigned lines);

#endif
