/* online.c -- asking the daemon */
#include "ctl/online.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ctl/when.h"
#include "model/error.h"

/* --- where the daemon is, and the time zone of its site ------------------------------------ */

/* The socket's path into `path`; what people read is in the site's time zone from here on. */
void online_zone(const struct ctl *ctl)
{
    struct settings *settings = NULL;
    struct buf errors;

    buf_init(&errors, 1 << 20);
    if (conf_read(ctl->config, &errors, &settings) == SLUSS_OK) {
        setenv("TZ", settings->time_zone, 1);
        tzset();
    }
    settings_free(&settings);
    buf_free(&errors);
}

static int find_socket(const struct ctl *ctl, struct buf *path)
{
    struct settings *settings = NULL;
    struct buf errors;

    if (ctl->config_named && access(ctl->config, F_OK) != 0)
        return complain("%s: no such file; -c names the configuration", ctl->config) ? SLUSS_EIO
                                                                                      : 0;
    buf_init(&errors, 1 << 20);
    if (conf_read(ctl->config, &errors, &settings) == SLUSS_OK) {
        buf_str(path, settings->control_socket);
        setenv("TZ", settings->time_zone, 1);
        tzset();
    } else {
        /* Operators need not be able to read the configuration, and a file that the daemon
         * refused may lie there. */
        if (conf_read_socket(ctl->config, path) != SLUSS_OK || path->n == 0)
            buf_str(path, CONF_DEFAULT_SOCKET);
        complain("note: %s cannot be used here, so %s is tried", ctl->config, buf_cstr(path));
    }
    settings_free(&settings);
    buf_free(&errors);
    return SLUSS_OK;
}

static int connect_daemon(const struct ctl *ctl, struct control_client **client)
{
    struct buf path, why;
    int error;

    buf_init(&path, 8192);
    buf_init(&why, 16384);
    error = find_socket(ctl, &path);
    if (error == SLUSS_OK) {
        error = control_connect(buf_cstr(&path), &why, client);
        if (error == SLUSS_ENOTFOUND)
            complain("no daemon answers; is slussd running? (%s)", buf_cstr(&why));
        else if (error == SLUSS_EDENIED)
            complain("you may not speak to the daemon; are you in its group? (%s)",
                     buf_cstr(&why));
        else if (error != SLUSS_OK)
            complain("%s", buf_cstr(&why));
    }
    buf_free(&path);
    buf_free(&why);
    return error;
}

/* --- rows ------------------------------------------------------------------------------- */

struct rows {
    const struct ctl *ctl;
    online_row row;
    void *context;
};

static int take_row(void *context, struct span line)
{
    const struct rows *rows = context;
    json_error_t trouble;
    json_t *row;
    int error;

    if (rows->ctl->json) {
        fwrite(line.p, 1, line.n, stdout);
        fputc('\n', stdout);
        return ferror(stdout) ? SLUSS_ESTOP : SLUSS_OK;
    }
    if (!rows->row)
        return SLUSS_OK;
    row = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &trouble);
    if (!row)
        return SLUSS_EPROTOCOL;
    error = rows->row(rows->context, row);
    json_decref(row);
    return error;
}

static void tell(const struct ctl *ctl, const struct control_end *end)
{
    if (!end->message[0])
        return;
    if (end->code != CONTROL_FINE)
        complain("%s", end->message);
    else if (!ctl->json) {
        print_ink(&ctl->paper, INK_PLAIN, end->message);
        fputc('\n', ctl->paper.out);
    }
}

static int ask_pages(struct control_client *client, struct control_request *request,
                     struct rows *rows, struct control_end *end, struct buf *why)
{
    char after[CONTROL_CURSOR_MAX];
    int error;

    for (;;) {
        error = control_call(client, request, take_row, rows, end, why);
        if (error != SLUSS_OK || !end->next[0])
            return error;
        memcpy(after, end->next, sizeof after);
        request->after = after;
        fflush(stdout);
    }
}

int online_ask(const struct ctl *ctl, struct control_request *request, online_row row,
               void *context)
{
    int error;

    return online_try(ctl, request, row, context, &error);
}

