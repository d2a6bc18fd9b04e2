/* when.h -- times as people type them, and as they read them */
#ifndef SLUSS_CTL_WHEN_H
#define SLUSS_CTL_WHEN_H

#include <stdint.h>

#include "model/buf.h"

/* "2026-03-02", "2026-03-02 07:00", "2026-03-02 07:00:30" (local time), RFC 3339, or a time
 * back from now: "90s", "30m", "2h", "3d". 0 or SLUSS_ESYNTAX. */
int when_parse(const char *text, int64_t now_us, int64_t *at_us);

/* The same as an end: a day alone means up to the end of it. */
int when_end_parse(const char *text, int64_t *at_us);

/* A length of time: seconds ("90", "90s"), "10m", "2h", "3d". 0 or SLUSS_ESYNTAX. */
int duration_parse(const char *text, int64_t *us);

/* RFC 3339 as local time, to the second; "-" for null or what is no time. */
void when_local(struct buf *out, const char *rfc3339);

/* The time by the wall clock. */
int64_t now_us(void);

#endif
