/* quarter.c -- a quarter in the life of a site, run by a simulated clock in seconds
 *
 *     quarter CONFIG LOG PERIOD SEED DELIVERIES_A_DAY
 *
 * Fills the state directory of CONFIG through the functions that the daemon uses: deliveries
 * arrive and are judged, the real sender sends their receipts through simulated relays that are
 * down for hours, operators answer held ones when they come to it, the processing system takes
 * from the queue. PERIOD is a quarter (2026Q3) or a month; a few days before and behind it are
 * lived, too.
 *
 * LOG gets what happened, an object a line, told by the simulation itself and by the relays,
 * never read back from the store: a report can be held against it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "model/calendar.h"
#include "model/error.h"
#include "model/finding.h"
#include "model/period.h"
#include "outbound/sender.h"
#include "outbound/template.h"
#include "store/queue.h"
#include "tests/quarter/chance.h"
#include "tests/quarter/relay.h"

#define MINUTE_US (60 * SECOND_US)
#define HOUR_US   (60 * MINUTE_US)
#define DAY_US    (24 * HOUR_US)
#define MARGIN    3 /* days lived before and behind the period */
#define OUTAGES   12
#define BATCH     64 /* rows of the outbox a pass */

enum happening { ARRIVES = 0, IS_JUDGED, IS_ANSWERED, IS_APPROVED, IS_RECALLED, IS_ACKED };

struct event {
    int64_t at_us;
    uint64_t order; /* of its making, so that ties have one outcome */
    enum happening what;
    size_t delivery;
};

struct life {
    struct delivery d;
    const struct unit_settings *unit;
    bool once, let_go, rejected_by_person;
};

struct outage {
    int64_t from_us, to_us;
};

struct site {
    struct settings *settings;
    struct template_set *templates;
    struct store *store;
    struct sender *sender;
    struct chance chance;
    struct period period;
    int64_t now_us, end_us;
    FILE *log;
    struct outage mail_down[OUTAGES], daemon_down[OUTAGES];
    struct event *events; /* a heap, the earliest on top */
    size_t event_count, event_room;
    uint64_t order;
    struct life *lives;
    size_t life_count, life_room;
    uint64_t mails, refused;
    struct arena *arena; /* of findings */
};

static void must(int rc, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "quarter: %s: %s\n", what, sluss_error_text(rc));
    exit(2);
}

static void *room_for(void *of, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return of;
    *room = *room ? 2 * *room : 1024;
    of = reallocarray(of, *room, size);
    must(of ? 0 : SLUSS_ENOMEM, "memory");
    return of;
}

/* --- events ----------------------------------------------------------------------------------- */