int online_try(const struct ctl *ctl, struct control_request *request, online_row row,
               void *context, int *why_not)
{
    struct rows rows = {ctl, row, context};
    struct control_client *client = NULL;
    struct control_end end = {0};
    struct buf why;
    int error = connect_daemon(ctl, &client);

    *why_not = error;
    if (error != SLUSS_OK)
        return EXIT_TROUBLE;
    buf_init(&why, 16384);
    *why_not = error = ask_pages(client, request, &rows, &end, &why);
    request->after = NULL;
    if (error == SLUSS_OK)
        tell(ctl, &end);
    else if (error != SLUSS_ESTOP)
        complain("%s", why.n ? buf_cstr(&why) : sluss_error_text(error));
    buf_free(&why);
    control_disconnect(&client);
    if (error != SLUSS_OK || end.code < 0 || end.code > EXIT_TROUBLE)
        return EXIT_TROUBLE;
    return end.code;
}

int online_since(const struct ctl *ctl, const struct arguments *arguments, int64_t *at_us)
{
    const char *text = arguments_value(arguments, "since");

    *at_us = 0;
    if (text)
        online_zone(ctl);
    if (!text || when_parse(text, now_us(), at_us) == SLUSS_OK)
        return SLUSS_OK;
    complain("--since %s is no time; write 2026-03-02, \"2026-03-02 07:00\", 2h or 3d", text);
    return SLUSS_ESYNTAX;
}

/* --- fields ------------------------------------------------------------------------------ */

const char *row_text(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

int64_t row_int(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

bool row_true(const json_t *row, const char *key)
{
    return json_is_true(json_object_get(row, key));
}

void row_sum(const json_t *row, struct buf *out)
{
    json_t *sums = json_object_get(row, "sums");
    const char *currency;
    const json_t *minor;
    bool any = false;

    if (!sums && !row_text(row, "currency") && row_int(row, "sum_minor") == 0) {
        buf_char(out, '0');
        return;
    }
    if (!sums) {
        print_money(out, row_int(row, "sum_minor"), row_text(row, "currency"));
        return;
    }
    json_object_foreach (sums, currency, minor) {
        if (any)
            buf_str(out, " + ");
        print_money(out, json_integer_value(minor), currency);
        any = true;
    }
}

/* --- cells ------------------------------------------------------------------------------- */

void cell_text(struct table *table, const json_t *row, const char *key)
{
    table_text(table, row_text(row, key));
}

void cell_int(struct table *table, const json_t *row, const char *key)
{
    int64_t n = row_int(row, key);
    struct buf text;

    buf_init(&text, 64);
    if (n < 0)
        buf_char(&text, '-');
    print_number(&text, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    table_cell(table, INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

void cell_sum(struct table *table, const json_t *row)
{
    struct buf text;

    buf_init(&text, 4096);
    row_sum(row, &text);
    table_cell(table, INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

void cell_time(struct table *table, const json_t *row, const char *key)
{
    struct buf text;

    buf_init(&text, 64);
    when_local(&text, row_text(row, key));
    table_cell(table, INK_PLAIN, buf_view(&text));
    buf_free(&text);
}

void cell_state(struct table *table, const json_t *row, const char *key)
{
    const char *state = row_text(row, key);

    table_cell(table, ink_of_state(state), state ? span_str(state) : SPAN_LIT("-"));
}

/* --- listings ---------------------------------------------------------------------------- */

struct listing {
    struct table *table;
    online_cells cells;
    bool any;
};

static int list_row(void *context, json_t *row)
{
    struct listing *listing = context;

    listing->cells(listing->table, row);
    listing->any = true;
    return SLUSS_OK;
}

int online_table(const struct ctl *ctl, struct control_request *request,
                 const struct column *columns, unsigned n, online_cells cells,
                 const char *nothing)
{
    struct listing listing = {table_new(&ctl->paper, columns, n), cells, false};
    int status;

    if (!listing.table)
        return complain("%s", sluss_error_text(SLUSS_ENOMEM));
    status = online_ask(ctl, request, list_row, &listing);
    if (table_end(&listing.table) != SLUSS_OK)
        return complain("%s", sluss_error_text(SLUSS_ENOMEM));
    if (!ctl->json && !listing.any && status == EXIT_FINE)
        fprintf(ctl->paper.out, "%s\n", nothing);
    return status;
}
