/* report_test.c -- what of a delivery goes into the books, as it was known at an instant */
#include "tests/unit/store/support.h"

#include "store/outbox.h"
#include "store/queue.h"
#include "store/report.h"

#define HOUR (60 * MINUTE)

static int copy(void *context, const struct report_delivery *d)
{
    *(struct report_delivery *)context = *d;
    return 0;
}

static struct report_delivery read_as_of(struct place *place, int64_t as_of_us)
{
    const struct report_scope scope = {.from_us = T0 - DAY, .to_us = T0 + DAY, .as_of_us = as_of_us};
    struct report_cursor cursor = {""};
    struct report_delivery found = {.unit = ""};

    assert_int_equal(report_read(place->store, &scope, &cursor, 10, copy, &found), 1);
    return found;
}

static int64_t come(struct place *place, const char *unit, int64_t at_us)
{
    struct delivery d;

    assert_int_equal(
        store_delivery_arrive(place->store, unit, SPAN_LIT("a.csv"), at_us, NULL, &d), 0);
    assert_int_equal(store_delivery_become(place->store, d.row, STATE_CHECKING, at_us), 0);
    return d.row;
}

static void decide(struct place *place, int64_t row, enum verdict verdict, int64_t at_us)
{
    struct arena *arena = arena_new(1 << 20);
    struct finding_list findings = {.arena = arena};
    struct finding held = finding_make(FINDING_NO_ITEMS, 0);
    struct summary summary = {.format = "case-csv",
                              .kind = KIND_CASES,
                              .items = 7,
                              .items_by_type = {[ITEM_CASE] = 5, [ITEM_CREDIT_NOTE] = 2}};
    struct judgement j = {.verdict = verdict,
                          .state = verdict == VERDICT_HELD ? STATE_HELD : STATE_QUEUED,
                          .summary = &summary,
                          .findings = &findings,
                          .decided_us = at_us};

    assert_int_equal(sums_add(&summary.sums, "SEK", 1200), 0);
    assert_int_equal(finding_list_add(&findings, &held), 0);
    assert_int_equal(store_delivery_judge(place->store, row, &j), 0);
    arena_free(&arena);
}

/* A receipt of the verdict to two recipients, a copy, and what told of a later decision. */
static void write_receipts(struct place *place, int64_t row, const char *verdict)
{
    static const struct {
        const char *to;
        bool copy, later;
    } of[] = {{"a@h.example", false, false},
              {"b@h.example", false, false},
              {"copy@i.example", true, false},
              {"a@h.example", false, true}};

    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct outbox_mail mail = {.kind = OUTBOX_RECEIPT,
                                   .delivery_row = row,
                                   .verdict = of[i].later ? "released" : verdict,
                                   .recipient = of[i].to,
                                   .created_us = T0,
                                   .deadline_us = of[i].copy || of[i].later ? 0 : T0 + HOUR};

        assert_int_equal(outbox_add(place->store, &mail, "k@i.example", NULL, 0), 0);
    }
}

static void a_receipt_counts_when_the_last_recipient_had_it(void **state)
{
    struct place *place = *state;
    int64_t row = come(place, "heby/ekonomi", T0);
    struct report_delivery d;

    decide(place, row, VERDICT_HELD, T0 + MINUTE);
    write_receipts(place, row, "held");
    assert_int_equal(outbox_sent(place->store, 1, T0 + 2 * MINUTE, "250"), 0);
    assert_int_equal(outbox_sent(place->store, 2, T0 + 5 * HOUR, "250"), 0);
    assert_int_equal(outbox_sent(place->store, 4, T0 + 9 * HOUR, "250"), 0);
    assert_int_equal(store_commit(place->store), 0);

    d = read_as_of(place, T0 + HOUR);
    assert_int_equal(d.receipts, 2);
    assert_int_equal(d.receipts_sent, 1);
    d = read_as_of(place, T0 + 10 * HOUR);
    assert_int_equal(d.receipts_sent, 2);
    assert_int_equal(d.receipt_us, T0 + 5 * HOUR);
}

