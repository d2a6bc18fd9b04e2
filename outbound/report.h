/* report.h -- the books of a period as JSON, CSV, a page, and a mail's few words
 *
 * Each writes the whole report into a buffer. What is said to people is in the language of the
 * report; times are local, durations are in words. Nothing here names a person, a file or
 * anything that stood in one.
 *
 * JSON: an object a line. "row" says what a line is: "report" (all together), "partner",
 * "unit", "check", "state", "day", "receipt" (the slowest, the late ones among them), "hold" (the
 * longest waits for a person). Money is in minor units beside its currency, spans of time are whole
 * seconds.
 *
 * CSV: RFC 4180 with CRLF, UTF-8 without a mark at its beginning; separated by ';' and with a
 * decimal comma, so that spreadsheets of Swedish and most other European settings open it as it is.
 * One table: the first column is JSON's "row", cells that a row has nothing for are empty. A unit
 * with several currencies has a row "currency" for each one.
 */
#ifndef SLUSS_OUTBOUND_REPORT_H
#define SLUSS_OUTBOUND_REPORT_H

#include "model/buf.h"
#include "model/settings.h"
#include "outbound/figures.h"

enum report_kind { REPORT_SLA = 0, REPORT_STATS };

struct report {
    enum report_kind kind;
    const char *scope;    /* null: the whole site; a unit, or a partner */
    const char *language; /* "sv" or "en" */
    const struct settings *settings;
    struct figures figures; /* after figures_end */
};

/* Which report: the last ended period where `period` is empty. */
struct report_order {
    enum report_kind kind;
    struct span period;   /* "2026Q3", "2026-10" */
    const char *scope;    /* null: the whole site */
    const char *language; /* null: the scope's */
    int64_t as_of_us;
};

/* Being read from the store, a step at a time, so that nothing else has to wait for it. What is
 * given is borrowed for as long; `report.settings` may be exchanged between steps. */
struct report_reading {
    struct report report;
    struct report_scope scope;
    struct report_cursor cursor;
};

/* 0; SLUSS_ESYNTAX: that is no period; SLUSS_ENOMEM. To be ended in any case. */
int report_begin(struct report_reading *reading, const struct report_order *order,
                 const struct settings *settings);
/* Read up to `most` deliveries: 1 while there are more, 0 when the figures are done, or an
 * error. */
int report_step(struct report_reading *reading, struct store *store, unsigned most);
void report_end(struct report_reading *reading);

/* "sla" and "stats"; back: -1 when it is none. */
const char *report_kind_name(enum report_kind kind);
int report_kind_from_name(struct span name);
/* Quarters for sla, months for stats. */
enum period_kind report_period_kind(enum report_kind kind);

/* The terms of the unit's agreement; of a unit that is no longer configured, its partner's or
 * the site's. */
const struct penalty_terms *report_terms(const struct settings *settings, const char *unit);
/* The partner's name as people write it; its key when it is not configured. */
const char *report_partner_name(const struct settings *settings, const char *partner);

/* 0 or SLUSS_ENOMEM, when it does not fit. */
int report_json(const struct report *report, struct buf *out);
int report_csv(const struct report *report, struct buf *out);
int report_html(const struct report *report, struct buf *out);
/* A mail's text: what it is about, and the four or five figures that matter. */
int report_text(const struct report *report, struct buf *out);
/* One line: "Servicenivåer tredje kvartalet 2026, Heby kommun". */
int report_title(const struct report *report, struct buf *out);

/* Pieces that the text and the page share: "Heby kommun" or "all partners"; "99,93 %"; sums
 * joined by " + " or the like. */
int report_scope_name(const struct report *report, struct buf *out);
void report_put_percent(struct buf *out, int share);
void report_put_sums(struct buf *out, const struct sums *sums, const char *between);

/* Pictures of the page: deliveries a day, and how long receipts took. */
void report_draw_days(const struct report *report, struct buf *out);
void report_draw_times(const struct report *report, struct buf *out);
/* A bar of its parts, which are named below it. */
struct bar_part {
    const char *class;
    const char *name;
    uint64_t n;
};
void report_draw_parts(const char *label, const struct bar_part *parts, unsigned n,
                       struct buf *out);

/* Append in the report's language; both wordings take the same arguments. */
void report_printf(const struct report *report, struct buf *out, const char *en, const char *sv,
                   ...) __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/* Is the language Swedish? Both wordings stand side by side where they are used. */
static inline const char *report_say(const struct report *report, const char *en, const char *sv)
{
    return report->language[0] == 's' ? sv : en;
}

#endif
