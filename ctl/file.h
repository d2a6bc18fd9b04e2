/* file.h -- a file on disk, read through the parsers in pieces
 */
#ifndef SLUSS_CTL_FILE_H
#define SLUSS_CTL_FILE_H

#include "parsers/parser.h"

/* Read `path` ("-": standard input) to its end; items and findings go to the sink.
 * 0 and *summary; else an error was said on standard error (or the sink's code is returned). */
int file_read(const char *path, const struct format *format, const struct sink *sink,
              struct summary *summary);

/* The format of that name in *out (null name: null). 0, or SLUSS_ENOTFOUND, said on standard
 * error. */
int file_format(const char *name, const struct format **out);

#endif
