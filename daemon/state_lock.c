/* state_lock.c -- flock on STATE_DIR/lock */
#include "daemon/state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "model/error.h"
#include "model/text.h"

/* What the holder writes into the file; read by people and by the next one who comes. */
#define NOTE_BYTES 256

static int refuse(struct buf *error, int errnum, const char *what, const char *path)
{
    (void)buf_printf(error, "cannot %s %s: %s", what, path, strerror(errnum));
    return sluss_error_from_errno(errnum);
}

static int make_directory(const char *state_dir, struct buf *error)
{
    struct stat st;

    if (mkdir(state_dir, 0750) == 0)
        return SLUSS_OK;
    if (errno != EEXIST)
        return refuse(error, errno, "make the state directory", state_dir);
    if (stat(state_dir, &st) < 0)
        return refuse(error, errno, "look at the state directory", state_dir);
    return S_ISDIR(st.st_mode) ? SLUSS_OK : refuse(error, ENOTDIR, "use", state_dir);
}

static int held_by_another(int fd, const char *path, struct buf *error)
{
    char note[NOTE_BYTES];
    ssize_t n = pread(fd, note, sizeof note, 0);

    while (n > 0 && note[n - 1] == '\n')
        n--;
    (void)buf_printf(error, "%s is held by ", path);
    if (n > 0)
        (void)text_escape(error, span_of(note, (size_t)n));
    else
        (void)buf_str(error, "another slussd");
    return SLUSS_EBUSY;
}

static int write_note(int fd, const char *path, struct buf *error)
{
    char note[NOTE_BYTES];
    char since[32] = "?";
    struct tm tm;
    time_t now = time(NULL);
    int n;

    if (localtime_r(&now, &tm))
        (void)strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S", &tm);
    n = snprintf(note, sizeof note, "slussd, process %ld, since %s\n", (long)getpid(), since);
    /* A full disk must not keep the daemon from starting: the note is a courtesy, the lock is
     * the kernel's. */
    if (ftruncate(fd, 0) < 0 || pwrite(fd, note, (size_t)n, 0) != n) {
        if (errno != ENOSPC && errno != EDQUOT)
            return refuse(error, errno, "write", path);
    }
    return SLUSS_OK;
}

/* Is the locked file still the one that has the name? Somebody may have removed it between
 * our open and our lock, and the next one would lock a new file. */
static bool still_named(int fd, const char *path)
{
    struct stat held;
    struct stat named;

    return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

static int lock_file(const char *path, int *out, struct buf *error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    int r;

    if (fd < 0)
        return refuse(error, errno, "open", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        r = errno == EWOULDBLOCK ? held_by_another(fd, path, error)
                                 : refuse(error, errno, "lock", path);
        (void)close(fd);
        return r;
    }
    if (!still_named(fd, path)) {
        (void)close(fd);
        return SLUSS_ECONFLICT;
    }
    r = write_note(fd, path, error);
    if (r < 0) {
        (void)close(fd);
        return r;
    }
    *out = fd;
    return SLUSS_OK;
}

int state_lock_take(const char *state_dir, int *fd, struct buf *error)
{
    struct buf path;
    int r = make_directory(state_dir, error);

    if (r < 0)
        return r;
    buf_init(&path, 4096);
    if (buf_printf(&path, "%s/lock", state_dir) < 0) {
        buf_free(&path);
        return refuse(error, ENAMETOOLONG, "use", state_dir);
    }
    for (int attempt = 0; attempt < 10; attempt++) {
        r = lock_file(buf_cstr(&path), fd, error);
        if (r != SLUSS_ECONFLICT)
            break;
    }
    if (r == SLUSS_ECONFLICT) {
        (void)buf_printf(error, "%s is removed again and again", buf_cstr(&path));
        r = SLUSS_EIO;
    }
    buf_free(&path);
    return r;
}
