/* pipeline.h -- a file's way from complete to judged
 *
 *   complete -> arriving (row committed) -> claimed into the spool -> checking -> read by a
 *   worker (items and findings stream back) -> compared with history -> judged: verdict,
 *   figures, findings, receipts and queue entry in one transaction -> told to the outside.
 *
 * Group commit: all steps of one loop turn share a transaction; it is committed when nothing
 * more urgent waits, so the busier the daemon, the more deliveries share an fsync.
 */
#ifndef SLUSS_DAEMON_PIPELINE_H
#define SLUSS_DAEMON_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/intake.h"

struct pipeline;

#define PIPELINE_ACTIVE_MAX 64 /* deliveries in hand at once; more wait in their inbox */

/* Uses intake->loop, store, spool, pool, settings. */
int pipeline_open(struct intake *intake, struct pipeline **out);
void pipeline_close(struct pipeline **pipeline);

/* Take up what a crash left: rows in states arriving and checking (see claim.h). Call once
 * before the inboxes are opened. */
int pipeline_recover(struct pipeline *pipeline);

/* The callbacks of struct inbox_events. */
int pipeline_probe(void *pipeline, const char *unit, uint64_t ticket, int file);
int pipeline_complete(void *pipeline, struct arrival *arrival);
void pipeline_trouble(void *pipeline, const char *unit, const char *event, const char *text,
                      bool alert);

/* Commit now, and do what waits for it. */
int pipeline_commit(struct pipeline *pipeline);

/* Other settings are in force from now on; the old ones are about to be freed. */
void pipeline_reload(struct pipeline *pipeline, const struct settings *settings);
/* Something was queued: see when its cool-off ends. */
void pipeline_ripen(struct pipeline *pipeline);

/* Deliveries in hand. */
unsigned pipeline_active(const struct pipeline *pipeline);
/* Finish nothing more, take nothing more; what is in hand is found again at the next start. */
void pipeline_stop(struct pipeline *pipeline);

#endif
