/* layouts.c -- see layouts.h */
#include "conf/layouts.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/error.h"

/* The whole file, up to one byte more than a layout may have. */
static int read_text(const char *path, struct buf *text)
{
    FILE *file = fopen(path, "re");
    char *room = buf_reserve(text, LAYOUT_TEXT_MAX + 1);
    int rc = 0;

    if (!file)
        return SLUSS_EIO;
    if (!room)
        rc = SLUSS_ENOMEM;
    else
        buf_written(text, fread(room, 1, LAYOUT_TEXT_MAX + 1, file));
    if (ferror(file))
        rc = SLUSS_EIO;
    (void)fclose(file);
    return rc;
}

/* "7: what" becomes "PATH:7: what", and "what" "PATH: what". */
static void name_lines(const char *path, const char *lines, struct buf *out)
{
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        (void)buf_printf(out, "%s:%s%.*s\n", path, lines[0] >= '0' && lines[0] <= '9' ? "" : " ",
                         (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

int conf_layout_read(const char *path, struct arena *arena, struct buf *errors,
                     struct buf *warnings, const struct layout **out)
{
    struct buf text, wrong, doubt;
    int rc;

    buf_init(&text, LAYOUT_TEXT_MAX + 2);
    buf_init(&wrong, 1u << 20);
    buf_init(&doubt, 1u << 16);
    rc = read_text(path, &text);
    if (rc == SLUSS_EIO)
        (void)buf_printf(errors, "%s: %s\n", path, strerror(errno));
    if (rc == 0)
        rc = layout_load(arena, buf_view(&text), &wrong, &doubt, out);
    name_lines(path, buf_cstr(&wrong), errors);
    if (warnings)
        name_lines(path, buf_cstr(&doubt), warnings);
    buf_free(&text);
    buf_free(&wrong);
    buf_free(&doubt);
    return rc;
}

static int add_layout(const char *path, struct arena *arena, struct buf *errors,
                      struct layouts *layouts)
{
    const struct layout *layout = NULL;
    int rc = conf_layout_read(path, arena, errors, NULL, &layout);

    if (rc < 0)
        return rc == SLUSS_EIO ? SLUSS_EINVAL : rc;
    if (layouts_find(layouts, span_str(layout->format.name))) {
        (void)buf_printf(errors, "%s: another layout is called %s, too; rename one\n", path,
                         layout->format.name);
        return SLUSS_EINVAL;
    }
    if (layouts->n == LAYOUTS_MAX) {
        (void)buf_printf(errors, "%s: more than %d layouts; remove some\n", path, LAYOUTS_MAX);
        return SLUSS_EINVAL;
    }
    layouts->of[layouts->n++] = layout;
    return 0;
}

/* A directory that is not there holds no layouts; one that may not be read is another matter. */
static int is_trouble(const char *path, int error)
{
    (void)path;
    return error != ENOENT;
}

/* All files that the pattern names, in the order of names. One without wildcards must name a
 * file. */
static int add_all(const char *pattern, struct arena *arena, struct buf *errors,
                   struct layouts *layouts)
{
    glob_t found = {0};
    int rc = 0;
    int trouble = glob(pattern, 0, is_trouble, &found);

    if (trouble == GLOB_NOMATCH && strpbrk(pattern, "*?[") == NULL)
        trouble = GLOB_ABORTED;
    if (trouble == GLOB_NOSPACE)
        return SLUSS_ENOMEM;
    if (trouble == GLOB_ABORTED) {
        (void)buf_printf(errors, "%s: there is no such file, or it cannot be looked for\n",
                         pattern);
        rc = SLUSS_EINVAL;
    }
    for (size_t i = 0; trouble == 0 && i < found.gl_pathc; i++) {
        int added = add_layout(found.gl_pathv[i], arena, errors, layouts);
        if (added == SLUSS_ENOMEM || rc == 0)
            rc = added;
        if (rc == SLUSS_ENOMEM)
            break;
    }
    globfree(&found);
    return rc;
}

/* A unit can only send what there is. */
static int check_unit(const struct unit_settings *unit, const struct layouts *layouts,
                      struct buf *errors)
{
    int rc = 0;

    for (size_t i = 0; i < unit->formats.n; i++) {
        const char *format = unit->formats.of[i];
        if (strncmp(format, "layout:", 7) != 0 || layouts_find(layouts, span_str(format)))
            continue;
        (void)buf_printf(errors,
                         "%s: formats of %s: no layout is called %s; add its file to "
                         "layouts, or remove it here\n",
                         unit->formats_at, unit->key, format);
        rc = SLUSS_EINVAL;
    }
    return rc;
}

int conf_read_layouts(struct settings *settings, struct buf *errors)
{
    struct layouts *layouts = arena_alloc(settings->arena, sizeof *layouts);
    struct buf wrong;
    int rc = layouts ? 0 : SLUSS_ENOMEM;

    buf_init(&wrong, 1u << 20);
    for (size_t i = 0; rc != SLUSS_ENOMEM && i < settings->layout_files.n; i++) {
        int added = add_all(settings->layout_files.of[i], settings->arena, &wrong, layouts);
        if (added < 0)
            rc = added;
    }
    if (wrong.n)
        (void)buf_printf(errors, "%s: layouts has errors:\n%s", settings->layouts_at,
                         buf_cstr(&wrong));
    buf_free(&wrong);
    /* Of layouts that could not be read no unit's name says anything. */
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < settings->unit_count; i++)
        if (check_unit(&settings->units[i], layouts, errors) < 0)
            rc = SLUSS_EINVAL;
    if (rc == 0)
        settings->layouts = layouts;
    return rc;
}
