/* spool.h -- the files of deliveries, named by their id
 *
 *   STATE_DIR/spool/ID          the original, byte for byte
 *   STATE_DIR/spool/ID.ndjson   its items, one JSON object a line
 *   STATE_DIR/spool/ID.part     a copy being made; removed at start
 *
 * A file counts once its name stands in the fsynced directory; the row that names it is
 * committed after that.
 */
#ifndef SLUSS_STORE_SPOOL_H
#define SLUSS_STORE_SPOOL_H

#include "model/buf.h"
#include "model/item.h"
#include "store/store.h"

struct spool;

/* Make the directory when it is missing (mode 0750). SLUSS_EIO, SLUSS_EDENIED. */
int spool_open(const char *state_dir, struct spool **out);
void spool_close(struct spool **spool);

/* The directory's descriptor, for renameat; owned by the spool. */
int spool_directory(const struct spool *spool);
/* fsync of the directory. SLUSS_ESYNC is final: stop accepting. */
int spool_sync(struct spool *spool);

/* Absolute path of a delivery's original; null-terminated into `out`. */
int spool_path(const struct spool *spool, const char *id, struct buf *out);

/* Is the original there? 1, 0, or an error. */
int spool_has(struct spool *spool, const char *id);
/* Open it for reading (O_NOFOLLOW, O_CLOEXEC). A descriptor, or an error. */
int spool_open_original(struct spool *spool, const char *id);
/* Create ID.part for a copy, write-only. A descriptor, or an error. */
int spool_create_part(struct spool *spool, const char *id);
/* The synced copy takes its name. SLUSS_ECORRUPT, and nothing happened, when it is not of
 * that size. */
int spool_finish_part(struct spool *spool, const char *id, int64_t size);
/* A copy that will not be finished: gives its room back. Nothing to do when there is none. */
void spool_drop_part(struct spool *spool, const char *id);
/* Remove .part files and .ndjson files without an original; returns how many. */
int spool_sweep(struct spool *spool);

/* --- items as NDJSON ---------------------------------------------------------------------- */

struct items_file;

/* Create (truncate) ID.ndjson. */
int items_file_open(struct spool *spool, const char *id, struct items_file **out);
/* Buffered; starts write-back as it goes so that the last fsync is short. */
int items_file_add(struct items_file *file, const struct item *item);
/* The last item is in: all bytes are the kernel's. The descriptor, still the file's, for the
 * fsync that has to follow (a worker's, so that the loop need not wait), or an error. */
int items_file_flush(struct items_file *file);
/* That fsync succeeded. */
void items_file_synced(struct items_file *file);
void items_file_close(struct items_file **file); /* one that is not synced is removed */

#endif
