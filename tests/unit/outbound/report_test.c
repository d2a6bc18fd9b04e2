/* report_test.c -- a report's forms, and the mail it goes out as */
#include "tests/unit/outbound/support.h"

#include "outbound/report_mail.h"
#include "store/audit.h"

static struct settings *settings_with_partners(void)
{
    static const struct penalty_terms terms = {
        .receipt_us = HOUR, .n = 1, .of = {{HOUR, 2 * HOUR, 4, 500000}}};
    static struct partner_settings partners[] = {
        {.key = "heby", .name = "Heby <kommun>; \"AB\"", .language = "sv"},
        {.key = "sala", .name = "Sala", .language = "en", .contact = "Kundtjänst"}};
    struct settings *s = some_settings();

    for (size_t i = 0; i < 2; i++)
        partners[i].sla.terms = s->units[i].sla.terms = terms;
    s->sla.terms = terms;
    s->partners = partners;
    s->partner_count = 2;
    s->time_zone = "Europe/Stockholm";
    s->reports_language = "sv";
    return s;
}

/* Accepted, with its receipt sent after so long (0: not at all). */
static void lived(struct store *store, const char *unit, int64_t at_us, int64_t took_us)
{
    struct summary summary = {.format = "case-csv", .kind = KIND_CASES, .items = 3};
    struct judgement j = {.verdict = VERDICT_ACCEPTED,
                          .state = STATE_QUEUED,
                          .summary = &summary,
                          .decided_us = at_us + SECOND_US};
    struct delivery d;
    struct outbox_mail mail = {.kind = OUTBOX_RECEIPT,
                               .verdict = "accepted",
                               .recipient = "a@h.example",
                               .created_us = at_us,
                               .deadline_us = at_us + HOUR};
    int64_t row = 0;

    assert_int_equal(store_delivery_arrive(store, unit, SPAN_LIT("a.csv"), at_us, NULL, &d), 0);
    assert_int_equal(store_delivery_become(store, d.row, STATE_CHECKING, at_us), 0);
    assert_int_equal(sums_add(&summary.sums, "SEK", 123450), 0);
    assert_int_equal(store_delivery_judge(store, d.row, &j), 0);
    mail.delivery_row = row = d.row;
    assert_int_equal(outbox_add(store, &mail, "k@i.example", NULL, 0), 0);
    if (took_us)
        assert_int_equal(outbox_sent(store, row, at_us + took_us, "250"), 0);
}

static int one_row(void *context, const struct outbox_mail *mail)
{
    struct mail *to = ((void **)context)[0];
    struct store *store = ((void **)context)[1];
    const struct settings *settings = ((void **)context)[2];

    if (mail->kind == OUTBOX_REPORT)
        assert_int_equal(report_mail_write(store, mail, settings, to), 0);
    return 0;
}

static void write_last(struct place *place, const struct settings *settings, struct mail *mail)
{
    const struct outbox_filter filter = {.pending_only = true};
    void *context[] = {mail, place->store, (void *)(uintptr_t)settings};

    assert_int_equal(outbox_list(place->store, &filter, one_row, context), 0);
}

static int count_events(void *context, const struct audit_row *row)
{
    *(int *)context += strcmp(row->event, "report-made") == 0;
    return 0;
}

