/* standing.h -- what operators have said of a unit, over what the configuration says
 */
#ifndef SLUSS_STORE_STANDING_H
#define SLUSS_STORE_STANDING_H

#include "model/settings.h"
#include "store/store.h"

struct standing {
    bool phase_said;
    enum phase phase;           /* where it was said */
    int64_t migration_until_us; /* every file that comes before it is held; 0: none declared */
};

/* All zero for a unit of which nothing was said. */
int standing_get(struct store *store, const char *unit, struct standing *out);
/* In the caller's transaction; replaces what was said before. */
int standing_set(struct store *store, const char *unit, const struct standing *standing);

/* The phase that holds. */
static inline enum phase standing_phase(const struct standing *standing, enum phase configured)
{
    return standing->phase_said ? standing->phase : configured;
}

/* Is a declared system change under way? */
static inline bool standing_migrating(const struct standing *standing, int64_t at_us)
{
    return at_us < standing->migration_until_us;
}

#endif