static void what_came_later_is_not_known_yet(void **state)
{
    struct place *place = *state;
    int64_t row = come(place, "heby/ekonomi", T0);
    struct report_delivery d;

    decide(place, row, VERDICT_HELD, T0 + MINUTE);
    /* Two approvals: the second is the answer. */
    assert_int_equal(store_decision_add(place->store, row, "release", "anna", SPAN_LIT("r"),
                                        T0 + HOUR),
                     0);
    d = read_as_of(place, T0 + 2 * HOUR);
    assert_int_equal(d.answer, ANSWER_NONE);
    assert_int_equal(store_decision_add(place->store, row, "release", "bo", SPAN_LIT("r"),
                                        T0 + 3 * HOUR),
                     0);
    assert_int_equal(store_delivery_become(place->store, row, STATE_QUEUED, T0 + 3 * HOUR), 0);
    assert_int_equal(queue_add(place->store, row, T0 + 3 * HOUR), 0);
    assert_int_equal(queue_ack(place->store, row, T0 + 4 * HOUR), 0);
    assert_int_equal(store_decision_add(place->store, row, "recall", "bo", SPAN_LIT("r"),
                                        T0 + 5 * HOUR),
                     0);
    assert_int_equal(store_delivery_become(place->store, row, STATE_RECALLED, T0 + 5 * HOUR), 0);

    d = read_as_of(place, T0 + MINUTE / 2);
    assert_int_equal(d.judged_us, 0);
    assert_int_equal(d.items, 0);
    d = read_as_of(place, T0 + 2 * HOUR); /* as it was told then */
    assert_int_equal(d.answer, ANSWER_NONE);
    assert_int_equal(d.check_count, 1);
    assert_string_equal(d.checks[0], "empty");
    d = read_as_of(place, T0 + 3 * HOUR);
    assert_int_equal(d.answer, ANSWER_RELEASED);
    assert_int_equal(d.answered_us, T0 + 3 * HOUR);
    assert_int_equal(d.delivered_us, 0);
    assert_int_equal(d.recalled_us, 0);
    d = read_as_of(place, T0 + 6 * HOUR);
    assert_int_equal(d.delivered_us, T0 + 4 * HOUR);
    assert_int_equal(d.recalled_us, T0 + 5 * HOUR);
    assert_int_equal(d.items, 7);
    assert_int_equal(d.credits, 2);
    assert_int_equal(d.sums.of[0].minor, 1200);
}

static void a_release_with_once_says_so(void **state)
{
    struct place *place = *state;
    int64_t row = come(place, "heby/ekonomi", T0);

    decide(place, row, VERDICT_HELD, T0 + MINUTE);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_decision_add(place->store, row, i ? "once" : "release", "anna",
                                            SPAN_LIT("r"), T0 + HOUR),
                         0);
    assert_int_equal(store_delivery_become(place->store, row, STATE_QUEUED, T0 + HOUR), 0);
    assert_int_equal(read_as_of(place, T0 + DAY).answer, ANSWER_ONCE);
}

static int count(void *context, const struct report_delivery *d)
{
    (void)d;
    ++*(int *)context;
    return 0;
}

static int in_pages(struct place *place, const struct report_scope *scope, unsigned most)
{
    struct report_cursor cursor = {""};
    int n = 0, page;

    do {
        page = report_read(place->store, scope, &cursor, most, count, &n);
        assert_true(page >= 0);
    } while (page == (int)most);
    return n;
}

/* Both ends to the microsecond, also where ids were taken; whatever the page. */
static void a_scope_has_two_ends_and_a_unit(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *unit;
        int64_t at_us;
    } of[] = {{"heby/ekonomi", T0 - 1},       {"heby/ekonomi", T0},       {"heby/teknik", T0},
              {"heby2/ekonomi", T0},          {"heby/ekonomi", T0 + 50},  {"heby/teknik", T0 + 99},
              {"heby/teknik", T0 + 99},       {"heby/teknik", T0 + 100}};
    struct report_scope scope = {.from_us = T0, .to_us = T0 + 100, .as_of_us = T0 + DAY};
    int64_t first_us = 0;

    assert_int_equal(report_first_arrival(place->store, NULL, &first_us), 0);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        come(place, of[i].unit, of[i].at_us);
    for (unsigned most = 1; most < 9; most++) {
        scope.unit = NULL;
        assert_int_equal(in_pages(place, &scope, most), 6);
        scope.unit = "heby";
        assert_int_equal(in_pages(place, &scope, most), 5);
        scope.unit = "heby/teknik";
        assert_int_equal(in_pages(place, &scope, most), 3);
    }
    assert_int_equal(report_first_arrival(place->store, "heby/teknik", &first_us), 1);
    assert_int_equal(first_us, T0);
}

static void a_report_is_marked_once(void **state)
{
    struct place *place = *state;

    assert_int_equal(report_was_made(place->store, "sla", "2026Q1", NULL), 0);
    assert_int_equal(report_set_made(place->store, "sla", "2026Q1", NULL, T0), 0);
    assert_int_equal(report_set_made(place->store, "sla", "2026Q1", "heby", T0), 0);
    assert_int_equal(report_was_made(place->store, "sla", "2026Q1", NULL), 1);
    assert_int_equal(report_was_made(place->store, "stats", "2026Q1", NULL), 0);
    assert_true(report_set_made(place->store, "sla", "2026Q1", NULL, T0) < 0);
}

int main(void)
{
#define RULE(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
    const struct CMUnitTest tests[] = {
        RULE(a_receipt_counts_when_the_last_recipient_had_it),
        RULE(what_came_later_is_not_known_yet),
        RULE(a_release_with_once_says_so),
        RULE(a_scope_has_two_ends_and_a_unit),
        RULE(a_report_is_marked_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
