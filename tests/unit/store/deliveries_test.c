/* deliveries_test.c -- rows of deliveries: ids, states, judgement, finding them again */
#include "support.h"

#include "store/prior.h"

static void load(struct store *store, const char *id, struct arena *arena, struct delivery *d)
{
    assert_int_equal(store_delivery_get(store, span_str(id), arena, d), SLUSS_OK);
}

static void arrivals_at_the_same_instant_get_ids_of_their_own(void **state)
{
    struct place *place = *state;
    char before[DELIVERY_ID_SIZE] = "";
    for (int i = 0; i < 300; i++) {
        struct delivery d;
        assert_int_equal(
            store_delivery_arrive(place->store, "heby/ekonomi", SPAN_LIT("a.csv"), T0, NULL, &d),
            SLUSS_OK);
        assert_true(strcmp(d.id, before) > 0);
        assert_int_equal(d.received_us, T0); /* the clock of the receipt stays */
        memcpy(before, d.id, sizeof before);
    }
    assert_string_equal(before, "20260302-061200-000299");
    /* The next microsecond's own id is taken: it moves on too. */
    struct delivery d;
    assert_int_equal(
        store_delivery_arrive(place->store, "sala/teknik", SPAN_LIT("b.csv"), T0 + 7, NULL, &d),
        SLUSS_OK);
    assert_string_equal(d.id, "20260302-061200-000300");
}

static void names_come_back_byte_for_byte(void **state)
{
    static const struct span names[] = {
        {"a.csv", 5},
        {"a\nb\xFF..\x1B[2J", 10},
        {"'; DROP TABLE delivery; --", 26},
        {"\xC3\xA4", 2},
    };
    struct place *place = *state;
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct delivery d, back;
        struct file_identity identity = {1, UINT64_MAX, 2, 3, 4};
        assert_int_equal(store_delivery_arrive(place->store, "heby/ekonomi", names[i],
                                               T0 + (int64_t)i, &identity, &d),
                         SLUSS_OK);
        load(place->store, d.id, arena, &back);
        assert_true(span_eq(back.file, names[i]));
        assert_string_equal(back.unit, "heby/ekonomi");
        assert_int_equal(back.state, STATE_ARRIVING);
        assert_int_equal(back.row, d.row);
    }
    struct delivery d;
    char unit[UNIT_KEY_MAX + 1];
    memset(unit, 'u', sizeof unit);
    unit[UNIT_KEY_MAX] = '\0';
    assert_int_equal(store_delivery_arrive(place->store, unit, SPAN_LIT("a"), T0, NULL, &d),
                     SLUSS_EINVAL);
    arena_free(&arena);
}

static void only_arrivals_are_forgotten(void **state)
{
    struct place *place = *state;
    struct delivery d;
    assert_int_equal(
        store_delivery_arrive(place->store, "heby/ekonomi", SPAN_LIT("a.csv"), T0, NULL, &d),
        SLUSS_OK);
    assert_int_equal(store_delivery_forget(place->store, d.row), SLUSS_OK);
    assert_int_equal(store_delivery_forget(place->store, d.row), SLUSS_ENOTFOUND);
    struct delivery checked = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    assert_int_equal(store_delivery_forget(place->store, checked.row), SLUSS_ENOTFOUND);
}

static void states_follow_the_table(void **state)
{
    struct place *place = *state;
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    for (int from = 0; from < STATE_COUNT; from++) {
        for (int to = 0; to < STATE_COUNT; to++) {
            char sql[128];
            assert_int_equal(store_commit(place->store), SLUSS_OK);
            snprintf(sql, sizeof sql, "UPDATE delivery SET state = '%s'",
                     state_name((enum delivery_state)from));
            raw(place->path, sql);
            bool may = state_may_become((enum delivery_state)from, (enum delivery_state)to);
            assert_int_equal(
                store_delivery_become(place->store, d.row, (enum delivery_state)to, T0),
                may ? SLUSS_OK : SLUSS_ECONFLICT);
            assert_int_equal(state_of(place->store, d.row), may ? to : from);
        }
    }
    assert_int_equal(store_delivery_become(place->store, d.row + 1, STATE_HELD, T0),
                     SLUSS_ENOTFOUND);
}

