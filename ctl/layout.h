/* layout.h -- a layout that the command line names
 */
#ifndef SLUSS_CTL_LAYOUT_H
#define SLUSS_CTL_LAYOUT_H

#include "model/arena.h"
#include "parsers/layout.h"

/* Read and prove it; it lives in the arena. What is wrong, and what is doubtful, was said on
 * standard error. 0, SLUSS_EINVAL, SLUSS_EIO, SLUSS_ENOMEM. */
int layout_open(const char *path, struct arena *arena, const struct layout **out);

#endif
