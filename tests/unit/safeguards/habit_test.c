/* habit_test.c -- classes by the calendar, ranks that keep their promise, rows that count */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "model/calendar.h"
#include "model/error.h"
#include "safeguards/sketch.h"
#include "tests/unit/safeguards/ordinary.h"

static struct ordinary o;

static int teardown(void **state)
{
    (void)state;
    ordinary_end(&o);
    return 0;
}

/* --- classes ------------------------------------------------------------------------------- */

static bool on_mondays(struct date day)
{
    return weekday(day) == 0;
}

static bool at_the_start(struct date day)
{
    return is_banking_day(day) && banking_day_of_month(day) <= 3;
}

static bool at_the_end(struct date day)
{
    return is_banking_day(day) && banking_day_before_month_end(day) <= 3;
}

static bool on_the_twentieth(struct date day)
{
    return day.day == 20;
}

static bool in_january(struct date day)
{
    return day.month == 1 && day.day >= 8 && day.day <= 14;
}

static bool after_the_quarter(struct date day)
{
    return day.month % 3 == 1 && day.day >= 10 && day.day <= 16;
}

#define LARGE 10 /* times as many as on other days */

static void a_large_day_is_compared_with_its_like(void **state)
{
    static const struct {
        const char *name;
        bool (*large)(struct date day);
        unsigned rows;
        int every;
        struct date on;
        enum habit_class c;
    } cases[] = {
        {"Mondays, after the weekend", on_mondays, 300, 1, {2026, 3, 16}, CLASS_WEEKDAY},
        {"the first banking days", at_the_start, 300, 1, {2026, 5, 6}, CLASS_MONTH_START},
        {"I09 N01 the last banking days", at_the_end, 300, 1, {2026, 2, 26}, CLASS_MONTH_END},
        {"the day of salaries", on_the_twentieth, 300, 1, {2026, 8, 20}, CLASS_DAY_OF_MONTH},
        {"N04 the bills of January", in_january, 300, 7, {2026, 1, 12}, CLASS_SEASON},
        {"N01 the quarter's water bills", after_the_quarter, 50, 7, {2026, 10, 12}, CLASS_QUARTER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct volume v, other;
        struct habit_row plain;

        if (!cases[i].large(cases[i].on))
            fail_msg("%s: no such day", cases[i].name);
        ordinary_begin(&o, cases[i].rows, cases[i].every, cases[i].on);
        for (unsigned k = 0; k < o.habit.n; k++)
            if (cases[i].large(o.rows[k].day)) {
                o.rows[k].of[MEASURE_ITEMS] *= LARGE;
                o.rows[k].of[MEASURE_DEBIT] *= LARGE;
            }
        o.now.of[MEASURE_ITEMS] *= LARGE;
        o.now.of[MEASURE_DEBIT] *= LARGE;
        habit_volume(&o.habit, &o.now, &v);
        if (v.high.in != cases[i].c || v.high.score > 2)
            fail_msg("%s: %.2f among %s", cases[i].name, v.high.score, class_name(v.high.in));
        assert_true(v.high.usual_high >= v.high.usual_low);
        assert_true(v.low.usual_high >= v.low.usual_low);

        plain = o.now;
        do
            plain.day = date_from_days(date_to_days(plain.day) + 3);
        while (cases[i].large(plain.day) || at_the_start(plain.day) || at_the_end(plain.day));
        habit_volume(&o.habit, &plain, &other);
        if (!(other.high.score > v.high.score + 0.25))
            fail_msg("%s: %.2f on any other day, %.2f on its own", cases[i].name, other.high.score,
                     v.high.score);
    }
}

static void volume_is_told_by_the_measure_that_is_furthest_off(void **state)
{
    static const struct {
        const char *name;
        enum measure measure;
        double times;
        bool high;
    } cases[] = {
        {"I31 thirty times as many", MEASURE_ITEMS, 30, true},
        {"I27 the principal for the interest", MEASURE_DEBIT, 115, true},
        {"I22 ore for kronor", MEASURE_MEDIAN, 100, true},
        {"I29 a tenth of them", MEASURE_ITEMS, 0.1, false},
        {"I22 kronor for ore", MEASURE_MEDIAN, 0.01, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct volume v;

        ordinary_begin(&o, 60, 7, (struct date){2026, 3, 18});
        habit_volume(&o.habit, &o.now, &v);
        assert_true(v.high.score < 2 && v.low.score < 2);
        o.now.of[cases[i].measure] *= cases[i].times;
        habit_volume(&o.habit, &o.now, &v);
        const struct volume_side *side = cases[i].high ? &v.high : &v.low;
        if (side->score < 4 || side->by != cases[i].measure)
            fail_msg("%s: %.2f by %s", cases[i].name, side->score, measure_name(side->by));
    }
}

static void without_a_habit_nothing_is_far_off(void **state)
{
    struct volume v;

    (void)state;
    ordinary_begin(&o, 0, 7, (struct date){2026, 3, 18});
    habit_volume(&o.habit, &o.now, &v);
    assert_true(v.high.score == 0 && v.low.score == 0 && v.high.compared == 0);
    assert_null(habit_last(&o.habit));
    assert_int_equal(habit_rhythm(&o.habit), RHYTHM_UNKNOWN);
}

/* --- ranks ----------------------------------------------------------------------------------- */

static uint64_t seed;

static double uniform(void)
{
    return (double)(sketch_mix(seed++) >> 11) / 9007199254740992.0;
}

static double exponential(void)
{
    return -log(1 - uniform());
}

static double heavy_tailed(void)
{
    return pow(1 - uniform(), -1.5);
}

static double seldom_anything(void)
{
    return uniform() < 0.7 ? 0 : floor(5 * uniform());
}

#define TRIALS 8000

/* Scores of one distribution: past and new ones are alike, whatever it is. */
static void at_most_alpha_of_ordinary_scores_lie_beyond_it(void **state)
{
    static const struct {
        const char *name;
        double (*score)(void);
    } cases[] = {{"uniform", uniform},
                 {"exponential", exponential},
                 {"heavy tails", heavy_tailed},
                 {"mostly nothing", seldom_anything}};
    static const double alphas[] = {0.005, 0.01, 0.05, 0.2};

    (void)state;
    ordinary_begin(&o, HABIT_RANKED, 1, (struct date){2026, 3, 18});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned beyond[4] = {0};

        seed = 42;
        for (unsigned k = 0; k < o.habit.n; k++)
            o.rows[k].of[MEASURE_SCORE_HIGH] = cases[i].score();
        for (unsigned t = 0; t < TRIALS; t++) {
            double score = cases[i].score();
            double rank = habit_rank(&o.habit, MEASURE_SCORE_HIGH, score, 0.005);

            for (unsigned a = 0; a < 4; a++)
                beyond[a] += rank <= alphas[a];
            o.rows[t % o.habit.n].of[MEASURE_SCORE_HIGH] = score;
        }
        /* Three standard errors of so many trials above what is promised, at most. */
        for (unsigned a = 0; a < 4; a++)
            if (beyond[a] > TRIALS * alphas[a] + 3 * sqrt(TRIALS * alphas[a]))
                fail_msg("%s: %u of %u beyond %g", cases[i].name, beyond[a], TRIALS, alphas[a]);
    }
}

static void a_new_stream_is_ranked_by_the_prior(void **state)
{
    static const struct {
        const char *name;
        enum measure measure;
        double score, least, most;
    } cases[] = {
        {"nothing unusual", MEASURE_SCORE_HIGH, 0, 0.99, 1},
        {"in the middle", MEASURE_SCORE_HIGH, 0.7, 0.4, 0.55},
        {"a busy day", MEASURE_SCORE_HIGH, 3, 0.01, 0.06},
        {"I31 a whole register", MEASURE_SCORE_HIGH, 20, 0, 0.002},
        {"a quiet day", MEASURE_SCORE_LOW, 2, 0.03, 0.12},
        {"N17 the July dip", MEASURE_SCORE_LOW, 3, 0.01, 0.06},
    };

    (void)state;
    for (unsigned n = 0; n <= 8; n += 8)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            double rank;

            ordinary_begin(&o, n, 1, (struct date){2026, 3, 18});
            rank = habit_rank(&o.habit, cases[i].measure, cases[i].score, 0.005);
            if (rank < cases[i].least || rank > cases[i].most)
                fail_msg("%s, %u rows: %g", cases[i].name, n, rank);
        }
}

