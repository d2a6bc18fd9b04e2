/* watch.c -- libinotifytools behind watch.h
 *
 * What has to be known of the library (3.22.6), found by trying it:
 * - It keeps its trees in globals, and so must we: what is here is a mirror of one list.
 * - It has no call for its descriptor: that is the lowest number free at the moment of
 *   inotifytools_initialize, and /proc says whether the guess was right.
 * - inotifytools_next_event(0) blocks for ever; inotifytools_next_events(0, 1) does not.
 * - A watch that the kernel has ended (directory removed, unmounted) cannot be taken out of
 *   its trees: it complains on stderr and keeps the node. A new watch of the same path is then
 *   shadowed by the old node. So each watch gets a spelling of the path of its own, and none is
 *   removed that the kernel has ended.
 */
#include "daemon/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/queue.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include <inotifytools/inotifytools.h>

#include "model/buf.h"
#include "model/error.h"

/* CREATE alone is what an old-style rename (link and unlink) gives. MODIFY is left out: a
 * large upload is thousands of them, and whoever looks, looks again. */
#define WATCHED                                                                                    \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

#define DIRECTORY_GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)

#define PATH_BYTES 8192

struct watch_entry {
    LIST_ENTRY(watch_entry) list;
    int wd;
    dev_t device;
    ino_t inode;
    char directory[];
};

/* The library has one global instance; this is the same one seen from here. */
static struct {
    bool open;
    int fd;
    uint32_t generation;
    struct watch_entry *gone; /* its name was handed out by watch_next */
    LIST_HEAD(, watch_entry) entries;
} instance = {.fd = -1};

static bool is_inotify(int fd)
{
    char link[32];
    char target[64];
    ssize_t n;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, target, sizeof target - 1);
    if (n < 0)
        return false;
    target[n] = '\0';
    return strcmp(target, "anon_inode:inotify") == 0;
}

/* The number the next open will get; below what select(2) can take, or -1. */
static int lowest_free(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    (void)close(fd);
    if (fd >= FD_SETSIZE) {
        errno = EMFILE;
        return -1;
    }
    return fd;
}

int watch_open(int *fd)
{
    int number;

    if (instance.open) {
        *fd = instance.fd;
        return SLUSS_OK;
    }
    number = lowest_free();
    if (number < 0)
        return SLUSS_EIO;
    if (!inotifytools_initialize()) {
        errno = inotifytools_error();
        return SLUSS_EIO;
    }
    if (!is_inotify(number) || fcntl(number, F_SETFD, FD_CLOEXEC) < 0) {
        inotifytools_cleanup();
        errno = ENOTSUP;
        return SLUSS_EIO;
    }
    LIST_INIT(&instance.entries);
    instance.open = true;
    instance.fd = number;
    *fd = number;
    return SLUSS_OK;
}

static void forget_gone(void)
{
    free(instance.gone);
    instance.gone = NULL;
}

void watch_close(void)
{
    struct watch_entry *entry;

    if (!instance.open)
        return;
    while ((entry = LIST_FIRST(&instance.entries)) != NULL) {
        LIST_REMOVE(entry, list);
        free(entry);
    }
    forget_gone();
    inotifytools_cleanup();
    instance.open = false;
    instance.fd = -1;
}

static struct watch_entry *entry_by_directory(const char *directory)
{
    struct watch_entry *entry;

    LIST_FOREACH(entry, &instance.entries, list)
    if (strcmp(entry->directory, directory) == 0)
        return entry;
    return NULL;
}

static struct watch_entry *entry_by_wd(int wd)
{
    struct watch_entry *entry;

    LIST_FOREACH(entry, &instance.entries, list)
    if (entry->wd == wd)
        return entry;
    return NULL;
}

static bool inode_is_watched(const struct stat *st)
{
    const struct watch_entry *entry;

    LIST_FOREACH(entry, &instance.entries, list)
    if (entry->device == st->st_dev && entry->inode == st->st_ino)
        return true;
    return false;
}

/* "/in/heby" as "/in/heby/", "/in/heby/./", "/in/heby//", ...: another one each time, the bits
 * of the generation written as "/" and "./". The trailing slash keeps the library from adding
 * one of its own. */