static bool earlier(const struct event *a, const struct event *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void swap(struct event *a, struct event *b)
{
    struct event c = *a;

    *a = *b;
    *b = c;
}

static void plan(struct site *s, int64_t at_us, enum happening what, size_t delivery)
{
    size_t at = s->event_count;

    s->events = room_for(s->events, s->event_count, &s->event_room, sizeof *s->events);
    s->events[s->event_count++] = (struct event){at_us, s->order++, what, delivery};
    for (; at > 0 && earlier(&s->events[at], &s->events[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&s->events[at], &s->events[(at - 1) / 2]);
}

static struct event next_event(struct site *s)
{
    struct event first = s->events[0];

    s->events[0] = s->events[--s->event_count];
    for (size_t at = 0;;) {
        size_t least = at, left = 2 * at + 1;

        for (size_t child = left; child <= left + 1 && child < s->event_count; child++)
            if (earlier(&s->events[child], &s->events[least]))
                least = child;
        if (least == at)
            return first;
        swap(&s->events[at], &s->events[least]);
        at = least;
    }
}

/* When the daemon that is down at that time comes up again; the time itself when it is up. */
static int64_t when_up(const struct outage *outages, int64_t at_us)
{
    for (int i = 0; i < OUTAGES; i++)
        if (at_us >= outages[i].from_us && at_us < outages[i].to_us)
            at_us = outages[i].to_us;
    return at_us;
}

/* --- the log ---------------------------------------------------------------------------------- */

static void tell(struct site *s, const char *event, const struct delivery *d)
{
    fprintf(s->log, "{\"event\":\"%s\",\"delivery\":\"%s\",\"at_us\":%" PRId64 "}\n", event, d->id,
            s->now_us);
}

static void tell_arrival(struct site *s, const struct delivery *d)
{
    fprintf(s->log,
            "{\"event\":\"arrived\",\"delivery\":\"%s\",\"unit\":\"%s\",\"at_us\":%" PRId64 "}\n",
            d->id, d->unit, d->received_us);
}

static void tell_judgement(struct site *s, const struct life *life,
                           const struct finding_list *findings)
{
    const struct summary *sum = &life->d.summary;

    fprintf(s->log,
            "{\"event\":\"judged\",\"delivery\":\"%s\",\"at_us\":%" PRId64
            ",\"verdict\":\"%s\",\"items\":%" PRIu64 ",\"credits\":%" PRIu64
            ",\"recipients\":%zu,\"sums\":{",
            life->d.id, s->now_us, verdict_name(life->d.verdict), sum->items,
            sum->items_by_type[ITEM_CREDIT_NOTE], life->unit->receipts_to.n);
    for (unsigned i = 0; i < sum->sums.n; i++)
        fprintf(s->log, "%s\"%s\":%" PRId64, i ? "," : "", sum->sums.of[i].currency,
                sum->sums.of[i].minor);
    fputs("},\"credit_sums\":{", s->log);
    for (unsigned i = 0; i < sum->parts[PART_CREDITS].n; i++)
        fprintf(s->log, "%s\"%s\":%" PRId64, i ? "," : "", sum->parts[PART_CREDITS].of[i].currency,
                sum->parts[PART_CREDITS].of[i].minor);
    fputs("},\"checks\":[", s->log);
    for (unsigned i = 0; i < findings->n; i++)
        fprintf(s->log, "%s\"%s\"", i ? "," : "",
                findings->of[i].level >= LEVEL_HOLD ? finding_check(&findings->of[i]) : "");
    fputs("]}\n", s->log);
}

/* --- mail ------------------------------------------------------------------------------------- */

static int64_t clock_of(void *context)
{
    return ((struct site *)context)->now_us;
}

static enum relay_mood mood(void *context, const char *recipient)
{
    struct site *s = context;

    if (when_up(s->mail_down, s->now_us) != s->now_us)
        return RELAY_DOWN;
    if (strncmp(recipient, "gone", 4) == 0 && chance_of(&s->chance, .3)) {
        s->refused++;
        return RELAY_REFUSES;
    }
    return chance_of(&s->chance, .004) ? RELAY_LATER : RELAY_TAKES;
}

static void taken(void *context, const char *delivery, const char *verdict, const char *recipient)
{
    struct site *s = context;

    s->mails++;
    fprintf(s->log,
            "{\"event\":\"mailed\",\"delivery\":\"%s\",\"verdict\":\"%s\",\"to\":\"%s\","
            "\"at_us\":%" PRId64 "}\n",
            delivery, verdict, recipient, s->now_us);
}

static void add_receipts(struct site *s, const struct life *life, const char *verdict, bool first)
{
    struct outbox_mail mail = {
        .kind = OUTBOX_RECEIPT,
        .delivery_row = life->d.row,
        .delivery_id = life->d.id,
        .unit = life->d.unit,
        .verdict = verdict,
        .created_us = s->now_us,
        .next_us = 0,
        .deadline_us = first ? penalty_deadline_us(&life->unit->sla.terms, life->d.received_us) : 0,
    };

    for (size_t i = 0; i < life->unit->receipts_to.n; i++) {
        mail.recipient = life->unit->receipts_to.of[i];
        must(outbox_add(s->store, &mail, s->settings->smtp.from, NULL, 0), "outbox_add");
    }
}

/* --- what a delivery is ---------------------------------------------------------------------- */

static const enum finding_code reasons[] = {FINDING_NO_ITEMS, FINDING_AMBIGUOUS_FORMAT,
                                            FINDING_TOTALS_MISMATCH, FINDING_TRUNCATED};

/* A few deliveries hold credits, a few another currency, too. */
static void fill_summary(struct site *s, struct summary *sum)
{
    uint64_t cases = (uint64_t)chance_about(&s->chance, 60, 2.5) + 1;
    uint64_t credits = chance_of(&s->chance, .2) ? chance_below(&s->chance, cases / 8 + 1) : 0;
    bool mixed = chance_of(&s->chance, .02);

    *sum = (struct summary){.format = "case-csv", .kind = KIND_CASES, .valid = true};
    sum->items = cases + credits;
    sum->items_by_type[ITEM_CASE] = cases;
    sum->items_by_type[ITEM_CREDIT_NOTE] = credits;
    sum->size = 120 * sum->items + 60;
    for (uint64_t i = 0; i < sum->items; i++) {
        int64_t minor = (int64_t)chance_about(&s->chance, 180000, 2);
        const char *currency = mixed && i % 7 == 3 ? "EUR" : "SEK";

        must(sums_add(&sum->sums, currency, i < cases ? minor : -minor), "sums_add");
        if (i >= cases)
            must(sums_add(&sum->parts[PART_CREDITS], currency, -minor), "sums_add");
    }
    for (size_t i = 0; i < sizeof sum->blake2b; i++)
        sum->blake2b[i] = (uint8_t)chance_next(&s->chance);
}

static enum verdict choose_verdict(struct site *s)
{
    double x = chance_share(&s->chance);

    return x < .012 ? VERDICT_REJECTED : x < .042 ? VERDICT_HELD : VERDICT_ACCEPTED;
}

static void add_finding(struct site *s, struct finding_list *list, enum finding_level level)
{
    size_t n = sizeof reasons / sizeof reasons[0];
    struct finding f = finding_make(reasons[chance_below(&s->chance, n)], 0);

    f.level = level;
    finding_text(&f, "reason", SPAN_LIT("simulated"));
    finding_text(&f, "missing", SPAN_LIT("simulated"));
    must(finding_list_add(list, &f), "finding_list_add");
}

/* One or two reasons to hold; in every fifth none alone does. */
static void fill_findings(struct site *s, enum verdict verdict, struct finding_list *list)
{
    arena_reset(s->arena);
    *list = (struct finding_list){.arena = s->arena};
    if (verdict == VERDICT_ACCEPTED)
        return;
    if (verdict == VERDICT_HELD && chance_of(&s->chance, .2)) {
        add_finding(s, list, LEVEL_WARN);
        return;
    }
    add_finding(s, list, verdict == VERDICT_REJECTED ? LEVEL_REJECT : LEVEL_HOLD);
    if (chance_of(&s->chance, .4))
        add_finding(s, list, LEVEL_HOLD);
}

/* --- what happens ----------------------------------------------------------------------------- */

static void arrive(struct site *s, const struct event *e)
{
    struct life *life = &s->lives[e->delivery];

    /* The file's time is its own; a daemon that was down takes it up later. */
    must(store_delivery_arrive(s->store, life->unit->key, SPAN_LIT("cases.csv"), e->at_us, NULL,
                               &life->d),
         "store_delivery_arrive");
    must(store_delivery_become(s->store, life->d.row, STATE_CHECKING, s->now_us), "checking");
    tell_arrival(s, &life->d);
    plan(s, s->now_us + (int64_t)chance_about(&s->chance, 3e6, 2), IS_JUDGED, e->delivery);
}

/* Operators work on banking days, from half past seven to half past four. */
static int64_t in_hours(struct site *s, int64_t at_us)
{
    struct local_time t = local_of_instant(at_us);

    if (is_banking_day(t.day) && t.minute >= 450 && t.minute < 990)
        return at_us;
    if (t.minute >= 450)
        t.day = date_from_days(date_to_days(t.day) + 1);
    return instant_of_day(banking_day_from(t.day)) + 450 * MINUTE_US +
           (int64_t)chance_below(&s->chance, 90 * (uint64_t)MINUTE_US);
}

static void let_through(struct site *s, size_t index)
{
    struct life *life = &s->lives[index];

    must(queue_add(s->store, life->d.row, s->now_us + life->unit->cool_off_us), "queue_add");
    fprintf(s->log, "{\"event\":\"queued\",\"delivery\":\"%s\",\"at_us\":%" PRId64 "}\n",
            life->d.id, s->now_us + life->unit->cool_off_us);
    if (chance_of(&s->chance, .985))
        plan(s,
             s->now_us + life->unit->cool_off_us + MINUTE_US +
                 (int64_t)chance_about(&s->chance, 6e8, 3),
             IS_ACKED, index);
    if (chance_of(&s->chance, .003))
        plan(s, in_hours(s, s->now_us + (int64_t)chance_about(&s->chance, 8e10, 2)), IS_RECALLED,
             index);
}

static void be_held(struct site *s, size_t index)
{
    struct life *life = &s->lives[index];
    int64_t answer_us = in_hours(s, s->now_us + (int64_t)chance_about(&s->chance, 3e9, 2.5));

    life->rejected_by_person = chance_of(&s->chance, .3);
    life->once = !life->rejected_by_person && chance_of(&s->chance, .15);
    if (chance_of(&s->chance, .03))
        return; /* nobody ever answers */
    if (life->unit->approvals > 1 && !life->rejected_by_person) {
        plan(s, answer_us, IS_APPROVED, index);
        answer_us = in_hours(s, answer_us + HOUR_US);
    }
    plan(s, answer_us, IS_ANSWERED, index);
}

static void be_judged(struct site *s, size_t index)
{
    struct life *life = &s->lives[index];
    struct finding_list findings;
    struct judgement j = {.verdict = choose_verdict(s), .decided_us = s->now_us};
    struct summary sum;

    fill_summary(s, &sum);
    fill_findings(s, j.verdict, &findings);
    j.state = j.verdict == VERDICT_HELD       ? STATE_HELD
              : j.verdict == VERDICT_REJECTED ? STATE_REJECTED
              : life->unit->cool_off_us > 0   ? STATE_ACCEPTED
                                              : STATE_QUEUED;
    j.summary = &sum;
    j.findings = &findings;
    must(store_delivery_judge(s->store, life->d.row, &j), "store_delivery_judge");
    life->d.verdict = j.verdict;
    life->d.summary = sum;
    tell_judgement(s, life, &findings);
    add_receipts(s, life, verdict_name(j.verdict), true);
    if (j.verdict == VERDICT_ACCEPTED)
        let_through(s, index);
    else if (j.verdict == VERDICT_HELD)
        be_held(s, index);
}

static void note(struct site *s, const struct life *life, const char *what, const char *who)
{
    must(store_decision_add(s->store, life->d.row, what, who, SPAN_LIT("simulated"), s->now_us),
         "store_decision_add");
}

static void be_answered(struct site *s, size_t index)
{
    struct life *life = &s->lives[index];

    if (life->rejected_by_person) {
        note(s, life, "reject", "anna");
        must(store_delivery_become(s->store, life->d.row, STATE_REJECTED, s->now_us), "reject");
        tell(s, "rejected", &life->d);
        add_receipts(s, life, "rejected", false);
        return;
    }
    note(s, life, "release", "bo");
    if (life->once)
        note(s, life, "once", "bo");
    must(store_delivery_become(s->store, life->d.row,
                               life->unit->cool_off_us > 0 ? STATE_RELEASED : STATE_QUEUED,
                               s->now_us),
         "release");
    tell(s, life->once ? "released-once" : "released", &life->d);
    let_through(s, index);
    add_receipts(s, life, "released", false);
}

static void be_recalled(struct site *s, struct life *life)
{
    note(s, life, "recall", "anna");
    if (!life->let_go)
        must(queue_remove(s->store, life->d.row), "queue_remove");
    must(store_delivery_become(s->store, life->d.row, STATE_RECALLED, s->now_us), "recall");
    tell(s, "recalled", &life->d);
    add_receipts(s, life, "recalled", false);
    life->unit = NULL; /* nothing more happens to it */
}

static void be_acked(struct site *s, struct life *life)
{
    int64_t next_us;
    int rc = queue_ripen(s->store, s->now_us, &next_us);

    must(rc, "queue_ripen");
    must(queue_ack(s->store, life->d.row, s->now_us), "queue_ack");
    life->let_go = true;
    tell(s, "acked", &life->d);
}

static void happen(struct site *s, const struct event *e)
{
    struct life *life = &s->lives[e->delivery];

    if (!life->unit)
        return;
    switch (e->what) {
    case ARRIVES:
        arrive(s, e);
        break;
    case IS_JUDGED:
        be_judged(s, e->delivery);
        break;
    case IS_ANSWERED:
        be_answered(s, e->delivery);
        break;
    case IS_APPROVED:
        note(s, life, "release", "cecilia");
        break;
    case IS_RECALLED:
        be_recalled(s, life);
        break;
    case IS_ACKED:
        be_acked(s, life);
        break;
    }
}

/* --- making the days ---------------------------------------------------------------------------
 */

static void plan_arrival(struct site *s, int64_t at_us)
{
    s->lives = room_for(s->lives, s->life_count, &s->life_room, sizeof *s->lives);
    s->lives[s->life_count] = (struct life){
        .unit = &s->settings->units[chance_below(&s->chance, s->settings->unit_count)]};
    plan(s, at_us, ARRIVES, s->life_count++);
}

/* Some at night, most before noon; on other than banking days a tenth of them. */
static void plan_day(struct site *s, struct date day, unsigned deliveries)
{
    int64_t begin_us = instant_of_day(day);
    int64_t length_us = instant_of_day(date_from_days(date_to_days(day) + 1)) - begin_us;
    unsigned n = is_banking_day(day) ? deliveries : deliveries / 10;

    for (unsigned i = 0; i < n; i++) {
        double x = chance_share(&s->chance);

        if (chance_of(&s->chance, .6))
            x = .2 + .35 * chance_share(&s->chance);
        plan_arrival(s, begin_us + (int64_t)(x * (double)length_us));
    }
}

/* At the very borders of the period, which are local midnights. */
static void plan_borders(struct site *s)
{
    const int64_t borders[] = {period_from_us(&s->period), period_to_us(&s->period)};

    for (size_t i = 0; i < 2; i++) {
        plan_arrival(s, borders[i] - 1);
        plan_arrival(s, borders[i]);
        plan_arrival(s, borders[i]); /* two at one instant */
    }
}

/* From a few minutes to ten hours, in the daytime of a banking day. */
static void plan_outages(struct site *s, struct outage *outages, int n, double usual_us)
{
    int days = period_days(&s->period);

    for (int i = 0; i < OUTAGES; i++)
        outages[i] = (struct outage){0, 0};
    for (int i = 0; i < n; i++) {
        struct date day = date_from_days(date_to_days(s->period.first) +
                                         (int32_t)chance_below(&s->chance, (uint64_t)days - 1));

        outages[i].from_us = instant_of_day(banking_day_to(day)) + 5 * HOUR_US +
                             (int64_t)chance_below(&s->chance, 9 * (uint64_t)HOUR_US);
        outages[i].to_us = outages[i].from_us + (int64_t)chance_about(&s->chance, usual_us, 1.6);
    }
}

static void plan_all(struct site *s, unsigned deliveries)
{
    int days = period_days(&s->period);

    plan_outages(s, s->mail_down, days > 31 ? 6 : 3, 6e9);
    plan_outages(s, s->daemon_down, days > 31 ? 3 : 2, 3e9);
    for (int day = -MARGIN; day < days + MARGIN; day++)
        plan_day(s, date_from_days(date_to_days(s->period.first) + day), deliveries);
    plan_borders(s);
    s->end_us = period_to_us(&s->period) + MARGIN * DAY_US;
}

/* --- living through them ------------------------------------------------------------------------
 */

/* The sender's turn, as often as it asks for; when it wants to be asked again. */
static int64_t send_mails(struct site *s)
{
    int64_t wait_us = 0;

    if (when_up(s->daemon_down, s->now_us) != s->now_us)
        return when_up(s->daemon_down, s->now_us);
    while (wait_us == 0)
        must(sender_pass(s->sender, BATCH, &wait_us), "sender_pass");
    return wait_us > INT64_MAX - s->now_us ? INT64_MAX : s->now_us + wait_us;
}

static void live(struct site *s)
{
    int64_t mail_us = INT64_MAX;

    while (s->event_count > 0 || mail_us < s->end_us) {
        int64_t next_us =
            s->event_count > 0 ? when_up(s->daemon_down, s->events[0].at_us) : INT64_MAX;

        if (next_us <= mail_us) {
            struct event e = next_event(s);

            if (next_us > s->end_us)
                continue;
            s->now_us = next_us > s->now_us ? next_us : s->now_us;
            happen(s, &e);
            must(store_commit(s->store), "store_commit");
        } else {
            if (mail_us > s->end_us)
                break;
            s->now_us = mail_us;
        }
        mail_us = send_mails(s);
    }
}

static void open_site(struct site *s, const char *config, const char *log)
{
    const struct sender_clock clock = {clock_of, clock_of, s};
    const struct relay_world world = {s, mood, taken};
    struct buf errors;

    buf_init(&errors, 65536);
    if (conf_read(config, &errors, &s->settings) < 0 ||
        template_load_all(s->settings, &errors, &s->templates) < 0 ||
        store_open(s->settings->state_dir, &errors, &s->store) < 0) {
        fprintf(stderr, "quarter: %s\n", buf_cstr(&errors));
        exit(2);
    }
    buf_free(&errors);
    setenv("TZ", s->settings->time_zone, 1);
    tzset();
    must(store_forget_durability(s->store), "store");
    s->arena = arena_new(1 << 20);
    s->log = fopen(log, "w");
    must(s->log && s->arena ? 0 : SLUSS_EIO, log);
    relay_world_set(&world);
    must(sender_new(s->store, &clock, NULL, NULL, &s->sender), "sender_new");
    must(sender_configure(s->sender, s->settings, s->templates), "sender_configure");
}

static void close_site(struct site *s)
{
    sender_free(&s->sender);
    template_set_free(&s->templates);
    store_close(&s->store);
    settings_free(&s->settings);
    arena_free(&s->arena);
    free(s->events);
    free(s->lives);
    must(fclose(s->log) ? SLUSS_EIO : 0, "the log");
}

int main(int argc, char **argv)
{
    struct site s = {0};
    enum period_kind kind;

    if (argc != 6) {
        fprintf(stderr, "usage: quarter CONFIG LOG PERIOD SEED DELIVERIES_A_DAY\n");
        return 2;
    }
    kind = strchr(argv[3], 'Q') ? PERIOD_QUARTER : PERIOD_MONTH;
    must(period_parse(kind, span_str(argv[3]), &s.period), "PERIOD");
    s.chance.state = strtoull(argv[4], NULL, 10);
    open_site(&s, argv[1], argv[2]);
    plan_all(&s, (unsigned)strtoul(argv[5], NULL, 10));
    live(&s);
    printf("%zu deliveries of %zu units, %" PRIu64 " receipts sent, %" PRIu64 " refused\n",
           s.life_count, s.settings->unit_count, s.mails, s.refused);
    close_site(&s);
    return 0;
}
