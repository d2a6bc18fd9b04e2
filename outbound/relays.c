/* relays.c -- see relays.h */
#include "outbound/relays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/date.h"
#include "model/error.h"
#include "outbound/retry.h"

#define REST_MOST_US (300 * SECOND_US)

struct relay {
    struct smtp_relay *smtp;
    unsigned failures;     /* in a row */
    int64_t rest_until_us; /* monotonic; 0 = in use */
};

struct relays {
    struct relay *of;
    size_t n;
    struct retry_policy rest;
    int64_t down_since_us;
    relays_report report;
    void *context;
};

static struct smtp_options options_of(const struct settings *settings, size_t i)
{
    return (struct smtp_options){
        .url = settings->smtp.relays.of[i],
        .user = settings->smtp.user,
        .password_file = settings->smtp.password_file,
        .ca_file = settings->smtp.ca_file,
        .require_tls = settings->smtp.require_tls,
        .timeout_us = settings->smtp.timeout_us,
    };
}

int relays_new(const struct settings *settings, relays_report report, void *context,
               struct relays **out)
{
    struct relays *relays = calloc(1, sizeof *relays);
    size_t n = settings->smtp.relays.n;
    int rc = relays ? 0 : SLUSS_ENOMEM;

    *out = relays;
    if (rc)
        return rc;
    relays->report = report;
    relays->context = context;
    relays->rest = (struct retry_policy){settings->smtp.retry_first_us,
                                         settings->smtp.retry_most_us, settings->smtp.give_up_us};
    if (relays->rest.most_us > REST_MOST_US)
        relays->rest.most_us = REST_MOST_US;
    if (relays->rest.first_us > relays->rest.most_us)
        relays->rest.first_us = relays->rest.most_us;
    relays->of = calloc(n ? n : 1, sizeof *relays->of);
    if (!relays->of)
        rc = SLUSS_ENOMEM;
    for (size_t i = 0; !rc && i < n; i++) {
        struct smtp_options options = options_of(settings, i);

        rc = smtp_relay_new(&options, &relays->of[i].smtp);
        relays->n++;
    }
    if (rc)
        relays_free(out);
    return rc;
}

void relays_free(struct relays **relays)
{
    if (!*relays)
        return;
    for (size_t i = 0; i < (*relays)->n; i++)
        smtp_relay_free(&(*relays)->of[i].smtp);
    free((*relays)->of);
    free(*relays);
    *relays = NULL;
}

static bool is_resting(const struct relay *relay, int64_t now_us)
{
    return relay->rest_until_us > now_us;
}

int64_t relays_rest_until(const struct relays *relays, int64_t monotonic_us)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; relays && i < relays->n; i++) {
        if (!is_resting(&relays->of[i], monotonic_us))
            return 0;
        if (relays->of[i].rest_until_us < first)
            first = relays->of[i].rest_until_us;
    }
    return relays && relays->n ? first : 0;
}

int64_t relays_down_since(const struct relays *relays)
{
    return relays ? relays->down_since_us : 0;
}

static void tell(const struct relays *relays, const char *event, const struct relay *relay,
                 const char *text)
{
    if (relays->report)
        relays->report(relays->context, event, smtp_relay_url(relay->smtp), text);
}

static void is_down(struct relays *relays, struct relay *relay, const char *text, int64_t now_us)
{
    int64_t id = relay - relays->of + 1;

    relay->rest_until_us = now_us + retry_delay(&relays->rest, id, relay->failures++);
    tell(relays, "relay-down", relay, text);
}

static void is_up(struct relays *relays, struct relay *relay)
{
    if (relay->failures)
        tell(relays, "relay-up", relay, "");
    relay->failures = 0;
    relay->rest_until_us = 0;
    relays->down_since_us = 0;
}

/* It took the message, or part of it, and never answered. */
static bool went_silent(const struct smtp_result *result)
{
    return result->outcome == SMTP_RETRY && !result->code;
}

static void describe(const struct relay *relay, const struct smtp_result *result,
                     char text[RELAYS_TEXT_MAX])
{
    char code[16] = "";

    if (result->code)
        snprintf(code, sizeof code, "%d ", result->code);
    snprintf(text, RELAYS_TEXT_MAX, "%s: %s: %s%s", smtp_relay_url(relay->smtp),
             smtp_step_name(result->step), code, result->text);
}

enum smtp_outcome relays_send(struct relays *relays, const struct mail *mail,
                              int64_t (*now)(void *context), void *context,
                              char text[RELAYS_TEXT_MAX], bool *talked)
{
    enum smtp_outcome outcome = SMTP_RELAY_DOWN;

    *talked = false;
    for (size_t i = 0; relays && i < relays->n; i++) {
        struct relay *relay = &relays->of[i];
        struct smtp_result result;
        char said[RELAYS_TEXT_MAX];

        if (is_resting(relay, now(context)))
            continue;
        smtp_send(relay->smtp, mail, &result);
        *talked = *talked || (result.step >= SMTP_MAIL && result.step < SMTP_PROGRAM);
        describe(relay, &result, said);
        if (outcome == SMTP_RELAY_DOWN || result.outcome != SMTP_RELAY_DOWN)
            memcpy(text, said, RELAYS_TEXT_MAX);
        if (result.outcome == SMTP_RELAY_DOWN) {
            is_down(relays, relay, said, now(context));
            continue;
        }
        outcome = result.outcome;
        if (went_silent(&result) && relays->n > 1) {
            relay->failures++; /* longer than the mail waits for its next attempt */
            is_down(relays, relay, said, now(context));
        } else {
            is_up(relays, relay);
        }
        /* After DATA the message may already be on its way: no second relay in this attempt. */
        if (outcome != SMTP_RETRY || result.step >= SMTP_DATA)
            break;
    }
    if (outcome == SMTP_RELAY_DOWN && relays && !relays->down_since_us)
        relays->down_since_us = now(context);
    return outcome;
}
