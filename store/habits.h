/* habits.h -- the habit of each stream, as rows kept beside its deliveries
 *
 * A row is written with the verdict and counts once its delivery is history (habit_enter). A
 * stream keeps its newest HABITS_KEPT rows; what a row holds is the safeguards' business.
 */
#ifndef SLUSS_STORE_HABITS_H
#define SLUSS_STORE_HABITS_H

#include "model/span.h"
#include "store/store.h"

#define HABITS_KEPT 400
#define STREAM_SIZE (UNIT_KEY_MAX + 32) /* "heby/ekonomi cases SEK" */

/* In the caller's transaction; replaces an earlier row of the delivery. */
int habits_put(struct store *store, int64_t delivery, const char *stream, int64_t received_us,
               struct span row);
/* The row counts from now on, perhaps changed (row.p null: as it is); old ones beyond
 * HABITS_KEPT go. Nothing happens when there is no such row. */
int habits_enter(struct store *store, int64_t delivery, struct span row);
/* The row counts no longer (a release was undone, the delivery recalled). */
int habits_leave(struct store *store, int64_t delivery);
/* A delivery's own row, copied into the arena. SLUSS_ENOTFOUND. */
int habits_get(struct store *store, int64_t delivery, struct arena *arena, struct span *row);

/* Figures from before: rows of no delivery, under negative numbers. `begin` takes out those of
 * an earlier import into the stream and says how many; then each row: 1 when it was added, 0
 * when it was left out, because from its day on the stream has rows of its own. */
int habits_import_begin(struct store *store, const char *stream, unsigned *removed);
int habits_import(struct store *store, const char *stream, int64_t received_us, struct span row);

/* The rows that count, oldest first; the callback as everywhere. */
typedef int (*habit_visitor)(void *context, int64_t delivery, struct span row);
int habits_list(struct store *store, const char *stream, habit_visitor visit, void *context);

/* When the unit's deliveries that count came, of whatever kind, oldest first. */
/* Of the streams "UNIT KIND ...": the last word of the one with most rows, and how many it has
 * (HABITS_COUNTED at most are looked at); none: 0 and "". */
#define HABITS_COUNTED 400
int habits_most(struct store *store, const char *streams, char *word, size_t size, unsigned *n);

typedef int (*time_visitor)(void *context, int64_t received_us);
int habits_times(struct store *store, const char *unit, time_visitor visit, void *context);

#endif
