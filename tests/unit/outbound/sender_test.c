/* sender_test.c -- from the row to the mailbox, through every kind of trouble, by a set clock */
#include "tests/unit/outbound/support.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <sqlite3.h>

#include "outbound/alert.h"
#include "outbound/sender.h"
#include "outbound/smtp.h"
#include "store/audit.h"
#include "tests/unit/outbound/smtp_server.h"

struct site {
    struct place *place;
    struct settings *settings;
    struct template_set *templates;
    struct sender *sender;
    const char *relays[2];
    int64_t now; /* both clocks */
    char events[4096];
};

static int64_t clock_of(void *context)
{
    return ((struct site *)context)->now;
}

static void note(void *context, const struct sender_event *event)
{
    struct site *site = context;
    size_t n = strlen(site->events);

    snprintf(site->events + n, sizeof site->events - n, "%s ", event->name);
}

static int site_make(void **state)
{
    const struct sender_clock clock = {clock_of, clock_of, NULL};
    struct site *site = calloc(1, sizeof *site);
    struct sender_clock own = clock;
    void *place;

    assert_non_null(site);
    place_make(&place);
    site->place = place;
    site->now = T0;
    site->settings = some_settings();
    site->templates = own_templates();
    site->settings->smtp.relays = (struct texts){0, site->relays};
    own.context = site;
    assert_int_equal(sender_new(site->place->store, &own, note, site, &site->sender), 0);
    *state = site;
    return 0;
}

static int site_remove(void **state)
{
    struct site *site = *state;
    void *place = site->place;

    sender_free(&site->sender);
    sender_free(&site->sender);
    template_set_free(&site->templates);
    settings_free(&site->settings);
    place_remove(&place);
    free(site);
    return 0;
}

static void use_relays(struct site *site, const char *first, const char *second)
{
    site->relays[0] = first;
    site->relays[1] = second;
    site->settings->smtp.relays.n = second ? 2 : first ? 1 : 0;
    assert_int_equal(sender_configure(site->sender, site->settings, site->templates), 0);
}

/* A held delivery with one finding, and a receipt for it. */
static int64_t receipt_due(struct site *site, const char *file, const char *recipient)
{
    struct arena *arena = arena_new(1 << 20);
    struct finding_list findings = {.arena = arena};
    struct finding finding = finding_make(FINDING_TEST_NAME, 0);
    struct summary summary = {.format = "case-csv", .kind = KIND_CASES, .valid = true, .items = 2};
    struct judgement judgement = {.verdict = VERDICT_HELD,
                                  .state = STATE_HELD,
                                  .summary = &summary,
                                  .findings = &findings,
                                  .decided_us = site->now};
    struct outbox_mail row = {.kind = OUTBOX_RECEIPT,
                              .verdict = "held",
                              .recipient = recipient,
                              .created_us = site->now,
                              .next_us = site->now,
                              .deadline_us = site->now + HOUR};
    struct store *store = site->place->store;
    struct delivery d;

    finding_text(&finding, "word", SPAN_LIT("test"));
    assert_int_equal(finding_list_add(&findings, &finding), 0);
    assert_int_equal(sums_add(&summary.sums, "SEK", 20050), 0);
    assert_int_equal(
        store_delivery_arrive(store, "heby/ekonomi", span_str(file), site->now, NULL, &d), 0);
    assert_int_equal(store_delivery_become(store, d.row, STATE_CHECKING, site->now), 0);
    assert_int_equal(store_delivery_judge(store, d.row, &judgement), 0);
    row.delivery_row = d.row;
    assert_int_equal(outbox_add(store, &row, site->settings->smtp.from, NULL, 0), 0);
    assert_int_equal(store_commit(store), 0);
    arena_free(&arena);
    return d.row;
}

static int64_t pass(struct site *site)
{
    int64_t wait;

    site->events[0] = '\0';
    assert_int_equal(sender_pass(site->sender, 100, &wait), 0);
    assert_false(store_in_transaction(site->place->store));
    return wait;
}

struct tally {
    unsigned pending, sent, failed, not_allowed, alerts, alerts_pending, alerts_failed;
    char error[512];
};

