/* sender.c -- the outbox's way out
 *
 * Order of operations for a row, and what a restart finds:
 *   1. the mail is built and handed to a relay   -> before its yes: pending, tried again
 *   2. the relay says yes                        -> pending: repeated once, same Message-ID
 *   3. outcome and audit event are committed     -> final
 */
#include "outbound/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/error.h"
#include "model/json.h"
#include "outbound/alert.h"
#include "outbound/mail.h"
#include "outbound/receipt.h"
#include "outbound/retry.h"
#include "store/audit.h"

#define RELAY_REST_MOST_US (300 * SECOND_US)
/* After a long standstill (machine off, network not up yet) rows may be past their time before
 * the first attempt: they are not given up before relays have been silent for this long. */
#define OUTAGE_LEAST_US (3600 * SECOND_US)
#define ALERT_QUIET_US  (3600 * SECOND_US)
#define ERROR_MAX       640

struct relay {
    struct smtp_relay *smtp;
    unsigned failures;     /* in a row */
    int64_t rest_until_us; /* monotonic; 0 = in use */
};

enum outcome_kind { OUTCOME_SENT = 0, OUTCOME_RETRY, OUTCOME_FAILED };

/* What came of a row; lives on when it could not be recorded. */
struct outcome {
    bool waiting; /* still to be recorded */
    enum outcome_kind kind;
    enum outbox_kind mail_kind;
    int64_t row;
    int64_t delivery_row;
    char delivery_id[DELIVERY_ID_SIZE];
    char unit[UNIT_KEY_MAX];
    unsigned attempts; /* with this one */
    int64_t at_us;
    int64_t next_us;
    char recipient[MAIL_ADDRESS_MAX];
    char text[ERROR_MAX];
};

struct sender {
    struct store *store;
    struct sender_clock clock;
    sender_report report;
    void *context;
    const struct settings *settings;
    const struct template_set *templates;
    struct relay *relays;
    size_t relay_count;
    struct mail mail;
    struct outcome outcome;
    unsigned handled;      /* in this pass */
    int64_t down_since_us; /* monotonic: since when no relay could be reached; 0 = not so */
};

static int64_t wall(const struct sender *s)
{
    return s->clock.wall_us(s->clock.context);
}

static int64_t monotonic(const struct sender *s)
{
    return s->clock.monotonic_us(s->clock.context);
}

static struct retry_policy policy_of(const struct settings *settings)
{
    return (struct retry_policy){settings->smtp.retry_first_us, settings->smtp.retry_most_us,
                                 settings->smtp.give_up_us};
}

static void tell(struct sender *s, const char *name, const struct outbox_mail *mail,
                 const char *relay, const char *text, int64_t next_us)
{
    struct sender_event event = {name, mail, relay, text, next_us};

    if (s->report)
        s->report(s->context, &event);
}

/* --- set-up ----------------------------------------------------------------------------- */

int sender_new(struct store *store, const struct sender_clock *clock, sender_report report,
               void *context, struct sender **out)
{
    struct sender *s = calloc(1, sizeof *s);

    *out = s;
    if (!s)
        return SLUSS_ENOMEM;
    s->store = store;
    s->clock = *clock;
    s->report = report;
    s->context = context;
    mail_init(&s->mail);
    return 0;
}

static void free_relays(struct relay *relays, size_t n)
{
    for (size_t i = 0; relays && i < n; i++)
        smtp_relay_free(&relays[i].smtp);
    free(relays);
}

void sender_free(struct sender **sender)
{
    if (!*sender)
        return;
    free_relays((*sender)->relays, (*sender)->relay_count);
    mail_free(&(*sender)->mail);
    free(*sender);
    *sender = NULL;
}

int sender_configure(struct sender *s, const struct settings *settings,
                     const struct template_set *templates)
{
    size_t n = settings->smtp.relays.n;
    struct relay *relays = calloc(n ? n : 1, sizeof *relays);
    int rc = relays ? 0 : SLUSS_ENOMEM;

    for (size_t i = 0; !rc && i < n; i++) {
        struct smtp_options options = {
            .url = settings->smtp.relays.of[i],
            .user = settings->smtp.user,
            .password_file = settings->smtp.password_file,
            .require_tls = settings->smtp.require_tls,
            .timeout_us = settings->smtp.timeout_us,
        };

        rc = smtp_relay_new(&options, &relays[i].smtp);
    }
    if (rc) {
        free_relays(relays, n);
        return rc;
    }
    free_relays(s->relays, s->relay_count);
    s->relays = relays;
    s->relay_count = n;
    s->settings = settings;
    s->templates = templates;
    return 0;
}

