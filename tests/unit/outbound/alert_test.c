/* alert_test.c -- one row a recipient, once in its quiet time, and a mail that is plain */
#include "tests/unit/outbound/support.h"

#include <time.h>
#include <unistd.h>

#include "outbound/alert.h"

struct seen {
    unsigned n;
    char recipients[8][64];
};

static int see(void *context, const struct outbox_mail *mail)
{
    struct seen *seen = context;

    assert_int_equal(mail->kind, OUTBOX_ALERT);
    assert_string_equal(mail->verdict, "relay-down");
    assert_string_equal(mail->detail, "No relay answers.");
    snprintf(seen->recipients[seen->n++ % 8], 64, "%s", mail->recipient);
    return 0;
}

static void each_recipient_once_in_its_quiet_time(void **state)
{
    struct alert alert = {
        .topic = "relay-down", .text = "No relay answers.", .dedup = "all", .quiet_us = HOUR};
    struct outbox_filter filter = {.limit = 100};
    struct settings *settings = some_settings();
    struct place *place = *state;
    struct seen seen = {0};

    assert_int_equal(alert_add(place->store, settings, &alert, T0), 0);
    assert_int_equal(alert_add(place->store, settings, &alert, T0 + MINUTE), 0);
    assert_int_equal(store_commit(place->store), 0);
    assert_int_equal(outbox_list(place->store, &filter, see, &seen), 0);
    assert_int_equal(seen.n, 2);
    assert_string_not_equal(seen.recipients[0], seen.recipients[1]);
    alert.dedup = NULL;
    assert_int_equal(alert_add(place->store, settings, &alert, T0 + MINUTE), 0);
    assert_int_equal(outbox_list(place->store, &filter, see, &seen), 0);
    assert_int_equal(seen.n, 2 + 4);
    settings->alerts.to.n = 0; /* nobody to tell is no error */
    assert_int_equal(alert_add(place->store, settings, &alert, T0 + MINUTE), 0);
    settings_free(&settings);
}

struct ways {
    char channels[128], texts[4096];
};

static int see_way(void *context, const struct alert_send *send)
{
    struct ways *ways = context;
    size_t n = strlen(ways->channels);

    snprintf(ways->channels + n, sizeof ways->channels - n, "%s ", send->channel);
    n = strlen(ways->texts);
    snprintf(ways->texts + n, sizeof ways->texts - n, "%s|", send->alert.text);
    return 0;
}

static void every_channel_that_is_configured_has_a_row(void **state)
{
    struct alert alert = {
        .topic = "disk", .text = "Full.", .dedup = "/", .quiet_us = DAY, .lasting = true};
    struct settings *settings = some_settings();
    struct place *place = *state;
    struct ways ways = {{0}, {0}};

    assert_int_equal(alert_add(place->store, settings, &alert, T0), 0);
    assert_int_equal(alert_add(place->store, settings, &alert, T0), 0);
    settings->alerts.webhook = "https://h/";
    settings->alerts.program = "/bin/true";
    assert_int_equal(alert_clear(place->store, settings, "disk", "/", "Space again.", T0), 0);
    assert_int_equal(alert_clear(place->store, settings, "disk", "/", "Space again.", T0), 0);
    assert_int_equal(alerts_due(place->store, T0, 10, see_way, &ways), 0);
    assert_string_equal(ways.channels, "journal journal program webhook ");
    assert_string_equal(ways.texts, "Full.|Space again.|Space again.|Space again.|");
    settings_free(&settings);
}

