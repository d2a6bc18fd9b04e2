/* spool.c -- see spool.h
 *
 * All names are resolved below the spool's own descriptor, without following links, and only
 * from ids that have the form of an id.
 */
#include "store/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/error.h"
#include "model/json.h"

#define DIRECTORY_MODE 0750
#define FILE_MODE      0640
#define SUFFIX_PART    ".part"
#define SUFFIX_ITEMS   ".ndjson"

struct spool {
    int directory;
    char *path; /* absolute */
};

/* DELIVERY_ID_SIZE counts a NUL, and so does the longest suffix. */
struct spool_name {
    char text[DELIVERY_ID_SIZE + sizeof SUFFIX_ITEMS];
};

static int name_of(const char *id, const char *suffix, struct spool_name *out)
{
    if (!delivery_id_valid(span_str(id)))
        return SLUSS_EINVAL;
    snprintf(out->text, sizeof out->text, "%s%s", id, suffix);
    return SLUSS_OK;
}

/* --- the directory -------------------------------------------------------------------------- */

static int make_directory(const char *path)
{
    if (mkdir(path, DIRECTORY_MODE) != 0 && errno != EEXIST)
        return sluss_error_from_errno(errno);
    return SLUSS_OK;
}

static int sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return sluss_error_from_errno(errno);
    int rc = fsync(fd) == 0 ? SLUSS_OK : SLUSS_ESYNC;
    close(fd);
    return rc;
}

