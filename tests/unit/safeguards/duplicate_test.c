/* duplicate_test.c -- what came before is held, what only looks like it passes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/safeguards/ordinary.h"
#include "tests/unit/safeguards/past.h"

static const struct date march = {2026, 3, 31}, april = {2026, 4, 30};

static struct past past;
static struct told first, second;

static int setup(void **state)
{
    (void)state;
    past_open(&past);
    told_claims(&first, "heby_0301.csv", 20, 100, march);
    assert_int_equal(past_judge(&past, &first), VERDICT_ACCEPTED);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    past_close(&past);
    return 0;
}

static void U30_same_bytes_under_a_new_name_are_held(void **state)
{
    (void)state;
    second = first;
    second.file = "heby_0302.csv";
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    assert_non_null(past_found(&past, FINDING_SAME_BYTES));
    /* One reason is enough for a decision in a minute, and what the file resembles. */
    assert_int_equal(past.findings.n, 2);
    assert_non_null(past_found(&past, FINDING_NEAREST));
}

static void U30_same_items_with_another_header_are_held(void **state)
{
    (void)state;
    second = first;
    second.bytes = "another header";
    for (unsigned i = 0; i < second.n; i++) {
        second.item[i] = first.item[second.n - 1 - i];
        second.item[i].record = 10 + i;
    }
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    assert_non_null(past_found(&past, FINDING_SAME_CONTENT));
    assert_int_equal(past.findings.n, 2);
}

static void U27_a_refused_repeat_does_not_wipe_out_the_first(void **state)
{
    (void)state;
    second = first;
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    past_become(&past, STATE_REJECTED);
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    assert_non_null(past_found(&past, FINDING_SAME_BYTES));
}

static void U31_an_unreadable_file_is_judged_afresh(void **state)
{
    (void)state;
    told_claims(&second, "heby_0302.csv", 20, 200, april);
    second.broken = true;
    assert_int_equal(past_judge(&past, &second), VERDICT_REJECTED);
    assert_true(past.opinion.technical);
    second.broken = false;
    assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
    assert_non_null(past_found(&past, FINDING_SAME_BYTES_REFUSED));
}

static void a_corrected_file_with_the_same_items_passes(void **state)
{
    (void)state;
    told_claims(&second, "heby_0302.csv", 20, 200, april);
    second.broken = true;
    assert_int_equal(past_judge(&past, &second), VERDICT_REJECTED);
    second.broken = false;
    second.bytes = "with the header corrected";
    assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
    assert_int_equal(past.findings.n, 0);
}

static void what_an_operator_rejected_is_held_again(void **state)
{
    (void)state;
    told_claims(&second, "TEST_0302.csv", 20, 200, april);
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    past_become(&past, STATE_REJECTED);
    second.file = "heby_0303.csv";
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    assert_non_null(past_found(&past, FINDING_SAME_BYTES));
}

static void corrected_items_after_a_rejection_pass(void **state)
{
    (void)state;
    told_claims(&second, "heby_0302.csv", 20, 200, april);
    past_judge(&past, &second);
    past_become(&past, STATE_REJECTED);
    second.bytes = "corrected";
    second.item[3].amount_minor += 100;
    assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
    assert_int_equal(past.findings.n, 0);
}

static void an_old_file_appended_to_todays_is_held(void **state)
{
    const struct finding *f;

    (void)state;
    told_claims(&second, "heby_0302.csv", 40, 200, april);
    for (unsigned i = 0; i < 20; i++)
        second.item[20 + i] = first.item[i];
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    f = past_found(&past, FINDING_ITEMS_SEEN);
    assert_non_null(f);
    assert_int_equal(f->record, 21);
    assert_int_equal(f->facts[0].n, 20); /* seen */
    assert_int_equal(f->facts[2].n, 50); /* percent */
}

static void one_known_invoice_alone_is_a_replay(void **state)
{
    (void)state;
    second = first;
    second.bytes = "one of them";
    second.n = 1;
    second.item[0].reference = SPAN_LIT("1230");
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    assert_non_null(past_found(&past, FINDING_ITEMS_SEEN));
}

static void a_few_known_numbers_are_a_note(void **state)
{
    (void)state;
    told_claims(&second, "heby_0302.csv", 100, 200, april);
    for (unsigned i = 0; i < 4; i++)
        second.item[i] = first.item[i];
    assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
    assert_non_null(past_found(&past, FINDING_ITEMS_SEEN_FEW));
}

static void U41_forty_percent_under_new_numbers_are_held(void **state)
{
    (void)state;
    told_claims(&second, "heby_0308.csv", 20, 200, march);
    for (unsigned i = 8; i < 20; i++)
        second.item[i].due_date = april;
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    assert_non_null(past_found(&past, FINDING_ITEMS_RENUMBERED));
}

static void a_renumbered_replay_with_a_tenth_edited_is_held(void **state)
{
    (void)state;
    told_claims(&second, "heby_0308.csv", 20, 200, march);
    second.item[4].amount_minor++;
    second.item[14].amount_minor++;
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
    assert_non_null(past_found(&past, FINDING_ITEMS_RENUMBERED));
}