static void a_flood_is_told_as_one_with_a_line_each(void **state)
{
    struct settings *settings = some_settings();
    struct place *place = *state;
    struct ways ways = {{0}, {0}};
    char text[64];

    settings->alerts.to.n = 0;
    for (unsigned i = 0; i < ALERTS_RATE_MOST + 3; i++) {
        struct alert alert = {.topic = "held", .severity = ALERT_WARNING, .text = text};

        snprintf(text, sizeof text, "Number %u is held.\n\nDecide.", i);
        assert_int_equal(alert_add(place->store, settings, &alert, T0), 0);
    }
    assert_int_equal(alerts_due(place->store, T0, 100, see_way, &ways), 0);
    assert_null(strstr(ways.texts, "Number 10"));
    memset(&ways, 0, sizeof ways);
    assert_int_equal(alert_gather(place->store, settings, T0), 0);
    assert_int_equal(alert_gather(place->store, settings, T0 + ALERTS_GATHER_US), 1);
    assert_int_equal(alert_gather(place->store, settings, T0 + ALERTS_GATHER_US), 0);
    assert_int_equal(alerts_due(place->store, T0 + HOUR, 100, see_way, &ways), 0);
    assert_has(ways.texts, "3 alerts more, gathered into one\n");
    assert_has(ways.texts, "- 2026-03-02 07:12:00 held: Number 12 is held.\n");
    assert_null(strstr(ways.texts, "- 2026-03-02 07:12:00 held: Number 9"));
    settings_free(&settings);
}

static void programs_get_it_as_one_object(void **state)
{
    const struct stored_alert alert = {.row = 7,
                                       .topic = "held",
                                       .severity = ALERT_CRITICAL,
                                       .event = ALERT_RAISED,
                                       .lasting = true,
                                       .unit = "heby/ekonomi",
                                       .text = " One \"line\"\nand more\n",
                                       .created_us = T0};
    struct buf json;

    (void)state;
    buf_init(&json, 4096);
    assert_int_equal(alert_json(&alert, "sluss1", &json), 0);
    assert_string_equal(
        buf_cstr(&json),
        "{\"alert\":7,\"topic\":\"held\",\"severity\":\"critical\",\"event\":\"raised\","
        "\"lasting\":true,\"title\":\"One \\\"line\\\"\",\"text\":\" One \\\"line\\\"\\nand "
        "more\\n\",\"unit\":\"heby/ekonomi\",\"delivery\":null,\"at\":"
        "\"2026-03-02T06:12:00.000Z\",\"host\":\"sluss1\"}");
    buf_free(&json);
}

static void the_mail_is_plain(void **state)
{
    struct settings *settings = some_settings();
    struct outbox_mail row = {.kind = OUTBOX_ALERT,
                              .verdict = "receipt-failed",
                              .recipient = "drift@inkasso.example",
                              .message_id = "<alert.1@inkasso.example>",
                              .detail = "Kvittensen kom inte fram.\n\nSvar: 550 \x1b[31mnej\n",
                              .unit = "heby/ekonomi",
                              .delivery_id = "20260302-061200-123456",
                              .created_us = T0};
    struct mail mail;

    (void)state;
    mail_init(&mail);
    assert_int_equal(alert_write(&row, settings, &mail), 0);
    assert_string_equal(header_of(&mail, "X-Sluss-Alert"), "receipt-failed");
    assert_string_equal(header_of(&mail, "X-Sluss-Delivery"), "");
    assert_string_equal(header_of(&mail, "Subject"),
                        "[sluss] receipt-failed: Kvittensen kom inte fram.");
    assert_has(buf_cstr(&mail.text), "Svar: 550 \\x1B[31mnej\n");
    assert_has(buf_cstr(&mail.text), "slussctl show 20260302-061200-123456");
    assert_has(buf_cstr(&mail.text), "2026-03-02 07:12:00");
    assert_int_equal(mail.html.n, 0);
    assert_int_equal(mail.attachments, 0);
    row.detail = NULL;
    assert_int_equal(alert_write(&row, settings, &mail), 0);
    assert_string_equal(header_of(&mail, "Subject"), "[sluss] receipt-failed");
    row.recipient = "nobody";
    assert_int_equal(alert_write(&row, settings, &mail), SLUSS_EINVAL);
    mail_free(&mail);
    settings_free(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_recipient_once_in_its_quiet_time, place_make,
                                        place_remove),
        cmocka_unit_test_setup_teardown(every_channel_that_is_configured_has_a_row, place_make,
                                        place_remove),
        cmocka_unit_test_setup_teardown(a_flood_is_told_as_one_with_a_line_each, place_make,
                                        place_remove),
        cmocka_unit_test(programs_get_it_as_one_object),
        cmocka_unit_test(the_mail_is_plain),
    };

    use_stockholm();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
