/* deadline_watch.c -- see deadline_watch.h */
#include "daemon/deadline_watch.h"

#include <stdio.h>
#include <string.h>

#include "daemon/notify.h"
#include "model/error.h"
#include "store/alerts.h"
#include "store/outbox.h"

#define TOPIC "receipt-due"

struct looking {
    struct intake *intake;
    int64_t now_us;
};

/* The highest share that is used up; 0: none. */
static int share_used(const struct sla_settings *sla, int64_t arrival_us, int64_t now_us)
{
    int64_t used_us, percent;
    int reached = 0;

    if (sla->receipt_us <= 0 || __builtin_sub_overflow(now_us, arrival_us, &used_us) || used_us < 0)
        return 0;
    if (__builtin_mul_overflow(used_us, 100, &percent))
        percent = INT64_MAX;
    percent /= sla->receipt_us;
    for (unsigned i = 0; i < sla->shares_n && sla->shares[i] <= percent; i++)
        reached = sla->shares[i];
    return reached;
}

static int look_at(const struct looking *l, struct late_receipt *late)
{
    const struct unit_settings *unit = settings_unit(l->intake->settings, late->unit);
    char key[DELIVERY_ID_SIZE + 16];
    int known;

    if (!unit)
        return 0;
    late->percent = share_used(&unit->sla, late->arrival_us, l->now_us);
    if (late->percent == 0)
        return 0;
    (void)snprintf(key, sizeof key, "%s %d%%", late->delivery_id, late->percent);
    known = alerts_known(l->intake->store, TOPIC, key);
    return known ? (known < 0 ? known : 0) : notify_due(l->intake, unit, late, TOPIC, key);
}

/* Two recipients of a delivery are one receipt: the second is known by then. */
static int receipt(void *context, const struct outbox_mail *mail)
{
    const struct looking *l = context;
    const struct unit_settings *unit = settings_unit(l->intake->settings, mail->unit);

    if (mail->deadline_us == 0 || !unit)
        return 0;
    return look_at(l, &(struct late_receipt){.delivery_row = mail->delivery_row,
                                             .delivery_id = mail->delivery_id,
                                             .unit = mail->unit,
                                             .arrival_us = mail->deadline_us - unit->sla.receipt_us,
                                             .attempts = mail->attempts,
                                             .last_error = mail->last_error,
                                             .judged = true});
}

static int unjudged(void *context, const struct delivery *delivery)
{
    return look_at(context, &(struct late_receipt){.delivery_row = delivery->row,
                                                   .delivery_id = delivery->id,
                                                   .unit = delivery->unit,
                                                   .arrival_us = delivery->received_us});
}

int deadline_look(struct intake *intake)
{
    const enum delivery_state states[] = {STATE_ARRIVING, STATE_CHECKING};
    const struct outbox_filter pending = {.pending_only = true, .receipts_only = true};
    struct looking l = {intake, loop_wall_us(intake->loop)};
    int rc = outbox_list(intake->store, &pending, receipt, &l);

    for (size_t i = 0; rc == 0 && i < sizeof states / sizeof *states; i++) {
        const struct delivery_filter filter = {.state = (int)states[i]};

        rc = store_delivery_list(intake->store, &filter, unjudged, &l);
    }
    return rc;
}
