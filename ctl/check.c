/* check.c -- slussctl check: what is this file, and is it right? */
#include <stdlib.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/file.h"
#include "model/error.h"
#include "model/json.h"

#define FINDINGS_MEMORY (8u << 20)

/* What reading one file told. */
struct report {
    const char *file;
    struct summary summary;
    struct finding_list findings;
};

static int ignore_item(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    return SLUSS_OK;
}

static int keep_finding(void *context, const struct finding *finding)
{
    return finding_list_add(context, finding);
}

/* Does the finding speak of a test? Those are what `test` rests on. */
static bool is_test_evidence(const struct finding *finding)
{
    const char *check = finding_check(finding);

    return strcmp(check, "test-mark") == 0 || strcmp(check, "test-evidence") == 0;
}

static int sentence(const struct finding *finding, struct buf *text)
{
    buf_init(text, 64 * 1024);
    return finding_sentence(finding, "en", text);
}

static void json_evidence_texts(struct json *j, const struct finding_list *findings)
{
    json_array_begin(j, "test_evidence");
    for (unsigned i = 0; i < findings->n; i++) {
        struct buf text;

        if (!is_test_evidence(&findings->of[i]))
            continue;
        sentence(&findings->of[i], &text);
        json_cstr(j, NULL, buf_cstr(&text));
        buf_free(&text);
    }
    json_array_end(j);
}

static int print_json(const struct report *report)
{
    const struct summary *summary = &report->summary;
    struct buf line;
    struct json j;
    int error;

    buf_init(&line, 64u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "file", report->file);
    json_cstr(&j, "format", summary->format[0] ? summary->format : "unknown");
    json_cstr(&j, "kind", kind_name(summary->kind));
    json_wrappers(&j, summary);
    json_bool(&j, "valid", summary->valid);
    json_bool(&j, "test", summary->test);
    json_evidence_texts(&j, &report->findings);
    json_sums(&j, summary);
    json_parties(&j, summary);
    json_origin(&j, &summary->origin);
    json_uint(&j, "size", summary->size);
    json_hex(&j, "blake2b", summary->blake2b, sizeof summary->blake2b);
    json_array_begin(&j, "findings");
    for (unsigned i = 0; i < report->findings.n; i++)
        json_finding(&j, &report->findings.of[i]);
    json_array_end(&j);
    json_object_end(&j);
    buf_char(&line, '\n');
    error = buf_error(&line);
    if (error == SLUSS_OK)
        fwrite(line.p, 1, line.n, stdout);
    buf_free(&line);
    return error;
}

static void print_findings(const struct paper *paper, const struct finding_list *findings)
{
    /* The worst first: that is what the reader came for. */
    for (int level = LEVEL_COUNT - 1; level >= 0; level--) {
        for (unsigned i = 0; i < findings->n; i++) {
            const struct finding *finding = &findings->of[i];
            const char *name = finding_level_name(finding->level);
            struct buf text;

            if ((int)finding->level != level)
                continue;
            sentence(finding, &text);
            fputs("  ", paper->out);
            print_ink(paper, ink_of_level(name), name);
            print_wrapped(paper, 2 + (unsigned)strlen(name), 10, buf_view(&text));
            buf_free(&text);
        }
    }
}

static void print_figures(const struct paper *paper, const struct summary *summary)
{
    struct buf text;

    buf_init(&text, 4096);
    fprintf(paper->out, "  format  %s", summary->format);
    if (summary->kind != KIND_UNKNOWN)
        fprintf(paper->out, " (%s)", kind_name(summary->kind));
    if (envelope_name(summary->envelope))
        fprintf(paper->out, ", in an envelope of %s", envelope_name(summary->envelope));
    if (seal_name(summary->seal))
        fprintf(paper->out, ", seal %s", seal_name(summary->seal));
    fputc('\n', paper->out);
    print_number(&text, summary->items);
    fprintf(paper->out, "  items   %s\n", buf_cstr(&text));
    buf_clear(&text);
    print_sums(&text, &summary->sums);
    fprintf(paper->out, "  sum     %s\n", buf_cstr(&text));
    buf_clear(&text);
    print_count(&text, summary->size, "byte", "bytes");
    fprintf(paper->out, "  size    %s\n  blake2b ", buf_cstr(&text));
    for (size_t i = 0; i < sizeof summary->blake2b; i++)
        fprintf(paper->out, "%02x", summary->blake2b[i]);
    fputc('\n', paper->out);
    buf_free(&text);
}

static int print_people(const struct paper *paper, const struct report *report)
{
    const struct summary *summary = &report->summary;

    print_ink(paper, INK_BOLD, strcmp(report->file, "-") == 0 ? "standard input" : report->file);
    fputs(": ", paper->out);
    print_ink(paper, summary->valid ? INK_GOOD : INK_BAD, summary->valid ? "valid" : "not valid");
    if (summary->test)
        print_ink(paper, INK_CARE, ", says itself that it is a test");
    fputc('\n', paper->out);
    print_figures(paper, summary);
    print_findings(paper, &report->findings);
    return SLUSS_OK;
}

static int check_file(const struct ctl *ctl, const char *file, const struct file_how *how)
{
    struct report report = {.file = file};
    struct sink sink = {.context = &report.findings, .item = ignore_item, .finding = keep_finding};
    int error;

    report.findings.arena = arena_new(FINDINGS_MEMORY);
    if (!report.findings.arena)
        return complain("%s", sluss_error_text(SLUSS_ENOMEM));
    error = file_read(file, how, &sink, &report.summary);
    if (error == SLUSS_OK) {
        error = ctl->json ? print_json(&report) : print_people(&ctl->paper, &report);
        if (error != SLUSS_OK)
            complain("%s: %s", file, sluss_error_text(error));
    }
    arena_free(&report.findings.arena);
    if (error != SLUSS_OK)
        return EXIT_TROUBLE;
    return report.summary.valid ? EXIT_FINE : EXIT_NO;
}

int command_check(struct ctl *ctl, const struct arguments *arguments)
{
    struct file_how how;
    int status = EXIT_FINE;

    if (file_how(arguments, &how) != SLUSS_OK) {
        file_how_end(&how);
        return EXIT_TROUBLE;
    }
    for (int i = 0; i < arguments->n; i++) {
        int of_file = check_file(ctl, arguments->operands[i], &how);

        if (i && !ctl->json && of_file == EXIT_FINE && i + 1 < arguments->n)
            fflush(stdout);
        if (of_file > status)
            status = of_file;
    }
    file_how_end(&how);
    return status;
}
