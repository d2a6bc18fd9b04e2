/* trail_watch.c -- see trail_watch.h */
#include "daemon/trail_watch.h"

#include <inttypes.h>

#include "daemon/log.h"
#include "daemon/notify.h"
#include "model/error.h"
#include "store/audit.h"

#define STEP_ROWS  300
#define STEP_EVERY (20 * 1000) /* us: others have their turn between two steps */

static int broken(struct intake *intake, int64_t sequence, struct span why)
{
    struct buf title;
    int rc;

    log_text(LOG_LEVEL_ERROR, "audit-broken", "row %" PRId64 ": %.*s", sequence, SPAN_FMT(why));
    buf_init(&title, 8192);
    buf_printf(&title, "the audit trail does not hold: row %" PRId64 ", %.*s", sequence,
               SPAN_FMT(why));
    rc = notify_lasting(intake, "audit-broken", ALERT_CRITICAL, "audit", "trail", buf_view(&title),
                        "Somebody or something changed what was written. Keep the state directory "
                        "as it is, compare with a backup, and see: slussctl audit verify.");
    buf_free(&title);
    return rc;
}

int trail_look(struct intake *intake, struct trail_watch *watch, int64_t *again_us)
{
    int64_t before = watch->sequence;
    struct buf why;
    int rc;

    buf_init(&why, 4096);
    rc = audit_verify(intake->store, STEP_ROWS, &watch->sequence, watch->hash, &why);
    if (rc == 0 && watch->sequence != before) {
        *again_us = STEP_EVERY;
    } else {
        if (rc == SLUSS_ECORRUPT)
            rc = broken(intake, watch->sequence, buf_view(&why));
        else if (rc == 0)
            rc = notify_over(intake, "audit-broken", "audit", "trail",
                             SPAN_LIT("the audit trail holds again"));
        *watch = (struct trail_watch){0};
    }
    buf_free(&why);
    return rc;
}
