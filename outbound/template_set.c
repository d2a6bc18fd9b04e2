/* template_set.c -- the files that templates come from */
#include "outbound/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/error.h"
#include "outbound/template_builtin.inc"

enum { SWEDISH = 0, ENGLISH, LANGUAGES };

/* A directory's. Null: it has none of that name. */
struct receipts {
    char *directory;
    struct template *of[LANGUAGES][2]; /* text, HTML */
};

struct template_set {
    size_t n;
    struct receipts *of; /* the first is the site's, and whole */
};

static const char *const file_names[LANGUAGES][2] = {
    [SWEDISH] = {"receipt.sv.txt", "receipt.sv.html"},
    [ENGLISH] = {"receipt.en.txt", "receipt.en.html"},
};

static const char *const built_in[LANGUAGES][2] = {
    [SWEDISH] = {receipt_sv_txt, receipt_sv_html},
    [ENGLISH] = {receipt_en_txt, receipt_en_html},
};

static int read_whole(int fd, struct buf *out)
{
    for (;;) {
        char *p = buf_reserve(out, 4096);
        ssize_t n;

        if (!p)
            return SLUSS_ELIMIT;
        n = read(fd, p, 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sluss_error_from_errno(errno);
        if (n == 0)
            return 0;
        buf_written(out, (size_t)n);
    }
}

/* 0; 1 when there is no such file; SLUSS_EIO with the reason in `errors`. */
static int read_file(const char *path, struct buf *errors, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if (fd < 0 && errno == ENOENT)
        return 1;
    if (fd < 0) {
        buf_printf(errors, "%s: %s\n", path, strerror(errno));
        return SLUSS_EIO;
    }
    rc = read_whole(fd, out);
    close(fd);
    if (rc == SLUSS_ELIMIT)
        buf_printf(errors, "%s: longer than %d bytes; make it shorter\n", path, TEMPLATE_FILE_MAX);
    else if (rc)
        buf_printf(errors, "%s: %s\n", path, sluss_error_text(rc));
    return rc ? SLUSS_EIO : 0;
}

static int parse_file(const char *path, struct span source, bool html, struct buf *errors,
                      struct template **out)
{
    int rc = template_parse(path, source, html, errors, out);

    if (!rc && !html && !memmem(source.p, source.n, "Subject: ", 9)) {
        buf_printf(errors, "%s:1: no subject; begin with a line \"Subject: ...\"\n", path);
        rc = SLUSS_EINVAL;
    }
    return rc;
}

/* 0 and *out, null where the directory has none and need not. */
static int load_one(const char *directory, int language, bool html, bool whole, struct buf *errors,
                    struct template **out)
{
    struct buf path;
    struct buf source;
    int rc;

    buf_init(&path, 4096);
    buf_init(&source, TEMPLATE_FILE_MAX);
    rc = buf_printf(&path, "%s/%s", directory, file_names[language][html]);
    if (!rc)
        rc = read_file(buf_cstr(&path), errors, &source);
    if (rc == 1 && strcmp(directory, TEMPLATE_DIRECTORY) == 0)
        rc = buf_str(&source, built_in[language][html]);
    if (rc == 1 && whole) {
        buf_printf(errors, "%s: %s; put the template there, or correct template-dir\n",
                   buf_cstr(&path), strerror(ENOENT));
        rc = SLUSS_EIO;
    }
    if (!rc)
        rc = parse_file(buf_cstr(&path), buf_view(&source), html, errors, out);
    buf_free(&source);
    buf_free(&path);
    return rc == 1 ? 0 : rc;
}

/* A partner's or unit's own: pairs, and at least one. */
static int check_pairs(const struct receipts *r, struct buf *errors)
{
    int result = 0;
    bool any = false;

    for (int language = 0; language < LANGUAGES; language++) {
        struct template *const *pair = r->of[language];

        any = any || pair[0] || pair[1];
        if (!pair[0] == !pair[1])
            continue;
        buf_printf(errors, "%s/%s: missing beside %s; write both, so that they say the same\n",
                   r->directory, file_names[language][pair[0] != NULL],
                   file_names[language][pair[0] == NULL]);
        result = SLUSS_EINVAL;
    }
    if (!any) {
        buf_printf(errors, "%s: no template there; put %s and %s there, or correct template-dir\n",
                   r->directory, file_names[SWEDISH][0], file_names[SWEDISH][1]);
        result = SLUSS_EINVAL;
    }
    return result;
}

static int load_directory(struct template_set *set, const char *directory, struct buf *errors)
{
    struct receipts *r = &set->of[set->n];
    bool whole = set->n == 0;
    int result = 0;

    r->directory = strdup(directory);
    if (!r->directory)
        return SLUSS_ENOMEM;
    set->n++;
    for (int language = 0; language < LANGUAGES; language++) {
        for (int html = 0; html < 2; html++) {
            int rc = load_one(directory, language, html, whole, errors, &r->of[language][html]);

            if (rc)
                result = rc;
        }
    }
    return result || whole ? result : check_pairs(r, errors);
}

static const struct receipts *find(const struct template_set *set, const char *directory)
{
    for (size_t i = 1; directory && i < set->n; i++)
        if (strcmp(set->of[i].directory, directory) == 0)
            return &set->of[i];
    return &set->of[0];
}

int template_load_all(const struct settings *settings, struct buf *errors,
                      struct template_set **out)
{
    struct template_set *set = calloc(1, sizeof *set);
    int result;

    *out = NULL;
    if (set)
        set->of = calloc(settings->unit_count + 1, sizeof *set->of);
    if (!set || !set->of) {
        free(set);
        return SLUSS_ENOMEM;
    }
    result = load_directory(set, settings->template_dir, errors);
    for (size_t i = 0; i < settings->unit_count; i++) {
        const char *own = settings->units[i].template_dir;
        int rc = 0;

        if (own && find(set, own) == &set->of[0])
            rc = load_directory(set, own, errors);
        result = rc ? rc : result;
    }
    if (result)
        template_set_free(&set);
    *out = set;
    return result;
}

void template_set_free(struct template_set **set)
{
    if (!*set)
        return;
    for (size_t i = 0; i < (*set)->n; i++) {
        for (int language = 0; language < LANGUAGES; language++)
            for (int html = 0; html < 2; html++)
                template_free(&(*set)->of[i].of[language][html]);
        free((*set)->of[i].directory);
    }
    free((*set)->of);
    free(*set);
    *set = NULL;
}

const struct template *template_receipt(const struct template_set *set, const char *directory,
                                        const char *language, bool html)
{
    int row = language && strcmp(language, "sv") == 0 ? SWEDISH : ENGLISH;
    const struct template *own = find(set, directory)->of[row][html];

    return own ? own : set->of[0].of[row][html];
}