static void a_higher_score_is_never_more_usual(void **state)
{
    static const unsigned rows[] = {0, 5, 100, HABIT_RANKED, HABIT_MOST};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double before = 1;

        ordinary_begin(&o, rows[i], 1, (struct date){2026, 3, 18});
        for (double score = 0; score <= 60; score += 0.25) {
            double rank = habit_rank(&o.habit, MEASURE_SCORE_HIGH, score, 0.005);

            assert_true(rank > 0 && rank <= before);
            before = rank;
        }
    }
}

/* --- rows ---------------------------------------------------------------------------------------
 */

static void what_was_released_once_is_no_habit(void **state)
{
    struct volume v;
    double usual;

    (void)state;
    ordinary_begin(&o, 40, 7, (struct date){2026, 3, 18});
    usual = habit_quantile(&o.habit, MEASURE_ITEMS, 1, 1, 0);
    o.rows[39].of[MEASURE_ITEMS] = o.rows[38].of[MEASURE_ITEMS] = 5000;
    o.rows[39].flags = o.rows[38].flags = HABIT_ONCE;
    assert_true(habit_quantile(&o.habit, MEASURE_ITEMS, 1, 1, 0) <= usual);
    assert_int_equal(habit_full_rows(&o.habit), 38);
    o.now.of[MEASURE_ITEMS] = 5000;
    habit_volume(&o.habit, &o.now, &v);
    assert_true(v.high.score > 10);

    o.rows[39].flags = o.rows[38].flags = HABIT_RELEASED; /* "normal" */
    assert_true(habit_quantile(&o.habit, MEASURE_ITEMS, 1, 1, 0) == 5000);
    assert_int_equal(habit_full_rows(&o.habit), 40);
}

