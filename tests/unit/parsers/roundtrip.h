/* roundtrip.h -- files made at random with known items, read back and compared
 *
 * A format gives one function that makes a valid file and says what is to be read from it:
 * made_line or made_text add bytes, made_item the item that they hold. The same seed makes the
 * same file. What is compared: every item whole, the count, the sum of each currency, the mark
 * of a test, and that no finding comes but those the file allows.
 */
#ifndef SLUSS_TESTS_ROUNDTRIP_H
#define SLUSS_TESTS_ROUNDTRIP_H

#include "model/arena.h"
#include "model/buf.h"
#include "parsers/fixed.h"
#include "parsers/reading.h"

#define MADE_ITEMS 64

struct made {
    uint64_t random; /* the state it is drawn from */
    struct arena *arena;
    struct buf text;
    unsigned items;
    struct item item[MADE_ITEMS];
    bool allowed[FINDING_CODE_COUNT]; /* may come; no other may */
    bool test;
    /* The clothes of a text file. */
    enum charset charset; /* ASCII, LATIN1 or UTF8: the letters that texts have */
    const char *line_end;
    char fill; /* of what holds nothing, in fixed-width records */
    uint64_t lines;
};

struct roundtrip {
    const struct format *format;
    void (*make)(struct made *made);
};

/* Make and read `files` files with the seeds from `seed` on. Says the first that differs, and
 * how, on stderr; false then. */
bool roundtrip_run(const struct roundtrip *of, uint64_t seed, uint64_t files);

/* --- drawing: a number below `n`; with `chance` in a hundred; a date of 2000 to 2026 -------- */
uint64_t draw(struct made *made, uint64_t n);
bool draw_chance(struct made *made, unsigned chance);
struct date draw_date(struct made *made);
/* An amount of 0 to `most`: often an edge, 0, 1, `most`. */
int64_t draw_money(struct made *made, int64_t most);
/* 1 to `most` digits, often as many as can be; not all zeros unless `zeros`. */
struct span draw_digits(struct made *made, size_t most, bool zeros);
/* Text of 1 to `most` characters in the file's letters, no blank at either end; or empty. */
struct span draw_text(struct made *made, size_t most);
/* What a reader of numbers without leading zeros makes of them. */
struct span made_unzeroed(struct span digits);

/* --- making ------------------------------------------------------------------------------ */

void made_text(struct made *made, struct span text);
/* One fixed-width record and its line end, by the row of that code. */
void made_record(struct made *made, const struct fixed_row *rows, size_t count, const char *code,
                 const struct record_put *values, size_t n);
/* Text in UTF-8, written in the file's letters. */
void made_letters(struct made *made, struct span utf8);
/* A line of UTF-8, in the file's letters, and its line end. */
void made_line(struct made *made, struct span utf8);
/* A piece of XML, in the file's letters; `lines` counts its start tags. */
void made_xml(struct made *made, struct span utf8);
/* Text that lives as long as `made`; the same with the signs of XML escaped. */
struct span made_print(struct made *made, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct span made_escaped(struct made *made, struct span text);
/* The next item to be read. Strings must live as long as `made`: drawn ones do. */
void made_item(struct made *made, const struct item *item);

/* roundtrip_written.c */
void make_casecsv(struct made *made);
void make_mt940(struct made *made);
void make_camt054(struct made *made);
void make_invoic(struct made *made);

#define MADE_RECORD(made, rows, count, code, ...)                                                  \
    made_record(made, rows, count, code, (const struct record_put[]){__VA_ARGS__},                 \
                sizeof((const struct record_put[]){__VA_ARGS__}) / sizeof(struct record_put))
#define PUT_TEXT(name, value)                                                                      \
    {                                                                                              \
        .field = name, .text = value                                                               \
    }
#define PUT_RIGHT(name, value)                                                                     \
    {                                                                                              \
        .field = name, .text = value, .right = true                                                \
    }
#define PUT_NUMBER(name, value)                                                                    \
    {                                                                                              \
        .field = name, .number = value                                                             \
    }
#define PUT_DATE(name, value)                                                                      \
    {                                                                                              \
        .field = name, .date = value                                                               \
    }

#endif
