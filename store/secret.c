/* secret.c -- see secret.h
 *
 * Order: random bytes into secret.key.new, fsync, rename to secret.key, fsync of the
 * directory. A restart finds either no secret.key (a left-over .new is overwritten) or a whole
 * one.
 */
#include "store/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"

#define SECRET_NEW SECRET_FILE ".new"

static int refuse(struct buf *error, const char *what, int errnum)
{
    buf_printf(error, "%s: %s: %s", SECRET_FILE, what, strerror(errnum));
    return sluss_error_from_errno(errnum);
}

int secret_exists(int state_dir)
{
    struct stat st;
    if (fstatat(state_dir, SECRET_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return 1;
    return errno == ENOENT ? 0 : sluss_error_from_errno(errno);
}

static int check_file(int fd, struct buf *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return refuse(error, "cannot be examined", errno);
    if (!S_ISREG(st.st_mode) || st.st_size != SECRET_SIZE) {
        buf_printf(error, "%s is not a file of %d bytes; restore it from a backup", SECRET_FILE,
                   SECRET_SIZE);
        return SLUSS_ECORRUPT;
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        buf_printf(error, "%s may be read or written by others than its owner; chmod 600 it",
                   SECRET_FILE);
        return SLUSS_EDENIED;
    }
    return SLUSS_OK;
}

int secret_load(int state_dir, uint8_t secret[SECRET_SIZE], struct buf *error)
{
    int fd = openat(state_dir, SECRET_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return refuse(error, "cannot be opened", errno);
    int rc = check_file(fd, error);
    uint8_t bytes[SECRET_SIZE];
    if (rc == 0) {
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got < 0)
            rc = refuse(error, "cannot be read", errno);
        else if (got != SECRET_SIZE)
            rc = refuse(error, "is cut off", EIO);
    }
    close(fd);
    if (rc == 0)
        memcpy(secret, bytes, SECRET_SIZE);
    sodium_memzero(bytes, sizeof bytes);
    return rc;
}

static int write_new(int state_dir, const uint8_t secret[SECRET_SIZE], struct buf *error)
{
    /* O_EXCL behind an unlink: a link somebody laid there is not followed. */
    if (unlinkat(state_dir, SECRET_NEW, 0) != 0 && errno != ENOENT)
        return refuse(error, "cannot remove " SECRET_NEW, errno);
    int fd = openat(state_dir, SECRET_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);
    if (fd < 0)
        return refuse(error, "cannot be created", errno);
    int rc = 0;
    ssize_t put = write(fd, secret, SECRET_SIZE);
    if (put != SECRET_SIZE)
        rc = refuse(error, "cannot be written", put < 0 ? errno : ENOSPC);
    else if (fsync(fd) != 0) {
        refuse(error, "cannot be synced", errno);
        rc = SLUSS_ESYNC;
    }
    if (close(fd) != 0 && rc == 0)
        rc = refuse(error, "cannot be closed", errno);
    return rc;
}

int secret_make(int state_dir, uint8_t secret[SECRET_SIZE], struct buf *error)
{
    uint8_t bytes[SECRET_SIZE];
    randombytes_buf(bytes, sizeof bytes);
    int rc = write_new(state_dir, bytes, error);
    if (rc == 0 && renameat(state_dir, SECRET_NEW, state_dir, SECRET_FILE) != 0)
        rc = refuse(error, "cannot be given its name", errno);
    if (rc == 0 && fsync(state_dir) != 0) {
        refuse(error, "its directory cannot be synced", errno);
        rc = SLUSS_ESYNC;
    }
    if (rc == 0)
        memcpy(secret, bytes, SECRET_SIZE);
    sodium_memzero(bytes, sizeof bytes);
    return rc;
}
