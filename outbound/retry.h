/* retry.h -- when to try a mail again, and when to stop
 *
 * Pure: the same row and attempt always give the same time, so that a test (and a support
 * case) can say when the next attempt is. The spread keeps a night's receipts from coming at
 * one relay in one moment.
 */
#ifndef SLUSS_OUTBOUND_RETRY_H
#define SLUSS_OUTBOUND_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct retry_policy {
    int64_t first_us;   /* after the first attempt */
    int64_t most_us;    /* never longer between two attempts (before the spread) */
    int64_t give_up_us; /* after the row was written */
};

/* min(first * 2^attempts, most), spread by up to 20 % either way by a hash of (row, attempts).
 * `attempts` are those made before the one that just failed. Never below 1 ms. */
int64_t retry_delay(const struct retry_policy *policy, int64_t row, unsigned attempts);

/* A mail is tried this often before it is given up, however old it is: after a long standstill
 * the first answer may be the only "later" it ever gets. */
#define RETRY_LEAST 4

/* The time of the next attempt; the last one is at created + give_up exactly. False: that time
 * has passed, the mail has failed. */
bool retry_next(const struct retry_policy *policy, int64_t row, unsigned attempts,
                int64_t created_us, int64_t now_us, int64_t *next_us);

#endif
