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
    assert_int_equal(mail.json.n, 0);
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
        cmocka_unit_test(the_mail_is_plain),
    };

    use_stockholm();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
