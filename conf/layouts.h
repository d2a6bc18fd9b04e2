/* layouts.h -- declared layouts, read from the disk and proved by their samples
 */
#ifndef SLUSS_CONF_LAYOUTS_H
#define SLUSS_CONF_LAYOUTS_H

#include "model/arena.h"
#include "model/buf.h"
#include "model/settings.h"
#include "parsers/layout.h"

/* Read and prove one layout; what is kept lives in the arena. 0 and *out. SLUSS_EINVAL with
 * lines "PATH:LINE: what is wrong; what to do" in `errors`; SLUSS_EIO, said there too;
 * SLUSS_ENOMEM. `warnings` (may be null) gets lines that refuse nothing. */
int conf_layout_read(const char *path, struct arena *arena, struct buf *errors,
                     struct buf *warnings, const struct layout **out);

/* Those of the configuration, into settings->layouts. Apart from conf_read, since only those
 * who read files need them. 0; SLUSS_EINVAL with all mistakes in `errors`, among them a unit's
 * format that no layout has the name of; SLUSS_ENOMEM. */
int conf_read_layouts(struct settings *settings, struct buf *errors);

#endif
