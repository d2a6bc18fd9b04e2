/* assessment_test.c -- one delivery weighed against the past, and what becomes of it afterwards */
#include "tests/unit/store/support.h"

#include "gate/assessment.h"
#include "gate/habit_row.h"
#include "model/settings.h"
#include "store/announcements.h"
#include "store/habits.h"
#include "store/seen_internal.h"
#include "store/tracks.h"

static const struct unit_settings ekonomi = {.key = "heby/ekonomi",
                                             .partner = "heby",
                                             .phase = PHASE_LIVE,
                                             .safeguards = SAFEGUARDS_USUAL};

struct gate {
    struct place *place;
    struct seen *seen;
};

static int gate_make(void **state)
{
    struct gate *gate = calloc(1, sizeof *gate);
    void *place;

    assert_non_null(gate);
    place_make(&place);
    gate->place = place;
    assert_int_equal(seen_open(gate->place->store, gate->place->dir, &gate->seen), SLUSS_OK);
    *state = gate;
    return 0;
}

static int gate_remove(void **state)
{
    struct gate *gate = *state;
    void *place = gate->place;

    seen_close(&gate->seen);
    place_remove(&place);
    free(gate);
    return 0;
}

/* A file as a test tells it: `n` claims, numbered from `first`, on as many people. */
struct told {
    const char *unit, *file;
    unsigned first, n;
    int64_t at_us;
    unsigned step; /* keys compared at a time; 0: all at once */
};

/* What was made of it. */
struct judged {
    struct delivery delivery;
    struct opinion opinion;
    struct finding_list findings;
    struct assessment *assessment;
    struct prior same;
};

static struct item claim(unsigned number, char text[2][16])
{
    (void)snprintf(text[0], sizeof text[0], "F-%06u", number);
    (void)snprintf(text[1], sizeof text[1], "P%08u", number * 7);
    return (struct item){.type = ITEM_CASE,
                         .record = number,
                         .number = span_str(text[0]),
                         .counterparty_id = span_str(text[1]),
                         .due_date = {2026, 4, 1},
                         .amount_minor = 10000 + number,
                         .currency = "SEK"};
}

static void read_items(struct assessment *a, const struct told *told)
{
    for (unsigned i = 0; i < told->n; i++) {
        char text[2][16];
        struct item item = claim(told->first + i, text);

        assert_int_equal(assessment_item(a, &item), SLUSS_OK);
    }
    assert_int_equal(assessment_end(a), SLUSS_OK);
}

static void weigh(struct gate *gate, const struct told *told, struct judged *j)
{
    unsigned most = told->step ? told->step : 1000000;
    struct summary summary = figures(told->n, (uint8_t)told->first);
    int rc;

    assert_int_equal(assessment_open(gate->place->store, gate->seen, &j->delivery, &j->assessment),
                     SLUSS_OK);
    read_items(j->assessment, told);
    while ((rc = assessment_step(j->assessment, most)) == 1)
        ;
    assert_int_equal(rc, 0);
    /* The same bytes are the same items: a test that wants only the latter changes one. */
    summary.blake2b[0] = (uint8_t)j->delivery.row;
    j->delivery.summary = summary;
    j->findings = (struct finding_list){.arena = arena_new(1 << 20)};
    assert_int_equal(assessment_judge(j->assessment, &j->delivery, &ekonomi, told->at_us,
                                      &j->findings, &j->opinion, &j->same),
                     SLUSS_OK);
}

/* Weighed, judged and kept, as far as the verdict. */
static struct judged come(struct gate *gate, const struct told *told)
{
    struct judged j = {0};
    struct judgement judgement;

    j.delivery = arrive(gate->place->store, told->unit, told->file, told->at_us);
    weigh(gate, told, &j);
    judgement = (struct judgement){.verdict = j.opinion.verdict,
                                   .state = j.opinion.verdict == VERDICT_HELD ? STATE_HELD
                                                                              : STATE_ACCEPTED,
                                   .summary = &j.delivery.summary,
                                   .findings = &j.findings,
                                   .content_digest = assessment_digest(j.assessment),
                                   .technical = j.opinion.technical,
                                   .decided_us = told->at_us};
    assert_int_equal(store_delivery_judge(gate->place->store, j.delivery.row, &judgement),
                     SLUSS_OK);
    assert_int_equal(assessment_keep(j.assessment), SLUSS_OK);
    if (j.opinion.verdict == VERDICT_ACCEPTED)
        assert_int_equal(
            gate_enter(gate->place->store, gate->seen, j.delivery.row, ENTRY_ACCEPTED), SLUSS_OK);
    assert_int_equal(store_commit(gate->place->store), SLUSS_OK);
    return j;
}

static void forget(struct judged *j)
{
    assessment_close(&j->assessment);
    arena_free(&j->findings.arena);
}

static const struct finding *found(const struct judged *j, enum finding_code code)
{
    for (unsigned i = 0; i < j->findings.n; i++)
        if (j->findings.of[i].code == code)
            return &j->findings.of[i];
    return NULL;
}

