/* waive.c -- slussctl waive list: which checks the configuration lets pass, and on whose word */
#include <stdlib.h>
#include <time.h>

#include "conf/conf.h"
#include "ctl/commands.h"
#include "ctl/when.h"
#include "model/date.h"
#include "model/error.h"
#include "model/json.h"

static int print_json(const char *unit, const struct waiver *waiver, bool counts)
{
    struct buf line;
    struct json j;
    int error;

    buf_init(&line, 1u << 20);
    json_start(&j, &line);
    json_object_begin(&j, NULL);
    json_cstr(&j, "unit", unit);
    json_cstr(&j, "check", waiver->check);
    json_cstr(&j, "by", waiver->by);
    json_date(&j, "until", waiver->until);
    json_bool(&j, "active", counts);
    json_cstr(&j, "reason", waiver->reason);
    json_object_end(&j);
    buf_char(&line, '\n');
    error = buf_error(&line);
    if (error == SLUSS_OK)
        fwrite(line.p, 1, line.n, stdout);
    buf_free(&line);
    return error;
}

static void print_row(struct table *table, const char *unit, const struct waiver *waiver,
                      bool counts)
{
    char until[DATE_SIZE];

    table_text(table, unit);
    table_text(table, waiver->check);
    table_text(table, date_format(waiver->until, until));
    table_cell(table, counts ? INK_PLAIN : INK_CARE, span_str(counts ? "active" : "ended"));
    table_text(table, waiver->by);
    table_text(table, waiver->reason);
}

/* To `table`, or where it is null as JSON. How many there were, or an error. */
static int print_all(const struct settings *settings, struct table *table)
{
    struct date today = local_of_instant(now_us()).day;
    int shown = 0;

    for (size_t i = 0; i < settings->unit_count; i++) {
        const struct unit_settings *unit = &settings->units[i];

        for (size_t k = 0; k < unit->waiver_count; k++, shown++) {
            const struct waiver *waiver = &unit->waivers[k];
            bool counts = waiver_counts(waiver, today);

            if (table)
                print_row(table, unit->key, waiver, counts);
            else if (print_json(unit->key, waiver, counts) != SLUSS_OK)
                return SLUSS_ENOMEM;
        }
    }
    return shown;
}

static int list(const struct ctl *ctl, const struct settings *settings)
{
    static const struct column columns[] = {{"UNIT", false},  {"CHECK", false}, {"UNTIL", false},
                                            {"STATE", false}, {"BY", false},    {"REASON", false}};
    struct table *table = NULL;
    int shown, error = SLUSS_OK;

    if (!ctl->json) {
        table = table_new(&ctl->paper, columns, sizeof columns / sizeof *columns);
        if (!table)
            return SLUSS_ENOMEM;
    }
    shown = print_all(settings, table);
    if (table)
        error = table_end(&table);
    if (shown == 0 && !ctl->json)
        fputs("No waivers.\n", ctl->paper.out);
    return shown < 0 ? shown : error;
}

int command_waive_list(struct ctl *ctl, const struct arguments *arguments)
{
    struct settings *settings = NULL;
    struct buf errors;
    int error;

    (void)arguments;
    buf_init(&errors, 1u << 20);
    error = conf_read(ctl->config, &errors, &settings);
    if (error == SLUSS_OK) {
        setenv("TZ", settings->time_zone, 1);
        tzset();
        error = list(ctl, settings);
    }
    if (error != SLUSS_OK)
        complain("%s", errors.n ? buf_cstr(&errors) : sluss_error_text(error));
    settings_free(&settings);
    buf_free(&errors);
    return error == SLUSS_OK ? EXIT_FINE : EXIT_TROUBLE;
}
