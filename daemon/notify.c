/* notify.c -- see notify.h */
#include "daemon/notify.h"

#include <sodium.h>
#include <string.h>

#include "daemon/pool.h"
#include "model/error.h"
#include "model/likelihood.h"
#include "model/text.h"
#include "outbound/alert.h"
#include "safeguards/learned.h"
#include "store/outbox.h"

#define ALERT_QUIET_US (24 * 3600 * SECOND_US)
/* Longer than any gap that anybody still waits in. */
#define SILENCE_QUIET_US (1000 * 24 * 3600 * SECOND_US)
#define CLOCK_QUIET_US   (600 * SECOND_US)
#define INBOX_GONE       "inbox-unreachable"
#define WORKER_QUIET_US  (3600 * SECOND_US)
#define ALERT_MAX        8192

static int add_mails(struct intake *intake, struct outbox_mail *mail, const struct texts *to)
{
    int rc = 0;
    for (size_t i = 0; i < to->n && rc >= 0; i++) {
        mail->recipient = to->of[i];
        rc = outbox_add(intake->store, mail, intake->settings->smtp.from, NULL, 0);
    }
    return rc < 0 ? rc : 0;
}

/* One row a recipient, and one a copy. deadline_us: 0, or when the agreement wants it. */
static int add_receipts(struct intake *intake, const struct unit_settings *unit,
                        const struct delivery *delivery, const char *verdict, const char *reason,
                        int64_t deadline_us)
{
    struct outbox_mail mail = {
        .kind = OUTBOX_RECEIPT,
        .delivery_row = delivery->row,
        .delivery_id = delivery->id,
        .unit = delivery->unit,
        .verdict = verdict,
        .detail = reason,
        .created_us = loop_wall_us(intake->loop),
        .deadline_us = deadline_us,
    };

    int rc = add_mails(intake, &mail, &unit->receipts_to);
    if (rc == 0) {
        mail.deadline_us = 0; /* the agreement knows no copies */
        rc = add_mails(intake, &mail, &unit->copies_to);
    }
    return rc;
}

int notify_answer(struct intake *intake, const struct delivery *delivery)
{
    const struct unit_settings *unit = settings_unit(intake->settings, delivery->unit);

    int rc = notify_heard(intake, delivery->unit);
    if (rc || !unit)
        return rc;
    return add_receipts(intake, unit, delivery, verdict_name(delivery->verdict), NULL,
                        penalty_deadline_us(&unit->sla.terms, delivery->received_us));
}

int notify_decision(struct intake *intake, const struct delivery *delivery, const char *verdict,
                    const char *reason)
{
    const struct unit_settings *unit = settings_unit(intake->settings, delivery->unit);

    return unit ? add_receipts(intake, unit, delivery, verdict, reason, 0) : 0;
}

/* So many findings tell why, the rest follows below. */
#define WHY_MOST 3

static void list_findings(const struct finding_list *findings, unsigned from, unsigned to,
                          struct buf *out)
{
    for (unsigned i = from; i < to && i < findings->n; i++) {
        if (findings->of[i].level < LEVEL_WARN)
            break;
        buf_str(out, "- ");
        finding_sentence(&findings->of[i], "en", out);
        buf_char(out, '\n');
    }
}

static void describe_sums(const struct delivery *delivery, struct buf *out)
{
    const struct sums *sums = &delivery->summary.sums;

    buf_printf(out, "%llu item%s", (unsigned long long)delivery->summary.items,
               delivery->summary.items == 1 ? "" : "s");
    for (unsigned i = 0; i < sums->n; i++) {
        buf_str(out, i ? " + " : ", ");
        money_people(out, sums->of[i].minor, sums->of[i].currency);
    }
}

/* What it resembles, how likely it is to be wrong, what a release would set in motion. */
static void weigh_up(const struct delivery *delivery, const struct unit_settings *unit,
                     const struct finding_list *findings, struct buf *out)
{
    for (unsigned i = 0; i < findings->n; i++) {
        if (findings->of[i].code != FINDING_NEAREST)
            continue;
        buf_char(out, '\n');
        finding_sentence(&findings->of[i], "en", out);
        buf_char(out, '\n');
    }
    buf_str(out, "\nEstimate: ");
    likelihood_say(out, likelihood_of_odds(delivery->odds), "en");
    buf_str(out, ".\n\nA release would put ");
    describe_sums(delivery, out);
    buf_str(out, " into the queue");
    if (unit->cool_off_us > 0)
        buf_printf(out, " after a cooling-off of %lld min",
                   (long long)(unit->cool_off_us / (60 * SECOND_US)));
    else
        buf_str(out, " at once");
    if (unit->approvals > 1)
        buf_printf(out, ", once %d operators have said so", unit->approvals);
    buf_printf(out, ", and send %zu receipt%s.\n", unit->receipts_to.n,
               unit->receipts_to.n == 1 ? "" : "s");
}