static void too_few_rows_say_nothing_of_a_share(void **state)
{
    (void)state;
    ordinary_begin(&o, 10, 7, (struct date){2026, 3, 18});
    assert_true(isnan(habit_quantile(&o.habit, MEASURE_ROUND, 0.5, 11, 0)));
    for (unsigned i = 0; i < 5; i++)
        o.rows[i].of[MEASURE_ITEMS] = 3; /* of three items one is a third */
    assert_true(isnan(habit_quantile(&o.habit, MEASURE_ROUND, 0.5, 6, 0)));
    assert_true(!isnan(habit_quantile(&o.habit, MEASURE_ROUND, 0.5, 5, 0)));
    assert_true(!isnan(habit_quantile(&o.habit, MEASURE_ITEMS, 0.5, 10, 0)));
}

static void origins_are_counted(void **state)
{
    (void)state;
    ordinary_begin(&o, 10, 7, (struct date){2026, 3, 18});
    o.rows[9].origin = 7;
    assert_int_equal(habit_origin_count(&o.habit, ORDINARY_ORIGIN), 9);
    assert_int_equal(habit_origin_count(&o.habit, 7), 1);
    assert_int_equal(habit_origin_count(&o.habit, 8), 0);
    assert_int_equal(habit_last(&o.habit)->delivery, 10);
}