static int open_directory(const char *state_dir, struct spool *spool)
{
    int rc = make_directory(state_dir);
    if (rc < 0)
        return rc;
    char *base = realpath(state_dir, NULL);
    if (!base)
        return sluss_error_from_errno(errno);
    struct buf path;
    buf_init(&path, 4096 + 16);
    buf_printf(&path, "%s/spool", base);
    rc = buf_error(&path);
    if (rc == 0)
        rc = make_directory(buf_cstr(&path));
    if (rc == 0)
        rc = sync_directory(base);
    free(base);
    if (rc == 0) {
        spool->path = strdup(buf_cstr(&path));
        spool->directory = open(buf_cstr(&path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (spool->directory < 0)
            rc = sluss_error_from_errno(errno);
        else if (!spool->path)
            rc = SLUSS_ENOMEM;
    }
    buf_free(&path);
    return rc;
}

int spool_open(const char *state_dir, struct spool **out)
{
    struct spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        return SLUSS_ENOMEM;
    spool->directory = -1;
    int rc = open_directory(state_dir, spool);
    if (rc < 0)
        spool_close(&spool);
    else
        *out = spool;
    return rc;
}

void spool_close(struct spool **spool)
{
    if (!*spool)
        return;
    if ((*spool)->directory >= 0)
        close((*spool)->directory);
    free((*spool)->path);
    free(*spool);
    *spool = NULL;
}

int spool_directory(const struct spool *spool)
{
    return spool->directory;
}

int spool_sync(struct spool *spool)
{
    return fsync(spool->directory) == 0 ? SLUSS_OK : SLUSS_ESYNC;
}

int spool_path(const struct spool *spool, const char *id, struct buf *out)
{
    if (!delivery_id_valid(span_str(id)))
        return SLUSS_EINVAL;
    return buf_printf(out, "%s/%s", spool->path, id);
}

/* --- originals ------------------------------------------------------------------------------- */

/* 1 when a regular file of that name is there, 0 when nothing is. */
static int is_file(const struct spool *spool, const char *name)
{
    struct stat st;
    if (fstatat(spool->directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : sluss_error_from_errno(errno);
    return S_ISREG(st.st_mode) ? 1 : SLUSS_ECORRUPT;
}

int spool_has(struct spool *spool, const char *id)
{
    struct spool_name name;
    int rc = name_of(id, "", &name);
    return rc < 0 ? rc : is_file(spool, name.text);
}

static int open_name(struct spool *spool, const char *id, const char *suffix, int flags)
{
    struct spool_name name;
    int rc = name_of(id, suffix, &name);
    if (rc < 0)
        return rc;
    int fd = openat(spool->directory, name.text, flags | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    return fd < 0 ? sluss_error_from_errno(errno) : fd;
}

int spool_open_original(struct spool *spool, const char *id)
{
    return open_name(spool, id, "", O_RDONLY);
}

int spool_create_part(struct spool *spool, const char *id)
{
    return open_name(spool, id, SUFFIX_PART, O_WRONLY | O_CREAT | O_TRUNC);
}

void spool_drop_part(struct spool *spool, const char *id)
{
    struct spool_name part;
    if (name_of(id, SUFFIX_PART, &part) == 0)
        (void)unlinkat(spool->directory, part.text, 0); /* else the next sweep has it */
}

static int part_has_size(struct spool *spool, const char *part, int64_t size)
{
    struct stat st;
    if (fstatat(spool->directory, part, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return sluss_error_from_errno(errno);
    return S_ISREG(st.st_mode) && st.st_size == size ? SLUSS_OK : SLUSS_ECORRUPT;
}

int spool_finish_part(struct spool *spool, const char *id, int64_t size)
{
    struct spool_name part, original;
    int rc = name_of(id, SUFFIX_PART, &part);
    if (rc == 0)
        rc = name_of(id, "", &original);
    if (rc == 0)
        rc = part_has_size(spool, part.text, size);
    if (rc < 0)
        return rc;
    /* An original is never replaced. Where the file system has no such rename, a link and an
     * unlink do the same; a crash between them leaves a .part for the next sweep. */
    int directory = spool->directory;
    if (renameat2(directory, part.text, directory, original.text, RENAME_NOREPLACE) == 0)
        return SLUSS_OK;
    if (errno != EINVAL && errno != ENOSYS)
        return sluss_error_from_errno(errno);
    if (linkat(directory, part.text, directory, original.text, 0) != 0 ||
        unlinkat(directory, part.text, 0) != 0)
        return sluss_error_from_errno(errno);
    return SLUSS_OK;
}

/* Is it a left-over: a .part, or items whose original is not there? 1, 0 or an error. */
static int is_leftover(const struct spool *spool, struct span name)
{
    static const struct {
        struct span suffix;
        bool items;
    } kinds[] = {{SPAN_LIT(SUFFIX_PART), false}, {SPAN_LIT(SUFFIX_ITEMS), true}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!span_ends(name, kinds[i].suffix))
            continue;
        struct span id = span_of(name.p, name.n - kinds[i].suffix.n);
        if (!delivery_id_valid(id)) /* not a file of ours */
            return 0;
        if (!kinds[i].items)
            return 1;
        char original[DELIVERY_ID_SIZE];
        snprintf(original, sizeof original, "%.*s", SPAN_FMT(id));
        int there = is_file(spool, original);
        return there < 0 ? there : !there;
    }
    return 0;
}

static int sweep_entries(struct spool *spool, DIR *listing)
{
    int removed = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(listing);
        if (!entry)
            return errno ? sluss_error_from_errno(errno) : removed;
        int rc = is_leftover(spool, span_str(entry->d_name));
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        if (unlinkat(spool->directory, entry->d_name, 0) != 0)
            return sluss_error_from_errno(errno);
        removed++;
    }
}

int spool_sweep(struct spool *spool)
{
    int fd = openat(spool->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return sluss_error_from_errno(errno);
    DIR *listing = fdopendir(fd);
    if (!listing) {
        int errnum = errno;
        close(fd);
        return sluss_error_from_errno(errnum);
    }
    int removed = sweep_entries(spool, listing);
    closedir(listing);
    if (removed > 0 && spool_sync(spool) < 0)
        return SLUSS_ESYNC;
    return removed;
}

/* --- items as NDJSON -------------------------------------------------------------------------- */

#define BUFFER_SIZE ((size_t)64 * 1024)
/* Above the longest line: seven texts of ITEM_TEXT_MAX bytes, six bytes for each escape. */
#define BUFFER_CEILING (BUFFER_SIZE + (size_t)128 * 1024)
#define WRITE_BACK     ((off_t)8 * 1024 * 1024)

struct items_file {
    struct spool *spool;
    struct spool_name name;
    struct buf buffer;
    int fd;
    off_t written;
    off_t started; /* write-back was started up to here */
    bool synced;
};

int items_file_open(struct spool *spool, const char *id, struct items_file **out)
{
    struct items_file *file = calloc(1, sizeof *file);
    if (!file)
        return SLUSS_ENOMEM;
    file->spool = spool;
    buf_init(&file->buffer, BUFFER_CEILING);
    int rc = name_of(id, SUFFIX_ITEMS, &file->name);
    if (rc == 0)
        rc = open_name(spool, id, SUFFIX_ITEMS, O_WRONLY | O_CREAT | O_TRUNC);
    if (rc < 0) {
        free(file);
        return rc;
    }
    file->fd = rc;
    *out = file;
    return SLUSS_OK;
}

static int flush(struct items_file *file)
{
    const char *p = file->buffer.p;
    size_t left = file->buffer.n;
    while (left > 0) {
        ssize_t n = write(file->fd, p, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sluss_error_from_errno(errno);
        p += n;
        left -= (size_t)n;
        file->written += n;
    }
    buf_clear(&file->buffer);
    return SLUSS_OK;
}

/* The kernel begins to write while we still read the delivery, so that the fsync at the end
 * has little left to wait for. Only a hint: its errors come back from that fsync. */
static void start_write_back(struct items_file *file)
{
    if (file->written - file->started < WRITE_BACK)
        return;
    (void)sync_file_range(file->fd, file->started, file->written - file->started,
                          SYNC_FILE_RANGE_WRITE);
    file->started = file->written;
}

int items_file_add(struct items_file *file, const struct item *item)
{
    struct json line;
    json_start(&line, &file->buffer);
    json_item(&line, item);
    buf_char(&file->buffer, '\n');
    int rc = buf_error(&file->buffer);
    if (rc == 0 && file->buffer.n >= BUFFER_SIZE) {
        rc = flush(file);
        start_write_back(file);
    }
    return rc;
}

int items_file_flush(struct items_file *file)
{
    int rc = flush(file);
    return rc ? rc : file->fd;
}

void items_file_synced(struct items_file *file)
{
    file->synced = true;
}

void items_file_close(struct items_file **file)
{
    if (!*file)
        return;
    close((*file)->fd);
    if (!(*file)->synced)
        (void)unlinkat((*file)->spool->directory, (*file)->name.text, 0);
    buf_free(&(*file)->buffer);
    free(*file);
    *file = NULL;
}
