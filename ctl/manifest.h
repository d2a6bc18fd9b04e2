/* manifest.h -- the history that a backtest replays: one delivery a line
 *
 *   ARRIVAL <tab> PARTNER/UNIT <tab> PATH [<tab> NAME [<tab> FATE]]
 *
 * ARRIVAL is RFC 3339; lines stand in its order. PATH is looked for from where the program
 * runs, then beside the manifest. NAME: as dropped, else the last part of PATH. FATE: empty,
 * released, rejected or probe. Empty lines and lines that begin with '#' are passed over.
 */
#ifndef SLUSS_CTL_MANIFEST_H
#define SLUSS_CTL_MANIFEST_H

#include <stdint.h>

#include "model/arena.h"
#include "model/buf.h"
#include "model/delivery.h"

enum fate { FATE_NONE = 0, FATE_RELEASED, FATE_REJECTED, FATE_PROBE };

struct manifest_line {
    int64_t at_us;
    char unit[UNIT_KEY_MAX];
    const char *path;
    struct span name;
    enum fate fate;
};

struct manifest {
    struct arena *arena;
    size_t n;
    struct manifest_line *of;
};

/* 0; SLUSS_EINVAL with the line and what is wrong in `why`; SLUSS_EIO, SLUSS_ENOMEM. */
int manifest_read(const char *path, struct manifest *out, struct buf *why);
void manifest_free(struct manifest *manifest);

#endif