static int tally_row(void *context, const struct outbox_mail *mail)
{
    struct tally *t = context;

    if (mail->kind == OUTBOX_ALERT) {
        t->alerts++;
        t->alerts_pending += mail->state == OUTBOX_PENDING;
        t->alerts_failed += mail->state == OUTBOX_FAILED;
        return 0;
    }
    t->not_allowed += mail->state == OUTBOX_NOT_ALLOWED;
    t->pending += mail->state == OUTBOX_PENDING;
    t->sent += mail->state == OUTBOX_SENT;
    t->failed += mail->state == OUTBOX_FAILED;
    if (mail->last_error)
        snprintf(t->error, sizeof t->error, "%s", mail->last_error);
    return 0;
}

static struct tally tally_of(struct site *site)
{
    struct outbox_filter filter = {.limit = 1000};
    struct tally t = {0};

    assert_int_equal(outbox_list(site->place->store, &filter, tally_row, &t), 0);
    return t;
}

static int count_event(void *context, const struct audit_row *row)
{
    unsigned *counts = context;

    counts[0] += strcmp(row->event, "receipt-sent") == 0;
    counts[1] += strcmp(row->event, "receipt-failed") == 0;
    return 0;
}

static void a_receipt_goes_out_and_is_recorded(void **state)
{
    struct site *site = *state;
    struct audit_filter filter = {0};
    struct smtp_server server;
    unsigned events[2] = {0};
    struct buf got;

    buf_init(&got, 1 << 20);
    smtp_server_start(&server, NULL);
    use_relays(site, server.url, NULL);
    assert_int_equal(pass(site), INT64_MAX);
    receipt_due(site, "test_mars.csv", "ekonomi@heby.example");
    assert_int_equal(pass(site), INT64_MAX);
    assert_string_equal(site->events, "mail-sent ");
    assert_int_equal(tally_of(site).sent, 1);
    assert_int_equal(pass(site), INT64_MAX);
    assert_int_equal(smtp_server_count(&server), 1);
    smtp_server_mail(&server, 1, &got);
    assert_has(buf_cstr(&got), "X-Sluss-Verdict: held\r\n");
    assert_has(buf_cstr(&got), "testordet");
    assert_has(buf_cstr(&got), "200,50");
    assert_int_equal(audit_list(site->place->store, &filter, count_event, events), 0);
    assert_int_equal(events[0], 1);
    smtp_server_forget(&server);
    buf_free(&got);
}

/* Each answer leads to a final state or a later time; refused ones reach the operator. */
static void U59_final_or_later_never_limbo(void **state)
{
    static const struct {
        struct smtp_script script;
        bool final;
        const char *said;
    } cases[] = {
        {{.step = SMTP_RCPT, .answer = "550 5.1.1 no such user"}, true, "rcpt: 550 5.1.1 no such"},
        {{.step = SMTP_END, .answer = "554 5.7.1 spam"}, true, "end of data: 554 5.7.1 spam"},
        {{.step = SMTP_RCPT, .answer = "451 4.7.1 greylisted"}, false, "rcpt: 451"},
        {{.step = SMTP_MAIL, .answer = "454 4.7.0 not now"}, false, "mail: 454"},
        {{.step = SMTP_CONNECT, .answer = "554 go away"}, false, "connect: 554"},
        {{.step = SMTP_EHLO, .hang_up = true}, false, "ehlo: "},
    };
    struct site *site = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smtp_server server;
        struct tally before = tally_of(site);
        struct tally after;
        int64_t row;
        int64_t wait;

        smtp_server_start(&server, &cases[i].script);
        use_relays(site, server.url, NULL);
        row = receipt_due(site, "a.csv", "ekonomi@heby.example");
        (void)row;
        site->settings->alerts.to.n = i == 0 ? 2 : 0;
        wait = pass(site);
        after = tally_of(site);
        assert_int_equal(after.failed, before.failed + (cases[i].final ? 1 : 0));
        assert_int_equal(after.pending, before.pending + (cases[i].final ? 0 : 1));
        assert_has(after.error, cases[i].said);
        if (!cases[i].final)
            assert_true(wait > 0 && wait <= 2 * MINUTE);
        if (i == 0)
            assert_int_equal(after.alerts, 2);
        /* what is left goes out when the server has come to its senses */
        smtp_server_restart(&server, NULL);
        site->now += 3 * MINUTE;
        pass(site);
        assert_int_equal(tally_of(site).pending, 0);
        smtp_server_forget(&server);
        site->now += MINUTE;
    }
}

