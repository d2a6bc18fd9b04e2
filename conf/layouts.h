/* layouts.h -- declared layouts, read from the disk and proved by their samples
 */
#ifndef SLUSS_CONF_LAYOUTS_H
#define SLUSS_CONF_LAYOUTS_H

#include "model/arena.h"
#include "model/buf.h"
#include "parsers/layout.h"

/* Read and prove one layout; what is kept lives in the arena. 0 and *out. SLUSS_EINVAL with
 * lines "PATH:LINE: what is wrong; what to do" in `errors`; SLUSS_EIO, said there too;
 * SLUSS_ENOMEM. `warnings` (may be null) gets lines that refuse nothing. */
int conf_layout_read(const char *path, struct arena *arena, struct buf *errors,
                     struct buf *warnings, const struct layout **out);

/* All files that the patterns of glob(7) name, in the order of patterns and names, appended to
 * *layouts. A pattern without wildcards must name a file; two layouts must not have one name.
 * Errors as above. */
int conf_layouts_read(const char *pattern, struct arena *arena, struct buf *errors,
                      struct layouts *layouts);

#endif
