/* manifest.c -- see manifest.h */
#include "ctl/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/date.h"
#include "model/error.h"

#define MANIFEST_MEMORY ((size_t)2 << 30)
#define FIELDS          5

struct parsing {
    const char *file;
    uint64_t number;
    int64_t last_us;
    struct buf *why;
    struct manifest *out;
    size_t room;
};

static int wrong(struct parsing *p, const char *what)
{
    buf_printf(p->why, "%s:%llu: %s", p->file, (unsigned long long)p->number, what);
    return SLUSS_EINVAL;
}

/* As it stands when that is there; else beside the manifest. */
static const char *find_path(struct parsing *p, struct span path)
{
    char *plain = arena_str(p->out->arena, path);
    const char *slash = strrchr(p->file, '/');
    if (!plain || plain[0] == '/' || !slash || access(plain, F_OK) == 0)
        return plain;
    size_t n = (size_t)(slash - p->file) + 1;
    char *beside = arena_alloc(p->out->arena, n + path.n + 1);
    if (!beside)
        return NULL;
    memcpy(beside, p->file, n);
    memcpy(beside + n, path.p, path.n);
    return beside;
}

static unsigned split(struct span line, struct span field[FIELDS])
{
    unsigned n = 0;
    while (n < FIELDS) {
        const char *tab = n + 1 < FIELDS ? memchr(line.p, '\t', line.n) : NULL;
        size_t taken = tab ? (size_t)(tab - line.p) : line.n;
        field[n++] = span_of(line.p, taken);
        if (!tab)
            break;
        line = span_of(tab + 1, line.n - taken - 1);
    }
    return n;
}

static int read_fate(struct parsing *p, struct span text, enum fate *out)
{
    static const char *const names[] = {"", "released", "rejected", "probe"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (span_eq_str(text, names[i])) {
            *out = (enum fate)i;
            return SLUSS_OK;
        }
    return wrong(p, "the fate is none of released, rejected, probe, or nothing");
}

static int read_fields(struct parsing *p, const struct span *field, unsigned n,
                       struct manifest_line *line)
{
    if (n < 3)
        return wrong(p, "a line is ARRIVAL, PARTNER/UNIT and PATH, with tabs between them");
    if (instant_parse(field[0], &line->at_us) != SLUSS_OK)
        return wrong(p, "the arrival is not a time as 2026-03-02T06:12:00Z");
    if (line->at_us < p->last_us)
        return wrong(p, "the line comes before the one above it; sort the manifest by arrival");
    if (field[1].n == 0 || field[1].n >= sizeof line->unit)
        return wrong(p, "the unit is not PARTNER/UNIT");
    memcpy(line->unit, field[1].p, field[1].n);
    p->last_us = line->at_us;
    line->path = find_path(p, field[2]);
    const char *last = memrchr(field[2].p, '/', field[2].n);
    struct span base = last ? span_of(last + 1, field[2].n - (size_t)(last + 1 - field[2].p))
                            : field[2];
    line->name = arena_copy(p->out->arena, n > 3 && field[3].n ? field[3] : base);
    if (!line->path || !line->name.p)
        return SLUSS_ENOMEM;
    if (line->name.n == 0 || line->name.n > FILE_NAME_MAX)
        return wrong(p, "the name is empty or longer than 255 bytes");
    return n > 4 ? read_fate(p, field[4], &line->fate) : SLUSS_OK;
}

static int read_line(struct parsing *p, struct span text)
{
    struct span field[FIELDS];
    struct manifest *m = p->out;
    if (span_trim(text).n == 0 || text.p[0] == '#')
        return SLUSS_OK;
    if (m->n == p->room) {
        p->room = p->room ? 2 * p->room : 1024;
        struct manifest_line *of = reallocarray(m->of, p->room, sizeof *of);
        if (!of)
            return SLUSS_ENOMEM;
        m->of = of;
    }
    memset(&m->of[m->n], 0, sizeof *m->of);
    int rc = read_fields(p, field, split(text, field), &m->of[m->n]);
    m->n += rc == 0;
    return rc;
}

int manifest_read(const char *path, struct manifest *out, struct buf *why)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int rc;
    *out = (struct manifest){.arena = file ? arena_new(MANIFEST_MEMORY) : NULL};
    struct parsing p = {.file = path, .why = why, .out = out, .last_us = INT64_MIN};
    if (!file) {
        buf_printf(why, "%s: %s", path, strerror(errno));
        return SLUSS_EIO;
    }
    rc = out->arena ? SLUSS_OK : SLUSS_ENOMEM;
    while (rc == 0 && (n = getline(&line, &room, file)) >= 0) {
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
            n--;
        p.number++;
        rc = read_line(&p, span_of(line, (size_t)n));
    }
    free(line);
    fclose(file);
    return rc;
}

void manifest_free(struct manifest *manifest)
{
    arena_free(&manifest->arena);
    free(manifest->of);
    *manifest = (struct manifest){0};
}