static void a_report_is_a_row_a_reader_once(void **state)
{
    static const char *readers[] = {"avtal@i.example", "chef@i.example"};
    const struct texts to = {2, readers};
    struct place *place = *state;
    struct settings *settings = settings_with_partners();
    struct outbox_counts counts;
    struct audit_filter all = {0};
    struct period march;
    int events = 0;

    assert_int_equal(period_parse(PERIOD_MONTH, SPAN_LIT("2026-03"), &march), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(report_mail_add(place->store, settings, REPORT_STATS, &march, NULL, &to,
                                         T0 + i * DAY),
                         i == 0);
    assert_int_equal(report_mail_add(place->store, settings, REPORT_STATS, &march, "heby", &to, T0),
                     1);
    assert_int_equal(store_commit(place->store), 0);
    assert_int_equal(outbox_count(place->store, &counts), 0);
    assert_int_equal(counts.pending, 4);
    assert_int_equal(audit_list(place->store, &all, count_events, &events), 0);
    assert_int_equal(events, 2);
    settings_free(&settings);
}

static void the_mail_says_what_was_known_when_it_was_written(void **state)
{
    static const char *readers[] = {"ekonomichef@heby.example"};
    const struct texts to = {1, readers};
    struct place *place = *state;
    struct settings *settings = settings_with_partners();
    struct period march;
    struct mail mail;
    char csv[512];

    mail_init(&mail);
    assert_int_equal(period_parse(PERIOD_MONTH, SPAN_LIT("2026-03"), &march), 0);
    lived(place->store, "heby/ekonomi", T0, MINUTE);
    lived(place->store, "heby/ekonomi", T0 + HOUR, 7 * HOUR);
    lived(place->store, "sala/skola", T0, MINUTE); /* somebody else's */
    assert_int_equal(report_mail_add(place->store, settings, REPORT_STATS, &march, "heby", &to,
                                     T0 + 5 * HOUR),
                     1);
    write_last(place, settings, &mail);
    assert_string_equal(header_of(&mail, "X-Sluss-Report"), "stats 2026-03 heby");
    assert_has(header_of(&mail, "Subject"), "Statistik");
    assert_has(header_of(&mail, "Message-ID"), "<report.stats.2026-03.heby.");
    assert_has(buf_cstr(&mail.text), "Leveranser: 2\n");
    /* At that instant the second receipt was four hours late and not sent. */
    assert_has(buf_cstr(&mail.text), "Sena kvittenser: 1\n");
    assert_has(buf_cstr(&mail.text), "10\xC2\xA0" "000,00");
    assert_int_equal(mail.attachments, 2);
    assert_string_equal(mail.attached[0].name, "sluss-stats-2026-03-heby.html");
    assert_string_equal(mail.attached[1].name, "sluss-stats-2026-03-heby.csv");
    assert_has(buf_cstr(&mail.attached[0].bytes), "Heby &lt;kommun&gt;");
    assert_has_not(buf_cstr(&mail.attached[0].bytes), "<kommun>");
    assert_has_not(buf_cstr(&mail.attached[0].bytes), "sala");
    /* RFC 4180: quoted for the separator and the quotes in it. */
    snprintf(csv, sizeof csv, "\r\npartner;heby;;\"Heby <kommun>; \"\"AB\"\"\";");
    assert_has(buf_cstr(&mail.attached[1].bytes), csv);
    assert_has(buf_cstr(&mail.attached[1].bytes), ";SEK;2469,00;0,00;2469,00;");
    mail_free(&mail);
    settings_free(&settings);
}

static void rows_that_are_no_report_s_are_refused(void **state)
{
    struct place *place = *state;
    struct settings *settings = settings_with_partners();
    static const struct {
        const char *verdict, *detail;
    } cases[] = {{"sla", "2026-03"}, {"stats", "2026Q1"}, {"weather", "2026Q1"}, {"sla", ""},
                 {"sla", NULL}};
    struct mail mail;

    mail_init(&mail);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct outbox_mail row = {.kind = OUTBOX_REPORT,
                                        .verdict = cases[i].verdict,
                                        .detail = cases[i].detail,
                                        .recipient = "a@b.example",
                                        .message_id = "<1@b>",
                                        .created_us = T0};

        assert_int_equal(report_mail_write(place->store, &row, settings, &mail), SLUSS_EINVAL);
    }
    mail_free(&mail);
    settings_free(&settings);
}

int main(void)
{
#define RULE(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
    const struct CMUnitTest tests[] = {
        RULE(a_report_is_a_row_a_reader_once),
        RULE(the_mail_says_what_was_known_when_it_was_written),
        RULE(rows_that_are_no_report_s_are_refused),
    };

    use_stockholm();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
