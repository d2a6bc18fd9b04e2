/* problem.h -- what is wrong with a configuration, gathered to be told all at once */
#ifndef SLUSS_CONF_PROBLEM_H
#define SLUSS_CONF_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "model/buf.h"

/* More than this nobody reads; the rest is counted, not kept. */
#define PROBLEMS_MOST 100

struct problem {
    size_t at; /* where in reading order, to sort by */
    char *text;
};

struct problems {
    struct problem of[PROBLEMS_MOST];
    size_t n;
    size_t unkept;
    bool failed; /* no memory for a text */
};

/* A place in a file, for a problem: the file, the line (0: the file as such) and the order. */
struct place {
    const char *file;
    int line;
    size_t at;
};

void problem_add(struct problems *problems, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One line each, "FILE:LINE: text", in reading order. 0 or SLUSS_ENOMEM. */
int problems_print(struct problems *problems, struct buf *out);

void problems_free(struct problems *problems);

#endif