/* --- recording -------------------------------------------------------------------------- */

static int add_audit(struct sender *s, const struct outcome *o)
{
    static const char *const events[2][2] = {
        [OUTBOX_RECEIPT] = {"receipt-sent", "receipt-failed"},
        [OUTBOX_ALERT] = {"alert-sent", "alert-failed"},
    };
    struct buf detail;
    struct json j;
    int rc;

    buf_init(&detail, 4096);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_int(&j, "row", o->row);
    json_uint(&j, "attempts", o->attempts);
    json_object_end(&j);
    rc = buf_error(&detail);
    if (!rc)
        rc = audit_append(s->store, o->at_us, "slussd",
                          events[o->mail_kind][o->kind == OUTCOME_FAILED],
                          o->delivery_id[0] ? o->delivery_id : NULL, buf_view(&detail));
    buf_free(&detail);
    return rc;
}

/* A receipt that will never arrive is somebody's work: tell the site's people. */
static int add_failure_alert(struct sender *s, const struct outcome *o)
{
    struct alert alert = {
        .topic = "receipt-failed",
        .delivery_row = o->delivery_row,
        .delivery_id = o->delivery_id,
        .unit = o->unit,
        .dedup = o->recipient,
        .quiet_us = ALERT_QUIET_US,
    };
    struct buf text;
    int rc;

    buf_init(&text, 8192);
    buf_printf(&text,
               "The receipt to %s was not delivered.\n\nIt has been given up after %u attempts: "
               "%s\n\nTell the unit in another way, and correct receipts-to.\n",
               o->recipient, o->attempts, o->text);
    rc = buf_error(&text);
    alert.text = buf_cstr(&text);
    if (!rc)
        rc = alert_add(s->store, s->settings, &alert, o->at_us);
    buf_free(&text);
    return rc;
}

static int settle_row(struct sender *s)
{
    const struct outcome *o = &s->outcome;

    if (o->kind == OUTCOME_SENT)
        return outbox_sent(s->store, o->row, o->at_us, o->text);
    if (o->kind == OUTCOME_RETRY)
        return outbox_retry(s->store, o->row, o->next_us, o->text);
    return outbox_failed(s->store, o->row, o->at_us, o->text);
}

/* One transaction; on failure nothing of it happened and the outcome waits. */
static int record(struct sender *s)
{
    struct outcome *o = &s->outcome;
    int rc = store_begin(s->store);

    if (!rc)
        rc = settle_row(s);
    if (rc == SLUSS_ENOTFOUND || rc == SLUSS_ECONFLICT) {
        store_rollback(s->store); /* gone, or settled by somebody else: nothing to record */
        o->waiting = false;
        return 0;
    }
    if (!rc && o->kind != OUTCOME_RETRY)
        rc = add_audit(s, o);
    if (!rc && o->kind == OUTCOME_FAILED && o->mail_kind == OUTBOX_RECEIPT)
        rc = add_failure_alert(s, o);
    if (rc)
        store_rollback(s->store);
    else
        rc = store_commit(s->store);
    o->waiting = rc != 0;
    return rc;
}

static void copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* Fill s->outcome for a row. */
static void conclude(struct sender *s, const struct outbox_mail *mail, enum outcome_kind kind,
                     int64_t next_us, const char *text)
{
    struct outcome *o = &s->outcome;

    *o = (struct outcome){
        .waiting = true,
        .kind = kind,
        .mail_kind = mail->kind,
        .row = mail->row,
        .delivery_row = mail->delivery_row,
        .attempts = mail->attempts + 1,
        .at_us = wall(s),
        .next_us = next_us,
    };
    copy_text(o->delivery_id, sizeof o->delivery_id, mail->delivery_id);
    copy_text(o->unit, sizeof o->unit, mail->unit);
    copy_text(o->recipient, sizeof o->recipient, mail->recipient);
    copy_text(o->text, sizeof o->text, text);
}

