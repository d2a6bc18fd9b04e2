/* config.c -- slussctl config check */
#include <string.h>

#include "conf/conf.h"
#include "conf/layouts.h"
#include "ctl/commands.h"
#include "model/error.h"
#include "model/json.h"

/* The next line of several, without its end. */
static struct span take_line(struct span *lines)
{
    const char *end = memchr(lines->p, '\n', lines->n);
    struct span line = span_of(lines->p, end ? (size_t)(end - lines->p) : lines->n);
    size_t taken = line.n + (end != NULL);

    *lines = span_of(lines->p + taken, lines->n - taken);
    return line;
}

static void print_json(const char *file, bool valid, size_t units, struct span errors)
{
    struct buf line;
    struct json j;

    buf_init(&line, 4u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "file", file);
    json_bool(&j, "valid", valid);
    json_uint(&j, "units", units);
    json_array_begin(&j, "errors");
    while (errors.n) {
        struct span error = take_line(&errors);

        if (error.n)
            json_text(&j, NULL, error);
    }
    json_array_end(&j);
    json_object_end(&j);
    buf_char(&line, '\n');
    fwrite(buf_cstr(&line), 1, line.n, stdout);
    buf_free(&line);
}

static void print_errors(struct span errors)
{
    while (errors.n) {
        struct buf safe;

        buf_init(&safe, 1u << 20);
        print_safe(&safe, take_line(&errors));
        fprintf(stderr, "%s\n", buf_cstr(&safe));
        buf_free(&safe);
    }
}

int command_config_check(struct ctl *ctl, const struct arguments *arguments)
{
    struct settings *settings = NULL;
    struct buf errors;
    int error, status;

    (void)arguments;
    buf_init(&errors, 1u << 20);
    error = conf_read(ctl->config, &errors, &settings);
    if (error == SLUSS_OK)
        error = conf_read_layouts(settings, &errors);
    status = error == SLUSS_OK ? EXIT_FINE : error == SLUSS_EINVAL ? EXIT_NO : EXIT_TROUBLE;
    if (error != SLUSS_OK && !errors.n)
        buf_printf(&errors, "%s: %s\n", ctl->config, sluss_error_text(error));
    if (ctl->json && status != EXIT_TROUBLE) {
        print_json(ctl->config, error == SLUSS_OK, settings ? settings->unit_count : 0,
                   buf_view(&errors));
    } else if (error == SLUSS_OK) {
        print_ink(&ctl->paper, INK_PLAIN, ctl->config);
        fprintf(ctl->paper.out, ": fine, %zu unit%s\n", settings->unit_count,
                settings->unit_count == 1 ? "" : "s");
    }
    if (!ctl->json || status == EXIT_TROUBLE)
        print_errors(buf_view(&errors));
    settings_free(&settings);
    buf_free(&errors);
    return status;
}
