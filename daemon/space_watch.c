/* space_watch.c -- see space_watch.h */
#include "daemon/space_watch.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "daemon/notify.h"
#include "store/queue.h"

#define MILLION    INT64_C(1000000)
#define DISKS_MOST 64 /* different ones; what is beyond is not looked at */

/* Is the measure beyond the limit, and is it still within a tenth of it? */
struct grade {
    enum alert_severity severity;
    bool beyond, near;
};

static int tell(struct intake *intake, const char *topic, const char *what,
                const struct grade *grade, const struct buf *title, const char *todo)
{
    const char *name = alert_severity_name(grade->severity);

    if (grade->beyond)
        return notify_lasting(intake, topic, grade->severity, what, name, buf_view(title), todo);
    return grade->near ? 0 : notify_over(intake, topic, what, name, buf_view(title));
}

/* --- disks -------------------------------------------------------------------------------- */

/* The free share in parts per million, of bytes or of inodes, whichever is less. -1: unknown. */
static int64_t free_share(const char *path)
{
    struct statvfs fs;
    int64_t share, inodes;

    if (statvfs(path, &fs) != 0 || fs.f_blocks == 0)
        return -1;
    share = (int64_t)((double)fs.f_bavail / (double)fs.f_blocks * (double)MILLION);
    inodes = fs.f_files ? (int64_t)((double)fs.f_favail / (double)fs.f_files * (double)MILLION)
                        : MILLION;
    return inodes < share ? inodes : share;
}

static int look_at_disk(struct intake *intake, const char *path)
{
    const int64_t limits[] = {intake->settings->alerts.disk_warning,
                              intake->settings->alerts.disk_critical};
    int64_t share = free_share(path);
    struct buf title;
    int rc = 0;

    if (share < 0)
        return 0;
    buf_init(&title, 8192);
    buf_printf(&title, "%s: %lld.%lld %% of its disk are free", path, (long long)(share / 10000),
               (long long)(share / 1000 % 10));
    for (size_t i = 0; i < 2 && rc == 0; i++) {
        const struct grade grade = {i ? ALERT_CRITICAL : ALERT_WARNING, share < limits[i],
                                    share < limits[i] + limits[i] / 10};

        rc = tell(intake, "disk", path, &grade, &title,
                  "When it is full no file is taken from the inboxes and no receipt is written. "
                  "Make room, or give it a larger disk.");
    }
    buf_free(&title);
    return rc;
}

/* Is the directory on a disk that was not looked at yet? */
static bool is_new_disk(const char *path, dev_t *disks, size_t *n)
{
    struct stat st;

    if (stat(path, &st) != 0 || *n == DISKS_MOST)
        return false;
    for (size_t i = 0; i < *n; i++)
        if (disks[i] == st.st_dev)
            return false;
    disks[(*n)++] = st.st_dev;
    return true;
}

/* --- the queue ---------------------------------------------------------------------------- */

static int look_at_queue(struct intake *intake)
{
    const int64_t limits[] = {intake->settings->alerts.queue_warning,
                              intake->settings->alerts.queue_critical};
    uint64_t waiting = 0;
    struct buf title;
    int rc = queue_count(intake->store, &waiting);

    buf_init(&title, 256);
    buf_printf(&title, "%llu deliver%s for the processing system", (unsigned long long)waiting,
               waiting == 1 ? "y waits" : "ies wait");
    for (size_t i = 0; i < 2 && rc == 0; i++) {
        const struct grade grade = {i ? ALERT_CRITICAL : ALERT_WARNING,
                                    (int64_t)waiting >= limits[i],
                                    (int64_t)waiting >= limits[i] - limits[i] / 10};

        rc = tell(intake, "queue", "queue", &grade, &title,
                  "See whether it runs and takes them: slussctl queue list.");
    }
    buf_free(&title);
    return rc;
}

int space_look(struct intake *intake)
{
    const struct settings *settings = intake->settings;
    dev_t disks[DISKS_MOST];
    size_t n = 0;
    int rc = look_at_queue(intake);

    if (rc == 0 && is_new_disk(settings->state_dir, disks, &n))
        rc = look_at_disk(intake, settings->state_dir);
    for (size_t i = 0; rc == 0 && i < settings->unit_count; i++)
        if (is_new_disk(settings->units[i].inbox, disks, &n))
            rc = look_at_disk(intake, settings->units[i].inbox);
    return rc;
}
