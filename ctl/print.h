/* print.h -- what people see: tables, colour, money, time
 *
 * Everything that comes from outside (file names, reasons, errors) is made harmless for a
 * terminal before it is written. Widths are those of a terminal's columns, whatever the
 * locale: the text is UTF-8.
 */
#ifndef SLUSS_CTL_PRINT_H
#define SLUSS_CTL_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/buf.h"
#include "model/money.h"
#include "model/span.h"

enum ink { INK_PLAIN = 0, INK_BOLD, INK_DIM, INK_GOOD, INK_CARE, INK_BAD, INK_COUNT };

/* Where it goes and how it may look. */
struct paper {
    FILE *out;
    bool colour;
    unsigned width; /* columns to wrap at; 0: do not wrap */
};

/* Colour and wrapping only on a terminal; NO_COLOR and TERM=dumb switch colour off. */
struct paper paper_of(FILE *out);

/* Append text as a terminal may show it: escapes for control characters and the like. */
void print_safe(struct buf *out, struct span text);
/* How many columns it takes. */
unsigned print_width(struct span text);

/* Write text in an ink, made harmless. */
void print_ink(const struct paper *paper, enum ink ink, const char *text);
/* A paragraph behind `indent` blanks, wrapped at the paper's width. The cursor stands at
 * column `at`. */
void print_wrapped(const struct paper *paper, unsigned at, unsigned indent, struct span text);

/* "1 234,50 kr", with ordinary blanks, and several currencies joined by " + ". */
void print_money(struct buf *out, int64_t minor, const char *currency);
void print_sums(struct buf *out, const struct sums *sums);
/* "1 234 cases", "1 case". */
void print_count(struct buf *out, uint64_t n, const char *one, const char *many);
/* "1 234" */
void print_number(struct buf *out, uint64_t n);
/* "2 days 3 h", "14 min", "8 s": the two largest parts of a span of time. */
void print_duration(struct buf *out, int64_t us);

/* The ink of a finding's level and of a state or verdict. */
enum ink ink_of_level(const char *level);
enum ink ink_of_state(const char *state);

/* --- tables --- */

struct column {
    const char *title;
    bool right; /* numbers */
};

#define COLUMNS_MAX 12

struct table;

/* A table on `paper`; widths follow the rows, decided anew for each few hundred, so that a
 * listing of any length is printed as it comes. Null when there is no memory. */
struct table *table_new(const struct paper *paper, const struct column *columns, unsigned n);
/* On a terminal, where room is scarce, leave out columns that hold nothing but "-"; when a
 * later part of a long listing needs other columns than the part before, titles come again. */
void table_leave_out_empty(struct table *table);
/* The next cell of the row; the row ends with its last column. */
void table_cell(struct table *table, enum ink ink, struct span text);
void table_text(struct table *table, const char *text); /* null: "-" */
/* Print what is left. 0, or SLUSS_ENOMEM when rows are missing. */
int table_end(struct table **table);

/* Flush standard output; 0, or SLUSS_EIO when something could not be written. */
int print_finish(void);

#endif