static void the_rhythm_is_the_middle_gap(void **state)
{
    static const struct {
        int every;
        enum rhythm rhythm;
    } cases[] = {{1, RHYTHM_DAILY},    {3, RHYTHM_DAILY},    {7, RHYTHM_WEEKLY},
                 {14, RHYTHM_MONTHLY}, {30, RHYTHM_MONTHLY}, {91, RHYTHM_RARE}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ordinary_begin(&o, 12, cases[i].every, (struct date){2026, 3, 18});
        assert_int_equal(habit_rhythm(&o.habit), cases[i].rhythm);
    }
}

static void a_handful_between_two_runs_is_a_supplement(void **state)
{
    (void)state;
    ordinary_begin(&o, 12, 30, (struct date){2026, 3, 18});
    o.now.of[MEASURE_ITEMS] = 8;
    assert_false(habit_is_supplement(&o.habit, &o.now)); /* when the run is due, it is the run */
    o.now.day = (struct date){2026, 3, 2};
    assert_true(habit_is_supplement(&o.habit, &o.now));
    o.now.of[MEASURE_ITEMS] = 60;
    assert_false(habit_is_supplement(&o.habit, &o.now));
}

static void supplements_do_not_hide_that_runs_are_alike(void **state)
{
    double sizes[HABIT_SIZES];
    unsigned looked;

    (void)state;
    ordinary_begin(&o, 12, 30, (struct date){2026, 3, 18});
    o.rows[7].of[MEASURE_ITEMS] = 4;
    assert_int_equal(habit_sizes(&o.habit, sizes, &looked), 9);
    assert_int_equal(looked, 10);
    assert_true(sizes[0] > 80 && sizes[8] < 120);
}

static void after_a_long_gap_more_is_usual(void **state)
{
    (void)state;
    ordinary_begin(&o, 30, 1, (struct date){2026, 3, 31});
    assert_true(habit_catch_up(&o.habit, &o.now) == 1 && habit_pause(&o.habit, &o.now) == 0);
    o.now.day = (struct date){2026, 4, 3}; /* four days instead of one */
    assert_true(habit_catch_up(&o.habit, &o.now) == 4 && habit_pause(&o.habit, &o.now) == 3);
    o.now.day = (struct date){2026, 6, 30};
    assert_true(habit_catch_up(&o.habit, &o.now) == 5);
}

static void N01_a_run_as_large_a_quarter_ago_explains_one(void **state)
{
    (void)state;
    ordinary_begin(&o, 100, 1, (struct date){2026, 4, 2});
    o.now.of[MEASURE_ITEMS] *= 20;
    o.now.of[MEASURE_DEBIT] *= 20;
    assert_false(habit_has_run(&o.habit, &o.now));
    o.rows[10].of[MEASURE_ITEMS] *= 18; /* 3 January */
    assert_false(habit_has_run(&o.habit, &o.now));
    o.rows[10].of[MEASURE_DEBIT] *= 18;
    assert_true(habit_has_run(&o.habit, &o.now));
    o.rows[10].flags |= HABIT_ONCE;
    assert_false(habit_has_run(&o.habit, &o.now));
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_large_day_is_compared_with_its_like),
        TEST(volume_is_told_by_the_measure_that_is_furthest_off),
        TEST(without_a_habit_nothing_is_far_off),
        TEST(at_most_alpha_of_ordinary_scores_lie_beyond_it),
        TEST(a_new_stream_is_ranked_by_the_prior),
        TEST(a_higher_score_is_never_more_usual),
        TEST(what_was_released_once_is_no_habit),
        TEST(too_few_rows_say_nothing_of_a_share),
        TEST(origins_are_counted),
        TEST(the_rhythm_is_the_middle_gap),
        TEST(a_handful_between_two_runs_is_a_supplement),
        TEST(supplements_do_not_hide_that_runs_are_alike),
        TEST(after_a_long_gap_more_is_usual),
        TEST(N01_a_run_as_large_a_quarter_ago_explains_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