static void decide(struct gate *gate, const struct judged *j, enum delivery_state to,
                   enum entry entry, int64_t at_us)
{
    struct store *store = gate->place->store;

    assert_int_equal(store_delivery_become(store, j->delivery.row, to, at_us), SLUSS_OK);
    assert_int_equal(gate_enter(store, gate->seen, j->delivery.row, entry), SLUSS_OK);
    assert_int_equal(store_commit(store), SLUSS_OK);
}

static int64_t number(const struct gate *gate, const char *sql)
{
    return raw_number(gate->place->path, sql);
}

#define HABITS "SELECT count(*) FROM habit WHERE entered = 1"

/* --- stories ---------------------------------------------------------------------------------- */

static void what_comes_again_is_found_however_small_the_steps(void **state)
{
    static const struct told first = {"heby/ekonomi", "march.csv", 100, 40, T0, 0};
    static const unsigned steps[] = {1, 7, 1000000};
    struct gate *gate = *state;
    struct judged j = come(gate, &first);

    assert_int_equal(j.opinion.verdict, VERDICT_ACCEPTED);
    forget(&j);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct told again = {"heby/ekonomi", "april.csv", 120, 40, T0 + DAY, steps[i]};
        const struct finding *f;

        again.at_us += (int64_t)i * MINUTE;
        j = come(gate, &again);
        assert_int_equal(j.opinion.verdict, VERDICT_HELD);
        f = found(&j, FINDING_ITEMS_SEEN);
        assert_non_null(f);
        assert_int_equal(f->facts[0].n, 20); /* seen */
        assert_int_equal(f->record, 120);
        forget(&j);
    }
}

static void the_same_items_in_another_file_are_the_same_content(void **state)
{
    static const struct told first = {"heby/ekonomi", "march.csv", 100, 40, T0, 0};
    static const struct told again = {"heby/ekonomi", "copy.csv", 100, 40, T0 + DAY, 0};
    struct gate *gate = *state;
    struct judged j = come(gate, &first);

    forget(&j);
    j = come(gate, &again);
    assert_non_null(found(&j, FINDING_SAME_CONTENT));
    assert_int_equal(j.same.row, 0); /* not the same bytes */
    forget(&j);
}

/* What another organisation calls its files is not told in this one's receipt. */
static void a_strangers_file_name_is_not_told(void **state)
{
    static const struct told first = {"sala/teknik", "hemligt.csv", 100, 40, T0, 0};
    static const struct told again = {"heby/ekonomi", "copy.csv", 100, 40, T0 + DAY, 0};
    struct gate *gate = *state;
    struct judged j = come(gate, &first);
    struct buf text;

    forget(&j);
    j = come(gate, &again);
    buf_init(&text, 1 << 16);
    for (unsigned i = 0; i < j.findings.n; i++)
        (void)finding_sentence(&j.findings.of[i], "sv", &text);
    assert_null(strstr(buf_cstr(&text), "hemligt"));
    buf_free(&text);
    forget(&j);
}

static void nothing_is_stored_before_it_is_kept(void **state)
{
    static const struct told told = {"heby/ekonomi", "march.csv", 100, 40, T0, 3};
    struct gate *gate = *state;
    struct judged j = {.delivery = arrive(gate->place->store, told.unit, told.file, told.at_us)};

    for (unsigned i = 0; i < 3; i++) { /* read again, as after a crash */
        assert_int_equal(gate_drop(gate->seen, j.delivery.row), SLUSS_OK);
        weigh(gate, &told, &j);
        assert_int_equal(j.opinion.verdict, VERDICT_ACCEPTED);
        forget(&j);
    }
    assert_int_equal(store_commit(gate->place->store), SLUSS_OK);
    assert_int_equal(number(gate, "SELECT count(*) FROM habit"), 0);
    assert_int_equal(number(gate, "SELECT count(*) FROM delivery_keys"), 0);
    assert_int_equal(seen_count(gate->seen), 0);
}

static void a_recall_takes_it_out_of_habit_and_memory(void **state)
{
    static const struct told first = {"heby/ekonomi", "march.csv", 100, 40, T0, 0};
    static const struct told again = {"heby/ekonomi", "right.csv", 100, 41, T0 + DAY, 0};
    struct gate *gate = *state;
    struct store *store = gate->place->store;
    struct judged j = come(gate, &first);

    assert_int_equal(number(gate, HABITS), 1);
    assert_int_equal(store_delivery_become(store, j.delivery.row, STATE_RECALLED, T0 + 1),
                     SLUSS_OK);
    assert_int_equal(gate_leave(store, j.delivery.row), SLUSS_OK);
    assert_int_equal(store_commit(store), SLUSS_OK);
    assert_int_equal(number(gate, HABITS), 0);
    forget(&j);
    j = come(gate, &again);
    assert_int_equal(j.opinion.verdict, VERDICT_ACCEPTED);
    assert_null(found(&j, FINDING_ITEMS_SEEN));
    forget(&j);
}

