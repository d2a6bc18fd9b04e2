/* retry_test.c -- doubling, spread, an end */
#include "tests/unit/outbound/support.h"

#include "outbound/retry.h"

static const struct retry_policy policy = {MINUTE, HOUR, 5 * DAY};

static void doubles_up_to_the_most(void **state)
{
    static const struct {
        unsigned attempts;
        int64_t middle;
    } cases[] = {
        {0, MINUTE}, {1, 2 * MINUTE}, {2, 4 * MINUTE}, {5, 32 * MINUTE},
        {6, HOUR},   {7, HOUR},       {100, HOUR},     {UINT32_MAX, HOUR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int64_t row = 1; row < 500; row++) {
            int64_t delay = retry_delay(&policy, row, cases[i].attempts);

            assert_true(delay >= cases[i].middle * 8 / 10);
            assert_true(delay <= cases[i].middle * 12 / 10);
            assert_int_equal(delay, retry_delay(&policy, row, cases[i].attempts));
        }
    }
}

/* A night's thousand receipts do not come back in the same second. */
static void spreads_rows_evenly(void **state)
{
    unsigned buckets[8] = {0};

    (void)state;
    for (int64_t row = 1; row <= 8000; row++) {
        int64_t over = retry_delay(&policy, row, 0) - MINUTE * 8 / 10;

        buckets[(size_t)(over * 8 / (MINUTE * 4 / 10 + 1))]++;
    }
    for (size_t i = 0; i < 8; i++) {
        assert_true(buckets[i] > 850);
        assert_true(buckets[i] < 1150);
    }
}

static void odd_settings_make_no_hot_loop(void **state)
{
    static const struct retry_policy odd[] = {
        {0, 0, 0}, {-5, HOUR, HOUR}, {HOUR, MINUTE, HOUR}, {INT64_MAX / 4, INT64_MAX / 2, HOUR}};

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (unsigned attempts = 0; attempts < 70; attempts++)
            assert_true(retry_delay(&odd[i], 1, attempts) >= 1000);
}

static void U59_ends_at_give_up(void **state)
{
    int64_t now = T0;
    int64_t last = 0;
    unsigned attempts = 0;

    (void)state;
    for (int64_t next; retry_next(&policy, 7, attempts, T0, now, &next); now = next) {
        assert_true(next > now);
        last = next;
        assert_true(++attempts < 1000);
    }
    assert_int_equal(last, T0 + 5 * DAY);
    assert_true(attempts > 100);
}

/* The machine was off for a week: the first "later" is not the last word. */
static void an_old_row_has_its_attempts(void **state)
{
    int64_t next;

    (void)state;
    for (unsigned attempts = 0; attempts < RETRY_LEAST - 1; attempts++) {
        assert_true(retry_next(&policy, 7, attempts, T0, T0 + 7 * DAY, &next));
        assert_true(next > T0 + 7 * DAY);
    }
    assert_false(retry_next(&policy, 7, RETRY_LEAST - 1, T0, T0 + 7 * DAY, &next));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_up_to_the_most),        cmocka_unit_test(spreads_rows_evenly),
        cmocka_unit_test(odd_settings_make_no_hot_loop), cmocka_unit_test(U59_ends_at_give_up),
        cmocka_unit_test(an_old_row_has_its_attempts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
