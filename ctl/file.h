/* file.h -- a file on disk, read through the parsers in pieces
 */
#ifndef SLUSS_CTL_FILE_H
#define SLUSS_CTL_FILE_H

#include "ctl/options.h"
#include "model/seal.h"
#include "parsers/parser.h"

struct layouts;    /* parsers/layout.h */
struct line_watch; /* parsers/layout_reader.h */

/* How a file is to be read. */
struct file_how {
    const struct format *format; /* null: recognise it */
    struct arena *arena;         /* where a layout lives that was named; null: none was */
    const struct layouts *layouts; /* to recognise among as well; null: none */
    struct seal_keys keys;
    const struct line_watch *watch; /* who sees each line that a layout reads; null: nobody */
};

/* From the options --format, --layout and --seal-key. 0, or an error that was said on standard
 * error. Either way file_how_end must follow. */
int file_how(const struct arguments *arguments, struct file_how *how);
/* Forget the keys, free the layout. */
void file_how_end(struct file_how *how);

/* Read `path` ("-": standard input) to its end; items and findings go to the sink.
 * 0 and *summary; else an error was said on standard error (or the sink's code is returned). */
int file_read(const char *path, const struct file_how *how, const struct sink *sink,
              struct summary *summary);

/* The format of that name in *out (null name: null). 0, or SLUSS_ENOTFOUND, said on standard
 * error. */
int file_format(const char *name, const struct format **out);

#endif