static void given_up_after_its_time(void **state)
{
    static const struct smtp_script never = {.step = SMTP_RCPT, .answer = "451 later"};
    struct site *site = *state;
    struct smtp_server server;
    unsigned passes = 0;

    smtp_server_start(&server, &never);
    use_relays(site, server.url, NULL);
    receipt_due(site, "a.csv", "ekonomi@heby.example");
    site->settings->alerts.to.n = 0;
    site->settings->smtp.give_up_us = 4 * HOUR;
    while (tally_of(site).pending) {
        int64_t wait = pass(site);

        assert_true(++passes < 100);
        site->now += wait == INT64_MAX ? 0 : wait;
    }
    assert_int_equal(tally_of(site).failed, 1);
    assert_int_equal(site->now, T0 + 4 * HOUR);
    assert_true(passes > 5);
    smtp_server_forget(&server);
}

static void the_next_relay_is_tried(void **state)
{
    static const struct smtp_script greylists = {.step = SMTP_RCPT, .answer = "451 later"};
    static const struct smtp_script half = {.step = SMTP_END, .hang_up = true};
    static const struct smtp_script refuses = {.step = SMTP_RCPT, .answer = "550 no"};
    struct site *site = *state;
    struct smtp_server first;
    struct smtp_server second;

    site->settings->alerts.to.n = 0;
    smtp_server_start(&first, NULL);
    smtp_server_start(&second, NULL);
    smtp_server_stop(&first); /* nobody there */
    use_relays(site, first.url, second.url);
    receipt_due(site, "a.csv", "a@heby.example");
    receipt_due(site, "b.csv", "b@heby.example");
    pass(site);
    assert_string_equal(site->events, "relay-down mail-sent mail-sent "); /* not asked twice */
    smtp_server_restart(&first, &greylists);
    site->now += 10 * MINUTE;
    receipt_due(site, "c.csv", "c@heby.example");
    pass(site);
    assert_int_equal(smtp_server_count(&second), 3);
    smtp_server_restart(&first, &half); /* it may have taken it: no second relay now */
    use_relays(site, first.url, second.url);
    receipt_due(site, "d.csv", "d@heby.example");
    pass(site);
    assert_int_equal(smtp_server_count(&second), 3);
    assert_int_equal(tally_of(site).pending, 1);
    smtp_server_restart(&first, &refuses); /* a no is a no */
    use_relays(site, first.url, second.url);
    site->now += 10 * MINUTE;
    pass(site);
    assert_int_equal(tally_of(site).failed, 1);
    assert_int_equal(smtp_server_count(&second), 3);
    smtp_server_restart(&first, &half); /* but the next attempt is the second relay's */
    use_relays(site, first.url, second.url);
    receipt_due(site, "e.csv", "e@heby.example");
    pass(site);
    site->now += 80 * SECOND_US;
    pass(site);
    assert_int_equal(smtp_server_count(&second), 4);
    assert_int_equal(tally_of(site).pending, 0);
    smtp_server_forget(&first);
    smtp_server_forget(&second);
}

/* The mail server is away for six hours: every receipt arrives, in order, with true times. */
static void U55_an_outage_delays_and_loses_nothing(void **state)
{
    enum { RECEIPTS = 12 };
    struct site *site = *state;
    struct smtp_server server;
    int64_t end = T0 + 6 * HOUR;
    int64_t next = T0;
    int64_t made_at[RECEIPTS];
    struct buf got;
    unsigned made = 0;

    buf_init(&got, 1 << 20);
    smtp_server_start(&server, NULL);
    smtp_server_stop(&server);
    use_relays(site, server.url, NULL);
    while (site->now < end) {
        int64_t wait;

        if (made < RECEIPTS && site->now >= next) {
            char name[16];

            made_at[made] = site->now;
            snprintf(name, sizeof name, "f%02u.csv", made++);
            receipt_due(site, name, "ekonomi@heby.example");
            next += 20 * MINUTE;
        }
        wait = pass(site);
        assert_true(wait > 0);
        site->now += wait < MINUTE ? wait : MINUTE;
    }
    assert_int_equal(tally_of(site).pending, RECEIPTS);
    smtp_server_restart(&server, NULL);
    for (int i = 0; i < 10 && tally_of(site).pending; i++) {
        int64_t wait = pass(site);

        site->now += wait == INT64_MAX ? 0 : wait;
    }
    assert_true(site->now < end + 10 * MINUTE);
    assert_int_equal(smtp_server_count(&server), RECEIPTS);
    for (unsigned i = 0; i < RECEIPTS; i++) {
        char name[MAIL_DATE_SIZE];

        smtp_server_mail(&server, i + 1, &got);
        snprintf(name, sizeof name, "f%02u.csv", i);
        assert_has(buf_cstr(&got), name);
        assert_has(buf_cstr(&got), mail_date(made_at[i], name));
    }
    smtp_server_forget(&server);
    buf_free(&got);
}

