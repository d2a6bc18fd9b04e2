/* figures_test.c -- the rules by which the books are kept, one by one */
#include "tests/unit/outbound/support.h"

#include "outbound/figures.h"

/* The agreement's own table. */
static const struct penalty_terms terms = {
    .receipt_us = HOUR, .n = 1, .of = {{HOUR, 2 * HOUR, 4, 500000}}};

#define AS_OF (T0 + 60 * DAY)

static struct figures f;

static int begin(void **state)
{
    struct period march;

    (void)state;
    assert_int_equal(period_parse(PERIOD_MONTH, SPAN_LIT("2026-03"), &march), 0);
    return figures_begin(&f, &march, AS_OF);
}

static int end(void **state)
{
    (void)state;
    figures_free(&f);
    return 0;
}

/* An ordinary one: judged after 10 s, its one receipt sent after `took_us` (0: not at all). */
static struct report_delivery ordinary(int n, int64_t took_us)
{
    struct report_delivery d = {.unit = "heby/ekonomi",
                                .received_us = T0 + n * MINUTE,
                                .verdict = VERDICT_ACCEPTED,
                                .items = 10,
                                .sums = {1, {{"SEK", 1000, 10}}},
                                .receipts = 1};

    delivery_id_format(d.received_us, d.id);
    d.judged_us = d.received_us + 10 * SECOND_US;
    d.receipts_sent = took_us > 0;
    d.receipt_us = took_us ? d.received_us + took_us : 0;
    d.queued_us = d.judged_us;
    return d;
}

static void add(const struct report_delivery *d)
{
    assert_int_equal(figures_add(&f, d, &terms), 0);
}

static void late_receipts_cost_what_the_agreement_says(void **state)
{
    static const struct {
        int64_t took_us;
        bool late;
        unsigned occasions;
    } cases[] = {{MINUTE, false, 0},   {HOUR, false, 0},     {HOUR + 1, true, 1},
                 {3 * HOUR, true, 2},  {6 * HOUR, true, 3},  {7 * HOUR, true, 4},
                 {99 * HOUR, true, 4}, {0 /* never */, true, 4}};
    unsigned late = 0, occasions = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct report_delivery d = ordinary((int)i, cases[i].took_us);

        add(&d);
        late += cases[i].late;
        occasions += cases[i].occasions;
    }
    assert_int_equal(figures_end(&f), 0);
    assert_int_equal(figures_late(&f.all), late);
    assert_int_equal(f.all.receipts_unsent, 1);
    assert_int_equal(f.all.receipts_in_time, 2);
    assert_int_equal(f.all.penalty_occasions, occasions);
    assert_int_equal(f.all.penalty_minor, occasions * 500000);
    assert_int_equal(figures_share(&f.all), 2500);
    assert_int_equal(f.worst.of[0].to_us, 0); /* the one never sent is the worst */
    assert_int_equal(f.worst.of[1].took_us, 99 * HOUR);
    assert_int_equal(f.days[1].deliveries, sizeof cases / sizeof *cases);
    assert_int_equal(f.days[1].late, late);
}

/* With several recipients the last one counts. */
static void every_recipient_must_have_it(void **state)
{
    struct report_delivery d = ordinary(0, MINUTE);

    (void)state;
    d.receipts = 2;
    add(&d);
    assert_int_equal(f.all.receipts_in_time, 0);
    assert_int_equal(figures_end(&f), 0);
    assert_int_equal(f.all.receipts_unsent, 1);
}

static void what_can_still_be_sent_in_time_is_open(void **state)
{
    struct report_delivery d = ordinary(0, 0);

    (void)state;
    d.received_us = AS_OF - HOUR / 2;
    add(&d);
    assert_int_equal(figures_end(&f), 0);
    assert_int_equal(f.all.receipts_open, 1);
    assert_int_equal(figures_share(&f.all), -1);
    assert_int_equal(f.worst.n, 0);
}

static struct report_delivery held(int n, enum report_answer answer, int64_t after_us)
{
    struct report_delivery d = ordinary(n, MINUTE);

    d.verdict = VERDICT_HELD;
    d.answer = answer;
    d.answered_us = answer ? d.judged_us + after_us : 0;
    d.queued_us = answer == ANSWER_RELEASED || answer == ANSWER_ONCE ? d.answered_us : 0;
    d.check_count = 1;
    snprintf(d.checks[0], sizeof d.checks[0], "volume");
    return d;
}

