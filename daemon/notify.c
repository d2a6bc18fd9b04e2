/* notify.c -- see notify.h */
#include "daemon/notify.h"

#include <sodium.h>
#include <string.h>

#include "model/error.h"
#include "model/text.h"
#include "outbound/alert.h"
#include "store/outbox.h"

#define ALERT_QUIET_US (24 * 3600 * SECOND_US)
#define ALERT_MAX 8192

int notify_receipts(struct intake *intake, const struct delivery *delivery, const char *verdict,
                    const char *reason)
{
    const struct settings *settings = intake->settings;
    const struct unit_settings *unit = settings_unit(settings, delivery->unit);
    struct outbox_mail mail = {
        .kind = OUTBOX_RECEIPT,
        .delivery_row = delivery->row,
        .delivery_id = delivery->id,
        .unit = delivery->unit,
        .verdict = verdict,
        .detail = reason,
        .created_us = loop_wall_us(intake->loop),
        .deadline_us = delivery->received_us + settings->sla.receipt_us,
    };
    /* A recall comes days later; its receipt is not late because the file is old. */
    if (strcmp(verdict, "recalled") == 0)
        mail.deadline_us = mail.created_us + settings->sla.receipt_us;
    for (size_t i = 0; unit && i < unit->receipts_to.n; i++) {
        mail.recipient = unit->receipts_to.of[i];
        int rc = outbox_add(intake->store, &mail, settings->smtp.from, NULL, 0);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void describe_held(const struct delivery *delivery, const struct finding_list *findings,
                          struct buf *out)
{
    char when[INSTANT_SIZE];
    buf_printf(out, "%s from %s waits for a decision\n\nFile:     ", delivery->id,
               delivery->unit);
    text_escape(out, delivery->file);
    buf_printf(out, "\nReceived: %s\nItems:    %llu\n",
               instant_local(delivery->received_us, when),
               (unsigned long long)delivery->summary.items);
    for (unsigned i = 0; i < delivery->summary.sums.n; i++) {
        buf_str(out, "Sum:      ");
        money_people(out, delivery->summary.sums.of[i].minor,
                     delivery->summary.sums.of[i].currency);
        buf_char(out, '\n');
    }
    buf_str(out, "\nWhy:\n");
    for (unsigned i = 0; i < findings->n; i++) {
        if (findings->of[i].level < LEVEL_WARN)
            continue;
        buf_str(out, "- ");
        finding_sentence(&findings->of[i], "en", out);
        buf_char(out, '\n');
    }
    buf_printf(out,
               "\nDecide with:\n  slussctl show %s\n  slussctl release %s --reason TEXT\n"
               "  slussctl reject %s --reason TEXT\n",
               delivery->id, delivery->id, delivery->id);
}

int notify_held(struct intake *intake, const struct delivery *delivery,
                const struct finding_list *findings)
{
    struct buf text;
    buf_init(&text, ALERT_MAX);
    describe_held(delivery, findings, &text);
    char dedup[65];
    sodium_bin2hex(dedup, sizeof dedup, delivery->summary.blake2b,
                   sizeof delivery->summary.blake2b);
    const struct alert alert = {
        .topic = "held",
        .text = buf_cstr(&text), /* one cut at ALERT_MAX still tells what to do */
        .delivery_row = delivery->row,
        .delivery_id = delivery->id,
        .unit = delivery->unit,
        .dedup = dedup,
        .quiet_us = ALERT_QUIET_US,
    };
    int rc = alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
    buf_free(&text);
    return rc;
}

int notify_trouble(struct intake *intake, const char *unit, const char *topic, const char *text)
{
    const struct alert alert = {.topic = topic,
                                .text = text,
                                .unit = unit,
                                .dedup = text,
                                .quiet_us = ALERT_QUIET_US};
    return alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
}
