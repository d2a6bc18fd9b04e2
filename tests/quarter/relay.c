/* relay.c -- the mail relays of a simulated quarter, in place of outbound/smtp.c
 *
 * The sender links with these functions instead of those that speak SMTP: what a relay would
 * have taken is told to the simulation, which says whether one is up.
 */
#include "tests/quarter/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/error.h"
#include "outbound/smtp.h"

struct smtp_relay {
    char url[128];
};

static struct relay_world world;

void relay_world_set(const struct relay_world *to)
{
    world = *to;
}

int smtp_begin(void)
{
    return SLUSS_OK;
}

void smtp_end(void)
{
}

int smtp_relay_new(const struct smtp_options *options, struct smtp_relay **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return SLUSS_ENOMEM;
    snprintf((*out)->url, sizeof(*out)->url, "%s", options->url);
    return SLUSS_OK;
}

void smtp_relay_free(struct smtp_relay **relay)
{
    free(*relay);
    *relay = NULL;
}

const char *smtp_relay_url(const struct smtp_relay *relay)
{
    return relay->url;
}

const char *smtp_step_name(enum smtp_step step)
{
    (void)step;
    return "simulated";
}

enum smtp_outcome smtp_judge(enum smtp_step step, int code)
{
    (void)step;
    (void)code;
    return SMTP_RETRY;
}

bool smtp_is_loopback(const char *url)
{
    (void)url;
    return true;
}

void smtp_conclude(struct smtp_result *result, enum smtp_outcome outcome, struct span text)
{
    *result = (struct smtp_result){.outcome = outcome};
    snprintf(result->text, sizeof result->text, "%.*s", SPAN_FMT(text));
}

/* What stands behind "Name: " in the mail as it would have left. */
static void header(const struct mail *mail, const char *name, char *to, size_t size)
{
    size_t n = strlen(name);

    to[0] = '\0';
    for (const char *h = mail_next_header(mail, NULL); h; h = mail_next_header(mail, h))
        if (strncmp(h, name, n) == 0 && h[n] == ':')
            snprintf(to, size, "%s", h + n + 2);
}

void smtp_send(struct smtp_relay *relay, const struct mail *mail, struct smtp_result *result)
{
    static const struct smtp_result answers[] = {
        [RELAY_TAKES] = {SMTP_SENT, SMTP_END, 250, "2.0.0 kept"},
        [RELAY_LATER] = {SMTP_RETRY, SMTP_RCPT, 451, "4.3.0 try again later"},
        [RELAY_REFUSES] = {SMTP_REFUSED, SMTP_RCPT, 550, "5.1.1 no such mailbox"},
        [RELAY_DOWN] = {SMTP_RELAY_DOWN, SMTP_CONNECT, 0, "connection refused"}};
    enum relay_mood mood = world.mood(world.context, mail->to);
    char delivery[64], verdict[32];

    (void)relay;
    *result = answers[mood];
    if (mood != RELAY_TAKES)
        return;
    header(mail, "X-Sluss-Delivery", delivery, sizeof delivery);
    header(mail, "X-Sluss-Verdict", verdict, sizeof verdict);
    if (delivery[0] && verdict[0])
        world.taken(world.context, delivery, verdict, mail->to);
}