static void a_household_billed_twice_on_one_day_is_a_note(void **state)
{
    (void)state;
    told_claims(&second, "heby_0308.csv", 1, 200, march);
    assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
    assert_non_null(past_found(&past, FINDING_ITEMS_RENUMBERED_FEW));
}

static void U39_equal_monthly_fees_pass_all_year(void **state)
{
    (void)state;
    for (unsigned month = 4; month <= 12; month++) {
        told_claims(&second, "fees.csv", 50, month * 100, (struct date){2026, (uint8_t)month, 28});
        second.bytes = &"abcdefghijklmnop"[month];
        assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
        assert_int_equal(past.findings.n, 0);
    }
}

static void held_deliveries_are_no_history_of_items(void **state)
{
    (void)state;
    past_become(&past, STATE_HELD);
    told_claims(&second, "heby_0302.csv", 20, 100, march);
    second.item[0].amount_minor++; /* not quite the same content */
    assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
}

static void released_ones_are(void **state)
{
    (void)state;
    past_become(&past, STATE_RELEASED);
    told_claims(&second, "heby_0302.csv", 20, 100, march);
    second.item[0].amount_minor++;
    assert_int_equal(past_judge(&past, &second), VERDICT_HELD);
}

static void a_file_that_says_nothing_today_comes_every_day(void **state)
{
    (void)state;
    told_claims(&second, "empty.csv", 0, 0, march);
    second.states_zero = true;
    for (int day = 0; day < 5; day++) {
        assert_int_equal(past_judge(&past, &second), VERDICT_ACCEPTED);
        assert_int_equal(past.findings.n, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void I39_a_series_that_began_anew_meets_its_own_numbers(void **state)
{
    static struct ordinary o;

    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    o.history.by_number =
        (struct past_overlap){.seen = 60, .first_record = 3, .in_most = 60, .alike = 2};
    o.history.keys[KEY_AMOUNT] = (struct past_keys){.keys = 90};
    assert_null(ordinary_ask(&o, &check_duplicate, FINDING_ITEMS_SEEN));
    assert_non_null(ordinary_ask(&o, &check_duplicate, FINDING_NUMBERS_REUSED));
    o.history.by_number.seen = o.history.by_number.in_most = 4; /* too few for a sign */
    o.history.by_number.alike = 0;
    assert_null(ordinary_ask(&o, &check_duplicate, FINDING_ITEMS_SEEN_FEW));
    assert_non_null(ordinary_ask(&o, &check_duplicate, FINDING_NUMBERS_REUSED_FEW));
    o.history.by_number.seen = o.history.by_number.in_most = 60;
    o.history.by_number.alike = 55; /* a tenth of them edited */
    assert_non_null(ordinary_ask(&o, &check_duplicate, FINDING_ITEMS_SEEN));
    ordinary_end(&o);
}

/* A claim goes on from the reminders to the collection as it is. */
static void the_only_claim_of_another_units_file_passes(void **state)
{
    static struct ordinary o;
    struct past_delivery other = {.id = span_str("20260318T061200Z-000001"),
                                  .file = span_str("reminders.csv"),
                                  .state = STATE_ACCEPTED};

    (void)state;
    ordinary_begin(&o, 24, 30, (struct date){2026, 3, 18});
    o.history.same_content = &other;
    assert_non_null(ordinary_ask(&o, &check_duplicate, FINDING_SAME_CONTENT));
    o.delivery.summary.items = 1;
    assert_null(ordinary_ask(&o, &check_duplicate, FINDING_SAME_CONTENT));
    other.own = true;
    assert_non_null(ordinary_ask(&o, &check_duplicate, FINDING_SAME_CONTENT));
    ordinary_end(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(U30_same_bytes_under_a_new_name_are_held),
        TEST(I39_a_series_that_began_anew_meets_its_own_numbers),
        TEST(the_only_claim_of_another_units_file_passes),
        TEST(U30_same_items_with_another_header_are_held),
        TEST(U27_a_refused_repeat_does_not_wipe_out_the_first),
        TEST(U31_an_unreadable_file_is_judged_afresh),
        TEST(a_corrected_file_with_the_same_items_passes),
        TEST(what_an_operator_rejected_is_held_again),
        TEST(corrected_items_after_a_rejection_pass),
        TEST(an_old_file_appended_to_todays_is_held),
        TEST(one_known_invoice_alone_is_a_replay),
        TEST(a_few_known_numbers_are_a_note),
        TEST(U41_forty_percent_under_new_numbers_are_held),
        TEST(a_renumbered_replay_with_a_tenth_edited_is_held),
        TEST(a_household_billed_twice_on_one_day_is_a_note),
        TEST(U39_equal_monthly_fees_pass_all_year),
        TEST(held_deliveries_are_no_history_of_items),
        TEST(released_ones_are),
        TEST(a_file_that_says_nothing_today_comes_every_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
