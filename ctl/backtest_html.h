/* backtest_html.h -- what a backtest came to, as one page with a picture a unit
 *
 * The page is whole in itself: no script, nothing fetched. A picture shows the unit's
 * deliveries over time by their items, behind them the band of habit (5th to 95th percentile of
 * the accepted ones before), and what was stopped with its reasons.
 */
#ifndef SLUSS_CTL_BACKTEST_HTML_H
#define SLUSS_CTL_BACKTEST_HTML_H

#include <stdbool.h>
#include <stdio.h>

#include "ctl/outcome.h"
#include "model/arena.h"

/* One delivery of the history. */
struct html_delivery {
    int64_t at_us;
    uint64_t items;
    enum verdict verdict;
    bool entered;      /* became history: the band of later ones rests on it */
    const char *unit;  /* of the report */
    const char *file;  /* escaped for display; of the report. Null unless stopped */
    const char *why;   /* the same: the gravest findings, one a line */
};

struct html_report {
    struct arena *arena;
    size_t n, room;
    struct html_delivery *of; /* in the order they came */
};

/* An empty report; SLUSS_ENOMEM. */
int html_report_open(struct html_report *report);
/* Keep a delivery. `findings` are those of the verdict, the gravest first. SLUSS_ENOMEM. */
int html_report_add(struct html_report *report, const struct html_delivery *delivery,
                    struct span file, const struct finding_list *findings);
/* Write the page. SLUSS_EIO, SLUSS_ENOMEM. */
int html_report_write(const struct html_report *report, const struct outcome *outcome, FILE *out);
void html_report_close(struct html_report *report);

#endif
