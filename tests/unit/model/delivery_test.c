/* delivery_test.c -- the life of a delivery, and its id */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/date.h"
#include "model/delivery.h"

static void names_go_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < STATE_COUNT; i++)
        assert_int_equal(state_from_name(span_str(state_name((enum delivery_state)i))), i);
    for (int i = 0; i < VERDICT_COUNT; i++)
        assert_int_equal(verdict_from_name(span_str(verdict_name((enum verdict)i))), i);
    assert_string_equal(state_name(STATE_QUEUED), "queued");
    assert_int_equal(state_from_name(SPAN_LIT("lost")), -1);
    assert_int_equal(verdict_from_name(SPAN_NONE), -1);
}

static void only_the_steps_of_a_life_are_allowed(void **state)
{
    static const struct {
        enum delivery_state from, to;
    } steps[] = {
        {STATE_ARRIVING, STATE_CHECKING},  {STATE_ARRIVING, STATE_HELD},
        {STATE_ARRIVING, STATE_REJECTED},  {STATE_CHECKING, STATE_ACCEPTED},
        {STATE_CHECKING, STATE_HELD},      {STATE_CHECKING, STATE_REJECTED},
        {STATE_CHECKING, STATE_QUEUED},    {STATE_HELD, STATE_RELEASED},
        {STATE_HELD, STATE_REJECTED},      {STATE_HELD, STATE_QUEUED},
        {STATE_ACCEPTED, STATE_QUEUED},    {STATE_ACCEPTED, STATE_RECALLED},
        {STATE_RELEASED, STATE_QUEUED},    {STATE_RELEASED, STATE_RECALLED},
        {STATE_QUEUED, STATE_DELIVERED},   {STATE_QUEUED, STATE_RECALLED},
        {STATE_DELIVERED, STATE_RECALLED},
    };
    bool allowed[STATE_COUNT][STATE_COUNT] = {{false}};

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        allowed[steps[i].from][steps[i].to] = true;
    for (int from = 0; from < STATE_COUNT; from++)
        for (int to = 0; to < STATE_COUNT; to++)
            assert_int_equal(state_may_become((enum delivery_state)from, (enum delivery_state)to),
                             allowed[from][to]);
}

static void history_is_what_was_let_through(void **state)
{
    (void)state;
    assert_true(state_is_accepted(STATE_ACCEPTED));
    assert_true(state_is_accepted(STATE_RELEASED));
    assert_true(state_is_accepted(STATE_QUEUED));
    assert_true(state_is_accepted(STATE_DELIVERED));
    assert_false(state_is_accepted(STATE_HELD));
    assert_false(state_is_accepted(STATE_RECALLED));
    assert_false(state_is_accepted(STATE_REJECTED));
}

static void ids_tell_the_time_and_sort(void **state)
{
    char id[DELIVERY_ID_SIZE], next[DELIVERY_ID_SIZE];
    int64_t at_us;

    (void)state;
    assert_int_equal(instant_parse(SPAN_LIT("2026-03-02T06:12:00.123456Z"), &at_us), 0);
    delivery_id_format(at_us, id);
    assert_string_equal(id, "20260302-061200-123456");
    delivery_id_format(at_us + 1, next);
    assert_true(strcmp(id, next) < 0);
    delivery_id_format(at_us + 18 * 3600 * SECOND_US, next);
    assert_true(strcmp(id, next) < 0);
    assert_true(delivery_id_valid(span_str(id)));
}

static void an_id_is_no_path(void **state)
{
    static const char *const bad[] = {
        "",
        "20260302-061200-12345",
        "20260302-061200-1234567",
        "20260302/061200-123456",
        "../../../../etc/passwd",
        "20260302-061200-12345\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(delivery_id_valid(span_str(bad[i])));
    assert_false(delivery_id_valid(SPAN_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_there_and_back),
        cmocka_unit_test(only_the_steps_of_a_life_are_allowed),
        cmocka_unit_test(history_is_what_was_let_through),
        cmocka_unit_test(ids_tell_the_time_and_sort),
        cmocka_unit_test(an_id_is_no_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
