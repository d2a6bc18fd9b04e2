/* clock_watch.c -- see clock_watch.h */
#include "daemon/clock_watch.h"

#include <inttypes.h>

#include "daemon/log.h"
#include "daemon/notify.h"
#include "model/date.h"
#include "model/json.h"
#include "store/alerts.h"
#include "store/audit.h"
#include "store/outbox.h"
#include "store/queue.h"

/* The two clocks are read one after the other. */
static int64_t to_the_second(int64_t us)
{
    return (us + (us < 0 ? -SECOND_US : SECOND_US) / 2) / SECOND_US * SECOND_US;
}

static int mark(struct intake *intake, int64_t by_us, uint64_t waiting)
{
    struct buf detail;
    struct json j;
    int rc;

    buf_init(&detail, 1024);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_int(&j, "by_s", by_us / SECOND_US);
    json_uint(&j, "receipts_pending", waiting);
    json_object_end(&j);
    rc = buf_error(&detail);
    rc = rc ? rc
            : audit_append(intake->store, loop_wall_us(intake->loop), "slussd", "clock-moved", NULL,
                           buf_view(&detail));
    buf_free(&detail);
    return rc;
}

static int bring_along(struct intake *intake, int64_t back_us)
{
    int rc = outbox_clock_back(intake->store, back_us);

    rc = rc ? rc : queue_clock_back(intake->store, back_us);
    return rc ? rc : alerts_clock_back(intake->store, back_us);
}

static int moved(struct intake *intake, int64_t by_us)
{
    struct outbox_counts counts = {0};
    int rc = outbox_count(intake->store, &counts);

    log_text(LOG_LEVEL_WARNING, "clock-moved", "the clock was set %s by %" PRId64 " s",
             by_us < 0 ? "back" : "forward", (by_us < 0 ? -by_us : by_us) / SECOND_US);
    rc = rc ? rc : mark(intake, by_us, counts.receipts_pending);
    if (by_us < 0)
        rc = rc ? rc : bring_along(intake, -by_us);
    rc = rc ? rc : notify_clock(intake, by_us, counts.receipts_pending);
    return rc ? rc : 1;
}

int clock_look(struct intake *intake, struct clock_watch *watch)
{
    int64_t offset_us = loop_wall_us(intake->loop) - loop_boot_us(intake->loop);
    int64_t by_us = to_the_second(offset_us - watch->offset_us);
    bool is_move = watch->known && (by_us >= CLOCK_MOVE_LEAST_US || by_us <= -CLOCK_MOVE_LEAST_US);

    watch->known = true;
    watch->offset_us = offset_us;
    return is_move ? moved(intake, by_us) : 0;
}