/* --- relays ----------------------------------------------------------------------------- */

static bool is_resting(const struct relay *relay, int64_t now_us)
{
    return relay->rest_until_us > now_us;
}

/* When the first relay may be tried again (monotonic); 0 when one is in use. */
static int64_t all_rest_until(const struct sender *s)
{
    int64_t now = monotonic(s);
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < s->relay_count; i++) {
        if (!is_resting(&s->relays[i], now))
            return 0;
        if (s->relays[i].rest_until_us < first)
            first = s->relays[i].rest_until_us;
    }
    return s->relay_count ? first : 0;
}

static void relay_is_down(struct sender *s, size_t index, const char *text)
{
    struct relay *relay = &s->relays[index];
    struct retry_policy policy = policy_of(s->settings);

    if (policy.most_us > RELAY_REST_MOST_US)
        policy.most_us = RELAY_REST_MOST_US;
    if (policy.first_us > policy.most_us)
        policy.first_us = policy.most_us;
    relay->rest_until_us =
        monotonic(s) + retry_delay(&policy, (int64_t)index + 1, relay->failures++);
    tell(s, "relay-down", NULL, smtp_relay_url(relay->smtp), text, 0);
}

/* It took the message, or part of it, and never answered. */
static bool went_silent(const struct smtp_result *result)
{
    return result->outcome == SMTP_RETRY && !result->code;
}

/* Left alone for longer than the mail waits for its next attempt, which then begins with
 * another relay: one that swallows mail must not hold up receipts for ever. */
static void relay_is_silent(struct sender *s, size_t index, const char *text)
{
    s->relays[index].failures++;
    relay_is_down(s, index, text);
}

static void relay_is_up(struct sender *s, struct relay *relay)
{
    if (relay->failures)
        tell(s, "relay-up", NULL, smtp_relay_url(relay->smtp), "", 0);
    relay->failures = 0;
    relay->rest_until_us = 0;
    s->down_since_us = 0;
}

/* "smtp://relay: rcpt: 451 try again later" */
static void describe(const struct relay *relay, const struct smtp_result *result,
                     char text[ERROR_MAX])
{
    char code[16] = "";

    if (result->code)
        snprintf(code, sizeof code, "%d ", result->code);
    snprintf(text, ERROR_MAX, "%s: %s: %s%s", smtp_relay_url(relay->smtp),
             smtp_step_name(result->step), code, result->text);
}

/* Try the relays in order. The text is the last answer, but a relay's own word is kept over
 * another's silence. */
static enum smtp_outcome try_relays(struct sender *s, char text[ERROR_MAX])
{
    enum smtp_outcome outcome = SMTP_RELAY_DOWN;

    for (size_t i = 0; i < s->relay_count; i++) {
        struct relay *relay = &s->relays[i];
        struct smtp_result result;
        char said[ERROR_MAX];

        if (is_resting(relay, monotonic(s)))
            continue;
        smtp_send(relay->smtp, &s->mail, &result);
        describe(relay, &result, said);
        if (outcome == SMTP_RELAY_DOWN || result.outcome != SMTP_RELAY_DOWN)
            memcpy(text, said, ERROR_MAX);
        if (result.outcome == SMTP_RELAY_DOWN) {
            relay_is_down(s, i, said);
            continue;
        }
        outcome = result.outcome;
        if (went_silent(&result) && s->relay_count > 1)
            relay_is_silent(s, i, said);
        else
            relay_is_up(s, relay);
        /* After DATA the message may already be on its way: no second relay in this attempt. */
        if (outcome != SMTP_RETRY || result.step >= SMTP_DATA)
            break;
    }
    return outcome;
}

/* --- rows ------------------------------------------------------------------------------- */

static int build(struct sender *s, const struct outbox_mail *mail)
{
    if (mail->kind == OUTBOX_ALERT)
        return alert_write(mail, s->settings, &s->mail);
    return receipt_from_store(s->store, mail, s->settings, s->templates, &s->mail);
}

