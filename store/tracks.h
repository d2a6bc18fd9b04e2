/* tracks.h -- the record of each check over the held deliveries that were decided
 *
 * Counted once, when the decision falls, and kept when the delivery is forgotten. A delivery
 * counts for every check that weighed against it or held it, once each. What a fixed agreement
 * held (a unit in phase test, an open migration) says nothing about the checks, and is not
 * counted.
 */
#ifndef SLUSS_STORE_TRACKS_H
#define SLUSS_STORE_TRACKS_H

#include "model/track.h"
#include "store/store.h"

/* A held delivery was decided: released, or rejected as `wrong`. In the caller's transaction. */
int tracks_count(struct store *store, int64_t delivery, bool wrong);
/* It was released and is recalled: it was wrong after all. Nothing happens to one that was not
 * held. In the caller's transaction. */
int tracks_turn(struct store *store, int64_t delivery);

/* All of them by name, up to TRACK_MOST. */
int tracks_get(struct store *store, struct track *out);
/* Did the operators hear that the check holds in vain? In the caller's transaction. */
int tracks_tell(struct store *store, const char *check, bool told);

#endif