static void u36_released_once_whoever_asks_again(void **state)
{
    struct place *place = *state;
    struct place second = *place;
    second.store = NULL;
    place_open(&second);
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    struct summary s = figures(2, 3);
    judge(place->store, &d, VERDICT_HELD, STATE_HELD, &s);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_int_equal(store_delivery_become(place->store, d.row, STATE_RELEASED, T0), SLUSS_OK);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_int_equal(store_delivery_become(second.store, d.row, STATE_RELEASED, T0),
                     SLUSS_ECONFLICT);
    assert_int_equal(store_commit(second.store), SLUSS_OK);
    assert_int_equal(store_delivery_become(place->store, d.row, STATE_REJECTED, T0),
                     SLUSS_ECONFLICT);
    assert_int_equal(store_commit(place->store), SLUSS_OK);
    assert_int_equal(raw_number(place->path, "SELECT count(*) FROM acceptance"), 1);
    store_close(&second.store);
}

/* --- judgement
 * ------------------------------------------------------------------------------------ */

static void a_judgement_comes_back_whole(void **state)
{
    struct place *place = *state;
    struct arena *arena = arena_new(1 << 20);
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0), back;
    struct summary s = {.format = "layout:Åhus", .kind = KIND_INVOICES, .test = true, .items = 7};
    s.envelope = ENVELOPE_SBDH;
    s.seal = SEAL_UNVERIFIED;
    s.items_by_type[ITEM_INVOICE] = 5;
    s.items_by_type[ITEM_CREDIT_NOTE] = 2;
    assert_int_equal(sums_add(&s.sums, "SEK", INT64_MAX), SLUSS_OK);
    assert_int_equal(sums_add(&s.sums, "EUR", -250), SLUSS_OK);
    assert_int_equal(sums_add(&s.parts[PART_CREDITS], "EUR", -250), SLUSS_OK);
    assert_int_equal(sums_add(&s.parts[PART_INTEREST], "SEK", 99), SLUSS_OK);
    assert_int_equal(sums_add(&s.parts[PART_INTEREST], "SEK", 1), SLUSS_OK);
    s.size = UINT64_C(1) << 40;
    s.blake2b[31] = 1;
    judge(place->store, &d, VERDICT_HELD, STATE_HELD, &s);
    load(place->store, d.id, arena, &back);
    assert_int_equal(back.state, STATE_HELD);
    assert_int_equal(back.verdict, VERDICT_HELD);
    assert_int_equal(back.decided_us, T0 + MINUTE);
    assert_string_equal(back.summary.format, "layout:Åhus");
    assert_int_equal(back.summary.kind, KIND_INVOICES);
    assert_int_equal(back.summary.envelope, ENVELOPE_SBDH);
    assert_int_equal(back.summary.seal, SEAL_UNVERIFIED);
    assert_true(back.summary.test);
    assert_false(back.summary.valid);
    assert_int_equal(back.summary.items, 7);
    assert_memory_equal(back.summary.items_by_type, s.items_by_type, sizeof s.items_by_type);
    assert_int_equal(back.summary.sums.n, 2);
    assert_true(back.summary.sums.of[0].minor == INT64_MAX);
    assert_string_equal(back.summary.sums.of[1].currency, "EUR");
    assert_true(back.summary.sums.of[1].minor == -250);
    assert_int_equal(back.summary.sums.of[1].count, 1);
    assert_true(back.summary.parts[PART_CREDITS].of[0].minor == -250);
    assert_int_equal(back.summary.parts[PART_FEES].n, 0);
    assert_string_equal(back.summary.parts[PART_INTEREST].of[0].currency, "SEK");
    assert_true(back.summary.parts[PART_INTEREST].of[0].minor == 100);
    assert_int_equal(back.summary.parts[PART_INTEREST].of[0].count, 2);
    assert_true(back.summary.size == s.size);
    assert_memory_equal(back.summary.blake2b, s.blake2b, 32);
    arena_free(&arena);
}