static void describe_held(const struct delivery *delivery, const struct unit_settings *unit,
                          const struct finding_list *findings, struct buf *out)
{
    char when[INSTANT_SIZE];
    buf_printf(out, "%s from %s waits for a decision\n\nWhy:\n", delivery->id, delivery->unit);
    list_findings(findings, 0, WHY_MOST, out);
    weigh_up(delivery, unit, findings, out);
    buf_printf(out,
               "\nDecide with:\n  slussctl show %s\n  slussctl release %s --reason TEXT\n"
               "  slussctl reject %s --reason TEXT\n",
               delivery->id, delivery->id, delivery->id);
    buf_str(out, "\nFile:     ");
    text_escape(out, delivery->file);
    buf_printf(out, "\nReceived: %s\nHolds:    ", instant_local(delivery->received_us, when));
    describe_sums(delivery, out);
    buf_char(out, '\n');
    if (findings->n > WHY_MOST && findings->of[WHY_MOST].level >= LEVEL_WARN) {
        buf_str(out, "\nAlso noticed:\n");
        list_findings(findings, WHY_MOST, findings->n, out);
    }
}

int notify_held(struct intake *intake, const struct delivery *delivery,
                const struct unit_settings *unit, const struct finding_list *findings)
{
    struct buf text;
    buf_init(&text, ALERT_MAX);
    describe_held(delivery, unit, findings, &text);
    char dedup[65];
    sodium_bin2hex(dedup, sizeof dedup, delivery->summary.blake2b,
                   sizeof delivery->summary.blake2b);
    const struct alert alert = {
        .topic = "held",
        .severity = ALERT_WARNING,
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

/* --- what is told of other things ----------------------------------------------------------- */

int notify_trouble(struct intake *intake, const char *unit, const char *topic, const char *text)
{
    bool lasting = unit && strcmp(topic, INBOX_GONE) == 0; /* notify_inbox_back ends it */
    const struct alert alert = {.topic = topic,
                                .severity = lasting ? ALERT_CRITICAL : ALERT_WARNING,
                                .text = text,
                                .unit = unit,
                                .dedup = lasting ? unit : text,
                                .quiet_us = ALERT_QUIET_US,
                                .lasting = lasting};
    return alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
}

int notify_inbox_back(struct intake *intake, const char *unit)
{
    struct buf text;
    buf_init(&text, ALERT_MAX);
    buf_printf(&text, "over: the inbox of %s can be reached again\n\nNothing is to be done.\n",
               unit);
    int rc = alert_clear(intake->store, intake->settings, INBOX_GONE, unit, buf_cstr(&text),
                         loop_wall_us(intake->loop));
    buf_free(&text);
    return rc;
}

/* What follows from it, by itself and for people. */
static const char *what_follows(const struct track_record *record)
{
    if (learned_factor(record) < 1)
        return "Its signs weigh half from now on. Where a rule of it holds alone, it still does.";
    if (learned_poor(record))
        return "It holds by a rule, and rules do not change by themselves: see whether the rule "
               "fits the units it holds (their names, formats, accounts), or waive it for one of "
               "them.";
    return "Its signs weigh whole.";
}

int notify_learned(struct intake *intake, const struct track_record *record)
{
    int64_t decided = record->released + record->rejected;
    struct buf text;
    buf_init(&text, ALERT_MAX);
    buf_printf(&text,
               "the check %s %s\n\nOf %lld held deliveries in which it found something and that "
               "were decided, %lld %s wrong.\n%s\n\nAll checks:\n  slussctl checks\n",
               record->check, learned_poor(record) ? "holds in vain" : "holds in vain no longer",
               (long long)decided, (long long)record->rejected,
               record->rejected == 1 ? "was" : "were", what_follows(record));
    int rc = notify_trouble(intake, NULL, "check", buf_cstr(&text));
    buf_free(&text);
    return rc;
}

int notify_silence(struct intake *intake, const struct unit_settings *unit, struct date last,
                   struct date due)
{
    char last_day[DATE_SIZE], due_day[DATE_SIZE];
    struct buf text;
    date_format(last, last_day);
    date_format(due, due_day);
    buf_init(&text, ALERT_MAX);
    buf_printf(&text,
               "%s: an expected delivery did not come\n\nThe last one came on %s; the next was "
               "expected by %s, %s%s.\n\nAsk the unit whether it sent one. Its next delivery ends "
               "this. Nothing is held.\n",
               unit->key, last_day, due_day,
               unit->expect ? "as the configuration says: expect = " : "by what it usually does",
               unit->expect ? unit->expect : "");
    const struct alert alert = {.topic = "silence",
                                .severity = ALERT_WARNING,
                                .text = buf_cstr(&text),
                                .unit = unit->key,
                                .dedup = unit->key,
                                .quiet_us = SILENCE_QUIET_US,
                                .lasting = true};
    int rc = alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
    buf_free(&text);
    return rc;
}

int notify_heard(struct intake *intake, const char *unit)
{
    struct buf text;
    buf_init(&text, ALERT_MAX);
    buf_printf(&text, "%s: it is heard of again\n\nNothing is to be done.\n", unit);
    int rc = alert_clear(intake->store, intake->settings, "silence", unit, buf_cstr(&text),
                         loop_wall_us(intake->loop));
    buf_free(&text);
    return rc;
}

/* --- the agreement's clock ------------------------------------------------------------------ */

static void add_kronor(struct buf *out, const struct penalty *penalty)
{
    money_people(out, penalty->amount_minor, PENALTY_CURRENCY);
}

/* What is owed by now, and what will be. */
static void add_stake(struct buf *out, const struct penalty_terms *terms, int64_t arrival_us,
                      int64_t now_us)
{
    struct penalty owed = penalty_owed(terms, arrival_us, now_us), then;
    char when[INSTANT_SIZE];
    int64_t step_us;

    if (owed.occasions > 0) {
        buf_str(out, "By now ");
        add_kronor(out, &owed);
        buf_str(out, " are owed for it. ");
    }
    if (penalty_next(terms, arrival_us, now_us, &step_us, &then)) {
        buf_printf(out, "Not sent by %s, it costs ", instant_local(step_us, when));
        add_kronor(out, &then);
        buf_str(out, owed.occasions > 0 ? " in all." : ".");
    }
    buf_char(out, '\n');
}

static void describe_due(struct buf *out, const struct unit_settings *unit,
                         const struct late_receipt *late, int64_t now_us)
{
    int64_t due_us = penalty_deadline_us(&unit->sla.terms, late->arrival_us);
    bool is_late = now_us >= due_us;
    char when[INSTANT_SIZE];

    if (is_late)
        buf_printf(out, "%s: the receipt of %s is late\n\nIt was due at %s. ", late->unit,
                   late->delivery_id, instant_local(due_us, when));
    else
        buf_printf(out,
                   "%s: the receipt of %s is not sent, %d %% of its time is over\n\nIt is due "
                   "at %s. ",
                   late->unit, late->delivery_id, late->percent, instant_local(due_us, when));
    add_stake(out, &unit->sla.terms, late->arrival_us, now_us);
    if (!late->judged)
        buf_str(out, "\nThe delivery is still being read: slussctl status says what stands in its "
                     "way.\n");
    else if (late->last_error)
        buf_printf(out,
                   "\nTried %u time%s, the last answer: %s\nSee to the mail server; all "
                   "receipts that wait: slussctl receipts --pending\n",
                   late->attempts, late->attempts == 1 ? "" : "s", late->last_error);
    else
        buf_str(out, "\nIt was not tried yet: slussctl status says what stands in its way.\n");
    if (is_late)
        buf_str(out, "Tell the unit in another way that its file has come.\n");
}

int notify_due(struct intake *intake, const struct unit_settings *unit,
               const struct late_receipt *late, const char *topic, const char *key)
{
    int64_t now_us = loop_wall_us(intake->loop);
    bool is_late = now_us >= penalty_deadline_us(&unit->sla.terms, late->arrival_us);
    struct buf text;
    buf_init(&text, ALERT_MAX);
    describe_due(&text, unit, late, now_us);
    const struct alert alert = {.topic = topic,
                                .severity = is_late ? ALERT_CRITICAL : ALERT_WARNING,
                                .text = buf_cstr(&text),
                                .delivery_row = late->delivery_row,
                                .delivery_id = late->delivery_id,
                                .unit = late->unit,
                                .dedup = key,
                                .quiet_us = SILENCE_QUIET_US};
    int rc = alert_add(intake->store, intake->settings, &alert, now_us);
    buf_free(&text);
    return rc;
}

int notify_clock(struct intake *intake, int64_t by_us, uint64_t waiting)
{
    int64_t size_s = (by_us < 0 ? -by_us : by_us) / SECOND_US;
    struct buf text;
    buf_init(&text, ALERT_MAX);
    buf_printf(&text,
               "the clock was set %s by %lld s\n\nWhat is said of late receipts and penalties "
               "around this time may be wrong by as much; the audit trail has a mark "
               "(clock-moved). ",
               by_us < 0 ? "back" : "forward", (long long)size_s);
    if (waiting)
        buf_printf(&text, "%llu receipt%s waited then. ", (unsigned long long)waiting,
                   waiting == 1 ? "" : "s");
    buf_str(&text,
            "Files are taken as ever.\n\nSee who sets the clock: timedatectl, and the log of "
            "the time service.\n");
    const struct alert alert = {.topic = "clock-moved",
                                .severity = ALERT_WARNING,
                                .text = buf_cstr(&text),
                                .dedup = "clock",
                                .quiet_us = CLOCK_QUIET_US};
    int rc = alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
    buf_free(&text);
    return rc;
}

/* --- states ----------------------------------------------------------------------------------- */

static void key_of(struct buf *key, const char *what, const char *grade)
{
    buf_init(key, 8192);
    buf_printf(key, "%s %s", what, grade);
}

int notify_lasting(struct intake *intake, const char *topic, enum alert_severity severity,
                   const char *what, const char *grade, struct span title, const char *todo)
{
    struct buf text, key;
    buf_init(&text, ALERT_MAX);
    buf_printf(&text, "%.*s\n\n%s\nWhen it is over you are told.\n", SPAN_FMT(title), todo);
    key_of(&key, what, grade);
    const struct alert alert = {.topic = topic,
                                .severity = severity,
                                .text = buf_cstr(&text),
                                .dedup = buf_cstr(&key),
                                .quiet_us = SILENCE_QUIET_US,
                                .lasting = true};
    int rc = alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
    buf_free(&key);
    buf_free(&text);
    return rc;
}

int notify_over(struct intake *intake, const char *topic, const char *what, const char *grade,
                struct span title)
{
    struct buf text, key;
    buf_init(&text, ALERT_MAX);
    buf_printf(&text, "over: %.*s\n\nNothing is to be done.\n", SPAN_FMT(title));
    key_of(&key, what, grade);
    int rc = alert_clear(intake->store, intake->settings, topic, buf_cstr(&key), buf_cstr(&text),
                         loop_wall_us(intake->loop));
    buf_free(&key);
    buf_free(&text);
    return rc;
}

int notify_worker(struct intake *intake, const struct delivery *delivery)
{
    struct buf text;
    buf_init(&text, ALERT_MAX);
    buf_printf(&text,
               "a process that reads files ended over %s\n\nIt is tried again; when it fails so %d "
               "times, the delivery is held. The log says how it ended (worker-ended). When that "
               "happens with several files, tell those who make sluss.\n",
               delivery->id, JOB_TRIES);
    const struct alert alert = {.topic = "worker-ended",
                                .severity = ALERT_WARNING,
                                .text = buf_cstr(&text),
                                .delivery_row = delivery->row,
                                .delivery_id = delivery->id,
                                .unit = delivery->unit,
                                .dedup = "worker",
                                .quiet_us = WORKER_QUIET_US};
    int rc = alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
    buf_free(&text);
    return rc;
}

int notify_store_failed(struct intake *intake, const char *topic, const char *text)
{
    struct buf whole;
    buf_init(&whole, ALERT_MAX);
    buf_printf(&whole,
               "%s\n\nIt works again, or you would not read this. What was in hand was taken up "
               "anew; prove that nothing is missing: slussctl verify. Look at the disk and at the "
               "kernel's log.\n",
               text);
    const struct alert alert = {.topic = topic,
                                .severity = ALERT_CRITICAL,
                                .text = buf_cstr(&whole),
                                .dedup = text,
                                .quiet_us = WORKER_QUIET_US};
    int rc = alert_add(intake->store, intake->settings, &alert, loop_wall_us(intake->loop));
    buf_free(&whole);
    return rc;
}