static void holds_are_told_by_outcome_and_check(void **state)
{
    struct report_delivery of[] = {held(0, ANSWER_RELEASED, HOUR), held(1, ANSWER_ONCE, 2 * HOUR),
                                   held(2, ANSWER_REJECTED, 4 * HOUR), held(3, ANSWER_NONE, 0)};

    (void)state;
    of[1].check_count = 2;
    snprintf(of[1].checks[1], sizeof of[1].checks[1], "dates");
    of[2].check_count = 0; /* the evidence together */
    for (size_t i = 0; i < 4; i++)
        add(&of[i]);
    assert_int_equal(figures_end(&f), 0);
    assert_int_equal(f.check_count, 3);
    assert_string_equal(f.checks[0].name, "volume");
    assert_int_equal(f.checks[0].held, 3);
    assert_int_equal(f.checks[0].alone, 2);
    assert_int_equal(f.checks[0].answers[ANSWER_RELEASED], 1); /* the false hold */
    assert_string_equal(f.checks[2].name, "evidence");
    assert_int_equal(f.answer_median_us, 2 * HOUR);
    assert_int_equal(f.answer_worst_us, 4 * HOUR);
    assert_int_equal(f.open_worst_us, AS_OF - of[3].judged_us);
    assert_int_equal(f.all.handled, 3);
    assert_int_equal(f.all.items_through, 20);
    assert_int_equal(f.states[STATE_HELD], 1);
    assert_int_equal(f.states[STATE_REJECTED], 1);
    assert_int_equal(f.states[STATE_QUEUED], 2);
}

static void a_median_of_two_lies_between_them(void **state)
{
    struct report_delivery a = held(0, ANSWER_RELEASED, HOUR);
    struct report_delivery b = held(1, ANSWER_RELEASED, 3 * HOUR);

    (void)state;
    add(&a);
    add(&b);
    assert_int_equal(figures_end(&f), 0);
    assert_int_equal(f.answer_median_us, 2 * HOUR);
}

static void states_are_those_of_an_instant(void **state)
{
    struct report_delivery d = held(0, ANSWER_RELEASED, HOUR);
    int64_t t = d.judged_us;

    (void)state;
    d.queued_us = d.answered_us + HOUR;
    d.delivered_us = d.queued_us + HOUR;
    d.recalled_us = d.delivered_us + HOUR;
    assert_int_equal(figures_state(&d, t - 1), STATE_CHECKING);
    assert_int_equal(figures_state(&d, t), STATE_HELD);
    assert_int_equal(figures_state(&d, t + HOUR), STATE_RELEASED);
    assert_int_equal(figures_state(&d, t + 2 * HOUR), STATE_QUEUED);
    assert_int_equal(figures_state(&d, t + 3 * HOUR), STATE_DELIVERED);
    assert_int_equal(figures_state(&d, t + 4 * HOUR), STATE_RECALLED);
}

static void units_make_partners_and_partners_make_all(void **state)
{
    static const char *const units[] = {"heby/teknik", "sala/a", "heby/ekonomi", "heby2/x",
                                        "heby/teknik"};

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct report_delivery d = ordinary(i, MINUTE);

        snprintf(d.unit, sizeof d.unit, "%s", units[i]);
        if (i == 1)
            d.sums = (struct sums){2, {{"SEK", 500, 5}, {"EUR", 70, 5}}};
        d.recalled_us = i == 2 ? d.judged_us + HOUR : 0;
        add(&d);
    }
    assert_int_equal(figures_end(&f), 0);
    assert_int_equal(f.unit_count, 4);
    assert_int_equal(f.partner_count, 3);
    assert_string_equal(f.units[0].key, "heby/ekonomi");
    assert_string_equal(f.partners[0].key, "heby");
    assert_int_equal(f.partners[0].of.deliveries, 3);
    assert_int_equal(f.all.deliveries, 5);
    assert_int_equal(f.all.sums.n, 2);
    assert_int_equal(f.all.sums.of[0].minor, 4500);
    assert_int_equal(f.all.sums_through.of[0].minor, 3500);
    assert_int_equal(f.all.items_through, 40);
    assert_int_equal(f.all.recalled, 1);
}

/* A heap that keeps the longest. */
static void of_many_the_longest_are_named(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * FIGURES_WORST; i++) {
        struct report_delivery d = ordinary(i % 60, MINUTE + (i * 7919 % 6007) * SECOND_US);

        add(&d);
    }
    assert_int_equal(figures_end(&f), 0);
    assert_int_equal(f.worst.n, FIGURES_WORST);
    for (unsigned i = 1; i < f.worst.n; i++)
        assert_true(f.worst.of[i - 1].took_us >= f.worst.of[i].took_us);
    assert_int_equal(f.worst.of[0].took_us, f.receipt_worst_us);
    assert_int_equal(f.worst.of[FIGURES_WORST - 1].took_us,
                     f.receipts.of[f.receipts.n - FIGURES_WORST]);
}

int main(void)
{
#define RULE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        RULE(late_receipts_cost_what_the_agreement_says),
        RULE(every_recipient_must_have_it),
        RULE(what_can_still_be_sent_in_time_is_open),
        RULE(holds_are_told_by_outcome_and_check),
        RULE(a_median_of_two_lies_between_them),
        RULE(states_are_those_of_an_instant),
        RULE(units_make_partners_and_partners_make_all),
        RULE(of_many_the_longest_are_named),
    };

    use_stockholm();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