static void a_judgement_without_a_reading_is_one_too(void **state)
{
    struct place *place = *state;
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    struct delivery e = arrive(place->store, "heby/ekonomi", "b.csv", T0);
    judge(place->store, &d, VERDICT_HELD, STATE_HELD, NULL);
    judge(place->store, &e, VERDICT_HELD, STATE_HELD, NULL);
    uint8_t zero[32] = {0};
    struct prior prior; /* hashes nobody made are not the same bytes */
    assert_int_equal(prior_same_bytes(place->store, e.row, zero, &prior), 0);
}

struct seen_findings {
    struct store *store;
    int64_t row;
    unsigned n;
    char text[512];
};

static int see_finding(void *context, const struct stored_finding *f)
{
    struct seen_findings *seen = context;
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, "%s/%s/%.1f/%d ", f->check,
             finding_level_name(f->level), f->weight, (int)f->record);
    assert_true(strlen(f->text_en) > 0 && strlen(f->text_sv) > 0);
    assert_int_equal(f->evidence[0], '{');
    if (seen->n++ == 0 && seen->store) { /* a visitor may read the same again */
        struct seen_findings inner = {.n = 0};
        assert_int_equal(store_findings(seen->store, seen->row, see_finding, &inner), SLUSS_OK);
        assert_int_equal(inner.n, 2);
    }
    return 0;
}

static void findings_are_kept_in_order_and_replaced(void **state)
{
    struct place *place = *state;
    struct arena *arena = arena_new(1 << 20);
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    struct finding_list list = {.arena = arena};
    struct finding f = finding_make(FINDING_TRUNCATED, 12);
    finding_text(&f, "missing", SPAN_LIT("#end"));
    assert_int_equal(finding_list_add(&list, &f), SLUSS_OK);
    f = finding_make(FINDING_NO_ITEMS, 0);
    f.level = LEVEL_WARN; /* as the policy may set it */
    f.weight = 2.5;
    assert_int_equal(finding_list_add(&list, &f), SLUSS_OK);
    struct summary s = figures(0, 1);
    struct judgement j = {
        .verdict = VERDICT_HELD, .state = STATE_HELD, .summary = &s, .findings = &list};
    assert_int_equal(store_delivery_judge(place->store, d.row, &j), SLUSS_OK);
    struct seen_findings seen = {.store = place->store, .row = d.row};
    assert_int_equal(store_findings(place->store, d.row, see_finding, &seen), SLUSS_OK);
    assert_string_equal(seen.text, "truncated/reject/6.0/12 empty/warn/2.5/0 ");
    /* Judging it once more is not possible in its state, and changes nothing. */
    assert_int_equal(store_delivery_judge(place->store, d.row, &j), SLUSS_ECONFLICT);
    seen = (struct seen_findings){.n = 0};
    assert_int_equal(store_findings(place->store, d.row, see_finding, &seen), SLUSS_OK);
    assert_int_equal(seen.n, 2);
    arena_free(&arena);
}

/* --- finding them again
 * ----------------------------------------------------------------------------- */

