/* source.h -- the configuration's files as one list of words, each knowing where it stood
 *
 * libconfuse understands the language but accepts what must not pass: a file cut off inside
 * a section, the same key twice, ${NAME} out of the environment; it does not say in which
 * file an error is, and its includes are relative to wherever the daemon was started. So the
 * words are found here, includes are followed, those traps are refused, and libconfuse gets a
 * plain text of one word a line: the number of a line is the number of a word.
 */
#ifndef SLUSS_CONF_SOURCE_H
#define SLUSS_CONF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/problem.h"
#include "model/arena.h"
#include "model/buf.h"

#define SOURCE_FILE_MOST    ((size_t)1024 * 1024) /* bytes in one file */
#define SOURCE_TOTAL_MOST   ((size_t)8 * 1024 * 1024)
#define SOURCE_INCLUDE_MOST 8 /* includes inside each other */
#define SOURCE_DEPTH_MOST   8 /* braces inside each other */

struct source_word {
    char kind;    /* 'w' for a word or a quoted text, else the sign itself: = { } ( ) , */
    bool starts;  /* the first word of a statement */
    bool dropped; /* not given to libconfuse */
    int depth;    /* braces open before it */
    int line;     /* in `file` */
    const char *file;
    const char *text; /* without quotes */
    size_t opener;    /* of a '}': the word that starts what it closes */
};

struct source {
    struct arena *arena; /* the caller's; holds texts and file names */
    struct problems *problems;
    struct source_word *words;
    size_t n, room;
    bool broken; /* the braces or quotes do not hold together: no use in reading on */
    /* the state of reading */
    struct source_name *names; /* keys and sections met, to find doubles */
    size_t name_count, name_room;
    struct {
        size_t starts, scope;
        bool list;
    } open[SOURCE_DEPTH_MOST];
    int depth;
    size_t scope, scopes; /* a number for each section */
    size_t statement;     /* the word that started the present one */
    bool fresh;           /* the next word starts a statement */
    size_t total;         /* bytes read */
};

void source_init(struct source *source, struct arena *arena, struct problems *problems);
void source_free(struct source *source);

/* Read the file and what it includes. What is wrong goes into the problems. 0, SLUSS_EIO when
 * the file itself cannot be read, SLUSS_ENOMEM. */
int source_read(struct source *source, const char *path);

/* The text for libconfuse: word i (from 0) on line i + 1. 0 or SLUSS_ENOMEM. */
int source_print(const struct source *source, struct buf *out);

/* Drop the statement that word i belongs to, so that the rest can be read. False when there
 * is nothing left to drop. */
bool source_drop(struct source *source, size_t i);

/* Where word i stood; past the end: the last word. */
struct place source_place(const struct source *source, size_t i);

#endif
