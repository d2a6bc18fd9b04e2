/* layout.c -- slussctl layout: prove a layout, and try it on a file */
#include "ctl/layout.h"

#include <stdlib.h>
#include <string.h>

#include "conf/layouts.h"
#include "ctl/commands.h"
#include "ctl/file.h"
#include "model/error.h"
#include "model/json.h"
#include "parsers/layout_reader.h"

#define LINE_MAX_TEXT   (4u << 20)
#define FINDINGS_MEMORY (8u << 20)

/* --- loading -------------------------------------------------------------------------------- */

static void say_lines(const char *lines)
{
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        complain("%.*s", (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

int layout_open(const char *path, struct arena *arena, const struct layout **out)
{
    struct buf errors, warnings;
    int rc;

    buf_init(&errors, 1u << 20);
    buf_init(&warnings, 1u << 16);
    rc = conf_layout_read(path, arena, &errors, &warnings, out);
    if (rc == SLUSS_ENOMEM)
        complain("%s: %s", path, sluss_error_text(rc));
    say_lines(buf_cstr(&errors));
    say_lines(buf_cstr(&warnings));
    buf_free(&errors);
    buf_free(&warnings);
    return rc;
}

/* --- layout check ---------------------------------------------------------------------------- */

static int check_json(const char *path, const struct layout *layout, struct span errors)
{
    struct buf line;
    struct json j;
    int error;

    buf_init(&line, 4u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "file", path);
    json_bool(&j, "valid", layout != NULL);
    json_cstr(&j, "format", layout ? layout->format.name : NULL);
    json_array_begin(&j, "errors");
    while (errors.n) {
        const char *end = memchr(errors.p, '\n', errors.n);
        struct span one = span_of(errors.p, end ? (size_t)(end - errors.p) : errors.n);
        size_t taken = one.n + (end != NULL);
        errors = span_of(errors.p + taken, errors.n - taken);
        json_text(&j, NULL, one);
    }
    json_array_end(&j);
    json_object_end(&j);
    buf_char(&line, '\n');
    error = buf_error(&line);
    if (error == SLUSS_OK)
        fwrite(line.p, 1, line.n, stdout);
    buf_free(&line);
    return error;
}

static int check_one(const struct ctl *ctl, const char *path)
{
    struct arena *arena = arena_new(LAYOUT_MEMORY_MAX);
    const struct layout *layout = NULL;
    struct buf errors, warnings;
    int rc;

    buf_init(&errors, 1u << 20);
    buf_init(&warnings, 1u << 16);
    rc = arena ? conf_layout_read(path, arena, &errors, &warnings, &layout) : SLUSS_ENOMEM;
    if (ctl->json && (rc == 0 || rc == SLUSS_EINVAL)) {
        rc = check_json(path, layout, buf_view(&errors)) < 0 ? SLUSS_ENOMEM : rc;
    } else {
        if (rc == 0) {
            print_ink(&ctl->paper, INK_PLAIN, path);
            fprintf(ctl->paper.out, ": fine, %s, proved by its sample\n", layout->format.name);
        }
        say_lines(buf_cstr(&errors));
        say_lines(buf_cstr(&warnings));
    }
    if (rc == SLUSS_ENOMEM)
        complain("%s: %s", path, sluss_error_text(rc));
    buf_free(&errors);
    buf_free(&warnings);
    arena_free(&arena);
    return rc == 0 ? EXIT_FINE : rc == SLUSS_EINVAL ? EXIT_NO : EXIT_TROUBLE;
}

int command_layout_check(struct ctl *ctl, const struct arguments *arguments)
{
    int status = EXIT_FINE;

    for (int i = 0; i < arguments->n; i++) {
        int of_one = check_one(ctl, arguments->operands[i]);
        status = of_one > status ? of_one : status;
    }
    return status;
}

/* --- layout try ------------------------------------------------------------------------------ */

struct trying {
    const struct ctl *ctl;
    bool all, identities;
    bool stopped;               /* a line did not fit: nothing more is printed */
    struct finding_list fresh;  /* found since the last line */
    struct finding_list beyond; /* found behind where it stopped, or of the whole file */
    uint64_t misfit;            /* first line that does not fit; 0: none */
};

static bool misfits(const struct finding_list *findings)
{
    for (unsigned i = 0; i < findings->n; i++)
        if (findings->of[i].level == LEVEL_REJECT)
            return true;
    return false;
}

/* What may be shown of a value: all of it, or how long it is. */
static void show_value(const struct trying *t, const struct line_read *line,
                       const struct line_value *value, struct buf *out)
{
    const struct layout_field *f = value->field;
    bool hidden = f->personal || (!f->role_name && f->type == LAYOUT_STRING && !f->total &&
                                  !f->literal.p && !f->choices.p && !f->test.p);
    size_t lost = 0;

    if (value->state == RECORD_ABSENT)
        (void)buf_str(out, "-");
    else if (hidden && !t->identities)
        (void)buf_printf(out, "(%zu bytes, hidden)", value->text.n);
    else
        (void)charset_decode(out, line->charset, value->text, &lost);
}

static void line_json(const struct trying *t, const struct line_read *line)
{
    struct buf out, text;
    struct json j;

    buf_init(&out, LINE_MAX_TEXT);
    buf_init(&text, LINE_MAX_TEXT);
    json_start(&j, &out);
    json_object_begin(&j, NULL);
    json_uint(&j, "line", line->number);
    json_cstr(&j, "record", line->record ? line->record->name : NULL);
    json_bool(&j, "fits", !misfits(&t->fresh));
    json_array_begin(&j, "fields");
    for (unsigned i = 0; i < line->n; i++) {
        const struct line_value *value = &line->values[i];
        buf_clear(&text);
        show_value(t, line, value, &text);
        json_object_begin(&j, NULL);
        json_cstr(&j, "field", value->field->name);
        json_cstr(&j, "role", value->field->role_name);
        json_uint(&j, "column", value->field->first);
        json_text(&j, "value", value->state == RECORD_ABSENT ? SPAN_NONE : buf_view(&text));
        json_bool(&j, "sound", value->state != RECORD_BAD);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_array_begin(&j, "findings");
    for (unsigned i = 0; i < t->fresh.n; i++)
        json_finding(&j, &t->fresh.of[i]);
    json_array_end(&j);
    json_object_end(&j);
    (void)buf_char(&out, '\n');
    if (buf_error(&out) == SLUSS_OK)
        fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
    buf_free(&text);
}

static void finding_line(const struct paper *paper, const struct finding *finding)
{
    const char *name = finding_level_name(finding->level);
    struct buf text;

    buf_init(&text, 64 * 1024);
    (void)finding_sentence(finding, "en", &text);
    fputs("  ", paper->out);
    print_ink(paper, ink_of_level(name), name);
    print_wrapped(paper, 2 + (unsigned)strlen(name), 10, buf_view(&text));
    buf_free(&text);
}

static void line_people(const struct trying *t, const struct line_read *line)
{
    const struct paper *paper = &t->ctl->paper;
    struct buf text, safe;

    buf_init(&text, LINE_MAX_TEXT);
    buf_init(&safe, 4 * LINE_MAX_TEXT);
    fprintf(paper->out, "line %llu  ", (unsigned long long)line->number);
    print_ink(paper, line->record ? INK_BOLD : INK_BAD,
              line->record ? line->record->name : "no record");
    fputc('\n', paper->out);
    for (unsigned i = 0; i < line->n; i++) {
        const struct line_value *value = &line->values[i];
        buf_clear(&text);
        buf_clear(&safe);
        show_value(t, line, value, &text);
        print_safe(&safe, buf_view(&text));
        fprintf(paper->out, "  %4u  %-18s %-18s ", value->field->first, value->field->name,
                value->field->role_name ? value->field->role_name : "");
        print_ink(paper, value->state == RECORD_BAD ? INK_BAD : INK_PLAIN, buf_cstr(&safe));
        fputc('\n', paper->out);
    }
    for (unsigned i = 0; i < t->fresh.n; i++)
        finding_line(paper, &t->fresh.of[i]);
    buf_free(&text);
    buf_free(&safe);
}

static int on_line(void *context, const struct line_read *line)
{
    struct trying *t = context;

    if (!t->stopped && t->ctl->json)
        line_json(t, line);
    else if (!t->stopped)
        line_people(t, line);
    if (misfits(&t->fresh) && !t->misfit)
        t->misfit = line->number;
    if (t->misfit && !t->all)
        t->stopped = true;
    t->fresh.n = 0;
    return ferror(stdout) ? SLUSS_ESTOP : SLUSS_OK;
}

/* Findings of a line come before it; those of the whole file are left when all is read. */
static int on_finding(void *context, const struct finding *finding)
{
    struct trying *t = context;

    return finding_list_add(t->stopped ? &t->beyond : &t->fresh, finding);
}

static int on_item(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    return SLUSS_OK;
}

static void end_json(const struct trying *t, const struct summary *summary)
{
    struct buf out;
    struct json j;

    buf_init(&out, 8u << 20);
    json_start(&j, &out);
    json_object_begin(&j, NULL);
    json_cstr(&j, "format", summary->format);
    json_bool(&j, "valid", summary->valid);
    json_bool(&j, "test", summary->test);
    json_sums(&j, summary);
    json_uint(&j, "stops_fitting_at", t->misfit);
    json_array_begin(&j, "findings");
    for (unsigned i = 0; i < t->fresh.n; i++)
        json_finding(&j, &t->fresh.of[i]);
    for (unsigned i = 0; i < t->beyond.n; i++)
        json_finding(&j, &t->beyond.of[i]);
    json_array_end(&j);
    json_object_end(&j);
    (void)buf_char(&out, '\n');
    if (buf_error(&out) == SLUSS_OK)
        fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
}

static void end_people(const struct trying *t, const struct summary *summary)
{
    const struct paper *paper = &t->ctl->paper;
    struct buf text;

    buf_init(&text, 64 * 1024);
    fputc('\n', paper->out);
    if (t->misfit)
        fprintf(paper->out, "The file stops fitting at line %llu.%s\n",
                (unsigned long long)t->misfit, t->stopped ? " --all shows what follows." : "");
    print_ink(paper, summary->valid ? INK_GOOD : INK_BAD, summary->valid ? "valid" : "not valid");
    print_number(&text, summary->items);
    fprintf(paper->out, ": %s items, ", buf_cstr(&text));
    buf_clear(&text);
    print_sums(&text, &summary->sums);
    fprintf(paper->out, "%s\n", buf_cstr(&text));
    for (unsigned i = 0; i < t->fresh.n; i++)
        finding_line(paper, &t->fresh.of[i]);
    for (unsigned i = 0; i < t->beyond.n; i++)
        finding_line(paper, &t->beyond.of[i]);
    buf_free(&text);
}

static int try_file(struct trying *t, const char *path, const struct format *format)
{
    const struct sink sink = {.context = t, .item = on_item, .finding = on_finding};
    const struct line_watch watch = {.context = t, .line = on_line};
    struct summary summary = {0};
    const struct file_how how = {.format = format, .watch = &watch};
    int error = file_read(path, &how, &sink, &summary);

    if (error != SLUSS_OK)
        return EXIT_TROUBLE;
    if (t->ctl->json)
        end_json(t, &summary);
    else
        end_people(t, &summary);
    return summary.valid ? EXIT_FINE : EXIT_NO;
}

int command_layout_try(struct ctl *ctl, const struct arguments *arguments)
{
    struct arena *arena = arena_new(LAYOUT_MEMORY_MAX + 2 * FINDINGS_MEMORY);
    struct trying trying = {
        .ctl = ctl,
        .all = arguments_value(arguments, "all") != NULL,
        .identities = arguments_value(arguments, "show-identities") != NULL,
        .fresh.arena = arena,
        .beyond.arena = arena,
    };
    const struct layout *layout = NULL;
    int status = EXIT_TROUBLE;

    if (!arena)
        return complain("%s", sluss_error_text(SLUSS_ENOMEM));
    if (layout_open(arguments->operands[0], arena, &layout) == 0)
        status = try_file(&trying, arguments->operands[1], &layout->format);
    arena_free(&arena);
    return status;
}