static void by_id_or_a_beginning_of_one(void **state)
{
    static const struct {
        const char *id;
        int rc;
    } cases[] = {
        {"20260302-061200-000000", SLUSS_OK},
        {"20260302-061200-000001", SLUSS_OK},
        {"20260303", SLUSS_OK},
        {"20260302-061200-00000", SLUSS_ECONFLICT},
        {"20260302", SLUSS_ECONFLICT},
        {"2", SLUSS_ECONFLICT},
        {"", SLUSS_ENOTFOUND},
        {"20260302-061200-0000000", SLUSS_ENOTFOUND},
        {"20260302-061200-000009", SLUSS_ENOTFOUND},
        {"%", SLUSS_ENOTFOUND},
        {"20260302_061200", SLUSS_ENOTFOUND},
        {"../../etc/passwd", SLUSS_ENOTFOUND},
    };
    struct place *place = *state;
    struct arena *arena = arena_new(1 << 20);
    struct delivery d;
    accepted(place->store, "heby/ekonomi", "a.csv", T0, 1);
    accepted(place->store, "heby/ekonomi", "b.csv", T0, 1);
    accepted(place->store, "heby/ekonomi", "c.csv", T0 + DAY, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (store_delivery_get(place->store, span_str(cases[i].id), arena, &d) != cases[i].rc)
            fail_msg("%s", cases[i].id);
    assert_int_equal(store_delivery_by_row(place->store, 77, arena, &d), SLUSS_ENOTFOUND);
    arena_free(&arena);
}

struct seen {
    struct store *store;
    unsigned n;
    char first[DELIVERY_ID_SIZE];
    char last[DELIVERY_ID_SIZE];
    unsigned stop_at;
};

static int see(void *context, const struct delivery *d)
{
    struct seen *seen = context;
    if (seen->n++ == 0)
        memcpy(seen->first, d->id, sizeof seen->first);
    memcpy(seen->last, d->id, sizeof seen->last);
    if (d->verdict != VERDICT_NONE)
        assert_int_equal(d->summary.sums.of[0].count, d->summary.items);
    if (seen->store) { /* a visitor may list, and write */
        struct delivery_filter one = {.state = -1, .limit = 1};
        struct seen inner = {.n = 0};
        assert_int_equal(store_delivery_list(seen->store, &one, see, &inner), SLUSS_OK);
        assert_int_equal(store_decision_add(seen->store, d->row, "note", "anna", SPAN_LIT("x"), T0),
                         SLUSS_OK);
    }
    return seen->n == seen->stop_at ? SLUSS_ESTOP : 0;
}

/* 400 deliveries, a minute apart, of three units in turn; every tenth held, every fifth but
 * those rejected, the rest accepted, of which each fourth is queued. */
static void make_year(struct store *store)
{
    static const char *const units[] = {"heby/ekonomi", "heby/teknik", "hebyab/ekonomi"};
    for (int i = 0; i < 400; i++) {
        struct delivery d = arrive(store, units[i % 3], "a.csv", T0 + i * MINUTE);
        struct summary s = figures(2, (uint8_t)(i + 1));
        if (i % 10 == 0)
            judge(store, &d, VERDICT_HELD, STATE_HELD, &s);
        else if (i % 5 == 0)
            judge(store, &d, VERDICT_REJECTED, STATE_REJECTED, &s);
        else
            judge(store, &d, VERDICT_ACCEPTED, STATE_ACCEPTED, &s);
        if (i % 4 == 1 && i % 5)
            assert_int_equal(store_delivery_become(store, d.row, STATE_QUEUED, T0), SLUSS_OK);
    }
    assert_int_equal(store_commit(store), SLUSS_OK);
}

static void lists_are_filtered_ordered_and_paged(void **state)
{
    static const struct {
        const char *name;
        struct delivery_filter filter;
        unsigned n;
        const char *first, *last;
    } cases[] = {
        {"all", {.state = -1}, 400, "20260302-061200-000000", "20260302-125100-000000"},
        {"newest first",
         {.state = -1, .newest_first = true},
         400,
         "20260302-125100-000000",
         "20260302-061200-000000"},
        {"held", {.state = STATE_HELD}, 40, "20260302-061200-000000", "20260302-124200-000000"},
        {"held, newest",
         {.state = STATE_HELD, .newest_first = true, .limit = 1},
         1,
         "20260302-124200-000000",
         "20260302-124200-000000"},
        {"accepted means let through",
         {.state = STATE_ACCEPTED},
         320,
         "20260302-061300-000000",
         "20260302-125100-000000"},
        {"queued alone", {.state = STATE_QUEUED}, 80, "20260302-061300-000000", NULL},
        {"nothing", {.state = STATE_RECALLED}, 0, NULL, NULL},
        {"a unit", {.state = -1, .unit = "heby/teknik"}, 133, "20260302-061300-000000", NULL},
        {"a partner", {.state = -1, .unit = "heby"}, 267, NULL, NULL},
        {"a partner that is none", {.state = -1, .unit = "heb"}, 0, NULL, NULL},
        {"no pattern", {.state = -1, .unit = "%"}, 0, NULL, NULL},
        {"since", {.state = -1, .since_us = T0 + 390 * MINUTE}, 10, "20260302-124200-000000", NULL},
        {"behind",
         {.state = -1, .after_id = "20260302-124200-000000"},
         9,
         "20260302-124300-000000",
         NULL},
        {"behind, newest first",
         {.state = -1, .after_id = "20260302-061500-000000", .newest_first = true},
         3,
         "20260302-061400-000000",
         "20260302-061200-000000"},
        {"limit beyond a page", {.state = -1, .limit = 300}, 300, "20260302-061200-000000", NULL},
    };
    struct place *place = *state;
    make_year(place->store);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = {.n = 0};
        assert_int_equal(store_delivery_list(place->store, &cases[i].filter, see, &seen), SLUSS_OK);
        if (seen.n != cases[i].n || (cases[i].first && strcmp(seen.first, cases[i].first) != 0) ||
            (cases[i].last && strcmp(seen.last, cases[i].last) != 0))
            fail_msg("%s: %u from %s to %s", cases[i].name, seen.n, seen.first, seen.last);
    }
    assert_false(store_in_transaction(place->store));
}

