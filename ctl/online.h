/* online.h -- asking the daemon, and reading its rows
 */
#ifndef SLUSS_CTL_ONLINE_H
#define SLUSS_CTL_ONLINE_H

#include <jansson.h>

#include "ctl/commands.h"
#include "daemon/control.h"

/* A row for people; returns 0 or a negative code. */
typedef int (*online_row)(void *context, json_t *row);

/* Ask, page after page. With --json every row is printed as it came; else `row` gets it
 * (null: rows are for programs alone). What the daemon has to say is printed: on standard
 * output when all went well and people read it, else on standard error. Returns the exit
 * status. */
int online_ask(const struct ctl *ctl, struct control_request *request, online_row row,
               void *context);

/* The same, also saying why nobody answered: *error is 0, SLUSS_ENOTFOUND (no daemon),
 * SLUSS_EDENIED, or another code. */
int online_try(const struct ctl *ctl, struct control_request *request, online_row row,
               void *context, int *error);

/* Days and hours that people write and read are the site's from here on, if the configuration can
 * be read. */
void online_zone(const struct ctl *ctl);

/* The value of --since, in *at_us; 0 when it was not given. 0, or SLUSS_ESYNTAX, said. */
int online_since(const struct ctl *ctl, const struct arguments *arguments, int64_t *at_us);

/* Fields of a row. Null or 0 where there is none of that name and type. */
const char *row_text(const json_t *row, const char *key);
int64_t row_int(const json_t *row, const char *key);
bool row_true(const json_t *row, const char *key);
/* How many items, and the sum in words: one currency or several. */
void row_sum(const json_t *row, struct buf *out);

/* Cells. */
void cell_text(struct table *table, const json_t *row, const char *key);
void cell_int(struct table *table, const json_t *row, const char *key);
void cell_sum(struct table *table, const json_t *row);
void cell_time(struct table *table, const json_t *row, const char *key);
/* A unit's phase, with what stands against it. */
void cell_phase(struct table *table, const json_t *row);
void cell_state(struct table *table, const json_t *row, const char *key);

/* Run a listing into a table: each row fills the cells. */
typedef void (*online_cells)(struct table *table, const json_t *row);
int online_table(const struct ctl *ctl, struct control_request *request,
                 const struct column *columns, unsigned n, online_cells cells,
                 const char *nothing);

#endif
