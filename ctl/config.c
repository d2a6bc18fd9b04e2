/* config.c -- slussctl config check */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "conf/layouts.h"
#include "ctl/commands.h"
#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"
#include "model/json.h"
#include "outbound/template.h"

/* The next line of several, without its end. */
static struct span take_line(struct span *lines)
{
    const char *end = memchr(lines->p, '\n', lines->n);
    struct span line = span_of(lines->p, end ? (size_t)(end - lines->p) : lines->n);
    size_t taken = line.n + (end != NULL);

    *lines = span_of(lines->p + taken, lines->n - taken);
    return line;
}

/* What is sound, but hardly meant: a line each. */
static void warn_of(const struct settings *settings, struct buf *warnings)
{
    struct date today;

    setenv("TZ", settings->time_zone, 1);
    tzset();
    today = local_of_instant(now_us()).day;
    for (size_t i = 0; i < settings->unit_count; i++) {
        const struct unit_settings *unit = &settings->units[i];

        for (size_t k = 0; k < unit->waiver_count; k++) {
            const struct waiver *waiver = &unit->waivers[k];
            char until[DATE_SIZE];

            if (!waiver_counts(waiver, today))
                buf_printf(
                    warnings,
                    "%s: warning: the waiver of %s for %s ended on %s; remove it, or have it "
                    "renewed\n",
                    waiver->at, waiver->check, unit->key, date_format(waiver->until, until));
        }
    }
}

static void json_lines(struct json *j, const char *key, struct span lines)
{
    json_array_begin(j, key);
    while (lines.n) {
        struct span line = take_line(&lines);

        if (line.n)
            json_text(j, NULL, line);
    }
    json_array_end(j);
}

static void print_json(const char *file, const struct settings *settings, bool valid,
                       struct span errors, struct span warnings)
{
    struct buf line;
    struct json j;

    buf_init(&line, 4u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "file", file);
    json_bool(&j, "valid", valid);
    json_uint(&j, "units", settings ? settings->unit_count : 0);
    json_lines(&j, "errors", errors);
    json_lines(&j, "warnings", warnings);
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

/* The texts of receipts, read as the daemon would read them. */
static int check_templates(const struct settings *settings, struct buf *errors)
{
    struct template_set *templates;
    int rc = template_load_all(settings, errors, &templates);

    template_set_free(&templates);
    return rc == SLUSS_EIO ? SLUSS_EINVAL : rc; /* a file that is not there is a mistake, too */
}

int command_config_check(struct ctl *ctl, const struct arguments *arguments)
{
    struct settings *settings = NULL;
    struct buf errors, warnings;
    int error, status;

    (void)arguments;
    buf_init(&warnings, 1u << 20);
    buf_init(&errors, 1u << 20);
    error = conf_read(ctl->config, &errors, &settings);
    if (error == SLUSS_OK)
        error = conf_read_layouts(settings, &errors);
    if (error == SLUSS_OK)
        error = check_templates(settings, &errors);
    if (error == SLUSS_OK)
        warn_of(settings, &warnings);
    status = error == SLUSS_OK ? EXIT_FINE : error == SLUSS_EINVAL ? EXIT_NO : EXIT_TROUBLE;
    if (error != SLUSS_OK && !errors.n)
        buf_printf(&errors, "%s: %s\n", ctl->config, sluss_error_text(error));
    if (ctl->json && status != EXIT_TROUBLE) {
        print_json(ctl->config, settings, error == SLUSS_OK, buf_view(&errors),
                   buf_view(&warnings));
    } else if (error == SLUSS_OK) {
        print_ink(&ctl->paper, INK_PLAIN, ctl->config);
        fprintf(ctl->paper.out, ": fine, %zu unit%s\n", settings->unit_count,
                settings->unit_count == 1 ? "" : "s");
    }
    if (!ctl->json || status == EXIT_TROUBLE) {
        print_errors(buf_view(&errors));
        print_errors(buf_view(&warnings));
    }
    settings_free(&settings);
    buf_free(&errors);
    buf_free(&warnings);
    return status;
}
