/* formats.c -- slussctl formats: what it can read */
#include <string.h>

#include "conf/conf.h"
#include "conf/layouts.h"
#include "ctl/commands.h"
#include "ctl/file.h"
#include "model/error.h"
#include "model/json.h"
#include "parsers/parser.h"

static void rules_json(struct json *j, const struct format *format)
{
    json_array_begin(j, "rules");
    for (const struct rule_text *rule = format->rules; rule && rule->id; rule++) {
        json_object_begin(j, NULL);
        json_cstr(j, "rule", rule->id);
        json_cstr(j, "text", rule->text);
        json_object_end(j);
    }
    json_array_end(j);
}

static int print_json(const struct format *format, bool whole)
{
    struct buf line;
    struct json j;
    int error;

    buf_init(&line, 4u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "format", format->name);
    json_cstr(&j, "kind", kind_name(format->kind));
    json_cstr(&j, "title", format->title);
    json_cstr(&j, "carries", format->carries);
    json_cstr(&j, "end_mark", format->end_mark);
    json_cstr(&j, "source", format->source);
    if (whole)
        rules_json(&j, format);
    json_object_end(&j);
    buf_char(&line, '\n');
    error = buf_error(&line);
    if (error == SLUSS_OK)
        fwrite(line.p, 1, line.n, stdout);
    buf_free(&line);
    return error == SLUSS_OK ? EXIT_FINE : complain("%s", sluss_error_text(error));
}

static void line(const struct paper *paper, const char *label, const char *text)
{
    if (!text)
        return;
    print_ink(paper, INK_DIM, label);
    print_wrapped(paper, (unsigned)strlen(label), 10, span_str(text));
}

static void print_rules(const struct paper *paper, const struct rule_text *rules)
{
    size_t widest = 0;

    if (!rules || !rules->id)
        return;
    for (const struct rule_text *rule = rules; rule->id; rule++)
        if (strlen(rule->id) > widest)
            widest = strlen(rule->id);
    fputs("\nRules\n", paper->out);
    for (const struct rule_text *rule = rules; rule->id; rule++) {
        fprintf(paper->out, "  %s", rule->id);
        print_wrapped(paper, (unsigned)strlen(rule->id) + 2, (unsigned)widest + 4,
                      span_str(rule->text));
    }
}

static int print_one(const struct paper *paper, const struct format *format)
{
    print_ink(paper, INK_BOLD, format->name);
    fputs(": ", paper->out);
    print_wrapped(paper, (unsigned)strlen(format->name) + 2, 2, span_str(format->title));
    line(paper, "kind", kind_name(format->kind));
    line(paper, "carries", format->carries);
    line(paper, "end mark", format->end_mark ? format->end_mark : "none");
    line(paper, "source", format->source);
    print_rules(paper, format->rules);
    return EXIT_FINE;
}

/* What is listed: the formats built in, then the layouts of the configuration named with -c. */
struct listing {
    struct settings *settings; /* owns the layouts */
    const struct format *of[256];
    size_t n;
};

static int listing_make(const struct ctl *ctl, struct listing *list)
{
    struct buf errors;
    int rc = SLUSS_OK;

    *list = (struct listing){0};
    for (size_t i = 0; i < format_count; i++)
        list->of[list->n++] = formats[i];
    if (!ctl->config_named)
        return SLUSS_OK;
    buf_init(&errors, 1u << 20);
    rc = conf_read(ctl->config, &errors, &list->settings);
    if (rc == SLUSS_OK)
        rc = conf_read_layouts(list->settings, &errors);
    if (rc != SLUSS_OK)
        complain("%s", errors.n ? buf_cstr(&errors) : sluss_error_text(rc));
    for (size_t i = 0; rc == SLUSS_OK && i < list->settings->layouts->n; i++)
        list->of[list->n++] = &list->settings->layouts->of[i]->format;
    buf_free(&errors);
    return rc;
}

static const struct format *listing_find(const struct listing *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->of[i]->name, name) == 0)
            return list->of[i];
    complain("there is no format \"%s\"; slussctl formats lists them", name);
    return NULL;
}

static int print_table(const struct paper *paper, const struct listing *list)
{
    static const struct column columns[] = {
        {"FORMAT", false}, {"KIND", false}, {"TITLE", false}, {"END MARK", false}};
    struct table *table = table_new(paper, columns, sizeof columns / sizeof columns[0]);
    unsigned widest = 0;

    if (!table)
        return complain("%s", sluss_error_text(SLUSS_ENOMEM));
    for (size_t i = 0; i < list->n; i++) {
        table_text(table, list->of[i]->name);
        table_text(table, kind_name(list->of[i]->kind));
        table_text(table, list->of[i]->title);
        table_text(table, list->of[i]->end_mark);
    }
    table_end(&table);
    fputs("\n", paper->out);
    for (size_t i = 0; i < list->n; i++)
        if (strlen(list->of[i]->name) > widest)
            widest = (unsigned)strlen(list->of[i]->name);
    for (size_t i = 0; i < list->n; i++) {
        unsigned n = (unsigned)strlen(list->of[i]->name);
        fprintf(paper->out, "%s", list->of[i]->name);
        print_wrapped(paper, n, widest + 2, span_str(list->of[i]->carries));
    }
    return EXIT_FINE;
}

static int print_listing(const struct ctl *ctl, const struct listing *list, const char *name)
{
    const struct format *format;

    if (name) {
        format = listing_find(list, name);
        if (!format)
            return EXIT_TROUBLE;
        return ctl->json ? print_json(format, true) : print_one(&ctl->paper, format);
    }
    if (!ctl->json)
        return print_table(&ctl->paper, list);
    for (size_t i = 0; i < list->n; i++)
        if (print_json(list->of[i], false) != EXIT_FINE)
            return EXIT_TROUBLE;
    return EXIT_FINE;
}

int command_formats(struct ctl *ctl, const struct arguments *arguments)
{
    struct listing list;
    int status = EXIT_TROUBLE;

    if (listing_make(ctl, &list) == SLUSS_OK)
        status = print_listing(ctl, &list, arguments->n == 1 ? arguments->operands[0] : NULL);
    settings_free(&list.settings);
    return status;
}
