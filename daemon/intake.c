/* intake.c -- see intake.h */
#include "daemon/intake.h"

#include <stdio.h>

#include "daemon/control_server.h"
#include "daemon/log.h"
#include "daemon/outbound_process.h"
#include "daemon/pipeline.h"

void intake_remember(struct intake *intake, const char *event, const char *text)
{
    snprintf(intake->last_error, sizeof intake->last_error, "%s: %s", event, text);
    intake->last_error_us = loop_wall_us(intake->loop);
}

void intake_error(struct intake *intake, const char *event, const char *text)
{
    log_text(LOG_LEVEL_ERROR, event, "%s", text);
    intake_remember(intake, event, text);
}

int intake_commit(struct intake *intake)
{
    return pipeline_commit(intake->pipeline);
}

void intake_poke(struct intake *intake)
{
    outbound_process_poke(intake->outbound);
    outbound_process_poke(intake->alerts);
    if (intake->control)
        control_server_wake(intake->control);
    if (intake->pipeline)
        pipeline_ripen(intake->pipeline);
}