static void a_visitor_may_use_the_store_and_stop(void **state)
{
    struct place *place = *state;
    make_year(place->store);
    struct delivery_filter all = {.state = -1};
    struct seen seen = {.store = place->store};
    assert_int_equal(store_delivery_list(place->store, &all, see, &seen), SLUSS_OK);
    assert_int_equal(seen.n, 400);
    seen = (struct seen){.stop_at = 150};
    assert_int_equal(store_delivery_list(place->store, &all, see, &seen), SLUSS_ESTOP);
    assert_int_equal(seen.n, 150);
}

static void counts_add_up(void **state)
{
    struct place *place = *state;
    uint64_t counts[STATE_COUNT];
    make_year(place->store);
    assert_int_equal(store_count_states(place->store, NULL, counts), SLUSS_OK);
    assert_int_equal(counts[STATE_HELD], 40);
    assert_int_equal(counts[STATE_REJECTED], 40);
    assert_int_equal(counts[STATE_ACCEPTED], 240);
    assert_int_equal(counts[STATE_QUEUED], 80);
    assert_int_equal(counts[STATE_ARRIVING], 0);
    assert_int_equal(store_count_states(place->store, "heby", counts), SLUSS_OK);
    assert_int_equal(counts[STATE_HELD] + counts[STATE_REJECTED] + counts[STATE_ACCEPTED] +
                         counts[STATE_QUEUED],
                     267);
}

static void decisions_count_people_not_clicks(void **state)
{
    struct place *place = *state;
    struct delivery d = arrive(place->store, "heby/ekonomi", "a.csv", T0);
    static const struct {
        const char *what, *who;
        int count;
    } cases[] = {
        {"release", "anna", 1},
        {"release", "anna", 1},
        {"release", "bo", 2},
        {"reject", "bo", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(store_decision_add(place->store, d.row, cases[i].what, cases[i].who,
                                            SPAN_LIT("called the sender"), T0),
                         SLUSS_OK);
        assert_int_equal(store_decision_count(place->store, d.row, cases[i].what), cases[i].count);
    }
    assert_int_equal(store_decision_add(place->store, 99, "release", "bo", SPAN_NONE, T0),
                     SLUSS_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(arrivals_at_the_same_instant_get_ids_of_their_own),
        STORE_TEST(names_come_back_byte_for_byte),
        STORE_TEST(only_arrivals_are_forgotten),
        STORE_TEST(states_follow_the_table),
        STORE_TEST(u36_released_once_whoever_asks_again),
        STORE_TEST(a_judgement_comes_back_whole),
        STORE_TEST(a_judgement_without_a_reading_is_one_too),
        STORE_TEST(findings_are_kept_in_order_and_replaced),
        STORE_TEST(by_id_or_a_beginning_of_one),
        STORE_TEST(lists_are_filtered_ordered_and_paged),
        STORE_TEST(a_visitor_may_use_the_store_and_stop),
        STORE_TEST(counts_add_up),
        STORE_TEST(decisions_count_people_not_clicks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
