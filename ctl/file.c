/* file.c -- reading a file for check and items */
#include "ctl/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/keys.h"
#include "ctl/commands.h"
#include "ctl/layout.h"
#include "model/error.h"
#include "parsers/reading.h"

#define PIECE (256 * 1024)

int file_format(const char *name, const struct format **out)
{
    *out = NULL;
    if (!name)
        return SLUSS_OK;
    *out = format_by_name(span_str(name));
    if (*out)
        return SLUSS_OK;
    complain("there is no format \"%s\"; slussctl formats lists them", name);
    return SLUSS_ENOTFOUND;
}

static int file_key(const char *path, struct seal_keys *keys)
{
    struct buf why;
    int error;

    if (!path)
        return SLUSS_OK;
    buf_init(&why, 4096);
    error = conf_read_key(path, keys->key, &why);
    keys->known = error == SLUSS_OK;
    if (error != SLUSS_OK)
        complain("%s: %s", path, buf_cstr(&why));
    buf_free(&why);
    return error;
}

static int file_layout(const char *path, struct file_how *how)
{
    const struct layout *layout = NULL;
    int error;

    if (!path)
        return SLUSS_OK;
    if (how->format) {
        complain("--format and --layout exclude each other; give one");
        return SLUSS_EINVAL;
    }
    how->arena = arena_new(LAYOUT_MEMORY_MAX);
    error = how->arena ? layout_open(path, how->arena, &layout) : SLUSS_ENOMEM;
    if (error == SLUSS_OK)
        how->format = &layout->format;
    return error;
}

int file_how(const struct arguments *arguments, struct file_how *how)
{
    int error;

    *how = (struct file_how){0};
    error = file_format(arguments_value(arguments, "format"), &how->format);
    if (error == SLUSS_OK)
        error = file_layout(arguments_value(arguments, "layout"), how);
    if (error == SLUSS_OK)
        error = file_key(arguments_value(arguments, "seal-key"), &how->keys);
    return error;
}

void file_how_end(struct file_how *how)
{
    arena_free(&how->arena);
    sodium_memzero(how, sizeof *how);
}

static int trouble(const char *path, int error)
{
    complain("%s: %s", path, strerror(error));
    return SLUSS_EIO;
}

static int push_all(int fd, const char *path, struct reading *reading, char *piece)
{
    for (;;) {
        ssize_t n = read(fd, piece, PIECE);
        int error;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return trouble(path, errno);
        if (n == 0)
            return SLUSS_OK;
        error = reading_push(reading, span_of(piece, (size_t)n));
        if (error != SLUSS_OK)
            return error;
    }
}

static int read_open(int fd, const char *path, const struct file_how *how, const struct sink *sink,
                     struct summary *summary)
{
    struct reading *reading = NULL;
    char *piece = malloc(PIECE);
    int error = piece ? reading_open(how->format, sink, &reading) : SLUSS_ENOMEM;

    if (error == SLUSS_OK) {
        reading_seal(reading, &how->keys);
        reading_use_layouts(reading, how->layouts);
        reading_watch_lines(reading, how->watch);
        error = push_all(fd, path, reading, piece);
    }
    if (error == SLUSS_OK)
        error = reading_finish(reading, summary);
    if (error != SLUSS_OK && error != SLUSS_EIO && error != SLUSS_ESTOP)
        complain("%s: %s", path, sluss_error_text(error));
    reading_close(&reading);
    free(piece);
    return error;
}

int file_read(const char *path, const struct file_how *how, const struct sink *sink,
              struct summary *summary)
{
    bool standard_input = strcmp(path, "-") == 0;
    int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int error;

    if (fd < 0)
        return trouble(path, errno);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* refused by pipes, and no matter */
    error = read_open(fd, path, how, sink, summary);
    if (!standard_input)
        close(fd);
    return error;
}
