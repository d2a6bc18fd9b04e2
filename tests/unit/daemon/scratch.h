/* scratch.h -- a directory of its own for a test, and files made in it as senders make them */
#ifndef SLUSS_TESTS_SCRATCH_H
#define SLUSS_TESTS_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
    char path[256];
};

/* Under `parent`, or $TMPDIR or /tmp when that is null. */
static inline void scratch_make_in(struct scratch *scratch, const char *parent)
{
    if (!parent)
        parent = getenv("TMPDIR");
    (void)snprintf(scratch->path, sizeof scratch->path, "%s/sluss-test-XXXXXX",
                   parent ? parent : "/tmp");
    if (!mkdtemp(scratch->path)) {
        perror(scratch->path);
        abort();
    }
}

static inline void scratch_make(struct scratch *scratch)
{
    scratch_make_in(scratch, NULL);
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
                                     struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

static inline void scratch_remove(struct scratch *scratch)
{
    (void)nftw(scratch->path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* scratch/name, in a ring of static buffers that is long enough for one expression. */
static inline const char *in(const struct scratch *scratch, const char *name)
{
    static char paths[8][1024];
    static unsigned turn;
    char *path = paths[turn++ % 8];

    (void)snprintf(path, sizeof paths[0], "%s/%s", scratch->path, name);
    return path;
}

/* Open for writing; the caller closes. */
static inline int begin_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
        perror(path);
        abort();
    }
    return fd;
}

static inline void make_file(const char *path, const char *text)
{
    (void)close(begin_file(path, text));
}

static inline bool there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

#endif
