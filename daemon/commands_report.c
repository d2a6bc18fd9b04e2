/* commands_report.c -- report sla, report stats
 *
 * Read in steps, rendered at once, and handed over in pieces: rows as they are for JSON, rows
 * of one "text" each for CSV and pages.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/commands_part.h"
#include "model/error.h"
#include "model/text.h"
#include "outbound/report.h"

#define STEP       200          /* deliveries in one step: some milliseconds */
#define PIECE      (128 * 1024) /* of text in one row, and of rows in one step */
#define REPORT_MAX (64u << 20)

struct report_job {
    struct command_job job;
    struct report_reading reading;
    int (*write)(const struct report *report, struct buf *out);
    bool rows; /* what is written is rows already */
    struct buf written;
    size_t given; /* of it */
};

static void report_job_release(struct command_job *job)
{
    struct report_job *report = (struct report_job *)job;

    report_end(&report->reading);
    buf_free(&report->written);
    free(report);
}

/* The form asked for. 0, or SLUSS_EINVAL, said. */
static int choose_form(struct command_call *call, struct report_job *job)
{
    static const struct {
        const char *name;
        int (*write)(const struct report *report, struct buf *out);
    } forms[] = {{"json", report_json}, {"csv", report_csv}, {"html", report_html}};
    const char *format = call->request->format ? call->request->format : "json";

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(forms[i].name, format) == 0)
            job->write = forms[i].write;
    job->rows = job->write == report_json;
    if (job->write)
        return SLUSS_OK;
    answer(call, CONTROL_TROUBLE, "there is no form \"%s\"; ask for json, csv or html", format);
    return SLUSS_EINVAL;
}

/* 0, or SLUSS_EINVAL, said. */
static int check_language(struct command_call *call)
{
    const char *language = call->request->language;

    if (!language || strcmp(language, "sv") == 0 || strcmp(language, "en") == 0)
        return SLUSS_OK;
    answer(call, CONTROL_TROUBLE, "reports are written in sv or en, not in \"%s\"", language);
    return SLUSS_EINVAL;
}

static int begin(struct command_call *call, struct report_job *job, enum report_kind kind)
{
    struct report_order order = {.kind = kind,
                                 .period = span_str(call->request->period),
                                 .scope = call->request->unit,
                                 .language = call->request->language,
                                 .as_of_us = loop_wall_us(call->intake->loop)};
    int error = choose_form(call, job);

    error = error ? error : check_language(call);
    error = error ? error : require_unit(call);
    if (error)
        return error;
    error = report_begin(&job->reading, &order, call->intake->settings);
    if (error == SLUSS_ESYNTAX)
        answer(call, CONTROL_TROUBLE,
               kind == REPORT_SLA ? "\"%s\" is no quarter; write 2026Q3"
                                  : "\"%s\" is no month; write 2026-10",
               call->request->period);
    else if (error)
        answer_error(call, error);
    return error;
}

/* A piece of what was written: whole rows, or text that is a row. True when that was all. */
static bool give_piece(struct command_call *call, struct report_job *job)
{
    struct span rest = span_of(job->written.p + job->given, job->written.n - job->given);
    struct span piece = rest.n > PIECE ? utf8_cut(rest, PIECE) : rest;
    const char *end = job->rows && piece.n < rest.n ? memrchr(piece.p, '\n', piece.n) : NULL;
    struct json j;

    if (end)
        piece.n = (size_t)(end - piece.p) + 1;
    job->given += piece.n;
    if (job->rows) {
        buf_span(call->out, piece);
    } else {
        row_begin(call, &j);
        json_text(&j, "text", piece);
        row_end(call, &j);
    }
    return job->given == job->written.n;
}

static enum command_progress run(struct command_call *call, enum report_kind kind)
{
    struct report_job *job = (struct report_job *)call->job;
    int more;

    if (!job) {
        job = calloc(1, sizeof *job);
        if (!job)
            return answer_error(call, SLUSS_ENOMEM);
        job->job.release = report_job_release;
        buf_init(&job->written, REPORT_MAX);
        call->job = &job->job;
        return begin(call, job, kind) ? COMMAND_DONE : COMMAND_MORE;
    }
    job->reading.report.settings = call->intake->settings; /* perhaps read anew since */
    if (job->written.n == 0) {
        more = report_step(&job->reading, call->intake->store, STEP);
        if (more == 0)
            more = job->write(&job->reading.report, &job->written);
        return more < 0 ? answer_error(call, more) : COMMAND_MORE;
    }
    return give_piece(call, job) ? answer(call, CONTROL_FINE, NULL) : COMMAND_MORE;
}

enum command_progress command_report_sla(struct command_call *call)
{
    return run(call, REPORT_SLA);
}

enum command_progress command_report_stats(struct command_call *call)
{
    return run(call, REPORT_STATS);
}