static int spell(struct buf *out, const char *directory)
{
    (void)buf_str(out, directory);
    (void)buf_char(out, '/');
    for (uint32_t rest = instance.generation++; rest; rest >>= 1)
        (void)buf_str(out, rest & 1 ? "./" : "/");
    return buf_error(out);
}

static int add_error(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
        return SLUSS_ENOTFOUND;
    case ENOSPC: /* not the disk: fs.inotify.max_user_watches */
        return SLUSS_ELIMIT;
    case EACCES:
    case EPERM:
        return SLUSS_EDENIED;
    default:
        errno = errnum;
        return SLUSS_EIO;
    }
}

/* Tell the library; 0 and *wd. */
static int library_add(const char *directory, int *wd)
{
    struct buf path;
    int r;

    buf_init(&path, PATH_BYTES);
    r = spell(&path, directory);
    if (r == SLUSS_OK && !inotifytools_watch_file(buf_cstr(&path), WATCHED))
        r = add_error(inotifytools_error());
    if (r == SLUSS_OK)
        *wd = inotifytools_wd_from_filename(buf_cstr(&path));
    buf_free(&path);
    return r;
}

int watch_add(const char *directory)
{
    struct watch_entry *entry;
    size_t size = strlen(directory) + 1;
    struct stat st;
    int r;

    if (!instance.open)
        return SLUSS_EIO;
    if (entry_by_directory(directory))
        return SLUSS_OK;
    if (stat(directory, &st) < 0)
        return add_error(errno);
    if (inode_is_watched(&st))
        return SLUSS_EEXIST;
    entry = malloc(sizeof *entry + size);
    if (!entry)
        return SLUSS_ENOMEM;
    r = library_add(directory, &entry->wd);
    if (r < 0) {
        free(entry);
        return r;
    }
    entry->device = st.st_dev;
    entry->inode = st.st_ino;
    memcpy(entry->directory, directory, size);
    LIST_INSERT_HEAD(&instance.entries, entry, list);
    return SLUSS_OK;
}

/* Does the kernel still have this watch? Its list is in fdinfo; when that cannot be read, yes. */
static bool kernel_has(int wd)
{
    static const char prefix[] = "inotify wd:";
    char path[40];
    char line[512];
    bool found = false;
    FILE *info;

    (void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", instance.fd);
    info = fopen(path, "re");
    if (!info)
        return true;
    while (!found && fgets(line, sizeof line, info))
        found = strncmp(line, prefix, sizeof prefix - 1) == 0 &&
                strtoul(line + sizeof prefix - 1, NULL, 16) == (unsigned long)wd;
    (void)fclose(info);
    return found;
}

static void entry_end(struct watch_entry *entry)
{
    LIST_REMOVE(entry, list);
    if (kernel_has(entry->wd))
        (void)inotifytools_remove_watch_by_wd(entry->wd);
}

void watch_remove(const char *directory)
{
    struct watch_entry *entry = instance.open ? entry_by_directory(directory) : NULL;

    if (!entry)
        return;
    entry_end(entry);
    free(entry);
}

enum watch_event watch_next(const char **directory, const char **name)
{
    const struct inotify_event *event;
    struct watch_entry *entry;

    forget_gone();
    *directory = "";
    *name = "";
    while (instance.open && (event = inotifytools_next_events(0, 1)) != NULL) {
        if (event->mask & IN_Q_OVERFLOW)
            return WATCH_OVERFLOW; /* its wd is -1 and must not be looked up */
        entry = entry_by_wd(event->wd);
        if (!entry)
            continue; /* the rest of a watch that was removed */
        *directory = entry->directory;
        if (event->mask & DIRECTORY_GONE) {
            entry_end(entry);
            instance.gone = entry;
            return WATCH_GONE;
        }
        if (event->len > 0)
            *name = event->name;
        return WATCH_CHANGED;
    }
    return WATCH_NONE;
}

int watch_limit_watches(void)
{
    return inotifytools_get_max_user_watches();
}

int watch_limit_instances(void)
{
    return inotifytools_get_max_user_instances();
}
