/* sender.c -- the outbox's way out
 *
 * Order of operations for a row, and what a restart finds:
 *   1. the mail is built and handed to a relay   -> before its yes: pending, tried again
 *   2. the relay says yes                        -> pending: repeated once, same Message-ID
 *   3. outcome and audit event are committed     -> final
 */
#include "outbound/sender.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/error.h"
#include "model/json.h"
#include "outbound/alert.h"
#include "outbound/gathered.h"
#include "outbound/mail.h"
#include "outbound/receipt.h"
#include "outbound/report_mail.h"
#include "outbound/relays.h"
#include "outbound/retry.h"
#include "store/audit.h"

/* After a long standstill (machine off, network not up yet) rows may be past their time before
 * the first attempt: they are not given up before relays have been silent for this long. */
#define OUTAGE_LEAST_US (3600 * SECOND_US)
#define ALERT_QUIET_US  (3600 * SECOND_US)
#define ERROR_MAX       RELAYS_TEXT_MAX

enum outcome_kind {
    OUTCOME_SENT = 0,
    OUTCOME_RETRY, /* for what became of this mail */
    OUTCOME_WAIT,  /* for a relay that can be reached */
    OUTCOME_FAILED,
    OUTCOME_NOT_ALLOWED,
    OUTCOME_COUNT
};

