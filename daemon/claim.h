/* claim.h -- a complete file leaves the sender's hands
 *
 * Invariant: a file is in the inbox or in the spool (for a moment of copying: in both, and
 * then the row says `arriving`), and after each step below the order on disk lets a restart
 * know which.
 *
 *   1. the row in state `arriving` is committed (id, unit, name, identity)
 *   2. the file is renamed into the spool under its id (same file system), or copied to
 *      ID.part, synced, and renamed to ID
 *   3. spool directory and inbox directory are fsynced
 *   4. copied only: the file is unlinked from the inbox, the inbox directory fsynced; one
 *      that cannot be removed is remembered as taken
 *   5. the row becomes `checking`
 *
 * Found at start: `arriving` and no ID in the spool: step 2 never happened, the row is
 * forgotten and the file is found again in the inbox. `arriving` with ID in the spool: go on
 * with step 3. A file in both (killed between 3 and 4): same size and bytes, so it is
 * unlinked when its identity is still the row's.
 */
#ifndef SLUSS_DAEMON_CLAIM_H
#define SLUSS_DAEMON_CLAIM_H

#include <stdbool.h>
#include <sys/stat.h>

#include "model/settings.h"
#include "store/spool.h"
#include "store/store.h"

/* A file found complete. The descriptors belong to the arrival. */
struct arrival {
    const struct unit_settings *unit; /* valid while the settings are (see pipeline_reload);
                                         null when the unit is no more */
    char name[FILE_NAME_MAX + 1];
    int directory; /* the inbox, O_PATH or O_RDONLY | O_DIRECTORY */
    int file;      /* O_RDONLY, no writer (read lease held where the system grants one) */
    struct file_identity identity;
    int64_t received_us; /* wall clock: when it became complete in the inbox */
    bool leased;         /* `file` holds a read lease */
};

/* Fill an identity from a descriptor. 0 or SLUSS_EIO. */
int claim_identify(int fd, struct file_identity *out);
/* The same from what fstat(2) gave. */
void claim_identity_of(const struct stat *st, struct file_identity *out);
/* Has nobody written to the file since it was found complete, or begun to open it for writing?
 * For a copy: ask after the last byte was read. */
bool arrival_unchanged(const struct arrival *arrival);

enum claim_result {
    CLAIM_MOVED = 0, /* in the spool under the id; directories not yet synced */
    CLAIM_COPY,      /* another file system, or moving is not allowed: it must be copied */
    CLAIM_CHANGED,   /* gone, replaced or changed since: nothing was done */
    CLAIM_FAILED,    /* see *error, a code of error.h; a file that could not be put back is
                        in the spool under the id */
};
/* Step 2 by rename. The name is checked to be still the file of `arrival->file` (never a
 * link, never another inode); what was moved is checked again after the move, and put back
 * when it is not the file that was meant. */
enum claim_result claim_move(const struct arrival *arrival, struct spool *spool, const char *id,
                             int *error);

/* Step 4 after a copy. 0; SLUSS_EDENIED when the inbox does not let us (remember it as
 * taken); SLUSS_ECONFLICT when the name now is another file (left alone). */
int claim_unlink(const struct arrival *arrival);

/* Consume the companion marker of a claimed file, if the unit has one. */
void claim_marker(const struct arrival *arrival);

/* fsync of a directory descriptor (reopened when it is O_PATH). 0 or SLUSS_ESYNC. */
int claim_sync_directory(int directory);

/* Gives up the lease, closes both descriptors and sets them to -1; -1 is left alone. */
void arrival_close(struct arrival *arrival);

#endif