/* Not sent this time: again later, or given up. */
static void later(struct sender *s, const struct outbox_mail *mail, const char *text)
{
    struct retry_policy policy = policy_of(s->settings);
    int64_t now = wall(s);
    int64_t next;

    if (!retry_next(&policy, mail->row, mail->attempts, mail->created_us, now, &next))
        conclude(s, mail, OUTCOME_FAILED, 0, text);
    else
        conclude(s, mail, OUTCOME_RETRY, next, text);
}

/* Is it time to give up a row because no relay can be reached? */
static bool silent_too_long(const struct sender *s, const struct outbox_mail *mail)
{
    int64_t least = s->settings->smtp.give_up_us;

    if (least > OUTAGE_LEAST_US)
        least = OUTAGE_LEAST_US;
    return wall(s) - mail->created_us >= s->settings->smtp.give_up_us && s->down_since_us &&
           monotonic(s) - s->down_since_us >= least;
}

/* No relay could be reached: the row comes first again when one may be tried. */
static void wait_for_relay(struct sender *s, const struct outbox_mail *mail, const char *text)
{
    int64_t until = all_rest_until(s);

    if (!s->down_since_us)
        s->down_since_us = monotonic(s);
    if (silent_too_long(s, mail))
        conclude(s, mail, OUTCOME_FAILED, 0, text);
    else if (!until) /* none is configured, or the rest was very short */
        later(s, mail, text);
    else
        conclude(s, mail, OUTCOME_RETRY, wall(s) + (until - monotonic(s)), text);
}

static void attempt(struct sender *s, const struct outbox_mail *mail)
{
    char text[ERROR_MAX] = "no relay is configured; set smtp.relays";
    int rc = build(s, mail);

    if (rc == SLUSS_ENOTFOUND) {
        conclude(s, mail, OUTCOME_FAILED, 0, "the delivery it tells of is gone");
        return;
    }
    if (rc == SLUSS_EINVAL) {
        conclude(s, mail, OUTCOME_FAILED, 0,
                 "sender or recipient is not a mail address; correct smtp.from or receipts-to");
        return;
    }
    if (rc) {
        snprintf(text, sizeof text, "the mail could not be made: %s", sluss_error_text(rc));
        later(s, mail, text);
        return;
    }
    switch (try_relays(s, text)) {
    case SMTP_SENT:
        conclude(s, mail, OUTCOME_SENT, 0, text);
        break;
    case SMTP_REFUSED:
        conclude(s, mail, OUTCOME_FAILED, 0, text);
        break;
    case SMTP_RETRY:
        later(s, mail, text);
        break;
    case SMTP_RELAY_DOWN:
        wait_for_relay(s, mail, text);
        break;
    }
}

static int visit(void *context, const struct outbox_mail *mail)
{
    static const char *const names[] = {"mail-sent", "mail-retry", "mail-failed"};
    struct sender *s = context;
    int rc;

    if (all_rest_until(s)) {
        if (!silent_too_long(s, mail))
            return 0; /* the next one may be older */
        conclude(s, mail, OUTCOME_FAILED, 0,
                 mail->last_error ? mail->last_error : "no relay could be reached in time");
    } else {
        attempt(s, mail);
    }
    rc = record(s);
    s->handled++;
    tell(s, names[s->outcome.kind], mail, NULL, s->outcome.text, s->outcome.next_us);
    return rc;
}

/* How long until there is something to do. */
static int next_wait(struct sender *s, unsigned most, int64_t *wait_us)
{
    int64_t until = all_rest_until(s);
    int64_t due;
    int rc = outbox_next_due(s->store, &due);

    if (rc)
        return rc;
    if (due == INT64_MAX)
        *wait_us = INT64_MAX;
    else if (until)
        *wait_us = until - monotonic(s);
    else if (s->handled >= most)
        *wait_us = 0;
    else
        *wait_us = due - wall(s);
    if (*wait_us < 0)
        *wait_us = 0;
    return 0;
}

int sender_pass(struct sender *s, unsigned most, int64_t *wait_us)
{
    int rc = 0;

    *wait_us = INT64_MAX;
    if (s->outcome.waiting)
        rc = record(s);
    if (rc)
        return rc;
    s->handled = 0;
    rc = outbox_due(s->store, wall(s), most, visit, s);
    return rc ? rc : next_wait(s, most, wait_us);
}