/* What came of a row; lives on when it could not be recorded. */
struct outcome {
    bool waiting; /* still to be recorded */
    enum outcome_kind kind;
    enum outbox_kind mail_kind;
    int64_t row;
    int64_t others[GATHERED_MOST]; /* rows that the same mail tells of */
    size_t other_count;
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
    struct relays *relays; /* null: not configured yet */
    struct mail mail;
    struct outcome outcome;
    unsigned handled; /* in this pass */
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

void sender_free(struct sender **sender)
{
    if (!*sender)
        return;
    relays_free(&(*sender)->relays);
    mail_free(&(*sender)->mail);
    free(*sender);
    *sender = NULL;
}

static void on_relay(void *context, const char *event, const char *relay, const char *text)
{
    tell(context, event, NULL, relay, text, 0);
}

int sender_configure(struct sender *s, const struct settings *settings,
                     const struct template_set *templates)
{
    struct relays *relays;
    int rc = relays_new(settings, on_relay, s, &relays);

    if (rc)
        return rc;
    relays_free(&s->relays);
    s->relays = relays;
    s->settings = settings;
    s->templates = templates;
    return 0;
}

/* --- recording -------------------------------------------------------------------------- */

/* "receipt-sent", "alert-not-allowed". */
static const char *event_of(const struct outcome *o)
{
    static const char *const events[][OUTCOME_COUNT] = {
        [OUTBOX_RECEIPT] = {"receipt-sent", NULL, NULL, "receipt-failed", "receipt-not-allowed"},
        [OUTBOX_ALERT] = {"alert-sent", NULL, NULL, "alert-failed", "alert-not-allowed"},
        [OUTBOX_REPORT] = {"report-sent", NULL, NULL, "report-failed", "report-not-allowed"},
    };

    return events[o->mail_kind][o->kind];
}

static int add_audit(struct sender *s, const struct outcome *o)
{
    struct buf detail;
    struct json j;
    int rc;

    buf_init(&detail, 4096);
    json_start(&j, &detail);
    json_object_begin(&j, NULL);
    json_int(&j, "row", o->row);
    json_uint(&j, "attempts", o->attempts);
    if (o->other_count)
        json_uint(&j, "gathered", o->other_count + 1);
    json_object_end(&j);
    rc = buf_error(&detail);
    if (!rc)
        rc = audit_append(s->store, o->at_us, "slussd", event_of(o),
                          o->delivery_id[0] ? o->delivery_id : NULL, buf_view(&detail));
    buf_free(&detail);
    return rc;
}

/* A receipt or report that will never arrive is somebody's work: tell the site's people. */
static int add_failure_alert(struct sender *s, const struct outcome *o)
{
    struct alert alert = {
        .topic = o->mail_kind == OUTBOX_RECEIPT ? "receipt-failed" : "report-failed",
        .severity = o->mail_kind == OUTBOX_RECEIPT ? ALERT_CRITICAL : ALERT_WARNING,
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
               "The %s to %s was not delivered.\n\nIt has been given up after %u attempts: "
               "%s\n\n%s\n",
               o->mail_kind == OUTBOX_RECEIPT ? "receipt" : "report", o->recipient, o->attempts,
               o->text,
               o->mail_kind == OUTBOX_RECEIPT
                   ? "Tell the unit in another way, and correct receipts-to."
                   : "Make it with slussctl report --format html, and correct reports-to.");
    rc = buf_error(&text);
    alert.text = buf_cstr(&text);
    if (!rc)
        rc = alert_add(s->store, s->settings, &alert, o->at_us);
    buf_free(&text);
    return rc;
}

static int settle_one(struct sender *s, int64_t row)
{
    const struct outcome *o = &s->outcome;

    switch (o->kind) {
    case OUTCOME_SENT:
        return outbox_sent(s->store, row, o->at_us, o->text);
    case OUTCOME_RETRY:
        return outbox_retry(s->store, row, o->next_us, o->text);
    case OUTCOME_WAIT:
        return outbox_wait(s->store, row, o->next_us, o->text);
    case OUTCOME_FAILED:
        return outbox_failed(s->store, row, o->at_us, o->text);
    case OUTCOME_NOT_ALLOWED:
        return outbox_not_allowed(s->store, row, o->at_us, o->text);
    case OUTCOME_COUNT:
        break;
    }
    return SLUSS_EINVAL;
}

static int settle_rows(struct sender *s)
{
    const struct outcome *o = &s->outcome;
    int rc = settle_one(s, o->row);

    for (size_t i = 0; !rc && i < o->other_count; i++) {
        rc = settle_one(s, o->others[i]);
        if (rc == SLUSS_ENOTFOUND || rc == SLUSS_ECONFLICT)
            rc = 0; /* settled by somebody else */
    }
    return rc;
}

/* One transaction; on failure nothing of it happened and the outcome waits. */
static int record(struct sender *s)
{
    struct outcome *o = &s->outcome;
    int rc = store_begin(s->store);

    if (!rc)
        rc = settle_rows(s);
    if (rc == SLUSS_ENOTFOUND || rc == SLUSS_ECONFLICT) {
        store_rollback(s->store); /* gone, or settled by somebody else: nothing to record */
        o->waiting = false;
        return 0;
    }
    if (!rc && event_of(o))
        rc = add_audit(s, o);
    if (!rc && o->kind == OUTCOME_FAILED && o->mail_kind != OUTBOX_ALERT)
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
    struct outcome *o = &s->outcome; /* its other rows are there already */

    o->waiting = true;
    o->kind = kind;
    o->mail_kind = mail->kind;
    o->row = mail->row;
    o->delivery_row = mail->delivery_row;
    o->attempts = mail->attempts + 1;
    o->at_us = wall(s);
    o->next_us = next_us;
    copy_text(o->delivery_id, sizeof o->delivery_id, mail->delivery_id);
    copy_text(o->unit, sizeof o->unit, mail->unit);
    copy_text(o->recipient, sizeof o->recipient, mail->recipient);
    copy_text(o->text, sizeof o->text, text);
}

/* --- rows ------------------------------------------------------------------------------- */

/* When relays may be asked again (monotonic); 0: now. */
static int64_t all_rest_until(const struct sender *s)
{
    return relays_rest_until(s->relays, monotonic(s));
}

static int build(struct sender *s, const struct outbox_mail *mail)
{
    int rc;

    s->outcome.other_count = 0;
    if (mail->kind == OUTBOX_RECEIPT)
        rc = receipt_from_store(s->store, mail, s->settings, s->templates, &s->mail);
    else if (mail->kind == OUTBOX_REPORT)
        rc = report_mail_write(s->store, mail, s->settings, &s->mail);
    else if (wall(s) - mail->created_us >= s->settings->alerts.gather_after_us)
        rc = gathered_from_store(s->store, mail, s->settings, wall(s), &s->mail, s->outcome.others,
                                 &s->outcome.other_count);
    else
        rc = alert_write(mail, s->settings, &s->mail);
    return rc ? rc : mail_bounces_to(&s->mail, s->settings->smtp.bounces_to);
}

/* May mail go there? */
static bool is_allowed(const struct settings *settings, const char *address)
{
    const struct texts *only = &settings->smtp.only_to;

    for (size_t i = 0; i < only->n; i++)
        if (fnmatch(only->of[i], address, FNM_CASEFOLD) == 0)
            return true;
    return only->n == 0;
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
    return wall(s) - mail->created_us >= s->settings->smtp.give_up_us &&
           relays_down_since(s->relays) && monotonic(s) - relays_down_since(s->relays) >= least;
}

/* No relay could be reached: the row comes first again when one may be tried. */
static void wait_for_relay(struct sender *s, const struct outbox_mail *mail, const char *text)
{
    int64_t until = all_rest_until(s);

    if (silent_too_long(s, mail))
        conclude(s, mail, OUTCOME_FAILED, 0, text);
    else if (!until) /* none is configured, or the rest was very short */
        later(s, mail, text);
    else
        conclude(s, mail, OUTCOME_WAIT, wall(s) + (until - monotonic(s)), text);
}

static void attempt(struct sender *s, const struct outbox_mail *mail)
{
    char text[ERROR_MAX] = "no relay is configured; set smtp.relays";
    int rc = build(s, mail);
    bool talked;

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
    if (!is_allowed(s->settings, s->mail.to)) {
        conclude(s, mail, OUTCOME_NOT_ALLOWED, 0,
                 "not sent: smtp.only-to does not allow this address");
        return;
    }
    switch (
        relays_send(s->relays, &s->mail, s->clock.monotonic_us, s->clock.context, text, &talked)) {
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
        if (talked) /* perhaps it is this mail: the others come first now */
            later(s, mail, text);
        else
            wait_for_relay(s, mail, text);
        break;
    }
}

/* An alert that nobody was told in time is in the log; told days later it would mislead. */
static bool too_old(const struct sender *s, const struct outbox_mail *mail)
{
    return mail->kind == OUTBOX_ALERT &&
           wall(s) - mail->created_us >= s->settings->alerts.max_age_us;
}

static int visit(void *context, const struct outbox_mail *mail)
{
    static const char *const names[OUTCOME_COUNT] = {"mail-sent", "mail-retry", "mail-retry",
                                                     "mail-failed", "mail-not-allowed"};
    struct sender *s = context;
    int rc = outbox_is_due(s->store, mail->row, wall(s));

    if (rc <= 0) /* gathered with one before it */
        return rc;
    s->outcome.other_count = 0;
    if (too_old(s, mail)) {
        conclude(s, mail, OUTCOME_FAILED, 0, "older than alerts.max-age; it is in the log");
    } else if (!all_rest_until(s)) {
        attempt(s, mail);
    } else if (silent_too_long(s, mail)) {
        conclude(s, mail, OUTCOME_FAILED, 0,
                 mail->last_error ? mail->last_error : "no relay could be reached in time");
    } else {
        return 0; /* the next one may be older */
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
