/* claim.c -- taking a file out of an inbox whose owner may do what he likes there
 *
 * Between any two calls the sender may rename, replace or link. What is known for certain is
 * the open descriptor; so the name is compared with it before the move, and what arrived in
 * the spool (where nobody else may write) is compared with it after. The read lease makes the
 * second comparison final: whoever began to open the file for writing before it moved shows
 * as a lease that is being broken, and later than that there is no name to open.
 */
#include "daemon/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/settle.h"
#include "model/error.h"

#define PUT_BACK_MAX 100

/* --- who is who -------------------------------------------------------------------------- */

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void claim_identity_of(const struct stat *st, struct file_identity *out)
{
    out->device = st->st_dev;
    out->inode = st->st_ino;
    out->size = st->st_size;
    out->mtime_ns = ns_of(st->st_mtim);
    out->ctime_ns = ns_of(st->st_ctim);
}

int claim_identify(int fd, struct file_identity *out)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return SLUSS_EIO;
    claim_identity_of(&st, out);
    return SLUSS_OK;
}

/* The same unchanged file with no second name? The time of status change is left out: a rename
 * sets it. */
static bool is_still(const struct stat *st, const struct file_identity *identity)
{
    return S_ISREG(st->st_mode) && st->st_nlink == 1 && st->st_dev == identity->device &&
           st->st_ino == identity->inode && st->st_size == identity->size &&
           ns_of(st->st_mtim) == identity->mtime_ns;
}

static bool name_is_still(int directory, const char *name, const struct file_identity *identity)
{
    struct stat st;

    return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_still(&st, identity);
}

bool arrival_unchanged(const struct arrival *arrival)
{
    struct stat st;

    if (arrival->leased && fcntl(arrival->file, F_GETLEASE) != F_RDLCK)
        return false;
    return fstat(arrival->file, &st) == 0 && st.st_size == arrival->identity.size &&
           ns_of(st.st_mtim) == arrival->identity.mtime_ns;
}

/* --- moving ------------------------------------------------------------------------------ */

/* Rename without replacing anything, also where the file system cannot say so at once: then
 * the target is looked at first, which is enough in the spool, where only we make names. */
static int rename_new(int from, const char *name, int to, const char *target)
{
    struct stat st;

    if (renameat2(from, name, to, target, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (fstatat(to, target, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return errno == ENOENT ? renameat(from, name, to, target) : -1;
}

/* What was moved is not what was meant: back under its name, or beside it when the name is
 * taken again. */
static int put_back(const struct arrival *arrival, int spool, const char *id)
{
    char name[FILE_NAME_MAX + 1];

    if (rename_new(spool, id, arrival->directory, arrival->name) == 0)
        return 0;
    for (int i = 1; errno == EEXIST && i <= PUT_BACK_MAX; i++) {
        char suffix[24];
        int n = snprintf(suffix, sizeof suffix, ".put-back-%d", i);

        (void)snprintf(name, sizeof name, "%.*s%s", FILE_NAME_MAX - n, arrival->name, suffix);
        if (rename_new(spool, id, arrival->directory, name) == 0)
            return 0;
    }
    return -1;
}

static enum claim_result not_moved(int errnum, int *error)
{
    *error = sluss_error_from_errno(errnum);
    switch (errnum) {
    case EXDEV:
    case EACCES:
    case EPERM:
    case EROFS:
        return CLAIM_COPY;
    case ENOENT:
        return CLAIM_CHANGED;
    default:
        return CLAIM_FAILED;
    }
}

enum claim_result claim_move(const struct arrival *arrival, struct spool *spool, const char *id,
                             int *error)
{
    int directory = spool_directory(spool);

    *error = 0;
    if (!name_is_still(arrival->directory, arrival->name, &arrival->identity) ||
        !arrival_unchanged(arrival))
        return CLAIM_CHANGED;
    if (rename_new(arrival->directory, arrival->name, directory, id) < 0)
        return not_moved(errno, error);
    if (name_is_still(directory, id, &arrival->identity) && arrival_unchanged(arrival)) {
        /* The sender's umask may have kept it from the group that reads the spool. */
        (void)fchmod(arrival->file, 0640);
        return CLAIM_MOVED;
    }
    if (put_back(arrival, directory, id) < 0) {
        *error = sluss_error_from_errno(errno);
        return CLAIM_FAILED;
    }
    /* The row that names it in the spool is forgotten next: first it must be back for certain. */
    if (claim_sync_directory(arrival->directory) == 0 && claim_sync_directory(directory) == 0)
        return CLAIM_CHANGED;
    *error = SLUSS_ESYNC;
    return CLAIM_FAILED;
}

/* --- the rest ---------------------------------------------------------------------------- */

int claim_unlink(const struct arrival *arrival)
{
    struct stat st;

    if (fstatat(arrival->directory, arrival->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? SLUSS_OK : sluss_error_from_errno(errno);
    if (!is_still(&st, &arrival->identity))
        return SLUSS_ECONFLICT;
    if (unlinkat(arrival->directory, arrival->name, 0) == 0 || errno == ENOENT)
        return SLUSS_OK;
    return sluss_error_from_errno(errno);
}

void claim_marker(const struct arrival *arrival)
{
    char name[FILE_NAME_MAX + 1];
    struct stat st;

    if (!arrival->unit || !settle_marker_name(arrival->unit, arrival->name, name, sizeof name))
        return;
    if (fstatat(arrival->directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
        (void)unlinkat(arrival->directory, name, 0);
}

int claim_sync_directory(int directory)
{
    int fd;
    int r;

    if (fsync(directory) == 0)
        return SLUSS_OK;
    if (errno == EINVAL)
        return SLUSS_OK; /* a file system on which directories have nothing to sync */
    if (errno != EBADF)
        return SLUSS_ESYNC;
    fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* it was O_PATH */
    if (fd < 0)
        return SLUSS_ESYNC;
    r = fsync(fd) == 0 || errno == EINVAL ? SLUSS_OK : SLUSS_ESYNC;
    (void)close(fd);
    return r;
}

void arrival_close(struct arrival *arrival)
{
    if (arrival->file >= 0) {
        /* Said outright: a forked process may share the description and keep it. */
        if (arrival->leased)
            (void)fcntl(arrival->file, F_SETLEASE, F_UNLCK);
        (void)close(arrival->file);
    }
    if (arrival->directory >= 0)
        (void)close(arrival->directory);
    arrival->file = -1;
    arrival->directory = -1;
    arrival->leased = false;
}