static uint16_t flags_of(struct gate *gate, int64_t row)
{
    struct arena *arena = arena_new(1 << 16);
    struct habit_row habit;
    struct span bytes;

    assert_int_equal(habits_get(gate->place->store, row, arena, &bytes), SLUSS_OK);
    assert_int_equal(habit_row_get(bytes, &habit), SLUSS_OK);
    arena_free(&arena);
    return habit.flags;
}

/* The bytes of a file that was accepted, under other names: held, and decided in each way. */
static void a_decision_says_what_it_teaches(void **state)
{
    static const struct {
        const char *name;
        enum delivery_state to;
        enum entry entry;
        uint16_t flags;
        int64_t habits, released, rejected;
    } cases[] = {
        {"normal", STATE_RELEASED, ENTRY_NORMAL, HABIT_RELEASED, 2, 1, 0},
        {"once", STATE_RELEASED, ENTRY_ONCE, HABIT_RELEASED | HABIT_ONCE, 2, 1, 0},
        {"rejected", STATE_REJECTED, ENTRY_REJECTED, 0, 1, 0, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told first = {"heby/ekonomi", "march.csv", 100, 40, T0, 0};
        struct told copy = {"heby/ekonomi", "copy.csv", 100, 40, T0 + DAY, 0};
        struct track track;
        struct gate *gate;
        struct judged j;

        if (i > 0) {
            gate_remove(state);
            gate_make(state);
        }
        gate = *state;
        j = come(gate, &first);
        forget(&j);
        j = come(gate, &copy);
        assert_int_equal(j.opinion.verdict, VERDICT_HELD);
        decide(gate, &j, cases[i].to, cases[i].entry, T0 + DAY + 1);
        if (number(gate, HABITS) != cases[i].habits)
            fail_msg("%s: %lld rows of habit", cases[i].name, (long long)number(gate, HABITS));
        assert_int_equal(flags_of(gate, j.delivery.row), cases[i].flags);
        assert_int_equal(tracks_get(gate->place->store, &track), SLUSS_OK);
        assert_true(track.n > 0);
        assert_int_equal(track.of[0].released, cases[i].released);
        assert_int_equal(track.of[0].rejected, cases[i].rejected);
        forget(&j);
    }
}

static void an_announcement_is_used_by_what_it_explains(void **state)
{
    static const struct told small = {"heby/ekonomi", "small.csv", 100, 4, T0, 0};
    static const struct told said = {"heby/ekonomi", "said.csv", 200, 40, T0 + MINUTE, 0};
    struct stored_announcement a = {.unit = "heby/ekonomi",
                                    .items = 40,
                                    .from_us = T0 - DAY,
                                    .to_us = T0 + DAY,
                                    .operator_ = "eva",
                                    .reason = "they called",
                                    .at_us = T0};
    static const char used[] = "SELECT count(*) FROM announcement WHERE used_by IS NOT NULL";
    struct gate *gate = *state;
    struct judged j;

    assert_int_equal(announcements_add(gate->place->store, &a), SLUSS_OK);
    j = come(gate, &small);
    assert_int_equal(number(gate, used), 0);
    forget(&j);
    j = come(gate, &said);
    assert_int_equal(number(gate, used), 1);
    assert_int_equal(gate_leave(gate->place->store, j.delivery.row), SLUSS_OK);
    assert_int_equal(store_commit(gate->place->store), SLUSS_OK);
    assert_int_equal(number(gate, used), 0);
    forget(&j);
}

static void the_units_settings_are_asked(void **state)
{
    static const struct told told = {"heby/ekonomi", "march.csv", 100, 40, T0, 0};
    struct unit_settings careful = ekonomi;
    struct gate *gate = *state;
    struct judged j = {.delivery = arrive(gate->place->store, told.unit, told.file, told.at_us)};

    weigh(gate, &told, &j);
    assert_int_equal(j.opinion.verdict, VERDICT_ACCEPTED);
    careful.safeguards.first_items = 39;
    assert_int_equal(assessment_judge(j.assessment, &j.delivery, &careful, told.at_us, &j.findings,
                                      &j.opinion, NULL),
                     SLUSS_OK);
    assert_int_equal(j.opinion.verdict, VERDICT_HELD);
    assert_non_null(found(&j, FINDING_FIRST_TOO_LARGE));
    forget(&j);
}

static void a_file_without_items_leaves_no_habit(void **state)
{
    static const struct told told = {"heby/ekonomi", "empty.csv", 100, 0, T0, 0};
    struct gate *gate = *state;
    struct judged j = come(gate, &told);

    assert_null(assessment_digest(j.assessment));
    assert_int_equal(number(gate, "SELECT count(*) FROM habit"), 0);
    forget(&j);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gate_make, gate_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_comes_again_is_found_however_small_the_steps),
        TEST(the_same_items_in_another_file_are_the_same_content),
        TEST(a_strangers_file_name_is_not_told),
        TEST(nothing_is_stored_before_it_is_kept),
        TEST(a_recall_takes_it_out_of_habit_and_memory),
        TEST(a_decision_says_what_it_teaches),
        TEST(an_announcement_is_used_by_what_it_explains),
        TEST(the_units_settings_are_asked),
        TEST(a_file_without_items_leaves_no_habit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
