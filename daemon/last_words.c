/* last_words.c -- see last_words.h
 *
 * One line each: topic, tab, text. The rows are committed before the file goes: killed between
 * the two, it is told twice.
 */
#include "daemon/last_words.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/notify.h"
#include "daemon/outbound_process.h"
#include "model/error.h"

#define NAME "last-words"
#define MOST (64 * 1024) /* bytes; what is beyond is the same again */

static int open_file(const struct intake *intake, int flags)
{
    struct buf path;
    int fd;

    buf_init(&path, 8192);
    buf_printf(&path, "%s/" NAME, intake->settings->state_dir);
    fd = buf_error(&path) ? -1 : open(buf_cstr(&path), flags | O_CLOEXEC | O_NOFOLLOW, 0640);
    buf_free(&path);
    return fd;
}

static void remove_file(const struct intake *intake)
{
    struct buf path;

    buf_init(&path, 8192);
    buf_printf(&path, "%s/" NAME, intake->settings->state_dir);
    if (!buf_error(&path))
        (void)unlink(buf_cstr(&path));
    buf_free(&path);
}

void last_words_leave(struct intake *intake, const char *topic, const char *text)
{
    int fd = open_file(intake, O_WRONLY | O_CREAT | O_APPEND);
    struct buf line;
    struct stat st;

    (void)outbound_process_tell(intake->alerts, topic, text);
    buf_init(&line, 4096);
    buf_printf(&line, "%s\t%s\n", topic, text);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size < MOST && !buf_error(&line)) {
        (void)!write(fd, line.p, line.n);
        (void)fsync(fd);
    }
    if (fd >= 0)
        (void)close(fd);
    buf_free(&line);
}

static int take_up_line(struct intake *intake, struct span line)
{
    const char *tab = line.n ? memchr(line.p, '\t', line.n) : NULL;
    struct buf topic, text;
    int rc = 0;

    if (!tab)
        return 0;
    buf_init(&topic, 64);
    buf_init(&text, 4096);
    buf_add(&topic, line.p, (size_t)(tab - line.p));
    buf_add(&text, tab + 1, line.n - (size_t)(tab - line.p) - 1);
    if (!buf_error(&topic) && !buf_error(&text))
        rc = notify_store_failed(intake, buf_cstr(&topic), buf_cstr(&text));
    buf_free(&topic);
    buf_free(&text);
    return rc;
}

int last_words_take_up(struct intake *intake)
{
    int fd = open_file(intake, O_RDONLY | O_NONBLOCK);
    struct buf text;
    char piece[4096];
    ssize_t n;
    int rc = 0;

    if (fd < 0)
        return 0;
    buf_init(&text, 2 * MOST);
    while ((n = read(fd, piece, sizeof piece)) > 0)
        buf_add(&text, piece, (size_t)n);
    (void)close(fd);
    for (struct span rest = buf_view(&text); rest.n && rc == 0;) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t length = end ? (size_t)(end - rest.p) : rest.n;

        rc = take_up_line(intake, span_of(rest.p, length));
        rest = span_of(rest.p + length + (end != NULL), rest.n - length - (end != NULL));
    }
    buf_free(&text);
    rc = rc ? rc : intake_commit(intake);
    if (rc == 0)
        remove_file(intake);
    return rc;
}