/* Down for longer than a mail may wait, and then not at once reachable: nothing is given up. */
static void U57_rows_older_than_their_time_still_get_a_chance(void **state)
{
    struct site *site = *state;
    struct smtp_server server;

    smtp_server_start(&server, NULL);
    smtp_server_stop(&server);
    use_relays(site, server.url, NULL);
    receipt_due(site, "a.csv", "a@heby.example");
    receipt_due(site, "b.csv", "b@heby.example");
    site->now += 6 * DAY;
    pass(site);
    assert_int_equal(tally_of(site).pending, 2);
    smtp_server_restart(&server, NULL);
    site->now += 2 * MINUTE;
    pass(site);
    assert_int_equal(tally_of(site).sent, 2);
    smtp_server_forget(&server);

    smtp_server_start(&server, NULL); /* but not for ever */
    smtp_server_stop(&server);
    use_relays(site, server.url, NULL);
    site->settings->alerts.to.n = 0;
    receipt_due(site, "c.csv", "c@heby.example");
    receipt_due(site, "d.csv", "d@heby.example");
    site->now += 6 * DAY;
    for (int i = 0; i < 60 && tally_of(site).pending; i++) {
        int64_t wait = pass(site);

        site->now += wait == INT64_MAX ? 0 : wait;
    }
    assert_int_equal(tally_of(site).failed, 2);
    smtp_server_forget(&server);
}

