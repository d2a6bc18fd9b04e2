/* counts_test.c -- figures of past deliveries: what is taken, what is refused and where */
#include "tests/unit/store/support.h"

#include "gate/counts.h"
#include "gate/habit_row.h"
#include "store/habits.h"

static const struct date today = {2026, 3, 2};

struct heard {
    unsigned n;
    struct past_count of[4];
};

static int hear(void *context, const struct past_count *count)
{
    struct heard *heard = context;

    assert_true(heard->n < 4);
    heard->of[heard->n++] = *count;
    return SLUSS_OK;
}

static void columns_stand_in_any_order(void **state)
{
    static const char *const texts[] = {
        "date;items;sum\n2026-03-02;712;534120,50\n2026-02-02;1;0\n",
        "\xEF\xBB\xBF" "sum; items ;date;note\r\n534120.50;712; 2026-03-02 ;as billed\r\n"
        "0,00;1;2026-02-02;\r\n\r\n",
        "currency;date;items;sum\nSEK;2026-03-02;712;534120,5\n\n;2026-02-02;1;0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct heard heard = {0};
        struct buf why;

        buf_init(&why, 1000);
        assert_int_equal(counts_parse(span_str(texts[i]), today, hear, &heard, &why), SLUSS_OK);
        assert_int_equal(why.n, 0);
        assert_int_equal(heard.n, 2);
        assert_int_equal(heard.of[0].items, 712);
        assert_int_equal(heard.of[0].minor, 53412050);
        assert_string_equal(heard.of[0].currency, "SEK");
        assert_int_equal(date_compare(heard.of[0].day, today), 0);
        assert_int_equal(heard.of[1].minor, 0);
        buf_free(&why);
    }
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "there is nothing in it"},
        {"\n\n", "nothing in it"},
        {"2026-03-02;1;1", "line 1: the first line names"},
        {"date;items\n", "line 1: the first line names"},
        {"date;items;sum\n2026-03-02;1", "line 2: fields are missing"},
        {"date;items;sum\n\n2026-02-30;1;1", "line 3: the date"},
        {"date;items;sum\n2026-03-01;1;1\n2026-03-03;1;1", "line 3: the day has not come"},
        {"date;items;sum\n2026-03-01;0;1", "line 2: the number of items"},
        {"date;items;sum\n2026-03-01;-1;1", "line 2: the number of items"},
        {"date;items;sum\n2026-03-01;1234567890;1", "line 2: the number of items"},
        {"date;items;sum\n2026-03-01;1;1 000", "line 2: the sum"},
        {"date;items;sum\n2026-03-01;1;-5", "line 2: the sum"},
        {"date;items;sum\n2026-03-01;1;99999999999999999999", "line 2: the sum"},
        {"date;items;sum;currency\n2026-03-01;1;1;kr", "line 2: the currency"},
        {"date;items;sum\n2026-03-01;1;1;;;;;;;;;;", "line 2: fields are missing"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct heard heard = {0};
        struct buf why;

        buf_init(&why, 1000);
        assert_int_equal(counts_parse(span_str(cases[i].text), today, hear, &heard, &why),
                         SLUSS_ESYNTAX);
        if (!strstr(buf_cstr(&why), cases[i].why))
            fail_msg("case %zu: %s", i, buf_cstr(&why));
        buf_free(&why);
    }
}

static int take_row(void *context, int64_t delivery, struct span row)
{
    struct habit_row *last = context;

    assert_true(delivery < 0);
    return habit_row_get(row, last);
}

static struct counts_result import(struct store *store, const char *text)
{
    struct counts_result result;
    struct buf why;

    buf_init(&why, 1000);
    assert_int_equal(counts_import(store, "heby/ekonomi", KIND_CASES, span_str(text), today,
                                   &result, &why),
                     SLUSS_OK);
    buf_free(&why);
    return result;
}

/* Two deliveries of one day are two; the same file again is the same habit. */
static void again_is_as_once(void **state)
{
    struct place *place = *state;
    static const char text[] = "date;items;sum;currency\n2026-02-02;10;100;SEK\n"
                               "2026-02-02;20;200;SEK\n2026-02-03;30;300;EUR\n";
    struct habit_row last;

    for (unsigned time = 0; time < 2; time++) {
        struct counts_result result = import(place->store, text);

        assert_int_equal(result.added, 3);
        assert_int_equal(result.replaced, time ? 3 : 0);
        assert_int_equal(result.own, 0);
        assert_int_equal(store_commit(place->store), SLUSS_OK);
        assert_int_equal(raw_number(place->path, "SELECT count(*) FROM habit"), 3);
    }
    assert_int_equal(habits_list(place->store, "heby/ekonomi cases SEK", take_row, &last), 0);
    assert_int_equal(last.flags, HABIT_COUNTS);
    assert_int_equal((int)last.of[MEASURE_ITEMS], 20);
    assert_int_equal((int)last.of[MEASURE_DEBIT], 20000);
    assert_true(last.of[MEASURE_MEDIAN] != last.of[MEASURE_MEDIAN]); /* nobody knows it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_stand_in_any_order),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        STORE_TEST(again_is_as_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
