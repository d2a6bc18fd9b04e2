/* config.c -- slussctl config check */
#include <string.h>

#include "conf/conf.h"
#include "ctl/commands.h"
#include "model/error.h"
#include "model/json.h"

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
        const char *end = memchr(errors.p, '\n', errors.n);
        size_t n = end ? (size_t)(end - errors.p) : errors.n;

        if (n)
            json_text(&j, NULL, span_of(errors.p, n));
        errors = span_of(errors.p + n, errors.n - n);
        if (end)
            errors = span_of(errors.p + 1, errors.n - 1);
    }
    json_array_end(&j);
    json_object_end(&j);
    buf_char(&line, '\n');
    fwrite(buf_cstr(&line), 1, line.n, stdout);
    buf_free(&line);
}

int command_config_check(struct ctl *ctl, const struct arguments *arguments)
{
    struct settings *settings = NULL;
    struct buf errors;
    int error, status;

    (void)arguments;
    buf_init(&errors, 1u << 20);
    error = conf_read(ctl->config, &errors, &settings);
    status = error == SLUSS_OK ? EXIT_FINE : error == SLUSS_EINVAL ? EXIT_NO : EXIT_TROUBLE;
    if (error != SLUSS_OK && !errors.n)
        buf_printf(&errors, "%s: %s\n", ctl->config, sluss_error_text(error));
    if (ctl->json && status != EXIT_TROUBLE)
        print_json(ctl->config, error == SLUSS_OK, settings ? settings->unit_count : 0,
                   buf_view(&errors));
    else if (error == SLUSS_OK)
        fprintf(ctl->paper.out, "%s: fine, %zu unit%s\n", ctl->config, settings->unit_count,
                settings->unit_count == 1 ? "" : "s");
    if (errors.n && (!ctl->json || status == EXIT_TROUBLE))
        fprintf(stderr, "%s%s", buf_cstr(&errors),
                errors.p[errors.n - 1] == '\n' ? "" : "\n");
    settings_free(&settings);
    buf_free(&errors);
    return status;
}