/* Killed between the server's yes and our commit: one repeat, with the same Message-ID. */
static void U58_one_repeat_with_the_same_message_id(void **state)
{
    struct site *site = *state;
    struct smtp_server server;
    struct buf one;
    struct buf two;
    sqlite3 *other;
    pid_t child;

    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    smtp_server_start(&server, NULL);
    use_relays(site, server.url, NULL);
    receipt_due(site, "a.csv", "a@heby.example");
    {
        char path[128];

        snprintf(path, sizeof path, "%s/sluss.db", site->place->dir);
        assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
        assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    }
    fflush(NULL);
    child = fork();
    if (child == 0) { /* its own handles: an SQLite one does not survive a fork */
        const struct sender_clock clock = {clock_of, clock_of, site};
        struct store *store;
        struct sender *sender;
        struct buf error;
        int64_t wait;

        buf_init(&error, 4096);
        if (store_open(site->place->dir, &error, &store) ||
            sender_new(store, &clock, NULL, NULL, &sender) ||
            sender_configure(sender, site->settings, site->templates))
            _exit(1);
        sender_pass(sender, 10, &wait); /* sends, then waits for the lock */
        _exit(0);
    }
    for (int i = 0; i < 500 && smtp_server_count(&server) < 1; i++)
        usleep(10000);
    assert_int_equal(smtp_server_count(&server), 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(tally_of(site).pending, 1);
    pass(site);
    pass(site);
    assert_int_equal(smtp_server_count(&server), 2);
    smtp_server_mail(&server, 1, &one);
    smtp_server_mail(&server, 2, &two);
    assert_memory_equal(strstr(buf_cstr(&one), "Message-ID: "),
                        strstr(buf_cstr(&two), "Message-ID: "), 40);
    smtp_server_forget(&server);
    buf_free(&one);
    buf_free(&two);
}

/* A store that cannot be written must not make the same mail go out again and again. */
static void an_unrecorded_outcome_is_kept(void **state)
{
    struct site *site = *state;
    struct smtp_server server;
    char path[128];
    sqlite3 *other;
    int64_t wait;

    smtp_server_start(&server, NULL);
    use_relays(site, server.url, NULL);
    receipt_due(site, "a.csv", "a@heby.example");
    receipt_due(site, "b.csv", "b@heby.example");
    snprintf(path, sizeof path, "%s/sluss.db", site->place->dir);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "ALTER TABLE audit RENAME TO away", NULL, NULL, NULL),
                     SQLITE_OK);
    for (int i = 0; i < 5; i++)
        assert_true(sender_pass(site->sender, 10, &wait) < 0);
    assert_int_equal(smtp_server_count(&server), 1);
    assert_int_equal(sqlite3_exec(other, "ALTER TABLE away RENAME TO audit", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    pass(site);
    assert_int_equal(tally_of(site).sent, 2);
    assert_int_equal(smtp_server_count(&server), 2);
    smtp_server_forget(&server);
}

static void what_cannot_be_sent_fails_at_once(void **state)
{
    struct site *site = *state;
    struct smtp_server server;

    smtp_server_start(&server, NULL);
    use_relays(site, server.url, NULL);
    site->settings->alerts.to.n = 0;
    receipt_due(site, "a.csv", "not an address");
    receipt_due(site, "b.csv", "b@heby.example");
    pass(site);
    assert_int_equal(tally_of(site).failed, 1);
    assert_has(tally_of(site).error, "not a mail address");
    assert_int_equal(tally_of(site).sent, 1);
    use_relays(site, NULL, NULL);
    receipt_due(site, "c.csv", "c@heby.example");
    assert_true(pass(site) > 0);
    assert_has(tally_of(site).error, "no relay is configured");
    smtp_server_forget(&server);
}

static void add_alert(struct site *site, const char *topic, const char *text)
{
    const struct alert alert = {.topic = topic, .text = text};

    assert_int_equal(alert_add(site->place->store, site->settings, &alert, site->now), 0);
    assert_int_equal(store_commit(site->place->store), 0);
}

/* Away for a day: the receipts come one by one, the alerts as one mail to each address, told
 * again under the same Message-ID when nobody knows whether it arrived. */
static void U57_alerts_that_waited_are_one_mail(void **state)
{
    static const struct smtp_script half = {.step = SMTP_END, .hang_up = true, .times = 1};
    struct site *site = *state;
    struct smtp_server server;
    struct buf one, two;

    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    site->settings->alerts.to.n = 1;
    smtp_server_start(&server, NULL);
    smtp_server_stop(&server);
    use_relays(site, server.url, NULL);
    receipt_due(site, "a.csv", "a@heby.example");
    for (int i = 0; i < 40; i++) {
        char text[128];

        snprintf(text, sizeof text, "Number %d happened\n\nAnd more of it.", i);
        add_alert(site, i % 2 ? "held" : "silence", text);
        site->now += 30 * MINUTE;
        pass(site);
    }
    assert_int_equal(tally_of(site).alerts_pending, 40);
    smtp_server_restart(&server, &half);
    for (int i = 0; i < 20 && tally_of(site).pending + tally_of(site).alerts_pending; i++) {
        int64_t wait = pass(site);

        site->now += wait == INT64_MAX ? 0 : wait;
    }
    assert_int_equal(tally_of(site).sent, 1);
    assert_int_equal(tally_of(site).alerts_pending, 0);
    assert_int_equal(tally_of(site).alerts_failed, 0);
    assert_int_equal(smtp_server_count(&server), 3); /* the receipt twice, as it was cut off */
    smtp_server_mail(&server, 2, &one);
    assert_has(buf_cstr(&one), "X-Sluss-Alert: gathered\r\n");
    assert_has(buf_cstr(&one), "Subject: [sluss] 40 alerts that waited: 20 silence, 20 held\r\n");
    assert_has(buf_cstr(&one), "2026-03-02 07:12");
    assert_has(buf_cstr(&one), "Number 0 happened");
    assert_has(buf_cstr(&one), "Number 39 happened");
    assert_has_not(buf_cstr(&one), "And more");
    add_alert(site, "held", "Alone"); /* one that does not wait is as ever */
    pass(site);
    smtp_server_mail(&server, 4, &two);
    assert_has(buf_cstr(&two), "X-Sluss-Alert: held\r\n");
    smtp_server_forget(&server);
    buf_free(&one);
    buf_free(&two);
}

/* The outage of alerts alone: each try has the same Message-ID while nothing is added. */
static void U58_a_repeated_gathering_is_the_same_mail(void **state)
{
    static const struct smtp_script half = {.step = SMTP_END, .hang_up = true, .times = 1};
    struct site *site = *state;
    struct smtp_server server;
    struct buf one, two;

    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    site->settings->alerts.to.n = 1;
    smtp_server_start(&server, &half);
    use_relays(site, server.url, NULL);
    add_alert(site, "held", "First");
    add_alert(site, "held", "Second");
    site->now += HOUR;
    pass(site);
    site->now += HOUR;
    pass(site);
    assert_int_equal(tally_of(site).alerts_pending, 0);
    assert_int_equal(smtp_server_count(&server), 2);
    smtp_server_mail(&server, 1, &one);
    smtp_server_mail(&server, 2, &two);
    assert_string_equal(buf_cstr(&one), buf_cstr(&two));
    smtp_server_forget(&server);
    buf_free(&one);
    buf_free(&two);
}

/* What nobody was told for days is in the log; only what is of today is worth a mail. */
static void U57_alerts_too_old_are_not_told(void **state)
{
    struct site *site = *state;
    struct smtp_server server;
    struct buf got;

    buf_init(&got, 1 << 20);
    site->settings->alerts.to.n = 1;
    smtp_server_start(&server, NULL);
    use_relays(site, server.url, NULL);
    add_alert(site, "held", "Old");
    site->now += 4 * DAY;
    add_alert(site, "held", "Yesterday");
    add_alert(site, "held", "Yesterday, too");
    site->now += DAY;
    pass(site);
    assert_int_equal(tally_of(site).alerts_failed, 1);
    assert_int_equal(tally_of(site).alerts_pending, 0);
    assert_int_equal(smtp_server_count(&server), 1);
    smtp_server_mail(&server, 1, &got);
    assert_has(buf_cstr(&got), "2 alerts that waited");
    smtp_server_forget(&server);
    buf_free(&got);
}

/* An instance that is only tried: mail for anybody else never reaches a relay. */
static void U74_nothing_leaves_for_others(void **state)
{
    static const char *only[] = {"*@test.example", "drift@inkasso.example"};
    static const struct {
        const char *address;
        bool allowed;
    } cases[] = {
        {"a@test.example", true},        {"A@TEST.EXAMPLE", true},
        {"drift@inkasso.example", true}, {"ekonomi@heby.example", false},
        {"a@test.example.evil", false},  {"a@sub.test.example", false},
        {"a@nottest.example", false},    {"chef@inkasso.example", false},
    };
    struct site *site = *state;
    struct smtp_server server;
    unsigned allowed = 0;
    struct buf commands;

    buf_init(&commands, 1 << 20);
    site->settings->smtp.only_to = (struct texts){2, only};
    smtp_server_start(&server, NULL);
    use_relays(site, server.url, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        receipt_due(site, "a.csv", cases[i].address);
        allowed += cases[i].allowed;
        pass(site);
        assert_int_equal(tally_of(site).sent, allowed);
        assert_int_equal(tally_of(site).not_allowed, i + 1 - allowed);
    }
    add_alert(site, "held", "to drift, and to chef who is not allowed");
    pass(site);
    assert_int_equal(smtp_server_count(&server), allowed + 1);
    assert_int_equal(tally_of(site).failed, 0); /* nobody is alerted of what was meant */
    smtp_server_commands(&server, &commands);
    assert_has_not(buf_cstr(&commands), "heby");
    assert_has_not(buf_cstr(&commands), "chef");
    smtp_server_forget(&server);
    buf_free(&commands);
}

/* A recipient at whom the relay hangs up each time delays nobody but himself. */
static void U51_one_mail_does_not_stop_the_others(void **state)
{
    static const struct smtp_script trips = {.step = SMTP_RCPT, .hang_up = true, .only = "poison"};
    struct site *site = *state;
    struct smtp_server server;
    int64_t began = site->now;

    site->settings->alerts.to.n = 0;
    smtp_server_start(&server, &trips);
    use_relays(site, server.url, NULL);
    for (int i = 0; i < 4; i++) {
        receipt_due(site, "a.csv", i ? "b@heby.example" : "poison@heby.example");
        site->now += SECOND_US;
    }
    for (int i = 0; i < 40 && tally_of(site).sent < 3; i++) {
        int64_t wait = pass(site);

        site->now += wait == INT64_MAX ? 0 : wait;
    }
    assert_int_equal(tally_of(site).sent, 3);
    assert_true(site->now - began < HOUR);
    smtp_server_forget(&server);
}

/* Relays report to the address the site chose; people still answer to From. */
static void bounces_go_where_the_site_wants(void **state)
{
    struct site *site = *state;
    struct smtp_server server;
    struct buf got;

    buf_init(&got, 1 << 20);
    site->settings->smtp.bounces_to = "studsar@inkasso.example";
    site->settings->smtp.from_name = "Inkasso, kvittenser för Åre";
    smtp_server_start(&server, NULL);
    use_relays(site, server.url, NULL);
    receipt_due(site, "a.csv", "a@heby.example");
    pass(site);
    smtp_server_commands(&server, &got);
    assert_has(buf_cstr(&got), "MAIL FROM:<studsar@inkasso.example>");
    smtp_server_mail(&server, 1, &got);
    assert_has(buf_cstr(&got), "\r\n <kvittens@inkasso.example>\r\n");
    smtp_server_forget(&server);
    buf_free(&got);
}

/* The last resort: a program, when no server answers. */
static void a_program_is_the_last_resort(void **state)
{
    struct site *site = *state;
    struct smtp_server server;
    char path[128], url[160], taken[160];
    FILE *file;

    site->settings->alerts.to.n = 0;
    snprintf(path, sizeof path, "%s/program", site->place->dir);
    snprintf(url, sizeof url, "sendmail:%s", path);
    snprintf(taken, sizeof taken, "%s/taken", site->place->dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\ncase $5 in weg@*) cat >/dev/null; exit 67;; esac\ncat >%s\n", taken);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
    smtp_server_start(&server, NULL);
    smtp_server_stop(&server);
    use_relays(site, server.url, url);
    receipt_due(site, "a.csv", "a@heby.example");
    receipt_due(site, "b.csv", "weg@heby.example");
    pass(site);
    assert_int_equal(tally_of(site).sent, 1);
    assert_int_equal(tally_of(site).failed, 1);
    assert_has(tally_of(site).error, "program: 67 no such recipient");
    assert_int_equal(access(taken, F_OK), 0);
    smtp_server_forget(&server);
}

#define SENDER_TEST(name) cmocka_unit_test_setup_teardown(name, site_make, site_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENDER_TEST(a_receipt_goes_out_and_is_recorded),
        SENDER_TEST(U59_final_or_later_never_limbo),
        SENDER_TEST(given_up_after_its_time),
        SENDER_TEST(the_next_relay_is_tried),
        SENDER_TEST(U55_an_outage_delays_and_loses_nothing),
        SENDER_TEST(U57_rows_older_than_their_time_still_get_a_chance),
        SENDER_TEST(U58_one_repeat_with_the_same_message_id),
        SENDER_TEST(an_unrecorded_outcome_is_kept),
        SENDER_TEST(what_cannot_be_sent_fails_at_once),
        SENDER_TEST(U57_alerts_that_waited_are_one_mail),
        SENDER_TEST(U58_a_repeated_gathering_is_the_same_mail),
        SENDER_TEST(U57_alerts_too_old_are_not_told),
        SENDER_TEST(U74_nothing_leaves_for_others),
        SENDER_TEST(U51_one_mail_does_not_stop_the_others),
        SENDER_TEST(bounces_go_where_the_site_wants),
        SENDER_TEST(a_program_is_the_last_resort),
    };
    int failed;

    use_stockholm();
    tzset();
    signal(SIGPIPE, SIG_IGN);
    if (smtp_begin())
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    smtp_end();
    return failed;
}
