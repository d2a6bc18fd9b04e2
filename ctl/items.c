/* items.c -- slussctl items: every item of a file */
#include <stdlib.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/file.h"
#include "model/error.h"
#include "model/json.h"

#define LINES_FULL      (64 * 1024) /* write when this much is ready */
#define FINDINGS_MEMORY (8u << 20)

struct printing {
    struct buf lines;    /* JSON */
    struct table *table; /* people */
    struct finding_list findings;
};

static void write_lines(struct printing *printing)
{
    fwrite(buf_cstr(&printing->lines), 1, printing->lines.n, stdout);
    buf_clear(&printing->lines);
}

static int print_json(struct printing *printing, const struct item *item, bool detail)
{
    struct json j;

    json_start(&j, &printing->lines);
    if (detail)
        json_detail(&j, item);
    else
        json_item(&j, item);
    buf_char(&printing->lines, '\n');
    if (printing->lines.failed)
        return SLUSS_ENOMEM;
    if (printing->lines.n >= LINES_FULL)
        write_lines(printing);
    return ferror(stdout) ? SLUSS_ESTOP : SLUSS_OK;
}

static int item_json(void *context, const struct item *item)
{
    return print_json(context, item, false);
}

static int detail_json(void *context, const struct item *payment)
{
    return print_json(context, payment, true);
}

static const struct column columns[] = {
    {"RECORD", true}, {"TYPE", false},          {"NUMBER", false},    {"ISSUED", false},
    {"DUE", false},   {"AMOUNT", true},         {"REFERENCE", false}, {"PARTY", false},
    {"NAME", false},  {"PAYEE ACCOUNT", false},
};

static void cell_span(struct table *table, struct span text)
{
    table_cell(table, INK_PLAIN, text.p ? text : SPAN_LIT("-"));
}

static void cell_date(struct table *table, struct date date)
{
    char text[DATE_SIZE];

    table_text(table, date_present(date) ? date_format(date, text) : NULL);
}

static int print_people(struct table *table, const struct item *item, const char *type)
{
    char record[24];
    struct buf amount;

    snprintf(record, sizeof record, "%llu", (unsigned long long)item->record);
    table_text(table, record);
    table_text(table, type);
    cell_span(table, item->number);
    cell_date(table, item->issue_date);
    cell_date(table, item->due_date);
    buf_init(&amount, 256);
    if (item->currency[0] || item->amount_minor)
        print_money(&amount, item->amount_minor, item->currency);
    else
        buf_char(&amount, '-'); /* of a detail whose amount the file does not say */
    table_cell(table, item->amount_minor < 0 ? INK_CARE : INK_PLAIN, buf_view(&amount));
    buf_free(&amount);
    cell_span(table, item->reference);
    cell_span(table, item->counterparty_id);
    cell_span(table, item->counterparty_name);
    cell_span(table, item->payee_account);
    return ferror(stdout) ? SLUSS_ESTOP : SLUSS_OK;
}

static int item_people(void *context, const struct item *item)
{
    return print_people(((struct printing *)context)->table, item, item_type_name(item->type));
}

static int detail_people(void *context, const struct item *payment)
{
    char type[32];

    snprintf(type, sizeof type, "> %s", item_type_name(payment->type));
    return print_people(((struct printing *)context)->table, payment, type);
}

static int finding_json(void *context, const struct finding *finding)
{
    (void)context;
    (void)finding;
    return SLUSS_OK;
}

static int finding_people(void *context, const struct finding *finding)
{
    return finding_list_add(&((struct printing *)context)->findings, finding);
}

/* Behind the table, where the eye is at the end of a long listing. */
static void print_findings(const struct finding_list *findings)
{
    struct paper paper = paper_of(stderr);

    fflush(stdout);
    for (unsigned i = 0; i < findings->n; i++) {
        const char *level = finding_level_name(findings->of[i].level);
        struct buf text;

        buf_init(&text, 64 * 1024);
        finding_sentence(&findings->of[i], "en", &text);
        print_ink(&paper, ink_of_level(level), level);
        print_wrapped(&paper, (unsigned)strlen(level), 8, buf_view(&text));
        buf_free(&text);
    }
}

static int items_json(const char *file, const struct file_how *how, bool details,
                      struct summary *summary)
{
    struct printing printing = {0};
    struct sink sink = {.context = &printing, .item = item_json, .finding = finding_json};
    int error;

    if (details)
        sink.detail = detail_json;

    buf_init(&printing.lines, 8u << 20);
    error = file_read(file, how, &sink, summary);
    write_lines(&printing);
    buf_free(&printing.lines);
    return error;
}

static int items_people(const struct paper *paper, const char *file, const struct file_how *how,
                        bool details, struct summary *summary)
{
    struct printing printing = {.findings.arena = arena_new(FINDINGS_MEMORY)};
    struct sink sink = {.context = &printing, .item = item_people, .finding = finding_people};
    int error = SLUSS_ENOMEM;

    if (details)
        sink.detail = detail_people;
    printing.table = table_new(paper, columns, sizeof columns / sizeof columns[0]);
    if (printing.table && printing.findings.arena) {
        table_leave_out_empty(printing.table);
        error = file_read(file, how, &sink, summary);
    } else {
        complain("%s", sluss_error_text(error));
    }
    if (table_end(&printing.table) != SLUSS_OK && error == SLUSS_OK) {
        error = SLUSS_ENOMEM;
        complain("%s", sluss_error_text(error));
    }
    if (error == SLUSS_OK && summary->items == 0 && summary->kind != KIND_UNKNOWN)
        fputs("no items\n", paper->out);
    print_findings(&printing.findings);
    arena_free(&printing.findings.arena);
    return error;
}

int command_items(struct ctl *ctl, const struct arguments *arguments)
{
    struct file_how how;
    struct summary summary = {0};
    bool details = arguments_value(arguments, "details") != NULL;
    int error;

    if (file_how(arguments, &how) != SLUSS_OK) {
        file_how_end(&how);
        return EXIT_TROUBLE;
    }
    error = ctl->json ? items_json(arguments->operands[0], &how, details, &summary)
                      : items_people(&ctl->paper, arguments->operands[0], &how, details, &summary);
    file_how_end(&how);
    if (error != SLUSS_OK)
        return EXIT_TROUBLE;
    return summary.valid ? EXIT_FINE : EXIT_NO;
}
